//! Damaged lists of every format, with their sidecars: each is read whole or refused, and whoever
//! is read is counted.

use std::fs;
use std::path::Path;

use breachpost::base::progress::Progress;
use breachpost::config::Inputs;
use breachpost::read::{self, ReadTerms};
use camino::Utf8Path;
use jiff::civil::date;
use rayon::prelude::*;

use super::mutate::Mutator;
use super::{Tried, inputs};
use crate::program::{Night, root};

const TERMS: ReadTerms = ReadTerms { synthetic: true, run_date: date(2025, 9, 15) };

/// Words of lists.
const WORDS: [&str; 16] = [
    "bsn",
    "person_ref",
    "record_id",
    "birth_date",
    "postcode",
    "status",
    "999990019",
    "1970-05-17",
    "00-00-1950",
    "1234AB",
    "confirmed",
    "rows",
    "sha256",
    "objection",
    "0031 6",
    "ja",
];

/// Reads a folder with one file that is damaged; whether it was read.
fn is_read(inbox: &Path, file: &str, bytes: &[u8]) -> bool {
    fs::write(inbox.join(file), bytes).unwrap();
    let inbox = Utf8Path::from_path(inbox).unwrap();
    let Ok(rows) = read::read(inbox, &Inputs::default(), &TERMS, &Progress::hidden()) else {
        return false;
    };

    let said: u64 = rows.inputs.iter().map(|input| u64::from(input.rows)).sum();
    let good = rows.exposures.len()
        + rows.participants.len()
        + rows.register.len()
        + rows.providers.len()
        + rows.suppressions.len();
    let unused = rows.refused.iter().filter(|row| !row.used).count();
    assert_eq!(said, (good + unused) as u64, "every row ends in one place");
    true
}

/// Tries as many damaged files as wanted.
pub(super) fn try_file(
    target: &'static str,
    file: &str,
    seed: &[u8],
    beside: &[(&str, Vec<u8>)],
    few: u64,
) {
    try_file_of(target, file, beside, few, |number| Mutator::of(number).damage(seed, &WORDS, seed));
}

/// The same with a file for each number; each thread has an inbox of its own.
pub(super) fn try_file_of(
    target: &'static str,
    file: &str,
    beside: &[(&str, Vec<u8>)],
    few: u64,
    made: impl Fn(u64) -> Vec<u8> + Sync,
) {
    const ROUND: u64 = 50;
    let read: u64 = (0..inputs(few).div_ceil(ROUND))
        .into_par_iter()
        .map(|round| {
            let folder = tempfile::tempdir().unwrap();
            for (name, bytes) in beside {
                fs::write(folder.path().join(name), bytes).unwrap();
            }
            let tried = (round * ROUND..(round + 1) * ROUND).filter(|number| {
                let bytes = made(*number);
                let _tried = Tried { target, number: *number, bytes: &bytes };
                is_read(folder.path(), file, &bytes)
            });
            tried.count() as u64
        })
        .sum();
    assert!(read < inputs(few).next_multiple_of(ROUND), "nothing was ever refused");
}

pub(super) fn exposures() -> Vec<u8> {
    let night = Night::new(8);
    fs::read(night.inbox().join("exposures-special.csv"))
        .unwrap()
        .split_inclusive(|byte| *byte == b'\n')
        .take(12)
        .flatten()
        .copied()
        .collect()
}

#[test]
fn a_damaged_csv_file_is_read_whole_or_refused() {
    try_file("csv", "exposures.csv", &exposures(), &[], 200);
}

#[test]
fn a_damaged_parquet_file_is_read_whole_or_refused() {
    let beside = [("exposures.csv", exposures())];
    let seed = fs::read(root().join("tests/data/exact-types.parquet")).unwrap();
    try_file("parquet", "suppressions.parquet", &seed, &beside, 200);
}

#[test]
fn a_damaged_sidecar_is_refused_or_fits() {
    let list = exposures();
    let sha256 = breachpost::base::hash::of_bytes(&list);
    let seed = format!("rows = 11\nsha256 = \"{sha256}\"\n").into_bytes();
    let beside = [("exposures.csv", list)];
    try_file("sidecar", "exposures.csv.meta.toml", &seed, &beside, 200);
}
