//! A ledger of an earlier version is read as it is, and becomes one of this version with the first
//! change.

use std::fs;

use super::fixture::*;
use crate::link::{Decision, Ruling};
use crate::record::store::testing;
use crate::record::{Access, Ledger, RecordError, check};

/// Two nights, in the schema of the first version.
fn old() -> World {
    let world = World::without_mode();
    world.night(&people(3), NIGHT);
    world.night(&people(5), NIGHT.tomorrow().unwrap());
    testing::as_version(&world.path("ledger.sqlite"), 1);
    world
}

fn version(world: &World) -> u8 {
    fs::read(world.path("ledger.sqlite")).unwrap()[63]
}

#[test]
fn an_older_ledger_is_read_and_checked_and_nothing_is_touched() {
    let world = old();
    let before = world.bytes();
    let verdict = check::check(&world.home(), &[]).unwrap();
    assert_eq!(verdict.totals.letters, 5);
    assert!(world.night(&people(5), NIGHT.tomorrow().unwrap()).is_empty());
    assert!(before == world.bytes());
    assert_eq!(version(&world), 1);
}

#[test]
fn the_first_change_migrates_it_after_a_copy_and_writes_that_down() {
    let world = old();
    let head = check::check(&world.home(), &[]).unwrap().head;
    let told = Ledger::open(&world.home(), Access::Read).unwrap().totals().unwrap();
    assert_eq!(
        world
            .open()
            .decide(&[Decision::new([1; 16], [2; 16], Ruling::Same)], "reviewer", NIGHT)
            .unwrap(),
        1
    );
    assert_eq!(version(&world), 6);
    let verdict = check::check(&world.home(), &[head.hash]).unwrap();
    assert_eq!(verdict.totals, told);
    // The migration is an event of its own, the decision another.
    assert_eq!(verdict.head.events, head.events + 2);
    let copy = fs::read(world.path(&format!("backups/ledger-{:08}.sqlite", head.events))).unwrap();
    assert_eq!(copy[63], 1, "the copy is from before the migration");
    assert_eq!(world.night(&people(9), NIGHT.tomorrow().unwrap()).len(), 4);
}

#[test]
fn a_migrated_ledger_is_the_same_as_a_new_one() {
    let (world, new) = (old(), World::new());
    world
        .open()
        .decide(&[Decision::new([1; 16], [2; 16], Ruling::Same)], "reviewer", NIGHT)
        .unwrap();
    let schema = |world: &World| testing::schema(&world.path("ledger.sqlite"));
    assert_eq!(schema(&world), schema(&new));
}

#[test]
fn an_older_ledger_that_was_changed_is_refused_and_not_migrated() {
    let world = old();
    testing::tamper(&world.path("ledger.sqlite"), "UPDATE letter SET sequence = 7 WHERE id = 2");
    let before = world.bytes();
    assert!(matches!(world.try_open(), Err(RecordError::Replay { .. })));
    assert!(before == world.bytes());
}

#[test]
fn a_newer_version_number_on_an_older_ledger_is_damage() {
    let world = old();
    let path = world.path("ledger.sqlite");
    let mut bytes = fs::read(&path).unwrap();
    bytes[63] = 6;
    fs::write(&path, bytes).unwrap();
    assert!(matches!(world.try_open(), Err(RecordError::Damaged { .. })));
}
