//! The command line: what can be asked, how it is answered, and with which exit code.

mod args;
mod commands;
mod end;
mod fleet;
mod inbox;
pub mod logging;
mod manual;
mod night;
mod output;
pub mod process;
mod restore;
mod status;
mod tell;
mod watch;
mod who;

use std::process::ExitCode;

use clap::Parser;

use args::Args;

/// How a command ended (docs/design.md, "Exit codes"). Of two, the later one in this order wins, but [`Status::Untold`]
/// only wins over the first two.
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
    /// Done and published, but telling somebody failed.
    Untold,
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
            Self::Untold => 5,
        }
    }

    /// What a process told by its exit code; `None` where it is not one of ours.
    #[must_use]
    pub fn from_code(code: i32) -> Option<Self> {
        let all = [Self::Done, Self::ForAHuman, Self::Usage, Self::Stopped, Self::PartPublished, Self::Untold];
        all.into_iter().find(|status| i32::from(status.code()) == code)
    }

    /// The same, when telling somebody failed: letters that are out are said to be, whatever else there is to say.
    #[must_use]
    pub const fn untold(self) -> Self {
        match self {
            Self::Done | Self::ForAHuman | Self::Untold => Self::Untold,
            Self::Usage | Self::Stopped | Self::PartPublished => self,
        }
    }

    /// The same, when the answer of a command that published nothing could not be printed: it has failed. A run whose letters
    /// are out is [`Status::untold`] instead.
    const fn unanswered(self) -> Self {
        match self {
            Self::Done | Self::ForAHuman => Self::Stopped,
            Self::Usage | Self::Stopped | Self::PartPublished | Self::Untold => self,
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
            return ExitCode::from(answered(Status::Done).code());
        }
    };
    ExitCode::from(answered(execute(&args)).code())
}

fn execute(args: &Args) -> Status {
    match args.watched_by {
        None => {
            process::end_aborts_with(Status::Stopped.code());
            if let Some(status) = watch::over(args) {
                return status;
            }
        }
        Some(parent) if !process::ends_with(parent) => return Status::Stopped,
        Some(_) => {}
    }
    let ended = process::caught(|| commands::execute(args));
    let failure = match ended {
        Ok(Ok(status)) => return status,
        Ok(Err(failure)) => failure,
        Err(place) => output::Failure::defect(Status::Stopped, &place),
    };
    output::failure(&failure);
    if args.json {
        output::json(&failure.answer());
    }
    failure.status
}

/// The status of a command that published nothing, once it is known whether its answer was printed.
fn answered(status: Status) -> Status {
    let Some(failure) = output::lost(status.unanswered()) else { return status };
    output::failure(&failure);
    failure.status
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telling_that_failed_wins_over_news_and_over_nothing_else() {
        let codes = |status: Status| (status.code(), status.untold().code(), status.unanswered().code());
        let told: Vec<_> = (0..6).filter_map(Status::from_code).map(codes).collect();
        assert_eq!(told, [(0, 5, 3), (1, 5, 3), (2, 2, 2), (3, 3, 3), (4, 4, 4), (5, 5, 5)]);
        assert_eq!([6, 101, 134, -1].map(Status::from_code), [None; 4]);
    }
}
