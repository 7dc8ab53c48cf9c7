//! Sealed parts are kept with the papers of their run, under a second name of the same bytes: a
//! package that is gone from the outbox can be published again, byte for byte.

use std::fs;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::plan_files::Staging;
use super::{Night, RunError};
use crate::base::{FileError, data_dir, durable};
use crate::deliver::outbox;
use crate::package::sign::signature_file;
use crate::package::{Sealed, Signer};
use crate::record::{Job, JobState, Ledger, SealedPart};

/// Folder of the kept parts in the papers of a run.
const KEPT: &str = "sealed";

/// Keeps the parts of a published job with the papers of its run. The letters are out: where the
/// disk knows no second names nothing is kept, and the package cannot be published again.
pub(super) fn keep(data_dir: &Utf8Path, job_name: &str, papers: &Utf8Path, sealed: &[Sealed]) {
    // Moved to their place already by a run that was stopped after that.
    if !papers.is_dir() {
        return;
    }

    let (package, kept) = (data_dir::outbox(data_dir).join(job_name), papers.join(KEPT));
    let keep = || {
        durable::make_folder(&kept)?;
        for part in sealed {
            match fs::hard_link(package.join(&part.file), kept.join(&part.file)) {
                // A vendor who is quick has fetched it.
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound
                    ) => {}
                linked => linked?,
            }
        }
        durable::sync_folder(&kept)
    };

    if let Err(error) = keep() {
        tracing::warn!(job = job_name, error = %error, "the sealed parts are not kept");
    }
}

/// Puts the package that the operator names into the outbox again; returns its folder.
///
/// # Errors
/// [`RunError`]; nothing is changed when a part of it is neither there nor kept.
pub(super) fn asked_for(
    night: &Night<'_>,
    ledger: &mut Ledger,
) -> Result<Option<Utf8PathBuf>, RunError> {
    night.republish.map(|job| republish(night, ledger, job)).transpose()
}

/// Puts the package of a finished job into the outbox again, as it was; returns its folder. Nothing
/// is changed when a part of it is neither there nor kept.
fn republish(night: &Night<'_>, ledger: &mut Ledger, name: &str) -> Result<Utf8PathBuf, RunError> {
    let refused = |problem: String| RunError::Republish { job: name.to_owned(), problem };
    let job =
        ledger.jobs()?.into_iter().find(|job| job.job_name == name || job.job.to_string() == name);
    let job = job.ok_or_else(|| RunError::NoJob { job: name.to_owned() })?;
    if job.state != JobState::Done {
        return Err(RunError::Unfinished { job: job.job_name, state: job.state });
    }

    ledger.refuse_when_job_stopped(&job)?;
    let data_dir = &night.config.data_dir;
    let package = data_dir::outbox(data_dir).join(&job.job_name);
    let kept = data_dir::runs(data_dir).join(&job.run_id).join(KEPT);
    let mut missing = Vec::new();
    for part in &job.sealed {
        if package.join(&part.file).exists() {
            continue;
        }
        match durable::fingerprint(&kept.join(&part.file)) {
            Ok((sha256, _)) if sha256 == part.sealed_sha256 => missing.push(part),
            Ok(_) => {
                return Err(refused(format!("`{}` has changed since it was sealed", part.file)));
            }
            Err(_) => {
                return Err(refused(format!("`{}` is neither in the outbox nor kept", part.file)));
            }
        }
    }

    ledger.show_signer()?;
    publish(data_dir, &job, &missing, &kept, &ledger.signer())?;
    ledger.republished(job.job, night.run_date)?;

    Ok(package)
}

/// Whoever fetches sees `.done` last, also this time.
fn publish(
    data_dir: &Utf8Path,
    job: &Job,
    missing: &[&SealedPart],
    kept: &Utf8Path,
    signer: &Signer,
) -> Result<(), RunError> {
    let (out, staging) = (data_dir::outbox(data_dir), Staging::of(data_dir, &job.job_name));
    let package = out.join(&job.job_name);
    let done = package.join(format!("{}.done", job.job_name));

    // A package of an earlier program was not signed.
    let unsigned = !package.join(signature_file(&job.job_name)).exists();

    if (unsigned || !missing.is_empty()) && done.exists() {
        fs::remove_file(&done).map_err(FileError::at("remove", &done))?;
    }

    staging.begin()?;

    for part in missing {
        let to = staging.folder().join(&part.file);
        fs::hard_link(kept.join(&part.file), &to).map_err(FileError::at("create", &to))?;
    }

    let sealed: Vec<Sealed> = job.sealed.iter().map(sealed).collect();
    let head = job.sealed_head.as_ref().map_or_else(String::new, ToString::to_string);
    outbox::publish(staging.folder(), &out, &job.job_name, &sealed, &head, signer)?;

    staging.discard()
}

fn sealed(part: &SealedPart) -> Sealed {
    Sealed {
        file: part.file.clone(),
        plain_sha256: part.plain_sha256.clone(),
        sealed_sha256: part.sealed_sha256.clone(),
        letters: part.totals.letters,
        pages: part.totals.pages,
        sheets: part.totals.sheets,
        bytes: 0,
    }
}
