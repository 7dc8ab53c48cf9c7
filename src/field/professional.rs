//! People who work in health care and whose own data were in the lab's records: their rows, and the
//! kinds of their data. Nothing here is ever compared with a patient.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::field::ids::RowRef;
use crate::field::terms::{Status, words};

words! {
    /// Kinds of data of a professional.
    ProfessionalItem {
        /// Name.
        Name = "name",
        /// Code of the professional (AGB).
        Code = "code",
        /// The practice or institution.
        Practice = "practice",
        /// Telephone number.
        Phone = "phone",
        /// Signature.
        Signature = "signature",
    }
}

/// A set of [`ProfessionalItem`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProfessionalItems(u8);

impl ProfessionalItems {
    /// No item.
    pub const NONE: Self = Self(0);

    /// Whether nothing is in.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Both together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The items in their fixed order.
    pub fn iter(self) -> impl Iterator<Item = ProfessionalItem> {
        let all = ProfessionalItem::ALL.iter().copied();
        all.filter(move |item| self.0 & (1 << *item as u8) != 0)
    }
}

impl FromIterator<ProfessionalItem> for ProfessionalItems {
    fn from_iter<T: IntoIterator<Item = ProfessionalItem>>(items: T) -> Self {
        Self(items.into_iter().fold(0, |set, item| set | 1 << item as u8))
    }
}

/// What a letter tells a professional: each kind in one of the three.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProfessionalFindings {
    /// Stolen.
    pub stolen: ProfessionalItems,
    /// Perhaps stolen.
    pub perhaps: ProfessionalItems,
    /// In the hacked computers, and not established to be stolen.
    pub stored: ProfessionalItems,
}

impl ProfessionalFindings {
    /// Adds what a row says. A kind counts where it is surest.
    #[must_use]
    pub fn with(self, status: Status, items: ProfessionalItems) -> Self {
        let Self { mut stolen, mut perhaps, mut stored } = self;
        let set = match status {
            Status::Confirmed => &mut stolen,
            Status::NotExcluded => &mut perhaps,
            Status::SharedOnly => &mut stored,
        };
        *set = set.union(items);
        let perhaps = perhaps.minus(stolen);
        Self { stolen, perhaps, stored: stored.minus(stolen).minus(perhaps) }
    }

    /// As the ledger keeps it.
    #[must_use]
    pub fn bits(self) -> u64 {
        [self.stolen, self.perhaps, self.stored]
            .iter()
            .fold(0, |bits, set| bits << 8 | u64::from(set.0))
    }

    /// What the ledger kept.
    #[must_use]
    pub const fn of_bits(bits: u64) -> Self {
        let [.., stolen, perhaps, stored] = bits.to_be_bytes();
        Self {
            stolen: ProfessionalItems(stolen),
            perhaps: ProfessionalItems(perhaps),
            stored: ProfessionalItems(stored),
        }
    }

    /// Whether a letter that said `told` lacks something that was stolen, or may have been, or says so
    /// of something that was not.
    #[must_use]
    pub fn is_news(self, told: Self) -> bool {
        (self.stolen, self.perhaps) != (told.stolen, told.perhaps)
    }
}

/// Who asked for a test, as a lab record has it. Many records have the same.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Requester {
    /// AGB code of the professional, eight digits; empty where it is not known.
    pub code: String,
    /// Name as it is printed.
    pub name: String,
    /// Kinds of data.
    pub items: ProfessionalItems,
    /// One of these cells cannot be read.
    pub is_unreadable: bool,
}

/// Personal data: nothing is printed.
impl fmt::Debug for Requester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Requester")
    }
}

/// A row of the professionals list.
#[derive(Clone)]
pub struct Professional {
    /// Where it is.
    pub row: RowRef,
    /// AGB code of the professional, eight digits; empty where it is not known.
    pub code: String,
    /// Name as it is printed.
    pub name: String,
    /// AGB code of the practice or institution, where the letter goes.
    pub provider_code: String,
    /// Which of the lab's datasets.
    pub dataset_id: String,
    /// How sure it is that the data were stolen.
    pub status: Status,
    /// Kinds of data.
    pub items: ProfessionalItems,
    /// Since when the professional no longer works there.
    pub left_on: Option<Date>,
}

/// Personal data: nothing is printed.
impl fmt::Debug for Professional {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Professional({:?})", self.row)
    }
}

words! {
    /// Why a professional gets no letter.
    ProfessionalHold {
        /// The practice is not on the providers list, or with rows that contradict each other.
        P121 = "P121",
        /// Rows with the code have different names or practices.
        P122 = "P122",
        /// The practice has closed, or was taken over.
        P123 = "P123",
        /// Name or address cannot be printed.
        P124 = "P124",
        /// Works there no longer.
        P125 = "P125",
        /// The last letter came back from that address.
        P126 = "P126",
        /// A record names the professional in cells that are missing or cannot be read.
        P127 = "P127",
    }
}

impl ProfessionalHold {
    /// In words, for the report.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::P121 => "the practice has no usable row on the providers list",
            Self::P122 => "rows with one code have different names or practices",
            Self::P123 => "the practice is closed or was taken over",
            Self::P124 => "name or address cannot be printed",
            Self::P125 => "no longer works there",
            Self::P126 => "the last letter came back",
            Self::P127 => "a record does not say who it is, or cannot be read there",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ProfessionalItem::{Code, Name, Phone};

    fn set(items: &[ProfessionalItem]) -> ProfessionalItems {
        items.iter().copied().collect()
    }

    #[test]
    fn a_kind_counts_where_it_is_surest_in_whatever_order_rows_come() {
        let rows = [
            (Status::SharedOnly, set(&[Name, Code, Phone])),
            (Status::Confirmed, set(&[Name])),
            (Status::NotExcluded, set(&[Name, Code])),
        ];
        let expected = ProfessionalFindings {
            stolen: set(&[Name]),
            perhaps: set(&[Code]),
            stored: set(&[Phone]),
        };
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let none = ProfessionalFindings::default();
            let all = order.iter().fold(none, |all, row| all.with(rows[*row].0, rows[*row].1));
            assert_eq!(all, expected);
        }
        assert_eq!(ProfessionalFindings::of_bits(expected.bits()), expected);
    }

    #[test]
    fn only_what_was_or_may_have_been_stolen_is_news() {
        let told = ProfessionalFindings { stolen: set(&[Name]), ..ProfessionalFindings::default() };
        let more = ProfessionalFindings { stored: set(&[Phone]), ..told };
        assert!(!more.is_news(told));
        let more = ProfessionalFindings { perhaps: set(&[Phone]), ..told };
        assert!(more.is_news(told) && told.is_news(more));
    }
}
