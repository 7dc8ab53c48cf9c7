//! One sentence: both languages to edit, what the gates say, where it is used, who changed it, and
//! what people say about it.

mod form;

use serde::Serialize;

use super::comments::{ShownComment, remarks};
use super::texts::{Change, Chunk, LetterFinding};
use super::{View, Visitor};
use crate::compose::TextUse;
use crate::compose::texts::CampaignTexts;
use crate::compose::texts::slots::{Fact, SlotName as _};
use crate::desk::choice::Choice;
use crate::desk::compare::{WordChange, words};
use crate::desk::edition::Edition;
use crate::desk::journal::{Act, Spot};
use crate::desk::manuscript::{Conflict, ManuscriptError, Rewrite, Saved, sentence};
use crate::desk::{Desk, DeskError};
use crate::field::terms::{Format, Language};
use crate::tools::text_check::{self, TextFinding};
pub use form::SentenceForm;
use form::Unfinished;

/// The page.
#[derive(Serialize)]
struct SentencePage {
    key: String,
    /// Its first words.
    title: String,
    block: String,
    voice: String,
    sides: Vec<EditSide>,
    /// Slots that a sentence may have: name and what it is called.
    slots: Vec<(String, String)>,
    saved: Option<usize>,
    refused: Option<Refused>,
    conflicts: Vec<Conflict>,
    used: Used,
    /// Properties with their values; `None`: it is in no letter.
    conditions: Option<Vec<(String, Vec<String>)>>,
    /// Whether that is known yet.
    looked: bool,
    example: Option<Example>,
    history: Vec<Edit>,
    remarks: Vec<ShownComment>,
    /// What the gates say of whole letters with this sentence.
    letters: Vec<LetterFinding>,
    /// Letters of the last plan that have it; `None` when there is no plan.
    planned: Option<u64>,
}

/// A sentence in one language, in a form.
#[derive(Serialize)]
struct EditSide {
    language: &'static str,
    /// As it is in the file, or was when whoever edits began.
    base: String,
    /// What the form shows.
    chunks: Vec<Chunk>,
    /// The fact that is to be added at the end; empty for none.
    added: String,
    findings: Vec<TextFinding>,
}

/// Why nothing was saved: a title of the desk's words, and more.
#[derive(Serialize)]
struct Refused {
    title: String,
    more: Vec<String>,
}

/// Where the sentence is.
#[derive(Serialize)]
struct Used {
    kinds: usize,
    of: usize,
}

/// A letter that has the sentence.
#[derive(Serialize)]
struct Example {
    standard: String,
    large: String,
    version: String,
    pages: [usize; 2],
}

/// A change of the sentence.
#[derive(Serialize)]
struct Edit {
    change: Change,
    language: &'static str,
    words: Vec<WordChange>,
}

/// What the page shows besides the sentence as it is.
#[derive(Default)]
struct Outcome {
    saved: Option<usize>,
    refused: Option<Refused>,
    conflicts: Vec<Conflict>,
    /// What somebody wrote that is not in the file.
    written: Vec<Rewrite>,
    /// The same where no sentence can be made of it: what they started from, words and slots.
    unfinished: Vec<Unfinished>,
}

impl Desk {
    /// The sentence of that key; `None` when there is none.
    ///
    /// # Errors
    /// [`DeskError`] when the texts cannot be read.
    pub fn sentence_page(
        &self,
        visitor: &Visitor,
        key: &str,
        saved: Option<usize>,
    ) -> Result<Option<View>, DeskError> {
        self.page_of(visitor, key, Outcome { saved, ..Outcome::default() })
    }

