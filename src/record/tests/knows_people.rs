//! A person keeps their name whatever is added or corrected, and nobody is told twice.

use jiff::civil::date;

use super::fixture::*;
use crate::field::row::Exposure;
use crate::field::terms::Kind;
use crate::record::{IdentityChange, Recognised};

const LATER: jiff::civil::Date = date(2026, 2, 1);

fn recognise<'a>(world: &World, clusters: &'a [Vec<Exposure>]) -> Recognised<'a> {
    world.open().recognise(borrow(clusters)).unwrap()
}

#[test]
fn new_rows_and_corrected_names_do_not_make_a_new_person() {
    let world = World::new();
    world.night(&[vec![exposure("A", 1, bsn(0))], vec![exposure("B", 2, 0)]], NIGHT);
    let before = [vec![exposure("A", 1, bsn(0))], vec![exposure("B", 2, 0)]];
    let before = recognise(&world, &before);
    let mut corrected = exposure("B", 7, 0);
    corrected.cells = crate::field::cells::Cells::pack([
        "B", "D1", "", "W.", "", "Anders", "", "", "", "", "", "", "", "",
    ])
    .unwrap();
    let now = [
        vec![exposure("A", 5, bsn(0)), exposure("A2", 6, 0)],
        vec![corrected, exposure("0", 8, 0)],
    ];
    let now = recognise(&world, &now);
    for (one, other) in before.people.iter().zip(&now.people) {
        assert_eq!(one.pseudonym, other.pseudonym);
        assert_eq!(other.told.len(), 1);
        assert_eq!(one.told, other.told);
    }
    assert!(now.identities.changes.is_empty());
}

#[test]
fn a_bsn_that_turns_up_later_does_not_make_a_new_person() {
    let world = World::new();
    world.night(&[vec![exposure("A", 1, 0)]], NIGHT);
    let now = [vec![exposure("A", 1, 0), exposure("B", 2, bsn(0))]];
    assert_eq!(recognise(&world, &now).people[0].told.len(), 1);
    assert!(world.night(&now, LATER).is_empty());
}

#[test]
fn a_new_record_of_a_known_bsn_is_the_known_person() {
    let world = World::new();
    world.night(&[vec![exposure("A", 1, bsn(0))]], NIGHT);
    assert!(world.night(&[vec![exposure("B", 1, bsn(0))]], LATER).is_empty());
}

#[test]
fn row_order_makes_no_difference_to_names() {
    let (one, other) = (exposure("A", 1, 0), exposure("B", 2, 0));
    let world = World::new();
    let forward = [vec![one.clone(), other.clone()]];
    let backward = [vec![other, one]];
    assert_eq!(
        recognise(&world, &forward).people[0].pseudonym,
        recognise(&world, &backward).people[0].pseudonym
    );
}

#[test]
fn two_told_people_who_are_one_are_not_told_again() {
    let world = World::new();
    world.night(&[vec![exposure("A", 1, 0)]], NIGHT);
    world.night(&[vec![exposure("A", 1, 0)], vec![exposure("B", 2, 0)]], LATER);
    let apart = [vec![exposure("A", 1, 0)], vec![exposure("B", 2, 0)]];
    let apart = recognise(&world, &apart);
    let (first, second) = (apart.people[0].pseudonym, apart.people[1].pseudonym);

    let together = [vec![exposure("A", 1, 0), exposure("B", 2, 0)]];
    let merged = recognise(&world, &together);
    assert_eq!(merged.people[0].pseudonym, first, "the one told first lives on");
    assert_eq!(
        merged.people[0].told.iter().map(|told| told.date).collect::<Vec<_>>(),
        [NIGHT, LATER]
    );
    assert_eq!(merged.identities.changes, [IdentityChange::Merge { person: first, other: second }]);
    assert!(world.night(&together, date(2026, 3, 1)).is_empty());
    let before = world.bytes();
    assert!(world.night(&together, date(2026, 3, 2)).is_empty());
    assert!(before == world.bytes(), "a merge is noted once");
}

