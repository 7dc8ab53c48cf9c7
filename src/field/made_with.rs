//! What decides the words and the look of a letter beside the person it is to, by hash.

use serde::{Deserialize, Serialize};

/// What letters were made with: lower-case hex SHA-256 of each. Nobody's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MadeWith {
    /// The three files of the texts: `sha256sum nl.toml en.toml limits.toml | sha256sum`.
    pub texts: String,
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
    /// Each with its name, in the order in which they are shown.
    #[must_use]
    pub fn named(&self) -> [(&'static str, &str); 5] {
        [
            ("texts", &self.texts),
            ("templates", &self.templates),
            ("facts", &self.facts),
            ("fonts", &self.fonts),
            ("program", &self.program),
        ]
    }
}
