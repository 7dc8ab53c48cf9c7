//! The queue: the cases that wait for a human, and what humans say of them. Whoever asks, on the
//! terminal or at the desk, asks here.
//!
//! A case is decided from what the last run wrote down of it (`review.csv`, `cases.csv`), so that
//! nobody waits for lists to be read. What was said holds for the rows that were to be seen: where
//! they have changed it does not apply, and the next run opens the case again.

pub mod answers;
mod decide;
mod error;
mod lists;
mod people;
mod query;
mod release;
mod rules;
mod standby;
mod state;
mod table;
mod what_if;

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::base::plain::count;
use crate::config::Config;
use crate::field::judgement::{CaseAnswer, CaseKind, CorrectedField};
use crate::field::keys::Keys;
use crate::field::reason::Reason;
use crate::record::{Access, Home, Judgements, Ledger};
pub use crate::report::agreement::{Agreement, agreement};
use crate::report::case_lines::{CaseLines, KnownCase};
use crate::report::shelf::Shelved;
use crate::tools::review::{OpenCase, OpenCases};
pub use decide::{CaseWord, SettledCase, decide};
pub use error::QueueError;
pub use people::{
    CallKind, CallWord, FoundPerson, PersonExport, PersonHeard, PersonLetter, PersonSaying,
    RecordedCall, export, find, record_call, record_call_of,
};
pub use query::PersonQuery;
pub use release::{ReleaseOrder, ReleasedLetter, release, release_text};
pub use rules::{
    CaseRule, MOST_ALONE, RuleEffect, SaidYes, TwoPeople, apply_rule, rule_effect, undo_event,
};
pub use standby::Standby;
pub use state::QueueState;
pub use table::{apply_table, export_table, is_table};
pub use what_if::{WhatIf, what_if};

/// One case that waits, or has been decided since the last run.
#[derive(Clone, Debug, Serialize)]
pub struct QueueCase {
    /// Its number in the last run's papers; another run counts anew.
    pub case: u32,
    /// What it asks.
    pub kind: CaseKind,
    /// Why it waits.
    pub code: String,
    /// The same in words.
    pub reason: String,
    /// Keyed pseudonym of the person; empty where linking does not know.
    pub person: String,
    /// Its rows, `file:row`, and records that are gone by their ids.
    pub rows: Vec<String>,
    /// What can be answered; nothing: the sender of a list has to settle it.
    pub answers: Vec<CaseAnswer>,
    /// Rows beside it, `file:row`, of which one alone may be the same person: `same` names it, as
    /// `beside`. Nothing: `same` is said of the one row beside it, or of all.
    pub candidates: Vec<String>,
    /// The cells that a correction may give.
    pub fields: &'static [CorrectedField],
    /// How far it is.
    pub state: QueueState,
    #[serde(skip)]
    open: OpenCase,
    #[serde(skip)]
    known: KnownCase,
}

/// The cases of the last run, the easiest kind first.
#[derive(Clone, Debug, Serialize)]
pub struct CaseQueue {
    /// The run.
    pub run_id: String,
    /// The cases.
    pub cases: Vec<QueueCase>,
}

/// What a run wrote down of its cases.
pub struct CasePapers {
    open: OpenCases,
    /// What each is known by, and how many events the ledger had.
    known: (BTreeMap<u32, KnownCase>, u64),
}

/// The evidence is of people.
impl fmt::Debug for CasePapers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CasePapers({})", self.open.run_id)
    }
}

impl CasePapers {
    /// Reads them.
    ///
    /// # Errors
    /// [`QueueError`] when they cannot be read.
    pub fn read(run: &Shelved) -> Result<Self, QueueError> {
        Ok(Self { open: OpenCases::of_run(run)?, known: CaseLines::read(run)? })
    }
}

impl CaseQueue {
    /// The queue as the last run left it, with what has been decided since. Reads the ledger.
    ///
    /// # Errors
    /// [`QueueError`] when there is no run, or its papers or the ledger cannot be read.
    pub fn open(config: &Config) -> Result<Self, QueueError> {
        let ledger = Ledger::open(&Home::of(config), Access::Read)?;
        Self::with(config, &ledger.judgements()?)
    }

    /// The same for whoever decides next: what a killed command has left half done is made up for.
    ///
    /// # Errors
    /// As [`CaseQueue::open`].
    pub fn open_to_decide(config: &Config) -> Result<Self, QueueError> {
        let ledger = to_write(config)?;
        Self::with(config, &ledger.judgements()?)
    }

    /// The same for whoever has read what was decided.
    ///
    /// # Errors
    /// As [`CaseQueue::open`].
    pub fn with(config: &Config, judgements: &Judgements) -> Result<Self, QueueError> {
        Self::of_run(&OpenCases::last_run(config)?, judgements)
    }

    /// The cases of one run.
    ///
    /// # Errors
    /// As [`CaseQueue::open`].
    pub fn of_run(run: &Shelved, judgements: &Judgements) -> Result<Self, QueueError> {
        Ok(Self::of_papers(CasePapers::read(run)?, judgements))
    }

    /// The same of papers that were read.
    #[must_use]
    pub fn of_papers(papers: CasePapers, judgements: &Judgements) -> Self {
        let OpenCases { run_id, cases } = papers.open;
        let (mut known, events) = papers.known;

        let one = |open: OpenCase| {
            let known = known.remove(&open.case).unwrap_or_else(|| unknown(&open));
            QueueCase {
                case: open.case,
                kind: known.kind,
                code: open.code.clone(),
                reason: open.reason.clone(),
                person: open.person().to_owned(),
                rows: open.rows.clone(),
                answers: answers(&open, &known),
                candidates: candidates(&open, &known),
                fields: known.kind.fields(),
                state: QueueState::of(&known, judgements, events),
                open,
                known,
            }
        };
        let mut cases: Vec<QueueCase> = cases.into_iter().map(one).collect();
        cases.sort_by_key(|case| (case.kind, case.case));
        Self { run_id, cases }
    }

