//! The review queue: what waits for a human, how much of it is left, and what somebody says of a
//! case. The page of one case is in [`case`].
//!
//! Together with the proofs of a job that waits these are the pages with real people on them: they
//! are for reviewers alone, and reached over this machine or encrypted.

pub mod case;
mod rows;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde::Serialize;

use super::{View, Visitor, moment};
use crate::desk::queue::{CaseQueue, KindLeft, NotTaken};
use crate::desk::users::Role;
use crate::desk::{Desk, DeskError};
use crate::field::terms::Language;
use crate::link::Ruling;
use crate::run::answers::Answer;

/// The queue that people work off, shared by all of them.
pub type SharedQueue = Arc<Mutex<CaseQueue>>;

/// The page.
#[derive(Serialize)]
struct QueuePage {
    /// Empty: no run has left cases that can be looked at.
    run: String,
    left: usize,
    answered: usize,
    kinds: Vec<ShownKind>,
    /// How long the rest takes, in words; empty before that can be told.
    time: String,
    next: Option<u32>,
    may_undo: bool,
}

/// A kind of cases.
#[derive(Serialize)]
struct ShownKind {
    code: &'static str,
    title: String,
    left: usize,
    all: usize,
    oldest: String,
    first: Option<u32>,
    about_people: bool,
}

/// What became of an answer.
#[derive(Debug)]
pub enum Taken {
    /// It is written down; the next case, if one waits.
    Next(Option<u32>),
    /// Back to this case.
    Back(u32),
    /// It was not taken, and this page says why.
    Not(View),
}

/// Whether somebody may look at cases.
#[must_use]
pub fn may_review(role: Role) -> bool {
    role == Role::Reviewer
}

