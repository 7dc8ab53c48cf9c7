//! Why Typst could not lay something out: the place in the templates, and never its own words,
//! which quote the text of a letter.

use typst::diag::SourceDiagnostic;
use typst::{World, WorldExt};

use crate::render::RenderError;

/// The words of the templates' own assertions.
const CODES: [&str; 2] = ["letterhead-too-tall", "return-line-too-wide"];

/// The failure behind the first error that Typst reports.
pub(super) fn of(world: &dyn World, error: Option<&SourceDiagnostic>) -> RenderError {
    let said = |code: &&&str| error.is_some_and(|error| error.message.ends_with(**code));
    if let Some(code) = CODES.iter().find(said) {
        return RenderError::Layout { code };
    }

    let place = error.and_then(|error| {
        let id = error.span.id()?;
        let start = world.range(error.span)?.start;
        let line = world.source(id).ok()?.lines().byte_to_line(start)?;
        Some((id.get().vpath().get_without_slash().to_owned(), line + 1))
    });
    match place {
        Some((file, line)) => RenderError::Template { file, line },
        None => RenderError::Layout { code: "layout" },
    }
}
