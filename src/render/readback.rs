//! Finished print files, opened with a parser that is not the writer: what text stands where, what
//! is inked, page by page.

mod anatomy;
mod compare;
mod content;
mod font;
mod known;
mod page_texts;
mod plain;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

use hayro_syntax::Pdf;
use hayro_syntax::object::Stream;
use hayro_syntax::object::dict::keys::{DECODE_PARMS, DP, MATRIX, RESOURCES};
use hayro_syntax::page::{self, Resources};

pub use compare::Proofreader;
pub use page_texts::PageTexts;

use crate::field::ids::LetterId;
use crate::render::geometry::{ASCENT, DESCENT, MM_PER_PT, Rect};
use content::Interpreter;
use font::Font;
use known::Codes;

/// Why a print file is not what was decided. No personal data: a letter's id and the place that
/// differs.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadbackError {
    /// No PDF, or one with something in it that our print files never hold.
    #[error("print file cannot be read back: {what}")]
    Unreadable {
        /// Which part.
        what: &'static str,
    },
    /// Something that none of our print files has.
    #[error("the file has {what}, which no print file of ours has")]
    Foreign {
        /// What it is, in words of ours; of names in it letters and digits alone.
        what: String,
    },
    /// More or fewer pages than planned.
    #[error("print file has {found} pages, expected {planned}")]
    Pages {
        /// In the file.
        found: usize,
        /// In the plan.
        planned: usize,
    },
    /// A letter is not what was decided.
    #[error("letter `{letter_id}` differs from the plan: {what}")]
    Mismatch {
        /// Which letter.
        letter_id: LetterId,
        /// Which part of it.
        what: &'static str,
    },
}

/// PlacedText of one font and size on one baseline, in millimetres from the top left corner of the
/// page.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedText {
    /// As a reader of the file finds it.
    pub text: String,
    /// Left end.
    pub left: f64,
    /// Right end.
    pub right: f64,
    /// Baseline.
    pub baseline: f64,
    /// Size of the font.
    pub size: f64,
}

impl PlacedText {
    /// The room that its letters can take.
    #[must_use]
    pub fn area(&self) -> Rect {
        let (top, bottom) =
            (self.baseline - ASCENT * self.size, self.baseline + DESCENT * self.size);
        Rect { left: self.left, top, right: self.right, bottom }
    }
}

/// What one content stream draws.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layer {
    /// In the order of the stream.
    pub texts: Vec<PlacedText>,
    /// Bounding boxes of what is filled or stroked.
    pub inked: Vec<Rect>,
}

/// A form XObject of the file, drawn by its number.
#[derive(Clone, Debug)]
pub struct FormXObject {
    /// Object number; the same number is the same content.
    pub number: i32,
    /// What it draws.
    pub layer: Rc<Layer>,
}

/// One page.
#[derive(Clone, Debug, Default)]
pub struct PageContent {
    /// Width in millimetres.
    pub width: f64,
    /// Height in millimetres.
    pub height: f64,
    /// What the page draws itself.
    pub own: Layer,
    /// What it draws by reference, in order.
    pub forms: Vec<FormXObject>,
    /// Its own content has no operators but those of our pages, written as we write them.
    pub is_plain: bool,
}

/// A page as it is read: forms by their number.
struct Page {
    width: f64,
    height: f64,
    own: Layer,
    forms: Vec<i32>,
    is_plain: bool,
}

/// A form XObject that a page draws. It is read when somebody asks for it.
struct Drawn<'f> {
    stream: Stream<'f>,
    resources: Resources<'f>,
    /// Height of the page in points.
    height: f64,
    read: Option<Rc<ReadForm>>,
}

/// What a form draws, and with which codes of which faces.
struct ReadForm {
    layer: Rc<Layer>,
    codes: Codes,
}

/// Reads pages; faces and forms are read once for the whole file.
#[derive(Default)]
struct Reader<'f> {
    fonts: HashMap<i32, Rc<Font>>,
    forms: HashMap<i32, Drawn<'f>>,
}

