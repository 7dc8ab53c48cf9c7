//! Where the rows of the cases stand: looked up when everything is decided, written beside
//! `review.csv`.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use jiff::civil::Date;

use super::cases::Marked;
use super::{Night, RunError};
use crate::base::progress::Progress;
use crate::field::ids::RowRef;
use crate::field::reason::Reason;
use crate::field::row::{Input, Rows};
use crate::read::{self, ReadTerms};
use crate::record::{CaseNews, Gone, Ledger};
use crate::report::case_index::{
    CaseIndex, INDEX, IndexedCase, IndexedFile, IndexedRow, named_rows,
};
use crate::report::papers::{WaitingRows, case_numbers};
use crate::report::queue::QueueReport;

/// Writes `review.index` to `folder`. A file that has changed since the run read it is not looked
/// at: its cases can then be decided from the lists alone.
///
/// # Errors
/// [`RunError`] when a list cannot be read, or the file cannot be written.
pub(super) fn write(
    folder: &Utf8Path,
    night: &Night<'_>,
    ledger: &Ledger,
    rows: &Rows,
    waiting: WaitingRows<'_>,
    cases: &[IndexedCase],
) -> Result<(), RunError> {
    let wanted = named_rows(waiting);
    let mut index = CaseIndex { cases: cases.to_vec(), ..CaseIndex::default() };

    for (input, number) in rows.inputs.iter().zip(0..) {
        let of_file = |row| RowRef { file: number, row };
        let own = wanted.range(of_file(1)..=of_file(u32::MAX)).map(|row| row.row).collect();
        let (form, found) = look_up(night, ledger, input, &own)?;
        let (file, list, sha256) = (input.file.clone(), input.list, input.sha256.clone());
        index.files.push(IndexedFile { file, list, sha256, form });
        index.rows.extend(found.into_iter().map(|found| IndexedRow { file: number, ..found }));
    }

    Ok(index.write(&folder.join(INDEX))?)
}

/// The wanted rows of one file: by their bytes in a CSV file, by their numbers in others.
fn look_up(
    night: &Night<'_>,
    ledger: &Ledger,
    input: &Input,
    wanted: &BTreeSet<u32>,
) -> Result<(Option<read::CsvForm>, Vec<IndexedRow>), RunError> {
    let config = night.config;
    let row = |row, at, length, cells: &read::NamedCells| IndexedRow {
        file: 0,
        row,
        at,
        length,
        mark: read::mark_of_cells(ledger.keys(), cells),
    };
    if wanted.is_empty() {
        return Ok((None, Vec::new()));
    }

    if let Some((form, found)) = read::standing(&config.inbox, &config.inputs, input, wanted)? {
        let found = found.iter().map(|found| row(found.row, found.at, found.length, &found.cells));
        return Ok((Some(form), found.collect()));
    }

    let terms = ReadTerms { synthetic: config.synthetic, run_date: night.run_date };
    let wanted = BTreeMap::from([(input.file.clone(), wanted.clone())]);
    let progress = Progress::hidden();
    let found = read::delivered_rows(&config.inbox, &config.inputs, &terms, &wanted, &progress)?;
    Ok((None, found.iter().map(|found| row(found.row, 0, 0, &found.cells)).collect()))
}

/// The cases of `review.csv` with their ages.
pub(super) fn ages(
    waiting: WaitingRows<'_>,
    marked: &Marked,
    news: &CaseNews,
    ledger: &Ledger,
    today: Date,
) -> Vec<IndexedCase> {
    let numbers = case_numbers(waiting.set_aside);
    let since = |mark: &_| news.since.get(mark).copied().unwrap_or(today);
    let mut cases: Vec<IndexedCase> = numbers
        .iter()
        .filter_map(|(first, case)| {
            let case = u32::try_from(*case).ok()?;
            Some(IndexedCase { case, since: since(marked.of_cases.get(first)?) })
        })
        .collect();

    let open = waiting.gone.iter().filter(|gone| gone.is_open());
    let gone = (numbers.len() + 1..).zip(open);
    cases.extend(gone.filter_map(|(number, gone): (_, &Gone)| {
        let since = since(&gone.case(ledger.keys()));
        Some(IndexedCase { case: u32::try_from(number).ok()?, since })
    }));
    cases.sort_unstable_by_key(|case| case.case);
    cases
}

/// The queue by kind and age.
pub(super) fn queue(
    waiting: WaitingRows<'_>,
    cases: &[IndexedCase],
    news: &CaseNews,
    night: &Night<'_>,
) -> QueueReport {
    let numbers = case_numbers(waiting.set_aside);
    let mut reasons: BTreeMap<u32, Reason> = BTreeMap::new();
    let number_of = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    for item in waiting.set_aside {
        if let Some(number) = numbers.get(&item.case.unwrap_or(item.row)) {
            reasons.entry(number_of(*number)).or_insert(item.reason);
        }
    }
    let open = waiting.gone.iter().filter(|gone| gone.is_open());
    reasons.extend(
        (1..).zip(open).map(|(more, gone)| (number_of(numbers.len() + more), gone.reason())),
    );

    let cases = cases.iter().filter_map(|case| Some((*reasons.get(&case.case)?, case.since)));
    QueueReport::of(cases, &news.nights, night.run_date, night.config.review.overdue_days)
}
