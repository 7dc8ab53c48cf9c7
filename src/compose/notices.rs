//! Letters to care providers: what happened, how many of their patients it is about, and what their
//! staff will be asked. They hold nothing about a single patient.
//!
//! A text depends on [`NoticeFacts`] alone, so that providers share texts as patients do; the
//! number of patients stands on the one line that is a provider's own.

mod professional_words;
mod texts;

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::address_lines::address_lines;
use super::texts::{CampaignTexts, LetterNews, TextFacts, body_of, dates, item_words, values_of};
use super::{Letterbook, MANIFEST_CHARACTERS, check_lines, kix, kix_for, reference};
use crate::config::ProvidersFirst;
use crate::decide::providers::Affected;
use crate::facts::{Facts, ProviderFacts};
use crate::field::address::AddressSource;
use crate::field::body::{Block, Body, ENCLOSED, Part};
use crate::field::draft::Draft;
use crate::field::findings::Findings;
use crate::field::provider::NoticeHold;
use crate::field::row::{Provider, ProviderKind};
use crate::field::shared::Shared;
use crate::field::subject::LetterSubject;
use crate::field::terms::{
    Audience, Category, Custody, Format, Items, Kind, Language, Published, Status,
};

pub(super) use professional_words::{ProfessionalLine, ProfessionalSlot, ProfessionalWords};
pub(super) use texts::own_line;
pub use texts::{NOTICE_FILES, NoticeTexts, NoticeTextsError};
use texts::{NoticeLine, NoticeLocale, NoticeSlot};

/// A notice that has been decided.
#[derive(Clone, Debug)]
pub struct ProviderNotice<'a> {
    /// To whom.
    pub provider: &'a Provider,
    /// What it says of the patients.
    pub affected: Affected,
    /// First or supplement.
    pub kind: Kind,
    /// Place among the provider's notices of this kind, from 1.
    pub sequence: u32,
    /// Date of the notice that a supplement refers to.
    pub earlier: Option<Date>,
    /// The night from which its patients no longer wait; `None`: they do not.
    pub until: Option<Date>,
}

/// What the text of a notice depends on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NoticeFacts {
    /// Kind of provider.
    pub kind: ProviderKind,
    /// Language.
    pub language: Language,
    /// Kinds of data, and how sure it is; without categories.
    pub findings: Findings,
    /// Kinds of data that were in the computers, and are not said to be stolen.
    pub stored: Items,
    /// Whether some patients had a letter before.
    pub some_told: bool,
    /// Date of the notice that a supplement refers to.
    pub earlier: Option<Date>,
    /// The night from which its patients no longer wait; `None`: they do not.
    pub until: Option<Date>,
}

/// What notices are written from.
#[derive(Clone, Copy)]
pub struct NoticeBook<'a> {
    /// What they share with the patients' letters.
    pub letters: Letterbook<'a>,
    /// Their sentences.
    pub texts: &'a NoticeTexts,
    /// `[providers_first]`.
    pub settings: &'a ProvidersFirst,
    /// `[providers]` of facts.toml.
    pub facts: &'a ProviderFacts,
}

/// Notices that were written, with their texts.
#[derive(Debug, Default)]
pub struct WrittenNotices {
    /// With the code of the provider of each.
    pub drafts: Vec<(String, Draft)>,
    /// Providers whose name or address cannot be printed.
    pub held: Vec<(String, NoticeHold)>,
    /// Texts by content hash.
    pub bodies: BTreeMap<String, Body>,
}

