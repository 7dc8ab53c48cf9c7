//! One person releases letters alone: everybody hears of it, and it is not over before a second
//! person has approved them.

use std::fmt::Write;
use std::fs;

use serde_json::Value;

use super::Campaign;
use crate::mail::Server;
use crate::program::{Answer, DATE};

const REASON: &str = "the call centre opens at eight";

/// A campaign with mails through this server, in which Dirk may release letters alone.
fn campaign(server: &Server, who: &str) -> Campaign {
    let campaign = Campaign::new(5, "");
    let mail = fs::read_to_string(server.config()).unwrap();
    let mail = mail.split("\n[mail]").nth(1).unwrap().to_owned();
    let mut text = fs::read_to_string(&campaign.config).unwrap();
    for name in ["Anna", "Bart", "Dirk"] {
        let right = if name == who { "emergency = true\n" } else { "" };
        let line = format!("name = \"{name}\"\n");
        let more = format!("{line}{right}mail = \"{}@example.org\"\n", name.to_lowercase());
        text = text.replace(&line, &more);
    }
    let figures = campaign.night.path().join("m.prom");
    write!(text, "\n[mail]{mail}\n[metrics]\nfile = \"{}\"\n", figures.display()).unwrap();
    fs::write(&campaign.config, text).unwrap();
    campaign
}

fn release(campaign: &Campaign, by: &str, date: &str) -> Answer {
    let command = ["approve", "--by", by, "--emergency", REASON];
    let text = campaign.on(date, &command);
    if text.code != 0 {
        return text;
    }
    let signature = campaign.sign(&text.stdout, by);
    campaign.on(date, &[&command[..], &["--signature", signature.to_str().unwrap()]].concat())
}

fn approve_afterwards(campaign: &Campaign, name: &str, date: &str, job: &str) -> Answer {
    let statement = campaign.ask(&["approval", "statement", "--job", job]);
    assert_eq!(statement.code, 0, "{}", statement.stderr);
    let signature = campaign.sign(&statement.stdout, name);
    let signed = ["approve", "--by", name, "--job", job, "--signature"];
    campaign.on(date, &[&signed[..], &[signature.to_str().unwrap()]].concat())
}

/// The newest report, as JSON and as a page.
fn report(campaign: &Campaign, run: &str) -> (Value, String) {
    let folder = campaign.night.data().join("runs").join(run);
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    (serde_json::from_str(&read("report.json")).unwrap(), read("report.html"))
}

/// Mails about an emergency, each with who got it.
fn alarms(server: &Server) -> Vec<Value> {
    let mut mails = server.received();
    mails.retain(|mail| mail.to_string().contains("released in an emergency"));
    mails
}

#[test]
fn one_person_releases_everybody_hears_of_it_and_a_second_one_ends_it() {
    let server = Server::start("starttls");
    let campaign = campaign(&server, "Dirk");
    campaign.waits(DATE);

    // Nobody without the right, not without a proof of who it is, and not with the wrong one.
    let anna = release(&campaign, "Anna", DATE);
    assert_eq!(anna.code, 2, "{}", anna.stdout);
    assert!(anna.stderr.contains("may not release letters alone"), "{}", anna.stderr);
    let command = ["approve", "--by", "Dirk", "--emergency", REASON, "--signature"];
    let statement = campaign.sign(&campaign.statement(), "Dirk");
    let foreign = campaign.ask(&["approve", "--by", "Dirk", "--emergency", REASON]).stdout;
    let foreign = campaign.sign(&foreign, "Anna");
    for signature in [statement, foreign] {
        let answer = campaign.ask(&[&command[..], &[signature.to_str().unwrap()]].concat());
        assert_eq!(answer.code, 2, "{}", answer.stdout);
    }
    let line = campaign.ask(&["approve", "--by", "Dirk", "--emergency", "a\u{7}b c"]);
    assert!(line.code == 2 && line.stderr.contains("name or comment"), "{}", line.stderr);
    campaign.waits(DATE);
    assert!(campaign.out().is_empty());

    // With the right, though nobody answers for facts and settings yet.
    let released = release(&campaign, "Dirk", DATE);
    assert_eq!(released.code, 0, "{}", released.stderr);
    assert!(released.stdout.contains("`breachpost run` publishes it"), "{}", released.stdout);
    let again = release(&campaign, "Dirk", DATE);
    assert!(again.stderr.contains("it was released already"), "{}", again.stderr);

    let done = campaign.publishes(DATE);
    assert_eq!(done["exit_code"], 1, "somebody has to approve it afterwards");
    let job = campaign.out().pop().expect("a package");
    is_open(&campaign, &server, &job);

    // Whoever released it is not the second; both roles have to agree, as on any other night.
    campaign.adopt_all(&["facts", "settings"], &["--job", &job]);
    let own = approve_afterwards(&campaign, "Dirk", DATE, &job);
    assert_eq!(own.code, 2, "{}", own.stdout);
    for (name, open) in [("Anna", true), ("Bart", false)] {
        let answer = approve_afterwards(&campaign, name, "2025-10-15", &job);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        let night = campaign.publishes(DATE);
        assert_eq!(night["exit_code"], i32::from(open), "{night}");
        let emergencies = &night["report"]["emergencies"];
        assert_eq!(emergencies["released"], 1);
        assert_eq!(emergencies["open"].as_array().unwrap().is_empty(), !open);
    }
    assert_eq!(alarms(&server).len(), 1, "once is enough");
    is_over(&campaign, &job);
}

