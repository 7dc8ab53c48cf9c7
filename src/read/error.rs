//! Why the inbox cannot be read: files, never rows, and never a value of a cell.

use camino::{Utf8Path, Utf8PathBuf};

use crate::base::{Explain, FileError};
use crate::field::row::List;

pub use super::place::FilePlace;
use super::schema;

/// A file, or the inbox, that cannot be used. Nothing of the run has happened yet when this stops
/// it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum ReadError {
    /// The folder cannot be listed.
    #[error("cannot list inbox `{inbox}`")]
    Inbox { inbox: Utf8PathBuf, source: std::io::Error },
    /// Nobody would be written to, or everybody twice later.
    #[error("no exposures list in `{inbox}`")]
    NoExposures { inbox: Utf8PathBuf },
    /// Named like a list, but nothing that can be read.
    #[error(
        "`{file}` is named like a list, but is not a `.csv`, `.parquet`, `.xlsx` or `.ods` file"
    )]
    NotAList { file: Utf8PathBuf },
    /// A pipe, a device or a folder where a sidecar should be: reading it might never end.
    #[error("`{file}` is not a regular file")]
    NotAFile { file: Utf8PathBuf },
    /// Real people in a rehearsal.
    #[error(
        "{count} rows have a BSN outside the test range, the first is `{file}` row {row}: a rehearsal must not contain real people"
    )]
    RealPeople {
        count: usize,
        /// File of the first.
        file: Utf8PathBuf,
        /// Its data row, from 1.
        row: u32,
    },
    /// More than a few invented people in a real run.
    #[error(
        "{count} rows have a BSN of the test range, the first is `{file}` row {row}: these lists are for rehearsals"
    )]
    InventedPeople {
        count: usize,
        /// File of the first.
        file: Utf8PathBuf,
        /// Its data row, from 1.
        row: u32,
    },
    /// Not named like a list, but almost: it would not be read.
    #[error("`{file}` is almost named like a {} list, but would not be read", schema::name(*list))]
    AlmostAList {
        file: Utf8PathBuf,
        /// Which list was probably meant.
        list: List,
    },
    /// Names are told everywhere; this one is told by its place.
    #[error(
        "the name of {what} in `{inbox}` contains what may be somebody's BSN: file {place} of `LC_ALL=C ls`"
    )]
    NumberInName {
        inbox: Utf8PathBuf,
        /// What the file is by its name.
        what: String,
        /// From 1, among the files that are not hidden.
        place: usize,
    },
    /// Named like something else, with the columns of a list.
    #[error("`{file}` has the columns of {}, but would not be read under this name", named(lists))]
    ListByItsColumns {
        file: Utf8PathBuf,
        /// Which lists have these columns.
        lists: Vec<List>,
    },
    /// Somebody may still be writing it.
    #[error("`{file}` changed less than {seconds} seconds ago and has no sidecar")]
    Unsettled {
        file: Utf8PathBuf,
        /// Seconds of rest that are asked for.
        seconds: u64,
    },
    /// The bytes are those of a different kind of file.
    #[error("`{file}` is {kind}, although its name says otherwise")]
    OtherKind {
        file: Utf8PathBuf,
        /// What the first bytes say.
        kind: &'static str,
    },
    /// A workbook that cannot be read without a guess.
    #[error("workbook `{file}` is not read: {problem}")]
    Workbook {
        file: Utf8PathBuf,
        /// Why; cells by their names, never by their values.
        problem: String,
        hint: String,
    },
    /// A decoder that was given the file ended, or took more than it may.
    #[error("`{file}` cannot be decoded: {problem}")]
    Decoder {
        file: Utf8PathBuf,
        /// How it ended.
        problem: String,
    },
    /// Too many cells hold the letters of a different code page.
    #[error(
        "{rows} rows of `{file}` contain letters from a different code page, the first is row {first}"
    )]
    CodePage {
        file: Utf8PathBuf,
        rows: u64,
        /// Data row, from 1.
        first: u32,
    },
    /// A sidecar without its file.
    #[error("`{file}` is the sidecar of a list that is not there")]
    OrphanSidecar { file: Utf8PathBuf },
    /// More than 65,535 files.
    #[error("too many files in `{inbox}`")]
    TooManyFiles { inbox: Utf8PathBuf },
    /// The bytes cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Somebody is still writing it.
    #[error("`{file}` changed while it was read")]
    Changed { file: Utf8PathBuf },
    /// The sidecar is no TOML with `rows` and `sha256`.
    #[error("sidecar `{file}` is not valid, at line {line}")]
    Sidecar {
        file: Utf8PathBuf,
        /// Where. What is there is not told: it may be anything.
        line: usize,
    },
    /// Other bytes than announced.
    #[error("`{file}` does not match its sidecar: the SHA-256 differs")]
    SidecarHash { file: Utf8PathBuf },
    /// Other number of rows than announced.
    #[error("`{file}` has {found} rows, but its sidecar says {announced}")]
    SidecarRows {
        file: Utf8PathBuf,
        /// Data rows according to the sidecar.
        announced: u64,
        /// Data rows in the file.
        found: u64,
    },
    /// Not even a header.
    #[error("`{file}` is empty")]
    Empty { file: Utf8PathBuf },
    /// The file says by its first bytes that it has a different encoding.
    #[error("`{file}` is encoded in {encoding}, not in {expected}")]
    OtherEncoding {
        file: Utf8PathBuf,
        /// What the first bytes say.
        encoding: &'static str,
        /// What is configured.
        expected: &'static str,
    },
    /// Bytes that the encoding does not have.
    #[error("`{file}` is not valid {encoding} at byte {offset} (line {line})")]
    Encoding {
        file: Utf8PathBuf,
        /// What is configured.
        encoding: &'static str,
        /// From 0.
        offset: usize,
        /// From 1.
        line: usize,
    },
    /// A cell that no column can hold.
    #[error("`{file}`: {place}, column {column} contains more than a million bytes")]
    EndlessCell {
        file: Utf8PathBuf,
        place: FilePlace,
        /// From 1.
        column: usize,
    },
    /// The configuration names a delimiter that CSV cannot have.
    #[error("delimiter of the {} list must be a comma, a semicolon or a tab", schema::name(*list))]
    Delimiter { list: List },
    /// `[inputs.*.columns]` names a column that the contract does not have.
    #[error("[inputs.{}.columns] maps `{column}`, which is not a column of this list", schema::name(*list))]
    UnknownColumn {
        list: List,
        /// As configured.
        column: String,
        /// The column that was probably meant.
        nearest: &'static str,
    },
    /// Two of our columns would come from one of the file's.
    #[error("[inputs.{}.columns]: `{first}` and `{second}` would both be read from one column", schema::name(*list))]
    SameColumn {
        list: List,
        /// One of our columns.
        first: &'static str,
        second: &'static str,
    },
    /// The first line is not the header of this list.
    #[error("the first line of `{file}` is not the header of the {} list", schema::name(*list))]
    NoHeader {
        file: Utf8PathBuf,
        list: List,
        /// What would make it one.
        hint: String,
    },
    /// A column is missing.
    #[error("column `{column}` is missing from the header of `{file}`")]
    MissingColumn {
        file: Utf8PathBuf,
        /// Our name, or the header that the configuration maps it to.
        column: String,
        /// What may help.
        hint: String,
    },
    /// A header occurs twice, perhaps in other capitals or with blanks around it.
    #[error("column `{column}` occurs twice in the header of `{file}`")]
    DuplicateColumn {
        file: Utf8PathBuf,
        /// The header, trimmed, in lower case.
        column: String,
    },
    /// A quote that is never closed, or closed in the middle of a cell.
    #[error("unbalanced quote in `{file}`, in the cell that begins in {place}")]
    Quote {
        file: Utf8PathBuf,
        /// Where it begins.
        place: FilePlace,
    },
    /// The file ends inside a row or a character.
    #[error("`{file}` is truncated: its end is missing ({place})")]
    Truncated {
        file: Utf8PathBuf,
        /// Where it ends.
        place: FilePlace,
    },
    /// Too many rows have more or fewer cells than the header.
    #[error(
        "{ragged} of {rows} rows of `{file}` have more or fewer cells than its header, the first is row {first}"
    )]
    Ragged {
        file: Utf8PathBuf,
        ragged: u32,
        rows: u32,
        /// Data row, from 1.
        first: u32,
    },
    /// More rows than can be counted.
    #[error("`{file}` has too many rows")]
    TooManyRows { file: Utf8PathBuf },
    /// Not a Parquet file, or damaged.
    #[error("`{file}` is not a readable Parquet file: {problem}")]
    Parquet { file: Utf8PathBuf, problem: String },
    /// A column of a type that loses or changes values.
    #[error(
        "column `{column}` of `{file}` has the type {found}, which may have changed its values"
    )]
    ColumnType {
        file: Utf8PathBuf,
        /// Our name.
        column: &'static str,
        /// Type in the file.
        found: String,
        /// Types that are read.
        accepted: &'static str,
    },
    /// So much of a list that protects people is unreadable that nobody knows who is protected.
    #[error(
        "{damaged} of {rows} rows of the {} list cannot be read ({}){}{}",
        schema::name(*list),
        files.join(", "),
        if columns.is_empty() { "" } else { ": " },
        columns.join("; ")
    )]
    Damaged {
        list: List,
        /// Its files with unreadable rows.
        files: Vec<String>,
        /// Rows with an unreadable cell.
        damaged: u64,
        /// Data rows of the list.
        rows: u64,
        /// What each column suffers from, the worst first; no values.
        columns: Vec<String>,
    },
    /// `[inputs.*.empty]` names a column that the contract does not have.
    #[error("[inputs.{}.empty] names `{column}`, which is not a column of this list", schema::name(*list))]
    EmptyColumn {
        list: List,
        /// As configured.
        column: String,
    },
    /// `[inputs.*.empty]` takes away what a cell says about a person.
    #[error("[inputs.{}.empty] lists a value of `{column}` that has a meaning", schema::name(*list))]
    EmptyValue {
        list: List,
        /// Our name.
        column: &'static str,
    },
    /// A filler stands for "has not died".
    #[error(
        "`{column}` of the {} list is a filler date in {count} of {rows} rows",
        schema::name(*list)
    )]
    Fillers {
        list: List,
        /// Our name.
        column: &'static str,
        /// Rows with such a day.
        count: usize,
        rows: usize,
        /// The commonest of those days.
        days: Vec<String>,
    },
    /// Nobody would know whom not to write to.
    #[error(
        "row {row} of `{file}` suppresses somebody, but neither its `bsn` nor its `person_ref` can be read"
    )]
    Suppression {
        file: Utf8PathBuf,
        /// Data row, from 1.
        row: u32,
    },
}

