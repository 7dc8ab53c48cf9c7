//! Every change a second time, in a file of its own: what an event wrote into the tables, so that a
//! ledger from before it can be taken through it again, with the same bytes. Rows that follow from
//! the event alone are not kept.

use camino::Utf8Path;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction};

use super::events::{append_entry, count, head_of, read_entry, seq_of};
use super::inputs::insert_inputs;
use super::jobs::{seal_parts, step, take_back};
use super::plan::add_job;
use super::schema::{self, CASES, DECISIONS, JUDGEMENTS, LISTS, PIECES};
use super::{Sql, Store, at};
use crate::base::defect::{self, Defect};
use crate::field::job_number::JobNumber;
use crate::record::audit::{Entry, Event, Head};
use crate::record::error::RecordError;
use crate::record::job::JobState;
use crate::record::model::CampaignState;

/// What names the rows that an event wrote.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// Their column `event`.
    Event,
    /// Their column `job`: of the job that the event planned.
    Job,
}

impl By {
    const fn column(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Job => "job",
        }
    }
}

/// A table of which the rows are kept as they are.
struct Kept {
    name: &'static str,
    /// Schema version that brought it.
    since: u32,
    by: By,
}

const fn kept(name: &'static str, since: u32, by: By) -> Kept {
    Kept { name, since, by }
}

const KEPT: [Kept; 11] = [
    kept("identity", 1, By::Event),
    kept("decision", DECISIONS, By::Event),
    kept("row_mark", LISTS, By::Event),
    kept("shield", LISTS, By::Event),
    kept("record_ruling", LISTS, By::Event),
    kept("judgement", JUDGEMENTS, By::Event),
    kept("waiting", CASES, By::Event),
    kept("piece", PIECES, By::Event),
    kept("returned", PIECES, By::Event),
    kept("letter", 1, By::Job),
    kept("told_mark", 1, By::Job),
];

/// Tables whose rows have no job of their own: those that came with the letters of a job.
const CAME_WITH_LETTERS: [(&str, &str, &str); 2] =
    [("person", "pseudonym", "person"), ("findings", "said", "findings")];

const NOTING: &str = "write a change a second time";
const REPLAYING: &str = "repeating changes";

/// Why a ledger cannot be taken through the changes in a file.
pub(in crate::record) enum Gap {
    /// The file begins after the ledger ends.
    BeginsAfter(u64),
    /// It is the history of another ledger, or does not hold together from this event on.
    Other(u64),
    /// After this event people's data were destroyed.
    Purged,
}

impl Store {
    /// Writes what is not yet in the file at `path`, which is there and may be empty. A new file
    /// begins with the present head.
    pub fn note_changes(&self, path: &Utf8Path) -> Result<(), RecordError> {
        self.attached(path, NOTING, || {
            let transaction = self.connection.unchecked_transaction().map_err(at(NOTING))?;
            let head = head_of(&transaction)?;
            let Some(last) = last_in_redo(&transaction).map_err(at(NOTING))? else {
                self.begin_redo(&transaction, &head).map_err(at(NOTING))?;
                return transaction.commit().map_err(at(NOTING));
            };
            if last.events > head.events || self.head_at(last.events)? != last {
                if defect::is(Defect::EmptyLedgerAccepted) {
                    return Ok(());
                }
                return Err(RecordError::Older { proof: path.to_owned() });
            }
            if last.events < head.events {
                self.make_tables(&transaction).map_err(at(NOTING))?;
                self.copy_after(&transaction, last.events).map_err(at(NOTING))?;
                transaction.commit().map_err(at(NOTING))?;
            }
            Ok(())
        })
    }

    /// Whether the file at `path` is sound.
    pub fn is_redo_sound(&self, path: &Utf8Path) -> bool {
        let look = || {
            let verdict = self
                .connection
                .query_row("PRAGMA redo.quick_check(1)", [], |row| row.get::<_, String>(0));
            verdict.map_err(at(NOTING))
        };
        self.attached(path, NOTING, look).is_ok_and(|verdict| verdict == "ok")
    }

