//! From people to letters, on demand. Deciding and composing are pure and quick, so a job's letters
//! are never all in memory: they are written once to learn their places, and again, part by part,
//! to be planned.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rayon::prelude::*;

use super::balance::Balance;
use super::holds::Holds;
use super::providers::ProvidersTold;
use super::waves::{self, Waves};
use super::{Night, RunError};
use crate::compose::texts::TextFacts;
use crate::compose::{self, Letterbook, Texts};
use crate::decide::providers::Leave;
use crate::decide::{self, Circumstances};
use crate::facts::Facts;
use crate::field::draft::Draft;
use crate::field::ids::{LetterId, Pseudonym, RowRef};
use crate::field::judgement::Judged;
use crate::field::keys::Keys;
use crate::field::notice::Notice;
use crate::field::person::{Cluster, Person};
use crate::field::place::{Place, Planned};
use crate::field::reason::{Reason, SetAside, Sifted};
use crate::field::row::Suppression;
use crate::package::{PartPlaces, PartPlan, ProofedLetter};
use crate::record::{self, CaseMark, CaseSight};
use crate::render::{Press, Proof};
use crate::report::LetterCounts;

/// People of whom one thread takes care at a time.
const SHARE: usize = 1 << 10;

/// People whose letters may be in memory at once.
const BATCH: usize = SHARE << 6;

/// The people of a run, each of whom may get a letter, and everything that decides about that.
pub(super) struct Candidates<'a> {
    night: Night<'a>,
    /// By pseudonym.
    people: Vec<Person<'a>>,
    circumstances: Circumstances<'a>,
    holds: Holds,
}

/// What deciding about everybody came to.
#[derive(Default)]
pub(super) struct Decided {
    pub notices: u64,
    /// Rows in notices.
    pub rows: u64,
    /// Rows that were set aside.
    pub set_aside: u64,
    /// What the texts of the notices depend on.
    pub texts: BTreeSet<TextFacts>,
}

impl<'a> Candidates<'a> {
    pub fn new(
        night: Night<'a>,
        mut people: Vec<Person<'a>>,
        circumstances: Circumstances<'a>,
        holds: Holds,
    ) -> Self {
        people.par_sort_unstable_by_key(|person| person.pseudonym);
        Self { night, people, circumstances, holds }
    }

    /// What is known of the world around them.
    pub const fn circumstances(&self) -> &Circumstances<'a> {
        &self.circumstances
    }

    /// What a person's rows say, by marks; `None`: nobody of this name.
    pub fn sight(&self, keys: &Keys, person: Pseudonym) -> Option<CaseSight> {
        let cluster = &self.find(person)?.rows;
        Some(record::sight(keys, cluster, &self.suppressions(cluster)))
    }

    /// Somebody by name.
    pub fn find(&self, person: Pseudonym) -> Option<&Person<'a>> {
        let place = self.people.binary_search_by_key(&person, |known| known.pseudonym).ok()?;
        Some(&self.people[place])
    }

    /// The suppressions that name somebody.
    pub fn suppressions(&self, cluster: &Cluster<'a>) -> Vec<&'a Suppression> {
        self.circumstances.suppressions(cluster)
    }

    /// What humans said of somebody.
    fn judged(&self, person: Pseudonym) -> Judged<'a> {
        self.circumstances.judged(person)
    }

    /// Goes through all people in order, as the stage `name`, share by share on all cores: `work`
    /// gets the number of the first person of a share and the share, `gather` what came of each
    /// share, in order.
    pub fn in_shares<T: Send>(
        &self,
        name: &'static str,
        work: impl Fn(usize, &[Person<'a>]) -> Result<T, RunError> + Sync,
        mut gather: impl FnMut(T),
    ) -> Result<(), RunError> {
        self.night.progress.stage(name, self.people.len() as u64);

        for (batch, first) in self.people.chunks(BATCH).zip((0..).step_by(BATCH)) {
            let shares = batch.par_chunks(SHARE).enumerate();
            let done: Vec<T> = shares
                .map(|(share, people)| work(first + share * SHARE, people))
                .collect::<Result<_, _>>()?;
            done.into_iter().for_each(&mut gather);
            self.night.progress.advance(batch.len() as u64);
        }

        Ok(())
    }

    /// Decides about everybody. Rows that get no letter go to `balance`.
    ///
    /// # Errors
    /// None of its own.
    pub fn decide(&self, facts: &Facts, balance: &mut Balance) -> Result<Decided, RunError> {
        let share = |_, people: &[Person<'_>]| {
            let decided = self.notices(people);
            let rows: usize = decided.ready.iter().map(|notice| notice.rows.len()).sum();
            let texts: BTreeSet<TextFacts> =
                decided.ready.iter().map(|notice| TextFacts::of(notice, facts)).collect();
            Ok((decided.ready.len(), rows, texts, decided.set_aside))
        };

        let mut all = Decided::default();
        self.in_shares("deciding", share, |(notices, rows, texts, set_aside)| {
            all.notices += notices as u64;
            all.rows += rows as u64;
            all.set_aside += set_aside.len() as u64;
            all.texts.extend(texts);
            balance.set_aside(set_aside);
        })?;

        Ok(all)
    }

    /// What some of the people are told, and which of their rows are not told about.
    pub fn notices<'p>(
        &self,
        people: impl IntoIterator<Item = &'p Person<'a>>,
    ) -> Sifted<Notice<'a>>
    where
        'a: 'p,
    {
        let mut decided = decide::decide(
            people,
            &self.circumstances,
            &self.night.config.policy,
            self.night.run_date,
        );

        let mut ready = Vec::with_capacity(decided.ready.len());
        for notice in decided.ready {
            match self.holds.reason(&notice, self.judged(notice.person)) {
                Some((reason, evidence)) => {
                    decided.set_aside.extend(hold(&notice, reason, &evidence));
                }
                None => ready.push(notice),
            }
        }

        decided.set_aside.iter_mut().for_each(|item| self.holds.protect(item));
        Sifted { ready, set_aside: decided.set_aside }
    }
}

