//! A job from its plan to its papers, one step after the other.

use std::collections::BTreeMap;

use camino::Utf8Path;
use jiff::civil::Date;

use super::audit::Head;
use super::job::{Job, JobState, Noted, SealedPart};
use super::model::{self, Model};
use super::plan::{self, CheckedPlan, PlanDraft};
use super::store::Store;
use super::{Ledger, RecordError, audit};
use crate::base::defect::{self, Defect};
use crate::field::job_number::JobNumber;

impl Ledger {
    /// The job that an earlier run left unfinished. It is finished first, as it was planned.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn pending(&self) -> Result<Option<Job>, RecordError> {
        Ok(self.jobs()?.into_iter().find(|job| !job.state.is_over()))
    }

    /// Every job, oldest number first.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn jobs(&self) -> Result<Vec<Job>, RecordError> {
        self.store.snapshot(|store| {
            let model = Model::replay(&audit::verify(&store.entries()?)?)?;
            model.jobs.into_iter().map(|(number, row)| describe(store, number, row)).collect()
        })
    }

    /// SHA-256 of every file that was sealed, by its name: parts as they are in the outbox, and the
    /// archives in them.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn published_files(&self) -> Result<BTreeMap<String, String>, RecordError> {
        let parts = self.jobs()?.into_iter().flat_map(|job| job.sealed);
        let names = |part: SealedPart| {
            let archive = Utf8Path::new(&part.file).file_stem().unwrap_or_default().to_owned();
            [(part.file, part.sealed_sha256), (archive, part.plain_sha256)]
        };
        Ok(parts.flat_map(names).collect())
    }

    /// The number of the next job: two digits of the year, five of the counter.
    ///
    /// # Errors
    /// [`RecordError::JobNumbers`] after 99,999 jobs in one year.
    pub fn next_job(&self, run_date: Date) -> Result<JobNumber, RecordError> {
        let base = JobNumber::before_year(run_date.year()).get();
        let last = base + JobNumber::A_YEAR;

        let mut highest = self.store.highest_job(base, last)?.unwrap_or(base);
        if defect::is(Defect::RandomNumber) {
            highest += jiff::Timestamp::now().subsec_nanosecond().unsigned_abs() % 1000;
        }
        JobNumber::new(highest + 1)
            .filter(|next| next.get() <= last)
            .ok_or(RecordError::JobNumbers { year: run_date.year() })
    }

    /// Begins the plan of a job with this number. Letters are added in print order; nothing is
    /// written before [`Ledger::plan`].
    ///
    /// # Errors
    /// [`RecordError::JobState`] when another job is unfinished.
    pub fn draft<'b>(
        &'b self,
        job: JobNumber,
        noted: Noted<'b>,
    ) -> Result<PlanDraft<'b>, RecordError> {
        if let Some(open) = self.pending()? {
            return Err(RecordError::JobState {
                job: open.job,
                found: open.state.to_string(),
                wanted: "done",
            });
        }
        PlanDraft::new(&self.store, &self.keys, &self.campaign, job, noted)
    }

    /// Fixes the letters of a job, in one transaction. From here no later input changes them.
    ///
    /// # Errors
    /// [`RecordError::Twice`] when a letter was planned before; nothing has been written then.
    pub fn plan(&mut self, plan: &CheckedPlan) -> Result<Head, RecordError> {
        let new_people = plan.new_people();
        self.write(|store| store.plan(plan.for_store(&new_people)))
    }

    /// Records the packages of a planned job: from here these bytes are published, and no others.
    ///
    /// # Errors
    /// [`RecordError::Unbalanced`] when the parts are not those that were planned,
    /// [`RecordError::JobState`] when the job is not `planned`.
    pub fn seal(&mut self, job: JobNumber, parts: &[SealedPart]) -> Result<Head, RecordError> {
        let unbalanced = |problem| RecordError::Unbalanced { job, problem };
        let planned = self
            .jobs()?
            .into_iter()
            .find(|known| known.job == job)
            .map(|job| job.parts)
            .unwrap_or_default();

        let mut parts = parts.to_vec();
        parts.sort_unstable_by_key(|part| part.totals.number);

        if parts.len() != planned.len() {
            return Err(unbalanced(format!(
                "{} parts were planned, {} were made",
                planned.len(),
                parts.len()
            )));
        }

        for (part, planned) in parts.iter().zip(planned) {
            if part.totals != planned {
                return Err(unbalanced(format!(
                    "part {} does not hold what was planned",
                    planned.number
                )));
            }
        }

        self.write(|store| store.seal(job, &parts))
    }

    /// Records that the packages of a sealed job are in the outbox, synced, with `.done`.
    ///
    /// # Errors
    /// [`RecordError::JobState`] when the job is not `sealed`.
    pub fn published(&mut self, job: JobNumber) -> Result<Head, RecordError> {
        self.write(|store| store.published(job))
    }

    /// Records that the papers of a published job are in their place, and checks the file.
    ///
    /// # Errors
    /// [`RecordError::JobState`] when the job is not `published`.
    pub fn finished(&mut self, job: JobNumber) -> Result<Head, RecordError> {
        let head = self.write(|store| store.done(job))?;
        self.store.check_integrity()?;
        Ok(head)
    }

    /// Notes new files, accepted changes, merges and splits of a run that wrote no letters. When
    /// nothing is new not one byte changes.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be written.
    pub fn note(&mut self, noted: &Noted<'_>) -> Result<Head, RecordError> {
        let found = plan::Found::new(&self.store, noted)?;
        if found.is_nothing() {
            return self.head();
        }
        let head = self.write(|store| store.note(found.news()))?;
        self.store.check_integrity()?;
        Ok(head)
    }
}

fn describe(store: &Store, number: JobNumber, row: model::JobRow) -> Result<Job, RecordError> {
    Ok(Job {
        job: number,
        job_name: row.name,
        run_id: row.run_id,
        run_date: row.run_date,
        state: if row.abandoned.is_some() { JobState::Abandoned } else { row.state },
        planned_head: store.head_at(row.event)?,
        sealed_head: row.sealed_event.map(|event| store.head_at(event)).transpose()?,
        staged: row.staged,
        parts: row.parts,
        sealed: row.sealed,
        reprint: row.reprint,
    })
}
