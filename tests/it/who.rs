//! Who is who on the built program: decisions, explanations, learning, and nights on which told
//! people change.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::{Answer, Night};

/// One line of a CSV table by column name.
type Line = BTreeMap<String, String>;

/// Valid BSNs of the test range that the sample does not use.
const BSNS: [&str; 2] = ["912345603", "912345615"];

/// What a lab record says of a person who lives in Nieuwstraat.
struct Lab {
    id: &'static str,
    bsn: &'static str,
    first_names: &'static str,
    initials: &'static str,
    surname: &'static str,
    birth_date: &'static str,
    number: &'static str,
    items: &'static str,
}

const ANNA: Lab = Lab {
    id: "A-1",
    bsn: "",
    first_names: "Anna Maria",
    initials: "A.M.",
    surname: "Aalbers",
    birth_date: "1970-01-11",
    number: "1",
    items: "name;address",
};

/// An inbox of these records and nothing else.
fn night(records: &[Lab]) -> Night {
    let night = Night::new(0);
    deliver(&night, records);
    night
}

fn deliver(night: &Night, records: &[Lab]) {
    let header = fs::read_to_string(night.inbox().join("exposures-special.csv")).unwrap();
    let mut text = format!("{}\n", header.lines().next().unwrap());
    for lab in records {
        let Lab { id, bsn, first_names, initials, surname, birth_date, number, items } = lab;
        writeln!(
            text,
            "{id},who,{bsn},{first_names},{initials},,{surname},{birth_date},V,Nieuwstraat,{number},,,3511AB,Utrecht,,gp,,2022-02-02,confirmed,no,{items},"
        )
        .unwrap();
    }
    fs::write(night.inbox().join("exposures-who.csv"), text).unwrap();
}

fn run_on(night: &Night, date: &str) -> Value {
    let config = night.configured("facts_max_age_days = 30", "facts_max_age_days = 300");
    let answer =
        night.answer(&config, date, &["run", "--json", "--accept-inputs", "delivered again"]);
    assert!(answer.code <= 1, "{}", answer.stderr);
    serde_json::from_str(&answer.stdout).unwrap()
}

fn table(path: &Path) -> Vec<Line> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

/// What became of our records: state, code and person by record id.
fn fates(answer: &Value) -> BTreeMap<String, (String, String, String)> {
    let papers = Path::new(answer["papers"].as_str().unwrap());
    let lines = table(&papers.join("rows.csv"))
        .into_iter()
        .filter(|line| line["file"] == "exposures-who.csv");
    lines
        .map(|line| {
            (
                line["record_id"].clone(),
                (line["state"].clone(), line["code"].clone(), line["person"].clone()),
            )
        })
        .collect()
}

fn state(answer: &Value, id: &str) -> String {
    let (state, code, _) = &fates(answer)[id];
    format!("{state} {code}").trim_end().to_owned()
}

fn person(answer: &Value, id: &str) -> String {
    fates(answer)[id].2.clone()
}

/// Writes a decisions file with these lines.
fn decisions(night: &Night, lines: &[&str]) -> PathBuf {
    let path = night.inbox().parent().unwrap().join("decisions.csv");
    fs::write(&path, format!("file,row,beside,decision\n{}\n", lines.join("\n"))).unwrap();
    path
}

fn apply(night: &Night, path: &Path) -> Answer {
    night.ask(&["review", "apply", path.to_str().unwrap(), "--by", "reviewer"])
}

/// Twins with one initial, and a row that has nothing but that initial.
fn twins() -> Night {
    let twin = Lab { id: "A-2", first_names: "Aukje Maria", ..ANNA };
    night(&[ANNA, twin, Lab { id: "A-3", first_names: "", ..ANNA }])
}

