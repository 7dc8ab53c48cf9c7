//! Letters that are written anew: once, where the lists say, with the reason in the first line, and
//! where it matters only on the word of two people.

use std::path::PathBuf;
use std::process::Command;

use super::*;
use crate::tools::run;
use crate::vendor::stops::Desk;

const WHO: [&str; 4] = ["--by", "operations", "--note", "as agreed with the desk"];

fn register(night: &Night, row: &str) {
    let others: Vec<String> = (0..9)
        .map(|n| listed(&format!("X{n}"), &format!("Ver{}", "ee".repeat(n + 2)), ",,"))
        .collect();
    write(night, "register.csv", &[&others[..], &[row.to_owned()]].concat());
}

/// Somebody who was told on the 15th, and the vendor's word of it.
struct Told {
    night: Night,
    desk: Desk,
    letter: String,
}

impl Told {
    fn new() -> Self {
        let night = night(&[record("R1", "Aalbers", MUCH)]);
        register(&night, &listed("P1", "Aalbers", ",,"));
        let desk = Desk::new(&night);
        let told = run_on(&night, "2025-09-15", &[]);
        let letter = lines(&told, "rows.csv")[0]["letter_id"].clone();
        Self { night, desk, letter }
    }

    fn ask(&self, date: &str, command: &[&str]) -> Answer {
        self.night.answer(self.desk.config(), date, command)
    }

    fn file(&self, end: &str, text: &str) -> PathBuf {
        let outbox = fs::read_dir(self.night.data().join("outbox")).unwrap();
        let mut jobs: Vec<String> = outbox
            .map(|job| job.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "STOP")
            .collect();
        jobs.sort();
        let file = self.night.path().join(format!("{}.{end}", jobs[0]));
        fs::write(&file, text).unwrap();
        file
    }

    fn is(&self, status: &str) {
        let text = format!("seq,letter_id,status\n1,{},{status}\n", self.letter);
        let file = self.file(&format!("production-{status}.csv"), &text);
        let answer = self.ask("2025-09-20", &["receipts", file.to_str().unwrap()]);
        assert!(answer.code <= 1, "{}", answer.stderr);
    }

    fn comes_back(&self) {
        let text = format!("letter_id,reason,date\n{},moved,2025-09-22\n", self.letter);
        let file = self.file("returns.csv", &text);
        let answer = self.ask("2025-09-22", &["receipts", file.to_str().unwrap()]);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
    }

    fn reissue(&self, more: &[&str]) -> Answer {
        self.ask("2025-09-23", &[&["reissue", &self.letter], &WHO[..], more].concat())
    }

    /// The new letter of a night; `None`: there is none.
    fn new_letter(&self, date: &str) -> Option<String> {
        let answer = self.ask(date, &["run", "--json"]);
        assert!(answer.code <= 1, "{}", answer.stderr);
        let answer: Value = serde_json::from_str(&answer.stdout).unwrap();
        let rows = lines(&answer, "rows.csv");
        let letters = rows.into_iter().filter(|row| row["state"] == "letter");
        letters.map(|row| row["letter_id"].clone()).next()
    }

