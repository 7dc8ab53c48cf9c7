//! Lab records that people were told about and that are no longer delivered, and what humans say of
//! them.
//!
//! A record that is gone from an accepted file was either withdrawn (the lab was wrong, and the
//! person has to be told so) or is merely lacking from a delivery (what was told stays true).
//! Nobody but a human can tell the two apart.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;

use super::Ledger;
use super::audit::{RecordsRuled, RowHash};
use super::cases::CaseMark;
use super::decisions::Decider;
use super::error::RecordError;
use super::intake::Intake;
use super::recognise::Mark;
use super::row_marks::{record_mark, seal_name};
use super::store::hash_record_ruling;
use crate::field::ids::{Pseudonym, RowRef, base32};
use crate::field::keys::Keys;
use crate::field::reason::Reason;
use crate::field::row::{List, Rows};

/// What a human says of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordRuling {
    /// It should never have been delivered: what was told of it was wrong.
    Withdrawn,
    /// It was withdrawn, and a human has told the person so. The ledger keeps it as `withdrawn`,
    /// said again.
    ToldByHand,
    /// A delivery lacks it: what was told of it stays true.
    Lacking,
    /// Takes back what was said before.
    Undecided,
}

impl RecordRuling {
    /// The word in the ledger.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Withdrawn | Self::ToldByHand => "withdrawn",
            Self::Lacking => "lacking",
            Self::Undecided => "undecided",
        }
    }

    /// Whether the record counts no more.
    #[must_use]
    pub const fn is_withdrawn(self) -> bool {
        matches!(self, Self::Withdrawn | Self::ToldByHand)
    }

    /// The ruling behind a word of the ledger.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Withdrawn, Self::Lacking, Self::Undecided]
            .into_iter()
            .find(|ruling| ruling.word() == word)
    }
}

/// A record that somebody was told about and that counts no more: not in the inbox, or withdrawn.
/// Personal: it names a record of the lab.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gone {
    /// Who was told.
    pub person: Pseudonym,
    /// The lab's number; empty where an older program noted nothing.
    pub record_id: String,
    /// The dataset it stood in.
    pub dataset_id: String,
    /// What was decided, if anything.
    pub ruling: Option<RecordRuling>,
    /// Whether nothing that the person was told about is left: no letter of this program can say
    /// so.
    pub last: bool,
    pub(super) mark: Mark,
}

/// What humans said of records; the latest word counts.
#[derive(Debug, Default)]
pub(super) struct Rulings(BTreeMap<Mark, RecordRuling>);

impl Rulings {
    pub fn of(lines: impl IntoIterator<Item = (Mark, RecordRuling)>) -> Self {
        let mut latest = BTreeMap::new();
        for (mark, ruling) in lines {
            let is_again = ruling.is_withdrawn()
                && latest.get(&mark).is_some_and(|before: &RecordRuling| before.is_withdrawn());
            latest.insert(mark, if is_again { RecordRuling::ToldByHand } else { ruling });
        }
        latest.retain(|_, ruling| *ruling != RecordRuling::Undecided);
        Self(latest)
    }

    pub fn get(&self, mark: &Mark) -> Option<RecordRuling> {
        self.0.get(mark).copied()
    }

    pub fn is_withdrawn(&self, mark: &Mark) -> bool {
        self.get(mark).is_some_and(RecordRuling::is_withdrawn)
    }

    /// Rows of the inbox whose records were withdrawn.
    pub fn withdrawn_rows(&self, rows: &Rows, intake: &Intake) -> BTreeSet<RowRef> {
        if !self.0.values().any(|ruling| ruling.is_withdrawn()) {
            return BTreeSet::new();
        }

        let files = (0_u16..).zip(&rows.inputs).zip(&intake.marks);
        let exposures = files.filter(|((_, input), _)| input.list == List::Exposures);
        exposures
            .flat_map(|((file, _), marks)| {
                let withdrawn = marks.iter().filter(|(mark, _)| self.is_withdrawn(&mark.record));
                withdrawn.map(move |(_, row)| RowRef { file, row: *row })
            })
            .collect()
    }
}

impl Ledger {
    /// Records that people were told about and that are not in the inbox, or are there and were
    /// withdrawn; by person.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn gone(&self, intake: &Intake) -> Result<Vec<Gone>, RecordError> {
        let known = self.store.snapshot(super::Store::known)?;
        let rulings = self.store.record_rulings()?;
        let is_gone = |mark: &Mark| !intake.has_record(mark) || rulings.is_withdrawn(mark);
        let mut gone: Vec<(u32, Mark)> =
            known.told_rows().filter(|(_, mark)| is_gone(mark)).collect();
        if gone.is_empty() {
            return Ok(Vec::new());
        }

        gone.sort_unstable();
        let names = self.names(&gone.iter().map(|(_, mark)| *mark).collect())?;
        let mut left = BTreeMap::<u32, usize>::new();
        let people: BTreeSet<u32> = gone.iter().map(|(person, _)| *person).collect();
        for (person, mark) in known.told_rows().filter(|(person, _)| people.contains(person)) {
            let is_left = intake.has_record(&mark) && !rulings.is_withdrawn(&mark);
            *left.entry(person).or_default() +=
                usize::from(is_left || rulings.get(&mark) == Some(RecordRuling::Lacking));
        }

