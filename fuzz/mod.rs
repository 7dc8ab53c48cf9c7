//! Damaged inputs, many of them, for everything that reads what others wrote. One target a file.
//!
//! Inputs come from a generator by number, so that each can be made again; the seeds are made by the
//! program itself, and no corpus is kept. `make fuzz` tries as many as `FUZZ_INPUTS` says, `make test` a few.
//! `ledger` is compiled with the tests of `record`, whose fixtures it needs.

mod lists;
mod mutate;
mod nights;
mod parts;
mod receipts;
mod settings;
mod workbooks;

use std::fs;
use std::io::{Write as _, stderr};
use std::path::PathBuf;
use std::thread;

use crate::program::root;

/// How many inputs a target tries: `FUZZ_INPUTS`, else `few`.
fn inputs(few: u64) -> u64 {
    std::env::var("FUZZ_INPUTS").map_or(few, |inputs| inputs.parse().unwrap())
}

/// An input that is being tried. When something is wrong with it, it is written to a file that is
/// named.
struct Tried<'a> {
    target: &'static str,
    number: u64,
    bytes: &'a [u8],
}

impl Drop for Tried<'_> {
    fn drop(&mut self) {
        if !thread::panicking() {
            return;
        }
        let path: PathBuf = root().join(format!("target/fuzz/{}-{}", self.target, self.number));
        let _ = fs::create_dir_all(root().join("target/fuzz"));
        let _ = fs::write(&path, self.bytes);
        let _ = writeln!(stderr(), "this was input {}: {}", self.number, path.display());
    }
}
