//! The picture of the waves: calls by day beside what the call centre can answer.

use jiff::civil::Date;
use serde::Serialize;

use super::waves::{WaveReport, WaveState};

/// Size of the picture, in its own units.
const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 220.0;
/// Room for what is written on the left and below.
const LEFT: f64 = 60.0;
const BELOW: f64 = 40.0;
/// A day is not drawn wider than this.
const WIDEST: f64 = 40.0;

/// What the page draws.
#[derive(Debug, Serialize)]
pub(super) struct Picture {
    width: f64,
    height: f64,
    left: f64,
    /// Where the ground is.
    ground: f64,
    /// Where the line of the capacity is.
    capacity: f64,
    days: Vec<Column>,
    waves: Vec<Tick>,
    /// Days that are named below.
    named: Vec<Name>,
    /// What it shows, in words.
    said: String,
}

/// One day: a bar as expected, and a stroke from few calls to many.
#[derive(Debug, Serialize)]
struct Column {
    x: f64,
    middle: f64,
    width: f64,
    top: f64,
    height: f64,
    low: f64,
    high: f64,
    /// More calls than can be answered, as expected.
    full: bool,
    title: String,
}

/// A night with a wave.
#[derive(Debug, Serialize)]
struct Tick {
    x: f64,
    number: u32,
    later: bool,
}

#[derive(Debug, Serialize)]
struct Name {
    x: f64,
    text: String,
}

/// The first and last day and about six between are named.
const NAMES: usize = 7;

/// Draws it.
#[expect(clippy::cast_precision_loss, reason = "places on a page")]
pub(super) fn of(report: &WaveReport) -> Picture {
    let mut dates: Vec<Date> = report.days.iter().map(|day| day.on).collect();
    dates.extend(report.waves.iter().map(|wave| wave.on));
    dates.sort_unstable();
    dates.dedup();

    let most = report.days.iter().map(|day| day.high).max().unwrap_or(0).max(report.capacity);
    let tall = HEIGHT - BELOW - 10.0;
    let ground = HEIGHT - BELOW;
    let height = |calls: u64| round(calls as f64 / most.max(1) as f64 * tall);
    let step = ((WIDTH - LEFT) / dates.len().max(1) as f64).min(WIDEST);
    let x = |day: Date| {
        let place = dates.binary_search(&day).unwrap_or_else(|place| place);
        round(LEFT + place as f64 * step)
    };

    let columns = report.days.iter().map(|day| Column {
        x: x(day.on),
        middle: round(x(day.on) + step * 0.4),
        width: round(step * 0.8),
        top: round(ground - height(day.expected)),
        height: height(day.expected),
        low: round(ground - height(day.low)),
        high: round(ground - height(day.high)),
        full: day.expected > report.capacity,
        title: format!("{}: {} calls, {} to {}", day.on, day.expected, day.low, day.high),
    });

    let ticks = report.waves.iter().map(|wave| Tick {
        x: round(x(wave.on) + step * 0.4),
        number: wave.number,
        later: wave.state == WaveState::Later,
    });

    let every = dates.len().div_ceil(NAMES).max(1);
    let named = dates.iter().step_by(every);
    Picture {
        width: WIDTH,
        height: HEIGHT,
        left: LEFT,
        ground,
        capacity: round(ground - height(report.capacity)),
        days: columns.collect(),
        waves: ticks.collect(),
        named: named.map(|day| Name { x: x(*day), text: day.to_string() }).collect(),
        said: said(report),
    }
}

/// The picture in one sentence, for whoever does not see it.
fn said(report: &WaveReport) -> String {
    let worst = report.days.iter().max_by_key(|day| day.expected);
    worst.map_or_else(String::new, |day| {
        format!(
            "Calls by working day: at most {} as expected, {} if many people call, on {}; {} can be answered.",
            day.expected, day.high, day.on, report.capacity
        )
    })
}

/// To a tenth: the same picture gives the same bytes.
fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
