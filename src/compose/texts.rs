//! The text of a letter.

use jiff::civil::Date;

use crate::facts::Facts;
use crate::letter::{Body, Frame, Notice};

/// PLACEHOLDER of the addressing branch; the branch of the texts replaces this file.
#[must_use]
pub fn body(notice: &Notice<'_>, facts: &Facts, run_date: Date, synthetic: bool) -> Body {
    let _ = (facts, synthetic);
    Body {
        language: notice.language,
        format: notice.format,
        provider_slot: !super::provider_display(notice, run_date).is_empty(),
        frame: Frame {
            sender_name: String::new(),
            sender_lines: Vec::new(),
            return_line: String::new(),
            date_label: String::new(),
            date: run_date.to_string(),
            reference_label: String::new(),
            heading: String::new(),
            page_label: String::new(),
            rehearsal: String::new(),
            closing: String::new(),
            signature: Vec::new(),
            last_lines: Vec::new(),
        },
        blocks: Vec::new(),
    }
}
