//! One transaction that fixes the letters of a job.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::Date;
use rusqlite::{ErrorCode, Transaction};

use super::events::append;
use super::inputs::{add_identities, add_inputs, seq};
use super::lists::{FileRows, add_rows, add_shields};
use super::{Sql, Store, at};
use crate::field::ids::Pseudonym;
use crate::field::job_number::JobNumber;
use crate::record::audit::{
    Event, Head, Identities, Inputs, Planned, ReissueOrdered, ReprintPlanned, RowHash, Scheduled,
};
use crate::record::error::RecordError;
use crate::record::job::{PartTotals, StagedFile};
use crate::record::protection::ShieldLine;
use crate::record::recognise::{IdentityChange, Mark, MarkKind};

/// One letter as it is written down.
pub(in crate::record) struct PlannedLetter<'a> {
    pub letter_id: Cow<'a, str>,
    pub person: Pseudonym,
    pub kind: &'static str,
    pub sequence: u32,
    pub part: u32,
    pub seq: u32,
    pub reference: &'a str,
    pub sender: &'a str,
    /// JSON of the findings.
    pub said: &'a str,
    pub pages: u32,
    pub sheets: u32,
}

impl PlannedLetter<'_> {
    /// Adds the letter to the hash that the plan's event keeps.
    pub fn hash(&self, rows: &mut RowHash) {
        rows.text(&self.letter_id)
            .bytes(&self.person.0)
            .text(self.kind)
            .number(self.sequence.into());

        rows.number(self.part.into())
            .number(self.seq.into())
            .text(self.reference)
            .text(self.sender)
            .text(self.said);

        rows.number(self.pages.into()).number(self.sheets.into());
    }
}

/// Adds a mark to the hash that the plan's event keeps.
pub(in crate::record) fn hash_mark(
    rows: &mut RowHash,
    mark: &Mark,
    kind: MarkKind,
    person: Pseudonym,
) {
    rows.bytes(mark).text(kind.word()).bytes(&person.0);
}

/// What a run writes down besides letters.
#[derive(Default)]
pub(in crate::record) struct News<'a> {
    pub inputs: Option<Inputs>,
    pub identities: Option<(Identities, &'a [IdentityChange])>,
    /// The run that read the rows.
    pub run_id: &'a str,
    pub rows: &'a [FileRows],
    pub shields: &'a [ShieldLine],
    pub schedule: Option<Scheduled>,
}

impl News<'_> {
    fn add(self, transaction: &Transaction<'_>) -> Result<(), RecordError> {
        if let Some(inputs) = self.inputs {
            add_inputs(transaction, inputs)?;
        }
        if let Some((found, changes)) = self.identities {
            add_identities(transaction, found, changes)?;
        }
        add_rows(transaction, self.run_id, self.rows)?;
        add_shields(transaction, self.run_id, None, self.shields)?;
        if let Some(schedule) = self.schedule {
            append(transaction, &Event::Scheduled(schedule))?;
        }
        Ok(())
    }
}

/// A plan, checked and counted, with numbers for its people.
pub(in crate::record) struct Plan<'a, L> {
    pub news: News<'a>,
    pub event: Planned,
    /// New people with their numbers, sorted.
    pub new_people: &'a [(Pseudonym, u32)],
    /// Letters with the number of their person, in print order.
    pub letters: L,
    /// New marks with the number of their person, in the order of the marks.
    pub marks: &'a [(Mark, MarkKind, u32)],
}

impl Store {
    /// Writes down inputs and identities when no letter came of a run.
    pub fn note(&mut self, news: News<'_>) -> Result<Head, RecordError> {
        let transaction = self.begin()?;
        news.add(&transaction)?;
        transaction.commit().map_err(at("record what was read"))?;
        self.head()
    }

    /// Writes down the plan.
    pub fn plan<'a, L>(&mut self, plan: Plan<'_, L>) -> Result<Head, RecordError>
    where
        L: Iterator<Item = (u32, PlannedLetter<'a>)>,
    {
        let transaction = self.begin()?;
        plan.news.add(&transaction)?;
        let head = append(&transaction, &Event::Planned(plan.event.clone()))?;
        add_job(&transaction, &(&plan.event).into(), &head).map_err(at("record a job"))?;
        add_people(&transaction, plan.new_people).map_err(at("record people"))?;
        add_letters(&transaction, plan.event.job, plan.letters)?;
        add_marks(&transaction, plan.event.job, plan.marks).map_err(at("record marks"))?;
        transaction.commit().map_err(at("record a plan"))?;
        Ok(head)
    }

    /// Writes down that letters are to be written anew.
    pub fn reissue(&mut self, order: ReissueOrdered) -> Result<Head, RecordError> {
        let transaction = self.begin()?;
        let head = append(&transaction, &Event::Reissue(order))?;
        transaction.commit().map_err(at("record a reissue"))?;
        Ok(head)
    }

    /// Writes down that letters of an earlier job are printed once more.
    pub fn reprint(&mut self, plan: &ReprintPlanned) -> Result<Head, RecordError> {
        let transaction = self.begin()?;
        let head = append(&transaction, &Event::Reprint(plan.clone()))?;
        add_job(&transaction, &plan.into(), &head).map_err(at("record a job"))?;
        transaction.commit().map_err(at("record a reprint"))?;
        Ok(head)
    }
}

