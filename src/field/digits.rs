//! What is left of a number that was damaged, and which numbers it may have been: a digit typed
//! wrong, lost or doubled, two neighbours swapped, or the last digits rounded away by a
//! spreadsheet.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// The digits left of a damaged number. Personal data: `Debug` shows nothing of them.
#[derive(Clone, PartialEq, Eq)]
pub struct Digits {
    left: Left,
    /// Digits of the sound number.
    width: usize,
}

#[derive(Clone, PartialEq, Eq)]
enum Left {
    /// As they stand, about as many as there should be.
    Plain(Vec<u8>),
    /// The number was written with an exponent; it lies between these two.
    Rounded(u32, u32),
}

/// Digits that rounding may have taken away at most: with more, too many people fit.
const MOST_ROUNDED: u32 = 4;

impl Digits {
    /// What is left in `raw` of a number of `width` digits (at most nine); `None` when it is too
    /// little to go by.
    ///
    /// Blanks, dashes, quotes, `="..."`, a text mark, a label before it and a decimal tail (`.0`)
    /// are no part of a number.
    #[must_use]
    pub fn left_of(raw: &str, width: usize) -> Option<Self> {
        let text: String =
            raw.nfkc().filter(|sign| sign.is_ascii() && !sign.is_ascii_whitespace()).collect();
        let text = text.trim_matches(|sign: char| !sign.is_ascii_alphanumeric());
        let text = &*read_by_eye(text);
        if let Some((mantissa, exponent)) = scientific(text) {
            return Self::rounded(&mantissa, exponent, width);
        }

        let whole = text.rsplit_once(['.', ',']).filter(|(head, tail)| {
            let is_number =
                head.bytes().all(|byte| byte.is_ascii_digit()) && head.len() + 1 >= width;
            is_number && tail.bytes().all(|byte| byte == b'0')
        });

        let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).collect::<Vec<u8>>();
        Self::plain(digits(whole.map_or(text, |(head, _)| head)), width)
    }

    fn plain(digits: Vec<u8>, width: usize) -> Option<Self> {
        let near =
            digits.len() + 1 >= width && digits.len() <= width + 1 && (2..=9).contains(&width);
        near.then_some(Self { left: Left::Plain(digits), width })
    }

    fn rounded(mantissa: &str, exponent: usize, width: usize) -> Option<Self> {
        let known = mantissa.trim_end_matches('0');
        if known.len() > exponent + 1 {
            return None;
        }

        // A number that lost its leading zeros is shorter, and no longer than it should be.
        let lost = u32::try_from((exponent + 1).saturating_sub(mantissa.len())).ok()?;
        let whole = format!("{known:0<length$}", length = exponent + 1);
        if exponent + 1 > width || whole.len() > 9 {
            return None;
        }

        if lost == 0 {
            return Self::plain(format!("{whole:0>width$}").into_bytes(), width);
        }

        let (middle, step) = (whole.parse::<u32>().ok()?, 10_u32.checked_pow(lost)?);
        let range = Left::Rounded(middle.saturating_sub(step / 2), middle.saturating_add(step - 1));
        (lost <= MOST_ROUNDED).then_some(Self { left: range, width })
    }

    /// Every number of the full width that this may have been, without those that `is_valid`
    /// refuses.
    #[must_use]
    pub fn candidates(&self, is_valid: impl Fn(u32) -> bool) -> BTreeSet<u32> {
        match &self.left {
            Left::Rounded(lowest, highest) => {
                (*lowest..=*highest).filter(|number| is_valid(*number)).collect()
            }
            Left::Plain(digits) => {
                let near = one_slip(digits, self.width).into_iter();
                near.filter_map(|digits| value(&digits))
                    .filter(|number| is_valid(*number))
                    .collect()
            }
        }
    }

    /// Whether `number`, written in full, may be what this was.
    #[must_use]
    pub fn may_be(&self, number: &str) -> bool {
        let wanted = number.parse::<u32>().ok().filter(|_| number.len() == self.width);
        wanted.is_some_and(|wanted| !self.candidates(|number| number == wanted).is_empty())
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digits(..)")
    }
}

