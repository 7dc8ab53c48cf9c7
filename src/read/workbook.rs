//! Workbooks: `.xlsx` and `.ods`, read as they are. Values come by the kind of their cells, so that
//! nothing is lost on a way through CSV. Formulas are never calculated, macros never run, links
//! never followed.

mod book;
mod cell;
mod markup;
mod ods;
mod parts;
mod rows;
mod table;

use std::io;

use camino::Utf8Path;

use crate::config::InputFormat;

use super::batch::{Batch, Context};
use super::boxed::{self, Piece, Said, Teller, Wish};
use super::error::ReadError;
use super::records::Record;

use book::{Book, Formula, Value};
use parts::Parts;
use table::Table;

/// Bytes of a workbook. A million rows of 32 columns have about 250 MB.
const MOST_FILE_BYTES: usize = 512 << 20;

/// Bytes of cells that are said at once; a row more than that.
const SAID: usize = 1 << 20;

/// The two kinds that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Xlsx,
    Ods,
}

/// Why a workbook is not read, without a value of its cells.
#[derive(Debug)]
pub(super) struct Problem {
    words: String,
    hint: &'static str,
}

impl Problem {
    const RESAVE: &'static str =
        "open it in the spreadsheet program, save it as .xlsx and deliver that";

    fn new(words: impl Into<String>, hint: &'static str) -> Self {
        Self { words: words.into(), hint }
    }

    fn damaged(words: &str) -> Self {
        Self::new(words, "ask for the file again")
    }

    fn resave(words: &str) -> Self {
        Self::new(words, Self::RESAVE)
    }

    fn too_large(words: &str) -> Self {
        Self::new(words, "deliver it as CSV or Parquet")
    }

    fn password() -> Self {
        Self::new(
            "it is protected by a password",
            "save it without a password; the inbox is a protected place",
        )
    }

    fn other_kind(what: &str) -> Self {
        Self::new(format!("it is {what}"), "save it as .xlsx, .ods, CSV or Parquet")
    }

    /// An error that the spreadsheet program shows in a cell; only those that are known are quoted.
    fn new_error(code: &str) -> Self {
        const KNOWN: [&str; 7] = [
            "#SPILL!",
            "#CALC!",
            "#FIELD!",
            "#GETTING_DATA",
            "#BLOCKED!",
            "#CONNECT!",
            "#UNKNOWN!",
        ];

        let code = KNOWN
            .iter()
            .find(|known| **known == code)
            .map_or(String::new(), |code| format!(" `{code}`"));

        Self::new(
            format!("a cell of it shows the error{code}"),
            "correct the formula, or paste its value",
        )
    }

    fn at(self, file: &Utf8Path) -> ReadError {
        ReadError::Workbook {
            file: file.to_owned(),
            problem: self.words,
            hint: self.hint.to_owned(),
        }
    }
}

/// What a workbook held beside its rows.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// Data rows.
    pub(super) rows: u32,
    /// Headers that the contract does not name.
    pub(super) unread: Vec<String>,
    /// Columns that may be missing and are.
    pub(super) absent: Vec<&'static str>,
    /// What is worth knowing about the file.
    pub(super) notes: Vec<String>,
}

/// Reads the rows of the workbook's list. `None`: there is not even a header.
pub(super) fn read<T: Record>(
    bytes: Vec<u8>,
    format: &InputFormat,
    context: &Context<'_>,
    into: &mut Batch<T>,
) -> Result<Option<Content>, ReadError> {
    let (file, length) = (context.file, bytes.len() as u64);
    let failed = || ReadError::decoder(file);
    let mut into = Some(into);
    let (mut table, mut merged_rows) = (None::<Table<'_, T>>, Vec::new());
    let mut notes = Vec::new();

    boxed::hear(&Wish::Workbook(format.clone()), bytes, file, |piece| {
        match piece {
            Piece::Said(Said::Sheet { merged, recalculates, from_1904 }) => {
                let into = into.take().ok_or_else(failed)?;
                table = Some(Table::new(format, context, into, recalculates, from_1904));
                merged_rows = merged;
            }
            Piece::Cells(cells) => {
                let table = table.as_mut().ok_or_else(failed)?;
                return rows::take(&cells, |row, cells| table.row(row, cells))
                    .unwrap_or_else(|| Err(failed()));
            }
            Piece::Said(Said::Notes(said)) => notes = said,
            Piece::Said(Said::Problem(problem, hint)) => {
                return Err(ReadError::Workbook { file: file.to_owned(), problem, hint });
            }
            Piece::Said(_) => return Err(failed()),
        }
        Ok(true)
    })?;

    context.progress.advance(length);
    let Some(table) = table else { return Ok(None) };
    let mut read = table.end(&merged_rows)?;
    if let Some(read) = &mut read {
        read.notes.append(&mut notes);
    }
    Ok(read)
}

/// The first row with something in it, as names; for a look at a workbook that cannot be read.
pub(super) fn first_row(
    bytes: Vec<u8>,
    format: &InputFormat,
    file: &Utf8Path,
) -> Option<Vec<String>> {
    boxed::names(&Wish::WorkbookNames(format.clone()), bytes, file)
}

/// Says the names of the first row, in the box.
pub(super) fn tell_names(
    bytes: &[u8],
    format: &InputFormat,
    to: &mut Teller<'_>,
) -> io::Result<()> {
    let first = || {
        check_kind(bytes).ok()?;
        let parts = Parts::open(bytes).ok()?;
        let mut book = Book::open(bytes, parts.format).ok()?;
        let sheet = choose(&mut book, format.sheet.as_deref()).ok()??;

        let mut names = Vec::new();
        let mut take = |row: u32, cells: &[book::Found<'_>]| {
            if u64::from(row) >= format.skip_lines as u64 {
                names = table::names(cells);
            }
            Ok::<_, Problem>(names.iter().all(String::is_empty))
        };
        book.rows(&sheet, &mut take).ok()?;
        Some(names)
    };

    first().map_or(Ok(()), |names| to.say(&Said::Columns(names, 0)))
}

/// Says the rows of the workbook's sheet, in the box.
pub(super) fn tell(bytes: &[u8], format: &InputFormat, to: &mut Teller<'_>) -> io::Result<()> {
    match tell_sheet(bytes, format, to) {
        Err(Stop::Problem(problem)) => {
            to.say(&Said::Problem(problem.words, problem.hint.to_owned()))
        }
        Err(Stop::Unheard(error)) => Err(error),
        Ok(()) => Ok(()),
    }
}

fn tell_sheet(bytes: &[u8], format: &InputFormat, to: &mut Teller<'_>) -> Result<(), Stop> {
    check_kind(bytes)?;
    let mut parts = Parts::open(bytes)?;
    let ods = match parts.format {
        Format::Ods => ods::sheets(&parts.content()?)?,
        Format::Xlsx => Vec::new(),
    };

    let recalculates = asks_for_calculation(&mut parts);
    let mut book = Book::open(bytes, parts.format)?;
    let Some(sheet) = choose(&mut book, format.sheet.as_deref())? else { return Ok(()) };
    let facts = ods.iter().find(|facts| facts.is(&sheet));
    let merged = match facts {
        Some(facts) => facts.merged_rows.clone(),
        None => book.merged_rows(&sheet)?,
    };

    to.say(&Said::Sheet { merged, recalculates, from_1904: book.counts_from_1904() })?;
    let mut said = Vec::new();
    book.rows(&sheet, &mut |row, cells| {
        rows::put(&mut said, row, cells);
        if said.len() >= SAID {
            to.cells(&said)?;
            said.clear();
        }
        Ok::<_, Stop>(true)
    })?;
    to.cells(&said)?;
    to.say(&Said::Notes(notes(&parts, facts)))?;
    Ok(())
}

/// Why the rows of a workbook are not said to their end.
enum Stop {
    Problem(Problem),
    /// Nobody listens any more.
    Unheard(io::Error),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Unheard(error)
    }
}

