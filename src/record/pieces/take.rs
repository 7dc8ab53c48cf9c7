//! Taking a file of the vendor's: held against the ledger as a whole, written down in one
//! transaction, or refused.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;

use super::fold::{PieceAlarm, PieceHistory};
use super::terms::terms_of;
use super::{PaperTerms, PieceRow, ReturnedRow};
use crate::base::{ExitStatus, Explain, defect, plain::count};
use crate::field::ids::LetterId;
use crate::field::job_number::JobNumber;
use crate::field::piece::ReturnReason;
use crate::package::number_in_name;
use crate::receipts::{
    Acknowledgement, Reading, ReceiptContent, ReceiptFile, ReturnedLetter, StopAnswer, StopAnswers,
};
use crate::record::audit::{ReceiptTaken, RowHash};
use crate::record::error::RecordError;
use crate::record::job::JobState;
use crate::record::model::{JobRow, Model, Reprint};
use crate::record::recognise::Mark;
use crate::record::store::{KnownPiece, hash_piece, hash_returned};
use crate::record::{Access, CampaignState, Home, Ledger};

/// Places that an answer names.
const SHOWN: usize = 10;

/// Why a file is refused. Nothing of it has been taken.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum TakeError {
    /// The job is not in the ledger, or its package never left.
    #[error("receipt `{file}` is about a job that was not handed over")]
    NoJob { file: String },
    /// Place and letter do not belong together.
    #[error(
        "ALARM: in receipt `{file}` `seq` and `letter_id` do not belong together in {wrong} of \
         {lines} rows, the first of them row {first}"
    )]
    Mixed {
        file: String,
        wrong: usize,
        lines: usize,
        /// Line of the table, from 1.
        first: u32,
        /// By how many places all of them are shifted, if they are.
        shift: Option<i64>,
    },
    /// It names a part that the job does not have.
    #[error("receipt `{file}` names a part that the job does not have")]
    NoPart { file: String },
    /// An answer to a stop that nobody ordered.
    #[error("receipt `{file}` answers a stop that was not ordered")]
    NotStopped { file: String },
    /// The ledger.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl Explain for TakeError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoJob { .. } => "is it for a different campaign? A rehearsal has its own ledger",
            Self::Mixed { shift: Some(shift), .. } => {
                return Some(format!(
                    "the wrong rows have the letter of a place {} further {}: letters may be in \
                     the envelopes of other people. Stop the job (`breachpost stop --job`), call \
                     the vendor, have the first and last ten envelopes of each print file opened",
                    shift.unsigned_abs(),
                    if *shift > 0 { "down" } else { "up" }
                ));
            }
            Self::Mixed { .. } => {
                "letters may be in the envelopes of other people: stop the job (`breachpost stop \
                 --job`), call the vendor, have the first and last ten envelopes of each print \
                 file opened"
            }
            Self::NoPart { .. } | Self::NotStopped { .. } => {
                "nothing of the file was taken: ask the vendor for a correct one"
            }
            Self::Record(error) => return error.hint(),
        };
        Some(hint.to_owned())
    }

    fn status(&self) -> ExitStatus {
        match self {
            Self::Record(error) => error.status(),
            _ => ExitStatus::Stopped,
        }
    }
}

/// A file that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Its name.
    pub file: String,
    /// How it is known to be the vendor's.
    pub origin: &'static str,
    /// Whether these bytes were taken before: then nothing was done.
    pub known: bool,
    /// Rows, or parts, of the file.
    pub lines: u64,
    /// Those that said something new.
    pub new: u64,
    /// Those about letters that the ledger does not know.
    pub unknown: u64,
    /// Letters that came back, by reason.
    pub returned: BTreeMap<&'static str, u64>,
    /// What cannot be right, with how often.
    pub alarms: BTreeMap<&'static str, u64>,
    /// The first places of each alarm in their job.
    pub places: BTreeMap<&'static str, Vec<u32>>,
}

impl Taken {
    /// Whether a human has to look.
    #[must_use]
    pub fn has_alarms(&self) -> bool {
        !self.alarms.is_empty()
    }

    fn raise(&mut self, alarm: &'static str, place: u32) {
        *self.alarms.entry(alarm).or_default() += 1;
        let places = self.places.entry(alarm).or_default();
        if places.len() < SHOWN {
            places.push(place);
        }
    }
}

