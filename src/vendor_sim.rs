//! A print vendor for tests and rehearsals: opens a package with stock `age` and `unzip`, prints
//! nothing, and reports as vendors do, mistakes included. The same seed does the same.
//!
//! It knows a package as a vendor knows it, from docs/vendor.md, and uses nothing of the code that
//! makes packages or takes receipts: what the two disagree on is a mistake in one of them.

mod deeds;
mod fetched;
mod paper;

use jiff::civil::Date;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

pub use deeds::{Deed, Habits};
pub use fetched::{FetchedJob, Piece, SimError};

/// A file that the vendor sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether places and letters are mixed up in it: it has to be refused.
    pub is_mixed: bool,
}

/// What the vendor did and says about one job.
#[derive(Clone, Debug)]
pub struct Shift {
    /// In the order in which they are sent.
    pub sent: Vec<Sent>,
    /// What really became of each piece, in the order of the manifest.
    pub deeds: Vec<Deed>,
}

/// What became of a job, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Truth {
    /// All pieces.
    pub pieces: u64,
    /// Posted, and not returned.
    pub posted: u64,
    /// Came back.
    pub returned: u64,
    /// Spoilt, and not printed again.
    pub spoilt: u64,
    /// Destroyed because of a stop.
    pub destroyed: u64,
    /// Nobody knows.
    pub lost: u64,
    /// Posted, and reported twice in one file.
    pub doubled: u64,
}

impl Shift {
    /// The numbers.
    #[must_use]
    pub fn truth(&self) -> Truth {
        let mut truth = Truth { pieces: self.deeds.len() as u64, ..Truth::default() };
        for deed in &self.deeds {
            match deed {
                Deed::Posted | Deed::Reprinted => truth.posted += 1,
                Deed::Doubled => {
                    truth.posted += 1;
                    truth.doubled += 1;
                }
                Deed::Returned(_) => truth.returned += 1,
                Deed::Spoilt => truth.spoilt += 1,
                Deed::Destroyed => truth.destroyed += 1,
                Deed::Lost => truth.lost += 1,
            }
        }
        truth
    }
}

/// Works off a job whose letters are dated `made_on`. With `stopped` the vendor has heard of a stop
/// of the whole job, as late as the seed has it.
#[must_use]
pub fn work(fetched: &FetchedJob, seed: u64, made_on: Date, stopped: bool) -> Shift {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let habits = Habits::of(&mut chance);
    let deeds = deeds::of(fetched.pieces.len(), &habits, stopped, &mut chance);
    let sent = paper::report(fetched, &deeds, &habits, made_on, stopped, &mut chance);
    Shift { sent, deeds }
}
