//! Both languages say the same: keys, slots, numbers; and in whole letters the same blocks, parts
//! and numbers.

use std::collections::BTreeMap;

use super::sentences::fact_texts;
use super::{Entry, TextFinding, file};
use crate::facts::Facts;
use crate::field::body::{Block, Body, Part};
use crate::field::terms::Language;

/// Keys and slots of the two locale files, Dutch first.
pub fn of_entries([dutch, english]: &[Vec<Entry>; 2]) -> Vec<TextFinding> {
    let by_key = |entries: &[Entry]| -> BTreeMap<String, String> {
        entries.iter().map(|entry| (entry.key.clone(), entry.text.clone())).collect()
    };
    let (dutch, english) = (by_key(dutch), by_key(english));
    let mut findings = Vec::new();
    for (key, text) in &dutch {
        match english.get(key) {
            None => findings.push(missing(Language::En, key, text)),
            Some(other) if slots(text) != slots(other) => findings.push(TextFinding {
                file: file(Language::En).to_owned(),
                key: key.clone(),
                sentence: other.clone(),
                problem: format!("slots {:?}, in Dutch {:?}", slots(other), slots(text)),
                advice: "name the same facts in both languages".to_owned(),
            }),
            Some(_) => {}
        }
    }

    findings.extend(
        english
            .iter()
            .filter(|(key, _)| !dutch.contains_key(*key))
            .map(|(key, text)| missing(Language::Nl, key, text)),
    );

    findings
}

fn missing(language: Language, key: &str, text: &str) -> TextFinding {
    TextFinding {
        file: file(language).to_owned(),
        key: key.to_owned(),
        sentence: text.to_owned(),
        problem: "the key is missing in this language".to_owned(),
        advice: "write the sentence in both languages".to_owned(),
    }
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

    let differ = |(one, other): &(&Block, &Block)| {
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
