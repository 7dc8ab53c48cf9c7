//! `verify`: a package, opened, counted and read again. A process with few rights does it: what
//! comes from a vendor may be anything.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitStatus as Ended, Stdio};

use camino::Utf8Path;
use rustix::fs::{MemfdFlags, memfd_create};

use crate::base::confine::{self, ProcessLimits, Rights};
use crate::base::{ExitStatus, Explain, FileError, process};
use crate::cli::args::Args;
use crate::cli::output::{self, Failure};
use crate::config::Config;
use crate::record::{Access, Home, Ledger};
use crate::render::readback::PageTexts;
use crate::tools::verify::{self, VerifyError};

/// `campaign`: whose ledger knows what was published.
pub(super) fn open(
    args: &Args,
    package: &Utf8Path,
    keys: verify::VerifyKeys<'_>,
    campaign: Option<&Config>,
) -> Result<ExitStatus, Failure> {
    if args.watched_by.is_none() {
        return watch(package).map_err(|error| Failure::of(&error));
    }

    // The ledger and the program are our own; they are read before the rights are given away.
    let _ = process::program_hash();
    let ledger = campaign.map(|config| Ledger::open(&Home::of(config), Access::Read)).transpose();
    let published =
        ledger.and_then(|ledger| ledger.map(|ledger| ledger.published_files()).transpose());
    let published = published.map_err(|error| Failure::of(&error))?;
    let keys = verify::VerifyKeys { published: published.as_ref(), ..keys };

    confine::take_notes();
    let paths: Vec<&Utf8Path> =
        [Some(package), keys.identity, keys.signer].into_iter().flatten().collect();
    confine::enter(ProcessLimits::of_package(size(package)), Rights::Read(&paths));
    let texts = PageTexts::new().map_err(|error| Failure::of(&error))?;
    let page_text = |pdf: &[u8]| texts.read(pdf).map_err(|error| error.to_string());
    let verdict = verify::verify_with(package, keys, Some(&page_text)).map_err(|error| {
        let hint = error.hint();
        Failure::new(ExitStatus::Stopped, &error, hint)
    })?;

    if args.json {
        output::json(&verdict);
    } else {
        output::line(&verdict);
    }

    Ok(if verdict.problems.is_empty() { ExitStatus::Done } else { ExitStatus::Stopped })
}

/// Bytes of a file, or of the files in a folder.
fn size(package: &Utf8Path) -> u64 {
    let Ok(entries) = package.read_dir_utf8() else {
        return package.metadata().map_or(0, |about| about.len());
    };
    entries.filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len())).sum()
}

/// Lets another process of the same program do the work, and tells what it dies of.
fn watch(package: &Utf8Path) -> Result<ExitStatus, VerifyError> {
    let failed = FileError::at("start a process for", package);
    let notes = memfd_create("notes", MemfdFlags::CLOEXEC).map_err(|error| failed(error.into()))?;
    let mut notes = File::from(notes);
    let mut words = std::env::args_os();
    let name = words.next().unwrap_or_else(|| "breachpost".into());
    let mut process = Command::new("/proc/self/exe");
    process.arg0(name).args(words).args(["--watched-by", &std::process::id().to_string()]);
    process.envs([confine::COUNTED_MEMORY, process::RETURNED_MEMORY]);
    process.stdin(Stdio::from(notes.try_clone().map_err(failed)?));
    let ended = process.status().map_err(failed)?;
    if let Some(status) = ended.code().and_then(ExitStatus::from_code) {
        return Ok(status);
    }

    // The process wrote to the same place of the file.
    let mut said = String::new();
    let _ = notes.rewind().and_then(|()| notes.read_to_string(&mut said));
    Err(VerifyError::Died {
        path: package.to_owned(),
        why: why(ended, &confine::still_open(&said)),
    })
}

fn why(ended: Ended, open: &[&str]) -> String {
    let why = if confine::is_out_of_time(ended) {
        "its reader took more time than any package takes"
    } else {
        "its reader failed, or took more memory than any package takes"
    };
    let files: Vec<String> = open.iter().rev().map(|name| format!("`{name}`")).collect();
    if files.is_empty() { why.to_owned() } else { format!("{why}, at {}", files.join(", ")) }
}
