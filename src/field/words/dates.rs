//! Days that programs write where they know no day.

use jiff::civil::Date;

use crate::field::partial_date::PartialDate;

/// Days that stand for nothing, with the program that writes them.
const FILLERS: [(u16, u8, u8); 28] = [
    (1582, 10, 15), // The first day of the Gregorian calendar: Java, COBOL.
    (1600, 1, 1),   // COBOL's INTEGER-OF-DATE, before its first day.
    (1601, 1, 1),   // Windows' FILETIME 0.
    (1753, 1, 1),   // SQL Server's first DATETIME.
    (1776, 7, 4),   // Sybase samples.
    (1800, 1, 1),   // Older hospital systems.
    (1840, 12, 31), // MUMPS' $HOROLOG 0, under most hospital systems.
    (1858, 11, 17), // Modified Julian Day 0: VMS.
    (1899, 12, 30), // Excel's and Delphi's day 0.
    (1899, 12, 31), // Lotus' day 0.
    (1900, 1, 1),   // Excel's day 1, SQL Server's SMALLDATETIME 0.
    (1900, 1, 2),   // The same behind a time zone or Excel's leap year.
    (1901, 1, 1),   // Forms that refuse 1900.
    (1901, 12, 13), // The first second of a signed Unix time.
    (1904, 1, 1),   // Excel for Macintosh's day 0.
    (1910, 10, 10), // Typed to pass a field that must be filled.
    (1911, 11, 11), // The same: 11-11-11.
    (1960, 1, 1),   // SAS' day 0.
    (1969, 12, 31), // Unix time 0 west of Greenwich.
    (1970, 1, 1),   // Unix time 0.
    (1980, 1, 1),   // DOS' day 0.
    (1980, 1, 6),   // GPS' day 0.
    (2036, 2, 7),   // The last second of NTP's first era.
    (2038, 1, 19),  // The last second of a signed Unix time.
    (2079, 6, 6),   // SQL Server's last SMALLDATETIME.
    (2099, 12, 31), // "Never".
    (2999, 12, 31), // "Never".
    (9999, 12, 31), // SQL's last day: "never".
];

/// Before this day nobody died who was in a lab of this century.
const FIRST_DEATH: Date = Date::constant(1900, 1, 1);

/// Whether a date of death is of the kind that programs write for nothing: before 1900, one of
/// their first or last days, or digits that are all the same (1111-11-11).
#[must_use]
pub fn is_filler(day: PartialDate) -> bool {
    let (year, month, date) = (day.year(), day.month(), day.day());
    let early = day.last_possible().is_none_or(|last| last < FIRST_DEATH);
    let repeated = matches!((year, month, date), (1111, 11, 11) | (2222, 2, 2 | 22));
    // A year alone is a filler where the first of January of it is.
    let alone = month == 0 && FILLERS.contains(&(year, 1, 1)) && year <= 1904;
    early || repeated || alone || FILLERS.contains(&(year, month, date)) || year > 2100
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> PartialDate {
        let parts: Vec<u16> = text.split('-').map(|part| part.parse().unwrap()).collect();
        PartialDate::new(parts[0], u8::try_from(parts[1]).unwrap(), u8::try_from(parts[2]).unwrap())
            .unwrap()
    }

    #[test]
    fn days_that_programs_write_for_nothing_are_no_days_of_death() {
        for text in [
            "0001-01-01",
            "0100-01-01",
            "1111-11-11",
            "1753-01-01",
            "1899-12-30",
            "1899-12-31",
            "1899-00-00",
            "1900-01-01",
            "1900-00-00",
            "1901-01-01",
            "1970-01-01",
            "1840-12-31",
            "1601-01-01",
            "1858-11-17",
            "9999-12-31",
            "2999-12-31",
            "2222-02-22",
            "1875-06-07",
            "9999-00-00",
            "0001-00-00",
        ] {
            assert!(is_filler(date(text)), "{text}");
        }
    }

    #[test]
    fn days_on_which_people_died_are_no_fillers() {
        for text in [
            "2024-02-03",
            "2000-01-01",
            "1999-09-09",
            "1970-01-02",
            "1970-00-00",
            "1980-01-00",
            "2024-00-00",
            "1950-01-01",
        ] {
            assert!(!is_filler(date(text)), "{text}");
        }
    }
}
