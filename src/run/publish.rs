//! From a committed plan to a published package: set, read back, pack, seal, publish, record. Every
//! step can be taken again after a crash and then does the same, or nothing.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};

use super::clock::Clock;
use super::plan_files::Staging;
use super::proofs::PROOFS;
use super::{Night, RunError, approval, papers, republish, seal};
use crate::approval::emergency;
use crate::base::defect::{self, Defect};
use crate::base::process::peak_rss_bytes;
use crate::base::{FileError, data_dir, durable, logging};
use crate::deliver::outbox;
use crate::package::Sealed;
use crate::record::{Job, JobState, Ledger, PartTotals, RecordError, SealedPart};
use crate::render::Press;
use crate::report::{PackageReport, PartReport, Report};

/// A job that is out.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The run's papers.
    pub papers: Utf8PathBuf,
    /// The folder in the outbox.
    pub package: Utf8PathBuf,
    /// The finished report.
    pub report: Report,
}

/// Finishes the job of a run that was interrupted, if there is one.
///
/// # Errors
/// [`RunError`]; running again goes on from the last step that the ledger has.
pub fn resume(night: &Night<'_>, ledger: &mut Ledger) -> Result<Option<Finished>, RunError> {
    let Some(job) = ledger.pending()? else { return Ok(None) };

    logging::keep();
    finish(night, ledger, &job, None, Clock::default()).map(Some)
}

/// Takes a planned job to its end, wherever an earlier attempt stopped. `press` is the one that
/// proofed the job's letters, where this is still the same run.
///
/// # Errors
/// [`RunError`]; running again goes on from the last step that the ledger has.
pub fn finish(
    night: &Night<'_>,
    ledger: &mut Ledger,
    job: &Job,
    press: Option<&Press>,
    mut clock: Clock,
) -> Result<Finished, RunError> {
    let outbox = data_dir::outbox(&night.config.data_dir);
    let staging = Staging::of(&night.config.data_dir, &job.job_name);
    let mut sealed = sealed_parts(job, &staging);
    let mut state = job.state;

    // Each step ends with what the ledger knows of it, so that a later attempt begins with the next
    // one.
    loop {
        // Somebody may have stopped it since it was planned, and while it was set.
        if state < JobState::Published {
            refuse_when_stopped(ledger, &outbox, job)?;
        }

        state = match state {
            JobState::Planned => {
                sealed = set_and_seal(night, ledger, job, press, &staging, &mut clock)?;
                JobState::Sealed
            }
            JobState::Sealed => {
                let head = ledger.head()?.to_string();
                if defect::is(Defect::RecordedBeforePublished) {
                    ledger.published(job.job)?;
                }
                night.progress.stage("publishing", 0);
                ledger.show_signer()?;
                let signer = ledger.signer();
                let publish = || {
                    outbox::publish(
                        staging.folder(),
                        &outbox,
                        &job.job_name,
                        &sealed,
                        &head,
                        &signer,
                    )
                };
                clock.time("publish", publish, |_| sealed.len() as u64)?;
                break;
            }
            // The package is out, or the job was given up: nothing is left but to conclude.
            JobState::Published | JobState::Done | JobState::Abandoned => break,
        }
    }

    let (papers, report) =
        conclude(night, ledger, job, &staging, &sealed, clock).map_err(|error| {
            RunError::Published { job: job.job_name.clone(), source: Box::new(error) }
        })?;
    Ok(Finished { papers, package: outbox.join(&job.job_name), report })
}

/// What is stopped does not leave; what of it is out already is said to be.
fn refuse_when_stopped(ledger: &Ledger, outbox: &Utf8Path, job: &Job) -> Result<(), RunError> {
    let is_partly_out = || {
        let mut files = outbox.join(&job.job_name).read_dir_utf8().into_iter().flatten();
        files.next().is_some()
    };
    match ledger.refuse_when_job_stopped(job) {
        Err(source @ RecordError::Stopped { .. }) if is_partly_out() => {
            Err(RunError::PartStopped { job: job.job_name.clone(), source })
        }
        checked => Ok(checked?),
    }
}

/// Sets, reads back, packs and seals all parts, and records them.
fn set_and_seal(
    night: &Night<'_>,
    ledger: &mut Ledger,
    job: &Job,
    press: Option<&Press>,
    staging: &Staging,
    clock: &mut Clock,
) -> Result<Vec<Sealed>, RunError> {
    let letters = job.parts.iter().map(|part| u64::from(part.letters)).sum();
    night.progress.stage("setting", letters);
    let sealed = clock.time("render", || seal::seal(night, job, press, staging), |_| letters)?;

    let parts: Vec<SealedPart> =
        (1..).zip(&sealed).map(|(number, part)| recorded(number, part)).collect();
    clock.time("seal", || ledger.seal(job.job, &parts), |_| sealed.len() as u64)?;
    Ok(sealed)
}

