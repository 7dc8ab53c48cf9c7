//! Rows of the lists that say died, protected or unknown of somebody with the name and birth date
//! of a person of this run, and that nothing joined to that person.
//!
//! With a different address, and no BSN or a different one, they hold nobody: a namesake is another
//! person, and `explain` names the row. A row whose names are words that are none may be anybody's
//! of that birth date with whom nothing else differs. Where the addresses do not contradict each
//! other (the row has none, or half of one), it may be the person, however little the score makes
//! of it: a human decides.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use crate::field::ids::RowRef;
use crate::field::row::Registrant;
use crate::link::birth;
use crate::link::compare::{Agreement, Birth, Given, Initials, Place, Surname};
use crate::link::content::{AllRows, Row};
use crate::link::features::Features;
use crate::link::review::Case;
use crate::link::units::UnitId;

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
    let suppressed = Suppressed::of(case.all);

    // A missing surname is the part 0.
    let mut by_name: HashMap<(u32, u32), Vec<UnitId>> = HashMap::new();
    let mut by_birth: HashMap<u32, Vec<UnitId>> = HashMap::new();
    for unit in units.ids().filter(|unit| protecting(case, &suppressed, *unit).next().is_some()) {
        let own = &units.features[unit as usize];
        if birth::is_full(own.birth) {
            parts_or_none(own)
                .for_each(|part| by_name.entry((own.birth, part)).or_default().push(unit));
            by_birth.entry(own.birth).or_default().push(unit);
        }
    }

    if by_birth.is_empty() {
        return Vec::new();
    }

    let of_unit = |lab: UnitId| {
        let own = &units.features[lab as usize];
        let named = own.parts().chain([0]).filter_map(|part| by_name.get(&(own.birth, part)));
        let of_birth = by_birth.get(&own.birth).filter(|_| own.surname[0] == 0);
        let mut found: Vec<UnitId> = named.chain(of_birth).flatten().copied().collect();
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
        let may_be_one = !agreement.is_vetoed()
            && agreement.place != Place::Differs
            && !case.conflict(own, theirs);
        Namesake { lab, listed, may_be_one }
    })
}

fn parts_or_none(own: &Features) -> impl Iterator<Item = u32> + '_ {
    own.parts().chain((own.surname[0] == 0).then_some(0))
}

impl Agreement {
    /// Surname and given names, as far as both have them. Where one has no surname or nothing of a
    /// given name, the addresses must not contradict each other; where neither says anything, they
    /// have to speak.
    fn has_one_name(self) -> bool {
        let called = match (self.given, self.initials) {
            (Given::Equal | Given::Part | Given::Close, _)
            | (Given::Missing, Initials::Equal | Initials::Prefix) => Some(true),
            (Given::Missing, Initials::Missing) => None,
            _ => Some(false),
        };

        let named = match self.surname {
            Surname::Equal | Surname::Shared => Some(true),
            Surname::Missing => None,
            Surname::Close | Surname::Differs => Some(false),
        };

        match (called, named) {
            (Some(false), _) | (_, Some(false)) => false,
            (Some(true), Some(true)) => true,
            (None, None) => self.shares_place(),
            (None, _) | (_, None) => self.place != Place::Differs,
        }
    }
}

/// Whom the suppressions name.
struct Suppressed<'a> {
    refs: HashSet<&'a str>,
    bsns: HashSet<u32>,
}

impl<'a> Suppressed<'a> {
    fn of(all: AllRows<'a>) -> Self {
        let rows = all.suppressions();
        let refs =
            rows.iter().map(|row| row.person_ref.as_str()).filter(|number| !number.is_empty());
        let bsns = rows.iter().filter_map(|row| row.bsn).map(crate::base::bsn::Bsn::number);
        Self { refs: refs.collect(), bsns: bsns.collect() }
    }

    fn has(&self, row: &Registrant) -> bool {
        self.refs.contains(row.person_ref())
            || row.bsn.is_some_and(|bsn| self.bsns.contains(&bsn.number()))
    }
}

/// The rows of a unit that say why not to write, or that a suppression names.
fn protecting<'c>(
    case: Case<'c>,
    suppressed: &'c Suppressed<'_>,
    unit: UnitId,
) -> impl Iterator<Item = RowRef> + 'c {
    case.units.rows(unit).iter().filter_map(move |row| match case.all.get(*row) {
        Row::Participant(row) | Row::Register(row) if row.protects() || suppressed.has(row) => {
            Some(row.row)
        }
        _ => None,
    })
}

/// A lab record and a row of a list about a namesake who is another person, in order.
pub(super) fn rows(case: Case<'_>, found: &[Namesake]) -> Vec<(RowRef, RowRef)> {
    let suppressed = &Suppressed::of(case.all);
    let strangers = found.par_iter().filter(|namesake| !namesake.may_be_one);
    let mut pairs: Vec<(RowRef, RowRef)> = strangers
        .flat_map_iter(|namesake| {
            let own = case.units.rows(namesake.lab).iter().map(|row| case.all.get(*row).row_ref());
            own.flat_map(|own| {
                protecting(case, suppressed, namesake.listed).map(move |other| (own, other))
            })
        })
        .collect();

    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
}
