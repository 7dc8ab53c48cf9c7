//! A letter that is written anew: which one, and why.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::field::ids::LetterId;
use crate::field::job_number::JobNumber;
use crate::field::terms::{Language, words};

words! {
    /// Why a letter is written anew: the first line of the new one says so.
    ReissueReason {
        /// The person lives somewhere else.
        NewAddress = "new_address",
        /// The letter came back.
        Returned = "returned",
        /// Something in it was wrong.
        WrongText = "wrong_text",
        /// The person asked for a different language.
        Language = "language",
        /// The person asked for large print.
        LargePrint = "large_print",
        /// It was destroyed before it could reach anybody: the new one says nothing of it.
        Destroyed = "destroyed",
    }
}

impl ReissueReason {
    /// Whether two people have to approve it: the letter goes to a different address, or says
    /// something else.
    #[must_use]
    pub const fn needs_approval(self) -> bool {
        matches!(self, Self::NewAddress | Self::Returned | Self::WrongText)
    }
}

/// A letter that takes the place of an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reissue {
    /// The earlier letter.
    pub letter_id: LetterId,
    /// Its job.
    #[serde(with = "crate::field::job_number::as_digits")]
    pub job: JobNumber,
    /// Its place there.
    pub seq: u32,
    /// Its date.
    pub date: Date,
    /// Why.
    pub reason: ReissueReason,
    /// The language that the person asked for; `None`: the recorded one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// What the first line says of the earlier letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anew {
    /// The date of the earlier letter.
    pub earlier: Date,
    /// Why there is another.
    pub reason: ReissueReason,
}

impl Reissue {
    /// What the first line says; `None`: nobody had the earlier letter.
    #[must_use]
    pub fn anew(self) -> Option<Anew> {
        let Self { date, reason, .. } = self;
        (reason != ReissueReason::Destroyed).then_some(Anew { earlier: date, reason })
    }
}
