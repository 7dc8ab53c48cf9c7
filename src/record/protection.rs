//! Protection is remembered: whoever a list protected yesterday is protected until a row or a human
//! says otherwise.
//!
//! Lists change every night. A row that says "died", "protected" or "objection" and is gone the
//! next night has not taken back what it said. Every run therefore notes keyed marks of the rows
//! that protect somebody, and of the lab records of whoever was held because of them. A person with
//! such a mark gets no letter (D215) until
//!
//! - a row of the same list that is about the same person says otherwise: an explicit `no` for a
//!   protected address or unknown whereabouts, any readable row where the row before could not be
//!   read, had no address that can be printed, or a day of death that programs write for nothing;
//! - or a human releases them (`released` in `review.csv`). Nothing else takes back a death or an
//!   objection.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rayon::prelude::*;

use super::recognise::{Mark, bsn_mark};
use super::row_marks::record_mark;
use crate::base::bsn::Bsn;
use crate::field::ids::{Pseudonym, RowRef};
use crate::field::keys::Keys;
use crate::field::partial_date::PartialDate;
use crate::field::person::{Cluster, Person};
use crate::field::reason::{Reason, SetAside};
use crate::field::row::{
    Denials, List, Refused, Registrant, Remains, Rows, Suppression, SuppressionReason,
};
use crate::field::words::address::{Remark, remark};
use crate::field::words::dates::is_filler;
use crate::link::fold;

/// Why a list protects somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Why {
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
pub(super) enum By {
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
pub(super) struct Shield {
    pub mark: Mark,
    pub by: By,
    /// The first mark of the list row: whoever has it is meant.
    pub subject: Mark,
    pub why: Why,
    pub list: List,
}

/// A line for the ledger: somebody is protected from now on, or no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ShieldLine {
    pub shield: Shield,
    pub held: bool,
}

/// Who was protected when the last run ended.
#[derive(Debug, Default)]
pub struct Memory {
    by_mark: HashMap<Mark, Vec<Shield>>,
    /// Of list rows, some of which are remembered by the marks of lab records alone.
    subjects: HashSet<Mark>,
}

impl Memory {
    /// Of every line ever written, oldest first: the latest about a shield counts.
    pub(super) fn of(lines: impl IntoIterator<Item = ShieldLine>) -> Self {
        let held: BTreeMap<Shield, bool> =
            lines.into_iter().map(|line| (line.shield, line.held)).collect();
        let mut memory = Self::default();
        for shield in held.into_iter().filter_map(|(shield, held)| held.then_some(shield)) {
            memory.by_mark.entry(shield.mark).or_default().push(shield);
            memory.subjects.insert(shield.subject);
        }
        memory
    }

    fn is_empty(&self) -> bool {
        self.by_mark.is_empty()
    }

    /// Whether somebody is remembered about whom every readable row says otherwise.
    fn is_answered_by_any_row(&self) -> bool {
        self.by_mark
            .values()
            .flatten()
            .any(|shield| matches!(shield.why, Why::Unreadable | Why::Address))
    }

    fn has(&self, shield: &Shield) -> bool {
        self.by_mark.get(&shield.mark).is_some_and(|known| known.contains(shield))
    }

    /// Everything that is remembered about the subject of this shield.
    fn same_subject<'m>(&'m self, shield: &'m Shield) -> impl Iterator<Item = Shield> + 'm {
        let all = self.by_mark.values().flatten().copied();
        all.filter(|other| {
            (other.subject, other.why, other.list) == (shield.subject, shield.why, shield.list)
        })
    }
}

/// What the lists of a run say, beside what is remembered.
pub struct Guard<'k> {
    keys: &'k Keys,
    memory: Memory,
    /// What the rows of today say.
    today: BTreeSet<Shield>,
    /// Subjects of which a row of today says otherwise.
    answered: BTreeSet<(Mark, Why, List)>,
    /// The subjects of list rows, to which lab records are added when they are held because of
    /// them.
    subjects: BTreeMap<RowRef, Vec<(Mark, Why, List)>>,
}

