//! A real browser: tests/desk drives Chromium.

use std::process::Command;

use super::{OpenDesk, PASSWORD};
use crate::program::root;

/// Runs a part of tests/desk on a desk of its own; it stops at the first thing that is not so.
fn browse(part: &str) {
    let desk = OpenDesk::with(&["writer", "privacy"]);
    let browser = Command::new(root().join("target/venv/bin/python"))
        .arg(root().join("tests/desk"))
        .args(["--address", &format!("http://127.0.0.1:{}", desk.port)])
        .args(["--password", PASSWORD, "--part", part])
        .arg("--texts")
        .arg(desk.path("texts"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&browser.stdout);
    assert!(browser.status.success(), "{said}{}", String::from_utf8_lossy(&browser.stderr));
    assert!(said.contains("in order"), "{said}");
}

#[test]
fn somebody_edits_saves_and_sees_the_new_page() {
    browse("edit");
}

#[test]
fn every_page_is_accessible() {
    browse("axe");
}

#[test]
fn everything_works_without_a_script_and_without_a_mouse() {
    browse("plain");
}

#[test]
#[ignore = "minutes: `make desk-test`"]
fn every_page_looks_right_in_both_languages_and_at_every_width() {
    browse("widths");
}
