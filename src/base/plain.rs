//! Text from files, mail servers and people before it is printed, logged or kept: nothing that a
//! terminal obeys, nothing that turns its direction, no number that may be somebody's.

use std::fmt::Write;

use crate::base::bsn::Bsn;

/// So many digits in a row may be a BSN.
const DIGITS: usize = 9;

/// Whether a character is not seen, or makes the characters around it look like others: control
/// characters (ESC among them), text-direction marks, joiners, tags, separators of lines and
/// paragraphs.
#[must_use]
pub fn is_hidden(sign: char) -> bool {
    sign.is_control()
        || matches!(sign,
            '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{8e2}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// What may be printed: hidden characters are written out (`\u{1b}`), line ends stay.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for sign in text.chars() {
        if is_hidden(sign) && sign != '\n' {
            shown.extend(sign.escape_unicode());
        } else {
            shown.push(sign);
        }
    }
    shown
}

/// The same of a JSON document, where they are written as JSON has it (`\u202e`).
#[must_use]
pub fn shown_json(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for sign in text.chars() {
        if is_hidden(sign) && sign != '\n' {
            for unit in sign.encode_utf16(&mut [0; 2]) {
                // Writing to a string does not fail.
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(sign);
        }
    }

    shown
}

/// Whether nine digits are in a row, blanks, full stops, hyphens and slashes between them aside.
#[must_use]
pub fn holds_number(text: &str) -> bool {
    longest_run(text, |sign| sign.is_whitespace() || ".-/".contains(sign)) >= DIGITS
}

/// Whether nine digits in a row, or in the groups in which people write them (`9999.90.019`, `999
/// 990 019`), are a BSN. Dates, times and other numbers are shorter, longer or grouped otherwise.
#[must_use]
pub fn holds_bsn(text: &str) -> bool {
    const GROUPS: [&[usize]; 3] = [&[9], &[4, 2, 3], &[3, 3, 3]];
    let is_bsn = |groups: &[&str]| groups.concat().parse::<Bsn>().is_ok();
    let is_grouped = |groups: &[&str]| {
        let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
        GROUPS.contains(&lengths.as_slice())
    };

    // Groups that one sign divides; what is between two such chains is empty or no digit.
    let chains = text.split(|sign: char| {
        !sign.is_ascii_digit() && !sign.is_whitespace() && !".-_/".contains(sign)
    });

    chains.into_iter().any(|chain| {
        let groups: Vec<&str> = chain.split(|sign: char| !sign.is_ascii_digit()).collect();
        (1..=3)
            .any(|count| groups.windows(count).any(|groups| is_grouped(groups) && is_bsn(groups)))
    })
}

fn longest_run(text: &str, is_between: impl Fn(char) -> bool) -> usize {
    let (mut run, mut longest) = (0, 0);
    for sign in text.chars() {
        if sign.is_numeric() {
            run += 1;
        } else if !is_between(sign) {
            run = 0;
        }
        longest = longest.max(run);
    }

    longest
}

/// Text of a stranger (a mail server's answer, a file's name) for a message: one line, nothing
/// hidden, the first 500 characters, and each digit of nine or more in a row is a `*`.
#[must_use]
pub fn quoted(text: &str) -> String {
    let start: String = text.chars().take(500).collect();
    let line = start.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut quoted = String::with_capacity(line.len());
    let mut digits = String::new();
    for sign in shown(&line).chars().chain(['\n']) {
        if sign.is_numeric() {
            digits.push(sign);
            continue;
        }
        if digits.chars().count() >= DIGITS {
            quoted.extend(digits.chars().map(|_| '*'));
        } else {
            quoted.push_str(&digits);
        }
        digits.clear();
        if sign != '\n' {
            quoted.push(sign);
        }
    }

    quoted
}

/// The name of a column for messages and papers, at most 40 characters. One that holds what may be
/// a number of somebody is named by its place (from 1) instead.
#[must_use]
pub fn header(header: &str, place: usize) -> String {
    if holds_number(header) {
        return format!("column {place} (its name holds a number)");
    }
    shown(&header.chars().take(40).collect::<String>()).replace('\n', "\\n")
}

/// What is wrong with a line that somebody typed (a name, a reason) and that is kept for good.
///
/// # Errors
/// What is wrong, to be read behind "the name" or "the reason".
pub fn check(line: &str) -> Result<(), &'static str> {
    if line.chars().any(|sign| matches!(sign, '\n' | '\r' | '\u{2028}' | '\u{2029}')) {
        return Err("is more than one line");
    }

    if line.chars().any(is_hidden) {
        return Err("holds a control character, or one that is not seen");
    }

    if longest_run(line, |sign| sign == ' ' || sign == '.') >= DIGITS {
        return Err("holds nine digits in a row, which may be somebody's number");
    }

    Ok(())
}

