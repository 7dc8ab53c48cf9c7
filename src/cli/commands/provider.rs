//! `provider`: what the help desk may say of a care provider, and what is noted of it.

use serde::Serialize;

use super::stop::signature;
use crate::base::plain::count;
use crate::base::{ExitStatus, logging};
use crate::cli::args::ProviderArgs;
use crate::cli::output::{self, Failure};
use crate::cli::session::{Session, record_failure};
use crate::compose::notices::NoticeTexts;
use crate::field::provider::{ProviderHistory, ProviderWord};
use crate::field::terms::Language;
use crate::record::notice_mails::MailTime;
use crate::record::providers::{self, ProviderNote};
use crate::record::{Access, Home, Ledger};
use crate::report::providers::{ProviderLine, ProviderState};
use crate::run;

/// `provider CODE --json`.
#[derive(Serialize)]
struct Answer<'a> {
    code: &'a str,
    /// Whether a record names it; `null`: no night has counted.
    affected: Option<bool>,
    /// As of the last night.
    #[serde(flatten)]
    line: Option<&'a ProviderLine>,
    /// The last thing that was noted of whose patients they are.
    ruling: Option<ProviderWord>,
}

impl Session<'_> {
    pub(super) fn provider(&self, asked: &ProviderArgs) -> Result<ExitStatus, Failure> {
        if let Some(out) = &asked.patients {
            return self.patients(asked, out);
        }
        match asked.said() {
            Some(said) => self.note_provider(asked, said),
            None => self.show_provider(asked),
        }
    }

    fn note_provider(
        &self,
        asked: &ProviderArgs,
        said: ProviderWord,
    ) -> Result<ExitStatus, Failure> {
        let home = Home::of(self.config);
        let note = ProviderNote {
            code: &asked.code,
            said,
            by: asked.by.as_deref().unwrap_or_default(),
            note: asked.note.as_deref().unwrap_or_default(),
            about: "",
            date: self.run_date,
        };
        if said.needs_approval() && asked.signed.is_empty() {
            let text = providers::text_for(&home, &note).map_err(|error| Failure::of(&error))?;
            output::line(text.trim_end());
            return Ok(ExitStatus::Done);
        }

        let signatures = asked.signed.iter().map(signature).collect::<Result<Vec<_>, _>>()?;
        logging::keep();
        let approvers = &self.config.approval.approvers;
        let noted = providers::note(&home, &note, &signatures, approvers)
            .map_err(|error| Failure::of(&error))?;
        if self.args.json {
            output::json(&noted);
            return Ok(ExitStatus::Done);
        }

        let signed = match noted.signers.join(" and ") {
            signers if signers.is_empty() => String::new(),
            signers => format!(", signed by {signers}"),
        };
        output::line(format_args!("noted     provider {}: {said}{signed}", asked.code));
        output::line(format_args!("next      {}", next(said)));
        Ok(ExitStatus::Done)
    }

    /// What the help desk may say to a provider that no record names.
    fn say_unaffected(&self, language: Language) -> Result<(), Failure> {
        let texts =
            NoticeTexts::of(self.config.texts_folder()).map_err(|error| Failure::of(&error))?;
        for line in texts.unaffected(&self.facts()?, language) {
            output::line(format_args!("say       {line}"));
        }
        Ok(())
    }

    fn show_provider(&self, asked: &ProviderArgs) -> Result<ExitStatus, Failure> {
        let ledger = Ledger::open(&Home::of(self.config), Access::Read)
            .map_err(|error| record_failure(&error))?;
        let settings = self.config.providers_first.as_ref();
        let mails =
            settings.map(|own| MailTime { today: self.run_date, days: own.after_posting_days });
        let mut known = ledger.providers(mails).map_err(|error| record_failure(&error))?;
        let history = known.remove(&ledger.keys().provider(&asked.code)).unwrap_or_default();
        let lines = run::last_providers(&self.config.data_dir);
        let line = lines.as_ref().and_then(|lines| lines.get(&asked.code));

        let is_told = !history.notices.is_empty();
        let is_known = lines.is_some() || is_told;
        let status = if is_known { ExitStatus::Done } else { ExitStatus::ForAHuman };

        if self.args.json {
            output::json(&Answer {
                code: &asked.code,
                affected: (lines.is_some() || is_told).then_some(line.is_some() || is_told),
                line,
                ruling: history.ruling,
            });
            return Ok(status);
        }
        if let Some(line) = line {
            show(&asked.code, line, &history);
        } else if lines.is_none() || is_told {
            output::line(format_args!("provider  {}: it is not known who is affected", asked.code));
            let why = match (&self.config.providers_first, is_told) {
                (None, _) => "`[providers_first]` is not set: nobody counts patients by provider",
                (Some(_), true) => "it had a notice, and on the last night no record named it",
                (Some(_), false) => {
                    "no night has counted patients by provider, or its job was given up"
                }
            };
            output::line(format_args!("why       {why}"));
        } else {
            output::line(format_args!("provider  {} is not affected", asked.code));
            output::line("why       on the last night no record named it");
            self.say_unaffected(asked.language)?;
        }
        Ok(status)
    }
}

