//! The end of a campaign: close it, then destroy everything about people and keep the proof of what
//! was done.
//!
//! A purge is written down before it begins and can be resumed at any instant: what will go is in
//! the history, and every step may be repeated. The key goes last; without it no pseudonym or
//! letter id that is left anywhere can be led back to a person (NIST SP 800-88r2, cryptographic
//! erase).

mod papers;

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use jiff::civil::Date;
use serde::Serialize;

use super::audit::{Event, Head, Over, Purging};
use super::backup::{self, BackupList, SealedBackup};
use super::error::RecordError;
use super::job::Totals;
use super::model::CampaignState;
use super::{Home, Ledger, audit, files, inputs, key_path};
use crate::base::plain::count;
use crate::field::provider::ProviderWord;
pub use papers::{CERTIFICATE, KeptFile};

const METHOD: &str = "files overwritten with zeros and unlinked (storage that never writes in place, such as flash, may \
                      keep old blocks); rows deleted with secure_delete and the ledger rewritten (VACUUM); key destroyed";

/// What will go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PurgePlan {
    /// The campaign.
    pub campaign: String,
    /// What the ledger knows of people; the numbers stay.
    pub totals: Totals,
    /// Rows about people in the ledger, by table.
    pub rows: BTreeMap<String, u64>,
    /// Paths below the data folder, with their sizes in bytes; sorted.
    pub files: Vec<(Utf8PathBuf, u64)>,
    /// Sealed backups that were made and may be elsewhere; the certificate lists them.
    pub backups: u64,
    /// Lists of patients that were made for providers and are with them, or wherever they were put.
    pub patients_lists: u64,
    /// What lies in the data folder and is not the program's: left as it is, to be looked at by
    /// hand.
    pub strange: Vec<Utf8PathBuf>,
}

impl std::fmt::Display for PurgePlan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "campaign  {}", self.campaign)?;
        let mut folders = BTreeMap::<&str, (u64, u64)>::new();
        for (path, bytes) in &self.files {
            let folder = path.components().next().map_or("", |first| first.as_str());
            let (count, sum) = folders.entry(folder).or_default();
            (*count, *sum) = (*count + 1, *sum + bytes);
        }

        for (folder, (count, bytes)) in folders {
            writeln!(f, "destroy   {folder}/: {count} files, {bytes} bytes")?;
        }

        for (table, rows) in &self.rows {
            writeln!(f, "destroy   {rows} rows of `{table}` in the ledger")?;
        }

        writeln!(
            f,
            "destroy   the campaign's key: no copy of a letter can be set again, nobody can be recognised"
        )?;

        let totals = &self.totals;
        writeln!(
            f,
            "keep      totals ({} letters to {} people in {} jobs), hashes, the history, reports, logs",
            totals.letters, totals.people, totals.jobs
        )?;

        for path in &self.strange {
            writeln!(f, "left      {path} is not the program's: look at it yourself")?;
        }

        if self.backups > 0 {
            let backups = count(self.backups, "sealed backup", "sealed backups");
            writeln!(
                f,
                "elsewhere {backups}, wherever they were taken: the certificate lists each"
            )?;
        }

        if self.patients_lists > 0 {
            let lists = count(self.patients_lists, "list of patients", "lists of patients");
            writeln!(
                f,
                "elsewhere {lists}, made for providers: each says by when it is destroyed"
            )?;
        }

        write!(
            f,
            "elsewhere copies of the data folder and of `keys/`, the inbox, and what the vendor has"
        )
    }
}

/// What was destroyed; also written to `purge-certificate.json`.
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
    /// Every sealed backup that was ever made, for a human to find and destroy: those that were
    /// handed over, and those that may have been taken out of `backups/` since. What is still there
    /// goes with the purge.
    pub sealed_backups: Vec<SealedBackup>,
    /// What was kept of runs and jobs.
    pub kept: Vec<KeptFile>,
    /// Head of the ledger after it.
    pub head: Head,
}

/// The ledger in numbers, for whoever is about to close the campaign.
///
/// # Errors
/// [`RecordError::Over`] when it is closed already.
pub fn before_close(home: &Home<'_>) -> Result<Totals, RecordError> {
    let ledger = Ledger::open_before_end(home)?;
    ledger.must_be_open()?;
    ledger.totals()
}

/// Closes the campaign: no run will plan letters any more.
///
/// # Errors
/// [`RecordError::JobState`] when a job is unfinished, [`RecordError::Over`] when it is closed
/// already.
pub fn close(home: &Home<'_>, date: Date) -> Result<Head, RecordError> {
    let mut ledger = Ledger::open(home, super::Access::Write)?;
    if let Some(open) = ledger.pending()? {
        return Err(RecordError::JobState {
            job: open.job,
            found: open.state.to_string(),
            wanted: "done",
        });
    }

    let head = ledger.write(|store| store.close(Over { date }))?;
    ledger.store.check_integrity()?;
    Ok(head)
}

