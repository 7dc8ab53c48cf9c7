//! The nightly run, one line a stage: read, link, decide, compose, proof, plan, set, seal, publish, record, report.

pub mod clock;
mod desk;
mod error;
mod finish;
mod fleet;
mod papers;
mod parts;
mod planning;
mod prepare;
mod room;
pub mod staging;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use rayon::prelude::*;
use serde::Serialize;

use crate::cli::logging;
use crate::cli::process::peak_rss_bytes;
use crate::config::Config;
use crate::deliver::outbox;
use crate::deliver::summary::Summary;
use crate::facts::Facts;
use crate::keys::Marker;
use crate::letter;
use crate::package::{self, Recipients};
use crate::progress::Progress;
use crate::read::{self, Delivery, Terms};
use crate::record::{Access, JobState, Ledger};
use crate::report::Report;
use crate::row::Rows;
use clock::Clock;
pub use error::RunError;
pub use finish::Finished;
pub use fleet::{SetPart, render};
use planning::Step;
use staging::Staging;

/// What the operator asked for.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// The configuration, with what the command line changed.
    pub config: &'a Config,
    /// The date on the letters.
    pub run_date: Date,
    /// Why changed or missing input files are accepted.
    pub accept_inputs: Option<&'a str>,
    /// Whether more letters than `policy.max_letters_per_run` are accepted.
    pub accept_volume: bool,
    /// Where progress is shown.
    pub progress: &'a Progress,
}

impl Order<'_> {
    /// Refuses far more letters than expected, unless that was accepted.
    fn permits(&self, letters: usize) -> Result<(), RunError> {
        let (letters, permitted) = (letters as u64, self.config.policy.max_letters_per_run);
        if letters > permitted && !self.accept_volume { Err(RunError::Volume { letters, permitted }) } else { Ok(()) }
    }

    /// Refuses an outbox that cannot be published to, and a disk with less room than this many bytes.
    fn fits(&self, bytes: u64) -> Result<(), RunError> {
        let data_dir = &self.config.data_dir;
        Ok(outbox::preflight(&data_dir.join("outbox"), data_dir, bytes)?)
    }

    fn facts(&self) -> Result<Facts, RunError> {
        let facts = Facts::load(&self.config.facts)?;
        facts.check_age(&self.config.facts, self.run_date, self.config.policy.facts_max_age_days)?;
        Ok(facts)
    }

    fn read(&self) -> Result<Rows, RunError> {
        self.read_with(None).map(|(rows, _)| rows)
    }

    /// Reads the lists and marks them for the next `breachpost inbox`.
    fn read_marked(&self, marker: Marker) -> Result<(Rows, Delivery), RunError> {
        self.read_with(Some(marker))
    }

    fn read_with(&self, marker: Option<Marker>) -> Result<(Rows, Delivery), RunError> {
        let config = self.config;
        let terms = Terms { synthetic: config.synthetic, run_date: self.run_date };
        let (rows, delivery) = read::read_marked(&config.inbox, &config.inputs, &terms, marker, self.progress)?;
        read::refuse_damage(&rows, &config.damage)?;
        Ok((rows, delivery))
    }
}

/// What a run did.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// A job of an interrupted run that was finished first.
    pub resumed: Option<Finished>,
    /// The run itself.
    pub report: Report,
    /// Its papers.
    pub papers: Utf8PathBuf,
    /// Its package, if there was anything to print.
    pub package: Option<Utf8PathBuf>,
}

/// Runs the nightly batch.
///
/// # Errors
/// [`RunError`]; its status says whether anything left the building.
pub fn run(order: &Order<'_>) -> Result<Outcome, RunError> {
    let mut ledger = open(order)?;
    let resumed = match ledger.pending()? {
        Some(job) => {
            logging::keep();
            Some(finish::finish(order, &mut ledger, &job, None, Clock::default())?)
        }
        None => None,
    };
    let outcome = match planning::plan(order, &mut ledger)? {
        Step::Nothing { papers, report } => Outcome { resumed, report: *report, papers, package: None },
        Step::Planned { job, press, clock } => {
            let finished = finish::finish(order, &mut ledger, &job, Some(&press), clock)?;
            Outcome { resumed, report: finished.report, papers: finished.papers, package: Some(finished.package) }
        }
    };
    order.progress.finish();
    Ok(outcome)
}

/// A run that was stopped after its plan: a fleet can set its parts, and the next run finishes it.
#[derive(Clone, Debug, Serialize)]
pub struct Planned {
    /// Name of the job; `None` when there is nobody to write to.
    pub job: Option<String>,
    /// Its parts, numbered from 1.
    pub parts: u32,
    /// Its letters.
    pub letters: u64,
    /// The staged plan, or the papers of a run without letters.
    pub folder: Utf8PathBuf,
    /// Rows wait for a human.
    pub needs_a_human: bool,
}

