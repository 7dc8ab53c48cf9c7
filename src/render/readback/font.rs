//! Composite fonts as they stand in a file: what text a code is, and how wide.

use hayro_syntax::object::dict::keys::{DESCENDANT_FONTS, DW, ENCODING, SUBTYPE, TO_UNICODE, W};
use hayro_syntax::object::{Array, Dict, Name, Object, Stream};

/// A font with two-byte codes.
pub(super) struct Font {
    /// Index in `texts` and width in thousandths of an em, by code; `NONE` = not in the file.
    codes: Vec<(u32, f32)>,
    texts: Vec<String>,
}

const NONE: u32 = u32::MAX;

impl Font {
    pub fn read(dict: &Dict) -> Option<Self> {
        let is =
            |key: &[u8], value: &[u8]| dict.get::<Name>(key).is_some_and(|name| &*name == value);
        if !is(SUBTYPE, b"Type0") || !is(ENCODING, b"Identity-H") {
            return None;
        }

        let descendant = dict.get::<Array>(DESCENDANT_FONTS)?.iter::<Dict>().next()?;
        let default = descendant.get::<f32>(DW).unwrap_or(1000.0);
        let mut font = Self { codes: vec![(NONE, default); 0x1_0000], texts: Vec::new() };
        font.widths(&descendant.get::<Array>(W)?)?;
        let map = dict.get::<Stream>(TO_UNICODE)?.decoded().ok()?;

        font.read_texts(std::str::from_utf8(&map).ok()?)?;
        Some(font)
    }

    /// Text of a code; `None` when the file does not say.
    pub fn text(&self, code: u16) -> Option<&str> {
        self.texts.get(self.codes[usize::from(code)].0 as usize).map(String::as_str)
    }

    /// In ems.
    pub fn width(&self, code: u16) -> f64 {
        f64::from(self.codes[usize::from(code)].1) / 1000.0
    }

    /// `c [w1 w2 ...]` or `first last w` (ISO 32000-1, 9.7.4.3).
    fn widths(&mut self, widths: &Array) -> Option<()> {
        let mut items = widths.iter::<Object>();
        while let Some(first) = items.next() {
            let first = usize::from(first.into_u16()?);
            match items.next()? {
                Object::Array(list) => {
                    for (code, width) in (first..).zip(list.iter::<f32>()) {
                        self.codes.get_mut(code)?.1 = width;
                    }
                }
                last => {
                    let (last, width) = (usize::from(last.into_u16()?), items.next()?.into_f32()?);
                    self.codes.get_mut(first..=last)?.iter_mut().for_each(|code| code.1 = width);
                }
            }
        }

        Some(())
    }

    /// `bfchar` and `bfrange` sections with hexadecimal codes.
    fn read_texts(&mut self, map: &str) -> Option<()> {
        let mut words =
            map.split_whitespace().flat_map(|word| word.split_inclusive('>')).peekable();
        while let Some(word) = words.next() {
            match word {
                "beginbfchar" => {
                    while words.peek().is_some_and(|word| *word != "endbfchar") {
                        let code = code(words.next()?)?;
                        self.set(code, text(words.next()?)?);
                    }
                }
                "beginbfrange" => {
                    while words.peek().is_some_and(|word| *word != "endbfrange") {
                        let (first, last) = (code(words.next()?)?, code(words.next()?)?);
                        let begin = text(words.next()?)?;
                        // A range with an array of texts starts with `[` and is refused by `text`.
                        let base = u32::from(begin.chars().next()?);
                        for offset in 0..=u32::from(last.checked_sub(first)?) {
                            let character = char::from_u32(base + offset)?;
                            self.set(first + u16::try_from(offset).ok()?, character.to_string());
                        }
                    }
                }
                _ => {}
            }
        }

        Some(())
    }

    fn set(&mut self, code: u16, text: String) {
        self.codes[usize::from(code)].0 = u32::try_from(self.texts.len()).unwrap_or(NONE);
        self.texts.push(text);
    }
}

fn hex(word: &str) -> Option<&str> {
    word.strip_prefix('<')?.strip_suffix('>')
}

fn code(word: &str) -> Option<u16> {
    u16::from_str_radix(hex(word)?, 16).ok()
}

fn text(word: &str) -> Option<String> {
    let digits = hex(word)?;
    let unit = |at: usize| u16::from_str_radix(digits.get(at..at + 4)?, 16).ok();
    let units: Vec<u16> = (0..digits.len()).step_by(4).map(unit).collect::<Option<_>>()?;
    String::from_utf16(&units).ok()
}
