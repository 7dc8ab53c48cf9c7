//! `check`: a run without publication and ledger, and the dress rehearsal.

use camino::Utf8Path;

use crate::base::ExitStatus;
use crate::base::progress::Progress;
use crate::cli::output::{self, Failure};
use crate::cli::session::{Session, show_counts};
use crate::field::role::Role;
use crate::record::Acceptance;
use crate::run::{self, Dress, Night};
use crate::tools::queue;

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
            self.show_roles_without_approver();
        }

        if self.config.transfer.is_some() {
            self.try_transfer()?;
        }
        if !self.args.json {
            output::line("nothing was published and nothing was recorded");
        }

        let nobody = !self.roles_without_approver().is_empty();
        let for_a_human = report.needs_a_human() || nobody;
        Ok(if for_a_human { ExitStatus::ForAHuman } else { ExitStatus::Done })
    }

    /// What the decisions of today change.
    pub(super) fn check_decisions(&self) -> Result<ExitStatus, Failure> {
        let progress = Progress::on_stderr();
        let seen = queue::what_if(self.config, self.run_date, &progress);
        progress.finish();
        let seen = seen.map_err(|error| Failure::of(&error))?;
        if self.args.json {
            output::json(&seen);
        } else {
            output::line(seen);
            output::line("nothing was published and nothing was recorded");
        }
        Ok(ExitStatus::Done)
    }

    /// Roles that have to approve the letters, for which nobody is configured.
    fn roles_without_approver(&self) -> Vec<Role> {
        if self.config.needs_approval() {
            self.config.approval.roles_without_approver()
        } else {
            Vec::new()
        }
    }

    fn show_roles_without_approver(&self) {
        for role in self.roles_without_approver() {
            output::line(format_args!(
                "approval  nobody under [[approval.approvers]] has the role {role}: only somebody \
                 at the desk can approve for it"
            ));
        }
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
