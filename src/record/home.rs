//! Where a ledger lives and what it is for: everything that opening it needs of the configuration.

use camino::Utf8Path;

use crate::config::Config;
use crate::field::mode::Mode;

/// Where the ledger is, and whose it has to be.
#[derive(Clone, Copy, Debug)]
pub struct Home<'a> {
    /// Folder of everything the program writes.
    pub data_dir: &'a Utf8Path,
    /// The campaign that the ledger must be about.
    pub campaign: &'a str,
    /// What the ledger must be for.
    pub mode: Mode,
    /// One more anchor, outside the data folder.
    pub anchor: Option<&'a Utf8Path>,
}

impl<'a> Home<'a> {
    /// As the configuration says.
    #[must_use]
    pub fn of(config: &'a Config) -> Self {
        Self {
            data_dir: &config.data_dir,
            campaign: &config.campaign,
            mode: config.mode(),
            anchor: config.anchor_file.as_deref(),
        }
    }
}
