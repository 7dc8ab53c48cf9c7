//! The nightly run, one line a stage: read, link, decide, compose, proof, plan, set, seal, publish, record, report.

mod abandon;
pub mod backup;
mod cases;
pub mod clock;
pub mod crash;
mod desk;
mod dress;
mod error;
mod finish;
mod fleet;
mod foresee;
mod guard;
pub mod lists;
pub mod metrics;
pub mod outcome;
mod papers;
mod parts;
mod planning;
mod prepare;
mod republish;
mod room;
mod settle;
pub mod staging;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use rayon::prelude::*;
use serde::Serialize;

use crate::cli::process::peak_rss_bytes;
use crate::cli::{Status, logging};
use crate::config::Config;
use crate::deliver::outbox;
use crate::facts::Facts;
use crate::keys::Marker;
use crate::letter;
use crate::package;
use crate::progress::Progress;
use crate::read::{self, Delivery, Terms};
use crate::record::{Acceptance, Access, Home, Intake, JobState, Ledger};
use crate::report::Report;
use crate::row::Rows;
pub use abandon::{GivenUp, abandon};
use clock::Clock;
pub use dress::{Dress, Dressed, dress};
pub use error::RunError;
pub use finish::Finished;
pub use fleet::{SetPart, render};
pub use foresee::{Outlook, foresee};
use planning::Step;
use staging::Staging;

/// What the operator asked for.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// The configuration, with what the command line changed.
    pub config: &'a Config,
    /// The date on the letters.
    pub run_date: Date,
    /// Changed or missing input files that are accepted, and why.
    pub accepted: Acceptance<'a>,
    /// Whether more letters than `policy.max_letters_per_run` are accepted.
    pub accept_volume: bool,
    /// A dress rehearsal: whatever the configuration says, everything that is made is marked as a rehearsal.
    pub rehearse: bool,
    /// A published job whose package is put into the outbox again first.
    pub republish: Option<&'a str>,
    /// Where progress is shown.
    pub progress: &'a Progress,
}

impl Order<'_> {
    /// Whether what is made is marked as a rehearsal.
    const fn is_marked(&self) -> bool {
        self.config.synthetic || self.rehearse
    }

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
        guard::facts(self.config, &facts)?;
        facts.check_age(&self.config.facts, self.run_date, self.config.policy.facts_max_age_days)?;
        Ok(facts)
    }

    /// Reads the lists; refuses those that are spoilt.
    fn read(&self) -> Result<Rows, RunError> {
        self.read_marked(None).map(|(rows, _)| rows)
    }

    /// The same, with marks for the next `breachpost inbox` where there is a marker.
    fn read_marked(&self, marker: Option<Marker>) -> Result<(Rows, Delivery), RunError> {
        let config = self.config;
        let terms = Terms { synthetic: config.synthetic, run_date: self.run_date };
        let (rows, delivery) = read::read_marked(&config.inbox, &config.inputs, &terms, marker, self.progress)?;
        read::refuse_damage(&rows, &config.damage)?;
        lists::refuse_spoilt(&rows, &config.inputs)?;
        Ok((rows, delivery))
    }

    /// Compares the inbox with what earlier runs read; refuses what nobody has accepted.
    fn take_in(&self, ledger: &Ledger, rows: &Rows) -> Result<Intake, RunError> {
        Ok(ledger.intake(rows, &|list| lists::terms(&self.config.inputs, list), self.accepted)?)
    }
}

/// A run that came to its end. As long as this lives no other run begins.
#[derive(Debug)]
pub struct Done {
    /// The package that was put into the outbox again.
    pub republished: Option<Utf8PathBuf>,
    /// A job of an interrupted run that was finished first.
    pub resumed: Option<Finished>,
    /// The run itself.
    pub report: Report,
    /// Its papers.
    pub papers: Utf8PathBuf,
    /// Its package, if there was anything to print.
    pub package: Option<Utf8PathBuf>,
    /// As the run has left it; holds the lock.
    pub ledger: Ledger,
}

/// Runs the nightly batch.
///
/// # Errors
/// [`RunError`]; its status says whether anything left the building.
pub fn run(order: &Order<'_>) -> Result<Done, RunError> {
    let mut ledger = open(order)?;
    let republished = match order.republish {
        Some(job) => Some(republish::republish(order, &mut ledger, job)?),
        None => None,
    };
    let resumed = match ledger.pending()? {
        Some(job) => {
            logging::keep();
            Some(finish::finish(order, &mut ledger, &job, None, Clock::default())?)
        }
        None => None,
    };

    // What was published before tonight's job is out, whatever becomes of that.
    let before = resumed.as_ref().map(|job| &job.package).or(republished.as_ref());
    let before = before.and_then(|package| package.file_name()).map(str::to_owned);
    let tonight = tonight(order, &mut ledger).map_err(|source| match before {
        Some(job) if source.status() != Status::PartPublished => {
            RunError::AfterPublished { job, source: Box::new(source) }
        }
        _ => source,
    })?;
    order.progress.finish();
    let Tonight { report, papers, package } = tonight;
    Ok(Done { republished, resumed, report, papers, package, ledger })
}

/// What tonight's own job came to.
struct Tonight {
    report: Report,
    papers: Utf8PathBuf,
    package: Option<Utf8PathBuf>,
}

/// Plans tonight's job and takes it to its end. What waits for a human is written down last: a run that stops before that
/// has told nobody.
fn tonight(order: &Order<'_>, ledger: &mut Ledger) -> Result<Tonight, RunError> {
    match planning::plan(order, ledger)? {
        Step::Nothing { papers, report, news } => {
            ledger.told_humans(&news, order.run_date)?;
            Ok(Tonight { report: *report, papers, package: None })
        }
        Step::Planned { job, press, clock, news } => {
            let finished = finish::finish(order, ledger, &job, Some(&press), clock)?;
            ledger
                .told_humans(&news, order.run_date)
                .map_err(|error| RunError::Published { job: job.job_name.clone(), source: Box::new(error.into()) })?;
            Ok(Tonight { report: finished.report, papers: finished.papers, package: Some(finished.package) })
        }
    }
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
            Step::Nothing { papers, report, .. } => {
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
    guard::configuration(config)?;
    let ledger = Ledger::open(&Home::of(config), Access::Write)?;
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
    guard::configuration(config)?;
    guard::metrics_folder(config)?;
    let ledger = Ledger::open(&Home::of(config), Access::Read)?;
    ledger.must_be_open()?;
    let facts = order.facts()?;
    let mut clock = Clock::default();
    let rows = clock.time("read", || order.read(), Rows::count)?;
    let intake = order.take_in(&ledger, &rows)?;
    let mut prepared = prepare::prepare(order, &rows, &intake, &ledger, &facts, &mut clock)?;
    let letters = std::mem::take(&mut prepared.letters);
    order.permits(letters.len())?;
    let news = planning::news(order, &rows, &prepared, &ledger)?;
    let mut report = planning::begin_report("check", order, (&rows, &intake), &prepared, &news);
    let number = ledger.next_job(order.run_date)?;
    let decided = parts::Decided::new(&number, &prepared.bodies, &config.print)?;
    order.progress.stage("setting", report.letters.total);
    let set = |letters: &&[letter::Planned]| {
        decided.set(&prepared.press, letters)?;
        order.progress.advance(letters.len() as u64);
        Ok::<(), RunError>(())
    };
    let mut places = package::places(&package::job_name(&number, order.is_marked()), letters, &config.print);
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
