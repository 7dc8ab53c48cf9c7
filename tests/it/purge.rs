//! The end of a campaign: after a purge nothing about people is left, whatever happened in between.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use crate::canaries::{Search, files};
use crate::leaks::{self, CANARIES};
use crate::program::{Night, see, see_memory};

const PURGE: [&str; 5] = ["purge", "--approved-by", "privacy officer", "--yes", "--json"];

/// A closed campaign of two nights, with what must be gone after a purge: canaries, letter ids,
/// pseudonyms.
struct Closed {
    night: Night,
    marks: Vec<String>,
}

static CLOSED: LazyLock<Closed> = LazyLock::new(|| {
    let night = leaks::night();
    let config = leaks::with_backups(&night);
    let run = || -> Value {
        let answer = night.ask_with(&config, &["run", "--json"]);
        assert!(answer.code <= 1, "{}", answer.stderr);
        serde_json::from_str(&answer.stdout).unwrap()
    };
    let first = run();
    let mut marks: Vec<String> = CANARIES.iter().map(|canary| canary.text.to_owned()).collect();
    let rows = Path::new(first["papers"].as_str().unwrap()).join("rows.csv");
    for line in csv::Reader::from_path(rows)
        .unwrap()
        .deserialize::<std::collections::BTreeMap<String, String>>()
    {
        let line = line.unwrap();
        marks.extend(
            ["person", "letter_id"]
                .map(|name| line[name].clone())
                .into_iter()
                .filter(|mark| !mark.is_empty()),
        );
    }
    mail(&night, &marks[CANARIES.len()..]);
    leaks::add_a_person(&night);
    assert_eq!(run()["report"]["letters"]["total"], 1);
    assert_eq!(night.ask(&["close", "--yes"]).code, 0);
    Closed { night, marks }
});

/// The vendor has posted the letters and one came back; another is stopped.
fn mail(night: &Night, marks: &[String]) {
    let outbox = night.data().join("outbox");
    let job = fs::read_dir(outbox).unwrap().next().unwrap().unwrap().file_name();
    let job = job.to_str().unwrap();
    let known = |mark: &&String| {
        night.ask(&["stop", "--letter", mark, "--by", "operations", "--reason", "a drill"]).code
            == 0
    };
    let letter = marks.iter().find(known).expect("one of them is a letter");
    let returns = night.path().join(format!("{job}.returns.csv"));
    fs::write(&returns, format!("letter_id,reason,date\n{letter},moved,2025-09-25\n")).unwrap();
    assert_eq!(night.ask(&["receipts", returns.to_str().unwrap()]).code, 0);
}

/// Which marks are still to be found in the data folder, and where.
fn left(night: &Night) -> Vec<(usize, &'static str, PathBuf)> {
    let marks: Vec<&str> = CLOSED.marks.iter().map(String::as_str).collect();
    let search = Search::new(&marks);
    files(&night.data()).iter().flat_map(|(path, bytes)| search.find(path, bytes)).collect()
}

fn purge(night: &Night) -> Value {
    let answer = night.ask(&PURGE);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    serde_json::from_str(&answer.stdout).unwrap()
}

#[test]
fn an_open_campaign_is_not_purged() {
    let night = Night::bare();
    let before = see(&night.data());
    let answer = night.ask(&PURGE);
    assert_eq!(answer.code, 3, "{}", answer.stderr);
    assert!(answer.stderr.contains("campaign `sample-2025` is open"), "{}", answer.stderr);
    assert!(before == see(&night.data()));
}

#[test]
fn what_will_go_is_shown_and_without_an_answer_nothing_goes() {
    let before = see(&CLOSED.night.data());
    for command in [
        &["purge", "--approved-by", "privacy officer"][..],
        &["purge", "--approved-by", "x", "--yes"],
    ] {
        let answer = CLOSED.night.ask(command);
        assert!(answer.code >= 2, "{}", answer.stdout);
        for text in ["runs/", "outbox/", "backups/", "rows of `letter`", "key", "keep"] {
            assert!(answer.stderr.contains(text), "`{text}` is not shown: {}", answer.stderr);
        }
        assert!(before == see(&CLOSED.night.data()));
    }
}

