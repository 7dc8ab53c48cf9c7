//! A face of a print file: which glyphs are used, and how the face is embedded.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::Compression;
use flate2::bufread::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use sha2::{Digest, Sha256};
use subsetter::GlyphRemapper;

use crate::render::RenderError;
use crate::render::metrics::FaceMetrics;

const IDENTITY: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// The code of a glyph in every file: its number in the whole face, whatever the subset. So a
/// body's bytes do not depend on what else is in the file. A map in the file leads from code to the
/// glyph's place in the subset.
pub(super) const fn code(glyph: u16) -> [u8; 2] {
    glyph.to_be_bytes()
}

/// Name of a face in the resources.
pub(super) const fn name(face: &FaceMetrics) -> Name<'static> {
    if face.weight > 500 { Name(b"F1") } else { Name(b"F0") }
}

/// Which glyphs of a face are used.
pub(super) struct Used<'a> {
    metrics: &'a FaceMetrics,
    glyphs: Vec<bool>,
    /// What a glyph stands for where the face itself does not say.
    texts: BTreeMap<u16, String>,
}

impl<'a> Used<'a> {
    pub fn new(metrics: &'a FaceMetrics) -> Self {
        Self { metrics, glyphs: vec![false; metrics.advances.len()], texts: BTreeMap::new() }
    }

    pub const fn metrics(&self) -> &'a FaceMetrics {
        self.metrics
    }

    /// Notes a glyph and the text it stands for; of several texts the first one counts.
    pub fn add(&mut self, glyph: u16, text: &str) {
        let at = usize::from(glyph);
        if self.glyphs.get(at) == Some(&false) {
            self.glyphs[at] = true;
            if self.metrics.characters.get(at).copied().flatten().is_none() {
                self.texts.insert(glyph, text.to_owned());
            }
        }
    }

    /// All glyphs in order, and the texts.
    pub fn finish(self) -> (Box<[u16]>, BTreeMap<u16, String>) {
        (self.all().collect(), self.texts)
    }

    fn all(&self) -> impl Iterator<Item = u16> {
        (0_u16..).zip(&self.glyphs).filter_map(|(glyph, &used)| used.then_some(glyph))
    }

    fn text(&self, glyph: u16) -> Option<String> {
        let own = self.metrics.characters.get(usize::from(glyph)).copied().flatten();
        own.map(String::from).or_else(|| self.texts.get(&glyph).cloned())
    }
}

/// What a file holds of a face, unpacked.
pub(super) struct Embedded {
    /// Six capitals and the face's name.
    pub name: String,
    /// The glyphs.
    pub program: Vec<u8>,
    /// From code to place among the glyphs.
    pub map: Vec<u8>,
    /// From code to text.
    pub texts: Vec<u8>,
}

/// One face of a file, with the glyphs that the file uses.
pub(super) struct TypeCase<'a> {
    id: Ref,
    used: Used<'a>,
}

impl<'a> TypeCase<'a> {
    pub fn new(metrics: &'a FaceMetrics, id: Ref) -> Self {
        Self { id, used: Used::new(metrics) }
    }

