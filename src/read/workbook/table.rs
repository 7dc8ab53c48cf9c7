//! The rows of a sheet: the header, then the data.

use std::borrow::Cow;

use camino::Utf8Path;
use rayon::prelude::*;

use crate::config::InputFormat;

use super::super::batch::{Batch, Context};
use super::super::error::ReadError;
use super::super::header::{self, Layout};
use super::super::kind::Kind;
use super::super::records::Record;
use super::book::{Formula, Found, Value};
use super::{Content, Problem, cell};

/// Rows that are held before they are read on all cores.
const CHUNK: usize = 4096;

/// Rows that one core reads at once.
const PIECE: usize = 512;

/// A header is looked for in so many rows, to say where it is.
const ROWS_ABOVE: u32 = 30;

/// A sheet on its way to typed rows.
pub(super) struct Table<'t, T> {
    format: &'t InputFormat,
    context: &'t Context<'t>,
    into: &'t mut Batch<T>,
    kinds: Vec<Kind>,
    /// The workbook's formulas have not been calculated.
    recalculates: bool,
    from_1904: bool,
    header: Header,
    held: Vec<Vec<String>>,
    rows: u32,
    /// From 0, in the sheet.
    last_row: u32,
}

enum Header {
    /// Rows above it may still come.
    Awaited,
    Found {
        layout: Layout,
        row: u32,
        unnamed: usize,
    },
    /// The first row is not the header; perhaps one below it is.
    Wrong {
        error: ReadError,
        row: u32,
    },
}

impl<'t, T: Record> Table<'t, T> {
    pub(super) fn new(
        format: &'t InputFormat,
        context: &'t Context<'t>,
        into: &'t mut Batch<T>,
        recalculates: bool,
        from_1904: bool,
    ) -> Self {
        let kinds = T::COLUMNS.iter().map(|column| Kind::of(column)).collect();
        let header = Header::Awaited;
        Self {
            format,
            context,
            into,
            kinds,
            recalculates,
            from_1904,
            header,
            held: Vec::new(),
            rows: 0,
            last_row: 0,
        }
    }

    /// Takes a row of the sheet (from 0). Says whether it wants the next one.
    pub(super) fn row(&mut self, row: u32, cells: &[Found<'_>]) -> Result<bool, ReadError> {
        if u64::from(row) < self.format.skip_lines as u64 {
            return Ok(true);
        }

        if self.recalculates
            && let Some(cell) = cells.iter().find(|cell| cell.formula != Formula::None)
        {
            let words =
                format!("cell {} has a formula that was never calculated", name(row, cell.column));
            return Err(Problem::resave(&words).at(self.file()));
        }

        match &self.header {
            Header::Found { .. } => self.data(row, cells).map(|()| true),
            _ if cells.iter().all(is_blank) => Ok(true),
            Header::Awaited => self.head(row, cells).map(|()| true),
            Header::Wrong { row: first, .. } => {
                let first = *first;
                self.look_below(first, row, cells)
            }
        }
    }

    fn file(&self) -> &'t Utf8Path {
        self.context.file
    }

