//! The SQLite file. SQL is here and below, and nowhere else.

mod cases;
mod decisions;
mod events;
mod inputs;
mod jobs;
mod judgements;
mod lists;
mod people;
mod pieces;
mod places;
mod plan;
mod providers;
mod purge;
mod redo;
mod schema;
mod tables;
#[cfg(test)]
pub(super) mod testing;

use std::time::Duration;

use camino::Utf8Path;
use rusqlite::config::DbConfig;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior, ffi};

use crate::field::job_number::JobNumber;

use super::Access;
use super::audit::{Event, Head, Init};
use super::error::RecordError;
use super::gone::RecordRuling;
use super::protection::ShieldLine;
use super::recognise::Mark;

pub(super) use cases::hash_case;
pub(super) use decisions::hash_decision;
pub(super) use inputs::{hash_identity, list_word};
pub(super) use judgements::{StoredWord, hash_judgement};
pub(super) use lists::{FileRows, hash_record_ruling};
pub(super) use pieces::{KnownPiece, PieceTallies, hash_piece, hash_returned};
pub(super) use plan::{News, Plan, PlannedLetter, hash_mark};
pub(super) use redo::Gap;

/// How long a writer waits for readers to end, and a reader for a commit.
const PATIENCE: Duration = Duration::from_secs(10);

/// An error of the database. It names tables and columns, never values.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct StoreError(rusqlite::Error);

type Sql<T> = Result<T, rusqlite::Error>;

/// Says what was being done. What only a damaged file can cause is said to be damage.
fn at(doing: &'static str) -> impl FnOnce(rusqlite::Error) -> RecordError {
    use rusqlite::Error as E;
    move |source| match &source {
        E::QueryReturnedNoRows => {
            RecordError::Damaged { problem: format!("cannot {doing}: not one row") }
        }
        E::FromSqlConversionFailure(..)
        | E::IntegralValueOutOfRange(..)
        | E::InvalidColumnType(..)
        | E::Utf8Error(..) => {
            RecordError::Damaged { problem: format!("cannot {doing}: a value of the wrong kind") }
        }
        _ if is_half_written(&source) => RecordError::Interrupted,
        _ => match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                RecordError::Damaged { problem: format!("cannot {doing}: {source}") }
            }
            _ => RecordError::Store { doing, source: StoreError(source) },
        },
    }
}

/// A reader met a change that is half written, and may not take it back.
fn is_half_written(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == ffi::SQLITE_READONLY_ROLLBACK)
}

/// A value that the schema permits and the program does not know.
fn strange(column: usize, what: &'static str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, what.into())
}

impl ToSql for JobNumber {
    fn to_sql(&self) -> Sql<ToSqlOutput<'_>> {
        Ok(self.get().into())
    }
}

impl FromSql for JobNumber {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = u32::column_result(value)?;
        Self::new(number).ok_or(FromSqlError::OutOfRange(number.into()))
    }
}

/// One connection to the ledger.
#[derive(Debug)]
pub(super) struct Store {
    connection: Connection,
    /// Of the file's schema; an older one is migrated with the first change.
    version: u32,
    /// Read behind the lines of the file.
    supposed: Supposed,
}

/// What somebody is about to say, to see what would come of it.
#[derive(Debug, Default)]
pub(super) struct Supposed {
    pub rulings: Vec<(Mark, RecordRuling)>,
    pub shields: Vec<ShieldLine>,
    /// A job whose letters nobody was told.
    pub given_up: Option<JobNumber>,
    /// What was decided after this event was not.
    pub undecided_since: Option<u64>,
}

impl Store {
    /// Makes a ledger in a file that is there and empty, and its first event.
    pub fn create(path: &Utf8Path, init: Init) -> Result<Head, RecordError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(path, flags).map_err(at("create the ledger"))?;
        let mut store =
            Self { connection, version: schema::VERSION, supposed: Supposed::default() };
        store.settle().map_err(at("create the ledger"))?;
        let transaction = store.begin()?;
        let make = || {
            schema::create(&transaction)?;
            transaction.execute(
                "INSERT INTO ledger (one, id, key_check, created_on) VALUES (1, ?1, ?2, ?3)",
                (&init.ledger, &init.key_check, init.date.to_string()),
            )?;
            transaction.execute(
                "INSERT INTO campaign (id, name, state, opened_on) VALUES (1, ?1, 'open', ?2)",
                (&init.campaign, init.date.to_string()),
            )
        };

        make().map_err(at("create the ledger"))?;
        let mode = init.mode;
        let head = events::append(&transaction, &Event::Init(init))?;
        if let Some(mode) = mode {
            schema::set_mode(&transaction, mode, &head).map_err(at("create the ledger"))?;
        }

