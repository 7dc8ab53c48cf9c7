//! Walks a content stream and keeps what is drawn: text with its place, and the boxes of whatever
//! is inked.

use std::rc::Rc;

use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction as Op;
use hayro_syntax::object::{Array, Number, Object};
use hayro_syntax::page::Resources;

use crate::render::geometry::{MM_PER_PT, Rect};
use crate::render::readback::font::Font;
use crate::render::readback::known::Codes;
use crate::render::readback::plain::{Act, NotPlain, Plain};
use crate::render::readback::{Layer, PlacedText, ReadbackError, Reader};

/// `[a b c d e f]`.
type Matrix = [f64; 6];

const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// First `inner`, then `outer`.
fn then(inner: Matrix, outer: Matrix) -> Matrix {
    let (i, o) = (inner, outer);
    [
        i[0] * o[0] + i[1] * o[2],
        i[0] * o[1] + i[1] * o[3],
        i[2] * o[0] + i[3] * o[2],
        i[2] * o[1] + i[3] * o[3],
        i[4] * o[0] + i[5] * o[2] + o[4],
        i[4] * o[1] + i[5] * o[3] + o[5],
    ]
}

fn numbers(values: [Number; 6]) -> Matrix {
    values.map(|value| value.as_f64())
}

#[derive(Clone)]
struct State {
    matrix: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    line_width: f64,
}

pub(super) struct Interpreter {
    pub layer: Layer,
    /// Forms that are drawn, by number.
    pub forms: Vec<i32>,
    /// Notes which codes are shown, where that is wanted.
    pub codes: Option<Codes>,
    height: f64,
    state: State,
    saved: Vec<State>,
    text: Matrix,
    line: Matrix,
    /// Corners of the subpaths since the last painting, page space.
    path: Vec<[f64; 4]>,
}

