//! `preview`: every letter variant, with invented people.

use camino::Utf8Path;

use crate::base::ExitStatus;
use crate::base::plain::count;
use crate::base::progress::Progress;
use crate::cli::output::{self, Failure};
use crate::cli::session::Session;
use crate::tools::preview;

impl Session<'_> {
    pub(super) fn preview(&self, out: &Utf8Path) -> Result<ExitStatus, Failure> {
        let facts = self.facts()?;
        let progress = Progress::on_stderr();
        let made = preview::write(out, &facts, &self.config.print, self.run_date, &progress)
            .map_err(|error| Failure::of(&error))?;
        progress.finish();

        for (key, day) in facts.stale(self.run_date, self.config.policy.facts_max_age_days) {
            output::note(format_args!(
                "warning: `{key}` in the facts was last checked on {day}: a run would stop"
            ));
        }

        if self.args.json {
            output::json(&made);
        } else {
            output::line(format_args!(
                "{}, {}",
                count(made.variants as u64, "variant", "variants"),
                count(made.pages as u64, "page", "pages")
            ));
            output::line(format_args!("preview   {}", out.join("index.html")));
        }

        Ok(ExitStatus::Done)
    }
}
