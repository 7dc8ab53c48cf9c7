//! `check`: the whole way to letters that are set and read back, and nothing that lasts.

use rayon::prelude::*;

use super::clock::Clock;
use super::print_files::{Setter, by_print_file};
use super::{Night, Prepared, RunError, guard, plan, prepare};
use crate::base::process::peak_rss_bytes;
use crate::field::job_number::JobNumber;
use crate::field::place::Planned;
use crate::package::{self, Places};
use crate::record::{Access, Home, Ledger};
use crate::report::Report;

/// Does everything but publication and ledger: sets every letter and reads it back, writes nothing
/// that lasts.
///
/// # Errors
/// [`RunError`] as a run would.
pub fn check(night: &Night<'_>) -> Result<Report, RunError> {
    let config = night.config;
    guard::configuration(config)?;
    guard::metrics_folder(config)?;
    let ledger = Ledger::open(&Home::of(config), Access::Read)?;
    ledger.must_be_open()?;

    let wording = night.wording()?;
    let mut clock = Clock::default();

    let received = night.receive(&ledger, None, &mut clock)?;
    let mut prepared = prepare(night, &received, &ledger, &wording, &mut clock)?;
    let proofed = std::mem::take(&mut prepared.proofed);

    night.permits(proofed.len())?;

    let queue = plan::queue(night, &received.rows, &prepared, &ledger)?;
    let mut report = plan::begin_report("check", night, &received, &prepared, &queue);
    let number = ledger.next_job(night.run_date)?;
    let places =
        package::places(&package::job_name(number, night.is_marked()), proofed, &config.print);

    night.progress.stage("setting", report.letters.total);
    let set = || set_all(night, number, &prepared, places);
    clock.time("render", set, |()| report.letters.total)?;

    report.stages = clock.stages();
    report.peak_rss_bytes = peak_rss_bytes();
    report.ledger_head = ledger.head()?.to_string();
    night.progress.finish();

    Ok(report)
}

/// Sets every letter and reads it back; keeps nothing.
fn set_all(
    night: &Night<'_>,
    number: JobNumber,
    prepared: &Prepared<'_>,
    mut places: Places,
) -> Result<(), RunError> {
    let setter = Setter::new(number, &prepared.bodies, &night.config.print);
    let set = |letters: &&[Planned]| {
        setter.set(&prepared.press, letters)?;
        night.progress.advance(letters.len() as u64);
        Ok::<(), RunError>(())
    };

    places.try_for_each(|part| {
        by_print_file(&prepared.letters.part(&part)?).par_iter().try_for_each(set)
    })
}
