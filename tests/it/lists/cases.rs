//! The public cases of the folder beside the project, where it is there: lists as rows or as whole
//! files, and what must come of them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Line, Lists};
use crate::program::root;

#[test]
fn every_public_case_ends_as_it_must() {
    let folder =
        std::env::var_os("BREACHPOST_CASES").map_or(root().join("../shared/cases"), Into::into);
    let Ok(text) = std::fs::read_to_string(folder.join("lists.jsonl")) else { return };
    let cases: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!cases.is_empty());
    let wrong: Vec<String> =
        cases.iter().filter_map(|case| Some(format!("{}: {}", id(case), wrong(case)?))).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} cases end wrongly:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

fn id(case: &Value) -> &str {
    case["id"].as_str().unwrap()
}

fn words(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .map(|words| words.iter().map(|word| word.as_str().unwrap()).collect())
        .unwrap_or_default()
}

/// What is wrong with the end of a case, if anything.
fn wrong(case: &Value) -> Option<String> {
    let mut lists = Lists::new(case["conf"].as_str().unwrap_or(""));
    for list in ["exposures", "register", "participants", "suppressions", "providers"] {
        if let Some(rows) = case[list].as_array() {
            let lines: Vec<Line> =
                rows.iter().map(|row| serde_json::from_value(row.clone()).unwrap()).collect();
            lists = lists.with(list, &lines);
        }
    }
    for (name, content) in case["raw"].as_object().into_iter().flatten() {
        lists = lists.with_file(name, content.as_str().unwrap());
    }
    let ended = lists.run();
    let code = i64::from(ended.answer.code);
    let exits: Vec<i64> = case["exits"]
        .as_array()
        .map(|exits| exits.iter().map(|exit| exit.as_i64().unwrap()).collect())
        .unwrap_or_default();
    if !exits.is_empty() && !exits.contains(&code) {
        return Some(format!("exit code {code}, not one of {exits:?}"));
    }
    if matches!(code, 2 | 3) && exits.contains(&code) {
        return None;
    }
    for (record, allowed) in case["ends"].as_object().into_iter().flatten() {
        let mut states = ended.rows.iter().filter(|row| row["record_id"] == *record).peekable();
        if states.peek().is_none()
            || states.any(|row| !words(allowed).contains(&row["state"].as_str()))
        {
            return Some(format!(
                "{record} ended as `{}`, not as one of {allowed}",
                ended.state(record)
            ));
        }
    }
    if let Some(people) = case["people"].as_u64() {
        let letters: BTreeSet<&String> =
            ended.rows.iter().map(|row| &row["person"]).filter(|one| !one.is_empty()).collect();
        let held = ended.rows.iter().filter(|row| row["person"].is_empty()).count();
        if ((letters.len() + held) as u64) < people {
            return Some(format!("{} people, not {people}", letters.len() + held));
        }
    }
    let (wanted, unwanted) = (words(&case["prints"]), words(&case["never_prints"]));
    if wanted.is_empty() && unwanted.is_empty() {
        return None;
    }
    let printed = ended.printed();
    let missing = wanted
        .iter()
        .find(|text| !printed.contains(**text))
        .map(|text| format!("`{text}` is not printed"));
    missing.or_else(|| {
        unwanted
            .iter()
            .find(|text| printed.contains(**text))
            .map(|text| format!("`{text}` is printed"))
    })
}
