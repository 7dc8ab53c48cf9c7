//! One case: its rows side by side as they stand in the lists now, what differs down to the letter,
//! and what each answer does.

use std::collections::BTreeSet;
use std::time::Instant;

use serde::Serialize;

use super::rows::{Standing, standing_rows};
use super::{GivenAnswer, SharedQueue, locked};
use crate::base::bsn::Bsn;
use crate::desk::contrast::{Stroke, contrast};
use crate::desk::journal::Act;
use crate::desk::pages::{View, Visitor};
use crate::desk::queue::QueuedCase;
use crate::desk::{Desk, DeskError};
use crate::field::row::List;
use crate::field::terms::Language;
use crate::tools::review::{OpenCase, RowName};

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
struct CasePage {
    run: String,
    number: u32,
    code: &'static str,
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
    /// Whether it is a question of who is who.
    question: bool,
    two_numbers: bool,
    same: String,
    different: String,
    answer: Option<GivenAnswer>,
    settled: bool,
    left: usize,
    time: String,
    may_undo: bool,
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
    ///
    /// # Errors
    /// [`DeskError`] when papers or lists cannot be read, or the journal cannot be written.
    pub fn case_page(&self, visitor: &Visitor, number: u32) -> Result<Option<View>, DeskError> {
        let Some(shared) = self.queue()? else { return Ok(None) };
        let (case, lines, run) = {
            let mut queue = locked(&shared);
            let Some(case) = queue.case(number).cloned() else { return Ok(None) };
            queue.claim(number, &visitor.name, Instant::now());
            let lines = queue.lines(&case).map_err(Box::new)?;
            (case, lines, queue.run_id().to_owned())
        };

        let opened = Act::Opened { run: run.clone(), case: number };
        self.work().journal.add(&visitor.name, opened)?;
        let found = self.found(&shared, &lines)?;
        let page = self.case_view(visitor, &shared, (&case, &lines), &found, run);
        Ok(Some(View::of("review-case.html", &page)))
    }

    /// Whether the rows of a case have two different valid BSNs: those are never one person.
    pub(super) fn has_two_numbers(
        &self,
        shared: &SharedQueue,
        number: u32,
    ) -> Result<bool, DeskError> {
        let lines = {
            let queue = locked(shared);
            let Some(case) = queue.case(number).cloned() else { return Ok(false) };
            queue.lines(&case).map_err(Box::new)?
        };
        Ok(two_numbers(&self.found(shared, &lines)?.rows))
    }

    fn found(&self, shared: &SharedQueue, lines: &OpenCase) -> Result<Found, DeskError> {
        let names = super::rows::names_of(lines);
        let (places, keys, lists) = {
            let queue = locked(shared);
            let index = queue.index();
            let file_of = |(name, _): &RowName| index.files.iter().find(|file| file.file == *name);
            let place =
                |name: &RowName| Some((file_of(name)?.clone(), *index.row(&name.0, name.1)?));
            let list = |name: &RowName| file_of(name).map_or(List::Exposures, |file| file.list);
            let places: Vec<_> = names.iter().map(place).collect();
            (places, queue.keys(), names.iter().map(list).collect())
        };

        let rows = standing_rows(&self.config, self.run_date, &names, &places, &keys);
        Ok(Found { rows: rows.map_err(Box::new)?, names, lists })
    }

    fn case_view(
        &self,
        visitor: &Visitor,
        shared: &SharedQueue,
        (case, lines): (&QueuedCase, &OpenCase),
        found: &Found,
        run: String,
    ) -> CasePage {
        let (language, code) = (visitor.language, case.reason.code());
        let queue = locked(shared);
        let left = queue.left();
        let changed = found.rows.iter().any(|row| matches!(row, Standing::Changed));
        let answer = queue.answer(case.number);

        CasePage {
            run,
            number: case.number,
            code,
            title: self.of_code("title", code, language),
            why: self.of_code("why", code, language),
            since: case.since.to_string(),
            evidence: lines.evidence(),
            rows: self.heads(found, language),
            fields: self.fields(&found.rows, language),
            more: lines.named_rows().len().saturating_sub(found.names.len()),
            changed,
            question: case.is_about_people() && !changed,
            two_numbers: two_numbers(&found.rows),
            same: self.effect_of_same(found, language),
            different: self.effect_of_different(&found.lists, language),
            settled: queue.is_settled(case),
            answer: answer.map(|answer| GivenAnswer::of(answer, self, language)),
            left,
            time: self.time_left(&queue, left, language),
            may_undo: queue.last_of(&visitor.name).is_some(),
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

/// Whether rows have two different valid BSNs.
fn two_numbers(rows: &[Standing]) -> bool {
    let number = |row: &Standing| Bsn::new(row.cell("bsn").parse().ok()?).ok();
    let numbers: BTreeSet<u32> = rows.iter().filter_map(number).map(Bsn::number).collect();
    numbers.len() > 1
}

/// The key of a list's name in the desk's words.
const fn list_key(list: List) -> &'static str {
    match list {
        List::Exposures => "list.exposures",
        List::Participants => "list.participants",
        List::Register => "list.register",
        List::Providers => "list.providers",
        List::Suppressions => "list.suppressions",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_valid_numbers_are_never_one_person() {
        let of = |bsn: &str| Standing::Same(vec![("bsn", bsn.to_owned())]);
        let [one, other] = ["999970008", "999970082"];
        assert!(two_numbers(&[of(one), of(other)]));
        for other in [one, "", "999970083"] {
            assert!(!two_numbers(&[of(one), of(other), Standing::Changed]), "{other}");
        }
    }
}
