//! Refusals: what was asked, the exit code, the error and the hint, as an operator sees them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::LazyLock;

use super::{Folder, assert_kept, transcript};
use crate::program::Answer;

const CONFIG: &str = "sample-data/breachpost.toml";
const FACTS: &str = "sample-data/facts.toml";
const PARTICIPANTS: &str = "sample-data/inbox/participants-special.csv";
const EXPOSURES: &str = "sample-data/inbox/exposures-special.csv";
const PACKAGE: &str = "data/outbox/rehearsal-2500001";

/// A ledger, and lists that no run has read.
static UNREAD: LazyLock<Folder> = LazyLock::new(Folder::special);

/// The same after its first night.
static TOLD: LazyLock<Folder> = LazyLock::new(|| {
    let folder = UNREAD.copy();
    assert_eq!(folder.ask(&["run"]).code, 1);
    folder
});

/// What the program says to `words` is kept under `name`; it must be a refusal.
fn refused(name: &str, folder: &Folder, words: &[&str]) {
    let answer = folder.ask(words);
    kept(name, &format!("breachpost {}", words.join(" ")), &answer);
}

fn kept(name: &str, typed: &str, answer: &Answer) {
    assert!(answer.code >= 2, "{typed} is not refused: {}{}", answer.stdout, answer.stderr);
    assert_kept("refusals", name, &transcript(typed, answer));
}

/// A run on lists that nobody has read, after `change`.
fn refused_run(name: &str, change: impl FnOnce(&Folder)) {
    let folder = UNREAD.copy();
    change(&folder);
    refused(name, &folder, &["run"]);
}

/// A run on the night after the first, after `change`.
fn refused_again(name: &str, change: impl FnOnce(&Folder)) {
    let folder = TOLD.copy();
    change(&folder);
    refused(name, &folder, &["run"]);
}

fn mode(folder: &Folder, path: &str, mode: u32) {
    fs::set_permissions(folder.path(path), fs::Permissions::from_mode(mode)).unwrap();
}

/// The same configuration for real letters, with nothing of the sample in it.
fn make_real(folder: &Folder) {
    for (from, to) in [
        ("synthetic = true", "synthetic = false"),
        ("Drukkerij De Proef", "Drukkerij Elders"),
        (
            "age1sstkt9p7hw5dy6453n3w2wqgkzrtlqrv8l5x274l8t9a4z2kf4yqdmray3",
            "age14dr2glhgk2rrvc6nf4euuprgpus8yr40wz43dqmzvg5s3lcm0ahst5xy39",
        ),
    ] {
        folder.edit(CONFIG, from, to);
    }

    for (from, to) in [
        ("088-000 00 00", "088-111 22 33"),
        ("Postbus 1234", "Postbus 4321"),
        ("van den Voorbeeld", "de Directeur"),
    ] {
        folder.edit(FACTS, from, to);
    }
}

#[test]
fn words_that_are_no_command_line() {
    for (name, words) in [
        ("usage-no-command", &[][..]),
        ("usage-unknown-command", &["runn"]),
        ("usage-unknown-option", &["run", "--acept", "a.csv=b"]),
        ("usage-missing-argument", &["explain"]),
        ("usage-reason-without-file", &["run", "--accept", "withdrawn"]),
        ("usage-unknown-list", &["contract", "exposure"]),
        ("usage-recipient-without-package", &["check", "--recipient", "age1"]),
        ("usage-negative-age", &["status", "--max-age=-1h"]),
    ] {
        refused(name, &UNREAD, words);
    }

    let answer = UNREAD.ask_on("2025-02-30", &["check"]);
    kept("usage-date-that-is-none", "breachpost --date 2025-02-30 check", &answer);
}

