//! Providers before patients: which notice a care provider is due, and whose letters wait for one.
//!
//! A letter concerns a provider if any row of its person names it. It is planned when every provider
//! that it concerns has had its notice for long enough, has acknowledged it, or has had its time:
//! nobody waits for a provider for longer than the settings say. A provider that cannot be written
//! to holds nobody up; one that says that these are not its patients does, until that is decided.
//!
//! Everything here is a pure function of the lists, the history of the providers and the night.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;

use super::findings::{combine, stored, union};
use crate::base::working_days;
use crate::config::ProvidersFirst;
use crate::field::findings::Findings;
use crate::field::person::Person;
use crate::field::provider::{NoticeHold, ProviderHistory, ToldProvider};
use crate::field::row::{Exposure, Provider};
use crate::field::terms::{Items, Kind};

/// By how many patients, and by which share of them, a number has to change to be material.
const MATERIAL: (u64, u64) = (10, 10);

/// What the lab's records say of the patients of one provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected {
    /// People of whom a record names it, each once.
    pub patients: u64,
    /// Kinds of data of those records; without categories, which are nobody's but a person's.
    pub findings: Findings,
    /// Kinds of data that were in the hacked computers, and are in `findings` of none.
    pub stored: Items,
    /// First and last day of the samples, where any is known.
    pub samples: Option<[Date; 2]>,
    /// Whether some of them had a letter before.
    pub some_told: bool,
}

impl Affected {
    fn of(rows: &[&Exposure], told: bool) -> Self {
        let mut findings = combine(rows.iter().copied());
        findings.categories.clear();
        let days = || rows.iter().filter_map(|row| row.sample_date);
        Self {
            patients: 1,
            findings,
            stored: stored(rows.iter().copied()),
            samples: days().min().zip(days().max()).map(|(first, last)| [first, last]),
            some_told: told,
        }
    }

    fn add(&mut self, other: &Self) {
        self.patients += other.patients;
        self.findings = union(self.findings.clone(), &other.findings);
        self.stored = self.stored.union(other.stored);
        self.samples = match (self.samples, other.samples) {
            (Some([first, last]), Some([other_first, other_last])) => {
                Some([first.min(other_first), last.max(other_last)])
            }
            (own, other) => own.or(other),
        };
        self.some_told |= other.some_told;
    }

    /// Kinds of data that were in the computers and are not said to be stolen.
    #[must_use]
    pub fn only_stored(&self) -> Items {
        self.stored.minus(self.findings.involved).minus(self.findings.possible)
    }

    /// Whether a letter that said `told` has become wrong or lacks something that matters.
    fn is_news(&self, patients: u64, told: &Findings) -> bool {
        let (most, share) = MATERIAL;
        let change = self.patients.abs_diff(patients);
        let kinds = |findings: &Findings| (findings.status, findings.involved, findings.possible);
        kinds(&self.findings) != kinds(told) || change >= most.max(patients / share)
    }
}

/// Of each provider that a record names, by code, what the records say of its patients.
pub type AffectedBy<'a> = BTreeMap<&'a str, Affected>;

/// Counts some people under every provider that a record of theirs names.
#[must_use]
pub fn affected<'p, 'a: 'p>(people: impl IntoIterator<Item = &'p Person<'a>>) -> AffectedBy<'a> {
    let mut all = AffectedBy::new();
    for person in people {
        for code in codes(person) {
            let rows = person.rows.exposures.iter().copied();
            let own: Vec<&Exposure> = rows.filter(|row| row.provider_code() == code).collect();
            add(&mut all, code, Affected::of(&own, !person.told.is_empty()));
        }
    }
    all
}

/// Adds what was counted elsewhere.
pub fn add_all<'a>(all: &mut AffectedBy<'a>, others: AffectedBy<'a>) {
    for (code, affected) in others {
        add(all, code, affected);
    }
}

fn add<'a>(all: &mut AffectedBy<'a>, code: &'a str, affected: Affected) {
    match all.get_mut(code) {
        Some(known) => known.add(&affected),
        None => drop(all.insert(code, affected)),
    }
}

/// The providers that the records of a person name.
fn codes<'a>(person: &Person<'a>) -> BTreeSet<&'a str> {
    let codes = person.rows.exposures.iter().map(|row| row.provider_code());
    codes.filter(|code| !code.is_empty()).collect()
}

/// What a provider is due tonight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeDue {
    /// A notice: the first, or one that says what is new since an earlier day.
    Notice {
        /// First or supplement.
        kind: Kind,
        /// Place among its notices of this kind, from 1.
        sequence: u32,
        /// Date of the notice that a supplement refers to.
        earlier: Option<Date>,
    },
    /// Nothing is new that matters, or the last notice is too recent.
    Nothing,
    /// Somebody has to look at it.
    Held(NoticeHold),
}

/// What a provider is due tonight. `listed`: its row on the providers list, or why there is none
/// that can be used.
#[must_use]
pub fn due(
    listed: Result<&Provider, NoticeHold>,
    affected: &Affected,
    history: &ProviderHistory,
    days_between: i64,
    tonight: Date,
) -> NoticeDue {
    if history.is_unnamed() {
        return if history.is_disputed() {
            NoticeDue::Held(NoticeHold::P108)
        } else {
            NoticeDue::Nothing
        };
    }
    if let Err(hold) = listed.and_then(|provider| usable(provider, tonight)) {
        return NoticeDue::Held(hold);
    }

    let is_news = |last: &ToldProvider| affected.is_news(last.patients, &last.findings);
    match next_notice(&history.notices, is_news, days_between, tonight) {
        Some((kind, sequence, earlier)) => NoticeDue::Notice { kind, sequence, earlier },
        None => NoticeDue::Nothing,
    }
}