impl<'k> Guard<'k> {
    pub(super) fn new(memory: Memory, rows: &Rows, keys: &'k Keys) -> Self {
        let mut guard = Self {
            keys,
            memory,
            today: BTreeSet::new(),
            answered: BTreeSet::new(),
            subjects: BTreeMap::new(),
        };

        // A damaged row that is used all the same says the worst that it may have said; it is
        // remembered as unreadable.
        let damaged: BTreeSet<RowRef> =
            rows.refused.iter().filter(|row| row.used).map(|row| row.set_aside.row).collect();
        let wanted = |row: &&Registrant| {
            row.deceased_on.is_some() || row.protected_address || row.whereabouts_unknown
        };
        for (list, listed) in
            [(List::Participants, &rows.participants), (List::Register, &rows.register)]
        {
            listed
                .iter()
                .filter(wanted)
                .filter(|row| !damaged.contains(&row.row))
                .for_each(|row| guard.add_listed(list, row));
            let any_row = guard.memory.is_answered_by_any_row();
            let answers =
                listed.par_iter().filter(|row| any_row || row.denies != Denials::default());
            let answers: Vec<_> = answers.flat_map_iter(|row| guard.answers(list, row)).collect();
            guard.answered.extend(answers);
        }

        rows.suppressions.iter().for_each(|row| guard.add_suppression(row));
        rows.refused.iter().for_each(|row| guard.add_refused(row));
        guard
    }

    fn add(&mut self, row: RowRef, why: Why, list: List, marks: &[(Mark, By)]) {
        let Some((subject, _)) = marks.first().copied() else { return };
        self.today.extend(marks.iter().map(|(mark, by)| Shield {
            mark: *mark,
            by: *by,
            subject,
            why,
            list,
        }));
        self.subjects.entry(row).or_default().push((subject, why, list));
    }

    fn add_listed(&mut self, list: List, row: &Registrant) {
        let marks = marks_of_registrant(self.keys, row);
        // A day that programs write for nothing says as little as one that cannot be read.
        let (died, unclear) = (row.deceased_on.is_some(), row.deceased_on.is_some_and(is_filler));
        let says = [
            (died && !unclear, Why::Died),
            (unclear, Why::Unreadable),
            (row.protected_address, Why::Protected),
            (row.whereabouts_unknown, Why::Whereabouts),
        ];

        says.into_iter()
            .filter(|(says, _)| *says)
            .for_each(|(_, why)| self.add(row.row, why, list, &marks));
    }

    fn add_suppression(&mut self, row: &Suppression) {
        let why = match row.reason {
            SuppressionReason::Deceased => Why::Died,
            SuppressionReason::Objection => Why::Objection,
            SuppressionReason::ProtectedAddress => Why::Protected,
            SuppressionReason::WhereaboutsUnknown => Why::Whereabouts,
            SuppressionReason::Other => Why::Other,
        };
        let marks = numbers(self.keys, row.bsn, &row.person_ref);
        self.add(row.row, why, List::Suppressions, &marks);
    }

    fn add_refused(&mut self, row: &Refused) {
        if !matches!(row.list, List::Exposures | List::Providers) {
            let mut marks = numbers(self.keys, row.bsn, &row.person_ref);
            for remains in &row.remains {
                if let Remains::Registrant(row) = remains {
                    marks.extend(
                        marks_of_registrant(self.keys, row)
                            .into_iter()
                            .filter(|(_, by)| *by == By::Name),
                    );
                }
            }
            self.add(row.set_aside.row, Why::Unreadable, row.list, &marks);
        }
    }

    /// What a readable row of today takes back, by each of its marks.
    fn answers(&self, list: List, row: &Registrant) -> Vec<(Mark, Why, List)> {
        let marks = marks_of_registrant(self.keys, row);
        let takes_back = [
            (true, Why::Unreadable),
            (true, Why::Address),
            (row.denies.protected_address, Why::Protected),
            (row.denies.whereabouts_unknown, Why::Whereabouts),
        ];

        let known = marks.into_iter().filter(|(mark, _)| self.memory.subjects.contains(mark));
        let said = takes_back.into_iter().filter(|(says, _)| *says);
        known.flat_map(|(mark, _)| said.clone().map(move |(_, why)| (mark, why, list))).collect()
    }

    /// Whether a row of today says the same about the same person.
    fn is_said(&self, shield: &Shield) -> bool {
        let own = Shield { mark: shield.subject, ..*shield };
        let said = |by| self.today.contains(&Shield { by, ..own });
        said(By::Bsn) || said(By::Ref) || said(By::Name)
    }

    fn is_answered(&self, shield: &Shield) -> bool {
        !self.is_said(shield) && self.answered.contains(&(shield.subject, shield.why, shield.list))
    }

