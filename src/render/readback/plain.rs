//! Content in the plain form in which pages are written: each operator behind its few operands.
//!
//! A reader for any PDF makes an object of every operand, and a page's sheet mark alone has a
//! hundred rectangles: half of the time for reading back went into that. What follows reads eleven
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
    has_string: bool,
    /// The bytes of the last string.
    string: Vec<u8>,
}

impl<'a> Plain<'a> {
    pub(super) const fn new(content: &'a [u8]) -> Self {
        Self {
            rest: content,
            numbers: [0.0; MOST_NUMBERS],
            count: 0,
            name: None,
            has_string: false,
            string: Vec::new(),
        }
    }

    /// The next operator; `None` at the end.
    ///
    /// # Errors
    /// [`NotPlain`] for anything else.
    pub(super) fn next(&mut self) -> Result<Option<Act<'_>>, NotPlain> {
        (self.count, self.name, self.has_string) = (0, None, false);
        loop {
            self.rest = self.rest.trim_ascii_start();
            match self.rest {
                [] if self.has_operands() => return Err(NotPlain),
                [] => return Ok(None),
                [b'0'..=b'9' | b'-' | b'.', ..] => self.number()?,
                [b'/', rest @ ..] if !self.has_operands() => {
                    self.rest = rest;
                    // A number sign begins an escape.
                    self.name = Some(self.word()).filter(|name| !name.contains(&b'#'));
                    self.name.ok_or(NotPlain)?;
                }
                [b'(', rest @ ..] if !self.has_operands() => self.literal(rest)?,
                [b'<', rest @ ..] if !self.has_operands() => self.hexadecimal(rest)?,
                [b'a'..=b'z' | b'A'..=b'Z', ..] => {
                    let operator = self.word();
                    return self.act(operator).map(Some);
                }
                _ => return Err(NotPlain),
            }
        }
    }

    const fn has_operands(&self) -> bool {
        self.count > 0 || self.name.is_some() || self.has_string
    }

    fn act(&self, operator: &[u8]) -> Result<Act<'_>, NotPlain> {
        let numbers = &self.numbers[..self.count];
        let act = match (operator, numbers, self.name, self.has_string) {
            (b"q", [], None, false) => Act::Save,
            (b"Q", [], None, false) => Act::Restore,
            (b"BT", [], None, false) => Act::BeginText,
            (b"ET", [], None, false) => Act::EndText,
            (b"f", [], None, false) => Act::Fill,
            (b"cm", &[a, b, c, d, e, f], None, false) => Act::Transform([a, b, c, d, e, f]),
            (b"Tm", &[a, b, c, d, e, f], None, false) => Act::Place([a, b, c, d, e, f]),
            (b"re", &[x, y, width, height], None, false) => Act::Rectangle([x, y, width, height]),
            (b"Tf", &[size], Some(face), false) => Act::Font(face, size),
            (b"Do", [], Some(form), false) => Act::Draw(form),
            (b"Tj", [], None, true) => Act::Show(&self.string),
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

    fn number(&mut self) -> Result<(), NotPlain> {
        let word = self.word();
        let (is_negative, digits) =
            word.strip_prefix(b"-").map_or((false, word), |digits| (true, digits));
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

        let is_number = digits.iter().any(u8::is_ascii_digit) && digits.len() <= MOST_DIGITS;
        let place = self.numbers.get_mut(self.count).filter(|_| is_number && !self.has_string);
        let size = value as f64 / scale as f64;
        *place.ok_or(NotPlain)? = if is_negative { -size } else { size };
        self.count += 1;

        Ok(())
    }

    /// `(...)`, behind its parenthesis.
    fn literal(&mut self, text: &'a [u8]) -> Result<(), NotPlain> {
        self.string.clear();
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
        self.has_string = true;
        Ok(())
    }

    /// `<...>`, behind its bracket.
    fn hexadecimal(&mut self, text: &'a [u8]) -> Result<(), NotPlain> {
        let length = memchr::memchr(b'>', text).ok_or(NotPlain)?;
        let size = HEXUPPER.decode_len(length).map_err(|_| NotPlain)?;
        self.string.resize(size, 0);
        HEXUPPER.decode_mut(&text[..length], &mut self.string).map_err(|_| NotPlain)?;

        self.rest = &text[length + 1..];
        self.has_string = true;
        Ok(())
    }
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
    use pdf_writer::{Content, Name, Str};
    use proptest::prelude::*;

    use super::*;

    /// What is drawn, in the words of the reader for any PDF.
    fn by_hayro(content: &[u8]) -> Vec<String> {
        let mut operations = TypedIter::new(content);
        let mut found = Vec::new();
        while let Some(operation) = operations.next() {
            let numbers =
                |all: &[hayro_syntax::object::Number]| all.iter().map(|one| one.as_f64()).collect();
            found.push(match operation {
                Op::SaveState(_) => format!("{:?}", Act::Save),
                Op::RestoreState(_) => format!("{:?}", Act::Restore),
                Op::BeginText(_) => format!("{:?}", Act::BeginText),
                Op::EndText(_) => format!("{:?}", Act::EndText),
                Op::FillPathNonZero(_) => format!("{:?}", Act::Fill),
                Op::TextFont(font) => format!("{:?}", Act::Font(&font.0, font.1.as_f64())),
                Op::XObject(form) => format!("{:?}", Act::Draw(&form.0)),
                Op::ShowText(text) => format!("{:?}", Act::Show(&text.0)),
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
            content.show(Str(&codes)).end_text();
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
            "[(a) 3 (b)] TJ",
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
