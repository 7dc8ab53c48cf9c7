//! Approving at the desk: every proof is looked at, the password is asked for again, and whoever may
//! not see people sees stand-ins.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::desk::http::{Answered, Visit};
use crate::desk::{OpenDesk, PASSWORD};
use crate::tools::run;

/// A campaign with a job that waits, and its desk open for people of three roles.
fn waiting() -> OpenDesk {
    let desk = OpenDesk::closed(&["communications", "privacy", "operator"]);
    desk.edit("breachpost.toml", "[vendor]", "[approval]\nrequired = true\n\n[vendor]");
    let inbox = desk.path("inbox");
    fs::remove_dir(&inbox).unwrap();
    run(Command::new(env!("CARGO_BIN_EXE_breachpost"))
        .args(["sample", "--seed", "3", "--people", "12", "--out"])
        .arg(&inbox));
    fs::remove_file(inbox.join("truth.csv")).unwrap();
    run(&mut desk.command(&["ledger", "init"]));
    let waits = desk.command(&["run"]).output().unwrap();
    assert_eq!(waits.status.code(), Some(1), "{}", String::from_utf8_lossy(&waits.stderr));
    desk.reopened()
}

/// The statement that a page is about.
fn hash_of(page: &Answered) -> String {
    let field = page.body.split("name=\"statement\" value=\"").nth(1).unwrap();
    field.split('"').next().unwrap().to_owned()
}

fn say(visit: &mut Visit, hash: &str, verb: &str, more: (&str, &str), password: &str) -> Answered {
    let form = [("verb", verb), ("statement", hash), more, ("password", password)];
    visit.post("/approval", &form)
}

/// Looks at every proof, one after the other.
fn look_at_all(visit: &mut Visit, hash: &str) -> usize {
    let mut looked = 0;
    let mut next = "/approval/1".to_owned();
    while next != "/approval" {
        let page = visit.get(&next);
        assert_eq!(page.status, 200, "{next}");
        let seen = visit.post(&next, &[("statement", hash)]);
        assert_eq!(seen.status, 303, "{}", seen.body);
        seen.location().clone_into(&mut next);
        looked += 1;
    }
    looked
}

#[test]
fn two_people_look_at_every_proof_and_approve_with_their_passwords() {
    let desk = waiting();
    let mut anna = desk.visit("communications");
    let page = anna.get("/approval");
    assert!(page.says("U ziet geen namen en adressen"), "{}", page.body);
    let hash = hash_of(&page);

    // Nobody answers for facts and settings yet; the operator does, and is who they say.
    let mut dirk = desk.visit("operator");
    for what in ["facts", "settings"] {
        let wrong = say(&mut dirk, &hash, "adopt", ("what", what), "een ander wachtwoord");
        assert_eq!((wrong.status, wrong.location()), (303, "/approval?wrong=wrong"));
        let early = say(&mut anna, &hash, "approve", ("", ""), PASSWORD);
        assert_eq!(early.status, 422);
        let adopted = say(&mut dirk, &hash, "adopt", ("what", what), PASSWORD);
        assert_eq!((adopted.status, adopted.location()), (303, "/approval"), "{}", adopted.body);
    }

    let unseen = say(&mut anna, &hash, "approve", ("", ""), PASSWORD);
    assert!(unseen.status == 422 && unseen.says("not all proofs"), "{}", unseen.body);
    let looked = look_at_all(&mut anna, &hash);
    assert!(looked > 5, "{looked}");
    let approved = say(&mut anna, &hash, "approve", ("", ""), PASSWORD);
    assert_eq!((approved.status, approved.location()), (303, "/approval"), "{}", approved.body);
    let again = say(&mut anna, &hash, "approve", ("", ""), PASSWORD);
    assert_eq!(again.status, 422, "once is enough");
    let waits = desk.command(&["run"]).output().unwrap();
    assert_eq!(waits.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&waits.stdout).contains("missing: somebody of privacy"));

    let mut bart = desk.visit("privacy");
    assert!(bart.get("/approval").says("Anna communications"), "who saw what is kept");
    look_at_all(&mut bart, &hash);
    assert_eq!(say(&mut bart, &hash, "approve", ("", ""), PASSWORD).status, 303);
    let done = desk.command(&["run"]).output().unwrap();
    assert!(done.status.code().unwrap() <= 1, "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(fs::read_dir(desk.path("data/outbox")).unwrap().count(), 1);
    assert!(bart.get("/approval").says("Er wacht nu niets"));
}

