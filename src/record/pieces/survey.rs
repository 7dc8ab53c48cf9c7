//! Where the letters are: every piece in exactly one state, by part, with what has to be looked at.
//!
//! Proven by the history and by every row about pieces; letters and people, which nothing here
//! depends on, are left to `ledger check`.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::fold::{PieceHistory, PieceTerms};
use super::returns;
use super::terms::{Copies, terms_of};
use crate::base::working_days;
use crate::config::{Config, ReceiptSettings};
use crate::field::ids::LetterId;
use crate::field::job_number::JobNumber;
use crate::field::piece::PieceState;
use crate::receipts::{Origin, StopAnswer};
use crate::record::audit;
use crate::record::error::RecordError;
use crate::record::model::{JobRow, Model};
use crate::record::stops::Stop;
use crate::record::store::{PieceTallies, Store};
use crate::record::{Access, CampaignState, Home, Ledger, anchors, ledger_path};

/// What is needed to say where pieces are: today, and by when they have to be where.
#[derive(Clone, Copy, Debug)]
pub struct PaperTerms<'a> {
    /// The day that counts as today.
    pub today: Date,
    /// Days from the letters' date to the latest posting date.
    pub posting_days: i64,
    /// Deadlines.
    pub settings: &'a ReceiptSettings,
}

impl<'a> PaperTerms<'a> {
    /// As the configuration says.
    #[must_use]
    pub const fn of(config: &'a Config, today: Date) -> Self {
        Self { today, posting_days: config.vendor.posting_days[1], settings: &config.receipts }
    }

    /// The last day on which a piece of a job of this day may be without a reading.
    pub(super) fn deadline(&self, made_on: Date) -> Date {
        let posted = made_on.saturating_add(self.posting_days.days());
        working_days::after(posted, self.settings.deadline_days)
    }
}

/// Where all letters are.
#[derive(Clone, Debug, Serialize)]
pub struct PaperTrail {
    /// All letters and their states: the sum is always all of them.
    pub letters: LetterStates,
    /// What cannot be right, with how many pieces it is about.
    pub alarms: BTreeMap<&'static str, u64>,
    /// LetterStates that came back, by their latest reason.
    pub returned: BTreeMap<&'static str, u64>,
    /// People whose last letter came back from an address that is no good: they are counted for the
    /// public notice (GDPR art. 34(3)(c)).
    pub unreached: u64,
    /// Files of the vendor's that were taken, by how they are known to be the vendor's.
    pub receipts: BTreeMap<Origin, u64>,
    /// Pieces that somebody put together by hand.
    pub repaired_by_hand: u64,
    /// The same by job and part, oldest job first.
    pub jobs: Vec<JobPaper>,
    /// Stops that are in force.
    pub stops: Vec<Stop>,
    /// The letters in the state that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub listed: Vec<Listed>,
}

/// LetterStates by state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LetterStates {
    /// All.
    pub total: u64,
    /// Every state, those without letters too.
    pub by_state: BTreeMap<PieceState, u64>,
}

/// A job on paper.
#[derive(Clone, Debug, Serialize)]
pub struct JobPaper {
    /// Its name in the outbox.
    pub job: String,
    /// The date of its letters: since when they wait.
    pub date: Date,
    /// Working days since then.
    pub working_days: u32,
    /// The last day on which a piece may be without a reading.
    pub deadline: Date,
    /// By part.
    pub parts: Vec<PartPaper>,
    /// Jobs that print letters of it again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reprints: Vec<ReprintPaper>,
}

/// Letters of a job that were printed again.
#[derive(Clone, Debug, Serialize)]
pub struct ReprintPaper {
    /// Name of the job in the outbox that has them.
    pub job: String,
    /// Its date.
    pub date: Date,
    /// Which copy.
    pub reprint_no: u32,
    /// Letters.
    pub letters: u64,
}

/// A part on paper.
#[derive(Clone, Debug, Serialize)]
pub struct PartPaper {
    /// From 1.
    pub part: u32,
    /// LetterStates.
    pub letters: u32,
    /// LetterStates by state; only those that there are.
    pub by_state: BTreeMap<PieceState, u64>,
    /// Sheets.
    pub sheets: u32,
    /// Sheets whose own mark the vendor's camera has read.
    pub sheets_read: u32,
    /// Whether the vendor has the bytes that were sealed; absent: nothing was said.
    pub acknowledged: Option<bool>,
    /// What became of the pieces that were stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Reconciled>,
}

