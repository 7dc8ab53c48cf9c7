//! What the summary mail says: totals only, small numbers hidden.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;
use tera::{Context, Tera};

use super::mail_texts::MailTexts;

/// How a run went. Numbers are exact here; [`RunSummary::texts`] hides the small ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunSummary {
    /// The incident.
    pub campaign: String,
    /// The run; also makes the mail's Message-ID.
    pub run_id: String,
    /// The run's date.
    pub run_date: Date,
    /// Invented people.
    pub rehearsal: bool,
    /// The run's exit code (docs/design.md, "Exit codes").
    pub exit_code: u8,
    /// Why it stopped: the error, its causes, what to do. Empty for a run that came to its end.
    pub problem: Vec<String>,
    /// What is missing before its job is published; empty where nothing waits.
    pub waiting: Vec<String>,
    /// An earlier run whose job was finished first; empty when there was none.
    pub resumed: String,
    /// Exposure rows read.
    pub rows: u64,
    /// Exposure rows by what they ended as, in the order of the report.
    pub states: Vec<(String, u64)>,
    /// Rows set aside by reason, in the order of the codes.
    pub reasons: Vec<SummaryReason>,
    /// Dates from which letters are due that wait today, with their rows.
    pub due: Vec<(String, u64)>,
    /// What waits for a human; absent where a run did not come so far.
    pub queue: Option<Queue>,
    /// Input files that have changed since an earlier run, one line each.
    pub inputs: Vec<String>,
    /// Letters set.
    pub letters: u64,
    /// Pages set.
    pub pages: u64,
    /// Sheets of paper.
    pub sheets: u64,
    /// The job's name; empty when none was made.
    pub job: String,
    /// Parts of the job.
    pub parts: u64,
    /// Published packages that are not in the outbox any more, by name.
    pub missing: Vec<String>,
    /// Why the backup of this run failed; empty: it did not.
    pub backup: String,
    /// Where the report is; empty when there is none.
    pub report: String,
    /// Head of the ledger's audit chain: an anchor that an older ledger cannot have. Empty where it
    /// could not be read.
    pub ledger_head: String,
}

/// Rows set aside for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryReason {
    /// Its code.
    pub code: String,
    /// The reason in words.
    pub text: String,
    /// What such rows end as.
    pub state: String,
    /// Rows.
    pub rows: u64,
}

/// Cases that wait for a human.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queue {
    /// All of them.
    pub open: u64,
    /// New with this run.
    pub new: u64,
    /// Waiting for longer than they should.
    pub overdue: u64,
    /// Since when the oldest waits.
    pub oldest: Option<Date>,
    /// The date on which the oldest is, or was, overdue.
    pub deadline: Option<Date>,
}

/// What the templates in `templates/mail/` may use.
#[derive(Serialize)]
struct Slots<'a> {
    campaign: &'a str,
    run_id: &'a str,
    run_date: String,
    rehearsal: bool,
    stopped: bool,
    outcome: &'static str,
    exit_code: u8,
    problem: &'a [String],
    waiting: &'a [String],
    resumed: &'a str,
    rows: RowSlots<'a>,
    reasons: Vec<ReasonSlots<'a>>,
    due: Vec<Line<'a>>,
    queue: Option<QueueSlots>,
    inputs: &'a [String],
    letters: String,
    paper: Option<Paper>,
    job: &'a str,
    parts: u64,
    missing: &'a [String],
    backup: &'a str,
    report: &'a str,
    ledger_head: &'a str,
}

#[derive(Serialize)]
struct RowSlots<'a> {
    /// Empty: it would tell a number that is hidden.
    total: String,
    states: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    count: String,
}

#[derive(Serialize)]
struct ReasonSlots<'a> {
    code: &'a str,
    text: &'a str,
    count: String,
}

#[derive(Serialize)]
struct QueueSlots {
    open: String,
    new: String,
    overdue: String,
    oldest: String,
    deadline: String,
}