#[test]
fn whoever_may_not_see_people_sees_stand_ins_and_nobody_is_in_a_page_or_the_journal() {
    let desk = waiting();
    let staging = fs::read_dir(desk.path("data/staging")).unwrap().next().unwrap().unwrap().path();
    let plan = fs::read_to_string(staging.join("plan/p001.jsonl")).unwrap();
    let letters: Vec<Value> =
        plan.lines().map(|line| serde_json::from_str(line).unwrap()).collect();

    let [mut anna, mut bart, mut dirk] =
        ["communications", "privacy", "operator"].map(|role| desk.visit(role));
    let page = anna.get("/approval");
    let hash = hash_of(&page);
    let picture = format!("/approval/picture?statement={hash}&proof=1&page=1");
    let [masked, real, same] = [&mut anna, &mut bart, &mut dirk].map(|visit| visit.get(&picture));
    assert!(masked.bytes.starts_with(b"\x89PNG") && real.bytes.starts_with(b"\x89PNG"));
    assert_ne!(masked.bytes, real.bytes);
    assert_eq!(real.bytes, same.bytes);
    for odd in [picture.replace("proof=1", "proof=999"), picture.replace(&hash, &hash[1..])] {
        assert_eq!(anna.get(&odd).status, 404, "{odd}");
    }

    look_at_all(&mut bart, &hash);
    let mut pages = vec![page.body, bart.get("/approval").body, anna.get("/approval/1").body];
    pages.push(desk.read("data/desk/journal.jsonl"));
    for folder in ["data/approvals", "data/logs"] {
        let files = fs::read_dir(desk.path(folder)).unwrap();
        pages.extend(files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()));
    }
    for letter in &letters {
        let draft = &letter["draft"];
        for value in [&draft["name_lines"][0], &draft["address_lines"][0], &draft["reference"]] {
            let value = value.as_str().unwrap();
            assert!(!pages.iter().any(|page| page.contains(value)), "{value}");
        }
    }
}

#[test]
fn a_stranger_and_a_page_of_somebody_else_approve_nothing() {
    let desk = waiting();
    let mut stranger = desk.stranger();
    for path in ["/approval", "/approval/1", "/approval/picture?proof=1&page=1"] {
        let answered = stranger.get(path);
        assert_eq!((answered.status, answered.location()), (303, "/login"), "{path}");
    }

    let mut anna = desk.visit("communications");
    let hash = hash_of(&anna.get("/approval"));
    let mut forged = desk.stranger().saying("Origin", "http://evil.example");
    forged.cookie.clone_from(&anna.cookie);
    let before = fs::read(desk.path("data/ledger.sqlite")).unwrap();
    assert_eq!(
        say(&mut forged, &hash, "refuse", ("comment", "no such thing"), PASSWORD).status,
        403
    );
    for _ in 0..5 {
        say(&mut anna, &hash, "refuse", ("comment", "no such thing"), "geraden wachtwoord");
    }
    let waits = say(&mut anna, &hash, "refuse", ("comment", "no such thing"), PASSWORD);
    assert_eq!(waits.location(), "/approval?wrong=wait", "whoever guesses has to wait");
    assert_eq!(fs::read(desk.path("data/ledger.sqlite")).unwrap(), before);

    let mut bart = desk.visit("privacy");
    let refused = say(&mut bart, &hash, "refuse", ("comment", "page two is wrong"), PASSWORD);
    assert_eq!(refused.status, 303, "{}", refused.body);
    assert!(bart.get("/approval").says("refused it: page two is wrong"));
}
