//! `review` for every kind of case, and the letter that is released by hand.

use std::io::{IsTerminal, Read};

use camino::Utf8Path;

use super::review::user;
use super::stop::signature;
use crate::base::plain::count;
use crate::base::progress::Progress;
use crate::base::{ExitStatus, FileError, durable};
use crate::cli::args::{QueueCommand, ReleaseArgs, RuleArgs};
use crate::cli::output::{self, Failure};
use crate::cli::session::Session;
use crate::field::judgement::{CaseAnswer, CorrectedField, Correction};
use crate::record::Decider;
use crate::tools::queue::{
    self, CaseRule, CaseWord, QueueCase, QueueError, QueueState, ReleaseOrder, RuleEffect,
    SettledCase, TwoPeople,
};

/// The most that is read from standard input, in bytes.
const LONGEST: u64 = 1 << 16;

impl Session<'_> {
    pub(super) fn queue(&self, asked: &QueueCommand) -> Result<ExitStatus, Failure> {
        match asked {
            QueueCommand::Rule(asked) => self.review_rule(asked),
            QueueCommand::Undo { event, by, reason } => {
                self.review_undo(*event, by.as_deref(), reason)
            }
            QueueCommand::Export { file } => self.review_export(file),
        }
    }

    /// Decides a case that is not about who is who.
    pub(super) fn decide_case(
        &self,
        (run, case): (&str, &QueueCase),
        answer: &str,
        source: Option<&str>,
        decider: Decider<'_>,
    ) -> Result<ExitStatus, Failure> {
        let failed = |error: QueueError| Failure::of(&error);
        let answer = CaseAnswer::from_word(answer).ok_or_else(|| Failure {
            status: ExitStatus::Usage,
            causes: vec!["there is no such answer".to_owned()],
            hint: Some(format!("case {} can be answered with {}", case.case, words(case))),
        })?;
        let corrections = match answer {
            CaseAnswer::Corrected => corrections(&typed(&fields(case))?)?,
            _ => Vec::new(),
        };
        let word = CaseWord { answer, corrections, source, decider, run: Some(run) };
        let settled =
            queue::decide(self.config, case.case, &word, self.run_date).map_err(failed)?;

        if self.args.json {
            output::json(&settled);
        } else {
            tell_settled(&settled);
        }
        Ok(ExitStatus::Done)
    }

    fn review_rule(&self, asked: &RuleArgs) -> Result<ExitStatus, Failure> {
        let rule = CaseRule {
            code: asked.code,
            provider: asked.provider.clone(),
            lab_only: asked.lab_only,
            sampled_before: asked.sampled_before,
            answer: asked.answer,
        };
        let progress = Progress::on_stderr();
        let failed = |error: QueueError| {
            progress.finish();
            Failure::of(&error)
        };

        if !asked.yes {
            let effect =
                queue::rule_effect(self.config, &rule, &asked.reason, self.run_date, &progress);
            let effect = effect.map_err(failed)?;
            progress.finish();
            self.show_rule(&effect, "nothing was decided: pass `--yes`");
            return Ok(ExitStatus::Done);
        }

        let signatures = asked.signed.iter().map(signature).collect::<Result<Vec<_>, _>>()?;
        let by = asked.by.clone().unwrap_or_else(user);
        let decider = Decider { by: &by, reason: Some(&asked.reason) };
        let proof = TwoPeople { signatures: &signatures, at_the_desk: None };
        let effect =
            queue::apply_rule(self.config, &rule, decider, proof, self.run_date, &progress);
        let effect = effect.map_err(failed)?;
        progress.finish();
        self.show_rule(&effect, "decided; the next run follows");
        Ok(ExitStatus::Done)
    }

    fn show_rule(&self, effect: &RuleEffect, end: &str) {
        if self.args.json {
            output::json(effect);
            return;
        }
        output::line(format_args!("rule      {}", effect.rule));
        output::line(format_args!("cases     {}", count(effect.cases as u64, "case", "cases")));
        if effect.needs_two {
            output::line("two approvers sign this text:");
            output::line(effect.text.trim_end());
        }
        output::line(end);
    }

    fn review_undo(
        &self,
        event: u64,
        by: Option<&str>,
        reason: &str,
    ) -> Result<ExitStatus, Failure> {
        let by = by.map_or_else(user, str::to_owned);
        let decider = Decider { by: &by, reason: Some(reason) };
        let cases = queue::undo_event(self.config, event, decider, self.run_date)
            .map_err(|error| Failure::of(&error))?;
        let cases = count(cases as u64, "decision is", "decisions are");
        output::line(format_args!("{cases} taken back; the next run follows"));
        Ok(ExitStatus::Done)
    }

    fn review_export(&self, file: &Utf8Path) -> Result<ExitStatus, Failure> {
        let progress = Progress::on_stderr();
        let written = queue::export_table(self.config, file, self.run_date, &progress);
        progress.finish();
        let cases = written.map_err(|error| Failure::of(&error))?;
        output::line(format_args!("{file}: {}", count(cases as u64, "case", "cases")));
        Ok(ExitStatus::Done)
    }

    pub(super) fn release(
        &self,
        case: &str,
        out: Option<&Utf8Path>,
        asked: &ReleaseArgs,
    ) -> Result<ExitStatus, Failure> {
        let failed = |error: QueueError| Failure::of(&error);
        let number: u32 = case.parse().map_err(|_| Failure {
            status: ExitStatus::Usage,
            causes: vec!["a letter is released by the number of its case".to_owned()],
            hint: Some("`breachpost review list --open` has the numbers".to_owned()),
        })?;
        let channel = asked.channel.as_deref().unwrap_or_default();
        let reason = asked.reason.as_deref().unwrap_or_default();
        if asked.signed.is_empty() {
            let text = queue::release_text(self.config, number, channel, reason).map_err(failed)?;
            output::line(text.trim_end());
            return Ok(ExitStatus::Done);
        }

        let signatures = asked.signed.iter().map(signature).collect::<Result<Vec<_>, _>>()?;
        let by = asked.by.clone().unwrap_or_else(user);
        let order = ReleaseOrder {
            channel,
            decider: Decider { by: &by, reason: Some(reason) },
            proof: TwoPeople { signatures: &signatures, at_the_desk: None },
        };
        let progress = Progress::on_stderr();
        let place = |id: &str| out.map_or_else(|| format!("{id}.pdf").into(), Utf8Path::to_owned);
        let keep = |id: &str, pdf: &[u8]| {
            let out = place(id);
            Ok(durable::write_new(&out, pdf).map_err(FileError::at("write", &out))?)
        };
        let letter = queue::release(self.config, number, &order, self.run_date, &progress, keep);
        progress.finish();
        let letter = letter.map_err(failed)?;

        let out = place(&letter.letter_id);
        output::line(&out);
        output::note(format_args!(
            "released by {}; the person counts as told by this letter, which no job has",
            letter.proven.join(" and ")
        ));
        Ok(ExitStatus::Done)
    }
}

