//! How given names agree: whole, word by word.
//!
//! `Jan-Willem` and `Jan-Pieter` are two people, `Mohamed Amin` and `Mohamed Yassin` too, though
//! the first word and the initials agree. `Jan` may be either: one who gives fewer names, or a
//! short form, contradicts nobody.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::link::compare::Given;
use crate::link::features::Features;
use crate::link::strings::Texts;

/// Names at least this alike (Jaro-Winkler), and at most so many slips apart, count as the same
/// with a typo.
const CLOSE: f64 = 0.88;
const MOST_SLIPS: usize = 2;

/// Shortest given name that may stand for a longer one that begins with it (Alex, Alexander).
const SHORT_FORM: usize = 3;

/// Begins the text that stands for the given name of a child without one; what follows names the
/// record.
const UNNAMED: char = '\u{1}';

/// What stands for the given name of a child that has none yet: equal only to itself and to other
/// rows of its record.
pub(super) fn unnamed(record: [&str; 2]) -> String {
    format!("{UNNAMED}{}{UNNAMED}{}", record[0], record[1])
}

/// Compares the given names of two units.
pub(super) fn compare(one: &Features, other: &Features, texts: &Texts) -> Given {
    if one.first == 0 || other.first == 0 {
        let both = one.first == other.first && one.given != 0 && other.given != 0;
        return if both && one.given != other.given { Given::Unnamed } else { Given::Missing };
    }

    if one.given == other.given {
        return Given::Equal;
    }

    if is_swapped(one, other) {
        return Given::Swapped;
    }

    whole(texts.get(one.given), texts.get(other.given), texts)
}

/// Whether two different given names are each the other's surname.
pub(super) fn is_swapped(one: &Features, other: &Features) -> bool {
    let named = one.first != 0 && other.first != 0 && one.given != other.given;
    named
        && one.parts().any(|part| part == other.first)
        && other.parts().any(|part| part == one.first)
}

/// Two different texts of folded names.
fn whole(left: &str, right: &str, texts: &Texts) -> Given {
    if is_glued(left, right) {
        return Given::Equal;
    }

    if is_other_compound(left, right) || is_other_compound(right, left) {
        return Given::Differs;
    }

    if let Some(level) = in_step(left, right, texts) {
        return level;
    }

    // J. Marie and Marie: the letter is left out.
    let (short, long) = (without_letters(left), without_letters(right));

    if short.len() < left.len() || long.len() < right.len() {
        let level = if short == long { Some(Given::Part) } else { in_step(short, long, texts) };
        if let Some(level) = level {
            return level;
        }
    }

    if is_written_apart(left, right) {
        return Given::Close;
    }

    if leaves_out(left, right) || leaves_out(right, left) { Given::Part } else { Given::Differs }
}

/// How two words agree.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Same,
    /// A short form.
    Short,
    Typo,
    /// Two names that many bear.
    Alike,
    Differs,
}

/// Compares the first words, the second words and so on, as far as both have any. `None`: a word
/// differs, or more than one has a typo.
fn in_step(left: &str, right: &str, texts: &Texts) -> Option<Given> {
    let (mut short, mut typos, mut alike) = (false, 0_u32, false);
    for (one, other) in left.split(' ').zip(right.split(' ')) {
        match word(one, other, texts) {
            Word::Same => {}
            Word::Short => short = true,
            Word::Typo => typos += 1,
            Word::Alike => alike = true,
            Word::Differs => return None,
        }
    }

    match (alike, typos, short) {
        (true, 0, _) => Some(Given::Alike),
        (true, ..) | (false, 2.., _) => None,
        (false, 1, _) | (false, 0, true) => Some(Given::Close),
        (false, 0, false) => Some(Given::Part),
    }
}

