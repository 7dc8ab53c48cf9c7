//! Sealed backups: ledger, key and approvals in one archive, encrypted to a key of the operator's, so that
//! they can leave the machine.
//!
//! Without the key a ledger is nobody's, so the key goes along; whoever holds the operator's secret
//! key can then recognise people, and has to be as careful with it as with `keys/`.

use std::io::{BufWriter, Write};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use secrecy::zeroize::Zeroizing;
use serde::{Deserialize, Serialize};

use super::approved;
use super::list::{BackupList, SealedBackup};
use crate::base::data_dir;
use crate::base::durable::{self, Hashing, Pending};
use crate::field::mode::Mode;
use crate::package::Recipients;
use crate::package::archive::StreamArchive;
use crate::package::seal::Sealer;
use crate::package::ticket::REHEARSAL;
use crate::record::audit::Head;
use crate::record::error::RecordError;
use crate::record::model::CampaignState;
use crate::record::{Access, Home, Ledger, files, key_path};

/// End of the name of every sealed backup.
pub(in crate::record) const ENDING: &str = ".backup.age";
/// Sealed backups that stay on the machine.
const KEPT: usize = 5;
/// The ledger's copy on its way into the archive.
const COPY: &str = ".backup.sqlite";

/// Paths in the archive.
pub(in crate::record) const ABOUT: &str = "backup.json";
pub(in crate::record) const LEDGER: &str = "ledger.sqlite";
pub(in crate::record) const KEY: &str = "keys/campaign.key";
pub(in crate::record) const EARLIER: &str = "backups.json";

/// What is in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::record) struct About {
    pub campaign: String,
    pub ledger: String,
    pub mode: Mode,
    pub made_on: Date,
    pub head: Head,
}

/// A backup of the ledger as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeBackup {
    /// Where it is.
    pub path: Utf8PathBuf,
    /// What the list says of it.
    pub backup: SealedBackup,
    /// Not one byte of the ledger has changed since the last one, and this is it.
    pub was_there: bool,
}

impl Ledger {
    /// Opens the ledger to back it up, be the campaign open or closed.
    ///
    /// # Errors
    /// [`RecordError`] says which refusal it is.
    pub fn open_to_back_up(home: &Home<'_>) -> Result<Self, RecordError> {
        Self::open_for(home, Access::Write, false)
    }

    /// Makes a sealed backup, unless the last one is of the same head and still there.
    ///
    /// # Errors
    /// [`RecordError::Over`] when people's data are destroyed, [`RecordError`] when the backup
    /// cannot be written.
    pub fn back_up(&self, recipients: &Recipients, date: Date) -> Result<MadeBackup, RecordError> {
        let state = match self.campaign_state()? {
            CampaignState::Open | CampaignState::Closed => None,
            CampaignState::Purging => Some("being purged"),
            CampaignState::Purged => Some("purged"),
        };

        if let Some(state) = state {
            return Err(RecordError::Over { campaign: self.campaign.clone(), state });
        }

        let head = self.head()?;
        let folder = data_dir::backups(&self.data_dir);
        files::make_folder(&folder)?;
        let mut list = relist(&self.data_dir, Some(date))?;

        let same = list.backups.iter().rev().find(|backup| backup.head.as_ref() == Some(&head));

        if let Some(backup) = same.filter(|backup| is_whole(&folder, backup)) {
            return Ok(MadeBackup {
                path: folder.join(&backup.name),
                backup: backup.clone(),
                was_there: true,
            });
        }

        let backup = self.seal_into(&folder, recipients, date, &head, &list)?;
        list.add([backup.clone()]);
        list.write(&self.data_dir)?;
        let_go(&folder)?;

        Ok(MadeBackup { path: folder.join(&backup.name), backup, was_there: false })
    }

    /// Writes down that a backup was taken off the machine.
    ///
    /// # Errors
    /// [`RecordError`] when the list cannot be written.
    pub fn note_handed_over(&self, backup: &SealedBackup, date: Date) -> Result<(), RecordError> {
        let mut list = BackupList::read(&self.data_dir)?;
        list.add([SealedBackup { handed_over: Some(date), ..backup.clone() }]);
        list.write(&self.data_dir)
    }

