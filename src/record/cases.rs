//! What waits for a human, and since when: so that a night ends with 1 when something is new, and
//! not for ever after.
//!
//! A case is a keyed mark of the rows that are held together. It is written down when a run has
//! come to its end, so that a night that stops before somebody was told tells of the same cases
//! again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::audit::{self, Event, RowHash, Waiting};
use super::error::RecordError;
use super::job::JobState;
use super::store::hash_case;
use super::{Ledger, files};
use crate::base::data_dir;
use crate::field::job_number::JobNumber;

/// A case that goes on waiting is named again after so many days.
const REMINDER_DAYS: i64 = 7;

/// The rows of a case, keyed.
pub type CaseMark = [u8; 16];

/// The cases that a run holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Those that a human settles, and that are overdue when nobody does.
    pub due: BTreeSet<CaseMark>,
    /// Those that are worth knowing and that no human can end: told of on the night they are new,
    /// never overdue.
    pub once: BTreeSet<CaseMark>,
}

impl Held {
    fn has(&self, mark: &CaseMark) -> bool {
        self.due.contains(mark) || self.once.contains(mark)
    }
}

/// What the ledger writes down about a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CaseStep {
    /// It is held for the first time, or again.
    Opened,
    /// It has waited for too long, and that was said.
    Overdue,
    /// It is not held any more.
    Closed,
}

impl CaseStep {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Overdue => "overdue",
            Self::Closed => "closed",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Opened, Self::Overdue, Self::Closed].into_iter().find(|step| step.word() == word)
    }
}

/// How many cases wait; no personal data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseCounts {
    /// All that are open.
    pub open: u64,
    /// New with this run.
    pub new: u64,
    /// Open for longer than `review.overdue_days`.
    pub overdue: u64,
    /// Those of them that were not overdue in the run before.
    pub newly_overdue: u64,
    /// Nothing is new, but overdue cases were last named a week ago.
    pub reminder: bool,
    /// Since when the oldest of those that can be overdue is open.
    pub oldest: Option<Date>,
    /// When the oldest is, or was, overdue.
    pub deadline: Option<Date>,
}

impl CaseCounts {
    /// Whether a human has to hear of them today (exit code 1).
    #[must_use]
    pub const fn are_news(&self) -> bool {
        self.new > 0 || self.newly_overdue > 0 || self.reminder
    }
}

/// How many cases waited at the end of a night.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueLength {
    /// All of them.
    pub open: u64,
    /// Those that had waited too long, and of which that was said.
    pub overdue: u64,
}

/// What a run has to tell humans, and the ledger does not know yet that they were told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseNews {
    /// The cases in numbers.
    pub counts: CaseCounts,
    /// Published packages that are gone and were not named before: names in the outbox.
    pub gone: Vec<String>,
    /// Since when each case is open.
    pub since: BTreeMap<CaseMark, Date>,
    /// How many cases were open at the end of earlier nights; the last word of a day counts.
    pub nights: BTreeMap<Date, QueueLength>,
    steps: Vec<(CaseMark, CaseStep)>,
    gone_jobs: Vec<JobNumber>,
}

/// The open cases as the history tells them.
#[derive(Default)]
struct Open {
    /// Since when; whether it was said that the case is overdue.
    cases: BTreeMap<CaseMark, (Date, bool)>,
    /// When overdue cases were last named.
    named_on: Option<Date>,
    /// How many there were, night by night.
    nights: BTreeMap<Date, QueueLength>,
}

impl Open {
    fn judge(&self, held: &Held, today: Date, overdue_days: i64) -> CaseNews {
        let deadline =
            |since: Date| since.checked_add(Span::new().days(overdue_days)).unwrap_or(Date::MAX);
        let mut news = CaseNews::default();
        let all = held.due.iter().chain(&held.once);
        let since = |mark: &CaseMark| self.cases.get(mark).map_or(today, |(since, _)| *since);
        news.since = all.map(|mark| (*mark, since(mark))).collect();
        news.nights.clone_from(&self.nights);

        let counts = &mut news.counts;
        counts.open = (held.due.len() + held.once.len()) as u64;
        for mark in held.due.iter().chain(&held.once).filter(|mark| !self.cases.contains_key(*mark))
        {
            counts.new += 1;
            news.steps.push((*mark, CaseStep::Opened));
        }

        for mark in &held.due {
            let Some((since, said)) = self.cases.get(mark) else {
                counts.oldest.get_or_insert(today);
                continue;
            };
            counts.oldest = Some(counts.oldest.map_or(*since, |oldest| oldest.min(*since)));
            if deadline(*since) > today {
                continue;
            }
            counts.overdue += 1;
            if !said {
                counts.newly_overdue += 1;
                news.steps.push((*mark, CaseStep::Overdue));
            }
        }

        counts.deadline = counts.oldest.map(deadline);

        let again = |named: Date| {
            named.checked_add(Span::new().days(REMINDER_DAYS)).is_ok_and(|again| again <= today)
        };
        counts.reminder =
            counts.overdue > 0 && counts.newly_overdue == 0 && self.named_on.is_none_or(again);
        let closed = self.cases.keys().filter(|mark| !held.has(mark));
        news.steps.extend(closed.map(|mark| (*mark, CaseStep::Closed)));
        news.steps.sort_unstable();

        news
    }
}

