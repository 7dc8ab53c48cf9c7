//! What a typed column or cell of a Parquet file or workbook may be, beside text.

/// What a column of the contract may be written as, beside text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// Digits. An integer may have lost leading zeros: it is read like the same digits in a CSV
    /// file ([`super::zeros`]).
    Digits,
    Date,
    Flag,
}

impl Kind {
    /// The kind of a column, by its name in the contract.
    pub(super) fn of(column: &str) -> Self {
        match column {
            "bsn" | "provider_code" | "professional_code" | "merged_into" | "record_id"
            | "dataset_id" | "person_ref" | "house_number" | "house_addition" => Self::Digits,
            "birth_date" | "sample_date" | "partner_ended" | "deceased_on" | "confirmed_on"
            | "closed_on" | "left_on" | "since" => Self::Date,
            "protected_address" | "whereabouts_unknown" => Self::Flag,
            _ => Self::Text,
        }
    }
}
