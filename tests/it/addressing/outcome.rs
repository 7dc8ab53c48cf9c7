//! What became of the people: papers of the run, the opened package, and the text of its pages.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use super::people::{self, Person};
use crate::program::{Night, root};
use crate::tools::{python, run};

/// A row of `letters.parquet`.
#[derive(Clone, Default, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names of the table's columns")]
pub struct Letter {
    pub letter_id: String,
    pub salutation: String,
    pub name_lines: Vec<String>,
    pub address_lines: Vec<String>,
    pub country_line: String,
    pub kix: String,
    pub print_file: String,
    pub first_page: usize,
}

impl Letter {
    /// Every line with a personal value that the first page shows, the salutation with its comma.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        let block = self.name_lines.iter().chain(&self.address_lines).chain([&self.country_line]);
        block.filter(|line| !line.is_empty()).cloned().chain([format!("{},", self.salutation)])
    }
}

/// What a record ended as.
pub enum Fate {
    Letter(Letter),
    /// State and code.
    Aside(String, String),
}

/// One run with its people.
pub struct Outcome {
    night: Night,
    pub package: PathBuf,
    /// By record.
    fates: BTreeMap<String, Fate>,
    /// By letter.
    pub manifest: BTreeMap<String, BTreeMap<String, String>>,
    /// Text of the pages, by print file.
    pages: BTreeMap<String, Vec<String>>,
}

impl Outcome {
    pub fn of(people: &[Person]) -> Self {
        let night = Night::new(1);
        for file in fs::read_dir(night.inbox()).unwrap() {
            fs::remove_file(file.unwrap().path()).unwrap();
        }
        people::write(&night.inbox(), people);
        // Some of the tables are about cells that cannot be read: more of them than a list may
        // have.
        let config = night.configured("[policy]", "[damage]\nrows = 1000\n\n[policy]");
        let answer = night.ask_with(&config, &["run", "--json"]);
        assert!(answer.code <= 1, "{}", answer.stderr);
        let answer: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
        let papers = PathBuf::from(answer["papers"].as_str().unwrap());
        let package = PathBuf::from(answer["package"].as_str().unwrap());
        let data = unpack(&night, &package);
        let manifest = manifest(&data.join("manifest.csv"));
        let pages = print_files(&manifest)
            .map(|file| (file.clone(), page_texts(&data.join(&file))))
            .collect();
        Self { fates: fates(&papers), night, package, manifest, pages }
    }

    pub fn fate(&self, key: &str) -> &Fate {
        self.fates.get(key).unwrap_or_else(|| panic!("{key} is in none of the papers"))
    }

    pub fn letters(&self) -> impl Iterator<Item = (&str, &Letter)> {
        self.fates.iter().filter_map(|(key, fate)| match fate {
            Fate::Letter(letter) => Some((key.as_str(), letter)),
            Fate::Aside(..) => None,
        })
    }

    /// The text of a letter's first page, blanks and line ends as one blank.
    pub fn first_page(&self, letter: &Letter) -> &str {
        &self.pages[&letter.print_file][letter.first_page - 1]
    }

    /// The program's own word on the package.
    pub fn verify(&self) {
        let package = self.package.to_str().unwrap();
        let verdict = self.night.ask(&[
            "verify",
            package,
            "--identity",
            identity().to_str().unwrap(),
            "--json",
        ]);
        assert_eq!(verdict.code, 0, "{}", verdict.stdout);
    }
}

fn identity() -> PathBuf {
    root().join("sample-data/vendor/age-identity.txt")
}

/// Opens the only part; gives the bag's payload folder.
fn unpack(night: &Night, package: &Path) -> PathBuf {
    let folder = night.data().join("unpacked");
    fs::create_dir(&folder).unwrap();
    let mut files = fs::read_dir(package).unwrap().map(|entry| entry.unwrap().path());
    let part = files.find(|path| path.extension().is_some_and(|end| end == "age")).unwrap();
    let zip = folder.join("part.zip");
    run(Command::new("age").args(["-d", "-i"]).arg(identity()).arg("-o").arg(&zip).arg(part));
    run(Command::new("unzip").arg("-q").arg(&zip).arg("-d").arg(&folder));
    let mut entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    entries.find(|path| path.is_dir()).unwrap().join("data")
}

fn manifest(path: &Path) -> BTreeMap<String, BTreeMap<String, String>> {
    let lines =
        csv::Reader::from_path(path).unwrap().into_deserialize::<BTreeMap<String, String>>();
    lines.map(|line| line.unwrap()).map(|line| (line["letter_id"].clone(), line)).collect()
}

fn print_files(
    manifest: &BTreeMap<String, BTreeMap<String, String>>,
) -> impl Iterator<Item = String> {
    manifest
        .values()
        .map(|line| line["print_file"].clone())
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
}

fn page_texts(pdf: &Path) -> Vec<String> {
    let text = run(Command::new("pdftotext").args(["-enc", "UTF-8"]).arg(pdf).arg("-"));
    text.split('\u{c}').map(single_blanks).collect()
}

pub fn single_blanks(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn fates(papers: &Path) -> BTreeMap<String, Fate> {
    let mut letters = letters(&papers.join("letters.parquet"));
    let rows = csv::Reader::from_path(papers.join("rows.csv"))
        .unwrap()
        .into_deserialize::<BTreeMap<String, String>>();
    let fates = rows.map(Result::unwrap).map(|row| {
        let fate = match letters.remove(&row["record_id"]) {
            Some(letter) => {
                assert_eq!(
                    (row["state"].as_str(), &row["letter_id"]),
                    ("letter", &letter.letter_id)
                );
                Fate::Letter(letter)
            }
            None => Fate::Aside(row["state"].clone(), row["code"].clone()),
        };
        (row["record_id"].clone(), fate)
    });
    let fates = fates.collect();
    assert!(letters.is_empty(), "letters.parquet has letters that rows.csv has not");
    fates
}

/// By record; everybody has one. Read by pyarrow, so that another reader than the writer's says
/// what the file holds.
fn letters(path: &Path) -> BTreeMap<String, Letter> {
    const ROWS: &str = "import sys, json, pyarrow.parquet as pq; print(json.dumps(pq.read_table(sys.argv[1]).to_pylist()))";

    let rows = run(Command::new(python()).args(["-c", ROWS]).arg(path));
    let rows: Vec<serde_json::Value> = serde_json::from_str(&rows).unwrap();
    rows.into_iter().map(by_record).collect()
}

fn by_record(row: serde_json::Value) -> (String, Letter) {
    let records: Vec<String> = serde_json::from_value(row["record_ids"].clone()).unwrap();
    assert_eq!(records.len(), 1, "two invented people were taken for one");
    (records[0].clone(), serde_json::from_value(row).unwrap())
}
