//! The papers of a run: written beside the plan before anything is set, moved to `runs/<run_id>/`
//! when all is done.

use std::collections::BTreeMap;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;

use super::RunError;
use crate::base::{FileError, data_dir, durable};
use crate::compose::TextUse;
use crate::field::ids::RowRef;
use crate::field::keys::Marker;
use crate::field::made_with::MadeWith;
use crate::field::reason::SetAside;
use crate::field::row::Rows;
use crate::read::{Delivery, MARKS};
use crate::record::Job;
use crate::report::account::Account;
use crate::report::case_lines::{CASES, CaseLines};
use crate::report::letters::LettersFile;
use crate::report::papers::WaitingRows;
use crate::report::providers::{PROVIDERS, ProviderLine, ProviderReport};
use crate::report::{Report, namesakes, page, papers};

/// Writes `rows.csv`, `review.csv`, `waiting.csv` where there are waves, and the report so far to `folder`.
///
/// # Errors
/// [`RunError`] when one of them cannot be written.
pub(super) fn write(
    folder: &Utf8Path,
    rows: &Rows,
    account: &Account,
    waiting: WaitingRows<'_>,
    report: &Report,
) -> Result<(), RunError> {
    papers::write_rows(&folder.join("rows.csv"), rows, account)?;
    papers::write_review(&folder.join("review.csv"), rows, waiting)?;
    if let Some(waves) = &report.waves {
        papers::write_waiting(&folder.join(papers::WAITING), rows, waiting, waves)?;
    }
    write_report(folder, report)
}

/// Writes `cases.csv` to `folder`: what the cases of `review.csv` are known by. `events`: how many
/// the ledger has.
///
/// # Errors
/// [`RunError`] when it cannot be written.
pub(super) fn write_cases(
    folder: &Utf8Path,
    cases: &CaseLines,
    set_aside: &[SetAside],
    events: u64,
) -> Result<(), RunError> {
    let numbers = papers::case_numbers(set_aside);
    Ok(cases.write(&folder.join(CASES), &numbers, events)?)
}

/// Writes down what the lists were, for the next `breachpost inbox`.
///
/// # Errors
/// [`RunError`] when it cannot be written.
pub(super) fn write_marks(
    folder: &Utf8Path,
    delivery: &Delivery,
    marker: Marker,
) -> Result<(), RunError> {
    let path = folder.join(MARKS);
    Ok(delivery.write(&path, marker).map_err(FileError::at("write", &path))?)
}

/// Writes `namesakes.csv` to `folder`, for `explain`.
///
/// # Errors
/// [`RunError`] when it cannot be written.
pub(super) fn write_namesakes(
    folder: &Utf8Path,
    rows: &Rows,
    pairs: &[(RowRef, RowRef)],
) -> Result<(), RunError> {
    Ok(namesakes::write(&folder.join(namesakes::FILE), rows, pairs)?)
}

/// How many letters of the last plan have each text.
const TEXT_USES: &str = "text-uses.json";

/// Writes down how many letters have each text, for the desk: nothing of the people in it.
///
/// # Errors
/// [`RunError`] when it cannot be written.
pub(super) fn write_text_uses(folder: &Utf8Path, uses: &[TextUse]) -> Result<(), RunError> {
    let json = serde_json::to_vec(uses).map_err(crate::report::ReportError::Json)?;
    write_file(&folder.join(TEXT_USES), &json)
}

/// How many letters of the last plan have each text; `None` when no plan has been made, or an
/// earlier program made it.
#[must_use]
pub fn text_uses(data_dir: &Utf8Path) -> Option<Vec<TextUse>> {
    let folders = |folder: Utf8PathBuf| {
        let entries = folder.read_dir_utf8().into_iter().flatten().filter_map(Result::ok);
        entries.map(camino::Utf8DirEntry::into_path).collect::<Vec<_>>()
    };
    let planned = folders(data_dir::staging(data_dir)).into_iter().map(|job| job.join("papers"));
    let files = planned.chain(folders(data_dir::runs(data_dir))).map(|run| run.join(TEXT_USES));
    let dated = files.filter_map(|file| Some((fs::metadata(&file).ok()?.modified().ok()?, file)));

    let (_, newest) = dated.max()?;
    serde_json::from_slice(&fs::read(newest).ok()?).ok()
}

/// The hash of the texts of the last run that ended, and when it did; `None` when there was none.
#[must_use]
pub fn last_texts(data_dir: &Utf8Path) -> Option<(Timestamp, String)> {
    /// The part of a report that is wanted.
    #[derive(serde::Deserialize)]
    struct Part {
        made_with: Option<MadeWith>,
    }

    let runs = data_dir::runs(data_dir).read_dir_utf8().ok()?.filter_map(Result::ok);
    let reports = runs.map(|run| run.into_path().join("report.json"));
    let dated = reports.filter_map(|file| Some((fs::metadata(&file).ok()?.modified().ok()?, file)));
    let mut dated: Vec<_> = dated.collect();
    dated.sort_unstable();

    // A reprint has the texts of an earlier night, and its report names none.
    dated.into_iter().rev().find_map(|(at, file)| {
        let part: Part = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
        Some((Timestamp::try_from(at).ok()?, part.made_with?.texts))
    })
}