impl Ledger {
    /// Compares what is held today with what waited before, and the outbox with what was published.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger or the outbox cannot be read.
    pub fn news(
        &self,
        held: &Held,
        today: Date,
        overdue_days: i64,
    ) -> Result<CaseNews, RecordError> {
        let events = audit::verify(&self.store.entries()?)?;
        let mut news = self.open_cases(&events)?.judge(held, today, overdue_days);
        for (name, number) in self.missing_packages(&events)? {
            news.gone.push(name);
            news.gone_jobs.push(number);
        }
        Ok(news)
    }

    /// Writes down that humans were told. When nothing is new not one byte changes.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be written.
    pub fn told_humans(&mut self, news: &CaseNews, today: Date) -> Result<(), RecordError> {
        let waits = !news.steps.is_empty() || news.counts.reminder;
        if !waits && news.gone_jobs.is_empty() {
            return Ok(());
        }

        let mut rows = RowHash::new();
        for (mark, step) in &news.steps {
            hash_case(&mut rows, mark, *step);
        }

        let count = |wanted| news.steps.iter().filter(|(_, step)| *step == wanted).count() as u64;
        let event = waits.then(|| Waiting {
            date: today,
            opened: count(CaseStep::Opened),
            overdue: count(CaseStep::Overdue),
            closed: count(CaseStep::Closed),
            reminded: news.counts.reminder,
            sha256: rows.finish(),
        });

        self.write(|store| store.told_humans(event, &news.steps, today, &news.gone_jobs))?;
        self.store.check_integrity()
    }

    fn open_cases(&self, events: &[Event]) -> Result<Open, RecordError> {
        let (mut open, mut overdue) = (Open::default(), 0_u64);
        for (event, mark, step) in self.store.cases()? {
            let place = usize::try_from(event).ok().and_then(|seq| seq.checked_sub(1));
            let Some(Event::Waiting(waiting)) = place.and_then(|place| events.get(place)) else {
                return Err(RecordError::Replay {
                    what: "the list of cases for a human".to_owned(),
                });
            };
            let before = match step {
                CaseStep::Opened => open.cases.insert(mark, (waiting.date, false)),
                CaseStep::Overdue => open.cases.get_mut(&mark).map(|case| {
                    overdue += 1;
                    std::mem::replace(case, (case.0, true))
                }),
                CaseStep::Closed => open.cases.remove(&mark),
            };
            overdue -= u64::from(before.is_some_and(|(_, said)| said));
            let length = QueueLength { open: open.cases.len() as u64, overdue };
            open.nights.insert(waiting.date, length);
        }

        let named = events.iter().filter_map(|event| match event {
            Event::Waiting(waiting) if waiting.overdue > 0 || waiting.reminded => {
                Some(waiting.date)
            }
            _ => None,
        });

        open.named_on = named.max();
        Ok(open)
    }

    /// Finished jobs whose package is not whole in the outbox any more, and of which that was not
    /// said: name and number.
    fn missing_packages(&self, events: &[Event]) -> Result<Vec<(String, JobNumber)>, RecordError> {
        let model = super::Model::replay(events)?;
        let named = &model.gone;
        // What the vendor has may go.
        let fetched = |job: JobNumber, part: u32| model.acknowledged.contains_key(&(job, part));
        let mut gone = Vec::new();
        for job in self.jobs()?.into_iter().filter(|job| job.state == JobState::Done) {
            if named.contains(&job.job) {
                continue;
            }
            let folder = data_dir::outbox(&self.data_dir).join(&job.job_name);
            for part in &job.sealed {
                let is_fetched = fetched(job.job, part.totals.number);
                if !is_fetched && !files::is_there(&folder.join(&part.file))? {
                    gone.push((job.job_name, job.job));
                    break;
                }
            }
        }

        Ok(gone)
    }