/// The rows of a notice that is not written.
fn hold(notice: &Notice<'_>, reason: Reason, evidence: &str) -> Vec<SetAside> {
    let aside = |row| SetAside {
        person: Some(notice.person),
        evidence: evidence.to_owned(),
        ..SetAside::new(row, reason)
    };
    notice.rows.iter().copied().map(aside).collect()
}

/// The letters of a run. They are composed when they are asked for.
pub(super) struct Letters<'a> {
    pub candidates: Candidates<'a>,
    pub book: Letterbook<'a>,
    pub texts: Texts,
    /// Whose turn it is; `None`: everybody's.
    pub waves: Option<Waves>,
    /// Letters that are not to people, and which letters wait for one.
    pub providers: ProvidersTold,
}

/// What composing and proofing everybody's letters came to.
#[derive(Default)]
pub(super) struct Written {
    /// Rows in letters that could be composed.
    pub rows: u64,
    /// Rows of letters that could not.
    pub uncomposed: u64,
    /// Rows of letters that cannot be printed.
    pub unproofed: u64,
    /// Rows of letters that wait for a later wave.
    pub waiting: u64,
    /// Letters that do, by the night of the wave.
    pub later: BTreeMap<Date, u64>,
    /// First letters whose turn it is.
    pub in_wave: u64,
    pub counts: LetterCounts,
    pub letters: Vec<ProofedLetter>,
    /// Letters by the content hash of their text.
    pub bodies: BTreeMap<String, u64>,
    /// People who wait for a provider, by the night from which they do not.
    pub for_providers: BTreeMap<Date, u64>,
    /// People who are held because a provider disputes them.
    pub disputed: u64,
    /// The same people by the code of each provider.
    pub of_provider: BTreeMap<String, u64>,
}

/// Letters of one share of the people.
#[derive(Default)]
struct Share {
    rows: u64,
    uncomposed: Vec<SetAside>,
    unproofed: Vec<SetAside>,
    waiting: Vec<SetAside>,
    later: Vec<Date>,
    in_wave: u64,
    counts: LetterCounts,
    letters: Vec<(ProofedLetter, Pseudonym, Vec<RowRef>)>,
    bodies: BTreeMap<String, u64>,
    for_providers: BTreeMap<Pseudonym, Date>,
    disputed: BTreeSet<Pseudonym>,
    of_provider: BTreeMap<String, u64>,
}