#[derive(Serialize)]
struct Paper {
    pages: u64,
    sheets: u64,
}

impl RunSummary {
    /// Fills the mail's templates.
    ///
    /// # Errors
    /// When a template has a fault; tests set every template, so this does not happen to a released
    /// program.
    pub fn texts(&self) -> Result<MailTexts, tera::Error> {
        let mut templates = Tera::new();
        // Names decide about escaping: only those that end in .html are escaped.
        templates.add_raw_templates([
            ("summary.subject", include_str!("../../templates/mail/summary.subject")),
            ("summary.txt", include_str!("../../templates/mail/summary.txt")),
            ("summary.html", include_str!("../../templates/mail/summary.html")),
        ])?;

        let slots = Context::from_serialize(&self.slots())?;
        Ok(MailTexts {
            subject: templates.render("summary.subject", &slots)?.trim_end().to_owned(),
            plain: templates.render("summary.txt", &slots)?,
            html: templates.render("summary.html", &slots)?,
        })
    }

    fn slots(&self) -> Slots<'_> {
        Slots {
            campaign: &self.campaign,
            run_id: &self.run_id,
            run_date: self.run_date.to_string(),
            rehearsal: self.rehearsal,
            stopped: !self.problem.is_empty(),
            outcome: if self.waiting.is_empty() { outcome(self.exit_code) } else { WAITING },
            exit_code: self.exit_code,
            problem: &self.problem,
            waiting: &self.waiting,
            resumed: &self.resumed,
            rows: self.row_slots(),
            reasons: self.reason_slots(),
            due: self.due.iter().map(|(name, count)| Line { name, count: shown(*count) }).collect(),
            queue: self.queue.map(|queue| self.queue_slots(queue)),
            inputs: &self.inputs,
            letters: shown(self.letters),
            // A letter has two pages or four: so few pages would tell how few letters there are.
            paper: (!is_small(self.letters))
                .then_some(Paper { pages: self.pages, sheets: self.sheets }),
            job: &self.job,
            parts: self.parts,
            missing: &self.missing,
            backup: &self.backup,
            report: &self.report,
            ledger_head: &self.ledger_head,
        }
    }

    /// Whether some state has so few rows that its number is hidden; then no sum may be told that
    /// it is part of.
    fn hides_a_state(&self) -> bool {
        self.states.iter().any(|(_, count)| is_small(*count))
    }

    fn row_slots(&self) -> RowSlots<'_> {
        RowSlots {
            total: if self.hides_a_state() { String::new() } else { shown(self.rows) },
            states: self
                .states
                .iter()
                .map(|(name, count)| Line { name, count: shown(*count) })
                .collect(),
        }
    }

    /// The rows of a state are the sum of its reasons: where one of them is small, none of the
    /// others is told exactly.
    fn reason_slots(&self) -> Vec<ReasonSlots<'_>> {
        let small = self.reasons.iter().filter(|reason| is_small(reason.rows));
        let vague: BTreeSet<&str> = small.map(|reason| reason.state.as_str()).collect();
        let slots = self.reasons.iter().map(|reason| {
            let is_vague = vague.contains(reason.state.as_str());
            let count = if is_vague { vaguely(reason.rows) } else { shown(reason.rows) };
            ReasonSlots { code: &reason.code, text: &reason.text, count }
        });
        slots.collect()
    }

    /// Most cases are one row: their exact number would be another sum of the states.
    fn queue_slots(&self, queue: Queue) -> QueueSlots {
        let count = |count: u64| if self.hides_a_state() { vaguely(count) } else { shown(count) };
        let date = |date: Option<Date>| date.map_or_else(String::new, |date| date.to_string());
        QueueSlots {
            open: count(queue.open),
            new: count(queue.new),
            overdue: count(queue.overdue),
            oldest: date(queue.oldest),
            deadline: date(queue.deadline),
        }
    }
}

