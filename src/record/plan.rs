//! Checks and counts a plan while it is made, and keeps of its letters what the ledger will know.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use super::audit::{
    Contents, Identities as IdentitiesEvent, Inputs, Planned as PlannedEvent, RowHash, Scheduled,
};
use super::error::RecordError;
use super::job::{Noted, PartTotals, StagedFile};
use super::protection::ShieldLine;
use super::recognise::{self, IdentityChange, Known, Mark, MarkKind};
use super::store::{FileRows, News, Plan, PlannedLetter, Store, hash_identity, hash_mark};
use crate::field::findings::Findings;
use crate::field::ids::{Pseudonym, base32};
use crate::field::job_number::JobNumber;
use crate::field::keys::Keys;
use crate::field::made_with::MadeWith;
use crate::field::place::Planned;
use crate::field::schedule::Schedule;
use crate::field::subject::LetterSubject;
use crate::field::terms::Kind;

/// What a run found that the ledger does not know yet.
pub(super) struct Found {
    pub inputs: Option<Inputs>,
    pub identities: Option<IdentitiesEvent>,
    pub changes: Vec<IdentityChange>,
    run_id: String,
    rows: Arc<Vec<FileRows>>,
    shields: Vec<ShieldLine>,
    schedule: Option<Scheduled>,
}

impl Found {
    /// Leaves out what is known already.
    pub fn new(store: &Store, noted: &Noted<'_>) -> Result<Self, RecordError> {
        let files = noted.intake.lines.clone();
        let (run_id, date) = (noted.run_id.to_owned(), noted.run_date);
        let reasons = noted
            .intake
            .changes
            .iter()
            .filter_map(|change| Some((change.file.clone(), change.accepted.clone()?)));

        let reasons = reasons.collect();
        let inputs = (!files.is_empty()).then(|| Inputs {
            run_id: run_id.clone(),
            date,
            accepted: None,
            reasons,
            files,
        });

        let before = store.identities()?;
        let before: BTreeSet<_> =
            before.iter().map(|line| (&*line.1, &*line.2, &*line.3)).collect();
        let is_known = |change: &IdentityChange| {
            let (person, other) = (change.person().to_string(), change.other().to_string());
            before.contains(&(change.word(), &*person, &*other))
        };

        let changes: Vec<_> =
            noted.identities.changes.iter().copied().filter(|change| !is_known(change)).collect();
        let identities = (!changes.is_empty()).then(|| identities_event(run_id, date, &changes));
        let rows = Arc::clone(&noted.intake.rows);
        let shields = noted.shields.lines.clone();
        let run_id = noted.run_id.to_owned();
        let scheduled =
            |schedule: &Schedule| Scheduled { run_id: run_id.clone(), schedule: schedule.clone() };
        let schedule = noted.schedule.map(scheduled);

        Ok(Self { inputs, identities, changes, run_id, rows, shields, schedule })
    }

    pub fn is_nothing(&self) -> bool {
        self.inputs.is_none()
            && self.identities.is_none()
            && self.rows.is_empty()
            && self.shields.is_empty()
            && self.schedule.is_none()
    }

    pub fn news(&self) -> News<'_> {
        News {
            inputs: self.inputs.clone(),
            identities: self.identities.clone().map(|event| (event, &self.changes[..])),
            run_id: &self.run_id,
            rows: &self.rows,
            shields: &self.shields,
            schedule: self.schedule.clone(),
        }
    }
}

fn identities_event(
    run_id: String,
    date: jiff::civil::Date,
    changes: &[IdentityChange],
) -> IdentitiesEvent {
    let mut lines: Vec<_> = changes
        .iter()
        .map(|change| (change.word(), change.person().to_string(), change.other().to_string()))
        .collect();

    lines.sort_unstable();
    let mut rows = RowHash::new();
    let (mut merges, mut splits) = (0, 0);
    for (word, person, other) in &lines {
        hash_identity(&mut rows, word, person, other);
        *(if *word == "merge" { &mut merges } else { &mut splits }) += 1;
    }

    IdentitiesEvent { run_id, date, merges, splits, sha256: rows.finish() }
}

