//! Receipts in a folder of the vendor's SFTP server. They are looked at and never changed: what was
//! fetched before is known by its bytes, and a lost answer only means that it is asked for again.

use std::thread;
use std::time::{Duration, SystemTime};

use camino::Utf8PathBuf;

use super::error::ReceiptError;
use super::{LONGEST, ReceiptFile, named, origin, understand};
use crate::config::{Config, ReceiptSettings, TransferSettings};
use crate::deliver::sftp::{Channel, ListedFile, SftpError};

/// A file that was written to so lately may not be whole yet.
const SETTLED: Duration = Duration::from_mins(1);
/// Before a lost connection is made again; longer each time.
const PAUSE: Duration = Duration::from_secs(1);

/// The folder on the vendor's server in which receipts are put for us.
#[derive(Debug)]
pub struct ReceiptServer<'a> {
    settings: &'a ReceiptSettings,
    /// The server, with that folder.
    transfer: TransferSettings,
    channel: Option<Channel>,
}

impl<'a> ReceiptServer<'a> {
    /// The folder that the configuration names; `None`: it names none.
    #[must_use]
    pub fn of(config: &'a Config) -> Option<Self> {
        let (folder, transfer) =
            config.receipts.server_folder.clone().zip(config.transfer.clone())?;
        let transfer = TransferSettings { folder, ..transfer };
        Some(Self { settings: &config.receipts, transfer, channel: None })
    }

    /// The folder, as messages name it.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}:{}", self.transfer.host, self.transfer.folder)
    }

    /// The receipts that are there, in the order in which they are taken: acknowledgements first.
    ///
    /// # Errors
    /// [`ReceiptError::Server`].
    pub fn list(&mut self) -> Result<Vec<ListedFile>, ReceiptError> {
        let mut files = self.ask(Channel::list)?;
        files.retain(|file| named(&file.name).is_some());
        files.sort_by_cached_key(|file| {
            named(&file.name).map(|(job, kind)| (kind, job.to_owned(), file.name.clone()))
        });
        Ok(files)
    }

    /// Fetches a file and reads it; `None`: the vendor may still be writing it.
    ///
    /// # Errors
    /// [`ReceiptError`] for the first thing that is not as docs/vendor.md has it.
    pub fn fetch(&mut self, file: &ListedFile) -> Result<Option<ReceiptFile>, ReceiptError> {
        if !is_settled(file) {
            return Ok(None);
        }

        let name = &file.name;
        let bytes = self.ask(|channel| channel.fetch(name, LONGEST))?;
        let signature = self.signature(name)?;
        let now = self.ask(|channel| channel.size(name))?;
        if bytes.len() as u64 != file.bytes || now != Some(file.bytes) {
            return Ok(None);
        }

        let path = Utf8PathBuf::from(self.place()).join(name);
        let origin = origin::of_fetched(&path, &bytes, signature.as_deref(), self.settings)?;
        let text = String::from_utf8(bytes).map_err(|_| ReceiptError::Content {
            path: path.clone(),
            problem: "it is not UTF-8".to_owned(),
        })?;
        understand(&path, &text, origin).map(Some)
    }

    /// The signature beside a file, where the vendor signs and it is there.
    fn signature(&mut self, name: &str) -> Result<Option<String>, SftpError> {
        let name = format!("{name}.sig");
        if self.settings.signer.is_none() || self.ask(|channel| channel.size(&name))?.is_none() {
            return Ok(None);
        }
        let bytes = self.ask(|channel| channel.fetch(&name, origin::LONGEST))?;
        // What is no text is no signature either, and is refused as that.
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Asks the server; a connection that is lost is made again.
    fn ask<T>(
        &mut self,
        question: impl Fn(&mut Channel) -> Result<T, SftpError>,
    ) -> Result<T, SftpError> {
        let mut attempt = 1;
        loop {
            let answer = self.channel().and_then(&question);
            match answer {
                Err(error) if error.is_lost() && attempt < self.transfer.attempts => {
                    tracing::warn!(error = %error, "trying again");
                    self.channel = None;
                    thread::sleep(PAUSE * attempt);
                    attempt += 1;
                }
                answer => return answer,
            }
        }
    }

    fn channel(&mut self) -> Result<&mut Channel, SftpError> {
        match &mut self.channel {
            Some(channel) => Ok(channel),
            none => Ok(none.insert(Channel::open(&self.transfer)?)),
        }
    }

    /// Says goodbye.
    pub fn close(self) {
        if let Some(channel) = self.channel {
            channel.close();
        }
    }
}

/// Whether nobody has written to a file of late, by the server's clock and ours. One without a time
/// is judged by its size alone.
fn is_settled(file: &ListedFile) -> bool {
    file.modified
        .is_none_or(|time| SystemTime::now().duration_since(time).is_ok_and(|age| age >= SETTLED))
}