/// What a note means for the next night.
const fn next(said: ProviderWord) -> &'static str {
    match said {
        ProviderWord::Acknowledged => "its patients no longer wait for it",
        ProviderWord::NotOurs => "letters no longer name it, and its patients are held (D221)",
        ProviderWord::DecidedOurs => "its patients are written to, and letters may name it again",
        ProviderWord::DecidedNotOurs => "its patients are written to, and letters do not name it",
        ProviderWord::ListMade => "hand the list over, then note `--list-received`",
        ProviderWord::ListReceived => "it destroys the list by the day that the list says",
    }
}

fn show(code: &str, line: &ProviderLine, history: &ProviderHistory) {
    let kind = line.kind.as_deref().unwrap_or("not on the list");
    output::line(format_args!("provider  {code} ({kind}) is affected"));
    output::line(format_args!("patients  {}", count(line.patients, "person", "people")));

    let until =
        line.until.map_or_else(String::new, |night| format!(", until {night} at the latest"));
    // What was noted since the last night counts.
    let is_disputed = history.is_disputed();
    let state = if is_disputed { ProviderState::Disputed } else { line.state };
    let until = if is_disputed { "" } else { until.as_str() };
    output::line(format_args!("state     {}{until}", state.text()));
    if let Some(hold) = line.hold {
        output::line(format_args!("no notice because ({hold}): {}", hold.text()));
    }
    for notice in &history.notices {
        let posted = match (notice.posted_on, notice.returned) {
            (_, true) if notice.by_mail => ", by mail, which did not arrive".to_owned(),
            (Some(day), false) if notice.by_mail => format!(", by mail, sent on {day}"),
            (None, false) if notice.by_mail => ", by mail, not sent yet".to_owned(),
            (_, true) => ", came back".to_owned(),
            (Some(day), false) => format!(", posted on {day}"),
            (None, false) => ", not reported posted yet".to_owned(),
        };
        output::line(format_args!(
            "notice    {} of {}: {}{posted}",
            notice.kind,
            notice.on,
            count(notice.patients, "patient", "patients")
        ));
    }
    if let Some(day) = history.acknowledged_on {
        output::line(format_args!("ready     it said so on {day}"));
    }
    if let Some(ruling) = history.ruling {
        output::line(format_args!("noted     {ruling}: {}", next(ruling)));
    }
    if history.lists > 0 {
        let end = if history.has_list { "it has the last one" } else { "not said to be received" };
        output::line(format_args!("lists     {} made: {end}", history.lists));
    }
    if line.waiting > 0 {
        let verb = if state == ProviderState::Disputed { "held" } else { "waiting" };
        output::line(format_args!("{verb:<9} {}", count(line.waiting, "person", "people")));
    }
}
