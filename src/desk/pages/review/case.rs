//! One case: its rows side by side as they stand in the lists now, what differs down to the letter,
//! and what each answer does.

use std::collections::BTreeSet;
use std::time::Instant;

use serde::Serialize;

use super::rows::{Standing, standing_rows};
use super::{CaseForm, PATIENCE, locked};
use crate::desk::contrast::{Stroke, contrast};
use crate::desk::journal::Act;
use crate::desk::pages::{View, Visitor};
use crate::desk::reading::{QueueNow, SharedQueue};
use crate::desk::{Desk, DeskError};
use crate::field::judgement::{CaseAnswer, CaseKind};
use crate::field::row::List;
use crate::field::terms::Language;
use crate::tools::queue::{QueueCase, QueueState};
use crate::tools::review::RowName;

/// Columns that say something about somebody's health, or how a letter would look, and nothing
/// about who it is: they are not on these pages.
const NOT_SHOWN: [&str; 9] = [
    "category",
    "sample_date",
    "status",
    "published",
    "items",
    "custody",
    "dataset_id",
    "language",
    "letter_format",
];

/// The page.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing of its own")]
struct CasePage {
    run: String,
    number: u32,
    code: String,
    /// What it asks.
    asks: String,
    title: String,
    why: String,
    since: String,
    evidence: Vec<(String, String, String)>,
    rows: Vec<ShownRow>,
    fields: Vec<ShownField>,
    /// Rows beyond those that are shown.
    more: usize,
    /// A list has changed: nothing can be said of the case before the next run.
    changed: bool,
    /// What can be said of it now.
    answers: Vec<ShownAnswer>,
    /// Nobody can settle it here.
    elsewhere: bool,
    is_linking: bool,
    /// Its letter is released by two people.
    is_protected: bool,
    /// The cells that a correction may give: name, label, and what was typed.
    corrections: Vec<(&'static str, String, String)>,
    /// What was typed and not taken.
    source: String,
    reason: String,
    /// How far it is; empty: nobody has said anything.
    state: String,
    left: usize,
    time: String,
    may_undo: bool,
    /// What stands against what was said.
    objection: String,
}

/// Something that can be said of a case.
#[derive(Serialize)]
struct ShownAnswer {
    word: String,
    label: String,
    key: String,
    /// What it does.
    effect: String,
}

/// A row at the head of its column.
#[derive(Serialize)]
struct ShownRow {
    letter: char,
    /// Which list, in words.
    list: String,
    /// File and row.
    place: String,
    changed: bool,
}

/// A column of the lists.
#[derive(Serialize)]
struct ShownField {
    label: String,
    differs: bool,
    /// What each row says.
    cells: Vec<Vec<Stroke>>,
}

/// The rows of a case: where they are, and what they say.
struct Found {
    names: Vec<RowName>,
    lists: Vec<List>,
    rows: Vec<Standing>,
}

impl Desk {
    /// A case; `None`: the last run has none of this number. That somebody opens it is written down.
    /// `objection`: what stands against an answer, which `typed` has: it is there to be mended.
    ///
    /// # Errors
    /// [`DeskError`] when lists cannot be read, or the journal cannot be written.
    pub fn case_page(
        &self,
        visitor: &Visitor,
        number: u32,
        objection: &str,
        typed: &CaseForm,
    ) -> Result<Option<View>, DeskError> {
        let shared = match self.queue(PATIENCE)? {
            QueueNow::Ready(shared) => shared,
            QueueNow::Nothing => return Ok(None),
            QueueNow::BeingRead => return Ok(Some(Self::being_read())),
        };
        let (case, run) = {
            let mut queue = locked(&shared);
            let Some(case) = queue.case(number).cloned() else { return Ok(None) };
            queue.claim(number, &visitor.name, Instant::now());
            (case, queue.run_id())
        };

        let opened = Act::Opened { run: run.clone(), case: number };
        self.work().journal.add(&visitor.name, opened)?;
        let found = self.found(&shared, &case)?;
        let mut page = self.case_view(visitor, &shared, &case, &found);
        for (name, _, value) in &mut page.corrections {
            let said = typed.corrections.iter().find(|said| said.field.word() == *name);
            value.push_str(said.map_or("", |said| &said.value));
        }
        let page = CasePage {
            objection: objection.to_owned(),
            run,
            source: typed.source.clone(),
            reason: typed.reason.clone(),
            ..page
        };
        Ok(Some(View::of("review-case.html", &page)))
    }

