//! Figures for the regulator, and why a row got no letter, on the built program.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::Night;

type Line = BTreeMap<String, String>;

fn rows(run: &Value) -> Vec<Line> {
    let path = Path::new(run["papers"].as_str().unwrap()).join("rows.csv");
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

fn figures(night: &Night) -> Value {
    let answer = night.ask(&["figures", "--json"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    serde_json::from_str(&answer.stdout).unwrap()
}

/// The parts that are told, their number, and how many are hidden.
fn parts(table: &Value) -> (u64, u64) {
    let cells: Vec<&Value> = table.as_object().unwrap().values().collect();
    (
        cells.iter().filter_map(|cell| cell.as_u64()).sum(),
        cells.iter().filter(|cell| cell.is_null()).count() as u64,
    )
}

#[test]
fn figures_agree_with_an_independent_count_and_no_sum_tells_a_small_number() {
    let night = Night::new(150);
    let run = night.run();
    let letters = run["report"]["letters"]["total"].as_u64().unwrap();
    let told = figures(&night);
    assert_eq!(told["told"]["total"], letters);
    assert_eq!(told["told"]["by_day"]["2025-09-15"], letters);
    assert_eq!(told["corrected"]["total"], 0);
    assert_eq!(told["as_of"], run["run_id"]);

    let groups = run["report"]["letters"]["by_category"].as_object().unwrap();
    for (group, number) in groups {
        let shown = &told["told"]["by_group"][group];
        assert!(shown.is_null() || shown == number, "{group}: {shown} {number}");
        assert!(shown.is_null() || number.as_u64().unwrap() >= 10, "{group} is small and told");
    }
    for table in ["told", "waiting", "unreachable", "not_to_be_told"] {
        let (told_sum, hidden) = parts(&told[table]["by_group"]);
        if let Some(total) = told[table]["total"].as_u64().filter(|_| hidden > 0) {
            assert!(hidden >= 2 && total - told_sum >= 10, "{table}");
        }
    }

    // Counted again from rows.csv: who has a row and no letter.
    let mut people: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for line in rows(&run) {
        let name = if line["person"].is_empty() {
            format!("{}:{}", line["file"], line["row"])
        } else {
            line["person"].clone()
        };
        people.entry(name).or_default().push(line);
    }
    let unwritten = people.values().filter(|lines| {
        lines.iter().all(|line| !["letter", "merged"].contains(&line["state"].as_str()))
    });
    let waiting = unwritten.filter(|lines| {
        lines.iter().all(|line| {
            line["state"] != "suppressed"
                && !["D204", "C104", "C105", "C106"].contains(&line["code"].as_str())
        })
    });
    let waiting = waiting.count() as u64;
    assert!(waiting >= 10, "the sample has people who wait");
    assert_eq!(told["waiting"]["total"], waiting);
    assert_eq!(told["waiting"]["by_day"]["2025-09-15"], waiting - waiting % 10);

    let words = night.ask(&["figures"]).stdout;
    assert!(words.contains(&format!("told            {letters}\n")), "{words}");
    assert_eq!(night.ask(&["close", "--yes"]).code, 0);
    assert_eq!(night.ask(&["purge", "--approved-by", "the board", "--yes"]).code, 0);
    let purged = figures(&night);
    assert_eq!(purged["told"]["total"], letters);
    // What nobody knows any more is not nought.
    for field in ["as_of", "waiting", "unreachable", "not_to_be_told"] {
        assert!(purged[field].is_null(), "{field}: {purged}");
    }
    assert!(night.ask(&["figures"]).stdout.contains("unreachable     not known"));
}

#[test]
fn a_job_that_was_planned_or_given_up_has_told_nobody() {
    let night = Night::new(0);
    assert!(night.ask(&["plan"]).code <= 1);
    assert_eq!(figures(&night)["told"]["total"], 0);
    assert_eq!(night.ask(&["plan", "abandon", "--by", "operator", "--reason", "a trial"]).code, 0);
    assert_eq!(figures(&night)["told"]["total"], 0);
}

#[test]
fn a_row_without_a_letter_is_explained_with_what_would_change_it() {
    let night = Night::new(0);
    let run = night.run();
    let lines = rows(&run);
    let once = |id: &str| {
        lines.iter().filter(|line| line["record_id"].eq_ignore_ascii_case(id)).count() == 1
    };
    for state in ["review", "suppressed", "rejected"] {
        let line =
            lines.iter().find(|line| line["state"] == state && once(&line["record_id"])).unwrap();
        let place = format!("{}:{}", line["file"], line["row"]);
        let told = night.ask(&["explain", &place]);
        assert_eq!(told.code, 0, "{}", told.stderr);
        assert!(told.stdout.contains(&format!("why       {} ", line["code"])), "{}", told.stdout);
        assert!(
            told.stdout.contains(&format!("state     {state}"))
                && told.stdout.contains("change    ")
        );
        for name in [
            line["record_id"].clone(),
            line["record_id"].to_lowercase(),
            format!(" {} ", place.to_uppercase()),
        ] {
            assert_eq!(night.ask(&["explain", &name]).stdout, told.stdout, "{name}");
        }
    }
    let led = lines.iter().find(|line| line["state"] == "letter").unwrap();
    let told = night.ask(&["explain", &format!("{}:{}", led["file"], led["row"])]);
    assert!(told.stdout.contains(&format!("letter    {}", led["letter_id"])), "{}", told.stdout);
    // A row of another list is known when it waits for a human.
    let path = Path::new(run["papers"].as_str().unwrap()).join("review.csv");
    let mut review =
        csv::Reader::from_path(path).unwrap().into_deserialize::<Line>().map(Result::unwrap);
    let waits =
        review.find(|line| line["list"] != "exposures").expect("a row of another list waits");
    let told = night.ask(&["explain", &format!("{}:{}", waits["file"], waits["row"])]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(told.stdout.contains(&format!("why       {} ", waits["code"])), "{}", told.stdout);
    assert!(
        told.stdout.contains("state     ") && told.stdout.contains("change    "),
        "{}",
        told.stdout
    );
    for unknown in ["exposures-special.csv:99999", "no such record", ""] {
        assert_eq!(night.ask(&["explain", unknown]).code, 3, "{unknown}");
    }

    let json: Value = serde_json::from_str(
        &night.ask(&["explain", "--json", &format!("{}:{}", led["file"], led["row"])]).stdout,
    )
    .unwrap();
    assert_eq!(json[0]["letter_id"], led["letter_id"].as_str());
    fs::remove_dir_all(night.data().join("runs")).unwrap();
    assert_eq!(night.ask(&["explain", "exposures-special.csv:1"]).code, 3, "no run, no row");
}
