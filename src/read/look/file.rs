//! One file of a look: read as a run would read it, and, where it would stop the run, as it would
//! be with other settings.

use camino::{Utf8Path, Utf8PathBuf};

use crate::config::InputFormat;
use crate::field::contract::{self, Guess};
use crate::field::keys::Marker;
use crate::field::professional::Professional;
use crate::field::row::{Exposure, Input, List, Provider, Refused, Registrant, Suppression};

use super::super::batch::Context;
use super::super::empty::Empty;
use super::super::error::ReadError;
use super::super::inbox::Found;
use super::super::marks::{Delivered, Delivery};
use super::super::suppressions::names_nobody;
use super::super::translate::Translation;
use super::super::{Counted, cell, raw, read_file};
use super::glance::{Glance, Glanced, Glimpsed, Known};
use super::proposal::{Names, Proposal};
use super::{CellsLook, Columns, FileLook, FileProblem, FileState, KindLook, LookOrder, RowsLook};

/// A file that was looked at.
pub(super) struct Opened {
    pub(super) found: Found,
    problem: Option<FileProblem>,
    proposal: Proposal,
    columns: Columns,
    /// With the proposal, where there is one.
    read: Option<Read>,
}

/// What came out of it.
pub(super) struct Read {
    pub(super) glances: Vec<Glance>,
    pub(super) refused: Vec<Refused>,
    tally: super::super::Tally,
    absent: Vec<&'static str>,
    delivered: Delivered,
    unread: Vec<String>,
}

/// Reads a file, with what is configured or with what would mend it.
pub(super) fn open(found: &Found, index: u16, order: &LookOrder<'_>, marker: Marker) -> Opened {
    let path = order.inbox.join(&found.name);
    let configured = order.formats.of(found.list);
    let mut opened = Opened {
        found: found.clone(),
        problem: None,
        proposal: Proposal::default(),
        columns: Columns::default(),
        read: None,
    };

    // Encoding, header, dates: each is mended once.
    for _ in 0..4 {
        let format = opened.proposal.on(configured);
        let proposed = match read(found, index, &path, &format, order, marker) {
            Ok(read) => {
                let dates = read.tally.pattern();
                if opened.problem.is_none() {
                    opened.problem = suppresses_nobody(found.list, &read, &path)
                        .map(|error| FileProblem::of(&error));
                }
                if opened.columns.found.is_empty() && opened.columns.guessed.is_empty() {
                    opened.columns = columns(found.list, &read, &format);
                }
                opened.read = Some(read);
                opened.proposal.take_dates(dates, configured)
            }
            Err(error) => {
                opened.problem.get_or_insert_with(|| FileProblem::of(&error));
                let names = Names::of(found, &opened.proposal.encoded(configured), &path);
                let mended = opened.proposal.mend(&error, names.as_ref(), configured);
                if let Some(names) = names {
                    opened.columns = names.columns;
                }
                mended
            }
        };
        if !proposed {
            break;
        }
    }

    if opened.read.is_none() {
        order.progress.advance(found.bytes);
    }

    opened
}

/// The file as an earlier delivery: with its configured settings alone.
pub(super) fn delivered(
    found: &Found,
    folder: &Utf8Path,
    order: &LookOrder<'_>,
    marker: Marker,
) -> Result<Delivered, ReadError> {
    let path: Utf8PathBuf = folder.join(&found.name);
    read(found, 0, &path, order.formats.of(found.list), order, marker).map(|read| read.delivered)
}

fn read(
    found: &Found,
    index: u16,
    path: &Utf8Path,
    format: &InputFormat,
    order: &LookOrder<'_>,
    marker: Marker,
) -> Result<Read, ReadError> {
    let (translation, empty) =
        (Translation::of(found.list, format), Empty::of(found.list, format)?);
    let terms = raw::Terms {
        synthetic: order.terms.synthetic,
        days: cell::Days::before(order.terms.run_date),
    };

    let context = Context {
        file: path,
        index,
        list: found.list,
        terms,
        translation: &translation,
        empty: &empty,
        marker: Some(marker),
        wanted: None,
        progress: order.progress,
    };

    match found.list {
        List::Exposures => read_as::<Exposure>(found, format, &context),
        List::Participants | List::Register => read_as::<Registrant>(found, format, &context),
        List::Providers => read_as::<Provider>(found, format, &context),
        List::Suppressions => read_as::<Suppression>(found, format, &context),
        List::Professionals => read_as::<Professional>(found, format, &context),
    }
}

