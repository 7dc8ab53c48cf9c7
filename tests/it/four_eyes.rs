//! Four eyes: nothing is printed that two people have not seen and signed.

mod approves;
mod changes;
mod desk;
mod dossier;
mod emergency;
mod kept;
mod mutations;
mod proofs;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::program::{Answer, DATE, Night};
use crate::tools::run;

/// Who there is: name, role, and whether they are configured.
const PEOPLE: [(&str, &str); 3] =
    [("Anna", "communications"), ("Bart", "privacy"), ("Dirk", "operator")];

/// A campaign whose letters have to be approved, with the keys of its people.
struct Campaign {
    night: Night,
    config: PathBuf,
}

impl Campaign {
    /// With these further lines under `[approval]`.
    fn new(people: u32, approval: &str) -> Self {
        let night = Night::new(people);
        let facts = night.path().join("facts.toml");
        fs::copy(crate::program::root().join("sample-data/facts.toml"), &facts).unwrap();

        let mut tables = format!("[approval]\nrequired = true\n{approval}\n\n");
        for (name, role) in PEOPLE.into_iter().chain([("Eva", "helpdesk")]) {
            let key = night.path().join(name);
            run(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key));
            let public = fs::read_to_string(key.with_extension("pub")).unwrap();
            if name != "Eva" {
                write!(
                    tables,
                    "[[approval.approvers]]\nname = \"{name}\"\nrole = \"{role}\"\nkey = \"{}\"\n\n",
                    public.trim()
                )
                .unwrap();
            }
        }
        let config = night.configured("[vendor]", &format!("{tables}[vendor]"));
        let text = fs::read_to_string(&config).unwrap();
        let sample = crate::program::root().join("sample-data/facts.toml");
        let text = text.replace(sample.to_str().unwrap(), facts.to_str().unwrap());
        fs::write(&config, text).unwrap();
        Self { night, config }
    }

    fn copy(&self) -> Self {
        let night = self.night.copy();
        for name in ["Anna", "Bart", "Dirk", "Eva", "facts.toml", "breachpost.toml"] {
            fs::copy(self.night.path().join(name), night.path().join(name)).unwrap();
        }
        let config = night.path().join("breachpost.toml");
        let text = fs::read_to_string(&config).unwrap();
        let (from, to) = (self.night.path().to_str().unwrap(), night.path().to_str().unwrap());
        fs::write(&config, text.replace(from, to)).unwrap();
        Self { night, config }
    }

    fn on(&self, date: &str, command: &[&str]) -> Answer {
        self.night.answer(&self.config, date, command)
    }

    fn ask(&self, command: &[&str]) -> Answer {
        self.on(DATE, command)
    }

    /// A run that waits.
    fn waits(&self, date: &str) -> Answer {
        let answer = self.on(date, &["run"]);
        assert_eq!(answer.code, 1, "{}{}", answer.stdout, answer.stderr);
        assert!(answer.stdout.contains("waits for approval"), "{}", answer.stdout);
        answer
    }

    /// The statement, byte for byte.
    fn statement(&self) -> String {
        let answer = self.ask(&["approval", "statement"]);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        answer.stdout
    }

    /// A signature of a text, as the stock tool writes it.
    fn sign(&self, text: &str, name: &str) -> PathBuf {
        self.sign_for("breachpost-approval", text, name)
    }

    fn sign_for(&self, namespace: &str, text: &str, name: &str) -> PathBuf {
        let file = self.night.path().join("signed.txt");
        fs::write(&file, text).unwrap();
        let signed = Command::new("ssh-keygen")
            .args(["-q", "-Y", "sign", "-n", namespace, "-f"])
            .arg(self.night.path().join(name))
            .stdin(fs::File::open(&file).unwrap())
            .output()
            .unwrap();
        assert!(signed.status.success());
        let signature = self.night.path().join(format!("{name}.sig"));
        fs::write(&signature, signed.stdout).unwrap();
        signature
    }

    fn approve_with(&self, date: &str, name: &str, signature: &Path) -> Answer {
        let signature = signature.to_str().unwrap();
        self.on(date, &["approve", "--by", name, "--signature", signature])
    }

    /// Somebody approves what waits.
    fn approve(&self, date: &str, name: &str) -> Answer {
        self.approve_with(date, name, &self.sign(&self.statement(), name))
    }

    /// Dirk answers for what was configured.
    fn adopt(&self) {
        self.adopt_all(&["facts", "settings"], &[]);
    }

    /// Dirk answers for all of this.
    fn adopt_all(&self, all: &[&str], more: &[&str]) {
        for what in all {
            let command = [&["approve", "--by", "Dirk", "--adopt", what], more].concat();
            let text = self.ask(&command);
            assert_eq!(text.code, 0, "{}", text.stderr);
            let signature = self.sign(&text.stdout, "Dirk");
            let signed = [&command[..], &["--signature", signature.to_str().unwrap()]].concat();
            let answer = self.ask(&signed);
            assert_eq!(answer.code, 0, "{}", answer.stderr);
        }
    }

    /// Both approve what waits.
    fn both(&self, date: &str) {
        for name in ["Anna", "Bart"] {
            let answer = self.approve(date, name);
            assert_eq!(answer.code, 0, "{}", answer.stderr);
        }
    }

    /// A run that publishes, and its answer.
    fn publishes(&self, date: &str) -> Value {
        let answer = self.on(date, &["run", "--json"]);
        assert!(answer.code <= 1, "{}", answer.stderr);
        serde_json::from_str(&answer.stdout).unwrap()
    }

    /// Names of what is in the outbox.
    fn out(&self) -> Vec<String> {
        let folders = fs::read_dir(self.night.data().join("outbox")).unwrap();
        let mut names: Vec<String> =
            folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The folder of the job that waits.
    fn staging(&self) -> PathBuf {
        fs::read_dir(self.night.data().join("staging")).unwrap().next().unwrap().unwrap().path()
    }

    /// The letters of the plan that waits.
    fn letters(&self) -> Vec<Value> {
        let plan = fs::read_to_string(self.staging().join("plan/p001.jsonl")).unwrap();
        plan.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
