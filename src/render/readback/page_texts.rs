//! What can be read on each page, for whoever compares pages with a manifest.

use std::collections::HashMap;
use std::sync::Arc;

use crate::render::geometry::{MARK, MARK_QUIET, Rect};
use crate::render::readback::known::{self, Shelf};
use crate::render::readback::{Layer, Page, ReadbackError, Reader, open};
use crate::render::sheet_mark;

/// Reads the text of print files, from any thread. Bodies that come in several files are read once.
#[derive(Default)]
pub struct PageTexts {
    shelf: Shelf<String>,
}

impl PageTexts {
    /// The text of each page of a file in order, line by line, with the digits of its sheet mark.
    ///
    /// # Errors
    /// [`ReadbackError::Unreadable`].
    pub fn read(&self, pdf: &[u8]) -> Result<Vec<String>, ReadbackError> {
        let pdf = open(pdf)?;
        let mut reader = Reader::default();
        let mut bodies = HashMap::new();
        pdf.pages()
            .iter()
            .map(|page| {
                let Page { own, forms, .. } = reader.page(page)?;
                let mut text = String::new();
                for number in forms {
                    text.push_str(&self.body(number, &mut reader, &mut bodies)?);
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
        bodies: &mut HashMap<i32, Arc<String>>,
    ) -> Result<Arc<String>, ReadbackError> {
        if let Some(text) = bodies.get(&number) {
            return Ok(Arc::clone(text));
        }

        let streams = known::streams(reader, "", &[number])?;
        let text = if let Some(text) = self.shelf.find(&streams, reader, &[number])? {
            text
        } else {
            let text = Arc::new(lines(&reader.form(number)?.layer));
            self.shelf.keep(streams, reader, &[number], &text)?;
            text
        };

        bodies.insert(number, Arc::clone(&text));
        Ok(text)
    }
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
