//! The help desk: how it stands with somebody who calls, what they tell, and who may ask. And what
//! answers change before the night. None of these pages goes over a network in the clear.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::Stdio;

use super::http::Answered;
use super::review::{ROLES, lines, night, reviewing};
use super::{OpenDesk, PASSWORD};

/// Somebody who got a letter: the cells of their row.
fn told(desk: &OpenDesk) -> BTreeMap<String, String> {
    let run = fs::read_dir(desk.path("data/runs")).unwrap().next().unwrap().unwrap().path();
    let mut rows = csv::Reader::from_path(run.join("rows.csv")).unwrap();
    let rows: Vec<BTreeMap<String, String>> = rows.deserialize().map(Result::unwrap).collect();
    let mut letters = BTreeMap::<&str, usize>::new();
    for row in &rows {
        *letters.entry(&row["person"]).or_default() += 1;
    }

    let alone =
        |row: &&BTreeMap<String, String>| row["state"] == "letter" && letters[&*row["person"]] == 1;
    for row in rows.iter().filter(alone) {
        let list = csv::Reader::from_path(desk.path("inbox").join(&row["file"])).unwrap();
        let place: usize = row["row"].parse().unwrap();
        let cells: BTreeMap<String, String> =
            list.into_deserialize().nth(place - 1).unwrap().unwrap();
        if !cells["bsn"].is_empty() && cells["street"].len() > 5 {
            return cells;
        }
    }
    panic!("nobody with a number got a letter");
}

#[test]
fn whoever_calls_hears_how_it_stands_and_an_objection_holds_from_that_moment() {
    let desk = reviewing(60);
    let person = told(&desk);
    let mut helper = desk.visit("helpdesk");
    assert_eq!(helper.get("/calls").status, 200);
    let by = [("bsn", person["bsn"].as_str())];
    let found = helper.post("/calls", &by);
    assert_eq!((found.status, found.header("cache-control")), (200, "no-store"));
    assert!(found.says("is verstuurd") || found.says("wordt gemaakt"), "{}", found.body);
    // What was typed is on the page, to go on with; nothing else of them, and nothing about health.
    for cell in ["surname", "street", "category", "items", "status"] {
        assert!(!found.says(&person[cell]) || person[cell].len() < 4, "{cell}: {}", found.body);
    }
    let nobody = helper.post("/calls", &[("bsn", "912345603")]);
    assert!(
        nobody.status == 200 && !nobody.says("wordt gemaakt") && !nobody.says("is verstuurd"),
        "{}",
        nobody.body
    );

    let word = [by[0], ("what", "objection"), ("source", "the person")];
    let written = helper.post("/calls", &word);
    assert_eq!(written.status, 200, "{}", written.body);
    assert!(written.says("role=\"status\"") || written.says("class=\"fine\""), "{}", written.body);
    night(&desk);
    let explained = desk.command(&["explain", &person["record_id"]]).output().unwrap();
    let explained = String::from_utf8_lossy(&explained.stdout).into_owned();
    assert!(explained.contains("objects, by Anna helpdesk"), "{explained}");

    let journal = desk.read("data/desk/journal.jsonl");
    assert!(journal.contains("looked_up"), "that somebody asked is known: {journal}");
    let seen = journal + &desk.read("stderr");
    for cell in ["bsn", "surname", "street"] {
        assert!(!seen.contains(&person[cell]), "{cell}");
    }
    for role in ROLES.iter().filter(|role| **role != "helpdesk") {
        let mut visit = desk.visit(role);
        assert_eq!((visit.get("/calls").status, visit.post("/calls", &by).status), (403, 403));
    }
}

fn passes_the_eleven_test(bsn: &str) -> bool {
    let digits: Vec<i64> =
        bsn.chars().filter_map(|sign| sign.to_digit(10)).map(i64::from).collect();
    let weights = [9, 8, 7, 6, 5, 4, 3, 2, -1];
    digits.len() == 9
        && digits.iter().zip(weights).map(|(digit, by)| digit * by).sum::<i64>() % 11 == 0
}

/// Whether the help desk says in Dutch what a row's state comes to.
fn is_said_of(state: &str, page: &Answered) -> bool {
    let has_letter = page.says("is verstuurd") || page.says("wordt gemaakt");
    let words = match state {
        "suppressed" => "Er gaat geen brief uit",
        "review" => "Een medewerker bekijkt het eerst",
        _ => return has_letter,
    };
    page.says(words) && !has_letter
}

