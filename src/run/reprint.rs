//! Letters that were spoilt are printed once more: the same pages under the same id, in a small job
//! of their own. A few of a job the night prints by itself; more, and what was destroyed on our
//! word, somebody orders.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use serde::Serialize;

use super::clock::Clock;
use super::plan_files::{self, Settings, Staging};
use super::{Night, RunError, approval, disk_space, papers, publish};
use crate::base::logging;
use crate::field::job_number::JobNumber;
use crate::field::piece::ReprintOf;
use crate::field::place::Planned;
use crate::field::row::Rows;
use crate::package::{self, PartPlan};
use crate::record::pieces::{PaperTerms, ReprintPlan, SpoiltLetters};
use crate::record::{Job, Ledger, PartTotals, StagedFile};
use crate::render;
use crate::report::Report;
use crate::report::account::Account;

/// A job of letters that were printed again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReprintedJob {
    /// Its name.
    pub job: String,
    /// The job that the letters were planned in.
    pub of: String,
    /// Which copy: 1 is the second.
    pub reprint_no: u32,
    /// Letters.
    pub letters: u64,
    /// Its package.
    pub package: Utf8PathBuf,
}

/// What somebody orders to be printed again.
#[derive(Clone, Copy, Debug)]
pub struct ReprintOrder<'a> {
    /// All of this job; `None`: only `letters`.
    pub job: Option<&'a str>,
    /// Letters by id or reference.
    pub letters: &'a [String],
    /// Letters that were destroyed, too.
    pub destroyed: bool,
    /// Who orders it.
    pub by: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// Prints again by itself what few letters of a job are spoilt. What cannot be printed again is
/// left to somebody's order; the night goes on.
///
/// # Errors
/// [`RunError`] once a reprint is planned; running again goes on from there.
pub(super) fn automatic(
    night: &Night<'_>,
    ledger: &mut Ledger,
) -> Result<Vec<ReprintedJob>, RunError> {
    let mut made = Vec::new();
    for (number, found) in ledger.spoilt(&PaperTerms::of(night.config, night.run_date))? {
        if found.count() == 0 || found.count() > permitted(night, &found) {
            continue;
        }
        for (reprint_no, seqs) in &found.spoilt {
            let copies = Copies { of: number, reprint_no: *reprint_no, seqs, ordered: None };
            match copies.stage(night, ledger) {
                Ok(staged) => made.push(staged.finish(night, ledger)?),
                Err(error) => {
                    tracing::warn!(run.job = %number, error = %error, "spoilt letters are not printed again");
                }
            }
        }
    }

    Ok(made)
}

/// Letters of a job that the night may still print again by itself.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of the letters of a job"
)]
fn permitted(night: &Night<'_>, found: &SpoiltLetters) -> u64 {
    let share = night.config.receipts.reprint_percent / 100.0;
    ((found.letters as f64 * share) as u64).saturating_sub(found.printed_again)
}

/// Prints again what somebody orders, a job for each copy of each job.
///
/// # Errors
/// [`RunError::NotSpoilt`] when a letter is not one that can be printed again; else as for a run.
pub fn reprint(night: &Night<'_>, order: &ReprintOrder<'_>) -> Result<Vec<ReprintedJob>, RunError> {
    let mut ledger = super::open(night)?;
    if let Some(waiting) = approval::gate(night, &mut ledger, false)? {
        return Err(RunError::Waits { job: waiting.job });
    }
    let resumed = publish::resume(night, &mut ledger)?;
    // Whatever an order that was interrupted had still to write down.
    ledger.anchor()?;

    let mut made = Vec::new();
    let wanted = match wanted(night, &ledger, order) {
        // What was asked for before the program was stopped has just been finished.
        Err(RunError::NotSpoilt { .. }) if resumed.is_some() => Wanted::new(),
        wanted => wanted?,
    };
    for ((of, reprint_no), seqs) in wanted {
        let ordered = Some((order.by, order.reason));
        let copies = Copies { of, reprint_no, seqs: &seqs, ordered };
        made.push(copies.stage(night, &ledger)?.finish(night, &mut ledger)?);
    }

    night.progress.finish();
    Ok(made)
}

