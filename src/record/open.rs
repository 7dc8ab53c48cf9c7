//! Making a ledger, and opening one: nothing is read from it before file, history, tables, key,
//! mode and proofs agree.

use std::collections::BTreeMap;

use camino::Utf8Path;
use jiff::civil::Date;

use super::error::RecordError;
use super::lock::Lock;
use super::model::{CampaignRow, CampaignState, JobRow, LedgerRow, Model};
use super::store::Store;
use super::{
    Access, Home, Ledger, anchors, audit, files, key_file, key_path, ledger_path, mode_mark,
    privacy, refuse_when_over, show_signer,
};
use crate::base::defect::{self, Defect};
use crate::base::{data_dir, durable};
use crate::field::job_number::JobNumber;
use crate::field::keys::Keys;
use crate::field::mode::Mode;
use crate::package::ticket::is_rehearsal;

/// Folders of the data folder, all mode 0700.
pub(super) const FOLDERS: [&str; 6] = ["keys", "staging", "runs", "outbox", "logs", "backups"];

impl Ledger {
    /// Makes the data folder, the key and an empty ledger for `campaign`.
    ///
    /// # Errors
    /// [`RecordError::Exists`] when there is a ledger, a key or anything in the outbox: a second
    /// beginning would forget the first. [`RecordError::OtherMode`] when the keys folder is of the
    /// other mode.
    pub fn init(home: &Home<'_>, run_date: Date) -> Result<(), RecordError> {
        Self::make(home, run_date, Some(home.mode))
    }

    /// Makes a ledger; one of before there were modes has none.
    pub(super) fn make(
        home: &Home<'_>,
        run_date: Date,
        mode: Option<Mode>,
    ) -> Result<(), RecordError> {
        let data_dir = home.data_dir;
        let (ledger, key, outbox) =
            (ledger_path(data_dir), key_path(data_dir), data_dir::outbox(data_dir));
        for path in [&ledger, &key] {
            if files::is_there(path)? {
                return Err(RecordError::Exists { path: path.clone() });
            }
        }

        if let Some(job) = files::names(&outbox)?.first() {
            return Err(RecordError::Exists { path: outbox.join(job) });
        }

        if let Some(path) = anchors::left_behind(data_dir, home.anchor)? {
            return Err(RecordError::Exists { path });
        }

        privacy::check(data_dir)?;
        mode_mark::check(data_dir, home.mode)?;
        files::make_folder(data_dir)?;
        let _lock = Lock::take(data_dir)?;

        for folder in FOLDERS {
            files::make_folder(&data_dir.join(folder))?;
        }

        let (fresh_ledger, fresh_key) = (ledger.with_extension("new"), key.with_extension("new"));
        for path in [&fresh_ledger, &fresh_key] {
            files::remove(path)?;
        }

        let keys = key_file::write_new(&fresh_key)?;
        let id = data_encoding::HEXLOWER.encode(&files::random::<16>()?);
        let key_check = keys.check(&id);
        durable::create_new(&fresh_ledger).map_err(files::failed("create", &fresh_ledger))?;
        let (campaign, date) = (home.campaign.to_owned(), run_date);
        let head = Store::create(
            &fresh_ledger,
            audit::Init { ledger: id.clone(), key_check, campaign, date, mode },
        )?;

        if let Some(mode) = mode {
            mode_mark::write(data_dir, mode)?;
        }

        // The key first: a key without a ledger has never named anybody.
        files::rename_new(&fresh_key, &key)?;
        show_signer(data_dir, &keys)?;
        files::sync_folder(&data_dir::keys(data_dir))?;
        files::rename_new(&fresh_ledger, &ledger)?;
        files::sync_folder(data_dir)?;

        for path in [Some(anchors::beside(data_dir)), home.anchor.map(Utf8Path::to_owned)]
            .into_iter()
            .flatten()
        {
            anchors::write(&path, &id, &head)?;
        }
        Ok(())
    }

    /// Opens the ledger and verifies all of it: file, schema, hash chain, tables, key, proofs in
    /// the outbox.
    ///
    /// # Errors
    /// [`RecordError`] says which refusal it is; no file has been touched then.
    pub fn open(home: &Home<'_>, access: Access) -> Result<Self, RecordError> {
        Self::open_for(home, access, access == Access::Write)
    }

    /// Opens the ledger of a campaign that is over, to end it.
    pub(super) fn open_to_end(home: &Home<'_>) -> Result<Self, RecordError> {
        Self::open_for(home, Access::Write, false)
    }

    pub(super) fn open_for(
        home: &Home<'_>,
        access: Access,
        to_run: bool,
    ) -> Result<Self, RecordError> {
        let data_dir = home.data_dir;
        let path = ledger_path(data_dir);
        if !files::is_there(&path)? {
            return Err(RecordError::Missing { path });
        }

        privacy::check(data_dir)?;
        let lock = if access == Access::Write { Some(Lock::take(data_dir)?) } else { None };
        let mut ledger = Self::open_locked(home, access, to_run).map_err(|error| {
            if error.is_busy() {
                RecordError::InUse { data_dir: data_dir.to_owned() }
            } else {
                error
            }
        })?;

        ledger.lock = lock;
        Ok(ledger)
    }

