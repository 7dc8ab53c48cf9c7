//! `ledger backup` and `ledger restore`.

use camino::Utf8Path;

use super::Status;
use super::commands::Session;
use super::output::{self, Failure};
use crate::record::Home;
use crate::record::restore::{self, Order};
use crate::run::backup::{self, BackupError};

impl Session<'_> {
    pub(super) fn ledger_backup(&self) -> Result<Status, Failure> {
        let made = backup::back_up(self.config, self.run_date, None).map_err(|error| {
            let status = match &error {
                BackupError::NotConfigured | BackupError::Key(_) => Status::Usage,
                BackupError::Record(error) if error.exit_code() == Status::Usage.code() => Status::Usage,
                BackupError::Record(_) => Status::Stopped,
                BackupError::Courier { .. } | BackupError::Unlisted { .. } => Status::Untold,
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
        Ok(Status::Done)
    }

    pub(super) fn ledger_restore(
        &self,
        file: &Utf8Path,
        identity: Option<&Utf8Path>,
        anchors: &[String],
    ) -> Result<Status, Failure> {
        let order = Order { file, identity, anchors };
        let restored = restore::restore(&Home::of(self.config), &order).map_err(|error| {
            let status = if error.exit_code() == Status::Usage.code() { Status::Usage } else { Status::Stopped };
            Failure::new(status, &error, error.hint())
        })?;
        if self.args.json {
            output::json(&restored);
        } else {
            output::line(&restored);
        }
        Ok(Status::Done)
    }
}
