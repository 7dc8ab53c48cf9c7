//! The night, from top to bottom: read, link, recognise, decide, compose, proof, plan, set, seal,
//! publish, record, report. `plan`, `check` and the dress rehearsal walk the same path and stop
//! earlier.

mod abandon;
mod approval;
pub mod backup;
mod balance;
mod case_index;
mod cases;
mod census;
pub mod clock;
pub mod crash;
mod disk_space;
mod dry_run;
mod error;
mod everybody;
mod fleet;
mod foresee;
mod guard;
mod holds;
mod judged;
pub mod kept_texts;
mod letters;
pub mod lists;
pub mod mailed;
pub mod metrics;
mod night;
pub mod notice_mails;
pub mod outcome;
mod papers;
pub mod patients;
mod plan;
pub mod plan_files;
mod planned;
mod print_files;
mod professionals;
pub mod proofs;
mod providers;
mod publish;
mod rehearsal;
mod reprint;
mod republish;
mod samples;
mod seal;
mod settle;
mod standing_cases;
pub mod transfer;
mod waves;

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use crate::approval::emergency;
use crate::base::{ExitStatus, Explain};
use crate::compose::texts::TextFacts;
use crate::compose::{Letterbook, TextUse, Texts};
use crate::field::body::Body;
use crate::field::ids::Pseudonym;
use crate::field::ids::RowRef;
use crate::field::made_with::MadeWith;
use crate::field::person::Cluster;
use crate::field::person::Person;
use crate::field::row::Input;
use crate::field::schedule::Schedule;
use crate::link::{self, Linked, Parameters};
use crate::package::ProofedLetter;
use crate::record::pieces::PaperTerms;
use crate::record::{Access, Gone, Guard, Home, Identities, Ledger, ShieldNews};
use crate::render::Press;
use crate::report::agreement::{Agreement, agreement};
use crate::report::case_lines::CaseLines;
use crate::report::linking::LinkReport;
use crate::report::providers::{ProviderLine, ProviderReport};
use crate::report::waiting::{self, WaitingRow};
use crate::report::waves::WaveReport;
use crate::report::{LetterCounts, PaperReport, Report};
pub use abandon::{GivenUp, abandon};
pub use approval::{Frozen, WaitingJob};
use balance::Balance;
pub use census::{DueLetter, PersonStanding, census, letter_by_hand};
use clock::Clock;
pub use dry_run::check;
pub use error::{Missing, RunError};
pub use everybody::Everybody;
pub use fleet::{SetPart, render};
pub use foresee::{Outlook, foresee};
pub use judged::{Heard, TOLD_BY_TELEPHONE};
use letters::{Candidates, Letters};
pub use night::Night;
use night::{Received, Wording};
pub use papers::{last_providers, last_texts, note_mail, text_uses};
use plan::Step;
pub use planned::{PlanSummary, plan};
use professionals::ProfessionalNight;
use providers::{ProviderNight, Providers};
pub use publish::Finished;
pub use rehearsal::{Dress, Dressed, dress};
pub use reprint::{ReprintOrder, ReprintedJob, reprint};
use waves::Waves;

/// A run that came to its end. As long as this lives no other run begins.
#[derive(Debug)]
pub struct Done {
    /// The package that was put into the outbox again.
    pub republished: Option<Utf8PathBuf>,
    /// A job of an interrupted run that was finished first.
    pub resumed: Option<Finished>,
    /// Spoilt letters that were printed again.
    pub reprinted: Vec<ReprintedJob>,
    /// The run itself.
    pub report: Report,
    /// Its papers.
    pub papers: Utf8PathBuf,
    /// Its package, if there was anything to print.
    pub package: Option<Utf8PathBuf>,
    /// The job that waits for approval, whose report and papers these are.
    pub waiting: Option<WaitingJob>,
    /// As the run has left it; holds the lock.
    pub ledger: Ledger,
}