pub(super) fn locked(queue: &SharedQueue) -> MutexGuard<'_, CaseQueue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    /// The queue of the last run; read again when a new run has left one.
    pub(super) fn queue(&self) -> Result<Option<SharedQueue>, DeskError> {
        let mut known = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let data_dir = &self.config.data_dir;
        if let Some(queue) = known.as_ref().filter(|queue| locked(queue).is_current(data_dir)) {
            return Ok(Some(Arc::clone(queue)));
        }

        let loaded = CaseQueue::load(&self.config).map_err(Box::new)?;
        *known = loaded.map(|queue| Arc::new(Mutex::new(queue)));
        Ok(known.clone())
    }

    /// What waits, kind by kind.
    ///
    /// # Errors
    /// [`DeskError`] when papers or ledger cannot be read.
    pub fn queue_page(&self, visitor: &Visitor) -> Result<View, DeskError> {
        let Some(queue) = self.queue()? else {
            let nothing = QueuePage {
                run: String::new(),
                left: 0,
                answered: 0,
                kinds: Vec::new(),
                time: String::new(),
                next: None,
                may_undo: false,
            };
            return Ok(View::of("review.html", &nothing));
        };

        let queue = locked(&queue);
        let kinds = queue.kinds();
        let left = queue.left();
        let people = kinds.iter().filter(|kind| kind.about_people);
        let all: usize = people.map(|kind| kind.all).sum();
        let shown = |kind: &KindLeft| ShownKind {
            code: kind.reason.code(),
            title: self.of_code("title", kind.reason.code(), visitor.language),
            left: kind.left,
            all: kind.all,
            oldest: kind.oldest.to_string(),
            first: queue.first_of(kind),
            about_people: kind.about_people,
        };
        let page = QueuePage {
            run: queue.run_id().to_owned(),
            left,
            answered: all - left,
            kinds: kinds.iter().map(shown).collect(),
            time: self.time_left(&queue, left, visitor.language),
            next: queue.next(None, &visitor.name, Instant::now()).map(|case| case.number),
            may_undo: queue.last_of(&visitor.name).is_some(),
        };
        Ok(View::of("review.html", &page))
    }

    /// Takes what somebody says of a case of this run.
    ///
    /// # Errors
    /// [`DeskError`] when it cannot be written down.
    pub fn answer_case(
        &self,
        visitor: &Visitor,
        run: &str,
        number: u32,
        word: &str,
    ) -> Result<Taken, DeskError> {
        let Some(shared) = self.queue()? else { return Ok(Taken::Next(None)) };
        let now = Instant::now();
        if locked(&shared).run_id() != run {
            let view = self.message("review.newer", "review.newer_more", visitor.language);
            return Ok(Taken::Not(view.with_status(409)));
        }

        match (word, Ruling::from_word(word)) {
            ("next", _) => {
                let queue = locked(&shared);
                Ok(Taken::Next(
                    queue.next(Some(number), &visitor.name, now).map(|case| case.number),
                ))
            }
            ("undo", _) => {
                let back = locked(&shared).undo(&visitor.name)?;
                Ok(back.map_or(Taken::Next(Some(number)), Taken::Back))
            }
            (_, Some(ruling)) => {
                if ruling == Ruling::Same && self.has_two_numbers(&shared, number)? {
                    let view = self.message(
                        "review.two_numbers",
                        "review.two_numbers_more",
                        visitor.language,
                    );
                    return Ok(Taken::Not(view.with_status(422)));
                }
                let mut queue = locked(&shared);
                let said = queue.say(number, &visitor.name, ruling)?;
                let next = queue.next(Some(number), &visitor.name, now).map(|case| case.number);
                drop(queue);
                self.told(visitor, number, said, next)
            }
            _ => Ok(Taken::Back(number)),
        }
    }

    fn told(
        &self,
        visitor: &Visitor,
        number: u32,
        said: Result<(), NotTaken>,
        next: Option<u32>,
    ) -> Result<Taken, DeskError> {
        match said {
            Ok(()) => Ok(Taken::Next(next)),
            Err(NotTaken::Unknown) => Ok(Taken::Back(number)),
            // Whoever comes second sees what the first one said, on the case's own page.
            Err(NotTaken::Answered(..)) => {
                let page = self.case_page(visitor, number)?;
                let missing = || self.message("not_found", "back", visitor.language);
                Ok(Taken::Not(page.unwrap_or_else(missing).with_status(409)))
            }
        }
    }

    /// How long it takes to work off so many cases, at today's pace.
    pub(super) fn time_left(&self, queue: &CaseQueue, left: usize, language: Language) -> String {
        let Some((seconds, people)) = queue.pace(jiff::Zoned::now().date()) else {
            return self.words.get(language, "review.no_pace").to_owned();
        };
        let word = |key| self.words.get(language, key);
        let (minutes, rest) = minutes(seconds, people, left);
        let pace = format!("{} {seconds:.0} {}", word("review.pace"), word("review.seconds"));
        format!(
            "{pace}, {} {minutes} {} {rest} {}.",
            word("review.so"),
            word("review.hours"),
            word("review.minutes")
        )
    }

    /// A word about a code; of codes that are not about who is who the same for all of a family.
    pub(super) fn of_code(&self, what: &str, code: &str, language: Language) -> String {
        let key = format!("held.{code}.{what}");
        let known = self.words.get(language, &key);
        if known != what {
            return known.to_owned();
        }
        let family = code.get(..1).unwrap_or_default();
        self.words.get(language, &format!("held.{family}.{what}")).to_owned()
    }
}

/// Hours and minutes that so many people need for what is left.
#[expect(clippy::cast_precision_loss, reason = "a guess")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole minutes")]
fn minutes(seconds: f64, people: usize, left: usize) -> (u64, u64) {
    let minutes = (seconds * left as f64 / people.max(1) as f64 / 60.0).ceil() as u64;
    (minutes / 60, minutes % 60)
}

/// Who answered a case, when and what.
#[derive(Serialize)]
pub(super) struct GivenAnswer {
    by: String,
    at: String,
    word: String,
}

impl GivenAnswer {
    pub(super) fn of(answer: &Answer, desk: &Desk, language: Language) -> Self {
        let word = desk.words.get(language, &format!("review.{}", answer.word)).to_owned();
        Self { by: answer.by.clone(), at: moment(answer.at), word }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_shared_by_those_who_work() {
        assert_eq!(minutes(10.0, 1, 60), (0, 10));
        assert_eq!(minutes(12.0, 2, 1_500), (2, 30));
        assert_eq!(minutes(5.0, 1, 0), (0, 0));
    }

    #[test]
    fn only_a_reviewer_sees_cases() {
        use Role::{Communications, Helpdesk, Operator, Privacy, Reviewer, Writer};
        let may = [Writer, Communications, Privacy, Reviewer, Operator, Helpdesk].map(may_review);
        assert_eq!(may, [false, false, false, true, false, false]);
    }
}
