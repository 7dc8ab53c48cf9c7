//! Gates on single sentences, each with the key under which it stands.

use super::super::limits::{LanguageLimits, Limits};
use super::super::slots::{Earlier, Fact, ItemList, SlotName, Values};
use super::super::{dates, readability};
use super::{Entry, Finding, file, find_word, residue};
use crate::facts::{Bilingual, Facts};
use crate::field::terms::Language;

/// Findings in one locale file.
pub fn of_locale(language: Language, entries: &[Entry], values: &Values, limits: &Limits) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in entries {
        let place = Place { file: file(language), key: &entry.key };
        if entry.text.contains(|sign: char| sign.is_ascii_digit()) {
            findings.push(place.finding(
                &entry.text,
                "a number stands in the text".to_owned(),
                "put the number into facts.toml and name it with a slot",
            ));
        }
        let text = filled(&entry.text, values, language);
        // The one sentence in the other language is measured in the other file.
        if entry.key != "frame.other_language" && entry.key != "frame.page_label" {
            findings.extend(of_text(place, &text, limits.of(language)));
        }
        if entry.key.starts_with("items.") {
            findings.extend(too_long_item(place, &text, limits.of(language)));
        }
    }
    findings
}

/// Findings in the sentences of the facts.
pub fn of_facts(facts: &Facts, limits: &Limits) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (key, text) in fact_texts(facts) {
        for language in [Language::Nl, Language::En] {
            let key = format!("{key}.{language}");
            findings.extend(of_text(Place { file: "facts.toml", key: &key }, text.get(language), limits.of(language)));
        }
    }
    findings
}

/// The texts of the facts that letters print, with their keys.
pub fn fact_texts(facts: &Facts) -> Vec<(String, &Bilingual)> {
    let mut texts = Vec::new();
    for (number, measure) in facts.measures.iter().enumerate() {
        texts.push((format!("measures[{number}]"), measure));
    }
    for (name, sender) in &facts.senders {
        texts.extend(sender.about.as_ref().map(|about| (format!("senders.{name}.about"), about)));
        texts.push((format!("senders.{name}.name"), &sender.name));
        texts.push((format!("senders.{name}.privacy_contact"), &sender.privacy_contact));
        texts.push((format!("senders.{name}.function"), &sender.function));
    }
    for (name, phone) in &facts.phones {
        texts.extend(phone.hours.as_ref().map(|hours| (format!("phones.{name}.hours"), hours)));
    }
    texts
}

#[derive(Clone, Copy)]
struct Place<'a> {
    file: &'a str,
    key: &'a str,
}

impl Place<'_> {
    fn finding(self, sentence: &str, problem: String, advice: &str) -> Finding {
        Finding {
            file: self.file.to_owned(),
            key: self.key.to_owned(),
            sentence: sentence.to_owned(),
            problem,
            advice: advice.to_owned(),
        }
    }
}

fn of_text(place: Place<'_>, text: &str, limits: &LanguageLimits) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(problem) = residue(text).or_else(|| (text.trim() != text).then_some("a space stands at an end")) {
        findings.push(place.finding(text, problem.to_owned(), "write the whole sentence, with single spaces"));
    }
    for sentence in readability::sentences(text) {
        let words = readability::words(sentence).count();
        if words > limits.longest_sentence {
            let problem = format!("{words} words in one sentence, at most {}", limits.longest_sentence);
            findings.push(place.finding(sentence, problem, "make two sentences of it"));
        }
        let lower = sentence.to_lowercase();
        for (word, advice) in &limits.banned {
            // Names such as "Autoriteit Persoonsgegevens" are no jargon.
            let named = word == "persoonsgegevens" && lower.contains("autoriteit persoonsgegevens");
            if find_word(&lower, word).is_some() && !named {
                findings.push(place.finding(sentence, format!("`{word}` stands in the text"), advice));
            }
        }
    }
    findings
}

fn too_long_item(place: Place<'_>, text: &str, limits: &LanguageLimits) -> Option<Finding> {
    let words = readability::words(text).count();
    (words > limits.longest_item).then(|| {
        let problem = format!("{words} words for one kind of data, at most {}", limits.longest_item);
        place.finding(text, problem, "name the kind of data in fewer words")
    })
}

/// The text with facts in its slots, whichever list its slots are of.
fn filled(text: &str, values: &Values, language: Language) -> String {
    let mut filled = text.to_owned();
    for name in text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)) {
        let value = match Fact::named(name) {
            Some(fact) => values.of(fact).to_owned(),
            None if Earlier::named(name).is_some() => dates::in_words(jiff::civil::date(2025, 8, 20), language),
            None if ItemList::named(name).is_some() => "(1)".to_owned(),
            None => continue,
        };
        filled = filled.replace(&format!("{{{name}}}"), &value);
    }
    filled
}
