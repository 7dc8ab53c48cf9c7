//! The closed world in which letters are laid out; the only file that names Typst.
//!
//! A template sees the listed template files, one JSON file with the letter, two embedded faces and
//! the run's date. There is no file system, no network, no package, no clock and no environment
//! behind it, and personal values come as JSON strings, which Typst shows and never runs.

mod bound;
mod fault;
mod galleys;

use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::civil::Date;
use serde::Serialize;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration, Value};
use typst::introspection::{MetadataElem, Tag};
use typst::layout::{Frame, FrameItem, Point, Transform};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook, FontVariations, TextItem};
use typst::utils::LazyHash;
use typst::visualize::{Color, Geometry, Paint, Shape};
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::PdfStandard;
use typst_render::RenderOptions;

use crate::base::hash;
use crate::render::RenderError;
use crate::render::input::LetterInput;
use crate::render::laid::{Face, Glyph, LaidPage, RuledLine, Run, Slot, SlotKey};
use crate::render::metrics::{FaceMetrics, FontMetrics};
use crate::render::note::DeliveryNote;
use crate::render::raster::Raster;

const TEMPLATES: [(&str, &str); 7] = [
    ("/letter.typ", include_str!("../../templates/letter.typ")),
    ("/galley.typ", include_str!("../../templates/galley.typ")),
    ("/page.typ", include_str!("../../templates/page.typ")),
    ("/blocks.typ", include_str!("../../templates/blocks.typ")),
    ("/slots.typ", include_str!("../../templates/slots.typ")),
    ("/delivery-note.typ", include_str!("../../templates/delivery-note.typ")),
    ("/dossier.typ", include_str!("../../templates/dossier.typ")),
];
/// What can be laid out: a template, and the name under which it reads its input.
const LETTER: [&str; 2] = ["/letter.typ", "/letter.json"];
const GALLEY: [&str; 2] = ["/galley.typ", "/galley.json"];
const DELIVERY_NOTE: [&str; 2] = ["/delivery-note.typ", "/delivery-note.json"];
const DOSSIER: [&str; 2] = ["/dossier.typ", "/dossier.json"];
const FACES: [(&[u8], &str, u16); 2] =
    [(notosans::REGULAR_TTF, "NotoSans-Regular", 400), (notosans::BOLD_TTF, "NotoSans-Bold", 700)];

/// The hash of all templates with their names, and that of the faces: lower-case hex SHA-256.
#[must_use]
pub fn hashes() -> [String; 2] {
    let templates =
        TEMPLATES.iter().map(|(path, text)| (path.trim_start_matches('/'), text.as_bytes()));
    let fonts = FACES.iter().map(|(data, name, _)| (*name, *data));
    [hash::of_files(templates), hash::of_files(fonts)]
}

/// Templates and faces, loaded once.
pub struct Workshop {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    sources: Vec<(FileId, Source)>,
    today: Datetime,
    date: Date,
    laid: AtomicUsize,
}

