//! Where a letter's pages break: what is stranded there, measured on the laid-out pages and not on
//! the text.
//!
//! A page may begin and end with two lines or more, a list that goes on overleaf has two entries or
//! three lines on both sides, a heading does not end a page, and no page holds only the end of a
//! letter.

use crate::field::body::Frame;
use crate::render::geometry::{MM_PER_PT, PAGE_HEIGHT, Sheet};
use crate::render::laid::{Face, LaidPage, SlotKey};

/// Below the rehearsal line and above the first line of text of any page but the first, mm.
const BODY_TOP: f64 = 14.0;
/// The foot of a page begins below this, mm.
const BODY_BOTTOM: f64 = PAGE_HEIGHT - 16.0;

/// One line of the text.
#[derive(Debug)]
struct Line {
    y: f64,
    x: f64,
    text: String,
    bold: bool,
}

impl Line {
    /// Whether an entry of a list begins here.
    fn begins_entry(&self) -> bool {
        let number = self.text.split_once('.').is_some_and(|(number, _)| {
            !number.is_empty()
                && number.len() <= 2
                && number.bytes().all(|byte| byte.is_ascii_digit())
        });
        self.text.starts_with('•') || number && self.x > text_left()
    }

    /// Whether it stands in a list: its entries are set in from the edge of the text.
    fn in_list(&self) -> bool {
        self.x > text_left() + 1.0
    }
}

/// Left edge of the text in points.
fn text_left() -> f64 {
    Sheet::TEXT_LEFT / MM_PER_PT
}

/// Breaks of this letter that strand something; 0 for a letter of one page.
#[must_use]
pub fn stranded(pages: &[LaidPage], frame: &Frame, heading_y: f64) -> usize {
    let pages: Vec<Vec<Line>> = pages
        .iter()
        .enumerate()
        .map(|(number, page)| lines(page, if number == 0 { heading_y } else { BODY_TOP }))
        .collect();
    pages.windows(2).filter(|pair| is_stranded(&pair[0], &pair[1], frame)).count()
}

/// What stands around the breaks that strand something, for tests.
#[cfg(test)]
pub(super) fn shown(pages: &[LaidPage], frame: &Frame, heading_y: f64) -> Vec<String> {
    let pages: Vec<Vec<Line>> = pages
        .iter()
        .enumerate()
        .map(|(number, page)| lines(page, if number == 0 { heading_y } else { BODY_TOP }))
        .collect();

    let mut shown = Vec::new();
    for pair in pages.windows(2).filter(|pair| is_stranded(&pair[0], &pair[1], frame)) {
        let text = |line: &Line| {
            format!("{:.0} {}{}", line.x, if line.bold { "*" } else { "" }, line.text)
        };
        let before: Vec<String> = pair[0].iter().rev().take(4).rev().map(text).collect();
        let after: Vec<String> = pair[1].iter().take(5).map(text).collect();
        shown.push(format!("{} / {}", before.join(" | "), after.join(" | ")));
    }

    shown
}

/// The lines of text on a page, top to bottom; `top` in mm.
fn lines(page: &LaidPage, top: f64) -> Vec<Line> {
    let inside = |y: f64| (top / MM_PER_PT..BODY_BOTTOM / MM_PER_PT).contains(&y);
    let runs = page.runs.iter().filter(|run| inside(run.y));
    let runs = runs.map(|run| (run.y, run.x, run.text.clone(), run.face == Face::Bold));
    let named = |key| matches!(key, SlotKey::Salutation | SlotKey::Provider);
    let slots = page.slots.iter().filter(|slot| named(slot.key) && inside(slot.y));
    let mut parts: Vec<_> =
        runs.chain(slots.map(|slot| (slot.y, slot.x, String::new(), false))).collect();

    parts.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1)));

    let mut lines: Vec<Line> = Vec::new();
    for (y, x, text, bold) in parts {
        match lines.last_mut().filter(|line| (line.y - y).abs() < 1.0) {
            Some(line) => {
                line.text.push_str(&text);
                line.bold &= bold;
            }
            None => lines.push(Line { y, x, text, bold }),
        }
    }

    lines
}

