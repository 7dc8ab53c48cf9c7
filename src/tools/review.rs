//! `breachpost review apply`: a human's decisions about who is who, from a spreadsheet into the
//! ledger.
//!
//! A decisions file is `review.csv` with the column `decision` filled in, or a shorter one with the
//! columns `file`, `row`, `beside` and `decision`: somebody says of a row and of the rows beside it
//! whether they are one person. All of a file is applied or nothing.

mod about_records;
mod decisions_file;
mod effects;
mod one_case;
mod open_cases;

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use jiff::civil::Date;
use serde::Serialize;

use crate::base::progress::Progress;
use crate::base::{ExitStatus, Explain, FileError};
use crate::config::Config;
use crate::facts::FactsError;
use crate::field::ids::RowRef;
use crate::field::row::Rows;
use crate::link::{
    self, Decision, LinkError, LinkTerms, Obstacle, Parameters, ParametersError, RecordKey,
};
use crate::read::{self, ReadError};
use crate::record::{Acceptance, Access, Decider, Follows, Home, Ledger, RecordError};
use crate::report::ReportError;
use crate::run::{RunError, lists};
use about_records::Verdicts;
pub use decisions_file::Decisions;
use decisions_file::{Line, Place};
pub use effects::{Effects, foresee};
pub use one_case::RowName;
pub use open_cases::{CaseView, OpenCase, OpenCases, places_of};

/// Why decisions are not applied. Nothing has been written then.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum ReviewError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is not a decisions file.
    #[error("`{path}` is not a decisions file: {problem}")]
    Shape {
        path: Utf8PathBuf,
        /// What is wrong; no values.
        problem: String,
    },
    /// A line cannot be followed.
    #[error("`{path}` line {line}: {problem}")]
    Line {
        path: Utf8PathBuf,
        /// Which line, as a text editor counts.
        line: u64,
        /// What is wrong; no values.
        problem: String,
    },
    /// No run has said what waits.
    #[error("no run has left a `review.csv` in `{folder}`")]
    NoRun { folder: Utf8PathBuf },
    /// The last run has no case of this number.
    #[error("run {run_id} has no case {case}")]
    NoCase { run_id: String, case: u32 },
    /// The case is not about this row.
    #[error("case {case} has no line about `{row}`")]
    NoRow { case: u32, row: String },
    /// The papers of a run.
    #[error(transparent)]
    Papers(#[from] ReportError),
    /// The ledger.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The inbox.
    #[error(transparent)]
    Inbox(#[from] ReadError),
    /// The facts.
    #[error(transparent)]
    Facts(#[from] FactsError),
    /// What the next run would do.
    #[error(transparent)]
    Run(#[from] Box<RunError>),
    /// Linking.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// What linking goes by.
    #[error(transparent)]
    Parameters(#[from] ParametersError),
}

impl ReviewError {
    /// Whether the configuration or a file it names is at fault.
    #[must_use]
    pub fn is_a_setting(&self) -> bool {
        match self {
            Self::Parameters(_)
            | Self::Facts(_)
            | Self::NoRun { .. }
            | Self::NoCase { .. }
            | Self::NoRow { .. } => true,
            Self::Record(error) => error.status() == ExitStatus::Usage,
            Self::Inbox(error) => error.is_a_setting(),
            Self::Run(error) => error.status() == ExitStatus::Usage,
            _ => false,
        }
    }
}

impl Explain for ReviewError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Record(error) => return error.hint(),
            Self::Inbox(error) => return error.hint(),
            Self::Link(error) => return error.hint(),
            Self::Run(error) => return error.hint(),
            Self::Shape { .. } => {
                "fill in `decision` in the `review.csv` of a run and save it as CSV (UTF-8)"
            }
            Self::Line { .. } => {
                "nothing was applied; correct the line, or empty its `decision`, and apply the file again"
            }
            Self::NoRun { .. } => "a run makes one: `breachpost run`",
            Self::NoCase { .. } => {
                "`breachpost review list --open` shows the cases of the last run; their numbers change from run to run"
            }
            Self::NoRow { .. } => "`breachpost review show CASE` names its rows",
            Self::File(_) | Self::Papers(_) | Self::Parameters(_) | Self::Facts(_) => return None,
        };

        Some(hint.to_owned())
    }
}

/// What became of a decisions file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// Lines with a decision.
    pub lines: usize,
    /// Pairs of records that they are about.
    pub pairs: usize,
    /// Pairs that were not decided in this way before.
    pub new: usize,
    /// Records of which this was not said before (`withdrawn`, `lacking`).
    pub records: usize,
    /// People who are no longer held because a list protected them once.
    pub released: usize,
    /// Who decided.
    pub by: String,
    /// Why, where somebody said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When.
    pub date: Date,
}

