//! `ledger check`: everything that can be verified about a ledger, without writing anything.

use camino::Utf8PathBuf;
use serde::Serialize;

use super::audit::Head;
use super::error::RecordError;
use super::job::Totals;
use super::{Access, CampaignState, Home, Ledger, anchors as proof};
use crate::field::mode::Mode;

/// A ledger that holds. Whatever does not hold is a [`RecordError`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerVerdict {
    /// The ledger's random name.
    pub ledger: String,
    /// Its campaign.
    pub campaign: String,
    /// What it is for.
    pub mode: Mode,
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
    /// Heads that somebody kept and that are in the history.
    pub anchors: Vec<String>,
    /// The public line of the key that signs packages; a purge destroys it with the campaign's.
    pub signer: Option<String>,
}

impl std::fmt::Display for LedgerVerdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let totals = &self.totals;
        writeln!(
            f,
            "ledger    {} of {}, {}, {}",
            self.ledger, self.campaign, self.mode, self.state
        )?;

        writeln!(f, "head      {}", self.head)?;
        writeln!(
            f,
            "letters   {} to {} people: {} first, {} supplements, {} corrections, in {} jobs",
            totals.letters,
            totals.people,
            totals.first,
            totals.supplements,
            totals.corrections,
            totals.jobs
        )?;

        writeln!(f, "inputs    {} files are expected in the inbox", totals.inputs)?;

        if let Some(job) = &self.unfinished {
            writeln!(f, "job       {job} is not finished; the next run goes on with it")?;
        }

        for anchor in &self.anchors {
            writeln!(f, "anchor    {anchor} is in the history")?;
        }

        if let Some(signer) = &self.signer {
            writeln!(f, "signer    {signer}")?;
        }

        write!(f, "sound, and {} proofs outside the ledger agree", self.proofs.len())
    }
}

/// Recomputes the chain, replays it against the tables, and compares every proof in the outbox and
/// every head that somebody kept: from a summary mail, a report or a `job.json`.
///
/// # Errors
/// [`RecordError`] names the first thing that does not hold.
pub fn check(home: &Home<'_>, anchors: &[String]) -> Result<LedgerVerdict, RecordError> {
    let ledger = Ledger::open(home, Access::Read)?;
    let mut proofs = ledger.proofs.clone();
    let history = ledger.store.entries()?;
    let anchors: Vec<String> = anchors.iter().map(|head| head.trim().to_lowercase()).collect();
    if let Some(head) =
        anchors.iter().find(|head| !history.iter().any(|entry| entry.hash == **head))
    {
        return Err(RecordError::UnknownAnchor { head: head.clone() });
    }
    proofs.extend(proof::check_sums(home.data_dir, &ledger.model()?)?);

    let signer =
        (ledger.campaign_state()? != CampaignState::Purged).then(|| ledger.signer().public_line());
    Ok(LedgerVerdict {
        ledger: ledger.id.clone(),
        campaign: ledger.campaign.clone(),
        mode: ledger.mode,
        state: ledger.campaign_state()?.word(),
        head: ledger.head()?,
        totals: ledger.totals()?,
        unfinished: ledger.pending()?.map(|job| job.job.to_string()),
        proofs,
        anchors,
        signer,
    })
}
