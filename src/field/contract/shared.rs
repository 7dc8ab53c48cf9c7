//! Columns that several lists have.

use super::{CellForm, Column, Need};

/// A column whose header must be there.
pub(super) const fn column(
    name: &'static str,
    form: CellForm,
    example: &'static str,
    meaning: &'static str,
    synonyms: &'static [&'static str],
) -> Column {
    Column { name, need: Need::Column, form, example, meaning, synonyms }
}

/// The same column with another need.
pub(super) const fn with(need: Need, column: Column) -> Column {
    Column { need, ..column }
}

pub(super) const BSN: Column = column(
    "bsn",
    CellForm::Bsn,
    "999990019",
    "Citizen service number. Export it as text: a number loses its leading zero.",
    &[
        "burgerservicenummer",
        "bsn_nummer",
        "bsn_nr",
        "sofinummer",
        "sofi",
        "ssn",
        "citizen_service_number",
        "service_number",
    ],
);
pub(super) const FIRST_NAMES: Column = column(
    "first_names",
    CellForm::Name(200),
    "Anna Maria",
    "All given names.",
    &[
        "voornamen",
        "voornaam",
        "first_name",
        "given_names",
        "given_name",
        "forenames",
        "forename",
        "roepnaam",
    ],
);
pub(super) const INITIALS: Column = column(
    "initials",
    CellForm::Name(40),
    "A.M.",
    "Initials.",
    &["voorletters", "voorletter", "initialen", "initial"],
);
pub(super) const SURNAME_PREFIX: Column = column(
    "surname_prefix",
    CellForm::Name(20),
    "van den",
    "Particle in front of the surname.",
    &[
        "voorvoegsel",
        "voorvoegsels",
        "voorvoegsel_geslachtsnaam",
        "tussenvoegsel",
        "tussenvoegsels",
        "tussenv",
        "prefix",
        "name_prefix",
        "infix",
    ],
);
pub(super) const SURNAME: Column = column(
    "surname",
    CellForm::Name(200),
    "Voorbeeld",
    "Own surname, without particle.",
    &["achternaam", "geslachtsnaam", "familienaam", "last_name", "family_name", "naam", "name"],
);
pub(super) const BIRTH_DATE: Column = column(
    "birth_date",
    CellForm::BirthDate,
    "1951-07-23",
    "Birth date.",
    &[
        "geb_datum",
        "geboortedatum",
        "datum_geboorte",
        "geb_dat",
        "geboren",
        "geboren_op",
        "gebdd",
        "date_of_birth",
        "dob",
        "birthday",
        "born",
        "born_on",
    ],
);
pub(super) const SEX: Column = column(
    "sex",
    CellForm::Word(&["M", "V", "O", "F", "X"]),
    "V",
    "Sex: M; V or F; O or X. Empty: not known.",
    &["geslacht", "gender", "geslachtsaanduiding", "sekse"],
);
pub(super) const STREET: Column = column(
    "street",
    CellForm::Text(80),
    "Voorbeeldstraat",
    "Street, without house number.",
    &["straat", "straatnaam", "adres", "street_name", "address", "openbare_ruimte"],
);
pub(super) const HOUSE_NUMBER: Column = column(
    "house_number",
    CellForm::House,
    "12",
    "House number.",
    &["huisnummer", "huisnr", "nummer", "street_number", "house_no", "house_nr", "number"],
);
pub(super) const HOUSE_LETTER: Column = with(
    Need::May,
    column("house_letter", CellForm::House, "A", "House letter.", &["huisletter", "letter"]),
);
pub(super) const HOUSE_ADDITION: Column = column(
    "house_addition",
    CellForm::House,
    "bis",
    "Addition to the house number.",
    &[
        "toevoeging",
        "huisnummertoevoeging",
        "huisnr_toevoeging",
        "huisnr_toev",
        "huisnummer_toev",
        "toev",
        "addition",
        "house_number_addition",
        "suffix",
    ],
);
pub(super) const POSTCODE: Column = column(
    "postcode",
    CellForm::Postcode,
    "1234AB",
    "Postcode.",
    &["zip", "zipcode", "postal_code", "pc", "postkode"],
);
pub(super) const TOWN: Column = column(
    "town",
    CellForm::Text(80),
    "Voorbeeldstad",
    "Town.",
    &["plaats", "woonplaats", "plaatsnaam", "city", "place"],
);
pub(super) const COUNTRY: Column = with(
    Need::May,
    column(
        "country",
        CellForm::Text(60),
        "België",
        "Country: a name, an ISO or a BRP code. Empty: the Netherlands.",
        &["land", "landcode", "landnaam", "country_code", "country_name"],
    ),
);
