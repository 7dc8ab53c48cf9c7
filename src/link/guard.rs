//! The guard for twins and namesakes: a row that has only initials may be either of two people.

use rayon::prelude::*;

use crate::link::block::Blocked;
use crate::link::compare::{self, Agreement, Bsn};
use crate::link::units::{UnitId, Units};

/// Units that fit two people who are known to be different.
pub(super) struct Crowd {
    at_place: Vec<bool>,
    by_name: Vec<bool>,
}

impl Crowd {
    pub(super) fn new(units: usize) -> Self {
        Self { at_place: vec![false; units], by_name: vec![false; units] }
    }

    /// Whether a pair of this agreement may not be joined, because `unit` fits somebody else as well. Where the address
    /// agrees only people of that address can be meant, elsewhere everybody of that name.
    pub(super) fn holds(&self, unit: UnitId, agreement: Agreement) -> bool {
        let marks = if agreement.shares_place() { &self.at_place } else { &self.by_name };
        agreement.bsn != Bsn::Equal && marks[unit as usize]
    }

    /// Marks what stands in blocks of one birth date and address.
    pub(super) fn mark_places(&mut self, units: &Units, blocked: &Blocked) {
        mark(units, blocked, &mut self.at_place);
    }

    /// Marks what stands in blocks of one birth date and surname part.
    pub(super) fn mark_names(&mut self, units: &Units, blocked: &Blocked) {
        mark(units, blocked, &mut self.by_name);
    }

    /// Whether the unit was marked at all.
    pub(super) fn contains(&self, unit: UnitId) -> bool {
        self.at_place[unit as usize] || self.by_name[unit as usize]
    }
}

/// Marks every incomplete unit that fits two; in blocks too large to look through nobody is told apart.
fn mark(units: &Units, blocked: &Blocked, marks: &mut [bool]) {
    let found: Vec<UnitId> = blocked
        .cool()
        .flat_map_iter(|(_, group)| group.iter().copied().filter(|unit| fits_two(units, *unit, group)))
        .collect();
    for unit in found.iter().chain(blocked.hot().flatten()) {
        marks[*unit as usize] = true;
    }
}

fn fits_two(units: &Units, unit: UnitId, group: &[UnitId]) -> bool {
    let features = |unit: UnitId| &units.features[unit as usize];
    if group.len() < 3 || !features(unit).is_incomplete() {
        return false;
    }
    let may_be = |other: &UnitId| *other != unit && !vetoed(units, unit, *other);
    let possible: Vec<UnitId> = group.iter().copied().filter(may_be).collect();
    possible
        .iter()
        .enumerate()
        .any(|(index, one)| possible[index + 1..].iter().any(|other| vetoed(units, *one, *other)))
}

fn vetoed(units: &Units, one: UnitId, other: UnitId) -> bool {
    let (low, high) = (one.min(other) as usize, one.max(other) as usize);
    compare::is_vetoed(&units.features[low], &units.features[high], &units.texts)
}