fn word(one: &str, other: &str, texts: &Texts) -> Word {
    if one == other {
        return Word::Same;
    }

    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    // An initial: whoever it stands for, it is not a different name.
    if is_letter(short) {
        return if long.starts_with(short) { Word::Same } else { Word::Differs };
    }

    if is_short_form(one, other) || is_short_form(other, one) {
        return Word::Short;
    }

    let begins = short.len() >= SHORT_FORM && long.starts_with(short);
    if !begins && !is_typo(one, other) {
        return Word::Differs;
    }

    let known = texts.is_common(one) && texts.is_common(other);
    match begins {
        _ if known => Word::Alike,
        true => Word::Short,
        // Mohamed and Mohammed are one name.
        false if is_well_known(one) && is_well_known(other) && !single(one).eq(single(other)) => {
            Word::Alike
        }
        false => Word::Typo,
    }
}

/// Names that many bear whoever is in today's lists, folded and sorted: in a small list nobody
/// bears a name often.
fn is_well_known(word: &str) -> bool {
    static NAMES: LazyLock<HashSet<&str>> =
        LazyLock::new(|| include_str!("given/names.txt").lines().collect());
    NAMES.contains(word)
}

/// Kees and Cornelis: what somebody is called, and what the register has. Only forms whose bearers
/// are seldom registered under them beside a brother or sister of the full name; folded and sorted.
fn is_short_form(short: &str, full: &str) -> bool {
    static FORMS: LazyLock<HashSet<(&str, &str)>> = LazyLock::new(|| {
        include_str!("given/short.txt").lines().filter_map(|line| line.split_once(' ')).collect()
    });
    FORMS.contains(&(short, full))
}

/// The letters of a word, doubled ones once.
fn single(word: &str) -> impl Iterator<Item = char> + '_ {
    let mut before = None;
    word.chars().filter(move |letter| before.replace(*letter) != Some(*letter))
}

fn is_letter(word: &str) -> bool {
    word.chars().nth(1).is_none()
}

/// Annemarie, Anne-Marie and Anne Marie.
fn is_glued(left: &str, right: &str) -> bool {
    left.contains(' ') != right.contains(' ') && letters(left).eq(letters(right))
}

fn letters(text: &str) -> impl Iterator<Item = u8> + '_ {
    text.bytes().filter(|byte| *byte != b' ')
}

/// The same where one of the two has a typo as well, and is one word.
fn is_written_apart(left: &str, right: &str) -> bool {
    left.contains(' ') != right.contains(' ')
        && strsim::osa_distance(&left.replace(' ', ""), &right.replace(' ', "")) <= 1
}

/// Janwillem is two names in one word, and Jan Pieter has another second one.
fn is_other_compound(glued: &str, apart: &str) -> bool {
    let Some((first, rest)) = apart.split_once(' ').filter(|_| !glued.contains(' ')) else {
        return false;
    };
    let second = glued.strip_prefix(first).filter(|second| is_well_known(second));
    let next = rest.split(' ').next().unwrap_or(rest);
    second.is_some_and(|second| {
        !next.starts_with(second) && !second.starts_with(next) && !is_typo(second, next)
    })
}

fn without_letters(text: &str) -> &str {
    let mut rest = text;
    while let Some((word, behind)) = rest.split_once(' ').filter(|(word, _)| is_letter(word)) {
        let _ = word;
        rest = behind;
    }
    rest
}

/// Whether `short` has the first name of `long`, and then some of its other names in their order.
fn leaves_out(short: &str, long: &str) -> bool {
    let mut words = long.split(' ');
    let mut first = true;
    short.split(' ').all(|word| {
        let found = if first {
            words.next().is_some_and(|own| own == word)
        } else {
            words.any(|own| own == word)
        };
        first = false;
        found
    })
}

fn is_typo(left: &str, right: &str) -> bool {
    is_slip(left, right)
        || (strsim::jaro_winkler(left, right) >= CLOSE
            && strsim::osa_distance(left, right) <= MOST_SLIPS)
}

