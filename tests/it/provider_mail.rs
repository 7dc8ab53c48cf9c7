//! Notices to providers by mail, through the whole program and a mail server that takes some, refuses
//! some, wants to be asked again, is slow, and breaks off: each provider is told in one way.
//!
//! `PROVIDER_MAILS` providers instead of 60: `make mail-test` has 12,000.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::mail::Server;
use crate::program::{Answer, Night, root};
use crate::providers::{key, sign};

/// What the server does with a mailbox, by the beginning of its name.
const MAILBOXES: [&str; 6] = ["good", "refused", "later", "slow", "drop", "bounces"];

/// A campaign of providers with one patient each, who are told by mail.
struct Mailing {
    night: Night,
    config: PathBuf,
    server: Server,
    /// Mailbox of each provider, by code.
    mailboxes: BTreeMap<String, String>,
}

impl Mailing {
    fn new(providers: usize, settings: &str) -> Self {
        let (night, server) = (Night::bare(), Server::start("many"));
        let sample = root().join("sample-data/inbox/exposures-special.csv");
        let header = fs::read_to_string(sample).unwrap().lines().next().unwrap().to_owned();
        let mut rows = vec![header];
        let mut list = vec!["provider_code,kind,display_name,confirmed_on,street,house_number,house_letter,house_addition,postcode,town,contact_email,closed_on,merged_into".to_owned()];
        let mut mailboxes = BTreeMap::new();
        for number in 0..providers {
            // Nearly all of 12,000 are good, and every sixth of sixty is.
            let place = if providers > 600 && number % 20 > 5 { 0 } else { number % 6 };
            let code = format!("01{number:06}");
            let mailbox = format!("{}{number}@zorg.example", MAILBOXES[place]);
            rows.push(format!(
                "F{number},ds9,,Anna Maria,A.M.,,Van {} {},{}-0{}-{:02},V,Nieuwstraat,{},,,3511AB,Utrecht,,gp,{code},2022-02-02,confirmed,no,name;address,",
                word(number), word(number / 7), 1930 + number % 60, number % 9 + 1, number % 27 + 1, number % 900 + 1
            ));
            list.push(format!(
                "{code},gp,Praktijk {},2025-08-30,Plein,{},,,3511AB,Utrecht,{mailbox},,",
                word(number),
                number % 900 + 1
            ));
            mailboxes.insert(code, mailbox);
        }
        fs::write(night.inbox().join("exposures-1.csv"), rows.join("\n") + "\n").unwrap();
        fs::write(night.inbox().join("providers.csv"), list.join("\n") + "\n").unwrap();
        let mail = format!(
            "[mail]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nfrom = \"b@example.org\"\nto = [\"o@example.org\"]\ntimeout_seconds = 20\n\n{settings}\n[vendor]",
            server.port()
        );
        let config = night.configured("[vendor]", &mail);
        Self { night, config, server, mailboxes }
    }

    fn ask(&self, date: &str, command: &[&str]) -> Answer {
        self.night.answer(&self.config, date, command)
    }

    fn run(&self, date: &str) -> Value {
        let answer = self.ask(date, &["run", "--json"]);
        assert!(answer.code <= 1, "{}{}", answer.stdout, answer.stderr);
        serde_json::from_str(&answer.stdout).unwrap()
    }

    fn send(&self, date: &str) -> Value {
        let answer = self.ask(date, &["provider-mail", "--json"]);
        assert!(answer.code <= 1, "{}{}", answer.stdout, answer.stderr);
        serde_json::from_str(&answer.stdout).unwrap()
    }

    /// Mailboxes that begin with one of these words.
    fn of(&self, words: &[&str]) -> BTreeSet<String> {
        let all = self.mailboxes.values();
        all.filter(|mailbox| words.iter().any(|word| mailbox.starts_with(word))).cloned().collect()
    }

