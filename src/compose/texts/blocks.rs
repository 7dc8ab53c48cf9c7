//! The blocks of a letter and when they are there (docs/letters.md). Sentences are chosen here; the
//! locale files hold no conditions.

use super::items::listed;
use super::locale::Voiced;
use super::subject::LetterNews;
use super::writer::{TextWriter, block, joined, paragraph};
use crate::facts::Bilingual;
use crate::field::body::{Block, Part};
use crate::field::terms::{Audience, Category, Item, Items, Published, Status};

impl TextWriter<'_> {
    /// All blocks of the letter, in the order of docs/letters.md.
    pub fn blocks(&self) -> Vec<Block> {
        let blocks = [
            self.anew(),
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
            self.regret(),
        ];

        blocks.into_iter().flatten().collect()
    }

    /// HEAD.
    pub fn heading(&self) -> String {
        let texts = &self.locale.heading;
        let status = self.subject.findings.status;
        self.say(match self.subject.news {
            LetterNews::First => texts.first.of(status),
            LetterNews::Supplement(_) => texts.supplement.of(status),
            LetterNews::Correction(_) => &texts.correction,
        })
    }

    fn key(&self) -> Block {
        let texts = &self.locale.key;
        let first = self.is_first();
        let kinds_known = !self.subject.items().is_empty();
        let text = match self.subject.findings.status {
            Status::Confirmed if first => &texts.confirmed,
            Status::Confirmed => &texts.later.confirmed,
            Status::NotExcluded if !first => &texts.later.not_excluded,
            Status::NotExcluded if self.seen() => &texts.not_excluded_seen,
            Status::NotExcluded if kinds_known => &texts.not_excluded,
            Status::NotExcluded => &texts.not_excluded_kinds_unknown,
            Status::SharedOnly if self.seen() => &texts.shared_only_seen,
            Status::SharedOnly if self.facts.incident.shared_only_no_sign => {
                &texts.shared_only_no_sign
            }
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

        let mut parts = match named {
            Some(named) if self.subject.provider => {
                vec![Part::Paragraph(joined(&[self.say(text), named.words()])), Part::ProviderLine]
            }
            _ => vec![Part::Paragraph(self.say(text))],
        };

        // Later letters need not introduce the sender again.
        if let Some(about) = self.about().filter(|_| self.is_first()) {
            parts.push(Part::Paragraph(about.get(self.subject.language).to_owned()));
        }

        block("WHY", self.say(&texts.heading), parts)
    }

    /// Who the sender is to this reader. The laboratory worked for the screening programme first of
    /// all, so people who took part in it are not told that it did so "too".
    fn about(&self) -> Option<&Bilingual> {
        let own = self.sender.about_screening.as_ref();
        let own = own.filter(|_| self.subject.findings.categories == [Category::Screening]);
        own.or(self.sender.about.as_ref())
    }

    /// docs/letters.md: every further category in a paragraph of its own. Detention is always the
    /// main category, so its word stands in WHY alone.
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

        let list = |items: Items| Part::Bullets(listed(&self.locale.items, self.subject, items));
        // The heading already says of a single list what it is.
        let mut parts =
            match (findings.involved.is_empty(), findings.possible.is_empty(), findings.status) {
                (false, true, _) => vec![list(findings.involved)],
                (false, false, _) => {
                    vec![
                        list(findings.involved),
                        Part::Paragraph(texts.possible_too.words()),
                        list(findings.possible),
                    ]
                }
                (true, false, Status::NotExcluded) => vec![list(findings.possible)],
                (true, false, _) => {
                    vec![Part::Paragraph(self.say(&texts.possible)), list(findings.possible)]
                }
                (true, true, Status::SharedOnly) if !self.subject.stored.is_empty() => Vec::new(),
                (true, true, _) => vec![Part::Paragraph(self.say(&texts.kinds_unknown))],
            };

        // What was in the computers and is not known to be stolen stands in a list of its own and
        // is never called stolen.
        if !self.subject.stored.is_empty() {
            let lead =
                if self.subject.items().is_empty() { &texts.stored } else { &texts.stored_too };
            parts.extend([Part::Paragraph(lead.words()), list(self.subject.stored)]);
        }

        if !self.subject.not_involved.is_empty() {
            let text = texts.not_involved.to(self.subject.audience);
            parts.push(Part::Paragraph(self.list(text, self.subject.not_involved)));
        }

        block("DATA", heading, parts)
    }

    fn what(&self) -> Block {
        let texts = &self.locale.what;
        let story = if self.is_first() { &texts.story } else { &texts.story_later };
        block("WHAT", texts.heading.words(), vec![Part::Paragraph(self.tell(story))])
    }

    fn published(&self) -> Block {
        let texts = &self.locale.published;
        let text = match self.subject.findings.published {
            Published::Yes if self.facts.publication.removed => &texts.yes_removed,
            Published::Yes => &texts.yes_still_there,
            Published::No => &texts.no,
            Published::Unknown => &texts.unknown,
        };
        paragraph("PUB", self.say(text))
    }

    fn risk(&self) -> Block {
        let texts = &self.locale.risk;
        let lead = match self.subject.findings.status {
            Status::Confirmed => None,
            Status::NotExcluded if !self.seen() => Some(&texts.not_excluded),
            Status::NotExcluded | Status::SharedOnly => Some(&texts.careful),
        };

        let mut parts: Vec<Part> =
            lead.map(|text| Part::Paragraph(self.say(text))).into_iter().collect();
        let by_item: [(&[Item], &Voiced); 5] = [
            (&[Item::ExamType, Item::Result], &texts.health),
            (&[Item::Bsn], &texts.bsn),
            (&[Item::Phone, Item::Email], self.held_or(&texts.contact_in_custody, &texts.contact)),
            (&[Item::Address], self.held_or(&texts.address_in_custody, &texts.address)),
            (&[Item::Insurer], &texts.insurer),
        ];

        let by_item =
            by_item.iter().filter(|(items, _)| self.any(items)).map(|(_, text)| self.say(text));
        let sentences: Vec<String> = [self.say(self.held_or(&texts.any_in_custody, &texts.any))]
            .into_iter()
            .chain(by_item)
            .collect();

        parts.push(match sentences.as_slice() {
            [only] => Part::Paragraph(only.clone()),
            _ => Part::Bullets(sentences),
        });

        block("RISK", self.say(&texts.heading), parts)
    }

    fn you(&self) -> Block {
        let texts = &self.locale.you;
        let mut message = vec![self.say(self.held_or(&texts.message_in_custody, &texts.message))];
        if self.any(&[Item::Phone, Item::Email]) && !self.subject.in_custody() {
            message.push(texts.contact.words());
        }

        let call = self.say(self.held_or(&texts.call_in_custody, &texts.call));
        let mut steps = vec![call, joined(&message)];
        if self.any(&[Item::ExamType, Item::Result]) {
            let health = self.say(self.by_place(
                &texts.health,
                &texts.health_abroad,
                &texts.health_in_custody,
            ));
            // docs/letters.md: for (former) prisoners threats are the first danger.
            let place =
                if self.subject.main() == Some(Category::Prisoner) { 0 } else { steps.len() };
            steps.insert(place, health);
        }

        if self.any(&[Item::Bsn]) {
            steps.push(self.say(self.by_place(
                &texts.bsn,
                &texts.bsn_abroad,
                &texts.bsn_in_custody,
            )));
        }

        if self.any(&[Item::Insurer]) {
            steps.push(self.say(self.held_or(&texts.insurer_in_custody, &texts.insurer)));
        }

        if self.seen() {
            steps.push(texts.published.words());
        }

        let heading = match self.subject.findings.status {
            Status::Confirmed => &texts.heading,
            Status::NotExcluded | Status::SharedOnly => &texts.heading_to_be_safe,
        };
        block("YOU", self.say(heading), vec![Part::Steps(steps)])
    }

    fn real(&self) -> Block {
        let texts = &self.locale.real;
        let doubt = self.held_or(&texts.doubt_in_custody, &texts.doubt);
        let mut sentences = vec![self.say(&texts.never), self.say(doubt)];
        // Said to everybody or to nobody, so that it tells nothing about the reader
        // (docs/letters.md, rule 1).
        if self.facts.sender_of.values().any(|sender| *sender != self.subject.sender) {
            sentences.push(self.say(&texts.other_senders));
        }
        block("REAL", texts.heading.words(), vec![Part::Paragraph(joined(&sentences))])
    }

    fn we(&self) -> Block {
        let texts = &self.locale.we;
        let measures =
            self.facts.measures.iter().map(|measure| measure.get(self.subject.language).to_owned());
        let update = self.is_first().then(|| self.say(&texts.update));
        block("WE", texts.heading.words(), vec![Part::Bullets(measures.chain(update).collect())])
    }

    fn care(&self) -> Block {
        let texts = &self.locale.care;
        let text = match self.subject.main() {
            Some(Category::Screening) | None => &texts.screening,
            Some(Category::Hospital) => &texts.hospital,
            Some(Category::Gp) => &texts.gp,
            Some(Category::Prisoner) => self.held_or(&texts.in_custody, &texts.after_custody),
        };

        let heading = if self.is_about_the_result() {
            &texts.heading_screening
        } else {
            &self.locale.help.heading
        };
        block("CARE", self.say(heading), vec![Part::Paragraph(self.say(text))])
    }

    fn help(&self) -> Block {
        let texts = &self.locale.help;
        let support = if self.is_first() {
            self.by_place(&texts.support, &texts.support_abroad, &texts.support_in_custody)
        } else {
            self.by_place(
                &texts.support_later,
                &texts.support_later_abroad,
                &texts.support_later_in_custody,
            )
        };

        let mut sentences = vec![self.say(support)];
        // To everybody whose address is in the list, or the line itself would mark those in danger
        // (docs/letters.md).
        if self.any(&[Item::Address]) {
            sentences.push(self.say(self.by_place(
                &texts.safety,
                &texts.safety_abroad,
                &texts.safety_in_custody,
            )));
        }

        // Elsewhere CARE opens with the same question and HELP goes on with its answer.
        let heading =
            if self.is_about_the_result() { self.say(&texts.heading) } else { String::new() };
        block("HELP", heading, vec![Part::Paragraph(joined(&sentences))])
    }

    fn contact(&self) -> Block {
        let texts = &self.locale.contact;
        let reach =
            self.by_place(&texts.reach_us, &texts.reach_us_abroad, &texts.reach_us_in_custody);
        paragraph("CONTACT", joined(&[self.say(reach), self.say(&texts.privacy)]))
    }

    /// SIGN; later letters say sorry in SUPP.
    fn regret(&self) -> Option<Block> {
        self.is_first().then(|| paragraph("SIGN", self.say(&self.locale.sign)))
    }

    /// Whether the person has had no letter yet. Later letters are shorter where the first one said
    /// it all, so that what is new has room on the same sheet.
    fn is_first(&self) -> bool {
        self.subject.news == LetterNews::First
    }

    /// Whether CARE says that the result of the screening still holds.
    fn is_about_the_result(&self) -> bool {
        matches!(self.subject.main(), Some(Category::Screening) | None)
    }

    /// Whether the data were seen on the internet. Then nothing may sound as if nobody had them,
    /// whatever the status.
    fn seen(&self) -> bool {
        self.subject.findings.published == Published::Yes
    }

    /// The sentence for people who are held now, who have no telephone and no internet of their
    /// own, or that for others.
    pub fn held_or<'b, T>(&self, held: &'b T, free: &'b T) -> &'b T {
        if self.subject.in_custody() { held } else { free }
    }

    /// The sentence for where the reader is: at home in the Netherlands, abroad, or held now.
    fn by_place<'b>(&self, home: &'b Voiced, abroad: &'b Voiced, held: &'b Voiced) -> &'b Voiced {
        self.held_or(held, if self.subject.abroad { abroad } else { home })
    }

    /// Whether one of the items was or may have been stolen.
    fn any(&self, items: &[Item]) -> bool {
        items.iter().any(|item| self.subject.items().has(*item))
    }
}