impl Explain for ReadError {
    fn hint(&self) -> Option<String> {
        self.hint_about_the_file()
            .or_else(|| self.hint_about_its_form())
            .or_else(|| self.hint_about_its_contents())
    }
}

impl ReadError {
    /// A decoder that failed.
    pub(super) fn decoder(file: &Utf8Path) -> Self {
        Self::Decoder { file: file.to_owned(), problem: "its decoder failed".to_owned() }
    }

    /// What to do about a file that should not be there, or not yet, or not under this name.
    fn hint_about_the_file(&self) -> Option<String> {
        let hint: &str = match self {
            Self::NoExposures { .. } => {
                "the name of a list begins with `exposures`, `participants`, `register`, \
                 `providers` or `suppressions` and ends in `.csv`, `.parquet`, `.xlsx` or `.ods`"
            }
            Self::NotAList { .. } => {
                "convert it, or move it out of the inbox; give a file that is still being \
                 delivered a different name"
            }
            Self::NotAFile { .. } => {
                "a sidecar is a small text file beside its list; remove what is there"
            }
            Self::RealPeople { .. } => {
                "rehearse with invented people (`breachpost sample`); to see what a real run \
                 would make of real lists, `breachpost check --package DIR` with the real \
                 configuration"
            }
            Self::InventedPeople { .. } => {
                "take the test lists out of the inbox; to rehearse with them, set \
                 `synthetic = true` and a separate `data_dir`"
            }
            Self::AlmostAList { list, .. } => return Some(perhaps_a_list(&[*list])),
            Self::ListByItsColumns { lists, .. } => return Some(perhaps_a_list(lists)),
            Self::NumberInName { .. } => {
                "rename it: file names appear in logs, reports and mails, and a person's number \
                 must not"
            }
            Self::Unsettled { .. } => {
                "run again when it is complete, or deliver it with a sidecar; `settle_seconds` \
                 under [inputs] sets the time"
            }
            Self::OtherKind { .. } => "give it the right extension, or export the list as CSV",
            Self::Workbook { hint, .. } => hint,
            Self::OrphanSidecar { .. } => "deliver the list first, its sidecar last",
            Self::Changed { .. } | Self::Truncated { .. } => {
                "deliver it under a temporary name, rename it when it is complete, then run again"
            }
            Self::Sidecar { .. } => {
                "a sidecar contains two lines: `rows = 123` and `sha256 = \"...\"`"
            }
            Self::SidecarHash { .. }
            | Self::SidecarRows { .. }
            | Self::Parquet { .. }
            | Self::Decoder { .. } => "ask for the file again",
            _ => return None,
        };

        Some(hint.to_owned())
    }