fn is_stranded(before: &[Line], after: &[Line], frame: &Frame) -> bool {
    let (Some(last), Some(first)) = (before.last(), after.first()) else { return true };
    let closing = after.iter().position(|line| line.text == frame.closing).unwrap_or(after.len());
    let to_heading =
        |lines: &mut dyn Iterator<Item = &Line>| lines.take_while(|line| !line.bold).count();

    // A heading takes its own text along; only text without one can be a remnant.
    let begins = if first.bold { 2 } else { to_heading(&mut after[..closing].iter()) };
    let ends = if last.bold { 0 } else { to_heading(&mut before.iter().rev()) };
    if closing < 2 || begins < 2 || ends < 2 {
        return true;
    }

    if !(last.in_list() && first.in_list()) {
        return false;
    }

    // Of a list that goes on overleaf two entries stand on both sides, or one that is long enough
    // to be read as a text.
    let listed = |lines: &mut dyn Iterator<Item = &Line>| {
        let listed: Vec<&Line> = lines.take_while(|line| line.in_list()).collect();
        (listed.iter().filter(|line| line.begins_entry()).count(), listed.len())
    };

    let torn = usize::from(!first.begins_entry());
    let (above, lines_above) = listed(&mut before.iter().rev());
    let (below, lines_below) = listed(&mut after.iter());

    torn == 0 && above < 2 && lines_above < 3 || below + torn < 2 && lines_below < 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::body::Body;
    use crate::render::laid::Run;

    /// A page of lines, each `(indent in points, text)`; `*` before a heading.
    fn page(lines: &[(f64, &str)]) -> LaidPage {
        let run = |(number, (indent, text)): (u32, &(f64, &str))| Run {
            face: if text.starts_with('*') { Face::Bold } else { Face::Regular },
            size: 11.0,
            x: text_left() + indent,
            y: 400.0 + 15.0 * f64::from(number),
            text: (*text).to_owned(),
            glyphs: Vec::new(),
        };
        LaidPage { runs: (0..).zip(lines).map(run).collect(), ..LaidPage::default() }
    }

    fn frame() -> Frame {
        let json = include_str!("../../templates/cases/letter/screening-nl.json");
        let case: serde_json::Value = serde_json::from_str(json).unwrap();
        serde_json::from_value::<Body>(case["body"].clone()).unwrap().frame
    }

    #[test]
    fn what_a_page_break_strands_is_counted() {
        let text = [(0.0, "one"), (0.0, "two"), (0.0, "three")];
        let list = [(2.2, "•"), (12.0, "more of it"), (2.2, "•"), (2.2, "•")];
        let fair: [(&[_], &[_]); 4] = [
            (&text, &text),
            (&list[..3], &list[2..]),
            (&text, &[(0.0, "*a question"), (0.0, "one")]),
            (&list, &[(0.0, "*a question"), (0.0, "one")]),
        ];

        let unfair: [(&[_], &[_]); 6] = [
            (&text, &[(0.0, "the last line"), (0.0, "*a question"), (0.0, "one")]),
            (&[(0.0, "one"), (0.0, "two"), (0.0, "*a question")], &text),
            (&[(0.0, "one"), (0.0, "*a question"), (0.0, "one")], &text),
            (&list, &[(2.2, "•"), (12.0, "more of it"), (0.0, "*a question"), (0.0, "one")]),
            (&list[..2], &list[2..]),
            (&text, &[(0.0, "Met vriendelijke groet,"), (0.0, "name"), (0.0, "function")]),
        ];

        let count = |(before, after): &(&[_], &[_])| {
            stranded(&[page(before), page(after)], &frame(), 100.0)
        };

        for pair in &fair {
            assert_eq!(count(pair), 0, "{pair:?}");
        }

        for pair in &unfair {
            assert_eq!(count(pair), 1, "{pair:?}");
        }

        assert_eq!(stranded(&[page(&text)], &frame(), 100.0), 0);
    }
}
