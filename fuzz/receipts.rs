//! Files of the vendor's, damaged: no panic, each is taken whole or not at all, and every sum stays
//! exact.

use std::sync::atomic::{AtomicU64, Ordering};

use breachpost::base::hash;
use breachpost::receipts::{self, Origin, ReceiptFile};
use breachpost::record::Ledger;
use breachpost::record::stops::{self, StopTarget};
use breachpost::vendor_sim::{self, FetchedJob};
use jiff::civil::{Date, date};
use rayon::prelude::*;

use super::mutate::Mutator;
use super::{Tried, inputs};
use crate::program::Night;
use crate::vendor::fetch;
use crate::vendor::house::House;

const MADE: Date = date(2025, 9, 15);
const TODAY: Date = date(2025, 9, 30);

/// Inputs that one ledger is tried with, at most.
const ROUND: u64 = 1000;
/// Files that one ledger takes: it replays its history for each.
const TAKEN: u64 = 30;

/// Words of receipts.
const WORDS: [&str; 30] = [
    "seq",
    "letter_id",
    "status",
    "printed_at",
    "inserted_at",
    "posted_at",
    "reprint_no",
    "sheets_read",
    "sheets",
    "tray",
    "repaired_by_hand",
    "checks",
    "reason",
    "date",
    "printed",
    "inserted",
    "posted",
    "spoilt",
    "destroyed",
    "moved",
    "deceased",
    "yes",
    "no",
    "stopped",
    "too_late",
    "part",
    "answer",
    "sha256",
    "99",
    "2025-09-18T10:00:00+02:00",
];

/// What vendors of several seeds send about a job: names and bytes.
fn seeds(fetched: &FetchedJob) -> Vec<(String, Vec<u8>)> {
    (0..8)
        .flat_map(|seed| vendor_sim::work(fetched, seed, MADE, seed % 2 == 0).sent)
        .filter(|sent| !sent.is_mixed)
        .map(|sent| (sent.name, sent.bytes))
        .collect()
}

/// What became of the inputs.
#[derive(Default)]
struct Tally {
    unread: AtomicU64,
    refused: AtomicU64,
    taken: AtomicU64,
}

fn count(counter: &AtomicU64) -> u64 {
    counter.fetch_add(1, Ordering::Relaxed)
}

/// A damaged file as the program would read it; `None`: it does not understand it.
fn read(name: &str, bytes: &[u8]) -> Option<ReceiptFile> {
    let (job_name, kind) = receipts::named(name)?;
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let content = receipts::parse(kind, job_name, text).ok()?;
    Some(ReceiptFile {
        name: name.to_owned(),
        job_name: job_name.to_owned(),
        sha256: hash::of_bytes(bytes),
        origin: Origin::Named,
        content,
    })
}

/// The ledger of a job; of every other round the job is stopped, so that answers are expected.
fn ledger(night: &Night, fetched: &FetchedJob, round: u64) -> (House, Ledger) {
    let house = House::of(night);
    if round.is_multiple_of(2) {
        let target = StopTarget::Job(&fetched.job);
        stops::order(&house.home(), target, "operations", "a drill", MADE).unwrap();
    }
    let ledger = house.open();
    (house, ledger)
}

fn round(
    night: &Night,
    fetched: &FetchedJob,
    seeds: &[(String, Vec<u8>)],
    round: u64,
    tally: &Tally,
) {
    let (mut house, mut ledger) = self::ledger(night, fetched, round);
    let mut taken_here = 0;
    for number in round * ROUND..(round + 1) * ROUND {
        let mut mutator = Mutator::of(number);
        let (name, bytes) = mutator.choose(seeds).clone();
        let other = mutator.choose(seeds).1.clone();
        let bytes = mutator.damage(&bytes, &WORDS, &other);
        let tried = Tried { target: "receipts", number, bytes: &bytes };

        let Some(file) = read(&name, &bytes) else {
            count(&tally.unread);
            continue;
        };
        if is_taken(&house, &mut ledger, &file, fetched) {
            count(&tally.taken);
            taken_here += 1;
        } else {
            count(&tally.refused);
        }
        drop(tried);

        if taken_here == TAKEN {
            drop(ledger);
            // Whatever was taken is proven by the ledger's own account of it.
            house.survey(TODAY);
            house.open();
            (house, ledger) = self::ledger(night, fetched, round);
            taken_here = 0;
        }
    }
}

/// Whether the ledger took the file: all of it, once. Otherwise not one event is new.
fn is_taken(house: &House, ledger: &mut Ledger, file: &ReceiptFile, fetched: &FetchedJob) -> bool {
    let before = ledger.head().unwrap();
    let taken = house.take(ledger, file, TODAY);
    let after = ledger.head().unwrap();
    let Ok(taken) = taken else {
        assert_eq!(before, after, "a refused file leaves nothing");
        return false;
    };

    assert_eq!(taken.lines, file.content.lines() as u64);
    assert_eq!(after.events, before.events + u64::from(!taken.known), "one file is one event");
    assert!(taken.new + taken.unknown <= taken.lines);
    let survey = house.survey_of(ledger, TODAY);
    assert_eq!(survey.letters.total, fetched.pieces.len() as u64);

    let again = house.take(ledger, file, TODAY).unwrap();
    assert!(again.known && again.new == 0);
    assert_eq!((again.alarms, ledger.head().unwrap()), (taken.alarms, after));
    true
}

#[test]
fn a_damaged_receipt_is_taken_whole_or_not_at_all() {
    let night = Night::new(8);
    night.run();
    let fetched = fetch(&night);
    let seeds = seeds(&fetched);
    let tally = Tally::default();

    let rounds = inputs(4_000).div_ceil(ROUND);
    (0..rounds).into_par_iter().for_each(|number| round(&night, &fetched, &seeds, number, &tally));
    let Tally { unread, refused, taken } = &tally;
    let [unread, refused, taken] = [unread, refused, taken].map(|one| one.load(Ordering::Relaxed));
    assert_eq!(unread + refused + taken, rounds * ROUND);
    assert!(unread > rounds && refused > rounds && taken > rounds, "{unread} {refused} {taken}");
}
