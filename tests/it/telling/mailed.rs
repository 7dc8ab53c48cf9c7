//! The mail about a night that was stopped, and what happens when it does not go.

use std::time::Duration;

use super::*;

/// A server that is not there: nobody listens on its port any more.
fn mail_to_nobody(night: &Night) -> PathBuf {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mail = format!(
        "[mail]\nhost = \"localhost\"\nport = {port}\nsecurity = \"plain\"\nfrom = \"b@example.org\"\nto = [\"o@example.org\"]\ntimeout_seconds = 3"
    );
    with(night, "nobody.toml", &mail)
}

#[test]
fn a_stopped_night_is_mailed_and_a_second_start_is_not() {
    let (night, server) = (Night::new(5), Server::start("starttls"));
    let config = server.config();
    fs::remove_file(night.data().join("keys/campaign.key")).unwrap();
    let answer = night.ask_with(&config, &["run"]);
    assert_eq!(answer.code, 3, "{}", answer.stderr);
    let mails = server.received();
    assert_eq!(mails.len(), 1);
    let subject = mails[0]["headers"]["subject"].as_str().unwrap();
    assert!(
        subject.starts_with("stopped: REHEARSAL breachpost sample-2025, nothing left"),
        "{subject}"
    );
    let plain = mails[0]["parts"]["text/plain"].as_str().unwrap();
    assert!(plain.contains("no key at") && plain.contains("hint: put back the key"), "{plain}");
    assert_eq!(stopped(&night.data())[0]["mail"]["state"], "sent");

    let mut holder =
        Command::new("flock").arg("-F").arg(night.data()).args(["sleep", "600"]).spawn().unwrap();
    let held = || {
        !Command::new("flock").arg("-n").arg(night.data()).arg("true").status().unwrap().success()
    };
    while !held() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let second = night.ask_with(&config, &["run"]);
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert_eq!(second.code, 3, "{}", second.stderr);
    assert_eq!(server.received().len(), 1);
    assert_eq!(stopped(&night.data())[1]["in_use"], true);
}

#[test]
fn a_plan_that_is_stopped_is_told_like_a_night() {
    let (night, server) = (Night::new(5), Server::start("starttls"));
    fs::write(night.inbox().join("exposures-2.csv"), "nothing\n").unwrap();
    let answer = night.ask_with(&server.config(), &["plan", "--json"]);
    assert_eq!(answer.code, 3, "{}", answer.stderr);
    let told = &stopped(&night.data())[0];
    assert_eq!((&told["exit_code"], &told["mail"]["state"]), (&3.into(), &"sent".into()));
    assert_eq!(json(&answer)["run_id"], told["run_id"]);
    assert_eq!(server.received().len(), 1);
}

#[test]
fn the_mail_of_a_stopped_night_has_no_small_counts() {
    let (night, server) = (Night::new(5), Server::start("starttls"));
    let config = server.config();
    assert!(night.ask_with(&config, &["run"]).code <= 1);
    let list = night.inbox().join("exposures-special.csv");
    let text = fs::read_to_string(&list).unwrap();
    fs::write(&list, text.trim_end().rsplit_once('\n').unwrap().0.to_owned() + "\n").unwrap();

    let answer = night.ask_with(&config, &["run"]);
    assert_eq!(answer.code, 3, "{}", answer.stderr);
    assert!(answer.stderr.contains("(0 rows more, 1 fewer, 0 changed)"), "{}", answer.stderr);
    let told = &stopped(&night.data())[0];
    assert!(told["error"].as_str().unwrap().contains("1 fewer"), "{told}");
    let mails = server.received();
    let plain = mails.last().unwrap()["parts"]["text/plain"].as_str().unwrap();
    assert!(
        plain.contains("`exposures-special.csv` has changed (0 rows more, <10 fewer, 0 changed)"),
        "{plain}"
    );
    assert!(
        plain.contains("--accept exposures-special.csv=REASON") && !plain.contains("1 fewer"),
        "{plain}"
    );
}

#[test]
fn letters_that_are_out_while_the_mail_is_not_end_with_5_and_the_next_run_sends_it() {
    let (night, server) = (Night::new(5), Server::start("starttls"));
    let first = night.ask_with(&mail_to_nobody(&night), &["run", "--json"]);
    assert_eq!(first.code, 5, "{}", first.stderr);
    assert!(first.stderr.contains("cannot connect to the mail server"), "{}", first.stderr);
    let answer = json(&first);
    let (id, package) = (answer["run_id"].as_str().unwrap(), answer["package"].as_str().unwrap());
    assert!(Path::new(package).join("rehearsal-2500001.done").exists());
    let told = outcome(&night, id);
    assert_eq!((&told["exit_code"], &told["mail"]["state"]), (&5.into(), &"failed".into()));

    let second = night.ask_with(&server.config(), &["run"]);
    assert_eq!(second.code, 0, "{}", second.stderr);
    let texts: Vec<String> = server
        .received()
        .iter()
        .map(|mail| mail["parts"]["text/plain"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(texts.len(), 2);
    assert!(
        texts[1].contains(&format!("Run {id} of")) && texts[1].contains("Job rehearsal-2500001"),
        "{}",
        texts[1]
    );
    assert_eq!(outcome(&night, id)["mail"]["state"], "sent");
    assert_eq!(night.ask_with(&server.config(), &["run"]).code, 0);
    assert_eq!(server.received().len(), 3, "it is not sent a third time");
}

#[test]
fn stopped_wins_over_a_mail_that_failed() {
    let night = Night::new(5);
    let config = mail_to_nobody(&night);
    fs::remove_file(night.data().join("keys/campaign.key")).unwrap();
    assert_eq!(night.ask_with(&config, &["run"]).code, 3);
    assert_eq!(stopped(&night.data())[0]["mail"]["state"], "failed");
}

#[test]
fn one_dead_mailbox_is_no_reason_to_be_silent_to_the_others() {
    let (night, server) = (Night::new(5), Server::start("dead"));
    let text =
        fs::read_to_string(server.config_for(&["o@example.org", "p@example.org"], "")).unwrap();
    let config = night.path().join("dead.toml");
    let plain = text
        .replace("\"starttls\"", "\"plain\"")
        .replace(&format!("ca_file = {:?}", server.path("ca.pem")), "");
    fs::write(&config, plain).unwrap();
    let answer = night.ask_with(&config, &["run", "--json"]);
    assert_eq!(answer.code, 5, "{}", answer.stderr);
    assert_eq!(server.received().len(), 1);
    let told = outcome(&night, json(&answer)["run_id"].as_str().unwrap());
    assert_eq!(told["mail"]["state"], "sent to some");
    assert_eq!(
        told["mail"]["unsent"],
        serde_json::json!([]),
        "a mailbox that is not there is not tried again"
    );
    assert!(told["mail"]["error"].as_str().unwrap().contains("no such mailbox"), "{told}");
}
