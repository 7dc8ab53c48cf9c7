//! Where the rows of a CSV file are, before anything of them is read.

use std::ops::Range;

use camino::Utf8Path;

use crate::read::error::{FilePlace, ReadError};
use crate::read::split::{self, Dialect, Span};

/// Pieces of about this size are read by one core each.
const PIECE: usize = 1 << 20;

/// A part of the text that begins and ends between two records.
pub(super) struct Piece {
    pub(super) bytes: Range<usize>,
    pub(super) first_row: u32,
}

/// The records behind the header.
#[derive(Default)]
pub(super) struct Records {
    pub(super) pieces: Vec<Piece>,
    pub(super) rows: u32,
    pub(super) blank_rows: u32,
    /// Every row ends in a delimiter.
    pub(super) trailing: bool,
    /// Cells of the first row; 0 when there is none.
    pub(super) first_width: usize,
    last: Option<Span>,
}

/// Finds every record behind the header, counts them and cuts the text into pieces between two of
/// them.
pub(super) fn find_records(
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
pub(super) fn check_cells(
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
    pub(super) fn check_end(
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

    pub(super) fn notes(&self) -> Vec<String> {
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
