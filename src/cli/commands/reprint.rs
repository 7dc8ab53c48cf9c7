//! `reprint`: spoilt letters once more, where the night does not print them again by itself.

use crate::base::ExitStatus;
use crate::base::plain::count;
use crate::base::progress::Progress;
use crate::cli::args::ReprintArgs;
use crate::cli::output::{self, Failure};
use crate::cli::session::Session;
use crate::record::Acceptance;
use crate::run::{self, ReprintOrder, ReprintedJob};

impl Session<'_> {
    pub(super) fn reprint(&self, asked: &ReprintArgs) -> Result<ExitStatus, Failure> {
        let progress = Progress::on_stderr();
        let night = self.night(Acceptance { files: &[], all: None }, false, &progress);
        let order = ReprintOrder {
            job: asked.job.as_deref(),
            letters: &asked.letters,
            destroyed: asked.destroyed,
            by: &asked.by,
            reason: &asked.reason,
        };

        let made = run::reprint(&night, &order).map_err(|error| {
            progress.finish();
            Failure::of(&error)
        })?;
        if self.args.json {
            output::json(&made);
        } else {
            show_reprinted(&made);
        }
        Ok(ExitStatus::Done)
    }
}

/// One line a job.
pub(super) fn show_reprinted(made: &[ReprintedJob]) {
    for job in made {
        output::line(format_args!(
            "reprint   {}: {} of {}, copy {}: {}",
            job.job,
            count(job.letters, "letter", "letters"),
            job.of,
            job.reprint_no,
            job.package
        ));
    }
}
