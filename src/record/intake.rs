//! The inbox of a run against what earlier runs read: which files are new, grown, replaced, changed
//! or gone, what that did to their rows, and whether the run may go on.
//!
//! A list that is delivered anew every night may be replaced under its own name (`[inputs.<list>]
//! replace`). In the others, rows may be added; a row that is gone or says something else needs a
//! human's reason for that file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::audit::KnownInput;
use super::error::RecordError;
use super::inputs::{check_line, expected};
use super::recognise::Mark;
use super::row_marks::{self, FileMarks, RowMark};
use super::store::FileRows;
use crate::field::keys::Keys;
use crate::field::row::{Exposure, Input, List, Rows};

/// What may happen to a list without a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListTerms {
    /// Its files may be replaced under their own names.
    pub replace: bool,
    /// Fewer rows than this share of what it had stop the run.
    pub min_rows_percent: u8,
}

/// What the operator accepts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Acceptance<'a> {
    /// `--accept FILE=REASON`.
    pub files: &'a [(String, String)],
    /// `--accept-inputs REASON`: every file that the refusal named.
    pub all: Option<&'a str>,
}

impl<'a> Acceptance<'a> {
    fn reason(&self, file: &str) -> Option<&'a str> {
        let named =
            self.files.iter().find(|(name, _)| name == file).map(|(_, reason)| reason.as_str());
        named.or(self.all)
    }

    fn check(&self, known: &BTreeSet<&str>) -> Result<(), RecordError> {
        for reason in self.files.iter().map(|(_, reason)| reason.as_str()).chain(self.all) {
            check_line(reason).map_err(|problem| RecordError::AcceptedReason { problem })?;
        }
        match self.files.iter().find(|(file, _)| !known.contains(file.as_str())) {
            Some((file, _)) => Err(RecordError::AcceptedStranger { file: file.clone() }),
            None => Ok(()),
        }
    }
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Nobody has read it before.
    New,
    /// The same bytes under a different name.
    Renamed,
    /// Rows were added; none is gone or different.
    Grown,
    /// Delivered anew under its own name, as its list may be.
    Replaced,
    /// Rows are gone or different, or nobody can tell.
    Changed,
    /// The file is gone.
    Missing,
}

impl ChangeKind {
    /// The word in papers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Renamed => "renamed",
            Self::Grown => "grown",
            Self::Replaced => "replaced",
            Self::Changed => "changed",
            Self::Missing => "missing",
        }
    }
}

/// Rows of a file against those that it had.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize,
)]
pub struct RowChange {
    /// Rows about something that the file did not have.
    pub more: u64,
    /// Rows that are gone.
    pub fewer: u64,
    /// Rows that say something else.
    pub changed: u64,
}

/// How one file differs from what earlier runs read. File names and counts only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize)]
pub struct InputChange {
    /// The name that is there, or was.
    pub file: String,
    /// Which list.
    pub list: List,
    /// What became of it.
    pub kind: ChangeKind,
    /// Renamed: the name that is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What that did to its rows, where the ledger knows the rows it had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<RowChange>,
    /// Why it was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<String>,
}

impl InputChange {
    /// Whether the run has to stop unless somebody accepts it and says why.
    #[must_use]
    pub const fn needs_reason(&self) -> bool {
        matches!(self.kind, ChangeKind::Changed | ChangeKind::Missing)
    }
}

impl fmt::Display for InputChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = &self.file;
        match (self.kind, &self.from) {
            (ChangeKind::New, _) => write!(f, "`{file}` is new")?,
            (ChangeKind::Renamed, from) => {
                write!(f, "`{file}` has the bytes of `{}`", from.as_deref().unwrap_or_default())?;
            }
            (ChangeKind::Grown, _) => write!(f, "`{file}` has grown")?,
            (ChangeKind::Replaced, _) => write!(f, "`{file}` was replaced")?,
            (ChangeKind::Changed, _) => write!(f, "`{file}` has changed")?,
            (ChangeKind::Missing, _) => write!(f, "`{file}` is gone")?,
        }

        if let Some(RowChange { more, fewer, changed }) = self.rows {
            write!(f, " ({more} rows more, {fewer} fewer, {changed} changed)")?;
        }

        self.accepted.as_ref().map_or(Ok(()), |reason| write!(f, ", accepted: {reason}"))
    }
}

