//! What a letter tells somebody, and what earlier letters told them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::field::ids::Pseudonym;
use crate::field::reissue::Reissue;
use crate::field::terms::{Category, Items, Kind, Published, Status};

/// What a letter tells, and what the ledger remembers as told: the person's rows combined as
/// docs/policy.md says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Findings {
    /// In precedence order; the first is the main category. Never empty in a notice.
    pub categories: Vec<Category>,
    /// The strongest.
    pub status: Status,
    /// `yes` over `unknown` over `no`.
    pub published: Published,
    /// Kinds of data that a confirmed row has.
    pub involved: Items,
    /// Kinds of data that a not-excluded row has and no confirmed row.
    pub possible: Items,
}

/// One letter that was sent earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Date of the letter.
    pub date: Date,
    /// Its kind.
    pub kind: Kind,
    /// Its place among the person's letters of that kind, from 1.
    pub sequence: u32,
    /// Sender profile that signed it.
    pub sender: String,
    /// What it said.
    pub findings: Findings,
    /// Names in the ledger of those whose earlier letters it takes up: the one it went to, and
    /// whoever was known by then to be the same person.
    pub speaks_for: Vec<Pseudonym>,
    /// It is to be written anew.
    pub reissue: Option<Reissue>,
}

/// What is different from the earlier letter; only in supplements and corrections.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// Date of the letter it refers to.
    pub earlier: Date,
    /// What that letter said.
    pub before: Findings,
}
