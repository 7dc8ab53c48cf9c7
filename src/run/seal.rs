//! Parts as units of work: what a part is set from, the setting of its print files, and its way
//! into a sealed file.
//!
//! A part follows from its own planned letters, the job's texts and the job's settings alone, so
//! its print files have the same bytes whoever sets them: this run, or a fleet before it (`fleet`).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError, mpsc};
use std::thread;

use rayon::prelude::*;

use super::fleet::Ready;
use super::plan_files::{Settings, Staging};
use super::print_files::{Setter, by_print_file};
use super::{Night, RunError, guard};
use crate::base::defect::{self, Defect};
use crate::field::body::Body;
use crate::field::place::Planned;
use crate::package::{self, PackageError, PartPlan, Recipients, Sample, Sealed};
use crate::record::{Job, PartTotals};
use crate::render::Press;

/// Parts that are in the making at once, at least: while one is packed, the other is set.
const LANES: usize = 2;

/// Threads for which there is another lane.
const THREADS_PER_LANE: usize = 4;

/// Sets, reads back, packs and seals all parts of a planned job. `press` is the one that proofed
/// the job's letters, where this is still the same run.
pub(super) fn seal(
    night: &Night<'_>,
    job: &Job,
    press: Option<&Press>,
    staging: &Staging,
) -> Result<Vec<Sealed>, RunError> {
    let settings = staging.settings(&job.staged)?;
    // Planned by a program that did not look: nothing real is sealed to a key that everybody has.
    if !settings.rehearsal && guard::has_sample_key(&settings.vendor) {
        return Err(RunError::SampleKey { job: job.job_name.clone() });
    }

    let bodies = staging.bodies(&job.staged)?;
    let maker = PartMaker {
        night,
        job,
        staging,
        settings: &settings,
        bodies: &bodies,
        setter: Setter::new(settings.marked(), &bodies, &settings.print),
        samples: staging.samples(&job.staged)?,
        recipients: Recipients::parse(&settings.vendor.recipients).map_err(PackageError::from)?,
        head: job.planned_head.to_string(),
        given: press,
        made: OnceLock::new(),
        making: Mutex::new(()),
    };

    let threads = rayon::current_num_threads();
    // One thread does one thing after the other.
    let lanes = (threads / THREADS_PER_LANE).max(LANES).min(threads).min(job.parts.len());
    // Beside a single part there is no other to set while it is packed.
    let ahead = if lanes == 1 && threads > 1 { threads } else { 0 };

    let next = AtomicUsize::new(0);
    let lane = || {
        let mut sealed = Vec::new();
        while let Some(part) = job.parts.get(next.fetch_add(1, Ordering::Relaxed)) {
            match maker.seal(part, ahead) {
                Ok(one) => sealed.push((part.number, one)),
                Err(error) => {
                    // The other lanes end with the part they have.
                    next.store(job.parts.len(), Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
        Ok(sealed)
    };

    let lanes: Vec<_> = thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
        lanes
            .into_iter()
            .map(|lane| lane.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });

    let mut sealed = Vec::with_capacity(job.parts.len());
    for lane in lanes {
        sealed.extend(lane?);
    }

    sealed.sort_unstable_by_key(|(number, _)| *number);
    Ok(sealed.into_iter().map(|(_, part)| part).collect())
}

/// What all parts of a job are made with.
struct PartMaker<'a> {
    night: &'a Night<'a>,
    job: &'a Job,
    staging: &'a Staging,
    settings: &'a Settings,
    bodies: &'a BTreeMap<String, Body>,
    setter: Setter<'a>,
    samples: Vec<Sample>,
    recipients: Recipients,
    head: String,
    given: Option<&'a Press>,
    made: OnceLock<Press>,
    making: Mutex<()>,
}

impl PartMaker<'_> {
    /// Takes one part from its plan to a sealed file. Its print files are set as they are packed: a
    /// few at a time on all cores, each let go when it is in the archive. So many may wait for that
    /// while the next are set; with none, packing and setting take turns.
    fn seal(&self, totals: &PartTotals, ahead: usize) -> Result<Sealed, RunError> {
        let part = self.staging.read_part(totals.number, &self.job.staged)?;
        let ready = Ready::find(self.staging, totals.number, &self.job.staged);
        let files = by_print_file(&part);
        let mut print_files = files
            .chunks(rayon::current_num_threads())
            .flat_map(|files| self.set(files, ready.as_ref()));
        if ahead == 0 {
            return self.pack(&part, print_files);
        }

        thread::scope(|scope| {
            let (send, waiting) = mpsc::sync_channel(ahead);
            // Nobody takes them any more when packing has failed.
            scope.spawn(move || print_files.try_for_each(|file| send.send(file)));
            self.pack(&part, waiting.into_iter())
        })
    }

    fn pack(
        &self,
        part: &PartPlan,
        print_files: impl Iterator<Item = Result<(String, Vec<u8>), RunError>>,
    ) -> Result<Sealed, RunError> {
        let (job, folder) = (self.settings.ticket(&self.head), self.staging.folder());
        package::pack(part, &job, &self.samples, &self.recipients, folder, print_files)
    }

    /// Sets some print files; those that a fleet has set and read back are not read back again.
    fn set(
        &self,
        files: &[&[Planned]],
        ready: Option<&Ready>,
    ) -> Vec<Result<(String, Vec<u8>), RunError>> {
        // On this thread: the press lays its bodies out on all cores.
        let press = match self.press() {
            Ok(press) => press,
            Err(error) => return vec![Err(error)],
        };

        let one = |letters: &&[Planned]| {
            let is_read = |pdf: &[u8]| ready.is_some_and(|ready| ready.has_set(letters, pdf));
            let pdf = self.setter.set_unless_read(press, letters, is_read)?;
            if defect::is(Defect::NameInLog) {
                tracing::info!(letter = letters[0].draft.name_lines[0], "set");
            }
            self.night.progress.advance(letters.len() as u64);
            Ok((letters[0].place.print_file.clone(), pdf))
        };

        let mut set: Vec<_> = files.par_iter().map(one).collect();
        if defect::is(Defect::PrintFileSkipped) {
            set.pop();
        }

        set
    }

    /// Sheets of each body, as the plan has them.
    fn planned(&self) -> Result<BTreeMap<String, u32>, RunError> {
        let mut sheets = BTreeMap::new();
        for part in &self.job.parts {
            let part = self.staging.read_part(part.number, &self.job.staged)?;
            sheets.extend(
                part.letters.into_iter().map(|letter| (letter.draft.body, letter.place.sheets)),
            );
        }
        Ok(sheets)
    }

    /// The run's press; a resumed job's is made when the first print file has to be set.
    fn press(&self) -> Result<&Press, RunError> {
        if let Some(press) = self.given.or_else(|| self.made.get()) {
            return Ok(press);
        }

        let _alone = self.making.lock().unwrap_or_else(PoisonError::into_inner);

        if let Some(press) = self.made.get() {
            return Ok(press);
        }

        let settings = self.settings;
        let press =
            Press::as_planned(self.bodies, &settings.print, settings.run_date, &self.planned()?)?;
        Ok(self.made.get_or_init(|| press))
    }
}
