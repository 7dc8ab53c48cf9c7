//! Who was told before: a person keeps their pseudonym from run to run, whatever is added or
//! corrected.
//!
//! A person is known by marks: keyed fingerprints of the lab records that were told (dataset and
//! record number, not their text) and of the BSN, if there was one. A mark belongs to the person
//! whom it was last told to.
//!
//! - A cluster that holds a mark of one known person is that person; one that holds marks of
//!   several is a *merge*: the one told earliest lives on, and the letters of all count, so that
//!   nothing is told twice.
//! - A known person whose marks are in several clusters is a *split*: the cluster with the BSN has
//!   it, else the one with most marks, else the first in content order. The others are new, never
//!   told.
//! - A cluster with a different valid BSN than the known person's is never that person, whatever
//!   its rows.

mod known;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::base::bsn::Bsn;
use crate::field::ids::{Pseudonym, RowRef};
use crate::field::keys::Keys;
use crate::field::person::{Cluster, Person};
use crate::field::row::Exposure;
pub(super) use known::{
    Known, KnownLetter, KnownMerge, Mark, MarkKind, Owner, forget_shared_numbers,
};

/// Everybody of this run, with what they were told.
#[derive(Debug)]
pub struct Recognised<'a> {
    /// In the order of the clusters.
    pub people: Vec<Person<'a>>,
    /// To be handed back with the plan.
    pub identities: Identities,
    /// Told people of whom a told row is in no cluster today: refused, held or withdrawn. What that
    /// row said has not become wrong. (A row that turned out to be somebody else's has: it was
    /// never theirs.)
    pub incomplete: BTreeSet<Pseudonym>,
    /// Told people of whom no row at all is in a cluster today.
    pub absent: usize,
}

/// How the people of a run were recognised; the ledger wants it back with the plan.
#[derive(Debug, Default)]
pub struct Identities {
    /// Known people who turned out to be one, and known people of whom somebody else was split off;
    /// sorted.
    pub changes: Vec<IdentityChange>,
    rows: Vec<(RowRef, Mark)>,
    bsns: Vec<(Pseudonym, Mark)>,
    /// By what else those are known who are not people of the lists.
    others: BTreeMap<Pseudonym, Mark>,
}

impl Identities {
    /// With what else professionals are known by than the code that their pseudonym is made from.
    #[must_use]
    pub fn with_others(self, others: BTreeMap<Pseudonym, Mark>) -> Self {
        Self { others, ..self }
    }

    /// The mark of an exposure row.
    pub(super) fn row(&self, row: RowRef) -> Option<Mark> {
        let place = self.rows.binary_search_by_key(&row, |(known, _)| *known).ok()?;
        Some(self.rows[place].1)
    }

    /// The mark of a person's BSN, or what a professional is known by.
    pub(super) fn bsn(&self, person: Pseudonym) -> Option<Mark> {
        let place = self.bsns.binary_search_by_key(&person, |(known, _)| *known);
        place.map_or_else(|_| self.others.get(&person).copied(), |place| Some(self.bsns[place].1))
    }

    /// Told people who live on in another one.
    #[must_use]
    pub fn merges(&self) -> u64 {
        self.changes.iter().filter(|change| matches!(change, IdentityChange::Merge { .. })).count()
            as u64
    }

    /// People who were split off in this run.
    #[must_use]
    pub fn splits(&self) -> u64 {
        self.changes.len() as u64 - self.merges()
    }

    /// Whether `other` lives on in `person`.
    pub(super) fn are_merged(&self, person: Pseudonym, other: Pseudonym) -> bool {
        self.changes.binary_search(&IdentityChange::Merge { person, other }).is_ok()
    }
}

/// A told person who is not who they were thought to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdentityChange {
    /// Both were told, and they are one: `other` lives on in `person`.
    Merge {
        /// Told earlier.
        person: Pseudonym,
        /// Told later.
        other: Pseudonym,
    },
    /// Some rows told to `person` are somebody else's, who was never told.
    Split {
        /// Keeps name and letters.
        person: Pseudonym,
        /// The new one.
        other: Pseudonym,
    },
}

