//! A job that is given up before it was published: its people were told nothing, and are planned
//! again.

use std::io;

use camino::Utf8Path;
use jiff::civil::Date;

use super::audit::Abandoned;
use super::error::RecordError;
use super::job::{Job, JobState};
use super::{Ledger, files, inputs};
use crate::base::data_dir;
use crate::field::subject::LetterSubject;

impl Ledger {
    /// Gives up the unfinished job, as an event with who and why. Its letters no longer count as
    /// told; its number is never used again. Nothing may have left the building: a job that is
    /// sealed must have all its parts in `staging`, where publishing takes them from.
    ///
    /// # Errors
    /// [`RecordError::NothingToAbandon`] when no job is unfinished, [`RecordError::MayBeOut`] when
    /// part of it is or may be in the outbox, [`RecordError::Abandoner`] when `by` or `reason` is
    /// not one line of 3 to 200 characters.
    pub fn abandon(
        &mut self,
        staging: &Utf8Path,
        by: &str,
        reason: &str,
        date: Date,
    ) -> Result<Job, RecordError> {
        let job = self.abandonable(staging, by, reason)?;

        let outbox = data_dir::outbox(&self.data_dir).join(&job.job_name);
        match std::fs::remove_dir(&outbox) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(files::failed("remove", &outbox)(error));
            }
            _ => {}
        }

        let providers = self.told_of(job.job, LetterSubject::Provider)?;
        let (by, reason) = (by.to_owned(), reason.to_owned());
        let event = Abandoned { job: job.job, date, by, reason, providers };

        self.write(|store| store.abandon(event))?;
        self.store.check_integrity()?;
        Ok(Job { state: JobState::Abandoned, ..job })
    }

    /// The unfinished job, when nothing of it can be out and it may be given up with these words;
    /// nothing is touched.
    ///
    /// # Errors
    /// As [`Ledger::abandon`].
    pub fn abandonable(
        &self,
        staging: &Utf8Path,
        by: &str,
        reason: &str,
    ) -> Result<Job, RecordError> {
        for line in [by, reason] {
            inputs::check_line(line).map_err(|problem| RecordError::Abandoner { problem })?;
        }

        let job = self.pending()?.ok_or(RecordError::NothingToAbandon)?;
        let out = |problem: String| RecordError::MayBeOut { job: job.job_name.clone(), problem };
        if job.state >= JobState::Published {
            return Err(out("it is published".to_owned()));
        }

        if let Some(name) =
            files::names(&data_dir::outbox(&self.data_dir).join(&job.job_name))?.first()
        {
            return Err(out(format!("`{name}` is in the outbox")));
        }

        for part in &job.sealed {
            if !files::is_there(&staging.join(&part.file))? {
                return Err(out(format!("`{}` is sealed and no longer in `{staging}`", part.file)));
            }
        }

        Ok(job)
    }
}
