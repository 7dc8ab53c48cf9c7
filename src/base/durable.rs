//! Files that survive a crash: whole or absent, never half, and readable by nobody else.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};

use camino::{Utf8Path, Utf8PathBuf};
use data_encoding::HEXLOWER;
use rustix::fs::{CWD, OFlags, RenameFlags, renameat_with};
use sha2::{Digest, Sha256};

use crate::base::defect::{self, Defect};

/// Bytes that are copied or hashed at a time.
const CHUNK: usize = 1 << 16;

/// A file under a hidden temporary name that takes its own name only once every byte of it is on
/// disk.
///
/// Dropped without [`Pending::replace`] or [`Pending::claim`] it removes itself.
#[derive(Debug)]
pub struct Pending {
    file: File,
    temporary: Utf8PathBuf,
    target: Utf8PathBuf,
    settled: bool,
}

impl Pending {
    /// Opens `.<name>.part` beside `target`, mode 0600, new. One that an interrupted run left
    /// behind is removed; the caller holds the run's lock.
    ///
    /// # Errors
    /// When the folder is missing or cannot be written to.
    pub fn create(target: &Utf8Path) -> io::Result<Self> {
        let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let temporary = target.with_file_name(format!(".{name}.part"));
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = create_new(&temporary)?;
        Ok(Self { file, temporary, target: target.to_owned(), settled: false })
    }

    /// Takes the name, also when a file has it already.
    ///
    /// # Errors
    /// When syncing or renaming fails; the target is then as it was.
    pub fn replace(mut self) -> io::Result<()> {
        self.sync()?;
        fs::rename(&self.temporary, &self.target)?;
        self.settled = true;
        sync_folder_of(&self.target)
    }

    /// Lets others read the file as well; its content is nothing that they may not know.
    ///
    /// # Errors
    /// When its mode cannot be changed.
    fn set_mode(&self, mode: u32) -> io::Result<()> {
        self.file.set_permissions(fs::Permissions::from_mode(mode))
    }

    /// Takes the name unless a file has it already.
    ///
    /// # Errors
    /// `AlreadyExists` when the name is taken; else when syncing or renaming fails.
    pub fn claim(mut self) -> io::Result<()> {
        self.sync()?;
        rename_new(&self.temporary, &self.target)?;
        self.settled = true;
        sync_folder_of(&self.target)
    }

    fn sync(&self) -> io::Result<()> {
        if defect::is(Defect::RenamedUnsynced) { Ok(()) } else { self.file.sync_all() }
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.settled {
            // Nothing can be done about a failure here; the next run removes the file.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Opens a file that must not be there yet, mode 0600; a link in its place is refused.
///
/// # Errors
/// `AlreadyExists` when anything has the name.
pub fn create_new(path: &Utf8Path) -> io::Result<File> {
    create_with_mode(path, 0o600)
}

/// The same with a different mode.
///
/// # Errors
/// `AlreadyExists` when anything has the name.
pub fn create_with_mode(path: &Utf8Path, mode: u32) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(mode).custom_flags(no_follow()).open(path)
}

/// Opens a file for writing over what it holds; a link in its place is refused.
///
/// # Errors
/// When it is missing, a link or not writable.
pub fn open_to_overwrite(path: &Utf8Path) -> io::Result<File> {
    OpenOptions::new().write(true).custom_flags(no_follow()).open(path)
}

/// Opens a file for reading; a link in its place is refused.
///
/// # Errors
/// When it is missing, a link or not readable.
pub fn open(path: &Utf8Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(no_follow()).open(path)
}

/// Reads what another process may have put there. What is not a regular file (a link, a pipe, a
/// device) or is longer than `most` bytes is refused, so that reading always ends.
///
/// # Errors
/// `InvalidInput` when it is no regular file, `FileTooLarge` when it is too long.
pub fn read_regular(path: &Utf8Path, most: u64) -> io::Result<Vec<u8>> {
    let flags = no_follow() | OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }

    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(too_long(most)) } else { Ok(bytes) }
}

/// Reads a small text that an operator wrote. What is not a regular file (a pipe, a device) or is
/// longer than `most` bytes is refused, so that reading always ends.
///
/// # Errors
/// `InvalidInput` when it is no regular file, `FileTooLarge` when it is too long, `InvalidData`
/// when it is not UTF-8.
pub fn read_text(path: &Utf8Path, most: u64) -> io::Result<String> {
    let not_a_file = || io::Error::new(io::ErrorKind::InvalidInput, "not a regular file");
    // Looked at before it is opened: opening a pipe waits for somebody to write to it.
    if !fs::metadata(path)?.is_file() {
        return Err(not_a_file());
    }

    let file = OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)?;

    if !file.metadata()?.is_file() {
        return Err(not_a_file());
    }

    let mut text = String::new();
    file.take(most + 1).read_to_string(&mut text)?;

    if text.len() as u64 > most { Err(too_long(most)) } else { Ok(text) }
}

fn too_long(most: u64) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, format!("longer than {most} bytes"))
}

fn no_follow() -> i32 {
    OFlags::NOFOLLOW.bits().cast_signed()
}

/// Writes a whole file, durably, replacing what has its name.
///
/// # Errors
/// When writing, syncing or renaming fails; the target is then as it was.
pub fn write(target: &Utf8Path, bytes: &[u8]) -> io::Result<()> {
    let mut pending = Pending::create(target)?;
    pending.write_all(bytes)?;
    pending.replace()
}

