//! Columns of the professionals list.

use super::shared::{column, with};
use super::{CellForm, Column, Need};

pub(super) const COLUMNS: &[Column] = &[
    column(
        "professional_code",
        CellForm::ProviderCode,
        "01234569",
        "AGB code of the professional. Empty: rows with one name and practice are one professional.",
        &["agb_professional", "agb_persoon", "persoon_agb", "zorgverlener_persoon"],
    ),
    with(
        Need::Every,
        column(
            "name",
            CellForm::Text(120),
            "A. de Voorbeeld",
            "Name as the letter prints it.",
            &["naam", "display_name", "volledige_naam", "weergavenaam"],
        ),
    ),
    with(
        Need::Every,
        column(
            "provider_code",
            CellForm::ProviderCode,
            "01234567",
            "AGB code of the practice or institution on the providers list: the letter goes there.",
            &["praktijk_agb", "agb_praktijk", "praktijkcode", "vestiging_agb"],
        ),
    ),
    column(
        "dataset_id",
        CellForm::Identifier,
        "ds1",
        "Which of the lab's datasets has the data.",
        &["dataset", "bestand", "bronbestand"],
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
    column(
        "items",
        CellForm::Words(&["name", "code", "practice", "phone", "signature"]),
        "name;code;practice",
        "Kinds of data of the professional; never their values.",
        &["soorten", "gegevens", "gegevenssoorten", "kinds"],
    ),
    with(
        Need::May,
        column(
            "left_on",
            CellForm::Date,
            "2025-06-30",
            "Since when the professional no longer works there: the letter is held.",
            &["vertrokken_op", "uit_dienst", "uit_dienst_op"],
        ),
    ),
];
