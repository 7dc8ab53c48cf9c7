//! Rows as they come out of one piece of a file, and where they are gathered.

use std::borrow::Cow;

use camino::Utf8Path;

use crate::progress::Progress;
use crate::row::{List, Refused, RowRef};

use super::damage::Tally;
use super::error::ReadError;
use super::raw::{Raw, Terms};
use super::records::Record;

/// What the rows of a file have in common.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) file: &'a Utf8Path,
    pub(super) index: u16,
    pub(super) list: List,
    pub(super) terms: Terms,
    pub(super) progress: &'a Progress,
}

/// The rows of one piece of a file, or of a whole one.
pub(super) struct Batch<T> {
    pub(super) good: Vec<T>,
    pub(super) refused: Vec<Refused>,
    /// Rows with more or fewer cells than the header; they are among the refused.
    pub(super) ragged: u32,
    /// The first of them.
    pub(super) first_ragged: Option<u32>,
    /// Numbers and postcodes that were stripped of blanks, dots and the like (M27).
    pub(super) tidied: u64,
    /// Filled and unreadable cells.
    pub(super) tally: Tally,
}

impl<T: Record> Batch<T> {
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self {
            good: Vec::with_capacity(rows),
            refused: Vec::new(),
            ragged: 0,
            first_ragged: None,
            tidied: 0,
            tally: Tally::default(),
        }
    }

    /// Reads one row; it ends among the good ones or among the refused, or among both where the worst that its unreadable
    /// cells may have said is known.
    pub(super) fn read(&mut self, cells: &[Cow<'_, str>], row: u32, context: &Context<'_>) {
        let at = RowRef { file: context.index, row };
        let mut raw = Raw::new(cells, T::COLUMNS, context.terms);
        let parsed = T::parse(&mut raw, at);
        self.tidied += u64::from(raw.tidied());
        // Only lists that protect people are measured: this is done for every cell of every row.
        if matches!(context.list, List::Participants | List::Register | List::Suppressions) {
            self.tally.see(cells);
        }
        match parsed {
            Some(typed) if raw.is_sound() => self.good.push(typed),
            parsed => {
                raw.tally(&mut self.tally);
                let used = parsed.clone().filter(|typed| typed.is_usable(&raw));
                let remains = parsed.map(T::remains).into_iter().collect();
                let refusal = raw.refusal(context.list, at, remains);
                self.refused.push(Refused { used: used.is_some(), ..refusal });
                self.good.extend(used);
            }
        }
    }

    /// Puts the next piece of the same file behind this one.
    pub(super) fn append(&mut self, mut next: Self) {
        self.good.append(&mut next.good);
        self.refused.append(&mut next.refused);
        self.ragged += next.ragged;
        self.first_ragged = self.first_ragged.or(next.first_ragged);
        self.tidied += next.tidied;
        self.tally.append(&next.tally);
    }

    /// A few ragged rows are bad rows; many are a bad file: more than 0.1 %, and more than one (M11).
    pub(super) fn check_ragged(&self, rows: u32, file: &Utf8Path) -> Result<(), ReadError> {
        match self.first_ragged {
            Some(first) if self.ragged > 1 && u64::from(self.ragged) * 1000 > u64::from(rows) => {
                Err(ReadError::Ragged { file: file.to_owned(), ragged: self.ragged, rows, first })
            }
            _ => Ok(()),
        }
    }
}
