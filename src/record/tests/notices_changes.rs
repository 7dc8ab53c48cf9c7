//! Whatever is done to the file is noticed.

use std::fs;
use std::sync::LazyLock;

use super::fixture::*;
use crate::base::{ExitStatus, Explain};
use crate::record::store::testing;
use crate::record::{Access, Ledger, RecordError};

/// Two nights; made once and copied.
fn told() -> World {
    static TOLD: LazyLock<World> = LazyLock::new(|| {
        let world = World::new();
        world.night(&people(6), NIGHT);
        world.night(&people(9), NIGHT.tomorrow().unwrap());
        world
    });
    TOLD.copy()
}

/// Without the rules of the schema, as somebody with a database tool would.
fn tampered(sql: &str) -> RecordError {
    let world = told();
    testing::tamper(&world.path("ledger.sqlite"), sql);
    let refused = world.try_open().unwrap_err();
    assert_eq!(refused.status(), ExitStatus::Stopped);
    refused
}

#[test]
fn changed_deleted_swapped_and_truncated_events_are_noticed() {
    for sql in [
        "UPDATE audit SET body = replace(body, '2600001', '2600009') WHERE seq = 4",
        "UPDATE audit SET hash = upper(hash) WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 4",
        "UPDATE audit SET seq = CASE seq WHEN 4 THEN -5 ELSE seq - 1 END WHERE seq >= 4",
        "UPDATE audit SET body = (SELECT body FROM audit other WHERE other.seq = 9 - audit.seq) WHERE seq IN (4, 5)",
        "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)",
        "DELETE FROM audit WHERE seq > 2",
        "INSERT INTO audit VALUES (99, '{}', printf('%064d', 1))",
    ] {
        let refused = tampered(sql);
        let noticed = matches!(
            refused,
            RecordError::Chain { .. }
                | RecordError::Replay { .. }
                | RecordError::Damaged { .. }
                | RecordError::Older { .. }
        );
        assert!(noticed, "{sql}: {refused}");
    }
}

#[test]
fn a_job_that_is_forgotten_with_its_events_is_noticed_by_the_outbox() {
    let refused = tampered(
        "DELETE FROM told_mark WHERE job = 2600002; DELETE FROM letter WHERE job = 2600002;
         DELETE FROM person WHERE id > 6; DELETE FROM part WHERE job = 2600002; DELETE FROM staged WHERE job = 2600002;
         DELETE FROM audit WHERE seq > (SELECT event FROM job WHERE job = 2600002) - 1;
         DELETE FROM job WHERE job = 2600002;",
    );
    assert!(matches!(refused, RecordError::Older { .. }), "{refused}");
}

#[test]
fn changed_tables_are_noticed() {
    for sql in [
        "DELETE FROM letter WHERE id = 3",
        "UPDATE letter SET sequence = 2 WHERE id = 3",
        "UPDATE letter SET kind = 'correction' WHERE id = 3",
        "UPDATE letter SET sender = 'other' WHERE id = 3",
        "UPDATE letter SET pages = 4 WHERE id = 3",
        "UPDATE letter SET person = -7 WHERE person = 7; UPDATE letter SET person = 7 WHERE person = 8;
         UPDATE letter SET person = 8 WHERE person = -7",
        "UPDATE person SET pseudonym = lower(hex(randomblob(13))) WHERE id = 2",
        "INSERT INTO letter SELECT 99, lower(hex(randomblob(13))), person, campaign, kind, 2, job, part, 99, 'r', sender,
             findings, pages, sheets FROM letter WHERE id = 1",
        "INSERT INTO told_mark VALUES (randomblob(16), 2600002, 1, 'row')",
        "INSERT INTO told_mark VALUES (randomblob(16), 2600009, 1, 'row')",
        "INSERT INTO told_mark VALUES (randomblob(16), 2600002, 99, 'row')",
        "INSERT INTO person VALUES (10, 'aaaaaaaaaaaaaaaaaaaaaaaaaa')",
        "UPDATE findings SET said = replace(said, 'name', 'bsn')",
        "INSERT INTO findings VALUES (9, '{}')",
        "DELETE FROM told_mark WHERE person = 2",
        "UPDATE told_mark SET kind = 'bsn' WHERE person = 1",
        "UPDATE told_mark SET person = 3 WHERE person = 1",
        "UPDATE job SET state = 'sealed' WHERE job = 2600002",
        "UPDATE job SET run_date = '2026-01-04'",
        "UPDATE part SET letters = 3, pages = 9 WHERE job = 2600002",
        "UPDATE part SET sealed_sha256 = plain_sha256",
        "UPDATE staged SET sha256 = printf('%064d', 1)",
        "UPDATE input SET sha256 = NULL",
        "DELETE FROM input",
        "UPDATE campaign SET state = 'closed'",
        "UPDATE campaign SET opened_on = '2020-01-01'",
        "UPDATE ledger SET key_check = 'x'",
        "INSERT INTO identity VALUES ('merge', 'aaaaaaaaaaaaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbbbbbbbbbbbb', 1)",
    ] {
        let refused = tampered(sql);
        assert!(matches!(refused, RecordError::Replay { .. } | RecordError::Damaged { .. }), "{sql}: {refused}");
    }
}

