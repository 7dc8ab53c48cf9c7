//! The review queue at the desk: who sees it, what an answer does, and where values of cases are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;
use std::thread;

use serde_json::Value;

use super::http::{Answered, Visit};
use super::{OpenDesk, PASSWORD, fields_of};
use crate::program::{root, see};
use crate::tools::run;

pub const ROLES: [&str; 6] =
    ["reviewer", "writer", "communications", "privacy", "operator", "helpdesk"];

/// A campaign after a night, with people of every role and a second reviewer.
pub fn reviewing(people: u32) -> OpenDesk {
    let desk = OpenDesk::closed(&ROLES);
    desk.add("Bart reviewer", "reviewer", PASSWORD);
    let inbox = desk.path("inbox");
    fs::remove_dir(&inbox).unwrap();
    run(Command::new(env!("CARGO_BIN_EXE_breachpost"))
        .args(["sample", "--seed", "4", "--people", &people.to_string(), "--out"])
        .arg(&inbox));
    fs::remove_file(inbox.join("truth.csv")).unwrap();
    run(&mut desk.command(&["ledger", "init"]));
    night(&desk);
    desk.reopened()
}

/// A night; whatever waits for a human is no failure. Its report.
pub fn night(desk: &OpenDesk) -> Value {
    let done = desk.command(&["run", "--accept-volume"]).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.code().is_some_and(|code| code <= 1), "{said}");
    let mut runs: Vec<_> =
        fs::read_dir(desk.path("data/runs")).unwrap().map(|run| run.unwrap().path()).collect();
    runs.sort();
    let report = fs::read(runs.last().unwrap().join("report.json")).unwrap();
    serde_json::from_slice(&report).unwrap()
}

/// The lines of the last run's `review.csv`, by the names of its columns.
pub fn lines(desk: &OpenDesk) -> Vec<BTreeMap<String, String>> {
    let mut runs: Vec<_> =
        fs::read_dir(desk.path("data/runs")).unwrap().map(|run| run.unwrap().path()).collect();
    runs.sort();
    let mut reader = csv::Reader::from_path(runs.last().unwrap().join("review.csv")).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

pub fn bart(desk: &OpenDesk) -> Visit {
    let mut visit = desk.stranger();
    let form = [("name", "bart reviewer"), ("password", PASSWORD)];
    assert_eq!(visit.post("/login", &form).status, 303);
    visit
}

/// A case that asks who is who and can be answered with either word.
fn case_of_two(desk: &OpenDesk, visit: &mut Visit) -> (String, Answered) {
    let all = lines(desk);
    let linking = all.iter().filter(|line| ["L201", "L204", "L205"].contains(&&*line["code"]));
    for line in linking {
        let page = visit.get(&format!("/review/{}", line["case"]));
        assert_eq!(page.status, 200, "{}", page.body);
        if page.says("value=\"same\"") && page.says("value=\"different\"") {
            return (line["case"].clone(), page);
        }
    }
    panic!("no case of two people in this sample");
}

fn answer(visit: &mut Visit, case: &str, page: &Answered, word: &str) -> Answered {
    let form = page.body.split("class=\"answers\"").nth(1).unwrap();
    let mut fields = fields_of(form.split("</form>").next().unwrap());
    fields.retain(|(name, _)| name != "word");
    fields.push(("word".to_owned(), word.to_owned()));
    visit.post(&format!("/review/{case}"), &fields)
}

#[test]
fn an_answer_counts_once_can_be_taken_back_and_is_followed_by_the_next_night() {
    let desk = reviewing(400);
    let (mut anna, mut bart) = (desk.visit("reviewer"), bart(&desk));
    let (case, page) = case_of_two(&desk, &mut anna);
    let same = bart.get(&format!("/review/{case}"));
    let taken = answer(&mut anna, &case, &page, "different");
    assert_eq!(taken.status, 303, "{}", taken.body);
    assert!(taken.location().starts_with("/review/"), "on to the next case");

    let late = answer(&mut bart, &case, &same, "same");
    assert_eq!(late.status, 409);
    assert!(late.says("Anna reviewer") && late.says("Verschillende personen"), "{}", late.body);

    let back = answer(&mut anna, &case, &page, "undo");
    assert_eq!((back.status, back.location()), (303, &*format!("/review/{case}")));
    assert_eq!(answer(&mut bart, &case, &same, "different").status, 303);

    let report = night(&desk);
    let told = desk.command(&["review", "list"]).output().unwrap();
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("Bart reviewer"), "{told}");
    assert!(report["queue"]["kinds"].as_array().is_some_and(|kinds| !kinds.is_empty()));
    let newer = answer(&mut anna, &case, &page, "different");
    assert_eq!(newer.status, 409, "the cases have new numbers");
}

