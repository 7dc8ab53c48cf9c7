//! `[texts]`: where the sentences of the letters are.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use super::Config;

/// `[texts]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextSettings {
    /// Folder with `nl.toml`, `en.toml` and `limits.toml`; each command reads them anew.
    pub folder: Utf8PathBuf,
}

impl Config {
    /// The folder of the campaign's texts; `None` = the built-in ones.
    #[must_use]
    pub fn texts_folder(&self) -> Option<&Utf8Path> {
        self.texts.as_ref().map(|texts| texts.folder.as_path())
    }
}
