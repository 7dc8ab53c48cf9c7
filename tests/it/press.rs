//! What the press and the print floor get beside the letters: samples, the delivery note, boxes and
//! titles.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::night::{bag, manifest};
use crate::paper;
use crate::program::Night;
use crate::tools::run;

fn text(pdf: &Path) -> String {
    run(Command::new("pdftotext").args(["-raw", "-enc", "UTF-8"]).arg(pdf).arg("-"))
}

fn samples(bag: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(bag.join("data/samples"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

fn pages(pdf: &Path) -> u32 {
    run(Command::new("qpdf").arg("--show-npages").arg(pdf)).trim().parse().unwrap()
}

/// The class of a sample as somebody who looks at it sees it: where it goes, how large it is
/// printed, its sheets.
fn class_of(sample: &Path, text: &str) -> String {
    let large = ["Deze brief heeft grote letters", "This letter is in large print"]
        .iter()
        .any(|says| text.contains(says));
    let letter = match (text.contains("BELGIUM"), text.contains("CANADA"), large) {
        (false, false, false) => 'A',
        (false, false, true) => 'B',
        (true, _, false) => 'C',
        (true, _, true) => 'D',
        (_, true, false) => 'E',
        (_, true, true) => 'F',
    };
    format!("{letter}{}", pages(sample) / 2)
}

#[test]
fn there_is_a_sample_of_every_class_in_both_languages_and_of_every_kind() {
    let mut seen: BTreeSet<(String, bool)> = BTreeSet::new();
    let mut kinds: BTreeSet<(&str, bool)> = BTreeSet::new();
    for sample in samples(&bag()) {
        let text = text(&sample);
        let dutch = text.contains("Met vriendelijke groet");
        assert!(dutch || text.contains("Yours sincerely"), "{text}");
        seen.insert((class_of(&sample, &text), dutch));
        for (kind, [in_dutch, in_english]) in [
            ("parents", ["Aan de ouder(s)", "To the parent(s)"]),
            ("correction", ["klopte niet", "was wrong"]),
            ("screening", ["bevolkingsonderzoek", "cervical cancer screening"]),
            ("hospital", ["Een ziekenhuis liet", "A hospital asked"]),
            ("gp", ["Uw huisarts of", "Your GP or"]),
            ("prisoner", ["in detentie", "in detention"]),
        ] {
            if text.contains(if dutch { in_dutch } else { in_english }) {
                kinds.insert((kind, dutch));
            }
        }
    }
    let classes: BTreeSet<String> =
        manifest().into_iter().map(|line| line["class"].clone()).collect();
    assert!(classes.len() > 3, "{classes:?}");
    for class in &classes {
        for dutch in [true, false] {
            assert!(seen.contains(&(class.clone(), dutch)), "{class}, Dutch {dutch}: {seen:?}");
        }
    }
    assert_eq!(kinds.len(), 12, "{kinds:?}");
}

#[test]
fn the_name_of_a_sample_tells_neither_class_nor_language_nor_kind() {
    let samples = samples(&bag());
    for (number, sample) in (1..).zip(&samples) {
        assert_eq!(
            sample.file_name().unwrap().to_str().unwrap(),
            format!("sample-{number:02}.pdf")
        );
    }
    assert!(samples.len() >= 16);
}

/// The words of the delivery note, and the order for machines that it repeats.
#[test]
fn the_delivery_note_has_the_totals_of_the_part_and_nobodys_name() {
    let file = bag().join("data/delivery-note.pdf");
    let (note, ticket) = (text(&file), fs::read_to_string(bag().join("data/job.json")).unwrap());
    let ticket: Value = serde_json::from_str(&ticket).unwrap();
    assert_eq!(pages(&file), 1);
    assert!(note.contains("REHEARSAL, DO NOT POST"), "{note}");
    let words: Vec<&str> = note.lines().map(str::trim).collect();
    let has = |line: &str| assert!(words.iter().any(|one| one.contains(line)), "{line}\n{note}");
    let cell = |value: &Value| value.as_u64().unwrap().to_string();
    for class in ticket["classes"].as_array().unwrap() {
        let cells = ["letters", "sheets_per_letter", "sheets", "pages", "paper_grams_per_letter"]
            .map(|name| cell(&class[name]));
        has(&format!("{} {}", class["class"].as_str().unwrap(), cells.join(" ")));
    }
    let counts = ["letters", "sheets", "pages"].map(|name| cell(&ticket["counts"][name]));
    has(&format!("Totaal / Total {}", counts.join(" ")));
    for name in ["contact", "service", "return_option"] {
        has(ticket[name].as_str().unwrap());
    }
    for value in [
        &ticket["sender_contacts"][0],
        &ticket["posting"]["latest"],
        &ticket["retention"]["destroy_by"],
    ] {
        has(value.as_str().unwrap());
    }
    has("Deel / Part 1 van / of 1");

    let told = |line: &BTreeMap<String, String>| {
        ["name_1", "letter_id", "street", "postcode"].map(|column| line[column].clone())
    };
    let personal: BTreeSet<String> =
        manifest().iter().flat_map(told).filter(|value| value.len() > 3).collect();
    assert!(personal.iter().all(|value| !note.contains(value)));
    for word in
        ["gegevens", "gestolen", "test", "laborator", "onderzoek", "screening", "zieken", "detent"]
    {
        assert!(!note.to_lowercase().contains(word), "{word}");
    }
    run(Command::new("qpdf").arg("--check").arg(&file));
}

#[test]
fn boxes_title_and_output_intent_come_where_the_vendor_asks() {
    let night = Night::new(8);
    let asked = "[print]\ntrim_box = true\ntitle = true\noutput_intent = \"FOGRA52\"\n";
    let config = night.configured("[print]\n", asked);
    let answer = night.ask_with(&config, &["run", "--json"]);
    assert!(answer.code <= 1, "{}", answer.stderr);
    let answer: Value = serde_json::from_str(&answer.stdout).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let bag =
        paper::unpack(Path::new(answer["package"].as_str().unwrap()), folder.path()).pop().unwrap();
    for file in fs::read_dir(bag.join("data/print")).unwrap() {
        let file = file.unwrap().path();
        let about = run(Command::new("pdfinfo").arg("-box").arg(&file));
        let line = |name: &str| {
            about
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .map(str::trim)
                .unwrap_or_default()
        };
        assert_eq!(line("Title:"), file.file_stem().unwrap().to_str().unwrap());
        assert_eq!(line("TrimBox:"), line("MediaBox:"));
        let objects = run(Command::new("qpdf")
            .args(["--qdf", "--object-streams=disable"])
            .arg(&file)
            .arg("-"));
        assert!(objects.contains("/GTS_PDFX") && objects.contains("(FOGRA52)"));
        run(Command::new("qpdf").arg("--check").arg(&file));
    }
    let unknown = night.configured("[print]\n", "[print]\noutput_intent = \"SWOP\"\n");
    let refused = night.ask_with(&unknown, &["check"]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(refused.stderr.contains("FOGRA52"), "{}", refused.stderr);
}