fn words(case: &QueueCase) -> String {
    let answers = case.answers.iter().map(|answer| answer.word().to_owned());
    let rows = case.candidates.iter().map(|row| format!("{} --row {row}", CaseAnswer::Same));
    answers.chain(rows).collect::<Vec<_>>().join(", ")
}

fn fields(case: &QueueCase) -> String {
    let fields: Vec<&str> = case.fields.iter().map(|field| field.word()).collect();
    format!("one `field = value` a line, then an empty line; the fields: {}", fields.join(", "))
}

/// What somebody types: until an empty line on a terminal, else everything.
pub(super) fn typed(prompt: &str) -> Result<String, Failure> {
    let stdin = std::io::stdin();
    let failed = |error: std::io::Error| Failure {
        status: ExitStatus::Usage,
        causes: vec!["cannot read standard input".to_owned(), error.to_string()],
        hint: None,
    };
    let mut text = String::new();
    if !stdin.is_terminal() {
        stdin.take(LONGEST).read_to_string(&mut text).map_err(failed)?;
        return Ok(text);
    }

    output::note(prompt);
    loop {
        let before = text.len();
        stdin.read_line(&mut text).map_err(failed)?;
        if text[before..].trim().is_empty() {
            return Ok(text);
        }
    }
}

/// Lines of `field = value`; the error names the line, and not what is in it.
pub(super) fn corrections(text: &str) -> Result<Vec<Correction>, Failure> {
    let mut corrections = Vec::new();
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    for (number, line) in lines {
        let wrong = |problem: &str| Failure {
            status: ExitStatus::Usage,
            causes: vec![format!("line {number} of what was typed {problem}")],
            hint: Some("one `field = value` a line".to_owned()),
        };
        let (field, value) = line.split_once('=').ok_or_else(|| wrong("has no `=`"))?;
        let field = CorrectedField::from_word(field.trim())
            .ok_or_else(|| wrong("has a field that cannot be corrected"))?;
        corrections.push(Correction { field, value: value.to_owned() });
    }
    Ok(corrections)
}

/// What became of a decision.
pub(super) fn tell_settled(settled: &SettledCase) {
    let SettledCase { case, by, date, about, .. } = settled;
    match &settled.state {
        QueueState::SecondWanted { .. } => output::line(format_args!(
            "case {case}: recorded in the name of {by} on {date}; it waits for the opinion of somebody else"
        )),
        QueueState::Disputed { said } => {
            output::line(format_args!("case {case}: the opinions differ, and it stays open"));
            for (by, answer) in said {
                output::line(format_args!("  {answer:<14}{by}"));
            }
        }
        QueueState::Open => {
            output::line(format_args!(
                "case {case}: taken back by {by} on {date}; it is open again"
            ));
        }
        QueueState::Decided { answer, .. } => output::line(format_args!(
            "case {case}: {answer}, recorded in the name of {by} on {date}; the next run follows"
        )),
    }
    output::line(format_args!("about     {about}"));
}
