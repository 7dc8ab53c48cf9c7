//! Plan, seal, publish, record; once each.

use std::fs;

use jiff::civil::date;

use super::fixture::*;
use crate::field::draft::Draft;
use crate::field::job_number::JobNumber;
use crate::field::terms::Kind;
use crate::record::{Access, JobState, Ledger, RecordError, check};

#[test]
fn the_same_input_again_writes_no_letter_and_changes_no_byte() {
    let world = World::new();
    let clusters = people(20);
    assert_eq!(world.night(&clusters, NIGHT).len(), 20);
    let before = world.bytes();
    for night in [NIGHT, date(2026, 1, 6), date(2027, 3, 1)] {
        assert!(world.night(&clusters, night).is_empty());
        assert!(before == world.bytes());
    }
}

#[test]
fn ten_more_people_are_ten_more_letters() {
    let world = World::new();
    let first = world.night(&people(20), NIGHT);
    let second = world.night(&people(30), date(2026, 1, 6));
    assert_eq!(second.len(), 10);
    assert!(second.iter().all(|id| !first.contains(id)));
    let totals = world.open().totals().unwrap();
    assert_eq!(
        (totals.letters, totals.first, totals.people, totals.jobs, totals.inputs),
        (30, 30, 30, 2, 1)
    );
    assert_eq!((totals.pages, totals.sheets), (60, 30));
}

#[test]
fn an_interrupted_job_is_found_as_it_was_left() {
    let world = World::new();
    let clusters = people(4);
    let mut ledger = world.open();
    let known = ledger.recognise(borrow(&clusters)).unwrap();
    let letters = first_letters(&ledger, &known.people);
    assert_eq!(ledger.pending().unwrap(), None);
    let job = plan(&mut ledger, &noted(&known, NIGHT), &letters).unwrap();
    let planned_head = ledger.head().unwrap();
    drop(ledger);

    let mut ledger = world.open();
    let left = ledger.pending().unwrap().unwrap();
    assert_eq!(
        (left.job.to_string().as_str(), left.state, left.run_id.as_str()),
        ("2600001", JobState::Planned, "run-2026-01-05")
    );
    assert_eq!((left.staged[0].name.as_str(), left.parts[0].letters), ("plan.jsonl", 4));
    assert_eq!((left.planned_head, left.sealed_head), (planned_head, None));
    let refused = plan(&mut ledger, &noted(&known, NIGHT), &letters).unwrap_err();
    assert!(matches!(refused, RecordError::JobState { .. }), "{refused}");
    let sealed_head = ledger.seal(job, &sealed(job, &letters)).unwrap();
    drop(ledger);

    let mut ledger = world.open();
    let left = ledger.pending().unwrap().unwrap();
    assert_eq!((left.state, left.sealed_head.as_ref()), (JobState::Sealed, Some(&sealed_head)));
    assert_eq!(left.sealed, sealed(job, &letters));
    publish(&world, job, &sealed_head.hash);
    ledger.published(job).unwrap();
    drop(ledger);

    let mut ledger = world.open();
    assert_eq!(ledger.pending().unwrap().unwrap().state, JobState::Published);
    ledger.finished(job).unwrap();
    assert_eq!(ledger.pending().unwrap(), None);
}

#[test]
fn steps_cannot_be_left_out_or_repeated() {
    let world = World::new();
    let clusters = people(2);
    let mut ledger = world.open();
    let known = ledger.recognise(borrow(&clusters)).unwrap();
    let letters = first_letters(&ledger, &known.people);
    let job = plan(&mut ledger, &noted(&known, NIGHT), &letters).unwrap();
    let wrong = |result: Result<_, RecordError>| {
        assert!(matches!(result, Err(RecordError::JobState { .. })));
    };
    wrong(ledger.published(job));
    wrong(ledger.finished(job));
    ledger.seal(job, &sealed(job, &letters)).unwrap();
    assert!(ledger.seal(job, &sealed(job, &letters)).is_err());
    wrong(ledger.finished(job));
    ledger.published(job).unwrap();
    wrong(ledger.published(job));
    ledger.finished(job).unwrap();
    wrong(ledger.finished(job));
    wrong(ledger.published(JobNumber::new(2_699_999).unwrap()));
}

#[test]
fn a_package_with_a_letter_missing_is_never_sealed() {
    let world = World::new();
    let clusters = people(3);
    let mut ledger = world.open();
    let known = ledger.recognise(borrow(&clusters)).unwrap();
    let letters = first_letters(&ledger, &known.people);
    let job = plan(&mut ledger, &noted(&known, NIGHT), &letters).unwrap();
    let head = ledger.head().unwrap();
    assert!(matches!(
        ledger.seal(job, &sealed(job, &letters[1..])),
        Err(RecordError::Unbalanced { .. })
    ));
    assert!(matches!(ledger.seal(job, &[]), Err(RecordError::Unbalanced { .. })));
    assert_eq!(ledger.head().unwrap(), head);
}

