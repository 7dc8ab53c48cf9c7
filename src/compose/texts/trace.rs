//! Which sentences a letter is made of. Every sentence is marked with a character that no letter
//! has, the letter is written with those, and the marks are read back: whatever the rules of the
//! blocks are, they cannot say one thing here and do a different one in the press.

use jiff::civil::Date;

use super::subject::TextFacts;
use super::{CampaignTexts, Sentence, TextFiles, body_of};
use crate::facts::Facts;
use crate::field::body::{Body, Part};
use crate::field::terms::Language;

/// The first of the characters that stand for a sentence: planes of private use.
const FIRST: u32 = 0xF_0000;
/// Ends a sentence.
const END: char = '\u{10_FFFD}';

/// Texts whose letters say what they are made of.
#[derive(Debug)]
pub struct TracedTexts {
    marked: CampaignTexts,
    /// The number of a mark is the place of its key.
    keys: Vec<String>,
}

/// A stretch of a letter's text.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct TracedSpan {
    /// The sentence that it comes from; empty for what comes from the facts.
    pub key: String,
    /// As it is printed.
    pub text: String,
}

impl TracedTexts {
    /// Marks every sentence.
    ///
    /// # Panics
    /// Never: the marks are letters like any other to whoever reads the files.
    #[must_use]
    pub fn of(texts: &CampaignTexts) -> Self {
        let files = TextFiles {
            nl: marked_file(texts.sentences(Language::Nl)),
            en: marked_file(texts.sentences(Language::En)),
            limits: texts.files().limits.clone(),
        };
        let marked =
            CampaignTexts::parse("marked".into(), files).expect("marks change no key and no slot");
        let keys = texts.sentences(Language::Nl).iter().map(|sentence| sentence.key.clone());

        Self { marked, keys: keys.collect() }
    }

    /// The marked text for these facts about a person.
    #[must_use]
    pub fn body(
        &self,
        subject: &TextFacts,
        facts: &Facts,
        run_date: Date,
        synthetic: bool,
    ) -> Body {
        body_of(&self.marked, subject, facts, run_date, synthetic)
    }

    /// A marked text in its stretches.
    #[must_use]
    pub fn read(&self, marked: &str) -> Vec<TracedSpan> {
        let (mut spans, mut open): (Vec<TracedSpan>, Vec<&str>) = (Vec::new(), Vec::new());
        for sign in marked.chars() {
            if sign == END {
                open.pop();
                continue;
            }
            if let Some(key) = self.key_of(sign) {
                open.push(key);
                continue;
            }

            let key = open.last().copied().unwrap_or_default();
            match spans.last_mut().filter(|span| span.key == key) {
                Some(span) => span.text.push(sign),
                None => spans.push(TracedSpan { key: key.to_owned(), text: sign.to_string() }),
            }
        }

        spans
    }

