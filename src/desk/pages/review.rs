//! The review queue: what waits for a human, how much of it is left, and what somebody says of a
//! case. The page of one case is in [`case`].
//!
//! Together with the proofs of a job that waits these are the pages with real people on them: they
//! are for reviewers alone, and reached over this machine or encrypted.

pub mod case;
mod proposing;
mod rows;
mod taking;
mod what_if;

use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::{View, Visitor};
use crate::desk::queue::{KindLeft, Worklist};
use crate::desk::reading::{QueueNow, SharedQueue};
use crate::desk::users::Role;
use crate::desk::{Desk, DeskError};
use crate::field::judgement::{CaseAnswer, CaseKind};
use crate::field::terms::Language;
use crate::record::Decider;
use crate::tools::queue::QueueError;
pub use proposing::{ProposalForm, YesOutcome};
pub use taking::CaseForm;

/// How long a page waits for the queue to be read before it says that it is.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long an answer waits for it, so as not to be lost.
const LONG_PATIENCE: Duration = Duration::from_secs(100);

/// The page.
#[derive(Default, Serialize)]
struct QueuePage {
    /// Empty: no run has left cases that can be looked at.
    run: String,
    left: usize,
    kinds: Vec<ShownKind>,
    /// How long the rest takes, in words.
    time: String,
    /// Answers of theirs that do not count: the case, and why.
    dropped: Vec<(u32, String)>,
    next: Option<u32>,
}

/// A kind of cases.
#[derive(Serialize)]
struct ShownKind {
    title: String,
    left: usize,
    all: usize,
    oldest: String,
    first: Option<u32>,
}

/// What became of an answer.
#[derive(Debug)]
pub enum NextPage {
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

pub(super) fn locked(queue: &SharedQueue) -> MutexGuard<'_, Worklist> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    /// The queue of the last run; read again when a new run has left one.
    pub(super) fn queue(&self, patience: Duration) -> Result<QueueNow, DeskError> {
        Ok(self.queue.look(&self.config, patience).map_err(Box::new)?)
    }

    /// The page to be shown while it is being read; it asks for itself again.
    pub(super) fn being_read() -> View {
        View::of("reading.html", &()).with_status(503)
    }

    /// What waits, kind by kind.
    ///
    /// # Errors
    /// [`DeskError`] when papers or ledger cannot be read.
    pub fn queue_page(&self, visitor: &Visitor) -> Result<View, DeskError> {
        let shared = match self.queue(PATIENCE)? {
            QueueNow::Ready(shared) => shared,
            QueueNow::Nothing => return Ok(View::of("review.html", &QueuePage::default())),
            QueueNow::BeingRead => return Ok(Self::being_read()),
        };

        let queue = locked(&shared);
        let left = queue.left(&visitor.name);
        let shown = |kind: KindLeft| ShownKind {
            title: self.kind_in_words(kind.kind, visitor.language),
            left: kind.left,
            all: kind.all,
            oldest: kind.oldest.to_string(),
            first: kind.first,
        };
        let page = QueuePage {
            run: queue.run_id(),
            left,
            kinds: queue.kinds(&visitor.name).into_iter().map(shown).collect(),
            time: self.time_left(&queue, left, visitor.language),
            dropped: queue
                .dropped_of(&visitor.name)
                .map(|(case, why)| (case, why.to_owned()))
                .collect(),
            next: queue.next(None, &visitor.name, Instant::now()),
        };
        Ok(View::of("review.html", &page))
    }

