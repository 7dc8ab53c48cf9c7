//! What the cells of a file are, column by column: empty, damaged, and how. Counts and row numbers,
//! never a value.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::field::contract::{self, DateForm};
use crate::field::reason::Reason;
use crate::field::row::List;

use super::cell;

/// So many rows are named for each kind of damage.
const ROWS_NAMED: usize = 3;

/// The cells of one file, or of a piece of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// In contract order; none before the first row.
    pub columns: Vec<ColumnTally>,
    /// Rows whose cells were looked at: all but ragged ones.
    pub rows: u32,
    /// Why rows are refused, by the code that the row is set aside with.
    pub refused: BTreeMap<Reason, DamageKind>,
    /// Damaged cells of date columns.
    pub damaged_dates: u32,
    /// How many of those are dates in each pattern of [`DateForm::ALL`].
    pub patterns: [u32; DateForm::ALL.len()],
}

/// The cells of one column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnTally {
    /// Nothing in it, or a word that says so.
    pub empty: u32,
    /// Filled, and not what the column holds.
    pub damaged: u32,
    /// What is wrong; a cell that is missing where every row needs one is here, too.
    pub kinds: BTreeMap<Reason, DamageKind>,
}

/// One kind of damage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DamageKind {
    /// How many.
    pub count: u32,
    /// The first few data rows.
    pub rows: Vec<u32>,
}

impl DamageKind {
    fn add(&mut self, row: u32) {
        self.count += 1;
        if self.rows.len() < ROWS_NAMED {
            self.rows.push(row);
        }
    }

    fn append(&mut self, next: &Self) {
        self.count += next.count;
        let room = ROWS_NAMED.saturating_sub(self.rows.len());
        self.rows.extend(next.rows.iter().take(room));
    }
}

impl Tally {
    /// Counts the cells of a row, with what reading found wrong with them: column and reason.
    pub(super) fn add(
        &mut self,
        list: List,
        cells: &[Cow<'_, str>],
        faults: [&[(usize, Reason)]; 2],
        row: u32,
    ) {
        if self.columns.len() != cells.len() {
            self.columns.resize_with(cells.len(), ColumnTally::default);
        }

        self.rows += 1;

        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.empty += u32::from(is_empty(cell));
        }

        let faults = || faults.into_iter().flatten();
        for (place, (at, reason)) in faults().enumerate() {
            let (Some(column), Some(cell)) = (self.columns.get_mut(*at), cells.get(*at)) else {
                continue;
            };
            column.kinds.entry(*reason).or_default().add(row);
            let again = faults().take(place).any(|(other, _)| other == at);
            if again || is_empty(cell) {
                continue;
            }
            column.damaged += 1;
            if contract::columns(list).get(*at).is_some_and(|column| column.form.is_date()) {
                self.date(cell);
            }
        }
    }

    /// Counts a row that is set aside.
    pub(super) fn refuse(&mut self, reason: Reason, row: u32) {
        self.refused.entry(reason).or_default().add(row);
    }

    fn date(&mut self, cell: &str) {
        self.damaged_dates += 1;
        for (count, form) in self.patterns.iter_mut().zip(DateForm::ALL) {
            *count += u32::from(form.reads(cell::present(cell)));
        }
    }

    /// Adds what follows in the same file.
    pub(super) fn append(&mut self, next: &Self) {
        if self.columns.len() < next.columns.len() {
            self.columns.resize_with(next.columns.len(), ColumnTally::default);
        }

        self.rows += next.rows;

        for (column, other) in self.columns.iter_mut().zip(&next.columns) {
            column.empty += other.empty;
            column.damaged += other.damaged;
            append_kinds(&mut column.kinds, &other.kinds);
        }

        append_kinds(&mut self.refused, &next.refused);
        self.damaged_dates += next.damaged_dates;

        for (count, other) in self.patterns.iter_mut().zip(next.patterns) {
            *count += other;
        }
    }

    /// The pattern that nearly all damaged dates have, if one of them alone can be it: where months
    /// and days could also be the other way round, nothing is proposed.
    pub(super) fn pattern(&self) -> Option<DateForm> {
        let enough =
            |count: u32| count > 2 && u64::from(count) * 20 >= u64::from(self.damaged_dates) * 19;
        let best = self.patterns.iter().copied().max().filter(|count| enough(*count))?;
        let mut best = self
            .patterns
            .iter()
            .zip(DateForm::ALL)
            .filter(|(count, _)| **count == best)
            .map(|(_, form)| form);

        let (first, rest) = (best.next()?, best);
        // `D-M-YYYY` reads everything that `DD-MM-YYYY` does; `DD/MM/YYYY` and `MM/DD/YYYY`
        // contradict each other.
        let day_first = first.pattern().starts_with('D');
        rest.into_iter().all(|other| other.pattern().starts_with('D') == day_first).then_some(first)
    }
}

fn append_kinds(kinds: &mut BTreeMap<Reason, DamageKind>, next: &BTreeMap<Reason, DamageKind>) {
    for (reason, kind) in next {
        kinds.entry(*reason).or_default().append(kind);
    }
}

/// Most cells are filled and begin with a letter or digit that no word for "nothing" begins with.
fn is_empty(cell: &str) -> bool {
    cell::present(cell).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BIRTH_DATE: usize = 7;

    fn tally(dates: &[&str]) -> Tally {
        let mut tally = Tally::default();
        for (row, date) in (1..).zip(dates) {
            let mut cells = vec![Cow::Borrowed(""); contract::columns(List::Exposures).len()];
            cells[BIRTH_DATE] = Cow::Borrowed(*date);
            tally.add(List::Exposures, &cells, [&[(BIRTH_DATE, Reason::R104)], &[]], row);
        }
        tally
    }

    #[test]
    fn a_pattern_of_dates_is_proposed_when_nothing_else_can_be_meant() {
        assert_eq!(
            tally(&["01-03-1950", "28-02-1960", "00-00-1970"]).pattern(),
            Some(DateForm::DayHyphens)
        );

        assert_eq!(
            tally(&["1-3-1950", "28-2-1960", "1-1-1970"]).pattern(),
            Some(DateForm::ShortHyphens)
        );

        assert_eq!(
            tally(&["03/28/1950", "02/01/1960", "12/31/1970"]).pattern(),
            Some(DateForm::MonthSlashes)
        );

        assert_eq!(
            tally(&["01/03/1950", "02/01/1960", "12/12/1970"]).pattern(),
            None,
            "two can be meant"
        );

        assert_eq!(tally(&["01-03-1950", "x", "y"]).pattern(), None);
        assert_eq!(tally(&[]).pattern(), None);
    }

    #[test]
    fn pieces_of_a_file_count_like_the_whole() {
        let dates = ["01-03-1950", "x", "N/A", "28-02-1960", "y", "z"];
        let mut pieces = tally(&dates[..2]);
        let mut rest = tally(&dates[2..]);
        let kinds = rest.columns[BIRTH_DATE].kinds.get_mut(&Reason::R104).unwrap();
        kinds.rows.iter_mut().for_each(|row| *row += 2);
        pieces.append(&rest);
        assert_eq!(pieces, tally(&dates));

        let column = &pieces.columns[BIRTH_DATE];
        assert_eq!((column.empty, column.damaged, column.kinds[&Reason::R104].count), (1, 5, 6));
        assert_eq!(column.kinds[&Reason::R104].rows, [1, 2, 3]);
    }
}
