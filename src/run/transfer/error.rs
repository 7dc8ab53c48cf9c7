//! Why something was not handed over.

use camino::Utf8PathBuf;

use crate::base::{ExitStatus, Explain, FileError};
use crate::deliver::sftp::SftpError;
use crate::package::ticket::TicketError;
use crate::record::RecordError;
use crate::run::RunError;

/// Why something was not handed over.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum TransferError {
    /// Nothing says where to.
    #[error("there is no [transfer] in the configuration")]
    NotConfigured,
    /// A job that was named was never published.
    #[error("the ledger has no published job `{job}`")]
    NotPublished { job: String },
    /// Its package is gone.
    #[error("`{path}` is no longer in the outbox")]
    NotInOutbox { path: Utf8PathBuf },
    /// A file in the outbox is not what was sealed.
    #[error("`{path}` is not what was sealed")]
    Altered { path: Utf8PathBuf },
    /// The vendor has something else under that name.
    #[error("the vendor has `{file}` with {there} bytes, and ours has {bytes}")]
    Different { file: String, bytes: u64, there: u64 },
    /// The name was to be given, the answer was lost, and the file is under neither name.
    #[error("nobody knows whether the vendor has `{file}`")]
    Uncertain { file: String },
    /// Somebody stopped everything on the vendor's side.
    #[error("the vendor's folder has a file `STOP`")]
    StopThere,
    /// The server.
    #[error(transparent)]
    Sftp(#[from] SftpError),
    /// The ledger.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A file or folder of ours.
    #[error(transparent)]
    File(#[from] FileError),
    /// The plan of the job, which its announcement is counted from.
    #[error("cannot count the letters of `{job}` for its announcement")]
    Plan { job: String, source: Box<RunError> },
    /// The announcement.
    #[error(transparent)]
    Ticket(#[from] TicketError),
    /// Some files of a job have their names at the vendor's, or may have them.
    #[error("`{job}` is handed over in part: {arrived} of {files} files")]
    Partly { job: String, arrived: usize, files: usize, source: Box<TransferError> },
}

impl TransferError {
    /// Whether a new connection may go better.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        matches!(self, Self::Sftp(error) if error.is_lost())
    }

    /// Whether it is about one job alone, and others may still go.
    #[must_use]
    pub fn is_of_one_job(&self) -> bool {
        match self {
            Self::Partly { source, .. } => source.is_of_one_job(),
            Self::Record(error) => matches!(error, RecordError::Stopped { .. }),
            Self::NotInOutbox { .. }
            | Self::Plan { .. }
            | Self::Altered { .. }
            | Self::Different { .. }
            | Self::Uncertain { .. } => true,
            _ => false,
        }
    }
}

impl Explain for TransferError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotConfigured => {
                "docs/vendor.md and the comments in a new campaign's breachpost.toml say what to set"
            }
            Self::NotPublished { .. } => {
                "name it as its folder in the outbox: `2500001`; `breachpost ledger log` has them all"
            }
            Self::NotInOutbox { .. } => {
                "`breachpost run --republish JOB` puts the package back, byte for byte"
            }
            Self::Altered { .. } => {
                "it was not sent. Restore the data directory from a backup of the same night"
            }
            Self::Different { .. } => {
                "nothing was replaced. Ask the vendor what it is, and have it removed if it is not \
                 whole; then run `breachpost transfer` again"
            }
            Self::Uncertain { .. } => {
                "it is not sent again by itself. The vendor's ack.json settles it (`breachpost \
                 receipts`); if the vendor has looked and does not have it: `breachpost transfer \
                 --missing FILE --by NAME --reason TEXT`"
            }
            Self::StopThere => {
                "nothing is handed over while it is there; ask the vendor who put it there and why"
            }
            Self::Ticket(_) => return None,
            Self::Plan { source, .. } => return source.hint(),
            Self::Sftp(error) => return error.hint(),
            Self::Record(error) => return error.hint(),
            Self::File(error) => return error.hint(),
            Self::Partly { source, .. } => return source.hint(),
        };
        Some(hint.to_owned())
    }

    fn status(&self) -> ExitStatus {
        match self {
            Self::NotConfigured | Self::NotPublished { .. } => ExitStatus::Usage,
            Self::Sftp(error) => error.status(),
            Self::Record(error) => error.status(),
            Self::Partly { .. } => ExitStatus::PartPublished,
            _ => ExitStatus::Stopped,
        }
    }
}
