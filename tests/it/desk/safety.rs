//! Who gets in, what a page of somebody else can do, and that nobody real is on any page.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use super::{OpenDesk, PASSWORD, changed, form_of};
use crate::canaries::Search;
use crate::leaks::CANARIES;
use crate::program::see;

/// Pages that only somebody who is logged in sees, each with its method.
const PAGES: [(&str, &str); 14] = [
    ("GET", "/"),
    ("GET", "/texts"),
    ("GET", "/texts/sign.adult"),
    ("POST", "/texts/sign.adult"),
    ("GET", "/letters"),
    ("POST", "/letters/person"),
    ("GET", "/letters/picture?page=1"),
    ("GET", "/letters/pdf"),
    ("GET", "/changes"),
    ("POST", "/changes"),
    ("GET", "/changes/group?group=0"),
    ("GET", "/comments"),
    ("POST", "/comments"),
    ("POST", "/comments/1"),
];

#[test]
fn nobody_gets_in_without_logging_in() {
    let desk = OpenDesk::with(&["writer"]);
    let mut stranger = desk.stranger();
    for (method, path) in PAGES.iter().skip(1).chain([("GET", "/no-such-page")].iter()) {
        let answered = stranger.ask(method, path, "");
        assert_eq!((answered.status, answered.location()), (303, "/login"), "{method} {path}");
    }

    let wrong = stranger
        .post("/login", &[("name", "anna writer"), ("password", "een heel kort wachtwoord")]);
    assert_eq!((wrong.status, wrong.header("set-cookie")), (403, ""));
    let mut anna = desk.visit("writer");
    assert_eq!(anna.get("/texts").status, 200);
    let ticket = anna.cookie.clone();
    assert_eq!(anna.post("/logout", &[("", "")]).status, 303);
    anna.cookie = ticket;
    assert_eq!(anna.get("/texts").status, 303, "the ticket is worth nothing any more");
}

#[test]
fn somebody_who_is_taken_out_of_the_users_file_is_out() {
    let desk = OpenDesk::with(&["writer"]);
    let mut anna = desk.visit("writer");
    fs::write(desk.path("data/desk/users.toml"), "").unwrap();
    assert_eq!(anna.get("/texts").status, 303);
}

#[test]
fn whoever_guesses_passwords_has_to_wait() {
    let desk = OpenDesk::with(&["writer"]);
    let mut stranger = desk.stranger();
    let mut guess = |password: &str| {
        stranger.post("/login", &[("name", "anna writer"), ("password", password)]).status
    };
    for number in 0..5 {
        assert_eq!(guess(&format!("wachtwoord nummer {number}")), 403);
    }
    assert_eq!(guess(PASSWORD), 429, "also with the right one");

    // Many at once are not more tries.
    let desk = OpenDesk::with(&["writer"]);
    let checked = thread::scope(|scope| {
        let guess = || {
            let form = [("name", "anna writer"), ("password", "een heel lang wachtwoordje")];
            desk.stranger().post("/login", &form).status
        };
        let guesses: Vec<_> = (0..20).map(|_| scope.spawn(guess)).collect();
        guesses
            .into_iter()
            .map(|guess| guess.join().unwrap())
            .filter(|status| *status == 403)
            .count()
    });
    assert_eq!(checked, 5);
}

#[test]
fn a_page_of_somebody_else_can_do_nothing() {
    let desk = OpenDesk::with(&["writer"]);
    let anna = desk.visit("writer");
    let before = see(desk.folder());
    for (name, value) in [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "http://evil.example"),
        ("Origin", "null"),
    ] {
        let mut forged = desk.stranger().saying(name, value);
        forged.cookie.clone_from(&anna.cookie);
        let said = [("sentence", "sign.adult"), ("text", "hallo")];
        for path in
            ["/comments", "/texts/sign.adult", "/logout", "/login", "/letters/person", "/changes"]
        {
            assert_eq!(forged.post(path, &said).status, 403, "{name}: {value} {path}");
        }
    }

    let mut rebound = desk.stranger();
    rebound.cookie.clone_from(&anna.cookie);
    for host in ["evil.example", "127.0.0.1", "evil.example:80", ""] {
        host.clone_into(&mut rebound.host);
        assert_eq!(rebound.get("/texts").status, 421, "{host}");
    }
    assert_eq!(see(desk.folder()), before);
}

