//! Simulated vendors: whatever they do, no letter is lost or doubled without being reported, and
//! every sum is exact at every step.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Write as _, stderr};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use breachpost::field::piece::PieceState;
use breachpost::receipts;
use breachpost::record::pieces::{PaperTerms, TakeError};
use breachpost::record::stops::{self, StopTarget};
use breachpost::vendor_sim::{self, Shift, Truth};
use jiff::civil::{Date, date};
use rayon::prelude::*;
use serde_json::json;

use super::house::House;
use super::{Mailed, fetch};
use crate::program::{Night, root};

const MADE: Date = date(2025, 9, 15);
/// After the vendor has posted what it posts.
const STOPPED: Date = date(2025, 9, 17);
const OVER: Date = date(2025, 9, 30);

/// One vendor in so many is served by the built program, the others by the same code in this process.
const BY_PROGRAM: u64 = 250;
/// Vendors between two signs of life.
const SIGN: u64 = 500;

/// The jobs that vendors work off: one in a single part, and one in several.
fn jobs() -> &'static [Mailed; 2] {
    static ONCE: OnceLock<[Mailed; 2]> = OnceLock::new();
    ONCE.get_or_init(|| {
        let night = Night::new(12);
        let parts = [
            "letters_per_file = 500\nletters_per_part = 25000",
            "letters_per_file = 5\nletters_per_part = 7",
        ];
        let config = night.configured(parts[0], parts[1]);
        let answer = night.ask_with(&config, &["run"]);
        assert!(answer.code <= 1, "{}", answer.stderr);
        let fetched = fetch(&night);
        assert!(fetched.parts.len() > 2, "a job in several parts");
        [Mailed::new(), Mailed { night, fetched }]
    })
}

/// Says which vendor it was, when something is wrong with one.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = writeln!(stderr(), "this was the vendor of seed {}", self.0);
        }
    }
}

/// One vendor from the first file to the last.
fn serve(seed: u64) -> Truth {
    let named = Seed(seed);
    let mailed = &jobs()[usize::from(seed.is_multiple_of(2))];
    let stopped = seed.is_multiple_of(3);
    let shift = vendor_sim::work(&mailed.fetched, seed, MADE, stopped);
    let truth = shift.truth();

    if seed % BY_PROGRAM == 1 {
        serve_by_program(mailed, &shift, truth, stopped);
    } else {
        serve_here(mailed, &shift, truth, stopped);
    }
    drop(named);
    truth
}

fn serve_here(mailed: &Mailed, shift: &Shift, truth: Truth, stopped: bool) {
    let house = House::of(&mailed.night);
    if stopped {
        let target = StopTarget::Job(mailed.job());
        let order =
            stops::order(&house.home(), target, "operations", "letters may be mixed up", STOPPED);
        assert_eq!(order.unwrap().pieces, mailed.letters() as u64);
    }
    take_all(&house, shift, truth);

    let survey = house.survey(OVER);
    assert_eq!(survey.letters.by_state, expected(truth, stopped), "{truth:?}");
    let doubled = survey.alarms.get("doubled").copied().unwrap_or(0);
    assert_eq!(doubled, truth.doubled, "every double is reported");
    if stopped {
        let disagree = survey.jobs.iter().flat_map(|job| &job.parts).filter(|part| {
            part.stopped.is_none_or(|stop| stop.answer.is_none() || stop.disagrees())
        });
        assert_eq!(disagree.count(), 0, "every stop is answered and reconciled");
    }

    // What is spoilt, and nothing else, may be printed again; nothing as long as it is stopped.
    let spoilt = house.open().spoilt(&PaperTerms::of(&house.config, OVER)).unwrap();
    let again: u64 = spoilt.values().map(breachpost::record::pieces::SpoiltLetters::count).sum();
    assert_eq!(again, if stopped { 0 } else { truth.spoilt });
}

fn take_all(house: &House, shift: &Shift, truth: Truth) {
    let mut ledger = house.open();
    for sent in &shift.sent {
        let path = house.inbox.join(&sent.name);
        fs::write(&path, &sent.bytes).unwrap();
        let file = receipts::read(&path, &house.config.receipts)
            .unwrap_or_else(|error| panic!("{error}: {:?}", sent.name));

        let before = ledger.head().unwrap();
        let taken = house.take(&mut ledger, &file, OVER);
        if sent.is_mixed {
            let is_refused = matches!(taken, Err(TakeError::Mixed { .. }));
            assert!(is_refused, "{} was taken", sent.name);
            assert_eq!(ledger.head().unwrap(), before, "nothing of it was taken");
            continue;
        }
        let taken = taken.unwrap_or_else(|error| panic!("{error}"));
        assert!(!taken.known);

        let after = ledger.head().unwrap();
        let again = house.take(&mut ledger, &file, OVER).unwrap();
        assert!(again.known && again.new == 0, "the same file counts once");
        assert_eq!(ledger.head().unwrap(), after);
        assert_eq!(house.survey_of(&ledger, OVER).letters.total, truth.pieces);
    }
}

