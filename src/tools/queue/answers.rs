//! What people answered about cases at the desk: a book for the cases of each run, in
//! `data_dir/review/`, taken into the ledger by the desk when it has a moment, and by the next run
//! before it begins. The ledger has one writer and takes long to open: somebody who works off a
//! hundred cases an hour does not wait for it.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::decide::Minutes;
use super::{CaseQueue, CaseWord, QueueCase, QueueError, to_write};
use crate::base::plain::is_same_name;
use crate::base::{FileError, data_dir, durable, plain};
use crate::config::Config;
use crate::field::judgement::CaseAnswer;
use crate::record::{Decider, Ledger};
use crate::report::shelf;

/// The end of a book's name: one line of JSON for each answer.
const ANSWERS: &str = ".jsonl";
/// The end of the name of the file that says how many of them the ledger has, and below that, line
/// by line, which of them do not count and why.
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
    /// What; `undecided` takes back what they said before.
    pub word: CaseAnswer,
    /// Why, where somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The answers about the cases of one run, to which one desk adds.
#[derive(Debug)]
pub struct AnswerBook {
    path: Utf8PathBuf,
    file: File,
    answers: Vec<Answer>,
    taken: Taken,
}

/// How much of a book the ledger has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Taken {
    /// So many answers were looked at.
    count: u64,
    /// Those of them that do not count, by their number, with what stands against them.
    dropped: Vec<(u64, String)>,
}

