//! Which first letters leave on which night: as many at a time as the call centre can answer for, a
//! household in one wave, none before a holiday.
//!
//! Everything here is a pure function of the settings, of whom is left to be told, and of the
//! letters that have left. The turns that make up a wave are fixed when the schedule is made; who
//! joins later has a turn like everybody else, and goes with the next wave where theirs is over.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use crate::base::{hash, working_days};
use crate::config::{Config, Forecast, SMALLEST_WAVE, WaveSettings};
use crate::field::schedule::{Schedule, Wave};

/// Days from the latest posting to the last on which a letter comes, at the most.
const DELIVERY_DAYS: i64 = 2;

/// By how much a wave may grow before the schedule is made anew: a tenth, and some letters.
const GROWTH: (u64, u64) = (10, 20);

/// What a schedule is made by.
#[derive(Clone, Copy, Debug)]
pub struct WaveTerms<'a> {
    /// `[waves]`.
    pub settings: &'a WaveSettings,
    /// Days from a night to the latest posting of its letters.
    pub latest_posting: i64,
    /// Letters of a night at the most.
    pub most_letters: u64,
}

/// Letters that have left on one night.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NightLetters {
    /// First letters.
    pub first: u64,
    /// All letters: each of them brings calls.
    pub all: u64,
}

/// The night on which the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaveNight {
    /// Its date.
    pub on: Date,
    /// Whether anything is stopped: then no wave is planned.
    pub stopped: bool,
}

/// Calls that a working day brings, and that the centre can answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallDay {
    /// The day.
    pub on: Date,
    /// By forecast, in the order of [`Forecast::ALL`].
    pub calls: [u64; 3],
}

impl<'a> WaveTerms<'a> {
    /// Those of the configuration; `None`: there are no waves.
    #[must_use]
    pub fn of(config: &'a Config) -> Option<Self> {
        let settings = config.waves.as_ref()?;
        let most_letters = config.policy.max_letters_per_run;
        Some(Self { settings, latest_posting: config.vendor.posting_days[1], most_letters })
    }

    /// Changes with every setting.
    #[must_use]
    pub fn sha256(&self) -> String {
        let Self { settings, latest_posting, most_letters } = self;
        hash::of_bytes(format!("{settings:?} {latest_posting} {most_letters}").as_bytes())
    }

    /// Whether letters may be planned on this day: people work, and none of the days on which they
    /// are posted and come is a holiday.
    #[must_use]
    pub fn permits(&self, day: Date) -> bool {
        let last = self.latest_posting + DELIVERY_DAYS;
        let mut following = (1..=last).map(|days| day.saturating_add(days.days()));
        working_days::is_working_day(day) && !following.any(working_days::is_holiday)
    }

    /// Working days on which letters of a night bring calls, with the calls of a thousand letters.
    fn call_days(&self, night: Date, forecast: Forecast) -> impl Iterator<Item = (Date, f64)> + 'a {
        let mut day = night.saturating_add(self.latest_posting.days());
        self.settings.calls(forecast).iter().map(move |calls| {
            day = working_days::after(day, 1);
            (day, *calls)
        })
    }
}

/// Calls by day under one forecast.
struct Load<'a> {
    terms: WaveTerms<'a>,
    forecast: Forecast,
    days: BTreeMap<Date, f64>,
}

impl<'a> Load<'a> {
    fn of(terms: WaveTerms<'a>, forecast: Forecast, mailed: &BTreeMap<Date, NightLetters>) -> Self {
        let mut load = Self { terms, forecast, days: BTreeMap::new() };
        for (night, letters) in mailed {
            load.add(*night, letters.all);
        }
        load
    }

    #[expect(clippy::cast_precision_loss, reason = "letters of a forecast")]
    fn add(&mut self, night: Date, letters: u64) {
        for (day, calls) in self.terms.call_days(night, self.forecast) {
            *self.days.entry(day).or_default() += letters as f64 * calls / 1_000.0;
        }
    }

    /// Letters that this night may still have before a day brings more calls than can be answered.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at least zero, and a float that is too large becomes the largest number"
    )]
    fn room(&self, night: Date) -> u64 {
        let capacity = self.terms.settings.capacity();
        let days = self.terms.call_days(night, self.forecast).filter(|(_, calls)| *calls > 0.0);
        let rooms = days.map(|(day, calls)| {
            let left = capacity - self.days.get(&day).copied().unwrap_or_default();
            (left * 1_000.0 / calls).max(0.0) as u64
        });
        rooms.min().unwrap_or(u64::MAX).min(self.terms.most_letters)
    }
}

