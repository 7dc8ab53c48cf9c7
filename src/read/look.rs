//! A look at the lists before they count: what is in the files of the inbox, what of it can be
//! used, what changed since the last delivery. Nothing is written, and nothing of what is said
//! holds a value of a cell.
//!
//! The files are read by the same code as in a run, so that what is damaged here is damaged there.
//! A file that would stop a run does not end the look: it is shown with what is wrong and, where
//! names, delimiter, encoding or dates explain it, with the settings that would mend it; its
//! figures are then those that it has with them.

mod file;
mod findings;
mod glance;
mod proposal;

use std::borrow::Cow;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use crate::base::Explain;
use crate::base::progress::Progress;
use crate::config::Inputs;
use crate::field::contract::{self, Guess};
use crate::field::keys::Marker;
use crate::field::reason::Reason;
use crate::field::row::List;

use super::inbox::{self, Found};
use super::marks::{self, Changes, Delivery};
use super::{DamageKind, ReadError, ReadTerms};
use file::Opened;
use glance::Known;

pub use findings::Finding;

/// What to look at, and with what to compare it.
#[derive(Debug)]
pub struct LookOrder<'a> {
    /// The folder.
    pub inbox: &'a Utf8Path,
    /// How the lists are written.
    pub formats: &'a Inputs,
    /// As for a run.
    pub terms: ReadTerms,
    /// What the lists are compared with.
    pub before: Before<'a>,
    /// Where progress is shown.
    pub progress: &'a Progress,
}

/// The earlier delivery.
#[derive(Debug)]
pub enum Before<'a> {
    /// The lists as the last run read them.
    Run {
        /// Its id.
        run_id: String,
        /// What it wrote down.
        delivery: Delivery,
        /// The key that it marked rows with.
        marker: Marker,
    },
    /// These files, each compared with its own list.
    Files(&'a [Utf8PathBuf]),
    /// There is none, and why.
    None(String),
}

/// What was seen.
#[derive(Clone, Debug, Serialize)]
pub struct Look {
    /// The folder.
    pub inbox: Utf8PathBuf,
    /// What the lists were compared with.
    pub compared_with: String,
    /// The files, in reading order.
    pub files: Vec<FileLook>,
    /// What changed, list by list; only lists of which there is an earlier delivery.
    pub lists: Vec<ListLook>,
    /// Files that are no list and are not read.
    pub other_files: Vec<String>,
    /// What a human should look at before the lists count.
    pub findings: Vec<Finding>,
}

/// One file.
#[derive(Clone, Debug, Serialize)]
pub struct FileLook {
    /// File name without folder.
    pub file: String,
    /// Which list.
    pub list: List,
    /// Size.
    pub bytes: u64,
    /// Of its bytes, lower-case hex; absent when it cannot be read.
    pub sha256: Option<String>,
    /// Whether the earlier delivery had it.
    pub state: FileState,
    /// Why a run would stop.
    pub problem: Option<FileProblem>,
    /// Settings that would mend it, to paste into the configuration; the figures are those with
    /// them.
    pub proposal: Option<String>,
    /// Its columns.
    pub columns: Columns,
    /// Its rows; absent when it cannot be read.
    pub rows: Option<RowsLook>,
    /// The cells of each column that it has, in contract order.
    pub cells: Vec<CellsLook>,
}

/// A file beside the earlier delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// Not there before.
    New,
    /// The same bytes under any name.
    Unchanged,
    /// Other bytes under the same name.
    Changed,
    /// Nobody knows: there is nothing to compare it with.
    Unknown,
}

/// Why a run would stop at a file.
#[derive(Clone, Debug, Serialize)]
pub struct FileProblem {
    /// What is wrong.
    pub error: String,
    /// What to do.
    pub hint: Option<String>,
}

impl FileProblem {
    fn of(error: &ReadError) -> Self {
        Self { error: error.to_string(), hint: error.hint() }
    }
}

/// The columns of a file.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Columns {
    /// Ours, by the header that the configuration gives them.
    pub found: Vec<Guess>,
    /// Ours that must be there and are not.
    pub missing: Vec<&'static str>,
    /// Ours that are not there and need not be.
    pub absent: Vec<&'static str>,
    /// Ours that are probably there under a different name.
    pub guessed: Vec<Guess>,
    /// Headers that nobody reads.
    pub unknown: Vec<String>,
    /// Cells of the first line, where it is not clear that it is a header: nothing of it is quoted
    /// then.
    pub unnamed: usize,
}

/// The rows of a file.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RowsLook {
    /// Data rows.
    pub total: u64,
    /// Rows that can be used.
    pub usable: u64,
    /// Rows that would be refused.
    pub refused: u64,
    /// The same by code.
    pub refused_by: Vec<KindLook>,
    /// Usable rows of participants, register and suppressions that keep somebody from a letter.
    pub protect: u64,
    /// Refused rows of those lists: whoever one of them may be about is held.
    pub may_protect: u64,
    /// Usable rows that meet a row of the other side by an equal BSN, `person_ref` or provider
    /// code: exposures and lists, suppressions and both, providers and exposures.
    pub join: u64,
    /// Protecting rows that meet nobody that way. They may still by name and birth date.
    pub protect_nobody: u64,
}

