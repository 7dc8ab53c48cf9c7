//! Every refusal has its own message and touches no file.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::fixture::*;
use crate::base::{ExitStatus, Explain};
use crate::record::{Access, Home, Ledger, RecordError, check};

/// Opens, expects a refusal, and that not one byte has changed.
fn refusal(world: &World) -> RecordError {
    let before = world.bytes();
    let refused = world.try_open().unwrap_err();
    let reader = Ledger::open(&world.home(), Access::Read);
    assert!(before == world.bytes(), "a refusal changed a file: {refused}");
    assert_eq!(refused.status(), ExitStatus::Stopped);
    assert!(refused.hint().is_some(), "{refused} has no hint");
    if !matches!(refused, RecordError::InUse { .. } | RecordError::Over { .. }) {
        assert_eq!(reader.unwrap_err().to_string(), refused.to_string());
    }
    refused
}

fn told() -> World {
    let world = World::new();
    assert_eq!(world.night(&people(5), NIGHT).len(), 5);
    world
}

#[test]
fn a_missing_ledger_is_never_made_by_the_way() {
    let world = World::empty();
    assert!(matches!(world.try_open(), Err(RecordError::Missing { .. })));
    assert!(!world.data_dir.exists());
    let world = told();
    fs::remove_file(world.path("ledger.sqlite")).unwrap();
    assert!(matches!(refusal(&world), RecordError::Missing { .. }));
}

#[test]
fn a_second_beginning_is_refused() {
    let refused = |world: &World| {
        let before = world.bytes();
        let error = Ledger::init(&world.home(), NIGHT).unwrap_err();
        assert!(before == world.bytes());
        assert!(matches!(error, RecordError::Exists { .. }), "{error}");
    };
    let world = told();
    refused(&world);
    fs::remove_file(world.path("ledger.sqlite")).unwrap();
    refused(&world);
    fs::remove_file(world.path("keys/campaign.key")).unwrap();
    refused(&world);
    fs::remove_dir_all(world.path("outbox")).unwrap();
    refused(&world);
    fs::remove_dir_all(world.path("backups")).unwrap();
    Ledger::init(&world.home(), NIGHT).unwrap();
}

#[test]
fn an_older_copy_is_noticed_by_the_outbox() {
    let world = World::new();
    world.night(&people(5), NIGHT);
    let older = fs::read(world.path("ledger.sqlite")).unwrap();
    world.night(&people(8), NIGHT.tomorrow().unwrap());
    fs::write(world.path("ledger.sqlite"), older).unwrap();
    fs::remove_file(world.path("ledger.anchor")).unwrap();
    let RecordError::Older { proof } = refusal(&world) else { panic!("not refused as older") };
    assert!(proof.ends_with("outbox/2600002"), "{proof}");
}

#[test]
fn a_copy_from_before_publication_is_noticed_by_done() {
    let world = World::new();
    let clusters = people(3);
    let mut ledger = world.open();
    let known = ledger.recognise(borrow(&clusters)).unwrap();
    let letters = first_letters(&ledger, &known.people);
    let job = plan(&mut ledger, &noted(&known, NIGHT), &letters).unwrap();
    drop(ledger);
    let planned = fs::read(world.path("ledger.sqlite")).unwrap();
    let mut ledger = world.open();
    finish(&world, &mut ledger, job, &letters);
    drop(ledger);
    fs::write(world.path("ledger.sqlite"), planned).unwrap();
    fs::remove_file(world.path("ledger.anchor")).unwrap();
    assert!(matches!(refusal(&world), RecordError::Older { .. }));
}

#[test]
fn an_older_copy_is_noticed_by_the_anchor_when_the_outbox_was_emptied() {
    let world = World::new();
    world.night(&people(5), NIGHT);
    let older = fs::read(world.path("ledger.sqlite")).unwrap();
    world.night(&people(8), NIGHT.tomorrow().unwrap());
    fs::write(world.path("ledger.sqlite"), older).unwrap();
    for job in ["2600001", "2600002"] {
        fs::remove_dir_all(world.path("outbox").join(job)).unwrap();
    }
    assert!(
        matches!(refusal(&world), RecordError::Older { proof } if proof.ends_with("ledger.anchor"))
    );
}

#[test]
fn another_ledger_is_noticed_by_the_outbox() {
    let (world, other) = (told(), World::new());
    for file in ["ledger.sqlite", "ledger.anchor", "keys/campaign.key"] {
        let _ = fs::remove_file(world.path(file));
        fs::copy(other.path(file), world.path(file)).unwrap();
    }
    assert!(matches!(refusal(&world), RecordError::Older { .. }));
}

#[test]
fn a_torn_proof_is_no_proof() {
    let world = told();
    fs::write(world.path("outbox/2600001/2600001.done"), "{\"job\":").unwrap();
    assert!(matches!(refusal(&world), RecordError::Proof { .. }));
}

