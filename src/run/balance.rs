//! Rows in = rows handed on + rows set aside, after every stage.

use std::collections::{BTreeMap, BTreeSet};

use super::RunError;
use crate::field::ids::{Pseudonym, RowRef};
use crate::field::reason::{Reason, RowState, SetAside};
use crate::field::row::{List, Rows};
use crate::package::ProofedLetter;
use crate::report::account::Account;

/// The exposure rows that are still on their way, and those that have come to their end.
pub(super) struct Balance {
    on_their_way: u64,
    in_letters: u64,
    /// What becomes of every exposure row.
    pub account: Account,
    /// Every row that was set aside, of all lists.
    pub set_aside: Vec<SetAside>,
    /// Superseded rows, by the row that superseded them: they end as it does, and are no case of
    /// their own.
    pub followers: BTreeMap<RowRef, Vec<RowRef>>,
}

/// Rows of one person that wait for one reason are one case: somebody decides about the person.
fn together(items: &mut [SetAside]) {
    let mut first: BTreeMap<(Pseudonym, Reason), RowRef> = BTreeMap::new();
    let is_held = |item: &&mut SetAside| {
        matches!(item.reason.state(), RowState::Review) && item.case.is_none()
    };

    for item in items.iter_mut().filter(is_held) {
        let Some(person) = item.person else { continue };
        let case = *first.entry((person, item.reason)).or_insert(item.row);
        item.case = (case != item.row).then_some(case);
    }
}

impl Balance {
    /// All rows that could be read are on their way; the others have ended.
    pub fn open(rows: &Rows) -> Self {
        let refused = rows.refused.iter().filter(|refused| refused.list == List::Exposures);

        Self {
            on_their_way: rows.exposures.len() as u64,
            in_letters: 0,
            account: Account::open(rows),
            set_aside: refused.map(|refused| refused.set_aside.clone()).collect(),
            followers: BTreeMap::new(),
        }
    }

    /// Rows that end here, with those that follow them.
    pub fn set_aside(&mut self, mut items: Vec<SetAside>) {
        together(&mut items);
        for item in &items {
            self.account.set_aside(item);
            for row in self.followers.get(&item.row).into_iter().flatten() {
                self.account.set_aside(&SetAside { row: *row, ..item.clone() });
            }
        }

        self.set_aside.extend(items);
    }

    /// Rows that end in a letter, with those that follow them.
    pub fn letter(&mut self, letter: &ProofedLetter, person: Pseudonym, rows: &[RowRef]) {
        self.in_letters += rows.len() as u64;

        let followers = rows.iter().filter_map(|row| self.followers.get(row)).flatten().copied();
        let rows: Vec<RowRef> = rows.iter().copied().chain(followers).collect();
        self.account.letter(letter.letter_id().0, person, rows);
    }

    /// Every row that went into the stage was handed on or set aside.
    ///
    /// # Errors
    /// [`RunError::Unbalanced`].
    pub fn check(
        &mut self,
        stage: &'static str,
        handed_on: u64,
        set_aside: u64,
    ) -> Result<(), RunError> {
        let (before, after) = (self.on_their_way, handed_on + set_aside);
        if after != before {
            return Err(RunError::Unbalanced { stage, before, after });
        }

        self.on_their_way = handed_on;
        Ok(())
    }

    /// How many people cannot be reached: nobody has an address of theirs that a letter can be sent
    /// to, or their last one came back, as that of the `unreached` did.
    pub fn unreachable(&self, mut unreached: BTreeSet<Pseudonym>) -> u64 {
        let is_about = |reason| Reason::UNREACHABLE.contains(&reason);
        let fates = self.account.fates().map(|(_, fate)| fate);
        let mut nobodys = 0;
        for fate in fates.filter(|fate| fate.reason.is_some_and(is_about)) {
            match fate.person {
                Some(person) => drop(unreached.insert(person)),
                None => nobodys += 1,
            }
        }

        let written: BTreeSet<Pseudonym> = self.account.written_to().collect();
        unreached.difference(&written).count() as u64 + nobodys
    }

    /// The last stage: every row that is not in a letter was set aside, and every row has ended
    /// exactly once.
    ///
    /// # Errors
    /// [`RunError::Unbalanced`], or that of the account.
    pub fn close(&mut self, unproofed: u64) -> Result<(), RunError> {
        self.check("proof", self.in_letters, unproofed)?;
        Ok(self.account.close()?)
    }
}
