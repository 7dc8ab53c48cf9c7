//! What humans decided about who is who: kept with who and when; the latest word about a pair of
//! records counts.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::audit::{self, Decided as DecidedEvent, Event, RowHash};
use super::error::RecordError;
use super::judgements::Follows;
use super::store::hash_decision;
use super::{Ledger, inputs};
use crate::link::{Decision, RecordKey, Ruling};

/// Who decides, and why.
#[derive(Clone, Copy, Debug)]
pub struct Decider<'a> {
    /// A name or function, one line.
    pub by: &'a str,
    /// Why, in one line; a decisions file has none.
    pub reason: Option<&'a str>,
}

impl<'a> From<&'a str> for Decider<'a> {
    fn from(by: &'a str) -> Self {
        Self { by, reason: None }
    }
}

impl Decider<'_> {
    /// Whether name and reason can be written down.
    ///
    /// # Errors
    /// [`RecordError::Decider`], [`RecordError::DecidingReason`].
    pub fn check(self) -> Result<(), RecordError> {
        inputs::check_line(self.by).map_err(|problem| RecordError::Decider { problem })?;
        self.reason
            .map_or(Ok(()), inputs::check_line)
            .map_err(|problem| RecordError::DecidingReason { problem })
    }

    pub(super) fn owned_reason(self) -> Option<String> {
        self.reason.map(str::to_owned)
    }
}

/// One time that somebody decided, as the history tells it. It is still told after a purge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// When.
    pub date: Date,
    /// Who.
    pub by: String,
    /// Why, where somebody said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Pairs called one person.
    pub same: u64,
    /// Pairs called two people.
    pub different: u64,
    /// Pairs of which an earlier decision was taken back.
    pub undecided: u64,
}

impl Ledger {
    /// What counts today: one decision a pair, without those that were taken back, in the order of
    /// the records.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn decisions(&self) -> Result<Vec<Decision>, RecordError> {
        let mut latest = BTreeMap::new();
        for (_, decision) in self.store.decisions()? {
            latest.insert(decision.pair(), decision);
        }
        Ok(latest.into_values().filter(|decision| decision.ruling != Ruling::Undecided).collect())
    }

    /// Who decided, when, and how much; oldest first.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn decided(&self) -> Result<Vec<Decided>, RecordError> {
        let events =
            audit::verify(&self.store.entries()?)?.into_iter().filter_map(|event| match event {
                Event::Decided(DecidedEvent {
                    date,
                    by,
                    reason,
                    same,
                    different,
                    undecided,
                    sha256: _,
                }) => Some(Decided { date, by, reason, same, different, undecided }),
                _ => None,
            });

        Ok(events.collect())
    }

    /// Writes down what `decisions` (each pair once) say that does not count already; returns how
    /// many that are. When nothing is new not one byte changes.
    ///
    /// # Errors
    /// [`RecordError::Decider`] when `decider` has no name, [`RecordError`] when the ledger cannot
    /// be written.
    pub fn decide<'a>(
        &mut self,
        decisions: &[Decision],
        decider: impl Into<Decider<'a>>,
        date: Date,
    ) -> Result<usize, RecordError> {
        let follows = Follows { pairs: decisions.to_vec(), ..Follows::default() };
        Ok(self.follow(&follows, decider.into(), date)?.pairs)
    }

    /// What counts of each pair of records.
    pub(super) fn known_pairs(&self) -> Result<KnownPairs, RecordError> {
        let known = self.decisions()?;
        Ok(known.iter().map(|decision| (decision.pair(), decision.ruling)).collect())
    }
}

/// What counts of each pair of records.
pub(super) type KnownPairs = BTreeMap<(RecordKey, RecordKey), Ruling>;

/// What of these decisions does not count already, and counts from now on; `None`: nothing.
pub(super) fn news_of(
    known: &mut KnownPairs,
    decisions: &[Decision],
    decider: Decider<'_>,
    date: Date,
) -> Option<(DecidedEvent, Vec<Decision>)> {
    let is_new = |said: &&Decision| match known.get(&said.pair()) {
        Some(before) => *before != said.ruling,
        None => said.ruling != Ruling::Undecided,
    };
    let mut new: Vec<Decision> = decisions.iter().filter(is_new).copied().collect();
    if new.is_empty() {
        return None;
    }

    known.extend(new.iter().map(|decision| (decision.pair(), decision.ruling)));
    new.sort_unstable();
    let mut rows = RowHash::new();
    for decision in &new {
        hash_decision(&mut rows, decision);
    }

    let count = |ruling| new.iter().filter(|decision| decision.ruling == ruling).count() as u64;
    let event = DecidedEvent {
        date,
        by: decider.by.to_owned(),
        reason: decider.owned_reason(),
        same: count(Ruling::Same),
        different: count(Ruling::Different),
        undecided: count(Ruling::Undecided),
        sha256: rows.finish(),
    };

    Some((event, new))
}
