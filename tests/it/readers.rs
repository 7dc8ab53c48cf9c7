//! `letters.parquet`, read by other people's programs.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::program::{Night, root};
use crate::tools::{python, run};

fn letters_file(night: &Night) -> PathBuf {
    let papers = fs::read_dir(night.data().join("runs")).unwrap().next().unwrap().unwrap().path();
    papers.join("letters.parquet")
}

#[test]
fn every_reader_gets_the_same_letters() {
    let night = Night::new(300);
    night.run();

    let script = root().join("tests/read_letters.py");
    let said = run(Command::new(python()).arg(script).arg(letters_file(&night)));
    let (letters, readers) = said.trim().split_once(' ').unwrap();
    assert!(letters.parse::<u32>().unwrap() > 100, "{said}");
    assert_eq!(readers, "pyarrow pandas polars duckdb fastparquet");
}
