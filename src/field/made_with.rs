//! What decides the words and the look of a letter beside the person it is to, by hash.

use serde::{Deserialize, Serialize};

/// What letters were made with: lower-case hex SHA-256 of each. Nobody's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MadeWith {
    /// The three files of the texts: `sha256sum nl.toml en.toml limits.toml | sha256sum`.
    pub texts: String,
    /// The two files of the texts to care providers, where these are told first:
    /// `sha256sum notices-nl.toml notices-en.toml | sha256sum`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notices: Option<String>,
    /// The templates that are part of the program.
    pub templates: String,
    /// `facts.toml`.
    pub facts: String,
    /// The typefaces that are part of the program.
    pub fonts: String,
    /// The program: `sha256sum breachpost`.
    pub program: String,
}

impl MadeWith {
    /// Each with its name, in the order in which they are shown; what was not used is empty.
    #[must_use]
    pub fn named(&self) -> [(&'static str, &str); 6] {
        [
            ("texts", &self.texts),
            ("notices", self.notices.as_deref().unwrap_or_default()),
            ("templates", &self.templates),
            ("facts", &self.facts),
            ("fonts", &self.fonts),
            ("program", &self.program),
        ]
    }

    /// Those that were used.
    pub fn shown(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.named().into_iter().filter(|(_, hash)| !hash.is_empty())
    }
}
