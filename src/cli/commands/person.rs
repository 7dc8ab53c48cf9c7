//! `person`: one person who calls.

use camino::Utf8Path;

use super::queue::{corrections, typed};
use super::review::user;
use crate::base::progress::Progress;
use crate::base::{ExitStatus, FileError, durable};
use crate::cli::args::PersonCommand;
use crate::cli::output::{self, Failure};
use crate::cli::session::Session;
use crate::record::Decider;
use crate::tools::queue::{self, CallKind, CallWord, FoundPerson, PersonQuery, QueueError};

const WHO: &str = "who: `reference = ...`, `bsn = ...`, or `surname = ...` and `birth_date = YYYY-MM-DD`; \
                   then an empty line";

impl Session<'_> {
    pub(super) fn person(&self, asked: &PersonCommand) -> Result<ExitStatus, Failure> {
        match asked {
            PersonCommand::Show => self.person_show(),
            PersonCommand::Export { out } => self.person_export(out.as_deref()),
            PersonCommand::Call { what, source, takes_back, by, reason } => {
                let by = by.clone().unwrap_or_else(user);
                let decider = Decider { by: &by, reason: Some(reason) };
                self.person_call(*what, source, *takes_back, decider)
            }
        }
    }

    fn person_show(&self) -> Result<ExitStatus, Failure> {
        let query = PersonQuery::parse(&typed(WHO)?).map_err(|error| Failure::of(&error))?;
        let progress = Progress::on_stderr();
        let found = queue::find(self.config, &query, self.run_date, &progress);
        progress.finish();
        let found = found.map_err(|error| Failure::of(&error))?;
        if self.args.json {
            output::json(&found);
            return Ok(ExitStatus::Done);
        }

        if found.is_empty() {
            output::line("nobody is known by that");
        }
        found.iter().for_each(show);
        Ok(ExitStatus::Done)
    }

    fn person_export(&self, out: Option<&Utf8Path>) -> Result<ExitStatus, Failure> {
        let query = PersonQuery::parse(&typed(WHO)?).map_err(|error| Failure::of(&error))?;
        let progress = Progress::on_stderr();
        let export = queue::export(self.config, &query, self.run_date, &progress);
        progress.finish();
        let export = export.map_err(|error| Failure::of(&error))?;
        let Some(out) = out else {
            output::json(&export);
            return Ok(ExitStatus::Done);
        };

        let text = serde_json::to_vec_pretty(&export).unwrap_or_default();
        durable::write_new(out, &text)
            .map_err(|source| Failure::of(&FileError::at("write", out)(source)))?;
        output::line(out);
        Ok(ExitStatus::Done)
    }

    fn person_call(
        &self,
        what: CallKind,
        source: &str,
        takes_back: bool,
        decider: Decider<'_>,
    ) -> Result<ExitStatus, Failure> {
        let text = typed(WHO)?;
        let is_who = |line: &&str| {
            ["reference", "bsn", "surname", "birth_date"]
                .iter()
                .any(|field| line.trim_start().starts_with(field))
        };
        // A new address has a surname of nobody: its fields are others.
        let (who, rest): (Vec<&str>, Vec<&str>) = text.lines().partition(is_who);
        let query = PersonQuery::parse(&who.join("\n")).map_err(|error| Failure::of(&error))?;
        let word = CallWord {
            what,
            corrections: corrections(&rest.join("\n"))?,
            source,
            takes_back,
            decider,
        };

        let progress = Progress::on_stderr();
        let recorded = queue::record_call(self.config, &query, &word, self.run_date, &progress);
        progress.finish();
        let recorded = recorded.map_err(|error: QueueError| Failure::of(&error))?;
        if self.args.json {
            output::json(&recorded);
            return Ok(ExitStatus::Done);
        }

        output::line(format_args!("recorded  of {}; it holds from now on", recorded.person));
        for letter in &recorded.on_their_way {
            output::line(format_args!(
                "warning   letter {letter} is on its way: `breachpost stop --letter {letter}` if it must not go out"
            ));
        }
        Ok(ExitStatus::Done)
    }
}

fn show(person: &FoundPerson) {
    output::line(format_args!("person    {}", person.person));
    for letter in &person.letters {
        output::line(format_args!(
            "letter    {}, {}, reference {}, {}",
            letter.date, letter.kind, letter.reference, letter.state
        ));
    }
    if person.letters.is_empty() {
        output::line("letter    none");
    }
    output::line(format_args!("next      {}", person.next));
    for said in &person.said {
        let saying = &said.saying;
        output::line(format_args!(
            "said      {}  {}: {}, by {}",
            saying.date, said.kind, saying.answer, saying.by
        ));
    }
}