/// Runs the nightly batch.
///
/// # Errors
/// [`RunError`]; its status says whether anything left the building.
pub fn run(night: &Night<'_>) -> Result<Done, RunError> {
    let mut ledger = open(night)?;
    let republished = republish::asked_for(night, &mut ledger)?;
    let waiting = approval::gate(night, &mut ledger, false)?;
    let (resumed, reprinted) = match waiting {
        None => (publish::resume(night, &mut ledger)?, reprint::automatic(night, &mut ledger)?),
        Some(_) => (None, Vec::new()),
    };

    // What was published before tonight's job is out, whatever becomes of that.
    let before = resumed.as_ref().map(|job| &job.package).or(republished.as_ref());
    let before = before.or(reprinted.last().map(|job| &job.package));
    let before = before.and_then(|package| package.file_name()).map(str::to_owned);
    // Somebody released it in an emergency, or has approved it since and the program was killed.
    let settled = emergency::settle(&ledger, night.config).map_err(RunError::from);
    let tonight = settled.and_then(|()| match waiting {
        // Nothing else is planned while a job waits.
        Some(waiting) => {
            let mut tonight = Tonight::waiting(waiting);
            tonight.report.emergencies = emergency::report(&ledger, night.config)?;
            Ok(tonight)
        }
        None => tonight(night, &mut ledger),
    });
    let tonight = tonight.map_err(|source| match before {
        Some(job) if source.status() != ExitStatus::PartPublished => {
            RunError::AfterPublished { job, source: Box::new(source) }
        }
        _ => source,
    })?;

    night.progress.finish();
    let Tonight { report, papers, package, waiting } = tonight;
    Ok(Done { republished, resumed, reprinted, report, papers, package, waiting, ledger })
}

/// What tonight's own job came to.
struct Tonight {
    report: Report,
    papers: Utf8PathBuf,
    package: Option<Utf8PathBuf>,
    waiting: Option<WaitingJob>,
}

/// Plans tonight's job and takes it to its end. What waits for a human is written down last: a run
/// that stops before that has told nobody.
fn tonight(night: &Night<'_>, ledger: &mut Ledger) -> Result<Tonight, RunError> {
    match plan_tonight(night, ledger)? {
        Step::Nothing { papers, report, news } => {
            ledger.told_humans(&news, night.run_date)?;
            Ok(Tonight { report: *report, papers, package: None, waiting: None })
        }
        Step::Planned { job, press, clock, news } => {
            if let Some(waiting) = approval::gate(night, ledger, true)? {
                ledger.told_humans(&news, night.run_date)?;
                return Ok(Tonight::waiting(waiting));
            }
            let finished = publish::finish(night, ledger, &job, Some(&press), clock)?;
            ledger.told_humans(&news, night.run_date).map_err(|error| RunError::Published {
                job: job.job_name.clone(),
                source: Box::new(error.into()),
            })?;
            Ok(Tonight {
                report: finished.report,
                papers: finished.papers,
                package: Some(finished.package),
                waiting: None,
            })
        }
    }
}

/// Plans tonight's job. Up to the commit of the plan nothing is written: a refusal leaves no trace
/// but the log and its outcome. From there on the set of letters is fixed.
fn plan_tonight(night: &Night<'_>, ledger: &mut Ledger) -> Result<Step, RunError> {
    guard::refuse_the_past(ledger, night)?;
    let wording = night.wording()?;
    let mut clock = Clock::default();

    let received = night.receive(ledger, Some(ledger.keys().marker()), &mut clock)?;
    let prepared = prepare(night, &received, ledger, &wording, &mut clock)?;

    night.permits(prepared.proofed.len())?;

    let staged = plan::stage(night, ledger, &wording, &received, prepared, clock)?;
    plan::commit(night, ledger, received, staged)
}

/// What a run has decided before anything is written.
struct Prepared<'a> {
    /// What becomes of every exposure row, which rows were set aside, and which were superseded.
    balance: Balance,
    /// Rows of other lists that could not be read whole, by code.
    list_reasons: BTreeMap<String, u64>,
    /// Rows of other lists that wait for a human, each with its mark.
    waiting: Vec<WaitingRow>,
    /// Rows of participants and register that say died, protected or unknown of people without a
    /// lab record.
    protecting_nobody: u64,
    /// Lab records, each with a row of a list that says so of a namesake with the same birth date.
    namesakes: Vec<(RowRef, RowRef)>,
    /// How people were found.
    linking: LinkReport,
    /// Told people of whom no row is among the people of this run.
    absent: u64,
    /// People who cannot be reached.
    unreachable: u64,
    /// Records that people were told about and that are not in the inbox.
    gone: Vec<Gone>,
    /// How often two people agreed about a case.
    opinions: Vec<Agreement>,
    /// Where the letters of earlier jobs are.
    paper: PaperReport,
    /// What the cases for a human are known by.
    cases: CaseLines,
    /// For the ledger.
    identities: Identities,
    /// For the ledger: whom the lists protect.
    shields: ShieldNews,
    /// For the ledger: the waves of first letters, where they are new.
    schedule: Option<Schedule>,
    /// The calendar of the waves, and the calls that they bring.
    waves: Option<WaveReport>,
    /// How far each care provider is, and all of them in numbers; `None`: they are not told first.
    providers: Option<(BTreeMap<String, ProviderLine>, ProviderReport)>,
    /// What they are made with.
    made_with: MadeWith,
    /// How many letters have each text.
    text_uses: Vec<TextUse>,
    /// The texts, by content hash; only those that a letter uses.
    bodies: BTreeMap<String, Body>,
    /// Letters by category, language and kind, with their pages.
    counts: LetterCounts,
    /// The letters, as far as their places depend on them.
    proofed: Vec<ProofedLetter>,
    /// Composes them.
    letters: Letters<'a>,
    /// Has set every body of the run.
    press: Press,
}