/// What is left when the package is out: record it, finish the papers, clear away.
fn conclude(
    night: &Night<'_>,
    ledger: &mut Ledger,
    job: &Job,
    staging: &Staging,
    sealed: &[Sealed],
    clock: Clock,
) -> Result<(Utf8PathBuf, Report), RunError> {
    if job.state != JobState::Published && !defect::is(Defect::RecordedBeforePublished) {
        ledger.published(job.job)?;
    }
    // Noted with the publication: jobs of before there was a [transfer] may be with the vendor.
    if night.config.transfer.is_some() {
        ledger.note_due(job.job, night.run_date)?;
    }
    let report = finish_report(night, ledger, job, staging, sealed, clock)?;
    let papers = shelve(night, job, staging, sealed)?;
    ledger.finished(job.job)?;
    staging.discard()?;
    Ok((papers, report))
}

/// What an earlier attempt sealed, as publication wants it.
fn sealed_parts(job: &Job, staging: &Staging) -> Vec<Sealed> {
    let size = |file: &str| {
        let staged = staging.folder().join(file);
        fs::metadata(&staged).map(|metadata| metadata.len())
    };

    let part = |part: &SealedPart| Sealed {
        file: part.file.clone(),
        plain_sha256: part.plain_sha256.clone(),
        sealed_sha256: part.sealed_sha256.clone(),
        letters: part.totals.letters,
        pages: part.totals.pages,
        sheets: part.totals.sheets,
        // Moved already: the outbox has it, and nobody asks for its size again.
        bytes: size(&part.file).unwrap_or(0),
    };

    job.sealed.iter().map(part).collect()
}

fn recorded(number: u32, part: &Sealed) -> SealedPart {
    SealedPart {
        totals: PartTotals {
            number,
            letters: part.letters,
            pages: part.pages,
            sheets: part.sheets,
        },
        file: part.file.clone(),
        plain_sha256: part.plain_sha256.clone(),
        sealed_sha256: part.sealed_sha256.clone(),
    }
}

/// Completes the report that was begun before the plan.
fn finish_report(
    night: &Night<'_>,
    ledger: &Ledger,
    job: &Job,
    staging: &Staging,
    sealed: &[Sealed],
    clock: Clock,
) -> Result<Report, RunError> {
    let shelf = data_dir::runs(&night.config.data_dir).join(&job.run_id);
    if shelf.is_dir() {
        return papers::read_report(&shelf);
    }

    let mut report = papers::read_report(&staging.papers())?;
    let part = |part: &Sealed| PartReport {
        file: part.file.clone(),
        sha256: part.sealed_sha256.clone(),
        letters: u64::from(part.letters),
        pages: u64::from(part.pages),
        sheets: u64::from(part.sheets),
    };

    report.package =
        Some(PackageReport { job: job.job_name.clone(), parts: sealed.iter().map(part).collect() });
    report.stages.extend(clock.stages());
    report.peak_rss_bytes = report.peak_rss_bytes.max(peak_rss_bytes());
    report.ledger_head = ledger.head()?.to_string();
    report.approval = approval::conclude(night, ledger, job)?;
    report.emergencies = emergency::report(ledger, night.config)?;
    papers::write_report(&staging.papers(), &report)?;

    Ok(report)
}

/// The plan goes with the papers: `letter` and `explain` work from it.
fn shelve(
    night: &Night<'_>,
    job: &Job,
    staging: &Staging,
    sealed: &[Sealed],
) -> Result<Utf8PathBuf, RunError> {
    republish::keep(&night.config.data_dir, &job.job_name, &staging.papers(), sealed);
    // The list of proofs: what they were can be looked up as long as the plan is there.
    let list = staging.folder().join(PROOFS);
    if list.is_file() {
        let kept = staging.papers().join(PROOFS);
        let folder = kept.parent().unwrap_or(&kept);
        let moved = durable::make_folder(folder)
            .and_then(|()| fs::rename(&list, &kept))
            .and_then(|()| durable::sync_folder(folder));
        moved.map_err(FileError::at("move", &list))?;
    }

    let plan = staging.folder().join("plan");
    if plan.is_dir() {
        let papers = staging.papers();
        let moved =
            fs::rename(&plan, papers.join("plan")).and_then(|()| durable::sync_folder(&papers));
        moved.map_err(FileError::at("move", &plan))?;
    }
    papers::shelve(&night.config.data_dir, &job.run_id, &staging.papers())
}
