//! The command line: what can be asked, how it is answered, and with which exit code.

mod args;
mod commands;
mod output;
mod session;
mod stop;
mod tell;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use crate::base::{ExitStatus, logging, process};
use crate::read::boxed;
use args::Args;

/// Parses the command line, runs the command, prints what went wrong.
#[must_use]
pub fn main() -> ExitCode {
    process::close();
    let mut words = std::env::args_os().skip(1);
    if words.next().is_some_and(|word| word == boxed::WORD) {
        let watcher = words.next().unwrap_or_default();
        return ExitCode::from(boxed::serve(&watcher.to_string_lossy()).code());
    }
    boxed::start_processes();

    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(asked) if asked.use_stderr() => asked.exit(),
        Err(asked) => {
            output::line(asked.render().to_string().trim_end());
            return ExitCode::from(answered(ExitStatus::Done).code());
        }
    };

    ExitCode::from(answered(execute(&args)).code())
}

fn execute(args: &Args) -> ExitStatus {
    match args.watched_by {
        None => {
            process::end_aborts_with(ExitStatus::Stopped.code());
            if let Some(status) = watch::over(args) {
                return status;
            }
        }
        Some(parent) if !process::ends_with(parent) => return ExitStatus::Stopped,
        Some(_) => {}
    }

    let ended = process::caught(|| commands::execute(args));
    let failure = match ended {
        Ok(Ok(status)) => return status,
        Ok(Err(failure)) => failure,
        Err(place) => output::Failure::defect(ExitStatus::Stopped, &place),
    };

    output::failure(&failure);

    if args.json {
        output::json(&failure.answer());
    }

    failure.status
}

/// The status of a command that published nothing, once it is known whether its answer was printed.
fn answered(status: ExitStatus) -> ExitStatus {
    let Some(failure) = output::lost(status.unanswered()) else { return status };
    output::failure(&failure);
    failure.status
}
