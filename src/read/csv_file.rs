//! CSV files: first where the records are, on one core, then what is in them, on all.

mod found;
mod top;

use std::borrow::Cow;
use std::collections::BTreeSet;

use camino::Utf8Path;
use rayon::prelude::*;

use crate::config::{InputFormat, TextEncoding};
use crate::field::ids::RowRef;
use crate::field::reason::{Reason, SetAside};
use crate::field::row::{List, Open, Refused};

use super::again::CsvForm;
use super::batch::{Batch, Context};
use super::encoding;
use super::error::{FilePlace, ReadError};
use super::header::{self, Layout};
use super::preamble::{self, Tail};
use super::raw::{self, Raw};
use super::records::Record;
use super::schema;
use super::split::{self, Dialect, Span};

pub(super) use top::first_line;

use found::{Piece, Records, check_cells, find_records};
use top::{check_kind, header_record, names, start, with_hint};

/// So many pieces are in the air at once: their rows are twice in memory until they are gathered.
const PIECES_AT_ONCE: usize = 32;

/// A CSV file whose header is right and whose records are found.
pub(super) struct CsvFile<'b> {
    text: Cow<'b, str>,
    layout: Layout,
    dialect: Dialect,
    pieces: Vec<Piece>,
    /// Data rows.
    pub(super) rows: u32,
    /// Rows of delimiters alone: they are not rows, but somebody may have counted them.
    pub(super) blank_rows: u32,
    /// Every row ends in one delimiter more than its header has.
    trailing: bool,
    notes: Vec<String>,
}

impl<'b> CsvFile<'b> {
    /// Decodes the bytes, checks the header and finds the records. `None`: the file has not even a
    /// header.
    pub(super) fn open(
        bytes: &'b [u8],
        list: List,
        format: &InputFormat,
        file: &Utf8Path,
    ) -> Result<Option<Self>, ReadError> {
        check_kind(bytes, file)?;
        encoding::refuse_wide(bytes, format.encoding, file)?;
        let (bytes, tail) = preamble::without_tail(bytes);
        if tail == Tail::Lost {
            return Err(ReadError::Truncated { file: file.to_owned(), place: FilePlace::End });
        }

        let text = encoding::decode(bytes, format.encoding, file)?;
        let mut notes = Vec::new();
        if tail == Tail::Padding {
            notes.push("old end-of-file marks follow the last row; they were left out".to_owned());
        }

        let (delimiter, start) = start(&text, list, format, file, &mut notes)?;

        let headers = header::expected(list, format)?;
        let Some(first) = header_record(&text, start, Dialect { delimiter, width: 0 }, file)?
        else {
            return Ok(None);
        };

        check_cells(&text, first, delimiter, FilePlace::Header, file)?;
        let found = names(&text, first, delimiter);
        let mut layout = header::layout(&found, list, headers, file)
            .map_err(|error| with_hint(error, &text, first, start, format, delimiter))?;
        let mut records =
            find_records(&text, first.next, Dialect { delimiter, width: found.len() }, file)?;

        // A header that ends in a delimiter, where the rows do not, has one name less.
        if found.last().is_some_and(String::is_empty)
            && records.first_width + 1 == layout.places.len()
        {
            layout.places.pop();
        }
        let width = layout.places.len();
        records.trailing &= records.first_width == width + 1;
        records.check_end(&text, delimiter, width, file)?;
        notes.extend(records.notes());

        let unnamed = layout.unread.iter().filter(|header| header.is_empty()).count();
        if unnamed > 0 {
            notes.push(format!("columns without a name: {unnamed}; they were not read"));
            layout.unread.retain(|header| !header.is_empty());
        }

        let Records { pieces, rows, blank_rows, trailing, .. } = records;
        Ok(Some(Self {
            text,
            layout,
            dialect: Dialect { delimiter, width },
            pieces,
            rows,
            blank_rows,
            trailing,
            notes,
        }))
    }

    /// What is worth knowing about the file.
    pub(super) fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Headers that the contract does not name.
    pub(super) fn unread_columns(&self) -> &[String] {
        &self.layout.unread
    }

    /// Columns of the contract that the file does without.
    pub(super) fn absent_columns(&self) -> &[&'static str] {
        &self.layout.absent
    }

    /// The text that [`CsvFile::spans`] points into.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// How the rows are written.
    pub(super) fn form(&self, list: List, encoding: TextEncoding) -> CsvForm {
        let columns = schema::columns(list);
        let named = self.layout.places.iter().map(|place| place.map(|place| columns[place]));
        CsvForm::new(self.dialect, encoding, named, self.trailing)
    }

