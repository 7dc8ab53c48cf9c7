//! The folder in which a restore is tried, and the way of its files from there to their places.

use std::fs;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::RestoreError;
use crate::base::{data_dir, durable};
use crate::record::error::RecordError;
use crate::record::lock::Lock;
use crate::record::open::FOLDERS;
use crate::record::{files, key_file, key_path, ledger_path, privacy};

/// `staging/restore/`, empty. What is left there is cleared away by the next run and by a purge,
/// too.
pub(super) struct Place<'a> {
    data_dir: &'a Utf8Path,
    folder: Utf8PathBuf,
    /// Folders that were made for it, outermost first.
    made: Vec<Utf8PathBuf>,
    _lock: Lock,
}

impl<'a> Place<'a> {
    /// Makes the folder, and those above it where the machine itself was lost.
    pub fn take(data_dir: &'a Utf8Path) -> Result<Self, RecordError> {
        privacy::check(data_dir)?;
        let staging = data_dir::staging(data_dir);
        let mut made = Vec::new();
        for folder in [data_dir, &staging] {
            if !files::is_there(folder)? {
                files::make_folder(folder)?;
                made.push(folder.to_owned());
            }
        }

        let lock = Lock::take(data_dir)?;
        let place = Self { data_dir, folder: staging.join("restore"), made, _lock: lock };
        place.remove()?;
        files::make_folder(&place.folder)?;

        Ok(place)
    }

    /// Where the ledger is made.
    pub fn ledger(&self) -> Utf8PathBuf {
        self.folder.join("ledger.sqlite")
    }

    /// A copy of the kept changes; a change that was stopped half way is taken back in the copy.
    pub fn copy_of_redo(&self, redo: &Utf8Path) -> Result<Option<Utf8PathBuf>, RecordError> {
        let copy = self.folder.join("redo.sqlite");
        for ending in ["", "-journal"] {
            let from = Utf8PathBuf::from(format!("{redo}{ending}"));
            if !files::is_there(&from)? {
                if ending.is_empty() {
                    return Ok(None);
                }
                continue;
            }
            let to = Utf8PathBuf::from(format!("{copy}{ending}"));
            let copied = durable::create_new(&to)
                .and_then(|mut to| io::copy(&mut durable::open(&from)?, &mut to));
            copied.map_err(files::failed("copy", &from))?;
        }

        Ok(Some(copy))
    }

    /// The folders of every data folder.
    pub fn make_folders(&self) -> Result<(), RecordError> {
        FOLDERS.iter().try_for_each(|folder| files::make_folder(&self.data_dir.join(folder)))
    }

    /// Puts the key in its place, which is empty.
    pub fn put_key(&self, text: &[u8]) -> Result<(), RecordError> {
        let (fresh, key) = (self.folder.join("campaign.key"), key_path(self.data_dir));
        key_file::write_back(&fresh, text)?;
        files::rename_new(&fresh, &key)?;
        files::sync_folder(&data_dir::keys(self.data_dir))
    }

    /// Puts the ledger in its place. What is there is kept in `backups/`, with the change that it
    /// was stopped in: left where it is, that would be taken back in the new file.
    pub fn put_ledger(&self) -> Result<Option<Utf8PathBuf>, RecordError> {
        let (fresh, ledger) = (self.ledger(), ledger_path(self.data_dir));
        durable::open(&fresh)
            .and_then(|file| file.sync_all())
            .map_err(files::failed("sync", &fresh))?;
        let half = Utf8PathBuf::from(format!("{ledger}-journal"));
        let (is_there, is_half) = (files::is_there(&ledger)?, files::is_there(&half)?);
        let aside = self.free_name()?;

        if is_there {
            fs::hard_link(&ledger, &aside).map_err(files::failed("keep", &ledger))?;
        }

        if is_half {
            let aside = format!("{aside}-journal");
            fs::rename(&half, &aside).map_err(files::failed("keep", &half))?;
        }

        if is_there || is_half {
            files::sync_folder(&data_dir::backups(self.data_dir))?;
            files::sync_folder(self.data_dir)?;
        }

        fs::rename(&fresh, &ledger).map_err(files::failed("rename a file to", &ledger))?;
        files::sync_folder(self.data_dir)?;
        Ok(is_there.then_some(aside))
    }

    fn free_name(&self) -> Result<Utf8PathBuf, RecordError> {
        let mut number = 1_u32;
        loop {
            let path = data_dir::backups(self.data_dir).join(format!("replaced-{number}.sqlite"));
            if !files::is_there(&path)?
                && !files::is_there(&Utf8PathBuf::from(format!("{path}-journal")))?
            {
                return Ok(path);
            }
            number += 1;
        }
    }

    /// Takes the folder away; after a refusal also those that were made for it.
    pub fn clear(self, refused: bool) -> Result<(), RestoreError> {
        self.remove()?;

        for folder in self.made.iter().rev().filter(|_| refused) {
            match fs::remove_dir(folder) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(files::failed("remove", folder)(error).into());
                }
                _ => {}
            }
        }

        Ok(())
    }

    fn remove(&self) -> Result<(), RecordError> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(files::failed("remove", &self.folder)(error))
            }
            _ => Ok(()),
        }
    }
}