/// Two neighbouring letters changed places, or a letter after the first is missing: in short names
/// (Mei, Mie; Eva, Ea) the similarity alone does not show it.
fn is_slip(left: &str, right: &str) -> bool {
    let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    let (short, long) = (short.as_bytes(), long.as_bytes());
    let Some(first) = short.iter().zip(long).position(|(one, other)| one != other) else {
        return long.len() == short.len() + 1;
    };

    if long.len() == short.len() + 1 {
        return first > 0 && short[first..] == long[first + 1..];
    }

    let next = first + 1;
    let swapped = next < short.len() && short[first] == long[next] && short[next] == long[first];
    long.len() == short.len() && swapped && short[next + 1..] == long[next + 1..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::normalise::fold;

    fn level(one: &str, other: &str) -> Given {
        let (one, other) = (fold(one), fold(other));
        let texts = Texts::default();
        let level = whole(&one, &other, &texts);
        assert_eq!(whole(&other, &one, &texts), level, "the order matters");
        level
    }

    #[test]
    fn names_that_begin_alike_and_go_on_otherwise_differ() {
        for (one, other) in [
            ("Jan-Willem", "Jan-Pieter"),
            ("Mohamed Amin", "Mohamed Yassin"),
            ("Anna Maria", "Anna Johanna"),
            ("Anna Maria", "Anna Margaretha"),
            ("Jan Willem", "Jan P."),
            ("Maria Anna", "Anna Maria"),
            ("Annemarie", "Annemieke"),
            ("Hanna Mari", "Hana Marei"),
            ("Jan Pieter", "Pieter"),
            ("Janwillem", "Jan Pieter"),
            ("Kees", "Jan"),
            ("Kees", "Hendrik"),
            ("Kees Jan", "Cornelis Pieter"),
        ] {
            assert_eq!(level(one, other), Given::Differs, "{one}, {other}");
        }
    }

    #[test]
    fn fewer_names_and_initials_contradict_nobody() {
        for (one, other) in [
            ("Jan", "Jan-Willem"),
            ("Jan W.", "Jan-Willem"),
            ("Anna Maria", "Anna Maria Johanna"),
            ("Anna Johanna", "Anna Maria Johanna"),
            ("J. Marie", "Marie"),
            ("J. Marie", "Johanna Marie"),
        ] {
            assert_eq!(level(one, other), Given::Part, "{one}, {other}");
        }
    }

    #[test]
    fn one_typo_or_short_forms_are_close() {
        for (one, other) in [
            ("Alex", "Alexander"),
            ("Mohamed Amin", "Mohammed Amin"),
            ("Jan-Willem", "Jan-Wilem"),
            ("Jan-Willem", "Janwilem"),
            ("Eva", "Ea"),
            ("Mei", "Mie"),
            ("Willem Alex", "Wil Alexander"),
            ("Kees", "Cornelis"),
            ("Cornelis Johannes", "Kees"),
            ("Truus", "Geertruida Maria"),
        ] {
            assert_eq!(level(one, other), Given::Close, "{one}, {other}");
        }
    }

    #[test]
    fn two_names_that_many_bear_are_no_typo_of_each_other() {
        for (one, other) in [
            ("Maria", "Marie"),
            ("Anna", "Anne"),
            ("Daan", "Daniel"),
            ("Lisa", "Lise"),
            ("Jan", "Jaap"),
        ] {
            assert!(matches!(level(one, other), Given::Alike | Given::Differs), "{one}, {other}");
        }

        assert_eq!(level("Maria", "Mariq"), Given::Close);
        assert_eq!(level("Anna Maria", "Anna Marie"), Given::Alike);
    }

    #[test]
    fn well_known_names_are_folded_and_sorted() {
        let names: Vec<&str> = include_str!("given/names.txt").lines().collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(names.iter().all(|name| fold(name) == *name));
    }

    #[test]
    fn short_forms_are_folded_pairs_and_sorted() {
        let forms: Vec<&str> = include_str!("given/short.txt").lines().collect();
        assert!(forms.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(forms.iter().all(|form| fold(form) == *form && form.split(' ').count() == 2));
    }

    #[test]
    fn hyphen_blank_or_neither_is_one_name() {
        assert_eq!(level("Annemarie", "Anne-Marie"), Given::Equal);
        assert_eq!(level("Janwillem", "Jan Willem"), Given::Equal);
        assert_eq!(fold("Jan-Willem"), fold("jan willem"));
    }
}
