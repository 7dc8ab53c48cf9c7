//! The tables `piece` and `returned`: what the vendor said of single letters. And stops, which the
//! history alone knows.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rusqlite::{OptionalExtension, Row};

use super::events::{append, count};
use super::inputs::seq as event_of;
use super::jobs::{date, kind};
use super::people::index;
use super::places::LetterRows;
use super::schema::PIECES;
use super::{Sql, Store, at, strange};
use crate::field::ids::{LetterId, Pseudonym};
use crate::field::job_number::JobNumber;
use crate::field::piece::{PieceStep, ReturnReason};
use crate::field::terms::Kind;
use crate::receipts::CopyTimes;
use crate::record::audit::{Event, Head, ReceiptTaken, RowHash, StopLifted, StopOrdered};
use crate::record::error::RecordError;
use crate::record::pieces::{PieceRow, ReturnedRow};

/// A letter of a job, in print order.
pub(in crate::record) struct KnownPiece {
    pub letter_id: LetterId,
    pub sheets: u32,
}

/// A letter that is found by its place in a job.
pub(in crate::record) struct PlacedLetter {
    pub letter_id: LetterId,
    pub person: Pseudonym,
    pub kind: Kind,
    pub sequence: u32,
    pub date: Date,
    /// Nothing was written to the person after it.
    pub is_last: bool,
}

/// The columns of `piece`, as [`piece`] reads them.
const COLUMNS: &str = "job, seq, event, line, step, reprint_no, again, printed_at, inserted_at, \
                       posted_at, sheets_read, sheets, planned, tray, repaired, checks";

/// What stands for a number that was not given.
const NOT_GIVEN: i64 = i64::MIN;

/// Adds a row to the hash that its event keeps.
pub(in crate::record) fn hash_piece(rows: &mut RowHash, row: &PieceRow) {
    let count = |number: Option<u32>| number.map_or(NOT_GIVEN, i64::from);
    let time = |time: Option<i64>| time.unwrap_or(NOT_GIVEN);
    let numbers = [
        row.job.get().into(),
        row.seq.into(),
        row.line.into(),
        row.reprint_no.into(),
        row.again.into(),
        time(row.times.printed),
        time(row.times.inserted),
        time(row.times.posted),
        count(row.sheets_read),
        count(row.sheets),
        row.planned.into(),
        row.repaired.map_or(NOT_GIVEN, i64::from),
    ];

    // One piece for the hash and not twelve: there are millions of rows.
    let mut bytes = [0; 12 * 8];
    for (place, number) in bytes.chunks_exact_mut(8).zip(numbers) {
        place.copy_from_slice(&number.to_be_bytes());
    }

    rows.bytes(&bytes).text(row.step.word());
    rows.text(row.tray.as_deref().unwrap_or_default());
    rows.text(row.checks.as_deref().unwrap_or_default());
}

pub(in crate::record) fn hash_returned(rows: &mut RowHash, row: &ReturnedRow) {
    rows.number(row.job.get().into()).number(row.seq.into());
    rows.text(row.reason.word()).text(&row.date.to_string());
    rows.bytes(row.address.as_ref().map_or(&[][..], |mark| &mark[..]));
}

impl Store {
    /// Writes down a file of the vendor's, in one transaction. The rows are in the order of the
    /// tables.
    pub fn take_receipt(
        &mut self,
        event: ReceiptTaken,
        pieces: &[PieceRow],
        returned: &[ReturnedRow],
    ) -> Result<Head, RecordError> {
        let doing = "record what the vendor says";
        let transaction = self.begin()?;
        let head = append(&transaction, &Event::Receipt(event))?;

        let add = || -> Sql<()> {
            let mut insert = transaction.prepare(
                "INSERT INTO piece (job, seq, event, line, step, reprint_no, again, printed_at, inserted_at, posted_at,
                    sheets_read, sheets, planned, tray, repaired, checks)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            )?;
            for row in pieces {
                insert.execute((
                    row.job,
                    row.seq,
                    event_of(&head),
                    row.line,
                    row.step.word(),
                    row.reprint_no,
                    row.again,
                    row.times.printed,
                    row.times.inserted,
                    row.times.posted,
                    row.sheets_read,
                    row.sheets,
                    row.planned,
                    row.tray.as_deref(),
                    row.repaired,
                    row.checks.as_deref(),
                ))?;
            }

            let mut insert = transaction.prepare(
                "INSERT INTO returned (job, seq, event, reason, on_date, address) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            for row in returned {
                let day = row.date.to_string();
                insert.execute((
                    row.job,
                    row.seq,
                    event_of(&head),
                    row.reason.word(),
                    day,
                    row.address,
                ))?;
            }
            Ok(())
        };