/// Takes rows all the way to letters that are known to fit their pages, and counts them after every
/// stage. Nothing is written.
///
/// # Errors
/// [`RunError`] of the stage that failed, or `Unbalanced` when a stage lost a row.
fn prepare<'a>(
    night: &Night<'a>,
    received: &'a Received,
    ledger: &'a Ledger,
    wording: &'a Wording,
    clock: &mut Clock,
) -> Result<Prepared<'a>, RunError> {
    let rows = &received.rows;
    let mut balance = Balance::open(rows);

    // Link: which rows are one person, and which of their rows count.
    let (mut linked, linking, waiting) = link_rows(night, received, ledger, &mut balance, clock)?;
    let superseded = settle_deliveries(received, ledger, &mut linked.clusters, &mut balance)?;

    // Recognise: who of them was told what.
    night.progress.stage("recognising", 0);
    let recognise = || ledger.recognise(linked.clusters);
    let recognised = clock.time("recognise", recognise, |found| found.people.len() as u64)?;

    // Decide: who gets a letter about what.
    let providers = Providers::of(night, ledger, &wording.facts)?;
    let guard = received.heard.guard(ledger, rows)?;
    let people = (recognised.people, recognised.incomplete);
    let candidates = gather(night, received, ledger, wording, &guard, providers.as_ref(), people)?;
    let decide = || candidates.decide(&wording.facts, &mut balance);
    let decided = clock.time("decide", decide, |decided| decided.notices)?;
    balance.check("decide", decided.rows, decided.set_aside)?;

    // Compose and proof: every text is laid out once, and every letter is held against its places.
    let book = letterbook(night, ledger, wording, &rows.inputs);
    let professionals =
        ProfessionalNight::of(night, ledger, rows, &superseded, &candidates, &book, wording)?;
    let notices = ProviderNight::of(providers.as_ref(), night, &candidates, &book, wording)?;
    let notices = notices.with(professionals);
    let notice_bodies = notices.bodies.clone();
    let (texts, press) = lay_out(night, &book, decided.texts, &notice_bodies, clock)?;
    let told = notices.proof(&press, night.run_date)?;
    let mut letters = Letters { candidates, book, texts, waves: None, providers: told };
    letters.waves = Waves::of(night, ledger, &letters)?;
    let proof = || letters.proof(&press, &mut balance);
    let written = clock.time("compose", proof, |written| written.counts.total)?;

    balance.check("compose", written.rows, written.uncomposed)?;
    balance.close(written.unproofed + written.waiting)?;

    let bodies = used(&written.bodies, [letters.texts.bodies(), &notice_bodies]);

    let gone = ledger.gone(&received.intake)?;
    let set_aside = &balance.set_aside;
    let cases = case_index::of(&letters.candidates, ledger.keys(), rows, set_aside, &gone);

    Ok(Prepared {
        cases,
        list_reasons: lists::reasons(rows),
        waiting,
        protecting_nobody: linked.protecting_nobody as u64,
        namesakes: linked.namesakes,
        absent: recognised.absent as u64,
        unreachable: balance.unreachable(ledger.unreached()?),
        gone,
        opinions: agreement(&ledger.judgements()?),
        paper: PaperReport::of(&ledger.paper(&PaperTerms::of(night.config, night.run_date))?),
        shields: guard.news(rows, &balance.set_aside),
        schedule: letters.waves.as_ref().and_then(Waves::news),
        waves: letters.waves.as_ref().and_then(|waves| waves.report(night, &written)),
        providers: providers.map(|_| letters.providers.report(&written)),
        linking,
        identities: recognised.identities.with_others(letters.take_marks()),
        balance,
        made_with: wording.made_with.clone(),
        text_uses: letters.texts.uses(&written.bodies),
        bodies,
        counts: written.counts,
        proofed: written.letters,
        letters,
        press,
    })
}

