//! What the post reads: KIX, the manifest's address columns, and postcodes that cannot be.

use breachpost::compose::kix;
use breachpost::field::draft::{Kix, PostalParts};

use super::people::Person;
use super::{OUTCOME, aside, assert_nothing_differs, differs, shared, written};

/// Letter pairs that are never given out.
const NEVER_GIVEN_OUT: [&str; 3] = ["1234SA", "1234SD", "1234ss"];

/// A line of `kix.csv`.
struct Code {
    key: String,
    postcode: String,
    number: String,
    suffix: String,
    kix: String,
}

/// The public codes, else the project's own.
fn codes() -> Vec<Code> {
    let own = include_str!("../../data/kix.csv").to_owned();
    let table = shared("kix.csv").unwrap_or(own);
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let code = |(row, number): (csv::Result<csv::StringRecord>, u32)| {
        let row = row.unwrap();
        let cell = |index: usize| row[index].to_owned();
        Code {
            key: format!("kix-{number}"),
            postcode: cell(0),
            number: cell(1),
            suffix: cell(2),
            kix: cell(3),
        }
    };
    reader.records().zip(2..).map(code).collect()
}

/// Letter and addition: one letter alone or in front of digits is the house letter.
fn parts(suffix: &str) -> (&str, &str) {
    let letters = suffix.bytes().take_while(u8::is_ascii_alphabetic).count();
    let digits = suffix[letters..].bytes().all(|byte| byte.is_ascii_digit());
    if letters == 1 && digits { suffix.split_at(1) } else { ("", suffix) }
}

/// Each code twice: in the columns of the register, and typed behind the number by the laboratory.
pub fn people() -> Vec<Person> {
    let mut people = Vec::new();
    for code in codes() {
        let (letter, addition) = parts(&code.suffix);
        let person = |key: String| Person::ordinary(key).with("postcode", &code.postcode);
        let columns = [
            ("house_number", code.number.as_str()),
            ("house_letter", letter),
            ("house_addition", addition),
        ];
        let in_columns = person(code.key.clone());
        people.push(
            columns
                .into_iter()
                .fold(in_columns, |person, (column, value)| person.with(column, value)),
        );
        let number = format!("{} {}", code.number, code.suffix);
        people.push(
            person(format!("{}-typed", code.key)).with("house_number", number.trim()).unlisted(),
        );
    }
    for (index, postcode) in NEVER_GIVEN_OUT.iter().enumerate() {
        people.push(
            Person::ordinary(format!("never-{index}-lab")).with("postcode", postcode).unlisted(),
        );
        people.push(Person::ordinary(format!("never-{index}-list")).with("postcode", postcode));
    }
    people
}

#[test]
fn every_known_code_is_printed_wherever_the_suffix_was_typed() {
    let codes = codes();
    assert!(codes.len() >= 9);
    let differences = codes.iter().flat_map(|code| {
        let keys = [code.key.clone(), format!("{}-typed", code.key)];
        keys.map(|key| written(&key, |letter| differs("KIX", &letter.kix, &code.kix)))
    });
    assert_nothing_differs(differences.flatten().collect());
}

#[test]
fn manifest_letters_and_rule_have_the_same_code() {
    let mut skipped = std::collections::BTreeMap::<&str, u32>::new();
    let mut differences = Vec::new();
    for (key, letter) in OUTCOME.letters() {
        let line = &OUTCOME.manifest[&letter.letter_id];
        let cell = |column: &str| line[column].clone();
        let postal = PostalParts {
            postcode: cell("postcode"),
            house_number: cell("house_number"),
            house_letter: cell("house_letter"),
            house_addition: cell("house_addition"),
            country: cell("country_iso2"),
            ..PostalParts::default()
        };
        let reason = line["kix_skip_reason"].as_str();
        assert_eq!(line["kix"], letter.kix, "{key}");
        assert_eq!(letter.kix.is_empty(), !reason.is_empty(), "{key}");
        // That an address lies beside a number is said by the reason alone.
        let wanted = match kix::kix(&postal, None) {
            Kix::Code(code) if reason != "BY_ADDRESS" => (code, String::new()),
            Kix::Code(_) => (String::new(), reason.to_owned()),
            Kix::Skipped(why) => (String::new(), why),
        };
        let found = (letter.kix.clone(), reason.to_owned());
        differences
            .extend(differs("KIX and reason", found, wanted).map(|text| format!("{key}: {text}")));
        *skipped.entry(reason).or_default() += 1;
    }
    assert_nothing_differs(differences);
    for reason in ["", "FOREIGN", "NO_POSTCODE", "BY_ADDRESS", "TOO_WIDE"] {
        assert!(skipped.contains_key(reason), "nobody has {reason:?}");
    }
}

#[test]
fn postcodes_that_are_never_given_out_are_refused() {
    let differences = (0..NEVER_GIVEN_OUT.len()).flat_map(|index| {
        let in_the_list = aside(&format!("never-{index}-list"), "review", "L207");
        [aside(&format!("never-{index}-lab"), "rejected", "R106"), in_the_list]
    });
    assert_nothing_differs(differences.flatten().collect());
}
