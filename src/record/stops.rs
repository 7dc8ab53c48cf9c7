//! Stops: letters that are not to go out. Somebody orders one, at once and alone; lifting it takes
//! two people.
//!
//! A stop is written into the outbox before the ledger has it: whoever publishes looks there first,
//! so that it holds from that instant, on a different machine and with a restored ledger too.

mod file;
mod lift;
mod order;

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::audit::{StopLifted, StopOrdered};
use super::model::JobRow;
use crate::field::job_number::JobNumber;
use crate::receipts::StopAnswer;

pub(super) use lift::signers;
pub use lift::{Lift, LiftError, lift, text_for};
pub use order::{StopError, StopOrder, StopTarget, order};

/// What a stop is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum StopScope {
    /// Everything of the campaign, jobs to come included.
    All,
    /// One job.
    Job {
        /// Its number.
        job: JobNumber,
    },
    /// One part of a job.
    Part {
        /// Number of the job.
        job: JobNumber,
        /// Number of the part, from 1.
        part: u32,
    },
    /// One letter.
    Letter {
        /// Number of the job.
        job: JobNumber,
        /// Number of the part, from 1.
        part: u32,
        /// Place in the job, from 1.
        seq: u32,
    },
}

impl StopScope {
    /// Whether it is about a letter at this place.
    #[must_use]
    pub fn covers(self, job: JobNumber, part: u32, seq: u32) -> bool {
        match self {
            Self::All => true,
            Self::Job { job: own } => own == job,
            Self::Part { job: own, part: number } => (own, number) == (job, part),
            Self::Letter { job: own, seq: place, .. } => (own, place) == (job, seq),
        }
    }

    /// Whether it is about something in this job.
    #[must_use]
    pub fn touches(self, number: JobNumber) -> bool {
        match self {
            Self::All => true,
            Self::Job { job } | Self::Part { job, .. } | Self::Letter { job, .. } => job == number,
        }
    }

    /// The job it is about; `None`: all.
    const fn job(self) -> Option<JobNumber> {
        match self {
            Self::All => None,
            Self::Job { job } | Self::Part { job, .. } | Self::Letter { job, .. } => Some(job),
        }
    }
}

impl fmt::Display for StopScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("everything"),
            Self::Job { job } => write!(f, "job {job}"),
            Self::Part { job, part } => write!(f, "part {part} of job {job}"),
            Self::Letter { job, seq, .. } => write!(f, "letter {seq} of job {job}"),
        }
    }
}

/// A stop that is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stop {
    /// The event that ordered it: its name when it is lifted.
    pub event: u64,
    /// When it was ordered.
    pub date: Date,
    /// Who ordered it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// What it is about.
    pub scope: StopScope,
}

/// A stop that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lifted {
    pub stop: Stop,
    /// The event that lifted it.
    pub event: u64,
    pub signers: Vec<String>,
}

/// Stops as the history tells them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stops {
    in_force: BTreeMap<u64, Stop>,
    lifted: BTreeMap<u64, Lifted>,
    /// The vendor's latest answer for a job and part.
    answers: BTreeMap<(JobNumber, u32), StopAnswer>,
}

impl Stops {
    /// `None`: it is about something that is not there, or is in force already.
    pub fn order(
        &mut self,
        event: u64,
        order: &StopOrdered,
        jobs: &BTreeMap<JobNumber, JobRow>,
    ) -> Option<()> {
        if let Some(job) = order.scope.job() {
            let job = jobs.get(&job)?;
            let part = match order.scope {
                StopScope::Part { part, .. } | StopScope::Letter { part, .. } => Some(part),
                StopScope::All | StopScope::Job { .. } => None,
            };
            part.is_none_or(|part| job.parts.iter().any(|known| known.number == part))
                .then_some(())?;
        }

        self.find(order.scope).is_none().then_some(())?;
        let StopOrdered { date, by, reason, scope } = order.clone();
        self.in_force.insert(event, Stop { event, date, by, reason, scope });
        Some(())
    }

    /// `None`: no such stop is in force.
    pub fn lift(&mut self, event: u64, lifted: &StopLifted) -> Option<()> {
        let stop = self.in_force.remove(&lifted.stop)?;
        let signers = lifted.signers.clone();
        self.lifted.insert(lifted.stop, Lifted { stop, event, signers });
        Some(())
    }

    /// A stop that was lifted, by the event that ordered it.
    pub fn lifted(&self, event: u64) -> Option<&Lifted> {
        self.lifted.get(&event)
    }

    pub fn answer(&mut self, job: JobNumber, answers: &[StopAnswer]) {
        self.answers.extend(answers.iter().map(|answer| ((job, answer.part), *answer)));
    }

    /// Oldest first.
    pub fn in_force(&self) -> impl Iterator<Item = &Stop> {
        self.in_force.values()
    }

    /// The stop with exactly this scope.
    pub fn find(&self, scope: StopScope) -> Option<&Stop> {
        self.in_force().find(|stop| stop.scope == scope)
    }

    /// The first day on which a letter at this place was stopped.
    pub fn since(&self, job: JobNumber, part: u32, seq: u32) -> Option<Date> {
        let stops = self.in_force().filter(|stop| stop.scope.covers(job, part, seq));
        stops.map(|stop| stop.date).min()
    }

    /// Whether something of a part is, or ever was, to be stopped.
    pub fn was_ordered(&self, job: JobNumber, part: u32) -> bool {
        let is_about = |scope: StopScope| match scope {
            StopScope::Part { part: own, .. } | StopScope::Letter { part: own, .. } => {
                scope.touches(job) && own == part
            }
            StopScope::All | StopScope::Job { .. } => scope.touches(job),
        };
        let lifted = self.lifted.values().map(|lifted| lifted.stop.scope);
        self.in_force().map(|stop| stop.scope).chain(lifted).any(is_about)
    }

    /// Whether a letter at this place is, or ever was, to be stopped.
    pub fn ever_covered(&self, job: JobNumber, part: u32, seq: u32) -> bool {
        let lifted = self.lifted.values().map(|lifted| lifted.stop.scope);
        let mut scopes = self.in_force().map(|stop| stop.scope).chain(lifted);
        scopes.any(|scope| scope.covers(job, part, seq))
    }

    pub fn answer_of(&self, job: JobNumber, part: u32) -> Option<StopAnswer> {
        self.answers.get(&(job, part)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_covers_what_it_names_and_no_neighbour() {
        let [seven, eight] = [7, 8].map(|job| JobNumber::new(job).unwrap());
        let letter = StopScope::Letter { job: seven, part: 1, seq: 3 };
        assert!(
            letter.covers(seven, 1, 3)
                && !letter.covers(seven, 1, 4)
                && !letter.covers(eight, 1, 3)
        );
        let part = StopScope::Part { job: seven, part: 2 };
        assert!(part.covers(seven, 2, 90) && !part.covers(seven, 1, 3) && part.touches(seven));
        assert!(
            StopScope::Job { job: seven }.covers(seven, 9, 9)
                && !StopScope::Job { job: seven }.touches(eight)
        );
        assert!(StopScope::All.covers(seven, 1, 1));
        assert_eq!(letter.to_string(), "letter 3 of job 0000007");
    }
}
