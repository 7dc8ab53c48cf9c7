//! The page of a preview: by category, with the conditions of each letter in words.

use std::collections::BTreeMap;

use serde::Serialize;
use tera::{Context, Tera};

use super::{Letter, MadeLetter, PreviewError, PreviewOrder, PreviewSummary, picture};
use crate::compose::texts::{Condition, category_words};
use crate::field::terms::{Category, Language};

/// What the page's template is given.
#[derive(Serialize)]
pub(super) struct Page {
    /// Whether only what is different with earlier texts is shown.
    since: bool,
    /// Sentences that are different.
    sentences: Vec<ChangedSentence>,
    groups: Vec<Group>,
}

/// A sentence before and after.
#[derive(Serialize)]
struct ChangedSentence {
    language: &'static str,
    key: String,
    before: String,
    after: String,
}

/// The letters of one main category.
#[derive(Serialize)]
struct Group {
    category: &'static str,
    dutch: &'static str,
    english: &'static str,
    rows: Vec<Row>,
}

/// One variant in both languages, or in the one that is different.
#[derive(Serialize)]
struct Row {
    name: String,
    /// In both languages and by its name: what a filter finds.
    words: String,
    letters: Vec<Shown>,
}

/// One letter.
#[derive(Serialize)]
struct Shown {
    language: &'static str,
    /// The relation: `Huisarts, zorgverlener genoemd`.
    heading: String,
    conditions: Vec<String>,
    pdf: String,
    pictures: Vec<String>,
}

impl Page {
    /// The letters with their pictures, in the order of the letters.
    pub fn new(
        order: &PreviewOrder<'_>,
        letters: &[Letter],
        made: &BTreeMap<String, MadeLetter>,
    ) -> Self {
        let mut groups: Vec<Group> =
            Category::ALL.iter().rev().map(|one| Group::of(*one)).collect();
        for letter in letters {
            let main = letter.variant.subject.main().map(Category::word);
            if let Some(group) = groups.iter_mut().find(|group| Some(group.category) == main) {
                let pages = made.get(&letter.name()).map_or(0, |made| made.pages);
                group.add(letter, pages);
            }
        }

        groups.retain(|group| !group.rows.is_empty());
        Self { since: order.since.is_some(), sentences: changed(order), groups }
    }

    /// The page itself.
    ///
    /// # Errors
    /// [`PreviewError::Page`] when its template does not render.
    pub fn html(&self, summary: &PreviewSummary) -> Result<String, PreviewError> {
        let mut tera = Tera::new();
        let template = include_str!("../../../templates/preview/index.html");
        tera.add_raw_template("index.html", template)?;
        let mut context = Context::from_serialize(self)?;
        context.insert("made", summary);
        Ok(tera.render("index.html", &context)?)
    }
}

impl Group {
    fn of(category: Category) -> Self {
        Self {
            category: category.word(),
            dutch: category_words(category, Language::Nl),
            english: category_words(category, Language::En),
            rows: Vec::new(),
        }
    }

    /// Adds a letter to the row of its variant; Dutch comes before English.
    fn add(&mut self, letter: &Letter, pages: usize) {
        let name = &letter.variant.name;
        let row = if let Some(row) = self.rows.iter().position(|row| row.name == *name) {
            row
        } else {
            self.rows.push(Row::of(letter));
            self.rows.len() - 1
        };
        self.rows[row].letters.push(Shown::of(letter, pages));
    }
}

impl Row {
    fn of(letter: &Letter) -> Self {
        let both = [Language::Nl, Language::En].into_iter();
        let words = both.flat_map(|language| letter.variant.conditions_in(language));
        let words: Vec<String> = words.map(|condition| condition.words).collect();
        let name = letter.variant.name.clone();
        Self { words: format!("{} {name}", words.join(" ")), name, letters: Vec::new() }
    }
}

impl Shown {
    fn of(letter: &Letter, pages: usize) -> Self {
        let language = letter.variant.subject.language;
        let conditions = letter.variant.conditions_in(language).into_iter();
        let (relation, others): (Vec<Condition>, Vec<Condition>) =
            conditions.partition(|condition| condition.name == "category");
        let name = letter.name();

        Self {
            language: language.word(),
            heading: relation.into_iter().map(|condition| condition.words).collect(),
            conditions: others.into_iter().map(|condition| condition.words).collect(),
            pdf: format!("{name}.pdf"),
            pictures: (1..=pages).map(|page| picture(&name, page)).collect(),
        }
    }
}

/// The sentences that are different with earlier texts; both have the same keys, in order.
fn changed(order: &PreviewOrder<'_>) -> Vec<ChangedSentence> {
    let Some(since) = order.since else { return Vec::new() };
    let of_language = |language: Language| {
        let pairs = since.sentences(language).iter().zip(order.texts.sentences(language));
        pairs.filter(|(before, after)| before.text != after.text).map(move |(before, after)| {
            ChangedSentence {
                language: language.word(),
                key: after.key.clone(),
                before: before.text.clone(),
                after: after.text.clone(),
            }
        })
    };

    Language::ALL.iter().copied().flat_map(of_language).collect()
}
