//! Who changed the texts between two statements, by what the desk wrote down.
//!
//! A sentence that is different is somebody's when the changes of it that the desk knows lead from
//! what it was to what it is, each with a name. What changed without the desk, in a sentence, a
//! comment or the limits, has no author.

use std::collections::BTreeSet;

use crate::approval::edits::TextEdits;
use crate::approval::statement::Statement;
use crate::compose::texts::CampaignTexts;
use crate::config::Config;
use crate::desk::journal::{self, Act, JournalEntry};
use crate::field::terms::Language;
use crate::run::kept_texts;

/// Finds who changed the texts since the last statement that was approved; since the built-in ones
/// where there is none.
pub fn of(config: &Config) -> impl Fn(&Statement, Option<&Statement>) -> TextEdits {
    move |statement, last| {
        let kept = |hash: &str| {
            let folder = kept_texts::find(&config.data_dir, hash)?;
            CampaignTexts::load(&folder).ok()
        };
        let before = match last {
            Some(last) => kept(&last.made_with.texts),
            None => Some(CampaignTexts::built_in()),
        };
        let (Some(before), Some(now)) = (before, kept(&statement.made_with.texts)) else {
            return TextEdits::default();
        };

        let path = crate::base::data_dir::desk(&config.data_dir).join("journal.jsonl");
        edits(&before, &now, &journal::read(&path))
    }
}

fn edits(before: &CampaignTexts, now: &CampaignTexts, entries: &[JournalEntry]) -> TextEdits {
    let mut edits = TextEdits { by: BTreeSet::new(), all_known: same_around(before, now) };
    for language in [Language::Nl, Language::En] {
        let sentences = before.sentences(language).iter().zip(now.sentences(language));
        for (was, is) in sentences.filter(|(was, is)| was.text != is.text) {
            edits.all_known &=
                authors(entries, language, &is.key, [&was.text, &is.text], &mut edits.by);
        }
    }

    edits
}

/// Adds whoever changed a sentence; `false`: not all of that is known.
fn authors(
    entries: &[JournalEntry],
    language: Language,
    key: &str,
    [was, is]: [&str; 2],
    by: &mut BTreeSet<String>,
) -> bool {
    let mut now = is;
    for entry in entries.iter().rev() {
        let Act::Edit { language: of, key: name, before, after } = &entry.what else { continue };
        if (*of, name.as_str()) != (language, key) {
            continue;
        }
        if after != now || entry.by.is_empty() {
            return false;
        }
        by.insert(entry.by.clone());
        if before == was {
            return true;
        }
        now = before;
    }

    false
}

/// Whether what is around the sentences is the same: comments, and what the checks allow.
fn same_around(before: &CampaignTexts, now: &CampaignTexts) -> bool {
    let comments = |text: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim).filter(|line| line.starts_with('#'));
        lines.map(str::to_owned).collect()
    };
    let (one, other) = (before.files(), now.files());
    one.limits == other.limits
        && comments(&one.nl) == comments(&other.nl)
        && comments(&one.en) == comments(&other.en)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::texts::TextFiles;

    fn texts(change: impl Fn(&mut TextFiles)) -> CampaignTexts {
        let mut files = TextFiles::built_in();
        change(&mut files);
        CampaignTexts::parse("texts".into(), files).unwrap()
    }

    /// The first Dutch sentence without a slot, changed in this way.
    fn changed(to: &str) -> (CampaignTexts, String, String) {
        let before = CampaignTexts::built_in();
        let plain = before.sentences(Language::Nl).iter().find(|sentence| {
            let quoted = format!("\"{}\"", sentence.text);
            sentence.key.starts_with("rights") && before.files().nl.matches(&quoted).count() == 1
        });
        let sentence = plain.unwrap().clone();
        let (from, to) = (format!("\"{}\"", sentence.text), format!("\"{}{to}\"", sentence.text));
        (texts(|files| files.nl = files.nl.replace(&from, &to)), sentence.key, sentence.text)
    }

    fn entry(number: u64, by: &str, key: &str, before: String, after: String) -> JournalEntry {
        let what = Act::Edit { language: Language::Nl, key: key.to_owned(), before, after };
        JournalEntry { number, at: jiff::Timestamp::UNIX_EPOCH, by: by.to_owned(), what }
    }

    #[test]
    fn a_change_at_the_desk_has_every_author_that_it_went_through() {
        let (now, key, text) = changed(" Ja.");
        let before = CampaignTexts::built_in();
        let entries = [
            entry(1, "Anna", &key, text.clone(), format!("{text} Nee.")),
            entry(2, "Bart", &key, format!("{text} Nee."), format!("{text} Ja.")),
        ];
        let found = edits(&before, &now, &entries);
        assert_eq!(found.by, BTreeSet::from(["Anna".to_owned(), "Bart".to_owned()]));
        assert!(found.all_known);

        // The way does not lead back to what it was.
        assert!(!edits(&before, &now, &entries[1..]).all_known);
        // What is there is not what the desk wrote.
        assert!(!edits(&before, &now, &entries[..1]).all_known);
        assert!(!edits(&before, &now, &[]).all_known);
    }

    #[test]
    fn a_change_in_the_file_itself_has_none() {
        let (now, key, text) = changed(" Ja.");
        let before = CampaignTexts::built_in();
        let entries = [entry(1, "", &key, text.clone(), format!("{text} Ja."))];
        assert!(!edits(&before, &now, &entries).all_known);

        let comment = texts(|files| files.nl.insert_str(0, "# so\n"));
        assert!(!edits(&before, &comment, &[]).all_known);
        let limits = texts(|files| files.limits.push_str("\n# so\n"));
        assert!(!edits(&before, &limits, &[]).all_known);
        assert_eq!(
            edits(&before, &before, &[]),
            TextEdits { by: BTreeSet::new(), all_known: true }
        );
    }
}
