//! `figures`: the totals for the regulator.

use crate::base::ExitStatus;
use crate::cli::output::{self, Failure};
use crate::cli::session::{Session, record_failure};
use crate::tools::figures::{self, FiguresError};

impl Session<'_> {
    pub(super) fn figures(&self) -> Result<ExitStatus, Failure> {
        // Groups of people who were not written to come from the inbox; figures do not fail because
        // a file is still being delivered.
        let rows = self.rows();

        if let Err(failure) = &rows {
            let why = failure.causes.first().map_or("", String::as_str);
            output::note(format_args!(
                "warning: groups of people who were not written to are unknown: {why}"
            ));
        }

        let figures =
            figures::of(self.config, rows.as_ref().ok()).map_err(|error| match &error {
                FiguresError::Record(error) => record_failure(error),
                FiguresError::Papers(_) => Failure::new(ExitStatus::Stopped, &error, None),
            })?;

        self.show(&figures);
        Ok(ExitStatus::Done)
    }
}
