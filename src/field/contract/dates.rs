//! How a list writes its dates: a closed list of patterns, none of them guessed.

use serde::{Deserialize, Serialize};

use crate::field::partial_date::PartialDate;

/// `[inputs.<list>] dates`. A date as `YYYY-MM-DD` is read beside any of them: no other pattern
/// begins with a year and a hyphen. There is none with two digits for the year, which nobody could
/// read without guessing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DateForm {
    /// Year, month, day with hyphens: what is read when nothing is set.
    #[default]
    #[serde(rename = "YYYY-MM-DD")]
    Iso,
    /// Without anything between the parts.
    #[serde(rename = "YYYYMMDD")]
    Compact,
    /// Year first, slashes.
    #[serde(rename = "YYYY/MM/DD")]
    YearSlashes,
    /// Day first, hyphens.
    #[serde(rename = "DD-MM-YYYY")]
    DayHyphens,
    /// The same without leading zeros; with them, too.
    #[serde(rename = "D-M-YYYY")]
    ShortHyphens,
    /// Day first, slashes.
    #[serde(rename = "DD/MM/YYYY")]
    DaySlashes,
    /// The same without leading zeros; with them, too.
    #[serde(rename = "D/M/YYYY")]
    ShortSlashes,
    /// Day first, dots.
    #[serde(rename = "DD.MM.YYYY")]
    DayDots,
    /// The same without leading zeros; with them, too.
    #[serde(rename = "D.M.YYYY")]
    ShortDots,
    /// Day first, nothing between the parts.
    #[serde(rename = "DDMMYYYY")]
    CompactDay,
    /// The United States' order: only where it is configured, because most of its dates are also
    /// dates the other way.
    #[serde(rename = "MM/DD/YYYY")]
    MonthSlashes,
    /// The same without leading zeros; with them, too.
    #[serde(rename = "M/D/YYYY")]
    ShortMonthSlashes,
    /// Month first, hyphens.
    #[serde(rename = "MM-DD-YYYY")]
    MonthHyphens,
}

/// Which part of a date is where.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Year,
    Day,
    Month,
}

impl DateForm {
    /// Every pattern, stricter ones before those that also read them.
    pub const ALL: [Self; 13] = [
        Self::Iso,
        Self::Compact,
        Self::YearSlashes,
        Self::DayHyphens,
        Self::ShortHyphens,
        Self::DaySlashes,
        Self::ShortSlashes,
        Self::DayDots,
        Self::ShortDots,
        Self::CompactDay,
        Self::MonthSlashes,
        Self::ShortMonthSlashes,
        Self::MonthHyphens,
    ];

