//! `namesakes.csv`: lab records, each with a row of a list that says died, protected or unknown of
//! somebody with the same name and birth date. Such a row holds nobody; `breachpost explain` names
//! it.

use std::collections::BTreeMap;

use camino::Utf8Path;
use serde::{Deserialize, Serialize};

use super::ReportError;
use super::papers::{create, finish};
use crate::field::ids::RowRef;
use crate::field::row::{Registrant, Rows};

/// The file's name in a run's papers.
pub const FILE: &str = "namesakes.csv";

/// One line: a lab record and a row about a namesake. Places only, never values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    file: String,
    row: u32,
    listed_file: String,
    listed_row: u32,
    says: String,
}

/// Writes the file.
///
/// # Errors
/// [`ReportError`] when it cannot be written.
pub fn write(path: &Utf8Path, rows: &Rows, pairs: &[(RowRef, RowRef)]) -> Result<(), ReportError> {
    let listed: BTreeMap<RowRef, &Registrant> = rows
        .participants
        .iter()
        .chain(&rows.register)
        .filter(|row| row.protects())
        .map(|row| (row.row, row))
        .collect();

    let mut csv = create(path)?;
    let name = |row: RowRef| rows.inputs[usize::from(row.file)].file.clone();
    for (lab, other) in pairs {
        let says = listed.get(other).map_or_else(String::new, |row| says(row));
        let line = Line {
            file: name(*lab),
            row: lab.row,
            listed_file: name(*other),
            listed_row: other.row,
            says,
        };
        csv.serialize(line).map_err(|source| ReportError::Csv { file: FILE, source })?;
    }

    finish(csv, FILE)
}

fn says(row: &Registrant) -> String {
    let words = [
        (row.deceased_on.is_some() || row.deceased_unreadable, "died"),
        (row.protected_address, "protected address"),
        (row.whereabouts_unknown, "whereabouts unknown"),
    ];
    words.iter().filter(|(holds, _)| *holds).map(|(_, word)| *word).collect::<Vec<_>>().join(", ")
}

/// What the file in `folder` says of namesakes of these rows, in words; nothing when the file is
/// not there.
#[must_use]
pub fn of(folder: &Utf8Path, wanted: &[(String, u32)]) -> Vec<String> {
    let Ok(mut csv) = csv::Reader::from_path(folder.join(FILE)) else { return Vec::new() };
    let lines = csv.deserialize().filter_map(|line: Result<Line, csv::Error>| line.ok());
    let about = lines
        .filter(|line| wanted.iter().any(|(file, row)| (file, *row) == (&line.file, line.row)));
    let mut found: Vec<String> = about
        .map(|Line { listed_file, listed_row, says, .. }| {
            format!(
                "{listed_file}:{listed_row} says {says}: same name and birth date, other address, no or another BSN"
            )
        })
        .collect();

    found.sort_unstable();
    found.dedup();
    found
}
