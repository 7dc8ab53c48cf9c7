//! What is known about the world around the people: providers, suppressions, senders.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::bsn::Bsn;
use crate::field::ids::Pseudonym;
use crate::field::judgement::Judged;
use crate::field::person::Cluster;
use crate::field::provider::NoticeHold;
use crate::field::row::{Provider, Registrant, Rows, Suppression};
use crate::field::terms::Category;

/// Everything beside a person's own rows that decides about their letter.
#[derive(Debug)]
pub struct Circumstances<'a> {
    /// `None`: rows of the providers list contradict each other about this code, so it is not used.
    providers: BTreeMap<&'a str, Option<&'a Provider>>,
    by_bsn: BTreeMap<Bsn, Vec<&'a Suppression>>,
    by_ref: BTreeMap<&'a str, Vec<&'a Suppression>>,
    senders: BTreeMap<Category, String>,
    /// Codes of providers that say, or that were found, not to be those of the patients.
    unusable: BTreeSet<String>,
    judged: BTreeMap<Pseudonym, Judged<'a>>,
}

impl<'a> Circumstances<'a> {
    /// Takes the lists of `rows` and the sender profile of each category (`facts.toml`,
    /// `[sender_of]`).
    ///
    /// Rows of the providers list with one code that differ in kind, name or address make that code
    /// unusable: a generic wording is always right, a guessed name or address is not. Where they
    /// differ in the confirmation alone, the row without one holds, or else the latest.
    #[must_use]
    pub fn new(rows: &'a Rows, sender_of: &BTreeMap<Category, String>) -> Self {
        let mut found = Self {
            providers: BTreeMap::new(),
            by_bsn: BTreeMap::new(),
            by_ref: BTreeMap::new(),
            senders: sender_of.clone(),
            unusable: BTreeSet::new(),
            judged: BTreeMap::new(),
        };

        for provider in &rows.providers {
            let seen = found.providers.entry(provider.code.as_str()).or_insert(Some(provider));
            *seen = seen.and_then(|other| agreed(other, provider));
        }

        for suppression in &rows.suppressions {
            if let Some(bsn) = suppression.bsn {
                found.by_bsn.entry(bsn).or_default().push(suppression);
            }
            if !suppression.person_ref.is_empty() {
                found.by_ref.entry(suppression.person_ref.as_str()).or_default().push(suppression);
            }
        }

        found
    }

    /// The same with what humans have said of people.
    #[must_use]
    pub fn with_judged(self, judged: BTreeMap<Pseudonym, Judged<'a>>) -> Self {
        Self { judged, ..self }
    }

    /// The same for a letter to somebody that is handed over by hand.
    #[must_use]
    pub fn with_released(mut self, person: Pseudonym) -> Self {
        self.judged.entry(person).or_default().released = true;
        self
    }