        add().map_err(at(doing))?;
        transaction.commit().map_err(at(doing))?;
        Ok(head)
    }

    /// Writes down a stop.
    pub fn stop(&mut self, event: StopOrdered) -> Result<Head, RecordError> {
        self.note_stop(&Event::Stop(event))
    }

    /// Writes down that a stop is over.
    pub fn lift(&mut self, event: StopLifted) -> Result<Head, RecordError> {
        self.note_stop(&Event::Lifted(event))
    }

    fn note_stop(&mut self, event: &Event) -> Result<Head, RecordError> {
        let transaction = self.begin()?;
        let head = append(&transaction, event)?;
        transaction.commit().map_err(at("record a stop"))?;
        Ok(head)
    }

    /// The letters of a job in print order; the first has place 1.
    pub fn letters_of(&self, job: JobNumber) -> Result<Vec<KnownPiece>, RecordError> {
        let read = || {
            let mut read = self
                .connection
                .prepare("SELECT seq, letter_id, sheets FROM letter WHERE job = ?1 ORDER BY id")?;
            let mut rows = read.query([job])?;
            let mut letters = Vec::new();
            while let Some(row) = rows.next()? {
                if usize::try_from(row.get::<_, u32>(0)?) != Ok(letters.len() + 1) {
                    return Err(strange(0, "letters of a job are not numbered without gaps"));
                }
                letters.push(KnownPiece { letter_id: letter_id(row, 1)?, sheets: row.get(2)? });
            }
            Ok(letters)
        };
        read().map_err(at("read the letters of a job"))
    }

    /// Job and place of each of these letters; `None`: unknown.
    pub fn places_of(
        &self,
        letters: impl Iterator<Item = LetterId>,
    ) -> Result<Vec<Option<(JobNumber, u32)>>, RecordError> {
        let read = || {
            let mut find =
                self.connection.prepare("SELECT job, seq FROM letter WHERE letter_id = ?1")?;
            letters
                .map(|letter| {
                    let place = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
                    find.query_row([letter.to_string()], place).optional()
                })
                .collect::<Sql<Vec<_>>>()
        };
        read().map_err(at("find letters"))
    }

    /// Who the letters at these places in their jobs were sent to.
    pub fn owners_of(
        &self,
        places: impl Iterator<Item = (JobNumber, u32)>,
    ) -> Result<Vec<Pseudonym>, RecordError> {
        let people = self.people()?;
        let read = || {
            let mut rows = LetterRows::of(&self.connection)?;
            let mut find =
                self.connection.prepare("SELECT person FROM letter WHERE id = ?1 AND job = ?2")?;
            places
                .map(|(job, seq)| {
                    let id = rows.id(job, seq)?;
                    let place = find.query_row((id, job), |row| index(row, 0))?;
                    people.get(place as usize).copied().ok_or_else(|| strange(0, "unknown person"))
                })
                .collect::<Sql<Vec<_>>>()
        };
        read().map_err(at("find people"))
    }

    /// The letters at these places in their jobs.
    pub fn letters_at(
        &self,
        places: impl Iterator<Item = (JobNumber, u32)>,
    ) -> Result<Vec<PlacedLetter>, RecordError> {
        let read = || {
            let mut rows = LetterRows::of(&self.connection)?;
            let mut find = self.connection.prepare(
                "SELECT letter.letter_id, person.pseudonym, letter.kind, letter.sequence, job.run_date,
                    letter.id = (SELECT max(other.id) FROM letter AS other WHERE other.person = letter.person)
                 FROM letter JOIN person ON person.id = letter.person JOIN job ON job.job = letter.job
                 WHERE letter.id = ?1 AND letter.job = ?2",
            )?;
            let letter = |row: &Row<'_>| {
                let person: Result<Pseudonym, ()> = row.get_ref(1)?.as_str()?.parse();
                Ok(PlacedLetter {
                    letter_id: letter_id(row, 0)?,
                    person: person.map_err(|()| strange(1, "no pseudonym"))?,
                    kind: kind(row, 2)?,
                    sequence: row.get(3)?,
                    date: date(row, 4)?,
                    is_last: row.get(5)?,
                })
            };
            places
                .map(|(job, seq)| find.query_row((rows.id(job, seq)?, job), letter))
                .collect::<Sql<Vec<_>>>()
        };
        read().map_err(at("find letters"))
    }

    /// Gives every row of `piece`, or those of one job, to `each`, by job, place, event and line.
    pub fn for_each_piece(
        &self,
        job: Option<JobNumber>,
        mut each: impl FnMut(u64, PieceRow),
    ) -> Result<(), RecordError> {
        if self.version < PIECES {
            return Ok(());
        }

        let (from, to) = job.map_or((0, u32::MAX), |job| (job.get(), job.get()));
        let mut read = || -> Sql<()> {
            let mut read = self.connection.prepare(&format!(
                "SELECT {COLUMNS} FROM piece WHERE job BETWEEN ?1 AND ?2
                 ORDER BY job, seq, event, line"
            ))?;
            let mut rows = read.query([from, to])?;
            while let Some(row) = rows.next()? {
                each(count(2, row.get(2)?)?, piece(row)?);
            }
            Ok(())
        };
        read().map_err(at("read what the vendor said of pieces"))
    }

    /// The rows of `piece` about one letter, by event and line.
    pub fn pieces_at(&self, job: JobNumber, seq: u32) -> Result<Vec<PieceRow>, RecordError> {
        if self.version < PIECES {
            return Ok(Vec::new());
        }

        let read = || {
            self.connection
                .prepare(&format!(
                    "SELECT {COLUMNS} FROM piece WHERE job = ?1 AND seq = ?2 ORDER BY event, line"
                ))?
                .query_map((job, seq), piece)?
                .collect::<Sql<Vec<_>>>()
        };
        read().map_err(at("read what the vendor said of pieces"))
    }

    /// Every row of `returned` with its event, by job and place.
    pub fn returned(&self) -> Result<Vec<(u64, ReturnedRow)>, RecordError> {
        if self.version < PIECES {
            return Ok(Vec::new());
        }

        let read = || {
            self.connection
                .prepare(
                    "SELECT job, seq, event, reason, on_date, address FROM returned
                     ORDER BY job, seq, event, reason",
                )?
                .query_map([], |row| {
                    let reason: Result<ReturnReason, ()> = row.get_ref(3)?.as_str()?.parse();
                    let returned = ReturnedRow {
                        job: row.get(0)?,
                        seq: row.get(1)?,
                        reason: reason.map_err(|()| strange(3, "unknown reason"))?,
                        date: date(row, 4)?,
                        address: row.get(5)?,
                    };
                    Ok((count(2, row.get(2)?)?, returned))
                })?
                .collect::<Sql<Vec<_>>>()
        };
        read().map_err(at("read what came back"))
    }

    /// Number of rows of each event in both tables, and their hash.
    pub(in crate::record) fn piece_hashes(
        &self,
    ) -> Result<BTreeMap<u64, (u64, String)>, RecordError> {
        let mut tallies = PieceTallies::default();
        self.for_each_piece(None, |event, row| tallies.piece(event, &row))?;
        for (event, row) in self.returned()? {
            tallies.returned(event, &row);
        }
        Ok(tallies.finish())
    }
}

