//! Defects on purpose: `make fault-test` builds the program with each of them and must notice
//! (feature `seeded-defects`). Without the feature none of this is in the program.

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// A job is recorded as published before it is.
    RecordedBeforePublished,
    /// A file takes its name before its bytes are on the disk.
    RenamedUnsynced,
    /// Names in a folder are never synced.
    FolderUnsynced,
    /// The schema permits a second letter about the same thing.
    ToldTwice,
    /// A ledger that knows nothing of what was published is accepted.
    EmptyLedgerAccepted,
    /// A key that made none of the pseudonyms is accepted.
    OtherKeyAccepted,
    /// Print files fail, and their part goes on without them.
    PrintFileSkipped,
    /// A job's number depends on when it was planned.
    RandomNumber,
    /// Letters stand in the order of a hash map.
    Unsorted,
    /// The clock is in a print file.
    ClockInPrintFile,
    /// The log has a name in it.
    NameInLog,
    /// Characters without a glyph pass.
    GlyphMissing,
    /// Neighbours' names and addresses stand on each other's letters.
    AddressesSwapped,
    /// Rows that are merged into a letter have no end.
    MergedRowOpen,
    /// A receipt may name letters that are not the job's.
    ForeignReceipt,
}

/// Whether the program is broken in this way: never.
#[cfg(not(feature = "seeded-defects"))]
#[must_use]
pub const fn is(_: Defect) -> bool {
    false
}

/// Whether the program is broken in this way: `BREACHPOST_DEFECT` has the defect's name.
#[cfg(feature = "seeded-defects")]
#[must_use]
pub fn is(defect: Defect) -> bool {
    std::env::var("BREACHPOST_DEFECT").is_ok_and(|name| name == format!("{defect:?}"))
}
