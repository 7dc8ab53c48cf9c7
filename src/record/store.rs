//! The SQLite file. SQL stands here and below, and nowhere else.

mod decisions;
mod events;
mod inputs;
mod jobs;
mod people;
mod plan;
mod purge;
mod tables;
#[cfg(test)]
pub(super) mod testing;

use std::io::{self, Read};
use std::time::Duration;

use camino::Utf8Path;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior, ffi};

use super::Access;
use super::audit::{Event, Head, Init};
use super::error::RecordError;
use super::files;

pub(super) use decisions::hash_decision;
pub(super) use inputs::hash_identity;
pub(super) use plan::{News, Plan, PlannedLetter, hash_mark};

const SCHEMA: &str = include_str!("schema.sql");
/// Written into the file's header; says that it is a ledger of breachpost ("bpLG").
const APPLICATION_ID: u32 = 0x6270_4c47;
/// Raised with every change of `schema.sql`. A ledger of an earlier version is brought up to date when it is opened to
/// write: it gets the tables that have come since, with their rules.
const SCHEMA_VERSION: u32 = 2;
/// Tables that came later, and the version that brought them.
const BROUGHT: [(&str, u32); 1] = [("decision", 2)];
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
        E::FromSqlConversionFailure(..)
        | E::IntegralValueOutOfRange(..)
        | E::InvalidColumnType(..)
        | E::Utf8Error(..) => RecordError::Damaged { problem: format!("{doing}: a value of the wrong kind") },
        _ if is_half_written(&source) => RecordError::Interrupted,
        _ => match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                RecordError::Damaged { problem: format!("{doing}: {source}") }
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

/// One connection to the ledger.
#[derive(Debug)]
pub(super) struct Store {
    connection: Connection,
}

impl Store {
    /// Makes a ledger in a file that is there and empty, and its first event.
    pub fn create(path: &Utf8Path, init: Init) -> Result<Head, RecordError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(at("making the ledger"))?;
        let mut store = Self { connection };
        store.settle().map_err(at("making the ledger"))?;
        let transaction = store.begin()?;
        let make = || {
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            transaction.execute_batch(SCHEMA)?;
            transaction.execute(
                "INSERT INTO ledger (one, id, key_check, created_on) VALUES (1, ?1, ?2, ?3)",
                (&init.ledger, &init.key_check, init.date.to_string()),
            )?;
            transaction.execute(
                "INSERT INTO campaign (id, name, state, opened_on) VALUES (1, ?1, 'open', ?2)",
                (&init.campaign, init.date.to_string()),
            )
        };
        make().map_err(at("making the ledger"))?;
        let head = events::append(&transaction, &Event::Init(init))?;
        transaction.commit().map_err(at("making the ledger"))?;
        store.connection.close().map_err(|(_, error)| at("making the ledger")(error))?;
        Ok(head)
    }

    /// Opens a ledger; nothing is written.
    pub fn open(path: &Utf8Path, access: Access) -> Result<Self, RecordError> {
        let version = check_header(path, access)?;
        let mode = match access {
            Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
        };
        let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(at("opening the ledger"))?;
        let mut store = Self { connection };
        store.settle().map_err(at("opening the ledger"))?;
        store.check_schema(version)?;
        if version < SCHEMA_VERSION {
            store.bring_up_from(version)?;
        }
        Ok(store)
    }

    /// Settings of the connection; none of them is stored in the file.
    ///
    /// Rollback journal with `synchronous = EXTRA`: one file at rest, and a commit has reached the disk, the folder
    /// entry of the journal included. `WAL` with `NORMAL` could lose the last commits with the power: a second letter.
    fn settle(&self) -> Sql<()> {
        self.connection.busy_timeout(PATIENCE)?;
        self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        self.connection.execute_batch(
            "PRAGMA trusted_schema = OFF;
             PRAGMA cell_size_check = ON;
             PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = ON;
             PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -65536;
             PRAGMA journal_mode = DELETE;
             PRAGMA synchronous = EXTRA;",
        )
    }

    /// Tables, indexes and triggers must be those of `schema.sql` at `version`, word for word.
    fn check_schema(&self, version: u32) -> Result<(), RecordError> {
        let mut expected = expected_schema().map_err(at("preparing the schema"))?;
        expected.retain(|row| brought_by(&row.2) <= version);
        let found = schema_of(&self.connection).map_err(at("reading the schema"))?;
        if found != expected {
            return Err(RecordError::Damaged { problem: "tables or rules are not those of this program".to_owned() });
        }
        Ok(())
    }

    /// Adds what has come since `version`, in one transaction.
    fn bring_up_from(&mut self, version: u32) -> Result<(), RecordError> {
        let mut missing = expected_schema().map_err(at("preparing the schema"))?;
        missing.retain(|row| brought_by(&row.2) > version);
        missing.sort_by_key(|row| row.0 != "table");
        let transaction = self.begin()?;
        let add = || {
            missing.iter().filter_map(|row| row.3.as_deref()).try_for_each(|sql| transaction.execute_batch(sql))?;
            transaction.pragma_update(None, "user_version", SCHEMA_VERSION)
        };
        add().map_err(at("bringing the ledger up to date"))?;
        transaction.commit().map_err(at("bringing the ledger up to date"))?;
        self.check_schema(SCHEMA_VERSION)
    }

    /// SQLite's own checks: pages, constraints. Quick, after a run; the next one begins with all of them.
    pub fn check_quickly(&self) -> Result<(), RecordError> {
        self.check_with("PRAGMA quick_check(1)")
    }

    fn check_with(&self, check: &str) -> Result<(), RecordError> {
        let verdict: String =
            self.connection.query_row(check, [], |row| row.get(0)).map_err(at("checking the file"))?;
        if verdict == "ok" { Ok(()) } else { Err(RecordError::Damaged { problem: verdict }) }
    }

    /// SQLite's own checks: pages, indexes, constraints, foreign keys.
    pub fn check_integrity(&self) -> Result<(), RecordError> {
        self.check_with("PRAGMA integrity_check(1)")?;
        let mut check = self.connection.prepare("PRAGMA foreign_key_check").map_err(at("checking references"))?;
        if check.exists([]).map_err(at("checking references"))? {
            return Err(RecordError::Damaged { problem: "a row refers to a row that is not there".to_owned() });
        }
        Ok(())
    }

    /// Several reads of one state of the file.
    pub fn snapshot<T>(&self, read: impl FnOnce(&Self) -> Result<T, RecordError>) -> Result<T, RecordError> {
        let transaction = self.connection.unchecked_transaction().map_err(at("reading the ledger"))?;
        let result = read(self)?;
        transaction.commit().map_err(at("reading the ledger"))?;
        Ok(result)
    }

    fn begin(&mut self) -> Result<Transaction<'_>, RecordError> {
        self.connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(at("beginning to write the ledger"))
    }

    /// Writes a copy of the ledger into `path`, which is there and empty.
    pub fn copy_into(&self, path: &Utf8Path) -> Result<(), RecordError> {
        self.connection.execute("VACUUM INTO ?1", [path.as_str()]).map_err(at("copying the ledger"))?;
        Ok(())
    }
}

