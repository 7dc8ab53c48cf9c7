//! The sheet mark: one Data Matrix (ECC 200, 16 x 16) on the front of every sheet, by which an
//! inserter counts the sheets of a letter. It holds no name, postcode, BSN or kind of letter
//! (docs/print.md).

use datamatrix::DataMatrix;
use datamatrix::placement::MatrixMap;
use datamatrix::{SymbolSize, errorcode};

use crate::render::geometry::{MARK, MARK_MODULE, Rect};

/// What a mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SheetCode {
    /// Job number, 7 digits.
    pub job: u32,
    /// Print order in the job, 7 digits.
    pub seq: u32,
    /// This sheet of the letter, from 1.
    pub sheet: u32,
    /// Sheets of the letter.
    pub of: u32,
}

/// The digits of a mark from the left: what each field is and how long.
pub const FIELDS: [(&str, u32); 8] = [
    ("version", 1),
    ("job", 7),
    ("seq", 7),
    ("sheet", 2),
    ("sheets", 2),
    ("inserts", 1),
    ("envelope", 1),
    ("check: the digits before it, modulo 997", 3),
];

/// Sixteen rows of sixteen modules, the leftmost in the highest bit.
pub type Symbol = [u16; 16];

impl SheetCode {
    /// `v(1) job(7) seq(7) sheet(2) of(2) inserts(1) envelope(1) check(3)`, the check being the
    /// first 21 digits modulo
    /// 997. `None` when a number has too many digits.
    #[must_use]
    pub fn payload(&self) -> Option<[u8; 24]> {
        // Version 1, no enclosures, envelope 1: the only one there is.
        let values = [1, self.job, self.seq, self.sheet, self.of, 0, 1];
        let mut number: u128 = 0;
        for (value, (_, digits)) in values.into_iter().zip(FIELDS) {
            let room = 10_u128.pow(digits);
            let value = u128::from(value);
            number = (value < room).then(|| number * room + value)?;
        }

        let mut rest = number * 1000 + number % 997;
        let mut digits = [b'0'; 24];
        for digit in digits.iter_mut().rev() {
            *digit += u8::try_from(rest % 10).ok()?;
            rest /= 10;
        }

        Some(digits)
    }

    /// The modules of the mark.
    #[must_use]
    pub fn symbol(&self) -> Option<Symbol> {
        // ASCII encodation of digit pairs: 24 digits fill the twelve data codewords of a 16 x 16
        // symbol exactly, so there is nothing for an optimising encoder to decide.
        let payload = self.payload()?;
        let pair = |pair: &[u8]| 130 + (pair[0] - b'0') * 10 + (pair[1] - b'0');
        let mut codewords: Vec<u8> = payload.chunks(2).map(pair).collect();
        codewords.extend(errorcode::encode_error(&codewords, SymbolSize::Square16));
        let bitmap =
            MatrixMap::<bool>::new_with_codewords(&codewords, SymbolSize::Square16).bitmap();
        let mut rows = [0; 16];

        for (row, modules) in rows.iter_mut().zip(bitmap.bits().chunks(16)) {
            *row = modules.iter().fold(0, |bits, &dark| bits << 1 | u16::from(dark));
        }

        Some(rows)
    }
}

/// Runs of dark modules as (column, row, length), row by row.
pub fn runs(symbol: &Symbol) -> impl Iterator<Item = (u8, u8, u8)> {
    (0..16_u8).zip(symbol).flat_map(|(row, &bits)| {
        let mut column = 0;
        std::iter::from_fn(move || {
            while column < 16 && bits << column & 0x8000 == 0 {
                column += 1;
            }
            let start = column;
            while column < 16 && bits << column & 0x8000 != 0 {
                column += 1;
            }
            (column > start).then_some((start, row, column - start))
        })
    })
}

/// The symbol that dark rectangles on a page make, or `None` when they do not lie on the mark's
/// grid.
#[must_use]
pub fn read(marks: &[Rect]) -> Option<Symbol> {
    let mut rows = [0; 16];
    for mark in marks {
        let (row, height) = (module(mark.top - MARK.top)?, module(mark.bottom - mark.top)?);
        let (column, width) = (module(mark.left - MARK.left)?, module(mark.right - mark.left)?);
        if height != 1 || row > 15 || column + width > 16 {
            return None;
        }
        for place in column..column + width {
            rows[row] |= 0x8000 >> place;
        }
    }

    Some(rows)
}

/// The digits in a symbol; `None` when it holds anything else.
#[must_use]
pub fn decode(symbol: &Symbol) -> Option<String> {
    let modules: Vec<bool> = symbol
        .iter()
        .flat_map(|row| (0..16).map(move |column| row << column & 0x8000 != 0))
        .collect();
    let digits = String::from_utf8(DataMatrix::decode(&modules, 16).ok()?).ok()?;
    (digits.len() == 24 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

fn module(length: f64) -> Option<usize> {
    (0..=16_u8)
        .find(|&count| (length / MARK_MODULE - f64::from(count)).abs() < 0.1)
        .map(usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_gives_its_digits_back() {
        let digits = decode(&CODE.symbol().unwrap()).unwrap();
        assert_eq!(digits.as_bytes(), CODE.payload().unwrap());
        assert_eq!(decode(&[0; 16]), None);
    }

    const CODE: SheetCode = SheetCode { job: 2_600_071, seq: 123, sheet: 1, of: 2 };

    #[test]
    fn the_payload_is_that_of_the_reference() {
        assert_eq!(&CODE.payload().unwrap(), b"126000710000123010201155");
        assert_eq!(SheetCode { seq: 10_000_000, ..CODE }.payload(), None);
    }

    #[test]
    fn the_symbol_says_the_payload() {
        let symbol = CODE.symbol().unwrap();
        let pixels: Vec<bool> = symbol
            .iter()
            .flat_map(|row| (0..16).map(move |column| row << column & 0x8000 != 0))
            .collect();
        assert_eq!(datamatrix::DataMatrix::decode(&pixels, 16).unwrap(), CODE.payload().unwrap());
    }

    #[test]
    fn what_is_drawn_is_read_back() {
        let symbol = CODE.symbol().unwrap();
        let drawn: Vec<Rect> = runs(&symbol)
            .map(|(x, y, length)| {
                let at = |module: u8| f64::from(module) * MARK_MODULE;
                Rect::sized(MARK.left + at(x), MARK.top + at(y), at(length), MARK_MODULE)
            })
            .collect();
        assert_eq!(read(&drawn), Some(symbol));
        assert_eq!(read(&[Rect::sized(8.2, 259.0, 0.5, 0.5)]), None);
    }
}
