//! Atomic publication. Whoever looks into the outbox, at any instant, sees whole files only, and
//! `<job>.done` only when everything else is there and durable.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{Access, AtFlags, CWD, accessat, statvfs};
use serde::Serialize;

use crate::base::{FileError, durable, hash};
use crate::deliver::DeliverError;
use crate::package::sign::signature_file;
use crate::package::{Sealed, Signer};

/// A published job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// `outbox/<job>`.
    pub folder: Utf8PathBuf,
    /// The marker file.
    pub done_file: Utf8PathBuf,
    /// SHA-256 of `<job>.SHA256SUMS`, which has the hashes of all parts.
    pub sums_sha256: String,
    /// Whether everything was there already and nothing was written.
    pub was_published: bool,
}

/// The content of `<job>.done`.
#[derive(Debug, Serialize)]
struct Done<'a> {
    job: &'a str,
    parts: usize,
    letters: u64,
    sheets: u64,
    /// Of `<job>.SHA256SUMS`.
    sha256: &'a str,
    /// Head of the audit chain after sealing: an anchor outside the ledger.
    ledger_head: &'a str,
}

/// Checks, before anything is written to the ledger, that publication can work: folders of our own
/// that nobody else may write to, no links, writable, one filesystem, and `needed` bytes of room.
/// An outbox that is not there yet is checked by the folder it will be made in.
///
/// # Errors
/// [`DeliverError`] for the first thing that is wrong. Nothing is touched.
pub fn preflight(outbox: &Utf8Path, data_dir: &Utf8Path, needed: u64) -> Result<(), DeliverError> {
    let data_device = check_folder(data_dir)?;
    let folder = match fs::symlink_metadata(outbox) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            outbox.parent().unwrap_or(data_dir)
        }
        _ => outbox,
    };

    if check_folder(folder)? != data_device {
        return Err(DeliverError::OtherFilesystem {
            outbox: outbox.to_owned(),
            data_dir: data_dir.to_owned(),
        });
    }

    let room = statvfs(data_dir.as_std_path())
        .map_err(|error| FileError::at("measure", data_dir)(error.into()))?;
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    if free < needed {
        return Err(DeliverError::NoRoom { path: data_dir.to_owned(), free, needed });
    }

    Ok(())
}

/// The device of a folder that is fit to be written to.
fn check_folder(folder: &Utf8Path) -> Result<u64, DeliverError> {
    let unfit = |problem| DeliverError::Unfit { path: folder.to_owned(), problem };
    let metadata = fs::symlink_metadata(folder).map_err(FileError::at("inspect", folder))?;
    if metadata.is_symlink() {
        return Err(unfit("is a link, not a folder"));
    }

    if !metadata.is_dir() {
        return Err(unfit("is not a folder"));
    }

    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(unfit("belongs to another user"));
    }

    if metadata.mode() & 0o022 != 0 {
        return Err(unfit("can be written to by other users"));
    }

    match accessat(CWD, folder.as_std_path(), Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS)
    {
        Ok(()) => Ok(metadata.dev()),
        Err(rustix::io::Errno::ROFS) => Err(unfit("is on a filesystem that is read-only")),
        Err(rustix::io::Errno::ACCESS | rustix::io::Errno::PERM) => {
            Err(unfit("cannot be written to"))
        }
        Err(error) => Err(FileError::at("inspect", folder)(error.into()).into()),
    }
}

/// Moves the sealed parts of one job from `staging` into `outbox/<job>/`, then writes
/// `<job>.SHA256SUMS` and its signature, then `<job>.done`. Each file is synced, then renamed
/// without ever replacing one, then the folder is synced. What is there already with the same bytes
/// is done: publishing again after a crash goes on where it stopped, and publishing again after
/// success writes nothing.
///
/// `sealed` has every part of the job, in order. `ledger_head` is the head of the audit chain after
/// sealing.
///
/// # Errors
/// [`DeliverError::Conflict`] when the outbox has a file of the same name with other bytes,
/// `Changed` when a staged file is not what was sealed. [`DeliverError::anything_published`] says
/// whether part of the job is out.
pub fn publish(
    staging: &Utf8Path,
    outbox: &Utf8Path,
    job_name: &str,
    sealed: &[Sealed],
    ledger_head: &str,
    signer: &Signer,
) -> Result<Receipt, DeliverError> {
    if sealed.is_empty() {
        return Err(DeliverError::Empty);
    }

    let shelf = Shelf { staging, folder: outbox.join(job_name) };
    let result = shelf.fill(job_name, sealed, ledger_head, signer);
    result.map_err(|source| match shelf.count(sealed) {
        0 => source,
        published => {
            DeliverError::Partly { published, parts: sealed.len(), source: Box::new(source) }
        }
    })
}

