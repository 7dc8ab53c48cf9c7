//! The tables `job`, `part`, `staged` and `letter`: what is where.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rusqlite::{OptionalExtension, Row, Transaction};

use super::events::{append, count};
use super::inputs::seq;
use super::schema::MODES;
use super::{Sql, Store, at, strange};
use crate::base::plain;
use crate::field::findings::Findings;
use crate::field::job_number::JobNumber;
use crate::field::terms::Kind;
use crate::record::audit::{Abandoned, Event, Head, Sealed, Step};
use crate::record::error::RecordError;
use crate::record::job::{JobState, LetterRecord, PartTotals, SealedPart, StagedFile, Totals};
use crate::record::model::JobRow;

pub(super) fn date(row: &Row<'_>, column: usize) -> Sql<Date> {
    let text: String = row.get(column)?;
    let date: Date = text.parse().map_err(|_| strange(column, "no date"))?;
    // Other spellings of the same date were never written.
    if date.to_string() == text { Ok(date) } else { Err(strange(column, "no date")) }
}

pub(super) fn kind(row: &Row<'_>, column: usize) -> Sql<Kind> {
    row.get::<_, String>(column)?.parse().map_err(|()| strange(column, "unknown kind"))
}

fn state(row: &Row<'_>, column: usize) -> Sql<JobState> {
    JobState::from_word(&row.get::<_, String>(column)?)
        .ok_or_else(|| strange(column, "unknown state"))
}

/// Moves a job on; its present state must be the one before.
pub(super) fn step(
    transaction: &Transaction<'_>,
    job: JobNumber,
    from: JobState,
    to: JobState,
) -> Result<(), RecordError> {
    let moved = transaction
        .execute(
            "UPDATE job SET state = ?3 WHERE job = ?1 AND state = ?2",
            (job, from.word(), to.word()),
        )
        .map_err(at("move a job on"))?;

    if moved == 1 {
        return Ok(());
    }

    let found: Option<String> = transaction
        .query_row("SELECT state FROM job WHERE job = ?1", [job], |row| row.get(0))
        .optional()
        .map_err(at("read a job"))?;

    let found = found.unwrap_or_else(|| "not in the ledger".to_owned());
    Err(RecordError::JobState { job, found, wanted: from.word() })
}

/// A letter id and a reference code as the tables have them, however they were typed: capitals,
/// blanks and hyphens do not matter. The last one is what was typed.
fn named(text: &str) -> [String; 3] {
    let is_between = |sign: &char| {
        sign.is_whitespace()
            || plain::is_hidden(*sign)
            || matches!(sign, '-' | '\u{2010}'..='\u{2015}')
    };
    let signs: Vec<char> = text.chars().filter(|sign| !is_between(sign)).collect();
    let id = signs.iter().collect::<String>().to_ascii_lowercase();
    let fours: Vec<String> = signs.chunks(4).map(|four| four.iter().collect()).collect();
    [id, fours.join(" ").to_ascii_uppercase(), text.trim().to_owned()]
}

/// Fills in what was sealed.
pub(super) fn seal_parts(
    transaction: &Transaction<'_>,
    job: JobNumber,
    parts: &[SealedPart],
) -> Sql<()> {
    let mut update = transaction
        .prepare("UPDATE part SET file = ?3, plain_sha256 = ?4, sealed_sha256 = ?5 WHERE job = ?1 AND number = ?2")?;
    for part in parts {
        update.execute((
            job,
            part.totals.number,
            &part.file,
            &part.plain_sha256,
            &part.sealed_sha256,
        ))?;
    }

    Ok(())
}

/// Takes a job back that is given up. Letters are numbered in the order of the jobs, and so are the
/// people and findings that came with them; this job is the last, so that no gap is left.
pub(super) fn take_back(
    transaction: &Transaction<'_>,
    job: JobNumber,
    head: &Head,
) -> Result<(), RecordError> {
    let change = || {
        let marked = transaction.execute(
            "UPDATE job SET abandoned = ?2
             WHERE job = ?1 AND abandoned IS NULL AND state IN ('planned', 'sealed')
               AND job = (SELECT job FROM job ORDER BY event DESC LIMIT 1)",
            (job, seq(head)),
        )?;
        transaction.execute("DELETE FROM told_mark WHERE job = ?1", [job])?;
        transaction.execute("DELETE FROM letter WHERE job = ?1", [job])?;
        transaction
            .execute("DELETE FROM person WHERE id NOT IN (SELECT person FROM letter)", [])?;
        transaction
            .execute("DELETE FROM findings WHERE id NOT IN (SELECT findings FROM letter)", [])?;
        Ok(marked)
    };

    if change().map_err(at("give up a job"))? == 1 {
        return Ok(());
    }

    let found = "not the last job, or is published".to_owned();
    Err(RecordError::JobState { job, found, wanted: "planned" })
}

