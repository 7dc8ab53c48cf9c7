//! `rows.csv` and `review.csv`: one line per exposure row, and what a human has to decide.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

use camino::Utf8Path;

use super::ReportError;
use super::account::Account;
use super::waves::WaveReport;
use crate::base::FileError;
use crate::field::ids::RowRef;
use crate::field::reason::{Reason, RowState, SetAside};
use crate::field::row::{List, Rows};
use crate::record::Gone;

/// Writes `rows.csv` to `path`: `file, row, record_id, state, code, person, letter_id`, in file and
/// row order.
///
/// # Errors
/// [`ReportError`] when the file cannot be written.
pub fn write_rows(path: &Utf8Path, rows: &Rows, account: &Account) -> Result<(), ReportError> {
    let mut csv = create(path)?;
    let failed = |source| ReportError::Csv { file: "rows.csv", source };
    csv.write_record(["file", "row", "record_id", "state", "code", "person", "letter_id"])
        .map_err(failed)?;
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

/// Columns of `review.csv`. A human fills in `decision` and hands the file to `breachpost review
/// apply`.
pub const REVIEW: [&str; 12] = [
    "case",
    "list",
    "file",
    "row",
    "record_id",
    "code",
    "reason",
    "person",
    "beside",
    "beside_ids",
    "evidence",
    "decision",
];

/// Writes `review.csv` to `path`: every row that waits for a human, with its code and the evidence
/// by row number.
///
/// Rows to look at first come first. Rows that linking takes to be one person are one case and are
/// together; a row has a line for each candidate that it may or may not be the same person as.
/// Older deliveries of a record are below the newest one, by which they end. No names, dates or
/// addresses: they are looked up by file and row.
///
/// Records that people were told about and that are no longer delivered are at the end, without
/// file and row: a human says of each whether it was `withdrawn` or is merely `lacking`.
///
/// # Errors
/// [`ReportError`] when the file cannot be written.
pub fn write_review(
    path: &Utf8Path,
    rows: &Rows,
    waiting: WaitingRows<'_>,
) -> Result<(), ReportError> {
    let set_aside = waiting.set_aside;
    let mut csv = create(path)?;
    let failed = |source| ReportError::Csv { file: "review.csv", source };
    csv.write_record(REVIEW).map_err(failed)?;
    let mut held = held(set_aside);
    let cases = cases(&held);
    held.sort_by_key(|item| (cases[&case(item)], item.row, item.reason));
    let shown = held
        .iter()
        .flat_map(|item| item.beside.iter().chain(item.further.iter().flat_map(|more| &more.rows)));
    let ids = Ids::of(rows, &held.iter().map(|item| item.row).chain(shown.copied()).collect());
    let name = |row: &RowRef| format!("{}:{}", rows.inputs[usize::from(row.file)].file, row.row);
    let joined = |words: Vec<String>| words.join(" ");

    for item in held {
        let mut write = |row: RowRef, beside: &[RowRef], evidence: &str| {
            let input = &rows.inputs[usize::from(row.file)];
            csv.write_record([
                &cases[&case(item)].to_string(),
                list_word(input.list),
                &input.file,
                &row.row.to_string(),
                ids.get(item.row),
                item.reason.code(),
                item.reason.text(),
                &item.person.map_or_else(String::new, |person| person.to_string()),
                &joined(beside.iter().map(name).collect()),
                &joined(beside.iter().map(|row| ids.get(*row).to_owned()).collect()),
                evidence,
                "",
            ])
            .map_err(failed)
        };
        let candidates = std::iter::once((&item.beside, &item.evidence));
        for (beside, evidence) in
            candidates.chain(item.further.iter().map(|more| (&more.rows, &more.evidence)))
        {
            write(item.row, beside, evidence)?;
        }
        for older in waiting.followers.get(&item.row).into_iter().flatten() {
            write(*older, &[item.row], OLDER)?;
        }
    }

    for (number, gone) in (cases.len() + 1..).zip(waiting.gone.iter().filter(|gone| gone.is_open()))
    {
        csv.write_record(gone_line(number, gone)).map_err(failed)?;
    }
    finish(csv, "review.csv")
}

/// Rows that wait for a later wave: `file, row, record_id, wave, due`, in file and row order.
pub const WAITING: &str = "waiting.csv";

/// Writes `waiting.csv` to `path`.
///
/// # Errors
/// [`ReportError`] when the file cannot be written.
pub fn write_waiting(
    path: &Utf8Path,
    rows: &Rows,
    waiting: WaitingRows<'_>,
    waves: &WaveReport,
) -> Result<(), ReportError> {
    let mut csv = create(path)?;
    let failed = |source| ReportError::Csv { file: WAITING, source };
    csv.write_record(["file", "row", "record_id", "wave", "due"]).map_err(failed)?;

    let waits = |item: &&SetAside| item.reason == Reason::D303;
    let items = waiting.set_aside.iter().filter(waits);
    let with_followers = |item: &SetAside| {
        let older = waiting.followers.get(&item.row).into_iter().flatten().copied();
        let due = item.due;
        std::iter::once(item.row).chain(older).map(move |row| (row, due)).collect::<Vec<_>>()
    };
    let mut lines: Vec<_> = items.flat_map(with_followers).collect();
    lines.sort_unstable();

    let record_ids = RecordIds::of(rows);
    for (row, due) in lines {
        let wave = due.and_then(|night| waves.number_on(night));
        csv.write_record([
            rows.inputs[usize::from(row.file)].file.as_str(),
            &row.row.to_string(),
            record_ids.get(row),
            &wave.map_or_else(String::new, |wave| wave.to_string()),
            &due.map_or_else(String::new, |due| due.to_string()),
        ])
        .map_err(failed)?;
    }

    finish(csv, WAITING)
}

/// What waits for a human.
#[derive(Clone, Copy)]
pub struct WaitingRows<'w> {
    /// Rows.
    pub set_aside: &'w [SetAside],
    /// Records that are no longer delivered.
    pub gone: &'w [Gone],
    /// Older deliveries of records, by the row of the newest one.
    pub followers: &'w BTreeMap<RowRef, Vec<RowRef>>,
}

