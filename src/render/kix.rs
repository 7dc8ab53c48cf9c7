//! KIX bars on paper: drawn from a code, and read back from the page's geometry.

use crate::render::geometry::Rect;

/// Blank on all four sides, mm.
pub const QUIET: f64 = 2.0;
/// Height of a tracker, mm (allowed 1.02 to 1.52).
const TRACKER: f64 = 1.27;
/// What an ascender or descender adds, mm.
const WING: f64 = 1.85;
/// Height of a full bar, mm (allowed 4.19 to 5.84).
pub const FULL: f64 = TRACKER + 2.0 * WING;
/// Width of a bar, mm (allowed 0.38 to 0.63).
const BAR: f64 = 0.5;
/// Nominal pitch, mm: 22 bars an inch (allowed 20 to 24).
const PITCH: f64 = 25.4 / 22.0;
/// For codes that do not fit at the nominal pitch.
const TIGHT: f64 = 25.4 / 24.0;

/// Two bars of four are long; the order gives the digits of the upper and of the lower half in base 6.
const PATTERNS: [u8; 6] = [0b0011, 0b0101, 0b0110, 0b1001, 0b1010, 0b1100];
const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The long halves of a character: upper and lower.
fn halves(character: u8) -> Option<(u8, u8)> {
    let index = ALPHABET.iter().position(|&known| known == character)?;
    Some((PATTERNS[index / 6], PATTERNS[index % 6]))
}

/// The bars of `code` with their upper left corner at (`left`, `top`), or `None` when it does not fit `width` or holds
/// another character than 0-9 A-Z.
#[must_use]
pub fn bars(code: &str, left: f64, top: f64, width: f64) -> Option<Vec<Rect>> {
    let steps = f64::from(u32::try_from(code.len()).ok()? * 4) - 1.0;
    let pitch = [PITCH, TIGHT].into_iter().find(|pitch| steps * pitch + BAR <= width)?;
    let mut bars = Vec::with_capacity(code.len() * 4);
    let mut x = left;
    for character in code.bytes() {
        let (upper, lower) = halves(character)?;
        for bit in [8, 4, 2, 1] {
            let rise = if upper & bit == 0 { WING } else { 0.0 };
            let fall = if lower & bit == 0 { 0.0 } else { WING };
            bars.push(Rect { left: x, top: top + rise, right: x + BAR, bottom: top + WING + TRACKER + fall });
            x += pitch;
        }
    }
    Some(bars)
}

/// What the bars on a page say, or `None` when they are no KIX: wrong number, width, pitch or height.
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
    // Every character has two long halves above and below, so the whole reaches from full top to full bottom.
    let top = bars.iter().map(|bar| bar.top).fold(f64::INFINITY, f64::min);
    let bottom = bars.iter().map(|bar| bar.bottom).fold(f64::NEG_INFINITY, f64::max);
    if !(4.19..=5.84).contains(&(bottom - top)) {
        return None;
    }
    bars.chunks(4).map(|four| character(four, top, bottom)).collect()
}

fn character(four: &[Rect], top: f64, bottom: f64) -> Option<char> {
    let long =
        |reach: &dyn Fn(&Rect) -> f64| four.iter().fold(0, |bits, bar| bits << 1 | u8::from(reach(bar) < WING / 2.0));
    let upper = PATTERNS.iter().position(|&pattern| pattern == long(&|bar| bar.top - top))?;
    let lower = PATTERNS.iter().position(|&pattern| pattern == long(&|bar| bottom - bar.bottom))?;
    Some(char::from(ALPHABET[upper * 6 + lower]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// T tracker, A ascender, D descender, F full.
    fn letters(code: &str) -> String {
        let bars = bars(code, 24.0, 80.0, 72.0).unwrap();
        let letter = |bar: &Rect| match ((bar.top - 80.0).abs() < 0.01, (bar.bottom - 80.0 - FULL).abs() < 0.01) {
            (false, false) => 'T',
            (true, false) => 'A',
            (false, true) => 'D',
            (true, true) => 'F',
        };
        bars.iter().map(letter).collect()
    }

    /// print-and-mail.md 1.2: own table = zint 2.11.1 = bwip-js 4.11.4.
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