impl RecordError {
    /// Somebody else held the file longer than this process was willing to wait.
    pub(super) fn is_busy(&self) -> bool {
        let Self::Store { source: StoreError(source), .. } = self else { return false };
        matches!(source.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
    }
}

/// Type, name, table and text.
type SchemaRow = (String, String, String, Option<String>);

/// The schema of this program.
fn expected_schema() -> Sql<Vec<SchemaRow>> {
    let empty = Connection::open_in_memory()?;
    empty.execute_batch(SCHEMA)?;
    schema_of(&empty)
}

/// The version that brought a table.
fn brought_by(table: &str) -> u32 {
    BROUGHT.into_iter().find(|(name, _)| *name == table).map_or(1, |(_, version)| version)
}

fn schema_of(connection: &Connection) -> Sql<Vec<SchemaRow>> {
    connection
        .prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect()
}

/// Looks at the first 100 bytes before SQLite does, so that a strange file is refused untouched; gives the version.
/// Source: sqlite.org/fileformat2.html, section 1.3.
fn check_header(path: &Utf8Path, access: Access) -> Result<u32, RecordError> {
    let mut header = [0_u8; 100];
    match files::open(path).and_then(|mut file| file.read_exact(&mut header)) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            return Err(RecordError::NotALedger { path: path.to_owned() });
        }
        read => read.map_err(files::failed("reading ledger", path))?,
    }
    let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    if !header.starts_with(b"SQLite format 3\0") || number(68) != APPLICATION_ID {
        return Err(RecordError::NotALedger { path: path.to_owned() });
    }
    let (found, known) = (number(60), SCHEMA_VERSION);
    if found > known {
        return Err(RecordError::NewerSchema { found, known });
    }
    if found == 0 || (found < known && access == Access::Read) {
        return Err(RecordError::OlderSchema { found, known });
    }
    // 2 would be a write-ahead log, which this program never makes.
    if header[18..20] != [1, 1] {
        return Err(RecordError::Damaged { problem: "journal mode is not the one it was made with".to_owned() });
    }
    Ok(found)
}
