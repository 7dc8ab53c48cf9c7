//! First letters in waves, through the whole program: whose turn it is, what the report shows, and
//! that nobody is lost or told twice on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::{Answer, Night, root};

/// A campaign with waves: its calendar begins on a Monday.
struct Waves {
    night: Night,
    config: PathBuf,
}

impl Waves {
    /// So many people, two at each address; the centre can answer for about 240 letters at a time.
    fn new(people: usize) -> Self {
        let night = Night::bare();
        write(&night, "exposures-1.csv", 0..people);
        let table =
            "[waves]\nlines = 1\nhours = 8.0\nfirst = 200\ncalls_expected = [200.0, 100.0]\n";
        let config = night.configured("[vendor]", &[table, "\n[vendor]"].concat());
        Self { night, config }
    }

    fn ask(&self, date: &str, command: &[&str]) -> Answer {
        self.night.answer(&self.config, date, command)
    }

    fn run(&self, date: &str) -> Value {
        let answer = self.ask(date, &["run", "--json"]);
        assert!(answer.code <= 1, "{}", answer.stderr);
        serde_json::from_str(&answer.stdout).unwrap()
    }
}

/// Lab records of invented people, told apart by their surnames, two in each house.
fn write(night: &Night, file: &str, people: std::ops::Range<usize>) {
    let sample = root().join("sample-data/inbox/exposures-special.csv");
    let header = fs::read_to_string(sample).unwrap().lines().next().unwrap().to_owned();
    let rows = people.map(|number| {
        let (house, surname) = (number / 2 + 1, surname(number));
        let days = i64::try_from(number).unwrap() * 17;
        let born = jiff::civil::date(1940, 1, 1).saturating_add(jiff::ToSpan::days(days));
        format!(
            "W{number},ds9,,Anna Maria,A.M.,,{surname},{born},V,Nieuwstraat,{house},,,3511AB,Utrecht,,gp,,2022-02-02,confirmed,no,name;address;phone,"
        )
    });
    let text = rows.fold(header, |text, row| text + "\n" + &row);
    fs::write(night.inbox().join(file), text + "\n").unwrap();
}

/// Names that linking does not take for each other's misspellings.
fn surname(number: usize) -> String {
    const FIRST: [&str; 12] = [
        "Aal", "Bosch", "Cramer", "Dijk", "Elz", "Froon", "Groen", "Hulst", "Jaspers", "Kuiper",
        "Lind", "Molen",
    ];
    const SECOND: [&str; 12] = [
        "wijk", "hoven", "steen", "brugge", "laar", "donk", "veld", "horst", "zicht", "mond",
        "kerk", "poort",
    ];
    const THIRD: [&str; 8] = ["", "a", "sma", "inga", "man", "aerts", "en", "stra"];
    let third = THIRD[number / 144 % 8];
    format!("{}{}{third}", FIRST[number % 12], SECOND[number / 12 % 12])
}

