//! `[receipts]`: what the vendor sends back, and by when.

use camino::Utf8PathBuf;
use serde::Deserialize;

/// `[receipts]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReceiptSettings {
    /// Folder that only the vendor writes to; `breachpost receipts` without a file reads it. Absent
    /// = files are named.
    pub folder: Option<Utf8PathBuf>,
    /// The SSH public key (`ssh-ed25519 AAAA...`) with which the vendor signs every file. Absent =
    /// files are not signed.
    pub signer: Option<String>,
    /// Dutch working days after the latest posting day by which every piece has to be reported
    /// posted; 1 to 60.
    pub deadline_days: u32,
    /// Spoilt letters of a job that a night prints again by itself, in percent of its letters; 0 to
    /// 5. More of them wait for `breachpost reprint`.
    pub reprint_percent: f64,
}

impl Default for ReceiptSettings {
    fn default() -> Self {
        Self { folder: None, signer: None, deadline_days: 5, reprint_percent: 0.5 }
    }
}

/// What is wrong with these settings: which key, and what.
pub(super) fn check(settings: &ReceiptSettings) -> Result<(), (&'static str, String)> {
    if !(1..=60).contains(&settings.deadline_days) {
        return Err(("receipts.deadline_days", "must be 1 to 60".to_owned()));
    }
    if !(0.0..=5.0).contains(&settings.reprint_percent) {
        return Err(("receipts.reprint_percent", "must be 0 to 5".to_owned()));
    }
    Ok(())
}
