//! `render`: one part of a planned job, set by a process of its own.

use crate::base::ExitStatus;
use crate::base::plain::count;
use crate::base::progress::Progress;
use crate::cli::output::{self, Failure};
use crate::cli::session::Session;
use crate::run::{self, RunError};

/// Where a Kubernetes Indexed Job says which of its pods this is, counted from 0.
const INDEX: &str = "JOB_COMPLETION_INDEX";

impl Session<'_> {
    pub(super) fn render(
        &self,
        part: Option<u32>,
        job: Option<&str>,
    ) -> Result<ExitStatus, Failure> {
        let part = part.map_or_else(index, Ok)?;
        let progress = Progress::on_stderr();
        let set = run::render(&self.config.data_dir, job, part, &progress)
            .map_err(|error| failure(&progress, &error))?;
        progress.finish();

        if self.args.json {
            output::json(&set);
        } else {
            let how = if set.was_set { "was set already" } else { "is set" };
            output::line(format_args!(
                "part {} of {} {how}: {} in {}",
                set.part,
                set.job,
                count(set.letters, "letter", "letters"),
                count(set.print_files, "print file", "print files")
            ));
        }

        Ok(ExitStatus::Done)
    }
}

fn failure(progress: &Progress, error: &RunError) -> Failure {
    progress.finish();
    Failure::of(error)
}

/// The part that the environment asks for.
fn index() -> Result<u32, Failure> {
    let index = std::env::var(INDEX).ok().and_then(|text| text.parse::<u32>().ok()?.checked_add(1));
    index.ok_or_else(|| Failure {
        status: ExitStatus::Usage,
        causes: vec![format!("no part given, and {INDEX} is not set to a number")],
        hint: Some("pass `--part N`; parts are counted from 1".to_owned()),
    })
}
