//! A run that goes no further than its plan.

use camino::Utf8PathBuf;
use serde::Serialize;

use super::plan::Step;
use super::plan_files::Staging;
use super::{Night, RunError, open, papers, plan_tonight};
use crate::record::JobState;
use crate::report::waves::WaveReport;

/// A run that was stopped after its plan: a fleet can set its parts, and the next run finishes it.
#[derive(Clone, Debug, Serialize)]
pub struct PlanSummary {
    /// Name of the job; `None` when there is nobody to write to.
    pub job: Option<String>,
    /// Its parts, numbered from 1.
    pub parts: u32,
    /// Its letters.
    pub letters: u64,
    /// The staged plan, or the papers of a run without letters.
    pub folder: Utf8PathBuf,
    /// Rows wait for a human.
    pub needs_a_human: bool,
    /// The waves of first letters, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waves: Option<WaveReport>,
}

/// Does what a run does up to the committed plan, or nothing when a job is planned already.
///
/// # Errors
/// [`RunError::Unfinished`] when a job is past its plan; else as a run.
pub fn plan(night: &Night<'_>) -> Result<PlanSummary, RunError> {
    let mut ledger = open(night)?;
    let job = match ledger.pending()? {
        Some(job) if job.state != JobState::Planned => {
            return Err(RunError::Unfinished { job: job.job_name, state: job.state });
        }
        Some(job) => job,
        None => match plan_tonight(night, &mut ledger)? {
            Step::Planned { job, .. } => *job,
            Step::Nothing { papers, report, .. } => {
                let needs_a_human = report.needs_a_human();
                return Ok(PlanSummary {
                    job: None,
                    parts: 0,
                    letters: 0,
                    folder: papers,
                    needs_a_human,
                    waves: report.waves,
                });
            }
        },
    };

    night.progress.finish();
    let staging = Staging::of(&night.config.data_dir, &job.job_name);
    let report = papers::read_report(&staging.papers())?;
    Ok(PlanSummary {
        parts: u32::try_from(job.parts.len()).unwrap_or(u32::MAX),
        letters: job.parts.iter().map(|part| u64::from(part.letters)).sum(),
        folder: staging.folder().to_owned(),
        needs_a_human: report.needs_a_human(),
        waves: report.waves,
        job: Some(job.job_name),
    })
}
