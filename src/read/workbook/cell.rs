//! From a cell of a known kind to the text that the same cell of a CSV file would have, so that one
//! set of rules reads every file.

use jiff::civil::Date;

use super::super::kind::Kind;
use super::super::text::SPOILT;
use super::book::Value;

/// Longer texts are refused by the rule of every column; what is beyond is not copied.
const LONGEST: usize = 4096;

/// Whole numbers up to here are exact.
const MOST: f64 = 9_007_199_254_740_992.0;

/// Appends the text. A cell of a kind that its column does not take gives a text that every rule
/// refuses with R128: nothing is cut off, and nothing is guessed.
pub(super) fn write(value: &Value<'_>, kind: Kind, from_1904: bool, into: &mut String) {
    match value {
        Value::Empty => {}
        Value::Text(text) => into.push_str(&text[..text.floor_char_boundary(LONGEST)]),
        Value::Number(number) => match whole(*number).filter(|_| kind != Kind::Date) {
            Some(digits) => into.push_str(&digits),
            None => into.push_str(SPOILT),
        },
        Value::Serial(days) if kind == Kind::Date => push_date(day(*days, from_1904), into),
        Value::DateText(text) if kind == Kind::Date => push_date(iso(text), into),
        Value::Flag(flag) if kind == Kind::Flag => {
            into.push_str(if *flag { "true" } else { "false" });
        }
        Value::Serial(_) | Value::DateText(_) | Value::Flag(_) | Value::Duration | Value::Error => {
            into.push_str(SPOILT);
        }
    }
}

fn push_date(date: Option<Date>, into: &mut String) {
    match date {
        Some(date) => into.push_str(&date.to_string()),
        None => into.push_str(SPOILT),
    }
}

/// The digits of a whole number.
fn whole(number: f64) -> Option<String> {
    (number.fract() == 0.0 && number.abs() < MOST).then(|| format!("{number:.0}"))
}

/// The day of a serial number without a time. Before March 1900 programs differ by a day: such days
/// are refused.
fn day(serial: f64, from_1904: bool) -> Option<Date> {
    let (epoch, first) = if from_1904 {
        (Date::constant(1904, 1, 1), 0.0)
    } else {
        (Date::constant(1899, 12, 30), 61.0)
    };

    if serial.fract() != 0.0 || !(first..3_000_000.0).contains(&serial) {
        return None;
    }

    let days: i64 = format!("{serial:.0}").parse().ok()?;
    epoch.checked_add(jiff::Span::new().days(days)).ok()
}

/// `YYYY-MM-DD`, with a time of midnight and the sign of UTC at most.
fn iso(text: &str) -> Option<Date> {
    let (date, time) = text.split_at_checked(10)?;
    let time = time.strip_suffix('Z').unwrap_or(time);
    let time = time.strip_prefix('T').unwrap_or(time);
    let midnight = time.is_empty()
        || time.split_once('.').map_or(time, |(time, zeros)| {
            if zeros.bytes().all(|byte| byte == b'0') { time } else { "" }
        }) == "00:00:00";

    let is_form = date.bytes().enumerate().all(|(place, byte)| match place {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if midnight && is_form { date.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn text(value: &Value<'_>, kind: Kind) -> String {
        let mut text = String::new();
        write(value, kind, false, &mut text);
        text
    }

    #[test]
    fn whole_numbers_are_digits_and_other_numbers_are_spoilt() {
        for (number, digits) in [
            (999_990_019.0, "999990019"),
            (12.0, "12"),
            (-2.0, "-2"),
            (0.0, "0"),
            (1e15, "1000000000000000"),
        ] {
            assert_eq!(text(&Value::Number(number), Kind::Digits), digits);
            assert_eq!(text(&Value::Number(number), Kind::Text), digits);
            assert_eq!(text(&Value::Number(number), Kind::Date), SPOILT, "a number is no date");
        }

        for number in [1.5, 0.12, 1e16, 1e300, f64::NAN, f64::INFINITY, -0.5] {
            for kind in [Kind::Text, Kind::Digits, Kind::Flag, Kind::Date] {
                assert_eq!(text(&Value::Number(number), kind), SPOILT, "{number}");
            }
        }
    }

    #[test]
    fn a_serial_number_is_a_day_only_when_every_program_means_the_same_by_it() {
        for (serial, day) in [
            (61.0, "1900-03-01"),
            (18_323.0, "1950-03-01"),
            (36_525.0, "1999-12-31"),
            (45_901.0, "2025-09-01"),
        ] {
            assert_eq!(text(&Value::Serial(serial), Kind::Date), day);
            assert_eq!(text(&Value::Serial(serial), Kind::Digits), SPOILT, "a date is no number");
            assert_eq!(text(&Value::Serial(serial), Kind::Text), SPOILT);
        }

        // A birth date a day too early: the evening before, as a program in a different time zone
        // stored it.
        for serial in [18_322.958_333, 18_323.5, 60.0, 59.0, 1.0, 0.0, -1.0, 0.5, 4e6, f64::NAN] {
            assert_eq!(text(&Value::Serial(serial), Kind::Date), SPOILT, "{serial}");
        }

        let mut from_1904 = String::new();
        write(&Value::Serial(0.0), Kind::Date, true, &mut from_1904);
        write(&Value::Serial(16_861.0), Kind::Date, true, &mut from_1904);

        assert_eq!(from_1904, "1904-01-011950-03-01");
    }

    #[test]
    fn written_dates_have_no_time_but_midnight() {
        for good in
            ["1950-03-01", "1950-03-01T00:00:00", "1950-03-01T00:00:00Z", "1950-03-01T00:00:00.000"]
        {
            assert_eq!(
                text(&Value::DateText(Cow::Borrowed(good)), Kind::Date),
                "1950-03-01",
                "{good}"
            );
            assert_eq!(text(&Value::DateText(Cow::Borrowed(good)), Kind::Text), SPOILT, "{good}");
        }

        let bad = [
            "1950-02-28T23:00:00",
            "1950-03-01T00:00:00.001",
            "1950-03-01T00:00:00+01:00",
            "1950-02-30",
            "1950",
            "-950-03-01",
            "01-03-1950",
        ];

        for bad in bad {
            assert_eq!(text(&Value::DateText(Cow::Borrowed(bad)), Kind::Date), SPOILT, "{bad}");
        }
    }

    #[test]
    fn flags_durations_and_errors_belong_to_no_other_column() {
        assert_eq!(text(&Value::Flag(true), Kind::Flag), "true");
        assert_eq!(text(&Value::Flag(false), Kind::Flag), "false");
        assert_eq!(text(&Value::Number(1.0), Kind::Flag), "1");

        for kind in [Kind::Text, Kind::Digits, Kind::Date] {
            assert_eq!(text(&Value::Flag(true), kind), SPOILT);
        }

        for kind in [Kind::Text, Kind::Digits, Kind::Date, Kind::Flag] {
            assert_eq!(text(&Value::Duration, kind), SPOILT);
            assert_eq!(text(&Value::Error, kind), SPOILT);
            assert_eq!(text(&Value::Empty, kind), "");
            assert_eq!(text(&Value::Text(Cow::Borrowed(" 012 ")), kind), " 012 ");
        }
    }
}
