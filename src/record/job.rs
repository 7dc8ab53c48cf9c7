//! A job from its plan to the end: what the run hands over, and what is left of an interrupted one.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::audit::Head;
use super::intake::Intake;
use super::model::Reprint;
use super::protection::ShieldNews;
use super::recognise::Identities;
use crate::field::findings::Findings;
use crate::field::job_number::JobNumber;
use crate::field::row::Input;
use crate::field::schedule::Schedule;
use crate::field::terms::Kind;

/// A file of the plan in `staging/<job>/`, written and synced before the plan is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StagedFile {
    /// Path below the staging folder of the job.
    pub name: String,
    /// Lower-case hex SHA-256 of its bytes.
    pub sha256: String,
}

/// What a part holds, by the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartTotals {
    /// From 1.
    pub number: u32,
    /// Letters.
    pub letters: u32,
    /// Pages with blank backs.
    pub pages: u32,
    /// Sheets of paper.
    pub sheets: u32,
}

/// A part that has been packed and encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedPart {
    /// What was counted in it; must be what was planned.
    pub totals: PartTotals,
    /// File name in the outbox.
    pub file: String,
    /// Of the archive before encryption, lower-case hex.
    pub plain_sha256: String,
    /// Of the encrypted file, lower-case hex.
    pub sealed_sha256: String,
}

/// What a run read and found out about identities: noted with its plan, or alone when no letter
/// came of it.
#[derive(Clone, Copy)]
pub struct Noted<'a> {
    /// The run.
    pub run_id: &'a str,
    /// Its date.
    pub run_date: Date,
    /// Every file that was read, as in [`crate::field::row::Rows::inputs`].
    pub inputs: &'a [Input],
    /// What that changes of what earlier runs read, from [`super::Ledger::intake`].
    pub intake: &'a Intake,
    /// Whom the lists protect, from [`super::Guard::news`].
    pub shields: &'a ShieldNews,
    /// The waves of first letters, where the ledger does not have them yet.
    pub schedule: Option<&'a Schedule>,
    /// Who was recognised, from [`super::Ledger::recognise`].
    pub identities: &'a Identities,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// The letters are fixed.
    Planned,
    /// The packages are made; nothing else is ever published for this job.
    Sealed,
    /// The packages are in the outbox.
    Published,
    /// The papers of the run are in their place.
    Done,
    /// Given up before it was published; its letters were told to nobody.
    Abandoned,
}

impl JobState {
    /// The word in the ledger.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Sealed => "sealed",
            Self::Published => "published",
            Self::Done => "done",
            Self::Abandoned => "given up",
        }
    }

    /// Whether nothing more is to be done about the job.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Abandoned)
    }

    /// The word of the table; a job that was given up keeps the word of where it was.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        [Self::Planned, Self::Sealed, Self::Published, Self::Done]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A job as the ledger knows it. One that is neither [`JobState::Done`] nor [`JobState::Abandoned`]
/// is finished before anything else is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub job: JobNumber,
    /// The name in the outbox.
    pub job_name: String,
    /// The run that planned it.
    pub run_id: String,
    /// The date of that run: the date on its letters.
    pub run_date: Date,
    /// How far it is.
    pub state: JobState,
    /// Files of the plan in `staging/<job>/`.
    pub staged: Vec<StagedFile>,
    /// What each part holds.
    pub parts: Vec<PartTotals>,
    /// The sealed parts; empty while the job is planned.
    pub sealed: Vec<SealedPart>,
    /// Head of the ledger when the job was planned, as in `job.json`.
    pub planned_head: Head,
    /// Head of the ledger when the job was sealed, as in `.done`.
    pub sealed_head: Option<Head>,
    /// Letters of an earlier job that it prints once more.
    pub reprint: Option<Arc<Reprint>>,
}

/// What the ledger knows of one letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LetterRecord {
    /// The letter.
    pub letter_id: String,
    /// Keyed pseudonym, 26 characters.
    pub person: String,
    /// Kind.
    pub kind: Kind,
    /// Place among the person's letters of this kind.
    pub sequence: u32,
    /// Date of the letter.
    pub date: Date,
    /// Sender profile.
    pub sender: String,
    /// What it said.
    pub findings: Findings,
    /// Reference code as printed.
    pub reference: String,
    /// Its job.
    pub job: JobNumber,
    /// The run that planned it.
    pub run_id: String,
    /// How far the job is.
    pub state: JobState,
    /// Part of the job.
    pub part: u32,
    /// Print order in the job.
    pub seq: u32,
    /// Pages.
    pub pages: u32,
    /// Sheets.
    pub sheets: u32,
}

/// The ledger in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// People with at least one letter.
    pub people: u64,
    /// Letters of all jobs.
    pub letters: u64,
    /// First letters.
    pub first: u64,
    /// Supplements.
    pub supplements: u64,
    /// Corrections.
    pub corrections: u64,
    /// Pages.
    pub pages: u64,
    /// Sheets.
    pub sheets: u64,
    /// Jobs.
    pub jobs: u64,
    /// Files that are expected in the inbox.
    pub inputs: u64,
}
