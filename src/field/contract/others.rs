//! Columns of the providers list and of the suppressions list.

use super::shared::{
    BSN, HOUSE_ADDITION, HOUSE_LETTER, HOUSE_NUMBER, POSTCODE, STREET, TOWN, column, with,
};
use super::{CellForm, Column, Need};

pub(super) const PROVIDERS: &[Column] = &[
    with(
        Need::Every,
        column(
            "provider_code",
            CellForm::ProviderCode,
            "01234567",
            "AGB code, as the exposures name it. Export it as text: a number loses its leading zero.",
            &["agb", "agb_code", "code", "zorgverlener_code"],
        ),
    ),
    with(
        Need::Every,
        column(
            "kind",
            CellForm::Word(&["gp", "hospital", "custodial", "clinic"]),
            "gp",
            "Kind of provider. An institution's address is used for people in custody.",
            &["soort", "type", "provider_type"],
        ),
    ),
    column(
        "display_name",
        CellForm::Text(120),
        "Huisartsenpraktijk Voorbeeld",
        "The name that a letter may print once the provider has agreed.",
        &["naam", "name", "praktijknaam", "naam_zorgverlener", "weergavenaam"],
    ),
    column(
        "confirmed_on",
        CellForm::Date,
        "2025-08-29",
        "Since when the provider agrees to be named; empty: it is not named.",
        &["bevestigd_op", "bevestigd", "akkoord_op", "confirmed"],
    ),
    STREET,
    HOUSE_NUMBER,
    HOUSE_LETTER,
    HOUSE_ADDITION,
    POSTCODE,
    TOWN,
    with(
        Need::May,
        column(
            "contact_email",
            CellForm::Email,
            "contact@voorbeeld.example",
            "Address for telling the provider before its patients are told.",
            &["email", "mail", "emailadres", "contact"],
        ),
    ),
    with(
        Need::May,
        column(
            "closed_on",
            CellForm::Date,
            "2025-06-30",
            "Since when the provider is closed: it gets no notice, and no letter names it.",
            &["gesloten_op", "opgeheven_op", "einddatum", "closed"],
        ),
    ),
    with(
        Need::May,
        column(
            "merged_into",
            CellForm::ProviderCode,
            "01234568",
            "AGB code of the provider that has taken it over: it gets no notice, and no letter names it.",
            &["opgegaan_in", "fusie_in", "overgenomen_door"],
        ),
    ),
];

pub(super) const SUPPRESSIONS: &[Column] = &[
    BSN,
    with(
        Need::May,
        column(
            "person_ref",
            CellForm::Identifier,
            "S00000001",
            "`person_ref` of a row of the participants list or the register.",
            &[
                "person_id",
                "persoonsnummer",
                "client_id",
                "clientnummer",
                "patientnummer",
                "deelnemernummer",
            ],
        ),
    ),
    with(
        Need::Every,
        column(
            "reason",
            CellForm::Word(&[
                "deceased",
                "objection",
                "protected_address",
                "whereabouts_unknown",
                "other",
            ]),
            "objection",
            "Reason.",
            &["reden", "grond"],
        ),
    ),
    with(
        Need::May,
        column(
            "source",
            CellForm::Text(120),
            "hotline",
            "Who says so.",
            &["bron", "herkomst", "origin"],
        ),
    ),
    with(
        Need::May,
        column(
            "since",
            CellForm::Date,
            "2025-08-20",
            "Since when.",
            &["sinds", "vanaf", "datum", "date", "since_date"],
        ),
    ),
];
