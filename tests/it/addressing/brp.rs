//! The public example cases of the BRP API (Haal Centraal): one invented participant for each case
//! of salutation, name line and address lines. What a case leaves open is completed with an
//! ordinary name or address.

use std::collections::BTreeMap;

use serde_json::Value;

use super::people::{Cells, Person};
use super::{Fate, Letter, OUTCOME, assert_nothing_differs, differs, shared};

/// Kinds that stand nowhere in a letter (running text, full name, flags of doubtful data), or only
/// as a part of the name line (initials). The one mixed case gives a person without any name,
/// abroad: a row of a list without name and without a Dutch address cannot be found to be the
/// laboratory's person.
const NOT_IN_A_LETTER: [&str; 5] =
    ["lopende_tekst", "volledige_naam", "in_onderzoek", "voorletters", "gemengd"];

/// Cases whose expected value is no `null` and that are held all the same: end of the id, code,
/// why.
const HELD: [(&str, &str, &str); 4] = [
    (
        "aanhef/geslachtsnaam_leeg_onbekend:80",
        "C107",
        "a title gives a salutation, but there is no name for the envelope",
    ),
    ("aanhef/geslachtsnaam_leeg_onbekend:81", "C107", "the same"),
    (
        "aanschrijfwijze/hoffelijkheidstitel:273",
        "C102",
        "47 characters; the vendor's manifest takes 40",
    ),
    (
        "vastgesteld-verblijft-niet-op-adres-test:33",
        "D204",
        "the register says that nobody of that name lives there",
    ),
];

/// Country lines of the codes that the cases have.
const COUNTRIES: [(&str, &str); 2] = [("5010", "BELGIUM"), ("6014", "UNITED STATES OF AMERICA")];

/// The cases, by the id of their record.
fn cases() -> BTreeMap<String, Value> {
    let table = shared("brp-addressing.jsonl").unwrap_or_default();
    let cases = table.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let in_letters =
        cases.filter(|case| !NOT_IN_A_LETTER.contains(&case["kind"].as_str().unwrap()));
    in_letters.zip(1..).map(|(case, number)| (format!("brp-{number:03}"), case)).collect()
}

pub fn people() -> Vec<Person> {
    let person = |(key, case): (String, Value)| {
        let (person, inputs) = (Person::ordinary(key), &case["inputs"]);
        if case["kind"] == "adresregels" {
            living(person, &inputs["verblijfplaats"])
        } else {
            named(person, inputs)
        }
    };
    cases().into_iter().map(person).collect()
}

/// The value of an element by its number.
fn element<'v>(group: &'v Value, number: &str) -> &'v str {
    let found =
        group.as_object().and_then(|fields| fields.iter().find(|(name, _)| name.contains(number)));
    found.and_then(|(_, value)| value.as_str()).unwrap_or("")
}

fn elements(person: Person, group: &Value, columns: &[(&str, &str)]) -> Person {
    columns
        .iter()
        .fold(person, |person, (column, number)| person.with(column, element(group, number)))
}

fn named(person: Person, inputs: &Value) -> Person {
    let own = [
        ("first_names", "(02.10)"),
        ("surname_prefix", "(02.30)"),
        ("surname", "(02.40)"),
        ("title", "(02.20)"),
        ("name_use", "(61.10)"),
        ("sex", "(04.10)"),
    ];
    let person = elements(person, &inputs["persoon"], &own);
    let Some(partner) = partner_in_use(inputs["partners"].as_array().unwrap()) else {
        return known(person);
    };
    let columns = [
        ("partner_surname_prefix", "(02.30)"),
        ("partner_surname", "(02.40)"),
        ("partner_title", "(02.20)"),
    ];
    let person = elements(person, partner, &columns);
    known(match element(partner, "(07.10)") {
        "" => person,
        day => person.with("partner_ended", &format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..])),
    })
}

fn known(mut person: Person) -> Person {
    person.cells.retain(|_, value| !value.is_empty());
    person.known_by_surname()
}

/// A row has one partner, the one in use: the oldest current relation (unknown parts sort first),
/// else the one that was dissolved last.
fn partner_in_use(partners: &[Value]) -> Option<&Value> {
    let (current, dissolved): (Vec<&Value>, Vec<&Value>) =
        partners.iter().partition(|partner| element(partner, "(07.10)").is_empty());
    let oldest = current.into_iter().min_by_key(|partner| element(partner, "(06.10)"));
    oldest.or_else(|| dissolved.into_iter().max_by_key(|partner| element(partner, "(07.10)")))
}

