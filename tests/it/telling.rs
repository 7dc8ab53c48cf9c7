//! Every night tells somebody how it ended: the exit code, a line in the log, `outcome.json`, the
//! mail, the figures.

mod mailed;
mod watched;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::mail::Server;
use crate::program::{Answer, DATE, Night, root, see, stopped};

/// The sample configuration of this night with settings at its end.
fn with(night: &Night, name: &str, more: &str) -> PathBuf {
    let sample = root().join("sample-data");
    let text = fs::read_to_string(sample.join("breachpost.toml")).unwrap();
    let facts = format!("facts = \"{}\"", sample.join("facts.toml").display());
    let text = text
        .replace("facts = \"facts.toml\"", &facts)
        .replace("facts_max_age_days = 30", "facts_max_age_days = 99");
    let path = night.path().join(name);
    fs::write(&path, format!("{text}\n{more}\n")).unwrap();
    path
}

fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.stdout)
        .unwrap_or_else(|_| panic!("no JSON: {}{}", answer.stdout, answer.stderr))
}

fn outcome(night: &Night, run_id: &str) -> Value {
    let path = night.data().join("runs").join(run_id).join("outcome.json");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The lines of the log about how runs ended.
fn logged(night: &Night) -> Vec<Value> {
    let text =
        fs::read_to_string(night.data().join(format!("logs/{DATE}.jsonl"))).unwrap_or_default();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .filter(|line| line["target"] == "breachpost::outcome")
        .map(|line| line["fields"].clone())
        .collect()
}

fn header(night: &Night) -> String {
    fs::read_to_string(night.inbox().join("exposures-special.csv"))
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .to_owned()
}

/// A file with one row whose category nobody knows: it is held.
fn hold(night: &Night, name: &str) {
    let row = format!(
        "{name},ds7,,Anna Maria,A.M.,,Aalbers,1970-01-11,V,Nieuwstraat,1,,,3511AB,Utrecht,,unheard,,2022-02-02,confirmed,no,name,"
    );
    fs::write(
        night.inbox().join(format!("exposures-{name}.csv")),
        format!("{}\n{row}\n", header(night)),
    )
    .unwrap();
}

#[test]
fn a_night_is_news_once_and_an_old_case_every_week_when_it_is_overdue() {
    let night = Night::new(5);
    let config = with(&night, "b.toml", "");
    let on = |date: &str| night.answer(&config, date, &["run", "--json"]);
    let first = on("2025-09-15");
    assert_eq!(first.code, 1, "{}", first.stderr);
    let cases = json(&first)["report"]["cases"].clone();
    assert!(cases["new"].as_u64().unwrap() > 0 && cases["new"] == cases["open"], "{cases}");
    assert_eq!(night.ask_with(&config, &["check"]).code, 0, "a check tells what a run would");

    assert_eq!(on("2025-09-15").code, 0);
    hold(&night, "one");
    assert_eq!(night.answer(&config, "2025-09-16", &["check", "--json"]).code, 1);
    let second = on("2025-09-16");
    assert_eq!((second.code, &json(&second)["report"]["cases"]["new"]), (1, &1.into()));
    let codes = [
        "2025-09-17",
        "2025-09-28",
        "2025-09-29",
        "2025-09-29",
        "2025-09-30",
        "2025-10-01",
        "2025-10-07",
    ];
    assert_eq!(codes.map(|date| on(date).code), [0, 0, 1, 0, 1, 0, 1]);

    let overdue = json(&on("2025-10-08"))["report"]["cases"].clone();
    // The suppression that names nobody (L211) is told once, and never overdue.
    assert_eq!(overdue["overdue"].as_u64().unwrap() + 1, overdue["open"].as_u64().unwrap());
    assert_eq!(overdue["oldest"], "2025-09-15");
    assert_eq!(night.ask_with(&config, &["ledger", "check"]).code, 0);
}

#[test]
fn a_row_that_is_held_for_another_reason_is_the_same_case_and_one_that_says_something_else_is_new()
{
    let night = Night::new(5);
    hold(&night, "one");
    night.run();
    // The same row, elsewhere: accepted, and no news.
    fs::rename(night.inbox().join("exposures-one.csv"), night.inbox().join("exposures-two.csv"))
        .unwrap();
    let moved = night.ask(&["run", "--json", "--accept-inputs", "delivered again"]);
    assert_eq!(
        (moved.code, &json(&moved)["report"]["cases"]["new"]),
        (0, &0.into()),
        "{}",
        moved.stderr
    );
    let path = night.inbox().join("exposures-two.csv");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("Nieuwstraat", "Oudstraat")).unwrap();
    let changed = night.ask(&["run", "--json", "--accept-inputs", "delivered again"]);
    assert_eq!(
        (changed.code, &json(&changed)["report"]["cases"]["new"]),
        (1, &1.into()),
        "{}",
        changed.stderr
    );
}