    /// How far such a file is; nothing is written beside it.
    pub fn head_of_redo(path: &Utf8Path) -> Result<Option<Head>, RecordError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(at(NOTING))?;
        let empty = !has_table(&connection, "main", "audit").map_err(at(NOTING))?;
        if empty { Ok(None) } else { last_of(&connection, "main").map_err(at(NOTING)) }
    }

    /// Repeats every change in the file at `path` that came after this ledger's last event, in one
    /// transaction; returns how many events that were.
    pub fn replay(&mut self, path: &Utf8Path) -> Result<Result<u64, Gap>, RecordError> {
        self.connection
            .execute("ATTACH DATABASE ?1 AS redo", [path.as_str()])
            .map_err(at(REPLAYING))?;
        let done = self.replay_attached();
        self.connection.execute_batch("DETACH DATABASE redo").map_err(at(REPLAYING))?;
        done
    }

    fn replay_attached(&mut self) -> Result<Result<u64, Gap>, RecordError> {
        let mut version = self.version;
        let transaction = self.begin()?;
        let mut head = head_of(&transaction)?;
        let Some((base, entries)) = redo_after(&transaction, &head).map_err(at(REPLAYING))? else {
            return Ok(Ok(0));
        };

        if base.events > head.events {
            return Ok(Err(Gap::BeginsAfter(base.events)));
        }

        if base != head {
            return Ok(Err(Gap::Other(base.events)));
        }

        for entry in &entries {
            let event: Option<Event> = serde_json::from_str(&entry.body).ok();
            let (Some(event), true) = (event, entry.follows(&head)) else {
                return Ok(Err(Gap::Other(entry.seq)));
            };
            if matches!(event, Event::Purging(_) | Event::Purged(_)) {
                return Ok(Err(Gap::Purged));
            }
            append_entry(&transaction, entry)?;
            head = entry.head();
            repeat(&transaction, &event, &head, &mut version)?;
        }

        transaction.commit().map_err(at(REPLAYING))?;
        self.version = version;
        Ok(Ok(entries.len() as u64))
    }

    /// Does something with the file at `path` attached under the name `redo`.
    fn attached<T>(
        &self,
        path: &Utf8Path,
        doing: &'static str,
        work: impl FnOnce() -> Result<T, RecordError>,
    ) -> Result<T, RecordError> {
        self.connection
            .execute("ATTACH DATABASE ?1 AS redo", [path.as_str()])
            .map_err(at(doing))?;
        let done =
            self.connection.execute_batch("PRAGMA redo.synchronous = EXTRA").map_err(at(doing));
        let done = done.and_then(|()| work());
        self.connection.execute_batch("DETACH DATABASE redo").map_err(at(doing))?;
        done
    }

    fn begin_redo(&self, transaction: &Transaction<'_>, head: &Head) -> Sql<()> {
        transaction.execute_batch(
            "CREATE TABLE redo.base (one INTEGER PRIMARY KEY CHECK (one = 1), seq, hash);
             CREATE TABLE redo.audit (seq INTEGER PRIMARY KEY, body, hash);",
        )?;
        transaction
            .execute("INSERT INTO redo.base VALUES (1, ?1, ?2)", (seq_of(head), &head.hash))?;
        self.make_tables(transaction)
    }

    /// Tables of the same columns as the ledger's; those that are there get the columns that they
    /// lack.
    fn make_tables(&self, transaction: &Transaction<'_>) -> Sql<()> {
        for (table, value, _) in CAME_WITH_LETTERS {
            transaction.execute_batch(&format!(
                "CREATE TABLE IF NOT EXISTS redo.{table} (job, id, {value})"
            ))?;
        }

        for Kept { name, by, .. } in self.kept() {
            let (columns, there) =
                (columns(transaction, "main", name)?, columns(transaction, "redo", name)?);
            let by = by.column();
            if there.is_empty() {
                let columns = columns.join(", ");
                transaction.execute_batch(&format!(
                    "CREATE TABLE redo.{name} ({columns}); CREATE INDEX redo.{name}_by ON {name} ({by})"
                ))?;
                continue;
            }
            for column in columns.iter().filter(|column| !there.contains(column)) {
                transaction
                    .execute_batch(&format!("ALTER TABLE redo.{name} ADD COLUMN {column}"))?;
            }
        }

        Ok(())
    }

    /// The tables that a ledger of this version has.
    fn kept(&self) -> impl Iterator<Item = &'static Kept> {
        static TABLES: [Kept; KEPT.len()] = KEPT;
        let version = self.version;
        TABLES.iter().filter(move |table| table.since <= version)
    }

    fn copy_after(&self, transaction: &Transaction<'_>, from: u64) -> Sql<()> {
        transaction.execute_batch(&format!(
            "INSERT INTO redo.audit (seq, body, hash) SELECT seq, body, hash FROM main.audit WHERE seq > {from}"
        ))?;
        let jobs = jobs_after(transaction, from)?;
        for Kept { name, by, .. } in self.kept() {
            let columns = columns(transaction, "main", name)?.join(", ");
            let copy = format!(
                "INSERT INTO redo.{name} ({columns}) SELECT {columns} FROM main.{name} WHERE"
            );
            match by {
                By::Event => transaction.execute_batch(&format!("{copy} event > {from}"))?,
                By::Job => {
                    jobs.iter().try_for_each(|(job, _)| {
                        transaction.execute_batch(&format!("{copy} job = {job}"))
                    })?;
                }
            }
        }

        for (job, event) in jobs {
            for (table, value, column) in CAME_WITH_LETTERS {
                transaction.execute_batch(&format!(
                    "INSERT INTO redo.{table} (job, id, {value}) SELECT {job}, id, {value} FROM main.{table}
                     WHERE id IN (SELECT {column} FROM main.letter WHERE job = {job})
                       AND id > (SELECT coalesce(max({column}), 0) FROM main.letter
                                 WHERE job IN (SELECT job FROM main.job WHERE event < {event}))"
                ))?;
            }
        }

        Ok(())
    }
}

