//! Canonical forms for comparing; never printed.
//!
//! Names are folded to lower-case letters without accents; `ij` becomes `y`; particles (v.d., van
//! der, 't, d') and hyphens fall away, so that a surname is a set of parts. Every function gives
//! its own output back unchanged.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use std::borrow::Cow;

use crate::field::reason::Reason;
use crate::field::words::name::{self, is_title};

/// Words before a surname that say nothing about who somebody is.
const PARTICLES: [&str; 52] = [
    "a", "aan", "af", "al", "av", "bij", "by", "d", "da", "das", "de", "del", "della", "den",
    "der", "des", "di", "do", "dos", "du", "el", "en", "het", "in", "l", "la", "las", "le", "les",
    "lo", "los", "of", "onder", "op", "over", "s", "t", "te", "ten", "ter", "the", "tot", "uit",
    "uyt", "v", "van", "vd", "vdr", "von", "voor", "zu", "zur",
];

/// Words in a surname cell that speak of marriage, and forms of address.
const REMARKS: [&str; 17] = [
    "dhr",
    "drs",
    "e",
    "ev",
    "fam",
    "geb",
    "geboren",
    "gehuwd",
    "gesch",
    "gescheiden",
    "mej",
    "mevr",
    "mevrouw",
    "mw",
    "prof",
    "wed",
    "weduwe",
];

/// Particles written together with the name.
const GLUED: [&str; 4] = ["vander", "vanden", "vande", "van"];

/// Shortest name that may remain when a glued particle is taken off.
const SHORTEST_REST: usize = 4;

/// Lower-case letters and digits without accents, words separated by single spaces.
pub fn fold(raw: &str) -> String {
    let mut folded = String::with_capacity(raw.len());
    for character in raw.nfd().filter(|character| !is_combining_mark(*character)) {
        for lower in character.to_lowercase() {
            push_folded(&mut folded, lower);
        }
    }
    folded.truncate(folded.trim_end().len());
    if folded.contains("ij") { folded.replace("ij", "y") } else { folded }
}

fn push_folded(folded: &mut String, character: char) {
    let word_so_far = folded.rsplit(' ').next().unwrap_or("");
    match character {
        'ß' => folded.push_str("ss"),
        'æ' => folded.push_str("ae"),
        'œ' => folded.push_str("oe"),
        'ĳ' => folded.push_str("ij"),
        'þ' => folded.push_str("th"),
        'ø' => folded.push('o'),
        'ł' => folded.push('l'),
        'đ' | 'ð' => folded.push('d'),
        'ħ' => folded.push('h'),
        'ı' => folded.push('i'),
        // d'Hondt is two words, O'Brien is one.
        '\'' | '’' | '‘' | '`' | 'ʼ' if !matches!(word_so_far, "d" | "l") => {}
        letter if letter.is_alphanumeric() => folded.push(letter),
        _ if is_combining_mark(character) || word_so_far.is_empty() => {}
        _ => folded.push(' '),
    }
}

/// The parts of what is a name in a surname's cell: titles, relations and remarks beside it fall
/// away, and a cell that holds nothing else is missing. Nobody is told apart, nor joined, by
/// "Vrouw", "overl." or "onleesbaar".
pub(super) fn surname_parts(surname: &str) -> Vec<String> {
    match name::surname("", surname) {
        Err(Reason::C110) => Vec::new(),
        Err(Reason::C111) => parts(&without_remarks(surname)),
        _ => parts(surname),
    }
}

/// The words of a surname's cell that can be a name; nothing where only particles are left.
fn without_remarks(surname: &str) -> String {
    let words = surname
        .split(|sign: char| !sign.is_alphanumeric() && !matches!(sign, '\'' | '’' | '‘' | '`'));
    let is_remark =
        |word: &&str| matches!(name::surname("", word), Err(Reason::C110 | Reason::C111));
    let left: Vec<&str> = words.filter(|word| !word.is_empty() && !is_remark(word)).collect();
    let is_name = |word: &&str| !PARTICLES.contains(&fold(word).as_str());

    // "Vrouw Jansen" is Jansen, "Mevr. de Man" is de Man.
    let named: Vec<&str> = left.iter().copied().filter(|word| !is_title(word)).collect();
    let rest = if named.iter().any(is_name) { named } else { left };
    if rest.iter().any(is_name) { rest.join(" ") } else { String::new() }
}

