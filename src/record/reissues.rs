//! Letters that are written anew: somebody orders it, where it matters two people sign it, and the
//! next night writes it as a letter of its own that names the one whose place it takes.

use std::collections::BTreeMap;

use serde::Serialize;

use super::audit::ReissueOrdered;
use super::error::RecordError;
use super::model::Model;
use super::pieces::PaperTerms;
use super::stops::signers;
use super::{Access, Home, Ledger, inputs};
use crate::base::{ExitStatus, Explain};
use crate::config::Approver;
use crate::field::ids::{LetterId, Pseudonym};
use crate::field::job_number::JobNumber;
use crate::field::person::Person;
use crate::field::piece::PieceState;
use crate::field::reissue::{Reissue, ReissueReason};
use crate::field::terms::Language;
use crate::package::sign::TWO_SIGN;

/// Signatures that are needed where an approval is.
const SIGNERS: usize = 2;

/// What somebody orders to be written anew.
#[derive(Clone, Copy, Debug)]
pub struct ReissueOrder<'a> {
    /// Letters, by id or reference.
    pub letters: &'a [String],
    /// Why: the first line of the new letters says so.
    pub reason: ReissueReason,
    /// The language that people asked for, with that reason.
    pub language: Option<Language>,
    /// Who orders it.
    pub by: &'a str,
    /// What happened, for the ledger.
    pub note: &'a str,
}

/// Why nothing is written anew.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum ReissueError {
    /// No such letter, or it has not left.
    #[error("no letter `{name}` is out")]
    NotOut { name: String },
    /// It was ordered before, or the person has another order.
    #[error("letter `{name}`, or another to the same person, is being written anew already")]
    Ordered { name: String },
    /// It is to a provider.
    #[error(
        "letter `{name}` is a notice to a care provider, and those are not written anew by hand"
    )]
    NotPersonal { name: String },
    /// The piece is where this reason makes no sense.
    #[error("letter `{name}` is {state}, and cannot be written anew because of `{reason}`")]
    State { name: String, state: PieceState, reason: ReissueReason },
    /// A language goes with its reason alone.
    #[error("`--language` goes with the reason `language`, and is needed there")]
    Language,
    /// Who, or why, is not usable.
    #[error("name or note of the reissue {problem}")]
    Words { problem: &'static str },
    /// Fewer than two people.
    #[error("{} of the approvers signed this text, and writing these letters anew takes two", .signers.len())]
    TooFew { signers: Vec<String> },
    /// The ledger.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl Explain for ReissueError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotOut { .. } => "a letter is named by its id or reference",
            Self::NotPersonal { .. } => {
                "correct its row of the providers list: the next run writes to the new address"
            }
            Self::Ordered { .. } => "the next run writes it; `breachpost ledger log` has the order",
            Self::State { state: PieceState::Stopped, .. } => {
                "of what was stopped only pieces that were reported destroyed are written again"
            }
            Self::State { .. } => {
                "a letter that may still be printed is stopped first (`breachpost stop --letter`); \
                 a spoilt one is printed again (`breachpost reprint`)"
            }
            Self::Language => "`--reason language --language en`",
            Self::Words { .. } => {
                "each is one line of 3 to 200 characters, without names of people in the note"
            }
            Self::TooFew { .. } => TWO_SIGN,
            Self::Record(error) => return error.hint(),
        };
        Some(hint.to_owned())
    }

    fn status(&self) -> ExitStatus {
        match self {
            Self::Record(error) => error.status(),
            _ => ExitStatus::Usage,
        }
    }
}

/// Letters that the next run writes anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderedReissues {
    /// The earlier letters.
    pub letters: Vec<LetterId>,
    /// Why.
    pub reason: ReissueReason,
    /// Whose signatures hold; empty: none are needed.
    pub signers: Vec<String>,
}

/// An order, as the history tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ReissueWish {
    pub reason: ReissueReason,
    pub language: Option<Language>,
}

/// Letters of an order, looked up.
struct Found {
    letter_id: LetterId,
    job: JobNumber,
    seq: u32,
    person: String,
}

/// The text that two people sign.
fn text(campaign: &str, order: &ReissueOrder<'_>, letters: &[Found]) -> String {
    let named: Vec<String> = letters.iter().map(|letter| letter.letter_id.to_string()).collect();
    let language = order.language.map_or_else(String::new, |word| format!(" ({word})"));
    format!(
        "breachpost: write letters anew\ncampaign: {campaign}\nreason: {}{language}\nordered by: \
         {}\nwhy: {}\nletters: {}\n{}\n",
        order.reason,
        order.by,
        order.note,
        letters.len(),
        named.join("\n")
    )
}

/// The text that has to be signed for an order.
///
/// # Errors
/// [`ReissueError`] when a letter cannot be written anew.
pub fn text_for(
    home: &Home<'_>,
    order: &ReissueOrder<'_>,
    paper: &PaperTerms<'_>,
) -> Result<String, ReissueError> {
    // A change that is half made is taken back by a writer.
    let ledger = match Ledger::open(home, Access::Read) {
        Err(RecordError::Interrupted) => Ledger::open(home, Access::Write)?,
        opened => opened?,
    };
    let letters = ledger.letters_for(order, paper)?;
    Ok(text(home.campaign, order, &letters))
}

