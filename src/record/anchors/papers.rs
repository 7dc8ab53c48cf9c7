//! Anchors among what runs leave behind: the head in each report and outcome, in each log, of each
//! copy in `backups/`, and of the last change in `backups/redo.sqlite`.
//!
//! Whoever puts back an old ledger and the anchor beside it seldom puts back these. A paper that
//! cannot be read proves nothing; one that names a head the ledger does not know proves that the
//! ledger is older, or another one.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use crate::base::data_dir;
use crate::record::audit::Entry;
use crate::record::backup::{BackupList, LIST};
use crate::record::error::RecordError;
use crate::record::store::Store;
use crate::record::{files, redo};

/// What a log line says of the ledger, as `tracing` writes it.
pub(in crate::record) const LOG_FIELD: &str = "ledger.head";

/// What an outcome has to hold to name its job.
#[derive(Debug, Deserialize)]
struct Named {
    job: Option<String>,
}

/// The papers of a run that name a head.
const PAPERS: [&str; 2] = ["report.json", "outcome.json"];

/// The largest of them that is read, in bytes, and the most of one log.
const LONGEST: u64 = 1 << 26;

/// Characters of a head.
const HEAD: usize = 64;

/// What a report or an outcome has to hold for us.
#[derive(Debug, Deserialize)]
struct Paper {
    #[serde(default)]
    ledger_head: String,
}

/// The first paper that knows a head which is not in the history; `None`: all agree. Those that
/// prove something come back in `proofs`.
pub(super) fn find_newer(
    data_dir: &Utf8Path,
    entries: &[Entry],
    proofs: &mut Vec<Utf8PathBuf>,
) -> Result<Option<Utf8PathBuf>, RecordError> {
    let known: HashSet<&str> = entries.iter().map(|entry| entry.hash.as_str()).collect();
    for (path, heads) in papers(data_dir)?.into_iter().chain(logs(data_dir)?) {
        if heads.iter().any(|head| !known.contains(head.as_str())) {
            return Ok(Some(path));
        }
        if !heads.is_empty() {
            proofs.push(path);
        }
    }

    let redo = redo::path(data_dir);
    // One that cannot be read is not a proof.
    if let Some(head) =
        files::is_there(&redo)?.then(|| Store::head_of_redo(&redo).ok().flatten()).flatten()
    {
        if !known.contains(head.hash.as_str()) {
            return Ok(Some(redo));
        }
        proofs.push(redo);
    }

    if let Ok(list) = BackupList::read(data_dir) {
        let heads: Vec<_> = list.backups.into_iter().filter_map(|backup| backup.head).collect();
        let path = data_dir.join(LIST);
        if heads.iter().any(|head| !known.contains(head.hash.as_str())) {
            return Ok(Some(path));
        }
        proofs.extend((!heads.is_empty()).then_some(path));
    }

    for (path, events) in copies(data_dir)? {
        let Ok(events) = usize::try_from(events) else { return Ok(Some(path)) };
        if events > entries.len() {
            return Ok(Some(path));
        }
        // A copy that cannot be read is not a proof; what it is called has been compared.
        let Ok(head) = Store::head_of_copy(&path) else { continue };
        if entries
            .iter()
            .find(|entry| entry.seq == head.events)
            .is_none_or(|entry| entry.hash != head.hash)
        {
            return Ok(Some(path));
        }
        proofs.push(path);
    }

    Ok(None)
}

/// The jobs that outcomes of runs name.
pub(super) fn jobs(data_dir: &Utf8Path) -> Result<Vec<String>, RecordError> {
    let runs = data_dir::runs(data_dir);
    let outcomes = files::names(&runs)?.into_iter().map(|run| runs.join(run).join("outcome.json"));
    let read = |path| {
        serde_json::from_reader::<_, Named>(BufReader::new(File::open(path).ok()?.take(LONGEST)))
            .ok()
    };
    Ok(outcomes.filter_map(read).filter_map(|outcome| outcome.job).collect())
}

/// Whether runs have left anything that knows a ledger.
pub(super) fn first_paper(data_dir: &Utf8Path) -> Result<Option<Utf8PathBuf>, RecordError> {
    let papers = papers(data_dir)?.into_iter().chain(logs(data_dir)?);
    let papers = papers.filter(|(_, heads)| !heads.is_empty()).map(|(path, _)| path);
    let redo = redo::path(data_dir);
    let redo = files::is_there(&redo)?.then_some(redo);
    Ok(papers.chain(redo).chain(copies(data_dir)?.into_iter().map(|(path, _)| path)).next())
}

/// Report and outcome of each run, with its head; a run that was stopped has none.
fn papers(data_dir: &Utf8Path) -> Result<Vec<(Utf8PathBuf, Vec<String>)>, RecordError> {
    let runs = data_dir::runs(data_dir);
    let mut papers = Vec::new();
    for run in files::names(&runs)? {
        for name in PAPERS {
            let path = runs.join(&run).join(name);
            let Ok(file) = File::open(&path) else { continue };
            let read = serde_json::from_reader::<_, Paper>(BufReader::new(file.take(LONGEST)));
            let head = read.map(|paper| paper.ledger_head).unwrap_or_default();
            papers.push((path, Vec::from_iter((head.len() == HEAD).then_some(head))));
        }
    }

    Ok(papers)
}

/// Each log, with the heads in it. Lines that were cut by a full disk are passed over.
fn logs(data_dir: &Utf8Path) -> Result<Vec<(Utf8PathBuf, Vec<String>)>, RecordError> {
    let folder = data_dir::logs(data_dir);
    let mut logs = Vec::new();
    let is_log = |name: &String| Utf8Path::new(name).extension() == Some("jsonl");
    for name in files::names(&folder)?.into_iter().filter(is_log) {
        let path = folder.join(name);
        let is_file = std::fs::symlink_metadata(&path).is_ok_and(|about| about.is_file());
        let Some(file) = is_file.then(|| File::open(&path).ok()).flatten() else { continue };
        let mut heads = Vec::new();
        for line in BufReader::new(file.take(LONGEST)).split(b'\n') {
            let Ok(line) = line else { break };
            heads.extend(head_in(&line));
        }
        logs.push((path, heads));
    }

    Ok(logs)
}

fn head_in(line: &[u8]) -> Option<String> {
    let line = std::str::from_utf8(line).ok()?;
    let (_, rest) = line.split_once(&format!("\"{LOG_FIELD}\":\""))?;
    let (head, _) = rest.split_once('"')?;
    (head.len() == HEAD && head.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .then(|| head.to_owned())
}

/// The copies in `backups/`, with the number of events that their name tells.
fn copies(data_dir: &Utf8Path) -> Result<Vec<(Utf8PathBuf, u64)>, RecordError> {
    let folder = data_dir::backups(data_dir);
    let events =
        |name: &str| name.strip_prefix("ledger-")?.strip_suffix(".sqlite")?.parse::<u64>().ok();
    let names = files::names(&folder)?;
    Ok(names.iter().filter_map(|name| Some((folder.join(name), events(name)?))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_found_in_a_log_line_and_in_nothing_else() {
        let head = "ab".repeat(32);
        let line = format!(
            "{{\"level\":\"INFO\",\"fields\":{{\"ledger.events\":7,\"{LOG_FIELD}\":\"{head}\"}}}}"
        );
        assert_eq!(head_in(line.as_bytes()).as_deref(), Some(head.as_str()));
        assert_eq!(head_in(&line.as_bytes()[..line.len() - 20]), None);
        assert_eq!(head_in(line.replace("ab", "xy").as_bytes()), None);
        assert_eq!(head_in(b"\xff\xfe"), None);
    }
}