/// What a file says, ready to be written down.
#[derive(Default)]
struct Said {
    pieces: Vec<PieceRow>,
    returned: Vec<ReturnedRow>,
    acknowledged: Vec<(u32, bool)>,
    answers: Vec<StopAnswer>,
    unknown: u64,
}

impl Ledger {
    /// Opens the ledger to write down what the vendor says: after the campaign has ended, too.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub fn open_for_receipts(home: &Home<'_>) -> Result<Self, RecordError> {
        Self::open_for(home, Access::Write, false)
    }

    /// Takes a file, whole or not at all. A file that was taken before changes nothing, and its
    /// alarms are told again. `addresses`
    /// has marks of the addresses that returned letters were mailed to, as far as they are known.
    ///
    /// # Errors
    /// [`TakeError`]; not one byte has changed then.
    pub fn take(
        &mut self,
        file: &ReceiptFile,
        paper: &PaperTerms<'_>,
        addresses: &BTreeMap<LetterId, Mark>,
    ) -> Result<Taken, TakeError> {
        let model = self.model()?;
        let mut taken = Taken {
            file: file.name.clone(),
            origin: file.origin.words(),
            known: model.receipts.contains(&file.sha256),
            lines: file.content.lines() as u64,
            new: 0,
            unknown: 0,
            returned: BTreeMap::new(),
            alarms: BTreeMap::new(),
            places: BTreeMap::new(),
        };
        // Nobody is left to hold it against.
        if taken.known && self.campaign_state()? == CampaignState::Purged {
            return Ok(taken);
        }

        let no_job = || TakeError::NoJob { file: file.name.clone() };
        let number = number_in_name(&file.job_name).ok_or_else(no_job)?;
        let job = model.jobs.get(&number).ok_or_else(no_job)?;
        if job.name != file.job_name || job.state < JobState::Published || job.abandoned.is_some() {
            return Err(no_job());
        }

        let said = match &file.content {
            ReceiptContent::Ack(ack) => acknowledged(file, ack, job, &mut taken)?,
            ReceiptContent::Answers(answers) => answered(file, answers, number, &model)?,
            ReceiptContent::Returns(rows) => {
                self.came_back(rows, addresses, paper, &model, &mut taken)?
            }
            ReceiptContent::Production(rows) => {
                self.produced(file, rows, number, paper, &model, &mut taken)?
            }
        };

        // Whoever was stopped before they could tell of an alarm hears of it again.
        taken.unknown = said.unknown;
        if taken.known {
            self.anchor()?;
            return Ok(taken);
        }

        taken.new = (said.pieces.len()
            + said.returned.len()
            + said.acknowledged.len()
            + said.answers.len()) as u64;
        self.write_down(file, number, paper.today, said)?;
        Ok(taken)
    }

    fn write_down(
        &mut self,
        file: &ReceiptFile,
        job: JobNumber,
        date: Date,
        said: Said,
    ) -> Result<(), RecordError> {
        let mut rows = RowHash::new();
        said.pieces.iter().for_each(|row| hash_piece(&mut rows, row));
        said.returned.iter().for_each(|row| hash_returned(&mut rows, row));
        let event = ReceiptTaken {
            date,
            job,
            kind: file.content.kind(),
            file: file.name.clone(),
            file_sha256: file.sha256.clone(),
            origin: file.origin,
            lines: file.content.lines() as u64,
            unknown: said.unknown,
            pieces: said.pieces.len() as u64,
            returned: said.returned.len() as u64,
            sha256: rows.finish(),
            acknowledged: said.acknowledged,
            answers: said.answers,
        };

        let (pieces, returned) = (said.pieces, said.returned);
        self.write(|store| store.take_receipt(event, &pieces, &returned))?;
        self.store.check_integrity()
    }

    /// Holds the rows of a production.csv against the letters of its job.
    fn produced(
        &self,
        file: &ReceiptFile,
        rows: &[Reading],
        number: JobNumber,
        paper: &PaperTerms<'_>,
        model: &Model,
        taken: &mut Taken,
    ) -> Result<Said, TakeError> {
        // Letters that are printed again are known by their places in the job that they come from.
        let reprint = model.jobs.get(&number).and_then(|job| job.reprint.as_deref());
        let number = reprint.map_or(number, |reprint| reprint.of);
        let letters = self.store.letters_of(number)?;
        belong_together(file, rows, &letters, reprint)?;
        let copy_of = |row: &Reading| match (row.reprint_no, reprint) {
            (0, Some(reprint)) => reprint.reprint_no,
            (said, _) => said,
        };

        let mut known = vec![PieceHistory::default(); letters.len()];
        self.store.for_each_piece(Some(number), |_, row| {
            if let Some(piece) = known.get_mut(row.seq as usize - 1) {
                piece.add(&row);
            }
        })?;

        // By place; what one file says twice of one copy stands beside each other.
        let mut order: Vec<&Reading> = rows.iter().collect();
        order.sort_unstable_by_key(|row| (row.seq, copy_of(row), row.step, row.line));
        let mut pieces = Vec::new();
        let mut before = None;
        for row in order {
            let copy = (row.seq, copy_of(row), row.step);
            // A copy that we had printed again is reported by the job that has it.
            let is_ours = reprint.is_none()
                && row.reprint_no > 0
                && model.copies_of(number, row.seq).any(|(ours, _)| ours == row.reprint_no);
            let again = before.replace(copy) == Some(copy) || is_ours;
            let place = row.seq as usize - 1;
            let new = PieceRow {
                reprint_no: copy_of(row),
                ..PieceRow::of(number, letters[place].sheets, again, row)
            };
            if !known[place].knows(&new) {
                known[place].add(&new);
                pieces.push(new);
            }
        }

        pieces.sort_unstable_by_key(|row| (row.seq, row.line));
        let places: BTreeSet<u32> = rows.iter().map(|row| row.seq).collect();
        let terms = terms_of(model, number, paper);
        for seq in places {
            let alarms = known[seq as usize - 1].alarms(&terms.of(seq));
            for alarm in alarms {
                taken.raise(alarm.word(), seq);
            }
        }

        Ok(Said { pieces, ..Said::default() })
    }

    /// Finds the letters that came back, of whatever job.
    fn came_back(
        &self,
        rows: &[ReturnedLetter],
        addresses: &BTreeMap<LetterId, Mark>,
        paper: &PaperTerms<'_>,
        model: &Model,
        taken: &mut Taken,
    ) -> Result<Said, RecordError> {
        let places = self.store.places_of(rows.iter().map(|row| row.letter_id))?;
        let known: BTreeSet<ReturnedRow> =
            self.store.returned()?.into_iter().map(|(_, row)| row).collect();

        let (mut all, mut returned, mut unknown) = (BTreeSet::new(), BTreeSet::new(), 0);
        for (row, place) in rows.iter().zip(places) {
            let Some((job, seq)) = place else {
                unknown += 1;
                continue;
            };
            if row.reason == ReturnReason::Other {
                taken.raise("unknown_reason", seq);
            }
            *taken.returned.entry(row.reason.word()).or_default() += 1;
            let address = addresses.get(&row.letter_id).copied();
            let new = ReturnedRow { job, seq, reason: row.reason, date: row.date, address };
            // The table has one line a letter, reason and file.
            let is_there = |other: &ReturnedRow| {
                (other.job, other.seq, other.reason) == (job, seq, row.reason)
            };
            if !known.contains(&new) && !returned.iter().any(is_there) {
                returned.insert(new);
            }
            all.insert(new);
        }

        self.too_early(&all, paper, model, taken)?;
        Ok(Said { returned: returned.into_iter().collect(), unknown, ..Said::default() })
    }

    /// Alarms of letters that came back, in whichever file that is taken, also once more.
    fn too_early(
        &self,
        returned: &BTreeSet<ReturnedRow>,
        paper: &PaperTerms<'_>,
        model: &Model,
        taken: &mut Taken,
    ) -> Result<(), RecordError> {
        for rows in returned.iter().collect::<Vec<_>>().chunk_by(|one, next| one.job == next.job) {
            let job = rows[0].job;
            let terms = terms_of(model, job, paper);
            let mut pieces: BTreeMap<u32, PieceHistory> = BTreeMap::new();
            for row in rows {
                pieces.entry(row.seq).or_default().add_return(row);
            }
            self.store.for_each_piece(Some(job), |_, row| {
                if let Some(piece) = pieces.get_mut(&row.seq) {
                    piece.add(&row);
                }
            })?;

            for (seq, piece) in pieces {
                if piece.alarms(&terms.of(seq)).contains(&PieceAlarm::ReturnedBeforePosted) {
                    taken.raise(PieceAlarm::ReturnedBeforePosted.word(), seq);
                }
            }
        }
        Ok(())
    }
}

