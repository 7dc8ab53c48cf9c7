//! One letter being written: its facts, the sentences of its language, and how a sentence becomes
//! text.

use super::locale::{Locale, Voiced};
use super::slots::{Dated, SlottedText, Values};
use super::subject::TextFacts;
use crate::facts::{Facts, Sender};
use crate::field::body::{Block, Part};

/// What every block is written from.
pub struct TextWriter<'a> {
    /// The sentences.
    pub locale: &'a Locale,
    /// What the text may depend on, settled.
    pub subject: &'a TextFacts,
    /// The campaign's facts.
    pub facts: &'a Facts,
    /// Who signs.
    pub sender: &'a Sender,
    /// Values of the slots.
    pub values: Values,
}

impl<'a> TextWriter<'a> {
    /// A writer for that subject.
    pub fn new(
        locale: &'a Locale,
        subject: &'a TextFacts,
        facts: &'a Facts,
        sender: &'a Sender,
    ) -> Self {
        let country = home_country(locale, subject);
        let values = Values::new(facts, sender, subject.language, country.as_deref());
        Self { locale, subject, facts, sender, values }
    }

    /// A sentence in the voice of this letter.
    pub fn say(&self, voiced: &Voiced) -> String {
        self.tell(voiced.to(self.subject.audience))
    }

    /// A sentence that is the same in every voice.
    pub fn tell(&self, text: &SlottedText) -> String {
        text.fill(|slot| self.values.of(slot))
    }

    /// A sentence that names the earlier letter's date.
    pub fn date(&self, voiced: &Voiced<Dated>, earlier: &str) -> String {
        voiced.to(self.subject.audience).fill(|_| earlier)
    }
}

/// The country behind the sender's addresses, in letters that go abroad only.
pub fn home_country(locale: &Locale, subject: &TextFacts) -> Option<String> {
    subject.abroad.then(|| locale.frame.country.words())
}

/// A block with a heading.
pub fn block(id: &str, heading: String, parts: Vec<Part>) -> Block {
    Block { id: id.to_owned(), heading, parts }
}

/// A block of one paragraph without a heading.
pub fn paragraph(id: &str, text: String) -> Block {
    block(id, String::new(), vec![Part::Paragraph(text)])
}

/// Whole texts one after the other in one paragraph.
pub fn joined(texts: &[String]) -> String {
    texts.join(" ")
}
