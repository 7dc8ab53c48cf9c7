//! Two versions of the texts held against each other: sentence by sentence, and page by page as the
//! press sets them, to the last pixel. Letters in which the same sentences changed with the same
//! effect are one item, however many they are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::civil::Date;
use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use crate::base::workers;
use crate::compose::invented;
use crate::compose::texts::{CampaignTexts, Variant, body_of};
use crate::config::Print;
use crate::desk::edition::Edition;
use crate::desk::manuscript::differences;
use crate::facts::Facts;
use crate::field::body::Body;
use crate::field::terms::Language;
use crate::render::geometry::Zones;
use crate::render::raster::{Raster, mark_zone};
use crate::render::{Press, RenderError};

/// Resolution at which pages are compared and shown.
const PIXELS_PER_INCH: f64 = 80.0;
/// How near to the window a difference stands out, mm.
const NEAR: f64 = 3.0;
/// Letters that are set at a time: more would only take memory.
const SHARE: usize = 48;

/// A part of a sentence in a comparison of words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WordChange {
    /// `same`, `gone` or `new`.
    pub tag: &'static str,
    /// The words.
    pub text: String,
}

/// Two versions of a sentence, word by word.
#[must_use]
pub fn words(before: &str, after: &str) -> Vec<WordChange> {
    /// Less of two sentences in common than this, and they are read one after the other.
    const ALIKE: f32 = 0.5;

    let diff = TextDiff::from_words(before, after);
    if diff.ratio() < ALIKE {
        let whole = |tag, text: &str| WordChange { tag, text: text.to_owned() };
        return vec![whole("gone", before), whole("same", " "), whole("new", after)];
    }

    let mut changes: Vec<WordChange> = Vec::new();
    for change in diff.iter_all_changes() {
        let tag = match change.tag() {
            ChangeTag::Equal => "same",
            ChangeTag::Delete => "gone",
            ChangeTag::Insert => "new",
        };
        match changes.last_mut().filter(|last| last.tag == tag) {
            Some(last) => last.text.push_str(change.value()),
            None => changes.push(WordChange { tag, text: change.value().to_owned() }),
        }
    }
    changes
}

/// What is compared: texts before and now, with the facts and the paper of now.
#[derive(Clone, Copy, Debug)]
pub struct Versions<'a> {
    /// The texts before.
    pub before: &'a CampaignTexts,
    /// Texts and facts now.
    pub now: &'a Edition,
    /// Paper and window.
    pub print: &'a Print,
    /// Date on both letters.
    pub run_date: Date,
}

/// Letters in which the same sentences changed with the same effect.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeGroup {
    /// Their language.
    pub language: Language,
    /// The sentences.
    pub keys: Vec<String>,
    /// The letters, as places in the list of the edition's reach.
    pub letters: Vec<usize>,
    /// What is different in all of them.
    pub effect: Effect,
}

/// What a change does to the pages of a letter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Effect {
    /// Whether it can be set no more, or could not be: then the rest says nothing.
    pub unprintable: bool,
    /// Sides before and now.
    pub sides: [usize; 2],
    /// Whether anything differs in or near the envelope's window.
    pub near_window: bool,
    /// Whether anything differs where the sheet mark is.
    pub mark_moved: bool,
    /// The sides that differ, from 1.
    pub changed: Vec<usize>,
}

impl Effect {
    /// Whether somebody has to look at this before everything else.
    #[must_use]
    pub fn is_alarming(&self) -> bool {
        self.unprintable || self.sides[0] != self.sides[1] || self.near_window || self.mark_moved
    }

    const UNPRINTABLE: Self = Self {
        unprintable: true,
        sides: [0, 0],
        near_window: false,
        mark_moved: false,
        changed: Vec::new(),
    };

    fn of(before: &[Raster], now: &[Raster], print: &Print) -> Self {
        let sides = [before.len(), now.len()];
        let window = Zones::of(&print.window).may_be_visible.grown(NEAR);
        let mark = mark_zone();
        let pairs = || before.iter().zip(now);
        let most = sides[0].max(sides[1]);
        let differs = |side: &usize| before.get(*side) != now.get(*side);

        Self {
            unprintable: false,
            sides,
            near_window: pairs().take(1).any(|(one, other)| one.differs_in(other, window)),
            mark_moved: pairs().any(|(one, other)| one.differs_in(other, mark)),
            changed: (0..most).filter(differs).map(|side| side + 1).collect(),
        }
    }
}

/// What came of comparing all letters.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Comparison {
    /// Letters that were compared, each language counted.
    pub letters: usize,
    /// Those that look different.
    pub different: usize,
    /// What changed, alarming things first, then the most frequent.
    pub groups: Vec<ChangeGroup>,
}

/// A letter in one language that reads differently now.
struct Candidate<'a> {
    place: usize,
    language: Language,
    variant: &'a Variant,
    keys: Vec<String>,
    bodies: [Body; 2],
}

