//! What a text cell may hold, and how it is written before anything compares or prints it: NFC,
//! single blanks, trimmed.
//!
//! Nearly every cell is plain printable ASCII and leaves through [`plain`] without a look at
//! Unicode tables and without a copy. The rest goes through the rules below one by one.

mod scripts;

use std::borrow::Cow;

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::field::reason::Reason;

use super::damage::{self, Wanted};
use super::{codepage, mojibake};

pub(super) use scripts::Scripts;

use scripts::script;

/// Stands for a cell of a workbook whose kind its column does not take. It is not a character: no
/// file can say it, and every rule refuses it with R128.
pub(super) const SPOILT: &str = "\u{FDD0}";

/// What is expected of one column's text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    /// Most characters, before and after normalisation.
    max: usize,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Letters, blanks and the punctuation of names.
    Name,
    /// Streets, towns, names of institutions: what is printed, so traces of programs are held.
    Free,
    /// What nobody but us reads.
    Note,
    /// Parts of a house number: a leading hyphen belongs to them ("9" and "-2").
    House,
    /// Postcodes of other countries.
    Code,
    /// E-mail addresses.
    Email,
}

impl Rule {
    // BRP: names 200, particle 10, short street 24, location 35, foreign line 40, town 80
    // characters. Lab rows are longer where systems let people type; beyond these figures a text is
    // neither a name nor an address.
    pub(super) const NAMES: Self = Self::name(200);
    pub(super) const PARTICLE: Self = Self::name(20);
    pub(super) const INITIALS: Self = Self::name(40);
    pub(super) const STREET: Self = Self::free(80);
    pub(super) const HOUSE: Self = Self { max: 40, kind: Kind::House };
    pub(super) const POSTCODE: Self = Self { max: 20, kind: Kind::Code };
    pub(super) const TOWN: Self = Self::free(80);
    pub(super) const LOCATION: Self = Self::free(80);
    pub(super) const FOREIGN_LINE: Self = Self::free(80);
    pub(super) const COUNTRY: Self = Self::free(60);
    pub(super) const DISPLAY_NAME: Self = Self::free(120);
    pub(super) const SOURCE: Self = Self { max: 120, kind: Kind::Note };
    pub(super) const EMAIL: Self = Self { max: 254, kind: Kind::Email };

    const fn name(max: usize) -> Self {
        Self { max, kind: Kind::Name }
    }

    const fn free(max: usize) -> Self {
        Self { max, kind: Kind::Free }
    }

    /// Whether the column holds a person's name.
    pub(super) fn is_name(self) -> bool {
        self.kind == Kind::Name
    }
}

/// A text cell as later stages see it; empty means missing.
#[derive(Debug)]
pub(super) struct Clean<'c> {
    pub(super) text: Cow<'c, str>,
    pub(super) scripts: Scripts,
}

impl<'c> Clean<'c> {
    const MISSING: Self = Self { text: Cow::Borrowed(""), scripts: Scripts::NONE };

    fn borrowed(text: &'c str, scripts: Scripts) -> Self {
        Self { text: Cow::Borrowed(text), scripts }
    }
}

/// Checks and normalises one text cell.
///
/// # Errors
/// The reason for which the row is set aside: R109 to R112, R116 to R123, R125, R128 or R129.
pub(super) fn clean(raw: &str, rule: Rule) -> Result<Clean<'_>, Reason> {
    if raw.is_empty() {
        return Ok(Clean::MISSING);
    }

    if plain(raw, rule) {
        if is_missing(raw) {
            return Ok(Clean::MISSING);
        }
        check_number(raw, rule)?;
        // A plain cell without any letter counts as Latin, too; that changes nothing: such a cell
        // has no look-alikes.
        return Ok(Clean::borrowed(raw, Scripts::LATIN));
    }

    thorough(raw, rule)
}

/// Classes of ASCII bytes: not plain in a name, not plain elsewhere, blank, `w`.
const CLASS: [u8; 128] = classes();
const NOT_IN_NAME: u8 = 1;
const NOT_PLAIN: u8 = 2;
const BLANK: u8 = 4;
const W: u8 = 8;

const fn classes() -> [u8; 128] {
    let mut classes = [NOT_IN_NAME; 128];
    let mut byte = 0_u8;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b'w' | b'W' => W,
            b'a'..=b'z' | b'A'..=b'Z' | b'\'' | b'`' | b'-' | b'.' | b',' => 0,
            b' ' => BLANK,
            // Full look: quotes must pair, `@` and `:` may belong to a web address, and the rest
            // are traces of programs.
            0..=0x1f
            | 0x7f
            | b'"'
            | b'@'
            | b':'
            | b'#'
            | b'$'
            | b'%'
            | b'&'
            | b'*'
            | b'+'
            | b';'
            | b'<'..=b'?'
            | b'['
            | b'\\'
            | b'^'
            | b'_'
            | b'{'..=b'~' => NOT_IN_NAME | NOT_PLAIN,
            _ => NOT_IN_NAME,
        };
        byte += 1;
    }

    classes
}

