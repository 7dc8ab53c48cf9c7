//! The tables of the vendor: a header in any order, rows of its length, nothing that was not
//! agreed.

use csv::{ByteRecord, ReaderBuilder};

/// A table whose header is known.
pub(super) struct Table<'t, const N: usize> {
    reader: csv::Reader<&'t [u8]>,
    /// Where each column stands; `None`: it is not there.
    places: [Option<usize>; N],
}

/// Cells of one row, by column.
pub(super) struct Cells<'r, const N: usize> {
    record: &'r ByteRecord,
    places: &'r [Option<usize>; N],
    /// Line of the table, from 1: the one after the header.
    pub line: u32,
}

impl<'t, const N: usize> Table<'t, N> {
    /// Reads the header. The first `required` of `columns` have to be there, the others may, and
    /// nothing else.
    pub fn open(text: &'t str, columns: [&str; N], required: usize) -> Result<Self, String> {
        let header = text.lines().next().unwrap_or_default();
        let delimiter = [b';', b'\t'].into_iter().find(|sign| header.as_bytes().contains(sign));
        let mut reader =
            ReaderBuilder::new().delimiter(delimiter.unwrap_or(b',')).from_reader(text.as_bytes());

        let mut places = [None; N];
        let names = reader.headers().map_err(|error| place_of(&error))?.clone();
        for (place, name) in names.iter().enumerate() {
            let known = columns.iter().position(|column| *column == name);
            let Some(known) = known else {
                return Err(format!(
                    "column {} of the header is not one that was agreed",
                    place + 1
                ));
            };
            if places[known].replace(place).is_some() {
                return Err(format!("column `{}` is there twice", columns[known]));
            }
        }

        match places[..required].iter().position(Option::is_none) {
            Some(missing) => Err(format!("column `{}` is missing", columns[missing])),
            None => Ok(Self { reader, places }),
        }
    }

    /// Reads every row.
    pub fn rows<T>(
        mut self,
        mut read: impl FnMut(&Cells<'_, N>) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        let mut rows = Vec::new();
        let mut record = ByteRecord::new();
        let mut line = 0;
        while self.reader.read_byte_record(&mut record).map_err(|error| place_of(&error))? {
            line += 1;
            let cells = Cells { record: &record, places: &self.places, line };
            rows.push(read(&cells).map_err(|problem| format!("row {line}: {problem}"))?);
        }
        Ok(rows)
    }
}

impl<const N: usize> Cells<'_, N> {
    /// The cell of a column without blanks around it; empty where there is no such column.
    pub fn text(&self, column: usize) -> &str {
        let cell = self.places[column].and_then(|place| self.record.get(place)).unwrap_or_default();
        // The whole file was read as text.
        std::str::from_utf8(cell).unwrap_or_default().trim()
    }

    /// The cell, where it is not empty.
    pub fn some(&self, column: usize) -> Option<&str> {
        Some(self.text(column)).filter(|cell| !cell.is_empty())
    }
}

/// A whole number as programs write it: with zeros in front, or as `7.0` where a data frame had a
/// gap in the column.
pub(super) fn number(cell: &str) -> Option<u32> {
    let whole = cell.split_once('.').map_or(Some(cell), |(whole, rest)| {
        (!rest.is_empty() && rest.bytes().all(|byte| byte == b'0')).then_some(whole)
    })?;
    let digits = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
    whole.parse().ok().filter(|_| digits)
}

/// Where a table is wrong, without its words.
fn place_of(error: &csv::Error) -> String {
    let row = error.position().map(csv::Position::record);
    match (error.kind(), row) {
        (csv::ErrorKind::UnequalLengths { .. }, Some(row)) => {
            format!("row {row}: it has more or fewer cells than the header")
        }
        (_, Some(row)) => format!("row {row}: it cannot be read"),
        (_, None) => "it cannot be read as a table".to_owned(),
    }
}