    /// Mails to providers that the server has, by mailbox.
    fn received(&self) -> Vec<(String, Value)> {
        let to = |mail: &Value| mail["to"][0].as_str().unwrap().to_owned();
        let all = self.server.received().into_iter().map(|mail| (to(&mail), mail));
        all.filter(|(to, _)| to.ends_with("@zorg.example")).collect()
    }

    /// Mailboxes of the providers that get a letter on this night.
    fn letters(&self, night: &Value) -> BTreeSet<String> {
        let papers = PathBuf::from(night["papers"].as_str().unwrap());
        let lines = fs::read(papers.join("providers.json")).unwrap();
        let lines: BTreeMap<String, Value> = serde_json::from_slice(&lines).unwrap();
        let planned = lines.iter().filter(|(_, line)| line["is_planned"] == true);
        planned.map(|(code, _)| self.mailboxes[code].clone()).collect()
    }
}

/// Letters for a number: no two numbers have the same.
fn word(number: usize) -> String {
    let letter = |value: usize| char::from(b'a' + u8::try_from(value % 26).unwrap());
    format!("B{}{}{}er", letter(number), letter(number / 26), letter(number / 676))
}

fn providers() -> usize {
    std::env::var("PROVIDER_MAILS").map_or(60, |number| number.parse().unwrap())
}

#[test]
fn each_provider_is_told_in_one_way_whatever_its_mailbox_does() {
    let all = providers();
    let mailing = Mailing::new(all, "[providers_first]\nchannels = { gp = \"mail\" }\n");
    let first = mailing.run("2025-09-15");
    assert_eq!(first["report"]["letters"]["total"], 0, "nobody is written to on paper");
    assert_eq!(mailing.letters(&first).len(), all, "a notice by mail is a notice");
    assert!(mailing.received().is_empty(), "nothing is sent by the night itself");

    // Whoever is refused, late or slow stops nobody else; where the line breaks the rest is for later.
    let mut rounds = 0;
    loop {
        let sent = mailing.send("2025-09-15");
        if sent["fates"].as_object().unwrap().is_empty() {
            break;
        }
        rounds += 1;
        assert!(rounds < all, "it does not end");
    }
    let received = mailing.received();
    let mailboxes: Vec<&String> = received.iter().map(|(to, _)| to).collect();
    let distinct: BTreeSet<String> = mailboxes.iter().map(|to| (*to).clone()).collect();
    assert_eq!(mailboxes.len(), distinct.len(), "nobody has it twice");
    assert_eq!(distinct, mailing.of(&["good", "later", "slow", "bounces"]));

    // No value of a patient, no exact number, and no number of fewer than ten.
    for (_, mail) in received.iter().take(50) {
        let [text, html] =
            ["text/plain", "text/html"].map(|kind| mail["parts"][kind].as_str().unwrap());
        for form in [text, html] {
            assert!(
                form.contains("minder dan 10 mensen") && form.contains("Geachte huisarts"),
                "{form}"
            );
            for value in ["Nieuwstraat", "A.M.", "er, A", "1 patiënt", "februari", "F1", "@zorg"] {
                assert!(!form.contains(value), "{value}: {form}");
            }
        }
        assert!(!mail["headers"]["subject"].as_str().unwrap().contains("Praktijk"));
    }

    // Some came back later; a mail of somebody else in the same box changes nothing.
    let id = |mail: &Value| mail["headers"]["message-id"].as_str().unwrap().to_owned();
    let bounced = received.iter().filter(|(to, _)| to.starts_with("bounces"));
    let rows: Vec<String> =
        bounced.map(|(_, mail)| format!("{},2025-09-15,gone", id(mail))).collect();
    let file = mailing.night.path().join("bounces.csv");
    let take = |rows: &str| {
        fs::write(&file, format!("message_id,bounced_on,reason\n{rows}\n")).unwrap();
        mailing.ask("2025-09-16", &["receipts", file.to_str().unwrap()])
    };
    let strange = "aaaaaaaaaaaaaaaaaaaaaaaaaa,2025-09-15,gone\n<summary@bvo.example>,,";
    for said in [format!("{} notice", rows.len()), "no notice".to_owned()] {
        let answer = take(&format!("{}\n{strange}", rows.join("\n")));
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        assert!(answer.stdout.contains(&said), "{}", answer.stdout);
        assert!(answer.stdout.contains("2 mails of others"), "{}", answer.stdout);
    }

    // Whoever did not get it, or may not have got it, gets a letter; nobody else does.
    let second = mailing.run("2025-09-16");
    assert_eq!(mailing.letters(&second), mailing.of(&["refused", "drop", "bounces"]));
    let lettered = second["report"]["letters"]["by_category"]["provider"].as_u64().unwrap();
    assert_eq!(
        usize::try_from(lettered).unwrap(),
        mailing.of(&["refused", "drop", "bounces"]).len()
    );
    assert_eq!(mailing.send("2025-09-16")["fates"], serde_json::json!({}));
    assert_eq!(mailing.run("2025-09-17")["report"]["letters"]["total"], 0, "once each");

    // Their patients follow: those of a mail that arrived three working days later.
    let third = mailing.run("2025-09-18");
    let arrived = mailing.of(&["good", "later", "slow"]).len();
    assert_eq!(third["report"]["letters"]["total"].as_u64(), Some(arrived as u64));
    assert_eq!(mailing.ask("2025-09-18", &["ledger", "check"]).code, 0);
    let log = mailing.ask("2025-09-18", &["ledger", "log"]).stdout;
    assert!(log.contains("notices by mail: ") && !log.contains("@zorg"), "{log}");
}

