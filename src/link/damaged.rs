//! Rows that could not be read whole, and the people whose rows they may be.
//!
//! Such a row takes no part in linking, but it is not forgotten: what it says, or would have said,
//! may be the reason not to write to somebody. Making a cell unreadable never turns "no letter"
//! into a letter (docs/design.md, rule 5), so a row fits everybody with whom it could have come
//! together, had the unreadable cell said what fits best.

mod fit;
mod lab;

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use crate::base::bsn::Bsn;
use crate::field::row::{Exposure, List, Open, Refused, Remains};
use crate::link::content::{AllRows, Row};
use crate::link::digest::Digest;
use crate::link::features::{self, Features};
use crate::link::review::Case;
use crate::link::strings::Texts;
use crate::link::units::UnitId;

pub(super) use fit::Fit;

/// What is left of one row, ready to be compared with units.
struct Trace {
    /// Index among the refused rows.
    refused: usize,
    /// Index among the row's remains.
    remains: usize,
    /// A suppression has none.
    features: Option<Features>,
    /// The BSN, where it can be read; 0 = none.
    bsn: u32,
    open: Open,
    /// Numbers that an unreadable BSN may have been.
    numbers: Vec<u32>,
}

/// The remains of all unreadable rows, found by what they share with units.
#[derive(Default)]
pub(super) struct Damaged {
    traces: Vec<Trace>,
    by_number: HashMap<u32, Vec<usize>>,
    by_surname: HashMap<u32, Vec<usize>>,
    by_place: HashMap<u64, Vec<usize>>,
    by_birth: HashMap<u32, Vec<usize>>,
}

/// A unit that may be one with an unreadable row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub unit: UnitId,
    /// Index among the refused rows.
    pub refused: usize,
    /// Index among that row's remains.
    pub remains: usize,
    pub fit: Fit,
}

