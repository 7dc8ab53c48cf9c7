//! Commands for many machines: a plan, and one part of it.

use jiff::Timestamp;

use super::Status;
use super::commands::Session;
use super::output::{self, Failure};
use crate::plain::count;
use crate::progress::Progress;
use crate::record::Acceptance;
use crate::run::{self, RunError};

/// Where a Kubernetes Indexed Job says which of its pods this is, counted from 0.
const INDEX: &str = "JOB_COMPLETION_INDEX";

impl Session<'_> {
    pub(super) fn plan_abandon(&self, by: &str, reason: &str) -> Result<Status, Failure> {
        let given_up = run::abandon(self.config, by, reason, self.run_date)
            .map_err(|error| Failure::new(error.status(), &error, error.hint()))?;
        if self.args.json {
            output::json(&given_up);
        } else {
            let letters = count(given_up.letters, "letter", "letters");
            output::line(format_args!("given up  {}: {letters} that nobody received", given_up.job));
            output::line("next      `breachpost run` plans its people again, under a new job number");
        }
        Ok(Status::Done)
    }

    /// The first half of a night on many machines: when it is stopped, somebody is told as of any other night.
    pub(super) fn plan(&self, accepted: Acceptance<'_>, accept_volume: bool) -> Status {
        let progress = Progress::on_stderr();
        let order = self.order(accepted, accept_volume, &progress);
        let planned = match self.or_stopped(&order, Timestamp::now(), run::plan) {
            Ok(planned) => planned,
            Err(status) => return status,
        };
        if self.args.json {
            output::json(&planned);
        } else if let Some(job) = &planned.job {
            output::line(format_args!(
                "job       {job}: {} in {}",
                count(planned.letters, "letter", "letters"),
                if planned.parts == 1 { "part 1".to_owned() } else { format!("parts 1 to {}", planned.parts) }
            ));
            output::line(format_args!("plan      {}", planned.folder));
            output::line("next      `breachpost render --part N` for any of the parts, then `breachpost run`");
        } else {
            output::line("job       none: there is nobody new to write to");
        }
        if planned.needs_a_human { Status::ForAHuman } else { Status::Done }
    }

    pub(super) fn render(&self, part: Option<u32>, job: Option<&str>) -> Result<Status, Failure> {
        let part = part.map_or_else(index, Ok)?;
        let progress = Progress::on_stderr();
        let set =
            run::render(&self.config.data_dir, job, part, &progress).map_err(|error| failure(&progress, &error))?;
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
        Ok(Status::Done)
    }
}

fn failure(progress: &Progress, error: &RunError) -> Failure {
    progress.finish();
    Failure::new(error.status(), error, error.hint())
}

/// The part that the environment asks for.
fn index() -> Result<u32, Failure> {
    let index = std::env::var(INDEX).ok().and_then(|text| text.parse::<u32>().ok()?.checked_add(1));
    index.ok_or_else(|| Failure {
        status: Status::Usage,
        causes: vec![format!("no part given, and {INDEX} is not set to a number")],
        hint: Some("pass `--part N`; parts are counted from 1".to_owned()),
    })
}
