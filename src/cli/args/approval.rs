//! The commands about approval by two people.

use camino::Utf8PathBuf;
use clap::Subcommand;

/// `breachpost approve`.
#[derive(Clone, Debug, clap::Args)]
pub struct ApproveArgs {
    /// Who says it: a name of `[[approval.approvers]]`.
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// Their SSH signature: of the statement, or with `--adopt` of the text that is printed
    /// without it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["refuse", "withdraw"])]
    pub signature: Option<Utf8PathBuf>,
    /// The letters may not be printed; the reason, in one line without names of people.
    #[arg(long, value_name = "COMMENT", group = "other")]
    pub refuse: Option<String>,
    /// Their approval no longer holds; the reason, in one line without names of people.
    #[arg(long, value_name = "COMMENT", group = "other")]
    pub withdraw: Option<String>,
    /// The change of `texts`, `facts` or `settings` that nobody is known to have made is theirs.
    /// Without `--signature` the text that they sign is printed.
    #[arg(long, value_name = "WHAT", group = "other")]
    pub adopt: Option<String>,
}

/// `breachpost approval`.
#[derive(Clone, Debug, Subcommand)]
pub enum ApprovalCommand {
    /// Print the statement of the job that waits: the bytes that are signed.
    Statement {
        /// In plain words instead, with who has approved and who is missing.
        #[arg(long)]
        words: bool,
    },
    /// Check a file of `approvals/`: every signature in it, and whether the ledger, where there is
    /// one, has what it says.
    ///
    /// Exit code 0: approved as it had to be; 3: not, or the file was changed.
    Verify {
        /// `approvals/<job>.approval.json` of the data folder.
        file: Utf8PathBuf,
    },
}
