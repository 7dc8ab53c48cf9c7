//! What could not be done with a file or folder, in the same words in every stage.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::Explain;

/// A file or folder with which something could not be done.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} `{path}`")]
pub struct FileError {
    /// What failed, in the infinitive: `read`.
    pub doing: &'static str,
    /// Which file or folder.
    pub path: Utf8PathBuf,
    /// What the system says.
    pub source: io::Error,
}

impl FileError {
    /// Says of a failure what was being done, and with which file: `.map_err(FileError::at("read",
    /// path))`.
    pub fn at(doing: &'static str, path: &Utf8Path) -> impl Fn(io::Error) -> Self + Copy {
        move |source| Self { doing, path: path.to_owned(), source }
    }
}

impl Explain for FileError {
    fn hint(&self) -> Option<String> {
        (self.source.kind() == io::ErrorKind::StorageFull)
            .then(|| "make room on that disk and run again".to_owned())
    }
}
