//! Everybody, linked and recognised once, for whoever asks about one person after another: linking
//! takes a minute for a large campaign, and deciding about one person takes no time at all.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::census::{self, PersonStanding};
use super::holds::Holds;
use super::letters::Candidates;
use super::providers::Providers;
use super::{Heard, Night, RunError};
use crate::facts::Facts;
use crate::field::ids::Pseudonym;
use crate::field::keys::Keys;
use crate::field::person::{Cluster, Person};
use crate::field::reason::{Reason, SetAside};
use crate::field::row::{Exposure, List, Remains, Rows};
use crate::record::{self, Guard, Intake, Ledger};

/// Everybody, as the lists and the ledger were when they were gathered.
pub struct Everybody<'a> {
    rows: &'a Rows,
    people: Vec<Person<'a>>,
    /// Lab records that are nobody's, because a human has to look at them first, each with why.
    held: Vec<(&'a Exposure, Reason)>,
    /// Providers whom no letter may name.
    unnamed: BTreeSet<&'a str>,
    guard: Guard<'a>,
    holds: Holds,
}

/// Nothing of the people is printed.
impl std::fmt::Debug for Everybody<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Everybody({})", self.people.len())
    }
}

impl<'a> Everybody<'a> {
    /// Links and recognises everybody.
    ///
    /// # Errors
    /// [`RunError`] as a run would.
    pub fn gather(
        night: &Night<'_>,
        (rows, intake, heard): (&'a Rows, &Intake, &Heard),
        ledger: &'a Ledger,
        facts: &Facts,
    ) -> Result<Self, RunError> {
        let (recognised, aside) = census::recognised(night, (rows, intake), ledger)?;
        let providers = Providers::of(night, ledger, facts)?;
        let unnamed = providers.map(|known| known.unnamed(rows, ledger.keys()));
        Ok(Self {
            rows,
            people: recognised.people,
            held: held(rows, &aside),
            unnamed: unnamed.unwrap_or_default(),
            guard: heard.guard(ledger, rows)?,
            holds: Holds::of(night, ledger, recognised.incomplete, BTreeMap::new())?,
        })
    }

    /// The people of whom `is` holds.
    pub fn find(&self, is: impl Fn(&Person<'a>) -> bool + Sync) -> Vec<Person<'a>> {
        self.people.par_iter().filter(|person| is(person)).cloned().collect()
    }

    /// How it stands with some of them tonight, with what humans have said by now.
    pub fn standings(
        &self,
        night: &Night<'_>,
        keys: &Keys,
        heard: &Heard,
        facts: &Facts,
        people: &[Person<'a>],
    ) -> Vec<PersonStanding> {
        let circumstances =
            heard.circumstances(keys, self.rows, people, &facts.sender_of).without(&self.unnamed);
        let remembered = self.guard.remembered(people, |person| circumstances.judged(person));
        let holds = self.holds.about(people, remembered);

        let candidates = Candidates::new(*night, people.to_vec(), circumstances, holds);
        let decided = candidates.notices(people);
        let standing = |person| census::standing(&candidates, keys, person, &decided);
        people.iter().map(standing).collect()
    }

    /// How it stands with those whose lab records are all held before anybody knows whose they are:
    /// one for each BSN, and one for each record without.
    pub fn held(&self, keys: &Keys, is: impl Fn(&Exposure) -> bool + Sync) -> Vec<PersonStanding> {
        let mut people = BTreeMap::<Pseudonym, (Cluster<'a>, Reason)>::new();
        let found: Vec<_> = self.held.par_iter().filter(|(row, _)| is(row)).copied().collect();
        for (row, reason) in found {
            let alone =
                Cluster { exposures: vec![row], participants: Vec::new(), register: Vec::new() };
            let name = record::name_of_row(keys, row);
            match people.get_mut(&name) {
                Some((own, _)) => own.exposures.push(row),
                None => drop(people.insert(name, (alone, reason))),
            }
        }
        people.into_iter().map(|(name, own)| waiting(keys, name, &own)).collect()
    }
}

fn waiting(
    keys: &Keys,
    person: Pseudonym,
    (own, reason): &(Cluster<'_>, Reason),
) -> PersonStanding {
    let codes = own.exposures.iter().map(|row| row.provider_code().to_owned());
    PersonStanding {
        person,
        sight: record::sight(keys, own, &[]),
        anchors: record::anchors_of(keys, own),
        rows: own.exposures.iter().map(|row| row.row).collect(),
        reason: Some((*reason, String::new())),
        due: None,
        letter: None,
        providers: codes.filter(|code| !code.is_empty()).collect(),
        newest_sample: own.exposures.iter().filter_map(|row| row.sample_date).max(),
        told_as: BTreeSet::from([person]),
    }
}

/// Lab records that linking set aside, and those that cannot be read in full, as far as they go.
fn held<'a>(rows: &'a Rows, aside: &[SetAside]) -> Vec<(&'a Exposure, Reason)> {
    let readable = aside.iter().filter_map(|item| {
        let place = rows.exposures.binary_search_by_key(&item.row, |row| row.row).ok()?;
        Some((&rows.exposures[place], item.reason))
    });
    let refused = rows.refused.iter().filter(|row| row.list == List::Exposures && !row.used);
    let remains = refused.filter_map(|row| match row.remains.first()? {
        Remains::Exposure(own) => Some((own.as_ref(), row.set_aside.reason)),
        _ => None,
    });
    let known = remains.filter(|(row, _)| !row.record_id().is_empty());
    readable.chain(known).collect()
}
