//! `receipts`: files of the vendor's are taken, each whole or not at all.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use crate::base::plain::count;
use crate::base::{ExitStatus, logging};
use crate::cli::output::{self, Failure};
use crate::cli::session::{Session, record_failure};
use crate::receipts::{self, ReceiptError, ReceiptFile, ReceiptServer};
use crate::record::pieces::{PaperTerms, Taken};
use crate::record::{Home, Ledger};
use crate::run::{mailed, notice_mails};

/// `receipts --json`.
#[derive(Serialize)]
struct Answer {
    exit_code: u8,
    files: Vec<Taken>,
    /// Notices by mail that came back and were not known to.
    bounces: u64,
    /// Files of which nothing was taken.
    refused: Vec<Refused>,
    /// Files on the vendor's server that may not be whole yet.
    waiting: Vec<String>,
}

#[derive(Serialize)]
struct Refused {
    file: String,
    error: String,
    hint: Option<String>,
}

/// Takes files into a ledger, one after the other.
struct Taking<'a> {
    session: &'a Session<'a>,
    ledger: Ledger,
    status: ExitStatus,
    answer: Answer,
}

impl Session<'_> {
    /// Takes every file that can be taken; the worst of them decides how the command ends. Without
    /// names: those of the folder and of the vendor's server.
    pub(super) fn receipts(&self, named: &[Utf8PathBuf]) -> Result<ExitStatus, Failure> {
        let mut server = ReceiptServer::of(self.config).filter(|_| named.is_empty());
        let in_folder = self.config.receipts.folder.is_some() || server.is_none();
        let files = match named {
            [] if in_folder => {
                receipts::in_folder(&self.config.receipts).map_err(|error| Failure::of(&error))?
            }
            named => named.to_vec(),
        };

        let ledger = Ledger::open_for_receipts(&Home::of(self.config))
            .map_err(|error| record_failure(&error))?;
        let mut taking = Taking::into(self, ledger);
        for path in &files {
            if receipts::is_bounces(path.file_name().unwrap_or_default()) {
                taking.bounces(path);
                continue;
            }
            let read = receipts::read(path, &self.config.receipts);
            taking.take(path.file_name().unwrap_or_default(), read.map(Some));
        }
        if let Some(server) = &mut server {
            taking.fetch(server);
        }

        server.into_iter().for_each(ReceiptServer::close);
        Ok(taking.end())
    }
}

impl<'a> Taking<'a> {
    fn into(session: &'a Session<'a>, ledger: Ledger) -> Self {
        let (files, refused, waiting) = (Vec::new(), Vec::new(), Vec::new());
        let answer = Answer { exit_code: 0, files, bounces: 0, refused, waiting };
        Self { session, ledger, status: ExitStatus::Done, answer }
    }

    /// Takes what is on the vendor's server.
    fn fetch(&mut self, server: &mut ReceiptServer<'_>) {
        let listed = match server.list() {
            Ok(listed) => listed,
            Err(error) => return self.refuse(server.place(), Failure::of(&error)),
        };
        for file in &listed {
            let fetched = server.fetch(file);
            // What was refused is one file's; what was not heard is the connection's.
            let is_over = matches!(&fetched, Err(ReceiptError::Server(error)) if error.is_lost());
            self.take(&file.name, fetched);
            if is_over {
                break;
            }
        }
    }

    /// Takes a file that was read; `None`: it may not be whole yet.
    fn take(&mut self, name: &str, read: Result<Option<ReceiptFile>, ReceiptError>) {
        let taken = match read {
            Ok(Some(file)) => self.hold(&file),
            Ok(None) => {
                if !self.session.args.json {
                    output::line(format_args!(
                        "waits     {name}: the vendor may still be writing it"
                    ));
                }
                return self.answer.waiting.push(name.to_owned());
            }
            Err(error) => Err(Failure::of(&error)),
        };

        match taken {
            Ok(taken) => {
                if taken.has_alarms() && self.status == ExitStatus::Done {
                    self.status = ExitStatus::ForAHuman;
                }
                if !self.session.args.json {
                    output::line(&taken);
                }
                self.answer.files.push(taken);
            }
            Err(failure) => self.refuse(name.to_owned(), failure),
        }
    }

    /// Takes mails to providers that came back.
    fn bounces(&mut self, path: &Utf8Path) {
        let name = path.file_name().unwrap_or_default().to_owned();
        let taken = receipts::bounced(path).map_err(|error| Failure::of(&error)).and_then(
            |(mails, others)| {
                logging::keep();
                let date = self.session.run_date;
                let [new, foreign] = notice_mails::take_bounces(&mut self.ledger, &mails, date)
                    .map_err(|error| record_failure(&error))?;
                Ok([new, foreign + others])
            },
        );
        match taken {
            Ok([new, foreign]) => {
                let new_letters = match new {
                    0 => "no notice came back that was not known to".to_owned(),
                    new => {
                        format!("{} came back by mail: letters", count(new, "notice", "notices"))
                    }
                };
                let others = match foreign {
                    0 => String::new(),
                    mails => format!("; {} of others left", count(mails, "mail", "mails")),
                };
                let said = format!("{name}: {new_letters}{others}");
                if !self.session.args.json {
                    output::line(format_args!("taken     {said}"));
                }
                self.answer.bounces += new;
            }
            Err(failure) => self.refuse(name, failure),
        }
    }

    /// Holds a file against the ledger.
    fn hold(&mut self, file: &ReceiptFile) -> Result<Taken, Failure> {
        // Nothing about the file itself is refused any more.
        logging::keep();
        let config = self.session.config;
        let terms = PaperTerms::of(config, self.session.run_date);
        let addresses = mailed::addresses(config, &self.ledger, file)
            .map_err(|error| record_failure(&error))?;
        self.ledger.take(file, &terms, &addresses).map_err(|error| Failure::of(&error))
    }

    fn refuse(&mut self, file: String, failure: Failure) {
        self.status = ExitStatus::Stopped;
        output::failure(&failure);
        let error = failure.causes.join(": ");
        self.answer.refused.push(Refused { file, error, hint: failure.hint });
    }

    /// Says the rest; gives how the command ends.
    fn end(mut self) -> ExitStatus {
        let Answer { files, bounces, refused, waiting, .. } = &self.answer;
        let is_quiet =
            *bounces == 0 && files.is_empty() && refused.is_empty() && waiting.is_empty();
        self.answer.exit_code = self.status.code();
        if self.session.args.json {
            output::json(&self.answer);
        } else if is_quiet {
            output::line("taken     nothing: no receipt is there");
        }
        self.status
    }
}
