//! `ledger restore`: a backup takes the lost ledger's place, taken through every change that came
//! after it.
//!
//! The changes are repeated with the same bytes (`redo`), so the history comes out the same, head
//! by head, and everything that ever named a head proves it: anchors, papers, logs, the outbox,
//! mails. What cannot be repeated is not guessed: a letter that is out and that the ledger does not
//! know would be written again, so nothing is restored then.
//!
//! All of it happens in `staging/restore/`; until nothing can be refused any more not one other
//! file is touched. Killed at any instant, it can be started again.

mod error;
mod place;
mod source;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::audit::Head;
use super::backup::{self, BackupList};
use super::error::RecordError;
use super::model::{CampaignState, JobRow, LedgerRow, Model};
use super::open::{verify, whose};
use super::store::{Gap, Store};
use super::{
    Access, Home, Ledger, anchors, files, key_file, key_path, ledger_path, mode_mark, redo,
};
use crate::base::plain::count;
pub use error::RestoreError;
use place::Place;
use source::Source;

/// What to restore from, and what it has to know.
#[derive(Clone, Copy, Debug)]
pub struct RestoreOrder<'a> {
    /// A sealed backup, or a copy from `backups/`.
    pub file: &'a Utf8Path,
    /// The operator's secret key, where the backup is sealed.
    pub identity: Option<&'a Utf8Path>,
    /// Heads that somebody kept, from mails, reports or job tickets.
    pub anchors: &'a [String],
}

/// A ledger that is back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// Where it is.
    pub ledger: Utf8PathBuf,
    /// How far the backup was.
    pub backup: Head,
    /// Events after that, which were repeated.
    pub repeated: u64,
    /// How far the ledger is.
    pub head: Head,
    /// The key came back with it.
    pub key_restored: bool,
    /// Where the file went that was in its place.
    pub replaced: Option<Utf8PathBuf>,
    /// Files outside the backup that prove the history.
    pub proofs: Vec<Utf8PathBuf>,
    /// Heads that somebody kept and that are in the history.
    pub anchors: Vec<String>,
    /// The job that the next run finishes.
    pub unfinished: Option<String>,
}

impl std::fmt::Display for Restored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "ledger    {}", self.ledger)?;
        let repeated = count(self.repeated, "event after it was", "events after it were");
        writeln!(f, "backup    is from event {}; {repeated} repeated", self.backup.events)?;
        writeln!(f, "head      {}", self.head)?;

        if self.key_restored {
            writeln!(f, "key       came back with the backup")?;
        }

        if let Some(path) = &self.replaced {
            writeln!(f, "replaced  the file that was there is now {path}")?;
        }

        if let Some(job) = &self.unfinished {
            writeln!(f, "job       {job} is not finished; the next run goes on with it")?;
        }

        for anchor in &self.anchors {
            writeln!(f, "anchor    {anchor} is in the history")?;
        }

        let proofs = count(
            self.proofs.len() as u64,
            "proof outside the backup agrees",
            "proofs outside the backup agree",
        );
        write!(f, "sound, and {proofs}")
    }
}

/// Puts a ledger back. Nothing but the folder in which that is tried is touched before everything
/// has been proved.
///
/// # Errors
/// [`RestoreError`] says what is missing, or which refusal of the ledger it is.
pub fn restore(home: &Home<'_>, order: &RestoreOrder<'_>) -> Result<Restored, RestoreError> {
    source::check(order)?;
    let place = Place::take(home.data_dir)?;
    let restored = Restoring { home, order, place: &place }.restore();
    let cleared = place.clear(restored.is_err());
    let restored = restored?;
    cleared?;
    Ok(restored)
}

struct Restoring<'a> {
    home: &'a Home<'a>,
    order: &'a RestoreOrder<'a>,
    place: &'a Place<'a>,
}

/// What speaks for a ledger.
struct Proof {
    /// Of what the ledger holds.
    model: Model,
    head: Head,
    proofs: Vec<Utf8PathBuf>,
    anchors: Vec<String>,
}

