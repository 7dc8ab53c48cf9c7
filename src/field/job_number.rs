//! The number of a job.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Two digits of the year and five of a counter, written as seven digits everywhere. The print
/// vendor and the sheet marks know a job by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct JobNumber(u32);

impl JobNumber {
    /// Number of what belongs to no job: samples, proofs on paper.
    pub const NONE: Self = Self(0);
    /// Jobs that a year has numbers for.
    pub const A_YEAR: u32 = 99_999;

    /// The number, if it has at most seven digits.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        if number < 10_000_000 { Some(Self(number)) } else { None }
    }

    /// The first number of a year, which no job has: its jobs follow it.
    #[must_use]
    pub fn before_year(year: i16) -> Self {
        Self(u32::from(year.rem_euclid(100).unsigned_abs()) * (Self::A_YEAR + 1))
    }

    /// The number as one.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for JobNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:07}", self.0)
    }
}

impl FromStr for JobNumber {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.len() == 7 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| digits).map(Self).ok_or(())
    }
}

impl From<JobNumber> for u32 {
    fn from(number: JobNumber) -> Self {
        number.0
    }
}

impl TryFrom<u32> for JobNumber {
    type Error = &'static str;

    fn try_from(number: u32) -> Result<Self, Self::Error> {
        Self::new(number).ok_or("a job number has at most seven digits")
    }
}

/// For `serde(with)`: written as seven digits. Without it a job number is written as a number, as
/// the ledger's events have it.
pub mod as_digits {
    use super::{Cow, Deserialize, Deserializer, JobNumber, Serializer};
    use serde::de::Error as _;

    /// Writes seven digits.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(number: &JobNumber, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    /// Reads seven digits.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<JobNumber, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|()| D::Error::custom("not seven digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_digits_are_a_number_and_nothing_else_is() {
        assert_eq!("0900001".parse().map(JobNumber::get), Ok(900_001));
        for text in ["900001", "+900001", "25000011", "", "rehearsal-2500001"] {
            assert!(text.parse::<JobNumber>().is_err(), "{text}");
        }
        assert_eq!(JobNumber::new(10_000_000), None);
    }

    #[test]
    fn a_year_begins_with_its_two_digits() {
        assert_eq!(JobNumber::before_year(2025).to_string(), "2500000");
        assert_eq!(JobNumber::before_year(2009).to_string(), "0900000");
    }
}