#[test]
fn values_of_a_case_are_on_its_own_page_for_reviewers_and_nowhere_else() {
    let desk = reviewing(400);
    let mut anna = desk.visit("reviewer");
    let (case, page) = case_of_two(&desk, &mut anna);
    let path = format!("/review/{case}");
    let shown = page.body.split("<tbody>").nth(1).unwrap().split("</tbody>").next().unwrap();
    let values: Vec<String> = shown
        .split("<td>")
        .skip(1)
        .map(|cell| {
            cell.split("</td>").next().unwrap().replace("<mark>", "").replace("</mark>", "")
        })
        .filter(|value| value.len() > 5)
        .collect();
    assert!(values.len() >= 4, "{values:?}");
    assert_eq!(page.header("cache-control"), "no-store");
    answer(&mut anna, &case, &page, "different");

    let mut elsewhere = vec![anna.get("/review").body, anna.get("/review/999999").body];
    elsewhere.push(format!("{:?}", page.headers));
    for role in ROLES.iter().skip(1) {
        let mut visit = desk.visit(role);
        let refused = visit.get(&path);
        assert_eq!((refused.status, visit.get("/review").status), (403, 403), "{role}");
        assert_eq!(answer(&mut visit, &case, &page, "same").status, 403, "{role}");
        elsewhere.extend([refused.body, visit.get("/texts").body, visit.get("/comments").body]);
    }
    let mut stranger = desk.stranger();
    let refused = stranger.get(&path);
    assert_eq!((refused.status, refused.location()), (303, "/login"));
    elsewhere.push(refused.body);

    elsewhere.push(desk.read("data/desk/journal.jsonl"));
    elsewhere.push(desk.read("stderr"));
    for folder in ["data/logs", "data/review"] {
        let files = fs::read_dir(desk.path(folder)).unwrap();
        elsewhere.extend(files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()));
    }
    let runs = fs::read_dir(desk.path("data/runs")).unwrap().next().unwrap().unwrap().path();
    elsewhere.push(fs::read_to_string(runs.join("review.index")).unwrap());
    for value in &values {
        assert!(!elsewhere.iter().any(|page| page.contains(value.as_str())), "{value}");
    }
    let opened = format!("\"opened\":{{\"run\":\"2025-09-15-1\",\"case\":{case}}}");
    assert!(desk.read("data/desk/journal.jsonl").contains(&opened), "who opened it is known");
}

#[test]
fn a_row_that_has_changed_since_the_night_is_not_shown() {
    let desk = reviewing(400);
    let mut anna = desk.visit("reviewer");
    let (case, page) = case_of_two(&desk, &mut anna);
    let line = lines(&desk).into_iter().find(|line| line["case"] == case).unwrap();
    let path = desk.path("inbox").join(&line["file"]);
    let text = fs::read_to_string(&path).unwrap();
    let row: usize = line["row"].parse().unwrap();
    let before = text.lines().nth(row).unwrap();
    let other: String = before.chars().map(|sign| if sign == 'a' { 'o' } else { sign }).collect();
    fs::write(&path, text.replacen(before, &other, 1)).unwrap();

    let changed = anna.get(&format!("/review/{case}"));
    assert!(changed.says("Een lijst is veranderd") && !changed.says("value=\"same\""));
    assert!(page.body.len() > changed.body.len(), "the row is not shown");
    fs::remove_file(&path).unwrap();
    assert!(anna.get(&format!("/review/{case}")).says("Een lijst is veranderd"));
}