    fn seal_into(
        &self,
        folder: &Utf8Path,
        recipients: &Recipients,
        date: Date,
        head: &Head,
        earlier: &BackupList,
    ) -> Result<SealedBackup, RecordError> {
        let prefix = if self.mode == Mode::Rehearsal { REHEARSAL } else { "" };
        let name = format!("{prefix}{}-{:08}{ENDING}", self.campaign, head.events);
        let (path, copy) = (folder.join(&name), folder.join(COPY));
        files::remove(&copy)?;
        durable::create_new(&copy).map_err(files::failed("create", &copy))?;
        self.store.copy_into(&copy)?;

        let about = About {
            campaign: self.campaign.clone(),
            ledger: self.id.clone(),
            mode: self.mode,
            made_on: date,
            head: head.clone(),
        };

        let approvals = approved::paths(&self.data_dir)?;
        let write = || {
            let key = Zeroizing::new(std::fs::read(key_path(&self.data_dir))?);
            let out = Hashing::new(BufWriter::new(Pending::create(&path)?));
            let mut archive = StreamArchive::new(Sealer::new(recipients, out)?);
            archive.store(ABOUT, &mut &serde_json::to_vec_pretty(&about)?[..])?;
            archive.store(KEY, &mut &key[..])?;
            archive.store(EARLIER, &mut &earlier.to_bytes()[..])?;
            archive.store(LEDGER, &mut durable::open(&copy)?)?;
            for path in &approvals {
                archive.store(path, &mut durable::open(&self.data_dir.join(path))?)?;
            }
            let (mut out, sha256, bytes) = archive.finish()?.finish()?.finish();
            out.flush()?;
            let file = out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
            file.replace()?;
            std::io::Result::Ok((sha256, bytes))
        };

        let written = write().map_err(files::failed("write backup", &path));
        files::remove(&copy)?;
        let (sha256, bytes) = written?;

        Ok(SealedBackup {
            name,
            made_on: date,
            sha256,
            bytes,
            head: Some(head.clone()),
            handed_over: None,
        })
    }
}

fn names(folder: &Utf8Path) -> Result<Vec<String>, RecordError> {
    let mut names = files::names(folder)?;
    names.retain(|name| name.ends_with(ENDING) && !name.starts_with('.'));
    Ok(names)
}

/// The list, with what is in `backups/` and was not written down because a program was stopped
/// before that; written where a date is given.
pub(in crate::record) fn relist(
    data_dir: &Utf8Path,
    date: Option<Date>,
) -> Result<BackupList, RecordError> {
    let mut list = BackupList::read(data_dir)?;
    let more = unlisted(&data_dir::backups(data_dir), &list, date.unwrap_or(Date::MIN))?;
    if !more.is_empty() {
        list.add(more);
        if date.is_some() {
            list.write(data_dir)?;
        }
    }
    Ok(list)
}

fn unlisted(
    folder: &Utf8Path,
    list: &BackupList,
    date: Date,
) -> Result<Vec<SealedBackup>, RecordError> {
    let mut found = Vec::new();

    for name in names(folder)?
        .into_iter()
        .filter(|name| list.backups.iter().all(|known| known.name != *name))
    {
        let path = folder.join(&name);
        let (sha256, bytes) = durable::fingerprint(&path).map_err(files::failed("read", &path))?;
        found.push(SealedBackup {
            name,
            made_on: date,
            sha256,
            bytes,
            head: None,
            handed_over: None,
        });
    }

    Ok(found)
}

fn is_whole(folder: &Utf8Path, backup: &SealedBackup) -> bool {
    durable::fingerprint(&folder.join(&backup.name))
        .is_ok_and(|(sha256, _)| sha256 == backup.sha256)
}

/// Lets the oldest go.
fn let_go(folder: &Utf8Path) -> Result<(), RecordError> {
    let names = names(folder)?;
    for old in &names[..names.len().saturating_sub(KEPT)] {
        files::remove(&folder.join(old))?;
    }
    files::sync_folder(folder)
}