#[test]
fn every_run_leaves_its_outcome_and_one_line_in_the_log() {
    let night = Night::new(5);
    let first = json(&night.ask(&["run", "--json"]));
    let told = outcome(&night, first["run_id"].as_str().unwrap());
    assert_eq!((&told["exit_code"], &told["outcome"]), (&1.into(), &"done".into()));
    assert_eq!(told["job"], first["report"]["package"]["job"]);
    assert_eq!(told["rows"], first["report"]["rows"]);
    assert_eq!(told["mail"]["state"], "not configured");

    fs::remove_file(night.inbox().join("exposures-special.csv")).unwrap();
    let refused = night.ask(&["run", "--json"]);
    assert_eq!(refused.code, 3);
    let answer = json(&refused);
    assert_eq!(answer, stopped(&night.data())[0]);
    assert!(answer["error"].as_str().unwrap().contains("exposures-special.csv"), "{answer}");
    assert!(
        answer["hint"].as_str().unwrap().contains("--accept exposures-special.csv=REASON"),
        "{answer}"
    );

    let lines = logged(&night);
    let codes: Vec<&Value> = lines.iter().map(|line| &line["run.exit_code"]).collect();
    assert_eq!(codes, [&Value::from(1), &Value::from(3)]);
    assert_eq!(lines[0]["run.job"], told["job"]);
    assert_eq!(
        (&lines[0]["run.outcome"], &lines[1]["run.outcome"]),
        (&"done".into(), &"stopped".into())
    );
    assert_eq!(lines[1]["run.error"], answer["error"]);
}

#[test]
fn what_cannot_be_told_in_the_data_folder_is_told_on_standard_error() {
    let night = Night::new(5);
    let unreadable = night.path().join("none.toml");
    let answer = night.ask_with(&unreadable, &["run", "--json"]);
    assert_eq!((answer.code, &json(&answer)["exit_code"]), (2, &2.into()));
    assert!(answer.stderr.contains("error: "), "{}", answer.stderr);

    fs::remove_dir_all(night.data()).unwrap();
    let answer = night.ask(&["run", "--json"]);
    assert_eq!((answer.code, &json(&answer)["exit_code"]), (3, &3.into()));
    assert!(!night.data().exists());
}

#[test]
fn the_figures_of_a_run_are_there_for_others_and_whole() {
    let night = Night::new(5);
    let file = night.path().join("breachpost.prom");
    let config = with(&night, "b.toml", "[metrics]\nfile = \"breachpost.prom\"");
    assert_eq!(night.ask_with(&config, &["run"]).code, 1);
    let read = || fs::read_to_string(&file).unwrap();
    let value = |text: &str, name: &str| {
        let line = text.lines().find_map(|line| {
            line.strip_prefix(&format!("breachpost_{name}{{campaign=\"sample-2025\"}} "))
        });
        line.map(|value| value.parse::<i64>().unwrap())
    };
    let good = read();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o644);
    assert_eq!(value(&good, "last_run_exit_code"), Some(1));
    let last_good = value(&good, "last_good_run_timestamp_seconds").unwrap();
    assert_eq!(value(&good, "last_run_timestamp_seconds"), Some(last_good));

    fs::rename(night.inbox().join("exposures-special.csv"), night.path().join("away.csv")).unwrap();
    assert_eq!(night.ask_with(&config, &["run"]).code, 3);
    let bad = read();
    assert_eq!(value(&bad, "last_run_exit_code"), Some(3));
    assert_eq!(
        value(&bad, "last_good_run_timestamp_seconds"),
        Some(last_good),
        "a stopped run is not a good one"
    );

    fs::rename(night.path().join("away.csv"), night.inbox().join("exposures-special.csv")).unwrap();
    let config = with(&night, "c.toml", "[metrics]\nfile = \"not/there/b.prom\"");
    let checked = night.ask_with(&config, &["check"]);
    assert_eq!(checked.code, 2, "{}", checked.stderr);
    assert!(checked.stderr.contains("metrics.file"), "{}", checked.stderr);
    let untold = night.ask_with(&config, &["run"]);
    assert_eq!(untold.code, 5, "{}", untold.stderr);
    assert!(untold.stderr.contains("figures"), "{}", untold.stderr);
}

