//! Proofs outside the ledger of how far it once was: what was published, and the head it had after
//! its last change.
//!
//! Whoever puts back an old copy of the ledger is noticed by them. Everybody told since would be
//! told again.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::audit::{Entry, Head};
use super::error::RecordError;
use super::files;
use super::job::JobState;
use super::model::{JobRow, Model};
use crate::base::{data_dir, durable};
use crate::package::number_in_name;

mod papers;

/// Beside the ledger; written anew after each change.
const ANCHOR: &str = "ledger.anchor";

/// The largest anchor or `.done` that is read, in bytes.
const LONGEST: u64 = 1 << 20;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Anchor {
    ledger: String,
    head: Head,
}

/// What `.done` has to hold for us; the rest is the vendor's.
#[derive(Debug, Deserialize)]
struct Done {
    ledger_head: String,
}

/// Writes down how far the ledger is. Always after the change itself, so that an anchor is never
/// ahead.
pub(super) fn write(path: &Utf8Path, ledger: &str, head: &Head) -> Result<(), RecordError> {
    let anchor = Anchor { ledger: ledger.to_owned(), head: head.clone() };
    let text = serde_json::to_string(&anchor)
        .map_err(|error| files::failed("write", path)(error.into()))?;
    files::replace(path, (text + "\n").as_bytes())
}

/// Where the anchor beside the ledger is.
pub(super) fn beside(data_dir: &Utf8Path) -> Utf8PathBuf {
    data_dir.join(ANCHOR)
}

/// Whether the anchor is the present head.
pub(super) fn is_present(path: &Utf8Path, head: &Head) -> Result<bool, RecordError> {
    Ok(read(path)?.is_some_and(|anchor| anchor.head == *head))
}

/// Something that an earlier ledger of this folder left behind, or wrote outside of it: a second
/// beginning would forget that ledger.
pub(super) fn left_behind(
    data_dir: &Utf8Path,
    outside: Option<&Utf8Path>,
) -> Result<Option<Utf8PathBuf>, RecordError> {
    match outside {
        Some(path) if files::is_there(path)? => Ok(Some(path.to_owned())),
        _ => papers::first_paper(data_dir),
    }
}

fn read(path: &Utf8Path) -> Result<Option<Anchor>, RecordError> {
    if !files::is_there(path)? {
        return Ok(None);
    }
    parse(path).map(Some)
}

fn parse<T: serde::de::DeserializeOwned>(path: &Utf8Path) -> Result<T, RecordError> {
    let text = durable::read_text(path, LONGEST).map_err(files::failed("read", path))?;
    serde_json::from_str(&text)
        .map_err(|error| RecordError::Proof { path: path.to_owned(), problem: error.to_string() })
}

/// Compares the history with every proof. Returns the proofs that hold.
pub(super) fn check(
    data_dir: &Utf8Path,
    outside: Option<&Utf8Path>,
    entries: &[Entry],
    model: &Model,
) -> Result<Vec<Utf8PathBuf>, RecordError> {
    let mut proofs = Vec::new();
    let older = |proof: &Utf8Path| RecordError::Older { proof: proof.to_owned() };
    for path in [Some(beside(data_dir)), outside.map(Utf8Path::to_owned)].into_iter().flatten() {
        let Some(anchor) = read(&path)? else { continue };
        let same_ledger = model.ledger.as_ref().is_some_and(|ledger| ledger.id == anchor.ledger);
        let known = entries.iter().any(|entry| entry.head() == anchor.head);
        if !same_ledger || !known {
            return Err(older(&path));
        }
        proofs.push(path);
    }

    let outbox = data_dir::outbox(data_dir);
    for name in files::names(&outbox)? {
        let folder = outbox.join(&name);
        let Some(number) = number_in_name(&name) else { continue };
        let job =
            model.jobs.get(&number).filter(|job| job.name == name && job.state >= JobState::Sealed);
        if job.is_some_and(|job| job.abandoned.is_some()) {
            let problem =
                "its job was given up because nothing of it had been published".to_owned();
            return Err(RecordError::Proof { path: folder, problem });
        }
        let job = job.ok_or_else(|| older(&folder))?;
        proofs.extend(check_job(&folder, job, entries)?);
    }

    match papers::find_newer(data_dir, entries, &mut proofs)? {
        Some(paper) => Err(older(&paper)),
        None => Ok(proofs),
    }
}

/// Jobs that the outbox or the outcomes of runs name and that are not in the ledger.
pub(super) fn unknown_jobs(
    data_dir: &Utf8Path,
    model: &Model,
) -> Result<BTreeSet<String>, RecordError> {
    let known: BTreeSet<&str> = model.jobs.values().map(|job| job.name.as_str()).collect();
    let named =
        files::names(&data_dir::outbox(data_dir))?.into_iter().chain(papers::jobs(data_dir)?);
    Ok(named
        .filter(|name| number_in_name(name).is_some() && !known.contains(name.as_str()))
        .collect())
}

fn check_job(
    folder: &Utf8Path,
    job: &JobRow,
    entries: &[Entry],
) -> Result<Vec<Utf8PathBuf>, RecordError> {
    let mut proofs = Vec::new();
    for name in files::names(folder)? {
        let path = folder.join(&name);
        if Utf8Path::new(&name).extension() != Some("done") {
            continue;
        }
        let done: Done = parse(&path)?;
        // A job is published after its plan: an earlier head would be a file of a different
        // history.
        let known =
            entries.iter().any(|entry| entry.hash == done.ledger_head && entry.seq >= job.event);
        if !known {
            return Err(RecordError::Older { proof: path });
        }
        proofs.push(path);
    }

    Ok(proofs)
}

/// Compares the checksums in the outbox with those that were sealed. Returns the files that hold.
pub(super) fn check_sums(
    data_dir: &Utf8Path,
    model: &Model,
) -> Result<Vec<Utf8PathBuf>, RecordError> {
    let mut proofs = Vec::new();
    for job in model.jobs.values() {
        let path =
            data_dir::outbox(data_dir).join(&job.name).join(format!("{}.SHA256SUMS", job.name));
        if !files::is_there(&path)? {
            continue;
        }
        let text = std::fs::read_to_string(&path).map_err(files::failed("read", &path))?;
        for part in &job.sealed {
            let listed = text.lines().filter_map(|line| line.split_once([' ', '\t']));
            let mut listed =
                listed.filter(|(_, file)| file.trim_start_matches([' ', '*']) == part.file);
            if listed.next().is_none_or(|(sum, _)| sum != part.sealed_sha256) {
                let problem = format!(
                    "its checksum of `{}` is not the one recorded when the part was sealed",
                    part.file
                );
                return Err(RecordError::Proof { path, problem });
            }
        }
        proofs.push(path);
    }

    Ok(proofs)
}