#[test]
fn a_plan_that_does_not_add_up_is_refused() {
    let world = World::new();
    let clusters = people(3);
    let mut ledger = world.open();
    let known = ledger.recognise(borrow(&clusters)).unwrap();
    let letters = first_letters(&ledger, &known.people);
    let head = ledger.head().unwrap();
    let mut refused = |change: &dyn Fn(&mut Vec<crate::field::place::Planned>)| {
        let mut changed = letters.clone();
        change(&mut changed);
        let error = plan(&mut ledger, &noted(&known, NIGHT), &changed).unwrap_err();
        assert!(
            matches!(error, RecordError::Unbalanced { .. } | RecordError::Twice { .. }),
            "{error}"
        );
    };
    let about = |draft: &mut Draft, row: u32| {
        draft.rows[0].1 = row;
        draft.row_refs[0].row = row;
    };

    refused(&|letters| letters.clear());
    refused(&|letters| letters.swap(0, 1));
    refused(&|letters| letters[1].place.part = 3);
    refused(&|letters| letters[1].draft.letter_id = letters[0].draft.letter_id);
    refused(&|letters| letters[1].draft.person = letters[0].draft.person);
    refused(&|letters| about(&mut letters[1].draft, 99));
    refused(&|letters| {
        let row = letters[0].draft.rows[0].1;
        about(&mut letters[1].draft, row);
    });
    refused(&|letters| letters[1].draft.row_refs.clear());
    refused(&|letters| letters[1].draft.reference = letters[0].draft.reference.clone());
    refused(&|letters| {
        letters[1] = letters[0].clone();
        letters[1].place.seq = 2;
    });
    assert_eq!(ledger.head().unwrap(), head);
    assert_eq!(ledger.totals().unwrap().letters, 0);
}

#[test]
fn a_letter_can_be_looked_up_by_id_and_by_reference() {
    let world = World::new();
    let ids = world.night(&people(3), NIGHT);
    let ledger = Ledger::open(&world.home(), Access::Read).unwrap();
    let letter = ledger.letter(&ids[1]).unwrap().unwrap();
    assert_eq!(
        (letter.seq, letter.part, letter.kind, letter.job.to_string().as_str()),
        (2, 1, Kind::First, "2600001")
    );
    assert_eq!((letter.date, letter.state), (NIGHT, JobState::Done));
    assert_eq!(ledger.letter(&letter.reference).unwrap(), Some(letter));
    assert_eq!(ledger.letter("nobody").unwrap(), None);
}

#[test]
fn job_numbers_count_within_the_year() {
    let world = World::new();
    world.night(&people(1), NIGHT);
    let ledger = world.open();
    assert_eq!(ledger.next_job(date(2026, 12, 31)).unwrap().to_string(), "2600002");
    assert_eq!(ledger.next_job(date(2027, 1, 1)).unwrap().to_string(), "2700001");
    assert_eq!(ledger.next_job(date(2009, 1, 1)).unwrap().to_string(), "0900001");
}

#[test]
fn new_files_are_noted_without_letters_and_only_once() {
    let world = World::new();
    let clusters = people(2);
    world.night(&clusters, NIGHT);
    let mut ledger = world.open();
    let known = ledger.recognise(borrow(&clusters)).unwrap();
    let mut notes = noted(&known, NIGHT);
    notes.inputs.push(crate::field::row::Input {
        file: "exposures-b.csv".into(),
        sha256: "ef".repeat(32),
        ..input()
    });
    let before = ledger.head().unwrap();
    let after = notes.note(&mut ledger).unwrap();
    // The file, and its rows.
    assert_eq!(after.events, before.events + 2);
    assert_eq!(notes.note(&mut ledger).unwrap(), after);
    notes.inputs.remove(0);
    assert!(matches!(notes.note(&mut ledger), Err(RecordError::InputsChanged { .. })));
    notes.accepted = Some("file was a duplicate".into());
    assert_eq!(notes.note(&mut ledger).unwrap().events, after.events + 1);
    assert_eq!(ledger.totals().unwrap().inputs, 1);
}

#[test]
fn copies_are_taken_before_a_run_writes_and_five_are_kept() {
    let world = World::new();
    for night in 1..=7 {
        world.night(&people(night), date(2026, 2, i8::try_from(night).unwrap()));
    }
    let mut copies = crate::record::files::names(&world.path("backups")).unwrap();
    copies.retain(|name| name != "redo.sqlite");
    assert_eq!(copies.len(), 5);
    assert_eq!(copies.first().unwrap(), "ledger-00000011.sqlite");
    // A copy is a ledger by itself, and older than the outbox knows.
    fs::copy(world.path("backups").join(&copies[4]), world.path("ledger.sqlite")).unwrap();
    assert!(matches!(world.try_open(), Err(RecordError::Older { .. })));
}

#[test]
fn check_says_how_far_the_ledger_is_and_what_proves_it() {
    let world = World::new();
    world.night(&people(3), NIGHT);
    let before = world.bytes();
    let verdict = check::check(&world.home(), &[]).unwrap();
    assert_eq!((verdict.state, verdict.totals.letters, verdict.unfinished), ("open", 3, None));
    assert_eq!(verdict.head, world.open().head().unwrap());
    // The anchor, `.done`, the checksums, the copy from before the run, and the changes a second
    // time.
    assert_eq!(verdict.proofs.len(), 5);
    assert!(before == world.bytes());
    let sums = world.path("outbox/2600001/2600001.SHA256SUMS");
    fs::write(&sums, fs::read_to_string(&sums).unwrap().replace("22", "33")).unwrap();
    assert!(matches!(check::check(&world.home(), &[]), Err(RecordError::Proof { .. })));
}

#[test]
fn everything_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    world.night(&people(3), NIGHT);
    for name in ["", "keys", "staging", "runs", "outbox", "logs", "backups"] {
        let mode = fs::metadata(world.path(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o700, "{name}");
    }
    for name in ["ledger.sqlite", "ledger.anchor", "backups/ledger-00000001.sqlite"] {
        let mode = fs::metadata(world.path(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
}
