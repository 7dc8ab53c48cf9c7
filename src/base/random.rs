//! Random bytes from the operating system: for keys, names and tickets, never for a decision.

use std::fs::File;
use std::io::{self, Read};

/// Where they come from.
pub const SOURCE: &str = "/dev/urandom";

/// So many random bytes.
///
/// # Errors
/// When the operating system gives none.
pub fn bytes<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0_u8; N];
    File::open(SOURCE)?.read_exact(&mut bytes)?;
    Ok(bytes)
}
