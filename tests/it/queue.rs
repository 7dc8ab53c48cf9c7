//! The queue on the built program: every kind of case is decided, what was said holds for what was
//! seen, and whatever people decide nobody is told twice.

mod by_hand;
mod one_word;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::program::{Night, root};

/// One line of a CSV table by column name.
type Line = BTreeMap<String, String>;

/// Somebody without an address, a child of 13, twins of whom nobody knows which one a row means, and
/// two people with one name and two numbers.
const RECORDS: [&str; 7] = [
    "Q-1,,Karel,K.,Kade,1961-02-03,,,,2022-02-02",
    "Q-2,,Mila,M.,Meer,2012-05-05,Nieuwstraat,5,3511AB,2022-02-02",
    "Q-3,912345603,Anna,A.,Aalbers,1970-01-11,Nieuwstraat,1,3511AB,2022-02-02",
    "Q-4,912345615,Anna,A.,Aalbers,1970-01-11,Nieuwstraat,1,3511AB,2022-02-02",
    "Q-5,,Otto,O.,Oud,1955-02-03,Nieuwstraat,9,3511AB,2019-02-02",
    "Q-6,,Anna Maria,A.M.,Bos,1970-01-11,Kerkweg,1,3511AB,2022-02-02",
    "Q-7,,,A.M.,Bos,1970-01-11,Kerkweg,1,3511AB,2022-02-02",
];

fn night() -> Night {
    let night = Night::new(0);
    deliver(&night, &RECORDS);
    night
}

fn deliver(night: &Night, records: &[&str]) {
    let header = fs::read_to_string(night.inbox().join("exposures-special.csv")).unwrap();
    let mut text = format!("{}\n", header.lines().next().unwrap());
    for record in records {
        let cells: Vec<&str> = record.split(',').collect();
        let [id, bsn, names, initials, surname, born, street, number, postcode, sample] =
            cells.try_into().unwrap();
        let town = if street.is_empty() { "" } else { "Utrecht" };
        writeln!(
            text,
            "{id},queue,{bsn},{names},{initials},,{surname},{born},V,{street},{number},,,{postcode},\
             {town},,gp,,{sample},confirmed,no,name;address,"
        )
        .unwrap();
    }
    fs::write(night.inbox().join("exposures-queue.csv"), text).unwrap();
}

