//! What the ledger remembers of a care provider: its notices, and what it said.

use std::fmt;
use std::str::FromStr;

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
        /// The list of its patients was made for it.
        ListMade = "list_made",
        /// It has that list.
        ListReceived = "list_received",
    }
}

impl ProviderWord {
    /// Whether two people sign it: everything that changes who is named, who is written to, or who
    /// knows of whom.
    #[must_use]
    pub const fn needs_approval(self) -> bool {
        !matches!(self, Self::Acknowledged | Self::ListReceived)
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
    /// Patients that it counted; of a letter to a professional, the kinds of data that it named.
    pub patients: u64,
    /// When the vendor posted it, and it has not come back.
    pub posted_on: Option<Date>,
    /// It came back.
    pub returned: bool,
    /// A keyed mark of the address that it came back from, where that is known.
    pub returned_from: Option<[u8; 16]>,
    /// It went by mail. `returned` then says that it was refused, came back, or was not sent in time.
    pub by_mail: bool,
}

/// Everything that is known of a provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderHistory {
    /// Oldest first.
    pub notices: Vec<ToldProvider>,
    /// The first night that planned a notice to it in a job that was given up.
    pub given_up_on: Option<Date>,
    /// When it said that it has its notice.
    pub acknowledged_on: Option<Date>,
    /// The last thing that was said of whose patients they are.
    pub ruling: Option<ProviderWord>,
    /// Lists of its patients that were made for it, and whether it has said that it has the last one.
    pub lists: u32,
    /// See `lists`.
    pub has_list: bool,
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

words! {
    /// Why a provider gets no notice.
    NoticeHold {
        /// Not on the providers list.
        P101 = "P101",
        /// Its rows on the list contradict each other.
        P102 = "P102",
        /// The list does not say that it has agreed to be named.
        P103 = "P103",
        /// It has closed.
        P104 = "P104",
        /// Another provider has taken it over.
        P105 = "P105",
        /// Its name or address cannot be printed.
        P106 = "P106",
        /// The last notice to it came back.
        P107 = "P107",
        /// It says that these are not its patients.
        P108 = "P108",
    }
}

impl NoticeHold {
    /// In words, for the report and the help desk.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::P101 => "not on the providers list",
            Self::P102 => "its rows on the providers list contradict each other",
            Self::P103 => "not confirmed by this day",
            Self::P104 => "closed",
            Self::P105 => "taken over by another provider",
            Self::P106 => "its name or address cannot be printed",
            Self::P107 => "the last notice came back",
            Self::P108 => "says that these are not its patients",
        }
    }
}
