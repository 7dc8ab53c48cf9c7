//! `limits.toml`: what the text gates allow.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::field::terms::Language;

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

    /// The first limit that no text can keep to, or that lets every text through, by its key, with
    /// the range that it must be in.
    pub(super) fn out_of_range(&self) -> Option<(String, &'static str)> {
        let LetterLimits { words, steps, list, list_of_items, passive_share } = self.letter;
        let counts = [
            ("letter.words", words),
            ("letter.steps", steps),
            ("letter.list", list),
            ("letter.list_of_items", list_of_items),
        ];
        let counts = counts.into_iter().map(|(key, count)| (key.to_owned(), count));

        let of_languages = Language::ALL.iter().flat_map(|language| {
            let limits = self.of(*language);
            let sentence = (format!("{language}.longest_sentence"), limits.longest_sentence);
            [sentence, (format!("{language}.longest_item"), limits.longest_item)]
        });
        let mut counts = counts.chain(of_languages);
        if let Some((key, _)) = counts.find(|(_, count)| !(1..=10_000).contains(count)) {
            return Some((key, "1 to 10000"));
        }

        // NaN is in no range.
        if !(0.0..=1.0).contains(&passive_share) {
            return Some(("letter.passive_share".to_owned(), "0 to 1"));
        }

        Language::ALL.iter().find_map(|language| {
            let limits = self.of(*language);
            let shares = [
                ("mean_sentence", limits.mean_sentence, 1.0..=100.0, "1 to 100"),
                ("readability", limits.readability, 0.0..=100.0, "0 to 100"),
            ];
            let mut wrong =
                shares.into_iter().filter(|(_, value, range, _)| !range.contains(value));
            wrong.next().map(|(key, _, _, said)| (format!("{language}.{key}"), said))
        })
    }
}
