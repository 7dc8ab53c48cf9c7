//! The schema through its versions: what a ledger of each version looks like, and how an older one
//! becomes the present one.

use std::borrow::Cow;
use std::io::{self, Read};

use camino::Utf8Path;
use rusqlite::Connection;

use super::events::append;
use super::inputs::seq;
use super::{Sql, Store, at};
use crate::base::defect::{self, Defect};
use crate::base::durable;
use crate::field::mode::Mode;
use crate::record::audit::{Event, Head, Migrated};
use crate::record::error::RecordError;
use crate::record::files;

/// Written into the file's header; says that it is a ledger of breachpost ("bpLG").
const APPLICATION_ID: u32 = 0x6270_4c47;
/// What each version adds to the one before. A script that was released is never changed; a new one
/// comes behind it.
const SCRIPTS: [&str; 6] = [
    include_str!("../schema/1.sql"),
    include_str!("../schema/2.sql"),
    include_str!("../schema/3.sql"),
    include_str!("../schema/4.sql"),
    include_str!("../schema/5.sql"),
    include_str!("../schema/6.sql"),
];
/// The version this program writes; `user_version` of the file.
pub(super) const VERSION: u32 = 6;
/// The version that brought the table `decision`.
pub(super) const DECISIONS: u32 = 2;
/// The version that brought the table `mode` and jobs that are given up.
pub(super) const MODES: u32 = 3;
/// The version that brought the table `waiting`.
pub(super) const CASES: u32 = 3;
/// The version that brought `row_mark`, `shield` and `record_ruling`.
pub(super) const LISTS: u32 = 3;
/// The version that brought `piece` and `returned`.
pub(super) const PIECES: u32 = 4;
/// The version that brought `judgement`.
pub(super) const JUDGEMENTS: u32 = 6;

const _: () = assert!(SCRIPTS.len() == VERSION as usize, "every version has its script");

/// The scripts after version `from`, up to `to`.
fn scripts(from: u32, to: u32) -> impl Iterator<Item = Cow<'static, str>> {
    let wanted = (1..).zip(SCRIPTS).filter(move |(version, _)| *version > from && *version <= to);
    wanted.map(|(_, script)| {
        if defect::is(Defect::ToldTwice) {
            return script.replace("UNIQUE (person, campaign, kind, sequence),", "").into();
        }
        script.into()
    })
}

/// Makes the tables and rules of the present version in an empty database.
pub(super) fn create(connection: &Connection) -> Sql<()> {
    create_version(connection, VERSION)
}

/// The same of any version.
pub(super) fn create_version(connection: &Connection, version: u32) -> Sql<()> {
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", version)?;
    scripts(0, version).try_for_each(|script| connection.execute_batch(&script))
}

/// Writes down what the ledger is for.
pub(super) fn set_mode(connection: &Connection, mode: Mode, head: &Head) -> Sql<()> {
    connection.execute(
        "INSERT INTO mode (one, mode, event) VALUES (1, ?1, ?2)",
        (mode.word(), seq(head)),
    )?;
    Ok(())
}

/// Type, name, table and text.
pub(super) type SchemaRow = (String, String, String, Option<String>);

/// Every table, index and trigger.
pub(super) fn of(connection: &Connection) -> Sql<Vec<SchemaRow>> {
    connection
        .prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect()
}

/// Does to the tables what an earlier migration did.
pub(super) fn repeat_migration(
    transaction: &Connection,
    migrated: &Migrated,
    head: &Head,
) -> Sql<()> {
    scripts(migrated.from, migrated.to)
        .try_for_each(|script| transaction.execute_batch(&script))?;
    transaction.pragma_update(None, "user_version", migrated.to)?;
    migrated.mode.map_or(Ok(()), |mode| set_mode(transaction, mode, head))
}

impl Store {
    /// Tables, indexes and triggers must be those of the file's version, word for word.
    pub(super) fn check_schema(&self) -> Result<(), RecordError> {
        let expected = || {
            let empty = Connection::open_in_memory()?;
            scripts(0, self.version).try_for_each(|script| empty.execute_batch(&script))?;
            of(&empty)
        };

        let expected = expected().map_err(at("prepare the schema"))?;
        if of(&self.connection).map_err(at("read the schema"))? != expected {
            return Err(RecordError::Damaged {
                problem: "its tables or rules are not those of this program".to_owned(),
            });
        }

        Ok(())
    }

    /// Makes an older ledger one of the present version, in one transaction with its event. `None`:
    /// it is one. A ledger of before version 3 is one of this `mode` from then on.
    pub fn migrate(&mut self, mode: Mode) -> Result<Option<Head>, RecordError> {
        let from = self.version;
        if from == VERSION {
            return Ok(None);
        }

        let doing = "migrate the ledger";
        let transaction = self.begin()?;
        let run = || {
            scripts(from, VERSION).try_for_each(|script| transaction.execute_batch(&script))?;
            transaction.pragma_update(None, "user_version", VERSION)
        };

        run().map_err(at(doing))?;
        let mode = (from < MODES).then_some(mode);
        let head = append(&transaction, &Event::Migrated(Migrated { from, to: VERSION, mode }))?;
        if let Some(mode) = mode {
            set_mode(&transaction, mode, &head).map_err(at(doing))?;
        }

        transaction.commit().map_err(at(doing))?;
        self.version = VERSION;
        self.check_schema()?;

        Ok(Some(head))
    }
}

/// Looks at the first 100 bytes before SQLite does, so that a strange file is refused untouched;
/// gives the version. Source: sqlite.org/fileformat2.html, section 1.3.
pub(super) fn read_version(path: &Utf8Path) -> Result<u32, RecordError> {
    let mut header = [0_u8; 100];
    match durable::open(path).and_then(|mut file| file.read_exact(&mut header)) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            return Err(RecordError::NotALedger { path: path.to_owned() });
        }
        read => read.map_err(files::failed("read ledger", path))?,
    }

    let number = |at: usize| {
        u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
    };

    if !header.starts_with(b"SQLite format 3\0") || number(68) != APPLICATION_ID {
        return Err(RecordError::NotALedger { path: path.to_owned() });
    }

    match number(60) {
        0 => Err(RecordError::NotALedger { path: path.to_owned() }),
        found if found > VERSION => Err(RecordError::NewerSchema { found, known: VERSION }),
        // 2 would be a write-ahead log, which this program never makes.
        _ if header[18..20] != [1, 1] => Err(RecordError::Damaged {
            problem: "its journal mode is not the one it was created with".to_owned(),
        }),
        found => Ok(found),
    }
}
