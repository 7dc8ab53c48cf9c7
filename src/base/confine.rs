//! Processes that read what strangers made: little memory, little time, and no rights beyond
//! those that reading takes. Whatever goes wrong in one, the process that started it is left to say
//! with which file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::os::fd::AsFd as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use camino::Utf8Path;
use landlock::{
    ABI, Access as _, AccessFs, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, RulesetError, RulesetStatus, path_beneath_rules,
};
use rustix::process::{Resource, Rlimit, Signal, setrlimit};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Length, SeccompCmpOp as Is,
    SeccompCondition as Condition, SeccompFilter, SeccompRule, apply_filter_all_threads,
};

/// Environment variable with `MIB,SECONDS`: limits that are lower than usual, for tests. It never
/// raises one.
pub const LOWER_LIMITS: &str = "BREACHPOST_LIMITS";

/// For the environment of a process that will be confined: its allocator takes memory from the
/// system as it needs it, so that the limit is met there and not beyond what it has in store.
pub const COUNTED_MEMORY: (&str, &str) = ("MIMALLOC_ARENA_EAGER_COMMIT", "0");

/// What a process may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessLimits {
    /// Bytes of memory.
    pub memory: u64,
    /// Seconds of processor time, all threads together.
    pub seconds: u64,
}

impl ProcessLimits {
    /// What reading so many bytes may take. A list of the whole population takes a quarter of it.
    #[must_use]
    pub fn of(bytes: u64) -> Self {
        let usual = Self { memory: (448 << 20) + 16 * bytes, seconds: 1 + bytes / (256 << 10) };
        usual.lowered(std::env::var(LOWER_LIMITS).ok().as_deref())
    }

    /// What looking at a package of so many bytes may take: a file of it after the other.
    #[must_use]
    pub fn of_package(bytes: u64) -> Self {
        Self { memory: Self::of(bytes.min(32 << 20)).memory, ..Self::of(bytes) }
    }

    fn lowered(self, wanted: Option<&str>) -> Self {
        let numbers = wanted.and_then(|text| text.split_once(','));
        let Some((mib, seconds)) = numbers else { return self };
        let (mib, seconds) = (mib.parse().unwrap_or(u64::MAX), seconds.parse().unwrap_or(u64::MAX));
        Self {
            memory: self.memory.min(u64::saturating_mul(mib, 1 << 20)),
            seconds: self.seconds.min(seconds),
        }
    }
}

/// The longest file that is read, in bytes, where it would be `usual`.
#[must_use]
pub fn longest_file(usual: u64) -> u64 {
    let limits = ProcessLimits { memory: usual, seconds: 0 };
    limits.lowered(std::env::var(LOWER_LIMITS).ok().as_deref()).memory
}

/// What a process may do beside reading and writing what it has open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights<'p> {
    /// Nothing.
    Nothing,
    /// Open these files, and what is in these folders, to read them.
    Read(&'p [&'p Utf8Path]),
}

/// Takes from this process what it does not need. The threads it computes with are started first;
/// no other can be afterwards.
///
/// Where the kernel knows no filters of system calls (seccomp), the limits hold alone; where it
/// knows no rules about paths (landlock), a process that may read may read whatever we may.
pub fn enter(limits: ProcessLimits, rights: Rights<'_>) {
    // Rules about paths hold for a thread and for those that it starts. Who opens nothing needs
    // none.
    let keep_to = |paths: &[&Utf8Path]| drop(read_below(paths));
    match rights {
        Rights::Nothing => drop(rayon::broadcast(|_| ())),
        Rights::Read(paths) => {
            keep_to(paths);
            rayon::broadcast(|_| keep_to(paths));
        }
    }
    // Whoever waits for something that never comes uses no processor time.
    let longest = Duration::from_secs(10 + 4 * limits.seconds);
    let _ = thread::Builder::new().spawn(move || {
        thread::sleep(longest);
        std::process::abort();
    });

    let set = |what, most| {
        let _ = setrlimit(what, Rlimit { current: Some(most), maximum: Some(most) });
    };
    set(Resource::Data, limits.memory);
    set(Resource::Cpu, limits.seconds);

    let Ok(program) = filter(rights) else { return };
    let _ = apply_filter_all_threads(&program);
}

/// From here on this thread opens nothing but these files and what is in these folders, and only to
/// read. What is not there is left out. Says how much of that the kernel sees to.
fn read_below(paths: &[&Utf8Path]) -> Result<RulesetStatus, RulesetError> {
    let all = AccessFs::from_all(ABI::V3);
    let ruleset = Ruleset::default().set_compatibility(CompatLevel::BestEffort);
    let ruleset = ruleset.handle_access(all)?.create()?;
    let ruleset = ruleset.add_rules(path_beneath_rules(paths, AccessFs::from_read(ABI::V3)))?;
    Ok(ruleset.restrict_self()?.ruleset)
}

/// Whether a confined process ended because its time was over.
#[must_use]
pub fn is_out_of_time(ended: ExitStatus) -> bool {
    let over = [Signal::XCPU, Signal::KILL].map(Signal::as_raw);
    ended.signal().is_some_and(|signal| over.contains(&signal))
}

