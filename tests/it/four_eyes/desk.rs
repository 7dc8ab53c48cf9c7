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
        assert_eq!(wrong.status, 422, "{}", wrong.body);
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
    // What was typed is not lost, and the password is not given back.
    let comment = "page \"two\" is <b>wrong</b>";
    for _ in 0..5 {
        let wrong = say(&mut anna, &hash, "refuse", ("comment", comment), "geraden wachtwoord");
        assert_eq!(wrong.status, 422);
        let kept = "value=\"page &quot;two&quot; is &lt;b&gt;wrong&lt;";
        assert!(wrong.body.contains(kept), "{}", wrong.body);
        assert!(!wrong.body.contains("geraden"), "{}", wrong.body);
    }
    let waits = say(&mut anna, &hash, "refuse", ("comment", comment), PASSWORD);
    assert!(waits.status == 422 && waits.body.contains("page &quot;two"), "whoever guesses waits");
    let mut gone = desk.stranger();
    gone.cookie = "desk=0000".to_owned();
    let ended = say(&mut gone, &hash, "refuse", ("comment", comment), PASSWORD);
    assert!(!ended.body.contains(PASSWORD), "{}", ended.body);
    assert_eq!(fs::read(desk.path("data/ledger.sqlite")).unwrap(), before);

    let mut bart = desk.visit("privacy");
    let refused = say(&mut bart, &hash, "refuse", ("comment", "page two is wrong"), PASSWORD);
    assert_eq!(refused.status, 303, "{}", refused.body);
    assert!(bart.get("/approval").says("refused it: page two is wrong"));
}

#[test]
fn one_person_releases_at_the_desk_and_another_one_approves_afterwards() {
    let desk = waiting();
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKHEChB1OUXUtLpiklxVROD6wUbuaMPo7oVRMgXhxM7V";
    desk.edit(
        "breachpost.toml",
        "[approval]\nrequired = true\n",
        &format!(
            "[mail]\nhost = \"localhost\"\nport = 1\nfrom = \"b@example.org\"\nto = \
             [\"o@example.org\"]\n\n[approval]\nrequired = true\n\n[[approval.approvers]]\nname = \
             \"Anna operator\"\nemergency = true\nmail = \"d@example.org\"\nkey = \"{key}\"\n"
        ),
    );
    let desk = desk.reopened();
    let mut dirk = desk.visit("operator");
    let mut anna = desk.visit("communications");
    let hash = hash_of(&anna.get("/approval"));
    let reason = ("reason", "the call centre opens at eight");

    assert!(!anna.get("/approval").says("Alleen vrijgeven"), "only whoever has the right");
    assert!(dirk.get("/approval").says("Alleen vrijgeven"));
    let unseen = say(&mut dirk, &hash, "release", reason, PASSWORD);
    assert!(unseen.status == 422 && unseen.says("not all proofs"), "{}", unseen.body);
    assert!(unseen.body.contains(reason.1), "the reason is not lost");
    look_at_all(&mut anna, &hash);
    let without = say(&mut anna, &hash, "release", reason, PASSWORD);
    assert!(without.status == 422 && without.says("may not release"), "{}", without.body);
    look_at_all(&mut dirk, &hash);
    let released = say(&mut dirk, &hash, "release", reason, PASSWORD);
    assert_eq!(released.status, 303, "{}", released.body);

    // No mail can be sent here: the letters are out, and the run says so.
    let done = desk.command(&["run"]).output().unwrap();
    assert_eq!(done.status.code(), Some(5), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(fs::read_dir(desk.path("data/outbox")).unwrap().count(), 1);

    // Every page says so until somebody else has approved; the proofs can still be looked at.
    assert!(anna.get("/texts").says(reason.1), "a banner on every page");
    let page = anna.get("/approval");
    assert!(page.says("keurt achteraf goed") && hash_of(&page) == hash, "{}", page.body);
    for what in ["facts", "settings"] {
        assert_eq!(say(&mut dirk, &hash, "adopt", ("what", what), PASSWORD).status, 303);
    }
    let proof = anna.get(&format!("/approval/1?of={hash}"));
    assert_eq!(proof.status, 200, "{}", proof.body);
    let picture = anna.get(&format!("/approval/picture?statement={hash}&proof=1&page=1"));
    assert!(picture.bytes.starts_with(b"\x89PNG"));
    assert_eq!(say(&mut anna, &hash, "approve", ("", ""), PASSWORD).status, 303);
    assert!(anna.get("/texts").says(reason.1), "privacy is still missing");
    let mut bart = desk.visit("privacy");
    let mut next = format!("/approval/1?of={hash}");
    while next.starts_with("/approval/") {
        let seen = bart.post(next.split('?').next().unwrap(), &[("statement", &hash)]);
        seen.location().clone_into(&mut next);
    }
    assert_eq!(say(&mut bart, &hash, "approve", ("", ""), PASSWORD).status, 303);
    assert!(!anna.get("/texts").says(reason.1), "it is over");
}
