//! Which files of the data folder are about people, and how they go.

use std::fs::{self, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use crate::base::durable;
use crate::record::backup::LIST;
use crate::record::error::RecordError;
use crate::record::{files, key_path};

/// Name of the certificate in the data folder.
pub const CERTIFICATE: &str = "purge-certificate.json";
/// Folders of which everything goes that is not kept by name.
const ABOUT_PEOPLE: [&str; 6] = ["backups", "keys", "outbox", "review", "runs", "staging"];
/// What is kept of a run's papers: totals.
const KEPT_OF_RUNS: [&str; 2] = ["report.html", "report.json"];
/// How runs ended: counts and codes, told like a log. A run that is refused after the purge adds
/// another.
const OUTCOME: &str = "outcome.json";
/// What is kept of a published job, by the end of its name: hashes and the signature of them.
const KEPT_OF_JOBS: [&str; 3] = [".SHA256SUMS", ".SHA256SUMS.sig", ".done"];
/// What else is the program's own: history and logs, which know ids, counts and codes, the texts of
/// letters, what their writers did at the desk and what was approved, which are about none of those
/// who were written to, and the list of backups elsewhere.
const KEPT: [&str; 8] =
    ["approvals", "ledger.sqlite", "ledger.anchor", "logs", "texts", "desk", LIST, CERTIFICATE];

/// A file that a purge has kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeptFile {
    /// Below the data folder.
    pub path: Utf8PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Of its bytes, lower-case hex.
    pub sha256: String,
}

/// Files about people with their sizes, sorted. The campaign's key is not among them: it goes last.
pub(super) fn doomed(data_dir: &Utf8Path) -> Result<Vec<(Utf8PathBuf, u64)>, RecordError> {
    let mut found = all(data_dir)?;
    let key = key_path(Utf8Path::new(""));
    found.retain(|(path, _)| !is_kept(path) && *path != key);
    Ok(found)
}

/// Files of runs and jobs that stay.
pub(super) fn kept(data_dir: &Utf8Path) -> Result<Vec<KeptFile>, RecordError> {
    let kept = all(data_dir)?.into_iter().map(|(path, _)| path).filter(|path| is_kept(path));
    kept.map(|path| {
        let full = data_dir.join(&path);
        let (sha256, bytes) = durable::fingerprint(&full).map_err(files::failed("read", &full))?;
        Ok(KeptFile { path, bytes, sha256 })
    })
    .collect()
}

/// What lies in the data folder and is not the program's, nor left over from writing what is.
pub(super) fn strange(data_dir: &Utf8Path) -> Result<Vec<Utf8PathBuf>, RecordError> {
    let ours = |name: &String| {
        let whole = name.strip_suffix("-journal").unwrap_or(name);
        let whole = whole
            .strip_prefix('.')
            .map_or(whole, |rest| rest.rsplit_once('.').map_or(rest, |(own, _)| own));
        ABOUT_PEOPLE.iter().chain(&KEPT).any(|own| *own == whole)
    };

    Ok(files::names(data_dir)?
        .into_iter()
        .filter(|name| !ours(name))
        .map(Utf8PathBuf::from)
        .collect())
}

fn is_outcome(path: &Utf8Path) -> bool {
    path.starts_with("runs") && path.file_name() == Some(OUTCOME)
}

fn is_kept(path: &Utf8Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    match path.components().next().map(|first| first.as_str()) {
        Some("runs") => KEPT_OF_RUNS.contains(&name),
        Some("outbox") => KEPT_OF_JOBS.iter().any(|end| name.ends_with(end)),
        _ => false,
    }
}

/// Every file of the folders that are about people, sorted.
fn all(data_dir: &Utf8Path) -> Result<Vec<(Utf8PathBuf, u64)>, RecordError> {
    let mut found = Vec::new();
    for folder in ABOUT_PEOPLE {
        list(data_dir, Utf8Path::new(folder), &mut found)?;
    }
    found.sort_unstable();
    Ok(found)
}

/// Every file below `folder`, links unfollowed.
fn list(
    data_dir: &Utf8Path,
    folder: &Utf8Path,
    found: &mut Vec<(Utf8PathBuf, u64)>,
) -> Result<(), RecordError> {
    for name in files::names(&data_dir.join(folder))? {
        let path = folder.join(name);
        let full = data_dir.join(&path);
        let about = fs::symlink_metadata(&full).map_err(files::failed("inspect", &full))?;
        if about.is_dir() {
            list(data_dir, &path, found)?;
        } else if !is_outcome(&path) {
            found.push((path, about.len()));
        }
    }

    Ok(())
}

/// Overwrites a file, if it is there, and takes its name away. A link is only taken away, and so is
/// a file that has a different name elsewhere.
pub(super) fn destroy(path: &Utf8Path) -> Result<(), RecordError> {
    if !files::is_there(path)? {
        return Ok(());
    }
    let about = fs::symlink_metadata(path).map_err(files::failed("inspect", path))?;
    if about.is_file() && about.nlink() == 1 {
        overwrite(path, about.len()).map_err(files::failed("overwrite", path))?;
    }
    files::remove(path)?;
    files::sync_folder(path.parent().unwrap_or(Utf8Path::new(".")))
}

fn overwrite(path: &Utf8Path, bytes: u64) -> io::Result<()> {
    // The key and its like are 0400.
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    let mut file = durable::open_to_overwrite(path)?;
    io::copy(&mut io::repeat(0).take(bytes), &mut file)?;
    file.flush()?;
    file.sync_all()
}

/// Removes the folders that have nothing in them any more, but not those that every data folder
/// has.
pub(super) fn remove_empty_folders(data_dir: &Utf8Path) -> Result<(), RecordError> {
    for folder in ABOUT_PEOPLE {
        for name in files::names(&data_dir.join(folder))? {
            remove_if_empty(&data_dir.join(folder).join(name))?;
        }
    }
    Ok(())
}

/// Whether nothing is left under this name.
fn remove_if_empty(path: &Utf8Path) -> Result<bool, RecordError> {
    if !path.is_dir() || path.is_symlink() {
        return Ok(false);
    }

    let mut empty = true;
    for name in files::names(path)? {
        empty &= remove_if_empty(&path.join(name))?;
    }

    if empty {
        fs::remove_dir(path).map_err(files::failed("remove", path))?;
    }

    Ok(empty)
}
