//! Lists as they really arrive: damaged by spreadsheets, filled by people. Every case goes through
//! the whole program.

mod cases;
mod damage;
mod protect;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::program::{Answer, Night, root};

/// One line of a list by column name.
pub type Line = BTreeMap<String, String>;

/// The header of a list in the sample.
pub fn header(list: &str) -> Vec<String> {
    let path = |name: String| root().join("sample-data/inbox").join(name);
    let special = path(format!("{list}-special.csv"));
    let text =
        fs::read_to_string(if special.is_file() { special } else { path(format!("{list}.csv")) })
            .unwrap();
    text.lines().next().unwrap().split(',').map(str::to_owned).collect()
}

/// A line with these cells; the others are empty.
pub fn line(cells: &[(&str, &str)]) -> Line {
    cells.iter().map(|(column, cell)| ((*column).to_owned(), (*cell).to_owned())).collect()
}

/// An inbox of lists that a test fills, with a new ledger and a configuration of its own.
pub struct Lists {
    night: Night,
    config: PathBuf,
}

impl Lists {
    /// Nothing but what the sample configuration says, with more settings behind it.
    pub fn new(settings: &str) -> Self {
        let night = Night::bare();
        let config = night.configured("", "");
        let text = fs::read_to_string(&config).unwrap();
        fs::write(&config, format!("{text}\n{settings}\n")).unwrap();
        Self { night, config }
    }

    /// Writes a list.
    pub fn with(self, list: &str, lines: &[Line]) -> Self {
        let columns = header(list);
        let mut csv =
            csv::Writer::from_path(self.night.inbox().join(format!("{list}.csv"))).unwrap();
        csv.write_record(&columns).unwrap();
        for line in lines {
            assert!(line.keys().all(|column| columns.contains(column)), "{line:?}");
            csv.write_record(
                columns.iter().map(|column| line.get(column).map_or("", String::as_str)),
            )
            .unwrap();
        }
        csv.flush().unwrap();
        drop(csv);
        self
    }

    /// Writes a whole file.
    pub fn with_file(self, name: &str, content: &str) -> Self {
        fs::write(self.night.inbox().join(name), content).unwrap();
        self
    }

    /// Runs the night.
    pub fn run(self) -> Ended {
        let answer = self.night.ask_with(&self.config, &["run", "--json"]);
        let papers = newest_run(&self.night.data());
        let rows = papers.as_ref().map_or_else(Vec::new, |papers| table(&papers.join("rows.csv")));
        let review =
            papers.as_ref().map_or_else(Vec::new, |papers| table(&papers.join("review.csv")));
        Ended { night: self.night, config: self.config, answer, rows, review }
    }
}

/// What a night came to.
pub struct Ended {
    pub night: Night,
    config: PathBuf,
    pub answer: Answer,
    pub rows: Vec<Line>,
    pub review: Vec<Line>,
}

impl Ended {
    /// `review L207`, `letter`: state and code of a record; of one that is there twice, all of
    /// them.
    pub fn state(&self, record: &str) -> String {
        let rows = self.rows.iter().filter(|row| row["record_id"] == record);
        let states: Vec<String> = rows
            .map(|row| format!("{} {}", row["state"], row["code"]).trim_end().to_owned())
            .collect();
        states.join(", ")
    }

    /// The letter of a record.
    pub fn letter(&self, record: &str) -> &str {
        &self.rows.iter().find(|row| row["record_id"] == record).unwrap()["letter_id"]
    }

    /// Another command after the night.
    pub fn ask(&self, command: &[&str]) -> Answer {
        self.night.ask_with(&self.config, command)
    }

    /// The text of everything that was printed.
    pub fn printed(&self) -> String {
        let outbox = self.night.data().join("outbox");
        let jobs = fs::read_dir(outbox)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir());
        let mut text = String::new();
        for job in jobs {
            let folder = tempfile::tempdir().unwrap();
            for bag in crate::paper::unpack(&job, folder.path()) {
                for letter in crate::paper::letters(&bag).values() {
                    text.push_str(&letter.text());
                    text.push('\n');
                    text.push_str(&letter.personal.join("\n"));
                    text.push('\n');
                }
            }
        }
        text
    }
}

fn newest_run(data: &Path) -> Option<PathBuf> {
    let runs = fs::read_dir(data.join("runs")).ok()?;
    runs.map(|entry| entry.unwrap().path()).filter(|path| path.join("rows.csv").is_file()).max()
}

fn table(path: &Path) -> Vec<Line> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}