    fn found(&self, shared: &SharedQueue, case: &QueueCase) -> Result<Found, DeskError> {
        let names = super::rows::names_of(case.in_papers());
        let (index, keys) = {
            let queue = locked(shared);
            (queue.index(), queue.keys())
        };

        let file_of = |(name, _): &RowName| index.files.iter().find(|file| file.file == *name);
        let place = |name: &RowName| Some((file_of(name)?, *index.row(&name.0, name.1)?));
        let list = |name: &RowName| file_of(name).map_or(List::Exposures, |file| file.list);
        let places: Vec<_> = names.iter().map(place).collect();
        let lists = names.iter().map(list).collect();
        let rows = standing_rows(&self.config, self.run_date, &names, &places, &keys);
        Ok(Found { rows: rows.map_err(Box::new)?, names, lists })
    }

    fn case_view(
        &self,
        visitor: &Visitor,
        shared: &SharedQueue,
        case: &QueueCase,
        found: &Found,
    ) -> CasePage {
        let (language, code) = (visitor.language, case.code.as_str());
        let changed = found.rows.iter().any(|row| matches!(row, Standing::Changed));
        let queue = locked(shared);
        let (state, left) = (queue.state(case.case), queue.left(&visitor.name));
        let is_open = state.is_for(&visitor.name) && !case.answers.is_empty() && !changed;
        let word = |key: &str| self.words.get(language, key).to_owned();

        CasePage {
            run: String::new(),
            number: case.case,
            code: case.code.clone(),
            asks: self.kind_in_words(case.kind, language),
            title: self.of_code("title", code, language),
            why: self.of_code("why", code, language),
            since: queue.since(case.case).to_string(),
            evidence: case.in_papers().seen(),
            rows: self.heads(found, language),
            fields: self.fields(&found.rows, language),
            more: case.in_papers().named_rows().len().saturating_sub(found.names.len()),
            changed,
            answers: if is_open { self.answers(case, found, language) } else { Vec::new() },
            elsewhere: case.answers.is_empty(),
            is_linking: case.kind == CaseKind::Linking,
            is_protected: case.kind == CaseKind::Protected && !changed,
            corrections: case
                .fields
                .iter()
                .map(|field| {
                    (field.word(), word(&format!("column.{}", field.word())), String::new())
                })
                .collect(),
            state: self.state_in_words(state, &visitor.name, language),
            left,
            time: self.time_left(&queue, left, language),
            may_undo: queue.last_of(&visitor.name).is_some(),
            objection: String::new(),
            source: String::new(),
            reason: String::new(),
        }
    }

    /// What can be said of a case, with the key that says it and what it does.
    fn answers(&self, case: &QueueCase, found: &Found, language: Language) -> Vec<ShownAnswer> {
        let said = case.answers.iter().filter(|answer| **answer != CaseAnswer::Undecided);
        let label = |answer: CaseAnswer| {
            self.words.get(language, &format!("answer.{}", answer.word())).to_owned()
        };
        let one = |answer: &CaseAnswer| {
            let effect = match answer {
                CaseAnswer::Same => self.effect_of_same(found, language),
                CaseAnswer::Different => self.effect_of_different(&found.lists, language),
                other => self.words.get(language, &format!("does.{}", other.word())).to_owned(),
            };
            (answer.word().to_owned(), label(*answer), effect)
        };
        // Of several rows that cannot all be the same person, each by its letter.
        let rows = found.names.iter().zip('A'..).filter_map(|((file, row), letter)| {
            let place = format!("{file}:{row}");
            case.candidates.contains(&place).then(|| {
                let said = self.words.get(language, "review.same_person_as");
                let effect = self.words.get(language, "review.same_as").to_owned();
                (format!("{}:{place}", CaseAnswer::Same.word()), format!("{said} {letter}"), effect)
            })
        });
        let all = said.map(one).chain(rows).zip(1..);
        all.map(|((word, label, effect), key)| {
            // There are nine keys.
            let key = if key < 10 { key.to_string() } else { String::new() };
            ShownAnswer { word, label, key, effect }
        })
        .collect()
    }

