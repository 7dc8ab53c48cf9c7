//! Who edited what is approved, since the last statement that was.
//!
//! At the desk every change has an author. A file that was changed in an editor has none: until
//! somebody answers for the change by name, anybody who can write the folder may be the author, so
//! nobody may approve it.

use std::collections::{BTreeMap, BTreeSet};

use super::statement::Statement;
use crate::compose::notices::NoticeTexts;
use crate::record::{ApprovalEvent, Said};

/// What can be edited in a campaign's folder.
pub const EDITABLE: [&str; 4] = ["texts", "facts", "settings", "notices"];

/// Who edited what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    /// By what was edited.
    pub by: BTreeMap<&'static str, BTreeSet<String>>,
    /// What was edited and nobody answers for, with its hash.
    pub unclaimed: Vec<(&'static str, String)>,
}

/// Who changed the texts, as far as the desk knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextEdits {
    /// Who changed a sentence.
    pub by: BTreeSet<String>,
    /// Whether every changed byte is somebody's.
    pub all_known: bool,
}

impl Statement {
    /// What can be edited, each with its hash in this statement.
    #[must_use]
    pub fn editable(&self) -> [(&'static str, String); 4] {
        let [texts, facts, settings, notices] = EDITABLE;
        [
            (texts, self.made_with.texts.clone()),
            (facts, self.made_with.facts.clone()),
            (settings, self.settings_hash()),
            // Empty where nobody is written to from them.
            (notices, self.made_with.notices.clone().unwrap_or_default()),
        ]
    }
}

impl Edits {
    /// Who edited what this statement names and the `last` one that was approved does not. `acts`
    /// are those of the whole history: who answers for an edit does so for every later plan.
    #[must_use]
    pub fn of(
        statement: &Statement,
        last: Option<&Statement>,
        texts: &TextEdits,
        acts: &[ApprovalEvent],
    ) -> Self {
        let before = last.map(Statement::editable);
        let mut edits = Self::default();
        for (place, (what, sha256)) in statement.editable().into_iter().enumerate() {
            if before.as_ref().is_some_and(|before| before[place].1 == sha256) {
                continue;
            }
            // The texts to providers that came with the program are nobody's edit.
            let built_in = || NoticeTexts::built_in().hash() == sha256;
            if what == EDITABLE[3] && (sha256.is_empty() || built_in()) {
                continue;
            }

            let mut by = adopters(acts, what, &sha256);
            let mut is_known = !by.is_empty();
            if what == EDITABLE[0] {
                by.extend(texts.by.iter().cloned());
                is_known |= texts.all_known;
            }
            if !is_known {
                edits.unclaimed.push((what, sha256));
            }
            edits.by.insert(what, by);
        }

        edits
    }

    /// What this person edited, if anything; capitals do not matter.
    #[must_use]
    pub fn of_person(&self, name: &str) -> Option<&'static str> {
        let mut edited = self.by.iter().filter(|(_, by)| by.iter().any(|one| is_same(one, name)));
        edited.next().map(|(what, _)| *what)
    }
}

/// Whether two names are one person's.
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    crate::base::plain::is_same_name(one, other)
}

fn adopters(acts: &[ApprovalEvent], what: &str, sha256: &str) -> BTreeSet<String> {
    let adopter = |event: &ApprovalEvent| match &event.act.said {
        Said::Adopted { what: adopted, sha256: known, .. }
            if adopted == what && known == sha256 =>
        {
            Some(event.act.by.clone())
        }
        _ => None,
    };
    acts.iter().filter_map(adopter).collect()
}

/// The text that somebody signs who answers for an edit.
#[must_use]
pub fn adoption_text(campaign: &str, what: &str, sha256: &str) -> String {
    format!(
        "breachpost: answer for an edit\ncampaign: {campaign}\nof: the {what}\nsha256: {sha256}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approval::statement::tests::statement;
    use crate::record::{ApprovalAct, Credential};

    fn adopted(by: &str, what: &str, sha256: &str) -> ApprovalEvent {
        let said = Said::Adopted {
            what: what.to_owned(),
            sha256: sha256.to_owned(),
            credential: Credential::Desk,
        };
        let act = ApprovalAct {
            date: jiff::civil::date(2025, 9, 15),
            statement: String::new(),
            by: by.to_owned(),
            role: None,
            said,
        };
        ApprovalEvent { event: 1, act }
    }

    #[test]
    fn without_an_approved_statement_everything_is_an_edit() {
        let texts = TextEdits { by: BTreeSet::from(["Anna".to_owned()]), all_known: true };
        let edits = Edits::of(&statement(), None, &texts, &[]);
        let unclaimed: Vec<&str> = edits.unclaimed.iter().map(|(what, _)| *what).collect();
        assert_eq!(unclaimed, ["facts", "settings"]);
        assert_eq!(edits.of_person("ANNA "), Some("texts"));
        assert_eq!(edits.of_person("Bart"), None);
    }

    #[test]
    fn somebody_answers_for_these_bytes_and_no_others() {
        let statement = statement();
        let mut last = statement.clone();
        last.made_with.facts = "0".to_owned();
        let none = TextEdits::default();
        let facts = &statement.made_with.facts;
        let one = Edits::of(&statement, Some(&last), &none, &[adopted("Dirk", "facts", facts)]);
        assert!(one.unclaimed.is_empty());
        assert_eq!(one.of_person("Dirk"), Some("facts"));

        for other in [adopted("Dirk", "facts", "0"), adopted("Dirk", "texts", facts)] {
            let edits = Edits::of(&statement, Some(&last), &none, &[other]);
            assert_eq!(edits.unclaimed, [("facts", facts.clone())]);
        }
        assert_eq!(Edits::of(&statement, Some(&statement), &none, &[]), Edits::default());
    }

    #[test]
    fn an_edit_of_the_texts_to_providers_is_somebodys() {
        let last = statement();
        let none = TextEdits::default();
        let with = |notices: &str| {
            let mut statement = last.clone();
            statement.made_with.notices = Some(notices.to_owned());
            statement
        };
        let built_in = with(NoticeTexts::built_in().hash());
        assert_eq!(Edits::of(&built_in, Some(&last), &none, &[]), Edits::default());
        let edits = Edits::of(&with("0"), Some(&built_in), &none, &[]);
        assert_eq!(edits.unclaimed, [("notices", "0".to_owned())]);
        let acts = [adopted("Dirk", "notices", "0")];
        let edits = Edits::of(&with("0"), Some(&built_in), &none, &acts);
        assert_eq!((edits.unclaimed.len(), edits.of_person("dirk")), (0, Some("notices")));
    }

    #[test]
    fn an_edit_of_the_texts_outside_the_desk_has_no_author() {
        let statement = statement();
        let mut last = statement.clone();
        last.made_with.texts = "0".to_owned();
        let some = TextEdits { by: BTreeSet::from(["Anna".to_owned()]), all_known: false };
        let edits = Edits::of(&statement, Some(&last), &some, &[]);
        assert_eq!(edits.unclaimed, [("texts", statement.made_with.texts.clone())]);
        assert_eq!(edits.of_person("anna"), Some("texts"));
    }
}
