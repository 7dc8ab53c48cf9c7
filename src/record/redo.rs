//! Every change of the ledger a second time, in `backups/redo.sqlite`: what a backup lacks is taken
//! from there.
//!
//! It is written right after the ledger, so that it may lack the last change and never has one too
//! many; the next writer makes up for that first. It is about people like the ledger, by pseudonyms
//! and keyed marks, and goes with a purge.

use camino::{Utf8Path, Utf8PathBuf};

use super::error::RecordError;
use super::files;
use super::store::Store;
use crate::base::{data_dir, durable};

/// In the folder of the backups.
const FILE: &str = "redo.sqlite";

/// Where the file is.
pub(super) fn path(data_dir: &Utf8Path) -> Utf8PathBuf {
    data_dir::backups(data_dir).join(FILE)
}

/// Writes down what is not there yet. A file that is damaged is put aside, and another one begins:
/// it is needed only where the ledger is lost, and stops no night.
pub(super) fn note(data_dir: &Utf8Path, store: &Store) -> Result<(), RecordError> {
    let path = path(data_dir);
    make(&path)?;

    match store.note_changes(&path) {
        Err(RecordError::Damaged { .. }) if !store.is_redo_sound(&path) => {}
        noted => return noted,
    }

    tracing::warn!("`backups/{FILE}` is damaged and was started again: back up the ledger soon");
    let aside = path.with_extension("damaged");
    files::remove(&path.with_file_name(format!("{FILE}-journal")))?;
    std::fs::rename(&path, &aside).map_err(files::failed("set aside", &path))?;
    make(&path)?;

    store.note_changes(&path)
}

fn make(path: &Utf8Path) -> Result<(), RecordError> {
    if files::is_there(path)? {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path);
    files::make_folder(folder)?;
    durable::create_new(path).map_err(files::failed("create", path))?;
    files::sync_folder(folder)
}
