//! Who is who: exposure, participant and register rows become people.
//!
//! A wrong merge is worse than two letters: two different valid BSNs never come together, doubt goes to a human, and
//! the same rows give the same people whatever the order of rows and files and the number of threads. The way through:
//! rows that are alike become units, units that share a key are compared, the rules join pairs, pairs become clusters
//! under vetoes, and what is left in doubt is held.

mod birth;
mod block;
mod cluster;
mod compare;
mod content;
mod digest;
mod exact;
mod features;
mod frames;
mod guard;
mod normalise;
mod review;
mod strings;
#[cfg(test)]
mod tests;
mod units;

use std::collections::BTreeSet;

use rayon::prelude::*;

pub use block::BlockReport;

use crate::config::LinkRules;
use crate::keys::Keys;
use crate::link::block::Pair;
use crate::link::cluster::Edge;
use crate::link::compare::Agreement;
use crate::link::content::{AllRows, Row};
use crate::link::digest::Digest;
use crate::link::exact::Verdict;
use crate::link::review::{Case, Doubts, Holds};
use crate::link::units::{UnitId, Units};
use crate::person::Cluster;
use crate::progress::Progress;
use crate::reason::SetAside;
use crate::row::Rows;

/// What linking made of the rows: every exposure row is in exactly one cluster or in exactly one set-aside entry.
#[derive(Debug)]
#[must_use = "rows that were set aside have to reach the record"]
pub struct Linked<'a> {
    /// People with at least one exposure row, in content order.
    pub clusters: Vec<Cluster<'a>>,
    /// Rows that a human has to look at first, in content order.
    pub set_aside: Vec<SetAside>,
    /// How large the blocks were that rows were compared in.
    pub blocks: Vec<BlockReport>,
    /// Pairs that fit, but not with everybody else in their cluster.
    pub refused_edges: usize,
}

/// Why linking stops. All of these but memory are defects: the run must not go on.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Rows went missing or were counted twice.
    #[error("linking does not balance: {expected} exposure rows went in, {found} came out")]
    Unbalanced {
        /// Exposure rows that went in.
        expected: usize,
        /// Rows in clusters and set aside.
        found: usize,
    },
    /// The rule that may never be broken would have been.
    #[error("two different valid BSNs came together in {clusters} people")]
    TwoNumbers {
        /// How many.
        clusters: usize,
    },
    /// More rows or distinct names than 32-bit numbers can tell apart.
    #[error("too many rows to link in one run")]
    Capacity,
    /// A frame could not be made.
    #[error("joining rows by key")]
    Frame(#[source] frames::FrameError),
}

impl LinkError {
    /// What can be done about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unbalanced { .. } | Self::TwoNumbers { .. } => {
                Some("this is a defect in the program: nothing was sent; keep the inbox and report it".to_owned())
            }
            Self::Capacity => Some("split the campaign: one run takes four thousand million rows".to_owned()),
            Self::Frame(_) => Some("the machine may be short of memory".to_owned()),
        }
    }
}

/// Finds out which rows are one person.
///
/// # Errors
/// [`LinkError`] when the result would break a rule (a defect) or memory does not suffice.
pub fn link<'a>(rows: &'a Rows, rules: &LinkRules, keys: &Keys, progress: &Progress) -> Result<Linked<'a>, LinkError> {
    progress.stage("link", STEPS);
    let seed = Digest::seeded(keys);
    let all = AllRows::new(rows);
    let units = Units::of(all, seed)?;
    progress.advance(1);
    let found = search(&units, rules, seed)?;
    progress.advance(1);
    let clustering = cluster::cluster(&units, found.edges, rules.max_cluster_rows);
    progress.advance(1);
    let case = Case { all, units: &units, clustering: &clustering };
    let doubts = Doubts { hot_bsns: found.hot_bsns, two_numbers: found.two_numbers, refused: &rows.refused };
    let holds = Holds::of(case, &doubts)?;
    let (clusters, set_aside) = assemble(all, case, &holds);
    progress.advance(1);
    balance(rows, &clusters, &set_aside)?;
    Ok(Linked { clusters, set_aside, blocks: found.blocks, refused_edges: clustering.refused.len() })
}

/// Steps that progress shows: units, pairs, clusters, review.
const STEPS: u64 = 4;

