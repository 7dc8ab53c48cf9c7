//! `[professionals]`: people who work in health care are told that their own data were stolen.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// `[professionals]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ProfessionalSettings {
    /// The sender profile that signs, a key of `[senders]` in facts.toml.
    pub sender: String,
    /// Professionals who are written to in English, by code; all others get Dutch letters.
    #[serde(default)]
    pub in_english: BTreeSet<String>,
}
