//! Somebody approves, says no, takes it back, or answers for an edit.

use jiff::civil::Date;
use serde::Serialize;

use super::edits::{self, EDITABLE, Edits, TextEdits};
use super::emergency;
use super::record;
use super::rule::{self, Objection, Speaker};
use super::statement::Statement;
use super::verdict::Verdict;
use crate::base::{ExitStatus, Explain, FileError};
use crate::config::{ApprovalSettings, Config};
use crate::package::sign::{self, APPROVALS};
use crate::record::{
    Access, ApprovalAct, ApprovalEvent, Credential, Home, Job, JobState, Ledger, RecordError, Said,
    check_words,
};

/// Why nothing was said.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum ApprovalError {
    /// The ledger.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// There is nothing to approve.
    #[error("no job waits for approval")]
    NothingWaits,
    /// The statement is not there any more, or is not what was planned.
    #[error("the statement of {job} is not what was planned")]
    Statement { job: String },
    /// Nobody approves what they have not looked at.
    #[error("not all proofs of this statement have been looked at")]
    Unseen,
    /// This person may not.
    #[error(transparent)]
    Objection(#[from] Objection),
    /// Something that nobody can answer for.
    #[error("nobody has to answer for an edit of the {what}")]
    NoEdit { what: String },
}

impl Explain for ApprovalError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Record(error) => return error.hint(),
            Self::File(error) => return error.hint(),
            Self::NothingWaits => {
                "`breachpost run` plans the letters of tonight and says what waits".to_owned()
            }
            Self::Statement { .. } => {
                "`breachpost plan abandon` gives the job up; the next run plans its people again"
                    .to_owned()
            }
            Self::Unseen => {
                "open every proof on the list, and say that you have seen it".to_owned()
            }
            Self::NoEdit { .. } => {
                format!("what can be edited is one of {}", EDITABLE.join(", "))
            }
            Self::Objection(objection) => return hint_of(objection),
        })
    }

    fn status(&self) -> ExitStatus {
        match self {
            Self::Record(error) => error.status(),
            Self::File(_) | Self::Statement { .. } => ExitStatus::Stopped,
            Self::NothingWaits | Self::Unseen | Self::Objection(_) | Self::NoEdit { .. } => {
                ExitStatus::Usage
            }
        }
    }
}

fn hint_of(objection: &Objection) -> Option<String> {
    Some(match objection {
        Objection::Unknown { .. } | Objection::Role { .. } => {
            "[[approval.approvers]] names who may approve, with role and key; `[approval] roles` \
             says which roles have to"
                .to_owned()
        }
        Objection::Edited { .. } | Objection::Requester { .. } => {
            "somebody else of this role has to approve".to_owned()
        }
        Objection::Unclaimed { .. } => {
            "whoever made the change says so: `breachpost approve --adopt WHAT --by NAME`, or at \
             the desk"
                .to_owned()
        }
        Objection::Final { .. } | Objection::Expired { .. } => {
            "`breachpost plan abandon`, then a new plan with a new statement".to_owned()
        }
        Objection::Signature { .. } => {
            "sign the statement as it is: `breachpost approval statement > s.json`, then \
             `ssh-keygen -Y sign -n breachpost-approval -f KEY < s.json > s.json.sig`"
                .to_owned()
        }
        Objection::NoEmergency { .. } => {
            "`emergency = true` under [[approval.approvers]] gives somebody this right".to_owned()
        }
        Objection::Again { .. }
        | Objection::NotApproved { .. }
        | Objection::NotReleasable { .. } => return None,
    })
}

/// A job that waits, or is out and was released in an emergency, and what is to be approved.
#[derive(Debug)]
pub struct WaitingStatement {
    /// The job.
    pub job: Job,
    /// What is to be approved.
    pub statement: Statement,
    /// What was said so far, of this and of other statements.
    pub acts: Vec<ApprovalEvent>,
    /// What that comes to.
    pub verdict: Verdict,
    /// Who edited what.
    pub edits: Edits,
    /// It is out: whoever approves it does so afterwards.
    pub is_out: bool,
}

