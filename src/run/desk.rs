//! Letters written on demand. Deciding and composing are pure and quick, so a job's letters are never all in memory: they
//! are written once to learn their places, and again, part by part, to be planned.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::{Order, RunError};
use crate::compose::{self, Letterbook, Texts};
use crate::decide::{self, Circumstances};
use crate::letter::{Draft, Kind, Notice, Planned};
use crate::package::{PartPlaces, PartPlan, Proofed};
use crate::person::{Person, Pseudonym};
use crate::reason::{Reason, SetAside, Sifted};

/// People of whom one thread takes care at a time.
const SHARE: usize = 1 << 10;

/// People whose letters may be in memory at once.
const WAVE: usize = SHARE << 6;

/// The people of a run and everything that their letters follow from.
pub(super) struct Desk<'a> {
    order: Order<'a>,
    /// By pseudonym.
    people: Vec<Person<'a>>,
    circumstances: Circumstances<'a>,
    holds: Holds,
}

/// People who get no letter for reasons that the ledger knows.
pub(super) struct Holds {
    /// Told people of whom a told row is not there today.
    pub incomplete: BTreeSet<Pseudonym>,
    /// People whom a list protected that no longer says so; with the evidence.
    pub remembered: BTreeMap<Pseudonym, String>,
}

impl Holds {
    /// Why a notice is not written.
    fn reason(&self, notice: &Notice<'_>) -> Option<(Reason, String)> {
        if let Some(evidence) = self.remembered.get(&notice.person) {
            return Some((Reason::D215, evidence.clone()));
        }
        let premature = notice.kind == Kind::Correction && self.incomplete.contains(&notice.person);
        premature.then(|| (Reason::L209, String::new()))
    }

    /// Protection comes before every other reason for which somebody waits, as it does in the table of `decide`. Where
    /// everything was told there is nothing to hold.
    fn protect(&self, item: &mut SetAside) {
        use Reason::{D206, D207, D208, D209, D210, D211, D212, D302};
        let waits = matches!(item.reason, D206 | D207 | D208 | D209 | D210 | D211 | D212 | D302);
        if let Some(evidence) = item.person.filter(|_| waits).and_then(|person| self.remembered.get(&person)) {
            *item =
                SetAside { person: item.person, evidence: evidence.clone(), ..SetAside::new(item.row, Reason::D215) };
        }
    }
}

impl<'a> Desk<'a> {
    pub fn new(order: Order<'a>, mut people: Vec<Person<'a>>, circumstances: Circumstances<'a>, holds: Holds) -> Self {
        people.par_sort_unstable_by_key(|person| person.pseudonym);
        Self { order, people, circumstances, holds }
    }

    /// Goes through all people in order, as the stage `name`, share by share on all cores: `work` gets the number of the
    /// first person of a share and the share, `gather` what came of each share, in order.
    pub fn in_shares<T: Send>(
        &self,
        name: &'static str,
        work: impl Fn(usize, &[Person<'a>]) -> Result<T, RunError> + Sync,
        mut gather: impl FnMut(T),
    ) -> Result<(), RunError> {
        self.order.progress.stage(name, self.people.len() as u64);
        for (wave, first) in self.people.chunks(WAVE).zip((0..).step_by(WAVE)) {
            let shares = wave.par_chunks(SHARE).enumerate();
            let done: Vec<T> =
                shares.map(|(share, people)| work(first + share * SHARE, people)).collect::<Result<_, _>>()?;
            done.into_iter().for_each(&mut gather);
            self.order.progress.advance(wave.len() as u64);
        }
        Ok(())
    }

    /// What some of the people are told, and which of their rows are not told about.
    pub fn notices<'p>(&self, people: impl IntoIterator<Item = &'p Person<'a>>) -> Sifted<Notice<'a>>
    where
        'a: 'p,
    {
        let mut decided = decide::decide(people, &self.circumstances, &self.order.config.policy, self.order.run_date);
        let mut ready = Vec::with_capacity(decided.ready.len());
        for notice in decided.ready {
            match self.holds.reason(&notice) {
                Some((reason, evidence)) => decided.set_aside.extend(hold(&notice, reason, &evidence)),
                None => ready.push(notice),
            }
        }
        decided.set_aside.iter_mut().for_each(|item| self.holds.protect(item));
        Sifted { ready, set_aside: decided.set_aside }
    }
}

/// The rows of a notice that is not written.
fn hold(notice: &Notice<'_>, reason: Reason, evidence: &str) -> Vec<SetAside> {
    let aside =
        |row| SetAside { person: Some(notice.person), evidence: evidence.to_owned(), ..SetAside::new(row, reason) };
    notice.rows.iter().copied().map(aside).collect()
}

/// A desk with the texts of its letters.
pub(super) struct Writer<'a> {
    pub desk: Desk<'a>,
    pub book: Letterbook<'a>,
    pub texts: Texts,
}

impl Writer<'_> {
    /// The letters of one part, each in its place.
    ///
    /// # Errors
    /// [`RunError::Unbalanced`] when a letter does not come out as it did before.
    pub fn part(&self, part: &PartPlaces) -> Result<PartPlan, RunError> {
        let shares: Vec<Vec<Planned>> =
            part.places.par_chunks(SHARE).map(|places| self.letters(places)).collect::<Result<_, _>>()?;
        Ok(PartPlan { number: part.number, letters: shares.into_iter().flatten().collect() })
    }

    fn letters(&self, places: &[(Proofed, crate::letter::Place)]) -> Result<Vec<Planned>, RunError> {
        let mut people: Vec<u32> = places.iter().map(|(proofed, _)| proofed.origin()).collect();
        people.sort_unstable();
        people.dedup();
        let people = people.iter().filter_map(|person| self.desk.people.get(*person as usize));
        let written = compose::write(self.desk.notices(people).ready, &self.book, &self.texts);
        let mut drafts: BTreeMap<String, Draft> =
            written.ready.into_iter().map(|draft| (draft.letter_id.clone(), draft)).collect();
        let planned: Vec<Planned> = places
            .iter()
            .filter_map(|(proofed, place)| {
                let draft = drafts.remove(proofed.letter_id())?;
                Some(Planned { draft, place: place.clone() })
            })
            .collect();
        let (before, after) = (places.len() as u64, planned.len() as u64);
        if before == after { Ok(planned) } else { Err(RunError::Unbalanced { stage: "plan", before, after }) }
    }
}