#[test]
fn a_rule_that_was_taken_out_is_noticed() {
    let world = told();
    testing::without_rules(&world.path("ledger.sqlite"));
    assert!(matches!(world.try_open(), Err(RecordError::Damaged { .. })));
}

#[test]
fn the_schema_itself_knows_no_second_letter() {
    let world = told();
    let path = world.path("ledger.sqlite");
    let columns = "campaign, kind, sequence, job, part, seq, 'reference', sender, findings, pages, sheets FROM letter";
    for sql in [
        format!(
            "INSERT INTO letter SELECT 99, lower(hex(randomblob(13))), person, {columns} WHERE id = 1"
        ),
        format!("INSERT INTO letter SELECT 99, letter_id, 2, {columns} WHERE id = 1"),
    ] {
        let error = testing::tamper_within_rules(&path, &sql).unwrap_err();
        assert!(error.contains("UNIQUE constraint failed"), "{error}");
    }
    for (sql, rule) in [
        ("UPDATE audit SET body = '{}'", "events are never changed"),
        ("DELETE FROM audit", "events are never deleted"),
        (
            "INSERT INTO audit VALUES (99, '{}', printf('%064d', 1))",
            "events are numbered without gaps",
        ),
        ("DELETE FROM letter", "letters are deleted by a purge, or with a job that was given up"),
        ("UPDATE letter SET sequence = 2", "letters are never changed"),
        (
            "DELETE FROM person",
            "people are deleted by a purge, or with the only job that wrote to them",
        ),
        ("DELETE FROM told_mark", "marks are deleted by a purge, or with a job that was given up"),
        ("UPDATE job SET abandoned = 3", "or are given up before they are published"),
        ("UPDATE mode SET mode = 'rehearsal'", "a ledger keeps its mode"),
        ("DELETE FROM mode", "a ledger keeps its mode"),
        ("UPDATE job SET state = 'planned'", "jobs go planned, sealed, published, done"),
        ("UPDATE part SET file = 'x'", "parts are sealed once"),
        ("UPDATE campaign SET state = 'purged'", "campaigns go open, closed, purging, purged"),
        ("DELETE FROM campaign", "campaigns are never deleted"),
    ] {
        let error = testing::tamper_within_rules(&path, sql).unwrap_err();
        assert!(error.contains(rule), "{sql}: {error}");
    }
}

#[test]
fn a_file_cut_anywhere_is_noticed_unless_only_emptiness_is_cut_off() {
    let world = told();
    let path = world.path("ledger.sqlite");
    let (whole, content) = (fs::read(&path).unwrap(), testing::dump(&path).unwrap());
    for length in (0..whole.len()).step_by(1021) {
        fs::write(&path, &whole[..length]).unwrap();
        let noticed = world.try_open().is_err();
        assert!(noticed || testing::dump(&path).unwrap() == content, "cut to {length} bytes");
        assert!(noticed || length + 4096 > whole.len(), "cut to {length} bytes");
    }
}

#[test]
fn a_change_that_was_interrupted_is_taken_back_by_the_next_run() {
    let world = told();
    let path = world.path("ledger.sqlite");
    let (whole, content) = (fs::read(&path).unwrap(), testing::dump(&path).unwrap());
    testing::stop_in_the_middle(&path);
    assert!(fs::read(&path).unwrap() != whole);
    let before = world.bytes();
    let refused = Ledger::open(&world.home(), Access::Read).unwrap_err();
    assert!(matches!(refused, RecordError::Interrupted), "{refused}");
    assert!(before == world.bytes());
    world.open();
    assert_eq!(testing::dump(&path).unwrap(), content);
    assert!(fs::read(&path).unwrap() == whole);
    Ledger::open(&world.home(), Access::Read).unwrap();
}
