//! Characters that the typeface of the letters cannot print: the press stops at one, and does not
//! know in which sentence it is.

use std::collections::BTreeSet;

use super::sentences::fact_texts;
use super::{TextFinding, worded};
use crate::compose::texts::CampaignTexts;
use crate::facts::Facts;
use crate::field::terms::Language;
use crate::render;

/// Sentences of the texts and facts with a character that has no glyph.
pub fn check(texts: &CampaignTexts, facts: &Facts) -> Vec<TextFinding> {
    // Faces that cannot be loaded set nothing at all, and the press says so.
    let Ok(printable) = render::characters() else { return Vec::new() };
    let mut findings = Vec::new();
    for language in Language::ALL.iter().copied() {
        for sentence in texts.sentences(language) {
            let place = (texts.file(language), sentence.key.as_str(), language);
            findings.extend(unprintable(&printable, place, &sentence.text));
        }
        for (key, text) in fact_texts(facts) {
            let key = format!("{key}.{language}");
            let place = (facts.file.as_str(), key.as_str(), language);
            findings.extend(unprintable(&printable, place, text.get(language)));
        }
    }

    findings
}

fn unprintable(
    printable: &BTreeSet<char>,
    (file, key, language): (&str, &str, Language),
    text: &str,
) -> Option<TextFinding> {
    let sign = text.chars().find(|sign| !printable.contains(sign))?;
    let shown = format!("`{sign}` (U+{:04X})", u32::from(sign));
    let problem = match language {
        Language::En => format!("the typeface has no {shown}; no letter can be set"),
        Language::Nl => format!("de letter heeft geen {shown}; er kan geen brief worden gezet"),
    };

    Some(TextFinding {
        file: file.to_owned(),
        key: key.to_owned(),
        sentence: text.to_owned(),
        problem,
        advice: worded(language, "write it another way", "schrijf het anders").to_owned(),
    })
}
