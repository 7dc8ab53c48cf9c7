//! What the ledger remembers of everybody who was told: their marks, their letters, and who turned
//! out to be one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use rayon::prelude::*;

use crate::field::findings::{Findings, Told};
use crate::field::ids::Pseudonym;
use crate::field::terms::Kind;
use crate::record::gone::Rulings;

/// A keyed fingerprint.
pub(in crate::record) type Mark = [u8; 16];

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::record) enum MarkKind {
    /// A lab record.
    Row,
    /// A BSN.
    Bsn,
}

impl MarkKind {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Row => "row",
            Self::Bsn => "bsn",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Row, Self::Bsn].into_iter().find(|kind| kind.word() == word)
    }
}

/// A mark and whom it was last told to (index of the person).
pub(in crate::record) struct Owner {
    pub mark: Mark,
    pub person: u32,
    pub kind: MarkKind,
}

/// A letter of the ledger, small.
pub(in crate::record) struct KnownLetter {
    pub person: u32,
    pub date: Date,
    pub kind: Kind,
    pub sequence: u32,
    /// Index.
    pub sender: usize,
    /// Number in the ledger.
    pub findings: u32,
    /// The event of its plan.
    pub event: u64,
}

/// Two told people of whom the ledger knows since `event` that they are one.
pub(in crate::record) struct KnownMerge {
    pub person: Pseudonym,
    pub other: Pseudonym,
    pub event: u64,
}

/// What the ledger remembers of everybody.
pub(in crate::record) struct Known {
    people: Vec<Pseudonym>,
    by_name: HashMap<Pseudonym, u32>,
    /// Whom each mark was last told to.
    owners: HashMap<Mark, u32>,
    /// Sorted by person and mark.
    bsns: Vec<(u32, Mark)>,
    /// Lab records and whom they were told to.
    told: Vec<(u32, Mark)>,
    /// What humans said of records.
    rulings: Rulings,
    /// Rows that each person was told about, without those that were withdrawn.
    rows: Vec<usize>,
    /// In the order in which they were planned, with their place in it; sorted by person.
    letters: Vec<(usize, KnownLetter)>,
    senders: Vec<String>,
    findings: BTreeMap<u32, Findings>,
    /// Sorted by person.
    merges: Vec<KnownMerge>,
    /// Providers and professionals among those who have numbers: they are nobody of the lists.
    others: usize,
}

/// Two new people with one BSN, whom a human told apart: neither is known by it. The marks, each
/// with somebody's number, are sorted.
pub(in crate::record) fn forget_shared_numbers(marks: &mut Vec<(Mark, MarkKind, u32)>) {
    let is_bsn = |kind| kind == MarkKind::Bsn;
    let pairs = marks.windows(2).filter(|pair| pair[0].0 == pair[1].0);
    let shared: BTreeSet<Mark> =
        pairs.filter(|pair| is_bsn(pair[0].1) && is_bsn(pair[1].1)).map(|pair| pair[0].0).collect();
    marks.retain(|(mark, kind, _)| !is_bsn(*kind) || !shared.contains(mark));
}

impl Known {
    /// Each mark once, `letters` in the order in which they were planned; all indexes point to
    /// something.
    pub fn new(
        people: Vec<Pseudonym>,
        marks: Vec<Owner>,
        letters: Vec<KnownLetter>,
        senders: Vec<String>,
        findings: BTreeMap<u32, Findings>,
        mut merges: Vec<KnownMerge>,
        rulings: Rulings,
    ) -> Self {
        merges.sort_unstable_by_key(|merge| (merge.person, merge.other));
        let by_name = people.iter().copied().zip(0..).collect();
        let of_bsn = marks.iter().filter(|owner| owner.kind == MarkKind::Bsn);
        let mut bsns: Vec<_> = of_bsn.map(|owner| (owner.person, owner.mark)).collect();
        bsns.sort_unstable();

        let mut rows = vec![0; people.len()];
        let told = marks.iter().filter(|owner| owner.kind == MarkKind::Row);
        let told: Vec<(u32, Mark)> = told.map(|owner| (owner.person, owner.mark)).collect();
        for (person, _) in told.iter().filter(|(_, mark)| !rulings.is_withdrawn(mark)) {
            rows[*person as usize] += 1;
        }

        let mut letters: Vec<_> = letters.into_iter().enumerate().collect();
        letters.par_sort_unstable_by_key(|(place, letter)| (letter.person, *place));
        let owners = marks.into_iter().map(|owner| (owner.mark, owner.person)).collect();

        // Every letter to a person has a category.
        let has_none = |letter: &KnownLetter| {
            findings.get(&letter.findings).is_some_and(|said| said.categories.is_empty())
        };
        let mut others: Vec<u32> = letters
            .iter()
            .map(|(_, letter)| letter)
            .filter(|one| has_none(one))
            .map(|one| one.person)
            .collect();
        others.dedup();
        let others = others.len();

        Self {
            people,
            by_name,
            owners,
            bsns,
            told,
            rulings,
            rows,
            letters,
            senders,
            findings,
            merges,
            others,
        }
    }