/// The same, unless something has the name already.
///
/// # Errors
/// `AlreadyExists` when the name is taken; else when writing, syncing or renaming fails.
pub fn write_new(target: &Utf8Path, bytes: &[u8]) -> io::Result<()> {
    let mut pending = Pending::create(target)?;
    pending.write_all(bytes)?;
    pending.claim()
}

/// [`write`] for a file that is not ours alone, with this mode.
///
/// # Errors
/// When writing, syncing or renaming fails; the target is then as it was.
pub fn write_with_mode(target: &Utf8Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut pending = Pending::create(target)?;
    pending.write_all(bytes)?;
    pending.set_mode(mode)?;
    pending.replace()
}

/// Renames without ever replacing a file. Does not sync the folders.
///
/// # Errors
/// `AlreadyExists` when `to` is taken; `CrossesDevices` when the two are on different filesystems.
pub fn rename_new(from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
    match renameat_with(CWD, from.as_std_path(), CWD, to.as_std_path(), RenameFlags::NOREPLACE) {
        // The filesystem does not know the flag: a hard link refuses a taken name just as well.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
            fs::hard_link(from, to)?;
            fs::remove_file(from)
        }
        result => Ok(result?),
    }
}

/// Makes one folder, mode 0700, unless it is there; a link or file in its place is refused.
///
/// # Errors
/// When its parent is missing, or something else has the name.
pub fn make_folder(folder: &Utf8Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => sync_folder_of(folder),
        // Synced again: an earlier run may have been killed between making and syncing it.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if fs::symlink_metadata(folder)?.is_dir() { sync_folder_of(folder) } else { Err(error) }
        }
        Err(error) => Err(error),
    }
}

/// Makes the names in a folder durable.
///
/// # Errors
/// When the folder cannot be opened or synced.
pub fn sync_folder(folder: &Utf8Path) -> io::Result<()> {
    if defect::is(Defect::FolderUnsynced) {
        return Ok(());
    }
    let folder = if folder.as_str().is_empty() { Utf8Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

fn sync_folder_of(path: &Utf8Path) -> io::Result<()> {
    sync_folder(path.parent().unwrap_or(Utf8Path::new("/")))
}

/// SHA-256 (lower-case hex) and length of a file.
///
/// # Errors
/// When it cannot be read.
pub fn fingerprint(path: &Utf8Path) -> io::Result<(String, u64)> {
    let mut file = open(path)?;
    let mut digest = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut bytes = 0;

    loop {
        match file.read(&mut chunk) {
            Ok(0) => return Ok((HEXLOWER.encode(&digest.finalize()), bytes)),
            Ok(read) => {
                digest.update(&chunk[..read]);
                bytes += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Passes bytes on and keeps their SHA-256 and number.
#[derive(Debug)]
pub struct Hashing<W> {
    inner: W,
    digest: Sha256,
    bytes: u64,
}

impl<W: Write> Hashing<W> {
    /// Hashes everything on its way to `inner`.
    pub fn new(inner: W) -> Self {
        Self { inner, digest: Sha256::new(), bytes: 0 }
    }

    /// Where the bytes went, their SHA-256 (lower-case hex), and how many there were.
    #[must_use]
    pub fn finish(self) -> (W, String, u64) {
        (self.inner, HEXLOWER.encode(&self.digest.finalize()), self.bytes)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.digest.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn folder() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        (folder, path)
    }

    #[test]
    fn nothing_has_the_name_before_it_is_settled() {
        let (_folder, path) = folder();
        let target = path.join("a");
        let mut pending = Pending::create(&target).unwrap();
        pending.write_all(b"whole").unwrap();
        assert!(!target.exists());
        pending.claim().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"whole");
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(&path).unwrap().count(), 1);
    }

    #[test]
    fn a_dropped_file_leaves_nothing() {
        let (_folder, path) = folder();
        drop(Pending::create(&path.join("a")).unwrap());
        assert_eq!(fs::read_dir(&path).unwrap().count(), 0);
    }

    #[test]
    fn a_taken_name_is_never_replaced_by_claim() {
        let (_folder, path) = folder();
        write(&path.join("a"), b"first").unwrap();
        let mut pending = Pending::create(&path.join("a")).unwrap();
        pending.write_all(b"second").unwrap();
        assert_eq!(pending.claim().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(path.join("a")).unwrap(), b"first");
    }

    #[test]
    fn links_are_refused() {
        let (_folder, path) = folder();
        fs::write(path.join("real"), b"x").unwrap();
        std::os::unix::fs::symlink(path.join("real"), path.join("link")).unwrap();
        assert!(open(&path.join("link")).is_err());
        assert!(create_new(&path.join("link")).is_err());
        assert!(make_folder(&path.join("link")).is_err());
    }

    #[test]
    fn a_leftover_of_a_killed_run_is_no_obstacle() {
        let (_folder, path) = folder();
        fs::write(path.join(".a.part"), b"half").unwrap();
        write(&path.join("a"), b"whole").unwrap();
        assert_eq!(fs::read(path.join("a")).unwrap(), b"whole");
    }

    #[test]
    fn the_fingerprint_is_that_of_sha256() {
        let (_folder, path) = folder();
        write(&path.join("a"), b"abc").unwrap();
        let (hash, bytes) = fingerprint(&path.join("a")).unwrap();
        assert_eq!(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(bytes, 3);
    }
}
