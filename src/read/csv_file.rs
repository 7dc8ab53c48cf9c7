//! CSV files: first where the records are, on one core, then what is in them, on all.

use std::borrow::Cow;
use std::ops::Range;

use camino::Utf8Path;
use rayon::prelude::*;

use crate::config::InputFormat;
use crate::reason::{Reason, SetAside};
use crate::row::{List, Open, Refused, RowRef};

use super::batch::{Batch, Context};
use super::encoding;
use super::error::{Place, ReadError};
use super::header::{self, Layout};
use super::raw::{self, Raw};
use super::records::Record;
use super::schema;
use super::split::{self, Dialect, Span};

/// Pieces of about this size are read by one core each.
const PIECE: usize = 1 << 20;

/// So many pieces are in the air at once: their rows stand twice in memory until they are gathered.
const PIECES_AT_ONCE: usize = 32;

/// A CSV file whose header is right and whose records are found.
pub(super) struct CsvFile<'b> {
    text: Cow<'b, str>,
    layout: Layout,
    dialect: Dialect,
    pieces: Vec<Piece>,
    /// Data rows.
    pub(super) rows: u32,
}

struct Piece {
    bytes: Range<usize>,
    first_row: u32,
}

impl<'b> CsvFile<'b> {
    /// Decodes the bytes, checks the header and finds the records. `None`: the file has not even a header.
    pub(super) fn open(
        bytes: &'b [u8],
        list: List,
        format: &InputFormat,
        file: &Utf8Path,
    ) -> Result<Option<Self>, ReadError> {
        let delimiter = match format.delimiter {
            ',' => b',',
            ';' => b';',
            '\t' => b'\t',
            _ => return Err(ReadError::Delimiter { list }),
        };
        let text = encoding::decode(bytes, format.encoding, file)?;
        let headers = header::expected(list, format)?;
        let Some(first) = header_record(&text, Dialect { delimiter, width: 0 }, file)? else { return Ok(None) };
        let found = names(&text, first, delimiter);
        let layout = header::layout(&found, list, headers, file)
            .map_err(|error| with_delimiter_hint(error, &text, first, format))?;
        let dialect = Dialect { delimiter, width: found.len() };
        let (pieces, rows) = find_records(&text, first.next, dialect, file)?;
        Ok(Some(Self { text, layout, dialect, pieces, rows }))
    }

    /// Headers that the contract does not name.
    pub(super) fn unread_columns(&self) -> &[String] {
        &self.layout.unread
    }

    /// Reads the rows.
    pub(super) fn read<T: Record>(&self, context: &Context<'_>, into: &mut Batch<T>) {
        into.good.reserve_exact(self.rows as usize);
        for pieces in self.pieces.chunks(PIECES_AT_ONCE) {
            let read: Vec<Batch<T>> = pieces.par_iter().map(|piece| self.read_piece(piece, context)).collect();
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
            if span.is_blank() {
                continue;
            }
            let count = split::fields(&self.text, span, self.dialect.delimiter, |index, field| {
                if let Some(Some(place)) = self.layout.places.get(index) {
                    cells[*place] = field.read();
                }
            });
            if count == self.layout.places.len() {
                batch.read(&cells, row, context);
            } else {
                batch.ragged += 1;
                batch.first_ragged.get_or_insert(row);
                batch.refused.push(self.ragged_row::<T>(span, count, row, context));
            }
            row += 1;
        }
        context.progress.advance(piece.bytes.len() as u64);
        batch
    }

    /// A row whose cells have moved. It is read twice, its cells counted from the left and from the right: up to the cell
    /// that was lost or divided one of the two is right, behind it the other.
    fn ragged_row<T: Record>(&self, span: Span, count: usize, row: u32, context: &Context<'_>) -> Refused {
        let at = RowRef { file: context.index, row };
        let mut found = Vec::with_capacity(count);
        split::fields(&self.text, span, self.dialect.delimiter, |_, field| found.push(field.read()));
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
                    cells[*column] = cell.clone();
                }
            }
            cells
        };
        let [mut refused, other] = [false, true].map(|right| {
            let cells = aligned(right);
            let mut raw = Raw::new(&cells, T::COLUMNS, context.terms);
            let remains = T::parse(&mut raw, at).map(T::remains);
            raw.refusal(context.list, at, remains.into_iter().collect())
        });
        let evidence = format!("{count} cells, the header has {}", places.len());
        refused.set_aside = SetAside { evidence, ..SetAside::new(at, Reason::R113) };
        refused.record_id = String::new();
        refused.bsn = refused.bsn.or(other.bsn);
        refused.digits = refused.digits.or(other.digits);
        refused.person_ref = if context.list == List::Suppressions { other.person_ref } else { refused.person_ref };
        refused.remains.extend(other.remains);
        refused.open = Open::RAGGED;
        refused.content = raw::content(&found);
        refused
    }
}

