//! Copies of the ledger, taken before a run writes for the first time, and sealed backups, made
//! after a run (`sealed`).

mod approved;
mod list;
mod sealed;

use camino::Utf8Path;

use super::error::RecordError;
use super::files;
use super::store::Store;
use crate::base::{data_dir, durable};

pub(super) use approved::{name_of, put_back};
pub use list::{BackupList, LIST, SealedBackup};
pub use sealed::MadeBackup;
pub(super) use sealed::{ABOUT, About, EARLIER, KEY, LEDGER, relist};

/// Copies that are kept.
const KEPT: usize = 5;

/// Copies the ledger to `backups/ledger-<events>.sqlite` and lets the oldest copies go.
pub(super) fn take(data_dir: &Utf8Path, store: &Store) -> Result<(), RecordError> {
    let folder = data_dir::backups(data_dir);
    files::make_folder(&folder)?;
    let name = format!("ledger-{:08}.sqlite", store.head()?.events);
    let (fresh, path) = (folder.join(format!(".{name}.new")), folder.join(&name));
    files::remove(&fresh)?;
    durable::create_new(&fresh).map_err(files::failed("create", &fresh))?;
    store.copy_into(&fresh)?;

    let rename = || durable::open(&fresh)?.sync_all().and_then(|()| std::fs::rename(&fresh, &path));
    rename().map_err(files::failed("write", &path))?;
    let names = files::names(&folder)?;
    let copies: Vec<_> = names.iter().filter(|name| name.starts_with("ledger-")).collect();
    for old in &copies[..copies.len().saturating_sub(KEPT)] {
        files::remove(&folder.join(old))?;
    }

    files::sync_folder(&folder)
}
