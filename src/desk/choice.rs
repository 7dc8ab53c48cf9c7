//! What is known about a person, as somebody at the desk chooses it: from the conditions of the
//! letters and not from a list of them. An address of the desk holds a choice and nothing else.

use crate::compose::texts::{LetterHistory, LetterNews, TextFacts, Variant};
use crate::facts::Facts;
use crate::field::findings::Findings;
use crate::field::terms::{
    Audience, Category, Custody, Format, Item, Items, Language, Published, Status,
};

/// What is known about a person to whom a letter goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Whose data it is; at least one.
    pub categories: Vec<Category>,
    /// Prisoners only.
    pub custody: Custody,
    /// Whether the care provider's name is printed.
    pub provider: bool,
    /// How sure it is.
    pub status: Status,
    /// Whether it was on the internet.
    pub published: Published,
    /// Kinds of data of which the status holds.
    pub items: Items,
    /// Kinds of data that may have been stolen besides; only where the status is certain.
    pub possible: Items,
    /// Kinds of data that were in the computers besides.
    pub stored: Items,
    /// Kinds of data that are known not to be there.
    pub absent: Items,
    /// To whom it speaks.
    pub audience: Audience,
    /// What it is to earlier letters.
    pub history: LetterHistory,
    /// Size of print.
    pub format: Format,
    /// Whether it goes abroad.
    pub abroad: bool,
}

impl Default for Choice {
    /// The most frequent letter.
    fn default() -> Self {
        Self {
            categories: vec![Category::Screening],
            custody: Custody::Former,
            provider: false,
            status: Status::Confirmed,
            published: Published::Unknown,
            items: Item::ALL.iter().copied().collect(),
            possible: Items::NONE,
            stored: Items::NONE,
            absent: Items::NONE,
            audience: Audience::Adult,
            history: LetterHistory::First,
            format: Format::Standard,
            abroad: false,
        }
    }
}

impl Choice {
    /// Reads a choice from the fields of a form or an address. A field that is missing, or says
    /// what nobody can choose, is as in [`Choice::default`]; without any field everything is.
    #[must_use]
    pub fn parse(fields: &[(String, String)]) -> Self {
        let usual = Self::default();
        let all = |name: &'static str| {
            fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
        };
        let one = |name: &'static str| all(name).next_back().unwrap_or_default();
        let items = |name| all(name).filter_map(|word| word.parse::<Item>().ok()).collect();

        let mut categories: Vec<Category> =
            all("category").filter_map(|word| word.parse().ok()).collect();
        categories.sort_unstable();
        categories.dedup();
        if categories.is_empty() {
            return usual;
        }

        Self {
            categories,
            custody: one("custody").parse().unwrap_or(usual.custody),
            provider: one("provider") == "yes",
            status: one("status").parse().unwrap_or(usual.status),
            published: one("published").parse().unwrap_or(usual.published),
            items: items("item"),
            possible: items("possible"),
            stored: items("stored"),
            absent: items("absent"),
            audience: one("audience").parse().unwrap_or(usual.audience),
            history: history(one("kind")),
            format: one("format").parse().unwrap_or(usual.format),
            abroad: one("place") == "abroad",
        }
    }

    /// The choice that leads to this kind of letter.
    #[must_use]
    pub fn of(variant: &Variant) -> Self {
        let subject = &variant.subject;
        let (status, findings) = (subject.findings.status, &subject.findings);
        let kind = variant.conditions.iter().find(|(name, _)| *name == "kind");
        let (items, possible) = match status {
            Status::NotExcluded => (findings.possible, Items::NONE),
            _ => (findings.involved, findings.possible),
        };

        Self {
            categories: findings.categories.clone(),
            custody: subject.custody.unwrap_or(Custody::Former),
            provider: subject.provider,
            status,
            published: findings.published,
            items,
            possible,
            stored: subject.stored,
            absent: subject.not_involved,
            audience: subject.audience,
            history: history(kind.map_or("", |(_, word)| word)),
            format: subject.format,
            abroad: subject.abroad,
        }
    }

    /// The choice in an address: equal choices have equal addresses.
    #[must_use]
    pub fn query(&self) -> String {
        let pair = |(name, value): (String, String)| format!("{name}={value}");
        self.pairs().into_iter().map(pair).collect::<Vec<_>>().join("&")
    }

    /// The choice as fields of a form.
    #[must_use]
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        let mut add = |name: &str, value: &str| pairs.push((name.to_owned(), value.to_owned()));

        self.categories.iter().for_each(|category| add("category", category.word()));
        add("custody", self.custody.word());
        add("provider", if self.provider { "yes" } else { "no" });
        add("status", self.status.word());
        add("published", self.published.word());
        for (name, items) in [
            ("item", self.items),
            ("possible", self.possible),
            ("stored", self.stored),
            ("absent", self.absent),
        ] {
            items.iter().for_each(|item| add(name, item.word()));
        }
        add("audience", self.audience.word());
        add("kind", self.history.name());
        add("format", self.format.word());
        add("place", if self.abroad { "abroad" } else { "home" });

        pairs
    }

    /// What the text of the letter depends on.
    #[must_use]
    pub fn subject(&self, facts: &Facts, language: Language) -> TextFacts {
        let findings = self.findings();
        let stored = match self.status {
            Status::SharedOnly => self.stored.union(self.items),
            _ => self.stored,
        };

        TextFacts {
            language,
            format: self.format,
            sender: facts.sender_of.get(&self.categories[0]).cloned().unwrap_or_default(),
            audience: self.audience,
            custody: Some(self.custody),
            news: self.history.news(&findings),
            anew: self.history.anew(),
            provider: self.provider,
            not_involved: self.absent,
            stored,
            abroad: self.abroad,
            findings,
        }
        .settled()
    }

    /// What the letter tells.
    #[must_use]
    pub fn findings(&self) -> Findings {
        let (involved, possible) = match self.status {
            Status::Confirmed => (self.items, self.possible),
            Status::NotExcluded => (Items::NONE, self.items.union(self.possible)),
            Status::SharedOnly => (Items::NONE, Items::NONE),
        };
        let (status, published) = (self.status, self.published);
        Findings { categories: self.categories.clone(), status, published, involved, possible }
    }

    /// Whether this is a letter after others.
    #[must_use]
    pub fn is_later(&self) -> bool {
        self.history.news(&self.findings()) != LetterNews::First
    }
}

fn history(word: &str) -> LetterHistory {
    let later = LetterHistory::LATER.into_iter().chain(LetterHistory::ANEW);
    let known = later.into_iter().find(|history| history.name() == word);
    known.unwrap_or(LetterHistory::First)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::texts::variants;

    fn fields(query: &str) -> Vec<(String, String)> {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn every_kind_of_letter_can_be_chosen_and_has_an_address_of_its_own() {
        let text = include_str!("../../sample-data/facts.toml");
        let facts = Facts::parse("facts.toml".into(), text).unwrap();
        for variant in variants(&facts) {
            let choice = Choice::of(&variant);
            let subject = choice.subject(&facts, variant.subject.language);
            assert_eq!(subject, variant.subject, "{}", variant.name);
            assert_eq!(Choice::parse(&fields(&choice.query())), choice, "{}", variant.name);
        }
    }

    #[test]
    fn what_nobody_can_choose_is_the_usual_letter() {
        assert_eq!(Choice::parse(&[]), Choice::default());
        let strange = Choice::parse(&fields("category=gp&status=stolen&item=dna&kind=third"));
        assert_eq!((strange.status, strange.items), (Status::Confirmed, Items::NONE));
        assert_eq!(strange.categories, [Category::Gp]);
    }
}