/// Writes notices. The order is kept; the same notice gives the same draft.
#[must_use]
pub fn write(notices: &[ProviderNotice<'_>], book: &NoticeBook<'_>) -> WrittenNotices {
    let mut written = WrittenNotices::default();
    let mut keys = BTreeMap::<NoticeFacts, String>::new();
    for notice in notices {
        let code = notice.provider.code.clone();
        let facts = book.facts_of(notice);
        let key = keys.entry(facts).or_insert_with_key(|facts| {
            let body = book.body(facts);
            let key = body.key();
            written.bodies.insert(key.clone(), body);
            key
        });
        match book.draft(notice, key) {
            Some(draft) => written.drafts.push((code, draft)),
            None => written.held.push((code, NoticeHold::P106)),
        }
    }
    written
}

/// The category of the patients that a kind of provider has.
#[must_use]
pub const fn category_of(kind: ProviderKind) -> Category {
    match kind {
        ProviderKind::Gp | ProviderKind::Clinic => Category::Gp,
        ProviderKind::Hospital => Category::Hospital,
        ProviderKind::Custodial => Category::Prisoner,
    }
}

impl NoticeBook<'_> {
    /// The sender profile that signs to a kind of provider.
    #[must_use]
    pub fn sender(&self, kind: ProviderKind) -> &str {
        sender(self.settings, self.letters.facts, kind)
    }

    fn facts_of(&self, notice: &ProviderNotice<'_>) -> NoticeFacts {
        let in_english = self.settings.in_english.contains(&notice.provider.code);
        NoticeFacts {
            kind: notice.provider.kind,
            language: if in_english { Language::En } else { Language::Nl },
            findings: notice.affected.findings.clone(),
            stored: notice.affected.only_stored(),
            some_told: notice.affected.some_told,
            earlier: notice.earlier,
            until: notice.until.filter(|_| notice.earlier.is_none()),
        }
    }

    /// The text for these facts.
    #[must_use]
    pub fn body(&self, facts: &NoticeFacts) -> Body {
        let own = patients(facts, self.sender(facts.kind));
        let category = category_of(facts.kind);
        let sender = self.letters.facts.sender_of.get(&category).map_or("", String::as_str);
        let patients = patients(facts, sender);

        let locale = self.texts.locale(facts.language);
        let writer = NoticeWriter::new(self, facts, locale, sender);
        let (synthetic, run_date) = (self.letters.synthetic, self.letters.run_date);
        let body_of =
            |subject| body_of(self.letters.texts, subject, self.letters.facts, run_date, synthetic);
        let enclosed = body_of(&patients);

        let mut body = body_of(&own);
        let heading = locale.heading.of(facts.kind, facts.findings.status, facts.earlier.is_some());
        body.frame.heading = heading.words();
        own_line(&mut body, self.letters.facts, self.sender(facts.kind), &self.facts.phone);
        body.frame.last_lines.clear();
        body.provider_slot = true;
        body.blocks = writer.blocks(&patients, &enclosed);
        body
    }

    /// `None`: the name or the address cannot be printed.
    fn draft(&self, notice: &ProviderNotice<'_>, body: &str) -> Option<Draft> {
        let Letterbook { keys, campaign, window, .. } = self.letters;
        let (provider, facts) = (notice.provider, self.facts_of(notice));
        let locale = self.texts.locale(facts.language);
        let name = provider.display_name.trim().to_owned();
        let name_lines = vec![name, locale.attention.of(provider.kind).words()];
        let address = address_lines(&provider.address()).ok()?;
        check_lines(&name_lines, &address.lines, &address.country_line).ok()?;
        let postal = &address.postal;
        let is_long = |cell: &String| cell.chars().count() > MANIFEST_CHARACTERS;
        if name_lines[0].is_empty() || [&postal.street, &postal.town].into_iter().any(is_long) {
            return None;
        }

        let subject = keys.provider(&provider.code);
        let letter_id = keys.letter_id(campaign, notice.kind, subject, notice.sequence);
        Some(Draft {
            letter_id,
            person: subject,
            subject: LetterSubject::Provider,
            patients: notice.affected.patients,
            kind: notice.kind,
            sequence: notice.sequence,
            reissue_of: None,
            sender: self.sender(provider.kind).to_owned(),
            stored: facts.stored,
            language: facts.language,
            format: Format::Standard,
            audience: Audience::Adult,
            custody: None,
            reference: reference::code(keys.reference_seed(letter_id)),
            salutation: locale.salutation.of(provider.kind).words(),
            name_lines,
            kix: kix_for(kix::kix(&address.postal, address.indication), window),
            address_lines: address.lines,
            country_line: address.country_line,
            address_source: AddressSource::Institution,
            postal: address.postal,
            zone: address.zone,
            provider_display: count_line(locale, &facts, &notice.affected),
            body: body.to_owned(),
            record_ids: Vec::new(),
            rows: Vec::new(),
            row_refs: Vec::new(),
            findings: facts.findings,
        })
    }
}

/// The letter that an adult of these patients gets, signed by `sender`.
fn patients(facts: &NoticeFacts, sender: &str) -> TextFacts {
    let category = category_of(facts.kind);
    let mut findings = facts.findings.clone();
    findings.categories = vec![category];
    TextFacts {
        language: facts.language,
        format: Format::Standard,
        sender: sender.to_owned(),
        findings,
        audience: Audience::Adult,
        custody: (category == Category::Prisoner).then_some(Custody::Current),
        news: LetterNews::First,
        anew: None,
        provider: false,
        not_involved: Items::NONE,
        stored: facts.stored,
        abroad: false,
    }
}

/// The sender profile that signs to a kind of provider: its own, or that of its patients.
#[must_use]
pub fn sender<'a>(settings: &'a ProvidersFirst, facts: &'a Facts, kind: ProviderKind) -> &'a str {
    let of_patients = || facts.sender_of.get(&category_of(kind));
    settings.senders.get(&kind).or_else(of_patients).map_or("", String::as_str)
}

/// Where a number of patients goes from one band to the next. The first is the smallest number that a
/// mail may tell.
const BANDS: [u64; 9] = [10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000];

