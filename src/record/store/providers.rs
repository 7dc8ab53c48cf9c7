//! Letters to providers, and what is noted of them.

use jiff::civil::Date;
use rusqlite::{OptionalExtension as _, Row};

use super::events::append;
use super::jobs::{date, kind};
use super::places::LetterRows;
use super::{Sql, Store, at, strange};
use crate::field::findings::Findings;
use crate::field::ids::Pseudonym;
use crate::field::job_number::JobNumber;
use crate::field::terms::Kind;
use crate::record::audit::{Event, Head};
use crate::record::error::RecordError;

/// A job, and a place in it.
type JobPlace = (JobNumber, u32);

/// A letter that is not to a person.
pub(in crate::record) struct NoticeRow {
    pub person: Pseudonym,
    pub date: Date,
    pub kind: Kind,
    pub sequence: u32,
    pub findings: Findings,
}

impl Store {
    /// A job that is read as if it had been given up.
    pub const fn given_up(&self) -> Option<JobNumber> {
        self.supposed.given_up
    }

    /// Who was told last and is known by this mark.
    pub fn known_by(&self, mark: &[u8; 16]) -> Result<Option<Pseudonym>, RecordError> {
        let left_out = self.supposed.given_up.map_or(0, JobNumber::get);
        let name = |row: &Row<'_>| {
            let person: Result<Pseudonym, ()> = row.get_ref(0)?.as_str()?.parse();
            person.map_err(|()| strange(0, "no pseudonym"))
        };
        let found = self.connection.query_row(
            "SELECT person.pseudonym FROM told_mark JOIN person ON person.id = told_mark.person
             WHERE told_mark.mark = ?1 AND told_mark.job <> ?2 ORDER BY told_mark.job DESC LIMIT 1",
            (mark, left_out),
            name,
        );
        found.optional().map_err(at("find who is known by a mark"))
    }

    /// Writes down an event about providers, which changes no table.
    pub fn about_providers(&mut self, event: &Event) -> Result<Head, RecordError> {
        let transaction = self.begin()?;
        let head = append(&transaction, event)?;
        transaction.commit().map_err(at("record an event about providers"))?;
        Ok(head)
    }

    /// The letters at these places in their jobs, in the order of the places.
    pub fn notices_at(
        &self,
        places: impl Iterator<Item = JobPlace>,
    ) -> Result<Vec<(JobPlace, NoticeRow)>, RecordError> {
        let notice = |row: &Row<'_>| {
            let person: Result<Pseudonym, ()> = row.get_ref(0)?.as_str()?.parse();
            let said: String = row.get(4)?;
            Ok(NoticeRow {
                person: person.map_err(|()| strange(0, "no pseudonym"))?,
                date: date(row, 1)?,
                kind: kind(row, 2)?,
                sequence: row.get(3)?,
                findings: serde_json::from_str(&said)
                    .map_err(|_| strange(4, "unknown findings"))?,
            })
        };
        let read = || {
            let mut rows = LetterRows::of(&self.connection)?;
            let mut find = self.connection.prepare(
                "SELECT person.pseudonym, job.run_date, letter.kind, letter.sequence, findings.said
                 FROM letter JOIN person ON person.id = letter.person JOIN job ON job.job = letter.job
                 JOIN findings ON findings.id = letter.findings WHERE letter.id = ?1 AND letter.job = ?2",
            )?;
            places
                .map(|(job, seq)| {
                    let row = find.query_row((rows.id(job, seq)?, job), notice)?;
                    Ok(((job, seq), row))
                })
                .collect::<Sql<Vec<_>>>()
        };
        read().map_err(at("find notices"))
    }
}
