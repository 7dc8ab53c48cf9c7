//! A fast 64-bit digest of content under a secret seed.
//!
//! Rows are put in order by it, so that the order says nothing about the rows to anybody without
//! the campaign's key and nobody can craft rows that collide. It never leaves the process.

use crate::field::keys::Keys;

/// A digest in the making; every step returns the next state.
#[derive(Clone, Copy)]
pub(crate) struct Digest(u64);

impl Digest {
    /// The seed of one run: it depends on the key alone.
    pub(crate) fn seeded(keys: &Keys) -> Self {
        let fingerprint = keys.row_fingerprint(["link"]);
        fingerprint.iter().fold(Self(0), |digest, byte| digest.number(u64::from(*byte)))
    }

    /// Without a key: where nothing depends on the order and nobody is protected by it.
    pub(crate) const fn plain() -> Self {
        Self(0)
    }

    /// Takes in a number.
    #[must_use]
    pub(crate) const fn number(self, value: u64) -> Self {
        // Folded multiplication: both halves of the product carry entropy of both factors.
        let product = (self.0.wrapping_add(0xa076_1d64_78bd_642f) ^ value) as u128
            * 0xe703_7ed1_a0b4_28db_u128;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the halves are taken apart on purpose"
        )]
        let folded = (product as u64) ^ ((product >> 64) as u64);
        Self(folded ^ self.0.rotate_left(23))
    }

    /// Takes in a text with its length, so that ("ab", "c") and ("a", "bc") differ.
    #[must_use]
    pub(crate) fn text(self, text: &str) -> Self {
        let bytes = text.as_bytes();
        let digest = self.number(bytes.len() as u64);
        bytes.chunks(8).fold(digest, |digest, chunk| {
            let word = chunk.iter().fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
            digest.number(word)
        })
    }

    /// The digest.
    pub(crate) const fn finish(self) -> u64 {
        self.number(0x2545_f491_4f6c_dd1d).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_apart_by_length_and_key() {
        let digest = Digest::seeded(&Keys::derive(&[1; 32]));
        assert_ne!(digest.text("ab").text("c").finish(), digest.text("a").text("bc").finish());
        assert_ne!(
            digest.text("ab").finish(),
            Digest::seeded(&Keys::derive(&[2; 32])).text("ab").finish()
        );
        assert_eq!(digest.text("ab").finish(), digest.text("ab").finish());
    }
}
