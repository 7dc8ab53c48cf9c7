//! What the history says of letters that wait for a wave, are printed again, or are written anew:
//! no table has it.

use std::sync::Arc;

use super::{JobRow, Model};
use crate::field::job_number::JobNumber;
use crate::field::schedule::{Schedule, Wave};
use crate::field::subject::LetterSubject;
use crate::record::audit::{Abandoned, Planned, ReissueOrdered, ReprintPlanned};
use crate::record::job::{JobState, PartTotals};
use crate::record::reissues::ReissueWish;
use crate::record::stops::StopScope;

/// Letters of an earlier job that a job prints once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reprint {
    /// The job that they were planned in.
    pub of: JobNumber,
    /// Which copy: 1 is the second.
    pub reprint_no: u32,
    /// Their places there, in order.
    pub seqs: Vec<u32>,
}

impl Reprint {
    /// The part of this job, of which these are all, that has a letter; `None`: none of them.
    pub(in crate::record) fn part_of(&self, parts: &[PartTotals], seq: u32) -> Option<u32> {
        let place = self.seqs.binary_search(&seq).ok()?;
        let mut last = 0;
        let mut holds = |letters: u32| {
            last += letters as usize;
            place < last
        };
        parts.iter().find(|part| holds(part.letters)).map(|part| part.number)
    }
}

impl Model {
    /// Whether the vendor can have a job: one that goes by SFTP is out when its marker has arrived.
    pub fn is_out(&self, number: JobNumber, job: &JobRow) -> bool {
        let passage = self.passages.get(&number).filter(|passage| passage.is_due);
        let done = format!("{}.done", job.name);
        job.state >= JobState::Published && passage.is_none_or(|passage| passage.has_arrived(&done))
    }

    /// `None`: its waves are not in the order of their nights and turns.
    pub(super) fn scheduled(&mut self, schedule: &Schedule) -> Option<()> {
        let in_order = |pair: &[Wave]| pair[0].on < pair[1].on && pair[0].up_to < pair[1].up_to;
        let last = schedule.waves.last()?;
        (last.up_to == u32::MAX && schedule.waves.windows(2).all(in_order)).then_some(())?;
        self.schedules.push(schedule.clone());
        Some(())
    }

    /// `None`: the letters that are not to people are not letters of the job, or not in order.
    pub(super) fn noticed(&mut self, plan: &Planned) -> Option<()> {
        let letters = 1..=plan.parts.iter().map(|part| part.letters).sum();
        let in_order = plan.notices.windows(2).all(|pair| pair[0].0 < pair[1].0);
        for (seq, subject, patients) in &plan.notices {
            (letters.contains(seq) && !subject.is_person()).then_some(())?;
            self.notices.insert((plan.job, *seq), (*subject, *patients));
        }
        in_order.then_some(())
    }

    /// Letters that are not to people and count: their jobs were not given up.
    pub fn told_notices(
        &self,
        subject: LetterSubject,
    ) -> impl Iterator<Item = ((JobNumber, u32), u64)> {
        let of_subject = self.notices.iter().filter(move |(_, (own, _))| *own == subject);
        let counts = |job| self.jobs.get(job).is_some_and(|row| row.abandoned.is_none());
        of_subject
            .filter(move |((job, _), _)| counts(job))
            .map(|(place, (_, count))| (*place, *count))
    }

    /// `None`: the job is not there, or may be out. The patients of a provider wait no longer because a
    /// notice to it was given up.
    pub fn abandoned(&mut self, event: u64, step: &Abandoned) -> Option<()> {
        let job = self.jobs.get_mut(&step.job).filter(|job| job.can_be_abandoned())?;
        job.abandoned = Some(event);
        let (run_id, on) = (job.run_id.clone(), job.run_date);
        self.contents.remove(&step.job);
        self.reissued.retain(|_, by| *by != step.job);

        let mails = self.give_mails_up(&run_id);
        for provider in step.providers.iter().copied().chain(mails) {
            let first = self.given_up.entry(provider).or_insert(on);
            *first = on.min(*first);
        }
        Some(())
    }