    /// How far a case is: of a first opinion nothing but that there is one.
    fn state_in_words(&self, state: &QueueState, who: &str, language: Language) -> String {
        let word = |key: &str| self.words.get(language, key).to_owned();
        let answer = |answer: &CaseAnswer| word(&format!("answer.{answer}"));
        match state {
            QueueState::SecondWanted { by } if by == who => word("review.second_own"),
            QueueState::Open | QueueState::SecondWanted { .. } => String::new(),
            QueueState::Disputed { said } => {
                let said = said.iter().map(|(by, word)| format!("{by}: {}", answer(word)));
                format!("{} {}", word("review.disputed"), said.collect::<Vec<_>>().join("; "))
            }
            QueueState::Decided { by, date, answer: said } => {
                format!("{} {by}, {date}: {}", word("review.said"), answer(said))
            }
        }
    }

    fn heads(&self, found: &Found, language: Language) -> Vec<ShownRow> {
        let heads = found.names.iter().zip(&found.lists).zip(&found.rows).zip('A'..);
        heads
            .map(|((((file, row), list), standing), letter)| ShownRow {
                letter,
                list: self.words.get(language, list_key(*list)).to_owned(),
                place: format!("{file}:{row}"),
                changed: matches!(standing, Standing::Changed),
            })
            .collect()
    }

    /// The columns that any row has something in, those that differ marked.
    fn fields(&self, rows: &[Standing], language: Language) -> Vec<ShownField> {
        let mut names: Vec<&'static str> = Vec::new();
        for (name, value) in rows.iter().flat_map(Standing::cells) {
            if !value.is_empty() && !names.contains(name) && !NOT_SHOWN.contains(name) {
                names.push(name);
            }
        }

        let field = |name: &'static str| {
            let values: Vec<&str> = rows.iter().map(|row| row.cell(name)).collect();
            let said: BTreeSet<&str> =
                values.iter().copied().filter(|value| !value.is_empty()).collect();
            let key = if name.is_empty() { "whole" } else { name };
            ShownField {
                label: self.words.get(language, &format!("column.{key}")).to_owned(),
                differs: said.len() > 1,
                cells: contrast(&values),
            }
        };
        names.into_iter().map(field).collect()
    }

    /// What `same` does, in words: to which address the one letter goes.
    fn effect_of_same(&self, found: &Found, language: Language) -> String {
        let word = |key| self.words.get(language, key);
        // In the order in which an address is chosen: participants, register, lab.
        let order = [List::Participants, List::Register, List::Exposures];
        let of_list = |list| {
            let mut rows = found.rows.iter().zip(&found.lists).zip('A'..);
            rows.find(|((row, of), _)| **of == list && row.has_address())
        };
        match order.into_iter().find_map(of_list) {
            Some(((row, _), letter)) => {
                format!("{} {letter}: {}", word("review.same_effect"), row.address())
            }
            None => word("review.same_no_address").to_owned(),
        }
    }

    fn effect_of_different(&self, lists: &[List], language: Language) -> String {
        let records = lists.iter().filter(|list| **list == List::Exposures).count();
        let key = if records > 1 { "review.different_two" } else { "review.different_one" };
        self.words.get(language, key).to_owned()
    }
}

/// The key of a list's name in the desk's words.
const fn list_key(list: List) -> &'static str {
    match list {
        List::Exposures => "list.exposures",
        List::Participants => "list.participants",
        List::Register => "list.register",
        List::Providers => "list.providers",
        List::Professionals => "list.professionals",
        List::Suppressions => "list.suppressions",
    }
}