/// Does what a run does up to the committed plan, or nothing when a job is planned already.
///
/// # Errors
/// [`RunError::Unfinished`] when a job is past its plan; else as a run.
pub fn plan(order: &Order<'_>) -> Result<Planned, RunError> {
    let mut ledger = open(order)?;
    let job = match ledger.pending()? {
        Some(job) if job.state != JobState::Planned => {
            return Err(RunError::Unfinished { job: job.job_name, state: job.state });
        }
        Some(job) => job,
        None => match planning::plan(order, &mut ledger)? {
            Step::Planned { job, .. } => *job,
            Step::Nothing { papers, report } => {
                let needs_a_human = report.needs_a_human();
                return Ok(Planned { job: None, parts: 0, letters: 0, folder: papers, needs_a_human });
            }
        },
    };
    order.progress.finish();
    let staging = Staging::of(&order.config.data_dir, &job.job_name);
    Ok(Planned {
        parts: u32::try_from(job.parts.len()).unwrap_or(u32::MAX),
        letters: job.parts.iter().map(|part| u64::from(part.letters)).sum(),
        folder: staging.folder().to_owned(),
        needs_a_human: papers::read_report(&staging.papers())?.needs_a_human(),
        job: Some(job.job_name),
    })
}

/// Opens the ledger to write, when the vendor's keys and the outbox are as they should be.
fn open(order: &Order<'_>) -> Result<Ledger, RunError> {
    let config = order.config;
    Recipients::parse(&config.vendor.recipients)?;
    let ledger = Ledger::open(&config.data_dir, &config.campaign, Access::Write)?;
    order.fits(room::to_begin(ledger.bytes()?))?;
    Ok(ledger)
}

/// Notes in the papers what became of the summary mail.
///
/// # Errors
/// [`RunError`] when the report cannot be written.
pub fn note_mail(folder: &Utf8Path, report: &mut Report, mail: &str) -> Result<(), RunError> {
    mail.clone_into(&mut report.mail);
    papers::write_report(folder, report)
}

/// Does everything but publication and ledger: sets every letter and reads it back, writes nothing that lasts.
///
/// # Errors
/// [`RunError`] as a run would.
pub fn check(order: &Order<'_>) -> Result<Report, RunError> {
    let config = order.config;
    let ledger = Ledger::open(&config.data_dir, &config.campaign, Access::Read)?;
    ledger.must_be_open()?;
    let facts = order.facts()?;
    let mut clock = Clock::default();
    let rows = clock.time("read", || order.read(), Rows::count)?;
    ledger.check_inputs(&rows.inputs, order.accept_inputs)?;
    let mut prepared = prepare::prepare(order, &rows, &ledger, &facts, &mut clock)?;
    let letters = std::mem::take(&mut prepared.letters);
    order.permits(letters.len())?;
    let mut report = planning::begin_report("check", order, &rows, &prepared);
    let number = ledger.next_job(order.run_date)?;
    let decided = parts::Decided::new(&number, &prepared.bodies, &config.print)?;
    order.progress.stage("setting", report.letters.total);
    let set = |letters: &&[letter::Planned]| {
        decided.set(&prepared.press, letters)?;
        order.progress.advance(letters.len() as u64);
        Ok::<(), RunError>(())
    };
    let mut places = package::places(&package::job_name(&number, config.synthetic), letters, &config.print);
    clock.time(
        "render",
        || places.try_for_each(|part| parts::by_print_file(&prepared.writer.part(&part)?).par_iter().try_for_each(set)),
        |()| report.letters.total,
    )?;
    report.stages = clock.stages();
    report.peak_rss_bytes = peak_rss_bytes();
    report.ledger_head = ledger.head()?.to_string();
    order.progress.finish();
    Ok(report)
}

/// The totals of a run for the summary mail.
#[must_use]
pub fn summary(report: &Report, run_date: Date, exit_code: u8) -> Summary {
    let rows = &report.rows;
    let states = [
        ("letter", rows.letter),
        ("merged", rows.merged),
        ("told", rows.told),
        ("suppressed", rows.suppressed),
        ("review", rows.review),
        ("rejected", rows.rejected),
    ];
    Summary {
        campaign: report.campaign.clone(),
        run_id: report.run_id.clone(),
        run_date,
        rehearsal: report.rehearsal,
        exit_code,
        rows: rows.total,
        states: states.map(|(state, count)| (state.to_owned(), count)).to_vec(),
        letters: report.letters.total,
        pages: report.letters.pages,
        sheets: report.letters.sheets,
        job: report.package.as_ref().map_or_else(String::new, |package| package.job.clone()),
        parts: report.package.as_ref().map_or(0, |package| package.parts.len() as u64),
        ledger_head: report.ledger_head.clone(),
    }
}