/// An inbox that a run may work on, with what the ledger has to note about it.
#[derive(Debug, Default)]
pub struct Intake {
    /// What has changed since the last run, by file.
    pub changes: Vec<InputChange>,
    /// Lines for the list of inputs.
    pub(super) lines: Vec<KnownInput>,
    /// What is new about rows.
    pub(super) rows: Arc<Vec<FileRows>>,
    /// The marks of every exposure row that was read, by file; empty for the other lists.
    pub(super) marks: Vec<FileMarks>,
}

impl Intake {
    /// Whether the lab record with this mark is in the inbox, usable or not.
    pub(super) fn has_record(&self, record: &Mark) -> bool {
        let from = |marks: &FileMarks| marks.partition_point(|(mark, _)| mark.record < *record);
        self.marks
            .iter()
            .any(|marks| marks.get(from(marks)).is_some_and(|(mark, _)| mark.record == *record))
    }
}

/// What earlier runs read.
pub(super) struct Before<'b> {
    /// Every line of the list of inputs, with its event.
    pub lines: &'b [(u64, KnownInput)],
    /// What is known of rows, oldest first.
    pub rows: &'b [FileRows],
}

/// Compares the inbox with what earlier runs read.
///
/// # Errors
/// [`RecordError`] when a file is gone or different and nobody has accepted it, a list has shrunk
/// too much, or the acceptance itself is not usable.
pub(super) fn take(
    before: &Before<'_>,
    rows: &Rows,
    keys: &Keys,
    terms: &dyn Fn(List) -> ListTerms,
    accepted: Acceptance<'_>,
) -> Result<Intake, RecordError> {
    let found = &rows.inputs;
    let known = expected(before.lines);
    let names = found.iter().map(|input| input.file.as_str());
    accepted
        .check(&names.chain(before.lines.iter().map(|(_, line)| line.file.as_str())).collect())?;

    let mut marks = row_marks::of(rows, keys);
    let mut changes = compare(before, found, &marks, terms);

    for change in changes.iter_mut().filter(|change| change.needs_reason()) {
        change.accepted = accepted.reason(&change.file).map(str::to_owned);
    }

    refuse_unaccepted(&changes)?;
    refuse_shrunk(&known, found, &changes, terms, accepted)?;

    let lines = lines(before.lines, found, &changes);
    let rows =
        if lines.is_empty() { Vec::new() } else { news(before, rows, keys, &marks, &changes) };
    for (input, marks) in
        found.iter().zip(&mut marks).filter(|(input, _)| input.list != List::Exposures)
    {
        tracing::debug!(record.file = input.file, record.rows = marks.len(), "rows compared");
        *marks = FileMarks::new();
    }

    Ok(Intake { changes, lines, rows: Arc::new(rows), marks })
}

/// How every file differs, sorted by file.
fn compare(
    before: &Before<'_>,
    found: &[Input],
    marks: &[FileMarks],
    terms: &dyn Fn(List) -> ListTerms,
) -> Vec<InputChange> {
    let expected = expected(before.lines);
    let change = |file: &str, list, kind| InputChange {
        file: file.to_owned(),
        list,
        kind,
        from: None,
        rows: None,
        accepted: None,
    };

    let mut new = Vec::new();
    let mut changes = Vec::new();
    for (input, marks) in found.iter().zip(marks) {
        match expected.get(input.file.as_str()) {
            None => new.push(input),
            Some(known) if known.sha256.as_ref() != Some(&input.sha256) => {
                let had = members(before.rows, &input.file);
                let rows = had.map(|had| count(&difference(&had, marks)));
                let whole = rows.is_some_and(|rows| rows.fewer == 0 && rows.changed == 0);
                let kind = match (terms(input.list).replace && known.list == input.list, whole) {
                    (true, _) => ChangeKind::Replaced,
                    (false, true) => ChangeKind::Grown,
                    (false, false) => ChangeKind::Changed,
                };
                changes.push(InputChange { rows, ..change(&input.file, input.list, kind) });
            }
            Some(_) => {}
        }
    }

    for (file, known) in expected {
        if found.iter().any(|input| input.file == file) {
            continue;
        }
        let same = |input: &&Input| {
            input.list == known.list && Some(&input.sha256) == known.sha256.as_ref()
        };
        changes.push(match new.iter().position(same) {
            Some(place) => {
                let to = new.remove(place);
                InputChange {
                    from: Some(file.to_owned()),
                    ..change(&to.file, known.list, ChangeKind::Renamed)
                }
            }
            None => change(file, known.list, ChangeKind::Missing),
        });
    }

    changes.extend(new.into_iter().map(|input| change(&input.file, input.list, ChangeKind::New)));
    changes.sort_unstable();
    changes
}

