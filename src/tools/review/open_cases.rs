//! Cases that wait, as the last run left them in its `review.csv`, and their rows as they were
//! delivered.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use camino::Utf8PathBuf;
use jiff::civil::Date;
use serde::Serialize;

use super::ReviewError;
use super::decisions_file::places;
use crate::base::data_dir;
use crate::base::plain::count;
use crate::base::progress::Progress;
use crate::config::Config;
use crate::read::{self, DeliveredRow};
use crate::report::shelf::{self, RowLine, Shelved};

const REVIEW: &str = "review.csv";

/// One line of `review.csv`.
#[derive(Clone, Debug)]
pub(in crate::tools) struct CaseLine {
    /// As a text editor counts, from 1.
    pub number: u64,
    cells: RowLine,
}

impl CaseLine {
    pub fn cell(&self, name: &str) -> &str {
        self.cells.get(name).map_or("", String::as_str)
    }

    /// `file:row`; of a record that is gone, its id.
    pub fn place(&self) -> String {
        match self.cell("file") {
            "" => self.cell("record_id").to_owned(),
            file => format!("{file}:{}", self.cell("row")),
        }
    }
}

/// A case that waits for a human.
#[derive(Clone, Debug, Serialize)]
pub struct OpenCase {
    /// Its number in this run's papers; another run counts anew.
    pub case: u32,
    /// Why it waits.
    pub code: String,
    /// The same in words.
    pub reason: String,
    /// Its rows, `file:row`, and records that are gone by their ids.
    pub rows: Vec<String>,
    #[serde(skip)]
    pub(super) path: Utf8PathBuf,
    #[serde(skip)]
    pub(in crate::tools) lines: Vec<CaseLine>,
}

/// All cases of the last run, in the order in which they should be looked at.
#[derive(Clone, Debug, Serialize)]
pub struct OpenCases {
    /// The run.
    pub run_id: String,
    /// The cases.
    pub cases: Vec<OpenCase>,
}

impl OpenCases {
    /// Those of the last run.
    ///
    /// # Errors
    /// [`ReviewError::NoRun`] when there is none, [`ReviewError::Papers`] when its papers cannot be
    /// read.
    pub fn of_last_run(config: &Config) -> Result<Self, ReviewError> {
        Self::of_run(&Self::last_run(config)?)
    }

    /// The last run that has left its cases.
    ///
    /// # Errors
    /// [`ReviewError::NoRun`] when there is none.
    pub fn last_run(config: &Config) -> Result<Shelved, ReviewError> {
        let folder = data_dir::runs(&config.data_dir);
        let mut runs = shelf::runs(&config.data_dir);
        runs.retain(|run| run.papers.join(REVIEW).is_file());
        runs.pop().ok_or(ReviewError::NoRun { folder })
    }

    /// Those of one run.
    ///
    /// # Errors
    /// [`ReviewError::Papers`] when its papers cannot be read.
    pub fn of_run(run: &Shelved) -> Result<Self, ReviewError> {
        let mut cases: Vec<OpenCase> = Vec::new();
        // The header is line 1.
        for (number, cells) in (2..).zip(run.lines(REVIEW)?) {
            let line = CaseLine { number, cells: cells? };
            let case = line.cell("case").parse().unwrap_or_default();
            if cases.last().is_none_or(|last| last.case != case) {
                cases.push(OpenCase {
                    case,
                    code: line.cell("code").to_owned(),
                    reason: line.cell("reason").to_owned(),
                    rows: Vec::new(),
                    path: run.papers.join(REVIEW),
                    lines: Vec::new(),
                });
            }
            if let Some(case) = cases.last_mut() {
                let place = line.place();
                if !case.rows.contains(&place) {
                    case.rows.push(place);
                }
                case.lines.push(line);
            }
        }

        Ok(Self { run_id: run.run_id(), cases })
    }
}

/// One line a case, under the codes that they wait for.
impl fmt::Display for OpenCases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cases = count(self.cases.len() as u64, "case waits", "cases wait");
        write!(f, "run {}: {cases} for a human", self.run_id)?;
        for case in &self.cases {
            let rows = count(case.rows.len() as u64, "row", "rows");
            write!(
                f,
                "\n{:>7}  {}  {} ({rows}, {})",
                case.case, case.code, case.reason, case.rows[0]
            )?;
        }
        Ok(())
    }
}

impl OpenCase {
    /// Keyed pseudonym of the person; empty where linking does not know.
    #[must_use]
    pub fn person(&self) -> &str {
        self.lines.first().map_or("", |line| line.cell("person"))
    }

