//! Cells of a workbook as calamine reads them, by their kind. The only file of the program that
//! names calamine.
//!
//! Its conversions (`as_date`, `as_i64` and their like) are never used: they make dates of plain
//! numbers, cut 1.7 to 1, and give one day for two serial numbers (59 and 60: 1900 was not a leap
//! year).

use std::borrow::Cow;
use std::io::Cursor;

use calamine::{
    Data, DataRef, Dimensions, Ods, OdsError, Reader as _, SheetType, Xlsx, XlsxError,
    XlsxFormulaMetadata,
};

use super::{Format, Problem};

/// What is in a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'c> {
    Empty,
    Text(Cow<'c, str>),
    Number(f64),
    /// Days since the workbook's first day, with the time as a fraction.
    Serial(f64),
    /// As the file has it: `1950-03-01` or `1950-03-01T00:00:00`.
    DateText(Cow<'c, str>),
    Duration,
    Flag(bool),
    Error,
}

/// Whether a formula made the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Formula {
    None,
    Own,
    /// It takes its value from a different workbook.
    External,
}

/// A cell of a row.
#[derive(Clone, Debug)]
pub(super) struct Found<'c> {
    /// From 0.
    pub(super) column: u32,
    pub(super) value: Value<'c>,
    pub(super) formula: Formula,
}

/// An opened workbook.
pub(super) enum Book<'b> {
    Xlsx(Box<Xlsx<Cursor<&'b [u8]>>>),
    Ods(Box<Ods<Cursor<&'b [u8]>>>),
}

/// Receives a row (from 0) and its cells; says whether it wants the next one.
pub(super) type Each<'e, E> = dyn FnMut(u32, &[Found<'_>]) -> Result<bool, E> + 'e;

impl<'b> Book<'b> {
    pub(super) fn open(bytes: &'b [u8], format: Format) -> Result<Self, Problem> {
        let cursor = Cursor::new(bytes);
        match format {
            Format::Xlsx => Xlsx::new(cursor)
                .map(|book| Self::Xlsx(Box::new(book)))
                .map_err(|error| xlsx(&error)),
            Format::Ods => {
                Ods::new(cursor).map(|book| Self::Ods(Box::new(book))).map_err(|error| ods(&error))
            }
        }
    }

    /// The names of the sheets that hold cells, in the workbook's order; charts are none.
    pub(super) fn sheets(&self) -> Vec<String> {
        let metadata = match self {
            Self::Xlsx(book) => book.sheets_metadata(),
            Self::Ods(book) => book.sheets_metadata(),
        };
        metadata
            .iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet)
            .map(|sheet| sheet.name.clone())
            .collect()
    }

    /// Whether days are counted from 1904.
    pub(super) fn counts_from_1904(&self) -> bool {
        match self {
            Self::Xlsx(book) => book.has_1904_epoch(),
            Self::Ods(_) => false,
        }
    }

    /// Rows (first, last; from 0) of which cells are merged.
    pub(super) fn merged_rows(&mut self, sheet: &str) -> Result<Vec<(u32, u32)>, Problem> {
        let Self::Xlsx(book) = self else { return Ok(Vec::new()) };
        let regions = book.merge_cells_by_sheet_name(sheet).map_err(|error| xlsx(&error))?;
        Ok(regions.iter().map(|Dimensions { start, end }| (start.0, end.0)).collect())
    }

    /// Goes through the rows of a sheet that have any cell, from the top.
    pub(super) fn rows<E: From<Problem>>(
        &mut self,
        sheet: &str,
        each: &mut Each<'_, E>,
    ) -> Result<(), E> {
        match self {
            Self::Xlsx(book) => xlsx_rows(book, sheet, each),
            Self::Ods(book) => ods_rows(book, sheet, each),
        }
    }
}

fn xlsx_rows<E: From<Problem>>(
    book: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    each: &mut Each<'_, E>,
) -> Result<(), E> {
    let mut reader = book.worksheet_cells_reader(sheet).map_err(|error| xlsx(&error))?;
    let mut row: Vec<Found<'_>> = Vec::new();
    let mut at = 0;
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(|error| xlsx(&error))? {
        let (place, column) = cell.pos;
        if place < at || (place == at && row.last().is_some_and(|last| column <= last.column)) {
            return Err(Problem::damaged("its cells are out of order").into());
        }
        if place > at {
            if !row.is_empty() && !each(at, &row)? {
                return Ok(());
            }
            row.clear();
            at = place;
        }
        let formula = cell.formula.map_or(Formula::None, |formula| match formula {
            XlsxFormulaMetadata::Normal { formula }
            | XlsxFormulaMetadata::Shared { formula, .. } => of(&formula),
            _ => Formula::Own,
        });
        row.push(Found { column, value: value(cell.value), formula });
    }

    if !row.is_empty() {
        each(at, &row)?;
    }

    Ok(())
}