fn refuse_unaccepted(changes: &[InputChange]) -> Result<(), RecordError> {
    let grave = changes.iter().filter(|change| change.needs_reason() && change.accepted.is_none());
    let changes: Vec<InputChange> = grave.cloned().collect();
    if changes.is_empty() {
        return Ok(());
    }
    let files = changes.iter().map(|change| change.file.clone()).collect();
    Err(RecordError::InputsChanged { changes, files })
}

/// A list that lost more rows than it may is cut, or is a different extract than the one that was
/// meant.
fn refuse_shrunk(
    known: &BTreeMap<&str, &KnownInput>,
    found: &[Input],
    changes: &[InputChange],
    terms: &dyn Fn(List) -> ListTerms,
    accepted: Acceptance<'_>,
) -> Result<(), RecordError> {
    let mut rows = BTreeMap::<List, (u64, u64)>::new();
    for input in known.values() {
        rows.entry(input.list).or_default().0 += u64::from(input.rows);
    }

    for input in found {
        rows.entry(input.list).or_default().1 += u64::from(input.rows);
    }

    for (list, (had, has)) in rows {
        let percent = terms(list).min_rows_percent;
        if has * 100 >= had * u64::from(percent) {
            continue;
        }
        let touched = || {
            changes.iter().filter(|change| change.list == list && change.kind != ChangeKind::New)
        };
        if touched().any(|change| accepted.reason(&change.file).is_some()) {
            continue;
        }
        let files = touched().map(|change| change.file.clone()).collect();
        return Err(RecordError::ListShrunk {
            list: super::store::list_word(list),
            had,
            has,
            percent,
            files,
        });
    }

    Ok(())
}

/// The lines to be added to the list of inputs; none when nothing has changed.
fn lines(known: &[(u64, KnownInput)], found: &[Input], changes: &[InputChange]) -> Vec<KnownInput> {
    let expected = expected(known);
    let gone = |file: &str| {
        expected.get(file).map(|known| KnownInput { sha256: None, ..(*known).clone() })
    };
    let there = |file: &str| {
        found.iter().find(|input| input.file == file).map(|input| KnownInput {
            file: input.file.clone(),
            list: input.list,
            sha256: Some(input.sha256.clone()),
            rows: input.rows,
        })
    };

    let mut lines = Vec::new();
    for change in changes {
        match change.kind {
            ChangeKind::Missing => lines.extend(gone(&change.file)),
            _ => lines.extend(
                change.from.as_deref().and_then(gone).into_iter().chain(there(&change.file)),
            ),
        }
    }

    lines
}