    /// What to do about encoding, header and cells.
    fn hint_about_its_form(&self) -> Option<String> {
        let hint: &str = match self {
            Self::CodePage { .. } => {
                "the file was written in MacRoman or CP850; export it again in UTF-8"
            }
            Self::Empty { .. } => {
                "an empty list still needs a header line, or a sidecar with `rows = 0`"
            }
            Self::OtherEncoding { expected, .. } => {
                return Some(format!("export it again in {expected}"));
            }
            Self::Encoding { encoding, .. } if *encoding == "UTF-8" => {
                "if the file is written in Windows-1252, set encoding = \"windows-1252\" for its \
                 list under [inputs]"
            }
            Self::Encoding { .. } => {
                "the file may be in UTF-8, the encoding when none is set, or in MacRoman or \
                 CP850: export it in UTF-8"
            }
            Self::UnknownColumn { nearest, .. } => {
                return Some(format!("our column names go on the left; did you mean `{nearest}`?"));
            }
            Self::NoHeader { hint, .. } | Self::MissingColumn { hint, .. } => hint,
            Self::DuplicateColumn { .. } => {
                "headers must differ in more than capitals and blanks; otherwise it is not clear \
                 which one counts"
            }
            Self::EndlessCell { .. } => {
                "a line end or a quote is missing there: export the file again"
            }
            Self::Quote { .. } => {
                "double a quote inside a cell (\"\") and put the whole cell in quotes"
            }
            Self::Ragged { .. } => {
                "put a cell that contains the delimiter or a line end, also a lone carriage \
                 return, in quotes"
            }
            Self::ColumnType { accepted, .. } => {
                return Some(format!("write the column as {accepted}"));
            }
            _ => return None,
        };

        Some(hint.to_owned())
    }

