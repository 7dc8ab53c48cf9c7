//! How common names and birth dates are among distinct people, so that two Jansens weigh less than
//! two Quintelijers.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::link::features::Features;
use crate::link::strings::TextId;
use crate::link::units::Units;

/// A given name is common, and not somebody's typo, from this share and this number of people on.
const COMMON_SHARE: f64 = 0.0002;
const COMMON_PEOPLE: f64 = 20.0;

/// Among fewer people than these nobody can tell which initials are common.
const FEWEST_PEOPLE: usize = 1_000;

/// Of pairs of rows of one number, so many must have initials cut to one letter in one of the two,
/// before such pairs without a number are taken for what they are there.
const CUT_SHARE: f64 = 0.05;
const CUT_PAIRS: usize = 50;

/// Shares of distinct people, by value.
pub(crate) struct Frequencies {
    /// Share by first given name.
    pub given: Vec<f64>,
    /// Share by surname part.
    pub surname: Vec<f64>,
    /// Share by packed birth date.
    pub birth: HashMap<u32, f64>,
    /// Share by code of the first initial; nothing is known among few people.
    pub initials: [f64; 32],
    /// Rows that share a BSN show that these lists often cut initials to the first.
    pub cut_initials: bool,
    /// Probability that two different people live at one address.
    pub same_place: f64,
    /// Distinct people, about.
    pub people: usize,
}

impl Frequencies {
    /// Counts. A person of many rows counts once: rows of one name and birth date are taken as one
    /// person, rows of one birth date and surname as one birthday.
    pub(crate) fn of(units: &Units) -> Self {
        let features = &units.features;
        let named = distinct(features.iter().map(|row| (row.first, row.birth)));
        let surnamed =
            distinct(features.iter().flat_map(|row| row.parts().map(|part| (part, row.birth))));
        let mut born = distinct(features.iter().map(|row| (row.birth, row.surname[0])));
        born.retain(|(birth, _)| *birth != 0);

        let mut birth = HashMap::new();
        for days in born.chunk_by(|one, other| one.0 == other.0) {
            birth.insert(days[0].0, share(days.len(), born.len()));
        }

        let homes = homes(units);
        let texts = units.texts.len();
        Self {
            given: shares(&named, texts),
            surname: shares(&surnamed, texts),
            birth,
            initials: initials(features, born.len()),
            cut_initials: cuts_initials(features),
            same_place: homes,
            people: born.len(),
        }
    }

    /// Which given names many people bear.
    #[expect(clippy::cast_precision_loss, reason = "counts of people stay far below 2^52")]
    pub(crate) fn common(&self) -> Vec<bool> {
        let least = COMMON_SHARE.max(COMMON_PEOPLE / self.people.max(1) as f64);
        self.given.iter().map(|share| *share >= least).collect()
    }
}

fn initials(features: &[Features], people: usize) -> [f64; 32] {
    if people < FEWEST_PEOPLE {
        return [0.0; 32];
    }

    let pairs = distinct(features.iter().map(|row| (row.initials.first(), row.birth)));
    let mut counts = [0_usize; 32];
    for (letter, _) in pairs.iter().filter(|(letter, _)| *letter != 0) {
        counts[*letter as usize] += 1;
    }

    let all = counts.iter().sum();
    counts.map(|count| share(count, all))
}

/// Looks at neighbours only: a number that everybody uses costs no more than others.
fn cuts_initials(features: &[Features]) -> bool {
    let mut known: Vec<(u32, u32, usize)> = (features.iter().zip(0..))
        .filter(|(row, _)| row.bsn != 0 && row.birth != 0 && row.initials.len() > 0)
        .map(|(row, place)| (row.bsn, row.birth, place))
        .collect();

    known.par_sort_unstable();

    let (mut all, mut cut) = (0_usize, 0_usize);
    for pair in known.windows(2).filter(|pair| (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1)) {
        let (one, other) = (&features[pair[0].2], &features[pair[1].2]);
        let shorter = one.initials.len().min(other.initials.len());
        let agree = one.initials.prefix(shorter) == other.initials.prefix(shorter);
        if agree && (one.first == 0 || other.first == 0) {
            all += 1;
            cut += usize::from(shorter == 1 && one.initials != other.initials);
        }
    }

    cut >= CUT_PAIRS && share(cut, all) >= CUT_SHARE
}

fn distinct(pairs: impl Iterator<Item = (u32, u32)>) -> Vec<(u32, u32)> {
    let mut pairs: Vec<(u32, u32)> = pairs.collect();
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows stay far below 2^52")]
fn share(count: usize, all: usize) -> f64 {
    count as f64 / all.max(1) as f64
}

fn shares(pairs: &[(TextId, u32)], texts: usize) -> Vec<f64> {
    let mut counts = vec![0_usize; texts];
    for (text, _) in pairs.iter().filter(|(text, _)| *text != 0) {
        counts[*text as usize] += 1;
    }
    let all = counts.iter().sum();
    counts.into_iter().map(|count| share(count, all)).collect()
}

fn homes(units: &Units) -> f64 {
    let mut homes: Vec<(u64, u32)> = units
        .features
        .iter()
        .filter(|row| row.place != 0)
        .map(|row| (row.place, row.birth))
        .collect();

    homes.par_sort_unstable();
    homes.dedup();
    let all = homes.len();

    homes.chunk_by(|one, other| one.0 == other.0).map(|home| share(home.len(), all).powi(2)).sum()
}
