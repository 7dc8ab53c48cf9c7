//! After a purge nothing about people is left, and the history still holds.

use std::fs;

use super::fixture::*;
use crate::record::{Access, Ledger, RecordError, check, purge};

const END: jiff::civil::Date = jiff::civil::date(2027, 1, 4);

/// A closed campaign with papers and copies; returns what must not be found any more.
fn closed() -> (World, Vec<String>) {
    let world = World::new();
    let mut canaries = world.night(&people(6), NIGHT);
    canaries.extend(world.night(&people(9), NIGHT.tomorrow().unwrap()));
    let ledger = Ledger::open(&world.home(), Access::Read).unwrap();
    let people: Vec<String> =
        canaries.iter().map(|id| ledger.letter(id).unwrap().unwrap().person).collect();
    canaries.extend(people);
    for (name, text) in [
        ("runs/r1/letters.parquet", canaries.join(" ")),
        ("runs/r1/rows.csv", canaries.join("\n")),
        ("runs/r1/review.csv", canaries.join(",")),
        ("runs/r1/report.json", "{}".into()),
        ("staging/2600001/plan.jsonl", canaries.join("\n")),
        ("outbox/2600001/2600001-p001.zip.age", canaries.join(" ")),
    ] {
        fs::create_dir_all(world.path(name).parent().unwrap()).unwrap();
        fs::write(world.path(name), text).unwrap();
    }
    (world, canaries)
}

#[test]
fn a_closed_campaign_refuses_to_run_and_can_be_checked() {
    let (world, _) = closed();
    assert!(matches!(purge::plan(&world.home()), Err(RecordError::NotOver { .. })));
    assert!(matches!(purge::execute(&world.home(), END, "N.N."), Err(RecordError::NotOver { .. })));
    purge::close(&world.home(), END).unwrap();
    assert!(matches!(world.try_open(), Err(RecordError::Over { state: "closed", .. })));
    assert!(matches!(purge::close(&world.home(), END), Err(RecordError::Over { .. })));
    assert_eq!(check::check(&world.home(), &[]).unwrap().state, "closed");
}

#[test]
fn an_unfinished_job_keeps_the_campaign_open() {
    let world = World::new();
    let clusters = people(2);
    let mut ledger = world.open();
    let known = ledger.recognise(borrow(&clusters)).unwrap();
    let letters = first_letters(&ledger, &known.people);
    plan(&mut ledger, &noted(&known, NIGHT), &letters).unwrap();
    drop(ledger);
    assert!(matches!(purge::close(&world.home(), END), Err(RecordError::JobState { .. })));
}

#[test]
fn a_purge_says_what_will_go_and_leaves_totals_hashes_and_history() {
    let (world, canaries) = closed();
    purge::close(&world.home(), END).unwrap();
    let before = world.bytes();
    let plan = purge::plan(&world.home()).unwrap();
    assert!(before == world.bytes(), "a plan touches nothing");
    assert_eq!((plan.totals.letters, plan.totals.people), (9, 9));
    assert!(plan.files.iter().any(|(path, _)| path == "runs/r1/letters.parquet"));
    assert!(
        !plan
            .files
            .iter()
            .any(|(path, _)| path.ends_with("report.json") || path.extension() == Some("done"))
    );

    let certificate = purge::execute(&world.home(), END, "privacy officer").unwrap();
    assert_eq!(certificate.plan, plan);
    for (name, bytes) in world.bytes() {
        for canary in &canaries {
            let found = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
            assert!(!found, "{name} still names somebody");
        }
    }
    assert!(!world.path("keys/campaign.key").exists());
    assert!(world.path("runs/r1/report.json").exists());
    let verdict = check::check(&world.home(), &[]).unwrap();
    assert_eq!((verdict.state, verdict.totals), ("purged", plan.totals));
    assert_eq!(verdict.head, certificate.head);
    assert_eq!(verdict.proofs.len(), 5);
    assert!(matches!(world.try_open(), Err(RecordError::Over { state: "purged", .. })));
    assert!(Ledger::init(&world.home(), END).is_err());
}

#[test]
fn a_purge_interrupted_anywhere_goes_on_as_it_was_approved() {
    for steps in 0..=3 {
        let (world, _) = closed();
        purge::close(&world.home(), END).unwrap();
        let mut ledger = Ledger::open_to_end(&world.home()).unwrap();
        let plan = purge::plan(&world.home()).unwrap();
        if steps > 0 {
            let purging = purge::begin(&mut ledger, END, "privacy officer").unwrap();
            if steps > 1 {
                purge::destroy_files(&ledger, &purging).unwrap();
            }
            if steps > 2 {
                purge::delete_rows(&mut ledger, &purging).unwrap();
            }
        }
        drop(ledger);
        assert!(matches!(world.try_open(), Err(RecordError::Over { .. })));
        check::check(&world.home(), &[]).unwrap();
        let (day, who) = if steps == 0 {
            (END, "privacy officer")
        } else {
            (END.tomorrow().unwrap(), "somebody else")
        };
        let certificate = purge::execute(&world.home(), day, who).unwrap();
        assert_eq!((certificate.plan, certificate.date), (plan, END), "after {steps} steps");
        assert_eq!(certificate.approved_by, "privacy officer");
        assert_eq!(check::check(&world.home(), &[]).unwrap().state, "purged");
    }
}

#[test]
fn a_purge_that_is_repeated_destroys_what_came_late_and_certifies_the_same() {
    let (world, _) = closed();
    purge::close(&world.home(), END).unwrap();
    let first = purge::execute(&world.home(), END, "privacy officer").unwrap();
    let before = world.bytes();
    fs::write(world.path("backups/late"), "late").unwrap();
    assert_eq!(purge::execute(&world.home(), END, "privacy officer").unwrap(), first);
    let names =
        |files: &[(String, Vec<u8>)]| files.iter().map(|file| file.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(&world.bytes()), names(&before));
}
