//! Receipts are fetched from the vendor's server: each whole or not at all, once, and whatever answer
//! was lost.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime};

use breachpost::vendor_sim::FetchedJob;
use serde_json::{Value, json};

use super::server::{Server, Setup};
use super::{Vendor, configured, ends};
use crate::program::Answer;
use crate::tools::run;
use crate::vendor::fetch;

/// A job that arrived, and what the vendor says of it in a folder of its server.
struct Reporting {
    vendor: Vendor,
    fetched: FetchedJob,
}

impl Reporting {
    fn new(setup: Setup) -> Self {
        let vendor = Vendor::new(setup);
        vendor.arrives();
        let fetched = fetch(&vendor.night);
        let reporting = Self { vendor, fetched };
        reporting.configure("");

        let parts: Vec<Value> = reporting
            .fetched
            .parts
            .iter()
            .map(|(file, sha256)| json!({"file": file, "sha256": sha256}))
            .collect();
        let ack = json!({"job": reporting.fetched.job, "parts": parts}).to_string();
        reporting.put("ack.json", &ack);
        reporting.put("production.csv", &reporting.production("posted"));
        reporting
    }

    /// The configuration, with more for `[receipts]`.
    fn configure(&self, more: &str) {
        let Vendor { night, server, .. } = &self.vendor;
        configured(night, &format!("{}\n{}", table(server), more));
    }

    fn production(&self, status: &str) -> String {
        let row = |piece: &breachpost::vendor_sim::Piece| {
            format!("{},{},{status}\n", piece.seq, piece.letter_id)
        };
        let rows: String = self.fetched.pieces.iter().map(row).collect();
        format!("seq,letter_id,status\n{rows}")
    }

    /// A file that the vendor put there an hour ago.
    fn put(&self, end: &str, text: &str) -> PathBuf {
        let path = self.vendor.server.outbox().join(self.vendor.file(&format!(".{end}")));
        fs::write(&path, text).unwrap();
        settle(&path);
        path
    }

    fn ask(&self) -> Answer {
        self.vendor.ask(&["receipts"])
    }

    /// Takes everything; nothing is refused.
    fn takes(&self) -> Answer {
        let answer = self.ask();
        assert_eq!(answer.code, 0, "{}{}", answer.stdout, answer.stderr);
        answer
    }

    /// Where the letters are, and what is known of the files.
    fn status(&self) -> Value {
        let answer = self.vendor.ask(&["status", "--json"]);
        let status: Value = serde_json::from_str(&answer.stdout).unwrap();
        json!([status["letters"], status["receipts"], status["alarms"]])
    }
}

/// `[transfer]` and the table after it, in which the vendor's folder for us is named.
fn table(server: &Server) -> String {
    let folder = server.outbox_there();
    format!("{}\n[receipts]\nserver_folder = \"{}\"", server.table(), folder.display())
}

/// Nobody has written to a file for an hour.
fn settle(path: &std::path::Path) {
    let hour_ago = SystemTime::now().checked_sub(Duration::from_hours(1)).unwrap();
    File::options().append(true).open(path).unwrap().set_modified(hour_ago).unwrap();
}

fn count(status: &Value, state: &str) -> u64 {
    status[0]["by_state"][state].as_u64().unwrap()
}

