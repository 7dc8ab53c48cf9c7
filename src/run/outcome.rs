//! How a run ended: `runs/<run_id>/outcome.json` and one line in the log, also of a run that was
//! refused or that crashed. Counts, codes and names of jobs; no personal data.

use std::collections::BTreeMap;
use std::fs::DirBuilder;
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{WaitingJob, lists};
use crate::base::logging::LOG_TARGET;
use crate::base::{data_dir, durable};
use crate::deliver::summary::{Queue, RunSummary, SummaryReason};
use crate::record::{CaseCounts, InputChange};
use crate::report::{ReasonCount, Report};

/// Name of the file in the run's folder.
pub const FILE: &str = "outcome.json";
/// More than an outcome ever has, in bytes: a file that is larger is not ours.
const LONGEST: u64 = 4 << 20;
/// States of a row in the order of the report.
const STATES: [&str; 7] =
    ["letter", "merged", "told", "waiting", "suppressed", "review", "rejected"];

/// Whether a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It did; the exit code says how.
    Done,
    /// It did, and its job is published when people have approved it.
    Waiting,
    /// It refused, or something failed.
    Stopped,
    /// The program itself failed: a defect, no memory left, killed.
    Crashed,
}

impl Ending {
    /// The word in the file and the log.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Waiting => "waiting",
            Self::Stopped => "stopped",
            Self::Crashed => "crashed",
        }
    }
}

/// What became of the summary mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MailFate {
    /// `not configured`, `not sent yet`, `sent`, `failed`, `sent to some`.
    pub state: String,
    /// Why somebody did not get it.
    pub error: Option<String>,
    /// Who still has to get it: the beginning of the SHA-256 of each address. The next run sends it
    /// to them.
    pub unsent: Vec<String>,
    /// How often it was tried.
    pub tries: u32,
}

/// `outcome.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The folder's name: of a run that was stopped it is not the name of papers.
    pub run_id: String,
    /// The incident.
    pub campaign: String,
    /// Invented people.
    pub rehearsal: bool,
    /// Date of the run and of its letters.
    pub run_date: Date,
    /// When the program started.
    pub started: Timestamp,
    /// When the run ended.
    pub ended: Timestamp,
    /// Whether it came to its end.
    pub outcome: Ending,
    /// The run's exit code (docs/design.md, "Exit codes").
    pub exit_code: u8,
    /// It did nothing because another run was in progress.
    #[serde(default)]
    pub in_use: bool,
    /// The run whose job was finished first.
    pub resumed: Option<String>,
    /// The job in the outbox, or the one that is not finished.
    pub job: Option<String>,
    /// Parts of the job.
    pub parts: u64,
    /// Exposure rows: `total`, and by what they ended as. Empty of a run that did not come so far.
    pub rows: BTreeMap<String, u64>,
    /// Letters.
    pub letters: u64,
    /// Pages.
    pub pages: u64,
    /// Sheets.
    pub sheets: u64,
    /// Rows set aside, by code.
    pub reasons: BTreeMap<String, ReasonCount>,
    /// Rows that wait, by the date from which their letters are due.
    pub due: BTreeMap<String, u64>,
    /// What waits for a human.
    pub cases: Option<CaseCounts>,
    /// Files that are not as an earlier run read them, and what that did to their rows.
    #[serde(default)]
    pub changes: Vec<InputChange>,
    /// Packages that are not in the outbox any more, named for the first time.
    pub missing_packages: Vec<String>,
    /// The report.
    pub report: Option<Utf8PathBuf>,
    /// What went wrong.
    pub error: Option<String>,
    /// What caused it, outermost first.
    pub causes: Vec<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// What the mail says in the place of `error` and `causes`: the same without counts that may be
    /// small. Empty: the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub in_mail: Vec<String>,
    /// Head of the ledger's audit chain.
    pub ledger_head: String,
    /// What became of the summary mail.
    pub mail: MailFate,
    /// Jobs that one person released in an emergency and are out.
    #[serde(default)]
    pub emergency_releases: u64,
    /// Those of them that nobody else has approved.
    #[serde(default)]
    pub emergency_releases_open: u64,
    /// What became of the mail to the approvers about each of them that was tried, by job.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub emergencies: BTreeMap<String, MailFate>,
    /// What became of the figures for Prometheus: `not configured`, `written`, `failed`.
    pub metrics: String,
    /// What became of the sealed backup: `not configured`, `made`, `handed over`, `nothing new`,
    /// `failed`.
    #[serde(default)]
    pub backup: String,
    /// Why it failed.
    #[serde(default)]
    pub backup_error: Option<String>,
}

/// What is the same for every outcome of a run.
#[derive(Clone, Copy)]
pub struct Occasion<'a> {
    /// The incident.
    pub campaign: &'a str,
    /// Invented people.
    pub rehearsal: bool,
    /// Date of the run.
    pub run_date: Date,
    /// When the program started.
    pub started: Timestamp,
}

