//! Rows that could not be read, and who is held because of them.

use super::*;
use crate::field::digits::Digits;
use crate::field::row::{Input, Open, Remains, Suppression, SuppressionReason};
use crate::link::LinkError;

/// Another woman at a different address.
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

/// A register row that could not be read whole; `raw` is what is in its BSN's cell.
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
    let nobody = Details {
        bsn: 0,
        first_names: "",
        initials: "",
        surname: "",
        birth: (0, 0, 0),
        sex: None,
        ..ANNA
    };
    let nowhere = Details { number: "", postcode: "", ..nobody.clone() };
    for (row, open, raw, expected) in [
        (Details { bsn: BSNS[0], ..nowhere.clone() }, Open::SEX, "", Some(Reason::L207)),
        (nowhere.clone(), Open::BSN, "99999001", Some(Reason::L210)),
        (nowhere.clone(), Open::BSN, "1.00E+09", None),
        (
            Details { number: "99", postcode: "1111AA", ..ANNA },
            Open::BSN,
            "#REF!",
            Some(Reason::L210),
        ),
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
        (Details { bsn: BSNS[1], birth: (1980, 9, 2), ..ANNA }, Open::OTHER, "", None),
    ] {
        let found = anna(&numbered, unreadable(&row, open, raw));
        assert_eq!(found, expected, "{row:?} {open:?} {raw}");
    }
}

#[test]
fn without_a_birth_date_a_name_alone_is_nobodys() {
    let namesake =
        Details { number: "99", postcode: "1111AA", first_names: "", initials: "A.M.", ..ANNA };
    let undated = Details { birth: (0, 0, 0), ..ANNA };
    assert_eq!(anna(&namesake, unreadable(&undated, Open::BIRTH_DATE, "")), None);
}

#[test]
fn somebody_with_all_but_the_number_of_an_unreadable_row_is_held() {
    let other = unreadable(&Details { record: "9", bsn: BSNS[1], ..ANNA }, Open::OTHER, "");
    let numbered = Details { bsn: BSNS[0], ..ANNA };
    for listed in [vec![], vec![numbered.clone()]] {
        let (people, found) = held(std::slice::from_ref(&numbered), &listed, other.clone());
        assert!(
            people.is_empty() && found.contains(&(1, Reason::L210)),
            "nobody knows whose the number is"
        );
    }
}

#[test]
fn a_decision_about_a_row_that_cannot_be_read_still_holds_the_other() {
    let keys = Keys::derive(&[7; 32]);
    let (lab, listed) = (["set", "2"], ["list", "register", "R-1"]);
    let (lab, listed) = (keys.row_fingerprint(lab), keys.row_fingerprint(listed));
    let said = crate::link::Decision::new(lab, listed, crate::link::Ruling::Same);
    let mut rows = rows(&[ANNA, DINA], &[]);
    let held = |rows: &Rows| {
        let rules = LinkRules::default();
        let terms =
            LinkTerms { rules: &rules, parameters: &Parameters::built_in(), decisions: &[said] };
        outcome(&link(rows, &terms, &keys, &Progress::hidden()).unwrap()).1
    };
    assert!(held(&rows).is_empty());
    let elsewhere =
        Details { record: "R-1", surname: "Vermeer", birth: (1950, 2, 3), number: "7", ..ANNA };
    let elsewhere = Details { postcode: "1111AA", ..elsewhere };
    rows.refused.push(unreadable(&elsewhere, Open::SEX, ""));
    assert_eq!(held(&rows), BTreeSet::from([(2, Reason::L210)]));
    rows.refused[0].person_ref = "R-2".to_owned();
    assert!(held(&rows).is_empty(), "another record");
    rows.refused[0].open = Open::ID;
    assert_eq!(held(&rows), BTreeSet::from([(2, Reason::L210)]), "it may be that record");
}

/// A lab record that could not be read whole.
fn unreadable_lab(details: &Details, open: Open, raw: &str) -> Refused {
    let row = exposure(9, details);
    Refused {
        bsn: row.bsn,
        digits: Digits::left_of(raw, 9),
        open,
        remains: vec![Remains::Exposure(Box::new(row))],
        ..refused(List::Exposures, 0, "")
    }
}