#[test]
fn every_answer_says_how_it_may_be_used() {
    let desk = OpenDesk::with(&["writer"]);
    let mut stranger = desk.stranger();
    let cookie = {
        let form = [("name", "anna writer"), ("password", PASSWORD)];
        stranger.post("/login", &form).header("set-cookie").to_owned()
    };
    assert!(
        cookie.contains("; HttpOnly; SameSite=Strict") && cookie.contains("; Path=/"),
        "{cookie}"
    );

    for path in ["/texts", "/login", "/letters", "/static/desk.css", "/static/none", "/nowhere"] {
        let answered = stranger.get(path);
        assert_eq!(answered.header("cache-control"), "no-store", "{path}");
        assert!(answered.header("content-security-policy").starts_with("default-src 'self';"));
        assert_eq!(answered.header("x-content-type-options"), "nosniff");
        for outside in ["http://", "https://", "//cdn", " style=\"", "<script>", "onclick"] {
            assert!(!answered.body.contains(outside), "{path}: {outside}");
        }
    }
}

#[test]
fn only_those_who_write_change_texts() {
    for role in ["privacy", "reviewer", "operator", "helpdesk"] {
        let desk = OpenDesk::with(&[role]);
        let mut anna = desk.visit(role);
        let before = desk.read("texts/nl.toml");
        let page = anna.get("/texts/sign.adult");
        assert!(page.body.contains("disabled"), "{role}");
        let form = changed(form_of(&page), "nl_0", "Anders.");
        assert_eq!(anna.post("/texts/sign.adult", &form).status, 403, "{role}");
        assert_eq!(desk.read("texts/nl.toml"), before);
        assert_eq!(
            anna.post("/comments", &[("sentence", "sign.adult"), ("text", "hm")]).status,
            303
        );
    }
}

#[test]
fn a_public_address_and_a_desk_without_users_are_refused() {
    let desk = OpenDesk::closed(&["writer"]);
    for listen in ["0.0.0.0:8420", "192.0.2.1:80", "somewhere"] {
        let refused = desk.command(&["desk", "--listen", listen]).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{listen}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains("loopback"));
    }

    let nobody = OpenDesk::closed(&[]).command(&["desk"]).output().unwrap();
    assert_eq!(nobody.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("breachpost user add"));
}