/// Whether two names are one person's: capitals and blanks around them do not matter.
#[must_use]
pub fn is_same_name(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// A number and what it counts: `1 letter`, `2 letters`.
#[must_use]
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ESC, CSI, right-to-left override, isolate, zero width, mark of byte order, tag.
    const HIDDEN: [char; 7] =
        ['\u{1b}', '\u{9b}', '\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}', '\u{e0041}'];

    #[test]
    fn what_a_terminal_obeys_or_nobody_sees_is_written_out() {
        for sign in HIDDEN {
            let text = format!("a{sign}b");
            for clean in [shown(&text), shown_json(&text), quoted(&text), header(&text, 1)] {
                assert!(clean.starts_with("a\\u") && !clean.contains(sign), "{clean}");
            }
            assert!(check(&text).is_err());
            let json: String = serde_json::from_str(&format!("\"{}\"", shown_json(&text))).unwrap();
            assert_eq!(json, text, "another program reads what was there");
        }

        for plain in ["Zoë Çelik", "naïeve\nregels", "ﬁ Ω 漢"] {
            assert_eq!(shown(plain), plain);
        }
    }

    #[test]
    fn a_header_with_nine_digits_is_named_by_its_place() {
        for name in ["999990019", "bsn 9999.90.019", "x999990019y", "99 99 90 019"] {
            assert_eq!(header(name, 7), "column 7 (its name holds a number)");
        }
        for name in ["result_2024", "code 12345678", "2024 (1) 2025 (2)"] {
            assert_eq!(header(name, 7), name);
        }
    }

    #[test]
    fn a_bsn_is_told_from_dates_and_other_numbers() {
        for held in [
            "exposures-999990019.csv",
            "x 9999.90.019.csv",
            "x_999-990-019_1",
            "2025-09-15_999990019",
        ] {
            assert!(holds_bsn(held), "{held}");
        }

        for other in [
            "exposures-20250915.csv",
            "exposures-2025-09-15-1.csv",
            "exposures-20250915143000.csv",
            "exposures-2025-09-15T14.30.00",
            "99-99-90-019",
            "999990018",
            "9999900190",
            "",
        ] {
            assert!(!holds_bsn(other), "{other}");
        }
    }

    #[test]
    fn answers_of_strangers_lose_long_numbers_and_lines() {
        assert_eq!(quoted("550 no 999990019\r\nsuch user"), "550 no ********* such user");
        assert_eq!(quoted("queued as 12345678"), "queued as 12345678");
        assert_eq!(quoted(&"x".repeat(5000)).len(), 500);
    }

    #[test]
    fn a_name_or_reason_that_is_kept_has_no_number_of_somebody() {
        for wrong in ["999990019", "row of 999990019 gone", "9999 90 019", "two\nlines"] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
        for right in ["A. de Vries", "ticket 12345678", "delivered again on 2025-09-15"] {
            assert_eq!(check(right), Ok(()), "{right}");
        }
    }

    #[test]
    fn one_is_singular() {
        let counted = [0, 1, 2].map(|number| count(number, "person", "people"));
        assert_eq!(counted, ["0 people", "1 person", "2 people"]);
    }
}