/// The parts of a surname, without particles, at most four; empty when the surname is missing.
fn parts(surname: &str) -> Vec<String> {
    let folded = fold(surname);
    let words = || folded.split(' ').filter(|word| !word.is_empty() && !REMARKS.contains(word));
    let mut parts: Vec<String> = words()
        .filter(|word| !PARTICLES.contains(word))
        .map(|word| without_glued(word).to_owned())
        .collect();

    if parts.is_empty() {
        // A name that consists of particles alone: Op, 't In, De.
        parts.extend(words().map(str::to_owned).reduce(|name, word| name + &word));
    }

    parts.truncate(4);
    parts
}

fn without_glued(word: &str) -> &str {
    let rest = GLUED.iter().find_map(|particle| {
        word.strip_prefix(particle).filter(|rest| rest.len() >= SHORTEST_REST)
    });
    rest.unwrap_or(word)
}

/// What of a cell with given names is one: a title before it falls away, and a cell that holds a
/// word that is not a name is missing, as if it could not be read.
pub(super) fn readable_names(first_names: &str) -> Cow<'_, str> {
    if name::first_names(first_names).is_ok() {
        return Cow::Borrowed(first_names);
    }
    let words: Vec<&str> = first_names.split_whitespace().filter(|word| !is_title(word)).collect();
    let rest = words.join(" ");
    Cow::Owned(if name::first_names(&rest).is_ok() { rest } else { String::new() })
}

/// What of a cell with initials is any, or a given name in the wrong column.
fn readable_initials(cell: &str) -> Cow<'_, str> {
    if name::initials(cell).is_ok() {
        return Cow::Borrowed(cell);
    }

    // "dhr P" has the one initial P.
    let pieces = cell.split(|sign: char| sign.is_whitespace() || sign == '.');
    let rest: Vec<&str> = pieces.filter(|piece| !piece.is_empty() && !is_title(piece)).collect();
    let is_readable = match rest.as_slice() {
        [only] => {
            name::initials(only).is_ok()
                || (only.starts_with(char::is_uppercase) && name::first_names(only).is_ok())
        }
        several => name::initials(&several.join(" ")).is_ok(),
    };

    Cow::Owned(if is_readable { rest.join(" ") } else { String::new() })
}

/// All given names; empty when none of them is more than a letter. A name in brackets is what
/// somebody is called, not what they are named.
pub(super) fn given_names(first_names: &str) -> String {
    let folded = match first_names.split_once('(') {
        Some((before, _)) if before.chars().any(char::is_alphanumeric) => fold(before),
        _ => fold(first_names),
    };
    if first_of(&folded).is_empty() { String::new() } else { folded }
}

/// The first of folded given names that is more than a letter; empty when there is none.
pub(super) fn first_of(folded: &str) -> &str {
    folded.split(' ').find(|word| word.chars().nth(1).is_some()).unwrap_or("")
}

/// Initials as letters: `J.M.`, `JM`, `j m` and `Th.J.` are read; given names are used where
/// initials are missing. Words that are none count as missing in both.
pub(super) fn initials(initials: &str, first_names: &str) -> Initials {
    let mut letters = Initials::default();
    let initials = readable_initials(initials);
    let pieces = initials
        .split(|character: char| !character.is_alphanumeric())
        .filter(|piece| !piece.is_empty());

    for piece in pieces {
        let capitals = piece.chars().nth(1).is_some()
            && piece.chars().all(char::is_uppercase)
            && piece != "IJ";
        let length = if capitals { usize::MAX } else { 1 };
        letters.push_all(piece, length);
    }

    if letters == Initials::default() {
        // Anne-Fleur has one initial.
        for name in readable_names(first_names).split_whitespace() {
            letters.push_all(name, 1);
        }
    }

    letters
}

/// Initials beside a word that stands for a given name: those that were taken from the word itself
/// say nothing.
pub(super) fn initials_beside_filler(cell: &str, filler: &str) -> Initials {
    let own = initials(cell, "");
    let taken = initials("", filler);
    let letters =
        initials("", &filler.replace(|character: char| !character.is_alphanumeric(), " "));
    let count = own.len();
    let is_taken = |from: Initials| count <= from.len() && from.prefix(count) == own;
    if is_taken(taken) || is_taken(letters) { Initials::default() } else { own }
}

