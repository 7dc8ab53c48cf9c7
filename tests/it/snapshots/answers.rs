//! Answers about one night of the sample. All tests look at that night; none changes it.

use std::fs;
use std::sync::LazyLock;

use super::{Folder, assert_kept, transcript};
use crate::program::{Answer, root};

/// The folder after the first night, and what that night said.
struct FirstNight {
    folder: Folder,
    told: String,
}

static FIRST: LazyLock<FirstNight> = LazyLock::new(|| {
    let folder = Folder::sample();
    let told = folder.told(&["ledger", "init"]) + "\n" + &folder.told(&["run"]);
    FirstNight { folder, told }
});

/// A line of the README, as a shell runs it.
fn typed(folder: &Folder, line: &str) -> Answer {
    folder.command("sh").args(["-c", line]).output().unwrap().into()
}

/// The transcripts of some commands, one after the other.
fn all(folder: &Folder, commands: &[&[&str]]) -> String {
    let told: Vec<String> = commands.iter().map(|words| folder.told(words)).collect();
    told.join("\n")
}

#[test]
fn the_readmes_commands_do_what_it_says() {
    let folder = FIRST.folder.copy();
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let line = |start: &str| readme.lines().find(|line| line.starts_with(start)).unwrap();

    // The first night ends with 1, the second with 0 and no package.
    let mut told = FIRST.told.clone();
    let verify = line("target/release/breachpost verify");
    told += &["\n", &folder.told(&["run"]), "\n"].concat();
    told += &transcript(verify, &typed(&folder, verify));

    for words in [&["status", "--max-age", "26h"][..], &["check"], &["ledger", "log"]] {
        told += &["\n", &folder.told(words)].concat();
    }
    assert_kept("answers", "readme", &told);

    let opened = typed(&folder, line("age -d -i"));
    assert_eq!(opened.code, 0, "{}{}", opened.stdout, opened.stderr);
    assert!(opened.stdout.contains("data/manifest.csv"), "{}", opened.stdout);
}

#[test]
fn the_ledger_is_sound() {
    let told = all(&FIRST.folder, &[&["ledger", "check"], &["ledger", "check", "--json"]]);
    assert_kept("answers", "ledger-check", &told);
}

#[test]
fn a_package_is_verified() {
    let package = "data/outbox/rehearsal-2500001";
    let identity = ["--identity", "sample-data/vendor/age-identity.txt"];
    let told = all(
        &FIRST.folder,
        &[&["verify", package], &[&["verify", package, "--json"][..], &identity].concat()],
    );
    assert_kept("answers", "verify", &told);
}

#[test]
fn letters_and_rows_are_explained() {
    let told = all(
        &FIRST.folder,
        &[
            // Three rows that became one letter.
            &["explain", "SP-007-1"],
            // Held by the policy; held because linking is not sure; rejected; suppressed.
            &["explain", "SP-017-1"],
            &["explain", "exposures-2025-08-06.csv:519"],
            &["explain", "SP-029-1"],
            &["explain", "SP-019-1"],
            // Two rows that are one person, and two that are not.
            &["explain", "SP-007-1", "SP-007-2"],
            &["explain", "SP-001-1", "SP-008-1"],
        ],
    );
    assert_kept("answers", "explain", &told);
}

#[test]
fn the_inbox_is_shown_before_and_after_it_is_read() {
    let told = Folder::special().told(&["inbox"]) + "\n" + &FIRST.folder.told(&["inbox"]);
    assert_kept("answers", "inbox", &told);
}

#[test]
fn the_texts_are_checked() {
    assert_kept("answers", "texts-check", &Folder::sample().told(&["texts", "check"]));
}

#[test]
fn the_figures_hide_small_numbers() {
    assert_kept("answers", "figures", &FIRST.folder.told(&["figures"]));
}

#[test]
fn the_report_of_a_night_has_every_row() {
    let report = FIRST.folder.path("data/runs/2025-09-15-1/report.json");
    assert_kept("answers", "report", &fs::read_to_string(report).unwrap());
}
