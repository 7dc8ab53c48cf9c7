//! Rules for many cases and letters to protected addresses at the desk: shown first, and decided by
//! as many people as it takes, each with their password.

use super::review::{ROLES, bart, lines, night, reviewing};
use super::{OpenDesk, PASSWORD};

/// The number of what is asked for last.
fn number(page: &str) -> String {
    let last = page.rsplit("name=\"number\" value=\"").next().unwrap();
    last.split('"').next().unwrap().to_owned()
}

fn log(desk: &OpenDesk) -> String {
    let log = desk.command(&["ledger", "log"]).output().unwrap();
    String::from_utf8_lossy(&log.stdout).into_owned()
}

#[test]
fn a_rule_is_counted_first_and_takes_two_passwords_for_many() {
    let desk = reviewing(4000);
    let (mut anna, mut bart) = (desk.visit("reviewer"), bart(&desk));
    let ask = [("verb", "ask"), ("answer", "parents"), ("code", "D207"), ("reason", "old samples")];
    let vague = [("verb", "ask"), ("answer", "held"), ("reason", "old samples")];
    assert_eq!(anna.post("/review/rules", &vague).status, 422, "it is about everybody");
    assert_eq!(anna.post("/review/rules", &ask).status, 303);
    let page = anna.get("/review/rules");
    assert!(page.says("rule: all D207: parents"));
    assert!(page.says("nodig: 2"), "more than fifty in this sample: {}", page.body);

    let number = number(&page.body);
    let yes = |password| [("verb", "yes"), ("number", &*number), ("password", password)];
    assert_eq!(anna.post("/review/rules", &yes("something else")).status, 422);
    for _ in 0..2 {
        let said = anna.post("/review/rules", &yes(PASSWORD));
        assert!(said.says("Iemand anders"), "{}", said.body);
    }
    assert!(!log(&desk).contains("by the rule"), "one person decides nothing");
    let decided = bart.post("/review/rules", &yes(PASSWORD));
    assert!(decided.says("Besloten"), "{}", decided.body);
    assert!(log(&desk).contains("by the rule"));
    for role in ROLES.iter().filter(|role| **role != "reviewer") {
        let mut visit = desk.visit(role);
        assert_eq!(visit.get("/review/rules").status, 403, "{role}");
        assert_eq!(visit.post("/review/rules", &yes(PASSWORD)).status, 403, "{role}");
    }
    night(&desk);
    assert!(!lines(&desk).iter().any(|line| line["code"] == "D207"), "the next night follows");
}

#[test]
fn the_letter_of_a_protected_address_is_released_by_two() {
    let desk = reviewing(2000);
    let (mut anna, mut bart) = (desk.visit("reviewer"), bart(&desk));
    let protected = lines(&desk).into_iter().find(|line| line["code"] == "D203").unwrap();
    let path = format!("/review/{}/release", protected["case"]);
    let ask = [("verb", "ask"), ("channel", "handed over"), ("reason", "asked for it")];
    assert_eq!(anna.post(&path, &ask).status, 303);
    let number = number(&anna.get(&path).body);
    let yes = [("verb", "yes"), ("number", &*number), ("password", PASSWORD)];
    assert!(anna.post(&path, &yes).says("Iemand anders"));
    let letter = bart.post(&path, &yes);
    assert_eq!((letter.status, letter.header("content-type")), (200, "application/pdf"));
    assert_eq!(letter.header("cache-control"), "no-store");
    night(&desk);
    let explained = desk.command(&["explain", &protected["record_id"]]).output().unwrap();
    let explained = String::from_utf8_lossy(&explained.stdout).into_owned();
    assert!(explained.contains("told, by Anna reviewer"), "{explained}");
}