    /// The keys of all sentences in a marked body, each once, in the order of the letter.
    #[must_use]
    pub fn keys_in(&self, body: &Body) -> Vec<&str> {
        let mut keys: Vec<&str> = Vec::new();
        for text in texts_of(body) {
            for key in text.chars().filter_map(|sign| self.key_of(sign)) {
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        keys
    }

    fn key_of(&self, sign: char) -> Option<&str> {
        let number = u32::from(sign).checked_sub(FIRST)? as usize;
        self.keys.get(number).map(String::as_str)
    }
}

/// The text without marks.
#[must_use]
pub fn unmarked(text: &str) -> String {
    text.chars().filter(|sign| u32::from(*sign) < FIRST).collect()
}

/// A locale file with these sentences, each between its marks.
fn marked_file(sentences: &[Sentence]) -> String {
    let mut file = toml::Table::new();
    for (mark, sentence) in (FIRST..).zip(sentences) {
        let mark = char::from_u32(mark).expect("a letter has some hundred sentences");
        let mut table = &mut file;
        let mut names: Vec<&str> = sentence.key.split('.').collect();
        let last = names.pop().unwrap_or_default();
        for name in names {
            let below = table.entry(name).or_insert_with(|| toml::Table::new().into());
            table = below.as_table_mut().expect("no key is a sentence and a table");
        }
        table.insert(last.to_owned(), format!("{mark}{}{END}", sentence.text).into());
    }

    toml::to_string(&file).expect("a table of texts")
}

/// Every text of a body that has sentences in it, in the order of the letter.
fn texts_of(body: &Body) -> impl Iterator<Item = &str> {
    let frame = &body.frame;
    let top = frame.sender_lines.iter().map(String::as_str).chain([
        frame.date_label.as_str(),
        &frame.reference_label,
        &frame.page_label,
        &frame.rehearsal,
        &frame.return_line,
        &frame.heading,
    ]);
    let blocks = body.blocks.iter().flat_map(|block| {
        let texts = block.parts.iter().flat_map(|part| match part {
            Part::Paragraph(text) => std::slice::from_ref(text),
            Part::Bullets(texts) | Part::Steps(texts) => texts,
            Part::ProviderLine => &[],
        });
        [block.heading.as_str()].into_iter().chain(texts.map(String::as_str))
    });
    let foot = [frame.closing.as_str()];
    let foot = foot.into_iter().chain(frame.last_lines.iter().map(String::as_str));

    top.chain(blocks).chain(foot)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;

    use super::*;
    use crate::compose::texts::{every, variants};

    const RUN_DATE: Date = date(2025, 9, 15);

    fn facts() -> Facts {
        let text = include_str!("../../../sample-data/facts.toml");
        Facts::parse("facts.toml".into(), text).unwrap()
    }

    #[test]
    fn a_marked_letter_without_its_marks_is_the_letter() {
        let (texts, facts) = (CampaignTexts::built_in(), facts());
        let traced = TracedTexts::of(&texts);
        for variant in variants(&facts) {
            let plain = body_of(&texts, &variant.subject, &facts, RUN_DATE, true);
            let marked = traced.body(&variant.subject, &facts, RUN_DATE, true);
            let said: Vec<String> = texts_of(&marked).map(unmarked).collect();
            assert_eq!(said, texts_of(&plain).collect::<Vec<_>>(), "{}", variant.name);

            let read: Vec<String> = texts_of(&marked)
                .map(|text| traced.read(text).into_iter().map(|span| span.text).collect())
                .collect();
            assert_eq!(read, said);
        }
    }

    #[test]
    fn every_sentence_is_in_some_letter_and_known_there_by_its_key() {
        let (texts, facts) = (CampaignTexts::built_in(), facts());
        let traced = TracedTexts::of(&texts);
        let mut found = BTreeSet::new();
        for variant in every(&facts).filter(|variant| variant.subject.language == Language::Nl) {
            let body = traced.body(&variant.subject, &facts, RUN_DATE, true);
            found.extend(traced.keys_in(&body).into_iter().map(str::to_owned));
        }

        let missing: Vec<&str> = texts
            .sentences(Language::Nl)
            .iter()
            .map(|sentence| sentence.key.as_str())
            .filter(|key| !found.contains(*key))
            .collect();
        assert!(missing.len() < 60, "{missing:#?}");
        assert!(found.contains("key.confirmed.adult") && found.contains("items.bsn"));
    }

    #[test]
    fn a_sentence_inside_another_is_told_from_it() {
        let traced = TracedTexts::of(&CampaignTexts::built_in());
        let mark = |number: u32| char::from_u32(FIRST + number).unwrap();
        let text = format!("x {}a {}b{END} c{END}", mark(0), mark(1));
        let spans: Vec<(String, String)> =
            traced.read(&text).into_iter().map(|span| (span.key, span.text)).collect();
        let key = |number: usize| traced.keys[number].clone();
        let said = [("", "x "), (&key(0), "a "), (&key(1), "b"), (&key(0), " c")];
        assert_eq!(spans, said.map(|(key, text)| (key.to_owned(), text.to_owned())));
    }
}