/// Orders letters to be written anew, where two approvers have signed that if it needs to be signed.
///
/// # Errors
/// [`ReissueError`]; nothing is ordered then.
pub fn order(
    home: &Home<'_>,
    order: &ReissueOrder<'_>,
    paper: &PaperTerms<'_>,
    signatures: &[String],
    approvers: &[Approver],
) -> Result<OrderedReissues, ReissueError> {
    let mut ledger = Ledger::open(home, Access::Write)?;
    // Whatever an order that was interrupted had still to write down.
    ledger.anchor()?;
    let letters = ledger.letters_for(order, paper)?;
    let signers = if order.reason.needs_approval() {
        signers(&text(home.campaign, order, &letters), signatures, approvers)
    } else {
        Vec::new()
    };
    if order.reason.needs_approval() && signers.len() < SIGNERS {
        return Err(ReissueError::TooFew { signers });
    }

    let event = ReissueOrdered {
        date: paper.today,
        by: order.by.to_owned(),
        note: order.note.to_owned(),
        reason: order.reason,
        language: order.language,
        letters: letters.iter().map(|letter| (letter.job, letter.seq)).collect(),
        signers: signers.clone(),
    };
    // What the history could not be read with is never written.
    let last = order.letters.last().cloned().unwrap_or_default();
    ledger.model()?.reissue(&event).ok_or(ReissueError::Ordered { name: last })?;
    ledger.write(|store| store.reissue(event))?;

    let letters = letters.into_iter().map(|letter| letter.letter_id).collect();
    Ok(OrderedReissues { letters, reason: order.reason, signers })
}

impl Ledger {
    /// The letters of an order, each of which can be written anew, in the order of their places.
    fn letters_for(
        &self,
        order: &ReissueOrder<'_>,
        paper: &PaperTerms<'_>,
    ) -> Result<Vec<Found>, ReissueError> {
        for line in [order.by, order.note] {
            inputs::check_line(line).map_err(|problem| ReissueError::Words { problem })?;
        }
        if order.language.is_some() != (order.reason == ReissueReason::Language) {
            return Err(ReissueError::Language);
        }

        let model = self.model()?;
        let mut people = self.people_with_orders(&model)?;
        let mut found = Vec::new();
        for name in order.letters {
            let letter = self.find_letter(name)?;
            // A notice that came back is written again by itself when the list has a new address.
            if model.notices.contains_key(&(letter.job, letter.seq)) {
                return Err(ReissueError::NotPersonal { name: name.clone() });
            }
            if model.reissues.contains_key(&(letter.job, letter.seq))
                || people.contains(&letter.person)
            {
                return Err(ReissueError::Ordered { name: name.clone() });
            }
            let state = self.state_of(&model, letter.job, letter.seq, paper)?;
            let touched = model.was_stopped(letter.job, letter.seq);
            if !fits(order.reason, state, touched) {
                let state = if touched { PieceState::Stopped } else { state };
                return Err(ReissueError::State {
                    name: name.clone(),
                    state,
                    reason: order.reason,
                });
            }
            people.push(letter.person.clone());
            found.push(letter);
        }

        found.sort_unstable_by_key(|letter| (letter.job, letter.seq));
        Ok(found)
    }

    fn find_letter(&self, name: &str) -> Result<Found, ReissueError> {
        let not_out = || ReissueError::NotOut { name: name.to_owned() };
        let letter = self.letter(name)?.ok_or_else(not_out)?;
        let letter_id = letter.letter_id.parse().map_err(|()| not_out())?;
        Ok(Found { letter_id, job: letter.job, seq: letter.seq, person: letter.person })
    }

    /// People of whom a letter is still to be written anew.
    fn people_with_orders(&self, model: &Model) -> Result<Vec<String>, RecordError> {
        let open = model.open_reissues().map(|(place, _)| place);
        let owners = self.store.owners_of(open)?;
        Ok(owners.iter().map(ToString::to_string).collect())
    }

    /// Tells people of a run which of their letters are to be written anew.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub(super) fn attach_reissues(&self, people: &mut [Person<'_>]) -> Result<(), RecordError> {
        let model = self.model()?;
        let open: Vec<_> = model.open_reissues().collect();
        if open.is_empty() {
            return Ok(());
        }

        let letters = self.store.letters_at(open.iter().map(|(place, _)| *place))?;
        let mut wishes = BTreeMap::<Pseudonym, Vec<_>>::new();
        for (((job, seq), wish), letter) in open.into_iter().zip(letters) {
            let reissue = Reissue {
                letter_id: letter.letter_id,
                job,
                seq,
                date: letter.date,
                reason: wish.reason,
                language: wish.language,
            };
            wishes.entry(letter.person).or_default().push((letter.kind, letter.sequence, reissue));
        }

        for told in people.iter_mut().flat_map(|person| &mut person.told) {
            let own = told.speaks_for.iter().filter_map(|person| wishes.get(person)).flatten();
            let is_it = |(kind, sequence, reissue): &&(_, u32, Reissue)| {
                (*kind, *sequence, reissue.date) == (told.kind, told.sequence, told.date)
            };
            told.reissue = own.clone().find(is_it).map(|(.., reissue)| *reissue);
        }
        Ok(())
    }
}

/// Whether a piece in this state can be written anew for this reason. Of what was ever stopped only
/// what was proven destroyed.
fn fits(reason: ReissueReason, state: PieceState, was_stopped: bool) -> bool {
    use PieceState::{
        Accepted, Destroyed, HandedOver, Inserted, Posted, Printed, Returned, Unproven,
    };
    if was_stopped {
        return state == Destroyed;
    }

    match reason {
        ReissueReason::Destroyed => state == Destroyed,
        ReissueReason::Returned => state == Returned,
        ReissueReason::NewAddress | ReissueReason::WrongText => {
            matches!(state, Posted | Returned | Unproven | Destroyed)
        }
        // Asked for by somebody who has the letter in hand, whatever the vendor has said.
        ReissueReason::Language | ReissueReason::LargePrint => matches!(
            state,
            HandedOver | Accepted | Printed | Inserted | Posted | Returned | Unproven
        ),
    }
}
