//! Makes a parameters file from rows: the valid BSN is the free label.
//!
//! m comes from pairs of rows that share a BSN and agree in at least two other fields (so that a
//! wrong number does not teach), u from pairs chosen blindly under a seed and from how common
//! values are. Nothing is fitted in circles, and the thresholds are a human's choice.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::field::keys::Keys;
use crate::field::row::Rows;
use crate::link::LinkError;
use crate::link::block::{self, Tells};
use crate::link::compare::{Agreement, Birth, Bsn, Given, Initials, Place, SexLevel, Surname};
use crate::link::content::AllRows;
use crate::link::digest::Digest;
use crate::link::frequency::Frequencies;
use crate::link::parameters::{
    BirthLevels, GivenLevels, InitialsLevels, Likelihood, Parameters, PlaceLevels, SurnameLevels,
    Two,
};
use crate::link::units::{UnitId, Units};

/// Blind pairs that u is counted from.
const BLIND_PAIRS: usize = 2_000_000;

/// How often each level was seen among pairs that have the field.
#[derive(Default)]
struct Tally {
    bsn: [f64; 2],
    birth: [f64; 5],
    given: [f64; 4],
    initials: [f64; 3],
    surname: [f64; 4],
    place: [f64; 5],
    sex: [f64; 2],
}

/// What was learned.
#[derive(Clone, Debug, PartialEq)]
pub struct Learned {
    /// For a parameters file.
    pub parameters: Parameters,
    /// Pairs of rows with one BSN that it was learned from.
    pub pairs: u64,
}

/// Pairs of rows with one BSN from which anything can be learned.
const FEWEST_PAIRS: u64 = 100;

/// Learns likelihoods from `rows`; thresholds and switches are taken from `before`.
///
/// # Errors
/// [`LinkError::TooFewPairs`] when too few rows have a BSN in common, [`LinkError`] when memory
/// does not suffice.
pub fn train(
    rows: &Rows,
    before: &Parameters,
    version: &str,
    seed: u64,
    keys: &Keys,
) -> Result<Learned, LinkError> {
    let digest = Digest::seeded(keys);
    let mut units = Units::of(AllRows::new(rows), &std::collections::BTreeSet::new(), digest)?;
    let frequencies = Frequencies::of(&units);
    units.texts.set_common(&frequencies.common());
    let (same, pairs) = of_same_number(&units, digest)?;

    if pairs < FEWEST_PAIRS {
        return Err(LinkError::TooFewPairs { pairs, needed: FEWEST_PAIRS });
    }

    let blind = of_blind_pairs(&units, seed);
    #[expect(clippy::cast_precision_loss, reason = "counts of people stay far below 2^52")]
    let people = frequencies.people.max(2) as f64;
    let mut learned = Parameters {
        version: version.to_owned(),
        source: format!(
            "{} rows, seed {seed}",
            rows.exposures.len() + rows.participants.len() + rows.register.len()
        ),
        prior_bits: round(-people.log2()),
        bsn: two(&same.bsn, &blind.bsn),
        birth: birth(&same.birth, &blind.birth),
        given: given(&same.given, &blind.given),
        initials: initials(&same.initials, &blind.initials),
        surname: surname(&same.surname, &blind.surname),
        place: place(&same.place, &blind.place),
        sex: two(&same.sex, &blind.sex),
        ..before.clone()
    };

    // Too rare to be met among blind pairs.
    learned.bsn.equal[1] = round(1.0 / people);
    learned.place.equal[1] = round(frequencies.same_place.max(1.0 / people));
    Ok(Learned { parameters: learned, pairs })
}

fn of_same_number(units: &Units, seed: Digest) -> Result<(Tally, u64), LinkError> {
    let (mut tally, mut pairs) = (Tally::default(), 0);
    for rule in &block::RULES {
        if !matches!(rule.tells, Tells::Numbers | Tells::Places) {
            continue;
        }
        let found = rule
            .block(units, seed)?
            .pairs(units, &[], |(one, other)| Some(agreement(units, one, other)));
        for agreement in found {
            if rule.tells == Tells::Numbers && agreeing(agreement) >= 2 {
                tally.add(Agreement { bsn: Bsn::Missing, ..agreement });
                pairs += 1;
            }
            // Whether numbers agree is learned where everything else does.
            if rule.tells == Tells::Places && agreeing(agreement) == 4 && !agreement.is_clash() {
                tally.add_number(agreement.bsn);
            }
        }
    }

    Ok((tally, pairs))
}

