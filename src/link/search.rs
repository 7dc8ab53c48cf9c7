//! From units to verdicts: blocks, guards, frequencies, and every pair judged once.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::config::LinkProfile;
use crate::link::LinkError;
use crate::link::block::{self, BlockReport, Pair, Tells};
use crate::link::cluster::Edge;
use crate::link::digest::Digest;
use crate::link::frequency::Frequencies;
use crate::link::guard::Crowd;
use crate::link::judge::{Judge, Verdict};
use crate::link::parameters::Parameters;
use crate::link::score::{Score, Scorer};
use crate::link::units::Units;

/// What comparing pairs found.
pub(super) struct Found {
    /// Pairs that are one person, in order.
    pub edges: Vec<Edge>,
    /// Pairs that fit in everything but two valid BSNs.
    pub two_numbers: Vec<Pair>,
    /// Pairs that fit, but one of them fits somebody else too.
    pub crowded: Vec<Pair>,
    /// Pairs that a human has to decide.
    pub maybe: Vec<(Pair, Score)>,
    /// BSNs whose blocks were too large to compare.
    pub hot_bsns: BTreeSet<u32>,
    /// Sizes of the blocks.
    pub blocks: Vec<BlockReport>,
    /// Who fits two.
    pub crowd: Crowd,
    /// How pairs are weighed.
    pub scorer: Scorer,
}

/// Compares every pair that shares a key.
///
/// # Errors
/// [`LinkError::Frame`] when a frame cannot be made.
pub(super) fn search(
    units: &Units,
    parameters: &Parameters,
    frequencies: &Frequencies,
    profile: LinkProfile,
    seed: Digest,
) -> Result<Found, LinkError> {
    let candidates = candidates(units, &parameters.blocks, seed)?;
    let scorer = Scorer::new(parameters, frequencies);
    let judge = Judge { units, scorer: &scorer, crowd: &candidates.crowd, profile, guarded: parameters.guarded };
    let verdicts: Vec<(Pair, Verdict)> = candidates
        .pairs
        .par_iter()
        .map(|pair| (*pair, judge.pair(*pair)))
        .filter(|(_, verdict)| *verdict != Verdict::Open)
        .collect();
    let mut found = Found {
        edges: Vec::new(),
        two_numbers: Vec::new(),
        crowded: Vec::new(),
        maybe: Vec::new(),
        hot_bsns: candidates.hot_bsns,
        blocks: candidates.blocks,
        crowd: candidates.crowd,
        scorer,
    };
    for (pair, verdict) in verdicts {
        match verdict {
            Verdict::Join(_, score) => found.edges.push(Edge { left: pair.0, right: pair.1, score }),
            Verdict::TwoNumbers => found.two_numbers.push(pair),
            Verdict::Crowded(_) => found.crowded.push(pair),
            Verdict::Maybe(score) => found.maybe.push((pair, score)),
            Verdict::Open => {}
        }
    }
    Ok(found)
}

/// Pairs to be judged, and what the blocks tell beside them.
struct Candidates {
    pairs: Vec<Pair>,
    crowd: Crowd,
    hot_bsns: BTreeSet<u32>,
    blocks: Vec<BlockReport>,
}

fn candidates(units: &Units, chosen: &[String], seed: Digest) -> Result<Candidates, LinkError> {
    let mut pairs = Vec::new();
    let mut crowd = Crowd::new(units.len());
    let mut hot_bsns = BTreeSet::new();
    let mut blocks = Vec::new();
    for rule in block::RULES.iter().filter(|rule| chosen.iter().any(|name| rule.name == name)) {
        let blocked = rule.block(units, seed)?;
        let groups = blocked.groups()?;
        match rule.tells {
            Tells::Pairs => {}
            Tells::Numbers => hot_bsns.extend(groups.1.iter().map(|group| units.features[group[0] as usize].bsn)),
            Tells::Places => crowd.mark_places(units, &groups),
            Tells::Names => crowd.mark_names(units, &groups),
        }
        block::add_pairs(&groups.0, &mut pairs);
        blocks.push(blocked.report()?);
    }
    pairs.par_sort_unstable();
    pairs.dedup();
    Ok(Candidates { pairs, crowd, hot_bsns, blocks })
}