    /// Index of a person.
    pub fn find(&self, name: Pseudonym) -> Option<u32> {
        self.by_name.get(&name).copied()
    }

    /// Everybody who has a number.
    pub fn count(&self) -> usize {
        self.people.len()
    }

    /// Those of them who are people whose data it is.
    pub fn persons(&self) -> usize {
        self.people.len() - self.others
    }

    /// Pseudonym of a person by index.
    pub fn name(&self, person: u32) -> Pseudonym {
        self.people[person as usize]
    }

    /// Whom a mark was last told to.
    pub fn owner(&self, mark: &Mark) -> Option<u32> {
        self.owners.get(mark).copied()
    }

    /// Every lab record that somebody was told about, with the index of the person.
    pub fn told_rows(&self) -> impl Iterator<Item = (u32, Mark)> + '_ {
        self.told.iter().copied()
    }

    /// Whether nobody was ever told.
    pub(super) fn is_new(&self) -> bool {
        self.owners.is_empty()
    }

    /// Whether a human said that this record was withdrawn.
    pub(super) fn is_withdrawn(&self, mark: &Mark) -> bool {
        self.rulings.is_withdrawn(mark)
    }

    /// Whether some row that these people were told about is in no cluster; `present` counts those
    /// that are.
    pub(super) fn misses_a_row(&self, people: &[u32], present: &[usize]) -> bool {
        people.iter().any(|person| present[*person as usize] < self.rows[*person as usize])
    }

    /// Whether the person is known to have a different BSN than this one.
    pub(super) fn has_other_bsn(&self, person: u32, bsn: &Mark) -> bool {
        let from = self.bsns.partition_point(|(owner, _)| *owner < person);
        let own = self.bsns[from..].iter().take_while(|(owner, _)| *owner == person);
        let (mut any, mut this) = (false, false);
        for (_, mark) in own {
            any = true;
            this |= mark == bsn;
        }
        any && !this
    }

    fn letters(&self, person: u32) -> impl Iterator<Item = &(usize, KnownLetter)> {
        let from = self.letters.partition_point(|(_, letter)| letter.person < person);
        self.letters[from..].iter().take_while(move |(_, letter)| letter.person == person)
    }

    /// When the person was told first.
    pub(super) fn first_told(&self, person: u32) -> Option<(Date, usize)> {
        self.letters(person).map(|(place, letter)| (letter.date, *place)).min()
    }

    /// Whose earlier letters a letter takes up.
    fn speaks_for(&self, letter: &KnownLetter) -> Vec<Pseudonym> {
        let person = self.name(letter.person);
        let from = self.merges.partition_point(|merge| merge.person < person);
        let merges = self.merges[from..].iter().take_while(|merge| merge.person == person);
        let others = merges.filter(|merge| merge.event < letter.event).map(|merge| merge.other);
        std::iter::once(person).chain(others).collect()
    }

    /// Letters of all these people, oldest first.
    pub(super) fn told(&self, people: &[u32]) -> Vec<Told> {
        let mut letters: Vec<_> = people.iter().flat_map(|person| self.letters(*person)).collect();
        letters.sort_unstable_by_key(|(place, letter)| (letter.date, *place));
        let told = |(_, letter): &(usize, KnownLetter)| Told {
            date: letter.date,
            kind: letter.kind,
            sequence: letter.sequence,
            sender: self.senders[letter.sender].clone(),
            findings: self.findings[&letter.findings].clone(),
            speaks_for: self.speaks_for(letter),
            reissue: None,
        };

        letters.into_iter().map(told).collect()
    }
}