/// Says what a purge of this closed campaign would destroy; nothing is touched.
///
/// # Errors
/// [`RecordError::NotOver`] when the campaign is open.
pub fn plan(home: &Home<'_>) -> Result<PurgePlan, RecordError> {
    let ledger = Ledger::open_before_end(home)?;
    refuse_when_open(&ledger)?;
    draw_up(&ledger)
}

/// Destroys what [`plan`] says, or goes on with an interrupted purge; repeated, it changes nothing
/// about what is left.
///
/// # Errors
/// [`RecordError::NotOver`] when the campaign is open; [`RecordError`] when a file or row cannot be
/// destroyed: run again to go on.
pub fn execute(home: &Home<'_>, date: Date, approved_by: &str) -> Result<Certificate, RecordError> {
    inputs::check_line(approved_by).map_err(|problem| RecordError::Approval { problem })?;
    let mut ledger = Ledger::open_to_end(home)?;
    refuse_when_open(&ledger)?;
    backup::relist(home.data_dir, Some(date))?;
    let purging = begin(&mut ledger, date, approved_by)?;

    destroy_files(&ledger, &purging)?;
    delete_rows(&mut ledger, &purging)?;
    ledger.store.vacuum()?;
    papers::destroy(&key_path(home.data_dir))?;
    ledger.store.check_integrity()?;

    certify(&ledger, purging)
}

/// Writes down what will go, unless that was done before.
pub(super) fn begin(
    ledger: &mut Ledger,
    date: Date,
    approved_by: &str,
) -> Result<Purging, RecordError> {
    if ledger.campaign_state()? == CampaignState::Closed {
        let plan = draw_up(ledger)?;
        let files =
            plan.files.into_iter().map(|(path, bytes)| (path.into_string(), bytes)).collect();
        let approved_by = approved_by.to_owned();
        let purging = Purging { date, approved_by, totals: plan.totals, rows: plan.rows, files };
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
        rows: ledger.store.count_rows_about_people()?,
        files: papers::doomed(&ledger.data_dir)?,
        backups: backup::relist(&ledger.data_dir, None)?.backups.len() as u64,
        patients_lists: patients_lists(ledger)?,
        strange: papers::strange(&ledger.data_dir)?,
    })
}

/// Lists of patients that were made for providers, as the history says.
fn patients_lists(ledger: &Ledger) -> Result<u64, RecordError> {
    let events = audit::verify(&ledger.store.entries()?)?;
    let is_list = |event: &&Event| matches!(event, Event::Provider(noted) if noted.said == ProviderWord::ListMade);
    Ok(events.iter().filter(is_list).count() as u64)
}

/// The purge as it was written down when it began.
fn written_down(ledger: &Ledger) -> Result<Purging, RecordError> {
    let events = audit::verify(&ledger.store.entries()?)?;
    let purging = events.into_iter().rev().find_map(|event| match event {
        Event::Purging(purging) => Some(purging),
        _ => None,
    });
    purging
        .ok_or_else(|| RecordError::Damaged { problem: "the purge was never recorded".to_owned() })
}

/// Destroys what was written down, and what has come since.
pub(super) fn destroy_files(ledger: &Ledger, purging: &Purging) -> Result<(), RecordError> {
    let listed = purging.files.iter().map(|(path, _)| Utf8PathBuf::from(path));
    let late = papers::doomed(&ledger.data_dir)?.into_iter().map(|(path, _)| path);
    for path in listed.chain(late) {
        papers::destroy(&ledger.data_dir.join(path))?;
    }
    papers::remove_empty_folders(&ledger.data_dir)
}

fn certify(ledger: &Ledger, purging: Purging) -> Result<Certificate, RecordError> {
    let head = ledger.head()?;
    ledger.write_anchors(&head)?;
    let files = purging.files.into_iter().map(|(path, bytes)| (path.into(), bytes)).collect();
    let (campaign, strange) = (ledger.campaign.clone(), papers::strange(&ledger.data_dir)?);
    let sealed_backups = BackupList::read(&ledger.data_dir)?.backups;
    let backups = sealed_backups.len() as u64;
    let certificate = Certificate {
        ledger: ledger.id.clone(),
        date: purging.date,
        approved_by: purging.approved_by,
        method: METHOD,
        plan: PurgePlan {
            campaign,
            totals: purging.totals,
            rows: purging.rows,
            files,
            backups,
            patients_lists: patients_lists(ledger)?,
            strange,
        },
        sealed_backups,
        kept: papers::kept(&ledger.data_dir)?,
        head,
    };

    let path = ledger.data_dir.join(CERTIFICATE);
    let text = serde_json::to_string_pretty(&certificate)
        .map_err(|error| files::failed("write", &path)(error.into()))?;
    files::replace(&path, (text + "\n").as_bytes())?;

    Ok(certificate)
}
