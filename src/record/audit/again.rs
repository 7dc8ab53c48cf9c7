//! Events about letters on their way: those that wait, are handed over, are stopped, are printed
//! again, or are written anew.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::field::ids::Pseudonym;
use crate::field::job_number::JobNumber;
use crate::field::provider::ProviderWord;
use crate::field::reissue::ReissueReason;
use crate::field::schedule::Schedule;
use crate::field::terms::Language;
use crate::record::job::{PartTotals, StagedFile};
use crate::record::passage::PassageStep;
use crate::record::stops::StopScope;

/// Whose turn it is on which night. It names nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::record) struct Scheduled {
    pub run_id: String,
    pub schedule: Schedule,
}

/// A job of letters that were planned before: which copy of which ones, by their places in that job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::record) struct ReprintPlanned {
    pub job: JobNumber,
    pub name: String,
    pub run_id: String,
    pub date: Date,
    pub of: JobNumber,
    pub reprint_no: u32,
    /// Who ordered it, and why; absent: the night did by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// In order.
    pub seqs: Vec<u32>,
    pub parts: Vec<PartTotals>,
    pub staged: Vec<StagedFile>,
}

/// Letters that are to be written anew, by whom and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::record) struct ReissueOrdered {
    pub date: Date,
    pub by: String,
    pub note: String,
    pub reason: ReissueReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Job and place of each.
    pub letters: Vec<(JobNumber, u32)>,
    /// Whose signatures approve it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signers: Vec<String>,
}

/// Something that somebody noted of a care provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::record) struct ProviderNoted {
    pub date: Date,
    pub provider: Pseudonym,
    pub said: ProviderWord,
    pub by: String,
    pub note: String,
    /// Whose signatures approve it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signers: Vec<String>,
}

/// A step of a job, or of one of its files, on the way to the vendor's SFTP server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::record) struct FilePassed {
    pub date: Date,
    pub job: JobNumber,
    pub step: PassageStep,
}

/// Letters that are not to go out, by whom and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::record) struct StopOrdered {
    pub date: Date,
    pub by: String,
    pub reason: String,
    pub scope: StopScope,
}

/// A stop that is over: the event that ordered it, and whose signatures lifted it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::record) struct StopLifted {
    pub date: Date,
    pub stop: u64,
    pub reason: String,
    pub signers: Vec<String>,
}
