//! What people answered about cases at the desk: a book for the cases of each run, in
//! `data_dir/review/`, taken into the ledger by the next run. The ledger has one writer, and it takes long
//! to open: somebody who works off a hundred cases an hour does not wait for it.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;

use camino::{Utf8Path, Utf8PathBuf};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::RunError;
use crate::base::{FileError, data_dir, durable};
use crate::link::{Decision, RecordKey, Ruling};
use crate::record::{Decider, Ledger};

/// The end of a book's name: one line of JSON for each answer.
const ANSWERS: &str = ".jsonl";
/// The end of the name of the file that says how many of them the ledger has.
const TAKEN: &str = ".taken";
/// The longest file of answers that is read, in bytes.
const LONGEST: u64 = 1 << 30;

/// What somebody said about a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Its number, from 1.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who, by name.
    pub by: String,
    /// The case, by its number in the run's papers.
    pub case: u32,
    /// `same`, `different` or `undecided`.
    pub word: String,
    /// Takes back what was said of the case before: it is open again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undo: bool,
    /// The records that it is about, two by two.
    pub pairs: Vec<[String; 2]>,
}

impl Answer {
    /// What is said of these pairs, once for each.
    #[must_use]
    pub fn pairs_of(pairs: &[(RecordKey, RecordKey)]) -> Vec<[String; 2]> {
        let mut pairs: Vec<[String; 2]> = pairs
            .iter()
            .map(|(one, other)| [*one.min(other), *one.max(other)].map(|key| HEXLOWER.encode(&key)))
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    fn decisions(&self) -> Vec<Decision> {
        let key = |text: &String| -> Option<RecordKey> {
            HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
        };
        let Some(ruling) = Ruling::from_word(&self.word) else { return Vec::new() };
        let pairs = self.pairs.iter();
        pairs
            .filter_map(|[one, other]| Some(Decision::new(key(one)?, key(other)?, ruling)))
            .collect()
    }
}

/// The answers about the cases of one run, to which one desk adds.
#[derive(Debug)]
pub struct AnswerBook {
    path: Utf8PathBuf,
    file: File,
    answers: Vec<Answer>,
}

impl AnswerBook {
    /// Opens the book of these cases, which is made if it is not there. A last line without its end
    /// was never answered for: it is cut off.
    ///
    /// # Errors
    /// [`FileError`] when it cannot be read or written.
    pub fn open(data_dir: &Utf8Path, run_id: &str, index: &str) -> Result<Self, FileError> {
        let folder = data_dir::review(data_dir);
        durable::make_folder(&folder).map_err(FileError::at("create", &folder))?;
        // A night that is begun anew may use its number again for other cases.
        let index = index.get(..8).unwrap_or(index);
        let path = folder.join(format!("{run_id}-{index}{ANSWERS}"));

        let failed = |doing| FileError::at(doing, &path);
        let mut options = OpenOptions::new();
        let options = options.read(true).append(true).create(true).mode(0o600);
        let file = options.open(&path).map_err(failed("open"))?;
        let text = durable::read_text(&path, LONGEST).map_err(failed("read"))?;

        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            file.set_len(whole as u64).map_err(failed("repair"))?;
        }
        let answers = parse(&path, &text[..whole])?;
        durable::sync_folder(&folder).map_err(failed("sync the folder of"))?;
        Ok(Self { path, file, answers })
    }

    /// Adds an answer; it is on disk when this returns, whole or not at all.
    ///
    /// # Errors
    /// [`FileError`]; then nothing was said.
    pub fn add(&mut self, answer: Answer) -> Result<&Answer, FileError> {
        let number = self.answers.len() as u64 + 1;
        let answer = Answer { number, ..answer };
        let mut line = serde_json::to_vec(&answer).expect("an answer has string keys only");
        line.push(b'\n');

        // What was written in part is no answer: the next line must not stand behind it.
        let failed = |doing| FileError::at(doing, &self.path);
        let length = self.file.metadata().map_err(failed("read"))?.len();
        let written = self.file.write_all(&line).and_then(|()| self.file.sync_data());
        if let Err(source) = written {
            let _ = self.file.set_len(length);
            return Err(failed("write")(source));
        }

        self.answers.push(answer);
        Ok(&self.answers[self.answers.len() - 1])
    }

    /// Everything that was said, oldest first.
    #[must_use]
    pub fn answers(&self) -> &[Answer] {
        &self.answers
    }
}

fn parse(path: &Utf8Path, text: &str) -> Result<Vec<Answer>, FileError> {
    let damaged = |_| FileError::at("read", path)(std::io::ErrorKind::InvalidData.into());
    text.lines().map(|line| serde_json::from_str(line).map_err(damaged)).collect()
}

/// Answers of one book that the ledger does not have yet, and how many there are in all.
struct Untaken {
    book: Utf8PathBuf,
    answers: Vec<Answer>,
    all: u64,
}

