//! Logs: text on stderr, JSON lines in `logs/`. Ids, counts, row numbers and codes; never a value.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use rustix::fs::OFlags;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::base::plain;

/// The log's lines about outcomes; they are for the file, standard error tells the same in other
/// words.
pub const LOG_TARGET: &str = "breachpost::outcome";

/// The log file. Its lines wait in memory until [`keep`]: a command that refuses touches no file.
enum LogFile {
    Waiting {
        path: Utf8PathBuf,
        lines: Vec<u8>,
    },
    Open(File),
    /// There is none, or it cannot be written; what is said on stderr has to do.
    None,
}

static LOG_FILE: Mutex<LogFile> = Mutex::new(LogFile::None);

fn log_file() -> MutexGuard<'static, LogFile> {
    LOG_FILE.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Lines;

impl Write for Lines {
    /// A whole line, as the subscriber hands it over.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let line = plain::shown_json(&String::from_utf8_lossy(bytes));
        match &mut *log_file() {
            LogFile::Waiting { lines, .. } => lines.extend_from_slice(line.as_bytes()),
            LogFile::Open(file) => file.write_all(line.as_bytes())?,
            LogFile::None => {}
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes the lines so far, if any, to the log file, and from then on every line at once. Called
/// when nothing can be refused any more.
pub fn keep() {
    let mut log_file = log_file();
    let LogFile::Waiting { path, lines } = &*log_file else { return };

    if lines.is_empty() {
        return;
    }

    let write = || {
        // Through a link the log would go where somebody else says.
        let no_link = OFlags::NOFOLLOW.bits().cast_signed();
        let mut log = OpenOptions::new();
        log.create(true).append(true).mode(0o600).custom_flags(no_link);
        let mut file = log.open(path)?;
        file.write_all(lines)?;
        io::Result::Ok(file)
    };
    *log_file = write().map_or(LogFile::None, LogFile::Open);
}

/// Writes no log file: the folder is not fit to be written to.
pub fn forget() {
    *log_file() = LogFile::None;
}

/// Starts logging; `verbosity` 0 shows warnings on stderr, 1 information, 2 and more everything of
/// this program.
///
/// The file `logs/<run date>.jsonl` is used only where `data_dir` already holds a ledger's folders.
pub fn start(data_dir: Option<&Utf8Path>, run_date: Date, verbosity: u8) {
    let level =
        [LevelFilter::WARN, LevelFilter::INFO, LevelFilter::DEBUG][usize::from(verbosity.min(2))];
    let ours = |level: LevelFilter| {
        tracing_subscriber::filter::Targets::new()
            .with_default(LevelFilter::ERROR)
            .with_target("breachpost", level)
    };

    let console = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .without_time()
        .with_target(false)
        .with_filter(ours(level).with_target(LOG_TARGET, LevelFilter::OFF));

    if let Some(folder) =
        data_dir.map(|folder| folder.join("logs")).filter(|folder| folder.is_dir())
    {
        let path = folder.join(format!("{run_date}.jsonl"));
        *log_file() = LogFile::Waiting { path, lines: Vec::new() };
    }

    let file = fmt::layer().json().with_writer(|| Lines).with_filter(ours(LevelFilter::INFO));
    // A second start (tests in one process) keeps the first subscriber.
    let _ = tracing_subscriber::registry().with(console).with(file).try_init();
}