impl AnswerBook {
    /// Opens the book of these cases, which is made if it is not there. A last line without its end
    /// was never answered for: it is cut off.
    ///
    /// # Errors
    /// [`FileError`] when it cannot be read or written.
    pub fn open(data_dir: &Utf8Path, run_id: &str) -> Result<Self, FileError> {
        let folder = data_dir::review(data_dir);
        durable::make_folder(&folder).map_err(FileError::at("create", &folder))?;
        let path = folder.join(format!("{run_id}{ANSWERS}"));

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
        let taken = Taken::read(&path)?;
        Ok(Self { path, file, answers, taken })
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

    /// What the ledger does not have yet.
    #[must_use]
    pub fn untaken(&self) -> &[Answer] {
        let taken = usize::try_from(self.taken.count).unwrap_or(usize::MAX);
        self.answers.get(taken..).unwrap_or_default()
    }

    /// The answers of one person that do not count, oldest first, each with what stands against it.
    pub fn dropped_of(&self, who: &str) -> impl Iterator<Item = (&Answer, &str)> {
        let dropped = self.taken.dropped.iter().filter_map(|(number, why)| {
            let place = usize::try_from(number.checked_sub(1)?).ok()?;
            Some((self.answers.get(place)?, why.as_str()))
        });
        dropped.filter(move |(answer, _)| is_same_name(&answer.by, who))
    }

    /// Looks how much of it the ledger has by now.
    ///
    /// # Errors
    /// [`FileError`] when that cannot be read.
    pub fn look_again(&mut self) -> Result<(), FileError> {
        self.taken = Taken::read(&self.path)?;
        Ok(())
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
    taken: Taken,
}

impl Untaken {
    fn of(book: Utf8PathBuf) -> Result<Self, FileError> {
        let failed = |path| FileError::at("read", path);
        let text = durable::read_text(&book, LONGEST).map_err(failed(&book))?;
        let taken = Taken::read(&book)?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let mut answers = parse(&book, &text[..whole])?;
        let all = answers.len() as u64;
        answers.retain(|answer| answer.number > taken.count);
        Ok(Self { book, answers, all, taken })
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

impl Taken {
    /// Of a book; nothing was taken of one beside which nothing says so.
    fn read(book: &Utf8Path) -> Result<Self, FileError> {
        let path = taken(book);
        let text = match durable::read_text(&path, LONGEST) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            text => text.map_err(FileError::at("read", &path))?,
        };

        let mut lines = text.lines();
        let count = lines.next().and_then(|line| line.trim().parse().ok()).unwrap_or(0);
        let dropped = lines.filter_map(|line| {
            let (number, why) = line.split_once(' ')?;
            Some((number.parse().ok()?, why.to_owned()))
        });
        Ok(Self { count, dropped: dropped.collect() })
    }

    fn write(&self, book: &Utf8Path) -> Result<(), FileError> {
        let dropped = self.dropped.iter().map(|(number, why)| format!("{number} {why}\n"));
        let text = format!("{}\n{}", self.count, dropped.collect::<String>());
        let path = taken(book);
        durable::write(&path, text.as_bytes()).map_err(FileError::at("write", &path))
    }
}

fn taken(book: &Utf8Path) -> Utf8PathBuf {
    let name = book.as_str().strip_suffix(ANSWERS).unwrap_or(book.as_str());
    format!("{name}{TAKEN}").into()
}

/// Takes the answers of all books into the ledger, each in the name of whoever gave it. Nothing is
/// opened where there are none. An answer that somebody else was quicker with is left out: theirs
/// counts. Returns how many were taken.
///
/// # Errors
/// [`QueueError`] when books or papers cannot be read, or the ledger cannot be written; what was
/// not taken waits for the next time.
pub fn take_up(config: &Config, date: Date) -> Result<usize, QueueError> {
    if Untaken::all(&config.data_dir)?.is_empty() {
        return Ok(0);
    }

    let mut ledger = to_write(config)?;
    let runs = shelf::runs(&config.data_dir);
    let mut count = 0;
    // Read under the ledger's lock: somebody else may have taken them meanwhile.
    for book in Untaken::all(&config.data_dir)? {
        let name = book.book.file_name().unwrap_or_default();
        let Some(run) = runs.iter().find(|run| format!("{}{ANSWERS}", run.run_id()) == name) else {
            continue;
        };
        let untaken = |error: QueueError| QueueError::Untaken {
            book: book.book.clone(),
            source: Box::new(error),
        };
        count += take_book(config, &mut ledger, run, &book, date).map_err(untaken)?;
    }
    Ok(count)
}

fn take_book(
    config: &Config,
    ledger: &mut Ledger,
    run: &shelf::Shelved,
    book: &Untaken,
    date: Date,
) -> Result<usize, QueueError> {
    let judgements = ledger.judgements()?;
    let mut queue = CaseQueue::of_run(run, &judgements)?;
    let mut minutes = Minutes::new(config, judgements, date);
    let mut dropped = book.taken.dropped.clone();
    for answer in &book.answers {
        if let Some(why) = take(ledger, &mut minutes, &mut queue, answer)? {
            let why = plain::quoted(&why);
            tracing::warn!(
                review.case = answer.case,
                "an answer of the desk does not count: {why}"
            );
            dropped.push((answer.number, why));
        }
    }
    ledger.judge_all(&minutes.words, date)?;

    Taken { count: book.all, dropped }.write(&book.book)?;
    Ok(minutes.words.len())
}

/// Takes one answer, unless it cannot count any more: then the answer is why.
fn take<'w>(
    ledger: &Ledger,
    minutes: &mut Minutes<'w>,
    queue: &mut CaseQueue,
    answer: &'w Answer,
) -> Result<Option<String>, QueueError> {
    let decider = Decider { by: &answer.by, reason: answer.reason.as_deref() };
    let word =
        CaseWord { answer: answer.word, corrections: Vec::new(), source: None, decider, run: None };
    // One that nobody may write down stops no other; nobody takes back what somebody else said since.
    if let Err(error) = decider.check() {
        return Ok(Some(error.to_string()));
    }
    let is_theirs = |case: &QueueCase| case.state.is_by(&answer.by);
    if answer.word == CaseAnswer::Undecided && !queue.find(answer.case).is_ok_and(is_theirs) {
        return Ok(Some("it is not theirs to take back".to_owned()));
    }
    match minutes.add(ledger, queue, answer.case, &word) {
        Ok(_) => Ok(None),
        Err(
            error @ (QueueError::NoCase { .. }
            | QueueError::Elsewhere { .. }
            | QueueError::Answer { .. }
            | QueueError::Never { .. }
            | QueueError::Which { .. }
            | QueueError::Already { .. }
            | QueueError::OwnOpinion { .. }
            | QueueError::OthersOpinion { .. }
            | QueueError::NotDecided { .. }
            | QueueError::Lacks { .. }),
        ) => Ok(Some(error.to_string())),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(by: &str, word: CaseAnswer) -> Answer {
        Answer { number: 0, at: Timestamp::now(), by: by.to_owned(), case: 7, word, reason: None }
    }

    #[test]
    fn an_answer_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let data = Utf8Path::from_path(folder.path()).unwrap();
        let open = || AnswerBook::open(data, "2025-09-15-1");
        let mut book = open().unwrap();
        book.add(answer("Anna", CaseAnswer::Same)).unwrap();
        book.add(answer("Bart", CaseAnswer::Different)).unwrap();
        let path = book.path.clone();
        let whole = std::fs::read(&path).unwrap();
        let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;

        for end in first..whole.len() {
            std::fs::write(&path, &whole[..end]).unwrap();
            assert_eq!(Untaken::all(data).unwrap()[0].answers.len(), 1, "killed after {end} bytes");
            let mut book = open().unwrap();
            assert_eq!(book.answers().len(), 1);
            assert_eq!(book.add(answer("Bart", CaseAnswer::Same)).unwrap().number, 2);
        }
        std::fs::write(&path, "{}\n").unwrap();
        assert!(open().is_err() && Untaken::all(data).is_err());
    }

    #[test]
    fn what_the_ledger_has_is_not_taken_again() {
        let folder = tempfile::tempdir().unwrap();
        let data = Utf8Path::from_path(folder.path()).unwrap();
        let mut book = AnswerBook::open(data, "2025-09-15-1").unwrap();
        book.add(answer("Anna", CaseAnswer::Same)).unwrap();
        book.add(answer("Anna", CaseAnswer::Undecided)).unwrap();
        assert_eq!(book.untaken().len(), 2);
        Taken { count: 1, dropped: vec![(1, "why so".to_owned())] }.write(&book.path).unwrap();
        book.look_again().unwrap();
        let told: Vec<_> = book.dropped_of("anna").collect();
        assert_eq!((told.len(), told[0].0.case, told[0].1), (1, 7, "why so"));
        assert_eq!(book.dropped_of("Bart").count(), 0);
        let left = Untaken::all(data).unwrap();
        assert_eq!((left[0].answers.len(), left[0].answers[0].number, left[0].all), (1, 2, 2));
        assert_eq!(book.untaken().len(), 1);
        // As an earlier program wrote it.
        std::fs::write(taken(&book.path), "2\n").unwrap();
        assert!(Untaken::all(data).unwrap().is_empty());
    }
}