    /// What holds somebody of whom no row of today says so: evidence by person.
    pub fn remembered(&self, people: &[Person<'_>]) -> BTreeMap<Pseudonym, String> {
        if self.memory.is_empty() {
            return BTreeMap::new();
        }

        let hold = |person: &Person<'_>| {
            let shields = self.shields_of(&person.rows);
            let words: BTreeSet<String> =
                shields.iter().map(|shield| self.evidence(shield)).collect();
            let words: Vec<String> = words.into_iter().collect();
            (!words.is_empty()).then(|| (person.pseudonym, words.join("; ")))
        };

        people.par_iter().filter_map(hold).collect()
    }

    fn evidence(&self, shield: &Shield) -> String {
        let list = super::store::list_word(shield.list);
        let now =
            if self.is_said(shield) { "was said of this record" } else { "no longer says so" };
        format!("{}: {list}, {now}", shield.why.word())
    }

    /// What is remembered about the people of a cluster, and not answered.
    fn shields_of(&self, cluster: &Cluster<'_>) -> Vec<Shield> {
        let marks = marks_of_cluster(self.keys, cluster);
        let numbers: BTreeSet<Mark> =
            marks.iter().filter(|(_, by)| *by == By::Bsn).map(|(mark, _)| *mark).collect();
        let known =
            marks.iter().filter_map(|(mark, by)| Some((by, self.memory.by_mark.get(mark)?)));
        let shields =
            known.flat_map(|(by, shields)| shields.iter().map(move |shield| (*by, *shield)));

        // A name alone means neither somebody with another number nor somebody beside whom the list
        // names the one it means.
        let meant = |(by, shield): &(By, Shield)| {
            let other = !numbers.is_empty()
                && !numbers.contains(&shield.subject)
                && self.is_number(&shield.subject);
            let namesake = *by == By::Name && (other || self.is_said(shield));
            *by == shield.by && !namesake && !self.is_answered(shield)
        };

        shields.filter(meant).map(|(_, shield)| shield).collect()
    }

    fn is_number(&self, subject: &Mark) -> bool {
        let shields = self.memory.by_mark.get(subject);
        shields.is_some_and(|shields| {
            shields.iter().any(|shield| shield.mark == *subject && shield.by == By::Bsn)
        })
    }

    /// Adds everything that a human's word about this person releases; `false`: nothing is
    /// remembered.
    pub fn release(&self, cluster: &Cluster<'_>, release: &mut Release) -> bool {
        let held = self.shields_of(cluster);
        let all: BTreeSet<Shield> =
            held.iter().flat_map(|shield| self.memory.same_subject(shield)).collect();
        release.people += usize::from(!all.is_empty());
        release.lines.extend(all.iter().map(|shield| ShieldLine { shield: *shield, held: false }));
        release.lines.sort_unstable();
        release.lines.dedup();
        !all.is_empty()
    }

    /// What this run adds to the memory: what is said today, the lab records of whoever was held
    /// because of it, and what was answered.
    pub fn news(&self, rows: &Rows, set_aside: &[SetAside]) -> ShieldNews {
        let mut today = self.today.clone();
        for item in set_aside.iter().filter(|item| is_protective(item.reason)) {
            let Ok(place) = rows.exposures.binary_search_by_key(&item.row, |row| row.row) else {
                continue;
            };
            let row = &rows.exposures[place];
            let mark = record_mark(self.keys, row.dataset_id(), row.record_id());
            let known = item.beside.iter().filter_map(|beside| self.subjects.get(beside)).flatten();
            let mut shields: Vec<_> = known.copied().collect();
            if shields.is_empty() {
                let said = item
                    .beside
                    .iter()
                    .filter_map(|beside| self.said_by_address(rows, *beside, item.reason));
                shields.extend(said);
            }
            if shields.is_empty() && matches!(item.reason, Reason::L207 | Reason::L210) {
                // Nothing of the row says whose it is: the record alone can be remembered.
                let list = item
                    .beside
                    .first()
                    .and_then(|beside| rows.inputs.get(usize::from(beside.file)));
                shields.push((
                    mark,
                    Why::Unreadable,
                    list.map_or(List::Suppressions, |input| input.list),
                ));
            }
            today.extend(shields.into_iter().map(|(subject, why, list)| Shield {
                mark,
                by: By::Record,
                subject,
                why,
                list,
            }));
        }

        let new = today.iter().filter(|shield| !self.memory.has(shield));
        let mut lines: Vec<ShieldLine> =
            new.map(|shield| ShieldLine { shield: *shield, held: true }).collect();
        let remembered = self.memory.by_mark.values().flatten();
        let over = remembered.filter(|shield| !today.contains(shield) && self.is_answered(shield));
        lines.extend(over.map(|shield| ShieldLine { shield: *shield, held: false }));
        lines.sort_unstable();

        ShieldNews { lines }
    }

