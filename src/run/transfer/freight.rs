//! What of a job is handed over, in which order.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};

use super::TransferError;
use crate::base::{FileError, data_dir, durable, hash};
use crate::package::Sealed;
use crate::package::sign::signature_file;
use crate::package::ticket::announcement::Announcement;
use crate::record::Job;
use crate::run::plan_files::Staging;

/// A file that is to be handed over.
#[derive(Clone, Debug)]
pub(super) struct Freight {
    /// Its name, here and there.
    pub name: String,
    /// Where it is here.
    pub path: Utf8PathBuf,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 that it must have, where the ledger knows it.
    pub sha256: Option<String>,
    /// The part that it is.
    pub part: Option<u32>,
    /// An order to the vendor goes though everything is stopped.
    pub is_order: bool,
}

/// The announcement first, then the parts and their list; `.done` comes last.
pub(super) fn of_job(data_dir: &Utf8Path, job: &Job) -> Result<Vec<Freight>, TransferError> {
    let folder = folder(data_dir, job);
    if !folder.is_dir() {
        return Err(TransferError::NotInOutbox { path: folder });
    }

    let [announced, listed, signed, done] = papers(&job.job_name);
    let parts = job.sealed.iter().map(|part| {
        let sha256 = Some(part.sealed_sha256.clone());
        freight(&folder, part.file.clone(), sha256, Some(part.totals.number))
    });
    let parts = parts.collect::<Result<Vec<_>, _>>()?;
    let sums: String =
        job.sealed.iter().flat_map(|part| [&part.sealed_sha256, "  ", &part.file, "\n"]).collect();

    announce(data_dir, &folder.join(&announced), job, &parts)?;
    let mut all = vec![freight(&folder, announced, None, None)?];
    all.extend(parts);
    all.push(freight(&folder, listed, Some(hash::of_bytes(sums.as_bytes())), None)?);
    all.push(freight(&folder, signed, None, None)?);
    all.push(freight(&folder, done, None, None)?);
    Ok(all)
}

/// Orders to the vendor about a job, oldest first, the signature of each before it.
pub(super) fn orders(data_dir: &Utf8Path, job: &Job) -> Result<Vec<Freight>, TransferError> {
    let folder = folder(data_dir, job);
    let failed = FileError::at("list", &folder);
    let is_order = |name: &str| {
        let rest = name.strip_prefix(&job.job_name).unwrap_or_default();
        rest.strip_prefix(".stop-").or_else(|| rest.strip_prefix(".resume-")).is_some()
    };
    let mut names = Vec::new();
    for entry in folder.read_dir_utf8().map_err(failed)? {
        let name = entry.map_err(failed)?.file_name().to_owned();
        if is_order(&name) && Utf8Path::new(&name).extension() == Some("json") {
            names.push(name);
        }
    }

    // By the event that each is named after.
    let event = |name: &String| {
        let (_, event) = name.strip_suffix(".json")?.rsplit_once('-')?;
        event.parse::<u64>().ok()
    };
    names.sort_by_key(event);
    let both = names.into_iter().flat_map(|name| [format!("{name}.sig"), name]);
    let order = |name| Ok(Freight { is_order: true, ..freight(&folder, name, None, None)? });
    both.map(order).collect()
}

/// What there is beside the parts: announcement, list of checksums, its signature, and the marker
/// that a job is whole.
pub(super) fn papers(job_name: &str) -> [String; 4] {
    [
        format!("{job_name}.announcement.json"),
        format!("{job_name}.SHA256SUMS"),
        signature_file(job_name),
        format!("{job_name}.done"),
    ]
}

pub(super) fn folder(data_dir: &Utf8Path, job: &Job) -> Utf8PathBuf {
    data_dir::outbox(data_dir).join(&job.job_name)
}

fn freight(
    folder: &Utf8Path,
    name: String,
    sha256: Option<String>,
    part: Option<u32>,
) -> Result<Freight, TransferError> {
    let path = folder.join(&name);
    match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_file() => {
            let bytes = metadata.len();
            Ok(Freight { name, path, bytes, sha256, part, is_order: false })
        }
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(FileError::at("inspect", &path)(error).into())
        }
        _ => Err(TransferError::NotInOutbox { path }),
    }
}

/// Writes the announcement, once: whatever the settings are later, its bytes stay.
fn announce(
    data_dir: &Utf8Path,
    path: &Utf8Path,
    job: &Job,
    parts: &[Freight],
) -> Result<(), TransferError> {
    if path.exists() {
        return Ok(());
    }

    let sealed = job.sealed.iter().zip(parts).map(|(part, freight)| Sealed {
        file: part.file.clone(),
        plain_sha256: part.plain_sha256.clone(),
        sealed_sha256: part.sealed_sha256.clone(),
        letters: part.totals.letters,
        pages: part.totals.pages,
        sheets: part.totals.sheets,
        bytes: freight.bytes,
    });
    let sealed: Vec<Sealed> = sealed.collect();

    // The plan that the job was made by is with the papers of its run.
    let kept = Staging::kept(data_dir, &job.run_id);
    let unread = |error| TransferError::Plan { job: job.job_name.clone(), source: Box::new(error) };
    let mut announcement = Announcement::default();
    for part in &job.parts {
        announcement.add(&kept.read_part(part.number, &job.staged).map_err(unread)?);
    }
    let settings = kept.settings(&job.staged).map_err(unread)?;
    let json = announcement.json(&settings.ticket(""), &sealed)?;
    Ok(durable::write(path, &json).map_err(FileError::at("write", path))?)
}
