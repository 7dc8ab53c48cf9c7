//! The ordered rules that stop a person: docs/policy.md, rules 2 to 13.

use jiff::civil::Date;

use super::age::{self, Class};
use super::case::Case;
use super::custody::Settled;
use super::death::Death;
use super::findings::{combine, reduced, says_nothing};
use super::whereabouts;
use crate::config::Hold;
use crate::field::findings::Findings;
use crate::field::ids::RowRef;
use crate::field::reason::{Reason, SetAside, more_rows};
use crate::field::row::{Exposure, SuppressionReason};
use crate::field::terms::{Audience, Category};
use crate::field::words::address::Remark;

/// Why a person, or a part of their rows, goes no further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    pub reason: Reason,
    /// Field names and agreement, never values.
    pub evidence: String,
    /// The rows that say so.
    pub beside: Vec<RowRef>,
    /// For D302.
    pub due: Option<Date>,
}

impl Stop {
    pub(super) fn new(reason: Reason, evidence: &str) -> Self {
        Self { reason, evidence: evidence.to_owned(), beside: Vec::new(), due: None }
    }

    /// Every row of the person will name these: not more than a human can look at.
    fn beside(mut self, mut beside: Vec<RowRef>) -> Self {
        self.evidence.push_str(&more_rows(beside.len().saturating_sub(SetAside::MOST_BESIDE)));
        beside.truncate(SetAside::MOST_BESIDE);
        Self { beside, ..self }
    }
}

/// Rules 2 to 13 in the order of the table; rule 8 (under 12) stops nobody and is part of
/// [`Case::audience`].
const ORDER: [fn(&Case<'_, '_>) -> Option<Stop>; 12] = [
    died,
    suppressed,
    protected,
    unreachable,
    contradicted,
    birth_date_unknown,
    too_young_for_a_letter,
    too_young_for_screening,
    custody_unknown,
    institution_unknown,
    held_by_a_human,
    nothing_to_list,
];

/// The first rule that stops the person, if any does.
pub(super) fn first(case: &Case<'_, '_>) -> Option<Stop> {
    ORDER.iter().find_map(|rule| rule(case))
}

/// Rule 2.
fn died(case: &Case<'_, '_>) -> Option<Stop> {
    if case.judged.died == Some(true) {
        return Some(Stop::new(Reason::D201, "deceased: decided by a human"));
    }
    match &case.death {
        Death::Stated { evidence, rows } => {
            Some(Stop::new(Reason::D201, evidence).beside(rows.clone()))
        }
        Death::NotStated | Death::Doubtful { .. } => None,
    }
}

/// Rule 3.
fn suppressed(case: &Case<'_, '_>) -> Option<Stop> {
    if case.judged.objects {
        return Some(Stop::new(Reason::D202, "objection: told to us"));
    }
    for (reason, evidence) in [
        (SuppressionReason::Objection, "objection: suppressions"),
        (SuppressionReason::Other, "other: suppressions"),
    ] {
        let rows = case.suppressed_for(&[reason]);
        if !rows.is_empty() {
            return Some(Stop::new(Reason::D202, evidence).beside(rows));
        }
    }

    None
}

/// Rule 4.
fn protected(case: &Case<'_, '_>) -> Option<Stop> {
    let listed = case.listed().filter(|row| row.protected_address).map(|row| row.row);
    let mut rows: Vec<_> = listed.collect();
    rows.extend(case.suppressed_for(&[SuppressionReason::ProtectedAddress]));
    if case.judged.released {
        return None;
    }

    let lapsed = || Stop::new(Reason::D203, "told by hand, and the rows have changed since");
    let stop = if rows.is_empty() {
        let hidden = case.remarks.rows(Remark::Hidden);
        let told = case.judged.told_by_hand == Some(false);
        let Some(rows) = hidden else { return told.then(lapsed) };
        Stop::new(Reason::D203, "address: words that say that it is secret").beside(rows)
    } else {
        Stop::new(Reason::D203, "protected_address: yes").beside(rows)
    };

    // Two people released a letter by hand, and nothing has changed since.
    let told = case.judged.told_by_hand == Some(true);
    Some(if told { Stop::new(Reason::D301, "told by hand: address protected") } else { stop })
}

/// Rule 5. Somebody in custody has the institution's address.
fn unreachable(case: &Case<'_, '_>) -> Option<Stop> {
    if case.judged.address.is_some() {
        return None;
    }
    let listed = case.listed().filter(|row| row.whereabouts_unknown).map(|row| row.row);
    let mut rows: Vec<_> = listed.collect();
    rows.extend(case.suppressed_for(&[SuppressionReason::WhereaboutsUnknown]));

    if !rows.is_empty() {
        return Some(Stop::new(Reason::D204, "whereabouts_unknown: yes").beside(rows));
    }

    if matches!(case.institution, Settled::Missing)
        && let Some(rows) = case.remarks.rows(Remark::Nowhere)
    {
        return Some(
            Stop::new(Reason::D204, "address: words that say that there is none").beside(rows),
        );
    }

    match (&case.home, case.institution) {
        (Ok(_), _) | (_, Settled::Is(_) | Settled::Contradicted) => None,
        (Err(evidence), Settled::Missing) => Some(
            Stop::new(Reason::D204, evidence).beside(case.listed().map(|row| row.row).collect()),
        ),
    }
}

