//! Content in the plain form in which pages are written: each operator behind its few operands.
//!
//! A reader for any PDF makes an object of every operand, and a page's sheet mark alone has a
//! hundred rectangles: half of the time for reading back went into that. What follows reads twelve
//! operators and no others. Whatever is not in this form is not judged here but left to the reader
//! for any PDF.

use data_encoding::HEXUPPER;

/// What one operator does, of those that our pages have.
#[derive(Debug, PartialEq)]
pub(super) enum Act<'a> {
    /// `q`
    Save,
    /// `Q`
    Restore,
    /// `cm`
    Transform([f64; 6]),
    /// `BT`
    BeginText,
    /// `ET`
    EndText,
    /// `Tf`: name of the face in the resources, and its size.
    Font(&'a [u8], f64),
    /// `Tm`
    Place([f64; 6]),
    /// `Tj`: codes, two bytes each.
    Show(&'a [u8]),
    /// `TJ`: the same, and where in them the place moves back, by thousandths of an em.
    ShowSpaced(&'a [u8], &'a [(usize, f64)]),
    /// `re`: left, bottom, width, height.
    Rectangle([f64; 4]),
    /// `f`
    Fill,
    /// `Do`: name of the form in the resources.
    Draw(&'a [u8]),
}

/// Content that is not in the plain form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotPlain;

/// More than any operator of ours takes.
const MOST_NUMBERS: usize = 6;

/// Numbers of so many digits are exact in an `f64`, and so are the powers of ten that they are
/// divided by: what comes out is the nearest `f64`.
const MOST_DIGITS: usize = 15;

/// Reads one operator after the other.
pub(super) struct Plain<'a> {
    rest: &'a [u8],
    numbers: [f64; MOST_NUMBERS],
    /// How many of the numbers belong to the next operator.
    count: usize,
    name: Option<&'a [u8]>,
    text: Text,
    /// The bytes of the operator's strings.
    string: Vec<u8>,
    /// What stands between them in its array: behind how many bytes, and how much.
    shifts: Vec<(usize, f64)>,
}

/// Which text the next operator has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    None,
    String,
    Array,
}

impl<'a> Plain<'a> {
    pub(super) const fn new(content: &'a [u8]) -> Self {
        Self {
            rest: content,
            numbers: [0.0; MOST_NUMBERS],
            count: 0,
            name: None,
            text: Text::None,
            string: Vec::new(),
            shifts: Vec::new(),
        }
    }

