//! The command line: what can be asked, how it is answered, and with which exit code.

mod args;
mod commands;
mod end;
mod fleet;
mod inbox;
pub mod logging;
mod manual;
mod output;
pub mod process;
mod who;

use std::process::ExitCode;

use clap::Parser;

use args::Args;

/// How a command ended (DESIGN.md section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All in order.
    Done,
    /// Done, but something waits for a human.
    ForAHuman,
    /// Usage or configuration.
    Usage,
    /// Stopped; nothing left the building.
    Stopped,
    /// Stopped after part was published: run again to continue.
    PartPublished,
}

impl Status {
    /// The exit code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::ForAHuman => 1,
            Self::Usage => 2,
            Self::Stopped => 3,
            Self::PartPublished => 4,
        }
    }
}

/// Parses the command line, runs the command, prints what went wrong.
#[must_use]
pub fn main() -> ExitCode {
    process::close();
    let args = Args::parse();
    let status = commands::execute(&args).unwrap_or_else(|failure| {
        output::failure(&failure);
        failure.status
    });
    ExitCode::from(status.code())
}