    /// As it is configured.
    #[must_use]
    pub const fn pattern(self) -> &'static str {
        match self {
            Self::Iso => "YYYY-MM-DD",
            Self::Compact => "YYYYMMDD",
            Self::YearSlashes => "YYYY/MM/DD",
            Self::DayHyphens => "DD-MM-YYYY",
            Self::ShortHyphens => "D-M-YYYY",
            Self::DaySlashes => "DD/MM/YYYY",
            Self::ShortSlashes => "D/M/YYYY",
            Self::DayDots => "DD.MM.YYYY",
            Self::ShortDots => "D.M.YYYY",
            Self::CompactDay => "DDMMYYYY",
            Self::MonthSlashes => "MM/DD/YYYY",
            Self::ShortMonthSlashes => "M/D/YYYY",
            Self::MonthHyphens => "MM-DD-YYYY",
        }
    }

    /// Order, separator, and whether leading zeros must be there.
    const fn shape(self) -> (Order, Option<u8>, bool) {
        match self {
            Self::Iso => (Order::Year, Some(b'-'), true),
            Self::Compact => (Order::Year, None, true),
            Self::YearSlashes => (Order::Year, Some(b'/'), true),
            Self::DayHyphens => (Order::Day, Some(b'-'), true),
            Self::ShortHyphens => (Order::Day, Some(b'-'), false),
            Self::DaySlashes => (Order::Day, Some(b'/'), true),
            Self::ShortSlashes => (Order::Day, Some(b'/'), false),
            Self::DayDots => (Order::Day, Some(b'.'), true),
            Self::ShortDots => (Order::Day, Some(b'.'), false),
            Self::CompactDay => (Order::Day, None, true),
            Self::MonthSlashes => (Order::Month, Some(b'/'), true),
            Self::ShortMonthSlashes => (Order::Month, Some(b'/'), false),
            Self::MonthHyphens => (Order::Month, Some(b'-'), true),
        }
    }

    /// Year, month and day of a text that has this pattern; they may be no date of the calendar,
    /// and zero where they are not known.
    fn parts(self, text: &str) -> Option<(u16, u8, u8)> {
        let (order, separator, padded) = self.shape();
        let pieces: [&str; 3] = match separator {
            Some(separator) => {
                let mut pieces = text.split(char::from(separator));
                let three = [pieces.next()?, pieces.next()?, pieces.next()?];
                if pieces.next().is_some() {
                    return None;
                }
                three
            }
            None if text.len() != 8 => return None,
            None if order == Order::Year => [text.get(..4)?, text.get(4..6)?, text.get(6..)?],
            None => [text.get(..2)?, text.get(2..4)?, text.get(4..)?],
        };

        let [year, month, day] = match order {
            Order::Year => pieces,
            Order::Day => [pieces[2], pieces[1], pieces[0]],
            Order::Month => [pieces[2], pieces[0], pieces[1]],
        };

        let short = |piece: &str| piece.len() == 2 || (!padded && piece.len() == 1);
        if year.len() != 4 || !short(month) || !short(day) {
            return None;
        }

        let number = |piece: &str| {
            piece.bytes().all(|byte| byte.is_ascii_digit()).then(|| piece.parse::<u16>().ok())?
        };
        Some((number(year)?, u8::try_from(number(month)?).ok()?, u8::try_from(number(day)?).ok()?))
    }

    /// The text as `YYYY-MM-DD`; `None` when it does not have this pattern. Whether it is a date of
    /// the calendar is asked later, of all patterns alike.
    #[must_use]
    pub fn to_iso(self, text: &str) -> Option<String> {
        let (year, month, day) = self.parts(text)?;
        Some(format!("{year:04}-{month:02}-{day:02}"))
    }

    /// Whether the text has this pattern and is a date, perhaps a partial one.
    #[must_use]
    pub fn reads(self, text: &str) -> bool {
        self.parts(text)
            .is_some_and(|(year, month, day)| PartialDate::new(year, month, day).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_reads_its_own_dates_and_partial_ones() {
        let table = [
            ("YYYY-MM-DD", "1950-03-01", "1950-03-01"),
            ("YYYYMMDD", "19500301", "1950-03-01"),
            ("YYYYMMDD", "19500000", "1950-00-00"),
            ("YYYY/MM/DD", "1950/03/01", "1950-03-01"),
            ("DD-MM-YYYY", "01-03-1950", "1950-03-01"),
            ("DD-MM-YYYY", "00-00-1950", "1950-00-00"),
            ("DD-MM-YYYY", "00-00-0000", "0000-00-00"),
            ("D-M-YYYY", "1-3-1950", "1950-03-01"),
            ("D-M-YYYY", "01-3-1950", "1950-03-01"),
            ("DD/MM/YYYY", "01/03/1950", "1950-03-01"),
            ("D/M/YYYY", "1/3/1950", "1950-03-01"),
            ("DD.MM.YYYY", "01.03.1950", "1950-03-01"),
            ("D.M.YYYY", "1.3.1950", "1950-03-01"),
            ("DDMMYYYY", "01031950", "1950-03-01"),
            ("MM/DD/YYYY", "03/01/1950", "1950-03-01"),
            ("M/D/YYYY", "3/1/1950", "1950-03-01"),
            ("MM-DD-YYYY", "03-01-1950", "1950-03-01"),
        ];

        for (pattern, text, iso) in table {
            let form: DateForm = serde_json::from_str(&format!("\"{pattern}\"")).unwrap();
            assert_eq!(form.pattern(), pattern);
            assert_eq!(form.to_iso(text).as_deref(), Some(iso), "{pattern}");
        }
    }

    #[test]
    fn what_has_another_pattern_is_not_read() {
        let form = DateForm::DayHyphens;
        for text in [
            "1-3-1950",
            "01/03/1950",
            "01-03-50",
            "01-03-19500",
            "01-03",
            "01-03-1950-1",
            "01-03-1950 00:00",
            "",
            "+1-03-1950",
            "é1-03-1950",
        ] {
            assert_eq!(form.to_iso(text), None, "{text}");
        }

        assert_eq!(DateForm::CompactDay.to_iso("1031950"), None, "a lost zero is no date");
        assert_eq!(DateForm::Compact.to_iso("é950301"), None);
    }

    #[test]
    fn only_dates_of_the_calendar_count_as_read() {
        assert!(DateForm::DayHyphens.reads("28-02-1950"));
        assert!(!DateForm::DayHyphens.reads("02-28-1950"));
        assert!(DateForm::MonthHyphens.reads("02-28-1950"));
        assert!(!DateForm::DayHyphens.reads("29-02-1950"));
    }

    #[test]
    fn the_words_of_the_configuration_are_the_patterns() {
        for form in DateForm::ALL {
            assert_eq!(serde_json::to_string(&form).unwrap(), format!("\"{}\"", form.pattern()));
        }
    }
}
