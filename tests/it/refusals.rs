//! What a new user does wrong, and what the program says: a clear message, and nothing leaves the
//! building.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::program::{Answer, Night, root};

fn exposures(night: &Night) -> PathBuf {
    night.inbox().join("exposures-special.csv")
}

/// The run stopped with code 3 and said all this; no package, no papers, no letter in the ledger.
fn stopped(night: &Night, said: &[&str]) {
    let answer = night.ask(&["run"]);
    assert_eq!(answer.code, 3, "{}{}", answer.stdout, answer.stderr);
    for text in said {
        assert!(answer.stderr.contains(text), "`{text}` is not said: {}", answer.stderr);
    }
    assert_eq!(
        fs::read_dir(night.data().join("outbox")).unwrap().count(),
        0,
        "the outbox is not empty"
    );
    let told = crate::program::stopped(&night.data());
    assert_eq!(
        told.len(),
        fs::read_dir(night.data().join("runs")).unwrap().count(),
        "there are papers"
    );
    assert_eq!(told.last().unwrap()["exit_code"], 3);
}

fn change(path: &PathBuf, change: impl FnOnce(String) -> String) {
    let text = fs::read_to_string(path).unwrap();
    fs::write(path, change(text)).unwrap();
}

#[test]
fn a_missing_column_is_named_with_a_hint() {
    let night = Night::new(5);
    change(&exposures(&night), |text| text.replacen("birth_date", "geb_datum", 1));
    stopped(
        &night,
        &[
            "error:",
            "birth_date",
            "exposures-special.csv",
            "hint:",
            "geb_datum",
            "[inputs.exposures.columns]",
        ],
    );
}

#[test]
fn a_date_before_the_incident_is_refused() {
    let night = Night::new(5);
    let answer = night.ask_on("2025-01-31", &["run"]);
    assert_eq!(answer.code, 3, "{}", answer.stderr);
    for said in ["run date 2025-01-31 is before the incident", "hint: check `--date`"] {
        assert!(answer.stderr.contains(said), "{}", answer.stderr);
    }
    assert_eq!(fs::read_dir(night.data().join("outbox")).unwrap().count(), 0);
}

#[test]
fn a_log_is_not_written_through_a_link() {
    let night = Night::new(5);
    let elsewhere = night.path().join("elsewhere");
    fs::write(&elsewhere, "").unwrap();
    let log = night.data().join("logs/2025-09-15.jsonl");
    let _ = fs::remove_file(&log);
    std::os::unix::fs::symlink(&elsewhere, &log).unwrap();
    assert!(night.ask(&["run"]).code <= 3);
    assert_eq!(fs::read(&elsewhere).unwrap(), b"", "the log went through the link");
}

#[test]
fn windows_1252_in_a_utf_8_file_is_said() {
    let night = Night::new(5);
    let mut bytes = fs::read(exposures(&night)).unwrap();
    bytes.extend_from_slice(
        b"SP-X,ds1,,Ren\xe9,R.,,Bakker,1970-01-01,V,Kade,1,,,3511AB,Utrecht,,gp,,2020-01-01,confirmed,no,name,\n",
    );
    fs::write(exposures(&night), bytes).unwrap();
    stopped(&night, &["UTF-8", "exposures-special.csv", "windows-1252"]);
}

#[test]
fn an_unbalanced_quote_is_said() {
    let night = Night::new(5);
    change(&exposures(&night), |text| text.replacen("Lindenlaan", "\"Lindenlaan", 1));
    stopped(&night, &["quote", "exposures-special.csv"]);
}

#[test]
fn a_file_that_is_not_what_its_sidecar_says_is_refused() {
    let night = Night::new(5);
    change(&night.inbox().join("exposures-2025-08-06.csv"), |text| {
        text[..text.len() - 40].to_owned()
    });
    stopped(&night, &["exposures-2025-08-06.csv"]);
}

#[test]
fn another_key_is_refused() {
    let night = Night::new(5);
    let key = night.data().join("keys/campaign.key");
    let text = fs::read_to_string(&key).unwrap();
    let other = text.replace('0', "1").replace('a', "b");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&key, other).unwrap();
    stopped(&night, &["key"]);
}

