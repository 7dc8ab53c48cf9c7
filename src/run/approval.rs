//! The gate between a plan and the outbox: a plan that people have to approve waits, frozen, until
//! they have; then whoever is protected by now is left out of it.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use super::balance::Balance;
use super::clock::Clock;
use super::letters::Candidates;
use super::night::{Received, Wording};
use super::plan::Step;
use super::plan_files::{self, Settings, Staging};
use super::proofs::{self, PROOFS, Proofs};
use super::{Night, RunError, Tonight, papers};
use crate::approval::statement::{
    self, ApprovalTerms, ChangesSince, ListRead, ProofsNamed, Statement,
};
use crate::approval::verdict::{self, Basis, Verdict};
use crate::approval::{emergency, record, rule, words};
use crate::base::{data_dir, hash, process};
use crate::compose::Texts;
use crate::field::body::Body;
use crate::field::draft::Draft;
use crate::field::ids::{LetterId, RowRef};
use crate::field::reason::{RowState, SetAside};
use crate::field::row::Rows;
use crate::link::Parameters;
use crate::record::{ApprovalAct, Job, JobState, Ledger, STATEMENT, Said, StagedFile};
use crate::render::Press;
use crate::report::{ApprovalReport, LetterCounts, Report};

/// Who gives up and carries over, in the history.
const PROGRAM: &str = "breachpost";

/// Where the proofs of a waiting job are, below its staging folder.
const FOLDER: &str = "approval/proofs";

/// A plan that is on the disk and has to be approved.
pub(super) struct Unapproved<'p> {
    pub night: &'p Night<'p>,
    pub ledger: &'p Ledger,
    pub wording: &'p Wording,
    pub received: &'p Received,
    pub staging: &'p Staging,
    pub settings: &'p Settings,
    pub texts: &'p Texts,
    pub bodies: &'p BTreeMap<String, Body>,
    pub report: &'p Report,
    pub press: &'p Press,
}

impl Unapproved<'_> {
    /// Adds what people look at before they approve to the files of a plan, where they have to.
    pub fn add_to(&self, staged: &mut Vec<StagedFile>, clock: &mut Clock) -> Result<(), RunError> {
        if must_be_asked(self.night, self.ledger)? {
            let added = clock.time("proofs", || self.stage(staged), |added| added.len() as u64)?;
            staged.extend(added);
        }
        Ok(())
    }

    /// Chooses and sets the proofs and writes the statement; `staged` are the files of the plan.
    /// What is returned is recorded with them.
    fn stage(&self, staged: &[StagedFile]) -> Result<Vec<StagedFile>, RunError> {
        let Self { night, ledger, staging, settings, .. } = *self;
        let sentences = proofs::sentences(night, self.wording, self.texts, self.bodies);
        let decided = proofs::decided(ledger, &self.received.rows)?;
        let set = proofs::choose(staging, settings.parts, staged, &sentences, &decided)?;

        let json = serde_json::to_vec(&set).map_err(crate::report::ReportError::Json)?;
        let list = staging.write_for_approval(PROOFS, json)?;
        let sheets = Proofs::read(staging, staged, &set)?;
        sheets.write(&staging.folder().join(FOLDER), self.press)?;

        let mut plan: Vec<StagedFile> = staged.iter().chain([&list]).cloned().collect();
        plan.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        let statement = self.statement(plan, ProofsNamed::of(&set, &list.sha256), set.covers)?;
        record::keep(&night.config.data_dir, &statement)?;
        let text = statement.text().into_bytes();
        Ok(vec![list, staging.write_for_approval(STATEMENT, text)?])
    }

    fn statement(
        &self,
        plan: Vec<StagedFile>,
        proofs: ProofsNamed,
        covers: Vec<String>,
    ) -> Result<Statement, RunError> {
        let config = self.night.config;
        let settings = statement::settings(config, &Parameters::of(&config.link)?);
        let made_with = self.wording.made_with.clone();
        let last = record::last_approved(self.ledger, config, None)?;
        let changed = last.as_ref().map_or_else(
            || made_with.shown().map(|(name, _)| name.to_owned()).collect(),
            |last| last.differs_in(&made_with, &settings),
        );

        Ok(Statement {
            schema_version: Statement::version(),
            campaign: config.campaign.clone(),
            rehearsal: self.settings.rehearsal,
            job: crate::package::job_name(self.settings.number, self.settings.rehearsal),
            run_id: self.report.run_id.clone(),
            run_date: self.night.run_date,
            requested_by: process::account(),
            made_with,
            settings,
            terms: ApprovalTerms::of(config),
            standing: config.approval.standing,
            inputs: self.lists()?,
            plan,
            proofs,
            covers,
            letters: self.report.letters.clone(),
            forecast: self.report.waves.clone(),
            since: ChangesSince { statement: last.map(|last| last.hash()), changed },
        })
    }

    fn lists(&self) -> Result<Vec<ListRead>, RunError> {
        let inputs = &self.received.rows.inputs;
        let names = inputs.iter().map(|input| (input.file.as_str(), input.sha256.as_str()));
        let dates = self.ledger.first_read(names)?;
        let list = |(input, date): (&crate::field::row::Input, Option<_>)| ListRead {
            file: input.file.clone(),
            list: input.list,
            sha256: input.sha256.clone(),
            rows: u64::from(input.rows),
            first_read: date.unwrap_or(self.night.run_date),
        };
        Ok(inputs.iter().zip(dates).map(list).collect())
    }
}

