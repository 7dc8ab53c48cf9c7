//! `close` and `purge`: the end of a campaign. Each shows what will happen, then asks.

use std::io::{BufRead, IsTerminal};

use crate::base::ExitStatus;
use crate::base::plain::count;
use crate::cli::output::{self, Failure};
use crate::cli::session::{Session, record_failure};
use crate::record::{Home, purge};

impl Session<'_> {
    pub(super) fn close(&self, yes: bool) -> Result<ExitStatus, Failure> {
        let config = self.config;
        let totals =
            purge::before_close(&Home::of(config)).map_err(|error| record_failure(&error))?;
        output::note(format_args!("campaign  {}", config.campaign));
        output::note(format_args!(
            "letters   {} to {} in {}; after this no run writes to anybody",
            totals.letters,
            count(totals.people, "person", "people"),
            count(totals.jobs, "job", "jobs")
        ));

        self.ask("close", yes)?;
        let head = purge::close(&Home::of(config), self.run_date)
            .map_err(|error| record_failure(&error))?;
        if self.args.json {
            output::json(&head);
        } else {
            output::line(format_args!("closed    {}; ledger head {head}", config.campaign));
        }

        Ok(ExitStatus::Done)
    }

    pub(super) fn purge(&self, approved_by: &str, yes: bool) -> Result<ExitStatus, Failure> {
        let config = self.config;
        let plan = purge::plan(&Home::of(config)).map_err(|error| record_failure(&error))?;
        output::note(&plan);

        if self.args.verbose > 0 {
            for (path, bytes) in &plan.files {
                output::note(format_args!("destroy   {path} ({})", count(*bytes, "byte", "bytes")));
            }
        }

        self.ask("purge", yes)?;
        let certificate = purge::execute(&Home::of(config), self.run_date, approved_by)
            .map_err(|error| record_failure(&error))?;
        if self.args.json {
            output::json(&certificate);
        } else {
            output::line(format_args!(
                "purged    {} and {} about people, approved by {}",
                count(certificate.plan.files.len() as u64, "file", "files"),
                count(certificate.plan.rows.values().sum(), "row", "rows"),
                certificate.approved_by
            ));
            output::line(format_args!(
                "kept      {}, the totals and the history",
                count(certificate.kept.len() as u64, "file", "files")
            ));
            output::line(format_args!("proof     {}", config.data_dir.join(purge::CERTIFICATE)));
        }

        Ok(ExitStatus::Done)
    }

    /// Lets somebody at a terminal type the campaign's name; `yes` stands for that in a script.
    fn ask(&self, what: &str, yes: bool) -> Result<(), Failure> {
        if yes {
            return Ok(());
        }

        let stdin = std::io::stdin();
        let refused = |cause: &str, hint: Option<&str>| Failure {
            status: ExitStatus::Usage,
            causes: vec![format!("not confirmed: {cause}")],
            hint: hint.map(str::to_owned),
        };

        if !stdin.is_terminal() {
            return Err(refused(
                "standard input is not a terminal",
                Some("pass `--yes` in scripts"),
            ));
        }

        output::note(format_args!(
            "type `{}` to {what} it; this cannot be undone",
            self.config.campaign
        ));

        let mut answer = String::new();
        stdin.lock().read_line(&mut answer).map_err(|error| refused(&error.to_string(), None))?;

        if answer.trim() == self.config.campaign {
            Ok(())
        } else {
            Err(refused("the name did not match", None))
        }
    }
}
