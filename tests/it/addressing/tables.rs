//! The project's own tables, written from the rules: whole letters, names, and addresses.

use std::collections::BTreeMap;

use super::people::{ADDRESS, Cells, List, Person};
use super::{aside, assert_nothing_differs, differs, written};
use crate::program::root;

/// A line of a table by column, and the id of its record.
type Line = (String, BTreeMap<String, String>);

/// Addresses that the rules for lines alone take, or hold with another code, and that the whole
/// program holds: line of `addresses.csv`, code, why.
const HELD_BY_OTHERS: [(&str, &str, &str); 19] = [
    ("147", "D204", "no street in its column: the rules of whereabouts see no address"),
    ("181", "D204", "no number"),
    ("195", "L207", "the row of the list cannot be read (R106)"),
    ("196", "L207", "the same"),
    ("197", "L207", "the same"),
    ("198", "L207", "the same"),
    ("199", "L207", "the same"),
    ("200", "L207", "the same"),
    ("201", "L207", "the same"),
    ("202", "L207", "the same"),
    ("203", "L207", "the same"),
    ("210", "D204", "no street"),
    ("213", "D204", "no number"),
    ("214", "D204", "no number"),
    ("222", "D204", "no town and no municipality"),
    ("226", "C102", "50 characters; the vendor's manifest takes 40 for a street"),
    ("256", "C106", "name and one line: fewer than the three that the post wants"),
    ("268", "D204", "a country and no lines"),
    ("276", "D204", "no street"),
];

/// The lines of a table; the record's id ends in the line of the file.
fn table(name: &str) -> Vec<Line> {
    let mut reader = csv::Reader::from_path(root().join(format!("tests/data/{name}.csv"))).unwrap();
    let lines = reader.deserialize::<BTreeMap<String, String>>().zip(2..);
    lines.map(|(line, number)| (format!("{name}-{number}"), line.unwrap())).collect()
}

pub fn people() -> Vec<Person> {
    let letters = table("letters").into_iter().map(|line| whole(&line));
    let names = table("names").into_iter().map(|line| named(&line));
    letters.chain(names).chain(table("addresses").into_iter().map(|line| living(&line))).collect()
}

fn filled<'l>(
    line: &'l BTreeMap<String, String>,
    columns: &'l [&str],
) -> impl Iterator<Item = (&'l str, &'l str)> {
    columns
        .iter()
        .map(|column| (*column, line[*column].as_str()))
        .filter(|(_, value)| !value.is_empty())
}

fn whole((key, line): &Line) -> Person {
    let list = match line["list"].as_str() {
        "participants" => List::Participants,
        "register" => List::Register,
        _ => List::Nobody,
    };
    let cells: Cells = line
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(c, v)| (c.clone(), v.clone()))
        .collect();
    let person = Person { list, cells, ..Person::ordinary(key) }.known_by_surname();
    let person = filled(line, &["category", "custody"]).fold(person, Person::in_the_lab);
    if line["custody"] == "current" {
        person.in_the_lab(("provider_code", "41000901"))
    } else {
        person
    }
}

fn named((key, line): &Line) -> Person {
    let columns = [
        ("sex", "sex"),
        ("first_names", "first_names"),
        ("prefix", "surname_prefix"),
        ("surname", "surname"),
        ("title", "title"),
        ("name_use", "name_use"),
        ("partner_prefix", "partner_surname_prefix"),
        ("partner_surname", "partner_surname"),
        ("partner_title", "partner_title"),
    ];
    let person = columns
        .iter()
        .fold(Person::ordinary(key), |person, (from, to)| person.with(to, &line[*from]));
    let mut person = if line["partner"] == "former" {
        person.with("partner_ended", "2019-03-01")
    } else {
        person
    };
    person.cells.retain(|_, value| !value.is_empty());
    person.known_by_surname()
}

fn living((key, line): &Line) -> Person {
    filled(line, &ADDRESS).fold(Person::ordinary(key).homeless(), |person, (column, value)| {
        person.with(column, value)
    })
}

fn split(lines: &str) -> Vec<&str> {
    lines.split('|').collect()
}

fn strs(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

/// Everything else than a refused row is held for a human.
fn held(key: &str, code: &str) -> Option<String> {
    aside(key, "review", code)
}

#[test]
fn whole_letters_are_addressed_as_the_table_says() {
    let lines = table("letters");
    assert!(lines.len() >= 80);
    let differences = lines.iter().filter_map(|(key, line)| {
        let found = match line["code"].as_str() {
            "" => written(key, |letter| {
                differs("salutation", letter.salutation.as_str(), &line["salutation"])
                    .or_else(|| {
                        differs("name lines", strs(&letter.name_lines), split(&line["name_lines"]))
                    })
                    .or_else(|| {
                        differs(
                            "address lines",
                            strs(&letter.address_lines),
                            split(&line["address_lines"]),
                        )
                    })
                    .or_else(|| {
                        differs("country line", letter.country_line.as_str(), &line["country_line"])
                    })
                    .or_else(|| differs("KIX", letter.kix.as_str(), &line["kix"]))
            }),
            code => held(key, code),
        };
        found.map(|difference| format!("{}: {difference}", line["case"]))
    });
    assert_nothing_differs(differences.collect());
}

/// `-` is "none": without a name the person is held, without a registered sex the salutation is
/// neutral.
#[test]
fn names_are_printed_as_the_table_says() {
    let differences = table("names").into_iter().filter_map(|(key, line)| {
        match (line["name_line"].as_str(), line["salutation"].as_str()) {
            ("-", "-") => held(&key, "C101"),
            ("-", _) => held(&key, "C107"),
            (name, salutation) => written(&key, |letter| {
                let neutral = format!("Geachte {name}");
                let wanted = if salutation == "-" { neutral.as_str() } else { salutation };
                let lines = [line["above"].as_str(), name]
                    .into_iter()
                    .filter(|line| *line != "-")
                    .collect();
                differs("salutation", letter.salutation.as_str(), wanted)
                    .or_else(|| differs("name lines", strs(&letter.name_lines), lines))
            }),
        }
    });
    assert_nothing_differs(differences.collect());
}

#[test]
fn addresses_are_printed_or_held_as_the_table_says() {
    let lines = table("addresses");
    assert!(lines.len() >= 200);
    let differences = lines.iter().filter_map(|(key, line)| {
        let number = key.strip_prefix("addresses-").unwrap();
        let by_others =
            HELD_BY_OTHERS.iter().find(|(held, ..)| *held == number).map(|(_, code, _)| *code);
        match by_others.unwrap_or(&line["reason"]) {
            "" => written(key, |letter| {
                let kix = if line["kix"].contains(|sign: char| sign.is_ascii_digit()) {
                    line["kix"].as_str()
                } else {
                    ""
                };
                differs("address lines", strs(&letter.address_lines), split(&line["lines"]))
                    .or_else(|| {
                        differs("country line", letter.country_line.as_str(), &line["country_line"])
                    })
                    .or_else(|| differs("KIX", letter.kix.as_str(), kix))
            }),
            code => held(key, code),
        }
    });
    assert_nothing_differs(differences.collect());
}
