//! What somebody with a database tool can do to a ledger.

use std::fmt::Write;

use camino::Utf8Path;
use rusqlite::Connection;
use rusqlite::types::Value;

use super::schema;
use crate::record::audit::link;

/// Changes the file with all rules out of force, and puts the rules back as they were.
pub fn tamper(path: &Utf8Path, sql: &str) {
    change(path, sql).unwrap();
}

/// The same, where the change may be one that no file can hold.
pub fn try_tamper(path: &Utf8Path, sql: &str) {
    let _ = change(path, sql);
}

fn change(path: &Utf8Path, sql: &str) -> rusqlite::Result<()> {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
        .unwrap();
    let rules: Vec<_> =
        schema::of(&connection).unwrap().into_iter().filter(|row| row.0 == "trigger").collect();
    for rule in &rules {
        connection.execute_batch(&format!("DROP TRIGGER {}", rule.1)).unwrap();
    }
    let changed = connection.execute_batch(sql);
    for rule in rules {
        connection.execute_batch(&rule.3.unwrap()).unwrap();
    }
    changed
}

/// Body and hash of every event.
pub fn events(path: &Utf8Path) -> Vec<(String, String)> {
    let connection = Connection::open(path).unwrap();
    let mut read = connection.prepare("SELECT body, hash FROM audit ORDER BY seq").unwrap();
    read.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

/// Puts these events in the place of the history, with hashes that fit.
pub fn write_history(path: &Utf8Path, bodies: &[String]) {
    let mut sql = "DELETE FROM audit;".to_owned();
    let mut before = String::new();
    for (seq, body) in (1..).zip(bodies) {
        before = link(&before, seq, body);
        write!(sql, "INSERT INTO audit VALUES ({seq}, '{body}', '{before}');").unwrap();
    }
    change(path, &sql).unwrap();
}

/// Every table that has rows, with its columns.
pub fn tables(path: &Utf8Path) -> Vec<(String, Vec<String>)> {
    let connection = Connection::open(path).unwrap();
    let tables = schema::of(&connection)
        .unwrap()
        .into_iter()
        .filter(|row| row.0 == "table")
        .map(|row| row.1);
    let columns_of = |table: String| {
        let mut read = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = read.column_names().map(str::to_owned).collect();
        read.exists([]).unwrap().then_some((table, columns))
    };
    tables.filter_map(columns_of).collect()
}

/// Changes the file as far as its own rules let it.
pub fn tamper_within_rules(path: &Utf8Path, sql: &str) -> Result<(), String> {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(&format!("BEGIN; {sql}; ROLLBACK")).map_err(|error| error.to_string())
}

/// Takes one rule out.
pub fn without_rules(path: &Utf8Path) {
    Connection::open(path).unwrap().execute_batch("DROP TRIGGER letter_kept").unwrap();
}

/// Makes it a ledger of an earlier version, which has no mode: the same rows, in the tables of that
/// version.
pub fn as_version(path: &Utf8Path, version: u32) {
    let fresh = path.with_extension("old");
    let connection = Connection::open(&fresh).unwrap();
    schema::create_version(&connection, version).unwrap();
    let rules: Vec<_> =
        schema::of(&connection).unwrap().into_iter().filter(|row| row.0 == "trigger").collect();
    for rule in &rules {
        connection.execute_batch(&format!("DROP TRIGGER {}", rule.1)).unwrap();
    }
    connection.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    connection.execute("ATTACH ?1 AS present", [path.as_str()]).unwrap();
    for (_, table, ..) in
        schema::of(&connection).unwrap().into_iter().filter(|row| row.0 == "table")
    {
        let read = connection.prepare(&format!("SELECT * FROM main.{table}")).unwrap();
        let columns = read.column_names().collect::<Vec<_>>().join(", ");
        let copy =
            format!("INSERT INTO main.{table} ({columns}) SELECT {columns} FROM present.{table}");
        connection.execute_batch(&copy).unwrap();
    }
    for rule in rules {
        connection.execute_batch(&rule.3.unwrap()).unwrap();
    }
    connection.execute_batch("DETACH present").unwrap();
    drop(connection);
    std::fs::write(path, std::fs::read(&fresh).unwrap()).unwrap();
    std::fs::remove_file(&fresh).unwrap();
}

/// Type, name, table and text of every table, index and trigger.
pub fn schema(path: &Utf8Path) -> Vec<schema::SchemaRow> {
    schema::of(&Connection::open(path).unwrap()).unwrap()
}

/// Every row of every table.
pub fn dump(path: &Utf8Path) -> rusqlite::Result<Vec<(String, Vec<Vec<Value>>)>> {
    let connection = Connection::open(path)?;
    let tables =
        schema::of(&connection)?.into_iter().filter(|row| row.0 == "table").map(|row| row.1);
    let rows_of = |table: String| {
        let mut read = connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2"))?;
        let columns = read.column_count();
        let rows =
            read.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?;
        let rows = rows.collect::<rusqlite::Result<_>>()?;
        Ok((table, rows))
    };
    tables.map(rows_of).collect()
}

/// Leaves the file as a process does that is killed in the middle of a change.
pub fn stop_in_the_middle(path: &Utf8Path) {
    let journal = Utf8Path::new(path).with_extension("sqlite-journal");
    let connection = Connection::open(path).unwrap();
    // With so small a cache pages reach the file before the commit.
    connection.execute_batch("PRAGMA cache_size = 2; BEGIN").unwrap();
    let change = "WITH RECURSIVE n(x) AS (SELECT 100 UNION ALL SELECT x + 1 FROM n WHERE x < 2000)
                  INSERT INTO findings SELECT x, '\"' || hex(randomblob(200)) || '\"' FROM n";
    connection.execute_batch(change).unwrap();
    let half = [path, &journal].map(|file| std::fs::read(file).unwrap());
    connection.execute_batch("ROLLBACK").unwrap();
    drop(connection);
    std::fs::write(path, &half[0]).unwrap();
    std::fs::write(&journal, &half[1]).unwrap();
}