#[test]
fn a_review_file_is_worked_off_in_a_spreadsheet_and_the_next_run_follows_it() {
    let night = twins();
    let first = night.run();
    assert_eq!(
        (state(&first, "A-1"), state(&first, "A-3")),
        ("letter".into(), "review L205".into())
    );
    let review = Path::new(first["papers"].as_str().unwrap()).join("review.csv");
    let open: Vec<Line> =
        table(&review).into_iter().filter(|line| line["code"] == "L205").collect();
    assert_eq!(open.len(), 2, "a line for each candidate");
    assert!(open.iter().all(|line| line["record_id"] == "A-3" && line["decision"].is_empty()));
    assert!(
        open[0]["evidence"].contains("birth_date: equal (+")
            && open[0]["evidence"].contains("bits")
    );
    let text = fs::read_to_string(&review).unwrap();
    for value in ["Aalbers", "Aukje", "1970-01-11", "Nieuwstraat", "3511AB"] {
        assert!(!text.contains(value), "review.csv tells `{value}`");
    }

    // As a Dutch spreadsheet saves it: semicolons, CRLF, byte order mark.
    let mut rows = csv::Reader::from_path(&review).unwrap();
    let header = rows.headers().unwrap().clone();
    let mut written = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    written.write_record(&header).unwrap();
    for line in rows.records().map(Result::unwrap) {
        let mut cells: Vec<String> = line.iter().map(str::to_owned).collect();
        if cells[4] == "A-3" {
            *cells.last_mut().unwrap() =
                if cells[9] == "A-1" { "same" } else { "different" }.to_owned();
        }
        written.write_record(&cells).unwrap();
    }
    let saved = String::from_utf8(written.into_inner().unwrap()).unwrap();
    let path = review.with_file_name("decisions.csv");
    fs::write(&path, format!("\u{feff}{}", saved.replace('\n', "\r\n"))).unwrap();
    let applied = apply(&night, &path);
    assert_eq!(applied.code, 0, "{}", applied.stderr);
    assert!(applied.stdout.contains("2 pairs of records; 2 new"), "{}", applied.stdout);
    let memory = night.memory();
    assert!(apply(&night, &path).stdout.contains("0 new"));
    assert!(memory == night.memory(), "applied again, and bytes have changed");

    let second = run_on(&night, "2025-09-30");
    assert_eq!(state(&second, "A-3"), "told D301");
    assert_eq!(person(&second, "A-3"), person(&second, "A-1"));
    assert_eq!(second["report"]["letters"]["total"], 0);
    assert_eq!(second["report"]["link"]["decisions"], 2);
    let list = night.ask(&["review", "list"]);
    assert!(list.stdout.contains("2025-09-15  reviewer  1 same, 1 different"), "{}", list.stdout);
    assert_eq!(night.ask(&["ledger", "check"]).code, 0);
}

#[test]
fn a_case_is_looked_at_and_decided_without_a_spreadsheet() {
    let night = twins();
    let none = night.ask(&["review", "list", "--open"]);
    assert_eq!(none.code, 2, "{}", none.stderr);
    night.run();

    let list = night.ask(&["review", "list", "--open", "--json"]);
    let open: Value = serde_json::from_str(&list.stdout).unwrap();
    let cases = open["cases"].as_array().unwrap();
    let case = cases.iter().find(|case| case["code"] == "L205").unwrap();
    assert_eq!(case["rows"], serde_json::json!(["exposures-who.csv:3"]));
    let number = case["case"].to_string();
    assert!(!list.stdout.contains("Aalbers"), "a list tells no values");

    let shown = night.ask(&["review", "show", &number]).stdout;
    assert!(shown.contains("\n  surname                 Aalbers"), "all say the same: {shown}");
    let differing = shown.split_once("* first_names").unwrap().1.split("\n*").next().unwrap();
    for (row, value) in [(1, "Anna Maria"), (2, "Aukje Maria"), (3, "")] {
        assert!(differing.contains(&format!("exposures-who.csv:{row}  {value}")), "{shown}");
    }

    let memory = night.memory();
    let by = ["--by", "reviewer", "--reason", "asked the practice"];
    let decide = |case: &str, words: &[&str]| {
        night.ask(&[&["review", "decide", case][..], words, &by[..]].concat())
    };
    assert_eq!(decide(&number, &["perhaps"]).code, 3);
    assert_eq!(decide(&number, &["same", "--row", "exposures-who.csv:9"]).code, 2);
    assert_eq!(decide("4711", &["same"]).code, 2);
    assert!(memory == night.memory(), "nothing was decided");

    let decided = decide(&number, &["different"]);
    assert_eq!(decided.code, 0, "{}", decided.stderr);
    assert!(decided.stdout.contains("2 pairs of records; 2 new"), "{}", decided.stdout);
    let list = night.ask(&["review", "list"]).stdout;
    assert!(
        list.contains("reviewer  0 same, 2 different, 0 taken back  asked the practice"),
        "{list}"
    );
    assert_eq!(state(&run_on(&night, "2025-09-30"), "A-3"), "letter");
    assert_eq!(night.ask(&["ledger", "check"]).code, 0);
}

