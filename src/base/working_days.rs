//! Dutch working days: Monday to Friday without the days of the Algemene termijnenwet, article 3.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};

/// The day that lies `days` working days after `from`; `from` itself does not count.
#[must_use]
pub fn after(from: Date, days: u32) -> Date {
    let (mut day, mut left) = (from, days);
    while left > 0 {
        let Ok(next) = day.tomorrow() else { return day };
        day = next;
        left -= u32::from(is_working_day(day));
    }
    day
}

/// Working days after `from` up to and with `to`; 0 when `to` is not later.
#[must_use]
pub fn between(from: Date, to: Date) -> u32 {
    let mut days = 0;
    let mut day = from;
    while day < to {
        let Ok(next) = day.tomorrow() else { return days };
        day = next;
        days += u32::from(is_working_day(day));
    }
    days
}

/// Whether people work on this day.
#[must_use]
pub fn is_working_day(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !is_holiday(day)
}

/// Whether the day is free by law, whatever day of the week it is.
///
/// New Year, Good Friday, Easter Monday, the King's birthday as it is celebrated, 5 May, Ascension
/// Day, Whit Monday, both days of Christmas.
#[must_use]
pub fn is_holiday(day: Date) -> bool {
    let easter = easter(day.year());
    let moved = [-2, 1, 39, 50].map(|days: i64| easter.saturating_add(days.days()));
    let fixed = [(1, 1), (5, 5), (12, 25), (12, 26)];
    fixed.contains(&(day.month(), day.day()))
        || moved.contains(&day)
        || day == kings_day(day.year())
}

/// 27 April, or the day before when that is a Sunday.
fn kings_day(year: i16) -> Date {
    let day = date(year, 4, 27);
    if day.weekday() == Weekday::Sunday { date(year, 4, 26) } else { day }
}

/// Easter Sunday of the Gregorian calendar, by the rule of J. Butcher (1876).
fn easter(year: i16) -> Date {
    let year_of = i32::from(year);
    let golden = year_of % 19;
    let (century, rest) = (year_of / 100, year_of % 100);
    let moon = (19 * golden + century - century / 4 - (8 * century + 13) / 25 + 15) % 30;
    let week = (32 + 2 * (century % 4) + 2 * (rest / 4) - moon - rest % 4) % 7;
    let late = (golden + 11 * moon + 22 * week) / 451;

    let month_and_day = moon + week - 7 * late + 114;
    let days = i64::from((month_and_day / 31 - 3) * 31 + month_and_day % 31);
    date(year, 3, 1).saturating_add(days.days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_is_where_the_almanac_has_it() {
        let known = [
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
            (2027, 3, 28),
            (2030, 4, 21),
            (2038, 4, 25),
        ];
        for (year, month, day) in known {
            assert_eq!(easter(year), date(year, month, day));
        }
    }

    #[test]
    fn holidays_and_weekends_are_skipped() {
        // Maundy Thursday 2026; Good Friday, the weekend and Easter Monday follow.
        assert_eq!(after(date(2026, 4, 2), 1), date(2026, 4, 7));
        assert_eq!(between(date(2026, 4, 2), date(2026, 4, 7)), 1);
        // Christmas Eve 2025 is a Wednesday.
        assert_eq!(after(date(2025, 12, 24), 5), date(2026, 1, 2).saturating_add(3.days()));
        // In 2025 the 27th of April was a Sunday.
        assert!(!is_holiday(date(2025, 4, 27)) && is_holiday(date(2025, 4, 26)));
        for (month, day) in [(1, 1), (4, 3), (4, 6), (4, 27), (5, 5), (5, 14), (5, 25), (12, 25)] {
            assert!(!is_working_day(date(2026, month, day)), "{month}-{day}");
        }
    }

    #[test]
    fn so_many_days_later_are_so_many_days_between() {
        let from = date(2025, 12, 19);
        for days in 0..60 {
            assert_eq!(between(from, after(from, days)), days);
        }
        assert_eq!(between(from, date(2025, 12, 1)), 0);
    }
}
