//! A folder on an SFTP server. OpenSSH's client makes the connection, so that keys, ciphers and host
//! keys are what an operator knows; this speaks SFTP through it, one question after the other.

mod error;
mod ssh;

use std::future::{Future, poll_fn};
use std::io::{self, Read};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use camino::Utf8Path;
use futures_core::Stream;
use openssh_sftp_client::error::SftpErrorKind;
use openssh_sftp_client::file::TokioCompatFile;
use openssh_sftp_client::{Error, Sftp, SftpOptions, UnixTimeStamp};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::process::ChildStdout;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use crate::base::progress::Progress;
use crate::base::{FileError, durable};
use crate::config::TransferSettings;

pub use error::SftpError;
use ssh::Client;

/// Bytes that are read and sent at a time: what OpenSSH's server takes in one message.
const CHUNK: usize = 255 << 10;
/// Bytes of the server's that wait to be read.
const WAITING: usize = 64 << 10;
/// The longest greeting of a server, in bytes.
const LONGEST_HELLO: usize = 64 << 10;
/// A server that offers this is asked for it by the crate, and it replaces files.
const REPLACING: &[u8] = b"posix-rename@openssh.com";
/// A server may take so long to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// More files in one folder than this are not listed.
const MOST_FILES: usize = 100_000;

/// A connection to one folder of a server.
#[derive(Debug)]
pub struct Channel {
    sftp: Sftp,
    client: Client,
    settings: TransferSettings,
    runtime: Runtime,
}

/// A file that has been sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentFile {
    /// Its bytes.
    pub bytes: u64,
    /// SHA-256 of them, lower-case hex.
    pub sha256: String,
}

/// A file as the server lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFile {
    /// Its name.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// When it was last written to, by the server's clock; `None`: the server does not say.
    pub modified: Option<SystemTime>,
}

/// Why an answer did not come.
enum Trouble {
    Silence,
    Error(Error),
}

impl Channel {
    /// Calls the server, and looks whether the folder is there. Nothing is sent.
    ///
    /// # Errors
    /// [`SftpError`]; a server with a different host key hears nothing of us, not even who we are.
    pub fn open(settings: &TransferSettings) -> Result<Self, SftpError> {
        ssh::check_files(settings)?;
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(SftpError::Start)?;

        let (sftp, client) = runtime.block_on(async {
            let (mut client, stdin, stdout) = Client::start(settings)?;
            let (to_us, heard) = tokio::io::duplex(WAITING);
            tokio::spawn(pass_on(stdout, to_us));

            let talk = Sftp::new(stdin, heard, SftpOptions::new());
            match timeout(settings.patience(), talk).await {
                Ok(Ok(sftp)) => Ok((sftp, client)),
                Ok(Err(_)) => Err(ssh::reason(settings, client.last_words().await)),
                Err(_) => {
                    let said = format!("no answer for {} seconds", settings.timeout_seconds);
                    Err(SftpError::Unreachable { host: settings.host.clone(), said })
                }
            }
        })?;

        let mut channel = Self { sftp, client, settings: settings.clone(), runtime };
        if channel.size("")?.is_none() {
            let (host, folder) = (settings.host.clone(), settings.folder.clone());
            return Err(SftpError::NoFolder { host, folder });
        }
        Ok(channel)
    }

    /// How many bytes a file has there; `None`: it is not there.
    ///
    /// # Errors
    /// [`SftpError`].
    pub fn size(&mut self, name: &str) -> Result<Option<u64>, SftpError> {
        let (mut fs, path) = (self.sftp.fs(), self.path(name));
        let answer = self.wait(async move { fs.symlink_metadata(path).await });
        match answer {
            Ok(metadata) => Ok(Some(metadata.len().unwrap_or(0))),
            Err(Trouble::Error(Error::SftpError(SftpErrorKind::NoSuchFile, _))) => Ok(None),
            Err(trouble) => Err(self.failed("look at", name, &trouble)),
        }
    }

