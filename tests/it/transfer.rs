//! Handing over by SFTP, to a real `sshd`: what arrives, what is refused, and what a lost answer does.

mod cuts;
mod receipts;
mod server;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Value, json};
use server::{Server, Setup, is_root};

use crate::program::{Answer, Night};
use crate::tools::run;

/// A night whose job is to be handed over, and the vendor's server.
struct Vendor {
    night: Night,
    server: Server,
    config: PathBuf,
}

impl Vendor {
    fn new(setup: Setup) -> Self {
        static ONCE: OnceLock<Night> = OnceLock::new();
        let published = ONCE.get_or_init(|| {
            let night = Night::new(30);
            // The server that will be there need not be there tonight.
            let table = "[transfer]\nhost = \"127.0.0.1\"\nport = 1\nuser = \"nobody\"\n\
                         key_file = \"none\"\nknown_hosts = \"none\"\n\n[vendor]";
            let config = night.configured("[vendor]", table);
            let answer = night.ask_with(&config, &["run"]);
            assert!(answer.code <= 1, "{}", answer.stderr);
            night
        });

        let (night, server) = (published.copy(), Server::start(setup));
        let config = configured(&night, &server.table());
        Self { night, server, config }
    }

    fn ask(&self, words: &[&str]) -> Answer {
        self.night.ask_with(&self.config, words)
    }

    fn transfer(&self) -> Answer {
        self.ask(&["transfer"])
    }

    /// Hands over; all of it arrives.
    fn arrives(&self) -> Answer {
        let answer = self.transfer();
        let said = format!("{}{}\n{}", answer.stdout, answer.stderr, self.server.log());
        assert_eq!(answer.code, 0, "{said}");
        assert_eq!(self.server.names(), self.names());
        for name in self.names() {
            let (ours, theirs) = (self.outbox().join(&name), self.server.inbox().join(&name));
            assert!(fs::read(ours).unwrap() == fs::read(theirs).unwrap(), "{name} differs");
        }
        answer
    }

    fn job(&self) -> String {
        let outbox = fs::read_dir(self.night.data().join("outbox")).unwrap();
        let jobs = outbox.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        jobs.filter(|name| name != "STOP").min().unwrap()
    }

    fn outbox(&self) -> PathBuf {
        self.night.data().join("outbox").join(self.job())
    }

    /// Names of the job's files in the outbox, sorted.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.outbox()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn file(&self, end: &str) -> String {
        format!("{}{end}", self.job())
    }

    /// Texts of the history that are about the way to the vendor.
    fn history(&self) -> Vec<String> {
        let log = self.ask(&["ledger", "log", "--json"]);
        assert_eq!(log.code, 0, "{}", log.stderr);
        let log: Value = serde_json::from_str(&log.stdout).unwrap();
        let events = log.as_array().or_else(|| log["events"].as_array()).unwrap().clone();
        let passages = events.into_iter().filter(|event| event["kind"] == "passage");
        passages.map(|event| event["text"].as_str().unwrap().to_owned()).collect()
    }
}

/// The sample's configuration with one more table.
fn configured(night: &Night, table: &str) -> PathBuf {
    night.configured("[vendor]", &format!("{table}\n[vendor]"))
}

/// The answer of a command that has to end with this code and say this.
fn ends(answer: &Answer, code: i32, said: &str) {
    assert_eq!(answer.code, code, "{}{}", answer.stdout, answer.stderr);
    assert!(answer.stderr.contains(said), "{}", answer.stderr);
}

#[test]
fn a_job_arrives_whole_with_done_last_and_never_twice() {
    let vendor = Vendor::new(Setup::Disturbed);
    vendor.arrives();
    let named = |line: &String| line.strip_prefix("rename ").map(str::to_owned);
    let renamed: Vec<String> = vendor.server.talk().iter().filter_map(named).collect();
    let ends = [".announcement.json", "-p001.zip.age", ".SHA256SUMS", ".SHA256SUMS.sig", ".done"];
    let order = ends.map(|end| {
        let name = vendor.file(end);
        format!("{name}.part {name}")
    });
    assert_eq!(renamed, order);

    // The announcement counts what the parts hold, and holds nothing else.
    let announced = fs::read(vendor.server.inbox().join(vendor.file(ends[0]))).unwrap();
    let announced: Value = serde_json::from_slice(&announced).unwrap();
    let done = fs::read(vendor.server.inbox().join(vendor.file(".done"))).unwrap();
    let done: Value = serde_json::from_slice(&done).unwrap();
    let sum = |count: &str| -> u64 {
        let classes = announced["classes"].as_array().unwrap();
        classes.iter().map(|class| class[count].as_u64().unwrap()).sum()
    };
    assert_eq!(
        (sum("letters"), sum("sheets")),
        (done["letters"].as_u64().unwrap(), done["sheets"].as_u64().unwrap())
    );
    assert_eq!(announced["counts"]["letters"], done["letters"]);

    let before = vendor.night.memory();
    let again = vendor.arrives();
    assert!(again.stdout.contains("nothing"), "{}", again.stdout);
    assert!(vendor.server.talk().is_empty(), "the server was called for nothing");
    assert!(vendor.night.memory() == before);
    assert_eq!(vendor.ask(&["ledger", "check"]).code, 0);
    assert_eq!(vendor.history().len(), 1 + 2 * ends.len());
    let verified = vendor.ask(&["verify", vendor.outbox().to_str().unwrap()]);
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
    run(Command::new("sha256sum")
        .arg("-c")
        .arg(vendor.file(".SHA256SUMS"))
        .current_dir(vendor.server.inbox()));
}