/// Rule 6.
fn contradicted(case: &Case<'_, '_>) -> Option<Stop> {
    let stop = |evidence: &str, beside| Some(Stop::new(Reason::D205, evidence).beside(beside));
    let listed = || case.listed().map(|row| row.row).collect::<Vec<_>>();

    let lives = case.judged.died == Some(false);
    if let Death::Doubtful { evidence, rows } = &case.death
        && !lives
    {
        return stop(evidence, rows.clone());
    }

    if let Some(rows) = case.remarks.rows(Remark::Died)
        && !lives
    {
        return stop("address: words that say that the person has died", rows);
    }

    if case.judged.moved {
        return stop("address: told by telephone, and the lists have changed since", listed());
    }

    if age::unborn(&case.person.rows, case.run_date) {
        return stop("birth_date: after the run date", listed());
    }

    let screening = case.rows.iter().filter_map(|row| screening_class(case, row));
    let classes: Vec<_> = std::iter::once(case.class).chain(screening).collect();
    if classes.contains(&Class::Contradicts) {
        return stop("birth_date: rows fall in different age classes", listed());
    }

    if classes.contains(&Class::Straddles) {
        return stop("birth_date: partial, on both sides of an age limit", listed());
    }

    if case.custody == Settled::Contradicted {
        return stop("custody: rows differ, none is the newest", Vec::new());
    }

    if matches!(case.institution, Settled::Contradicted) {
        return stop(
            "provider_code: rows of current custody differ, none is the newest",
            Vec::new(),
        );
    }

    let rivals = case
        .home
        .as_ref()
        .map(|home| whereabouts::rivals(&case.person.rows, home))
        .unwrap_or_default();
    if rivals.is_empty() { None } else { stop("address: rows of one rank differ", rivals) }
}

/// Rule 7.
fn birth_date_unknown(case: &Case<'_, '_>) -> Option<Stop> {
    let needed = case.has(Category::Gp) || case.has(Category::Hospital);
    (needed && case.class == Class::Unknown).then(|| Stop::new(Reason::D206, "birth_date: missing"))
}

/// Rule 9.
fn too_young_for_a_letter(case: &Case<'_, '_>) -> Option<Stop> {
    let decided = case.judged.minor.is_some();
    let held =
        !decided && case.audience() == Audience::Youth && case.policy.minors_12_15 == Hold::Hold;
    held.then(|| Stop::new(Reason::D207, "birth_date: 12 to 15 years at the letter date"))
}

/// Rule 10.
fn too_young_for_screening(case: &Case<'_, '_>) -> Option<Stop> {
    let young = |row: &&Exposure| screening_class(case, row) == Some(Class::In(0));
    let rows: Vec<_> = case.rows.iter().copied().filter(young).map(|row| row.row).collect();
    (!rows.is_empty()).then(|| {
        Stop::new(Reason::D208, "birth_date: under 29 years at the sample date").beside(rows)
    })
}

/// The class of a screening row at its sample date. Without one only this much is certain: the
/// sample is no newer than the run, so who is too young today was too young then.
fn screening_class(case: &Case<'_, '_>, row: &Exposure) -> Option<Class> {
    if row.category != Some(Category::Screening) {
        return None;
    }
    let day = row.sample_date.map_or(case.run_date, |day| day.min(case.run_date));
    let class = case.births.class(day, age::SCREENING);
    (row.sample_date.is_some() || class == Class::In(0)).then_some(class)
}

/// Rule 11.
fn custody_unknown(case: &Case<'_, '_>) -> Option<Stop> {
    let unknown = case.has(Category::Prisoner) && case.custody == Settled::Missing;
    unknown.then(|| Stop::new(Reason::D209, "custody: missing"))
}

/// Rule 12.
fn institution_unknown(case: &Case<'_, '_>) -> Option<Stop> {
    let unknown = case.in_custody() && matches!(case.institution, Settled::Missing);
    unknown.then(|| Stop::new(Reason::D210, "provider_code: no institution with an address has it"))
}

/// Rule 5 once more: an address that could be written to, and a human says that it is not to be.
fn held_by_a_human(case: &Case<'_, '_>) -> Option<Stop> {
    let held = || Stop::new(Reason::D204, "held: decided by a human");
    let before =
        || Stop::new(Reason::D204, "held: decided by a human, and the rows have changed since");
    case.judged.held.then(held).or_else(|| case.judged.held_before.then(before))
}

/// Rule 13, for all of the person's rows together.
fn nothing_to_list(case: &Case<'_, '_>) -> Option<Stop> {
    empty_list(&told_to(case.audience(), combine(case.rows.iter().copied())))
}

/// Rule 13, for what one letter would say.
pub(super) fn empty_list(findings: &Findings) -> Option<Stop> {
    says_nothing(findings).then(|| Stop::new(Reason::D211, "items: none that the letter may name"))
}

/// What may be told to this audience.
pub(super) fn told_to(audience: Audience, findings: Findings) -> Findings {
    match audience {
        Audience::Adult => findings,
        Audience::Youth | Audience::Parents => reduced(findings),
    }
}
