//! The command line: what can be asked, how it is answered, and with which exit code.

mod args;
mod commands;
mod end;
mod fleet;
pub mod logging;
mod manual;
mod output;
pub mod process;
mod who;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};

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

    /// The same, when the answer could not be printed: a run that published says that somebody has to look, everything else
    /// has failed.
    const fn unanswered(self, published: bool) -> Self {
        match self {
            Self::Done | Self::ForAHuman if published => Self::ForAHuman,
            Self::Done | Self::ForAHuman => Self::Stopped,
            Self::Usage | Self::Stopped | Self::PartPublished => self,
        }
    }
}

/// Parses the command line, runs the command, prints what went wrong.
#[must_use]
pub fn main() -> ExitCode {
    process::close();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(asked) if asked.use_stderr() => asked.exit(),
        Err(asked) => {
            output::line(asked.render().to_string().trim_end());
            return ExitCode::from(answered(Status::Done, false).code());
        }
    };
    let status = commands::execute(&args).unwrap_or_else(|failure| {
        output::failure(&failure);
        failure.status
    });
    ExitCode::from(answered(status, matches!(args.command, Command::Run { .. })).code())
}

/// The status once it is known whether the answer was printed.
fn answered(status: Status, published: bool) -> Status {
    let Some(failure) = output::lost(status.unanswered(published)) else { return status };
    output::failure(&failure);
    failure.status
}