/// Letters that a scanner or a hand puts for the digits that look like them, where nothing but
/// digits is beside them.
fn read_by_eye(text: &str) -> Cow<'_, str> {
    let alike = |sign: char| match sign {
        'O' | 'o' => '0',
        'I' | 'l' => '1',
        other => other,
    };
    let letters = || text.chars().filter(char::is_ascii_alphabetic);
    if letters().next().is_none() || letters().any(|sign| alike(sign) == sign) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(alike).collect())
}

/// `9.9996E+08`, `9,9996e8`: the digits before the exponent, and the exponent.
fn scientific(text: &str) -> Option<(String, usize)> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let (whole, rest) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    let fits = whole.len() == 1
        && is_digits(whole)
        && is_digits(rest)
        && (1..=2).contains(&exponent.len());

    let exponent = exponent.parse().ok().filter(|_| fits && is_digits(exponent))?;
    Some((format!("{whole}{rest}"), exponent))
}

/// Every row of `width` digits that is `digits` or one slip away from it.
fn one_slip(digits: &[u8], width: usize) -> Vec<Vec<u8>> {
    let mut near = Vec::new();
    match digits.len().cmp(&width) {
        Ordering::Equal => {
            near.push(digits.to_vec());
            for place in 0..width {
                for digit in b'0'..=b'9' {
                    let mut other = digits.to_vec();
                    other[place] = digit;
                    near.push(other);
                }
            }
            for place in 1..width {
                let mut other = digits.to_vec();
                other.swap(place - 1, place);
                near.push(other);
            }
        }
        Ordering::Less => {
            for place in 0..=digits.len() {
                for digit in b'0'..=b'9' {
                    let mut other = digits.to_vec();
                    other.insert(place, digit);
                    near.push(other);
                }
            }
        }
        Ordering::Greater => {
            for place in 0..digits.len() {
                let mut other = digits.to_vec();
                other.remove(place);
                near.push(other);
            }
        }
    }

    near
}

fn value(digits: &[u8]) -> Option<u32> {
    digits
        .iter()
        .try_fold(0_u32, |sum, digit| sum.checked_mul(10)?.checked_add(u32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "999960003";

    #[test]
    fn a_number_in_its_wrapping_is_still_that_number() {
        for raw in [
            "999960003",
            "999960003.0",
            "999960003,00",
            "999-960-003",
            "999.960.003",
            "=\"999960003\"",
            "'999960003",
            "BSN: 9999 60 003",
            "9.99960003E+08",
            "９９９９６０００３",
            "\u{200B}999960003\u{FEFF}",
            "99996OOO3",
            "999960oo3",
        ] {
            assert!(Digits::left_of(raw, 9).unwrap().may_be(NUMBER), "{raw}");
        }
    }

    #[test]
    fn one_slip_is_found_and_two_are_not() {
        for raw in [
            "99996000",
            "999960004",
            "9999600030",
            "999906003",
            "899960003",
            "9.9996E+08",
            "99996003",
        ] {
            assert!(Digits::left_of(raw, 9).unwrap().may_be(NUMBER), "{raw}");
        }

        for raw in [
            "899960004",
            "999960",
            "1.00E+09",
            "#REF!",
            "",
            "x",
            "12345678901234567890",
            "9E8",
            "OOOOOOOOO",
        ] {
            assert!(Digits::left_of(raw, 9).is_none_or(|digits| !digits.may_be(NUMBER)), "{raw}");
        }
    }

    #[test]
    fn a_lost_leading_zero_is_one_slip() {
        assert!(Digits::left_of("6010001", 8).unwrap().may_be("06010001"));
        assert!(Digits::left_of("6010001.0", 8).unwrap().may_be("06010001"));
        assert!(!Digits::left_of("6010001", 8).unwrap().may_be("16010002"));
    }

    #[test]
    fn debug_shows_no_digit() {
        assert_eq!(format!("{:?}", Digits::left_of("99996000", 9)), "Some(Digits(..))");
    }
}
