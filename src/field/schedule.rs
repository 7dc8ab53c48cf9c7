//! The waves in which first letters leave: which night, and whose turn it is.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The nights on which first letters are planned. It names nobody: the turn of a household is a
/// keyed number, the same from night to night, and a wave takes all turns up to one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// The night that made it.
    pub made_on: Date,
    /// Of the settings that it was made with, lower-case hex SHA-256.
    pub settings: String,
    /// By date; later waves have higher turns, and the last one takes everybody who is left.
    pub waves: Vec<Wave>,
}

/// One wave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wave {
    /// From 1, counted over the whole campaign.
    pub number: u32,
    /// The night on which it is planned: the date of its letters.
    pub on: Date,
    /// The last turn in it.
    pub up_to: u32,
    /// Letters that it was made for.
    pub letters: u64,
}

impl Schedule {
    /// The wave of somebody with this turn who is written to on `from` or later: their own, or the
    /// next one where that is over. `None`: every wave is over.
    #[must_use]
    pub fn wave_of(&self, turn: u32, from: Date) -> Option<&Wave> {
        self.waves.iter().find(|wave| wave.on >= from && turn <= wave.up_to)
    }

    /// The wave of this night.
    #[must_use]
    pub fn on(&self, night: Date) -> Option<&Wave> {
        self.waves.iter().find(|wave| wave.on == night)
    }
}
