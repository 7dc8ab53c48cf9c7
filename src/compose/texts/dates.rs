//! Dates as people write them.

use jiff::civil::Date;

use crate::letter::Language;

const MONTHS_NL: [&str; 12] = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
];

const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// "3 juli 2025", "3 July 2025".
#[must_use]
pub fn in_words(date: Date, language: Language) -> String {
    let months = match language {
        Language::Nl => &MONTHS_NL,
        Language::En => &MONTHS_EN,
    };
    // A civil month is 1 to 12.
    let month = months[usize::try_from(date.month() - 1).unwrap_or_default()];
    format!("{} {month} {}", date.day(), date.year())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_date_has_no_leading_zero_and_its_month_in_words() {
        assert_eq!(in_words(date(2025, 7, 3), Language::Nl), "3 juli 2025");
        assert_eq!(in_words(date(2025, 7, 3), Language::En), "3 July 2025");
        assert_eq!(in_words(date(2026, 1, 31), Language::Nl), "31 januari 2026");
        assert_eq!(in_words(date(2024, 12, 1), Language::En), "1 December 2024");
    }
}
