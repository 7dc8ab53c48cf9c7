//! The help desk: how it stands with somebody who calls, and what they tell us. What is typed is sent
//! and never in an address; nothing about health is on this page.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::{View, Visitor};
use crate::desk::journal::Act;
use crate::desk::pages::approval::today;
use crate::desk::users::{Role, Users};
use crate::desk::{Desk, DeskError};
use crate::field::judgement::{CaseKind, CorrectedField, Correction};
use crate::field::reason::{Reason, RowState};
use crate::field::terms::Language;
use crate::record::Decider;
use crate::tools::queue::{
    CallKind, CallWord, FoundPerson, PersonLetter, PersonQuery, QueueError, Standby, record_call_of,
};

/// What somebody at the telephone types.
#[derive(Clone, Default)]
pub struct CallForm {
    fields: Vec<(String, String)>,
}

/// Nothing of it is printed by accident.
impl std::fmt::Debug for CallForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CallForm")
    }
}

/// The page.
#[derive(Default, Serialize)]
struct CallPage {
    /// What was typed, to go on with.
    typed: Vec<(&'static str, String)>,
    /// Nothing was asked yet.
    blank: bool,
    /// The lists are being read: whoever asks again is answered.
    is_being_read: bool,
    found: Option<ShownPerson>,
    /// How many are known by what was typed.
    count: usize,
    wrong: String,
    told: String,
    /// Letters that cannot be held any more.
    on_their_way: usize,
    /// The cells of an address, with their labels.
    address: Vec<(&'static str, String)>,
}

/// Somebody who calls.
#[derive(Serialize)]
struct ShownPerson {
    letters: Vec<ShownLetter>,
    /// What happens next, or why nothing does.
    next: String,
    /// What was said of them: when, what, by whom.
    said: Vec<(String, String, String)>,
}

/// A letter that they had.
#[derive(Serialize)]
struct ShownLetter {
    date: String,
    reference: String,
    kind: String,
    state: String,
    language: String,
    format: String,
}

/// How long somebody who asks waits for the lists to be read.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same for somebody who has typed what they were told.
const LONG_PATIENCE: Duration = Duration::from_secs(100);

/// By what somebody is found.
const ASKED: [&str; 4] = ["reference", "bsn", "surname", "birth_date"];

/// Whether somebody may ask how it stands with a person.
#[must_use]
pub fn may_answer_calls(role: Role) -> bool {
    role == Role::Helpdesk
}

impl CallForm {
    /// As a browser sends it.
    #[must_use]
    pub const fn of(fields: Vec<(String, String)>) -> Self {
        Self { fields }
    }

    fn field(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, value)| value.trim())
    }

    /// Whom they ask about. A line end in a field is a blank: nobody types a second question.
    fn query(&self) -> Result<PersonQuery, QueueError> {
        let line = |name: &str| {
            let value = self.field(name).replace(['\r', '\n'], " ");
            if value.is_empty() { String::new() } else { format!("{name} = {value}\n") }
        };
        PersonQuery::parse(&ASKED.map(line).concat())
    }

    fn typed(&self) -> Vec<(&'static str, String)> {
        ASKED.iter().map(|name| (*name, self.field(name).to_owned())).collect()
    }

    fn corrections(&self) -> Vec<Correction> {
        let cell = |field: &CorrectedField| {
            let value = self.field(field.word()).to_owned();
            (!value.is_empty()).then_some(Correction { field: *field, value })
        };
        CaseKind::Address.fields().iter().filter_map(cell).collect()
    }
}

impl Desk {
    /// The page with nothing on it.
    #[must_use]
    pub fn empty_call_page(&self, visitor: &Visitor) -> View {
        let page =
            CallPage { blank: true, ..self.call_frame(&CallForm::default(), visitor.language) };
        View::of("calls.html", &page)
    }

    /// How it stands with whoever is known by what was typed.
    ///
    /// # Errors
    /// [`DeskError`] when lists or ledger cannot be read.
    pub fn call_page(&self, visitor: &Visitor, form: &CallForm) -> Result<View, DeskError> {
        let mut page = self.call_frame(form, visitor.language);
        self.look_up(visitor, form, &mut page)?;
        Ok(View::of("calls.html", &page))
    }