        let name = |mark: &Mark| names.get(mark).cloned().unwrap_or_default();
        let gone = gone.into_iter().map(|(person, mark)| {
            let (dataset_id, record_id) = name(&mark);
            let (ruling, last) = (rulings.get(&mark), left.get(&person) == Some(&0));
            Gone { person: known.name(person), record_id, dataset_id, ruling, last, mark }
        });

        let mut gone: Vec<Gone> = gone.collect();
        gone.sort_unstable();
        Ok(gone)
    }

    /// Dataset and record number of some records, as they were noted when they were first read.
    fn names(
        &self,
        wanted: &BTreeSet<Mark>,
    ) -> Result<BTreeMap<Mark, (String, String)>, RecordError> {
        let mut names = BTreeMap::new();
        for rows in self.store.file_rows(true)? {
            let mut ids = rows.ids.as_slice();
            for mark in &rows.added {
                let Some((length, rest)) = ids.split_first_chunk::<2>() else { break };
                let Some((sealed, rest)) =
                    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
                else {
                    break;
                };
                ids = rest;
                if wanted.contains(&mark.record) {
                    let name = seal_name(&self.keys, &mark.record, sealed);
                    let name = String::from_utf8_lossy(&name);
                    let (dataset, record) = name.split_once('\0').unwrap_or_default();
                    names.insert(mark.record, (dataset.to_owned(), record.to_owned()));
                }
            }
        }

        Ok(names)
    }

    /// What of this does not count already; `None`: nothing.
    pub(super) fn news_of_records(
        &self,
        said: &[(RecordMark, RecordRuling)],
        decider: Decider<'_>,
        date: Date,
    ) -> Result<Option<NewRulings>, RecordError> {
        if said.is_empty() {
            return Ok(None);
        }

        let known = self.store.record_rulings()?;
        let is_new = |said: &&(RecordMark, RecordRuling)| match known.get(&said.0.0) {
            Some(before) => {
                before != said.1 && !(before.is_withdrawn() && said.1 == RecordRuling::Withdrawn)
            }
            None => said.1 != RecordRuling::Undecided,
        };

        let new: BTreeMap<Mark, RecordRuling> =
            said.iter().filter(is_new).map(|(key, ruling)| (key.0, *ruling)).collect();
        if new.is_empty() {
            return Ok(None);
        }

        let mut hash = RowHash::new();
        for (mark, ruling) in &new {
            hash_record_ruling(&mut hash, mark, *ruling);
        }

        let count = |ruling| new.values().filter(|said| **said == ruling).count() as u64;
        let event = RecordsRuled {
            date,
            by: decider.by.to_owned(),
            reason: decider.owned_reason(),
            withdrawn: count(RecordRuling::Withdrawn) + count(RecordRuling::ToldByHand),
            lacking: count(RecordRuling::Lacking),
            undecided: count(RecordRuling::Undecided),
            sha256: hash.finish(),
        };

        Ok(Some((event, new)))
    }
}

/// What is said of records and did not count before, with its event.
pub(super) type NewRulings = (RecordsRuled, BTreeMap<Mark, RecordRuling>);

/// A lab record, by its keyed mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordMark(pub(super) Mark);

impl RecordMark {
    /// Of a record that is in the inbox.
    #[must_use]
    pub fn of(keys: &Keys, dataset_id: &str, record_id: &str) -> Self {
        Self(record_mark(keys, dataset_id, record_id))
    }
}

impl Gone {
    /// The case of this record: what is done about one record leaves those of the same person open.
    #[must_use]
    pub fn case(&self, keys: &Keys) -> CaseMark {
        keys.row_fingerprint(["case", "gone", &base32(&self.mark)])
    }

    /// Whether a human has something to do.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.ruling {
            None | Some(RecordRuling::Undecided) => true,
            Some(RecordRuling::Withdrawn) => self.last,
            Some(RecordRuling::Lacking | RecordRuling::ToldByHand) => false,
        }
    }

    /// What.
    #[must_use]
    pub fn reason(&self) -> Reason {
        if self.ruling.is_some_and(RecordRuling::is_withdrawn) {
            Reason::D217
        } else {
            Reason::L218
        }
    }

    /// The record.
    #[must_use]
    pub const fn key(&self) -> RecordMark {
        RecordMark(self.mark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RecordRuling::{Lacking, ToldByHand, Undecided, Withdrawn};

    #[test]
    fn withdrawn_said_again_means_that_the_person_was_told() {
        let mark = [7; 16];
        let last = |said: &[RecordRuling]| {
            Rulings::of(said.iter().map(|ruling| (mark, *ruling))).get(&mark)
        };

        for (said, means) in [
            (&[Withdrawn][..], Some(Withdrawn)),
            (&[Withdrawn, Withdrawn], Some(ToldByHand)),
            (&[Withdrawn, ToldByHand], Some(ToldByHand)),
            (&[Withdrawn, Withdrawn, Undecided], None),
            (&[Withdrawn, Withdrawn, Undecided, Withdrawn], Some(Withdrawn)),
            (&[Lacking, Withdrawn], Some(Withdrawn)),
        ] {
            assert_eq!(last(said), means, "{said:?}");
        }
    }
}