/// Whether people have to approve what is planned now: the configuration says so, or they had to
/// when letters went out last. That they are not asked any more is approved once more, like every
/// other setting.
fn must_be_asked(night: &Night<'_>, ledger: &Ledger) -> Result<bool, RunError> {
    if night.config.needs_approval() {
        return Ok(true);
    }

    let jobs = ledger.jobs()?.into_iter();
    let out = jobs.filter(|job| {
        matches!(job.state, JobState::Published | JobState::Done) && job.reprint.is_none()
    });
    let last = out.max_by_key(|job| job.planned_head.events);
    let Some(last) = last else { return Ok(false) };
    let Some(name) = last.statement() else { return Ok(false) };
    let released = emergency::released(ledger, night.config)?;
    if released.iter().any(|one| one.job.job == last.job && one.is_open()) {
        return Ok(true);
    }
    let statement = record::find(&night.config.data_dir, name);
    Ok(statement.is_none_or(|statement| !statement.terms.ends))
}

/// A job that waits for people.
#[derive(Clone, Debug)]
pub struct WaitingJob {
    /// Its name.
    pub job: String,
    /// The statement, by its hash.
    pub statement: String,
    /// What is missing, or has changed, in words.
    pub missing: Vec<String>,
    /// The letters.
    pub letters: LetterCounts,
    /// Where the proofs are.
    pub proofs: Utf8PathBuf,
    /// The papers so far.
    pub papers: Utf8PathBuf,
    /// Their report.
    pub report: Report,
}

impl Tonight {
    /// Nothing is planned beside a job that waits.
    pub(super) fn waiting(job: WaitingJob) -> Self {
        let (report, papers) = (job.report.clone(), job.papers.clone());
        Self { report, papers, package: None, waiting: Some(job) }
    }
}

