//! Why something is not decided.

use jiff::civil::Date;

use crate::base::{ExitStatus, Explain};
use crate::facts::FactsError;
use crate::field::judgement::{CaseAnswer, CaseKind};
use crate::link::{LinkError, ParametersError};
use crate::package::sign::TWO_SIGN;
use crate::read::ReadError;
use crate::record::RecordError;
use crate::report::ReportError;
use crate::run::RunError;
use crate::tools::review::ReviewError;

/// Why something is not decided. Nothing has been written then.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum QueueError {
    /// The last run has no case of this number.
    #[error("run {run_id} has no case {case}")]
    NoCase { run_id: String, case: u32 },
    /// No human can settle it here.
    #[error("case {case} cannot be decided here ({code}): the sender of the list has to settle it")]
    Elsewhere { case: u32, code: String },
    /// The answer is none for this kind of case.
    #[error("`{answer}` is no answer to case {case}, which is about: {kind}")]
    Answer { case: u32, answer: CaseAnswer, kind: CaseKind, allowed: Vec<CaseAnswer> },
    /// Two valid BSNs.
    #[error("case {case} has two different valid BSNs, which are never one person")]
    Never { case: u32 },
    /// Several rows, of which one is the person.
    #[error(
        "several rows of case {case} could be the person, and one of them is: `same` has to name it"
    )]
    Which { case: u32 },
    /// A correction is not usable.
    #[error("the correction of case {case}: {problem}")]
    Correction { case: u32, problem: String },
    /// A correction without source, or a decision without reason.
    #[error("a {what} is missing")]
    Lacks { what: &'static str },
    /// Somebody was quicker.
    #[error("case {case} was decided on {date} by {by}: {answer}")]
    Already { case: u32, by: String, date: Date, answer: CaseAnswer },
    /// The second opinion is somebody else's.
    #[error("case {case} waits for the opinion of somebody else than {by}")]
    OwnOpinion { case: u32, by: String },
    /// A first opinion is taken back by whoever gave it.
    #[error("case {case} has a first opinion of {by}, who alone takes it back")]
    OthersOpinion { case: u32, by: String },
    /// The numbers of the cases are others by now.
    #[error("case {case} was shown by run {seen}, and there is a newer one, which counts anew")]
    NewerRun { case: u32, seen: String },
    /// Nothing was told.
    #[error("nothing of this kind was told by telephone that could be taken back")]
    NothingTold,
    /// A reviewer holds the letter.
    #[error("the letter is held by {by} since {date}: a new address does not change that")]
    HeldBy { by: String, date: Date },
    /// What reviewers answered at the desk cannot be written down.
    #[error("the answers in `{book}` cannot be taken into the ledger")]
    Untaken { book: camino::Utf8PathBuf, source: Box<QueueError> },
    /// Nothing to take back.
    #[error("case {case} is not decided")]
    NotDecided { case: u32 },
    /// More cases than one person may decide with a rule.
    #[error(
        "the rule decides {cases} cases, and {} of the approvers signed its text; more than {most} take two",
        .signers.len()
    )]
    TwoNeeded { cases: usize, most: usize, signers: Vec<String> },
    /// Other cases were shown to whoever said yes.
    #[error("the rule means other cases by now ({cases}) than those that were shown")]
    OtherCases { cases: usize },
    /// A letter to a protected address takes two people.
    #[error("{} of the approvers signed this text, and releasing a letter takes two", .signers.len())]
    TwoForRelease { signers: Vec<String> },
    /// A rule that says nothing.
    #[error("the rule {problem}")]
    Rule { problem: String },
    /// Nobody, or more than one.
    #[error("{found} people are known by that")]
    Who { found: usize },
    /// What was typed to find somebody.
    #[error("line {line} of what was typed {problem}")]
    Typed { line: usize, problem: &'static str },
    /// A letter that cannot be released.
    #[error("case {case}: {problem}")]
    Release { case: u32, problem: String },
    /// Values are not to leave the program.
    #[error("`review.values` does not permit the values of rows in a table")]
    Values,
    /// A line of a table cannot be followed.
    #[error("line {line} of the table {problem}")]
    Line { line: usize, problem: String },
    /// A table cannot be read or written.
    #[error("cannot read or write `{path}`")]
    Table { path: camino::Utf8PathBuf, source: std::io::Error },
    /// Answers of the desk.
    #[error(transparent)]
    File(#[from] crate::base::FileError),
    /// Deciding about records.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// The papers of a run.
    #[error(transparent)]
    Papers(#[from] ReportError),
    /// The ledger.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The inbox.
    #[error(transparent)]
    Inbox(#[from] ReadError),
    /// The facts.
    #[error(transparent)]
    Facts(#[from] FactsError),
    /// What the next run would do.
    #[error(transparent)]
    Run(#[from] Box<RunError>),
    /// Linking.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// What linking goes by.
    #[error(transparent)]
    Parameters(#[from] ParametersError),
}

impl Explain for QueueError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Review(error) => return error.hint(),
            Self::File(error) => return error.hint(),
            Self::Record(error) => return error.hint(),
            Self::Inbox(error) => return error.hint(),
            Self::Run(error) => return error.hint(),
            Self::Link(error) => return error.hint(),
            Self::Papers(_) | Self::Facts(_) | Self::Parameters(_) | Self::Table { .. } => {
                return None;
            }
            Self::Answer { allowed, .. } => {
                let words: Vec<&str> = allowed.iter().map(|answer| answer.word()).collect();
                return Some(format!("it can be answered with {}", words.join(", ")));
            }
            Self::NoCase { .. } | Self::NotDecided { .. } | Self::NewerRun { .. } => {
                "`breachpost review list --open` shows the cases of the last run; their numbers change from run to run"
            }
            Self::Elsewhere { .. } => "docs/policy.md says for each code what a human does",
            Self::Which { .. } => "`same --row FILE:ROW`; `review show CASE` lists the rows",
            Self::Never { .. } => "correct the numbers in the lists, or decide `different`",
            Self::Correction { .. } => {
                "one `field = value` a line on standard input; `review show CASE` names the fields"
            }
            Self::Lacks { .. } => {
                "pass `--reason`, and `--source` with a correction: one line, no names of people"
            }
            Self::Already { .. } => "take it back first, if it is wrong: `undecided`",
            Self::Untaken { .. } => {
                "somebody may hold a letter in them: no night goes on without; set the file aside if its answers are to count for nothing"
            }
            Self::OthersOpinion { .. } => "give the second opinion, or ask them",
            Self::NothingTold => {
                "`breachpost person show` says what was told; a reviewer takes back what a reviewer said"
            }
            Self::HeldBy { .. } => {
                "a reviewer takes the hold back first: `review list --open`, `review decide CASE undecided`"
            }
            Self::OwnOpinion { .. } => "somebody else decides it, or take yours back: `undecided`",
            Self::TwoNeeded { .. } | Self::TwoForRelease { .. } => TWO_SIGN,
            Self::OtherCases { .. } => "count the cases again",
            Self::Rule { .. } => "`breachpost review rule --help` says what a rule can say",
            Self::Who { .. } => {
                "say more: the reference of a letter, a BSN, or name and birth date"
            }
            Self::Typed { .. } => {
                "lines of `reference = ...`, `bsn = ...`, or `surname = ...` and `birth_date = YYYY-MM-DD`"
            }
            Self::Release { .. } => "only a case of a protected address (D203) is released by hand",
            Self::Line { .. } => "nothing was applied; correct the line, or empty its `decision`",
            Self::Values => "set `values = true` under `[review]`, and mind where the table goes",
        };
        Some(hint.to_owned())
    }

    fn status(&self) -> ExitStatus {
        match self {
            Self::Review(error) if error.is_a_setting() => ExitStatus::Usage,
            Self::Record(error) => error.status(),
            Self::Run(error) => error.status(),
            Self::Review(_)
            | Self::File(_)
            | Self::Papers(_)
            | Self::Inbox(_)
            | Self::Link(_)
            | Self::Table { .. }
            | Self::Untaken { .. }
            | Self::Already { .. } => ExitStatus::Stopped,
            _ => ExitStatus::Usage,
        }
    }
}
