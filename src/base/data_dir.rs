//! The folders and files that the program keeps, each with its one name.

use camino::{Utf8Path, Utf8PathBuf};

/// The ledger's file name.
pub const LEDGER: &str = "ledger.sqlite";

macro_rules! places {
    ($($(#[$doc:meta])* $place:ident = $name:literal;)+) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $place(data_dir: impl AsRef<Utf8Path>) -> Utf8PathBuf {
                data_dir.as_ref().join($name)
            }
        )+
    };
}

places! {
    /// What was approved, and by whom: statements by their hash, and a file for each job that was
    /// published under one.
    approvals = "approvals";
    /// Copies of the ledger, and what was changed since each.
    backups = "backups";
    /// Who may use the desk, and what was done there.
    desk = "desk";
    /// The campaign's secrets.
    keys = "keys";
    /// What every run did, in lines of JSON.
    logs = "logs";
    /// Finished packages, for the vendor; a folder a job.
    outbox = "outbox";
    /// What people answered about the cases of a run.
    review = "review";
    /// The papers of every run; a folder a run.
    runs = "runs";
    /// Jobs that are not finished; a folder a job.
    staging = "staging";
    /// The texts that letters were sent with; a folder for each, named after its hash.
    texts = "texts";
}

/// The ledger.
#[must_use]
pub fn ledger(data_dir: impl AsRef<Utf8Path>) -> Utf8PathBuf {
    data_dir.as_ref().join(LEDGER)
}
