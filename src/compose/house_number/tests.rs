use proptest::prelude::*;

use super::*;

fn parts(number: &str, letter: &str, addition: &str) -> HouseNumber {
    HouseNumber {
        number: number.into(),
        letter: letter.into(),
        addition: addition.into(),
        indication: None,
    }
}

#[test]
fn numbers_typed_in_one_field_come_apart() {
    let cases = [
        ("12", ("12", "", "")),
        ("0012", ("12", "", "")),
        ("99999", ("99999", "", "")),
        ("12A", ("12", "A", "")),
        ("12 a", ("12", "a", "")),
        ("12-A", ("12", "A", "")),
        ("12/A", ("12", "A", "")),
        ("12 A-2", ("12", "A", "2")),
        ("12A2", ("12", "A", "2")),
        ("12 A 2", ("12", "A", "2")),
        ("19p-8", ("19", "p", "8")),
        ("546 K 1", ("546", "K", "1")),
        ("555B73c", ("555", "B", "73c")),
        ("12 A bis", ("12", "A", "bis")),
        ("3hs", ("3", "", "hs")),
        ("3-hs", ("3", "", "hs")),
        ("3/hs", ("3", "", "hs")),
        ("44-bis", ("44", "", "bis")),
        ("12 bis A", ("12", "", "bis A")),
        ("3-0072", ("3", "", "0072")),
        ("9-2", ("9", "", "2")),
        ("9 2", ("9", "", "2")),
        ("9–2", ("9", "", "2")),
        ("35 III", ("35", "", "III")),
        ("35-II", ("35", "", "II")),
        ("12 boven", ("12", "", "boven")),
        ("12-RECHTS", ("12", "", "RECHTS")),
        ("12 2 hoog", ("12", "", "2 hoog")),
        ("12-2hoog", ("12", "", "2hoog")),
        ("12-2-A", ("12", "", "2-A")),
        ("12 2A", ("12", "", "2A")),
        ("12 hs2", ("12", "", "hs2")),
        ("nr. 12", ("12", "", "")),
        ("12.", ("12", "", "")),
        ("28 TO", ("28", "", "TO")),
    ];
    for (typed, (number, letter, addition)) in cases {
        assert_eq!(parse(typed), Ok(parts(number, letter, addition)), "{typed}");
    }
    assert_eq!(parse("bij 12").unwrap().indication, Some(HouseIndication::By));
    assert_eq!(parse("t/o 3-2").unwrap().line(), " t/o 3-2");
}

#[test]
fn what_could_be_read_in_two_ways_is_held() {
    let held = [
        "",
        "A",
        "bis",
        "12 t/m 14",
        "12 en 14",
        "12/14",
        "12.0",
        "12,5",
        "123456",
        "12 1234 AB",
        "12 1234AB",
        "12 Amsterdam",
        "12 (achter)",
        "12 + 14",
        "12½",
        "12 A B C",
        "12 é",
        "12 tegenover 14",
        "12 of 14",
        "twaalf",
        "12 t/o",
        "0 A",
        "12;14",
        "12 app 14",
        "12 bij de kerk",
        "12\u{200b}A",
        "-12",
        "1 en 2",
        "1 O F",
        "1E N",
    ];
    for typed in held {
        assert_eq!(parse(typed), Err(Reason::C104), "{typed}");
    }
    assert_eq!(parse("0"), Err(Reason::C106));
}

#[test]
fn a_line_comes_apart_only_where_one_reading_is_possible() {
    let cases = [
        ("Dorpsstraat 12 bis", "Dorpsstraat", " 12 bis"),
        ("Dorpsstraat 12 A-2", "Dorpsstraat", " 12 A2"),
        ("1e Exloërmond 3", "1e Exloërmond", " 3"),
        ("2e Dorpsstraat 546 K 1", "2e Dorpsstraat", " 546 K1"),
        ("Postbus 80430", "Postbus", " 80430"),
        ("Laan van Meerdervoort 9-2", "Laan van Meerdervoort", " 9-2"),
        ("Dorpsstraat, 12", "Dorpsstraat", " 12"),
    ];
    for (line, street, number) in cases {
        let (name, parsed) = split(line).unwrap();
        assert_eq!((name.as_str(), parsed.line().as_str()), (street, number), "{line}");
    }
    let held = [
        "Plein 1945 12",
        "Dorpsstraat 12 2",
        "Dorpsstraat12",
        "12 Dorpsstraat",
        "Dorpsstraat 12 14 16",
        "12 14",
    ];
    for line in held {
        assert_eq!(split(line), Err(Reason::C104), "{line}");
    }
    assert_eq!(split("Dorpsstraat"), Err(Reason::C106));
    assert_eq!(split("Dorpsstraat 0"), Err(Reason::C106));
}

