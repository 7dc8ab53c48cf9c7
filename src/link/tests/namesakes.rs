//! Rows that protect somebody of a person's name and birth date, and that no score joined to that person.

use super::*;

/// Anna, of whom the list says that she died, with what the row leaves out or says differently.
fn held(listed: &Details) -> Option<Reason> {
    let mut rows = rows(&[Details { bsn: BSNS[0], ..ANNA }], &[Details { record: "p", ..listed.clone() }]);
    rows.participants[0].deceased_on = PartialDate::new(2024, 2, 3);
    let linked = linked(&rows);
    let joined = linked.clusters.iter().any(|person| !person.participants.is_empty());
    let (people, held) = outcome(&linked);
    assert_eq!(people.is_empty(), !held.is_empty());
    assert_eq!(linked.namesakes.is_empty(), joined || !held.is_empty() || is_stranger(listed));
    held.first().map(|(_, reason)| *reason)
}

/// Another name is nobody's namesake.
fn is_stranger(listed: &Details) -> bool {
    listed.first_names != ANNA.first_names || listed.surname != ANNA.surname
}

#[test]
fn a_protecting_row_whose_address_says_nothing_against_it_holds_the_person() {
    for address in [("", ""), ("", "1234AB"), ("WAAR", "1234AB"), ("1e9", "1234AB"), ("99", "1234AB")] {
        let row = Details { number: address.0, postcode: address.1, ..ANNA };
        let reason = held(&row);
        assert!(matches!(reason, None | Some(Reason::L204)), "{address:?}: {reason:?}");
        if reason.is_none() {
            let mut rows = rows(&[Details { bsn: BSNS[0], ..ANNA }], &[Details { record: "p", ..row }]);
            rows.participants[0].deceased_on = PartialDate::new(2024, 2, 3);
            let linked = linked(&rows);
            assert_eq!(linked.clusters[0].participants.len(), 1, "{address:?}: neither joined nor held");
        }
    }
}

#[test]
fn a_namesake_elsewhere_or_of_another_number_holds_nobody() {
    for row in [
        Details { number: "99", postcode: "9876ZX", bsn: BSNS[1], ..ANNA },
        Details { number: "", postcode: "", bsn: BSNS[1], ..ANNA },
        Details { number: "", postcode: "", first_names: "Piet", initials: "P.", ..ANNA },
        Details { number: "", postcode: "", surname: "Bos", ..ANNA },
    ] {
        assert_eq!(held(&row), None, "{row:?}");
    }
}
