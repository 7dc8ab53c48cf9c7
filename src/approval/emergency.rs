//! Letters that one person released in an emergency. They are out; everybody is reminded until a
//! second person has approved them afterwards.

use camino::Utf8Path;
use jiff::civil::Date;

use super::record;
use super::statement::Statement;
use super::verdict::Verdict;
use super::words;
use crate::base::{FileError, data_dir, durable};
use crate::config::{ApprovalSettings, Config};
use crate::package::sign::{self, APPROVALS};
use crate::record::{
    ApprovalAct, ApprovalEvent, Credential, Job, JobState, Ledger, RecordError, Said,
};
use crate::report::EmergencyReport;

/// Somebody who released letters alone.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmergencyRelease {
    /// Their name.
    pub name: String,
    /// When.
    pub date: Date,
    /// Why.
    pub reason: String,
    /// The event of the ledger.
    pub event: u64,
}

impl EmergencyRelease {
    /// What an event says of a release, if it is one.
    pub(super) fn of(event: &ApprovalEvent) -> Option<Self> {
        let ApprovalAct { date, by, said: Said::Released { reason, .. }, .. } = &event.act else {
            return None;
        };
        Some(Self { name: by.clone(), date: *date, reason: reason.clone(), event: event.event })
    }
}

/// The text that somebody signs who releases letters alone.
#[must_use]
pub fn text(statement: &Statement, reason: &str) -> String {
    format!(
        "breachpost: release letters in an emergency\ncampaign: {}\njob: {}\nstatement: {}\nwhy: \
         {reason}\n",
        statement.campaign,
        statement.job,
        statement.hash()
    )
}

/// Whether a release is worth something: by somebody who has the right now, and of exactly this
/// statement.
pub(super) fn holds(
    credential: &Credential,
    name: &str,
    text: &str,
    settings: &ApprovalSettings,
) -> Result<(), String> {
    let known = settings.approver(name).filter(|approver| approver.emergency);
    // Without any approvers in the configuration what the event says has to do: whoever looks at a
    // paper years later compares the keys.
    if known.is_none() && !settings.approvers.is_empty() {
        return Err("this right is not configured any more".to_owned());
    }

    let Credential::Signature { key, signature } = credential else { return Ok(()) };
    let key = known.map_or(key, |approver| &approver.key);
    let checked = sign::check_for(APPROVALS, signature, text.as_bytes(), Some(key));
    checked.map(drop).map_err(|problem| format!("the signature {problem}"))
}

/// A job that is out and was released in an emergency.
#[derive(Clone, Debug)]
pub struct ReleasedJob {
    /// The job.
    pub job: Job,
    /// What it was published under.
    pub statement: Statement,
    /// What everything that was said of it comes to.
    pub verdict: Verdict,
    /// Who released it, and why.
    pub release: EmergencyRelease,
}

impl ReleasedJob {
    /// Whether nobody else has approved it yet.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.verdict.is_good()
    }

    /// In one line: what happened, and what came of it.
    #[must_use]
    pub fn line(&self) -> String {
        let said = words::of_people(&self.verdict).join("; ");
        format!("job {}: {said}", self.job.job_name)
    }
}

/// The jobs that were released in an emergency and are out, oldest first.
///
/// # Errors
/// [`RecordError`] when the ledger cannot be read.
pub fn released(ledger: &Ledger, config: &Config) -> Result<Vec<ReleasedJob>, RecordError> {
    let acts = ledger.approvals()?;
    if !acts.iter().any(|event| matches!(event.act.said, Said::Released { .. })) {
        return Ok(Vec::new());
    }

    let find = |name: &str| record::find(&config.data_dir, name);
    let mut jobs = ledger.jobs()?;
    jobs.retain(|job| matches!(job.state, JobState::Published | JobState::Done));
    jobs.sort_unstable_by_key(|job| job.planned_head.events);
    let released = jobs.into_iter().filter_map(|job| {
        let statement = find(job.statement()?)?;
        let verdict = Verdict::of(&statement, &acts, &config.approval, &find);
        let release = verdict.emergency.clone()?;
        Some(ReleasedJob { job, statement, verdict, release })
    });
    Ok(released.collect())
}

/// What the report says of emergencies.
///
/// # Errors
/// [`RecordError`] when the ledger cannot be read.
pub fn report(ledger: &Ledger, config: &Config) -> Result<EmergencyReport, RecordError> {
    let released = released(ledger, config)?;
    let open: Vec<&ReleasedJob> = released.iter().filter(|job| job.is_open()).collect();
    Ok(EmergencyReport {
        released: released.len() as u64,
        waiting: open.iter().filter(|job| job.verdict.against.is_empty()).count() as u64,
        open: open.into_iter().map(ReleasedJob::line).collect(),
    })
}

/// What the desk shows on every page: the open releases as they were known last. It has no time to
/// read the ledger for that.
const OPEN: &str = "open-emergencies.json";

/// Writes anew what follows from the ledger about releases: the papers, as somebody may have spoken
/// since they were written, and what the desk shows. Also after a program was killed in between.
///
/// # Errors
/// [`RecordError`] when the ledger cannot be read or a file not be written.
pub fn settle(ledger: &Ledger, config: &Config) -> Result<(), RecordError> {
    let data_dir = &config.data_dir;
    let released = released(ledger, config)?;
    let acts = ledger.approvals()?;
    let head = ledger.head()?.to_string();
    for ReleasedJob { job, statement, verdict, .. } in &released {
        record::write_paper(data_dir, job, statement, &verdict.basis, &acts, &head)?;
    }

    let open: Vec<String> =
        released.iter().filter(|job| job.is_open()).map(ReleasedJob::line).collect();
    if open != shown(data_dir) {
        let path = data_dir::approvals(data_dir).join(OPEN);
        let json = serde_json::to_vec(&open).unwrap_or_default();
        durable::write(&path, &json).map_err(FileError::at("write", &path))?;
    }
    Ok(())
}

/// The open releases as they were known last, one line each.
#[must_use]
pub fn shown(data_dir: &Utf8Path) -> Vec<String> {
    let path = data_dir::approvals(data_dir).join(OPEN);
    let text = durable::read_text(&path, record::LONGEST).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}
