//! The blocks of a letter and when they are there (letters.md 5.2 to 5.5). Sentences are chosen here; the locale files hold
//! no conditions.

use super::items::listed;
use super::locale::Voiced;
use super::subject::News;
use super::writer::{Writer, block, joined, paragraph};
use crate::letter::{Audience, Block, Category, Item, Items, Part, Published, Status};

impl Writer<'_> {
    /// All blocks of the letter, in the order of the content model.
    pub fn blocks(&self) -> Vec<Block> {
        let blocks = [
            self.news(),
            Some(self.key()),
            self.companion(),
            Some(self.why()),
            self.multi(),
            Some(self.data()),
            Some(self.what()),
            Some(self.published()),
            Some(self.risk()),
            Some(self.you()),
            Some(self.real()),
            Some(self.we()),
            Some(self.care()),
            Some(self.help()),
            Some(self.contact()),
            Some(paragraph("RIGHTS", self.say(&self.locale.rights))),
            Some(paragraph("SIGN", self.say(&self.locale.sign))),
        ];
        blocks.into_iter().flatten().collect()
    }

    /// HEAD.
    pub fn heading(&self) -> String {
        let texts = &self.locale.heading;
        let status = self.subject.findings.status;
        self.say(match self.subject.news {
            News::First => texts.first.of(status),
            News::Supplement(_) => texts.supplement.of(status),
            News::Correction(_) => &texts.correction,
        })
    }

    fn key(&self) -> Block {
        let texts = &self.locale.key;
        let text = match self.subject.findings.status {
            Status::Confirmed => &texts.confirmed,
            Status::NotExcluded => &texts.not_excluded,
            Status::SharedOnly if self.facts.incident.shared_only_no_sign => &texts.shared_only_no_sign,
            Status::SharedOnly => &texts.shared_only_unsure,
        };
        paragraph("KEY", self.say(text))
    }

    fn companion(&self) -> Option<Block> {
        let texts = &self.locale.key.companion;
        match self.subject.audience {
            Audience::Adult => None,
            Audience::Youth => Some(paragraph("YOUTH", texts.youth.words())),
            Audience::Parents => Some(paragraph("PARENT", texts.parents.words())),
        }
    }

    fn why(&self) -> Block {
        let texts = &self.locale.why;
        let (text, named) = match self.subject.main() {
            Some(Category::Prisoner) => (&texts.prisoner, None),
            Some(Category::Hospital) => (&texts.hospital, Some(&texts.hospital_named)),
            Some(Category::Gp) => (&texts.gp, Some(&texts.gp_named)),
            Some(Category::Screening) | None => (&texts.screening, None),
        };
        let mut parts = vec![Part::Paragraph(self.say(text))];
        if let (true, Some(named)) = (self.subject.provider, named) {
            parts.push(Part::Paragraph(named.words()));
            parts.push(Part::ProviderLine);
        }
        if let Some(about) = &self.sender.about {
            parts.push(Part::Paragraph(about.get(self.subject.language).to_owned()));
        }
        block("WHY", self.say(&texts.heading), parts)
    }

    /// letters.md 5.5: every further category in a paragraph of its own. Detention is always the main category, so its word
    /// stands in WHY alone.
    fn multi(&self) -> Option<Block> {
        let texts = &self.locale.multi;
        let (_, others) = self.subject.findings.categories.split_first()?;
        if others.is_empty() {
            return None;
        }
        let mut sentences = vec![self.say(&texts.intro)];
        for other in others {
            sentences.push(self.say(match other {
                Category::Hospital => &texts.hospital,
                Category::Gp => &texts.gp,
                Category::Screening | Category::Prisoner => &texts.screening,
            }));
        }
        Some(paragraph("MULTI", joined(&sentences)))
    }

    fn data(&self) -> Block {
        let texts = &self.locale.data;
        let findings = &self.subject.findings;
        let heading = match findings.status {
            Status::Confirmed => self.say(&texts.heading.confirmed),
            Status::NotExcluded => texts.heading.not_excluded.words(),
            Status::SharedOnly => texts.heading.shared_only.words(),
        };
        let mut parts = Vec::new();
        let mut list = |intro: String, items: Items| {
            parts.push(Part::Paragraph(intro));
            parts.push(Part::Bullets(listed(&self.locale.items, self.subject, items)));
        };
        match (findings.involved.is_empty(), findings.possible.is_empty()) {
            (false, true) => list(self.say(&texts.involved), findings.involved),
            (true, false) => list(self.say(&texts.possible), findings.possible),
            (false, false) => {
                list(self.say(&texts.involved), findings.involved);
                list(texts.possible_too.words(), findings.possible);
            }
            (true, true) if findings.status == Status::SharedOnly => {
                parts.push(Part::Paragraph(self.say(&texts.shared_only)));
            }
            (true, true) => parts.push(Part::Paragraph(self.say(&texts.kinds_unknown))),
        }
        block("DATA", heading, parts)
    }

    fn what(&self) -> Block {
        let texts = &self.locale.what;
        block("WHAT", texts.heading.words(), vec![Part::Paragraph(self.tell(&texts.story))])
    }

    fn published(&self) -> Block {
        let texts = &self.locale.published;
        let text = match self.subject.findings.published {
            Published::Yes if self.facts.publication.removed => &texts.yes_removed,
            Published::Yes => &texts.yes_still_there,
            Published::No => &texts.no,
            Published::Unknown => &texts.unknown,
        };
        block("PUB", self.say(&texts.heading), vec![Part::Paragraph(self.say(text))])
    }

    fn risk(&self) -> Block {
        let texts = &self.locale.risk;
        let lead = match self.subject.findings.status {
            Status::Confirmed => None,
            Status::NotExcluded => Some(&texts.not_excluded),
            Status::SharedOnly => Some(&texts.shared_only),
        };
        let lead: Vec<String> = lead.into_iter().chain([&texts.any]).map(|text| self.say(text)).collect();
        let mut parts = vec![Part::Paragraph(joined(&lead))];
        let by_item: [(&[Item], &Voiced); 5] = [
            (&[Item::ExamType, Item::Result], &texts.health),
            (&[Item::Bsn], &texts.bsn),
            (&[Item::Phone, Item::Email], &texts.contact),
            (&[Item::Address], &texts.address),
            (&[Item::Insurer], &texts.insurer),
        ];
        let risks: Vec<String> =
            by_item.iter().filter(|(items, _)| self.any(items)).map(|(_, text)| self.say(text)).collect();
        if !risks.is_empty() {
            parts.push(Part::Bullets(risks));
        }
        block("RISK", self.say(&texts.heading), parts)
    }

    fn you(&self) -> Block {
        let texts = &self.locale.you;
        let held = self.subject.in_custody();
        let mut message = vec![self.say(if held { &texts.message_in_custody } else { &texts.message })];
        if self.any(&[Item::Phone, Item::Email]) {
            message.push(texts.contact.words());
        }
        let call = self.say(if held { &texts.call_in_custody } else { &texts.call });
        let mut steps = vec![call, joined(&message)];
        if self.any(&[Item::ExamType, Item::Result]) {
            let health = self.say(if held { &texts.health_in_custody } else { &texts.health });
            // letters.md 5.3: for (former) prisoners threats are the first danger.
            let place = if self.subject.main() == Some(Category::Prisoner) { 0 } else { steps.len() };
            steps.insert(place, health);
        }
        if self.any(&[Item::Bsn]) {
            steps.push(self.say(&texts.bsn));
        }
        if self.any(&[Item::Insurer]) {
            steps.push(self.say(&texts.insurer));
        }
        if self.subject.findings.published == Published::Yes {
            steps.push(texts.published.words());
        }
        let mut parts = vec![Part::Steps(steps)];
        if self.subject.findings.status != Status::Confirmed {
            parts.insert(0, Part::Paragraph(self.say(&texts.to_be_safe)));
        }
        block("YOU", self.say(&texts.heading), parts)
    }

    fn real(&self) -> Block {
        let texts = &self.locale.real;
        let doubt = if self.subject.in_custody() { &texts.doubt_in_custody } else { &texts.doubt };
        let mut sentences = vec![self.say(&texts.never), self.say(doubt)];
        // Said to everybody or to nobody, so that it tells nothing about the reader (letters.md 5.5, rule 1).
        if self.facts.sender_of.values().any(|sender| *sender != self.subject.sender) {
            sentences.push(self.say(&texts.other_senders));
        }
        block("REAL", self.say(&texts.heading), vec![Part::Paragraph(joined(&sentences))])
    }

    fn we(&self) -> Block {
        let texts = &self.locale.we;
        let measures = self.facts.measures.iter().map(|measure| measure.get(self.subject.language).to_owned());
        let parts = vec![Part::Bullets(measures.chain([self.say(&texts.update)]).collect())];
        block("WE", texts.heading.words(), parts)
    }

    fn care(&self) -> Block {
        let texts = &self.locale.care;
        let (heading, text) = match self.subject.main() {
            Some(Category::Screening) | None => (&texts.heading_result, &texts.screening),
            Some(Category::Hospital) => (&texts.heading_health, &texts.hospital),
            Some(Category::Gp) => (&texts.heading_health, &texts.gp),
            Some(Category::Prisoner) if self.subject.in_custody() => (&texts.heading_health, &texts.in_custody),
            Some(Category::Prisoner) => (&texts.heading_health, &texts.after_custody),
        };
        let mut parts = vec![Part::Paragraph(self.say(text))];
        if self.subject.findings.categories.iter().skip(1).any(|category| *category == Category::Screening) {
            parts.push(Part::Paragraph(self.say(&texts.screening_too)));
        }
        block("CARE", self.say(heading), parts)
    }

    fn help(&self) -> Block {
        let texts = &self.locale.help;
        let mut parts = vec![Part::Paragraph(self.say(&texts.support))];
        // To everybody whose address is in the list, or the line itself would mark those in danger (letters.md 3.2).
        if self.any(&[Item::Address]) {
            parts.push(Part::Paragraph(self.say(&texts.safety)));
        }
        block("HELP", self.say(&texts.heading), parts)
    }

    fn contact(&self) -> Block {
        let texts = &self.locale.contact;
        let reach = if self.subject.in_custody() { &texts.reach_us_in_custody } else { &texts.reach_us };
        let sentences = [self.say(reach), self.say(&texts.privacy)];
        block("CONTACT", self.say(&texts.heading), vec![Part::Paragraph(joined(&sentences))])
    }

    /// Whether one of the items was or may have been stolen.
    fn any(&self, items: &[Item]) -> bool {
        items.iter().any(|item| self.subject.items().has(*item))
    }
}
