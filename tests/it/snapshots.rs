//! What the program says, word for word: help, answers, refusals, and the README's commands. A
//! change of words shows in the files of `snapshots/`, where a reviewer reads it.
//!
//! `INSTA_UPDATE=always cargo test --release --test it snapshots::` writes them anew.

mod answers;
mod refusals;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use regex::Regex;
use tempfile::TempDir;

use crate::program::{Answer, DATE, root};
use crate::tools::run;

/// What the campaign's random key, the clock and the machine decide: what stands for it, and how
/// it is found. Where rows are alike, the key also decides which of them leads or is named, so a
/// file's letters and merged rows differ from campaign to campaign, and their sum does not.
static CHANGEABLE: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let patterns = [
        ("[hash]", r"\b[0-9a-f]{64}\b"),
        ("[ledger]", r"\b[0-9a-f]{32}\b"),
        ("[id]", r"\b[a-z2-7]{26}\b"),
        ("[reference]", r"\b(?:[A-Z0-9]{4} ){3}[A-Z0-9]{4}\b"),
        ("[key]", r"ssh-ed25519 [A-Za-z0-9+/=]+"),
        ("[fingerprint]", r"SHA256:[A-Za-z0-9+/]+"),
        ("by: [row] - [row]:", r"by: \S+ - \S+:"),
        ("[time]", r"\b20\d\d-\d\d-\d\dT[0-9:.]+Z"),
        ("files, [number] bytes", r"files, \d+ bytes"),
        ("[place]", r"-b\d{3}\.pdf page \d+( to \d+)?"),
        ("        \"$word\": [number]", r#"(?m)^ {8}"(?P<word>letter|merged)": \d+"#),
        (r#""seconds": [number]"#, r#""seconds": [0-9.e-]+"#),
        (r#""peak_rss_bytes": [number]"#, r#""peak_rss_bytes": \d+"#),
    ];

    patterns.map(|(stand_in, pattern)| (stand_in, Regex::new(pattern).unwrap())).into()
});

/// A folder in which the README's commands work: the sample, and the program where `make run` has
/// it.
struct Folder(TempDir);

impl Folder {
    /// The sample, with no ledger yet.
    fn sample() -> Self {
        let folder = Self(TempDir::new().unwrap());
        folder.take(&root().join("sample-data"));
        fs::create_dir_all(folder.path("target/release")).unwrap();
        symlink(env!("CARGO_BIN_EXE_breachpost"), folder.path("target/release/breachpost"))
            .unwrap();
        folder
    }

    /// The hand-made cases of the sample, with a new ledger.
    fn special() -> Self {
        let folder = Self::sample();
        for entry in fs::read_dir(folder.path("sample-data/inbox")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if !name.contains("special") && !name.starts_with("suppressions") {
                fs::remove_file(path).unwrap();
            }
        }

        assert_eq!(folder.ask(&["ledger", "init"]).code, 0);
        folder
    }

    /// Another folder that has come to the same point.
    fn copy(&self) -> Self {
        let copy = Self(TempDir::new().unwrap());
        for entry in fs::read_dir(self.0.path()).unwrap() {
            copy.take(&entry.unwrap().path());
        }
        copy
    }

    fn take(&self, folder: &Path) {
        run(Command::new("cp").arg("-a").arg(folder).arg(self.0.path()));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Replaces `from` wherever a file has it.
    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(file)).unwrap();
        assert!(text.contains(from), "{file} has no `{from}`");
        fs::write(self.path(file), text.replace(from, to)).unwrap();
    }

    /// A program in this folder, where nothing but the path of programs comes from the machine.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.0).env_clear().env("COLUMNS", "100");
        command.env("PATH", std::env::var_os("PATH").unwrap());
        command
    }

    /// What `breachpost` answers on the sample's date.
    fn ask(&self, words: &[&str]) -> Answer {
        self.ask_on(DATE, words)
    }

    /// The same on a different date.
    fn ask_on(&self, date: &str, words: &[&str]) -> Answer {
        let mut command = self.command(env!("CARGO_BIN_EXE_breachpost"));
        command.args(["--config", "sample-data/breachpost.toml", "--date", date]).args(words);
        let mut answer: Answer = command.output().unwrap().into();

        // A few messages name the folder in full.
        let folder = fs::canonicalize(self.0.path()).unwrap();
        for said in [&mut answer.stdout, &mut answer.stderr] {
            *said = said.replace(folder.to_str().unwrap(), "[folder]");
        }
        answer
    }

    /// A command as it is typed, and what the program answers.
    fn told(&self, words: &[&str]) -> String {
        transcript(&format!("breachpost {}", words.join(" ")), &self.ask(words))
    }
}

/// A command with its exit code and everything that it says.
fn transcript(typed: &str, answer: &Answer) -> String {
    let mut text = format!("$ {}\nexit code {}\n", typed.trim_end(), answer.code);
    for (stream, said) in [("output", &answer.stdout), ("errors", &answer.stderr)] {
        if !said.is_empty() {
            writeln!(text, "--- {stream}\n{}", said.trim_end()).unwrap();
        }
    }
    text
}

/// Compares a text with the one that is kept as `snapshots/<group>/<name>.snap`.
fn assert_kept(group: &str, name: &str, text: &str) {
    let mut text = text.to_owned();
    for (stand_in, pattern) in CHANGEABLE.iter() {
        text = pattern.replace_all(&text, *stand_in).into_owned();
    }

    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(format!("snapshots/{group}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The commands that a help page lists.
fn commands(page: &str) -> Vec<String> {
    let Some((_, list)) = page.split_once("\nCommands:\n") else { return Vec::new() };
    let lines = list.split("\n\n").next().unwrap().lines();
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// Keeps the help of a command and of those below it.
fn keep_help(folder: &Folder, words: &[&str], seen: &mut BTreeSet<String>) {
    let typed = [words, &["--help"]].concat();
    let answer = folder.ask(&typed);
    let name = [&["breachpost"], words].concat().join("-");
    assert_kept("help", &name, &transcript(&format!("breachpost {}", typed.join(" ")), &answer));
    seen.insert(format!("{name}.snap"));

    for command in commands(&answer.stdout) {
        keep_help(folder, &[words, &[&command]].concat(), seen);
    }
}

#[test]
fn every_command_has_its_help() {
    let mut seen = BTreeSet::new();
    keep_help(&Folder::sample(), &[], &mut seen);
    assert!(seen.len() > 25, "the commands are read");

    let kept = fs::read_dir(root().join("tests/it/snapshots/help")).unwrap();
    let kept: BTreeSet<String> =
        kept.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(kept, seen, "help is kept of commands that there are not");
}