    /// The next operator; `None` at the end.
    ///
    /// # Errors
    /// [`NotPlain`] for anything else.
    pub(super) fn next(&mut self) -> Result<Option<Act<'_>>, NotPlain> {
        (self.count, self.name, self.text) = (0, None, Text::None);
        self.string.clear();
        self.shifts.clear();
        loop {
            self.rest = self.rest.trim_ascii_start();
            match self.rest {
                [] if self.has_operands() => return Err(NotPlain),
                [] => return Ok(None),
                [b'0'..=b'9' | b'-' | b'.', ..] if self.text == Text::None => {
                    let number = self.number()?;
                    *self.numbers.get_mut(self.count).ok_or(NotPlain)? = number;
                    self.count += 1;
                }
                [b'/', rest @ ..] if !self.has_operands() => {
                    self.rest = rest;
                    // A number sign begins an escape.
                    self.name = Some(self.word()).filter(|name| !name.contains(&b'#'));
                    self.name.ok_or(NotPlain)?;
                }
                [b'(' | b'<', ..] if !self.has_operands() => {
                    self.string()?;
                    self.text = Text::String;
                }
                [b'[', rest @ ..] if !self.has_operands() => {
                    self.rest = rest;
                    self.array()?;
                    self.text = Text::Array;
                }
                [b'a'..=b'z' | b'A'..=b'Z', ..] => {
                    let operator = self.word();
                    return self.act(operator).map(Some);
                }
                _ => return Err(NotPlain),
            }
        }
    }

    const fn has_operands(&self) -> bool {
        self.count > 0 || self.name.is_some() || !matches!(self.text, Text::None)
    }

    fn act(&self, operator: &[u8]) -> Result<Act<'_>, NotPlain> {
        let numbers = &self.numbers[..self.count];
        let act = match (operator, numbers, self.name, self.text) {
            (b"q", [], None, Text::None) => Act::Save,
            (b"Q", [], None, Text::None) => Act::Restore,
            (b"BT", [], None, Text::None) => Act::BeginText,
            (b"ET", [], None, Text::None) => Act::EndText,
            (b"f", [], None, Text::None) => Act::Fill,
            (b"cm", _, None, Text::None) => Act::Transform(six(numbers)?),
            (b"Tm", _, None, Text::None) => Act::Place(six(numbers)?),
            (b"re", &[x, y, width, height], None, Text::None) => {
                Act::Rectangle([x, y, width, height])
            }
            (b"Tf", &[size], Some(face), Text::None) => Act::Font(face, size),
            (b"Do", [], Some(form), Text::None) => Act::Draw(form),
            (b"Tj", [], None, Text::String) => Act::Show(&self.string),
            (b"TJ", [], None, Text::Array) => Act::ShowSpaced(&self.string, &self.shifts),
            _ => return Err(NotPlain),
        };

        Ok(act)
    }

    /// Up to the next space or delimiter.
    fn word(&mut self) -> &'a [u8] {
        let ends = |byte: &u8| !byte.is_ascii_graphic() || b"()<>[]{}/%".contains(byte);
        let length = self.rest.iter().position(ends).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(length);
        self.rest = rest;
        word
    }

    fn number(&mut self) -> Result<f64, NotPlain> {
        let word = self.word();
        let (is_negative, digits) =
            word.strip_prefix(b"-").map_or((false, word), |digits| (true, digits));
        if digits.len() > MOST_DIGITS || !digits.iter().any(u8::is_ascii_digit) {
            return Err(NotPlain);
        }

        let (mut value, mut scale, mut is_fraction) = (0_u64, 1_u64, false);
        for &byte in digits {
            match byte {
                b'.' if !is_fraction => is_fraction = true,
                b'0'..=b'9' => {
                    value = value * 10 + u64::from(byte - b'0');
                    scale *= if is_fraction { 10 } else { 1 };
                }
                _ => return Err(NotPlain),
            }
        }

        #[expect(clippy::cast_precision_loss, reason = "fifteen digits are exact")]
        let size = value as f64 / scale as f64;
        Ok(if is_negative { -size } else { size })
    }

    /// `[...]`, behind its bracket: strings and numbers.
    fn array(&mut self) -> Result<(), NotPlain> {
        loop {
            self.rest = self.rest.trim_ascii_start();
            match self.rest {
                [b'(' | b'<', ..] => self.string()?,
                [b'0'..=b'9' | b'-' | b'.', ..] => {
                    let shift = self.number()?;
                    self.shifts.push((self.string.len(), shift));
                }
                [b']', rest @ ..] => {
                    self.rest = rest;
                    return Ok(());
                }
                _ => return Err(NotPlain),
            }
        }
    }

    /// Adds a string to those of the operator.
    fn string(&mut self) -> Result<(), NotPlain> {
        match self.rest {
            [b'(', text @ ..] => self.literal(text),
            [b'<', text @ ..] => self.hexadecimal(text),
            _ => Err(NotPlain),
        }
    }

    /// `(...)`, behind its parenthesis.
    fn literal(&mut self, text: &'a [u8]) -> Result<(), NotPlain> {
        let (mut depth, mut at) = (0_usize, 0);
        loop {
            let (byte, width) = match text[at..] {
                [b'\\', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..] => {
                    (((a - b'0') << 6) | ((b - b'0') << 3) | (c - b'0'), 4)
                }
                [b'\\', escaped, ..] => (unescaped(escaped)?, 2),
                [b')', ..] if depth == 0 => break,
                [byte @ b' '..=b'~', ..] => {
                    match byte {
                        b'(' => depth += 1,
                        b')' => depth -= 1,
                        _ => {}
                    }
                    (byte, 1)
                }
                _ => return Err(NotPlain),
            };
            self.string.push(byte);
            at += width;
        }

        self.rest = &text[at + 1..];
        Ok(())
    }

    /// `<...>`, behind its bracket.
    fn hexadecimal(&mut self, text: &'a [u8]) -> Result<(), NotPlain> {
        let length = memchr::memchr(b'>', text).ok_or(NotPlain)?;
        let size = HEXUPPER.decode_len(length).map_err(|_| NotPlain)?;
        let before = self.string.len();
        self.string.resize(before + size, 0);
        let place = &mut self.string[before..];
        HEXUPPER.decode_mut(&text[..length], place).map_err(|_| NotPlain)?;

        self.rest = &text[length + 1..];
        Ok(())
    }
}

fn six(numbers: &[f64]) -> Result<[f64; MOST_NUMBERS], NotPlain> {
    numbers.try_into().map_err(|_| NotPlain)
}

const fn unescaped(escaped: u8) -> Result<u8, NotPlain> {
    Ok(match escaped {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 0x08,
        b'f' => 0x0c,
        b'(' | b')' | b'\\' => escaped,
        _ => return Err(NotPlain),
    })
}

#[cfg(test)]
mod tests {
    use hayro_syntax::content::TypedIter;
    use hayro_syntax::content::ops::TypedInstruction as Op;
    use hayro_syntax::object::{Number, Object};
    use pdf_writer::{Content, Finish, Name, Str};
    use proptest::prelude::*;

    use super::*;