#[test]
fn what_is_on_the_vendors_server_is_taken_once_and_left_there() {
    let reporting = Reporting::new(Setup::Disturbed);
    let outbox = reporting.vendor.server.outbox();
    fs::write(outbox.join("readme.txt"), "not a receipt").unwrap();
    fs::write(outbox.join(reporting.vendor.file(".returns.csv.part")), "let").unwrap();
    fs::create_dir(outbox.join(reporting.vendor.file(".returns.csv"))).unwrap();
    let link = outbox.join(reporting.vendor.file(".production-link.csv"));
    std::os::unix::fs::symlink(outbox.join("readme.txt"), link).unwrap();
    let check = reporting.vendor.ask(&["transfer", "--check"]);
    assert_eq!(check.code, 0, "{}", check.stderr);
    let there = || {
        let mut files = Vec::new();
        crate::program::collect(&outbox, &mut files);
        files.sort();
        files
    };
    let before = there();

    reporting.vendor.server.talk();
    let answer = reporting.takes();
    assert_eq!(answer.stdout.matches("from the vendor's folder, not signed").count(), 2);
    let status = reporting.status();
    assert_eq!(count(&status, "posted"), reporting.fetched.pieces.len() as u64);
    assert_eq!(status[1], json!({"folder": 2}));
    let changing = ["write", "remove", "rename", "setstat", "mkdir", "fsetstat"];
    let talk = reporting.vendor.server.talk();
    assert!(
        !talk.is_empty()
            && !talk.iter().any(|line| changing.iter().any(|one| line.starts_with(one)))
    );

    let memory = reporting.vendor.night.memory();
    let again = reporting.takes();
    assert_eq!(again.stdout.matches("was taken before").count(), 2, "{}", again.stdout);
    assert!(reporting.vendor.night.memory() == memory && there() == before);
    assert_eq!(reporting.vendor.ask(&["ledger", "check"]).code, 0);
}

#[test]
fn a_file_that_may_not_be_whole_waits() {
    let reporting = Reporting::new(Setup::Internal);
    let path = reporting.vendor.server.outbox().join(reporting.vendor.file(".production.csv"));
    let whole = reporting.production("spoilt");
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let answer = reporting.takes();
    assert!(answer.stdout.contains("waits     "), "{}", answer.stdout);
    let status = reporting.status();
    assert_eq!((count(&status, "spoilt"), count(&status, "posted")), (0, 0));

    fs::write(&path, whole).unwrap();
    settle(&path);
    reporting.takes();
    assert_eq!(count(&reporting.status(), "spoilt"), reporting.fetched.pieces.len() as u64);
}

#[test]
fn one_bad_file_refuses_itself_alone() {
    let reporting = Reporting::new(Setup::Internal);
    let mut ids: Vec<&str> =
        reporting.fetched.pieces.iter().map(|piece| piece.letter_id.as_str()).collect();
    ids.rotate_left(1);
    let rows: Vec<String> = (1..).zip(ids).map(|(seq, id)| format!("{seq},{id},posted")).collect();
    let text = format!("seq,letter_id,status\n{}\n", rows.join("\n"));
    reporting.put("production-a.csv", &text);
    let path = reporting.put("production-b.csv", "");
    fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
    settle(&path);

    let answer = reporting.ask();
    ends(&answer, 3, "ALARM");
    assert!(answer.stderr.contains("it is not UTF-8"), "{}", answer.stderr);
    let status = reporting.status();
    assert_eq!(count(&status, "posted"), reporting.fetched.pieces.len() as u64);
    assert_eq!(status[1], json!({"folder": 2}));
}

#[test]
fn a_vendor_that_signs_signs_what_is_on_its_server() {
    let reporting = Reporting::new(Setup::Internal);
    let server = &reporting.vendor.server;
    let [key, other] = ["vendor-key", "other-key"].map(|name| server.path(name));
    for key in [&key, &other] {
        run(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(key));
    }
    let public = fs::read_to_string(key.with_extension("pub")).unwrap();
    reporting.configure(&format!("signer = \"{}\"", public.trim()));
    let sign = |key: &std::path::Path, end: &str| {
        let file = server.outbox().join(reporting.vendor.file(end));
        let _ = fs::remove_file(format!("{}.sig", file.display()));
        let mut signing = Command::new("ssh-keygen");
        signing.args(["-q", "-Y", "sign", "-n", "breachpost-receipt", "-f"]);
        run(signing.arg(key).arg(file));
    };

    sign(&other, ".ack.json");
    let answer = reporting.ask();
    ends(&answer, 3, "does not hold");
    assert!(answer.stderr.contains("is not signed"), "{}", answer.stderr);
    assert_eq!(reporting.status()[1], json!({}));
    for end in [".ack.json", ".production.csv"] {
        sign(&key, end);
    }
    let answer = reporting.takes();
    assert_eq!(answer.stdout.matches("signed by the vendor").count(), 2, "{}", answer.stdout);
    assert_eq!(reporting.status()[1], json!({"signed": 2}));
}

