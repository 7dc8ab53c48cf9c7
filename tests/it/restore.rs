//! Backups that leave the machine, and ledgers that come back from them: nobody is told twice and
//! nobody is lost, or nothing is restored.

mod backups;
mod kills;
mod refuses;

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use crate::program::{Answer, Night, root, see};
use crate::tools::run;

/// The sample's key and its other half: what is backed up here is about nobody.
const PUBLIC: &str = "age1sstkt9p7hw5dy6453n3w2wqgkzrtlqrv8l5x274l8t9a4z2kf4yqdmray3";

fn identity() -> String {
    root().join("sample-data/vendor/age-identity.txt").to_str().unwrap().to_owned()
}

/// A campaign of some nights: `shelf` is where its backups are taken.
struct Campaign {
    night: Night,
    config: PathBuf,
    heads: Vec<String>,
}

impl Campaign {
    /// Nobody has been told yet.
    fn new() -> Self {
        let night = Night::new(6);
        let shelf = night.path().join("shelf");
        fs::create_dir(&shelf).unwrap();
        let config =
            configure(&night, &format!("command = [\"cp\", \"-t\", \"{}\"]", shelf.display()));
        Self { night, config, heads: Vec::new() }
    }

    fn copy(&self) -> Self {
        let night = self.night.copy();
        let away = night.path().join("shelf");
        assert!(
            Command::new("cp").arg("-a").arg(self.shelf()).arg(&away).status().unwrap().success()
        );
        let config =
            configure(&night, &format!("command = [\"cp\", \"-t\", \"{}\"]", away.display()));
        Self { night, config, heads: self.heads.clone() }
    }

    fn shelf(&self) -> PathBuf {
        self.night.path().join("shelf")
    }

    fn data(&self) -> PathBuf {
        self.night.data()
    }

    fn ask(&self, command: &[&str]) -> Answer {
        self.night.ask_with(&self.config, command)
    }

    /// The command line of the program, for another tool to start.
    fn words(&self, command: &[&str]) -> Vec<String> {
        let config = self.config.to_str().unwrap().to_owned();
        let words = self.night.words(command);
        let place = words.iter().position(|word| word == "--config").unwrap() + 1;
        words
            .into_iter()
            .enumerate()
            .map(|(at, word)| if at == place { config.clone() } else { word })
            .collect()
    }

    /// One night; how many letters it wrote.
    fn run(&mut self) -> u64 {
        let answer = self.ask(&["run", "--json"]);
        assert!(answer.code <= 1, "{}", answer.stderr);
        let answer: Value = serde_json::from_str(&answer.stdout).unwrap();
        self.heads.push(answer["report"]["ledger_head"].as_str().unwrap().to_owned());
        answer["report"]["letters"]["total"].as_u64().unwrap()
    }

    /// Somebody whom nobody knew before.
    fn add(&self, name: &str) {
        let people = [
            ("EEN", "Anna Maria", "Aalbers", "1970-01-11", 1),
            ("TWEE", "Zwaantje", "Quispel", "1951-10-23", 47),
            ("DRIE", "Fenna", "Wijdeveld", "1938-05-30", 112),
        ];
        let (_, given, surname, born, number) =
            people.into_iter().find(|person| person.0 == name).unwrap();
        let initial = &given[..1];
        let header = fs::read_to_string(self.night.inbox().join("exposures-special.csv")).unwrap();
        let row = format!(
            "{name},ds3,,{given},{initial}.,,{surname},{born},V,Nieuwstraat,{number},,,3511AB,Utrecht,,screening,,2022-02-02,confirmed,no,name;bsn,"
        );
        let text = format!("{}\n{row}\n", header.lines().next().unwrap());
        fs::write(self.night.inbox().join(format!("exposures-{name}.csv")), text).unwrap();
    }

    /// The backups on the shelf, oldest first.
    fn backups(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.shelf())
            .unwrap()
            .map(|entry| entry.unwrap().path().to_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    }

    fn restore(&self, backup: &str, more: &[&str]) -> Answer {
        let identity = identity();
        let mut command = vec!["ledger", "restore", backup, "--identity", &identity];
        command.extend(more);
        self.ask(&command)
    }

    /// Everything that was ever told: letter by letter, and that no letter is in two jobs.
    fn told(&self) -> BTreeSet<String> {
        let ids = sql(&self.data().join("ledger.sqlite"), "SELECT letter_id FROM letter");
        ids.lines().map(str::to_owned).collect()
    }

    fn refuse(&self, answer: &Answer, before: &[crate::program::Seen], code: i32, texts: &[&str]) {
        assert_eq!(answer.code, code, "{}{}", answer.stdout, answer.stderr);
        for text in ["error: ", "hint: "].iter().chain(texts) {
            assert!(answer.stderr.contains(text), "`{text}` is not said: {}", answer.stderr);
        }
        let mut after = see(&self.data());
        // The folder in which it was tried came and went.
        let staging = self.data().join("staging");
        after.retain(|seen| !seen.is(&staging));
        assert!(
            before.iter().filter(|seen| !seen.is(&staging)).eq(&after),
            "something was touched"
        );
    }

