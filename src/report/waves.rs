//! `waves` in `report.json`: the calendar of the waves, and the calls that they bring.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::base::plain::count;
use crate::config::WaveSettings;
use crate::decide::waves::{CallDay, NightLetters};
use crate::field::schedule::Schedule;

/// Waves of the campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaveReport {
    /// The wave that is planned tonight.
    pub tonight: Option<u32>,
    /// A stop is in force: no wave is planned before it is lifted.
    pub stopped: bool,
    /// The night that made the schedule.
    pub made_on: Date,
    /// Waves by date: those that have left, tonight's, and those to come.
    pub waves: Vec<WaveLine>,
    /// Calls that the centre answers on a working day.
    pub capacity: u64,
    /// Calls by working day.
    pub days: Vec<CallLine>,
}

/// One wave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaveLine {
    /// From 1.
    pub number: u32,
    /// Its night.
    pub on: Date,
    /// Its first letters: as they have left, or as many people as wait for it now.
    pub letters: u64,
    /// Whether it has left, is planned tonight, or is to come.
    pub state: WaveState,
}

/// Where a wave is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaveState {
    /// On an earlier night.
    Out,
    /// It is tonight's.
    Tonight,
    /// It is to come.
    Later,
}

/// Calls of a working day, under each forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallLine {
    /// The day.
    pub on: Date,
    /// If few people call.
    pub low: u64,
    /// As expected.
    pub expected: u64,
    /// If many people call.
    pub high: u64,
}

/// Waves that are named on the terminal at most.
const NAMED: usize = 6;

impl WaveReport {
    /// `nights` are the letters by night, those that wait included.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "calls a day, from settings that are positive"
    )]
    pub fn new(
        schedule: &Schedule,
        tonight: Date,
        nights: &BTreeMap<Date, NightLetters>,
        calls: &[CallDay],
        settings: &WaveSettings,
    ) -> Self {
        let state = |on: Date| match on.cmp(&tonight) {
            std::cmp::Ordering::Less => WaveState::Out,
            std::cmp::Ordering::Equal => WaveState::Tonight,
            std::cmp::Ordering::Greater => WaveState::Later,
        };
        let written = nights.iter().filter(|(_, letters)| letters.first > 0);
        let waves: Vec<WaveLine> = (1..)
            .zip(written)
            .map(|(number, (on, letters))| WaveLine {
                number,
                on: *on,
                letters: letters.first,
                state: state(*on),
            })
            .collect();

        let line = |day: &CallDay| {
            let [low, expected, high] = day.calls;
            CallLine { on: day.on, low, expected, high }
        };
        Self {
            tonight: waves.iter().find(|wave| wave.on == tonight).map(|wave| wave.number),
            stopped: false,
            made_on: schedule.made_on,
            waves,
            capacity: settings.capacity() as u64,
            days: calls.iter().map(line).collect(),
        }
    }

    /// The number of the wave on this night.
    #[must_use]
    pub fn number_on(&self, night: Date) -> Option<u32> {
        self.waves.iter().find(|wave| wave.on == night).map(|wave| wave.number)
    }

    /// Waves to come.
    pub fn later(&self) -> impl Iterator<Item = &WaveLine> {
        self.waves.iter().filter(|wave| wave.state == WaveState::Later)
    }

    /// The first day on which the centre is called more often than it can answer: if few people
    /// call, as expected, if many do.
    #[must_use]
    pub fn full_on(&self) -> [Option<Date>; 3] {
        let calls: [fn(&CallLine) -> u64; 3] = [|day| day.low, |day| day.expected, |day| day.high];
        calls.map(|calls| self.days.iter().find(|day| calls(day) > self.capacity).map(|day| day.on))
    }
}

impl fmt::Display for WaveReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |wave: &WaveLine| {
            format!(
                "wave {} on {}: {}",
                wave.number,
                wave.on,
                count(wave.letters, "letter", "letters")
            )
        };
        match self.waves.iter().find(|wave| wave.state == WaveState::Tonight) {
            Some(wave) => {
                let letters = count(wave.letters, "first letter", "first letters");
                write!(f, "tonight wave {}, {letters}", wave.number)?;
            }
            None if self.stopped => f.write_str("none tonight: something is stopped")?,
            None => f.write_str("none tonight")?,
        }

        let named: Vec<String> = self.later().take(NAMED).map(line).collect();
        if !named.is_empty() {
            write!(f, "; then {}", named.join(", "))?;
        }
        match self.later().skip(NAMED).last() {
            Some(last) => write!(f, ", ... {}", line(last)),
            None => Ok(()),
        }
    }
}
