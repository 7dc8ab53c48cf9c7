//! The table `judgement`: what humans said of people and rows that are held.

use std::collections::BTreeMap;

use rusqlite::Transaction;

use super::decisions::add_decisions;
use super::events::{append, count};
use super::inputs::seq;
use super::lists::{add_record_rulings, add_shields};
use super::people::mark;
use super::schema::JUDGEMENTS;
use super::{Sql, Store, at};
use crate::link::Decision;
use crate::record::audit::{CasesJudged, Decided, Event, Head, RowHash};
use crate::record::decisions::Decider;
use crate::record::error::RecordError;
use crate::record::gone::NewRulings;
use crate::record::judgements::SealedJudgement;
use crate::record::protection::ShieldLine;

/// What somebody said, as it is stored, and what follows from it.
pub(in crate::record) struct StoredWord<'a> {
    /// `None`: a decisions file says nothing but what follows.
    pub judged: Option<(CasesJudged, Vec<SealedJudgement>)>,
    pub decided: Option<(Decided, Vec<Decision>)>,
    pub ruled: Option<NewRulings>,
    pub released: Option<(Decider<'a>, &'a [ShieldLine])>,
}

/// Adds a line to the hash that its event keeps.
pub(in crate::record) fn hash_judgement(rows: &mut RowHash, line: &SealedJudgement) {
    rows.bytes(&line.anchor).text(&line.kind).text(&line.answer);
    rows.bytes(line.seen.as_ref().map_or(&[][..], |seen| &seen[..]));
    rows.bytes(line.person.as_ref().map_or(&[][..], |person| &person[..]));
    rows.text(&line.opinion).bytes(&line.sealed);
}

fn add_judgements(
    transaction: &Transaction<'_>,
    event: CasesJudged,
    lines: &[SealedJudgement],
) -> Result<(), RecordError> {
    let head = append(transaction, &Event::Judged(event))?;
    let add = || {
        let mut insert = transaction.prepare(
            "INSERT INTO judgement (anchor, kind, event, answer, seen, person, opinion, sealed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        for line in lines {
            insert.execute((
                line.anchor,
                &line.kind,
                seq(&head),
                &line.answer,
                line.seen,
                line.person,
                &line.opinion,
                &line.sealed,
            ))?;
        }
        Ok(())
    };

    add().map_err(at("record judgements"))
}

impl Store {
    /// Writes down what people said, and what follows from it, in one transaction.
    pub fn judge(&mut self, words: Vec<StoredWord<'_>>) -> Result<Head, RecordError> {
        let transaction = self.begin()?;
        for StoredWord { judged, decided, ruled, released } in words {
            if let Some((event, lines)) = judged {
                add_judgements(&transaction, event, &lines)?;
            }
            if let Some((event, decisions)) = decided {
                add_decisions(&transaction, event, &decisions)?;
            }
            if let Some((event, rulings)) = ruled {
                add_record_rulings(&transaction, event, &rulings)?;
            }
            if let Some((decider, lines)) = released {
                add_shields(&transaction, "", Some(decider), lines)?;
            }
        }
        transaction.commit().map_err(at("record judgements"))?;
        self.head()
    }

    /// Every line, with its event, oldest first.
    pub fn judgements(&self) -> Result<Vec<(u64, SealedJudgement)>, RecordError> {
        let mut lines = self.all_judgements()?;
        lines.retain(|(event, _)| self.counts(*event));
        Ok(lines)
    }

    fn all_judgements(&self) -> Result<Vec<(u64, SealedJudgement)>, RecordError> {
        if self.version < JUDGEMENTS {
            return Ok(Vec::new());
        }

        let read = || {
            self.connection
                .prepare(
                    "SELECT anchor, kind, event, answer, seen, person, opinion, sealed FROM judgement
                     ORDER BY event, anchor, kind",
                )?
                .query_map([], |row| {
                    let line = SealedJudgement {
                        anchor: mark(row, 0)?,
                        kind: row.get(1)?,
                        answer: row.get(3)?,
                        seen: row.get(4)?,
                        person: row.get(5)?,
                        opinion: row.get(6)?,
                        sealed: row.get(7)?,
                    };
                    Ok((count(2, row.get(2)?)?, line))
                })?
                .collect::<Sql<Vec<_>>>()
        };

        read().map_err(at("read judgements"))
    }

    /// Ids of the letters of a person, in the order in which they were planned.
    pub fn letters_of_person(&self, person: &str) -> Result<Vec<String>, RecordError> {
        let read = || {
            self.connection
                .prepare(
                    "SELECT letter.letter_id FROM letter JOIN person ON person.id = letter.person
                     WHERE person.pseudonym = ?1 ORDER BY letter.id",
                )?
                .query_map([person], |row| row.get(0))?
                .collect::<Sql<Vec<String>>>()
        };

        read().map_err(at("read a person's letters"))
    }

    /// Number of lines of each event, and their hash.
    pub(super) fn judgement_hashes(&self) -> Result<BTreeMap<u64, (u64, String)>, RecordError> {
        let mut hashes = BTreeMap::<u64, (u64, RowHash)>::new();
        for (event, line) in self.all_judgements()? {
            let (count, rows) = hashes.entry(event).or_insert_with(|| (0, RowHash::new()));
            *count += 1;
            hash_judgement(rows, &line);
        }

        let finished =
            hashes.into_iter().map(|(event, (count, rows))| (event, (count, rows.finish())));
        Ok(finished.collect())
    }
}
