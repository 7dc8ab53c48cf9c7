//! Rows that are one person without looking at any other row: delivered twice, or alike in every
//! detail that identifies somebody. Everything after this works on units.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::link::LinkError;
use crate::link::content::{AllRows, Row, RowId, Source};
use crate::link::digest::Digest;
use crate::link::features::{self, Features};
use crate::link::strings::Texts;

/// Number of a unit. Units are in content order, so comparing numbers is comparing content.
pub(crate) type UnitId = u32;

/// All units of a run.
pub(crate) struct Units {
    /// Details, by unit.
    pub features: Vec<Features>,
    /// The texts that the details name.
    pub texts: Texts,
    rows: Vec<RowId>,
    starts: Vec<u32>,
    distinct: Vec<u32>,
}

impl Units {
    /// Makes the units. Rows `apart` come together only with rows that are identical to them.
    ///
    /// # Errors
    /// [`LinkError::Capacity`] when there are more rows or names than 32-bit numbers can tell
    /// apart.
    pub(crate) fn of(
        all: AllRows<'_>,
        apart: &BTreeSet<RowId>,
        seed: Digest,
    ) -> Result<Self, LinkError> {
        let ordered = content_order(all, seed)?;
        let groups = identical(all, &ordered);
        let firsts: Vec<RowId> = groups.iter().map(|start| ordered[*start as usize].1).collect();
        let (details, texts) = features::extract(all, &firsts, seed)?;
        let alone: Vec<bool> = firsts.iter().map(|first| apart.contains(first)).collect();
        let leaders = alike(&details, &alone, seed);
        Ok(gather(&ordered, &groups, details, texts, &leaders))
    }

    pub(crate) fn len(&self) -> usize {
        self.features.len()
    }

    /// The rows of a unit in content order.
    pub(crate) fn rows(&self, unit: UnitId) -> &[RowId] {
        let unit = unit as usize;
        &self.rows[self.starts[unit] as usize..self.starts[unit + 1] as usize]
    }

    /// Exposure rows of the unit that differ from each other in anything.
    pub(crate) fn exposures(&self, unit: UnitId) -> usize {
        if self.features[unit as usize].source == Source::Exposure {
            self.distinct[unit as usize] as usize
        } else {
            0
        }
    }

    /// Whether two units have two different valid BSNs.
    pub(crate) fn have_two_numbers(&self, one: UnitId, other: UnitId) -> bool {
        let (one, other) = (self.features[one as usize].bsn, self.features[other as usize].bsn);
        one != 0 && other != 0 && one != other
    }

    /// Every unit.
    pub(crate) fn ids(&self) -> std::ops::Range<UnitId> {
        0..UnitId::try_from(self.len()).unwrap_or(UnitId::MAX)
    }
}

/// All rows in content order, each with its digest. Rows that say the same are together, in order
/// of position.
fn content_order(all: AllRows<'_>, seed: Digest) -> Result<Vec<(u64, RowId)>, LinkError> {
    let count = RowId::try_from(all.len()).map_err(|_| LinkError::Capacity)?;
    let mut ordered: Vec<(u64, RowId)> =
        (0..count).into_par_iter().map(|id| (all.get(id).digest(seed), id)).collect();
    ordered.par_sort_unstable_by(|one, other| {
        let (left, right) = (all.get(one.1), all.get(other.1));
        one.0
            .cmp(&other.0)
            .then_with(|| left.compare(right))
            .then_with(|| left.row_ref().cmp(&right.row_ref()))
    });

    Ok(ordered)
}

/// Where each run of identical rows starts.
fn identical(all: AllRows<'_>, ordered: &[(u64, RowId)]) -> Vec<u32> {
    let same = |one: Row<'_>, other: Row<'_>| one.compare(other).is_eq();
    let starts = (0..ordered.len()).into_par_iter().filter(|index| {
        *index == 0 || {
            let (before, here) = (ordered[index - 1], ordered[*index]);
            before.0 != here.0 || !same(all.get(before.1), all.get(here.1))
        }
    });
    starts.map(|index| u32::try_from(index).unwrap_or(u32::MAX)).collect()
}

/// For each distinct row the first one in content order that it shares all identifying details
/// with, itself included.
fn alike(details: &[Features], alone: &[bool], seed: Digest) -> Vec<u32> {
    let mut leaders: Vec<u32> =
        (0..details.len()).map(|index| u32::try_from(index).unwrap_or(u32::MAX)).collect();
    let mut keyed: Vec<(u64, u32)> = leaders
        .par_iter()
        .filter(|index| details[**index as usize].identifies() && !alone[**index as usize])
        .map(|index| (details[*index as usize].digest(seed), *index))
        .collect();

    keyed.par_sort_unstable();

    for pair in keyed.windows(2) {
        let (before, here) = (pair[0].1 as usize, pair[1].1 as usize);
        if pair[0].0 == pair[1].0 && details[before] == details[here] {
            leaders[here] = leaders[before];
        }
    }

    leaders
}

fn gather(
    ordered: &[(u64, RowId)],
    groups: &[u32],
    details: Vec<Features>,
    texts: Texts,
    leaders: &[u32],
) -> Units {
    let mut members: Vec<(u32, u32)> = leaders.iter().copied().zip(0..).collect();
    members.par_sort_unstable();
    let end = |group: usize| groups.get(group + 1).map_or(ordered.len(), |next| *next as usize);
    let mut units = Units {
        features: leading(details, leaders),
        texts,
        rows: Vec::with_capacity(ordered.len()),
        starts: vec![0],
        distinct: Vec::new(),
    };

    for unit in members.chunk_by(|one, other| one.0 == other.0) {
        for (_, group) in unit {
            let group = *group as usize;
            units
                .rows
                .extend(ordered[groups[group] as usize..end(group)].iter().map(|(_, row)| *row));
        }
        units.distinct.push(u32::try_from(unit.len()).unwrap_or(u32::MAX));
        units.starts.push(u32::try_from(units.rows.len()).unwrap_or(u32::MAX));
    }

    units
}

/// The details of the rows that lead a unit, in the same order. The largest table of all is not
/// copied for it.
fn leading(mut details: Vec<Features>, leaders: &[u32]) -> Vec<Features> {
    let mut leads = leaders.iter().zip(0_u32..).map(|(leader, index)| *leader == index);
    details.retain(|_| leads.next().unwrap_or(false));
    details.shrink_to_fit();
    details
}