#[test]
fn a_server_that_is_not_there_makes_letters_when_the_time_is_over() {
    let mailing = Mailing::new(
        6,
        "[providers_first]\nchannel_of = { 01000000 = \"mail\", 01000001 = \"both\" }\n",
    );
    let text = fs::read_to_string(&mailing.config).unwrap();
    let port = format!("port = {}", mailing.server.port());
    fs::write(&mailing.config, text.replacen(&port, "port = 9", 1)).unwrap();

    let first = mailing.ask("2025-09-15", &["run", "--json"]);
    assert_eq!(first.code, 5, "the summary cannot be sent either: {}", first.stderr);
    let first: Value = serde_json::from_str(&first.stdout).unwrap();
    assert_eq!(
        first["report"]["letters"]["by_category"]["provider"], 5,
        "four by letter alone, one both ways"
    );
    let sent = mailing.send("2025-09-15");
    assert_eq!(sent["fates"], serde_json::json!({"deferred": 2}));

    let early = mailing.ask("2025-09-16", &["run", "--json"]);
    let early: Value = serde_json::from_str(&early.stdout).unwrap();
    assert!(early["report"]["letters"]["by_category"]["provider"].is_null(), "it may still arrive");
    let late = mailing.ask("2025-09-18", &["run", "--json"]);
    let late: Value = serde_json::from_str(&late.stdout).unwrap();
    assert_eq!(late["report"]["letters"]["by_category"]["provider"], 1, "the one by mail alone");
    assert_eq!(mailing.send("2025-09-18")["fates"], serde_json::json!({}), "too late");
}

#[test]
fn a_mail_goes_by_the_providers_list_of_the_day_on_which_it_is_sent() {
    let mailing = Mailing::new(6, "[providers_first]\nchannels = { gp = \"mail\" }\n");
    mailing.run("2025-09-15");
    let list = mailing.night.inbox().join("providers.csv");
    let text = fs::read_to_string(&list).unwrap();
    let changed = text.lines().enumerate().map(|(line, row)| match line {
        1 => row.replace("good0@", "moved0@"),
        3 => row.strip_suffix(",,").unwrap().to_owned() + ",2025-09-15,",
        4 => row.to_owned() + "01000000",
        6 => String::new(),
        _ => row.to_owned(),
    });
    let changed: Vec<String> = changed.filter(|row| !row.is_empty()).collect();
    fs::write(&list, changed.join("\n") + "\n").unwrap();

    // A new mailbox, a practice that has closed, one that was taken over, one that is on the list no more.
    let sent = mailing.send("2025-09-15");
    assert_eq!(sent["outdated"], 4, "{sent}");
    assert_eq!(sent["fates"], serde_json::json!({"refused": 1, "sending": 1}), "{sent}");
    assert!(mailing.received().is_empty());

    // The time of the mails is over: whoever can be written to by now gets a letter.
    let again = mailing.ask("2025-09-18", &["run", "--json", "--accept-inputs", "a new list"]);
    assert!(again.code <= 1, "{}", again.stderr);
    let again: Value = serde_json::from_str(&again.stdout).unwrap();
    let lettered: BTreeSet<String> = mailing.letters(&again);
    let moved = ["good0@zorg.example", "refused1@zorg.example", "drop4@zorg.example"];
    assert_eq!(lettered, moved.map(str::to_owned).into());
}

