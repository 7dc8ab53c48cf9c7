//! What somebody does for the campaign: what they may do at the desk, and for whom they speak where
//! two people have to agree.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What somebody does for the campaign.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lowercase")]
pub enum Role {
    /// Writes the texts.
    Writer,
    /// Answers for the texts.
    Communications,
    /// Answers for privacy.
    Privacy,
    /// Decides who is who.
    Reviewer,
    /// Runs the nights.
    Operator,
    /// Answers the telephone.
    Helpdesk,
}

impl Role {
    /// Whether this role may change texts. Everybody may look and comment.
    #[must_use]
    pub const fn writes(self) -> bool {
        matches!(self, Self::Writer | Self::Communications)
    }

    /// Whether this role may see to whom a letter is. The others see stand-ins of the same shape.
    #[must_use]
    pub const fn sees_people(self) -> bool {
        matches!(self, Self::Privacy | Self::Reviewer | Self::Operator)
    }

    /// The word in files and messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Writer => "writer",
            Self::Communications => "communications",
            Self::Privacy => "privacy",
            Self::Reviewer => "reviewer",
            Self::Operator => "operator",
            Self::Helpdesk => "helpdesk",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