#[test]
fn a_different_host_key_hears_nothing_of_us() {
    let vendor = Vendor::new(Setup::Internal);
    let config = configured(&vendor.night, &vendor.server.table_with("stranger.pub"));
    for words in [&["transfer"][..], &["transfer", "--check"]] {
        ends(&vendor.night.ask_with(&config, words), 3, "host key");
    }
    assert!(vendor.server.names().is_empty());
    assert!(!vendor.server.log().contains("Accepted"), "{}", vendor.server.log());
    assert_eq!(vendor.history().len(), 1);

    configured(&vendor.night, &vendor.server.table());
    vendor.arrives();
}

#[test]
fn nothing_that_surrounds_us_changes_whom_ssh_trusts() {
    let vendor = Vendor::new(Setup::Internal);
    let config = configured(&vendor.night, &vendor.server.table_with("stranger.pub"));
    let home = vendor.server.path("home");
    fs::create_dir_all(home.join(".ssh")).unwrap();
    fs::write(home.join(".ssh/config"), "Host *\n  StrictHostKeyChecking no\n").unwrap();
    let options = vendor.server.path("ssh_config");
    fs::write(&options, "StrictHostKeyChecking no\nUserKnownHostsFile /dev/null\n").unwrap();
    let text = fs::read_to_string(&config).unwrap();
    let with = format!("ssh_config = \"{}\"\nattempts", options.display());
    fs::write(&config, text.replace("attempts", &with)).unwrap();

    let mut program = Command::new(env!("CARGO_BIN_EXE_breachpost"));
    program.env("HOME", &home).arg("--config").arg(&config).arg("--data-dir");
    let answer = program.arg(vendor.night.data()).args(["transfer", "--check"]).output().unwrap();
    ends(&answer.into(), 3, "host key");
}

#[test]
fn what_is_wrong_with_the_settings_is_said_before_anybody_is_called() {
    let vendor = Vendor::new(Setup::Internal);
    ends(&vendor.night.ask(&["transfer"]), 2, "no [transfer]");
    ends(&vendor.ask(&["transfer", "2599999"]), 2, "no published job");

    let check = vendor.ask(&["transfer", "--check"]);
    assert_eq!(check.code, 0, "{}", check.stderr);
    let check = vendor.ask(&["check"]);
    assert!(check.code <= 1 && check.stdout.contains("lets us in"), "{}", check.stderr);
    assert!(vendor.server.names().is_empty());

    let text = fs::read_to_string(&vendor.config).unwrap();
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        fs::write(&vendor.config, text.replace(from, to)).unwrap();
    };
    let folder = format!("folder = \"{}\"", vendor.server.inbox().display());
    changed(&folder, "folder = \"/nowhere/at/all\"");
    ends(&vendor.transfer(), 3, "has no folder");
    changed("/client\"", "/client.pub\"");
    ends(&vendor.transfer(), 2, "can be read by other users");
    changed("/client\"", "/nobody\"");
    ends(&vendor.transfer(), 2, "does not exist");
    changed("/client\"", "/stranger\"");
    ends(&vendor.transfer(), 3, "does not let us in");
    changed("user = ", "colour = \"red\"\nuser = ");
    ends(&vendor.transfer(), 2, "colour");
    fs::write(&vendor.config, &text).unwrap();
    fs::write(vendor.server.path("known_hosts"), "# none\n").unwrap();
    ends(&vendor.transfer(), 2, "has no host key");
    assert!(vendor.server.names().is_empty());
}

