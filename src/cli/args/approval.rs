//! The commands about approval by two people.

use camino::Utf8PathBuf;
use clap::Subcommand;

/// `breachpost approve`.
#[derive(Clone, Debug, clap::Args)]
pub struct ApproveArgs {
    /// The job, where it is not the one that waits: one that was released in an emergency.
    #[arg(long, value_name = "JOB")]
    pub job: Option<String>,
    /// Who says it: a name of `[[approval.approvers]]`.
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// Their SSH signature: of the statement, or with `--adopt` and `--emergency` of the text that is
    /// printed without it.
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
    /// The letters are printed though not everybody has approved, by somebody with that right; the
    /// reason, in one line without names of people. Without `--signature` the text that they sign is
    /// printed. Every approver is told, and somebody else has to approve afterwards.
    #[arg(long, value_name = "REASON", group = "other")]
    pub emergency: Option<String>,
}

/// `breachpost approval`.
#[derive(Clone, Debug, Subcommand)]
pub enum ApprovalCommand {
    /// Print the statement of the job that waits: the bytes that are signed.
    Statement {
        /// The job, where it is not the one that waits: one that was released in an emergency.
        #[arg(long, value_name = "JOB")]
        job: Option<String>,
        /// In plain words instead, with who has approved and who is missing.
        #[arg(long)]
        words: bool,
    },
    /// Write statement, changes, what was said, comments and proofs as one PDF/A for the archive.
    /// Proofs have stand-ins for everything that is somebody's. Needs the plan: before a purge.
    Dossier {
        /// The job; without it the one that waits, or else was published last.
        #[arg(long, value_name = "JOB")]
        job: Option<String>,
        /// The file to write.
        #[arg(long, value_name = "FILE")]
        out: Utf8PathBuf,
    },
    /// Check a file of `approvals/`: every signature in it, and whether the ledger, where there is
    /// one, has what it says.
    ///
    /// Exit code 0: approved as it had to be; 1: released in an emergency, and a second person has not
    /// approved it yet; 3: neither, or the file was changed.
    Verify {
        /// `approvals/<job>.approval.json` of the data folder.
        file: Utf8PathBuf,
    },
}