/// The jobs that were planned after an event, with the event that planned each.
fn jobs_after(transaction: &Transaction<'_>, from: u64) -> Sql<Vec<(JobNumber, u64)>> {
    transaction
        .prepare(&format!("SELECT job, event FROM main.job WHERE event > {from} ORDER BY event"))?
        .query_map([], |row| Ok((row.get(0)?, count(1, row.get(1)?)?)))?
        .collect()
}

fn columns(connection: &Connection, schema: &str, table: &str) -> Sql<Vec<String>> {
    connection
        .prepare("SELECT name FROM pragma_table_info(?1, ?2) ORDER BY cid")?
        .query_map([table, schema], |row| row.get(0))?
        .collect()
}

fn has_table(connection: &Connection, schema: &str, table: &str) -> Sql<bool> {
    Ok(!columns(connection, schema, table)?.is_empty())
}

/// The last event in the file, or the one it begins after; `None`: it has never been written to.
fn last_in_redo(connection: &Connection) -> Sql<Option<Head>> {
    if has_table(connection, "redo", "audit")? { last_of(connection, "redo") } else { Ok(None) }
}

fn last_of(connection: &Connection, schema: &str) -> Sql<Option<Head>> {
    let last = format!(
        "SELECT seq, hash FROM {schema}.audit UNION ALL SELECT seq, hash FROM {schema}.base ORDER BY seq DESC LIMIT 1"
    );
    let head =
        |row: &rusqlite::Row<'_>| Ok(Head { events: count(0, row.get(0)?)?, hash: row.get(1)? });
    connection.query_row(&last, [], head).optional()
}

/// What the file has from an event on: the head it can go on from, and the events after that.
fn redo_after(connection: &Connection, head: &Head) -> Sql<Option<(Head, Vec<Entry>)>> {
    let Some(last) = last_in_redo(connection)? else { return Ok(None) };

    if last.events < head.events {
        return Ok(None);
    }

    let read = |text: &str| -> Sql<Vec<Entry>> {
        connection.prepare(text)?.query_map([seq_of(head)], read_entry)?.collect()
    };
    let base = "SELECT seq, hash, '' FROM redo.base WHERE seq >= ?1
                UNION ALL SELECT seq, hash, '' FROM redo.audit WHERE seq = ?1";
    let Some(base) = read(base)?.into_iter().next() else { return Ok(None) };
    let entries = read("SELECT seq, hash, body FROM redo.audit WHERE seq > ?1 ORDER BY seq")?;

    Ok(Some((base.head(), entries)))
}