#[test]
fn two_valid_numbers_are_never_one_person_whoever_says_so() {
    let night = night(&[
        Lab { bsn: BSNS[0], ..ANNA },
        Lab { id: "A-2", bsn: BSNS[1], ..ANNA },
        Lab { id: "A-3", first_names: "Eva", initials: "E.", ..ANNA },
    ]);
    let first = night.run();
    assert_eq!(state(&first, "A-1"), "review L203");
    let memory = night.memory();
    for lines in [
        &["exposures-who.csv,1,exposures-who.csv:2,same"][..],
        &[
            "exposures-who.csv,1,exposures-who.csv:3,same",
            "exposures-who.csv,3,exposures-who.csv:2,same",
        ],
    ] {
        let refused = apply(&night, &decisions(&night, lines));
        assert_eq!(refused.code, 3, "{}", refused.stdout);
        assert!(refused.stderr.contains("two different valid BSNs"), "{}", refused.stderr);
        assert!(!refused.stderr.contains(BSNS[0]));
    }
    assert!(memory == night.memory(), "something was applied");
    let lines = ["exposures-who.csv,1,exposures-who.csv:2,different"];
    assert_eq!(apply(&night, &decisions(&night, &lines)).code, 0);
    let second = run_on(&night, "2025-09-30");
    assert_eq!(second["report"]["letters"]["total"], 2);
    assert_ne!(person(&second, "A-1"), person(&second, "A-2"));
}

/// One BSN in two records of the same address, which a human tells apart: of a father and a son, say,
/// of whom a practice has mixed up the numbers.
#[test]
fn two_people_with_one_number_get_a_letter_each_and_no_second_one() {
    let father = Lab { bsn: BSNS[0], ..ANNA };
    let son = || Lab {
        id: "A-2",
        bsn: BSNS[0],
        first_names: "Otto",
        initials: "O.",
        birth_date: "1999-12-30",
        ..ANNA
    };
    let (held, apart) = (night(&[Lab { ..father }, son()]), night(&[father]));
    assert_eq!(state(&held.run(), "A-1"), "review L201");
    assert_eq!(state(&apart.run(), "A-1"), "letter");
    deliver(&apart, &[Lab { bsn: BSNS[0], ..ANNA }, son()]);
    assert_eq!(state(&run_on(&apart, "2025-09-15"), "A-2"), "review L201");

    for (night, letters) in [(held, 2), (apart, 1)] {
        let lines = ["exposures-who.csv,1,exposures-who.csv:2,different"];
        let file = decisions(&night, &lines);
        let words = ["review", "apply", file.to_str().unwrap(), "--by", "reviewer", "--yes"];
        let applied = night.ask(&words);
        assert_eq!(applied.code, 0, "{}", applied.stderr);
        let told = run_on(&night, "2025-09-30");
        assert_eq!(told["report"]["letters"]["total"], letters);

        let after = run_on(&night, "2025-10-20");
        assert_eq!(
            (state(&after, "A-1"), state(&after, "A-2")),
            ("told D301".into(), "told D301".into())
        );
        assert_ne!(person(&after, "A-1"), person(&after, "A-2"));
        for record in ["A-1", "A-2"] {
            assert_eq!(person(&after, record), person(&told, record));
        }
        assert_eq!(night.ask(&["ledger", "check"]).code, 0);
    }
}

