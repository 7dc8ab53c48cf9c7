//! `review`: what waits, and what a human decides.

use std::io::{BufRead, IsTerminal};

use camino::Utf8Path;

use super::queue::tell_settled;
use crate::base::plain::count;
use crate::base::progress::Progress;
use crate::base::{ExitStatus, Explain};
use crate::cli::args::ReviewCommand;
use crate::cli::output::{self, Failure};
use crate::cli::session::{Session, record_failure};
use crate::field::judgement::{CaseAnswer, CaseKind, CorrectedField, Correction};
use crate::record::{Access, Decider, Home, Ledger};
use crate::tools::queue::{self, CaseQueue, CaseWord, QueueCase, answers};
use crate::tools::review::{self, Applied, Decisions, Effects, OpenCase, ReviewError};

impl Session<'_> {
    pub(super) fn review(&self, asked: &ReviewCommand) -> Result<ExitStatus, Failure> {
        match asked {
            ReviewCommand::Apply { file, by, yes } => self.review_apply(file, by.as_deref(), *yes),
            ReviewCommand::List { open: false } => self.review_list(),
            ReviewCommand::List { open: true } => self.review_open(),
            ReviewCommand::Show { case } => self.review_show(*case),
            ReviewCommand::Decide { case, decision, row, by, reason, source, run, yes } => {
                let by = by.as_deref().map_or_else(user, str::to_owned);
                let decider = Decider { by: &by, reason: reason.as_deref() };
                let queue = CaseQueue::open_to_decide(self.config);
                let queue = queue.map_err(|error| Failure::of(&error))?;
                queue.must_be_of(run.as_deref(), *case).map_err(|error| Failure::of(&error))?;
                let found = queue.find(*case).map_err(|error| Failure::of(&error))?;
                let case = (queue.run_id.as_str(), found);
                match found.kind {
                    CaseKind::Linking | CaseKind::Record | CaseKind::Remembered => {
                        self.review_decide(case, decision, row.as_deref(), decider, *yes)
                    }
                    _ => self.decide_case(case, decision, source.as_deref(), decider),
                }
            }
            ReviewCommand::Queue(asked) => self.queue(asked),
        }
    }

    fn review_apply(
        &self,
        file: &Utf8Path,
        by: Option<&str>,
        yes: bool,
    ) -> Result<ExitStatus, Failure> {
        let by = by.map_or_else(user, str::to_owned);
        if queue::is_table(file).map_err(|error| Failure::of(&error))? {
            let cases = queue::apply_table(self.config, file, &by, self.run_date)
                .map_err(|error| Failure::of(&error))?;
            let cases = count(cases as u64, "case is", "cases are");
            output::line(format_args!("{cases} decided; the next run follows"));
            return Ok(ExitStatus::Done);
        }
        let decisions = Decisions::read(file).map_err(|error| failure(&error))?;
        self.follow(&decisions, Decider { by: &by, reason: None }, yes)
    }

    fn review_decide(
        &self,
        (run, case): (&str, &QueueCase),
        decision: &str,
        row: Option<&str>,
        decider: Decider<'_>,
        yes: bool,
    ) -> Result<ExitStatus, Failure> {
        let decisions = Decisions::about(self.config, case.case, row, decision)
            .map_err(|error| failure(&error))?;
        let named = row.filter(|row| case.candidates.iter().any(|own| own == row));
        let fits = |answer: &CaseAnswer| match named {
            Some(_) => *answer == CaseAnswer::Same,
            None => row.is_none() && case.answers.contains(answer),
        };
        let Some(answer) = CaseAnswer::from_word(decision).filter(fits) else {
            return self.follow(&decisions, decider, yes);
        };

        self.foresee(&decisions, yes)?;
        let beside =
            |row: &str| Correction { field: CorrectedField::Beside, value: row.to_owned() };
        let corrections = named.map(beside).into_iter().collect();
        let word = CaseWord { answer, corrections, source: None, decider, run: Some(run) };
        let settled = queue::decide(self.config, case.case, &word, self.run_date)
            .map_err(|error| Failure::of(&error))?;
        match (&settled.applied, self.args.json) {
            (Some(applied), true) => output::json(applied),
            (Some(applied), false) => tell(applied),
            (None, true) => output::json(&settled),
            (None, false) => tell_settled(&settled),
        }
        Ok(ExitStatus::Done)
    }

    /// Shows what decisions will do, and asks whether they are meant.
    fn foresee(&self, decisions: &Decisions, yes: bool) -> Result<(), Failure> {
        let progress = Progress::on_stderr();
        let effects = review::foresee(self.config, decisions, self.run_date, &progress);
        progress.finish();
        let effects = effects.map_err(|error| failure(&error))?;
        if !self.args.json {
            output::note(effects);
        }
        agree(&effects, yes)
    }

    /// Shows what decisions will do, and writes them down if they are meant.
    fn follow(
        &self,
        decisions: &Decisions,
        decider: Decider<'_>,
        yes: bool,
    ) -> Result<ExitStatus, Failure> {
        // What was said at the desk before is older than this.
        answers::take_up(self.config, self.run_date).map_err(|error| Failure::of(&error))?;
        self.foresee(decisions, yes)?;
        let progress = Progress::on_stderr();
        let applied = review::apply(self.config, decisions, decider, self.run_date, &progress);
        progress.finish();
        let applied = applied.map_err(|error| failure(&error))?;

        if self.args.json {
            output::json(&applied);
        } else {
            tell(&applied);
        }
        Ok(ExitStatus::Done)
    }

    fn review_open(&self) -> Result<ExitStatus, Failure> {
        let cases = CaseQueue::open(self.config).map_err(|error| Failure::of(&error))?;
        if self.args.json {
            output::json(&cases);
        } else {
            output::line(format_args!("{cases}"));
        }
        Ok(ExitStatus::Done)
    }

    fn review_show(&self, case: u32) -> Result<ExitStatus, Failure> {
        let progress = Progress::on_stderr();
        let view = OpenCase::find(self.config, case)
            .and_then(|case| case.view(self.config, self.run_date, &progress));
        progress.finish();

        let view = view.map_err(|error| failure(&error))?;
        if self.args.json {
            output::json(&view);
            return Ok(ExitStatus::Done);
        }
        output::line(format_args!("{view}"));
        let queue = CaseQueue::open(self.config).map_err(|error| Failure::of(&error))?;
        let found = queue.find(case).map_err(|error| Failure::of(&error))?;
        output::line(format_args!(
            "\nrun       {} (`decide {case} ... --run` holds you to it)",
            queue.run_id
        ));
        show_answers(found);
        Ok(ExitStatus::Done)
    }

    fn review_list(&self) -> Result<ExitStatus, Failure> {
        let ledger = Ledger::open(&Home::of(self.config), Access::Read)
            .map_err(|error| record_failure(&error))?;
        let decided = ledger.decided().map_err(|error| record_failure(&error))?;
        if self.args.json {
            output::json(&decided);
            return Ok(ExitStatus::Done);
        }

        for one in &decided {
            let reason = one.reason.as_ref().map_or_else(String::new, |said| format!("  {said}"));
            output::line(format_args!(
                "{}  {}  {} same, {} different, {} taken back{reason}",
                one.date, one.by, one.same, one.different, one.undecided
            ));
        }

        if decided.is_empty() {
            output::line("no decisions have been made yet");
        }

        Ok(ExitStatus::Done)
    }
}

