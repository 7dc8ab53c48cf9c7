//! Telling people and machines how a run ended. Whatever fails here fails beside the run: the
//! letters are out, or are not.

mod emergencies;

use std::time::{Duration, Instant};

use camino::Utf8Path;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::output::{self, Failure};
use super::{ExitStatus, logging};
use crate::base::{Explain, plain};
use crate::config::{Config, Mail};
use crate::deliver::email;
use crate::record::Ledger;
use crate::report::Report;
use crate::run::outcome::{self, MailFate, Outcome};
use crate::run::{self, backup, metrics};

/// A mail that was tried in so many runs is not tried again.
const MOST_TRIES: u32 = 14;
/// No more mails of earlier runs than this are sent again in one run.
const MOST_MAILS: usize = 20;

/// Tells of one run; remembers whether that failed.
pub(super) struct Teller<'a> {
    config: &'a Config,
    failed: bool,
    /// The server does not answer: it is not asked again in this run.
    is_deaf: bool,
    /// Where outcomes are written; false where the data folder is not fit for that.
    is_kept: bool,
}

impl<'a> Teller<'a> {
    pub fn new(config: &'a Config) -> Self {
        Self { config, failed: false, is_deaf: false, is_kept: true }
    }

    /// Writes down a run that came to its end, and who has to hear of it.
    pub fn expect(&mut self, outcome: &mut Outcome) {
        outcome.mail = self.nobody_knows();
        outcome.metrics = self.no_figures();
        self.write(outcome);
    }

    /// The same for a run that did not, if its folder can be written to; else standard error has to
    /// do.
    pub fn expect_stopped(&mut self, outcome: &mut Outcome, is_private: bool) {
        outcome.mail = if outcome.in_use { MailFate::default() } else { self.nobody_knows() };
        outcome.metrics = self.no_figures();
        self.is_kept = is_private;

        if !is_private {
            logging::forget();
            outcome.run_id = format!("{}-stopped", outcome.run_date);
            return;
        }

        if let Err(error) = outcome.write_stopped(&self.config.data_dir) {
            self.is_kept = false;
            self.note_failure(&error, "the outcome of this run could not be recorded");
        }
    }

    fn nobody_knows(&self) -> MailFate {
        let Some(mail) = &self.config.mail else {
            return MailFate { state: "not configured".to_owned(), ..MailFate::default() };
        };
        let unsent = mail.to.iter().map(|to| token(to)).collect();
        MailFate { state: "not sent yet".to_owned(), error: None, unsent, tries: 0 }
    }

    fn no_figures(&self) -> String {
        if self.config.metrics.is_some() { "not written yet" } else { "not configured" }.to_owned()
    }

    /// Backs the ledger up as the run has left it.
    pub fn back_up(&mut self, outcome: &mut Outcome, ledger: Option<&Ledger>) {
        if self.config.backup.is_none() {
            "not configured".clone_into(&mut outcome.backup);
            return;
        }

        match backup::back_up(self.config, outcome.run_date, ledger) {
            Ok(made) => {
                let fate = if made.nothing_new { "nothing new" } else { "made" };
                let fate = if made.handed_over && !made.nothing_new { "handed over" } else { fate };
                fate.clone_into(&mut outcome.backup);
            }
            Err(error) => {
                let failure = Failure::new(ExitStatus::Untold, &error, error.hint());
                output::failure(&failure);
                "failed".clone_into(&mut outcome.backup);
                outcome.backup_error = Some(plain::quoted(&failure.causes.join(": ")));
                outcome.exit_code = untold(outcome.exit_code);
                self.failed = true;
            }
        }

        self.write(outcome);
    }

    /// Sends the mail of a run to those who do not have it.
    pub fn mail(&mut self, outcome: &mut Outcome) {
        let Some(mail) = &self.config.mail else { return };
        let to: Vec<String> =
            mail.to.iter().filter(|to| outcome.mail.unsent.contains(&token(to))).cloned().collect();

        if outcome.mail.unsent.is_empty() {
            return;
        }

        if self.is_deaf {
            self.failed = true;
            "failed".clone_into(&mut outcome.mail.state);
            return;
        }

        let fate = self.send(mail, outcome, &to);
        self.failed |= fate.error.is_some();
        outcome.mail = fate;
    }

    fn send(&mut self, mail: &Mail, outcome: &Outcome, to: &[String]) -> MailFate {
        let fate = |state: &str, error: Option<String>, unsent| MailFate {
            state: state.to_owned(),
            error,
            unsent,
            tries: outcome.mail.tries + 1,
        };

        if to.is_empty() {
            return fate("sent", None, Vec::new());
        }

        match email::send(mail, &outcome.summary(), Timestamp::now(), to) {
            Ok(posted) if posted.failed.is_empty() => fate("sent", None, Vec::new()),
            Ok(posted) => {
                let mut causes = Vec::new();
                for (_, error) in &posted.failed {
                    causes.push(say(error));
                }
                let later = posted
                    .failed
                    .iter()
                    .filter(|(_, error)| !error.is_final())
                    .map(|(to, _)| token(to));
                fate("sent to some", Some(causes.join("; ")), later.collect())
            }
            Err(error) => {
                self.is_deaf = !error.is_final();
                let said = say(&error);
                fate("failed", Some(said), to.iter().map(|to| token(to)).collect())
            }
        }
    }

