//! A few rows read again: where they stand in their file, and what they say. A run writes down the
//! bytes of the rows that wait for a human; whoever looks at one of them reads those bytes alone.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::os::unix::fs::FileExt as _;

use camino::Utf8Path;
use serde::{Deserialize, Serialize};

use super::csv_file::CsvFile;
use super::delivered::named;
use super::error::ReadError;
use super::names::{self, Form, Name};
use super::split::{self, Dialect};
use super::{encoding, schema, snapshot};
use crate::base::FileError;
use crate::base::hash;
use crate::config::{Inputs, TextEncoding};
use crate::field::keys::Keys;
use crate::field::row::{Input, List};

/// A row is never longer than this, in bytes: whoever says so has a damaged index.
const LONGEST_ROW: u32 = 4 << 20;

/// The cells of a row by the contract's names of their columns, in its order; without a name, once,
/// where nobody can tell the cells apart.
pub type NamedCells = Vec<(&'static str, String)>;

/// How the rows of a CSV file are written. Nothing of what they say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvForm {
    delimiter: char,
    encoding: TextEncoding,
    /// The contract's name of each column of the file; empty for one that is never read.
    columns: Vec<String>,
    /// Every row ends in one delimiter more.
    trailing: bool,
}

/// A row of a CSV file and where it stands.
#[derive(Clone, PartialEq, Eq)]
pub struct StandingRow {
    /// Data row, from 1.
    pub row: u32,
    /// Its first byte in the file.
    pub at: u64,
    /// How many bytes it has.
    pub length: u32,
    /// What it says.
    pub cells: NamedCells,
}

/// Nothing of a row is printed by accident.
impl std::fmt::Debug for StandingRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StandingRow({} at {})", self.row, self.at)
    }
}

/// A keyed mark of what a row says: the same cells have the same mark.
#[must_use]
pub fn mark_of_cells(keys: &Keys, cells: &NamedCells) -> [u8; 16] {
    let words = cells.iter().flat_map(|(name, cell)| [*name, cell.as_str()]);
    keys.row_fingerprint(std::iter::once("row again").chain(words))
}

/// Where the wanted rows of a CSV file stand. `None`: it is of a different form, or it has changed
/// since it was read as `input`.
///
/// # Errors
/// [`ReadError`] as [`super::read`].
pub fn standing(
    inbox: &Utf8Path,
    formats: &Inputs,
    input: &Input,
    wanted: &BTreeSet<u32>,
) -> Result<Option<(CsvForm, Vec<StandingRow>)>, ReadError> {
    if !matches!(names::recognise(&input.file), Name::List(_, Form::Csv)) {
        return Ok(None);
    }

    let path = inbox.join(&input.file);
    let bytes = snapshot::bytes(&path)?;
    if hash::of_bytes(&bytes) != input.sha256 {
        return Ok(None);
    }

    let encoding = formats.of(input.list).encoding;
    let opened = CsvFile::open(&bytes, input.list, formats.of(input.list), &path)?;
    let Some(csv) = opened else { return Ok(None) };
    let form = csv.form(input.list, encoding);
    let (text, mut known) = (csv.text(), (0, encoding::first_byte(&bytes, encoding)));

    let rows = csv.spans(wanted).into_iter().map(|(row, start, end)| {
        known = (start, known.1 + encoding::bytes_of(&text[known.0..start], encoding));
        let cells = form.cells(input.list, &text[start..end]);
        let length = u32::try_from(encoding::bytes_of(&text[start..end], encoding));
        StandingRow { row, at: known.1 as u64, length: length.unwrap_or(u32::MAX), cells }
    });
    let rows = rows.collect();
    Ok(Some((form, rows)))
}

/// The row that stands in these bytes of a file now; `None` when they are no row any more.
///
/// # Errors
/// [`ReadError::File`] when the file cannot be read.
pub fn row_at(
    inbox: &Utf8Path,
    (file, list): (&str, List),
    form: &CsvForm,
    (at, length): (u64, u32),
) -> Result<Option<NamedCells>, ReadError> {
    let path = inbox.join(file);
    let failed = FileError::at("read", &path);
    if length > LONGEST_ROW {
        return Ok(None);
    }

    let mut bytes = vec![0; length as usize];
    let open = File::open(&path).map_err(failed)?;
    match open.read_exact_at(&mut bytes, at) {
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read.map_err(failed)?,
    }

    let Ok(text) = encoding::decode(&bytes, form.encoding, &path) else { return Ok(None) };
    let whole = split::record(text.as_bytes(), 0, form.dialect());
    Ok(whole.is_ok_and(|span| span.end == text.len()).then(|| form.cells(list, &text)))
}

impl CsvForm {
    /// Of a file with these columns; `None` is one that is never read.
    pub(super) fn new(
        dialect: Dialect,
        encoding: TextEncoding,
        columns: impl Iterator<Item = Option<&'static str>>,
        trailing: bool,
    ) -> Self {
        Self {
            delimiter: char::from(dialect.delimiter),
            encoding,
            columns: columns.map(|name| name.unwrap_or_default().to_owned()).collect(),
            trailing,
        }
    }

