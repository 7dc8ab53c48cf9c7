//! The plan of a run: from the inbox to a job whose letters are fixed, or to the papers of a night without letters.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::clock::Clock;
use super::desk::Writer;
use super::prepare::{self, Prepared};
use super::staging::{self, Settings, Staging};
use super::{Order, RunError, cases, papers, room};
use crate::cli::logging;
use crate::cli::process::peak_rss_bytes;
use crate::facts::Facts;
use crate::package::{self, PartPlan, Places};
use crate::preview;
use crate::read::Delivery;
use crate::record::{
    CheckedPlan, Identities, Intake, Job, JobState, Ledger, News, Noted, PlanDraft, ShieldNews, StagedFile,
};
use crate::render::Press;
use crate::report::Report;
use crate::report::letters::LettersFile;
use crate::report::papers::Waiting;
use crate::report::waiting::ListRows;
use crate::row::{Input, Rows};

/// How far planning came.
pub(super) enum Step {
    /// There is nobody to write to; the papers are in their place.
    Nothing {
        /// The papers.
        papers: Utf8PathBuf,
        /// Their report.
        report: Box<Report>,
        /// What humans have to be told.
        news: News,
    },
    /// The letters are fixed.
    Planned {
        /// The job.
        job: Box<Job>,
        /// Has set every body of it.
        press: Box<Press>,
        /// Times what follows; what came before stands in the staged report.
        clock: Clock,
        /// What humans have to be told.
        news: News,
    },
}

/// Reads, links, decides, composes and proofs; writes the plan and the papers so far to staging, then commits the ledger to
/// them. From there on the set of letters is fixed.
pub(super) fn plan(order: &Order<'_>, ledger: &mut Ledger) -> Result<Step, RunError> {
    let config = order.config;
    refuse_the_past(ledger, order)?;
    let facts = order.facts()?;
    let mut clock = Clock::default();
    let marker = ledger.keys().marker();
    let (rows, delivery) = clock.time("read", || order.read_marked(Some(marker)), |(rows, _)| rows.count())?;
    let intake = order.take_in(ledger, &rows)?;
    let prepared = prepare::prepare(order, &rows, &intake, ledger, &facts, &mut clock)?;
    order.permits(prepared.letters.len())?;

    let run_id = papers::next_run_id(&config.data_dir, order.run_date, &ledger.jobs()?);
    let news = news(order, &rows, &prepared, ledger)?;
    let report = begin_report(&run_id, order, (&rows, &intake), &prepared, &news);
    staging::clear(&config.data_dir)?;
    order.fits(room::to_finish(report.letters.pages, report.rows.total, ledger.bytes()?))?;
    // Nothing is refused any more.
    logging::keep();
    ledger.anchor()?;
    if prepared.letters.is_empty() {
        let staging = Staging::of(&config.data_dir, &run_id);
        let (identities, shields) = draft_nothing(&staging, &rows, prepared, report, clock)?;
        papers::write_marks(&staging.papers(), &delivery, marker)?;
        let read = Read { inputs: &rows.inputs, intake: &intake, shields: &shields };
        ledger.note(&noted(order, &run_id, read, &identities))?;
        return conclude(order, ledger, &staging, &run_id, news);
    }
    let number = ledger.next_job(order.run_date)?;
    let sketch = Sketch { order, ledger, facts: &facts, number: &number, report, clock };
    let (checked, press) = sketch.stage(&rows, (&intake, &delivery), prepared)?;
    drop((rows, delivery));
    let mut clock = Clock::default();
    order.progress.stage("recording", 0);
    clock.time("record", || ledger.plan(&checked), |_| checked.letters())?;
    let job = ledger.pending()?.ok_or(RunError::Unplanned)?;
    Ok(Step::Planned { job: Box::new(job), press: Box::new(press), clock, news })
}

/// Letters before the last ones would name a later letter as the earlier one, and count ages wrongly.
fn refuse_the_past(ledger: &Ledger, order: &Order<'_>) -> Result<(), RunError> {
    let told = ledger.jobs()?.into_iter().filter(|job| job.state != JobState::Abandoned);
    match told.map(|job| job.run_date).max() {
        Some(last) if order.run_date < last => Err(RunError::Past { run_date: order.run_date, last }),
        _ => Ok(()),
    }
}

/// What is new for a human, or waits for too long.
pub(super) fn news(order: &Order<'_>, rows: &Rows, prepared: &Prepared<'_>, ledger: &Ledger) -> Result<News, RunError> {
    let mut held = cases::marks(rows, &prepared.set_aside, &prepared.waiting, ledger.keys());
    held.due.extend(prepared.gone.iter().filter(|gone| gone.is_open()).map(|gone| gone.case(ledger.keys())));
    Ok(ledger.news(&held, order.run_date, order.config.review.overdue_days)?)
}