/// Up to six initials in 30 bits, five bits a letter, the first one lowest; 0 = none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Initials(u32);

impl Initials {
    /// Adds the first `count` letters of a word. Nearly every word is plain, and plain words need
    /// no folding.
    fn push_all(&mut self, word: &str, count: usize) {
        if word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            word.chars().take(count).for_each(|letter| self.push(letter.to_ascii_lowercase()));
        } else {
            fold(word).chars().take(count).for_each(|letter| self.push(letter));
        }
    }

    fn push(&mut self, letter: char) {
        let count = self.len();
        if count < 6 {
            // Letters outside a-z share five codes: they can agree by chance and never clash with
            // themselves.
            let code = match letter {
                // IJsbrand signs IJ., I. or Y.
                'y' => 9,
                'a'..='z' => u32::from(letter) - u32::from('a') + 1,
                other => 27 + u32::from(other) % 5,
            };
            self.0 |= code << (5 * count);
        }
    }

    /// How many letters.
    pub(super) const fn len(self) -> u32 {
        (32 - self.0.leading_zeros()).div_ceil(5)
    }

    /// The first `count` letters.
    pub(super) const fn prefix(self, count: u32) -> Self {
        Self(self.0 & ((1 << (5 * count)) - 1))
    }

    /// The code of the first letter, below 32; 0 = none.
    pub(super) const fn first(self) -> u32 {
        self.0 & 31
    }

    /// The packed letters.
    pub(super) const fn bits(self) -> u32 {
        self.0
    }
}

/// A Dutch postcode as a number from 1; 0 when it is none.
pub(super) fn postcode(text: &str) -> u32 {
    let mut number = 0_u32;
    let mut count = 0;
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        number = match (count, byte) {
            (0..4, b'0'..=b'9') => number * 10 + u32::from(byte - b'0'),
            (4..6, b'A'..=b'Z' | b'a'..=b'z') => {
                number * 26 + u32::from(byte.to_ascii_uppercase() - b'A')
            }
            _ => return 0,
        };
        count += 1;
    }

    if count == 6 { number + 1 } else { 0 }
}

