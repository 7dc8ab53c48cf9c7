//! A ledger of a job that is with the vendor, many times over in one process.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use breachpost::config::Config;
use breachpost::receipts::ReceiptFile;
use breachpost::record::pieces::{self, PaperTerms, PaperTrail, TakeError, Taken};
use breachpost::record::{Home, Ledger};
use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use tempfile::TempDir;

use crate::program::{Night, root};

/// The ledger of a job with what proves it, for one vendor.
pub(crate) struct House {
    _folder: TempDir,
    pub(crate) config: Config,
    /// Where the vendor's files are put.
    pub(crate) inbox: Utf8PathBuf,
}

impl House {
    /// A copy of what a night has left of its ledger.
    pub(crate) fn of(night: &Night) -> Self {
        // Where there is one, in memory: ten thousand ledgers are synced some sixty thousand times.
        let memory = Path::new("/dev/shm");
        let folder =
            if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.unwrap();
        let place = Utf8Path::from_path(folder.path()).unwrap().to_owned();
        let (data, inbox) = (place.join("data"), place.join("sent"));
        fs::create_dir(&inbox).unwrap();
        copy(
            &night.data(),
            data.as_std_path(),
            &["ledger.sqlite", "ledger.anchor", "keys", "outbox"],
        );

        let sample = root().join("sample-data/breachpost.toml");
        let mut config = Config::load(Utf8Path::from_path(&sample).unwrap()).unwrap();
        config.data_dir = data;
        Self { _folder: folder, config, inbox }
    }

    pub(crate) fn home(&self) -> Home<'_> {
        Home::of(&self.config)
    }

    pub(crate) fn open(&self) -> Ledger {
        Ledger::open_for_receipts(&self.home()).unwrap()
    }

    /// Holds a file against the ledger.
    pub(crate) fn take(
        &self,
        ledger: &mut Ledger,
        file: &ReceiptFile,
        today: Date,
    ) -> Result<Taken, TakeError> {
        ledger.take(file, &PaperTerms::of(&self.config, today), &BTreeMap::new())
    }

    /// Where all letters are, by the files on disk, every sum of which is exact.
    pub(crate) fn survey(&self, today: Date) -> PaperTrail {
        exact(pieces::paper(&self.home(), &PaperTerms::of(&self.config, today), None).unwrap())
    }

    /// The same of an open ledger.
    pub(crate) fn survey_of(&self, ledger: &Ledger, today: Date) -> PaperTrail {
        exact(ledger.paper(&PaperTerms::of(&self.config, today)).unwrap())
    }
}

/// Every letter is in one state, in each part and in all, and of what was stopped nothing is missing.
fn exact(survey: PaperTrail) -> PaperTrail {
    let sum: u64 = survey.letters.by_state.values().sum();
    assert_eq!(sum, survey.letters.total, "every letter is in one state");
    let mut letters = 0;
    for part in survey.jobs.iter().flat_map(|job| &job.parts) {
        letters += u64::from(part.letters);
        assert_eq!(part.by_state.values().sum::<u64>(), u64::from(part.letters));
        if let Some(stop) = part.stopped {
            assert_eq!(stop.destroyed + stop.posted + stop.unknown, stop.pieces);
        }
    }
    assert_eq!(letters, survey.letters.total, "every letter is in one part");
    survey
}

/// Copies what is named, with its permissions.
fn copy(from: &Path, to: &Path, names: &[&str]) {
    fs::DirBuilder::new().mode(0o700).create(to).unwrap();
    for name in names {
        let (from, to) = (from.join(name), to.join(name));
        if from.is_dir() {
            let names = fs::read_dir(&from).unwrap().map(|entry| entry.unwrap().file_name());
            let names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
            copy(&from, &to, &names.iter().map(String::as_str).collect::<Vec<_>>());
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}