/// Does to the tables what an event did; the event itself has been added.
fn repeat(
    transaction: &Transaction<'_>,
    event: &Event,
    head: &Head,
    version: &mut u32,
) -> Result<(), RecordError> {
    let copied =
        |table| copy_back(transaction, table, By::Event, head.events).map_err(at(REPLAYING));
    let moved = |job, from, to| step(transaction, job, from, to);
    match event {
        Event::Inputs(inputs) => {
            insert_inputs(transaction, &inputs.files, head).map_err(at(REPLAYING))
        }
        Event::Identities(_) => copied("identity"),
        Event::Decided(_) => copied("decision"),
        Event::RowsRead(_) => copied("row_mark"),
        Event::ShieldsSeen(_) => copied("shield"),
        Event::RecordsRuled(_) => copied("record_ruling"),
        Event::Judged(_) => copied("judgement"),
        Event::Waiting(_) => copied("waiting"),
        Event::Receipt(_) => copied("piece").and_then(|()| copied("returned")),
        // They change no table.
        Event::Scheduled(_)
        | Event::Reissue(_)
        | Event::Gone(_)
        | Event::Republished(_)
        | Event::Passage(_)
        | Event::Stop(_)
        | Event::Lifted(_)
        | Event::Provider(_)
        | Event::MailsPlanned(_)
        | Event::MailsTold(_)
        | Event::Approval(_) => Ok(()),
        Event::Planned(plan) => {
            let plan = || {
                add_job(transaction, &plan.into(), head)?;
                for (table, value, _) in CAME_WITH_LETTERS {
                    let copy = format!(
                        "INSERT INTO main.{table} (id, {value}) SELECT id, {value} FROM redo.{table} WHERE job = ?1 ORDER BY id"
                    );
                    transaction.execute(&copy, [plan.job])?;
                }
                let by_job = KEPT.iter().filter(|table| table.by == By::Job);
                by_job.map(|table| table.name).try_for_each(|table| {
                    copy_back(transaction, table, By::Job, plan.job.get().into())
                })
            };
            plan().map_err(at(REPLAYING))
        }
        Event::Reprint(plan) => add_job(transaction, &plan.into(), head).map_err(at(REPLAYING)),
        Event::Sealed(sealed) => {
            seal_parts(transaction, sealed.job, &sealed.parts).map_err(at(REPLAYING))?;
            moved(sealed.job, JobState::Planned, JobState::Sealed)
        }
        Event::Published(done) => moved(done.job, JobState::Sealed, JobState::Published),
        Event::Done(done) => moved(done.job, JobState::Published, JobState::Done),
        Event::Abandoned(given_up) => take_back(transaction, given_up.job, head),
        Event::Migrated(migrated) => {
            schema::repeat_migration(transaction, migrated, head).map_err(at(REPLAYING))?;
            *version = migrated.to;
            Ok(())
        }
        Event::Closed(_) => {
            let closed = [CampaignState::Closed.word()];
            transaction
                .execute("UPDATE campaign SET state = ?1", closed)
                .map(drop)
                .map_err(at(REPLAYING))
        }
        // The first is every ledger's own, and nothing is repeated after the others.
        Event::Init(_) | Event::Purging(_) | Event::Purged(_) => {
            Err(RecordError::Chain { seq: head.events })
        }
    }
}

fn copy_back(transaction: &Transaction<'_>, table: &str, by: By, number: u64) -> Sql<()> {
    let (columns, by) = (columns(transaction, "main", table)?.join(", "), by.column());
    // In the order in which they were written, where that is known.
    transaction.execute_batch(&format!(
        "INSERT INTO main.{table} ({columns}) SELECT {columns} FROM redo.{table} WHERE {by} = {number} ORDER BY rowid"
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Tables whose rows follow from the events.
    const FOLLOW: [&str; 8] =
        ["audit", "campaign", "input", "job", "ledger", "mode", "part", "staged"];

    #[test]
    fn every_table_is_kept_or_follows_from_the_events() {
        let connection = Connection::open_in_memory().unwrap();
        schema::create(&connection).unwrap();
        let tables = schema::of(&connection).unwrap().into_iter().filter(|row| row.0 == "table");
        let tables: BTreeSet<String> = tables.map(|row| row.1).collect();
        let known =
            KEPT.iter().map(|table| table.name).chain(CAME_WITH_LETTERS.map(|table| table.0));
        let known: BTreeSet<String> = known.chain(FOLLOW).map(str::to_owned).collect();
        assert_eq!(tables, known, "a restore does not know how a table is filled");
    }
}
