//! `breachpost ledger log`: the history in words, one line an event. Counts, file names and what
//! people typed; nobody's data.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::Serialize;

use super::approvals::{ApprovalAct, Said};
use super::audit::{
    self, CasesJudged, Event, FilePassed, KnownInput, ProviderNoted, Purging, ReceiptTaken,
    ReissueOrdered, ReprintPlanned, ShieldsSeen, Waiting,
};
use super::error::RecordError;
use super::notice_mails::{MailsPlanned, MailsTold};
use super::passage::PassageStep;
use super::store::list_word;
use super::{Head, Ledger};
use crate::base::plain::count;
use crate::field::job_number::JobNumber;
use crate::field::mode::Mode;
use crate::field::notice_mail::MailFate;
use crate::field::provider::ProviderWord;
use crate::field::schedule::Schedule;

/// One event of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// Its number, from 1.
    pub event: u64,
    /// When, where the event or its job says so.
    pub date: Option<Date>,
    /// The run that did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// What kind of event, as in the ledger.
    pub kind: &'static str,
    /// What happened, in words.
    pub text: String,
    /// Head of the history after it.
    pub head: String,
}

impl fmt::Display for LogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date.map_or_else(|| "-".to_owned(), |date| date.to_string());
        write!(f, "{:>4}  {date:<10}  {}", self.event, self.text)
    }
}

/// What events that name a run or a job only are dated by.
#[derive(Default)]
struct Dates {
    runs: BTreeMap<String, Date>,
    jobs: BTreeMap<JobNumber, (Date, String)>,
}

impl Ledger {
    /// The whole history, oldest first. It is still there after a purge.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn log(&self) -> Result<Vec<LogLine>, RecordError> {
        let entries = self.store.entries()?;
        let events = audit::verify(&entries)?;
        let dates = Dates::of(&events);
        let lines = entries.iter().zip(&events).map(|(entry, event)| {
            let Head { events: number, hash } = entry.head();
            let run_id = run_of(event).map(str::to_owned).or_else(|| dates.run_of_job(event));
            let date = date_of(event).or_else(|| dates.runs.get(run_id.as_deref()?).copied());
            LogLine {
                event: number,
                date,
                run_id,
                kind: kind(event),
                text: words(event),
                head: hash,
            }
        });

        Ok(lines.collect())
    }
}

impl Dates {
    fn of(events: &[Event]) -> Self {
        let mut dates = Self::default();
        for event in events {
            if let (Some(run), Some(date)) = (run_of(event), date_of(event)) {
                dates.runs.insert(run.to_owned(), date);
            }
            let planned = match event {
                Event::Planned(plan) => Some((plan.job, plan.date, &plan.run_id)),
                Event::Reprint(plan) => Some((plan.job, plan.date, &plan.run_id)),
                _ => None,
            };
            if let Some((job, date, run_id)) = planned {
                dates.jobs.insert(job, (date, run_id.clone()));
            }
        }

        dates
    }

    fn run_of_job(&self, event: &Event) -> Option<String> {
        let job = match event {
            Event::Sealed(sealed) => sealed.job,
            Event::Published(step) | Event::Done(step) => step.job,
            _ => return None,
        };
        self.jobs.get(&job).map(|(_, run)| run.clone())
    }
}

fn run_of(event: &Event) -> Option<&str> {
    match event {
        Event::Inputs(inputs) => Some(&inputs.run_id),
        Event::Identities(found) => Some(&found.run_id),
        Event::RowsRead(read) => Some(&read.run_id),
        Event::ShieldsSeen(seen) => Some(seen.run_id.as_str()).filter(|run| !run.is_empty()),
        Event::Scheduled(waves) => Some(&waves.run_id),
        Event::Planned(plan) => Some(&plan.run_id),
        Event::Reprint(plan) => Some(&plan.run_id),
        _ => None,
    }
}

const fn date_of(event: &Event) -> Option<Date> {
    match event {
        Event::Init(init) => Some(init.date),
        Event::Inputs(inputs) => Some(inputs.date),
        Event::Identities(found) => Some(found.date),
        Event::Decided(decided) => Some(decided.date),
        Event::RecordsRuled(ruled) => Some(ruled.date),
        Event::Judged(judged) => Some(judged.date),
        Event::Scheduled(waves) => Some(waves.schedule.made_on),
        Event::Planned(plan) => Some(plan.date),
        Event::Reprint(plan) => Some(plan.date),
        Event::Reissue(order) => Some(order.date),
        Event::Abandoned(step) => Some(step.date),
        Event::Waiting(cases) => Some(cases.date),
        Event::Gone(gone) => Some(gone.date),
        Event::Republished(step) => Some(step.date),
        Event::Receipt(taken) => Some(taken.date),
        Event::Passage(passed) => Some(passed.date),
        Event::Stop(stop) => Some(stop.date),
        Event::Lifted(lifted) => Some(lifted.date),
        Event::Provider(noted) => Some(noted.date),
        Event::MailsPlanned(planned) => Some(planned.date),
        Event::MailsTold(told) => Some(told.date),
        Event::Approval(act) => Some(act.date),
        Event::Closed(over) | Event::Purged(over) => Some(over.date),
        Event::Purging(purging) => Some(purging.date),
        Event::RowsRead(_)
        | Event::ShieldsSeen(_)
        | Event::Sealed(_)
        | Event::Published(_)
        | Event::Done(_)
        | Event::Migrated(_) => None,
    }
}