impl Interpreter {
    /// Reads content, and says whether it has no operators but those of our own pages; `height` of
    /// the page in points.
    pub fn read<'f>(
        data: &[u8],
        resources: &Resources<'f>,
        height: f64,
        codes: Option<Codes>,
        reader: &mut Reader<'f>,
    ) -> Result<(Self, bool), ReadbackError> {
        let mut plain = Self::new(height, codes.clone());
        if plain.run_plain(data, resources, reader)?.is_ok() {
            return Ok((plain, true));
        }

        let mut any = Self::new(height, codes);
        any.run(data, resources, reader)?;
        Ok((any, false))
    }

    fn new(height: f64, codes: Option<Codes>) -> Self {
        Self {
            layer: Layer::default(),
            forms: Vec::new(),
            codes,
            height,
            state: State { matrix: IDENTITY, font: None, size: 0.0, line_width: 1.0 },
            saved: Vec::new(),
            text: IDENTITY,
            line: IDENTITY,
            path: Vec::new(),
        }
    }

    /// Reads content in the plain form of our pages.
    fn run_plain<'f>(
        &mut self,
        data: &[u8],
        resources: &Resources<'f>,
        reader: &mut Reader<'f>,
    ) -> Result<Result<(), NotPlain>, ReadbackError> {
        let mut plain = Plain::new(data);
        loop {
            match plain.next() {
                Ok(Some(act)) => self.act(&act, resources, reader)?,
                Ok(None) => return Ok(Ok(())),
                Err(other) => return Ok(Err(other)),
            }
        }
    }

    /// Reads any content that letters may have.
    fn run<'f>(
        &mut self,
        data: &[u8],
        resources: &Resources<'f>,
        reader: &mut Reader<'f>,
    ) -> Result<(), ReadbackError> {
        let mut operations = TypedIter::new(data);
        while let Some(operation) = operations.next() {
            let act = match &operation {
                Op::SaveState(_) => Act::Save,
                Op::RestoreState(_) => Act::Restore,
                Op::Transform(by) => Act::Transform(numbers([by.0, by.1, by.2, by.3, by.4, by.5])),
                Op::BeginText(_) => Act::BeginText,
                Op::EndText(_) => Act::EndText,
                Op::TextFont(font) => Act::Font(font.0, font.1.as_f64()),
                Op::SetTextMatrix(to) => Act::Place(numbers([to.0, to.1, to.2, to.3, to.4, to.5])),
                Op::ShowText(text) => Act::Show(text.0),
                Op::RectPath(rect) => {
                    Act::Rectangle([rect.0, rect.1, rect.2, rect.3].map(|number| number.as_f64()))
                }
                Op::FillPathNonZero(_) => Act::Fill,
                Op::XObject(name) => Act::Draw(name.0),
                other => {
                    self.step(other).map_err(|what| ReadbackError::Unreadable { what })?;
                    continue;
                }
            };
            self.act(&act, resources, reader)?;
        }

        Ok(())
    }

    /// An operator that our own pages have.
    fn act<'f>(
        &mut self,
        act: &Act<'_>,
        resources: &Resources<'f>,
        reader: &mut Reader<'f>,
    ) -> Result<(), ReadbackError> {
        let unreadable = |what| ReadbackError::Unreadable { what };
        match *act {
            Act::Save => self.saved.push(self.state.clone()),
            Act::Restore => {
                self.state = self.saved.pop().ok_or_else(|| unreadable("unbalanced state"))?;
            }
            Act::Transform(by) => self.state.matrix = then(by, self.state.matrix),
            Act::BeginText => (self.text, self.line) = (IDENTITY, IDENTITY),
            Act::EndText => {}
            Act::Font(face, size) => {
                self.state.font = Some(reader.font(resources, face)?);
                if let Some(codes) = &mut self.codes {
                    codes.face(face);
                }
                self.state.size = size;
            }
            Act::Place(to) => (self.text, self.line) = (to, to),
            Act::Show(codes) => self.show(|run| run.string(codes)).map_err(unreadable)?,
            Act::ShowSpaced(codes, shifts) => {
                self.show(|run| run.spaced(codes, shifts)).map_err(unreadable)?;
            }
            Act::Rectangle([x, y, width, height]) => {
                self.begin(x, y);
                self.extend(x + width, y + height);
            }
            Act::Fill => self.paint(0.0),
            Act::Draw(name) => {
                // A form that is moved or scaled would need its own copy; our files draw bodies
                // in place.
                if self.state.matrix != IDENTITY {
                    return Err(unreadable("moved form"));
                }
                self.forms.push(reader.draw(resources, name, self.height)?);
            }
        }

        Ok(())
    }

    fn step(&mut self, operation: &Op) -> Result<(), &'static str> {
        match operation {
            Op::LineWidth(width) => self.state.line_width = width.0.as_f64(),
            Op::BeginText(_) => (self.text, self.line) = (IDENTITY, IDENTITY),
            Op::SetTextMatrix(to) => {
                self.line = numbers([to.0, to.1, to.2, to.3, to.4, to.5]);
                self.text = self.line;
            }
            Op::NextLine(by) => {
                self.line = then([1.0, 0.0, 0.0, 1.0, by.0.as_f64(), by.1.as_f64()], self.line);
                self.text = self.line;
            }
            Op::ShowTexts(texts) => self.show(|run| run.array(texts.0))?,
            Op::MoveTo(to) => self.begin(to.0.as_f64(), to.1.as_f64()),
            Op::LineTo(to) => self.extend(to.0.as_f64(), to.1.as_f64()),
            Op::CubicTo(to) => {
                self.extend(to.0.as_f64(), to.1.as_f64());
                self.extend(to.2.as_f64(), to.3.as_f64());
                self.extend(to.4.as_f64(), to.5.as_f64());
            }
            Op::FillPathNonZeroCompatibility(_) | Op::FillPathEvenOdd(_) => self.paint(0.0),
            Op::StrokePath(_) | Op::CloseAndStrokePath(_) => {
                self.paint(self.state.line_width / 2.0);
            }
            Op::EndPath(_) => self.path.clear(),
            // Colours, graphics states and marks do not change where something stands. (That the
            // colour is black is shown on the finished file by another program.)
            Op::ClosePath(_)
            | Op::ClipNonZero(_)
            | Op::ClipEvenOdd(_)
            | Op::ColorSpaceNonStroke(_)
            | Op::ColorSpaceStroke(_)
            | Op::NonStrokeColorNamed(_)
            | Op::StrokeColorNamed(_)
            | Op::NonStrokeColor(_)
            | Op::StrokeColor(_)
            | Op::NonStrokeColorDeviceGray(_)
            | Op::StrokeColorDeviceGray(_)
            | Op::SetGraphicsState(_)
            | Op::LineCap(_)
            | Op::LineJoin(_)
            | Op::MiterLimit(_)
            | Op::DashPattern(_)
            | Op::BeginMarkedContent(_)
            | Op::BeginMarkedContentWithProperties(_)
            | Op::EndMarkedContent(_) => {}
            _ => return Err("an operator that letters do not use"),
        }

        Ok(())
    }

    fn begin(&mut self, x: f64, y: f64) {
        let (x, y) = self.place(x, y);
        self.path.push([x, y, x, y]);
    }

    fn extend(&mut self, x: f64, y: f64) {
        let (x, y) = self.place(x, y);
        if let Some([left, low, right, high]) = self.path.last_mut() {
            (*left, *low, *right, *high) = (left.min(x), low.min(y), right.max(x), high.max(y));
        }
    }

    fn place(&self, x: f64, y: f64) -> (f64, f64) {
        let matrix = self.state.matrix;
        (matrix[0] * x + matrix[2] * y + matrix[4], matrix[1] * x + matrix[3] * y + matrix[5])
    }

    fn paint(&mut self, grown: f64) {
        for [left, low, right, high] in self.path.drain(..) {
            let (top, bottom) = (self.height - high, self.height - low);
            let [left, top, right, bottom] =
                [left, top, right, bottom].map(|value| value * MM_PER_PT);
            self.layer.inked.push(Rect { left, top, right, bottom }.grown(grown * MM_PER_PT));
        }
    }

    fn show(&mut self, fill: impl FnOnce(&mut Shown) -> Option<()>) -> Result<(), &'static str> {
        let font = Rc::clone(self.state.font.as_ref().ok_or("text without font")?);
        let mut shown =
            Shown { font: &font, text: String::new(), advance: 0.0, codes: self.codes.as_mut() };
        fill(&mut shown).ok_or("a code without text")?;
        let placed = then(self.text, self.state.matrix);
        let [wide, rise, slant, high, x, y] = placed;

        if rise != 0.0 || slant != 0.0 || wide <= 0.0 || (wide - high.abs()).abs() > 1e-6 {
            return Err("turned text");
        }

        let (advance, text) = (shown.advance * self.state.size, shown.text);
        self.layer.texts.push(PlacedText {
            text,
            left: x * MM_PER_PT,
            right: (x + advance * wide) * MM_PER_PT,
            baseline: (self.height - y) * MM_PER_PT,
            size: self.state.size * wide * MM_PER_PT,
        });

        self.text = then([1.0, 0.0, 0.0, 1.0, advance, 0.0], self.text);
        Ok(())
    }
}

/// One showing operator: its text and how far it moves, in ems.
struct Shown<'a> {
    font: &'a Font,
    text: String,
    advance: f64,
    codes: Option<&'a mut Codes>,
}

impl Shown<'_> {
    fn string(&mut self, codes: &[u8]) -> Option<()> {
        for pair in codes.chunks(2) {
            let code = u16::from_be_bytes(pair.try_into().ok()?);
            self.text.push_str(self.font.text(code)?);
            self.advance += self.font.width(code);
            if let Some(codes) = &mut self.codes {
                codes.add(code);
            }
        }
        Some(())
    }

    fn spaced(&mut self, codes: &[u8], shifts: &[(usize, f64)]) -> Option<()> {
        let mut shown = 0;
        for (until, shift) in shifts {
            self.string(codes.get(shown..*until)?)?;
            self.advance -= shift / 1000.0;
            shown = *until;
        }
        self.string(codes.get(shown..)?)
    }

    fn array(&mut self, items: &Array) -> Option<()> {
        for item in items.iter::<Object>() {
            match item {
                Object::String(codes) => self.string(&codes)?,
                other => self.advance -= f64::from(other.into_f32()?) / 1000.0,
            }
        }
        Some(())
    }
}
