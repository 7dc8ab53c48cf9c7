//! The ledger's state as the events tell it, to be compared with the tables.

mod again;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::approvals::Approvals;
use super::audit::{
    Contents, Event, FilePassed, Init, KnownInput, Migrated, Planned, ProviderNoted, ReceiptTaken,
    Waiting,
};
use super::error::RecordError;
use super::job::{JobState, PartTotals, SealedPart, StagedFile, Totals};
use super::notice_mails::Mails;
use super::passage::Passage;
use super::reissues::ReissueWish;
use super::stops::Stops;
use crate::field::ids::Pseudonym;
use crate::field::job_number::JobNumber;
use crate::field::mode::Mode;
use crate::field::schedule::Schedule;
use crate::field::subject::LetterSubject;
use crate::receipts::Origin;
pub use again::Reprint;

/// What the tables must hold. Rows about people are present as counts and hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Model {
    pub ledger: Option<LedgerRow>,
    pub campaign: Option<CampaignRow>,
    /// What the ledger is for, and the event that says so; `None` before version 3.
    pub mode: Option<(Mode, u64)>,
    pub inputs: Vec<(u64, KnownInput)>,
    /// Event -> number of rows and their hash.
    pub identities: BTreeMap<u64, (u64, String)>,
    /// The same of decisions about who is who.
    pub decisions: BTreeMap<u64, (u64, String)>,
    /// The same of cases for a human.
    pub cases: BTreeMap<u64, (u64, String)>,
    /// The same of rows of files, of whom lists protect, and of what was said of records.
    pub rows: BTreeMap<u64, (u64, String)>,
    pub shields: BTreeMap<u64, (u64, String)>,
    pub record_rulings: BTreeMap<u64, (u64, String)>,
    /// The same of what humans said of cases.
    pub judgements: BTreeMap<u64, (u64, String)>,
    /// The same of what the vendor said of pieces, and of what came back.
    pub pieces: BTreeMap<u64, (u64, String)>,
    pub jobs: BTreeMap<JobNumber, JobRow>,
    pub contents: BTreeMap<JobNumber, Contents>,
    /// Jobs whose packages are known to be gone; told by the history alone.
    pub gone: BTreeSet<JobNumber>,
    /// Files of the vendor's, by their hash; told by the history alone.
    pub receipts: BTreeSet<String>,
    /// How many of them there are of each origin; told by the history alone.
    pub origins: BTreeMap<Origin, u64>,
    /// Parts that the vendor has byte for byte (true), or has otherwise; told by the history alone.
    pub acknowledged: BTreeMap<(JobNumber, u32), bool>,
    /// Jobs on their way to the vendor's SFTP server; told by the history alone.
    pub passages: BTreeMap<JobNumber, Passage>,
    /// Stops that were ordered, by their event, and what the vendor answered; told by the history
    /// alone.
    pub stops: Stops,
    /// The waves of first letters, oldest schedule first; told by the history alone.
    pub schedules: Vec<Schedule>,
    /// Letters that are, or were, to be written anew, by job and place; told by the history alone.
    pub reissues: BTreeMap<(JobNumber, u32), ReissueWish>,
    /// Those that have been, with the job of the new letter.
    pub reissued: BTreeMap<(JobNumber, u32), JobNumber>,
    /// Letters that are not to people, by job and place: to what kind of subject, and how many
    /// patients they count; told by the history alone.
    pub notices: BTreeMap<(JobNumber, u32), (LetterSubject, u64)>,
    /// What was noted of providers, in order; told by the history alone.
    pub providers: Vec<ProviderNoted>,
    /// Notices by mail; told by the history alone.
    pub mails: Mails,
    /// Providers to which a job that was given up had a notice, and the date of the first of these
    /// jobs; told by the history alone.
    pub given_up: BTreeMap<Pseudonym, Date>,
    /// What was said of statements; told by the history alone.
    pub approvals: Approvals,
    /// Totals from before a purge; told by the history alone.
    pub purged: Option<Totals>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LedgerRow {
    pub id: String,
    pub key_check: String,
    pub created_on: Date,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CampaignRow {
    pub name: String,
    pub state: CampaignState,
    pub opened_on: Date,
}

/// Whether letters may still be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CampaignState {
    /// Letters are sent.
    Open,
    /// No more letters.
    Closed,
    /// What is about people is being destroyed.
    Purging,
    /// What was about people is gone.
    Purged,
}

