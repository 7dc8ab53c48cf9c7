//! `texts check`: the letters' texts against their gates.

use crate::base::Status;
use crate::cli::output::{self, Failure};
use crate::cli::session::Session;
use crate::compose;

impl Session<'_> {
    pub(super) fn texts(&self) -> Result<Status, Failure> {
        let review = compose::texts::review(&self.facts()?, self.run_date, self.config.policy.facts_max_age_days);
        if self.args.json {
            output::json(&review);
        } else {
            for finding in &review.findings {
                output::line(finding);
            }
            for (language, figures) in &review.figures {
                output::line(format_args!("{language}        {figures}"));
            }
            output::line(format_args!("findings  {}", review.findings.len()));
        }
        Ok(if review.findings.is_empty() { Status::Done } else { Status::ForAHuman })
    }
}
