//! Gates on single sentences, each with the key under which it stands.

use super::readability;
use super::{TextFinding, find_word, residue, worded};
use crate::base::plain;
use crate::compose::texts::CampaignTexts;
use crate::compose::texts::dates;
use crate::compose::texts::limits::{LanguageLimits, Limits};
use crate::compose::texts::slots::{Earlier, Fact, ItemList, SlotName, Values};
use crate::facts::{Bilingual, Facts};
use crate::field::terms::Language;

/// Findings in one locale file.
pub fn of_locale(language: Language, texts: &CampaignTexts, values: &Values) -> Vec<TextFinding> {
    let limits = texts.limits();
    let mut findings = Vec::new();
    for entry in texts.sentences(language) {
        let place = Place { file: texts.file(language), key: &entry.key, language };
        if entry.text.contains(|sign: char| sign.is_ascii_digit()) {
            findings.push(
                place.finding(
                    &entry.text,
                    worded(
                        language,
                        "a number stands in the text",
                        "er staat een getal in de tekst",
                    )
                    .to_owned(),
                    worded(
                        language,
                        "put the number into the facts and name it with a slot",
                        "zet het getal in de feiten en noem het met een slot",
                    ),
                ),
            );
        }
        findings.extend(out_of_sight(place, &entry.text));
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

/// Characters that nobody sees, and a word that no line of a letter has room for.
fn out_of_sight(place: Place<'_>, text: &str) -> Vec<TextFinding> {
    /// Half a line of large print, twice as long as the longest word of the built-in texts.
    const LONGEST_WORD: usize = 50;

    let mut findings = Vec::new();
    let mut find = |english: (&str, &str), dutch: (&str, &str)| {
        let (problem, advice) = match place.language {
            Language::En => english,
            Language::Nl => dutch,
        };
        findings.push(place.finding(text, problem.to_owned(), advice));
    };
    if text.chars().any(plain::is_hidden) {
        find(
            ("a character stands in the text that cannot be seen", "type the sentence again"),
            ("er staat een teken in de tekst dat niet te zien is", "typ de zin opnieuw"),
        );
    }
    let longest = text.split([' ', '{', '}', '-', '/']).map(|word| word.chars().count()).max();
    if longest > Some(LONGEST_WORD) {
        find(
            ("a word is too long for a line", "write shorter words"),
            ("een woord is te lang voor een regel", "schrijf kortere woorden"),
        );
    }

    findings
}

/// Findings in the sentences of the facts.
pub fn of_facts(facts: &Facts, limits: &Limits) -> Vec<TextFinding> {
    let mut findings = Vec::new();
    for (key, text) in fact_texts(facts) {
        for language in [Language::Nl, Language::En] {
            let key = format!("{key}.{language}");
            let place = Place { file: facts.file.as_str(), key: &key, language };
            findings.extend(of_text(place, text.get(language), limits.of(language)));
            if key.starts_with("measures") {
                findings.extend(spoken_to(place, text.get(language)));
            }
        }
    }

    findings.extend(without_number_abroad(facts));
    findings
}

/// Adults, young people and parents all read the measures, so they speak to nobody in particular.
fn spoken_to(place: Place<'_>, text: &str) -> Option<TextFinding> {
    let words: &[&str] = match place.language {
        Language::Nl => &["u", "uw", "je", "jij", "jou", "jouw"],
        Language::En => &["you", "your", "yours"],
    };

    let lower = text.to_lowercase();
    let word = words.iter().find(|word| find_word(&lower, word).is_some())?;
    let problem = format!(
        "`{word}` {}",
        worded(place.language, "stands in a measure", "staat in een maatregel")
    );

    let advice = worded(
        place.language,
        "write the measure so that it speaks to nobody: children's parents read it too",
        "schrijf de maatregel zo dat die niemand aanspreekt: ook ouders lezen haar",
    );
    Some(place.finding(text, problem, advice))
}

/// Letters that go abroad print these numbers and no others.
fn without_number_abroad(facts: &Facts) -> impl Iterator<Item = TextFinding> {
    let lines = facts.senders.values().map(|sender| sender.phone.as_str());
    let names: std::collections::BTreeSet<&str> = lines.chain(["fraud", "identity"]).collect();
    names.into_iter().filter(|name| facts.number_abroad(name).is_empty()).map(|name| TextFinding {
        file: facts.file.to_string(),
        key: format!("phones.{name}.abroad"),
        sentence: facts.number(name).to_owned(),
        problem: "nobody abroad can call this number, and letters abroad print it".to_owned(),
        advice: "add `abroad` with the international form (+31 ...)".to_owned(),
    })
}

/// The texts of the facts that letters print, with their keys.
pub fn fact_texts(facts: &Facts) -> Vec<(String, &Bilingual)> {
    let mut texts = Vec::new();
    for (number, measure) in facts.measures.iter().enumerate() {
        texts.push((format!("measures[{}]", number + 1), measure));
    }

    for (name, sender) in &facts.senders {
        texts.extend(sender.about.as_ref().map(|about| (format!("senders.{name}.about"), about)));
        let own = sender.about_screening.as_ref();
        texts.extend(own.map(|about| (format!("senders.{name}.about_screening"), about)));
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
    language: Language,
}

impl Place<'_> {
    fn finding(self, sentence: &str, problem: String, advice: &str) -> TextFinding {
        TextFinding {
            file: self.file.to_owned(),
            key: self.key.to_owned(),
            sentence: sentence.to_owned(),
            problem,
            advice: advice.to_owned(),
        }
    }
}

fn of_text(place: Place<'_>, text: &str, limits: &LanguageLimits) -> Vec<TextFinding> {
    let mut findings = Vec::new();
    if let Some(problem) =
        residue(text).or_else(|| (text.trim() != text).then_some("a space stands at an end"))
    {
        let advice = worded(
            place.language,
            "write the whole sentence, with single spaces",
            "schrijf de hele zin, met enkele spaties",
        );
        findings.push(place.finding(text, problem.to_owned(), advice));
    }

    for sentence in readability::sentences(text) {
        let words = readability::words(sentence).count();
        if words > limits.longest_sentence {
            let problem = match place.language {
                Language::En => {
                    format!("{words} words in one sentence, at most {}", limits.longest_sentence)
                }
                Language::Nl => {
                    format!("{words} woorden in één zin, hoogstens {}", limits.longest_sentence)
                }
            };
            let advice =
                worded(place.language, "make two sentences of it", "maak er twee zinnen van");
            findings.push(place.finding(sentence, problem, advice));
        }
        let lower = sentence.to_lowercase();
        for (word, advice) in &limits.banned {
            // Names such as "Autoriteit Persoonsgegevens" are no jargon.
            let named = word == "persoonsgegevens" && lower.contains("autoriteit persoonsgegevens");
            if find_word(&lower, word).is_some() && !named {
                let stands = worded(place.language, "stands in the text", "staat in de tekst");
                findings.push(place.finding(sentence, format!("`{word}` {stands}"), advice));
            }
        }
    }

    findings
}

fn too_long_item(place: Place<'_>, text: &str, limits: &LanguageLimits) -> Option<TextFinding> {
    let words = readability::words(text).count();
    (words > limits.longest_item).then(|| {
        let most = limits.longest_item;
        let (problem, advice) = match place.language {
            Language::En => (
                format!("{words} words for one kind of data, at most {most}"),
                "name the kind of data in fewer words",
            ),
            Language::Nl => (
                format!("{words} woorden voor één soort gegevens, hoogstens {most}"),
                "noem de soort gegevens in minder woorden",
            ),
        };
        place.finding(text, problem, advice)
    })
}

/// The text with facts in its slots, whichever list its slots are of.
fn filled(text: &str, values: &Values, language: Language) -> String {
    let mut filled = text.to_owned();
    for name in
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
    {
        let value = match Fact::named(name) {
            Some(fact) => values.of(fact).to_owned(),
            None if Earlier::named(name).is_some() => {
                dates::in_words(jiff::civil::date(2025, 8, 20), language)
            }
            None if ItemList::named(name).is_some() => "(1)".to_owned(),
            None => continue,
        };
        filled = filled.replace(&format!("{{{name}}}"), &value);
    }

    filled
}