    /// What is drawn, in the words of the reader for any PDF.
    fn by_hayro(content: &[u8]) -> Vec<String> {
        let mut operations = TypedIter::new(content);
        let mut found = Vec::new();
        while let Some(operation) = operations.next() {
            let numbers = |all: &[Number]| all.iter().map(Number::as_f64).collect();
            found.push(match operation {
                Op::SaveState(_) => format!("{:?}", Act::Save),
                Op::RestoreState(_) => format!("{:?}", Act::Restore),
                Op::BeginText(_) => format!("{:?}", Act::BeginText),
                Op::EndText(_) => format!("{:?}", Act::EndText),
                Op::FillPathNonZero(_) => format!("{:?}", Act::Fill),
                Op::TextFont(font) => format!("{:?}", Act::Font(font.0, font.1.as_f64())),
                Op::XObject(form) => format!("{:?}", Act::Draw(form.0)),
                Op::ShowText(text) => format!("{:?}", Act::Show(text.0)),
                Op::ShowTexts(array) => {
                    let (mut codes, mut shifts) = (Vec::new(), Vec::new());
                    for item in array.0.iter::<Object>() {
                        match item {
                            Object::String(string) => codes.extend_from_slice(&string),
                            Object::Number(shift) => shifts.push((codes.len(), shift.as_f64())),
                            _ => {}
                        }
                    }
                    format!("{:?}", Act::ShowSpaced(&codes, &shifts))
                }
                Op::Transform(by) => {
                    let all: Vec<f64> = numbers(&[by.0, by.1, by.2, by.3, by.4, by.5]);
                    format!("Transform({all:?})")
                }
                Op::SetTextMatrix(by) => {
                    let all: Vec<f64> = numbers(&[by.0, by.1, by.2, by.3, by.4, by.5]);
                    format!("Place({all:?})")
                }
                Op::RectPath(by) => {
                    let all: Vec<f64> = numbers(&[by.0, by.1, by.2, by.3]);
                    format!("Rectangle({all:?})")
                }
                other => panic!("not an operator of ours: {other:?}"),
            });
        }
        found
    }

    fn plainly(content: &[u8]) -> Result<Vec<String>, NotPlain> {
        let mut plain = Plain::new(content);
        let mut found = Vec::new();
        while let Some(act) = plain.next()? {
            found.push(format!("{act:?}"));
        }
        Ok(found)
    }

    proptest! {
        #[test]
        fn it_reads_what_a_reader_for_any_pdf_reads(
            codes in prop::collection::vec(any::<u8>(), 0..40),
            numbers in prop::array::uniform6(-2000.0_f32..2000.0),
            whole in any::<[i16; 4]>(),
        ) {
            let mut content = Content::new();
            content.x_object(Name(b"B")).save_state().transform(numbers).begin_text();
            content.set_font(Name(b"F1"), numbers[0]).set_text_matrix(numbers);
            content.show(Str(&codes));
            let mut row = content.show_positioned();
            let mut items = row.items();
            items.show(Str(&codes)).adjust(numbers[1]).adjust(numbers[2]).show(Str(b"AB"));
            items.finish();
            row.finish();
            content.end_text();
            let [x, y, width, height] = whole.map(f32::from);
            content.rect(x, y, width, height).fill_nonzero().restore_state();
            let content = content.finish();

            prop_assert_eq!(plainly(&content), Ok(by_hayro(&content)));
        }

        #[test]
        fn other_bytes_end_in_no_panic(content in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = plainly(&content);
        }
    }

    #[test]
    fn escapes_and_parentheses_in_strings_are_read() {
        for text in ["(a(b)c)", r"(\)\(\\)", r"(\000\101\n\r\t\b\f)", "<00410042>", "()", "<>"] {
            let content = format!("{text} Tj");
            assert_eq!(plainly(content.as_bytes()), Ok(by_hayro(content.as_bytes())), "{text}");
        }
    }

    #[test]
    fn anything_else_is_left_to_the_reader_for_any_pdf() {
        let others = [
            "1 0 0 rg",
            "/G0 gs",
            "[(a) 3 (b)] Tj",
            "(a) TJ",
            "[(a) /B] TJ",
            "[(a) 1",
            "1 [(a)] TJ",
            "[[(a)]] TJ",
            "12 /F0 Tf",
            "/F0 Tf",
            "1 2 3 re",
            "1 2 3 4 5 re",
            "(a",
            "(a) (b) Tj",
            "(a) 1 Tj",
            "<4> Tj",
            "<4g> Tj",
            r"(\8) Tj",
            r"(\1) Tj",
            "% text\nq",
            "/A#42 Do",
            "1e3 0 0 1 0 0 cm",
            "--1 0 0 1 0 0 cm",
            "1.2.3 0 0 1 0 0 cm",
            "- 0 0 1 0 0 cm",
            "1 2 3 4 5 6 7 cm",
            "12345678901234567890 0 0 1 0 0 cm",
            "q1 Q",
            "BI ID EI",
            "1 2",
            "(a)",
            "/B",
            "\0q",
        ];
        for content in others {
            assert_eq!(plainly(content.as_bytes()), Err(NotPlain), "{content}");
        }
    }
}
