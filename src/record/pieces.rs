//! Pieces: what the vendor says of letters on paper, held against the ledger, and the state that
//! follows.

mod fold;
mod returns;
mod spoilt;
mod survey;
mod take;
mod terms;
mod words;

use std::sync::Arc;

use jiff::civil::Date;

use super::recognise::Mark;
use crate::field::job_number::JobNumber;
use crate::field::piece::{PieceStep, ReturnReason};
use crate::receipts::{CopyTimes, Reading};

pub use fold::PieceAlarm;
pub use returns::{ReturnedMail, address_mark};
pub use spoilt::{ReprintPlan, SpoiltLetters};
pub use survey::{
    JobPaper, LetterStates, Listed, PaperTerms, PaperTrail, PartPaper, Reconciled, ReprintPaper,
    paper,
};
pub use take::{TakeError, Taken};

/// What an alarm means, by its word.
#[must_use]
pub fn alarm_text(word: &str) -> &'static str {
    match word {
        "other_bytes" => {
            "the vendor has other bytes than were sealed: nothing of it may be printed"
        }
        "unknown_reason" => "the post gives a reason that the table does not have",
        _ => PieceAlarm::ALL
            .into_iter()
            .find(|alarm| alarm.word() == word)
            .map_or("", PieceAlarm::text),
    }
}

/// One row of the table `piece`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PieceRow {
    pub job: JobNumber,
    pub seq: u32,
    pub line: u32,
    pub step: PieceStep,
    pub reprint_no: u32,
    /// The file has said the same before: the copy was made, or counted, twice.
    pub again: bool,
    pub times: CopyTimes,
    pub sheets_read: Option<u32>,
    pub sheets: Option<u32>,
    /// Sheets of the letter, as it was set.
    pub planned: u32,
    pub tray: Option<Arc<str>>,
    pub repaired: Option<bool>,
    pub checks: Option<Arc<str>>,
}

impl PieceRow {
    fn of(job: JobNumber, planned: u32, again: bool, reading: &Reading) -> Self {
        let Reading { line, seq, step, times, reprint_no, sheets_read, sheets, repaired, .. } =
            *reading;
        Self {
            job,
            seq,
            line,
            step,
            reprint_no,
            again,
            times,
            sheets_read,
            sheets,
            planned,
            tray: reading.tray.clone(),
            repaired,
            checks: reading.checks.clone(),
        }
    }
}

/// One row of the table `returned`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ReturnedRow {
    pub job: JobNumber,
    pub seq: u32,
    pub reason: ReturnReason,
    pub date: Date,
    /// Of the address that it was mailed to, where that is known.
    pub address: Option<Mark>,
}