    /// What to do about rows, and about settings that say what cells mean.
    fn hint_about_its_contents(&self) -> Option<String> {
        let hint: &str = match self {
            Self::Damaged { list, .. } => {
                return Some(format!(
                    "ask for the {} list again, or raise the limits under [damage]; as long as \
                     the rows are unreadable, anyone who may be in them is not written to",
                    schema::name(*list)
                ));
            }
            Self::EmptyColumn { .. } => "our column names go on the left, as in [inputs.*.columns]",
            Self::EmptyValue { .. } => {
                "only a value that means \"nothing\" can be listed as empty: not a possible date \
                 of death, not a flag that is set"
            }
            Self::Fillers { list, column, days, .. } => {
                return Some(format!(
                    "if it means \"not deceased\": [inputs.{}.empty] {column} = {days:?}",
                    schema::name(*list)
                ));
            }
            Self::Suppression { .. } => "correct the row: the run must know whom not to write to",
            _ => return None,
        };

        Some(hint.to_owned())
    }
}

/// What to do about a file that may be one of these lists.
fn perhaps_a_list(lists: &[List]) -> String {
    let names: Vec<String> =
        lists.iter().map(|list| format!("`{}`", schema::name(*list))).collect();
    format!(
        "if it is one, let its name begin with {}; if not, move it out of the inbox",
        names.join(" or ")
    )
}

fn named(lists: &[List]) -> String {
    let names: Vec<String> =
        lists.iter().map(|list| format!("a {} list", schema::name(*list))).collect();
    names.join(" or ")
}

impl ReadError {
    /// Whether a setting is at fault, or a file that stands in for one.
    #[must_use]
    pub const fn is_a_setting(&self) -> bool {
        matches!(
            self,
            Self::NotAFile { .. }
                | Self::Delimiter { .. }
                | Self::UnknownColumn { .. }
                | Self::SameColumn { .. }
                | Self::EmptyColumn { .. }
                | Self::EmptyValue { .. }
        )
    }
}
