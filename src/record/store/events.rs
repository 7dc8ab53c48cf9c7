//! The table `audit`.

use rusqlite::{Connection, OptionalExtension, Row, Transaction};

use super::{Sql, Store, at};
use crate::base::FileError;
use crate::record::audit::{Entry, Event, FilePassed, Head};
use crate::record::error::RecordError;

/// Appends an event in the transaction that makes the change.
pub(super) fn append(transaction: &Transaction<'_>, event: &Event) -> Result<Head, RecordError> {
    let head = last(transaction).map_err(at("read the history"))?;
    let entry = Entry::next(head.as_ref(), event).map_err(|error| {
        FileError::at("record an event for", "ledger.sqlite".into())(error.into())
    })?;
    append_entry(transaction, &entry)?;
    Ok(entry.head())
}

/// Appends an event as it was written before.
pub(super) fn append_entry(
    transaction: &Transaction<'_>,
    entry: &Entry,
) -> Result<(), RecordError> {
    let seq = i64::try_from(entry.seq).map_err(|_| RecordError::Chain { seq: entry.seq })?;
    transaction
        .execute(
            "INSERT INTO main.audit (seq, body, hash) VALUES (?1, ?2, ?3)",
            (seq, &entry.body, &entry.hash),
        )
        .map_err(at("add to the history"))?;
    Ok(())
}

/// The number that the next event will have.
pub(super) fn next(connection: &Connection) -> Sql<u64> {
    Ok(last(connection)?.map_or(1, |head| head.events + 1))
}

fn last(connection: &Connection) -> Sql<Option<Head>> {
    connection
        .query_row("SELECT seq, hash FROM main.audit ORDER BY seq DESC LIMIT 1", [], head_in)
        .optional()
}

/// Number, hash and body of an event.
pub(super) fn read_entry(row: &Row<'_>) -> Sql<Entry> {
    let head = head_in(row)?;
    Ok(Entry { seq: head.events, hash: head.hash, body: row.get(2)? })
}

/// SQLite's integers are signed; a history of 2^63 events does not exist.
pub(super) fn seq_of(head: &Head) -> i64 {
    i64::try_from(head.events).unwrap_or(i64::MAX)
}

fn head_in(row: &Row<'_>) -> Sql<Head> {
    let seq: i64 = row.get(0)?;
    Ok(Head { events: count(0, seq)?, hash: row.get(1)? })
}

/// The last event.
pub(super) fn head_of(connection: &Connection) -> Result<Head, RecordError> {
    let head = last(connection).map_err(at("read the history"))?;
    head.ok_or_else(|| RecordError::Damaged { problem: "history is empty".to_owned() })
}

/// A number that is never negative.
pub(super) fn count(column: usize, number: i64) -> Sql<u64> {
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

impl Store {
    /// Writes down an event that changes no table.
    pub fn note_event(&mut self, event: &Event) -> Result<Head, RecordError> {
        let transaction = self.begin()?;
        let head = append(&transaction, event)?;
        transaction.commit().map_err(at("add to the history"))?;
        Ok(head)
    }

    /// The whole history.
    pub fn entries(&self) -> Result<Vec<Entry>, RecordError> {
        let read = || {
            self.connection
                .prepare("SELECT seq, hash, body FROM main.audit ORDER BY seq")?
                .query_map([], read_entry)?
                .collect::<Sql<Vec<Entry>>>()
        };
        read().map_err(at("read the history"))
    }

    /// Writes down a step on the way to the vendor's SFTP server: no table has a row of it.
    pub fn note_passage(&mut self, passed: FilePassed) -> Result<Head, RecordError> {
        let transaction = self.begin()?;
        let head = append(&transaction, &Event::Passage(passed))?;
        transaction.commit().map_err(at("record what was handed over"))?;
        Ok(head)
    }

    /// The last event.
    pub fn head(&self) -> Result<Head, RecordError> {
        head_of(&self.connection)
    }

    /// The head right after event `seq`.
    pub fn head_at(&self, seq: u64) -> Result<Head, RecordError> {
        let number = i64::try_from(seq).map_err(|_| RecordError::Chain { seq })?;
        self.connection
            .query_row("SELECT seq, hash FROM main.audit WHERE seq = ?1", [number], head_in)
            .map_err(at("read the history"))
    }
}
