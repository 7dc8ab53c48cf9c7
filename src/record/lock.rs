//! One writer at a time.

use std::fs::File;

use camino::Utf8Path;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::error::RecordError;
use super::files::failed;

/// Held on the data folder itself as long as it lives. The kernel frees it with the process, however that ends: there
/// is no lock file that could be stale.
#[derive(Debug)]
pub(super) struct Lock {
    _folder: File,
}

impl Lock {
    /// Takes the lock, or refuses at once.
    pub(super) fn take(data_dir: &Utf8Path) -> Result<Self, RecordError> {
        let folder = File::open(data_dir).map_err(failed("opening", data_dir))?;
        match flock(&folder, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { _folder: folder }),
            Err(Errno::WOULDBLOCK) => Err(RecordError::InUse { data_dir: data_dir.to_owned() }),
            Err(error) => Err(failed("locking", data_dir)(error.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_taker_is_refused_until_the_first_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap();
        let first = Lock::take(path).unwrap();
        assert!(matches!(Lock::take(path), Err(RecordError::InUse { .. })));
        drop(first);
        Lock::take(path).unwrap();
    }
}