#[test]
fn a_supplement_to_merged_people_keeps_the_merge() {
    let world = World::new();
    world.night(&[vec![exposure("A", 1, 0)], vec![exposure("B", 2, 0)]], NIGHT);
    let together = [vec![exposure("A", 1, 0), exposure("B", 2, 0), exposure("C", 3, 0)]];
    let mut ledger = world.open();
    let merged = ledger.recognise(borrow(&together)).unwrap();
    let supplement = [letter(&ledger, &merged.people[0], Kind::Supplement, 1, 1)];
    let job = plan(&mut ledger, &noted(&merged, LATER), &supplement).unwrap();
    finish(&world, &mut ledger, job, &supplement);
    drop(ledger);
    let again = recognise(&world, &together);
    assert_eq!(again.people[0].pseudonym, merged.people[0].pseudonym);
    assert_eq!(again.people[0].told.len(), 3);
    assert_eq!(again.identities.changes, merged.identities.changes);
}

#[test]
fn somebody_split_off_was_never_told_and_is_told_once() {
    let world = World::new();
    world.night(&[vec![exposure("A", 1, 0), exposure("B", 2, 0), exposure("C", 3, 0)]], NIGHT);
    let apart = [vec![exposure("C", 3, 0)], vec![exposure("A", 1, 0), exposure("B", 2, 0)]];
    let split = recognise(&world, &apart);
    assert_eq!(split.people[1].told.len(), 1, "most of the told rows keep the name");
    assert!(split.people[0].told.is_empty());
    let (old, new) = (split.people[1].pseudonym, split.people[0].pseudonym);
    assert_eq!(split.identities.changes, [IdentityChange::Split { person: old, other: new }]);
    assert_eq!(world.night(&apart, LATER).len(), 1);
    // The row is the new person's now, even when they have more rows than before.
    let grown = [
        vec![exposure("0", 4, 0), exposure("C", 3, 0), exposure("D", 5, 0), exposure("E", 6, 0)],
        vec![exposure("A", 1, 0), exposure("B", 2, 0)],
    ];
    let known = recognise(&world, &grown);
    assert_eq!((known.people[0].pseudonym, known.people[1].pseudonym), (new, old));
    assert!(known.identities.changes.is_empty());
    assert!(world.night(&grown, date(2026, 3, 1)).is_empty());
}

#[test]
fn in_a_split_the_bsn_decides_before_the_number_of_rows() {
    let world = World::new();
    world.night(&[vec![exposure("A", 1, bsn(0)), exposure("B", 2, 0), exposure("C", 3, 0)]], NIGHT);
    let apart = [vec![exposure("B", 2, 0), exposure("C", 3, 0)], vec![exposure("A", 1, bsn(0))]];
    let split = recognise(&world, &apart);
    assert!(split.people[0].told.is_empty());
    assert_eq!(split.people[1].told.len(), 1);
}

#[test]
fn another_bsn_is_another_person_whatever_the_record_says() {
    let world = World::new();
    world.night(&[vec![exposure("A", 1, bsn(0))]], NIGHT);
    let corrected = [vec![exposure("A", 1, bsn(1))]];
    let known = recognise(&world, &corrected);
    assert!(known.people[0].told.is_empty());
    assert_eq!(known.identities.changes.len(), 1);
    assert_eq!(world.night(&corrected, LATER).len(), 1);
    assert!(world.night(&corrected, date(2026, 3, 1)).is_empty());
}

#[test]
fn no_two_clusters_have_one_name() {
    let world = World::new();
    let same = [
        vec![exposure("A", 1, 0)],
        vec![exposure("A", 2, 0)],
        vec![exposure("B", 3, bsn(0))],
        vec![exposure("C", 4, bsn(0))],
    ];
    let known = recognise(&world, &same);
    let names: std::collections::BTreeSet<_> =
        known.people.iter().map(|person| person.pseudonym).collect();
    assert_eq!(names.len(), 4);
}
