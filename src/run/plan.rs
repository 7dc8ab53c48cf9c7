//! The plan of a run: a job whose letters are fixed, or the papers of a night without letters.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::approval::Unapproved;
use super::balance::Balance;
use super::clock::Clock;
use super::letters::Letters;
use super::night::{Received, Wording};
use super::plan_files::{self, Settings, Staging};
use super::{Night, Prepared, RunError, cases, disk_space, kept_texts, papers, standing_cases};
use crate::approval::emergency;
use crate::base::logging;
use crate::base::process::peak_rss_bytes;
use crate::field::job_number::JobNumber;
use crate::field::row::{Input, Rows};
use crate::field::schedule::Schedule;
use crate::package::{self, PartPlan, Places};
use crate::record::notice_mails::MailsPlanned;
use crate::record::{
    CaseNews, CheckedPlan, Gone, Identities, Intake, Job, Ledger, Noted, PlanDraft, ShieldNews,
    StagedFile,
};
use crate::render::Press;
use crate::report::Report;
use crate::report::case_index::IndexedCase;
use crate::report::letters::LettersFile;
use crate::report::papers::WaitingRows;
use crate::report::waiting::ListRows;

/// How far planning came.
pub(super) enum Step {
    /// There is nobody to write to; the papers are in their place.
    Nothing {
        /// The papers.
        papers: Utf8PathBuf,
        /// Their report.
        report: Box<Report>,
        /// What humans have to be told.
        news: CaseNews,
    },
    /// The letters are fixed.
    Planned {
        /// The job.
        job: Box<Job>,
        /// Has set every body of it.
        press: Box<Press>,
        /// Times what follows; what came before is in the staged report.
        clock: Clock,
        /// What humans have to be told.
        news: CaseNews,
    },
}

/// A plan in staging, which the ledger does not know yet.
pub(super) enum Staged {
    /// Papers of a night with nobody to write to.
    Nothing {
        /// Where they are.
        staging: Staging,
        /// Their report.
        report: Box<Report>,
        /// Who the people of the inbox are.
        identities: Identities,
        /// Whom the lists protect.
        shields: ShieldNews,
        /// The waves, where they are new.
        schedule: Option<Schedule>,
        /// Notices by mail.
        mails: Option<MailsPlanned>,
        /// What humans have to be told.
        news: CaseNews,
    },
    /// Letters.
    Letters {
        /// What the ledger is to be told.
        checked: Box<CheckedPlan>,
        /// Has set every body of the job.
        press: Box<Press>,
        /// Notices by mail.
        mails: Option<MailsPlanned>,
        /// What humans have to be told.
        news: CaseNews,
    },
}

impl Staged {
    /// With notices by mail.
    fn with(mut self, planned: Option<MailsPlanned>) -> Self {
        let (Self::Nothing { mails, .. } | Self::Letters { mails, .. }) = &mut self;
        *mails = planned;
        self
    }
}

/// Writes the plan and the papers so far to staging.
///
/// # Errors
/// [`RunError`]; up to here nothing was written.
pub(super) fn stage(
    night: &Night<'_>,
    ledger: &Ledger,
    wording: &Wording,
    received: &Received,
    prepared: Prepared<'_>,
    clock: Clock,
) -> Result<Staged, RunError> {
    let config = night.config;
    let run_id = papers::next_run_id(&config.data_dir, night.run_date, &ledger.jobs()?);
    let queue = queue(night, &received.rows, &prepared, ledger)?;
    let mut report = begin_report(&run_id, night, received, &prepared, &queue);
    report.emergencies = emergency::report(ledger, config)?;

    staging_is_free(night, ledger, &report)?;

    // Nothing is refused any more.
    logging::keep();
    ledger.anchor()?;

    let mails = prepared.letters.providers.mails.event(&run_id, night.run_date)?;
    if prepared.proofed.is_empty() {
        let nothing = stage_nothing(night, ledger, received, prepared, report, clock, queue)?;
        return Ok(nothing.with(mails));
    }

    kept_texts::keep(&config.data_dir, &wording.texts)?;
    if let Some(notices) = &wording.notices {
        kept_texts::keep_notices(&config.data_dir, notices)?;
    }
    let number = ledger.next_job(night.run_date)?;
    let input = PlanInput { night, ledger, wording, number, report, clock, standing: &queue.cases };
    let (checked, press) = input.stage(received, prepared)?;

    let (checked, press, news) = (Box::new(checked), Box::new(press), queue.news);
    Ok(Staged::Letters { checked, press, mails, news })
}

