//! Giving up a job that cannot or shall not be finished, as long as nothing of it is out.

use jiff::civil::Date;
use serde::Serialize;

use super::RunError;
use super::plan_files::{self, Staging};
use crate::base::logging;
use crate::config::Config;
use crate::record::{Access, Home, JobState, Ledger, RecordError};

/// A job that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GivenUp {
    /// Its name.
    pub job: String,
    /// The letters that it would have been.
    pub letters: u64,
}

/// Gives up the unfinished job in the ledger, then throws its staged files away. Interrupted in
/// between, it is finished when it is asked for again, or by the next run.
///
/// # Errors
/// [`RunError::Record`] when there is no such job, or part of it is or may be out; nothing is
/// touched then.
pub fn abandon(config: &Config, by: &str, reason: &str, date: Date) -> Result<GivenUp, RunError> {
    let mut ledger = Ledger::open(&Home::of(config), Access::Write)?;
    let job = if let Some(job) = ledger.pending()? {
        let staging = Staging::of(&config.data_dir, &job.job_name);
        ledger.abandonable(staging.folder(), by, reason)?;
        // Nothing is refused any more.
        logging::keep();
        ledger.abandon(staging.folder(), by, reason, date)?
    } else {
        // An attempt that was stopped after the ledger had it.
        let last = ledger.jobs()?.into_iter().max_by_key(|job| job.planned_head.events);
        let last = last.filter(|job| job.state == JobState::Abandoned);
        let job = last.ok_or(RunError::Record(RecordError::NothingToAbandon))?;
        if !Staging::of(&config.data_dir, &job.job_name).folder().exists() {
            return Err(RecordError::NothingToAbandon.into());
        }
        job
    };

    plan_files::clear(&config.data_dir)?;
    tracing::info!(run.job = job.job_name, "job was given up");

    let letters = job.parts.iter().map(|part| u64::from(part.letters)).sum();

    Ok(GivenUp { job: job.job_name, letters })
}
