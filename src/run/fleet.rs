//! One part of a planned job set by a process of its own, on this machine or another: what a fleet
//! runs before the run is finished. It works from the staged plan alone and touches neither the
//! ledger nor its lock.
//!
//! ```text
//! staging/<job>/print/p001/<job>-p001-b001.pdf ...   the print files, there as soon as all of them are
//! staging/<job>/print/p001/receipt.json              by which program, from which plan, with which hashes
//! ```

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::RunError;
use super::plan_files::Staging;
use super::print_files::{Setter, by_print_file};
use crate::base::progress::Progress;
use crate::base::{FileError, data_dir, durable, hash, process};
use crate::field::place::Planned;
use crate::record::StagedFile;
use crate::render::Press;

const RECEIPT: &str = "receipt.json";

/// The longest receipt that is read, in bytes: a hundred thousand print files.
const LONGEST_RECEIPT: u64 = 16 << 20;

/// A part whose print files are set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SetPart {
    /// Name of the job.
    pub job: String,
    /// The part, from 1.
    pub part: u32,
    /// Its letters.
    pub letters: u64,
    /// Its print files.
    pub print_files: u64,
    /// Where they are.
    pub folder: Utf8PathBuf,
    /// Whether they were there already, exactly as they would be set now.
    pub was_set: bool,
}

/// What a part was set by and from.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Receipt {
    /// SHA-256 of the program.
    program: String,
    /// The files of the plan that the part follows from.
    plan: Vec<StagedFile>,
    letters: u64,
    /// By file name.
    print_files: Vec<StagedFile>,
}

/// Sets the print files of one part of the planned job `job`, or of the only one there is. Does
/// nothing when this program has set them from this plan. Any number of processes may do so at
/// once, for other parts or for the same.
///
/// # Errors
/// [`RunError::NotPlanned`] when there is no such job or part; else why a file cannot be set or
/// written.
pub fn render(
    data_dir: &Utf8Path,
    job: Option<&str>,
    part: u32,
    progress: &Progress,
) -> Result<SetPart, RunError> {
    let staging = planned_job(data_dir, job)?;
    let plan = staging.files_of(part).map_err(|error| no_part(error, part))?;
    let done = |receipt: &Receipt, was_set| SetPart {
        job: staging.folder().file_name().unwrap_or_default().to_owned(),
        part,
        letters: receipt.letters,
        print_files: receipt.print_files.len() as u64,
        folder: folder_of(&staging, part),
        was_set,
    };

    if let Some(ready) = Ready::find(&staging, part, &plan)
        && ready.is_whole()
    {
        return Ok(done(&ready.receipt, true));
    }
    let folder = folder_of(&staging, part);
    let shelf = folder.parent().unwrap_or(staging.folder());
    let own = tempfile::Builder::new().prefix(&format!(".p{part:03}-")).tempdir_in(shelf);
    let own = own.map_err(FileError::at("create a folder in", shelf))?;
    let path = Utf8PathBuf::from_path_buf(own.path().to_owned()).map_err(|_| {
        FileError::at("create a folder in", shelf)(std::io::ErrorKind::InvalidFilename.into())
    })?;
    let receipt = set(&staging, part, plan, &path, progress)?;

    take_place(&path, &folder).map_err(FileError::at("create", &folder))?;
    Ok(done(&receipt, false))
}

/// The staged plan of a job; its folder has settings.
fn planned_job(data_dir: &Utf8Path, job: Option<&str>) -> Result<Staging, RunError> {
    let shelf = data_dir::staging(data_dir);
    let none = |problem: &str| RunError::NotPlanned { problem: problem.to_owned() };
    let names: Vec<String> = if let Some(job) = job {
        vec![job.to_owned()]
    } else {
        let entries = shelf.read_dir_utf8().map_err(|_| none("no job is planned"))?;
        entries.filter_map(|entry| Some(entry.ok()?.file_name().to_owned())).collect()
    };

    let planned = names.iter().map(|name| Staging::of(data_dir, name)).filter(Staging::is_planned);
    let mut planned: Vec<Staging> = planned.collect();
    match (planned.pop(), planned.is_empty()) {
        (Some(staging), true) => Ok(staging),
        (Some(_), false) => Err(none("more than one job is planned; choose one with `--job`")),
        (None, _) => Err(none("no such job is planned")),
    }
}

fn no_part(error: RunError, part: u32) -> RunError {
    match error {
        RunError::File(error) if error.source.kind() == std::io::ErrorKind::NotFound => {
            RunError::NotPlanned {
                problem: format!("the job has no part {part}; parts are counted from 1"),
            }
        }
        error => error,
    }
}

fn folder_of(staging: &Staging, part: u32) -> Utf8PathBuf {
    staging.folder().join(format!("print/p{part:03}"))
}