/// Runs the program with something on its standard input.
fn typing(night: &Night, date: &str, text: &str, words: &[&str]) -> (i32, String, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_breachpost"))
        .args(["--date", date, "--config"])
        .arg(root().join("sample-data/breachpost.toml"))
        .arg("--inbox")
        .arg(night.inbox())
        .arg("--data-dir")
        .arg(night.data())
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    program.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = program.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn run_on(night: &Night, date: &str) -> Vec<Line> {
    let answer = night.ask_on(date, &["run", "--json", "--accept-inputs", "delivered again"]);
    assert!(answer.code <= 1, "{}", answer.stderr);
    let said: Value = serde_json::from_str(&answer.stdout).unwrap();
    let papers = Path::new(said["papers"].as_str().unwrap()).to_owned();
    let lines = csv::Reader::from_path(papers.join("rows.csv")).unwrap().into_deserialize();
    lines.map(Result::unwrap).collect()
}

fn state(lines: &[Line], id: &str) -> String {
    let line = lines.iter().find(|line| line["record_id"] == id).unwrap();
    format!("{} {}", line["state"], line["code"]).trim_end().to_owned()
}

/// The number of the case that has this row of ours.
fn case(night: &Night, row: u32) -> String {
    let list = night.ask(&["review", "list", "--open", "--json"]);
    let open: Value = serde_json::from_str(&list.stdout).unwrap();
    let place = format!("exposures-queue.csv:{row}");
    let cases = open["cases"].as_array().unwrap();
    let has =
        |case: &&Value| case["rows"].as_array().unwrap().iter().any(|own| *own == place.as_str());
    cases.iter().find(has).unwrap_or_else(|| panic!("no case of {place}"))["case"].to_string()
}

const BY: [&str; 4] = ["--by", "reviewer", "--reason", "looked it up"];
const ADDRESS: &str = "street = Havenstraat\nhouse_number = 3\npostcode = 1234 ab\ntown = Almere\n";

#[test]
fn an_address_and_a_minor_are_decided_and_the_next_run_follows_and_says_who() {
    let night = night();
    let first = run_on(&night, "2025-09-15");
    assert_eq!(
        (state(&first, "Q-1"), state(&first, "Q-2")),
        ("review D204".into(), "review D207".into())
    );
    let (address, minor) = (case(&night, 1), case(&night, 2));

    let corrected = [&["review", "decide", &address, "corrected"][..], &BY].concat();
    let (code, _, said) = typing(&night, "2025-09-15", ADDRESS, &corrected);
    assert!(code == 2 && said.contains("source is missing"), "{said}");
    let corrected = [&corrected[..], &["--source", "the register"]].concat();
    let (code, _, said) = typing(&night, "2025-09-15", "street = Havenstraat\n", &corrected);
    assert!(code == 2 && said.contains("in full") && !said.contains("Havenstraat"), "{said}");
    let (code, said, wrong) = typing(&night, "2025-09-15", ADDRESS, &corrected);
    assert_eq!(code, 0, "{wrong}");
    assert!(!said.contains("Havenstraat"), "{said}");

    let parents = [&["review", "decide", &minor, "parents"][..], &BY].concat();
    assert_eq!(night.ask(&parents).code, 0);
    let again = night.ask(&[&["review", "decide", &minor, "young_person"][..], &BY].concat());
    assert!(again.code == 3 && again.stderr.contains("by reviewer: parents"), "{}", again.stderr);

    let foreseen = night.ask(&["check", "--decisions"]).stdout;
    assert!(foreseen.contains(", 2 more"), "{foreseen}");
    assert!(foreseen.contains("letters to parents or carers: 1 instead of 0"), "{foreseen}");

    let second = run_on(&night, "2025-09-16");
    assert_eq!((state(&second, "Q-1"), state(&second, "Q-2")), ("letter".into(), "letter".into()));
    let line = second.iter().find(|line| line["record_id"] == "Q-1").unwrap();
    let explained = night.ask(&["explain", &line["letter_id"]]).stdout;
    assert!(explained.contains("Havenstraat 3") && explained.contains("a human's decision"));
    assert!(explained.contains("corrected, by reviewer on 2025-09-15"), "{explained}");

    let third = run_on(&night, "2025-09-17");
    assert_eq!(state(&third, "Q-1"), "told D301");
    assert_eq!(night.ask(&["ledger", "check"]).code, 0);
    for (path, bytes) in night.memory() {
        let leaks = bytes.windows(11).any(|window| window == b"Havenstraat");
        assert!(!leaks || path.to_str().unwrap().contains("/runs/"), "{}", path.display());
    }
}

#[test]
fn what_was_said_holds_for_what_was_seen_and_for_nothing_else() {
    let night = night();
    run_on(&night, "2025-09-15");
    let number = case(&night, 2);
    let minor = [&["review", "decide", &number, "parents"][..], &BY].concat();
    assert_eq!(night.ask(&minor).code, 0);

    let mut records = RECORDS;
    records[1] = "Q-2,,Mila,M.,Meer,2012-05-05,Nieuwstraat,55,3511AB,2022-02-02";
    deliver(&night, &records);
    assert_eq!(state(&run_on(&night, "2025-09-16"), "Q-2"), "review D207");
    let open = case(&night, 2);
    let again = [&["review", "decide", &open, "young_person"][..], &BY].concat();
    assert_eq!(night.ask(&again).code, 0);
    let back = [&["review", "decide", &open, "undecided"][..], &BY].concat();
    assert_eq!(night.ask(&back).code, 0);
    assert_eq!(state(&run_on(&night, "2025-09-17"), "Q-2"), "review D207");
}

#[test]
fn of_two_who_decide_at_once_the_second_hears_of_the_first() {
    let night = night();
    run_on(&night, "2025-09-15");
    let number = case(&night, 2);
    let said: Vec<_> = std::thread::scope(|scope| {
        let ask = |by: &'static str, answer: &'static str| {
            let (night, number) = (&night, number.as_str());
            scope.spawn(move || {
                let words = ["review", "decide", number, answer, "--by", by, "--reason", "seen"];
                night.ask(&words)
            })
        };
        let asked = [ask("anna", "parents"), ask("bert", "young_person")];
        asked.map(|one| one.join().unwrap()).into()
    });

    let done = said.iter().filter(|answer| answer.code == 0).count();
    assert_eq!(done, 1, "{} {}", said[0].stderr, said[1].stderr);
    let late = said.iter().find(|answer| answer.code != 0).unwrap();
    let told = late.stderr.contains("was decided on") || late.stderr.contains("in use");
    assert!(told, "{}", late.stderr);
    let log = night.ask(&["ledger", "log"]).stdout;
    assert_eq!(log.matches("decided 1 case").count(), 1, "{log}");
}

#[test]
fn an_objection_on_the_telephone_holds_from_that_moment_and_can_be_taken_back() {
    let night = night();
    let who = "surname = Oud\nbirth_date = 1955-02-03\n";
    let call = ["person", "call", "objection", "--source", "the person", "--reason", "called us"];
    let (code, _, wrong) = typing(&night, "2025-09-15", who, &call);
    assert_eq!(code, 0, "{wrong}");
    assert_eq!(state(&run_on(&night, "2025-09-15"), "Q-5"), "suppressed D202");

    // Rows that come later change nothing about it.
    let mut records = RECORDS.to_vec();
    records.push("Q-8,,Otto,O.,Oud,1955-02-03,Nieuwstraat,9,3511AB,2022-02-02");
    deliver(&night, &records);
    assert_eq!(state(&run_on(&night, "2025-09-16"), "Q-5"), "suppressed D202");

    let (code, shown, _) = typing(&night, "2025-09-16", who, &["person", "show"]);
    assert!(code == 0 && shown.contains("no letter") && !shown.contains("Oud"), "{shown}");
    let (code, export, _) = typing(&night, "2025-09-16", who, &["person", "export"]);
    assert!(code == 0 && export.contains("Nieuwstraat") && export.contains("objects"));

    let back = [&call[..], &["--takes-back"]].concat();
    assert_eq!(typing(&night, "2025-09-16", who, &back).0, 0);
    let lines = run_on(&night, "2025-09-17");
    let mut states = ["Q-5", "Q-8"].map(|id| state(&lines, id));
    states.sort_unstable();
    assert_eq!(states, ["letter", "merged"]);
}

#[test]
fn a_rule_says_how_many_before_and_decides_these_and_is_taken_back() {
    let night = night();
    let rule = ["review", "rule", "held", "--lab-only", "--sampled-before", "2020-01-01"];
    let rule = [&rule[..], &BY].concat();
    let memory = night.memory();
    let shown = night.ask(&rule).stdout;
    assert!(shown.contains("nothing was decided"), "{shown}");
    assert!(memory == night.memory(), "a rule that is only shown changes nothing");
    let cases = shown.lines().find_map(|line| line.strip_prefix("cases     ")).unwrap();
    assert_eq!(night.ask(&[&rule[..], &["--yes"]].concat()).code, 0);
    assert_eq!(state(&run_on(&night, "2025-09-15"), "Q-5"), "review D204");

    let log = night.ask(&["ledger", "log"]).stdout;
    let line = log.lines().find(|line| line.contains("by the rule")).unwrap();
    assert!(line.contains(&format!("decided {cases}, by the rule")), "{line}");
    let event = line.split_whitespace().next().unwrap();
    assert_eq!(night.ask(&[&["review", "undo", event][..], &BY].concat()).code, 0);
    assert_eq!(state(&run_on(&night, "2025-09-16"), "Q-5"), "letter");
}

#[test]
fn a_second_opinion_is_blind_and_the_report_says_how_often_two_agree() {
    let night = night();
    run_on(&night, "2025-09-15");
    let config = night.configured("second_opinion_percent = 0", "second_opinion_percent = 100");
    let number = case(&night, 2);
    let decide = |by: &str, answer: &str| {
        let words = ["review", "decide", &number, answer, "--by", by, "--reason", "seen"];
        night.ask_with(&config, &words)
    };
    assert_eq!(decide("anna", "parents").code, 0);
    assert_eq!(decide("anna", "parents").code, 2, "one person is not two");
    let shown = night.ask_with(&config, &["review", "show", &number]).stdout;
    assert!(shown.contains("second opinion wanted") && !shown.contains("anna: parents"));

    let differs = decide("bert", "young_person");
    assert!(differs.stdout.contains("opinions differ"), "{}", differs.stdout);
    let agreed = decide("anna", "young_person");
    assert!(agreed.stdout.contains("the next run follows"), "{}", agreed.stdout);

    let answer = night.ask_on("2025-09-16", &["run", "--json"]);
    let said: Value = serde_json::from_str(&answer.stdout).unwrap();
    let opinions = &said["report"]["opinions"][0];
    assert_eq!((opinions["kind"].as_str(), opinions["pairs"].as_u64()), (Some("minor"), Some(1)));
    assert_eq!(opinions["same"], 0);
}

#[test]
fn values_go_into_a_table_only_where_the_policy_says_so() {
    let night = night();
    run_on(&night, "2025-09-15");
    let path = night.path().join("table.csv");
    let export = ["review", "export", path.to_str().unwrap()];
    assert_eq!(night.ask(&export).code, 2);
    assert!(!path.exists());

    let config = night.configured("second_opinion_percent = 0", "values = true");
    assert_eq!(night.ask_with(&config, &export).code, 0);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("\"Meer\"") && text.contains("parents young_person"), "{text}");

    let lines: Vec<String> = text
        .lines()
        .map(|line| {
            let ours = line.contains("\"exposures-queue.csv\";\"2\";");
            let said = "\"exposures-queue.csv\";\"2\";\"\";";
            if ours {
                line.replace(said, "\"exposures-queue.csv\";\"2\";\"parents\";")
            } else {
                line.to_owned()
            }
        })
        .collect();
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    let zero =
        night.configured("second_opinion_percent = 0", "second_opinion_percent = 0\nvalues = true");
    let applied = ["review", "apply", path.to_str().unwrap(), "--by", "reviewer"];
    let applied = night.ask_with(&zero, &applied);
    assert_eq!(applied.code, 0, "{}", applied.stderr);
    assert_eq!(state(&run_on(&night, "2025-09-16"), "Q-2"), "letter");
}