/// Writes decisions into the ledger in the name of `decider`. Applied again, the same decisions
/// change nothing.
///
/// # Errors
/// [`ReviewError`] when a line cannot be followed; two different valid BSNs are never one person,
/// whoever says so.
pub fn apply(
    config: &Config,
    decisions: &Decisions,
    decider: Decider<'_>,
    date: Date,
    progress: &Progress,
) -> Result<Applied, ReviewError> {
    let mut ledger = Ledger::open(&Home::of(config), Access::Write)?;
    let follows = weigh(&ledger, config, decisions, date, progress)?;
    let new = ledger.follow(&follows, decider, date)?;

    Ok(Applied {
        lines: decisions.lines.pairs.len() + decisions.lines.others.len(),
        pairs: follows.pairs.len(),
        new: new.pairs,
        records: new.records,
        released: new.people,
        by: decider.by.to_owned(),
        reason: decider.reason.map(str::to_owned),
        date,
    })
}

/// What decisions come to for the lists of today; nothing is written.
///
/// # Errors
/// As [`apply`].
pub fn weigh(
    ledger: &Ledger,
    config: &Config,
    decisions: &Decisions,
    date: Date,
    progress: &Progress,
) -> Result<Follows, ReviewError> {
    let Decisions { path, lines } = decisions;
    let terms = read::ReadTerms { synthetic: config.synthetic, run_date: date };
    let rows = read::read(&config.inbox, &config.inputs, &terms, progress)?;
    let list_terms = |list| lists::terms(&config.inputs, list);
    let intake = ledger.intake(&rows, &list_terms, Acceptance::default())?;
    let failed =
        |line: u64, problem: String| ReviewError::Line { path: path.clone(), line, problem };
    let said =
        Said::of(&rows, ledger, &lines.pairs).map_err(|(line, problem)| failed(line, problem))?;

    if !said.pairs.is_empty() {
        said.can_be_followed(config, &rows, ledger, progress)?
            .map_or(Ok(()), |(line, problem)| Err(failed(line, problem)))?;
    }

    let verdicts = Verdicts::of(&rows, ledger, &intake, &lines.others)?;
    let verdicts = verdicts.map_err(|(line, problem)| failed(line, problem))?;
    let release = verdicts.release(config, &rows, ledger, progress)?;
    let release = release.map_err(|(line, problem)| failed(line, problem))?;

    let pairs: Vec<Decision> = said.pairs.values().map(|(decision, _)| *decision).collect();
    Ok(Follows { pairs, records: verdicts.records, release })
}

/// A line and what is wrong with it.
type Problem = (u64, String);

/// The decisions of a file, with the line that each comes from.
struct Said {
    pairs: BTreeMap<(RecordKey, RecordKey), (Decision, u64)>,
}

impl Said {
    fn of(rows: &Rows, ledger: &Ledger, lines: &[Line]) -> Result<Self, Problem> {
        let inbox = Inbox::new(rows);
        let mut wanted = BTreeSet::new();
        for line in lines {
            for place in std::iter::once(&line.row).chain(&line.beside) {
                wanted.insert(inbox.find(place).map_err(|problem| (line.number, problem))?);
            }
        }

        let keys = link::record_keys(rows, ledger.keys(), &wanted);
        let ids = inbox.ids(&wanted);
        let mut pairs = BTreeMap::<(RecordKey, RecordKey), (Decision, u64)>::new();
        for line in lines {
            let wrong = |problem: &str| (line.number, problem.to_owned());
            let look_up = |place: &Place| -> Result<RecordKey, Problem> {
                let row = inbox.find(place).map_err(|problem| (line.number, problem))?;
                if place.id.as_ref().is_some_and(|id| ids.get(&row).copied() != Some(id.as_str())) {
                    return Err(wrong(
                        "a record id is not that of its row: the inbox has changed since",
                    ));
                }
                keys.get(&row)
                    .copied()
                    .ok_or_else(|| wrong("a row is unusable (R code) and belongs to nobody so far"))
            };
            let one = look_up(&line.row)?;
            for place in &line.beside {
                let other = look_up(place)?;
                if one == other {
                    return Err(wrong(
                        "the rows are deliveries of one record, which cannot belong to anyone else",
                    ));
                }
                let decision = Decision::new(one, other, line.ruling);
                match pairs.get(&decision.pair()) {
                    Some((before, number)) if before.ruling != line.ruling => {
                        return Err(wrong(&format!(
                            "says the opposite of line {number} about the same rows"
                        )));
                    }
                    _ => drop(pairs.insert(decision.pair(), (decision, line.number))),
                }
            }
        }

        Ok(Self { pairs })
    }

