//! Whether an unreadable row may be one with a unit.

use super::Trace;
use crate::config::LinkProfile;
use crate::field::row::Open;
use crate::link::compare::{
    self, Agreement, Birth, Bsn, Given, Initials, Place, SexLevel, Surname,
};
use crate::link::features::Features;
use crate::link::review::Case;
use crate::link::{birth, exact};

/// Why an unreadable row may be somebody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::link) enum Fit {
    /// The same BSN.
    Number,
    /// What is left of its BSN is one slip away.
    Slip,
    /// Name, birth date and address, as far as they can be read.
    Details,
    /// The same, but the row has a different valid BSN: with it whole, a human would have been
    /// asked whose number is right, or which of two people a row without number is.
    TwoNumbers,
}

impl Fit {
    /// In words, for the evidence.
    pub(in crate::link) const fn words(self) -> &'static str {
        match self {
            Self::Number => "same bsn",
            Self::Slip => "bsn one slip away",
            Self::Details => "name with birth date or address",
            Self::TwoNumbers => "name, birth date and address, other bsn",
        }
    }
}

/// How the row fits a unit whose cluster has the BSN `number` (0 = none); `None` when they are two
/// people.
pub(super) fn fit(trace: &Trace, unit: &Features, number: u32, case: Case<'_>) -> Option<Fit> {
    if unit.bsn != 0 && unit.bsn == trace.bsn {
        return Some(Fit::Number);
    }

    if unit.bsn != 0 && trace.numbers.contains(&unit.bsn) {
        return Some(Fit::Slip);
    }

    let own = trace.features.as_ref().filter(|own| !is_ruled_out(unit, own, trace.open))?;
    let agreement = relaxed(Agreement::of(unit, own, &case.units.texts), trace.open);
    let fits = if trace.open.has(Open::BIRTH_DATE) {
        fits_undated(agreement, unit, own, case)
    } else {
        !agreement.is_vetoed() && fits_dated(agreement)
    };

    let conflicting = trace.bsn != 0 && number != 0 && trace.bsn != number;
    fits.then_some(if conflicting { Fit::TwoNumbers } else { Fit::Details })
}

/// Whether what costs little to compare already forbids that the two are one person, as
/// [`Agreement::is_vetoed`] would: a damaged row meets everybody of its surname.
fn is_ruled_out(unit: &Features, own: &Features, open: Open) -> bool {
    let dated = !open.has(Open::BIRTH_DATE)
        && matches!(birth::compare(unit.birth, own.birth), Birth::Differs | Birth::Decade);
    let sexed = !open.has(Open::SEX.and(Open::RAGGED))
        && compare::sex(unit.sex, own.sex) == SexLevel::Differs;
    let initialled =
        !open.has(Open::INITIALS.and(Open::RAGGED)) && compare::initials_differ(unit, own);
    dated || sexed || initialled
}

/// Whether nothing that can be read speaks against the two, and the birth dates are the same.
pub(super) fn agrees(trace: &Trace, unit: &Features, case: Case<'_>) -> bool {
    let Some(own) = &trace.features else { return false };
    let agreement = relaxed(Agreement::of(unit, own, &case.units.texts), trace.open);
    !agreement.is_vetoed()
        && matches!(agreement.birth, Birth::Equal | Birth::Missing)
        && own.birth != 0
}

/// The agreement, had the unreadable cells said what fits best.
fn relaxed(agreement: Agreement, open: Open) -> Agreement {
    let given = if open.has(Open::FIRST_NAMES.and(Open::RAGGED)) {
        Given::Missing
    } else {
        agreement.given
    };

    let initials = if open.has(Open::INITIALS.and(Open::RAGGED)) {
        Initials::Missing
    } else {
        agreement.initials
    };

    Agreement {
        bsn: Bsn::Missing,
        birth: if open.has(Open::BIRTH_DATE) { Birth::Equal } else { agreement.birth },
        given,
        initials,
        surname: if open.has(Open::SURNAME) { Surname::Equal } else { agreement.surname },
        place: if open.has(Open::ADDRESS) { Place::Equal } else { agreement.place },
        sex: if open.has(Open::SEX.and(Open::RAGGED)) { SexLevel::Missing } else { agreement.sex },
    }
}

/// Name with birth date, name with address, birth date with address: whatever linking compares at
/// all.
fn fits_dated(agreement: Agreement) -> bool {
    let dated = matches!(agreement.birth, Birth::Equal | Birth::Partial | Birth::Slip);
    let (named, placed) = (agreement.shares_surname(), agreement.shares_place());
    (dated && (named || placed)) || (named && placed)
}

/// Without a birth date a name is many people's: it takes what would have joined the two or asked a
/// human, had the birth dates been equal.
fn fits_undated(agreement: Agreement, unit: &Features, own: &Features, case: Case<'_>) -> bool {
    if agreement.is_vetoed() {
        return false;
    }
    if exact::rule(agreement, unit.birth, LinkProfile::Default).is_some() {
        return true;
    }
    let named = matches!(agreement.given, Given::Equal | Given::Close | Given::Swapped);
    let weighed = case.scorer.score(agreement, unit, own) >= case.scorer.review;
    weighed && (named || agreement.place != Place::Differs)
}
