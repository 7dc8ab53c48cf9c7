//! Answers that cannot be printed, and text of strangers that must not be printed, logged or kept
//! as it is.

use std::fs;
use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::program::{Answer, Night, collect};

/// The program with its standard output somewhere else.
fn onto(night: &Night, stdout: impl Into<Stdio>, command: &[&str]) -> Answer {
    let words = night.words(command);
    let program = Command::new(&words[0])
        .args(&words[1..])
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    program.wait_with_output().unwrap().into()
}

fn full() -> fs::File {
    OpenOptions::new().write(true).open("/dev/full").unwrap()
}

#[test]
fn an_answer_that_cannot_be_printed_is_an_error() {
    let night = Night::new(0);
    for command in [
        &["check"][..],
        &["check", "--json"],
        &["ledger", "check"],
        &["texts", "check"],
        &["--help"],
    ] {
        let answer = onto(&night, full(), command);
        assert_eq!(answer.code, 3, "{command:?}: {}", answer.stderr);
        assert!(answer.stderr.contains("could not be printed"), "{}", answer.stderr);
    }
    let run = onto(&night, full(), &["run"]);
    assert_eq!(run.code, 5, "letters are out, and nobody was told: {}", run.stderr);
    assert!(run.stderr.contains("what the command did is done"));
    assert_eq!(night.run()["report"]["letters"]["total"], 0, "nobody is told twice");
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    let night = Night::new(0);
    for command in [&["check"][..], &["ledger", "check"], &["--help"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let answer = onto(&night, writer, command);
        assert!(answer.code <= 1, "{command:?}: {}", answer.stderr);
        assert!(answer.stderr.is_empty(), "{}", answer.stderr);
    }
}

#[test]
fn headers_that_hold_a_number_or_obey_to_a_terminal_stand_nowhere() {
    let night = Night::new(0);
    let path = night.inbox().join("exposures-special.csv");
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<String> = (0..)
        .zip(text.lines())
        .map(|(place, line)| match place {
            0 => format!("{line},result of 999990019,\u{1b}[31mred\u{202e}"),
            _ => format!("{line},,"),
        })
        .collect();
    fs::write(&path, lines.join("\n") + "\n").unwrap();

    let answer = night.ask(&["-vv", "run"]);
    assert!(answer.code <= 1, "{}", answer.stderr);
    let mut written = Vec::new();
    for folder in ["runs", "logs", "ledger.sqlite"] {
        collect(&night.data().join(folder), &mut written);
    }
    let outputs = [
        (PathBuf::from("stdout"), answer.stdout.into_bytes()),
        (PathBuf::from("stderr"), answer.stderr.into_bytes()),
    ];
    // What is sealed may hold any three bytes.
    written.retain(|(name, _)| name.extension().is_none_or(|end| end != "age"));
    for (name, bytes) in written.into_iter().chain(outputs) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("result of 99"), "{}", name.display());
        assert!(!text.contains("\u{1b}[31m") && !text.contains('\u{202e}'), "{}", name.display());
    }
}

#[test]
fn a_file_whose_name_holds_a_bsn_stops_the_run_and_its_name_stands_nowhere() {
    for name in ["exposures-999990019.csv", "note 9999.90.019.txt"] {
        let night = Night::new(0);
        fs::copy(night.inbox().join("exposures-special.csv"), night.inbox().join(name)).unwrap();
        let looked = night.ask(&["inbox"]);
        assert!(
            looked.code == 1 && looked.stdout.contains("a run would stop"),
            "{}",
            looked.stdout
        );
        let answer = night.ask(&["-vv", "run"]);
        assert_eq!(answer.code, 3, "{}", answer.stderr);
        assert!(
            answer.stderr.contains("BSN") && answer.stderr.contains("rename it"),
            "{}",
            answer.stderr
        );

        let mut written = Vec::new();
        collect(&night.data(), &mut written);
        let outputs = [looked.stdout, looked.stderr, answer.stdout, answer.stderr];
        let outputs = outputs.map(|text| (PathBuf::from("output"), text.into_bytes()));
        for (path, bytes) in written.into_iter().chain(outputs) {
            let text = String::from_utf8_lossy(&bytes);
            assert!(
                !text.contains("999990019") && !text.contains("9999.90.019"),
                "{}",
                path.display()
            );
        }
    }
}

