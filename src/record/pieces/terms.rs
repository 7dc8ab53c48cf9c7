//! What is known of the pieces of a job besides what was said of them: stops, deadlines, copies that
//! we had printed again.

use jiff::civil::Date;

use super::PaperTerms;
use super::fold::{CopyTerms, PieceTerms};
use crate::field::job_number::JobNumber;
use crate::field::piece::PieceState;
use crate::record::model::{JobRow, Model, Reprint};

/// What is known of the pieces of a job besides what was said of them.
pub(super) struct JobTerms<'m> {
    model: &'m Model,
    number: JobNumber,
    job: &'m JobRow,
    /// Whether the vendor can have it.
    is_out: bool,
    overdue: bool,
    pub deadline: Date,
    /// Copies that we had printed again, oldest job first.
    pub copies: Vec<Copies<'m>>,
}

/// The copies of one job that prints letters again.
pub(super) struct Copies<'m> {
    pub number: JobNumber,
    pub job: &'m JobRow,
    pub reprint: &'m Reprint,
    is_out: bool,
    overdue: bool,
}

pub(super) fn terms_of<'m>(
    model: &'m Model,
    number: JobNumber,
    paper: &PaperTerms<'_>,
) -> JobTerms<'m> {
    let job = &model.jobs[&number];
    let deadline = paper.deadline(job.run_date);
    let copies = model.reprints_of(number).map(|(number, job, reprint)| Copies {
        number,
        job,
        reprint,
        is_out: model.is_out(number, job),
        overdue: paper.today > paper.deadline(job.run_date),
    });
    let copies = copies.collect();
    let (is_out, overdue) = (model.is_out(number, job), paper.today > deadline);
    JobTerms { model, number, job, is_out, overdue, deadline, copies }
}

impl JobTerms<'_> {
    /// The part of a place in the job, from 1.
    fn part_of(&self, seq: u32) -> u32 {
        let mut last = 0;
        let mut holds = |letters: u32| {
            last += letters;
            seq <= last
        };
        self.job.parts.iter().find(|part| holds(part.letters)).map_or(0, |part| part.number)
    }

    pub fn of(&self, seq: u32) -> PieceTerms {
        self.in_part(self.part_of(seq), seq)
    }

    pub fn in_part(&self, part: u32, seq: u32) -> PieceTerms {
        let stops = &self.model.stops;
        let mut stopped = stops.since(self.number, part, seq);

        let mut last = None;
        for copies in &self.copies {
            let Some(part) = copies.reprint.part_of(&copies.job.parts, seq) else { continue };
            stopped = stopped.or_else(|| stops.since(copies.number, part, seq));
            let copy = CopyTerms {
                reprint_no: copies.reprint.reprint_no,
                base: self.base(copies.number, copies.is_out, part),
                overdue: copies.is_out && copies.overdue,
            };
            last = last.filter(|last: &CopyTerms| last.reprint_no > copy.reprint_no).or(Some(copy));
        }

        PieceTerms {
            base: self.base(self.number, self.is_out, part),
            stopped,
            overdue: self.is_out && self.overdue,
            made_on: self.job.run_date,
            reprint: last,
        }
    }

    /// Where a piece of a part is when nothing was said of it.
    fn base(&self, number: JobNumber, is_out: bool, part: u32) -> PieceState {
        match self.model.acknowledged.get(&(number, part)) {
            Some(true) => PieceState::Accepted,
            _ if !is_out => PieceState::Planned,
            Some(false) | None => PieceState::HandedOver,
        }
    }
}
