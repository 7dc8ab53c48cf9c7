//! What has left the building when a run died in the middle: the ledger knows, and where it cannot
//! be asked, the outbox.

use std::fs;
use std::time::SystemTime;

use camino::Utf8Path;
use jiff::Timestamp;

use crate::base::data_dir;
use crate::config::Config;
use crate::record::{Access, Home, Job, JobState, Ledger, RecordError};

/// What is known after a crash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Something left the building, and the run was not over.
    pub is_out: bool,
    /// The unfinished job, or the one that was published.
    pub job: Option<String>,
}

/// Looks what the run that began at this instant and died has published.
#[must_use]
pub fn standing(config: &Config, started: Timestamp) -> Standing {
    let data_dir = &config.data_dir;
    let unfinished = match pending(config) {
        Ok(job) => job.map(|job| {
            (is_out(data_dir, &job.job_name) || job.state >= JobState::Published, job.job_name)
        }),
        Err(_) => staged(data_dir),
    };

    if let Some((is_out, job)) = unfinished {
        return Standing { is_out, job: Some(job) };
    }

    let published = published_since(data_dir, started.into());
    Standing { is_out: published.is_some(), job: published }
}

fn pending(config: &Config) -> Result<Option<Job>, RecordError> {
    Ledger::open(&Home::of(config), Access::Read)?.pending()
}

/// A job that is still staged; whether any of it is in the outbox.
fn staged(data_dir: &Utf8Path) -> Option<(bool, String)> {
    let mut jobs: Vec<String> = names(&data_dir::staging(data_dir));
    jobs.retain(|job| is_out(data_dir, job));
    jobs.pop().map(|job| (true, job))
}

/// Whether any part of the job is in the outbox.
fn is_out(data_dir: &Utf8Path, job: &str) -> bool {
    names(&data_dir::outbox(data_dir).join(job))
        .iter()
        .any(|name| Utf8Path::new(name).extension() == Some("age"))
}

/// The job that was published last, if that was not before this instant.
fn published_since(data_dir: &Utf8Path, since: SystemTime) -> Option<String> {
    let outbox = data_dir::outbox(data_dir);
    let is_new = |job: &String| {
        let done = outbox.join(job).join(format!("{job}.done"));
        fs::symlink_metadata(done)
            .and_then(|about| about.modified())
            .is_ok_and(|time| time >= since)
    };
    names(&outbox).into_iter().filter(is_new).max()
}

fn names(folder: &Utf8Path) -> Vec<String> {
    let Ok(entries) = folder.read_dir_utf8() else { return Vec::new() };
    let mut names: Vec<String> =
        entries.filter_map(|entry| Some(entry.ok()?.file_name().to_owned())).collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn what_is_staged_and_partly_in_the_outbox_is_out() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = Utf8Path::from_path(folder.path()).unwrap();
        fs::create_dir_all(data_dir.join("staging/2600001")).unwrap();
        fs::create_dir_all(data_dir.join("outbox/2600001")).unwrap();
        assert_eq!(staged(data_dir), None);
        fs::write(data_dir.join("outbox/2600001/2600001-p001.zip.age"), "").unwrap();
        assert_eq!(staged(data_dir), Some((true, "2600001".to_owned())));
    }

    #[test]
    fn only_what_was_published_since_is_of_this_run() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = Utf8Path::from_path(folder.path()).unwrap();
        fs::create_dir_all(data_dir.join("outbox/2600001")).unwrap();
        fs::write(data_dir.join("outbox/2600001/2600001.done"), "").unwrap();
        let now = SystemTime::now();

        assert_eq!(
            published_since(data_dir, now - Duration::from_secs(9)).as_deref(),
            Some("2600001")
        );

        assert_eq!(published_since(data_dir, now + Duration::from_secs(9)), None);
    }
}
