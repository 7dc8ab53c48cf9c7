//! `status`: how the last runs ended, whether a night was missed, and where the letters are.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::base::ExitStatus;
use crate::cli::output::{self, Failure};
use crate::cli::session::Session;
use crate::field::piece::PieceState;
use crate::record::pieces::{self, PaperTerms, PaperTrail};
use crate::record::{Home, RecordError};
use crate::run::outcome::{self, Ending, Outcome};

/// Runs that are shown.
const SHOWN: usize = 10;
/// A clock may be wrong by so much; an end that lies further ahead proves nothing.
const AHEAD: SignedDuration = SignedDuration::from_mins(10);

/// `status --json`.
#[derive(Serialize)]
struct Answer<'a> {
    exit_code: u8,
    /// When a run last ended; a start that found another run in progress does not count.
    last_ended: Option<Timestamp>,
    /// When a run last came to its end.
    last_good: Option<Timestamp>,
    runs: &'a [Outcome],
    /// Whether something about the letters on paper has to be looked at.
    needs_a_human: bool,
    /// Where the letters are; absent as long as there is no ledger.
    #[serde(flatten)]
    survey: Option<&'a PaperTrail>,
}

impl Session<'_> {
    /// Shows the last runs, the newest first. With `max_age`: whether one has ended since then.
    pub(super) fn status(
        &self,
        max_age: Option<SignedDuration>,
        state: Option<PieceState>,
    ) -> Result<ExitStatus, Failure> {
        if max_age.is_some_and(|age| !age.is_positive()) {
            let hint = Some("for example `--max-age 26h`".to_owned());
            return Err(Failure {
                status: ExitStatus::Usage,
                causes: vec!["--max-age must be a positive duration".to_owned()],
                hint,
            });
        }

        let mut runs = outcome::all(&self.config.data_dir);
        runs.retain(|run| run.campaign == self.config.campaign);
        runs.reverse();

        let now = Timestamp::now();
        let last_ended = last(&runs, now, |run| !run.in_use);
        let last_good = last(&runs, now, Outcome::is_good);
        let is_missed = max_age.is_some_and(|age| !is_recent(last_ended, now, age));
        let status = if is_missed { ExitStatus::ForAHuman } else { ExitStatus::Done };

        runs.truncate(SHOWN);

        let survey = self.survey(state)?;
        if self.args.json {
            let survey = survey.as_ref();
            output::json(&Answer {
                exit_code: status.code(),
                needs_a_human: survey.is_some_and(PaperTrail::needs_a_human),
                last_ended,
                last_good,
                runs: &runs,
                survey,
            });
            return Ok(status);
        }

        for run in &runs {
            output::line(line(run));
        }

        match (last_ended, max_age) {
            (None, _) => output::line("no run has ended yet"),
            (Some(last), Some(age)) if is_missed => {
                output::line(format_args!(
                    "no run has ended for {age:#}: the last one ended at {last:.0}"
                ));
            }
            _ => {}
        }

        if let Some(survey) = &survey {
            output::line(survey);
        }

        Ok(status)
    }

    /// Where the letters are; nothing as long as there is no ledger.
    fn survey(&self, state: Option<PieceState>) -> Result<Option<PaperTrail>, Failure> {
        let terms = PaperTerms::of(self.config, self.run_date);
        match pieces::paper(&Home::of(self.config), &terms, state) {
            Err(RecordError::Missing { .. }) => Ok(None),
            survey => survey.map(Some).map_err(|error| Failure::of(&error)),
        }
    }
}

fn last(runs: &[Outcome], now: Timestamp, counts: impl Fn(&Outcome) -> bool) -> Option<Timestamp> {
    let latest = now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
    runs.iter().filter(|run| counts(run) && run.ended <= latest).map(|run| run.ended).max()
}

fn is_recent(last: Option<Timestamp>, now: Timestamp, age: SignedDuration) -> bool {
    last.is_some_and(|last| now.duration_since(last) <= age)
}

fn line(run: &Outcome) -> String {
    let what = match (run.outcome, &run.error) {
        (Ending::Done, _) => {
            let job = run.job.as_deref().unwrap_or("no job");
            let cases = run.cases.unwrap_or_default();
            format!(
                "{} letters, {job}; cases: {} open, {} new, {} overdue",
                run.letters, cases.open, cases.new, cases.overdue
            )
        }
        (Ending::Waiting, _) => {
            let job = run.job.as_deref().unwrap_or("no job");
            format!("{} letters, {job}, wait for approval", run.letters)
        }
        (Ending::Stopped, Some(error)) => format!("stopped: {}", one_line(error)),
        (Ending::Crashed, Some(error)) => format!("crashed: {}", one_line(error)),
        (_, None) => "stopped".to_owned(),
    };

    let mail = if run.mail.unsent.is_empty() { "" } else { "; mail not sent yet" };
    let backup = if run.backup_error.is_none() { "" } else { "; the backup failed" };
    format!("{:.0}  {}  {}  {what}{mail}{backup}", run.ended, run.exit_code, run.run_id)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_counts_as_recent_up_to_its_age() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let hours = |hours| now.checked_sub(SignedDuration::from_hours(hours)).ok();
        let age = SignedDuration::from_hours(26);
        assert!(is_recent(hours(1), now, age) && is_recent(hours(26), now, age));
        assert!(!is_recent(hours(27), now, age) && !is_recent(None, now, age));
    }
}