/// Commits the ledger to a staged plan: from here on the set of letters is fixed.
///
/// # Errors
/// [`RunError`] when the ledger cannot be written; then the plan in staging counts for nothing.
pub(super) fn commit(
    night: &Night<'_>,
    ledger: &mut Ledger,
    received: Received,
    staged: Staged,
) -> Result<Step, RunError> {
    let (checked, press, mails, news) = match staged {
        Staged::Nothing { staging, mut report, identities, shields, schedule, mails, news } => {
            let read = Read {
                inputs: &received.rows.inputs,
                intake: &received.intake,
                shields: &shields,
                schedule: schedule.as_ref(),
            };
            ledger.note(&noted(night, &report.run_id, read, &identities))?;
            mails.into_iter().try_for_each(|mails| ledger.plan_mails(mails))?;
            let papers = conclude(night, ledger, &staging, &mut report)?;
            return Ok(Step::Nothing { papers, report, news });
        }
        Staged::Letters { checked, press, mails, news } => (checked, press, mails, news),
    };

    // Nobody looks at a row any more, and recording needs room.
    drop(received);
    let mut clock = Clock::default();
    night.progress.stage("recording", 0);
    clock.time("record", || ledger.plan(&checked), |_| checked.letters())?;
    // Without these the next night plans them: nothing was sent.
    mails.into_iter().try_for_each(|mails| ledger.plan_mails(mails))?;

    let job = ledger.pending()?.ok_or(RunError::Unplanned)?;

    Ok(Step::Planned { job: Box::new(job), press, clock, news })
}

/// Clears what an earlier attempt left, and refuses a disk that is too small.
fn staging_is_free(night: &Night<'_>, ledger: &Ledger, report: &Report) -> Result<(), RunError> {
    plan_files::clear(&night.config.data_dir)?;
    night.fits(disk_space::to_finish(report.letters.pages, report.rows.total, ledger.bytes()?))
}

/// What waits for a human.
pub(super) struct Queue {
    /// What is new of it, or waits for too long.
    pub news: CaseNews,
    /// Case by case, with their ages.
    pub cases: Vec<IndexedCase>,
}

/// What waits for a human when everything is decided.
pub(super) fn queue(
    night: &Night<'_>,
    rows: &Rows,
    prepared: &Prepared<'_>,
    ledger: &Ledger,
) -> Result<Queue, RunError> {
    let Prepared { balance, gone, waiting, .. } = prepared;
    let mut marked = cases::marks(rows, &balance.set_aside, waiting, ledger.keys());
    let open = gone.iter().filter(|gone| gone.is_open());
    marked.held.due.extend(open.map(|gone| gone.case(ledger.keys())));
    prepared.letters.providers.add_cases(&mut marked.held, ledger.keys());

    let overdue = night.config.review.overdue_days;
    let news = ledger.news(&marked.held, night.run_date, overdue)?;
    let rows = waiting_rows(balance, gone);
    let cases = standing_cases::ages(rows, &marked, &news, ledger, night.run_date);
    Ok(Queue { news, cases })
}

/// The report as far as it goes before anything is set.
pub(super) fn begin_report(
    run_id: &str,
    night: &Night<'_>,
    received: &Received,
    prepared: &Prepared<'_>,
    queue: &Queue,
) -> Report {
    let (config, balance) = (night.config, &prepared.balance);
    let Received { rows, intake, .. } = received;
    let mut report =
        Report::new(run_id, &config.campaign, night.is_marked(), &rows.inputs, &balance.account);
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
    report.people.unreachable = prepared.unreachable;
    report.people.gone = prepared.gone.iter().filter(|gone| gone.is_open()).count() as u64;
    report.changes.clone_from(&intake.changes);
    report.superseded = balance.followers.values().map(|rows| rows.len() as u64).sum();

    for due in balance.set_aside.iter().filter_map(|item| item.due) {
        *report.due.entry(due.to_string()).or_default() += 1;
    }

    report.letters = prepared.counts.clone();
    report.made_with = Some(prepared.made_with.clone());
    report.cases = queue.news.counts;
    let waiting = waiting_rows(balance, &prepared.gone);
    report.queue = standing_cases::queue(waiting, &queue.cases, &queue.news, night);
    report.missing_packages.clone_from(&queue.news.gone);
    report.opinions.clone_from(&prepared.opinions);
    report.paper.clone_from(&prepared.paper);
    report.waves.clone_from(&prepared.waves);
    report.providers = prepared.providers.as_ref().map(|(_, report)| report.clone());
    report.professionals.clone_from(&prepared.letters.providers.professionals.report);

    report
}