/// A plan in the making: letters are added in print order, checked and counted, and kept small.
pub struct PlanDraft<'b> {
    job: JobNumber,
    keys: &'b Keys,
    campaign: &'b str,
    noted: Noted<'b>,
    found: Found,
    people: People,
    letters: Letters,
    made_with: Option<MadeWith>,
    hash: RowHash,
    parts: Vec<PartTotals>,
    marks: Vec<(Mark, MarkKind, u32)>,
    reissues: Vec<(u32, JobNumber, u32)>,
    notices: Vec<(u32, LetterSubject, u64)>,
}

/// A plan that has been checked: print order without gaps, letter ids of this key, people and marks
/// numbered.
pub struct CheckedPlan {
    found: Found,
    event: PlannedEvent,
    people: People,
    letters: Letters,
    marks: Vec<(Mark, MarkKind, u32)>,
}

impl<'b> PlanDraft<'b> {
    pub(super) fn new(
        store: &Store,
        keys: &'b Keys,
        campaign: &'b str,
        job: JobNumber,
        noted: Noted<'b>,
    ) -> Result<Self, RecordError> {
        Ok(Self {
            job,
            keys,
            campaign,
            noted,
            found: Found::new(store, &noted)?,
            people: People { known: store.known()?, numbers: HashMap::new(), new: Vec::new() },
            letters: Letters::default(),
            made_with: None,
            hash: RowHash::new(),
            parts: Vec::new(),
            marks: Vec::new(),
            reissues: Vec::new(),
            notices: Vec::new(),
        })
    }

    /// Makes room for so many letters about so many rows, and no more: growing by halves and
    /// doubles would take half as much again.
    pub fn reserve(&mut self, letters: usize, rows: usize) {
        self.letters.kept.reserve_exact(letters);
        self.people.new.reserve_exact(letters);
        self.people.numbers.reserve(letters);
        self.marks.reserve_exact(rows + letters);
    }

    /// Notes what the letters are made with.
    pub fn are_made_with(&mut self, made_with: &MadeWith) {
        self.made_with = Some(made_with.clone());
    }

    /// Adds the next letter.
    ///
    /// # Errors
    /// [`RecordError::Unbalanced`] when it does not follow the one before, or is about rows that
    /// nobody recognised.
    pub fn add(&mut self, planned: &Planned) -> Result<(), RecordError> {
        let (draft, place) = (&planned.draft, &planned.place);
        let expected = self.letters.count() + 1;
        if place.seq != expected {
            return Err(self.unbalanced(format!("letter {expected} has number {}", place.seq)));
        }

        let person = draft.person;
        if draft.letter_id != self.keys.letter_id(self.campaign, draft.kind, person, draft.sequence)
        {
            return Err(self.unbalanced(format!("letter {expected} has an id that is not its own")));
        }

        self.add_to_part(planned)?;
        let number = self.people.find_or_add(person);
        let number =
            number.ok_or_else(|| self.unbalanced("it has more people than a ledger can number"))?;
        let kept = self.letters.add(planned, number);

        kept.ok_or_else(|| self.unbalanced("findings cannot be written down"))?;
        self.letters.last(&self.people).hash(&mut self.hash);

        if draft.row_refs.len() != draft.rows.len() {
            return Err(self.unbalanced(format!("letter {expected} was not composed in this run")));
        }

        if let Some(reissue) = draft.reissue_of {
            self.reissues.push((place.seq, reissue.job, reissue.seq));
        }

        if !draft.subject.is_person() {
            self.notices.push((place.seq, draft.subject, draft.patients));
        }

        for row in &draft.row_refs {
            let mark = self.noted.identities.row(*row);
            let problem = || {
                self.unbalanced(format!("letter {expected} is about a row that was not recognised"))
            };
            let mark = mark.ok_or_else(problem)?;
            self.add_mark(mark, MarkKind::Row, person, number);
        }

        // A BSN that somebody else is known by already, from whom a human told this person apart, is
        // no sign of either.
        let bsn = self.noted.identities.bsn(person);
        if let Some(mark) = bsn.filter(|mark| self.people.known.owner(mark).is_none()) {
            self.add_mark(mark, MarkKind::Bsn, person, number);
        }

        Ok(())
    }

