//! Damaged settings, texts, facts, review files and lists of mails that came back: understood or
//! refused.

use std::fs;
use std::path::Path;

use breachpost::compose::texts::CampaignTexts;
use breachpost::config::Config;
use breachpost::facts::Facts;
use breachpost::receipts;
use breachpost::tools::review::Decisions;
use camino::Utf8Path;
use rayon::prelude::*;

use super::mutate::Mutator;
use super::{Tried, inputs};
use crate::program::{Night, collect, root};

const WORDS: [&str; 12] = [
    "data_dir",
    "[vendor]",
    "synthetic",
    "true",
    "[[",
    "]]",
    "\"\"\"",
    "=",
    "same",
    "different",
    "L201",
    "decision",
];

/// Damages a file in a copy of its folder, and asks whether it is understood.
fn try_file(
    target: &'static str,
    folder: &Path,
    file: &str,
    few: u64,
    understood: impl Fn(&Utf8Path) -> bool + Sync,
) {
    const ROUND: u64 = 50;
    let seed = fs::read(folder.join(file)).unwrap();
    let good: u64 = (0..inputs(few).div_ceil(ROUND))
        .into_par_iter()
        .map(|round| {
            let copy = tempfile::tempdir().unwrap();
            for entry in fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_file() {
                    fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
                }
            }
            let copied = Utf8Path::from_path(copy.path()).unwrap();
            assert!(understood(copied), "{target}: undamaged");
            let tried = (round * ROUND..(round + 1) * ROUND).filter(|number| {
                let bytes = Mutator::of(*number).damage(&seed, &WORDS, &seed);
                let _tried = Tried { target, number: *number, bytes: &bytes };
                fs::write(copied.join(file), &bytes).unwrap();
                understood(copied)
            });
            tried.count() as u64
        })
        .sum();
    assert!(good < inputs(few).next_multiple_of(ROUND), "nothing was ever refused");
}

#[test]
fn damaged_settings_are_understood_or_refused() {
    try_file("config", &root().join("sample-data"), "breachpost.toml", 200, |folder| {
        Config::load(&folder.join("breachpost.toml")).is_ok()
    });
}

#[test]
fn damaged_facts_are_understood_or_refused() {
    try_file("facts", &root().join("sample-data"), "facts.toml", 200, |folder| {
        Facts::load(&folder.join("facts.toml")).is_ok()
    });
}

#[test]
fn damaged_texts_are_understood_or_refused() {
    try_file("texts", &root().join("locales"), "nl.toml", 100, |folder| {
        CampaignTexts::of(Some(folder)).is_ok()
    });
}

#[test]
fn damaged_review_files_are_understood_or_refused() {
    let night = Night::new(8);
    night.run();
    let mut papers = Vec::new();
    collect(&night.data().join("runs"), &mut papers);
    let (_, review) = papers.iter().find(|(path, _)| path.ends_with("review.csv")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("review.csv"), review).unwrap();
    try_file("review", folder.path(), "review.csv", 200, |folder| {
        Decisions::read(&folder.join("review.csv")).is_ok()
    });
}

#[test]
fn damaged_lists_of_mails_that_came_back_are_understood_or_refused() {
    let ids = ["a", "b", "c"].map(|letter| letter.repeat(25) + "a");
    let [one, two, three] = &ids;
    let rows = format!(
        "message_id,bounced_on,reason\n{one},2025-09-16,gone\n<{two}@example.org>,,\n{three},,full\n"
    );
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bounces.csv"), rows).unwrap();
    try_file("bounces", folder.path(), "bounces.csv", 500, |folder| {
        receipts::bounced(&folder.join("bounces.csv")).is_ok()
    });
}
