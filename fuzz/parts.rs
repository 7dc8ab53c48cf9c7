//! Damaged parts of a package and print files: read or refused.

use std::fs;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use breachpost::package::archive::Reader;
use breachpost::render::readback::PageTexts;
use rayon::prelude::*;

use super::mutate::Mutator;
use super::{Tried, inputs};
use crate::hostile::Part;

const WORDS: [&str; 8] = ["obj", "endobj", "stream", "/Kids", "/Length", "R", "<<", ">>"];

#[test]
fn a_damaged_print_file_is_never_taken_for_a_sound_one() {
    let part = Part::new();
    let name = part.print_file().to_owned();
    let sound = &part.files.iter().find(|file| file.0 == name).unwrap().1;
    let texts = PageTexts::new().unwrap();
    let expected = texts.read(sound).unwrap();

    (0..inputs(60)).into_par_iter().for_each(|number| {
        let bytes = Mutator::of(number).damage(sound, &WORDS, sound);
        let tried = Tried { target: "pdf", number, bytes: &bytes };
        let read = catch_unwind(AssertUnwindSafe(|| texts.read(&bytes)));
        // What is drawn may be damaged; who is named on how many pages is compared by `verify`.
        if let Ok(Ok(pages)) = read {
            assert!(pages.len() <= expected.len() * 2);
        }
        drop(tried);
    });
}

#[test]
fn a_damaged_archive_is_read_or_refused() {
    let part = Part::new();
    let whole = fs::read(part.with("README.txt", <[u8]>::to_vec)).unwrap();

    (0..inputs(60)).into_par_iter().for_each(|number| {
        let bytes = Mutator::of(number).damage(&whole, &WORDS, &whole);
        let _tried = Tried { target: "part", number, bytes: &bytes };
        let Ok(mut archive) = Reader::open(Cursor::new(&bytes)) else { return };
        for path in archive.paths().unwrap_or_default() {
            if let Ok(read) = archive.read(&path) {
                assert!(read.len() <= bytes.len());
            }
        }
        let is_sound = archive.is_whole().unwrap_or(false);
        assert!(!is_sound || bytes.len() <= whole.len() * 2);
    });
}
