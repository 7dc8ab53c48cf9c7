//! Why a run stopped, and with which exit code.

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;

use super::lists;
use crate::base::{ExitStatus, Explain, FileError};
use crate::compose::notices::NoticeTextsError;
use crate::compose::texts::TextsError;
use crate::config::ConfigError;
use crate::deliver::DeliverError;
use crate::facts::FactsError;
use crate::link::{LinkError, ParametersError};
use crate::package::{PackageError, SealError};
use crate::read::ReadError;
use crate::record::RecordError;
use crate::render::RenderError;
use crate::render::readback::ReadbackError;
use crate::report::ReportError;

/// Why a run stopped.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum RunError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Values that a run needs are not set yet.
    #[error("the campaign is not complete:{}", listed(missing))]
    Incomplete {
        /// At least one.
        missing: Vec<Missing>,
    },
    /// The vendor's keys.
    #[error(transparent)]
    VendorKey(#[from] SealError),
    /// The facts.
    #[error(transparent)]
    Facts(#[from] FactsError),
    /// The texts of the letters.
    #[error(transparent)]
    Texts(#[from] TextsError),
    /// The texts of the letters to providers.
    #[error(transparent)]
    Notices(#[from] NoticeTextsError),
    /// A list that nobody is written to from.
    #[error("the lists name professionals, and `[professionals]` is missing")]
    Professionals,
    /// The ledger.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Reading.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Linking.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// What linking goes by.
    #[error(transparent)]
    Parameters(#[from] ParametersError),
    /// Setting letters.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A print file is not what was decided.
    #[error("a print file that was read back is not what was planned")]
    Readback(#[from] ReadbackError),
    /// Packing.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// Publishing.
    #[error(transparent)]
    Deliver(#[from] DeliverError),
    /// The package is out, and something after that failed.
    #[error("`{job}` is published, and its run could not be completed")]
    Published { job: String, source: Box<RunError> },
    /// A package of an earlier night is out, and tonight's own run stopped.
    #[error("`{job}` of an earlier night is published, and tonight's run stopped")]
    AfterPublished { job: String, source: Box<RunError> },
    /// Part of the package is out, and the rest was stopped.
    #[error("part of `{job}` is published, and the rest was stopped")]
    PartStopped { job: String, source: RecordError },
    /// A job that the ledger does not know.
    #[error("the ledger has no job `{job}`")]
    NoJob {
        /// The name that was given.
        job: String,
    },
    /// Letters that cannot be printed again as they were.
    #[error("letters of job `{job}` cannot be printed again: templates or typefaces have changed")]
    ReprintLooks {
        /// The job that they were planned in.
        job: String,
    },
    /// What was named is not to be printed again.
    #[error("nothing of `{name}` is spoilt and waits to be printed again")]
    NotSpoilt {
        /// The job or letter.
        name: String,
    },
    /// A package cannot be published again.
    #[error("`{job}` cannot be published again: {problem}")]
    Republish {
        /// Name of the job, as it was given.
        job: String,
        problem: String,
    },
    /// The papers of the run.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// A file or folder.
    #[error(transparent)]
    File(#[from] FileError),
    /// A staged file cannot be understood, or is not what the ledger says was planned.
    #[error("the staged file `{path}` is not what was planned")]
    Staged { path: Utf8PathBuf },
    /// A sum that does not hold between two stages (docs/design.md, rule 1).
    #[error("{stage} lost or doubled rows: {before} went in, {after} came out")]
    Unbalanced {
        stage: &'static str,
        /// Rows that went in.
        before: u64,
        /// Rows that came out.
        after: u64,
    },
    /// The run's date lies before letters that were sent.
    #[error("the run date {run_date} is before the last letters, of {last}")]
    Past {
        run_date: Date,
        /// Date of the last letters.
        last: Date,
    },
    /// The run's date lies before the incident.
    #[error("the run date {run_date} is before the incident, which began on {began}")]
    BeforeIncident {
        run_date: Date,
        /// `incident.from` of the facts.
        began: Date,
    },
    /// The plan was committed and the ledger does not have it.
    #[error("the ledger does not know the job that was just planned")]
    Unplanned,
    /// More people than a run can number.
    #[error("more than 4 billion people in one run")]
    Capacity,
    /// A part is to be set that nobody has planned.
    #[error("{problem}")]
    NotPlanned { problem: String },
    /// A plan is asked for while a job is past it.
    #[error("job {job} is {state} and not finished")]
    Unfinished {
        job: String,
        /// How far it is.
        state: crate::record::JobState,
    },
    /// A list of which too few rows can be used.
    #[error("{refused} of {rows} rows of the {list} list cannot be used: {}", .reasons.join(", "))]
    Spoilt {
        list: &'static str,
        /// Rows that cannot be used.
        refused: u64,
        rows: u64,
        /// Codes with their counts, the most frequent first.
        reasons: Vec<String>,
    },
    /// A job that nobody was asked about, where people have to approve.
    #[error("job {job} was planned without anybody being asked to approve it")]
    Unapproved { job: String },
    /// A job that people have not approved yet.
    #[error("job {job} waits for approval, and nothing else is planned until it is out")]
    Waits { job: String },
    /// A real job was planned with the sample's key.
    #[error(
        "job {job} is real and would be sealed to the key of the sample, whose private half is published"
    )]
    SampleKey { job: String },
    /// The folder of a dress rehearsal.
    #[error("`{path}` {problem}")]
    DressFolder { path: Utf8PathBuf, problem: &'static str },
    /// The key of a dress rehearsal.
    #[error("the key for a dress rehearsal with real people {problem}")]
    DressKey {
        /// Whose it is.
        problem: &'static str,
    },
    /// Far more letters than expected.
    #[error("{letters} letters are more than the {permitted} that the policy permits in one run")]
    Volume {
        letters: u64,
        /// `policy.max_letters_per_run`.
        permitted: u64,
    },
}

/// A value that a run needs and that is not set yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    key: String,
    problem: &'static str,
    file: Utf8PathBuf,
}

impl Missing {
    /// A value of a file and what is wrong with it.
    pub(super) fn new(key: &str, problem: &'static str, file: &Utf8Path) -> Self {
        Self { key: key.to_owned(), problem, file: file.to_owned() }
    }

    /// A table of a file that is marked `placeholder = true`.
    pub(super) fn marked(key: &str, file: &Utf8Path) -> Self {
        Self::new(key, "is marked as a placeholder", file)
    }
}

/// One in each line.
fn listed(missing: &[Missing]) -> String {
    let line =
        |Missing { key, problem, file }: &Missing| format!("\n`{key}` {problem} in `{file}`");
    missing.iter().map(line).collect()
}

impl RunError {
    /// The text of this error, or of the one behind it, that has counts of rows, and the same
    /// without those that may be small: a mail leaves the house. `None`: there are no counts.
    #[must_use]
    pub fn without_counts(&self) -> Option<(String, String)> {
        let said = match self {
            Self::Published { source, .. } | Self::AfterPublished { source, .. } => {
                return source.without_counts();
            }
            Self::Record(RecordError::InputsChanged { changes, .. }) => {
                let changes: Vec<String> = changes.iter().map(lists::in_mail).collect();
                format!("input files have changed since an earlier run: {}", changes.join(", "))
            }
            Self::Record(RecordError::ListShrunk { list, percent, .. }) => {
                format!("the {list} list has fewer than {percent} % of the rows it had")
            }
            Self::Spoilt { list, .. } => format!("too many rows of the {list} list cannot be used"),
            _ => return None,
        };

        Some((self.to_string(), said))
    }

    /// The job that this is about, if it is out or partly out.
    #[must_use]
    pub fn job(&self) -> Option<&str> {
        match self {
            Self::Published { job, .. }
            | Self::AfterPublished { job, .. }
            | Self::PartStopped { job, .. } => Some(job),
            _ => None,
        }
    }

    /// Whether another run was in progress, and this one did nothing.
    #[must_use]
    pub const fn is_in_use(&self) -> bool {
        matches!(self, Self::Record(RecordError::InUse { .. }))
    }
}

impl Explain for RunError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Record(error) | Self::PartStopped { source: error, .. } => error.hint(),
            Self::Texts(error) => error.hint(),
            Self::Notices(error) => error.hint(),
            Self::Professionals => Some("set `[professionals]`, or take the list and the `professional_` columns away".to_owned()),
            Self::Render(error) => error.hint(),
            Self::Link(error) => error.hint(),
            Self::VendorKey(error) => error.hint(),
            Self::Read(error) => error.hint(),
            Self::Package(error) => error.hint(),
            Self::Deliver(error) => error.hint(),
            Self::NotPlanned { .. } => Some("`breachpost plan` plans a job and says how many parts it has".to_owned()),
            Self::DressFolder { .. } => Some("give a folder that is empty or new, outside `data_dir`".to_owned()),
            Self::DressKey { .. } => {
                Some("give a key of your own (`age-keygen`), or none: then one is created beside the package".to_owned())
            }
            Self::SampleKey { .. } => {
                Some("`breachpost plan abandon` gives it up; then set the vendor's own key and run again".to_owned())
            }
            Self::Unapproved { .. } | Self::Waits { .. } => Some(
                "`breachpost plan abandon` gives it up; the next run plans its people again and says what to approve"
                    .to_owned(),
            ),
            Self::Incomplete { .. }
            | Self::Config(ConfigError::Rehearsal { .. })
            | Self::Facts(FactsError::Rehearsal { .. }) => Some(
                "set the real value and remove the mark; to rehearse, set `synthetic = true` and use a separate `data_dir`"
                    .to_owned(),
            ),
            Self::Unfinished { state: crate::record::JobState::Abandoned, .. } => {
                Some("nothing of it was ever published; its people are in a later job".to_owned())
            }
            Self::Unfinished { .. } => Some("`breachpost run` finishes it".to_owned()),
            Self::Published { .. } => Some("run again: it continues where it stopped".to_owned()),
            Self::AfterPublished { source, .. } => {
                source.hint().or_else(|| Some("run again: it continues where it stopped".to_owned()))
            }
            Self::Republish { .. } => Some(
                "put its sealed parts back under the names that the ledger has, into `sealed/` in the papers of its run; the \
                 vendor or a copy of the data folder may have them"
                    .to_owned(),
            ),
            Self::ReprintLooks { .. } => Some(
                "a letter that looks different is a new letter: `breachpost reissue`".to_owned(),
            ),
            Self::NotSpoilt { .. } => Some(
                "`breachpost status --state spoilt` names the letters; those that were destroyed \
                 on our word need `--destroyed`, and a reported duplicate is never printed again"
                    .to_owned(),
            ),
            Self::NoJob { .. } => Some("`breachpost status` shows the jobs of the last runs".to_owned()),
            Self::Past { .. } => Some("check `--date` and the clock".to_owned()),
            Self::BeforeIncident { .. } => {
                Some("check `--date`, the clock, and `incident.from` in the facts file".to_owned())
            }
            Self::Report(error) => error.hint(),
            Self::Spoilt { .. } => Some(
                "the list is damaged, or is not what its name says: ask for it again; the limits are \
                 `max_refused_rows` and `max_refused_percent` under [inputs.<list>]"
                    .to_owned(),
            ),
            Self::Volume { .. } => {
                Some("check the input; if the number is right, run again with `--accept-volume`".to_owned())
            }
            Self::File(error) => error.hint(),
            Self::Facts(FactsError::Stale { .. }) => {
                Some("verify the phone number or the publication, then update `checked_on` in the facts file".to_owned())
            }
            _ => None,
        }
    }

    /// How a run that stops here ends: 2 configuration, 3 nothing left the building, 4 part was
    /// published.
    fn status(&self) -> ExitStatus {
        match self {
            Self::Config(_)
            | Self::Incomplete { .. }
            | Self::VendorKey(_)
            | Self::NotPlanned { .. }
            | Self::NoJob { .. }
            | Self::NotSpoilt { .. }
            | Self::Waits { .. }
            | Self::Professionals
            | Self::Parameters(_)
            | Self::DressFolder { .. }
            | Self::DressKey { .. }
            | Self::SampleKey { .. } => ExitStatus::Usage,
            Self::Facts(error) if !matches!(error, FactsError::Stale { .. }) => ExitStatus::Usage,
            Self::Read(error) if error.is_a_setting() => ExitStatus::Usage,
            Self::Record(error) => error.status(),
            Self::Texts(error) => error.status(),
            Self::Notices(error) => error.status(),
            Self::Deliver(error) if error.anything_published() => ExitStatus::PartPublished,
            Self::Published { .. } | Self::AfterPublished { .. } | Self::PartStopped { .. } => {
                ExitStatus::PartPublished
            }
            _ => ExitStatus::Stopped,
        }
    }
}
