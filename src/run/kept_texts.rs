//! The texts that letters were sent with, kept by hash in the data folder: nobody's data, so a purge
//! leaves them.

use camino::{Utf8Path, Utf8PathBuf};

use super::RunError;
use crate::base::{FileError, data_dir, durable};
use crate::compose::notices::NoticeTexts;
use crate::compose::texts::{CampaignTexts, TextFiles};

/// The folder of the texts with this hash; it need not be there.
#[must_use]
pub fn folder(data_dir: &Utf8Path, hash: &str) -> Utf8PathBuf {
    data_dir::texts(data_dir).join(hash)
}

/// The folder of the kept texts with this hash, or with one that begins so and is the only one;
/// `None`: there are none, or they are not what their name says.
#[must_use]
pub fn find(data_dir: &Utf8Path, hash: &str) -> Option<Utf8PathBuf> {
    /// Digits by which two hashes are told apart in practice.
    const LEAST: usize = 8;
    let is_part = hash.len() >= LEAST && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let entries = data_dir::texts(data_dir).read_dir_utf8().ok().filter(|_| is_part)?;
    let named = |folder: &Utf8PathBuf| {
        folder.file_name().is_some_and(|name| name.starts_with(&hash.to_ascii_lowercase()))
    };
    let mut found =
        entries.filter_map(Result::ok).map(camino::Utf8DirEntry::into_path).filter(named);

    match (found.next(), found.next()) {
        (Some(folder), None) => is_whole(&folder).then_some(folder),
        _ => None,
    }
}

/// Whether the files are those that the folder's name says.
fn is_whole(folder: &Utf8Path) -> bool {
    TextFiles::read(folder).is_ok_and(|files| folder.file_name() == Some(&files.hash()))
}

/// Keeps the texts that letters are about to be planned with, durably; those that are kept already
/// are left alone.
///
/// # Errors
/// [`RunError::File`].
pub(super) fn keep(data_dir: &Utf8Path, texts: &CampaignTexts) -> Result<(), RunError> {
    let folder = folder(data_dir, texts.hash());
    if is_whole(&folder) {
        return Ok(());
    }

    let write = || {
        durable::make_folder(&data_dir::texts(data_dir))?;
        durable::make_folder(&folder)?;
        let files = texts.files().named();
        files
            .iter()
            .try_for_each(|(name, text)| durable::write(&folder.join(name), text.as_bytes()))
    };

    Ok(write().map_err(FileError::at("write", &folder))?)
}

/// Keeps the texts to care providers in the same way.
///
/// # Errors
/// [`RunError::File`].
pub(super) fn keep_notices(data_dir: &Utf8Path, texts: &NoticeTexts) -> Result<(), RunError> {
    let folder = folder(data_dir, texts.hash());
    let write = || {
        durable::make_folder(&data_dir::texts(data_dir))?;
        durable::make_folder(&folder)?;
        texts
            .named()
            .try_for_each(|(name, text)| durable::write(&folder.join(name), text.as_bytes()))
    };
    Ok(write().map_err(FileError::at("write", &folder))?)
}
