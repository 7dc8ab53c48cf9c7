//! Where the letters of a job are in their table.

use std::collections::BTreeMap;

use rusqlite::{Connection, Statement};

use super::Sql;
use crate::field::job_number::JobNumber;

/// Finds the rows of letters by job and place. By job alone there is no index, which would cost
/// every plan more than this look-up; the letters of a job are numbered without gaps.
pub(super) struct LetterRows<'c> {
    first: Statement<'c>,
    begins: BTreeMap<JobNumber, i64>,
}

impl<'c> LetterRows<'c> {
    pub fn of(connection: &'c Connection) -> Sql<Self> {
        let first = connection.prepare("SELECT min(id) FROM letter WHERE job = ?1")?;
        Ok(Self { first, begins: BTreeMap::new() })
    }

    /// The row of the letter at a place, from 1.
    pub fn id(&mut self, job: JobNumber, seq: u32) -> Sql<i64> {
        let begin = match self.begins.get(&job) {
            Some(begin) => *begin,
            None => self.first.query_row([job], |row| row.get(0))?,
        };
        self.begins.insert(job, begin);
        Ok(begin + i64::from(seq) - 1)
    }
}