#[test]
fn another_key_is_refused() {
    let world = told();
    let path = world.path("keys/campaign.key");
    fs::remove_file(&path).unwrap();
    assert!(matches!(refusal(&world), RecordError::KeyMissing { .. }));
    for (content, other) in [
        ("ab".repeat(32) + "\n", true),
        ("ab".repeat(31), false),
        ("ab".repeat(32) + "\n\n", false),
    ] {
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o400)).unwrap();
        let refused = refusal(&world);
        let as_expected = if other {
            matches!(refused, RecordError::KeyOther { .. })
        } else {
            matches!(refused, RecordError::KeyUnusable { .. })
        };
        assert!(as_expected, "{refused}");
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn what_others_can_read_or_change_is_refused() {
    let world = told();
    for (name, mode) in
        [("keys", 0o750), ("runs", 0o705), ("ledger.sqlite", 0o640), ("logs", 0o711), ("", 0o770)]
    {
        let path = world.path(name);
        let right = fs::metadata(&path).unwrap().permissions();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let refused = refusal(&world);
        assert!(
            matches!(&refused, RecordError::Exposed { path: found, .. } if *found == path),
            "{refused}"
        );
        fs::set_permissions(&path, right).unwrap();
    }
    let (folder, elsewhere) = (world.path("staging"), world.path("elsewhere"));
    fs::rename(&folder, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &folder).unwrap();
    assert!(matches!(refusal(&world), RecordError::Exposed { problem: "is a link", .. }));
}

#[test]
fn a_kept_head_is_found_in_the_history_or_the_ledger_is_refused() {
    let world = World::new();
    world.night(&people(2), NIGHT);
    let kept = check::check(&world.home(), &[]).unwrap().head.hash;
    world.night(&people(4), NIGHT.tomorrow().unwrap());
    let verdict = check::check(&world.home(), &[kept.to_uppercase()]).unwrap();
    assert_eq!(verdict.anchors, std::slice::from_ref(&kept));
    let foreign = kept.chars().rev().collect::<String>();
    let refused = check::check(&world.home(), &[kept, foreign]).unwrap_err();
    assert!(matches!(refused, RecordError::UnknownAnchor { .. }), "{refused}");
}

#[test]
fn a_newer_schema_is_refused() {
    let world = told();
    let path = world.path("ledger.sqlite");
    let mut bytes = fs::read(&path).unwrap();
    bytes[63] = 99;
    fs::write(&path, bytes).unwrap();
    assert!(matches!(refusal(&world), RecordError::NewerSchema { found: 99, .. }));
}

#[test]
fn a_file_that_is_no_ledger_is_refused() {
    let world = told();
    let path = world.path("ledger.sqlite");
    let ledger = fs::read(&path).unwrap();
    for content in [&b""[..], b"SQLite format 3\0", &[0; 4096], &ledger[..ledger.len() / 2]] {
        fs::write(&path, content).unwrap();
        let refused = refusal(&world);
        assert!(
            matches!(refused, RecordError::NotALedger { .. } | RecordError::Damaged { .. }),
            "{refused}"
        );
    }
}

#[test]
fn another_campaign_is_refused() {
    let world = told();
    let refused =
        Ledger::open(&Home { campaign: "lab-2031", ..world.home() }, Access::Write).unwrap_err();
    assert!(matches!(refused, RecordError::OtherCampaign { .. }));
    assert_eq!(refused.status(), ExitStatus::Usage);
}

#[test]
fn a_second_run_is_refused_while_the_first_lives() {
    let world = told();
    let first = world.open();
    assert!(matches!(refusal(&world), RecordError::InUse { .. }));
    check::check(&world.home(), &[]).unwrap();
    drop(first);
    world.open();
}

#[test]
fn of_two_that_start_at_once_one_wins() {
    let world = World::new();
    for _ in 0..20 {
        let gate = std::sync::Barrier::new(2);
        let start = || {
            gate.wait();
            let ledger = world.try_open();
            // Both have tried before either lets go.
            gate.wait();
            ledger.map(|_| ())
        };
        let results = std::thread::scope(|scope| {
            let other = scope.spawn(start);
            [start(), other.join().unwrap()]
        });
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        assert!(results.iter().any(|result| matches!(result, Err(RecordError::InUse { .. }))));
    }
}

#[test]
fn changed_inputs_stop_a_run_unless_somebody_says_why() {
    let world = told();
    let ledger = world.open();
    let found = crate::field::row::Input { sha256: "ef".repeat(32), ..input() };
    let take = |inputs: &[crate::field::row::Input], all: Option<&str>| {
        let rows = crate::field::row::Rows {
            inputs: inputs.to_vec(),
            ..crate::field::row::Rows::default()
        };
        ledger.intake(&rows, &|_| strict(), crate::record::Acceptance { files: &[], all })
    };
    assert!(
        matches!(take(std::slice::from_ref(&found), None), Ok(intake) if intake.changes.len() == 1)
    );
    assert!(matches!(take(&[], None), Err(RecordError::InputsChanged { .. })));
    take(&[], Some("withdrawn by the lab")).unwrap();
}
