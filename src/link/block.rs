//! Which units are compared at all: those that share a key. Blocks that are too large are listed, never dropped in
//! silence, and what stands in them is treated as not to be told apart.

use crate::link::LinkError;
use crate::link::birth;
use crate::link::digest::Digest;
use crate::link::features::Features;
use crate::link::frames::Blocks;
use crate::link::units::{UnitId, Units};

/// One way to find candidates: units that share a key are compared.
pub(super) struct BlockRule {
    /// What the units of a block have in common.
    pub name: &'static str,
    /// Blocks of more units than this are not compared.
    pub cap: usize,
    /// What else it tells.
    pub tells: Tells,
    /// The keys of a unit; none = the rule says nothing about it.
    keys: fn(&Features, Digest, &mut Vec<u64>),
}

/// What a block can tell beside its pairs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tells {
    /// Nothing.
    Pairs,
    /// A block too large to compare is a number that everybody uses.
    Numbers,
    /// Who lives at one address with one birth date.
    Places,
    /// Who has one name and birth date.
    Names,
}

/// Every way to find candidates.
pub(super) static RULES: [BlockRule; 6] = [
    BlockRule { name: "bsn", cap: 64, tells: Tells::Numbers, keys: bsn_keys },
    BlockRule { name: "birth date + address", cap: 64, tells: Tells::Places, keys: birth_place_keys },
    BlockRule { name: "birth date + surname", cap: 200, tells: Tells::Names, keys: birth_surname_keys },
    BlockRule { name: "birth date + given name", cap: 200, tells: Tells::Pairs, keys: birth_given_keys },
    BlockRule { name: "address + surname", cap: 64, tells: Tells::Pairs, keys: place_surname_keys },
    BlockRule { name: "full name + birth year", cap: 64, tells: Tells::Pairs, keys: name_year_keys },
];

/// What is wrong with a choice of rules, if anything: guards look into the blocks of three of them.
pub(super) fn problem(chosen: &[String], guarded: bool) -> Option<&'static str> {
    if chosen.iter().any(|name| RULES.iter().all(|rule| rule.name != name)) {
        return Some("names a block that does not exist");
    }
    let missing = |rule: &BlockRule| rule.tells != Tells::Pairs && chosen.iter().all(|name| rule.name != name);
    (guarded && RULES.iter().any(missing)).then_some("leaves out a block that a guard looks into")
}

/// A pair of units, the lower number first.
pub(super) type Pair = (UnitId, UnitId);

/// Blocks that are compared, and blocks that are too large for it.
pub(super) type Groups<'b> = (Vec<&'b [UnitId]>, Vec<&'b [UnitId]>);

/// What one rule found.
pub(super) struct Blocked {
    rule: &'static BlockRule,
    blocks: Blocks,
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
    /// Units of every block that was too large to compare, largest first.
    pub hot: Vec<usize>,
}

impl BlockRule {
    /// Puts the units into blocks.
    ///
    /// # Errors
    /// [`LinkError::Frame`] when the frame cannot be made.
    pub(super) fn block(&'static self, units: &Units, seed: Digest) -> Result<Blocked, LinkError> {
        let mut keys = Vec::new();
        let mut ids = Vec::new();
        let mut own = Vec::new();
        for (features, unit) in units.features.iter().zip(0..) {
            own.clear();
            (self.keys)(features, seed, &mut own);
            own.sort_unstable();
            own.dedup();
            ids.extend(own.iter().map(|_| unit));
            keys.append(&mut own);
        }
        Ok(Blocked { rule: self, blocks: Blocks::of(keys, ids)? })
    }
}

impl Blocked {
    /// Blocks that are compared, and blocks that are too large for it.
    ///
    /// # Errors
    /// [`LinkError::Frame`] when the frame is not what was made.
    pub(super) fn groups(&self) -> Result<Groups<'_>, LinkError> {
        Ok(self.blocks.groups()?.into_iter().partition(|group| group.len() <= self.rule.cap))
    }

    /// Sizes, for the report.
    ///
    /// # Errors
    /// As [`Blocked::groups`].
    pub(super) fn report(&self) -> Result<BlockReport, LinkError> {
        let (cool, hot) = self.groups()?;
        let mut hot: Vec<usize> = hot.iter().map(|group| group.len()).collect();
        hot.sort_unstable_by(|one, other| other.cmp(one));
        let largest = hot.first().copied().or(cool.iter().map(|group| group.len()).max()).unwrap_or(0);
        let pairs = cool.iter().map(|group| (group.len() * (group.len() - 1) / 2) as u64).sum();
        Ok(BlockReport { rule: self.rule.name, blocks: cool.len() + hot.len(), pairs, largest, hot })
    }
}

/// Adds every pair of every group.
pub(super) fn add_pairs(groups: &[&[UnitId]], pairs: &mut Vec<Pair>) {
    for group in groups {
        for (index, one) in group.iter().enumerate() {
            pairs.extend(group[index + 1..].iter().map(|other| (*one, *other)));
        }
    }
}

fn bsn_keys(features: &Features, seed: Digest, keys: &mut Vec<u64>) {
    if features.bsn != 0 {
        keys.push(seed.number(u64::from(features.bsn)).finish());
    }
}

fn birth_place_keys(features: &Features, seed: Digest, keys: &mut Vec<u64>) {
    if features.place != 0 && birth::is_full(features.birth) {
        keys.push(seed.number(u64::from(features.birth)).number(features.place).finish());
    }
}

fn birth_surname_keys(features: &Features, seed: Digest, keys: &mut Vec<u64>) {
    if birth::is_full(features.birth) {
        let birth = seed.number(u64::from(features.birth));
        keys.extend(features.parts().map(|part| birth.number(u64::from(part)).finish()));
    }
}

fn birth_given_keys(features: &Features, seed: Digest, keys: &mut Vec<u64>) {
    if birth::is_full(features.birth) && features.given != 0 {
        keys.push(seed.number(u64::from(features.birth)).number(u64::from(features.given)).finish());
    }
}

fn place_surname_keys(features: &Features, seed: Digest, keys: &mut Vec<u64>) {
    if features.place != 0 {
        let place = seed.number(features.place);
        keys.extend(features.parts().map(|part| place.number(u64::from(part)).finish()));
    }
}

/// For birth dates with a slip: the year stands for the date.
fn name_year_keys(features: &Features, seed: Digest, keys: &mut Vec<u64>) {
    if features.birth != 0 && features.given != 0 {
        let known = seed.number(u64::from(features.birth / 10_000)).number(u64::from(features.given));
        keys.extend(features.parts().map(|part| known.number(u64::from(part)).finish()));
    }
}