const fn kind(event: &Event) -> &'static str {
    match event {
        Event::Init(_) => "init",
        Event::Inputs(_) => "inputs",
        Event::Identities(_) => "identities",
        Event::Decided(_) => "decided",
        Event::RowsRead(_) => "rows_read",
        Event::ShieldsSeen(_) => "shields_seen",
        Event::RecordsRuled(_) => "records_ruled",
        Event::Judged(_) => "judged",
        Event::Scheduled(_) => "scheduled",
        Event::Planned(_) => "planned",
        Event::Reprint(_) => "reprint",
        Event::Reissue(_) => "reissue",
        Event::Sealed(_) => "sealed",
        Event::Published(_) => "published",
        Event::Done(_) => "done",
        Event::Abandoned(_) => "abandoned",
        Event::Waiting(_) => "waiting",
        Event::Gone(_) => "gone",
        Event::Republished(_) => "republished",
        Event::Receipt(_) => "receipt",
        Event::Passage(_) => "passage",
        Event::Stop(_) => "stop",
        Event::Lifted(_) => "lifted",
        Event::Provider(_) => "provider",
        Event::MailsPlanned(_) => "mails_planned",
        Event::MailsTold(_) => "mails_told",
        Event::Approval(_) => "approval",
        Event::Migrated(_) => "migrated",
        Event::Closed(_) => "closed",
        Event::Purging(_) => "purging",
        Event::Purged(_) => "purged",
    }
}

fn judged(said: &CasesJudged) -> String {
    if let Some(source) = said.source.as_ref().filter(|source| source.starts_with("told by")) {
        return format!("{} wrote down what somebody said: {source}", said.by);
    }
    let what = count(said.lines, "case", "cases");
    let rule =
        said.rule.as_ref().map_or_else(String::new, |rule| format!(", by the rule `{rule}`"));
    let proven = match said.proven.as_slice() {
        [] => String::new(),
        names => format!(", proven by {}", names.join(" and ")),
    };
    format!("{} decided {what}{rule}{proven}", said.by)
}

fn words(event: &Event) -> String {
    let rows = |number| count(number, "row", "rows");
    match event {
        Event::Init(init) => {
            let mode = of_mode(init.mode);
            format!("the ledger of `{}` was made{mode}", init.campaign)
        }
        Event::Inputs(inputs) => read(&inputs.files, inputs.accepted.as_deref(), &inputs.reasons),
        Event::Identities(found) => format!(
            "{} turned out to be somebody already told, {} to be somebody else",
            count(found.merges.into(), "person", "people"),
            count(found.splits.into(), "person", "people")
        ),
        Event::Decided(said) => format!(
            "{} decided on pairs of records: {} same, {} different, {} taken back",
            said.by, said.same, said.different, said.undecided
        ),
        Event::RowsRead(read) => {
            format!("read for the first time: {}; gone: {}", rows(read.added), rows(read.gone))
        }
        Event::ShieldsSeen(seen) => shields(seen),
        Event::RecordsRuled(said) => format!(
            "{} said of records: {} withdrawn, {} lacking, {} taken back",
            said.by, said.withdrawn, said.lacking, said.undecided
        ),
        Event::Judged(said) => judged(said),
        Event::Scheduled(waves) => scheduled(&waves.schedule),
        Event::Planned(plan) => format!(
            "job {} was planned: {} in {}, {} never written to before",
            plan.name,
            count(plan.contents.letters, "letter", "letters"),
            count(plan.parts.len() as u64, "part", "parts"),
            count(plan.contents.new_people, "person", "people")
        ),
        Event::Reprint(plan) => reprint(plan),
        Event::Reissue(order) => reissue(order),
        Event::Sealed(sealed) => {
            let parts = count(sealed.parts.len() as u64, "part", "parts");
            format!("job {} was sealed in {parts}", sealed.job)
        }
        Event::Published(step) => format!("job {} was put into the outbox", step.job),
        Event::Done(step) => {
            format!("job {} was finished; its papers are in their place", step.job)
        }
        Event::Abandoned(step) => {
            format!("job {} was given up by {}: {}", step.job, step.by, step.reason)
        }
        Event::Waiting(cases) => waiting(cases),
        Event::Gone(gone) => are_gone(&gone.jobs),
        Event::Republished(step) => {
            format!("job {} was put into the outbox again, byte for byte", step.job)
        }
        Event::Receipt(taken) => receipt(taken),
        Event::Passage(passed) => passage(passed),
        Event::Stop(stop) => format!("{} stopped {}: {}", stop.by, stop.scope, stop.reason),
        Event::Lifted(lifted) => {
            let signers = lifted.signers.join(" and ");
            format!("{signers} lifted the stop of event {}: {}", lifted.stop, lifted.reason)
        }
        Event::Provider(noted) => provider(noted),
        Event::MailsPlanned(planned) => mails_planned(planned),
        Event::MailsTold(told) => mails(told),
        Event::Approval(act) => approval(act),
        Event::Migrated(step) => {
            let mode = of_mode(step.mode);
            format!("the ledger went from version {} to {}{mode}", step.from, step.to)
        }
        Event::Closed(_) => "the campaign was closed: nobody is written to any more".to_owned(),
        Event::Purging(purging) => begun(purging),
        Event::Purged(_) => "everything about people was destroyed".to_owned(),
    }
}

