//! Letters to professionals: which of their own data were stolen, and what can be done with those in
//! their name. Staff may open the post of a practice: such a letter holds nothing about a patient, and
//! nothing about the professional as one.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::address_lines::address_lines;
use super::notices::{
    NoticeTexts, ProfessionalLine, ProfessionalSlot, ProfessionalWords, own_line,
};
use super::texts::slots::SlotName;
use super::texts::{LetterNews, TextFacts, body_of, dates, values_of};
use super::{Letterbook, MANIFEST_CHARACTERS, check_lines, kix, kix_for, reference};
use crate::config::ProfessionalSettings;
use crate::facts::ProviderFacts;
use crate::field::address::AddressSource;
use crate::field::body::{Block, Body, Part};
use crate::field::draft::Draft;
use crate::field::findings::Findings;
use crate::field::ids::Pseudonym;
use crate::field::professional::{ProfessionalFindings, ProfessionalItems};
use crate::field::row::Provider;
use crate::field::shared::Shared;
use crate::field::subject::LetterSubject;
use crate::field::terms::{Audience, Category, Format, Items, Kind, Language, Published, Status};

/// A letter that has been decided.
#[derive(Clone, Debug)]
pub struct ProfessionalLetter<'a> {
    /// Whom it is for, as the ledger knows them.
    pub subject: Pseudonym,
    /// AGB code; empty where it is not known.
    pub code: &'a str,
    /// As printed.
    pub name: &'a str,
    /// Where it goes.
    pub practice: &'a Provider,
    /// What it tells.
    pub findings: ProfessionalFindings,
    /// First or supplement.
    pub kind: Kind,
    /// Place among the professional's letters of this kind, from 1.
    pub sequence: u32,
    /// Date of the letter that a supplement refers to.
    pub earlier: Option<Date>,
}

/// What the text of such a letter depends on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProfessionalFacts {
    /// Language.
    pub language: Language,
    /// What it tells.
    pub findings: ProfessionalFindings,
    /// Date of the letter that a supplement refers to.
    pub earlier: Option<Date>,
}

/// What letters to professionals are written from.
#[derive(Clone, Copy)]
pub struct ProfessionalBook<'a> {
    /// What they share with the patients' letters.
    pub letters: Letterbook<'a>,
    /// Their sentences.
    pub texts: &'a NoticeTexts,
    /// `[professionals]`.
    pub settings: &'a ProfessionalSettings,
    /// `[providers]` of facts.toml: the line that they call.
    pub facts: &'a ProviderFacts,
}

impl ProfessionalFacts {
    /// The strongest of what it tells.
    const fn status(&self) -> Status {
        let ProfessionalFindings { stolen, perhaps, .. } = self.findings;
        if !stolen.is_empty() {
            Status::Confirmed
        } else if !perhaps.is_empty() {
            Status::NotExcluded
        } else {
            Status::SharedOnly
        }
    }
}

