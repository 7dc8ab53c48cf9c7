//! The finished files through Ghostscript, which shares no code with the press.

use std::path::Path;
use std::process::Command;

use crate::compose::texts;
use crate::config::{Print, SheetMark};
use crate::letter::{Body, Draft, Format, Kix, Planned, Zone};
use crate::preview::invented;
use crate::render::Press;
use crate::render::tests::{JOB, RUN_DATE, bodies, drafts, planned, press};

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
        let ink: Vec<f64> = line.split_whitespace().take(4).map(|word| word.parse().unwrap()).collect();
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

/// The page pictures of a print file and of the accessible copy; the sheet mark is left out.
fn same_pictures(press: &Press, draft: Draft, body: &Body) {
    let letters = planned(press, vec![draft]);
    let fast = pixels(&press.set(JOB, &[&letters[0]]).unwrap());
    let whole = pixels(&press.accessible(&letters[0].draft, body).unwrap());
    assert_eq!(fast.len(), whole.len());
    let far = fast.iter().zip(&whole).filter(|(one, other)| one.abs_diff(**other) > 96).count();
    // Positions are rounded to a thousandth of a point, so the edge of a bar may fall on the other side of a sample; a word
    // that moved makes hundreds of pixels differ.
    assert!(far * 20_000 < fast.len(), "{}: {far} of {} pixels differ", letters[0].draft.letter_id, fast.len());
}

fn without_mark() -> Print {
    Print { sheet_mark: SheetMark::Reserve, duplex: false, ..Print::default() }
}

#[test]
fn both_ways_of_setting_a_letter_give_the_same_pictures() {
    let press = press(&without_mark());
    for draft in drafts() {
        let body = bodies()[&draft.body].clone();
        same_pictures(&press, draft, &body);
    }
}

/// Every category, status, kind, language, size and reader among them.
#[test]
fn variants_of_all_classes_give_the_same_pictures() {
    let facts = crate::facts::Facts::load("sample-data/facts.toml".into()).unwrap();
    let some: Vec<_> = texts::variants(&facts).into_iter().step_by(17).collect();
    let texts: Vec<Body> = some.iter().map(|variant| variant.body(&facts, RUN_DATE, true)).collect();
    let bodies = texts.iter().map(|body| (body.key(), body.clone())).collect();
    let press = Press::new(&bodies, &without_mark(), RUN_DATE).unwrap();
    let mut large = 0;
    for (number, (variant, body)) in some.iter().zip(&texts).enumerate() {
        let mut draft = invented::draft(&variant.subject, number, body);
        if number % 5 == 0 {
            draft.country_line = "SURINAME".to_owned();
            draft.zone = Zone::World;
            draft.kix = Kix::Skipped("FOREIGN".to_owned());
        }
        large += usize::from(body.format == Format::Large);
        same_pictures(&press, draft, body);
    }
    assert!(large > 0 && some.len() > 15, "{large} of {}", some.len());
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
    assert!(has("<pdfaid:part>2</pdfaid:part>") && has("<pdfaid:conformance>A</pdfaid:conformance>"));
    assert!(has("<pdfuaid:part>1</pdfuaid:part>") && has("(en-GB)"));
    assert_eq!(pdf, press.accessible(&draft, &bodies()[&draft.body]).unwrap());
}

/// For looking at and for measuring: `cargo test --release --lib -- --ignored --nocapture print_many`.
#[test]
#[ignore = "writes pictures and measures; run by hand"]
fn print_many() {
    let print = Print::default();
    let press = press(&print);
    let folder = std::path::PathBuf::from(std::env::var("OUT").unwrap_or_else(|_| "/tmp".to_owned()));
    std::fs::write(folder.join("print.pdf"), set(&print).1).unwrap();
    let draft = drafts().remove(0);
    std::fs::write(folder.join("copy.pdf"), press.accessible(&draft, &bodies()[&draft.body]).unwrap()).unwrap();
    let start = std::time::Instant::now();
    for number in 0..50 {
        let one = crate::letter::Draft { salutation: format!("Geachte heer {number}"), ..draft.clone() };
        press.whole_document(&one, &bodies()[&one.body]).unwrap();
    }
    let whole = start.elapsed().as_secs_f64() * 1e6 / 50.0;
    let people: Vec<_> = (0..2500_u32)
        .map(|number| crate::letter::Draft { letter_id: format!("{number:026}"), ..draft.clone() })
        .collect();
    let start = std::time::Instant::now();
    let letters = planned(&press, people);
    let proofed = start.elapsed();
    let references: Vec<&Planned> = letters.iter().collect();
    let pdf = press.set(JOB, &references).unwrap();
    let set = start.elapsed();
    let bodies = bodies();
    let expected = crate::render::readback::Expected { job: JOB, letters: &references, bodies: &bodies, print: &print };
    crate::render::readback::compare(&pdf, &expected).unwrap();
    let read = start.elapsed();
    let each = |time: std::time::Duration| time.as_secs_f64() * 1e6 / 2500.0;
    let message = format!(
        "a letter: whole document {whole:.0} us, proof {:.1} us, set {:.1} us, read back {:.1} us, {} bytes",
        each(proofed),
        each(set.saturating_sub(proofed)),
        each(read.saturating_sub(set)),
        pdf.len() / 2500
    );
    std::fs::write(folder.join("speed.txt"), message).unwrap();
}
