//! `texts check`: the letters' texts against their gates.

use std::collections::BTreeMap;

use crate::base::ExitStatus;
use crate::base::plain::count;
use crate::cli::output::{self, Failure};
use crate::cli::session::Session;
use crate::tools::notice_samples;
use crate::tools::preview;
use crate::tools::text_check;

impl Session<'_> {
    pub(super) fn texts_check(&self) -> Result<ExitStatus, Failure> {
        let (texts, facts) = (self.texts()?, self.facts()?);
        let max_age_days = self.config.policy.facts_max_age_days;
        let mut review = text_check::review(&texts, &facts, self.run_date, max_age_days);
        let of_notices = self.samples(&texts, &facts, notice_samples::check)?;
        review.findings.extend(of_notices.unwrap_or_default());
        let paper = match preview::paper(&texts, &facts, &self.config.print, self.run_date) {
            Ok(paper) => paper,
            // A sentence that keeps letters from being set is among the findings, with its key.
            Err(_) if !review.findings.is_empty() => BTreeMap::new(),
            Err(error) => return Err(Failure::of(&error)),
        };
        if self.args.json {
            output::json(
                &serde_json::json!({ "findings": review.findings, "figures": review.figures, "paper": paper }),
            );
        } else {
            for finding in &review.findings {
                output::line(finding);
            }
            for (language, figures) in &review.figures {
                output::line(format_args!("{language}        {figures}"));
            }
            for (format, paper) in &paper {
                output::line(format_args!(
                    "{format:<9} {} on {}, {} that strand a line, an entry or the end",
                    count(paper.letters as u64, "letter of the preview", "letters of the preview"),
                    count(paper.sheets as u64, "sheet", "sheets"),
                    count(paper.stranded as u64, "page break", "page breaks")
                ));
            }
            output::line(format_args!("findings  {}", review.findings.len()));
        }

        let fair = paper.values().all(|paper| paper.stranded == 0);
        Ok(if review.findings.is_empty() && fair {
            ExitStatus::Done
        } else {
            ExitStatus::ForAHuman
        })
    }
}
