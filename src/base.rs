//! What everything is built on, and what knows nothing of letters: the file system, the log, the
//! process, its exit code.

pub mod bsn;
pub mod confine;
pub mod data_dir;
pub mod defect;
pub mod durable;
mod explain;
mod file_error;
pub mod hash;
pub mod logging;
pub mod plain;
pub mod process;
pub mod progress;
pub mod random;
mod status;
pub mod workers;
pub mod working_days;

pub use explain::Explain;
pub use file_error::FileError;
pub use status::ExitStatus;
