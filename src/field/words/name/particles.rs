//! Particles in their column, as BRP 02.30 has them: `van der` before `Berg`, never behind it and
//! never twice.

use std::borrow::Cow;

use super::SurnameColumns;
use crate::field::reason::Reason;
use crate::field::words::fold;

/// Words before a surname (BRP table 36, and what systems shorten them to). `en`, `of` and `e` join
/// two names.
const PARTICLES: [&str; 47] = [
    "aan", "af", "al", "am", "auf", "aus", "bij", "bin", "da", "dal", "das", "de", "deg", "degli",
    "dei", "del", "della", "den", "der", "des", "di", "do", "dos", "du", "el", "het", "in", "la",
    "las", "le", "los", "onder", "op", "over", "s", "t", "te", "ten", "ter", "tot", "uit", "van",
    "vd", "von", "voor", "zu", "zur",
];

/// The particles among them that no other language has as a name.
const DUTCH: [&str; 10] = ["de", "den", "der", "het", "t", "te", "ten", "ter", "van", "vd"];

/// Puts particles where they belong.
///
/// # Errors
/// C112 when it cannot be told which words are particles, or the two columns disagree.
pub(super) fn in_their_column<'a>(
    prefix: &'a str,
    surname: &'a str,
) -> Result<SurnameColumns<'a>, Reason> {
    let (behind, surname) = match surname.split_once(',') {
        Some((name, rest)) => after_a_comma(name.trim(), rest.trim())?,
        None => at_the_end(surname)?,
    };

    let prefix: Cow<'a, str> = match (prefix, behind) {
        (prefix, None) => Cow::Borrowed(prefix),
        ("", Some(particles)) => particles,
        (prefix, Some(particles)) if fold(prefix) == fold(&particles) => Cow::Borrowed(prefix),
        _ => return Err(Reason::C112),
    };

    let prefix = match prefix {
        Cow::Borrowed(prefix) => Cow::Borrowed(without_repetition(prefix)),
        owned @ Cow::Owned(_) => owned,
    };

    let name = without_full_stop(once(&prefix, surname));
    let open = name.ends_with(['-', ',']) || name.starts_with('-') || is_left_of_a_name(name);
    if open || disagree(&prefix, name) {
        Err(Reason::C112)
    } else {
        Ok(SurnameColumns { prefix, name: Cow::Borrowed(name) })
    }
}

type Parted<'a> = (Option<Cow<'a, str>>, &'a str);

/// `Berg, van der`. A given name behind the comma would be printed as a particle: that is for a
/// human.
fn after_a_comma<'a>(name: &'a str, rest: &'a str) -> Result<Parted<'a>, Reason> {
    if name.is_empty() || rest.contains(',') {
        return Err(Reason::C112);
    }

    if rest.is_empty() {
        return Ok((None, name));
    }

    if !rest.split_whitespace().all(is_particle) {
        return Err(Reason::C112);
    }

    Ok((Some(lowered(rest, name)), name))
}

/// `Vries de`, `Berg van den`: particles in small letters at the end. In capitals (`VRIES DE`,
/// `Nguyen Van`) the last word may be a name, and nobody is addressed by a guess.
fn at_the_end(surname: &str) -> Result<Parted<'_>, Reason> {
    let words: Vec<&str> = surname.split_whitespace().collect();
    let count = words.iter().rev().take_while(|word| is_particle(word)).count();

    // A name that is made of particles alone is one: "In 't", "Op den".
    if count == 0 || count == words.len() {
        return Ok((None, surname));
    }

    let behind = &words[words.len() - count..];
    if behind.iter().all(|word| !word.chars().any(char::is_uppercase)) {
        let first = behind[0].as_ptr() as usize - surname.as_ptr() as usize;
        return Ok((Some(Cow::Borrowed(&surname[first..])), surname[..first].trim_end()));
    }

    let dutch = behind.iter().all(|word| DUTCH.contains(&fold(word).as_str()));
    if dutch { Err(Reason::C112) } else { Ok((None, surname)) }
}

