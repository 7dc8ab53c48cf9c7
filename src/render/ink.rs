//! Text and rectangles as operators of a page's content, in points, numbers as short as a printer
//! can tell apart.

use pdf_writer::{Content, Finish, Str};

use crate::render::geometry::{MM_PER_PT, PAGE_HEIGHT};
use crate::render::laid::{RuledLine, Run};
use crate::render::type_case::{self, Used};

/// PDF counts upwards from the lower edge.
pub(super) fn up(y: f64) -> f32 {
    round(PAGE_HEIGHT / MM_PER_PT - y)
}

/// Points in so many millimetres.
pub(super) fn pt(mm: f64) -> f32 {
    round(mm / MM_PER_PT)
}

/// A thousandth of a point is a third of a micrometre.
#[expect(
    clippy::cast_possible_truncation,
    reason = "coordinates of a page need no more than three decimals"
)]
pub(super) fn round(value: f64) -> f32 {
    ((value * 1000.0).round() / 1000.0) as f32
}

/// In points from the top left corner; to be filled by the caller.
pub(super) fn rectangle(content: &mut Content, rule: RuledLine) {
    let (width, height) = (round(rule.width), round(rule.height));
    content.rect(round(rule.x), up(rule.y + rule.height), width, height);
}

/// In millimetres.
pub(super) fn mm(left: f64, top: f64, width: f64, height: f64) -> RuledLine {
    RuledLine {
        x: left / MM_PER_PT,
        y: top / MM_PER_PT,
        width: width / MM_PER_PT,
        height: height / MM_PER_PT,
    }
}

/// Glyphs of one run, inside a text object whose font is set. Kerning stands between the strings of
/// a `TJ`; glyphs that follow by their own advance share a string.
pub(super) fn run(content: &mut Content, run: &Run, used: &mut Used<'_>) {
    content.set_text_matrix([1.0, 0.0, 0.0, 1.0, round(run.x), up(run.y)]);
    let mut shown = content.show_positioned();
    let mut items = shown.items();
    let (mut codes, mut drift) = (Vec::with_capacity(run.glyphs.len() * 2), 0.0);
    for glyph in &run.glyphs {
        let shift = drift + glyph.offset;
        if shift.abs() > 1e-4 {
            items.show(Str(&codes)).adjust(round(-shift * 1000.0));
            codes.clear();
        }
        used.add(glyph.id, run.text_of(glyph));
        codes.extend(type_case::code(glyph.id));
        drift = glyph.advance - used.metrics().advance(glyph.id) - glyph.offset;
    }

    items.show(Str(&codes));
    items.finish();
    shown.finish();
}
