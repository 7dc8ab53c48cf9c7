//! Damaged settings, texts, facts and review files: understood or refused.

use std::fs;
use std::path::Path;

use breachpost::compose::texts::CampaignTexts;
use breachpost::config::Config;
use breachpost::facts::Facts;
use camino::Utf8Path;
use rayon::prelude::*;

use super::mutate::Mutator;
use super::{Tried, inputs};
use crate::program::root;

const WORDS: [&str; 8] = ["data_dir", "[vendor]", "synthetic", "true", "[[", "]]", "\"\"\"", "="];

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
