//! All sentences, Dutch beside English, block by block.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{View, in_words, moment};
use crate::compose::texts::Variant;
use crate::desk::choice::Choice;
use crate::desk::edition::{Edition, Surveyed};
use crate::desk::journal::{Act, JournalEntry, Spot};
use crate::desk::manuscript::{order, sentence};
use crate::desk::pages::Visitor;
use crate::desk::{Desk, DeskError};
use crate::field::terms::Language;
use crate::tools::text_check::{self, TextFinding};

/// What somebody looks for among the sentences.
#[derive(Clone, Debug, Default)]
pub struct TextSearch {
    /// Words that a sentence or its key has; capitals do not matter.
    pub words: String,
    /// A block, by the first name of its keys; empty for all.
    pub block: String,
}

/// The page.
#[derive(Serialize)]
struct TextsPage {
    search: String,
    block: String,
    blocks: Vec<(String, String)>,
    groups: Vec<Group>,
    count: usize,
    /// What the gates say of every letter there can be; `None` while they look.
    letters: Option<Vec<LetterFinding>>,
    /// How much they say of single sentences.
    wrong: usize,
}

/// What a gate says of whole letters.
#[derive(Serialize)]
pub(super) struct LetterFinding {
    pub language: &'static str,
    pub problem: String,
    pub sentence: String,
    pub advice: String,
    /// The letter in which it shows most: its address and what leads to it; empty for none.
    pub query: String,
    pub conditions: String,
}

impl LetterFinding {
    /// Of a finding and the letter in which it shows most.
    pub(super) fn of(
        finding: &TextFinding,
        letter: Option<&Variant>,
        edition: &Edition,
        language: Language,
    ) -> Self {
        let dutch = finding.file == edition.texts.file(Language::Nl);
        let words = |letter: &Variant| in_words(letter, language);
        Self {
            language: if dutch { Language::Nl } else { Language::En }.word(),
            problem: finding.problem.clone(),
            sentence: finding.sentence.clone(),
            advice: finding.advice.clone(),
            query: letter.map_or_else(String::new, |letter| Choice::of(letter).query()),
            conditions: letter.map_or_else(String::new, words),
        }
    }
}

/// The sentences of one block.
#[derive(Serialize)]
struct Group {
    name: String,
    rows: Vec<Row>,
}

/// One sentence.
#[derive(Serialize)]
struct Row {
    key: String,
    voice: String,
    nl: Vec<Chunk>,
    en: Vec<Chunk>,
    changed: Option<Change>,
    comments: usize,
    findings: usize,
}

/// A part of a sentence: words, or a slot by its name and what it is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Chunk {
    /// The words; empty for a slot.
    pub words: String,
    /// The slot's name in the file; empty for words.
    pub slot: String,
    /// What the slot is called at the desk.
    pub label: String,
}

/// Who changed a sentence, and when.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// When.
    pub at: String,
    /// Who; empty for a change of the file itself.
    pub by: String,
}

impl Change {
    /// Of what was done.
    #[must_use]
    pub fn of(entry: &JournalEntry) -> Self {
        Self { at: moment(entry.at), by: entry.by.clone() }
    }
}

impl Desk {
    /// The sentences that somebody looks for.
    ///
    /// # Errors
    /// [`DeskError`] when the texts cannot be read.
    pub fn texts_page(&self, visitor: &Visitor, search: &TextSearch) -> Result<View, DeskError> {
        let edition = self.edition()?;
        let language = visitor.language;
        let mut findings: BTreeMap<String, usize> = BTreeMap::new();
        for finding in text_check::of_sentences(&edition.texts, &edition.facts) {
            *findings.entry(finding.key).or_default() += 1;
        }
        let (changed, comments) = self.about_sentences();

        let wanted = search.words.trim().to_lowercase();
        let mut groups: Vec<Group> = Vec::new();
        let mut blocks: Vec<(String, String)> = Vec::new();
        let mut count = 0;
        for key in order(&edition.texts.files().nl) {
            let block = key.split('.').next().unwrap_or_default().to_owned();
            if blocks.last().is_none_or(|(last, _)| *last != block) {
                let name = self.words.get(language, &format!("block.{block}")).to_owned();
                blocks.push((block.clone(), name));
            }
            let of = |language| sentence(&edition.texts, language, &key).unwrap_or_default();
            let (nl, en) = (of(Language::Nl), of(Language::En));
            let found =
                [key.as_str(), nl, en].iter().any(|text| text.to_lowercase().contains(&wanted));
            if !found || !(search.block.is_empty() || search.block == block) {
                continue;
            }

            count += 1;
            let row = Row {
                voice: self.voice(&key, language),
                nl: self.chunks(nl, language),
                en: self.chunks(en, language),
                changed: changed.get(&key).cloned(),
                comments: comments.get(&key).copied().unwrap_or_default(),
                findings: findings.get(&key).copied().unwrap_or_default(),
                key,
            };
            let name = &blocks[blocks.len() - 1].1;
            match groups.last_mut().filter(|group| group.name == *name) {
                Some(group) => group.rows.push(row),
                None => groups.push(Group { name: name.clone(), rows: vec![row] }),
            }
        }

        let (search, block) = (search.words.clone(), search.block.clone());
        let wrong = findings.values().sum();
        let letters = edition.survey().map(|survey| {
            let shown = |one: &Surveyed| {
                LetterFinding::of(&one.finding, one.letter.as_ref(), &edition, language)
            };
            survey.iter().map(shown).collect()
        });
        let page = TextsPage { search, block, blocks, groups, count, letters, wrong };
        Ok(View::of("texts.html", &page))
    }

    /// The last change of each sentence, and how many comments on it are open.
    fn about_sentences(&self) -> (BTreeMap<String, Change>, BTreeMap<String, usize>) {
        let work = self.work();
        let mut changed = BTreeMap::new();
        for entry in work.journal.entries() {
            if let Act::Edit { key, .. } = &entry.what {
                changed.insert(key.clone(), Change::of(entry));
            }
        }

        let mut comments: BTreeMap<String, usize> = BTreeMap::new();
        for comment in work.journal.comments() {
            if let (Spot::Sentence(key), None) = (comment.on, comment.closed) {
                *comments.entry(key).or_default() += 1;
            }
        }

        (changed, comments)
    }

    /// To whom a sentence speaks; empty where it is the same for everybody.
    pub(super) fn voice(&self, key: &str, language: Language) -> String {
        match key.rsplit('.').next() {
            Some(voice @ ("adult" | "youth" | "parents")) => {
                self.words.get(language, &format!("voice.{voice}")).to_owned()
            }
            _ => String::new(),
        }
    }

    /// A sentence in words and slots.
    pub(super) fn chunks(&self, text: &str, language: Language) -> Vec<Chunk> {
        let words = |words: &str| Chunk {
            words: words.to_owned(),
            slot: String::new(),
            label: String::new(),
        };
        let slot = |slot: &str| Chunk {
            words: String::new(),
            slot: slot.to_owned(),
            label: self.words.get(language, &format!("slot.{slot}")).to_owned(),
        };

        let mut chunks = Vec::new();
        let mut rest = text;
        while let Some((before, inner)) = rest.split_once('{') {
            let Some((name, after)) = inner.split_once('}') else { break };
            chunks.extend([words(before), slot(name)]);
            rest = after;
        }
        chunks.push(words(rest));

        chunks
    }
}
