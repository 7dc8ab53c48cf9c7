//! Lists that change from night to night, through the whole program: corrections, withdrawals,
//! protection.

mod protection;
mod reissued;
mod returned;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{Answer, Night, root};

/// Header of a list, from the sample.
fn header(list: &str) -> String {
    let name = if list == "suppressions" { list.to_owned() } else { format!("{list}-special") };
    let sample = fs::read_to_string(root().join(format!("sample-data/inbox/{name}.csv"))).unwrap();
    sample.lines().next().unwrap().to_owned()
}

/// A record about one of a few invented people, told apart by their surnames.
fn record(id: &str, surname: &str, said: &str) -> String {
    let street = surname.len();
    format!(
        "{id},ds9,,Anna Maria,A.M.,,{surname},1970-01-11,V,Nieuwstraat,{street},,,3511AB,Utrecht,,gp,,2022-02-02,{said},"
    )
}

fn write(night: &Night, file: &str, rows: &[String]) {
    let list = ["exposures", "participants", "register", "providers", "suppressions"];
    let list = list.into_iter().find(|list| file.starts_with(list)).unwrap();
    fs::write(night.inbox().join(file), format!("{}\n{}\n", header(list), rows.join("\n")))
        .unwrap();
}

/// A night with one exposures file.
fn night(rows: &[String]) -> Night {
    let night = Night::bare();
    write(&night, "exposures-1.csv", rows);
    night
}

fn run_on(night: &Night, date: &str, more: &[&str]) -> Value {
    let answer = night.ask_on(date, &[&["run", "--json"], more].concat());
    assert!(answer.code <= 1, "{}", answer.stderr);
    serde_json::from_str(&answer.stdout).unwrap()
}

fn kinds(answer: &Value) -> BTreeMap<String, u64> {
    serde_json::from_value(answer["report"]["letters"]["by_kind"].clone()).unwrap()
}