impl NoticeBook<'_> {
    /// What a mail to a provider says beside the text: the number of patients as a band, and what is
    /// said of the mail itself.
    #[must_use]
    pub fn mail_lines(&self, notice: &ProviderNotice<'_>) -> [String; 2] {
        let facts = self.facts_of(notice);
        let locale = self.texts.locale(facts.language);
        let number = |number: u64| grouped(number, facts.language);
        let patients = notice.affected.patients;
        let place = BANDS.partition_point(|step| *step <= patients);
        let [from, until] = [place.checked_sub(1), Some(place)]
            .map(|step| step.and_then(|step| BANDS.get(step)).map(|step| number(*step)));
        let band = match (&from, &until) {
            (Some(from), Some(until)) => locale.mail.between.fill(|slot| match slot {
                texts::MonthsSlot::From => from,
                texts::MonthsSlot::Until => until,
            }),
            (Some(from), None) => locale.mail.over.fill(|_| from),
            (None, until) => locale.mail.under.fill(|_| until.as_deref().unwrap_or_default()),
        };
        let writer = NoticeWriter::new(self, &facts, locale, self.sender(facts.kind));
        [band, writer.say(&locale.mail.about)]
    }
}

impl NoticeTexts {
    /// What the help desk may say to a provider that no record names.
    #[must_use]
    pub fn unaffected(&self, facts: &Facts, language: Language) -> Vec<String> {
        let texts = &self.locale(language).unaffected;
        let sender = facts.sender_of.get(&Category::Gp).map_or("", String::as_str);
        let values = values_of(facts, sender, language);
        let say = |line: &NoticeLine| say(line, &values);
        vec![texts.heading.words(), say(&texts.what), texts.later.words(), say(&texts.patients)]
    }
}

/// A sentence with its values.
fn say(line: &NoticeLine, values: &BTreeMap<&'static str, String>) -> String {
    line.fill(|slot| {
        let named = NoticeSlot::ALL_NAMES.iter().find(|(_, own)| *own == slot);
        named.and_then(|(name, _)| values.get(name)).map_or("", String::as_str)
    })
}

/// "143 patiënten, onderzoek tussen januari 2022 en juli 2025".
fn count_line(locale: &NoticeLocale, facts: &NoticeFacts, affected: &Affected) -> String {
    let texts = &locale.count;
    let detainees = facts.kind == ProviderKind::Custodial;
    let number = grouped(affected.patients, facts.language);
    let people = match (affected.patients, detainees) {
        (1, false) => texts.one_patient.words(),
        (1, true) => texts.one_detainee.words(),
        (_, false) => texts.patients.fill(|_| &number),
        (_, true) => texts.detainees.fill(|_| &number),
    };

    // Of a few people the months would be those of one.
    if affected.patients < BANDS[0] {
        return people;
    }
    // Months alone: with a day a provider of one patient would be told more than a number.
    let months = affected.samples.map(|days| days.map(|day| month(day, facts.language)));
    let when = match months {
        None => texts.no_month.words(),
        Some([first, last]) if first == last => texts.one_month.fill(|_| &first),
        Some([first, last]) => texts.months.fill(|slot| match slot {
            texts::MonthsSlot::From => &first,
            texts::MonthsSlot::Until => &last,
        }),
    };
    format!("{people}, {when}")
}

/// "juli 2025".
fn month(day: Date, language: Language) -> String {
    let words = dates::in_words(day, language);
    words.split_once(' ').map_or_else(String::new, |(_, month)| month.to_owned())
}

/// With the language's mark between thousands.
fn grouped(number: u64, language: Language) -> String {
    let mark = match language {
        Language::Nl => '.',
        Language::En => ',',
    };
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(mark);
        }
        grouped.push(digit);
    }
    grouped
}

/// Writes the blocks of one text.
struct NoticeWriter<'a> {
    facts: &'a NoticeFacts,
    locale: &'a NoticeLocale,
    campaign: &'a CampaignTexts,
    provider: &'a ProviderFacts,
    values: BTreeMap<&'static str, String>,
}

impl<'a> NoticeWriter<'a> {
    /// `sender` signs the patients' letters: its line is the one that they call.
    fn new(
        book: &NoticeBook<'a>,
        facts: &'a NoticeFacts,
        locale: &'a NoticeLocale,
        sender: &str,
    ) -> Self {
        let language = facts.language;
        let hours = book.letters.facts.phones.get(&book.facts.phone);
        let hours = hours.and_then(|phone| phone.hours.as_ref());

        let mut values = values_of(book.letters.facts, sender, language);
        values.extend([
            ("provider_phone", book.letters.facts.number(&book.facts.phone).to_owned()),
            ("provider_hours", hours.map_or("", |hours| hours.get(language)).to_owned()),
            ("ready_days", book.settings.after_posting_days.to_string()),
            ("cap", facts.until.map_or_else(String::new, |cap| dates::in_words(cap, language))),
            ("whose", locale.whose.of(facts.kind).words()),
        ]);
        Self { facts, locale, campaign: book.letters.texts, provider: book.facts, values }
    }