/// The schedule that holds on this night: `last`, unless it has been overtaken. `turns` are those
/// of everybody who is due a first letter, in order; `mailed` are the letters that have left.
///
/// `None`: nobody is due one, and there has never been a schedule.
#[must_use]
pub fn schedule(
    terms: WaveTerms<'_>,
    last: Option<&Schedule>,
    turns: &[u32],
    mailed: &BTreeMap<Date, NightLetters>,
    night: WaveNight,
) -> Option<Schedule> {
    let from = night.first_free(mailed);
    match last {
        Some(last) if turns.is_empty() || still_holds(terms, last, turns, from) => {
            Some(last.clone())
        }
        None if turns.is_empty() => None,
        _ => Some(make(terms, turns, mailed, night)),
    }
}

impl WaveNight {
    /// The first night on which somebody who is due a letter can be written to. A night has one
    /// wave: when first letters have left tonight, whoever comes later waits.
    #[must_use]
    pub fn first_free(self, mailed: &BTreeMap<Date, NightLetters>) -> Date {
        let has_left = mailed.get(&self.on).is_some_and(|letters| letters.first > 0);
        if has_left || self.stopped { self.on.saturating_add(1.day()) } else { self.on }
    }
}

/// Whether everybody has a wave, none of which has grown too large, under the same settings.
fn still_holds(terms: WaveTerms<'_>, last: &Schedule, turns: &[u32], from: Date) -> bool {
    let mut letters = BTreeMap::<Date, u64>::new();
    for turn in turns {
        let Some(wave) = last.wave_of(*turn, from) else { return false };
        *letters.entry(wave.on).or_default() += 1;
    }

    let (tenth, some) = GROWTH;
    let fits = |wave: &Wave| {
        let now = letters.get(&wave.on).copied().unwrap_or_default();
        now <= wave.letters + wave.letters / tenth + some
    };
    last.settings == terms.sha256() && last.waves.iter().all(fits)
}

/// Makes a schedule for everybody who is left.
fn make(
    terms: WaveTerms<'_>,
    turns: &[u32],
    mailed: &BTreeMap<Date, NightLetters>,
    night: WaveNight,
) -> Schedule {
    let settings = terms.settings;
    let mut load = Load::of(terms, settings.size_by, mailed);
    let nights = mailed.iter().filter(|(_, letters)| letters.first > 0).map(|(night, _)| *night);
    let mut nights: Vec<Date> = nights.collect();
    let (mut waves, mut left) = (Vec::<Wave>::new(), turns);
    let mut day = night.first_free(mailed);

    while !left.is_empty() {
        let gap = if nights.len() == 1 { settings.watch_days } else { settings.days_between };
        let earliest = nights.last().map(|last| working_days::after(*last, gap));
        let first = u64::from(settings.first);
        let room = |load: &Load<'_>, day| {
            if nights.is_empty() { load.room(day).min(first) } else { load.room(day) }
        };

        day = earliest.map_or(day, |earliest| earliest.max(day));
        while !terms.permits(day) || room(&load, day) < smallest(left) {
            day = day.saturating_add(1.day());
        }

        let (own, others) = left.split_at(cut(left, room(&load, day)));
        let up_to = if others.is_empty() { u32::MAX } else { own[own.len() - 1] };
        nights.push(day);
        let number = u32::try_from(nights.len()).unwrap_or(u32::MAX);
        waves.push(Wave { number, on: day, up_to, letters: own.len() as u64 });
        load.add(day, own.len() as u64);
        left = others;
    }

    Schedule { made_on: night.on, settings: terms.sha256(), waves }
}

/// A day with less room than this is left out; the last wave may be smaller.
fn smallest(left: &[u32]) -> u64 {
    u64::from(SMALLEST_WAVE).min(left.len() as u64)
}

/// How many of the turns go in a wave with so much room: households stay together, so that it may
/// be fewer. A household that alone is too large goes whole.
fn cut(turns: &[u32], room: u64) -> usize {
    let room = usize::try_from(room).unwrap_or(usize::MAX);
    if room >= turns.len() {
        return turns.len();
    }

    let over = turns[room];
    match turns.partition_point(|turn| *turn < over) {
        0 => turns.partition_point(|turn| *turn == over),
        whole => whole,
    }
}

/// What the centre has to answer, day by day, under each forecast: for letters that have left and
/// for those that are scheduled, by night.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "calls of a forecast, rounded"
)]
pub fn calls(terms: WaveTerms<'_>, letters: &BTreeMap<Date, NightLetters>) -> Vec<CallDay> {
    let loads = Forecast::ALL.map(|forecast| Load::of(terms, forecast, letters).days);
    let mut days = BTreeMap::<Date, [u64; 3]>::new();
    for (place, load) in loads.iter().enumerate() {
        for (day, calls) in load {
            days.entry(*day).or_default()[place] = calls.round() as u64;
        }
    }

    days.into_iter().map(|(on, calls)| CallDay { on, calls }).collect()
}

#[cfg(test)]
mod tests;
