//! From units to verdicts: blocks, guards, frequencies, and every pair judged once.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::config::LinkProfile;
use crate::link::LinkError;
use crate::link::block::{self, BlockReport, Blocked, Pair, Tells};
use crate::link::cluster::Edge;
use crate::link::content::AllRows;
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
    all: AllRows<'_>,
    units: &Units,
    parameters: &Parameters,
    frequencies: &Frequencies,
    profile: LinkProfile,
    seed: Digest,
) -> Result<Found, LinkError> {
    let mut found = Found {
        edges: Vec::new(),
        two_numbers: Vec::new(),
        crowded: Vec::new(),
        maybe: Vec::new(),
        hot_bsns: BTreeSet::new(),
        blocks: Vec::new(),
        crowd: Crowd::new(units.len()),
        scorer: Scorer::new(parameters, frequencies),
    };

    // Who fits two people has to be known before the first pair is judged.
    let mut blocked: Vec<Blocked> = Vec::new();

    for rule in block::chosen(&parameters.blocks) {
        let own = rule.block(units, seed)?;
        found.look_at(all, units, rule.tells, &own);
        blocked.push(own);
    }

    for (place, own) in blocked.iter().enumerate() {
        let judge = Judge {
            units,
            scorer: &found.scorer,
            crowd: &found.crowd,
            profile,
            guarded: parameters.guarded,
        };
        let verdicts = own.pairs(units, &blocked[..place], |pair| match judge.pair(pair) {
            Verdict::Open => None,
            verdict => Some((pair, verdict)),
        });
        found.add(verdicts);
    }

    found.edges.par_sort_unstable_by_key(|edge| (edge.left, edge.right));
    found.two_numbers.par_sort_unstable();
    found.crowded.par_sort_unstable();
    found.maybe.par_sort_unstable();

    Ok(found)
}

impl Found {
    /// What the blocks of a rule tell beside their pairs.
    fn look_at(&mut self, all: AllRows<'_>, units: &Units, tells: Tells, blocked: &Blocked) {
        match tells {
            Tells::Pairs => {}
            Tells::Numbers => self
                .hot_bsns
                .extend(blocked.hot().map(|group| units.features[group[0] as usize].bsn)),
            Tells::Places => self.crowd.mark_places(units, blocked),
            Tells::Names => self.crowd.mark_names(units, blocked),
        }
        self.blocks.push(blocked.report(|unit| all.get(units.rows(unit)[0]).row_ref()));
    }

    fn add(&mut self, verdicts: Vec<(Pair, Verdict)>) {
        for (pair, verdict) in verdicts {
            match verdict {
                Verdict::Join(_, score) => {
                    self.edges.push(Edge { left: pair.0, right: pair.1, score });
                }
                Verdict::TwoNumbers => self.two_numbers.push(pair),
                Verdict::Crowded(_) => self.crowded.push(pair),
                Verdict::Maybe(score) => self.maybe.push((pair, score)),
                Verdict::Open => {}
            }
        }
    }
}