#[test]
fn a_purge_leaves_totals_hashes_history_and_a_certificate_and_nobody() {
    assert!(left(&CLOSED.night).len() > CLOSED.marks.len(), "the marks were never there");
    let night = CLOSED.night.copy();
    let totals = check(&night)["totals"].clone();
    let certificate = purge(&night);
    assert_eq!(left(&night), []);

    let kept = files(&night.data());
    let names: Vec<&str> = kept
        .keys()
        .map(|path| path.strip_prefix(night.data()).unwrap().to_str().unwrap())
        .collect();
    let known = |name: &&&str| {
        ["ledger.sqlite", "ledger.anchor", "backups.json", "purge-certificate.json"].contains(name)
            || name.starts_with("logs/")
            || name.starts_with("texts/")
            || [
                ".done",
                ".SHA256SUMS",
                ".SHA256SUMS.sig",
                "/report.json",
                "/report.html",
                "/outcome.json",
            ]
            .iter()
            .any(|end| name.ends_with(end))
    };
    assert_eq!(names.iter().filter(|name| !known(name)).count(), 0, "{names:?}");
    assert!(!night.data().join("keys/campaign.key").exists());

    let written = fs::read_to_string(night.data().join("purge-certificate.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), certificate);
    assert_eq!(certificate["approved_by"], "privacy officer");
    assert_eq!(certificate["date"], "2025-09-15");
    assert!(certificate["method"].as_str().unwrap().contains("secure_delete"));
    assert_eq!(certificate["totals"], totals);
    assert!(
        certificate["files"].to_string().contains("inputs.marks"),
        "what a run remembers of its lists has gone"
    );
    for kept in certificate["kept"].as_array().unwrap() {
        let path = night.data().join(kept["path"].as_str().unwrap());
        let sums = crate::tools::run(Command::new("sha256sum").arg(&path));
        assert!(sums.starts_with(kept["sha256"].as_str().unwrap()), "{}", path.display());
    }
    let backups = files(&CLOSED.night.path().join("shelf"));
    let listed = certificate["sealed_backups"].as_array().unwrap();
    assert_eq!((listed.len(), backups.len()), (2, 2));
    for (path, backup) in backups.keys().zip(listed) {
        assert!(path.ends_with(backup["name"].as_str().unwrap()), "{backup}");
        let sums = crate::tools::run(Command::new("sha256sum").arg(path));
        assert!(sums.starts_with(backup["sha256"].as_str().unwrap()), "{backup}");
    }
    let verdict = check(&night);
    assert_eq!((&verdict["state"], &verdict["totals"]), (&Value::from("purged"), &totals));
    assert_eq!(verdict["head"], certificate["head"]);

    let before = see_memory(&night.data());
    for command in ["run", "check", "close"] {
        assert!(night.ask(&[command]).code >= 2, "{command} after a purge");
    }
    assert!(night.ask(&["run"]).stderr.contains("is purged"));
    assert!(night.ask(&["ledger", "init"]).stderr.contains("already exists"));
    assert!(before == see_memory(&night.data()));
    assert_eq!(purge(&night), certificate, "again it certifies the same");
}

fn check(night: &Night) -> Value {
    let answer = night.ask(&["ledger", "check", "--json"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    serde_json::from_str(&answer.stdout).unwrap()
}

/// Runs the purge under strace, which kills it at the n-th call of a name.
fn killed(night: &Night, call: &str, number: usize) {
    let inject = format!("inject={call}:signal=SIGKILL:when={number}");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &inject]);
    let _ = strace.args(night.words(&PURGE)).output().unwrap();
}

#[test]
fn a_purge_killed_anywhere_is_finished_by_the_next() {
    let whole = CLOSED.night.copy();
    let trace = whole.path().join("trace");
    let calls = ["unlink", "pwrite64", "fsync", "rename", "write", "rmdir"];
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-qq", "-o"])
        .arg(&trace)
        .args(["-e", &format!("trace={}", calls.join(","))]);
    assert!(strace.args(whole.words(&PURGE)).output().unwrap().status.success());
    let certificate = fs::read_to_string(whole.data().join("purge-certificate.json")).unwrap();
    let trace = fs::read_to_string(trace).unwrap();
    let mut points = 0;
    for call in calls {
        let count = trace.lines().filter(|line| line.contains(&format!(" {call}("))).count();
        assert!(count > 0, "{call} is never called");
        let mut numbers = vec![1, count.div_ceil(3), (2 * count).div_ceil(3), count];
        numbers.dedup();
        for number in numbers {
            let night = CLOSED.night.copy();
            killed(&night, call, number);
            purge(&night);
            assert_eq!(left(&night), [], "killed at {call} {number}");
            assert_eq!(check(&night)["state"], "purged");
            let after = fs::read_to_string(night.data().join("purge-certificate.json")).unwrap();
            assert_eq!(after, certificate, "killed at {call} {number}");
            points += 1;
        }
    }
    assert!(points > 15, "{points}");
}