/// Rows of people that have no BSN, by file.
fn without_bsn(rows: &Rows) -> BTreeMap<String, u64> {
    let exposures = rows.exposures.iter().map(|row| (row.row, row.bsn));
    let people = exposures
        .chain(rows.participants.iter().chain(&rows.register).map(|row| (row.row, row.bsn)));
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
    schedule: Option<&'n Schedule>,
}

fn noted<'n>(
    night: &Night<'n>,
    run_id: &'n str,
    read: Read<'n>,
    identities: &'n Identities,
) -> Noted<'n> {
    let Read { inputs, intake, shields, schedule } = read;
    Noted { run_id, run_date: night.run_date, inputs, intake, shields, schedule, identities }
}

/// What a plan is made from.
struct PlanInput<'s, 'o> {
    night: &'s Night<'o>,
    ledger: &'s Ledger,
    wording: &'s Wording,
    number: JobNumber,
    report: Report,
    clock: Clock,
    standing: &'s [IndexedCase],
}

impl PlanInput<'_, '_> {
    /// Writes everything that setting the job needs, and the papers so far. Letters are written
    /// part by part, so that no more than two parts of them are in memory.
    fn stage(
        self,
        received: &Received,
        prepared: Prepared<'_>,
    ) -> Result<(CheckedPlan, Press), RunError> {
        let Received { rows, delivery, intake, .. } = received;
        let Self { night, ledger, wording, number, mut report, mut clock, standing } = self;
        let config = night.config;
        let job_name = package::job_name(number, config.synthetic);
        let staging = Staging::of(&config.data_dir, &job_name);

        staging.begin()?;
        let Prepared {
            balance, gone, shields, identities, proofed, letters, schedule, cases, ..
        } = prepared;

        let places = package::places(&job_name, proofed, &config.print);
        let settings = Settings::tonight(night, wording, number, places.parts(), config.synthetic);
        let staged = staging.write_all_but_letters(
            &settings,
            &prepared.bodies,
            wording,
            &places.classes(),
        )?;

        let read =
            Read { inputs: &rows.inputs, intake, shields: &shields, schedule: schedule.as_ref() };
        let mut draft = ledger.draft(number, noted(night, &report.run_id, read, &identities))?;
        let told = usize::try_from(report.rows.letter + report.rows.merged)
            .map_err(|_| RunError::Capacity)?;
        draft.reserve(places.letters(), told);
        draft.are_made_with(&wording.made_with);

        let ticket = settings.ticket("");
        let listed = papers::letters(&staging.papers())?;
        let mut writer = PlanWriter { ticket, staging: &staging, listed, draft, staged };
        night.progress.stage("planning", report.letters.total);
        clock.time("plan", || writer.parts(night, &letters, places), |()| report.letters.total)?;
        let PlanWriter { listed, draft, mut staged, .. } = writer;
        listed.finish()?;
        Unapproved {
            night,
            ledger,
            wording,
            received,
            staging: &staging,
            settings: &settings,
            texts: &letters.texts,
            bodies: &prepared.bodies,
            report: &report,
            press: &prepared.press,
        }
        .add_to(&mut staged, &mut clock)?;
        letters.providers.mails.write(&staging.papers())?;
        drop(letters);

        let checked = draft.finish(&job_name, &staged)?;
        report.stages = clock.stages();
        report.peak_rss_bytes = peak_rss_bytes();

        let waiting = waiting_rows(&balance, &gone);
        papers::write(&staging.papers(), rows, &balance.account, waiting, &report)?;
        standing_cases::write(&staging.papers(), night, ledger, rows, waiting, standing)?;
        let events = ledger.head()?.events;
        papers::write_cases(&staging.papers(), &cases, &balance.set_aside, events)?;
        papers::write_marks(&staging.papers(), delivery, ledger.keys().marker())?;
        papers::write_namesakes(&staging.papers(), rows, &prepared.namesakes)?;
        papers::write_text_uses(&staging.papers(), &prepared.text_uses)?;
        papers::write_providers(&staging.papers(), prepared.providers.as_ref())?;
        staging.sync()?;

        Ok((checked, prepared.press))
    }
}

