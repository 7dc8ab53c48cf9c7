//! Why a file of the vendor's is refused.

use camino::Utf8PathBuf;

use crate::base::{ExitStatus, Explain, FileError};
use crate::deliver::sftp::SftpError;
use crate::package::sign::SignatureError;

/// Why a file of the vendor's is refused. Nothing of it has been taken.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum ReceiptError {
    /// The name says neither job nor kind.
    #[error("`{path}` is not the name of a receipt")]
    Name { path: Utf8PathBuf },
    /// It cannot be read, or is no text.
    #[error(transparent)]
    File(#[from] FileError),
    /// Neither a file nor a folder was named.
    #[error("no receipt was named and `receipts.folder` is not set")]
    Nothing,
    /// The vendor's server.
    #[error("cannot fetch receipts from the vendor's server")]
    Server(#[from] SftpError),
    /// The vendor signs, and this is not signed.
    #[error("receipt `{path}` is not signed")]
    Unsigned { path: Utf8PathBuf },
    /// The signature does not hold.
    #[error("the signature of receipt `{path}` does not hold")]
    Signature { path: Utf8PathBuf, source: SignatureError },
    /// It is not as agreed.
    #[error("receipt `{path}`: {problem}")]
    Content {
        path: Utf8PathBuf,
        /// With the line; never a value.
        problem: String,
    },
}

impl Explain for ReceiptError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Name { .. } => {
                "receipts are `<job>.ack.json`, `<job>.production.csv`, `<job>.returns.csv` and \
                 `<job>.stopped.json`; one of several is `<job>.production-WORD.csv`"
            }
            Self::Nothing => {
                "`breachpost receipts FILE...`, or set `folder` or `server_folder` under [receipts] \
                 to the folder that only the vendor writes to"
            }
            Self::Unsigned { .. } | Self::Signature { .. } => {
                "call the vendor before you use it: `signer` under [receipts] is the only key that \
                 counts, and the signature is `<file>.sig`"
            }
            Self::Content { .. } => {
                "nothing of the file was taken: ask the vendor for a correct one (docs/vendor.md)"
            }
            Self::Server(
                error @ (SftpError::HostKey { .. }
                | SftpError::KeyFile { .. }
                | SftpError::NoHostKey { .. }
                | SftpError::Start(_)
                | SftpError::TooMuch { .. }),
            ) => return error.hint(),
            Self::Server(_) => {
                "nothing was lost: `breachpost receipts` again takes what is there. Is \
                 `server_folder` under [receipts] right? `breachpost transfer --check` tries it"
            }
            Self::File(error) => return error.hint(),
        };
        Some(hint.to_owned())
    }

    fn status(&self) -> ExitStatus {
        match self {
            Self::Server(error) => error.status(),
            _ => ExitStatus::Stopped,
        }
    }
}
