//! Why nothing is restored.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use crate::base::{ExitStatus, Explain};
use crate::package::SealError;
use crate::record::RecordError;
use crate::record::backup::BackupList;
use crate::record::store::Gap;

/// Why nothing is restored; nothing has been touched then.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum RestoreError {
    /// The ledger, the key or a file.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A run would take the ledger that is there.
    #[error("the ledger at `{path}` is sound")]
    Needless { path: Utf8PathBuf },
    /// The file is not a backup.
    #[error("`{path}` is not a backup of a ledger: {problem}")]
    NotABackup { path: Utf8PathBuf, problem: String },
    /// A sealed backup needs the operator's secret key.
    #[error("`{path}` is sealed, and no key was given to open it")]
    NoIdentity { path: Utf8PathBuf },
    /// The key does not open it.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Something proves that the ledger was further, and what came then is not kept.
    #[error("{proof} knows what came after event {events}, and that cannot be rebuilt: {problem}{}", jobs(.missing))]
    Lost {
        proof: String,
        /// How far the ledger could be brought.
        events: u64,
        /// Why it ends there.
        problem: String,
        /// Jobs that are not in it, as far as the outbox and the papers of runs know them.
        missing: Vec<String>,
        /// A sealed backup that is newer.
        newer: Option<String>,
    },
    /// Nothing but the backup itself says that it is the newest.
    #[error("nothing here says whether a letter was sent after this backup was made")]
    Unproven,
}

impl Explain for RestoreError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Record(RecordError::KeyOther { .. }) => {
                "the key in `keys/` belongs to a different ledger: find out whose it is and move it away; a sealed backup brings \
                 its own"
            }
            Self::Record(RecordError::KeyMissing { .. }) => {
                "put back the copy of `keys/` that you keep, or restore from a sealed backup, which has the key"
            }
            Self::Record(error) => return error.hint(),
            Self::Needless { .. } => {
                "there is nothing to restore; a backup in its place would be older"
            }
            Self::NotABackup { .. } => {
                "a backup is a file `*.backup.age`, or a copy of the ledger from `backups/` of the same campaign"
            }
            Self::NoIdentity { .. } => "name the operator's secret key: `--identity FILE`",
            Self::Seal(SealError::Open { .. }) => {
                "it was sealed to a different key, or is damaged: the public key is `[backup] recipient` in the configuration of \
                 that night"
            }
            Self::Seal(error) => return error.hint(),
            Self::Lost { newer, .. } => {
                let newest = newer.as_ref().map_or_else(
                    || "find a newer backup".to_owned(),
                    |name| format!("find `{name}` or a newer backup"),
                );
                return Some(format!(
                    "nothing was restored: with this ledger people would be told twice; {newest}, in `backups/` or where the \
                     backups are taken"
                ));
            }
            Self::Unproven => {
                "give the ledger head of the newest summary mail, report or `job.json`: `--anchor HEAD`; one from before the \
                 backup's last job proves nothing, and with a backup that is older than the last letters those would be \
                 written again"
            }
        };

        Some(hint.to_owned())
    }

    /// 3 for every refusal; 2 where the command line or the configuration is at fault.
    fn status(&self) -> ExitStatus {
        match self {
            Self::Record(error) => error.status(),
            Self::NoIdentity { .. } => ExitStatus::Usage,
            _ => ExitStatus::Stopped,
        }
    }
}

fn jobs(missing: &[String]) -> String {
    if missing.is_empty() { String::new() } else { format!("; it lacks {}", missing.join(", ")) }
}

impl RestoreError {
    pub(super) fn lost(
        proof: String,
        events: u64,
        missing: &BTreeSet<String>,
        gap: Option<&Gap>,
        data_dir: &Utf8Path,
    ) -> Self {
        let problem = match gap {
            None => "no change after it was kept in `backups/redo.sqlite`".to_owned(),
            Some(Gap::BeginsAfter(first)) => {
                format!("`backups/redo.sqlite` has only what came after event {first}")
            }
            Some(Gap::Other(event)) => {
                format!("`backups/redo.sqlite` has another history from event {event} on")
            }
            Some(Gap::Purged) => "the campaign was purged".to_owned(),
        };

        let list = BackupList::read(data_dir).unwrap_or_default();
        let newer = list
            .newest()
            .filter(|backup| backup.head.as_ref().is_some_and(|head| head.events > events));
        let newer = newer.map(|backup| backup.name.clone());

        Self::Lost { proof, events, problem, missing: missing.iter().cloned().collect(), newer }
    }
}