impl ProfessionalBook<'_> {
    /// What the text of a letter depends on.
    #[must_use]
    pub fn facts_of(&self, letter: &ProfessionalLetter<'_>) -> ProfessionalFacts {
        let in_english = self.settings.in_english.contains(letter.code);
        let language = if in_english { Language::En } else { Language::Nl };
        ProfessionalFacts { language, findings: letter.findings, earlier: letter.earlier }
    }

    /// The text for these facts.
    #[must_use]
    pub fn body(&self, facts: &ProfessionalFacts) -> Body {
        let Letterbook { texts, facts: campaign, run_date, synthetic, .. } = self.letters;
        let words = &self.texts.locale(facts.language).professional;

        let mut body =
            body_of(texts, &frame(facts, &self.settings.sender), campaign, run_date, synthetic);
        body.frame.heading = words.heading.of(facts.status(), facts.earlier.is_some()).words();
        own_line(&mut body, campaign, &self.settings.sender, &self.facts.phone);
        body.frame.last_lines.clear();
        body.blocks = self.blocks(facts, words);
        body
    }

    fn blocks(&self, facts: &ProfessionalFacts, words: &ProfessionalWords) -> Vec<Shared<Block>> {
        let values = self.values(facts.language);
        let say = |line: &ProfessionalLine| {
            line.fill(|slot| {
                let named = ProfessionalSlot::ALL.iter().find(|(_, own)| *own == slot);
                named.and_then(|(name, _)| values.get(name)).map_or("", String::as_str)
            })
        };
        let block = |id: &str, heading: String, parts: Vec<Part>| {
            Shared::from(Block { id: id.to_owned(), heading, parts })
        };

        let mut blocks = Vec::new();
        if let Some(earlier) = facts.earlier {
            let earlier = dates::in_words(earlier, facts.language);
            let news = words.news.fill(|_| &earlier);
            blocks.push(block("NEWS", String::new(), vec![Part::Paragraph(news)]));
        }
        let key = say(words.key.of(facts.status()));
        blocks.push(block("KEY", String::new(), vec![Part::Paragraph(key)]));
        blocks.push(block("DATA", words.data.heading.words(), data(facts.findings, words)));
        let story = say(&words.what.story);
        blocks.push(block("WHAT", words.what.heading.words(), vec![Part::Paragraph(story)]));

        let misuse = &words.misuse;
        let ways = [&misuse.prescriptions, &misuse.referrals, &misuse.calls, &misuse.mails];
        let ways = ways.into_iter().map(super::texts::slots::SlottedLine::words).collect();
        let lead = Part::Paragraph(misuse.lead.words());
        blocks.push(block("MISUSE", misuse.heading.words(), vec![lead, Part::Bullets(ways)]));
        let steps = &words.steps;
        let all = [&steps.staff, &steps.pharmacy, &steps.call_back, &steps.police];
        let all = all.into_iter().map(super::texts::slots::SlottedLine::words).collect();
        blocks.push(block("DO", steps.heading.words(), vec![Part::Steps(all)]));
        let reach_us = [say(&words.contact.reach_us), words.contact.own.words()];
        let reach_us = Part::Paragraph(reach_us.join(" "));
        blocks.push(block("CONTACT", words.contact.heading.words(), vec![reach_us]));
        blocks
    }

    fn values(&self, language: Language) -> BTreeMap<&'static str, String> {
        let facts = self.letters.facts;
        let hours = facts.phones.get(&self.facts.phone).and_then(|phone| phone.hours.as_ref());
        let mut values = values_of(facts, &self.settings.sender, language);
        values.extend([
            ("provider_phone", facts.number(&self.facts.phone).to_owned()),
            ("provider_hours", hours.map_or("", |hours| hours.get(language)).to_owned()),
        ]);
        values
    }

    /// A letter whose text has this content hash; `None`: the name or the address cannot be printed.
    #[must_use]
    pub fn draft(&self, letter: &ProfessionalLetter<'_>, body: &str) -> Option<Draft> {
        let Letterbook { keys, campaign, window, .. } = self.letters;
        let facts = self.facts_of(letter);
        let words = &self.texts.locale(facts.language).professional;
        let name = letter.name.split_whitespace().collect::<Vec<_>>().join(" ");
        // The practice first, as for any letter to somebody who works there.
        let name_lines = vec![
            letter.practice.display_name.trim().to_owned(),
            words.attention.fill(|_| &name),
            words.personal.words(),
        ];
        let address = address_lines(&letter.practice.address()).ok()?;
        check_lines(&name_lines, &address.lines, &address.country_line).ok()?;
        let postal = &address.postal;
        let is_long = |cell: &String| cell.chars().count() > MANIFEST_CHARACTERS;
        if name_lines[0].is_empty() || [&postal.street, &postal.town].into_iter().any(is_long) {
            return None;
        }

        let letter_id = keys.letter_id(campaign, letter.kind, letter.subject, letter.sequence);
        Some(Draft {
            letter_id,
            person: letter.subject,
            subject: LetterSubject::Professional,
            patients: letter.findings.bits(),
            kind: letter.kind,
            sequence: letter.sequence,
            reissue_of: None,
            sender: self.settings.sender.clone(),
            findings: findings(facts.status()),
            stored: Items::NONE,
            language: facts.language,
            format: Format::Standard,
            audience: Audience::Adult,
            custody: None,
            reference: reference::code(keys.reference_seed(letter_id)),
            salutation: words.salutation.fill(|_| &name),
            name_lines,
            kix: kix_for(kix::kix(&address.postal, address.indication), window),
            address_lines: address.lines,
            country_line: address.country_line,
            address_source: AddressSource::Institution,
            postal: address.postal,
            zone: address.zone,
            provider_display: String::new(),
            body: body.to_owned(),
            record_ids: Vec::new(),
            rows: Vec::new(),
            row_refs: Vec::new(),
        })
    }
}

/// Nothing of it is about a patient's data.
fn findings(status: Status) -> Findings {
    Findings {
        categories: Vec::new(),
        status,
        published: Published::Unknown,
        involved: Items::NONE,
        possible: Items::NONE,
    }
}

/// Letterhead, date and signature are those of a letter of this sender.
fn frame(facts: &ProfessionalFacts, sender: &str) -> TextFacts {
    TextFacts {
        language: facts.language,
        format: Format::Standard,
        sender: sender.to_owned(),
        findings: Findings { categories: vec![Category::Gp], ..findings(facts.status()) },
        audience: Audience::Adult,
        custody: None,
        news: LetterNews::First,
        anew: None,
        provider: false,
        not_involved: Items::NONE,
        stored: Items::NONE,
        abroad: false,
    }
}

fn data(findings: ProfessionalFindings, words: &ProfessionalWords) -> Vec<Part> {
    let lists = [
        (&words.data.stolen, findings.stolen),
        (&words.data.perhaps, findings.perhaps),
        (&words.data.stored, findings.stored),
    ];
    let kinds = |items: ProfessionalItems| {
        items.iter().map(|item| words.items.of(item).words()).collect::<Vec<_>>()
    };
    let mut parts = Vec::new();
    for (lead, items) in lists.into_iter().filter(|(_, items)| !items.is_empty()) {
        parts.push(Part::Paragraph(lead.words()));
        parts.push(Part::Bullets(kinds(items)));
    }
    if parts.is_empty() {
        parts.push(Part::Paragraph(words.data.unknown.words()));
    }
    parts
}

#[cfg(test)]
mod tests;