/// House number as typed, taken apart: the number (0 = none) and everything after it as capital
/// letters and digits.
pub(super) fn house(number: &str, letter: &str, addition: &str) -> (u32, String) {
    let number = number.trim();
    let digits = number.bytes().take_while(u8::is_ascii_digit).count().min(9);
    let rest = number[digits..].chars().chain(letter.chars()).chain(addition.chars());
    let suffix =
        rest.filter(|character| character.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    (number[..digits].parse().unwrap_or(0), suffix)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accents_case_and_ij_fall_away() {
        assert_eq!(fold("  Çelik-Örs "), "celik ors");
        assert_eq!(fold("IJsbrand"), fold("Ysbrand"));
        assert_eq!(fold("ĲSSEL"), "yssel");
        assert_eq!(fold("O'Brien"), "obrien");
        assert_eq!(fold("Straße Łódź"), "strasse lodz");
    }

    #[test]
    fn a_surname_is_a_set_of_parts_without_particles() {
        assert_eq!(surname_parts("v.d. Berg"), ["berg"]);
        assert_eq!(surname_parts("van den Berg"), ["berg"]);
        assert_eq!(surname_parts("Vandenberg"), ["berg"]);
        assert_eq!(surname_parts("in 't Veld"), ["veld"]);
        assert_eq!(surname_parts("d'Hondt"), ["hondt"]);
        assert_eq!(surname_parts("de Vries-van Dijk"), ["vries", "dyk"]);
        assert_eq!(surname_parts("Bakker e/v Jansen"), ["bakker", "jansen"]);
        assert_eq!(surname_parts("Op"), ["op"]);
        for name in
            ["Berg, van der", "Berg van der", "'Berg", "Mevr. van der Berg", "Van der Van der Berg"]
        {
            assert_eq!(surname_parts(name), ["berg"], "{name}");
        }

        assert!(surname_parts(".").is_empty());
    }

    #[test]
    fn initials_are_read_however_they_are_written() {
        let packed = initials("J.M.", "");
        assert_eq!(packed, initials("JM", ""));
        assert_eq!(packed, initials("j m", ""));
        assert_eq!(packed, initials("", "Johanna Maria"));
        assert_eq!(packed.len(), 2);
        assert_eq!(packed.prefix(1), initials("J", ""));
        assert_eq!(initials("Th.J.", ""), initials("T.J.", ""));
        assert_eq!(initials("", "Anne-Fleur Maria"), initials("A.M.", ""));
        assert_eq!(initials("dhr P", ""), initials("P.", ""));
        assert_eq!(initials("D.R.", "").len(), 2);
        assert_eq!(initials("IJ.", "").len(), 1);
        assert_eq!(initials("IJ.", ""), initials("I.", ""));
        assert_eq!(initials("", "").len(), 0);

        assert_eq!(initials("ABCDEFGH", "").len(), 6);
    }

    #[test]
    fn words_that_are_no_name_count_as_missing() {
        for word in [
            "Vrouw",
            "overl.",
            "onleesbaar",
            "true",
            "WAAR",
            "ZZTEST",
            "Mevr.",
            "n.b.",
            "Onbekend",
            "geheim",
            "xxx",
        ] {
            assert!(surname_parts(word).is_empty(), "{word}");
        }

        for word in
            ["Vrouw", "overl.", "onleesbaar", "true", "WAAR", "ZZTEST", "Mevr.", "test", "Wijlen"]
        {
            assert_eq!(initials(word, "").len(), 0, "{word}");
        }

        for word in [
            "Vrouw",
            "man",
            "overl.",
            "onleesbaar",
            "true",
            "FALSE",
            "ZZTEST",
            "Mevr.",
            "Dhr",
            "xxx",
        ] {
            assert!(readable_names(word).is_empty(), "{word}");
            assert_eq!(initials("", word).len(), 0, "{word}");
        }

        for name in ["True", "Anna", "J.M.", "Baby", "Junior", "", "Irma", "Nan"] {
            assert_eq!(readable_names(name), name);
        }

        for (cell, parts) in [
            ("Vrouw Jansen", ["jansen"].as_slice()),
            ("Jansen (overl.)", &["jansen"]),
            ("Mevr. de Man", &["man"]),
            ("Wijlen Jansen-Bakker", &["jansen", "bakker"]),
            ("Baby van Dijk", &["dyk"]),
            ("de Heer", &["heer"]),
        ] {
            assert_eq!(surname_parts(cell), parts, "{cell}");
        }

        assert_eq!(readable_names("Dr. Jan Willem"), "Jan Willem");
        assert_eq!(initials("Johanna", ""), initials("J.", ""));
    }

    #[test]
    fn given_names_are_whole_and_those_of_one_letter_are_initials() {
        assert_eq!(given_names("J. Marie"), "j marie");
        assert_eq!(given_names("J.M."), "");
        assert_eq!(given_names("Anne-Fleur"), "anne fleur");
        assert_eq!(given_names("Johannes Maria (Hans)"), "johannes maria");
        assert_eq!(given_names("(Hans)"), "hans");
        assert_eq!(first_of("j marie"), "marie");
    }

    #[test]
    fn initials_that_were_taken_from_a_filler_are_none() {
        for (cell, filler) in
            [("B.", "Baby"), ("N.N.", "N.N."), ("D.v.F.", "Dochter van Fatima"), ("", "Baby")]
        {
            assert_eq!(initials_beside_filler(cell, filler).len(), 0, "{cell} {filler}");
        }
        assert_eq!(initials_beside_filler("L.", "Baby"), initials("L.", ""));
    }

    #[test]
    fn postcodes_and_house_numbers_have_one_form() {
        assert_eq!(postcode("1234 ab"), postcode("1234AB"));
        assert_ne!(postcode("1234AB"), postcode("1234AC"));
        assert_eq!(postcode("1234"), 0);
        assert_eq!(house("12 A-2", "", ""), (12, "A2".to_owned()));
        assert_eq!(house("12", "a", "2"), (12, "A2".to_owned()));
        assert_eq!(house("", "", ""), (0, String::new()));
    }

    proptest! {
        #[test]
        fn canonical_forms_are_canonical(raw in "\\PC{0,24}") {
            let once = fold(&raw);
            prop_assert_eq!(fold(&once), once.clone());
            let split = parts(&raw);
            if split.len() < 4 && split.iter().all(|part| !PARTICLES.contains(&part.as_str())) {
                prop_assert_eq!(parts(&split.join(" ")).len(), split.len());
            }
        }
    }
}