/// Holds the unfinished job back unless it may be published. One that has waited for too long is
/// given up; one with people in it who are protected by now is planned again without them. `fresh`:
/// it was planned from tonight's lists.
///
/// # Errors
/// [`RunError`]; nothing has left the building then.
pub(super) fn gate(
    night: &Night<'_>,
    ledger: &mut Ledger,
    fresh: bool,
) -> Result<Option<WaitingJob>, RunError> {
    let Some(job) = ledger.pending()? else { return Ok(None) };
    if job.state >= JobState::Published {
        return Ok(None);
    }
    if job.statement().is_none() {
        // Copies of letters that were approved; or planned by a program that asked nobody, or while
        // nobody had to be asked.
        return if night.config.needs_approval() && job.reprint.is_none() {
            Err(RunError::Unapproved { job: job.job_name })
        } else {
            Ok(None)
        };
    }

    let statement = Staging::of(&night.config.data_dir, &job.job_name).statement(&job.staged)?;
    // On a machine that was restored the shelf of statements may be empty.
    record::keep(&night.config.data_dir, &statement)?;
    // What is partly out is finished, or not: nothing of it can be made otherwise.
    let partly_out = is_partly_out(night, &job);
    if !partly_out && rule::is_expired(&statement, night.run_date) {
        let days = statement.terms.max_plan_age_days;
        give_up(night, ledger, &job, &format!("nobody approved it in {days} days"))?;
        return Ok(None);
    }

    let changed = if partly_out { Vec::new() } else { changed(night, &statement)? };
    let mut verdict = verdict_of(night, ledger, &statement)?;
    if !verdict.may_be_printed() && verdict.against.is_empty() {
        cover(night, ledger, &statement)?;
        verdict = verdict_of(night, ledger, &statement)?;
    }
    if !changed.is_empty() || !verdict.may_be_printed() {
        return wait(night, &job, &statement, &verdict, &changed).map(Some);
    }
    if partly_out {
        return Ok(None);
    }
    Staging::of(&night.config.data_dir, &job.job_name).holds(&statement.plan)?;
    if fresh {
        return Ok(None);
    }

    let letters = planned(night, &job)?;
    let protected = protected(night, ledger, &job, &letters)?;
    if protected.is_empty() {
        return Ok(None);
    }
    leave_out(night, ledger, &job, &statement, &verdict, letters, protected.len() as u64)
}

/// Whether a sealed part of the job is in the outbox.
fn is_partly_out(night: &Night<'_>, job: &Job) -> bool {
    let folder = data_dir::outbox(&night.config.data_dir).join(&job.job_name);
    job.sealed.iter().any(|part| folder.join(&part.file).exists())
}

fn verdict_of(
    night: &Night<'_>,
    ledger: &Ledger,
    statement: &Statement,
) -> Result<Verdict, RunError> {
    let find = |name: &str| record::find(&night.config.data_dir, name);
    Ok(Verdict::of(statement, &ledger.approvals()?, &night.config.approval, &find))
}

/// What letters are made with and is not what the statement says.
fn changed(night: &Night<'_>, statement: &Statement) -> Result<Vec<String>, RunError> {
    let made_with = night.wording()?.made_with;
    let settings = statement::settings(night.config, &Parameters::of(&night.config.link)?);
    Ok(statement.differs_in(&made_with, &settings))
}

/// Writes down that a standing approval covers this plan, where one does.
fn cover(night: &Night<'_>, ledger: &mut Ledger, statement: &Statement) -> Result<(), RunError> {
    let Some(last) = record::last_approved(ledger, night.config, None)? else { return Ok(()) };
    let basis = verdict_of(night, ledger, &last)?.basis;
    let under = match basis {
        Basis::Statement => Some(last),
        Basis::CarriedOver { from: earlier, .. } | Basis::Standing { under: earlier, .. } => {
            record::find(&night.config.data_dir, &earlier)
        }
    };
    let Some(under) = under else { return Ok(()) };
    if !verdict_of(night, ledger, &under)?.is_good()
        || verdict::covers(&under, statement, &ledger.approvals()?).is_none()
    {
        return Ok(());
    }

    let said = Said::Covered { under: under.hash(), letters: statement.letters.total };
    note(night, ledger, statement, said)
}

fn note(
    night: &Night<'_>,
    ledger: &mut Ledger,
    statement: &Statement,
    said: Said,
) -> Result<(), RunError> {
    ledger.note_approval(ApprovalAct {
        date: night.run_date,
        statement: statement.hash(),
        by: PROGRAM.to_owned(),
        role: None,
        said,
    })?;
    Ok(())
}

