//! Names that are none, or that are written in another way than the register writes them.
//!
//! What follows without doubt is put right: particles behind the surname, a particle that occurs
//! twice, a spreadsheet's text mark. Everything else is left for a human: nobody is addressed by
//! "Test", "Mevr. Jansen" or "Jansen en Bakker".

mod particles;

use std::borrow::Cow;
use std::sync::LazyLock;

use serde::Deserialize;

use super::fold;
use super::phrases::{EVERYWHERE, Phrases, Place};
use crate::field::reason::Reason;

/// What a name says beside or instead of a name. The later one weighs more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Remark {
    /// A title, a relation to somebody else, two people.
    More,
    /// A filler or a test.
    Filler,
}

/// The table that the program carries.
static TABLE: LazyLock<Phrases<Remark>> = LazyLock::new(|| {
    // A test reads the same text.
    Phrases::parse(include_str!("../../../locales/no-name.toml"))
        .expect("the table is a part of the program")
});

/// A surname in the columns of the register.
#[derive(Clone, PartialEq, Eq)]
pub struct SurnameColumns<'a> {
    /// Particle, or empty.
    pub prefix: Cow<'a, str>,
    /// SurnameColumns; empty when it is unknown.
    pub name: Cow<'a, str>,
}

/// Personal data.
impl std::fmt::Debug for SurnameColumns<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SurnameColumns(..)")
    }
}

/// Whether a cell holds any letter: punctuation alone is not a name. (BRP: a surname of `.` is
/// unknown.)
#[must_use]
pub fn has_letters(cell: &str) -> bool {
    cell.chars().any(char::is_alphabetic)
}

/// A surname and its particle as the register writes them, an empty one when there is none.
///
/// # Errors
/// C110 when it is a filler or a test; C111 when it says more than a name; C112 when particles or
/// signs cannot be told from the name without guessing.
pub fn surname<'a>(prefix: &'a str, surname: &'a str) -> Result<SurnameColumns<'a>, Reason> {
    if !has_letters(surname) {
        return Ok(SurnameColumns { prefix: Cow::Borrowed(""), name: Cow::Borrowed("") });
    }

    let (prefix, surname) = (without_mark(prefix.trim()), without_mark(surname.trim()));
    let prefix = if has_letters(prefix) { prefix.trim_end_matches([',', ' ']) } else { "" };
    judge(surname, &EVERYWHERE)?;

    if !prefix.is_empty() {
        judge_prefix(prefix)?;
    }

    if has_initials(surname) {
        return Err(Reason::C112);
    }

    particles::in_their_column(prefix, surname)
}

/// "P. Jansen", "Jansen P.J.": initials in the surname's cell. "O Brien" has lost an apostrophe,
/// "van der A" is a name, and particles are shortened with full stops as well.
fn has_initials(surname: &str) -> bool {
    let words: Vec<&str> =
        surname.split_whitespace().filter(|word| !particles::is_particle(word)).collect();
    let [first, .., last] = words.as_slice() else { return false };
    let letters = |word: &str| word.chars().filter(|sign| sign.is_alphabetic()).count();
    let single =
        |word: &str| letters(word) > 0 && word.split('.').all(|piece| piece.chars().count() < 2);
    let dotted = |word: &str| single(word) && word.contains('.');
    dotted(first) || single(last)
}

/// First names: whether initials may be taken from them. "Junior" and "Lady" are given names, "Dr.
/// Jan" is not one; single letters ("D.R. Maria") are initials and no titles.
///
/// # Errors
/// As [`surname`].
pub fn first_names(cell: &str) -> Result<(), Reason> {
    if !has_letters(cell) || is_newborn(cell) {
        return Ok(());
    }

    let pieces = cell.split(|sign: char| sign.is_whitespace() || sign == '.');
    let words: Vec<&str> = pieces.filter(|piece| piece.chars().nth(1).is_some()).collect();
    let titles = ["dr", "ir", "ing", "mr", "ds", "heer", "man", "vrouw", "wijlen", "erven"];
    let is_one_of = |word: &&&str, list: &[&str]| {
        word.chars().any(char::is_lowercase) && list.contains(&fold(word).as_str())
    };

    // "de heer Piet", "van Anna": a particle before a given name belongs to something else.
    let begins_so = words.first().is_some_and(|first| {
        (words.len() > 1 && is_one_of(&first, &titles))
            || (first.starts_with(char::is_lowercase)
                && is_one_of(&first, &["de", "den", "van", "von"]))
    });

    let ends_so =
        words.len() > 1 && words.last().is_some_and(|last| is_one_of(&last, &["jr", "sr"]));
    let is_sex = words.len() == 1
        && words.first().is_some_and(|only| is_one_of(&only, &["man", "vrouw", "erven"]));
    if begins_so || ends_so || is_sex {
        Err(Reason::C111)
    } else {
        judge(&words.join(" "), &[Place::Within, Place::Whole, Place::Between])
    }
}

