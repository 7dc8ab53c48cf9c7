//! The nightly run, one line a stage: read, link, decide, compose, proof, plan, set, seal, publish, record, report.

pub mod clock;
mod error;
mod finish;
mod papers;
mod prepare;
pub mod staging;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;

use crate::cli::process::peak_rss_bytes;
use crate::config::Config;
use crate::deliver::outbox;
use crate::deliver::summary::Summary;
use crate::facts::Facts;
use crate::package::{self, Recipients};
use crate::preview;
use crate::progress::Progress;
use crate::read::{self, Terms};
use crate::record::{Access, Job, Ledger, NewJob, Noted, StagedFile};
use crate::report::Report;
use crate::row::Rows;
use clock::Clock;
pub use error::RunError;
pub use finish::Finished;
use prepare::Prepared;
use staging::{Settings, Staging};

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

    fn facts(&self) -> Result<Facts, RunError> {
        let facts = Facts::load(&self.config.facts)?;
        facts.check_age(&self.config.facts, self.run_date, self.config.policy.facts_max_age_days)?;
        Ok(facts)
    }

    fn read(&self) -> Result<Rows, RunError> {
        let terms = Terms { synthetic: self.config.synthetic, run_date: self.run_date };
        Ok(read::read(&self.config.inbox, &self.config.inputs, &terms, self.progress)?)
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
    let config = order.config;
    Recipients::parse(&config.vendor.recipients)?;
    let mut ledger = Ledger::open(&config.data_dir, &config.campaign, Access::Write)?;
    outbox::preflight(&config.data_dir.join("outbox"), &config.data_dir, 0)?;
    let resumed = match ledger.pending()? {
        Some(job) => Some(finish::finish(order, &mut ledger, &job, None, Clock::default())?),
        None => None,
    };
    staging::clear(&config.data_dir)?;

    refuse_the_past(&ledger, order.run_date)?;
    let facts = order.facts()?;
    let mut clock = Clock::default();
    let rows =
        clock.time("read", || order.read(), |rows| rows.inputs.iter().map(|input| u64::from(input.rows)).sum())?;
    ledger.check_inputs(&rows.inputs, order.accept_inputs)?;
    let mut prepared = prepare::prepare(order, &rows, &ledger, &facts, &mut clock)?;
    let letters = std::mem::take(&mut prepared.letters);
    order.permits(letters.len())?;

    let run_id = papers::next_run_id(&config.data_dir, order.run_date, &ledger.jobs()?);
    let report = begin_report(&run_id, order, &rows, &prepared, &letters);
    let noted = Noted {
        run_id: &run_id,
        run_date: order.run_date,
        inputs: &rows.inputs,
        accepted: order.accept_inputs,
        identities: &prepared.identities,
    };
    if letters.is_empty() {
        ledger.note(&noted)?;
        let (papers, report) = conclude(order, &ledger, &rows, &prepared, report, clock)?;
        return Ok(Outcome { resumed, report, papers, package: None });
    }
    let draft = DraftPlan { rows: &rows, prepared: &prepared, letters, noted, facts: &facts, report, clock };
    let job = plan(order, &mut ledger, draft)?;
    let finished = finish::finish(order, &mut ledger, &job, Some(&prepared.press), Clock::default())?;
    order.progress.finish();
    Ok(Outcome { resumed, report: finished.report, papers: finished.papers, package: Some(finished.package) })
}

/// Letters before the last ones would name a later letter as the earlier one, and count ages wrongly.
fn refuse_the_past(ledger: &Ledger, run_date: Date) -> Result<(), RunError> {
    match ledger.jobs()?.iter().map(|job| job.run_date).max() {
        Some(last) if run_date < last => Err(RunError::Past { run_date, last }),
        _ => Ok(()),
    }
}

/// Notes in the papers what became of the summary mail.
///
/// # Errors
/// [`RunError`] when the report cannot be written.
pub fn note_mail(folder: &Utf8Path, report: &mut Report, mail: &str) -> Result<(), RunError> {
    mail.clone_into(&mut report.mail);
    papers::write_report(folder, report)
}

