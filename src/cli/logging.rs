//! Logs: text on stderr, JSON lines in `logs/`. Ids, counts, row numbers and codes; never a value.

use std::fs::OpenOptions;
use std::io::IsTerminal;
use std::sync::Mutex;

use camino::Utf8Path;
use jiff::civil::Date;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

/// Starts logging; `verbosity` 0 shows warnings on stderr, 1 information, 2 and more everything of this program.
///
/// The file `logs/<run date>.jsonl` is used only where `data_dir` already holds a ledger's folders: a command that fails
/// before that leaves nothing behind.
pub fn start(data_dir: Option<&Utf8Path>, run_date: Date, verbosity: u8) {
    let level = [LevelFilter::WARN, LevelFilter::INFO, LevelFilter::DEBUG][usize::from(verbosity.min(2))];
    let ours = |level: LevelFilter| {
        tracing_subscriber::filter::Targets::new().with_default(LevelFilter::ERROR).with_target("breachpost", level)
    };
    let console = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .without_time()
        .with_target(false)
        .with_filter(ours(level));
    let file = data_dir
        .map(|folder| folder.join("logs"))
        .filter(|folder| folder.is_dir())
        .and_then(|folder| {
            OpenOptions::new().create(true).append(true).open(folder.join(format!("{run_date}.jsonl"))).ok()
        })
        .map(|file| fmt::layer().json().with_writer(Mutex::new(file)).with_filter(ours(LevelFilter::INFO)));
    // A second start (tests in one process) keeps the first subscriber.
    let _ = tracing_subscriber::registry().with(console).with(file).try_init();
}