    fn add_to_part(&mut self, planned: &Planned) -> Result<(), RecordError> {
        let place = &planned.place;
        if self.parts.last().is_none_or(|part| part.number != place.part) {
            if usize::try_from(place.part) != Ok(self.parts.len() + 1) {
                return Err(
                    self.unbalanced(format!("part {} does not follow the one before", place.part))
                );
            }
            self.parts.push(PartTotals { number: place.part, letters: 0, pages: 0, sheets: 0 });
        }

        if let Some(part) = self.parts.last_mut() {
            part.letters += 1;
            part.pages += place.pages;
            part.sheets += place.sheets;
        }

        Ok(())
    }

    /// A mark that is the person's already, or of somebody who lives on in the person, stays as it
    /// is.
    fn add_mark(&mut self, mark: Mark, kind: MarkKind, person: Pseudonym, number: u32) {
        let known = &self.people.known;
        let owner = known.owner(&mark).map(|owner| known.name(owner));
        let is_theirs = |owner| owner == person || self.noted.identities.are_merged(person, owner);
        if !owner.is_some_and(is_theirs) {
            self.marks.push((mark, kind, number));
        }
    }

    /// Ends the plan of the job `job_name`. The `staged` files must be on the disk, synced.
    ///
    /// # Errors
    /// [`RecordError::Unbalanced`] when the plan does not add up.
    pub fn finish(
        mut self,
        job_name: &str,
        staged: &[StagedFile],
    ) -> Result<CheckedPlan, RecordError> {
        if self.letters.count() == 0 {
            return Err(self.unbalanced("it has no letters"));
        }

        self.marks.par_sort_unstable();
        self.marks.dedup();
        recognise::forget_shared_numbers(&mut self.marks);

        if self.marks.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(self.unbalanced("one lab record would be told to two people"));
        }

        let mut hash = RowHash::new();
        for (mark, kind, number) in &self.marks {
            hash_mark(&mut hash, mark, *kind, self.people.name(*number));
        }

        let mut staged = staged.to_vec();
        staged.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        let event = PlannedEvent {
            job: self.job,
            name: job_name.to_owned(),
            run_id: self.noted.run_id.to_owned(),
            date: self.noted.run_date,
            contents: Contents {
                new_people: self.people.new.len() as u64,
                letters: self.letters.count().into(),
                letters_sha256: self.hash.finish(),
                marks: self.marks.len() as u64,
                marks_sha256: hash.finish(),
            },
            parts: self.parts,
            staged,
            made_with: self.made_with,
            reissues: self.reissues,
            notices: self.notices,
        };

        let Self { found, people, letters, marks, .. } = self;
        Ok(CheckedPlan { found, event, people, letters, marks })
    }

    fn unbalanced(&self, problem: impl Into<String>) -> RecordError {
        unbalanced(self.job, problem)
    }
}

impl CheckedPlan {
    /// Letters of the plan.
    #[must_use]
    pub fn letters(&self) -> u64 {
        self.letters.count().into()
    }

    /// The plan for the store.
    pub(super) fn for_store<'c>(
        &'c self,
        new_people: &'c [(Pseudonym, u32)],
    ) -> Plan<'c, impl Iterator<Item = (u32, PlannedLetter<'c>)> + 'c> {
        Plan {
            news: self.found.news(),
            event: self.event.clone(),
            new_people,
            letters: self.letters.iter(&self.people),
            marks: &self.marks,
        }
    }

    /// New people with their numbers, sorted by name.
    pub(super) fn new_people(&self) -> Vec<(Pseudonym, u32)> {
        let first = self.people.first_new();
        let mut people: Vec<_> = self.people.new.iter().copied().zip(first..).collect();
        people.par_sort_unstable();
        people
    }
}

/// Numbers of people in the ledger: the known ones, and new ones in the order of their first
/// letters. That is the order in which the store looks for them again.
struct People {
    known: Known,
    numbers: HashMap<Pseudonym, u32>,
    new: Vec<Pseudonym>,
}

