//! `[inputs.*.empty]`: values that a delivering system writes where it has nothing to say.

use std::borrow::Cow;

use crate::config::InputFormat;
use crate::field::row::List;
use crate::field::words::dates::is_filler;

use super::error::ReadError;
use super::text::is_blank;
use super::{cell, schema};

/// The values of one list that mean an empty cell, by column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Empty(Vec<(usize, Vec<String>)>);

impl Empty {
    /// Takes the configured values.
    ///
    /// # Errors
    /// A column that the list does not have, and a value that says something: a date of death that
    /// a person may have, or a flag that is set. Nobody loses their protection by a setting.
    pub(super) fn of(list: List, format: &InputFormat) -> Result<Self, ReadError> {
        let columns = schema::columns(list);
        let mut empty = Vec::new();
        for (name, values) in &format.empty {
            let Some(column) = columns.iter().position(|column| column == name) else {
                return Err(ReadError::EmptyColumn { list, column: name.clone() });
            };
            if values.iter().any(|value| says_something(columns[column], value)) {
                return Err(ReadError::EmptyValue { list, column: columns[column] });
            }
            empty.push((
                column,
                values.iter().map(|value| value.trim_matches(is_blank).to_lowercase()).collect(),
            ));
        }

        Ok(Self(empty))
    }

    /// The row with those cells emptied; `None` when it has none of them.
    pub(super) fn apply<'c>(&self, cells: &[Cow<'c, str>]) -> Option<Vec<Cow<'c, str>>> {
        let is_empty = |(column, values): &&(usize, Vec<String>)| {
            let cell =
                cells.get(*column).map(|cell| cell.trim_matches(is_blank)).unwrap_or_default();
            !cell.is_empty() && values.iter().any(|value| *value == cell.to_lowercase())
        };

        let mut emptied: Option<Vec<Cow<'c, str>>> = None;
        for (column, _) in self.0.iter().filter(is_empty) {
            emptied.get_or_insert_with(|| cells.to_vec())[*column] = Cow::Borrowed("");
        }

        emptied
    }
}

fn says_something(column: &str, value: &str) -> bool {
    let is_date = |value: &str| matches!(cell::event_date(value), Ok(Some(day)) if !is_filler(day));
    match column {
        "deceased_on" | "since" | "partner_ended" => is_date(value),
        "protected_address" | "whereabouts_unknown" => cell::flag(value) == Ok(true),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(column: &str, value: &str) -> InputFormat {
        let empty = [(column.to_owned(), vec![value.to_owned()])].into();
        InputFormat { empty, ..InputFormat::default() }
    }

    #[test]
    fn cells_with_these_values_are_empty_and_no_others() {
        let empty = Empty::of(List::Register, &format("deceased_on", " 1900-01-01 ")).unwrap();
        let place = schema::columns(List::Register)
            .iter()
            .position(|column| *column == "deceased_on")
            .unwrap();

        let mut cells: Vec<Cow<'_, str>> =
            vec![Cow::Borrowed("1900-01-01"); schema::columns(List::Register).len()];
        let emptied = empty.apply(&cells).unwrap();
        assert_eq!(emptied[place], "");
        assert_eq!(emptied.iter().filter(|cell| cell.is_empty()).count(), 1);
        cells[place] = Cow::Borrowed("1900-01-02");
        assert_eq!(empty.apply(&cells), None);

        assert_eq!(Empty::default().apply(&cells), None);
    }

    #[test]
    fn nobody_loses_their_protection_by_a_setting() {
        for (column, value) in [
            ("deceased_on", "2024-02-03"),
            ("deceased_on", "1999-00-00"),
            ("protected_address", "ja"),
            ("whereabouts_unknown", "1"),
        ] {
            let error = Empty::of(List::Register, &format(column, value)).unwrap_err();
            assert!(matches!(error, ReadError::EmptyValue { .. }), "{column}");
        }

        for (column, value) in [
            ("deceased_on", "1753-01-01"),
            ("deceased_on", "99-99-9999"),
            ("protected_address", "nvt."),
            ("bsn", "999999999"),
        ] {
            assert!(Empty::of(List::Register, &format(column, value)).is_ok(), "{column}");
        }

        assert!(matches!(
            Empty::of(List::Register, &format("died_on", "")).unwrap_err(),
            ReadError::EmptyColumn { .. }
        ));
    }
}