/// What the ledger does not know yet about the rows of each file that is there.
fn news(
    before: &Before<'_>,
    rows: &Rows,
    keys: &Keys,
    marks: &[FileMarks],
    changes: &[InputChange],
) -> Vec<FileRows> {
    let mut names = Names { rows, known: Vec::new() };
    let mut news = Vec::new();
    for (input, marks) in rows.inputs.iter().zip(marks) {
        let change = changes.iter().find(|change| change.file == input.file);
        if let Some(from) = change.and_then(|change| change.from.as_deref()) {
            // The same rows under a different name: they keep the night on which they were first
            // read.
            let old = before.rows.iter().filter(|rows| rows.file == from);
            news.extend(old.map(|rows| FileRows { file: input.file.clone(), ..rows.clone() }));
            if news.iter().any(|rows| rows.file == input.file) {
                continue;
            }
        }
        let had = members(before.rows, &input.file);
        if change.is_none() && had.is_some() {
            continue;
        }
        let (added, gone) = difference(&had.unwrap_or_default(), marks);
        // A file that an older program read: its rows are as old as its line.
        let line = before
            .lines
            .iter()
            .rev()
            .find(|(_, line)| line.file == input.file)
            .filter(|_| change.is_none());
        let ids = if input.list == List::Exposures { names.seal(keys, &added) } else { Vec::new() };
        news.push(FileRows {
            file: input.file.clone(),
            since: line.map(|(event, _)| *event),
            added,
            gone,
            ids,
        });
    }

    news
}

/// Dataset and record number of every lab record, by mark; sorted when it is first asked for.
struct Names<'a> {
    rows: &'a Rows,
    known: Vec<(Mark, &'a str, &'a str)>,
}

impl<'a> Names<'a> {
    fn seal(&mut self, keys: &Keys, added: &[RowMark]) -> Vec<u8> {
        if self.known.is_empty() {
            let name = |row: &'a Exposure| (row.dataset_id(), row.record_id());
            let refused = self.rows.refused.iter().filter(|row| row.list == List::Exposures);
            let refused = refused.map(|row| (row.dataset_id.as_str(), row.record_id.as_str()));
            let names = self.rows.exposures.iter().map(name).chain(refused);
            self.known =
                names.map(|(set, id)| (row_marks::record_mark(keys, set, id), set, id)).collect();
            self.known.sort_unstable();
        }

        let mut sealed = Vec::with_capacity(added.len() * 24);
        for mark in added {
            let place = self.known.partition_point(|known| known.0 < mark.record);
            let name = self.known.get(place).filter(|known| known.0 == mark.record);
            let name = name.map_or_else(String::new, |(_, set, id)| format!("{set}\0{id}"));
            let name = row_marks::seal_name(keys, &mark.record, name.as_bytes());
            sealed.extend(u16::try_from(name.len()).unwrap_or_default().to_be_bytes());
            sealed.extend(name);
        }

        sealed
    }
}

/// The rows that a file had when it was last read, sorted; `None`: nobody knows.
pub(super) fn members(known: &[FileRows], file: &str) -> Option<Vec<RowMark>> {
    let mut members: Option<Vec<RowMark>> = None;
    for rows in known.iter().filter(|rows| rows.file == file) {
        let before = members.take().unwrap_or_default();
        let mut gone = rows.gone.iter().peekable();
        let mut left: Vec<RowMark> = before
            .into_iter()
            .filter(|mark| {
                while gone.next_if(|gone| *gone < mark).is_some() {}
                gone.next_if(|gone| *gone == mark).is_none()
            })
            .collect();
        left.extend(&rows.added);
        left.sort_unstable();
        members = Some(left);
    }

    members
}

/// Rows that are there and were not, and rows that were there and are not; sorted, each as often as
/// it occurs.
fn difference(had: &[RowMark], has: &[(RowMark, u32)]) -> (Vec<RowMark>, Vec<RowMark>) {
    let (mut added, mut gone) = (Vec::new(), Vec::new());
    let mut had = had.iter().copied().peekable();
    for (mark, _) in has {
        while let Some(old) = had.next_if(|old| old < mark) {
            gone.push(old);
        }
        if had.next_if(|old| old == mark).is_none() {
            added.push(*mark);
        }
    }

    gone.extend(had);
    (added, gone)
}

fn count((added, gone): &(Vec<RowMark>, Vec<RowMark>)) -> RowChange {
    let mut new = added.iter().map(|mark| mark.record).peekable();
    let mut changed = 0;
    for old in gone {
        while new.next_if(|record| *record < old.record).is_some() {}
        changed += u64::from(new.next_if(|record| *record == old.record).is_some());
    }
    RowChange { more: added.len() as u64 - changed, fewer: gone.len() as u64 - changed, changed }
}