/// Who changed the texts between two statements; the desk knows.
pub type TextAuthors<'d> = &'d dyn Fn(&Statement, Option<&Statement>) -> TextEdits;

/// The jobs that people can approve: the one that waits, then those that were released in an
/// emergency and that nobody else has approved yet, oldest first.
///
/// # Errors
/// [`RecordError`] when the ledger cannot be read.
pub fn approvable(ledger: &Ledger, config: &Config) -> Result<Vec<Job>, RecordError> {
    let pending = ledger.pending()?.filter(|job| job.state < JobState::Published);
    let released = emergency::released(ledger, config)?.into_iter();
    let open = released.filter(emergency::ReleasedJob::is_open).map(|released| released.job);
    let jobs = pending.into_iter().chain(open);
    Ok(jobs.filter(|job| job.statement().is_some()).collect())
}

/// The job that people can approve, or the one `asked` for by its name or the hash of its statement.
///
/// # Errors
/// [`ApprovalError::NothingWaits`] when there is none.
pub fn waiting(
    ledger: &Ledger,
    config: &Config,
    asked: Option<&str>,
    authors: TextAuthors<'_>,
) -> Result<WaitingStatement, ApprovalError> {
    let is_asked = |job: &Job| {
        asked.is_none_or(|asked| job.job_name == asked || job.statement() == Some(asked))
    };
    let job = approvable(ledger, config)?.into_iter().find(is_asked);
    let job = job.ok_or(ApprovalError::NothingWaits)?;
    let name = job.statement().ok_or(ApprovalError::NothingWaits)?;
    let kept = record::find(&config.data_dir, name);
    let statement = kept.ok_or_else(|| ApprovalError::Statement { job: job.job_name.clone() })?;

    let acts = ledger.approvals()?;
    let find = |name: &str| record::find(&config.data_dir, name);
    let verdict = Verdict::of(&statement, &acts, &config.approval, &find);
    let last = record::last_approved(ledger, config, Some(&job))?;
    let texts = authors(&statement, last.as_ref());
    let edits = Edits::of(&statement, last.as_ref(), &texts, &acts);

    let is_out = job.state >= JobState::Published;
    Ok(WaitingStatement { job, statement, acts, verdict, edits, is_out })
}

/// What somebody wants to say.
#[derive(Clone, Debug)]
pub enum Verb {
    /// Yes.
    Approve,
    /// No, and why.
    Refuse(String),
    /// An approval is taken back, and why.
    Withdraw(String),
    /// An edit is theirs: of texts, facts or settings.
    Adopt(String),
    /// It is printed in an emergency though not everybody has approved, and why.
    Release(String),
}

/// What proves who speaks.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// The desk asked for the password.
    Password,
    /// An SSH signature, as it was handed over.
    Signature(String),
    /// Nothing: enough to say no.
    Nothing,
}

/// Something that was written down.
#[derive(Clone, Debug, Serialize)]
pub struct HeardApproval {
    /// The job.
    pub job: String,
    /// The statement.
    pub statement: String,
    /// What everything that was said comes to now.
    pub verdict: Verdict,
    /// The job is out.
    pub is_out: bool,
}