/// Numbers that depend on the seed alone.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// Decides some open case somehow; whether that is refused or not, nothing may break.
fn decide_something(night: &Night, date: &str, chance: &mut Chance) {
    let list = night.ask_on(date, &["review", "list", "--open", "--json"]);
    let open: Value = serde_json::from_str(&list.stdout).unwrap();
    let cases = open["cases"].as_array().unwrap();
    let case = &cases[chance.below(cases.len())];
    let answers = case["answers"].as_array().unwrap();
    if answers.is_empty() {
        return;
    }
    let answer = answers[chance.below(answers.len())].as_str().unwrap();
    let number = case["case"].to_string();
    let words = ["review", "decide", &number, answer, "--yes", "--source", "the register"];
    let (code, _, said) = typing(night, date, ADDRESS, &[&words[..], &BY].concat());
    assert!(code <= 3 && !said.contains("internal error"), "{said}");
}

/// Who may call, and a record of theirs.
const CALLERS: [(&str, &str); 3] = [
    ("surname = Oud\nbirth_date = 1955-02-03\n", "Q-5"),
    ("surname = Meer\nbirth_date = 2012-05-05\n", "Q-2"),
    ("surname = Kade\nbirth_date = 1961-02-03\n", "Q-1"),
];

/// Somebody calls and tells something, or takes it back. `objecting` has those who want no letter.
fn somebody_calls(
    night: &Night,
    date: &str,
    chance: &mut Chance,
    objecting: &mut BTreeSet<&'static str>,
) {
    let (who, record) = CALLERS[chance.below(CALLERS.len())];
    let what = ["objection", "death", "new-address"][chance.below(3)];
    let takes_back = chance.below(3) == 0;
    let address = if what == "new-address" && !takes_back { ADDRESS } else { "" };
    let back = if takes_back { &["--takes-back"][..] } else { &[] };
    let words = one_word::call(what, back);
    let (code, _, said) = typing(night, date, &format!("{who}{address}"), &words);
    assert!(code <= 3 && !said.contains("internal error"), "{said}");

    if what == "objection" && code == 0 {
        if takes_back {
            objecting.remove(record)
        } else {
            objecting.insert(record)
        };
    }
}

