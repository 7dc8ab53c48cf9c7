//! Letters that are to be printed once more: which copy of which, and the job that does it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::fold::{PieceHistory, PieceTerms};
use super::terms::terms_of;
use super::{PaperTerms, PieceRow};
use crate::field::ids::Pseudonym;
use crate::field::job_number::JobNumber;
use crate::field::piece::PieceState;
use crate::record::audit::{Head, ReprintPlanned};
use crate::record::error::RecordError;
use crate::record::job::{JobState, PartTotals, StagedFile};
use crate::record::model::Model;
use crate::record::{Ledger, inputs};

/// The letters of a job of which every copy is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpoiltLetters {
    /// All letters of the job.
    pub letters: u64,
    /// Letters of it that we have had printed again before.
    pub printed_again: u64,
    /// Places of letters that are spoilt, by the number of their next copy.
    pub spoilt: BTreeMap<u32, Vec<u32>>,
    /// The same of letters that were destroyed on our word.
    pub destroyed: BTreeMap<u32, Vec<u32>>,
    /// Letters that have not left, or not for good: not handed over, spoilt, destroyed or stopped.
    pub undone: Vec<u32>,
}

impl SpoiltLetters {
    fn add(&mut self, seq: u32, piece: &PieceHistory, terms: &PieceTerms) {
        let copies = match piece.state(terms) {
            PieceState::Spoilt => Some(&mut self.spoilt),
            PieceState::Destroyed => Some(&mut self.destroyed),
            PieceState::Planned | PieceState::Stopped => None,
            _ => return,
        };

        self.undone.push(seq);
        if let Some((copies, next)) = copies.zip(piece.next_copy(terms)) {
            copies.entry(next).or_default().push(seq);
        }
    }

    /// Letters that are spoilt and can be printed again.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.spoilt.values().map(|places| places.len() as u64).sum()
    }
}

/// A job of letters that are printed again, written to staging.
#[derive(Clone, Debug)]
pub struct ReprintPlan<'a> {
    /// Its number.
    pub job: JobNumber,
    /// Its name in the outbox.
    pub name: &'a str,
    /// The run that planned it.
    pub run_id: &'a str,
    /// The night.
    pub date: Date,
    /// The job that the letters were planned in.
    pub of: JobNumber,
    /// Which copy: 1 is the second.
    pub reprint_no: u32,
    /// Places of the letters there, in order.
    pub seqs: &'a [u32],
    /// Who ordered it, and why; `None`: the night does it by itself.
    pub ordered: Option<(&'a str, &'a str)>,
    /// What each part holds.
    pub parts: &'a [PartTotals],
    /// Files of the plan, on the disk and synced.
    pub staged: &'a [StagedFile],
}

impl Ledger {
    /// Where the piece at this place of a job is.
    pub(in crate::record) fn state_of(
        &self,
        model: &Model,
        job: JobNumber,
        seq: u32,
        paper: &PaperTerms<'_>,
    ) -> Result<PieceState, RecordError> {
        let mut piece = PieceHistory::default();
        self.store.pieces_at(job, seq)?.iter().for_each(|row| piece.add(row));
        let returned = self.store.returned()?;
        let own = returned.iter().filter(|(_, row)| (row.job, row.seq) == (job, seq));
        own.for_each(|(_, row)| piece.add_return(row));
        Ok(piece.state(&terms_of(model, job, paper).of(seq)))
    }

    /// The letters of finished jobs of which every copy is gone and nobody has ordered the next, by
    /// job. What is stopped is not among them.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn spoilt(
        &self,
        paper: &PaperTerms<'_>,
    ) -> Result<BTreeMap<JobNumber, SpoiltLetters>, RecordError> {
        let model = self.model()?;
        let returned = self.store.returned()?;
        let mut jobs = BTreeMap::new();
        let done = model.jobs.iter().filter(|(_, job)| {
            job.state == JobState::Done && job.abandoned.is_none() && job.reprint.is_none()
        });
        for (number, job) in done {
            let mut pieces = BTreeMap::<u32, PieceHistory>::new();
            let add = |_, row: PieceRow| pieces.entry(row.seq).or_default().add(&row);
            self.store.for_each_piece(Some(*number), add)?;
            for (_, row) in returned.iter().filter(|(_, row)| row.job == *number) {
                pieces.entry(row.seq).or_default().add_return(row);
            }

            let again = model.reprints_of(*number).map(|(.., reprint)| reprint.seqs.len() as u64);
            let mut found = SpoiltLetters {
                letters: job.parts.iter().map(|part| u64::from(part.letters)).sum(),
                printed_again: again.sum(),
                ..SpoiltLetters::default()
            };
            let terms = terms_of(&model, *number, paper);
            let silent = PieceHistory::default();
            for seq in 1..=job.parts.iter().map(|part| part.letters).sum() {
                let piece = pieces.get(&seq).unwrap_or(&silent);
                found.add(seq, piece, &terms.of(seq));
            }
            jobs.insert(*number, found);
        }

        Ok(jobs)
    }

    /// People of whom a letter was not handed over yet, or was spoilt, destroyed or stopped, and has
    /// been neither printed again nor written anew.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn undone(&self, paper: &PaperTerms<'_>) -> Result<BTreeSet<Pseudonym>, RecordError> {
        let model = self.model()?;
        let mut places = Vec::new();
        for (job, found) in self.spoilt(paper)? {
            let undone = found.undone.into_iter().map(|seq| (job, seq));
            places.extend(undone.filter(|place| !model.reissued.contains_key(place)));
        }

        let mut people: BTreeSet<Pseudonym> =
            self.store.owners_of(places.into_iter())?.into_iter().collect();
        // Whoever turned out to be somebody else's second record brought their letters along.
        for (person, other) in self.store.merged()? {
            if people.contains(&other) {
                people.insert(person);
            }
        }
        Ok(people)
    }

    /// Fixes a job of letters that are printed again. From here it is finished like any other.
    ///
    /// # Errors
    /// [`RecordError::JobState`] when another job is unfinished, [`RecordError::Copied`] when one of
    /// the copies was planned before, [`RecordError::Decider`] when a name or reason is not usable;
    /// nothing has been written then.
    pub fn reprint(&mut self, plan: &ReprintPlan<'_>) -> Result<Head, RecordError> {
        if let Some((by, reason)) = plan.ordered {
            for line in [by, reason] {
                inputs::check_line(line).map_err(|problem| RecordError::Decider { problem })?;
            }
        }
        if let Some(open) = self.pending()? {
            let found = open.state.to_string();
            return Err(RecordError::JobState { job: open.job, found, wanted: "done" });
        }

        let mut model = self.model()?;
        let (by, reason) =
            plan.ordered.map(|(by, reason)| (by.to_owned(), reason.to_owned())).unzip();
        let event = ReprintPlanned {
            job: plan.job,
            name: plan.name.to_owned(),
            run_id: plan.run_id.to_owned(),
            date: plan.date,
            of: plan.of,
            reprint_no: plan.reprint_no,
            by,
            reason,
            seqs: plan.seqs.to_vec(),
            parts: plan.parts.to_vec(),
            staged: plan.staged.to_vec(),
        };
        // What the history could not be read with is never written.
        let next = self.head()?.events + 1;
        model.reprinted(next, &event).ok_or(RecordError::Copied { job: plan.of })?;
        self.write(|store| store.reprint(&event))
    }
}
