//! One person's case: everything that the rules look at, gathered once.

use jiff::civil::Date;

use super::age::{self, Births, Class};
use super::circumstances::Circumstances;
use super::custody::{self, Settled};
use super::death::{self, Death};
use super::remarks::Remarks;
use super::whereabouts::{self, Home};
use crate::config::Policy;
use crate::field::ids::RowRef;
use crate::field::judgement::Judged;
use crate::field::person::Person;
use crate::field::row::{Exposure, Provider, Suppression, SuppressionReason};
use crate::field::terms::{Audience, Category, Custody};

/// A person with what the rules need to know of them.
pub(super) struct Case<'p, 'a> {
    pub person: &'p Person<'a>,
    pub circumstances: &'p Circumstances<'a>,
    pub policy: &'p Policy,
    pub run_date: Date,
    /// Exposure rows with one of the four categories, in precedence order of the categories, then
    /// in content order.
    pub rows: Vec<&'a Exposure>,
    /// The other exposure rows (D101).
    pub unsorted: Vec<&'a Exposure>,
    pub suppressions: Vec<&'a Suppression>,
    pub death: Death,
    /// Birth dates, each once.
    pub births: Births,
    /// Age class at the letter date.
    pub class: Class,
    pub home: Result<Home<'a>, &'static str>,
    /// What addresses say instead of a place.
    pub remarks: Remarks,
    pub custody: Settled<Custody>,
    /// What humans have said.
    pub judged: Judged<'a>,
    /// Of somebody in custody.
    pub institution: Settled<&'a Provider>,
}

impl<'p, 'a> Case<'p, 'a> {
    pub(super) fn open(
        person: &'p Person<'a>,
        circumstances: &'p Circumstances<'a>,
        policy: &'p Policy,
        run_date: Date,
    ) -> Self {
        let cluster = &person.rows;
        let (mut rows, unsorted): (Vec<&'a Exposure>, Vec<&'a Exposure>) =
            cluster.exposures.iter().partition(|row| row.category.is_some());
        rows.sort_by_key(|row| row.category);
        let suppressions = circumstances.suppressions(cluster);
        let custody = custody::custody(&rows);
        let births = Births::of(cluster);
        let in_custody = custody == Settled::Is(Custody::Current);
        let judged = circumstances.judged(person.pseudonym);
        let home = judged
            .address
            .map_or_else(|| whereabouts::home(cluster, policy), |row| Ok(Home::decided(row)));

        Self {
            person,
            circumstances,
            policy,
            run_date,
            unsorted,
            death: death::weigh(cluster, &suppressions, run_date),
            class: births.class(run_date, age::LETTER),
            births,
            remarks: Remarks::of(cluster, home.as_ref().map_err(|why| *why)),
            home,
            judged,
            institution: if in_custody {
                custody::institution(&rows, judged.provider, circumstances)
            } else {
                Settled::Missing
            },
            custody,
            rows,
            suppressions,
        }
    }

    /// Whether a row has this category.
    pub(super) fn has(&self, category: Category) -> bool {
        self.rows.iter().any(|row| row.category == Some(category))
    }

    /// Whether the person is held now.
    pub(super) fn in_custody(&self) -> bool {
        self.custody == Settled::Is(Custody::Current)
    }

    /// To whom a letter of the run date speaks.
    pub(super) fn audience(&self) -> Audience {
        match self.class {
            Class::In(1) if self.judged.minor.is_some() => {
                self.judged.minor.unwrap_or(Audience::Youth)
            }
            Class::In(0) => Audience::Parents,
            Class::In(1) => Audience::Youth,
            _ => Audience::Adult,
        }
    }

    /// Whether a letter of `day` gives the reduced list.
    pub(super) fn is_minor_on(&self, day: Date) -> bool {
        matches!(self.births.class(day, age::LETTER), Class::In(0 | 1))
    }

    /// Rows of the suppressions with one of these reasons.
    pub(super) fn suppressed_for(&self, reasons: &[SuppressionReason]) -> Vec<RowRef> {
        self.suppressions
            .iter()
            .filter(|row| reasons.contains(&row.reason))
            .map(|row| row.row)
            .collect()
    }

    /// The person's rows in the participants list and the register.
    pub(super) fn listed(&self) -> impl Iterator<Item = &'a crate::field::row::Registrant> + '_ {
        self.person.rows.participants.iter().chain(&self.person.rows.register).copied()
    }
}