    /// Saves what somebody wrote. `Ok(Err(page))` says why nothing was saved.
    ///
    /// # Errors
    /// [`DeskError`] when something cannot be read or written.
    pub fn save_sentence(
        &self,
        visitor: &Visitor,
        key: &str,
        form: &SentenceForm,
    ) -> Result<Result<usize, Option<View>>, DeskError> {
        if sentence(&self.edition()?.texts, Language::Nl, key).is_none() {
            return Ok(Err(None));
        }

        let said = |key: &str| self.words.get(visitor.language, key).to_owned();
        let rewrites = match form.rewrites() {
            Ok(rewrites) => rewrites,
            Err(fault) => {
                let refused = Some(Refused { title: said("not_saved"), more: vec![said(fault)] });
                let unfinished = form.unfinished();
                let outcome = Outcome { refused, unfinished, ..Outcome::default() };
                return Ok(Err(self
                    .page_of(visitor, key, outcome)?
                    .map(|view| view.with_status(422))));
            }
        };

        let saved = {
            let work = &mut *self.work();
            work.manuscript.save(key, &rewrites, &visitor.name, &mut work.journal)
        };
        let (refused, conflicts, status) = match saved {
            Ok(Saved::Yes(count)) => return Ok(Ok(count)),
            Ok(Saved::Conflict(conflicts)) => (None, conflicts, 409),
            Ok(Saved::Refused(error)) => {
                use crate::base::Explain as _;
                let more = [Some(error.to_string()), error.hint()].into_iter().flatten().collect();
                (Some(Refused { title: said("not_saved"), more }), Vec::new(), 422)
            }
            Ok(Saved::Slots(slots)) => {
                let [nl, en] = slots.map(|slots| self.slot_names(&slots, visitor.language));
                let more = vec![
                    said("slots_differ_more"),
                    format!("{}: {nl}", said("dutch")),
                    format!("{}: {en}", said("english")),
                ];
                (Some(Refused { title: said("slots_differ"), more }), Vec::new(), 422)
            }
            Err(ManuscriptError::BuiltIn) => (
                Some(Refused { title: said("not_saved"), more: vec![said("built_in")] }),
                Vec::new(),
                422,
            ),
            Err(error) => return Err(error.into()),
        };

        let outcome = Outcome { refused, conflicts, written: rewrites, ..Outcome::default() };
        Ok(Err(self.page_of(visitor, key, outcome)?.map(|view| view.with_status(status))))
    }

    fn slot_names(&self, slots: &[String], language: Language) -> String {
        let name = |slot: &String| self.words.get(language, &format!("slot.{slot}")).to_owned();
        let names: Vec<String> = slots.iter().map(name).collect();
        if names.is_empty() {
            self.words.get(language, "no_slot").to_owned()
        } else {
            names.join(", ")
        }
    }

    fn page_of(
        &self,
        visitor: &Visitor,
        key: &str,
        outcome: Outcome,
    ) -> Result<Option<View>, DeskError> {
        let edition = self.edition()?;
        let language = visitor.language;
        if sentence(&edition.texts, Language::Nl, key).is_none() {
            return Ok(None);
        }

        let findings = text_check::of_sentence(&edition.texts, &edition.facts, key);
        let side = |of: Language| self.side(&edition, &outcome, key, of, language, &findings);
        let uses = edition.reach().uses(key);
        let spot = Spot::Sentence(key.to_owned());
        let block = key.split('.').next().unwrap_or_default();

        let page = SentencePage {
            title: self.title(sentence(&edition.texts, language, key).unwrap_or(key), language),
            block: self.words.get(language, &format!("block.{block}")).to_owned(),
            voice: self.voice(key, language),
            sides: vec![side(Language::Nl), side(Language::En)],
            slots: self.slot_list(&edition.texts, key, language),
            saved: outcome.saved,
            used: Used { kinds: uses.len(), of: edition.reach().letters.len() },
            conditions: self.conditions(&edition, key, language),
            looked: edition.conditions().is_some(),
            example: self.example(&edition, key),
            history: self.history(key),
            remarks: remarks(&self.work().journal, &spot),
            letters: letter_findings(&edition, key, language),
            planned: self.planned(&edition, key),
            key: key.to_owned(),
            refused: outcome.refused,
            conflicts: outcome.conflicts,
        };
        Ok(Some(View::of("sentence.html", &page)))
    }

    /// The first words of a sentence, for people to know it by.
    fn title(&self, text: &str, language: Language) -> String {
        /// Characters after which no further word is shown.
        const ENOUGH: usize = 60;

        let chunks = self.chunks(text, language);
        let words = chunks.iter().flat_map(|chunk| [chunk.words.as_str(), chunk.label.as_str()]);
        let whole: String = words.collect();
        let mut title = String::new();
        for word in whole.split_whitespace() {
            if title.chars().count() > ENOUGH {
                title.push_str(" …");
                break;
            }
            if !title.is_empty() {
                title.push(' ');
            }
            title.push_str(word);
        }
        title
    }

    fn side(
        &self,
        edition: &Edition,
        outcome: &Outcome,
        key: &str,
        of: Language,
        language: Language,
        findings: &[TextFinding],
    ) -> EditSide {
        let now = sentence(&edition.texts, of, key).unwrap_or_default();
        // After a conflict whoever edits goes on from what it is now; what they wrote stays theirs.
        let written = outcome.written.iter().find(|rewrite| rewrite.language == of);
        let shown = written.map_or(now, |rewrite| &rewrite.new);
        let file = edition.texts.file(of);
        let own = |finding: &&TextFinding| finding.file == file;
        if let Some(sent) = outcome.unfinished.iter().find(|sent| sent.language == of).cloned() {
            return EditSide {
                language: of.word(),
                base: sent.base,
                chunks: sent.chunks,
                added: sent.added,
                findings: findings.iter().filter(own).cloned().collect(),
            };
        }

        // What somebody else saves meanwhile is a conflict next time, and not overwritten.
        let base = match written {
            Some(rewrite) if outcome.conflicts.is_empty() => &rewrite.base,
            _ => now,
        };

        EditSide {
            language: of.word(),
            base: base.to_owned(),
            chunks: self.chunks(shown, language),
            added: String::new(),
            findings: findings.iter().filter(own).cloned().collect(),
        }
    }

