//! The queue before humans: what waits, by kind and age, and how long it was from night to night.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::field::reason::Reason;
use crate::record::QueueLength;

/// Ages are told in groups that end with so many days; the last has no end.
const AGES: [i64; 4] = [1, 7, 14, 28];

/// `queue` in `report.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueReport {
    /// A case is too old after so many days.
    pub limit_days: i64,
    /// Kind by kind, in the order of their codes.
    pub kinds: Vec<QueueKind>,
    /// Night by night, oldest first; this one is the last.
    pub nights: Vec<QueueNight>,
}

/// Cases that wait for the same reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueKind {
    /// The code of their first row.
    pub code: String,
    /// The same in words.
    pub text: String,
    /// How many there are.
    pub open: u64,
    /// How many are older than the limit.
    pub overdue: u64,
    /// How many have waited for up to 1, 7, 14, 28 days, and for longer.
    pub ages: [u64; AGES.len() + 1],
    /// Since when the oldest waits.
    pub oldest: Date,
}

/// How long the queue was at the end of a night.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueNight {
    /// Which night.
    pub on: Date,
    /// All cases.
    pub open: u64,
    /// Those older than the limit.
    pub overdue: u64,
}

impl QueueReport {
    /// Of the cases that wait today: why, and since when.
    #[must_use]
    pub fn of(
        cases: impl Iterator<Item = (Reason, Date)>,
        earlier: &BTreeMap<Date, QueueLength>,
        today: Date,
        limit_days: i64,
    ) -> Self {
        let mut kinds: BTreeMap<&'static str, QueueKind> = BTreeMap::new();
        for (reason, since) in cases {
            let days = i64::from((today - since).get_days());
            let kind = kinds.entry(reason.code()).or_insert_with(|| QueueKind {
                code: reason.code().to_owned(),
                text: reason.text().to_owned(),
                open: 0,
                overdue: 0,
                ages: Default::default(),
                oldest: since,
            });
            kind.open += 1;
            kind.overdue += u64::from(days >= limit_days);
            kind.ages[AGES.iter().position(|end| days <= *end).unwrap_or(AGES.len())] += 1;
            kind.oldest = kind.oldest.min(since);
        }

        let kinds: Vec<QueueKind> = kinds.into_values().collect();
        let tonight = QueueLength {
            open: kinds.iter().map(|kind| kind.open).sum(),
            overdue: kinds.iter().map(|kind| kind.overdue).sum(),
        };
        let mut nights = earlier.clone();
        nights.insert(today, tonight);
        let night = |(on, length): (Date, QueueLength)| QueueNight {
            on,
            open: length.open,
            overdue: length.overdue,
        };
        Self { limit_days, kinds, nights: nights.into_iter().map(night).collect() }
    }
}

/// Size of the picture, in its own units.
const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 220.0;
/// Room for what is written on the left and below.
const LEFT: f64 = 60.0;
const BELOW: f64 = 28.0;
/// Days that are named below, at most.
const NAMES: usize = 7;

/// What the page draws: two areas, one inside the other.
#[derive(Debug, Serialize)]
pub(super) struct QueuePicture {
    width: f64,
    height: f64,
    left: f64,
    ground: f64,
    top: f64,
    most: u64,
    /// All cases: corners of an area.
    open: String,
    /// Those older than the limit.
    overdue: String,
    named: Vec<(f64, String)>,
    /// What it shows, in words.
    said: String,
}

/// Draws it; `None` where there is one night, or never was a case.
#[expect(clippy::cast_precision_loss, reason = "places on a page")]
pub(super) fn picture(queue: &QueueReport) -> Option<QueuePicture> {
    let (first, last) = (queue.nights.first()?, queue.nights.last()?);
    let most = queue.nights.iter().map(|night| night.open).max().filter(|most| *most > 0)?;
    let days = f64::from((last.on - first.on).get_days());
    if days <= 0.0 {
        return None;
    }

    let (ground, top) = (HEIGHT - BELOW, 14.0);
    let x = |on: Date| {
        let day = f64::from((on - first.on).get_days());
        round(LEFT + day / days * (WIDTH - LEFT - 10.0))
    };
    let y = |cases: u64| round(ground - cases as f64 / most as f64 * (ground - top));
    // A queue is as long as it was until the next night says otherwise.
    let area = |of: fn(&QueueNight) -> u64| {
        let mut corners = vec![format!("{},{ground}", x(first.on))];
        let mut before = 0;
        for night in &queue.nights {
            corners.push(format!("{},{}", x(night.on), y(before)));
            corners.push(format!("{},{}", x(night.on), y(of(night))));
            before = of(night);
        }
        corners.push(format!("{},{ground}", x(last.on)));
        corners.join(" ")
    };

    let every = queue.nights.len().div_ceil(NAMES).max(1);
    let named = queue.nights.iter().step_by(every).map(|night| (x(night.on), night.on.to_string()));
    Some(QueuePicture {
        width: WIDTH,
        height: HEIGHT,
        left: LEFT,
        ground,
        top,
        most,
        open: area(|night| night.open),
        overdue: area(|night| night.overdue),
        named: named.collect(),
        said: format!(
            "Cases from {} to {}: at most {most}; {} on the last night, of which {} had waited {} days or longer.",
            first.on, last.on, last.open, last.overdue, queue.limit_days
        ),
    })
}

/// To a tenth: the same picture gives the same bytes.
fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn cases_are_counted_by_kind_and_age() {
        let (today, day) = (date(2025, 10, 1), |day| date(2025, 9, day));
        let cases = [(Reason::L204, today), (Reason::L204, day(17)), (Reason::D204, day(1))];
        let queue = QueueReport::of(cases.into_iter(), &BTreeMap::new(), today, 14);
        let told: Vec<_> =
            queue.kinds.iter().map(|kind| (&*kind.code, kind.open, kind.overdue)).collect();
        assert_eq!(told, [("D204", 1, 1), ("L204", 2, 1)]);
        assert_eq!(queue.kinds[0].ages, [0, 0, 0, 0, 1]);
        assert_eq!((queue.kinds[1].ages, queue.kinds[1].oldest), ([1, 0, 1, 0, 0], day(17)));
        assert_eq!(queue.nights, [QueueNight { on: today, open: 3, overdue: 2 }]);
        assert!(picture(&queue).is_none(), "one night is no trend");
    }

    #[test]
    fn the_trend_is_drawn_from_night_to_night() {
        let earlier = BTreeMap::from([
            (date(2025, 9, 1), QueueLength { open: 10, overdue: 0 }),
            (date(2025, 9, 11), QueueLength { open: 4, overdue: 2 }),
        ]);
        let cases = [(Reason::L204, date(2025, 9, 1))];
        let queue = QueueReport::of(cases.into_iter(), &earlier, date(2025, 9, 21), 14);
        let drawn = picture(&queue).unwrap();
        assert_eq!(drawn.open, "60,192 60,192 60,14 475,14 475,120.8 890,120.8 890,174.2 890,192");
        assert!(
            drawn.said.contains("at most 10; 1 on the last night, of which 1 had waited 14 days")
        );
        assert_eq!(drawn.named.len(), 3);
    }
}
