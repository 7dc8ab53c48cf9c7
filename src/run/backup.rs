//! A sealed backup of the ledger after a run, and its way off the machine.

use camino::Utf8PathBuf;
use jiff::civil::Date;
use serde::Serialize;

use crate::base::Explain;
use crate::config::Config;
use crate::deliver::courier::{self, CourierError};
use crate::package::{Recipients, SealError};
use crate::record::backup::MadeBackup;
use crate::record::{Home, Ledger, RecordError};

/// A backup that is in `backups/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BackedUp {
    /// Where it is.
    pub file: Utf8PathBuf,
    /// Of its bytes, lower-case hex.
    pub sha256: String,
    /// Head of the ledger in it.
    pub ledger_head: String,
    /// It was handed over, now or before.
    pub handed_over: bool,
    /// The ledger has not changed since it was made.
    pub nothing_new: bool,
}

/// Why there is no backup, or it is on this machine only.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum BackupError {
    /// `[backup]` is missing.
    #[error("the configuration has no `[backup]`")]
    NotConfigured,
    /// The operator's key.
    #[error(transparent)]
    Key(#[from] SealError),
    /// The ledger, or the file.
    #[error("the ledger is not backed up")]
    Record(#[from] RecordError),
    /// The command of the operator.
    #[error("the backup `{file}` is on this machine only")]
    Courier { file: Utf8PathBuf, source: CourierError },
    /// It was handed over, and that could not be written down.
    #[error("the backup `{file}` was handed over, and that could not be written down")]
    Unlisted { file: Utf8PathBuf, source: RecordError },
}

impl Explain for BackupError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NotConfigured => Some("`recipient = \"age1...\"` under [backup] names the operator's key".to_owned()),
            Self::Key(error) => error.hint(),
            Self::Record(error) | Self::Unlisted { source: error, .. } => error.hint(),
            Self::Courier { .. } => Some(
                "`breachpost ledger backup` hands it over when `[backup] command` works again; so does the next run"
                    .to_owned(),
            ),
        }
    }
}

/// Makes a sealed backup, unless the ledger has not changed since the last one, and hands it over,
/// unless that was done. `ledger` is the one of the run, which is still open and locked.
///
/// # Errors
/// [`BackupError`]; what was made is kept and is handed over the next time.
pub fn back_up(
    config: &Config,
    date: Date,
    ledger: Option<&Ledger>,
) -> Result<BackedUp, BackupError> {
    let settings = config.backup.as_ref().ok_or(BackupError::NotConfigured)?;
    let recipients = Recipients::one("backup.recipient", &settings.recipient)?;
    let own;
    let ledger = if let Some(ledger) = ledger {
        ledger
    } else {
        own = Ledger::open_to_back_up(&Home::of(config))?;
        &own
    };

    let MadeBackup { path, backup, was_there } = ledger.back_up(&recipients, date)?;

    let mut handed_over = backup.handed_over.is_some();
    if !handed_over && !settings.command.is_empty() {
        // Another program may have another working folder.
        let file =
            std::path::absolute(&path).ok().and_then(|path| Utf8PathBuf::from_path_buf(path).ok());
        let file = file.unwrap_or_else(|| path.clone());
        courier::hand_over(&settings.command, &file, settings.timeout())
            .map_err(|source| BackupError::Courier { file: path.clone(), source })?;
        ledger
            .note_handed_over(&backup, date)
            .map_err(|source| BackupError::Unlisted { file: path.clone(), source })?;
        handed_over = true;
    }

    tracing::info!(
        backup.events = backup.head.as_ref().map_or(0, |head| head.events),
        backup.handed_over = handed_over,
        "the ledger is backed up"
    );

    Ok(BackedUp {
        file: path,
        sha256: backup.sha256,
        ledger_head: backup.head.map_or_else(String::new, |head| head.hash),
        handed_over,
        nothing_new: was_there,
    })
}