/// Evidence of a row that waits because a newer one of its record does.
const OLDER: &str = "an older delivery of the record beside it: nothing to decide here";

fn gone_line(number: usize, gone: &Gone) -> [String; REVIEW.len()] {
    let reason = gone.reason();
    let mut line: [String; REVIEW.len()] = std::array::from_fn(|_| String::new());
    let cells = [
        ("case", number.to_string()),
        ("list", list_word(List::Exposures).to_owned()),
        ("record_id", gone.record_id.clone()),
        ("code", reason.code().to_owned()),
        ("reason", reason.text().to_owned()),
        ("person", gone.person.to_string()),
        ("evidence", format!("dataset_id: {}", gone.dataset_id)),
    ];

    for (name, cell) in cells {
        if let Some(place) = REVIEW.iter().position(|column| *column == name) {
            line[place] = cell;
        }
    }

    line
}

/// Rows that wait for a human, those to look at first before the others.
pub(super) fn held(set_aside: &[SetAside]) -> Vec<&SetAside> {
    let mut held: Vec<&SetAside> = set_aside
        .iter()
        .filter(|item| matches!(item.reason.state(), RowState::Review | RowState::Rejected))
        .collect();
    held.sort_by_key(|item| (!item.first, item.row, item.reason));
    held
}

/// Numbers of the cases in `review.csv`, by their first rows.
#[must_use]
pub fn case_numbers(set_aside: &[SetAside]) -> BTreeMap<RowRef, usize> {
    cases(&held(set_aside))
}

/// What is together: rows held as one person, else the row itself.
pub(super) fn case(item: &SetAside) -> RowRef {
    item.case.unwrap_or(item.row)
}

/// Numbers of the cases, in the order of their first held rows.
fn cases(held: &[&SetAside]) -> BTreeMap<RowRef, usize> {
    let mut cases = BTreeMap::new();
    for item in held {
        let next = cases.len() + 1;
        cases.entry(case(item)).or_insert(next);
    }
    cases
}

/// Record ids and person_refs of some rows of any list.
struct Ids<'a>(BTreeMap<RowRef, &'a str>);

impl<'a> Ids<'a> {
    fn of(rows: &'a Rows, wanted: &BTreeSet<RowRef>) -> Self {
        let exposures = rows.exposures.iter().map(|row| (row.row, row.record_id()));
        let listed =
            rows.participants.iter().chain(&rows.register).map(|row| (row.row, row.person_ref()));
        let refused = rows.refused.iter().map(|row| {
            (
                row.set_aside.row,
                if row.record_id.is_empty() { &row.person_ref } else { &row.record_id }.as_str(),
            )
        });

        Self(
            exposures
                .chain(listed)
                .chain(refused)
                .filter(|(row, _)| wanted.contains(row))
                .collect(),
        )
    }

    fn get(&self, row: RowRef) -> &'a str {
        self.0.get(&row).copied().unwrap_or("")
    }
}

/// Record ids of all exposure rows, good and refused.
struct RecordIds<'a>(Vec<(RowRef, &'a str)>);

impl<'a> RecordIds<'a> {
    fn of(rows: &'a Rows) -> Self {
        let good = rows.exposures.iter().map(|exposure| (exposure.row, exposure.record_id()));
        let refused = rows.refused.iter().filter(|refused| refused.list == List::Exposures);
        let mut ids: Vec<_> = good
            .chain(refused.map(|refused| (refused.set_aside.row, refused.record_id.as_str())))
            .collect();
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
        List::Professionals => "professionals",
    }
}

pub(super) fn create(path: &Utf8Path) -> Result<csv::Writer<File>, ReportError> {
    let written = File::create(path).map_err(FileError::at("write", path))?;
    Ok(csv::Writer::from_writer(written))
}

pub(super) fn finish(csv: csv::Writer<File>, file: &'static str) -> Result<(), ReportError> {
    let failed = FileError::at("write", file.into());
    let written = csv.into_inner().map_err(|error| failed(error.into_error()))?;
    Ok(written.sync_all().map_err(failed)?)
}
