//! Citizen service numbers (BSN).

use std::fmt;
use std::str::FromStr;

/// A citizen service number (BSN) that passes the 11-test and is no known placeholder.
///
/// Source: Wet algemene bepalingen burgerservicenummer; 9a+8b+7c+6d+5e+4f+3g+2h-i divisible by 11.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bsn(u32);

/// Why a text is not a usable BSN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BsnError {
    /// Not nine digits.
    Format,
    /// Nine digits that fail the 11-test.
    ElevenTest,
    /// Passes the 11-test but is what systems fill in when they know no number.
    Placeholder,
}

impl Bsn {
    /// Numbers that pass the 11-test by construction and stand for "unknown" in lab and hospital
    /// systems.
    const PLACEHOLDERS: [u32; 2] = [123_456_782, 111_222_333];

    /// Takes a number of at most nine digits.
    ///
    /// # Errors
    /// [`BsnError`] says which test failed.
    pub fn new(number: u32) -> Result<Self, BsnError> {
        if number > 999_999_999 {
            return Err(BsnError::Format);
        }

        let mut sum = -i64::from(number % 10);
        let mut rest = number / 10;
        for weight in 2..=9 {
            sum += weight * i64::from(rest % 10);
            rest /= 10;
        }

        if sum % 11 != 0 {
            return Err(BsnError::ElevenTest);
        }

        // 111111110, 222222220 ... 999999990: weights 2 to 9 sum to 44.
        if Self::PLACEHOLDERS.contains(&number) || number.is_multiple_of(111_111_110) {
            return Err(BsnError::Placeholder);
        }

        Ok(Self(number))
    }

    /// The range that is never given out and marks invented people (9xxxxxxxx).
    #[must_use]
    pub const fn is_test_range(self) -> bool {
        self.0 >= 900_000_000
    }

    /// The number itself.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl FromStr for Bsn {
    type Err = BsnError;

    /// Nine digits exactly: a text of eight digits may be a number that lost a digit anywhere (7.9
    /// % of those pass the 11-test after padding), so padding is left to sources that are integers
    /// by type.
    fn from_str(text: &str) -> Result<Self, BsnError> {
        if text.len() != 9 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BsnError::Format);
        }
        Self::new(text.parse().map_err(|_| BsnError::Format)?)
    }
}

impl fmt::Debug for Bsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bsn(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleven_test_and_the_placeholders() {
        assert!("999990019".parse::<Bsn>().is_ok());
        assert_eq!("999990018".parse::<Bsn>(), Err(BsnError::ElevenTest));
        assert_eq!("99999001".parse::<Bsn>(), Err(BsnError::Format));
        assert_eq!("99999001x".parse::<Bsn>(), Err(BsnError::Format));
        for digit in 0..=9_u32 {
            assert_eq!(Bsn::new(digit * 111_111_110), Err(BsnError::Placeholder));
        }
        assert_eq!("123456782".parse::<Bsn>(), Err(BsnError::Placeholder));
    }

    #[test]
    fn every_single_digit_slip_is_caught() {
        let valid = 999_990_019_u32;
        for place in 0..9 {
            let power = 10_u32.pow(place);
            let digit = valid / power % 10;
            for other in (0..10).filter(|other| *other != digit) {
                let slip = valid - digit * power + other * power;
                assert_eq!(Bsn::new(slip), Err(BsnError::ElevenTest));
            }
        }
    }
}