type Wanted = BTreeMap<(JobNumber, u32), Vec<u32>>;

/// The copies that an order is about.
fn wanted(
    night: &Night<'_>,
    ledger: &Ledger,
    order: &ReprintOrder<'_>,
) -> Result<Wanted, RunError> {
    let refused = |name: &str| RunError::NotSpoilt { name: name.to_owned() };
    let mut can_be = Wanted::new();
    for (job, found) in ledger.spoilt(&PaperTerms::of(night.config, night.run_date))? {
        let destroyed = if order.destroyed { found.destroyed } else { BTreeMap::new() };
        for (reprint_no, seqs) in found.spoilt.into_iter().chain(destroyed) {
            can_be.entry((job, reprint_no)).or_default().extend(seqs);
        }
    }
    for seqs in can_be.values_mut() {
        seqs.sort_unstable();
    }

    let mut wanted = Wanted::new();
    if let Some(name) = order.job {
        let jobs = ledger.jobs()?;
        let job = jobs.iter().find(|job| job.job_name == name || job.job.to_string() == name);
        let job = job.ok_or_else(|| RunError::NoJob { job: name.to_owned() })?.job;
        wanted.extend(
            can_be.iter().filter(|((of, _), _)| *of == job).map(|(key, seqs)| (*key, seqs.clone())),
        );
        if wanted.is_empty() {
            return Err(refused(name));
        }
    }

    for name in order.letters {
        let letter = ledger.letter(name)?.ok_or_else(|| refused(name))?;
        let is_it = |((of, _), seqs): &(&(JobNumber, u32), &Vec<u32>)| {
            *of == letter.job && seqs.binary_search(&letter.seq).is_ok()
        };
        let (key, _) = can_be.iter().find(is_it).ok_or_else(|| refused(name))?;
        let seqs = wanted.entry(*key).or_default();
        if let Err(place) = seqs.binary_search(&letter.seq) {
            seqs.insert(place, letter.seq);
        }
    }

    Ok(wanted)
}

/// Copies of letters of one job, all with the same number.
struct Copies<'a> {
    of: JobNumber,
    reprint_no: u32,
    seqs: &'a [u32],
    ordered: Option<(&'a str, &'a str)>,
}

/// A reprint in staging, which the ledger does not know yet.
struct StagedReprint<'a> {
    copies: Copies<'a>,
    job: JobNumber,
    name: String,
    of_name: String,
    run_id: String,
    parts: Vec<PartTotals>,
    staged: Vec<StagedFile>,
}

