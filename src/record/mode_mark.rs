//! The mode in the keys folder: one word beside the key, so that a key of rehearsals never serves a
//! real campaign.

use std::io::{self, Read};

use camino::{Utf8Path, Utf8PathBuf};

use super::error::RecordError;
use super::files;
use crate::base::{data_dir, durable};
use crate::field::mode::Mode;

/// The longest word and its line end, and one byte more that would be too many.
const LONGEST: u64 = 11;

fn path(data_dir: &Utf8Path) -> Utf8PathBuf {
    data_dir::keys(data_dir).join("mode")
}

/// Refuses a keys folder of the other mode. A folder without a mark is of before there were any.
pub(super) fn check(data_dir: &Utf8Path, wanted: Mode) -> Result<(), RecordError> {
    match read(&path(data_dir))? {
        Some(found) if found != wanted => {
            Err(RecordError::OtherMode { path: path(data_dir), found, wanted })
        }
        _ => Ok(()),
    }
}

/// Writes the mark, where there is none.
pub(super) fn write(data_dir: &Utf8Path, mode: Mode) -> Result<(), RecordError> {
    let path = path(data_dir);
    if files::is_there(&path)? {
        Ok(())
    } else {
        files::replace(&path, format!("{mode}\n").as_bytes())
    }
}

fn read(path: &Utf8Path) -> Result<Option<Mode>, RecordError> {
    let unusable = || RecordError::KeyUnusable {
        path: path.to_owned(),
        problem: "is neither `rehearsal` nor `real`",
    };

    let about = match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        about => about.map_err(files::failed("inspect", path))?,
    };

    if !about.is_file() {
        return Err(unusable());
    }

    let mut text = String::new();
    let read = durable::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut text));
    read.map_err(|_| unusable())?;

    text.strip_suffix('\n').and_then(Mode::from_word).map(Some).ok_or_else(unusable)
}