    /// A case of the last run by its number.
    ///
    /// # Errors
    /// [`ReviewError`] when there is no such run or case.
    pub fn find(config: &Config, case: u32) -> Result<Self, ReviewError> {
        let OpenCases { run_id, cases } = OpenCases::of_last_run(config)?;
        let found = cases.into_iter().find(|open| open.case == case);
        found.ok_or(ReviewError::NoCase { run_id, case })
    }

    /// What the case is about: its rows, and those beside which they are held, as they are in the
    /// inbox now.
    ///
    /// # Errors
    /// [`ReviewError::Inbox`] when a list cannot be read.
    pub fn view(
        self,
        config: &Config,
        date: Date,
        progress: &Progress,
    ) -> Result<CaseView, ReviewError> {
        let wanted = places_of([&self]);
        let mut evidence = Vec::new();
        for line in &self.lines {
            evidence.push(CaseEvidence {
                row: line.place(),
                beside: line.cell("beside").to_owned(),
                code: line.cell("code").to_owned(),
                evidence: line.cell("evidence").to_owned(),
            });
        }

        let terms = read::ReadTerms { synthetic: config.synthetic, run_date: date };
        let rows = read::delivered_rows(&config.inbox, &config.inputs, &terms, &wanted, progress)?;
        Ok(CaseView { case: self, evidence, rows })
    }
}

/// The rows of some cases, and those beside which they are held, by file.
pub fn places_of<'c>(
    cases: impl IntoIterator<Item = &'c OpenCase>,
) -> BTreeMap<String, BTreeSet<u32>> {
    let mut wanted: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for line in cases.into_iter().flat_map(|case| &case.lines) {
        let own = format!("{} {}", line.place(), line.cell("beside"));
        for place in places(&own).unwrap_or_default() {
            wanted.entry(place.file).or_default().insert(place.row);
        }
    }
    wanted
}

/// What one line of a case says.
#[derive(Clone, Debug, Serialize)]
pub struct CaseEvidence {
    /// The row.
    pub row: String,
    /// Rows beside which it is held, separated by spaces.
    pub beside: String,
    /// Why.
    pub code: String,
    /// Where the program saw it; no values.
    pub evidence: String,
}

/// A case with its rows, for whoever decides about it.
#[derive(Clone, Debug, Serialize)]
pub struct CaseView {
    /// The case.
    #[serde(flatten)]
    pub case: OpenCase,
    /// Line by line.
    pub evidence: Vec<CaseEvidence>,
    /// The rows.
    pub rows: Vec<DeliveredRow>,
}

impl CaseView {
    /// The columns that any row has something in, in contract order, each with the rows that have
    /// the column.
    fn columns(&self) -> Vec<(&'static str, Vec<(&DeliveredRow, &str)>)> {
        let mut columns: Vec<(&'static str, Vec<(&DeliveredRow, &str)>)> = Vec::new();
        for row in &self.rows {
            for (name, value) in &row.cells {
                let place = columns.iter().position(|(known, _)| known == name);
                let place = place.unwrap_or_else(|| {
                    columns.push((name, Vec::new()));
                    columns.len() - 1
                });
                columns[place].1.push((row, value));
            }
        }

        columns.retain(|(_, values)| values.iter().any(|(_, value)| !value.is_empty()));
        columns
    }
}

fn place_of(row: &DeliveredRow) -> String {
    format!("{}:{}", row.file, row.row)
}

/// Column by column: once where all rows say the same, row by row behind a `*` where they differ.
impl fmt::Display for CaseView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let case = &self.case;
        writeln!(f, "case {}  {}  {}", case.case, case.code, case.reason)?;
        for line in &self.evidence {
            writeln!(f, "  {}  {}  {}", line.row, line.code, line.evidence)?;
            if !line.beside.is_empty() {
                writeln!(f, "    beside {}", line.beside)?;
            }
        }

        let columns = self.columns();
        let places = columns.iter().flat_map(|(_, values)| values.iter().map(|(row, _)| row));
        let width = places.map(|row| place_of(row).len()).max().unwrap_or(0) + 2;
        for (name, values) in columns {
            let (_, first) = values[0];
            if values.iter().all(|(_, value)| *value == first) {
                write!(f, "\n  {name:<24}{first}")?;
                continue;
            }
            write!(f, "\n* {name}")?;
            for (row, value) in values {
                write!(f, "\n      {:<width$}{value}", place_of(row))?;
            }
        }

        Ok(())
    }
}