/// Lines of a paper by column.
fn lines(answer: &Value, paper: &str) -> Vec<BTreeMap<String, String>> {
    let path = Path::new(answer["papers"].as_str().unwrap()).join(paper);
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

/// State and code of the rows of a record, in the order of the files.
fn fates(answer: &Value, id: &str) -> Vec<(String, String)> {
    let of_record = |line: &BTreeMap<String, String>| line["record_id"] == id;
    let rows = lines(answer, "rows.csv").into_iter().filter(of_record);
    rows.map(|line| (line["state"].clone(), line["code"].clone())).collect()
}

fn fate(state: &str, code: &str) -> (String, String) {
    (state.to_owned(), code.to_owned())
}

/// Fills in `decision` of the lines with this code and applies the file.
fn decide(night: &Night, answer: &Value, code: &str, word: &str) -> Answer {
    let mut text = csv::Writer::from_writer(Vec::new());
    let path = Path::new(answer["papers"].as_str().unwrap()).join("review.csv");
    let mut review = csv::Reader::from_path(path).unwrap();
    text.write_record(review.headers().unwrap()).unwrap();
    for line in review.records().map(Result::unwrap) {
        let mut cells: Vec<&str> = line.iter().collect();
        if cells[5] == code {
            *cells.last_mut().unwrap() = word;
        }
        text.write_record(cells).unwrap();
    }
    let file = night.path().join("decisions.csv");
    fs::write(&file, text.into_inner().unwrap()).unwrap();
    night.ask_on("2025-10-01", &["review", "apply", file.to_str().unwrap(), "--by", "A. Tester"])
}

const MUCH: &str = "confirmed,no,name;address;phone";

/// A register row of one of the people, with the last three cells: death, protected address,
/// whereabouts.
fn listed(number: &str, surname: &str, state: &str) -> String {
    let street = surname.len();
    format!(
        "{number},,Anna Maria,A.M.,,{surname},,,,,,,V,1970-01-11,Nieuwstraat,{street},,,,3511AB,Utrecht,Utrecht,,,,,,,,{state}"
    )
}

/// Somebody whom `list` holds tonight; what becomes of their record when the list says `later`.
fn protected(list: &str, tonight: &str, later: Option<&str>) -> (Night, Value) {
    let night = night(&[record("R1", "Aalbers", MUCH)]);
    let others: Vec<String> = (0..9)
        .map(|n| listed(&format!("X{n}"), &format!("Ver{}", "ee".repeat(n + 2)), ",,"))
        .collect();
    let file = format!("{list}.csv");
    write(&night, &file, &[&others[..], &[listed("P1", "Aalbers", tonight)]].concat());
    let held = run_on(&night, "2025-09-15", &[]);
    assert_eq!(held["report"]["letters"]["total"], 0, "{tonight}");
    let row = later.map(|state| listed("P1", "Aalbers", state));
    write(&night, &file, &others.into_iter().chain(row).collect::<Vec<_>>());
    let answer = run_on(&night, "2025-09-16", &[]);
    (night, answer)
}

#[test]
fn a_correction_in_a_newer_file_is_written_and_the_old_row_follows_the_new_one() {
    let night = night(&[record("R1", "Aalbers", MUCH), record("R2", "Boonstra", MUCH)]);
    assert_eq!(kinds(&run_on(&night, "2025-09-02", &[]))["first"], 2);
    write(&night, "exposures-2.csv", &[record("R1", "Aalbers", "not_excluded,no,name")]);
    let corrected = run_on(&night, "2025-09-16", &[]);
    assert_eq!(kinds(&corrected), BTreeMap::from([("correction".to_owned(), 1)]));
    assert_eq!(fates(&corrected, "R1"), [fate("merged", ""), fate("letter", "")]);
    assert_eq!(corrected["report"]["superseded"], 1);
    // The night after nothing is new, and not one byte is.
    let before = night.memory();
    let again = run_on(&night, "2025-09-17", &[]);
    assert_eq!(fates(&again, "R1"), [fate("told", "D301"), fate("told", "D301")]);
    assert_eq!(before, night.memory());
    // The lab takes it back in a third file.
    write(&night, "exposures-3.csv", &[record("R1", "Aalbers", "confirmed,no,name;address;email")]);
    let third = run_on(&night, "2025-10-01", &[]);
    assert_eq!(kinds(&third).len(), 1);
    assert_eq!(fates(&third, "R1").last().unwrap(), &fate("letter", ""));
}

#[test]
fn a_first_letter_says_what_the_newest_delivery_says() {
    let night = Night::bare();
    write(&night, "exposures-2025-09-01.csv", &[record("R1", "Aalbers", "shared_only,no,name")]);
    write(&night, "exposures-2025-09-05.csv", &[record("R1", "Aalbers", MUCH)]);
    let first = run_on(&night, "2025-09-15", &[]);
    assert_eq!(fates(&first, "R1"), [fate("merged", ""), fate("letter", "")]);
    // Two deliveries of one night without dates: nobody knows.
    let night = Night::bare();
    write(&night, "exposures-a.csv", &[record("R1", "Aalbers", "shared_only,no,name")]);
    write(&night, "exposures-b.csv", &[record("R1", "Aalbers", MUCH)]);
    let doubtful = run_on(&night, "2025-09-15", &[]);
    assert_eq!(fates(&doubtful, "R1"), [fate("review", "L217"), fate("review", "L217")]);
}

#[test]
fn a_newer_delivery_that_cannot_be_read_or_is_somebody_elses_lets_the_older_one_wait() {
    let first = record("R1", "Aalbers", "shared_only,no,name");
    let night = night(std::slice::from_ref(&first));
    write(&night, "exposures-2.csv", &[record("R1", "Aalb3rs", MUCH)]);
    // Read first in one run without dates, and one of them is unreadable.
    assert_eq!(fates(&run_on(&night, "2025-09-15", &[]), "R1")[0].0, "review");

    let night = self::night(&[first]);
    run_on(&night, "2025-09-15", &[]);
    write(&night, "exposures-2.csv", &[record("R1", "Aalb3rs", MUCH)]);
    let waiting = fates(&run_on(&night, "2025-10-01", &[]), "R1");
    assert!(
        ["L212", "L216"].contains(&waiting[0].1.as_str()) && waiting[1] == fate("review", "R117"),
        "{waiting:?}"
    );
    let other = record("R1", "Zwartkruis", MUCH)
        .replace("1970-01-11", "1951-12-30")
        .replace("Anna Maria", "Berendina");
    write(&night, "exposures-2.csv", &[other]);
    let divided = run_on(&night, "2025-10-01", &["--accept", "exposures-2.csv=corrected"]);
    assert_eq!(fates(&divided, "R1"), [fate("review", "L208"), fate("review", "L208")]);
    assert_eq!(divided["report"]["letters"]["total"], 0);
}

#[test]
fn what_became_of_a_changed_file_stands_everywhere() {
    let night = night(&[record("R1", "Aalbers", MUCH), record("R2", "Boonstra", MUCH)]);
    run_on(&night, "2025-09-15", &[]);
    write(
        &night,
        "exposures-1.csv",
        &[record("R2", "Boonstra", MUCH), record("R3", "Caspers", MUCH)],
    );
    let before = night.memory();
    let refused = night.ask_on("2025-10-01", &["run"]);
    assert_eq!(refused.code, 3);
    assert!(refused.stderr.contains("(1 rows more, 1 fewer, 0 changed)"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--accept exposures-1.csv=REASON"), "{}", refused.stderr);
    assert_eq!(before, night.memory());
    assert_eq!(night.ask_on("2025-10-01", &["run", "--accept", "exposures-9.csv=why"]).code, 2);
    assert_eq!(night.ask_on("2025-10-01", &["run", "--accept", "exposures-1.csv"]).code, 2);
    let accepted =
        night.ask_on("2025-10-01", &["run", "--accept", "exposures-1.csv=sent again by the lab"]);
    assert_eq!(accepted.code, 1, "{}", accepted.stderr);
    assert!(
        accepted.stdout.contains("1 fewer, 0 changed), accepted: sent again by the lab"),
        "{}",
        accepted.stdout
    );
    let ledger = fs::read(night.data().join("ledger.sqlite")).unwrap();
    let found = |needle: &[u8]| ledger.windows(needle.len()).any(|window| window == needle);
    assert!(found(b"sent again by the lab") && !found(b"R1\0") && !found(b"ds9"));
}

#[test]
fn a_told_record_that_is_gone_is_listed_and_a_human_says_what_that_means() {
    let told =
        night(&[record("R1", "Aalbers", MUCH), record("R2", "Aalbers", "confirmed,no,name;bsn")]);
    run_on(&told, "2025-09-15", &[]);
    write(&told, "exposures-1.csv", &[record("R2", "Aalbers", "confirmed,no,name;bsn")]);
    let gone = run_on(&told, "2025-10-01", &["--accept-inputs", "sent again by the lab"]);
    assert_eq!(gone["report"]["letters"]["total"], 0);
    assert_eq!(gone["report"]["people"]["gone"], 1);
    // The record, and the row of the same person that is held because of it (L209).
    assert_eq!(
        (&gone["exit_code"], &gone["report"]["cases"]["new"]),
        (&Value::from(1), &Value::from(2))
    );
    let again = run_on(&told.copy(), "2025-10-01", &[]);
    assert_eq!(
        (&again["report"]["people"]["gone"], &again["report"]["cases"]["new"]),
        (&Value::from(1), &Value::from(0))
    );
    let review = lines(&gone, "review.csv");
    let line = review.iter().find(|line| line["code"] == "L218").unwrap();
    assert_eq!((line["record_id"].as_str(), line["row"].as_str()), ("R1", ""));

    let night = told.copy();
    assert_eq!(decide(&night, &gone, "L218", "withdrawn").code, 0);
    let corrected = run_on(&night, "2025-10-01", &[]);
    assert_eq!(kinds(&corrected), BTreeMap::from([("correction".to_owned(), 1)]));
    assert_eq!(corrected["report"]["people"]["gone"], 0);

    assert_eq!(decide(&told, &gone, "L218", "lacking").code, 0);
    let lacking = run_on(&told, "2025-10-01", &[]);
    assert_eq!((kinds(&lacking).len(), &lacking["report"]["people"]["gone"]), (0, &Value::from(0)));
}

#[test]
fn a_record_that_is_withdrawn_while_it_is_there_is_told_no_more() {
    let night =
        night(&[record("R1", "Aalbers", MUCH), record("R2", "Aalbers", "confirmed,no,name;bsn")]);
    run_on(&night, "2025-09-15", &[]);
    let file = night.path().join("decisions.csv");
    fs::write(&file, "file,row,beside,decision\nexposures-1.csv,1,,withdrawn\n").unwrap();
    let applied = night
        .ask_on("2025-10-01", &["review", "apply", file.to_str().unwrap(), "--by", "A. Tester"]);
    assert_eq!(applied.code, 0, "{}", applied.stderr);
    let corrected = run_on(&night, "2025-10-01", &[]);
    assert_eq!(kinds(&corrected), BTreeMap::from([("correction".to_owned(), 1)]));
    assert_eq!(fates(&corrected, "R1"), [fate("suppressed", "D216")]);
}

#[test]
fn whoever_was_told_about_nothing_but_a_withdrawn_record_is_named() {
    let night = night(&[record("R1", "Aalbers", MUCH), record("R2", "Boonstra", MUCH)]);
    run_on(&night, "2025-09-15", &[]);
    let file = night.path().join("decisions.csv");
    fs::write(&file, "file,row,beside,decision\nexposures-1.csv,1,,withdrawn\n").unwrap();
    assert_eq!(
        night
            .ask_on("2025-10-01", &["review", "apply", file.to_str().unwrap(), "--by", "A. Tester"])
            .code,
        0
    );
    let answer = night.ask_on("2025-10-01", &["run", "--json"]);
    assert_eq!(answer.code, 1, "it is news: {}", answer.stderr);
    let answer: Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(fates(&answer, "R1"), [fate("suppressed", "D216")]);
    let review = lines(&answer, "review.csv");
    let codes: Vec<_> =
        review.iter().map(|line| (line["record_id"].as_str(), line["code"].as_str())).collect();
    assert_eq!(codes, [("R1", "D217")]);

    // Told by hand: the line ends, the record stays withdrawn, and saying it again changes nothing.
    let too_early = decide(&night, &answer, "D216", "told");
    assert!(too_early.code == 0 && too_early.stdout.contains("0 lines"), "{}", too_early.stdout);
    let told = decide(&night, &answer, "D217", "told");
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(told.stderr.contains("people to be told by hand: 0 instead of 1"), "{}", told.stderr);
    let before = night.memory();
    assert_eq!(decide(&night, &answer, "D217", "told").code, 0);
    assert_eq!(
        night.ask(&["review", "apply", file.to_str().unwrap(), "--by", "A. Tester"]).code,
        0
    );
    assert_eq!(before, night.memory());
    let after = run_on(&night, "2025-10-01", &[]);
    assert_eq!(fates(&after, "R1"), [fate("suppressed", "D216")]);
    assert_eq!(
        (&after["report"]["cases"]["open"], lines(&after, "review.csv").len()),
        (&Value::from(0), 0)
    );
    assert_eq!(night.ask(&["ledger", "check"]).code, 0);
}

#[test]
fn what_is_said_of_records_and_people_is_foreseen() {
    let (night, held) = protected("register", ",yes,", None);
    let released = decide(&night, &held, "D215", "released");
    for words in [
        "1 person released",
        "first letters: 1 instead of 0",
        "rows held for a human: 0 instead of 1",
    ] {
        assert!(released.stderr.contains(words), "{words}: {}", released.stderr);
    }
    let night = self::night(&[
        record("R1", "Aalbers", MUCH),
        record("R2", "Aalbers", "confirmed,no,name;bsn"),
    ]);
    run_on(&night, "2025-09-15", &[]);
    let before = night.memory();
    let file = night.path().join("foreseen.csv");
    fs::write(&file, "file,row,beside,decision\nexposures-1.csv,1,,withdrawn\n").unwrap();
    let said = night
        .ask_on("2025-10-01", &["review", "apply", file.to_str().unwrap(), "--by", "A. Tester"]);
    assert!(said.stderr.contains("corrections: 1 instead of 0"), "{}", said.stderr);
    assert_ne!(before, night.memory());
}

#[test]
fn a_told_record_that_is_in_no_file_any_more_is_explained() {
    let night = night(&[record("R1", "Aalbers", MUCH), record("R2", "Boonstra", MUCH)]);
    run_on(&night, "2025-09-15", &[]);
    write(&night, "exposures-1.csv", &[record("R2", "Boonstra", MUCH)]);
    run_on(&night, "2025-09-16", &["--accept", "exposures-1.csv=the lab took it out"]);
    let told = night.ask(&["explain", "r1"]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    for words in
        ["row       in no file any more: R1\n", "why       L218 ", "`withdrawn` or `lacking`"]
    {
        assert!(told.stdout.contains(words), "`{words}` is missing: {}", told.stdout);
    }
}

#[test]
fn an_older_delivery_stands_below_the_newest_one_that_is_held() {
    let (night, _) = protected("register", ",yes,", None);
    write(&night, "exposures-2.csv", &[record("R1", "Aalbers", "confirmed,no,name")]);
    let held = run_on(&night, "2025-09-17", &[]);
    assert_eq!(fates(&held, "R1"), [fate("review", "D215"), fate("review", "D215")]);
    let review = lines(&held, "review.csv").into_iter().filter(|line| line["record_id"] == "R1");
    let [newest, older] = review.collect::<Vec<_>>().try_into().unwrap();
    assert_eq!([&newest["file"], &older["file"]], ["exposures-2.csv", "exposures-1.csv"]);
    assert_eq!((&older["case"], older["beside"].as_str()), (&newest["case"], "exposures-2.csv:1"));
    assert!(older["evidence"].contains("an older delivery"), "{older:?}");
    assert_eq!(held["report"]["cases"]["open"], 1);

    // Whoever fills in both lines says it once.
    let said = decide(&night, &held, "D215", "released");
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(
        fates(&run_on(&night, "2025-10-01", &[]), "R1"),
        [fate("merged", ""), fate("letter", "")]
    );
}

#[test]
fn a_list_that_shrinks_or_cannot_be_read_stops_the_run() {
    let night = night(&[record("R1", "Aalbers", MUCH)]);
    let rows: Vec<String> = (0..30)
        .map(|n| listed(&format!("X{n}"), &format!("Ver{}", "e".repeat(n + 2)), ",,"))
        .collect();
    write(&night, "register.csv", &rows);
    run_on(&night, "2025-09-15", &[]);
    write(&night, "register.csv", &rows[..23]);
    let before = night.memory();
    let refused = night.ask_on("2025-09-16", &["run"]);
    assert_eq!(refused.code, 3);
    assert!(
        refused.stderr.contains("the register list has 23 rows, and had 30"),
        "{}",
        refused.stderr
    );
    write(
        &night,
        "register.csv",
        &rows.iter().map(|row| row.replace("3511AB", "nowhere")).collect::<Vec<_>>(),
    );
    let refused = night.ask_on("2025-09-16", &["run"]);
    assert_eq!(refused.code, 3);
    assert!(refused.stderr.contains("30 of 30 rows of the register list"), "{}", refused.stderr);
    assert_eq!(before, night.memory());
    write(&night, "register.csv", &rows[..23]);
    run_on(&night, "2025-09-16", &["--accept", "register.csv=another extract"]);
}
