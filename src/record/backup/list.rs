//! `backups.json`: every sealed backup that was ever made, with its date and hash. Backups leave
//! the machine, and whoever ends the campaign has to find them all. It stays after a purge.

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::base::durable;
use crate::record::audit::Head;
use crate::record::error::RecordError;
use crate::record::files;

/// Name of the list in the data folder.
pub const LIST: &str = "backups.json";
/// The longest list that is read, in bytes: a hundred thousand backups.
const LONGEST: u64 = 1 << 26;

/// One sealed backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedBackup {
    /// Its file, below `backups/` when it was made.
    pub name: String,
    /// The date of the run after which it was made.
    pub made_on: Date,
    /// Of its bytes, lower-case hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// How far its ledger is; `None`: found in `backups/`, and nobody wrote down what is in it.
    pub head: Option<Head>,
    /// When the operator's command took it off the machine; `None`: it did not, or there is none.
    pub handed_over: Option<Date>,
}

/// The list, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupList {
    /// The backups.
    pub backups: Vec<SealedBackup>,
}

impl BackupList {
    fn path(data_dir: &Utf8Path) -> Utf8PathBuf {
        data_dir.join(LIST)
    }

    /// Reads the list; an empty one where there is none.
    ///
    /// # Errors
    /// [`RecordError::File`] when it cannot be read, [`RecordError::Proof`] when it is something
    /// else.
    pub fn read(data_dir: &Utf8Path) -> Result<Self, RecordError> {
        let path = Self::path(data_dir);
        if !files::is_there(&path)? {
            return Ok(Self::default());
        }
        let text = durable::read_text(&path, LONGEST).map_err(files::failed("read", &path))?;
        Self::parse(text.as_bytes()).map_err(|problem| RecordError::Proof { path, problem })
    }

    /// Reads a list that came with a backup.
    pub(in crate::record) fn parse(bytes: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }

    pub(in crate::record) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    pub(in crate::record) fn write(&self, data_dir: &Utf8Path) -> Result<(), RecordError> {
        files::replace(&Self::path(data_dir), &self.to_bytes())
    }

    /// Adds what is not in it yet, by hash; where both know a backup, it was handed over when
    /// either says so.
    pub(in crate::record) fn add(&mut self, more: impl IntoIterator<Item = SealedBackup>) {
        for backup in more {
            match self.backups.iter_mut().find(|known| known.sha256 == backup.sha256) {
                Some(known) => {
                    known.handed_over = known.handed_over.or(backup.handed_over);
                    known.head = known.head.take().or(backup.head);
                }
                None => self.backups.push(backup),
            }
        }

        self.backups.sort_by_key(|backup| (backup.made_on, events(backup)));
    }

    /// The backup that was made last.
    #[must_use]
    pub fn newest(&self) -> Option<&SealedBackup> {
        self.backups.iter().max_by_key(|backup| events(backup))
    }
}

fn events(backup: &SealedBackup) -> u64 {
    backup.head.as_ref().map_or(0, |head| head.events)
}
