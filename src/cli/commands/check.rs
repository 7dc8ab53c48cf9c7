//! `check`: a run without publication and ledger, and the dress rehearsal.

use camino::Utf8Path;

use crate::base::ExitStatus;
use crate::base::progress::Progress;
use crate::cli::output::{self, Failure};
use crate::cli::session::{Session, show_counts};
use crate::record::Acceptance;
use crate::run::{self, Dress, Night};

impl Session<'_> {
    pub(super) fn check(
        &self,
        accepted: Acceptance<'_>,
        accept_volume: bool,
    ) -> Result<ExitStatus, Failure> {
        let progress = Progress::on_stderr();
        let night = self.night(accepted, accept_volume, &progress);
        let report = run::check(&night).map_err(|error| {
            progress.finish();
            Failure::of(&error)
        })?;

        if self.args.json {
            output::json(&report);
        } else {
            show_counts(&report);
        }

        if self.config.transfer.is_some() {
            self.try_transfer()?;
        }
        if !self.args.json {
            output::line("nothing was published and nothing was recorded");
        }

        Ok(if report.needs_a_human() { ExitStatus::ForAHuman } else { ExitStatus::Done })
    }

    pub(super) fn dress_rehearsal(
        &self,
        out: &Utf8Path,
        recipients: &[String],
        accepted: Acceptance<'_>,
        accept_volume: bool,
    ) -> Result<ExitStatus, Failure> {
        let progress = Progress::on_stderr();
        let night = Night { rehearse: true, ..self.night(accepted, accept_volume, &progress) };
        let dressed = run::dress(&night, &Dress { out, recipients }).map_err(|error| {
            progress.finish();
            Failure::of(&error)
        })?;

        if self.args.json {
            output::json(&dressed.report);
        } else {
            show_counts(&dressed.report);
            if let Some(package) = &dressed.package {
                output::line(format_args!("package   {package}: a rehearsal, never to be posted"));
            }
            if let Some(identity) = &dressed.identity {
                output::line(format_args!(
                    "key       {identity}: opens it (`breachpost verify --identity`)"
                ));
            }
            output::line("nothing was published and nothing was recorded");
        }

        Ok(if dressed.report.needs_a_human() { ExitStatus::ForAHuman } else { ExitStatus::Done })
    }
}