/// Whether the cell can stay as it is: short printable ASCII, single blanks inside, nothing that
/// its column forbids.
fn plain(raw: &str, rule: Rule) -> bool {
    let bytes = raw.as_bytes();
    if bytes.len() > rule.max
        || matches!(bytes[0], b'=' | b'+' | b'-' | b' ')
        || bytes[bytes.len() - 1] == b' '
    {
        return false;
    }
    let mut seen = 0_u8;

    // The last three classes in one register: two blanks or three `w` in a row need the full look.
    let mut register = 0_u32;
    let mut runs = 0_u32;
    for &byte in bytes {
        let Some(&class) = CLASS.get(usize::from(byte)) else { return false };
        seen |= class;
        register = register << 4 | u32::from(class);
        runs |= u32::from(register & 0x44 == 0x44) | u32::from(register & 0x888 == 0x888);
    }

    let forbidden = if rule.is_name() { NOT_IN_NAME } else { NOT_PLAIN };
    seen & forbidden == 0 && runs == 0
}

fn thorough(raw: &str, rule: Rule) -> Result<Clean<'_>, Reason> {
    check_characters(raw)?;
    let single = single_blanks(raw);
    if single.chars().count() > rule.max {
        return Err(Reason::R109);
    }

    let text: Cow<'_, str> =
        if is_nfc(&single) { single } else { Cow::Owned(single.nfc().collect()) };
    if text.chars().count() > rule.max {
        return Err(Reason::R109);
    }

    if text.is_empty() || is_missing(&text) {
        return Ok(Clean::MISSING);
    }

    if let Some(reason) = damage::error_word(&text) {
        return Err(reason);
    }

    check_number(&text, rule)?;

    if begins_like_a_formula(&text, rule) {
        return Err(Reason::R118);
    }

    check_marks(&text)?;
    check_signs(&text, rule)?;
    let scripts = text.chars().map(script).fold(Scripts::default(), Scripts::and);
    if scripts.mixed() {
        return Err(Reason::R116);
    }

    Ok(Clean { text, scripts })
}

/// Refuses what no cell of any column may hold: cells of a different kind (R128), double encoding
/// (R112), the letters of a different code page (R129), control characters (R110), and characters
/// that cannot be seen, that turn the text around or that do not exist (R111).
pub(super) fn check_characters(raw: &str) -> Result<(), Reason> {
    if raw.is_ascii() {
        return if raw.bytes().any(|byte| byte.is_ascii_control()) {
            Err(Reason::R110)
        } else {
            Ok(())
        };
    }

    if raw.starts_with(SPOILT) {
        return Err(Reason::R128);
    }

    if mojibake::is_doubly_encoded(raw) {
        return Err(Reason::R112);
    }

    if codepage::is_foreign(raw) {
        return Err(Reason::R129);
    }

    if raw.chars().any(char::is_control) {
        return Err(Reason::R110);
    }

    if raw.chars().any(is_unseen) { Err(Reason::R111) } else { Ok(()) }
}

/// By general category, and the invisible ones that Unicode files under letters, marks and symbols.
fn is_unseen(character: char) -> bool {
    use GeneralCategory as G;

    if character.is_ascii() {
        return false;
    }

    let by_category = matches!(
        get_general_category(character),
        G::Format
            | G::PrivateUse
            | G::Surrogate
            | G::Unassigned
            | G::LineSeparator
            | G::ParagraphSeparator
    );

    let by_name = matches!(
        character,
        '\u{034F}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FFA0}'
            | '\u{FFFC}'
            | '\u{1D159}'
            | '\u{E0100}'..='\u{E01EF}'
    );

    by_category || by_name
}

/// Whether the character is a blank of any width.
pub(super) fn is_blank(character: char) -> bool {
    character == ' '
        || (!character.is_ascii()
            && get_general_category(character) == GeneralCategory::SpaceSeparator)
}

/// Trimmed, every run of blanks one ordinary blank.
fn single_blanks(raw: &str) -> Cow<'_, str> {
    let trimmed = raw.trim_matches(is_blank);
    let mut previous = 'x';
    let mut tidy = true;
    for character in trimmed.chars() {
        tidy &= !is_blank(character) || (character == ' ' && previous != ' ');
        previous = character;
    }

    if tidy {
        return Cow::Borrowed(trimmed);
    }

    let words: Vec<&str> = trimmed.split(is_blank).filter(|word| !word.is_empty()).collect();
    Cow::Owned(words.join(" "))
}

