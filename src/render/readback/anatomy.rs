//! What a print file consists of, held against what our own consist of: any other entry, operator
//! or byte changes what is printed, or does something when the file is opened.
//!
//! The text of a page says nothing of a face whose glyphs were exchanged, of a page that is turned,
//! or of a script. So all of it is counted off here.

use hayro_syntax::Pdf;
use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction as Op;
use hayro_syntax::object::dict::keys::{
    BASE_FONT, CID_TO_GID_MAP, CONTENTS, DESCENDANT_FONTS, FONT_DESC, FONT_FILE2, MEDIA_BOX,
    TO_UNICODE, TRIM_BOX, TYPE,
};
use hayro_syntax::object::{Array, Dict, MaybeRef, Name, Object, Stream};
use pdf_writer::Ref;

use super::ReadbackError;
use super::font::Font;
use crate::render::geometry::{MM_PER_PT, PAGE_HEIGHT, PAGE_WIDTH};
use crate::render::laid::Face;
use crate::render::metrics::FontMetrics;
use crate::render::type_case::TypeCase;

/// Every key that is in a print file.
const KEYS: [&str; 46] = [
    "Ascent",
    "B",
    "BBox",
    "BaseFont",
    "CIDSystemInfo",
    "CIDToGIDMap",
    "CapHeight",
    "Contents",
    "Count",
    "DW",
    "DescendantFonts",
    "Descent",
    "Encoding",
    "F0",
    "F1",
    "Filter",
    "Flags",
    "Font",
    "FontBBox",
    "FontDescriptor",
    "FontFile2",
    "FontName",
    "ItalicAngle",
    "Kids",
    "Length",
    "Length1",
    "MediaBox",
    "Ordering",
    "OutputConditionIdentifier",
    "OutputIntents",
    "Pages",
    "Parent",
    "Producer",
    "Registry",
    "RegistryName",
    "Resources",
    "S",
    "StemV",
    "Subtype",
    "Supplement",
    "Title",
    "ToUnicode",
    "TrimBox",
    "Type",
    "W",
    "XObject",
];

/// Whether a file is made of what our print files are made of, and of nothing else.
///
/// # Errors
/// [`ReadbackError::Foreign`] with the first thing that is not.
pub(super) fn check(pdf: &Pdf, metrics: &FontMetrics) -> Result<(), ReadbackError> {
    for object in pdf.objects() {
        entries(&object, 0)?;
        if let Object::Dict(dict) = &object
            && dict.get::<Name>(TYPE).is_some_and(|kind| &*kind == b"Page")
        {
            page(dict)?;
        }
        if let Object::Dict(dict) = &object
            && dict.contains_key(DESCENDANT_FONTS)
        {
            face(dict, metrics)?;
        }
    }

    Ok(())
}

pub(super) fn foreign<T>(what: impl Into<String>) -> Result<T, ReadbackError> {
    Err(ReadbackError::Foreign { what: what.into() })
}

/// Whether a file was written once: nothing before it, nothing behind it, nothing added later, no
/// key.
///
/// # Errors
/// [`ReadbackError::Foreign`].
pub(super) fn ends(bytes: &[u8]) -> Result<(), ReadbackError> {
    let find = |word: &[u8]| memchr::memmem::find_iter(bytes, word).count();
    let trailer = memchr::memmem::rfind(bytes, b"trailer").map_or(&[][..], |at| &bytes[at..]);
    let has = |word: &[u8]| memchr::memmem::find(trailer, word).is_some();

    if !bytes.starts_with(b"%PDF-1.7") {
        foreign("bytes before its beginning")
    } else if !bytes.ends_with(b"%%EOF") {
        foreign("bytes behind its end")
    } else if has(b"/Encrypt") {
        foreign("encryption")
    } else if find(b"startxref") != 1 || has(b"/Prev") {
        foreign("a part that was added to a finished file")
    } else {
        Ok(())
    }
}

/// Only keys that we write, however deep.
fn entries(object: &Object<'_>, depth: usize) -> Result<(), ReadbackError> {
    const DEEPEST: usize = 8;
    if depth > DEEPEST {
        return foreign("entries inside one another");
    }

    let dict = match object {
        Object::Dict(dict) => dict,
        Object::Stream(stream) => stream.dict(),
        Object::Array(array) => {
            let direct = array.raw_iter().filter_map(|item| match item {
                MaybeRef::NotRef(item) => Some(item),
                MaybeRef::Ref(_) => None,
            });
            return { direct }.try_for_each(|item| entries(&item, depth + 1));
        }
        _ => return Ok(()),
    };

    for (key, value) in dict.entries() {
        if !KEYS.iter().any(|known| known.as_bytes() == &*key) {
            let name: String = key.iter().map(|byte| char::from(*byte)).take(24).collect();
            let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
            return foreign(format!("an entry `{name}`"));
        }
        if let MaybeRef::NotRef(value) = value {
            entries(&value, depth + 1)?;
        }
    }
    Ok(())
}