/// The next letter of somebody who had these, oldest first: its kind, its place among those of that
/// kind, and the date of the one that it adds to.
pub(super) fn next_notice(
    told: &[ToldProvider],
    is_news: impl Fn(&ToldProvider) -> bool,
    days_between: i64,
    tonight: Date,
) -> Option<(Kind, u32, Option<Date>)> {
    let next = |kind| {
        let own = told.iter().filter(|notice| notice.kind == kind);
        own.map(|notice| notice.sequence).max().unwrap_or(0) + 1
    };
    // One that came back is written again, where the address is another one.
    let Some(last) = told.last().filter(|last| !last.returned) else {
        return Some((Kind::First, next(Kind::First), None));
    };
    let is_early = last.on.saturating_add(days_between.days()) > tonight;
    (!is_early && is_news(last)).then(|| (Kind::Supplement, next(Kind::Supplement), Some(last.on)))
}

/// Whether a row of the providers list is one that can be written to.
///
/// # Errors
/// P103 to P105.
pub fn usable(provider: &Provider, tonight: Date) -> Result<(), NoticeHold> {
    if !provider.merged_into.is_empty() {
        Err(NoticeHold::P105)
    } else if provider.is_closed_on(tonight) {
        Err(NoticeHold::P104)
    } else if provider.confirmed_on.is_none_or(|day| day > tonight) {
        Err(NoticeHold::P103)
    } else {
        Ok(())
    }
}

/// How far a provider is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderClock {
    /// It has had no notice, and is not due one: nobody waits for it.
    NoNotice,
    /// Its patients wait until this night, or until it says that it is ready.
    Running {
        /// The first night on which they do not.
        until: Date,
    },
    /// It has had its notice for long enough, or has said that it is ready.
    Informed,
    /// Its time was over before that was so: its patients are written to all the same.
    Overdue,
}

/// The night from which nobody waits for a provider any more, when its first notice is planned tonight or
/// was before.
#[must_use]
pub fn cap(settings: &ProvidersFirst, history: &ProviderHistory, tonight: Date) -> Date {
    let planned = history.notices.first().map(|notice| notice.on).into_iter();
    let planned = planned.chain(history.given_up_on).min().unwrap_or(tonight);
    working_days::after(planned, settings.at_most_days)
}

/// How far a provider is tonight; `is_due`: its first notice is planned tonight.
#[must_use]
pub fn clock(
    settings: &ProvidersFirst,
    history: &ProviderHistory,
    is_due: bool,
    tonight: Date,
) -> ProviderClock {
    if history.acknowledged_on.is_some() {
        return ProviderClock::Informed;
    }
    if history.notices.is_empty() && !is_due {
        return ProviderClock::NoNotice;
    }

    let posted = history.notices.iter().filter_map(|notice| notice.posted_on).min();
    let ready = posted.map(|day| working_days::after(day, settings.after_posting_days));
    let cap = cap(settings, history, tonight);
    match ready {
        Some(ready) if ready <= tonight => ProviderClock::Informed,
        _ if cap <= tonight => ProviderClock::Overdue,
        _ => ProviderClock::Running { until: ready.map_or(cap, |ready| ready.min(cap)) },
    }
}

/// Whether a letter may be planned tonight, as far as providers go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leave {
    /// It may.
    Granted,
    /// Not before this night.
    From(Date),
    /// A provider says that it is not its patient.
    Disputed,
}

/// The order of a night: which providers letters wait for.
#[derive(Clone, Debug, Default)]
pub struct ProviderOrder(BTreeMap<String, Leave>);

impl ProviderOrder {
    /// Notes how far a provider is.
    pub fn note(&mut self, code: &str, clock: ProviderClock, is_disputed: bool) {
        let leave = match clock {
            _ if is_disputed => Leave::Disputed,
            ProviderClock::Running { until } => Leave::From(until),
            ProviderClock::NoNotice | ProviderClock::Informed | ProviderClock::Overdue => return,
        };
        self.0.insert(code.to_owned(), leave);
    }

    /// The night from which letters to somebody who works at a provider may be planned; `None`: tonight.
    /// A provider that disputes its patients disputes nobody who works there.
    #[must_use]
    pub fn running(&self, code: &str) -> Option<Date> {
        match self.0.get(code) {
            Some(Leave::From(night)) => Some(*night),
            _ => None,
        }
    }

    /// Whether letters to a person may be planned: of several providers the last one counts.
    #[must_use]
    pub fn leave(&self, person: &Person<'_>) -> Leave {
        if self.0.is_empty() {
            return Leave::Granted;
        }
        let own = codes(person).into_iter().filter_map(|code| self.0.get(code).copied());
        own.max().unwrap_or(Leave::Granted)
    }

    /// The providers that a person waits for, or that dispute it.
    pub fn reasons<'o>(&'o self, person: &Person<'_>) -> impl Iterator<Item = &'o str> {
        let own = codes(person).into_iter();
        own.filter_map(|code| self.0.get_key_value(code).map(|(code, _)| code.as_str()))
    }
}

#[cfg(test)]
mod tests;
