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

mod marks;
mod memory;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::recognise::Mark;
use super::row_marks::record_mark;
use crate::field::ids::{Pseudonym, RowRef};
use crate::field::judgement::Judged;
use crate::field::keys::Keys;
use crate::field::person::{Cluster, Person};
use crate::field::reason::{Reason, SetAside};
use crate::field::row::{
    Denials, List, Refused, Registrant, Remains, Rows, Suppression, SuppressionReason,
};
use crate::field::words::address::{Remark, remark};
use crate::field::words::dates::is_filler;

pub(super) use memory::{By, Memory, Shield, ShieldLine, Why};

use marks::{marks_of_cluster, marks_of_registrant, numbers};

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
        if !matches!(row.list, List::Exposures | List::Providers | List::Professionals) {
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

    /// A human has looked at this row, which could not be read: it protects nobody.
    pub fn answer(&mut self, row: &Refused) {
        let mut marks = numbers(self.keys, row.bsn, &row.person_ref);
        for remains in &row.remains {
            if let Remains::Registrant(row) = remains {
                marks.extend(marks_of_registrant(self.keys, row));
            }
        }
        let answers = marks.into_iter().map(|(mark, _)| (mark, Why::Unreadable, row.list));
        self.answered.extend(answers);
    }

    /// Whether what a row of today says of somebody was settled by a human who has seen it.
    fn is_settled(&self, shield: &Shield, judged: &Judged<'_>) -> bool {
        let settles = match shield.why {
            Why::Died | Why::Unreadable => judged.died == Some(false),
            Why::Whereabouts | Why::Address => judged.address.is_some(),
            Why::Protected => judged.released || judged.told_by_hand.is_some(),
            Why::Objection | Why::Other => false,
        };
        settles && self.is_said(shield)
    }

    /// What holds somebody of whom no row of today says so, nor a human otherwise: evidence by
    /// person.
    pub fn remembered<'j>(
        &self,
        people: &[Person<'_>],
        judged: impl Fn(Pseudonym) -> Judged<'j> + Sync,
    ) -> BTreeMap<Pseudonym, String> {
        if self.memory.is_empty() {
            return BTreeMap::new();
        }

        let hold = |person: &Person<'_>| {
            let mut shields = self.shields_of(&person.rows);
            let judged = judged(person.pseudonym);
            shields.retain(|shield| !self.is_settled(shield, &judged));
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