    /// Writes down what a caller tells us, and shows how it stands then.
    ///
    /// # Errors
    /// As [`Desk::call_page`], and when the ledger cannot be written.
    pub fn take_call(&self, visitor: &Visitor, form: &CallForm) -> Result<View, DeskError> {
        let mut page = self.call_frame(form, visitor.language);
        let what = match form.field("what") {
            "objection" => Some(CallKind::Objection),
            "death" => Some(CallKind::Death),
            "new_address" => Some(CallKind::NewAddress),
            _ => None,
        };
        if let Some(what) = what {
            let is_address = what == CallKind::NewAddress;
            let word = CallWord {
                what,
                corrections: if is_address { form.corrections() } else { Vec::new() },
                source: form.field("source"),
                takes_back: form.field("takes_back") == "yes",
                decider: Decider { by: &visitor.name, reason: Some("told by telephone") },
            };
            self.write_down(visitor, form, &word, &mut page)?;
        }

        self.look_up(visitor, form, &mut page)?;
        let status = if page.wrong.is_empty() { 200 } else { 422 };
        Ok(View::of("calls.html", &page).with_status(status))
    }

    fn write_down(
        &self,
        visitor: &Visitor,
        form: &CallForm,
        word: &CallWord<'_>,
        page: &mut CallPage,
    ) -> Result<(), DeskError> {
        let today = self.today();
        let recorded = form.query().and_then(|query| {
            let heard = self.standby().ask(&query, LONG_PATIENCE)?;
            heard.map(|heard| record_call_of(&self.config, heard, word, today)).transpose()
        });
        let recorded = match recorded {
            Ok(None) => {
                self.words.get(visitor.language, "calls.not_written").clone_into(&mut page.wrong);
                return Ok(());
            }
            Ok(Some(recorded)) => Ok(recorded),
            Err(error) => Err(error),
        };
        match recorded {
            Ok(recorded) => {
                page.on_their_way = recorded.on_their_way.len();
                self.words.get(visitor.language, "calls.told").clone_into(&mut page.told);
            }
            Err(error) => page.wrong = self.mistake(error, visitor.language)?,
        }
        Ok(())
    }

    /// Everybody in memory; read from when somebody asks first, if nobody at the help desk was known
    /// when the desk was opened.
    fn standby(&self) -> &Standby {
        let (run_date, opened) = (self.run_date, self.opened);
        let today = move || today(run_date, opened);
        self.standby.get_or_init(|| {
            // The queue is there in seconds, and the lists are not: one after the other.
            let (place, config) = (Arc::clone(&self.queue), self.config.clone());
            let first = move || drop(place.look(&config, LONG_PATIENCE));
            Standby::begin(self.config.clone(), first, today)
        })
    }

    /// Reads what takes long before anybody asks for it: the queue where there are reviewers, the
    /// lists where there is a help desk.
    pub(in crate::desk) fn read_ahead(&self, users: &Users) {
        if users.has_role(Role::Reviewer) {
            // What stands against it is told to whoever asks for the queue.
            let _ = self.queue.look(&self.config, Duration::ZERO);
        }
        if users.has_role(Role::Helpdesk) {
            self.standby();
        }
    }

    fn look_up(
        &self,
        visitor: &Visitor,
        form: &CallForm,
        page: &mut CallPage,
    ) -> Result<(), DeskError> {
        let heard = form.query().and_then(|query| self.standby().ask(&query, PATIENCE));
        let found = match heard {
            Ok(Some(heard)) => heard.found,
            Ok(None) => {
                page.is_being_read = true;
                return Ok(());
            }
            Err(error) => {
                page.wrong = self.mistake(error, visitor.language)?;
                return Ok(());
            }
        };

        // That somebody asked is known, and not about whom.
        let count = u64::try_from(found.len()).unwrap_or(u64::MAX);
        self.work().journal.add(&visitor.name, Act::LookedUp { found: count })?;
        page.count = found.len();
        if let [person] = found.as_slice() {
            page.found = Some(self.person_in_words(person, visitor.language));
        }
        Ok(())
    }

    fn call_frame(&self, form: &CallForm, language: Language) -> CallPage {
        let label = |field: &CorrectedField| {
            let key = format!("column.{}", field.word());
            (field.word(), self.words.get(language, &key).to_owned())
        };
        let address = CaseKind::Address.fields().iter().map(label).collect();
        CallPage { typed: form.typed(), address, ..CallPage::default() }
    }