    /// How many letters of the last plan have the sentence; `None` when there is no plan.
    fn planned(&self, edition: &Edition, key: &str) -> Option<u64> {
        let uses = crate::run::text_uses(&self.config.data_dir)?;
        let has = |planned: &TextUse| {
            let body = edition.traced.body(&planned.subject, &edition.facts, self.run_date, true);
            edition.traced.keys_in(&body).contains(&key)
        };
        Some(uses.iter().filter(|planned| has(planned)).map(|planned| planned.letters).sum())
    }

    /// The slots that can be chosen: the sentence's own, and the facts where it has no others.
    fn slot_list(
        &self,
        texts: &CampaignTexts,
        key: &str,
        language: Language,
    ) -> Vec<(String, String)> {
        let own = [Language::Nl, Language::En].into_iter().flat_map(|of| {
            crate::desk::manuscript::slots(sentence(texts, of, key).unwrap_or_default())
        });
        let mut names: Vec<String> = own.collect();
        if names.iter().all(|name| Fact::named(name).is_some()) {
            names.extend(Fact::ALL.iter().map(|(name, _)| (*name).to_owned()));
        }
        names.sort_unstable();
        names.dedup();

        let label = |name: &String| self.words.get(language, &format!("slot.{name}")).to_owned();
        names.iter().map(|name| (name.clone(), label(name))).collect()
    }

    /// What it takes for the sentence to be in a letter, in words; `None`: it is in none.
    fn conditions(
        &self,
        edition: &Edition,
        key: &str,
        language: Language,
    ) -> Option<Vec<(String, Vec<String>)>> {
        let conditions = edition.conditions()?.get(key)?;
        let named = conditions.iter().map(|(property, values)| {
            let name = self.words.get(language, &format!("property.{property}")).to_owned();
            let value = |value: &String| self.value(property, value, language);
            (name, values.iter().map(value).collect())
        });
        Some(named.collect())
    }

    /// A value of a property in words.
    pub(super) fn value(&self, property: &str, value: &str, language: Language) -> String {
        let own = format!("value.{property}.{value}");
        let found = self.words.get(language, &own);
        if found == value {
            self.words.get(language, &format!("value.{value}")).to_owned()
        } else {
            found.to_owned()
        }
    }

    /// The first letter that has the sentence, drawn now: whoever saved sees what came of it.
    fn example(&self, edition: &Edition, key: &str) -> Option<Example> {
        let first = *edition.reach().uses(key).first()?;
        let choice = Choice::of(&edition.reach().letters[first]);
        let [nl, en] = self.drawings.pair(edition, &choice, None);
        let on = |drawing: &crate::desk::drawings::Drawing| {
            let has =
                |areas: &Vec<crate::desk::drawings::Area>| areas.iter().any(|area| area.key == key);
            drawing.areas.iter().position(has).unwrap_or_default() + 1
        };
        let pages = [on(nl.ok()?.as_ref()), on(en.ok()?.as_ref())];
        let in_format = |format| Choice { format, ..choice.clone() }.query();

        Some(Example {
            standard: in_format(Format::Standard),
            large: in_format(Format::Large),
            version: edition.version.clone(),
            pages,
        })
    }

    fn history(&self, key: &str) -> Vec<Edit> {
        let work = self.work();
        let edits = work.journal.edits_of(key).filter_map(|deed| match &deed.what {
            Act::Edit { language: of, before, after, .. } => Some(Edit {
                change: Change::of(deed),
                language: of.word(),
                words: words(before, after),
            }),
            _ => None,
        });
        edits.collect()
    }
}

/// What the gates say of the letters of the preview that have the sentence.
fn letter_findings(edition: &Edition, key: &str, language: Language) -> Vec<LetterFinding> {
    let reach = edition.reach();
    let with_key = reach.uses(key).iter().map(|place| &reach.letters[*place]);
    let both = with_key.clone().flat_map(|dutch| {
        [Language::Nl, Language::En].map(|language| {
            let mut variant = dutch.clone();
            variant.subject.language = language;
            variant
        })
    });

    let findings = text_check::of_letters(&edition.texts, &edition.facts, both);
    let finding = |finding: &TextFinding| {
        let variant = with_key.clone().find(|variant| variant.name == finding.key)?;
        Some(LetterFinding::of(finding, Some(variant), edition, language))
    };
    findings.iter().filter_map(finding).collect()
}
