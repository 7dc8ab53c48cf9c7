//! Rows that could not be read, and who is held because of them.

use super::*;
use crate::digits::Digits;
use crate::link::LinkError;
use crate::row::{Input, Open, Remains, Suppression, SuppressionReason};

/// Another woman at another address.
const DINA: Details = Details {
    record: "2",
    first_names: "Dina Johanna",
    initials: "D.J.",
    surname: "Pietersen",
    birth: (1971, 3, 9),
    number: "40",
    postcode: "9876ZX",
    ..ANNA
};

/// A register row that could not be read whole; `raw` is what stands in its BSN's cell.
fn unreadable(details: &Details, open: Open, raw: &str) -> Refused {
    let row = registrant(9, details);
    Refused {
        bsn: row.bsn,
        digits: Digits::left_of(raw, 9),
        person_ref: if open.has(Open::ID) { String::new() } else { row.person_ref().to_owned() },
        open,
        remains: vec![Remains::Registrant(Box::new(row))],
        ..refused(List::Register, 0, "")
    }
}

fn held(people: &[Details], listed: &[Details], row: Refused) -> Outcome {
    let mut rows = rows(people, listed);
    rows.refused.push(row);
    outcome(&linked(&rows))
}

/// Whether Anna is held, and with which code; Dina never is.
fn anna(own: &Details, row: Refused) -> Option<Reason> {
    let (people, held) = held(&[own.clone(), DINA], &[], row);
    assert!(people.contains(&vec![2]), "Dina is held");
    held.first().map(|(_, reason)| *reason)
}

#[test]
fn a_row_is_somebodys_by_whatever_is_left_of_it() {
    let numbered = Details { bsn: BSNS[0], ..ANNA };
    let nobody = Details { bsn: 0, first_names: "", initials: "", surname: "", birth: (0, 0, 0), sex: None, ..ANNA };
    let nowhere = Details { number: "", postcode: "", ..nobody.clone() };
    for (row, open, raw, expected) in [
        (Details { bsn: BSNS[0], ..nowhere.clone() }, Open::SEX, "", Some(Reason::L207)),
        (nowhere.clone(), Open::BSN, "99999001", Some(Reason::L210)),
        (nowhere.clone(), Open::BSN, "1.00E+09", None),
        (Details { number: "99", postcode: "1111AA", ..ANNA }, Open::BSN, "#REF!", Some(Reason::L210)),
        (Details { birth: (0, 0, 0), ..ANNA }, Open::BIRTH_DATE, "", Some(Reason::L210)),
        (Details { surname: "", ..ANNA }, Open::SURNAME, "", Some(Reason::L210)),
        (
            Details { first_names: "", initials: "", ..ANNA },
            Open::FIRST_NAMES.and(Open::INITIALS),
            "",
            Some(Reason::L210),
        ),
        (Details { number: "", postcode: "", ..ANNA }, Open::ADDRESS, "", Some(Reason::L210)),
        (Details { sex: None, ..ANNA }, Open::SEX, "", Some(Reason::L210)),
        // Her brother, her daughter of the same name, somebody who moved in.
        (Details { first_names: "Karel", initials: "K.", ..ANNA }, Open::BSN, "#REF!", None),
        (Details { birth: (2004, 8, 21), ..ANNA }, Open::BSN, "#REF!", None),
        (Details { surname: "Vermeer", birth: (1966, 1, 2), ..ANNA }, Open::BSN, "#REF!", None),
        // Another valid number is another person's.
        (Details { bsn: BSNS[1], birth: (1980, 5, 18), ..ANNA }, Open::OTHER, "", None),
    ] {
        let found = anna(&numbered, unreadable(&row, open, raw));
        assert_eq!(found, expected, "{row:?} {open:?} {raw}");
    }
}

#[test]
fn without_a_birth_date_a_name_alone_is_nobodys() {
    let namesake = Details { number: "99", postcode: "1111AA", first_names: "", initials: "A.M.", ..ANNA };
    let undated = Details { birth: (0, 0, 0), ..ANNA };
    assert_eq!(anna(&namesake, unreadable(&undated, Open::BIRTH_DATE, "")), None);
}

#[test]
fn a_listed_person_is_not_held_for_somebody_with_another_number() {
    let other = unreadable(&Details { record: "9", bsn: BSNS[1], ..ANNA }, Open::OTHER, "");
    let numbered = Details { bsn: BSNS[0], ..ANNA };
    assert_eq!(held(std::slice::from_ref(&numbered), &[numbered.clone()], other.clone()).1.len(), 0);
    let (people, found) = held(&[numbered], &[], other);
    assert!(people.is_empty() && found.contains(&(1, Reason::L210)), "nobody knows whose the number is");
}

fn suppression(person_ref: &str, bsn: u32) -> Suppression {
    Suppression {
        row: RowRef { file: 0, row: 1 },
        bsn: super::bsn(bsn),
        person_ref: person_ref.to_owned(),
        reason: SuppressionReason::Objection,
        source: String::new(),
        since: None,
    }
}

#[test]
fn suppressions_that_name_nobody_are_told() {
    let listed = [Details { record: "P-1", bsn: BSNS[0], ..ANNA }];
    let with = |suppression: Suppression| {
        let mut rows = rows(&[Details { bsn: BSNS[0], ..ANNA }], &listed);
        rows.suppressions.push(suppression);
        let linked = linked(&rows);
        (linked.nobody.len(), linked.set_aside.first().map(|held| held.reason))
    };
    assert_eq!(with(suppression("P-1", 0)), (0, None));
    assert_eq!(with(suppression("", BSNS[0])), (0, None));
    assert_eq!(with(suppression("P-2", 0)), (1, None));
    assert_eq!(with(suppression("", BSNS[1])), (1, None));
    assert_eq!(with(suppression("p01", 0)), (1, None));
    assert_eq!(with(suppression("p.1", 0)), (1, Some(Reason::L210)));
}

#[test]
fn a_damaged_suppression_that_fits_nobody_stops() {
    let damaged = |raw: &str| Refused {
        digits: Digits::left_of(raw, 9),
        open: Open::BSN,
        set_aside: crate::reason::SetAside::new(RowRef { file: 0, row: 3 }, Reason::R101),
        ..refused(List::Suppressions, 0, "")
    };
    let link = |row: Refused| {
        let mut rows = rows(&[Details { bsn: BSNS[0], ..ANNA }], &[]);
        let (file, sha256) = ("suppressions.csv".to_owned(), String::new());
        rows.inputs.push(Input { file, list: List::Suppressions, sha256, rows: 3, unread_columns: Vec::new() });
        rows.refused.push(row);
        let rules = LinkRules::default();
        let terms = Terms { rules: &rules, parameters: &Parameters::built_in(), decisions: &[] };
        link(&rows, &terms, &Keys::derive(&[7; 32]), &Progress::hidden()).map(|linked| linked.set_aside.len())
    };
    assert_eq!(link(damaged("999990010")).unwrap(), 1);
    assert!(matches!(link(damaged("912345604")), Err(LinkError::Suppression { row: 3, .. })));
}