/// Cells of a paper of a run.
fn lines(answer: &Value, paper: &str) -> Vec<BTreeMap<String, String>> {
    let path = Path::new(answer["papers"].as_str().unwrap()).join(paper);
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

fn total(answer: &Value) -> u64 {
    answer["report"]["letters"]["total"].as_u64().unwrap()
}

/// The house of a record.
fn house(id: &str) -> usize {
    id.trim_start_matches('W').parse::<usize>().unwrap() / 2
}

#[test]
fn a_campaign_goes_out_in_waves_and_everybody_is_told_once() {
    let waves = Waves::new(700);
    let mut told = BTreeMap::<String, String>::new();
    let mut expected = BTreeMap::<String, String>::new();
    let mut nights = Vec::new();
    let mut date: jiff::civil::Date = "2025-09-15".parse().unwrap();
    let mut people = 700;

    for night in 0..40 {
        if night == 3 {
            // Two who live where others live, and two of a new house.
            write(&waves.night, "exposures-2.csv", 700..704);
            people += 4;
        }
        let answer = waves.run(&date.to_string());
        let rows = &answer["report"]["rows"];
        let states = ["letter", "merged", "told", "waiting", "suppressed", "review", "rejected"];
        let sum: u64 = states.iter().map(|state| rows[*state].as_u64().unwrap()).sum();
        assert_eq!(
            (sum, rows["rejected"].as_u64(), rows["review"].as_u64()),
            (people, Some(0), Some(0))
        );

        let waiting = lines(&answer, "waiting.csv");
        assert_eq!(rows["waiting"], waiting.len());
        for line in waiting {
            let (id, due) = (line["record_id"].clone(), line["due"].clone());
            assert!(due > date.to_string() && !line["wave"].is_empty(), "{line:?}");
            if let Some(before) = expected.insert(id.clone(), due.clone()) {
                assert_eq!(before, due, "{id} is in the same wave night after night");
            }
        }
        for line in lines(&answer, "rows.csv").iter().filter(|line| line["state"] == "letter") {
            let id = line["record_id"].clone();
            if let Some(due) = expected.get(&id) {
                assert_eq!(
                    *due,
                    date.to_string(),
                    "{id} is written to on the night that was named"
                );
            }
            assert!(told.insert(id, date.to_string()).is_none(), "twice");
        }
        if total(&answer) > 0 {
            nights.push((date, total(&answer)));
        }
        if told.len() as u64 == people && night > 3 {
            break;
        }
        date = date.tomorrow().unwrap();
    }

    assert_eq!(told.len(), 704, "{nights:?}");
    assert!(nights.len() > 3 && (190..=200).contains(&nights[0].1), "{nights:?}");
    assert_eq!(nights[1].0.to_string(), "2025-09-22", "five working days to watch the first wave");
    let mut houses = BTreeMap::<usize, BTreeSet<&String>>::new();
    for (id, night) in told.iter().filter(|(id, _)| house(id) < 350) {
        houses.entry(house(id)).or_default().insert(night);
    }
    assert!(houses.values().all(|nights| nights.len() == 1), "a household is in one wave");
    assert_eq!(waves.ask("2025-12-01", &["ledger", "check"]).code, 0);
}

#[test]
fn the_report_shows_the_calendar_and_explain_names_the_wave() {
    let waves = Waves::new(700);
    let plain = waves.ask("2025-09-15", &["check"]);
    assert!(
        plain.code <= 1 && plain.stdout.contains("waves     tonight wave 1,"),
        "{}",
        plain.stdout
    );
    assert!(plain.stdout.contains("; then wave 2 on 2025-09-22: "), "{}", plain.stdout);

    let planned = waves.ask("2025-09-15", &["plan"]);
    assert!(planned.stdout.contains("waves     tonight wave 1,"), "{}", planned.stdout);
    let answer = waves.run("2025-09-15");
    let page = Path::new(
        answer["resumed"]["papers"].as_str().unwrap_or_else(|| answer["papers"].as_str().unwrap()),
    )
    .join("report.html");
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("<h2>Waves</h2>") && page.contains("<svg viewBox="), "a picture");
    assert!(page.contains("role=\"img\"") && page.contains("2025-09-22"), "in words too");

    let answer = waves.run("2025-09-16");
    assert_eq!(total(&answer), 0, "nobody else is planned");
    let line = lines(&answer, "waiting.csv").remove(0);
    let row = waves.ask("2025-09-16", &["explain", &line["record_id"]]);
    let said = format!("wave      {} on {}", line["wave"], line["due"]);
    assert!(row.stdout.contains(&said) && row.stdout.contains("D303"), "{}", row.stdout);

    let out = fs::read_dir(waves.night.data().join("runs")).unwrap();
    let first =
        out.map(|run| run.unwrap().path()).find(|run| run.join("letters.parquet").is_file());
    assert!(first.is_some());
    let letter =
        lines_of(&waves, "2025-09-15-1").into_iter().find(|line| line["state"] == "letter");
    let letter = waves.ask("2025-09-16", &["explain", &letter.unwrap()["letter_id"]]);
    assert!(
        letter.stdout.contains("wave      1 on 2025-09-15"),
        "{}{}",
        letter.stdout,
        letter.stderr
    );

    let log = waves.ask("2025-09-16", &["ledger", "log"]);
    assert!(log.stdout.contains("first letters were scheduled in"), "{}", log.stdout);
}

fn lines_of(waves: &Waves, run: &str) -> Vec<BTreeMap<String, String>> {
    let path = waves.night.data().join("runs").join(run).join("rows.csv");
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

#[test]
fn no_wave_is_planned_while_anything_is_stopped() {
    let waves = Waves::new(700);
    waves.run("2025-09-15");
    let rows = lines_of(&waves, "2025-09-15-1");
    let letter = &rows.iter().find(|line| line["state"] == "letter").unwrap()["letter_id"];
    let who = ["--by", "operations", "--reason", "a mistake was found"];
    let stop = [&["stop", "--letter", letter], &who[..]].concat();
    assert_eq!(waves.ask("2025-09-16", &stop).code, 0);
    let run = waves.ask("2025-09-22", &["run"]);
    assert!(run.code <= 1, "one letter is enough: {}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("none tonight: something is stopped"), "{}", run.stdout);
    assert!(run.stdout.contains("letters   0 on 0 sheets"), "{}", run.stdout);
}

#[test]
fn without_the_table_nobody_waits() {
    let night = Night::bare();
    write(&night, "exposures-1.csv", 0..40);
    let answer = night.run();
    assert_eq!((total(&answer), answer["report"]["rows"]["waiting"].as_u64()), (40, Some(0)));
    assert!(answer["report"].get("waves").is_none());
    assert!(!Path::new(answer["papers"].as_str().unwrap()).join("waiting.csv").exists());
}