fn of_blind_pairs(units: &Units, seed: u64) -> Tally {
    let mut tally = Tally::default();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let Ok(count) = UnitId::try_from(units.len()) else { return tally };

    if count < 2 {
        return tally;
    }

    for _ in 0..BLIND_PAIRS {
        let (one, other) = (rng.random_range(0..count), rng.random_range(0..count));
        let agreement = agreement(units, one.min(other), one.max(other));
        if one != other && agreement.bsn != Bsn::Equal {
            tally.add(agreement);
            tally.add_number(agreement.bsn);
        }
    }

    tally
}

fn agreement(units: &Units, one: UnitId, other: UnitId) -> Agreement {
    Agreement::of(&units.features[one as usize], &units.features[other as usize], &units.texts)
}

/// Fields other than the BSN that agree.
fn agreeing(agreement: Agreement) -> usize {
    let birth = matches!(agreement.birth, Birth::Equal | Birth::Partial | Birth::Slip);
    let given = matches!(agreement.given, Given::Equal | Given::Part | Given::Close);
    [birth, given, agreement.shares_surname(), agreement.shares_place()]
        .into_iter()
        .filter(|agrees| *agrees)
        .count()
}

impl Agreement {
    fn is_clash(self) -> bool {
        self.sex == SexLevel::Differs || self.initials == Initials::Differs
    }
}

/// Levels in the order of the parameters; a missing field is not counted.
fn place_of<L: PartialEq>(levels: &[L], level: &L) -> Option<usize> {
    levels.iter().position(|known| known == level)
}

impl Tally {
    fn add(&mut self, seen: Agreement) {
        let count = |counts: &mut [f64], place: Option<usize>| {
            if let Some(place) = place {
                counts[place] += 1.0;
            }
        };

        let births = [Birth::Equal, Birth::Partial, Birth::Slip, Birth::Decade, Birth::Differs];
        count(&mut self.birth, place_of(&births, &seen.birth));
        let givens = [Given::Equal, Given::Close, Given::Swapped, Given::Differs];
        let given = match seen.given {
            Given::Alike => Given::Close,
            Given::Part => Given::Equal,
            level => level,
        };

        count(&mut self.given, place_of(&givens, &given));
        count(
            &mut self.initials,
            place_of(&[Initials::Equal, Initials::Prefix, Initials::Differs], &seen.initials),
        );

        let surnames = [Surname::Equal, Surname::Shared, Surname::Close, Surname::Differs];
        count(
            &mut self.surname,
            place_of(&surnames, &seen.surname).filter(|_| seen.given != Given::Swapped),
        );

        let places = [Place::Equal, Place::Suffix, Place::Near, Place::Area, Place::Differs];
        count(&mut self.place, place_of(&places, &seen.place));
        count(&mut self.sex, place_of(&[SexLevel::Equal, SexLevel::Differs], &seen.sex));
    }

    fn add_number(&mut self, seen: Bsn) {
        if let Some(place) = place_of(&[Bsn::Equal, Bsn::Differs], &seen) {
            self.bsn[place] += 1.0;
        }
    }
}

/// Shares of the levels; a level that was never seen counts as half seen.
#[expect(clippy::cast_precision_loss, reason = "a field has a handful of levels")]
fn likelihoods<const N: usize>(same: &[f64; N], blind: &[f64; N]) -> [Likelihood; N] {
    let share = |counts: &[f64; N], place: usize| {
        (counts[place] + 0.5) / (counts.iter().sum::<f64>() + 0.5 * N as f64)
    };
    std::array::from_fn(|place| [round(share(same, place)), round(share(blind, place))])
}

/// Three significant digits: more would pretend to know better.
fn round(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

fn two(same: &[f64; 2], blind: &[f64; 2]) -> Two {
    let [equal, differs] = likelihoods(same, blind);
    Two { equal, differs }
}

fn birth(same: &[f64; 5], blind: &[f64; 5]) -> BirthLevels {
    let [equal, partial, slip, decade, differs] = likelihoods(same, blind);
    BirthLevels { equal, partial, slip, decade, differs }
}

fn given(same: &[f64; 4], blind: &[f64; 4]) -> GivenLevels {
    let [equal, close, swapped, differs] = likelihoods(same, blind);
    GivenLevels { equal, close, swapped, differs }
}

fn initials(same: &[f64; 3], blind: &[f64; 3]) -> InitialsLevels {
    let [equal, prefix, differs] = likelihoods(same, blind);
    InitialsLevels { equal, prefix, differs }
}

fn surname(same: &[f64; 4], blind: &[f64; 4]) -> SurnameLevels {
    let [equal, shared, close, differs] = likelihoods(same, blind);
    SurnameLevels { equal, shared, close, differs }
}

fn place(same: &[f64; 5], blind: &[f64; 5]) -> PlaceLevels {
    let [equal, suffix, near, area, differs] = likelihoods(same, blind);
    PlaceLevels { equal, suffix, near, area, differs }
}