#[test]
fn a_night_that_was_missed_is_found() {
    let night = Night::new(5);
    let age = |config: &Path, age: &str| night.ask_with(config, &["status", "--max-age", age]).code;
    let config = with(&night, "b.toml", "");
    assert_eq!(age(&config, "26h"), 1, "no run has ended yet");
    night.run();
    assert_eq!(age(&config, "26h"), 0);
    let shown = night.ask_with(&config, &["status"]);
    assert!(
        shown.stdout.contains("2025-09-15-1") && shown.stdout.contains("rehearsal-2500001"),
        "{}",
        shown.stdout
    );

    // Two days ago.
    let path = night.data().join("runs/2025-09-15-1/outcome.json");
    let mut told: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let then = jiff::Timestamp::now().checked_sub(jiff::SignedDuration::from_hours(48)).unwrap();
    told["ended"] = then.to_string().into();
    fs::write(&path, told.to_string()).unwrap();
    let before = see(&night.data());
    assert_eq!((age(&config, "26h"), age(&config, "3 days"), age(&config, "72h")), (1, 2, 0));
    let answer = json(&night.ask_with(&config, &["status", "--max-age", "26h", "--json"]));
    assert_eq!(
        (&answer["exit_code"], &answer["last_ended"]),
        (&1.into(), &then.to_string().into())
    );
    assert!(before == see(&night.data()), "looking changes nothing");

    // A run that is refused has ended too, and somebody was told of it.
    fs::remove_file(night.data().join("keys/campaign.key")).unwrap();
    assert_eq!(night.ask(&["run"]).code, 3);
    assert_eq!(age(&config, "26h"), 0);
    let bad = night.ask_with(&config, &["status", "--max-age=-3h"]);
    assert_eq!(bad.code, 2, "{}", bad.stderr);
}

#[test]
fn a_package_that_is_gone_is_named_once_and_can_be_published_again_byte_for_byte() {
    let (night, server) = (Night::new(5), Server::start("starttls"));
    let config = server.config();
    let first = json(&night.ask_with(&config, &["run", "--json"]));
    let package = PathBuf::from(first["package"].as_str().unwrap());
    let job = first["report"]["package"]["job"].as_str().unwrap();
    let bytes = |folder: &Path| {
        let mut files = Vec::new();
        crate::program::collect(folder, &mut files);
        files.sort();
        files
    };
    let whole = bytes(&package);
    fs::remove_dir_all(&package).unwrap();

    let second = night.ask_with(&config, &["run", "--json"]);
    assert_eq!(second.code, 0, "vendors move packages away: {}", second.stderr);
    assert_eq!(json(&second)["report"]["missing_packages"], serde_json::json!([job]));
    let mail = server.received().pop().unwrap()["parts"]["text/plain"].as_str().unwrap().to_owned();
    assert!(mail.contains("no longer in the outbox") && mail.contains(job), "{mail}");
    let third = json(&night.ask_with(&config, &["run", "--json"]));
    assert_eq!(third["report"]["missing_packages"], serde_json::json!([]));
    assert!(!package.exists());

    let unknown = night.ask(&["run", "--republish", "rehearsal-2500777"]);
    assert_eq!(unknown.code, 2, "{}", unknown.stderr);
    let again = night.ask(&["run", "--republish", job]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(again.stdout.contains("published again"), "{}", again.stdout);
    assert!(bytes(&package) == whole, "other bytes were published");
    assert_eq!(night.ask(&["ledger", "check"]).code, 0);

    // Only its parts are gone; and then they are not even kept.
    let part = whole
        .iter()
        .map(|(path, _)| path)
        .find(|path| path.extension().is_some_and(|end| end == "age"))
        .unwrap();
    fs::remove_file(part).unwrap();
    assert_eq!(
        json(&night.ask(&["run", "--json"]))["report"]["missing_packages"],
        serde_json::json!([job])
    );
    let kept = night.data().join("runs").join(first["run_id"].as_str().unwrap()).join("sealed");
    let away = night.path().join("away");
    fs::rename(&kept, &away).unwrap();
    let before = bytes(&package);
    let refused = night.ask(&["run", "--republish", job]);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert!(refused.stderr.contains("neither in the outbox nor kept"), "{}", refused.stderr);
    assert!(before == bytes(&package));
    fs::rename(&away, &kept).unwrap();
    assert_eq!(night.ask(&["run", "--republish", job]).code, 0);
    assert!(bytes(&package) == whole);
}
