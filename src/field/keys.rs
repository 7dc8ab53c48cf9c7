//! The campaign's secret and everything that is derived from it: pseudonyms, letter ids, reference
//! codes, fingerprints.

use std::hash::Hasher as _;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use siphasher::sip::SipHasher13;

use crate::field::ids::{LetterId, Pseudonym};
use crate::field::terms::Kind;

/// Sub-keys of one campaign, derived with HKDF-SHA-256 from the 32 bytes of the key file; each
/// label has its own key.
pub struct Keys {
    person: [u8; 32],
    letter: [u8; 32],
    reference: [u8; 32],
    row: [u8; 32],
    check: [u8; 32],
    mark: [u8; 32],
    package: [u8; 32],
    provider: [u8; 32],
    professional: [u8; 32],
}

impl Keys {
    /// Derives the sub-keys. `master` is the content of the key file, 32 bytes.
    #[must_use]
    pub fn derive(master: &[u8; 32]) -> Self {
        let hkdf = Hkdf::<Sha256>::new(Some(b"breachpost/1"), master);
        let sub_key = |label: &str| {
            let mut key = [0_u8; 32];
            hkdf.expand(label.as_bytes(), &mut key)
                .expect("32 bytes are a valid HKDF-SHA-256 length");
            key
        };

        Self {
            person: sub_key("person"),
            letter: sub_key("letter"),
            reference: sub_key("reference"),
            row: sub_key("row"),
            check: sub_key("check"),
            mark: sub_key("mark"),
            package: sub_key("package signature"),
            provider: sub_key("provider"),
            professional: sub_key("professional"),
        }
    }

    /// A new person's pseudonym, made from what makes the person new (`label` says what that is:
    /// BSN or row).
    #[must_use]
    pub fn pseudonym(&self, label: &str, what: &[u8]) -> Pseudonym {
        Pseudonym(cut(&mac(&self.person, &[label.as_bytes(), what])))
    }

    /// The pseudonym of the care provider with this code. It is never that of a person: its key is
    /// another.
    #[must_use]
    pub fn provider(&self, code: &str) -> Pseudonym {
        Pseudonym(cut(&mac(&self.provider, &[code.as_bytes()])))
    }

    /// The pseudonym of a professional, made from the code, or from name and practice where there is
    /// none (`label` says which). It is never that of the same human as a patient.
    #[must_use]
    pub fn professional(&self, label: &str, what: &[&str]) -> Pseudonym {
        let mut parts = vec![label.as_bytes()];
        parts.extend(what.iter().map(|text| text.as_bytes()));
        Pseudonym(cut(&mac(&self.professional, &parts)))
    }

    /// Fingerprint of one row's content: the same row in another file or order has the same one.
    #[must_use]
    pub fn row_fingerprint<'a>(&self, cells: impl IntoIterator<Item = &'a str>) -> [u8; 16] {
        let parts: Vec<&[u8]> = cells.into_iter().map(str::as_bytes).collect();
        cut(&mac(&self.row, &parts))
    }

    /// Marks rows of lists, so that the next delivery can be compared with this one without keeping
    /// a value.
    #[must_use]
    pub fn marker(&self) -> Marker {
        Marker(cut(&self.mark))
    }

    /// The secret bytes of the key that signs packages: it follows from the campaign's key, so it
    /// is never on a disk, comes back with every backup, and every ledger has one.
    #[must_use]
    pub const fn package_seed(&self) -> &[u8; 32] {
        &self.package
    }

    /// The same letter always has the same id, and nobody without the key can make it.
    #[must_use]
    pub fn letter_id(
        &self,
        campaign: &str,
        kind: Kind,
        person: Pseudonym,
        sequence: u32,
    ) -> LetterId {
        let parts =
            [campaign.as_bytes(), kind.word().as_bytes(), &person.0, &sequence.to_be_bytes()];
        LetterId(cut(&mac(&self.letter, &parts)))
    }

    /// 32 bytes for the reference code of one letter.
    #[must_use]
    pub fn reference_seed(&self, letter_id: LetterId) -> [u8; 32] {
        mac(&self.reference, &[letter_id.to_string().as_bytes()])
    }

    /// Stored in the ledger, so that a different key is noticed (lower-case hex).
    #[must_use]
    pub fn check(&self, ledger_id: &str) -> String {
        data_encoding::HEXLOWER.encode(&mac(&self.check, &[b"ledger", ledger_id.as_bytes()]))
    }
}

/// Makes short keyed marks (SipHash-1-3 with a key of its own): fast enough for every row of every
/// list. They say whether two rows are equal, nothing else, and without the key not even that about
/// a guessed row.
#[derive(Clone, Copy)]
pub struct Marker([u8; 16]);

impl Marker {
    /// A marker for comparing files in memory; nothing that it makes is kept.
    #[must_use]
    pub const fn passing() -> Self {
        Self([0x5a; 16])
    }

    /// The mark of these bytes.
    #[must_use]
    pub fn mark(self, bytes: &[u8]) -> u64 {
        let mut hasher = SipHasher13::new_with_key(&self.0);
        hasher.write(bytes);
        hasher.finish()
    }
}

/// Nothing of the key is printed.
impl std::fmt::Debug for Marker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Marker")
    }
}

/// HMAC over length-prefixed parts, so that ("ab", "c") and ("a", "bc") differ.
fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac =
        <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn cut(long: &[u8; 32]) -> [u8; 16] {
    std::array::from_fn(|index| long[index])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_apart_by_length() {
        let keys = Keys::derive(&[7; 32]);
        assert_ne!(keys.row_fingerprint(["ab", "c"]), keys.row_fingerprint(["a", "bc"]));
    }

    #[test]
    fn another_key_gives_other_names() {
        let (one, other) = (Keys::derive(&[1; 32]), Keys::derive(&[2; 32]));
        let person = one.pseudonym("bsn", b"999990019");
        assert_ne!(person, other.pseudonym("bsn", b"999990019"));
        assert_ne!(
            one.letter_id("c", Kind::First, person, 1),
            other.letter_id("c", Kind::First, person, 1)
        );
        assert_ne!(one.check("l"), other.check("l"));
        assert_ne!(one.package_seed(), other.package_seed());
    }

    #[test]
    fn a_code_is_never_the_same_subject_in_two_kinds() {
        let keys = Keys::derive(&[1; 32]);
        let all = [
            keys.provider("01000001"),
            keys.professional("code", &["01000001"]),
            keys.professional("name", &["01000001"]),
            keys.pseudonym("code", b"01000001"),
        ];
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn letter_ids_have_26_safe_characters() {
        let keys = Keys::derive(&[1; 32]);
        let id = keys.letter_id("c", Kind::First, keys.pseudonym("bsn", b"999990019"), 1);
        let id = id.to_string();
        assert_eq!(id.len(), 26);
        assert!(id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7')));
    }
}
