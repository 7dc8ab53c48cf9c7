//! What a look keeps of a row: whom it may be about, and whether it protects them. 24 bytes instead
//! of the whole row.

use std::hash::{DefaultHasher, Hasher as _};
use std::marker::PhantomData;

use rayon::prelude::*;

use crate::field::ids::RowRef;
use crate::field::professional::Professional;
use crate::field::row::{Exposure, List, Provider, Refused, Registrant, Remains, Suppression};

use super::super::raw::Raw;
use super::super::records::Record;
use super::file::Opened;

/// One usable row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Glance {
    /// Data row.
    pub(super) row: u32,
    /// BSN; 0 is none.
    bsn: u32,
    /// `person_ref` of lists and suppressions, provider code of exposures and providers, hashed; 0
    /// is none.
    other: u64,
    /// Keeps somebody from a letter.
    protects: bool,
}

impl Glance {
    /// Neither a BSN nor another number.
    pub(super) fn names_nobody(self) -> bool {
        self.bsn == 0 && self.other == 0
    }
}

/// A row that is forgotten when it has been read.
#[derive(Clone)]
pub(super) struct Glanced<T> {
    pub(super) glance: Glance,
    usable: bool,
    row: PhantomData<fn() -> T>,
}

/// A row that can be looked at.
pub(super) trait Glimpsed: Record {
    fn glance(&self) -> Glance;
}

impl<T: Glimpsed> Record for Glanced<T> {
    const COLUMNS: &'static [&'static str] = T::COLUMNS;

    fn parse(raw: &mut Raw<'_>, row: RowRef) -> Option<Self> {
        let parsed = T::parse(raw, row)?;
        Some(Self { glance: parsed.glance(), usable: parsed.is_usable(raw), row: PhantomData })
    }

    fn is_usable(&self, _raw: &Raw<'_>) -> bool {
        self.usable
    }

    fn remains(self) -> Option<Remains> {
        None
    }
}

/// 0 for nothing. Two numbers with one hash by chance would count one row too many as joined.
fn hashed(text: &str) -> u64 {
    if text.is_empty() {
        return 0;
    }
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish()
}

fn number(bsn: Option<crate::base::bsn::Bsn>) -> u32 {
    bsn.map_or(0, crate::base::bsn::Bsn::number)
}

impl Glimpsed for Exposure {
    fn glance(&self) -> Glance {
        Glance {
            row: self.row.row,
            bsn: number(self.bsn),
            other: hashed(self.provider_code()),
            protects: false,
        }
    }
}

impl Glimpsed for Registrant {
    fn glance(&self) -> Glance {
        let (other, protects) = (hashed(self.person_ref()), self.protects());
        Glance { row: self.row.row, bsn: number(self.bsn), other, protects }
    }
}

impl Glimpsed for Provider {
    fn glance(&self) -> Glance {
        Glance { row: self.row.row, bsn: 0, other: hashed(&self.code), protects: false }
    }
}

impl Glimpsed for Professional {
    fn glance(&self) -> Glance {
        Glance { row: self.row.row, bsn: 0, other: hashed(&self.provider_code), protects: false }
    }
}

impl Glimpsed for Suppression {
    fn glance(&self) -> Glance {
        Glance {
            row: self.row.row,
            bsn: number(self.bsn),
            other: hashed(&self.person_ref),
            protects: true,
        }
    }
}

/// Sorted, each once.
struct Set<T>(Vec<T>);

impl<T: Ord + Copy + Default + Send> Set<T> {
    fn of(values: impl Iterator<Item = T>) -> Self {
        let mut values: Vec<T> = values.filter(|value| *value != T::default()).collect();
        values.par_sort_unstable();
        values.dedup();
        Self(values)
    }

    fn has(&self, value: T) -> bool {
        self.0.binary_search(&value).is_ok()
    }
}

/// Who and what all files together name.
pub(super) struct Known {
    exposed: Set<u32>,
    listed: Set<u32>,
    refs: Set<u64>,
    providers: Set<u64>,
}

impl Known {
    pub(super) fn of(files: &[Opened]) -> Self {
        let rows = |lists: &'static [List]| {
            let of = files
                .iter()
                .filter(move |file| lists.contains(&file.found.list))
                .filter_map(|file| file.read());
            of.flat_map(|read| &read.glances)
        };

        let refused = |lists: &'static [List]| {
            let of = files
                .iter()
                .filter(move |file| lists.contains(&file.found.list))
                .filter_map(|file| file.read());
            of.flat_map(|read| &read.refused)
        };

        let bsn = |row: &Refused| number(row.bsn);
        Self {
            exposed: Set::of(rows(EXPOSED).map(|row| row.bsn).chain(refused(EXPOSED).map(bsn))),
            listed: Set::of(rows(LISTED).map(|row| row.bsn).chain(refused(LISTED).map(bsn))),
            refs: Set::of(
                rows(LISTED)
                    .map(|row| row.other)
                    .chain(refused(LISTED).map(|row| hashed(&row.person_ref))),
            ),
            providers: Set::of(rows(EXPOSED).map(|row| row.other)),
        }
    }

    /// Whether a row meets one of the other side.
    fn joins(&self, list: List, row: Glance) -> bool {
        match list {
            List::Exposures => self.listed.has(row.bsn),
            List::Participants | List::Register => self.exposed.has(row.bsn),
            List::Providers => self.providers.has(row.other),
            // They are nobody's but their own: there is nothing to join.
            List::Professionals => false,
            List::Suppressions => {
                self.exposed.has(row.bsn) || self.listed.has(row.bsn) || self.refs.has(row.other)
            }
        }
    }

    /// Rows that join, rows that protect, and rows that protect and join nobody.
    pub(super) fn count(&self, list: List, rows: &[Glance]) -> [u64; 3] {
        let counts = |row: &Glance| {
            let joins = self.joins(list, *row);
            [joins, row.protects, row.protects && !joins].map(u64::from)
        };
        let sum = |one: [u64; 3], other: [u64; 3]| {
            [one[0] + other[0], one[1] + other[1], one[2] + other[2]]
        };
        rows.par_iter().map(counts).reduce(|| [0; 3], sum)
    }
}

const EXPOSED: &[List] = &[List::Exposures];
const LISTED: &[List] = &[List::Participants, List::Register];
