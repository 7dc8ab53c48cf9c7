//! Man pages and shell completions, made from the command line's own definition.

use std::fs;
use std::io;

use camino::Utf8Path;
use clap::CommandFactory as _;
use clap_complete::{Shell, generate_to};

use crate::base::ExitStatus;
use crate::cli::args::Args;
use crate::cli::output::{self, Failure};

/// Shells that completions are made for.
const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Zsh, Shell::Fish];

/// Writes `man1/*.1` and `completions/` into a folder.
///
/// # Errors
/// [`Failure`] when a file cannot be written.
pub(super) fn write(out: &Utf8Path) -> Result<ExitStatus, Failure> {
    let failed = |source: io::Error| {
        Failure::new(
            ExitStatus::Stopped,
            &source,
            Some(format!("man pages and completions go to `{out}`")),
        )
    };

    let (pages, completions) = (out.join("man1"), out.join("completions"));
    for folder in [&pages, &completions] {
        fs::create_dir_all(folder).map_err(failed)?;
    }

    clap_mangen::generate_to(Args::command(), &pages).map_err(failed)?;

    for shell in SHELLS {
        generate_to(shell, &mut Args::command(), "breachpost", &completions).map_err(failed)?;
    }

    output::line(out);
    Ok(ExitStatus::Done)
}
