//! `run`: the nightly batch, and everybody who hears how it ended.

use camino::Utf8Path;
use jiff::Timestamp;
use serde::Serialize;

use super::reprint::show_reprinted;
use crate::base::ExitStatus;
use crate::cli::output;
use crate::cli::session::{Session, show_counts};
use crate::cli::tell::Teller;
use crate::report::Report;
use crate::run::outcome::{Occasion, Outcome};
use crate::run::proofs::INDEX;
use crate::run::{self, Done, Finished, Night, ReprintedJob, WaitingJob};

impl Session<'_> {
    /// Runs the batch and tells everybody how that ended.
    pub(super) fn run(&self, night: &Night<'_>) -> ExitStatus {
        let started = Timestamp::now();
        match self.or_stopped(night, started, run::run) {
            Ok(done) => self.done(done, started),
            Err(status) => status,
        }
    }

    /// Tells of a run that came to its end. The papers are the same whoever could be told.
    fn done(&self, mut done: Done, started: Timestamp) -> ExitStatus {
        let frame = self.frame(started);
        let for_a_human = done.report.needs_a_human() || done.waiting.is_some();
        let status = if for_a_human { ExitStatus::ForAHuman } else { ExitStatus::Done };
        let mut teller = Teller::new(self.config);

        let mut resumed = done.resumed.as_ref().map(|job| self.resumed(job, frame));
        let mut own = match &done.waiting {
            None => Outcome::done(frame, status.code(), &done.report, &done.papers),
            Some(job) => Outcome::waiting(frame, status.code(), job, &done.report),
        };

        own.resumed = done.resumed.as_ref().map(|job| job.report.run_id.clone());
        // Written before anything is sent: what is not sent when the program ends here is sent by
        // the next run.
        if let Some(outcome) = &mut resumed {
            teller.expect(outcome);
        }
        if done.waiting.is_some() {
            teller.expect_stopped(&mut own, true);
        } else {
            teller.expect(&mut own);
        }

        teller.back_up(&mut own, Some(&done.ledger));

        for outcome in [&mut own].into_iter().chain(resumed.as_mut()) {
            teller.mail(outcome);
        }

        let tried: Vec<&str> = [&own]
            .into_iter()
            .chain(resumed.as_ref())
            .map(|outcome| outcome.run_id.as_str())
            .collect();

        teller.mail_again(&tried);
        teller.emergencies(&mut own, &done.ledger);
        teller.figures(&mut own);

        if let Some((job, outcome)) = done.resumed.as_mut().zip(resumed.as_mut()) {
            teller.note(&job.papers, &mut job.report, outcome);
        }

        // The papers of a job that waits are part of its plan.
        if done.waiting.is_none() {
            teller.note(&done.papers, &mut done.report, &mut own);
        }
        let status = teller.finish(&mut own, status);
        self.show_done(&done, status, &own.backup);
        let status = teller.answered(&mut own, status);
        own.log();

        status
    }

    /// The outcome of the run that began what this one has finished. Its date is its own.
    fn resumed(&self, job: &Finished, frame: Occasion<'_>) -> Outcome {
        let date = job.report.run_id.get(..10).and_then(|date| date.parse().ok());
        let frame = Occasion { run_date: date.unwrap_or(self.run_date), ..frame };
        Outcome::done(frame, ExitStatus::Done.code(), &job.report, &job.papers)
    }

    fn show_done(&self, done: &Done, status: ExitStatus, backup: &str) {
        if self.args.json {
            output::json(&Answer::new(done, status));
            return;
        }

        if let Some(package) = &done.republished {
            output::line(format_args!("published again, byte for byte: {package}"));
        }

        if let Some(resumed) = &done.resumed {
            let approved = resumed.report.approval.is_some();
            let what = if approved { "published the approved" } else { "finished the interrupted" };
            output::line(format_args!(
                "first {what} run {}: {}",
                resumed.report.run_id, resumed.package
            ));
            for said in resumed.report.approval.iter().flat_map(|approval| &approval.said) {
                output::line(format_args!("approval  {said}"));
            }
        }

        show_reprinted(&done.reprinted);
        show_counts(&done.report);
        show_news(&done.report);
        for line in &done.report.emergencies.open {
            output::line(format_args!("EMERGENCY {line}"));
        }

        match (&done.package, &done.waiting) {
            (Some(package), _) => output::line(format_args!("package   {package}")),
            (None, Some(job)) => show_waiting(job),
            (None, None) => output::line("package   none: there is nobody new to write to"),
        }
        if let Some(approval) = &done.report.approval {
            for said in &approval.said {
                output::line(format_args!("approval  {said}"));
            }
        }

        output::line(format_args!("letters   {}", done.papers.join("letters.parquet")));
        output::line(format_args!("report    {}", done.papers.join("report.html")));
        output::line(format_args!("review    {}", done.papers.join("review.csv")));
        output::line(format_args!("mail      {}", done.report.mail));

        if self.config.backup.is_some() {
            output::line(format_args!("backup    {backup}"));
        }
    }
}

/// What has to happen before a job leaves.
fn show_waiting(job: &WaitingJob) {
    output::line(format_args!("waiting   {} waits for approval", job.job));
    for line in &job.missing {
        output::line(format_args!("          {line}"));
    }
    output::line(format_args!("statement {}: `breachpost approval statement`", job.statement));
    output::line(format_args!("proofs    {}", job.proofs.join(INDEX)));
}

/// What a human has to look at.
fn show_news(report: &Report) {
    let cases = &report.cases;
    output::line(format_args!(
        "cases     {} open, {} new, {} overdue",
        cases.open, cases.new, cases.overdue
    ));

    for job in &report.missing_packages {
        output::line(format_args!(
            "missing   {job} was published, is no longer in the outbox, and has no receipt"
        ));
    }
}

/// `run --json`.
#[derive(Serialize)]
struct Answer<'a> {
    exit_code: u8,
    run_id: &'a str,
    republished: Option<&'a Utf8Path>,
    resumed: Option<&'a str>,
    reprinted: &'a [ReprintedJob],
    papers: &'a Utf8Path,
    package: Option<&'a Utf8Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<Waiting<'a>>,
    report: &'a Report,
}

/// A job that waits for approval.
#[derive(Serialize)]
struct Waiting<'a> {
    job: &'a str,
    statement: &'a str,
    missing: &'a [String],
    proofs: &'a Utf8Path,
}

impl<'a> Answer<'a> {
    fn new(done: &'a Done, status: ExitStatus) -> Self {
        Self {
            exit_code: status.code(),
            run_id: &done.report.run_id,
            republished: done.republished.as_deref(),
            resumed: done.resumed.as_ref().map(|job| job.report.run_id.as_str()),
            reprinted: &done.reprinted,
            papers: &done.papers,
            package: done.package.as_deref(),
            waiting: done.waiting.as_ref().map(|job| Waiting {
                job: &job.job,
                statement: &job.statement,
                missing: &job.missing,
                proofs: &job.proofs,
            }),
            report: &done.report,
        }
    }
}
