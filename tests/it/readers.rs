//! What the program writes, read by other people's programs.

use std::process::Command;

use tempfile::TempDir;

use crate::program::root;
use crate::tools::{python, run};

/// The short form of `make interop-test`: the tools that `make test` has anyway.
#[test]
fn the_page_of_readers_is_still_true() {
    let work = TempDir::new().unwrap();
    let said = run(Command::new(python())
        .arg(root().join("tests/interop"))
        .args(["--short", "--binary", env!("CARGO_BIN_EXE_breachpost"), "--work"])
        .arg(work.path()));
    assert!(said.ends_with(" lines, 0 complaints\n"), "{said}");
}

#[test]
fn a_reader_that_reads_something_else_would_be_noticed() {
    let said = run(Command::new(python()).arg(root().join("tests/interop/check_table.py")));
    assert!(said.ends_with("right, wrong and refused are told apart\n"), "{said}");
}
