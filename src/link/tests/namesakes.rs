//! Rows that protect somebody of a person's name and birth date, and that no score joined to that
//! person.

use super::*;

/// Anna, of whom the list says that she died, with what the row leaves out or says differently.
fn held(listed: &Details) -> Option<Reason> {
    let mut rows =
        rows(&[Details { bsn: BSNS[0], ..ANNA }], &[Details { record: "p", ..listed.clone() }]);
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
    for address in
        [("", ""), ("", "1234AB"), ("WAAR", "1234AB"), ("1e9", "1234AB"), ("99", "1234AB")]
    {
        let row = Details { number: address.0, postcode: address.1, ..ANNA };
        let reason = held(&row);
        assert!(matches!(reason, None | Some(Reason::L204)), "{address:?}: {reason:?}");
        if reason.is_none() {
            let mut rows =
                rows(&[Details { bsn: BSNS[0], ..ANNA }], &[Details { record: "p", ..row }]);
            rows.participants[0].deceased_on = PartialDate::new(2024, 2, 3);
            let linked = linked(&rows);
            assert_eq!(
                linked.clusters[0].participants.len(),
                1,
                "{address:?}: neither joined nor held"
            );
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

/// Whether Anna, whose record says `lab`, is neither written to nor forgotten when the list says
/// `listed` of somebody who died: held, or joined to the row.
fn is_kept(lab: &Details, listed: &Details) -> bool {
    let mut rows = rows(std::slice::from_ref(lab), &[Details { record: "p", ..listed.clone() }]);
    rows.participants[0].deceased_on = PartialDate::new(2024, 2, 3);
    let linked = linked(&rows);
    linked.clusters.iter().all(|person| !person.participants.is_empty())
}

#[test]
fn a_word_that_is_no_name_does_not_make_another_person_of_a_row_that_protects() {
    let nowhere = Details { number: "", postcode: "", ..ANNA };
    for word in ["Vrouw", "overl.", "onleesbaar", "true", "Mevr.", "ZZTEST", "FALSE"] {
        for near in [ANNA, nowhere.clone()] {
            for damaged in [
                Details { first_names: word, ..near.clone() },
                Details { first_names: word, initials: "", ..near.clone() },
                Details { initials: word, ..near.clone() },
                Details { initials: word, first_names: "", ..near.clone() },
                Details { surname: word, ..near.clone() },
                Details { surname: word, first_names: "", ..near.clone() },
            ] {
                assert!(is_kept(&ANNA, &damaged), "list: {damaged:?}");
                assert!(is_kept(&damaged, &ANNA), "lab: {damaged:?}");
            }
        }
        let elsewhere = Details { number: "99", postcode: "9876ZX", ..ANNA };
        let called = |first_names| Details { first_names, initials: "", ..elsewhere.clone() };
        assert_eq!(is_kept(&ANNA, &called(word)), is_kept(&ANNA, &called("")), "{word}");
        assert!(
            !is_kept(
                &ANNA,
                &Details { surname: word, first_names: "Piet", initials: "P.", ..ANNA }
            ),
            "{word}"
        );
    }
}

#[test]
fn a_row_that_a_suppression_names_protects_like_one_that_says_so_itself() {
    let mut rows = rows(
        &[ANNA],
        &[Details { record: "P-1", number: "", postcode: "", surname: "overl.", ..ANNA }],
    );
    assert_eq!(outcome(&linked(&rows)).1.len(), 0);
    rows.suppressions.push(super::hidden::suppression("P-1", 0));
    let linked = linked(&rows);
    assert!(
        linked.clusters.iter().all(|person| !person.participants.is_empty()),
        "neither joined nor held"
    );
}

#[test]
fn two_lab_rows_are_neither_told_apart_nor_joined_by_words_that_are_no_name() {
    let other = Details { record: "2", ..ANNA };
    for word in ["Vrouw", "overl.", "onleesbaar", "true"] {
        let with = |one: &Details, two: &Details| {
            outcome(&linked(&rows(&[one.clone(), two.clone()], &[])))
        };
        let named = |details: &Details| Details {
            first_names: word,
            initials: word,
            surname: word,
            ..details.clone()
        };
        let empty = |details: &Details| Details {
            first_names: "",
            initials: "",
            surname: "",
            ..details.clone()
        };
        assert_eq!(
            with(&named(&ANNA), &named(&other)),
            with(&empty(&ANNA), &empty(&other)),
            "{word}"
        );
        assert_eq!(with(&ANNA, &named(&other)), with(&ANNA, &empty(&other)), "{word}");
    }
}