    /// Expects that nothing is restored and nothing touched.
    fn refused(&self, backup: &str, more: &[&str], code: i32, texts: &[&str]) {
        let before = see(&self.data());
        let answer = self.restore(backup, more);
        self.refuse(&answer, &before, code, texts);
    }
}

fn configure(night: &Night, more: &str) -> PathBuf {
    let sample = root().join("sample-data");
    let text = fs::read_to_string(sample.join("breachpost.toml")).unwrap();
    let facts = format!("facts = \"{}\"", sample.join("facts.toml").display());
    let path = night.path().join("breachpost.toml");
    let text = text.replace("facts = \"facts.toml\"", &facts);
    fs::write(&path, format!("{text}\n[backup]\nrecipient = \"{PUBLIC}\"\n{more}\n")).unwrap();
    path
}

fn sql(ledger: &Path, text: &str) -> String {
    run(Command::new("sqlite3").arg(ledger).arg(text))
}

fn lose(data: &Path) {
    fs::remove_file(data.join("ledger.sqlite")).unwrap();
}

/// Three nights with letters, each with its backup on the shelf; in between a human releases nobody
/// and a job is given up.
static THREE: LazyLock<Campaign> = LazyLock::new(|| {
    let mut campaign = Campaign::new();
    assert!(campaign.run() > 3);
    campaign.add("EEN");
    let planned = campaign.ask(&["plan"]);
    assert!(planned.code <= 1, "{}", planned.stderr);
    let given_up = campaign.ask(&["plan", "abandon", "--by", "operations", "--reason", "a drill"]);
    assert_eq!(given_up.code, 0, "{}", given_up.stderr);
    assert_eq!(campaign.run(), 1);
    campaign.add("TWEE");
    assert_eq!(campaign.run(), 1);
    assert_eq!(campaign.backups().len(), 3);
    campaign
});

#[test]
fn a_lost_ledger_comes_back_from_any_backup_event_by_event() {
    let told = THREE.told();
    let events = sql(&THREE.data().join("ledger.sqlite"), "SELECT seq, hash, body FROM audit");
    let copies =
        fs::read_dir(THREE.data().join("backups")).unwrap().map(|entry| entry.unwrap().file_name());
    let copies = copies
        .map(|name| name.to_str().unwrap().to_owned())
        .filter(|name| name.starts_with("ledger-"));
    let backups =
        THREE.backups().into_iter().map(|path| path.rsplit_once('/').unwrap().1.to_owned());
    // Two copies from before a night, and every backup from after one.
    let mut copies: Vec<String> = copies.collect();
    copies.sort();
    let all: Vec<String> = copies.into_iter().take(2).chain(backups).collect();
    for (place, name) in all.iter().enumerate() {
        let mut campaign = THREE.copy();
        let folder = if name.starts_with("ledger-") {
            campaign.data().join("backups")
        } else {
            campaign.shelf()
        };
        // Lost, damaged, or an old one in its place.
        let ledger = campaign.data().join("ledger.sqlite");
        match place % 3 {
            0 => lose(&campaign.data()),
            1 => fs::write(&ledger, [7; 9000]).unwrap(),
            _ => fs::write(&ledger, &fs::read(&ledger).unwrap()[..20_000]).unwrap(),
        }
        let answer = campaign
            .restore(folder.join(name).to_str().unwrap(), &["--anchor", &THREE.heads[2], "--json"]);
        assert_eq!(answer.code, 0, "{name}: {}", answer.stderr);
        let answer: Value = serde_json::from_str(&answer.stdout).unwrap();
        assert_eq!(answer["replaced"].is_string(), place % 3 > 0, "{answer}");
        assert_eq!(sql(&ledger, "SELECT seq, hash, body FROM audit"), events, "{name}");
        let checked = campaign.ask(&[
            "ledger",
            "check",
            "--anchor",
            &THREE.heads[0],
            "--anchor",
            &THREE.heads[2],
        ]);
        assert_eq!(checked.code, 0, "{name}: {}", checked.stderr);
        if place != 2 {
            continue;
        }
        assert_eq!(campaign.run(), 0, "nobody is told twice");
        campaign.add("DRIE");
        assert_eq!(campaign.run(), 1, "nobody is lost");
        assert_eq!(campaign.told().intersection(&told).count(), told.len());
    }
}

