//! The named cases: who must and who must never come together.

use super::*;

const WITH_NUMBER: Details = Details { bsn: BSNS[0], ..ANNA };

#[test]
fn the_same_number_and_birth_date_with_a_surname_part_or_the_address_is_one_person() {
    let married = Details { record: "2", surname: "Bakker-Jansen", number: "99", ..WITH_NUMBER };
    let moved_name = Details { record: "3", surname: "Visser", ..WITH_NUMBER };
    let rows = rows(&[WITH_NUMBER, married, moved_name], &[]);
    expect(&linked(&rows), &[&[1, 2, 3]], &[]);
}

#[test]
fn one_slip_in_the_birth_date_is_forgiven_beside_the_number() {
    let turned = Details { record: "2", birth: (1980, 6, 8), ..WITH_NUMBER };
    let straight = Details { record: "1", birth: (1980, 8, 6), ..WITH_NUMBER };
    let digit = Details { record: "3", birth: (1980, 8, 7), ..WITH_NUMBER };
    let year_only = Details { record: "4", birth: (1980, 0, 0), ..WITH_NUMBER };
    let rows = rows(&[straight.clone(), turned], &[]);
    expect(&linked(&rows), &[&[1, 2]], &[]);
    let rows = super::rows(&[straight, digit, year_only], &[]);
    expect(&linked(&rows), &[&[1, 2, 3]], &[]);
}

#[test]
fn one_number_of_two_people_holds_both() {
    let other = Details {
        record: "2",
        first_names: "Piet",
        initials: "P.",
        surname: "Bos",
        birth: (1951, 1, 3),
        number: "7",
        sex: Some(Sex::M),
        ..WITH_NUMBER
    };
    let rows = rows(&[WITH_NUMBER, other], &[]);
    let linked = linked(&rows);
    expect(&linked, &[], &[(1, Reason::L201), (2, Reason::L201)]);
    assert_eq!(linked.set_aside[0].beside.len(), 1);
    assert!(
        linked.set_aside[0].evidence.contains("; birth_date: differs (-"),
        "{}",
        linked.set_aside[0].evidence
    );
}

#[test]
fn a_stray_use_of_a_registered_number_does_not_hold_its_owner() {
    let stray = Details {
        record: "2",
        first_names: "Piet",
        initials: "P.",
        surname: "Bos",
        birth: (1951, 1, 3),
        number: "7",
        sex: Some(Sex::M),
        ..WITH_NUMBER
    };
    let rows = rows(&[WITH_NUMBER, stray], &[Details { record: "p", ..WITH_NUMBER }]);
    expect(&linked(&rows), &[&[1]], &[(2, Reason::L201)]);
}

#[test]
fn a_number_of_three_people_is_generic() {
    let other = Details {
        record: "2",
        first_names: "Piet",
        initials: "P.",
        surname: "Bos",
        birth: (1951, 1, 3),
        number: "7",
        ..WITH_NUMBER
    };
    let third = Details {
        record: "3",
        first_names: "Wim",
        initials: "W.",
        surname: "Smit",
        birth: (1962, 9, 30),
        number: "3",
        ..WITH_NUMBER
    };
    let rows = rows(&[WITH_NUMBER, other, third], &[]);
    expect(&linked(&rows), &[], &[(1, Reason::L202), (2, Reason::L202), (3, Reason::L202)]);
}

#[test]
fn a_number_that_many_rows_use_is_generic_without_comparing_them() {
    const NAMES: [&str; 10] = [
        "Bos", "Smit", "Mulder", "Dekker", "Peters", "Kuiper", "Vos", "Hendriks", "Schouten",
        "Willems",
    ];
    let people: Vec<Details> = (0_usize..100)
        .map(|index| Details {
            record: NAMES[index % 10],
            surname: NAMES[index / 10],
            birth: (1950 + u16::try_from(index % 10).unwrap(), 3, 9),
            ..WITH_NUMBER
        })
        .collect();
    let rows = rows(&people, &[]);
    let linked = linked(&rows);
    assert!(linked.set_aside.iter().all(|held| held.reason == Reason::L202));
    assert_eq!(linked.set_aside.len(), 100);
    let block = &linked.blocks[0];
    assert_eq!(
        (block.rule, block.hot_blocks, block.hot[0].units, block.largest),
        ("bsn", 1, 100, 100)
    );
}

#[test]
fn one_person_with_two_numbers_is_held() {
    let other = Details { record: "2", bsn: BSNS[1], ..WITH_NUMBER };
    let rows = rows(&[WITH_NUMBER, other], &[]);
    expect(&linked(&rows), &[], &[(1, Reason::L203), (2, Reason::L203)]);
}

