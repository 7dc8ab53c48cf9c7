//! What a night costs grows with the rows: the bytes it writes at n rows and at four times as many,
//! not seconds.

use std::fmt::Write;
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::program::{Answer, Night, collect, root};

/// So many rows of one person; `row` is what the lab says behind the record id.
fn night(count: usize, row: impl Fn(usize) -> String) -> Night {
    let night = Night::new(0);
    let header = fs::read_to_string(night.inbox().join("exposures-special.csv")).unwrap();
    let mut text = format!("{}\n", header.lines().next().unwrap());
    (0..count).for_each(|place| writeln!(text, "{}", row(place)).unwrap());
    fs::write(night.inbox().join("exposures-many.csv"), text).unwrap();
    night
}

/// Bytes of everything that the night left behind.
fn bytes(night: &Night) -> usize {
    let answer = night.ask(&["run", "--json"]);
    assert!(answer.code <= 1, "{}", answer.stderr);
    let mut files = Vec::new();
    collect(&night.data(), &mut files);
    files.iter().map(|(_, bytes)| bytes.len()).sum()
}

fn grows_with_the_rows(row: impl Fn(usize) -> String) {
    const ROWS: usize = 500;
    let nothing = bytes(&night(0, &row));
    let (one, four) =
        (bytes(&night(ROWS, &row)) - nothing, bytes(&night(4 * ROWS, &row)) - nothing);
    // Pages of a ledger and of compressed files come whole.
    let most = one * 9 / 2 + 256 * 1024;
    assert!(four <= most, "{ROWS} rows take {one} bytes, four times as many {four}");
}

const SAME: &str = ",many,912345603,Anna Maria,A.M.,,Aalbers,1970-01-11,V,Nieuwstraat";

#[test]
fn a_person_of_many_rows_costs_what_the_rows_cost() {
    let identical =
        |_| format!("M-1{SAME},1,,,3511AB,Utrecht,,screening,,2022-02-02,confirmed,no,name;bsn,");
    grows_with_the_rows(identical);
    // Nobody can print this house number, so every row waits for a human.
    let held = |_| {
        format!("M-1{SAME},1 t/m 9,,,3511AB,Utrecht,,screening,,2022-02-02,confirmed,no,name;bsn,")
    };
    grows_with_the_rows(held);
    let young = |place| {
        let row = format!(
            "M-{place}{SAME},1,,,3511AB,Utrecht,,screening,,2022-02-02,confirmed,no,name;bsn,"
        );
        row.replace("1970-01-11", "2001-01-11")
    };
    grows_with_the_rows(young);
}

#[test]
fn many_people_under_one_number_cost_what_their_rows_cost() {
    let row = |place: usize| {
        let row = format!(
            "M-{place}{SAME},{place},,,3511AB,Utrecht,,gp,,2022-02-02,confirmed,no,name;bsn,"
        );
        row.replace(
            "Aalbers",
            &format!("Aalbers{}", char::from(b'a' + u8::try_from(place % 26).unwrap())),
        )
        .replace("1970-01-11", &format!("19{:02}-01-11", 20 + place % 80))
    };
    grows_with_the_rows(row);
}

fn stopped(night: &Night) -> Answer {
    let answer = night.ask(&["run"]);
    assert_eq!(answer.code, 3, "{}{}", answer.stdout, answer.stderr);
    answer
}

#[test]
fn a_cell_without_end_stops_the_run_and_is_named_by_its_place() {
    let row = |place| {
        let street = if place == 1 { "x".repeat(2_000_000) } else { "Nieuwstraat".to_owned() };
        let row =
            format!("M-{place}{SAME},1,,,3511AB,Utrecht,,gp,,2022-02-02,confirmed,no,name;bsn,");
        row.replace("Nieuwstraat", &street)
    };
    let said = stopped(&night(3, row)).stderr;
    assert!(
        said.contains("exposures-many.csv`: row 2, column 10 contains more than a million bytes"),
        "{said}"
    );
    assert!(said.contains("\nhint: ") && said.len() < 1_000, "{said}");
}

#[test]
fn rows_of_delimiters_alone_are_no_rows_and_cost_nothing() {
    let row = |place| match place {
        0 => format!("M-1{SAME},1,,,3511AB,Utrecht,,gp,,2022-02-02,confirmed,no,name;bsn,"),
        _ => ",".repeat(22),
    };
    let rows = |count| {
        let night = night(count, row);
        let answer: Value = night.run();
        answer["report"]["rows"].clone()
    };
    assert_eq!(rows(50_000), rows(1));
}

/// Bytes that a command and its processes read and wrote, and the calls that took, as the kernel
/// counts them.
fn counted(night: &Night, words: &[&str]) -> [u64; 2] {
    // The shell's own counts have those of whom it has waited for.
    let script =
        "\"$@\" >/dev/null 2>&1; echo code: $?; while read line; do echo $line; done < /proc/$$/io";
    let output = Command::new("bash")
        .args(["-c", script, "bash"])
        .args(night.words(words))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let number = |name: &str| -> u64 {
        let line = said.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in {said}")).trim().parse().unwrap()
    };
    assert!(number("code:") <= 1, "{words:?}: {said}");
    [number("rchar:") + number("wchar:"), number("syscr:") + number("syscw:")]
}

/// What the vendor says of every letter of the night's job.
fn production(night: &Night) -> String {
    let ledger = rusqlite::Connection::open(night.data().join("ledger.sqlite")).unwrap();
    let mut letters = ledger.prepare("SELECT seq, letter_id FROM letter ORDER BY seq").unwrap();
    let line = |row: &rusqlite::Row<'_>| {
        Ok(format!("{},{},posted\n", row.get::<_, u32>(0)?, row.get::<_, String>(1)?))
    };
    let lines: Vec<String> = letters.query_map([], line).unwrap().map(Result::unwrap).collect();
    let path = night.path().join("rehearsal-2500001.production.csv");
    fs::write(&path, format!("seq,letter_id,status\n{}", lines.concat())).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Every command of a job's life, from the lists to the vendor's receipts, by name.
fn life(people: u32) -> Vec<(&'static str, [u64; 2])> {
    let night = Night::new(people);
    let key = root().join("sample-data/vendor/age-identity.txt");
    let mut found = vec![
        ("check", counted(&night, &["check"])),
        ("run", counted(&night, &["run"])),
        ("a second run", counted(&night, &["run"])),
        ("ledger check", counted(&night, &["ledger", "check"])),
    ];
    let package = night.data().join("outbox/rehearsal-2500001");
    let verify = ["verify", package.to_str().unwrap(), "--identity", key.to_str().unwrap()];
    found.push(("verify", counted(&night, &verify)));
    found.push(("receipts", counted(&night, &["receipts", &production(&night)])));
    found
}

#[test]
fn from_the_lists_to_the_receipts_four_times_the_people_are_four_times_the_bytes_and_calls() {
    const PEOPLE: u32 = 50;
    let [one, four, sixteen] = [1, 4, 16].map(|times| life(PEOPLE * times));
    for ((one, four), sixteen) in one.into_iter().zip(four).zip(sixteen) {
        let name = one.0;
        // What every night costs, however few people it is about, is in none of the differences.
        for (what, place, slack) in [("bytes", 0, 256 << 10), ("calls", 1, 100)] {
            let small = four.1[place].saturating_sub(one.1[place]);
            let large = sixteen.1[place].saturating_sub(four.1[place]);
            assert!(large <= small * 9 / 2 + slack, "{name}: {small} more {what}, then {large}");
        }
    }
}
