//! What is remembered: shields, each a mark of somebody with a list that protects them and why.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::field::row::List;
use crate::record::recognise::Mark;

/// Why a list protects somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Why {
    Died,
    Objection,
    Other,
    Protected,
    Whereabouts,
    /// The row could not be read.
    Unreadable,
    /// The row has no address that can be printed.
    Address,
}

impl Why {
    const ALL: [Self; 7] = [
        Self::Died,
        Self::Objection,
        Self::Other,
        Self::Protected,
        Self::Whereabouts,
        Self::Unreadable,
        Self::Address,
    ];

    /// The word in the ledger and in evidence.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Died => "died",
            Self::Objection => "objection",
            Self::Other => "other",
            Self::Protected => "protected_address",
            Self::Whereabouts => "whereabouts_unknown",
            Self::Unreadable => "unreadable",
            Self::Address => "no_address",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.word() == word)
    }
}

/// What a mark is made from. Numbers prove who somebody is; names do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum By {
    Bsn,
    Ref,
    Name,
    Record,
}

impl By {
    const ALL: [Self; 4] = [Self::Bsn, Self::Ref, Self::Name, Self::Record];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Bsn => "bsn",
            Self::Ref => "ref",
            Self::Name => "name",
            Self::Record => "record",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.word() == word)
    }
}

/// One mark of somebody whom a list protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shield {
    pub mark: Mark,
    pub by: By,
    /// The first mark of the list row: whoever has it is meant.
    pub subject: Mark,
    pub why: Why,
    pub list: List,
}

/// A line for the ledger: somebody is protected from now on, or no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShieldLine {
    pub shield: Shield,
    pub held: bool,
}

/// Who was protected when the last run ended.
#[derive(Debug, Default)]
pub struct Memory {
    pub(super) by_mark: HashMap<Mark, Vec<Shield>>,
    /// Of list rows, some of which are remembered by the marks of lab records alone.
    pub(super) subjects: HashSet<Mark>,
}

impl Memory {
    /// Of every line ever written, oldest first: the latest about a shield counts.
    pub fn of(lines: impl IntoIterator<Item = ShieldLine>) -> Self {
        let held: BTreeMap<Shield, bool> =
            lines.into_iter().map(|line| (line.shield, line.held)).collect();
        let mut memory = Self::default();
        for shield in held.into_iter().filter_map(|(shield, held)| held.then_some(shield)) {
            memory.by_mark.entry(shield.mark).or_default().push(shield);
            memory.subjects.insert(shield.subject);
        }
        memory
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_mark.is_empty()
    }

    /// Whether somebody is remembered about whom every readable row says otherwise.
    pub(super) fn is_answered_by_any_row(&self) -> bool {
        self.by_mark
            .values()
            .flatten()
            .any(|shield| matches!(shield.why, Why::Unreadable | Why::Address))
    }

    pub(super) fn has(&self, shield: &Shield) -> bool {
        self.by_mark.get(&shield.mark).is_some_and(|known| known.contains(shield))
    }

    /// Everything that is remembered about the subject of this shield.
    pub(super) fn same_subject<'m>(
        &'m self,
        shield: &'m Shield,
    ) -> impl Iterator<Item = Shield> + 'm {
        let all = self.by_mark.values().flatten().copied();
        all.filter(|other| {
            (other.subject, other.why, other.list) == (shield.subject, shield.why, shield.list)
        })
    }
}