#[test]
fn a_lab_record_with_a_slip_in_its_number_holds_nobody_who_is_known() {
    let adult = |details: &Details| Details { bsn: BSNS[0], ..details.clone() };
    let own = adult(&ANNA);
    let with = |listed: &[Details], mut row: Refused, change: &dyn Fn(&mut Exposure)| {
        let mut rows = rows(std::slice::from_ref(&own), listed);
        for remains in &mut row.remains {
            let Remains::Exposure(row) = remains else { panic!("not a lab record") };
            row.category = Some(Category::Gp);
            row.items = Items::NONE.with(crate::field::terms::Item::Name);
            change(row);
        }
        rows.refused.push(row);
        linked(&rows).set_aside.first().map(|held| held.reason)
    };
    let again = || Details { record: "9", bsn: 0, ..ANNA };
    let slip = || unreadable_lab(&again(), Open::BSN, "999990018");
    assert_eq!(with(&[], slip(), &|_| ()), None);
    assert_eq!(
        with(&[], slip(), &|row| row.items = Items::NONE),
        Some(Reason::L212),
        "says stolen and lists nothing"
    );
    assert_eq!(
        with(&[], slip(), &|row| row.category = Some(Category::Prisoner)),
        Some(Reason::L212)
    );
    assert_eq!(
        with(&[], slip(), &|row| row.birth_date = PartialDate::new(2012, 5, 17)),
        Some(Reason::L212)
    );
    let lost = || unreadable_lab(&again(), Open::BSN, "#REF!");
    assert_eq!(with(&[], lost(), &|_| ()), Some(Reason::L212), "it may be another person's number");
    assert_eq!(with(std::slice::from_ref(&own), lost(), &|_| ()), None, "a list knows her number");
    let undated = unreadable_lab(&Details { birth: (0, 0, 0), ..again() }, Open::BIRTH_DATE, "");
    assert_eq!(with(std::slice::from_ref(&own), undated, &|_| ()), Some(Reason::L212));
    let same_record = unreadable_lab(
        &Details { record: "1", surname: "Vermeer", number: "7", ..again() },
        Open::SEX,
        "",
    );
    assert_eq!(
        with(&[], same_record, &|_| ()),
        Some(Reason::L208),
        "one record number, maybe of two people"
    );
}

pub(super) fn suppression(person_ref: &str, bsn: u32) -> Suppression {
    Suppression {
        row: RowRef { file: 0, row: 1 },
        bsn: super::bsn(bsn),
        person_ref: person_ref.to_owned(),
        reason: SuppressionReason::Objection,
        source: String::new(),
        since: None,
        since_partly: None,
        since_unreadable: false,
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
        set_aside: crate::field::reason::SetAside::new(RowRef { file: 0, row: 3 }, Reason::R101),
        ..refused(List::Suppressions, 0, "")
    };
    let link = |row: Refused| {
        let mut rows = rows(&[Details { bsn: BSNS[0], ..ANNA }], &[]);
        let (file, sha256) = ("suppressions.csv".to_owned(), String::new());
        rows.inputs.push(Input {
            file,
            list: List::Suppressions,
            sha256,
            rows: 3,
            unread_columns: Vec::new(),
            notes: Vec::new(),
        });
        rows.refused.push(row);
        let rules = LinkRules::default();
        let terms =
            LinkTerms { rules: &rules, parameters: &Parameters::built_in(), decisions: &[] };
        link(&rows, &terms, &Keys::derive(&[7; 32]), &Progress::hidden())
            .map(|linked| linked.set_aside.len())
    };
    assert_eq!(link(damaged("999990010")).unwrap(), 1);
    assert!(matches!(link(damaged("912345604")), Err(LinkError::Suppression { row: 3, .. })));

    // A number of the test range in a real run: it is read, and nobody's.
    let mut invented = damaged("999990010");
    (invented.bsn, invented.digits, invented.used) = (bsn(BSNS[1]), None, true);
    invented.set_aside.reason = Reason::R103;
    let error = link(invented).unwrap_err();
    assert!(matches!(error, LinkError::TestSuppression { row: 3, .. }), "{error}");
    assert!(
        error.to_string().contains("test range") && !error.to_string().contains("cannot be read"),
        "{error}"
    );
}