impl Restoring<'_> {
    fn restore(&self) -> Result<Restored, RestoreError> {
        let present = self.present()?;
        let source = Source::read(self.order, self.place)?;
        let mut store = Store::open(&self.place.ledger(), Access::Write)?;
        let (model, _) = store.snapshot(verify)?;
        whose(model, self.home, self.order.file)?;

        let backup = store.head()?;
        source.must_be_of(&backup, self.order.file)?;

        let gap = self.repeat(&mut store)?;
        let proof = self.prove(&store, present.as_ref(), gap.as_ref())?;
        let key_restored = self.needs_key(&source, proof.model.ledger.as_ref())?;

        mode_mark::check(self.home.data_dir, self.home.mode)?;
        let mut list = BackupList::read(self.home.data_dir)?;
        list.add(source.backups());
        drop(store);

        // Nothing is refused any more.
        let key = source.key.as_ref().filter(|_| key_restored);
        let key = key.map(|text| &text[..]);
        let replaced = self.settle(key, &source.approvals, &list, &proof)?;
        let head = proof.head;
        tracing::warn!(
            ledger.events = head.events,
            ledger.head = head.hash,
            backup.events = backup.events,
            "the ledger was restored from a backup"
        );

        Ok(Restored {
            ledger: ledger_path(self.home.data_dir),
            repeated: head.events - backup.events,
            backup,
            head,
            key_restored,
            replaced,
            proofs: proof.proofs,
            anchors: proof.anchors,
            unfinished: proof
                .model
                .jobs
                .values()
                .find(|job| job.is_unfinished())
                .map(|job| job.name.clone()),
        })
    }

    /// The head of the ledger that is there, where that is sound and no more than forgetful or
    /// keyless: what it knows must not be lost. One that a run would take needs no restoring.
    fn present(&self) -> Result<Option<Head>, RestoreError> {
        let path = ledger_path(self.home.data_dir);
        if !files::is_there(&path)? {
            return Ok(None);
        }

        match Ledger::open(self.home, Access::Read) {
            Ok(_) => Err(RestoreError::Needless { path }),
            Err(
                RecordError::Older { .. }
                | RecordError::KeyMissing { .. }
                | RecordError::KeyUnusable { .. }
                | RecordError::KeyOther { .. },
            ) => Ok(Some(Store::open(&path, Access::Read)?.head()?)),
            Err(
                RecordError::NotALedger { .. }
                | RecordError::Damaged { .. }
                | RecordError::Chain { .. }
                | RecordError::Replay { .. },
            ) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Repeats what came after the backup, as far as that was kept.
    fn repeat(&self, store: &mut Store) -> Result<Option<Gap>, RestoreError> {
        let Some(redo) = self.place.copy_of_redo(&redo::path(self.home.data_dir))? else {
            return Ok(None);
        };
        match store.replay(&redo) {
            Ok(repeated) => Ok(repeated.err()),
            // A file that cannot be read is as good as none; what is missing then is found out.
            Err(RecordError::Damaged { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Holds the ledger against everything that ever named a head of it.
    fn prove(
        &self,
        store: &Store,
        present: Option<&Head>,
        gap: Option<&Gap>,
    ) -> Result<Proof, RestoreError> {
        let data_dir = self.home.data_dir;
        let head = store.head()?;
        let (model, entries) = store.snapshot(verify)?;
        let missing = anchors::unknown_jobs(data_dir, &model)?;
        let lost = |proof: String| RestoreError::lost(proof, head.events, &missing, gap, data_dir);

        let proofs = anchors::check(data_dir, self.home.anchor, &entries, &model);
        let mut proofs = proofs.map_err(|error| match error {
            RecordError::Older { proof } => lost(format!("`{proof}`")),
            error => error.into(),
        })?;

        proofs.extend(anchors::check_sums(data_dir, &model)?);
        let is_known = |head: &Head| entries.iter().any(|entry| entry.head() == *head);
        if present.is_some_and(|present| !is_known(present)) {
            return Err(lost(format!("`{}`, the ledger that is there,", ledger_path(data_dir))));
        }

        let anchors: Vec<String> =
            self.order.anchors.iter().map(|head| head.trim().to_lowercase()).collect();
        if let Some(unknown) =
            anchors.iter().find(|head| !entries.iter().any(|entry| entry.hash == **head))
        {
            return Err(lost(format!("whoever kept `{unknown}`")));
        }

        if let Some(state) = over(&model) {
            return Err(RecordError::Over { campaign: self.home.campaign.to_owned(), state }.into());
        }

        // A copy proves nothing about itself.
        let same =
            |path: &Utf8PathBuf| path.canonicalize().ok() == self.order.file.canonicalize().ok();
        proofs.retain(|path| !same(path));

        // One from before the last job says nothing of what came after that.
        let planned = |job: &JobRow| job.abandoned.is_none().then_some(job.event);
        let last_job = model.jobs.values().filter_map(planned).max().unwrap_or(0);
        let newest = entries.iter().rev().find(|entry| anchors.contains(&entry.hash));
        if proofs.is_empty() && newest.is_none_or(|entry| entry.seq < last_job) {
            return Err(RestoreError::Unproven);
        }

        Ok(Proof { model, head, proofs, anchors })
    }

    /// Whether the key has to come from the backup: it is not here. Another one is never replaced.
    fn needs_key(&self, source: &Source, row: Option<&LedgerRow>) -> Result<bool, RestoreError> {
        let path = key_path(self.home.data_dir);
        let (keys, is_missing) = match (key_file::read(&path), &source.key) {
            (Err(RecordError::KeyMissing { .. }), Some(text)) => {
                (key_file::parse(text, &path)?, true)
            }
            (keys, _) => (keys?, false),
        };

        if row.is_none_or(|row| keys.check(&row.id) != row.key_check) {
            return Err(RecordError::KeyOther { path }.into());
        }

        Ok(is_missing)
    }

    /// Puts everything in its place, the ledger last. Returns where the file went that was there.
    fn settle(
        &self,
        key: Option<&[u8]>,
        approvals: &[(String, Vec<u8>)],
        list: &BackupList,
        proof: &Proof,
    ) -> Result<Option<Utf8PathBuf>, RestoreError> {
        let data_dir = self.home.data_dir;
        self.place.make_folders()?;

        if let Some(text) = key {
            self.place.put_key(text)?;
        }

        mode_mark::write(data_dir, self.home.mode)?;
        backup::put_back(data_dir, approvals)?;

        if !list.backups.is_empty() {
            list.write(data_dir)?;
        }

        let replaced = self.place.put_ledger()?;

        if let Some(row) = &proof.model.ledger {
            let outside = self.home.anchor.map(Utf8Path::to_owned);
            for path in [Some(anchors::beside(data_dir)), outside].into_iter().flatten() {
                anchors::write(&path, &row.id, &proof.head)?;
            }
        }

        Ok(replaced)
    }
}

/// The state of a campaign whose people are gone or going: there is nothing to restore.
fn over(model: &Model) -> Option<&'static str> {
    match model.campaign.as_ref()?.state {
        CampaignState::Open | CampaignState::Closed => None,
        CampaignState::Purging => Some("being purged"),
        CampaignState::Purged => Some("purged"),
    }
}
