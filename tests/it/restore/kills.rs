//! Backups and restores that are killed at their system calls: the next one ends as if nothing had
//! happened.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Campaign, THREE, identity, lose, sql};
use crate::tools::run;

const CALLS: [&str; 7] = ["write", "pwrite64", "fsync", "rename", "unlink", "link", "mkdir"];

/// How often the command makes each of these calls.
fn counts(campaign: &Campaign, command: &[&str]) -> Vec<(&'static str, usize)> {
    let trace = campaign.night.path().join("trace");
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-qq", "-o"])
        .arg(&trace)
        .args(["-e", &format!("trace={}", CALLS.join(","))]);
    let ended = strace.args(campaign.words(command)).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let trace = fs::read_to_string(trace).unwrap();
    let count =
        |call: &str| trace.lines().filter(|line| line.contains(&format!(" {call}("))).count();
    CALLS.map(|call| (call, count(call))).to_vec()
}

/// Kills the command at the n-th call of a name.
fn kill(campaign: &Campaign, command: &[&str], call: &str, number: usize) {
    let inject = format!("inject={call}:signal=SIGKILL:when={number}");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &inject]);
    let _ = strace.args(campaign.words(command)).output().unwrap();
}

/// The first, the last and two in between.
fn points(count: usize) -> Vec<usize> {
    let mut numbers = vec![1, count.div_ceil(3), (2 * count).div_ceil(3), count];
    numbers.dedup();
    numbers.retain(|number| (1..=count).contains(number));
    numbers
}

fn events(campaign: &Campaign) -> String {
    sql(&campaign.data().join("ledger.sqlite"), "SELECT seq, hash, body FROM audit")
}

#[test]
fn a_restore_killed_anywhere_is_done_again() {
    // The machine keeps its papers and loses ledger and key: everything has to be put in its place.
    let lost = || {
        let campaign = THREE.copy();
        lose(&campaign.data());
        fs::remove_file(campaign.data().join("keys/campaign.key")).unwrap();
        campaign
    };
    let command = |backup: &str| -> Vec<String> {
        ["ledger", "restore", backup, "--identity", &identity()].map(str::to_owned).to_vec()
    };
    let (whole, expected) = (lost(), events(&THREE));
    let words = command(&whole.backups()[1]);
    let counts = counts(&whole, &words.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(events(&whole), expected);

    let mut killed = 0;
    for (call, count) in counts {
        for number in points(count) {
            let campaign = lost();
            let words = command(&campaign.backups()[1]);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            kill(&campaign, &words, call, number);
            let again = campaign.ask(&words);
            let is_over = again.code == 3 && again.stderr.contains("is sound");
            assert!(again.code == 0 || is_over, "{call} {number}: {}", again.stderr);
            assert_eq!(events(&campaign), expected, "{call} {number}");
            let check = campaign.ask(&["ledger", "check", "--anchor", &THREE.heads[2]]);
            assert_eq!(check.code, 0, "{call} {number}: {}", check.stderr);
            killed += 1;
        }
    }
    assert!(killed > 12, "{killed}");
}

#[test]
fn a_backup_killed_anywhere_is_made_again_and_every_one_is_listed() {
    let changed = || {
        let campaign = THREE.copy();
        assert_eq!(campaign.ask(&["close", "--yes"]).code, 0);
        campaign
    };
    let command = ["ledger", "backup"];
    for (call, count) in counts(&changed(), &command) {
        for number in points(count) {
            let campaign = changed();
            kill(&campaign, &command, call, number);
            let again = campaign.ask(&command);
            assert_eq!(again.code, 0, "{call} {number}: {}", again.stderr);
            assert!(unlisted(&campaign).is_empty(), "{call} {number}: {:?}", unlisted(&campaign));
            let newest = campaign.backups().pop().unwrap();
            lose(&campaign.data());
            let restored = campaign.restore(&newest, &[]);
            assert_eq!(restored.code, 0, "{call} {number}: {}", restored.stderr);
        }
    }
}

/// Backups, on the shelf or here, whose bytes the list does not have.
fn unlisted(campaign: &Campaign) -> Vec<String> {
    let list = fs::read_to_string(campaign.data().join("backups.json")).unwrap();
    let here =
        fs::read_dir(campaign.data().join("backups")).unwrap().map(|entry| entry.unwrap().path());
    let here = here
        .map(|path| path.to_str().unwrap().to_owned())
        .filter(|path| path.ends_with(".backup.age"));
    let all = here.chain(campaign.backups());
    all.filter(|path| !list.contains(&run(Command::new("sha256sum").arg(Path::new(path)))[..64]))
        .collect()
}
