//! A ledger, a half-finished job and a sealed package of the program of 7b1e8cd (schema version 2)
//! are taken up by every later version. `tests/data/ledger-v2` says how they were made.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::program::{Answer, root};

/// A campaign of five people: three were told on 2025-09-15, the job of two more stopped on
/// 2025-09-16.
struct Campaign(tempfile::TempDir);

impl Campaign {
    fn new(state: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = root().join("tests/data/ledger-v2").join(format!("{state}.tar.gz"));
        let tar = Command::new("tar")
            .arg("-xzf")
            .arg(archive)
            .arg("-C")
            .arg(folder.path())
            .status()
            .unwrap();
        assert!(tar.success());
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn ask(&self, command: &[&str]) -> Answer {
        let mut program = Command::new(env!("CARGO_BIN_EXE_breachpost"));
        program
            .args(["--date", "2025-09-17", "--config"])
            .arg(self.path("breachpost.toml"))
            .args(command);
        program.output().unwrap().into()
    }

    fn done(&self, command: &[&str], text: &str) {
        let answer = self.ask(command);
        assert_eq!(answer.code, 0, "{command:?}: {}", answer.stderr);
        assert!(answer.stdout.contains(text), "{command:?}: {}", answer.stdout);
    }
}

#[test]
fn a_job_of_an_older_program_is_finished() {
    for state in ["planned", "sealed"] {
        let campaign = Campaign::new(state);
        campaign.done(&["ledger", "check"], "5 to 5 people: 5 first, 0 supplements");
        campaign.done(&["run"], "first finished the interrupted run 2025-09-16-1");
        campaign.done(&["ledger", "check"], "5 to 5 people: 5 first");
        let identity = root().join("sample-data/vendor/age-identity.txt");
        let package = campaign.path("data/outbox/rehearsal-2500002");
        campaign.done(
            &["verify", package.to_str().unwrap(), "--identity", identity.to_str().unwrap()],
            "sound",
        );
        let mode = fs::read_to_string(campaign.path("data/keys/mode")).unwrap();
        assert_eq!(mode, "rehearsal\n", "the names of its jobs tell the mode of an older ledger");
        let signer = campaign.path("data/keys/package-signing.pub");
        campaign.done(
            &["verify", package.to_str().unwrap(), "--signer", signer.to_str().unwrap()],
            "signed    by SHA256:",
        );
        campaign.done(&["run"], "letters   0 on 0 sheets");
    }
}

#[test]
fn a_job_of_an_older_program_can_be_given_up() {
    for state in ["planned", "sealed"] {
        let campaign = Campaign::new(state);
        campaign.done(
            &["plan", "abandon", "--by", "operations", "--reason", "the new program"],
            "2 letters",
        );
        assert_eq!(fs::read_dir(campaign.path("data/staging")).unwrap().count(), 0);
        campaign.done(&["ledger", "check"], "3 to 3 people: 3 first");
        campaign.done(&["run"], "outbox/rehearsal-2500003");
        campaign.done(&["ledger", "check"], "5 to 5 people: 5 first");
    }
}

#[test]
fn an_older_ledger_of_rehearsals_serves_no_real_campaign() {
    let campaign = Campaign::new("planned");
    let config = campaign.path("breachpost.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("synthetic = true", "")).unwrap();
    for command in [
        &["ledger", "check"][..],
        &["plan", "abandon", "--by", "operations", "--reason", "it is real"],
    ] {
        let answer = campaign.ask(command);
        assert_eq!(answer.code, 2, "{}", answer.stderr);
        assert!(answer.stderr.contains("is for rehearsals"), "{}", answer.stderr);
    }
}
