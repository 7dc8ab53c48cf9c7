//! A file as it was at one instant: read once, whole, and never looked at again, with its sidecar.

use std::fs::File;
use std::io::Read as _;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use super::error::ReadError;
use super::inbox::SIDECAR;
use crate::base::FileError;

/// The bytes of a file.
///
/// # Errors
/// [`ReadError::Changed`] when size or time of change differ before and after: somebody is still
/// writing.
pub(super) fn bytes(file: &Utf8Path) -> Result<Vec<u8>, ReadError> {
    let failed = FileError::at("read", file);
    let mut handle = File::open(file).map_err(failed)?;
    let before = handle.metadata().map_err(failed)?;
    let mut bytes = Vec::new();
    let expected = usize::try_from(before.len()).unwrap_or(usize::MAX);

    bytes
        .try_reserve_exact(expected.saturating_add(1))
        .map_err(|error| failed(std::io::Error::other(error)))?;
    handle.read_to_end(&mut bytes).map_err(failed)?;
    let after = handle.metadata().map_err(failed)?;
    let same_time = before.modified().ok() == after.modified().ok();
    if bytes.len() as u64 != before.len() || after.len() != before.len() || !same_time {
        return Err(ReadError::Changed { file: file.to_owned() });
    }

    Ok(bytes)
}

/// `<file>.meta.toml`: what the sender says about the file. Other keys than these two are the
/// sender's own affair.
#[derive(Debug, Deserialize)]
pub(super) struct Sidecar {
    /// Data rows.
    pub(super) rows: u64,
    sha256: String,
}

impl Sidecar {
    /// The sidecar of a file, if it has one.
    pub(super) fn of(file: &Utf8Path) -> Result<Option<Self>, ReadError> {
        /// Two lines; whatever is longer is something else.
        const MOST: u64 = 64 * 1024;
        let path = Utf8PathBuf::from(format!("{file}{SIDECAR}"));
        let failed = FileError::at("read", &path);
        match path.metadata() {
            Ok(metadata) if metadata.is_file() => {}
            // Opening a pipe might never end.
            Ok(_) => return Err(ReadError::NotAFile { file: path }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error).into()),
        }

        let handle = File::open(&path).map_err(failed)?;
        let mut text = String::new();
        handle.take(MOST).read_to_string(&mut text).map_err(failed)?;
        let line = |error: &toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            before.matches('\n').count() + 1
        };

        toml::from_str(&text)
            .map(Some)
            .map_err(|error| ReadError::Sidecar { line: line(&error), file: path })
    }

    /// Whether these are the bytes.
    pub(super) fn check_hash(&self, file: &Utf8Path, sha256: &str) -> Result<(), ReadError> {
        if self.sha256.trim().eq_ignore_ascii_case(sha256) {
            Ok(())
        } else {
            Err(ReadError::SidecarHash { file: file.to_owned() })
        }
    }

    /// Whether this is the number of rows.
    pub(super) fn check_rows(&self, file: &Utf8Path, found: u64) -> Result<(), ReadError> {
        if self.rows == found {
            Ok(())
        } else {
            Err(ReadError::SidecarRows { file: file.to_owned(), announced: self.rows, found })
        }
    }
}