#[test]
fn a_machine_that_is_gone_comes_back_from_the_newest_backup_with_its_key() {
    let campaign = THREE.copy();
    fs::remove_dir_all(campaign.data()).unwrap();
    let backups = campaign.backups();
    let (newest, last) = (&backups[2], &THREE.heads[2]);

    let nothing = |answer: &Answer, text: &str| {
        assert_eq!(answer.code, 3, "{}", answer.stderr);
        assert!(
            answer.stderr.contains(text) && answer.stderr.contains("hint: "),
            "{}",
            answer.stderr
        );
        assert!(!campaign.data().exists());
    };
    nothing(
        &campaign.restore(newest, &[]),
        "nothing here says whether a letter was sent after this backup",
    );
    nothing(
        &campaign.restore(newest, &["--anchor", &THREE.heads[1]]),
        "nothing here says whether a letter was sent",
    );
    nothing(&campaign.restore(&backups[1], &["--anchor", last]), "cannot be rebuilt");

    let mut campaign = THREE.copy();
    fs::remove_dir_all(campaign.data()).unwrap();
    let answer = campaign.restore(newest, &["--anchor", last]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(answer.stdout.contains("key       came back"), "{}", answer.stdout);
    let mode =
        |name: &str| fs::metadata(campaign.data().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        ["", "keys", "ledger.sqlite", "keys/campaign.key"].map(mode),
        [0o700, 0o700, 0o600, 0o400]
    );
    assert_eq!(campaign.told(), THREE.told());
    let listed = fs::read_to_string(campaign.data().join("backups.json")).unwrap();
    assert_eq!(listed.matches("sha256").count(), 3, "{listed}");
    assert_eq!(campaign.run(), 0);
    assert_eq!(campaign.ask(&["ledger", "check"]).code, 0);
}

#[test]
fn a_damaged_file_of_changes_stops_no_night() {
    let mut campaign = THREE.copy();
    fs::write(campaign.data().join("backups/redo.sqlite"), [1; 5000]).unwrap();
    campaign.add("DRIE");
    assert_eq!(campaign.run(), 1);
    assert!(campaign.data().join("backups/redo.damaged").exists());
    lose(&campaign.data());
    campaign.refused(&campaign.backups()[1], &[], 3, &["only what came after event"]);
    let answer = campaign.restore(&campaign.backups()[2], &[]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
}

#[test]
fn a_job_that_was_under_way_goes_on_after_a_restore() {
    let mut campaign = THREE.copy();
    let backup = campaign.backups()[2].clone();
    campaign.add("DRIE");
    assert!(campaign.ask(&["plan"]).code <= 1);
    lose(&campaign.data());
    let answer = campaign.restore(&backup, &[]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(answer.stdout.contains("rehearsal-2500005 is not finished"), "{}", answer.stdout);
    let ended = campaign.ask(&["run", "--json"]);
    assert!(ended.code <= 1, "{}", ended.stderr);
    assert!(campaign.data().join("outbox/rehearsal-2500005/rehearsal-2500005.done").exists());
    assert_eq!(campaign.run(), 0);
}

#[test]
fn a_restore_that_was_stopped_half_way_is_done_again() {
    // Killed before anything was in its place.
    let campaign = THREE.copy();
    let (data, backups) = (campaign.data(), campaign.backups());
    let key = fs::read(data.join("keys/campaign.key")).unwrap();
    lose(&data);
    fs::create_dir(data.join("staging/restore")).unwrap();
    fs::write(data.join("staging/restore/ledger.sqlite"), "half").unwrap();
    // And the ledger was lost in the middle of a change, of which the half is still there.
    fs::write(data.join("ledger.sqlite-journal"), "half").unwrap();
    let answer = campaign.restore(&backups[0], &[]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(!data.join("staging/restore").exists() && !data.join("ledger.sqlite-journal").exists());
    assert_eq!(fs::read(data.join("backups/replaced-1.sqlite-journal")).unwrap(), b"half");
    assert_eq!(campaign.told(), THREE.told());

    // Killed when the key was in its place and the ledger was not.
    lose(&data);
    fs::remove_file(data.join("keys/mode")).unwrap();
    let answer = campaign.restore(&backups[1], &[]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(!answer.stdout.contains("key       came back"), "{}", answer.stdout);
    assert_eq!(fs::read(data.join("keys/campaign.key")).unwrap(), key);
    assert_eq!(fs::read_to_string(data.join("keys/mode")).unwrap(), "rehearsal\n");

    // Another key is never replaced, and a ledger that lost its key gets it back.
    let file = data.join("keys/campaign.key");
    fs::remove_file(&file).unwrap();
    fs::write(&file, "ab".repeat(32) + "\n").unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o400)).unwrap();
    campaign.refused(&backups[2], &[], 3, &["is not the key of this ledger"]);
    fs::remove_file(&file).unwrap();
    let answer = campaign.restore(&backups[2], &[]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(answer.stdout.contains("key       came back"), "{}", answer.stdout);
    assert_eq!(fs::read(&file).unwrap(), key);
}
