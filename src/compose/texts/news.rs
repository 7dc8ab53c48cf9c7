//! SUPP: what is different from the earlier letter. The full list follows in DATA.

use super::items::listed;
use super::locale::Voiced;
use super::slots::Dated;
use super::writer::{Writer, block};
use super::{dates, subject::News};
use crate::letter::{Block, Difference, Findings, Items, Part, Published, Status};

impl Writer<'_> {
    /// The block, in supplements and corrections only.
    pub fn news(&self) -> Option<Block> {
        let texts = &self.locale.news;
        match &self.subject.news {
            News::First => None,
            News::Supplement(difference) => Some(self.changed(&texts.supplement, difference)),
            News::Correction(difference) => Some(self.changed(&texts.correction, difference)),
        }
    }

    fn changed(&self, intro: &Voiced<Dated>, difference: &Difference) -> Block {
        let earlier = dates::in_words(difference.earlier, self.subject.language);
        let mut parts = vec![Part::Paragraph(self.date(intro, &earlier))];
        let lists = self.changed_items(&difference.before);
        let mut sentences = self.changed_sentences(&difference.before);
        if sentences.is_empty() && lists.is_empty() {
            sentences.push(self.locale.news.nothing_more.words());
        }
        if !sentences.is_empty() {
            parts.push(Part::Bullets(sentences));
        }
        for (intro, items) in lists {
            parts.push(Part::Paragraph(intro));
            parts.push(Part::Bullets(listed(&self.locale.items, self.subject, items)));
        }
        block("SUPP", String::new(), parts)
    }

    fn changed_sentences(&self, before: &Findings) -> Vec<String> {
        let texts = &self.locale.news;
        let now = &self.subject.findings;
        let status = match now.status {
            status if status == before.status => None,
            Status::Confirmed => Some(&texts.certain),
            Status::NotExcluded if before.status == Status::Confirmed => Some(&texts.less_certain),
            Status::NotExcluded => Some(&texts.maybe),
            Status::SharedOnly => Some(&texts.only_shared),
        };
        let published = match now.published {
            published if published == before.published => None,
            Published::Yes => Some(&texts.published_yes),
            Published::No => Some(&texts.published_no),
            Published::Unknown => Some(&texts.published_unknown),
        };
        let added = now.categories.iter().any(|category| !before.categories.contains(category));
        let removed = before.categories.iter().any(|category| !now.categories.contains(category));
        let mut sentences: Vec<String> = status.map(|text| self.say(text)).into_iter().collect();
        if self.whole_list_is_new(before) {
            sentences.push(texts.whole_list.words());
        }
        sentences.extend(added.then(|| self.say(&texts.file_added)));
        sentences.extend(removed.then(|| self.say(&texts.file_removed)));
        sentences.extend(published.map(|text| self.say(text)));
        sentences
    }

    /// Status went up and that holds for the whole list of DATA: one sentence says it, where a second list would repeat
    /// the first.
    fn whole_list_is_new(&self, before: &Findings) -> bool {
        let now = &self.subject.findings;
        let told = before.involved.union(before.possible);
        let up = now.status > before.status;
        match now.status {
            Status::Confirmed => {
                let newly_involved = now.involved.minus(before.involved);
                up && !now.involved.is_empty() && now.possible.is_empty() && newly_involved == now.involved
            }
            Status::NotExcluded => up && !now.possible.is_empty() && now.involved.is_empty() && told.is_empty(),
            Status::SharedOnly => false,
        }
    }

    fn changed_items(&self, before: &Findings) -> Vec<(String, Items)> {
        let texts = &self.locale.news;
        let now = &self.subject.findings;
        let told = before.involved.union(before.possible);
        let mut lists = Vec::new();
        if !self.whole_list_is_new(before) {
            lists.push((self.say(&texts.also_stolen), now.involved.minus(before.involved)));
            lists.push((self.say(&texts.also_possible), now.possible.minus(told)));
        }
        let doubtful: Items = before.involved.iter().filter(|item| now.possible.has(*item)).collect();
        lists.push((texts.doubtful.words(), doubtful));
        lists.push((texts.withdrawn.words(), told.minus(self.subject.items())));
        lists.retain(|(_, items)| !items.is_empty());
        lists
    }
}
