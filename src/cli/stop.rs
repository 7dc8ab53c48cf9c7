//! A night that was refused, or failed: everybody hears of it.

use jiff::Timestamp;

use super::output::{self, Failure};
use super::session::Session;
use super::tell::Teller;
use super::{ExitStatus, logging, process};
use crate::base::plain;
use crate::record;
use crate::run::outcome::{Ending, Occasion, Outcome};
use crate::run::{self, Night, RunError};
use crate::tools::queue::QueueError;
use crate::tools::queue::answers::take_up;

/// A run that did not come to its end.
pub(super) struct Stop {
    pub failure: Failure,
    pub ending: Ending,
    /// The job that is out, or partly.
    pub job: Option<String>,
    /// Another run was in progress.
    pub in_use: bool,
    /// A text of `failure` with counts, and what a mail says instead.
    pub quiet: Option<(String, String)>,
}

impl Session<'_> {
    /// Does the work of a night. Of one that was refused, or failed, everybody is told; then only
    /// its status is left.
    pub(super) fn or_stopped<T>(
        &self,
        night: &Night<'_>,
        started: Timestamp,
        work: impl FnOnce(&Night<'_>) -> Result<T, RunError>,
    ) -> Result<T, ExitStatus> {
        // What was answered at the desk counts from this night on, and none goes on without it.
        // Where the ledger refuses, the night is about to say so.
        match take_up(self.config, self.run_date) {
            Err(error @ (QueueError::Untaken { .. } | QueueError::File(_))) => {
                let failure = Failure::of(&error);
                let stop = Stop {
                    failure,
                    ending: Ending::Stopped,
                    job: None,
                    in_use: false,
                    quiet: None,
                };
                return Err(self.stopped(&stop, started));
            }
            Err(error) => {
                tracing::warn!("answers of the desk: {}", plain::quoted(&error.to_string()));
            }
            Ok(_) => {}
        }

        let ended = process::caught(|| work(night));
        night.progress.finish();
        let stop = match ended {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(error)) => Stop {
                failure: Failure::of(&error),
                ending: Ending::Stopped,
                job: error.job().map(str::to_owned),
                in_use: error.is_in_use(),
                quiet: error.without_counts(),
            },
            Err(place) => {
                let standing = run::crash::standing(self.config, started);
                let status =
                    if standing.is_out { ExitStatus::PartPublished } else { ExitStatus::Stopped };
                let failure = Failure::defect(status, &place);
                Stop {
                    failure,
                    ending: Ending::Crashed,
                    job: standing.job,
                    in_use: false,
                    quiet: None,
                }
            }
        };

        Err(self.stopped(&stop, started))
    }

    pub(super) fn frame(&self, started: Timestamp) -> Occasion<'_> {
        let config = self.config;
        Occasion {
            campaign: &config.campaign,
            rehearsal: config.synthetic,
            run_date: self.run_date,
            started,
        }
    }

    /// Tells of a run that was refused, or failed.
    pub(super) fn stopped(&self, stop: &Stop, started: Timestamp) -> ExitStatus {
        let Stop { failure, ending, job, in_use, quiet } = stop;
        let mut outcome = Outcome::new(self.frame(started), *ending, failure.status.code());
        outcome.in_use = *in_use;
        outcome.job.clone_from(job);
        outcome.error = failure.causes.first().cloned();
        outcome.causes = failure.causes.iter().skip(1).cloned().collect();
        outcome.hint.clone_from(&failure.hint);

        if let Some((counted, quiet)) = quiet {
            outcome.in_mail =
                failure.causes.iter().map(|cause| cause.replace(counted, quiet)).collect();
        }

        output::failure(failure);

        let mut teller = Teller::new(self.config);
        teller.expect_stopped(&mut outcome, record::is_private(&self.config.data_dir));

        // A job that is under way has changed the ledger.
        if outcome.job.is_some() && !in_use {
            teller.back_up(&mut outcome, None);
        }

        if !in_use {
            teller.mail(&mut outcome);
            teller.figures(&mut outcome);
        }

        teller.finish(&mut outcome, failure.status);
        outcome.log();
        logging::keep();

        if self.args.json {
            output::json(&outcome);
        }

        failure.status
    }
}
