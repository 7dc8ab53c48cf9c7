//! KIX: the customer index that the post reads from four-state bars.
//!
//! Source: the KIX code as in two independent public encoders; dimensions from printer manuals
//! (Printronix, 163).

use crate::field::address::HouseIndication;
use crate::field::draft::{Kix, PostalParts};

/// One bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// Short, in the middle.
    Tracker,
    /// From the middle up.
    Ascender,
    /// From the middle down.
    Descender,
    /// Over the full height.
    Full,
}

/// Most characters: postcode 6, number 5, X, addition 6.
pub const MAX_CHARACTERS: usize = 18;
/// Width of a bar, mm (0.38 to 0.63 permitted).
pub const BAR_MM: f64 = 0.5;
/// Height of a full bar, mm (4.19 to 5.84 permitted).
pub const FULL_MM: f64 = 4.97;
/// Height of a tracker, mm (1.02 to 1.52 permitted). Ascender and descender reach from its far end
/// to the full height.
pub const TRACKER_MM: f64 = 1.27;
/// White on all four sides, mm.
pub const QUIET_MM: f64 = 2.0;
/// From bar to bar, mm: 22 an inch, and 24 an inch (the most permitted) for codes that would not
/// fit otherwise.
pub const PITCHES_MM: [f64; 2] = [25.4 / 22.0, 25.4 / 24.0];

const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Two of four bars; the upper half of a character is the pattern of its row, the lower half that
/// of its column.
const PATTERNS: [[bool; 4]; 6] = [
    [false, false, true, true],
    [false, true, false, true],
    [false, true, true, false],
    [true, false, false, true],
    [true, false, true, false],
    [true, true, false, false],
];

/// The KIX of a Dutch address: postcode, house number (or PO box or reply number), and where there
/// is a letter or an addition an X with both, capitals, letters and digits only.
///
/// Skipped: `FOREIGN`; `NO_POSTCODE`; `BY_ADDRESS` for addresses beside or opposite a number and
/// for locations, which have no number of their own; `TOO_WIDE` for an addition of more than six
/// characters.
#[must_use]
pub fn kix(postal: &PostalParts, indication: Option<HouseIndication>) -> Kix {
    let skipped = |reason: &str| Kix::Skipped(reason.to_owned());
    if postal.country != "NL" {
        return skipped("FOREIGN");
    }

    if postal.postcode.is_empty() {
        return skipped("NO_POSTCODE");
    }

    if indication.is_some() || postal.house_number.is_empty() {
        return skipped("BY_ADDRESS");
    }

    let suffix: String = postal.house_letter.chars().chain(postal.house_addition.chars()).collect();
    let suffix: String =
        suffix.to_uppercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let sign = if suffix.is_empty() { "" } else { "X" };
    let code =
        format!("{}{}{sign}{suffix}", postal.postcode, postal.house_number.trim_start_matches('0'));
    if code.len() > MAX_CHARACTERS || suffix.len() > 6 {
        return skipped("TOO_WIDE");
    }

    Kix::Code(code)
}

/// The bars of a code, four for every character. `None` when it holds anything but 0-9 and A-Z.
#[must_use]
pub fn bars(code: &str) -> Option<Vec<Bar>> {
    let mut bars = Vec::with_capacity(code.len() * 4);
    for character in code.bytes() {
        let index = ALPHABET.iter().position(|letter| *letter == character)?;
        let halves = PATTERNS[index / 6].iter().zip(PATTERNS[index % 6]);
        bars.extend(halves.map(|(upper, lower)| match (*upper, lower) {
            (false, false) => Bar::Tracker,
            (true, false) => Bar::Ascender,
            (false, true) => Bar::Descender,
            (true, true) => Bar::Full,
        }));
    }

    Some(bars)
}

/// The character that four bars stand for.
#[must_use]
pub fn character(four: &[Bar]) -> Option<char> {
    let half = |long: fn(Bar) -> bool| {
        let is =
            |pattern: &[bool; 4]| four.iter().map(|bar| long(*bar)).eq(pattern.iter().copied());
        PATTERNS.iter().position(is)
    };
    let upper = half(|bar| matches!(bar, Bar::Ascender | Bar::Full))?;
    let lower = half(|bar| matches!(bar, Bar::Descender | Bar::Full))?;
    Some(char::from(ALPHABET[upper * 6 + lower]))
}

/// Width in mm from the first bar's left edge to the last one's right edge.
#[must_use]
pub fn width_mm(characters: usize, pitch_mm: f64) -> f64 {
    let bars = u32::try_from(characters * 4).unwrap_or(u32::MAX);
    f64::from(bars.saturating_sub(1)) * pitch_mm + BAR_MM
}

