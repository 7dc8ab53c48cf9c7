//! Cells that hold one value of a known form: numbers, dates, words, postcodes. Empty, and the
//! words that systems write for it, are missing everywhere.

use std::borrow::Cow;
use std::str::FromStr;

use jiff::civil::Date;

use crate::base::bsn::{Bsn, BsnError};
use crate::field::names::{NameUse, Sex};
use crate::field::partial_date::PartialDate;
use crate::field::professional::{ProfessionalItem, ProfessionalItems};
use crate::field::reason::Reason;
use crate::field::row::{ProviderKind, SuppressionReason};
use crate::field::terms::{Item, Items};

use super::damage::{self, Wanted};
use super::text::{LONGEST_MISSING, check_characters, is_blank, is_missing};

/// The cell without blanks around it; empty when it is missing.
pub(super) fn present(raw: &str) -> &str {
    let (Some(first), Some(last)) = (raw.bytes().next(), raw.bytes().next_back()) else {
        return "";
    };
    // Nearly every cell of a list: nothing to trim, and no sign that a word for "nothing" begins
    // with, or too long for one.
    let may_be_missing = matches!(first | 0x20, b'n' | b'o' | b'u') && raw.len() <= LONGEST_MISSING;
    if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() && !may_be_missing {
        return raw;
    }

    let inner = raw.trim_matches(is_blank);
    if is_missing(inner) { "" } else { inner }
}

/// The reason that says most: a character that no cell may hold comes before the form of the value,
/// and damage of a known kind before "not what it should be".
fn worst(raw: &str, wanted: Wanted, otherwise: Reason) -> Reason {
    check_characters(raw).err().or_else(|| damage::of_value(raw, wanted)).unwrap_or(otherwise)
}

/// What people and systems put between the characters of a number or a postcode: blanks, and marks
/// of no width.
fn is_padding(character: char) -> bool {
    is_blank(character) || matches!(character, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

/// A BSN: nine digits; blanks and marks of no width between them are left out. A dot is damage and
/// not decoration: `99990056.0` would be read as the number of somebody else. Never padded: a text
/// of eight digits may have lost any of its nine (I2); see [`padded_bsn`].
pub(super) fn bsn(raw: &str) -> Result<Option<Bsn>, Reason> {
    let number = match raw.parse::<Bsn>() {
        Err(BsnError::Format) => {
            let text: String = present(raw).chars().filter(|c| !is_padding(*c)).collect();
            if text.is_empty() {
                return Ok(None);
            }
            text.parse::<Bsn>()
        }
        parsed => parsed,
    };

    match number {
        Ok(bsn) => Ok(Some(bsn)),
        Err(BsnError::Placeholder) => Err(Reason::R102),
        Err(BsnError::Format) if padded_bsn(raw).is_some() => Err(Reason::R124),
        Err(BsnError::Format) => Err(worst(&visible(raw), Wanted::Number, Reason::R101)),
        Err(BsnError::ElevenTest) => Err(Reason::R101),
    }
}

/// What eight digits are if they have lost a leading zero, and pass every test. Of 100 numbers that
/// lost another digit eight do so, too: another row has to confirm it ([`super::zeros`]).
pub(super) fn padded_bsn(raw: &str) -> Option<Bsn> {
    let text: String = present(raw).chars().filter(|c| !is_padding(*c)).collect();
    (text.len() == 8).then(|| format!("0{text}").parse().ok()).flatten()
}

/// The text without the marks of no width that [`bsn`] and [`postcode`] tolerate.
fn visible(raw: &str) -> Cow<'_, str> {
    if raw.chars().any(|c| is_padding(c) && c != ' ') {
        Cow::Owned(raw.chars().filter(|c| !is_padding(*c)).collect())
    } else {
        Cow::Borrowed(raw)
    }
}

/// A Dutch postcode as `9999AA`. The letters SA, SD and SS are not given out.
pub(super) fn postcode(raw: &str) -> Result<Cow<'_, str>, Reason> {
    let is_form = |code: &[u8]| {
        matches!(
            code,
            [b'1'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'A'..=b'Z', b'A'..=b'Z']
        ) && !matches!(&code[4..], b"SA" | b"SD" | b"SS")
    };

    if is_form(raw.as_bytes()) {
        return Ok(Cow::Borrowed(raw));
    }

    let mut code: String = present(raw).chars().filter(|c| !is_padding(*c)).collect();
    code.make_ascii_uppercase();

    if code.is_empty() || is_form(code.as_bytes()) {
        Ok(Cow::Owned(code))
    } else {
        Err(worst(&visible(raw), Wanted::Number, Reason::R106))
    }
}