    fn head(&mut self, row: u32, cells: &[Found<'_>]) -> Result<(), ReadError> {
        let names = names(cells);
        let expected = header::expected(self.context.list, self.format)?;
        self.header = match header::layout(&names, self.context.list, expected, self.file()) {
            Ok(mut layout) => {
                layout.unread.retain(|header| !header.is_empty());
                let unnamed = names.iter().filter(|name| name.is_empty()).count();
                Header::Found { layout, row, unnamed }
            }
            Err(ReadError::NoHeader { file, list, hint }) => {
                let hint = hint.replace(
                    "; `breachpost inbox`",
                    ", or set `skip_lines` where it stands lower; `breachpost inbox`",
                );
                Header::Wrong { error: ReadError::NoHeader { file, list, hint }, row }
            }
            Err(error) => return Err(error),
        };

        Ok(())
    }

    /// When the first row is not the header: perhaps one below it is. Only said, never done.
    fn look_below(&mut self, first: u32, row: u32, cells: &[Found<'_>]) -> Result<bool, ReadError> {
        let expected = header::expected(self.context.list, self.format)?;
        let expected = header::needed(&expected, self.context.list);
        if header::matches(&names(cells), &expected) * 2 >= expected.len() {
            let hint = header::skip_hint(self.context.list, row as usize);
            let (file, list) = (self.file().to_owned(), self.context.list);
            return Err(ReadError::NoHeader { file, list, hint });
        }
        Ok(row.saturating_sub(first) < ROWS_ABOVE)
    }

    fn data(&mut self, row: u32, cells: &[Found<'_>]) -> Result<(), ReadError> {
        let Header::Found { layout, .. } = &self.header else { return Ok(()) };
        let mut texts = vec![String::new(); T::COLUMNS.len()];
        let mut filled = false;
        for found in cells {
            filled |= !is_blank(found);
            let place = layout.places.get(found.column as usize).copied().flatten();
            let Some(place) = place else { continue };
            check_formula(row, found).map_err(|problem| problem.at(self.context.file))?;
            cell::write(&found.value, self.kinds[place], self.from_1904, &mut texts[place]);
        }

        // A row of empty cells is not a row, as in a CSV file.
        if !filled {
            return Ok(());
        }

        self.rows = self
            .rows
            .checked_add(1)
            .ok_or_else(|| ReadError::TooManyRows { file: self.context.file.to_owned() })?;

        self.last_row = row;
        self.held.push(texts);

        if self.held.len() == CHUNK {
            self.flush();
        }

        Ok(())
    }

    fn flush(&mut self) {
        let held = std::mem::take(&mut self.held);
        let first = self.rows - u32::try_from(held.len()).unwrap_or(self.rows) + 1;
        let context = self.context;
        let read: Vec<Batch<T>> = held
            .par_chunks(PIECE)
            .zip((0_u32..).step_by(PIECE).take(held.len().div_ceil(PIECE)).collect::<Vec<u32>>())
            .map(|(rows, offset)| {
                let mut batch = Batch::with_capacity(rows.len());
                for (row, texts) in (first + offset..).zip(rows) {
                    let cells: Vec<Cow<'_, str>> =
                        texts.iter().map(|text| Cow::Borrowed(text.as_str())).collect();
                    batch.read(&cells, row, context);
                }
                batch
            })
            .collect();

        for batch in read {
            self.into.append(batch);
        }
    }

    /// Reads what is still held and gives the account. `None`: there was not even a header.
    pub(super) fn end(mut self, merged: &[(u32, u32)]) -> Result<Option<Content>, ReadError> {
        self.flush();

        match self.header {
            Header::Awaited => Ok(None),
            Header::Wrong { error, .. } => Err(error),
            Header::Found { layout, row: header, unnamed } => {
                let touches =
                    |(first, last): &&(u32, u32)| *last > header && *first <= self.last_row;
                if let Some((first, last)) = merged.iter().find(touches).filter(|_| self.rows > 0) {
                    let words =
                        format!("cells of its rows {} to {} are merged", first + 1, last + 1);
                    let hint = "undo the merge and fill every cell: a merged cell does not say whose value it is";
                    return Err(Problem::new(words, hint).at(self.context.file));
                }
                let mut notes = Vec::new();
                if unnamed > 0 {
                    notes.push(format!("columns without a name: {unnamed}; they were not read"));
                }
                Ok(Some(Content {
                    rows: self.rows,
                    unread: layout.unread,
                    absent: layout.absent,
                    notes,
                }))
            }
        }
    }
}

/// A formula needs the value that the spreadsheet program calculated, from this workbook alone.
fn check_formula(row: u32, found: &Found<'_>) -> Result<(), Problem> {
    let cell = || name(row, found.column);
    match found.formula {
        Formula::Own if found.value == Value::Empty => {
            Err(Problem::resave(&format!("cell {} has a formula without a value", cell())))
        }
        Formula::External => {
            let words = format!("cell {} takes its value from another workbook", cell());
            Err(Problem::new(
                words,
                "paste the value in place of the formula: links are never followed",
            ))
        }
        Formula::None | Formula::Own => Ok(()),
    }
}

fn is_blank(found: &Found<'_>) -> bool {
    found.formula == Formula::None
        && match &found.value {
            Value::Empty => true,
            Value::Text(text) => text.trim().is_empty(),
            _ => false,
        }
}

/// The cells of a row as names of columns, from the first column on.
pub(super) fn names(cells: &[Found<'_>]) -> Vec<String> {
    let width = cells.last().map_or(0, |last| last.column as usize + 1);
    let mut names = vec![String::new(); width];
    for found in cells {
        cell::write(&found.value, Kind::Text, false, &mut names[found.column as usize]);
    }
    while names.last().is_some_and(|name| name.trim().is_empty()) {
        names.pop();
    }
    names
}

/// The cell's name in the spreadsheet program: `C17`.
fn name(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let digit = (rest - 1) % 26;
        letters.push(char::from(b'A' + u8::try_from(digit).unwrap_or_default()));
        rest = (rest - 1) / 26;
    }
    let letters: String = letters.iter().rev().collect();
    format!("{letters}{}", row + 1)
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn cells_have_the_names_that_the_spreadsheet_program_shows() {
        for (row, column, expected) in [
            (0, 0, "A1"),
            (16, 2, "C17"),
            (9, 25, "Z10"),
            (0, 26, "AA1"),
            (1, 701, "ZZ2"),
            (0, 702, "AAA1"),
        ] {
            assert_eq!(name(row, column), expected);
        }
    }
}
