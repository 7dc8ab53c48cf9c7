//! The commands about letters on paper: stopped, printed again, written anew.

use camino::Utf8PathBuf;

use crate::field::reissue::ReissueReason;
use crate::field::terms::Language;

/// `breachpost transfer`.
#[derive(Clone, Debug, clap::Args)]
pub struct TransferArgs {
    /// Only these jobs, also if they were published before there was a `[transfer]` [default: all
    /// that were published since].
    #[arg(value_name = "JOB")]
    pub jobs: Vec<String>,
    /// Only look whether the server can be reached, lets us in and has the folder. Nothing is sent.
    #[arg(long, conflicts_with = "jobs")]
    pub check: bool,
    /// The vendor has looked and does not have this file: it is sent again with the next transfer.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["jobs", "check"], requires_all = ["by", "reason"])]
    pub missing: Option<String>,
    /// Who says so (name or function).
    #[arg(long, value_name = "NAME", requires = "missing")]
    pub by: Option<String>,
    /// How they know, in one line without names of people.
    #[arg(long, value_name = "TEXT", requires = "missing")]
    pub reason: Option<String>,
}

/// `breachpost stop`.
#[derive(Clone, Debug, clap::Args)]
pub struct StopArgs {
    /// Everything of the campaign, jobs to come included.
    #[arg(long, group = "scope")]
    pub all: bool,
    /// A job.
    #[arg(long, value_name = "JOB", group = "scope")]
    pub job: Option<String>,
    /// A part, named as its file begins: `2500001-p001`.
    #[arg(long, value_name = "PART", group = "scope")]
    pub part: Option<String>,
    /// A letter, by id or reference.
    #[arg(long, value_name = "ID", group = "scope")]
    pub letter: Option<String>,
    /// Lift the stop of this event. Two approvers have to sign; without `--signed` the text that
    /// they sign is printed.
    #[arg(long, value_name = "EVENT", group = "scope")]
    pub lift: Option<u64>,
    /// Signature of the text by an approver. Given twice or more.
    #[arg(long, value_name = "FILE", requires = "lift")]
    pub signed: Vec<Utf8PathBuf>,
    /// Who orders the stop (name or function).
    #[arg(long, value_name = "NAME", conflicts_with = "lift")]
    pub by: Option<String>,
    /// The reason, in one line without names of people.
    #[arg(long, value_name = "TEXT", requires = "scope")]
    pub reason: Option<String>,
}

/// `breachpost reprint`.
#[derive(Clone, Debug, clap::Args)]
pub struct ReprintArgs {
    /// Letters, by id or reference.
    #[arg(value_name = "ID", required_unless_present = "job")]
    pub letters: Vec<String>,
    /// All spoilt letters of this job.
    #[arg(long, value_name = "JOB")]
    pub job: Option<String>,
    /// Letters too that were destroyed on our word and of which no copy is left.
    #[arg(long)]
    pub destroyed: bool,
    /// Who orders the reprint (name or function).
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// The reason, in one line without names of people.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

/// `breachpost reissue`.
#[derive(Clone, Debug, clap::Args)]
pub struct ReissueArgs {
    /// Letters, by id or reference.
    #[arg(value_name = "ID", required = true)]
    pub letters: Vec<String>,
    /// Why: new_address, returned, wrong_text, language, large_print or destroyed.
    #[arg(long, value_name = "REASON", value_parser = reissue_reason)]
    pub reason: ReissueReason,
    /// The language that was asked for: nl or en.
    #[arg(long, value_name = "LANGUAGE", value_parser = language)]
    pub language: Option<Language>,
    /// Who orders it (name or function).
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// What happened, in one line without names of people.
    #[arg(long, value_name = "TEXT")]
    pub note: String,
    /// Signature of the text by an approver. Given twice or more.
    #[arg(long, value_name = "FILE")]
    pub signed: Vec<Utf8PathBuf>,
}

/// A reason for a letter that is written anew, by its word.
fn reissue_reason(word: &str) -> Result<ReissueReason, String> {
    word.parse().map_err(|()| {
        let words: Vec<&str> = ReissueReason::ALL.iter().map(|reason| reason.word()).collect();
        format!("the reasons are {}", words.join(", "))
    })
}

/// A language by its word.
fn language(word: &str) -> Result<Language, String> {
    word.parse().map_err(|()| "the languages are nl and en".to_owned())
}
