//! Reading does what the contract says: its examples are read, its words, and texts as long as it
//! permits.

use std::borrow::Cow;

use jiff::civil::Date;

use super::cell::Days;
use super::raw::{Raw, Terms};
use super::records::Record;
use crate::field::contract::{self, CellForm, LISTS, Need};
use crate::field::ids::RowRef;
use crate::field::professional::Professional;
use crate::field::reason::Reason;
use crate::field::row::{Exposure, List, Provider, Registrant, Suppression};

/// What is wrong with a row of the contract's examples of which some cells are others.
fn wrong(list: List, others: &[(&str, &str)]) -> Vec<Reason> {
    let cell = |column: &contract::Column| {
        let other = others.iter().find(|(name, _)| *name == column.name);
        Cow::Owned(other.map_or(column.example, |(_, cell)| cell).to_owned())
    };

    let cells: Vec<Cow<'_, str>> = contract::columns(list).iter().map(cell).collect();
    match list {
        List::Exposures => parse::<Exposure>(&cells),
        List::Participants | List::Register => parse::<Registrant>(&cells),
        List::Providers => parse::<Provider>(&cells),
        List::Suppressions => parse::<Suppression>(&cells),
        List::Professionals => parse::<Professional>(&cells),
    }
}

fn parse<T: Record>(cells: &[Cow<'_, str>]) -> Vec<Reason> {
    let terms = Terms { synthetic: true, days: Days::before(Date::constant(2025, 9, 15)) };
    let mut raw = Raw::new(cells, T::COLUMNS, terms);
    let row = T::parse(&mut raw, RowRef { file: 0, row: 1 });
    let reasons: Vec<Reason> =
        raw.faults().iter().chain(raw.strange()).map(|(_, reason)| *reason).collect();
    assert!(row.is_some() || !reasons.is_empty());
    reasons
}

#[test]
fn a_row_of_the_examples_is_read() {
    for list in LISTS {
        assert_eq!(wrong(list, &[]), [], "{}", contract::name(list));
    }
}

#[test]
fn every_word_of_the_contract_is_read_and_no_other() {
    for list in LISTS {
        for column in contract::columns(list) {
            for word in column.form.allowed().unwrap_or_default() {
                assert_eq!(wrong(list, &[(column.name, word)]), [], "{} {word}", column.name);
            }
            if column.form.allowed().is_some() {
                assert_eq!(wrong(list, &[(column.name, "qzx")]), [Reason::R107], "{}", column.name);
            }
        }
    }
}

#[test]
fn a_text_may_be_as_long_as_the_contract_says_and_no_longer() {
    for list in LISTS {
        for column in contract::columns(list) {
            let (CellForm::Name(most) | CellForm::Text(most)) = column.form else { continue };
            let text = |length: u16| "a".repeat(usize::from(length));
            assert_eq!(wrong(list, &[(column.name, &text(most))]), [], "{}", column.name);
            assert_eq!(
                wrong(list, &[(column.name, &text(most + 1))]),
                [Reason::R109],
                "{}",
                column.name
            );
        }
    }
}

#[test]
fn a_cell_may_be_empty_unless_every_row_needs_it() {
    for list in LISTS {
        for column in contract::columns(list) {
            let refused = !wrong(list, &[(column.name, "")]).is_empty();
            // An address abroad without its country has a postcode that no Dutch one can be: not
            // this column's fault.
            assert_eq!(
                refused,
                column.need == Need::Every,
                "{} {}",
                contract::name(list),
                column.name
            );
        }
    }
}
