//! The text gates (docs/letters.md): what must hold of every sentence and of every whole letter
//! before anything is printed. They find; a person rewrites. Limits and word lists are in
//! `limits.toml` of the same texts.

mod glyphs;
mod letters;
mod parity;
mod readability;
mod sentences;
mod spelling;

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;

use crate::compose::texts::limits::Limits;
use crate::compose::texts::slots::Values;
use crate::compose::texts::{CampaignTexts, Variant};
use crate::facts::Facts;
use crate::field::body::{Body, Part};
use crate::field::terms::Language;

pub use letters::TextFigures;

/// Something that a writer has to change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct TextFinding {
    /// The file of one language, or of the facts; for spelling that cannot be checked, what is
    /// missing.
    pub file: String,
    /// Key of the sentence, or the letter variant in which the problem shows most.
    pub key: String,
    /// The sentence, or the hardest one of the letter.
    pub sentence: String,
    /// What is wrong, with the measured value and the limit.
    pub problem: String,
    /// What to change.
    pub advice: String,
}

impl fmt::Display for TextFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "file      {}", self.file)?;
        writeln!(f, "key       {}", self.key)?;
        writeln!(f, "sentence  {}", self.sentence)?;
        writeln!(f, "problem   {}", self.problem)?;
        writeln!(f, "change    {}", self.advice)
    }
}

/// What the gates say of all texts.
#[derive(Debug, serde::Serialize)]
pub struct TextReview {
    /// In order of file and key; empty = the texts may go out.
    pub findings: Vec<TextFinding>,
    /// Readability and length of every letter there can be, per language.
    pub figures: BTreeMap<Language, TextFigures>,
}

/// Looks at every sentence of both languages and of the facts, at every whole letter there can be,
/// and at the age of the facts on `run_date`.
#[must_use]
pub fn review(
    texts: &CampaignTexts,
    facts: &Facts,
    run_date: Date,
    max_age_days: i64,
) -> TextReview {
    let mut review = of_texts(texts, facts);
    review.findings.extend(facts.stale(run_date, max_age_days).into_iter().map(|(key, day)| {
        TextFinding {
            file: facts.file.to_string(),
            advice: how_to_check(&key).to_owned(),
            key: format!("{key}.checked_on"),
            sentence: day.to_string(),
            problem: format!(
                "checked more than {max_age_days} days before {run_date}; no letter goes out"
            ),
        }
    }));

    review.findings.extend(spelling::check(texts, facts));
    review.findings.sort();
    review
}

/// Sentences and whole letters, without spelling and without the age of the facts.
fn of_texts(texts: &CampaignTexts, facts: &Facts) -> TextReview {
    let mut findings = of_sentences(texts, facts);
    let survey = letters::survey(texts, facts);
    findings.extend(survey.findings);
    findings.sort();
    findings.dedup();

    TextReview { findings, figures: survey.figures }
}

/// Looks at every sentence of both languages and of the facts, and at no whole letter: quick enough
/// for every change of a sentence.
#[must_use]
pub fn of_sentences(texts: &CampaignTexts, facts: &Facts) -> Vec<TextFinding> {
    let mut findings = parity::of_sentences(texts);
    findings.extend(parity::of_facts(facts));

    for language in [Language::Nl, Language::En] {
        findings.extend(sentences::of_locale(language, texts, &values(facts, language)));
    }

    findings.extend(sentences::of_facts(facts, texts.limits()));
    findings.extend(glyphs::check(texts, facts));
    findings
}

/// Looks at one sentence in both languages, spelling included: what somebody hears who has just
/// changed it.
#[must_use]
pub fn of_sentence(texts: &CampaignTexts, facts: &Facts, key: &str) -> Vec<TextFinding> {
    let mut findings = of_sentences(texts, facts);
    findings.retain(|finding| finding.key == key);
    findings.extend(spelling::check_sentence(texts, key));
    findings
}

/// Looks at whole letters; each comes in Dutch first, then in English. Of each kind of problem the
/// worst letter is in the list, its [`Variant::name`] as the key.
#[must_use]
pub fn of_letters(
    texts: &CampaignTexts,
    facts: &Facts,
    letters: impl IntoIterator<Item = Variant>,
) -> Vec<TextFinding> {
    letters::survey_of(letters, texts, facts).findings
}

/// The least reading ease of a letter to somebody who does this work: plain by both formulas, where the
/// letters to people have a higher limit of their own.
const LEAST_EASE_AT_WORK: f64 = 60.0;

/// Looks at a letter to a provider or a professional: its sentences, and how hard it is to read.
#[must_use]
pub fn of_body(
    file: &str,
    key: &str,
    body: &Body,
    (facts, limits): (&Facts, &Limits),
) -> Vec<TextFinding> {
    let (language, own) = (body.language, limits.of(body.language));
    let most = own.longest_sentence;
    let found = |sentence: &str, problem: String, advice: &str| TextFinding {
        file: file.to_owned(),
        key: key.to_owned(),
        sentence: sentence.to_owned(),
        problem,
        advice: advice.to_owned(),
    };

    let mut findings = Vec::new();
    let terms = terms(facts, limits, language);
    let mut counts = readability::Counts::default();
    for text in pieces(body) {
        counts = counts.and(readability::counts(text, &terms, own, language));
        if let Some(problem) = residue(text) {
            findings.push(found(text, problem.to_owned(), "write the sentence without it"));
        }
        for sentence in readability::sentences(text) {
            let words = readability::words(sentence).count();
            if words > most {
                let problem = format!("{words} words, at most {most}");
                findings.push(found(sentence, problem, "make two sentences of it"));
            }
        }
    }

    let ease = counts.readability(language);
    if ease < LEAST_EASE_AT_WORK {
        let problem = format!("reading ease {ease:.1}, at least {LEAST_EASE_AT_WORK}");
        findings.push(found("", problem, "write shorter sentences and shorter words"));
    }
    findings
}

