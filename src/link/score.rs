//! How much the agreement of two units speaks for one person: Fellegi-Sunter, in hundredths of a
//! bit.

use std::collections::HashMap;

use crate::link::compare::{
    Agreement, Birth, Bsn, FIELDS, Given, Initials, Place, SexLevel, Surname,
};
use crate::link::features::Features;
use crate::link::frequency::Frequencies;
use crate::link::parameters::{Likelihood, Parameters};
use crate::link::strings::TextId;

/// Hundredths of a bit: whole numbers, so that sums are the same in any order.
pub(super) type Score = i32;

/// One weight per field, in the order of the fields of [`Agreement`].
pub(super) type Weights = [Score; 7];

/// Twins often share an initial that one in nine people has, and hardly ever one that fewer than
/// one in twenty has.
const COMMON_INITIAL: f64 = 0.11;
const RARE_INITIAL: f64 = 0.05;

/// Everything that a score needs, looked up once per run.
pub(super) struct Scorer {
    parameters: Parameters,
    prior: Score,
    given: Vec<Score>,
    surname: Vec<Score>,
    birth: HashMap<u32, Score>,
    common_initials: [bool; 32],
    rare_initials: [bool; 32],
    /// From here on two units are one person.
    pub merge: Score,
    /// From here on a human is asked.
    pub review: Score,
}

impl Scorer {
    pub(super) fn new(parameters: &Parameters, frequencies: &Frequencies) -> Self {
        let rarest = parameters.rarest;
        let weigh = |m: f64, share: f64| bits((m / share.max(rarest)).log2());
        Self {
            prior: bits(parameters.prior_bits),
            given: frequencies
                .given
                .iter()
                .map(|share| weigh(parameters.given.equal[0], *share))
                .collect(),
            surname: frequencies.surname.iter().map(|share| weigh(1.0, *share)).collect(),
            birth: by_date(&frequencies.birth, |share| weigh(parameters.birth.equal[0], share)),
            common_initials: frequencies.initials.map(|share| share >= COMMON_INITIAL),
            rare_initials: frequencies
                .initials
                .map(|share| frequencies.cut_initials && share > 0.0 && share < RARE_INITIAL),
            merge: bits(parameters.merge_bits),
            review: bits(parameters.review_bits),
            parameters: parameters.clone(),
        }
    }

    /// The sum of the weights and of what is known beforehand.
    pub(super) fn score(&self, agreement: Agreement, one: &Features, other: &Features) -> Score {
        self.weights(agreement, one, other).iter().sum::<Score>() + self.prior
    }

    /// Whether nothing but one initial stands for the given names, and twins often share it.
    pub(super) fn is_common_initial(&self, row: &Features) -> bool {
        row.initials.len() == 1 && self.common_initials[row.initials.first() as usize]
    }

    /// Whether so few have the initial that twins hardly ever share it, in lists that often cut
    /// initials to the first.
    pub(super) fn is_rare_initial(&self, row: &Features) -> bool {
        self.rare_initials[row.initials.first() as usize]
    }

    /// What is known before two rows are looked at.
    pub(super) const fn prior(&self) -> Score {
        self.prior
    }

    /// The evidence for a human: fields, levels and weights in bits, never values.
    pub(super) fn describe(
        &self,
        agreement: Agreement,
        one: &Features,
        other: &Features,
    ) -> String {
        let weights = self.weights(agreement, one, other);
        let mut words: Vec<String> = FIELDS
            .iter()
            .zip(agreement.levels())
            .zip(weights)
            .map(|((field, level), weight)| match weight {
                0 => format!("{field}: {level}"),
                _ => format!("{field}: {level} ({:+.1})", in_bits(weight)),
            })
            .collect();

        words.push(format!(
            "score: {:+.1} bits",
            in_bits(weights.iter().sum::<Score>() + self.prior)
        ));

        words.join("; ")
    }

    /// What each field says. A field that a row lacks says nothing.
    pub(super) fn weights(
        &self,
        agreement: Agreement,
        one: &Features,
        other: &Features,
    ) -> Weights {
        let known = &self.parameters;
        [
            match agreement.bsn {
                Bsn::Missing => 0,
                Bsn::Equal => weight(known.bsn.equal),
                Bsn::Differs => weight(known.bsn.differs),
            },
            match agreement.birth {
                Birth::Missing => 0,
                Birth::Equal => {
                    self.birth.get(&one.birth).copied().unwrap_or(weight(known.birth.equal))
                }
                Birth::Partial => weight(known.birth.partial),
                Birth::Slip => weight(known.birth.slip),
                Birth::Decade => weight(known.birth.decade),
                Birth::Differs => weight(known.birth.differs),
            },
            match agreement.given {
                Given::Missing | Given::Unnamed => 0,
                Given::Equal | Given::Part => {
                    self.given[one.first as usize].min(self.given[other.first as usize])
                }
                Given::Close | Given::Alike => weight(known.given.close),
                Given::Swapped => weight(known.given.swapped),
                Given::Differs => weight(known.given.differs),
            },
            self.initials(agreement),
            self.surname(agreement, one, other),
            match agreement.place {
                Place::Missing => 0,
                Place::Equal => weight(known.place.equal),
                Place::Suffix => weight(known.place.suffix),
                Place::Near => weight(known.place.near),
                Place::Area => weight(known.place.area),
                Place::Differs => weight(known.place.differs),
            },
            match agreement.sex {
                SexLevel::Missing => 0,
                SexLevel::Equal => weight(known.sex.equal),
                SexLevel::Differs => weight(known.sex.differs),
            },
        ]
    }

    /// Initials follow from given names: they speak only where a given name is missing.
    fn initials(&self, agreement: Agreement) -> Score {
        let known = &self.parameters.initials;
        match agreement.initials {
            _ if agreement.given != Given::Missing => 0,
            Initials::Missing => 0,
            Initials::Equal => weight(known.equal),
            Initials::Prefix => weight(known.prefix),
            Initials::Differs => weight(known.differs),
        }
    }

    fn surname(&self, agreement: Agreement, one: &Features, other: &Features) -> Score {
        let known = &self.parameters.surname;
        let rarest = || {
            one.parts()
                .filter(|part| other.parts().any(|own| own == *part))
                .map(|part| self.part(part))
                .max()
        };

        match agreement.surname {
            // A swapped name is weighed once, as given name.
            _ if agreement.given == Given::Swapped => 0,
            Surname::Missing => 0,
            Surname::Equal => rarest().map_or(0, |share| share + bits(known.equal[0].log2())),
            Surname::Shared => rarest().map_or(0, |share| share + bits(known.shared[0].log2())),
            Surname::Close => weight(known.close),
            Surname::Differs => weight(known.differs),
        }
    }

    fn part(&self, part: TextId) -> Score {
        self.surname[part as usize]
    }
}

/// For people: bits with their fraction.
pub(super) fn in_bits(score: Score) -> f64 {
    f64::from(score) / 100.0
}

fn weight([m, u]: Likelihood) -> Score {
    bits((m / u).log2())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "weights are a few thousand hundredths of a bit"
)]
fn bits(bits: f64) -> Score {
    (bits * 100.0).round() as Score
}

#[expect(
    clippy::iter_over_hash_type,
    reason = "one map is made of another, nothing depends on the order"
)]
fn by_date(shares: &HashMap<u32, f64>, weigh: impl Fn(f64) -> Score) -> HashMap<u32, Score> {
    let mut weights = HashMap::with_capacity(shares.len());
    for (birth, share) in shares {
        weights.insert(*birth, weigh(*share));
    }
    weights
}
