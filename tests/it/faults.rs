//! Runs that are killed, that fail, that find no room: a part of what `make fault-test` does in
//! full.

use std::process::Command;

use crate::program::root;
use crate::tools;

#[test]
fn a_disturbed_night_ends_like_an_undisturbed_one() {
    let said = tools::run(Command::new(tools::python()).arg(root().join("tests/fault")).args([
        "--short",
        "--binary",
        env!("CARGO_BIN_EXE_breachpost"),
    ]));
    assert!(said.contains("\n0 faults"), "{said}");
}

#[test]
fn a_program_as_it_is_released_knows_of_no_defects() {
    let program = std::fs::read(env!("CARGO_BIN_EXE_breachpost")).unwrap();
    let has = |word: &str| program.windows(word.len()).any(|window| window == word.as_bytes());
    assert!(has("campaign.key"), "the search itself finds nothing");
    assert!(!has("BREACHPOST_DEFECT") && !has("RecordedBeforePublished"));
}
