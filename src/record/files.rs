//! Files of the ledger, in the ledger's words for what failed.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;

use camino::Utf8Path;

use super::error::RecordError;
use crate::base::{FileError, durable, random};

/// What failed with which file.
pub(super) fn failed(
    doing: &'static str,
    path: &Utf8Path,
) -> impl FnOnce(io::Error) -> RecordError {
    move |error| FileError::at(doing, path)(error).into()
}

/// Makes a folder and its parents, for the owner alone.
pub(super) fn make_folder(path: &Utf8Path) -> Result<(), RecordError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(failed("create folder", path))
}

/// Makes names in a folder durable.
pub(super) fn sync_folder(path: &Utf8Path) -> Result<(), RecordError> {
    durable::sync_folder(path).map_err(failed("sync folder", path))
}

/// Renames within one folder; a file that is there already is never replaced.
pub(super) fn rename_new(from: &Utf8Path, to: &Utf8Path) -> Result<(), RecordError> {
    durable::rename_new(from, to).map_err(failed("rename a file to", to))
}

/// Puts a whole small file in place of the one before, or leaves that as it is.
pub(super) fn replace(path: &Utf8Path, content: &[u8]) -> Result<(), RecordError> {
    durable::write(path, content).map_err(failed("write", path))
}

/// Removes a file, if it is there.
pub(super) fn remove(path: &Utf8Path) -> Result<(), RecordError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Whether there is anything under this name, be it a dangling link.
pub(super) fn is_there(path: &Utf8Path) -> Result<bool, RecordError> {
    match std::fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(failed("inspect", path)(error)),
    }
}

/// Names in a folder, sorted; none when there is no such folder. Names that are not UTF-8 are not
/// ours and left out.
pub(super) fn names(path: &Utf8Path) -> Result<Vec<String>, RecordError> {
    let entries = match path.read_dir_utf8() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed("list", path))?,
    };

    let mut names = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => names.push(entry.file_name().to_owned()),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {}
            Err(error) => return Err(failed("list", path)(error)),
        }
    }

    names.sort_unstable();
    Ok(names)
}

/// Random bytes from the operating system; used for the key and the ledger's name alone.
pub(super) fn random<const N: usize>() -> Result<[u8; N], RecordError> {
    random::bytes().map_err(failed("read random bytes from", Utf8Path::new(random::SOURCE)))
}
