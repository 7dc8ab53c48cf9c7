//! Simulated vendors: whatever they do, no letter is lost or doubled without being reported, and
//! every sum is exact at every step.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::Command;

use breachpost::config::Config;
use breachpost::field::piece::PieceState;
use breachpost::receipts;
use breachpost::record::pieces::{self, PaperTerms, PaperTrail, TakeError};
use breachpost::record::stops::{self, StopTarget};
use breachpost::record::{Home, Ledger};
use breachpost::vendor_sim::{self, Shift, Truth};
use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::{Date, date};
use rayon::prelude::*;

use super::Mailed;
use crate::program::root;
use crate::tools::run;

const MADE: Date = date(2025, 9, 15);
/// After the vendor has posted what it posts.
const STOPPED: Date = date(2025, 9, 17);
const OVER: Date = date(2025, 9, 30);

/// The ledger of the job with what proves it, for one vendor.
struct House {
    _folder: tempfile::TempDir,
    config: Config,
    inbox: Utf8PathBuf,
}

impl House {
    fn new(mailed: &Mailed) -> Self {
        // Where there is one, in memory: ten thousand ledgers are synced some sixty thousand times.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            tempfile::tempdir_in(memory).unwrap()
        } else {
            tempfile::tempdir().unwrap()
        };
        let place = Utf8Path::from_path(folder.path()).unwrap().to_owned();
        let (data, inbox) = (place.join("data"), place.join("sent"));
        fs::DirBuilder::new().mode(0o700).create(&data).unwrap();
        fs::create_dir(&inbox).unwrap();
        for name in ["ledger.sqlite", "ledger.anchor", "keys", "outbox"] {
            let from = mailed.night.data().join(name);
            run(Command::new("cp").arg("-a").arg(from).arg(&data));
        }

        let sample = root().join("sample-data/breachpost.toml");
        let mut config = Config::load(Utf8Path::from_path(&sample).unwrap()).unwrap();
        config.data_dir = data;
        Self { _folder: folder, config, inbox }
    }

    fn home(&self) -> Home<'_> {
        Home::of(&self.config)
    }

    fn survey(&self, today: Date) -> PaperTrail {
        let survey =
            pieces::paper(&self.home(), &PaperTerms::of(&self.config, today), None).unwrap();
        let sum: u64 = survey.letters.by_state.values().sum();
        assert_eq!(sum, survey.letters.total, "every letter is in one state");
        for part in survey.jobs.iter().flat_map(|job| &job.parts) {
            assert_eq!(part.by_state.values().sum::<u64>(), u64::from(part.letters));
            if let Some(stop) = part.stopped {
                assert_eq!(stop.destroyed + stop.posted + stop.unknown, stop.pieces);
            }
        }
        survey
    }
}

/// One vendor from the first file to the last; what went wrong, in words.
fn serve(mailed: &Mailed, seed: u64) -> Truth {
    let house = House::new(mailed);
    let stopped = seed.is_multiple_of(3);
    if stopped {
        let order = stops::order(
            &house.home(),
            StopTarget::Job(mailed.job()),
            "operations",
            "letters may be mixed up",
            STOPPED,
        );
        assert_eq!(order.unwrap().pieces, mailed.letters() as u64);
    }

    let shift = vendor_sim::work(&mailed.fetched, seed, MADE, stopped);
    let truth = shift.truth();
    take_all(&house, &shift, truth, seed);

    let survey = house.survey(OVER);
    assert_eq!(survey.letters.by_state, expected(truth, stopped), "seed {seed}: {truth:?}");
    let doubled = survey.alarms.get("doubled").copied().unwrap_or(0);
    assert_eq!(doubled, truth.doubled, "seed {seed}: every double is reported");
    if stopped {
        let disagree = survey.jobs.iter().flat_map(|job| &job.parts).filter(|part| {
            part.stopped.is_none_or(|stop| stop.answer.is_none() || stop.disagrees())
        });
        assert_eq!(disagree.count(), 0, "seed {seed}: every stop is answered and reconciled");
    }
    truth
}

fn take_all(house: &House, shift: &Shift, truth: Truth, seed: u64) {
    let terms = PaperTerms::of(&house.config, OVER);
    for sent in &shift.sent {
        let path = house.inbox.join(&sent.name);
        fs::write(&path, &sent.bytes).unwrap();
        let file = receipts::read(&path, &house.config.receipts)
            .unwrap_or_else(|error| panic!("seed {seed}: {error}: {:?}", sent.name));

        let mut ledger = Ledger::open_for_receipts(&house.home()).unwrap();
        let taken = ledger.take(&file, &terms, &BTreeMap::new());
        if sent.is_mixed {
            let is_refused = matches!(taken, Err(TakeError::Mixed { .. }));
            assert!(is_refused, "seed {seed}: {} was taken", sent.name);
            continue;
        }
        let taken = taken.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert!(!taken.known);

        let again = ledger.take(&file, &terms, &BTreeMap::new()).unwrap();
        assert!(again.known && again.new == 0, "seed {seed}: the same file counts once");
        drop(ledger);
        assert_eq!(house.survey(OVER).letters.total, truth.pieces);
    }
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

fn serve_all(seeds: std::ops::Range<u64>) {
    let mailed = Mailed::new();
    let truths: Vec<Truth> = seeds.into_par_iter().map(|seed| serve(&mailed, seed)).collect();
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
#[ignore = "an hour; `make vendor-test`"]
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
