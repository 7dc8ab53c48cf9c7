//! `[receipts]`: what the vendor sends back, and by when.

use camino::Utf8PathBuf;
use serde::Deserialize;

use super::TransferSettings;

/// `[receipts]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReceiptSettings {
    /// Folder that only the vendor writes to; `breachpost receipts` without a file reads it. Absent
    /// = files are named.
    pub folder: Option<Utf8PathBuf>,
    /// Folder on the server of `[transfer]` that only the vendor writes to, from where a log-in
    /// begins; `breachpost receipts` without a file reads it too. Absent = nothing is fetched.
    pub server_folder: Option<String>,
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
        Self {
            folder: None,
            server_folder: None,
            signer: None,
            deadline_days: 5,
            reprint_percent: 0.5,
        }
    }
}

/// What is wrong with these settings: which key, and what.
pub(super) fn check(
    settings: &ReceiptSettings,
    transfer: Option<&TransferSettings>,
) -> Result<(), (&'static str, String)> {
    if let Some(folder) = &settings.server_folder {
        let key = "receipts.server_folder";
        if folder.trim().is_empty() || folder.chars().any(char::is_control) {
            return Err((key, "must be a path on the server".to_owned()));
        }
        let Some(transfer) = transfer else {
            return Err((key, "needs [transfer]: it is a folder on that server".to_owned()));
        };
        if transfer.folder.trim_end_matches('/') == folder.trim_end_matches('/') {
            return Err((key, "must not be `transfer.folder`: we write there".to_owned()));
        }
    }

    if !(1..=60).contains(&settings.deadline_days) {
        return Err(("receipts.deadline_days", "must be 1 to 60".to_owned()));
    }
    if !(0.0..=5.0).contains(&settings.reprint_percent) {
        return Err(("receipts.reprint_percent", "must be 0 to 5".to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_on_the_server_needs_the_server_and_is_not_the_one_that_we_write_to() {
        let settings = |folder: &str| ReceiptSettings {
            server_folder: Some(folder.to_owned()),
            ..ReceiptSettings::default()
        };
        let transfer: TransferSettings = toml::from_str(
            "host = \"h\"\nuser = \"u\"\nkey_file = \"k\"\nknown_hosts = \"h\"\nfolder = \"in\"",
        )
        .unwrap();
        assert_eq!(check(&ReceiptSettings::default(), None), Ok(()));
        assert_eq!(check(&settings("out"), Some(&transfer)), Ok(()));

        for (folder, transfer) in [
            ("out", None),
            ("in/", Some(&transfer)),
            (" ", Some(&transfer)),
            ("a\n", Some(&transfer)),
        ] {
            let fault = check(&settings(folder), transfer).unwrap_err();
            assert_eq!(fault.0, "receipts.server_folder", "{folder:?}");
        }
    }
}
