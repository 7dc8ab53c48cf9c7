//! What the letters say. The sentences are in [`CampaignTexts`], the facts in `facts.toml`; here
//! they are chosen, filled and checked. A text depends on [`TextFacts`] and on nothing else, and it
//! holds nothing personal.

mod anew;
mod blocks;
mod campaign;
mod conditions;
pub mod dates;
mod faults;
mod items;
pub(crate) mod limits;
pub(in crate::compose) mod locale;
mod news;
pub(crate) mod slots;
mod subject;
pub mod trace;
mod variants;
mod writer;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::facts::{Facts, Sender};
use crate::field::body::{Body, Frame};
use crate::field::shared::Shared;
use crate::field::terms::{Audience, Custody, Items, Language};

pub use campaign::{CampaignTexts, Sentence, TEXT_FILES, TextFiles, TextsError};
pub use conditions::{Condition, category_words};
pub use faults::TextFault;
pub use subject::{LetterNews, TextFacts, named_provider};
pub use variants::{LetterHistory, Variant, every, variants};

use writer::TextWriter;

/// The text for these facts about a person. `run_date` is the date of the letter; `synthetic` marks
/// a rehearsal.
///
/// Never fails: [`Facts::load`] has checked the facts, and [`CampaignTexts`] has every sentence. A
/// sender profile that is not in the facts leaves the frame empty, and an empty place is refused
/// before printing (S103).
#[must_use]
pub fn body_of(
    texts: &CampaignTexts,
    subject: &TextFacts,
    facts: &Facts,
    run_date: Date,
    synthetic: bool,
) -> Body {
    let subject = subject.clone().settled();
    let nobody = Sender::default();
    let sender = facts.senders.get(&subject.sender).unwrap_or(&nobody);
    let writer = TextWriter::new(texts.locale(subject.language), &subject, facts, sender);

    Body {
        language: subject.language,
        format: subject.format,
        provider_slot: subject.provider,
        frame: frame(&writer, run_date, synthetic).into(),
        blocks: writer.blocks().into_iter().map(Shared::from).collect(),
    }
}

/// The kinds of data in the words of that letter.
#[must_use]
pub fn item_words(texts: &CampaignTexts, subject: &TextFacts, items: Items) -> Vec<String> {
    items::listed(&texts.locale(subject.language).items, subject, items)
}

/// The facts in words by the name of their slot, with the contact data of that sender.
#[must_use]
pub fn values_of(
    facts: &Facts,
    sender: &str,
    language: Language,
) -> BTreeMap<&'static str, String> {
    let nobody = Sender::default();
    let sender = facts.senders.get(sender).unwrap_or(&nobody);
    let values = slots::Values::new(facts, sender, language, None);
    let slots = <slots::Fact as slots::SlotName>::ALL.iter();
    slots.map(|(name, slot)| (*name, values.of(*slot).to_owned())).collect()
}

fn frame(writer: &TextWriter<'_>, run_date: Date, synthetic: bool) -> Frame {
    let (texts, sender, language) = (&writer.locale.frame, writer.sender, writer.subject.language);
    let country = writer::home_country(writer.locale, writer.subject);
    let rehearsal = if synthetic { texts.rehearsal.words() } else { String::new() };

    Frame {
        sender_name: sender.name.get(language).to_owned(),
        sender_lines: sender_lines(writer, country.as_deref()),
        return_line: slots::with_country(&sender.return_line, country.as_deref()),
        date_label: texts.date_label.words(),
        date: dates::in_words(run_date, language),
        reference_label: texts.reference_label.words(),
        heading: writer.heading(),
        page_label: texts.page_label.open(),
        rehearsal,
        closing: texts.closing.words(),
        signature: vec![sender.signatory.clone(), sender.function.get(language).to_owned()],
        last_lines: last_lines(writer),
    }
}

/// The sender's address, the country behind its last line in letters that go abroad, and the line
/// to call.
fn sender_lines(writer: &TextWriter<'_>, country: Option<&str>) -> Vec<String> {
    let mut lines = writer.sender.address.clone();
    if let Some(last) = lines.last_mut() {
        *last = slots::with_country(last, country);
    }
    lines.push(writer.tell(&writer.locale.frame.phone_line));
    lines
}

/// Another language, another size of print, read aloud: people who are held ask somebody who can
/// call.
fn last_lines(writer: &TextWriter<'_>) -> Vec<String> {
    let texts = &writer.locale.frame;
    let format = writer.subject.format;
    let print = writer.held_or(&texts.large_print_in_custody, &texts.large_print).of(format);
    let held = writer.subject.custody == Some(Custody::Current)
        && writer.subject.audience != Audience::Parents;
    let language = if held {
        texts.other_language_in_custody.words()
    } else {
        writer.tell(&texts.other_language)
    };

    vec![language, writer.say(print)]
}

#[cfg(test)]
mod tests;
