//! What somebody says of a case, on its way into the ledger: who is who goes by way of the book,
//! everything else at once.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::locked;
use crate::base::plain;
use crate::config::Config;
use crate::desk::queue::{TAKEN_BACK, Worklist};
use crate::desk::reading::SharedQueue;
use crate::desk::{Desk, DeskError};
use crate::field::judgement::{CaseAnswer, CorrectedField, Correction};
use crate::record::Decider;
use crate::tools::queue::answers::take_up;
use crate::tools::queue::{CaseWord, QueueError, decide};

/// Answers wait so long for more, so that the ledger is opened for many.
const PAUSE: Duration = Duration::from_secs(15);

/// What somebody sends about a case.
#[derive(Clone, Default)]
pub struct CaseForm {
    /// The run that the case is of.
    pub run: String,
    /// The answer, or `next` or `undo`.
    pub word: String,
    /// Why, in one line.
    pub reason: String,
    /// Where a correction is known from.
    pub source: String,
    /// What is right instead.
    pub corrections: Vec<Correction>,
}

/// Nothing of a correction is printed by accident.
impl std::fmt::Debug for CaseForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CaseForm({}, {})", self.run, self.word)
    }
}

impl CaseForm {
    /// As a browser sends it.
    #[must_use]
    pub fn of(fields: &[(String, String)]) -> Self {
        let mut form = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "run" => form.run.clone_from(value),
                "word" => form.say(value),
                "reason" => value.trim().clone_into(&mut form.reason),
                "source" => value.trim().clone_into(&mut form.source),
                name => {
                    let field = CorrectedField::from_word(name);
                    let value = value.clone();
                    form.corrections.extend(field.map(|field| Correction { field, value }));
                }
            }
        }
        let is_choice = |said: &Correction| said.field == CorrectedField::Beside;
        let corrected = form.word == CaseAnswer::Corrected.word();
        form.corrections.retain(|said| corrected != is_choice(said));
        form
    }

    /// An answer; `same:FILE:ROW` names which of several rows is meant.
    fn say(&mut self, word: &str) {
        let (word, row) = word.split_once(':').unwrap_or((word, ""));
        word.clone_into(&mut self.word);
        if word == CaseAnswer::Same.word() && !row.is_empty() {
            let (field, value) = (CorrectedField::Beside, row.to_owned());
            self.corrections.push(Correction { field, value });
        }
    }
}

impl Desk {
    /// Takes the book into the ledger when nobody has answered for a moment, and looks what the
    /// ledger says then. A night that is at work has the ledger: the next answer, or the next night,
    /// tries again.
    pub(super) fn take_up_later(&self, shared: &SharedQueue) {
        if self.taking.swap(true, Ordering::SeqCst) {
            return;
        }

        let (config, date) = (self.config.clone(), self.today());
        let (shared, taking) = (Arc::clone(shared), Arc::clone(&self.taking));
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(PAUSE);
                let taken = take_up(&config, date).and_then(|_| renew(&config, &shared));
                match taken {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(error) => {
                        tracing::warn!("desk: {}", plain::quoted(&error.to_string()));
                        break;
                    }
                }
            }
            taking.store(false, Ordering::SeqCst);
        });
    }

    /// Takes back the last answer that somebody gave; the answer is its case.
    pub(super) fn take_back(
        &self,
        shared: &SharedQueue,
        who: &str,
    ) -> Result<Option<u32>, DeskError> {
        let last = locked(shared).last_of(who);
        let Some((number, at_once)) = last else { return Ok(None) };
        // Somebody else has said something since: that is not theirs to take back.
        if !locked(shared).state(number).is_by(who) {
            return Ok(Some(number));
        }
        if at_once {
            let form = CaseForm { reason: TAKEN_BACK.to_owned(), ..CaseForm::default() };
            self.decide_now(shared, who, number, CaseAnswer::Undecided, &form)?;
        } else {
            locked(shared).undo(number, who)?;
        }
        Ok(Some(number))
    }

    /// Writes an answer into the ledger at once; the answer is what stands against it.
    pub(super) fn decide_now(
        &self,
        shared: &SharedQueue,
        who: &str,
        number: u32,
        word: CaseAnswer,
        form: &CaseForm,
    ) -> Result<Option<String>, DeskError> {
        let line = |text: &'_ String| (!text.is_empty()).then(|| text.clone());
        let (reason, source) = (line(&form.reason), line(&form.source));
        let run = locked(shared).run_id();
        let lines = Decider { by: who, reason: reason.as_deref() };
        if let Err(error) = lines.check() {
            return Ok(Some(error.to_string()));
        }
        let said = CaseWord {
            answer: word,
            corrections: form.corrections.clone(),
            source: source.as_deref(),
            decider: Decider { by: who, reason: reason.as_deref() },
            run: Some(&run),
        };

        match decide(&self.config, number, &said, self.today()) {
            Ok(_) => {
                renew(&self.config, shared)?;
                locked(shared).note(who, number, word);
                Ok(None)
            }
            Err(error) if is_an_objection(&error) => {
                renew(&self.config, shared)?;
                Ok(Some(error.to_string()))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Looks what the ledger says; `true`: the book has answers that it does not have.
fn renew(config: &Config, shared: &SharedQueue) -> Result<bool, QueueError> {
    let run = locked(shared).run().clone();
    let read = Worklist::read_again(config, &run)?;
    let mut queue = locked(shared);
    queue.renew(read)?;
    Ok(queue.has_untaken())
}

/// Whether it is the answer that is wrong, and not the program or the disk.
const fn is_an_objection(error: &QueueError) -> bool {
    use QueueError as E;
    matches!(
        error,
        E::Elsewhere { .. }
            | E::Answer { .. }
            | E::Never { .. }
            | E::Which { .. }
            | E::Correction { .. }
            | E::Lacks { .. }
            | E::Already { .. }
            | E::OwnOpinion { .. }
            | E::OthersOpinion { .. }
            | E::NewerRun { .. }
            | E::NotDecided { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrections_are_of_the_answer_that_has_them_and_are_never_printed() {
        let sent = |word: &str| {
            let fields = [("run", "r"), ("word", word), ("street", "Kade"), ("reason", " why ")];
            CaseForm::of(&fields.map(|(name, value)| (name.to_owned(), value.to_owned())))
        };
        assert_eq!(sent("corrected").corrections.len(), 1);
        assert_eq!(sent("corrected").reason, "why");
        assert!(sent("held").corrections.is_empty() && sent("same").corrections.is_empty());
        let chosen = sent("same:a.csv:7");
        assert_eq!((chosen.word.as_str(), chosen.corrections.len()), ("same", 1));
        assert_eq!(chosen.corrections[0].value, "a.csv:7");
        assert!(!format!("{:?}", sent("corrected")).contains("Kade"));
    }
}
