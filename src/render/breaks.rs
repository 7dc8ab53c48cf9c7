//! Where a letter's pages break: what is stranded there, measured on the laid-out pages and not on
//! the text.
//!
//! A page may begin and end with two lines or more, a list that goes on overleaf has two entries or
//! three lines on both sides, a heading does not end a page, and no page holds only the end of a
//! letter.

use crate::field::body::{Body, Frame};
use crate::render::geometry::{MM_PER_PT, PAGE_HEIGHT, Sheet};
use crate::render::input::unbroken;
use crate::render::laid::{Face, LaidPage, SlotKey};

/// Below the rehearsal line and above the first line of text of any page but the first, mm.
pub(super) const BODY_TOP: f64 = 14.0;
/// The foot of a page begins below this, mm.
pub(super) const BODY_BOTTOM: f64 = PAGE_HEIGHT - 16.0;

/// One line of the text.
#[derive(Clone, Debug)]
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

/// The text of a letter as it lies on its pages, line by line.
#[derive(Debug)]
pub struct Lines<'a> {
    pages: Vec<Vec<Line>>,
    body: &'a Body,
}

/// A place further up a page where it may end and strand nothing.
#[derive(Debug, PartialEq)]
pub struct FairEnd {
    /// How much earlier the page ends, in points.
    pub by: f64,
    /// Blocks before whose questions so much space, shared out evenly, moves the end there; none
    /// where the page has none.
    pub blocks: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// Reads the pages of this body; `heading_y` in mm is where the text of the first begins.
    #[must_use]
    pub fn of(pages: &[LaidPage], body: &'a Body, heading_y: f64) -> Self {
        let top = |number| if number == 0 { heading_y } else { BODY_TOP };
        Self {
            pages: pages
                .iter()
                .enumerate()
                .map(|(number, page)| lines(page, top(number)))
                .collect(),
            body,
        }
    }

    /// Pages whose end strands something, in order; none in a letter of one page.
    pub fn stranded(&self) -> impl Iterator<Item = usize> {
        let pairs = self.pages.windows(2).enumerate();
        pairs
            .filter(|(_, pair)| is_stranded(&pair[0], &pair[1], &self.body.frame))
            .map(|(page, _)| page)
    }

    /// Share of the lines that stand after so many sides, 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "a letter has some hundred lines")]
    #[must_use]
    pub fn beyond(&self, sides: usize) -> f64 {
        let count = |pages: &[Vec<Line>]| pages.iter().map(Vec::len).sum::<usize>() as f64;
        count(self.pages.get(sides..).unwrap_or_default()) / count(&self.pages).max(1.0)
    }

    /// Where this page might end instead and strand nothing, nearest first, as far as the pages
    /// after it have room for what moves there; `page` is not the last.
    pub fn fair_ends(&self, page: usize) -> impl Iterator<Item = FairEnd> {
        let (lines, room) = (&self.pages[page], self.room_after(page));
        let ends =
            (1..lines.len()).rev().filter(move |&at| self.is_fair(page, at)).map(move |at| {
                // Space above what begins a page is lost at the end of the page before.
                let mut blocks: Vec<usize> =
                    lines[1..=at].iter().filter_map(|line| self.block(line)).collect();
                // Above a question it stays empty, and what stands before it stays where it is.
                if let Some(next) = self.block(&lines[at]) {
                    blocks = vec![next];
                }
                FairEnd { by: lines[lines.len() - 1].y - lines[at - 1].y, blocks }
            });

        ends.take_while(move |end| end.by <= room)
    }

    /// At most so much more goes on the pages after this one, in points: every page reaches as far
    /// down as the fullest, and that has no room for another line.
    fn room_after(&self, page: usize) -> f64 {
        let ends = || self.pages.iter().filter_map(|lines| lines.last()).map(|line| line.y);
        let between =
            self.pages.iter().flat_map(|lines| lines.windows(2)).map(|pair| pair[1].y - pair[0].y);
        let full = ends().fold(0.0, f64::max) + between.fold(f64::INFINITY, f64::min);
        ends().skip(page + 1).map(|end| full - end).sum()
    }

    /// Whether nothing is stranded when this page ends before its line `at`.
    fn is_fair(&self, page: usize, at: usize) -> bool {
        let (before, moved) = self.pages[page].split_at(at);
        let after: Vec<Line> = moved.iter().chain(&self.pages[page + 1]).cloned().collect();
        !is_stranded(before, &after, &self.body.frame)
    }

    /// The block whose question begins on this line.
    fn block(&self, line: &Line) -> Option<usize> {
        let text = line.text.trim_end();
        let begins = |heading: &str| line.bold && !text.is_empty() && heading.starts_with(text);
        self.body.blocks.iter().position(|block| begins(&unbroken(&block.heading)))
    }

    /// What stands around the breaks that strand something, for tests.
    #[cfg(test)]
    pub(super) fn shown(&self) -> Vec<String> {
        let text = |line: &Line| {
            format!("{:.0} {}{}", line.x, if line.bold { "*" } else { "" }, line.text)
        };
        let around = |page: usize| {
            let before: Vec<String> =
                self.pages[page].iter().rev().take(4).rev().map(text).collect();
            let after: Vec<String> = self.pages[page + 1].iter().take(5).map(text).collect();
            format!("{} / {}", before.join(" | "), after.join(" | "))
        };

        self.stranded().map(around).collect()
    }
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

    fn body() -> Body {
        let json = include_str!("../../templates/cases/letter/screening-nl.json");
        let case: serde_json::Value = serde_json::from_str(json).unwrap();
        serde_json::from_value(case["body"].clone()).unwrap()
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

        let body = body();
        let count = |(before, after): &(&[_], &[_])| {
            Lines::of(&[page(before), page(after)], &body, 100.0).stranded().count()
        };

        for pair in &fair {
            assert_eq!(count(pair), 0, "{pair:?}");
        }

        for pair in &unfair {
            assert_eq!(count(pair), 1, "{pair:?}");
        }

        assert_eq!(Lines::of(&[page(&text)], &body, 100.0).stranded().count(), 0);
    }

    #[test]
    fn a_page_is_ended_earlier_where_that_strands_nothing_and_the_rest_has_room() {
        let body = body();
        let question = body.blocks.iter().position(|block| !block.heading.is_empty()).unwrap();
        let heading = body.blocks[question].heading.as_str();
        let asked = Run { face: Face::Bold, ..page(&[(0.0, heading)]).runs.remove(0) };
        let bullets = |count| vec![(2.2, "•"); count];
        let mut first = page(
            &[&[(0.0, "one"), (0.0, "two"), (0.0, "*"), (0.0, "four")], bullets(4).as_slice()]
                .concat(),
        );

        first.runs[2] = Run { y: first.runs[2].y, ..asked };
        let ends = |after: usize| {
            let pages = [first.clone(), page(&bullets(after))];
            let lines = Lines::of(&pages, &body, 100.0);
            let stranded: Vec<usize> = lines.stranded().collect();
            (stranded, lines.fair_ends(0).collect::<Vec<_>>())
        };

        // One entry overleaf: another goes with it, or two, or the whole question.
        let end = |by: f64| FairEnd { by, blocks: vec![question] };
        assert_eq!(ends(1), (vec![0], vec![end(15.0), end(30.0), end(90.0)]));

        // A second page that is as full as the first has room for a line at most.
        assert_eq!(ends(8).1, [end(15.0)]);
    }
}
