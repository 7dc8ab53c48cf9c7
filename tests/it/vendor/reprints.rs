//! Spoilt letters are printed once more, with the pages that they had, and never twice.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use breachpost::vendor_sim::FetchedJob;
use camino::Utf8Path;
use serde_json::Value;

use super::{LATER, Mailed};
use crate::program::{Answer, root};
use crate::tools::run;

const WHO: [&str; 4] = ["--by", "operations", "--reason", "spoilt at the vendor"];
const NIGHT: &str = "2025-09-19";

/// A vendor's word for some places.
fn said(mailed: &Mailed, end: &str, places: &[usize], status: &str, copy: &str) -> PathBuf {
    let pieces = &mailed.fetched.pieces;
    let row = |place: &usize| {
        let piece = &pieces[*place];
        format!("{},{},{status},{copy}\n", piece.seq, piece.letter_id)
    };
    let rows: String = places.iter().map(row).collect();
    mailed
        .file(&format!("production-{end}.csv"), &format!("seq,letter_id,status,reprint_no\n{rows}"))
}

/// A configuration in which a night may print this share of a job again.
fn permits(mailed: &Mailed, percent: &str) -> PathBuf {
    let table = format!("[receipts]\nreprint_percent = {percent}\n\n[vendor]");
    mailed.night.configured("[vendor]", &table)
}

fn ask(mailed: &Mailed, config: &Path, command: &[&str]) -> Answer {
    mailed.night.answer(config, NIGHT, command)
}

/// Opens a package in the outbox with the vendor's tools.
fn fetch(mailed: &Mailed, job: &str) -> FetchedJob {
    let house = tempfile::tempdir().unwrap();
    let package = mailed.night.data().join("outbox").join(job);
    let identity = root().join("sample-data/vendor/age-identity.txt");
    let [package, identity, house] =
        [package.as_path(), &identity, house.path()].map(|path| Utf8Path::from_path(path).unwrap());
    FetchedJob::fetch(package, identity, house).unwrap()
}

fn reprinted(answer: &Answer) -> Vec<Value> {
    assert!(answer.code <= 1, "{}{}", answer.stdout, answer.stderr);
    let answer: Value = serde_json::from_str(&answer.stdout).unwrap();
    let made = if answer.is_array() { answer } else { answer["reprinted"].clone() };
    made.as_array().unwrap().clone()
}

/// The pages of a letter in a package, as pictures.
fn pages(mailed: &Mailed, job: &str, letter_id: &str) -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let identity = root().join("sample-data/vendor/age-identity.txt");
    let package = mailed.night.data().join("outbox").join(job);
    let (zip, bag) = (folder.path().join("part.zip"), folder.path().join("bag"));
    let part = package.join(format!("{job}-p001.zip.age"));
    run(Command::new("age").arg("-d").arg("-i").arg(identity).arg("-o").arg(&zip).arg(part));
    run(Command::new("unzip").arg("-q").arg(&zip).arg("-d").arg(&bag));
    let data = bag.join(format!("{job}-p001/data"));

    let mut manifest = csv::Reader::from_path(data.join("manifest.csv")).unwrap();
    let line = manifest.records().map(Result::unwrap).find(|line| &line[2] == letter_id).unwrap();
    let (first, count) = (line[4].parse::<u32>().unwrap(), line[5].parse::<u32>().unwrap());
    run(Command::new("pdftoppm")
        .args([
            "-r",
            "100",
            "-gray",
            "-f",
            &first.to_string(),
            "-l",
            &(first + count - 1).to_string(),
        ])
        .arg(data.join(&line[3]))
        .arg(folder.path().join("page")));
    let mut pictures: Vec<PathBuf> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "pgm"))
        .collect();
    pictures.sort();
    assert_eq!(pictures.len(), count as usize);
    pictures.iter().map(|path| fs::read(path).unwrap()).collect()
}

