//! Edits of a ledger file that a night has written, judged by `ledger check`: each is noticed, or
//! leaves the content as it was. Thousands more are made in the library's own tests (`make
//! edit-test`).

use std::fs;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rusqlite::types::Value;

use crate::program::Night;

const PAGE: usize = 4096;
const EDITS: u64 = 60;

/// Every table, row and cell.
fn content(path: &std::path::Path) -> Vec<(String, Vec<Vec<Value>>)> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut tables = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        .unwrap();
    let tables: Vec<String> =
        tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let rows = |table: String| {
        let mut read = connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).unwrap();
        let columns = read.column_count();
        let rows =
            read.query_map([], |row| (0..columns).map(|column| row.get(column)).collect()).unwrap();
        let rows = rows.map(Result::unwrap).collect();
        (table, rows)
    };
    tables.into_iter().map(rows).collect()
}

#[test]
fn edits_of_a_real_ledger_are_noticed_by_the_program_or_change_nothing() {
    let night = Night::new(5);
    night.run();
    let path = night.data().join("ledger.sqlite");
    let whole = fs::read(&path).unwrap();
    let before = content(&path);
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let mut noticed = 0;
    for edit in 0..EDITS {
        let mut bytes = whole.clone();
        let page = |random: &mut ChaCha8Rng| PAGE * random.random_range(0..whole.len() / PAGE);
        match edit % 4 {
            0 | 1 => bytes[random.random_range(0..whole.len())] ^= random.random_range(1..=255_u8),
            2 => bytes.truncate(random.random_range(0..whole.len())),
            _ => {
                let (one, other) = (page(&mut random), page(&mut random));
                bytes.copy_within(one..one + PAGE, other);
            }
        }
        fs::write(&path, &bytes).unwrap();
        let answer = night.ask(&["ledger", "check"]);
        assert!([0, 3].contains(&answer.code), "{}", answer.stderr);
        if answer.code == 3 {
            noticed += 1;
        } else {
            assert!(content(&path) == before, "edit {edit} went unnoticed");
        }
    }
    assert!(noticed * 3 > EDITS, "{noticed} of {EDITS} noticed");
}