impl Store {
    /// Records the packages of a planned job.
    pub fn seal(&mut self, job: JobNumber, parts: &[SealedPart]) -> Result<Head, RecordError> {
        let transaction = self.begin()?;
        seal_parts(&transaction, job, parts).map_err(at("record sealed parts"))?;
        step(&transaction, job, JobState::Planned, JobState::Sealed)?;
        let head = append(&transaction, &Event::Sealed(Sealed { job, parts: parts.to_vec() }))?;
        transaction.commit().map_err(at("record sealed parts"))?;
        Ok(head)
    }

    /// Records that the packages of a sealed job are in the outbox.
    pub fn published(&mut self, job: JobNumber) -> Result<Head, RecordError> {
        self.step(job, JobState::Sealed, JobState::Published, &Event::Published(Step { job }))
    }

    /// Records that everything about a published job is in its place.
    pub fn done(&mut self, job: JobNumber) -> Result<Head, RecordError> {
        self.step(job, JobState::Published, JobState::Done, &Event::Done(Step { job }))
    }

    /// Gives up a job that is planned or sealed.
    pub fn abandon(&mut self, event: Abandoned) -> Result<Head, RecordError> {
        let job = event.job;
        let transaction = self.begin()?;
        let head = append(&transaction, &Event::Abandoned(event))?;
        take_back(&transaction, job, &head)?;
        transaction.commit().map_err(at("give up a job"))?;
        Ok(head)
    }

    fn step(
        &mut self,
        job: JobNumber,
        from: JobState,
        to: JobState,
        event: &Event,
    ) -> Result<Head, RecordError> {
        let transaction = self.begin()?;
        step(&transaction, job, from, to)?;
        let head = append(&transaction, event)?;
        transaction.commit().map_err(at("move a job on"))?;
        Ok(head)
    }

    /// Every job.
    pub fn jobs(&self) -> Result<BTreeMap<JobNumber, JobRow>, RecordError> {
        let read = || {
            // Before version 3 no job could be given up.
            let abandoned = if self.version < MODES { "NULL" } else { "abandoned" };
            let mut jobs = self
                .connection
                .prepare(&format!(
                    "SELECT job, name, run_id, run_date, event, state, {abandoned} FROM job"
                ))?
                .query_map([], |row| {
                    let job = JobRow {
                        name: row.get(1)?,
                        run_id: row.get(2)?,
                        run_date: date(row, 3)?,
                        event: count(4, row.get(4)?)?,
                        state: state(row, 5)?,
                        staged: Vec::new(),
                        parts: Vec::new(),
                        sealed: Vec::new(),
                        sealed_event: None,
                        abandoned: row
                            .get::<_, Option<i64>>(6)?
                            .map(|event| count(6, event))
                            .transpose()?,
                        reprint: None,
                    };
                    Ok((row.get(0)?, job))
                })?
                .collect::<Sql<BTreeMap<JobNumber, JobRow>>>()?;
            for (number, job) in &mut jobs {
                job.staged = self.staged(*number)?;
                (job.parts, job.sealed) = self.parts(*number)?;
            }
            Ok(jobs)
        };

        read().map_err(at("read jobs"))
    }

    fn staged(&self, job: JobNumber) -> Sql<Vec<StagedFile>> {
        self.connection
            .prepare("SELECT name, sha256 FROM staged WHERE job = ?1 ORDER BY name")?
            .query_map([job], |row| Ok(StagedFile { name: row.get(0)?, sha256: row.get(1)? }))?
            .collect()
    }

    fn parts(&self, job: JobNumber) -> Sql<(Vec<PartTotals>, Vec<SealedPart>)> {
        let mut read = self.connection.prepare(
            "SELECT number, letters, pages, sheets, file, plain_sha256, sealed_sha256 FROM part WHERE job = ?1 ORDER BY number",
        )?;
        let mut rows = read.query([job])?;
        let (mut parts, mut sealed) = (Vec::new(), Vec::new());
        while let Some(row) = rows.next()? {
            let totals = PartTotals {
                number: row.get(0)?,
                letters: row.get(1)?,
                pages: row.get(2)?,
                sheets: row.get(3)?,
            };
            parts.push(totals);
            if let Some(file) = row.get(4)? {
                sealed.push(SealedPart {
                    totals,
                    file,
                    plain_sha256: row.get(5)?,
                    sealed_sha256: row.get(6)?,
                });
            }
        }

        Ok((parts, sealed))
    }

