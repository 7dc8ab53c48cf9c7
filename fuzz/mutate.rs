//! Damages bytes in the ways that files are damaged: bits, ends, lines, cells, words, two files in
//! one.

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Words that stand where a cell was: ends of ranges, and forms that programs write.
const WORDS: [&str; 24] = [
    "",
    "0",
    "-1",
    "1",
    "7.0",
    "1e9",
    "4294967295",
    "4294967296",
    "18446744073709551616",
    "NaN",
    "null",
    "true",
    "\"",
    "\"\"",
    "'",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "ü",
    "=1+1",
    "9999-12-31",
    "0000-00-00",
    "2025-09-18T24:00:60+99:99",
    "{}",
];

/// A source of damage; the same number does the same.
pub struct Mutator(ChaCha8Rng);

impl Mutator {
    pub fn of(number: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(number))
    }

    /// One of several.
    pub fn choose<'s, T>(&mut self, of: &'s [T]) -> &'s T {
        of.choose(&mut self.0).unwrap()
    }

    /// The bytes with one to four things done to them. `words` are the input's own, `other` may be
    /// spliced in.
    pub fn damage(&mut self, bytes: &[u8], words: &[&str], other: &[u8]) -> Vec<u8> {
        let mut damaged = bytes.to_vec();
        for _ in 0..self.0.random_range(1..=4) {
            match self.0.random_range(0..10) {
                0 => self.bit(&mut damaged),
                1 => self.insert(&mut damaged),
                2 => self.cut(&mut damaged),
                3 => self.end(&mut damaged),
                4 | 5 => self.lines(&mut damaged),
                6..9 => self.cell(&mut damaged, words),
                _ => self.splice(&mut damaged, other),
            }
        }
        damaged
    }

    /// A place in so many bytes, the end among them.
    fn place(&mut self, bytes: &[u8]) -> usize {
        self.0.random_range(0..=bytes.len())
    }

    fn bit(&mut self, bytes: &mut [u8]) {
        let (place, bit) = (self.place(bytes), self.0.random_range(0..8));
        if let Some(byte) = bytes.get_mut(place) {
            *byte ^= 1 << bit;
        }
    }

    fn insert(&mut self, bytes: &mut Vec<u8>) {
        let (place, byte) = (self.place(bytes), self.0.random_range(0..=u8::MAX));
        let times = self.0.random_range(1..=3);
        bytes.splice(place..place, std::iter::repeat_n(byte, times));
    }

    fn cut(&mut self, bytes: &mut Vec<u8>) {
        let (one, other) = (self.place(bytes), self.place(bytes));
        let (from, to) = (one.min(other), one.max(other));
        bytes.drain(from..to.min(from + 40));
    }

    fn end(&mut self, bytes: &mut Vec<u8>) {
        let place = self.place(bytes);
        bytes.truncate(place);
    }

    /// A line is there twice, is missing, or stands where another stood.
    fn lines(&mut self, bytes: &mut Vec<u8>) {
        let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        if lines.is_empty() {
            return;
        }
        let one = self.0.random_range(0..lines.len());
        let other = self.0.random_range(0..lines.len());
        match self.0.random_range(0..3) {
            0 => lines.insert(other, lines[one]),
            1 => drop(lines.remove(one)),
            _ => lines.swap(one, other),
        }
        *bytes = lines.concat();
    }

    /// A cell has a different word, or two cells have changed places.
    fn cell(&mut self, bytes: &mut Vec<u8>, words: &[&str]) {
        let is_end = |byte: &u8| b",;\t\n\r:[]{}\"".contains(byte);
        let mut cells: Vec<Vec<u8>> = Vec::new();
        for part in bytes.chunk_by(|one, next| is_end(one) == is_end(next)) {
            cells.push(part.to_vec());
        }
        if cells.is_empty() {
            return;
        }
        let one = self.0.random_range(0..cells.len());
        let other = self.0.random_range(0..cells.len());
        match self.0.random_range(0..4) {
            0 => cells.swap(one, other),
            1 => {
                let copied = cells[other].clone();
                cells[one] = copied;
            }
            2 => cells[one] = self.choose(words).as_bytes().to_vec(),
            _ => cells[one] = self.choose(&WORDS).as_bytes().to_vec(),
        }
        *bytes = cells.concat();
    }

    fn splice(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let (end, begin) = (self.place(bytes), self.place(other));
        bytes.truncate(end);
        bytes.extend_from_slice(&other[begin..]);
    }
}
