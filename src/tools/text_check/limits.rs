//! `locales/limits.toml`: what the text gates allow.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::field::terms::Language;

/// The file.
pub const LIMITS: &str = include_str!("../../../locales/limits.toml");

static PARSED: LazyLock<Limits> = LazyLock::new(|| {
    toml::from_str(LIMITS).expect("the file is part of the program and a test parses it")
});

/// The limits that came with the program.
pub fn limits() -> &'static Limits {
    &PARSED
}

/// All limits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Of any letter.
    pub letter: LetterLimits,
    /// Of Dutch texts.
    pub nl: LanguageLimits,
    /// Of English texts.
    pub en: LanguageLimits,
}

/// Limits of a whole letter.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LetterLimits {
    /// Words from the heading to the signature.
    pub words: usize,
    /// Numbered steps.
    pub steps: usize,
    /// Entries of a list of sentences.
    pub list: usize,
    /// Entries of a list of kinds of data.
    pub list_of_items: usize,
    /// Passive sentences among all sentences, 0 to 1.
    pub passive_share: f64,
}

/// Limits and word lists of one language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageLimits {
    /// Words in a sentence, mean over a letter.
    pub mean_sentence: f64,
    /// Words in any sentence.
    pub longest_sentence: usize,
    /// Words in a kind of data.
    pub longest_item: usize,
    /// Least readability of a letter: Flesch-Douma or Flesch.
    pub readability: f64,
    /// Terms that count as one word of two syllables.
    pub unavoidable: Vec<String>,
    /// Verbs that make a passive with a participle.
    pub passive_verbs: Vec<String>,
    /// How participles begin.
    pub participle_starts: Vec<String>,
    /// How participles end.
    pub participle_ends: Vec<String>,
    /// Irregular participles.
    pub participles: Vec<String>,
    /// Words that are right and in no dictionary.
    pub own_words: Vec<String>,
    /// Term -> the words in which it is explained.
    pub explained: BTreeMap<String, String>,
    /// Word or phrase -> what to write in its place.
    pub banned: BTreeMap<String, String>,
}

impl Limits {
    /// The limits of one language.
    pub const fn of(&self, language: Language) -> &LanguageLimits {
        match language {
            Language::Nl => &self.nl,
            Language::En => &self.en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_parses() {
        if let Err(error) = toml::from_str::<Limits>(LIMITS) {
            panic!("{error}");
        }
    }
}