#[test]
fn columns_and_typed_suffixes_are_joined_or_held() {
    let address = |street, number, letter, addition| Address {
        street,
        house_number: number,
        house_letter: letter,
        house_addition: addition,
        ..Address::default()
    };
    let line = |address: Address<'_>| {
        street_and_number(&address).map(|(street, number)| format!("{street}{}", number.line()))
    };
    let joined = [
        (("Kade", "12", "A", "2"), "Kade 12 A2"),
        (("Kade", "12 A", "", "2"), "Kade 12 A2"),
        (("Kade", "12 A", "A", ""), "Kade 12 A"),
        (("Kade", "12A2", "a", "2"), "Kade 12 a2"),
        (("Kade", "12", "bis", ""), "Kade 12 bis"),
        (("Kade", "12", "", "-2"), "Kade 12-2"),
        (("Kade", "12", "", "- bis"), "Kade 12 bis"),
        (("Kade", "12", "", "-"), "Kade 12"),
        (("Kade 12", "", "", "III"), "Kade 12 III"),
        (("", "Kade 12 III", "", ""), "Kade 12 III"),
        (("Graan voor Visch bij", "15201", "", ""), "Graan voor Visch bij 15201"),
        (("Graan voor Visch bij 15201", "", "", ""), "Graan voor Visch bij 15201"),
        (("Plein 1945", "12", "", ""), "Plein 1945 12"),
        (("Kade", "12", "", "kamer 12B"), "Kade 12 kamer 12B"),
        (("Kade", "12", "", "2e etage"), "Kade 12-2e etage"),
        (("Kade", "12", "", "begane grond"), "Kade 12 begane grond"),
        (("Kade", "12", "", "app. 3 hg"), "Kade 12 app. 3 hg"),
        (("Kade", "12", "", "1V-A2"), "Kade 12-1V-A2"),
    ];
    for ((street, number, letter, addition), expected) in joined {
        assert_eq!(line(address(street, number, letter, addition)).as_deref(), Ok(expected));
    }
    let held = [
        ("Kade", "12 A", "B", ""),
        ("Kade", "12-2", "A", ""),
        ("Kade", "12", "bis", "2"),
        ("Kade 12", "12", "", ""),
        ("Kade", "12", "", "niet thuis"),
        ("Kade", "12", "", "onleesbaar"),
        ("Kade", "12", "", "44927"),
        ("Kade", "12", "", "2024-13-45"),
        ("Postbus", "12", "A", ""),
        ("Kade", "12 III", "", "II"),
    ];
    for (street, number, letter, addition) in held {
        assert_eq!(
            line(address(street, number, letter, addition)),
            Err(Reason::C104),
            "{street} {number} {letter} {addition}"
        );
    }
    for (street, number) in [("", ""), (".", "88"), ("Kade", "0"), ("Kade", ""), ("", "12")] {
        let reason = line(address(street, number, "", "")).unwrap_err();
        assert!(matches!(reason, Reason::C104 | Reason::C106), "{street} {number}");
    }
}

proptest! {
    #[test]
    fn formatting_then_parsing_keeps_every_part(
        number in 1_u32..=99_999,
        letter in "[A-Za-z]?",
        addition in "([0-9][0-9A-Za-z]{0,3})?",
    ) {
        let parts = parts(&number.to_string(), &letter, &addition);
        prop_assert_eq!(parse(parts.line().trim_start()), Ok(parts));
    }

    // A letter and an addition of letters run together in print ("400 LToe"), so only their text
    // can come back.
    #[test]
    fn a_suffix_of_letters_comes_back_whole_or_is_held(
        number in 1_u32..=99_999,
        letter in "[A-Za-z]?",
        addition in "[A-Za-z]{1,4}",
    ) {
        let parts = parts(&number.to_string(), &letter, &addition);
        if let Ok(parsed) = parse(parts.line().trim_start()) {
            prop_assert_eq!(format!("{}{}", parsed.letter, parsed.addition), format!("{letter}{addition}"));
            prop_assert_eq!(parsed.line(), parts.line());
        }
    }

    #[test]
    fn normalising_twice_changes_nothing(typed in "[0-9]{1,5}[ /.-]?[A-Za-z0-9]{0,3}[ -]?[A-Za-z0-9]{0,3}") {
        if let Ok(once) = parse(&typed) {
            let twice = parse(once.line().trim_start()).expect("what was printed can be read");
            prop_assert_eq!(twice.line(), once.line());
        }
    }

    #[test]
    fn no_sign_of_a_suffix_is_lost(typed in "[1-9][0-9]{0,4}[ a-zA-Z0-9/.-]{0,8}") {
        if let Ok(parsed) = parse(&typed) {
            let signs = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
            prop_assert_eq!(signs(&parsed.line()), signs(&typed));
        }
    }

    #[test]
    fn nothing_panics(typed in "\\PC{0,20}", street in "\\PC{0,20}") {
        let _ = parse(&typed);
        let _ = split(&street);
        let _ = street_and_number(&Address { street: &street, house_number: &typed, house_letter: &typed, ..Address::default() });
    }
}

#[test]
fn a_number_that_is_a_day_to_a_spreadsheet_is_held_where_no_box_has_it() {
    let line = |street, number, addition| {
        let address = Address {
            street,
            house_number: number,
            house_addition: addition,
            ..Address::default()
        };
        street_and_number(&address).map(|(street, number)| format!("{street}{}", number.line()))
    };
    assert_eq!(line("Kade", "45659", ""), Err(Reason::C104));
    assert_eq!(line("Kade", "45659", "bis").as_deref(), Ok("Kade 45659 bis"));
    assert_eq!(line("Postbus", "45659", "").as_deref(), Ok("Postbus 45659"));
    assert_eq!(line("Graan voor Visch", "19999", "").as_deref(), Ok("Graan voor Visch 19999"));
    assert_eq!(line("Noord- en Zuidstraat", "3", "").as_deref(), Ok("Noord- en Zuidstraat 3"));
    // A street without a letter is what a program left of one.
    assert_eq!(line("45123", "3", ""), Err(Reason::C106));
}
