//! Rows of the lists that say died, protected or unknown of somebody with the name and birth date of a person of this run,
//! but with another address and no or another BSN. They hold nobody: a namesake is another person. `explain` names them.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::link::Grouped;
use crate::link::birth;
use crate::link::compare::{Birth, Given, Initials, Surname};
use crate::link::content::{AllRows, Row};
use crate::link::units::UnitId;
use crate::row::RowRef;

/// A lab record and a row of a list about a namesake, in order.
pub(super) fn find(all: AllRows<'_>, grouped: &Grouped) -> Vec<(RowRef, RowRef)> {
    let units = &grouped.units;
    let protecting = |unit: UnitId| {
        units.rows(unit).iter().filter_map(move |row| match all.get(*row) {
            Row::Participant(row) | Row::Register(row) if row.protects() => Some(row.row),
            _ => None,
        })
    };
    let mut by_name: HashMap<(u32, u32), Vec<UnitId>> = HashMap::new();
    for unit in units.ids().filter(|unit| protecting(*unit).next().is_some()) {
        let own = &units.features[unit as usize];
        if birth::is_full(own.birth) {
            own.parts().for_each(|part| by_name.entry((own.birth, part)).or_default().push(unit));
        }
    }
    if by_name.is_empty() {
        return Vec::new();
    }
    let case = grouped.case(all);
    let leader = |unit| grouped.clustering.leader(unit);
    let namesakes = |unit: UnitId| {
        let own = &units.features[unit as usize];
        let mut found: Vec<UnitId> =
            own.parts().filter_map(|part| by_name.get(&(own.birth, part))).flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found.retain(|other| {
            let agreement = case.agreement(unit, *other);
            let named = matches!(agreement.given, Given::Equal | Given::Close)
                || (agreement.given == Given::Missing
                    && matches!(agreement.initials, Initials::Equal | Initials::Prefix));
            let called = named && matches!(agreement.surname, Surname::Equal | Surname::Shared);
            leader(unit) != leader(*other) && agreement.birth == Birth::Equal && called
        });
        found
    };
    let lab = units.ids().into_par_iter().filter(|unit| units.exposures(*unit) > 0);
    let mut pairs: Vec<(RowRef, RowRef)> = lab
        .flat_map_iter(|unit| {
            let listed: Vec<RowRef> = namesakes(unit).into_iter().flat_map(protecting).collect();
            let own = units.rows(unit).iter().map(|row| all.get(*row).row_ref()).collect::<Vec<_>>();
            own.into_iter().flat_map(move |own| listed.clone().into_iter().map(move |other| (own, other)))
        })
        .collect();
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
}