    /// The files of the folder, in the server's order. Links, folders and names that are no text
    /// are left out.
    ///
    /// # Errors
    /// [`SftpError`].
    pub fn list(&mut self) -> Result<Vec<ListedFile>, SftpError> {
        let (mut fs, folder) = (self.sftp.fs(), self.path(""));
        let opened = self.wait(async move { fs.open_dir(folder).await });
        let opened = opened.map_err(|trouble| self.failed("list", ".", &trouble))?;
        let mut entries = Box::pin(opened.read_dir());

        let mut files = Vec::new();
        for _ in 0..MOST_FILES {
            let next = poll_fn(|context| entries.as_mut().poll_next(context));
            let next = self.wait(async { next.await.transpose() });
            let Some(entry) = next.map_err(|trouble| self.failed("list", ".", &trouble))? else {
                return Ok(files);
            };

            let (metadata, name) = (entry.metadata(), entry.filename().to_str());
            let is_file = metadata.file_type().is_some_and(|kind| kind.is_file());
            if let Some(name) = name.filter(|_| is_file) {
                files.push(ListedFile {
                    name: name.to_owned(),
                    bytes: metadata.len().unwrap_or(0),
                    modified: metadata.modified().map(UnixTimeStamp::as_system_time),
                });
            }
        }
        Err(self.too_much(format!("more than {MOST_FILES} files in one folder")))
    }

    /// The bytes of a file, at most so many.
    ///
    /// # Errors
    /// [`SftpError`], also when there are more.
    pub fn fetch(&mut self, name: &str, most: u64) -> Result<Vec<u8>, SftpError> {
        let (mut options, path) = (self.sftp.options(), self.path(name));
        let opened = self.wait(async move {
            options.read(true);
            options.open(path).await
        });
        let file = opened.map_err(|trouble| self.failed("open", name, &trouble))?;
        let mut file = Box::pin(TokioCompatFile::new(file));

        let (mut bytes, mut chunk) = (Vec::new(), vec![0; CHUNK]);
        loop {
            let read = self.wait_io(file.read(&mut chunk));
            let read = read.map_err(|trouble| self.failed("read", name, &trouble))?;
            if read == 0 {
                return Ok(bytes);
            }
            bytes.extend_from_slice(&chunk[..read]);
            if bytes.len() as u64 > most {
                return Err(self.too_much(format!("more than {most} bytes in `{name}`")));
            }
        }
    }

    /// Sends a file under a name that nothing has there.
    ///
    /// # Errors
    /// [`SftpError`]; a part of it may be there.
    pub fn send(
        &mut self,
        from: &Utf8Path,
        name: &str,
        progress: &Progress,
    ) -> Result<SentFile, SftpError> {
        let unreadable = FileError::at("read", from);
        let mut source = durable::open(from).map_err(unreadable)?;
        let (mut options, path) = (self.sftp.options(), self.path(name));
        let opened = self.wait(async move {
            options.write(true).create_new(true);
            options.open(path).await
        });
        let file = opened.map_err(|trouble| self.failed("create", name, &trouble))?;
        let mut file = Box::pin(TokioCompatFile::new(file));

        let (mut hash, mut bytes, mut chunk) = (Sha256::new(), 0, vec![0; CHUNK]);
        loop {
            let read = source.read(&mut chunk).map_err(unreadable)?;
            if read == 0 {
                break;
            }
            hash.update(&chunk[..read]);
            bytes += read as u64;
            let written = self.wait_io(file.write_all(&chunk[..read]));
            written.map_err(|trouble| self.failed("write", name, &trouble))?;
            progress.advance(read as u64);
        }
        let flushed = self.wait_io(file.flush());
        flushed.map_err(|trouble| self.failed("write", name, &trouble))?;

        if self.sftp.support_fsync() {
            let synced = self.wait(file.as_mut().as_mut_file().sync_all());
            synced.map_err(|trouble| self.failed("sync", name, &trouble))?;
        } else {
            tracing::info!(transfer.file = name, "the server does not say when a file is on disk");
        }

        let sha256 = data_encoding::HEXLOWER.encode(&hash.finalize());
        Ok(SentFile { bytes, sha256 })
    }