impl Damaged {
    /// Reads what is left; `texts` takes over the names.
    pub(super) fn of(all: AllRows<'_>, texts: &mut Texts, seed: Digest) -> Self {
        let rows: Vec<(usize, usize, Option<Row<'_>>)> = all
            .refused()
            .iter()
            .enumerate()
            .flat_map(|(place, refused)| remains(place, refused))
            .collect();

        let listed = rows.iter().filter_map(|(.., row)| *row);
        let Some((details, names)) = features::of_rows(listed, seed).filter(|_| !rows.is_empty())
        else {
            return Self::default();
        };

        let ids = texts.adopt(&names);
        let mut details = details.into_iter().map(|own| Features {
            given: ids[own.given as usize],
            street: ids[own.street as usize],
            town: ids[own.town as usize],
            surname: own.surname.map(|part| ids[part as usize]),
            ..own
        });

        let mut damaged = Self::default();
        for (place, remains, row) in rows {
            let refused = &all.refused()[place];
            let features = row.and_then(|_| details.next());
            let is_valid = |number: u32| Bsn::new(number).is_ok();
            let numbers = refused
                .digits
                .as_ref()
                .map(|digits| digits.candidates(is_valid))
                .unwrap_or_default();
            let numbers = numbers.into_iter().collect();
            let bsn = refused.bsn.map_or(0, Bsn::number);
            damaged.add(Trace {
                refused: place,
                remains,
                features,
                bsn,
                open: refused.open,
                numbers,
            });
        }

        damaged
    }

    fn add(&mut self, trace: Trace) {
        let place = self.traces.len();
        for number in trace.numbers.iter().chain([&trace.bsn]).filter(|number| **number != 0) {
            self.by_number.entry(*number).or_default().push(place);
        }

        if let Some(own) = &trace.features {
            own.parts().for_each(|part| self.by_surname.entry(part).or_default().push(place));
            if own.place != 0 {
                self.by_place.entry(own.place).or_default().push(place);
            }
            if own.birth != 0 {
                self.by_birth.entry(own.birth).or_default().push(place);
            }
        }

        self.traces.push(trace);
    }

    /// Whether an unreadable lab record could not have held the people of the cluster (whose BSN is
    /// `number`) that alone it fits, whatever its unreadable cell said.
    pub(super) fn is_harmless(
        &self,
        case: Case<'_>,
        found: &Found,
        number: u32,
        refused: &Refused,
    ) -> bool {
        let place = self.traces.partition_point(|trace| {
            (trace.refused, trace.remains) < (found.refused, found.remains)
        });
        let (Some(trace), Some(Remains::Exposure(row))) =
            (self.traces.get(place), refused.remains.get(found.remains))
        else {
            return false;
        };

        let mut members = case.clustering.members(case.clustering.leader(found.unit));
        members.all(|unit| fit::agrees(trace, &case.units.features[unit as usize], case))
            && lab::is_harmless(case, found.unit, number, &trace.numbers, row, refused.open)
    }

    /// Every unit that may be one with an unreadable row, in order; `number` gives the BSN of a
    /// unit's cluster, 0 = none.
    pub(super) fn find(&self, case: Case<'_>, number: impl Fn(UnitId) -> u32 + Sync) -> Vec<Found> {
        if self.traces.is_empty() {
            return Vec::new();
        }
        let units = case.units.ids().into_par_iter();
        let mut found: Vec<Found> =
            units.flat_map_iter(|unit| self.fitting(case, unit, number(unit))).collect();
        found.par_sort_unstable();
        found
    }

    fn fitting(&self, case: Case<'_>, unit: UnitId, number: u32) -> Vec<Found> {
        let own = &case.units.features[unit as usize];
        let mut places: Vec<usize> = Vec::new();
        let mut look = |found: Option<&Vec<usize>>| places.extend(found.into_iter().flatten());
        if own.bsn != 0 {
            look(self.by_number.get(&own.bsn));
        }

        own.parts().for_each(|part| look(self.by_surname.get(&part)));
        look(self.by_place.get(&own.place));
        look(self.by_birth.get(&own.birth));
        places.sort_unstable();
        places.dedup();

        let found = places.into_iter().filter_map(|place| {
            let trace = &self.traces[place];
            let fit = fit::fit(trace, own, number, case)?;
            Some(Found { unit, refused: trace.refused, remains: trace.remains, fit })
        });
        found.collect()
    }
}

/// The remains of a row as rows that can be compared; nothing of a provider or a professional, nor of what a row that
/// is used says anyway.
fn remains(place: usize, refused: &Refused) -> Vec<(usize, usize, Option<Row<'_>>)> {
    let spent = refused.used && refused.digits.is_none();
    if matches!(refused.list, List::Providers | List::Professionals) || spent {
        return Vec::new();
    }

    let rows = refused.remains.iter().enumerate().filter_map(|(index, remains)| {
        let row = match remains {
            Remains::Exposure(row) => Row::Exposure(row),
            Remains::Registrant(row) if refused.list == List::Participants => Row::Participant(row),
            Remains::Registrant(row) => Row::Register(row),
            Remains::Provider(_) | Remains::Suppression => return None,
        };
        Some((place, index, Some(row)))
    });

    let rows: Vec<_> = rows.collect();
    // A suppression, or a row of which nothing is left: its numbers are all there is.
    if rows.is_empty() { vec![(place, 0, None)] } else { rows }
}

/// Lab records that could not be read, by number.
pub(super) fn lab_records(all: AllRows<'_>) -> BTreeMap<&str, Vec<usize>> {
    let mut records: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, refused) in
        all.refused().iter().enumerate().filter(|(_, refused)| refused.list == List::Exposures)
    {
        if let Some(row) = lab_record(refused).filter(|row| !row.record_id().is_empty()) {
            records.entry(row.record_id()).or_default().push(place);
        }
    }
    records
}

/// Whether an unreadable lab record may be of this dataset.
pub(super) fn is_of_dataset(refused: &Refused, dataset: &str) -> bool {
    lab_record(refused)
        .is_some_and(|row| row.dataset_id() == dataset || row.dataset_id().is_empty())
}

/// The remains of an unreadable lab record whose cells are where they should be.
pub(super) fn lab_record(refused: &Refused) -> Option<&Exposure> {
    match refused.remains.first() {
        Some(Remains::Exposure(row)) if !refused.open.has(Open::RAGGED) => Some(row),
        _ => None,
    }
}
