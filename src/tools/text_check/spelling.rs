//! Spelling, against Debian's dictionaries (`hunspell`, `hunspell-nl`, `hunspell-en-gb`) as they
//! are found at run time. Words that are right and not in a dictionary stand under `own_words` in
//! `limits.toml`.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;

use super::sentences::fact_texts;
use super::{TextFinding, worded};
use crate::compose::texts::CampaignTexts;
use crate::facts::Facts;
use crate::field::terms::Language;

/// Where a word first stands.
struct Place {
    file: String,
    key: String,
    text: String,
}

/// Words by language and where each first stands.
type Words = BTreeMap<Language, BTreeMap<String, Place>>;

/// Misspelt words of the texts and of the facts, or what is missing to find them.
pub fn check(texts: &CampaignTexts, facts: &Facts) -> Vec<TextFinding> {
    judged(texts, words(texts, Some(facts), |_| true))
}

/// The same of one sentence alone.
pub fn check_sentence(texts: &CampaignTexts, key: &str) -> Vec<TextFinding> {
    judged(texts, words(texts, None, |own| own == key))
}

/// Each language at the same time: a dictionary takes longer to load than words to look up.
fn judged(texts: &CampaignTexts, words: Words) -> Vec<TextFinding> {
    let judge = |language: Language, words: BTreeMap<String, Place>| {
        let own = &texts.limits().of(language).own_words;
        match misspelt(language, words.keys()) {
            Ok(wrong) => wrong
                .iter()
                .filter(|word| !own.contains(word))
                .filter_map(|word| Some(finding(language, word, words.get(word)?)))
                .collect(),
            Err(()) => vec![missing(language)],
        }
    };

    thread::scope(|scope| {
        let judge = &judge;
        let languages: Vec<_> = words
            .into_iter()
            .map(|(language, words)| scope.spawn(move || judge(language, words)))
            .collect();
        languages.into_iter().filter_map(|judged| judged.join().ok()).flatten().collect()
    })
}

/// The words of the sentences whose key is wanted, and of the facts.
fn words(texts: &CampaignTexts, facts: Option<&Facts>, wanted: impl Fn(&str) -> bool) -> Words {
    let mut words = Words::new();
    let mut add = |language: Language, file: &str, key: &str, text: &str| {
        for word in of_text(text) {
            let place =
                || Place { file: file.to_owned(), key: key.to_owned(), text: text.to_owned() };
            words.entry(language).or_default().entry(word).or_insert_with(place);
        }
    };

    for language in Language::ALL.iter().copied() {
        for entry in texts.sentences(language).iter().filter(|entry| wanted(&entry.key)) {
            // One sentence of each file is in the other language.
            let foreign = entry.key.starts_with("frame.other_language");
            let spoken = match language {
                Language::Nl if foreign => Language::En,
                Language::En if foreign => Language::Nl,
                language => language,
            };
            add(spoken, texts.file(language), &entry.key, &entry.text);
        }
        for (facts, (key, text)) in facts
            .iter()
            .flat_map(|facts| fact_texts(facts).into_iter().map(move |text| (facts, text)))
        {
            // Names and addresses are in no dictionary.
            if !matches!(key.rsplit_once('.'), Some((_, "name" | "privacy_contact"))) {
                add(
                    language,
                    facts.file.as_str(),
                    &format!("{key}.{language}"),
                    text.get(language),
                );
            }
        }
    }

    words
}

/// The words of a text without its slots.
fn of_text(text: &str) -> Vec<String> {
    let mut plain = String::with_capacity(text.len());
    let mut inside = false;
    for sign in text.chars() {
        match sign {
            '{' => inside = true,
            '}' => inside = false,
            sign if !inside => plain.push(sign),
            _ => {}
        }
    }

    let words = plain.split(|sign: char| !sign.is_alphabetic() && !matches!(sign, '\'' | '-'));
    let trimmed = words.map(|word| word.trim_matches(['\'', '-']));
    trimmed.filter(|word| word.chars().count() > 1).map(str::to_owned).collect()
}

/// Debian's name of the dictionary.
const fn dictionary(language: Language) -> &'static str {
    match language {
        Language::Nl => "nl",
        Language::En => "en_GB",
    }
}

/// Those of the words that the dictionary does not know; an error when there is none.
fn misspelt<'a>(
    language: Language,
    words: impl Iterator<Item = &'a String>,
) -> Result<Vec<String>, ()> {
    let mut hunspell = Command::new("hunspell")
        .args(["-l", "-i", "utf-8", "-d", dictionary(language)])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| ())?;

    let list: Vec<&str> = words.map(String::as_str).collect();
    // A few kilobytes: less than a pipe holds, so nobody waits for anybody. Without a dictionary
    // the pipe is closed early.
    let written =
        hunspell.stdin.take().map(|mut input| input.write_all(list.join("\n").as_bytes()));
    let answer = hunspell.wait_with_output().map_err(|_| ())?;
    if !answer.status.success() || !matches!(written, Some(Ok(()))) {
        return Err(());
    }

    Ok(String::from_utf8_lossy(&answer.stdout).lines().map(str::to_owned).collect())
}

fn finding(language: Language, word: &str, place: &Place) -> TextFinding {
    TextFinding {
        file: place.file.clone(),
        key: place.key.clone(),
        sentence: place.text.clone(),
        problem: format!(
            "`{word}` {}",
            worded(language, "is not in the dictionary", "staat niet in het woordenboek")
        ),
        advice: worded(
            language,
            "correct the word, or add it to `own_words` in limits.toml",
            "verbeter het woord, of zet het bij `own_words` in limits.toml",
        )
        .to_owned(),
    }
}

fn missing(language: Language) -> TextFinding {
    let package = match language {
        Language::Nl => "hunspell-nl",
        Language::En => "hunspell-en-gb",
    };

    TextFinding {
        file: package.to_owned(),
        key: String::new(),
        sentence: String::new(),
        problem: "there is no dictionary, so spelling was not checked".to_owned(),
        advice: format!("install Debian's hunspell and {package}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::texts::TextFiles;

    #[test]
    fn words_are_taken_without_slots_and_signs() {
        let words = of_text("Bel ons op {phone}, {hours}. 't Is e-mail (sms)!");
        assert_eq!(words, ["Bel", "ons", "op", "Is", "e-mail", "sms"]);
    }

    #[test]
    fn a_misspelt_word_is_found_with_its_key_in_the_language_of_the_text() {
        let facts =
            Facts::parse("facts.toml".into(), include_str!("../../../sample-data/facts.toml"))
                .unwrap();
        let mut wrong = TextFiles::built_in();
        wrong.nl = wrong.nl.replacen("Wat is er gebeurd?", "Wat is er gebeurt hoor, gebuerd?", 1);
        wrong.en = wrong.en.replacen("What happened?", "What hapened?", 1);
        let wrong = CampaignTexts::parse("texts".into(), wrong).unwrap();

        let findings = check(&wrong, &facts);
        let found = |key: &str, problem: &str| {
            findings.iter().any(|one| one.key == key && one.problem.contains(problem))
        };
        assert!(found("what.heading", "`gebuerd` staat niet in het woordenboek"), "{findings:?}");
        assert!(found("what.heading", "`hapened` is not in the dictionary"), "{findings:?}");

        assert_eq!(check(&CampaignTexts::built_in(), &facts), []);
    }
}