/// A date whose three parts are known, `YYYY-MM-DD`.
pub(super) fn date(raw: &str) -> Result<Option<Date>, Reason> {
    let text = present(raw);
    if text.is_empty() {
        return Ok(None);
    }
    parts(text)
        .and_then(|(year, month, day)| PartialDate::new(year, month, day)?.exact())
        .map(Some)
        .ok_or_else(|| worst(raw, Wanted::Date, Reason::R104))
}

/// A birth date: maybe partial; `0000-00-00` is the register's way to say that it is not known.
pub(super) fn birth_date(raw: &str, days: Days) -> Result<Option<PartialDate>, Reason> {
    let text = present(raw);
    if text.is_empty() || text == "0000-00-00" {
        return Ok(None);
    }
    let born = partial(text).ok_or_else(|| worst(raw, Wanted::Date, Reason::R104))?;
    let early = born.last_possible().is_none_or(|day| day < days.oldest_birth);
    let late = born.first_possible().is_none_or(|day| day > days.run);
    if early || late { Err(Reason::R105) } else { Ok(Some(born)) }
}

/// The date of something that happened to a person: death, end of a marriage. "Unknown" and
/// `0000-00-00` are refused here: they say that it happened, and reading them as missing would say
/// that it did not.
pub(super) fn event_date(raw: &str) -> Result<Option<PartialDate>, Reason> {
    let text = certainly_present(raw);
    if text.is_empty() {
        return Ok(None);
    }
    partial(text).map(Some).ok_or_else(|| worst(raw, Wanted::Date, Reason::R104))
}

/// Like [`present`], but a cell that says "not known" is not missing.
fn certainly_present(raw: &str) -> &str {
    let inner = raw.trim_matches(is_blank);
    let unknown = ["onbekend", "unknown", "?"].iter().any(|word| inner.eq_ignore_ascii_case(word));
    if unknown { inner } else { present(inner) }
}

fn partial(text: &str) -> Option<PartialDate> {
    let (year, month, day) = parts(text)?;
    PartialDate::new(year, month, day)
}

fn parts(text: &str) -> Option<(u16, u8, u8)> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }

    let digits = |range: std::ops::Range<usize>| {
        bytes[range].iter().try_fold(0_u16, |sum, byte| {
            byte.is_ascii_digit().then(|| sum * 10 + u16::from(byte - b'0'))
        })
    };
    Some((digits(0..4)?, u8::try_from(digits(5..7)?).ok()?, u8::try_from(digits(8..10)?).ok()?))
}

/// The days between which a living person can have been born.
#[derive(Clone, Copy, Debug)]
pub(super) struct Days {
    run: Date,
    oldest_birth: Date,
}

impl Days {
    /// 120 years back from the run date; 29 February counts as the day before where it does not
    /// exist.
    pub(super) fn before(run: Date) -> Self {
        Self { run, oldest_birth: run.saturating_sub(jiff::Span::new().years(120)) }
    }
}

/// One word of a closed list.
pub(super) fn word<T: Word>(raw: &str) -> Result<Option<T>, Reason> {
    let text = present(raw);
    if text.is_empty() {
        return Ok(None);
    }
    T::from_word(text).map(Some).ok_or_else(|| worst(raw, Wanted::Number, Reason::R107))
}

/// A closed list of words, spelt exactly as the contract spells them (docs/inputs.md).
pub(super) trait Word: Sized {
    fn from_word(word: &str) -> Option<Self>;
}

macro_rules! words_by_from_str {
    ($($name:path),+) => {
        $(impl Word for $name {
            fn from_word(word: &str) -> Option<Self> {
                Self::from_str(word).ok()
            }
        })+
    };
}

words_by_from_str!(
    crate::field::terms::Category,
    crate::field::terms::Status,
    crate::field::terms::Published,
    crate::field::terms::Custody,
    crate::field::terms::Language,
    crate::field::terms::Format,
    crate::field::names::Title
);

impl Word for Sex {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            "M" => Some(Self::M),
            "V" | "F" => Some(Self::V),
            "O" | "X" => Some(Self::O),
            _ => None,
        }
    }
}

impl Word for NameUse {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            "E" => Some(Self::E),
            "P" => Some(Self::P),
            "V" => Some(Self::V),
            "N" => Some(Self::N),
            _ => None,
        }
    }
}

impl Word for crate::field::address::HouseIndication {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            "to" => Some(Self::To),
            "by" => Some(Self::By),
            _ => None,
        }
    }
}

impl Word for ProviderKind {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            "gp" => Some(Self::Gp),
            "hospital" => Some(Self::Hospital),
            "custodial" => Some(Self::Custodial),
            "clinic" => Some(Self::Clinic),
            _ => None,
        }
    }
}

