//! The guard for twins and namesakes: a row that has only initials may be either of two people.

use rayon::prelude::*;

use crate::link::block::{self, Blocked};
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

    /// Whether a pair of this agreement may not be joined, because `unit` fits somebody else as
    /// well. Where the address agrees only people of that address can be meant, elsewhere everybody
    /// of that name.
    pub(super) fn holds(&self, unit: UnitId, agreement: Agreement) -> bool {
        let marks = if agreement.shares_place() { &self.at_place } else { &self.by_name };
        agreement.bsn != Bsn::Equal && marks[unit as usize]
    }

    /// Marks what is in blocks of one birth date and address.
    pub(super) fn mark_places(&mut self, units: &Units, blocked: &Blocked) {
        mark(units, blocked, &mut self.at_place);
    }

    /// Marks what is in blocks of one birth date and surname part.
    pub(super) fn mark_names(&mut self, units: &Units, blocked: &Blocked) {
        mark(units, blocked, &mut self.by_name);
    }

    /// Whether the unit was marked at all.
    pub(super) fn contains(&self, unit: UnitId) -> bool {
        self.at_place[unit as usize] || self.by_name[unit as usize]
    }
}

/// Marks every incomplete unit that fits two; in blocks too large to look through nobody is told
/// apart.
fn mark(units: &Units, blocked: &Blocked, marks: &mut [bool]) {
    let found: Vec<UnitId> =
        blocked.cool().flat_map_iter(|(_, group)| fit_two(units, group)).collect();
    for unit in found.iter().chain(blocked.hot().flatten()) {
        marks[*unit as usize] = true;
    }
}

/// The incomplete units of a block that fit two who cannot be one person. Every pair is compared
/// once.
fn fit_two(units: &Units, group: &[UnitId]) -> Vec<UnitId> {
    let is_incomplete = |unit: UnitId| units.features[unit as usize].is_incomplete();
    if group.len() < 3 || !group.iter().any(|unit| is_incomplete(*unit)) {
        return Vec::new();
    }

    let mut vetoes = vec![Members::default(); group.len()];
    for (place, one) in group.iter().enumerate() {
        for (beside, other) in group.iter().enumerate().skip(place + 1) {
            if vetoed(units, *one, *other) {
                vetoes[place].add(beside);
                vetoes[beside].add(place);
            }
        }
    }

    let fits_two = |place: usize| {
        let possible = vetoes[place].others(group.len(), place);
        (0..group.len()).any(|other| possible.has(other) && possible.meets(vetoes[other]))
    };

    let incomplete = (0..group.len()).filter(|place| is_incomplete(group[*place]));
    incomplete.filter(|place| fits_two(*place)).map(|place| group[place]).collect()
}

/// A set of places in a block; no block that is compared has more units than this holds.
#[derive(Clone, Copy, Default)]
struct Members([u64; 4]);

impl Members {
    const MOST: usize = 256;

    fn add(&mut self, place: usize) {
        self.0[place / 64] |= 1 << (place % 64);
    }

    fn has(self, place: usize) -> bool {
        self.0[place / 64] & (1 << (place % 64)) != 0
    }

    /// Everybody of a block of `count` who is neither in the set nor `own`.
    fn others(self, count: usize, own: usize) -> Self {
        let mut others = Self::default();
        (0..count)
            .filter(|place| *place != own && !self.has(*place))
            .for_each(|place| others.add(place));
        others
    }

    fn meets(self, other: Self) -> bool {
        self.0.iter().zip(other.0).any(|(own, theirs)| own & theirs != 0)
    }
}

const _: () =
    assert!(block::LARGEST_CAP <= Members::MOST, "a block is larger than a set of its members");

fn vetoed(units: &Units, one: UnitId, other: UnitId) -> bool {
    let (low, high) = (one.min(other) as usize, one.max(other) as usize);
    compare::is_vetoed(&units.features[low], &units.features[high], &units.texts)
}