impl Workshop {
    /// Loads templates and faces; letters carry `date`.
    ///
    /// # Errors
    /// [`RenderError::Workshop`] when a built-in template path or face is not valid.
    pub fn new(date: Date) -> Result<Self, RenderError> {
        let fonts = faces();
        let sources = TEMPLATES
            .iter()
            .map(|(path, text)| Ok((file(path)?, Source::new(file(path)?, (*text).to_owned()))))
            .collect::<Result<_, RenderError>>()?;

        let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
        Ok(Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            sources,
            today: Datetime::from_ymd(date.year().into(), month, day)
                .ok_or(RenderError::Workshop)?,
            fonts: Some(fonts)
                .filter(|fonts| fonts.len() == FACES.len())
                .ok_or(RenderError::Workshop)?,
            date,
            laid: AtomicUsize::new(0),
        })
    }

    /// The date on the letters.
    pub const fn date(&self) -> Date {
        self.date
    }

    /// Tables of both faces.
    pub fn metrics(&self) -> FontMetrics {
        metrics(&self.fonts)
    }

    /// Lays a letter out.
    ///
    /// # Errors
    /// [`RenderError::Layout`] with a code, or [`RenderError::Template`]; Typst's own words quote
    /// the text and are dropped.
    pub fn lay(&self, input: &LetterInput) -> Result<Laid, RenderError> {
        self.forget_old();
        self.compile(LETTER, input)
    }

    /// Lays a delivery note out.
    ///
    /// # Errors
    /// As [`Workshop::lay`].
    pub fn lay_note(&self, note: &DeliveryNote) -> Result<Laid, RenderError> {
        self.compile(DELIVERY_NOTE, note)
    }

    fn compile(
        &self,
        [main, input]: [&str; 2],
        value: &impl Serialize,
    ) -> Result<Laid, RenderError> {
        let json = serde_json::to_vec(value).map_err(|_| RenderError::Workshop)?;
        let world =
            Room { workshop: self, main: file(main)?, input: file(input)?, json: Bytes::new(json) };
        let warned = typst::compile::<PagedDocument>(&world);
        let document = warned.output.map_err(|errors| fault::of(&world, errors.first()))?;

        // A warning may be a layout that never settled: page numbers or slots would be wrong.
        if !warned.warnings.is_empty() {
            return Err(RenderError::Layout { code: "warning" });
        }

        Ok(Laid(document))
    }

    /// Letters and bodies that were laid out so far, each try at a density counted.
    pub fn layouts(&self) -> usize {
        self.laid.load(Ordering::Relaxed)
    }

    /// Gives back all that Typst remembers.
    pub fn forget() {
        typst::comemo::evict(0);
    }

    /// Typst remembers every layout for the next one like it. What neighbours have in common is
    /// worth keeping; the rest is given back, so that memory stays flat however many letters there
    /// are.
    fn forget_old(&self) {
        /// Looking through the memory takes as long as laying a page out.
        const EVERY: usize = 32;
        if self.laid.fetch_add(1, Ordering::Relaxed) % EVERY == EVERY - 1 {
            typst::comemo::evict(1);
        }
    }
}

fn file(path: &str) -> Result<FileId, RenderError> {
    let path = VirtualPath::new(path).map_err(|_| RenderError::Workshop)?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// One document's view of the workshop.
struct Room<'a> {
    workshop: &'a Workshop,
    main: FileId,
    input: FileId,
    json: Bytes,
}

