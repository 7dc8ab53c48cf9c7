//! What the embedded faces say about characters: which glyph, how wide. Personal values are
//! measured and written by these tables alone, with kerning off, so that the gate, the press and
//! the templates mean the same line.

use crate::render::laid::Face;

/// Tables of one face.
pub struct FaceMetrics {
    /// The font file.
    pub data: &'static [u8],
    /// PostScript name.
    pub name: &'static str,
    /// Units in an em.
    pub units_per_em: u16,
    /// In font units.
    pub ascent: i16,
    /// In font units, negative.
    pub descent: i16,
    /// In font units.
    pub cap_height: i16,
    /// Bounding box of all glyphs, in font units: left, bottom, right, top.
    pub bounds: [i16; 4],
    /// Weight, 100 to 900.
    pub weight: u16,
    /// Glyph of each character of the basic plane; 0 = none.
    pub glyphs: Vec<u16>,
    /// Advance of each glyph, in font units.
    pub advances: Vec<u16>,
    /// The character that a reader of the file finds for each glyph: the first that is shown by it.
    pub characters: Vec<Option<char>>,
}

impl FaceMetrics {
    /// The glyph of a character, `None` when the face has none.
    #[must_use]
    pub fn glyph(&self, character: char) -> Option<u16> {
        let id = *self.glyphs.get(u32::from(character) as usize)?;
        (id != 0).then_some(id)
    }

    /// The glyph of a character that a reader of the file finds again as the same character. Two
    /// characters that look the same (space and no-break space) share a glyph; only one of them may
    /// stand in a personal value.
    #[must_use]
    pub fn faithful(&self, character: char) -> Option<u16> {
        self.glyph(character).filter(|&id| self.characters[usize::from(id)] == Some(character))
    }

    /// Advance of a glyph in ems.
    #[must_use]
    pub fn advance(&self, glyph: u16) -> f64 {
        f64::from(self.advances.get(usize::from(glyph)).copied().unwrap_or(0))
            / f64::from(self.units_per_em)
    }

    /// Width of a line in ems; characters without a glyph count nothing.
    #[must_use]
    pub fn width(&self, text: &str) -> f64 {
        text.chars()
            .filter_map(|character| self.glyph(character))
            .map(|glyph| self.advance(glyph))
            .sum()
    }
}

/// Both faces.
pub struct FontMetrics {
    faces: [FaceMetrics; 2],
}

impl FontMetrics {
    pub(super) const fn new(regular: FaceMetrics, bold: FaceMetrics) -> Self {
        Self { faces: [regular, bold] }
    }

    /// One face.
    #[must_use]
    pub const fn face(&self, face: Face) -> &FaceMetrics {
        &self.faces[face as usize]
    }
}