#[test]
fn nothing_at_the_vendors_is_replaced() {
    let vendor = Vendor::new(Setup::Internal);
    let part = vendor.server.inbox().join(vendor.file("-p001.zip.age"));
    fs::write(&part, "something else").unwrap();
    ends(&vendor.transfer(), 4, "with 14 bytes");
    assert_eq!(fs::read_to_string(&part).unwrap(), "something else");
    assert!(!vendor.server.names().contains(&vendor.file(".done")));

    fs::remove_file(&part).unwrap();
    vendor.arrives();

    // A part that is not what was sealed does not get its name.
    let vendor = Vendor::new(Setup::Internal);
    let part = vendor.outbox().join(vendor.file("-p001.zip.age"));
    let mut bytes = fs::read(&part).unwrap();
    bytes[100] ^= 1;
    fs::write(&part, bytes).unwrap();
    ends(&vendor.transfer(), 4, "is not what was sealed");
    assert_eq!(vendor.server.names(), [vendor.file(".announcement.json")]);
}

#[test]
fn what_is_stopped_does_not_leave_and_its_order_does() {
    let vendor = Vendor::new(Setup::Internal);
    // Anybody may stop it on the vendor's side.
    fs::write(vendor.server.inbox().join("STOP"), "").unwrap();
    ends(&vendor.transfer(), 3, "`STOP`");
    fs::remove_file(vendor.server.inbox().join("STOP")).unwrap();

    // The stop file holds though the ledger does not know of it.
    let stop = vendor.night.data().join("outbox/STOP");
    let noted = json!({"stops": [{
        "date": "2025-09-15", "by": "operations", "reason": "a drill", "scope": {"of": "all"}
    }]});
    fs::write(&stop, noted.to_string()).unwrap();
    ends(&vendor.transfer(), 3, "was stopped");
    assert!(vendor.server.names().is_empty());
    fs::remove_file(&stop).unwrap();
    vendor.arrives();

    // A stop after that: the order arrives by the next transfer, with its signature.
    let job = vendor.job();
    let words = ["stop", "--job", &job, "--by", "operations", "--reason", "a drill"];
    let stopped = vendor.ask(&words);
    assert_eq!(stopped.code, 0, "{}", stopped.stderr);
    vendor.arrives();
    let orders = vendor.server.names().into_iter().filter(|name| name.contains(".stop-"));
    assert_eq!(orders.count(), 2);
}

#[test]
fn what_was_published_before_there_was_a_transfer_is_for_a_human() {
    let vendor = Vendor::new(Setup::Internal);
    let night = Night::new(30);
    night.run();
    let config = configured(&night, &vendor.server.table());
    let undecided = night.ask_with(&config, &["transfer"]);
    assert_eq!(undecided.code, 1, "{}", undecided.stderr);
    assert!(undecided.stdout.contains("undecided"), "{}", undecided.stdout);
    assert!(vendor.server.names().is_empty());

    let job = vendor.job();
    let named = night.ask_with(&config, &["transfer", &job]);
    assert_eq!(named.code, 0, "{}", named.stderr);
    assert!(vendor.server.names().contains(&vendor.file(".done")));
    assert_eq!(night.ask_with(&config, &["transfer"]).code, 0);
}

#[test]
fn an_account_that_is_locked_into_its_folder_will_do() {
    // Nobody else can lock an account in.
    if !is_root() {
        return;
    }
    Vendor::new(Setup::Chroot).arrives();
}

#[test]
fn a_server_that_is_full_or_silent_is_waited_for_until_the_next_time() {
    let vendor = Vendor::new(Setup::Disturbed);
    let inbox = vendor.server.inbox();
    vendor.server.plan(&json!({"full": 32, "folder": inbox.to_str().unwrap()}));
    ends(&vendor.transfer(), 4, "refused to write");
    // What was on that disk went with it; a human looks, and says so.
    let announcement = vendor.file(".announcement.json");
    let missing = vendor.ask(&[
        "transfer",
        "--missing",
        &announcement,
        "--by",
        "operations",
        "--reason",
        "the disk was exchanged",
    ]);
    assert_eq!(missing.code, 0, "{}", missing.stderr);

    let text = fs::read_to_string(&vendor.config).unwrap();
    fs::write(&vendor.config, text.replace("timeout_seconds = 20", "timeout_seconds = 8")).unwrap();
    vendor.server.plan(&json!({"silent": 6}));
    ends(&vendor.transfer(), 3, "has not answered for 8 seconds");
    vendor.server.plan(&json!({"silent": 1}));
    ends(&vendor.transfer(), 3, "no answer for 8 seconds");
    fs::write(&vendor.config, text).unwrap();
    vendor.server.plan(&json!({}));
    vendor.arrives();
}

#[test]
fn a_lost_connection_is_made_again_within_one_command() {
    let vendor = Vendor::new(Setup::Disturbed);
    let text = fs::read_to_string(&vendor.config).unwrap();
    fs::write(&vendor.config, text.replace("attempts = 1", "attempts = 2")).unwrap();
    vendor.server.cut(25, "answer");
    let answer = vendor.arrives();
    assert!(answer.stdout.contains(": 5 files"), "{}", answer.stdout);
}
