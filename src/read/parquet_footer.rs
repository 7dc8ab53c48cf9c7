//! The footer of a Parquet file without the types that the decoder does not know.
//!
//! A column of a newer type (VARIANT, GEOMETRY, GEOGRAPHY) makes polars refuse the whole footer,
//! though nobody wants to read that column. The name of such a type is the last field of its schema
//! element (parquet.thrift, `SchemaElement`), so it can be left out without touching anything else;
//! the column is then bytes or a group to the decoder.

use std::ops::Range;

/// The types that the decoder knows, by their place in the union `LogicalType`.
const KNOWN: [i64; 14] = [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15];

/// Field of `FileMetaData` that holds the schema, and of `SchemaElement` that holds the type.
const SCHEMA: i64 = 2;
const LOGICAL_TYPE: i64 = 10;

/// Structures inside structures; a footer has five.
const DEEPEST: u32 = 32;

/// The footer of a file, with unknown types left out. `None`: it has none, or it cannot be
/// followed.
pub(super) fn without_unknown_types(file: &[u8]) -> Option<Vec<u8>> {
    let (rest, end) = file.split_at_checked(file.len().checked_sub(8)?)?;
    let length = usize::try_from(u32::from_le_bytes(end[..4].try_into().ok()?)).ok()?;
    let footer = &rest[rest.len().checked_sub(length)?..];
    let unknown = Walk { bytes: footer, at: 0 }.unknown_types()?;
    if unknown.is_empty() {
        return None;
    }

    let mut kept = Vec::with_capacity(footer.len());
    let mut at = 0;
    for range in unknown {
        kept.extend_from_slice(&footer[at..range.start]);
        at = range.end;
    }

    kept.extend_from_slice(&footer[at..]);
    Some(kept)
}

/// What comes next in a structure.
enum Field {
    Here { number: i64, kind: u8 },
    End,
}

/// A walk through Thrift's compact protocol.
struct Walk<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Walk<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn skip_bytes(&mut self, count: u64) -> Option<()> {
        self.at = self
            .at
            .checked_add(usize::try_from(count).ok()?)
            .filter(|at| *at <= self.bytes.len())?;
        Some(())
    }

    /// The next field of a structure.
    fn field(&mut self, last: &mut i64) -> Option<Field> {
        let header = self.byte()?;
        if header == 0 {
            return Some(Field::End);
        }

        let step = i64::from(header >> 4);
        *last = if step == 0 {
            let zigzag = self.varint()?;
            i64::try_from(zigzag >> 1).ok()? ^ -i64::try_from(zigzag & 1).ok()?
        } else {
            *last + step
        };

        Some(Field::Here { number: *last, kind: header & 0x0F })
    }

    /// The number and kind of a list's elements.
    fn list(&mut self) -> Option<(u64, u8)> {
        let header = self.byte()?;
        let count = u64::from(header >> 4);
        Some((if count == 15 { self.varint()? } else { count }, header & 0x0F))
    }

    fn skip(&mut self, kind: u8, depth: u32) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }

        match kind {
            1 | 2 => {}
            3 => self.skip_bytes(1)?,
            4..=6 => {
                self.varint()?;
            }
            7 => self.skip_bytes(8)?,
            8 => {
                let count = self.varint()?;
                self.skip_bytes(count)?;
            }
            9 | 10 => {
                let (count, kind) = self.list()?;
                for _ in 0..count {
                    // In a list, a truth value has a byte of its own.
                    if matches!(kind, 1 | 2) {
                        self.skip_bytes(1)?;
                    } else {
                        self.skip(kind, depth + 1)?;
                    }
                }
            }
            11 => {
                let count = self.varint()?;
                let kinds = if count == 0 { 0 } else { self.byte()? };
                for _ in 0..count {
                    self.skip(kinds >> 4, depth + 1)?;
                    self.skip(kinds & 0x0F, depth + 1)?;
                }
            }
            12 => {
                let mut last = 0;
                while let Field::Here { kind, .. } = self.field(&mut last)? {
                    self.skip(kind, depth + 1)?;
                }
            }
            13 => self.skip_bytes(16)?,
            _ => return None,
        }

        Some(())
    }

    /// Where the schema's elements name a type that is not known.
    fn unknown_types(mut self) -> Option<Vec<Range<usize>>> {
        let mut unknown = Vec::new();
        let mut last = 0;
        while let Field::Here { number, kind } = self.field(&mut last)? {
            if number != SCHEMA || kind != 9 {
                self.skip(kind, 0)?;
                continue;
            }
            let (count, _) = self.list()?;
            for _ in 0..count {
                self.element(&mut unknown)?;
            }
            return Some(unknown);
        }

        None
    }

    fn element(&mut self, unknown: &mut Vec<Range<usize>>) -> Option<()> {
        let mut last = 0;
        loop {
            let start = self.at;
            let Field::Here { number, kind } = self.field(&mut last)? else { return Some(()) };
            let content = self.at;
            self.skip(kind, 0)?;
            if number != LOGICAL_TYPE || kind != 12 {
                continue;
            }
            let mut first = 0;
            let variant = Walk { bytes: self.bytes, at: content }.field(&mut first)?;
            let is_known = matches!(variant, Field::Here { number, .. } if KNOWN.contains(&number));
            // Only the last field may go: the numbers of later ones count from it.
            if !is_known && self.bytes.get(self.at) == Some(&0) {
                unknown.push(start..self.at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of nothing but a footer: version 1, and a schema of one element with this type.
    fn file(union: &[u8]) -> Vec<u8> {
        let mut footer = vec![0x15, 0x02, 0x19, 0x1C];
        // Physical type 6, repetition 1, name "g", then field 10, the type.
        footer.extend([0x15, 0x0C, 0x25, 0x02, 0x18, 0x01, b'g', 0x6C]);
        footer.extend(union);
        footer.extend([0x00, 0x00]);
        let length = u32::try_from(footer.len()).unwrap();
        footer.extend(length.to_le_bytes());
        footer.extend(*b"PAR1");
        footer
    }

    #[test]
    fn a_type_that_is_not_known_is_left_out_and_a_known_one_stays() {
        // Fields 16 and 17 of the union (long form), each an empty structure or one with a text in
        // it.
        for union in
            [[0x0C, 0x20, 0x00, 0x00].as_slice(), &[0x0C, 0x22, 0x18, 0x01, b'x', 0x00, 0x00]]
        {
            let footer = without_unknown_types(&file(union)).unwrap();
            assert_eq!(
                footer,
                [0x15, 0x02, 0x19, 0x1C, 0x15, 0x0C, 0x25, 0x02, 0x18, 0x01, b'g', 0x00, 0x00]
            );
        }

        assert_eq!(without_unknown_types(&file(&[0x1C, 0x00, 0x00])), None, "a text");
    }

    #[test]
    fn a_footer_that_is_cut_or_wrong_is_not_followed() {
        let whole = file(&[0x0C, 0x20, 0x00, 0x00]);
        for length in 0..whole.len() {
            without_unknown_types(&whole[..length]);
        }

        for place in 0..whole.len() {
            for byte in [0, 0x0F, 0x19, 0x7F, 0xFF] {
                let mut copy = whole.clone();
                copy[place] = byte;
                without_unknown_types(&copy);
            }
        }
    }
}
