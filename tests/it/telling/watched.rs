//! A run that dies is told by the process that watches over it.

use std::process::Stdio;
use std::time::{Duration, Instant};

use super::*;

/// The process that does the run, started by the one that watches over it.
fn run_of(watcher: u32) -> Option<i32> {
    let children = fs::read_to_string(format!("/proc/{watcher}/task/{watcher}/children")).ok()?;
    children.split_whitespace().next()?.parse().ok()
}

fn start(night: &Night) -> std::process::Child {
    let words = night.words(&["run"]);
    Command::new(&words[0])
        .args(&words[1..])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn wait_for<T>(what: impl Fn() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_mins(1);
    loop {
        if let Some(found) = what() {
            return found;
        }
        assert!(Instant::now() < end, "it never came");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_run_that_is_killed_is_told_by_the_process_that_watches_over_it() {
    let night = Night::new(60);
    let mut watcher = start(&night);
    let run = wait_for(|| run_of(watcher.id()));
    assert!(Command::new("kill").args(["-KILL", &run.to_string()]).status().unwrap().success());
    assert_eq!(watcher.wait().unwrap().code(), Some(3));
    let told = stopped(&night.data()).remove(0);
    assert_eq!((&told["outcome"], &told["exit_code"]), (&"crashed".into(), &3.into()));
    assert!(told["error"].as_str().unwrap().contains("killed (signal 9)"), "{told}");
    assert_eq!(logged(&night).len(), 1);
    assert!(night.run()["package"].is_string());
}

#[test]
fn a_run_does_not_outlive_the_process_that_watches_over_it() {
    let night = Night::new(60);
    let mut watcher = start(&night);
    let run = wait_for(|| run_of(watcher.id()));
    // It has tied itself to the watcher once it holds the lock or has begun to read.
    std::thread::sleep(Duration::from_millis(150));
    watcher.kill().unwrap();
    watcher.wait().unwrap();
    let is_gone = || {
        fs::read_to_string(format!("/proc/{run}/stat")).map_or(true, |stat| stat.contains(") Z "))
    };
    wait_for(|| is_gone().then_some(()));
    assert!(night.run()["run_id"].is_string());
}

#[test]
fn a_lack_of_memory_ends_with_a_code_of_the_contract_and_is_told() {
    let night = Night::new(60);
    let words: Vec<String> = night.words(&["run"]).iter().map(|word| format!("'{word}'")).collect();
    let mut crashes = 0;
    // The program itself needs about as much as its file has.
    let program = fs::metadata(env!("CARGO_BIN_EXE_breachpost")).unwrap().len() / 1024;
    for kib in (1..16).map(|step| program + step * 20_000) {
        let before = stopped(&night.data()).len();
        let script = format!("ulimit -v {kib}; exec {}", words.join(" "));
        let answer: Answer = Command::new("sh").args(["-c", &script]).output().unwrap().into();
        assert!((0..=5).contains(&answer.code), "{kib}: {} {}", answer.code, answer.stderr);
        if answer.code < 2 {
            break;
        }
        assert!(answer.code == 3 || answer.code == 4, "{kib}: {}", answer.stderr);
        crashes += stopped(&night.data()).len() - before;
    }
    assert!(crashes > 0, "no run was told to have crashed");
    assert!(night.ask(&["run"]).code <= 1);
}
