//! What is kept must be out of reach of other accounts: folders 0700, files 0600 (docs/design.md,
//! "Files out").

use std::os::unix::fs::MetadataExt;

use camino::Utf8Path;

use super::error::RecordError;
use super::files;

/// Files of the data folder that others may not even read.
const FILES: [&str; 2] = ["ledger.sqlite", "ledger.anchor"];
/// The same of folders.
const FOLDERS: [&str; 6] = ["keys", "staging", "runs", "review", "logs", "backups"];
/// Folders that others may look into: the vendor may fetch from the outbox, and what is in it is
/// sealed.
const SHARED: [&str; 2] = ["", "outbox"];

/// Refuses a data folder that others can write to, or of which they can read what is about people,
/// and links or files in the place of our own folders. Nothing is mended by the way: whoever left
/// it open has to know.
pub(super) fn check(data_dir: &Utf8Path) -> Result<(), RecordError> {
    let (shared, private) =
        ("can be written to by other users", "can be read or changed by other users");
    SHARED.iter().try_for_each(|name| refuse(&data_dir.join(name), false, 0o022, shared))?;
    FILES.iter().try_for_each(|name| refuse(&data_dir.join(name), true, 0o077, private))?;
    FOLDERS.iter().try_for_each(|name| refuse(&data_dir.join(name), false, 0o077, private))
}

/// Whether something may be written into this data folder, be it that the ledger refuses: it is
/// there, and nobody else can get at it.
#[must_use]
pub fn is_private(data_dir: &Utf8Path) -> bool {
    let ours = |name: &str| {
        let folder = std::fs::symlink_metadata(data_dir.join(name));
        folder
            .is_ok_and(|about| about.is_dir() && about.uid() == rustix::process::geteuid().as_raw())
    };
    ["", "runs", "logs"].into_iter().all(ours) && check(data_dir).is_ok()
}

/// Refuses what is not a file or folder of our own, or has one of these permissions; what is not
/// there is fine.
fn refuse(
    path: &Utf8Path,
    is_file: bool,
    permissions: u32,
    problem: &'static str,
) -> Result<(), RecordError> {
    let exposed = |problem| Err(RecordError::Exposed { path: path.to_owned(), problem });

    if !files::is_there(path)? {
        return Ok(());
    }

    let about = std::fs::symlink_metadata(path).map_err(files::failed("inspect", path))?;
    if about.is_symlink() {
        return exposed("is a link");
    }

    if about.is_file() != is_file {
        return exposed(if is_file { "is not a file" } else { "is not a folder" });
    }

    if about.mode() & permissions == 0 { Ok(()) } else { exposed(problem) }
}