impl Outcome {
    /// A run about which nothing is known but that it ended.
    #[must_use]
    pub fn new(frame: Occasion<'_>, outcome: Ending, exit_code: u8) -> Self {
        Self {
            run_id: String::new(),
            campaign: frame.campaign.to_owned(),
            rehearsal: frame.rehearsal,
            run_date: frame.run_date,
            started: frame.started,
            ended: Timestamp::now(),
            outcome,
            exit_code,
            in_use: false,
            resumed: None,
            job: None,
            parts: 0,
            rows: BTreeMap::new(),
            letters: 0,
            pages: 0,
            sheets: 0,
            reasons: BTreeMap::new(),
            due: BTreeMap::new(),
            cases: None,
            changes: Vec::new(),
            missing_packages: Vec::new(),
            report: None,
            error: None,
            causes: Vec::new(),
            hint: None,
            in_mail: Vec::new(),
            ledger_head: String::new(),
            mail: MailFate::default(),
            emergency_releases: 0,
            emergency_releases_open: 0,
            emergencies: BTreeMap::new(),
            metrics: String::new(),
            backup: String::new(),
            backup_error: None,
        }
    }

    /// A run that came to its end, with these papers.
    #[must_use]
    pub fn done(frame: Occasion<'_>, exit_code: u8, report: &Report, papers: &Utf8Path) -> Self {
        let rows =
            serde_json::to_value(report.rows).and_then(serde_json::from_value).unwrap_or_default();
        let package = report.package.as_ref();
        Self {
            run_id: report.run_id.clone(),
            job: package.map(|package| package.job.clone()),
            parts: package.map_or(0, |package| package.parts.len() as u64),
            rows,
            letters: report.letters.total,
            pages: report.letters.pages,
            sheets: report.letters.sheets,
            reasons: report.reasons.clone(),
            due: report.due.clone(),
            cases: Some(report.cases),
            changes: report.changes.clone(),
            missing_packages: report.missing_packages.clone(),
            report: Some(papers.join("report.html")),
            ledger_head: report.ledger_head.clone(),
            emergency_releases: report.emergencies.released,
            emergency_releases_open: report.emergencies.open.len() as u64,
            ..Self::new(frame, Ending::Done, exit_code)
        }
    }

    /// A run whose job waits for approval: its papers are not in their place yet.
    #[must_use]
    pub fn waiting(frame: Occasion<'_>, exit_code: u8, job: &WaitingJob, report: &Report) -> Self {
        Self {
            run_id: String::new(),
            outcome: Ending::Waiting,
            job: Some(job.job.clone()),
            causes: job.missing.clone(),
            ..Self::done(frame, exit_code, report, &job.papers)
        }
    }

