//! People: numbers, dates and names as the register and the lab know them, and the person that linking makes of rows.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use crate::letter::Told;
use crate::row::{Exposure, Registrant};

/// A citizen service number (BSN) that passes the 11-test and is no known placeholder.
///
/// Source: Wet algemene bepalingen burgerservicenummer; 9a+8b+7c+6d+5e+4f+3g+2h-i divisible by 11.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bsn(u32);

/// Why a text is not a usable BSN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BsnError {
    /// Not nine digits.
    Format,
    /// Nine digits that fail the 11-test.
    ElevenTest,
    /// Passes the 11-test but is what systems fill in when they know no number.
    Placeholder,
}

impl Bsn {
    /// Numbers that pass the 11-test by construction and stand for "unknown" in lab and hospital systems.
    const PLACEHOLDERS: [u32; 2] = [123_456_782, 111_222_333];

    /// Takes a number of at most nine digits.
    ///
    /// # Errors
    /// [`BsnError`] says which test failed.
    pub fn new(number: u32) -> Result<Self, BsnError> {
        if number > 999_999_999 {
            return Err(BsnError::Format);
        }
        let mut sum = -i64::from(number % 10);
        let mut rest = number / 10;
        for weight in 2..=9 {
            sum += weight * i64::from(rest % 10);
            rest /= 10;
        }
        if sum % 11 != 0 {
            return Err(BsnError::ElevenTest);
        }
        // 111111110, 222222220 ... 999999990: weights 2 to 9 sum to 44.
        if Self::PLACEHOLDERS.contains(&number) || number.is_multiple_of(111_111_110) {
            return Err(BsnError::Placeholder);
        }
        Ok(Self(number))
    }

    /// The range that is never given out and marks invented people (9xxxxxxxx).
    #[must_use]
    pub const fn is_test_range(self) -> bool {
        self.0 >= 900_000_000
    }

    /// The number itself.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl FromStr for Bsn {
    type Err = BsnError;

    /// Nine digits exactly: a text of eight digits may be a number that lost a digit anywhere (7.9 % of those pass the
    /// 11-test after padding), so padding is left to sources that are integers by type.
    fn from_str(text: &str) -> Result<Self, BsnError> {
        if text.len() != 9 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BsnError::Format);
        }
        Self::new(text.parse().map_err(|_| BsnError::Format)?)
    }
}

impl fmt::Debug for Bsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bsn(..)")
    }
}

/// A calendar date of which month or day may be unknown (BRP: `1950-00-00`); the year is always known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartialDate {
    year: u16,
    month: u8,
    day: u8,
}

impl PartialDate {
    /// `None` when the parts are no date: month 13, 30 February, a known day in an unknown month.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let known = Self { year, month, day };
        let valid = match (month, day) {
            (0, 0) => (1..=9999).contains(&year),
            (0, _) => false,
            (_, 0) => known.first_possible().is_some() && (1..=12).contains(&month),
            _ => known.exact().is_some(),
        };
        (valid && year > 0).then_some(known)
    }

    /// A date that is known in full.
    #[must_use]
    pub fn of(day: Date) -> Option<Self> {
        let part = |part: i8| u8::try_from(part).ok();
        Self::new(u16::try_from(day.year()).ok()?, part(day.month())?, part(day.day())?)
    }

    /// The date, when all three parts are known.
    #[must_use]
    pub fn exact(self) -> Option<Date> {
        Date::new(i16::try_from(self.year).ok()?, i8::try_from(self.month).ok()?, i8::try_from(self.day).ok()?).ok()
    }

    /// The earliest day it can be.
    #[must_use]
    pub fn first_possible(self) -> Option<Date> {
        Self { month: self.month.max(1), day: self.day.max(1), ..self }.exact()
    }

    /// The latest day it can be.
    #[must_use]
    pub fn last_possible(self) -> Option<Date> {
        if self.day > 0 {
            return self.exact();
        }
        let month = if self.month == 0 { 12 } else { self.month };
        Some(Self { month, day: 1, ..self }.exact()?.last_of_month())
    }

    /// Year, 1 to 9999.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.year
    }

    /// Month, 0 = unknown.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// Day, 0 = unknown.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }
}

impl fmt::Debug for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartialDate(..)")
    }
}

/// Sex as registered: BRP 04.10 M, V, O. `F` (lab) is read as `V`, `X` as `O`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sex {
    /// Man.
    M,
    /// Vrouw.
    V,
    /// Onbekend or neither.
    O,
}

/// BRP 61.10 name use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameUse {
    /// Own surname.
    E,
    /// Partner's surname.
    P,
    /// Partner's, then own.
    V,
    /// Own, then partner's.
    N,
}

/// BRP 02.20 titles and predicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Title {
    /// Ridder.
    R,
    /// Baron.
    B,
    /// Barones.
    BS,
    /// Graaf.
    G,
    /// Gravin.
    GI,
    /// Hertog.
    H,
    /// Hertogin.
    HI,
    /// Markies.
    M,
    /// Markiezin.
    MI,
    /// Prins.
    P,
    /// Prinses.
    PS,
    /// Jonkheer (predicate).
    JH,
    /// Jonkvrouw (predicate).
    JV,
}

