//! What each command does: settings in, one call into the library, an answer out.

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;

use super::args::{Args, Command, LedgerCommand, PlanCommand, ReviewCommand, TextsCommand};
use super::output::{self, Failure};
use super::{Status, logging, manual};
use crate::config::Config;
use crate::facts::Facts;
use crate::package::{Recipients, SealError};
use crate::plain::count;
use crate::progress::Progress;
use crate::record::{self, Acceptance, Access, Home, Ledger};
use crate::render::readback;
use crate::report::Report;
use crate::run::{self, Dress, Order};
use crate::{compose, explain, preview, sample, verify};

/// Runs the command.
///
/// # Errors
/// [`Failure`] with the exit code, what went wrong and what to do.
pub fn execute(args: &Args) -> Result<Status, Failure> {
    let run_date = args.date.unwrap_or_else(|| jiff::Zoned::now().date());
    match &args.command {
        Command::Manual { out } => return manual::write(out),
        Command::Sample { people, seed, out } => {
            logging::start(None, run_date, args.verbose);
            return sample_command(args, *people, *seed, out);
        }
        Command::Verify { package, identity, signer } => {
            logging::start(None, run_date, args.verbose);
            let keys = verify::Keys { identity: identity.as_deref(), signer: signer.as_deref() };
            return verify_command(args, package, keys);
        }
        Command::Contract { list, markdown } => {
            super::inbox::contract(args, *list, *markdown);
            return Ok(Status::Done);
        }
        Command::Inbox { previous } => {
            logging::start(None, run_date, args.verbose);
            return super::inbox::look(args, &configuration(args)?, run_date, previous);
        }
        _ => {}
    }
    let config = configuration(args)?;
    logging::start(Some(&config.data_dir), run_date, args.verbose);
    let status = Session { args, config: &config, run_date }.execute()?;
    logging::keep();
    Ok(status)
}

pub(super) fn configuration(args: &Args) -> Result<Config, Failure> {
    let mut config = Config::load(&args.config).map_err(|error| {
        let missing = !args.config.exists();
        let hint = missing.then(|| "name the configuration with --config FILE".to_owned());
        Failure::new(Status::Usage, &error, hint)
    })?;
    if let Some(inbox) = &args.inbox {
        config.inbox.clone_from(inbox);
    }
    if let Some(data_dir) = &args.data_dir {
        config.data_dir.clone_from(data_dir);
    }
    let no_key = |error: SealError| Failure::new(Status::Usage, &error, error.hint());
    Recipients::parse(&config.vendor.recipients).map_err(no_key)?;
    if let Some(backup) = &config.backup {
        Recipients::one("backup.recipient", &backup.recipient).map_err(no_key)?;
    }
    Ok(config)
}

/// A command with its configuration.
pub(super) struct Session<'a> {
    pub args: &'a Args,
    pub config: &'a Config,
    pub run_date: Date,
}