/// The cells of one column.
#[derive(Clone, Debug, Serialize)]
pub struct CellsLook {
    /// Our name.
    pub column: &'static str,
    /// Nothing in it, or a word that says so.
    pub empty: u64,
    /// What the column holds.
    pub valid: u64,
    /// Filled, and not what the column holds.
    pub damaged: u64,
    /// Shares of the rows.
    pub empty_share: f64,
    /// Of the rows.
    pub valid_share: f64,
    /// Of the rows.
    pub damaged_share: f64,
    /// Words that it may hold, where cells hold others.
    pub words: Option<&'static [&'static str]>,
    /// What is wrong with cells.
    pub kinds: Vec<KindLook>,
}

/// One kind of damage.
#[derive(Clone, Debug, Serialize)]
pub struct KindLook {
    /// Its code.
    pub code: &'static str,
    /// In words.
    pub reason: &'static str,
    /// How many.
    pub count: u64,
    /// The first few data rows, from 1.
    pub rows: Vec<u32>,
}

impl KindLook {
    fn of((reason, kind): (&Reason, &DamageKind)) -> Self {
        Self {
            code: reason.code(),
            reason: reason.text(),
            count: u64::from(kind.count),
            rows: kind.rows.clone(),
        }
    }
}

/// What changed in a list.
#[derive(Clone, Debug, Serialize)]
pub struct ListLook {
    /// Which list.
    pub list: List,
    /// Files of the earlier delivery that are not there any more.
    pub files_gone: Vec<String>,
    /// Its rows.
    #[serde(flatten)]
    pub changes: Changes,
}

/// Looks at every list of the inbox.
///
/// # Errors
/// [`ReadError`] when the folder, or a file to compare with, cannot be read at all. Files of the
/// inbox that cannot be read are in the answer.
pub fn look(order: &LookOrder<'_>) -> Result<Look, ReadError> {
    let marker = match &order.before {
        Before::Run { marker, .. } => *marker,
        Before::Files(_) | Before::None(_) => Marker::passing(),
    };

    let (found, problem) = inbox::look(order.inbox, order.formats)?;
    let total = found.lists.iter().map(|list| list.bytes).sum();
    order.progress.bytes("looking", total);
    let opened: Vec<Opened> = found
        .lists
        .iter()
        .zip(0..)
        .map(|(file, index)| file::open(file, index, order, marker))
        .collect();

    let earlier = earlier(order, marker)?;

    let known = Known::of(&opened);
    let earlier = earlier.as_deref();
    let files: Vec<FileLook> = opened.iter().map(|file| file.look(&known, earlier)).collect();
    let lists = earlier.map(|earlier| changes(earlier, &opened)).unwrap_or_default();
    let mut look = Look {
        inbox: order.inbox.to_owned(),
        compared_with: compared_with(&order.before),
        files,
        lists,
        other_files: found.ignored,
        findings: Vec::new(),
    };

    look.findings = findings::of(&look, problem.as_ref(), earlier);
    Ok(look)
}

fn compared_with(before: &Before<'_>) -> String {
    match before {
        Before::Run { run_id, .. } => format!("the lists that run {run_id} read"),
        Before::Files(files) => {
            let names: Vec<&str> =
                files.iter().map(|file| file.file_name().unwrap_or_default()).collect();
            names.join(", ")
        }
        Before::None(why) => format!("nothing: {why}"),
    }
}

/// The earlier delivery, read where it is files.
fn earlier<'o>(
    order: &'o LookOrder<'_>,
    marker: Marker,
) -> Result<Option<Cow<'o, Delivery>>, ReadError> {
    let files = match &order.before {
        Before::Run { delivery, .. } => return Ok(Some(Cow::Borrowed(delivery))),
        Before::None(_) => return Ok(None),
        Before::Files(files) => files,
    };

    let mut delivery = Delivery::default();
    for path in *files {
        let file: Found = inbox::found(path)?;
        let folder = path.parent().unwrap_or(Utf8Path::new("."));
        delivery.files.push(file::delivered(&file, folder, order, marker)?);
    }

    Ok(Some(Cow::Owned(delivery)))
}

/// What became of the rows of each list that the earlier delivery has.
fn changes(earlier: &Delivery, opened: &[Opened]) -> Vec<ListLook> {
    let mut lists = Vec::new();
    for list in contract::LISTS {
        let (before, now): (Vec<_>, Vec<_>) =
            (earlier.of(list), opened.iter().filter_map(|file| file.delivered(list)).collect());
        let unread =
            opened.iter().any(|file| file.found.list == list && file.delivered(list).is_none());
        if before.is_empty() || unread {
            continue;
        }
        let gone = before.iter().filter(|old| !now.iter().any(|new| new.file == old.file));
        lists.push(ListLook {
            list,
            files_gone: gone.map(|file| file.file.clone()).collect(),
            changes: marks::compare(&before, &now),
        });
    }

    lists
}
