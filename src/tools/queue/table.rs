//! The open cases as a table for a spreadsheet, with what a human needs to see, and back.

use std::collections::BTreeMap;
use std::io::Write as _;

use camino::Utf8Path;
use jiff::civil::Date;

use super::{Queue, QueueCase, QueueError};
use crate::base::durable;
use crate::base::progress::Progress;
use crate::config::Config;
use crate::read::{self, DeliveredRow, ReadTerms};
use crate::tools::review::places_of;

/// What stands in front of the values.
const HEAD: [&str; 8] = ["case", "kind", "code", "reason", "answers", "file", "row", "decision"];

/// Values that a human compares; empty where a list does not have the column.
const VALUES: [&str; 20] = [
    "record_id",
    "person_ref",
    "bsn",
    "first_names",
    "initials",
    "surname_prefix",
    "surname",
    "birth_date",
    "sex",
    "street",
    "house_number",
    "house_letter",
    "house_addition",
    "postcode",
    "town",
    "country",
    "provider_code",
    "sample_date",
    "deceased_on",
    "protected_address",
];

/// Writes the cases that wait to `path`, one line a row, readable for the owner alone; returns how
/// many cases there are.
///
/// # Errors
/// [`QueueError::Values`] unless `review.values` permits it.
pub fn export_table(
    config: &Config,
    path: &Utf8Path,
    date: Date,
    progress: &Progress,
) -> Result<usize, QueueError> {
    if !config.review.values {
        return Err(QueueError::Values);
    }

    let queue = Queue::open(config)?;
    let open: Vec<&QueueCase> = queue.cases.iter().filter(|case| case.state.is_open()).collect();
    let wanted = places_of(open.iter().map(|case| case.in_papers()));
    let terms = ReadTerms { synthetic: config.synthetic, run_date: date };
    let rows = read::delivered_rows(&config.inbox, &config.inputs, &terms, &wanted, progress)?;
    let rows: BTreeMap<(String, u32), DeliveredRow> =
        rows.into_iter().map(|row| ((row.file.clone(), row.row), row)).collect();

    let mut text = line(HEAD.iter().chain(&VALUES).copied());
    for case in &open {
        let wanted = places_of([case.in_papers()]);
        let places = wanted.iter().flat_map(|(file, rows)| rows.iter().map(move |row| (file, row)));
        for (file, row) in places {
            text.push_str(&case_line(case, file, *row, rows.get(&(file.clone(), *row))));
        }
    }

    let failed = |source| QueueError::Table { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    // A spreadsheet takes a file without a mark for another code page.
    bytes.write_all("\u{feff}".as_bytes()).map_err(failed)?;
    bytes.write_all(text.as_bytes()).map_err(failed)?;
    durable::write_new(path, &bytes).map_err(failed)?;
    Ok(open.len())
}

fn case_line(case: &QueueCase, file: &str, row: u32, values: Option<&DeliveredRow>) -> String {
    let answers: Vec<&str> = case.answers.iter().map(|answer| answer.word()).collect();
    let (number, row) = (case.case.to_string(), row.to_string());
    let answers = answers.join(" ");
    let head =
        [number.as_str(), case.kind.word(), &case.code, &case.reason, &answers, file, &row, ""];
    let value = |name: &&str| {
        let cells = values.map_or(&[][..], |row| &row.cells);
        cells.iter().find(|(column, _)| column == name).map_or("", |(_, value)| value.as_str())
    };
    line(head.into_iter().chain(VALUES.iter().map(value)))
}

/// One line of CSV in which no cell is a formula: each that could be one begins with an apostrophe,
/// as does each that begins with an apostrophe already.
fn line<'c>(cells: impl Iterator<Item = &'c str>) -> String {
    let cells: Vec<String> = cells.map(|cell| quoted(&harmless(cell))).collect();
    cells.join(";") + "\r\n"
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

fn harmless(cell: &str) -> String {
    let begins = |sign: char| {
        matches!(
            sign,
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\'' | '＝' | '＋' | '－' | '＠'
        )
    };
    let flat: String =
        cell.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
    if cell.chars().next().is_some_and(begins)
        || flat.trim_start().chars().next().is_some_and(begins)
    {
        format!("'{flat}")
    } else {
        flat
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_no_cell_ends_its_line() {
        for cell in ["=1+1", "+31", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "'=1", "＝1"] {
            let written = harmless(cell);
            assert!(written.starts_with('\''), "{cell:?}");
            assert!(!written.chars().any(char::is_control));
        }
        assert_eq!(harmless("Kerkstraat 1"), "Kerkstraat 1");
        assert_eq!(line(["a\"b", "c\nd"].into_iter()), "\"a\"\"b\";\"c d\"\r\n");
    }
}
