//! What can go wrong between us and an SFTP server.

use camino::Utf8PathBuf;

use crate::base::{ExitStatus, Explain, FileError};

/// What went wrong with an SFTP server.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum SftpError {
    /// Our key is not usable.
    #[error("the SSH key `{path}` {problem}")]
    KeyFile { path: Utf8PathBuf, problem: &'static str },
    /// The file of host keys has none.
    #[error("`{path}` has no host key in it")]
    NoHostKey { path: Utf8PathBuf },
    /// OpenSSH's client is not there.
    #[error("cannot start `ssh`")]
    Start(#[source] std::io::Error),
    /// Somebody else answers, or the server has a new key.
    #[error("the host key of `{host}` is not one of those in `{known_hosts}`")]
    HostKey { host: String, known_hosts: Utf8PathBuf },
    /// The server does not let us in.
    #[error("`{host}` does not let us in: {said}")]
    Denied {
        host: String,
        /// What `ssh` said, on one line.
        said: String,
    },
    /// There is no SFTP behind the log-in, or no connection at all.
    #[error("cannot speak SFTP with `{host}`: {said}")]
    Unreachable {
        host: String,
        /// What `ssh` said, on one line.
        said: String,
    },
    /// The folder is not there, or may not be looked at.
    #[error("`{host}` has no folder `{folder}` for us")]
    NoFolder { host: String, folder: String },
    /// The connection ended.
    #[error("the connection to `{host}` was lost (cannot {doing} `{name}`): {said}")]
    Lost { host: String, doing: &'static str, name: String, said: String },
    /// No answer came.
    #[error("`{host}` has not answered for {seconds} seconds (cannot {doing} `{name}`)")]
    Silent { host: String, seconds: u64, doing: &'static str, name: String },
    /// The server said no.
    #[error("`{host}` refused to {doing} `{name}`: {said}")]
    Refused {
        host: String,
        doing: &'static str,
        name: String,
        /// The server's word for it.
        said: String,
    },
    /// More than is ever read.
    #[error("`{host}` has {what}, and so much is not read")]
    TooMuch { host: String, what: String },
    /// A file of ours.
    #[error(transparent)]
    File(#[from] FileError),
}

impl SftpError {
    /// Whether a new connection may go better.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Lost { .. } | Self::Silent { .. })
    }
}

impl Explain for SftpError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::KeyFile { .. } => {
                "`ssh-keygen -t ed25519 -N '' -f FILE` makes one; the vendor gets `FILE.pub`"
            }
            Self::NoHostKey { .. } => {
                "put the lines there that `ssh-keyscan -p PORT HOST` prints, once the vendor has \
                 read the fingerprints back to you by another way"
            }
            Self::Start(_) => "install OpenSSH's client (Debian: openssh-client)",
            Self::HostKey { .. } => {
                "nothing was sent. Ask the vendor, not the server: only if they confirm the \
                 fingerprints by another way do the new lines go into that file, those of all the \
                 server's keys"
            }
            Self::Denied { .. } => {
                "is our public key in the vendor's account, and is `user` under [transfer] right?"
            }
            Self::Unreachable { .. } => {
                "`breachpost transfer --check` tries again without sending anything"
            }
            Self::NoFolder { .. } => {
                "`folder` under [transfer] begins where a log-in does; ask the vendor for its name"
            }
            Self::Lost { .. } | Self::Silent { .. } => {
                "run `breachpost transfer` again: it looks first at what has arrived, and sends the \
                 rest"
            }
            Self::Refused { .. } => {
                "this is the server's own word; `Failure` is what a full disk and a missing folder \
                 are called. Ask the vendor, then run `breachpost transfer` again"
            }
            Self::TooMuch { .. } => "ask the vendor what it is, and to take it away",
            Self::File(error) => return error.hint(),
        };
        Some(hint.to_owned())
    }

    fn status(&self) -> ExitStatus {
        match self {
            Self::KeyFile { .. } | Self::NoHostKey { .. } | Self::Start(_) => ExitStatus::Usage,
            _ => ExitStatus::Stopped,
        }
    }
}
