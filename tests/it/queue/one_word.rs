//! Of what several people say of one person the latest word counts, whoever wrote it down and under
//! whichever record; a hold holds until somebody lifts it who may.

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};

use super::{ADDRESS, BY, RECORDS, case, deliver, night, run_on, state, typing};

const KARELS: [&str; 2] = [
    "Q-1,912345627,Karel,K.,Kade,1961-02-03,,,,2022-02-02",
    "Q-9,912345627,Karel,K.,Kade,1961-02-03,,,,2021-02-02",
];
const WHO: &str = "bsn = 9123.45.627\n";
const OTTO: &str = "surname = Oud\nbirth_date = 1955-02-03\n";

pub fn call<'c>(what: &'c str, more: &[&'c str]) -> Vec<&'c str> {
    let words = ["person", "call", what, "--source", "somebody", "--reason", "called us"];
    [&words[..], more].concat()
}

#[test]
fn a_reviewer_takes_back_an_address_that_was_told_under_every_record() {
    let night = night();
    // Whichever record the case goes by, the others have the caller's address as well.
    deliver(&night, &[&RECORDS[1..], &KARELS].concat());
    assert_eq!(state(&run_on(&night, "2025-09-15"), "Q-1"), "review D204");
    let told = call("new-address", &[]);
    let (code, _, wrong) = typing(&night, "2025-09-15", &format!("{WHO}{ADDRESS}"), &told);
    assert_eq!(code, 0, "{wrong}");

    let number = case(&night, 7);
    let back = [&["review", "decide", &number, "undecided"][..], &BY].concat();
    assert_eq!(night.ask(&back).code, 0);
    let lines = run_on(&night, "2025-09-16");
    for id in ["Q-1", "Q-9"] {
        assert_eq!(state(&lines, id), "review D204", "{id}");
    }
}

#[test]
fn what_a_reviewer_holds_stays_held_when_rows_come_and_whoever_calls() {
    let night = night();
    let rule = ["review", "rule", "held", "--lab-only", "--sampled-before", "2020-01-01", "--yes"];
    assert_eq!(night.ask(&[&rule[..], &BY].concat()).code, 0);
    assert_eq!(state(&run_on(&night, "2025-09-15"), "Q-5"), "review D204");

    let back = call("new-address", &["--takes-back"]);
    let (code, _, said) = typing(&night, "2025-09-15", OTTO, &back);
    assert!(code == 2 && said.contains("told by telephone"), "{said}");
    let moved = call("new-address", &[]);
    let (code, _, said) = typing(&night, "2025-09-15", &format!("{OTTO}{ADDRESS}"), &moved);
    assert!(code == 2 && said.contains("held by reviewer"), "{said}");

    // The decision was about other rows; nobody has said that a letter may go.
    let more = "Q-8,,Otto,O.,Oud,1955-02-03,Nieuwstraat,9,3511AB,2022-02-02";
    deliver(&night, &[&RECORDS[..], &[more]].concat());
    assert_eq!(state(&run_on(&night, "2025-09-16"), "Q-5"), "review D204");
    let number = case(&night, 5);
    let explained = night.ask(&["review", "show", &number]).stdout;
    assert!(explained.contains("changed since"), "{explained}");
}

#[test]
fn a_case_of_an_earlier_run_is_not_decided_by_its_number() {
    let night = night();
    run_on(&night, "2025-09-15");
    let number = case(&night, 2);
    let shown = night.ask(&["review", "show", &number]).stdout;
    assert!(shown.contains("run       2025-09-15-1"), "{shown}");
    run_on(&night, "2025-09-16");
    let decide = ["review", "decide", &number, "parents", "--run", "2025-09-15-1"];
    let refused = night.ask(&[&decide[..], &BY].concat());
    assert!(refused.code == 2 && refused.stderr.contains("newer one"), "{}", refused.stderr);
}

#[test]
fn capitals_make_nobody_a_second_person() {
    let night = night();
    let config = night.configured("second_opinion_percent = 0", "second_opinion_percent = 100");
    let ran = night.answer(&config, "2025-09-15", &["run"]);
    assert!(ran.code <= 1, "{}", ran.stderr);
    let number = case(&night, 2);
    let say = |answer: &str, by: &str| {
        let words = ["review", "decide", &number, answer, "--reason", "looked it up", "--by", by];
        night.ask_with(&config, &words)
    };
    assert_eq!(say("parents", "Anna").code, 0);
    assert_eq!(say("parents", "ANNA").code, 2, "one person is no second opinion");
    assert_eq!(say("undecided", "Bart").code, 2, "nobody takes back what they have not seen");
    assert_eq!(say("parents", "Bart").code, 0);
}

#[test]
fn somebody_whose_records_are_all_held_is_known_and_may_object() {
    let night = night();
    assert!(state(&run_on(&night, "2025-09-15"), "Q-7").starts_with("review L"));
    let who = "surname = Bos\nbirth_date = 1970-01-11\n";
    let (code, shown, wrong) = typing(&night, "2025-09-15", who, &["person", "show"]);
    assert!(code == 0 && shown.contains("a human looks at it"), "{shown}{wrong}");
}

#[test]
fn no_night_goes_on_without_what_was_answered_at_the_desk() {
    let night = night();
    run_on(&night, "2025-09-15");
    let book = night.data().join("review");
    fs::DirBuilder::new().mode(0o700).create(&book).unwrap();
    let book = book.join("2025-09-15-1.jsonl");
    fs::write(&book, "half an answ\n").unwrap();
    fs::set_permissions(&book, fs::Permissions::from_mode(0o600)).unwrap();

    let again = ["run", "--accept-inputs", "delivered again"];
    let ran = night.ask_on("2025-09-16", &again);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("2025-09-15-1.jsonl"), "{}", ran.stderr);

    fs::remove_file(&book).unwrap();
    assert!(night.ask_on("2025-09-16", &again).code <= 1);
}