impl Session<'_> {
    fn execute(&self) -> Result<Status, Failure> {
        match &self.args.command {
            Command::Ledger(LedgerCommand::Init) => self.ledger_init(),
            Command::Ledger(LedgerCommand::Check { anchor }) => self.ledger_check(anchor),
            Command::Ledger(LedgerCommand::Log) => self.ledger_log(),
            Command::Ledger(LedgerCommand::Backup) => self.ledger_backup(),
            Command::Ledger(LedgerCommand::Restore { file, identity, anchor }) => {
                self.ledger_restore(file, identity.as_deref(), anchor)
            }
            Command::Close { yes } => self.close(*yes),
            Command::Purge { approved_by, yes } => self.purge(approved_by, *yes),
            Command::Run { accept, accept_inputs, accept_volume, republish } => {
                let progress = Progress::on_stderr();
                let order = self.order(accepted(accept, accept_inputs.as_deref()), *accept_volume, &progress);
                Ok(self.run(&Order { republish: republish.as_deref(), ..order }))
            }
            Command::Status { max_age } => self.status(*max_age),
            Command::Plan { plan: Some(PlanCommand::Abandon { by, reason }), .. } => self.plan_abandon(by, reason),
            Command::Plan { plan: None, accept, accept_inputs, accept_volume } => {
                Ok(self.plan(accepted(accept, accept_inputs.as_deref()), *accept_volume))
            }
            Command::Render { part, job } => self.render(*part, job.as_deref()),
            Command::Check { package: Some(out), recipient, accept, accept_inputs, accept_volume } => {
                let accepted = accepted(accept, accept_inputs.as_deref());
                self.dress_rehearsal(out, recipient, accepted, *accept_volume)
            }
            Command::Check { accept, accept_inputs, accept_volume, .. } => {
                self.check(accepted(accept, accept_inputs.as_deref()), *accept_volume)
            }
            Command::Preview { out } => self.preview(out),
            Command::Letter { id, out } => self.letter(id, out.as_deref()),
            Command::Figures => self.figures(),
            Command::Explain { id, other: None } => self.explain(id),
            Command::Explain { id, other: Some(other) } => self.explain_rows(id, other),
            Command::Review(ReviewCommand::Apply { file, by, yes }) => self.review_apply(file, by.as_deref(), *yes),
            Command::Review(ReviewCommand::List) => self.review_list(),
            Command::LinkTrain { out, seed, name } => self.link_train(out, *seed, name.as_deref()),
            Command::Texts(TextsCommand::Check) => self.texts(),
            Command::Manual { .. }
            | Command::Sample { .. }
            | Command::Verify { .. }
            | Command::Contract { .. }
            | Command::Inbox { .. } => Ok(Status::Done),
        }
    }

    fn ledger_init(&self) -> Result<Status, Failure> {
        let config = self.config;
        Ledger::init(&Home::of(config), self.run_date).map_err(|error| record_failure(&error))?;
        if !self.args.json {
            output::line(format_args!("ledger  {}", config.data_dir.join("ledger.sqlite")));
            output::line(format_args!("key     {}  (keep a copy in a safe place)", record::key_path(&config.data_dir)));
            let signer = record::signer(&config.data_dir).map_err(|error| record_failure(&error))?;
            output::line(format_args!("signer  {}  (give the vendor this line)", signer.public_line()));
        }
        Ok(Status::Done)
    }

    fn ledger_check(&self, anchors: &[String]) -> Result<Status, Failure> {
        let verdict = record::check::check(&Home::of(self.config), anchors).map_err(|error| record_failure(&error))?;
        if self.args.json {
            output::json(&verdict);
        } else {
            output::line(&verdict);
        }
        Ok(Status::Done)
    }

    fn ledger_log(&self) -> Result<Status, Failure> {
        let ledger = Ledger::open(&Home::of(self.config), Access::Read).map_err(|error| record_failure(&error))?;
        let lines = ledger.log().map_err(|error| record_failure(&error))?;
        if self.args.json {
            output::json(&lines);
        } else {
            lines.iter().for_each(output::line);
        }
        Ok(Status::Done)
    }

    fn check(&self, accepted: Acceptance<'_>, accept_volume: bool) -> Result<Status, Failure> {
        let progress = Progress::on_stderr();
        let order = self.order(accepted, accept_volume, &progress);
        let report = run::check(&order).map_err(|error| {
            progress.finish();
            Failure::new(error.status(), &error, error.hint())
        })?;
        if self.args.json {
            output::json(&report);
        } else {
            show_counts(&report);
            output::line("nothing was published and nothing was recorded");
        }
        Ok(if report.needs_a_human() { Status::ForAHuman } else { Status::Done })
    }

    fn dress_rehearsal(
        &self,
        out: &Utf8Path,
        recipients: &[String],
        accepted: Acceptance<'_>,
        accept_volume: bool,
    ) -> Result<Status, Failure> {
        let progress = Progress::on_stderr();
        let order = Order { rehearse: true, ..self.order(accepted, accept_volume, &progress) };
        let dressed = run::dress(&order, &Dress { out, recipients }).map_err(|error| {
            progress.finish();
            Failure::new(error.status(), &error, error.hint())
        })?;
        if self.args.json {
            output::json(&dressed.report);
        } else {
            show_counts(&dressed.report);
            if let Some(package) = &dressed.package {
                output::line(format_args!("package   {package}: a rehearsal, never to be posted"));
            }
            if let Some(identity) = &dressed.identity {
                output::line(format_args!("key       {identity}: opens it (`breachpost verify --identity`)"));
            }
            output::line("nothing was published and nothing was recorded");
        }
        Ok(if dressed.report.needs_a_human() { Status::ForAHuman } else { Status::Done })
    }

    /// What is asked for with the session's configuration and date.
    pub(super) fn order<'o>(
        &'o self,
        accepted: Acceptance<'o>,
        accept_volume: bool,
        progress: &'o Progress,
    ) -> Order<'o> {
        Order {
            config: self.config,
            run_date: self.run_date,
            accepted,
            accept_volume,
            rehearse: false,
            republish: None,
            progress,
        }
    }

    fn facts(&self) -> Result<Facts, Failure> {
        Facts::load(&self.config.facts).map_err(|error| Failure::new(Status::Usage, &error, None))
    }

    fn preview(&self, out: &Utf8Path) -> Result<Status, Failure> {
        let facts = self.facts()?;
        let progress = Progress::on_stderr();
        let made = preview::write(out, &facts, &self.config.print, self.run_date, &progress)
            .map_err(|error| Failure::new(Status::Stopped, &error, error.hint()))?;
        progress.finish();
        for (key, day) in facts.stale(self.run_date, self.config.policy.facts_max_age_days) {
            output::note(format_args!("warning: `{key}` in the facts was last checked on {day}: a run would stop"));
        }
        if self.args.json {
            output::json(&made);
        } else {
            output::line(format_args!(
                "{}, {}",
                count(made.variants as u64, "variant", "variants"),
                count(made.pages as u64, "page", "pages")
            ));
            output::line(format_args!("preview   {}", out.join("index.html")));
        }
        Ok(Status::Done)
    }

    fn letter(&self, id: &str, out: Option<&Utf8Path>) -> Result<Status, Failure> {
        let out = out.map_or_else(|| Utf8PathBuf::from(format!("{id}.pdf")), Utf8Path::to_owned);
        let pdf = explain::accessible_copy(self.config, id)
            .map_err(|error| Failure::new(Status::Stopped, &error, error.hint()))?;
        crate::durable::write(&out, &pdf)
            .map_err(|source| Failure::new(Status::Stopped, &source, Some(format!("could not write `{out}`"))))?;
        output::line(out);
        Ok(Status::Done)
    }

    fn texts(&self) -> Result<Status, Failure> {
        let facts = self.facts()?;
        let review = compose::texts::review(&facts, self.run_date, self.config.policy.facts_max_age_days);
        let paper = preview::paper(&facts, &self.config.print, self.run_date)
            .map_err(|error| Failure::new(Status::Stopped, &error, error.hint()))?;
        if self.args.json {
            output::json(
                &serde_json::json!({ "findings": review.findings, "figures": review.figures, "paper": paper }),
            );
        } else {
            for finding in &review.findings {
                output::line(finding);
            }
            for (language, figures) in &review.figures {
                output::line(format_args!("{language}        {figures}"));
            }
            for (format, paper) in &paper {
                output::line(format_args!(
                    "{format:<9} {} on {}, {} that strand a line, an entry or the end",
                    count(paper.letters as u64, "letter of the preview", "letters of the preview"),
                    count(paper.sheets as u64, "sheet", "sheets"),
                    count(paper.stranded as u64, "page break", "page breaks")
                ));
            }
            output::line(format_args!("findings  {}", review.findings.len()));
        }
        let fair = paper.values().all(|paper| paper.stranded == 0);
        Ok(if review.findings.is_empty() && fair { Status::Done } else { Status::ForAHuman })
    }
}

