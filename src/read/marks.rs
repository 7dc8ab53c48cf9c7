//! What a run remembers of the lists it read, for the next look: `runs/<run_id>/inputs.marks`.
//!
//! A mark of 64 keyed bits a row: the upper half says which record or person the row is about, the
//! lower half what it says. So rows that are gone, new or changed are found without keeping a
//! value. Two rows with one mark by chance would hide one change in four thousand million.

use std::borrow::Cow;
use std::io::{self, BufRead as _, Read as _, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use rayon::slice::ParallelSliceMut as _;
use serde::{Deserialize, Serialize};

use crate::base::{data_dir, durable};
use crate::field::contract;
use crate::field::keys::Marker;
use crate::field::row::{Input, List};

use super::Counted;
use super::schema::{self, position};

/// Name of the file in a run's folder.
pub const MARKS: &str = "inputs.marks";
/// Says which key the marks were made with.
const PROOF: &[u8] = b"inputs.marks";
/// Rows named for each kind of change.
const ROWS_NAMED: usize = 3;
/// Of the first line: names, hashes and counts of at most 65,535 files.
const MOST_HEADER: u64 = 256 << 20;

/// The mark of one row.
pub(super) fn of_row(
    marker: Marker,
    list: List,
    cells: &[Cow<'_, str>],
    buffer: &mut Vec<u8>,
) -> u64 {
    let who = identity(list, cells);
    let is_named = who.iter().any(|cell| !cell.is_empty());
    let who = is_named.then(|| mark_of(marker, who.into_iter(), buffer));

    let said = schema::hashed(list, cells);
    let what = mark_of(marker, said.iter().map(|cell| &**cell), buffer);
    (who.unwrap_or(what) & !LOW) | (what & LOW)
}

fn mark_of<'c>(marker: Marker, cells: impl Iterator<Item = &'c str>, buffer: &mut Vec<u8>) -> u64 {
    buffer.clear();
    for cell in cells {
        buffer.extend_from_slice(cell.as_bytes());
        // So that ("ab", "c") and ("a", "bc") differ; no text has this byte.
        buffer.push(u8::MAX);
    }
    marker.mark(buffer)
}

/// The half that says what a row says.
const LOW: u64 = 0xffff_ffff;

/// The cells that say which record or person a row is about.
fn identity<'c>(list: List, cells: &'c [Cow<'_, str>]) -> [&'c str; 2] {
    const fn exposure(name: &str) -> usize {
        position(schema::EXPOSURES, name)
    }
    const fn registrant(name: &str) -> usize {
        position(schema::REGISTRANTS, name)
    }
    const fn suppression(name: &str) -> usize {
        position(schema::SUPPRESSIONS, name)
    }
    let cell = |place: usize| cells.get(place).map_or("", |cell| &**cell);

    match list {
        List::Exposures => {
            [cell(const { exposure("dataset_id") }), cell(const { exposure("record_id") })]
        }
        List::Participants | List::Register => match cell(const { registrant("person_ref") }) {
            "" => ["", cell(const { registrant("bsn") })],
            person_ref => [person_ref, ""],
        },
        List::Providers => [cell(const { position(schema::PROVIDERS, "provider_code") }), ""],
        List::Professionals => [
            cell(const { position(schema::PROFESSIONALS, "professional_code") }),
            cell(const { position(schema::PROFESSIONALS, "name") }),
        ],
        List::Suppressions => {
            [cell(const { suppression("bsn") }), cell(const { suppression("person_ref") })]
        }
    }
}

/// The lists as one run read them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// In reading order.
    pub files: Vec<Delivered>,
}

/// One file as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivered {
    /// File name without folder.
    pub file: String,
    /// Which list.
    pub list: List,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
    /// Data rows.
    pub rows: u32,
    /// Its cells, by column.
    pub columns: Vec<Share>,
    /// One a row, in file order.
    #[serde(skip)]
    pub(super) marks: Vec<u64>,
}

/// The cells of one column, in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Our name.
    pub column: String,
    /// Empty ones.
    pub empty: u32,
    /// Filled and damaged ones.
    pub damaged: u32,
}

/// The first line of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head<'d> {
    version: u32,
    key: Cow<'d, str>,
    files: Cow<'d, [Delivered]>,
}

const VERSION: u32 = 2;

impl Delivery {
    pub(super) fn add(&mut self, input: Option<&Input>, counted: Counted) {
        self.files.extend(input.map(|input| Delivered::new(input, counted)));
    }

    /// Writes it to `path`, durably.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, path: &Utf8Path, marker: Marker) -> io::Result<()> {
        let head =
            Head { version: VERSION, key: key(marker).into(), files: Cow::Borrowed(&self.files) };
        let mut bytes = serde_json::to_vec(&head)?;
        bytes.push(b'\n');
        bytes.reserve_exact(self.files.iter().map(|file| file.marks.len() * 8).sum());
        for mark in self.files.iter().flat_map(|file| &file.marks) {
            bytes.write_all(&mark.to_le_bytes())?;
        }
        durable::write(path, &bytes)
    }

    /// Reads what an earlier run wrote with the same key.
    ///
    /// # Errors
    /// When it cannot be read, is damaged, or was made with a different key.
    pub fn read(path: &Utf8Path, marker: Marker) -> io::Result<Self> {
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "is damaged");
        let mut file = io::BufReader::with_capacity(1 << 20, durable::open(path)?);
        let mut line = Vec::new();
        file.by_ref().take(MOST_HEADER).read_until(b'\n', &mut line)?;
        let head: Head<'_> = serde_json::from_slice(&line).map_err(|_| damaged())?;

        if head.version != VERSION || head.key != key(marker) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "was made with a different key or program",
            ));
        }

        let mut files = head.files.into_owned();
        for one in &mut files {
            for _ in 0..one.rows {
                let mut mark = [0; 8];
                file.read_exact(&mut mark).map_err(|_| damaged())?;
                one.marks.push(u64::from_le_bytes(mark));
            }
        }

        if file.fill_buf()?.is_empty() { Ok(Self { files }) } else { Err(damaged()) }
    }

    /// The files of one list.
    pub(super) fn of(&self, list: List) -> Vec<&Delivered> {
        self.files.iter().filter(|file| file.list == list).collect()
    }
}