fn wait(
    night: &Night<'_>,
    job: &Job,
    statement: &Statement,
    verdict: &Verdict,
    changed: &[String],
) -> Result<WaitingJob, RunError> {
    let staging = Staging::of(&night.config.data_dir, &job.job_name);
    let mut missing = words::of_people(verdict);
    let change = |what: &String| format!("changed since the statement was made: {what}");
    missing.extend(changed.iter().map(change));
    missing.extend(statement.terms.ends.then(|| words::ENDS.to_owned()));

    Ok(WaitingJob {
        job: job.job_name.clone(),
        statement: statement.hash(),
        missing,
        letters: statement.letters.clone(),
        proofs: staging.folder().join(FOLDER),
        papers: staging.papers(),
        report: papers::read_report(&staging.papers())?,
    })
}

fn give_up(night: &Night<'_>, ledger: &mut Ledger, job: &Job, why: &str) -> Result<(), RunError> {
    let data_dir = &night.config.data_dir;
    let staging = Staging::of(data_dir, &job.job_name);
    ledger.abandon(staging.folder(), PROGRAM, why, night.run_date)?;
    tracing::info!(run.job = job.job_name, "a job that waited for approval was given up: {why}");
    plan_files::clear(data_dir)
}

/// The letters of a frozen plan: no other letter is written in its place, and none in other words.
#[derive(Debug)]
pub struct Frozen(BTreeMap<LetterId, String>);

impl Frozen {
    /// Whether this very letter is in the plan.
    pub(super) fn has(&self, draft: &Draft) -> bool {
        self.0.get(&draft.letter_id).is_some_and(|known| *known == fingerprint(draft))
    }
}

fn fingerprint(draft: &Draft) -> String {
    hash::of_bytes(&serde_json::to_vec(draft).expect("a draft has string keys only"))
}

/// A letter of a waiting plan, as far as it is compared with tonight's lists.
struct FrozenLetter {
    id: LetterId,
    fingerprint: String,
    /// The exposure rows that it is about.
    rows: Vec<(String, u32)>,
}

fn planned(night: &Night<'_>, job: &Job) -> Result<Vec<FrozenLetter>, RunError> {
    let staging = Staging::of(&night.config.data_dir, &job.job_name);
    let mut letters = Vec::new();
    for part in &job.parts {
        let part = staging.read_part(part.number, &job.staged)?;
        letters.extend(part.letters.into_iter().map(|letter| FrozenLetter {
            id: letter.draft.letter_id,
            fingerprint: fingerprint(&letter.draft),
            rows: letter.draft.rows,
        }));
    }
    Ok(letters)
}

/// The letters of which a row may not be written about by tonight's lists: died, protected,
/// objecting, held, or gone. What else has changed is a matter of the next plan.
fn protected(
    night: &Night<'_>,
    ledger: &mut Ledger,
    job: &Job,
    letters: &[FrozenLetter],
) -> Result<Vec<LetterId>, RunError> {
    ledger.suppose_given_up(Some(job.job));
    let open = open_rows(night, ledger);
    ledger.suppose_given_up(None);
    let open = open?;

    let is_open = |letter: &&FrozenLetter| letter.rows.iter().all(|row| open.contains(row));
    Ok(letters.iter().filter(|letter| !is_open(letter)).map(|letter| letter.id).collect())
}