fn read_as<T: Glimpsed>(
    found: &Found,
    format: &InputFormat,
    context: &Context<'_>,
) -> Result<Read, ReadError> {
    let (mut good, mut refused, mut damage) = (Vec::<Glanced<T>>::new(), Vec::new(), Vec::new());
    let mut pending = Vec::new();
    let (input, mut counted): (Input, Counted) =
        read_file(found, format, context, &mut good, &mut refused, &mut damage, &mut pending)?;
    refused.extend(pending.into_iter().map(|(_, refusal)| refusal));
    let (tally, absent) = (counted.tally.clone(), std::mem::take(&mut counted.absent));
    let delivered = Delivered::new(&input, counted);
    let glances = good.into_iter().map(|row| row.glance).collect();
    Ok(Read { glances, refused, tally, absent, delivered, unread: input.unread_columns })
}

/// A suppression that names nobody stops a run.
fn suppresses_nobody(list: List, read: &Read, path: &Utf8Path) -> Option<ReadError> {
    if list != List::Suppressions {
        return None;
    }

    let refused =
        read.refused.iter().filter(|row| names_nobody(row)).map(|row| row.set_aside.row.row);
    let row = read
        .glances
        .iter()
        .filter(|row| row.names_nobody())
        .map(|row| row.row)
        .chain(refused)
        .min()?;

    Some(ReadError::Suppression { file: path.to_owned(), row })
}

/// The columns of a file that was read.
fn columns(list: List, read: &Read, format: &InputFormat) -> Columns {
    let there = contract::columns(list).iter().filter(|column| !read.absent.contains(&column.name));
    let found = there.map(|column| Guess {
        column: column.name,
        header: format.columns.get(column.name).map_or(column.name, String::as_str).to_owned(),
    });

    Columns {
        found: found.collect(),
        absent: read.absent.clone(),
        unknown: read.unread.clone(),
        ..Columns::default()
    }
}

impl Opened {
    pub(super) fn read(&self) -> Option<&Read> {
        self.read.as_ref()
    }

    /// The file as a delivery of this list.
    pub(super) fn delivered(&self, list: List) -> Option<&Delivered> {
        self.read().map(|read| &read.delivered).filter(|delivered| delivered.list == list)
    }

    /// What is said of it.
    pub(super) fn look(&self, known: &Known, earlier: Option<&Delivery>) -> FileLook {
        let list = self.found.list;
        FileLook {
            file: self.found.name.clone(),
            list,
            bytes: self.found.bytes,
            sha256: self.read().map(|read| read.delivered.sha256.clone()),
            state: self.state(earlier),
            problem: self.problem.clone(),
            proposal: (!self.proposal.is_empty()).then(|| self.proposal.toml(list)),
            columns: self.columns.clone(),
            rows: self.read().map(|read| read.rows(list, known)),
            cells: self.read().map(|read| read.cells(list)).unwrap_or_default(),
        }
    }

    fn state(&self, earlier: Option<&Delivery>) -> FileState {
        let (Some(earlier), Some(read)) = (earlier, self.read()) else { return FileState::Unknown };
        let before = earlier.of(self.found.list);
        if before.iter().any(|file| file.sha256 == read.delivered.sha256) {
            FileState::Unchanged
        } else if before.iter().any(|file| file.file == self.found.name) {
            FileState::Changed
        } else {
            FileState::New
        }
    }
}

impl Read {
    fn rows(&self, list: List, known: &Known) -> RowsLook {
        let [join, protect, protect_nobody] = known.count(list, &self.glances);
        let unusable = self.refused.iter().filter(|row| !row.used).count() as u64;
        RowsLook {
            total: u64::from(self.delivered.rows),
            usable: self.glances.len() as u64,
            refused: self.refused.len() as u64,
            refused_by: self.tally.refused.iter().map(KindLook::of).collect(),
            protect,
            may_protect: match list {
                List::Participants | List::Register | List::Suppressions => unusable,
                List::Exposures | List::Providers | List::Professionals => 0,
            },
            join,
            protect_nobody,
        }
    }

    fn cells(&self, list: List) -> Vec<CellsLook> {
        let rows = self.tally.rows;
        let share = |count: u32| if rows == 0 { 0.0 } else { f64::from(count) / f64::from(rows) };
        let there = contract::columns(list).iter().zip(&self.tally.columns);
        let there = there.filter(|(column, _)| !self.absent.contains(&column.name));
        let look = |(column, tally): (&contract::Column, &super::super::ColumnTally)| {
            let valid = rows.saturating_sub(tally.empty).saturating_sub(tally.damaged);
            CellsLook {
                column: column.name,
                empty: u64::from(tally.empty),
                valid: u64::from(valid),
                damaged: u64::from(tally.damaged),
                empty_share: share(tally.empty),
                valid_share: share(valid),
                damaged_share: share(tally.damaged),
                words: column.form.allowed().filter(|_| tally.damaged > 0),
                kinds: tally.kinds.iter().map(KindLook::of).collect(),
            }
        };

        there.map(look).collect()
    }
}