impl World for Room<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.workshop.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.workshop.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let known = self.workshop.sources.iter().find(|(known, _)| *known == id);
        known.map(|(_, source)| source.clone()).ok_or_else(|| closed(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.input { Ok(self.json.clone()) } else { Err(closed(id)) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.workshop.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        Some(self.workshop.today)
    }
}

fn closed(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}

/// The faces that are part of the program.
fn faces() -> Vec<Font> {
    FACES.iter().filter_map(|(data, ..)| Font::new(Bytes::new(*data), 0)).collect()
}

fn metrics(fonts: &[Font]) -> FontMetrics {
    let [regular, bold] = [0, 1].map(|index| face_metrics(&fonts[index], &FACES[index]));
    FontMetrics::new(regular, bold)
}

/// Tables of both faces, for whoever sets nothing. `None`: a built-in face is not valid.
pub fn house_metrics() -> Option<FontMetrics> {
    let fonts = faces();
    (fonts.len() == FACES.len()).then(|| metrics(&fonts))
}

fn face_metrics(
    font: &Font,
    (data, name, weight): &(&'static [u8], &'static str, u16),
) -> FaceMetrics {
    let instance = font.clone().instantiate(
        font.info().variant,
        typst::layout::Abs::pt(10.0),
        &FontVariations::default(),
    );

    let ttf = instance.ttf();
    let glyph =
        |character: u32| char::from_u32(character).and_then(|character| ttf.glyph_index(character));
    let glyphs: Vec<u16> =
        (0..=0xFFFF).map(|character| glyph(character).map_or(0, |id| id.0)).collect();
    let mut characters = vec![None; usize::from(ttf.number_of_glyphs())];
    for character in (0..=0xFFFF).filter_map(char::from_u32) {
        let Some(id) = ttf.glyph_index(character) else { continue };
        // Glyphs of class 3 are marks: they sit on the letter before them and take no room, also
        // where the character is one that stands alone (the backtick of this face).
        let class = ttf.tables().gdef.and_then(|gdef| gdef.glyph_class(id));
        let mark = class.is_some_and(|class| class as u8 == 3);
        let known = &mut characters[usize::from(id.0)];
        *known = known.or(Some(character).filter(|_| !mark));
    }

    let advance =
        |id| instance.x_advance(id).map_or(0.0, |advance| advance.get() * instance.units_per_em());
    let bounds = ttf.global_bounding_box();
    FaceMetrics {
        data,
        name,
        weight: *weight,
        units_per_em: ttf.units_per_em(),
        ascent: ttf.ascender(),
        descent: ttf.descender(),
        cap_height: ttf.capital_height().unwrap_or_default(),
        bounds: [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max],
        advances: (0..ttf.number_of_glyphs()).map(|id| whole(advance(id))).collect(),
        glyphs,
        characters,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "advances are whole and fit the font's u16"
)]
fn whole(units: f64) -> u16 {
    units.round() as u16
}

/// A letter that has been laid out.
pub struct Laid(PagedDocument);

impl Laid {
    /// Its pages for the writer of print files.
    ///
    /// # Errors
    /// [`RenderError::Layout`] when a page holds what that writer cannot draw or a text has no
    /// glyph.
    pub fn pages(&self) -> Result<Vec<LaidPage>, RenderError> {
        let page = |page: &typst_layout::Page| {
            let mut walk = Walk::default();
            walk.frame(Point::zero(), &page.frame).map_err(|code| RenderError::Layout { code })?;
            Ok(walk.0)
        };
        self.0.pages().iter().map(page).collect()
    }

    /// PDF/A-2a and PDF/UA-1: tagged, with language and title. `ident` names the letter and only
    /// its hash is kept.
    ///
    /// # Errors
    /// [`RenderError::Standard`] when the standards cannot be met.
    pub fn accessible(&self, ident: &str, date: Date) -> Result<Vec<u8>, RenderError> {
        self.export(ident, date, &[PdfStandard::A_2a, PdfStandard::Ua_1])
    }

    /// PDF without tags and standards.
    ///
    /// # Errors
    /// [`RenderError::Standard`] when it cannot be written.
    pub fn plain(&self, ident: &str, date: Date) -> Result<Vec<u8>, RenderError> {
        self.export(ident, date, &[])
    }

    fn export(
        &self,
        ident: &str,
        date: Date,
        standards: &[PdfStandard],
    ) -> Result<Vec<u8>, RenderError> {
        self.export_as(ident, date, standards, !standards.is_empty())
    }

    /// Each page as pixels.
    pub fn rasters(&self, pixels_per_inch: f64) -> Vec<Raster> {
        let options = RenderOptions {
            pixel_per_pt: (pixels_per_inch / 72.0).into(),
            ..RenderOptions::default()
        };
        let raster = |page| {
            let pixels = typst_render::render(page, &options);
            Raster { width: pixels.width(), height: pixels.height(), rgba: pixels.take() }
        };
        self.0.pages().iter().map(raster).collect()
    }
}

/// Collects what a page draws.
#[derive(Default)]
struct Walk(LaidPage);

impl Walk {
    fn frame(&mut self, origin: Point, frame: &Frame) -> Result<(), &'static str> {
        for (offset, item) in frame.items() {
            let at = origin + *offset;
            match item {
                FrameItem::Group(group) => {
                    let (shift, clip) = (group.transform, &group.clip);
                    let still = Transform { tx: shift.tx, ty: shift.ty, ..Transform::identity() };
                    if shift != still || clip.is_some() {
                        return Err("group");
                    }
                    self.frame(at + Point::new(shift.tx, shift.ty), &group.frame)?;
                }
                FrameItem::Text(text) => self.text(at, text)?,
                FrameItem::Shape(shape, _) => self.shape(at, shape)?,
                FrameItem::Tag(Tag::Start(content, _)) => {
                    if let Some(metadata) = content.to_packed::<MetadataElem>()
                        && !galleys::tells_measures(&metadata.value)
                    {
                        self.0.slots.push(slot(at, &metadata.value).ok_or("slot")?);
                    }
                }
                FrameItem::Tag(_) => {}
                FrameItem::Image(..) | FrameItem::Link(..) => return Err("image"),
            }
        }

        Ok(())
    }

    fn text(&mut self, at: Point, item: &TextItem) -> Result<(), &'static str> {
        if item.fill != Paint::Solid(Color::BLACK) || item.stroke.is_some() {
            return Err("colour");
        }

        let face = if item.font.info().variant.weight.to_number() > 500 {
            Face::Bold
        } else {
            Face::Regular
        };

        let mut glyphs = Vec::with_capacity(item.glyphs.len());
        for (index, glyph) in item.glyphs.iter().enumerate() {
            if glyph.id == 0 || glyph.y_offset.get() != 0.0 || glyph.y_advance.get() != 0.0 {
                return Err("glyph");
            }
            let begins = index == 0 || item.glyphs[index - 1].range != glyph.range;
            let text = if begins { glyph.range() } else { 0..0 };
            let (advance, offset) = (glyph.x_advance.get(), glyph.x_offset.get());
            glyphs.push(Glyph { id: glyph.id, advance, offset, text });
        }

        let (size, text) = (item.size.to_pt(), item.text.to_string());
        self.0.runs.push(Run { face, size, x: at.x.to_pt(), y: at.y.to_pt(), text, glyphs });
        Ok(())
    }

    fn shape(&mut self, at: Point, shape: &Shape) -> Result<(), &'static str> {
        let black = |paint: &Paint| *paint == Paint::Solid(Color::BLACK);
        let (x, y) = (at.x.to_pt(), at.y.to_pt());
        let rule = match (&shape.geometry, &shape.fill, &shape.stroke) {
            (Geometry::Rect(size), Some(fill), None) if black(fill) => {
                RuledLine { x, y, width: size.x.to_pt(), height: size.y.to_pt() }
            }
            _ => return Err("shape"),
        };

        self.0.rules.push(rule);
        Ok(())
    }
}

