//! `provider-mail`: notices that go by mail are handed to the mail server.

use camino::Utf8PathBuf;

use super::stop::signature;
use crate::base::plain::count;
use crate::base::{ExitStatus, logging};
use crate::cli::output::{self, Failure};
use crate::cli::session::Session;
use crate::field::notice_mail::MailFate;
use crate::run::notice_mails;

impl Session<'_> {
    /// Sends what waits; without signatures where two people have to sign, prints what they sign.
    pub(super) fn provider_mail(&self, signed: &[Utf8PathBuf]) -> Result<ExitStatus, Failure> {
        let signatures = signed.iter().map(signature).collect::<Result<Vec<_>, _>>()?;
        logging::keep();
        let sent = notice_mails::send(self.config, self.run_date, &signatures)
            .map_err(|error| Failure::of(&error))?;

        let is_done = |fate: &MailFate| *fate == MailFate::Accepted;
        let status = if sent.untried + sent.outdated == 0 && sent.fates.keys().all(is_done) {
            ExitStatus::Done
        } else {
            ExitStatus::ForAHuman
        };
        if self.args.json {
            output::json(&sent);
            return Ok(status);
        }
        if let Some(text) = &sent.unsigned {
            output::line(text.trim_end());
            for path in &sent.words {
                output::note(format_args!("every mail stands in {path}"));
            }
            return Ok(status);
        }
        if sent.outdated > 0 {
            let mails = count(sent.outdated, "mail", "mails");
            output::line(format_args!(
                "outdated  {mails}: not sent, since today's providers list has the provider otherwise"
            ));
        }
        if sent.fates.is_empty() && sent.outdated == 0 {
            output::line("mails     none is waiting");
        }
        for (fate, mails) in &sent.fates {
            let next = match fate {
                MailFate::Accepted => "the server has it",
                MailFate::Refused | MailFate::Bounced => "the next run plans a letter",
                MailFate::Sending => "the server's answer was lost: the next run plans a letter",
                MailFate::Deferred => "later: run this again",
            };
            output::line(format_args!(
                "{:<9} {}: {next}",
                fate.word(),
                count(*mails, "mail", "mails")
            ));
        }
        if sent.untried > 0 {
            let mails = count(sent.untried, "mail", "mails");
            output::line(format_args!("untried   {mails}: the server was not there"));
        }
        Ok(status)
    }
}
