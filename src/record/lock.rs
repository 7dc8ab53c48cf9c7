//! One writer at a time.

use std::fs::File;
use std::time::{Duration, Instant};

use camino::Utf8Path;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::error::RecordError;
use super::files::failed;

/// A run that was killed an instant ago holds the lock until the kernel has cleared it away, memory
/// first.
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 300 } else { 3_000 });
/// How long to wait before the next try.
const PAUSE: Duration = Duration::from_millis(20);

/// Held on the data folder itself as long as it lives. The kernel frees it with the process,
/// however that ends: there is no lock file that could be stale.
#[derive(Debug)]
pub(super) struct Lock {
    _folder: File,
}

impl Lock {
    /// Takes the lock, or refuses after a moment.
    pub(super) fn take(data_dir: &Utf8Path) -> Result<Self, RecordError> {
        let folder = File::open(data_dir).map_err(failed("open", data_dir))?;
        let end = Instant::now() + PATIENCE;
        loop {
            match flock(&folder, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(Self { _folder: folder }),
                Err(Errno::WOULDBLOCK) if Instant::now() < end => std::thread::sleep(PAUSE),
                Err(Errno::WOULDBLOCK) => {
                    return Err(RecordError::InUse { data_dir: data_dir.to_owned() });
                }
                Err(error) => return Err(failed("lock", data_dir)(error.into())),
            }
        }
    }
}

/// Whether a program is at work on this data folder now. Asks without waiting, and lets go at once.
#[must_use]
pub fn is_in_use(data_dir: &Utf8Path) -> bool {
    let asked =
        File::open(data_dir).map(|folder| flock(&folder, FlockOperation::NonBlockingLockShared));
    matches!(asked, Ok(Err(Errno::WOULDBLOCK)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_that_is_about_to_go_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap();
        let first = Lock::take(path).unwrap();
        let going = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(60));
            drop(first);
        });
        Lock::take(path).unwrap();
        going.join().unwrap();
    }

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
