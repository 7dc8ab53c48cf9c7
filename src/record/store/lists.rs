//! The tables `row_mark`, `shield` and `record_ruling`: which rows the inbox had, whom its lists
//! protected, and what humans said of records.

use std::collections::BTreeMap;

use rusqlite::{Row, Transaction};

use super::events::{append, count};
use super::inputs::{list_of, list_word, seq};
use super::people::mark;
use super::schema::LISTS;
use super::{Sql, Store, at, strange};
use crate::record::audit::{Event, Head, RecordsRuled, RowHash, RowsRead, ShieldsSeen};
use crate::record::decisions::Decider;
use crate::record::error::RecordError;
use crate::record::gone::{RecordRuling, Rulings};
use crate::record::protection::{By, Memory, Shield, ShieldLine, Why};
use crate::record::recognise::Mark;
use crate::record::row_marks::RowMark;

/// What one event noted about the rows of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::record) struct FileRows {
    pub file: String,
    /// The event that noted the file, where an older program noted no rows; `None`: this event.
    pub since: Option<u64>,
    /// Sorted.
    pub added: Vec<RowMark>,
    /// Sorted.
    pub gone: Vec<RowMark>,
    /// Sealed names of the added lab records, in their order; empty where nobody asked for them.
    pub ids: Vec<u8>,
}

fn bytes(marks: &[RowMark]) -> Vec<u8> {
    marks.iter().flat_map(|mark| mark.to_bytes()).collect()
}

fn row_marks(row: &Row<'_>, column: usize) -> Sql<Vec<RowMark>> {
    let bytes = row.get_ref(column)?.as_blob()?;
    let marks = bytes.chunks(RowMark::BYTES).map(RowMark::from_bytes);
    marks.collect::<Option<_>>().ok_or_else(|| strange(column, "no whole marks"))
}

fn hash_rows(hash: &mut RowHash, file: &str, since: u64, added: &[u8], gone: &[u8], ids: &[u8]) {
    hash.text(file).number(since).bytes(added).bytes(gone).bytes(ids);
}

fn hash_shield(hash: &mut RowHash, line: &ShieldLine) {
    let shield = &line.shield;
    hash.bytes(&shield.mark).text(shield.by.word()).bytes(&shield.subject).text(shield.why.word());
    hash.text(list_word(shield.list)).text(state(line.held));
}

pub(in crate::record) fn hash_record_ruling(hash: &mut RowHash, mark: &Mark, ruling: RecordRuling) {
    hash.bytes(mark).text(ruling.word());
}

const fn state(held: bool) -> &'static str {
    if held { "held" } else { "lifted" }
}

/// Counts and hashes of the rows of each event.
type Hashes = BTreeMap<u64, (u64, String)>;

#[derive(Default)]
struct Tallies(BTreeMap<u64, (u64, RowHash)>);

impl Tallies {
    fn of(&mut self, event: u64) -> &mut RowHash {
        let (count, hash) = self.0.entry(event).or_insert_with(|| (0, RowHash::new()));
        *count += 1;
        hash
    }

    fn finish(self) -> Hashes {
        self.0.into_iter().map(|(event, (count, hash))| (event, (count, hash.finish()))).collect()
    }
}

