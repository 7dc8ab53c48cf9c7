//! What the ledger remembers of a care provider: its notices, and what it said.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::field::findings::Findings;
use crate::field::terms::{Kind, words};

words! {
    /// What somebody noted of a provider.
    ProviderWord {
        /// It has its notice and is ready for its patients.
        Acknowledged = "acknowledged",
        /// It says that these are not its patients.
        NotOurs = "not_ours",
        /// It was decided: they are its patients.
        DecidedOurs = "decided_ours",
        /// It was decided: they are not its patients.
        DecidedNotOurs = "decided_not_ours",
    }
}

impl ProviderWord {
    /// Whether two people sign it: everything but an acknowledgement changes who is named, or who
    /// is written to.
    #[must_use]
    pub const fn needs_approval(self) -> bool {
        !matches!(self, Self::Acknowledged)
    }
}

/// One notice to a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldProvider {
    /// Date of the letter: the night that planned it.
    pub on: Date,
    /// First or supplement.
    pub kind: Kind,
    /// Place among its notices of this kind, from 1.
    pub sequence: u32,
    /// Kinds of data that it named.
    pub findings: Findings,
    /// Patients that it counted.
    pub patients: u64,
    /// When the vendor posted it, and it has not come back.
    pub posted_on: Option<Date>,
    /// It came back.
    pub returned: bool,
}

/// Everything that is known of a provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderHistory {
    /// Oldest first.
    pub notices: Vec<ToldProvider>,
    /// When it said that it has its notice.
    pub acknowledged_on: Option<Date>,
    /// The last thing that was said of whose patients they are.
    pub ruling: Option<ProviderWord>,
}

impl ProviderHistory {
    /// Whether it is not settled whose patients they are.
    #[must_use]
    pub fn is_disputed(&self) -> bool {
        self.ruling == Some(ProviderWord::NotOurs)
    }

    /// Whether letters may not name it: what it says is looked into, or was found to be so.
    #[must_use]
    pub const fn is_unnamed(&self) -> bool {
        matches!(self.ruling, Some(ProviderWord::NotOurs | ProviderWord::DecidedNotOurs))
    }
}
