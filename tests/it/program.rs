//! The built program on an inbox of its own.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

pub const DATE: &str = "2025-09-15";

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A data folder and an inbox that nobody else uses.
pub struct Night {
    folder: TempDir,
}

/// What a command answered.
pub struct Answer {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

impl Night {
    /// An empty inbox, with a new ledger.
    pub fn bare() -> Self {
        let night = Self { folder: TempDir::new().unwrap() };
        fs::create_dir(night.inbox()).unwrap();
        assert_eq!(night.ask(&["ledger", "init"]).code, 0);
        night
    }

    /// Another night that has come to the same point.
    pub fn copy(&self) -> Self {
        let copy = Self { folder: TempDir::new().unwrap() };
        for folder in [self.inbox(), self.data()] {
            assert!(
                Command::new("cp")
                    .arg("-a")
                    .arg(folder)
                    .arg(copy.path())
                    .status()
                    .unwrap()
                    .success()
            );
        }
        copy
    }

    /// `people` invented people and the hand-made special cases, with a new ledger.
    pub fn new(people: u32) -> Self {
        let night = Self { folder: TempDir::new().unwrap() };
        let inbox = night.inbox();
        let sample = Command::new(env!("CARGO_BIN_EXE_breachpost"))
            .args(["sample", "--seed", "3", "--people", &people.to_string(), "--out"])
            .arg(&inbox)
            .output()
            .unwrap();
        assert!(sample.status.success(), "{}", String::from_utf8_lossy(&sample.stderr));
        fs::remove_file(inbox.join("truth.csv")).unwrap();
        for entry in fs::read_dir(root().join("sample-data/inbox")).unwrap() {
            let path = entry.unwrap().path();
            if path.to_str().unwrap().ends_with("-special.csv") {
                fs::copy(&path, inbox.join(path.file_name().unwrap())).unwrap();
            }
        }
        assert_eq!(night.ask(&["ledger", "init"]).code, 0);
        night
    }

    /// Where inbox and data folder are.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn inbox(&self) -> PathBuf {
        self.folder.path().join("inbox")
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The sample configuration with one text replaced, in a file of its own beside the inbox.
    pub fn configured(&self, from: &str, to: &str) -> PathBuf {
        let sample = root().join("sample-data");
        let text = fs::read_to_string(sample.join("breachpost.toml")).unwrap();
        let facts = format!("facts = \"{}\"", sample.join("facts.toml").display());
        let path = self.folder.path().join("breachpost.toml");
        fs::write(&path, text.replace("facts = \"facts.toml\"", &facts).replace(from, to)).unwrap();
        path
    }

    /// Runs the program with the sample configuration on this inbox and data folder.
    pub fn ask(&self, command: &[&str]) -> Answer {
        self.ask_with(&root().join("sample-data/breachpost.toml"), command)
    }

    /// The same with another configuration.
    pub fn ask_with(&self, config: &Path, command: &[&str]) -> Answer {
        self.answer(config, DATE, command)
    }

    /// The same on another day.
    pub fn ask_on(&self, date: &str, command: &[&str]) -> Answer {
        self.answer(&root().join("sample-data/breachpost.toml"), date, command)
    }

    /// The same with another configuration on another day.
    pub fn answer(&self, config: &Path, date: &str, command: &[&str]) -> Answer {
        let mut program = Command::new(env!("CARGO_BIN_EXE_breachpost"));
        program.args(["--date", date, "--config"]).arg(config);
        program.arg("--inbox").arg(self.inbox()).arg("--data-dir").arg(self.data()).args(command);
        program.output().unwrap().into()
    }

    /// The command line of the program on this inbox and data folder, for a shell or another tool
    /// to start.
    pub fn words(&self, command: &[&str]) -> Vec<String> {
        let config = root().join("sample-data/breachpost.toml");
        let (inbox, data) = (self.inbox(), self.data());
        let words = [
            env!("CARGO_BIN_EXE_breachpost"),
            "--date",
            DATE,
            "--config",
            config.to_str().unwrap(),
        ];
        let words = words.into_iter().chain([
            "--inbox",
            inbox.to_str().unwrap(),
            "--data-dir",
            data.to_str().unwrap(),
        ]);
        words.chain(command.iter().copied()).map(str::to_owned).collect()
    }

    /// A run that must not stop, and its JSON answer.
    pub fn run(&self) -> Value {
        let answer = self.ask(&["run", "--json"]);
        assert!(answer.code <= 1, "{}", answer.stderr);
        serde_json::from_str(&answer.stdout).unwrap()
    }

    /// Every file below the data folder that a rerun may not change, with its bytes: ledger, keys,
    /// outbox, papers.
    pub fn memory(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        for part in ["ledger.sqlite", "keys", "outbox", "backups"] {
            collect(&self.data().join(part), &mut files);
        }
        files.sort();
        files
    }
}

/// Every file below `path` with its bytes.
pub fn collect(path: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            collect(&entry.unwrap().path(), files);
        }
    } else if path.is_file() {
        files.push((path.to_owned(), fs::read(path).unwrap()));
    }
}

/// Permission bits of every file and folder below `path`.
pub fn modes(path: &Path) -> Vec<(PathBuf, u32)> {
    let mut found =
        vec![(path.to_owned(), fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777)];
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            found.extend(modes(&entry.unwrap().path()));
        }
    }
    found
}

/// A file or folder as it was: permissions, time of its last change in nanoseconds, bytes.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    pub path: PathBuf,
    mode: u32,
    changed: (i64, i64),
    pub bytes: Vec<u8>,
}

impl Seen {
    /// Whether this is what was seen of `path`.
    pub fn is(&self, path: &Path) -> bool {
        self.path == path
    }
}

/// The same without what a refused run may leave: its outcome in a folder of its own, and its line
/// in the log.
pub fn see_memory(data: &Path) -> Vec<Seen> {
    let (runs, logs) = (data.join("runs"), data.join("logs"));
    let is_told = |path: &Path| {
        let is_stopped = path
            .strip_prefix(&runs)
            .is_ok_and(|below| below.to_str().unwrap().contains("-stopped-"));
        is_stopped || (path.starts_with(&logs) && path != logs)
    };
    let mut seen = see(data);
    seen.retain(|seen| !is_told(&seen.path));
    for folder in seen.iter_mut().filter(|seen| seen.path == runs || seen.path == logs) {
        folder.changed = (0, 0);
    }
    seen
}

/// Outcomes of runs that were stopped, oldest first.
pub fn stopped(data: &Path) -> Vec<Value> {
    let folders = fs::read_dir(data.join("runs")).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> =
        folders.filter(|path| path.to_str().unwrap().contains("-stopped-")).collect();
    folders.sort();
    let read = |folder: &PathBuf| {
        serde_json::from_slice(&fs::read(folder.join("outcome.json")).unwrap()).unwrap()
    };
    folders.iter().map(read).collect()
}

/// Everything at and below `path`: where two of these are equal, nothing was touched in between.
pub fn see(path: &Path) -> Vec<Seen> {
    let about = fs::symlink_metadata(path).unwrap();
    let bytes = if about.is_file() { fs::read(path).unwrap() } else { Vec::new() };
    let changed = (about.mtime(), about.mtime_nsec());
    let mut seen = vec![Seen { path: path.to_owned(), mode: about.mode(), changed, bytes }];
    if about.is_dir() {
        seen.extend(fs::read_dir(path).unwrap().flat_map(|entry| see(&entry.unwrap().path())));
    }
    seen.sort();
    seen
}
