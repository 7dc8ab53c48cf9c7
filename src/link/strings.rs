//! Canonical texts kept once, rows hold numbers.

use std::collections::{HashMap, HashSet};

/// Number of a text; 0 is the empty text.
pub(crate) type TextId = u32;

/// Every distinct canonical text of the rows. Numbers depend on the order of the rows and serve for
/// equality alone.
pub(crate) struct Texts {
    text: String,
    ends: Vec<u32>,
    common: HashSet<Box<str>>,
}

/// The empty text alone.
impl Default for Texts {
    fn default() -> Self {
        Self { text: String::new(), ends: vec![0], common: HashSet::new() }
    }
}

impl Texts {
    /// The text behind a number.
    pub(crate) fn get(&self, id: TextId) -> &str {
        let id = id as usize;
        let start = if id == 0 { 0 } else { self.ends[id - 1] as usize };
        &self.text[start..self.ends[id] as usize]
    }

    /// Takes over the texts of another collection: the own number of each of them.
    pub(crate) fn adopt(&mut self, foreign: &Self) -> Vec<TextId> {
        let ids = |texts: &Self| 0..TextId::try_from(texts.len()).unwrap_or(TextId::MAX);
        let wanted: HashMap<&str, TextId> = ids(foreign).map(|id| (foreign.get(id), id)).collect();
        let mut own = vec![None; foreign.len()];
        for id in ids(self) {
            if let Some(other) = wanted.get(self.get(id)) {
                own[*other as usize] = Some(id);
            }
        }

        let added = own.into_iter().zip(ids(foreign)).map(|(id, other)| {
            id.unwrap_or_else(|| {
                self.text.push_str(foreign.get(other));
                self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
                TextId::try_from(self.ends.len() - 1).unwrap_or(TextId::MAX)
            })
        });

        added.collect()
    }

    /// Says which texts are given names that many people bear.
    pub(crate) fn set_common(&mut self, common: &[bool]) {
        let ids = (0..).zip(common).filter(|(_, is_common)| **is_common).map(|(id, _)| id);
        let common = ids.map(|id: TextId| self.get(id).into()).collect();
        self.common = common;
    }

    /// Whether many people bear this given name.
    pub(crate) fn is_common(&self, name: &str) -> bool {
        self.common.contains(name)
    }

    /// How many distinct texts, the empty one included.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }
}

/// Collects texts and gives each its number.
pub(crate) struct Collector {
    texts: Texts,
    ids: HashMap<Box<str>, TextId>,
}

impl Collector {
    pub(crate) fn new() -> Self {
        Self { texts: Texts::default(), ids: HashMap::new() }
    }

    /// The number of `text`, a new one if it was never seen. `None` when the texts outgrow 4 GiB.
    pub(crate) fn add(&mut self, text: &str) -> Option<TextId> {
        if text.is_empty() {
            return Some(0);
        }

        if let Some(id) = self.ids.get(text) {
            return Some(*id);
        }

        let id = TextId::try_from(self.texts.len()).ok()?;
        self.texts.text.push_str(text);
        self.texts.ends.push(u32::try_from(self.texts.text.len()).ok()?);
        self.ids.insert(text.into(), id);

        Some(id)
    }

    pub(crate) fn finish(self) -> Texts {
        self.texts
    }

    /// Every text in the order of its number, the empty one first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.texts.len()).map(|id| self.texts.get(u32::try_from(id).unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_another_collection_are_taken_over_once() {
        let (mut one, mut other) = (Collector::new(), Collector::new());
        let jansen = one.add("jansen").unwrap();
        for text in ["bakker", "jansen"] {
            other.add(text).unwrap();
        }
        let mut texts = one.finish();
        let ids = texts.adopt(&other.finish());
        assert_eq!((ids[0], ids[2], texts.get(ids[1])), (0, jansen, "bakker"));
        assert_eq!(texts.len(), 3);
    }

    #[test]
    fn equal_texts_have_equal_numbers() {
        let mut collector = Collector::new();
        let (jansen, bakker) = (collector.add("jansen"), collector.add("bakker"));
        assert_eq!(collector.add("jansen"), jansen);
        assert_ne!(jansen, bakker);
        assert_eq!(collector.add(""), Some(0));
        let texts = collector.finish();
        assert_eq!((texts.get(0), texts.get(1), texts.get(2)), ("", "jansen", "bakker"));
    }
}