impl Versions<'_> {
    /// Compares all letters of the preview. `done` counts those that are finished.
    #[must_use]
    pub fn compare(&self, done: &AtomicUsize) -> Comparison {
        let letters = &self.now.reach().letters;
        let candidates = self.candidates();
        let count = letters.len() * Language::ALL.len();
        done.store(count - candidates.len(), Ordering::Relaxed);

        let mut groups: BTreeMap<(Vec<String>, Effect, Language), Vec<usize>> = BTreeMap::new();
        for share in candidates.chunks(SHARE) {
            let presses = [0, 1].map(|version| self.press(share, version));
            let effects = workers::map(share, |candidate| {
                let sides = [0, 1].map(|version| {
                    let body = &candidate.bodies[version];
                    match &presses[version] {
                        Ok(press) => rasters(press, candidate.variant, body),
                        // One letter that does not set must not hide the others.
                        Err(_) => self
                            .press(std::slice::from_ref(candidate), version)
                            .and_then(|press| rasters(&press, candidate.variant, body)),
                    }
                });
                done.fetch_add(1, Ordering::Relaxed);
                match sides {
                    [Ok(before), Ok(now)] => Effect::of(&before, &now, self.print),
                    _ => Effect::UNPRINTABLE,
                }
            });
            for (candidate, effect) in share.iter().zip(effects) {
                let name = (candidate.keys.clone(), effect, candidate.language);
                groups.entry(name).or_default().push(candidate.place);
            }
        }

        let mut groups: Vec<ChangeGroup> = groups
            .into_iter()
            .map(|((keys, effect, language), letters)| ChangeGroup {
                language,
                keys,
                letters,
                effect,
            })
            .collect();
        groups.sort_by_key(|group| (!group.effect.is_alarming(), usize::MAX - group.letters.len()));

        Comparison { letters: count, different: candidates.len(), groups }
    }

    /// Letters that do not read the same: equal bodies are equal pages.
    fn candidates(&self) -> Vec<Candidate<'_>> {
        let changed: BTreeSet<String> = Language::ALL
            .iter()
            .flat_map(|language| differences(self.before, &self.now.texts, *language).into_keys())
            .collect();

        let mut candidates = Vec::new();
        for language in Language::ALL.iter().copied() {
            for (place, variant) in self.now.reach().letters.iter().enumerate() {
                let bodies = self.bodies(variant, language);
                if bodies[0] == bodies[1] {
                    continue;
                }
                let mut subject = variant.subject.clone();
                subject.language = language;
                let traced = self.now.traced.body(&subject, &self.now.facts, self.run_date, true);
                let keys = self.now.traced.keys_in(&traced).into_iter();
                let keys = keys.filter(|key| changed.contains(*key)).map(str::to_owned).collect();
                candidates.push(Candidate { place, language, variant, keys, bodies });
            }
        }
        candidates
    }

    /// Both versions of one letter as pixels, for who looks at it.
    ///
    /// # Errors
    /// [`RenderError`] when it does not set.
    pub fn sides(
        &self,
        variant: &Variant,
        language: Language,
    ) -> Result<[Vec<Raster>; 2], RenderError> {
        let bodies = self.bodies(variant, language);
        let drawn = workers::map(&[0, 1], |version: &usize| {
            let body = &bodies[*version];
            let press = Press::new([(&body.key(), body)], self.print, self.run_date)?;
            rasters(&press, variant, body)
        });
        let mut drawn = drawn.into_iter();
        let mut next = || drawn.next().unwrap_or(Err(RenderError::Workshop));
        Ok([next()?, next()?])
    }

    fn bodies(&self, variant: &Variant, language: Language) -> [Body; 2] {
        let mut subject = variant.subject.clone();
        subject.language = language;
        let facts: &Facts = &self.now.facts;
        [self.before, &*self.now.texts]
            .map(|texts| body_of(texts, &subject, facts, self.run_date, true))
    }

    fn press(&self, share: &[Candidate<'_>], version: usize) -> Result<Press, RenderError> {
        let bodies = share.iter().map(|candidate| &candidate.bodies[version]);
        let bodies: Vec<(String, &Body)> = bodies.map(|body| (body.key(), body)).collect();
        Press::new(bodies.iter().map(|(key, body)| (key, *body)), self.print, self.run_date)
    }
}

fn rasters(press: &Press, variant: &Variant, body: &Body) -> Result<Vec<Raster>, RenderError> {
    let mut subject = variant.subject.clone();
    subject.language = body.language;
    let draft = invented::draft(&subject, 0, body);
    let sides = press.sides_of(&draft, body, PIXELS_PER_INCH)?;
    Ok(sides.into_iter().map(|side| side.raster).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_what_is_gone_and_what_is_new() {
        let said: Vec<(&str, String)> = words("Bel de politie nu.", "Bel ons nu.")
            .into_iter()
            .map(|one| (one.tag, one.text))
            .collect();
        let text = |tag: &str| -> String {
            said.iter()
                .filter(|(own, _)| *own == tag || *own == "same")
                .map(|(_, text)| text.as_str())
                .collect()
        };
        assert_eq!(text("gone"), "Bel de politie nu.");
        assert_eq!(text("new"), "Bel ons nu.");

        let apart = words("We vinden het heel erg.", "Bel de politie als dat nodig is.");
        assert_eq!(apart.iter().map(|one| one.tag).collect::<Vec<_>>(), ["gone", "same", "new"]);
    }
}