#[test]
fn from_outside_people_come_in_encrypted_and_by_the_name_in_the_certificate() {
    let desk = OpenDesk::closed(&["writer"]);
    let name = "desk.example.org";
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
        .args(["-days", "2", "-subj", "/CN=desk", "-addext", "subjectAltName=DNS:desk.example.org"])
        .args(["-keyout", "desk.key", "-out", "desk.pem"])
        .current_dir(desk.folder())
        .output()
        .unwrap();
    assert!(made.status.success());
    let settings = "[desk]\nhost = \"desk.example.org\"\n[desk.tls]\ncertificate = \"desk.pem\"\nkey = \"desk.key\"\n";
    desk.edit("breachpost.toml", "[texts]", &format!("{settings}[texts]"));

    // A key that others can read is refused, and so is what is no certificate.
    let key = desk.path("desk.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let refused = || desk.command(&["desk", "--listen", "127.0.0.1:0"]).output().unwrap();
    assert_eq!(refused().status.code(), Some(2));
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    desk.edit("desk.pem", "BEGIN CERTIFICATE", "BEGIN SOMETHING");
    assert_eq!(refused().status.code(), Some(2));
    desk.edit("desk.pem", "BEGIN SOMETHING", "BEGIN CERTIFICATE");

    let desk = desk.reopened();
    // Somebody who says nothing keeps nobody waiting.
    let _silent = TcpStream::connect(("127.0.0.1", desk.port)).unwrap();
    let ask = |host: &str| {
        let mut client = Command::new("openssl")
            .args(["s_client", "-quiet", "-verify_return_error", "-CAfile", "desk.pem"])
            .args(["-verify_hostname", name, "-servername", name])
            .args(["-connect", &format!("127.0.0.1:{}", desk.port)])
            .current_dir(desk.folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let request = format!("GET /login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        client.stdin.as_mut().unwrap().write_all(request.as_bytes()).unwrap();
        let answered = client.wait_with_output().unwrap();
        String::from_utf8_lossy(&answered.stdout).into_owned()
    };
    assert!(ask(&format!("{name}:{}", desk.port)).starts_with("HTTP/1.1 200"), "by its name");
    assert!(ask(name).starts_with("HTTP/1.1 200"), "a browser leaves out the usual port");
    assert!(ask("127.0.0.1").starts_with("HTTP/1.1 421"), "by no other");

    let mut clear = TcpStream::connect(("127.0.0.1", desk.port)).unwrap();
    clear.write_all(b"GET /login HTTP/1.1\r\nHost: desk.example.org\r\n\r\n").unwrap();
    let mut answered = Vec::new();
    let _ = clear.read_to_end(&mut answered);
    assert!(!answered.starts_with(b"HTTP"), "in the clear nothing is answered");
}

/// Goes wherever a link leads, on a campaign whose lists hold values that occur nowhere else.
#[test]
fn nobody_real_is_on_any_page_and_looking_changes_nothing() {
    let night = crate::leaks::night();
    assert!(night.ask(&["run"]).code <= 1);
    let desk = OpenDesk::closed(&["writer"]);
    let data = desk.path("data");
    let copied = std::process::Command::new("cp")
        .args(["-a", "-n"])
        .arg(format!("{}/.", night.data().display()))
        .arg(&data)
        .status()
        .unwrap();
    assert!(copied.success());
    let desk = desk.reopened();
    let mut anna = desk.visit("writer");
    assert!(
        anna.get("/texts/sign.adult").says("brieven in de laatste nachtverwerking"),
        "the run is seen"
    );

    // With a comparison, so that its pages and pictures are looked at too.
    let day = "/changes?since=2025-01-01";
    let form = changed(form_of(&anna.get("/texts/sign.adult")), "nl_0", "Het spijt ons heel erg.");
    assert_eq!(anna.post("/texts/sign.adult", &form).status, 303);
    assert_eq!(anna.post("/changes", &[("since", "2025-01-01")]).status, 303);
    let is_compared = (0..480).any(|_| {
        thread::sleep(Duration::from_millis(500));
        anna.get(day).says("brieven vergeleken")
    });
    assert!(is_compared, "the comparison ends");

    let before = see(desk.folder());
    let canaries: Vec<&str> = CANARIES.iter().map(|canary| canary.text).collect();
    let search = Search::new(&canaries);
    let (mut seen, mut next) = (BTreeSet::new(), vec!["/texts".to_owned(), day.to_owned()]);
    while let Some(path) = next.pop() {
        // The hundreds of sentences and letters are made by the same pages: some of each will do.
        let kind = path.split(['?', '/']).nth(1).unwrap_or_default().to_owned();
        let of_kind =
            seen.iter().filter(|own: &&String| own.split(['?', '/']).nth(1) == Some(&kind));
        if of_kind.count() >= 25 || !seen.insert(path.clone()) {
            continue;
        }
        let answered = anna.get(&path);
        assert!(answered.status < 500, "{path}");
        let found = search.find(Path::new(&path), &answered.bytes);
        assert!(found.is_empty(), "{path}: {found:?}");
        next.extend(answered.links());
    }

    for route in [
        "/texts/",
        "/letters?",
        "/letters/picture?",
        "/letters/pdf?",
        "/changes?",
        "/changes/group?",
        "/changes/picture?",
        "/comments",
        "/static/",
    ] {
        assert!(seen.iter().any(|path| path.starts_with(route)), "{route}: {seen:?}");
    }
    assert!(seen.len() > 60, "{seen:?}");
    assert_eq!(see(desk.folder()), before, "looking changes nothing");
    assert!(search.find(Path::new("stderr"), desk.read("stderr").as_bytes()).is_empty());
}