/// What can be answered, and how far the case is.
fn show_answers(case: &QueueCase) {
    let words: Vec<&str> = case.answers.iter().map(|answer| answer.word()).collect();
    let answers = if words.is_empty() {
        "none here: the sender of the list has to settle it".to_owned()
    } else {
        words.join(", ")
    };
    output::line(format_args!("\nabout     {}\nanswers   {answers}", case.kind));
    if !case.candidates.is_empty() {
        // One of the rows alone may be the person.
        let rows = case.candidates.iter().map(|row| format!("{} --row {row}", CaseAnswer::Same));
        output::line(format_args!("or one of {}", rows.collect::<Vec<_>>().join(", ")));
    }
    if !case.fields.is_empty() {
        let fields: Vec<&str> = case.fields.iter().map(|field| field.word()).collect();
        output::line(format_args!("cells     {}", fields.join(", ")));
    }
    let state = case.state.to_string();
    if !state.is_empty() {
        output::line(format_args!("decided {state}"));
    }
}

fn failure(error: &ReviewError) -> Failure {
    let status = if error.is_a_setting() { ExitStatus::Usage } else { ExitStatus::Stopped };
    Failure::new(status, error, error.hint())
}

/// What was written down.
fn tell(applied: &Applied) {
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

/// Asks whether decisions with these effects are meant. A script is only asked (`--yes`) where
/// somebody gets a second letter.
fn agree(effects: &Effects, yes: bool) -> Result<(), Failure> {
    let stdin = std::io::stdin();
    if yes || effects.is_nothing() || (!stdin.is_terminal() && effects.second_letters() == 0) {
        return Ok(());
    }

    let refused = |cause: &str, hint: &str| Failure {
        status: ExitStatus::Usage,
        causes: vec![format!("nothing was applied: {cause}")],
        hint: Some(hint.to_owned()),
    };

    if !stdin.is_terminal() {
        let cause = format!(
            "{} a second first letter",
            count(effects.second_letters(), "person who was told gets", "people who were told get")
        );
        return Err(refused(
            &cause,
            "if that is intended, pass `--yes`; if not, correct the decisions file",
        ));
    }

    output::note("apply these decisions? [y/N]");
    let mut answer = String::new();
    stdin
        .lock()
        .read_line(&mut answer)
        .map_err(|error| refused(&error.to_string(), "pass `--yes` in scripts"))?;

    let meant = ["y", "yes", "j", "ja"].contains(&answer.trim().to_lowercase().as_str());
    if meant {
        Ok(())
    } else {
        Err(refused("the answer was no", "correct the decisions file and apply it again"))
    }
}

/// Who started the program, as the system knows them.
pub(super) fn user() -> String {
    let known = ["USER", "LOGNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|name| name.len() > 2));
    known.unwrap_or_else(|| {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata("/proc/self")
            .map_or_else(|_| "unknown".to_owned(), |about| format!("user {}", about.uid()))
    })
}