/// `(slot: "salutation", size: 11, bold: false)`.
fn slot(at: Point, value: &Value) -> Option<Slot> {
    let Value::Dict(dict) = value else { return None };
    let (Ok(Value::Str(key)), Ok(size), Ok(Value::Bool(bold))) =
        (dict.get("slot"), dict.get("size"), dict.get("bold"))
    else {
        return None;
    };

    let size = match size {
        Value::Float(size) => *size,
        Value::Length(size) => size.abs.to_pt(),
        _ => return None,
    };

    let face = if *bold { Face::Bold } else { Face::Regular };
    Some(Slot { key: SlotKey::named(key)?, face, size, x: at.x.to_pt(), y: at.y.to_pt() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_listed_files_is_found() {
        let workshop = Workshop::new(jiff::civil::date(2025, 10, 12)).unwrap();
        let [main, input] = LETTER.map(|path| file(path).unwrap());
        let room = Room { workshop: &workshop, main, input, json: Bytes::new(Vec::new()) };
        for path in [
            "/etc/passwd",
            "/Cargo.toml",
            "/cases/letter/screening-nl.json",
            "/letter.json.bak",
            "/delivery-note.json",
            "/templates/letter.typ",
        ] {
            let id = file(path).unwrap();
            assert!(matches!(room.file(id), Err(FileError::NotFound(_))), "{path}");
            assert!(matches!(room.source(id), Err(FileError::NotFound(_))), "{path}");
        }

        // Sources are not readable as data, data is not runnable as source, and packages are other
        // roots.
        assert!(room.file(file("/letter.typ").unwrap()).is_err() && room.source(input).is_err());
        let package = VirtualRoot::Package("@preview/tablex:0.0.1".parse().unwrap());
        let id = RootedPath::new(package, VirtualPath::new(LETTER[1]).unwrap()).intern();
        assert!(room.file(id).is_err() && room.source(id).is_err());

        assert!(room.font(2).is_none());
    }

    #[test]
    fn a_template_that_does_not_compile_is_named_with_its_line() {
        let mut workshop = Workshop::new(jiff::civil::date(2025, 10, 12)).unwrap();
        let (id, source) = workshop.sources[0].clone();
        let broken =
            format!("// One line more.\n#let broken = nothing-of-this-name\n{}", source.text());
        workshop.sources[0].1 = Source::new(id, broken);

        let case = include_str!("../../templates/cases/letter/screening-nl.json");
        let error = workshop.lay(&serde_json::from_str(case).unwrap()).err();
        assert_eq!(error, Some(RenderError::Template { file: "letter.typ".to_owned(), line: 2 }));
    }

    #[test]
    fn templates_run_no_text_and_read_no_file() {
        for (path, text) in TEMPLATES {
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            for line in code {
                let reads = line.contains("json(")
                    && ![LETTER[0], GALLEY[0], DELIVERY_NOTE[0], DOSSIER[0]].contains(&path);
                let runs = ["eval", "read(", "plugin(", "image(", "@preview", "csv(", "yaml("]
                    .iter()
                    .any(|word| line.contains(word));
                assert!(!reads && !runs, "{path}: {line}");
            }
        }
    }
}
