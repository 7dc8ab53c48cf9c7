//! Operations on a ledger in any order, with a kill between any two of them, against a model: whoever
//! was told is told once, a step that is not the next is refused and changes nothing, and what was
//! begun is there after the kill as it was left.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::fixture::{
    NIGHT, World, borrow, finish, first_letters, noted, people, plan, publish, sealed,
};
use crate::field::job_number::JobNumber;
use crate::field::place::Planned;
use crate::record::{JobState, Ledger};

/// What can be done, in whatever order.
const OPERATIONS: [Operation; 7] = [
    Operation::MorePeople,
    Operation::Plan,
    Operation::Seal,
    Operation::PutInOutbox,
    Operation::Publish,
    Operation::Finish,
    Operation::Kill,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    MorePeople,
    Plan,
    Seal,
    PutInOutbox,
    Publish,
    Finish,
    Kill,
}

/// How far the job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    None,
    Planned,
    Sealed,
    InOutbox,
    Published,
}

/// A ledger and the model of it.
struct Trial {
    world: World,
    ledger: Option<Ledger>,
    people: u32,
    day: Date,
    stage: Stage,
    job: Option<JobNumber>,
    letters: Vec<Planned>,
    told: BTreeSet<String>,
    jobs: u64,
}

impl Trial {
    fn new() -> Self {
        let world = World::new();
        let ledger = Some(world.open());
        Self {
            world,
            ledger,
            people: 2,
            day: NIGHT,
            stage: Stage::None,
            job: None,
            letters: Vec::new(),
            told: BTreeSet::new(),
            jobs: 0,
        }
    }

    fn ledger(&mut self) -> &mut Ledger {
        self.ledger.as_mut().unwrap()
    }

    fn apply(&mut self, operation: Operation) {
        match operation {
            Operation::MorePeople => self.people = (self.people + 1).min(40),
            Operation::Plan => self.plan(),
            Operation::PutInOutbox if self.stage == Stage::Sealed => {
                let head = self.ledger().pending().unwrap().unwrap().sealed_head.unwrap();
                publish(&self.world, self.job.unwrap(), &head.hash);
                self.stage = Stage::InOutbox;
            }
            Operation::PutInOutbox => {}
            Operation::Seal => {
                self.step(&[Stage::Planned], Stage::Sealed, |ledger, job, letters| {
                    ledger.seal(job, &sealed(job, letters)).is_ok()
                });
            }
            Operation::Publish => {
                // The ledger takes the publisher's word for it.
                let before = [Stage::InOutbox];
                if self.stage != Stage::Sealed {
                    self.step(&before, Stage::Published, |ledger, job, _| {
                        ledger.published(job).is_ok()
                    });
                }
            }
            Operation::Finish => {
                self.step(&[Stage::Published], Stage::None, |ledger, job, _| {
                    ledger.finished(job).is_ok()
                });
            }
            Operation::Kill => {
                self.ledger = None;
                self.ledger = Some(self.world.open());
            }
        }
        self.compare();
    }

    /// Everybody who was told nothing; while a job is under way nobody can be planned for.
    fn plan(&mut self) {
        let clusters = people(self.people);
        let day = self.day;
        let ledger = self.ledger.as_mut().unwrap();
        let before = ledger.head().unwrap();
        let known = ledger.recognise(borrow(&clusters)).unwrap();
        let letters = first_letters(ledger, &known.people);
        if letters.is_empty() {
            return;
        }

        let planned = plan(ledger, &noted(&known, day), &letters);
        if self.stage != Stage::None {
            assert!(planned.is_err(), "a second job at {:?}", self.stage);
            assert_eq!(ledger.head().unwrap(), before, "a refusal changed the ledger");
            return;
        }
        for letter in &letters {
            let is_new = self.told.insert(letter.draft.letter_id.to_string());
            assert!(is_new, "somebody is told twice");
        }
        self.job = Some(planned.unwrap());
        self.letters = letters;
        self.stage = Stage::Planned;
        self.jobs += 1;
        self.day = self.day.tomorrow().unwrap();
    }

    /// One step of the job: it is taken where it is the next one, and refused elsewhere.
    fn step(
        &mut self,
        from: &[Stage],
        to: Stage,
        take: impl FnOnce(&mut Ledger, JobNumber, &[Planned]) -> bool,
    ) {
        let Some(job) = self.job else { return };
        let ledger = self.ledger.as_mut().unwrap();
        let before = ledger.head().unwrap();
        let taken = take(ledger, job, &self.letters);
        assert_eq!(taken, from.contains(&self.stage), "from {:?} to {to:?}", self.stage);
        if taken {
            self.stage = to;
        } else {
            assert_eq!(ledger.head().unwrap(), before, "a refusal changed the ledger");
        }
    }

    fn compare(&mut self) {
        let pending = self.ledger().pending().unwrap().map(|job| job.state);
        let expected = match self.stage {
            Stage::None => None,
            Stage::Planned => Some(JobState::Planned),
            Stage::Sealed | Stage::InOutbox => Some(JobState::Sealed),
            Stage::Published => Some(JobState::Published),
        };
        assert_eq!(pending, expected);
        let totals = self.ledger().totals().unwrap();
        assert_eq!((totals.letters, totals.jobs), (self.told.len() as u64, self.jobs));
    }

    /// The job is brought to its end, and everybody else is told.
    fn end(mut self) {
        self.apply(Operation::Kill);
        for operation in OPERATIONS {
            if operation != Operation::Plan || self.stage == Stage::None {
                self.apply(operation);
            }
        }
        let clusters = people(self.people);
        let mut ledger = self.ledger.take().unwrap();
        let known = ledger.recognise(borrow(&clusters)).unwrap();
        let letters = first_letters(&ledger, &known.people);
        if !letters.is_empty() {
            let job = plan(&mut ledger, &noted(&known, self.day), &letters).unwrap();
            finish(&self.world, &mut ledger, job, &letters);
            self.told.extend(letters.iter().map(|letter| letter.draft.letter_id.to_string()));
        }
        drop(ledger);

        let totals = self.world.open().totals().unwrap();
        assert_eq!(
            (totals.letters, totals.people),
            (u64::from(self.people), u64::from(self.people))
        );
        assert_eq!(self.told.len() as u64, totals.letters);
    }
}

#[test]
fn operations_in_any_order_and_kills_lose_nobody_and_tell_nobody_twice() {
    const EACH: u64 = 60;
    let wanted = std::env::var("FUZZ_OPERATIONS").map_or(600, |count| count.parse().unwrap());
    (0..u64::div_ceil(wanted, EACH)).into_par_iter().for_each(|seed| {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut trial = Trial::new();
        let mut done = Vec::new();
        for _ in 0..EACH {
            let operation = OPERATIONS[random.random_range(0..OPERATIONS.len())];
            done.push(operation);
            let applied = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                trial.apply(operation);
            }));
            assert!(applied.is_ok(), "seed {seed}: {done:?}");
        }
        trial.end();
    });
}