#[test]
fn settings_that_cannot_be_used() {
    let missing = |folder: &Folder| fs::remove_file(folder.path(CONFIG)).unwrap();
    refused_run("config-missing", missing);
    refused_run("config-unknown-setting", |folder| {
        folder.edit(CONFIG, "min_days_between", "min_days_betwen");
    });
    refused_run("config-word-that-is-none", |folder| {
        folder.edit(CONFIG, "minors_12_15 = \"hold\"", "minors_12_15 = \"skip\"");
    });
    refused_run("config-vendor-key", |folder| {
        folder.edit(CONFIG, "recipients = [\"age1", "recipients = [\"age2");
    });
    refused_run("config-real-with-the-samples-key", |folder| {
        folder.edit(CONFIG, "synthetic = true", "synthetic = false");
    });
    refused("config-no-backup", &UNREAD, &["ledger", "backup"]);
}

#[test]
fn facts_that_cannot_be_used() {
    let missing = |folder: &Folder| fs::remove_file(folder.path(FACTS)).unwrap();
    refused_run("facts-missing", missing);
    refused_run("facts-unknown-key", |folder| {
        folder.edit(FACTS, "[incident]", "colour = \"red\"\n[incident]");
    });
    refused_run("facts-stale", |folder| {
        folder.edit(CONFIG, "facts_max_age_days = 30", "facts_max_age_days = 3");
    });
}

#[test]
fn a_ledger_that_is_in_doubt() {
    refused_run("ledger-missing", |folder| {
        fs::remove_file(folder.path("data/ledger.sqlite")).unwrap();
    });
    refused_run("ledger-no-data-folder", |folder| {
        fs::remove_dir_all(folder.path("data")).unwrap();
    });
    refused_run("ledger-open-to-writers", |folder| mode(folder, "data", 0o777));
    refused_run("ledger-open-to-readers", |folder| mode(folder, "data/ledger.sqlite", 0o644));
    refused_run("ledger-key-open-to-readers", |folder| mode(folder, "data/keys", 0o755));
    refused_run("ledger-no-key", |folder| {
        fs::remove_file(folder.path("data/keys/campaign.key")).unwrap();
    });
    refused_run("ledger-of-a-different-campaign", |folder| {
        folder.edit(CONFIG, "sample-2025", "sample-2026");
    });
    refused_run("ledger-that-is-none", |folder| {
        fs::write(folder.path("data/ledger.sqlite"), "a text").unwrap();
    });
    refused_again("ledger-older-than-the-outbox", |folder| {
        let before = UNREAD.path("data/ledger.sqlite");
        fs::copy(before, folder.path("data/ledger.sqlite")).unwrap();
    });
    refused("ledger-exists", &UNREAD, &["ledger", "init"]);
    refused("ledger-unknown-anchor", &TOLD, &["ledger", "check", "--anchor", &"0".repeat(64)]);
    refused("ledger-restored-from-nothing", &UNREAD, &["ledger", "restore", FACTS]);
}

#[test]
fn nights_that_do_not_follow() {
    let before = TOLD.copy().ask_on("2025-09-14", &["run"]);
    kept("night-in-the-past", "breachpost --date 2025-09-14 run", &before);
    refused_run("night-with-too-many-letters", |folder| {
        folder.edit(CONFIG, "[policy]\n", "[policy]\nmax_letters_per_run = 2\n");
    });
    refused_again("night-rehearsal-made-real", make_real);
    refused_again("night-after-the-close", |folder| {
        assert_eq!(folder.ask(&["close", "--yes"]).code, 0);
    });
}

