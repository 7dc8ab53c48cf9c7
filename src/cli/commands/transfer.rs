//! `transfer`: what is published is handed over to the vendor's SFTP server.

use serde::Serialize;

use crate::base::ExitStatus;
use crate::base::plain::count;
use crate::base::progress::Progress;
use crate::cli::args::TransferArgs;
use crate::cli::output::{self, Failure};
use crate::cli::session::Session;
use crate::run::transfer::{self, Carried, TransferTerms, Transferred};

/// `transfer --json`.
#[derive(Serialize)]
struct Answer<'a> {
    exit_code: u8,
    jobs: Vec<JobAnswer<'a>>,
    /// Jobs of which only a human knows whether the vendor has them.
    undecided: &'a [String],
}

#[derive(Serialize)]
struct JobAnswer<'a> {
    job: &'a str,
    /// Whether the vendor has all of it.
    handed_over: bool,
    /// What was sent now.
    sent: Carried,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

impl Session<'_> {
    pub(super) fn transfer(&self, asked: &TransferArgs) -> Result<ExitStatus, Failure> {
        if asked.check {
            return self.try_transfer().map(|()| ExitStatus::Done);
        }

        let progress = Progress::on_stderr();
        let terms = TransferTerms { config: self.config, date: self.run_date, progress: &progress };
        if let Some(file) = &asked.missing {
            let (by, reason) = (asked.by.as_deref(), asked.reason.as_deref());
            transfer::missing(&terms, file, by.unwrap_or_default(), reason.unwrap_or_default())
                .map_err(|error| Failure::of(&error))?;
            output::line(format_args!(
                "noted     {file} is not at the vendor's: `transfer` sends it"
            ));
            return Ok(ExitStatus::Done);
        }

        let done = transfer::transfer(&terms, &asked.jobs).map_err(|error| Failure::of(&error));
        progress.finish();
        let done = done?;
        if self.args.json {
            output::json(&Answer::new(&done));
        } else {
            show(&done);
        }
        for job in &done.jobs {
            if let Err(error) = &job.result {
                output::failure(&Failure::of(error));
            }
        }
        Ok(done.status())
    }

    /// Looks whether a transfer would work; says so.
    pub(super) fn try_transfer(&self) -> Result<(), Failure> {
        let settings = transfer::try_out(self.config).map_err(|error| Failure::of(&error))?;
        if !self.args.json {
            output::line(format_args!(
                "transfer  {} lets us in and has the folder `{}`; nothing was sent",
                settings.host, settings.folder
            ));
        }
        Ok(())
    }
}

fn show(done: &Transferred) {
    let mut is_quiet = true;
    for job in &done.jobs {
        if let Ok(Carried { files: files @ 1.., bytes }) = job.result {
            let files = count(files, "file", "files");
            let bytes = count(bytes, "byte", "bytes");
            output::line(format_args!(
                "sent      {}: {files}, {bytes}; the vendor has it",
                job.job
            ));
            is_quiet = false;
        }
        is_quiet &= job.result.is_ok();
    }

    for job in &done.undecided {
        output::line(format_args!(
            "undecided {job} was published before there was a [transfer]: `breachpost transfer \
             {job}` hands it over, if the vendor does not have it"
        ));
    }
    if is_quiet && done.undecided.is_empty() {
        output::line("sent      nothing: the vendor has all that was published");
    }
}

impl<'a> Answer<'a> {
    fn new(done: &'a Transferred) -> Self {
        let jobs = done.jobs.iter().map(|job| JobAnswer {
            job: &job.job,
            handed_over: job.result.is_ok(),
            sent: *job.result.as_ref().unwrap_or(&Carried::default()),
            failure: job.result.as_ref().err().map(ToString::to_string),
        });
        Self { exit_code: done.status().code(), jobs: jobs.collect(), undecided: &done.undecided }
    }
}