/// Pieces that were stopped: destroyed + posted + unknown = pieces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reconciled {
    /// All that were stopped.
    pub pieces: u64,
    /// Reported destroyed, piece by piece.
    pub destroyed: u64,
    /// Posted, whether they came back or not.
    pub posted: u64,
    /// Neither.
    pub unknown: u64,
    /// What the vendor answers for the part.
    pub answer: Option<StopAnswer>,
}

impl Reconciled {
    fn add(&mut self, state: PieceState) {
        self.pieces += 1;
        match state {
            PieceState::Destroyed => self.destroyed += 1,
            PieceState::Posted | PieceState::Returned => self.posted += 1,
            _ => self.unknown += 1,
        }
    }

    /// Whether the vendor counts others destroyed or posted than its own readings do.
    #[must_use]
    pub fn disagrees(&self) -> bool {
        self.answer.is_some_and(|answer| {
            u64::from(answer.destroyed) != self.destroyed || u64::from(answer.posted) != self.posted
        })
    }
}

/// One letter of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// The job's name.
    pub job: String,
    /// Part.
    pub part: u32,
    /// Place in the job.
    pub seq: u32,
    /// The letter.
    pub letter_id: LetterId,
}

impl PaperTrail {
    /// Whether a human has to look: something cannot be right, is unproven, or a stop is not
    /// reconciled.
    #[must_use]
    pub fn needs_a_human(&self) -> bool {
        let disagrees = |part: &PartPaper| part.stopped.is_some_and(|stop| stop.disagrees());
        !self.alarms.is_empty()
            || self.letters.by_state.get(&PieceState::Unproven).is_some_and(|letters| *letters > 0)
            || self.jobs.iter().flat_map(|job| &job.parts).any(disagrees)
    }
}

/// Says where all letters are; with `state`, names those that are in it.
///
/// # Errors
/// [`RecordError`] when the ledger cannot be read, its history does not hold, or a row about pieces
/// is not what the history says.
pub fn paper(
    home: &Home<'_>,
    terms: &PaperTerms<'_>,
    state: Option<PieceState>,
) -> Result<PaperTrail, RecordError> {
    let path = ledger_path(home.data_dir);
    if !path.exists() {
        return Err(RecordError::Missing { path });
    }

    let store = Store::open(&path, Access::Read)?;
    let survey = store.snapshot(|store| {
        let entries = store.entries()?;
        let model = Model::replay(&audit::verify(&entries)?)?;
        anchors::check(home.data_dir, home.anchor, &entries, &model)?;
        Surveyor { store, model: &model, terms, wanted: state }.survey()
    })?;
    Ok(survey)
}

impl Ledger {
    /// Where all letters are, of an open ledger.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn paper(&self, terms: &PaperTerms<'_>) -> Result<PaperTrail, RecordError> {
        let model = self.model()?;
        Surveyor { store: &self.store, model: &model, terms, wanted: None }.survey()
    }
}

/// Goes over all pieces once.
struct Surveyor<'s> {
    store: &'s Store,
    model: &'s Model,
    terms: &'s PaperTerms<'s>,
    wanted: Option<PieceState>,
}

