//! What people, letters and rows are called in records, reports and file names.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Where a row is: which input file and which data row (1 = first row after the header). Kept to
/// the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowRef {
    /// Index into `Rows::inputs`.
    pub file: u16,
    /// Data row, from 1.
    pub row: u32,
}

/// A keyed pseudonym: HMAC-SHA-256 cut to 128 bits. The only name a person has in records and
/// reports.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pseudonym(pub [u8; 16]);

/// A letter's name: 128 keyed bits, written as 26 characters `[a-z2-7]`. Sorted as its text is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LetterId(pub [u8; 16]);

impl Ord for LetterId {
    fn cmp(&self, other: &Self) -> Ordering {
        symbols(&self.0).cmp(&symbols(&other.0))
    }
}

impl PartialOrd for LetterId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Written as 26 characters, everywhere.
macro_rules! in_base32 {
    ($($name:ident),+) => {
        $(
            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(&base32(&self.0))
                }
            }

            impl fmt::Debug for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    fmt::Display::fmt(self, f)
                }
            }

            impl FromStr for $name {
                type Err = ();

                fn from_str(text: &str) -> Result<Self, ()> {
                    base32_decode(text).map(Self).ok_or(())
                }
            }

            impl Serialize for $name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.collect_str(self)
                }
            }

            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let text = Cow::<str>::deserialize(deserializer)?;
                    text.parse().map_err(|()| D::Error::custom("not 26 characters `[a-z2-7]`"))
                }
            }
        )+
    };
}

in_base32!(Pseudonym, LetterId);

/// 26 characters `[a-z2-7]` for 128 bits.
#[must_use]
pub fn base32(bytes: &[u8; 16]) -> String {
    BASE32.encode(bytes)
}

/// The same, without a place in memory of its own.
fn symbols(bytes: &[u8; 16]) -> [u8; 26] {
    let mut symbols = [0; 26];
    BASE32.encode_mut(bytes, &mut symbols);
    symbols
}

/// The 128 bits behind 26 characters; `None` when the text is no such thing.
#[must_use]
pub fn base32_decode(text: &str) -> Option<[u8; 16]> {
    BASE32.decode(text.as_bytes()).ok()?.try_into().ok()
}

static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    specification.encoding().expect("32 distinct symbols are a valid alphabet")
});
