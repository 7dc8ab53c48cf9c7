//! The list of one provider's patients, on its request: from tonight's inbox, sealed to its key. It is
//! written where the operator says and is no paper of any run; the ledger knows that it was made.

use std::collections::BTreeSet;

use camino::Utf8Path;
use jiff::civil::Date;

use super::balance::Balance;
use super::clock::Clock;
use super::{Night, RunError, link_rows, settle_deliveries};
use crate::base::{FileError, durable, hash};
use crate::decide::patients;
use crate::field::ids::RowRef;
use crate::field::row::{Exposure, List};
use crate::package::Recipients;
use crate::package::seal::Sealer;
use crate::record::{Access, Home, Ledger};

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatientsList {
    /// Lines: people, each once.
    pub people: u64,
    /// Those of them whose address was left out.
    pub without_address: u64,
    /// Records that cannot be read and may be about somebody who is not on the list.
    pub unreadable: u64,
    /// SHA-256 of the sealed file, lower-case hex.
    pub sha256: String,
}

/// Seals the list of the provider with this code to `recipients` and writes it to `out`, which must be
/// new. Whoever has it destroys it by `until`.
///
/// # Errors
/// [`RunError`] when the inbox cannot be read as a night reads it, or the file cannot be written.
pub fn write_list(
    night: &Night<'_>,
    code: &str,
    recipients: &Recipients,
    until: Date,
    out: &Utf8Path,
) -> Result<PatientsList, RunError> {
    let ledger = Ledger::open(&Home::of(night.config), Access::Read)?;
    let mut clock = Clock::default();
    let received = night.receive(&ledger, None, &mut clock)?;
    let rows = &received.rows;
    let mut balance = Balance::open(rows);
    let (mut linked, ..) = link_rows(night, &received, &ledger, &mut balance, &mut clock)?;

    // Nobody knows whose these are; the provider does.
    let set_aside: BTreeSet<RowRef> = balance.set_aside.iter().map(|item| item.row).collect();
    let loose: Vec<&Exposure> =
        rows.exposures.iter().filter(|row| set_aside.contains(&row.row)).collect();
    settle_deliveries(&received, &ledger, &mut linked.clusters, &mut balance)?;
    let people = ledger.recognise(linked.clusters)?.people;
    let (heard, facts) = (&received.heard, night.facts()?);
    let world = heard.circumstances(ledger.keys(), rows, &people, &facts.sender_of);
    let guard = heard.guard(&ledger, rows)?;
    let remembered = guard.remembered(&people, |person| world.judged(person));
    let lines = patients::list(code, &people, &loose, &world, &remembered, until);

    let sealed = seal(&lines, recipients).map_err(FileError::at("seal", out))?;
    durable::write_new(out, &sealed).map_err(FileError::at("write", out))?;
    let unreadable = rows.refused.iter().filter(|row| row.list == List::Exposures && !row.used);
    Ok(PatientsList {
        people: lines.len() as u64,
        without_address: lines.iter().filter(|line| line.address_left_out == "yes").count() as u64,
        unreadable: unreadable.count() as u64,
        sha256: hash::of_bytes(&sealed),
    })
}

/// The list as CSV, sealed; it is never on a disk in the clear.
fn seal(lines: &[patients::PatientLine], recipients: &Recipients) -> std::io::Result<Vec<u8>> {
    let mut sealer = Sealer::new(recipients, Vec::new())?;
    // A list of nobody has its columns, too.
    let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(&mut sealer);
    csv.write_record(patients::PatientLine::COLUMNS).map_err(std::io::Error::other)?;
    lines.iter().try_for_each(|line| csv.serialize(line)).map_err(std::io::Error::other)?;
    csv.flush()?;
    drop(csv);
    sealer.finish()
}
