//! What the process does before anything else, so that nothing leaks from it: no core dumps, no
//! files for others, no personal data in a panic. And how it ends when it fails itself: never with
//! a code that nobody has agreed on.

use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustix::fs::Mode;
use rustix::process::{
    DumpableBehavior, Pid, Resource, Rlimit, Signal, getppid, set_dumpable_behavior,
    set_parent_process_death_signal, setrlimit, umask,
};

use super::durable::Hashing;

/// For the environment of a process that works for a while: its allocator gives back after a tenth
/// of a second what it no longer needs. mimalloc 3 waits for a whole one by itself, and a run takes
/// an eighth more memory then, and no less time.
pub const RETURNED_MEMORY: (&str, &str) = ("MIMALLOC_PURGE_DELAY", "100");

/// Where the program failed last.
static PLACE: Mutex<Option<String>> = Mutex::new(None);

/// Closes the process: files 0600 and folders 0700, no core dump, no debugger from a different
/// account, a full file-size limit is an error instead of a kill, and a panic prints its place
/// only.
///
/// Each step is best effort: none of them may keep a letter from being written.
pub fn close() {
    umask(Mode::from_raw_mode(0o077));
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    let _ =
        signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false)));

    std::panic::set_hook(Box::new(|panic| {
        // The message may quote a value (a slice error quotes the whole string): only the place is
        // told.
        let place =
            panic.location().map_or_else(|| "unknown place".to_owned(), ToString::to_string);
        tracing::error!(panic.place = %place, "internal error");
        *PLACE.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
    }));
}

/// SHA-256 (lower-case hex) of the program that is running, also when its file was replaced
/// meanwhile. It is read once.
///
/// # Errors
/// When the program's file cannot be read.
pub fn program_hash() -> io::Result<String> {
    static KNOWN: OnceLock<String> = OnceLock::new();
    if let Some(sha256) = KNOWN.get() {
        return Ok(sha256.clone());
    }

    let mut file = File::open("/proc/self/exe")?;
    let mut hashing = Hashing::new(io::sink());
    io::copy(&mut file, &mut hashing)?;
    let (_, sha256, _) = hashing.finish();
    Ok(KNOWN.get_or_init(|| sha256).clone())
}

/// Does the work; where the program fails in it, gives the place in its source.
///
/// # Errors
/// The place of the panic.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    // Whatever was half done is not looked at again: the process ends.
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        let place = PLACE.lock().unwrap_or_else(PoisonError::into_inner).clone();
        place.unwrap_or_else(|| "an unknown place".to_owned())
    })
}

/// Ends with this code where memory runs out or the stack overflows, which Rust answers with
/// SIGABRT.
pub fn end_aborts_with(code: u8) {
    let always = Arc::new(AtomicBool::new(true));
    let _ = signal_hook::flag::register_conditional_shutdown(
        signal_hook::consts::SIGABRT,
        code.into(),
        always,
    );
}

/// Ties this process to the one that watches over it: it does not outlive it. False when that one
/// is gone already; 0 stands for nobody.
#[must_use]
pub fn ends_with(watcher: u32) -> bool {
    if watcher == 0 {
        return true;
    }
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    getppid().map(Pid::as_raw_pid).and_then(|pid| u32::try_from(pid).ok()) == Some(watcher)
}

/// Largest resident memory of this process so far, in bytes; 0 where the system does not tell.
#[must_use]
pub fn peak_rss_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok())
        .map_or(0, |kib| kib * 1024)
}

/// The account that the program runs under, which nobody can claim by a variable: its name in
/// `/etc/passwd`, else `user` and its number.
#[must_use]
pub fn account() -> String {
    let own = rustix::process::getuid().as_raw().to_string();
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == own).then(|| name.to_owned())
    });
    named.unwrap_or_else(|| format!("user {own}"))
}
