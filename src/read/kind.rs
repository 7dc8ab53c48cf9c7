//! What a typed column or cell of a Parquet file or workbook may be, beside text.

/// What a column of the contract may be written as, beside text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// Digits: in Parquet, integers are padded with zeros to this width, because their type has lost the leading ones
    /// (I2).
    Digits(usize),
    Date,
    Flag,
}

impl Kind {
    /// The kind of a column, by its name in the contract.
    pub(super) fn of(column: &str) -> Self {
        match column {
            "bsn" => Self::Digits(9),
            "provider_code" => Self::Digits(8),
            "record_id" | "dataset_id" | "person_ref" | "house_number" | "house_addition" => Self::Digits(0),
            "birth_date" | "sample_date" | "partner_ended" | "deceased_on" | "confirmed_on" | "since" => Self::Date,
            "protected_address" | "whereabouts_unknown" => Self::Flag,
            _ => Self::Text,
        }
    }
}
