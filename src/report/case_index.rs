//! `review.index`: where the rows of `review.csv` stand in their files, so that whoever looks at a
//! case reads its few rows and nothing else. Places, keyed marks and dates; no values.

use std::collections::BTreeSet;
use std::io::{BufRead as _, Write as _};

use camino::Utf8Path;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::ReportError;
use super::papers::{WaitingRows, held};
use crate::base::{FileError, durable};
use crate::field::ids::RowRef;
use crate::field::row::List;
use crate::read::CsvForm;

/// Name of the file in a run's folder.
pub const INDEX: &str = "review.index";

/// A file that rows of cases are in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexedFile {
    /// Its name.
    pub file: String,
    /// Which list it is.
    pub list: List,
    /// SHA-256 of the bytes that the run read, lower-case hex.
    pub sha256: String,
    /// How its rows are written; `None`: they are found by their numbers alone.
    pub form: Option<CsvForm>,
}

/// A row of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexedRow {
    /// Which of the files, from 0.
    pub file: u16,
    /// Data row, from 1.
    pub row: u32,
    /// Its first byte.
    pub at: u64,
    /// How many bytes it has; 0: it is found by its number.
    pub length: u32,
    /// A keyed mark of what it says.
    #[serde(with = "hex")]
    pub mark: [u8; 16],
}

/// A case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexedCase {
    /// Its number in `review.csv`.
    pub case: u32,
    /// Since when it waits.
    pub since: Date,
}

/// Everything that the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseIndex {
    /// In reading order.
    pub files: Vec<IndexedFile>,
    /// In the order of files and rows.
    pub rows: Vec<IndexedRow>,
    /// In the order of their numbers.
    pub cases: Vec<IndexedCase>,
}

/// One line of the file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum IndexLine {
    File(IndexedFile),
    Row(IndexedRow),
    Case(IndexedCase),
}

impl CaseIndex {
    /// Writes the file, mode 0600.
    ///
    /// # Errors
    /// [`ReportError::File`] when it cannot be written.
    pub fn write(&self, path: &Utf8Path) -> Result<(), ReportError> {
        let files = self.files.iter().cloned().map(IndexLine::File);
        let rows = self.rows.iter().copied().map(IndexLine::Row);
        let cases = self.cases.iter().copied().map(IndexLine::Case);

        let mut bytes = Vec::new();
        for line in files.chain(rows).chain(cases) {
            serde_json::to_writer(&mut bytes, &line).map_err(ReportError::Json)?;
            bytes.write_all(b"\n").map_err(FileError::at("write", path))?;
        }
        Ok(durable::write(path, &bytes).map_err(FileError::at("write", path))?)
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`ReportError`] when it cannot be read, or is none.
    pub fn read(path: &Utf8Path) -> Result<Self, ReportError> {
        let failed = FileError::at("read", path);
        let file = std::fs::File::open(path).map_err(failed)?;
        let mut index = Self::default();
        for line in std::io::BufReader::new(file).lines() {
            match serde_json::from_str(&line.map_err(failed)?).map_err(ReportError::Json)? {
                IndexLine::File(file) => index.files.push(file),
                IndexLine::Row(row) => index.rows.push(row),
                IndexLine::Case(case) => index.cases.push(case),
            }
        }

        index.rows.sort_unstable_by_key(|row| (row.file, row.row));
        index.cases.sort_unstable_by_key(|case| case.case);
        Ok(index)
    }

    /// A row of a file.
    #[must_use]
    pub fn row(&self, file: &str, row: u32) -> Option<&IndexedRow> {
        let file = self.files.iter().position(|known| known.file == file)?;
        let file = u16::try_from(file).ok()?;
        let place = self.rows.binary_search_by_key(&(file, row), |row| (row.file, row.row));
        place.ok().map(|place| &self.rows[place])
    }

    /// Since when a case waits.
    #[must_use]
    pub fn since(&self, case: u32) -> Option<Date> {
        let place = self.cases.binary_search_by_key(&case, |case| case.case).ok()?;
        Some(self.cases[place].since)
    }
}

/// Every row that `review.csv` names.
#[must_use]
pub fn named_rows(waiting: WaitingRows<'_>) -> BTreeSet<RowRef> {
    let mut named = BTreeSet::new();
    for item in held(waiting.set_aside) {
        named.insert(item.row);
        named.extend(item.beside.iter().copied());
        named.extend(item.further.iter().flat_map(|more| more.rows.iter().copied()));
        named.extend(waiting.followers.get(&item.row).into_iter().flatten().copied());
    }
    // A list as a whole has no row that could be looked at.
    named.retain(|row| row.row > 0);
    named
}

/// Marks as hexadecimal digits.
mod hex {
    use data_encoding::HEXLOWER;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(mark: &[u8; 16], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&HEXLOWER.encode(mark))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 16], D::Error> {
        let text = String::deserialize(from)?;
        let bytes = HEXLOWER.decode(text.as_bytes()).ok();
        let mark = bytes.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
        mark.ok_or_else(|| D::Error::custom("not 32 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn an_index_is_read_as_it_was_written_and_nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().join(INDEX);
        let file = IndexedFile {
            file: "exposures.csv".to_owned(),
            list: List::Exposures,
            sha256: "00".repeat(32),
            form: None,
        };
        let row =
            |row: u8| IndexedRow { file: 0, row: row.into(), at: 7, length: 9, mark: [row; 16] };
        let case = IndexedCase { case: 3, since: date(2025, 9, 15) };
        let index = CaseIndex { files: vec![file], rows: vec![row(2), row(5)], cases: vec![case] };
        index.write(&path).unwrap();

        let read = CaseIndex::read(&path).unwrap();
        assert_eq!(read, index);
        assert_eq!(read.row("exposures.csv", 5), Some(&index.rows[1]));
        assert_eq!((read.row("exposures.csv", 3), read.row("other.csv", 5)), (None, None));
        assert_eq!((read.since(3), read.since(4)), (Some(case.since), None));
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);

        std::fs::write(&path, "{\"row\":1}\n").unwrap();
        assert!(CaseIndex::read(&path).is_err());
    }
}