#[test]
fn a_few_spoilt_letters_are_printed_again_by_the_night_with_the_same_pages() {
    let mailed = Mailed::new();
    let config = permits(&mailed, "5.0");
    let spoilt = [1_usize];
    mailed.takes(&said(&mailed, "spoilt", &spoilt, "spoilt", ""));
    assert_eq!(mailed.state(LATER, "spoilt"), 1);

    let before = mailed.status(LATER)["letters"]["total"].clone();
    let made = reprinted(&ask(&mailed, &config, &["run", "--json"]));
    assert_eq!(made.len(), 1);
    assert_eq!((&made[0]["letters"], &made[0]["reprint_no"]), (&1.into(), &1.into()));
    let job = made[0]["job"].as_str().unwrap();

    let again = fetch(&mailed, job);
    let (piece, first) = (&again.pieces[0], &mailed.fetched.pieces[1]);
    assert_eq!((again.pieces.len(), &piece.letter_id, piece.seq), (1, &first.letter_id, first.seq));
    let picture = |job| pages(&mailed, job, &first.letter_id);
    assert!(
        picture(job) == picture(mailed.job()),
        "the pages are those that were sent, mark included"
    );

    let package = mailed.night.data().join("outbox").join(job);
    let identity = root().join("sample-data/vendor/age-identity.txt");
    let [package, identity] = [&package, &identity].map(|path| path.to_str().unwrap());
    let verified = mailed.night.ask(&["verify", package, "--identity", identity]);
    assert!(
        verified.code == 0 && verified.stdout.contains("sound"),
        "{}{}",
        verified.stdout,
        verified.stderr
    );

    let status = mailed.status(NIGHT);
    assert_eq!(
        (&status["letters"]["total"], &status["letters"]["by_state"]["spoilt"]),
        (&before, &0.into())
    );
    assert_eq!(status["jobs"][0]["reprints"][0]["letters"], 1);
    assert!(reprinted(&ask(&mailed, &config, &["run", "--json"])).is_empty(), "once");
    assert_eq!(mailed.night.ask(&["ledger", "check"]).code, 0);

    // Reported by the job that has it, as the second copy.
    let file = mailed.night.path().join(format!("{job}.production.csv"));
    fs::write(&file, format!("seq,letter_id,status\n{},{},posted\n", piece.seq, piece.letter_id))
        .unwrap();
    mailed.takes(&file);
    assert_eq!(mailed.state(NIGHT, "posted"), 1);

    // By the first job it would be one more than we know of.
    let doubled = mailed.take(&said(&mailed, "doubled", &spoilt, "posted", "1"));
    assert!(doubled.code == 1 && doubled.stdout.contains("doubled"), "{}", doubled.stdout);
}

#[test]
fn more_than_a_few_wait_for_an_order_and_a_duplicate_is_never_printed_again() {
    let mailed = Mailed::new();
    let config = permits(&mailed, "5.0");
    mailed.takes(&said(&mailed, "spoilt", &[0, 1, 2, 3, 4], "spoilt", ""));
    assert!(reprinted(&ask(&mailed, &config, &["run", "--json"])).is_empty(), "too many");
    assert_eq!(mailed.state(NIGHT, "spoilt"), 5);

    // One of them is said to be spoilt twice: nobody knows how many there are.
    assert_eq!(mailed.take(&said(&mailed, "twice", &[0, 0], "spoilt", "")).code, 1);
    let doubled = mailed.fetched.pieces[0].letter_id.clone();
    let refused = ask(&mailed, &config, &[&["reprint", &doubled], &WHO[..]].concat());
    assert_eq!(refused.code, 2, "{}{}", refused.stdout, refused.stderr);
    assert!(refused.stderr.contains("nothing of"), "{}", refused.stderr);

    let order = [&["reprint", "--json", "--job", mailed.job()], &WHO[..]].concat();
    let made = reprinted(&ask(&mailed, &config, &order));
    assert_eq!(made[0]["letters"], 4);
    let again = fetch(&mailed, made[0]["job"].as_str().unwrap());
    let seqs: BTreeSet<u32> = again.pieces.iter().map(|piece| piece.seq).collect();
    assert_eq!(seqs, BTreeSet::from([2, 3, 4, 5]));
    assert_eq!(ask(&mailed, &config, &order).code, 2, "nothing is left to print again");

    let log = ask(&mailed, &config, &["ledger", "log"]);
    assert!(
        log.stdout.contains("once more, copy 1, by operations: spoilt at the vendor"),
        "{}",
        log.stdout
    );
    assert_eq!(mailed.night.ask(&["ledger", "check"]).code, 0);
}

#[test]
fn what_is_stopped_is_not_printed_again_before_the_stop_is_lifted() {
    let mailed = Mailed::new();
    let config = permits(&mailed, "5.0");
    mailed.takes(&said(&mailed, "spoilt", &[1], "spoilt", ""));
    let letter = mailed.fetched.pieces[1].letter_id.clone();
    let stop = [&["stop", "--letter", &letter], &WHO[..]].concat();
    assert_eq!(ask(&mailed, &config, &stop).code, 0);
    assert!(reprinted(&ask(&mailed, &config, &["run", "--json"])).is_empty());
    let order = [&["reprint", &letter], &WHO[..]].concat();
    assert_eq!(ask(&mailed, &config, &order).code, 2);
}

#[test]
fn a_shifted_report_of_a_reprint_is_refused() {
    let mailed = Mailed::new();
    let config = permits(&mailed, "5.0");
    mailed.takes(&said(&mailed, "spoilt", &[0, 1, 2], "spoilt", ""));
    let order = [&["reprint", "--json", "--job", mailed.job()], &WHO[..]].concat();
    let made = reprinted(&ask(&mailed, &config, &order));
    let job = made[0]["job"].as_str().unwrap();
    // The fourth letter is not in it.
    let other = &mailed.fetched.pieces[3];
    let file = mailed.night.path().join(format!("{job}.production.csv"));
    fs::write(&file, format!("seq,letter_id,status\n{},{},posted\n", other.seq, other.letter_id))
        .unwrap();
    let refused = mailed.take(&file);
    assert!(refused.code == 3 && refused.stderr.contains("ALARM"), "{}", refused.stderr);
}
