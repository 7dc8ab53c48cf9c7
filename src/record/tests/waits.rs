//! What waits for a human is kept with since when, written down once, and goes with a purge;
//! packages that are gone are named once.

use std::fs;

use jiff::civil::{Date, date};

use super::fixture::*;
use crate::record::store::testing;
use crate::record::{Access, CaseCounts, Held, Ledger, RecordError, check, purge};

const LATER: Date = date(2026, 2, 1);

fn due(marks: &[u8]) -> Held {
    Held { due: marks.iter().map(|mark| [*mark; 16]).collect(), ..Held::default() }
}

/// A run that holds these cases and comes to its end.
fn run(world: &World, held: &[u8], today: Date) -> (CaseCounts, Vec<String>) {
    let held = due(held);
    let mut ledger = world.open();
    let news = ledger.news(&held, today, 14).unwrap();
    ledger.told_humans(&news, today).unwrap();
    (news.counts, news.gone)
}

#[test]
fn a_case_is_written_down_once_and_known_since_when() {
    let world = World::new();
    assert_eq!(run(&world, &[1, 2], NIGHT).0.new, 2);
    let before = world.bytes();
    let again = run(&world, &[1, 2], NIGHT).0;
    assert_eq!((again.open, again.new, again.oldest), (2, 0, Some(NIGHT)));
    assert!(before == world.bytes(), "nothing new, and yet bytes have changed");

    let late = run(&world, &[2], LATER).0;
    assert_eq!((late.overdue, late.newly_overdue, late.reminder), (1, 1, false));
    assert!(!run(&world, &[2], LATER).0.are_news());
    assert_eq!(run(&world, &[1, 2], LATER).0.new, 1, "it was closed, and is held again");
    check::check(&world.home(), &[]).unwrap();
}

#[test]
fn a_reminder_is_written_down_though_no_case_has_changed() {
    let world = World::new();
    run(&world, &[1], NIGHT);
    run(&world, &[1], LATER);
    let week = date(2026, 2, 8);
    assert!(run(&world, &[1], week).0.reminder);
    assert!(!run(&world, &[1], week).0.are_news());
    check::check(&world.home(), &[]).unwrap();
}

#[test]
fn a_changed_case_is_noticed() {
    for sql in ["UPDATE waiting SET step = 'closed'", "DELETE FROM waiting"] {
        let world = World::new();
        run(&world, &[1], NIGHT);
        let path = world.path("ledger.sqlite");
        assert!(testing::tamper_within_rules(&path, sql).is_err(), "{sql}");
        testing::tamper(&path, sql);
        assert!(matches!(world.try_open(), Err(RecordError::Replay { .. })), "{sql}");
    }
}

#[test]
fn a_package_that_is_gone_is_named_once_until_it_was_published_again() {
    let world = World::new();
    world.night(&people(3), NIGHT);
    for part in world.open().jobs().unwrap()[0].sealed.clone() {
        fs::write(world.path("outbox/2600001").join(part.file), "sealed").unwrap();
    }
    assert_eq!(run(&world, &[], NIGHT).1, [""; 0]);
    let outbox = world.path("outbox");
    let job =
        fs::read_dir(&outbox).unwrap().next().unwrap().unwrap().file_name().into_string().unwrap();
    fs::rename(outbox.join(&job), world.path("away")).unwrap();
    assert_eq!(run(&world, &[], NIGHT).1, std::slice::from_ref(&job));
    assert_eq!(run(&world, &[], LATER).1, [""; 0]);

    fs::rename(world.path("away"), outbox.join(&job)).unwrap();
    let number = world.open().jobs().unwrap()[0].job;
    world.open().republished(number, LATER).unwrap();
    assert_eq!(run(&world, &[], LATER).1, [""; 0]);
    fs::remove_dir_all(outbox.join(&job)).unwrap();
    assert_eq!(run(&world, &[], LATER).1, [job]);
    check::check(&world.home(), &[]).unwrap();
}

#[test]
fn cases_go_with_a_purge() {
    let world = World::new();
    world.night(&people(3), NIGHT);
    run(&world, &[1, 2], NIGHT);
    purge::close(&world.home(), LATER).unwrap();
    let plan = purge::plan(&world.home()).unwrap();
    assert_eq!(plan.rows["waiting"], 2);
    purge::execute(&world.home(), LATER, "N.N.").unwrap();
    let ledger = Ledger::open(&world.home(), Access::Read).unwrap();
    assert_eq!(ledger.news(&due(&[1]), LATER, 14).unwrap().counts.new, 1);
}