    fn open_locked(home: &Home<'_>, access: Access, to_run: bool) -> Result<Self, RecordError> {
        let data_dir = home.data_dir;
        let store = Store::open(&ledger_path(data_dir), access)?;
        let (model, entries) = store.snapshot(verify)?;
        let proofs = if defect::is(Defect::EmptyLedgerAccepted) {
            Vec::new()
        } else {
            anchors::check(data_dir, home.anchor, &entries, &model)?
        };

        let (row, own) = whose(model, home, &ledger_path(data_dir))?;
        mode_mark::check(data_dir, home.mode)?;

        if to_run {
            refuse_when_over(&own.name, own.state)?;
        }

        let keys = read_key(data_dir, own.state, &row)?;
        let (data_dir, anchor) = (data_dir.to_owned(), home.anchor.map(Utf8Path::to_owned));
        let (id, campaign, mode) = (row.id, own.name, home.mode);

        Ok(Self {
            store,
            keys,
            data_dir,
            id,
            campaign,
            mode,
            anchor,
            proofs,
            backed_up: false,
            lock: None,
        })
    }

    /// Opens the ledger to look at it before the campaign is ended. What was stopped in the middle
    /// of a change is taken back by whoever goes on, so this may write where a reader may not.
    pub(super) fn open_before_end(home: &Home<'_>) -> Result<Self, RecordError> {
        match Self::open(home, Access::Read) {
            Err(RecordError::Interrupted) => Self::open_to_end(home),
            ledger => ledger,
        }
    }
}

/// The ledger's and the campaign's row of a ledger that belongs here.
pub(super) fn whose(
    model: Model,
    home: &Home<'_>,
    path: &Utf8Path,
) -> Result<(LedgerRow, CampaignRow), RecordError> {
    let (Some(row), Some(own)) = (model.ledger, model.campaign) else {
        return Err(RecordError::Damaged {
            problem: "the history does not begin with the making of a ledger".to_owned(),
        });
    };

    if own.name != home.campaign {
        return Err(RecordError::OtherCampaign {
            found: own.name,
            wanted: home.campaign.to_owned(),
        });
    }

    let found = model.mode.map_or_else(|| mode_of_jobs(&model.jobs), |(mode, _)| Ok(Some(mode)))?;
    if let Some(found) = found.filter(|found| *found != home.mode) {
        return Err(RecordError::OtherMode { path: path.to_owned(), found, wanted: home.mode });
    }

    Ok((row, own))
}

/// What a ledger of before version 3 was used for, by the names of its jobs; `None`: for nothing
/// yet.
fn mode_of_jobs(jobs: &BTreeMap<JobNumber, JobRow>) -> Result<Option<Mode>, RecordError> {
    let mode_of = |job: &JobRow| Mode::of_synthetic(is_rehearsal(&job.name));
    let first = |mode: Mode| jobs.values().find(|job| mode_of(job) == mode);
    match (first(Mode::Rehearsal), first(Mode::Real)) {
        (Some(rehearsal), Some(real)) => Err(RecordError::MixedModes {
            rehearsal: rehearsal.name.clone(),
            real: real.name.clone(),
        }),
        (rehearsal, real) => Ok(rehearsal.or(real).map(mode_of)),
    }
}

/// Everything about the file itself. SQLite looks at its pages over a connection of its own while
/// history and tables are compared: nobody can write between, as long as this one reads.
pub(super) fn verify(store: &Store) -> Result<(Model, Vec<audit::Entry>), RecordError> {
    store.begin_to_read()?;
    let beside = store.beside()?;
    std::thread::scope(|scope| {
        let pages = scope.spawn(move || beside.check_integrity());
        let history = history(store);
        let sound = pages.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        sound.and(history)
    })
}

fn history(store: &Store) -> Result<(Model, Vec<audit::Entry>), RecordError> {
    let entries = store.entries()?;
    let model = Model::replay(&audit::verify(&entries)?)?;
    model.compare(&store.tables()?)?;
    Ok((model, entries))
}

/// The key, compared with the ledger's. A purge destroys it, and then there is nothing left to
/// make.
fn read_key(
    data_dir: &Utf8Path,
    state: CampaignState,
    row: &LedgerRow,
) -> Result<Keys, RecordError> {
    let path = key_path(data_dir);
    match key_file::read(&path) {
        Err(RecordError::KeyMissing { .. }) if state == CampaignState::Purged => {
            Ok(Keys::derive(&[0; 32]))
        }
        Ok(keys)
            if keys.check(&row.id) != row.key_check && !defect::is(Defect::OtherKeyAccepted) =>
        {
            Err(RecordError::KeyOther { path })
        }
        keys => keys,
    }
}
