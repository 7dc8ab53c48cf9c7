//! A letter on paper: what the vendor says of a copy, where the piece is, why it came back.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::field::job_number::JobNumber;
use crate::field::terms::words;

words! {
    /// Where a piece is: a fold over what the vendor and we have written down about it.
    ///
    /// There is no state "delivered": nobody reads that back.
    PieceState {
        /// Its job is planned or sealed, and has not left.
        Planned = "planned",
        /// Its package is in the outbox.
        HandedOver = "handed_over",
        /// The vendor has the bytes that were sealed.
        Accepted = "accepted",
        /// On paper.
        Printed = "printed",
        /// In its envelope.
        Inserted = "inserted",
        /// Handed to the post.
        Posted = "posted",
        /// It came back.
        Returned = "returned",
        /// The copy went wrong; it has to be printed again.
        Spoilt = "spoilt",
        /// Ordered to be stopped, and neither posted nor destroyed as far as anybody knows.
        Stopped = "stopped",
        /// Reported destroyed.
        Destroyed = "destroyed",
        /// Nobody has reported it posted by its deadline.
        Unproven = "unproven",
    }
}

words! {
    /// What the vendor says of one copy of a letter: `status` of production.csv.
    PieceStep {
        /// On paper.
        Printed = "printed",
        /// In its envelope.
        Inserted = "inserted",
        /// Handed to the post.
        Posted = "posted",
        /// Went wrong.
        Spoilt = "spoilt",
        /// Destroyed.
        Destroyed = "destroyed",
    }
}

words! {
    /// Why a letter came back: `reason` of returns.csv.
    ReturnReason {
        /// Lives somewhere else.
        Moved = "moved",
        /// Not known at the address, or there is no such address.
        Unknown = "unknown",
        /// Did not want it.
        Refused = "refused",
        /// Somebody wrote that the addressee has died.
        Deceased = "deceased",
        /// The address lacks something.
        Incomplete = "incomplete",
        /// The piece arrived torn or wet.
        Damaged = "damaged",
        /// A word that the table does not have.
        Other = "other",
    }
}

impl ReturnReason {
    /// What is to be done about it, for whoever works off the list.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::Moved => "ask the register for the new address, then write once more",
            Self::Unknown => "nobody can be reached there: count for the public notice",
            Self::Refused => "the person was told: do nothing",
            // Whoever wrote it on the envelope may be wrong: a return never becomes a fact.
            Self::Deceased => "write nothing more before the register confirms or denies it",
            Self::Incomplete => "correct the address in its list, then write once more",
            Self::Damaged => "write once more to the same address",
            Self::Other => "look at the piece and decide",
        }
    }

    /// Whether the address is no good: nothing more is sent to it.
    #[must_use]
    pub const fn is_about_address(self) -> bool {
        matches!(self, Self::Moved | Self::Unknown | Self::Incomplete | Self::Other)
    }
}

/// Which copy a reprint is: letters of an earlier job once more, with the pages, the places and the
/// ids that they had there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReprintOf {
    /// The job that the letters were planned in: what their sheet marks say.
    #[serde(with = "crate::field::job_number::as_digits")]
    pub job: JobNumber,
    /// Which copy: 1 is the second.
    pub reprint_no: u32,
    /// The night of the reprint. Its letters keep their date.
    pub on: Date,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back_and_no_state_says_delivered() {
        for state in PieceState::ALL {
            assert_eq!(state.word().parse(), Ok(*state));
        }
        assert_eq!("delivered".parse::<PieceState>(), Err(()));
        assert_eq!("Posted".parse::<PieceStep>(), Err(()));
    }

    #[test]
    fn every_reason_for_a_return_has_its_own_action() {
        let actions: std::collections::BTreeSet<&str> =
            ReturnReason::ALL.iter().map(|reason| reason.action()).collect();
        assert_eq!(actions.len(), ReturnReason::ALL.len());
        let bad: Vec<_> =
            ReturnReason::ALL.iter().filter(|reason| reason.is_about_address()).collect();
        assert_eq!(bad.len(), 4, "{bad:?}");
    }
}
