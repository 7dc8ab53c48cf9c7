//! The end of a campaign: close it, then destroy everything about people and keep the proof of what was done.
//!
//! A purge is written down before it begins and can be resumed at any instant: what will go is in the history, and
//! every step may be repeated. The key goes last; without it no pseudonym or letter id that is left anywhere can be
//! led back to a person (NIST SP 800-88r2, cryptographic erase).

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use serde::Serialize;

use super::audit::{Event, Head, Over, Purging};
use super::error::RecordError;
use super::job::Totals;
use super::model::CampaignState;
use super::{Ledger, anchors, audit, files, inputs, key_path};

/// What a purge keeps of a run's papers: totals.
const KEPT_OF_RUNS: [&str; 2] = ["report.html", "report.json"];
/// What a purge keeps of a published job, by extension: hashes.
const KEPT_OF_JOBS: [&str; 2] = ["SHA256SUMS", "done"];
const METHOD: &str = "files unlinked; rows deleted with secure_delete and the ledger rewritten (VACUUM); key destroyed";

/// What will go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PurgePlan {
    /// The campaign.
    pub campaign: String,
    /// What the ledger knows of people; the numbers stay.
    pub totals: Totals,
    /// Keyed marks of rows and BSNs.
    pub marks: u64,
    /// Paths below the data folder, with their sizes in bytes; sorted.
    pub files: Vec<(Utf8PathBuf, u64)>,
}

/// What has gone; also stands in `purge-certificate.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// The ledger's random name.
    pub ledger: String,
    /// When: the date of the run that began the purge.
    pub date: Date,
    /// Who approved it.
    pub approved_by: String,
    /// How.
    pub method: &'static str,
    /// What.
    #[serde(flatten)]
    pub plan: PurgePlan,
    /// Head of the ledger after it.
    pub head: Head,
}

/// Closes the campaign: no run will plan letters any more.
///
/// # Errors
/// [`RecordError::JobState`] when a job is unfinished, [`RecordError::Over`] when it is closed already.
pub fn close(data_dir: &Utf8Path, campaign: &str, date: Date) -> Result<Head, RecordError> {
    let mut ledger = Ledger::open(data_dir, campaign, super::Access::Write)?;
    if let Some(open) = ledger.pending()? {
        return Err(RecordError::JobState { job: open.job, found: open.state.to_string(), wanted: "done" });
    }
    ledger.write(|store| store.close(Over { date }))
}

/// Says what a purge of this closed campaign would destroy; nothing is touched.
///
/// # Errors
/// [`RecordError::NotOver`] when the campaign is open.
pub fn plan(data_dir: &Utf8Path, campaign: &str) -> Result<PurgePlan, RecordError> {
    let ledger = Ledger::open(data_dir, campaign, super::Access::Read)?;
    refuse_when_open(&ledger)?;
    draw_up(&ledger)
}

/// Destroys what [`plan`] says, or goes on with an interrupted purge; repeated, it changes nothing about what is left.
///
/// # Errors
/// [`RecordError::NotOver`] when the campaign is open; [`RecordError`] when a file or row cannot be destroyed: run
/// again to go on.
pub fn execute(data_dir: &Utf8Path, campaign: &str, date: Date, approved_by: &str) -> Result<Certificate, RecordError> {
    inputs::check_line(approved_by).map_err(|problem| RecordError::Approval { problem })?;
    let mut ledger = Ledger::open_to_end(data_dir, campaign)?;
    refuse_when_open(&ledger)?;
    let purging = begin(&mut ledger, date, approved_by)?;
    destroy_files(&ledger, &purging)?;
    delete_rows(&mut ledger, &purging)?;
    ledger.store.vacuum()?;
    destroy(&key_path(data_dir))?;
    ledger.store.check_integrity()?;
    certify(&ledger, purging)
}

/// Writes down what will go, unless that was done before.
pub(super) fn begin(ledger: &mut Ledger, date: Date, approved_by: &str) -> Result<Purging, RecordError> {
    if ledger.campaign_state()? == CampaignState::Closed {
        let plan = draw_up(ledger)?;
        let files = plan.files.into_iter().map(|(path, bytes)| (path.into_string(), bytes)).collect();
        let approved_by = approved_by.to_owned();
        let purging = Purging { date, approved_by, totals: plan.totals, marks: plan.marks, files };
        ledger.write_bare(|store| store.begin_purge(purging))?;
    }
    written_down(ledger)
}

