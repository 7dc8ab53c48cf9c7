//! Where a sentence is used, and what it takes for it to be used: found by writing every letter
//! there can be and looking which sentences are in it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rayon::prelude::*;

use crate::compose::texts::trace::TracedTexts;
use crate::compose::texts::{TextFacts, Variant, every, variants};
use crate::facts::Facts;
use crate::field::body::Body;
use crate::field::terms::{Item, Items, Language};

/// Where each sentence is. What it says does not matter, so this stays true while people edit.
#[derive(Debug, Default)]
pub struct Reach {
    /// Kinds of letters that the preview shows, both languages in one.
    pub letters: Vec<Variant>,
    /// Which of them a sentence is in, by key.
    uses: BTreeMap<String, Vec<usize>>,
}

/// What holds of all letters that a sentence is in: a property and its values, in the order of
/// [`PROPERTIES`]; properties that do not matter are left out.
pub type Conditions = Vec<(&'static str, Vec<String>)>;

/// Letters that are looked at at a time: more would only take memory.
const SHARE: usize = 1 << 10;

/// What is asked of a letter.
const PROPERTIES: [&str; 19] = [
    "category",
    "several",
    "custody",
    "status",
    "published",
    "kind",
    "audience",
    "format",
    "place",
    "provider",
    "kinds_known",
    "possible",
    "stored",
    "absent",
    "health",
    "bsn",
    "contact",
    "address",
    "insurer",
];

/// The values of a letter, one for each property.
type Properties = [String; PROPERTIES.len()];

impl Reach {
    /// Writes the letters of the preview.
    #[must_use]
    pub fn of(traced: &TracedTexts, facts: &Facts, run_date: Date) -> Self {
        let letters: Vec<Variant> = variants(facts).into_iter().filter(is_dutch).collect();
        let mut uses: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (number, variant) in letters.iter().enumerate() {
            for key in keys(traced, &variant.subject, facts, run_date) {
                uses.entry(key).or_default().push(number);
            }
        }

        Self { letters, uses }
    }

    /// The kinds of letters that a sentence is in, as places in [`Reach::letters`].
    #[must_use]
    pub fn uses(&self, key: &str) -> &[usize] {
        self.uses.get(key).map_or(&[], Vec::as_slice)
    }
}

/// What holds of all letters that a sentence is in, by key: found by writing every letter there can
/// be, in some seconds. A sentence that is in no letter with these facts is not here.
#[must_use]
pub fn conditions(
    traced: &TracedTexts,
    facts: &Facts,
    run_date: Date,
) -> BTreeMap<String, Conditions> {
    let mut gathered = Gathered::default();
    let mut all = every(facts).filter(is_dutch);
    loop {
        let share: Vec<Variant> = all.by_ref().take(SHARE).collect();
        if share.is_empty() {
            return gathered.conditions();
        }
        let look = |variant: &Variant| {
            (keys(traced, &variant.subject, facts, run_date), properties(variant))
        };
        let found: Vec<(Vec<String>, Properties)> = share.par_iter().map(look).collect();
        gathered.add(&found);
    }
}

/// Which sentences a letter has does not depend on the language.
fn is_dutch(variant: &Variant) -> bool {
    variant.subject.language == Language::Nl
}

/// The sentences of one letter.
fn keys(traced: &TracedTexts, subject: &TextFacts, facts: &Facts, run_date: Date) -> Vec<String> {
    let body: Body = traced.body(subject, facts, run_date, true);
    traced.keys_in(&body).into_iter().map(str::to_owned).collect()
}

/// The values that letters have, property by property.
type Values = [BTreeSet<String>; PROPERTIES.len()];

/// The values of all letters, and of those with each sentence.
#[derive(Default)]
struct Gathered {
    all: Values,
    by_key: BTreeMap<String, Values>,
}

impl Gathered {
    fn add(&mut self, found: &[(Vec<String>, Properties)]) {
        for (keys, properties) in found {
            note(&mut self.all, properties);
            for key in keys {
                match self.by_key.get_mut(key) {
                    Some(own) => note(own, properties),
                    None => note(self.by_key.entry(key.clone()).or_default(), properties),
                }
            }
        }
    }

    /// For each sentence the values that its letters have, where other letters have others.
    fn conditions(self) -> BTreeMap<String, Conditions> {
        let of_key = |own: Values| -> Conditions {
            let properties = PROPERTIES.iter().zip(own.into_iter().zip(&self.all));
            let matter = properties.filter(|(_, (own, all))| own != *all);
            matter.map(|(name, (own, _))| (*name, own.into_iter().collect())).collect()
        };
        self.by_key.into_iter().map(|(key, own)| (key, of_key(own))).collect()
    }
}

fn note(values: &mut Values, properties: &Properties) {
    for (values, value) in values.iter_mut().zip(properties) {
        if !values.contains(value) {
            values.insert(value.clone());
        }
    }
}

fn properties(variant: &Variant) -> Properties {
    let subject = &variant.subject;
    let (findings, items) = (&subject.findings, subject.items());
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let any = |kinds: &[Item]| kinds.iter().any(|kind| items.has(*kind));
    let some = |items: Items| yes(!items.is_empty());
    let kind = variant.conditions.iter().find(|(name, _)| *name == "kind");

    [
        subject.main().map_or("", |category| category.word()).to_owned(),
        yes(findings.categories.len() > 1),
        subject.custody.map_or("none", |custody| custody.word()).to_owned(),
        findings.status.to_string(),
        findings.published.to_string(),
        kind.map_or_else(String::new, |(_, word)| word.clone()),
        subject.audience.to_string(),
        subject.format.to_string(),
        if subject.abroad { "abroad" } else { "home" }.to_owned(),
        yes(subject.provider),
        some(items),
        some(findings.possible),
        some(subject.stored),
        some(subject.not_involved),
        yes(any(&[Item::ExamType, Item::Result])),
        yes(any(&[Item::Bsn])),
        yes(any(&[Item::Phone, Item::Email])),
        yes(any(&[Item::Address])),
        yes(any(&[Item::Insurer])),
    ]
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::compose::texts::CampaignTexts;

    #[test]
    fn what_it_takes_for_a_sentence_is_found_by_writing_letters() {
        let text = include_str!("../../sample-data/facts.toml");
        let facts = Facts::parse("facts.toml".into(), text).unwrap();
        let traced = TracedTexts::of(&CampaignTexts::built_in());
        let reach = Reach::of(&traced, &facts, date(2025, 9, 15));
        let conditions = conditions(&traced, &facts, date(2025, 9, 15));

        let said = |key: &str| conditions[key].clone();
        let of = |name: &'static str, values: &[&str]| {
            (name, values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>())
        };
        let key = said("key.confirmed.adult");
        for condition in [of("status", &["confirmed"]), of("audience", &["adult"])] {
            assert!(key.contains(&condition), "{key:?}");
        }
        let kinds = &key.iter().find(|(name, _)| *name == "kind").unwrap().1;
        assert!(kinds.contains(&"first".to_owned()), "{kinds:?}");
        assert!(!kinds.contains(&"supplement-more".to_owned()), "{kinds:?}");
        assert!(said("risk.bsn.adult").contains(&of("bsn", &["yes"])));
        assert!(!said("rights.adult").iter().any(|(name, _)| *name == "status"));

        assert!(reach.uses("rights.adult").len() > 100);
        assert!(reach.uses("risk.bsn.adult").len() < reach.uses("rights.adult").len());
        assert!(reach.uses("no.such.key").is_empty() && !conditions.contains_key("no.such.key"));
    }
}
