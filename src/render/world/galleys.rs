//! Galleys as Typst lays them out, with the measures of their size of print.

use serde::Deserialize;
use typst::foundations::Value;
use typst::introspection::{MetadataElem, Tag};
use typst::layout::{Frame, FrameItem};

use super::{GALLEY, Laid, Workshop};
use crate::render::RenderError;
use crate::render::galley::{GalleyInput, Measures};
use crate::render::laid::LaidPage;

/// What the template says on its first page.
#[derive(Deserialize)]
struct Said {
    measures: Measures,
}

impl Workshop {
    /// Lays pieces of text out, each on a page of its own.
    ///
    /// # Errors
    /// As [`Workshop::lay`].
    pub fn lay_galleys(
        &self,
        input: &GalleyInput<'_, '_>,
    ) -> Result<(Measures, Vec<LaidPage>), RenderError> {
        let laid = self.compile(GALLEY, input)?;
        let measures = laid.measures().ok_or(RenderError::Workshop)?;
        Ok((measures, laid.pages()?))
    }
}

impl Laid {
    fn measures(&self) -> Option<Measures> {
        let value = said(&self.0.pages().first()?.frame)?;
        let value = serde_json::to_value(value).ok()?;
        serde_json::from_value(value).ok().map(|said: Said| said.measures)
    }
}

/// Whether this is for the program and no place on the page.
pub(super) fn tells_measures(value: &Value) -> bool {
    matches!(value, Value::Dict(dict) if dict.contains("measures"))
}

/// The value of the first metadata.
fn said(frame: &Frame) -> Option<&Value> {
    frame.items().find_map(|(_, item)| match item {
        FrameItem::Group(group) => said(&group.frame),
        FrameItem::Tag(Tag::Start(content, _)) => {
            content.to_packed::<MetadataElem>().map(|metadata| &metadata.value)
        }
        _ => None,
    })
}
