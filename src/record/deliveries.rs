//! One lab record, delivered more than once: which delivery counts.
//!
//! A record is a dataset and a record number, in whichever file it is. Of two deliveries that say
//! different things the newer one counts: the one that a later run read first; of two that one run
//! read first, the one whose file has the later date in its name. Where that says nothing, and
//! where an earlier delivery came again after a later one, nobody can tell, and the record waits
//! for a human (L217).

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::intake::{Before, ChangeKind, Intake};
use super::row_marks::RowMark;
use crate::field::ids::RowRef;
use crate::field::row::{Exposure, List, Rows};

/// A run that has not been noted yet.
const NOW: u64 = u64::MAX;

/// What is known about records that were delivered more than once.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Deliveries {
    /// Rows that no longer count, each with the row that does.
    pub superseded: BTreeMap<RowRef, RowRef>,
    /// Rows of records of which nobody can say which delivery counts, each with the first row that
    /// says something else.
    pub ambiguous: BTreeMap<RowRef, RowRef>,
}

impl Deliveries {
    /// Whether every record says one thing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.superseded.is_empty() && self.ambiguous.is_empty()
    }
}

/// When a delivery was read first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Read {
    /// The event that noted it.
    event: u64,
    /// The date in the name of its file.
    date: Option<Date>,
}

impl Read {
    /// `None`: nobody can say which of the two is later.
    fn is_later_than(self, other: Self) -> Option<bool> {
        if self.event != other.event {
            return Some(self.event > other.event);
        }
        match (self.date, other.date) {
            (Some(own), Some(other)) if own != other => Some(own > other),
            _ => None,
        }
    }
}

/// One way in which a record was delivered.
struct Version {
    mark: RowMark,
    /// Where it is today.
    rows: Vec<RowRef>,
    /// When it was read, in each file in which it ever stood.
    reads: Vec<Read>,
}

impl Version {
    /// Whether every delivery of this one is later than every one of the other; `None`: nobody can
    /// say.
    fn is_later_than(&self, other: &Self) -> Option<bool> {
        let mut later = None;
        for own in &self.reads {
            for theirs in &other.reads {
                let this = own.is_later_than(*theirs)?;
                if *later.get_or_insert(this) != this {
                    return None;
                }
            }
        }

        later
    }
}

/// Finds the records that are in the inbox with different contents, and which of them count.
pub(super) fn settle(rows: &Rows, intake: &Intake, before: &Before<'_>) -> Deliveries {
    let mut found = Deliveries::default();
    let mut disputed = disputed(rows, intake);
    if disputed.is_empty() {
        return found;
    }

    let reads = Reads { rows, intake, before };
    for versions in &mut disputed {
        for version in versions.iter_mut() {
            reads.add_to(version);
        }
        let counts = |version: &&Version| {
            let others = versions.iter().filter(|other| other.mark != version.mark);
            others.clone().all(|other| version.is_later_than(other) == Some(true))
        };
        match versions.iter().find(counts) {
            Some(newest) => {
                let old = versions.iter().filter(|version| version.mark != newest.mark);
                found
                    .superseded
                    .extend(old.flat_map(|old| &old.rows).map(|row| (*row, newest.rows[0])));
            }
            None if say_the_same(rows, versions) => {}
            None => {
                for version in versions.iter() {
                    let other = versions
                        .iter()
                        .find(|other| other.mark != version.mark)
                        .map(|other| other.rows[0]);
                    found
                        .ambiguous
                        .extend(version.rows.iter().filter_map(|row| Some((*row, other?))));
                }
            }
        }
    }

    found
}

/// Records that are in the inbox with more than one content.
fn disputed(rows: &Rows, intake: &Intake) -> Vec<Vec<Version>> {
    let files = (0_u16..).zip(&rows.inputs).zip(&intake.marks);
    let exposures = files.filter(|((_, input), _)| input.list == List::Exposures);
    let mut all: Vec<(RowMark, RowRef)> = exposures
        .flat_map(|((file, _), marks)| {
            marks.iter().map(move |(mark, row)| (*mark, RowRef { file, row: *row }))
        })
        .collect();

    all.sort_unstable();
    let records = all.chunk_by(|one, other| one.0.record == other.0.record);
    let disputed = records.filter(|rows| rows[0].0.content != rows[rows.len() - 1].0.content);
    let versions = |rows: &[(RowMark, RowRef)]| {
        let same = rows.chunk_by(|one, other| one.0 == other.0);
        same.map(|rows| Version {
            mark: rows[0].0,
            rows: rows.iter().map(|(_, row)| *row).collect(),
            reads: Vec::new(),
        })
        .collect()
    };

    disputed.map(versions).collect()
}

