//! The ledger: who was told what, when, and which packages carry it. It is the only memory the
//! program has.
//!
//! The ledger holds pseudonyms, keyed marks, findings and counts; no personal data. A run goes
//! plan, render, seal, publish, record, and each step is one transaction with one event in a hash
//! chain. Where its memory is in doubt the ledger refuses: a person told twice, or never, is worse
//! than a night without letters.
//!
//! ```text
//! data_dir/ledger.sqlite         the ledger
//! data_dir/ledger.anchor         how far it was after its last change
//! data_dir/keys/campaign.key     what makes pseudonyms, mode 0400
//! data_dir/keys/mode             whether the key is for rehearsals or real letters
//! data_dir/keys/package-signing.pub  the line that tells the vendor whose packages are real
//! data_dir/backups/              copies before each run that writes, the last five; sealed backups after runs
//! data_dir/backups/redo.sqlite   every change a second time
//! data_dir/backups.json          every sealed backup that was made, with date and hash
//! data_dir/purge-certificate.json  what a purge destroyed and kept
//! ```

mod abandon;
mod anchors;
mod approvals;
mod audit;
pub mod backup;
mod cases;
mod changes;
pub mod check;
mod decisions;
mod deliveries;
mod error;
mod files;
mod gone;
mod history;
mod home;
mod inputs;
mod intake;
mod job;
mod judgements;
mod key_file;
mod lock;
mod mode_mark;
mod model;
pub mod notice_mails;
mod open;
mod passage;
pub mod pieces;
mod plan;
mod privacy;
mod protection;
pub mod providers;
pub mod purge;
mod recognise;
mod redo;
pub mod reissues;
pub mod restore;
mod row_marks;
mod since;
mod steps;
pub mod stops;
mod store;
mod told;
mod tonight;

/// The approvers of whom one of these signatures over `text` is.
#[must_use]
pub fn proven(text: &str, signatures: &[String], approvers: &[Approver]) -> Vec<String> {
    stops::signers(text, signatures, approvers)
}

#[cfg(test)]
mod tests;

use camino::{Utf8Path, Utf8PathBuf};

use crate::base::data_dir;
use crate::config::Approver;
use crate::field::keys::Keys;
use crate::field::mode::Mode;
use crate::field::row::List;
use crate::package::Signer;

pub use approvals::{ApprovalAct, ApprovalEvent, Credential, STATEMENT, Said, check_words};
pub use audit::Head;
pub use cases::{CaseCounts, CaseMark, CaseNews, Held, QueueLength};
pub use decisions::{Decided, Decider};
pub use deliveries::Deliveries;
pub use error::RecordError;
pub use gone::{Gone, RecordMark, RecordRuling};
pub use history::LogLine;
pub use home::Home;
pub use intake::{Acceptance, ChangeKind, InputChange, Intake, ListTerms, RowChange};
pub use job::{Job, JobState, LetterRecord, Noted, PartTotals, SealedPart, StagedFile, Totals};
pub use judgements::{
    CaseSight, Follows, FollowsNew, JudgedBy, JudgedCase, JudgedWord, Judgement, Judgements,
    Opinion, Saying, anchors_of, bsn_anchor, mark_word, sight, sight_of_refused,
};
pub use lock::is_in_use;
pub use model::{CampaignState, Reprint};
pub use passage::{FilePassage, Passage, PassageError, PassageStep};
pub use plan::{CheckedPlan, PlanDraft};
pub use privacy::is_private;
pub use protection::{Guard, Release, ShieldNews};
pub use recognise::{Identities, IdentityChange, Recognised, name_of_row};
pub use since::SaidSince;
pub use store::StoreError;

use lock::Lock;
use model::Model;
use store::Store;

/// The word of a list in file names, papers and messages.
#[must_use]
pub fn list_word(list: List) -> &'static str {
    store::list_word(list)
}

/// What a ledger is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading; nothing on the disk is touched.
    Read,
    /// A run: one at a time, in an open campaign.
    Write,
}

