//! The vendor's loop: receipts, the state of every piece, stops, and simulated vendors with all their
//! mistakes.

pub(crate) mod house;
mod receipts;
mod reprints;
mod simulated;
pub(crate) mod stops;

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use breachpost::vendor_sim::{FetchedJob, Piece};
use camino::Utf8Path;
use serde_json::Value;

use crate::program::{Answer, Night, root};

/// The day of the letters is a Monday; some days later everything should have been posted.
const LATER: &str = "2025-09-18";
/// After the deadline of the job.
const TOO_LATE: &str = "2025-09-26";

/// A night whose job is with the vendor.
struct Mailed {
    night: Night,
    fetched: FetchedJob,
}

impl Mailed {
    fn new() -> Self {
        static ONCE: OnceLock<Mailed> = OnceLock::new();
        let first = ONCE.get_or_init(|| {
            let night = Night::new(30);
            night.run();
            let fetched = fetch(&night);
            Self { night, fetched }
        });
        Self { night: first.night.copy(), fetched: first.fetched.clone() }
    }

    fn job(&self) -> &str {
        &self.fetched.job
    }

    fn letters(&self) -> usize {
        self.fetched.pieces.len()
    }

    /// A file of the vendor's, outside the data folder.
    fn file(&self, end: &str, text: &str) -> PathBuf {
        let path = self.night.path().join(format!("{}.{end}", self.job()));
        fs::write(&path, text).unwrap();
        path
    }

    /// A production.csv with the same word for all pieces.
    fn production(&self, end: &str, row: impl Fn(&Piece) -> Option<String>) -> PathBuf {
        let rows: Vec<String> = self.fetched.pieces.iter().filter_map(row).collect();
        self.file(end, &format!("seq,letter_id,status\n{}\n", rows.join("\n")))
    }

    fn all(&self, status: &str) -> PathBuf {
        let row = |piece: &Piece| Some(format!("{},{},{status}", piece.seq, piece.letter_id));
        self.production(&format!("production-{status}.csv"), row)
    }

    fn take(&self, file: &std::path::Path) -> Answer {
        self.night.ask_on(LATER, &["receipts", file.to_str().unwrap()])
    }

    fn takes(&self, file: &std::path::Path) {
        let answer = self.take(file);
        assert_eq!(answer.code, 0, "{}{}", answer.stdout, answer.stderr);
    }

    /// Where the letters are; every letter is in one state.
    fn status(&self, date: &str) -> Value {
        let answer = self.night.ask_on(date, &["status", "--json"]);
        assert!(answer.code <= 1, "{}", answer.stderr);
        let status: Value = serde_json::from_str(&answer.stdout).unwrap();
        let by_state = status["letters"]["by_state"].as_object().unwrap();
        let sum: u64 = by_state.values().map(|letters| letters.as_u64().unwrap()).sum();
        assert_eq!(sum, self.letters() as u64, "{status}");
        assert_eq!(status["letters"]["total"], sum);
        status
    }

    /// Letters in one state.
    fn state(&self, date: &str, state: &str) -> u64 {
        self.status(date)["letters"]["by_state"][state].as_u64().unwrap()
    }
}

/// Opens the only package of a night with the vendor's tools.
pub(crate) fn fetch(night: &Night) -> FetchedJob {
    let house = tempfile::tempdir().unwrap();
    let package =
        fs::read_dir(night.data().join("outbox")).unwrap().next().unwrap().unwrap().path();
    let identity = root().join("sample-data/vendor/age-identity.txt");
    let [package, identity, house] =
        [package.as_path(), &identity, house.path()].map(|path| Utf8Path::from_path(path).unwrap());
    FetchedJob::fetch(package, identity, house).unwrap()
}