    /// The highest job number from `first` to `last`, both included.
    pub fn highest_job(&self, first: u32, last: u32) -> Result<Option<u32>, RecordError> {
        self.connection
            .query_row(
                "SELECT max(job) FROM job WHERE job BETWEEN ?1 AND ?2",
                [first, last],
                |row| row.get(0),
            )
            .map_err(at("read jobs"))
    }

    /// One letter, by its id or its reference code.
    pub fn letter(&self, id_or_reference: &str) -> Result<Option<LetterRecord>, RecordError> {
        let read = |row: &Row<'_>| {
            let said: String = row.get(6)?;
            let findings: Findings =
                serde_json::from_str(&said).map_err(|_| strange(6, "unknown findings"))?;
            Ok(LetterRecord {
                letter_id: row.get(0)?,
                person: row.get(1)?,
                kind: kind(row, 2)?,
                sequence: row.get(3)?,
                date: date(row, 4)?,
                sender: row.get(5)?,
                findings,
                reference: row.get(7)?,
                job: row.get(8)?,
                run_id: row.get(9)?,
                state: state(row, 10)?,
                part: row.get(11)?,
                seq: row.get(12)?,
                pages: row.get(13)?,
                sheets: row.get(14)?,
            })
        };

        self.connection
            .query_row(
                "SELECT letter.letter_id, person.pseudonym, letter.kind, letter.sequence, job.run_date, letter.sender,
                        findings.said, letter.reference, job.job, job.run_id, job.state, letter.part, letter.seq,
                        letter.pages, letter.sheets
                 FROM letter JOIN person ON person.id = letter.person
                 JOIN findings ON findings.id = letter.findings JOIN job ON job.job = letter.job
                 WHERE letter.letter_id IN (?1, ?3) OR letter.reference IN (?2, ?3)",
                named(id_or_reference),
                read,
            )
            .optional()
            .map_err(at("read a letter"))
    }

    /// Letters to people in published jobs, by day, kind and main category. Those to providers and
    /// professionals have no category.
    pub fn sent(&self) -> Result<Vec<(Date, Kind, String, u64)>, RecordError> {
        let read = |row: &Row<'_>| {
            let group: Option<String> = row.get(2)?;
            Ok((
                date(row, 0)?,
                kind(row, 1)?,
                group.unwrap_or_else(|| "none".to_owned()),
                count(3, row.get(3)?)?,
            ))
        };

        let read_all = || {
            self.connection
                .prepare(
                    "SELECT job.run_date, letter.kind, json_extract(findings.said, '$.categories[0]') AS grp, count(*)
                     FROM letter JOIN job ON job.job = letter.job JOIN findings ON findings.id = letter.findings
                     WHERE job.state IN ('published', 'done') AND json_array_length(findings.said, '$.categories') > 0
                     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
                )?
                .query_map([], read)?
                .collect::<Sql<Vec<_>>>()
        };

        read_all().map_err(at("count letters that are out"))
    }

    /// The ledger in numbers; `inputs` is left at zero. Jobs that were given up do not count.
    /// Letters to providers and professionals count as letters alone: they tell nobody of their own
    /// data as a patient.
    pub fn totals(&self) -> Result<Totals, RecordError> {
        let jobs = if self.version < MODES { "job" } else { "job WHERE abandoned IS NULL" };
        let read = |row: &Row<'_>| {
            let number = |column| count(column, row.get(column)?);
            Ok(Totals {
                people: number(0)?,
                letters: number(1)?,
                first: number(2)?,
                supplements: number(3)?,
                corrections: number(4)?,
                pages: number(5)?,
                sheets: number(6)?,
                jobs: number(7)?,
                inputs: 0,
            })
        };

        self.connection
            .query_row(
                &format!(
                    "WITH others AS (SELECT id FROM findings WHERE json_array_length(said, '$.categories') = 0)
                     SELECT (SELECT count(*) FROM person)
                                - count(DISTINCT person) FILTER (WHERE findings IN others),
                            count(*), count(*) FILTER (WHERE kind = 'first' AND findings NOT IN others),
                            count(*) FILTER (WHERE kind = 'supplement' AND findings NOT IN others),
                            count(*) FILTER (WHERE kind = 'correction'), coalesce(sum(pages), 0),
                            coalesce(sum(sheets), 0), (SELECT count(*) FROM {jobs})
                     FROM letter"
                ),
                [],
                read,
            )
            .map_err(at("count letters"))
    }
}
