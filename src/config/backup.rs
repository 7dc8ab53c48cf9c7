//! `[backup]`: a sealed copy of ledger and key after each run.

use std::time::Duration;

use serde::Deserialize;

use super::check::problem_of_line;

/// `[backup]`; absent = no sealed backup is made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// age public key (`age1...`) of the operator; its secret half is kept away from this machine.
    /// Whoever has that can recognise people: it opens the ledger and the campaign's key.
    pub recipient: String,
    /// Program and arguments of the operator that take a backup off the machine; its file is the
    /// last argument. No shell is asked. Empty = it stays in `backups/`.
    #[serde(default)]
    pub command: Vec<String>,
    /// Seconds after which the command is stopped; 1 to 86,400.
    #[serde(default = "Backup::default_timeout")]
    pub timeout_seconds: u64,
}

impl Backup {
    const fn default_timeout() -> u64 {
        600
    }

    /// What is wrong with the values, if anything. Whether the key is one is looked at by whoever
    /// reads keys.
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        if let Some(problem) = problem_of_line(&self.recipient) {
            return Err(("backup.recipient", problem.to_owned()));
        }

        if self.command.first().is_some_and(String::is_empty) {
            return Err(("backup.command", "begins with the name of a program".to_owned()));
        }

        if self.command.iter().any(|word| word.contains(char::is_control)) {
            return Err((
                "backup.command",
                "has a line end or another control character".to_owned(),
            ));
        }

        if !(1..=86_400).contains(&self.timeout_seconds) {
            return Err(("backup.timeout_seconds", "must be 1 to 86400".to_owned()));
        }

        Ok(())
    }

    /// How long the command may take.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }
}