    /// Sends what earlier runs could not; those that were just tried are left out.
    pub fn mail_again(&mut self, tried: &[&str]) {
        let Some(mail) = &self.config.mail else { return };
        let end = Instant::now() + Duration::from_secs(mail.timeout_seconds.saturating_mul(2));
        let earlier = outcome::all(&self.config.data_dir).into_iter().filter(|outcome| {
            let is_due = !outcome.mail.unsent.is_empty() && outcome.mail.tries < MOST_TRIES;
            is_due
                && outcome.campaign == self.config.campaign
                && !tried.contains(&outcome.run_id.as_str())
        });

        for mut outcome in earlier.take(MOST_MAILS) {
            if self.is_deaf || Instant::now() > end {
                return;
            }
            self.mail(&mut outcome);
            self.write(&outcome);
        }
    }

    /// Writes the figures for Prometheus.
    pub fn figures(&mut self, outcome: &mut Outcome) {
        let Some(metrics) = &self.config.metrics else { return };
        outcome.ended = Timestamp::now();
        let earlier = outcome::all(&self.config.data_dir);
        let good =
            earlier.iter().filter(|earlier| earlier.is_good() && earlier.run_id != outcome.run_id);
        let last_good = if outcome.is_good() {
            Some(outcome.ended)
        } else {
            good.map(|earlier| earlier.ended).max()
        };

        // Written as if it succeeds: the file itself is the proof.
        "written".clone_into(&mut outcome.metrics);
        outcome.exit_code = if self.failed { untold(outcome.exit_code) } else { outcome.exit_code };

        if let Err(error) = metrics::write(&metrics.file, outcome, last_good) {
            "failed".clone_into(&mut outcome.metrics);
            self.note_failure(
                &error,
                &format!("the figures could not be written to `{}`", metrics.file),
            );
        }
    }

    /// Notes in the papers what became of the mail.
    pub fn note(&mut self, papers: &Utf8Path, report: &mut Report, outcome: &mut Outcome) {
        if self.config.mail.is_some() {
            if let Err(error) = run::note_mail(papers, report, &outcome.mail.state) {
                output::failure(&Failure::new(ExitStatus::Untold, &error, error.hint()));
                self.failed = true;
            }
            self.write(outcome);
        }
    }

    /// Writes down how telling ended; gives the code that the program ends with.
    pub fn finish(&mut self, outcome: &mut Outcome, status: ExitStatus) -> ExitStatus {
        let before = (outcome.exit_code, self.failed);
        let status = if self.failed { status.untold() } else { status };
        outcome.exit_code = status.code();

        if before.0 != outcome.exit_code
            || self.config.mail.is_some()
            || self.config.metrics.is_some()
        {
            self.write(outcome);
        }

        if self.failed && !before.1 {
            outcome.exit_code = status.untold().code();
            return status.untold();
        }

        status
    }

    /// The code once it is known whether the run's own answer was printed.
    pub fn answered(&mut self, outcome: &mut Outcome, status: ExitStatus) -> ExitStatus {
        let Some(failure) = output::lost(status.untold()) else { return status };
        output::failure(&failure);
        outcome.exit_code = failure.status.code();
        self.write(outcome);
        failure.status
    }

    fn write(&mut self, outcome: &Outcome) {
        if !self.is_kept {
            return;
        }
        if let Err(error) = outcome.write(&self.config.data_dir) {
            self.note_failure(&error, "the outcome of this run could not be recorded");
        }
    }

    fn note_failure(&mut self, error: &std::io::Error, what: &str) {
        self.failed = true;
        output::failure(&Failure {
            status: ExitStatus::Untold,
            causes: vec![what.to_owned(), error.to_string()],
            hint: None,
        });
    }
}

fn untold(code: u8) -> u8 {
    ExitStatus::from_code(code.into()).map_or(code, |status| status.untold().code())
}

/// Stands for an address where addresses are not kept.
fn token(address: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(address.trim().to_lowercase())[..8])
}

/// Says on standard error that a mail was not sent; gives it on one line.
fn say(error: &email::MailError) -> String {
    let failure = Failure::new(ExitStatus::Untold, error, error.hint());
    let failure = Failure {
        causes: failure.causes.iter().map(|cause| plain::quoted(cause)).collect(),
        ..failure
    };
    output::failure(&failure);
    failure.causes.join(": ")
}
