//! What people did at the desk: one line of JSON each, appended and synced before anybody is told
//! that it is done. The ledger has one writer, and a night may be at work: what the desk takes in
//! goes here.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use crate::base::{Explain, FileError, durable};
use crate::field::terms::Language;

/// One thing that somebody did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalEntry {
    /// Its number, from 1.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who, by name; empty for what was changed without the desk.
    pub by: String,
    /// What.
    pub what: Act,
}

/// What can be done at the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// A sentence was changed; without a name in [`JournalEntry::by`], on disk.
    Edit {
        /// In which language.
        language: Language,
        /// Its key.
        key: String,
        /// As it was.
        before: String,
        /// As it is.
        after: String,
    },
    /// Something was said about a sentence or a page.
    Comment {
        /// About what.
        on: Spot,
        /// What.
        text: String,
    },
    /// A comment was dealt with.
    Close {
        /// The comment's [`JournalEntry::number`].
        comment: u64,
    },
    /// It was not, after all.
    Reopen {
        /// The comment's [`JournalEntry::number`].
        comment: u64,
    },
    /// A letter was looked at before its job is approved.
    Seen {
        /// The statement, by its hash.
        statement: String,
        /// Number of the proof.
        proof: u32,
    },
    /// Somebody at the telephone asked how it stands with a person.
    LookedUp {
        /// How many were known by what was typed.
        found: u64,
    },
    /// A case of the review queue was opened, with the people in it.
    Opened {
        /// The run that it is of.
        run: String,
        /// Its number in the run's papers.
        case: u32,
    },
}

/// What a comment is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Spot {
    /// A sentence, in both languages.
    Sentence(String),
    /// A page of a letter.
    Page {
        /// What is known about the person, as the desk's addresses have it.
        letter: String,
        /// In which language.
        language: Language,
        /// Which page, from 1.
        page: usize,
    },
}

/// A comment and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comment {
    /// Its number in the journal.
    pub number: u64,
    /// When it was made.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// About what.
    pub on: Spot,
    /// What it says.
    pub text: String,
    /// Who closed it and when; `None` while it is open.
    pub closed: Option<(String, Timestamp)>,
}

/// The journal's file, which one desk at a time writes.
#[derive(Debug)]
pub struct Journal {
    path: Utf8PathBuf,
    file: File,
    entries: Vec<JournalEntry>,
}

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum JournalError {
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A line that this program did not write.
    #[error("the desk's journal `{path}` is damaged at line {line}")]
    Damaged { path: Utf8PathBuf, line: usize },
    /// What has its name now is something else: nothing written to it would be found again.
    #[error("the desk's journal `{path}` was replaced or deleted while the desk was open")]
    Replaced { path: Utf8PathBuf },
    /// A different desk has it.
    #[error("a different desk uses `{path}`")]
    InUse { path: Utf8PathBuf },
}

impl Explain for JournalError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Damaged { .. } => {
                "put the file back from a copy; nothing of it is changed until then".to_owned()
            }
            Self::Replaced { .. } => "put the file back and open the desk again".to_owned(),
            Self::InUse { .. } => "one desk at a time works on a data folder".to_owned(),
            Self::File(error) => return error.hint(),
        })
    }
}

/// What was done at a desk that may be open now: every whole line, up to the first that is none.
#[must_use]
pub fn read(path: &Utf8Path) -> Vec<JournalEntry> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let entries = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    entries.map_while(|line| serde_json::from_str(line).ok()).collect()
}

impl Journal {
    /// Opens the journal, which is made if it is not there. A last line without its end was never
    /// answered for: it is cut off.
    ///
    /// # Errors
    /// [`JournalError`] when it is in use, damaged, or cannot be read.
    pub fn open(path: &Utf8Path) -> Result<Self, JournalError> {
        let failed = |doing| FileError::at(doing, path);
        let options = OpenOptions::new().read(true).append(true).create(true).mode(0o600).clone();
        let mut file = options.open(path).map_err(failed("open"))?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| JournalError::InUse { path: path.to_owned() })?;

