//! Why the ledger refuses.

use camino::Utf8PathBuf;

use super::intake::InputChange;
use super::stops::StopScope;
use super::store::StoreError;
use crate::base::{ExitStatus, Explain, FileError};
use crate::field::job_number::JobNumber;
use crate::field::mode::Mode;

/// Why the ledger refuses. Unless [`RecordError::exit_code`] says otherwise the run stops with exit
/// code 3, before anything leaves the building.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum RecordError {
    /// There is no ledger.
    #[error("no ledger at `{path}`")]
    Missing { path: Utf8PathBuf },
    /// `ledger init` where there is something already.
    #[error("`{path}` already exists")]
    Exists { path: Utf8PathBuf },
    /// Another process writes this ledger.
    #[error("another run is using `{data_dir}`")]
    InUse { data_dir: Utf8PathBuf },
    /// The file is something else.
    #[error("`{path}` is not a ledger of breachpost")]
    NotALedger { path: Utf8PathBuf },
    /// Written by a newer program.
    #[error("ledger has schema version {found}, this program knows version {known}")]
    NewerSchema {
        /// Version of the file.
        found: u32,
        /// Version of the program.
        known: u32,
    },
    /// The file does not hold together.
    #[error("ledger is damaged: {problem}")]
    Damaged { problem: String },
    /// A run was stopped in the middle of a change; only a writer may take that back.
    #[error("a run was stopped in the middle of a change of the ledger")]
    Interrupted,
    /// The hash chain does not hold.
    #[error(
        "history of the ledger was changed: event {seq} does not follow from the events before it"
    )]
    Chain {
        /// First event that does not fit.
        seq: u64,
    },
    /// Replaying the events gives other tables.
    #[error("tables of the ledger were changed: {what} is not what the events say")]
    Replay { what: String },
    /// Something outside proves that the ledger was further once.
    #[error("ledger is older than `{proof}`, which it does not contain")]
    Older { proof: Utf8PathBuf },
    /// A proof that cannot be read proves nothing, and nothing is guessed.
    #[error("`{path}` cannot be read as a proof of what was published: {problem}")]
    Proof { path: Utf8PathBuf, problem: String },
    /// A head that somebody kept is not in the history.
    #[error("`{head}` does not occur in this ledger's history")]
    UnknownAnchor {
        /// The head, as it was given.
        head: String,
    },
    /// Others can get at what the program keeps.
    #[error("`{path}` {problem}")]
    Exposed { path: Utf8PathBuf, problem: &'static str },
    /// No key file.
    #[error("no key at `{path}`")]
    KeyMissing { path: Utf8PathBuf },
    /// The key file is not usable.
    #[error("key `{path}` {problem}")]
    KeyUnusable { path: Utf8PathBuf, problem: &'static str },
    /// Another key than the one the ledger was made with.
    #[error("key `{path}` is not the key of this ledger")]
    KeyOther { path: Utf8PathBuf },
    /// The ledger is about a different campaign.
    #[error("ledger belongs to campaign `{found}`, not to `{wanted}`")]
    OtherCampaign {
        /// The ledger's campaign.
        found: String,
        /// The configuration's campaign.
        wanted: String,
    },
    /// The ledger or its keys folder is of the other mode.
    #[error("`{path}` is for {} and the configuration is for {}", purpose(*.found), purpose(*.wanted))]
    OtherMode {
        /// What is of the other mode.
        path: Utf8PathBuf,
        found: Mode,
        /// The configuration's mode.
        wanted: Mode,
    },
    /// An older program wrote rehearsals and real letters into one ledger.
    #[error("ledger holds rehearsals and real letters: `{rehearsal}` and `{real}`")]
    MixedModes {
        /// A job that was a rehearsal.
        rehearsal: String,
        /// A job that was not.
        real: String,
    },
    /// Nothing is planned.
    #[error("there is no unfinished job to give up")]
    NothingToAbandon,
    /// A job of which something may have left the building cannot be given up.
    #[error("job `{job}` cannot be given up: {problem}")]
    MayBeOut {
        job: String,
        /// What is out, or may be.
        problem: String,
    },
    /// Who gave a job up, or why, is not usable.
    #[error("name or reason for giving the job up {problem}")]
    Abandoner { problem: &'static str },
    /// The campaign is over.
    #[error("campaign `{campaign}` is {state}")]
    Over {
        campaign: String,
        /// `closed`, `being purged` or `purged`.
        state: &'static str,
    },
    /// The campaign still runs.
    #[error("campaign `{campaign}` is open")]
    NotOver { campaign: String },
    /// Files that earlier runs read are gone or have other bytes.
    #[error("{} changed since an earlier run: {}", inputs(.changes.len()), listed(.changes))]
    InputsChanged {
        /// One per file.
        changes: Vec<InputChange>,
        files: Vec<String>,
    },
    /// A list has lost more rows than it may.
    #[error("the {list} list has {has} rows, and had {had}: fewer than {percent} %")]
    ListShrunk {
        list: &'static str,
        /// Rows when it was last read.
        had: u64,
        has: u64,
        /// `min_rows_percent`.
        percent: u8,
        /// Its files that are not as they were.
        files: Vec<String>,
    },
    /// `--accept` names a file that nobody has ever read.
    #[error("`--accept {file}=...` names no file of the inbox")]
    AcceptedStranger {
        /// As it was given.
        file: String,
    },
    /// The reason for accepting changed inputs is not usable.
    #[error("reason for accepting changed inputs {problem}")]
    AcceptedReason { problem: &'static str },
    /// Who approved a purge is not usable.
    #[error("name of who approved the purge {problem}")]
    Approval { problem: &'static str },
    /// Who approves, or why not, is not usable.
    #[error("name or comment of the approval {problem}")]
    ApprovalWords { problem: &'static str },
    /// Who decided is not usable.
    #[error("name of who decided {problem}")]
    Decider { problem: &'static str },
    /// Why somebody decided is not usable.
    #[error("reason of the decision {problem}")]
    DecidingReason { problem: &'static str },
    /// A job is where it should not.
    #[error("job `{job}` is {found}, not {wanted}")]
    JobState {
        job: JobNumber,
        found: String,
        /// The state that was expected.
        wanted: &'static str,
    },
    /// A job's numbers do not add up.
    #[error("job `{job}` does not balance: {problem}")]
    Unbalanced { job: JobNumber, problem: String },
    /// The plan holds a letter that was planned before.
    #[error("letter `{letter_id}` was planned before")]
    Twice { letter_id: String },
    /// A copy that was ordered before.
    #[error("a copy of these letters of job `{job}` was planned before")]
    Copied { job: JobNumber },
    /// Somebody has stopped it.
    #[error("{scope} was stopped {why}")]
    Stopped {
        scope: StopScope,
        /// By whom, and the reason.
        why: String,
    },
    /// What cannot be read stops everything.
    #[error("stop file `{path}` cannot be read")]
    StopFile { path: Utf8PathBuf },
    /// All job numbers of the year are used.
    #[error("all job numbers of the year {year} are used")]
    JobNumbers { year: i16 },
    /// A file or folder.
    #[error(transparent)]
    File(#[from] FileError),
    /// The database.
    #[error("cannot {doing}")]
    Store {
        /// What failed, in the infinitive: `read`.
        doing: &'static str,
        source: StoreError,
    },
}

impl Explain for RecordError {
    fn hint(&self) -> Option<String> {
        self.hint_about_the_ledger().or_else(|| self.hint_about_the_campaign())
    }

    /// Exit code of a program that stops here, before it has published anything.
    ///
    /// 3 for every refusal; 2 where the command line or the configuration is at fault.
    fn status(&self) -> ExitStatus {
        match self {
            Self::AcceptedReason { .. }
            | Self::AcceptedStranger { .. }
            | Self::Approval { .. }
            | Self::ApprovalWords { .. }
            | Self::Decider { .. }
            | Self::DecidingReason { .. }
            | Self::Abandoner { .. }
            | Self::NothingToAbandon
            | Self::OtherCampaign { .. }
            | Self::OtherMode { .. } => ExitStatus::Usage,
            _ => ExitStatus::Stopped,
        }
    }
}

impl RecordError {
    /// What to do about the file, its key and its proofs, and whose ledger it is.
    fn hint_about_the_ledger(&self) -> Option<String> {
        let hint = match self {
            Self::Missing { .. } => {
                "put the ledger back from where it was moved, or `breachpost ledger restore \
                 BACKUP`; only for a new campaign: `breachpost ledger init`"
            }
            Self::Exists { .. } => {
                "a ledger is made once, with an empty outbox; a key without a ledger that never \
                 named anybody can be removed by hand"
            }
            Self::InUse { .. } => "wait until it has ended; the lock disappears with the process",
            Self::NotALedger { .. }
            | Self::Damaged { .. }
            | Self::Chain { .. }
            | Self::Replay { .. } => {
                "`breachpost ledger restore BACKUP` puts a sound ledger in its place and keeps \
                 this file: a sealed backup, or a copy from `backups/`, with what came after it \
                 repeated"
            }
            Self::Interrupted => {
                "start the interrupted command again (`breachpost run`, `close`, `purge`): it \
                 rolls back the half-made change and continues"
            }
            Self::NewerSchema { .. } => {
                "use the newer program; an older one would lose what it does not know"
            }
            Self::Exposed { .. } => {
                "everything the program keeps is its own files and folders, 0600 and 0700; find \
                 out who has looked, then `chmod -R go-rwx` or put back the file or folder itself"
            }
            Self::Older { .. } | Self::UnknownAnchor { .. } => {
                "somebody put back an old copy: with it, people would be told twice; find the \
                 newest ledger, or bring a backup up to date with `breachpost ledger restore \
                 BACKUP`"
            }
            Self::Proof { .. } => "put the file back as it was published",
            Self::KeyMissing { .. } | Self::KeyUnusable { .. } | Self::KeyOther { .. } => {
                "put back the key the ledger was made with, 64 hexadecimal characters and a line \
                 end, mode 0400; with a different key nobody is recognised and everyone would be \
                 told again"
            }
            Self::OtherCampaign { .. } => {
                "set `campaign` or `data_dir` in the configuration; one ledger per campaign"
            }
            Self::OtherMode { found: Mode::Rehearsal, .. } => {
                "people who got a rehearsal letter were told nothing: give the real campaign its \
                 own `data_dir` and run `breachpost ledger init` there; for another rehearsal set \
                 `synthetic = true`"
            }
            Self::OtherMode { found: Mode::Real, .. } => {
                "rehearse with a separate `data_dir`, or use `breachpost check` to see what a real \
                 run would do; for a real run remove `synthetic = true` from the configuration"
            }
            Self::MixedModes { .. } => {
                "it counts people as told who only got a rehearsal letter, and nobody is written \
                 to before a human has sorted that out: find the newest copy that holds one kind, \
                 and `ledger check` it"
            }
            _ => return None,
        };

        Some(hint.to_owned())
    }

    /// What to do about steps that do not follow, and about what people say and send.
    fn hint_about_the_campaign(&self) -> Option<String> {
        let hint = match self {
            Self::NothingToAbandon => {
                "`breachpost plan` plans a job; one that is done cannot be given up"
            }
            Self::MayBeOut { .. } => "`breachpost run` finishes it; its letters count as told",
            Self::Over { .. } => "nothing more is sent in this campaign",
            Self::NotOver { .. } => {
                "run `breachpost close` first, when all receipts are in and nothing more is to be \
                 sent"
            }
            Self::InputsChanged { files, .. } => {
                return Some(format!(
                    "put the files back; if the change is intended: {}; the reasons are recorded",
                    accept(files)
                ));
            }
            Self::ListShrunk { files, .. } => {
                return Some(format!(
                    "a list that shrinks like this is truncated or a different extract: ask for it \
                     again; if it is intended: {} (the limit is `min_rows_percent` under \
                     [inputs.<list>])",
                    accept(files)
                ));
            }
            Self::AcceptedStranger { .. } => {
                "use the name of the file in the inbox: `--accept FILE=REASON`"
            }
            Self::AcceptedReason { .. } => {
                "one line of 3 to 200 characters, without names of people"
            }
            Self::Abandoner { .. } => {
                "each is one line of 3 to 200 characters; a reason has no names of people"
            }
            Self::DecidingReason { .. } => {
                "one line of 3 to 200 characters; it has no names of people"
            }
            Self::Approval { .. } | Self::ApprovalWords { .. } | Self::Decider { .. } => {
                "a name or function, one line of 3 to 200 characters"
            }
            Self::Stopped { .. } => {
                "nothing of it leaves before two people lift the stop: `breachpost stop` lists \
                 what is in force, and `breachpost plan abandon` gives up a job that has not left"
            }
            Self::StopFile { .. } => {
                "nothing leaves as long as it is there and cannot be read: put it back as it was"
            }
            Self::Copied { .. } => "`breachpost status` says where they are",
            Self::JobState { .. } | Self::Twice { .. } => {
                "run again: an unfinished job is finished first"
            }
            _ => return None,
        };

        Some(hint.to_owned())
    }
}

const fn purpose(mode: Mode) -> &'static str {
    match mode {
        Mode::Rehearsal => "rehearsals",
        Mode::Real => "real letters",
    }
}

fn inputs(count: usize) -> String {
    if count == 1 { "1 input file has".to_owned() } else { format!("{count} input files have") }
}

fn listed(changes: &[InputChange]) -> String {
    changes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The words on the command line that accept these files.
fn accept(files: &[String]) -> String {
    let words: Vec<String> = files.iter().map(|file| format!("`--accept {file}=REASON`")).collect();
    words.join(" ")
}
