//! The file to restore from: a sealed backup, or a copy of the ledger as it is.

use std::io::{self, Read};

use camino::Utf8Path;
use secrecy::zeroize::Zeroizing;

use super::place::Place;
use super::{RestoreError, RestoreOrder};
use crate::base::durable;
use crate::package::archive::Reader;
use crate::package::seal;
use crate::record::audit::Head;
use crate::record::backup::{self, ABOUT, About, BackupList, EARLIER, KEY, LEDGER, SealedBackup};
use crate::record::files;

/// How every age file begins (age-encryption.org/v1).
const SEALED: &[u8] = b"age-encryption.org/v1\n";
/// How every SQLite file begins (sqlite.org/fileformat2.html, 1.3).
const PLAIN: &[u8] = b"SQLite format 3\0";

/// A backup that has been opened; its ledger is in the place of the restore.
pub(super) struct Source {
    /// Of a sealed backup.
    pub key: Option<Zeroizing<Vec<u8>>>,
    about: Option<About>,
    /// Files of `approvals/`, by name.
    pub approvals: Vec<(String, Vec<u8>)>,
    /// The backups before it, and itself.
    list: BackupList,
}

/// Refuses what is not a backup, before anything is made.
pub(super) fn check(order: &RestoreOrder<'_>) -> Result<(), RestoreError> {
    let sealed = is_sealed(order.file)?;
    if sealed && order.identity.is_none() {
        return Err(RestoreError::NoIdentity { path: order.file.to_owned() });
    }
    Ok(())
}

fn is_sealed(path: &Utf8Path) -> Result<bool, RestoreError> {
    let not_a_backup = |problem: &str| RestoreError::NotABackup {
        path: path.to_owned(),
        problem: problem.to_owned(),
    };

    let about = std::fs::metadata(path).map_err(files::failed("read backup", path))?;
    if !about.is_file() {
        return Err(not_a_backup("it is not a file"));
    }

    let mut head = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(32).read_to_end(&mut head));
    read.map_err(files::failed("read backup", path))?;

    match (head.starts_with(SEALED), head.starts_with(PLAIN)) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ => Err(not_a_backup("it is neither sealed with age nor a SQLite file")),
    }
}

impl Source {
    /// Opens the backup and puts its ledger into `place`.
    pub fn read(order: &RestoreOrder<'_>, place: &Place<'_>) -> Result<Self, RestoreError> {
        let to = place.ledger();
        if let Some(identity) = order.identity.filter(|_| is_sealed(order.file).unwrap_or(false)) {
            return Self::open(order.file, identity, &to);
        }
        let copied = durable::create_new(&to)
            .and_then(|mut to| io::copy(&mut std::fs::File::open(order.file)?, &mut to));
        copied.map_err(files::failed("copy", order.file))?;
        Ok(Self { key: None, about: None, approvals: Vec::new(), list: BackupList::default() })
    }

    fn open(path: &Utf8Path, identity: &Utf8Path, to: &Utf8Path) -> Result<Self, RestoreError> {
        let broken = |problem: String| RestoreError::NotABackup { path: path.to_owned(), problem };
        let damaged = |error: io::Error| broken(error.to_string());
        let mut archive = Reader::open(seal::open(path, identity)?).map_err(damaged)?;
        let about = archive.read(ABOUT).map_err(damaged)?;
        let about: About =
            serde_json::from_slice(&about).map_err(|error| broken(error.to_string()))?;
        let key = Zeroizing::new(archive.read(KEY).map_err(damaged)?);
        let mut list =
            BackupList::parse(&archive.read(EARLIER).map_err(damaged)?).map_err(broken)?;
        let mut ledger = durable::create_new(to).map_err(files::failed("create", to))?;

        archive.copy(LEDGER, &mut ledger).map_err(damaged)?;

        // Backups of earlier programs have none.
        let mut approvals = Vec::new();
        for path in archive.paths().map_err(damaged)? {
            if let Some(name) = backup::name_of(&path) {
                approvals.push((name.to_owned(), archive.read(&path).map_err(damaged)?));
            }
        }

        let (sha256, bytes) =
            durable::fingerprint(path).map_err(files::failed("read backup", path))?;
        list.add([SealedBackup {
            name: path.file_name().unwrap_or_default().to_owned(),
            made_on: about.made_on,
            sha256,
            bytes,
            head: Some(about.head.clone()),
            handed_over: None,
        }]);

        Ok(Self { key: Some(key), about: Some(about), approvals, list })
    }

    /// What the backup says of itself has to be what is in it.
    pub fn must_be_of(&self, head: &Head, path: &Utf8Path) -> Result<(), RestoreError> {
        match &self.about {
            Some(about) if about.head != *head => Err(RestoreError::NotABackup {
                path: path.to_owned(),
                problem: "the ledger in it is not the one that it names".to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Every sealed backup that this one knows, itself included.
    pub fn backups(&self) -> Vec<SealedBackup> {
        self.list.backups.clone()
    }
}
