//! `cases.csv`: by which keyed marks each case of `review.csv` is decided.

use std::collections::BTreeMap;

use camino::Utf8Path;

use super::ReportError;
use super::papers::{create, finish};
use super::shelf::{RowLine, Shelved};
use crate::field::ids::{RowRef, base32, base32_decode};
use crate::field::judgement::CaseKind;
use crate::record::{CaseMark, CaseSight};

/// Its name.
pub const CASES: &str = "cases.csv";

/// What one case is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCase {
    /// What it asks.
    pub kind: CaseKind,
    /// What an answer is about; nothing: nobody can answer it here.
    pub by: Vec<KnownBy>,
}

impl KnownCase {
    /// Whether rows of it have two different valid BSNs, so that they are never one person.
    #[must_use]
    pub fn is_never_same(&self) -> bool {
        self.by.iter().any(|by| matches!(by, KnownBy::Pair(.., true)))
    }
}

/// What an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KnownBy {
    /// A person, and everything that their rows say.
    Person(CaseSight),
    /// A row that could not be read.
    Row(CaseSight),
    /// Two records, the lower mark first, and whether they have two different valid BSNs.
    Pair(CaseMark, CaseMark, bool),
}

impl KnownBy {
    /// As a line: what, one mark, another.
    fn cells(self) -> [String; 3] {
        let (what, one, other) = match self {
            Self::Person(sight) => ("person", sight.anchor, sight.seen),
            Self::Row(sight) => ("row", sight.anchor, sight.seen),
            Self::Pair(one, other, false) => ("pair", one, other),
            Self::Pair(one, other, true) => ("never", one, other),
        };
        [what.to_owned(), base32(&one), base32(&other)]
    }

    /// The same in one word.
    #[must_use]
    pub fn words(&self) -> String {
        self.cells().join(" ")
    }

    fn of(what: &str, one: &str, other: &str) -> Option<Self> {
        let (one, other) = (base32_decode(one)?, base32_decode(other)?);
        let sight = CaseSight { anchor: one, seen: other };
        match what {
            "person" => Some(Self::Person(sight)),
            "row" => Some(Self::Row(sight)),
            "pair" => Some(Self::Pair(one, other, false)),
            "never" => Some(Self::Pair(one, other, true)),
            _ => None,
        }
    }
}

/// What all cases of a run are known by, by their first row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseLines {
    /// By the first row of the case.
    pub known: BTreeMap<RowRef, KnownCase>,
    /// Of records that are gone, in the order of `review.csv`, which has them last.
    pub gone: Vec<KnownCase>,
}

impl CaseLines {
    /// Writes them to `path`: `case, kind, what, one, other, events`. `numbers` are those of
    /// `review.csv`, `events` how many the ledger had: what was decided later is not in the run.
    ///
    /// # Errors
    /// [`ReportError`] when the file cannot be written.
    pub fn write(
        &self,
        path: &Utf8Path,
        numbers: &BTreeMap<RowRef, usize>,
        events: u64,
    ) -> Result<(), ReportError> {
        let mut csv = create(path)?;
        let failed = |source| ReportError::Csv { file: CASES, source };
        csv.write_record(["case", "kind", "what", "one", "other", "events"]).map_err(failed)?;
        let mut lines: Vec<(usize, &KnownCase)> = self
            .known
            .iter()
            .filter_map(|(row, known)| Some((*numbers.get(row)?, known)))
            .collect();
        lines.extend((numbers.len() + 1..).zip(&self.gone));
        lines.sort_by_key(|(number, _)| *number);

        for (number, known) in lines {
            let head = [number.to_string(), known.kind.to_string()];
            let nothing = [String::new(), String::new(), String::new()];
            let by = known.by.iter().map(|by| by.cells());
            let by: Vec<[String; 3]> =
                if known.by.is_empty() { vec![nothing] } else { by.collect() };
            for cells in by {
                let line = head.iter().cloned().chain(cells).chain([events.to_string()]);
                csv.write_record(line).map_err(failed)?;
            }
        }
        finish(csv, CASES)
    }

    /// Those of an earlier run by their numbers, and how many events the ledger had then. A run of
    /// an earlier program has none.
    ///
    /// # Errors
    /// [`ReportError`] when the file cannot be read.
    pub fn read(run: &Shelved) -> Result<(BTreeMap<u32, KnownCase>, u64), ReportError> {
        let mut known: BTreeMap<u32, KnownCase> = BTreeMap::new();
        let mut events = 0;
        if !run.papers.join(CASES).is_file() {
            return Ok((known, events));
        }

        for line in run.lines(CASES)? {
            let line: RowLine = line?;
            let cell = |name: &str| line.get(name).map_or("", String::as_str);
            let (Ok(case), Some(kind)) = (cell("case").parse(), CaseKind::from_word(cell("kind")))
            else {
                continue;
            };
            events = cell("events").parse().unwrap_or(events);
            let entry = known.entry(case).or_insert_with(|| KnownCase { kind, by: Vec::new() });
            entry.by.extend(KnownBy::of(cell("what"), cell("one"), cell("other")));
        }
        Ok((known, events))
    }
}
