//! From a committed plan to a published package: set, read back, pack, seal, publish, record. Every step can be taken
//! again after a crash and then does the same, or nothing.

use std::fs;

use camino::Utf8PathBuf;

use super::clock::Clock;
use super::staging::Staging;
use super::{Order, RunError, papers, parts, republish};
use crate::cli::process::peak_rss_bytes;
use crate::defect::{self, Defect};
use crate::deliver::outbox;
use crate::durable;
use crate::package::Sealed;
use crate::record::{Job, JobState, Ledger, PartTotals, SealedPart};
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

/// Takes a planned job to its end, wherever an earlier attempt stopped. `press` is the one that proofed the job's letters,
/// where this is still the same run.
///
/// # Errors
/// [`RunError`]; running again goes on from the last step that the ledger has.
pub fn finish(
    order: &Order<'_>,
    ledger: &mut Ledger,
    job: &Job,
    press: Option<&Press>,
    mut clock: Clock,
) -> Result<Finished, RunError> {
    let data_dir = &order.config.data_dir;
    let staging = Staging::of(data_dir, &job.job_name);
    let mut state = job.state;
    let mut sealed = sealed_parts(job, &staging);
    if state == JobState::Planned {
        let letters = job.parts.iter().map(|part| u64::from(part.letters)).sum();
        order.progress.stage("setting", letters);
        sealed = clock.time("render", || parts::seal(order, job, press, &staging), |_| letters)?;
        let parts: Vec<SealedPart> = (1..).zip(&sealed).map(|(number, part)| recorded(number, part)).collect();
        clock.time("seal", || ledger.seal(&job.job, &parts), |_| sealed.len() as u64)?;
        state = JobState::Sealed;
    }
    let package = data_dir.join("outbox").join(&job.job_name);
    if state == JobState::Sealed {
        let head = ledger.head()?.to_string();
        if defect::is(Defect::RecordedBeforePublished) {
            ledger.published(&job.job)?;
        }
        let (out, signer) = (data_dir.join("outbox"), ledger.signer());
        ledger.show_signer()?;
        let publish =
            || outbox::publish(staging.folder(), &out, &job.job_name, &sealed, &head, &signer).map_err(RunError::from);
        order.progress.stage("publishing", 0);
        clock.time("publish", publish, |_| sealed.len() as u64)?;
    }
    let (papers, report) = conclude(order, ledger, job, &staging, &sealed, clock)
        .map_err(|error| RunError::Published { job: job.job_name.clone(), source: Box::new(error) })?;
    Ok(Finished { papers, package, report })
}

/// What is left when the package is out: record it, finish the papers, clear away.
fn conclude(
    order: &Order<'_>,
    ledger: &mut Ledger,
    job: &Job,
    staging: &Staging,
    sealed: &[Sealed],
    clock: Clock,
) -> Result<(Utf8PathBuf, Report), RunError> {
    if job.state != JobState::Published && !defect::is(Defect::RecordedBeforePublished) {
        ledger.published(&job.job)?;
    }
    let report = finish_report(order, ledger, job, staging, sealed, clock)?;
    let papers = shelve(order, job, staging, sealed)?;
    ledger.finished(&job.job)?;
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
        totals: PartTotals { number, letters: part.letters, pages: part.pages, sheets: part.sheets },
        file: part.file.clone(),
        plain_sha256: part.plain_sha256.clone(),
        sealed_sha256: part.sealed_sha256.clone(),
    }
}

/// Completes the report that was begun before the plan.
fn finish_report(
    order: &Order<'_>,
    ledger: &Ledger,
    job: &Job,
    staging: &Staging,
    sealed: &[Sealed],
    clock: Clock,
) -> Result<Report, RunError> {
    let shelf = order.config.data_dir.join("runs").join(&job.run_id);
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
    report.package = Some(PackageReport { job: job.job_name.clone(), parts: sealed.iter().map(part).collect() });
    report.stages.extend(clock.stages());
    report.peak_rss_bytes = report.peak_rss_bytes.max(peak_rss_bytes());
    report.ledger_head = ledger.head()?.to_string();
    papers::write_report(&staging.papers(), &report)?;
    Ok(report)
}

/// The plan goes with the papers: `letter` and `explain` work from it.
fn shelve(order: &Order<'_>, job: &Job, staging: &Staging, sealed: &[Sealed]) -> Result<Utf8PathBuf, RunError> {
    republish::keep(&order.config.data_dir, &job.job_name, &staging.papers(), sealed);
    let plan = staging.folder().join("plan");
    if plan.is_dir() {
        let papers = staging.papers();
        let moved = fs::rename(&plan, papers.join("plan")).and_then(|()| durable::sync_folder(&papers));
        moved.map_err(|source| RunError::File { doing: "moving", path: plan, source })?;
    }
    papers::shelve(&order.config.data_dir, &job.run_id, &staging.papers())
}