/// The job's folder in the outbox and where its files come from.
struct Shelf<'a> {
    staging: &'a Utf8Path,
    folder: Utf8PathBuf,
}

impl Shelf<'_> {
    fn fill(
        &self,
        job_name: &str,
        sealed: &[Sealed],
        ledger_head: &str,
        signer: &Signer,
    ) -> Result<Receipt, DeliverError> {
        self.make_folder()?;
        let mut news = false;
        for part in sealed {
            news |= self.move_part(part)?;
        }

        self.sync()?;

        let sums: String =
            sealed.iter().flat_map(|part| [&part.sealed_sha256, "  ", &part.file, "\n"]).collect();
        news |= self.add(&format!("{job_name}.SHA256SUMS"), sums.as_bytes())?;
        news |= self.add(&signature_file(job_name), signer.sign(sums.as_bytes()).as_bytes())?;

        let sums_sha256 = hash::of_bytes(sums.as_bytes());
        let done = Done {
            job: job_name,
            parts: sealed.len(),
            letters: sealed.iter().map(|part| u64::from(part.letters)).sum(),
            sheets: sealed.iter().map(|part| u64::from(part.sheets)).sum(),
            sha256: &sums_sha256,
            ledger_head,
        };

        let mut done = serde_json::to_vec(&done).expect("text and numbers are always valid JSON");
        done.push(b'\n');
        let name = format!("{job_name}.done");
        news |= self.add(&name, &done)?;

        Ok(Receipt {
            done_file: self.folder.join(name),
            folder: self.folder.clone(),
            sums_sha256,
            was_published: !news,
        })
    }

    fn make_folder(&self) -> Result<(), DeliverError> {
        let outbox = self.folder.parent().unwrap_or(&self.folder);
        for folder in [outbox, &self.folder] {
            durable::make_folder(folder).map_err(FileError::at("create", folder))?;
            check_folder(folder)?;
        }
        Ok(())
    }

    /// Whether the part was moved now; false when it was there already.
    fn move_part(&self, part: &Sealed) -> Result<bool, DeliverError> {
        let (from, to) = (self.staging.join(&part.file), self.folder.join(&part.file));
        if is_there(&to)? {
            return expect_hash(
                &to,
                &part.sealed_sha256,
                DeliverError::Conflict { path: to.clone() },
            )
            .map(|()| false);
        }

        if !is_there(&from)? {
            return Err(DeliverError::Missing { file: part.file.clone() });
        }

        expect_hash(&from, &part.sealed_sha256, DeliverError::Changed { path: from.clone() })?;
        durable::open(&from)
            .and_then(|file| file.sync_all())
            .map_err(FileError::at("sync", &from))?;
        rename(&from, &to).map(|()| true)
    }

    /// Whether a small file was added now; false when it was there already with these bytes.
    fn add(&self, name: &str, bytes: &[u8]) -> Result<bool, DeliverError> {
        let to = self.folder.join(name);
        if is_there(&to)? {
            let there = fs::read(&to).map_err(FileError::at("read", &to))?;
            return if there == bytes {
                Ok(false)
            } else {
                Err(DeliverError::Conflict { path: to })
            };
        }

        let from = self.staging.join(name);
        durable::write(&from, bytes).map_err(FileError::at("write", &from))?;
        rename(&from, &to)?;

        self.sync().map(|()| true)
    }

    fn sync(&self) -> Result<(), DeliverError> {
        Ok(durable::sync_folder(&self.folder).map_err(FileError::at("sync", &self.folder))?)
    }

    /// How many parts of the job are in the outbox. A file that cannot be read counts: it may have
    /// been fetched.
    fn count(&self, sealed: &[Sealed]) -> usize {
        let is_out = |part: &&Sealed| match durable::fingerprint(&self.folder.join(&part.file)) {
            Ok((sha256, _)) => sha256 == part.sealed_sha256,
            Err(error) => error.kind() != io::ErrorKind::NotFound && is_folder(&self.folder),
        };
        sealed.iter().filter(is_out).count()
    }
}

