//! What humans have decided about pairs of records: it wins over every score.

use std::collections::{BTreeMap, BTreeSet};

use crate::keys::Keys;
use crate::link::block::Pair;
use crate::link::content::{AllRows, Row, RowId};
use crate::link::units::Units;
use crate::row::Exposure;

/// Names a record from run to run without saying which: a keyed fingerprint of dataset and record number.
pub type RecordKey = [u8; 16];

/// The key of a record.
#[must_use]
pub fn record_key(keys: &Keys, exposure: &Exposure) -> RecordKey {
    keys.row_fingerprint([exposure.dataset_id(), exposure.record_id()])
}

/// One decision about two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decision {
    /// One record.
    pub one: RecordKey,
    /// The other.
    pub other: RecordKey,
    /// One person; otherwise two.
    pub same: bool,
}

/// Decisions by the rows of this run; decisions about records that are not in the inbox say nothing.
#[derive(Default)]
pub(super) struct Decided {
    rows: Vec<(RowId, RowId, bool)>,
}

impl Decided {
    /// Finds the rows.
    pub(super) fn of(all: AllRows<'_>, decisions: &[Decision], keys: &Keys) -> Self {
        if decisions.is_empty() {
            return Self::default();
        }
        let wanted: BTreeSet<RecordKey> = decisions.iter().flat_map(|said| [said.one, said.other]).collect();
        let mut found: BTreeMap<RecordKey, Vec<RowId>> = BTreeMap::new();
        for id in all.ids() {
            if let Row::Exposure(exposure) = all.get(id) {
                let key = record_key(keys, exposure);
                if wanted.contains(&key) {
                    found.entry(key).or_default().push(id);
                }
            }
        }
        let rows = |key: &RecordKey| found.get(key).cloned().unwrap_or_default();
        let pairs = decisions.iter().flat_map(|said| {
            let others = rows(&said.other);
            rows(&said.one)
                .into_iter()
                .flat_map(move |one| others.clone().into_iter().map(move |other| (one, other, said.same)))
        });
        Self { rows: pairs.collect() }
    }

    /// Rows that may not share a unit with any other: somebody called them another person's.
    pub(super) fn apart(&self) -> BTreeSet<RowId> {
        self.rows.iter().filter(|(_, _, same)| !same).flat_map(|(one, other, _)| [*one, *other]).collect()
    }

    /// Pairs of units, lower first, that a human called one person (`true`) or two.
    pub(super) fn pairs(&self, units: &Units, same: bool) -> BTreeSet<Pair> {
        if self.rows.is_empty() {
            return BTreeSet::new();
        }
        let wanted: BTreeSet<RowId> = self.rows.iter().flat_map(|(one, other, _)| [*one, *other]).collect();
        let mut unit_of = BTreeMap::new();
        for unit in units.ids() {
            unit_of.extend(units.rows(unit).iter().filter(|row| wanted.contains(row)).map(|row| (*row, unit)));
        }
        let pairs = self.rows.iter().filter(|(_, _, said)| *said == same).filter_map(|(one, other, _)| {
            let (one, other) = (*unit_of.get(one)?, *unit_of.get(other)?);
            (one != other).then_some((one.min(other), one.max(other)))
        });
        pairs.collect()
    }
}
