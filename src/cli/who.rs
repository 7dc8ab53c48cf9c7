//! Commands about who is who: decisions, explanations, learning.

use std::fmt::Display;
use std::io::{BufRead, IsTerminal};

use camino::Utf8Path;
use serde::Serialize;

use super::Status;
use super::commands::{Session, record_failure};
use super::output::{self, Failure};
use crate::explain::{self, ExplainError};
use crate::figures::{self, FiguresError};
use crate::keys::Keys;
use crate::link::{self, Parameters, Terms};
use crate::plain::count;
use crate::progress::Progress;
use crate::read;
use crate::record::{Access, Home, Ledger};
use crate::review::{self, Effects, Inbox};
use crate::row::Rows;

impl Session<'_> {
    pub(super) fn review_apply(&self, file: &Utf8Path, by: Option<&str>, yes: bool) -> Result<Status, Failure> {
        let by = by.map_or_else(user, str::to_owned);
        let progress = Progress::on_stderr();
        let failed = |error: review::ReviewError| {
            progress.finish();
            let status = if error.is_a_setting() { Status::Usage } else { Status::Stopped };
            Failure::new(status, &error, error.hint())
        };
        let effects = review::foresee(self.config, file, self.run_date, &progress).map_err(failed)?;
        progress.finish();
        if !self.args.json {
            output::note(effects);
        }
        agree(&effects, yes)?;

        let applied = review::apply(self.config, file, &by, self.run_date, &progress).map_err(failed)?;
        progress.finish();
        if self.args.json {
            output::json(&applied);
        } else {
            output::line(format_args!(
                "{} {} {}; {} new, {} decided so before",
                count(applied.lines as u64, "line", "lines"),
                if applied.lines == 1 { "decides" } else { "decide" },
                count(applied.pairs as u64, "pair of records", "pairs of records"),
                applied.new,
                applied.pairs - applied.new
            ));
            if applied.records + applied.released > 0 {
                let (records, released) = (applied.records, applied.released);
                let records = count(records as u64, "record is ruled on", "records are ruled on");
                let released = count(released as u64, "person is released", "people are released");
                output::line(format_args!("{records}, {released}"));
            }
            output::line(format_args!(
                "recorded in the name of {} on {}; the next run follows them",
                applied.by, applied.date
            ));
        }
        Ok(Status::Done)
    }

    pub(super) fn review_list(&self) -> Result<Status, Failure> {
        let ledger = Ledger::open(&Home::of(self.config), Access::Read).map_err(|error| record_failure(&error))?;
        let decided = ledger.decided().map_err(|error| record_failure(&error))?;
        if self.args.json {
            output::json(&decided);
            return Ok(Status::Done);
        }
        for one in &decided {
            output::line(format_args!(
                "{}  {}  {} same, {} different, {} taken back",
                one.date, one.by, one.same, one.different, one.undecided
            ));
        }
        if decided.is_empty() {
            output::line("no decisions have been made yet");
        }
        Ok(Status::Done)
    }

    /// Why a letter is as it is; or, where no letter has this name, what became of the rows that have it.
    pub(super) fn explain(&self, id: &str) -> Result<Status, Failure> {
        let failed = |error: &ExplainError| Failure::new(Status::Stopped, error, error.hint());
        let fates = match explain::explain(self.config, id) {
            Ok(letter) => {
                self.show(&letter);
                return Ok(Status::Done);
            }
            Err(error @ ExplainError::Unknown) => {
                let fates = explain::row::of(&self.config.data_dir, id)
                    .map_err(|error| Failure::new(Status::Stopped, &error, None))?;
                if fates.is_empty() {
                    return Err(failed(&error));
                }
                fates
            }
            Err(error) => return Err(failed(&error)),
        };
        if self.args.json {
            output::json(&fates);
            return Ok(Status::Done);
        }
        for fate in &fates {
            output::line(fate);
            if !fate.letter_id.is_empty() {
                output::line(explain::explain(self.config, &fate.letter_id).map_err(|error| failed(&error))?);
            }
        }
        Ok(Status::Done)
    }

    pub(super) fn figures(&self) -> Result<Status, Failure> {
        // Groups of people who were not written to come from the inbox; figures do not fail because a file is still
        // being delivered.
        let rows = self.rows();
        if let Err(failure) = &rows {
            let why = failure.causes.first().map_or("", String::as_str);
            output::note(format_args!("warning: groups of people who were not written to are unknown: {why}"));
        }
        let figures = figures::of(self.config, rows.as_ref().ok()).map_err(|error| match &error {
            FiguresError::Record(error) => record_failure(error),
            FiguresError::Papers(_) => Failure::new(Status::Stopped, &error, None),
        })?;
        self.show(&figures);
        Ok(Status::Done)
    }

    fn show(&self, answer: &(impl Serialize + Display)) {
        if self.args.json { output::json(answer) } else { output::line(answer) }
    }

    pub(super) fn explain_rows(&self, one: &str, other: &str) -> Result<Status, Failure> {
        let ledger = Ledger::open(&Home::of(self.config), Access::Read).map_err(|error| record_failure(&error))?;
        let decisions = ledger.decisions().map_err(|error| record_failure(&error))?;
        let parameters = self.parameters()?;
        let rows = self.rows()?;
        let inbox = Inbox::new(&rows);
        let find = |text: &str, which: &str| {
            inbox.named(text).map_err(|problem| Failure {
                status: Status::Usage,
                causes: vec![format!("the {which} row: {problem}")],
                hint: Some("name a row as FILE:ROW, data rows counted from 1 as in rows.csv".to_owned()),
            })
        };
        let pair = (find(one, "first")?, find(other, "second")?);
        let terms = Terms { rules: &self.config.link, parameters: &parameters, decisions: &decisions };
        let explained = link::explain(&rows, &terms, ledger.keys(), pair, &Progress::hidden())
            .map_err(|error| Failure::new(Status::Stopped, &error, error.hint()))?;
        let Some(explanation) = explained else {
            return Err(Failure {
                status: Status::Stopped,
                causes: vec!["one of the rows is unusable and was never linked".to_owned()],
                hint: Some("`rows.csv` gives its R code".to_owned()),
            });
        };
        if self.args.json {
            output::json(&explanation);
        } else {
            output::line(explanation.to_string().trim_end());
        }
        Ok(Status::Done)
    }

    pub(super) fn link_train(&self, out: &Utf8Path, seed: u64, name: Option<&str>) -> Result<Status, Failure> {
        let before = self.parameters()?;
        let rows = self.rows()?;
        let version = name.map_or_else(|| format!("trained-{seed}"), str::to_owned);
        // The order in which rows are looked at follows from the seed, not from the campaign's key.
        let mut master = [0; 32];
        master[..8].copy_from_slice(&seed.to_be_bytes());
        let learned = link::train(&rows, &before, &version, seed, &Keys::derive(&master))
            .map_err(|error| Failure::new(Status::Stopped, &error, error.hint()))?;
        let text = learned.parameters.to_toml().map_err(|error| Failure::new(Status::Stopped, &error, None))?;
        crate::durable::write(out, text.as_bytes())
            .map_err(|source| Failure::new(Status::Stopped, &source, Some(format!("cannot write `{out}`"))))?;
        output::line(format_args!(
            "learned from {} with one BSN",
            count(learned.pairs, "pair of rows", "pairs of rows")
        ));
        output::line(format_args!("parameters  {out}  (version {version}; use it with `[link] parameters`)"));
        Ok(Status::Done)
    }

    fn parameters(&self) -> Result<Parameters, Failure> {
        Parameters::of(&self.config.link).map_err(|error| Failure::new(Status::Usage, &error, None))
    }

    fn rows(&self) -> Result<Rows, Failure> {
        let terms = read::Terms { synthetic: self.config.synthetic, run_date: self.run_date };
        let progress = Progress::on_stderr();
        let rows = read::read(&self.config.inbox, &self.config.inputs, &terms, &progress);
        progress.finish();
        rows.map_err(|error| Failure::new(Status::Stopped, &error, error.hint()))
    }
}

