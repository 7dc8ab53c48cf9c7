//! Which units are compared at all: those that share a key. Blocks that are too large are listed,
//! never dropped in silence, and what is in them is treated as not to be told apart. Pairs are made
//! block by block and never kept.

use std::collections::HashSet;

use rayon::prelude::*;

use crate::field::ids::RowRef;
use crate::link::digest::Digest;
use crate::link::features::Features;
use crate::link::frames::Blocks;
use crate::link::units::{UnitId, Units};
use crate::link::{LinkError, birth};

/// One way to find candidates: units that share a key are compared.
pub(crate) struct BlockRule {
    /// What the units of a block have in common.
    pub name: &'static str,
    /// Blocks of more units than this are not compared.
    pub cap: usize,
    /// What else it tells.
    pub tells: Tells,
    /// The keys of a unit; none = the rule says nothing about it.
    keys: fn(&Features, Digest) -> BlockKeys,
}

/// What a block can tell beside its pairs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tells {
    /// Nothing.
    Pairs,
    /// A block too large to compare is a number that everybody uses.
    Numbers,
    /// Who lives at one address with one birth date.
    Places,
    /// Who has one name and birth date.
    Names,
}

/// The keys of one unit under one rule: one, or one for each surname part. No key is 0.
#[derive(Clone, Copy, Default)]
struct BlockKeys([u64; 4]);

impl BlockKeys {
    fn one(key: Digest) -> Self {
        Self([key.finish().max(1), 0, 0, 0])
    }

    fn each(from: Digest, parts: [u32; 4]) -> Self {
        Self(
            parts.map(
                |part| if part == 0 { 0 } else { from.number(u64::from(part)).finish().max(1) },
            ),
        )
    }

    fn iter(self) -> impl Iterator<Item = u64> {
        self.0.into_iter().filter(|key| *key != 0)
    }
}

/// No block of more units than this is compared, whatever its rule: what a row costs is bounded by
/// it.
pub(crate) const LARGEST_CAP: usize = 200;

/// Every way to find candidates.
pub(crate) static RULES: [BlockRule; 6] = [
    BlockRule { name: "bsn", cap: 64, tells: Tells::Numbers, keys: bsn_keys },
    BlockRule {
        name: "birth date + address",
        cap: 64,
        tells: Tells::Places,
        keys: birth_place_keys,
    },
    BlockRule {
        name: "birth date + surname",
        cap: LARGEST_CAP,
        tells: Tells::Names,
        keys: birth_surname_keys,
    },
    BlockRule {
        name: "birth date + given name",
        cap: LARGEST_CAP,
        tells: Tells::Pairs,
        keys: birth_given_keys,
    },
    BlockRule { name: "address + surname", cap: 64, tells: Tells::Pairs, keys: place_surname_keys },
    BlockRule {
        name: "full name + birth year",
        cap: 64,
        tells: Tells::Pairs,
        keys: name_year_keys,
    },
];

/// The rules of these names, in the order of [`RULES`].
pub(crate) fn chosen(names: &[String]) -> impl Iterator<Item = &'static BlockRule> {
    RULES.iter().filter(|rule| names.iter().any(|name| rule.name == name))
}

/// What is wrong with a choice of rules, if anything: guards look into the blocks of three of them.
pub(crate) fn problem(chosen: &[String], guarded: bool) -> Option<&'static str> {
    if chosen.iter().any(|name| RULES.iter().all(|rule| rule.name != name)) {
        return Some("names a block that does not exist");
    }
    let missing = |rule: &BlockRule| {
        rule.tells != Tells::Pairs && chosen.iter().all(|name| rule.name != name)
    };
    (guarded && RULES.iter().any(missing)).then_some("leaves out a block that a guard looks into")
}

/// A pair of units, the lower number first.
pub(crate) type Pair = (UnitId, UnitId);

/// What one rule found.
pub(crate) struct Blocked {
    rule: &'static BlockRule,
    seed: Digest,
    blocks: Blocks,
    /// Keys of the blocks that are too large to compare.
    hot: HashSet<u64>,
}

/// Sizes of the blocks of one rule, for the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockReport {
    /// What the rows of a block have in common.
    pub rule: &'static str,
    /// Blocks of at least two units.
    pub blocks: usize,
    /// Pairs in blocks that were compared.
    pub pairs: u64,
    /// Units in the largest block.
    pub largest: usize,
    /// Blocks of more units than this are not compared.
    pub cap: usize,
    /// Blocks that were too large to compare.
    pub hot_blocks: usize,
    /// The largest of them, largest first.
    pub hot: Vec<HotBlock>,
}

/// A block that was too large to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HotBlock {
    /// Its units.
    pub units: usize,
    /// One of its rows, to look at.
    pub row: RowRef,
}

/// Hot blocks that are listed for each rule at most.
const LISTED: usize = 20;

impl BlockRule {
    /// Puts the units into blocks.
    ///
    /// # Errors
    /// [`LinkError::Frame`] when the frame cannot be made.
    pub(crate) fn block(&'static self, units: &Units, seed: Digest) -> Result<Blocked, LinkError> {
        let mut keys = Vec::new();
        let mut ids = Vec::new();
        for (features, unit) in units.features.iter().zip(0..) {
            let own = (self.keys)(features, seed);
            for (place, key) in own.0.iter().enumerate().filter(|(_, key)| **key != 0) {
                if !own.0[..place].contains(key) {
                    keys.push(*key);
                    ids.push(unit);
                }
            }
        }

        let blocks = Blocks::of(keys, ids)?;
        let hot = (0..blocks.len())
            .map(|place| blocks.get(place))
            .filter(|(_, units)| units.len() > self.cap);
        Ok(Blocked { rule: self, seed, hot: hot.map(|(key, _)| key).collect(), blocks })
    }

