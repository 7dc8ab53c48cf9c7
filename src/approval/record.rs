//! What is kept of approvals: every statement by its hash, and for each job that was published
//! under one a file from which the approval can be proved years later. Nothing in them is about
//! anybody who was written to, so that a purge leaves them.
//!
//! ```text
//! data_dir/approvals/<sha256>.json         a statement, byte for byte as it was signed
//! data_dir/approvals/<job>.approval.json   what was said of it, with the signatures
//! ```

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::emergency;
use super::statement::Statement;
use super::verdict::{Basis, Verdict};
use crate::base::{FileError, data_dir, durable, hash};
use crate::config::{ApprovalSettings, Config};
use crate::record::{ApprovalEvent, Job, JobState, Ledger, RecordError};

/// The longest file of approvals that is read, in bytes.
pub const LONGEST: u64 = 16 << 20;

/// What was approved, and by whom: one file for a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalPaper {
    /// Of this form: 1.
    pub schema_version: u32,
    /// The job.
    pub job: String,
    /// The statement that the job was published under, first; then those that its approvals were
    /// given for. Each byte for byte as it was signed.
    pub statements: Vec<String>,
    /// What was said of them, in the order of the history.
    pub events: Vec<ApprovalEvent>,
    /// Head of the ledger after the last of them.
    pub ledger_head: String,
}

/// Where a statement is kept.
fn place(data_dir: &Utf8Path, hash: &str) -> Utf8PathBuf {
    data_dir::approvals(data_dir).join(format!("{hash}.json"))
}

/// Keeps a statement, durably, unless it is kept already.
///
/// # Errors
/// [`FileError`].
pub fn keep(data_dir: &Utf8Path, statement: &Statement) -> Result<(), FileError> {
    let name = statement.hash();
    if find(data_dir, &name).is_some() {
        return Ok(());
    }

    let path = place(data_dir, &name);
    let write = || {
        durable::make_folder(&data_dir::approvals(data_dir))?;
        durable::write(&path, statement.text().as_bytes())
    };
    write().map_err(FileError::at("write", &path))
}

/// A statement that was kept; `None`: there is none of this hash, or not any more.
#[must_use]
pub fn find(data_dir: &Utf8Path, name: &str) -> Option<Statement> {
    let text = durable::read_text(&place(data_dir, name), LONGEST).ok()?;
    (hash::of_bytes(text.as_bytes()) == name).then(|| Statement::parse(&text)).flatten()
}

/// The statement of the job that was published last under one, planned before this job where one is
/// named. What was released in an emergency is not approved before somebody else has agreed.
///
/// # Errors
/// [`RecordError`] when the ledger cannot be read.
pub fn last_approved(
    ledger: &Ledger,
    config: &Config,
    before: Option<&Job>,
) -> Result<Option<Statement>, RecordError> {
    let released = emergency::released(ledger, config)?;
    let is_open = |job: &Job| released.iter().any(|one| one.job.job == job.job && one.is_open());
    let is_earlier = |job: &Job| {
        before.is_none_or(|before| job.planned_head.events < before.planned_head.events)
    };

    let jobs = ledger.jobs()?.into_iter();
    let out = jobs.filter(|job| matches!(job.state, JobState::Published | JobState::Done));
    let approved = out.filter(|job| job.statement().is_some() && is_earlier(job) && !is_open(job));
    let last = approved.max_by_key(|job| job.planned_head.events);
    Ok(last.and_then(|job| find(&config.data_dir, job.statement()?)))
}

/// What was said of a job's statement; `None`: nobody was asked.
///
/// # Errors
/// [`RecordError`] when the ledger cannot be read.
pub fn of_job(
    ledger: &Ledger,
    config: &Config,
    job: &Job,
) -> Result<Option<(Statement, Verdict)>, RecordError> {
    let kept = job.statement().and_then(|name| find(&config.data_dir, name));
    let Some(statement) = kept else { return Ok(None) };
    let earlier = |name: &str| find(&config.data_dir, name);
    let verdict = Verdict::of(&statement, &ledger.approvals()?, &config.approval, &earlier);
    Ok(Some((statement, verdict)))
}

