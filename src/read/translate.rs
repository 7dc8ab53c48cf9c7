//! What a site writes in its own words and dates, as the contract writes it: `[inputs.<list>]
//! words` and `dates`.
//!
//! Cells are translated before anything reads them, whatever kind of file they come from. A cell
//! that the configuration says nothing about stays as it is, and is then judged like any other.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::config::InputFormat;
use crate::field::contract::{self, CellForm, DateForm};
use crate::field::row::List;

use super::text::is_blank;

/// What to translate in the rows of one file.
#[derive(Debug, Default)]
pub(super) struct Translation {
    /// By place in the contract.
    columns: Vec<(usize, Kind)>,
}

#[derive(Debug)]
enum Kind {
    /// The whole cell is a word.
    Word(BTreeMap<String, String>),
    /// Words joined by `;`.
    Words(BTreeMap<String, String>),
    Date(DateForm),
}

impl Translation {
    /// Columns that the contract does not have were refused when the configuration was loaded.
    pub(super) fn of(list: List, format: &InputFormat) -> Self {
        let mut columns = Vec::new();
        for (place, column) in contract::columns(list).iter().enumerate() {
            if let Some(words) = format.words.get(column.name).filter(|words| !words.is_empty()) {
                let joined = matches!(column.form, CellForm::Words(_));
                let kind =
                    if joined { Kind::Words(words.clone()) } else { Kind::Word(words.clone()) };
                columns.push((place, kind));
            } else if column.form.is_date() && format.dates != DateForm::Iso {
                columns.push((place, Kind::Date(format.dates)));
            }
        }

        Self { columns }
    }

    /// The row in the contract's words; `None` when there is nothing to translate.
    pub(super) fn apply<'a>(&self, cells: &'a [Cow<'_, str>]) -> Option<Vec<Cow<'a, str>>> {
        if self.columns.is_empty() {
            return None;
        }

        let mut row: Vec<Cow<'a, str>> = cells.iter().map(|cell| Cow::Borrowed(&**cell)).collect();
        for (place, kind) in &self.columns {
            if let Some(translated) = row.get(*place).and_then(|cell| kind.translate(cell)) {
                row[*place] = Cow::Owned(translated);
            }
        }

        Some(row)
    }
}

impl Kind {
    fn translate(&self, cell: &str) -> Option<String> {
        let inner = cell.trim_matches(is_blank);
        match self {
            Self::Word(words) => words.get(inner).cloned(),
            Self::Words(words) => {
                let mut known = false;
                let parts: Vec<&str> = inner
                    .split(';')
                    .map(|part| part.trim_matches(is_blank))
                    .map(|part| {
                        words.get(part).map_or(part, |ours| {
                            known = true;
                            ours
                        })
                    })
                    .collect();
                known.then(|| parts.join(";"))
            }
            Self::Date(form) => form.to_iso(inner),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(list: List, format: &str, column: &str, cell: &str) -> Option<String> {
        let format: InputFormat = toml::from_str(format).unwrap();
        let columns = contract::columns(list);
        let place = columns.iter().position(|one| one.name == column).unwrap();
        let mut cells = vec![Cow::Borrowed("as it is"); columns.len()];
        cells[place] = Cow::Borrowed(cell);
        let row = Translation::of(list, &format).apply(&cells)?;
        assert!(row.iter().enumerate().all(|(at, cell)| at == place || cell == "as it is"));
        Some(row[place].clone().into_owned())
    }

    #[test]
    fn only_what_is_mapped_is_translated() {
        let words = "words.status.bevestigd = \"confirmed\"\nwords.items.naw = \"name;address\"\nwords.items.leeg = \"\"";
        let table = [
            ("status", "bevestigd", "confirmed"),
            ("status", " bevestigd\u{a0}", "confirmed"),
            ("status", "Bevestigd", "Bevestigd"),
            ("status", "not_excluded", "not_excluded"),
            ("items", "naw; bsn", "name;address;bsn"),
            ("items", "leeg", ""),
            ("items", "bsn;sex", "bsn;sex"),
            ("birth_date", "01-03-1950", "01-03-1950"),
        ];

        for (column, cell, expected) in table {
            assert_eq!(
                translated(List::Exposures, words, column, cell).as_deref(),
                Some(expected),
                "{column} {cell}"
            );
        }

        assert_eq!(
            translated(List::Exposures, "", "status", "bevestigd"),
            None,
            "nothing is mapped"
        );
    }

    #[test]
    fn dates_of_the_pattern_become_those_of_the_contract() {
        let table = [
            ("01-03-1950", "1950-03-01"),
            ("00-00-1950", "1950-00-00"),
            ("1950-03-01", "1950-03-01"),
            ("01/03/1950", "01/03/1950"),
            ("01-03-1950 00:00:00", "01-03-1950 00:00:00"),
            ("", ""),
        ];

        for (cell, expected) in table {
            for column in ["birth_date", "deceased_on", "partner_ended"] {
                let found = translated(List::Register, "dates = \"DD-MM-YYYY\"", column, cell);
                assert_eq!(found.as_deref(), Some(expected), "{column} {cell}");
            }
        }
    }
}
