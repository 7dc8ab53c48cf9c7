//! `cases.csv`: by which keyed marks each case of `review.csv` is decided.

use std::collections::{BTreeMap, BTreeSet};

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
    /// The rows, `file:row`, that stand beside the held ones, with the pairs that each is in.
    pub beside: BTreeMap<String, BTreeSet<KnownBy>>,
}

impl KnownCase {
    /// A case without rows beside each other.
    #[must_use]
    pub const fn new(kind: CaseKind, by: Vec<KnownBy>) -> Self {
        Self { kind, by, beside: BTreeMap::new() }
    }

    /// Whether rows of it have two different valid BSNs, so that they are never one person.
    #[must_use]
    pub fn is_never_same(&self) -> bool {
        self.by.iter().any(|by| matches!(by, KnownBy::Pair(.., true) | KnownBy::Apart(..)))
    }

    /// The rows of which one alone may be the person of the held ones, where there are several.
    pub fn candidates(&self) -> impl Iterator<Item = &str> {
        let is_one = |pairs: &BTreeSet<KnownBy>| {
            !pairs.iter().any(|by| matches!(by, KnownBy::Pair(.., true)))
        };
        let several = self.beside.len() > 1;
        let fits = self.beside.iter().filter(move |(_, pairs)| several && is_one(pairs));
        fits.map(|(place, _)| place.as_str())
    }

    /// The rows beside that are in this pair.
    fn places(&self, by: KnownBy) -> impl Iterator<Item = &str> {
        let with = self.beside.iter().filter(move |(_, pairs)| pairs.contains(&by));
        with.map(|(place, _)| place.as_str())
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
    /// Two records that stand beside the held ones and have two different valid BSNs.
    Apart(CaseMark, CaseMark),
}

impl KnownBy {
    /// As a line: what, one mark, another.
    fn cells(self) -> [String; 3] {
        let (what, one, other) = match self {
            Self::Person(sight) => ("person", sight.anchor, sight.seen),
            Self::Row(sight) => ("row", sight.anchor, sight.seen),
            Self::Pair(one, other, false) => ("pair", one, other),
            Self::Pair(one, other, true) => ("never", one, other),
            Self::Apart(one, other) => ("apart", one, other),
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
            "apart" => Some(Self::Apart(one, other)),
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
    /// Writes them to `path`: `case, kind, what, one, other, beside, events`. `numbers` are those of
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
        let head = ["case", "kind", "what", "one", "other", "beside", "events"];
        csv.write_record(head).map_err(failed)?;
        let mut lines: Vec<(usize, &KnownCase)> = self
            .known
            .iter()
            .filter_map(|(row, known)| Some((*numbers.get(row)?, known)))
            .collect();
        lines.extend((numbers.len() + 1..).zip(&self.gone));
        lines.sort_by_key(|(number, _)| *number);

        for (number, known) in lines {
            let head = [number.to_string(), known.kind.to_string()];
            let mut lines: Vec<([String; 3], &str)> = Vec::new();
            for by in &known.by {
                let before = lines.len();
                lines.extend(known.places(*by).map(|place| (by.cells(), place)));
                if lines.len() == before {
                    lines.push((by.cells(), ""));
                }
            }
            if lines.is_empty() {
                lines.push(Default::default());
            }
            for (cells, place) in lines {
                let line = head.iter().cloned().chain(cells);
                let line = line.chain([place.to_owned(), events.to_string()]);
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
            let entry = known.entry(case).or_insert_with(|| KnownCase::new(kind, Vec::new()));
            let Some(by) = KnownBy::of(cell("what"), cell("one"), cell("other")) else { continue };
            if !entry.by.contains(&by) {
                entry.by.push(by);
            }
            let place = cell("beside");
            if !place.is_empty() {
                entry.beside.entry(place.to_owned()).or_default().insert(by);
            }
        }
        Ok((known, events))
    }
}
