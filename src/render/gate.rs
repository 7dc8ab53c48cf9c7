//! What a draft must pass before it is planned: every character has a glyph, every line fits its
//! place, no slot is empty. Nothing is cut or replaced; a draft that does not pass is held for a
//! human.

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::is_nfc;

use crate::base::defect::{self, Defect};
use crate::config::Window;
use crate::field::draft::{Draft, Kix};
use crate::field::reason::Reason;
use crate::field::terms::Zone;
use crate::render::form::Stock;
use crate::render::geometry::{ADDRESS_LINES, DESCENT, MM_PER_PT, Sheet, Zones};
use crate::render::input::{address_block, bars, salutation};
use crate::render::laid::{Face, SlotKey};
use crate::render::metrics::{FaceMetrics, FontMetrics};

/// The measures that drafts are held against.
pub(super) struct Gate<'a> {
    pub metrics: &'a FontMetrics,
    pub window: &'a Window,
}

impl Gate<'_> {
    /// Why this draft cannot be set with this body, if it cannot.
    pub fn check(&self, draft: &Draft, stock: &Stock) -> Result<(), Reason> {
        complete(draft, stock)?;
        self.address(draft)?;

        for slot in stock.pages.iter().flat_map(|page| &page.slots) {
            let value = slot_value(slot.key, draft, stock);
            let face = self.metrics.face(slot.face);
            if slot.key != SlotKey::Rehearsal {
                covered(face, &value)?;
            }
            let right = slot.x + face.width(&value) * slot.size;
            if right * MM_PER_PT > Sheet::of(self.window).text_right {
                return Err(Reason::S102);
            }
        }

        Ok(())
    }

    /// Lines and bars inside the part of the window that is always visible.
    fn address(&self, draft: &Draft) -> Result<(), Reason> {
        let (sheet, visible) = (Sheet::of(self.window), Zones::of(self.window).always_visible);
        let face = self.metrics.face(Face::Regular);
        let mut count = 0;
        for line in address_block(draft) {
            covered(face, line)?;
            if face.width(line) * sheet.address_size * MM_PER_PT > sheet.address_width {
                return Err(Reason::S102);
            }
            count += 1;
        }

        let lowest =
            sheet.address_line(count.max(1) - 1) + DESCENT * sheet.address_size * MM_PER_PT;
        if count > ADDRESS_LINES || lowest > visible.bottom {
            return Err(Reason::S102);
        }

        match &draft.kix {
            Kix::Code(code) if bars(code, count, self.window).is_none() => Err(Reason::S102),
            _ => Ok(()),
        }
    }
}

/// What stands in a slot; the rehearsal line is the body's own.
pub(super) fn slot_value<'a>(
    key: SlotKey,
    draft: &'a Draft,
    stock: &'a Stock,
) -> std::borrow::Cow<'a, str> {
    match key {
        SlotKey::Reference => draft.reference.as_str().into(),
        SlotKey::Salutation => salutation(draft).into(),
        SlotKey::Provider => draft.provider_display.as_str().into(),
        SlotKey::Rehearsal => (&*stock.rehearsal).into(),
        // The same for everybody: no page of a press has it any more.
        SlotKey::Page => "".into(),
    }
}

fn complete(draft: &Draft, stock: &Stock) -> Result<(), Reason> {
    let blank = |text: &String| text.trim().is_empty();
    let lines = |lines: &Vec<String>| lines.is_empty() || lines.iter().any(blank);
    let country = draft.zone != Zone::Domestic && blank(&draft.country_line);
    let provider = stock.provider_slot && blank(&draft.provider_display);
    let code = matches!(&draft.kix, Kix::Code(code) if code.is_empty());
    let texts = blank(&draft.salutation) || blank(&draft.reference);

    if lines(&draft.name_lines)
        || lines(&draft.address_lines)
        || country
        || provider
        || code
        || texts
    {
        return Err(Reason::S103);
    }
    Ok(())
}

/// Every character has a glyph of its own, from which a reader of the file finds the same
/// character.
pub(super) fn covered(face: &FaceMetrics, text: &str) -> Result<(), Reason> {
    // Combining marks that stay after composition would need positions from the font, which
    // measuring by advances does not know; no name in the Dutch register's character set has one.
    let plain = is_nfc(text)
        && text.chars().all(|character| printable(character) && face.faithful(character).is_some());
    if plain || defect::is(Defect::GlyphMissing) { Ok(()) } else { Err(Reason::S101) }
}

/// Letters, digits, punctuation, symbols and the plain space.
fn printable(character: char) -> bool {
    use GeneralCategory as C;
    let refused = matches!(
        get_general_category(character),
        C::Control
            | C::Format
            | C::PrivateUse
            | C::Surrogate
            | C::Unassigned
            | C::LineSeparator
            | C::ParagraphSeparator
            | C::NonspacingMark
            | C::SpacingMark
            | C::EnclosingMark
    );

    character == ' ' || !(refused || character.is_whitespace())
}