impl FromStr for Title {
    type Err = ();

    fn from_str(code: &str) -> Result<Self, ()> {
        Ok(match code {
            "R" => Self::R,
            "B" => Self::B,
            "BS" => Self::BS,
            "G" => Self::G,
            "GI" => Self::GI,
            "H" => Self::H,
            "HI" => Self::HI,
            "M" => Self::M,
            "MI" => Self::MI,
            "P" => Self::P,
            "PS" => Self::PS,
            "JH" => Self::JH,
            "JV" => Self::JV,
            _ => return Err(()),
        })
    }
}

/// Everything the salutation and the name lines are made from.
#[derive(Clone, Copy, Default)]
pub struct PersonName<'a> {
    /// Space-separated first names, as registered.
    pub first_names: &'a str,
    /// Initials where only those are known (lab rows).
    pub initials: &'a str,
    /// Particle (BRP 02.30).
    pub surname_prefix: &'a str,
    /// Own surname (BRP 02.40); `.` or empty = unknown.
    pub surname: &'a str,
    /// Own title or predicate.
    pub title: Option<Title>,
    /// Name use; missing = not registered.
    pub name_use: Option<NameUse>,
    /// The partner whose name is in use, if any.
    pub partner: Option<PartnerName<'a>>,
    /// Sex as registered.
    pub sex: Option<Sex>,
}

/// The partner whose name is in use.
#[derive(Clone, Copy, Default)]
pub struct PartnerName<'a> {
    /// Particle.
    pub surname_prefix: &'a str,
    /// Surname; `.` or empty = unknown.
    pub surname: &'a str,
    /// Title or predicate.
    pub title: Option<Title>,
    /// The marriage or partnership has ended.
    pub former: bool,
}

/// A keyed pseudonym: HMAC-SHA-256 cut to 128 bits. The only name a person has in records and reports.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pseudonym(pub [u8; 16]);

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::keys::base32(&self.0))
    }
}

impl FromStr for Pseudonym {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        crate::keys::base32_decode(text).map(Self).ok_or(())
    }
}

impl fmt::Debug for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The rows that linking says are one human being.
#[derive(Clone, Debug)]
pub struct Cluster<'a> {
    /// At least one row, in content order (the same whatever the order of files and rows).
    pub exposures: Vec<&'a Exposure>,
    /// Rows of the participants list, in content order; usually none or one.
    pub participants: Vec<&'a Registrant>,
    /// Rows of the register, in content order; usually none or one.
    pub register: Vec<&'a Registrant>,
}

/// A cluster of rows that are one human being, with what the ledger remembers of them.
#[derive(Clone, Debug)]
pub struct Person<'a> {
    /// Stable from run to run.
    pub pseudonym: Pseudonym,
    /// Their rows.
    pub rows: Cluster<'a>,
    /// Letters this person had, oldest first.
    pub told: Vec<Told>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleven_test_and_the_placeholders() {
        assert!("999990019".parse::<Bsn>().is_ok());
        assert_eq!("999990018".parse::<Bsn>(), Err(BsnError::ElevenTest));
        assert_eq!("99999001".parse::<Bsn>(), Err(BsnError::Format));
        assert_eq!("99999001x".parse::<Bsn>(), Err(BsnError::Format));
        for digit in 0..=9_u32 {
            assert_eq!(Bsn::new(digit * 111_111_110), Err(BsnError::Placeholder));
        }
        assert_eq!("123456782".parse::<Bsn>(), Err(BsnError::Placeholder));
    }

    #[test]
    fn every_single_digit_slip_is_caught() {
        let valid = 999_990_019_u32;
        for place in 0..9 {
            let power = 10_u32.pow(place);
            let digit = valid / power % 10;
            for other in (0..10).filter(|other| *other != digit) {
                let slip = valid - digit * power + other * power;
                assert_eq!(Bsn::new(slip), Err(BsnError::ElevenTest));
            }
        }
    }

    #[test]
    fn partial_dates_are_partial_and_never_defaulted() {
        let year = PartialDate::new(1950, 0, 0).unwrap();
        assert_eq!(year.exact(), None);
        assert_eq!(year.first_possible().unwrap().to_string(), "1950-01-01");
        assert_eq!(year.last_possible().unwrap().to_string(), "1950-12-31");
        let february = PartialDate::new(1952, 2, 0).unwrap();
        assert_eq!(february.last_possible().unwrap().to_string(), "1952-02-29");
        assert!(PartialDate::new(1900, 2, 29).is_none());
        assert!(PartialDate::new(1950, 0, 12).is_none());
        assert!(PartialDate::new(1950, 13, 0).is_none());
        assert!(PartialDate::new(0, 0, 0).is_none());
    }
}