/// Writes down how far each care provider is, for the help desk.
///
/// # Errors
/// [`RunError`] when it cannot be written.
pub(super) fn write_providers(
    folder: &Utf8Path,
    providers: Option<&(BTreeMap<String, ProviderLine>, ProviderReport)>,
) -> Result<(), RunError> {
    let Some((lines, _)) = providers else { return Ok(()) };
    let json = serde_json::to_vec(lines).map_err(crate::report::ReportError::Json)?;
    write_file(&folder.join(PROVIDERS), &json)
}

/// How far each care provider was on the last night that ended or waits, by code, with the date of
/// that night; `None`: no night told providers first.
#[must_use]
pub fn last_providers(data_dir: &Utf8Path) -> Option<BTreeMap<String, ProviderLine>> {
    let files = everywhere(data_dir, PROVIDERS).into_iter();
    let dated = files.filter_map(|file| Some((fs::metadata(&file).ok()?.modified().ok()?, file)));

    let (_, newest) = dated.max()?;
    serde_json::from_slice(&fs::read(newest).ok()?).ok()
}

/// Where a paper of this name may be: of the runs that ended, and of the job that waits.
pub(super) fn everywhere(data_dir: &Utf8Path, name: &str) -> Vec<Utf8PathBuf> {
    let folders = |folder: Utf8PathBuf| {
        let entries = folder.read_dir_utf8().into_iter().flatten().filter_map(Result::ok);
        entries.map(camino::Utf8DirEntry::into_path).collect::<Vec<_>>()
    };
    let planned = folders(data_dir::staging(data_dir)).into_iter().map(|job| job.join("papers"));
    planned.chain(folders(data_dir::runs(data_dir))).map(|run| run.join(name)).collect()
}

/// Begins `letters.parquet` in `folder`.
///
/// # Errors
/// [`RunError`] when it cannot be made.
pub(super) fn letters(folder: &Utf8Path) -> Result<LettersFile, RunError> {
    Ok(LettersFile::create(&folder.join("letters.parquet"))?)
}

/// Writes `report.json` and `report.html` to `folder`.
///
/// # Errors
/// [`RunError`] when one of them cannot be written.
pub fn write_report(folder: &Utf8Path, report: &Report) -> Result<(), RunError> {
    let json = serde_json::to_string_pretty(report).map_err(crate::report::ReportError::Json)?;
    write_file(&folder.join("report.json"), json.as_bytes())?;
    write_file(&folder.join("report.html"), page::set(report)?.as_bytes())
}

/// Notes in the papers what became of the summary mail.
///
/// # Errors
/// [`RunError`] when the report cannot be written.
pub fn note_mail(folder: &Utf8Path, report: &mut Report, mail: &str) -> Result<(), RunError> {
    mail.clone_into(&mut report.mail);
    write_report(folder, report)
}

/// Reads the report that an interrupted run left beside its plan.
///
/// # Errors
/// [`RunError`] when it cannot be read.
pub fn read_report(folder: &Utf8Path) -> Result<Report, RunError> {
    let path = folder.join("report.json");
    let bytes = fs::read(&path).map_err(FileError::at("read", &path))?;
    serde_json::from_slice(&bytes).map_err(|_| RunError::Staged { path })
}

/// Moves the finished papers and the plan to `runs/<run_id>/`. Does nothing when an interrupted run
/// did it before.
///
/// # Errors
/// [`RunError::File`].
pub fn shelve(
    data_dir: &Utf8Path,
    run_id: &str,
    papers: &Utf8Path,
) -> Result<Utf8PathBuf, RunError> {
    let runs = data_dir::runs(data_dir);
    let shelf = runs.join(run_id);
    if shelf.is_dir() {
        return Ok(shelf);
    }

    let moved = fs::rename(papers, &shelf).and_then(|()| durable::sync_folder(&runs));
    moved.map_err(FileError::at("move the run's papers to", &shelf))?;

    Ok(shelf)
}

/// The next free run id of a day, `2025-09-15-1`: neither in the folder nor, where papers were
/// purged, in the ledger.
#[must_use]
pub fn next_run_id(data_dir: &Utf8Path, run_date: jiff::civil::Date, jobs: &[Job]) -> String {
    let runs = data_dir::runs(data_dir);
    let taken = |id: &str| runs.join(id).exists() || jobs.iter().any(|job| job.run_id == id);
    let mut number = 1_u32;
    while taken(&format!("{run_date}-{number}")) {
        number += 1;
    }
    format!("{run_date}-{number}")
}

fn write_file(path: &Utf8Path, bytes: &[u8]) -> Result<(), RunError> {
    Ok(durable::write(path, bytes).map_err(FileError::at("write", path))?)
}
