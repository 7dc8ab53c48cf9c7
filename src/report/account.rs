//! The account of a run: every exposure row ends in exactly one state, and the sums prove it.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{PeopleCounts, ReportError};
use crate::base::defect::{self, Defect};
use crate::field::ids::{Pseudonym, RowRef, base32};
use crate::field::reason::{Reason, RowState, SetAside};
use crate::field::row::{List, Rows};

/// Exposure rows by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateCounts {
    /// All rows.
    pub total: u64,
    /// Lead a letter.
    pub letter: u64,
    /// Another row of the person leads the letter.
    pub merged: u64,
    /// Already told.
    pub told: u64,
    /// Due on a known date; earlier programs had no such rows.
    #[serde(default)]
    pub waiting: u64,
    /// Must not be written to.
    pub suppressed: u64,
    /// Held for a human.
    pub review: u64,
    /// Unusable.
    pub rejected: u64,
}

impl StateCounts {
    fn add(&mut self, state: RowState) {
        self.total += 1;
        *match state {
            RowState::Letter => &mut self.letter,
            RowState::Merged => &mut self.merged,
            RowState::Told => &mut self.told,
            RowState::Waiting => &mut self.waiting,
            RowState::Suppressed => &mut self.suppressed,
            RowState::Review => &mut self.review,
            RowState::Rejected => &mut self.rejected,
        } += 1;
    }
}

/// What became of one exposure row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fate {
    /// The state it ended in.
    pub state: RowState,
    /// Why, unless it became a letter.
    pub reason: Option<Reason>,
    /// Whose row it is, once linking knows.
    pub person: Option<Pseudonym>,
    /// Index into [`Account::letters`].
    pub letter: Option<u32>,
}

/// One line per exposure row, filled in as the stages hand rows over.
#[derive(Debug)]
pub struct Account {
    /// Per input file of exposures: its rows' fates, in row order; `None` = not ended yet.
    fates: BTreeMap<u16, Vec<Option<Fate>>>,
    /// What letter ids are written from.
    letters: Vec<[u8; 16]>,
    /// Rows that were ended twice: a defect that must stop the run.
    doubled: u64,
    /// Rows that are in no input: a defect that must stop the run.
    strangers: u64,
}

impl Account {
    /// An account with every exposure row of `rows` open, except those that reading refused.
    #[must_use]
    pub fn open(rows: &Rows) -> Self {
        let fates = (0_u16..)
            .zip(&rows.inputs)
            .filter(|(_, input)| input.list == List::Exposures)
            .map(|(index, input)| (index, vec![None; input.rows as usize]));

        let mut account =
            Self { fates: fates.collect(), letters: Vec::new(), doubled: 0, strangers: 0 };
        for refused in rows.refused.iter().filter(|refused| refused.list == List::Exposures) {
            account.set_aside(&refused.set_aside);
        }

        account
    }

    /// Ends a row that was set aside.
    pub fn set_aside(&mut self, item: &SetAside) {
        let fate = Fate {
            state: item.reason.state(),
            reason: Some(item.reason),
            person: item.person,
            letter: None,
        };
        self.end(item.row, fate);
    }

    /// Ends the rows of one letter: the first leads it, the others are merged into it. `letter_id`
    /// in 16 bytes.
    pub fn letter(
        &mut self,
        letter_id: [u8; 16],
        person: Pseudonym,
        rows: impl IntoIterator<Item = RowRef>,
    ) {
        let letter = u32::try_from(self.letters.len()).ok();
        self.letters.push(letter_id);
        let mut state = RowState::Letter;
        for row in rows {
            if state == RowState::Merged && defect::is(Defect::MergedRowOpen) {
                continue;
            }
            self.end(row, Fate { state, reason: None, person: Some(person), letter });
            state = RowState::Merged;
        }
    }

    fn end(&mut self, row: RowRef, fate: Fate) {
        let slot = (row.row as usize)
            .checked_sub(1)
            .and_then(|index| self.fates.get_mut(&row.file).and_then(|file| file.get_mut(index)));
        match slot {
            None => self.strangers += 1,
            Some(Some(_)) => self.doubled += 1,
            Some(open) => *open = Some(fate),
        }
    }

    /// Proves that every row ended exactly once.
    ///
    /// # Errors
    /// [`ReportError::Unbalanced`] with the numbers, when a row has no end, two ends, or was never
    /// read.
    pub fn close(&self) -> Result<(), ReportError> {
        let open = self.fates.values().flatten().filter(|fate| fate.is_none()).count();
        let leading = self.states().letter;
        if open == 0
            && self.doubled == 0
            && self.strangers == 0
            && leading == self.letters.len() as u64
        {
            return Ok(());
        }
        let problem = format!(
            "{open} rows without an end, {} with two, {} that were never read, {leading} leading rows for {} letters",
            self.doubled,
            self.strangers,
            self.letters.len()
        );

        Err(ReportError::Unbalanced { problem })
    }

