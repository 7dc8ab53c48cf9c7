//! What somebody with a database tool can do to a ledger.

use camino::Utf8Path;
use rusqlite::Connection;
use rusqlite::types::Value;

use super::{SCHEMA, schema_of};

/// Changes the file with all rules out of force, and puts the rules back as they were.
pub fn tamper(path: &Utf8Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON").unwrap();
    for name in triggers(&connection) {
        connection.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    connection.execute_batch(sql).unwrap();
    let rules = &SCHEMA[SCHEMA.find("CREATE TRIGGER").unwrap()..];
    connection.execute_batch(rules).unwrap();
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

/// Makes it a ledger of the version before decisions.
pub fn without_decisions(path: &Utf8Path) {
    Connection::open(path).unwrap().execute_batch("DROP TABLE decision; PRAGMA user_version = 1").unwrap();
}

fn triggers(connection: &Connection) -> Vec<String> {
    schema_of(connection).unwrap().into_iter().filter(|row| row.0 == "trigger").map(|row| row.1).collect()
}

/// Every row of every table.
pub fn dump(path: &Utf8Path) -> rusqlite::Result<Vec<(String, Vec<Vec<Value>>)>> {
    let connection = Connection::open(path)?;
    let tables = schema_of(&connection)?.into_iter().filter(|row| row.0 == "table").map(|row| row.1);
    let rows_of = |table: String| {
        let mut read = connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2"))?;
        let columns = read.column_count();
        let rows = read.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?;
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
