//! What people said of a statement: approvals, refusals, withdrawals and what goes with them, as
//! events of the history. They are about what is printed and about nobody who is written to, so
//! that they are there after a purge. Whether they are enough is decided above, in `approval`.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::audit::{self, Event, Head};
use super::error::RecordError;
use super::job::{Job, StagedFile};
use super::model::Model;
use super::{Ledger, inputs};
use crate::field::role::Role;

/// The statement among the files of a plan; its hash is in the ledger with theirs.
pub const STATEMENT: &str = "approval/statement.json";

/// One thing that was said of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalAct {
    /// When.
    pub date: Date,
    /// Lower-case hex SHA-256 of the statement.
    pub statement: String,
    /// Who, by name; the program itself for what follows from approvals.
    pub by: String,
    /// For whom they speak.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// What.
    pub said: Said,
}

/// What can be said of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Said {
    /// It may be printed.
    Approved {
        /// What proves who said it.
        credential: Credential,
    },
    /// It may not, for good.
    Refused {
        /// Why.
        comment: String,
    },
    /// An approval no longer holds, for good.
    Withdrawn {
        /// Why.
        comment: String,
    },
    /// It is printed in an emergency, though not everybody has approved. The role of whoever says so
    /// is named where that is an approval as well.
    Released {
        /// Why.
        reason: String,
        /// What proves who said it.
        credential: Credential,
    },
    /// Somebody answers for an edit that nobody was known to have made.
    Adopted {
        /// `texts`, `facts` or `settings`.
        what: String,
        /// Of what was edited, as it is now.
        sha256: String,
        /// What proves who said it.
        credential: Credential,
    },
    /// The approvals of an earlier statement hold for this one, which only leaves letters out.
    CarriedOver {
        /// The earlier statement.
        from: String,
        /// Letters that are left out.
        left_out: u64,
        /// Letters of the earlier plan.
        of: u64,
    },
    /// The standing approval of an earlier statement covers this one.
    Covered {
        /// The earlier statement.
        under: String,
        /// Letters of this plan.
        letters: u64,
    },
}

/// What proves who said something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Credential {
    /// Logged in at the desk, and the password again.
    Desk,
    /// An SSH signature.
    Signature {
        /// The line of the public key.
        key: String,
        /// As `ssh-keygen -Y sign` wrote it.
        signature: String,
    },
}

/// An act with its place in the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalEvent {
    /// Number of the event.
    pub event: u64,
    /// What was said.
    pub act: ApprovalAct,
}

/// Everything that was said of statements, as the history tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Approvals {
    acts: Vec<ApprovalEvent>,
}

impl Approvals {
    /// `None`: no job of the ledger has such a statement.
    pub fn add(&mut self, event: u64, act: &ApprovalAct, staged: &[&[StagedFile]]) -> Option<()> {
        let is_known = |files: &&[StagedFile]| statement_in(files) == Some(act.statement.as_str());
        staged.iter().any(is_known).then_some(())?;
        self.acts.push(ApprovalEvent { event, act: act.clone() });
        Some(())
    }
}

/// The hash of the statement among the files of a plan.
fn statement_in(staged: &[StagedFile]) -> Option<&str> {
    staged.iter().find(|file| file.name == STATEMENT).map(|file| file.sha256.as_str())
}

impl Job {
    /// The hash of the statement that the job was planned with; `None`: nobody has to approve it.
    #[must_use]
    pub fn statement(&self) -> Option<&str> {
        statement_in(&self.staged)
    }
}

impl Ledger {
    /// Everything that was said of statements, oldest first.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn approvals(&self) -> Result<Vec<ApprovalEvent>, RecordError> {
        Ok(self.model()?.approvals.acts)
    }

    /// Writes down what somebody said of a statement of this ledger.
    ///
    /// # Errors
    /// [`RecordError::ApprovalWords`] when the name or the comment is not one line of 3 to 200
    /// characters; [`RecordError`] when the ledger cannot be written.
    pub fn note_approval(&mut self, act: ApprovalAct) -> Result<Head, RecordError> {
        let comment = match &act.said {
            Said::Refused { comment }
            | Said::Withdrawn { comment }
            | Said::Released { reason: comment, .. } => Some(comment),
            _ => None,
        };
        comment.into_iter().chain([&act.by]).try_for_each(|line| check_words(line))?;

        self.write(|store| store.note_event(&Event::Approval(act)))
    }

    /// When each of these files, by its hash, was read for the first time; `None`: not before.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn first_read<'f>(
        &self,
        files: impl IntoIterator<Item = (&'f str, &'f str)>,
    ) -> Result<Vec<Option<Date>>, RecordError> {
        let events = audit::verify(&self.store.entries()?)?;
        let first = |(name, sha256): (&str, &str)| {
            events.iter().find_map(|event| match event {
                Event::Inputs(read) => {
                    let is_it = read
                        .files
                        .iter()
                        .any(|file| file.file == name && file.sha256.as_deref() == Some(sha256));
                    is_it.then_some(read.date)
                }
                _ => None,
            })
        };
        Ok(files.into_iter().map(first).collect())
    }

    /// Answers from now on as if the job had been given up; nothing is written.
    pub const fn suppose_given_up(&mut self, job: Option<crate::field::job_number::JobNumber>) {
        self.store.suppose_given_up(job);
    }
}

/// Whether a name, a comment or a reason can be written down.
///
/// # Errors
/// [`RecordError::ApprovalWords`] when it is not one line of 3 to 200 characters.
pub fn check_words(line: &str) -> Result<(), RecordError> {
    inputs::check_line(line).map_err(|problem| RecordError::ApprovalWords { problem })
}

impl Model {
    /// `None`: no job has such a statement.
    pub(super) fn approval(&mut self, seq: u64, act: &ApprovalAct) -> Option<()> {
        let staged: Vec<&[_]> = self.jobs.values().map(|job| job.staged.as_slice()).collect();
        self.approvals.add(seq, act, &staged)
    }
}
