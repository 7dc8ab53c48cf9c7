//! Dates of death that are none, in so many rows that the list means something else by them.

use std::collections::BTreeMap;

use crate::field::partial_date::PartialDate;
use crate::field::row::{Input, List, Registrant, Rows, Suppression, SuppressionReason};
use crate::field::words::dates::is_filler;

use super::error::ReadError;

/// So many rows may have a filler for a date of death: those people are held one by one (D205).
const MOST_ROWS: usize = 20;

/// Above [`MOST_ROWS`], so many of a thousand may.
const MOST_PER_MILLE: usize = 5;

/// Filler days that are named in the hint.
const NAMED: usize = 3;

/// Stops when a filler stands for "not died" in a list: everybody of it would be held, or, were it
/// read as a death, nobody written to.
///
/// # Errors
/// [`ReadError::Fillers`] with the setting that says what the filler means.
pub(super) fn check(rows: &Rows) -> Result<(), ReadError> {
    let died =
        |list: &[Registrant]| list.iter().filter_map(|row| row.deceased_on).collect::<Vec<_>>();
    check_list(&rows.inputs, List::Participants, "deceased_on", &died(&rows.participants))?;
    check_list(&rows.inputs, List::Register, "deceased_on", &died(&rows.register))?;
    let since = rows.suppressions.iter().filter(|row| row.reason == SuppressionReason::Deceased);
    let since: Vec<PartialDate> = since.filter_map(Suppression::since).collect();
    check_list(&rows.inputs, List::Suppressions, "since", &since)
}

fn check_list(
    inputs: &[Input],
    list: List,
    column: &'static str,
    days: &[PartialDate],
) -> Result<(), ReadError> {
    let rows: usize =
        inputs.iter().filter(|input| input.list == list).map(|input| input.rows as usize).sum();
    let mut fillers: BTreeMap<PartialDate, usize> = BTreeMap::new();
    for day in days.iter().filter(|day| is_filler(**day)) {
        *fillers.entry(*day).or_default() += 1;
    }

    let count: usize = fillers.values().sum();
    if count <= MOST_ROWS || count * 1000 <= rows * MOST_PER_MILLE {
        return Ok(());
    }

    let mut common: Vec<(usize, PartialDate)> =
        fillers.into_iter().map(|(day, rows)| (rows, day)).collect();
    common.sort_by(|one, other| other.cmp(one));
    let days = common.iter().take(NAMED).map(|(_, day)| written(*day)).collect();

    Err(ReadError::Fillers { list, column, count, rows, days })
}

/// As the list has it. A day that so many rows share is nobody's.
fn written(day: PartialDate) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day())
}
