//! `new`: the folder of a campaign.

use camino::Utf8Path;
use jiff::civil::Date;

use crate::base::ExitStatus;
use crate::cli::args::Args;
use crate::cli::output::{self, Failure};
use crate::tools::campaign;

/// `breachpost new`.
pub(super) fn make(args: &Args, today: Date, folder: &Utf8Path) -> Result<ExitStatus, Failure> {
    let made = campaign::write(folder, today).map_err(|error| Failure::of(&error))?;
    if args.json {
        output::json(&made);
    } else {
        output::line(format_args!("campaign  {} in {}", made.campaign, made.folder));
        output::line(format_args!("next      {}", made.folder.join("README.md")));
    }

    Ok(ExitStatus::Done)
}
