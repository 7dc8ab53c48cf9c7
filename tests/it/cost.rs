//! What a night costs grows with the rows: the bytes it writes at n rows and at four times as many,
//! not seconds.

use std::fmt::Write;
use std::fs;

use serde_json::Value;

use crate::program::{Answer, Night, collect};

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