impl People {
    /// Number of the first new person.
    fn first_new(&self) -> u32 {
        u32::try_from(self.known.count() + 1).unwrap_or(u32::MAX)
    }

    /// `None`: more people than a number can count.
    fn find_or_add(&mut self, person: Pseudonym) -> Option<u32> {
        if let Some(index) = self.known.find(person) {
            return Some(index + 1);
        }

        if let Some(number) = self.numbers.get(&person) {
            return Some(*number);
        }

        let number = u32::try_from(self.known.count() + self.new.len() + 1).ok()?;
        self.numbers.insert(person, number);
        self.new.push(person);

        Some(number)
    }

    /// The person with a number that was given out.
    fn name(&self, number: u32) -> Pseudonym {
        match number.checked_sub(self.first_new()) {
            Some(new) => self.new[new as usize],
            None => self.known.name(number - 1),
        }
    }
}

fn unbalanced(job: JobNumber, problem: impl Into<String>) -> RecordError {
    RecordError::Unbalanced { job, problem: problem.into() }
}

/// The letters of a plan in print order: what many have in common stands once.
#[derive(Default)]
struct Letters {
    kept: Vec<Kept>,
    /// Reference codes, one behind the other.
    references: String,
    senders: Vec<String>,
    said: Vec<String>,
    findings: BTreeMap<Findings, u32>,
}

/// One letter, small.
struct Kept {
    id: [u8; 16],
    person: u32,
    kind: Kind,
    sender: u16,
    sequence: u32,
    part: u32,
    /// Where its reference code ends.
    reference_end: u32,
    said: u32,
    pages: u32,
    sheets: u32,
}

impl Letters {
    fn count(&self) -> u32 {
        u32::try_from(self.kept.len()).unwrap_or(u32::MAX)
    }

    /// `None`: findings that cannot be written down, or more letters than can be kept.
    fn add(&mut self, planned: &Planned, person: u32) -> Option<()> {
        let Planned { draft, place } = planned;
        let sender =
            self.senders.iter().position(|sender| *sender == draft.sender).unwrap_or_else(|| {
                self.senders.push(draft.sender.clone());
                self.senders.len() - 1
            });

        let said = if let Some(said) = self.findings.get(&draft.findings) {
            *said
        } else {
            let said = u32::try_from(self.said.len()).ok()?;
            self.said.push(serde_json::to_string(&draft.findings).ok()?);
            self.findings.insert(draft.findings.clone(), said);
            said
        };

        self.references.push_str(&draft.reference);
        self.kept.push(Kept {
            id: draft.letter_id.0,
            person,
            kind: draft.kind,
            sender: u16::try_from(sender).ok()?,
            sequence: draft.sequence,
            part: place.part,
            reference_end: u32::try_from(self.references.len()).ok()?,
            said,
            pages: place.pages,
            sheets: place.sheets,
        });

        Some(())
    }

    fn get(&self, index: usize, people: &People) -> PlannedLetter<'_> {
        let kept = &self.kept[index];
        let start = if index == 0 { 0 } else { self.kept[index - 1].reference_end };
        PlannedLetter {
            letter_id: base32(&kept.id).into(),
            person: people.name(kept.person),
            kind: kept.kind.word(),
            sequence: kept.sequence,
            part: kept.part,
            seq: u32::try_from(index + 1).unwrap_or(u32::MAX),
            reference: &self.references[start as usize..kept.reference_end as usize],
            sender: &self.senders[usize::from(kept.sender)],
            said: &self.said[kept.said as usize],
            pages: kept.pages,
            sheets: kept.sheets,
        }
    }

    /// The letter that was added last; there is one.
    fn last(&self, people: &People) -> PlannedLetter<'_> {
        self.get(self.kept.len() - 1, people)
    }

    /// Letters with the number of their person.
    fn iter<'l>(
        &'l self,
        people: &'l People,
    ) -> impl Iterator<Item = (u32, PlannedLetter<'l>)> + 'l {
        self.kept.iter().enumerate().map(|(index, kept)| (kept.person, self.get(index, people)))
    }
}