impl Word for SuppressionReason {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            "deceased" => Some(Self::Deceased),
            "objection" => Some(Self::Objection),
            "protected_address" => Some(Self::ProtectedAddress),
            "whereabouts_unknown" => Some(Self::WhereaboutsUnknown),
            "other" => Some(Self::Other),
            _ => None,
        }
    }
}

/// Kinds of data, joined by `;`.
pub(super) fn items(raw: &str) -> Result<Items, Reason> {
    present(raw)
        .split(';')
        .map(|part| part.trim_matches(is_blank))
        .filter(|part| !part.is_empty())
        .map(|part| Item::from_str(part).map_err(|()| worst(raw, Wanted::Number, Reason::R107)))
        .collect()
}

/// Kinds of data of a professional, joined by `;`.
pub(super) fn professional_items(raw: &str) -> Result<ProfessionalItems, Reason> {
    present(raw)
        .split(';')
        .map(|part| part.trim_matches(is_blank))
        .filter(|part| !part.is_empty())
        .map(|part| {
            ProfessionalItem::from_str(part).map_err(|()| worst(raw, Wanted::Number, Reason::R107))
        })
        .collect()
}

/// Yes or no; missing is no. "Unknown" is refused: nobody may be taken for findable or unprotected
/// by a guess.
pub(super) fn flag(raw: &str) -> Result<bool, Reason> {
    let text = certainly_present(raw);
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if text.is_empty() || is(&["false", "0", "no", "nee", "n"]) {
        Ok(false)
    } else if is(&["true", "1", "yes", "ja", "j", "y"]) {
        Ok(true)
    } else {
        Err(worst(raw, Wanted::Number, Reason::R107))
    }
}

/// An AGB code of eight digits; seven may have lost a leading zero ([`padded_code`]).
pub(super) fn provider_code(raw: &str) -> Result<&str, Reason> {
    let code = present(raw);
    if code.is_empty() || (code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit())) {
        Ok(code)
    } else if padded_code(raw).is_some() {
        Err(Reason::R124)
    } else {
        Err(worst(raw, Wanted::Number, Reason::R108))
    }
}

/// What seven digits are if they have lost a leading zero. Seven digits are also what eight are
/// without any other of theirs: the providers list has to have the code ([`super::zeros`]).
pub(super) fn padded_code(raw: &str) -> Option<String> {
    let code = present(raw);
    (code.len() == 7 && code.bytes().all(|byte| byte.is_ascii_digit())).then(|| format!("0{code}"))
}

/// A number or name that another system gave: letters, digits and `._:/-`, at most 64.
pub(super) fn identifier(raw: &str) -> Result<&str, Reason> {
    const MOST: usize = 64;
    let id = present(raw);
    if !id.bytes().all(|byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'/' | b'-')
    }) {
        return Err(worst(raw, Wanted::Number, Reason::R111));
    }

    if id.starts_with('-') {
        return Err(Reason::R118);
    }

    if id.len() > MOST { Err(Reason::R109) } else { Ok(id) }
}

/// Whether an id holds the number of a BSN cell, signs between the digits and lost zeros aside.
/// Also when the number is none: it may be one with a slip of the finger.
pub(super) fn holds_number_of(id: &str, bsn: &str) -> bool {
    const FEWEST: usize = 7;
    if bsn.is_empty() || id.bytes().filter(u8::is_ascii_digit).count() < FEWEST {
        return false;
    }

    let number = digits(bsn.trim().strip_suffix(".0").unwrap_or(bsn));
    let number = number.trim_start_matches('0');
    let runs = id.split(|sign: char| sign.is_ascii_alphabetic());
    let holds = |run: &str| run.len() >= number.len() && digits(run).contains(number);

    number.len() >= FEWEST && { runs }.any(holds)
}

/// The digits of a text.
fn digits(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|sign| sign.is_ascii_digit()) {
        Cow::Borrowed(text)
    } else {
        text.chars().filter(char::is_ascii_digit).collect()
    }
}

/// The number of a person in a list, by which other lists name them. A number that has become
/// another one (`12345.0`) would name nobody.
pub(super) fn person_ref(raw: &str) -> Result<&str, Reason> {
    let id = identifier(raw)?;
    // Neither has none of these signs.
    if !id.contains(['.', 'e', 'E']) {
        return Ok(id);
    }
    let damage = damage::of_value(id, Wanted::Number)
        .filter(|reason| matches!(reason, Reason::R119 | Reason::R120));
    damage.map_or(Ok(id), Err)
}

#[cfg(test)]
#[path = "cell_tests.rs"]
mod tests;