fn is_open(campaign: &Campaign, server: &Server, job: &str) {
    let (json, page) = report(campaign, "2025-09-15-1");
    assert_eq!(json["emergencies"]["released"], 1);
    assert_eq!(json["emergencies"]["waiting"], 1);
    assert!(page.contains("<b>Emergency.</b>") && page.contains(REASON), "{page}");
    let metrics = fs::read_to_string(campaign.night.path().join("m.prom")).unwrap();
    assert!(metrics.contains("emergency_releases_open{campaign=\"sample-2025\"} 1"), "{metrics}");

    let mails = alarms(server);
    assert_eq!(mails.len(), 1, "{mails:?}");
    let mail = mails[0].to_string();
    for text in ["anna@example.org", "bart@example.org", "dirk@example.org", REASON, job] {
        assert!(mail.contains(text), "{text}: {mail}");
    }

    let paper = campaign.night.data().join(format!("approvals/{job}.approval.json"));
    let verify = campaign.ask(&["approval", "verify", paper.to_str().unwrap()]);
    assert_eq!(verify.code, 1, "{}", verify.stdout);
    assert!(verify.stdout.contains("RELEASED IN AN EMERGENCY by Dirk"), "{}", verify.stdout);
}

/// `explain`, the history and the paper tell of it for good, also without a ledger.
fn is_over(campaign: &Campaign, job: &str) {
    let plan = campaign.night.data().join("runs/2025-09-15-1/plan/p001.jsonl");
    let plan = fs::read_to_string(plan).unwrap();
    let letter: Value = serde_json::from_str(plan.lines().next().unwrap()).unwrap();
    let id = letter["draft"]["letter_id"].as_str().unwrap();
    let explained = campaign.ask(&["explain", id]).stdout;
    for text in ["RELEASED IN AN EMERGENCY by Dirk on 2025-09-15", "approved by Bart (privacy)"] {
        assert!(explained.contains(text), "{explained}");
    }
    let log = campaign.ask(&["ledger", "log"]).stdout;
    assert!(log.contains("Dirk released statement") && log.contains(REASON), "{log}");

    let paper = campaign.night.data().join(format!("approvals/{job}.approval.json"));
    let kept = campaign.night.path().join("kept.json");
    let text = fs::read_to_string(paper).unwrap();
    fs::write(&kept, &text).unwrap();
    let verify = |code| {
        let answer = campaign.ask(&["approval", "verify", kept.to_str().unwrap()]);
        assert_eq!(answer.code, code, "{}{}", answer.stdout, answer.stderr);
    };
    verify(0);
    fs::remove_dir_all(campaign.night.data()).unwrap();
    verify(0);
    for (from, to) in [(REASON, "the call centre opens at nine!"), ("\"Dirk\"", "\"Bart\"")] {
        assert!(text.contains(from), "{from}");
        fs::write(&kept, text.replacen(from, to, 1)).unwrap();
        verify(3);
    }
}

#[test]
fn a_no_holds_in_an_emergency_and_a_mail_that_fails_is_sent_again() {
    let server = Server::start("starttls");
    let campaign = campaign(&server, "Anna");
    campaign.waits(DATE);
    campaign.adopt();

    // Anna has approved, nobody of privacy can be reached: she releases it, and has approved once.
    assert_eq!(campaign.approve(DATE, "Anna").code, 0);
    let refused = campaign.copy();
    let no = ["approve", "--by", "Bart", "--refuse", "the second page is wrong"];
    assert_eq!(refused.ask(&no).code, 0);
    let answer = release(&refused, "Anna", DATE);
    assert_eq!(answer.code, 2, "{}", answer.stdout);
    assert!(answer.stderr.contains("an emergency changes nothing"), "{}", answer.stderr);

    assert_eq!(release(&campaign, "Anna", DATE).code, 0);
    let withdrawn = campaign.copy();
    let no = ["approve", "--by", "Anna", "--withdraw", "not so urgent"];
    assert_eq!(withdrawn.ask(&no).code, 0);
    withdrawn.waits(DATE);
    assert!(withdrawn.out().is_empty());

    // The server is down on that night: the letters are out, and the mail is sent by the next run.
    let config = fs::read_to_string(&campaign.config).unwrap();
    let port = config.lines().find(|line| line.starts_with("port = ")).unwrap().to_owned();
    fs::write(&campaign.config, config.replace(&port, "port = 1")).unwrap();
    let silent = campaign.on(DATE, &["run"]);
    assert_eq!(silent.code, 5, "{}", silent.stderr);
    assert_eq!(campaign.out().len(), 1);
    fs::write(&campaign.config, config).unwrap();
    assert!(alarms(&server).is_empty());
    assert_eq!(campaign.on(DATE, &["run"]).code, 1);
    assert_eq!(alarms(&server).len(), 1);

    // The second role is enough, since Anna's approval counts.
    let job = campaign.out().pop().unwrap();
    assert_eq!(approve_afterwards(&campaign, "Bart", DATE, &job).code, 0);
    assert_eq!(campaign.on(DATE, &["run"]).code, 0);
    assert_eq!(alarms(&server).len(), 1);
}

#[test]
fn the_right_alone_is_refused_where_nobody_would_hear_of_it() {
    let campaign = Campaign::new(5, "");
    let text = fs::read_to_string(&campaign.config).unwrap();
    let line = "name = \"Dirk\"\n";
    fs::write(&campaign.config, text.replace(line, &format!("{line}emergency = true\n"))).unwrap();
    let answer = campaign.ask(&["run"]);
    assert_eq!(answer.code, 2, "{}", answer.stdout);
    assert!(answer.stderr.contains("every approver has a `mail`"), "{}", answer.stderr);
}
