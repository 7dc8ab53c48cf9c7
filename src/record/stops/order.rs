//! Ordering a stop: the stop file, the event, and a signed order to the vendor for what has left.

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use serde::Serialize;

use super::file::{self, Noted};
use super::{Stop, StopScope};
use crate::base::{ExitStatus, Explain, data_dir};
use crate::field::ids::LetterId;
use crate::field::job_number::JobNumber;
use crate::record::audit::StopOrdered;
use crate::record::error::RecordError;
use crate::record::job::{Job, JobState};
use crate::record::model::{JobRow, Model, Reprint};
use crate::record::{Access, Home, Ledger, files, inputs};

/// What somebody names to be stopped.
#[derive(Clone, Copy, Debug)]
pub enum StopTarget<'a> {
    /// Everything.
    All,
    /// A job, by number or by its name in the outbox.
    Job(&'a str),
    /// A part, as its file begins: `2500001-p001`.
    Part(&'a str),
    /// A letter, by id or reference.
    Letter(&'a str),
}

/// Why nothing was stopped.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum StopError {
    /// What was named is not in the ledger.
    #[error("there is no {what} `{name}` in the ledger")]
    NotThere { what: &'static str, name: String },
    /// Who, or why, is not usable.
    #[error("name or reason of the stop {problem}")]
    Words { problem: &'static str },
    /// The stop file is written, and the ledger is not.
    #[error("the stop holds, and neither the ledger nor the vendor has been told")]
    Unrecorded(#[source] Box<RecordError>),
    /// The ledger.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl Explain for StopError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NotThere { .. } => Some(
                "a job is seven digits, a part is named as its file begins (`2500001-p001`), a \
                 letter by its id or reference; `--all` stops everything"
                    .to_owned(),
            ),
            Self::Words { .. } => Some(
                "each is one line of 3 to 200 characters; a reason has no names of people"
                    .to_owned(),
            ),
            Self::Unrecorded(_) => Some(
                "nothing that was named leaves from here; call the vendor now, and start the same \
                 command again as soon as the ledger can be written"
                    .to_owned(),
            ),
            Self::Record(error) => error.hint(),
        }
    }

    fn status(&self) -> ExitStatus {
        match self {
            Self::NotThere { .. } | Self::Words { .. } => ExitStatus::Usage,
            Self::Unrecorded(_) => ExitStatus::Stopped,
            Self::Record(error) => error.status(),
        }
    }
}

/// A stop that is in force, and what has to be done about it.
#[derive(Clone, Debug, Serialize)]
pub struct StopOrder {
    /// The stop.
    pub stop: Stop,
    /// Whether it was in force before.
    pub was_in_force: bool,
    /// Jobs of which something has left the building: a signed order for each is in the outbox.
    pub orders: Vec<Utf8PathBuf>,
    /// Jobs that have not left and will not.
    pub kept: Vec<String>,
    /// Pieces that have left.
    pub pieces: u64,
}

/// The order as the vendor reads it; described in docs/vendor.md.
#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Order<'a> {
    schema_version: u32,
    order: u64,
    job: &'a str,
    ordered_on: Date,
    action: &'static str,
    parts: Vec<Pieces<'a>>,
    answer_in: String,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Pieces<'a> {
    part: u32,
    file: &'a str,
    pieces: u32,
    /// The only letters that are meant; empty: all of the part.
    letters: Vec<Piece>,
}

#[derive(Serialize)]
struct Piece {
    seq: u32,
    letter_id: LetterId,
}

/// Stops what `target` names. Ordered again it is the same stop, and what an interrupted order left
/// undone is done.
///
/// # Errors
/// [`StopError`]; from the moment that the stop file is written the stop holds, whatever fails
/// after that.
pub fn order(
    home: &Home<'_>,
    target: StopTarget<'_>,
    by: &str,
    reason: &str,
    date: Date,
) -> Result<StopOrder, StopError> {
    for line in [by, reason] {
        inputs::check_line(line).map_err(|problem| StopError::Words { problem })?;
    }

    // The stop file waits for nobody: a run may be writing the ledger, or the ledger may be lost.
    let noted = |scope| Noted { date, by: by.to_owned(), reason: reason.to_owned(), scope };
    let scope = match target {
        StopTarget::All => StopScope::All,
        _ => readable(home)?.scope_of(target)?,
    };
    file::add(home.data_dir, noted(scope))?;
    tracing::warn!(stop.scope = %scope, "a stop is in force");

    let unrecorded = |error| StopError::Unrecorded(Box::new(error));
    let mut ledger = Ledger::open_for(home, Access::Write, false).map_err(unrecorded)?;
    let known = ledger.model()?.stops.find(scope).cloned();
    let was_in_force = known.is_some();
    if was_in_force {
        // Whatever an interrupted order had still to write down.
        ledger.anchor()?;
    } else {
        let event = StopOrdered { date, by: by.to_owned(), reason: reason.to_owned(), scope };
        ledger.write(|store| store.stop(event)).map_err(unrecorded)?;
    }

    let model = ledger.model()?;
    let stop = known.or_else(|| model.stops.find(scope).cloned());
    let stop = stop.ok_or_else(|| RecordError::Replay { what: "the list of stops".to_owned() })?;
    ledger.tell_vendor(&model, &stop, "stop", stop.event, was_in_force)
}