impl CampaignState {
    /// The word in the ledger.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Purging => "purging",
            Self::Purged => "purged",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        [Self::Open, Self::Closed, Self::Purging, Self::Purged]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JobRow {
    pub name: String,
    pub run_id: String,
    pub run_date: Date,
    pub event: u64,
    pub state: JobState,
    pub staged: Vec<StagedFile>,
    pub parts: Vec<PartTotals>,
    pub sealed: Vec<SealedPart>,
    /// The event that sealed it; told by the history alone.
    pub sealed_event: Option<u64>,
    /// The event that gave it up.
    pub abandoned: Option<u64>,
    /// Which letters it prints again; told by the history alone.
    pub reprint: Option<Arc<Reprint>>,
}

impl JobRow {
    /// Without what no table has.
    fn stored(&self) -> Self {
        Self { sealed_event: None, reprint: None, ..self.clone() }
    }

    /// Whether the next run goes on with it.
    pub fn is_unfinished(&self) -> bool {
        self.abandoned.is_none() && self.state != JobState::Done
    }

    /// Whether nothing of it can have left the building, as far as the ledger knows.
    pub const fn can_be_abandoned(&self) -> bool {
        self.abandoned.is_none() && matches!(self.state, JobState::Planned | JobState::Sealed)
    }
}

impl Model {
    /// Plays the history.
    pub fn replay(events: &[Event]) -> Result<Self, RecordError> {
        let mut model = Self::default();
        for (seq, event) in (1..).zip(events) {
            model.apply(seq, event).ok_or(RecordError::Chain { seq })?;
        }
        Ok(model)
    }

    /// `None`: the event cannot follow the events before it.
    fn apply(&mut self, seq: u64, event: &Event) -> Option<()> {
        match event {
            Event::Init(init) => self.begin(seq, init)?,
            Event::Inputs(inputs) => {
                self.inputs.extend(inputs.files.iter().map(|file| (seq, file.clone())));
            }
            Event::Identities(found) => {
                let rows = u64::from(found.merges) + u64::from(found.splits);
                self.identities.insert(seq, (rows, found.sha256.clone()));
            }
            Event::Decided(decided) => {
                let rows = decided.same + decided.different + decided.undecided;
                self.decisions.insert(seq, (rows, decided.sha256.clone()));
            }
            Event::RowsRead(read) => drop(self.rows.insert(seq, (read.lines, read.sha256.clone()))),
            Event::ShieldsSeen(seen) => {
                self.shields.insert(seq, (seen.held + seen.lifted, seen.sha256.clone()));
            }
            Event::RecordsRuled(ruled) => {
                let rows = ruled.withdrawn + ruled.lacking + ruled.undecided;
                self.record_rulings.insert(seq, (rows, ruled.sha256.clone()));
            }
            Event::Judged(said) => {
                self.judgements.insert(seq, (said.lines, said.sha256.clone()));
            }
            Event::Scheduled(waves) => self.scheduled(&waves.schedule)?,
            Event::Planned(plan) => self.planned(seq, plan)?,
            Event::Reprint(plan) => self.reprinted(seq, plan)?,
            Event::Reissue(order) => self.reissue(order)?,
            Event::Sealed(sealed) => {
                let job = self.step(sealed.job, JobState::Planned, JobState::Sealed)?;
                job.sealed.clone_from(&sealed.parts);
                job.sealed_event = Some(seq);
            }
            Event::Published(step) => {
                self.step(step.job, JobState::Sealed, JobState::Published)?;
            }
            Event::Done(step) => {
                self.step(step.job, JobState::Published, JobState::Done)?;
            }
            Event::Abandoned(step) => self.abandoned(seq, step)?,
            Event::Migrated(step) => self.migrated(seq, step)?,
            Event::Waiting(told) => self.waiting(seq, told)?,
            Event::Gone(gone) => self.are_gone(&gone.jobs)?,
            Event::Republished(back) => self.is_back(back.job)?,
            Event::Receipt(taken) => self.receipt(seq, taken)?,
            Event::Passage(passed) => self.passed(passed)?,
            Event::Stop(stop) => self.stops.order(seq, stop, &self.jobs)?,
            Event::Lifted(lifted) => self.stops.lift(seq, lifted)?,
            Event::Provider(noted) => self.providers.push(noted.clone()),
            Event::MailsPlanned(_) | Event::MailsTold(_) => self.mailed(event)?,
            Event::Approval(act) => self.approval(seq, act)?,
            Event::Closed(_) => self.end(CampaignState::Open, CampaignState::Closed)?,
            Event::Purging(purging) => {
                self.end(CampaignState::Closed, CampaignState::Purging)?;
                self.purged = Some(purging.totals);
            }
            Event::Purged(_) => {
                self.end(CampaignState::Purging, CampaignState::Purged).map(|()| self.forget())?;
            }
        }

        Some(())
    }