#[test]
fn a_rehearsal_writes_to_nobody_who_exists() {
    let mailing = Mailing::new(6, "[providers_first]\nchannels = { gp = \"mail\" }\n");
    let list = mailing.night.inbox().join("providers.csv");
    let text = fs::read_to_string(&list).unwrap().replacen("@zorg.example", "@zorg.nl", 1);
    fs::write(&list, text).unwrap();
    mailing.run("2025-09-15");
    let refused = mailing.ask("2025-09-15", &["provider-mail"]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("rehearsal") && !refused.stderr.contains("zorg"),
        "{}",
        refused.stderr
    );
    assert!(mailing.received().is_empty());
}

#[test]
fn what_people_have_to_approve_is_not_mailed_before() {
    let keys = tempfile::tempdir().unwrap();
    let roles = [("anna", "communications"), ("bart", "privacy"), ("cora", "operator")];
    let approvers = roles.map(|(name, role)| {
        let line = key(keys.path(), name);
        format!("[[approval.approvers]]\nname = \"{name}\"\nrole = \"{role}\"\nkey = \"{line}\"\n")
    });
    let table = format!(
        "[providers_first]\nchannel_of = {{ 01000000 = \"both\", 01000002 = \"mail\" }}\n\n[approval]\nrequired = true\n\n{}",
        approvers.concat()
    );
    let mailing = Mailing::new(3, &table);
    let night = mailing.ask("2025-09-15", &["run", "--json"]);
    assert_eq!(night.code, 1, "it waits for approval: {}", night.stderr);
    let early = mailing.send("2025-09-15");
    assert!(early["unsigned"].is_null() && early["fates"] == serde_json::json!({}), "{early}");

    // Given up, it takes its mails with it, and the next night plans them again.
    let command = ["plan", "abandon", "--by", "Anna", "--reason", "a wrong text"];
    let given_up = mailing.ask("2025-09-17", &command);
    assert_eq!(given_up.code, 0, "{}{}", given_up.stdout, given_up.stderr);
    let again = mailing.ask("2025-09-17", &["run", "--json"]);
    assert_eq!(again.code, 1, "{}", again.stderr);
    let again: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(mailing.letters(&again).len(), 3, "every one of them is planned once more");
    // Nobody waits for longer because of it: seven working days after the first plan.
    assert_eq!(again["report"]["providers"]["waiting"], serde_json::json!({"2025-09-24": 3}));
    assert!(mailing.received().is_empty());

    // Two people approve the job, and two the mails; what goes both ways leaves both ways, once.
    let approve = |command: &[&str], name: &str| {
        let text = mailing.ask("2025-09-17", command);
        assert_eq!(text.code, 0, "{}", text.stderr);
        let signature = sign(keys.path(), name, &text.stdout);
        let mut words = vec!["approve", "--by", name, "--signature", &signature];
        let adopted = command.iter().position(|word| *word == "--adopt");
        words.extend(adopted.map_or(&[][..], |place| &command[place..]));
        let approved = mailing.ask("2025-09-17", &words);
        assert_eq!(approved.code, 0, "{name}: {}", approved.stderr);
    };
    for what in ["facts", "settings"] {
        approve(&["approve", "--by", "cora", "--adopt", what], "cora");
    }
    for name in ["anna", "bart"] {
        approve(&["approval", "statement"], name);
    }
    let out = mailing.ask("2025-09-17", &["run", "--json"]);
    assert!(out.code <= 1, "{}", out.stderr);
    let asked = mailing.send("2025-09-17");
    assert!(mailing.received().is_empty() && asked["words"].as_array().unwrap().len() == 1);
    let text = asked["unsigned"].as_str().unwrap();
    let signed = ["anna", "bart"].map(|name| sign(keys.path(), name, text));
    let command = ["provider-mail", "--json", "--signed", &signed[0], "--signed", &signed[1]];
    let sent = mailing.ask("2025-09-17", &command);
    assert!(sent.code <= 1, "{}", sent.stderr);
    let to: BTreeSet<String> = mailing.received().into_iter().map(|(to, _)| to).collect();
    assert!(to.contains("good0@zorg.example"), "{to:?}");
    assert_eq!(mailing.ask("2025-09-17", &["ledger", "check"]).code, 0);
}