/// Writes down what somebody says of the statement that waits, or of the one `asked` for.
///
/// # Errors
/// [`ApprovalError`]; nothing is written then.
pub fn say(
    config: &Config,
    asked: Option<&str>,
    speaker: &Speaker<'_>,
    verb: Verb,
    evidence: &Evidence,
    authors: TextAuthors<'_>,
    date: Date,
) -> Result<HeardApproval, ApprovalError> {
    let mut ledger = Ledger::open(&Home::of(config), Access::Write)?;
    let waiting = waiting(&ledger, config, asked, authors)?;
    let (statement, name) = (&waiting.statement, speaker.name.trim());
    let hash = statement.hash();
    // What is out does not grow too old to be approved.
    let today = if waiting.is_out { statement.run_date } else { date };
    let may_approve = rule::may_approve(speaker, statement, &waiting.edits, &waiting.acts, today);
    let mut role = speaker.role;

    let said = match verb {
        Verb::Approve => {
            may_approve?;
            let text = statement.text();
            let credential = credential(&config.approval, speaker, evidence, &text)?;
            Said::Approved { credential }
        }
        Verb::Refuse(comment) => {
            rule::may_refuse(name, &hash, &waiting.acts)?;
            Said::Refused { comment }
        }
        Verb::Withdraw(comment) => {
            rule::may_withdraw(name, &hash, &waiting.acts)?;
            Said::Withdrawn { comment }
        }
        Verb::Adopt(what) => {
            let sha256 = unclaimed(&waiting, &what)?;
            let text = edits::adoption_text(&config.campaign, &what, &sha256);
            let credential = credential(&config.approval, speaker, evidence, &text)?;
            Said::Adopted { what, sha256, credential }
        }
        Verb::Release(reason) => {
            let text = releasable(config, &waiting, name, &reason, date)?;
            let credential = credential(&config.approval, speaker, evidence, &text)?;
            // Whoever might have approved it has done so with that.
            role = role.filter(|_| may_approve.is_ok());
            Said::Released { reason, credential }
        }
    };

    let by = name.to_owned();
    ledger.note_approval(ApprovalAct { date, statement: hash.clone(), by, role, said })?;
    emergency::settle(&ledger, config)?;

    let acts = ledger.approvals()?;
    let find = |name: &str| record::find(&config.data_dir, name);
    let verdict = Verdict::of(statement, &acts, &config.approval, &find);
    let is_out = waiting.is_out;
    Ok(HeardApproval { job: waiting.job.job_name, statement: hash, verdict, is_out })
}

/// The text that this person signs to release letters alone.
///
/// # Errors
/// [`ApprovalError`] when they may not, or the reason cannot be written down.
pub fn releasable(
    config: &Config,
    waiting: &WaitingStatement,
    name: &str,
    reason: &str,
    date: Date,
) -> Result<String, ApprovalError> {
    check_words(reason)?;
    let WaitingStatement { statement, verdict, acts, .. } = waiting;
    let has_right = config.approval.approver(name).is_some_and(|approver| approver.emergency);
    rule::may_release(name, has_right, statement, verdict, acts, date)?;
    Ok(emergency::text(statement, reason))
}

/// The hash of an edit that nobody answers for.
///
/// # Errors
/// [`ApprovalError::NoEdit`].
pub fn unclaimed(waiting: &WaitingStatement, what: &str) -> Result<String, ApprovalError> {
    let edit = waiting.edits.unclaimed.iter().find(|(name, _)| *name == what);
    let (_, sha256) = edit.ok_or_else(|| ApprovalError::NoEdit { what: what.to_owned() })?;
    Ok(sha256.clone())
}

/// What proves that this person says this.
fn credential(
    settings: &ApprovalSettings,
    speaker: &Speaker<'_>,
    evidence: &Evidence,
    text: &str,
) -> Result<Credential, Objection> {
    let unproven = |problem: &str| Objection::Signature { problem: problem.to_owned() };
    let signature = match evidence {
        Evidence::Password => return Ok(Credential::Desk),
        Evidence::Signature(signature) => signature,
        Evidence::Nothing => return Err(unproven("is missing")),
    };

    let unknown = || Objection::Unknown { name: speaker.name.to_owned() };
    let approver = settings.approver(speaker.name).ok_or_else(unknown)?;
    sign::check_for(APPROVALS, signature, text.as_bytes(), Some(&approver.key))
        .map_err(|problem| unproven(&problem.to_string()))?;
    Ok(Credential::Signature { key: approver.key.clone(), signature: signature.replace('\r', "") })
}