/// Which campaign a ledger is for, where the event says so.
fn of_mode(mode: Option<Mode>) -> String {
    mode.map_or_else(String::new, |mode| format!(", for a {} campaign", mode.word()))
}

/// A purge.
fn are_gone(jobs: &[JobNumber]) -> String {
    let jobs = jobs.iter().map(JobNumber::to_string).collect::<Vec<_>>().join(", ");
    format!("people were told that packages are no longer in the outbox: job {jobs}")
}

fn begun(purging: &Purging) -> String {
    format!(
        "a purge began, approved by {}: {} to {} had been sent",
        purging.approved_by,
        count(purging.totals.letters, "letter", "letters"),
        count(purging.totals.people, "person", "people")
    )
}

/// Letters that are printed once more.
fn reprint(plan: &ReprintPlanned) -> String {
    let why = match (&plan.by, &plan.reason) {
        (Some(by), Some(reason)) => format!(", by {by}: {reason}"),
        _ => String::new(),
    };
    let letters = count(plan.seqs.len() as u64, "letter", "letters");
    format!(
        "job {} was planned: {letters} of job {} once more, copy {}{why}",
        plan.name, plan.of, plan.reprint_no
    )
}

/// Letters that are to be written anew.
fn reissue(order: &ReissueOrdered) -> String {
    let signed = match order.signers.join(" and ") {
        signers if signers.is_empty() => String::new(),
        signers => format!(", signed by {signers}"),
    };
    let letters = count(order.letters.len() as u64, "letter", "letters");
    format!("{} had {letters} written anew ({}): {}{signed}", order.by, order.reason, order.note)
}

/// Notices that go by mail.
fn mails_planned(planned: &MailsPlanned) -> String {
    let mails = count(planned.mails.len() as u64, "notice", "notices");
    format!("run {} planned {mails} by mail", planned.run_id)
}

/// What became of mails, in numbers.
fn mails(told: &MailsTold) -> String {
    let mut fates = BTreeMap::<MailFate, u64>::new();
    for (_, fate) in &told.fates {
        *fates.entry(*fate).or_default() += 1;
    }
    let fates: Vec<String> =
        fates.iter().map(|(fate, mails)| format!("{mails} {}", fate.word())).collect();
    let signed = match told.signers.join(" and ") {
        signers if signers.is_empty() => String::new(),
        signers => format!(", signed by {signers}"),
    };
    format!("notices by mail: {}{signed}", fates.join(", "))
}

/// What was noted of a provider, which the history names by its pseudonym alone.
fn provider(noted: &ProviderNoted) -> String {
    let said = match noted.said {
        ProviderWord::Acknowledged => "has its notice",
        ProviderWord::NotOurs => "says that these are not its patients",
        ProviderWord::DecidedOurs => "was decided to be that of these patients",
        ProviderWord::DecidedNotOurs => "was decided not to be that of these patients",
        ProviderWord::ListMade => "asked for the list of its patients, which was made",
        ProviderWord::ListReceived => "has the list of its patients",
    };
    let signed = match noted.signers.join(" and ") {
        signers if signers.is_empty() => String::new(),
        signers => format!(", signed by {signers}"),
    };
    format!("{} noted that provider {} {said}: {}{signed}", noted.by, noted.provider, noted.note)
}