    /// `None`: it is not the first event.
    fn begin(&mut self, seq: u64, init: &Init) -> Option<()> {
        if seq != 1 {
            return None;
        }

        let (id, key_check) = (init.ledger.clone(), init.key_check.clone());
        self.ledger = Some(LedgerRow { id, key_check, created_on: init.date });

        let (name, state) = (init.campaign.clone(), CampaignState::Open);
        self.campaign = Some(CampaignRow { name, state, opened_on: init.date });

        self.mode = init.mode.map(|mode| (mode, seq));
        Some(())
    }

    /// `None`: humans were told nothing.
    fn migrated(&mut self, seq: u64, step: &Migrated) -> Option<()> {
        let is_step = step.from < step.to && (step.mode.is_none() || self.mode.is_none());
        is_step.then_some(())?;
        self.mode = self.mode.or(step.mode.map(|mode| (mode, seq)));
        Some(())
    }

    fn waiting(&mut self, seq: u64, told: &Waiting) -> Option<()> {
        let rows = told.opened + told.overdue + told.closed;
        if rows > 0 {
            self.cases.insert(seq, (rows, told.sha256.clone()));
        }

        (rows > 0 || told.reminded).then_some(())
    }

    /// `None`: the file was taken before, or its job was never handed over.
    fn receipt(&mut self, seq: u64, taken: &ReceiptTaken) -> Option<()> {
        self.jobs.get(&taken.job).filter(|job| job.state >= JobState::Published)?;
        self.receipts.insert(taken.file_sha256.clone()).then_some(())?;
        *self.origins.entry(taken.origin).or_default() += 1;
        if taken.pieces + taken.returned > 0 {
            self.pieces.insert(seq, (taken.pieces + taken.returned, taken.sha256.clone()));
        }

        // Bytes that were once wrong stay an alarm until the vendor has the right ones.
        for (part, agrees) in &taken.acknowledged {
            self.acknowledged.insert((taken.job, *part), *agrees);
        }

        self.stops.answer(taken.job, &taken.answers);
        Some(())
    }

    /// `None`: the job was not published, or the step cannot follow those before it.
    fn passed(&mut self, passed: &FilePassed) -> Option<()> {
        self.jobs.get(&passed.job).filter(|job| job.state >= JobState::Published)?;
        self.passages.entry(passed.job).or_default().take(&passed.step)
    }

