//! How far a case is, as the ledger tells it.

use std::fmt;

use jiff::civil::Date;
use serde::Serialize;

use crate::base::plain::is_same_name;
use crate::field::judgement::CaseAnswer;
use crate::record::{CaseSight, JudgedCase, Judgements};
use crate::report::case_lines::{KnownBy, KnownCase};

/// How far a case is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum QueueState {
    /// Nobody has decided it.
    Open,
    /// Somebody has, and somebody else is asked without seeing the answer.
    SecondWanted {
        /// Who gave the first opinion: it is nothing for them.
        by: String,
    },
    /// Two people said different things; both see both.
    Disputed {
        /// Who said what, the latest word of each.
        said: Vec<(String, CaseAnswer)>,
    },
    /// It is decided, and the next run follows.
    Decided {
        /// Who.
        by: String,
        /// When.
        date: Date,
        /// What.
        answer: CaseAnswer,
    },
}

impl QueueState {
    /// As the judgements tell it; `events`: how many events the ledger had when the run wrote its
    /// papers. What was decided before has not helped, so the case is open again.
    pub(super) fn of(known: &KnownCase, judgements: &Judgements, events: u64) -> Self {
        let judged = sights(known).filter_map(|sight| {
            let case = judgements.get(&sight.anchor, known.kind)?;
            let last = case.said.last()?;
            (last.seen.is_none_or(|seen| seen == sight.seen)).then_some(case)
        });
        // What was said of a case was said of all that it is about.
        judged.map(|case| Self::of_case(case, events)).next().unwrap_or(Self::Open)
    }

    fn of_case(case: &JudgedCase, events: u64) -> Self {
        if let Some(said) = case.in_force() {
            if said.event <= events && said.answer != CaseAnswer::Held {
                return Self::Open;
            }
            return Self::Decided { by: said.by.clone(), date: said.date, answer: said.answer };
        }
        if let Some(first) = case.waits_for_second() {
            return Self::SecondWanted { by: first.by.clone() };
        }
        if case.is_disputed() {
            return Self::Disputed { said: case.last_words() };
        }
        Self::Open
    }

    /// Whether somebody has still to answer.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !matches!(self, Self::Decided { .. })
    }

    /// Whether what counts of it, or waits to count, is `by`'s: theirs to take back.
    #[must_use]
    pub fn is_by(&self, by: &str) -> bool {
        match self {
            Self::Open => false,
            Self::SecondWanted { by: own } | Self::Decided { by: own, .. } => is_same_name(own, by),
            Self::Disputed { said } => said.iter().any(|(own, _)| is_same_name(own, by)),
        }
    }

    /// Whether `by` has.
    #[must_use]
    pub fn is_for(&self, by: &str) -> bool {
        match self {
            Self::Open | Self::Disputed { .. } => true,
            Self::SecondWanted { by: first } => !is_same_name(first, by),
            Self::Decided { .. } => false,
        }
    }
}

/// Behind a line of the queue; nothing of an answer that is to stay blind.
impl fmt::Display for QueueState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => Ok(()),
            Self::SecondWanted { by } => write!(f, "  second opinion wanted; the first is {by}'s"),
            Self::Disputed { said } => {
                let said = said.iter().map(|(by, answer)| format!("{by}: {answer}"));
                write!(f, "  disputed: {}", said.collect::<Vec<_>>().join(", "))
            }
            Self::Decided { by, date, answer } => write!(f, "  {answer}, by {by} on {date}"),
        }
    }
}

/// What an answer to a case is about.
pub(super) fn sights(known: &KnownCase) -> impl Iterator<Item = CaseSight> + '_ {
    known.by.iter().filter_map(|by| match by {
        KnownBy::Person(sight) | KnownBy::Row(sight) => Some(*sight),
        KnownBy::Pair(..) | KnownBy::Apart(..) => None,
    })
}