impl<'a> Letters<'a> {
    /// Composes everybody's letters and sees that they fit. Rows that get no letter go to
    /// `balance`, and those that do.
    ///
    /// # Errors
    /// [`RunError`] when a letter cannot be laid out at all.
    pub fn proof(&self, press: &Press, balance: &mut Balance) -> Result<Written, RunError> {
        let mut all = Written::default();
        self.notices(&mut all)?;
        let share = |first: usize, people: &[Person<'a>]| self.share(press, first, people);

        self.candidates.in_shares("composing", share, |share| {
            all.rows += share.rows;
            all.uncomposed += share.uncomposed.len() as u64;
            all.unproofed += share.unproofed.len() as u64;
            all.waiting += share.waiting.len() as u64;
            all.counts.merge(share.counts);
            for (body, letters) in share.bodies {
                *all.bodies.entry(body).or_default() += letters;
            }
            for night in share.for_providers.into_values() {
                *all.for_providers.entry(night).or_default() += 1;
            }
            all.disputed += share.disputed.len() as u64;
            for (code, people) in share.of_provider {
                *all.of_provider.entry(code).or_default() += people;
            }

            balance.set_aside(share.uncomposed);
            balance.set_aside(share.unproofed);
            all.in_wave += share.in_wave;
            balance.set_aside(share.waiting);
            share.later.iter().for_each(|night| *all.later.entry(*night).or_default() += 1);
            for (letter, person, rows) in share.letters {
                balance.letter(&letter, person, &rows);
                all.letters.push(letter);
            }
        })?;

        Ok(all)
    }

    /// By what else professionals are known than by their codes.
    pub fn take_marks(&mut self) -> BTreeMap<Pseudonym, CaseMark> {
        std::mem::take(&mut self.providers.professionals.marks)
    }

    /// The letters to providers and professionals: they come before everybody.
    fn notices(&self, all: &mut Written) -> Result<(), RunError> {
        let first = self.candidates.people.len();
        for (place, proof) in self.providers.notices.iter().enumerate() {
            let origin = u32::try_from(first + place).map_err(|_| RunError::Capacity)?;
            let Proof { draft, pages, sheets } = proof;
            all.counts.add(draft, *pages, *sheets);
            all.letters.push(ProofedLetter::of(draft, *pages, *sheets, origin));
            *all.bodies.entry(draft.body.clone()).or_default() += 1;
        }
        Ok(())
    }

    /// The turns of everybody who is due a first letter, in order.
    ///
    /// # Errors
    /// None of its own.
    pub fn turns(&self) -> Result<Vec<u32>, RunError> {
        let share = |_, people: &[Person<'a>]| {
            let drafts = self.compose(people).ready;
            let turns = drafts.iter().filter_map(|draft| waves::turn(draft, self.book.keys));
            Ok(turns.collect::<Vec<_>>())
        };

        let mut all = Vec::new();
        self.candidates.in_shares("waves", share, |turns| all.extend(turns))?;
        all.par_sort_unstable();
        Ok(all)
    }

    /// The night of the later wave that a letter belongs to.
    fn waits_for(&self, draft: &Draft) -> Option<Date> {
        let wave = self.waves.as_ref()?.later(draft, self.book.keys, self.book.run_date)?;
        Some(wave.on)
    }

    /// The letters of some people as they are written, without those to addresses from which one
    /// came back.
    fn compose<'p>(&self, people: impl IntoIterator<Item = &'p Person<'a>>) -> Sifted<Draft>
    where
        'a: 'p,
    {
        let mut drafts =
            compose::write(self.candidates.notices(people).ready, &self.book, &self.texts);
        let holds = &self.candidates.holds;
        let came_back = |draft: &mut Draft| holds.came_back(draft, self.book.keys);
        for draft in drafts.ready.extract_if(.., came_back) {
            drafts.set_aside.extend(held(&draft, Reason::D219));
        }
        if let Some(frozen) = self.candidates.night.only {
            for draft in drafts.ready.extract_if(.., |draft| !frozen.has(draft)) {
                drafts.set_aside.extend(held(&draft, Reason::D309));
            }
        }
        drafts
    }

    /// The letters of some people, of whom `first` is the number of the first.
    fn share(&self, press: &Press, first: usize, people: &[Person<'a>]) -> Result<Share, RunError> {
        let drafts = self.compose(people);
        let rows = drafts.ready.iter().map(|draft| draft.rows.len() as u64).sum();
        let proofed = press.proof(drafts.ready)?;
        let unproofed =
            proofed.held.iter().flat_map(|(draft, reason)| held(draft, *reason)).collect();

        let mut share = Share { rows, uncomposed: drafts.set_aside, unproofed, ..Share::default() };

        for proof in proofed.ready {
            let draft = proof.draft;
            let place = people
                .binary_search_by_key(&draft.person, |person| person.pseudonym)
                .expect("the draft is of one of them");
            if self.waits_for_provider(&people[place], &draft, &mut share) {
                continue;
            }
            if let Some(night) = self.waits_for(&draft) {
                let due = |item| SetAside { due: Some(night), ..item };
                share.waiting.extend(held(&draft, Reason::D303).map(due));
                share.later.push(night);
                continue;
            }
            share.in_wave += u64::from(waves::turn(&draft, self.book.keys).is_some());

            let origin = u32::try_from(first + place).map_err(|_| RunError::Capacity)?;

            share.counts.add(&draft, proof.pages, proof.sheets);
            let proofed = ProofedLetter::of(&draft, proof.pages, proof.sheets, origin);
            share.letters.push((proofed, draft.person, draft.row_refs));
            *share.bodies.entry(draft.body).or_default() += 1;
        }

        Ok(share)
    }

    /// Sets a letter aside that waits for a provider, or that one disputes. Where its wave comes later
    /// it waits for that.
    fn waits_for_provider(&self, person: &Person<'a>, draft: &Draft, share: &mut Share) -> bool {
        let order = &self.providers.order;
        let leave = order.leave(person);
        match leave {
            Leave::Granted => return false,
            Leave::From(night) => {
                let wave = self.waits_for(draft).unwrap_or(night);
                let due = |item| SetAside { due: Some(night.max(wave)), ..item };
                share.waiting.extend(held(draft, Reason::D303).map(due));
            }
            Leave::Disputed => share.unproofed.extend(held(draft, Reason::D221)),
        }

        // Somebody with two letters is one person.
        let is_new = match leave {
            Leave::From(night) => share.for_providers.insert(draft.person, night).is_none(),
            _ => share.disputed.insert(draft.person),
        };
        for code in order.reasons(person).filter(|_| is_new) {
            *share.of_provider.entry(code.to_owned()).or_default() += 1;
        }
        true
    }

    /// The letters of one part, each in its place.
    ///
    /// # Errors
    /// [`RunError::Unbalanced`] when a letter does not come out as it did before.
    pub fn part(&self, part: &PartPlaces) -> Result<PartPlan, RunError> {
        let shares: Vec<Vec<Planned>> = part
            .places
            .par_chunks(SHARE)
            .map(|places| self.letters(places))
            .collect::<Result<_, _>>()?;
        Ok(PartPlan { number: part.number, letters: shares.into_iter().flatten().collect() })
    }

    fn letters(&self, places: &[(ProofedLetter, Place)]) -> Result<Vec<Planned>, RunError> {
        let mut people: Vec<u32> = places.iter().map(|(proofed, _)| proofed.origin()).collect();
        people.sort_unstable();
        people.dedup();
        let people =
            people.iter().filter_map(|person| self.candidates.people.get(*person as usize));
        let written = self.compose(people);
        let mut drafts: BTreeMap<LetterId, Draft> =
            written.ready.into_iter().map(|draft| (draft.letter_id, draft)).collect();
        let first = self.candidates.people.len();
        let origins = places.iter().map(|(proofed, _)| proofed.origin() as usize);
        let notices = origins.filter_map(|origin| origin.checked_sub(first));
        for draft in
            notices.filter_map(|place| self.providers.notices.get(place)).map(|one| &one.draft)
        {
            drafts.insert(draft.letter_id, draft.clone());
        }
        let planned: Vec<Planned> = places
            .iter()
            .filter_map(|(proofed, place)| {
                let draft = drafts.remove(&proofed.letter_id())?;
                Some(Planned { draft, place: place.clone() })
            })
            .collect();

        let (before, after) = (places.len() as u64, planned.len() as u64);
        if before == after {
            Ok(planned)
        } else {
            Err(RunError::Unbalanced { stage: "plan", before, after })
        }
    }
}

/// The rows of a letter that cannot be printed.
fn held(draft: &Draft, reason: Reason) -> impl Iterator<Item = SetAside> {
    let person = Some(draft.person);
    draft.row_refs.iter().map(move |row| SetAside { person, ..SetAside::new(*row, reason) })
}
