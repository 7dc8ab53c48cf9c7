//! `letter`: an accessible copy of one letter.

use camino::{Utf8Path, Utf8PathBuf};

use crate::base::{ExitStatus, durable};
use crate::cli::output::{self, Failure};
use crate::cli::session::Session;
use crate::tools::explain;

impl Session<'_> {
    pub(super) fn letter(&self, id: &str, out: Option<&Utf8Path>) -> Result<ExitStatus, Failure> {
        let out = out.map_or_else(|| Utf8PathBuf::from(format!("{id}.pdf")), Utf8Path::to_owned);
        let pdf = explain::accessible_copy(self.config, id).map_err(|error| Failure::of(&error))?;
        durable::write(&out, &pdf).map_err(|source| {
            Failure::new(ExitStatus::Stopped, &source, Some(format!("cannot write `{out}`")))
        })?;
        output::line(out);
        Ok(ExitStatus::Done)
    }
}
