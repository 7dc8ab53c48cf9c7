//! Whom a letter is about: a person whose data it is, a professional, or a care provider.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::field::terms::words;

words! {
    /// Whom a letter is about. Each has pseudonyms of its own, so that nobody can be taken for
    /// somebody of a different kind.
    LetterSubject {
        /// Somebody whose data was exposed.
        Person = "person",
        /// Somebody who works in health care, about their own data.
        Professional = "professional",
        /// A care provider, about its patients.
        Provider = "provider",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that gives the words derives no default")]
impl Default for LetterSubject {
    fn default() -> Self {
        Self::Person
    }
}

impl LetterSubject {
    /// Whether it is a person: what a plan says that was made before there were others.
    #[must_use]
    pub const fn is_person(&self) -> bool {
        matches!(self, Self::Person)
    }
}