/// Writes down from what the approval of a job can be proved.
///
/// # Errors
/// [`FileError`].
pub fn write_paper(
    data_dir: &Utf8Path,
    job: &Job,
    statement: &Statement,
    basis: &Basis,
    acts: &[ApprovalEvent],
    ledger_head: &str,
) -> Result<(), FileError> {
    let earlier = basis.earlier().and_then(|name| find(data_dir, name));
    let statements: Vec<String> =
        [statement].into_iter().chain(&earlier).map(Statement::text).collect();
    let names: Vec<String> =
        statements.iter().map(|text| hash::of_bytes(text.as_bytes())).collect();
    let events = acts.iter().filter(|event| names.contains(&event.act.statement)).cloned();

    let paper = ApprovalPaper {
        schema_version: 1,
        job: job.job_name.clone(),
        statements,
        events: events.collect(),
        ledger_head: ledger_head.to_owned(),
    };
    let path = data_dir::approvals(data_dir).join(format!("{}.approval.json", job.job_name));
    // The head in it is that of the run that heard of the last event.
    let known = durable::read_text(&path, LONGEST).unwrap_or_default();
    let known: Option<ApprovalPaper> = serde_json::from_str(&known).ok();
    let says_it =
        |known: ApprovalPaper| known.statements == paper.statements && known.events == paper.events;
    if known.is_some_and(says_it) {
        return Ok(());
    }

    let mut text = serde_json::to_vec_pretty(&paper)
        .map_err(|error| FileError::at("write", &path)(error.into()))?;
    text.push(b'\n');
    durable::write(&path, &text).map_err(FileError::at("write", &path))
}

/// Why a paper proves nothing.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum PaperError {
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is not what a run writes.
    #[error("`{path}` is not a file of approvals")]
    Form { path: Utf8PathBuf },
    /// A statement in it was changed, or is missing.
    #[error("`{path}` has a statement that is not what was written")]
    Statement { path: Utf8PathBuf },
}

impl crate::base::Explain for PaperError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Form { .. } | Self::Statement { .. } => Some(
                "`approvals/<job>.approval.json` of the data folder is the file that a run wrote"
                    .to_owned(),
            ),
        }
    }
}

/// What a paper proves.
#[derive(Clone, Debug, Serialize)]
pub struct ProvedApproval {
    /// The job.
    pub job: String,
    /// The statement that it was published under.
    pub statement: String,
    /// The date on its letters.
    pub run_date: jiff::civil::Date,
    /// Its letters.
    pub letters: u64,
    /// What the signatures and the desk say.
    pub verdict: Verdict,
}

/// Reads a paper and checks every signature in it again: against the approvers of `settings`, or
/// where there are none against the keys that it names itself. Needs neither ledger nor plan.
///
/// # Errors
/// [`PaperError`].
pub fn prove(
    path: &Utf8Path,
    settings: &ApprovalSettings,
) -> Result<(ApprovalPaper, ProvedApproval), PaperError> {
    let form = || PaperError::Form { path: path.to_owned() };
    let text = durable::read_text(path, LONGEST).map_err(FileError::at("read", path))?;
    let paper: ApprovalPaper = serde_json::from_str(&text).map_err(|_| form())?;
    if paper.schema_version != 1 {
        return Err(form());
    }

    let statements: Option<Vec<Statement>> =
        paper.statements.iter().map(|text| Statement::parse(text)).collect();
    let statements = statements.filter(|all| !all.is_empty());
    let statements = statements.ok_or_else(|| PaperError::Statement { path: path.to_owned() })?;
    let of = &statements[0];
    if of.job != paper.job {
        return Err(PaperError::Statement { path: path.to_owned() });
    }

    let find = |name: &str| statements.iter().find(|one| one.hash() == name).cloned();
    let verdict = Verdict::of(of, &paper.events, settings, &find);
    let proved = ProvedApproval {
        job: paper.job.clone(),
        statement: of.hash(),
        run_date: of.run_date,
        letters: of.letters.total,
        verdict,
    };
    Ok((paper, proved))
}
