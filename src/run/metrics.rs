//! Figures of a run for Prometheus, in the text format that `node_exporter` collects from files.
//!
//! Source: prometheus.io/docs/instrumenting/exposition_formats, text-based format. No personal
//! data, and no number from 1 to 9 about people: such a sample is left out.

use std::fmt::Write;

use camino::Utf8Path;
use jiff::Timestamp;

use super::outcome::Outcome;
use crate::base::durable;

/// Others must be able to read it: the exporter runs as another user.
const MODE: u32 = 0o644;

/// Writes the file, whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub fn write(
    file: &Utf8Path,
    outcome: &Outcome,
    last_good: Option<Timestamp>,
) -> std::io::Result<()> {
    durable::write_with_mode(file, text(outcome, last_good).as_bytes(), MODE)
}

fn text(outcome: &Outcome, last_good: Option<Timestamp>) -> String {
    let mut page =
        Page { text: String::new(), label: format!("campaign=\"{}\"", outcome.campaign) };
    let seconds = |time: Timestamp| Some(time.as_second());
    let few = |count: u64| i64::try_from(count).ok().filter(|count| !(1..=9).contains(count));

    page.gauge("last_run_timestamp_seconds", "When the last run ended.", seconds(outcome.ended));
    page.gauge("last_run_exit_code", "How the last run ended.", Some(outcome.exit_code.into()));
    page.gauge(
        "last_good_run_timestamp_seconds",
        "When a run last came to its end.",
        last_good.and_then(seconds),
    );

    let duration = outcome.ended.as_second() - outcome.started.as_second();
    page.gauge("last_run_duration_seconds", "How long the last run took.", Some(duration.max(0)));
    page.gauge(
        "last_run_rows",
        "Exposure rows that the last run read.",
        few(outcome.rows.get("total").copied().unwrap_or(0)),
    );

    page.gauge("last_run_letters", "Letters of the last run.", few(outcome.letters));
    let missing = i64::try_from(outcome.missing_packages.len()).ok();
    page.gauge(
        "packages_missing",
        "Packages that the last run missed for the first time.",
        missing,
    );

    let jobs = |jobs: u64| i64::try_from(jobs).ok();
    let (released, open) =
        (jobs(outcome.emergency_releases), jobs(outcome.emergency_releases_open));
    page.gauge("emergency_releases", "Jobs that one person released in an emergency.", released);
    page.gauge("emergency_releases_open", "Those of them that nobody else has approved.", open);

    if let Some(cases) = outcome.cases {
        page.gauge("cases_open", "Cases that wait for a human.", few(cases.open));
        page.gauge("cases_new", "Cases that are new with the last run.", few(cases.new));
        page.gauge("cases_overdue", "Cases that wait for too long.", few(cases.overdue));
        page.gauge(
            "cases_are_news",
            "Whether a human has to look today.",
            Some(cases.are_news().into()),
        );
    }

    let mail = !outcome.mail.unsent.is_empty();
    page.gauge(
        "mail_unsent",
        "Whether somebody still has to get the summary mail.",
        Some(mail.into()),
    );

    page.text
}

struct Page {
    text: String,
    label: String,
}

impl Page {
    fn gauge(&mut self, name: &str, help: &str, value: Option<i64>) {
        let Some(value) = value else { return };
        // Writing into a text does not fail.
        let _ = writeln!(self.text, "# HELP breachpost_{name} {help}");
        let _ = writeln!(self.text, "# TYPE breachpost_{name} gauge");
        let _ = writeln!(self.text, "breachpost_{name}{{{}}} {value}", self.label);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::CaseCounts;
    use crate::run::outcome::{Ending, Occasion};

    fn outcome(letters: u64) -> Outcome {
        let frame = Occasion {
            campaign: "lab-2025",
            rehearsal: false,
            run_date: jiff::civil::date(2025, 9, 15),
            started: Timestamp::from_second(1_000).unwrap(),
        };

        let mut outcome = Outcome::new(frame, Ending::Done, 1);
        outcome.ended = Timestamp::from_second(1_060).unwrap();
        outcome.letters = letters;
        outcome.rows.insert("total".to_owned(), 2_000);
        outcome.cases = Some(CaseCounts { open: 12, new: 3, ..CaseCounts::default() });

        outcome
    }

    #[test]
    fn the_figures_are_in_the_format_of_prometheus() {
        insta::assert_snapshot!(text(&outcome(1_000), Some(Timestamp::from_second(1_060).unwrap())), @r#"
        # HELP breachpost_last_run_timestamp_seconds When the last run ended.
        # TYPE breachpost_last_run_timestamp_seconds gauge
        breachpost_last_run_timestamp_seconds{campaign="lab-2025"} 1060
        # HELP breachpost_last_run_exit_code How the last run ended.
        # TYPE breachpost_last_run_exit_code gauge
        breachpost_last_run_exit_code{campaign="lab-2025"} 1
        # HELP breachpost_last_good_run_timestamp_seconds When a run last came to its end.
        # TYPE breachpost_last_good_run_timestamp_seconds gauge
        breachpost_last_good_run_timestamp_seconds{campaign="lab-2025"} 1060
        # HELP breachpost_last_run_duration_seconds How long the last run took.
        # TYPE breachpost_last_run_duration_seconds gauge
        breachpost_last_run_duration_seconds{campaign="lab-2025"} 60
        # HELP breachpost_last_run_rows Exposure rows that the last run read.
        # TYPE breachpost_last_run_rows gauge
        breachpost_last_run_rows{campaign="lab-2025"} 2000
        # HELP breachpost_last_run_letters Letters of the last run.
        # TYPE breachpost_last_run_letters gauge
        breachpost_last_run_letters{campaign="lab-2025"} 1000
        # HELP breachpost_packages_missing Packages that the last run missed for the first time.
        # TYPE breachpost_packages_missing gauge
        breachpost_packages_missing{campaign="lab-2025"} 0
        # HELP breachpost_emergency_releases Jobs that one person released in an emergency.
        # TYPE breachpost_emergency_releases gauge
        breachpost_emergency_releases{campaign="lab-2025"} 0
        # HELP breachpost_emergency_releases_open Those of them that nobody else has approved.
        # TYPE breachpost_emergency_releases_open gauge
        breachpost_emergency_releases_open{campaign="lab-2025"} 0
        # HELP breachpost_cases_open Cases that wait for a human.
        # TYPE breachpost_cases_open gauge
        breachpost_cases_open{campaign="lab-2025"} 12
        # HELP breachpost_cases_overdue Cases that wait for too long.
        # TYPE breachpost_cases_overdue gauge
        breachpost_cases_overdue{campaign="lab-2025"} 0
        # HELP breachpost_cases_are_news Whether a human has to look today.
        # TYPE breachpost_cases_are_news gauge
        breachpost_cases_are_news{campaign="lab-2025"} 1
        # HELP breachpost_mail_unsent Whether somebody still has to get the summary mail.
        # TYPE breachpost_mail_unsent gauge
        breachpost_mail_unsent{campaign="lab-2025"} 0
        "#);
    }

    #[test]
    fn few_people_are_not_counted() {
        let has = |letters| text(&outcome(letters), None).contains("breachpost_last_run_letters{");
        assert_eq!([0, 1, 9, 10].map(has), [true, false, false, true]);
        assert!(!text(&outcome(0), None).contains("cases_new{"));
    }
}