    /// A case by its number.
    ///
    /// # Errors
    /// [`QueueError::NoCase`].
    pub fn find(&self, case: u32) -> Result<&QueueCase, QueueError> {
        let found = self.cases.iter().find(|open| open.case == case);
        found.ok_or_else(|| QueueError::NoCase { run_id: self.run_id.clone(), case })
    }

    /// Refuses whoever saw the cases of an earlier run.
    ///
    /// # Errors
    /// [`QueueError::NewerRun`].
    pub fn must_be_of(&self, run: Option<&str>, case: u32) -> Result<(), QueueError> {
        match run.filter(|run| *run != self.run_id) {
            Some(seen) => Err(QueueError::NewerRun { case, seen: seen.to_owned() }),
            None => Ok(()),
        }
    }

    /// What somebody could decide now: of each kind how many, the easiest kind first. A case that
    /// waits for a second opinion is nothing for whoever gave the first.
    #[must_use]
    pub fn waiting_for(&self, by: &str) -> BTreeMap<CaseKind, usize> {
        let mut kinds = BTreeMap::new();
        for case in self.cases.iter().filter(|case| case.is_for(by)) {
            *kinds.entry(case.kind).or_default() += 1;
        }
        kinds
    }
}

impl QueueCase {
    /// Whether `by` could answer it now.
    #[must_use]
    pub fn is_for(&self, by: &str) -> bool {
        !self.answers.is_empty() && self.state.is_for(by)
    }

    /// Whether somebody else is asked as well, without seeing the first answer.
    #[must_use]
    pub fn is_asked_twice(&self, config: &Config, keys: &Keys) -> bool {
        let sight = state::sights(&self.known).next();
        sight.is_some_and(|sight| decide::asks_twice(config, keys, self.kind, sight))
    }

    /// Whether `same` is said of one of its candidates, or of nobody.
    fn names_one(&self) -> bool {
        names_one(&self.open, &self.known)
    }

    /// The case as `review.csv` has it, with its evidence line by line.
    #[must_use]
    pub const fn in_papers(&self) -> &OpenCase {
        &self.open
    }
}

/// A case of a run of an earlier program, which wrote no marks.
fn unknown(open: &OpenCase) -> KnownCase {
    let reason = Reason::ALL.iter().find(|reason| reason.code() == open.code);
    let kind = reason.map_or(CaseKind::Elsewhere, |reason| CaseKind::of(*reason, ""));
    KnownCase::new(kind, Vec::new())
}

/// Whether `same` has to name a row: of rows with different valid BSNs, and of those that fit a record
/// equally well, one alone is its person. To say it of all of them would make one person of two.
fn names_one(open: &OpenCase, known: &KnownCase) -> bool {
    known.is_never_same() || (open.code == Reason::L205.code() && known.beside.len() > 1)
}

fn candidates(open: &OpenCase, known: &KnownCase) -> Vec<String> {
    let named = names_one(open, known).then(|| known.candidates());
    named.into_iter().flatten().map(str::to_owned).collect()
}

fn answers(open: &OpenCase, known: &KnownCase) -> Vec<CaseAnswer> {
    if known.by.is_empty() {
        return Vec::new();
    }
    let names_one = names_one(open, known);
    let is_told_of = open.code == Reason::D217.code();
    let fits = |answer: &CaseAnswer| match answer {
        CaseAnswer::Same => !names_one,
        CaseAnswer::Told => known.kind != CaseKind::Record || is_told_of,
        _ => true,
    };
    let released = known.kind == CaseKind::Protected;
    let all = known.kind.answers().iter().copied().filter(fits);
    // A letter to a protected address is released by `letter CASE --release` and not otherwise.
    all.filter(|answer| !released || *answer == CaseAnswer::Undecided).collect()
}

/// The ledger, for whoever writes something down. What a command that was killed has left half done
/// is made up for first: there may be nothing else to write.
fn to_write(config: &Config) -> Result<Ledger, QueueError> {
    let ledger = Ledger::open(&Home::of(config), Access::Write)?;
    ledger.anchor()?;
    Ok(ledger)
}

/// How cases of a kind are settled.
fn how(kind: CaseKind) -> String {
    match kind {
        CaseKind::Protected => "`letter CASE --release`, by two people".to_owned(),
        CaseKind::Elsewhere => "the sender of the list settles it".to_owned(),
        _ => {
            let answers = kind.answers().iter().map(|answer| answer.word());
            answers.collect::<Vec<_>>().join(", ")
        }
    }
}

/// Groups by kind, one line a case.
impl fmt::Display for CaseQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = self.cases.iter().filter(|case| case.state.is_open()).count();
        let cases = count(open as u64, "case waits", "cases wait");
        write!(f, "run {}: {cases} for a human", self.run_id)?;
        let mut kind = None;
        for case in &self.cases {
            if kind.replace(case.kind) != Some(case.kind) {
                write!(f, "\n{}  ({})", case.kind, how(case.kind))?;
            }
            let rows = count(case.rows.len() as u64, "row", "rows");
            write!(f, "\n{:>7}  {}  {} ({rows}", case.case, case.code, case.reason)?;
            write!(f, ", {}){}", case.rows[0], case.state)?;
        }
        Ok(())
    }
}
