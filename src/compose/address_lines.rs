//! Address lines: the BRP's adresregels at home, verbatim lines abroad.

use super::country::{self, Country};
use super::house_number::{self, suffix_text};
use super::postal::{capitals, place_line, postcode};
use super::surname::spaced;
use crate::field::address::{Address, HouseIndication};
use crate::field::draft::PostalParts;
use crate::field::reason::Reason;
use crate::field::terms::Zone;
use crate::field::words::address::remark;

/// Longest line that is printed, in characters (BRP: second address line at most 50). What fits the
/// window is measured with the font when the letter is set.
pub const MAX_CHARACTERS: usize = 50;

/// An address as it is printed, and in parts.
#[derive(Clone, PartialEq, Eq)]
pub struct AddressLines {
    /// Lines below the name, without the country: two at home, one to three abroad.
    pub lines: Vec<String>,
    /// Country in English capitals; empty for the Netherlands.
    pub country_line: String,
    /// The parts for the vendor's manifest.
    pub postal: PostalParts,
    /// `to` or `by`: such an address has no KIX.
    pub indication: Option<HouseIndication>,
    /// Postal zone.
    pub zone: Zone,
}

debug_by_name!(AddressLines);

/// The lines of an address.
///
/// Decided where the sources are silent: a street without postcode has no second line in the BRP
/// and is held, as mail to it may go astray; a foreign address whose country is missing is held, as
/// an empty country means the Netherlands only for Dutch columns; so is an address that is filled
/// in both ways.
///
/// # Errors
/// C102 a line over [`MAX_CHARACTERS`]; C104 house number not readable in one way; C105 country not
/// in the table; C106 incomplete, or the register's words for unknown (street `.`, number 0,
/// country 0000); C108 parts contradict each other; C109 words that say that there is no address.
pub fn address_lines(address: &Address<'_>) -> Result<AddressLines, Reason> {
    let typed = address.country.trim();
    if matches!(typed, "0" | "0000") {
        return Err(Reason::C106);
    }

    // `decide` has stopped these already; an institution's address comes this way alone.
    if remark(address).is_some() {
        return Err(Reason::C109);
    }

    let country = country::of_cell(typed).ok_or(Reason::C105)?;
    let lines = foreign_lines(address);
    let dutch_columns =
        !address.street.trim().is_empty() || !address.location_description.trim().is_empty();
    let domestic = country.zone == Zone::Domestic;
    let printed = match (lines.is_empty(), domestic) {
        (true, true) => at_home(address)?,
        (true, false) => abroad(country, columns_verbatim(address)?),
        (false, true) if dutch_columns => return Err(Reason::C108),
        (false, true) if typed.is_empty() => return Err(Reason::C106),
        (false, _) => abroad(country, lines),
    };

    let too_long = |line: &String| line.chars().count() > MAX_CHARACTERS;
    if printed.lines.iter().any(too_long) { Err(Reason::C102) } else { Ok(printed) }
}

/// First line of a Dutch address: "Graan voor Visch bij 15201 L2", or the location description as
/// it is.
///
/// # Errors
/// As [`address_lines`].
pub fn street_line(address: &Address<'_>) -> Result<String, Reason> {
    if let Some(description) = location(address)? {
        return Ok(description);
    }
    let (street, number) = house_number::street_and_number(address)?;
    Ok(format!("{street}{}", number.line()))
}

/// The town in capitals: where a street has none, the municipality of registration; for a location
/// description the municipality first.
fn town(address: &Address<'_>) -> Option<String> {
    let at_location = !address.location_description.trim().is_empty();
    let (first, second) = if at_location {
        (address.municipality, address.town)
    } else {
        (address.town, address.municipality)
    };
    [first, second].into_iter().map(capitals).find(|town| !town.is_empty() && town != ".")
}

/// The location description (BRP 12.10), if the address is one. The register fills in either it or
/// a street.
fn location(address: &Address<'_>) -> Result<Option<String>, Reason> {
    let description = spaced(address.location_description);
    if description.is_empty() {
        return Ok(None);
    }
    let street = !address.street.trim().is_empty() || !address.house_number.trim().is_empty();
    if street { Err(Reason::C108) } else { Ok(Some(description)) }
}

fn at_home(address: &Address<'_>) -> Result<AddressLines, Reason> {
    let town = town(address).ok_or(Reason::C106)?;
    if let Some(description) = location(address)? {
        return at_location(address, description, town);
    }

    let (street, number) = house_number::street_and_number(address)?;
    let code = postcode(address.postcode).ok_or(Reason::C106)?;
    let lines = vec![format!("{street}{}", number.line()), place_line(&code, &town)];
    let postal = PostalParts {
        street,
        house_number: number.number,
        house_letter: number.letter,
        house_addition: number.addition,
        postcode: code,
        town,
        country: "NL".to_owned(),
        foreign_lines: Vec::new(),
    };

    let indication = number.indication;
    Ok(AddressLines {
        lines,
        country_line: String::new(),
        postal,
        indication,
        zone: Zone::Domestic,
    })
}

/// A houseboat or the like: description, then the municipality alone. The register has no postcode
/// for it; where a list gives one all the same it is printed, as nothing that is known is left out.
fn at_location(
    address: &Address<'_>,
    description: String,
    town: String,
) -> Result<AddressLines, Reason> {
    let code = if address.postcode.trim().is_empty() {
        String::new()
    } else {
        postcode(address.postcode).ok_or(Reason::C106)?
    };

    let place = if code.is_empty() { town.clone() } else { place_line(&code, &town) };
    let postal = PostalParts {
        street: description.clone(),
        postcode: code,
        town,
        country: "NL".to_owned(),
        ..PostalParts::default()
    };

    let lines = vec![description, place];
    Ok(AddressLines {
        lines,
        country_line: String::new(),
        postal,
        indication: None,
        zone: Zone::Domestic,
    })
}

/// Lines as they are, the country below them; none for the Netherlands (BRP: register of
/// non-residents, code 6030).
fn abroad(country: &Country, lines: Vec<String>) -> AddressLines {
    let domestic = country.zone == Zone::Domestic;
    let postal = PostalParts {
        country: country.iso2.to_owned(),
        foreign_lines: lines.clone(),
        ..PostalParts::default()
    };
    let country_line = if domestic { String::new() } else { country.line() };
    AddressLines { lines, country_line, postal, indication: None, zone: country.zone }
}

fn foreign_lines(address: &Address<'_>) -> Vec<String> {
    let lines = address.foreign_lines.iter().map(|line| line.trim());
    lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// A foreign address in Dutch columns, as the lab has them: street and number, then postcode and
/// town with two spaces between; nothing is taken apart or put in capitals, as other countries
/// write numbers in their own ways.
fn columns_verbatim(address: &Address<'_>) -> Result<Vec<String>, Reason> {
    let street = spaced(&format!("{} {}", address.street, address.house_number));
    let suffix = suffix_text(address.house_letter.trim(), address.house_addition.trim());
    let (postcode, town) = (spaced(address.postcode), spaced(address.town));
    if street.is_empty()
        || street == "."
        || town.is_empty()
        || !address.location_description.trim().is_empty()
    {
        return Err(Reason::C106);
    }
    let place = if postcode.is_empty() { town } else { format!("{postcode}  {town}") };
    Ok(vec![format!("{street}{suffix}"), place])
}

#[cfg(test)]
mod tests;
