//! `sample`: an invented inbox.

use camino::Utf8Path;

use crate::base::plain::count;
use crate::base::progress::Progress;
use crate::base::{ExitStatus, Explain};
use crate::cli::args::Args;
use crate::cli::output::{self, Failure};
use crate::tools::sample::{self, SampleSize};

pub(super) fn write(
    args: &Args,
    size: SampleSize,
    seed: u64,
    out: &Utf8Path,
) -> Result<ExitStatus, Failure> {
    let summary = sample::write(out, size, seed, &Progress::on_stderr());
    let summary = summary.map_err(|error| {
        let hint = error.hint();
        Failure::new(ExitStatus::Stopped, &error, hint)
    })?;

    if args.json {
        output::json(&summary);
    } else {
        output::line(format_args!(
            "{}, {}, {}, {} in {}",
            count(summary.people, "person", "people"),
            count(summary.exposures, "exposure row", "exposure rows"),
            count(summary.participants, "participant", "participants"),
            count(summary.register, "register row", "register rows"),
            summary.out
        ));
        output::line(format_args!("truth     {}", summary.out.join("truth.csv")));
    }

    Ok(ExitStatus::Done)
}
