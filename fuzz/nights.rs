//! Damage that a whole night meets: settings, and what a fleet has left. However it looks, the night
//! ends with one of its codes, and nothing but what was planned is packed.

use std::fs;
use std::path::Path;
use std::process::Command;

use rayon::prelude::*;

use super::mutate::Mutator;
use super::{Tried, inputs};
use crate::hostile::asked;
use crate::hostile::fleet::{self, Evening};
use crate::program::{DATE, Night, root};

const WORDS: [&str; 12] = [
    "true",
    "false",
    "[print]",
    "[policy]",
    "letters_per_file = 1",
    "letters_per_part = 1",
    "duplex = false",
    "\"write\"",
    "\"hold\"",
    "min_days_between = 0",
    "synthetic = false",
    "=",
];

/// `inputs` for what costs seconds: a ten-thousandth of them.
fn nights(few: u64) -> u64 {
    match inputs(0) {
        0 => few,
        inputs => inputs.div_ceil(10_000).max(few),
    }
}

/// A run with these settings; relative paths in them lead nowhere but below the folder.
fn run(night: &Night, config: &Path) -> Command {
    let mut process = Command::new(env!("CARGO_BIN_EXE_breachpost"));
    process.current_dir(night.path()).args(["--date", DATE, "--config"]).arg(config);
    process.arg("--inbox").arg(night.inbox()).arg("--data-dir").arg(night.data()).arg("run");
    process
}

#[test]
fn a_night_with_damaged_settings_ends_with_a_code() {
    let evening = Night::bare();
    let list = fs::read(root().join("sample-data/inbox/exposures-special.csv")).unwrap();
    let lines = list.split_inclusive(|byte| *byte == b'\n').take(6);
    fs::write(evening.inbox().join("exposures.csv"), lines.collect::<Vec<_>>().concat()).unwrap();
    let sample = fs::read(evening.configured("\u{0}", "")).unwrap();

    let codes = (0..nights(8)).into_par_iter().map(|number| {
        let night = evening.copy();
        let bytes = Mutator::of(number).damage(&sample, &WORDS, &sample);
        let tried = Tried { target: "night", number, bytes: &bytes };
        let config = night.path().join("breachpost.toml");
        fs::write(&config, &bytes).unwrap();
        let code = asked(&mut run(&night, &config)).code;
        // A ledger that could be opened before can be opened afterwards.
        let check = asked(&mut crate::hostile::program(&night, &["ledger", "check"]));
        assert_eq!(check.code, 0, "after {code}: {}", check.stderr);
        drop(tried);
        code
    });
    let codes: Vec<i32> = codes.collect();
    assert!(codes.iter().any(|code| *code > 1), "nothing was ever refused: {codes:?}");
}

#[test]
fn a_damaged_file_of_a_fleet_is_not_packed() {
    let evening = Evening::new();
    let (calm, _) = evening.copy();
    let wanted = fleet::finish(&calm).0;

    (0..nights(6)).into_par_iter().for_each(|number| {
        let (night, part) = evening.copy();
        let file = if number % 3 == 2 {
            part.join("receipt.json")
        } else {
            Evening::print_files(&part).swap_remove(0)
        };
        let sound = fs::read(&file).unwrap();
        let bytes = Mutator::of(number).damage(&sound, &["null", "sha256"], &sound);
        let tried = Tried { target: "fleet", number, bytes: &bytes };
        if number % 3 == 1 {
            fleet::replace(&file, &bytes);
        } else {
            fs::write(&file, &bytes).unwrap();
        }

        let (found, said) = fleet::finish(&night);
        assert!(found == wanted, "something else was packed");
        // A receipt may be damaged where nothing is lost: between its words.
        assert!(bytes == sound || said.contains("it is set again") || number % 3 == 2, "{said}");
        drop(tried);
    });
}
