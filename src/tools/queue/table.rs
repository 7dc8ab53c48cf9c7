//! The open cases as a table for a spreadsheet, with what a human needs to see, and back.

use std::collections::BTreeMap;
use std::io::Write as _;

use camino::Utf8Path;
use jiff::civil::Date;

use super::decide::decide_all;
use super::{CaseQueue, CaseWord, QueueCase, QueueError};
use crate::base::durable;
use crate::base::progress::Progress;
use crate::config::Config;
use crate::field::judgement::{CaseAnswer, CorrectedField, Correction};
use crate::read::{self, DeliveredRow, ReadTerms};
use crate::record::Decider;
use crate::tools::review::places_of;

/// The most that is read of a table, in bytes.
const LONGEST: u64 = 1 << 28;

/// What stands in front of the values.
const HEAD: [&str; 10] = [
    "case",
    "kind",
    "code",
    "reason",
    "answers",
    "file",
    "row",
    "decision",
    "correction",
    "source",
];

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

    let queue = CaseQueue::open(config)?;
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

/// Whether a file is such a table, by its first line.
///
/// # Errors
/// [`QueueError::Table`] when it cannot be read.
pub fn is_table(path: &Utf8Path) -> Result<bool, QueueError> {
    let head = text_of(path)?;
    let head = head.lines().next().unwrap_or_default().replace('"', "");
    Ok(["case", "answers", "decision"]
        .iter()
        .all(|name| head.split([';', ',', '\t']).any(|cell| cell.trim() == *name)))
}

fn text_of(path: &Utf8Path) -> Result<String, QueueError> {
    let failed = |source| QueueError::Table { path: path.to_owned(), source };
    let text = durable::read_text(path, LONGEST).map_err(failed)?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// One line of a table that decides something.
struct Decided {
    line: usize,
    case: u32,
    place: String,
    answer: CaseAnswer,
    corrections: Vec<Correction>,
    source: Option<String>,
}

/// Takes a table back: the cases of which a line has a decision, all of them or none. A case whose
/// number means other rows by now is refused.
///
/// # Errors
/// [`QueueError::Line`] names the line; nothing was written then.
pub fn apply_table(
    config: &Config,
    path: &Utf8Path,
    by: &str,
    date: Date,
) -> Result<usize, QueueError> {
    let lines = decided_lines(&text_of(path)?)?;
    let queue = CaseQueue::open_to_decide(config)?;
    let mut cases: BTreeMap<u32, &Decided> = BTreeMap::new();
    for line in &lines {
        let wrong =
            |problem: &str| QueueError::Line { line: line.line, problem: problem.to_owned() };
        let case = queue.find(line.case)?;
        let own = places_of([case.in_papers()]);
        let is_own = own
            .iter()
            .any(|(file, rows)| rows.iter().any(|row| format!("{file}:{row}") == line.place));
        if !is_own {
            return Err(wrong(
                "names a row that is not of this case: another run has counted anew",
            ));
        }
        let before = cases.insert(line.case, line);
        let same = before.is_none_or(|before| {
            (before.answer, &before.corrections) == (line.answer, &line.corrections)
        });
        if !same {
            return Err(wrong("says something else of a case than an earlier line"));
        }
    }

    let decider = Decider { by, reason: Some("decided in a table") };
    let word = |line: &&Decided| CaseWord {
        answer: line.answer,
        corrections: line.corrections.clone(),
        source: None,
        decider,
        run: None,
    };
    let mut words: Vec<(u32, CaseWord<'_>)> =
        cases.iter().map(|(case, line)| (*case, word(line))).collect();
    for ((_, word), line) in words.iter_mut().zip(cases.values()) {
        word.source = line.source.as_deref();
    }
    decide_all(config, &words, date)
}

fn decided_lines(text: &str) -> Result<Vec<Decided>, QueueError> {
    let head = text.lines().next().unwrap_or_default();
    let signs = [b';', b'\t', b','];
    let delimiter =
        signs.into_iter().max_by_key(|sign| head.bytes().filter(|byte| byte == sign).count());
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter.unwrap_or(b';'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let wrong = |line, problem: &str| QueueError::Line { line, problem: problem.to_owned() };
    let names = reader.headers().map_err(|_| wrong(1, "cannot be read"))?.clone();

    let mut decided = Vec::new();
    for (line, record) in (2..).zip(reader.records()) {
        let record = record.map_err(|_| wrong(line, "has more or fewer cells than the header"))?;
        let cell = |name: &str| {
            let place = names.iter().position(|own| own == name);
            place.and_then(|place| record.get(place)).unwrap_or_default()
        };
        if cell("decision").is_empty() {
            continue;
        }
        let answer = CaseAnswer::from_word(&cell("decision").to_lowercase());
        let source = Some(cell("source").to_owned()).filter(|source| !source.is_empty());
        decided.push(Decided {
            line,
            case: cell("case").parse().map_err(|_| wrong(line, "has no number of a case"))?,
            place: format!("{}:{}", cell("file"), cell("row")),
            answer: answer.ok_or_else(|| wrong(line, "has a decision that is no answer"))?,
            corrections: corrections(cell("correction")).ok_or_else(|| {
                wrong(line, "has a correction that is not `field = value; field = value`")
            })?,
            source,
        });
    }
    Ok(decided)
}

/// `street = Kerkstraat; house_number = 1`; `None`: something else.
fn corrections(text: &str) -> Option<Vec<Correction>> {
    let parts = text.split(';').filter(|part| !part.trim().is_empty());
    let one = |part: &str| {
        let (field, value) = part.split_once('=')?;
        let field = CorrectedField::from_word(field.trim())?;
        Some(Correction { field, value: value.trim().to_owned() })
    };
    parts.map(one).collect()
}

fn case_line(case: &QueueCase, file: &str, row: u32, values: Option<&DeliveredRow>) -> String {
    let answers: Vec<&str> = case.answers.iter().map(|answer| answer.word()).collect();
    let (number, row) = (case.case.to_string(), row.to_string());
    let answers = answers.join(" ");
    // Decision, correction and source are for whoever fills the table in.
    let filled =
        [number.as_str(), case.kind.word(), &case.code, &case.reason, &answers, file, &row];
    let head: [&str; HEAD.len()] =
        std::array::from_fn(|place| filled.get(place).copied().unwrap_or_default());

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
    fn a_table_is_read_back_with_its_corrections() {
        let head: Vec<String> = HEAD.iter().chain(&VALUES).map(|name| quoted(name)).collect();
        let cells = ["3", "address", "D204", "why", "corrected held", "a.csv", "7", "Corrected"];
        let said = ["street = Kerkstraat; house_number = 1", "the register"];
        let values = vec![""; VALUES.len()];
        let row: Vec<String> =
            cells.iter().chain(&said).chain(&values).map(|cell| quoted(cell)).collect();
        let text = format!("{}\r\n{}\r\n", head.join(";"), row.join(";"));

        let decided = decided_lines(&text).unwrap();
        assert_eq!((decided[0].case, decided[0].place.as_str()), (3, "a.csv:7"));
        assert_eq!((decided[0].answer, decided[0].corrections.len()), (CaseAnswer::Corrected, 2));
        assert!(decided_lines(&text.replace("Corrected", "perhaps")).is_err());
    }

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