    /// All rows in file and row order.
    pub fn fates(&self) -> impl Iterator<Item = (RowRef, Fate)> {
        self.fates.iter().flat_map(|(file, fates)| {
            (1_u32..)
                .zip(fates)
                .filter_map(|(row, fate)| Some((RowRef { file: *file, row }, (*fate)?)))
        })
    }

    /// Everybody who gets a letter.
    pub fn written_to(&self) -> impl Iterator<Item = Pseudonym> {
        let letters = self.fates().filter(|(_, fate)| fate.state == RowState::Letter);
        letters.filter_map(|(_, fate)| fate.person)
    }

    /// The id of a letter.
    #[must_use]
    pub fn letter_id(&self, letter: u32) -> String {
        self.letters.get(letter as usize).map(base32).unwrap_or_default()
    }

    /// Rows by state.
    #[must_use]
    pub fn states(&self) -> StateCounts {
        let mut counts = StateCounts::default();
        self.fates().for_each(|(_, fate)| counts.add(fate.state));
        counts
    }

    /// Rows by state, per file (index into the inputs).
    #[must_use]
    pub fn states_by_file(&self) -> BTreeMap<usize, StateCounts> {
        let mut files: BTreeMap<usize, StateCounts> =
            self.fates.keys().map(|file| (usize::from(*file), StateCounts::default())).collect();
        for (row, fate) in self.fates() {
            files.entry(usize::from(row.file)).or_default().add(fate.state);
        }
        files
    }

    /// Rows set aside, by reason.
    #[must_use]
    pub fn reasons(&self) -> BTreeMap<Reason, u64> {
        let mut reasons = BTreeMap::new();
        for reason in self.fates().filter_map(|(_, fate)| fate.reason) {
            *reasons.entry(reason).or_default() += 1;
        }
        reasons
    }

    /// People by what became of them: a letter outweighs review, review outweighs suppression,
    /// suppression outweighs waiting, and that outweighs told. Rows that linking held belong to nobody yet and are not counted.
    #[must_use]
    pub fn people(&self) -> PeopleCounts {
        let rank = |state: RowState| match state {
            RowState::Letter | RowState::Merged => 0_u8,
            RowState::Review | RowState::Rejected => 1,
            RowState::Suppressed => 2,
            RowState::Waiting => 3,
            RowState::Told => 4,
        };

        let mut ends: Vec<(Pseudonym, u8)> =
            self.fates().filter_map(|(_, fate)| Some((fate.person?, rank(fate.state)))).collect();
        ends.par_sort_unstable();
        let mut counts = PeopleCounts::default();
        let mut last = None;
        for (person, rank) in ends {
            if last == Some(person) {
                continue;
            }
            last = Some(person);
            counts.total += 1;
            let PeopleCounts { letter, review, suppressed, waiting, told, .. } = &mut counts;
            *[letter, review, suppressed, waiting, told][usize::from(rank)] += 1;
        }

        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::row::Input;

    fn rows(count: u32) -> Rows {
        let input = Input {
            file: "exposures.csv".to_owned(),
            list: List::Exposures,
            sha256: String::new(),
            rows: count,
            unread_columns: Vec::new(),
            notes: Vec::new(),
        };
        Rows { inputs: vec![input], ..Rows::default() }
    }

    const fn row(row: u32) -> RowRef {
        RowRef { file: 0, row }
    }

    #[test]
    fn every_row_ends_once_and_the_sums_hold() {
        let mut account = Account::open(&rows(4));
        account.letter([7; 16], Pseudonym([1; 16]), [row(2), row(1)]);
        account.set_aside(&SetAside::new(row(3), Reason::D201));
        account.set_aside(&SetAside {
            person: Some(Pseudonym([1; 16])),
            ..SetAside::new(row(4), Reason::D101)
        });

        account.close().unwrap();
        let states = account.states();
        assert_eq!(
            (states.total, states.letter, states.merged, states.suppressed, states.review),
            (4, 1, 1, 1, 1)
        );

        let people = account.people();
        assert_eq!((people.total, people.letter, people.review), (1, 1, 0));
    }

    #[test]
    fn a_row_without_an_end_is_found() {
        assert!(Account::open(&rows(1)).close().is_err());
    }

    #[test]
    fn a_row_that_ends_twice_is_found() {
        let mut account = Account::open(&rows(1));
        account.set_aside(&SetAside::new(row(1), Reason::D201));
        account.letter([7; 16], Pseudonym([1; 16]), [row(1)]);
        assert!(account.close().is_err());
    }

    #[test]
    fn a_row_that_was_never_read_is_found() {
        let mut account = Account::open(&rows(0));
        account.set_aside(&SetAside::new(row(1), Reason::D201));
        account.set_aside(&SetAside::new(row(0), Reason::D201));
        assert!(account.close().is_err());
    }
}
