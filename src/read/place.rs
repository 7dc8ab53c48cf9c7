//! Places in a file, as messages name them.

/// A place in a file, for people: the header or a data row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilePlace {
    /// The header.
    Header,
    /// Data row, from 1.
    Row(u32),
    /// Between two rows, or inside a character.
    End,
}

impl std::fmt::Display for FilePlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Header => f.write_str("the header"),
            Self::Row(row) => write!(f, "row {row}"),
            Self::End => f.write_str("the last row"),
        }
    }
}
