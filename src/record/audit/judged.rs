//! The event of what humans said of cases.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Judgements, as a count and a hash over the rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::record) struct CasesJudged {
    pub date: Date,
    /// Who said so.
    pub by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where it is known from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The rule that was applied to many cases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Who proved that they agree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proven: Vec<String>,
    pub lines: u64,
    pub sha256: String,
}