/// Every row's place and letter must be those of the plan.
fn belong_together(
    file: &ReceiptFile,
    rows: &[Reading],
    letters: &[KnownPiece],
    reprint: Option<&Reprint>,
) -> Result<(), TakeError> {
    let is_in_job = |row: &Reading| {
        reprint.is_none_or(|reprint| {
            let is_copy = row.reprint_no == 0 || row.reprint_no >= reprint.reprint_no;
            is_copy && reprint.seqs.binary_search(&row.seq).is_ok()
        })
    };
    let planned = |seq: u32| letters.get(seq as usize - 1).map(|letter| letter.letter_id);
    let belongs = |row: &Reading| planned(row.seq) == Some(row.letter_id) && is_in_job(row);
    let is_broken = defect::is(defect::Defect::ForeignReceipt);
    let wrong: Vec<&Reading> = rows.iter().filter(|row| !belongs(row) && !is_broken).collect();
    let Some(first) = wrong.first() else { return Ok(()) };

    let places: BTreeMap<_, i64> = letters.iter().map(|letter| letter.letter_id).zip(1..).collect();
    let mut shifts = BTreeMap::<i64, usize>::new();
    for row in &wrong {
        if let Some(place) = places.get(&row.letter_id) {
            *shifts.entry(place - i64::from(row.seq)).or_default() += 1;
        }
    }
    // At the ends of a shifted file something else stands.
    let most = shifts.into_iter().max_by_key(|(_, rows)| *rows);
    let shift = most.filter(|(_, rows)| rows * 10 >= wrong.len() * 8).map(|(shift, _)| shift);

    Err(TakeError::Mixed {
        file: file.name.clone(),
        wrong: wrong.len(),
        lines: rows.len(),
        first: first.line,
        shift,
    })
}

