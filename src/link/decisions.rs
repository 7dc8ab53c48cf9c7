//! What humans have decided about pairs of records: it wins over every score, but never over two
//! valid BSNs.

use std::collections::{BTreeMap, BTreeSet};

use crate::field::ids::RowRef;
use crate::field::keys::Keys;
use crate::field::row::Rows;
use crate::link::block::Pair;
use crate::link::content::{AllRows, Row, RowId};
use crate::link::units::{UnitId, Units};

/// Names a record from run to run without saying which: a keyed fingerprint of dataset and record
/// number, or of list and `person_ref`.
pub type RecordKey = [u8; 16];

/// What a human says about two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ruling {
    /// One person.
    Same,
    /// Two people.
    Different,
    /// Takes back what was said before.
    Undecided,
}

impl Ruling {
    /// The word in a decisions file and in the ledger.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
            Self::Undecided => "undecided",
        }
    }

    /// The ruling behind a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Same, Self::Different, Self::Undecided]
            .into_iter()
            .find(|ruling| ruling.word() == word)
    }
}

/// One decision about two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decision {
    /// The record with the lower key.
    pub one: RecordKey,
    /// The other.
    pub other: RecordKey,
    /// What was said.
    pub ruling: Ruling,
}

impl Decision {
    /// The same decision whichever record is named first.
    #[must_use]
    pub fn new(one: RecordKey, other: RecordKey, ruling: Ruling) -> Self {
        Self { one: one.min(other), other: one.max(other), ruling }
    }

    /// Which two records it is about.
    #[must_use]
    pub const fn pair(&self) -> (RecordKey, RecordKey) {
        (self.one, self.other)
    }
}

/// The keys of some rows of any list; a row that is not among the usable ones has none.
#[must_use]
pub fn record_keys(
    rows: &Rows,
    keys: &Keys,
    wanted: &BTreeSet<RowRef>,
) -> BTreeMap<RowRef, RecordKey> {
    let all = AllRows::new(rows);
    let found = all.ids().map(|id| all.get(id)).filter(|row| wanted.contains(&row.row_ref()));
    found.map(|row| (row.row_ref(), row.record_key(keys))).collect()
}

impl Row<'_> {
    pub(super) fn record_key(self, keys: &Keys) -> RecordKey {
        match self {
            Self::Exposure(row) => keys.row_fingerprint([row.dataset_id(), row.record_id()]),
            Self::Participant(row) => {
                keys.row_fingerprint(["list", "participants", row.person_ref()])
            }
            Self::Register(row) => keys.row_fingerprint(["list", "register", row.person_ref()]),
        }
    }
}

/// Decisions by the rows of this run; decisions about records that are not in the inbox say
/// nothing.
#[derive(Default)]
pub(super) struct Decided {
    /// Rows, what was said of them, and by which decision.
    rows: Vec<(RowId, RowId, Ruling, usize)>,
    /// Rows that are one person with a record that is not among the rows, and that record.
    pub orphans: Vec<(RowId, RecordKey)>,
}

impl Decided {
    /// Finds the rows.
    pub(super) fn of(all: AllRows<'_>, decisions: &[Decision], keys: &Keys) -> Self {
        if decisions.is_empty() {
            return Self::default();
        }

        let wanted: BTreeSet<RecordKey> =
            decisions.iter().flat_map(|said| [said.one, said.other]).collect();
        let mut found: BTreeMap<RecordKey, Vec<RowId>> = BTreeMap::new();
        for id in all.ids() {
            let key = all.get(id).record_key(keys);
            if wanted.contains(&key) {
                found.entry(key).or_default().push(id);
            }
        }

        let rows = |key: &RecordKey| found.get(key).map_or(&[][..], Vec::as_slice);
        let mut pairs = Vec::new();
        for (place, said) in decisions.iter().enumerate() {
            for one in rows(&said.one) {
                pairs.extend(
                    rows(&said.other).iter().map(|other| (*one, *other, said.ruling, place)),
                );
            }
        }

        let same = || decisions.iter().filter(|said| said.ruling == Ruling::Same);
        let pairs_of_keys =
            same().flat_map(|said| [(said.one, said.other), (said.other, said.one)]);
        let orphans = pairs_of_keys.filter(|(_, missing)| rows(missing).is_empty());
        let orphans = orphans
            .flat_map(|(key, missing)| rows(&key).iter().map(move |row| (*row, missing)))
            .collect();

        Self { rows: pairs, orphans }
    }

    /// Rows that may not share a unit with any other: somebody called them another person's.
    pub(super) fn apart(&self) -> BTreeSet<RowId> {
        let different = self.rows.iter().filter(|row| row.2 == Ruling::Different);
        different.flat_map(|(one, other, ..)| [*one, *other]).collect()
    }

    /// The decisions by unit.
    pub(super) fn rulings(&self, units: &Units) -> Rulings {
        let mut rulings = Rulings::default();
        if self.rows.is_empty() {
            return rulings;
        }

        let wanted: BTreeSet<RowId> =
            self.rows.iter().flat_map(|(one, other, ..)| [*one, *other]).collect();
        let mut unit_of = BTreeMap::new();
        for unit in units.ids() {
            unit_of.extend(
                units.rows(unit).iter().filter(|row| wanted.contains(row)).map(|row| (*row, unit)),
            );
        }

        for (one, other, ruling, decision) in &self.rows {
            let (one, other) = (unit_of[one], unit_of[other]);
            let pair = (one.min(other), one.max(other));
            match ruling {
                Ruling::Same if one != other => {
                    rulings.same.entry(pair).or_default().push(*decision);
                    rulings.same_of.extend([pair, (pair.1, pair.0)]);
                }
                Ruling::Different if one == other => rulings.inseparable.push(*decision),
                Ruling::Different => drop(rulings.different.insert(pair)),
                Ruling::Same | Ruling::Undecided => {}
            }
        }

        rulings
    }
}

/// What humans have said about pairs of units, the lower one first.
#[derive(Default)]
pub(super) struct Rulings {
    /// One person; by which decisions.
    pub same: BTreeMap<Pair, Vec<usize>>,
    /// The same pairs from either side.
    same_of: BTreeSet<Pair>,
    /// Two people.
    pub different: BTreeSet<Pair>,
    /// Decisions that call two deliveries of one row two people.
    pub inseparable: Vec<usize>,
}

impl Rulings {
    pub(super) fn are_different(&self, one: UnitId, other: UnitId) -> bool {
        self.different.contains(&(one.min(other), one.max(other)))
    }

    /// The units that somebody called the same person as this one.
    pub(super) fn same_as(&self, unit: UnitId) -> impl Iterator<Item = UnitId> + '_ {
        self.same_of.range((unit, 0)..=(unit, UnitId::MAX)).map(|(_, other)| *other)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.same.is_empty() && self.different.is_empty()
    }
}