    /// Wanted rows: their numbers, and where each begins and ends in the text.
    pub(super) fn spans(&self, wanted: &BTreeSet<u32>) -> Vec<(u32, usize, usize)> {
        let mut spans = Vec::with_capacity(wanted.len());
        for (place, piece) in self.pieces.iter().enumerate() {
            let next = self.pieces.get(place + 1).map_or(u32::MAX, |piece| piece.first_row);
            if wanted.range(piece.first_row..next).next().is_none() {
                continue;
            }

            let (mut row, mut at) = (piece.first_row, piece.bytes.start);
            while at < piece.bytes.end {
                let Ok(span) = split::record(self.text.as_bytes(), at, self.dialect) else { break };
                at = span.next;
                if split::is_blank(&self.text, span, self.dialect.delimiter) {
                    continue;
                }
                if wanted.contains(&row) {
                    spans.push((row, span.start, span.end));
                }
                row += 1;
            }
        }

        spans
    }

    /// Reads the rows.
    pub(super) fn read<T: Record>(&self, context: &Context<'_>, into: &mut Batch<T>) {
        into.reserve(self.rows as usize, context);
        for pieces in self.pieces.chunks(PIECES_AT_ONCE) {
            let read: Vec<Batch<T>> =
                pieces.par_iter().map(|piece| self.read_piece(piece, context)).collect();
            for batch in read {
                into.append(batch);
            }
        }
    }

    fn read_piece<T: Record>(&self, piece: &Piece, context: &Context<'_>) -> Batch<T> {
        let mut batch = Batch::with_capacity(0);
        let mut cells = vec![Cow::Borrowed(""); T::COLUMNS.len()];
        let mut row = piece.first_row;
        let mut at = piece.bytes.start;
        while at < piece.bytes.end {
            // `open` has been through here without finding an unbalanced quote.
            let Ok(span) = split::record(self.text.as_bytes(), at, self.dialect) else { break };
            at = span.next;
            if split::is_blank(&self.text, span, self.dialect.delimiter) {
                continue;
            }
            let count = split::fields(&self.text, span, self.dialect.delimiter, |index, field| {
                if let Some(Some(place)) = self.layout.places.get(index) {
                    cells[*place] = field.read();
                }
            });
            if count == self.layout.places.len() + usize::from(self.trailing) {
                let refused = batch.refused.len();
                batch.read(&cells, row, context);
                if self.trailing && batch.refused.len() > refused {
                    let ragged = self.ragged_row::<T>(span, count, row, context);
                    batch.doubt(ragged);
                }
            } else {
                batch.ragged += 1;
                batch.first_ragged.get_or_insert(row);
                batch.mark_whole(&self.text[span.start..span.end], row, context);
                batch.refuse(self.ragged_row::<T>(span, count, row, context));
            }
            row += 1;
        }

        context.progress.advance(piece.bytes.len() as u64);
        batch
    }

    /// A row whose cells have moved. It is read twice, its cells counted from the left and from the
    /// right: up to the cell that was lost or divided one of the two is right, behind it the other.
    fn ragged_row<T: Record>(
        &self,
        span: Span,
        count: usize,
        row: u32,
        context: &Context<'_>,
    ) -> Refused {
        let at = RowRef { file: context.index, row };
        let mut found = Vec::with_capacity(count);
        split::fields(&self.text, span, self.dialect.delimiter, |_, field| {
            found.push(field.read());
        });
        let places = &self.layout.places;
        let shift = count.abs_diff(places.len());
        let aligned = |right: bool| {
            let mut cells = vec![Cow::Borrowed(""); T::COLUMNS.len()];
            for (place, cell) in found.iter().enumerate() {
                let moved = match right {
                    false => Some(place),
                    true if count < places.len() => Some(place + shift),
                    true => place.checked_sub(shift),
                };
                if let Some(Some(column)) = moved.and_then(|moved| places.get(moved)) {
                    cells[*column].clone_from(cell);
                }
            }
            cells
        };

        let [mut refused, other] = [false, true].map(|right| {
            let cells = aligned(right);
            let mut raw = Raw::new(&cells, T::COLUMNS, context.terms);
            let remains = T::parse(&mut raw, at).and_then(T::remains);
            raw.refusal(context.list, at, remains.into_iter().collect())
        });

        let evidence = format!("{count} cells, the header has {}", places.len());
        refused.set_aside = SetAside { evidence, ..SetAside::new(at, Reason::R113) };
        refused.record_id = String::new();
        refused.bsn = refused.bsn.or(other.bsn);
        refused.digits = refused.digits.or(other.digits);
        refused.person_ref =
            if context.list == List::Suppressions { other.person_ref } else { refused.person_ref };
        refused.remains.extend(other.remains);
        refused.open = Open::RAGGED;
        refused.content = raw::content(&found);

        refused
    }
}
