//! `[waves]`: first letters leave in waves, as many at a time as the call centre can answer for.

use serde::{Deserialize, Serialize};

/// `[waves]`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WaveSettings {
    /// Lines at the call centre that are answered at once.
    pub lines: u32,
    /// Hours of a working day on which they are.
    pub hours: f64,
    /// Calls that one line takes in an hour.
    #[serde(default = "defaults::calls_per_hour")]
    pub calls_per_hour: f64,
    /// Letters of the first wave, 200 to 1,000.
    #[serde(default = "defaults::first")]
    pub first: u32,
    /// Dutch working days from the first wave to the second: time in which a mistake shows.
    #[serde(default = "defaults::watch_days")]
    pub watch_days: u32,
    /// Dutch working days from each later wave to the next.
    #[serde(default = "defaults::days_between")]
    pub days_between: u32,
    /// Which of the three forecasts the waves are sized by.
    #[serde(default)]
    pub size_by: Forecast,
    /// Calls that a thousand letters bring on the first, second, ... working day after they have
    /// come, if few people call.
    #[serde(default = "defaults::calls_low")]
    pub calls_low: Vec<f64>,
    /// The same, as is expected.
    #[serde(default = "defaults::calls_expected")]
    pub calls_expected: Vec<f64>,
    /// The same, if many people call.
    #[serde(default = "defaults::calls_high")]
    pub calls_high: Vec<f64>,
}

/// How many people call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Forecast {
    /// Few.
    Low,
    /// As many as expected.
    #[default]
    Expected,
    /// Many.
    High,
}

impl Forecast {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Low, Self::Expected, Self::High];
}

/// What is known of calls after letters about a breach. Low: the programme's own centre in 2025, at
/// most 400 calls on a day after 405,000 letters. Expected: 7,230 calls on the worst day after
/// 814,093 letters of an American agency; high: the same calls, all of them about the 250,000
/// letters of one of its three days. Most calls come in the first five to eight days.
mod defaults {
    pub const fn calls_per_hour() -> f64 {
        6.0
    }
    pub const fn first() -> u32 {
        500
    }
    pub const fn watch_days() -> u32 {
        5
    }
    pub const fn days_between() -> u32 {
        1
    }
    pub fn calls_low() -> Vec<f64> {
        vec![1.0, 0.8, 0.6, 0.4, 0.3, 0.2, 0.1, 0.1]
    }
    pub fn calls_expected() -> Vec<f64> {
        vec![9.0, 6.0, 4.0, 3.0, 2.0, 1.0, 0.5, 0.5]
    }
    pub fn calls_high() -> Vec<f64> {
        vec![29.0, 18.0, 12.0, 8.0, 5.0, 3.0, 2.0, 1.0]
    }
}

/// A wave is never sized smaller than this, but for the last.
pub const SMALLEST_WAVE: u32 = 200;

/// The first wave has at most so many letters.
const LARGEST_FIRST: u32 = 1_000;

/// Days on which calls can still come.
const MOST_DAYS: usize = 30;

impl WaveSettings {
    /// Calls that the centre answers on a working day.
    #[must_use]
    pub fn capacity(&self) -> f64 {
        f64::from(self.lines) * self.hours * self.calls_per_hour
    }

    /// Calls of a thousand letters, by working day.
    #[must_use]
    pub fn calls(&self, forecast: Forecast) -> &[f64] {
        match forecast {
            Forecast::Low => &self.calls_low,
            Forecast::Expected => &self.calls_expected,
            Forecast::High => &self.calls_high,
        }
    }
}

/// What is wrong with these settings: which key, and what.
pub(super) fn check(settings: &WaveSettings) -> Result<(), (&'static str, String)> {
    let WaveSettings { lines, hours, calls_per_hour, first, watch_days, days_between, .. } =
        settings;
    if !(1..=100_000).contains(lines) {
        return Err(("waves.lines", "must be 1 to 100000".to_owned()));
    }
    if !(1.0..=24.0).contains(hours) {
        return Err(("waves.hours", "must be 1 to 24".to_owned()));
    }
    if !(1.0..=60.0).contains(calls_per_hour) {
        return Err(("waves.calls_per_hour", "must be 1 to 60".to_owned()));
    }
    if !(SMALLEST_WAVE..=LARGEST_FIRST).contains(first) {
        return Err(("waves.first", format!("must be {SMALLEST_WAVE} to {LARGEST_FIRST}")));
    }
    if !(1..=60).contains(watch_days) {
        return Err(("waves.watch_days", "must be 1 to 60".to_owned()));
    }
    if !(1..=60).contains(days_between) {
        return Err(("waves.days_between", "must be 1 to 60".to_owned()));
    }

    calls(settings)
}

/// Each forecast is a list of calls; a small wave brings fewer than the centre can answer.
fn calls(settings: &WaveSettings) -> Result<(), (&'static str, String)> {
    let keys = ["waves.calls_low", "waves.calls_expected", "waves.calls_high"];
    for (key, forecast) in keys.into_iter().zip(Forecast::ALL) {
        let calls = settings.calls(forecast);
        if !(1..=MOST_DAYS).contains(&calls.len())
            || !calls.iter().all(|day| (0.0..=1_000.0).contains(day))
        {
            return Err((key, format!("must be 1 to {MOST_DAYS} numbers from 0 to 1000")));
        }
    }

    let worst = settings.calls(settings.size_by).iter().copied().fold(0.0, f64::max);
    if worst * f64::from(SMALLEST_WAVE) / 1_000.0 > settings.capacity() {
        let problem = format!(
            "times hours and calls an hour are not enough for the calls of {SMALLEST_WAVE} letters"
        );
        return Err(("waves.lines", problem));
    }

    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<&'static str> {
        check(&toml::from_str(text).unwrap()).err().map(|(key, _)| key)
    }

    #[test]
    fn lines_and_hours_are_enough_and_what_cannot_work_is_named() {
        assert_eq!(fault("lines = 40\nhours = 9.0"), None);
        for (more, key) in [
            ("lines = 0\nhours = 9.0", "waves.lines"),
            ("lines = 4\nhours = 25.0", "waves.hours"),
            ("lines = 4\nhours = nan", "waves.hours"),
            ("lines = 4\nhours = 8.0\ncalls_per_hour = 0.5", "waves.calls_per_hour"),
            ("lines = 4\nhours = 8.0\nfirst = 100", "waves.first"),
            ("lines = 4\nhours = 8.0\nfirst = 1001", "waves.first"),
            ("lines = 4\nhours = 8.0\nwatch_days = 0", "waves.watch_days"),
            ("lines = 4\nhours = 8.0\ndays_between = 0", "waves.days_between"),
            ("lines = 4\nhours = 8.0\ncalls_low = []", "waves.calls_low"),
            ("lines = 4\nhours = 8.0\ncalls_high = [-1.0]", "waves.calls_high"),
            ("lines = 1\nhours = 1.0\ncalls_expected = [500.0]", "waves.lines"),
        ] {
            assert_eq!(fault(more), Some(key), "{more}");
        }
        assert!(toml::from_str::<WaveSettings>("hours = 9.0").is_err(), "nobody knows the lines");
    }

    #[test]
    fn the_forecasts_are_in_their_order() {
        let settings: WaveSettings = toml::from_str("lines = 40\nhours = 9.0").unwrap();
        let sums = Forecast::ALL.map(|forecast| settings.calls(forecast).iter().sum::<f64>());
        assert!(sums.is_sorted() && sums[0] > 0.0, "{sums:?}");
    }
}