    /// What counts when these decisions are added to those of `before`.
    fn with(&self, before: &[Decision]) -> Vec<Decision> {
        let mut after: BTreeMap<_, _> =
            before.iter().map(|decision| (decision.pair(), *decision)).collect();
        after.extend(self.pairs.iter().map(|(pair, (decision, _))| (*pair, *decision)));
        after.into_values().collect()
    }

    /// Links with what was decided before and what is decided now; the first line that cannot be
    /// followed.
    fn can_be_followed(
        &self,
        config: &Config,
        rows: &Rows,
        ledger: &Ledger,
        progress: &Progress,
    ) -> Result<Option<Problem>, ReviewError> {
        let parameters = Parameters::of(&config.link)?;
        let before = ledger.decisions()?;
        let after = self.with(&before);
        let unmet = |decisions: &[Decision]| {
            let terms = LinkTerms { rules: &config.link, parameters: &parameters, decisions };
            link::unmet(rows, &terms, ledger.keys(), progress)
        };

        let broken = unmet(&after)?;
        if broken.is_empty() {
            return Ok(None);
        }

        // What could not be followed before is not the fault of this file.
        let old: BTreeSet<_> =
            unmet(&before)?.iter().map(|unmet| before[unmet.decision].pair()).collect();
        let new = broken.iter().find(|unmet| !old.contains(&after[unmet.decision].pair()));
        Ok(new.map(|unmet| {
            let line = self.pairs.get(&after[unmet.decision].pair()).map(|(_, line)| *line);
            // An earlier decision that this file makes impossible: any line may be the one.
            let line =
                line.or_else(|| self.pairs.values().map(|(_, line)| *line).min()).unwrap_or(1);
            (line, obstacle(rows, unmet.why))
        }))
    }
}

fn obstacle(rows: &Rows, why: Obstacle) -> String {
    let place = |row: RowRef| format!("`{}:{}`", rows.inputs[usize::from(row.file)].file, row.row);
    match why {
        Obstacle::TwoNumbers(one, other) => format!(
            "two different valid BSNs would come together in one person (rows {} and {}); that is never done",
            place(one),
            place(other)
        ),
        Obstacle::Size => "the person would have more rows than `link.max_cluster_rows`".to_owned(),
        Obstacle::Decision => "contradicts another decision about these people".to_owned(),
        Obstacle::Identical => {
            "the rows are deliveries of one record, which cannot belong to anyone else".to_owned()
        }
    }
}

/// Rows by the places that people name.
pub struct Inbox<'a> {
    rows: &'a Rows,
    files: BTreeMap<&'a str, u16>,
}

impl<'a> Inbox<'a> {
    /// Of the rows of a run.
    #[must_use]
    pub fn new(rows: &'a Rows) -> Self {
        Self { rows, files: rows.inputs.iter().map(|input| input.file.as_str()).zip(0..).collect() }
    }

    fn find(&self, place: &Place) -> Result<RowRef, String> {
        let file = self.files.get(place.file.as_str()).copied();
        let file = file.ok_or("names a file that is not in the inbox")?;
        let rows = self.rows.inputs[usize::from(file)].rows;
        if place.row == 0 || place.row > rows {
            return Err(format!("names a row that its file does not have (it has {rows})"));
        }
        Ok(RowRef { file, row: place.row })
    }

    /// Record ids and person_refs of usable rows.
    fn ids(&self, wanted: &BTreeSet<RowRef>) -> BTreeMap<RowRef, &'a str> {
        let exposures = self.rows.exposures.iter().map(|row| (row.row, row.record_id()));
        let listed = self
            .rows
            .participants
            .iter()
            .chain(&self.rows.register)
            .map(|row| (row.row, row.person_ref()));
        exposures.chain(listed).filter(|(row, _)| wanted.contains(row)).collect()
    }

    /// The row that `text` names: `file:row`, or the record id or `person_ref` of one row.
    ///
    /// # Errors
    /// What is wrong with the name.
    pub fn named(&self, text: &str) -> Result<RowRef, String> {
        if let Some(place) = Place::parse(text)
            && self.files.contains_key(place.file.as_str())
        {
            return self.find(&place);
        }
        let exposures = self.rows.exposures.iter().map(|row| (row.row, row.record_id()));
        let listed = self
            .rows
            .participants
            .iter()
            .chain(&self.rows.register)
            .map(|row| (row.row, row.person_ref()));

        let mut found = exposures.chain(listed).filter(|(_, id)| *id == text).map(|(row, _)| row);
        match (found.next(), found.next()) {
            (Some(row), None) => Ok(row),
            (None, _) => Err("no row of the inbox has this place or record id".to_owned()),
            _ => Err("several rows have this record id".to_owned()),
        }
    }
}
