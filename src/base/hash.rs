//! SHA-256 as lower-case hex. Files: [`crate::base::durable::fingerprint`].

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// SHA-256 of `bytes`.
#[must_use]
pub fn of_bytes(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// SHA-256 of several files with their names: what `sha256sum NAME... | sha256sum` prints.
#[must_use]
pub fn of_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> String {
    let line = |(name, bytes): (&str, &[u8])| format!("{}  {name}\n", of_bytes(bytes));
    let lines: String = files.into_iter().map(line).collect();
    of_bytes(lines.as_bytes())
}