/// Nights with decisions and calls at random between them: nobody is told twice, two numbers stay
/// two people, and whoever objects gets no letter.
fn nights_of_chance(seeds: impl IntoIterator<Item = u64>, nights: u8, decisions: usize) {
    for seed in seeds {
        let (night, mut chance) = (night(), Chance(seed));
        let mut first_letters = BTreeMap::<String, BTreeSet<String>>::new();
        let mut objecting = BTreeSet::<&str>::new();
        for day in 15..15 + nights {
            let date = format!("2025-09-{day}");
            let lines = run_on(&night, &date);
            for line in lines.iter().filter(|line| line["state"] == "letter") {
                let letters = first_letters.entry(line["person"].clone()).or_default();
                letters.insert(line["letter_id"].clone());
                assert_eq!(letters.len(), 1, "seed {seed}, {date}: somebody was told twice");
            }
            for id in &objecting {
                let is_new = state(&lines, id) == "letter";
                assert!(!is_new, "seed {seed}, {date}: {id} objects and gets a letter");
            }
            let person = |id| {
                let line = lines.iter().find(|line| line["record_id"] == id).unwrap();
                line["person"].clone()
            };
            let (one, other) = (person("Q-3"), person("Q-4"));
            assert!(one.is_empty() || one != other, "seed {seed}: two numbers, one person");

            for _ in 0..decisions {
                decide_something(&night, &date, &mut chance);
                somebody_calls(&night, &date, &mut chance, &mut objecting);
            }
            if chance.below(2) == 0 {
                let rule = [&["review", "rule", "held", "--lab-only", "--yes"][..], &BY].concat();
                assert!(night.ask_on(&date, &rule).code <= 2);
            }
        }
        assert_eq!(night.ask(&["ledger", "check"]).code, 0);
    }
}

#[test]
fn whatever_people_decide_nobody_is_told_twice_and_two_numbers_stay_two_people() {
    nights_of_chance([3], 2, 2);
}

#[test]
#[ignore = "takes minutes: make review-test"]
fn the_same_over_many_nights() {
    nights_of_chance((3..60).step_by(8), 5, 4);
}