/// The widest permitted pitch with which a code fits into `available_mm` (without its white sides).
/// `None`: it is left out as `TOO_WIDE`.
#[must_use]
pub fn pitch_mm(characters: usize, available_mm: f64) -> Option<f64> {
    PITCHES_MM.into_iter().find(|pitch| width_mm(characters, *pitch) <= available_mm)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(code: &str) -> String {
        let letter = |bar| match bar {
            Bar::Tracker => 'T',
            Bar::Ascender => 'A',
            Bar::Descender => 'D',
            Bar::Full => 'F',
        };
        bars(code).unwrap().into_iter().map(letter).collect()
    }

    fn postal(postcode: &str, number: &str, letter: &str, addition: &str) -> PostalParts {
        PostalParts {
            postcode: postcode.into(),
            house_number: number.into(),
            house_letter: letter.into(),
            house_addition: addition.into(),
            country: "NL".into(),
            ..PostalParts::default()
        }
    }

    #[test]
    fn the_table_is_the_published_one() {
        let table = "TTFF TDAF TDFA DTAF DTFA DDAA TADF TFTF TFDA DATF DADA DFTA TAFD TFAD TFFT DAAD DAFT DFAT \
                     ATDF ADTF ADDA FTTF FTDA FDTA ATFD ADAD ADFT FTAD FTFT FDAT AADD AFTD AFDT FATD FADT FFTT";
        let characters = std::str::from_utf8(ALPHABET).unwrap().chars();
        for (character, pattern) in characters.zip(table.split_whitespace()) {
            assert_eq!(letters(&character.to_string()), pattern, "{character}");
        }
        assert_eq!(bars("1234ab"), None);
    }

    #[test]
    fn official_examples_come_out() {
        let cases = [
            (postal("2130VA", "80430", "", ""), "2130VA80430"),
            (postal("1231GF", "156", "", "2"), "1231GF156X2"),
            (postal("1231FZ", "13", "", "hs"), "1231FZ13XHS"),
            (postal("1231FZ", "13", "a", "2-b"), "1231FZ13XA2B"),
            (postal("1231FZ", "12345", "", "rechts"), "1231FZ12345XRECHTS"),
        ];

        for (postal, code) in cases {
            assert_eq!(kix(&postal, None), Kix::Code(code.to_owned()));
        }
    }

    #[test]
    fn what_has_no_code_says_why() {
        let skipped = |reason: &str| Kix::Skipped(reason.to_owned());
        let plain = postal("1231FZ", "13", "", "");
        assert_eq!(kix(&plain, Some(HouseIndication::By)), skipped("BY_ADDRESS"));
        assert_eq!(kix(&postal("1231FZ", "", "", ""), None), skipped("BY_ADDRESS"));
        assert_eq!(kix(&postal("", "13", "", ""), None), skipped("NO_POSTCODE"));
        assert_eq!(kix(&PostalParts { country: "BE".into(), ..plain }, None), skipped("FOREIGN"));
        assert_eq!(kix(&postal("1231FZ", "13", "", "beneden"), None), skipped("TOO_WIDE"));
    }

    #[test]
    fn dimensions_are_within_the_permitted_ranges_and_the_longest_code_fits_the_default_window() {
        assert!(
            (0.38..=0.63).contains(&BAR_MM)
                && (4.19..=5.84).contains(&FULL_MM)
                && (1.02..=1.52).contains(&TRACKER_MM)
        );

        assert!(PITCHES_MM.iter().all(|pitch| (20.0..=24.0).contains(&(25.4 / pitch).round())));
        assert!((width_mm(11, PITCHES_MM[0]) - 50.1).abs() < 0.2);
        assert_eq!(pitch_mm(11, 76.0), Some(PITCHES_MM[0]));
        assert_eq!(pitch_mm(MAX_CHARACTERS, 76.0), Some(PITCHES_MM[1]));

        assert_eq!(pitch_mm(MAX_CHARACTERS, 70.0), None);
    }

    #[test]
    fn the_shared_vectors_agree() {
        let own = include_str!("../../tests/data/kix.csv").to_owned();
        let table = crate::compose::cases::shared("kix.csv").unwrap_or(own);
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        let mut rows = 0;
        for row in reader.records() {
            let row = row.unwrap();
            let code = kix(&postal(&row[0], &row[1], "", &row[2]), None);
            assert_eq!(code, Kix::Code(row[3].to_owned()));
            assert_eq!(letters(&row[3]), row[4]);
            rows += 1;
        }

        assert!(rows >= 8);
    }
}
