//! Invented people in a rehearsal, real people in a real run: the BSN tells them apart, and the two
//! never mix.

use camino::Utf8PathBuf;

use super::error::ReadError;
use crate::base::bsn::Bsn;
use crate::field::row::{Refused, Rows};

/// So many rows with BSNs of the test range are set aside in a real run (R103); more are a test
/// file in the wrong place.
const FEW: usize = 20;

/// Below this a number has a leading zero, which a number that lost a digit and was padded has too.
/// It is set aside (R103), and proves nothing about the list.
const NINE_DIGITS: u32 = 100_000_000;

/// Stops a rehearsal that has a real person in it, and a real run with more than a few invented
/// ones. The rows themselves were set aside when they were read.
///
/// # Errors
/// [`ReadError::RealPeople`], [`ReadError::InventedPeople`].
pub(super) fn refuse_the_other_kind(rows: &Rows, synthetic: bool) -> Result<(), ReadError> {
    let foreign =
        |bsn: Bsn| bsn.is_test_range() != synthetic && (!synthetic || bsn.number() >= NINE_DIGITS);
    let mut found = rows.refused.iter().filter(|row| row.bsn.is_some_and(foreign));
    let Some(first) = found.next() else { return Ok(()) };
    let count = 1 + found.count();
    let (file, row) = place(rows, first);

    if synthetic {
        Err(ReadError::RealPeople { count, file, row })
    } else if count > FEW {
        Err(ReadError::InventedPeople { count, file, row })
    } else {
        Ok(())
    }
}

fn place(rows: &Rows, refused: &Refused) -> (Utf8PathBuf, u32) {
    let row = refused.set_aside.row;
    let file = rows.inputs.get(usize::from(row.file)).map_or("", |input| input.file.as_str());
    (file.into(), row.row)
}