/// A job as its tables have it.
pub(super) struct NewJob<'a> {
    job: JobNumber,
    name: &'a str,
    run_id: &'a str,
    date: Date,
    parts: &'a [PartTotals],
    staged: &'a [StagedFile],
}

impl<'a> From<&'a Planned> for NewJob<'a> {
    fn from(plan: &'a Planned) -> Self {
        let Planned { job, name, run_id, date, parts, staged, .. } = plan;
        Self { job: *job, name, run_id, date: *date, parts, staged }
    }
}

impl<'a> From<&'a ReprintPlanned> for NewJob<'a> {
    fn from(plan: &'a ReprintPlanned) -> Self {
        let ReprintPlanned { job, name, run_id, date, parts, staged, .. } = plan;
        Self { job: *job, name, run_id, date: *date, parts, staged }
    }
}

pub(super) fn add_job(transaction: &Transaction<'_>, event: &NewJob<'_>, head: &Head) -> Sql<()> {
    transaction.execute(
        "INSERT INTO job (job, campaign, name, run_id, run_date, event, state) VALUES (?1, 1, ?2, ?3, ?4, ?5, 'planned')",
        (event.job, event.name, event.run_id, event.date.to_string(), seq(head)),
    )?;

    let mut part = transaction.prepare(
        "INSERT INTO part (job, number, letters, pages, sheets) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;

    for totals in event.parts {
        part.execute((event.job, totals.number, totals.letters, totals.pages, totals.sheets))?;
    }

    let mut staged =
        transaction.prepare("INSERT INTO staged (job, name, sha256) VALUES (?1, ?2, ?3)")?;
    for file in event.staged {
        staged.execute((event.job, &file.name, &file.sha256))?;
    }

    Ok(())
}

fn add_people(transaction: &Transaction<'_>, people: &[(Pseudonym, u32)]) -> Sql<()> {
    let mut insert = transaction.prepare("INSERT INTO person (id, pseudonym) VALUES (?1, ?2)")?;
    for (person, id) in people {
        insert.execute((id, person.to_string()))?;
    }
    Ok(())
}

fn add_letters<'a>(
    transaction: &Transaction<'_>,
    job: JobNumber,
    letters: impl Iterator<Item = (u32, PlannedLetter<'a>)>,
) -> Result<(), RecordError> {
    let doing = "record letters";
    let mut findings = BTreeMap::<String, i64>::new();
    let mut find =
        transaction.prepare("SELECT id FROM findings WHERE said = ?1").map_err(at(doing))?;
    let mut say =
        transaction.prepare("INSERT INTO findings (said) VALUES (?1)").map_err(at(doing))?;
    let mut number = |said: &str| -> Sql<i64> {
        if let Some(id) = findings.get(said) {
            return Ok(*id);
        }
        let known = find.query([said])?.next()?.map(|row| row.get(0)).transpose()?;
        let id = known.map_or_else(|| say.insert([said]), Ok)?;
        findings.insert(said.to_owned(), id);
        Ok(id)
    };

    let mut insert = transaction
        .prepare(
            "INSERT INTO letter (letter_id, person, campaign, kind, sequence, job, part, seq, reference, sender,
                findings, pages, sheets)
             VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )
        .map_err(at(doing))?;

    for (person, letter) in letters {
        let said = number(letter.said).map_err(at(doing))?;
        let written = insert.execute((
            &letter.letter_id,
            person,
            letter.kind,
            letter.sequence,
            job,
            letter.part,
            letter.seq,
            letter.reference,
            letter.sender,
            said,
            letter.pages,
            letter.sheets,
        ));
        written.map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => {
                RecordError::Twice { letter_id: letter.letter_id.into_owned() }
            }
            _ => at(doing)(error),
        })?;
    }

    Ok(())
}

fn add_marks(
    transaction: &Transaction<'_>,
    job: JobNumber,
    marks: &[(Mark, MarkKind, u32)],
) -> Sql<()> {
    let mut insert = transaction
        .prepare("INSERT INTO told_mark (mark, job, person, kind) VALUES (?1, ?2, ?3, ?4)")?;
    for (mark, kind, person) in marks {
        insert.execute((mark, job, person, kind.word()))?;
    }
    Ok(())
}