/// Writes down what is new about rows.
pub(super) fn add_rows(
    transaction: &Transaction<'_>,
    run_id: &str,
    files: &[FileRows],
) -> Result<(), RecordError> {
    if files.is_empty() {
        return Ok(());
    }

    let doing = "record rows";
    let next = super::events::next(transaction).map_err(at(doing))?;
    let mut sorted: Vec<&FileRows> = files.iter().collect();
    sorted.sort_by_key(|rows| (&rows.file, rows.since.unwrap_or(next)));
    let mut hash = RowHash::new();
    let written: Vec<_> =
        sorted.iter().map(|rows| (bytes(&rows.added), bytes(&rows.gone))).collect();

    for (rows, (added, gone)) in sorted.iter().zip(&written) {
        hash_rows(&mut hash, &rows.file, rows.since.unwrap_or(next), added, gone, &rows.ids);
    }

    let sum = |marks: fn(&FileRows) -> &Vec<RowMark>| {
        files.iter().map(|rows| marks(rows).len() as u64).sum()
    };
    let event = RowsRead {
        run_id: run_id.to_owned(),
        lines: files.len() as u64,
        added: sum(|rows| &rows.added),
        gone: sum(|rows| &rows.gone),
        sha256: hash.finish(),
    };

    let head = append(transaction, &Event::RowsRead(event))?;
    let add = || {
        let mut insert = transaction
            .prepare("INSERT INTO row_mark (event, file, since, added, gone, ids) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
        for (rows, (added, gone)) in sorted.iter().zip(&written) {
            let since = i64::try_from(rows.since.unwrap_or(next)).unwrap_or(i64::MAX);
            insert.execute((seq(&head), &rows.file, since, added, gone, &rows.ids))?;
        }
        Ok(())
    };

    add().map_err(at(doing))
}

/// Writes down who is protected from now on, and who no longer.
pub(super) fn add_shields(
    transaction: &Transaction<'_>,
    run_id: &str,
    decider: Option<Decider<'_>>,
    lines: &[ShieldLine],
) -> Result<(), RecordError> {
    if lines.is_empty() {
        return Ok(());
    }

    let mut hash = RowHash::new();
    let mut lines: Vec<&ShieldLine> = lines.iter().collect();
    lines.sort_by_key(|line| key(&line.shield));

    for line in &lines {
        hash_shield(&mut hash, line);
    }

    let added = lines.iter().filter(|line| line.held).count() as u64;
    let event = ShieldsSeen {
        run_id: run_id.to_owned(),
        by: decider.map(|decider| decider.by.to_owned()),
        reason: decider.and_then(Decider::owned_reason),
        held: added,
        lifted: lines.len() as u64 - added,
        sha256: hash.finish(),
    };

    let head = append(transaction, &Event::ShieldsSeen(event))?;
    let add = || {
        let mut insert = transaction.prepare(
            "INSERT INTO shield (mark, by, subject, why, list, event, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        for ShieldLine { shield, held } in &lines {
            let (why, list) = (shield.why.word(), list_word(shield.list));
            insert.execute((
                shield.mark,
                shield.by.word(),
                shield.subject,
                why,
                list,
                seq(&head),
                state(*held),
            ))?;
        }
        Ok(())
    };

    add().map_err(at("record whom lists protect"))
}

/// Writes down what a human says of records.
pub(super) fn add_record_rulings(
    transaction: &Transaction<'_>,
    event: RecordsRuled,
    rulings: &BTreeMap<Mark, RecordRuling>,
) -> Result<Head, RecordError> {
    let head = append(transaction, &Event::RecordsRuled(event))?;
    let add = || {
        let mut insert = transaction
            .prepare("INSERT INTO record_ruling (mark, event, ruling) VALUES (?1, ?2, ?3)")?;
        for (mark, ruling) in rulings {
            insert.execute((mark, seq(&head), ruling.word()))?;
        }
        Ok(())
    };

    add().map_err(at("record what was said of records"))?;
    Ok(head)
}

/// The order of the table.
fn key(shield: &Shield) -> (Mark, &'static str, Mark, &'static str, &'static str) {
    (shield.mark, shield.by.word(), shield.subject, shield.why.word(), list_word(shield.list))
}

impl Store {
    /// What is known of the rows of every file, oldest first; `ids` asks for the sealed names too.
    pub fn file_rows(&self, ids: bool) -> Result<Vec<FileRows>, RecordError> {
        if self.version < LISTS {
            return Ok(Vec::new());
        }

        let wanted = if ids {
            "SELECT file, since, added, gone, ids FROM row_mark ORDER BY event, file, since"
        } else {
            "SELECT file, since, added, gone, x'' FROM row_mark ORDER BY event, file, since"
        };

        let read = || {
            self.connection
                .prepare(wanted)?
                .query_map([], |row| {
                    Ok(FileRows {
                        file: row.get(0)?,
                        since: Some(count(1, row.get(1)?)?),
                        added: row_marks(row, 2)?,
                        gone: row_marks(row, 3)?,
                        ids: row.get(4)?,
                    })
                })?
                .collect::<Sql<Vec<_>>>()
        };

        read().map_err(at("read what is known of rows"))
    }

    /// Number of lines of each event, and their hash.
    pub(super) fn row_hashes(&self) -> Result<Hashes, RecordError> {
        if self.version < LISTS {
            return Ok(Hashes::new());
        }

        let read = || {
            let mut tallies = Tallies::default();
            let mut read = self
                .connection
                .prepare("SELECT event, file, since, added, gone, ids FROM row_mark ORDER BY event, file, since")?;
            let mut rows = read.query([])?;
            while let Some(row) = rows.next()? {
                let hash = tallies.of(count(0, row.get(0)?)?);
                let blob = |column| row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from);
                hash_rows(
                    hash,
                    row.get_ref(1)?.as_str()?,
                    count(2, row.get(2)?)?,
                    blob(3)?,
                    blob(4)?,
                    blob(5)?,
                );
            }
            Ok(tallies.finish())
        };

        read().map_err(at("read what is known of rows"))
    }

    /// Every line about who is protected, oldest first, with its event.
    pub fn shields(&self) -> Result<Vec<(u64, ShieldLine)>, RecordError> {
        if self.version < LISTS {
            return Ok(Vec::new());
        }

        let read = || {
            self.connection
                .prepare(
                    "SELECT mark, by, subject, why, list, state, event FROM shield
                     ORDER BY event, mark, by, subject, why, list",
                )?
                .query_map([], |row| {
                    let by = By::from_word(row.get_ref(1)?.as_str()?)
                        .ok_or_else(|| strange(1, "unknown mark"))?;
                    let why = Why::from_word(row.get_ref(3)?.as_str()?)
                        .ok_or_else(|| strange(3, "unknown reason"))?;
                    let list = list_of(row.get_ref(4)?.as_str()?)
                        .ok_or_else(|| strange(4, "unknown list"))?;
                    let shield =
                        Shield { mark: mark(row, 0)?, by, subject: mark(row, 2)?, why, list };
                    let held = row.get_ref(5)?.as_str()? == "held";
                    Ok((count(6, row.get(6)?)?, ShieldLine { shield, held }))
                })?
                .collect::<Sql<Vec<_>>>()
        };

        read().map_err(at("read whom lists protect"))
    }

    /// Whom lists protect today.
    pub fn memory(&self) -> Result<Memory, RecordError> {
        let lines = self.shields()?.into_iter().map(|(_, line)| line);
        Ok(Memory::of(lines.chain(self.supposed.shields.iter().copied())))
    }

    /// Number of lines of each event, and their hash.
    pub(super) fn shield_hashes(&self) -> Result<Hashes, RecordError> {
        let mut tallies = Tallies::default();
        self.shields()?.iter().for_each(|(event, line)| hash_shield(tallies.of(*event), line));
        Ok(tallies.finish())
    }

    fn ruling_lines(&self) -> Result<Vec<(u64, Mark, RecordRuling)>, RecordError> {
        if self.version < LISTS {
            return Ok(Vec::new());
        }

        let read = || {
            self.connection
                .prepare("SELECT event, mark, ruling FROM record_ruling ORDER BY event, mark")?
                .query_map([], |row| {
                    let ruling = RecordRuling::from_word(row.get_ref(2)?.as_str()?);
                    let ruling = ruling.ok_or_else(|| strange(2, "unknown ruling"))?;
                    Ok((count(0, row.get(0)?)?, mark(row, 1)?, ruling))
                })?
                .collect::<Sql<Vec<_>>>()
        };

        read().map_err(at("read what was said of records"))
    }

    /// What humans say of records today.
    pub fn record_rulings(&self) -> Result<Rulings, RecordError> {
        let lines = self.ruling_lines()?.into_iter().filter(|(event, ..)| self.counts(*event));
        let lines = lines.map(|(_, mark, ruling)| (mark, ruling));
        Ok(Rulings::of(lines.chain(self.supposed.rulings.iter().copied())))
    }

    /// Number of lines of each event, and their hash.
    pub(super) fn record_ruling_hashes(&self) -> Result<Hashes, RecordError> {
        let mut tallies = Tallies::default();
        for (event, mark, ruling) in self.ruling_lines()? {
            hash_record_ruling(tallies.of(event), &mark, ruling);
        }
        Ok(tallies.finish())
    }
}
