//! Rows of a Parquet file, made of the cells that its decoder says from its box.

use std::borrow::Cow;

use camino::Utf8Path;
use rayon::prelude::*;

use super::batch::{Batch, Context};
use super::boxed::{self, Piece, Said, Wish};
use super::error::ReadError;
use super::header::{self, Layout};
use super::kind::Kind;
use super::records::Record;
use super::{parquet_file, schema};
use crate::config::InputFormat;
use crate::field::row::List;

/// What a file holds beside its rows.
pub(super) struct Content {
    /// Data rows.
    pub(super) rows: u32,
    /// Headers that the contract does not name.
    pub(super) unread: Vec<String>,
    /// Columns of the contract that the file does without.
    pub(super) absent: Vec<&'static str>,
}

/// Reads the rows of a file. `fits` is asked first whether their number is the one that was
/// announced.
pub(super) fn read<T: Record>(
    bytes: Vec<u8>,
    format: &InputFormat,
    context: &Context<'_>,
    fits: impl Fn(u32) -> Result<(), ReadError>,
    into: &mut Batch<T>,
) -> Result<Content, ReadError> {
    let (file, list, length) = (context.file, context.list, bytes.len());
    let failed = || ReadError::decoder(file);
    let mut heard: Option<Cells> = None;
    let wish = Wish::Parquet(list, format.clone());
    boxed::hear(&wish, bytes, file, |piece| {
        match piece {
            Piece::Said(Said::Columns(names, rows)) => {
                let layout = header::layout(&names, list, header::expected(list, format)?, file)?;
                fits(rows)?;
                if rows as usize > parquet_file::most_rows(length) {
                    return Err(failed());
                }
                into.reserve(rows as usize, context);
                heard = Some(Cells::new(layout, list, rows, length));
            }
            Piece::Cells(cells) => {
                let heard = heard.as_mut().ok_or_else(failed)?;
                heard.take(cells, context, into).ok_or_else(failed)?;
            }
            Piece::Said(said) => return Err(trouble(said, list, file)),
        }
        Ok(true)
    })?;

    let mut heard = heard.ok_or_else(failed)?;
    heard.read(context, into).ok_or_else(failed)?;
    if heard.next_row != u64::from(heard.rows) {
        return Err(failed());
    }
    let Cells { layout, rows, .. } = heard;
    Ok(Content { rows, unread: layout.unread, absent: layout.absent })
}

/// Cells on their way to rows.
struct Cells {
    layout: Layout,
    /// Where in the contract the columns are that are said.
    places: Vec<usize>,
    held: Vec<(u32, Vec<u8>)>,
    rows: u32,
    /// Rows that were said so far.
    next_row: u64,
    /// Bytes of the file.
    length: usize,
}

impl Cells {
    fn new(layout: Layout, list: List, rows: u32, length: usize) -> Self {
        let columns = schema::columns(list).iter().enumerate();
        let there = columns.filter(|(_, column)| !layout.absent.contains(column));
        let places = there.map(|(place, _)| place).collect();
        Self { layout, places, held: Vec::new(), rows, next_row: 0, length }
    }

    /// Takes some cells; reads rows when there are enough for all cores.
    fn take<T: Record>(
        &mut self,
        cells: Vec<u8>,
        context: &Context<'_>,
        into: &mut Batch<T>,
    ) -> Option<()> {
        let rows = boxed::number(&mut cells.as_slice())?;
        let first = u32::try_from(self.next_row + 1).ok()?;
        self.next_row += u64::from(rows);
        if self.next_row > u64::from(self.rows) {
            return None;
        }

        self.held.push((first, cells));
        // Every row is worth its share of the file.
        context
            .progress
            .advance(self.length as u64 * u64::from(rows) / u64::from(self.rows).max(1));
        if self.held.len() < rayon::current_num_threads() {
            Some(())
        } else {
            self.read(context, into)
        }
    }

    /// Reads the rows that are held.
    fn read<T: Record>(&mut self, context: &Context<'_>, into: &mut Batch<T>) -> Option<()> {
        let read = self.held.par_iter().map(|(first, said)| {
            let mut said = said.as_slice();
            let rows = boxed::number(&mut said)?;
            let mut batch = Batch::with_capacity((rows as usize).min(said.len()));
            let mut cells: Vec<Cow<'_, str>> = vec![Cow::Borrowed(""); T::COLUMNS.len()];
            for row in 0..rows {
                for place in &self.places {
                    cells[*place] = Cow::Borrowed(boxed::take(&mut said)?);
                }
                batch.read(&cells, first.checked_add(row)?, context);
            }
            said.is_empty().then_some(batch)
        });

        for batch in read.collect::<Option<Vec<Batch<T>>>>()? {
            into.append(batch);
        }
        self.held.clear();
        Some(())
    }
}

/// What is wrong with a file, as its decoder said it.
fn trouble(said: Said, list: List, file: &Utf8Path) -> ReadError {
    match said {
        Said::TooManyRows => ReadError::TooManyRows { file: file.to_owned() },
        Said::ColumnType(name, found) => {
            let known = schema::columns(list).iter().find(|column| **column == name);
            let Some(column) = known else { return ReadError::decoder(file) };
            let accepted = parquet_file::accepted(Kind::of(column));
            ReadError::ColumnType { file: file.to_owned(), column, found, accepted }
        }
        Said::Problem(problem, _) => ReadError::Parquet { file: file.to_owned(), problem },
        _ => ReadError::decoder(file),
    }
}

/// The names of the columns, whatever they are; for a look at a file that cannot be read.
pub(super) fn column_names(bytes: Vec<u8>, file: &Utf8Path) -> Option<Vec<String>> {
    boxed::names(&Wish::ParquetNames, bytes, file)
}
