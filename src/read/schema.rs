//! The columns of each list (DESIGN.md section 4), in the order in which the contract names them.

use crate::row::List;

/// Columns of the exposures list.
pub(super) const EXPOSURES: &[&str] = &[
    "record_id",
    "dataset_id",
    "bsn",
    "first_names",
    "initials",
    "surname_prefix",
    "surname",
    "birth_date",
    "sex",
    "street",
    "house_number",
    "house_letter",
    "house_addition",
    "postcode",
    "town",
    "country",
    "category",
    "provider_code",
    "sample_date",
    "status",
    "published",
    "items",
    "custody",
];

/// Columns of the participants list and of the register.
pub(super) const REGISTRANTS: &[&str] = &[
    "person_ref",
    "bsn",
    "first_names",
    "initials",
    "surname_prefix",
    "surname",
    "title",
    "name_use",
    "partner_surname_prefix",
    "partner_surname",
    "partner_title",
    "partner_ended",
    "sex",
    "birth_date",
    "street",
    "house_number",
    "house_letter",
    "house_addition",
    "house_indication",
    "postcode",
    "town",
    "municipality",
    "location_description",
    "foreign_line_1",
    "foreign_line_2",
    "foreign_line_3",
    "country",
    "language",
    "letter_format",
    "deceased_on",
    "protected_address",
    "whereabouts_unknown",
];

/// Columns of the providers list.
pub(super) const PROVIDERS: &[&str] = &[
    "provider_code",
    "kind",
    "display_name",
    "confirmed_on",
    "street",
    "house_number",
    "house_letter",
    "house_addition",
    "postcode",
    "town",
    "contact_email",
];

/// Columns of the suppressions list.
pub(super) const SUPPRESSIONS: &[&str] = &["bsn", "person_ref", "reason", "source", "since"];

/// The columns that a file of this list must have.
pub(super) const fn columns(list: List) -> &'static [&'static str] {
    match list {
        List::Exposures => EXPOSURES,
        List::Participants | List::Register => REGISTRANTS,
        List::Providers => PROVIDERS,
        List::Suppressions => SUPPRESSIONS,
    }
}

/// The list's word in file names, in the configuration and in messages.
pub(super) const fn name(list: List) -> &'static str {
    match list {
        List::Exposures => "exposures",
        List::Participants => "participants",
        List::Register => "register",
        List::Providers => "providers",
        List::Suppressions => "suppressions",
    }
}

/// Every list, in reading order.
pub(super) const LISTS: [List; 5] =
    [List::Exposures, List::Participants, List::Register, List::Providers, List::Suppressions];

/// Place of a column; evaluated when the program is compiled, so that a name that does not exist is no program.
pub(super) const fn position(columns: &[&str], name: &str) -> usize {
    let mut index = 0;
    while index < columns.len() {
        if same(columns[index].as_bytes(), name.as_bytes()) {
            return index;
        }
        index += 1;
    }
    panic!("no such column")
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut index = 0;
    while index < one.len() {
        if one[index] != other[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// Words that labs, municipalities and vendors use for our columns; only for hints, never for mapping by itself.
pub(super) fn synonyms(column: &str) -> &'static [&'static str] {
    match column {
        "record_id" => &["record", "recordnummer", "id", "monsternummer"],
        "bsn" => &["burgerservicenummer", "bsn_nummer", "sofinummer", "ssn"],
        "first_names" => &["voornamen", "voornaam", "first_name", "given_names", "given_name"],
        "initials" => &["voorletters", "initialen"],
        "surname_prefix" => &["voorvoegsel", "voorvoegsels", "tussenvoegsel", "prefix"],
        "surname" => &["achternaam", "geslachtsnaam", "last_name", "naam"],
        "birth_date" => &["geb_datum", "geboortedatum", "gebdatum", "date_of_birth", "dob", "birthdate"],
        "sex" => &["geslacht", "gender", "geslachtsaanduiding"],
        "street" => &["straat", "straatnaam", "adres"],
        "house_number" => &["huisnummer", "huisnr", "street_number"],
        "house_letter" => &["huisletter"],
        "house_addition" => &["toevoeging", "huisnummertoevoeging", "huisnr_toev"],
        "postcode" => &["zip", "zipcode", "postal_code", "post_code"],
        "town" => &["plaats", "woonplaats", "city"],
        "country" => &["land", "landcode"],
        "category" => &["categorie"],
        "provider_code" => &["agb", "agb_code", "agbcode"],
        "sample_date" => &["afnamedatum", "monsterdatum"],
        "published" => &["gepubliceerd"],
        "municipality" => &["gemeente"],
        "language" => &["taal"],
        "deceased_on" => &["overlijdensdatum", "overleden_op"],
        "person_ref" => &["person_id", "persoonsnummer", "client_id"],
        "reason" => &["reden"],
        "source" => &["bron"],
        "since" => &["sinds"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{Exposure, Provider, Registrant};

    #[test]
    fn the_text_cells_of_the_typed_rows_are_columns_of_their_list() {
        assert!(Exposure::TEXT.iter().all(|column| EXPOSURES.contains(column)));
        assert!(Registrant::TEXT.iter().all(|column| REGISTRANTS.contains(column)));
        assert!(Provider::TEXT.iter().all(|column| PROVIDERS.contains(column)));
    }

    #[test]
    fn a_position_is_the_place_in_the_list() {
        const SURNAME: usize = position(EXPOSURES, "surname");
        assert_eq!(EXPOSURES[SURNAME], "surname");
    }
}
