//! The conditions of a variant in the words of people who write letters.

use super::variants::Variant;
use crate::field::terms::{Category, Custody, Language};

/// One condition that led to a variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What it is about: `status`.
    pub name: &'static str,
    /// How it is, in words: `misschien gestolen`.
    pub words: String,
}

/// Name, value, Dutch, English.
type Words = (&'static str, &'static str, &'static str, &'static str);

/// Every value but that of the category, which has several parts.
const WORDS: [Words; 35] = [
    ("status", "confirmed", "zeker gestolen", "certainly stolen"),
    ("status", "not_excluded", "misschien gestolen", "possibly stolen"),
    ("status", "shared_only", "stond in de computers", "was in the computers"),
    ("published", "yes", "gezien op internet", "seen on the internet"),
    ("published", "no", "niet gezien op internet", "not seen on the internet"),
    ("published", "unknown", "onbekend of het op internet staat", "not known whether published"),
    ("items", "all", "alle soorten gegevens", "all kinds of data"),
    ("items", "base", "alleen naam, geboortedatum en geslacht", "name, birth date and sex only"),
    ("items", "bsn", "ook het BSN", "the BSN too"),
    ("items", "health", "ook onderzoek en uitslag", "examination and result too"),
    ("items", "contact", "ook telefoon en e-mail", "telephone and email too"),
    ("items", "address", "ook het adres", "the address too"),
    ("items", "insurer", "ook verzekeraar en aanvrager", "insurer and requester too"),
    ("items", "none", "geen soorten gegevens bekend", "no kinds of data known"),
    ("items", "mixed", "deels zeker, deels misschien", "some certain, some possible"),
    (
        "items",
        "part",
        "alle, maar zeker geen telefoon en e-mail",
        "all, and certainly no telephone and email",
    ),
    ("items", "stored", "soorten die in de computers stonden", "kinds that were in the computers"),
    (
        "items",
        "stored-too",
        "een deel stond alleen in de computers",
        "some were only in the computers",
    ),
    ("audience", "adult", "aan een volwassene", "to an adult"),
    ("audience", "youth", "aan een jongere van 12 tot en met 15", "to a young person of 12 to 15"),
    ("audience", "parents", "aan de ouders van een kind", "to the parents of a child"),
    ("kind", "first", "eerste brief", "first letter"),
    ("kind", "supplement-status", "aanvulling: nu zekerder", "supplement: more certain now"),
    ("kind", "supplement-more", "aanvulling: meer bekend", "supplement: more is known"),
    ("kind", "correction-items", "correctie: andere gegevens", "correction: different data"),
    ("kind", "correction-status", "correctie: minder zeker", "correction: less certain"),
    ("kind", "anew-address", "opnieuw: nieuw adres", "anew: new address"),
    ("kind", "anew-returned", "opnieuw: kwam terug", "anew: came back"),
    ("kind", "anew-wrong", "opnieuw: er stond een fout in", "anew: there was a mistake in it"),
    ("kind", "anew-language", "opnieuw: andere taal", "anew: different language"),
    ("kind", "anew-large", "opnieuw: grote letters", "anew: large print"),
    ("format", "standard", "gewone letters", "standard print"),
    ("format", "large", "grote letters", "large print"),
    ("place", "home", "in Nederland", "in the Netherlands"),
    ("place", "abroad", "in het buitenland", "abroad"),
];

/// A category as a heading.
#[must_use]
pub const fn category_words(category: Category, language: Language) -> &'static str {
    match (category, language) {
        (Category::Screening, Language::Nl) => "Bevolkingsonderzoek",
        (Category::Screening, Language::En) => "Screening programme",
        (Category::Hospital, Language::Nl) => "Ziekenhuis",
        (Category::Hospital, Language::En) => "Hospital",
        (Category::Gp, Language::Nl) => "Huisarts",
        (Category::Gp, Language::En) => "GP",
        (Category::Prisoner, Language::Nl) => "Gedetineerden",
        (Category::Prisoner, Language::En) => "Prisoners",
    }
}

impl Variant {
    /// What led to the variant, in words of that language.
    #[must_use]
    pub fn conditions_in(&self, language: Language) -> Vec<Condition> {
        let words = |(name, value): &(&'static str, String)| Condition {
            name,
            words: match *name {
                "category" => self.relation(language),
                name => words(name, value, language).to_owned(),
            },
        };
        self.conditions.iter().map(words).collect()
    }

    /// Why somebody is written to: all categories, custody, a named provider.
    fn relation(&self, language: Language) -> String {
        let named: Vec<&str> = self
            .subject
            .findings
            .categories
            .iter()
            .map(|category| category_words(*category, language))
            .collect();
        let more = match (self.subject.custody, self.subject.provider, language) {
            (Some(Custody::Current), _, Language::Nl) => ", nu vast",
            (Some(Custody::Current), _, Language::En) => ", held now",
            (Some(Custody::Former), _, Language::Nl) => ", eerder vast",
            (Some(Custody::Former), _, Language::En) => ", held earlier",
            (None, true, Language::Nl) => ", zorgverlener genoemd",
            (None, true, Language::En) => ", provider named",
            (None, false, _) => "",
        };
        let and = match language {
            Language::Nl => " en ",
            Language::En => " and ",
        };

        format!("{}{more}", named.join(and))
    }
}

/// The words of a value; a value without words is shown as it is.
fn words<'v>(name: &str, value: &'v str, language: Language) -> &'v str {
    let of = |(_, _, dutch, english): &Words| match language {
        Language::Nl => *dutch,
        Language::En => *english,
    };
    let known = WORDS.iter().find(|(of, is, ..)| (*of, *is) == (name, value));
    known.map_or(value, of)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::compose::texts::{every, variants};
    use crate::facts::Facts;

    #[test]
    fn every_condition_has_words_of_its_own_in_both_languages() {
        let facts =
            Facts::parse("facts.toml".into(), include_str!("../../../sample-data/facts.toml"));
        let facts = facts.unwrap();
        let mut seen = BTreeSet::new();
        for variant in variants(&facts).into_iter().chain(every(&facts)) {
            for (name, value) in &variant.conditions {
                if *name != "category" {
                    seen.insert((*name, value.clone()));
                }
            }
        }

        let known: BTreeSet<(&str, String)> =
            WORDS.iter().map(|(name, value, ..)| (*name, (*value).to_owned())).collect();
        assert_eq!(seen, known);
        for language in [Language::Nl, Language::En] {
            let words: BTreeSet<&str> =
                seen.iter().map(|(name, value)| words(name, value, language)).collect();
            assert_eq!(words.len(), seen.len(), "two conditions have the same words");
        }
    }

    #[test]
    fn a_relation_names_all_categories_and_what_is_particular() {
        let facts =
            Facts::parse("facts.toml".into(), include_str!("../../../sample-data/facts.toml"));
        let all: BTreeSet<String> = variants(&facts.unwrap())
            .iter()
            .map(|variant| variant.conditions_in(Language::Nl)[0].words.clone())
            .collect();
        for words in
            ["Gedetineerden, nu vast", "Huisarts, zorgverlener genoemd", "Ziekenhuis en Huisarts"]
        {
            assert!(all.contains(words), "{all:?}");
        }
    }
}