/// How somebody makes sure of this fact again.
fn how_to_check(key: &str) -> &'static str {
    match key {
        "publication" => {
            "have somebody look whether the published part is still on the internet, then write down the day"
        }
        "phones.emergency" => {
            "do not call it: look it up on the government's site, then write down the day"
        }
        _ => "call the number, then write down the day",
    }
}

/// One of two wordings, in the language of the text that a finding is about.
const fn worded<'a>(language: Language, english: &'a str, dutch: &'a str) -> &'a str {
    match language {
        Language::Nl => dutch,
        Language::En => english,
    }
}

/// Slot values of the first sender.
fn values(facts: &Facts, language: Language) -> Values {
    let nobody = crate::facts::Sender::default();
    Values::new(facts, facts.senders.values().next().unwrap_or(&nobody), language, None)
}

/// Names, numbers and dates of the facts and the terms that cannot be avoided, lower case, longest
/// first.
fn terms(facts: &Facts, limits: &Limits, language: Language) -> Vec<String> {
    let senders = facts.senders.values();
    let names = senders
        .flat_map(|sender| [sender.name.get(language), sender.privacy_contact.get(language)]);
    let mut terms: Vec<String> = facts
        .phones
        .values()
        .map(|phone| phone.number.as_str())
        .chain(names)
        .chain([facts.incident.laboratory.as_str()])
        .chain(limits.of(language).unavoidable.iter().map(String::as_str))
        .filter(|term| !term.is_empty())
        .map(str::to_lowercase)
        .collect();

    terms.extend(
        facts
            .phones
            .keys()
            .map(|name| facts.number_abroad(name))
            .filter(|number| !number.is_empty()),
    );

    terms.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
    terms.dedup();
    terms
}

/// What must never stand in a letter: a leftover slot, "None", a double space, an empty place. For
/// texts from locale files and for text extracted from finished pages; `None` when it is clean.
#[must_use]
pub fn residue(text: &str) -> Option<&'static str> {
    const WORDS: [(&str, &str); 8] = [
        ("None", "`None` stands in the text"),
        ("null", "`null` stands in the text"),
        ("NaN", "`NaN` stands in the text"),
        ("undefined", "`undefined` stands in the text"),
        ("TODO", "`TODO` stands in the text"),
        ("Some(", "`Some(` stands in the text"),
        ("N/A", "`N/A` stands in the text"),
        ("XXX", "`XXX` stands in the text"),
    ];

    if text.trim().is_empty() {
        return Some("the text is empty");
    }

    if text.contains(['{', '}', '[', ']', '<', '>']) {
        return Some("a slot or a bracket is left in the text");
    }

    if text.contains("  ") {
        return Some("two spaces stand together");
    }

    WORDS.iter().find(|(word, _)| has_word(text, word)).map(|(_, problem)| *problem)
}

/// Whether `word` stands in `text` as a word of its own.
fn has_word(text: &str, word: &str) -> bool {
    find_word(text, word).is_some()
}

/// Where `word` first stands in `text` as a word of its own.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let edge = |sign: Option<char>| sign.is_none_or(|sign| !sign.is_alphanumeric());
    let signs = |end: Option<char>| end.is_some_and(|sign| !sign.is_alphanumeric());
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        let before = signs(word.chars().next()) || edge(text[..*at].chars().next_back());
        let after = signs(word.chars().next_back()) || edge(text[at + word.len()..].chars().next());
        before && after
    })
}

/// The body as plain text, one paragraph, list entry or heading a line, from the heading to the
/// last lines. Without the letterhead and the personal slots.
#[must_use]
pub fn plain_text(body: &Body) -> String {
    let mut lines = vec![body.frame.heading.as_str()];
    lines.extend(pieces(body));
    lines.push(&body.frame.closing);
    lines.extend(body.frame.signature.iter().chain(&body.frame.last_lines).map(String::as_str));
    lines.join("\n")
}

/// Headings, paragraphs and list entries of the blocks.
fn pieces(body: &Body) -> impl Iterator<Item = &str> {
    body.blocks.iter().flat_map(|block| {
        let heading = Some(block.heading.as_str()).filter(|heading| !heading.is_empty());
        let texts = block.parts.iter().flat_map(|part| match part {
            Part::Paragraph(text) => std::slice::from_ref(text),
            Part::Bullets(texts) | Part::Steps(texts) => texts,
            Part::ProviderLine => &[],
        });
        heading.into_iter().chain(texts.map(String::as_str))
    })
}

#[cfg(test)]
mod tests;
