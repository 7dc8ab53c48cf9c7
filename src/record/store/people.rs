//! The tables `person`, `told_mark`, `letter` and `findings` as recognition needs them: read once,
//! kept small.

use std::collections::BTreeMap;

use rusqlite::Row;

use super::events::count;
use super::jobs::{date, kind};
use super::{Sql, Store, at, strange};
use crate::field::findings::Findings;
use crate::field::ids::{Pseudonym, base32_decode};
use crate::field::job_number::JobNumber;
use crate::record::error::RecordError;
use crate::record::recognise::{Known, KnownLetter, KnownMerge, Mark, MarkKind, Owner};

fn pseudonym(row: &Row<'_>, column: usize) -> Sql<Pseudonym> {
    let text = row.get_ref(column)?.as_str()?;
    base32_decode(text).map(Pseudonym).ok_or_else(|| strange(column, "no pseudonym"))
}

/// A number of a person in the tables, from 1, as an index from 0.
pub(super) fn index(row: &Row<'_>, column: usize) -> Sql<u32> {
    let id: u32 = row.get(column)?;
    id.checked_sub(1).ok_or_else(|| strange(column, "numbered 0"))
}

pub(super) fn mark(row: &Row<'_>, column: usize) -> Sql<Mark> {
    row.get(column)
}

pub(super) fn mark_kind(row: &Row<'_>, column: usize) -> Sql<MarkKind> {
    let word = row.get_ref(column)?.as_str()?;
    MarkKind::from_word(word).ok_or_else(|| strange(column, "unknown kind of mark"))
}

impl Store {
    /// Everybody who was told something, in the order of their numbers, which have no gaps.
    pub fn people(&self) -> Result<Vec<Pseudonym>, RecordError> {
        let read = || {
            let mut read =
                self.connection.prepare("SELECT id, pseudonym FROM person ORDER BY id")?;
            let mut rows = read.query([])?;
            let mut people = Vec::new();
            while let Some(row) = rows.next()? {
                if usize::try_from(index(row, 0)?) != Ok(people.len()) {
                    return Err(strange(0, "people are not numbered without gaps"));
                }
                people.push(pseudonym(row, 1)?);
            }
            Ok(people)
        };

        read().map_err(at("read people"))
    }

    /// Everything recognition needs.
    pub fn known(&self) -> Result<Known, RecordError> {
        let people = self.people()?;
        let marks = self.owners().map_err(at("read marks"))?;
        let findings = self.findings().map_err(at("read findings"))?;
        let (letters, senders) = self.known_letters().map_err(at("read letters"))?;
        let merges = self.merges()?;
        let rulings = self.record_rulings()?;
        Ok(Known::new(people, marks, letters, senders, findings, merges, rulings))
    }

    /// Marks with their present owner, in the order of the marks.
    fn owners(&self) -> Sql<Vec<Owner>> {
        let mut read = self.connection.prepare(
            "SELECT mark, person, kind FROM told_mark WHERE job <> ?1 ORDER BY mark, job",
        )?;
        let mut rows = read.query([self.left_out()])?;
        let mut owners: Vec<Owner> = Vec::new();
        while let Some(row) = rows.next()? {
            let owner =
                Owner { mark: mark(row, 0)?, person: index(row, 1)?, kind: mark_kind(row, 2)? };
            match owners.last_mut() {
                // The latest job of a mark comes last.
                Some(last) if last.mark == owner.mark => *last = owner,
                _ => owners.push(owner),
            }
        }

        Ok(owners)
    }

    /// Whose mail is whose: people who turned out to be one, in the order in which that was found.
    pub fn merged(&self) -> Result<Vec<(Pseudonym, Pseudonym)>, RecordError> {
        let mut merges = self.merges()?;
        merges.sort_by_key(|merge| merge.event);
        Ok(merges.into_iter().map(|merge| (merge.person, merge.other)).collect())
    }

    fn merges(&self) -> Result<Vec<KnownMerge>, RecordError> {
        let merges = self.identities()?.into_iter().filter(|(_, kind, ..)| kind == "merge");
        let merges = merges.map(|(event, _, person, other)| {
            let [person, other] = [&person, &other].map(|name| base32_decode(name).map(Pseudonym));
            Some(KnownMerge { person: person?, other: other?, event })
        });
        let merges = merges.collect::<Option<_>>();
        merges.ok_or_else(|| at("read merged people")(strange(2, "no pseudonym")))
    }

    /// A job whose letters do not count; no job has the number 0.
    fn left_out(&self) -> u32 {
        self.supposed.given_up.map_or(0, JobNumber::get)
    }

    fn findings(&self) -> Sql<BTreeMap<u32, Findings>> {
        self.connection
            .prepare("SELECT id, said FROM findings")?
            .query_map([], |row| {
                let said: String = row.get(1)?;
                Ok((
                    row.get(0)?,
                    serde_json::from_str(&said).map_err(|_| strange(1, "unknown findings"))?,
                ))
            })?
            .collect()
    }

    /// Letters in the order in which they were planned, and the senders they name by index.
    fn known_letters(&self) -> Sql<(Vec<KnownLetter>, Vec<String>)> {
        let mut read = self.connection.prepare(
            "SELECT letter.person, job.run_date, letter.kind, letter.sequence, letter.sender, letter.findings, job.event
             FROM letter JOIN job ON job.job = letter.job WHERE job.job <> ?1 ORDER BY letter.id",
        )?;

        let mut rows = read.query([self.left_out()])?;
        let (mut letters, mut senders) = (Vec::new(), Vec::<String>::new());
        while let Some(row) = rows.next()? {
            let name = row.get_ref(4)?.as_str()?;
            let sender = senders.iter().position(|known| known == name).unwrap_or_else(|| {
                senders.push(name.to_owned());
                senders.len() - 1
            });
            letters.push(KnownLetter {
                person: index(row, 0)?,
                date: date(row, 1)?,
                kind: kind(row, 2)?,
                sequence: row.get(3)?,
                sender,
                findings: row.get(5)?,
                event: count(6, row.get(6)?)?,
            });
        }

        Ok((letters, senders))
    }
}