    fn person_in_words(&self, person: &FoundPerson, language: Language) -> ShownPerson {
        let word = |key: &str| self.words.get(language, key).to_owned();
        let said = person.said.iter().map(|said| {
            let saying = &said.saying;
            (saying.date.to_string(), word(&format!("answer.{}", saying.answer)), saying.by.clone())
        });
        ShownPerson {
            letters: person
                .letters
                .iter()
                .map(|letter| self.letter_in_words(letter, language))
                .collect(),
            next: self.next_in_words(person, language),
            said: said.collect(),
        }
    }

    fn letter_in_words(&self, letter: &PersonLetter, language: Language) -> ShownLetter {
        let of = |key: &str| self.words.get(language, key).to_owned();
        // Without the plan, nobody can tell any more.
        let (in_language, format) = match letter.written_as {
            Some((own, format)) => (
                of(if own == Language::Nl { "dutch" } else { "english" }),
                of(&format!("value.format.{format}")),
            ),
            None => (String::new(), String::new()),
        };
        let state = if letter.state == "done" { "calls.sent" } else { "calls.underway" };
        ShownLetter {
            date: letter.date.to_string(),
            reference: letter.reference.clone(),
            kind: of(&format!("calls.kinds.{}", letter.kind)),
            state: of(state),
            language: in_language,
            format,
        }
    }

    /// What is wrong with what was typed; any other error is one of the program or the disk.
    fn mistake(&self, error: QueueError, language: Language) -> Result<String, DeskError> {
        let word = |key: &str| self.words.get(language, &format!("calls.wrong.{key}")).to_owned();
        Ok(match error {
            QueueError::Who { found: 0 } => word("nobody"),
            QueueError::Who { .. } => word("several"),
            QueueError::Typed { .. } => word("typed"),
            QueueError::Correction { .. } => word("address"),
            QueueError::Lacks { .. } => word("source"),
            QueueError::NothingTold => word("nothing_told"),
            QueueError::HeldBy { by, date } => format!("{} {by}, {date}.", word("held_by")),
            error => return Err(error.into()),
        })
    }

    /// What happens next. A reason that would tell of an illness or a prison is told as any other
    /// case of a human.
    fn next_in_words(&self, person: &FoundPerson, language: Language) -> String {
        let word = |key: &str| self.words.get(language, key).to_owned();
        let reason = person
            .code
            .as_deref()
            .and_then(|code| Reason::ALL.iter().copied().find(|reason| reason.code() == code));
        let Some(reason) = reason else { return word("calls.next_letter") };
        match (reason.state(), person.due) {
            (RowState::Told | RowState::Waiting, Some(due)) => {
                format!("{} {due}.", word("calls.next_due"))
            }
            (RowState::Told, None) if person.under_way => word("calls.next_under_way"),
            (RowState::Told | RowState::Waiting, None) => word("calls.next_told"),
            (RowState::Suppressed, _) => word("calls.next_none"),
            _ if may_be_told(reason) => {
                let title = self.of_code("title", reason.code(), language);
                format!("{} {title}.", word("calls.next_human_because"))
            }
            _ => word("calls.next_human"),
        }
    }
}

/// Whether the reason says nothing about health, a doctor, a sample or custody.
fn may_be_told(reason: Reason) -> bool {
    let code = reason.code();
    let plain = ["D203", "D204", "D205", "D207", "D215", "D218", "D219", "D220"];
    code.starts_with('C') || plain.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_that_tell_of_health_or_custody_are_not_told() {
        for reason in Reason::ALL.iter().filter(|reason| may_be_told(**reason)) {
            let text = reason.text().to_lowercase();
            for word in [
                "hospital",
                "gp",
                "patient",
                "sample",
                "screening",
                "prison",
                "custody",
                "category",
                "record",
            ] {
                assert!(!text.contains(word), "{reason}: {text}");
            }
        }
        assert!(may_be_told(Reason::D204) && !may_be_told(Reason::D209));
    }

    #[test]
    fn nothing_that_is_typed_is_printed_or_taken_for_a_second_question() {
        let form = CallForm::of(vec![("surname".to_owned(), "Geheim\nbsn = 1".to_owned())]);
        assert!(!format!("{form:?}").contains("Geheim"));
        assert!(form.query().is_err(), "a surname alone finds nobody");
    }
}