/// The ledger to look something up in: a change that is half made is taken back by a writer.
fn readable(home: &Home<'_>) -> Result<Ledger, RecordError> {
    match Ledger::open(home, Access::Read) {
        Err(RecordError::Interrupted) => Ledger::open_for(home, Access::Write, false),
        opened => opened,
    }
}

/// Whether a stop is about one of the letters that a job prints again.
fn concerns(scope: StopScope, reprint: &Reprint, model: &Model) -> bool {
    reprint.seqs.iter().any(|seq| model.covers(scope, reprint.of, *seq))
}

impl Ledger {
    /// What is stopped, by the ledger and by the stop file, with who and why.
    ///
    /// # Errors
    /// [`RecordError`] when one of them cannot be read.
    pub fn stopped(&self) -> Result<Vec<(StopScope, String)>, RecordError> {
        let words = |by: &str, reason: &str| format!("by {by}: {reason}");
        let model = self.model()?;
        let mut stopped: Vec<_> = model
            .stops
            .in_force()
            .map(|stop| (stop.scope, words(&stop.by, &stop.reason)))
            .collect();

        for noted in file::read(&self.data_dir)? {
            if stopped.iter().all(|(scope, _)| *scope != noted.scope) {
                stopped.push((noted.scope, words(&noted.by, &noted.reason)));
            }
        }

        Ok(stopped)
    }

    /// Whether a stop is in force, whatever it is about.
    ///
    /// # Errors
    /// [`RecordError`] when ledger or stop file cannot be read.
    pub fn is_anything_stopped(&self) -> Result<bool, RecordError> {
        Ok(!self.stopped()?.is_empty())
    }

    /// Refuses when a stop is about everything, or about this job.
    ///
    /// # Errors
    /// [`RecordError::Stopped`].
    pub fn refuse_when_stopped(&self, job: Option<JobNumber>) -> Result<(), RecordError> {
        let concerns =
            |scope: StopScope| scope == StopScope::All || job.is_some_and(|job| scope.touches(job));
        match self.stopped()?.into_iter().find(|(scope, _)| concerns(*scope)) {
            Some((scope, why)) => Err(RecordError::Stopped { scope, why }),
            None => Ok(()),
        }
    }

    /// Refuses when something of this job is stopped, or of the letters that it prints again.
    ///
    /// # Errors
    /// [`RecordError::Stopped`].
    pub fn refuse_when_job_stopped(&self, job: &Job) -> Result<(), RecordError> {
        self.refuse_when_stopped(Some(job.job))?;
        let Some(reprint) = job.reprint.as_deref() else { return Ok(()) };
        let model = self.model()?;
        match self.stopped()?.into_iter().find(|(scope, _)| concerns(*scope, reprint, &model)) {
            Some((scope, why)) => Err(RecordError::Stopped { scope, why }),
            None => Ok(()),
        }
    }

    fn scope_of(&self, target: StopTarget<'_>) -> Result<StopScope, StopError> {
        let missing = |what, name: &str| StopError::NotThere { what, name: name.to_owned() };
        let jobs = self.model()?.jobs;
        let job_of = |name: &str| {
            let number = name.parse().ok().filter(|number| jobs.contains_key(number));
            number.or_else(|| jobs.iter().find(|(_, job)| job.name == name).map(|(job, _)| *job))
        };

        match target {
            StopTarget::All => Ok(StopScope::All),
            StopTarget::Job(name) => {
                let job = job_of(name).ok_or_else(|| missing("job", name))?;
                Ok(StopScope::Job { job })
            }
            StopTarget::Part(name) => {
                let found = name.rsplit_once("-p").and_then(|(job, part)| {
                    let (job, part) = (job_of(job)?, part.parse().ok()?);
                    let there = jobs[&job].parts.iter().any(|known| known.number == part);
                    there.then_some(StopScope::Part { job, part })
                });
                found.ok_or_else(|| missing("part", name))
            }
            StopTarget::Letter(name) => {
                let letter = self.letter(name)?.ok_or_else(|| missing("letter", name))?;
                let job = letter.job;
                Ok(StopScope::Letter { job, part: letter.part, seq: letter.seq })
            }
        }
    }