/// Everybody, of whom some are `incomplete`, with what is known of the world around them and what the
/// ledger knows against letters to them.
fn gather<'a>(
    night: &Night<'a>,
    received: &'a Received,
    ledger: &Ledger,
    wording: &Wording,
    guard: &Guard<'_>,
    providers: Option<&Providers>,
    (people, incomplete): (Vec<Person<'a>>, BTreeSet<Pseudonym>),
) -> Result<Candidates<'a>, RunError> {
    let (rows, keys) = (&received.rows, ledger.keys());
    let unnamed = providers.map(|known| known.unnamed(rows, keys)).unwrap_or_default();
    let circumstances = received
        .heard
        .circumstances(keys, rows, &people, &wording.facts.sender_of)
        .without(&unnamed);
    let holds = census::holds(night, ledger, guard, &people, &circumstances, incomplete)?;
    Ok(Candidates::new(*night, people, circumstances, holds))
}

/// The texts that letters use.
fn used(
    letters: &BTreeMap<String, u64>,
    texts: [&BTreeMap<String, Body>; 2],
) -> BTreeMap<String, Body> {
    let text = |key: &String| texts.into_iter().find_map(|bodies| bodies.get(key)).cloned();
    letters.keys().filter_map(|key| Some((key.clone(), text(key)?))).collect()
}

/// Links: which rows are one person. Rows that were set aside go to `balance`.
fn link_rows<'a>(
    night: &Night<'_>,
    received: &'a Received,
    ledger: &Ledger,
    balance: &mut Balance,
    clock: &mut Clock,
) -> Result<(Linked<'a>, LinkReport, Vec<WaitingRow>), RunError> {
    let (rules, rows) = (&night.config.link, &received.rows);
    let parameters = Parameters::of(rules)?;
    let decisions = ledger.decisions()?;
    let terms = link::LinkTerms { rules, parameters: &parameters, decisions: &decisions };

    let link = || link::link(rows, &terms, ledger.keys(), night.progress);
    let mut linked = clock.time("link", link, |linked| linked.clusters.len() as u64)?;
    balance.check("link", settle::rows_of(&linked.clusters), linked.set_aside.len() as u64)?;

    let linking = LinkReport::new(&rows.inputs, &terms, &linked);
    let waiting = waiting::of(rows, &linked, ledger.keys());
    balance.set_aside.extend(waiting.iter().map(|waiting| waiting.set_aside.clone()));
    balance.set_aside(std::mem::take(&mut linked.set_aside));

    Ok((linked, linking, waiting))
}

/// Of several deliveries of a record the newest counts; the others leave their people. Gives the rows
/// that no longer count.
fn settle_deliveries(
    received: &Received,
    ledger: &Ledger,
    clusters: &mut Vec<Cluster<'_>>,
    balance: &mut Balance,
) -> Result<BTreeMap<RowRef, RowRef>, RunError> {
    let (deliveries, withdrawn) = ledger.deliveries(&received.rows, &received.intake)?;
    let settled = settle::settle(clusters, &deliveries, &withdrawn);

    let ended = settled.set_aside.len() as u64 + settled.following();
    balance.check("settle", settle::rows_of(clusters), ended)?;
    balance.followers = settled.followers;
    balance.set_aside(settled.set_aside);
    Ok(deliveries.superseded)
}

/// What all letters of the run have in common.
fn letterbook<'a>(
    night: &Night<'a>,
    ledger: &'a Ledger,
    wording: &'a Wording,
    inputs: &'a [Input],
) -> Letterbook<'a> {
    Letterbook {
        campaign: &night.config.campaign,
        keys: ledger.keys(),
        facts: &wording.facts,
        texts: &wording.texts,
        inputs,
        run_date: night.run_date,
        synthetic: night.is_marked(),
        window: &night.config.print.window,
    }
}

/// Writes the texts of a run and lays each of them out once.
fn lay_out(
    night: &Night<'_>,
    book: &Letterbook<'_>,
    facts: BTreeSet<TextFacts>,
    notices: &BTreeMap<String, Body>,
    clock: &mut Clock,
) -> Result<(Texts, Press), RunError> {
    night.progress.stage("bodies", 0);
    let lay_out = || {
        let texts = Texts::of(facts, book);
        let bodies = texts.bodies().iter().chain(notices);
        let press = Press::new(bodies, &night.config.print, night.run_date)?;
        Ok::<_, RunError>((texts, press))
    };

    clock.time("bodies", lay_out, |(_, press)| press.bodies() as u64)
}

/// Opens the ledger to write, when the vendor's keys and the outbox are as they should be.
fn open(night: &Night<'_>) -> Result<Ledger, RunError> {
    let config = night.config;
    guard::configuration(config)?;
    let ledger = Ledger::open(&Home::of(config), Access::Write)?;
    ledger.refuse_when_stopped(None)?;
    night.fits(disk_space::to_begin(ledger.bytes()?))?;
    Ok(ledger)
}
