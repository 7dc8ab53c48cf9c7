//! A campaign night after night, with an account of its own: the short form of `make nights-test`.

use std::process::Command;

use crate::program::root;
use crate::tools;

#[test]
fn a_campaign_agrees_with_an_independent_account_after_each_night() {
    let said = tools::run(Command::new(tools::python()).arg(root().join("tests/nights")).args([
        "--short",
        "--require-restore",
        "--binary",
        env!("CARGO_BIN_EXE_breachpost"),
    ]));
    assert!(said.contains("\n11 nights, 0 disagreements"), "{said}");
}
