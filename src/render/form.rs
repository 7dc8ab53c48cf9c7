//! A page of a body as it goes into print files: packed once, the same bytes in every file.

use std::collections::BTreeMap;

use pdf_writer::Content;

use crate::render::RenderError;
use crate::render::ink::{self, rectangle, round};
use crate::render::laid::{Face, Glyph, LaidPage, Run, Slot, SlotKey};
use crate::render::metrics::Metrics;
use crate::render::type_case::{Used, deflate, name};

/// What all letters with this body have on this page, and where each has its own.
pub(super) struct Form {
    /// The content stream, deflated.
    pub packed: Box<[u8]>,
    /// Glyphs of each face.
    pub glyphs: [Box<[u16]>; 2],
    /// What a glyph stands for where the face itself does not say.
    pub texts: BTreeMap<(Face, u16), String>,
    /// Places for personal values.
    pub slots: Box<[Slot]>,
}

impl Form {
    /// Packs a page. `label` is its "page n of m".
    ///
    /// # Errors
    /// [`RenderError::Layout`] when the page has no place for its label or the label no glyph.
    pub fn of(mut page: LaidPage, label: &str, metrics: &Metrics) -> Result<Self, RenderError> {
        label_page(&mut page, label, metrics).map_err(|code| RenderError::Layout { code })?;
        let mut used = Face::ALL.map(|face| Used::new(metrics.face(face)));
        let mut content = Content::new();
        content.begin_text();
        let mut set = None;
        for run in &page.runs {
            let font = (run.face, round(run.size));
            if set != Some(font) {
                content.set_font(name(metrics.face(run.face)), font.1);
                set = Some(font);
            }
            ink::run(&mut content, run, &mut used[run.face as usize]);
        }
        content.end_text();
        page.rules.iter().for_each(|rule| rectangle(&mut content, *rule));
        if !page.rules.is_empty() {
            content.fill_nonzero();
        }
        let mut texts = BTreeMap::new();
        let glyphs = [Face::Regular, Face::Bold].map(|face| {
            let (glyphs, odd) = std::mem::replace(&mut used[face as usize], Used::new(metrics.face(face))).finish();
            texts.extend(odd.into_iter().map(|(glyph, text)| ((face, glyph), text)));
            glyphs
        });
        Ok(Self { packed: deflate(&content.finish()).into(), glyphs, texts, slots: page.slots.into() })
    }
}

/// Sets the page's label with its right end at the place that the page has for it.
pub(super) fn label_page(page: &mut LaidPage, label: &str, metrics: &Metrics) -> Result<(), &'static str> {
    let at = page.slots.iter().position(|slot| slot.key == SlotKey::Page).ok_or("slots")?;
    let slot = page.slots.remove(at);
    let face = metrics.face(slot.face);
    let glyph = |(at, character): (usize, char)| {
        let id = face.glyph(character)?;
        Some(Glyph { id, advance: face.advance(id), offset: 0.0, text: at..at + character.len_utf8() })
    };
    let glyphs: Vec<Glyph> = label.char_indices().map(glyph).collect::<Option<_>>().ok_or("glyph")?;
    let x = slot.x - face.width(label) * slot.size;
    page.runs.push(Run { face: slot.face, size: slot.size, x, y: slot.y, text: label.to_owned(), glyphs });
    Ok(())
}