/// The first record that is not blank.
fn header_record(text: &str, dialect: Dialect, file: &Utf8Path) -> Result<Option<Span>, ReadError> {
    let mut at = 0;
    while at < text.len() {
        let span = split::record(text.as_bytes(), at, dialect)
            .map_err(|_| ReadError::Quote { file: file.to_owned(), place: Place::Header })?;
        if !span.is_blank() {
            return Ok(Some(span));
        }
        at = span.next;
    }
    Ok(None)
}

fn names(text: &str, span: Span, delimiter: u8) -> Vec<String> {
    let mut names = Vec::new();
    split::fields(text, span, delimiter, |_, field| names.push(field.read().into_owned()));
    names
}

/// When the first line is no header: perhaps with another delimiter it is one (M12). Only said, never done.
fn with_delimiter_hint(error: ReadError, text: &str, header: Span, format: &InputFormat) -> ReadError {
    let ReadError::NoHeader { file, list, hint } = error else { return error };
    let Ok(headers) = header::expected(list, format) else { return ReadError::NoHeader { file, list, hint } };
    let others = [(b',', "`,`", ","), (b';', "`;`", ";"), (b'\t', "tab", "\\t"), (b'|', "`|`", "")];
    let fits = others
        .into_iter()
        .find(|(delimiter, _, _)| header::matches(&names(text, header, *delimiter), &headers) * 2 >= headers.len());
    let hint = match fits {
        Some((b'|', _, _)) => {
            "it fits with the delimiter `|`, which is not read; export it with `,`, `;` or tab".to_owned()
        }
        Some((_, shown, set)) => {
            format!(
                "it fits with the delimiter {shown}: set delimiter = \"{set}\" under [inputs.{}]",
                schema::name(list)
            )
        }
        None => hint,
    };
    ReadError::NoHeader { file, list, hint }
}

/// Finds every record behind the header, counts them and cuts the text into pieces between two of them.
fn find_records(text: &str, start: usize, dialect: Dialect, file: &Utf8Path) -> Result<(Vec<Piece>, u32), ReadError> {
    let bytes = text.as_bytes();
    let mut pieces = Vec::new();
    let mut piece = Piece { bytes: start..start, first_row: 1 };
    let mut rows = 0_u32;
    let mut last = None;
    let mut at = start;
    while at < bytes.len() {
        let span = split::record(bytes, at, dialect)
            .map_err(|_| ReadError::Quote { file: file.to_owned(), place: Place::Row(rows.saturating_add(1)) })?;
        at = span.next;
        if span.is_blank() {
            continue;
        }
        rows = rows.checked_add(1).ok_or_else(|| ReadError::TooManyRows { file: file.to_owned() })?;
        last = Some(span);
        if at - piece.bytes.start >= PIECE {
            let next = Piece { bytes: at..at, first_row: rows.saturating_add(1) };
            piece.bytes.end = at;
            pieces.push(std::mem::replace(&mut piece, next));
        }
    }
    piece.bytes.end = bytes.len();
    pieces.push(piece);
    if let Some(last) = last {
        check_end(text, last, dialect, rows, file)?;
    }
    Ok((pieces, rows))
}

/// M14: a last row without line end and with another number of cells was cut.
fn check_end(text: &str, last: Span, dialect: Dialect, rows: u32, file: &Utf8Path) -> Result<(), ReadError> {
    let complete = last.end < text.len();
    if complete || split::fields(text, last, dialect.delimiter, |_, _| ()) == dialect.width {
        return Ok(());
    }
    Err(ReadError::Truncated { file: file.to_owned(), place: Place::Row(rows) })
}
