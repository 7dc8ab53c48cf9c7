//! `ledger init`, `check`, `log`, `backup` and `restore`.

use camino::Utf8Path;

use crate::base::{ExitStatus, Explain, data_dir};
use crate::cli::args::LedgerCommand;
use crate::cli::output::{self, Failure};
use crate::cli::session::{Session, record_failure};
use crate::record::restore::{self, RestoreOrder};
use crate::record::{self, Access, Home, Ledger};
use crate::run::backup::{self, BackupError};

impl Session<'_> {
    pub(super) fn ledger(&self, asked: &LedgerCommand) -> Result<ExitStatus, Failure> {
        match asked {
            LedgerCommand::Init => self.ledger_init(),
            LedgerCommand::Check { anchor } => self.ledger_check(anchor),
            LedgerCommand::Log => self.ledger_log(),
            LedgerCommand::Backup => self.ledger_backup(),
            LedgerCommand::Restore { file, identity, anchor } => {
                self.ledger_restore(file, identity.as_deref(), anchor)
            }
        }
    }

    fn ledger_init(&self) -> Result<ExitStatus, Failure> {
        let config = self.config;
        Ledger::init(&Home::of(config), self.run_date).map_err(|error| record_failure(&error))?;

        if !self.args.json {
            output::line(format_args!("ledger  {}", data_dir::ledger(&config.data_dir)));
            output::line(format_args!(
                "key     {}  (keep a copy in a safe place)",
                record::key_path(&config.data_dir)
            ));
            let signer =
                record::signer(&config.data_dir).map_err(|error| record_failure(&error))?;
            output::line(format_args!(
                "signer  {}  (give the vendor this line)",
                signer.public_line()
            ));
        }

        Ok(ExitStatus::Done)
    }

    fn ledger_check(&self, anchors: &[String]) -> Result<ExitStatus, Failure> {
        let verdict = record::check::check(&Home::of(self.config), anchors)
            .map_err(|error| record_failure(&error))?;
        if self.args.json {
            output::json(&verdict);
        } else {
            output::line(&verdict);
        }
        Ok(ExitStatus::Done)
    }

    fn ledger_log(&self) -> Result<ExitStatus, Failure> {
        let ledger = Ledger::open(&Home::of(self.config), Access::Read)
            .map_err(|error| record_failure(&error))?;
        let lines = ledger.log().map_err(|error| record_failure(&error))?;
        if self.args.json {
            output::json(&lines);
        } else {
            lines.iter().for_each(output::line);
        }
        Ok(ExitStatus::Done)
    }

    fn ledger_backup(&self) -> Result<ExitStatus, Failure> {
        let made = backup::back_up(self.config, self.run_date, None).map_err(|error| {
            let status = match &error {
                BackupError::NotConfigured | BackupError::Key(_) => ExitStatus::Usage,
                BackupError::Record(error) => error.status(),
                BackupError::Courier { .. } | BackupError::Unlisted { .. } => ExitStatus::Untold,
            };
            Failure::new(status, &error, error.hint())
        })?;

        if self.args.json {
            output::json(&made);
        } else {
            output::line(format_args!("backup    {}", made.file));
            output::line(format_args!("sha256    {}", made.sha256));
            output::line(format_args!("head      {}", made.ledger_head));
            let place = if made.handed_over { "handed over" } else { "on this machine only" };
            output::line(format_args!("place     {place}"));
        }

        Ok(ExitStatus::Done)
    }

    fn ledger_restore(
        &self,
        file: &Utf8Path,
        identity: Option<&Utf8Path>,
        anchors: &[String],
    ) -> Result<ExitStatus, Failure> {
        let order = RestoreOrder { file, identity, anchors };
        let restored = restore::restore(&Home::of(self.config), &order)
            .map_err(|error| Failure::of(&error))?;
        if self.args.json {
            output::json(&restored);
        } else {
            output::line(&restored);
        }
        Ok(ExitStatus::Done)
    }
}
