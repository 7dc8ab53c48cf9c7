//! Checks and counts a plan before it is written down.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::audit::{Contents, Identities as IdentitiesEvent, Inputs, Planned as PlannedEvent, RowHash};
use super::error::RecordError;
use super::inputs;
use super::job::{NewJob, Noted, PartTotals, read_job};
use super::recognise::{IdentityChange, Known, Mark, MarkKind};
use super::store::{News, Plan, PlannedLetter, Store, hash_identity, hash_mark};
use crate::keys::{Keys, base32_decode};
use crate::letter::Planned;
use crate::person::Pseudonym;
use crate::row::RowRef;

/// What a run found that the ledger does not know yet.
pub(super) struct Found {
    pub inputs: Option<Inputs>,
    pub identities: Option<IdentitiesEvent>,
    pub changes: Vec<IdentityChange>,
}

impl Found {
    /// Leaves out what is known already.
    pub fn new(store: &Store, noted: &Noted<'_>) -> Result<Self, RecordError> {
        let known = store.inputs()?;
        inputs::judge(&inputs::compare(&known, noted.inputs), noted.accepted)?;
        let files = inputs::lines(&known, noted.inputs);
        let (run_id, date) = (noted.run_id.to_owned(), noted.run_date);
        let accepted = noted.accepted.map(str::to_owned);
        let inputs = (!files.is_empty()).then(|| Inputs { run_id: run_id.clone(), date, accepted, files });
        let before = store.identities()?;
        let is_known = |change: &IdentityChange| {
            let (person, other) = (change.person().to_string(), change.other().to_string());
            before.iter().any(|line| line.1 == change.word() && line.2 == person && line.3 == other)
        };
        let changes: Vec<_> = noted.identities.changes.iter().copied().filter(|change| !is_known(change)).collect();
        let identities = (!changes.is_empty()).then(|| identities_event(run_id, date, &changes));
        Ok(Self { inputs, identities, changes })
    }

    pub const fn is_nothing(&self) -> bool {
        self.inputs.is_none() && self.identities.is_none()
    }

    pub fn news(&self) -> News<'_> {
        News {
            inputs: self.inputs.clone(),
            identities: self.identities.clone().map(|event| (event, &self.changes[..])),
        }
    }
}

fn identities_event(run_id: String, date: jiff::civil::Date, changes: &[IdentityChange]) -> IdentitiesEvent {
    let mut lines: Vec<_> =
        changes.iter().map(|change| (change.word(), change.person().to_string(), change.other().to_string())).collect();
    lines.sort_unstable();
    let mut rows = RowHash::new();
    let (mut merges, mut splits) = (0, 0);
    for (word, person, other) in &lines {
        hash_identity(&mut rows, word, person, other);
        *(if *word == "merge" { &mut merges } else { &mut splits }) += 1;
    }
    IdentitiesEvent { run_id, date, merges, splits, sha256: rows.finish() }
}

/// A plan that has been checked: print order without gaps, letter ids of this key, people and marks numbered.
pub(super) struct Checked<'b> {
    event: PlannedEvent,
    numbers: Numbers<'b>,
    new_people: Vec<(Pseudonym, u32)>,
    marks: Vec<(Mark, u32, MarkKind)>,
}

impl<'b> Checked<'b> {
    /// Goes through the letters once.
    pub fn new<'a>(
        known: &'b Known,
        keys: &Keys,
        campaign: &str,
        job: &NewJob<'_>,
        letters: impl Iterator<Item = &'a Planned>,
    ) -> Result<Self, RecordError> {
        let number = read_job(job.job).ok_or_else(|| unbalanced(job, "its number is not seven digits"))?;
        let mut count = Count::new(known, keys, campaign, job);
        for letter in letters {
            count.add(letter)?;
        }
        count.finish(number)
    }

    /// The plan for the store; `letters` are the same again.
    pub fn plan<'a, 'c>(
        &'c self,
        found: &'c Found,
        job: &'c NewJob<'c>,
        letters: impl Iterator<Item = &'a Planned> + 'c,
    ) -> Plan<'c, impl Iterator<Item = Result<(u32, PlannedLetter<'a>), RecordError>> + 'c> {
        let numbered = |letter| {
            let letter = write_down(letter, job)?;
            let number = self.numbers.find(letter.person);
            Ok((number.ok_or_else(|| unbalanced(job, "a person is not in the plan"))?, letter))
        };
        Plan {
            news: found.news(),
            event: self.event.clone(),
            new_people: &self.new_people,
            letters: letters.map(numbered),
            marks: &self.marks,
        }
    }
}

/// Numbers of people in the ledger: the known ones, and new ones in the order of their first letters. That is the order
/// in which the store looks for them again.
struct Numbers<'b> {
    known: &'b Known,
    new: HashMap<Pseudonym, u32>,
}

impl Numbers<'_> {
    fn find(&self, person: Pseudonym) -> Option<u32> {
        let known = self.known.find(person).map(|index| index + 1);
        known.or_else(|| self.new.get(&person).copied())
    }

    /// `None`: more people than a number can count.
    fn find_or_add(&mut self, person: Pseudonym) -> Option<u32> {
        if let Some(number) = self.find(person) {
            return Some(number);
        }
        let number = u32::try_from(self.known.count() + self.new.len() + 1).ok()?;
        self.new.insert(person, number);
        Some(number)
    }

    /// New people with their numbers, sorted by name.
    fn new_people(&self) -> Vec<(Pseudonym, u32)> {
        let mut people: Vec<_> = self.new.par_iter().map(|(person, number)| (*person, *number)).collect();
        people.par_sort_unstable();
        people
    }
}

