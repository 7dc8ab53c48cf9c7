//! Settings that would make a file readable: names of columns, delimiter, encoding, pattern of
//! dates.

use std::fmt::Write as _;

use camino::Utf8Path;

use crate::base::plain;
use crate::config::{InputFormat, TextEncoding};
use crate::field::contract::{self, DateForm, Guess};
use crate::field::row::List;

use super::super::error::ReadError;
use super::super::inbox::Found;
use super::super::names::Form;
use super::super::{csv_file, header, parquet_rows, schema, snapshot, workbook};
use super::Columns;

/// What would be set beside what is configured.
#[derive(Clone, Debug, Default)]
pub(super) struct Proposal {
    delimiter: Option<char>,
    encoding: Option<TextEncoding>,
    columns: Vec<Guess>,
    dates: Option<DateForm>,
}

/// A first line of which at least so many cells are known is a header, and not somebody's data.
const KNOWN_ENOUGH: usize = 3;

impl Proposal {
    pub(super) fn is_empty(&self) -> bool {
        self.delimiter.is_none()
            && self.encoding.is_none()
            && self.columns.is_empty()
            && self.dates.is_none()
    }

    /// The configured format with the proposal on top.
    pub(super) fn on(&self, configured: &InputFormat) -> InputFormat {
        let mut format = configured.clone();
        format.delimiter = self.delimiter.unwrap_or(format.delimiter);
        format.encoding = self.encoding.unwrap_or(format.encoding);
        format.dates = self.dates.unwrap_or(format.dates);
        for guess in &self.columns {
            format.columns.insert(guess.column.to_owned(), guess.header.clone());
        }
        format
    }

    /// The configured format with the proposed encoding alone: what the first line is read with.
    pub(super) fn encoded(&self, configured: &InputFormat) -> InputFormat {
        InputFormat { encoding: self.encoding.unwrap_or(configured.encoding), ..configured.clone() }
    }

    /// A block to paste into the configuration.
    pub(super) fn toml(&self, list: List) -> String {
        let name = contract::name(list);
        let mut text = String::new();

        // Writing to a string does not fail.
        if self.delimiter.is_some() || self.encoding.is_some() || self.dates.is_some() {
            let _ = writeln!(text, "[inputs.{name}]");
        }

        if let Some(delimiter) = self.delimiter {
            let _ = writeln!(text, "delimiter = {}", toml::Value::from(delimiter.to_string()));
        }

        if self.encoding.is_some() {
            let _ = writeln!(text, "encoding = \"windows-1252\"");
        }

        if let Some(dates) = self.dates {
            let _ = writeln!(text, "dates = \"{}\"", dates.pattern());
        }

        if !self.columns.is_empty() {
            let _ = writeln!(text, "[inputs.{name}.columns]");
        }

        for guess in &self.columns {
            let _ =
                writeln!(text, "{} = {}", guess.column, toml::Value::from(guess.header.clone()));
        }

        text
    }

    /// Takes a pattern of dates into the proposal, unless that was done before.
    pub(super) fn take_dates(&mut self, dates: Option<DateForm>, configured: &InputFormat) -> bool {
        let new = dates.filter(|dates| {
            self.dates.is_none() && *dates != configured.dates && *dates != DateForm::Iso
        });
        self.dates = self.dates.or(new);
        new.is_some()
    }

    /// Looks for what would mend this error; `false` when there is nothing new to try.
    pub(super) fn mend(
        &mut self,
        error: &ReadError,
        names: Option<&Names>,
        configured: &InputFormat,
    ) -> bool {
        match error {
            ReadError::Encoding { .. } if self.on(configured).encoding == TextEncoding::Utf8 => {
                self.encoding = Some(TextEncoding::Windows1252);
                true
            }
            ReadError::NoHeader { .. } | ReadError::MissingColumn { .. } => {
                let Some(names) = names.filter(|names| names.is_header) else { return false };
                let delimiter =
                    Some(names.delimiter).filter(|delimiter| *delimiter != configured.delimiter);
                let new = self.delimiter != delimiter || self.columns != names.columns.guessed;
                self.delimiter = delimiter;
                self.columns.clone_from(&names.columns.guessed);
                new && !self.is_empty()
            }
            _ => false,
        }
    }
}

/// The first line of a file that cannot be read, as far as it can be understood.
pub(super) struct Names {
    pub(super) columns: Columns,
    delimiter: char,
    /// It is a header: enough of it is known, and nothing in it looks like a value.
    is_header: bool,
}

impl Names {
    /// Tries every delimiter, the configured one first, and keeps the one with which most columns
    /// are known.
    pub(super) fn of(found: &Found, format: &InputFormat, path: &Utf8Path) -> Option<Self> {
        let bytes = snapshot::bytes(path).ok()?;
        if found.form == Form::Parquet {
            let names = parquet_rows::column_names(bytes, path)?;
            return Some(Self::from(&names, found.list, format, format.delimiter));
        }

        if found.form == Form::Workbook {
            let names = workbook::first_row(bytes, format, path)?;
            return Some(Self::from(&names, found.list, format, format.delimiter));
        }

        let mut best: Option<Self> = None;
        let others =
            [',', ';', '\t'].into_iter().filter(|delimiter| *delimiter != format.delimiter);
        for delimiter in [format.delimiter].into_iter().chain(others) {
            let byte = u8::try_from(delimiter).ok()?;
            let Ok(Some(names)) = csv_file::first_line(&bytes, format, byte, path) else {
                continue;
            };
            let found = Self::from(&names, found.list, format, delimiter);
            if best.as_ref().is_none_or(|best| found.known() > best.known()) {
                best = Some(found);
            }
        }

        best
    }

    fn known(&self) -> usize {
        self.columns.found.len() + self.columns.guessed.len()
    }

    fn from(names: &[String], list: List, format: &InputFormat, delimiter: char) -> Self {
        let header =
            |column: &str| format.columns.get(column).map_or(column, String::as_str).to_owned();
        let mut columns = Columns::default();
        let mut wanting = Vec::new();
        for column in contract::columns(list) {
            if names.contains(&header(column.name)) {
                columns.found.push(Guess { column: column.name, header: header(column.name) });
            } else {
                wanting.push(column.name);
            }
        }

        let is_found = |name: &String| columns.found.iter().any(|found| found.header == *name);
        let unread = || (1..).zip(names).filter(|(_, name)| !is_found(name));
        columns.guessed = contract::guess(list, &wanting, unread().map(|(_, name)| name.as_str()));

        let known = columns.found.len() + columns.guessed.len();
        let is_header =
            known >= KNOWN_ENOUGH && !names.iter().any(|name| header::is_like_a_value(name));

        if is_header {
            let guessed = |name: &str| columns.guessed.iter().any(|guess| guess.header == name);
            let unknown = unread()
                .filter(|(_, name)| !guessed(name))
                .map(|(place, name)| plain::header(name, place));
            let unknown: Vec<String> = unknown.collect();
            columns.unknown = unknown;
        } else {
            // What is not surely a header is perhaps somebody's data.
            columns.guessed.clear();
            columns.unnamed = names.len();
        }

        wanting.retain(|column| !columns.guessed.iter().any(|guess| guess.column == *column));
        let needed = |column: &str| schema::needed(list).any(|needed| needed == column);
        (columns.missing, columns.absent) = wanting.into_iter().partition(|column| needed(column));

        Self { columns, delimiter, is_header }
    }
}