/// Deletes rows about people, unless that was done before.
pub(super) fn delete_rows(ledger: &mut Ledger, purging: &Purging) -> Result<(), RecordError> {
    if ledger.campaign_state()? == CampaignState::Purging {
        ledger.write_bare(|store| store.finish_purge(Over { date: purging.date }))?;
    }
    Ok(())
}

fn refuse_when_open(ledger: &Ledger) -> Result<(), RecordError> {
    if ledger.campaign_state()? == CampaignState::Open {
        return Err(RecordError::NotOver { campaign: ledger.campaign.clone() });
    }
    Ok(())
}

fn draw_up(ledger: &Ledger) -> Result<PurgePlan, RecordError> {
    Ok(PurgePlan {
        campaign: ledger.campaign.clone(),
        totals: ledger.totals()?,
        marks: ledger.store.count_marks()?,
        files: doomed(&ledger.data_dir)?,
    })
}

/// The purge as it was written down when it began.
fn written_down(ledger: &Ledger) -> Result<Purging, RecordError> {
    let events = audit::verify(&ledger.store.entries()?)?;
    let purging = events.into_iter().rev().find_map(|event| match event {
        Event::Purging(purging) => Some(purging),
        _ => None,
    });
    purging.ok_or_else(|| RecordError::Damaged { problem: "the purge was never written down".to_owned() })
}

/// Files about people, with their sizes.
fn doomed(data_dir: &Utf8Path) -> Result<Vec<(Utf8PathBuf, u64)>, RecordError> {
    let mut found = Vec::new();
    for folder in ["backups", "staging", "runs", "outbox"] {
        list(data_dir, Utf8Path::new(folder), &mut found)?;
    }
    found.retain(|(path, _)| !is_kept(path));
    found.sort_unstable();
    Ok(found)
}

fn is_kept(path: &Utf8Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    match path.components().next().map(|first| first.as_str()) {
        Some("runs") => KEPT_OF_RUNS.contains(&name),
        Some("outbox") => path.extension().is_some_and(|extension| KEPT_OF_JOBS.contains(&extension)),
        _ => false,
    }
}

/// Every file below `folder`, links unfollowed.
fn list(data_dir: &Utf8Path, folder: &Utf8Path, found: &mut Vec<(Utf8PathBuf, u64)>) -> Result<(), RecordError> {
    for name in files::names(&data_dir.join(folder))? {
        let path = folder.join(name);
        let full = data_dir.join(&path);
        let about = std::fs::symlink_metadata(&full).map_err(files::failed("looking at", &full))?;
        if about.is_dir() {
            list(data_dir, &path, found)?;
        } else {
            found.push((path, about.len()));
        }
    }
    Ok(())
}

/// Destroys what was written down, and what has come since.
pub(super) fn destroy_files(ledger: &Ledger, purging: &Purging) -> Result<(), RecordError> {
    let listed = purging.files.iter().map(|(path, _)| Utf8PathBuf::from(path));
    let late = doomed(&ledger.data_dir)?.into_iter().map(|(path, _)| path);
    for path in listed.chain(late) {
        destroy(&ledger.data_dir.join(path))?;
    }
    Ok(())
}

fn destroy(path: &Utf8Path) -> Result<(), RecordError> {
    if files::is_there(path)? {
        files::remove(path)?;
        files::sync_folder(path.parent().unwrap_or(Utf8Path::new(".")))?;
    }
    Ok(())
}

fn certify(ledger: &Ledger, purging: Purging) -> Result<Certificate, RecordError> {
    let head = ledger.head()?;
    anchors::write(&ledger.data_dir, &ledger.id, &head)?;
    let files = purging.files.into_iter().map(|(path, bytes)| (path.into(), bytes)).collect();
    let campaign = ledger.campaign.clone();
    let certificate = Certificate {
        ledger: ledger.id.clone(),
        date: purging.date,
        approved_by: purging.approved_by,
        method: METHOD,
        plan: PurgePlan { campaign, totals: purging.totals, marks: purging.marks, files },
        head,
    };
    let path = ledger.data_dir.join("purge-certificate.json");
    let text =
        serde_json::to_string_pretty(&certificate).map_err(|error| files::failed("writing", &path)(error.into()))?;
    files::replace(&path, (text + "\n").as_bytes())?;
    Ok(certificate)
}