#[test]
fn of_two_numbers_the_registered_one_stands() {
    let wrong = Details { record: "2", bsn: BSNS[1], ..WITH_NUMBER };
    let rows = rows(&[WITH_NUMBER, wrong], &[Details { record: "p", ..WITH_NUMBER }]);
    expect(&linked(&rows), &[&[1]], &[(2, Reason::L203)]);
}

#[test]
fn full_name_birth_date_and_address_are_one_person_without_a_number() {
    let again = Details { record: "2", surname: "van Dijk-Jansen", number: "12 a", ..ANNA };
    let rows = rows(&[ANNA, again], &[]);
    expect(&linked(&rows), &[&[1, 2]], &[]);
}

#[test]
fn a_maiden_name_meets_the_partner_name_through_the_participants_list() {
    let lab = Details { surname: "Bakker", ..ANNA };
    let listed = Details { record: "p", bsn: BSNS[0], partner: "Bakker", ..ANNA };
    let rows = rows(&[Details { record: "2", ..ANNA }, lab], &[listed]);
    let linked = linked(&rows);
    expect(&linked, &[&[1, 2]], &[]);
    assert_eq!(linked.clusters[0].participants.len(), 1);
}

#[test]
fn twins_are_two_people() {
    let twin = Details { record: "2", first_names: "Eva", initials: "E.", ..ANNA };
    let rows = rows(&[ANNA, twin], &[]);
    expect(&linked(&rows), &[&[1], &[2]], &[]);
}

#[test]
fn twins_with_one_initial_are_two_people_and_an_initial_alone_joins_neither() {
    let twin = Details { record: "2", first_names: "Aukje Maria", ..ANNA };
    let initial = Details { record: "3", first_names: "", ..ANNA };
    let rows = rows(&[ANNA, twin, initial], &[]);
    expect(&linked(&rows), &[&[1], &[2]], &[(3, Reason::L205)]);
}

#[test]
fn twins_with_one_initial_and_numbers_are_told_apart_by_number_alone() {
    let anna = Details { first_names: "", ..WITH_NUMBER };
    let twin = Details { record: "2", bsn: BSNS[1], ..anna };
    let initial = Details { record: "3", bsn: 0, ..anna };
    let rows = rows(&[anna, twin, initial], &[]);
    expect(&linked(&rows), &[&[1], &[2]], &[(3, Reason::L205)]);
}

#[test]
fn the_number_of_the_twin_holds_the_row() {
    let twin = Details { record: "2", first_names: "Eva", initials: "E.", bsn: BSNS[1], ..ANNA };
    let mistaken = Details { record: "3", first_names: "Eva", initials: "E.", ..WITH_NUMBER };
    let rows = rows(
        &[WITH_NUMBER, twin, mistaken],
        &[
            Details { record: "p", ..WITH_NUMBER },
            Details { record: "q", first_names: "Eva", initials: "E.", bsn: BSNS[1], ..ANNA },
        ],
    );
    expect(&linked(&rows), &[&[1], &[2]], &[(3, Reason::L201)]);
}

#[test]
fn an_initial_joins_where_only_one_person_fits_and_never_in_the_strict_profile() {
    let initials = Details { record: "2", first_names: "", ..ANNA };
    let rows = rows(&[ANNA, initials], &[]);
    expect(&linked(&rows), &[&[1, 2]], &[]);
    expect(&linked_by(&rows, &STRICT), &[&[1], &[2]], &[]);
}

#[test]
fn one_letter_of_several_joins_only_where_a_list_knows_the_person() {
    let letter = Details { record: "2", first_names: "", initials: "A.", ..ANNA };
    let unknown = rows(&[ANNA, letter.clone()], &[]);
    expect(&linked(&unknown), &[&[1], &[2]], &[]);
    let known = rows(&[ANNA, letter], &[Details { record: "p", bsn: BSNS[0], ..ANNA }]);
    expect(&linked(&known), &[&[1, 2]], &[]);
}

#[test]
fn father_and_son_of_one_name_are_two_people() {
    let father = Details {
        first_names: "Jan",
        initials: "J.",
        sex: Some(Sex::M),
        birth: (1950, 3, 12),
        ..ANNA
    };
    let son = Details { record: "2", birth: (1980, 3, 14), ..father };
    let without_number = Details { record: "3", ..father };
    let rows = rows(&[father, son, without_number], &[]);
    expect(&linked(&rows), &[&[1, 3], &[2]], &[]);
}

#[test]
fn namesakes_with_one_birth_date_at_two_addresses_are_two_people() {
    let namesake = Details { record: "2", number: "77", postcode: "9876ZX", ..ANNA };
    let rows = rows(&[ANNA, namesake], &[]);
    expect(&linked(&rows), &[&[1], &[2]], &[]);
}

