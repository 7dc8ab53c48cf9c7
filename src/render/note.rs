//! The delivery note: one page for the print floor with the totals of a part, set from a template
//! of its own.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::render::RenderError;
use crate::render::input::DateParts;
use crate::render::world::Workshop;

/// Input of `templates/delivery-note.typ`. Nothing about a person or about what the letters say.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveryNote {
    /// Heading, and title of the file.
    pub title: String,
    /// The run's date.
    pub date: DateParts,
    /// That nothing of it may be posted; empty in a real job.
    pub rehearsal: String,
    /// Label and value.
    pub about: Vec<(String, String)>,
    /// Heads of the table.
    pub columns: Vec<String>,
    /// One line a class, with as many cells as there are heads.
    pub rows: Vec<Vec<String>>,
    /// The last line: sums.
    pub total: Vec<String>,
    /// Labels of what the recipient writes down.
    pub receipt: Vec<String>,
}

impl DeliveryNote {
    /// The note as PDF/A-2a and PDF/UA-1. `ident` names the part; the same note has the same bytes.
    ///
    /// # Errors
    /// [`RenderError`] when it cannot be laid out, or a text holds a character that the faces do
    /// not have.
    pub fn set(&self, ident: &str, date: Date) -> Result<Vec<u8>, RenderError> {
        let set = Workshop::new(date)?.lay_note(self)?.accessible(ident, date);
        Workshop::forget();
        set
    }
}
