//! Suppressions that name nobody: a number that no list knows, a number written another way, a
//! damaged one.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::field::ids::RowRef;
use crate::field::row::{List, Open};
use crate::link::content::{AllRows, Row, RowId};

/// What became of the suppressions that are not simply somebody's.
#[derive(Debug, Default)]
pub(super) struct Unplaced {
    /// Readable ones whose numbers are in no other list.
    pub nobody: Vec<RowRef>,
    /// Rows of the lists whose `person_ref` is that of a suppression in a different form: other
    /// case, signs or zeros.
    pub near: Vec<(RowId, RowRef)>,
    /// Damaged ones of which no row of the lists is known to have both numbers: whom they name may
    /// hide in the unreadable cell. Indices among the refused rows.
    pub damaged: Vec<usize>,
}

/// Numbers of the suppressions that are also in the other lists.
struct Known<'a> {
    bsns: HashSet<u32>,
    refs: HashSet<&'a str>,
    /// BSNs of rows of the lists.
    listed_bsns: HashSet<u32>,
    /// Numbers of rows of the lists that have a BSN, or of which it cannot be read.
    numbered_refs: HashSet<&'a str>,
}

impl Unplaced {
    /// Looks for everybody who is named.
    pub(super) fn of(all: AllRows<'_>) -> Self {
        let damaged: Vec<usize> =
            (0..all.refused().len()).filter(|place| is_damaged(all, *place)).collect();
        if all.suppressions().is_empty() && damaged.is_empty() {
            return Self::default();
        }

        let known = Known::of(all);
        let mut unplaced = Self::default();
        let mut wanted: HashMap<String, Vec<RowRef>> = HashMap::new();
        for row in all.suppressions() {
            let by_ref = known.refs.contains(row.person_ref.as_str());
            if !by_ref && !row.person_ref.is_empty() {
                wanted.entry(simple(&row.person_ref)).or_default().push(row.row);
            }
            if !by_ref && !row.bsn.is_some_and(|bsn| known.bsns.contains(&bsn.number())) {
                unplaced.nobody.push(row.row);
            }
        }

        if !wanted.is_empty() {
            for id in all.ids() {
                let (Row::Participant(row) | Row::Register(row)) = all.get(id) else { continue };
                for suppression in wanted.get(&simple(row.person_ref())).into_iter().flatten() {
                    unplaced.near.push((id, *suppression));
                }
            }
        }

        let placed = |place: &usize| {
            let row = &all.refused()[*place];
            known.refs.contains(row.person_ref.as_str())
                || row.bsn.is_some_and(|bsn| known.bsns.contains(&bsn.number()))
        };

        unplaced.damaged = damaged.into_iter().filter(|place| !placed(place)).collect();
        // What is damaged and names nobody is told of as damaged.
        let told: BTreeSet<RowRef> =
            unplaced.damaged.iter().map(|place| all.refused()[*place].set_aside.row).collect();
        unplaced.nobody.retain(|row| !told.contains(row));

        unplaced
    }
}

/// A suppression one of whose numbers cannot be read.
fn is_damaged(all: AllRows<'_>, place: usize) -> bool {
    let row = &all.refused()[place];
    row.list == List::Suppressions && row.open.has(Open::BSN.and(Open::ID).and(Open::RAGGED))
}

impl<'a> Known<'a> {
    fn of(all: AllRows<'a>) -> Self {
        let named = all.suppressions().iter();
        let damaged = all.refused().iter().filter(|row| row.list == List::Suppressions);
        let bsns: HashSet<u32> = named
            .clone()
            .filter_map(|row| row.bsn)
            .chain(damaged.clone().filter_map(|row| row.bsn))
            .map(crate::base::bsn::Bsn::number)
            .collect();

        let refs: HashSet<&str> = named
            .map(|row| row.person_ref.as_str())
            .chain(damaged.map(|row| row.person_ref.as_str()))
            .collect();

        let (listed_bsns, numbered_refs) = (HashSet::new(), HashSet::new());
        let mut known =
            Self { bsns: HashSet::new(), refs: HashSet::new(), listed_bsns, numbered_refs };
        for id in all.ids() {
            let row = all.get(id);
            if bsns.contains(&row.bsn()) {
                known.bsns.insert(row.bsn());
            }
            let (Row::Participant(listed) | Row::Register(listed)) = row else { continue };
            if bsns.contains(&row.bsn()) {
                known.listed_bsns.insert(row.bsn());
            }
            if let Some(found) = refs.get(listed.person_ref()).filter(|found| !found.is_empty()) {
                known.refs.insert(found);
                if row.bsn() != 0 {
                    known.numbered_refs.insert(found);
                }
            }
        }

        for row in all.refused().iter().filter(|row| row.list != List::Suppressions) {
            known.bsns.extend(row.bsn.map(crate::base::bsn::Bsn::number));
            known.listed_bsns.extend(
                row.bsn.filter(|_| row.list != List::Exposures).map(crate::base::bsn::Bsn::number),
            );
            if let Some(found) = refs.get(row.person_ref.as_str()).filter(|found| !found.is_empty())
            {
                known.refs.insert(found);
                known.numbered_refs.insert(found);
            }
        }

        known
    }
}

/// A `person_ref` without what people and programs change in it: case, signs, leading zeros, a
/// decimal tail.
fn simple(person_ref: &str) -> String {
    let whole = person_ref.strip_suffix(".0").unwrap_or(person_ref);
    let signs: String = whole.chars().filter(char::is_ascii_alphanumeric).collect();
    signs.trim_start_matches('0').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::simple;

    #[test]
    fn a_number_of_the_list_is_known_in_any_form() {
        for other in ["p-001", "P001", "P.001", "p/001", "P-001.0"] {
            assert_eq!(simple(other), simple("P-001"), "{other}");
        }
        assert_eq!(simple("00123"), simple("123.0"));
        assert_ne!(simple("P-001"), simple("P-002"));
    }
}