    /// Writes down that a package was put back into the outbox.
    ///
    /// # Errors
    /// [`RecordError`] when the ledger cannot be written.
    pub fn republished(&mut self, job: JobNumber, today: Date) -> Result<(), RecordError> {
        self.write(|store| store.republished(job, today)).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// Nights of a campaign: what was held on each, and what a run says of it.
    struct Nights(Open);

    impl Nights {
        fn on(&mut self, day: i8, held: &[u8]) -> CaseCounts {
            self.with(day, held, &[])
        }

        fn with(&mut self, day: i8, due: &[u8], once: &[u8]) -> CaseCounts {
            let today = date(2025, 9, 1).checked_add(Span::new().days(i64::from(day))).unwrap();
            let [due, once] =
                [due, once].map(|marks| marks.iter().map(|mark| [*mark; 16]).collect());
            let held = Held { due, once };
            let news = self.0.judge(&held, today, 14);
            for (mark, step) in &news.steps {
                match step {
                    CaseStep::Opened => {
                        self.0.cases.insert(*mark, (today, false));
                    }
                    CaseStep::Overdue => self.0.cases.get_mut(mark).unwrap().1 = true,
                    CaseStep::Closed => {
                        self.0.cases.remove(mark);
                    }
                }
            }

            if news.counts.newly_overdue > 0 || news.counts.reminder {
                self.0.named_on = Some(today);
            }

            news.counts
        }
    }

    #[test]
    fn a_case_is_news_once_then_when_it_is_overdue_then_once_a_week() {
        let mut nights = Nights(Open::default());
        let news: Vec<i8> = (0..=40).filter(|day| nights.on(*day, &[1]).are_news()).collect();
        assert_eq!(news, [0, 14, 21, 28, 35]);
    }

    #[test]
    fn what_nobody_can_end_is_news_once_and_never_overdue() {
        let mut nights = Nights(Open::default());
        for day in 0..=60 {
            let counts = nights.with(day, &[], &[1]);
            assert_eq!(
                (counts.open, counts.new, counts.are_news()),
                (1, u64::from(day == 0), day == 0),
                "day {day}"
            );
            assert_eq!((counts.overdue, counts.oldest, counts.deadline), (0, None, None));
        }

        let beside = nights.with(61, &[2], &[1]);
        assert_eq!((beside.open, beside.new, beside.oldest), (2, 1, Some(date(2025, 11, 1))));
        assert_eq!(nights.with(62, &[], &[1, 3]).new, 1);
    }

    #[test]
    fn what_was_overdue_before_it_was_known_that_nobody_can_end_it_is_not_named_again() {
        let mut nights = Nights(Open::default());
        assert!(nights.on(0, &[1]).are_news() && nights.on(14, &[1]).are_news());
        assert!((15..=60).all(|day| !nights.with(day, &[], &[1]).are_news()));
    }

    #[test]
    fn two_runs_in_one_night_tell_once() {
        let mut nights = Nights(Open::default());
        for day in [0, 14, 21] {
            assert!(
                nights.on(day, &[1]).are_news() && !nights.on(day, &[1]).are_news(),
                "day {day}"
            );
        }
    }

    #[test]
    fn a_night_that_was_missed_is_made_up_for() {
        let mut nights = Nights(Open::default());
        let news: Vec<i8> = [0, 5, 17, 20, 30, 33, 37]
            .into_iter()
            .filter(|day| nights.on(*day, &[1]).are_news())
            .collect();
        assert_eq!(news, [0, 17, 30, 37]);
    }

    #[test]
    fn a_new_case_is_news_beside_old_ones_and_a_closed_one_that_comes_back_is_new() {
        let mut nights = Nights(Open::default());
        assert_eq!(nights.on(0, &[1]).new, 1);
        let second = nights.on(1, &[1, 2]);
        assert_eq!((second.open, second.new, second.oldest), (2, 1, Some(date(2025, 9, 1))));
        assert_eq!(second.deadline, Some(date(2025, 9, 15)));
        assert!(!nights.on(2, &[2]).are_news(), "a case less is no news");
        assert_eq!(nights.on(3, &[1, 2]).new, 1);
        assert_eq!(nights.on(4, &[]), CaseCounts::default());
    }

    #[test]
    fn many_overdue_cases_make_one_reminder_a_week() {
        let mut nights = Nights(Open::default());
        let mut held = Vec::new();
        let mut news = Vec::new();
        for day in 0..=40_i8 {
            if day < 3 {
                held.push(u8::try_from(day).unwrap());
            }
            if nights.on(day, &held).are_news() {
                news.push(day);
            }
        }

        assert_eq!(news, [0, 1, 2, 14, 15, 16, 23, 30, 37]);
    }
}
