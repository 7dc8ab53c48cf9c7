//! The rows of a case as they stand in the lists now: a CSV list is read at the bytes of the row, one
//! of a different form as a whole. A row that no longer says what the run read is not shown.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::base::progress::Progress;
use crate::config::Config;
use crate::field::keys::Keys;
use crate::read::{self, NamedCells, ReadTerms};
use crate::report::case_index::{IndexedFile, IndexedRow};
use crate::run::RunError;
use crate::tools::review::{OpenCase, RowName};

/// More rows than these of one case are not shown: nobody compares them at a glance.
const MOST_ROWS: usize = 12;

/// A row as it stands in its list now.
pub(super) enum Standing {
    /// It says what the run read.
    Same(NamedCells),
    /// The list has changed since, or the row is gone.
    Changed,
}

impl Standing {
    pub(super) fn cells(&self) -> &[(&'static str, String)] {
        match self {
            Self::Same(cells) => cells,
            Self::Changed => &[],
        }
    }

    /// What it says in a column; empty where it has none.
    pub(super) fn cell(&self, name: &str) -> &str {
        self.cells().iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    pub(super) fn has_address(&self) -> bool {
        ["street", "location_description", "foreign_line_1"]
            .into_iter()
            .any(|name| !self.cell(name).is_empty())
    }

    /// As it stands in the row, on one line.
    pub(super) fn address(&self) -> String {
        let home = ["street", "house_number", "house_letter", "house_addition"];
        let place = ["location_description", "postcode", "town"];
        let abroad = ["foreign_line_1", "foreign_line_2", "foreign_line_3", "country"];
        let names = home.into_iter().chain(place).chain(abroad);
        let words = names.map(|name| self.cell(name)).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(" ")
    }
}

/// The rows of a case that are shown.
pub(super) fn names_of(lines: &OpenCase) -> Vec<RowName> {
    let mut names = lines.named_rows();
    // A list as a whole has no row.
    names.retain(|(_, row)| *row > 0);
    names.truncate(MOST_ROWS);
    names
}

/// Where a row was when the run read it, if the index knows.
type Place<'i> = Option<(&'i IndexedFile, IndexedRow)>;

/// The rows with these names, in their order.
///
/// # Errors
/// [`RunError`] when a list cannot be read.
pub(super) fn standing_rows(
    config: &Config,
    date: Date,
    names: &[RowName],
    places: &[Place<'_>],
    keys: &Keys,
) -> Result<Vec<Standing>, RunError> {
    let mut slow = by_number(config, date, names, places)?;
    let mut rows = Vec::with_capacity(names.len());
    for (name, place) in names.iter().zip(places) {
        let Some((file, row)) = place else {
            rows.push(Standing::Changed);
            continue;
        };
        let cells = match &file.form {
            Some(form) if config.inbox.join(&file.file).is_file() => {
                read::row_at(&config.inbox, (&file.file, file.list), form, (row.at, row.length))?
            }
            _ => slow.remove(name),
        };
        let cells = cells.filter(|cells| read::mark_of_cells(keys, cells) == row.mark);
        rows.push(cells.map_or(Standing::Changed, Standing::Same));
    }
    Ok(rows)
}

/// Rows of lists that are no CSV, which are read whole for them.
fn by_number(
    config: &Config,
    date: Date,
    names: &[RowName],
    places: &[Place<'_>],
) -> Result<BTreeMap<RowName, NamedCells>, RunError> {
    let mut wanted: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for ((file, row), place) in names.iter().zip(places) {
        let is_slow = place.as_ref().is_some_and(|(file, _)| file.form.is_none());
        if is_slow && config.inbox.join(file).is_file() {
            wanted.entry(file.clone()).or_default().insert(*row);
        }
    }
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }

    let terms = ReadTerms { synthetic: config.synthetic, run_date: date };
    let progress = Progress::hidden();
    let rows = read::delivered_rows(&config.inbox, &config.inputs, &terms, &wanted, &progress)?;
    Ok(rows.into_iter().map(|row| ((row.file, row.row), row.cells)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_on_one_line() {
        let row = |cells: &[(&'static str, &str)]| {
            Standing::Same(cells.iter().map(|(name, cell)| (*name, (*cell).to_owned())).collect())
        };
        let home = row(&[("town", "UTRECHT"), ("street", "Kade"), ("house_number", "12")]);
        assert_eq!(home.address(), "Kade 12 UTRECHT");
        assert!(home.has_address() && !row(&[("town", "UTRECHT")]).has_address());
        assert!(!Standing::Changed.has_address());
    }
}