    /// Writes the orders for the jobs of which something is out: the same bytes each time.
    pub(super) fn tell_vendor(
        &self,
        model: &Model,
        stop: &Stop,
        action: &'static str,
        event: u64,
        was_in_force: bool,
    ) -> Result<StopOrder, StopError> {
        let mut told = StopOrder {
            stop: stop.clone(),
            was_in_force,
            orders: Vec::new(),
            kept: Vec::new(),
            pieces: 0,
        };

        let is_concerned = |number: JobNumber, job: &JobRow| {
            let reprint = job.reprint.as_deref();
            stop.scope.touches(number)
                || reprint.is_some_and(|reprint| concerns(stop.scope, reprint, model))
        };
        let jobs = model.jobs.iter().filter(|(_, job)| job.abandoned.is_none());
        for (number, job) in jobs.filter(|(number, job)| is_concerned(**number, job)) {
            let folder = data_dir::outbox(&self.data_dir).join(&job.name);
            // A job that is partly out may have been fetched as far as it is.
            let is_out = job.state >= JobState::Published || !files::names(&folder)?.is_empty();
            if !is_out {
                told.kept.push(job.name.clone());
                continue;
            }

            let parts = match job.reprint.as_deref().filter(|_| !stop.scope.touches(*number)) {
                Some(reprint) => self.copies_of(stop.scope, model, job, reprint)?,
                None => self.pieces_of(stop.scope, *number, job)?,
            };
            told.pieces += parts.iter().map(|part| u64::from(part.pieces)).sum::<u64>();
            let order = Order {
                schema_version: 1,
                order: event,
                job: &job.name,
                ordered_on: stop.date,
                action,
                parts,
                answer_in: format!("{}.stopped.json", job.name),
            };
            told.orders.push(self.write_order(&folder, &order)?);
        }

        Ok(told)
    }

    /// The pieces of a job that a stop is about, by part.
    fn pieces_of<'j>(
        &self,
        scope: StopScope,
        number: JobNumber,
        job: &'j JobRow,
    ) -> Result<Vec<Pieces<'j>>, RecordError> {
        let mut parts = Vec::new();
        for part in &job.sealed {
            let (pieces, letters) = match scope {
                StopScope::Part { part: only, .. } if only != part.totals.number => continue,
                StopScope::Letter { part: only, .. } if only != part.totals.number => continue,
                StopScope::Letter { seq, .. } => {
                    let known = self.store.letters_of(number)?;
                    let place = usize::try_from(seq).ok().and_then(|seq| seq.checked_sub(1));
                    let letter = place.and_then(|place| known.get(place));
                    let letter = letter.ok_or_else(|| RecordError::Replay {
                        what: format!("the letters of job {number}"),
                    })?;
                    (1, vec![Piece { seq, letter_id: letter.letter_id }])
                }
                _ => (part.totals.letters, Vec::new()),
            };
            parts.push(Pieces { part: part.totals.number, file: &part.file, pieces, letters });
        }
        Ok(parts)
    }

    /// The copies in a job whose letters a stop of the job that they come from is about, by part.
    fn copies_of<'j>(
        &self,
        scope: StopScope,
        model: &Model,
        job: &'j JobRow,
        reprint: &Reprint,
    ) -> Result<Vec<Pieces<'j>>, RecordError> {
        let known = self.store.letters_of(reprint.of)?;
        let mut parts = Vec::new();
        for part in &job.sealed {
            let number = part.totals.number;
            let is_in_part = |seq: &&u32| reprint.part_of(&job.parts, **seq) == Some(number);
            let stopped = reprint.seqs.iter().filter(is_in_part).copied();
            let stopped = stopped.filter(|seq| model.covers(scope, reprint.of, *seq));
            let letters: Vec<Piece> = stopped
                .filter_map(|seq| {
                    let letter_id = known.get(seq as usize - 1)?.letter_id;
                    Some(Piece { seq, letter_id })
                })
                .collect();
            let pieces = u32::try_from(letters.len()).unwrap_or(u32::MAX);
            if pieces > 0 {
                parts.push(Pieces { part: number, file: &part.file, pieces, letters });
            }
        }
        Ok(parts)
    }

    fn write_order(
        &self,
        folder: &Utf8Path,
        order: &Order<'_>,
    ) -> Result<Utf8PathBuf, RecordError> {
        let path = folder.join(format!("{}.{}-{}.json", order.job, order.action, order.order));
        let text = serde_json::to_string_pretty(order)
            .map_err(|error| files::failed("write", &path)(error.into()))?
            + "\n";

        // The signature first: whoever sees the order can check it.
        let signature = Utf8PathBuf::from(format!("{path}.sig"));
        files::replace(&signature, self.signer().sign(text.as_bytes()).as_bytes())?;
        files::replace(&path, text.as_bytes())?;
        files::sync_folder(folder)?;
        Ok(path)
    }
}