impl IdentityChange {
    /// `merge` or `split`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Merge { .. } => "merge",
            Self::Split { .. } => "split",
        }
    }

    /// Who keeps the name.
    #[must_use]
    pub const fn person(&self) -> Pseudonym {
        match self {
            Self::Merge { person, .. } | Self::Split { person, .. } => *person,
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(&self) -> Pseudonym {
        match self {
            Self::Merge { other, .. } | Self::Split { other, .. } => *other,
        }
    }
}

/// One cluster says that a known person is in it.
#[derive(Clone, Copy)]
struct Claim {
    person: u32,
    cluster: usize,
    has_bsn: bool,
    rows: usize,
    /// The cluster has a different BSN.
    vetoed: bool,
}

/// Marks of all clusters, side by side.
struct Marks {
    rows: Vec<Mark>,
    /// Where the rows of each cluster begin, and the end.
    starts: Vec<usize>,
    bsns: Vec<Option<Mark>>,
}

impl Marks {
    fn of(clusters: &[Cluster<'_>], keys: &Keys) -> Self {
        let mut starts = vec![0];
        let mut end = 0;
        starts.extend(clusters.iter().map(|cluster| {
            end += cluster.exposures.len();
            end
        }));

        let row = |row: &&Exposure| keys.row_fingerprint([row.dataset_id(), row.record_id()]);
        Self {
            rows: clusters
                .par_iter()
                .flat_map_iter(|cluster| cluster.exposures.iter().map(row))
                .collect(),
            starts,
            bsns: clusters
                .par_iter()
                .map(|cluster| bsn_of(cluster).map(|bsn| bsn_mark(keys, bsn)))
                .collect(),
        }
    }

    fn rows(&self, cluster: usize) -> &[Mark] {
        &self.rows[self.starts[cluster]..self.starts[cluster + 1]]
    }

    /// The smallest mark of the cluster's rows; rows are at least one.
    fn smallest(&self, cluster: usize) -> Mark {
        self.rows(cluster).iter().min().copied().unwrap_or_default()
    }
}

/// The lab's own BSN before that of a list. Clusters never hold two valid ones.
fn bsn_of(cluster: &Cluster<'_>) -> Option<Bsn> {
    let lab = cluster.exposures.iter().find_map(|row| row.bsn);
    lab.or_else(|| cluster.participants.iter().chain(&cluster.register).find_map(|row| row.bsn))
}

/// Also the pseudonym of a new person with this BSN.
pub(super) fn bsn_mark(keys: &Keys, bsn: Bsn) -> Mark {
    keys.pseudonym("bsn", format!("{:09}", bsn.number()).as_bytes()).0
}

/// The name of somebody of whom the ledger knows nothing, and of whom there is one record.
#[must_use]
pub fn name_of_row(keys: &Keys, row: &Exposure) -> Pseudonym {
    let mark = keys.row_fingerprint([row.dataset_id(), row.record_id()]);
    let by_number = row.bsn.map(|bsn| Pseudonym(bsn_mark(keys, bsn)));
    by_number.unwrap_or_else(|| keys.pseudonym("row", &mark))
}

/// Gives every cluster its person.
pub(super) fn recognise<'a>(
    known: &Known,
    keys: &Keys,
    clusters: Vec<Cluster<'a>>,
) -> Recognised<'a> {
    let marks = Marks::of(&clusters, keys);
    let (won, lost) = settle(claims(known, &marks));
    let mut changes = Vec::new();
    let mut claimed = Vec::with_capacity(clusters.len());
    for cluster in 0..clusters.len() {
        let mut own = of_cluster(&won, cluster);
        // Who was told first lives on.
        own.sort_by_key(|person| (known.first_told(*person), *person));
        if let Some((kept, others)) = own.split_first() {
            let person = known.name(*kept);
            changes.extend(
                others
                    .iter()
                    .map(|other| IdentityChange::Merge { person, other: known.name(*other) }),
            );
        }
        claimed.push(own);
    }

    let names = names(known, keys, &marks, &claimed);
    let present = present(known, &marks);
    let misses = |cluster: &usize| known.misses_a_row(&claimed[*cluster], &present);
    let incomplete = (0..claimed.len()).filter(misses).map(|cluster| names[cluster]).collect();
    let absent = known.persons() - claimed.iter().map(Vec::len).sum::<usize>().min(known.persons());

    for (cluster, person) in lost {
        if claimed[cluster].is_empty() {
            changes
                .push(IdentityChange::Split { person: known.name(person), other: names[cluster] });
        }
    }

    changes.sort_unstable();
    let identities = Identities {
        changes,
        rows: row_marks(&clusters, &marks),
        bsns: bsn_marks(&names, &marks),
        others: BTreeMap::new(),
    };
    let people = clusters.into_iter().zip(names).zip(claimed);
    let people =
        people.map(|((rows, pseudonym), own)| Person { pseudonym, rows, told: known.told(&own) });

    Recognised { people: people.collect(), identities, incomplete, absent }
}

/// By person of the ledger: how many of the rows they were told about are in some cluster.
fn present(known: &Known, marks: &Marks) -> Vec<usize> {
    let of_cluster = |cluster: usize| {
        let counted = marks.rows(cluster).iter().filter(|mark| !known.is_withdrawn(mark));
        let owned = counted.filter_map(|mark| Some((known.owner(mark)?, mark)));
        let mut told: Vec<(u32, &Mark)> = owned.collect();
        // A record that was delivered twice is one row; its deliveries are never in two clusters
        // (L208).
        told.sort_unstable();
        told.dedup();
        told.into_iter().map(|(person, _)| person)
    };

    let mut present = vec![0; known.count()];
    if !known.is_new() {
        let people: Vec<u32> =
            (0..marks.bsns.len()).into_par_iter().flat_map_iter(of_cluster).collect();
        for person in people {
            present[person as usize] += 1;
        }
    }

    present
}