    fn dialect(&self) -> Dialect {
        let delimiter = u8::try_from(self.delimiter).unwrap_or(b',');
        Dialect { delimiter, width: self.columns.len() }
    }

    /// The cells of one row, which is all of `text`.
    fn cells(&self, list: List, text: &str) -> NamedCells {
        let Ok(span) = split::record(text.as_bytes(), 0, self.dialect()) else {
            return vec![("", text.to_owned())];
        };
        let mut found: BTreeMap<&str, Cow<'_, str>> = BTreeMap::new();
        let count = split::fields(text, span, self.dialect().delimiter, |index, field| {
            if let Some(name) = self.columns.get(index).filter(|name| !name.is_empty()) {
                found.insert(name, field.read());
            }
        });
        if count != self.columns.len() + usize::from(self.trailing) {
            return vec![("", text.to_owned())];
        }

        let columns = schema::columns(list);
        let cell = |name: &&str| found.get(name).map_or_else(String::new, ToString::to_string);
        named(columns, columns.iter().map(cell).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::InputFormat;

    fn input(folder: &Utf8Path, file: &str) -> Input {
        Input {
            file: file.to_owned(),
            list: List::Suppressions,
            sha256: hash::of_bytes(&std::fs::read(folder.join(file)).unwrap()),
            rows: 3,
            unread_columns: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Where three rows are, and what stands there.
    fn look(bytes: &[u8], encoding: TextEncoding) -> Vec<(String, NamedCells)> {
        let folder = tempfile::tempdir().unwrap();
        let inbox = Utf8Path::from_path(folder.path()).unwrap();
        std::fs::write(inbox.join("suppressions.csv"), bytes).unwrap();
        let format = InputFormat { encoding, ..InputFormat::default() };
        let formats = Inputs { suppressions: format, ..Inputs::default() };
        let input = input(inbox, "suppressions.csv");
        let wanted = (1..=3).collect();
        let (form, rows) = standing(inbox, &formats, &input, &wanted).unwrap().unwrap();

        let row = |row: &StandingRow| {
            let place = (row.at, row.length);
            let again = row_at(inbox, (&input.file, input.list), &form, place).unwrap().unwrap();
            assert_eq!(again, row.cells);
            let end = usize::try_from(row.at).unwrap() + row.length as usize;
            let bytes = &bytes[usize::try_from(row.at).unwrap()..end];
            (String::from_utf8_lossy(bytes).into_owned(), again)
        };
        rows.iter().map(row).collect()
    }

    #[test]
    fn a_row_is_read_again_by_its_bytes_whatever_stands_around_it() {
        let text = "\u{feff}person_ref,reason,bsn\r\n\"R,1\",objection,\r\n\r\nR2,objection,\r\nR3,objection,900000012";
        let found = look(text.as_bytes(), TextEncoding::Utf8);
        let shown: Vec<&str> = found.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(shown, ["\"R,1\",objection,", "R2,objection,", "R3,objection,900000012"]);
        assert!(found[0].1.contains(&("person_ref", "R,1".to_owned())));
        assert!(found[2].1.contains(&("bsn", "900000012".to_owned())));
    }

    #[test]
    fn the_bytes_of_another_encoding_are_counted_as_they_are_in_the_file() {
        let bytes =
            b"person_ref,reason,bsn\nRen\xE9e,objection,\nR\x80,objection,\nR3,objection,\n";
        let found = look(bytes, TextEncoding::Windows1252);
        assert!(found[0].1.contains(&("person_ref", "Renée".to_owned())));
        assert!(found[1].1.contains(&("person_ref", "R€".to_owned())));
        assert_eq!(found[2].0, "R3,objection,");
    }

    #[test]
    fn a_file_that_has_changed_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let inbox = Utf8Path::from_path(folder.path()).unwrap();
        let path = inbox.join("suppressions.csv");
        std::fs::write(&path, "person_ref,reason,bsn\nR1,objection,\n").unwrap();
        let input = input(inbox, "suppressions.csv");
        let formats = Inputs::default();
        let wanted = BTreeSet::from([1]);
        let (form, rows) = standing(inbox, &formats, &input, &wanted).unwrap().unwrap();
        let (place, list) =
            ((rows[0].at, rows[0].length), ("suppressions.csv", List::Suppressions));

        std::fs::write(&path, "person_ref,reason,bsn\nR2,objection,\n").unwrap();
        assert!(standing(inbox, &formats, &input, &wanted).unwrap().is_none());
        let keys = Keys::derive(&[3; 32]);
        let other = row_at(inbox, list, &form, place).unwrap().unwrap();
        assert_ne!(mark_of_cells(&keys, &other), mark_of_cells(&keys, &rows[0].cells));

        std::fs::write(&path, "person_ref\n").unwrap();
        assert_eq!(row_at(inbox, list, &form, place).unwrap(), None);
    }
}