#[test]
fn a_server_that_cannot_be_trusted_or_reached_changes_nothing() {
    let reporting = Reporting::new(Setup::Internal);
    let memory = reporting.vendor.night.memory();
    let Vendor { night, server, config } = &reporting.vendor;
    server.table_with("stranger.pub");
    ends(&reporting.ask(), 3, "host key");

    reporting.configure("");
    let text = fs::read_to_string(config).unwrap();
    let nowhere = text.replace("vendor/out\"", "vendor/nowhere\"");
    assert_ne!(text, nowhere);
    fs::write(config, nowhere).unwrap();
    ends(&reporting.ask(), 3, "has no folder");
    ends(&reporting.vendor.ask(&["transfer", "--check"]), 3, "has no folder");
    assert!(night.memory() == memory);

    reporting.configure("");
    reporting.takes();
}

#[test]
fn a_locked_in_account_is_fetched_from_too() {
    if !super::server::is_root() {
        return;
    }
    let reporting = Reporting::new(Setup::Chroot);
    reporting.takes();
    assert_eq!(reporting.status()[1], json!({"folder": 2}));
}

/// Cuts the connection of one fetching at a request, and fetches again; false when it was over before
/// that.
fn cut(reporting: &Reporting, request: usize, when: &str) -> bool {
    let fresh = reporting.vendor.night.data();
    let kept = reporting.vendor.night.path().join("kept");
    run(Command::new("rm").arg("-rf").arg(&fresh));
    run(Command::new("cp").arg("-a").arg(&kept).arg(&fresh));

    reporting.vendor.server.cut(request, when);
    let first = reporting.ask();
    reporting.vendor.server.plan(&json!({}));
    if first.code == 0 {
        return false;
    }
    assert_eq!(first.code, 3, "cut at {request}, {when}: {}", first.stderr);
    assert!(!first.stderr.contains("internal error"), "{}", first.stderr);
    let half = reporting.status();
    let all = reporting.fetched.pieces.len() as u64;
    assert!([0, all].contains(&count(&half, "posted")), "a file is taken whole or not at all");

    reporting.takes();
    let status = reporting.status();
    assert_eq!((count(&status, "posted"), &status[1]), (all, &json!({"folder": 2})));
    assert_eq!(reporting.vendor.ask(&["ledger", "check"]).code, 0);
    true
}

fn to_be_cut() -> Reporting {
    let reporting = Reporting::new(Setup::Disturbed);
    let kept = reporting.vendor.night.path().join("kept");
    run(Command::new("cp").arg("-a").arg(reporting.vendor.night.data()).arg(kept));
    reporting
}

#[test]
fn a_fetching_that_is_cut_off_ends_like_one_that_is_not() {
    let reporting = to_be_cut();
    for (request, when) in [(1, "answer"), (4, "request"), (8, "answer"), (12, "request")] {
        assert!(cut(&reporting, request, when), "request {request} is never asked");
    }

    // Within one command, where it may be made again.
    let config = &reporting.vendor.config;
    let text = fs::read_to_string(config).unwrap();
    fs::write(config, text.replace("attempts = 1", "attempts = 2")).unwrap();
    reporting.vendor.server.cut(6, "answer");
    reporting.takes();
}

#[test]
#[ignore = "some minutes: make transfer-test"]
fn a_fetching_that_is_cut_at_any_request_ends_like_one_that_is_not() {
    let reporting = to_be_cut();
    for when in ["request", "answer"] {
        let requests = (1..1000).take_while(|request| cut(&reporting, *request, when)).count();
        assert!((10..999).contains(&requests), "{requests} requests were cut");
    }
}
