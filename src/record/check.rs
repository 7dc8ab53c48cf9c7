//! `ledger check`: everything that can be verified about a ledger, without writing anything.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::audit::Head;
use super::error::RecordError;
use super::job::Totals;
use super::{Access, Ledger, anchors};

/// A ledger that holds. Whatever does not hold is a [`RecordError`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The ledger's random name.
    pub ledger: String,
    /// Its campaign.
    pub campaign: String,
    /// `open`, `closed`, `purging` or `purged`.
    pub state: &'static str,
    /// How far it is.
    pub head: Head,
    /// What is in it.
    pub totals: Totals,
    /// The job that is not finished, if any.
    pub unfinished: Option<String>,
    /// Files outside the ledger that prove its history.
    pub proofs: Vec<Utf8PathBuf>,
}

/// Recomputes the chain, replays it against the tables, and compares every proof in the outbox.
///
/// # Errors
/// [`RecordError`] names the first thing that does not hold.
pub fn check(data_dir: &Utf8Path, campaign: &str) -> Result<Verdict, RecordError> {
    let ledger = Ledger::open(data_dir, campaign, Access::Read)?;
    let mut proofs = ledger.proofs.clone();
    proofs.extend(anchors::check_sums(data_dir, &ledger.model()?)?);
    Ok(Verdict {
        ledger: ledger.id.clone(),
        campaign: ledger.campaign.clone(),
        state: ledger.campaign_state()?.word(),
        head: ledger.head()?,
        totals: ledger.totals()?,
        unfinished: ledger.pending()?.map(|job| job.job),
        proofs,
    })
}