impl Delivered {
    pub(super) fn new(input: &Input, counted: Counted) -> Self {
        let names = contract::columns(input.list).iter().map(|column| column.name);
        let share = |(name, column): (&str, &super::ColumnTally)| Share {
            column: name.to_owned(),
            empty: column.empty,
            damaged: column.damaged,
        };

        Self {
            file: input.file.clone(),
            list: input.list,
            sha256: input.sha256.clone(),
            rows: input.rows,
            columns: names.zip(&counted.tally.columns).map(share).collect(),
            marks: counted.marks,
        }
    }
}

fn key(marker: Marker) -> String {
    format!("{:016x}", marker.mark(PROOF))
}

/// The papers of the newest run that wrote down what it read: its id and the file.
#[must_use]
pub fn latest(data_dir: &Utf8Path) -> Option<(String, Utf8PathBuf)> {
    let runs = data_dir::runs(data_dir);
    let age = |name: &str| {
        let (day, number) = name.rsplit_once('-')?;
        Some((day.parse::<jiff::civil::Date>().ok()?, number.parse::<u32>().ok()?))
    };

    let named =
        runs.read_dir_utf8().ok()?.filter_map(Result::ok).map(|entry| entry.file_name().to_owned());
    let known = named.filter_map(|name| Some((age(&name)?, name)));
    let with_marks = known
        .map(|(age, name)| (age, runs.join(&name).join(MARKS), name))
        .filter(|(_, path, _)| path.is_file());

    with_marks.max_by_key(|(age, ..)| *age).map(|(_, path, name)| (name, path))
}

/// What became of the rows of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Rows of the earlier delivery.
    pub rows_before: u64,
    /// Rows of this one.
    pub rows_now: u64,
    /// Rows that say the same.
    pub same: u64,
    /// Rows of the same record or person that say something else.
    pub changed: Changed,
    /// Rows of records or persons that were not there.
    pub added: Changed,
    /// Rows that are not there any more; named by their places in the earlier delivery.
    pub gone: Changed,
}

/// How many rows, and where the first few are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// How many.
    pub count: u64,
    /// `file:row` of the first few.
    pub rows: Vec<String>,
}

/// Marks with their places, sorted.
type Marked = Vec<(u64, u32)>;

/// Compares two deliveries of one list, wherever in their files the rows are.
pub(super) fn compare(before: &[&Delivered], now: &[&Delivered]) -> Changes {
    let (old, new) = rayon::join(|| sorted(before), || sorted(now));
    let mut changes =
        Changes { rows_before: old.len() as u64, rows_now: new.len() as u64, ..Changes::default() };
    let (gone, added, same) = apart(&old, &new, |mark| mark);
    changes.same = same.len() as u64;

    // What is left: the same record or person, saying something else, or nobody's.
    let (gone, added, other) = apart(&gone, &added, |mark| mark >> 32);
    changes.changed = named(other, now);
    changes.added = named(added, now);
    changes.gone = named(gone, before);

    changes
}

fn sorted(files: &[&Delivered]) -> Marked {
    let marks = files.iter().flat_map(|file| &file.marks);
    let mut marked: Marked = marks.copied().zip(0..).collect();
    marked.par_sort_unstable();
    marked
}

/// What only the old one has, what only the new one has, and what both have (by its place in the
/// new one).
fn apart(old: &Marked, new: &Marked, part: impl Fn(u64) -> u64) -> (Marked, Marked, Marked) {
    let (mut gone, mut added, mut both) = (Vec::new(), Vec::new(), Vec::new());
    let (mut olds, mut news) = (old.iter().peekable(), new.iter().peekable());
    loop {
        let order = match (olds.peek(), news.peek()) {
            (None, None) => return (gone, added, both),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(old), Some(new)) => part(old.0).cmp(&part(new.0)),
        };
        if order.is_le() {
            let old = olds.next();
            if order.is_lt() {
                gone.extend(old);
            }
        }
        if order.is_ge() {
            let new = news.next();
            if order.is_gt() { added.extend(new) } else { both.extend(new) }
        }
    }
}

/// Says where the first few are.
fn named(mut marked: Marked, files: &[&Delivered]) -> Changed {
    let count = marked.len() as u64;
    marked.sort_unstable_by_key(|(_, place)| *place);
    let place = |(_, place): &(u64, u32)| {
        let mut row = *place as usize;
        for file in files {
            if row < file.marks.len() {
                return Some(format!("{}:{}", file.file, row + 1));
            }
            row -= file.marks.len();
        }
        None
    };

    Changed { count, rows: marked.iter().take(ROWS_NAMED).filter_map(place).collect() }
}

#[cfg(test)]
#[path = "marks_tests.rs"]
mod tests;
