//! Who gets which letter: people in, notices out.
//!
//! The decision table, in its order (the first rule that stops a person gives the code of all their
//! remaining rows):
//!
//! | rule | stops | code | in |
//! |---|---|---|---|
//! | 1 | a row whose category is not one of the four | D101 | here |
//! | 2 | has died | D201 | `stops`, `death` |
//! | 3 | objection, or another reason on the suppression list | D202 | `stops` |
//! | 4 | protected address, by a flag or by words in the address | D203 | `stops`, `remarks` |
//! | 5 | whereabouts unknown, or no address that can be printed | D204 | `stops`, `whereabouts`, `remarks` |
//! | 6 | sources contradict each other where it decides | D205 | `stops`, `death`, `age`, `custody`, `whereabouts`, `remarks` |
//! | 7 | birth date unknown for a GP or hospital patient | D206 | `stops` |
//! | 8 | (under 12: to the parents or carers, reduced list) | - | `case`, `findings` |
//! | 9 | 12 to 15, unless the policy says to write | D207 | `stops` |
//! | 10 | screening, younger than 29 at the sample date | D208 | `stops`, `age` |
//! | 11 | prisoner without custody | D209 | `stops`, `custody` |
//! | 12 | in custody, institution not known | D210 | `stops`, `custody` |
//! | 13 | stolen, and nothing to list | D211 | `stops`, for the person and again for each letter |
//! | 14 | rows of a category without a sender profile | D212 | `notices` |
//! | 15 | everything was already told | D301 | `notices`, `history` |
//! | 16 | something is new, the last letter too recent | D302 | `notices`, `history` |
//!
//! A first letter that belongs to a later wave waits for it (D303); `waves` has the schedule, and the
//! run holds each letter against it, since it depends on the address as printed.
//!
//! With `[providers_first]` any letter waits for the providers that its person's rows name (D303, or
//! D221 where one disputes it); `providers` has that order.
//!
//! Everything here is a pure function of the person, the policy and the run date.

mod age;
mod case;
mod circumstances;
mod custody;
mod death;
mod findings;
mod history;
mod notices;
pub mod patients;
pub mod professionals;
pub mod providers;
mod remarks;
mod stops;
pub mod waves;
mod whereabouts;

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod judged_tests;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod precedence;
#[cfg(test)]
mod scenes;
#[cfg(test)]
mod table;

use std::borrow::Borrow;

use jiff::civil::Date;

pub use circumstances::Circumstances;

use crate::config::Policy;
use crate::field::ids::Pseudonym;
use crate::field::notice::Notice;
use crate::field::person::Person;
use crate::field::reason::{Reason, SetAside, Sifted};
use crate::field::row::Exposure;
use case::Case;
use stops::Stop;

/// Decides about every person, as docs/policy.md says, on `run_date` (the date of the letters).
///
/// Every exposure row of `people` is in exactly one notice, or set aside exactly once with its
/// person. A person gets at most one notice, or under `multi_category = "per-sender"` at most one
/// for each sender profile. Both lists are in the order of the pseudonyms; within a person, notices
/// are in the order of their categories.
pub fn decide<'a, P: Borrow<Person<'a>>>(
    people: impl IntoIterator<Item = P>,
    circumstances: &Circumstances<'a>,
    policy: &Policy,
    run_date: Date,
) -> Sifted<Notice<'a>> {
    let mut people: Vec<P> = people.into_iter().collect();
    people.sort_by_key(|person| person.borrow().pseudonym);
    let mut sifted = Sifted { ready: Vec::with_capacity(people.len()), set_aside: Vec::new() };
    for person in &people {
        let person = person.borrow();
        let case = Case::open(person, circumstances, policy, run_date);
        close(&case, &mut Sink { person: person.pseudonym, sifted: &mut sifted });
    }
    sifted
}

fn close<'a>(case: &Case<'_, 'a>, sink: &mut Sink<'_, 'a>) {
    sink.set_aside(&case.unsorted, &Stop::new(Reason::D101, "category: not one of the four"));
    if case.rows.is_empty() {
        return;
    }
    match stops::first(case) {
        Some(stop) => sink.set_aside(&case.rows, &stop),
        None => notices::write(case, sink),
    }
}

/// Where one person's rows end.
struct Sink<'s, 'a> {
    person: Pseudonym,
    sifted: &'s mut Sifted<Notice<'a>>,
}

impl<'a> Sink<'_, 'a> {
    fn write(&mut self, notice: Notice<'a>) {
        self.sifted.ready.push(notice);
    }

    fn set_aside(&mut self, rows: &[&Exposure], stop: &Stop) {
        self.sifted.set_aside.extend(rows.iter().map(|row| SetAside {
            person: Some(self.person),
            beside: stop.beside.clone(),
            evidence: stop.evidence.clone(),
            due: stop.due,
            ..SetAside::new(row.row, stop.reason)
        }));
    }
}