/// What the first bytes say.
fn check_kind(bytes: &[u8]) -> Result<(), Problem> {
    const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

    if bytes.len() > MOST_FILE_BYTES {
        return Err(Problem::too_large("it is larger than any list"));
    }

    if bytes.starts_with(COMPOUND) {
        let encrypted: Vec<u8> =
            "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let is_encrypted = memchr::memmem::find(bytes, &encrypted).is_some();
        return Err(if is_encrypted {
            Problem::password()
        } else {
            Problem::other_kind("an .xls workbook")
        });
    }

    let start = &bytes[..bytes.len().min(512)];
    let has = |sign: &[u8]| memchr::memmem::find(start, sign).is_some();
    if start.starts_with(b"PK\x03\x04") {
        Ok(())
    } else if has(b"office:document") {
        Err(Problem::other_kind("an .fods workbook"))
    } else if has(b"<html") || has(b"<HTML") || has(b"<table") {
        Err(Problem::other_kind("a web page with the ending of a workbook"))
    } else {
        Err(Problem::other_kind("not a workbook, whatever its name says"))
    }
}

/// Whether the workbook was written by a program that leaves the formulas to be calculated when it
/// is opened: what is in their cells is then a nought or nothing.
fn asks_for_calculation(parts: &mut Parts<'_>) -> bool {
    let workbook = parts.workbook().unwrap_or_default();
    let mut tags = markup::Tags::of(&workbook);
    tags.any(|tag| tag.name == b"calcPr" && tag.is_set("fullCalcOnLoad"))
}

/// The sheet that is read: the named one, or the only one that is not empty.
fn choose(book: &mut Book<'_>, named: Option<&str>) -> Result<Option<String>, Problem> {
    let sheets = book.sheets();
    if let Some(name) = named {
        if sheets.iter().any(|sheet| sheet == name) {
            return Ok(Some(name.to_owned()));
        }
        let words = format!("it has no sheet `{name}` among its {}", sheets.len());
        return Err(Problem::new(
            words,
            "correct `sheet` under [inputs] for its list; it must be spelt exactly",
        ));
    }

    let mut filled = Vec::new();
    for sheet in sheets {
        let mut found = false;
        book.rows(&sheet, &mut |_, cells| {
            found = cells
                .iter()
                .any(|cell| cell.value != Value::Empty || cell.formula != Formula::None);
            Ok::<bool, Problem>(!found)
        })?;
        if found {
            filled.push(sheet);
        }
    }

    if filled.len() > 1 {
        let words = format!("it has {} sheets with something in them", filled.len());
        return Err(Problem::new(
            words,
            "say which one is read: sheet = \"...\" under [inputs] for its list",
        ));
    }

    Ok(filled.pop())
}

fn notes(parts: &Parts<'_>, ods: Option<&ods::Sheet>) -> Vec<String> {
    let mut notes = Vec::new();
    let (rows, columns) = ods.map_or((0, 0), |sheet| (sheet.hidden_rows, sheet.hidden_columns));
    let hidden = parts.hidden.saturating_add(rows).saturating_add(columns);
    if hidden > 0 || parts.filters > 0 {
        notes
            .push("rows or columns are hidden or filtered; they were read all the same".to_owned());
    }

    if parts.has("vbaProject") {
        notes.push("the workbook has macros; they were not run".to_owned());
    }

    if parts.has("externalLinks/") {
        notes.push("the workbook has links to other workbooks; they were not followed".to_owned());
    }

    notes
}
