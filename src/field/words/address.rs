//! Words in an address that say that there is none, that it is secret, or that the person has died.

use std::sync::LazyLock;

use serde::Deserialize;

use super::fold;
use super::phrases::{Phrases, Place};
use crate::field::address::Address;

/// What an address says instead of a place. The later one weighs more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Remark {
    /// No fixed abode, unknown, moved, returned by the post.
    Nowhere,
    /// The address is secret.
    Hidden,
    /// The person has died.
    Died,
}

/// The table that the program carries.
static TABLE: LazyLock<Phrases<Remark>> = LazyLock::new(|| {
    // A test reads the same text.
    Phrases::parse(include_str!("../../../locales/no-address.toml"))
        .expect("the table is a part of the program")
});

/// What one cell of an address says; `None` for a street, a town, a line.
#[must_use]
pub fn remark_in(cell: &str) -> Option<Remark> {
    if cell.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // The sign for "died" on Dutch death notices and in many a patient file.
    if cell.contains(['†', '✝', '✞', '⚰']) {
        return Some(Remark::Died);
    }
    let said = TABLE.find(cell, &[Place::Within, Place::Whole, Place::First, Place::Last]);
    said.max(remark_aside(cell))
}

/// What a part of the cell says that its writer set apart: "Kerkstraat (geheim)",
/// "UTRECHT - VOW". Two letters are a province: "Rijswijk (NB)".
fn remark_aside(cell: &str) -> Option<Remark> {
    let is_apart = |sign: char| "()[]{}<>;:|*!".contains(sign);
    let parts = cell.split(is_apart).flat_map(|part| part.split(" - ")).map(str::trim);
    let parts: Vec<&str> = parts.filter(|part| part.len() > 2).collect();
    if parts == [cell] {
        return None;
    }

    parts.into_iter().filter_map(|part| TABLE.find(part, &[Place::Whole])).max()
}

/// What the cells say that would be printed, and the name of the column that says it.
///
/// A municipality counts only where it takes the place of the town: people abroad are registered in
/// "RNI". Where an address has foreign lines, "abroad" or "RNI" in its Dutch columns is no news;
/// that it is secret or that somebody has died is.
#[must_use]
pub fn remark<'c>(address: &Address<'c>) -> Option<(Remark, &'static str)> {
    let [first, second, third] = address.foreign_lines;
    let abroad = [first, second, third].iter().any(|line| !line.is_empty());
    let lines = [("foreign_line_1", first), ("foreign_line_2", second), ("foreign_line_3", third)];

    // Up to two letters are a part of a house number, whatever they may mean elsewhere ("12 NA").
    let part = |cell: &'c str| if cell.len() > 2 { cell } else { "" };
    let at_home = [
        ("street", address.street),
        ("house_number", part(address.house_number)),
        ("house_letter", part(address.house_letter)),
        ("house_addition", part(address.house_addition)),
        ("location_description", address.location_description),
        ("town", address.town),
        ("municipality", if address.town.is_empty() { address.municipality } else { "" }),
    ];

    let said =
        |(column, cell): (&'static str, &str)| remark_in(cell).map(|remark| (remark, column));
    let unspoken = [("street", address.street), ("town", address.town)]
        .into_iter()
        .filter(|(_, cell)| is_no_word(cell));
    let unspoken = unspoken.map(|(column, _)| (Remark::Nowhere, column));

    // No town is a number.
    let number = !address.town.is_empty() && address.town.bytes().all(|byte| byte.is_ascii_digit());
    let unspoken = unspoken.chain(number.then_some((Remark::Nowhere, "town")));
    let told_at_home = at_home
        .into_iter()
        .filter_map(said)
        .chain(unspoken)
        .filter(|(remark, _)| !abroad || *remark > Remark::Nowhere);

    // The first of the weightiest.
    let all = lines.into_iter().filter_map(said).chain(told_at_home);
    all.reduce(|best, next| if next.0 > best.0 { next } else { best })
}

/// An abbreviation that nobody can speak ("gvvp"; "z.v.w.o.v.p." and "g.v.w.o.v." in all their
/// forms), or a key held down: no street and no town is called that. One letter is a street, "A"
/// among them.
fn is_no_word(cell: &str) -> bool {
    let word = fold(cell);
    if word.len() < 2 || !word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b' ') {
        return false;
    }

    let first = word.chars().next();

    // Names from abroad begin like that too ("Zvolen"): only letters of the abbreviations may
    // follow.
    let abbreviation = (word.starts_with("zv") || word.starts_with("gv"))
        && word.bytes().all(|byte| b"zgvwofpb ".contains(&byte));
    let unspoken = !word.contains(['a', 'e', 'i', 'o', 'u', 'y']) || abbreviation;

    unspoken || (word.len() > 2 && word.chars().all(|letter| Some(letter) == first))
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
