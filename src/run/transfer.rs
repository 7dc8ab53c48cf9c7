//! Handing over by SFTP: the announcement of a job, its parts, their list and its signature, and
//! `.done` last, each under a temporary name until it is whole.
//!
//! Before a file gets its name the ledger says so, and afterwards again. So whatever is cut off or
//! killed, the next attempt knows which files cannot have arrived (they are sent), which have (they
//! are not), and of which that can only be found out by looking or asking.

mod error;
mod freight;

use std::thread;
use std::time::Duration;

use jiff::civil::Date;
use serde::Serialize;

use crate::base::progress::Progress;
use crate::base::{ExitStatus, Explain, logging};
use crate::config::{Config, TransferSettings};
use crate::deliver::sftp::{Channel, SftpError};
use crate::record::{
    CampaignState, FilePassage, Home, Job, JobState, Ledger, Passage, PassageStep, RecordError,
};

pub use error::TransferError;
use freight::Freight;

/// Before a lost connection is made again; longer each time.
const PAUSE: Duration = Duration::from_secs(1);
/// More temporary names of one file than this are not tried.
const MOST_NAMES: u32 = 99;
/// Whoever finds this in the vendor's folder hands nothing over.
const STOP: &str = "STOP";

/// What is handed over, and how.
#[derive(Clone, Copy, Debug)]
pub struct TransferTerms<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// The day that the ledger notes.
    pub date: Date,
    /// Shows how much is sent.
    pub progress: &'a Progress,
}

/// What became of a job.
#[derive(Debug)]
pub struct JobTransfer {
    /// Its name.
    pub job: String,
    /// Files that were sent now, and their bytes; or why not all of them have arrived.
    pub result: Result<Carried, TransferError>,
}

/// Files that were sent now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Carried {
    /// Files.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
}

/// What came of a transfer.
#[derive(Debug, Default)]
pub struct Transferred {
    /// Jobs that were to be handed over, oldest first.
    pub jobs: Vec<JobTransfer>,
    /// Jobs in the outbox from before there was a [transfer]: nobody but a human knows whether the
    /// vendor has them.
    pub undecided: Vec<String>,
}

impl Transferred {
    /// How a command ends with it.
    #[must_use]
    pub fn status(&self) -> ExitStatus {
        let failed = |job: &JobTransfer| job.result.as_ref().err().map(Explain::status);
        let failed: Vec<ExitStatus> = self.jobs.iter().filter_map(failed).collect();
        let is_out = self.jobs.iter().any(|job| matches!(&job.result, Ok(sent) if sent.files > 0));
        match failed.first() {
            Some(_) if is_out || failed.contains(&ExitStatus::PartPublished) => {
                ExitStatus::PartPublished
            }
            Some(status) => *status,
            None if self.undecided.is_empty() => ExitStatus::Done,
            None => ExitStatus::ForAHuman,
        }
    }
}

/// Looks whether a transfer would find the server, get in and find the folder. Nothing is sent.
///
/// # Errors
/// [`TransferError`].
pub fn try_out(config: &Config) -> Result<&TransferSettings, TransferError> {
    let settings = config.transfer.as_ref().ok_or(TransferError::NotConfigured)?;
    let mut channel = Channel::open(settings)?;
    let is_stopped = channel.size(STOP)?.is_some();
    channel.close();

    // Where the vendor puts what it sends back is there, too.
    if let Some(folder) = config.receipts.server_folder.clone() {
        Channel::open(&TransferSettings { folder, ..settings.clone() })?.close();
    }
    if is_stopped { Err(TransferError::StopThere) } else { Ok(settings) }
}

/// Hands over the jobs of these names; without names all that are due. What has arrived before is
/// not sent again.
///
/// # Errors
/// [`TransferError`] when nothing could be begun; what became of each job is in the answer.
pub fn transfer(terms: &TransferTerms<'_>, names: &[String]) -> Result<Transferred, TransferError> {
    let settings = terms.config.transfer.as_ref().ok_or(TransferError::NotConfigured)?;
    let ledger = Ledger::open_for_transfer(&Home::of(terms.config))?;
    let mut carrier = Carrier { terms, settings, ledger, channel: None };
    let mut transferred = Transferred::default();
    // Nobody is left to write to, and no package.
    if carrier.ledger.campaign_state()? >= CampaignState::Purging {
        return Ok(transferred);
    }

    logging::keep();
    // Whatever a transfer that was killed had still to write down.
    carrier.ledger.anchor()?;
    let (due, undecided) = carrier.choose(names)?;
    transferred.undecided = undecided;
    for job in due {
        let result = carrier.hand_over(&job);
        let goes_on = result.as_ref().map_or_else(TransferError::is_of_one_job, |_| true);
        transferred.jobs.push(JobTransfer { job: job.job_name, result });
        if !goes_on {
            break;
        }
    }

    carrier.close();
    Ok(transferred)
}

/// Notes that the vendor has looked and does not have a file, so that it is sent again.
///
/// # Errors
/// [`crate::record::PassageError`].
pub fn missing(
    terms: &TransferTerms<'_>,
    file: &str,
    by: &str,
    reason: &str,
) -> Result<(), crate::record::PassageError> {
    let mut ledger = Ledger::open_for_transfer(&Home::of(terms.config))?;
    ledger.note_missing(file, by, reason, terms.date).map(|_| ())
}