    /// The words on its pages.
    fn words(&self, letter: &str) -> String {
        let file = self.night.path().join(format!("{letter}.pdf"));
        let copy = self.ask("2025-10-01", &["letter", letter, "--out", file.to_str().unwrap()]);
        assert_eq!(copy.code, 0, "{}", copy.stderr);
        let text = run(Command::new("pdftotext").arg("-layout").arg(file).arg("-"));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn a_letter_that_came_back_is_written_anew_to_the_new_address_on_the_word_of_two() {
    let told = Told::new();
    told.is("posted");
    assert_eq!(told.reissue(&["--reason", "returned"]).code, 2, "it has not come back");
    told.comes_back();

    let text = told.reissue(&["--reason", "returned"]);
    assert!(text.code == 0 && text.stdout.contains("write letters anew"), "{}", text.stdout);
    assert!(text.stdout.contains(&told.letter), "{}", text.stdout);
    let [one, two] = ["one", "two"].map(|name| told.desk.sign(&text.stdout, name));
    let [one, two] = [&one, &two].map(|path| path.to_str().unwrap());
    let alone = told.reissue(&["--reason", "returned", "--signed", one]);
    assert!(alone.code == 2 && alone.stderr.contains("takes two"), "{}", alone.stderr);
    let signed = told.reissue(&["--reason", "returned", "--signed", one, "--signed", two]);
    assert!(
        signed.code == 0 && signed.stdout.contains("signed by one and two"),
        "{}",
        signed.stderr
    );

    let status = told.ask("2025-09-23", &["status"]);
    assert!(status.stdout.contains("unreached 1 person"), "{}", status.stdout);
    assert_eq!(told.new_letter("2025-09-24"), None, "the list has the old address");
    register(&told.night, &listed("P1", "Aalbers", ",,").replace("Nieuwstraat", "Oudegracht"));
    let letter = told.new_letter("2025-09-25").expect("a new letter");
    assert_ne!(letter, told.letter);
    let words = told.words(&letter);
    let line =
        "Onze brief van 15 september 2025 kwam bij ons terug. Daarom schrijven we u nu opnieuw.";
    assert!(words.contains(line) && words.contains("Oudegracht"), "{words}");

    let why = told.ask("2025-09-25", &["explain", &letter]);
    let said = format!("anew for  {} of 2025-09-15: returned", told.letter);
    assert!(why.stdout.contains(&said), "{}{}", why.stdout, why.stderr);
    assert_eq!(told.new_letter("2025-09-26"), None, "once");
    assert_eq!(told.new_letter("2025-09-30"), None, "nor later");
    assert_eq!(told.reissue(&["--reason", "returned"]).code, 2, "each letter once");
    let status = told.ask("2025-09-30", &["status"]);
    assert!(!status.stdout.contains("unreached"), "{}", status.stdout);
    assert_eq!(told.ask("2025-09-30", &["ledger", "check"]).code, 0);
}

#[test]
fn english_and_large_print_are_asked_for_and_need_no_signature() {
    let told = Told::new();
    let refused = told.reissue(&["--reason", "language"]);
    assert!(refused.code == 2 && refused.stderr.contains("--language"), "{}", refused.stderr);
    let ordered = told.reissue(&["--reason", "language", "--language", "en"]);
    assert_eq!(ordered.code, 0, "{}", ordered.stderr);
    assert_eq!(told.reissue(&["--reason", "large_print"]).code, 2, "one order at a time");
    let letter = told.new_letter("2025-09-24").expect("a new letter");
    let words = told.words(&letter);
    assert!(words.contains("You asked for our letter of 15 September 2025 in English."), "{words}");

    let ordered = told
        .ask("2025-09-25", &[&["reissue", &letter, "--reason", "large_print"], &WHO[..]].concat());
    assert_eq!(ordered.code, 0, "{}", ordered.stderr);
    let large = told.new_letter("2025-09-25").expect("one more");
    assert!(told.words(&large).contains("in grote letters"), "the recorded language again");
}

#[test]
fn of_what_was_stopped_only_destroyed_pieces_are_written_anew() {
    let told = Told::new();
    let who = ["--by", "operations", "--reason", "letters may be mixed up"];
    let stop = [&["stop", "--letter", &told.letter], &who[..]].concat();
    assert_eq!(told.ask("2025-09-16", &stop).code, 0);
    for reason in ["destroyed", "large_print"] {
        let refused = told.reissue(&["--reason", reason]);
        assert!(refused.code == 2 && refused.stderr.contains("is stopped"), "{}", refused.stderr);
    }

    told.is("destroyed");
    // Something new is known, and the first letter has not left.
    write(
        &told.night,
        "exposures-2.csv",
        &[record("R1", "Aalbers", "confirmed,yes,name;address;phone;bsn")],
    );
    let waits = told.ask("2025-09-29", &["run", "--json"]);
    let waits: Value = serde_json::from_str(&waits.stdout).unwrap();
    assert_eq!(fates(&waits, "R1").pop().unwrap(), fate("review", "D220"));

    assert_eq!(told.reissue(&["--reason", "destroyed"]).code, 0);
    let letter = told.new_letter("2025-09-30").expect("a letter in the place of the destroyed one");
    let words = told.words(&letter);
    assert!(!words.contains("15 september"), "nobody has read the earlier one: {words}");
    assert_eq!(told.new_letter("2025-10-01"), None);
}