    /// `None`: the job is there already.
    fn planned(&mut self, seq: u64, plan: &Planned) -> Option<()> {
        let job = JobRow {
            name: plan.name.clone(),
            run_id: plan.run_id.clone(),
            run_date: plan.date,
            event: seq,
            state: JobState::Planned,
            staged: plan.staged.clone(),
            parts: plan.parts.clone(),
            sealed: Vec::new(),
            sealed_event: None,
            abandoned: None,
            reprint: None,
        };

        if self.jobs.insert(plan.job, job).is_some() {
            return None;
        }

        self.contents.insert(plan.job, plan.contents.clone());
        for (_, job, seq) in &plan.reissues {
            let place = (*job, *seq);
            self.reissues.get(&place)?;
            self.reissued.insert(place, plan.job).is_none().then_some(())?;
        }
        self.noticed(plan)
    }

    /// `None`: the job is not one that has come to its end.
    fn is_back(&mut self, job: JobNumber) -> Option<()> {
        self.jobs.get(&job).filter(|job| job.state == JobState::Done)?;
        self.gone.remove(&job);
        Some(())
    }

    /// `None`: one of them is known to be gone, or never was out.
    fn are_gone(&mut self, jobs: &[JobNumber]) -> Option<()> {
        for job in jobs {
            self.jobs.get(job).filter(|job| job.state == JobState::Done)?;
            self.gone.insert(*job).then_some(())?;
        }
        Some(())
    }

    /// What was about people is gone.
    fn forget(&mut self) {
        self.contents.clear();
        self.identities.clear();
        self.decisions.clear();
        self.cases.clear();
        self.rows.clear();
        self.shields.clear();
        self.record_rulings.clear();
        self.judgements.clear();
        self.pieces.clear();
        self.notices.clear();
        self.providers.clear();
        self.mails = Mails::default();
        self.given_up.clear();
    }

    fn step(&mut self, job: JobNumber, from: JobState, to: JobState) -> Option<&mut JobRow> {
        let job =
            self.jobs.get_mut(&job).filter(|job| job.state == from && job.abandoned.is_none())?;
        job.state = to;
        Some(job)
    }

    fn end(&mut self, from: CampaignState, to: CampaignState) -> Option<()> {
        let campaign = self.campaign.as_mut().filter(|campaign| campaign.state == from)?;
        campaign.state = to;
        Some(())
    }

    /// Compares with what the tables hold.
    pub fn compare(&self, tables: &Self) -> Result<(), RecordError> {
        let differs = |what: &str| Err(RecordError::Replay { what: what.to_owned() });
        if self.ledger != tables.ledger {
            return differs("the ledger's name");
        }

        if self.campaign != tables.campaign {
            return differs("the campaign");
        }

        if self.mode != tables.mode {
            return differs("the ledger's mode");
        }

        if self.inputs != tables.inputs {
            return differs("the list of inputs");
        }

        if self.identities != tables.identities {
            return differs("the list of merged and split people");
        }

        if self.decisions != tables.decisions {
            return differs("the list of decisions about who is who");
        }

        if self.cases != tables.cases {
            return differs("the list of cases for a human");
        }

        if self.rows != tables.rows {
            return differs("what is known of rows");
        }

        if self.shields != tables.shields {
            return differs("the list of people whom lists protect");
        }

        if self.record_rulings != tables.record_rulings {
            return differs("the list of withdrawn and lacking records");
        }

        if self.judgements != tables.judgements {
            return differs("the list of judgements");
        }

        if self.pieces != tables.pieces {
            return differs("what the vendor said of pieces");
        }

        for job in self.jobs.keys().chain(tables.jobs.keys()) {
            if self.jobs.get(job).map(JobRow::stored) != tables.jobs.get(job).map(JobRow::stored) {
                return differs(&format!("job {job}"));
            }
        }

        for job in self.contents.keys().chain(tables.contents.keys()) {
            if self.contents.get(job) != tables.contents.get(job) {
                return differs(&format!("the letters or people of job {job}"));
            }
        }

        Ok(())
    }
}
