//! Unreadable lab records that change nothing for the person they may be about.

use jiff::civil::Date;

use crate::field::row::{Exposure, Open};
use crate::field::terms::{Category, Item, Items, Status};
use crate::link::birth;
use crate::link::compare::Birth;
use crate::link::content::Row;
use crate::link::review::Case;
use crate::link::units::UnitId;

/// Who was so many years old at the sample was grown up then, whatever the day: the highest age
/// limit of the decision table is 29.
const GROWN_UP: i32 = 31;

/// What was examined and what came out are not named to minors.
const PRIVATE: Items = Items::NONE.with(Item::ExamType).with(Item::Result);

/// Whether the record could not have held the people of the unit's cluster (whose BSN is `number`),
/// whatever its BSN was.
///
/// That can be said only when the BSN alone is unreadable, and the cluster's own is one slip away
/// from what is left of it or is the number of a list: then another number would have been another
/// person's (L203), or would have held the record alone. What the record says otherwise must not be
/// able to stop anybody.
pub(super) fn is_harmless(
    case: Case<'_>,
    unit: UnitId,
    number: u32,
    numbers: &[u32],
    row: &Exposure,
    open: Open,
) -> bool {
    let members = || case.clustering.members(case.clustering.leader(unit));
    let features = |unit: UnitId| &case.units.features[unit as usize];
    let listed = members().any(|unit| features(unit).is_anchor() && features(unit).bsn == number);
    let sure = number != 0 && (numbers.contains(&number) || listed);
    if open != Open::BSN || !sure {
        return false;
    }

    let lab = || {
        members().flat_map(|unit| case.units.rows(unit)).filter_map(|row| {
            match case.all.get(*row) {
                Row::Exposure(exposure) => Some(exposure),
                _ => None,
            }
        })
    };

    let births: Vec<u32> =
        members().map(|unit| features(unit).birth).filter(|birth| *birth != 0).collect();
    let size: usize = members().map(|unit| case.units.exposures(unit)).sum();
    size < case.clustering.max_rows
        && is_of_one_age(row, &births)
        && is_held_alike(row, lab())
        && !says_nothing(row)
        && (listed
            || lab().all(|other| {
                other.sample_date != row.sample_date || other.address() == row.address()
            }))
}

/// The birth date is that of the others; a screening record's person was grown up at its sample.
fn is_of_one_age(row: &Exposure, births: &[u32]) -> bool {
    let Some(own) = row.birth_date.map(birth::pack) else { return false };
    let grown = |birth: u32| {
        row.sample_date.is_some_and(|day: Date| {
            i32::from(day.year()) - i32::try_from(birth / 10_000).unwrap_or(i32::MAX) >= GROWN_UP
        })
    };
    let alike = births.iter().all(|birth| birth::compare(own, *birth) == Birth::Equal);
    alike && (grown(own) || row.category != Some(Category::Screening))
}

/// A prisoner's record says about custody what the others say.
fn is_held_alike<'a>(row: &Exposure, mut others: impl Iterator<Item = &'a Exposure>) -> bool {
    if row.category != Some(Category::Prisoner) {
        return true;
    }

    let mut any = false;
    let alike = others.all(|other| {
        let counts = other.category == Some(Category::Prisoner);
        any |= counts;
        !counts || (other.custody == row.custody && other.provider_code() == row.provider_code())
    });

    any && alike && row.custody.is_some()
}

/// A letter that says "stolen" and lists nothing is not sent (D211).
fn says_nothing(row: &Exposure) -> bool {
    row.status == Status::Confirmed && row.items.minus(PRIVATE).is_empty()
}
