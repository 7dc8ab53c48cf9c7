//! A body as it goes into print files: laid out and packed once, the same bytes in every file.

use std::collections::BTreeMap;

use pdf_writer::Content;

use crate::field::body::Body;
use crate::field::terms::{Format, Language};
use crate::render::RenderError;
use crate::render::ink::{self, rectangle, round};
use crate::render::laid::{Face, Glyph, LaidPage, Run, Slot, SlotKey};
use crate::render::metrics::FontMetrics;
use crate::render::press::{Fitted, Space};
use crate::render::type_case::{Used, deflate, name};

/// What the press keeps of a body: there may be tens of thousands.
pub(super) struct Stock {
    pub language: Language,
    pub format: Format,
    /// Whether a provider is named.
    pub provider_slot: bool,
    /// The rehearsal line; empty in a real run.
    pub rehearsal: Box<str>,
    pub pages: Box<[Form]>,
    /// Pages that it may have.
    pub most_sides: usize,
    /// Page breaks that strand something.
    pub stranded: usize,
    /// Space in the letter.
    pub space: Space,
}

impl Stock {
    /// Packs the pages of a body, each with its number.
    ///
    /// # Errors
    /// [`RenderError::Layout`] when a value has no place or two.
    pub fn of(body: &Body, fitted: Fitted, metrics: &FontMetrics) -> Result<Self, RenderError> {
        let Fitted { pages, stranded, space } = fitted;
        slots_once(body, &pages)?;
        let count = pages.len().to_string();
        let label = |page: usize| {
            body.frame.page_label.replace("{pages}", &count).replace("{page}", &page.to_string())
        };
        let pages = (1..).zip(pages).map(|(number, page)| Form::of(page, &label(number), metrics));

        Ok(Self {
            language: body.language,
            format: body.format,
            provider_slot: body.provider_slot,
            rehearsal: body.frame.rehearsal.as_str().into(),
            pages: pages.collect::<Result<_, _>>()?,
            most_sides: body.most_sides(),
            stranded,
            space,
        })
    }
}

/// Every value has its place: one salutation, a provider where the body says so, a reference on
/// each page.
fn slots_once(body: &Body, pages: &[LaidPage]) -> Result<(), RenderError> {
    let count =
        |key| pages.iter().flat_map(|page| &page.slots).filter(|slot| slot.key == key).count();
    let referenced =
        pages.iter().all(|page| page.slots.iter().any(|slot| slot.key == SlotKey::Reference));
    let provider = count(SlotKey::Provider) == usize::from(body.provider_slot);
    if count(SlotKey::Salutation) == 1 && provider && referenced {
        return Ok(());
    }
    Err(RenderError::Layout { code: "slots" })
}

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
    pub fn of(mut page: LaidPage, label: &str, metrics: &FontMetrics) -> Result<Self, RenderError> {
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

        let [(regular, odd), (bold, odd_bold)] = used.map(Used::finish);
        let texts = [(Face::Regular, odd), (Face::Bold, odd_bold)].into_iter();
        let texts = texts.flat_map(|(face, odd)| {
            odd.into_iter().map(move |(glyph, text)| ((face, glyph), text))
        });
        let (texts, glyphs) = (texts.collect(), [regular, bold]);

        Ok(Self {
            packed: deflate(&content.finish()).into(),
            glyphs,
            texts,
            slots: page.slots.into(),
        })
    }
}

/// Sets the page's label with its right end at the place that the page has for it.
pub(super) fn label_page(
    page: &mut LaidPage,
    label: &str,
    metrics: &FontMetrics,
) -> Result<(), &'static str> {
    let at = page.slots.iter().position(|slot| slot.key == SlotKey::Page).ok_or("slots")?;
    let slot = page.slots.remove(at);
    let face = metrics.face(slot.face);
    let glyph = |(at, character): (usize, char)| {
        let id = face.glyph(character)?;
        Some(Glyph {
            id,
            advance: face.advance(id),
            offset: 0.0,
            text: at..at + character.len_utf8(),
        })
    };

    let glyphs: Vec<Glyph> =
        label.char_indices().map(glyph).collect::<Option<_>>().ok_or("glyph")?;
    let x = slot.x - face.width(label) * slot.size;
    page.runs.push(Run {
        face: slot.face,
        size: slot.size,
        x,
        y: slot.y,
        text: label.to_owned(),
        glyphs,
    });

    Ok(())
}
