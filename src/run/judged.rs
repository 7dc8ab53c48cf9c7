//! What humans said of people and rows that are held, as a run takes it in: it holds for what they
//! saw and for nothing else.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use crate::decide::Circumstances;
use crate::field::ids::{Pseudonym, RowRef};
use crate::field::judgement::{CaseAnswer, CaseKind, Judged, JudgedRow};
use crate::field::keys::Keys;
use crate::field::person::Person;
use crate::field::row::{List, Refused, Rows};
use crate::field::terms::Category;
use crate::record::{self, CaseMark, Guard, Judgements, Ledger, RecordError};

/// One thing that counts today.
struct InForce {
    kind: CaseKind,
    answer: CaseAnswer,
    event: u64,
    /// `None`: it holds whatever the rows say.
    seen: Option<CaseMark>,
    row: Option<JudgedRow>,
    /// A new address that somebody told.
    is_told: bool,
}

/// What humans said, and the rows that they cleared.
#[derive(Default)]
pub struct Heard {
    said: Vec<InForce>,
    by_anchor: HashMap<CaseMark, Vec<usize>>,
    /// Rows that protect nobody, as they were, by index among the refused rows.
    cleared: Vec<(usize, Refused)>,
}

impl Heard {
    /// What counts today. Rows of which a human said that they protect nobody are taken out of
    /// `rows`, which the ledger has compared with its memory before.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be read.
    pub fn of(ledger: &Ledger, rows: &mut Rows) -> Result<Self, RecordError> {
        let mut heard = Self::said(&ledger.judgements()?);
        heard.clear(ledger.keys(), rows);
        Ok(heard)
    }

    /// The same for rows that are linked already: none is taken out of them.
    #[must_use]
    pub fn said(judgements: &Judgements) -> Self {
        let mut heard = Self::default();
        let nowhere = RowRef { file: 0, row: 0 };
        for (case, saying) in judgements.in_force() {
            heard.by_anchor.entry(case.anchor).or_default().push(heard.said.len());
            heard.said.push(InForce {
                kind: case.kind,
                answer: saying.answer,
                event: saying.event,
                seen: saying.seen,
                row: JudgedRow::of(&saying.corrections, nowhere),
                is_told: saying.source.as_deref().is_some_and(is_told),
            });
        }
        heard
    }

    /// Lab records stay in their place, since every one of them ends in a state; nothing is left of
    /// them that could be compared with anybody.
    fn clear(&mut self, keys: &Keys, rows: &mut Rows) {
        let is_harmless = |row: &Refused| {
            let sight = record::sight_of_refused(keys, row);
            self.about(&sight.anchor).any(|said| {
                (said.kind, said.answer) == (CaseKind::Protecting, CaseAnswer::Harmless)
                    && said.seen == Some(sight.seen)
            })
        };
        let wanted = |row: &Refused| may_be_harmless(row.list) && is_harmless(row);
        if self.said.is_empty() {
            return;
        }

        let places: Vec<usize> = rows
            .refused
            .iter()
            .enumerate()
            .filter(|(_, row)| wanted(row))
            .map(|(place, _)| place)
            .collect();
        for place in places.into_iter().rev() {
            if rows.refused[place].list == List::Exposures {
                self.cleared.push((place, rows.refused[place].clone()));
                rows.refused[place].remains.clear();
            } else {
                self.cleared.push((place, rows.refused.remove(place)));
            }
        }
    }

    /// Puts the cleared rows back, for whoever looks at the same rows with other decisions.
    pub fn give_back(self, rows: &mut Rows) {
        for (place, row) in self.cleared.into_iter().rev() {
            if row.list == List::Exposures {
                rows.refused[place] = row;
            } else {
                rows.refused.insert(place, row);
            }
        }
    }

    fn about(&self, anchor: &CaseMark) -> impl Iterator<Item = &InForce> {
        self.by_anchor.get(anchor).into_iter().flatten().map(|place| &self.said[*place])
    }

    /// Whom the lists protect, without what is remembered of the cleared rows.
    pub(super) fn guard<'l>(
        &self,
        ledger: &'l Ledger,
        rows: &Rows,
    ) -> Result<Guard<'l>, RecordError> {
        let mut guard = ledger.guard(rows)?;
        self.cleared.iter().for_each(|(_, row)| guard.answer(row));
        Ok(guard)
    }

    /// What is known about the world around these people, with what humans said of them.
    pub fn circumstances<'a>(
        &'a self,
        keys: &Keys,
        rows: &'a Rows,
        people: &[Person<'a>],
        sender_of: &BTreeMap<Category, String>,
    ) -> Circumstances<'a> {
        let circumstances = Circumstances::new(rows, sender_of);
        if self.said.is_empty() {
            return circumstances;
        }

        let judge = |person: &Person<'a>| {
            let judged = self.judge(keys, person, &circumstances)?;
            Some((person.pseudonym, judged))
        };
        let judged: BTreeMap<Pseudonym, Judged<'a>> = people.par_iter().filter_map(judge).collect();
        circumstances.with_judged(judged)
    }

    /// `None`: nobody said anything of this person.
    fn judge<'a>(
        &'a self,
        keys: &Keys,
        person: &Person<'a>,
        circumstances: &Circumstances<'a>,
    ) -> Option<Judged<'a>> {
        let anchors = record::anchors_of(keys, &person.rows);
        let mut places: Vec<usize> = anchors
            .iter()
            .filter_map(|anchor| self.by_anchor.get(anchor))
            .flatten()
            .copied()
            .collect();
        if places.is_empty() {
            return None;
        }

        // The latest word of a kind is the last: what was said is under several marks of a person.
        places.sort_unstable_by_key(|place| (self.said[*place].event, *place));
        places.dedup();
        let suppressions = circumstances.suppressions(&person.rows);
        let sight = record::sight(keys, &person.rows, &suppressions);
        let mut judged = Judged::default();
        for said in places.into_iter().map(|place| &self.said[place]) {
            let holds = said.seen.is_none_or(|seen| seen == sight.seen);
            if holds {
                judged.add(said.kind, said.answer, said.row.as_ref());
            } else if said.answer == CaseAnswer::Held {
                judged.held_before = true;
            } else if said.is_told && said.kind == CaseKind::Address {
                judged.moved = true;
            } else if said.kind == CaseKind::Protected && said.answer == CaseAnswer::Told {
                judged.told_by_hand = Some(false);
            }
        }

        judged.moved &= judged.address.is_none();
        Some(judged)
    }
}

/// The source of what the person, or somebody for them, told us.
pub const TOLD_BY_TELEPHONE: &str = "told by telephone";

fn is_told(source: &str) -> bool {
    source.starts_with(TOLD_BY_TELEPHONE)
}

/// A suppression always protects; whatever else a row of the other lists says, it may protect
/// nobody.
fn may_be_harmless(list: List) -> bool {
    matches!(list, List::Exposures | List::Participants | List::Register)
}
