//! `breachpost explain` and `breachpost letter`: what made one letter, and the same letter again as
//! an accessible copy. Both work from the plan that the run kept, not from the inbox of today.

pub mod row;

use std::collections::BTreeMap;
use std::fmt;

use camino::Utf8PathBuf;
use serde::Serialize;

use crate::base::{Explain, data_dir};
use crate::config::Config;
use crate::field::address::AddressSource;
use crate::field::body::Body;
use crate::field::draft::{Draft, Kix};
use crate::field::place::Planned;
use crate::field::terms::{Audience, Category, Custody, Format, Kind, Language};
use crate::record::{Access, Home, Ledger, LetterRecord, RecordError};
use crate::render::{Press, RenderError};
use crate::report::namesakes;
use crate::run::RunError;
use crate::run::plan_files::{Settings, Staging};

/// Why a letter cannot be explained.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum ExplainError {
    /// The ledger.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The plan of the letter's run.
    #[error(transparent)]
    Plan(#[from] RunError),
    /// The letter does not set.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The ledger has no such letter.
    #[error(
        "no letter has this id or reference, and no row of the last run is at this place or has this record id"
    )]
    Unknown,
    /// The run's papers are gone (purged).
    #[error("the plan of run {run_id} no longer exists")]
    Gone { run_id: String },
}

impl Explain for ExplainError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Record(error) => error.hint(),
            Self::Plan(error) => error.hint(),
            Self::Render(error) => error.hint(),
            Self::Unknown => Some(
                "`rows.csv` of the last run lists every row with its record id, `letters.parquet` every letter"
                    .to_owned(),
            ),
            Self::Gone { .. } => None,
        }
    }
}

/// Everything that made one letter. Holds personal data: the name and address as printed.
#[derive(Clone, Debug, Serialize)]
pub struct LetterExplanation {
    /// The letter.
    pub letter_id: String,
    /// Its reference code.
    pub reference: String,
    /// Keyed pseudonym of the person.
    pub person: String,
    /// When and where: date, run, job, part, print file, pages.
    pub placed: String,
    /// How far its job is.
    pub state: String,
    /// The exposure rows it answers: `file:row record_id`, the leading one first.
    pub rows: Vec<String>,
    /// Rows that say died, protected or unknown of a namesake with the same birth date; they hold
    /// nobody.
    pub namesakes: Vec<String>,
    /// Each decision with the rule behind it.
    pub rules: Vec<AppliedRule>,
    /// As printed.
    pub address: Vec<String>,
    /// Blocks of text in order: id and heading.
    pub texts: Vec<String>,
}

/// One decision.
#[derive(Clone, Debug, Serialize)]
pub struct AppliedRule {
    /// What was decided.
    pub what: &'static str,
    /// How.
    pub value: String,
    /// Why.
    pub why: &'static str,
}

/// Explains the letter with this id or reference.
///
/// # Errors
/// [`ExplainError`] when it is unknown or its plan is gone.
pub fn explain(config: &Config, id: &str) -> Result<LetterExplanation, ExplainError> {
    let found = find(config, id)?;
    let Planned { draft, place } = &found.letter;
    let record = &found.record;
    let rows = draft.rows.iter().zip(&draft.record_ids);

    Ok(LetterExplanation {
        letter_id: draft.letter_id.to_string(),
        reference: draft.reference.clone(),
        person: draft.person.to_string(),
        placed: format!(
            "{}, run {}, job {}, part {}, {} page {} to {}",
            record.date,
            record.run_id,
            record.job,
            place.part,
            place.print_file,
            place.first_page,
            place.first_page + place.pages - 1
        ),
        state: record.state.to_string(),
        rows: rows.map(|((file, row), record_id)| format!("{file}:{row} {record_id}")).collect(),
        namesakes: namesakes::of(&found.papers, &draft.rows),
        rules: rules(draft),
        address: draft
            .name_lines
            .iter()
            .chain(&draft.address_lines)
            .chain([&draft.country_line])
            .cloned()
            .collect(),
        texts: found
            .body
            .blocks
            .iter()
            .map(|block| format!("{} {}", block.id, block.heading))
            .collect(),
    })
}

/// Sets the letter with this id or reference again, as PDF/A-2a and PDF/UA-1.
///
/// # Errors
/// [`ExplainError`] when it is unknown, its plan is gone, or it does not set.
pub fn accessible_copy(config: &Config, id: &str) -> Result<Vec<u8>, ExplainError> {
    let found = find(config, id)?;
    let bodies = BTreeMap::from([(found.letter.draft.body.clone(), found.body.clone())]);
    let press = Press::new(&bodies, &found.settings.print, found.settings.run_date)?;
    Ok(press.accessible(&found.letter.draft, &found.body)?)
}

struct Found {
    record: LetterRecord,
    letter: Planned,
    body: Body,
    settings: Settings,
    papers: Utf8PathBuf,
}

