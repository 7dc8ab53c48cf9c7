//! A command with its configuration, and what several commands do with it.

use std::fmt::Display;

use jiff::civil::Date;
use serde::Serialize;

use super::args::Args;
use super::output::{self, Failure};
use crate::base::plain::count;
use crate::base::progress::Progress;
use crate::base::{ExitStatus, Explain};
use crate::compose::texts::CampaignTexts;
use crate::config::Config;
use crate::facts::Facts;
use crate::field::row::Rows;
use crate::link::Parameters;
use crate::package::{Recipients, SealError};
use crate::read;
use crate::record::{self, Acceptance};
use crate::report::Report;
use crate::run::Night;

/// A command with its configuration.
pub(super) struct Session<'a> {
    pub args: &'a Args,
    pub config: &'a Config,
    pub run_date: Date,
}

impl Session<'_> {
    /// What is asked for with the session's configuration and date.
    pub(super) fn night<'o>(
        &'o self,
        accepted: Acceptance<'o>,
        accept_volume: bool,
        progress: &'o Progress,
    ) -> Night<'o> {
        Night {
            config: self.config,
            run_date: self.run_date,
            accepted,
            accept_volume,
            rehearse: false,
            republish: None,
            only: None,
            progress,
        }
    }

    pub(super) fn facts(&self) -> Result<Facts, Failure> {
        Facts::load(&self.config.facts)
            .map_err(|error| Failure::new(ExitStatus::Usage, &error, None))
    }

    pub(super) fn texts(&self) -> Result<CampaignTexts, Failure> {
        CampaignTexts::of(self.config.texts_folder()).map_err(|error| Failure::of(&error))
    }

    pub(super) fn parameters(&self) -> Result<Parameters, Failure> {
        Parameters::of(&self.config.link)
            .map_err(|error| Failure::new(ExitStatus::Usage, &error, None))
    }

    pub(super) fn rows(&self) -> Result<Rows, Failure> {
        let terms = read::ReadTerms { synthetic: self.config.synthetic, run_date: self.run_date };
        let progress = Progress::on_stderr();
        let rows = read::read(&self.config.inbox, &self.config.inputs, &terms, &progress);
        progress.finish();
        rows.map_err(|error| Failure::of(&error))
    }

    pub(super) fn show(&self, answer: &(impl Serialize + Display)) {
        if self.args.json { output::json(answer) } else { output::line(answer) }
    }
}

/// The configuration, with what the command line changes.
///
/// # Errors
/// [`Failure`] with code 2.
pub(super) fn configuration(args: &Args) -> Result<Config, Failure> {
    let mut config = Config::load(&args.config).map_err(|error| {
        let missing = !args.config.exists();
        let hint = missing.then(|| "name the configuration with --config FILE".to_owned());
        Failure::new(ExitStatus::Usage, &error, hint)
    })?;

    if let Some(inbox) = &args.inbox {
        config.inbox.clone_from(inbox);
    }

    if let Some(data_dir) = &args.data_dir {
        config.data_dir.clone_from(data_dir);
    }

    let no_key = |error: SealError| Failure::new(ExitStatus::Usage, &error, error.hint());
    // A campaign that nobody prints yet can be looked at; a run asks for the key.
    if !config.vendor.recipients.is_empty() {
        Recipients::parse(&config.vendor.recipients).map_err(no_key)?;
    }

    if let Some(backup) = &config.backup {
        Recipients::one("backup.recipient", &backup.recipient).map_err(no_key)?;
    }

    Ok(config)
}

pub(super) fn record_failure(error: &record::RecordError) -> Failure {
    Failure::of(error)
}

pub(super) fn show_counts(report: &Report) {
    let rows = &report.rows;
    output::line(format_args!(
        "rows      {} = {} letter + {} merged + {} told + {} waiting + {} suppressed + {} review + {} rejected",
        rows.total,
        rows.letter,
        rows.merged,
        rows.told,
        rows.waiting,
        rows.suppressed,
        rows.review,
        rows.rejected
    ));

    if !report.unproven_rows.is_empty() {
        let files: Vec<String> =
            report.unproven_rows.iter().map(|(file, rows)| format!("{rows} in `{file}`")).collect();
        output::line(format_args!(
            "rehearsal {} without BSN, which nothing proves to be invented: {}",
            count(report.unproven_rows.values().sum(), "row", "rows"),
            files.join(", ")
        ));
    }

    for change in &report.changes {
        output::line(format_args!("input     {change}"));
    }

    let people = &report.people;
    if people.gone > 0 {
        let gone = count(people.gone, "record", "records");
        output::line(format_args!(
            "gone      {gone} that people were told about: decide in `review.csv` (L218, D217)"
        ));
    }

    if let Some(waves) = &report.waves {
        output::line(format_args!("waves     {waves}"));
    }

    if let Some(providers) = &report.providers {
        output::line(format_args!("providers {providers}"));
    }

    if let Some(professionals) = &report.professionals {
        output::line(format_args!("in care   {professionals}"));
    }

    let letters = &report.letters;
    output::line(format_args!(
        "letters   {} on {}, {}",
        letters.total,
        count(letters.sheets, "sheet", "sheets"),
        count(letters.pages, "page", "pages")
    ));
}
