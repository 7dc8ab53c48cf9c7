//! How much room a run needs on its disk, so that a disk that is too small is refused before
//! anything is written.
//!
//! Measured on 20,000 invented people (39,000 pages): 7 KB a page when print files and archive are
//! side by side, plan included; 200 bytes a row; 400 bytes a letter in the ledger. The figures here
//! are one and a half times that.

/// What is needed whatever the job: samples, fonts in each print file, report, log.
const ALWAYS: u64 = 2 << 20;
const A_PAGE: u64 = 10_000;
const A_ROW: u64 = 300;

/// Bytes for a run that has nothing to print: a copy of the ledger, a journal as large, the changes
/// a second time, a sealed backup with the copy that it is made from, and the papers.
pub(super) const fn to_begin(ledger: u64) -> u64 {
    ALWAYS.saturating_add(ledger.saturating_mul(5))
}

/// Bytes for a job of so many pages from a table of so many rows.
pub(super) const fn to_finish(pages: u64, rows: u64, ledger: u64) -> u64 {
    let pages = pages.saturating_mul(A_PAGE);
    to_begin(ledger).saturating_add(pages).saturating_add(rows.saturating_mul(A_ROW))
}
