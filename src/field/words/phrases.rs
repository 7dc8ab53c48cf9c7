//! A table of phrases, found by their first word.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::fold;

/// A letter that nobody writes, in the place of a hyphen.
const JOINT: &str = "ǀ";

/// Where in a cell a phrase counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Place {
    /// Wherever it is.
    Within,
    /// Where the cell holds nothing else but phrases of the table, numbers and noise.
    Whole,
    /// At the beginning of the cell, and something is left that is no noise.
    First,
    /// At the end of the cell, and something is left that is no noise.
    Last,
    /// With something that is no noise on both sides.
    Between,
}

/// Every place.
pub(super) const EVERYWHERE: [Place; 5] =
    [Place::Within, Place::Whole, Place::First, Place::Last, Place::Between];

/// The table as it is written down.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<K> {
    noise: Vec<String>,
    groups: Vec<Group<K>>,
}

/// Phrases that mean the same, with the reason they are here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group<K> {
    kind: K,
    place: Place,
    reason: String,
    source: String,
    words: Vec<String>,
}

struct Phrase<K> {
    words: Vec<String>,
    place: Place,
    kind: K,
}

/// Phrases of one table; `K` says what they mean, the larger kind the more.
pub(super) struct Phrases<K> {
    noise: HashSet<String>,
    by_first_word: HashMap<String, Vec<Phrase<K>>>,
}

impl<K: Copy + Ord + serde::de::DeserializeOwned> Phrases<K> {
    /// Reads a table.
    ///
    /// # Errors
    /// What is wrong with it: it is no such table, a group has no reason or source, or a phrase is
    /// nothing but noise.
    pub(super) fn parse(toml: &str) -> Result<Self, String> {
        let file: File<K> = toml::from_str(toml).map_err(|error| error.to_string())?;
        let noise: HashSet<String> = file.noise.iter().map(|word| fold(word)).collect();

        let mut by_first_word: HashMap<String, Vec<Phrase<K>>> = HashMap::new();
        for group in file.groups {
            if group.reason.is_empty() || group.source.is_empty() {
                return Err("a group has neither reason nor source".to_owned());
            }
            for text in &group.words {
                let folded = fold(text);
                let has_noise =
                    folded.contains(' ') && folded.split(' ').any(|word| noise.contains(word));
                if has_noise && group.place == Place::Whole {
                    return Err(format!("`{text}` holds noise, and would count without it"));
                }
                let kept = |word: &&str| group.place != Place::Whole || !noise.contains(*word);
                let words: Vec<String> =
                    folded.split(' ').filter(kept).map(str::to_owned).collect();
                let first = words.first().filter(|word| !word.is_empty()).cloned();
                // A phrase that is noise alone counts as itself: "NA" is noise in "na verhuizing".
                let (first, words) = first
                    .map_or_else(|| (folded.clone(), vec![folded.clone()]), |word| (word, words));
                by_first_word.entry(first).or_default().push(Phrase {
                    words,
                    place: group.place,
                    kind: group.kind,
                });
            }
        }

        Ok(Self { noise, by_first_word })
    }

    /// What the cell says by phrases of these places; `None` when it is an ordinary cell.
    pub(super) fn find(&self, cell: &str, places: &[Place]) -> Option<K> {
        let folded = fold(cell);
        let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        let within =
            (0..words.len()).filter_map(|start| self.longest(&words[start..], &[Place::Within]));
        let within = within.map(|(_, kind)| kind).max();
        let ends = [Place::First, Place::Last, Place::Between];
        let at_an_end = || {
            // Nearly every cell has no word of the table in it.
            let may = words.iter().any(|word| self.by_first_word.contains_key(*word));
            if may && ends.iter().any(|end| places.contains(end)) {
                self.beside(cell, places)
            } else {
                None
            }
        };

        within.or_else(|| self.nothing_else(&words)).or_else(at_an_end)
    }

    /// What is beside a name. A hyphen makes one name of two words: "Heer-Jansen" does not begin
    /// with "Heer".
    fn beside(&self, cell: &str, places: &[Place]) -> Option<K> {
        let folded = fold(&cell.replace(['-', '‐', '‑'], JOINT));
        let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        let is_name = |word: &&str| !self.noise.contains(*word);
        for start in 0..words.len() {
            let (before, rest) = words.split_at(start);
            let (named, particles) = (before.iter().any(is_name), before.is_empty());
            for (length, place, kind) in self.all(rest) {
                let after = rest[length..].iter().any(is_name);
                let counts = match place {
                    Place::First => particles && after,
                    Place::Last => named && length == rest.len(),
                    Place::Between => named && after,
                    Place::Within | Place::Whole => false,
                };
                if counts && places.contains(&place) {
                    return Some(kind);
                }
            }
        }

        None
    }

    /// Whether the words are phrases of the table from end to end, whatever numbers and noise are
    /// between them.
    fn nothing_else(&self, words: &[&str]) -> Option<K> {
        let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
        let telling: Vec<&str> = words
            .iter()
            .copied()
            .filter(|word| !is_number(word) && !self.noise.contains(*word))
            .collect();

        // Nothing but noise is a phrase only when all of the cell is: "NA" and "N.B.".
        let mut rest = if telling.is_empty() { words } else { telling.as_slice() };
        let mut found = None;
        while !rest.is_empty() {
            let (length, kind) = self.longest(rest, &[Place::Within, Place::Whole])?;
            found = found.max(Some(kind));
            rest = &rest[length..];
        }

        found
    }

    /// The longest phrase that the words begin with.
    fn longest(&self, words: &[&str], places: &[Place]) -> Option<(usize, K)> {
        let found = self.all(words).filter(|(_, place, _)| places.contains(place));
        found.map(|(length, _, kind)| (length, kind)).max()
    }

    /// Every phrase that the words begin with: how many words, where it counts, what it says.
    fn all(&self, words: &[&str]) -> impl Iterator<Item = (usize, Place, K)> {
        let phrases = words
            .first()
            .and_then(|first| self.by_first_word.get(*first))
            .map_or(&[][..], Vec::as_slice);
        let begins = move |phrase: &&Phrase<K>| {
            phrase.words.len() <= words.len()
                && phrase.words.iter().zip(words).all(|(one, other)| one == other)
        };
        phrases.iter().filter(begins).map(|phrase| (phrase.words.len(), phrase.place, phrase.kind))
    }
}