#[test]
fn lists_that_cannot_be_read() {
    refused_run("list-missing", |folder| fs::remove_file(folder.path(EXPOSURES)).unwrap());
    refused_run("list-unknown-column", |folder| folder.edit(EXPOSURES, "birth_date", "geb_datum"));
    refused_run("list-open-quote", |folder| folder.edit(EXPOSURES, "Lindenlaan", "\"Lindenlaan"));
    refused_run("list-with-almost-its-name", |folder| {
        let misnamed = folder.path("sample-data/inbox/exposure-2.csv");
        fs::copy(folder.path(EXPOSURES), misnamed).unwrap();
    });
    refused_run("list-in-windows-1252", |folder| {
        let mut bytes = fs::read(folder.path(EXPOSURES)).unwrap();
        bytes.extend_from_slice(b"SP-X,ds1,,Ren\xe9\n");
        fs::write(folder.path(EXPOSURES), bytes).unwrap();
    });
    refused_run("list-packed", |folder| {
        fs::write(folder.path("sample-data/inbox/exposures-2.csv.gz"), "").unwrap();
    });
    refused_run("list-different-from-its-sidecar", |folder| {
        let sidecar = format!("{EXPOSURES}.meta.toml");
        let text = format!("rows = 1\nsha256 = \"{}\"\n", "0".repeat(64));
        fs::write(folder.path(&sidecar), text).unwrap();
    });
    refused_run("list-spoilt", |folder| {
        let path = folder.path(PARTICIPANTS);
        let text = fs::read_to_string(&path).unwrap();
        let cells = text.lines().next().unwrap().split(',').count();
        // A spreadsheet program has made numbers of the BSNs.
        let row = |place: usize| format!("P-{place},1.00E+09{}\n", ",".repeat(cells - 2));
        fs::write(&path, text + &(0..60).map(row).collect::<String>()).unwrap();
    });
}

#[test]
fn lists_that_have_changed() {
    refused_again("list-gone", |folder| fs::remove_file(folder.path(PARTICIPANTS)).unwrap());
    refused_again("list-rows-gone", |folder| {
        let text = fs::read_to_string(folder.path(EXPOSURES)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        fs::write(folder.path(EXPOSURES), lines[..lines.len() - 1].join("\n") + "\n").unwrap();
    });
    refused_again("list-rows-changed", |folder| folder.edit(EXPOSURES, "Lindenlaan", "Beukenlaan"));
}

#[test]
fn questions_about_what_is_not_there() {
    refused("unknown-letter", &TOLD, &["explain", "aaaaaaaaaaaaaaaaaaaaaaaaaa"]);
    refused("unknown-letter-to-set", &TOLD, &["letter", "aaaaaaaaaaaaaaaaaaaaaaaaaa"]);
    refused("unknown-row", &TOLD, &["explain", "SP-001-1", "SP-999-1"]);
    refused("unknown-part", &UNREAD, &["render", "--part", "1"]);
    refused("unknown-job", &UNREAD, &["run", "--republish", "2500009"]);
    refused("unknown-package", &UNREAD, &["verify", "data/outbox/rehearsal-2500009"]);
    refused("nothing-to-abandon", &TOLD, &["plan", "abandon", "--by", "NAME", "--reason", "TEXT"]);
    refused("decisions-missing", &TOLD, &["review", "apply", "review.csv"]);
    refused("decisions-that-are-none", &TOLD, &["review", "apply", EXPOSURES]);
}

#[test]
fn packages_that_are_not_whole() {
    let folder = TOLD.copy();
    fs::write(folder.path("key.txt"), "not a key\n").unwrap();
    mode(&folder, "key.txt", 0o600);
    refused("package-key-that-is-none", &folder, &["verify", PACKAGE, "--identity", "key.txt"]);

    let part = folder.path(PACKAGE).join("rehearsal-2500001-p001.zip.age");
    let mut bytes = fs::read(&part).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&part, bytes).unwrap();
    refused("package-changed", &folder, &["verify", PACKAGE]);
}

#[test]
fn commands_that_ask_first() {
    refused("close-without-yes", &TOLD, &["close"]);
    refused("purge-of-an-open-campaign", &TOLD, &["purge", "--approved-by", "NAME"]);

    let folder = TOLD.copy();
    assert_eq!(folder.ask(&["close", "--yes"]).code, 0);
    refused("purge-without-yes", &folder, &["purge", "--approved-by", "NAME"]);
    refused("close-twice", &folder, &["close", "--yes"]);
}

#[test]
fn folders_that_are_not_empty() {
    refused("sample-into-a-full-folder", &UNREAD, &["sample", "--people", "1", "--out", "data"]);
    refused("rehearsal-into-a-full-folder", &UNREAD, &["check", "--package", "data"]);
}

#[test]
fn a_program_reads_the_refusal_too() {
    let folder = TOLD.copy();
    fs::remove_file(folder.path(PARTICIPANTS)).unwrap();
    refused("json", &folder, &["run", "--json"]);
}