    /// Takes what somebody says of a case of a run.
    ///
    /// # Errors
    /// [`DeskError`] when it cannot be written down.
    pub fn answer_case(
        &self,
        visitor: &Visitor,
        number: u32,
        form: &CaseForm,
    ) -> Result<NextPage, DeskError> {
        let shared = match self.queue(LONG_PATIENCE)? {
            QueueNow::Ready(shared) => shared,
            QueueNow::Nothing => return Ok(NextPage::Next(None)),
            QueueNow::BeingRead => return Ok(NextPage::Not(Self::being_read())),
        };
        let (who, now) = (&visitor.name, Instant::now());
        let kind = {
            let queue = locked(&shared);
            if queue.run_id() != form.run {
                let view = self.message("review.newer", "review.newer_more", visitor.language);
                return Ok(NextPage::Not(view.with_status(409)));
            }
            queue.case(number).map(|case| case.kind)
        };
        let next = || locked(&shared).next(Some(number), who, now);

        match (form.word.as_str(), CaseAnswer::from_word(&form.word), kind) {
            ("next", ..) => Ok(NextPage::Next(next())),
            ("undo", ..) => {
                let back = self.take_back(&shared, who)?;
                self.take_up_later(&shared);
                Ok(NextPage::Back(back.unwrap_or(number)))
            }
            (_, Some(word), Some(kind)) if goes_by_the_book(kind, form) => {
                let reason = Some(form.reason.as_str()).filter(|reason| !reason.is_empty());
                // The book holds what the ledger will take, and nothing else.
                if let Err(error) = (Decider { by: who, reason }).check() {
                    return self.too_late(visitor, number, &error.to_string(), form);
                }
                if !locked(&shared).say(number, who, word, reason)? {
                    return self.too_late(visitor, number, "", form);
                }
                self.take_up_later(&shared);
                Ok(NextPage::Next(next()))
            }
            (_, Some(word), Some(_)) => match self.decide_now(&shared, who, number, word, form)? {
                None => Ok(NextPage::Next(next())),
                Some(objection) => self.too_late(visitor, number, &objection, form),
            },
            _ => Ok(NextPage::Back(number)),
        }
    }

    /// The case as it is, with what stands against an answer: whoever comes second sees what the
    /// first one said.
    fn too_late(
        &self,
        visitor: &Visitor,
        number: u32,
        objection: &str,
        typed: &CaseForm,
    ) -> Result<NextPage, DeskError> {
        let page = self.case_page(visitor, number, objection, typed)?;
        let missing = || self.message("not_found", "back", visitor.language);
        let status = if objection.is_empty() { 409 } else { 422 };
        Ok(NextPage::Not(page.unwrap_or_else(missing).with_status(status)))
    }

    /// How long it takes to work off so many cases, at today's pace.
    pub(super) fn time_left(&self, queue: &Worklist, left: usize, language: Language) -> String {
        let word = |key| self.words.get(language, key);
        let Some((seconds, people)) = queue.pace(jiff::Zoned::now().date()) else {
            return word("review.no_pace").to_owned();
        };
        let (hours, minutes) = time_for(seconds, people, left);
        format!(
            "{} {seconds:.0} {}, {} {hours} {} {minutes} {}.",
            word("review.pace"),
            word("review.seconds"),
            word("review.so"),
            word("review.hours"),
            word("review.minutes")
        )
    }

    pub(super) fn kind_in_words(&self, kind: CaseKind, language: Language) -> String {
        self.words.get(language, &format!("asks.{}", kind.word())).to_owned()
    }

    /// A word about a code, or about its letter where the code has none of its own.
    pub(super) fn of_code(&self, what: &str, code: &str, language: Language) -> String {
        let own = format!("reasons.{code}.{what}");
        let known = self.words.get(language, &own);
        if known != what {
            return known.to_owned();
        }
        let family = code.get(..1).unwrap_or_default();
        self.words.get(language, &format!("reasons.{family}.{what}")).to_owned()
    }
}

impl From<QueueError> for DeskError {
    fn from(error: QueueError) -> Self {
        Box::new(error).into()
    }
}

/// Whether an answer may wait in the book: it has no values, needs no lists, and nothing is missing.
fn goes_by_the_book(kind: CaseKind, form: &CaseForm) -> bool {
    use CaseKind as K;
    let simple =
        matches!(kind, K::Minor | K::Name | K::Address | K::Provider | K::Death | K::Protecting);
    let reasoned = simple && !form.reason.is_empty() && !form.reason.chars().any(char::is_control);
    (kind == K::Linking || reasoned) && form.corrections.is_empty()
}

/// Hours and minutes that so many people need for what is left.
#[expect(clippy::cast_precision_loss, reason = "a guess")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole minutes")]
fn time_for(seconds: f64, people: usize, left: usize) -> (u64, u64) {
    let minutes = (seconds * left as f64 / people.max(1) as f64 / 60.0).ceil() as u64;
    (minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_shared_by_those_who_work() {
        assert_eq!(time_for(10.0, 1, 60), (0, 10));
        assert_eq!(time_for(12.0, 2, 1_500), (2, 30));
        assert_eq!(time_for(5.0, 1, 0), (0, 0));
    }

    #[test]
    fn only_a_reviewer_sees_cases() {
        use Role::{Communications, Helpdesk, Operator, Privacy, Reviewer, Writer};
        let may = [Writer, Communications, Privacy, Reviewer, Operator, Helpdesk].map(may_review);
        assert_eq!(may, [false, false, false, true, false, false]);
    }
}