/// A street without a postcode is no address that a letter can be sent to: an ordinary one is
/// added, with a town where the case has no municipality either. Second lines are compared only
/// where the case has one.
fn living(person: Person, place: &Value) -> Person {
    let columns = [
        ("street", "(11.10)"),
        ("house_number", "(11.20)"),
        ("house_letter", "(11.30)"),
        ("house_addition", "(11.40)"),
        ("house_indication", "(11.50)"),
        ("postcode", "(11.60)"),
        ("town", "(11.70)"),
        ("location_description", "(12.10)"),
        ("foreign_line_1", "(13.30)"),
        ("foreign_line_2", "(13.40)"),
        ("foreign_line_3", "(13.50)"),
        ("country", "(13.10)"),
    ];
    let mut person = elements(person.homeless(), place, &columns);
    if [element(place, "(09.10)"), element(place, "(92.10)")].contains(&"0518") {
        person = person.with("municipality", "'s-Gravenhage");
    }
    if element(place, "(83.10)") == "089999" {
        person = person.with("whereabouts_unknown", "yes");
    }
    person.cells.retain(|_, value| !value.is_empty());
    complete(person)
}

fn complete(person: Person) -> Person {
    let has = |cells: &Cells, column: &str| cells.contains_key(column);
    let cells = &person.cells;
    let (street, postcode) = (has(cells, "street"), has(cells, "postcode"));
    let place = has(cells, "town") || has(cells, "municipality");
    let person = if street && !postcode { person.with("postcode", "2583XL") } else { person };
    if street && !place { person.with("town", "Scheveningen") } else { person }
}

/// What the case wants to be absent cannot be printed.
fn is_to_be_held(kind: &str, expected: &Value) -> bool {
    match kind {
        "aanhef" => expected["aanhef"].is_null(),
        "aanschrijfwijze" => expected["aanschrijfwijze"]["naam"].is_null(),
        _ => expected.get("adresregel1").is_some_and(Value::is_null),
    }
}

fn difference(letter: &Letter, kind: &str, expected: &Value) -> Option<String> {
    match kind {
        "aanhef" => {
            differs("salutation", Some(letter.salutation.as_str()), expected["aanhef"].as_str())
        }
        "aanschrijfwijze" => {
            let lines = [
                &expected["aanschrijfwijze"]["aanspreekvorm"],
                &expected["aanschrijfwijze"]["naam"],
            ];
            let wanted: Vec<&str> = lines.into_iter().filter_map(Value::as_str).collect();
            differs("name lines", letter.name_lines.iter().map(String::as_str).collect(), wanted)
        }
        _ => address_difference(letter, expected),
    }
}

/// Only keys that the case names; a key it leaves out was not asked for.
fn address_difference(letter: &Letter, expected: &Value) -> Option<String> {
    let lines = ["adresregel1", "adresregel2", "adresregel3"].into_iter().enumerate().find_map(
        |(index, key)| {
            let wanted = expected.get(key)?;
            differs(key, letter.address_lines.get(index).map(String::as_str), wanted.as_str())
        },
    );
    let country = || {
        let wanted = expected.get("land")?["code"].as_str();
        let line = wanted.map(|code| COUNTRIES.iter().find(|(known, _)| *known == code).unwrap().1);
        differs("country line", letter.country_line.as_str(), line.unwrap_or(""))
    };
    lines.or_else(country)
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that did less than it could has to say so")]
fn every_public_case_is_printed_as_it_says_or_held_for_a_reason_that_is_listed() {
    let cases = cases();
    if cases.is_empty() {
        eprintln!("the public cases are not there: only the project's own are tested");
        return;
    }
    let (mut printed, mut nothing_to_print, mut held, mut differences) = (0, 0, 0, Vec::new());
    for (key, case) in &cases {
        let (id, kind, expected) =
            (case["id"].as_str().unwrap(), case["kind"].as_str().unwrap(), &case["expected"]);
        let listed = HELD.iter().find(|(end, ..)| id.ends_with(end)).map(|(_, code, _)| *code);
        match (OUTCOME.fate(key), listed, is_to_be_held(kind, expected)) {
            (Fate::Aside(state, code), Some(listed), _) if state == "review" && code == listed => {
                held += 1;
            }
            (Fate::Aside(state, code), None, true)
                if state == "review" && code.starts_with('C') =>
            {
                nothing_to_print += 1;
            }
            (Fate::Letter(letter), None, false) => match difference(letter, kind, expected) {
                None => printed += 1,
                Some(difference) => differences.push(format!("{id}: {difference}")),
            },
            (Fate::Letter(_), ..) => differences.push(format!("{id}: printed, but should be held")),
            (Fate::Aside(state, code), ..) => {
                differences.push(format!("{id}: {state} {code} is not in the list"));
            }
        }
    }
    assert_nothing_differs(differences);
    assert_eq!((printed, nothing_to_print, held), (171, 7, HELD.len()));
}