/// Bytes of the longest word that stands for nothing.
pub(super) const LONGEST_MISSING: usize = "undefined".len();

/// Whether the whole text is the word for "unknown": somebody asked, and nobody knew.
pub(super) fn is_unknown(text: &str) -> bool {
    ["onbekend", "unknown"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Words that systems write where they know nothing. An error word (`#N/A`) is damage: the cell had
/// a value. A single `.` is left alone: it is the register's own value for an unknown name or
/// street, and the addressing rules know it.
pub(super) fn is_missing(text: &str) -> bool {
    const WORDS: [&str; 12] = [
        "null",
        "n/a",
        "<na>",
        "(null)",
        "\\n",
        "none",
        "undefined",
        "onbekend",
        "unknown",
        "n.v.t.",
        "nvt",
        "?",
    ];

    let Some(first) = text.bytes().next() else { return true };
    if text.len() > LONGEST_MISSING
        || !matches!(first | 0x20, b'n' | b'o' | b'u' | b'-' | b'<' | b'(' | b'|' | b'?')
    {
        return false;
    }

    // `Nan` is a given name; what programs write for "not a number" is not spelt like one.
    text.bytes().all(|byte| byte == b'-')
        || matches!(text, "NaN" | "nan")
        || WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// A part of a house number, or a postcode, that a spreadsheet took for a date or a number of its
/// own; a name that it took for a comparison.
fn check_number(text: &str, rule: Rule) -> Result<(), Reason> {
    let wanted = match rule.kind {
        Kind::House => Wanted::House,
        Kind::Code => Wanted::Number,
        // In capitals, as a spreadsheet writes the outcome of a comparison.
        Kind::Name if matches!(text, "WAAR" | "ONWAAR" | "TRUE" | "FALSE") => {
            return Err(Reason::R122);
        }
        Kind::Name | Kind::Free | Kind::Note | Kind::Email => return Ok(()),
    };

    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }

    damage::of_value(text, wanted).map_or(Ok(()), Err)
}

/// What a spreadsheet would run. The apostrophe is a legal first character in Dutch names ('t
/// Hooft).
fn begins_like_a_formula(text: &str, rule: Rule) -> bool {
    if rule.kind == Kind::House
        && let Some(addition) = text.strip_prefix('-')
        && addition.trim_start().bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        return false;
    }
    text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// At most two marks on one letter, and no mark without a letter.
fn check_marks(text: &str) -> Result<(), Reason> {
    use GeneralCategory as G;
    let mut room = 0_u8;
    for character in text.chars() {
        if character.is_ascii() {
            room = if character.is_ascii_alphanumeric() { 2 } else { 0 };
            continue;
        }
        match get_general_category(character) {
            G::NonspacingMark | G::SpacingMark | G::EnclosingMark => {
                room = room.checked_sub(1).ok_or(Reason::R116)?;
            }
            category => room = if is_letter(category) { 2 } else { 0 },
        }
    }

    Ok(())
}

/// Letters, blanks and the punctuation of names; elsewhere at least no web address and no half of a
/// pair of quotes.
fn check_signs(text: &str, rule: Rule) -> Result<(), Reason> {
    if rule.kind == Kind::Free && damage::of_value(text, Wanted::House) == Some(Reason::R119) {
        return Err(Reason::R119);
    }

    if matches!(rule.kind, Kind::Free | Kind::House | Kind::Code) {
        damage::leftovers(text)?;
    }

    if rule.kind == Kind::Name && damage::has_entity(text) {
        return Err(Reason::R125);
    }

    let holds = match rule.kind {
        Kind::Name => text.chars().all(is_in_names) && !has_web_address(text),
        Kind::Free | Kind::Note | Kind::House | Kind::Code => {
            !text.contains('@')
                && !has_web_address(text)
                && text.bytes().filter(|byte| *byte == b'"').count() % 2 == 0
        }
        Kind::Email => true,
    };

    if holds { Ok(()) } else { Err(Reason::R117) }
}

fn is_in_names(character: char) -> bool {
    use GeneralCategory as G;
    if character.is_ascii() {
        return character.is_ascii_alphabetic()
            || matches!(character, ' ' | '\'' | '`' | '-' | '.' | ',');
    }
    let category = get_general_category(character);
    matches!(character, '’' | '‘')
        || is_letter(category)
        || matches!(category, G::NonspacingMark | G::SpacingMark)
}

fn is_letter(category: GeneralCategory) -> bool {
    use GeneralCategory as G;
    matches!(
        category,
        G::UppercaseLetter
            | G::LowercaseLetter
            | G::TitlecaseLetter
            | G::ModifierLetter
            | G::OtherLetter
    )
}

fn has_web_address(text: &str) -> bool {
    text.contains("://")
        || text.as_bytes().windows(3).any(|three| three.eq_ignore_ascii_case(b"www"))
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
