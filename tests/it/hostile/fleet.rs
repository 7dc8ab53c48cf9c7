//! Print files that another machine set, and what lies beside them, altered with the hash in the
//! receipt: none of it is packed, and all of it is named.

use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::altered::WAYS;
use super::{asked, opened, program};
use crate::program::Night;

/// A night whose job is planned, and whose only part a fleet has set.
pub(crate) struct Evening {
    night: Night,
    /// The part's folder, below the data folder.
    part: PathBuf,
}

impl Evening {
    pub(crate) fn new() -> Self {
        let night = Night::new(5);
        let planned = asked(&mut program(&night, &["plan", "--json"]));
        assert!(planned.code <= 1, "{}", planned.stderr);
        let planned: Value = serde_json::from_str(&planned.stdout).unwrap();
        let set = asked(&mut program(&night, &["render", "--part", "1"]));
        assert_eq!(set.code, 0, "{}", set.stderr);

        let staging = Path::new(planned["folder"].as_str().unwrap());
        let part = staging.strip_prefix(night.data()).unwrap().join("print/p001");
        Self { night, part }
    }

    /// Another evening of the same kind, and the folder of its part.
    pub(crate) fn copy(&self) -> (Night, PathBuf) {
        let night = self.night.copy();
        let part = night.data().join(&self.part);
        (night, part)
    }

    /// The files of the part that are print files.
    pub(crate) fn print_files(part: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(part).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> =
            entries.filter(|path| path.extension().is_some_and(|end| end == "pdf")).collect();
        files.sort();
        files
    }
}

/// Puts other bytes in the place of a print file, and their hash into the receipt.
pub(crate) fn replace(file: &Path, bytes: &[u8]) {
    let before = fs::read(file).unwrap();
    fs::write(file, bytes).unwrap();
    let receipt = file.with_file_name("receipt.json");
    let text = fs::read_to_string(&receipt).unwrap();
    let [was, is] = [before.as_slice(), bytes].map(|bytes| HEXLOWER.encode(&Sha256::digest(bytes)));
    assert!(text.contains(&was), "the receipt has its hash");
    fs::write(&receipt, text.replace(&was, &is)).unwrap();
}

/// Finishes the job; what is in its archive, and what was said.
pub(crate) fn finish(night: &Night) -> (Vec<(String, Vec<u8>)>, String) {
    let run = asked(&mut program(night, &["run", "--json"]));
    assert!(run.code <= 1, "{}", run.stderr);
    let found = fs::read_dir(night.data().join("outbox")).unwrap().next().unwrap().unwrap();
    let part = format!("{}-p001", found.file_name().to_str().unwrap());
    (opened(found.path().join(format!("{part}.zip.age")).to_str().unwrap(), &part), run.stderr)
}

/// Puts something where a fleet's print file is expected.
type Place = fn(&Path, &[u8]);

#[test]
fn a_print_file_of_a_fleet_counts_only_byte_for_byte() {
    let evening = Evening::new();
    let (calm, _) = evening.copy();
    let (wanted, said) = finish(&calm);
    assert!(!said.contains("it is set again"), "{said}");

    for (what, _, alter) in WAYS {
        let (night, part) = evening.copy();
        let file = &Evening::print_files(&part)[0];
        let sound = fs::read(file).unwrap();
        let altered = alter(&sound);
        assert_ne!(sound, altered, "{what}");
        replace(file, &altered);

        let (found, said) = finish(&night);
        let name = file.file_name().unwrap().to_str().unwrap();
        let named =
            said.lines().any(|line| line.contains(name) && line.contains("it is set again"));
        assert!(named, "{what}: {said}");
        assert!(found == wanted, "{what} was packed");
    }
}

#[test]
fn a_link_a_folder_and_a_longer_file_in_the_place_of_a_print_file_are_set_again() {
    let evening = Evening::new();
    let (calm, _) = evening.copy();
    let (wanted, _) = finish(&calm);

    let places: [(&str, Place); 3] = [
        ("a link to the same bytes", |file, sound| {
            let beside = file.with_extension("moved");
            fs::write(&beside, sound).unwrap();
            fs::remove_file(file).unwrap();
            std::os::unix::fs::symlink(beside, file).unwrap();
        }),
        ("a folder", |file, _| {
            fs::remove_file(file).unwrap();
            fs::create_dir(file).unwrap();
        }),
        ("a byte more", |file, sound| replace(file, &[sound, b" "].concat())),
    ];
    for (what, place) in places {
        let (night, part) = evening.copy();
        let file = &Evening::print_files(&part)[0];
        place(file, &fs::read(file).unwrap());
        let (found, said) = finish(&night);
        assert!(said.contains("it is set again"), "{what}: {said}");
        assert!(found == wanted, "{what} was packed");
    }
}
