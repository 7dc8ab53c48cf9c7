//! What the summary mail says: totals only, small numbers hidden.

use jiff::civil::Date;
use serde::Serialize;
use tera::{Context, Tera};

/// How a run went. Numbers are exact here; [`Summary::texts`] hides the small ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The incident.
    pub campaign: String,
    /// The run; also makes the mail's Message-ID.
    pub run_id: String,
    /// The run's date; also the mail's.
    pub run_date: Date,
    /// Invented people.
    pub rehearsal: bool,
    /// DESIGN.md section 5.
    pub exit_code: u8,
    /// Exposure rows read.
    pub rows: u64,
    /// Exposure rows by what they ended as, in the order of the report.
    pub states: Vec<(String, u64)>,
    /// Input files that are not as an earlier run read them, one line each.
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
    /// Head of the ledger's audit chain: an anchor that an older ledger cannot have.
    pub ledger_head: String,
}

/// A mail's texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub plain: String,
    /// The same as HTML.
    pub html: String,
}

/// What the templates in `templates/mail/` may use.
#[derive(Serialize)]
struct Slots<'a> {
    campaign: &'a str,
    run_id: &'a str,
    run_date: String,
    rehearsal: bool,
    outcome: &'static str,
    exit_code: u8,
    rows: RowSlots<'a>,
    inputs: &'a [String],
    letters: String,
    pages: String,
    sheets: String,
    job: &'a str,
    parts: u64,
    ledger_head: &'a str,
}

#[derive(Serialize)]
struct RowSlots<'a> {
    total: String,
    states: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    count: String,
}

impl Summary {
    /// Fills the mail's templates.
    ///
    /// # Errors
    /// When a template has a fault; tests set every template, so this does not happen to a released program.
    pub fn texts(&self) -> Result<Texts, tera::Error> {
        let mut templates = Tera::new();
        // Names decide about escaping: only those that end in .html are escaped.
        templates.add_raw_templates([
            ("summary.subject", include_str!("../../templates/mail/summary.subject")),
            ("summary.txt", include_str!("../../templates/mail/summary.txt")),
            ("summary.html", include_str!("../../templates/mail/summary.html")),
        ])?;
        let slots = Context::from_serialize(&self.slots())?;
        Ok(Texts {
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
            outcome: outcome(self.exit_code),
            exit_code: self.exit_code,
            rows: RowSlots {
                total: shown(self.rows),
                states: self.states.iter().map(|(name, count)| Line { name, count: shown(*count) }).collect(),
            },
            inputs: &self.inputs,
            letters: shown(self.letters),
            pages: shown(self.pages),
            sheets: shown(self.sheets),
            job: &self.job,
            parts: self.parts,
            ledger_head: &self.ledger_head,
        }
    }
}

/// A count that tells nothing about single people: 1 to 9 are `<10`, nothing stays 0.
#[must_use]
pub fn shown(count: u64) -> String {
    match count {
        1..=9 => "<10".to_owned(),
        _ => count.to_string(),
    }
}

const fn outcome(exit_code: u8) -> &'static str {
    match exit_code {
        0 => "all in order",
        1 => "done, rows were set aside for a human",
        2 => "did not start: wrong usage or configuration",
        3 => "stopped, nothing left the building",
        4 => "stopped after part was published, run again to continue",
        _ => "ended in an unexpected way",
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub fn summary() -> Summary {
        Summary {
            campaign: "lab-2025".to_owned(),
            run_id: "2025-09-01-000001".to_owned(),
            run_date: jiff::civil::date(2025, 9, 1),
            rehearsal: false,
            exit_code: 1,
            rows: 3_210,
            states: vec![
                ("letter".to_owned(), 2_000),
                ("review".to_owned(), 9),
                ("rejected".to_owned(), 10),
                ("told".to_owned(), 0),
            ],
            inputs: Vec::new(),
            letters: 2_000,
            pages: 4_000,
            sheets: 2_000,
            job: "2600001".to_owned(),
            parts: 1,
            ledger_head: "a".repeat(64),
        }
    }

    #[test]
    fn small_counts_are_hidden_and_nothing_stays_nothing() {
        assert_eq!([0, 1, 9, 10].map(shown), ["0", "<10", "<10", "10"]);
        let texts = summary().texts().unwrap();
        for line in ["letter: 2000", "review: <10", "rejected: 10", "told: 0"] {
            assert!(texts.plain.contains(line), "{}", texts.plain);
        }
        assert!(texts.html.contains("<td style=\"text-align: right\">&lt;10</td>"), "{}", texts.html);
    }

    #[test]
    fn the_plain_text_reads_well() {
        insta::assert_snapshot!(summary().texts().unwrap().plain, @r"
        breachpost, campaign lab-2025
        Run 2025-09-01-000001 of 2025-09-01: done, rows were set aside for a human (exit code 1).

        Exposure rows: 3210
          letter: 2000
          review: <10
          rejected: 10
          told: 0

        Letters: 2000, pages: 4000, sheets: 2000
        Job 2600001, parts: 1

        Ledger chain head: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa

        Counts from 1 to 9 are shown as <10. Who got which letter stands in the run's folder, not in this mail.
        ");
    }

    #[test]
    fn the_subject_names_the_run_and_its_outcome() {
        let texts = Summary { rehearsal: true, exit_code: 3, ..summary() }.texts().unwrap();
        assert_eq!(
            texts.subject,
            "REHEARSAL breachpost lab-2025: stopped, nothing left the building (2025-09-01-000001)"
        );
    }

    #[test]
    fn values_are_never_templates_or_markup() {
        let texts = Summary { run_id: "{{ 7*7 }}<b>".to_owned(), ..summary() }.texts().unwrap();
        assert!(texts.plain.contains("{{ 7*7 }}<b>"));
        assert!(texts.html.contains("{{ 7*7 }}&lt;b&gt;"));
        assert!(!texts.html.contains("<b>"));
    }
}
