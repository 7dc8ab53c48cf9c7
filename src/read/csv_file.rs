//! CSV files: first where the records are, on one core, then what is in them, on all.

use std::borrow::Cow;
use std::ops::Range;

use camino::Utf8Path;
use rayon::prelude::*;

use crate::config::InputFormat;
use crate::field::ids::RowRef;
use crate::field::reason::{Reason, SetAside};
use crate::field::row::{List, Open, Refused};

use super::batch::{Batch, Context};
use super::error::{FilePlace, ReadError};
use super::header::{self, Layout};
use super::preamble::{self, Tail};
use super::raw::{self, Raw};
use super::records::Record;
use super::split::{self, Dialect, Span};
use super::{encoding, schema};

/// Pieces of about this size are read by one core each.
const PIECE: usize = 1 << 20;

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

struct Piece {
    bytes: Range<usize>,
    first_row: u32,
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
                batch.mark_whole(&self.text[span.start..span.end], context);
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
            found.push(field.read())
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

/// Something else than CSV says so by its first bytes.
fn check_kind(bytes: &[u8], file: &Utf8Path) -> Result<(), ReadError> {
    let kinds: [(&[u8], &str); 5] = [
        (b"PK\x03\x04", "a workbook or a zip archive"),
        (b"\xD0\xCF\x11\xE0", "an .xls workbook"),
        (b"\x1F\x8B", "a gzip archive"),
        (b"PAR1", "a Parquet file"),
        (b"%PDF", "a PDF"),
    ];

    match kinds.iter().find(|(sign, _)| bytes.starts_with(sign)) {
        Some((_, kind)) => Err(ReadError::OtherKind { file: file.to_owned(), kind }),
        None => Ok(()),
    }
}

/// The delimiter, and where the header or a blank line above it begins.
fn start(
    text: &str,
    list: List,
    format: &InputFormat,
    file: &Utf8Path,
    notes: &mut Vec<String>,
) -> Result<(u8, usize), ReadError> {
    let byte = |delimiter| match delimiter {
        ',' => Some(b','),
        ';' => Some(b';'),
        '\t' => Some(b'\t'),
        _ => None,
    };

    let mut delimiter = byte(format.delimiter).ok_or(ReadError::Delimiter { list })?;
    let mut at = 0;
    if let Some((named, next)) = preamble::separator(text) {
        delimiter = byte(named).ok_or_else(|| ReadError::NoHeader {
            file: file.to_owned(),
            list,
            hint:
                "its `sep=` line names a delimiter that is not read; export it with `,`, `;` or tab"
                    .to_owned(),
        })?;
        at = next;
        notes.push("a `sep=` line above the header names the delimiter".to_owned());
    }

    if format.skip_lines > 0 {
        at = preamble::skip(text, at, format.skip_lines);
        notes.push(format!("lines above the header that were left out: {}", format.skip_lines));
    }

    Ok((delimiter, at))
}

/// The cells of the first line that may be a header, whatever they are; for a look at a file that
/// cannot be read. `None`: there is no line.
pub(super) fn first_line(
    bytes: &[u8],
    format: &InputFormat,
    delimiter: u8,
    file: &Utf8Path,
) -> Result<Option<Vec<String>>, ReadError> {
    let text = encoding::decode(bytes, format.encoding, file)?;
    let above = preamble::separator(&text).map_or(0, |(_, next)| next);
    let start = preamble::skip(&text, above, format.skip_lines);

    let first = header_record(&text, start, Dialect { delimiter, width: 0 }, file)?;
    Ok(first.map(|first| names(&text, first, delimiter)))
}

/// The first record that is not blank.
fn header_record(
    text: &str,
    start: usize,
    dialect: Dialect,
    file: &Utf8Path,
) -> Result<Option<Span>, ReadError> {
    let mut at = start;
    while at < text.len() {
        let span = split::record(text.as_bytes(), at, dialect)
            .map_err(|_| ReadError::Quote { file: file.to_owned(), place: FilePlace::Header })?;
        if !split::is_blank(text, span, dialect.delimiter) {
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

/// When the first line is no header: perhaps with a different delimiter it is one, or a line below
/// it is. Only said, never done.
fn with_hint(
    error: ReadError,
    text: &str,
    header: Span,
    start: usize,
    format: &InputFormat,
    delimiter: u8,
) -> ReadError {
    let ReadError::NoHeader { file, list, hint } = error else { return error };
    let Ok(headers) = header::expected(list, format) else {
        return ReadError::NoHeader { file, list, hint };
    };
    let headers = header::needed(&headers, list);
    let fits = |span: Span, delimiter: u8| {
        header::matches(&names(text, span, delimiter), &headers) * 2 >= headers.len()
    };

    // The delimiter is right then, and something else is wrong with the line.
    if fits(header, delimiter) {
        return ReadError::NoHeader { file, list, hint };
    }

    let others = [(b',', "`,`", ","), (b';', "`;`", ";"), (b'\t', "tab", "\\t"), (b'|', "`|`", "")];
    let hint = match others.into_iter().find(|(delimiter, _, _)| fits(header, *delimiter)) {
        Some((b'|', _, _)) => {
            "it fits with the delimiter `|`, which is not read; export it with `,`, `;` or tab"
                .to_owned()
        }
        Some((_, shown, set)) => {
            format!(
                "it fits with the delimiter {shown}: set delimiter = \"{set}\" under [inputs.{}]",
                schema::name(list)
            )
        }
        None => {
            let below = lines_above(text, start, delimiter, |span| fits(span, delimiter));
            below.map_or(hint, |lines| header::skip_hint(list, format.skip_lines + lines))
        }
    };

    ReadError::NoHeader { file, list, hint }
}

/// How many lines are above the one that is wanted, among the first ones.
fn lines_above(
    text: &str,
    start: usize,
    delimiter: u8,
    is_wanted: impl Fn(Span) -> bool,
) -> Option<usize> {
    const MOST: usize = 30;
    let mut at = start;
    for line in 0..MOST {
        let span = split::record(text.as_bytes(), at, Dialect { delimiter, width: 0 }).ok()?;
        if is_wanted(span) {
            return Some(line);
        }
        at = preamble::skip(text, at, 1);
    }

    None
}

/// The records behind the header.
#[derive(Default)]
struct Records {
    pieces: Vec<Piece>,
    rows: u32,
    blank_rows: u32,
    /// Every row ends in a delimiter.
    trailing: bool,
    /// Cells of the first row; 0 when there is none.
    first_width: usize,
    last: Option<Span>,
}

/// Finds every record behind the header, counts them and cuts the text into pieces between two of
/// them.
fn find_records(
    text: &str,
    start: usize,
    dialect: Dialect,
    file: &Utf8Path,
) -> Result<Records, ReadError> {
    let bytes = text.as_bytes();
    let mut records = Records { trailing: true, ..Records::default() };
    let mut piece = Piece { bytes: start..start, first_row: 1 };
    let mut at = start;
    while at < bytes.len() {
        let span = split::record(bytes, at, dialect).map_err(|_| {
            let place = FilePlace::Row(records.rows.saturating_add(1));
            ReadError::Quote { file: file.to_owned(), place }
        })?;
        at = span.next;
        if split::is_blank(text, span, dialect.delimiter) {
            records.blank_rows = records.blank_rows.saturating_add(u32::from(!span.is_blank()));
            continue;
        }
        check_cells(
            text,
            span,
            dialect.delimiter,
            FilePlace::Row(records.rows.saturating_add(1)),
            file,
        )?;
        records.rows = records
            .rows
            .checked_add(1)
            .ok_or_else(|| ReadError::TooManyRows { file: file.to_owned() })?;
        records.trailing &= bytes[span.end - 1] == dialect.delimiter;
        if records.last.replace(span).is_none() {
            records.first_width = split::fields(text, span, dialect.delimiter, |_, _| ());
        }
        if at - piece.bytes.start >= PIECE {
            let next = Piece { bytes: at..at, first_row: records.rows.saturating_add(1) };
            piece.bytes.end = at;
            records.pieces.push(std::mem::replace(&mut piece, next));
        }
    }

    piece.bytes.end = bytes.len();
    records.pieces.push(piece);
    Ok(records)
}

/// A cell without end stops the file before anything of it is copied.
fn check_cells(
    text: &str,
    span: Span,
    delimiter: u8,
    place: FilePlace,
    file: &Utf8Path,
) -> Result<(), ReadError> {
    match split::endless(text, span, delimiter) {
        Some(index) => {
            Err(ReadError::EndlessCell { file: file.to_owned(), place, column: index + 1 })
        }
        None => Ok(()),
    }
}

impl Records {
    /// A last row without line end and with a different number of cells was cut.
    fn check_end(
        &self,
        text: &str,
        delimiter: u8,
        width: usize,
        file: &Utf8Path,
    ) -> Result<(), ReadError> {
        let Some(last) = self.last else { return Ok(()) };
        let complete = last.end < text.len();
        let width = width + usize::from(self.trailing);
        if complete || split::fields(text, last, delimiter, |_, _| ()) == width {
            return Ok(());
        }
        Err(ReadError::Truncated { file: file.to_owned(), place: FilePlace::Row(self.rows) })
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.blank_rows > 0 {
            notes.push(format!(
                "rows of delimiters alone: {}; they are not counted as rows",
                self.blank_rows
            ));
        }

        if self.trailing {
            notes.push("every row ends in one delimiter more than the header".to_owned());
        }

        notes
    }
}
