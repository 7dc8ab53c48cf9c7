//! Dates as people write them.

use jiff::civil::Date;

use crate::field::terms::Language;

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

/// "3 en 6 juli 2025", "30 June 2025 and 2 July 2025": what stands after "between". A shared month
/// is said once.
#[must_use]
pub fn between(from: Date, until: Date, language: Language) -> String {
    let and = match language {
        Language::Nl => "en",
        Language::En => "and",
    };

    let until_words = in_words(until, language);
    if (from.year(), from.month()) == (until.year(), until.month()) {
        format!("{} {and} {until_words}", from.day())
    } else {
        format!("{} {and} {until_words}", in_words(from, language))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_shared_month_is_said_once() {
        let between = |from, until| between(from, until, Language::Nl);
        assert_eq!(between(date(2025, 7, 3), date(2025, 7, 6)), "3 en 6 juli 2025");
        assert_eq!(between(date(2025, 6, 30), date(2025, 7, 6)), "30 juni 2025 en 6 juli 2025");
        assert_eq!(between(date(2024, 7, 3), date(2025, 7, 6)), "3 juli 2024 en 6 juli 2025");
    }

    #[test]
    fn a_date_has_no_leading_zero_and_its_month_in_words() {
        assert_eq!(in_words(date(2025, 7, 3), Language::Nl), "3 juli 2025");
        assert_eq!(in_words(date(2025, 7, 3), Language::En), "3 July 2025");
        assert_eq!(in_words(date(2026, 1, 31), Language::Nl), "31 januari 2026");
        assert_eq!(in_words(date(2024, 12, 1), Language::En), "1 December 2024");
    }
}