fn find(config: &Config, id: &str) -> Result<Found, ExplainError> {
    let ledger = Ledger::open(&Home::of(config), Access::Read)?;
    let record = ledger.letter(id)?.ok_or(ExplainError::Unknown)?;
    let gone = || ExplainError::Gone { run_id: record.run_id.clone() };
    let job = ledger.jobs()?.into_iter().find(|job| job.job == record.job).ok_or_else(gone)?;
    let kept = Staging::kept(&config.data_dir, &record.run_id);
    let plan =
        if kept.folder().is_dir() { kept } else { Staging::of(&config.data_dir, &job.job_name) };

    if !plan.folder().is_dir() {
        return Err(gone());
    }

    let mut letters = plan.read_part(record.part, &job.staged)?.letters;
    let place = letters
        .iter()
        .position(|letter| letter.draft.letter_id.to_string() == record.letter_id)
        .ok_or_else(gone)?;

    let letter = letters.swap_remove(place);
    let body = plan.bodies(&job.staged)?.remove(&letter.draft.body).ok_or_else(gone)?;
    let settings = plan.settings(&job.staged)?;
    let kept = data_dir::runs(&config.data_dir).join(&record.run_id);
    let papers = if kept.is_dir() { kept } else { plan.papers() };

    Ok(Found { record, letter, body, settings, papers })
}

fn rules(draft: &Draft) -> Vec<AppliedRule> {
    let findings = &draft.findings;
    let words = |items: crate::field::terms::Items| {
        items.iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
    };
    let rule = |what, value: String, why| AppliedRule { what, value, why };
    let mut rules = vec![
        rule("kind", draft.kind.to_string(), why_kind(draft.kind)),
        rule(
            "categories",
            findings.categories.iter().map(Category::to_string).collect::<Vec<_>>().join(", "),
            "from the rows' own field; the first of prisoner, hospital, gp, screening is the main one",
        ),
        rule("status", findings.status.to_string(), "the strongest of the rows"),
        rule(
            "published",
            findings.published.to_string(),
            "yes over unknown over no; missing is unknown",
        ),
        rule("involved", words(findings.involved), "kinds of data that a confirmed row has"),
        rule(
            "possible",
            words(findings.possible),
            "kinds of data that only a not-excluded row has",
        ),
        rule("language", draft.language.to_string(), why_language(draft.language)),
        rule("format", draft.format.to_string(), why_format(draft.format)),
        rule(
            "sender",
            draft.sender.clone(),
            "the sender profile of the main category in the facts",
        ),
        rule("audience", draft.audience.to_string(), why_audience(draft.audience)),
        rule(
            "address from",
            source_word(draft.address_source).to_owned(),
            "participants, then register, then the lab's row; in custody the institution",
        ),
    ];

    if let Some(custody) = draft.custody {
        rules.push(rule("custody", custody.to_string(), why_custody(custody)));
    }

    if !draft.provider_display.is_empty() {
        rules.push(rule(
            "provider",
            draft.provider_display.clone(),
            "confirmed in the providers list with a date",
        ));
    }

    rules.push(match &draft.kix {
        Kix::Code(code) => rule("kix", code.clone(), "postcode, number, X and addition"),
        Kix::Skipped(reason) => rule("kix", reason.clone(), "no code can be made for this address"),
    });

    rules
}

const fn why_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::First => "the person was never told before",
        Kind::Supplement => "something material is new since the last letter",
        Kind::Correction => "something told in the last letter no longer holds",
    }
}

const fn why_language(language: Language) -> &'static str {
    match language {
        Language::Nl => "recorded preference, else Dutch",
        Language::En => "recorded preference",
    }
}

const fn why_format(format: Format) -> &'static str {
    match format {
        Format::Standard => "recorded preference, else standard",
        Format::Large => "recorded preference",
    }
}

const fn why_audience(audience: Audience) -> &'static str {
    match audience {
        Audience::Adult => "16 or over at the letter date, or a category of adults",
        Audience::Youth => "12 to 15 at the letter date, and the policy is to write",
        Audience::Parents => "under 12 at the letter date",
    }
}

const fn why_custody(custody: Custody) -> &'static str {
    match custody {
        Custody::Current => "held now: written to at the institution",
        Custody::Former => "was held: written to at home",
    }
}

const fn source_word(source: AddressSource) -> &'static str {
    match source {
        AddressSource::Participants => "participants",
        AddressSource::Register => "register",
        AddressSource::Exposure => "exposure row",
        AddressSource::Institution => "institution",
    }
}

impl fmt::Display for LetterExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "letter    {}", self.letter_id)?;
        writeln!(f, "reference {}", self.reference)?;
        writeln!(f, "person    {}", self.person)?;
        writeln!(f, "placed    {}", self.placed)?;
        writeln!(f, "state     {}", self.state)?;
        writeln!(f, "rows")?;

        for (place, row) in self.rows.iter().enumerate() {
            writeln!(f, "  {row}{}", if place == 0 { "  (leads)" } else { "  (merged)" })?;
        }

        if !self.namesakes.is_empty() {
            writeln!(f, "namesakes")?;
        }

        for namesake in &self.namesakes {
            writeln!(f, "  {namesake}")?;
        }

        writeln!(f, "rules")?;

        for rule in &self.rules {
            writeln!(f, "  {:<13} {:<40} {}", rule.what, rule.value, rule.why)?;
        }

        writeln!(f, "address")?;

        for line in self.address.iter().filter(|line| !line.is_empty()) {
            writeln!(f, "  {line}")?;
        }

        writeln!(f, "texts")?;

        for (place, block) in self.texts.iter().enumerate() {
            let end = if place + 1 == self.texts.len() { "" } else { "\n" };
            write!(f, "  {}{end}", block.trim_end())?;
        }

        Ok(())
    }
}
