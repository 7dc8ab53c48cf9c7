//! The words on the desk's own pages, Dutch and English (`locales/desk.toml`). The letters have
//! words of their own.

use crate::field::terms::Language;

/// All words, by language.
#[derive(Debug)]
pub struct Words {
    nl: toml::Table,
    en: toml::Table,
}

impl Words {
    /// Those that came with the program.
    ///
    /// # Panics
    /// Never: a test reads the same file.
    #[must_use]
    pub fn built_in() -> Self {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Both {
            nl: toml::Table,
            en: toml::Table,
        }
        let Both { nl, en } = toml::from_str(include_str!("../../locales/desk.toml"))
            .expect("the file is part of the program and a test reads it");
        Self { nl, en }
    }

    /// The words of one language, for a page.
    #[must_use]
    pub const fn of(&self, language: Language) -> &toml::Table {
        match language {
            Language::Nl => &self.nl,
            Language::En => &self.en,
        }
    }

    /// The words under a dotted key; the last name of the key where there are none.
    #[must_use]
    pub fn get<'a>(&'a self, language: Language, key: &'a str) -> &'a str {
        let mut names = key.split('.');
        let first = names.next().and_then(|name| self.of(language).get(name));
        let found = names.fold(first, |value, name| value?.get(name)).and_then(toml::Value::as_str);
        found.unwrap_or_else(|| key.rsplit('.').next().unwrap_or(key))
    }
}

/// The language that a browser asks for (RFC 9110, 12.5.4); Dutch where it asks for neither.
#[must_use]
pub fn asked(accept_language: &str) -> Language {
    let mut best = (0.0, Language::Nl);
    for range in accept_language.split(',') {
        let (tag, weight) = range.split_once(";q=").unwrap_or((range, "1"));
        let weight = weight.trim().parse().unwrap_or(0.0);
        let primary = tag.trim().split('-').next().unwrap_or_default().to_lowercase();
        if let Ok(language) = primary.parse::<Language>()
            && weight > best.0
        {
            best = (weight, language);
        }
    }

    best.1
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(above: &str, table: &toml::Table, keys: &mut BTreeSet<String>) {
        for (name, value) in table {
            let key = format!("{above}.{name}");
            if let Some(table) = value.as_table() {
                self::keys(&key, table, keys);
            } else {
                assert!(value.as_str().is_some_and(|text| !text.is_empty()), "{key}");
                keys.insert(key);
            }
        }
    }

    #[test]
    fn both_languages_have_the_same_keys() {
        let words = Words::built_in();
        let [dutch, english] = [Language::Nl, Language::En].map(|language| {
            let mut found = BTreeSet::new();
            keys("", words.of(language), &mut found);
            found
        });
        assert_eq!(dutch, english);
        assert!(dutch.len() > 100);
        assert_eq!(words.get(Language::En, "value.category.gp"), "GP practice");
        assert_eq!(words.get(Language::En, "value.category.vet"), "vet");
    }

    #[test]
    fn every_block_and_every_kind_of_letter_has_a_name() {
        use crate::compose::texts::{CampaignTexts, LetterHistory};

        let (words, texts) = (Words::built_in(), CampaignTexts::built_in());
        let blocks = texts.sentences(Language::Nl).iter().map(|sentence| {
            format!("block.{}", sentence.key.split('.').next().unwrap_or_default())
        });
        let kinds = [LetterHistory::First].into_iter().chain(LetterHistory::LATER);
        let kinds = kinds.map(|kind| format!("value.kind.{}", kind.name()));
        for key in blocks.chain(kinds) {
            let shown = words.get(Language::En, &key);
            assert_ne!(Some(shown), key.rsplit('.').next(), "{key}");
        }
    }

    #[test]
    fn every_word_is_used() {
        fn files(folder: &std::path::Path, text: &mut String) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    files(&path, text);
                } else {
                    text.push_str(&std::fs::read_to_string(path).unwrap());
                }
            }
        }

        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut text = String::new();
        files(&root.join("src/desk"), &mut text);
        files(&root.join("templates/desk"), &mut text);
        let words = Words::built_in();
        let simple = words.of(Language::Nl).iter().filter(|(_, value)| value.is_str());
        let unused: Vec<&String> = simple
            .map(|(key, _)| key)
            .filter(|key| {
                !text.contains(&format!("t.{key} ")) && !text.contains(&format!("\"{key}\""))
            })
            .collect();
        assert!(unused.is_empty(), "{unused:?}");
    }

    #[test]
    fn a_browser_gets_the_language_that_it_prefers() {
        for (asks, gets) in [
            ("nl-NL,nl;q=0.9,en;q=0.8", Language::Nl),
            ("en-GB,en;q=0.9,nl;q=0.8", Language::En),
            ("de,en;q=0.5", Language::En),
            ("fr", Language::Nl),
            ("", Language::Nl),
            ("nl;q=0.2, en;q=0.7", Language::En),
        ] {
            assert_eq!(asked(asks), gets, "{asks}");
        }
    }
}
