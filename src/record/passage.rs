//! A job's passage to the vendor's SFTP server, as events: which file is about to get its name there,
//! and which has it. Written before and after each name is given, so that after a lost answer
//! nothing is sent a second time that may have arrived.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::audit::FilePassed;
use super::error::RecordError;
use super::inputs;
use super::job::JobState;
use super::model::Model;
use super::{Access, Head, Home, Ledger};
use crate::base::{ExitStatus, Explain};
use crate::field::job_number::JobNumber;

/// What happened to a job, or to one file of it, on its way to the vendor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "was", rename_all = "snake_case", deny_unknown_fields)]
pub enum PassageStep {
    /// The job is to be handed over by SFTP.
    Due,
    /// A file is whole at the vendor's, and is about to get its name.
    Sent {
        /// Its name.
        file: String,
        /// The name it has until then.
        under: String,
        /// Bytes.
        bytes: u64,
    },
    /// The vendor has a file under its name.
    Arrived {
        /// Its name.
        file: String,
    },
    /// A human found out that the vendor does not have it.
    Missing {
        /// Its name.
        file: String,
        /// Who says so.
        by: String,
        /// How they know.
        reason: String,
    },
}

/// Where a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilePassage {
    /// It may have its name, or still be there under this one.
    Sent {
        /// The name it had.
        under: String,
        /// Bytes.
        bytes: u64,
    },
    /// The vendor has, or had, it under its name.
    Arrived,
}

/// How far a job is on its way to the vendor's SFTP server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passage {
    /// Files of which something is known; the others have not got their names.
    pub files: BTreeMap<String, FilePassage>,
    /// Parts that the vendor has acknowledged byte for byte.
    pub acknowledged: BTreeSet<u32>,
    /// Whether it is to be handed over by SFTP.
    pub is_due: bool,
}

impl Passage {
    /// Whether the vendor has a file under its name.
    #[must_use]
    pub fn has_arrived(&self, file: &str) -> bool {
        self.files.get(file) == Some(&FilePassage::Arrived)
    }

    /// Takes a step; `None`: it cannot follow the steps before it.
    pub(super) fn take(&mut self, step: &PassageStep) -> Option<()> {
        match step {
            PassageStep::Due => {
                (!self.is_due).then_some(())?;
                self.is_due = true;
            }
            PassageStep::Sent { file, under, bytes } => {
                (!self.has_arrived(file)).then_some(())?;
                let place = FilePassage::Sent { under: under.clone(), bytes: *bytes };
                self.files.insert(file.clone(), place);
            }
            PassageStep::Arrived { file } => {
                (!self.has_arrived(file)).then_some(())?;
                self.files.insert(file.clone(), FilePassage::Arrived);
            }
            PassageStep::Missing { file, .. } => {
                self.files.remove(file)?;
            }
        }
        Some(())
    }
}

/// Why nothing was noted about a file.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum PassageError {
    /// Nobody ever sent such a file.
    #[error("`{file}` was never sent to the vendor by SFTP")]
    NeverSent { file: String },
    /// Who, or why, is not usable.
    #[error("name or reason of what is missing {problem}")]
    Words { problem: &'static str },
    /// The ledger.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl Explain for PassageError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NeverSent { .. } => {
                Some("name the file as it is in the outbox: `2500001-p001.zip.age`".to_owned())
            }
            Self::Words { .. } => Some(
                "each is one line of 3 to 200 characters; a reason has no names of people"
                    .to_owned(),
            ),
            Self::Record(error) => error.hint(),
        }
    }

    fn status(&self) -> ExitStatus {
        match self {
            Self::NeverSent { .. } | Self::Words { .. } => ExitStatus::Usage,
            Self::Record(error) => error.status(),
        }
    }
}

impl Ledger {
    /// Opens the ledger to hand over what is published: after the campaign is closed, too.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub fn open_for_transfer(home: &Home<'_>) -> Result<Self, RecordError> {
        Self::open_for(home, Access::Write, false)
    }

    /// How far every published job is on its way to the vendor's SFTP server.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn passages(&self) -> Result<BTreeMap<JobNumber, Passage>, RecordError> {
        let Model { jobs, mut passages, acknowledged, .. } = self.model()?;
        let published = jobs.into_iter().filter(|(_, job)| job.state >= JobState::Published);
        let mut passage = |number: JobNumber| {
            let mut passage = passages.remove(&number).unwrap_or_default();
            let parts = acknowledged.iter().filter(|((job, _), same)| *job == number && **same);
            passage.acknowledged = parts.map(|((_, part), _)| *part).collect();
            (number, passage)
        };
        Ok(published.map(|(number, _)| passage(number)).collect())
    }

    /// Notes that a published job is to be handed over by SFTP; noted before, nothing changes.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be written.
    pub fn note_due(&mut self, job: JobNumber, date: Date) -> Result<Head, RecordError> {
        if self.passages()?.get(&job).is_some_and(|passage| passage.is_due) {
            return self.head();
        }
        self.note_passage(job, date, PassageStep::Due)
    }

    /// Notes what happened to a file.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be written.
    pub fn note_passage(
        &mut self,
        job: JobNumber,
        date: Date,
        step: PassageStep,
    ) -> Result<Head, RecordError> {
        self.write(|store| store.note_passage(FilePassed { date, job, step }))
    }

    /// Notes that the vendor does not have a file of which that was not known, so that it is sent
    /// again.
    ///
    /// # Errors
    /// [`PassageError`].
    pub fn note_missing(
        &mut self,
        file: &str,
        by: &str,
        reason: &str,
        date: Date,
    ) -> Result<JobNumber, PassageError> {
        for line in [by, reason] {
            inputs::check_line(line).map_err(|problem| PassageError::Words { problem })?;
        }

        let passages = self.passages()?;
        let job = passages.iter().find(|(_, passage)| passage.files.contains_key(file));
        let (job, _) = job.ok_or_else(|| PassageError::NeverSent { file: file.to_owned() })?;
        let step = PassageStep::Missing {
            file: file.to_owned(),
            by: by.to_owned(),
            reason: reason.to_owned(),
        };
        self.note_passage(*job, date, step)?;
        Ok(*job)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_has_arrived_is_never_sent_again_unless_a_human_says_it_is_missing() {
        let (file, under) = ("a".to_owned(), "a.part".to_owned());
        let sent = PassageStep::Sent { file: file.clone(), under, bytes: 3 };
        let arrived = PassageStep::Arrived { file: file.clone() };
        let missing = PassageStep::Missing {
            file,
            by: "operations".to_owned(),
            reason: "the vendor looked".to_owned(),
        };

        let mut passage = Passage::default();
        passage.take(&PassageStep::Due).unwrap();
        assert_eq!(passage.take(&PassageStep::Due), None);
        assert_eq!(passage.take(&missing), None);
        passage.take(&sent).unwrap();
        passage.take(&sent).unwrap();
        passage.take(&arrived).unwrap();
        assert!(passage.has_arrived("a") && !passage.has_arrived("b"));
        assert_eq!((passage.take(&sent), passage.take(&arrived)), (None, None));

        passage.take(&missing).unwrap();
        passage.take(&sent).unwrap();
        assert!(!passage.has_arrived("a"));
    }
}