#[test]
fn names_and_reasons_that_hold_a_number_or_what_nobody_sees_are_refused() {
    let night = Night::new(0);
    let planned = night.copy();
    assert!(planned.ask(&["plan"]).code <= 1);
    night.run();
    fs::remove_file(night.inbox().join("exposures-special.csv")).unwrap();
    for text in ["see 999990019", "gone\u{202e}", "\u{1b}[31mgone", "zero\u{200b}width"] {
        let accept = format!("exposures-special.csv={text}");
        let tries = [
            (&night, vec!["run", "--accept", &accept]),
            (&night, vec!["run", "--accept-inputs", text]),
            (&planned, vec!["plan", "abandon", "--by", text, "--reason", "a good one"]),
            (&planned, vec!["plan", "abandon", "--by", "operator", "--reason", text]),
        ];
        for (night, command) in tries {
            let answer = night.ask(&command);
            assert!(answer.code >= 2, "{command:?}");
            assert!(answer.stderr.contains("holds"), "{command:?}: {}", answer.stderr);
            assert!(
                !answer.stderr.contains("999990019")
                    && !answer.stderr.contains(['\u{1b}', '\u{202e}', '\u{200b}'])
            );
        }
    }
    assert_eq!(
        planned.ask(&["plan", "abandon", "--by", "operator", "--reason", "a good one"]).code,
        0
    );
}

#[test]
fn what_a_mail_server_answers_is_cleaned() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        while let Ok((mut talk, _)) = listener.accept() {
            let _ = talk
                .write_all("554 \u{1b}[31m no mail about 999990019 \u{202e}here\r\n".as_bytes());
            let _ = talk.read(&mut [0; 64]);
        }
    });
    let night = Night::new(0);
    let config = night.configured("facts_max_age_days = 30", "facts_max_age_days = 30");
    let mail = format!(
        "\n[mail]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"plain\"\nfrom = \"b@example.org\"\nto = \
         [\"o@example.org\"]\n"
    );
    fs::write(&config, fs::read_to_string(&config).unwrap() + &mail).unwrap();

    let answer = night.ask_with(&config, &["run"]);
    assert!(answer.stderr.contains("no mail about *********"), "{}", answer.stderr);
    assert!(!answer.stderr.contains(['\u{1b}', '\u{202e}']), "{:?}", answer.stderr);
}

#[test]
fn a_letter_is_found_by_its_reference_in_any_capitals_and_blanks() {
    let night = Night::new(0);
    let answer = night.run();
    let rows = std::path::Path::new(answer["papers"].as_str().unwrap()).join("rows.csv");
    let rows = fs::read_to_string(rows).unwrap();
    let id =
        rows.lines().find(|line| line.contains(",letter,")).unwrap().rsplit(',').next().unwrap();
    let explained = |name: &str| night.ask(&["explain", name]);
    let found = explained(id).stdout;
    let reference = found.lines().find_map(|line| line.strip_prefix("reference ")).unwrap();
    let bare = reference.replace(' ', "");
    for name in [
        reference.to_lowercase(),
        bare.to_lowercase(),
        bare,
        reference.replace(' ', "-"),
        format!(" {reference}  "),
    ] {
        assert_eq!(explained(&name).stdout, found, "{name}");
    }
    assert_eq!(explained(&id.to_uppercase()).stdout, found);
    assert_eq!(
        explained(&reference[..18]).code,
        3,
        "a reference with a character too few is nobody's"
    );
}

#[test]
fn the_history_is_told_in_words_one_line_an_event() {
    let night = Night::new(0);
    assert!(night.ask(&["plan"]).code <= 1);
    assert_eq!(
        night.ask(&["plan", "abandon", "--by", "operator", "--reason", "a rehearsal"]).code,
        0
    );
    night.run();
    let told = night.ask(&["ledger", "log"]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    let list: serde_json::Value =
        serde_json::from_str(&night.ask(&["ledger", "log", "--json"]).stdout).unwrap();
    assert_eq!(told.stdout.lines().count(), list.as_array().unwrap().len());
    for words in [
        "the ledger of `",
        "given up by operator: a rehearsal",
        "was put into the outbox",
        "humans were told of ",
        "its papers are in their place",
        "read for the first time: ",
    ] {
        assert!(told.stdout.contains(words), "`{words}` is missing: {}", told.stdout);
    }
    let kinds: Vec<&str> =
        list.as_array().unwrap().iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!((kinds[0], &kinds[kinds.len() - 2..]), ("init", &["done", "waiting"][..]));
    for line in list.as_array().unwrap() {
        assert!(!line["date"].is_null(), "{line}");
    }
    let check = night.ask(&["ledger", "check", "--json"]).stdout;
    assert!(check.contains(list[list.as_array().unwrap().len() - 1]["head"].as_str().unwrap()));

    assert_eq!(night.ask(&["close", "--yes"]).code, 0);
    assert_eq!(night.ask(&["purge", "--approved-by", "the board", "--yes"]).code, 0);
    let told = night.ask(&["ledger", "log"]).stdout;
    assert!(
        told.contains("approved by the board")
            && told.contains("everything about people was destroyed"),
        "{told}"
    );
}
