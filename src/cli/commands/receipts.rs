//! `receipts`: files of the vendor's are taken, each whole or not at all.

use camino::Utf8PathBuf;
use serde::Serialize;

use crate::base::{ExitStatus, logging};
use crate::cli::output::{self, Failure};
use crate::cli::session::{Session, record_failure};
use crate::receipts::{self};
use crate::record::pieces::{PaperTerms, Taken};
use crate::record::{Home, Ledger};
use crate::run::mailed;

/// `receipts --json`.
#[derive(Serialize)]
struct Answer {
    exit_code: u8,
    files: Vec<Taken>,
    /// Files of which nothing was taken.
    refused: Vec<Refused>,
}

#[derive(Serialize)]
struct Refused {
    file: String,
    error: String,
    hint: Option<String>,
}

impl Session<'_> {
    /// Takes every file that can be taken; the worst of them decides how the command ends.
    pub(super) fn receipts(&self, named: &[Utf8PathBuf]) -> Result<ExitStatus, Failure> {
        let files = if named.is_empty() {
            receipts::in_folder(&self.config.receipts).map_err(|error| Failure::of(&error))?
        } else {
            named.to_vec()
        };

        let mut answer = Answer { exit_code: 0, files: Vec::new(), refused: Vec::new() };
        let mut status = ExitStatus::Done;
        let mut ledger = Ledger::open_for_receipts(&Home::of(self.config))
            .map_err(|error| record_failure(&error))?;
        let terms = PaperTerms::of(self.config, self.run_date);

        for path in &files {
            let read = receipts::read(path, &self.config.receipts);
            let taken = read.map_err(|error| Failure::of(&error)).and_then(|file| {
                // Nothing about the file itself is refused any more.
                logging::keep();
                let addresses = mailed::addresses(self.config, &ledger, &file)
                    .map_err(|error| record_failure(&error))?;
                ledger.take(&file, &terms, &addresses).map_err(|error| Failure::of(&error))
            });

            match taken {
                Ok(taken) => {
                    if taken.has_alarms() && status == ExitStatus::Done {
                        status = ExitStatus::ForAHuman;
                    }
                    if !self.args.json {
                        output::line(&taken);
                    }
                    answer.files.push(taken);
                }
                Err(failure) => {
                    status = ExitStatus::Stopped;
                    output::failure(&failure);
                    answer.refused.push(Refused {
                        file: path.file_name().unwrap_or_default().to_owned(),
                        error: failure.causes.join(": "),
                        hint: failure.hint,
                    });
                }
            }
        }

        answer.exit_code = status.code();
        if self.args.json {
            output::json(&answer);
        } else if files.is_empty() {
            output::line("taken     nothing: no receipt is there");
        }
        Ok(status)
    }
}