/// When rows were read first.
struct Reads<'r> {
    rows: &'r Rows,
    intake: &'r Intake,
    before: &'r Before<'r>,
}

impl Reads<'_> {
    fn add_to(&self, version: &mut Version) {
        for known in self.before.rows {
            if known.added.binary_search(&version.mark).is_ok()
                && let Some(event) = known.since
            {
                version.reads.push(Read { event, date: date_in(&known.file) });
            }
        }

        for row in &version.rows {
            let input = &self.rows.inputs[usize::from(row.file)];
            let change = self.intake.changes.iter().find(|change| change.file == input.file);
            let name = change.and_then(|change| change.from.as_deref()).unwrap_or(&input.file);
            let mut known = self.before.rows.iter().filter(|rows| rows.file == name).peekable();
            if known.peek().is_some() {
                if !known.any(|rows| rows.added.binary_search(&version.mark).is_ok()) {
                    version.reads.push(Read { event: NOW, date: date_in(&input.file) });
                }
                continue;
            }
            // An older program noted the file alone.
            let unchanged = change.is_none_or(|change| change.kind == ChangeKind::Renamed);
            let line = self
                .before
                .lines
                .iter()
                .rev()
                .find(|(_, line)| line.file == name && line.sha256.is_some());
            let event = line.filter(|_| unchanged).map_or(NOW, |(event, _)| *event);
            version.reads.push(Read { event, date: date_in(&input.file) });
        }
    }
}

/// Whether the deliveries differ in nothing that a letter would say: the name or the address alone
/// are linking's business.
fn say_the_same(rows: &Rows, versions: &[Version]) -> bool {
    let said = |row: &RowRef| {
        let place = rows.exposures.binary_search_by_key(row, |exposure| exposure.row).ok()?;
        Some(statement(&rows.exposures[place]))
    };
    let mut said = versions.iter().flat_map(|version| &version.rows).map(said);
    let first = said.next().flatten();
    first.is_some() && said.all(|other| other == first)
}

/// Everything of a row that decides about the letter, beside who the person is.
fn statement(row: &Exposure) -> impl PartialEq + use<'_> {
    (
        row.category,
        row.status,
        row.published,
        row.items,
        row.custody,
        row.sample_date,
        row.provider_code(),
    )
}

/// The first date in a file's name: `2025-09-30` or `20250930`.
fn date_in(name: &str) -> Option<Date> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let parse = |start: usize| {
        let dashed = name.get(start..start + 10).filter(|text| {
            let parts = (text.get(..4), text.get(5..7), text.get(8..));
            matches!(parts, (Some(year), Some(month), Some(day)) if digits(year) && digits(month) && digits(day))
        });
        let plain = name.get(start..start + 8).filter(|text| digits(text));
        let plain = plain
            .and_then(|text| format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]).parse().ok());
        dashed.and_then(|text| text.replace(['_', '.'], "-").parse().ok()).or(plain)
    };

    (0..name.len()).find_map(parse)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn dates_are_found_in_names() {
        for (name, found) in [
            ("exposures-2025-09-30.csv", Some(date(2025, 9, 30))),
            ("exposures_20250930_b.csv", Some(date(2025, 9, 30))),
            ("exposures-2025_09_30.csv", Some(date(2025, 9, 30))),
            ("exposures-correction.csv", None),
            ("exposures-2025-13-30.csv", None),
            ("exposures-12345.csv", None),
        ] {
            assert_eq!(date_in(name), found, "{name}");
        }
    }

    #[test]
    fn later_is_what_a_later_run_read_and_then_the_later_date() {
        let read = |event, day: i8| Read { event, date: (day > 0).then(|| date(2025, 9, day)) };
        assert_eq!(read(3, 1).is_later_than(read(2, 9)), Some(true));
        assert_eq!(read(2, 9).is_later_than(read(3, 0)), Some(false));
        assert_eq!(read(3, 2).is_later_than(read(3, 1)), Some(true));
        assert_eq!(read(3, 1).is_later_than(read(3, 1)), None);
        assert_eq!(read(3, 2).is_later_than(read(3, 0)), None);
    }
}
