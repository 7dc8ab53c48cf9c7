//! House numbers as people type them, in parts. What cannot be taken apart without guessing is held
//! (C104), and no letter or digit after the number is ever lost.

mod suffix;

use super::surname::spaced;
use crate::field::address::{Address, HouseIndication};
use crate::field::reason::Reason;

/// A house number in the parts of the register (BRP 11.20 to 11.50), the case of letters as typed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HouseNumber {
    /// 1 to 99999, without leading zeros.
    pub number: String,
    /// One letter or empty.
    pub letter: String,
    /// Addition or empty: `bis`, `III`, `2`, `73c`.
    pub addition: String,
    /// `to` or `by`.
    pub indication: Option<HouseIndication>,
}

debug_by_name!(HouseNumber);

impl HouseNumber {
    /// As printed after the street: " 12", " t/o 3-2", " 400 LToe".
    ///
    /// BRP: the word of the indication stands before the number; a space before a letter and before
    /// an addition that does not begin with a digit, a hyphen before one that does, nothing between
    /// letter and addition.
    #[must_use]
    pub fn line(&self) -> String {
        let word = match self.indication {
            Some(HouseIndication::To) => " t/o",
            Some(HouseIndication::By) => " bij",
            None => "",
        };
        format!("{word} {}{}", self.number, suffix_text(&self.letter, &self.addition))
    }

    fn has_suffix(&self) -> bool {
        !self.letter.is_empty() || !self.addition.is_empty()
    }
}

/// What is printed after the number, with the sign that parts it from the number.
pub(super) fn suffix_text(letter: &str, addition: &str) -> String {
    let sign = match addition.bytes().next() {
        _ if !letter.is_empty() => " ",
        None => "",
        Some(first) if first.is_ascii_digit() => "-",
        Some(_) => " ",
    };
    format!("{sign}{letter}{addition}")
}

/// Takes a number apart that was typed into one field: `12 A-2`, `3hs`, `44-bis`, `bij 12`.
///
/// A letter and what follows it are letter and addition; BRP prints both readings of "A2" alike, so
/// this is no guess.
///
/// # Errors
/// C104 when it cannot be read in one way only: ranges, two numbers, floors in words, anything
/// longer than an addition can be. C106 when the number is 0, the register's word for "unknown".
pub fn parse(text: &str) -> Result<HouseNumber, Reason> {
    let text = spaced(&text.replace(['–', '‑', '‐', '−'], "-"));
    let (indication, text) = strip_indication(strip_label(&text));
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    let number = number.trim_start_matches('0');

    if digits == 0 || number.len() > 5 {
        return Err(Reason::C104);
    }

    if number.is_empty() {
        return Err(if rest.is_empty() { Reason::C106 } else { Reason::C104 });
    }

    let (letter, addition) = suffix::parse(rest).ok_or(Reason::C104)?;
    Ok(HouseNumber { number: number.to_owned(), letter, addition, indication })
}

/// Street and house number of a domestic address, wherever they were typed: in their columns, the
/// number with its suffix in one column, or the number behind the street.
///
/// # Errors
/// C104 when street and number cannot be told apart, or two columns say different things; C106 when
/// street or number is missing or stands for "unknown" (`.` and 0).
pub fn street_and_number(address: &Address<'_>) -> Result<(String, HouseNumber), Reason> {
    let typed = (spaced(address.street), spaced(address.house_number));
    let (street, number) = match (typed.0.as_str(), typed.1.as_str()) {
        ("" | ".", "") => return Err(Reason::C106),
        (".", number) => return Err(parse(number).err().unwrap_or(Reason::C106)),
        ("", line) | (line, "") => split(line)?,
        // The number stands in both fields: which of the two the street's name holds cannot be
        // known.
        (street, number) if street.split(' ').next_back() == Some(number) => {
            return Err(Reason::C104);
        }
        (street, number) => (street.to_owned(), parse(number)?),
    };

    let number = suffix::merge(number, address.house_letter, address.house_addition)?;
    let (street, typed_indication) = strip_trailing_indication(street);
    let indication = address.house_indication.or(number.indication).or(typed_indication);

    // A name of signs and digits alone is what a program left of one.
    if !street.contains(char::is_alphabetic) {
        return Err(Reason::C106);
    }

    if !is_box(&street) && is_date(&number) {
        return Err(Reason::C104);
    }

    if is_box(&street) && (number.has_suffix() || indication.is_some()) {
        return Err(Reason::C104);
    }

    Ok((street, HouseNumber { indication, ..number }))
}

