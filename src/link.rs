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
mod decisions;
mod digest;
mod exact;
mod explain;
mod features;
mod frames;
mod frequency;
mod guard;
mod judge;
mod normalise;
mod parameters;
mod review;
mod score;
mod search;
mod strings;
#[cfg(test)]
mod tests;
mod train;
mod units;

use std::collections::BTreeSet;

use rayon::prelude::*;

pub use block::BlockReport;

pub use decisions::{Decision, RecordKey, record_key};
pub use explain::{Explanation, Step, explain};
pub use parameters::{Parameters, ParametersError};
pub use train::train;

use crate::config::LinkRules;
use crate::keys::Keys;
use crate::link::block::Pair;
use crate::link::cluster::{Clustering, Edge, Vetoes};
use crate::link::content::{AllRows, Row};
use crate::link::decisions::Decided;
use crate::link::digest::Digest;
use crate::link::frequency::Frequencies;
use crate::link::review::{Case, Doubts, Holds};
use crate::link::search::Found;
use crate::link::units::Units;
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

/// What linking goes by.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'t> {
    /// The configuration's rules.
    pub rules: &'t LinkRules,
    /// What the score has learned.
    pub parameters: &'t Parameters,
    /// What humans have decided.
    pub decisions: &'t [Decision],
}

/// Finds out which rows are one person, by the built-in parameters.
///
/// # Errors
/// [`LinkError`] when the result would break a rule (a defect) or memory does not suffice.
pub fn link<'a>(rows: &'a Rows, rules: &LinkRules, keys: &Keys, progress: &Progress) -> Result<Linked<'a>, LinkError> {
    link_by(rows, &Terms { rules, parameters: &Parameters::built_in(), decisions: &[] }, keys, progress)
}

/// Finds out which rows are one person.
///
/// # Errors
/// [`LinkError`] when the result would break a rule (a defect) or memory does not suffice.
pub fn link_by<'a>(
    rows: &'a Rows,
    terms: &Terms<'_>,
    keys: &Keys,
    progress: &Progress,
) -> Result<Linked<'a>, LinkError> {
    let all = AllRows::new(rows);
    let grouped = Grouped::of(all, terms, keys, progress)?;
    let (found, clustering) = (&grouped.found, &grouped.clustering);
    let case = Case { all, units: &grouped.units, clustering, vetoes: grouped.vetoes() };
    let doubts = Doubts {
        hot_bsns: &found.hot_bsns,
        two_numbers: &found.two_numbers,
        crowded: &found.crowded,
        crowd: &found.crowd,
        maybe: &found.maybe,
        refused: &rows.refused,
    };
    let holds = Holds::of(case, &doubts)?;
    let (clusters, set_aside) = assemble(all, case, &holds);
    progress.advance(1);
    balance(rows, &clusters, &set_aside)?;
    Ok(Linked { clusters, set_aside, blocks: grouped.found.blocks, refused_edges: clustering.refused.len() })
}

/// Which exposure rows linking takes to be one person, before anything is held: for measuring against a truth. One
/// number per row of `rows.exposures`; rows of one person have the same number.
///
/// # Errors
/// As [`link_by`].
pub fn group(rows: &Rows, terms: &Terms<'_>, keys: &Keys, progress: &Progress) -> Result<Vec<u32>, LinkError> {
    let all = AllRows::new(rows);
    let grouped = Grouped::of(all, terms, keys, progress)?;
    let mut people = vec![0; rows.exposures.len()];
    for unit in grouped.units.ids() {
        for row in grouped.units.rows(unit) {
            if let Some(person) = people.get_mut(*row as usize) {
                *person = grouped.clustering.leader(unit);
            }
        }
    }
    Ok(people)
}

/// Steps that progress shows: units, pairs, clusters, review.
const STEPS: u64 = 4;

/// Units in clusters, with everything that was found on the way.
struct Grouped {
    units: Units,
    found: Found,
    clustering: Clustering,
    /// Pairs that fit.
    edges: Vec<Edge>,
    guarded: bool,
    different: BTreeSet<Pair>,
}

impl Grouped {
    fn of(all: AllRows<'_>, terms: &Terms<'_>, keys: &Keys, progress: &Progress) -> Result<Self, LinkError> {
        progress.stage("link", STEPS);
        let seed = Digest::seeded(keys);
        let decided = Decided::of(all, terms.decisions, keys);
        let mut units = Units::of(all, &decided.apart(), seed)?;
        let frequencies = Frequencies::of(&units);
        units.texts.set_common(frequencies.common());
        progress.advance(1);
        let mut found = search::search(&units, terms.parameters, &frequencies, terms.rules.profile, seed)?;
        found.edges.extend(decided.pairs(&units, true).into_iter().map(Edge::human));
        progress.advance(1);
        let (different, guarded) = (decided.pairs(&units, false), terms.parameters.guarded);
        let vetoes = Vetoes { units: &units, guarded, different: &different };
        let clustering = cluster::cluster(vetoes, &found.edges, terms.rules.max_cluster_rows);
        progress.advance(1);
        let edges = std::mem::take(&mut found.edges);
        Ok(Self { units, found, clustering, edges, guarded, different })
    }

    fn vetoes(&self) -> Vetoes<'_> {
        Vetoes { units: &self.units, guarded: self.guarded, different: &self.different }
    }
}

/// Takes the clusters apart into people and rows that are held.
fn assemble<'a>(all: AllRows<'a>, case: Case<'_>, holds: &Holds) -> (Vec<Cluster<'a>>, Vec<SetAside>) {
    let (mut clusters, mut set_aside) = (Vec::new(), Vec::new());
    for cluster in case.clustering.clusters() {
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