    pub const fn metrics(&self) -> &'a FaceMetrics {
        self.used.metrics
    }

    pub const fn id(&self) -> Ref {
        self.id
    }

    /// Name in the resources.
    pub const fn name(&self) -> Name<'static> {
        name(self.used.metrics)
    }

    /// Notes a glyph of a body.
    pub fn add(&mut self, glyph: u16, text: &str) {
        self.used.add(glyph, text);
    }

    /// Codes of a personal line.
    pub fn line(&mut self, text: &str) -> Vec<u8> {
        let mut codes = Vec::with_capacity(text.len() * 2);
        for glyph in text.chars().filter_map(|character| self.used.metrics.glyph(character)) {
            self.used.add(glyph, "");
            codes.extend(code(glyph));
        }
        codes
    }

    /// Embeds the subset.
    pub fn write(&self, pdf: &mut Pdf, next: &mut i32) -> Result<(), RenderError> {
        let mut take = || {
            *next += 1;
            Ref::new(*next - 1)
        };

        let (cid, descriptor, program, map, unicode) = (take(), take(), take(), take(), take());
        let embedded = self.embedded().ok_or(RenderError::Workshop)?;
        let name = Name(embedded.name.as_bytes());
        pdf.type0_font(self.id)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(unicode);

        self.cid_font(pdf, cid, name, descriptor, map);
        self.descriptor(pdf, descriptor, name, program);
        let packed = deflate(&embedded.program);
        let mut stream = pdf.stream(program, &packed);
        stream.filter(Filter::FlateDecode);
        stream.pair(
            Name(b"Length1"),
            i32::try_from(embedded.program.len()).map_err(|_| RenderError::Workshop)?,
        );

        stream.finish();
        pdf.stream(map, &deflate(&embedded.map)).filter(Filter::FlateDecode);
        pdf.stream(unicode, &deflate(&embedded.texts)).filter(Filter::FlateDecode);

        Ok(())
    }

    /// What a file holds of this face. `None`: the face cannot be cut down to these glyphs.
    pub fn embedded(&self) -> Option<Embedded> {
        let mut places = GlyphRemapper::new();
        let mut map =
            vec![0_u8; self.used.all().last().map_or(0, |glyph| usize::from(glyph) * 2 + 2)];
        for glyph in self.used.all() {
            let at = usize::from(glyph) * 2;
            map[at..at + 2].copy_from_slice(&places.remap(glyph).to_be_bytes());
        }

        Some(Embedded {
            name: format!("{}+{}", tag(self.used.all()), self.metrics().name),
            program: subsetter::subset(self.metrics().data, 0, &places).ok()?,
            map,
            texts: self.to_unicode(),
        })
    }

    fn cid_font(&self, pdf: &mut Pdf, id: Ref, name: Name, descriptor: Ref, map: Ref) {
        let mut font = pdf.cid_font(id);
        font.subtype(CidFontType::Type2)
            .base_font(name)
            .system_info(IDENTITY)
            .font_descriptor(descriptor);

        font.default_width(0.0).cid_to_gid_map_stream(map);
        let mut widths = font.widths();
        for glyph in self.used.all() {
            widths.same(glyph, glyph, thousandths(self.metrics().advance(glyph)));
        }

        widths.finish();
        font.finish();
    }

    fn descriptor(&self, pdf: &mut Pdf, id: Ref, name: Name, program: Ref) {
        let metrics = self.metrics();
        let scale = |units: i16| thousandths(f64::from(units) / f64::from(metrics.units_per_em));
        let [left, bottom, right, top] = metrics.bounds.map(scale);

        pdf.font_descriptor(id)
            .name(name)
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(left, bottom, right, top))
            .italic_angle(0.0)
            .ascent(scale(metrics.ascent))
            .descent(scale(metrics.descent))
            .cap_height(scale(metrics.cap_height))
            .stem_v(f32::from(metrics.weight) / 5.0)
            .font_file2(program);
    }

    fn to_unicode(&self) -> Vec<u8> {
        let mut map = UnicodeCmap::new(Name(b"Custom"), IDENTITY);
        for glyph in self.used.all() {
            if let Some(text) = self.used.text(glyph).filter(|text| !text.is_empty()) {
                map.pair_with_multiple(glyph, text.chars());
            }
        }
        map.finish().to_vec()
    }
}

/// Six capitals that tell subsets apart (ISO 32000-1, 9.6.4).
fn tag(used: impl Iterator<Item = u16>) -> String {
    let mut hash = Sha256::new();
    for glyph in used {
        hash.update(glyph.to_be_bytes());
    }
    hash.finalize()[..6].iter().map(|byte| char::from(b'A' + byte % 26)).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "glyph space has thousandths of an em")]
fn thousandths(ems: f64) -> f32 {
    (ems * 1000.0) as f32
}

/// Packs a stream of the file.
pub(super) fn deflate(data: &[u8]) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(data, Compression::new(6));
    let mut bytes = Vec::with_capacity(data.len() / 2);
    // Reading from a slice into memory cannot fail.
    let _ = packed.read_to_end(&mut bytes);
    bytes
}