/// What comparing pairs found.
struct Found {
    edges: Vec<Edge>,
    two_numbers: Vec<Pair>,
    hot_bsns: BTreeSet<u32>,
    blocks: Vec<BlockReport>,
}

fn search(units: &Units, rules: &LinkRules, seed: Digest) -> Result<Found, LinkError> {
    let numbers = block::BSN.block(units, seed)?;
    let places = block::BIRTH_PLACE.block(units, seed)?;
    let surnames = block::BIRTH_SURNAME.block(units, seed)?;
    let (same_number, hot_numbers) = numbers.groups()?;
    let (same_place, hot_places) = places.groups()?;
    let (same_surname, hot_surnames) = surnames.groups()?;
    let mut crowded = vec![false; units.len()];
    guard::mark_crowded(units, &same_place, &hot_places, &mut crowded);
    guard::mark_crowded(units, &same_surname, &hot_surnames, &mut crowded);
    let pairs = block::pairs(same_number.iter().chain(&same_place).copied());
    let verdicts: Vec<(Pair, Verdict)> = pairs
        .par_iter()
        .map(|pair| (*pair, judge(units, *pair, &crowded, rules)))
        .filter(|(_, verdict)| *verdict != Verdict::Open)
        .collect();
    let two_numbers = verdicts.iter().filter(|(_, verdict)| *verdict == Verdict::TwoNumbers).map(|(pair, _)| *pair);
    let two_numbers = two_numbers.collect();
    let edges = verdicts.iter().filter_map(|((left, right), verdict)| match verdict {
        Verdict::Join(_, score) => Some(Edge { left: *left, right: *right, score: *score }),
        Verdict::TwoNumbers | Verdict::Open => None,
    });
    Ok(Found {
        edges: edges.collect(),
        two_numbers,
        hot_bsns: hot_numbers.iter().map(|group| units.features[group[0] as usize].bsn).collect(),
        blocks: vec![numbers.report()?, places.report()?, surnames.report()?],
    })
}

fn judge(units: &Units, (one, other): Pair, crowded: &[bool], rules: &LinkRules) -> Verdict {
    let (left, right) = (&units.features[one as usize], &units.features[other as usize]);
    let agreement = Agreement::of(left, right, &units.texts);
    let crowded = crowded[one as usize] || crowded[other as usize];
    exact::judge(agreement, left.birth, crowded, rules.profile)
}

/// Takes the clusters apart into people and rows that are held.
fn assemble<'a>(all: AllRows<'a>, case: Case<'_>, holds: &Holds) -> (Vec<Cluster<'a>>, Vec<SetAside>) {
    let mut members: Vec<(UnitId, UnitId)> = case.clustering.leader.iter().copied().zip(case.units.ids()).collect();
    members.par_sort_unstable();
    let (mut clusters, mut set_aside) = (Vec::new(), Vec::new());
    for cluster in members.chunk_by(|one, other| one.0 == other.0) {
        let mut person = Cluster { exposures: Vec::new(), participants: Vec::new(), register: Vec::new() };
        for (unit, row) in cluster.iter().flat_map(|(_, unit)| case.units.rows(*unit).iter().map(|row| (*unit, *row))) {
            match all.get(row) {
                Row::Exposure(exposure) => match holds.set_aside(case, unit, row) {
                    Some(held) => set_aside.push(held),
                    None => person.exposures.push(exposure),
                },
                Row::Participant(registrant) => person.participants.push(registrant),
                Row::Register(registrant) => person.register.push(registrant),
            }
        }
        if !person.exposures.is_empty() {
            clusters.push(person);
        }
    }
    (clusters, set_aside)
}

/// Every exposure row is in exactly one place.
fn balance(rows: &Rows, clusters: &[Cluster<'_>], set_aside: &[SetAside]) -> Result<(), LinkError> {
    let placed = clusters.iter().flat_map(|cluster| cluster.exposures.iter().map(|row| row.row));
    let mut found: Vec<_> = placed.chain(set_aside.iter().map(|held| held.row)).collect();
    let mut expected: Vec<_> = rows.exposures.iter().map(|row| row.row).collect();
    found.par_sort_unstable();
    expected.par_sort_unstable();
    if found == expected {
        return Ok(());
    }
    Err(LinkError::Unbalanced { expected: expected.len(), found: found.len() })
}
