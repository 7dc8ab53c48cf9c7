//! One plan set by many processes, and one night under other circumstances: always the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::program::{Answer, DATE, collect, root};
use crate::tools::run;

/// A data folder with a new ledger and an inbox: copies of it differ in nothing but what is done to
/// them.
struct Evening {
    folder: TempDir,
}

/// What must be the same: the parts before encryption, by name; the papers and the plan, without
/// times and sealed hashes.
type Night = BTreeMap<String, Vec<u8>>;

impl Evening {
    /// Some 60 people; parts of 12 letters, print files of 5.
    fn new() -> Self {
        let evening = Self { folder: TempDir::new().unwrap() };
        let config = fs::read_to_string(root().join("sample-data/breachpost.toml")).unwrap();
        let config = config
            .replace("letters_per_file = 500", "letters_per_file = 5")
            .replace("letters_per_part = 25000", "letters_per_part = 12")
            .replace(
                "\"facts.toml\"",
                &format!("\"{}\"", root().join("sample-data/facts.toml").display()),
            );
        assert!(config.contains("= 12") && config.contains("= 5\n"));
        fs::write(evening.config(), config).unwrap();
        run(Command::new(env!("CARGO_BIN_EXE_breachpost"))
            .args(["sample", "--seed", "11", "--people", "60", "--out"])
            .arg(evening.path("inbox")));
        fs::remove_file(evening.path("inbox/truth.csv")).unwrap();
        run(&mut evening.program("data", &["ledger", "init"]));
        evening
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn config(&self) -> PathBuf {
        self.path("breachpost.toml")
    }

    fn program(&self, data: &str, command: &[&str]) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_breachpost"));
        program
            .args(["--date", DATE, "--config"])
            .arg(self.config())
            .arg("--data-dir")
            .arg(self.path(data));
        program.args(command);
        program
    }

    /// A copy of the evening's data folder.
    fn copy(&self, data: &str) -> PathBuf {
        let copy = self.path(data);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        run(Command::new("cp").arg("-a").arg(self.path("data")).arg(&copy));
        copy
    }

    fn ask(&self, data: &str, command: &[&str]) -> Answer {
        self.program(data, command).output().unwrap().into()
    }

    /// What a finished night left behind.
    fn night(&self, data: &str) -> Night {
        let mut night = Night::new();
        let mut files = Vec::new();
        collect(&self.path(data).join("runs"), &mut files);
        for (path, bytes) in files {
            let name = path.strip_prefix(self.path(data)).unwrap().to_str().unwrap().to_owned();
            if name.ends_with("report.json") {
                night.insert(name, timeless(&bytes));
            } else if !(["report.html", "outcome.json"].iter().any(|end| name.ends_with(end))
                || name.contains("/sealed/"))
            {
                // Those tell when the run was, or are second names of what is in the outbox.
                night.insert(name, bytes);
            }
        }
        let mut parts = Vec::new();
        collect(&self.path(data).join("outbox"), &mut parts);
        let identity = root().join("sample-data/vendor/age-identity.txt");
        for (path, _) in
            parts.into_iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "age"))
        {
            let plain = self.path("plain.zip");
            run(Command::new("age")
                .args(["-d", "-i"])
                .arg(&identity)
                .arg("-o")
                .arg(&plain)
                .arg(&path));
            night.insert(
                path.file_name().unwrap().to_str().unwrap().to_owned(),
                fs::read(&plain).unwrap(),
            );
        }
        assert!(night.len() > 6, "{:?}", night.keys());
        night
    }
}

/// A report without what a clock or the salt of encryption says.
fn timeless(report: &[u8]) -> Vec<u8> {
    let mut report: Value = serde_json::from_slice(report).unwrap();
    let fields = report.as_object_mut().unwrap();
    for field in ["stages", "peak_rss_bytes", "ledger_head"] {
        assert!(fields.remove(field).is_some(), "{field}");
    }
    if let Some(package) = fields.get_mut("package").filter(|package| !package.is_null()) {
        for part in package["parts"].as_array_mut().unwrap() {
            part.as_object_mut().unwrap().remove("sha256").unwrap();
        }
    }
    serde_json::to_vec(&report).unwrap()
}

fn assert_same(one: &Night, other: &Night, how: &str) {
    let names = |night: &Night| night.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(one), names(other), "{how}: other files");
    for (name, bytes) in one {
        assert!(bytes == &other[name], "{how}: {name} has other bytes");
    }
}

#[test]
fn threads_languages_zones_places_and_days_change_no_byte() {
    let evening = Evening::new();
    let night = |data: &str, surroundings: &[(&str, &str)], clock: Option<&str>| {
        evening.copy(data);
        let plain = evening.program(data, &["run"]);
        let mut program = match clock {
            Some(day) => {
                let mut late = Command::new("faketime");
                late.arg(day).arg(plain.get_program()).args(plain.get_args());
                late
            }
            None => plain,
        };
        let answer: Answer = program.envs(surroundings.iter().copied()).output().unwrap().into();
        assert!(answer.code <= 1, "{}", answer.stderr);
        evening.night(data)
    };
    let usual = night(
        "one",
        &[("RAYON_NUM_THREADS", "1"), ("POLARS_MAX_THREADS", "1"), ("LC_ALL", "C")],
        None,
    );
    let threads = night("two", &[("RAYON_NUM_THREADS", "2"), ("POLARS_MAX_THREADS", "2")], None);
    assert_same(&usual, &threads, "two threads");
    let abroad = [("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8"), ("TZ", "Pacific/Kiritimati")];
    assert_same(
        &usual,
        &night("elsewhere/and deeper", &abroad, None),
        "other language, zone and folder",
    );
    let later = night("later", &[("RAYON_NUM_THREADS", "7")], Some("2031-02-28 23:59:30"));
    assert_same(&usual, &later, "another day, seven threads");
}