#[test]
fn of_a_bad_decisions_file_nothing_is_applied() {
    let night = twins();
    night.run();
    let memory = night.memory();
    let good = "exposures-who.csv,3,exposures-who.csv:1,same";
    for (bad, problem) in [
        ("exposures-who.csv,3,exposures-who.csv:2,perhaps", "none of `same`, `different`"),
        ("exposures-who.csv,3,exposures-who.csv:99,same", "a row that its file does not have"),
        ("exposures-lost.csv,3,exposures-who.csv:1,same", "a file that is not in the inbox"),
        ("exposures-who.csv,3,,same", "`beside` names no row"),
        ("exposures-who.csv,3,exposures-who.csv:1,different", "the opposite of line 2"),
        ("exposures-who.csv,3,exposures-who.csv:3,same", "deliveries of one record"),
    ] {
        let refused = apply(&night, &decisions(&night, &[good, bad]));
        assert_eq!(refused.code, 3, "{bad}: {}", refused.stdout);
        assert!(
            refused.stderr.contains("line 3") && refused.stderr.contains(problem),
            "{bad}: {}",
            refused.stderr
        );
    }
    let other = night.inbox().parent().unwrap().join("no-decisions.csv");
    fs::write(&other, "file,row,decision\nexposures-who.csv,3,same\n").unwrap();
    assert!(apply(&night, &other).stderr.contains("column `beside` is missing"));
    assert!(memory == night.memory());
}

