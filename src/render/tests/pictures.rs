//! The finished files through Ghostscript, which shares no code with the press.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::config::{Print, SheetMark};
use crate::field::body::Body;
use crate::field::draft::Draft;
use crate::field::place::Planned;
use crate::render::press::Press;
use crate::render::tests::{JOB, RUN_DATE, bodies, draft_with, drafts, planned, press, variants};

/// What Ghostscript writes to its standard output.
fn ghostscript(arguments: &[&str], pdf: &Path) -> Vec<u8> {
    let output = Command::new("gs")
        .args(["-q", "-dBATCH", "-dNOPAUSE", "-dSAFER"])
        .args(arguments)
        .arg(pdf)
        .output()
        .expect("Ghostscript (`gs`) is missing: `make test` installs it");
    assert!(output.status.success(), "gs: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn written(pdf: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), pdf).unwrap();
    file
}

fn set(print: &Print) -> (Vec<Planned>, Vec<u8>) {
    let press = press(print);
    let letters = planned(&press, drafts());
    let pdf = press.set(JOB, &letters.iter().collect::<Vec<_>>()).unwrap();
    (letters, pdf)
}

#[test]
fn print_files_are_pure_black() {
    let (_, pdf) = set(&Print::default());
    let file = written(&pdf);
    let coverage = ghostscript(&["-o", "-", "-sDEVICE=inkcov"], file.path());
    let coverage = String::from_utf8(coverage).unwrap();
    let mut inked = 0;
    for line in coverage.lines() {
        let ink: Vec<f64> =
            line.split_whitespace().take(4).map(|word| word.parse().unwrap()).collect();
        assert_eq!(&ink[..3], [0.0, 0.0, 0.0], "colour on a page: {line}");
        inked += usize::from(ink[3] > 0.0);
    }
    assert!(inked >= 8, "{coverage}");
}

/// Gray values of all pages at 100 dots an inch.
fn pixels(pdf: &[u8]) -> Vec<u8> {
    let file = written(pdf);
    // Without alignment to whole pixels: else a thousandth of a point can move a glyph by one.
    let smooth = ["-dTextAlphaBits=4", "-dGraphicsAlphaBits=4", "-dAlignToPixels=0"];
    ghostscript(&[&["-o", "-", "-sDEVICE=pgmraw", "-r100"], &smooth[..]].concat(), file.path())
}

fn compare_pictures(press: &Press, draft: Draft, body: &Body) {
    let letters = planned(press, vec![draft]);
    let fast = pixels(&press.set(JOB, &[&letters[0]]).unwrap());
    let whole = pixels(&press.accessible(&letters[0].draft, body).unwrap());
    assert_eq!(fast.len(), whole.len());
    let far = fast.iter().zip(&whole).filter(|(one, other)| one.abs_diff(**other) > 96).count();
    // Positions are rounded to a thousandth of a point, so the edge of a bar may fall on the other
    // side of a sample; a word that moved makes hundreds of pixels differ.
    assert!(
        far * 20_000 < fast.len(),
        "{}: {far} of {} pixels differ",
        letters[0].draft.letter_id,
        fast.len()
    );
}

#[test]
fn both_ways_of_setting_a_letter_give_the_same_pictures() {
    let print = Print { sheet_mark: SheetMark::Reserve, duplex: false, ..Print::default() };
    let press = press(&print);
    for draft in drafts() {
        let body = &bodies()[&draft.body];
        compare_pictures(&press, draft, body);
    }
}

/// One of each: language, size of print, sides, with and without provider.
#[test]
fn every_class_of_letter_gives_the_same_pictures_both_ways() {
    let print = Print { sheet_mark: SheetMark::Reserve, duplex: false, ..Print::default() };
    let keyed: BTreeMap<String, Body> =
        variants().into_iter().map(|body| (body.key(), body)).collect();
    let press = Press::new(&keyed, &print, RUN_DATE).unwrap();
    let class = |(key, body): &(&String, &Body)| {
        (body.language, body.format, press.sides(key), body.provider_slot)
    };
    let classes: BTreeMap<_, _> = keyed.iter().map(|entry| (class(&entry), entry)).collect();
    assert!(classes.len() >= 6, "{} classes", classes.len());
    for (key, body) in classes.into_values() {
        compare_pictures(&press, draft_with(key, body), body);
    }
}

#[test]
fn pictures_of_a_letter_are_png_one_a_side() {
    let press = press(&Print::default());
    let draft = drafts().remove(0);
    let pictures = press.png(&draft, &bodies()[&draft.body], 60.0).unwrap();
    assert_eq!(pictures.len(), 2);
    assert!(pictures.iter().all(|picture| picture.starts_with(b"\x89PNG")));
}

#[test]
fn the_accessible_copy_is_tagged_and_says_so() {
    let press = press(&Print::default());
    let draft = drafts().remove(1);
    let pdf = press.accessible(&draft, &bodies()[&draft.body]).unwrap();
    let has = |needle: &str| pdf.windows(needle.len()).any(|window| window == needle.as_bytes());
    assert!(
        has("<pdfaid:part>2</pdfaid:part>") && has("<pdfaid:conformance>A</pdfaid:conformance>")
    );
    assert!(has("<pdfuaid:part>1</pdfuaid:part>") && has("(en-GB)"));
    assert_eq!(pdf, press.accessible(&draft, &bodies()[&draft.body]).unwrap());
}