#[test]
fn a_provider_that_cannot_be_written_to_is_news_once() {
    let mailing = Mailing::new(2, "[providers_first]\n");
    let list = mailing.night.inbox().join("providers.csv");
    let text = fs::read_to_string(&list).unwrap();
    let closed: Vec<String> = text
        .lines()
        .map(|row| match row.strip_suffix("@zorg.example,,") {
            Some(row) if row.ends_with("good0") => format!("{row}@zorg.example,2025-09-01,"),
            _ => row.to_owned(),
        })
        .collect();
    fs::write(&list, closed.join("\n") + "\n").unwrap();

    let first = mailing.ask("2025-09-15", &["run", "--json"]);
    assert_eq!(first.code, 1, "somebody has to look at it: {}", first.stderr);
    let first: Value = serde_json::from_str(&first.stdout).unwrap();
    assert_eq!(first["report"]["letters"]["by_category"]["provider"], 1, "the other one");
    assert_eq!(mailing.ask("2025-09-16", &["run"]).code, 0, "nothing is new");
}

#[test]
fn a_provider_that_disputes_its_patients_gets_no_mail() {
    let keys = tempfile::tempdir().unwrap();
    let approvers = ["anna", "bart"].map(|name| {
        let line = key(keys.path(), name);
        format!("[[approval.approvers]]\nname = \"{name}\"\nrole = \"privacy\"\nkey = \"{line}\"\n")
    });
    let table =
        format!("[providers_first]\nchannels = {{ gp = \"mail\" }}\n\n{}", approvers.concat());
    let mailing = Mailing::new(6, &table);
    mailing.run("2025-09-15");

    let note = |word: &str, signed: &[String]| {
        let mut command =
            vec!["provider", "01000000", word, "--by", "Anna", "--note", "by telephone"];
        command.extend(signed.iter().flat_map(|file| ["--signed", file.as_str()]));
        mailing.ask("2025-09-15", &command)
    };
    let decide = |word: &str| {
        let text = note(word, &[]).stdout;
        let signed = ["anna", "bart"].map(|name| sign(keys.path(), name, &text));
        assert_eq!(note(word, &signed).code, 0, "{word}");
        signed
    };
    let before = decide("--not-ours");
    mailing.send("2025-09-15");
    let to: BTreeSet<String> = mailing.received().into_iter().map(|(to, _)| to).collect();
    assert!(!to.contains("good0@zorg.example") && to.contains("slow3@zorg.example"), "{to:?}");

    // What was signed once holds once.
    decide("--decided-ours");
    assert_eq!(note("--not-ours", &before).code, 2, "an old signature");
    mailing.send("2025-09-15");
    let to: BTreeSet<String> = mailing.received().into_iter().map(|(to, _)| to).collect();
    assert!(to.contains("good0@zorg.example"), "it is theirs after all: {to:?}");
}
