//! Drafts become print files: every distinct body is laid out once by Typst, each person's values
//! are written into its slots, and the finished file is read back with another parser and compared
//! with what was decided.

pub mod dossier;
pub mod geometry;
pub mod readback;
pub mod sheet_mark;

mod breaks;
mod form;
mod galley;
mod gate;
mod ink;
mod input;
mod kix;
mod laid;
mod makeup;
mod metrics;
pub mod note;
mod press;
mod print_file;
pub mod raster;
mod shell;
mod type_case;
mod world;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::base::Explain;
use crate::field::ids::LetterId;
pub use press::{Press, Proof, ProofResult};
pub use world::hashes;

/// The standards that print files conform to, for the vendor's job ticket.
pub const STANDARDS: &[&str] = &["PDF 1.7"];

/// The characters that both faces of the letters have.
///
/// # Errors
/// [`RenderError::Workshop`] when the faces cannot be loaded.
pub fn characters() -> Result<BTreeSet<char>, RenderError> {
    let metrics = world::Workshop::new(jiff::civil::date(2000, 1, 1))?.metrics();
    let has = |face, character| metrics.face(face).glyph(character).is_some();
    let both = |character: &char| {
        has(laid::Face::Regular, *character) && has(laid::Face::Bold, *character)
    };
    Ok((0..=0xFFFF).filter_map(char::from_u32).filter(both).collect())
}

/// Why letters could not be set. Never about one person: whom it cannot print, the press holds
/// before the plan.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A built-in template, face or date is not usable.
    #[error("cannot load the templates and typefaces")]
    Workshop,
    /// Typst could not lay a letter out, or laid out what cannot be printed.
    #[error("cannot lay out a letter: code `{code}`")]
    Layout {
        /// Which step.
        code: &'static str,
    },
    /// A template does not compile, or cannot set what it is given.
    #[error("template `{file}` stops at line {line}")]
    Template {
        /// Below `templates/`.
        file: String,
        /// From 1.
        line: usize,
    },
    /// A letter names a body that the press was not given.
    #[error("a letter names a body that was not set")]
    Body,
    /// The plan does not fit the letter.
    #[error(
        "letter `{letter_id}` does not take the paper that was planned, or its numbers are too large for the sheet mark"
    )]
    Plan {
        /// Which letter.
        letter_id: LetterId,
    },
    /// The configured window shows the place of the sheet mark.
    #[error("the window of the envelope shows the place of the sheet mark")]
    MarkInWindow,
    /// The PDF does not meet its standard.
    #[error("the PDF does not meet its standard")]
    Standard,
    /// A picture could not be encoded.
    #[error("cannot write the picture of a page")]
    Picture,
}

impl Explain for RenderError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Layout { code: "letterhead-too-tall" } => {
                "shorten the sender's lines in facts.toml".to_owned()
            }
            Self::Layout { code: "return-line-too-wide" } => {
                "shorten the sender's return address in facts.toml".to_owned()
            }
            Self::Layout { code: "glyph" } => {
                "a text holds a character that Noto Sans does not have: `breachpost texts check` names the sentence".to_owned()
            }
            Self::Template { .. } => {
                "templates are part of the program: correct the line in `templates/` and build it again, or install a program \
                 that works"
                    .to_owned()
            }
            Self::MarkInWindow => {
                "set `print.sheet_mark = \"reserve\"` or correct `print.window`".to_owned()
            }
            _ => return None,
        })
    }
}
