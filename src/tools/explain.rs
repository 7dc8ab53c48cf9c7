//! `breachpost explain` and `breachpost letter`: what made one letter, and the same letter again as
//! an accessible copy. Both work from the plan that the run kept, not from the inbox of today.

pub mod decided;
pub mod row;
mod rules;

use std::collections::BTreeMap;
use std::fmt;

use camino::Utf8PathBuf;
use serde::Serialize;

use crate::approval::{self, words};
use crate::base::{Explain, data_dir};
use crate::compose::texts::CampaignTexts;
use crate::config::Config;
use crate::field::body::Body;
use crate::field::made_with::MadeWith;
use crate::field::place::Planned;
use crate::field::terms::{Format, Kind, Language};
use crate::record::{Access, Home, Ledger, LetterRecord, RecordError};
use crate::render::{self, Press, RenderError};
use crate::report::{ReportError, namesakes};
use crate::run::plan_files::{Settings, Staging};
use crate::run::{RunError, kept_texts};
pub use rules::AppliedRule;

/// Why a letter cannot be explained.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum ExplainError {
    /// The ledger.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The papers of a run.
    #[error(transparent)]
    Papers(#[from] ReportError),
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
            Self::Papers(error) => error.hint(),
            Self::Plan(error) => error.hint(),
            Self::Render(error) => error.hint(),
            Self::Unknown => Some(
                "`rows.csv` of the last run lists every row with its record id, `letters.parquet` every letter"
                    .to_owned(),
            ),
            Self::Gone { .. } => Some(
                "its words were in `runs/` of the data folder: a purge destroys them, or somebody moved them; the letter cannot \
                 be set again"
                    .to_owned(),
            ),
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
    /// The wave that it left in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wave: Option<String>,
    /// The letter whose place it takes, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reissue_of: Option<String>,
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
    /// What humans decided about the person, oldest first.
    pub decided: Vec<String>,
    /// Who approved its job, and what for; empty: nobody was asked.
    pub approved: Vec<String>,
    /// What it was made with, by hash; `None`: its job was planned by an earlier program.
    pub made_with: Option<MadeWith>,
    /// The folder with the texts that it was made with; `None`: they are not kept, or no longer as
    /// they were.
    pub texts_kept: Option<Utf8PathBuf>,
    /// Whether letters are written from different texts by now.
    pub texts_changed: bool,
}

/// Explains the letter with this id or reference. `texts` are those of today.
///
/// # Errors
/// [`ExplainError`] when it is unknown or its plan is gone.
pub fn explain(
    config: &Config,
    texts: &CampaignTexts,
    id: &str,
) -> Result<LetterExplanation, ExplainError> {
    let found = find(config, id)?;
    let Planned { draft, place } = &found.letter;
    let made_with = found.settings.made_with.clone();
    let kept = |made_with: &MadeWith| kept_texts::find(&config.data_dir, &made_with.texts);
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
        wave: found.wave,
        reissue_of: draft.reissue_of.map(|reissue| {
            format!("{} of {}: {}", reissue.letter_id, reissue.date, reissue.reason)
        }),
        rows: rows.map(|((file, row), record_id)| format!("{file}:{row} {record_id}")).collect(),
        namesakes: namesakes::of(&found.papers, &draft.rows),
        rules: rules::of(draft),
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
        decided: found.decided,
        approved: found.approved,
        texts_kept: made_with.as_ref().and_then(kept),
        texts_changed: have_changed(texts, made_with.as_ref()),
        made_with,
    })
}

/// Whether a job was made with different texts, as far as it says.
fn have_changed(texts: &CampaignTexts, made_with: Option<&MadeWith>) -> bool {
    made_with.is_some_and(|made_with| made_with.texts != texts.hash())
}

/// A letter that was set again.
#[derive(Clone, Debug)]
pub struct LetterCopy {
    /// PDF/A-2a and PDF/UA-1.
    pub pdf: Vec<u8>,
    /// What gives a letter its look and is not what it was when the letter was planned: `templates`,
    /// `fonts`; everything when its job was planned by an earlier program, which did not say.
    pub looks_different: Vec<&'static str>,
    /// Whether letters are written from different texts by now.
    pub texts_changed: bool,
}

