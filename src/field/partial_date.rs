//! Dates of which the day or the month may be unknown.

use std::fmt;

use jiff::civil::Date;

/// A calendar date of which month or day may be unknown (BRP: `1950-00-00`); the year is always
/// known.
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
        Date::new(
            i16::try_from(self.year).ok()?,
            i8::try_from(self.month).ok()?,
            i8::try_from(self.day).ok()?,
        )
        .ok()
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

#[cfg(test)]
mod tests {
    use super::*;

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