/// What is written for the first name of a child that has none yet: "Baby", "Zoon van", "Tweeling
/// 1", "N.N.".
#[must_use]
pub fn is_newborn(cell: &str) -> bool {
    let folded = fold(cell);
    matches!(
        folded.split(' ').next().unwrap_or_default(),
        "baby"
            | "babyboy"
            | "babygirl"
            | "zoon"
            | "zoontje"
            | "dochter"
            | "dochtertje"
            | "kind"
            | "kindje"
            | "tweeling"
            | "jongen"
            | "jongetje"
            | "meisje"
            | "nn"
            | "pasgeborene"
            | "newborn"
            | "neonaat"
            | "boreling"
    )
}

/// Initials as somebody typed them: whether they are any.
///
/// # Errors
/// C110 for a filler (`n.b.`, `x.x.`), C111 for a word, a title or two people.
pub fn initials(cell: &str) -> Result<(), Reason> {
    if !has_letters(cell) {
        return Ok(());
    }

    if is_filler_of_initials(cell) {
        return Err(Reason::C110);
    }

    let words = || {
        cell.split(|sign: char| sign.is_whitespace() || sign == '-')
            .filter(|word| has_letters(word))
    };

    let pieces = || {
        cell.split(|sign: char| sign.is_whitespace() || sign == '.')
            .filter(|piece| has_letters(piece))
    };

    // "E.N." and "EN" alone are initials; "P en M" are two people.
    let joins = |word: &str| matches!(word.to_lowercase().as_str(), "en" | "and" | "und" | "eo");
    let small = |piece: &str| piece.starts_with(char::is_lowercase);
    let two = (words().count() > 2 && words().any(joins))
        || (pieces().count() > 2 && pieces().any(|piece| small(piece) && joins(piece)));
    if two
        || words().any(is_beside)
        || words().any(|word| is_word(word) || word.split('.').any(is_title))
    {
        return Err(Reason::C111);
    }
    Ok(())
}

/// What is written beside initials, in small letters, and is none: "T. jr", "mr. T", "van", "e.v.".
fn is_beside(word: &str) -> bool {
    const WORDS: [&str; 23] = [
        "geb", "mr", "jr", "sr", "pt", "zr", "jkvr", "jonkvr", "pat", "erv", "ev", "wv", "ea",
        "cs", "van", "de", "den", "der", "het", "vd", "von", "zn", "tav",
    ];
    word.chars().any(char::is_lowercase) && WORDS.contains(&fold(word).replace(' ', "").as_str())
}

/// Fillers that could be somebody's initials are told by their form: small letters for "n.a.",
/// crosses.
fn is_filler_of_initials(cell: &str) -> bool {
    const WORDS: [&str; 24] = [
        "zztest", "ztest", "true", "false", "waar", "onwaar", "nn", "qq", "yy", "zz", "nvt", "nb",
        "onb", "onbek", "onbekend", "unk", "unknown", "nnb", "geen", "none", "null", "nan", "test",
        "tbd",
    ];
    let joined: String = fold(cell).chars().filter(|sign| sign.is_alphabetic()).collect();
    let small = !cell.chars().any(char::is_uppercase);
    let crossed = joined.chars().all(|letter| letter == 'x') && (joined.len() > 1 || small);
    WORDS.contains(&joined.as_str()) || crossed || (small && joined == "na")
}

/// Titles in front of initials. Two capitals without a full stop ("MW", "DR") are somebody's
/// initials.
pub(crate) fn is_title(piece: &str) -> bool {
    let capitals = piece.chars().count() < 3 && !piece.chars().any(char::is_lowercase);
    let word = fold(piece);
    !capitals
        && matches!(
            word.as_str(),
            "dhr"
                | "hr"
                | "heer"
                | "mevr"
                | "mevrouw"
                | "mvr"
                | "mw"
                | "mej"
                | "mrs"
                | "miss"
                | "drs"
                | "dr"
                | "prof"
                | "ing"
                | "ir"
                | "fam"
                | "familie"
                | "wed"
                | "weduwe"
                | "erven"
                | "wijlen"
                | "man"
                | "vrouw"
                | "jhr"
                | "ds"
        )
}