/// The whole sheet, and one stream that draws on it.
fn page(dict: &Dict<'_>) -> Result<(), ReadbackError> {
    let whole = |key: &[u8]| {
        let Some(found) = dict.get::<Array>(key) else { return true };
        let found: Vec<f32> = found.iter::<f32>().collect();
        let whole = [0.0, 0.0, PAGE_WIDTH / MM_PER_PT, PAGE_HEIGHT / MM_PER_PT];
        found.len() == 4
            && found.iter().zip(whole).all(|(found, whole)| (f64::from(*found) - whole).abs() < 0.1)
    };
    if !whole(MEDIA_BOX) || !whole(TRIM_BOX) {
        return foreign("a page of another size");
    }
    if dict.get_ref(CONTENTS).is_none() || dict.get::<Stream>(CONTENTS).is_none() {
        return foreign("a page with more than one content");
    }
    Ok(())
}

/// The operators of a letter: black text and filled rectangles.
pub(super) fn operators(content: &[u8]) -> Result<(), ReadbackError> {
    let mut operations = TypedIter::new(content);
    while let Some(operation) = operations.next() {
        match operation {
            Op::XObject(_)
            | Op::BeginText(_)
            | Op::EndText(_)
            | Op::TextFont(_)
            | Op::SetTextMatrix(_)
            | Op::ShowText(_)
            | Op::ShowTexts(_)
            | Op::RectPath(_)
            | Op::FillPathNonZero(_)
            | Op::SaveState(_)
            | Op::RestoreState(_)
            | Op::Transform(_) => {}
            _ => return foreign("an operator that letters do not use"),
        }
    }
    Ok(())
}

/// Glyphs, widths and texts are those of the face: what a code looks like is what it says.
fn face(dict: &Dict<'_>, metrics: &FontMetrics) -> Result<(), ReadbackError> {
    const BROKEN: &str = "a face without its parts";
    let broken = || ReadbackError::Foreign { what: BROKEN.to_owned() };
    let decoded = |stream: Option<Stream<'_>>| {
        let decoded = stream.and_then(|stream| Some(stream.decoded().ok()?.into_owned()));
        decoded.ok_or_else(broken)
    };

    let descendants = dict.get::<Array>(DESCENDANT_FONTS).ok_or_else(broken)?;
    let cid = descendants.iter::<Dict>().next().ok_or_else(broken)?;
    let descriptor = cid.get::<Dict>(FONT_DESC).ok_or_else(broken)?;
    let program = decoded(descriptor.get::<Stream>(FONT_FILE2))?;
    let map = decoded(cid.get::<Stream>(CID_TO_GID_MAP))?;
    let said = decoded(dict.get::<Stream>(TO_UNICODE))?;
    let font = Font::read(dict).ok_or_else(broken)?;
    let name = dict.get::<Name>(BASE_FONT).ok_or_else(broken)?;

    let used = (0_u16..).zip(map.chunks_exact(2)).filter(|(_, place)| *place != [0, 0]);
    let used: Vec<u16> = used.map(|(glyph, _)| glyph).collect();
    let own = Face::ALL.into_iter().find_map(|face| {
        let mut own = TypeCase::new(metrics.face(face), Ref::new(1));
        for &glyph in &used {
            own.add(glyph, font.text(glyph).unwrap_or_default());
        }
        let embedded = own.embedded()?;
        (embedded.name.as_bytes() == &*name).then_some((face, embedded))
    });

    let Some((own, embedded)) = own else { return foreign("a face that is not ours") };
    if embedded.program != program || embedded.map != map {
        return foreign("glyphs that are not those of the face");
    }
    if embedded.texts != said {
        return foreign("codes that stand for other texts");
    }
    let own = metrics.face(own);
    if !used.iter().all(|&glyph| (own.advance(glyph) - font.width(glyph)).abs() < 1e-4) {
        return foreign("widths that are not those of the face");
    }
    Ok(())
}
