//! Notices that go to care providers by mail: to whom, and what became of each.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::field::ids::{LetterId, Pseudonym};
use crate::field::terms::{Kind, words};

words! {
    /// How a provider gets its notice.
    NoticeChannel {
        /// On paper.
        Letter = "letter",
        /// By mail; a mail that does not arrive becomes a letter.
        Mail = "mail",
        /// Both. The letter is the notice that counts.
        Both = "both",
    }
}

words! {
    /// What became of a mail. One that was not tried yet has none.
    MailFate {
        /// It is being handed over; where nothing follows nobody knows whether the server has it.
        Sending = "sending",
        /// The server was not there, or wants to be asked again later.
        Deferred = "deferred",
        /// The server has taken it.
        Accepted = "accepted",
        /// The server does not take it.
        Refused = "refused",
        /// It came back later.
        Bounced = "bounced",
    }
}

impl MailFate {
    /// Whether this can be so after `before`.
    #[must_use]
    pub fn follows(self, before: Option<Self>) -> bool {
        match self {
            Self::Sending => matches!(before, None | Some(Self::Deferred)),
            Self::Deferred | Self::Accepted | Self::Refused => before == Some(Self::Sending),
            Self::Bounced => matches!(before, Some(Self::Accepted | Self::Sending)),
        }
    }
}

/// A notice by mail, as the ledger knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeMail {
    /// The id that a letter of this kind and sequence would have; the mail's own id begins with it.
    pub letter_id: LetterId,
    /// To whom.
    pub provider: Pseudonym,
    /// First or supplement.
    pub kind: Kind,
    /// Place among its notices of this kind, from 1.
    pub sequence: u32,
    /// Patients that it is about.
    pub patients: u64,
    /// What it says of the data: place in the list that stands beside it.
    pub findings: u32,
}

/// A mail as it is sent. Counts in bands, and nothing about one patient.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailToSend {
    /// Which one.
    pub letter_id: LetterId,
    /// Address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub plain: String,
    /// The same as HTML.
    pub html: String,
}

/// The address of a practice may be that of a person.
impl fmt::Debug for MailToSend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailToSend({})", self.letter_id)
    }
}

#[cfg(test)]
mod tests {
    use super::MailFate::{Accepted, Bounced, Deferred, Refused, Sending};

    #[test]
    fn a_mail_is_handed_over_once_and_only_what_was_accepted_comes_back() {
        for (fate, before, follows) in [
            (Sending, None, true),
            (Sending, Some(Deferred), true),
            (Sending, Some(Sending), false),
            (Sending, Some(Accepted), false),
            (Sending, Some(Refused), false),
            (Accepted, Some(Sending), true),
            (Accepted, None, false),
            (Refused, Some(Sending), true),
            (Bounced, Some(Accepted), true),
            (Bounced, Some(Sending), true),
            (Bounced, Some(Refused), false),
            (Bounced, Some(Bounced), false),
        ] {
            assert_eq!(fate.follows(before), follows, "{fate} after {before:?}");
        }
    }
}
