//! What the process does before anything else, so that nothing leaks from it: no core dumps, no files for others, no
//! personal data in a panic.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustix::fs::Mode;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit, umask};

/// Closes the process: files 0600 and folders 0700, no core dump, no debugger from another account, a full file-size
/// limit is an error instead of a kill, and a panic prints its place only.
///
/// Each step is best effort: none of them may keep a letter from being written.
pub fn close() {
    umask(Mode::from_raw_mode(0o077));
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false)));
    std::panic::set_hook(Box::new(|panic| {
        // The message may quote a value (a slice error quotes the whole string): only the place is told.
        let place = panic.location().map_or_else(|| "unknown place".to_owned(), ToString::to_string);
        tracing::error!(panic.place = %place, "internal error");
    }));
}

/// Largest resident memory of this process so far, in bytes; 0 where the system does not tell.
#[must_use]
pub fn peak_rss_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()).map_or(0, |kib| kib * 1024)
}