#[test]
fn a_chain_is_not_a_person() {
    // B has no number and fits A and C, whose numbers differ.
    let a = Details { ..WITH_NUMBER };
    let c = Details { record: "3", bsn: BSNS[1], first_names: "Anna", initials: "A.", ..ANNA };
    let b = Details { record: "2", ..ANNA };
    let rows = rows(
        &[a, b, c],
        &[
            Details { record: "p", ..WITH_NUMBER },
            Details { record: "q", bsn: BSNS[1], first_names: "Anna", initials: "A.", ..ANNA },
        ],
    );
    expect(&linked(&rows), &[&[1], &[3]], &[(2, Reason::L205)]);
}

#[test]
fn identical_rows_are_one_whatever_they_lack() {
    let empty = Details {
        first_names: "",
        initials: "",
        birth: (0, 0, 0),
        sex: None,
        number: "",
        postcode: "",
        ..ANNA
    };
    let rows = rows(&[empty.clone(), empty], &[]);
    expect(&linked(&rows), &[&[1, 2]], &[]);
}

#[test]
fn rows_with_next_to_nothing_in_common_stay_apart() {
    let empty = Details {
        first_names: "",
        initials: "",
        birth: (0, 0, 0),
        sex: None,
        number: "",
        postcode: "",
        ..ANNA
    };
    let rows = rows(&[empty.clone(), Details { record: "2", ..empty }], &[]);
    expect(&linked(&rows), &[&[1], &[2]], &[]);
}

#[test]
fn one_record_for_two_people_is_held() {
    let other = Details {
        first_names: "Piet",
        initials: "P.",
        surname: "Bos",
        birth: (1951, 1, 3),
        ..ANNA
    };
    let rows = rows(&[ANNA, other, Details { record: "9", ..ANNA }], &[]);
    expect(&linked(&rows), &[&[3]], &[(1, Reason::L208), (2, Reason::L208)]);
}

#[test]
fn a_person_of_too_many_rows_is_held() {
    let second = Details { record: "2", number: "13", ..WITH_NUMBER };
    let third = Details { record: "3", ..WITH_NUMBER };
    let rows = rows(&[WITH_NUMBER, second, third], &[]);
    let rules = LinkRules { max_cluster_rows: 2, ..LinkRules::default() };
    let held = [(1, Reason::L206), (2, Reason::L206), (3, Reason::L206)];
    expect(&linked_by(&rows, &rules), &[], &held);
}

#[test]
fn contradicting_participants_pull_nobody_together() {
    let rows = rows(
        &[WITH_NUMBER],
        &[
            Details { record: "p", ..WITH_NUMBER },
            Details { record: "q", birth: (1951, 1, 3), ..WITH_NUMBER },
        ],
    );
    expect(&linked(&rows), &[], &[(1, Reason::L201)]);
}

#[test]
fn an_unreadable_list_row_holds_the_person() {
    let mut rows = rows(
        &[
            WITH_NUMBER,
            Details { record: "2", surname: "Bos", first_names: "Eva", initials: "E.", ..ANNA },
        ],
        &[Details {
            record: "ref-2",
            bsn: BSNS[1],
            surname: "Bos",
            first_names: "Eva",
            initials: "E.",
            ..ANNA
        }],
    );
    rows.refused.push(refused(List::Suppressions, BSNS[0], ""));
    expect(&linked(&rows), &[&[2]], &[(1, Reason::L207)]);
    rows.refused.push(refused(List::Register, 0, "ref-2"));
    expect(&linked(&rows), &[], &[(1, Reason::L207), (2, Reason::L207)]);
}

#[test]
fn participants_without_an_exposure_are_not_people_to_write_to() {
    let rows = rows(&[], &[WITH_NUMBER]);
    expect(&linked(&rows), &[], &[]);
}

#[test]
fn the_first_of_january_does_not_make_initials_enough() {
    let unknown = Details { birth: (1980, 1, 1), ..ANNA };
    let initial = Details { record: "2", first_names: "", ..unknown };
    let rows = rows(&[unknown, initial], &[]);
    expect(&linked(&rows), &[&[1], &[2]], &[]);
}

#[test]
fn evidence_names_fields_and_never_values() {
    let other =
        Details { record: "2", surname: "Bos", birth: (1951, 1, 3), number: "7", ..WITH_NUMBER };
    let rows = rows(&[WITH_NUMBER, other], &[]);
    let linked = linked(&rows);
    for held in &linked.set_aside {
        for value in ["Jansen", "Bos", "jansen", "bos", "1980", "1951", "99999", "1234"] {
            assert!(!held.evidence.contains(value));
        }
    }
}
