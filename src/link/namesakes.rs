//! Rows of the lists that say died, protected or unknown of somebody with the name and birth date of a person of this run,
//! and that nothing joined to that person.
//!
//! With another address and no or another BSN they hold nobody: a namesake is another person, and `explain` names the row.
//! Where the addresses do not contradict each other (the row has none, or half of one), it may be the person, however
//! little the score makes of it: a human decides.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::link::birth;
use crate::link::compare::{Agreement, Birth, Given, Initials, Place, Surname};
use crate::link::content::Row;
use crate::link::review::Case;
use crate::link::units::UnitId;
use crate::row::RowRef;

/// A unit with lab records, and one with a row that protects somebody of its name and birth date.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Namesake {
    pub lab: UnitId,
    pub listed: UnitId,
    /// Nothing says that they are two people.
    pub may_be_one: bool,
}

/// Every such pair that did not come together, in order.
pub(super) fn find(case: Case<'_>) -> Vec<Namesake> {
    let units = case.units;
    let mut by_name: HashMap<(u32, u32), Vec<UnitId>> = HashMap::new();
    for unit in units.ids().filter(|unit| protecting(case, *unit).next().is_some()) {
        let own = &units.features[unit as usize];
        if birth::is_full(own.birth) {
            own.parts().for_each(|part| by_name.entry((own.birth, part)).or_default().push(unit));
        }
    }
    if by_name.is_empty() {
        return Vec::new();
    }
    let of_unit = |lab: UnitId| {
        let own = &units.features[lab as usize];
        let mut found: Vec<UnitId> =
            own.parts().filter_map(|part| by_name.get(&(own.birth, part))).flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found.into_iter().filter_map(move |listed| namesake(case, lab, listed))
    };
    let lab = units.ids().into_par_iter().filter(|unit| units.exposures(*unit) > 0);
    let mut found: Vec<Namesake> = lab.flat_map_iter(of_unit).collect();
    found.par_sort_unstable();
    found
}

fn namesake(case: Case<'_>, lab: UnitId, listed: UnitId) -> Option<Namesake> {
    let (own, theirs) = (case.clustering.leader(lab), case.clustering.leader(listed));
    let agreement = case.agreement(lab, listed);
    let is_namesake = own != theirs && agreement.birth == Birth::Equal && agreement.has_one_name();
    is_namesake.then(|| {
        let may_be_one = !agreement.is_vetoed() && agreement.place != Place::Differs && !case.conflict(own, theirs);
        Namesake { lab, listed, may_be_one }
    })
}

impl Agreement {
    /// A surname, and given names as far as both have them. Where one has none at all, the address has to speak.
    fn has_one_name(self) -> bool {
        let called = match (self.given, self.initials) {
            (Given::Equal | Given::Part | Given::Close, _) | (Given::Missing, Initials::Equal | Initials::Prefix) => {
                true
            }
            (Given::Missing, Initials::Missing) => self.shares_place(),
            _ => false,
        };
        called && matches!(self.surname, Surname::Equal | Surname::Shared)
    }
}

/// The rows of a unit that say why not to write.
fn protecting(case: Case<'_>, unit: UnitId) -> impl Iterator<Item = RowRef> {
    case.units.rows(unit).iter().filter_map(move |row| match case.all.get(*row) {
        Row::Participant(row) | Row::Register(row) if row.protects() => Some(row.row),
        _ => None,
    })
}

/// A lab record and a row of a list about a namesake who is another person, in order.
pub(super) fn rows(case: Case<'_>, found: &[Namesake]) -> Vec<(RowRef, RowRef)> {
    let strangers = found.par_iter().filter(|namesake| !namesake.may_be_one);
    let mut pairs: Vec<(RowRef, RowRef)> = strangers
        .flat_map_iter(|namesake| {
            let own = case.units.rows(namesake.lab).iter().map(|row| case.all.get(*row).row_ref());
            own.flat_map(|own| protecting(case, namesake.listed).map(move |other| (own, other)))
        })
        .collect();
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
}
