//! What stands after the digits of a house number.

use super::HouseNumber;
use crate::field::reason::Reason;

/// Words that are additions though they are longer than the register's four characters.
const WORDS: [&str; 14] = [
    "boven",
    "beneden",
    "onder",
    "links",
    "rechts",
    "achter",
    "midden",
    "zwart",
    "parterre",
    "souterrain",
    "bovenhuis",
    "benedenhuis",
    "voorhuis",
    "achterhuis",
];

/// Words that say the text is no single house number.
const NOT_ONE: [&str; 8] = ["en", "of", "tm", "tot", "bij", "nabij", "naast", "tegenover"];

/// Letter and addition; both empty when nothing is there. `None` when it cannot be read without
/// guessing.
pub(super) fn parse(text: &str) -> Option<(String, String)> {
    let text = text.trim_end_matches(['.', ',', ' ', '-']).trim_start_matches([' ', '-']);
    if text.is_empty() {
        return Some((String::new(), String::new()));
    }

    let lower = text.to_lowercase();
    if !text.bytes().all(is_permitted)
        || ["t/m", "t/o"].iter().any(|range| lower.contains(range))
        || misplaced(text)
    {
        return None;
    }
    let words: Vec<&str> = text
        .split(|sign: char| !sign.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();

    let is_not_one = |word: &str| NOT_ONE.contains(&word.to_lowercase().as_str());
    if words.iter().any(|word| is_not_one(word)) {
        return None;
    }

    let suffix = match words.as_slice() {
        [word] => one(word),
        [letter, addition] if is_letter(letter) && is_addition(addition) => {
            Some(both(letter, addition))
        }
        [word, sign] if sign.len() == 1 && (is_word(word) || word.eq_ignore_ascii_case("bis")) => {
            Some(both("", &format!("{word} {sign}")))
        }
        [floor, word] if is_digit(floor) && word.eq_ignore_ascii_case("hoog") => {
            Some(both("", &format!("{floor} {word}")))
        }
        // BRP 11.40 as it stands: up to four letters, digits, spaces and hyphens ("2-A").
        _ if text.len() <= 4 && !text.contains(['/', '.']) && !lower.contains("to ") => {
            Some(both("", text))
        }
        _ => None,
    };

    // "1 O F" would be printed as "1 OF".
    suffix.filter(|(letter, addition)| !is_not_one(&format!("{letter}{addition}")))
}

/// Joins the suffix typed behind the number with the columns of letter and addition.
///
/// # Errors
/// C104 when they say different things.
pub(super) fn merge(
    typed: HouseNumber,
    letter: &str,
    addition: &str,
) -> Result<HouseNumber, Reason> {
    let (letter, addition) = columns(letter, addition)?;
    if letter.is_empty() && addition.is_empty() {
        return Ok(typed);
    }

    let joined = |letter: &str, addition: &str| {
        format!("{letter}{addition}").replace([' ', '-'], "").to_lowercase()
    };
    let same = joined(&typed.letter, &typed.addition) == joined(&letter, &addition);
    let only_letter = !typed.letter.is_empty() && typed.addition.is_empty();

    if !typed.has_suffix() || same || only_letter && letter.eq_ignore_ascii_case(&typed.letter) {
        Ok(HouseNumber { letter, addition, ..typed })
    } else if only_letter && letter.is_empty() {
        Ok(HouseNumber { addition, ..typed })
    } else {
        Err(Reason::C104)
    }
}

/// The two columns as they are meant: a longer text in the letter's column is read as a suffix,
/// signs that only part the addition from the number are dropped; an addition stays as it is typed,
/// as long as it may be one.
fn columns(letter: &str, addition: &str) -> Result<(String, String), Reason> {
    let letter = letter.trim();
    let addition =
        addition.trim().trim_matches(|sign| matches!(sign, '-' | ' ')).trim_end_matches('.');
    if !may_be_addition(addition) {
        return Err(Reason::C104);
    }

    if letter.is_empty() || is_letter(letter) {
        return Ok((letter.to_owned(), addition.to_owned()));
    }

    if addition.is_empty() { parse(letter).ok_or(Reason::C104) } else { Err(Reason::C104) }
}

/// The register has four characters; labs type "kamer 12" and "2e etage" as well. A remark ("niet
/// thuis"), a number of five digits (days since 1900, of which "1-2" was made) and a date are no
/// additions.
fn may_be_addition(text: &str) -> bool {
    const PLACES: [&str; 34] = [
        "kamer",
        "appartement",
        "woning",
        "toren",
        "gebouw",
        "etage",
        "verdieping",
        "studio",
        "garage",
        "kelder",
        "zolder",
        "begane",
        "grond",
        "vleugel",
        "noord",
        "oost",
        "zuid",
        "west",
        "groen",
        "blauw",
        "wagen",
        "ligplaats",
        "standplaats",
        "boerderij",
        "chalet",
        "portiek",
        "afdeling",
        "ingang",
        "hoog",
        "voor",
        "tussen",
        "floor",
        "apartment",
        "entresol",
    ];

    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let mut words =
        text.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
    let is_place = |word: &str| PLACES.contains(&word.to_lowercase().as_str());
    let short = |word: &str| {
        word.chars().count()
            <= if word.contains(|sign: char| sign.is_ascii_digit()) { 6 } else { 4 }
    };

    text.chars().count() <= 4
        || digits <= 4 && words.all(|word| short(word) || is_word(word) || is_place(word))
}

const fn is_permitted(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-' | b'/' | b'.')
}

/// A slash or a full stop parts the number from letters ("12/A", "12.hs"); before a digit it is a
/// range or a decimal.
fn misplaced(text: &str) -> bool {
    let mut signs = text.chars().filter(|sign| *sign != ' ').peekable();
    while let Some(sign) = signs.next() {
        if matches!(sign, '/' | '.') && !signs.peek().is_some_and(char::is_ascii_alphabetic) {
            return true;
        }
    }
    false
}

fn one(word: &str) -> Option<(String, String)> {
    let (first, rest) = word.split_at(1);
    if is_letter(word) {
        Some(both(word, ""))
    } else if is_letter(first)
        && rest.starts_with(|sign: char| sign.is_ascii_digit())
        && is_addition(rest)
    {
        Some(both(first, rest))
    } else {
        is_addition(word).then(|| both("", word))
    }
}

fn both(letter: &str, addition: &str) -> (String, String) {
    (letter.to_owned(), addition.to_owned())
}

fn is_digit(word: &str) -> bool {
    word.len() == 1 && word.as_bytes()[0].is_ascii_digit()
}

fn is_letter(word: &str) -> bool {
    word.len() == 1 && word.as_bytes()[0].is_ascii_alphabetic()
}

fn is_word(word: &str) -> bool {
    WORDS.contains(&word.to_lowercase().as_str())
}

/// BAG: one to four letters and digits; or one of the known words; or a floor ("2hoog").
fn is_addition(word: &str) -> bool {
    let floor = word.len() == 5
        && word.as_bytes()[0].is_ascii_digit()
        && word[1..].eq_ignore_ascii_case("hoog");
    (1..=4).contains(&word.len()) || is_word(word) || floor
}