    /// What humans have said of somebody, as far as it holds.
    #[must_use]
    pub fn judged(&self, person: Pseudonym) -> Judged<'a> {
        self.judged.get(&person).copied().unwrap_or_default()
    }

    /// The provider with this AGB code, if there is exactly one.
    pub(super) fn provider(&self, code: &str) -> Option<&'a Provider> {
        self.providers.get(code).copied().flatten().filter(|_| !self.unusable.contains(code))
    }

    /// The provider with this AGB code, or why it cannot be written to: it is not on the list, or its
    /// rows contradict each other.
    ///
    /// # Errors
    /// P101, P102.
    pub fn listed(&self, code: &str) -> Result<&'a Provider, NoticeHold> {
        self.providers.get(code).ok_or(NoticeHold::P101)?.ok_or(NoticeHold::P102)
    }

    /// Without these providers: no letter names one, nor is sent to one.
    #[must_use]
    pub fn without(mut self, codes: &BTreeSet<&str>) -> Self {
        self.unusable.extend(codes.iter().map(|code| (*code).to_owned()));
        self
    }

    /// The sender profile of a category.
    pub(super) fn sender(&self, category: Category) -> Option<&str> {
        self.senders.get(&category).map(String::as_str)
    }

    /// The suppressions that name any BSN or any list number of the person, by row.
    ///
    /// A list number is looked up whichever list it is from: one suppression too many is seen by a
    /// human or mourned by nobody, one too few writes to somebody who must not be written to.
    #[must_use]
    pub fn suppressions(&self, cluster: &Cluster<'a>) -> Vec<&'a Suppression> {
        let listed = || cluster.participants.iter().chain(&cluster.register).copied();
        let bsns = cluster
            .exposures
            .iter()
            .filter_map(|row| row.bsn)
            .chain(listed().filter_map(|row| row.bsn));

        let by_bsn = bsns.filter_map(|bsn| self.by_bsn.get(&bsn));
        let by_ref =
            listed().map(Registrant::person_ref).filter_map(|number| self.by_ref.get(number));
        let mut found: Vec<_> = by_bsn.chain(by_ref).flatten().copied().collect();
        found.sort_unstable_by_key(|suppression| suppression.row);
        found.dedup_by_key(|suppression| suppression.row);

        found
    }
}

fn agreed<'a>(one: &'a Provider, other: &'a Provider) -> Option<&'a Provider> {
    let content = |provider: &'a Provider| {
        let gone = (provider.closed_on, &provider.merged_into);
        (provider.kind, &provider.display_name, &provider.cells, gone)
    };
    if content(one) != content(other) {
        return None;
    }

    Some(match (one.confirmed_on, other.confirmed_on) {
        (None, _) => one,
        (_, None) => other,
        (first, second) => {
            if first >= second {
                one
            } else {
                other
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{date, provider, rows, suppression};
    use super::*;
    use crate::field::row::{ProviderKind, SuppressionReason};

    #[test]
    fn a_provider_listed_twice_alike_is_one_and_listed_twice_differently_is_none() {
        let mut list = rows();
        list.providers = vec![
            provider(1, "01000001", ProviderKind::Gp),
            provider(2, "01000001", ProviderKind::Gp),
        ];

        assert_eq!(
            Circumstances::new(&list, &BTreeMap::new()).provider("01000001").unwrap().row.row,
            1
        );

        list.providers[1].kind = ProviderKind::Hospital;
        list.providers.push(provider(3, "01000001", ProviderKind::Gp));
        assert!(Circumstances::new(&list, &BTreeMap::new()).provider("01000001").is_none());
    }

    #[test]
    fn a_provider_is_confirmed_only_when_every_row_says_so() {
        let mut list = rows();
        list.providers = vec![
            provider(1, "01000001", ProviderKind::Gp),
            provider(2, "01000001", ProviderKind::Gp),
        ];

        list.providers[0].confirmed_on = Some(date("2025-08-01"));

        for other in [None, Some(date("2025-09-01"))] {
            list.providers[1].confirmed_on = other;
            let circumstances = Circumstances::new(&list, &BTreeMap::new());
            assert_eq!(circumstances.provider("01000001").unwrap().confirmed_on, other);
        }
    }

    #[test]
    fn a_suppression_found_by_bsn_and_by_number_counts_once() {
        use super::super::fixtures::{exposure, participant};
        let mut list = rows();
        list.suppressions = vec![
            suppression(1, SuppressionReason::Objection),
            suppression(2, SuppressionReason::Other),
        ];

        let (row, member) = (exposure(1), participant(1));
        list.suppressions[0].bsn = row.bsn;
        list.suppressions[0].person_ref = member.person_ref().to_owned();
        let circumstances = Circumstances::new(&list, &BTreeMap::new());
        let cluster =
            Cluster { exposures: vec![&row], participants: vec![&member], register: Vec::new() };

        assert_eq!(circumstances.suppressions(&cluster).len(), 1);
    }
}
