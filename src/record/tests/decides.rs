//! What humans decide is kept, counted once, taken back by a later word, and goes with a purge.

use super::fixture::*;
use crate::link::{Decision, Ruling};
use crate::record::store::testing;
use crate::record::{Access, Ledger, RecordError, check, purge};

const LATER: jiff::civil::Date = jiff::civil::date(2026, 2, 1);

fn said(one: u8, other: u8, ruling: Ruling) -> Decision {
    Decision::new([one; 16], [other; 16], ruling)
}

#[test]
fn a_decision_is_kept_with_who_and_when_and_counts_once() {
    let world = World::new();
    let decisions = [said(1, 2, Ruling::Same), said(4, 3, Ruling::Different)];
    assert_eq!(world.open().decide(&decisions, "reviewer", NIGHT).unwrap(), 2);
    let before = world.bytes();
    assert_eq!(world.open().decide(&decisions, "somebody else", LATER).unwrap(), 0);
    assert!(before == world.bytes(), "nothing new, and yet bytes have changed");
    let ledger = world.open();
    assert_eq!(
        ledger.decisions().unwrap(),
        [said(1, 2, Ruling::Same), said(3, 4, Ruling::Different)]
    );
    let decided = ledger.decided().unwrap();
    assert_eq!((decided.len(), decided[0].by.as_str(), decided[0].date), (1, "reviewer", NIGHT));
    assert_eq!((decided[0].same, decided[0].different), (1, 1));
}

#[test]
fn the_latest_word_counts_and_a_decision_can_be_taken_back() {
    let world = World::new();
    world
        .open()
        .decide(&[said(1, 2, Ruling::Same), said(3, 4, Ruling::Same)], "reviewer", NIGHT)
        .unwrap();
    world
        .open()
        .decide(&[said(2, 1, Ruling::Different), said(3, 4, Ruling::Undecided)], "reviewer", LATER)
        .unwrap();
    assert_eq!(world.open().decisions().unwrap(), [said(1, 2, Ruling::Different)]);
    assert_eq!(world.open().decided().unwrap().len(), 2);
    assert_eq!(
        world.open().decide(&[said(8, 9, Ruling::Undecided)], "reviewer", LATER).unwrap(),
        0
    );
    check::check(&world.home(), &[]).unwrap();
}

#[test]
fn who_decides_has_a_name() {
    let world = World::new();
    let refused = world.open().decide(&[said(1, 2, Ruling::Same)], " ", NIGHT);
    assert!(matches!(refused, Err(RecordError::Decider { .. })));
}

#[test]
fn a_changed_decision_is_noticed() {
    for sql in ["UPDATE decision SET ruling = 'different'", "DELETE FROM decision"] {
        let world = World::new();
        world.open().decide(&[said(1, 2, Ruling::Same)], "reviewer", NIGHT).unwrap();
        let path = world.path("ledger.sqlite");
        assert!(testing::tamper_within_rules(&path, sql).is_err(), "{sql}");
        testing::tamper(&path, sql);
        assert!(matches!(world.try_open(), Err(RecordError::Replay { .. })), "{sql}");
    }
}

#[test]
fn decisions_go_with_a_purge_and_the_history_still_tells_who_decided() {
    let world = World::new();
    world.night(&people(3), NIGHT);
    world.open().decide(&[said(1, 2, Ruling::Same)], "reviewer", NIGHT).unwrap();
    purge::close(&world.home(), LATER).unwrap();
    purge::execute(&world.home(), LATER, "N.N.").unwrap();
    let ledger = Ledger::open(&world.home(), Access::Read).unwrap();
    assert_eq!(ledger.decisions().unwrap(), []);
    assert_eq!(ledger.decided().unwrap().len(), 1);
}
