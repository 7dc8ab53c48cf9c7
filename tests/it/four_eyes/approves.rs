//! The whole way, and everybody who may not go it.

use std::fs;
use std::process::Command;

use serde_json::Value;

use super::Campaign;
use crate::program::DATE;
use crate::tools::run;

#[test]
fn a_plan_waits_until_two_people_have_signed_it_and_the_proof_outlives_a_purge() {
    let campaign = Campaign::new(20, "");
    let first = campaign.waits(DATE);
    assert!(first.stdout.contains("missing: somebody of communications"), "{}", first.stdout);
    assert!(campaign.out().is_empty());

    // No other command takes it past the gate.
    let who = ["--by", "operations", "--reason", "a drill"];
    let reprint = campaign.ask(&[&["reprint", "--job", "rehearsal-2500001"], &who[..]].concat());
    assert_eq!(reprint.code, 2, "{}", reprint.stderr);
    assert!(reprint.stderr.contains("waits for approval"), "{}", reprint.stderr);
    assert!(campaign.out().is_empty());

    // Nobody approves what nobody answers for; the writer of the configuration may not approve it.
    let statement = campaign.statement();
    let early = campaign.approve(DATE, "Anna");
    assert_eq!(early.code, 2, "{}", early.stderr);
    assert!(early.stderr.contains("nobody has answered for that yet"), "{}", early.stderr);
    campaign.adopt();
    assert_eq!(campaign.statement(), statement, "frozen");

    // The stock tool says the same, offline.
    let signature = campaign.sign(&statement, "Anna");
    let allowed = campaign.night.path().join("allowed_signers");
    let key = fs::read_to_string(campaign.night.path().join("Anna.pub")).unwrap();
    fs::write(&allowed, format!("Anna namespaces=\"breachpost-approval\" {key}")).unwrap();
    let file = campaign.night.path().join("statement.json");
    fs::write(&file, &statement).unwrap();
    run(Command::new("ssh-keygen")
        .args(["-Y", "verify", "-I", "Anna", "-n", "breachpost-approval", "-f"])
        .arg(allowed)
        .arg("-s")
        .arg(&signature)
        .stdin(fs::File::open(file).unwrap()));

    // Nothing that lies in the outbox opens the gate: it is refused.
    let name = campaign.staging().file_name().unwrap().to_owned();
    let strange = campaign.night.data().join("outbox").join(name);
    fs::create_dir(&strange).unwrap();
    fs::write(strange.join("note.txt"), "").unwrap();
    assert_eq!(campaign.on(DATE, &["run"]).code, 3);
    fs::remove_dir_all(&strange).unwrap();

    assert_eq!(campaign.approve(DATE, "Anna").code, 0);
    let half = campaign.waits(DATE);
    assert!(half.stdout.contains("missing: somebody of privacy"), "{}", half.stdout);
    assert!(half.stdout.contains("approved by Anna (communications)"), "{}", half.stdout);
    assert!(campaign.out().is_empty());

    let second = campaign.approve(DATE, "Bart");
    assert!(second.stdout.contains("`breachpost run` publishes it"), "{}", second.stdout);
    let done = campaign.publishes(DATE);
    let job = campaign.out().pop().expect("a package");
    let said = done["report"]["approval"].clone();
    assert!(said.is_null(), "tonight's own run had nobody to write to: {said}");
    let paper = campaign.night.data().join(format!("approvals/{job}.approval.json"));
    proves(&campaign, &job, paper.to_str().unwrap());
}