/// The surname without the words that the particle's column ends in: `van der` and `Van der Berg`,
/// `van` and `van der Berg`, `van der` and `der Berg` are all `van der Berg`.
fn once<'a>(prefix: &str, surname: &'a str) -> &'a str {
    let of_prefix: Vec<String> = prefix.split_whitespace().map(fold).collect();
    let words: Vec<&str> = surname.split_whitespace().collect();
    let most = of_prefix.len().min(words.len().saturating_sub(1));
    let repeats = |count: &usize| {
        let end = &of_prefix[of_prefix.len() - count..];
        end.iter().zip(&words).all(|(one, other)| !one.is_empty() && *one == fold(other))
    };

    // A particle glued to its name has no column of its own: "d'" and "d'Hondt".
    let glued = prefix.strip_suffix('\'').filter(|_| {
        surname.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    });

    if glued.is_some() && surname.len() > prefix.len() {
        return &surname[prefix.len()..];
    }

    match (1..=most).rev().find(repeats) {
        Some(count) => from_word(surname, words[count]),
        None => twice_in_one(surname, &words),
    }
}

/// `van der van der` in the particle's column.
fn without_repetition(prefix: &str) -> &str {
    let words: Vec<&str> = prefix.split_whitespace().collect();
    let (one, other) = words.split_at(words.len() / 2);
    let twice = !one.is_empty()
        && one.len() == other.len()
        && one.iter().zip(other).all(|(one, other)| fold(one) == fold(other));
    if twice { from_word(prefix, other[0]) } else { prefix }
}

/// `Jansen.`: a full stop behind a name that is not an abbreviation.
fn without_full_stop(name: &str) -> &str {
    let last = name.split([' ', '-']).next_back().unwrap_or_default();
    let is_whole = last.chars().filter(|sign| sign.is_alphabetic()).count() > 4;
    if is_whole { name.trim_end_matches(['.', ' ']) } else { name }
}

/// `van der`, `de`: particles whose name is lost. "Op den", "In 't", "van de Van" and "Do" are
/// names of their own.
fn is_left_of_a_name(name: &str) -> bool {
    let words: Vec<&str> = name.split_whitespace().collect();
    let dutch = words.iter().all(|word| DUTCH.contains(&fold(word).as_str()));
    let small = |text: &str| !text.chars().any(char::is_uppercase);
    let capitals = !name.chars().any(char::is_lowercase);
    let ends_small = words.last().is_some_and(|last| small(last));
    dutch && (small(name) || words.len() > 1 && (capitals || ends_small))
}

/// `van der van der Berg` in one cell.
fn twice_in_one<'a>(surname: &'a str, words: &[&'a str]) -> &'a str {
    let doubled = |count: &usize| {
        let (one, other) = (&words[..*count], &words[*count..2 * count]);
        one.iter().all(|word| is_particle(word))
            && one.iter().zip(other).all(|(one, other)| fold(one) == fold(other))
    };
    (1..=words.len().saturating_sub(1) / 2)
        .rev()
        .find(doubled)
        .map_or(surname, |count| from_word(surname, words[count]))
}

/// The rest of a text from one of its words on.
fn from_word<'a>(text: &'a str, word: &str) -> &'a str {
    &text[word.as_ptr() as usize - text.as_ptr() as usize..]
}

/// A shortened particle in one column and another particle in the other: `v.d.` and `van den Berg`.
fn disagree(prefix: &str, name: &str) -> bool {
    let mut words = name.split_whitespace();
    let (first, rest) = (words.next().unwrap_or_default(), words.next());
    let short = |text: &str| text.contains('.');
    !prefix.is_empty() && rest.is_some() && is_particle(first) && (short(prefix) || short(first))
}

pub(super) fn is_particle(word: &str) -> bool {
    let folded = fold(word.trim_matches(['(', ')']));
    PARTICLES.contains(&folded.as_str())
        || matches!(folded.as_str(), "vdr" | "vder" | "vden" | "vde" | "v" | "d" | "l")
            && word.contains(['.', '\''])
}

/// Particles behind a comma in the register's small letters, unless the whole cell is in capitals.
fn lowered<'a>(particles: &'a str, name: &str) -> Cow<'a, str> {
    let capitals = !name.chars().any(char::is_lowercase);
    if capitals || !particles.chars().any(char::is_uppercase) {
        Cow::Borrowed(particles)
    } else {
        Cow::Owned(particles.to_lowercase())
    }
}