fn row_marks(clusters: &[Cluster<'_>], marks: &Marks) -> Vec<(RowRef, Mark)> {
    let rows = clusters.iter().flat_map(|cluster| cluster.exposures.iter().map(|row| row.row));
    let mut rows: Vec<_> = rows.zip(marks.rows.iter().copied()).collect();
    rows.par_sort_unstable();
    rows
}

fn bsn_marks(names: &[Pseudonym], marks: &Marks) -> Vec<(Pseudonym, Mark)> {
    let mut bsns: Vec<_> = names
        .iter()
        .zip(&marks.bsns)
        .filter_map(|(name, bsn)| bsn.map(|bsn| (*name, bsn)))
        .collect();
    bsns.par_sort_unstable();
    bsns
}

fn claims(known: &Known, marks: &Marks) -> Vec<Claim> {
    if known.is_new() {
        return Vec::new();
    }
    (0..marks.bsns.len())
        .into_par_iter()
        .flat_map_iter(|cluster| claims_of(known, marks, cluster))
        .collect()
}

fn claims_of(known: &Known, marks: &Marks, cluster: usize) -> Vec<Claim> {
    let bsn = marks.bsns[cluster].as_ref();
    let by_bsn = bsn.and_then(|bsn| known.owner(bsn));
    let owners =
        marks.rows(cluster).iter().filter_map(|mark| known.owner(mark)).map(|person| (person, 1));
    let mut rows_of = BTreeMap::<u32, usize>::new();
    for (person, rows) in owners.chain(by_bsn.map(|person| (person, 0))) {
        *rows_of.entry(person).or_default() += rows;
    }

    let claim = |(person, rows)| {
        let vetoed = bsn.is_some_and(|bsn| known.has_other_bsn(person, bsn));
        Claim { person, cluster, has_bsn: by_bsn == Some(person), rows, vetoed }
    };
    rows_of.into_iter().map(claim).collect()
}

/// Clusters with known people, sorted.
type Assigned = Vec<(usize, u32)>;

/// Each known person goes to one cluster at most; (cluster, person) of the winners and of the
/// losers, sorted.
fn settle(mut claims: Vec<Claim>) -> (Assigned, Assigned) {
    claims.par_sort_unstable_by_key(|claim| {
        (claim.person, claim.vetoed, !claim.has_bsn, Reverse(claim.rows), claim.cluster)
    });
    let (mut won, mut lost) = (Vec::new(), Vec::new());
    let mut before = None;
    for claim in claims {
        let first = before.replace(claim.person) != Some(claim.person);
        let side = if first && !claim.vetoed { &mut won } else { &mut lost };
        side.push((claim.cluster, claim.person));
    }

    won.sort_unstable();
    lost.sort_unstable();
    (won, lost)
}

fn of_cluster(won: &[(usize, u32)], cluster: usize) -> Vec<u32> {
    let from = won.partition_point(|(winner, _)| *winner < cluster);
    won[from..]
        .iter()
        .take_while(|(winner, _)| *winner == cluster)
        .map(|(_, person)| *person)
        .collect()
}

/// The known name, or a new one that nobody else has, in this run or in the ledger.
fn names(known: &Known, keys: &Keys, marks: &Marks, claimed: &[Vec<u32>]) -> Vec<Pseudonym> {
    let first_choice = |(cluster, own): (usize, &Vec<u32>)| match (own.first(), marks.bsns[cluster])
    {
        (Some(kept), _) => known.name(*kept),
        (None, Some(bsn)) => Pseudonym(bsn),
        (None, None) => keys.pseudonym("row", &marks.smallest(cluster)),
    };

    let mut names: Vec<Pseudonym> = claimed.par_iter().enumerate().map(first_choice).collect();
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.par_sort_unstable_by_key(|cluster| {
        (names[*cluster], claimed[*cluster].is_empty(), *cluster)
    });
    let is_taken = |place: usize| {
        let (cluster, name) = (order[place], names[order[place]]);
        let repeated = place > 0 && names[order[place - 1]] == name;
        claimed[cluster].is_empty() && (repeated || known.find(name).is_some())
    };

    let mut taken: Vec<usize> =
        (0..order.len()).filter(|place| is_taken(*place)).map(|place| order[place]).collect();
    taken.sort_unstable();
    let mut fresh = BTreeSet::new();
    for cluster in taken {
        let smallest = marks.smallest(cluster);
        let choices = (1_u32..).map(|number| {
            keys.pseudonym("split", &[&smallest[..], &number.to_be_bytes()].concat())
        });
        let mut free = choices.filter(|name| known.find(*name).is_none() && !fresh.contains(name));
        if let Some(name) = free.next() {
            fresh.insert(name);
            names[cluster] = name;
        }
    }

    names
}