/// A word is no initials: four letters and more in small letters, or a name of three without a full
/// stop ("Jan"). "Chr.J.", "ThJ" and "JHMA" are initials.
fn is_word(text: &str) -> bool {
    let vowel = |sign: char| {
        matches!(fold(sign.encode_utf8(&mut [0; 4])).as_str(), "a" | "e" | "i" | "o" | "u" | "y")
    };
    let pieces = text.split('.').filter(|piece| !piece.is_empty());
    let dotted = text.contains('.');
    let is_name = |piece: &str| {
        let letters = piece.chars().filter(|sign| sign.is_alphabetic()).count();
        let small = piece.chars().skip(1).filter(|sign| sign.is_lowercase()).count();
        let capital = piece.chars().next().is_some_and(char::is_uppercase);
        let spoken = piece.chars().any(vowel);
        spoken
            && (letters > 3 && small + 1 >= letters
                || letters == 3 && capital && small == 2 && !dotted)
    };

    pieces.into_iter().any(is_name)
}

/// `'Jansen` is `Jansen` with a spreadsheet's text mark; `'t Hart`, `'s-Gravendijk` and `'n Boer`
/// begin like that.
fn without_mark(cell: &str) -> &str {
    const MARKS: [char; 4] = ['\'', '’', '‘', '`'];
    let Some(rest) = cell.strip_prefix(MARKS) else { return cell };
    let mut signs = rest.chars();
    let first = signs.next().unwrap_or_default();
    let short = matches!(first.to_ascii_lowercase(), 't' | 's' | 'n' | 'k' | 'm' | 'r');

    // The letter stands alone, or glued to a capital ("'tHooft").
    let parted = signs
        .next()
        .is_none_or(|next| !next.is_alphabetic() || (first.is_lowercase() && next.is_uppercase()));

    if short && parted {
        return cell;
    }

    // Quoted on both sides.
    let rest = rest.trim_start_matches(MARKS);
    rest.strip_suffix(MARKS).unwrap_or(rest)
}

fn judge(cell: &str, places: &[Place]) -> Result<(), Reason> {
    match TABLE.find(cell, places) {
        Some(Remark::Filler) => Err(Reason::C110),
        Some(Remark::More) => Err(Reason::C111),
        None if is_keyboard(cell) || is_program_word(cell) => Err(Reason::C110),
        None => Ok(()),
    }
}

/// A column for particles holds no title and no relation, wherever the same word would be a name
/// elsewhere.
fn judge_prefix(cell: &str) -> Result<(), Reason> {
    let strange = cell.split([' ', '.']).any(|piece| is_title(piece) || is_beside_particles(piece));
    if strange {
        return Err(Reason::C111);
    }
    judge(cell, &EVERYWHERE)?;
    // The longest particles of the register have five letters; "Jansen-" is half a name.
    let letters = |word: &str| word.chars().filter(|sign| sign.is_alphabetic()).count();
    if cell.split_whitespace().any(|word| letters(word) > 5) { Err(Reason::C112) } else { Ok(()) }
}

fn is_beside_particles(piece: &str) -> bool {
    matches!(fold(piece).as_str(), "mr" | "jr" | "sr" | "jkvr")
}

/// `true` and `ONWAAR`: what a program writes into a cell. "True" and "Waar" are names.
fn is_program_word(cell: &str) -> bool {
    const WORDS: [&str; 8] = ["true", "false", "waar", "onwaar", "TRUE", "FALSE", "WAAR", "ONWAAR"];
    WORDS.contains(&cell.trim())
}

/// "Zztest", "aaaa" and "xx": the keyboard, not a name. Aa, Ee and Oo are names, "van der Aa" among
/// them.
fn is_keyboard(cell: &str) -> bool {
    cell.split(|sign: char| !sign.is_alphabetic()).filter(|word| word.chars().nth(1).is_some()).any(
        |word| {
            let word = fold(word);
            let mut letters = word.chars();
            let first = letters.next().unwrap_or_default();
            let same = letters.all(|letter| letter == first);
            let vowel = matches!(first, 'a' | 'e' | 'i' | 'o' | 'u');
            word.starts_with("zz")
                || word.starts_with("ztest")
                || (same && (word.len() > 2 || word.len() == 2 && !vowel))
        },
    )
}

#[cfg(test)]
#[path = "name_tests.rs"]
mod tests;
