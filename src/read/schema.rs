//! The columns of each list (docs/inputs.md), in the order in which the contract names them.

use std::borrow::Cow;

use crate::field::contract;
use crate::field::row::List;

pub(super) use crate::field::contract::{LISTS, name};

/// Columns of the exposures list.
pub(super) const EXPOSURES: &[&str] = &contract::names::<
    { contract::columns(List::Exposures).len() },
>(contract::columns(List::Exposures));

/// Columns of the participants list and of the register.
pub(super) const REGISTRANTS: &[&str] = &contract::names::<
    { contract::columns(List::Register).len() },
>(contract::columns(List::Register));

/// Columns of the providers list.
pub(super) const PROVIDERS: &[&str] = &contract::names::<
    { contract::columns(List::Providers).len() },
>(contract::columns(List::Providers));

/// Columns of the suppressions list.
pub(super) const SUPPRESSIONS: &[&str] = &contract::names::<
    { contract::columns(List::Suppressions).len() },
>(contract::columns(List::Suppressions));

/// Columns of the professionals list.
pub(super) const PROFESSIONALS: &[&str] = &contract::names::<
    { contract::columns(List::Professionals).len() },
>(contract::columns(List::Professionals));

/// The names of the columns that this list may have.
pub(super) const fn columns(list: List) -> &'static [&'static str] {
    match list {
        List::Exposures => EXPOSURES,
        List::Participants | List::Register => REGISTRANTS,
        List::Providers => PROVIDERS,
        List::Suppressions => SUPPRESSIONS,
        List::Professionals => PROFESSIONALS,
    }
}

/// The cells of a row that count in a hash of it. Columns that came later count where one of them holds
/// something: what an earlier program wrote down of a row without them still holds.
pub(super) fn hashed<'c>(list: List, cells: &'c [Cow<'c, str>]) -> &'c [Cow<'c, str>] {
    let first = match list {
        List::Exposures => const { position(EXPOSURES, "professional_code") },
        List::Providers => const { position(PROVIDERS, "closed_on") },
        _ => cells.len(),
    };
    match cells.split_at_checked(first) {
        Some((before, later)) if later.iter().all(|cell| cell.is_empty()) => before,
        _ => cells,
    }
}

/// The columns that a file of this list must have.
pub(super) fn needed(list: List) -> impl Iterator<Item = &'static str> {
    contract::columns(list)
        .iter()
        .filter(|column| column.need != contract::Need::May)
        .map(|column| column.name)
}

/// Place of a column; evaluated when the program is compiled, so that a name that does not exist is
/// no program.
pub(super) const fn position(columns: &[&str], name: &str) -> usize {
    let mut index = 0;
    while index < columns.len() {
        if same(columns[index].as_bytes(), name.as_bytes()) {
            return index;
        }
        index += 1;
    }
    panic!("no such column")
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }

    let mut index = 0;
    while index < one.len() {
        if one[index] != other[index] {
            return false;
        }
        index += 1;
    }

    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::row::{Exposure, Provider, Registrant};

    #[test]
    fn the_text_cells_of_the_typed_rows_are_columns_of_their_list() {
        assert!(Exposure::TEXT.iter().all(|column| EXPOSURES.contains(column)));
        assert!(Registrant::TEXT.iter().all(|column| REGISTRANTS.contains(column)));
        assert!(Provider::TEXT.iter().all(|column| PROVIDERS.contains(column)));
    }

    #[test]
    fn a_position_is_the_place_in_the_list() {
        const SURNAME: usize = position(EXPOSURES, "surname");
        assert_eq!(EXPOSURES[SURNAME], "surname");
    }
}