/// Runs the keyboard part of tests/desk on a sample, then a night; every answer is followed.
fn work_off(people: u32, cases: usize) {
    let desk = reviewing(people);
    let told = desk.path("told.json");
    let browser = Command::new(root().join("target/venv/bin/python"))
        .arg(root().join("tests/desk"))
        .args(["--address", &format!("http://127.0.0.1:{}", desk.port), "--password", PASSWORD])
        .args(["--part", "review", "--cases", &cases.to_string(), "--told"])
        .arg(&told)
        .arg("--texts")
        .arg(desk.path("texts"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&browser.stdout);
    assert!(browser.status.success(), "{said}{}", String::from_utf8_lossy(&browser.stderr));
    let told: BTreeMap<String, String> =
        serde_json::from_str(&fs::read_to_string(told).unwrap()).unwrap();
    assert_eq!(told.len(), cases);

    let before = lines(&desk);
    night(&desk);
    let asked = |line: &BTreeMap<String, String>| {
        ["file", "row", "beside", "code"].map(|name| line[name].clone())
    };
    let after: BTreeSet<_> = lines(&desk).iter().map(asked).collect();
    for (case, word) in &told {
        let own = before.iter().filter(|line| line["case"] == *case);
        // Of several rows one was named: about the others nothing was said.
        let named = word.strip_prefix("same:");
        let is_said_of =
            |line: &&BTreeMap<String, String>| named.is_none_or(|row| line["beside"] == row);
        for line in own.clone().filter(is_said_of) {
            assert!(!after.contains(&asked(line)), "case {case} was answered {word}");
        }
        let record = &own.clone().next().unwrap()["record_id"];
        let explained = desk.command(&["explain", record]).output().unwrap();
        let explained = String::from_utf8_lossy(&explained.stdout).into_owned();
        assert!(explained.contains("by Anna reviewer"), "case {case}: {explained}");
    }
}

#[test]
fn two_reviewers_at_once_never_decide_one_case_twice() {
    let desk = reviewing(400);
    let mut anna = desk.visit("reviewer");
    let all = lines(&desk);
    let linking = all.iter().filter(|line| line["code"].starts_with("L20"));
    let numbers: BTreeSet<&String> = linking.map(|line| &line["case"]).collect();
    let pages = numbers.into_iter().map(|case| (case, anna.get(&format!("/review/{case}"))));
    let cases: Vec<_> = pages.filter(|(_, page)| page.says("value=\"different\"")).collect();
    assert!(cases.len() > 2, "this sample has too few cases");

    let work = |mut visit: Visit| {
        let said = cases.iter().map(|(case, page)| answer(&mut visit, case, page, "different"));
        said.map(|answered| answered.status).collect()
    };
    let others = bart(&desk);
    let (ours, theirs): (Vec<u16>, Vec<u16>) = thread::scope(|scope| {
        let ours = scope.spawn(|| work(anna));
        let theirs = scope.spawn(|| work(others));
        (ours.join().unwrap(), theirs.join().unwrap())
    });
    for (one, other) in ours.iter().zip(&theirs) {
        assert_eq!([*one.min(other), *one.max(other)], [303, 409], "one counts, one is refused");
    }

    night(&desk);
    let log = desk.command(&["ledger", "log"]).output().unwrap();
    let log = String::from_utf8_lossy(&log.stdout).into_owned();
    let decided = log.matches("reviewer decided 1 case").count();
    assert_eq!(decided, cases.len());
}

/// An address that nobody has: two words of it are looked for everywhere.
const TYPED: [(&str, &str); 6] = [
    ("street", "Kanarievogelpad"),
    ("house_number", "77"),
    ("postcode", "3511 AB"),
    ("town", "Kanariehoek"),
    ("source", "a letter from the municipality"),
    ("reason", "looked it up"),
];

#[test]
fn an_address_that_a_reviewer_types_is_on_the_page_of_its_case_and_nowhere_else() {
    let desk = reviewing(400);
    let mut anna = desk.visit("reviewer");
    let all = lines(&desk);
    let case = &all.iter().find(|line| line["code"] == "D204").unwrap()["case"];
    let path = format!("/review/{case}");
    let page = anna.get(&path);
    let form = page.body.split("class=\"answers\"").nth(1).unwrap();
    let mut fields = fields_of(form.split("</form>").next().unwrap());
    fields.retain(|(name, _)| name == "run");
    let typed = |names: &[&str]| {
        let own = TYPED.iter().filter(|(name, _)| !names.contains(name));
        let own = own.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let word = ("word".to_owned(), "corrected".to_owned());
        fields.iter().cloned().chain(own).chain([word]).collect::<Vec<_>>()
    };

    let refused = anna.post(&path, &typed(&["postcode", "town"]));
    assert_eq!(refused.status, 422);
    assert!(refused.says("Kanarievogelpad") && refused.says("in full"), "{}", refused.body);
    let taken = anna.post(&path, &typed(&[]));
    assert_eq!(taken.status, 303, "{}", taken.body);

    let mut elsewhere = vec![format!("{:?}{:?}", taken.headers, refused.headers)];
    elsewhere
        .extend(["/review", "/review/999999", taken.location()].map(|page| anna.get(page).body));
    for role in ROLES.iter().skip(1) {
        let mut visit = desk.visit(role);
        elsewhere.push(visit.post(&path, &typed(&[])).body);
        elsewhere.extend([&path, "/review", "/comments"].map(|page| visit.get(page).body));
    }
    let files = see(&desk.path("data")).into_iter().chain(see(&desk.path("stderr")));
    let files: Vec<_> = files.collect();
    for word in ["Kanarievogelpad", "Kanariehoek"] {
        assert!(!elsewhere.iter().any(|page| page.contains(word)), "{word} is on another page");
        for file in &files {
            let found = file.bytes.windows(word.len()).any(|part| part == word.as_bytes());
            assert!(!found, "{word} is in {}", file.path.display());
        }
    }

    night(&desk);
    let record = &all.iter().find(|line| line["case"] == *case).unwrap()["record_id"];
    let explained = desk.command(&["explain", record]).output().unwrap();
    let explained = String::from_utf8_lossy(&explained.stdout).into_owned();
    assert!(explained.contains("corrected, by Anna reviewer"), "{explained}");
    assert!(explained.contains("Kanarievogelpad 77"), "{explained}");
}

#[test]
fn cases_are_worked_off_by_the_keyboard() {
    work_off(400, 3);
}

#[test]
#[ignore = "minutes: `make review-test`"]
fn two_hundred_cases_are_worked_off_by_the_keyboard() {
    work_off(20_000, 200);
}
