//! What the vendor does with each piece, and how it writes.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// What became of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Printed, inserted, posted.
    Posted,
    /// The first copy was spoilt, the second was posted.
    Reprinted,
    /// Posted, and counted twice: the printer was restarted.
    Doubled,
    /// Posted, and came back for this reason.
    Returned(&'static str),
    /// Spoilt, and not printed again yet.
    Spoilt,
    /// Destroyed because of a stop.
    Destroyed,
    /// Printed, perhaps, and never reported again.
    Lost,
}

/// Reasons, in the words of docs/vendor.md, and one that is not there.
const REASONS: [&str; 7] =
    ["moved", "unknown", "refused", "deceased", "incomplete", "damaged", "verhuisd"];

/// How a vendor is.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// Of a thousand pieces: spoilt, doubled, lost, returned.
    pub permille: [u32; 4],
    /// Whether a file in which letters are mixed up is sent before the right one.
    pub mixes_up: bool,
    /// Whether every kind of row has a file of its own.
    pub splits: bool,
    /// How numbers are written: 0 with zeros, 1 bare, 2 as a data frame does.
    pub numbers: u32,
    /// Between columns.
    pub delimiter: char,
    /// Whether lines end with CRLF after a byte order mark, as from a spreadsheet.
    pub is_spreadsheet: bool,
}

impl Habits {
    /// Of some seed.
    pub(super) fn of(chance: &mut ChaCha8Rng) -> Self {
        // A few vendors do nothing wrong.
        let careful = chance.random_range(0..4) == 0;
        let permille = [40, 20, 20, 60]
            .map(|most: u32| if careful { 0 } else { chance.random_range(0..=most) });
        Self {
            permille,
            mixes_up: chance.random_range(0..3) == 0,
            splits: chance.random_range(0..2) == 0,
            numbers: chance.random_range(0..3),
            delimiter: [',', ';', '\t'][chance.random_range(0..3)],
            is_spreadsheet: chance.random_range(0..3) == 0,
        }
    }
}

/// What becomes of each of so many pieces.
pub(super) fn of(
    pieces: usize,
    habits: &Habits,
    stopped: bool,
    chance: &mut ChaCha8Rng,
) -> Vec<Deed> {
    // A stop is heard of when so many have been posted.
    let too_late = if stopped { chance.random_range(0..=pieces) } else { pieces };
    let [spoilt, doubled, lost, returned] = habits.permille;
    let deed = |place: usize| {
        let roll = chance.random_range(0..1000);
        if place >= too_late {
            return if roll < lost { Deed::Lost } else { Deed::Destroyed };
        }
        match roll {
            roll if roll < spoilt / 2 => Deed::Spoilt,
            roll if roll < spoilt => Deed::Reprinted,
            roll if roll < spoilt + doubled => Deed::Doubled,
            roll if roll < spoilt + doubled + lost => Deed::Lost,
            roll if roll < spoilt + doubled + lost + returned => {
                Deed::Returned(REASONS[chance.random_range(0..REASONS.len())])
            }
            _ => Deed::Posted,
        }
    };
    (0..pieces).map(deed).collect()
}