impl Surveyor<'_> {
    fn survey(&self) -> Result<PaperTrail, RecordError> {
        let mut survey = PaperTrail {
            letters: LetterStates {
                total: 0,
                by_state: PieceState::ALL.iter().map(|state| (*state, 0)).collect(),
            },
            alarms: BTreeMap::new(),
            returned: BTreeMap::new(),
            unreached: 0,
            receipts: self.model.origins.clone(),
            repaired_by_hand: 0,
            jobs: Vec::new(),
            stops: self.model.stops.in_force().cloned().collect(),
            listed: Vec::new(),
        };

        // What was about people is gone, and with it where their letters were.
        let state = self.model.campaign.as_ref().map(|campaign| campaign.state);
        if state == Some(CampaignState::Purged) {
            return Ok(survey);
        }

        survey.unreached = returns::unreached(self.store, self.model)?.len() as u64;
        let returned = self.store.returned()?;
        let mut tallies = PieceTallies::default();
        // Letters that are printed again are counted where they were planned.
        let jobs = self.model.jobs.iter();
        let jobs = jobs.filter(|(_, job)| job.abandoned.is_none() && job.reprint.is_none());
        for (number, job) in jobs {
            let letters: u32 = job.parts.iter().map(|part| part.letters).sum();
            let mut pieces = vec![PieceHistory::default(); letters as usize];
            self.store.for_each_piece(Some(*number), |event, row| {
                tallies.piece(event, &row);
                if let Some(piece) = pieces.get_mut(row.seq as usize - 1) {
                    piece.add(&row);
                }
            })?;

            for (_, row) in returned.iter().filter(|(_, row)| row.job == *number) {
                if let Some(piece) = pieces.get_mut(row.seq as usize - 1) {
                    piece.add_return(row);
                }
            }
            self.job(*number, job, &pieces, &mut survey)?;
        }

        for (event, row) in &returned {
            tallies.returned(*event, row);
        }

        if tallies.finish() != self.model.pieces {
            return Err(RecordError::Replay { what: "what the vendor said of pieces".to_owned() });
        }
        Ok(survey)
    }

    fn job(
        &self,
        number: JobNumber,
        job: &JobRow,
        pieces: &[PieceHistory],
        survey: &mut PaperTrail,
    ) -> Result<(), RecordError> {
        let terms = terms_of(self.model, number, self.terms);
        let mut named: Vec<(u32, u32)> = Vec::new();
        let mut seq = 0;
        let mut parts = Vec::new();
        for totals in &job.parts {
            let mut part = PartPaper {
                part: totals.number,
                letters: totals.letters,
                by_state: BTreeMap::new(),
                sheets: totals.sheets,
                sheets_read: 0,
                acknowledged: self.model.acknowledged.get(&(number, totals.number)).copied(),
                stopped: None,
            };

            for _ in 0..totals.letters {
                seq += 1;
                let piece = &pieces[seq as usize - 1];
                let of = terms.in_part(totals.number, seq);
                let state = piece.state(&of);
                *part.by_state.entry(state).or_default() += 1;
                part.sheets_read += piece.sheets_read();
                if of.stopped.is_some() {
                    part.stopped.get_or_insert_default().add(state);
                }

                survey.count(piece, &of);
                if self.wanted == Some(state) {
                    named.push((totals.number, seq));
                }
            }

            if let Some(stopped) = &mut part.stopped {
                stopped.answer = self.model.stops.answer_of(number, totals.number);
            }
            if part.acknowledged == Some(false) {
                *survey.alarms.entry("other_bytes").or_default() += u64::from(part.letters);
            }
            for (state, letters) in &part.by_state {
                *survey.letters.by_state.entry(*state).or_default() += letters;
            }
            survey.letters.total += u64::from(totals.letters);
            parts.push(part);
        }

        let reprints = terms.copies.iter().map(|copies| self.reprint(copies, survey)).collect();
        survey.jobs.push(JobPaper {
            job: job.name.clone(),
            date: job.run_date,
            working_days: working_days::between(job.run_date, self.terms.today),
            deadline: terms.deadline,
            parts,
            reprints,
        });
        self.list(number, job, &named, survey)
    }

    /// A job of letters that are printed again.
    fn reprint(&self, copies: &Copies<'_>, survey: &mut PaperTrail) -> ReprintPaper {
        for part in &copies.job.parts {
            if self.model.acknowledged.get(&(copies.number, part.number)) == Some(&false) {
                *survey.alarms.entry("other_bytes").or_default() += u64::from(part.letters);
            }
        }

        ReprintPaper {
            job: copies.job.name.clone(),
            date: copies.job.run_date,
            reprint_no: copies.reprint.reprint_no,
            letters: copies.reprint.seqs.len() as u64,
        }
    }

    /// Names the letters at these places.
    fn list(
        &self,
        number: JobNumber,
        job: &JobRow,
        named: &[(u32, u32)],
        survey: &mut PaperTrail,
    ) -> Result<(), RecordError> {
        if named.is_empty() {
            return Ok(());
        }

        let letters = self.store.letters_of(number)?;
        for (part, seq) in named {
            let letter = letters.get(*seq as usize - 1).ok_or_else(|| RecordError::Replay {
                what: format!("the letters of job {number}"),
            })?;
            let (job, letter_id) = (job.name.clone(), letter.letter_id);
            survey.listed.push(Listed { job, part: *part, seq: *seq, letter_id });
        }
        Ok(())
    }
}

impl PaperTrail {
    /// Counts what is to be said of a piece besides its state.
    fn count(&mut self, piece: &PieceHistory, terms: &PieceTerms) {
        for alarm in piece.alarms(terms) {
            *self.alarms.entry(alarm.word()).or_default() += 1;
        }
        if let Some((_, reason)) = piece.returned() {
            *self.returned.entry(reason.word()).or_default() += 1;
        }
        self.repaired_by_hand += u64::from(piece.is_repaired());
    }
}