fn unbalanced(job: &NewJob<'_>, problem: impl Into<String>) -> RecordError {
    RecordError::Unbalanced { job: job.job.to_owned(), problem: problem.into() }
}

fn write_down<'a>(letter: &'a Planned, job: &NewJob<'_>) -> Result<PlannedLetter<'a>, RecordError> {
    let Planned { draft, place } = letter;
    let person = base32_decode(&draft.person).map(Pseudonym);
    let said = serde_json::to_string(&draft.findings);
    Ok(PlannedLetter {
        letter_id: &draft.letter_id,
        person: person.ok_or_else(|| unbalanced(job, "a person has no pseudonym"))?,
        kind: draft.kind.word(),
        sequence: draft.sequence,
        part: place.part,
        seq: place.seq,
        reference: &draft.reference,
        sender: &draft.sender,
        said: said.map_err(|_| unbalanced(job, "findings cannot be written down"))?.into(),
        pages: place.pages,
        sheets: place.sheets,
    })
}

/// A plan while it is being counted.
struct Count<'k, 'b> {
    numbers: Numbers<'k>,
    keys: &'b Keys,
    campaign: &'b str,
    job: &'b NewJob<'b>,
    /// Index of each input, as in [`RowRef`].
    files: BTreeMap<&'b str, u16>,
    letters: u32,
    hash: RowHash,
    parts: Vec<PartTotals>,
    marks: Vec<(Mark, MarkKind, Pseudonym, u32)>,
}

impl<'k, 'b> Count<'k, 'b> {
    fn new(known: &'k Known, keys: &'b Keys, campaign: &'b str, job: &'b NewJob<'b>) -> Self {
        let files = job.noted.inputs.iter().map(|input| input.file.as_str()).zip(0..).collect();
        let numbers = Numbers { known, new: HashMap::new() };
        let (parts, marks) = (Vec::new(), Vec::new());
        Self { numbers, keys, campaign, job, files, letters: 0, hash: RowHash::new(), parts, marks }
    }

    fn add(&mut self, planned: &Planned) -> Result<(), RecordError> {
        let letter = write_down(planned, self.job)?;
        self.letters += 1;
        if letter.seq != self.letters {
            return Err(unbalanced(self.job, format!("letter {} has number {}", self.letters, letter.seq)));
        }
        let id = self.keys.letter_id(self.campaign, planned.draft.kind, letter.person, letter.sequence);
        if letter.letter_id != id {
            return Err(unbalanced(self.job, format!("letter {} has an id that is not its own", letter.seq)));
        }
        self.add_to_part(&letter)?;
        letter.hash(&mut self.hash);
        let number = self.numbers.find_or_add(letter.person);
        let number = number.ok_or_else(|| unbalanced(self.job, "it has more people than a ledger can number"))?;
        for (file, row) in &planned.draft.rows {
            let file = self.files.get(file.as_str()).copied();
            let mark = file.and_then(|file| self.job.noted.identities.row(RowRef { file, row: *row }));
            let problem =
                || unbalanced(self.job, format!("letter {} is about a row that was not recognised", letter.seq));
            self.add_mark(mark.ok_or_else(problem)?, MarkKind::Row, letter.person, number);
        }
        if let Some(mark) = self.job.noted.identities.bsn(letter.person) {
            self.add_mark(mark, MarkKind::Bsn, letter.person, number);
        }
        Ok(())
    }

    fn add_to_part(&mut self, letter: &PlannedLetter<'_>) -> Result<(), RecordError> {
        if self.parts.last().is_none_or(|part| part.number != letter.part) {
            if usize::try_from(letter.part) != Ok(self.parts.len() + 1) {
                return Err(unbalanced(self.job, format!("part {} does not follow the one before", letter.part)));
            }
            self.parts.push(PartTotals { number: letter.part, letters: 0, pages: 0, sheets: 0 });
        }
        if let Some(part) = self.parts.last_mut() {
            part.letters += 1;
            part.pages += letter.pages;
            part.sheets += letter.sheets;
        }
        Ok(())
    }

    /// A mark that is the person's already, or of somebody who lives on in the person, stays as it is.
    fn add_mark(&mut self, mark: Mark, kind: MarkKind, person: Pseudonym, number: u32) {
        let known = self.numbers.known;
        let owner = known.owner(&mark).map(|owner| known.name(owner));
        let is_theirs = |owner| owner == person || self.job.noted.identities.are_merged(person, owner);
        if !owner.is_some_and(is_theirs) {
            self.marks.push((mark, kind, person, number));
        }
    }

    fn finish(mut self, number: u32) -> Result<Checked<'k>, RecordError> {
        let job = self.job;
        if self.letters == 0 {
            return Err(unbalanced(job, "it has no letters"));
        }
        self.marks.par_sort_unstable();
        self.marks.dedup();
        if self.marks.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(unbalanced(job, "one lab record would be told to two people"));
        }
        let mut hash = RowHash::new();
        let mut marks = Vec::with_capacity(self.marks.len());
        for (mark, kind, person, number) in self.marks {
            hash_mark(&mut hash, &mark, kind, person);
            marks.push((mark, number, kind));
        }
        let new_people = self.numbers.new_people();
        let mut staged = job.staged.to_vec();
        staged.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        let event = PlannedEvent {
            job: number,
            name: job.job_name.to_owned(),
            run_id: job.noted.run_id.to_owned(),
            date: job.noted.run_date,
            contents: Contents {
                new_people: new_people.len() as u64,
                letters: self.letters.into(),
                letters_sha256: self.hash.finish(),
                marks: marks.len() as u64,
                marks_sha256: hash.finish(),
            },
            parts: self.parts,
            staged,
        };
        Ok(Checked { event, numbers: self.numbers, new_people, marks })
    }
}
