//! What can be read on each page, for whoever compares pages with a manifest.

use std::collections::HashMap;
use std::sync::Arc;

use crate::render::geometry::{MARK, MARK_QUIET, Rect, TEXT_RIGHT};
use crate::render::kix;
use crate::render::metrics::FontMetrics;
use crate::render::readback::known::{self, Shelf};
use crate::render::readback::{
    FORM, Layer, Page, PlacedText, ReadbackError, Reader, anatomy, open,
};
use crate::render::world::house_metrics;
use crate::render::{RenderError, sheet_mark};

/// A page of a body: its text, and where it stands.
struct BodyPage {
    text: Box<str>,
    areas: Box<[Rect]>,
}

/// What two texts may share of the room of a line, in millimetres.
const TOUCH: f64 = 1.0;
/// Nothing stands to the left of this but a sheet mark, whatever window the envelope has.
const MARGIN: f64 = 18.0;
/// The thickest rule of a body, in millimetres.
const THICKEST: f64 = 0.5;

/// Reads the text of print files, from any thread. Bodies that come in several files are read once.
pub struct PageTexts {
    shelf: Shelf<BodyPage>,
    metrics: FontMetrics,
}

impl PageTexts {
    /// For print files with our faces.
    ///
    /// # Errors
    /// [`RenderError::Workshop`] when a built-in face is not valid.
    pub fn new() -> Result<Self, RenderError> {
        Ok(Self { shelf: Shelf::default(), metrics: house_metrics().ok_or(RenderError::Workshop)? })
    }

    /// The text of each page of a file in order, line by line, with the digits of its sheet mark and
    /// what its bars say between two `|`. The file is made of what ours are made of: nothing covers
    /// a text, nothing stands in a margin, and nothing is inked but bars, sheet marks and rules.
    ///
    /// # Errors
    /// [`ReadbackError::Unreadable`], [`ReadbackError::Foreign`].
    pub fn read(&self, bytes: &[u8]) -> Result<Vec<String>, ReadbackError> {
        anatomy::ends(bytes)?;
        let pdf = open(bytes)?;
        anatomy::check(&pdf, &self.metrics)?;
        let mut reader = Reader::default();
        let mut bodies = HashMap::new();
        pdf.pages()
            .iter()
            .map(|page| {
                let Page { own, forms, is_plain, .. } = reader.page(page)?;
                if !is_plain {
                    anatomy::operators(page.page_stream().unwrap_or_default())?;
                }
                let said = ink_of(&own)?;
                in_place(&own)?;
                let mut text = String::new();
                for number in forms {
                    let body = self.body(number, &mut reader, &mut bodies)?;
                    if covers(&own, &body.areas) {
                        return anatomy::foreign(OVER);
                    }
                    text.push_str(&body.text);
                }
                text.push_str(&lines(&own));
                text.push_str(&said);
                Ok(text)
            })
            .collect()
    }

    /// The text of a body's page, which is read once in a file, and but once where it is the same
    /// in several.
    fn body(
        &self,
        number: i32,
        reader: &mut Reader,
        bodies: &mut HashMap<i32, Arc<BodyPage>>,
    ) -> Result<Arc<BodyPage>, ReadbackError> {
        if let Some(body) = bodies.get(&number) {
            return Ok(Arc::clone(body));
        }

        let streams = known::streams(reader, "", &[number])?;
        let body = if let Some(body) = self.shelf.find(&streams, reader, &[number])? {
            body
        } else {
            let drawn = reader.forms.get(&number).ok_or(FORM)?;
            anatomy::operators(&drawn.stream.decoded().map_err(|_| FORM)?)?;
            let layer = &reader.form(number)?.layer;
            in_place(layer)?;
            if !layer.inked.iter().all(is_rule) {
                return anatomy::foreign("something inked in the text of a letter");
            }
            let areas = layer.texts.iter().map(|text| text.area().grown(-TOUCH)).collect();
            let body = Arc::new(BodyPage { text: lines(layer).into(), areas });
            self.shelf.keep(streams, reader, &[number], &body)?;
            body
        };

        bodies.insert(number, Arc::clone(&body));
        Ok(body)
    }
}

/// Whether a page's own texts or ink stand over those of its body.
fn covers(own: &Layer, areas: &[Rect]) -> bool {
    let texts = own.texts.iter().map(|text| text.area().grown(-TOUCH));
    let mut drawn = own.inked.iter().copied().chain(texts);
    drawn.any(|drawn| areas.iter().any(|area| area.overlaps(&drawn)))
}

/// Each text of a layer on a line of its own.
fn lines(layer: &Layer) -> String {
    layer.texts.iter().flat_map(|text| [text.text.as_str(), "\n"]).collect()
}

const OVER: &str = "something over the text of a letter";

/// Whether all texts stand between the margins, and none stands on another or is covered.
fn in_place(layer: &Layer) -> Result<(), ReadbackError> {
    let areas: Vec<Rect> = layer.texts.iter().map(|text| text.area().grown(-TOUCH)).collect();
    // Of a line that was broken at a blank, the blank stands beyond the edge.
    let blank = |text: &PlacedText| if text.text.ends_with(' ') { text.size / 2.0 } else { 0.0 };
    let between = |text: &PlacedText| {
        text.left >= MARGIN - 0.1 && text.right - blank(text) <= TEXT_RIGHT + 0.1
    };
    if !layer.texts.iter().all(between) {
        return anatomy::foreign("text in a margin");
    }

    let covered = (1..).zip(&areas).any(|(next, area)| {
        areas[next..].iter().chain(&layer.inked).any(|other| area.overlaps(other))
    });
    if covered { anatomy::foreign(OVER) } else { Ok(()) }
}

/// A line between two paragraphs, as wide as the text at most.
fn is_rule(ink: &Rect) -> bool {
    ink.bottom - ink.top <= THICKEST && ink.left >= MARGIN - 0.1 && ink.right <= TEXT_RIGHT + 0.1
}

/// What a page's own ink says: the digits of the sheet mark, and the bars. There is no other.
fn ink_of(own: &Layer) -> Result<String, ReadbackError> {
    let zone = MARK.grown(MARK_QUIET);
    let (mark, bars): (Vec<Rect>, Vec<Rect>) =
        own.inked.iter().partition(|ink| ink.overlaps(&zone));
    let mut said = String::new();

    if !mark.is_empty() {
        let digits = sheet_mark::read(&mark).and_then(|symbol| sheet_mark::decode(&symbol));
        let Some(digits) = digits else {
            return anatomy::foreign("ink in the zone of the sheet mark");
        };
        said += &digits;
    }
    if !bars.is_empty() {
        let Some(code) = kix::read(&bars) else {
            return anatomy::foreign("ink that is no bars and no sheet mark");
        };
        said.extend(["\n|", &code, "|"]);
    }

    Ok(said)
}