fn ods_rows<E: From<Problem>>(
    book: &mut Ods<Cursor<&[u8]>>,
    sheet: &str,
    each: &mut Each<'_, E>,
) -> Result<(), E> {
    let range = book.worksheet_range(sheet).map_err(|error| ods(&error))?;
    let formulas = book.worksheet_formula(sheet).map_err(|error| ods(&error))?;

    // A sheet whose formulas have no values has no range of values, but it is not empty.
    let starts = [range.start(), formulas.start()].into_iter().flatten();
    let Some(start) = starts.reduce(|one, other| (one.0.min(other.0), one.1.min(other.1))) else {
        return Ok(());
    };
    let ends = [range.end(), formulas.end()].into_iter().flatten();
    let Some(end) = ends.reduce(|one, other| (one.0.max(other.0), one.1.max(other.1))) else {
        return Ok(());
    };
    let mut row: Vec<Found<'_>> = Vec::new();

    for place in start.0..=end.0 {
        row.clear();
        for column in start.1..=end.1 {
            let formula = formulas.get_value((place, column)).filter(|text| !text.is_empty());
            let formula = formula.map_or(Formula::None, |text| of(text));
            let value = range
                .get_value((place, column))
                .map_or(Value::Empty, |found| ods_value(found, formula));
            if value != Value::Empty || formula != Formula::None {
                row.push(Found { column, value, formula });
            }
        }
        if !row.is_empty() && !each(place, &row)? {
            return Ok(());
        }
    }

    Ok(())
}

fn value(found: DataRef<'_>) -> Value<'_> {
    match found {
        DataRef::Empty => Value::Empty,
        DataRef::String(text) => Value::Text(Cow::Owned(text)),
        DataRef::SharedString(text) => Value::Text(Cow::Borrowed(text)),
        DataRef::Int(number) => whole(number),
        DataRef::Float(number) => Value::Number(number),
        DataRef::Bool(flag) => Value::Flag(flag),
        DataRef::DateTime(day) if day.is_datetime() => Value::Serial(day.as_f64()),
        DataRef::DateTime(_) | DataRef::DurationIso(_) => Value::Duration,
        DataRef::DateTimeIso(text) => Value::DateText(Cow::Owned(text)),
        DataRef::Error(_) => Value::Error,
    }
}

fn ods_value(found: &Data, formula: Formula) -> Value<'_> {
    match found {
        Data::Empty => Value::Empty,
        // An error is the text of it in the language of whoever saved the file (`#N/B`,
        // `Fout:502`).
        Data::String(text) if formula != Formula::None && is_error(text) => Value::Error,
        Data::String(text) => Value::Text(Cow::Borrowed(text)),
        Data::Int(number) => whole(*number),
        Data::Float(number) => Value::Number(*number),
        Data::Bool(flag) => Value::Flag(*flag),
        Data::DateTime(day) if day.is_datetime() => Value::Serial(day.as_f64()),
        Data::DateTime(_) | Data::DurationIso(_) => Value::Duration,
        Data::DateTimeIso(text) => Value::DateText(Cow::Borrowed(text)),
        Data::Error(_) => Value::Error,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number beyond 2^53 is refused, exact or not")]
const fn whole<'c>(number: i64) -> Value<'c> {
    Value::Number(number as f64)
}

fn is_error(text: &str) -> bool {
    let after = text.split_once(':').map(|(_, number)| number.trim());
    text.starts_with('#')
        || after
            .is_some_and(|number| number.len() == 3 && number.bytes().all(|b| b.is_ascii_digit()))
}

/// `[1]Sheet1!A1` in .xlsx; `'file:///...'#$Sheet1.A1` in .ods.
fn of(formula: &str) -> Formula {
    let mut brackets = formula.split('[').skip(1);
    let numbered = brackets.any(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0 && rest.as_bytes().get(digits) == Some(&b']')
    });

    if numbered || formula.contains("file:") || formula.contains("://") {
        Formula::External
    } else {
        Formula::Own
    }
}

/// In words of our own: what calamine says may quote a cell.
fn xlsx(error: &XlsxError) -> Problem {
    match error {
        XlsxError::Password => Problem::password(),
        XlsxError::CellError(code) => Problem::new_error(code),
        XlsxError::WorksheetNotFound(_)
        | XlsxError::FileNotFound(_)
        | XlsxError::RelationshipNotFound => Problem::damaged("a part of it is missing"),
        _ => Problem::damaged("its cells cannot be decoded"),
    }
}

fn ods(error: &OdsError) -> Problem {
    match error {
        OdsError::Password => Problem::password(),
        OdsError::CellLimitExceeded { .. } => {
            Problem::too_large("it has more cells than can be held")
        }
        OdsError::Mismatch { .. } => {
            Problem::resave("it has blanks between its cells, which are not read")
        }
        _ => Problem::resave("its cells cannot be decoded"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_that_take_values_from_elsewhere_are_known() {
        for text in
            ["[1]Sheet1!A1", "VLOOKUP(A1,[12]Lijst!A:B,2)", "of:='file:///C:/x.ods'#$Blad1.A1"]
        {
            assert_eq!(of(text), Formula::External, "{text}");
        }
        for text in
            ["", "A1+B1", "of:=[.A1]+[.B1]", "Table1[Bsn]", "Table1[[#This Row],[Col 1]]", "TRUE()"]
        {
            assert_eq!(of(text), Formula::Own, "{text}");
        }
    }

    #[test]
    fn errors_of_an_ods_file_are_texts_that_a_formula_gave() {
        for text in ["#N/B", "#REF!", "Fout:502", "Err:508"] {
            assert_eq!(
                ods_value(&Data::String(text.to_owned()), Formula::Own),
                Value::Error,
                "{text}"
            );
            assert!(
                matches!(ods_value(&Data::String(text.to_owned()), Formula::None), Value::Text(_)),
                "{text}"
            );
        }

        for text in ["Jansen", "12:30", ""] {
            assert!(
                matches!(ods_value(&Data::String(text.to_owned()), Formula::Own), Value::Text(_)),
                "{text}"
            );
        }
    }
}