impl<'a> Copies<'a> {
    /// Writes the plan: letters, texts and settings of the job that they come from, as it kept
    /// them. Nothing of it is recorded yet.
    fn stage(self, night: &Night<'_>, ledger: &Ledger) -> Result<StagedReprint<'a>, RunError> {
        let data_dir = &night.config.data_dir;
        let jobs = ledger.jobs()?;
        let of = jobs.iter().find(|job| job.job == self.of).ok_or(RunError::Unplanned)?;
        let kept = Staging::kept(data_dir, &of.run_id);
        let settings = kept.settings(&of.staged)?;
        has_the_same_looks(of, &settings)?;
        let letters = self.letters(of, &kept)?;
        let mut bodies = kept.bodies(&of.staged)?;
        bodies.retain(|key, _| letters.iter().any(|letter| letter.draft.body == *key));

        let pages = letters.iter().map(|letter| u64::from(letter.place.pages)).sum();
        plan_files::clear(data_dir)?;
        night.fits(disk_space::to_finish(pages, 0, ledger.bytes()?))?;

        let job = ledger.next_job(night.run_date)?;
        let name = package::job_name(job, settings.rehearsal);
        let run_id = papers::next_run_id(data_dir, night.run_date, &jobs);
        let parts = package::plan_again(&name, letters, &settings.print);
        let settings = self.settings(night, job, &parts, settings)?;

        let staging = Staging::of(data_dir, &name);
        staging.begin()?;
        let mut staged: Vec<StagedFile> = staging.write_shared(&settings, &bodies)?.into();
        let ticket = settings.ticket("");
        for part in &parts {
            package::prove(&ticket, part)?;
            staged.push(staging.write_part(part)?);
        }
        staged.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        papers::write_report(&staging.papers(), &report(&run_id, night, &parts))?;
        staging.sync()?;

        let parts = parts.iter().map(totals).collect();
        let of_name = of.job_name.clone();
        Ok(StagedReprint { copies: self, job, name, of_name, run_id, parts, staged })
    }

    /// The letters as they were planned.
    fn letters(&self, of: &Job, kept: &Staging) -> Result<Vec<Planned>, RunError> {
        let mut letters = Vec::with_capacity(self.seqs.len());
        for part in &of.parts {
            let part = kept.read_part(part.number, &of.staged)?;
            let is_wanted = |letter: &Planned| self.seqs.binary_search(&letter.place.seq).is_ok();
            letters.extend(part.letters.into_iter().filter(is_wanted));
        }

        let (before, after) = (self.seqs.len() as u64, letters.len() as u64);
        if before == after {
            Ok(letters)
        } else {
            Err(RunError::Unbalanced { stage: "reprint", before, after })
        }
    }

    /// The settings of the job that the letters come from, but for where tonight's vendor is.
    fn settings(
        &self,
        night: &Night<'_>,
        number: JobNumber,
        parts: &[PartPlan],
        kept: Settings,
    ) -> Result<Settings, RunError> {
        let reprint = ReprintOf { job: self.of, reprint_no: self.reprint_no, on: night.run_date };
        Ok(Settings {
            number,
            parts: u32::try_from(parts.len()).map_err(|_| RunError::Capacity)?,
            vendor: night.config.vendor.clone(),
            reprint: Some(reprint),
            ..kept
        })
    }
}

impl StagedReprint<'_> {
    /// Commits the ledger to the reprint and takes it to its end.
    fn finish(self, night: &Night<'_>, ledger: &mut Ledger) -> Result<ReprintedJob, RunError> {
        let Copies { of, reprint_no, seqs, ordered } = self.copies;
        logging::keep();
        ledger.anchor()?;
        ledger.reprint(&ReprintPlan {
            job: self.job,
            name: &self.name,
            run_id: &self.run_id,
            date: night.run_date,
            of,
            reprint_no,
            seqs,
            ordered,
            parts: &self.parts,
            staged: &self.staged,
        })?;

        let job = ledger.pending()?.ok_or(RunError::Unplanned)?;
        let finished = publish::finish(night, ledger, &job, None, Clock::default())?;
        Ok(ReprintedJob {
            job: self.name,
            of: self.of_name,
            reprint_no,
            letters: seqs.len() as u64,
            package: finished.package,
        })
    }
}

/// The pages are to be those that were sent: with different templates or typefaces they would not.
fn has_the_same_looks(of: &Job, settings: &Settings) -> Result<(), RunError> {
    let looks = settings.made_with.as_ref().map(|made| [&made.templates, &made.fonts]);
    if looks == Some(render::hashes().each_ref()) {
        Ok(())
    } else {
        Err(RunError::ReprintLooks { job: of.job_name.clone() })
    }
}

fn totals(part: &PartPlan) -> PartTotals {
    let sum = |count: fn(&Planned) -> u32| part.letters.iter().map(count).sum();
    PartTotals {
        number: part.number,
        letters: sum(|_| 1),
        pages: sum(|letter| letter.place.pages),
        sheets: sum(|letter| letter.place.sheets),
    }
}

/// The papers of a reprint: counts.
fn report(run_id: &str, night: &Night<'_>, parts: &[PartPlan]) -> Report {
    let nothing = Account::open(&Rows::default());
    let campaign = &night.config.campaign;
    let mut report = Report::new(run_id, campaign, night.is_marked(), &[], &nothing);
    "not sent: a reprint".clone_into(&mut report.mail);
    for letter in parts.iter().flat_map(|part| &part.letters) {
        report.letters.add(&letter.draft, letter.place.pages, letter.place.sheets);
    }
    report
}