    /// Whether letters that were due are out, whoever could be told.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        matches!(self.outcome, Ending::Done) && matches!(self.exit_code, 0 | 1 | 5)
    }

    /// The run for the summary mail.
    #[must_use]
    pub fn summary(&self) -> RunSummary {
        let states =
            STATES.iter().filter_map(|state| Some(((*state).to_owned(), *self.rows.get(*state)?)));
        let reason = |(code, count): (&String, &ReasonCount)| SummaryReason {
            code: code.clone(),
            text: count.text.clone(),
            state: count.state.clone(),
            rows: count.rows,
        };

        let queue = |cases: CaseCounts| Queue {
            open: cases.open,
            new: cases.new,
            overdue: cases.overdue,
            oldest: cases.oldest,
            deadline: cases.deadline,
        };

        RunSummary {
            campaign: self.campaign.clone(),
            run_id: self.run_id.clone(),
            run_date: self.run_date,
            rehearsal: self.rehearsal,
            exit_code: self.exit_code,
            problem: self.problem(),
            waiting: if self.outcome == Ending::Waiting { self.causes.clone() } else { Vec::new() },
            resumed: self.resumed.clone().unwrap_or_default(),
            rows: self.rows.get("total").copied().unwrap_or(0),
            states: states.collect(),
            reasons: self.reasons.iter().map(reason).collect(),
            due: self.due.iter().map(|(date, rows)| (date.clone(), *rows)).collect(),
            queue: self.cases.map(queue),
            inputs: self.changes.iter().map(lists::in_mail).collect(),
            letters: self.letters,
            pages: self.pages,
            sheets: self.sheets,
            job: self.job.clone().unwrap_or_default(),
            parts: self.parts,
            missing: self.missing_packages.clone(),
            backup: self.backup_error.clone().unwrap_or_default(),
            report: self.report.as_ref().map_or_else(String::new, ToString::to_string),
            ledger_head: self.ledger_head.clone(),
        }
    }

    fn problem(&self) -> Vec<String> {
        if matches!(self.outcome, Ending::Done | Ending::Waiting) {
            return Vec::new();
        }
        let exact: Vec<&String> = self.error.iter().chain(&self.causes).collect();
        let said = if self.in_mail.is_empty() { exact } else { self.in_mail.iter().collect() };
        let words = std::iter::once("error").chain(std::iter::repeat("cause"));
        let lines = words.zip(said).map(|(word, text)| format!("{word}: {text}"));
        lines.chain(self.hint.iter().map(|hint| format!("hint: {hint}"))).collect()
    }

    /// The one line in the log.
    pub fn log(&self) {
        let rows = |state: &str| self.rows.get(state).copied().unwrap_or(0);
        let cases = self.cases.unwrap_or_default();
        tracing::info!(
            target: LOG_TARGET,
            {
                run.id = %self.run_id,
                run.outcome = self.outcome.word(),
                run.exit_code = self.exit_code,
                run.job = self.job.as_deref().unwrap_or(""),
                run.resumed = self.resumed.as_deref().unwrap_or(""),
                rows.total = rows("total"),
                rows.letter = rows("letter"),
                rows.review = rows("review"),
                rows.rejected = rows("rejected"),
                letters.total = self.letters,
                cases.open = cases.open,
                cases.new = cases.new,
                cases.overdue = cases.overdue,
                mail = self.mail.state.as_str(),
                run.error = self.error.as_deref().unwrap_or("")
            },
            "run {} ended with {}",
            self.run_id,
            self.exit_code
        );
    }

    /// Writes the file into the folder of the run's papers, or anew.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, data_dir: &Utf8Path) -> io::Result<()> {
        durable::write(&data_dir::runs(data_dir).join(&self.run_id).join(FILE), &self.bytes()?)
    }

    /// Writes the file into a folder of its own, `runs/<date>-stopped-<n>/` or
    /// `runs/<date>-waiting-<n>/`: papers with the number of a run are of a run that came to its
    /// end, perhaps of one that is still in progress.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_stopped(&mut self, data_dir: &Utf8Path) -> io::Result<()> {
        let runs = data_dir::runs(data_dir);
        let word = if self.outcome == Ending::Waiting { "waiting" } else { "stopped" };
        for number in 1..=u32::MAX {
            self.run_id = format!("{}-{word}-{number}", self.run_date);
            match DirBuilder::new().mode(0o700).create(runs.join(&self.run_id)) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => {
                    made?;
                    break;
                }
            }
        }

        let folder = runs.join(&self.run_id);
        let mut file = durable::create_new(&folder.join(FILE))?;
        file.write_all(&self.bytes()?)?;
        file.sync_all()?;
        durable::sync_folder(&folder)?;

        durable::sync_folder(&runs)
    }

    fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// Every outcome that can be read, oldest first. One that was torn by a crash is left out.
#[must_use]
pub fn all(data_dir: &Utf8Path) -> Vec<Outcome> {
    let Ok(folders) = data_dir::runs(data_dir).read_dir_utf8() else { return Vec::new() };
    let mut outcomes: Vec<Outcome> =
        folders.filter_map(|folder| read(&folder.ok()?.path().join(FILE))).collect();
    outcomes.sort_by(|one, other| (one.ended, &one.run_id).cmp(&(other.ended, &other.run_id)));
    outcomes
}

fn read(path: &Utf8Path) -> Option<Outcome> {
    let file = durable::open(path).ok()?;
    let about = file.metadata().ok()?;
    if !about.is_file() || about.len() > LONGEST {
        return None;
    }
    let outcome: Outcome = serde_json::from_reader(io::BufReader::new(file)).ok()?;
    // A copy under a different name is not a run.
    (path.parent()?.file_name() == Some(outcome.run_id.as_str())).then_some(outcome)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn frame() -> Occasion<'static> {
        Occasion {
            campaign: "lab-2025",
            rehearsal: true,
            run_date: jiff::civil::date(2025, 9, 15),
            started: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn stopped_runs_have_folders_of_their_own_and_are_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = Utf8Path::from_path(folder.path()).unwrap();
        fs::create_dir(data_dir.join("runs")).unwrap();
        fs::create_dir(data_dir.join("runs/2025-09-15-1")).unwrap();

        for number in 1..=2 {
            let mut outcome = Outcome::new(frame(), Ending::Stopped, 3);
            outcome.write_stopped(data_dir).unwrap();
            assert_eq!(outcome.run_id, format!("2025-09-15-stopped-{number}"));
        }

        fs::write(data_dir.join("runs/2025-09-15-1/outcome.json"), "{\"run_id\":").unwrap();
        assert_eq!(
            all(data_dir).iter().map(|outcome| outcome.exit_code).collect::<Vec<_>>(),
            [3, 3]
        );
    }
}
