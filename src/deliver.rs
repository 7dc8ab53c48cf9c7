//! Shipment to receipts: publication in the outbox, and the mail that says how the run went.

pub mod courier;
pub mod email;
pub mod mail_texts;
pub mod notice_mail;
pub mod outbox;
mod password;
mod relay;
pub mod sftp;
pub mod summary;

use camino::Utf8PathBuf;

use crate::base::{Explain, FileError};
pub use email::{MailError, MessageId, Posted, send};
pub use outbox::{Receipt, preflight, publish};
pub use summary::RunSummary;

/// Why a shipment could not be published.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum DeliverError {
    /// The outbox or the data directory is not fit for publication.
    #[error("`{path}` {problem}")]
    Unfit { path: Utf8PathBuf, problem: &'static str },
    /// A rename into the outbox would be a copy.
    #[error("`{outbox}` and `{data_dir}` are on different filesystems")]
    OtherFilesystem { outbox: Utf8PathBuf, data_dir: Utf8PathBuf },
    /// The disk is too full.
    #[error("`{path}` has {free} bytes free, {needed} are needed")]
    NoRoom {
        path: Utf8PathBuf,
        /// Bytes that are free.
        free: u64,
        /// Bytes that are needed.
        needed: u64,
    },
    /// There is nothing to publish.
    #[error("the job has no sealed parts")]
    Empty,
    /// A staged part is not what was sealed.
    #[error("`{path}` has changed since it was sealed")]
    Changed { path: Utf8PathBuf },
    /// A part is neither in staging nor in the outbox.
    #[error("`{file}` is in neither staging nor the outbox")]
    Missing { file: String },
    /// The outbox has a file of that name with other content.
    #[error("`{path}` already exists in the outbox with different contents")]
    Conflict { path: Utf8PathBuf },
    /// A file or folder.
    #[error(transparent)]
    File(#[from] FileError),
    /// It stopped when some files of the job were already in the outbox.
    #[error("stopped after {published} of {parts} parts were published")]
    Partly {
        /// Parts in the outbox.
        published: usize,
        /// Parts of the job.
        parts: usize,
        source: Box<DeliverError>,
    },
}

impl DeliverError {
    /// Whether part of the job is in the outbox: the difference between exit codes 3 and 4.
    #[must_use]
    pub const fn anything_published(&self) -> bool {
        matches!(self, Self::Partly { .. })
    }
}

impl Explain for DeliverError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Empty => return None,
            Self::File(error) => return error.hint(),
            Self::Unfit { .. } => {
                "outbox and data folder must be folders that belong to the account running this, that nobody else can write to \
                 (0700), on a disk that can be written"
            }
            Self::OtherFilesystem { .. } => {
                "keep the outbox inside the data directory, and fetch from there"
            }
            Self::NoRoom { .. } => "make room and run again; nothing has left the building",
            Self::Changed { .. } | Self::Missing { .. } => {
                "restore the data directory from a backup of the same night"
            }
            Self::Conflict { .. } => {
                "nothing was replaced; find out which of the two files the vendor has"
            }
            Self::Partly { source, .. } => {
                return source.hint().or_else(|| Some("run again to publish the rest".to_owned()));
            }
        };

        Some(hint.to_owned())
    }
}