        let mut text = String::new();
        file.seek(SeekFrom::Start(0)).map_err(failed("read"))?;
        file.read_to_string(&mut text).map_err(failed("read"))?;

        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            file.set_len(whole as u64).map_err(failed("repair"))?;
        }

        let line = |(number, line): (usize, &str)| {
            let damaged = || JournalError::Damaged { path: path.to_owned(), line: number };
            let entry: JournalEntry = serde_json::from_str(line).map_err(|_| damaged())?;
            if entry.number == number as u64 { Ok(entry) } else { Err(damaged()) }
        };
        let entries = (1..).zip(text[..whole].lines()).map(line).collect::<Result<_, _>>()?;

        if let Some(folder) = path.parent() {
            durable::sync_folder(folder).map_err(failed("sync the folder of"))?;
        }
        Ok(Self { path: path.to_owned(), file, entries })
    }

    /// Appends what somebody did; it is on disk when this returns.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing was done.
    pub fn add(&mut self, by: &str, what: Act) -> Result<&JournalEntry, JournalError> {
        let place = self.entries.len();
        self.add_all(by, vec![what])?;
        Ok(&self.entries[place])
    }

    /// Appends all of it or nothing.
    ///
    /// # Errors
    /// As [`Journal::add`].
    pub fn add_all(&mut self, by: &str, acts: Vec<Act>) -> Result<(), JournalError> {
        self.check_place()?;
        let path = self.path.clone();
        let failed = |doing| FileError::at(doing, &path);
        let (at, first) = (Timestamp::now(), self.entries.len() as u64 + 1);
        let entry = |(number, what)| JournalEntry { number, at, by: by.to_owned(), what };
        let entries: Vec<JournalEntry> = (first..).zip(acts).map(entry).collect();
        let mut lines = Vec::new();
        for entry in &entries {
            lines.extend(serde_json::to_vec(entry).expect("an entry has string keys only"));
            lines.push(b'\n');
        }

        // What was written in part is no entry: the next line must not stand behind it.
        let length = self.file.metadata().map_err(failed("read"))?.len();
        let written = self.file.write_all(&lines).and_then(|()| self.file.sync_data());
        if let Err(source) = written {
            let _ = self.file.set_len(length);
            return Err(failed("write")(source).into());
        }

        self.entries.extend(entries);
        Ok(())
    }

    /// Whether the open file is still the one that has the name.
    fn check_place(&self) -> Result<(), JournalError> {
        let own = self.file.metadata().map_err(FileError::at("read", &self.path))?;
        let named = std::fs::metadata(&self.path);
        if named.is_ok_and(|named| (named.dev(), named.ino()) == (own.dev(), own.ino())) {
            Ok(())
        } else {
            Err(JournalError::Replaced { path: self.path.clone() })
        }
    }

    /// Everything that was done, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[JournalEntry] {
        &self.entries
    }

    /// All comments, oldest first.
    #[must_use]
    pub fn comments(&self) -> Vec<Comment> {
        Self::comments_in(&self.entries)
    }

    /// The comments among these entries, oldest first.
    #[must_use]
    pub fn comments_in(entries: &[JournalEntry]) -> Vec<Comment> {
        let mut comments: Vec<Comment> = Vec::new();
        for entry in entries {
            let (number, closed) = match &entry.what {
                Act::Edit { .. } | Act::Seen { .. } | Act::Opened { .. } | Act::LookedUp { .. } => {
                    continue;
                }
                Act::Comment { on, text } => {
                    comments.push(Comment {
                        number: entry.number,
                        at: entry.at,
                        by: entry.by.clone(),
                        on: on.clone(),
                        text: text.clone(),
                        closed: None,
                    });
                    continue;
                }
                Act::Close { comment } => (*comment, Some((entry.by.clone(), entry.at))),
                Act::Reopen { comment } => (*comment, None),
            };
            if let Some(comment) = comments.iter_mut().find(|comment| comment.number == number) {
                comment.closed = closed;
            }
        }

        comments
    }

    /// The sentence as it was at that moment, if it has been changed since.
    #[must_use]
    pub fn at(&self, moment: Timestamp, language: Language, key: &str) -> Option<&str> {
        self.entries.iter().filter(|entry| entry.at > moment).find_map(|entry| match &entry.what {
            Act::Edit { language: of, key: name, before, .. } if *of == language && name == key => {
                Some(before.as_str())
            }
            _ => None,
        })
    }

    /// Changes of one sentence, newest first.
    pub fn edits_of<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = &'a JournalEntry> {
        self.entries
            .iter()
            .rev()
            .filter(move |entry| matches!(&entry.what, Act::Edit { key, .. } if key == wanted))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn edit(before: &str, after: &str) -> Act {
        let (key, before, after) = ("rights.adult".to_owned(), before.to_owned(), after.to_owned());
        Act::Edit { language: Language::Nl, key, before, after }
    }

    fn comment(text: &str) -> Act {
        Act::Comment { on: Spot::Sentence("rights.adult".to_owned()), text: text.to_owned() }
    }

    #[test]
    fn what_was_done_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().join("journal.jsonl");
        let mut journal = Journal::open(&path).unwrap();
        journal.add("Anna", comment("te lang")).unwrap();
        journal.add("Bart", comment("klopt niet")).unwrap();
        journal.add("Anna", Act::Close { comment: 2 }).unwrap();
        assert!(matches!(Journal::open(&path), Err(JournalError::InUse { .. })));
        drop(journal);

        let journal = Journal::open(&path).unwrap();
        let closed: Vec<bool> =
            journal.comments().iter().map(|comment| comment.closed.is_some()).collect();
        assert_eq!(closed, [false, true]);
    }

    #[test]
    fn a_torn_last_line_goes_and_a_strange_line_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().join("journal.jsonl");
        Journal::open(&path).unwrap().add("Anna", comment("te lang")).unwrap();
        let whole = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{whole}{{\"number\":2")).unwrap();
        let mut journal = Journal::open(&path).unwrap();
        assert_eq!(journal.entries().len(), 1);
        journal.add("Bart", comment("klopt")).unwrap();
        drop(journal);
        assert_eq!(Journal::open(&path).unwrap().entries().len(), 2);

        fs::write(&path, format!("{whole}{whole}")).unwrap();
        assert!(matches!(Journal::open(&path), Err(JournalError::Damaged { line: 2, .. })));
    }

    #[test]
    fn a_journal_that_was_replaced_takes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().join("journal.jsonl");
        let mut journal = Journal::open(&path).unwrap();
        journal.add("Anna", comment("te lang")).unwrap();
        let text = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        assert!(matches!(journal.add("Anna", comment("x")), Err(JournalError::Replaced { .. })));
        fs::write(&path, text).unwrap();
        assert!(matches!(journal.add("Anna", comment("x")), Err(JournalError::Replaced { .. })));
        assert_eq!(journal.entries().len(), 1);
    }

    #[test]
    fn a_sentence_is_known_as_it_was_at_any_moment() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().join("journal.jsonl");
        let mut journal = Journal::open(&path).unwrap();
        let start = Timestamp::now() - jiff::SignedDuration::from_secs(1);
        let first = journal.add("Anna", edit("een", "twee")).unwrap().at;
        let second = journal.add("Anna", edit("twee", "drie")).unwrap().at;

        let at = |moment| journal.at(moment, Language::Nl, "rights.adult");
        assert_eq!([at(start), at(first), at(second)], [Some("een"), Some("twee"), None]);
        assert_eq!(journal.at(start, Language::En, "rights.adult"), None);
        assert_eq!(journal.edits_of("rights.adult").count(), 2);
    }
}
