//! What is kept must be out of reach of other accounts: DESIGN.md section 5, folders 0700, files 0600.

use std::os::unix::fs::MetadataExt;

use camino::Utf8Path;

use super::error::RecordError;
use super::files;

/// Files and folders of the data folder that others may not even read. The outbox is looked at before publication: the
/// vendor may fetch from it, what is in it is sealed.
const PRIVATE: [&str; 7] = ["ledger.sqlite", "ledger.anchor", "keys", "staging", "runs", "logs", "backups"];

/// Refuses a data folder that others can write to, or of which they can read what is about people, and links in the
/// place of our own files and folders. Nothing is mended by the way: whoever left it open has to know.
pub(super) fn check(data_dir: &Utf8Path) -> Result<(), RecordError> {
    refuse(data_dir, 0o022, "can be changed by other users")?;
    PRIVATE.iter().try_for_each(|name| refuse(&data_dir.join(name), 0o077, "can be read or changed by other users"))
}

/// Refuses a link, and a file or folder with one of these permissions; one that is not there is fine.
fn refuse(path: &Utf8Path, permissions: u32, problem: &'static str) -> Result<(), RecordError> {
    let exposed = |problem| Err(RecordError::Exposed { path: path.to_owned(), problem });
    if !files::is_there(path)? {
        return Ok(());
    }
    let about = std::fs::symlink_metadata(path).map_err(files::failed("looking at", path))?;
    if about.is_symlink() {
        return exposed("is a link");
    }
    if about.mode() & permissions == 0 { Ok(()) } else { exposed(problem) }
}
