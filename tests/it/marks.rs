//! The sheet mark, read by somebody else's reader (libdmtx) from pictures of the pages, against the
//! manifest.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::night::{bag, manifest};
use crate::paper;
use crate::program::{Night, root};
use crate::tools::run;

/// Pictures of the mark's zone, one for each front, in order of the pages: 20 mm by 20 mm from 2 mm
/// beside the left edge and 253 mm below the upper one, at 300 dots an inch.
fn zones(pdf: &Path, folder: &Path) -> Vec<PathBuf> {
    let area = ["-x", "24", "-y", "2988", "-W", "236", "-H", "236"];
    run(Command::new("pdftoppm")
        .args(["-r", "300", "-gray", "-o"])
        .args(area)
        .arg(pdf)
        .arg(folder.join("zone")));
    let mut pictures: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    pictures.sort();
    pictures
}

/// docs/print.md: `v(1) job(7) seq(7) sheet(2) of(2) inserts(1) envelope(1)` and the number modulo
/// 997.
fn payload(job: &str, seq: &str, sheet: u32, of: u32) -> String {
    let number = format!("1{job}{seq}{sheet:02}{of:02}01");
    let check = number.bytes().fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 997);
    format!("{number}{check:03}")
}

#[test]
fn every_sheet_of_a_run_carries_the_mark_of_the_manifest() {
    let letters = manifest();
    let mut files: Vec<&String> = letters.iter().map(|line| &line["print_file"]).collect();
    files.dedup();
    let mut read = 0;
    for file in files {
        let folder = TempDir::new().unwrap();
        let fronts = zones(&bag().join("data").join(file), folder.path());
        let expected: Vec<String> = letters
            .iter()
            .filter(|line| &line["print_file"] == file)
            .flat_map(|line| {
                let of: u32 = line["sheet_count"].parse().unwrap();
                (1..=of).map(move |sheet| payload(&line["job_id"], &line["seq"], sheet, of))
            })
            .collect();
        let found = run(Command::new("dmtxread").args(["-n", "-N1"]).args(&fronts));
        assert_eq!(found.lines().collect::<Vec<_>>(), expected, "{file}");
        read += expected.len();
    }
    assert!(read > letters.len(), "no letter of several sheets among them");
}

#[test]
fn a_zone_that_is_left_free_is_white() {
    let night = Night::new(25);
    let sample = root().join("sample-data");
    let config = fs::read_to_string(sample.join("breachpost.toml")).unwrap();
    let config = config
        .replace("sheet_mark = \"own\"", "sheet_mark = \"reserve\"")
        .replace("\"facts.toml\"", &format!("{:?}", sample.join("facts.toml").to_str().unwrap()));
    let path = night.inbox().with_file_name("breachpost.toml");
    fs::write(&path, config).unwrap();
    let answer = night.ask_with(&path, &["run", "--json"]);
    assert!(answer.code <= 1, "{}", answer.stderr);
    let answer: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    let folder = TempDir::new().unwrap();
    let bags = paper::unpack(answer["package"].as_str().unwrap().as_ref(), folder.path());
    let mut fronts = 0;
    for file in bags.iter().flat_map(|bag| fs::read_dir(bag.join("data/print")).unwrap()) {
        let folder = TempDir::new().unwrap();
        for picture in zones(&file.unwrap().path(), folder.path()) {
            let picture = fs::read(picture).unwrap();
            let gray = &picture[picture.len() - 236 * 236..];
            assert!(gray.iter().all(|sample| *sample == 255), "ink in the zone");
            fronts += 1;
        }
    }
    assert!(fronts > 20);
}