/// Writes the plan and the papers so far to staging, then commits the ledger to them. From here on the set of letters is
/// fixed.
fn plan(order: &Order<'_>, ledger: &mut Ledger, draft: DraftPlan<'_>) -> Result<Job, RunError> {
    let config = order.config;
    let number = ledger.next_job(order.run_date)?;
    let job_name = package::job_name(&number, config.synthetic);
    let staging = Staging::of(&config.data_dir, &job_name);
    staging.begin()?;

    let DraftPlan { rows, prepared, letters, noted, facts, mut report, clock } = draft;
    let parts = package::plan(&job_name, letters, &config.print);
    let samples = preview::samples(facts, &config.print, order.run_date, config.synthetic)?;
    let settings = Settings {
        campaign: config.campaign.clone(),
        number: number.clone(),
        rehearsal: config.synthetic,
        run_date: order.run_date,
        parts: u32::try_from(parts.len()).expect("a job has fewer parts than letters"),
        print: config.print,
        vendor: config.vendor.clone(),
        return_lines: facts.return_lines(),
    };
    for part in &parts {
        package::prove(&number, part)?;
    }
    let mut staged: Vec<StagedFile> = staging.write_shared(&settings, &prepared.bodies)?.into();
    for part in &parts {
        staged.push(staging.write_part(part)?);
    }
    for sample in &samples {
        staged.push(staging.write_sample(sample)?);
    }
    report.stages = clock.stages();
    report.peak_rss_bytes = peak_rss_bytes();
    papers::write(&staging.papers(), rows, prepared, &report)?;
    papers::write_letters(&staging.papers(), &parts)?;
    staging.sync()?;

    let job = NewJob { job: &number, job_name: &job_name, staged: &staged, noted };
    ledger.plan(&job, parts.iter().flat_map(|part| &part.letters))?;
    ledger.pending()?.ok_or(RunError::Unplanned)
}

/// Does everything but publication and ledger: sets every letter and reads it back, writes nothing that lasts.
///
/// # Errors
/// [`RunError`] as a run would.
pub fn check(order: &Order<'_>) -> Result<Report, RunError> {
    let config = order.config;
    let ledger = Ledger::open(&config.data_dir, &config.campaign, Access::Read)?;
    let facts = order.facts()?;
    let mut clock = Clock::default();
    let rows =
        clock.time("read", || order.read(), |rows| rows.inputs.iter().map(|input| u64::from(input.rows)).sum())?;
    ledger.check_inputs(&rows.inputs, order.accept_inputs)?;
    let mut prepared = prepare::prepare(order, &rows, &ledger, &facts, &mut clock)?;
    let letters = std::mem::take(&mut prepared.letters);
    order.permits(letters.len())?;
    let mut report = begin_report("check", order, &rows, &prepared, &letters);
    let number = ledger.next_job(order.run_date)?;
    let parts = package::plan(&package::job_name(&number, config.synthetic), letters, &config.print);
    let work = finish::Work { press: &prepared.press, number: &number, bodies: &prepared.bodies, print: &config.print };
    order.progress.stage("setting", report.letters.total);
    clock.time(
        "render",
        || parts.iter().try_for_each(|part| finish::set_part(order, &work, part, |_, _| Ok(()))),
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

fn begin_report(
    run_id: &str,
    order: &Order<'_>,
    rows: &Rows,
    prepared: &Prepared,
    letters: &[package::Proofed],
) -> Report {
    let config = order.config;
    let mut report = Report::new(run_id, &config.campaign, config.synthetic, &rows.inputs, &prepared.account);
    report.list_reasons.clone_from(&prepared.list_reasons);
    report.bodies = prepared.bodies.len() as u64;
    report.people.absent = prepared.absent;
    for due in prepared.set_aside.iter().filter_map(|item| item.due) {
        *report.due.entry(due.to_string()).or_default() += 1;
    }
    for (draft, pages, sheets) in letters {
        report.letters.add(draft, *pages, *sheets);
    }
    report
}

/// What goes into a plan.
struct DraftPlan<'a> {
    rows: &'a Rows,
    prepared: &'a Prepared,
    letters: Vec<package::Proofed>,
    noted: Noted<'a>,
    facts: &'a Facts,
    report: Report,
    clock: Clock,
}

/// Ends a run that has nothing to print: the papers only.
fn conclude(
    order: &Order<'_>,
    ledger: &Ledger,
    rows: &Rows,
    prepared: &Prepared,
    mut report: Report,
    clock: Clock,
) -> Result<(Utf8PathBuf, Report), RunError> {
    let staging = Staging::of(&order.config.data_dir, &report.run_id);
    staging.begin()?;
    report.stages = clock.stages();
    report.peak_rss_bytes = peak_rss_bytes();
    report.ledger_head = ledger.head()?.to_string();
    papers::write(&staging.papers(), rows, prepared, &report)?;
    papers::write_letters(&staging.papers(), &[])?;
    let papers = papers::shelve(&order.config.data_dir, &report.run_id, &staging.papers())?;
    staging.discard()?;
    order.progress.finish();
    Ok((papers, report))
}