#[test]
fn the_help_desk_says_of_everybody_what_the_night_has_done() {
    let desk = reviewing(150);
    let run = fs::read_dir(desk.path("data/runs")).unwrap().next().unwrap().unwrap().path();
    let rows = csv::Reader::from_path(run.join("rows.csv")).unwrap();
    let mut lists = BTreeMap::<String, Vec<BTreeMap<String, String>>>::new();
    let mut states = BTreeMap::<String, BTreeSet<String>>::new();
    for row in rows.into_deserialize() {
        let row: BTreeMap<String, String> = row.unwrap();
        let list = lists.entry(row["file"].clone()).or_insert_with(|| {
            let list = csv::Reader::from_path(desk.path("inbox").join(&row["file"])).unwrap();
            list.into_deserialize().map(Result::unwrap).collect()
        });
        let bsn = &list[row["row"].parse::<usize>().unwrap() - 1]["bsn"];
        if passes_the_eleven_test(bsn) && row["state"] != "rejected" {
            states.entry(bsn.clone()).or_default().insert(row["state"].clone());
        }
    }

    let mut helper = desk.visit("helpdesk");
    let mut asked = BTreeMap::<&str, usize>::new();
    for (bsn, states) in &states {
        // A row that is held beside a letter is a question of its own.
        let lettered = states.contains("letter");
        let state = if lettered { "letter" } else { states.first().unwrap() };
        let page = helper.post("/calls", &[("bsn", bsn)]);
        assert!(is_said_of(state, &page), "{state}: {}", page.body);
        *asked.entry(state).or_default() += 1;
    }
    let enough = ["letter", "suppressed", "review"].iter().all(|state| asked.contains_key(state));
    assert!(enough && asked["letter"] > 50, "{asked:?}");
}

#[test]
fn what_the_answers_of_today_change_is_shown_before_the_night() {
    let desk = reviewing(200);
    let mut anna = desk.visit("reviewer");
    let minor = lines(&desk).into_iter().find(|line| line["code"] == "D207").unwrap();
    let path = format!("/review/{}", minor["case"]);
    let page = anna.get(&path);
    let run = page.body.split("name=\"run\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let form = [("run", run), ("word", "parents"), ("reason", "seen")];
    assert_eq!(anna.post(&path, &form).status, 303);

    let before = fs::read_dir(desk.path("data/runs")).unwrap().count();
    let shown = anna.post("/review/what-if", &[("", "")]);
    assert_eq!(shown.status, 200, "{}", shown.body);
    let cells: Vec<u64> = shown
        .body
        .split("<td>")
        .filter_map(|cell| cell.split("</td>").next()?.parse().ok())
        .collect();
    let changed = cells.chunks_exact(2).any(|pair| pair[1] == pair[0] + 1);
    assert!(changed, "one more letter: {cells:?}");
    assert_eq!(fs::read_dir(desk.path("data/runs")).unwrap().count(), before, "nothing was run");
    assert_eq!(desk.visit("helpdesk").post("/review/what-if", &[("", "")]).status, 403);
}

/// Asks over the socket; the status, and the cookie that came with it.
fn over_the_socket(desk: &OpenDesk, head: &str, body: &str) -> (u16, String) {
    let mut stream = UnixStream::connect(desk.path("desk.sock")).unwrap();
    let length = body.len();
    let request = format!(
        "{head}\r\nHost: desk.example.org\r\nConnection: close\r\nContent-Type: \
         application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let answer = String::from_utf8_lossy(&bytes).into_owned();
    let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: "));
    let cookie = cookie.and_then(|line| line.split(';').next()).unwrap_or_default().to_owned();
    (answer.split(' ').nth(1).unwrap().parse().unwrap(), cookie)
}

#[test]
fn these_pages_are_refused_behind_a_server_that_does_not_say_that_it_encrypts() {
    let mut desk = reviewing(20);
    desk.close();
    desk.edit("breachpost.toml", "\n[texts]", "\n[desk]\nhost = \"desk.example.org\"\n\n[texts]");
    let listen = format!("unix:{}", desk.path("desk.sock").display());
    let mut command = desk.command(&["desk", "--listen", &listen]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();

    for (who, page) in [("reviewer", "/review"), ("helpdesk", "/calls")] {
        let form = format!("name=anna+{who}&password={}", PASSWORD.replace(' ', "+"));
        let (status, cookie) = over_the_socket(&desk, "POST /login HTTP/1.1", &form);
        assert_eq!(status, 303);
        let ask = |more: &str| {
            let head = format!("GET {page} HTTP/1.1\r\nCookie: {cookie}{more}");
            over_the_socket(&desk, &head, "").0
        };
        assert_eq!(ask(""), 403);
        assert_eq!(ask("\r\nX-Forwarded-Proto: http"), 403);
        assert_eq!(ask("\r\nX-Forwarded-Proto: https"), 200);
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