/// Carries files to the vendor, and writes down what happens.
struct Carrier<'a> {
    terms: &'a TransferTerms<'a>,
    settings: &'a TransferSettings,
    ledger: Ledger,
    channel: Option<Channel>,
}

impl Carrier<'_> {
    /// The jobs to hand over, and those of which only a human can say whether they are.
    fn choose(&mut self, names: &[String]) -> Result<(Vec<Job>, Vec<String>), TransferError> {
        let mut jobs = self.ledger.jobs()?;
        jobs.retain(|job| matches!(job.state, JobState::Published | JobState::Done));
        for name in names {
            let job = jobs.iter().find(|job| is_called(job, name));
            let job = job.ok_or_else(|| TransferError::NotPublished { job: name.clone() })?;
            self.ledger.note_due(job.job, self.terms.date)?;
        }

        let passages = self.ledger.passages()?;
        let (mut due, mut undecided) = (Vec::new(), Vec::new());
        for job in jobs {
            let passage = &passages[&job.job];
            let is_asked = names.is_empty() || names.iter().any(|name| is_called(&job, name));
            if passage.is_due {
                if is_asked {
                    due.push(job);
                }
            } else if names.is_empty() && !has_all(passage, &job) && self.is_in_outbox(&job) {
                undecided.push(job.job_name);
            }
        }
        Ok((due, undecided))
    }

    fn is_in_outbox(&self, job: &Job) -> bool {
        freight::folder(&self.terms.config.data_dir, job).is_dir()
    }

    /// Hands over what of a job has not arrived. A connection that is lost is made again, and begins
    /// by looking.
    fn hand_over(&mut self, job: &Job) -> Result<Carried, TransferError> {
        let mut tally = Carried::default();
        let mut attempt = 1;
        loop {
            match self.attempt(job, &mut tally) {
                Ok(()) => return Ok(tally),
                Err(error) if error.is_lost() && attempt < self.settings.attempts => {
                    tracing::warn!(transfer.job = job.job_name, error = %error, "trying again");
                    self.channel = None;
                    thread::sleep(PAUSE * attempt);
                    attempt += 1;
                }
                Err(error) => return Err(self.partly(job, error)),
            }
        }
    }

    fn attempt(&mut self, job: &Job, tally: &mut Carried) -> Result<(), TransferError> {
        let data_dir = &self.terms.config.data_dir;
        if self.is_in_outbox(job) && !self.passage(job)?.files.is_empty() {
            // Orders go first, and go although the rest is stopped.
            for order in freight::orders(data_dir, job)? {
                self.carry(job, &order, tally)?;
            }
        }

        if is_over(&self.passage(job)?, job) {
            return Ok(());
        }
        self.refuse_when_stopped(job)?;
        let all = freight::of_job(data_dir, job)?;
        let passage = self.passage(job)?;
        let left = all.iter().filter(|one| !has(&passage, one)).map(|one| one.bytes).sum();
        self.terms.progress.bytes("handing over", left);

        for one in &all {
            self.carry(job, one, tally)?;
        }
        Ok(())
    }

    /// Sees to it that the vendor has a file.
    fn carry(
        &mut self,
        job: &Job,
        one: &Freight,
        tally: &mut Carried,
    ) -> Result<(), TransferError> {
        let passage = self.passage(job)?;
        if has(&passage, one) {
            return Ok(());
        }
        if !one.is_order {
            self.refuse_when_stopped(job)?;
        }

        // Whoever sent it, and whatever the ledger knows of it: what is there is not sent.
        if let Some(there) = self.channel()?.size(&one.name)? {
            return self.arrived(job, one, there);
        }

        let under = match passage.files.get(&one.name) {
            Some(FilePassage::Sent { under, bytes }) => {
                let is_there = self.channel()?.size(under)? == Some(*bytes);
                if !is_there || *bytes != one.bytes {
                    return Err(TransferError::Uncertain { file: one.name.clone() });
                }
                under.clone()
            }
            _ => self.send(job, one, tally)?,
        };

        // It may have taken hours.
        if !one.is_order {
            self.refuse_when_stopped(job)?;
        }
        let renamed = self.channel()?.rename(&under, &one.name);
        let there = self.channel()?.size(&one.name)?;
        match renamed {
            // A renaming of a connection that was lost came through meanwhile.
            Err(SftpError::Refused { .. })
                if there.is_some() && self.channel()?.size(&under)?.is_none() => {}
            renamed => renamed?,
        }
        // A vendor may take it away at once.
        self.arrived(job, one, there.unwrap_or(one.bytes))
    }

    /// Sends a file whole, under a temporary name that nothing has; gives that name.
    fn send(
        &mut self,
        job: &Job,
        one: &Freight,
        tally: &mut Carried,
    ) -> Result<String, TransferError> {
        let progress = self.terms.progress;
        let under = self.free_name(&one.name)?;
        let channel = self.channel()?;
        let sent = match channel.send(&one.path, &under, progress) {
            // The rest may be for want of room, and what is there would take it.
            Err(error @ SftpError::Refused { .. }) => {
                let _ = channel.remove(&under);
                return Err(error.into());
            }
            sent => sent?,
        };
        if one.sha256.as_ref().is_some_and(|sha256| *sha256 != sent.sha256) {
            channel.remove(&under)?;
            return Err(TransferError::Altered { path: one.path.clone() });
        }

        let there = channel.size(&under)?.unwrap_or(0);
        if there != sent.bytes || sent.bytes != one.bytes {
            let (file, bytes) = (under, one.bytes);
            return Err(TransferError::Different { file, bytes, there });
        }

        tally.files += 1;
        tally.bytes += sent.bytes;
        let step =
            PassageStep::Sent { file: one.name.clone(), under: under.clone(), bytes: sent.bytes };
        self.ledger.note_passage(job.job, self.terms.date, step)?;
        Ok(under)
    }

    /// A temporary name that nothing has. What an attempt left under one is removed; a server that
    /// does not let us may still be writing to it, and it is left alone.
    fn free_name(&mut self, name: &str) -> Result<String, TransferError> {
        let mut number = 1;
        loop {
            let under = temporary(name, number);
            if self.channel()?.size(&under)?.is_none() {
                return Ok(under);
            }
            match self.channel()?.remove(&under) {
                Err(SftpError::Refused { .. }) if number < MOST_NAMES => number += 1,
                removed => removed?,
            }
        }
    }

    /// The vendor has a file: notes it, and removes what attempts left under temporary names.
    fn arrived(&mut self, job: &Job, one: &Freight, there: u64) -> Result<(), TransferError> {
        let (file, bytes) = (one.name.clone(), one.bytes);
        if there != bytes {
            return Err(TransferError::Different { file, bytes, there });
        }
        self.ledger.note_passage(job.job, self.terms.date, PassageStep::Arrived { file })?;
        tracing::info!(transfer.file = one.name, transfer.bytes = bytes, "the vendor has a file");

        for number in 1..=MOST_NAMES {
            let under = temporary(&one.name, number);
            if self.channel()?.size(&under)?.is_none() {
                break;
            }
            match self.channel()?.remove(&under) {
                // It may only be written there, not removed: the vendor leaves it alone.
                Err(SftpError::Refused { .. }) => {}
                removed => removed?,
            }
        }
        Ok(())
    }

    /// What is stopped does not leave: here, in the ledger, or on the vendor's side.
    fn refuse_when_stopped(&mut self, job: &Job) -> Result<(), TransferError> {
        self.ledger.refuse_when_stopped(Some(job.job))?;
        match self.channel()?.size(STOP)? {
            Some(_) => Err(TransferError::StopThere),
            None => Ok(()),
        }
    }

    fn passage(&self, job: &Job) -> Result<Passage, RecordError> {
        Ok(self.ledger.passages()?.remove(&job.job).unwrap_or_default())
    }

    fn channel(&mut self) -> Result<&mut Channel, TransferError> {
        if self.channel.is_none() {
            self.channel = Some(Channel::open(self.settings)?);
        }
        self.channel.as_mut().ok_or(TransferError::NotConfigured)
    }

    fn close(self) {
        if let Some(channel) = self.channel {
            channel.close();
        }
        self.terms.progress.finish();
    }

    /// Says of a failure how much of the job the vendor has.
    fn partly(&self, job: &Job, source: TransferError) -> TransferError {
        let Ok(passage) = self.passage(job) else { return source };
        let arrived =
            passage.files.values().filter(|place| **place == FilePassage::Arrived).count();
        let files = job.sealed.len() + freight::papers(&job.job_name).len();
        if passage.files.is_empty() {
            return source;
        }
        TransferError::Partly { job: job.job_name.clone(), arrived, files, source: source.into() }
    }
}

/// Whether a job is called so: by its name in the outbox or by its number.
fn is_called(job: &Job, name: &str) -> bool {
    job.job_name == name || job.job.to_string() == name
}

fn temporary(name: &str, number: u32) -> String {
    if number == 1 { format!("{name}.part") } else { format!("{name}.{number}.part") }
}

/// Whether the vendor has a file, by the ledger.
fn has(passage: &Passage, one: &Freight) -> bool {
    let is_acknowledged = one.part.is_some_and(|part| passage.acknowledged.contains(&part));
    is_acknowledged || passage.has_arrived(&one.name)
}

/// Whether the vendor has acknowledged every part.
fn has_all(passage: &Passage, job: &Job) -> bool {
    job.parts.iter().all(|part| passage.acknowledged.contains(&part.number))
}

/// Whether nothing of a job is left to hand over.
fn is_over(passage: &Passage, job: &Job) -> bool {
    let has = |number: u32, file: &str| {
        passage.acknowledged.contains(&number) || passage.has_arrived(file)
    };
    let has_parts = job.sealed.iter().all(|part| has(part.totals.number, &part.file));
    let papers = freight::papers(&job.job_name);
    has_all(passage, job) || (has_parts && papers.iter().all(|file| passage.has_arrived(file)))
}
