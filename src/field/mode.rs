//! Rehearsal or real: what a ledger is for, fixed when it is made. The two never mix in ledger,
//! keys folder, configuration or people's data (docs/glossary.md).

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the letters are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Invented people with BSNs of the test range; every page says so.
    Rehearsal,
    /// Letters to people.
    Real,
}

impl Mode {
    /// `synthetic = true` in the configuration is a rehearsal.
    #[must_use]
    pub const fn of_synthetic(synthetic: bool) -> Self {
        if synthetic { Self::Rehearsal } else { Self::Real }
    }

    /// The word in the ledger and in the keys folder.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rehearsal => "rehearsal",
            Self::Real => "real",
        }
    }

    /// The mode behind a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Rehearsal, Self::Real].into_iter().find(|mode| mode.word() == word)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
