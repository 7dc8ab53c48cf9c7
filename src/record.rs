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
mod audit;
pub mod backup;
mod cases;
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
mod key_file;
mod lock;
mod mode_mark;
mod model;
mod open;
mod plan;
mod privacy;
mod protection;
pub mod purge;
mod recognise;
mod redo;
pub mod restore;
mod row_marks;
mod store;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;

use crate::base::data_dir;
use crate::field::ids::RowRef;
use crate::field::keys::Keys;
use crate::field::mode::Mode;
use crate::field::person::Cluster;
use crate::field::row::{List, Rows};
use crate::field::terms::Kind;
use crate::package::Signer;

pub use audit::Head;
pub use cases::{CaseCounts, CaseMark, CaseNews, Held};
pub use decisions::Decided;
pub use deliveries::Deliveries;
pub use error::RecordError;
pub use gone::{Gone, RecordMark, RecordRuling};
pub use history::LogLine;
pub use home::Home;
pub use intake::{Acceptance, ChangeKind, InputChange, Intake, ListTerms, RowChange};
pub use job::{Job, JobState, LetterRecord, Noted, PartTotals, SealedPart, StagedFile, Totals};
pub use model::CampaignState;
pub use plan::{CheckedPlan, PlanDraft};
pub use privacy::is_private;
pub use protection::{Guard, Release, ShieldNews};
pub use recognise::{Identities, IdentityChange, Recognised};
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

    /// Writes the anchor that a run was stopped before, if there is one to be written. Called when
    /// nothing can be refused any more.
    ///
    /// # Errors
    /// [`RecordError`] when it cannot be written.
    pub fn anchor(&self) -> Result<(), RecordError> {
        let head = self.head()?;
        self.note_changes()?;
        if !anchors::is_present(&anchors::beside(&self.data_dir), &head)? {
            anchors::write(&anchors::beside(&self.data_dir), &self.id, &head)?;
        }
        // Written anew though it says the same: whether that works has to be known before a plan is
        // committed.
        self.anchor.iter().try_for_each(|path| anchors::write(path, &self.id, &head))
    }

    fn write_anchors(&self, head: &Head) -> Result<(), RecordError> {
        anchors::write(&anchors::beside(&self.data_dir), &self.id, head)?;
        self.anchor.iter().try_for_each(|path| anchors::write(path, &self.id, head))
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

    /// Compares the inbox with what earlier runs read.
    ///
    /// # Errors
    /// [`RecordError::InputsChanged`] when a file is gone or has rows that are gone or different,
    /// its list may not be replaced, and nobody has accepted it; [`RecordError::ListShrunk`] when a
    /// list has lost more rows than it may.
    pub fn intake(
        &self,
        rows: &Rows,
        terms: &dyn Fn(List) -> ListTerms,
        accepted: Acceptance<'_>,
    ) -> Result<Intake, RecordError> {
        let (lines, known) = (self.store.inputs()?, self.store.file_rows(false)?);
        intake::take(
            &intake::Before { lines: &lines, rows: &known },
            rows,
            &self.keys,
            terms,
            accepted,
        )
    }

    /// Which rows of records that were delivered more than once count, and the rows of records that
    /// were withdrawn.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn deliveries(
        &self,
        rows: &Rows,
        intake: &Intake,
    ) -> Result<(Deliveries, BTreeSet<RowRef>), RecordError> {
        let (lines, known) = (self.store.inputs()?, self.store.file_rows(false)?);
        let deliveries =
            deliveries::settle(rows, intake, &intake::Before { lines: &lines, rows: &known });
        Ok((deliveries, self.store.record_rulings()?.withdrawn_rows(rows, intake)))
    }

    /// Whom the lists of a run protect, and whom earlier ones did.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn guard(&self, rows: &Rows) -> Result<Guard<'_>, RecordError> {
        Ok(Guard::new(self.store.memory()?, rows, &self.keys))
    }

    /// Answers from now on as if a human had said this of records and people; nothing is written.
    pub fn suppose(&mut self, records: &[(RecordMark, RecordRuling)], release: &Release) {
        let rulings = records.iter().map(|(key, ruling)| (key.0, *ruling)).collect();
        self.store.suppose(store::Supposed { rulings, shields: release.lines.clone() });
    }

    /// Writes down that a human releases people; returns how many.
    ///
    /// # Errors
    /// [`RecordError::Decider`] when `by` is not a name, [`RecordError`] when the ledger cannot be
    /// written.
    pub fn release(&mut self, release: &Release, by: &str) -> Result<usize, RecordError> {
        inputs::check_line(by).map_err(|problem| RecordError::Decider { problem })?;
        if release.people > 0 {
            self.write(|store| store.release(by, &release.lines))?;
        }
        Ok(release.people)
    }

    /// Gives every cluster its person, with the letters they had. Same order as the clusters.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn recognise<'a>(&self, clusters: Vec<Cluster<'a>>) -> Result<Recognised<'a>, RecordError> {
        let known = self.store.snapshot(Store::known)?;
        Ok(recognise::recognise(&known, &self.keys, clusters))
    }

    /// The job that an earlier run left unfinished. It is finished first, as it was planned.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn pending(&self) -> Result<Option<Job>, RecordError> {
        Ok(self.jobs()?.into_iter().find(|job| !job.state.is_over()))
    }

    /// Every job, oldest number first.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn jobs(&self) -> Result<Vec<Job>, RecordError> {
        self.store.snapshot(|store| {
            let model = Model::replay(&audit::verify(&store.entries()?)?)?;
            model.jobs.into_iter().map(|(number, row)| describe(store, number, row)).collect()
        })
    }

    /// The number of the next job: two digits of the year, five of the counter.
    ///
    /// # Errors
    /// [`RecordError::JobNumbers`] after 99,999 jobs in one year.
    pub fn next_job(&self, run_date: Date) -> Result<String, RecordError> {
        let year = run_date.year();
        let base = u32::try_from(year.rem_euclid(100)).unwrap_or_default() * 100_000;
        let next = self.store.highest_job(base, base + 99_999)?.unwrap_or(base) + 1;
        if next > base + 99_999 {
            Err(RecordError::JobNumbers { year })
        } else {
            Ok(job::write_job(next))
        }
    }

    /// Begins the plan of a job with this number. Letters are added in print order; nothing is
    /// written before [`Ledger::plan`].
    ///
    /// # Errors
    /// [`RecordError::JobState`] when another job is unfinished.
    pub fn draft<'b>(
        &'b self,
        job: &'b str,
        noted: Noted<'b>,
    ) -> Result<PlanDraft<'b>, RecordError> {
        if let Some(open) = self.pending()? {
            return Err(RecordError::JobState {
                job: open.job,
                found: open.state.to_string(),
                wanted: "done",
            });
        }
        PlanDraft::new(&self.store, &self.keys, &self.campaign, job, noted)
    }

    /// Fixes the letters of a job, in one transaction. From here no later input changes them.
    ///
    /// # Errors
    /// [`RecordError::Twice`] when a letter was planned before; nothing has been written then.
    pub fn plan(&mut self, plan: &CheckedPlan) -> Result<Head, RecordError> {
        let new_people = plan.new_people();
        self.write(|store| store.plan(plan.for_store(&new_people)))
    }

    /// Records the packages of a planned job: from here these bytes are published, and no others.
    ///
    /// # Errors
    /// [`RecordError::Unbalanced`] when the parts are not those that were planned,
    /// [`RecordError::JobState`] when the job is not `planned`.
    pub fn seal(&mut self, job: &str, parts: &[SealedPart]) -> Result<Head, RecordError> {
        let number = number_of(job)?;
        let unbalanced = |problem| RecordError::Unbalanced { job: job.to_owned(), problem };
        let planned = self
            .jobs()?
            .into_iter()
            .find(|known| known.job == job)
            .map(|job| job.parts)
            .unwrap_or_default();

        let mut parts = parts.to_vec();
        parts.sort_unstable_by_key(|part| part.totals.number);

        if parts.len() != planned.len() {
            return Err(unbalanced(format!(
                "{} parts were planned, {} were made",
                planned.len(),
                parts.len()
            )));
        }

        for (part, planned) in parts.iter().zip(planned) {
            if part.totals != planned {
                return Err(unbalanced(format!(
                    "part {} does not hold what was planned",
                    planned.number
                )));
            }
        }

        self.write(|store| store.seal(number, &parts))
    }

    /// Records that the packages of a sealed job are in the outbox, synced, with `.done`.
    ///
    /// # Errors
    /// [`RecordError::JobState`] when the job is not `sealed`.
    pub fn published(&mut self, job: &str) -> Result<Head, RecordError> {
        let number = number_of(job)?;
        self.write(|store| store.published(number))
    }

    /// Records that the papers of a published job are in their place, and checks the file.
    ///
    /// # Errors
    /// [`RecordError::JobState`] when the job is not `published`.
    pub fn finished(&mut self, job: &str) -> Result<Head, RecordError> {
        let number = number_of(job)?;
        let head = self.write(|store| store.done(number))?;
        self.store.check_integrity()?;
        Ok(head)
    }

    /// Notes new files, accepted changes, merges and splits of a run that wrote no letters. When
    /// nothing is new not one byte changes.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be written.
    pub fn note(&mut self, noted: &Noted<'_>) -> Result<Head, RecordError> {
        let found = plan::Found::new(&self.store, noted)?;
        if found.is_nothing() {
            return self.head();
        }
        let head = self.write(|store| store.note(found.news()))?;
        self.store.check_integrity()?;
        Ok(head)
    }

    /// What the ledger knows of a letter, by its id or its reference code as printed.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn letter(&self, id_or_reference: &str) -> Result<Option<LetterRecord>, RecordError> {
        self.store.letter(id_or_reference)
    }

    /// Letters that are out by day, kind and group (the main category), in that order.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn sent(&self) -> Result<Vec<(Date, Kind, String, u64)>, RecordError> {
        self.store.sent()
    }

    /// The pseudonyms of everybody a letter was planned for.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn written_to(&self) -> Result<BTreeSet<String>, RecordError> {
        Ok(self.store.people()?.iter().map(ToString::to_string).collect())
    }

    /// The ledger in numbers; after a purge those from before it.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn totals(&self) -> Result<Totals, RecordError> {
        if self.campaign_state()? == CampaignState::Purged
            && let Some(totals) = self.model()?.purged
        {
            return Ok(totals);
        }
        let inputs = inputs::expected(&self.store.inputs()?).len() as u64;
        Ok(Totals { inputs, ..self.store.totals()? })
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

    /// A copy before the first change, the change, and its anchor.
    fn write(
        &mut self,
        change: impl FnOnce(&mut Store) -> Result<Head, RecordError>,
    ) -> Result<Head, RecordError> {
        if !self.backed_up {
            backup::take(&self.data_dir, &self.store)?;
            self.backed_up = true;
        }
        self.write_bare(change)
    }

    /// A change and its anchor, without a copy. The first change of an older ledger makes it one of
    /// this program's.
    fn write_bare(
        &mut self,
        change: impl FnOnce(&mut Store) -> Result<Head, RecordError>,
    ) -> Result<Head, RecordError> {
        // A purge takes the keys folder's mark away, and it stays away.
        if self.campaign_state()? == CampaignState::Open {
            mode_mark::write(&self.data_dir, self.mode)?;
        }

        self.note_changes()?;

        if self.store.migrate(self.mode)?.is_some() {
            tracing::warn!(
                ledger.mode = self.mode.word(),
                "the ledger of an earlier program is of this mode from now on"
            );
        }

        let head = change(&mut self.store)?;
        self.note_changes()?;
        tracing::info!(
            ledger.events = head.events,
            ledger.head = head.hash,
            "the ledger has changed"
        );

        self.write_anchors(&head)?;
        Ok(head)
    }
}

impl Ledger {
    /// Writes changes a second time, as long as people's data are not being destroyed.
    fn note_changes(&self) -> Result<(), RecordError> {
        match self.campaign_state()? {
            CampaignState::Open | CampaignState::Closed => redo::note(&self.data_dir, &self.store),
            CampaignState::Purging | CampaignState::Purged => Ok(()),
        }
    }
}

fn number_of(job: &str) -> Result<u32, RecordError> {
    let unknown = || RecordError::JobState {
        job: job.to_owned(),
        found: "not in the ledger".to_owned(),
        wanted: "planned",
    };
    job::read_job(job).ok_or_else(unknown)
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

fn describe(store: &Store, number: u32, row: model::JobRow) -> Result<Job, RecordError> {
    Ok(Job {
        job: job::write_job(number),
        job_name: row.name,
        run_id: row.run_id,
        run_date: row.run_date,
        state: if row.abandoned.is_some() { JobState::Abandoned } else { row.state },
        planned_head: store.head_at(row.event)?,
        sealed_head: row.sealed_event.map(|event| store.head_at(event)).transpose()?,
        staged: row.staged,
        parts: row.parts,
        sealed: row.sealed,
    })
}