/// Counts and hashes of the rows of each event; pieces come before returns.
#[derive(Default)]
pub(in crate::record) struct PieceTallies(BTreeMap<u64, (u64, RowHash)>);

impl PieceTallies {
    pub fn piece(&mut self, event: u64, row: &PieceRow) {
        hash_piece(self.of(event), row);
    }

    pub fn returned(&mut self, event: u64, row: &ReturnedRow) {
        hash_returned(self.of(event), row);
    }

    pub fn finish(self) -> BTreeMap<u64, (u64, String)> {
        self.0.into_iter().map(|(event, (count, rows))| (event, (count, rows.finish()))).collect()
    }

    fn of(&mut self, event: u64) -> &mut RowHash {
        let (count, rows) = self.0.entry(event).or_insert_with(|| (0, RowHash::new()));
        *count += 1;
        rows
    }
}

fn letter_id(row: &Row<'_>, column: usize) -> Sql<LetterId> {
    row.get_ref(column)?.as_str()?.parse().map_err(|()| strange(column, "no letter id"))
}

fn piece(row: &Row<'_>) -> Sql<PieceRow> {
    let step: Result<PieceStep, ()> = row.get_ref(4)?.as_str()?.parse();
    let word = |column: usize| -> Sql<Option<std::sync::Arc<str>>> {
        Ok(row.get_ref(column)?.as_str_or_null()?.map(Into::into))
    };
    Ok(PieceRow {
        job: row.get(0)?,
        seq: row.get(1)?,
        line: row.get(3)?,
        step: step.map_err(|()| strange(4, "unknown step"))?,
        reprint_no: row.get(5)?,
        again: row.get(6)?,
        times: CopyTimes { printed: row.get(7)?, inserted: row.get(8)?, posted: row.get(9)? },
        sheets_read: row.get(10)?,
        sheets: row.get(11)?,
        planned: row.get(12)?,
        tray: word(13)?,
        repaired: row.get(14)?,
        checks: word(15)?,
    })
}
