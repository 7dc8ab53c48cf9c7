//! The summary mail against a real server on loopback.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use breachpost::base::Explain as _;
use breachpost::config::{Mail, MailSecurity};
use breachpost::deliver::{MailError, Posted, RunSummary};
use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use serde_json::Value;

use crate::program::root;
use crate::tools::python;

pub struct Server {
    process: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Server {
    pub fn start(mode: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new(python())
            .args([concat!(env!("CARGO_MANIFEST_DIR"), "/tests/smtp_server.py"), mode])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = serde_json::from_str::<Value>(&line).unwrap()["port"].as_u64().unwrap();
        Self { process, port: port.try_into().unwrap(), folder }
    }

    pub const fn port(&self) -> u16 {
        self.port
    }

    pub fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.folder.path()).unwrap().join(name)
    }

    fn mail(&self, security: MailSecurity) -> Mail {
        Mail {
            host: "localhost".to_owned(),
            port: self.port,
            security,
            from: "Breachpost <breachpost@example.org>".to_owned(),
            to: vec!["operations@example.org".to_owned(), "privacy@example.org".to_owned()],
            user: None,
            password_file: None,
            ca_file: Some(self.path("ca.pem")),
            helo: None,
            timeout_seconds: 10,
        }
    }

    /// The sample configuration with summary mails through this server, in a file of its own.
    pub fn config(&self) -> PathBuf {
        self.config_for(&["o@example.org"], "")
    }

    /// The same with these recipients and more settings of the mail.
    pub fn config_for(&self, to: &[&str], more: &str) -> PathBuf {
        let sample = root().join("sample-data");
        let text = std::fs::read_to_string(sample.join("breachpost.toml")).unwrap();
        let facts = format!("facts = \"{}\"", sample.join("facts.toml").display());
        let mail = format!(
            "\n[mail]\nhost = \"localhost\"\nport = {}\nsecurity = \"starttls\"\nfrom = \"b@example.org\"\nto = \
             {to:?}\nca_file = {:?}\n{more}\n",
            self.port,
            self.path("ca.pem")
        );
        let path = self.folder.path().join("breachpost.toml");
        std::fs::write(&path, text.replace("facts = \"facts.toml\"", &facts) + &mail).unwrap();
        path
    }

    pub fn received(&self) -> Vec<Value> {
        (1..)
            .map_while(|number| std::fs::read_to_string(self.path(&format!("{number}.json"))).ok())
            .map(|text| serde_json::from_str(&text).unwrap())
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let end = Instant::now() + Duration::from_secs(5);
        while Instant::now() < end {
            if matches!(self.process.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn summary() -> RunSummary {
    RunSummary {
        campaign: "lab-2025".to_owned(),
        run_id: "2025-09-01-000001".to_owned(),
        run_date: jiff::civil::date(2025, 9, 1),
        rehearsal: false,
        exit_code: 1,
        rows: 3_210,
        states: vec![
            ("letter".to_owned(), 2_000),
            ("review".to_owned(), 7),
            ("told".to_owned(), 0),
        ],
        inputs: Vec::new(),
        letters: 2_000,
        pages: 4_000,
        sheets: 2_000,
        job: "2600001".to_owned(),
        parts: 1,
        ledger_head: "a".repeat(64),
        ..RunSummary::default()
    }
}

/// Sends to everybody who is configured.
fn send(mail: &Mail, summary: &RunSummary) -> Result<Posted, MailError> {
    breachpost::deliver::send(mail, summary, Timestamp::now(), &mail.to)
}

fn password_file(server: &Server, password: &str) -> Utf8PathBuf {
    let path = server.path("password");
    breachpost::base::durable::write(&path, password.as_bytes()).unwrap();
    path
}

#[test]
fn starttls_delivers_text_and_html_with_totals_only() {
    let server = Server::start("starttls");
    let id = send(&server.mail(MailSecurity::Starttls), &summary()).unwrap().id;
    let mails = server.received();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(mail["encrypted"], true);
    assert_eq!(mail["from"], "breachpost@example.org");
    assert_eq!(mail["to"], serde_json::json!(["operations@example.org", "privacy@example.org"]));
    assert_eq!(mail["headers"]["message-id"], format!("<{}>", id.0));
    assert_eq!(mail["headers"]["auto-submitted"], "auto-generated");
    assert_eq!(
        mail["headers"]["subject"],
        "breachpost lab-2025: done, there is something new for a human (2025-09-01-000001)"
    );
    assert_eq!(mail["type"], "multipart/alternative");
    let plain = mail["parts"]["text/plain"].as_str().unwrap();
    let html = mail["parts"]["text/html"].as_str().unwrap();
    for text in [plain, html] {
        assert!(text.contains("2000") && text.contains(&"a".repeat(64)), "{text}");
        assert!(!text.contains('7'), "a small count can be seen: {text}");
    }
    assert!(plain.contains("review: <10") && plain.contains("told: 0"));
}

#[test]
fn implicit_tls_delivers_with_a_login() {
    let server = Server::start("tls");
    let mail = Mail {
        user: Some("breachpost".to_owned()),
        password_file: Some(password_file(&server, "geheim\n")),
        ..server.mail(MailSecurity::Tls)
    };
    send(&mail, &summary()).unwrap();
    let mails = server.received();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0]["encrypted"], true);
    assert_eq!(mails[0]["login"], true);
}

#[test]
fn a_wrong_password_is_refused_and_not_shown() {
    let server = Server::start("starttls");
    let mail = Mail {
        user: Some("breachpost".to_owned()),
        password_file: Some(password_file(&server, "anders")),
        ..server.mail(MailSecurity::Starttls)
    };
    let error = send(&mail, &summary()).unwrap_err();
    assert!(matches!(error, MailError::Send { .. }));
    assert!(!format!("{error:?}").contains("anders"));
    assert!(server.received().is_empty());
}

#[test]
fn a_server_without_encryption_gets_nothing() {
    let server = Server::start("none");
    let mail = Mail { ca_file: None, ..server.mail(MailSecurity::Starttls) };
    let error = send(&mail, &summary()).unwrap_err();
    assert!(matches!(error, MailError::Send { .. }), "{error:?}");
    assert_eq!(error.hint().as_deref(), Some("the server does not offer what `mail` asks for"));
    assert!(server.received().is_empty());

    // Only when configured, and on loopback.
    send(&Mail { ca_file: None, ..server.mail(MailSecurity::Plain) }, &summary()).unwrap();
    assert_eq!(server.received().len(), 1);
    assert_eq!(server.received()[0]["encrypted"], false);
}

#[test]
fn a_certificate_of_another_authority_is_refused() {
    for (mode, security) in [("starttls", MailSecurity::Starttls), ("tls", MailSecurity::Tls)] {
        let server = Server::start(mode);
        let mail = Mail { ca_file: Some(server.path("other-ca.pem")), ..server.mail(security) };
        let error = send(&mail, &summary()).unwrap_err();
        assert!(matches!(error, MailError::Send { .. }));
        assert!(error.hint().unwrap().contains("certificate"), "{error:?}");
        assert!(server.received().is_empty());
        // Those of the system do not know it either.
        assert!(send(&Mail { ca_file: None, ..server.mail(security) }, &summary()).is_err());
    }
}

#[test]
fn a_server_that_refuses_or_breaks_off_is_an_error_that_says_so() {
    for mode in ["reject", "later", "drop"] {
        let server = Server::start(mode);
        let mail = Mail { ca_file: None, ..server.mail(MailSecurity::Plain) };
        let error = send(&mail, &summary()).unwrap_err();
        assert_eq!(error.to_string(), "cannot send the mail through `localhost`", "{mode}");
        assert!(std::error::Error::source(&error).is_some());
    }
}

#[test]
fn a_mailbox_that_is_dead_keeps_the_mail_from_nobody_else() {
    let server = Server::start("dead");
    let mail = Mail { ca_file: None, ..server.mail(MailSecurity::Plain) };
    let posted = send(&mail, &summary()).unwrap();
    let failed: Vec<&str> = posted.failed.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(failed, ["operations@example.org"]);
    assert!(posted.failed[0].1.is_final());
    assert_eq!(server.received()[0]["to"], serde_json::json!(["privacy@example.org"]));
    // Nobody else: nobody has it.
    let alone = Mail { to: vec!["operations@example.org".to_owned()], ..mail };
    assert!(matches!(send(&alone, &summary()), Err(MailError::Send { .. })));
    assert_eq!(server.received().len(), 1);
}

#[test]
fn the_mail_has_the_date_of_today_and_greets_as_configured() {
    let server = Server::start("none");
    let helo = Some("batch.example.org".to_owned());
    send(&Mail { ca_file: None, helo, ..server.mail(MailSecurity::Plain) }, &summary()).unwrap();
    let mail = &server.received()[0];
    assert_eq!(mail["helo"], "batch.example.org");
    let date =
        jiff::fmt::rfc2822::parse(mail["headers"]["date"].as_str().unwrap()).unwrap().timestamp();
    let age = Timestamp::now().duration_since(date);
    assert!(!age.is_negative() && age.as_secs() < 60, "{date}");
}

#[test]
fn a_server_of_a_byte_a_second_and_one_without_an_end_cost_no_more_than_the_timeout() {
    for mode in ["drip", "endless"] {
        let server = Server::start(mode);
        let mail = Mail { ca_file: None, timeout_seconds: 3, ..server.mail(MailSecurity::Plain) };
        let start = Instant::now();
        assert!(send(&mail, &summary()).is_err(), "{mode}");
        assert!(start.elapsed() < Duration::from_secs(5), "{mode}: {:?}", start.elapsed());
    }
}

#[test]
fn a_server_that_never_answers_costs_no_more_than_the_timeout() {
    let server = Server::start("slow");
    let mail = Mail { ca_file: None, timeout_seconds: 1, ..server.mail(MailSecurity::Plain) };
    let start = Instant::now();
    assert!(send(&mail, &summary()).is_err());
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}

#[test]
fn the_same_run_has_the_same_message_id() {
    let server = Server::start("none");
    let mail = Mail { ca_file: None, ..server.mail(MailSecurity::Plain) };
    let at = Timestamp::now();
    let one = breachpost::deliver::send(&mail, &summary(), at, &mail.to).unwrap();
    let again = breachpost::deliver::send(&mail, &summary(), at, &mail.to).unwrap();
    assert_eq!(one.id, again.id);
    let mails = server.received();
    assert_eq!(mails[0], mails[1]);
}
