//! What the scored layer has learned: likelihoods of every level of agreement, kept in a versioned
//! file and never refitted in a run.

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use crate::base::{FileError, durable};
use crate::config::{LONGEST_FILE, LinkRules};
use crate::link::block;

/// Probabilities of one level of agreement, given that both rows have the field: `[m, u]`, m among
/// rows of one person, u among rows of two.
pub type Likelihood = [f64; 2];

/// The content of a parameters file.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Name of this set of parameters; in the report of every run that used it.
    pub version: String,
    /// Where the likelihoods come from.
    pub source: String,
    /// Two distinct rows chosen blindly are one person with this probability, as log2.
    pub prior_bits: f64,
    /// From this score on, two rows are one person.
    pub merge_bits: f64,
    /// From this score on, a human is asked.
    pub review_bits: f64,
    /// Names and dates rarer than this weigh no more than this: a typo is not a rare name.
    pub rarest: f64,
    /// Vetoes, guards and the exact demands on what must agree are in force. Off only for measuring
    /// the score itself.
    pub guarded: bool,
    /// Rows that share one of these are compared, see `block.rs`. More of them find more pairs and
    /// take more time.
    pub blocks: Vec<String>,
    /// BSN.
    pub bsn: Two,
    /// Birth date.
    pub birth: BirthLevels,
    /// Given name.
    pub given: GivenLevels,
    /// Initials, where a given name is missing.
    pub initials: InitialsLevels,
    /// Surname.
    pub surname: SurnameLevels,
    /// Address.
    pub place: PlaceLevels,
    /// Sex.
    pub sex: Two,
}

macro_rules! levels {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $level:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$doc])* pub $level: Likelihood),+ }

        impl $name {
            fn all(&self) -> Vec<Likelihood> {
                vec![$(self.$level),+]
            }
        }
    };
}

levels! {
    /// A field that agrees or does not.
    Two {
        /// Equal.
        equal,
        /// Different.
        differs,
    }
}
levels! {
    /// Levels of birth dates.
    BirthLevels {
        /// Equal; u is replaced by the share of this date.
        equal,
        /// One leaves open what the other says.
        partial,
        /// One slip.
        slip,
        /// One slip of ten years or more.
        decade,
        /// Different.
        differs,
    }
}
levels! {
    /// Levels of given names.
    GivenLevels {
        /// Equal; u is replaced by the share of this name.
        equal,
        /// A typo or a short form.
        close,
        /// Changed places with the surname.
        swapped,
        /// Different.
        differs,
    }
}
levels! {
    /// Levels of initials.
    InitialsLevels {
        /// Equal.
        equal,
        /// One has more of them.
        prefix,
        /// Different.
        differs,
    }
}
levels! {
    /// Levels of surnames.
    SurnameLevels {
        /// All parts equal; u is replaced by the share of the rarest part.
        equal,
        /// A part in common; as above.
        shared,
        /// A part in common up to a typo.
        close,
        /// Different.
        differs,
    }
}
levels! {
    /// Levels of addresses.
    PlaceLevels {
        /// Equal.
        equal,
        /// Another addition.
        suffix,
        /// Two of street, number and postcode.
        near,
        /// The same postcode, or the same street in the same town.
        area,
        /// Different.
        differs,
    }
}

/// Why parameters cannot be used.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum ParametersError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file cannot be used; the source says why.
    #[error("linking parameters `{path}` cannot be used")]
    Unusable { path: Utf8PathBuf, source: Box<ParametersError> },
    /// Not the shape of a parameters file; the source says where.
    #[error("linking parameters are not valid")]
    Parse(#[source] Box<toml::de::Error>),
    /// A number that is not a probability, or thresholds the wrong way round.
    #[error("linking parameters: `{key}` {problem}")]
    Value { key: &'static str, problem: &'static str },
}

impl Parameters {
    /// The parameters that the program carries.
    ///
    /// # Panics
    /// Never: a test reads the file that is built in.
    #[must_use]
    pub fn built_in() -> Self {
        Self::from_toml(include_str!("parameters.toml"))
            .expect("a test reads the built-in parameters")
    }

    /// The parameters of a configuration: those of its file, or the built-in ones.
    ///
    /// # Errors
    /// [`ParametersError`] when the file cannot be read or used.
    pub fn of(rules: &LinkRules) -> Result<Self, ParametersError> {
        let Some(path) = &rules.parameters else { return Ok(Self::built_in()) };
        let text = durable::read_text(path, LONGEST_FILE)
            .map_err(FileError::at("read linking parameters", path))?;
        Self::from_toml(&text).map_err(|source| ParametersError::Unusable {
            path: path.clone(),
            source: Box::new(source),
        })
    }

    /// The file that [`Parameters::from_toml`] reads.
    ///
    /// # Errors
    /// Never for parameters that were read or learned; TOML can express all of them.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }

    /// Reads a parameters file.
    ///
    /// # Errors
    /// [`ParametersError`] when it is not one.
    pub fn from_toml(text: &str) -> Result<Self, ParametersError> {
        let parameters: Self =
            toml::from_str(text).map_err(|source| ParametersError::Parse(Box::new(source)))?;
        parameters.check()?;
        Ok(parameters)
    }

    fn check(&self) -> Result<(), ParametersError> {
        let fields = [
            ("bsn", self.bsn.all()),
            ("birth", self.birth.all()),
            ("given", self.given.all()),
            ("initials", self.initials.all()),
            ("surname", self.surname.all()),
            ("place", self.place.all()),
            ("sex", self.sex.all()),
        ];

        for (key, levels) in fields {
            if levels.iter().flatten().any(|chance| !(*chance > 0.0 && *chance <= 1.0)) {
                return Err(ParametersError::Value {
                    key,
                    problem: "needs probabilities above 0 and at most 1",
                });
            }
        }

        if let Some(problem) = block::problem(&self.blocks, self.guarded) {
            return Err(ParametersError::Value { key: "blocks", problem });
        }

        if !(self.rarest > 0.0 && self.rarest < 1.0) {
            return Err(ParametersError::Value {
                key: "rarest",
                problem: "must be between 0 and 1",
            });
        }

        if self.merge_bits < self.review_bits {
            return Err(ParametersError::Value {
                key: "merge_bits",
                problem: "must not be below review_bits",
            });
        }

        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_parameters_are_valid() {
        assert!(Parameters::built_in().guarded);
    }

    #[test]
    fn a_chance_of_nothing_is_refused() {
        let mut parameters = Parameters::built_in();
        parameters.sex.equal = [0.0, 0.5];
        let text = toml::to_string(&parameters).unwrap();
        assert!(matches!(
            Parameters::from_toml(&text),
            Err(ParametersError::Value { key: "sex", .. })
        ));
    }

    #[test]
    fn a_block_that_a_guard_looks_into_may_not_be_left_out() {
        let mut parameters = Parameters::built_in();
        parameters.blocks = vec!["bsn".to_owned()];
        let text = toml::to_string(&parameters).unwrap();
        assert!(matches!(
            Parameters::from_toml(&text),
            Err(ParametersError::Value { key: "blocks", .. })
        ));
    }
}