        transaction.commit().map_err(at("create the ledger"))?;
        store.connection.close().map_err(|(_, error)| at("create the ledger")(error))?;
        Ok(head)
    }

    /// Opens a ledger; nothing is written.
    pub fn open(path: &Utf8Path, access: Access) -> Result<Self, RecordError> {
        let version = schema::read_version(path)?;
        let mode = match access {
            Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
        };

        let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(at("open the ledger"))?;
        let store = Self { connection, version, supposed: Supposed::default() };
        store.settle().map_err(at("open the ledger"))?;
        store.check_schema()?;

        Ok(store)
    }

    /// Takes the file for reading: nobody changes it before the transaction ends.
    pub fn begin_to_read(&self) -> Result<(), RecordError> {
        self.connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
            .map(drop)
            .map_err(at("read the ledger"))
    }

    /// A second connection to the same file, for reading.
    pub fn beside(&self) -> Result<Self, RecordError> {
        Self::open(self.connection.path().unwrap_or_default().into(), Access::Read)
    }

    /// How far a copy of the ledger is. Nothing of it is checked, and nothing is written beside it.
    pub fn head_of_copy(path: &Utf8Path) -> Result<Head, RecordError> {
        schema::read_version(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(path, flags).map_err(at("open a copy of the ledger"))?;
        events::head_of(&connection)
    }

    /// Settings of the connection; none of them is stored in the file.
    ///
    /// Rollback journal with `synchronous = EXTRA`: one file at rest, and a commit has reached the
    /// disk, the folder entry of the journal included. `WAL` with `NORMAL` could lose the last
    /// commits with the power: a second letter. Recursive triggers: without them `INSERT OR
    /// REPLACE` would delete a row past the rule that forbids it.
    fn settle(&self) -> Sql<()> {
        self.connection.busy_timeout(PATIENCE)?;
        self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        self.connection.execute_batch(
            "PRAGMA trusted_schema = OFF;
             PRAGMA cell_size_check = ON;
             PRAGMA foreign_keys = ON;
             PRAGMA recursive_triggers = ON;
             PRAGMA secure_delete = ON;
             PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -65536;
             PRAGMA journal_mode = DELETE;
             PRAGMA synchronous = EXTRA;",
        )
    }

    /// From now on reads as if this stood in the ledger as well; never written.
    pub fn suppose(&mut self, supposed: Supposed) {
        self.supposed = supposed;
    }

    /// From now on reads as if this job had been given up; never written.
    pub const fn suppose_given_up(&mut self, job: Option<JobNumber>) {
        self.supposed.given_up = job;
    }

    /// From now on reads as if nobody had decided anything after this event; never written.
    pub const fn suppose_undecided_since(&mut self, event: u64) {
        self.supposed.undecided_since = Some(event);
    }

    /// Whether what was decided with this event counts.
    fn counts(&self, event: u64) -> bool {
        self.supposed.undecided_since.is_none_or(|last| event <= last)
    }

    /// SQLite's own checks: pages, indexes, constraints, foreign keys.
    pub fn check_integrity(&self) -> Result<(), RecordError> {
        let verdict: String = self
            .connection
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
            .map_err(at("check the file"))?;

        if verdict != "ok" {
            return Err(RecordError::Damaged { problem: verdict });
        }

        let mut check =
            self.connection.prepare("PRAGMA foreign_key_check").map_err(at("check references"))?;
        if check.exists([]).map_err(at("check references"))? {
            return Err(RecordError::Damaged {
                problem: "a row refers to a row that does not exist".to_owned(),
            });
        }

        Ok(())
    }

    /// Several reads of one state of the file.
    pub fn snapshot<T>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, RecordError>,
    ) -> Result<T, RecordError> {
        let transaction = self.connection.unchecked_transaction().map_err(at("read the ledger"))?;
        let result = read(self)?;
        transaction.commit().map_err(at("read the ledger"))?;
        Ok(result)
    }

    fn begin(&mut self) -> Result<Transaction<'_>, RecordError> {
        self.connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(at("begin to write the ledger"))
    }

    /// Writes a copy of the ledger into `path`, which is there and empty.
    pub fn copy_into(&self, path: &Utf8Path) -> Result<(), RecordError> {
        self.connection
            .execute("VACUUM INTO ?1", [path.as_str()])
            .map_err(at("copy the ledger"))?;
        Ok(())
    }
}

impl RecordError {
    /// Somebody else held the file longer than this process was willing to wait.
    pub(super) fn is_busy(&self) -> bool {
        let Self::Store { source: StoreError(source), .. } = self else { return false };
        matches!(
            source.sqlite_error_code(),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
        )
    }
}
