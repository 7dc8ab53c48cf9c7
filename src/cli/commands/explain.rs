//! `explain`: why a letter is as it is, why a row got none, why two rows are one person or not.

use crate::base::ExitStatus;
use crate::base::progress::Progress;
use crate::cli::output::{self, Failure};
use crate::cli::session::{Session, record_failure};
use crate::link::{self, LinkTerms};
use crate::record::{Access, Home, Ledger};
use crate::tools::explain::row::RowFate;
use crate::tools::explain::{self, ExplainError};
use crate::tools::review::Inbox;

impl Session<'_> {
    /// Why a letter is as it is; or, where no letter has this name, what became of the rows that
    /// have it.
    pub(super) fn explain(&self, id: &str) -> Result<ExitStatus, Failure> {
        let failed = |error: &ExplainError| Failure::of(error);
        let texts = self.texts()?;
        let fates = match explain::explain(self.config, &texts, id) {
            Ok(letter) => {
                self.show(&letter);
                return Ok(ExitStatus::Done);
            }
            Err(error @ ExplainError::Unknown) => {
                let fates = explain::row::of(&self.config.data_dir, id)
                    .map_err(|error| Failure::new(ExitStatus::Stopped, &error, None))?;
                if fates.is_empty() {
                    return Err(failed(&error));
                }
                self.with_decisions(fates)?
            }
            Err(error) => return Err(failed(&error)),
        };

        if self.args.json {
            output::json(&fates);
            return Ok(ExitStatus::Done);
        }

        for fate in &fates {
            output::line(fate);
            if !fate.letter_id.is_empty() {
                output::line(
                    explain::explain(self.config, &texts, &fate.letter_id)
                        .map_err(|error| failed(&error))?,
                );
            }
        }

        Ok(ExitStatus::Done)
    }

    /// Adds what humans decided about the people.
    fn with_decisions(&self, mut fates: Vec<RowFate>) -> Result<Vec<RowFate>, Failure> {
        let ledger = Ledger::open(&Home::of(self.config), Access::Read)
            .map_err(|error| record_failure(&error))?;
        for fate in &mut fates {
            let records = [fate.record_id.clone()].into();
            let data_dir = &self.config.data_dir;
            fate.decided = explain::decided::about(&ledger, data_dir, &fate.person, &records)
                .map_err(|error| Failure::of(&error))?;
        }
        Ok(fates)
    }

    pub(super) fn explain_rows(&self, one: &str, other: &str) -> Result<ExitStatus, Failure> {
        let ledger = Ledger::open(&Home::of(self.config), Access::Read)
            .map_err(|error| record_failure(&error))?;
        let decisions = ledger.decisions().map_err(|error| record_failure(&error))?;
        let parameters = self.parameters()?;
        let rows = self.rows()?;
        let inbox = Inbox::new(&rows);
        let find = |text: &str, which: &str| {
            inbox.named(text).map_err(|problem| Failure {
                status: ExitStatus::Usage,
                causes: vec![format!("the {which} row: {problem}")],
                hint: Some(
                    "name a row as FILE:ROW, data rows counted from 1 as in rows.csv".to_owned(),
                ),
            })
        };

        let pair = (find(one, "first")?, find(other, "second")?);
        let terms =
            LinkTerms { rules: &self.config.link, parameters: &parameters, decisions: &decisions };
        let explained = link::explain(&rows, &terms, ledger.keys(), pair, &Progress::hidden())
            .map_err(|error| Failure::of(&error))?;
        let Some(explanation) = explained else {
            return Err(Failure {
                status: ExitStatus::Stopped,
                causes: vec!["one of the rows is unusable and was never linked".to_owned()],
                hint: Some("`rows.csv` gives its R code".to_owned()),
            });
        };

        if self.args.json {
            output::json(&explanation);
        } else {
            output::line(explanation.to_string().trim_end());
        }

        Ok(ExitStatus::Done)
    }
}
