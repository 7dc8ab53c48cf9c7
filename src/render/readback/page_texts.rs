//! What can be read on each page, for whoever compares pages with a manifest.

use std::collections::HashMap;
use std::sync::Arc;

use crate::render::geometry::{MARK, MARK_QUIET, Rect};
use crate::render::metrics::FontMetrics;
use crate::render::readback::known::{self, Shelf};
use crate::render::readback::{FORM, Layer, Page, ReadbackError, Reader, anatomy, open};
use crate::render::world::house_metrics;
use crate::render::{RenderError, sheet_mark};

/// A page of a body: its text, and where it stands.
struct BodyPage {
    text: Box<str>,
    areas: Box<[Rect]>,
}

/// What two texts may share of the room of a line, in millimetres.
const TOUCH: f64 = 1.0;

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

    /// The text of each page of a file in order, line by line, with the digits of its sheet mark.
    /// The file is made of what ours are made of, and nothing of a person's own stands on a text of
    /// the body.
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
                let mut text = String::new();
                for number in forms {
                    let body = self.body(number, &mut reader, &mut bodies)?;
                    if covers(&own, &body.areas) {
                        let what = "something over the text of a letter".to_owned();
                        return Err(ReadbackError::Foreign { what });
                    }
                    text.push_str(&body.text);
                }
                text.push_str(&lines(&own));
                text.extend(mark(&own));
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

/// The digits of the sheet mark, where there is one.
fn mark(own: &Layer) -> Option<String> {
    let room = MARK.grown(MARK_QUIET);
    let ink: Vec<Rect> = own.inked.iter().copied().filter(|ink| room.contains(ink)).collect();
    sheet_mark::decode(&sheet_mark::read(&ink)?)
}