/// Starts a process for each of `parts`, all at once.
fn fleet(evening: &Evening, data: &str, parts: &[u32]) -> Vec<Child> {
    let start = |part: &u32| {
        let index = (part - 1).to_string();
        let mut program = evening.program(data, &["render"]);
        program
            .env("JOB_COMPLETION_INDEX", index)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    parts.iter().map(start).collect()
}

fn wait(children: Vec<Child>) {
    for child in children {
        let answer: Answer = child.wait_with_output().unwrap().into();
        assert_eq!(answer.code, 0, "{}", answer.stderr);
    }
}

fn print_files(staging: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(&staging.join("print"), &mut files);
    files
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| path.extension().is_some_and(|end| end == "pdf"))
        .collect()
}

#[test]
fn many_processes_set_the_bytes_that_one_run_sets() {
    let evening = Evening::new();
    evening.copy("alone");
    let alone = evening.ask("alone", &["run"]);
    assert!(alone.code <= 1, "{}", alone.stderr);
    let alone = evening.night("alone");

    let data = evening.copy("fleet");
    let planned = evening.ask("fleet", &["plan", "--json"]);
    assert!(planned.code <= 1, "{}", planned.stderr);
    let planned: Value = serde_json::from_str(&planned.stdout).unwrap();
    let parts = u32::try_from(planned["parts"].as_u64().unwrap()).unwrap();
    assert!(parts >= 3, "{planned}");
    let ledger = fs::read(data.join("ledger.sqlite")).unwrap();

    // All parts but the last; the first one by two processes at once.
    let mut numbers: Vec<u32> = (1..parts).collect();
    numbers.push(1);
    wait(fleet(&evening, "fleet", &numbers));
    let staging = PathBuf::from(planned["folder"].as_str().unwrap());
    let set = print_files(&staging);
    assert!(!set.is_empty());
    assert_eq!(
        ledger,
        fs::read(data.join("ledger.sqlite")).unwrap(),
        "a part was set and the ledger changed"
    );
    let again = evening.ask("fleet", &["render", "--part", "1"]);
    assert!(again.code == 0 && again.stdout.contains("was set already"), "{}", again.stdout);
    let beyond = evening.ask("fleet", &["render", "--part", &(parts + 1).to_string()]);
    assert_eq!(beyond.code, 2, "{}", beyond.stderr);

    // One file is damaged, one is another file's, one has a comment behind its end, with the hash
    // of all that in its receipt: none of them reaches the package.
    let of_part = |part: &str| set.iter().find(|path| path.to_str().unwrap().contains(part));
    let damaged = of_part("-p001-").unwrap();
    let mut bytes = fs::read(damaged).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(damaged, bytes).unwrap();
    let swapped = of_part("-p002-").unwrap();
    fs::copy(damaged, swapped).unwrap();
    if let Some(longer) = set.iter().rfind(|path| path != &damaged && path != &swapped) {
        let before = fs::read(longer).unwrap();
        let after = [&before[..], b"% a comment\n"].concat();
        fs::write(longer, &after).unwrap();
        let receipt = longer.with_file_name("receipt.json");
        let text = fs::read_to_string(&receipt).unwrap();
        let [was, is] = [before, after].map(|bytes| HEXLOWER.encode(&Sha256::digest(bytes)));
        assert!(text.contains(&was), "the receipt has its hash");
        fs::write(&receipt, text.replace(&was, &is)).unwrap();
    }

    let finished = evening.ask("fleet", &["run"]);
    assert!(finished.code <= 1, "{}", finished.stderr);
    let named = finished.stderr.matches("it is set again").count();
    assert_eq!(named, 3, "{}", finished.stderr);
    assert!(finished.stdout.contains("first finished the interrupted run"), "{}", finished.stdout);
    let mut fleet = evening.night("fleet");
    // The run that finished the job had nobody left to write to.
    fleet.retain(|name, _| !name.contains("-2/"));
    assert_same(&alone, &fleet, "a fleet");
    assert!(!staging.exists());
}

#[test]
fn a_plan_is_made_once_and_render_needs_one() {
    let evening = Evening::new();
    let none = evening.ask("data", &["render", "--part", "1"]);
    assert_eq!(none.code, 2, "{}", none.stderr);
    let nameless = evening.ask("data", &["render"]);
    assert!(
        nameless.code == 2 && nameless.stderr.contains("JOB_COMPLETION_INDEX"),
        "{}",
        nameless.stderr
    );
    let first = evening.ask("data", &["plan", "--json"]);
    assert!(first.code <= 1, "{}", first.stderr);
    let second = evening.ask("data", &["plan", "--json"]);
    assert_eq!(first.stdout, second.stdout);
}
