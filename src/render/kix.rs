//! KIX bars on paper: drawn from a code, and read back from the page's geometry.

use crate::compose::kix::{self, BAR_MM, Bar, FULL_MM, TRACKER_MM, pitch_mm};
use crate::render::geometry::Rect;

/// What an ascender or descender adds, mm.
const WING: f64 = (FULL_MM - TRACKER_MM) / 2.0;

/// The bars of `code` with their upper left corner at (`left`, `top`), or `None` when it does not
/// fit `width` or holds another character than 0-9 A-Z.
#[must_use]
pub fn bars(code: &str, left: f64, top: f64, width: f64) -> Option<Vec<Rect>> {
    let pitch = pitch_mm(code.len(), width)?;
    let draw = |(place, bar): (u32, Bar)| {
        let left = left + f64::from(place) * pitch;
        let (rise, fall) = match bar {
            Bar::Tracker => (WING, 0.0),
            Bar::Ascender => (0.0, 0.0),
            Bar::Descender => (WING, WING),
            Bar::Full => (0.0, WING),
        };
        Rect { left, top: top + rise, right: left + BAR_MM, bottom: top + WING + TRACKER_MM + fall }
    };

    Some((0..).zip(kix::bars(code)?).map(draw).collect())
}

/// What the bars on a page say, or `None` when they are no KIX: wrong number, width, pitch or
/// height.
#[must_use]
pub fn read(bars: &[Rect]) -> Option<String> {
    if bars.is_empty() || !bars.len().is_multiple_of(4) {
        return None;
    }

    let mut bars = bars.to_vec();
    bars.sort_by(|one, other| one.left.total_cmp(&other.left));
    let pitch = |pair: &[Rect]| pair[1].left - pair[0].left;
    let regular = |pair: &[Rect]| (25.4 / 24.5..=25.4 / 20.0).contains(&pitch(pair));
    let wide = |bar: &Rect| (0.38..=0.63).contains(&(bar.right - bar.left));

    if !bars.windows(2).all(regular) || !bars.iter().all(wide) {
        return None;
    }

    // Every character has two long halves above and below, so the whole reaches from full top to
    // full bottom.
    let top = bars.iter().map(|bar| bar.top).fold(f64::INFINITY, f64::min);
    let bottom = bars.iter().map(|bar| bar.bottom).fold(f64::NEG_INFINITY, f64::max);
    if !(4.19..=5.84).contains(&(bottom - top)) {
        return None;
    }

    let seen: Vec<Bar> = bars.iter().map(|rect| bar(rect, top, bottom)).collect();
    seen.chunks(4).map(kix::character).collect()
}

fn bar(bar: &Rect, top: f64, bottom: f64) -> Bar {
    match (bar.top - top < WING / 2.0, bottom - bar.bottom < WING / 2.0) {
        (false, false) => Bar::Tracker,
        (true, false) => Bar::Ascender,
        (false, true) => Bar::Descender,
        (true, true) => Bar::Full,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// T tracker, A ascender, D descender, F full.
    fn letters(code: &str) -> String {
        let bars = bars(code, 24.0, 80.0, 72.0).unwrap();
        let letter = |bar: &Rect| match (
            (bar.top - 80.0).abs() < 0.01,
            (bar.bottom - 80.0 - FULL_MM).abs() < 0.01,
        ) {
            (false, false) => 'T',
            (true, false) => 'A',
            (false, true) => 'D',
            (true, true) => 'F',
        };

        bars.iter().map(letter).collect()
    }

    /// docs/print.md: own table = zint 2.11.1 = bwip-js 4.11.4.
    #[test]
    fn all_characters_have_the_bars_of_the_reference() {
        let table = "0 TTFF 1 TDAF 2 TDFA 3 DTAF 4 DTFA 5 DDAA 6 TADF 7 TFTF 8 TFDA 9 DATF A DADA B DFTA \
            C TAFD D TFAD E TFFT F DAAD G DAFT H DFAT I ATDF J ADTF K ADDA L FTTF M FTDA N FDTA \
            O ATFD P ADAD Q ADFT R FTAD S FTFT T FDAT U AADD V AFTD W AFDT X FATD Y FADT Z FFTT";
        let words: Vec<&str> = table.split_whitespace().collect();
        assert_eq!(words.len(), 72);
        for pair in words.chunks(2) {
            assert_eq!(letters(pair[0]), pair[1], "bars of {}", pair[0]);
        }
    }

    #[test]
    fn what_is_drawn_is_read_back() {
        for code in ["2130VA80430", "1231GF156X2", "1231FZ13XHS", "1234AB12345X123456"] {
            let drawn = bars(code, 24.0, 80.0, 80.0).unwrap();
            assert_eq!(read(&drawn).as_deref(), Some(code));
        }
    }

    #[test]
    fn a_long_code_is_set_tighter_and_a_longer_one_refused() {
        let width = |code: &str| bars(code, 0.0, 0.0, 72.0).map(|bars| bars.last().unwrap().right);
        assert!(width("1234AB12345X12345").is_some_and(|width| width < 72.0));
        assert_eq!(width("1234AB12345X123456"), None);
    }

    #[test]
    fn broken_bars_are_not_read() {
        let mut drawn = bars("1231FZ13XHS", 24.0, 80.0, 72.0).unwrap();
        drawn.swap_remove(5);
        assert_eq!(read(&drawn), None);
        drawn.truncate(40);
        assert_eq!(read(&drawn), None);
        assert_eq!(read(&[]), None);
    }
}
