//! A job that is given up told nobody, and nothing that may be out is given up.

use std::fs;

use super::fixture::*;
use crate::base::{ExitStatus, Explain};
use crate::field::job_number::JobNumber;
use crate::field::mode::Mode;
use crate::record::{Access, Home, JobState, Ledger, RecordError, check};

/// A ledger whose first night is done and whose second is planned for two more people, with its
/// letters.
fn planned() -> (World, Vec<crate::field::place::Planned>, JobNumber) {
    let world = World::new();
    world.night(&people(3), NIGHT);
    let (letters, job) = plan_five(&world);
    (world, letters, job)
}

fn plan_five(world: &World) -> (Vec<crate::field::place::Planned>, JobNumber) {
    let clusters = people(5);
    let mut ledger = world.open();
    let known = ledger.recognise(borrow(&clusters)).unwrap();
    let letters = first_letters(&ledger, &known.people);
    let job = plan(&mut ledger, &noted(&known, NIGHT.tomorrow().unwrap()), &letters).unwrap();
    (letters, job)
}

fn give_up(world: &World) -> Result<(), RecordError> {
    let staging = world.path("staging/2600002");
    world.open().abandon(&staging, "operations", "wrong texts", NIGHT).map(drop)
}

#[test]
fn people_of_a_job_that_was_given_up_are_planned_again_under_another_number() {
    let (world, letters, job) = planned();
    assert_eq!((letters.len(), job.to_string().as_str()), (2, "2600002"));
    give_up(&world).unwrap();
    let verdict = check::check(&world.home(), &[]).unwrap();
    assert_eq!((verdict.totals.people, verdict.totals.jobs, verdict.unfinished), (3, 1, None));
    let ledger = Ledger::open(&world.home(), Access::Read).unwrap();
    assert!(ledger.letter(&letters[0].draft.letter_id.to_string()).unwrap().is_none());
    assert_eq!(ledger.jobs().unwrap()[1].state, JobState::Abandoned);
    drop(ledger);

    let (again, job) = plan_five(&world);
    assert_eq!(job.to_string(), "2600003");
    let ids = |letters: &[crate::field::place::Planned]| {
        letters.iter().map(|letter| letter.draft.letter_id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&again), ids(&letters), "the same letters: nobody has seen them");
    finish(&world, &mut world.open(), job, &again);
    assert_eq!(check::check(&world.home(), &[]).unwrap().totals.people, 5);
    assert!(world.night(&people(5), NIGHT.tomorrow().unwrap()).is_empty());
}

#[test]
fn a_sealed_job_is_given_up_only_while_all_its_parts_are_in_staging() {
    let (world, letters, job) = planned();
    world.open().seal(job, &sealed(job, &letters)).unwrap();
    // The part is gone: somebody may have it.
    assert!(matches!(give_up(&world), Err(RecordError::MayBeOut { .. })));
    let part = world.path("staging/2600002/2600002-p001.zip.age");
    fs::create_dir_all(part.parent().unwrap()).unwrap();
    fs::write(&part, "sealed").unwrap();
    let outbox = world.path("outbox/2600002");
    fs::create_dir_all(&outbox).unwrap();
    fs::write(outbox.join("2600002-p001.zip.age"), "sealed").unwrap();
    assert!(matches!(give_up(&world), Err(RecordError::MayBeOut { .. })));

    // A run that was stopped right after it had made the folder has published nothing.
    fs::remove_file(outbox.join("2600002-p001.zip.age")).unwrap();
    give_up(&world).unwrap();
    assert!(!outbox.exists());
    assert_eq!(check::check(&world.home(), &[]).unwrap().totals.people, 3);

    // Whoever puts it there now puts letters there that the next job has again.
    fs::create_dir_all(&outbox).unwrap();
    assert!(matches!(world.try_open(), Err(RecordError::Proof { .. })));
}

#[test]
fn what_is_published_or_done_is_never_given_up() {
    let (world, letters, job) = planned();
    let mut ledger = world.open();
    let head = ledger.seal(job, &sealed(job, &letters)).unwrap();
    publish(&world, job, &head.hash);
    ledger.published(job).unwrap();
    drop(ledger);
    assert!(matches!(give_up(&world), Err(RecordError::MayBeOut { .. })));
    world.open().finished(job).unwrap();
    assert!(matches!(give_up(&world), Err(RecordError::NothingToAbandon)));
}

#[test]
fn who_and_why_are_one_line_each() {
    let (world, ..) = planned();
    let before = world.bytes();
    for (by, reason) in [("x", "wrong texts"), ("operations", ""), ("operations", "two\nlines")] {
        let refused = world.open().abandon(&world.path("staging/2600002"), by, reason, NIGHT);
        assert!(matches!(refused, Err(RecordError::Abandoner { .. })));
    }
    assert!(before == world.bytes());
}

#[test]
fn the_other_mode_is_refused_by_ledger_and_keys_folder() {
    let world = World::new();
    world.night(&people(2), NIGHT);
    let before = world.bytes();
    let rehearsal = Home { mode: Mode::Rehearsal, ..world.home() };
    for access in [Access::Read, Access::Write] {
        let refused = Ledger::open(&rehearsal, access).unwrap_err();
        assert!(matches!(refused, RecordError::OtherMode { found: Mode::Real, .. }), "{refused}");
        assert_eq!(refused.status(), ExitStatus::Usage);
    }
    assert!(before == world.bytes());
    fs::write(world.path("keys/mode"), "rehearsal\n").unwrap();
    assert!(matches!(world.try_open(), Err(RecordError::OtherMode { found: Mode::Rehearsal, .. })));
    fs::write(world.path("keys/mode"), "both\n").unwrap();
    assert!(matches!(world.try_open(), Err(RecordError::KeyUnusable { .. })));
}
