//! The table `waiting`: what waits for a human. And packages that are gone, which the history alone
//! knows.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::events::{append, count};
use super::inputs::seq;
use super::people::mark;
use super::schema::CASES;
use super::{Sql, Store, at, strange};
use crate::field::job_number::JobNumber;
use crate::record::audit::{Event, Gone, Head, Republished, RowHash, Waiting};
use crate::record::cases::{CaseMark, CaseStep};
use crate::record::error::RecordError;

/// Adds a step of a case to the hash that its event keeps.
pub(in crate::record) fn hash_case(rows: &mut RowHash, mark: &CaseMark, step: CaseStep) {
    rows.bytes(mark).text(step.word());
}

impl Store {
    /// Writes down what humans were told of, in one transaction: cases, each once, and packages
    /// that are gone.
    pub fn told_humans(
        &mut self,
        waiting: Option<Waiting>,
        steps: &[(CaseMark, CaseStep)],
        date: Date,
        gone: &[JobNumber],
    ) -> Result<Head, RecordError> {
        let doing = "record what waits for a human";
        let transaction = self.begin()?;
        if let Some(waiting) = waiting {
            let head = append(&transaction, &Event::Waiting(waiting))?;
            let add = || {
                let mut insert = transaction
                    .prepare("INSERT INTO waiting (mark, event, step) VALUES (?1, ?2, ?3)")?;
                for (mark, step) in steps {
                    insert.execute((mark, seq(&head), step.word()))?;
                }
                Ok(())
            };
            add().map_err(at(doing))?;
        }

        if !gone.is_empty() {
            append(&transaction, &Event::Gone(Gone { date, jobs: gone.to_vec() }))?;
        }

        transaction.commit().map_err(at(doing))?;
        self.head()
    }

    /// Writes down that a package is in the outbox again.
    pub fn republished(&mut self, job: JobNumber, date: Date) -> Result<Head, RecordError> {
        let transaction = self.begin()?;
        let head = append(&transaction, &Event::Republished(Republished { date, job }))?;
        transaction.commit().map_err(at("record a publication"))?;
        Ok(head)
    }

    /// Every step of every case, with its event, oldest first.
    pub fn cases(&self) -> Result<Vec<(u64, CaseMark, CaseStep)>, RecordError> {
        if self.version < CASES {
            return Ok(Vec::new());
        }

        let read = || {
            self.connection
                .prepare("SELECT mark, event, step FROM waiting ORDER BY event, mark")?
                .query_map([], |row| {
                    let step = CaseStep::from_word(row.get_ref(2)?.as_str()?);
                    let step = step.ok_or_else(|| strange(2, "unknown step of a case"))?;
                    Ok((count(1, row.get(1)?)?, mark(row, 0)?, step))
                })?
                .collect::<Sql<Vec<_>>>()
        };

        read().map_err(at("read what waits for a human"))
    }

    /// Number of rows of each event, and their hash.
    pub(super) fn case_hashes(&self) -> Result<BTreeMap<u64, (u64, String)>, RecordError> {
        let mut hashes = BTreeMap::<u64, (u64, RowHash)>::new();
        for (event, mark, step) in self.cases()? {
            let (count, rows) = hashes.entry(event).or_insert_with(|| (0, RowHash::new()));
            *count += 1;
            hash_case(rows, &mark, step);
        }

        Ok(hashes
            .into_iter()
            .map(|(event, (count, rows))| (event, (count, rows.finish())))
            .collect())
    }
}