/// An open ledger whose history, tables, key and proofs agree.
pub struct Ledger {
    store: Store,
    keys: Keys,
    data_dir: Utf8PathBuf,
    id: String,
    campaign: String,
    mode: Mode,
    anchor: Option<Utf8PathBuf>,
    proofs: Vec<Utf8PathBuf>,
    backed_up: bool,
    /// Held as long as the ledger is open; let go after the file.
    lock: Option<Lock>,
}

/// Nothing of the key is printed.
impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ledger({})", self.data_dir)
    }
}

fn ledger_path(data_dir: &Utf8Path) -> Utf8PathBuf {
    data_dir::ledger(data_dir)
}

/// Where the campaign's key is kept.
#[must_use]
pub fn key_path(data_dir: &Utf8Path) -> Utf8PathBuf {
    data_dir::keys(data_dir).join("campaign.key")
}

/// Where the public line of the key is that signs packages: the vendor gets it once, by another way
/// than the packages.
#[must_use]
pub fn signer_path(data_dir: &Utf8Path) -> Utf8PathBuf {
    data_dir::keys(data_dir).join("package-signing.pub")
}

/// Writes that line, where another or none is there.
fn show_signer(data_dir: &Utf8Path, keys: &Keys) -> Result<(), RecordError> {
    let (path, line) =
        (signer_path(data_dir), Signer::new(keys.package_seed()).public_line() + "\n");
    if std::fs::read_to_string(&path).is_ok_and(|there| there == line) {
        return Ok(());
    }
    files::replace(&path, line.as_bytes())
}

/// The campaign's key alone, for whoever compares lists and needs no ledger.
///
/// # Errors
/// [`RecordError`] when there is none, or it cannot be used.
pub fn keys(data_dir: &Utf8Path) -> Result<Keys, RecordError> {
    key_file::read(&key_path(data_dir))
}

/// Who signs the packages of this data folder, for whoever needs no ledger.
///
/// # Errors
/// As [`keys`].
pub fn signer(data_dir: &Utf8Path) -> Result<Signer, RecordError> {
    Ok(Signer::new(keys(data_dir)?.package_seed()))
}

impl Ledger {
    /// Refuses when the campaign is over.
    ///
    /// # Errors
    /// [`RecordError::Over`].
    pub fn must_be_open(&self) -> Result<(), RecordError> {
        refuse_when_over(&self.campaign, self.campaign_state()?)
    }

    /// Size of the ledger's file in bytes.
    ///
    /// # Errors
    /// [`RecordError`] when it cannot be looked at.
    pub fn bytes(&self) -> Result<u64, RecordError> {
        let path = ledger_path(&self.data_dir);
        Ok(std::fs::metadata(&path).map_err(files::failed("inspect", &path))?.len())
    }

    /// What everything keyed is made from.
    #[must_use]
    pub const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Who signs this ledger's packages.
    #[must_use]
    pub fn signer(&self) -> Signer {
        Signer::new(self.keys.package_seed())
    }

    /// Writes the public line of the signer beside the key, where it is not: a ledger of an earlier
    /// program has none yet, nor has one that was restored.
    ///
    /// # Errors
    /// [`RecordError::File`].
    pub fn show_signer(&self) -> Result<(), RecordError> {
        show_signer(&self.data_dir, &self.keys)
    }

    /// How far the ledger is.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn head(&self) -> Result<Head, RecordError> {
        self.store.head()
    }

    /// Whether letters may still be sent.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn campaign_state(&self) -> Result<CampaignState, RecordError> {
        Ok(self.store.campaign()?.state)
    }

    fn model(&self) -> Result<Model, RecordError> {
        Model::replay(&audit::verify(&self.store.entries()?)?)
    }
}

fn refuse_when_over(campaign: &str, state: CampaignState) -> Result<(), RecordError> {
    let state = match state {
        CampaignState::Open => return Ok(()),
        CampaignState::Closed => "closed",
        CampaignState::Purging => "being purged",
        CampaignState::Purged => "purged",
    };
    Err(RecordError::Over { campaign: campaign.to_owned(), state })
}