/// The report as far as it goes before anything is set.
pub(super) fn begin_report(
    run_id: &str,
    order: &Order<'_>,
    (rows, intake): (&Rows, &Intake),
    prepared: &Prepared<'_>,
    news: &News,
) -> Report {
    let config = order.config;
    let mut report = Report::new(run_id, &config.campaign, order.is_marked(), &rows.inputs, &prepared.account);
    let mail = if config.mail.is_some() { "not sent yet" } else { "not configured" };
    mail.clone_into(&mut report.mail);
    report.other_files.clone_from(&rows.others);
    report.list_reasons.clone_from(&prepared.list_reasons);
    if config.synthetic {
        report.unproven_rows = without_bsn(rows);
    }
    report.list_rows = ListRows::new(&rows.inputs, &prepared.waiting, prepared.protecting_nobody);
    report.link.clone_from(&prepared.linking);
    report.link.merges = prepared.identities.merges();
    report.link.splits = prepared.identities.splits();
    report.bodies = prepared.bodies.len() as u64;
    report.people.absent = prepared.absent;
    report.people.gone = prepared.gone.iter().filter(|gone| gone.is_open()).count() as u64;
    report.changes.clone_from(&intake.changes);
    report.superseded = prepared.followers.values().map(|rows| rows.len() as u64).sum();
    for due in prepared.set_aside.iter().filter_map(|item| item.due) {
        *report.due.entry(due.to_string()).or_default() += 1;
    }
    report.letters = prepared.counts.clone();
    report.cases = news.counts;
    report.missing_packages.clone_from(&news.gone);
    report
}

/// Rows of people that have no BSN, by file.
fn without_bsn(rows: &Rows) -> BTreeMap<String, u64> {
    let exposures = rows.exposures.iter().map(|row| (row.row, row.bsn));
    let people = exposures.chain(rows.participants.iter().chain(&rows.register).map(|row| (row.row, row.bsn)));
    let mut files = BTreeMap::new();
    for (row, _) in people.filter(|(_, bsn)| bsn.is_none()) {
        if let Some(input) = rows.inputs.get(usize::from(row.file)) {
            *files.entry(input.file.clone()).or_default() += 1;
        }
    }
    files
}

/// What a run read, and what that adds to what the ledger remembers.
#[derive(Clone, Copy)]
struct Read<'n> {
    inputs: &'n [Input],
    intake: &'n Intake,
    shields: &'n ShieldNews,
}

fn noted<'n>(order: &Order<'n>, run_id: &'n str, read: Read<'n>, identities: &'n Identities) -> Noted<'n> {
    let Read { inputs, intake, shields } = read;
    Noted { run_id, run_date: order.run_date, inputs, intake, shields, identities }
}

/// A plan on its way to staging.
struct Sketch<'s, 'o> {
    order: &'s Order<'o>,
    ledger: &'s Ledger,
    facts: &'s Facts,
    number: &'s str,
    report: Report,
    clock: Clock,
}

