//! Rows as they come out of one piece of a file, and where they are gathered.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

use camino::Utf8Path;

use crate::base::progress::Progress;
use crate::field::ids::RowRef;
use crate::field::keys::Marker;
use crate::field::professional::Requester;
use crate::field::row::{List, Refused};
use crate::field::shared::Shared;

use super::empty::Empty;
use super::error::ReadError;
use super::raw::{Raw, Terms};
use super::records::Record;
use super::tally::Tally;
use super::translate::Translation;
use super::{marks, spoilt};

/// What the rows of a file have in common.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) file: &'a Utf8Path,
    pub(super) index: u16,
    pub(super) list: List,
    pub(super) terms: Terms,
    /// From the site's words and dates to the contract's.
    pub(super) translation: &'a Translation,
    /// Marks every row, where somebody will compare them.
    pub(super) marker: Option<Marker>,
    /// Data rows whose cells are kept as they were delivered.
    pub(super) wanted: Option<&'a BTreeSet<u32>>,
    /// Values that mean an empty cell.
    pub(super) empty: &'a Empty,
    pub(super) progress: &'a Progress,
}

/// The rows of one piece of a file, or of a whole one.
pub(super) struct Batch<T> {
    pub(super) good: Vec<T>,
    pub(super) refused: Vec<Refused>,
    /// Rows that are good if a lost zero is found ([`super::zeros`]).
    pub(super) pending: Vec<(T, Refused)>,
    /// Rows with more or fewer cells than the header; they are among the refused.
    pub(super) ragged: u32,
    /// The first of them.
    pub(super) first_ragged: Option<u32>,
    /// Numbers and postcodes that were stripped of blanks, dots and the like.
    pub(super) tidied: u64,
    /// What unreadable cells look like, by column.
    pub(super) damage: spoilt::Tally,
    /// What the cells are, by column.
    pub(super) tally: Tally,
    /// One mark a row, good or not, in file order; none without a marker.
    pub(super) marks: Vec<u64>,
    /// Wanted rows, each with the cells of its list's columns; a row whose cells nobody can tell
    /// apart is one text.
    pub(super) delivered: Vec<(u32, Vec<String>)>,
    /// Where a row is put together to be marked.
    pub(super) buffer: Vec<u8>,
    /// Those who asked for tests, each once.
    pub(super) requesters: HashSet<Shared<Requester>>,
}

impl<T: Record> Batch<T> {
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self {
            good: Vec::with_capacity(rows),
            refused: Vec::new(),
            pending: Vec::new(),
            ragged: 0,
            first_ragged: None,
            tidied: 0,
            tally: Tally::default(),
            damage: spoilt::Tally::default(),
            marks: Vec::new(),
            delivered: Vec::new(),
            buffer: Vec::new(),
            requesters: HashSet::new(),
        }
    }

    /// Makes room for the rows of a whole file.
    pub(super) fn reserve(&mut self, rows: usize, context: &Context<'_>) {
        self.good.reserve_exact(rows);
        if context.marker.is_some() {
            self.marks.reserve_exact(rows);
        }
    }

    /// Reads one row; it ends among the good ones, the refused ones or those that wait for a zero,
    /// or among both where the worst that its unreadable cells may have said is known.
    pub(super) fn read(&mut self, cells: &[Cow<'_, str>], row: u32, context: &Context<'_>) {
        let at = RowRef { file: context.index, row };

        if let Some(marker) = context.marker {
            self.marks.push(marks::of_row(marker, context.list, cells, &mut self.buffer));
        }

        if context.wanted.is_some_and(|wanted| wanted.contains(&row)) {
            self.delivered
                .push((row, cells.iter().map(|cell| cell.clone().into_owned()).collect()));
        }

        let translated = context.translation.apply(cells);
        let cells = translated.as_deref().unwrap_or(cells);
        let emptied = context.empty.apply(cells);
        let cells = emptied.as_deref().unwrap_or(cells);
        let mut raw = Raw::new(cells, T::COLUMNS, context.terms);
        let mut parsed = T::parse(&mut raw, at);
        if let Some(typed) = &mut parsed {
            typed.share(&mut self.requesters);
        }

        self.tidied += u64::from(raw.tidied());
        self.tally.add(context.list, cells, [raw.faults(), raw.strange()], row);

        match parsed {
            Some(typed) if raw.is_sound() => self.good.push(typed),
            Some(typed) if raw.lacks_only_zeros() => {
                raw.tally(&mut self.damage);
                let remains = typed.clone().remains().into_iter().collect();
                self.pending.push((typed, raw.refusal(context.list, at, remains)));
            }
            parsed => {
                raw.tally(&mut self.damage);
                let used = parsed.clone().filter(|typed| typed.is_usable(&raw));
                let remains = parsed.and_then(T::remains).into_iter().collect();
                let refusal = raw.refusal(context.list, at, remains);
                self.refuse(Refused { used: used.is_some(), ..refusal });
                self.good.extend(used);
            }
        }
    }

    /// The last refused row is before a delimiter that ends every row of its file: with a cell too
    /// many, and an empty last one, it would look the same. So it is kept like a row whose cells
    /// have moved.
    pub(super) fn doubt(&mut self, moved: Refused) {
        let Some(last) = self.refused.last_mut() else { return };
        if last.used {
            self.good.pop();
        }
        // It stays a delivery of its record, so that no older one counts in its place.
        let Refused { set_aside, record_id, dataset_id, .. } = last.clone();
        *last = Refused { set_aside, record_id, dataset_id, ..moved };
    }

    /// Puts a row among the refused.
    pub(super) fn refuse(&mut self, row: Refused) {
        self.tally.refuse(row.set_aside.reason, row.set_aside.row.row);
        self.refused.push(row);
    }

    /// Marks a row whose cells nobody can tell apart, and keeps it where it is wanted.
    pub(super) fn mark_whole(&mut self, text: &str, row: u32, context: &Context<'_>) {
        if context.wanted.is_some_and(|wanted| wanted.contains(&row)) {
            self.delivered.push((row, vec![text.to_owned()]));
        }
        if let Some(marker) = context.marker {
            self.marks.push(marker.mark(text.as_bytes()));
        }
    }

    /// Puts the next piece of the same file behind this one.
    pub(super) fn append(&mut self, mut next: Self) {
        self.good.append(&mut next.good);
        self.refused.append(&mut next.refused);
        self.pending.append(&mut next.pending);
        self.ragged += next.ragged;
        self.first_ragged = self.first_ragged.or(next.first_ragged);
        self.tidied += next.tidied;
        self.tally.append(&next.tally);
        self.damage.append(&next.damage);
        self.marks.append(&mut next.marks);
        self.delivered.append(&mut next.delivered);
    }

    /// A few ragged rows are bad rows; many are a bad file: more than 0.1 %, and more than one.
    pub(super) fn check_ragged(&self, rows: u32, file: &Utf8Path) -> Result<(), ReadError> {
        match self.first_ragged {
            Some(first) if self.ragged > 1 && u64::from(self.ragged) * 1000 > u64::from(rows) => {
                Err(ReadError::Ragged { file: file.to_owned(), ragged: self.ragged, rows, first })
            }
            _ => Ok(()),
        }
    }
}