    fn say(&self, line: &NoticeLine) -> String {
        say(line, &self.values)
    }

    fn blocks(&self, patients: &TextFacts, enclosed: &Body) -> Vec<Shared<Block>> {
        let locale = self.locale;
        let paragraph = |text: String| Part::Paragraph(text);
        let block = |id: &str, heading: String, parts: Vec<Part>| {
            Shared::from(Block { id: id.to_owned(), heading, parts })
        };

        let mut blocks = Vec::new();
        if let Some(earlier) = self.facts.earlier {
            let earlier = dates::in_words(earlier, self.facts.language);
            let news = locale.news.later.fill(|_| &earlier);
            blocks.push(block("NEWS", String::new(), vec![paragraph(news)]));
        }
        let key = self.say(locale.key.of(self.facts.findings.status));
        blocks.push(block("KEY", String::new(), vec![paragraph(key)]));

        let count = &locale.count;
        blocks.push(block(
            "COUNT",
            count.heading.words(),
            vec![paragraph(count.lead.words()), Part::ProviderLine, paragraph(count.after.words())],
        ));
        blocks.push(block("DATA", locale.data.heading.words(), self.data(patients)));
        let story = self.say(&locale.what.story);
        blocks.push(block("WHAT", locale.what.heading.words(), vec![paragraph(story)]));
        blocks.push(block("WHEN", locale.when.heading.words(), vec![paragraph(self.when())]));
        blocks.push(block(
            "ASK",
            locale.ask.heading.words(),
            vec![Part::Steps(vec![
                locale.ask.tell.words(),
                self.say(&locale.ask.ready),
                locale.ask.not_ours.words(),
                locale.ask.careful.words(),
            ])],
        ));
        blocks.push(block("DESK", locale.desk.heading.words(), vec![self.desk()]));
        blocks.push(block("ROLES", locale.roles.heading.words(), self.roles()));
        let reach_us = self.say(&locale.contact.reach_us);
        blocks.push(block("CONTACT", String::new(), vec![paragraph(reach_us)]));

        let title = &enclosed.frame.heading;
        let lead =
            format!("{} {}", locale.enclosed.lead.words(), locale.enclosed.title.fill(|_| title));
        blocks.push(block(ENCLOSED, locale.enclosed.heading.words(), vec![paragraph(lead)]));
        blocks.extend(enclosed.blocks.iter().cloned());
        blocks.push(block("END", String::new(), vec![paragraph(locale.enclosed.end.words())]));
        blocks
    }

    fn data(&self, patients: &TextFacts) -> Vec<Part> {
        let (texts, findings) = (&self.locale.data, &self.facts.findings);
        let lists = [
            (&texts.stolen, findings.involved),
            (&texts.maybe, findings.possible),
            (&texts.stored, self.facts.stored),
        ];
        let mut parts = Vec::new();
        for (lead, items) in lists.into_iter().filter(|(_, items)| !items.is_empty()) {
            parts.push(Part::Paragraph(lead.words()));
            parts.push(Part::Bullets(item_words(self.campaign, patients, items)));
        }
        if parts.is_empty() {
            parts.push(Part::Paragraph(texts.unknown.words()));
        }

        let seen = findings.published == Published::Yes && findings.status != Status::SharedOnly;
        let seen = seen.then(|| texts.seen.words());
        let after: Vec<String> = seen.into_iter().chain([texts.each.words()]).collect();
        parts.push(Part::Paragraph(after.join(" ")));
        parts
    }

    fn when(&self) -> String {
        let texts = &self.locale.when;
        match self.facts.until {
            None => texts.later.words(),
            Some(_) if self.facts.some_told => {
                format!("{} {}", texts.some_told.words(), self.say(&texts.first))
            }
            Some(_) => self.say(&texts.first),
        }
    }

    fn desk(&self) -> Part {
        let texts = &self.locale.desk;
        Part::Bullets(vec![
            self.say(&texts.real),
            texts.mine.words(),
            self.say(&texts.no_letter),
            texts.what_now.words(),
            texts.health.of(self.facts.kind).words(),
        ])
    }

    fn roles(&self) -> Vec<Part> {
        let language = self.facts.language;
        let mut parts = vec![Part::Paragraph(self.provider.roles.get(language).to_owned())];
        let duties = self.provider.duties.iter().map(|duty| duty.get(language).to_owned());
        let duties: Vec<String> = duties.collect();
        if !duties.is_empty() {
            parts.push(Part::Bullets(duties));
        }
        parts
    }
}

#[cfg(test)]
mod tests;
