//! Rows of the three lists under one number each, and the order of their content.

use std::cmp::Ordering;

use jiff::civil::Date;

use crate::field::address::Address;
use crate::field::ids::RowRef;
use crate::field::names::{PersonName, Sex};
use crate::field::partial_date::PartialDate;
use crate::field::row::{Exposure, Refused, Registrant, Rows, Suppression};
use crate::link::digest::Digest;

/// Number of a row: exposures first, then participants, then the register.
pub(crate) type RowId = u32;

/// Which list a row comes from. Participants and register are of register quality: they anchor a
/// person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Source {
    Exposure,
    Participant,
    Register,
}

/// One row of any of the three lists.
#[derive(Clone, Copy)]
pub(crate) enum Row<'a> {
    Exposure(&'a Exposure),
    Participant(&'a Registrant),
    Register(&'a Registrant),
}

/// The rows that are linked, found by number.
#[derive(Clone, Copy)]
pub(crate) struct AllRows<'a> {
    rows: &'a Rows,
}

impl<'a> AllRows<'a> {
    pub(crate) const fn new(rows: &'a Rows) -> Self {
        Self { rows }
    }

    pub(crate) fn len(self) -> usize {
        self.rows.exposures.len() + self.rows.participants.len() + self.rows.register.len()
    }

    /// Rows of any list that could not be read whole.
    pub(crate) fn refused(self) -> &'a [Refused] {
        &self.rows.refused
    }

    /// The suppressions.
    pub(crate) fn suppressions(self) -> &'a [Suppression] {
        &self.rows.suppressions
    }

    /// Every number.
    pub(crate) fn ids(self) -> std::ops::Range<RowId> {
        0..RowId::try_from(self.len()).unwrap_or(RowId::MAX)
    }

    /// The row with this number.
    pub(crate) fn get(self, id: RowId) -> Row<'a> {
        let (exposures, participants) = (self.rows.exposures.len(), self.rows.participants.len());
        let id = id as usize;
        if id < exposures {
            Row::Exposure(&self.rows.exposures[id])
        } else if id < exposures + participants {
            Row::Participant(&self.rows.participants[id - exposures])
        } else {
            Row::Register(&self.rows.register[id - exposures - participants])
        }
    }
}

impl<'a> Row<'a> {
    pub(crate) const fn source(self) -> Source {
        match self {
            Self::Exposure(_) => Source::Exposure,
            Self::Participant(_) => Source::Participant,
            Self::Register(_) => Source::Register,
        }
    }

    pub(crate) const fn row_ref(self) -> RowRef {
        match self {
            Self::Exposure(row) => row.row,
            Self::Participant(row) | Self::Register(row) => row.row,
        }
    }

    /// The BSN as a number; 0 = none.
    pub(crate) fn bsn(self) -> u32 {
        let bsn = match self {
            Self::Exposure(row) => row.bsn,
            Self::Participant(row) | Self::Register(row) => row.bsn,
        };
        bsn.map_or(0, crate::base::bsn::Bsn::number)
    }

    pub(crate) const fn birth_date(self) -> Option<PartialDate> {
        match self {
            Self::Exposure(row) => row.birth_date,
            Self::Participant(row) | Self::Register(row) => row.birth_date,
        }
    }

    pub(crate) const fn sex(self) -> Option<Sex> {
        match self {
            Self::Exposure(row) => row.sex,
            Self::Participant(row) | Self::Register(row) => row.sex,
        }
    }

    /// What names the record within its list.
    pub(crate) fn record(self) -> [&'a str; 2] {
        match self {
            Self::Exposure(row) => [row.dataset_id(), row.record_id()],
            Self::Participant(row) => ["participants", row.person_ref()],
            Self::Register(row) => ["register", row.person_ref()],
        }
    }

    /// Whether the sample was taken before the first birthday: then a child may not have had a
    /// name.
    pub(crate) fn is_of_first_year(self) -> bool {
        let (Self::Exposure(row), Some(born)) = (self, self.birth_date()) else { return false };
        let packed = |taken: Date| {
            let (year, month, day) = (taken.year(), taken.month(), taken.day());
            i32::from(year) * 10_000 + i32::from(month) * 100 + i32::from(day)
        };
        let birthday = super::birth::pack(born) + 10_000;
        row.sample_date
            .is_some_and(|taken| u32::try_from(packed(taken)).is_ok_and(|taken| taken < birthday))
    }

    pub(crate) fn name(self) -> PersonName<'a> {
        match self {
            Self::Exposure(row) => row.name(),
            Self::Participant(row) | Self::Register(row) => row.name(),
        }
    }

    pub(crate) fn address(self) -> Address<'a> {
        match self {
            Self::Exposure(row) => row.address(),
            Self::Participant(row) | Self::Register(row) => row.address(),
        }
    }

    /// A digest that equal rows share; different rows may share it too, [`Row::compare`] decides.
    pub(crate) fn digest(self, seed: Digest) -> u64 {
        let birth = self.birth_date().map_or(0, super::birth::pack);
        let digest = seed.number(u64::from(self.bsn())).number(u64::from(birth));
        match self {
            Self::Exposure(row) => row.cells.iter().fold(digest, Digest::text).finish(),
            Self::Participant(row) | Self::Register(row) => {
                row.cells.iter().fold(digest, Digest::text).finish()
            }
        }
    }

    /// Order by content: equal only when the rows say the same in every field of the same list.
    pub(crate) fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Exposure(one), Self::Exposure(other)) => {
                exposure_content(one).cmp(&exposure_content(other))
            }
            (Self::Participant(one), Self::Participant(other))
            | (Self::Register(one), Self::Register(other)) => {
                registrant_content(one).cmp(&registrant_content(other))
            }
            _ => self.source().cmp(&other.source()),
        }
    }
}

fn exposure_content(row: &Exposure) -> impl Ord + use<'_> {
    let what = (row.category, row.sample_date, row.status, row.published, row.items, row.custody);
    (&row.cells, row.bsn, row.birth_date, row.sex, what)
}

fn registrant_content(row: &Registrant) -> impl Ord + use<'_> {
    let names = (row.title, row.name_use, row.partner_title, row.partner_ended);
    let letter = (row.house_indication, row.language, row.letter_format);
    let state =
        (row.deceased_on, row.deceased_unreadable, row.protected_address, row.whereabouts_unknown);
    (&row.cells, row.bsn, row.birth_date, row.sex, names, letter, state)
}
