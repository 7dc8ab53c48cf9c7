//! Patterns that have no place in what a print vendor receives.

use std::iter;

/// Whether a text has a run of exactly nine digits that passes the 11-test of the BSN
/// (9a+8b+7c+6d+5e+4f+3g+2h-i divisible by 11). One in eleven random runs does: a hit is to be
/// looked at.
pub(super) fn number_like_a_bsn(text: &str) -> bool {
    runs(text).any(|run| run.len() == 9 && eleven(run))
}

fn eleven(run: &[u8]) -> bool {
    let weights = [9, 8, 7, 6, 5, 4, 3, 2, -1];
    let sum: i32 =
        run.iter().zip(weights).map(|(digit, weight)| i32::from(digit - b'0') * weight).sum();
    sum % 11 == 0 && run.iter().any(|digit| *digit != b'0')
}

/// Whether a text has something like `1950-12-31`, `31-12-1950`, `31/12/50` or `31.12.1950`.
pub(super) fn date_like_a_birth_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    (0..bytes.len()).any(|start| {
        let begins = start == 0 || !bytes[start - 1].is_ascii_digit();
        begins && date_at(&bytes[start..])
    })
}

/// Three groups of digits with one sign between them, of a date's lengths and values.
fn date_at(bytes: &[u8]) -> bool {
    let Some((first, rest)) = number(bytes) else { return false };
    let Some((sign, rest)) = rest.split_first().filter(|(sign, _)| b"-/.".contains(sign)) else {
        return false;
    };
    let Some((second, rest)) = number(rest) else { return false };
    let Some(rest) = rest.strip_prefix(&[*sign]) else { return false };
    let Some((third, _)) = number(rest) else { return false };
    let (day, month, year) =
        if first.len() == 4 { (third, second, first) } else { (first, second, third) };
    let value =
        |digits: &[u8]| digits.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));

    matches!(day.len(), 1 | 2)
        && matches!(month.len(), 1 | 2)
        && (1..=31).contains(&value(day))
        && (1..=12).contains(&value(month))
        && match year.len() {
            4 => (1900..=2099).contains(&value(year)),
            2 => true,
            _ => false,
        }
}

fn number(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(bytes.len());
    (1..=4).contains(&end).then(|| bytes.split_at(end))
}

fn runs(text: &str) -> impl Iterator<Item = &[u8]> {
    let mut rest = text.as_bytes();
    iter::from_fn(move || {
        let start = rest.iter().position(u8::is_ascii_digit)?;
        let run = &rest[start..];
        let end = run.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(run.len());
        rest = &run[end..];
        Some(&run[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_like_a_bsn_are_seen_wherever_they_stand() {
        for text in ["999990019", "x999990019y", "12 999990019"] {
            assert!(number_like_a_bsn(text), "{text}");
        }
        for text in ["999990018", "9999900190", "99999001", "000000000", ""] {
            assert!(!number_like_a_bsn(text), "{text}");
        }
    }

    #[test]
    fn dates_are_seen_and_house_numbers_are_not() {
        for text in ["1950-12-31", "a 31-12-1950", "1/2/1950", "31.12.50", "1950/12/31b"] {
            assert!(date_like_a_birth_date(text), "{text}");
        }

        for text in [
            "12-14",
            "1950-13-31",
            "12-14-16-18a",
            "Straat 1-2-300",
            "44-bis",
            "12345-6789",
            "0-1-1950",
        ] {
            assert!(!date_like_a_birth_date(text), "{text}");
        }
    }
}
