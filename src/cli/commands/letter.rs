//! `letter`: an accessible copy of one letter.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use crate::base::{ExitStatus, FileError, durable};
use crate::cli::args::ReleaseArgs;
use crate::cli::output::{self, Failure};
use crate::cli::session::Session;
use crate::tools::explain;

impl Session<'_> {
    pub(super) fn letter(
        &self,
        id: &str,
        out: Option<&Utf8Path>,
        release: &ReleaseArgs,
    ) -> Result<ExitStatus, Failure> {
        if release.release {
            return self.release(id, out, release);
        }

        let out = out.map_or_else(|| Utf8PathBuf::from(format!("{id}.pdf")), Utf8Path::to_owned);
        let texts = self.texts()?;
        let copy = explain::accessible_copy(self.config, &texts, id)
            .map_err(|error| Failure::of(&error))?;
        durable::write_new(&out, &copy.pdf).map_err(|source| {
            let taken = source.kind() == io::ErrorKind::AlreadyExists;
            let hint =
                taken.then(|| "nothing is overwritten: give another name with `--out`".to_owned());
            Failure { hint, ..Failure::of(&FileError::at("write", &out)(source)) }
        })?;
        output::line(out);

        if copy.texts_changed {
            output::note(
                "note: the texts have changed since; the copy has the words that were sent",
            );
        }

        if !copy.looks_different.is_empty() {
            output::note(format_args!(
                "note: {} may have changed since; the words are those that were sent, lines and pages may differ",
                copy.looks_different.join(" and ")
            ));
        }

        Ok(ExitStatus::Done)
    }
}