/// The same with the commands that an operator gives.
fn serve_by_program(mailed: &Mailed, shift: &Shift, truth: Truth, stopped: bool) {
    let night = mailed.night.copy();
    if stopped {
        let words = ["stop", "--job", mailed.job(), "--by", "operations", "--reason", "mixed up"];
        let answer = night.ask_on(&STOPPED.to_string(), &words);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
    }

    for sent in &shift.sent {
        let path = night.path().join(&sent.name);
        fs::write(&path, &sent.bytes).unwrap();
        let answer = night.ask_on(&OVER.to_string(), &["receipts", path.to_str().unwrap()]);
        let codes: &[i32] = if sent.is_mixed { &[3] } else { &[0, 1] };
        assert!(codes.contains(&answer.code), "{}{}", answer.stdout, answer.stderr);
        assert_eq!(sent.is_mixed, answer.stderr.contains("ALARM"), "{}", answer.stderr);
    }

    let answer = night.ask_on(&OVER.to_string(), &["status", "--json"]);
    let status: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    let letters = json!({"total": truth.pieces, "by_state": expected(truth, stopped)});
    assert_eq!(status["letters"], letters);
    assert_eq!(status["alarms"]["doubled"].as_u64().unwrap_or(0), truth.doubled);
    let check = night.ask(&["ledger", "check"]);
    assert_eq!(check.code, 0, "{}", check.stderr);
}

/// What the states have to be when everything was said and every deadline is over.
fn expected(truth: Truth, stopped: bool) -> BTreeMap<PieceState, u64> {
    let mut states: BTreeMap<PieceState, u64> =
        PieceState::ALL.iter().map(|state| (*state, 0)).collect();
    let nowhere = if stopped { PieceState::Stopped } else { PieceState::Unproven };
    let spoilt = if stopped { PieceState::Stopped } else { PieceState::Spoilt };
    for (state, letters) in [
        (PieceState::Posted, truth.posted),
        (PieceState::Returned, truth.returned),
        (PieceState::Destroyed, truth.destroyed),
        (nowhere, truth.lost),
        (spoilt, truth.spoilt),
    ] {
        *states.entry(state).or_default() += letters;
    }
    states
}

/// Serves vendors on all cores; now and then says how far it is.
fn serve_all(seeds: std::ops::Range<u64>) {
    let (began, all, served) = (Instant::now(), seeds.end, AtomicU64::new(0));
    let one = |seed| {
        let truth = serve(seed);
        let count = served.fetch_add(1, Ordering::Relaxed) + 1;
        if count.is_multiple_of(SIGN) {
            let seconds = began.elapsed().as_secs();
            let _ = writeln!(stderr(), "{count} of {all} vendors, {seconds} s");
        }
        truth
    };
    let truths: Vec<Truth> = seeds.into_par_iter().map(one).collect();

    let sum = |count: fn(&Truth) -> u64| truths.iter().map(count).sum::<u64>();
    // All kinds of mistakes were made.
    for made in [
        sum(|truth| truth.returned),
        sum(|truth| truth.spoilt),
        sum(|truth| truth.lost),
        sum(|truth| truth.doubled),
        sum(|truth| truth.destroyed),
    ] {
        assert!(made > 0);
    }
}

#[test]
fn vendors_of_all_tempers_lose_and_double_nothing_in_silence() {
    serve_all(0..40);
}

#[test]
#[ignore = "some minutes; `make vendor-test`"]
fn ten_thousand_vendors_lose_and_double_nothing_in_silence() {
    let vendors = std::env::var("VENDORS").map_or(10_000, |vendors| vendors.parse().unwrap());
    serve_all(0..vendors);
}

#[test]
fn the_program_plays_the_vendor_and_checks_its_files() {
    let mailed = Mailed::new();
    let out = mailed.night.path().join("vendor");
    let package = mailed.night.data().join("outbox").join(mailed.job());
    let identity = root().join("sample-data/vendor/age-identity.txt");
    let answer = mailed.night.ask(&[
        "vendor-sim",
        package.to_str().unwrap(),
        "--identity",
        identity.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
        "--seed",
        "7",
        "--json",
    ]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let said: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(said["pieces"], mailed.letters());

    let files: Vec<String> = said["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| out.join(file["file"].as_str().unwrap()).to_str().unwrap().to_owned())
        .collect();
    let mut check = vec!["vendor-sim", "--check"];
    check.extend(files.iter().map(String::as_str));
    let answer = mailed.night.ask(&check);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert_eq!(answer.stdout.lines().count(), files.len());

    let bad = mailed.file("production.csv", "seq,letter_id,state\n");
    let answer = mailed.night.ask(&["vendor-sim", "--check", bad.to_str().unwrap()]);
    assert_eq!(answer.code, 3, "{}", answer.stdout);
}