    /// Whether two units have a key in common.
    pub(crate) fn is_shared(&self, one: &Features, other: &Features) -> bool {
        let seed = Digest::plain();
        let theirs = (self.keys)(other, seed).0;
        (self.keys)(one, seed).iter().any(|key| theirs.contains(&key))
    }
}

impl Blocked {
    /// Blocks that are compared, with their keys, in order of key.
    pub(crate) fn cool(&self) -> impl ParallelIterator<Item = (u64, &[UnitId])> {
        let blocks = (0..self.blocks.len()).into_par_iter().map(|place| self.blocks.get(place));
        blocks.filter(|(_, units)| units.len() <= self.rule.cap)
    }

    /// Blocks that are too large to compare.
    pub(crate) fn hot(&self) -> impl Iterator<Item = &[UnitId]> {
        let blocks = (0..self.blocks.len()).map(|place| self.blocks.get(place).1);
        blocks.filter(|units| units.len() > self.rule.cap)
    }

    /// The lowest key of a compared block that holds both.
    fn first_key(&self, one: &Features, other: &Features) -> Option<u64> {
        let theirs = (self.rule.keys)(other, self.seed).0;
        let shared = (self.rule.keys)(one, self.seed).iter().filter(|key| theirs.contains(key));
        shared.filter(|key| !self.hot.contains(key)).min()
    }

    /// What `see` makes of every pair of compared blocks, pairs of one block together; each pair
    /// once, and none that a block of an `earlier` rule holds. The pairs themselves are never kept.
    pub(crate) fn pairs<T: Send>(
        &self,
        units: &Units,
        earlier: &[Self],
        see: impl Fn(Pair) -> Option<T> + Sync,
    ) -> Vec<T> {
        let see = &see;
        let is_first = |key: u64, one: UnitId, other: UnitId| {
            let (one, other) = (&units.features[one as usize], &units.features[other as usize]);
            self.first_key(one, other) == Some(key)
                && earlier.iter().all(|blocked| blocked.first_key(one, other).is_none())
        };

        self.cool()
            .flat_map_iter(|(key, group)| {
                let others = move |place: usize| {
                    group[place + 1..].iter().map(move |other| (group[place], *other))
                };
                (0..group.len())
                    .flat_map(others)
                    .filter(move |pair| is_first(key, pair.0, pair.1))
                    .filter_map(see)
            })
            .collect()
    }

    /// Sizes, for the report; `row` finds a row of a unit.
    pub(crate) fn report(&self, row: impl Fn(UnitId) -> RowRef) -> BlockReport {
        let mut hot: Vec<HotBlock> =
            self.hot().map(|block| HotBlock { units: block.len(), row: row(block[0]) }).collect();
        hot.sort_unstable_by_key(|block| (std::cmp::Reverse(block.units), block.row));
        let hot_blocks = hot.len();
        hot.truncate(LISTED);
        let largest = hot
            .first()
            .map(|block| block.units)
            .or(self.cool().map(|(_, group)| group.len()).max());

        BlockReport {
            rule: self.rule.name,
            blocks: self.blocks.len(),
            pairs: self.cool().map(|(_, group)| (group.len() * (group.len() - 1) / 2) as u64).sum(),
            largest: largest.unwrap_or(0),
            cap: self.rule.cap,
            hot_blocks,
            hot,
        }
    }
}

fn bsn_keys(features: &Features, seed: Digest) -> BlockKeys {
    if features.bsn == 0 {
        BlockKeys::default()
    } else {
        BlockKeys::one(seed.number(u64::from(features.bsn)))
    }
}

fn birth_place_keys(features: &Features, seed: Digest) -> BlockKeys {
    if features.place == 0 || !birth::is_full(features.birth) {
        return BlockKeys::default();
    }
    BlockKeys::one(seed.number(u64::from(features.birth)).number(features.place))
}

fn birth_surname_keys(features: &Features, seed: Digest) -> BlockKeys {
    if !birth::is_full(features.birth) {
        return BlockKeys::default();
    }
    BlockKeys::each(seed.number(u64::from(features.birth)), features.surname)
}

fn birth_given_keys(features: &Features, seed: Digest) -> BlockKeys {
    if !birth::is_full(features.birth) || features.first == 0 {
        return BlockKeys::default();
    }
    BlockKeys::one(seed.number(u64::from(features.birth)).number(u64::from(features.first)))
}

fn place_surname_keys(features: &Features, seed: Digest) -> BlockKeys {
    if features.place == 0 {
        return BlockKeys::default();
    }
    BlockKeys::each(seed.number(features.place), features.surname)
}

/// For birth dates with a slip: the year stands for the date.
fn name_year_keys(features: &Features, seed: Digest) -> BlockKeys {
    if features.birth == 0 || features.first == 0 {
        return BlockKeys::default();
    }
    let known = seed.number(u64::from(features.birth / 10_000)).number(u64::from(features.first));
    BlockKeys::each(known, features.surname)
}