/// Asks whether decisions with these effects are meant. A script is only asked (`--yes`) where somebody gets a second letter.
fn agree(effects: &Effects, yes: bool) -> Result<(), Failure> {
    let stdin = std::io::stdin();
    if yes || effects.is_nothing() || (!stdin.is_terminal() && effects.second_letters() == 0) {
        return Ok(());
    }
    let refused = |cause: &str, hint: &str| Failure {
        status: Status::Usage,
        causes: vec![format!("nothing was applied: {cause}")],
        hint: Some(hint.to_owned()),
    };
    if !stdin.is_terminal() {
        let cause = format!(
            "{} a second first letter",
            count(effects.second_letters(), "person who was told gets", "people who were told get")
        );
        return Err(refused(&cause, "if that is intended, pass `--yes`; if not, correct the decisions file"));
    }
    output::note("apply these decisions? [y/N]");
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer).map_err(|error| refused(&error.to_string(), "pass `--yes` in scripts"))?;
    let meant = ["y", "yes", "j", "ja"].contains(&answer.trim().to_lowercase().as_str());
    if meant { Ok(()) } else { Err(refused("the answer was no", "correct the decisions file and apply it again")) }
}

/// Who started the program, as the system knows them.
fn user() -> String {
    let known = ["USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok().filter(|name| name.len() > 2));
    known.unwrap_or_else(|| {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata("/proc/self").map_or_else(|_| "unknown".to_owned(), |about| format!("user {}", about.uid()))
    })
}