#[test]
fn two_rows_are_explained_by_place_or_record_id_without_their_values() {
    let night = twins();
    night.run();
    let apart = night.ask(&["explain", "A-1", "exposures-who.csv:2"]);
    assert_eq!(apart.code, 0, "{}", apart.stderr);
    for part in ["not one person", "first_names", "differs", "kept apart by", "compared by", "bits"]
    {
        assert!(apart.stdout.contains(part), "`{part}` is not in {}", apart.stdout);
    }
    assert!(night.ask(&["explain", "A-3", "A-1"]).stdout.contains("waits for a human: L205"));
    let lines = ["exposures-who.csv,3,exposures-who.csv:1,same"];
    assert_eq!(apply(&night, &decisions(&night, &lines)).code, 0);
    let together = night.ask(&["explain", "A-3", "A-1"]);
    assert!(together.stdout.contains("decided by a human"), "{}", together.stdout);
    for value in ["Aalbers", "Aukje", "1970", "Nieuwstraat", "3511AB"] {
        assert!(
            !apart.stdout.contains(value) && !together.stdout.contains(value),
            "`{value}` is told"
        );
    }
    let unknown = night.ask(&["explain", "A-1", "A-9"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("no row of the inbox"), "{}", unknown.stderr);
}

#[test]
fn two_told_people_who_turn_out_to_be_one_are_not_told_again() {
    // She goes by another name at her doctor's: nobody but a human knows that they are one.
    let known_as = |items| Lab { id: "A-2", first_names: "Eva", initials: "E.", items, ..ANNA };
    let night = night(&[ANNA, known_as("name;phone")]);
    let first = night.run();
    let [one, other] = ["A-1", "A-2"].map(|id| person(&first, id));
    assert_ne!(one, other);
    let lines = ["exposures-who.csv,1,exposures-who.csv:2,same"];
    assert_eq!(apply(&night, &decisions(&night, &lines)).code, 0);
    let second = run_on(&night, "2025-09-30");
    assert_eq!(
        (state(&second, "A-1"), state(&second, "A-2")),
        ("told D301".into(), "told D301".into())
    );
    assert_eq!(second["report"]["letters"]["total"], 0);
    assert_eq!(second["report"]["link"]["merges"], 1);
    assert_eq!(person(&second, "A-1"), person(&second, "A-2"));
    assert!([one, other].contains(&person(&second, "A-1")));

    // Something new is told once, to the one person, and takes up both letters.
    deliver(&night, &[ANNA, known_as("name;phone;bsn")]);
    let third = run_on(&night, "2025-10-20");
    assert_eq!(third["report"]["letters"]["by_kind"]["supplement"], 1);
    let fourth = run_on(&night, "2025-11-20");
    assert_eq!(fourth["report"]["letters"]["total"], 0);
}

#[test]
fn somebody_split_off_by_a_decision_is_told_once_and_the_other_is_corrected() {
    let night = night(&[ANNA, Lab { id: "A-2", items: "name;phone", ..ANNA }]);
    let first = night.run();
    assert_eq!(person(&first, "A-1"), person(&first, "A-2"));
    let lines = ["exposures-who.csv,1,exposures-who.csv:2,different"];
    let file = decisions(&night, &lines);
    let before = night.memory();
    let asked = apply(&night, &file);
    assert_eq!(asked.code, 2, "{}", asked.stderr);
    for text in
        ["told people who become two: 1 instead of 0", "first letters: 1 instead of 0", "--yes"]
    {
        assert!(asked.stderr.contains(text), "{}", asked.stderr);
    }
    assert!(before == night.memory());
    let file = file.to_str().unwrap();
    assert_eq!(night.ask(&["review", "apply", file, "--by", "reviewer", "--yes"]).code, 0);
    let second = run_on(&night, "2025-09-30");
    let kinds = &second["report"]["letters"]["by_kind"];
    assert_eq!(
        (&kinds["first"], &kinds["correction"]),
        (&Value::from(1), &Value::from(1)),
        "{kinds}"
    );
    assert_eq!(second["report"]["link"]["splits"], 1);
    assert_ne!(person(&second, "A-1"), person(&second, "A-2"));
    assert!([person(&second, "A-1"), person(&second, "A-2")].contains(&person(&first, "A-1")));
    for date in ["2025-10-20", "2025-11-20"] {
        assert_eq!(run_on(&night, date)["report"]["letters"]["total"], 0, "{date}");
    }
}

#[test]
fn somebody_split_off_by_a_new_bsn_is_told_once() {
    let night = night(&[Lab { bsn: BSNS[0], ..ANNA }, Lab { id: "A-2", ..ANNA }]);
    let first = night.run();
    assert_eq!(person(&first, "A-1"), person(&first, "A-2"));
    deliver(
        &night,
        &[
            Lab { bsn: BSNS[0], ..ANNA },
            Lab { id: "A-2", bsn: BSNS[1], birth_date: "1974-05-30", ..ANNA },
        ],
    );
    let second = run_on(&night, "2025-09-30");
    assert_eq!(second["report"]["letters"]["by_kind"]["first"], 1);
    assert_eq!(second["report"]["letters"]["total"], 1);
    assert_eq!(state(&second, "A-2"), "letter");
    assert_eq!(person(&second, "A-1"), person(&first, "A-1"));
    assert_eq!(run_on(&night, "2025-10-20")["report"]["letters"]["total"], 0);
}

#[test]
fn a_told_row_that_goes_to_review_later_corrects_nothing() {
    let initial = || Lab { id: "A-2", first_names: "", items: "name;phone", ..ANNA };
    let night = night(&[ANNA, initial()]);
    let first = night.run();
    assert_eq!(person(&first, "A-1"), person(&first, "A-2"));
    // A twin of the same initial turns up: nobody knows any more whose the second row is.
    deliver(&night, &[ANNA, initial(), Lab { id: "A-3", first_names: "Aukje Maria", ..ANNA }]);
    let second = run_on(&night, "2025-09-30");
    assert_eq!(
        (state(&second, "A-2"), state(&second, "A-1")),
        ("review L205".into(), "review L209".into())
    );
    assert_eq!(state(&second, "A-3"), "letter");
    assert_eq!(second["report"]["letters"]["total"], 1);
    let lines = ["exposures-who.csv,2,exposures-who.csv:1,same"];
    assert_eq!(apply(&night, &decisions(&night, &lines)).code, 0);
    let third = run_on(&night, "2025-10-20");
    assert_eq!(
        (state(&third, "A-1"), state(&third, "A-2")),
        ("told D301".into(), "told D301".into())
    );
    assert_eq!(third["report"]["letters"]["total"], 0);
}

#[test]
fn parameters_are_learned_alike_under_one_seed_and_named_in_the_report() {
    let night = Night::new(400);
    let out = night.inbox().parent().unwrap().join("learned.toml");
    let again = out.with_file_name("again.toml");
    for path in [&out, &again] {
        let learned = night.ask(&[
            "link-train",
            "--seed",
            "5",
            "--name",
            "lab-1",
            "--out",
            path.to_str().unwrap(),
        ]);
        assert_eq!(learned.code, 0, "{}", learned.stderr);
    }
    assert_eq!(fs::read(&out).unwrap(), fs::read(&again).unwrap());
    assert_eq!(
        night
            .ask(&[
                "link-train",
                "--seed",
                "6",
                "--name",
                "lab-1",
                "--out",
                again.to_str().unwrap()
            ])
            .code,
        0
    );
    assert_ne!(fs::read(&out).unwrap(), fs::read(&again).unwrap());
    let configured =
        night.configured("[policy]", "[link]\nparameters = \"learned.toml\"\n\n[policy]");
    let checked = night.ask_with(&configured, &["check", "--json"]);
    let report: Value = serde_json::from_str(&checked.stdout).unwrap();
    assert_eq!(report["link"]["parameters"], "lab-1", "{}", checked.stderr);
    fs::write(&out, "version = 3").unwrap();
    let broken = night.ask_with(&configured, &["check"]);
    assert_eq!(broken.code, 2);
    assert!(broken.stderr.contains("linking parameters"), "{}", broken.stderr);
}

#[test]
fn the_report_tells_the_sizes_of_the_blocks() {
    let night = night(&[ANNA, Lab { id: "A-2", first_names: "Eva", initials: "E.", ..ANNA }]);
    let answer = night.run();
    let blocks = answer["report"]["link"]["blocks"].as_array().unwrap();
    let keys: Vec<&str> = blocks.iter().map(|block| block["key"].as_str().unwrap()).collect();
    assert!(keys.contains(&"bsn") && keys.contains(&"birth date + address"), "{keys:?}");
    assert!(
        blocks
            .iter()
            .all(|block| block["largest"].as_u64().unwrap() <= block["cap"].as_u64().unwrap())
    );
    let page =
        fs::read_to_string(Path::new(answer["papers"].as_str().unwrap()).join("report.html"))
            .unwrap();
    assert!(page.contains("Who is who") && page.contains("birth date + surname"));
}

#[test]
fn given_names_are_compared_whole_and_newborns_are_twins() {
    let row = |id, first_names, number| Lab { id, first_names, initials: "", number, ..ANNA };
    let records = [
        row("A-1", "Jan-Willem", "1"),
        row("A-2", "Jan-Pieter", "1"),
        row("B-1", "Mohamed Amin", "2"),
        row("B-2", "Mohamed Yassin", "2"),
        row("C-1", "Baby", "3"),
        row("C-2", "Baby", "3"),
        row("D-1", "Jan-Willem", "4"),
        row("D-2", "Jan", "4"),
    ];
    let night = night(&records);
    let answer = night.run();
    for (one, other, together) in
        [("A-1", "A-2", false), ("B-1", "B-2", false), ("C-1", "C-2", false), ("D-1", "D-2", true)]
    {
        assert_eq!(person(&answer, one) == person(&answer, other), together, "{one} {other}");
    }
}
