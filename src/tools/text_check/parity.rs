//! Both languages say the same: keys, slots, numbers; and in whole letters the same blocks, parts
//! and numbers.

use super::TextFinding;
use super::sentences::fact_texts;
use crate::compose::texts::{CampaignTexts, Sentence};
use crate::facts::Facts;
use crate::field::body::{Block, Body, Part};
use crate::field::shared::Shared;
use crate::field::terms::Language;

/// Slots of the sentences in both languages.
pub fn of_sentences(texts: &CampaignTexts) -> Vec<TextFinding> {
    // Texts have the same keys in both languages, in order.
    let pairs = texts.sentences(Language::Nl).iter().zip(texts.sentences(Language::En));
    let differ =
        |(dutch, english): &(&Sentence, &Sentence)| slots(&dutch.text) != slots(&english.text);
    let finding = |(dutch, english): (&Sentence, &Sentence)| TextFinding {
        file: texts.file(Language::En).to_owned(),
        key: english.key.clone(),
        sentence: english.text.clone(),
        problem: format!("slots {:?}, in Dutch {:?}", slots(&english.text), slots(&dutch.text)),
        advice: "name the same facts in both languages".to_owned(),
    };

    pairs.filter(differ).map(finding).collect()
}

/// Numbers in the sentences of the facts.
pub fn of_facts(facts: &Facts) -> Vec<TextFinding> {
    fact_texts(facts)
        .into_iter()
        .filter(|(_, text)| numbers(&text.nl) != numbers(&text.en))
        .map(|(key, text)| TextFinding {
            file: facts.file.to_string(),
            key,
            sentence: format!("{} / {}", text.nl, text.en),
            problem: format!(
                "numbers {:?} in Dutch, {:?} in English",
                numbers(&text.nl),
                numbers(&text.en)
            ),
            advice: "write the same numbers in both languages".to_owned(),
        })
        .collect()
}

/// What differs between the blocks of the same letter in both languages, if anything.
pub fn of_shapes(dutch: &Body, english: &Body) -> Option<String> {
    if dutch.blocks.len() != english.blocks.len() {
        return Some(format!(
            "{} blocks in Dutch, {} in English",
            dutch.blocks.len(),
            english.blocks.len()
        ));
    }

    let differ = |(one, other): &(&Shared<Block>, &Shared<Block>)| {
        let parts = one.parts.len() == other.parts.len()
            && one.parts.iter().zip(&other.parts).all(|(one, other)| same_shape(one, other));
        one.id != other.id || one.heading.is_empty() != other.heading.is_empty() || !parts
    };

    let (one, _) = dutch.blocks.iter().zip(&english.blocks).find(differ)?;
    Some(format!("block {} has other parts in one language", one.id))
}

fn same_shape(one: &Part, other: &Part) -> bool {
    match (one, other) {
        (Part::Paragraph(_), Part::Paragraph(_)) | (Part::ProviderLine, Part::ProviderLine) => true,
        (Part::Bullets(one), Part::Bullets(other)) | (Part::Steps(one), Part::Steps(other)) => {
            one.len() == other.len()
        }
        _ => false,
    }
}

/// Names of the slots, sorted.
fn slots(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = text
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .collect();
    names.sort_unstable();
    names
}

/// Runs of digits, sorted.
pub fn numbers(text: &str) -> Vec<&str> {
    let mut numbers: Vec<&str> = text
        .split(|sign: char| !sign.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .collect();
    numbers.sort_unstable();
    numbers
}