/// Sets the letter with this id or reference again: with the words that it was planned with, which
/// its plan has, and the templates of this program. `texts` are those of today.
///
/// # Errors
/// [`ExplainError`] when it is unknown, its plan is gone, or it does not set.
pub fn accessible_copy(
    config: &Config,
    texts: &CampaignTexts,
    id: &str,
) -> Result<LetterCopy, ExplainError> {
    let found = find(config, id)?;
    let bodies = BTreeMap::from([(found.letter.draft.body.clone(), found.body.clone())]);
    let press = Press::new(&bodies, &found.settings.print, found.settings.run_date)?;
    let pdf = press.accessible(&found.letter.draft, &found.body)?;

    let [templates, fonts] = render::hashes();
    let made_with = found.settings.made_with.as_ref();
    let differs = |of: fn(&MadeWith) -> &String, now: &String| {
        made_with.is_none_or(|made_with| of(made_with) != now)
    };
    let looks = [
        ("templates", differs(|made_with| &made_with.templates, &templates)),
        ("fonts", differs(|made_with| &made_with.fonts, &fonts)),
    ];
    let looks_different = looks.into_iter().filter(|(_, differs)| *differs).map(|(what, _)| what);

    Ok(LetterCopy {
        pdf,
        looks_different: looks_different.collect(),
        texts_changed: have_changed(texts, made_with),
    })
}

struct Found {
    /// Number and night of the wave that the letter left in.
    wave: Option<String>,
    record: LetterRecord,
    letter: Planned,
    body: Body,
    settings: Settings,
    papers: Utf8PathBuf,
    approved: Vec<String>,
    decided: Vec<String>,
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
    let said = approval::record::of_job(&ledger, config, &job)?;
    let approved = said.map_or_else(Vec::new, |(_, verdict)| words::of_verdict(&verdict));

    let wave = match record.kind {
        Kind::First => ledger.wave_on(record.date)?,
        Kind::Supplement | Kind::Correction => None,
    };
    let wave = wave.map(|wave| format!("{} on {}", wave.number, wave.on));

    let records = letter.draft.record_ids.iter().cloned().collect();
    let decided = decided::about(&ledger, &config.data_dir, &record.person, &records)?;
    Ok(Found { wave, record, letter, body, settings, papers, approved, decided })
}

/// In which language and size a letter was written; `None`: its plan is gone.
pub(super) fn written_as(
    config: &Config,
    ledger: &Ledger,
    record: &LetterRecord,
) -> Option<(Language, Format)> {
    let job = ledger.jobs().ok()?.into_iter().find(|job| job.job == record.job)?;
    let kept = Staging::kept(&config.data_dir, &record.run_id);
    let plan =
        if kept.folder().is_dir() { kept } else { Staging::of(&config.data_dir, &job.job_name) };
    let letters = plan.read_part(record.part, &job.staged).ok()?.letters;
    let own = |letter: &&Planned| letter.draft.letter_id.to_string() == record.letter_id;
    letters.iter().find(own).map(|letter| (letter.draft.language, letter.draft.format))
}

/// A heading with lines below it; nothing without lines.
fn lines(f: &mut fmt::Formatter<'_>, heading: &str, lines: &[String]) -> fmt::Result {
    if !lines.is_empty() {
        writeln!(f, "{heading}")?;
    }
    lines.iter().try_for_each(|line| writeln!(f, "  {line}"))
}

impl fmt::Display for LetterExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "letter    {}", self.letter_id)?;
        writeln!(f, "reference {}", self.reference)?;
        writeln!(f, "person    {}", self.person)?;
        writeln!(f, "placed    {}", self.placed)?;
        writeln!(f, "state     {}", self.state)?;
        if let Some(wave) = &self.wave {
            writeln!(f, "wave      {wave}")?;
        }
        if let Some(reissue) = &self.reissue_of {
            writeln!(f, "anew for  {reissue}")?;
        }
        writeln!(f, "rows")?;

        for (place, row) in self.rows.iter().enumerate() {
            writeln!(f, "  {row}{}", if place == 0 { "  (leads)" } else { "  (merged)" })?;
        }

        lines(f, "namesakes", &self.namesakes)?;
        writeln!(f, "rules")?;

        for rule in &self.rules {
            writeln!(f, "  {:<13} {:<40} {}", rule.what, rule.value, rule.why)?;
        }

        writeln!(f, "address")?;

        for line in self.address.iter().filter(|line| !line.is_empty()) {
            writeln!(f, "  {line}")?;
        }

        writeln!(f, "texts")?;

        for block in &self.texts {
            writeln!(f, "  {}", block.trim_end())?;
        }

        lines(f, "decided", &self.decided)?;
        lines(f, "approved", &self.approved)?;

        write!(f, "made with")?;
        let Some(made_with) = &self.made_with else {
            return write!(f, "\n  unknown: its job was planned by an earlier program");
        };

        for (what, hash) in made_with.shown() {
            let changed = what == "texts" && self.texts_changed;
            write!(f, "\n  {what:<13} {hash}{}", if changed { "  (changed since)" } else { "" })?;
        }

        match &self.texts_kept {
            Some(folder) => write!(f, "\n  {:<13} {folder}", "kept in"),
            None => {
                write!(f, "\n  {:<13} nowhere: these texts are not in the data folder", "kept in")
            }
        }
    }
}