/// System calls of memory, threads, time, and files that are open.
const NEEDED: [i64; 38] = [
    libc::SYS_brk,
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_close,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_fcntl,
    libc::SYS_fstat,
    libc::SYS_futex,
    libc::SYS_getcpu,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_lseek,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_ppoll,
    libc::SYS_pread64,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_sigaltstack,
    libc::SYS_statx,
    libc::SYS_tgkill,
    libc::SYS_uname,
    libc::SYS_write,
    libc::SYS_writev,
];

fn filter(rights: Rights<'_>) -> Result<BpfProgram, seccompiler::Error> {
    let flag = |flag: i32| u64::from(flag.unsigned_abs());
    let without = |argument, bits: u64| {
        let none = Condition::new(argument, Length::Qword, Is::MaskedEq(bits), 0)?;
        Ok::<_, seccompiler::BackendError>(vec![SeccompRule::new(vec![none])?])
    };

    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        NEEDED.iter().map(|call| (*call, Vec::new())).collect();
    // No memory becomes code.
    let code = flag(libc::PROT_EXEC);
    rules.insert(libc::SYS_mmap, without(2, code)?);
    rules.insert(libc::SYS_mprotect, without(2, code)?);
    if matches!(rights, Rights::Read(_)) {
        let writes = libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC;
        rules.insert(libc::SYS_openat, without(2, flag(writes))?);
        rules.insert(libc::SYS_getdents64, Vec::new());
        rules.insert(libc::SYS_newfstatat, Vec::new());
        rules.insert(libc::SYS_readlinkat, Vec::new());
    }

    let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let arch = std::env::consts::ARCH.try_into()?;
    Ok(SeccompFilter::new(rules, refused, SeccompAction::Allow, arch)?.try_into()?)
}

/// Where a confined process notes what it is looking at.
static NOTES: OnceLock<File> = OnceLock::new();

/// From here on, what is [`looking_at`] is noted in the file that is this process's standard input.
pub fn take_notes() {
    if let Ok(notes) = std::io::stdin().as_fd().try_clone_to_owned() {
        let _ = NOTES.set(File::from(notes));
    }
}

/// Something that is being looked at, until this is dropped.
pub struct BeingRead<'n>(&'n str);

/// Notes, where notes are taken, that something is being looked at: when the process dies of it,
/// its name is left.
#[must_use]
pub fn looking_at(name: &str) -> BeingRead<'_> {
    note('+', name);
    BeingRead(name)
}

impl Drop for BeingRead<'_> {
    fn drop(&mut self) {
        note('-', self.0);
    }
}

fn note(sign: char, name: &str) {
    if let Some(mut notes) = NOTES.get() {
        let _ = notes.write_all(format!("{sign}{}\n", name.escape_debug()).as_bytes());
    }
}

/// What was being looked at when the notes end.
#[must_use]
pub fn still_open(notes: &str) -> Vec<&str> {
    let mut open = Vec::new();
    for line in notes.lines() {
        if let Some(name) = line.strip_prefix('+') {
            open.push(name);
        } else if let Some(name) = line.strip_prefix('-') {
            open.retain(|other| *other != name);
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_can_be_lowered_and_never_raised() {
        let usual = ProcessLimits { memory: 512 << 20, seconds: 2 };
        assert_eq!(usual.lowered(None), usual);
        assert_eq!(usual.lowered(Some("64,1")), ProcessLimits { memory: 64 << 20, seconds: 1 });
        for text in ["9999999,99", "", "x,y", "1024", "99999999999999999999,2"] {
            assert_eq!(usual.lowered(Some(text)), usual, "{text}");
        }
    }

    #[test]
    fn the_filter_is_one_that_this_machine_can_load() {
        for rights in [Rights::Nothing, Rights::Read(&[])] {
            assert!(filter(rights).unwrap().len() > NEEDED.len());
        }
    }

    #[test]
    fn a_thread_that_may_read_one_folder_reads_no_other() {
        let [mine, other] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let file = |folder: &tempfile::TempDir| folder.path().join("list.csv");
        for folder in [&mine, &other] {
            std::fs::write(file(folder), "a").unwrap();
        }
        let path = Utf8Path::from_path(mine.path()).unwrap().to_owned();
        let (mine, other) = (file(&mine), file(&other));
        let tried = thread::spawn(move || {
            let status = read_below(&[&path]).unwrap();
            let written = std::fs::write(&mine, "b").is_ok();
            let foreign = std::fs::read(&other).is_ok();
            (status, std::fs::read(&mine).is_ok(), written, foreign)
        });
        let (status, own, written, foreign) = tried.join().unwrap();
        assert!(own);
        // A kernel without landlock lets everything pass.
        if status != RulesetStatus::NotEnforced {
            assert!(!written && !foreign);
        }
    }

    #[test]
    fn what_was_not_put_down_is_still_open() {
        assert_eq!(still_open("+a\n+b\n-a\n+c\n-c\n"), ["b"]);
        assert!(still_open("").is_empty());
    }
}
