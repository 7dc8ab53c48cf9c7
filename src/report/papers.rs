//! `rows.csv` and `review.csv`: one line per exposure row, and what a human has to decide.

use std::fs::File;

use camino::Utf8Path;

use super::ReportError;
use super::account::Account;
use crate::reason::{RowState, SetAside};
use crate::row::{List, RowRef, Rows};

/// Writes `rows.csv` to `path`: `file, row, record_id, state, code, person, letter_id`, in file and row order.
///
/// # Errors
/// [`ReportError`] when the file cannot be written.
pub fn write_rows(path: &Utf8Path, rows: &Rows, account: &Account) -> Result<(), ReportError> {
    let mut csv = create(path, "rows.csv")?;
    let failed = |source| ReportError::Csv { file: "rows.csv", source };
    csv.write_record(["file", "row", "record_id", "state", "code", "person", "letter_id"]).map_err(failed)?;
    let record_ids = RecordIds::of(rows);
    for (row, fate) in account.fates() {
        csv.write_record([
            rows.inputs[usize::from(row.file)].file.as_str(),
            &row.row.to_string(),
            record_ids.get(row),
            &fate.state.to_string(),
            fate.reason.map_or("", |reason| reason.code()),
            &fate.person.map_or_else(String::new, |person| person.to_string()),
            &fate.letter.map_or_else(String::new, |letter| account.letter_id(letter)),
        ])
        .map_err(failed)?;
    }
    finish(csv, "rows.csv")
}

/// Writes `review.csv` to `path`: every row that waits for a human, with its code and the evidence by row number.
///
/// # Errors
/// [`ReportError`] when the file cannot be written.
pub fn write_review(path: &Utf8Path, rows: &Rows, set_aside: &[SetAside]) -> Result<(), ReportError> {
    let mut csv = create(path, "review.csv")?;
    let failed = |source| ReportError::Csv { file: "review.csv", source };
    csv.write_record(["list", "file", "row", "code", "reason", "person", "beside", "evidence"]).map_err(failed)?;
    let mut held: Vec<&SetAside> =
        set_aside.iter().filter(|item| matches!(item.reason.state(), RowState::Review | RowState::Rejected)).collect();
    held.sort_by_key(|item| (item.row, item.reason));
    let name = |row: RowRef| format!("{}:{}", rows.inputs[usize::from(row.file)].file, row.row);
    for item in held {
        let input = &rows.inputs[usize::from(item.row.file)];
        let beside: Vec<String> = item.beside.iter().map(|row| name(*row)).collect();
        csv.write_record([
            list_word(input.list),
            &input.file,
            &item.row.row.to_string(),
            item.reason.code(),
            item.reason.text(),
            &item.person.map_or_else(String::new, |person| person.to_string()),
            &beside.join(" "),
            &item.evidence,
        ])
        .map_err(failed)?;
    }
    finish(csv, "review.csv")
}

/// Record ids of all exposure rows, good and refused.
struct RecordIds<'a>(Vec<(RowRef, &'a str)>);

impl<'a> RecordIds<'a> {
    fn of(rows: &'a Rows) -> Self {
        let good = rows.exposures.iter().map(|exposure| (exposure.row, exposure.record_id()));
        let refused = rows.refused.iter().filter(|refused| refused.list == List::Exposures);
        let mut ids: Vec<_> =
            good.chain(refused.map(|refused| (refused.set_aside.row, refused.record_id.as_str()))).collect();
        ids.sort_unstable_by_key(|(row, _)| *row);
        Self(ids)
    }

    fn get(&self, row: RowRef) -> &'a str {
        self.0.binary_search_by_key(&row, |(row, _)| *row).map_or("", |index| self.0[index].1)
    }
}

const fn list_word(list: List) -> &'static str {
    match list {
        List::Exposures => "exposures",
        List::Participants => "participants",
        List::Register => "register",
        List::Providers => "providers",
        List::Suppressions => "suppressions",
    }
}

fn create(path: &Utf8Path, file: &'static str) -> Result<csv::Writer<File>, ReportError> {
    let written = File::create(path).map_err(|source| ReportError::Write { file, source })?;
    Ok(csv::Writer::from_writer(written))
}

fn finish(csv: csv::Writer<File>, file: &'static str) -> Result<(), ReportError> {
    let written = csv.into_inner().map_err(|error| ReportError::Write { file, source: error.into_error() })?;
    written.sync_all().map_err(|source| ReportError::Write { file, source })
}