    /// `None`: the job is there already, or one of its copies is: each copy is printed once.
    pub fn reprinted(&mut self, event: u64, plan: &ReprintPlanned) -> Option<()> {
        let of = self.jobs.get(&plan.of).filter(|of| of.state >= JobState::Published)?;
        let letters: u32 = of.parts.iter().map(|part| part.letters).sum();
        let again: u32 = plan.parts.iter().map(|part| part.letters).sum();
        let in_order = plan.seqs.windows(2).all(|pair| pair[0] < pair[1]);
        let are_there = plan.seqs.iter().all(|seq| (1..=letters).contains(seq));
        let is_new = plan
            .seqs
            .iter()
            .all(|seq| self.copies_of(plan.of, *seq).all(|(number, _)| number < plan.reprint_no));
        let counted = usize::try_from(again) == Ok(plan.seqs.len());
        (of.reprint.is_none() && in_order && are_there && is_new && counted).then_some(())?;

        let (of, reprint_no, seqs) = (plan.of, plan.reprint_no, plan.seqs.clone());
        let job = JobRow {
            name: plan.name.clone(),
            run_id: plan.run_id.clone(),
            run_date: plan.date,
            event,
            state: JobState::Planned,
            staged: plan.staged.clone(),
            parts: plan.parts.clone(),
            sealed: Vec::new(),
            sealed_event: None,
            abandoned: None,
            reprint: Some(Arc::new(Reprint { of, reprint_no, seqs })),
        };
        self.jobs.insert(plan.job, job).is_none().then_some(())
    }

    /// The jobs that print letters of a job again, oldest number first; not those that were given
    /// up.
    pub fn reprints_of(
        &self,
        of: JobNumber,
    ) -> impl Iterator<Item = (JobNumber, &JobRow, &Reprint)> {
        let jobs = self.jobs.iter().filter(|(_, job)| job.abandoned.is_none());
        let reprints =
            jobs.filter_map(|(number, job)| Some((*number, job, job.reprint.as_deref()?)));
        reprints.filter(move |(.., reprint)| reprint.of == of)
    }

    /// Whether a stop is about the letter at this place of a job.
    pub fn covers(&self, scope: StopScope, job: JobNumber, seq: u32) -> bool {
        scope.covers(job, self.part_of(job, seq), seq)
    }

    /// The copies of a letter that we had printed again, with the job of each.
    pub fn copies_of(&self, of: JobNumber, seq: u32) -> impl Iterator<Item = (u32, JobNumber)> {
        let of_letter = move |reprint: &Reprint| reprint.seqs.binary_search(&seq).is_ok();
        let reprints = self.reprints_of(of).filter(move |(.., reprint)| of_letter(reprint));
        reprints.map(|(job, _, reprint)| (reprint.reprint_no, job))
    }

    /// `None`: one of the letters is not there, or was ordered before: each is written anew once.
    pub fn reissue(&mut self, order: &ReissueOrdered) -> Option<()> {
        let ReissueOrdered { reason, language, letters, .. } = order;
        for place in letters {
            let job = self.jobs.get(&place.0).filter(|job| job.state >= JobState::Published)?;
            let last: u32 = job.parts.iter().map(|part| part.letters).sum();
            ((1..=last).contains(&place.1) && job.reprint.is_none()).then_some(())?;
            let wish = ReissueWish { reason: *reason, language: *language };
            self.reissues.insert(*place, wish).is_none().then_some(())?;
        }
        (!letters.is_empty()).then_some(())
    }

    /// Letters that are still to be written anew, by job and place.
    pub fn open_reissues(&self) -> impl Iterator<Item = ((JobNumber, u32), ReissueWish)> {
        let open = self.reissues.iter().filter(|(place, _)| !self.reissued.contains_key(place));
        open.map(|(place, wish)| (*place, *wish))
    }

    /// The part of a job that has the letter at this place.
    pub fn part_of(&self, job: JobNumber, seq: u32) -> u32 {
        let mut last = 0;
        let mut holds = |letters: u32| {
            last += letters;
            seq <= last
        };
        let parts = self.jobs.get(&job).map_or(&[][..], |job| &job.parts);
        parts.iter().find(|part| holds(part.letters)).map_or(0, |part| part.number)
    }

    /// Whether a letter is, or ever was, to be stopped.
    pub fn was_stopped(&self, job: JobNumber, seq: u32) -> bool {
        self.stops.ever_covered(job, self.part_of(job, seq), seq)
    }
}
