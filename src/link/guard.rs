//! The guard for twins and namesakes: a row that has only initials may be either of two people.

use rayon::prelude::*;

use crate::link::compare;
use crate::link::units::{UnitId, Units};

/// Marks every incomplete unit that fits two people who are known to be different.
///
/// `groups` are blocks of one birth date with one address or one surname part; `hot` are such blocks too large to look
/// through, where nobody is told apart.
pub(super) fn mark_crowded(units: &Units, groups: &[&[UnitId]], hot: &[&[UnitId]], marks: &mut [bool]) {
    let found: Vec<UnitId> = groups
        .par_iter()
        .flat_map_iter(|group| group.iter().copied().filter(|unit| fits_two(units, *unit, group)))
        .collect();
    for unit in found.iter().chain(hot.iter().copied().flatten()) {
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