#[test]
fn a_ledger_that_is_not_there_is_not_made_up() {
    let night = Night::new(5);
    fs::remove_file(night.data().join("ledger.sqlite")).unwrap();
    stopped(&night, &["ledger"]);
    assert!(!night.data().join("ledger.sqlite").exists());
}

#[test]
fn a_file_that_was_read_before_may_not_disappear() {
    let night = Night::new(5);
    night.run();
    fs::remove_file(exposures(&night)).unwrap();
    let answer = night.ask(&["run"]);
    assert_eq!(answer.code, 3);
    assert!(answer.stderr.contains("exposures-special.csv"), "{}", answer.stderr);
    let accepted = night.ask(&["run", "--accept-inputs", "withdrawn by the laboratory"]);
    assert!(accepted.code <= 1, "{}", accepted.stderr);
}

fn with_config(
    night: &Night,
    name: &str,
    change: impl FnOnce(String) -> String,
    command: &[&str],
) -> Answer {
    let sample = fs::read_to_string(root().join("sample-data/breachpost.toml")).unwrap();
    let facts = root().join("sample-data/facts.toml");
    let config = night.data().join(name);
    let text = change(sample.replace("\"facts.toml\"", &format!("{:?}", facts.to_str().unwrap())));
    fs::write(&config, text).unwrap();
    night.ask_with(&config, command)
}

#[test]
fn an_unknown_setting_is_an_error_with_its_line() {
    let night = Night::new(5);
    let typo = |text: String| text.replace("min_days_between", "min_days_betwen");
    let answer = with_config(&night, "typo.toml", typo, &["run"]);
    assert_eq!(answer.code, 2, "{}", answer.stderr);
    assert!(
        answer.stderr.contains("min_days_betwen") && answer.stderr.contains("line"),
        "{}",
        answer.stderr
    );
}

#[test]
fn test_numbers_are_rejected_outside_a_rehearsal() {
    let night = Night::new(5);
    // The lists have just been written, and a real run would wait for them to be at rest.
    let at_once = "synthetic = false\ninputs.settle_seconds = 0";
    let real = |text: String| text.replace("synthetic = true", at_once);
    let answer = with_config(&night, "real.toml", real, &["run", "--json"]);
    assert_eq!(answer.code, 2, "{}", answer.stderr);
    assert!(
        answer.stderr.contains("vendor.recipients") && answer.stderr.contains("sample"),
        "{}",
        answer.stderr
    );
}

#[test]
fn stale_facts_block_the_run() {
    let night = Night::new(5);
    let strict = |text: String| text.replace("facts_max_age_days = 30", "facts_max_age_days = 3");
    let answer = with_config(&night, "strict.toml", strict, &["run"]);
    assert_eq!(answer.code, 3, "{}", answer.stderr);
    assert!(answer.stderr.contains("last checked"), "{}", answer.stderr);
}

#[test]
fn a_vendor_key_that_is_none_is_a_configuration_error_before_anything_is_planned() {
    let night = Night::new(5);
    let broken = |text: String| text.replace("recipients = [\"age1", "recipients = [\"age2");
    let answer = with_config(&night, "key.toml", broken, &["run"]);
    assert_eq!(answer.code, 2, "{}", answer.stderr);
    assert!(night.run()["package"].is_string(), "the ledger was left with half a job");
}

#[test]
fn an_outbox_that_cannot_be_used_is_refused_before_the_ledger_changes() {
    let night = Night::new(5);
    let outbox = night.data().join("outbox");
    fs::remove_dir(&outbox).unwrap();
    let elsewhere = night.inbox().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &outbox).unwrap();
    let before = night.memory();
    let answer = night.ask(&["run"]);
    assert_eq!(answer.code, 3, "{}", answer.stderr);
    assert!(answer.stderr.contains("outbox"), "{}", answer.stderr);
    fs::remove_file(&outbox).unwrap();
    fs::create_dir(&outbox).unwrap();
    assert_eq!(before, night.memory());
}