    /// What the address of a list row says of somebody who is held for this reason: words, or
    /// nothing that can be printed.
    fn said_by_address(
        &self,
        rows: &Rows,
        row: RowRef,
        reason: Reason,
    ) -> Option<(Mark, Why, List)> {
        let list = rows.inputs.get(usize::from(row.file))?.list;
        let listed = match list {
            List::Participants => &rows.participants,
            List::Register => &rows.register,
            _ => return None,
        };

        let place = listed.binary_search_by_key(&row, |listed| listed.row).ok()?;
        let why = match (remark(&listed[place].address()), reason) {
            (Some((Remark::Died, _)), Reason::D205) => Why::Died,
            (Some((Remark::Hidden, _)), Reason::D203) => Why::Protected,
            (_, Reason::D204) => Why::Address,
            _ => return None,
        };

        let (subject, _) = marks_of_registrant(self.keys, &listed[place]).first().copied()?;
        Some((subject, why, list))
    }
}

/// What a run adds to the memory; handed back with its plan.
#[derive(Debug, Default)]
pub struct ShieldNews {
    pub(super) lines: Vec<ShieldLine>,
}

impl ShieldNews {
    /// Nothing.
    pub const NONE: Self = Self { lines: Vec::new() };
}

/// People whom a human releases.
#[derive(Debug, Default)]
pub struct Release {
    pub(super) lines: Vec<ShieldLine>,
    pub(super) people: usize,
}

impl Release {
    /// How many people.
    #[must_use]
    pub const fn people(&self) -> usize {
        self.people
    }
}

/// Codes of people who were held or suppressed because a list says so.
const fn is_protective(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::L207
            | Reason::L210
            | Reason::D201
            | Reason::D202
            | Reason::D203
            | Reason::D204
            | Reason::D205
    )
}

/// BSN and number in a list, the first that there is being the subject.
fn numbers(keys: &Keys, bsn: Option<Bsn>, person_ref: &str) -> Vec<(Mark, By)> {
    let bsn = bsn.map(|bsn| (bsn_mark(keys, bsn), By::Bsn));
    // A suppression names a number without its list, so the list is not part of the mark.
    let number = (!person_ref.is_empty())
        .then(|| (keys.row_fingerprint(["person_ref", person_ref]), By::Ref));
    bsn.into_iter().chain(number).collect()
}

fn marks_of_registrant(keys: &Keys, row: &Registrant) -> Vec<(Mark, By)> {
    let mut marks = numbers(keys, row.bsn, row.person_ref());
    let name = row.name();
    let partner = name.partner.map_or("", |partner| partner.surname);
    let first = if name.first_names.is_empty() { name.initials } else { name.first_names };
    marks.extend(name_marks(keys, [name.surname, partner], first, row.birth_date));
    marks
}

/// Surname, first initial and birth date.
fn name_marks(
    keys: &Keys,
    surnames: [&str; 2],
    first: &str,
    birth: Option<PartialDate>,
) -> Vec<(Mark, By)> {
    let (Some(birth), Some(initial)) =
        (birth.filter(|date| date.day() > 0), fold(first).chars().next())
    else {
        return Vec::new();
    };

    let born = format!("{}-{}-{}", birth.year(), birth.month(), birth.day());
    let names: BTreeSet<String> =
        surnames.into_iter().map(fold).filter(|name| !name.is_empty()).collect();
    let mark = |name: String| {
        (keys.row_fingerprint(["name", &name, &initial.to_string(), &born]), By::Name)
    };

    names.into_iter().map(mark).collect()
}

fn marks_of_cluster(keys: &Keys, cluster: &Cluster<'_>) -> BTreeSet<(Mark, By)> {
    let mut marks = BTreeSet::new();
    for row in &cluster.exposures {
        marks.extend(row.bsn.map(|bsn| (bsn_mark(keys, bsn), By::Bsn)));
        marks.insert((record_mark(keys, row.dataset_id(), row.record_id()), By::Record));
        let name = row.name();
        let first = if name.first_names.is_empty() { name.initials } else { name.first_names };
        marks.extend(name_marks(keys, [name.surname, ""], first, row.birth_date));
    }

    for row in cluster.participants.iter().chain(&cluster.register) {
        marks.extend(marks_of_registrant(keys, row));
    }

    marks
}