/// Writes letters down wherever a plan has them: in staging, in `letters.parquet`, in the ledger's
/// draft.
struct PlanWriter<'s> {
    /// What the tickets will say but for the ledger's head, which only the plan itself has.
    ticket: package::JobTicket<'s>,
    staging: &'s Staging,
    listed: LettersFile,
    draft: PlanDraft<'s>,
    staged: Vec<StagedFile>,
}

impl PlanWriter<'_> {
    /// Writes down part after part; the next one is composed meanwhile.
    fn parts(
        &mut self,
        night: &Night<'_>,
        letters: &Letters<'_>,
        mut places: Places,
    ) -> Result<(), RunError> {
        let mut compose = || places.next().map(|part| letters.part(&part)).transpose();
        let mut part = compose()?;
        while let Some(present) = part {
            let (next, written) = rayon::join(&mut compose, || self.part(&present));
            written?;
            night.progress.advance(present.letters.len() as u64);
            part = next?;
        }
        Ok(())
    }

    /// Proves that a part can be in a manifest and on a ticket, and writes it into the staged plan,
    /// `letters.parquet` and the ledger's draft.
    fn part(&mut self, part: &PartPlan) -> Result<(), RunError> {
        let Self { ticket, staging, listed, draft, staged } = self;
        let (proved, (written, (in_list, drafted))) = rayon::join(
            || package::prove(ticket, part),
            || {
                let draft = || part.letters.iter().try_for_each(|letter| draft.add(letter));
                rayon::join(
                    || staging.write_part(part),
                    || rayon::join(|| listed.add(&part.letters), draft),
                )
            },
        );

        proved?;
        in_list?;
        drafted?;
        staged.push(written?);

        Ok(())
    }
}

/// The rows of a run that wait for a human.
fn waiting_rows<'w>(balance: &'w Balance, gone: &'w [Gone]) -> WaitingRows<'w> {
    WaitingRows { set_aside: &balance.set_aside, gone, followers: &balance.followers }
}

/// Writes the papers of a run that has nothing to print.
fn stage_nothing(
    night: &Night<'_>,
    ledger: &Ledger,
    received: &Received,
    prepared: Prepared<'_>,
    mut report: Report,
    clock: Clock,
    queue: Queue,
) -> Result<Staged, RunError> {
    let staging = Staging::of(&night.config.data_dir, &report.run_id);
    staging.begin()?;
    report.stages = clock.stages();
    report.peak_rss_bytes = peak_rss_bytes();

    let Prepared { balance, gone, shields, identities, schedule, cases, .. } = prepared;
    let waiting = waiting_rows(&balance, &gone);
    papers::write(&staging.papers(), &received.rows, &balance.account, waiting, &report)?;
    standing_cases::write(&staging.papers(), night, ledger, &received.rows, waiting, &queue.cases)?;
    let events = ledger.head()?.events;
    papers::write_cases(&staging.papers(), &cases, &balance.set_aside, events)?;
    papers::letters(&staging.papers())?.finish()?;
    papers::write_marks(&staging.papers(), &received.delivery, ledger.keys().marker())?;
    papers::write_providers(&staging.papers(), prepared.providers.as_ref())?;
    prepared.letters.providers.mails.write(&staging.papers())?;

    let (report, mails, news) = (Box::new(report), None, queue.news);
    Ok(Staged::Nothing { staging, report, identities, shields, schedule, mails, news })
}

/// Ends a run that has nothing to print: its papers go to their place.
fn conclude(
    night: &Night<'_>,
    ledger: &Ledger,
    staging: &Staging,
    report: &mut Report,
) -> Result<Utf8PathBuf, RunError> {
    report.ledger_head = ledger.head()?.to_string();
    papers::write_report(&staging.papers(), report)?;

    let papers = papers::shelve(&night.config.data_dir, &report.run_id, &staging.papers())?;
    staging.discard()?;
    night.progress.finish();
    Ok(papers)
}
