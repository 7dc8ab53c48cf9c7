//! SUPP: what is different from the earlier letter. The full list follows in DATA.

use super::items::listed;
use super::locale::Voiced;
use super::slots::{Dated, Listing};
use super::writer::{TextWriter, block};
use super::{dates, subject::LetterNews};
use crate::field::body::{Block, Part};
use crate::field::findings::{Difference, Findings};
use crate::field::terms::{Items, Published, Status};

impl TextWriter<'_> {
    /// The block, in supplements and corrections only.
    pub fn news(&self) -> Option<Block> {
        let texts = &self.locale.news;
        match &self.subject.news {
            LetterNews::First => None,
            LetterNews::Supplement(difference) => Some(self.changed(&texts.supplement, difference)),
            LetterNews::Correction(difference) => Some(self.changed(&texts.correction, difference)),
        }
    }

    fn changed(&self, intro: &Voiced<Dated>, difference: &Difference) -> Block {
        let earlier = dates::in_words(difference.earlier, self.subject.language);
        let mut changes = self.changed_sentences(&difference.before);
        changes.extend(self.changed_items(&difference.before));

        if changes.is_empty() {
            changes.push(self.locale.news.nothing_more.words());
        }

        block(
            "SUPP",
            String::new(),
            vec![Part::Paragraph(self.date(intro, &earlier)), Part::Bullets(changes)],
        )
    }

    fn changed_sentences(&self, before: &Findings) -> Vec<String> {
        let texts = &self.locale.news;
        let now = &self.subject.findings;
        let whole = self.whole_list_is_new(before);
        let status = match now.status {
            status if status == before.status => None,
            Status::Confirmed if whole => Some(texts.certain_all.words()),
            Status::Confirmed => Some(self.say(&texts.certain)),
            Status::NotExcluded if before.status == Status::Confirmed => {
                Some(self.say(&texts.less_certain))
            }
            Status::NotExcluded if whole => Some(texts.maybe_all.words()),
            Status::NotExcluded => Some(self.say(&texts.maybe)),
            Status::SharedOnly => Some(self.say(&texts.only_shared)),
        };

        let published = match now.published {
            published if published == before.published => None,
            Published::Yes => Some(&texts.published_yes),
            Published::No => Some(&texts.published_no),
            Published::Unknown => Some(&texts.published_unknown),
        };

        let added = now.categories.iter().any(|category| !before.categories.contains(category));
        let removed = before.categories.iter().any(|category| !now.categories.contains(category));
        let mut sentences: Vec<String> = status.into_iter().collect();
        sentences
            .extend((!whole && self.list_is_the_first(before)).then(|| texts.first_list.words()));
        sentences.extend(added.then(|| self.say(&texts.file_added)));
        sentences.extend(removed.then(|| self.say(&texts.file_removed)));
        sentences.extend(published.map(|text| self.say(text)));

        sentences
    }

    /// Status went up and that holds for the whole list of DATA: one sentence says it, where a
    /// second list would repeat the first.
    fn whole_list_is_new(&self, before: &Findings) -> bool {
        let now = &self.subject.findings;
        let up = now.status > before.status;
        match now.status {
            Status::Confirmed => {
                let newly_involved = now.involved.minus(before.involved);
                up && !now.involved.is_empty()
                    && now.possible.is_empty()
                    && newly_involved == now.involved
            }
            Status::NotExcluded => up && self.list_is_the_first(before),
            Status::SharedOnly => false,
        }
    }

    /// The earlier letter named no kinds of data, so that all of DATA is new.
    fn list_is_the_first(&self, before: &Findings) -> bool {
        told(before).is_empty() && !self.subject.items().is_empty()
    }

    /// Items that are new, less sure than told, or told by mistake. One sentence each: the full
    /// list follows in DATA.
    fn changed_items(&self, before: &Findings) -> Vec<String> {
        let texts = &self.locale.news;
        let now = &self.subject.findings;
        let audience = self.subject.audience;
        let mut lists = Vec::new();
        if !self.whole_list_is_new(before) && !self.list_is_the_first(before) {
            lists.push((texts.also_stolen.to(audience), now.involved.minus(before.involved)));
            lists.push((texts.also_possible.to(audience), now.possible.minus(told(before))));
        }

        // When the status went down, its sentence already says so of everything.
        if now.status >= before.status {
            let doubtful = before.involved.iter().filter(|item| now.possible.has(*item)).collect();
            lists.push((&texts.doubtful, doubtful));
        }

        if now.status != Status::SharedOnly || now.status == before.status {
            lists.push((&texts.withdrawn, told(before).minus(self.subject.items())));
        }

        lists
            .iter()
            .filter(|(_, items)| !items.is_empty())
            .map(|(text, items)| self.list(text, *items))
            .collect()
    }

    /// A sentence that ends in these kinds of data.
    pub fn list(&self, text: &Listing, items: Items) -> String {
        let items = listed(&self.locale.items, self.subject, items).join(", ");
        text.fill(|_| &items)
    }
}

/// Every kind of data that the earlier letter named.
fn told(before: &Findings) -> Items {
    before.involved.union(before.possible)
}
