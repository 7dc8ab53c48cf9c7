//! Columns of the exposures list.

use super::shared::{
    BIRTH_DATE, BSN, COUNTRY, FIRST_NAMES, HOUSE_ADDITION, HOUSE_LETTER, HOUSE_NUMBER, INITIALS,
    POSTCODE, SEX, STREET, SURNAME, SURNAME_PREFIX, TOWN, column, with,
};
use super::{CellForm, Column, Need};

pub(super) const COLUMNS: &[Column] = &[
    with(
        Need::Every,
        column(
            "record_id",
            CellForm::Identifier,
            "CD-00000001",
            "The lab's number of the record. The same number is the same record in every file.",
            &[
                "record",
                "recordnummer",
                "record_nr",
                "record_number",
                "id",
                "monsternummer",
                "sample_id",
                "sample_number",
            ],
        ),
    ),
    column(
        "dataset_id",
        CellForm::Identifier,
        "ds1",
        "The dataset that the record belongs to.",
        &["dataset", "bestand", "set", "bron_bestand"],
    ),
    BSN,
    with(Need::May, FIRST_NAMES),
    INITIALS,
    SURNAME_PREFIX,
    SURNAME,
    BIRTH_DATE,
    SEX,
    STREET,
    HOUSE_NUMBER,
    HOUSE_LETTER,
    HOUSE_ADDITION,
    POSTCODE,
    TOWN,
    COUNTRY,
    column(
        "category",
        CellForm::Word(&["screening", "hospital", "gp", "prisoner"]),
        "screening",
        "Whose data it is. Anything else is held for a human.",
        &["categorie", "groep", "group", "soort"],
    ),
    column(
        "provider_code",
        CellForm::ProviderCode,
        "01234567",
        "AGB code of the care provider or the institution.",
        &[
            "agb",
            "agb_code",
            "zorgverlener",
            "zorgverlener_code",
            "aanvrager",
            "aanvrager_code",
            "requester_code",
        ],
    ),
    column(
        "sample_date",
        CellForm::Date,
        "2024-03-18",
        "When the sample was taken.",
        &[
            "afnamedatum",
            "datum_afname",
            "monsterdatum",
            "datum_monster",
            "collection_date",
            "sampled_on",
        ],
    ),
    with(
        Need::Every,
        column(
            "status",
            CellForm::Word(&["confirmed", "not_excluded", "shared_only"]),
            "confirmed",
            "How sure it is that the data were stolen: stolen, perhaps stolen, only in the hacked systems.",
            &["stand", "toestand"],
        ),
    ),
    with(
        Need::May,
        column(
            "published",
            CellForm::Word(&["yes", "no", "unknown"]),
            "unknown",
            "Whether the data were seen on the internet. Empty or missing: unknown.",
            &["gepubliceerd", "publicatie", "openbaar"],
        ),
    ),
    column(
        "items",
        CellForm::Words(&[
            "name",
            "address",
            "birth_date",
            "sex",
            "bsn",
            "phone",
            "email",
            "exam_type",
            "result",
            "requester",
            "insurer",
        ]),
        "name;birth_date;bsn",
        "Kinds of data in the record; never their values.",
        &["soorten", "gegevens", "gegevenssoorten", "kinds", "data_kinds"],
    ),
    with(
        Need::May,
        column(
            "custody",
            CellForm::Word(&["current", "former"]),
            "former",
            "Prisoners only: held now, or held earlier. A prisoner without it is held for a human.",
            &["detentie", "detentiestatus", "detention"],
        ),
    ),
    // Without synonyms: a lab's own columns about who asked for the test are read where the
    // configuration maps them, and stop nobody's run otherwise.
    with(
        Need::May,
        column(
            "professional_code",
            CellForm::ProviderCode,
            "01234569",
            "AGB code of the professional who asked for the test. Only with `[professionals]`, as the next two (docs/providers.md).",
            &[],
        ),
    ),
    with(
        Need::May,
        column(
            "professional_name",
            CellForm::Text(120),
            "A. de Voorbeeld",
            "Name of that professional, as a letter to them prints it; the letter goes to `provider_code`.",
            &[],
        ),
    ),
    with(
        Need::May,
        column(
            "professional_items",
            CellForm::Words(&["name", "code", "practice", "phone", "signature"]),
            "name;code;practice",
            "Kinds of data of that professional in the record; never their values.",
            &[],
        ),
    ),
];