/// Street and number of one line: `Dorpsstraat 12 bis`.
///
/// # Errors
/// C106 when there is no number in it, C104 when it could be read in more than one way ("Plein 1945
/// 12").
pub fn split(line: &str) -> Result<(String, HouseNumber), Reason> {
    let line = spaced(line);
    let words: Vec<&str> = line.split(' ').collect();
    let numeric = |index: &usize| words[*index].starts_with(|sign: char| sign.is_ascii_digit());
    let Some(first) = (1..words.len()).find(numeric) else {
        let digits = line.contains(|sign: char| sign.is_ascii_digit());
        return Err(if digits { Reason::C104 } else { Reason::C106 });
    };

    let number = parse(&words[first..].join(" "))?;
    // The street's name may itself end in a number ("Plein 1945"): then a second number right after
    // the first is another reading. In "546 K 1" it is none, as no street's name ends in a house
    // number with its letter.
    let year = words[first].bytes().all(|byte| byte.is_ascii_digit());
    let rival = year && words.get(first + 1).is_some_and(|word| parse(word).is_ok());
    let street = words[..first].join(" ");
    let street = street.trim_end_matches(',');

    if rival || !street.contains(char::is_alphabetic) {
        return Err(Reason::C104);
    }

    Ok((street.to_owned(), number))
}

/// A day of the years 2020 to 2028 as a spreadsheet counts it: "2-1" becomes 45659, and what stood
/// behind the number is in it. Boxes have such numbers, and hardly any house.
fn is_date(number: &HouseNumber) -> bool {
    !number.has_suffix()
        && number.number.parse().is_ok_and(|number: u32| (43_831..=47_118).contains(&number))
}

/// Post office box or reply number: its number has no suffix.
pub(super) fn is_box(street: &str) -> bool {
    matches!(street.to_lowercase().as_str(), "postbus" | "antwoordnummer")
}

fn strip_label(text: &str) -> &str {
    let labels = ["huisnummer ", "huisnr. ", "huisnr ", "nr. ", "nr ", "nr.", "no. ", "no.", "no "];
    let starts = |label: &&str| {
        text.get(..label.len()).is_some_and(|start| start.eq_ignore_ascii_case(label))
    };
    labels.iter().find(|label| starts(label)).map_or(text, |label| text[label.len()..].trim_start())
}

fn strip_indication(text: &str) -> (Option<HouseIndication>, &str) {
    let words = [("bij ", HouseIndication::By), ("by ", HouseIndication::By)];
    let opposite = [
        ("t/o ", HouseIndication::To),
        ("to ", HouseIndication::To),
        ("tegenover ", HouseIndication::To),
    ];

    for (word, indication) in words.into_iter().chain(opposite) {
        if let Some(rest) = text.strip_prefix(word) {
            return (Some(indication), rest);
        }
    }

    (None, text)
}

/// "Graan voor Visch bij" with the number in its own column: printed the same, but it has no KIX.
fn strip_trailing_indication(street: String) -> (String, Option<HouseIndication>) {
    for (word, indication) in [
        (" bij", HouseIndication::By),
        (" t/o", HouseIndication::To),
        (" tegenover", HouseIndication::To),
    ] {
        if let Some(name) = street.strip_suffix(word) {
            return (name.to_owned(), Some(indication));
        }
    }

    (street, None)
}

#[cfg(test)]
mod tests;