/// The exposure rows of tonight about which people may be written to, or were already.
fn open_rows(night: &Night<'_>, ledger: &Ledger) -> Result<BTreeSet<(String, u32)>, RunError> {
    let wording = night.wording()?;
    let mut clock = Clock::default();
    let received = night.receive(ledger, None, &mut clock)?;
    let rows = &received.rows;

    let mut balance = Balance::open(rows);
    let (mut linked, ..) = super::link_rows(night, &received, ledger, &mut balance, &mut clock)?;
    super::settle_deliveries(&received, ledger, &mut linked.clusters, &mut balance)?;
    let recognised = ledger.recognise(linked.clusters)?;
    let (people, sender_of) = (&recognised.people, &wording.facts.sender_of);
    let circumstances = received.heard.circumstances(ledger.keys(), rows, people, sender_of);
    let (guard, incomplete) = (received.heard.guard(ledger, rows)?, recognised.incomplete);
    let holds = super::census::holds(night, ledger, &guard, people, &circumstances, incomplete)?;
    let candidates = Candidates::new(*night, recognised.people, circumstances, holds);
    candidates.decide(&wording.facts, &mut balance)?;

    let closed = |item: &&SetAside| {
        matches!(item.reason.state(), RowState::Suppressed | RowState::Review | RowState::Rejected)
    };
    let leading = balance.set_aside.iter().filter(closed).map(|item| item.row);
    let closed: BTreeSet<RowRef> = leading
        .flat_map(|row| {
            let followers = balance.followers.get(&row).into_iter().flatten().copied();
            [row].into_iter().chain(followers)
        })
        .collect();

    Ok(names(rows, &closed))
}

/// The exposure rows that could be read and are not `closed`, by file and number.
fn names(rows: &Rows, closed: &BTreeSet<RowRef>) -> BTreeSet<(String, u32)> {
    let open = rows.exposures.iter().map(|row| row.row).filter(|row| !closed.contains(row));
    let name = |row: RowRef| Some((rows.inputs.get(usize::from(row.file))?.file.clone(), row.row));
    open.filter_map(name).collect()
}

/// Gives the job up and plans it again without people who are protected by now. The approvals hold
/// for the new plan when few letters are left out and nothing else is different; else tonight's
/// plan is made as on any other night, and waits.
fn leave_out(
    night: &Night<'_>,
    ledger: &mut Ledger,
    job: &Job,
    statement: &Statement,
    verdict: &Verdict,
    letters: Vec<FrozenLetter>,
    protected: u64,
) -> Result<Option<WaitingJob>, RunError> {
    let letters_of = statement.letters.total;
    let few = protected * 100 <= u64::from(statement.terms.max_left_out_percent) * letters_of;
    let why = format!("{protected} of its letters are to people who are protected or held by now");
    give_up(night, ledger, job, &why)?;
    if !few {
        return Ok(None);
    }

    let frozen =
        Frozen(letters.into_iter().map(|letter| (letter.id, letter.fingerprint)).collect());
    let again = Night { run_date: statement.run_date, only: Some(&frozen), ..*night };
    let Step::Planned { job, .. } = super::plan_tonight(&again, ledger)? else { return Ok(None) };

    let origin = match &verdict.basis {
        Basis::CarriedOver { from, .. } => record::find(&night.config.data_dir, from),
        Basis::Statement => Some(statement.clone()),
        Basis::Standing { .. } => None,
    };
    let now = job.statement().and_then(|name| record::find(&night.config.data_dir, name));
    if let (Some(origin), Some(now)) = (origin, now) {
        let of = origin.letters.total;
        let left_out = of.saturating_sub(now.letters.total);
        note(night, ledger, &now, Said::CarriedOver { from: origin.hash(), left_out, of })?;
    }

    gate(night, ledger, true)
}

/// Under which approval a job goes out, and the file from which that can be proved; `None`: nobody
/// had to approve it.
pub(super) fn conclude(
    night: &Night<'_>,
    ledger: &Ledger,
    job: &Job,
) -> Result<Option<ApprovalReport>, RunError> {
    let data_dir = &night.config.data_dir;
    let said = record::of_job(ledger, night.config, job)?;
    let Some((statement, verdict)) = said else { return Ok(None) };
    let head = ledger.head()?.to_string();
    record::write_paper(data_dir, job, &statement, &verdict.basis, &ledger.approvals()?, &head)?;
    Ok(Some(ApprovalReport { statement: statement.hash(), said: words::of_verdict(&verdict) }))
}