/// The waves of first letters.
fn scheduled(schedule: &Schedule) -> String {
    let (waves, letters) = (&schedule.waves, schedule.waves.iter().map(|wave| wave.letters).sum());
    let nights = waves.first().zip(waves.last()).map(|(first, last)| (first.on, last.on));
    format!(
        "{} were scheduled in {}{}",
        count(letters, "first letter", "first letters"),
        count(waves.len() as u64, "wave", "waves"),
        nights.map_or_else(String::new, |(first, last)| format!(", from {first} to {last}"))
    )
}

/// Whom lists protect, or whom a human released.
fn shields(seen: &ShieldsSeen) -> String {
    // A person has several marks: their numbers, their name, their records.
    let lifted = count(seen.lifted, "mark", "marks");
    match &seen.by {
        Some(by) => {
            format!("{by} released people whom a list had protected: {lifted} taken out")
        }
        None => format!(
            "people whom lists protect: {} noted, {lifted} taken out",
            count(seen.held, "mark", "marks")
        ),
    }
}

/// A file of the vendor's.
fn receipt(taken: &ReceiptTaken) -> String {
    let unknown = match taken.unknown {
        0 => String::new(),
        unknown => format!("; {unknown} about letters that this ledger does not know"),
    };
    let parts = taken.acknowledged.len() + taken.answers.len();
    format!(
        "`{}` was taken, {}: {}, {} of them new{unknown}",
        taken.file,
        taken.origin.words(),
        count(taken.lines, "line", "lines"),
        taken.pieces + taken.returned + parts as u64
    )
}

/// A step of a file on its way to the vendor.
fn passage(passed: &FilePassed) -> String {
    match &passed.step {
        PassageStep::Due => format!("job {} is to be handed over by SFTP", passed.job),
        PassageStep::Sent { file, under, bytes } => {
            format!("`{file}` was sent as `{under}`: {}", count(*bytes, "byte", "bytes"))
        }
        PassageStep::Arrived { file } => format!("`{file}` is at the vendor's"),
        PassageStep::Missing { file, by, reason } => {
            format!("{by} found that the vendor does not have `{file}`: {reason}")
        }
    }
}

/// What was said of a statement.
fn approval(act: &ApprovalAct) -> String {
    let short = |hash: &str| hash.get(..12).unwrap_or(hash).to_owned();
    let by = match act.role {
        Some(role) => format!("{} ({role})", act.by),
        None => act.by.clone(),
    };
    let statement = short(&act.statement);
    match &act.said {
        Said::Approved { .. } => format!("{by} approved statement {statement}"),
        Said::Refused { comment } => format!("{by} refused statement {statement}: {comment}"),
        Said::Withdrawn { comment } => {
            format!("{by} withdrew the approval of statement {statement}: {comment}")
        }
        Said::Released { reason, .. } => {
            format!("{by} released statement {statement} in an emergency: {reason}")
        }
        Said::Adopted { what, .. } => {
            format!("{by} answers for an edit of the {what} that nobody was known to have made")
        }
        Said::CarriedOver { from, left_out, of } => format!(
            "the approvals of statement {} hold for {statement}, without {left_out} of {}",
            short(from),
            count(*of, "letter", "letters")
        ),
        Said::Covered { under, letters } => format!(
            "statement {statement}, {}, is covered by the standing approval of {}",
            count(*letters, "letter", "letters"),
            short(under)
        ),
    }
}

/// What humans were told about cases.
fn waiting(cases: &Waiting) -> String {
    let new = count(cases.opened, "case", "cases");
    let reminded = if cases.reminded { "; the overdue ones were named again" } else { "" };
    format!(
        "humans were told of {new} more; {} became overdue, {} closed{reminded}",
        cases.overdue, cases.closed
    )
}

/// Files that were read for the first time, or whose change was accepted.
fn read(
    files: &[KnownInput],
    accepted: Option<&str>,
    reasons: &BTreeMap<String, String>,
) -> String {
    let named = files.iter().map(|file| {
        let list = list_word(file.list);
        let what = match file.sha256 {
            Some(_) => {
                format!("`{}` ({list}, {})", file.file, count(file.rows.into(), "row", "rows"))
            }
            None => format!("`{}` ({list}, gone)", file.file),
        };
        let reason = reasons
            .get(&file.file)
            .map_or_else(String::new, |reason| format!(" accepted: {reason}"));
        format!("{what}{reason}")
    });

    let accepted = accepted.map_or_else(String::new, |reason| format!("; accepted: {reason}"));
    let many = if files.len() == 1 { "file was" } else { "files were" };
    format!(
        "{} {many} read or accepted: {}{accepted}",
        files.len(),
        named.collect::<Vec<_>>().join(", ")
    )
}
