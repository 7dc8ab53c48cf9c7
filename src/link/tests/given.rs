//! Given names whole, names left out, and children that have none yet.

use super::*;

const WITH_NUMBER: Details = Details { bsn: BSNS[0], ..ANNA };

/// Two rows that agree in everything but the given names.
fn people(one: &'static str, other: &'static str) -> usize {
    let detail = |record, first_names| Details { record, first_names, initials: "", ..ANNA };
    let rows = rows(&[detail("1", one), detail("2", other)], &[]);
    let (people, held) = outcome(&linked(&rows));
    assert!(held.is_empty(), "{one}, {other}");
    people.len()
}

#[test]
fn names_that_begin_alike_are_two_people() {
    for (one, other) in [
        ("Jan-Willem", "Jan-Pieter"),
        ("Mohamed Amin", "Mohamed Yassin"),
        ("Anna Maria", "Anna Johanna"),
        ("Anna Maria", "Anna Margaretha"),
        ("Maria Elisabeth", "Maria Cornelia"),
        ("Jan Willem", "Janpieter"),
        ("Maria", "Marie"),
        ("Annemarie", "Annemieke"),
    ] {
        assert_eq!(people(one, other), 2, "{one}, {other}");
        assert_eq!(people(other, one), 2, "{one}, {other}");
    }
}

#[test]
fn names_that_are_left_out_or_written_apart_are_one_person() {
    for (one, other) in [
        ("Jan-Willem", "Jan-Willem"),
        ("Jan-Willem", "Jan Willem"),
        ("Jan-Willem", "JANWILLEM"),
        ("Jan-Willem", "Jan"),
        ("Mohamed Amin", "Mohamed"),
        ("Anna Maria", "Anna M."),
        ("Johannes (Hans)", "Johannes"),
    ] {
        assert_eq!(people(one, other), 1, "{one}, {other}");
        assert_eq!(people(other, one), 1, "{one}, {other}");
    }
}

#[test]
fn initials_that_agree_do_not_bring_two_names_together() {
    let one = Details { first_names: "Mohamed Amin", initials: "M.", ..ANNA };
    let other = Details { record: "2", first_names: "Mohamed Yassin", initials: "M.", ..ANNA };
    expect(&linked(&rows(&[one, other], &[])), &[&[1], &[2]], &[]);
}

#[test]
fn a_name_that_may_be_either_of_two_waits() {
    let detail = |record, first_names| Details { record, first_names, initials: "", ..ANNA };
    let rows =
        rows(&[detail("1", "Jan-Willem"), detail("2", "Jan-Pieter"), detail("3", "Jan")], &[]);
    expect(&linked(&rows), &[&[1], &[2]], &[(3, Reason::L205)]);
}

#[test]
fn fewer_names_never_chain_two_people() {
    let detail = |record, first_names| Details { record, first_names, initials: "", ..ANNA };
    let rows = rows(
        &[
            detail("1", "Anna Maria"),
            detail("2", "Anna"),
            detail("3", "Anna Johanna"),
            detail("4", "Anna"),
        ],
        &[],
    );
    let (people, held) = outcome(&linked(&rows));
    assert!(people.iter().all(|person| !(person.contains(&1) && person.contains(&3))));
    assert_eq!(held.iter().map(|held| held.0).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn other_names_under_one_number_wait() {
    let other = Details { record: "2", first_names: "Jan-Pieter", initials: "J.", ..WITH_NUMBER };
    let rows =
        rows(&[Details { first_names: "Jan-Willem", initials: "J.", ..WITH_NUMBER }, other], &[]);
    expect(&linked(&rows), &[], &[(1, Reason::L201), (2, Reason::L201)]);
}

#[test]
fn two_newborns_of_one_day_and_address_are_twins_until_shown_otherwise() {
    for (one, other) in [
        ("Baby", "Baby"),
        ("Zoon", "Zoon"),
        ("N.N.", "N.N."),
        ("Kind van", "Kind van"),
        ("Bb van Fatima", "Bb van Fatima"),
        ("Baby", "Dochter"),
        ("Newborn", "Newborn"),
        ("Baby girl", "Baby girl"),
        ("Daughter of Maria", "Daughter of Maria"),
        ("Twin A", "Twin B"),
    ] {
        assert_eq!(people(one, other), 2, "{one}, {other}");
    }
}

#[test]
fn newborns_with_one_number_or_in_one_record_are_one() {
    let baby = Details { first_names: "Baby", initials: "B.", ..ANNA };
    let again = Details { record: "2", ..baby.clone() };
    let numbered = |details: &Details| Details { bsn: BSNS[0], ..details.clone() };
    expect(&linked(&rows(&[numbered(&baby), numbered(&again)], &[])), &[&[1, 2]], &[]);
    expect(&linked(&rows(&[baby.clone(), baby.clone()], &[])), &[&[1, 2]], &[]);
    // The same record once more, with another thing to say.
    let mut twice = rows(&[baby.clone(), baby], &[]);
    twice.exposures[1].status = Status::NotExcluded;
    expect(&linked(&twice), &[&[1, 2]], &[]);
}

#[test]
fn a_name_that_was_given_later_fits_the_newborn_and_of_twins_neither() {
    let baby = Details { first_names: "Baby", initials: "N.", ..ANNA };
    let named = Details { record: "2", first_names: "Noor", initials: "N.", ..ANNA };
    expect(&linked(&rows(&[baby.clone(), named.clone()], &[])), &[&[1, 2]], &[]);
    let twin = Details { record: "3", first_names: "Nina", initials: "N.", ..ANNA };
    let rows = rows(&[baby, named, twin], &[]);
    expect(&linked(&rows), &[&[2], &[3]], &[(1, Reason::L205)]);
}