/// All pages of a file, in order.
///
/// # Errors
/// [`ReadbackError::Unreadable`].
pub fn read(pdf: &[u8]) -> Result<Vec<PageContent>, ReadbackError> {
    let pdf = open(pdf)?;
    let mut reader = Reader::default();
    let full = |page| {
        let Page { width, height, own, forms, is_plain } = reader.page(page)?;
        let layer = |number: &i32| {
            Ok(FormXObject { number: *number, layer: Rc::clone(&reader.form(*number)?.layer) })
        };
        Ok(PageContent {
            width,
            height,
            own,
            forms: forms.iter().map(layer).collect::<Result<_, _>>()?,
            is_plain,
        })
    };

    pdf.pages().iter().map(full).collect()
}

fn open(pdf: &[u8]) -> Result<Pdf, ReadbackError> {
    Pdf::new(pdf.to_vec()).map_err(|_| ReadbackError::Unreadable { what: "file structure" })
}

impl<'f> Reader<'f> {
    fn page(&mut self, page: &page::Page<'f>) -> Result<Page, ReadbackError> {
        let area = page.media_box();
        let height = area.y1 - area.y0;
        let stream =
            page.page_stream().ok_or(ReadbackError::Unreadable { what: "page content" })?;
        let (interpreter, is_plain) =
            Interpreter::read(stream, page.resources(), height, None, self)?;

        Ok(Page {
            width: (area.x1 - area.x0) * MM_PER_PT,
            height: height * MM_PER_PT,
            own: interpreter.layer,
            forms: interpreter.forms,
            is_plain,
        })
    }

    fn font(&mut self, resources: &Resources, name: &[u8]) -> Result<Rc<Font>, ReadbackError> {
        const WHAT: ReadbackError = ReadbackError::Unreadable { what: "font" };
        let number = resources.fonts.get_ref(name).map(|at| at.obj_number);
        if let Some(font) = number.and_then(|number| self.fonts.get(&number)) {
            return Ok(Rc::clone(font));
        }

        let font = resources
            .fonts
            .get(name)
            .and_then(|dict| Font::read(&dict))
            .map(Rc::new)
            .ok_or(WHAT)?;

        if let Some(number) = number {
            self.fonts.insert(number, Rc::clone(&font));
        }

        Ok(font)
    }

    /// Notes a form that a page draws, by its object's number.
    fn draw(
        &mut self,
        resources: &Resources<'f>,
        name: &[u8],
        height: f64,
    ) -> Result<i32, ReadbackError> {
        let number = resources.x_objects.get_ref(name).ok_or(FORM)?.obj_number;
        if let Entry::Vacant(place) = self.forms.entry(number) {
            let stream: Stream = resources.x_objects.get(name).ok_or(FORM)?;
            // Whatever changes what the stream means, our files never have.
            if [MATRIX, DECODE_PARMS, DP].iter().any(|key| stream.dict().contains_key(key)) {
                return Err(FORM);
            }
            let resources = Resources::from_parent(
                stream.dict().get(RESOURCES).unwrap_or_default(),
                resources.clone(),
            );
            place.insert(Drawn { stream, resources, height, read: None });
        }

        Ok(number)
    }

    /// What a form that a page drew holds.
    fn form(&mut self, number: i32) -> Result<Rc<ReadForm>, ReadbackError> {
        let drawn = self.forms.get(&number).ok_or(FORM)?;
        if let Some(read) = &drawn.read {
            return Ok(Rc::clone(read));
        }

        let (data, resources) =
            (drawn.stream.decoded().map_err(|_| FORM)?, drawn.resources.clone());
        let codes = Some(Codes::default());
        let (interpreter, _) = Interpreter::read(&data, &resources, drawn.height, codes, self)?;

        if !interpreter.forms.is_empty() {
            return Err(FORM);
        }

        let codes = interpreter.codes.unwrap_or_default();
        let read = Rc::new(ReadForm { layer: Rc::new(interpreter.layer), codes });
        if let Some(drawn) = self.forms.get_mut(&number) {
            drawn.read = Some(Rc::clone(&read));
        }

        Ok(read)
    }
}

const FORM: ReadbackError = ReadbackError::Unreadable { what: "form" };