const fn accepted<'a>(files: &'a [(String, String)], all: Option<&'a str>) -> Acceptance<'a> {
    Acceptance { files, all }
}

pub(super) fn record_failure(error: &record::RecordError) -> Failure {
    let status = if error.exit_code() == Status::Usage.code() { Status::Usage } else { Status::Stopped };
    Failure::new(status, error, error.hint())
}

pub(super) fn show_counts(report: &Report) {
    let rows = &report.rows;
    output::line(format_args!(
        "rows      {} = {} letter + {} merged + {} told + {} suppressed + {} review + {} rejected",
        rows.total, rows.letter, rows.merged, rows.told, rows.suppressed, rows.review, rows.rejected
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
        output::line(format_args!("gone      {gone} that people were told about: decide in `review.csv` (L218, D217)"));
    }
    let letters = &report.letters;
    output::line(format_args!(
        "letters   {} on {}, {}",
        letters.total,
        count(letters.sheets, "sheet", "sheets"),
        count(letters.pages, "page", "pages")
    ));
}

fn sample_command(args: &Args, people: u32, seed: u64, out: &Utf8Path) -> Result<Status, Failure> {
    let summary = sample::write(out, people, seed, &Progress::on_stderr()).map_err(|error| {
        let hint = error.hint();
        Failure::new(Status::Stopped, &error, hint)
    })?;
    if args.json {
        output::json(&summary);
    } else {
        output::line(format_args!(
            "{}, {}, {}, {} in {}",
            count(summary.people, "person", "people"),
            count(summary.exposures, "exposure row", "exposure rows"),
            count(summary.participants, "participant", "participants"),
            count(summary.register, "register row", "register rows"),
            summary.out
        ));
        output::line(format_args!("truth     {}", summary.out.join("truth.csv")));
    }
    Ok(Status::Done)
}

fn verify_command(args: &Args, package: &Utf8Path, keys: verify::Keys<'_>) -> Result<Status, Failure> {
    let page_text = |pdf: &[u8]| readback::text(pdf).map_err(|error| error.to_string());
    let verdict = verify::verify_with(package, keys, Some(&page_text)).map_err(|error| {
        let hint = error.hint();
        Failure::new(Status::Stopped, &error, hint)
    })?;
    if args.json {
        output::json(&verdict);
    } else {
        output::line(&verdict);
    }
    Ok(if verdict.problems.is_empty() { Status::Done } else { Status::Stopped })
}