impl Sketch<'_, '_> {
    /// Writes everything that setting the job needs, and the papers so far. Letters are written part by part, so that no
    /// more than two parts of them are in memory.
    fn stage(
        self,
        rows: &Rows,
        (intake, delivery): (&Intake, &Delivery),
        prepared: Prepared<'_>,
    ) -> Result<(CheckedPlan, Press), RunError> {
        let Self { order, ledger, facts, number, mut report, mut clock } = self;
        let config = order.config;
        let job_name = package::job_name(number, config.synthetic);
        let staging = Staging::of(&config.data_dir, &job_name);
        staging.begin()?;
        let Prepared {
            account,
            set_aside,
            followers,
            gone,
            shields,
            identities,
            bodies,
            letters,
            writer,
            press,
            namesakes,
            ..
        } = prepared;
        let places = package::places(&job_name, letters, &config.print);
        let settings = Settings {
            campaign: config.campaign.clone(),
            number: number.to_owned(),
            rehearsal: config.synthetic,
            run_date: order.run_date,
            parts: places.parts(),
            print: config.print,
            vendor: config.vendor.clone(),
            return_lines: facts.return_lines(),
            sender_phones: facts.sender_phones(),
        };
        let mut staged: Vec<StagedFile> = staging.write_shared(&settings, &bodies)?.into();
        for sample in preview::samples(facts, &config.print, order.run_date, config.synthetic, &places.classes())? {
            staged.push(staging.write_sample(&sample)?);
        }
        let read = Read { inputs: &rows.inputs, intake, shields: &shields };
        let mut draft = ledger.draft(number, noted(order, &report.run_id, read, &identities))?;
        let told = usize::try_from(report.rows.letter + report.rows.merged).map_err(|_| RunError::Capacity)?;
        draft.reserve(places.letters(), told);
        let ticket = package::Job {
            number,
            rehearsal: settings.rehearsal,
            parts: settings.parts,
            run_date: settings.run_date,
            print: &settings.print,
            vendor: &settings.vendor,
            return_lines: &settings.return_lines,
            sender_phones: &settings.sender_phones,
            pdf_standards: crate::render::STANDARDS,
            ledger_head: "",
        };
        let papers = papers::letters(&staging.papers())?;
        let mut scribe = Scribe { ticket, staging: &staging, letters: papers, draft, staged };
        order.progress.stage("planning", report.letters.total);
        clock.time("plan", || scribe.parts(order, &writer, places), |()| report.letters.total)?;
        drop(writer);
        let Scribe { letters, draft, staged, .. } = scribe;
        letters.finish()?;
        let checked = draft.finish(&job_name, &staged)?;
        report.stages = clock.stages();
        report.peak_rss_bytes = peak_rss_bytes();
        let waiting = Waiting { set_aside: &set_aside, gone: &gone, followers: &followers };
        papers::write(&staging.papers(), rows, &account, waiting, &report)?;
        papers::write_marks(&staging.papers(), delivery, ledger.keys().marker())?;
        papers::write_namesakes(&staging.papers(), rows, &namesakes)?;
        staging.sync()?;
        Ok((checked, press))
    }
}

/// Writes letters down wherever a plan has them.
struct Scribe<'s> {
    /// What the tickets will say but for the ledger's head, which only the plan itself has.
    ticket: package::Job<'s>,
    staging: &'s Staging,
    letters: LettersFile,
    draft: PlanDraft<'s>,
    staged: Vec<StagedFile>,
}

impl Scribe<'_> {
    /// Writes down part after part; the next one is composed meanwhile.
    fn parts(&mut self, order: &Order<'_>, writer: &Writer<'_>, mut places: Places) -> Result<(), RunError> {
        let mut compose = || places.next().map(|part| writer.part(&part)).transpose();
        let mut part = compose()?;
        while let Some(present) = part {
            let (next, written) = rayon::join(&mut compose, || self.part(&present));
            written?;
            order.progress.advance(present.letters.len() as u64);
            part = next?;
        }
        Ok(())
    }

    /// Proves that a part can stand in a manifest and on a ticket, and writes it into the staged plan, `letters.parquet` and the ledger's
    /// draft.
    fn part(&mut self, part: &PartPlan) -> Result<(), RunError> {
        let Self { ticket, staging, letters, draft, staged } = self;
        let (proved, (written, (listed, drafted))) = rayon::join(
            || package::prove(ticket, part),
            || {
                let draft = || part.letters.iter().try_for_each(|letter| draft.add(letter));
                rayon::join(|| staging.write_part(part), || rayon::join(|| letters.add(&part.letters), draft))
            },
        );
        proved?;
        listed?;
        drafted?;
        staged.push(written?);
        Ok(())
    }
}

/// Writes the papers of a run that has nothing to print.
fn draft_nothing(
    staging: &Staging,
    rows: &Rows,
    prepared: Prepared<'_>,
    mut report: Report,
    clock: Clock,
) -> Result<(Identities, ShieldNews), RunError> {
    staging.begin()?;
    report.stages = clock.stages();
    report.peak_rss_bytes = peak_rss_bytes();
    let Prepared { account, set_aside, gone, followers, .. } = &prepared;
    let waiting = Waiting { set_aside, gone, followers };
    papers::write(&staging.papers(), rows, account, waiting, &report)?;
    papers::letters(&staging.papers())?.finish()?;
    Ok((prepared.identities, prepared.shields))
}

/// Ends a run that has nothing to print: its papers go to their place.
fn conclude(order: &Order<'_>, ledger: &Ledger, staging: &Staging, run_id: &str, news: News) -> Result<Step, RunError> {
    let mut report = papers::read_report(&staging.papers())?;
    report.ledger_head = ledger.head()?.to_string();
    papers::write_report(&staging.papers(), &report)?;
    let papers = papers::shelve(&order.config.data_dir, run_id, &staging.papers())?;
    staging.discard()?;
    order.progress.finish();
    Ok(Step::Nothing { papers, report: Box::new(report), news })
}
