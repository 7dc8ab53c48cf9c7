//! How people were found: by which parameters, in blocks of which size, and what told people turned
//! out to be.

use serde::{Deserialize, Serialize};

use crate::config::LinkProfile;
use crate::field::ids::RowRef;
use crate::field::row::Input;
use crate::link::{BlockReport, LinkTerms, Linked};

/// `link` in `report.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkReport {
    /// Version of the parameters.
    pub parameters: String,
    /// How careful linking was.
    pub profile: LinkProfile,
    /// Pairs that humans have decided.
    pub decisions: u64,
    /// Pairs that fit each other, but not everybody else in their cluster.
    pub refused_edges: u64,
    /// Told people who are one with somebody else who was told.
    pub merges: u64,
    /// People split off from somebody who was told, and not told themselves so far.
    pub splits: u64,
    /// Rows that were compared because they share a key.
    pub blocks: Vec<BlockSizes>,
}

impl Default for LinkReport {
    fn default() -> Self {
        Self {
            parameters: String::new(),
            profile: LinkProfile::Default,
            decisions: 0,
            refused_edges: 0,
            merges: 0,
            splits: 0,
            blocks: Vec::new(),
        }
    }
}

/// The blocks of one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockSizes {
    /// What the rows of a block have in common.
    pub key: String,
    /// Blocks of at least two rows that differ.
    pub blocks: u64,
    /// Pairs in blocks that were compared.
    pub pairs: u64,
    /// Rows that differ in the largest block.
    pub largest: u64,
    /// Blocks of more rows than this are not compared: nobody in them is told apart.
    pub cap: u64,
    /// How many blocks were too large.
    pub hot_blocks: u64,
    /// The largest of them: how many rows, and one of the rows, `file:row`.
    pub hot: Vec<(u64, String)>,
}

impl LinkReport {
    /// What linking says about itself; merges and splits are known later.
    #[must_use]
    pub fn new(inputs: &[Input], terms: &LinkTerms<'_>, linked: &Linked<'_>) -> Self {
        Self {
            parameters: terms.parameters.version.clone(),
            profile: terms.rules.profile,
            decisions: linked.decisions as u64,
            refused_edges: linked.refused_edges as u64,
            blocks: linked.blocks.iter().map(|block| sizes(inputs, block)).collect(),
            ..Self::default()
        }
    }
}

fn sizes(inputs: &[Input], block: &BlockReport) -> BlockSizes {
    let place = |row: RowRef| format!("{}:{}", inputs[usize::from(row.file)].file, row.row);
    BlockSizes {
        key: block.rule.to_owned(),
        blocks: block.blocks as u64,
        pairs: block.pairs,
        largest: block.largest as u64,
        cap: block.cap as u64,
        hot_blocks: block.hot_blocks as u64,
        hot: block.hot.iter().map(|hot| (hot.units as u64, place(hot.row))).collect(),
    }
}
