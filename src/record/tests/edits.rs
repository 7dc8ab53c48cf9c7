//! Random edits of a ledger file, from flipped bits to a history that was written anew: each is
//! noticed, or leaves the content as it was.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::sync::LazyLock;

use camino::Utf8Path;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::fixture::*;
use crate::link::{Decision, Ruling};
use crate::record::store::testing;
use crate::record::{Access, Ledger};

/// Three nights, a decision in between; and the file as it was after each of them but the last.
static HISTORY: LazyLock<(World, Vec<Vec<u8>>)> = LazyLock::new(|| {
    let world = World::new();
    let mut copies = Vec::new();
    let mut night = NIGHT;
    for count in [4, 7, 12] {
        copies.push(fs::read(world.path("ledger.sqlite")).unwrap());
        world.night(&people(count), night);
        night = night.tomorrow().unwrap();
        let decision = Decision::new([u8::try_from(count).unwrap(); 16], [99; 16], Ruling::Same);
        world.open().decide(&[decision], "reviewer", night).unwrap();
    }
    (world, copies)
});

/// Changes the file at the path, which holds these bytes; says what was done.
type Edit = fn(&Utf8Path, &[u8], &mut ChaCha8Rng) -> String;

/// What somebody may do to the file.
const KINDS: [(&str, Edit); 12] = [
    ("a byte is flipped", |path, whole, random| {
        let mut bytes = whole.to_vec();
        bytes[random.random_range(0..whole.len())] ^= random.random_range(1..=255_u8);
        write(path, &bytes)
    }),
    ("a used byte is flipped", |path, whole, random| {
        let used: Vec<usize> = (0..whole.len()).filter(|place| whole[*place] != 0).collect();
        let mut bytes = whole.to_vec();
        bytes[used[random.random_range(0..used.len())]] ^= random.random_range(1..=255_u8);
        write(path, &bytes)
    }),
    ("some bytes are overwritten", |path, whole, random| {
        let from = random.random_range(0..whole.len() - 64);
        let mut bytes = whole.to_vec();
        bytes[from..from + random.random_range(1..64)].fill_with(|| random.random_range(0..=255));
        write(path, &bytes)
    }),
    ("the file is cut", |path, whole, random| {
        write(path, &whole[..random.random_range(0..whole.len())])
    }),
    ("something is added at the end", |path, whole, random| {
        let added = vec![random.random_range(0..=255); random.random_range(1..9000)];
        write(path, &[whole, &added].concat())
    }),
    ("two pages change places", |path, whole, random| {
        let (mut bytes, one, other) = (whole.to_vec(), page(whole, random), page(whole, random));
        bytes[one..one + PAGE].copy_from_slice(&whole[other..other + PAGE]);
        bytes[other..other + PAGE].copy_from_slice(&whole[one..one + PAGE]);
        write(path, &bytes)
    }),
    ("a page is wiped or comes from an older copy", |path, whole, random| {
        let (mut bytes, page) = (whole.to_vec(), page(whole, random));
        let older = &HISTORY.1[random.random_range(0..HISTORY.1.len())];
        match older.get(page..page + PAGE).filter(|_| random.random_range(0..2) == 0) {
            Some(old) => bytes[page..page + PAGE].copy_from_slice(old),
            None => bytes[page..page + PAGE].fill(0),
        }
        write(path, &bytes)
    }),
    ("a cell gets another value", |path, _, random| {
        let (table, columns) = table(path, random);
        let column = &columns[random.random_range(0..columns.len())];
        let value = value(&table, column, random);
        sql(path, format!("UPDATE {table} SET {column} = {value} WHERE {}", one_of(&table, random)))
    }),
    ("a row is deleted", |path, _, random| {
        let (table, _) = table(path, random);
        sql(path, format!("DELETE FROM {table} WHERE {}", one_of(&table, random)))
    }),
    ("a row is added", |path, _, random| {
        let (table, columns) = table(path, random);
        let changed = random.random_range(0..columns.len());
        let cell = |place: usize| {
            if place == changed {
                value(&table, &columns[place], random)
            } else {
                columns[place].clone()
            }
        };
        let cells: Vec<String> = (0..columns.len()).map(cell).collect();
        let row = one_of(&table, random);
        sql(
            path,
            format!("INSERT INTO {table} SELECT {} FROM {table} WHERE {row}", cells.join(", ")),
        )
    }),
    ("events change places, go, or are cut off", |path, _, random| {
        let events = testing::events(path);
        let (one, other) =
            (random.random_range(1..=events.len()), random.random_range(1..=events.len()));
        let change = match random.random_range(0..3) {
            0 => format!(
                "UPDATE audit SET seq = -{one} WHERE seq = {one}; UPDATE audit SET seq = {one} WHERE seq = {other} AND {one} <> {other};
                 UPDATE audit SET seq = {other} WHERE seq = -{one}"
            ),
            1 => format!("DELETE FROM audit WHERE seq = {one}; UPDATE audit SET seq = -seq WHERE seq > {one};
                          UPDATE audit SET seq = -seq - 1 WHERE seq < 0"),
            _ => format!("DELETE FROM audit WHERE seq >= {one}"),
        };
        sql(path, change)
    }),
    ("the history is written anew from an event on, with hashes that fit", |path, _, random| {
        let mut bodies: Vec<String> =
            testing::events(path).into_iter().map(|(body, _)| body).collect();
        let from = random.random_range(0..bodies.len());
        match random.random_range(0..3) {
            0 => drop(bodies.remove(from)),
            1 => bodies.truncate(from.max(1)),
            _ => {
                let digits: Vec<usize> = (0..bodies[from].len())
                    .filter(|at| bodies[from].as_bytes()[*at].is_ascii_digit())
                    .collect();
                let at = digits[random.random_range(0..digits.len())];
                bodies[from].replace_range(at..=at, &random.random_range(0..10).to_string());
            }
        }
        testing::write_history(path, &bodies);
        format!("from event {}", from + 1)
    }),
];

const PAGE: usize = 4096;

fn write(path: &Utf8Path, bytes: &[u8]) -> String {
    fs::write(path, bytes).unwrap();
    String::new()
}

fn sql(path: &Utf8Path, change: String) -> String {
    testing::try_tamper(path, &change);
    change
}

fn page(whole: &[u8], random: &mut ChaCha8Rng) -> usize {
    PAGE * random.random_range(0..whole.len() / PAGE)
}

/// A table that has rows, and its columns.
fn table(path: &Utf8Path, random: &mut ChaCha8Rng) -> (String, Vec<String>) {
    let mut tables = testing::tables(path);
    tables.swap_remove(random.random_range(0..tables.len()))
}

/// A condition that one row fulfils.
fn one_of(table: &str, random: &mut ChaCha8Rng) -> String {
    let place = random.random_range(0..1000);
    let key = match table {
        "staged" => "(job, name)",
        "part" => "(job, number)",
        "told_mark" => "(mark, job)",
        "identity" => "(kind, person, other)",
        "decision" => "(one, other, event)",
        "waiting" => "(mark, event)",
        _ => "rowid",
    };
    let columns = key.trim_matches(['(', ')']);
    format!(
        "{key} IN (SELECT {columns} FROM {table} ORDER BY {columns} LIMIT 1 OFFSET {place} % (SELECT count(*) FROM {table}))"
    )
}

/// What a cell may be overwritten with.
fn value(table: &str, column: &str, random: &mut ChaCha8Rng) -> String {
    match random.random_range(0..6) {
        0 => "NULL".to_owned(),
        1 => random.random_range(-3..100).to_string(),
        2 => format!("'{:026}'", random.random_range(0..1000)),
        3 => format!("coalesce({column}, 0) + 1"),
        4 => format!(
            "replace({column}, '{}', '{}')",
            random.random_range(0..10),
            random.random_range(0..10)
        ),
        _ => {
            let place = random.random_range(0..1000);
            format!(
                "(SELECT {column} FROM {table} LIMIT 1 OFFSET {place} % (SELECT count(*) FROM {table}))"
            )
        }
    }
}

/// Edits one after the other, each from the whole file; says how many of each kind there were and
/// how many were noticed.
fn edit(count: usize, seed: u64) -> BTreeMap<&'static str, (usize, usize)> {
    let world = HISTORY.0.copy();
    let path = world.path("ledger.sqlite");
    let whole = fs::read(&path).unwrap();
    let content = testing::dump(&path).unwrap();
    let others = || -> Vec<_> {
        world.bytes().into_iter().filter(|(name, _)| !name.ends_with("/ledger.sqlite")).collect()
    };
    let before = others();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut counts = BTreeMap::<&str, (usize, usize)>::new();
    for number in 0..count {
        let (kind, change) = KINDS[number % KINDS.len()];
        fs::write(&path, &whole).unwrap();
        let what = change(&path, &whole, &mut random);
        let (all, noticed) = counts.entry(kind).or_default();
        *all += 1;
        match Ledger::open(&world.home(), Access::Read) {
            Err(_) => *noticed += 1,
            Ok(ledger) => {
                drop(ledger);
                let now = testing::dump(&path).unwrap();
                assert!(
                    now == content,
                    "edit {number} of seed {seed} went unnoticed: {kind} {what}"
                );
            }
        }
        assert!(others() == before, "edit {number} of seed {seed}: a file was touched");
    }
    fs::write(&path, &whole).unwrap();
    world.open();
    counts
}

#[test]
fn some_hundred_random_edits_are_noticed_or_harmless() {
    let counts = edit(240, 1);
    assert_eq!(counts.len(), KINDS.len());
    for (kind, (all, noticed)) in counts {
        // Of so small a ledger many bytes are empty, and an edit may find nothing to change or be
        // one that no file can hold. What is behind the last page is not read by anybody.
        assert!(
            noticed > 0 || kind == "something is added at the end",
            "{kind}: none of {all} noticed"
        );
    }
}

#[test]
#[ignore = "takes minutes; `make edit-test`"]
fn ten_thousand_random_edits_are_noticed_or_harmless() {
    let counts = edit(10_000, 2);
    let mut text = String::new();
    for (kind, (all, noticed)) in counts {
        writeln!(text, "{noticed:5} of {all:5} noticed, the others changed nothing: {kind}")
            .unwrap();
    }
    std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes()).unwrap();
}