/// Holds the checksums of what the vendor has against those that were sealed.
fn acknowledged(
    file: &ReceiptFile,
    ack: &Acknowledgement,
    job: &JobRow,
    taken: &mut Taken,
) -> Result<Said, TakeError> {
    let mut acknowledged = Vec::new();
    for part in &ack.parts {
        let sealed = job.sealed.iter().find(|sealed| sealed.file == part.file);
        let sealed = sealed.ok_or_else(|| TakeError::NoPart { file: file.name.clone() })?;
        let agrees = sealed.sealed_sha256 == part.sha256;
        if !agrees {
            taken.raise("other_bytes", sealed.totals.number);
        }
        acknowledged.push((sealed.totals.number, agrees));
    }

    acknowledged.sort_unstable();
    Ok(Said { acknowledged, ..Said::default() })
}

fn answered(
    file: &ReceiptFile,
    answers: &StopAnswers,
    number: JobNumber,
    model: &Model,
) -> Result<Said, TakeError> {
    let parts = &model.jobs[&number].parts;
    for answer in &answers.parts {
        if !parts.iter().any(|part| part.number == answer.part) {
            return Err(TakeError::NoPart { file: file.name.clone() });
        }
        if !was_ordered(model, number, answer.part) {
            return Err(TakeError::NotStopped { file: file.name.clone() });
        }
    }
    Ok(Said { answers: answers.parts.clone(), ..Said::default() })
}

/// Whether a stop of a part was ordered, or of the letters that it prints again.
fn was_ordered(model: &Model, number: JobNumber, part: u32) -> bool {
    let of = model.jobs[&number]
        .reprint
        .as_deref()
        .and_then(|reprint| model.jobs.get_key_value(&reprint.of));
    let is_copy = |(of, job): (&JobNumber, &JobRow)| {
        job.parts.iter().any(|part| model.stops.was_ordered(*of, part.number))
    };
    model.stops.was_ordered(number, part) || of.is_some_and(is_copy)
}

impl std::fmt::Display for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lines = count(self.lines, "line", "lines");
        if self.known {
            write!(f, "taken     {}: was taken before, nothing is new", self.file)?;
        } else {
            write!(
                f,
                "taken     {}: {lines}, {} of them new; {}",
                self.file, self.new, self.origin
            )?;
        }
        if self.unknown > 0 {
            write!(f, "\nunknown   {}", count(self.unknown, "letter", "letters"))?;
        }
        for (reason, letters) in &self.returned {
            let action = reason.parse().map_or("", ReturnReason::action);
            write!(f, "\nreturned  {letters} {reason}: {action}")?;
        }
        for (alarm, pieces) in &self.alarms {
            let text = super::alarm_text(alarm);
            let places = self.places.get(alarm).map_or_else(String::new, |places| {
                places.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
            });
            write!(f, "\nALARM     {pieces} {alarm}: {text} (at {places})")?;
        }
        Ok(())
    }
}
