//! Letters are stopped at once, wherever they are, and released by two people.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::{LATER, Mailed, TOO_LATE};
use crate::program::Night;
use crate::tools::run;

const WHO: [&str; 4] = ["--by", "operations", "--reason", "letters may be mixed up"];

fn stop(night: &Night, scope: &[&str]) -> crate::program::Answer {
    night.ask_on(LATER, &[&["stop"], scope, &WHO[..]].concat())
}

/// The order for the vendor, which a stranger's tool finds signed by us.
fn order(mailed: &Mailed) -> Value {
    let folder = mailed.night.data().join("outbox").join(mailed.job());
    let is_order = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.contains(".stop-") && path.extension().is_some_and(|end| end == "json")
    };
    let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let path = entries.filter(is_order).max().expect("an order for the vendor");

    let signer = fs::read_to_string(mailed.night.data().join("keys/package-signing.pub")).unwrap();
    let allowed = mailed.night.path().join("allowed_signers");
    fs::write(&allowed, format!("sender namespaces=\"breachpost-package\" {signer}")).unwrap();
    run(Command::new("ssh-keygen")
        .args(["-Y", "verify", "-I", "sender", "-n", "breachpost-package", "-f"])
        .arg(allowed)
        .arg("-s")
        .arg(format!("{}.sig", path.display()))
        .stdin(fs::File::open(&path).unwrap()));
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn what_has_not_left_never_leaves() {
    let night = Night::new(20);
    let planned = night.ask(&["plan"]);
    assert!(planned.code <= 1, "{}", planned.stderr);
    let staged = fs::read_dir(night.data().join("staging")).unwrap().next().unwrap().unwrap();
    let job = staged.file_name().into_string().unwrap();

    let answer = stop(&night, &["--job", &job]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(answer.stdout.contains("has not left, and does not leave"), "{}", answer.stdout);
    for _ in 0..2 {
        let run = night.ask(&["run"]);
        assert_eq!(run.code, 3, "{}", run.stderr);
        assert!(run.stderr.contains("was stopped by operations"), "{}", run.stderr);
    }
    assert!(!night.data().join("outbox").join(&job).exists());

    // Given up, its people are planned again under a different number.
    let given_up = night.ask(&["plan", "abandon", "--by", "operations", "--reason", "stopped"]);
    assert_eq!(given_up.code, 0, "{}", given_up.stderr);
    assert!(night.ask(&["run"]).code <= 1);
}

#[test]
fn a_stop_of_everything_stops_every_run_and_survives_a_restored_ledger() {
    let mailed = Mailed::new();
    // A different machine, whose ledger is from before the stop.
    let other = mailed.night.copy();
    assert_eq!(stop(&mailed.night, &["--all"]).code, 0);
    assert_eq!(mailed.night.ask(&["run"]).code, 3);
    assert_eq!(mailed.state(LATER, "stopped"), mailed.letters() as u64);

    let [from, to] = [&mailed.night, &other].map(|night| night.data().join("outbox/STOP"));
    fs::copy(from, &to).unwrap();
    let run = other.ask(&["run"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("everything was stopped"), "{}", run.stderr);

    fs::write(to, "{").unwrap();
    let run = other.ask(&["run"]);
    assert!(run.code == 3 && run.stderr.contains("cannot be read"), "{}", run.stderr);
}

#[test]
fn for_what_has_left_there_is_a_signed_order_and_words_for_the_telephone() {
    let mailed = Mailed::new();
    let answer = stop(&mailed.night, &["--job", mailed.job()]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(answer.stdout.contains("say       \"Stop nu opdracht"), "{}", answer.stdout);
    let order = order(&mailed);
    assert_eq!(order["action"], "stop");
    assert_eq!(order["parts"][0]["pieces"], mailed.letters());

    let memory = mailed.night.memory();
    let again = stop(&mailed.night, &["--job", mailed.job()]);
    assert!(again.code == 0 && again.stdout.contains("as it was before"), "{}", again.stdout);
    assert!(mailed.night.memory() == memory, "ordered again it is the same stop");
}

#[test]
fn a_part_or_a_letter_is_stopped_alone() {
    let mailed = Mailed::new();
    let piece = &mailed.fetched.pieces[2];
    assert_eq!(stop(&mailed.night, &["--letter", &piece.letter_id]).code, 0);
    assert_eq!(mailed.state(LATER, "stopped"), 1);
    assert_eq!(
        order(&mailed)["parts"][0]["letters"],
        json!([{"seq": 3, "letter_id": piece.letter_id}])
    );
    assert_eq!(stop(&mailed.night, &["--part", &format!("{}-p001", mailed.job())]).code, 0);
    assert_eq!(mailed.state(LATER, "stopped"), u64::from(mailed.fetched.letters[0].1));

    for scope in [["--part", "2500001-p099"], ["--job", "2599999"], ["--letter", "nobody"]] {
        assert_eq!(stop(&mailed.night, &scope).code, 2, "{scope:?}");
    }
    assert_eq!(mailed.night.ask(&["stop", "--all"]).code, 2, "by whom, and why");
}

#[test]
fn a_stop_is_reconciled_piece_by_piece() {
    let mailed = Mailed::new();
    let all = mailed.letters() as u64;
    assert_eq!(stop(&mailed.night, &["--job", mailed.job()]).code, 0);
    let reconciled = || mailed.status(LATER)["jobs"][0]["parts"][0]["stopped"].clone();
    assert_eq!(reconciled()["unknown"], all);

    mailed.takes(&mailed.production("production.csv", |piece| {
        let status = match piece.seq {
            1..=3 => "posted",
            4 => return None,
            _ => "destroyed",
        };
        Some(format!("{},{},{status}", piece.seq, piece.letter_id))
    }));
    let answer = |destroyed: u64| {
        json!({"job": mailed.job(), "parts": [
            {"part": 1, "answer": "destroyed", "destroyed": destroyed, "posted": 3},
        ]})
        .to_string()
    };
    mailed.takes(&mailed.file("stopped.json", &answer(all - 3)));
    let found = reconciled();
    assert_eq!(
        [&found["pieces"], &found["destroyed"], &found["posted"], &found["unknown"]],
        [&json!(all), &json!(all - 4), &json!(3), &json!(1)]
    );
    let text = mailed.night.ask_on(LATER, &["status"]).stdout;
    assert!(text.contains("NOT WHAT IT HAS REPORTED"), "{text}");

    mailed.takes(&mailed.file("stopped-2.json", &answer(all - 4)));
    let text = mailed.night.ask_on(LATER, &["status"]).stdout;
    assert!(!text.contains("NOT WHAT"), "{text}");
    assert_eq!(mailed.state(TOO_LATE, "destroyed"), all - 4);
}

/// Two approvers with their keys, and a configuration that knows them.
pub(crate) struct Desk {
    folder: PathBuf,
    config: PathBuf,
}

impl Desk {
    pub(crate) fn new(night: &Night) -> Self {
        let folder = night.path().to_owned();
        let mut approvers = String::new();
        for name in ["one", "two", "three"] {
            let key = folder.join(name);
            run(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key));
            let public = fs::read_to_string(key.with_extension("pub")).unwrap();
            if name != "three" {
                let key = public.trim();
                let table =
                    ["[[approval.approvers]]\nname = \"", name, "\"\nkey = \"", key, "\"\n\n"];
                approvers.push_str(&table.concat());
            }
        }
        let config = night.configured("[vendor]", &format!("{approvers}[vendor]"));
        Self { folder, config }
    }

    /// The campaign with its approvers.
    pub(crate) fn config(&self) -> &Path {
        &self.config
    }

    /// The signature of a text by one of three people; the third is no approver.
    pub(crate) fn sign(&self, text: &str, name: &str) -> PathBuf {
        let (file, signature) = (self.folder.join("text"), self.folder.join(format!("{name}.sig")));
        fs::write(&file, text).unwrap();
        let signed = Command::new("ssh-keygen")
            .args(["-q", "-Y", "sign", "-n", "breachpost-approval", "-f"])
            .arg(self.folder.join(name))
            .stdin(fs::File::open(&file).unwrap())
            .output()
            .unwrap();
        assert!(signed.status.success());
        fs::write(&signature, signed.stdout).unwrap();
        signature
    }

    fn lift(&self, night: &Night, event: &str, signed: &[&Path]) -> crate::program::Answer {
        let mut command = vec!["stop", "--lift", event, "--reason", "every envelope was opened"];
        for signature in signed {
            command.extend(["--signed", signature.to_str().unwrap()]);
        }
        night.answer(&self.config, LATER, &command)
    }
}

#[test]
fn a_stop_is_lifted_by_two_people_and_nobody_else() {
    let mailed = Mailed::new();
    let desk = Desk::new(&mailed.night);
    assert_eq!(stop(&mailed.night, &["--all"]).code, 0);
    let listed = mailed.night.ask(&["stop", "--json"]);
    let stops: Value = serde_json::from_str(&listed.stdout).unwrap();
    let event = stops["stops"][0]["event"].to_string();

    let text = desk.lift(&mailed.night, &event, &[]);
    assert_eq!(text.code, 0, "{}", text.stderr);
    assert!(text.stdout.contains("of: everything"), "{}", text.stdout);
    let [one, two, three] = ["one", "two", "three"].map(|name| desk.sign(&text.stdout, name));
    let other = desk.sign("something else\n", "two");
    let two_again = desk.sign(&text.stdout, "two");
    assert_eq!(two, two_again);

    for signed in [vec![&one], vec![&one, &one], vec![&one, &three]] {
        let signed: Vec<&Path> = signed.iter().map(|path| path.as_path()).collect();
        let answer = desk.lift(&mailed.night, &event, &signed);
        assert_eq!(answer.code, 2, "{}", answer.stdout);
        assert!(answer.stderr.contains("takes two"), "{}", answer.stderr);
    }
    assert_eq!(other, two, "the signature of the right text is what counts");
    assert_eq!(mailed.night.ask(&["run"]).code, 3);

    let answer = desk.lift(&mailed.night, &event, &[&one, &two]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(answer.stdout.contains("signed by one and two"), "{}", answer.stdout);
    assert!(!mailed.night.data().join("outbox/STOP").exists());
    assert!(mailed.night.ask(&["run"]).code <= 1);
    assert_eq!(mailed.state(LATER, "stopped"), 0);
    let check = mailed.night.ask(&["ledger", "check"]);
    assert_eq!(check.code, 0, "{}", check.stderr);
}
