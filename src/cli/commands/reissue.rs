//! `reissue`: letters are written anew, by the next run.

use super::stop::signature;
use crate::base::plain::count;
use crate::base::{ExitStatus, logging};
use crate::cli::args::ReissueArgs;
use crate::cli::output::{self, Failure};
use crate::cli::session::Session;
use crate::record::Home;
use crate::record::pieces::PaperTerms;
use crate::record::reissues::{self, ReissueOrder};

impl Session<'_> {
    pub(super) fn reissue(&self, asked: &ReissueArgs) -> Result<ExitStatus, Failure> {
        let home = Home::of(self.config);
        let paper = PaperTerms::of(self.config, self.run_date);
        let order = ReissueOrder {
            letters: &asked.letters,
            reason: asked.reason,
            language: asked.language,
            by: &asked.by,
            note: &asked.note,
        };

        if asked.reason.needs_approval() && asked.signed.is_empty() {
            let text =
                reissues::text_for(&home, &order, &paper).map_err(|error| Failure::of(&error))?;
            output::line(text.trim_end());
            return Ok(ExitStatus::Done);
        }

        let signatures = asked.signed.iter().map(signature).collect::<Result<Vec<_>, _>>()?;
        logging::keep();
        let approvers = &self.config.approval.approvers;
        let ordered = reissues::order(&home, &order, &paper, &signatures, approvers)
            .map_err(|error| Failure::of(&error))?;
        if self.args.json {
            output::json(&ordered);
            return Ok(ExitStatus::Done);
        }

        let letters = count(ordered.letters.len() as u64, "letter", "letters");
        let signed = match ordered.signers.join(" and ") {
            signers if signers.is_empty() => String::new(),
            signers => format!(", signed by {signers}"),
        };
        output::line(format_args!("ordered   {letters} anew ({}){signed}", ordered.reason));
        output::line(
            "next      the next `breachpost run` writes them, to the address that the lists have then",
        );
        Ok(ExitStatus::Done)
    }
}
