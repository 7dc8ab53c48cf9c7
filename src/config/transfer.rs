//! `[transfer]`: the vendor's SFTP server.

use std::time::Duration;

use camino::Utf8PathBuf;
use serde::Deserialize;

/// `[transfer]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferSettings {
    /// Name or address of the server.
    pub host: String,
    /// Its port.
    #[serde(default = "defaults::port")]
    pub port: u16,
    /// The account there.
    pub user: String,
    /// File with our secret SSH key, without a passphrase, mode 0400 or 0600.
    pub key_file: Utf8PathBuf,
    /// The server's host keys, all of them, as lines of OpenSSH's known_hosts. No other is trusted.
    pub known_hosts: Utf8PathBuf,
    /// Options for OpenSSH, as ciphers or a jump host: a file in the form of ssh_config(5). Absent
    /// = OpenSSH's own defaults; neither the account's configuration nor the machine's is read.
    pub ssh_config: Option<Utf8PathBuf>,
    /// The folder there in which jobs are put, from where a log-in begins.
    #[serde(default = "defaults::folder")]
    pub folder: String,
    /// How often a connection that was lost is made again in one command; 1 to 10.
    #[serde(default = "defaults::attempts")]
    pub attempts: u32,
    /// Seconds for every answer of the server; 1 to 600.
    #[serde(default = "defaults::timeout_seconds")]
    pub timeout_seconds: u64,
}

mod defaults {
    pub const fn port() -> u16 {
        22
    }
    pub fn folder() -> String {
        ".".to_owned()
    }
    pub const fn attempts() -> u32 {
        3
    }
    pub const fn timeout_seconds() -> u64 {
        60
    }
}

impl TransferSettings {
    /// How long an answer may take.
    #[must_use]
    pub const fn patience(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }

    /// Every file that is named here.
    pub(super) fn files(&mut self) -> impl Iterator<Item = &mut Utf8PathBuf> {
        [&mut self.key_file, &mut self.known_hosts].into_iter().chain(self.ssh_config.as_mut())
    }

    /// What is wrong with these settings: which key, and what.
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        // Nothing that `ssh` would take for an option, and nothing that it would replace.
        let is_name = |name: &str, also: &str| {
            !name.is_empty()
                && !name.starts_with('-')
                && name.chars().all(|sign| sign.is_ascii_alphanumeric() || also.contains(sign))
        };
        if !is_name(&self.host, ".-:_") {
            return Err(("transfer.host", "must be the name or address of one host".to_owned()));
        }
        if !is_name(&self.user, ".-_@") {
            return Err(("transfer.user", "must be the name of one account".to_owned()));
        }

        let paths = [
            ("transfer.key_file", Some(&self.key_file)),
            ("transfer.known_hosts", Some(&self.known_hosts)),
            ("transfer.ssh_config", self.ssh_config.as_ref()),
        ];
        for (key, path) in paths {
            let Some(path) = path else { continue };
            if path.as_str().trim().is_empty() {
                return Err((key, "is empty".to_owned()));
            }
            if path.as_str().chars().any(|sign| sign.is_control() || "\"\\$%~".contains(sign)) {
                return Err((key, "may not have `\"`, `\\`, `$`, `%` or `~` in it".to_owned()));
            }
        }
        if self.folder.is_empty() || self.folder.chars().any(char::is_control) {
            return Err(("transfer.folder", "must be a path on the server".to_owned()));
        }

        let within = |key, value: u64, most: u64| {
            let is_within = (1..=most).contains(&value);
            if is_within { Ok(()) } else { Err((key, format!("must be 1 to {most}"))) }
        };
        within("transfer.port", self.port.into(), u16::MAX.into())?;
        within("transfer.attempts", self.attempts.into(), 10)?;
        within("transfer.timeout_seconds", self.timeout_seconds, 600)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        host = "sftp.example.org"
        user = "bvonl"
        key_file = "transfer-key"
        known_hosts = "vendor-hosts"
    "#;

    fn fault(also: &str) -> Option<&'static str> {
        let mut table: toml::Table = toml::from_str(GOOD).unwrap();
        table.extend(toml::from_str::<toml::Table>(also).unwrap());
        let settings: TransferSettings = table.try_into().unwrap();
        settings.check().err().map(|(key, _)| key)
    }

    #[test]
    fn nothing_that_ssh_takes_for_something_else_is_let_through() {
        assert_eq!(fault(""), None);
        assert_eq!(fault("host = \"::1\"\nuser = \"a.b@c\"\nport = 2222"), None);
        for (also, key) in [
            ("host = \"-oProxyCommand=x\"", "transfer.host"),
            ("host = \"a b\"", "transfer.host"),
            ("user = \"\"", "transfer.user"),
            ("user = \"-l\"", "transfer.user"),
            ("key_file = \"~/key\"", "transfer.key_file"),
            ("known_hosts = \"${HOME}/hosts\"", "transfer.known_hosts"),
            ("ssh_config = \"\"", "transfer.ssh_config"),
            ("folder = \"in\\n\"", "transfer.folder"),
            ("port = 0", "transfer.port"),
            ("attempts = 11", "transfer.attempts"),
            ("timeout_seconds = 0", "transfer.timeout_seconds"),
        ] {
            assert_eq!(fault(also), Some(key), "{also}");
        }
    }
}