/// Report, `explain` and the paper say who approved; the paper does so after a purge, and alone.
fn proves(campaign: &Campaign, job: &str, paper: &str) {
    let runs = campaign.night.data().join("runs");
    let report = fs::read_to_string(runs.join("2025-09-15-1/report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    let said = report["approval"]["said"].to_string();
    assert!(said.contains("Anna") && said.contains("Bart"), "{said}");

    let plan = fs::read_to_string(runs.join("2025-09-15-1/plan/p001.jsonl")).unwrap();
    let letter: Value = serde_json::from_str(plan.lines().next().unwrap()).unwrap();
    let id = letter["draft"]["letter_id"].as_str().unwrap();
    let explained = campaign.ask(&["explain", id]);
    assert!(explained.stdout.contains("approved by Anna (communications)"), "{}", explained.stdout);
    assert!(explained.stdout.contains("approved by Bart (privacy)"), "{}", explained.stdout);

    let verify = ["approval", "verify", paper];
    for purged in [false, true] {
        if purged {
            assert_eq!(campaign.ask(&["close", "--yes"]).code, 0);
            let purge = campaign.ask(&["purge", "--approved-by", "privacy officer", "--yes"]);
            assert_eq!(purge.code, 0, "{}", purge.stderr);
        }
        let answer = campaign.ask(&verify);
        assert_eq!(answer.code, 0, "{}{}", answer.stdout, answer.stderr);
        assert!(answer.stdout.contains(job) && answer.stdout.contains("has all of it"));
    }

    // Without a ledger the signatures are enough; a changed byte is not.
    let copy = campaign.night.path().join("kept.json");
    let text = fs::read_to_string(paper).unwrap();
    fs::write(&copy, &text).unwrap();
    fs::remove_dir_all(campaign.night.data()).unwrap();
    let alone = campaign.ask(&["approval", "verify", copy.to_str().unwrap()]);
    assert_eq!(alone.code, 0, "{}{}", alone.stdout, alone.stderr);
    for (from, to) in [("\\\"rehearsal\\\":true", "\\\"rehearsal\\\":false"), ("Anna", "Eva")] {
        assert!(text.contains(from), "{from}");
        fs::write(&copy, text.replacen(from, to, 1)).unwrap();
        let changed = campaign.ask(&["approval", "verify", copy.to_str().unwrap()]);
        assert_eq!(changed.code, 3, "{}", changed.stdout);
    }
}

#[test]
fn replayed_swapped_foreign_and_misused_signatures_are_refused() {
    let campaign = Campaign::new(5, "");
    campaign.waits(DATE);
    campaign.adopt();
    let earlier = campaign.statement();
    let old = fs::read(campaign.sign(&earlier, "Bart")).unwrap();
    let abandon = ["plan", "abandon", "--by", "operations", "--reason", "once more"];
    assert_eq!(campaign.ask(&abandon).code, 0);
    campaign.waits(DATE);
    let statement = campaign.statement();
    assert_ne!(statement, earlier);

    let replayed = campaign.night.path().join("replayed.sig");
    fs::write(&replayed, old).unwrap();
    let swapped = campaign.sign(&statement, "Anna");
    let foreign = campaign.sign(&statement, "Eva");
    let misused = campaign.sign_for("file", &statement, "Bart");
    let words = campaign.night.path().join("words.sig");
    fs::write(&words, "approved").unwrap();
    for signature in [&replayed, &swapped, &foreign, &misused, &words] {
        let answer = campaign.approve_with(DATE, "Bart", signature);
        assert_eq!(answer.code, 2, "{}: {}", signature.display(), answer.stdout);
        assert!(answer.stderr.contains("signature"), "{}", answer.stderr);
    }

    for (name, why) in [("Eva", "is not among the approvers"), ("Dirk", "has none of the roles")] {
        let answer = campaign.approve(DATE, name);
        assert_eq!(answer.code, 2);
        assert!(answer.stderr.contains(why), "{}", answer.stderr);
    }
    let bare = campaign.ask(&["approve", "--by", "Anna"]);
    assert!(bare.code == 2 && bare.stderr.contains("is missing"), "{}", bare.stderr);

    let late = campaign.approve("2025-09-23", "Anna");
    assert!(late.code == 2 && late.stderr.contains("may wait for 7 days"), "{}", late.stderr);
    campaign.waits(DATE);
    assert!(campaign.out().is_empty());
}

#[test]
fn a_no_stops_the_job_until_it_is_planned_again() {
    for no in ["--refuse", "--withdraw"] {
        let campaign = Campaign::new(5, "");
        campaign.waits(DATE);
        campaign.adopt();
        campaign.both(DATE);
        let name = if no == "--refuse" { "Dirk" } else { "Anna" };
        let answer = campaign.ask(&["approve", "--by", name, no, "page two is wrong"]);
        assert_eq!(answer.code, 0, "{}", answer.stderr);

        let waits = campaign.waits(DATE);
        assert!(waits.stdout.contains("page two is wrong"), "{}", waits.stdout);
        assert!(campaign.out().is_empty());
        let again = campaign.approve(DATE, name);
        assert_eq!(again.code, 2, "a signature from before the no is worth nothing");

        let abandon = ["plan", "abandon", "--by", "operations", "--reason", "it was refused"];
        assert_eq!(campaign.ask(&abandon).code, 0);
        campaign.waits(DATE);
        campaign.both(DATE);
        campaign.publishes(DATE);
        assert_eq!(campaign.out().len(), 1);
        let log = campaign.ask(&["ledger", "log"]).stdout;
        assert!(
            log.contains("page two is wrong") && log.contains("Anna (communications) approved")
        );
    }
}

#[test]
fn whoever_started_the_run_may_not_approve_it_unless_that_is_permitted() {
    let account = run(Command::new("id").arg("-un")).trim().to_owned();
    for (permitted, code) in [(false, 2), (true, 0)] {
        let campaign = Campaign::new(5, &format!("requester_may_approve = {permitted}"));
        let text = fs::read_to_string(&campaign.config).unwrap();
        let text = text
            .replace("name = \"Anna\"\n", &format!("name = \"Anna\"\naccount = \"{account}\"\n"));
        fs::write(&campaign.config, text).unwrap();
        campaign.waits(DATE);
        campaign.adopt();
        let answer = campaign.approve(DATE, "Anna");
        assert_eq!(answer.code, code, "{}", answer.stderr);
    }
}

#[test]
fn without_approvers_a_check_says_so_and_a_run_waits_all_the_same() {
    let campaign = Campaign::new(5, "");
    let text = fs::read_to_string(&campaign.config).unwrap();
    let kept = text.split("[[approval.approvers]]").next().unwrap().to_owned();
    let vendor = &text[text.find("[vendor]").unwrap()..];
    fs::write(&campaign.config, kept + vendor).unwrap();
    let check = campaign.ask(&["check"]);
    assert_eq!(check.code, 1, "{}", check.stderr);
    assert!(check.stdout.contains("has the role privacy"), "{}", check.stdout);
    campaign.waits(DATE);
    assert!(campaign.out().is_empty());
}