/// Sets a part into `folder`: files first, receipt last, all of it synced.
fn set(
    staging: &Staging,
    number: u32,
    plan: Vec<StagedFile>,
    folder: &Utf8Path,
    progress: &Progress,
) -> Result<Receipt, RunError> {
    let settings = staging.settings(&plan)?;
    let part = staging.read_part(number, &plan)?;
    let used: BTreeSet<&str> =
        part.letters.iter().map(|letter| letter.draft.body.as_str()).collect();
    let mut bodies = staging.bodies(&plan)?;
    bodies.retain(|key, _| used.contains(key.as_str()));

    let sheets = part
        .letters
        .iter()
        .map(|letter| (letter.draft.body.clone(), letter.place.sheets))
        .collect();

    let press = Press::as_planned(&bodies, &settings.print, settings.run_date, &sheets)?;
    let setter = Setter::new(settings.marked(), &bodies, &settings.print);
    progress.stage("setting", part.letters.len() as u64);
    let set = |letters: &&[Planned]| {
        let pdf = setter.set(&press, letters)?;
        let name = file_name(letters).to_owned();
        write(&folder.join(&name), &pdf)?;
        progress.advance(letters.len() as u64);
        Ok(StagedFile { name, sha256: hash::of_bytes(&pdf) })
    };

    let print_files = by_print_file(&part).par_iter().map(set).collect::<Result<_, RunError>>()?;
    let receipt =
        Receipt { program: program()?, plan, letters: part.letters.len() as u64, print_files };
    let json = serde_json::to_vec(&receipt).expect("text and numbers are always valid JSON");
    write(&folder.join(RECEIPT), &json)?;
    durable::sync_folder(folder).map_err(FileError::at("sync", folder))?;

    Ok(receipt)
}

/// Gives a finished folder its name. Whoever else has set the part meanwhile has set the same; what
/// another program or plan left behind goes.
fn take_place(own: &Utf8Path, folder: &Utf8Path) -> std::io::Result<()> {
    if fs::rename(own, folder).is_err() {
        fs::remove_dir_all(folder)?;
        fs::rename(own, folder)?;
    }
    durable::sync_folder(folder.parent().unwrap_or(folder))
}

fn write(path: &Utf8Path, bytes: &[u8]) -> Result<(), RunError> {
    let write = || {
        let mut file = durable::create_new(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    Ok(write().map_err(FileError::at("write", path))?)
}

/// SHA-256 of this program: another one may set other bytes.
fn program() -> Result<String, RunError> {
    Ok(process::program_hash().map_err(FileError::at("read", "/proc/self/exe".into()))?)
}

fn file_name(letters: &[Planned]) -> &str {
    let path = letters.first().map_or("", |letter| letter.place.print_file.as_str());
    path.rsplit('/').next().unwrap_or(path)
}

/// A part that a fleet has set: by this very program, from this very plan.
pub(super) struct Ready {
    folder: Utf8PathBuf,
    receipt: Receipt,
}

impl Ready {
    /// The part as a fleet left it, if it is what this program would set from the plan that was
    /// `staged`.
    pub fn find(staging: &Staging, part: u32, staged: &[StagedFile]) -> Option<Self> {
        let folder = folder_of(staging, part);
        let bytes = durable::read_regular(&folder.join(RECEIPT), LONGEST_RECEIPT).ok()?;
        let receipt: Receipt = serde_json::from_slice(&bytes).ok()?;
        let same_plan = receipt.plan.iter().all(|file| staged.contains(file))
            && receipt.plan.len() == Staging::PLAN_FILES;
        if same_plan && program().is_ok_and(|program| program == receipt.program) {
            return Some(Self { folder, receipt });
        }

        tracing::warn!(
            run.part = part,
            "part was set by a different program or from a different plan; it is set again"
        );

        None
    }

    /// Whether every print file is there with its own bytes.
    fn is_whole(&self) -> bool {
        let is_there = |file: &StagedFile| {
            durable::fingerprint(&self.folder.join(&file.name))
                .is_ok_and(|(sha256, _)| sha256 == file.sha256)
        };
        self.receipt.print_files.par_iter().all(is_there)
    }

    /// Whether a print file is byte for byte what this machine has set. Nothing that a fleet left
    /// is believed: setting is deterministic, and takes far less than reading back.
    pub fn has_set(&self, letters: &[Planned], pdf: &[u8]) -> bool {
        let name = file_name(letters);
        let set = durable::read_regular(&self.folder.join(name), pdf.len() as u64);
        if set.is_ok_and(|set| set == pdf) {
            return true;
        }

        tracing::warn!(
            run.print_file = name,
            "a print file set by another machine is not what was planned; it is set again"
        );

        false
    }
}