/// So few that the number may tell something about single people.
const fn is_small(count: u64) -> bool {
    matches!(count, 1..=9)
}

/// A count that tells nothing about single people: 1 to 9 are `<10`, nothing stays 0.
#[must_use]
pub fn shown(count: u64) -> String {
    if is_small(count) { "<10".to_owned() } else { count.to_string() }
}

/// The same, where an exact number would give away another one that is hidden.
fn vaguely(count: u64) -> String {
    if count < 10 { shown(count) } else { "10 or more".to_owned() }
}

/// How a night ended whose job has to be approved.
const WAITING: &str = "waits for approval";

const fn outcome(exit_code: u8) -> &'static str {
    match exit_code {
        0 => "all in order",
        1 => "done, there is something new for a human",
        2 => "did not start: usage or configuration",
        3 => "nothing left the building",
        4 => "part was published, run again to continue",
        5 => "done and published, but telling somebody failed",
        _ => "ended in an unexpected way",
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub fn summary() -> RunSummary {
        let reason = |code: &str, state: &str, rows| SummaryReason {
            code: code.to_owned(),
            text: format!("the reason of {code}"),
            state: state.to_owned(),
            rows,
        };

        RunSummary {
            campaign: "lab-2025".to_owned(),
            run_id: "2025-09-01-000001".to_owned(),
            run_date: jiff::civil::date(2025, 9, 1),
            rehearsal: false,
            exit_code: 1,
            problem: Vec::new(),
            waiting: Vec::new(),
            resumed: String::new(),
            rows: 2_033,
            states: vec![
                ("letter".to_owned(), 2_000),
                ("review".to_owned(), 23),
                ("rejected".to_owned(), 10),
                ("told".to_owned(), 0),
            ],
            reasons: vec![
                reason("R104", "rejected", 10),
                reason("L204", "review", 20),
                reason("D203", "review", 3),
            ],
            due: vec![("2025-09-29".to_owned(), 4)],
            queue: Some(Queue {
                open: 31,
                new: 2,
                overdue: 0,
                oldest: Some(jiff::civil::date(2025, 8, 30)),
                deadline: Some(jiff::civil::date(2025, 9, 13)),
            }),
            inputs: Vec::new(),
            letters: 2_000,
            pages: 4_000,
            sheets: 2_000,
            job: "2600001".to_owned(),
            parts: 1,
            missing: vec!["2500007".to_owned()],
            backup: String::new(),
            report: "/data/runs/2025-09-01-000001/report.html".to_owned(),
            ledger_head: "a".repeat(64),
        }
    }

    fn stopped() -> RunSummary {
        RunSummary {
            exit_code: 3,
            problem: vec![
                "no ledger at `ledger.sqlite`".to_owned(),
                "what to do: put it back".to_owned(),
            ],
            states: Vec::new(),
            reasons: Vec::new(),
            due: Vec::new(),
            queue: None,
            rows: 0,
            letters: 0,
            pages: 0,
            sheets: 0,
            job: String::new(),
            missing: Vec::new(),
            backup: String::new(),
            report: String::new(),
            ..summary()
        }
    }

    #[test]
    fn small_counts_are_hidden_and_nothing_stays_nothing() {
        assert_eq!([0, 1, 9, 10].map(shown), ["0", "<10", "<10", "10"]);
        let texts = summary().texts().unwrap();
        for line in ["letter: 2000", "review: 23", "rejected: 10", "told: 0", "total: 2033"] {
            assert!(texts.plain.contains(line), "{}", texts.plain);
        }
        let few = RunSummary { states: vec![("review".to_owned(), 9)], rows: 9, ..summary() };
        assert!(few.texts().unwrap().html.contains("<td style=\"text-align: right\">&lt;10</td>"));
    }

    #[test]
    fn a_hidden_state_cannot_be_counted_back() {
        let states = vec![
            ("letter".to_owned(), 2_000),
            ("review".to_owned(), 17),
            ("rejected".to_owned(), 6),
        ];

        let queue = Some(Queue { open: 23, new: 23, overdue: 0, oldest: None, deadline: None });
        let texts = RunSummary { rows: 2_023, states, queue, ..summary() }.texts().unwrap();
        for text in [&texts.plain, &texts.html] {
            assert!(
                !text.contains("2023") && !text.contains("23") && text.contains("10 or more"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_hidden_reason_cannot_be_counted_back() {
        let texts = summary().texts().unwrap();
        assert!(
            texts.plain.contains("D203: <10") && texts.plain.contains("L204: 10 or more"),
            "{}",
            texts.plain
        );

        assert!(
            texts.plain.contains("R104: 10 "),
            "nothing is hidden in its state: {}",
            texts.plain
        );
    }

    #[test]
    fn few_letters_are_not_betrayed_by_their_pages() {
        for (letters, told) in [(0, true), (1, false), (9, false), (10, true)] {
            let states = vec![("letter".to_owned(), letters)];
            let texts = RunSummary {
                letters,
                pages: 4 * letters,
                sheets: 2 * letters,
                states,
                rows: letters,
                ..summary()
            }
            .texts()
            .unwrap();
            assert_eq!(texts.plain.contains("pages: "), told, "{letters}: {}", texts.plain);
            assert_eq!(texts.html.contains("pages: "), told, "{letters}: {}", texts.html);
        }
    }

    #[test]
    fn the_plain_text_reads_well() {
        insta::assert_snapshot!(summary().texts().unwrap().plain, @r"
        breachpost, campaign lab-2025
        Run 2025-09-01-000001 of 2025-09-01: done, there is something new for a human (exit code 1).

        Exposure rows:
          letter: 2000
          review: 23
          rejected: 10
          told: 0
          total: 2033

        Set aside, and why:
          R104: 10 (the reason of R104)
          L204: 10 or more (the reason of L204)
          D203: <10 (the reason of D203)
        Rows whose letter is due from 2025-09-29: <10

        Cases for a human: 31 open, <10 new, 0 overdue
        The oldest has been waiting since 2025-08-30; its deadline is 2025-09-13.

        Letters: 2000, pages: 4000, sheets: 2000
        Job 2600001, parts: 1

        Published, no longer in the outbox, without a receipt: 2500007
        If nobody fetched it: `breachpost run --republish JOB` publishes the same bytes again.

        Report: /data/runs/2025-09-01-000001/report.html
        Ledger chain head: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa

        Counts from 1 to 9 are shown as <10; counts that would reveal them are rounded or left out. Who got which letter is in the
        run's folder, not in this mail.
        ");
    }

    #[test]
    fn a_stopped_run_says_why_and_what_to_do() {
        insta::assert_snapshot!(stopped().texts().unwrap().plain, @r"
        breachpost, campaign lab-2025
        Run 2025-09-01-000001 of 2025-09-01 stopped: nothing left the building (exit code 3).

        no ledger at `ledger.sqlite`
        what to do: put it back

        Ledger chain head: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        ");
    }

    #[test]
    fn the_subject_names_the_run_and_its_outcome() {
        let subject = |summary: RunSummary| summary.texts().unwrap().subject;
        assert_eq!(
            subject(RunSummary { rehearsal: true, ..stopped() }),
            "stopped: REHEARSAL breachpost lab-2025, nothing left the building (2025-09-01-000001)"
        );
        assert_eq!(
            subject(summary()),
            "breachpost lab-2025: done, there is something new for a human (2025-09-01-000001)"
        );
    }

    #[test]
    fn values_are_never_templates_or_markup() {
        let texts = RunSummary { run_id: "{{ 7*7 }}<b>".to_owned(), ..summary() }.texts().unwrap();
        assert!(texts.plain.contains("{{ 7*7 }}<b>"));
        assert!(texts.html.contains("{{ 7*7 }}&lt;b&gt;"));
        assert!(!texts.html.contains("<b>"));
    }
}