impl Untaken {
    fn of(book: Utf8PathBuf) -> Result<Self, FileError> {
        let failed = |path| FileError::at("read", path);
        let text = durable::read_text(&book, LONGEST).map_err(failed(&book))?;
        let path = taken(&book);
        let taken: u64 = match durable::read_text(&path, 64) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
            text => text.map_err(failed(&path))?.trim().parse().unwrap_or(0),
        };

        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let mut answers = parse(&book, &text[..whole])?;
        let all = answers.len() as u64;
        answers.retain(|answer| answer.number > taken);
        Ok(Self { book, answers, all })
    }

    /// Of all books that have any.
    fn all(data_dir: &Utf8Path) -> Result<Vec<Self>, FileError> {
        let entries = data_dir::review(data_dir).read_dir_utf8().into_iter().flatten();
        let paths = entries.filter_map(Result::ok).map(camino::Utf8DirEntry::into_path);
        let mut books: Vec<Utf8PathBuf> =
            paths.filter(|path| path.as_str().ends_with(ANSWERS)).collect();
        books.sort_unstable();

        let mut untaken: Vec<Self> = books.into_iter().map(Self::of).collect::<Result<_, _>>()?;
        untaken.retain(|book| !book.answers.is_empty());
        Ok(untaken)
    }
}

fn taken(book: &Utf8Path) -> Utf8PathBuf {
    let name = book.as_str().strip_suffix(ANSWERS).unwrap_or(book.as_str());
    format!("{name}{TAKEN}").into()
}

/// In the order in which they were given.
fn in_order(books: &[Untaken]) -> Vec<&Answer> {
    let mut answers: Vec<&Answer> = books.iter().flat_map(|book| &book.answers).collect();
    answers.sort_by_key(|answer| answer.at);
    answers
}

/// What counts today: the decisions of the ledger, and the answers that it does not have yet.
///
/// # Errors
/// [`RunError`] when ledger or answers cannot be read.
pub fn counting(data_dir: &Utf8Path, ledger: &Ledger) -> Result<Vec<Decision>, RunError> {
    let mut latest: BTreeMap<_, _> =
        ledger.decisions()?.into_iter().map(|decision| (decision.pair(), decision)).collect();
    let books = Untaken::all(data_dir)?;
    let said = in_order(&books).into_iter().flat_map(Answer::decisions);
    latest.extend(said.map(|decision| (decision.pair(), decision)));
    Ok(latest.into_values().filter(|decision| decision.ruling != Ruling::Undecided).collect())
}

/// Takes the answers of all books into the ledger, each in the name of whoever gave it; what is
/// taken is never taken again, so that a later word stands. Returns how many there were.
///
/// # Errors
/// [`RunError`] when answers cannot be read, or the ledger cannot be written.
pub fn take_up(data_dir: &Utf8Path, ledger: &mut Ledger, today: Date) -> Result<usize, RunError> {
    let books = Untaken::all(data_dir)?;
    let answers = in_order(&books);

    // Answers that one person gave in a row are one entry of the ledger.
    for answers in answers.chunk_by(|one, next| one.by == next.by) {
        let said = answers.iter().flat_map(|answer| answer.decisions());
        let latest: BTreeMap<_, _> = said.map(|said| (said.pair(), said)).collect();
        let decisions: Vec<Decision> = latest.into_values().collect();
        let decider = Decider { by: &answers[0].by, reason: Some("looked at the desk") };
        ledger.decide(&decisions, decider, today)?;
    }

    for book in &books {
        let path = taken(&book.book);
        durable::write(&path, format!("{}\n", book.all).as_bytes())
            .map_err(FileError::at("write", &path))?;
    }
    Ok(answers.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(by: &str, word: &str) -> Answer {
        let pairs = Answer::pairs_of(&[([2; 16], [1; 16]), ([1; 16], [2; 16])]);
        let (at, by, word) = (Timestamp::now(), by.to_owned(), word.to_owned());
        Answer { number: 0, at, by, case: 7, word, undo: false, pairs }
    }

    #[test]
    fn an_answer_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let data = Utf8Path::from_path(folder.path()).unwrap();
        let open = || AnswerBook::open(data, "2025-09-15-1", "0123456789");
        let mut book = open().unwrap();
        book.add(answer("Anna", "same")).unwrap();
        book.add(answer("Bart", "different")).unwrap();
        let path = book.path.clone();
        let whole = std::fs::read(&path).unwrap();
        let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;

        for end in first..whole.len() {
            std::fs::write(&path, &whole[..end]).unwrap();
            assert_eq!(Untaken::all(data).unwrap()[0].answers.len(), 1, "killed after {end} bytes");
            let mut book = open().unwrap();
            assert_eq!(book.answers().len(), 1);
            assert_eq!(book.add(answer("Bart", "same")).unwrap().number, 2);
        }
        std::fs::write(&path, "{}\n").unwrap();
        assert!(open().is_err() && Untaken::all(data).is_err());
    }

    #[test]
    fn a_pair_is_named_once_and_what_the_ledger_has_is_not_taken_again() {
        let said = answer("Anna", "same");
        assert_eq!(said.pairs, [["01".repeat(16), "02".repeat(16)]]);
        assert_eq!(said.decisions(), [Decision::new([1; 16], [2; 16], Ruling::Same)]);

        let folder = tempfile::tempdir().unwrap();
        let data = Utf8Path::from_path(folder.path()).unwrap();
        let mut book = AnswerBook::open(data, "2025-09-15-1", "0123456789").unwrap();
        book.add(said.clone()).unwrap();
        book.add(said).unwrap();
        std::fs::write(taken(&book.path), "1\n").unwrap();
        let left = Untaken::all(data).unwrap();
        assert_eq!((left[0].answers.len(), left[0].answers[0].number, left[0].all), (1, 2, 2));
        std::fs::write(taken(&book.path), "2\n").unwrap();
        assert!(Untaken::all(data).unwrap().is_empty());
    }
}
