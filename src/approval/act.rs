//! Somebody approves, says no, takes it back, or answers for an edit.

use jiff::civil::Date;
use serde::Serialize;

use super::edits::{self, EDITABLE, Edits, TextEdits};
use super::record;
use super::rule::{self, Objection, Speaker};
use super::statement::Statement;
use super::verdict::Verdict;
use crate::base::{ExitStatus, Explain, FileError};
use crate::config::{ApprovalSettings, Config};
use crate::package::sign::{self, APPROVALS};
use crate::record::{
    Access, ApprovalAct, ApprovalEvent, Credential, Home, Job, JobState, Ledger, RecordError, Said,
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
        Objection::Again { .. } | Objection::NotApproved { .. } => return None,
    })
}

/// A job that waits, and what is to be approved.
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
}

/// Who changed the texts between two statements; the desk knows.
pub type TextAuthors<'d> = &'d dyn Fn(&Statement, Option<&Statement>) -> TextEdits;

/// The job that waits for approval.
///
/// # Errors
/// [`ApprovalError::NothingWaits`] when none does.
pub fn waiting(
    ledger: &Ledger,
    config: &Config,
    authors: TextAuthors<'_>,
) -> Result<WaitingStatement, ApprovalError> {
    let pending = ledger.pending()?.filter(|job| job.state < JobState::Published);
    let job = pending.ok_or(ApprovalError::NothingWaits)?;
    let name = job.statement().ok_or(ApprovalError::NothingWaits)?;
    let kept = record::find(&config.data_dir, name);
    let statement = kept.ok_or_else(|| ApprovalError::Statement { job: job.job_name.clone() })?;

    let acts = ledger.approvals()?;
    let find = |name: &str| record::find(&config.data_dir, name);
    let verdict = Verdict::of(&statement, &acts, &config.approval, &find);
    let last = record::last_approved(ledger, &config.data_dir)?;
    let texts = authors(&statement, last.as_ref());
    let edits = Edits::of(&statement, last.as_ref(), &texts, &acts);

    Ok(WaitingStatement { job, statement, acts, verdict, edits })
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
}

/// Writes down what somebody says of the statement that waits.
///
/// # Errors
/// [`ApprovalError`]; nothing is written then.
pub fn say(
    config: &Config,
    speaker: &Speaker<'_>,
    verb: Verb,
    evidence: &Evidence,
    authors: TextAuthors<'_>,
    date: Date,
) -> Result<HeardApproval, ApprovalError> {
    let mut ledger = Ledger::open(&Home::of(config), Access::Write)?;
    let waiting = waiting(&ledger, config, authors)?;
    let (statement, name) = (&waiting.statement, speaker.name.trim());
    let hash = statement.hash();

    let said = match verb {
        Verb::Approve => {
            rule::may_approve(speaker, statement, &waiting.edits, &waiting.acts, date)?;
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
    };

    let (by, role) = (name.to_owned(), speaker.role);
    ledger.note_approval(ApprovalAct { date, statement: hash.clone(), by, role, said })?;

    let acts = ledger.approvals()?;
    let find = |name: &str| record::find(&config.data_dir, name);
    let verdict = Verdict::of(statement, &acts, &config.approval, &find);
    Ok(HeardApproval { job: waiting.job.job_name, statement: hash, verdict })
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
