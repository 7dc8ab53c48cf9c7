use proptest::prelude::*;

use super::*;
use crate::compose::kix;
use crate::field::draft::Kix;

/// `tests/data/addresses.csv`: one address a row; `reason` for those that are held, else lines
/// (joined by `|`), country line, zone, and KIX or the reason why there is none.
#[test]
fn every_address_of_the_table_is_printed_or_held_as_it_says() {
    let mut reader =
        csv::Reader::from_reader(include_str!("../../../tests/data/addresses.csv").as_bytes());
    let mut rows = 0;
    for row in reader.records() {
        let row = row.unwrap();
        let cell = |index: usize| row.get(index).unwrap();
        let address = Address {
            street: cell(0),
            house_number: cell(1),
            house_letter: cell(2),
            house_addition: cell(3),
            house_indication: match cell(4) {
                "to" => Some(HouseIndication::To),
                "by" => Some(HouseIndication::By),
                _ => None,
            },
            postcode: cell(5),
            town: cell(6),
            municipality: cell(7),
            location_description: cell(8),
            foreign_lines: [cell(9), cell(10), cell(11)],
            country: cell(12),
        };
        rows += 1;
        match address_lines(&address) {
            Err(reason) => assert_eq!(reason.code(), cell(13), "{row:?}"),
            Ok(printed) => {
                assert_eq!("", cell(13), "not held: {row:?}");
                assert_eq!(printed.lines.join("|"), cell(14));
                assert_eq!(printed.country_line, cell(15), "{row:?}");
                assert_eq!(printed.zone.word(), cell(16), "{row:?}");
                let (Kix::Code(code) | Kix::Skipped(code)) =
                    kix::kix(&printed.postal, printed.indication);
                assert_eq!(code, cell(17), "{row:?}");
            }
        }
    }
    assert!(rows >= 200, "{rows}");
}

#[test]
fn the_parts_are_those_that_are_printed() {
    let address = Address {
        street: "Cronus",
        house_number: "555",
        house_letter: "B",
        house_addition: "73c",
        postcode: "2583 xl",
        town: "Scheveningen",
        ..Address::default()
    };
    let postal = address_lines(&address).unwrap().postal;
    assert_eq!((postal.street.as_str(), postal.house_number.as_str()), ("Cronus", "555"));
    assert_eq!((postal.house_letter.as_str(), postal.house_addition.as_str()), ("B", "73c"));
    assert_eq!(
        (postal.postcode.as_str(), postal.town.as_str(), postal.country.as_str()),
        ("2583XL", "SCHEVENINGEN", "NL")
    );
    let abroad =
        Address { foreign_lines: ["Rue 1", "", "Paris"], country: "FR", ..Address::default() };
    let postal = address_lines(&abroad).unwrap().postal;
    assert_eq!(
        (postal.foreign_lines, postal.country.as_str()),
        (vec!["Rue 1".to_owned(), "Paris".to_owned()], "FR")
    );
}

proptest! {
    #[test]
    fn printing_an_address_and_reading_it_back_keeps_every_part(
        // Endings, because short words may say that there is no address (C109).
        street in "[A-Z][a-zéëö]{1,7}weg( [a-z]{1,3}hof)?",
        // Some of the numbers above are days of these years to a spreadsheet (C104).
        number in 1_u32..43_831,
        letter in "[A-Za-z]?",
        addition in "([0-9][0-9A-Za-z]{0,3})?",
        postcode in "[1-9][0-9]{3}[A-R][A-Z]",
        town in "[A-Z][a-zâú]{1,9}dam",
    ) {
        let number = number.to_string();
        let address = Address {
            street: &street,
            house_number: &number,
            house_letter: &letter,
            house_addition: &addition,
            postcode: &postcode,
            town: &town,
            ..Address::default()
        };
        let printed = address_lines(&address).expect("the parts are valid");
        // Typed back as a clerk would: the first line into the street's field.
        let again = Address { street: &printed.lines[0], postcode: &postcode, town: &printed.postal.town, ..Address::default() };
        let reread = address_lines(&again).expect("a printed line can be read");
        prop_assert_eq!(&reread.postal, &printed.postal);
        prop_assert_eq!(reread.lines, printed.lines);
    }

    #[test]
    fn no_address_panics_or_grows_beyond_three_lines(cells in prop::array::uniform12("\\PC{0,12}"), country in "(NL|BE||\\PC{0,8})") {
        let [street, house_number, house_letter, house_addition, postcode, town, municipality, location, one, two, three, _] = &cells;
        let address = Address {
            street,
            house_number,
            house_letter,
            house_addition,
            house_indication: None,
            postcode,
            town,
            municipality,
            location_description: location,
            foreign_lines: [one, two, three],
            country: &country,
        };
        if let Ok(printed) = address_lines(&address) {
            prop_assert!((1..=3).contains(&printed.lines.len()));
            prop_assert!(printed.lines.iter().all(|line| !line.is_empty() && line.chars().count() <= MAX_CHARACTERS));
        }
    }
}
