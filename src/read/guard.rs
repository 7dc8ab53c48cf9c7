//! Decoders of other people's formats, kept from taking the whole run with them.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a decoder. Decoders have panicked on damaged files before; what they say then is not passed
/// on: it may quote from the file.
pub(super) fn guarded<T, E>(
    decode: impl FnOnce() -> Result<T, E>,
    failed: impl FnOnce() -> E,
) -> Result<T, E> {
    // Whatever the closure leaves half done is dropped with it: the caller gives up the whole file.
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| Err(failed()))
}