    /// Renames a file. A server of OpenSSH's refuses a name that is taken; others may not, so look
    /// first.
    ///
    /// # Errors
    /// [`SftpError`]; when the connection was lost, nobody knows which name the file has.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), SftpError> {
        let (mut fs, from, path) = (self.sftp.fs(), self.path(from), self.path(to));
        let renamed = self.wait(async move { fs.rename(from, path).await });
        renamed.map_err(|trouble| self.failed("rename to", to, &trouble))
    }

    /// Removes a file.
    ///
    /// # Errors
    /// [`SftpError`].
    pub fn remove(&mut self, name: &str) -> Result<(), SftpError> {
        let (mut fs, path) = (self.sftp.fs(), self.path(name));
        let removed = self.wait(async move { fs.remove_file(path).await });
        removed.map_err(|trouble| self.failed("remove", name, &trouble))
    }

    /// Says goodbye. What was answered is done, whether the server hears this or not.
    pub fn close(self) {
        let Self { sftp, mut client, runtime, .. } = self;
        runtime.block_on(async {
            let _ = timeout(GOODBYE, sftp.close()).await;
            client.last_words().await;
        });
    }

    fn path(&self, name: &str) -> PathBuf {
        PathBuf::from(&self.settings.folder).join(name)
    }

    fn wait<T>(&self, answer: impl Future<Output = Result<T, Error>>) -> Result<T, Trouble> {
        match self.runtime.block_on(async { timeout(self.settings.patience(), answer).await }) {
            Ok(answer) => answer.map_err(Trouble::Error),
            Err(_) => Err(Trouble::Silence),
        }
    }

    /// [`Channel::wait`] for what the crate tells as an error of files.
    fn wait_io<T>(&self, answer: impl Future<Output = io::Result<T>>) -> Result<T, Trouble> {
        let unwrap = |error: io::Error| error.downcast().unwrap_or_else(Error::IOError);
        self.wait(async move { answer.await.map_err(unwrap) })
    }

    fn too_much(&self, what: String) -> SftpError {
        SftpError::TooMuch { host: self.settings.host.clone(), what }
    }

    fn failed(&mut self, doing: &'static str, name: &str, trouble: &Trouble) -> SftpError {
        let (host, name) = (self.settings.host.clone(), name.to_owned());
        match trouble {
            Trouble::Silence => {
                SftpError::Silent { host, seconds: self.settings.timeout_seconds, doing, name }
            }
            Trouble::Error(Error::SftpError(kind, _)) => {
                SftpError::Refused { host, doing, name, said: format!("{kind:?}") }
            }
            Trouble::Error(_) => {
                let said = self.runtime.block_on(self.client.last_words());
                SftpError::Lost { host, doing, name, said }
            }
        }
    }
}

/// Passes on what the server says, its offer of a renaming that replaces files made unreadable.
async fn pass_on(mut server: ChildStdout, mut to_us: DuplexStream) -> io::Result<()> {
    let mut hello = vec![0; 4];
    server.read_exact(&mut hello).await?;
    let length = hello.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte));
    if length > LONGEST_HELLO {
        return Err(io::ErrorKind::InvalidData.into());
    }

    hello.resize(4 + length, 0);
    server.read_exact(&mut hello[4..]).await?;
    if let Some(place) = memchr::memmem::find(&hello, REPLACING) {
        hello[place] = b'-';
    }
    to_us.write_all(&hello).await?;
    tokio::io::copy(&mut server, &mut to_us).await?;
    Ok(())
}
