//! `plan` and `plan abandon`.

use jiff::Timestamp;

use crate::base::ExitStatus;
use crate::base::plain::count;
use crate::base::progress::Progress;
use crate::cli::output::{self, Failure};
use crate::cli::session::Session;
use crate::record::Acceptance;
use crate::run;

impl Session<'_> {
    pub(super) fn plan_abandon(&self, by: &str, reason: &str) -> Result<ExitStatus, Failure> {
        let given_up = run::abandon(self.config, by, reason, self.run_date)
            .map_err(|error| Failure::of(&error))?;
        if self.args.json {
            output::json(&given_up);
        } else {
            let letters = count(given_up.letters, "letter", "letters");
            output::line(format_args!(
                "given up  {}: {letters} that nobody received",
                given_up.job
            ));
            output::line(
                "next      `breachpost run` plans its people again, under a new job number",
            );
        }

        Ok(ExitStatus::Done)
    }

    /// The first half of a night on many machines: when it is stopped, somebody is told as of any
    /// other night.
    pub(super) fn plan(&self, accepted: Acceptance<'_>, accept_volume: bool) -> ExitStatus {
        let progress = Progress::on_stderr();
        let night = self.night(accepted, accept_volume, &progress);
        let planned = match self.or_stopped(&night, Timestamp::now(), run::plan) {
            Ok(planned) => planned,
            Err(status) => return status,
        };

        if self.args.json {
            output::json(&planned);
        } else if let Some(job) = &planned.job {
            output::line(format_args!(
                "job       {job}: {} in {}",
                count(planned.letters, "letter", "letters"),
                if planned.parts == 1 {
                    "part 1".to_owned()
                } else {
                    format!("parts 1 to {}", planned.parts)
                }
            ));
            output::line(format_args!("plan      {}", planned.folder));
            output::line(
                "next      `breachpost render --part N` for any of the parts, then `breachpost run`",
            );
        } else {
            output::line("job       none: there is nobody new to write to");
        }

        if let (false, Some(waves)) = (self.args.json, &planned.waves) {
            output::line(format_args!("waves     {waves}"));
        }

        if planned.needs_a_human { ExitStatus::ForAHuman } else { ExitStatus::Done }
    }
}