fn is_folder(path: &Utf8Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

fn is_there(path: &Utf8Path) -> Result<bool, DeliverError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(FileError::at("inspect", path)(error).into()),
    }
}

fn expect_hash(path: &Utf8Path, sha256: &str, other: DeliverError) -> Result<(), DeliverError> {
    match durable::fingerprint(path) {
        Ok((found, _)) if found == sha256 => Ok(()),
        Ok(_) => Err(other),
        Err(error) => Err(FileError::at("read", path)(error).into()),
    }
}

fn rename(from: &Utf8Path, to: &Utf8Path) -> Result<(), DeliverError> {
    durable::rename_new(from, to).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => DeliverError::Conflict { path: to.to_owned() },
        _ => FileError::at("publish", to)(error).into(),
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    struct Site {
        _folder: tempfile::TempDir,
        data: Utf8PathBuf,
    }

    impl Site {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let data = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
            fs::create_dir(data.join("staging")).unwrap();
            Self { _folder: folder, data }
        }

        fn stage(&self, part: u32, content: &[u8]) -> Sealed {
            let file = format!("2600001-p{part:03}.zip.age");
            let path = self.data.join("staging").join(&file);
            durable::write(&path, content).unwrap();
            let (sealed_sha256, bytes) = durable::fingerprint(&path).unwrap();

            Sealed {
                file,
                plain_sha256: "0".repeat(64),
                sealed_sha256,
                letters: 2,
                pages: 4,
                sheets: 2,
                bytes,
            }
        }

        fn publish(&self, sealed: &[Sealed]) -> Result<Receipt, DeliverError> {
            publish(
                &self.data.join("staging"),
                &self.data.join("outbox"),
                "2600001",
                sealed,
                "head",
                &Signer::new(&[7; 32]),
            )
        }

        fn out(&self, name: &str) -> Utf8PathBuf {
            self.data.join("outbox/2600001").join(name)
        }
    }

    #[test]
    fn a_job_is_published_once_and_again_changes_nothing() {
        let site = Site::new();
        let sealed = [site.stage(1, b"one"), site.stage(2, b"two")];
        let receipt = site.publish(&sealed).unwrap();
        assert!(!receipt.was_published);
        let done = fs::read_to_string(&receipt.done_file).unwrap();

        assert_eq!(
            done,
            format!(
                "{{\"job\":\"2600001\",\"parts\":2,\"letters\":4,\"sheets\":4,\"sha256\":\"{}\",\"ledger_head\":\"head\"}}\n",
                receipt.sums_sha256
            )
        );

        assert_eq!(
            durable::fingerprint(&site.out("2600001.SHA256SUMS")).unwrap().0,
            receipt.sums_sha256
        );

        let [sums, signature] = ["2600001.SHA256SUMS", "2600001.SHA256SUMS.sig"]
            .map(|name| fs::read(site.out(name)).unwrap());
        let signer = Signer::new(&[7; 32]).public_line();
        crate::package::sign::check(&String::from_utf8(signature).unwrap(), &sums, Some(&signer))
            .unwrap();
        assert_eq!(fs::read_dir(site.data.join("staging")).unwrap().count(), 0);

        let before = fs::metadata(site.out("2600001.done")).unwrap().modified().unwrap();

        assert!(site.publish(&sealed).unwrap().was_published);
        assert_eq!(fs::metadata(site.out("2600001.done")).unwrap().modified().unwrap(), before);
    }

    #[test]
    fn everything_is_for_our_eyes_only() {
        let site = Site::new();
        let receipt = site.publish(&[site.stage(1, b"one")]).unwrap();
        let mode = |path: &Utf8Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&receipt.folder), 0o700);
        for entry in receipt.folder.read_dir_utf8().unwrap() {
            assert_eq!(mode(entry.unwrap().path()), 0o600);
        }
    }

    #[test]
    fn a_stopped_publication_goes_on_where_it_stopped() {
        let site = Site::new();
        let sealed = [site.stage(1, b"one"), site.stage(2, b"two")];
        fs::rename(site.data.join("staging").join(&sealed[1].file), site.data.join("aside"))
            .unwrap();
        let error = site.publish(&sealed).unwrap_err();
        assert!(error.anything_published());
        assert_eq!(error.to_string(), "stopped after 1 of 2 parts were published");
        assert!(!site.out("2600001.done").exists());
        fs::rename(site.data.join("aside"), site.data.join("staging").join(&sealed[1].file))
            .unwrap();
        site.publish(&sealed).unwrap();

        assert!(site.out("2600001.done").exists());
    }

    #[test]
    fn another_file_of_the_same_name_stops_it_and_is_kept() {
        let site = Site::new();
        let sealed = [site.stage(1, b"one")];
        durable::make_folder(&site.data.join("outbox")).unwrap();
        durable::make_folder(&site.data.join("outbox/2600001")).unwrap();
        fs::write(site.out(&sealed[0].file), b"other").unwrap();
        let error = site.publish(&sealed).unwrap_err();
        assert!(matches!(error, DeliverError::Conflict { .. }));
        assert_eq!(fs::read(site.out(&sealed[0].file)).unwrap(), b"other");
    }

    #[test]
    fn a_staged_file_with_other_bytes_is_never_published() {
        let site = Site::new();
        let sealed = [site.stage(1, b"one")];
        fs::write(site.data.join("staging").join(&sealed[0].file), b"rotten").unwrap();
        let error = site.publish(&sealed).unwrap_err();
        assert!(matches!(error, DeliverError::Changed { .. }));
        assert!(!error.anything_published());
    }

    #[test]
    fn a_link_in_place_of_the_job_folder_is_refused() {
        let site = Site::new();
        let sealed = [site.stage(1, b"one")];
        durable::make_folder(&site.data.join("outbox")).unwrap();
        durable::make_folder(&site.data.join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(site.data.join("elsewhere"), site.data.join("outbox/2600001"))
            .unwrap();
        let error = site.publish(&sealed).unwrap_err();
        assert!(!error.anything_published());
        assert_eq!(fs::read_dir(site.data.join("elsewhere")).unwrap().count(), 0);
    }

    #[test]
    fn preflight_refuses_what_cannot_work_and_touches_nothing() {
        let site = Site::new();
        let outbox = site.data.join("outbox");
        preflight(&outbox, &site.data, 1).unwrap();
        assert!(!outbox.exists());
        assert!(matches!(
            preflight(&outbox, &site.data, u64::MAX),
            Err(DeliverError::NoRoom { .. })
        ));

        assert!(matches!(
            preflight(Utf8Path::new("/dev/shm/breachpost-test"), &site.data, 1),
            Err(DeliverError::OtherFilesystem { .. }
                | DeliverError::Unfit { .. }
                | DeliverError::File(_))
        ));

        durable::make_folder(&outbox).unwrap();
        fs::set_permissions(&outbox, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(matches!(preflight(&outbox, &site.data, 1), Err(DeliverError::Unfit { .. })));
        fs::remove_dir(&outbox).unwrap();
        std::os::unix::fs::symlink(site.data.join("staging"), &outbox).unwrap();

        assert!(matches!(preflight(&outbox, &site.data, 1), Err(DeliverError::Unfit { .. })));
    }

    #[test]
    fn somebody_who_polls_sees_whole_files_and_done_last() {
        let site = Site::new();
        let content = vec![7_u8; 300_000];
        let sealed: Vec<Sealed> = (1..=20).map(|part| site.stage(part, &content)).collect();
        let finished = AtomicBool::new(false);
        let folder = site.out("");

        std::thread::scope(|scope| {
            let poller = scope.spawn(|| {
                while !finished.load(Ordering::Relaxed) {
                    let done = folder.join("2600001.done").exists();
                    let Ok(entries) = fs::read_dir(&folder) else { continue };
                    let mut parts = 0;
                    for entry in entries {
                        let entry = entry.unwrap();
                        let name = entry.file_name().into_string().unwrap();
                        assert!(!name.starts_with('.'), "temporary file in the outbox");
                        if name.starts_with("2600001-p") {
                            assert_eq!(entry.metadata().unwrap().len(), 300_000);
                            parts += 1;
                        }
                    }
                    assert!(!done || parts == 20);
                }
            });
            site.publish(&sealed).unwrap();
            finished.store(true, Ordering::Relaxed);
            poller.join().unwrap();
        });
    }
}
