//! Suppressions: a row that names nobody stops the run.

use super::inbox::Found;
use super::{Context, Counted, ReadError, read_file};
use crate::config::InputFormat;
use crate::field::row::{Input, Refused, Rows};

/// Reads suppressions behind those that are there already. A row that names nobody stops the run.
pub(super) fn read(
    file: &Found,
    format: &InputFormat,
    context: &Context<'_>,
    rows: &mut Rows,
) -> Result<(Input, Counted), ReadError> {
    let (known, refused_before) = (rows.suppressions.len(), rows.refused.len());
    let mut waiting = Vec::new();
    let read = read_file(
        file,
        format,
        context,
        &mut rows.suppressions,
        &mut rows.refused,
        &mut rows.damage,
        &mut waiting,
    )?;
    rows.refused.extend(waiting.into_iter().map(|(_, refusal)| refusal));

    let good = rows.suppressions[known..].iter();
    let good = good.filter(|row| row.bsn.is_none() && row.person_ref.is_empty());
    let refused = rows.refused[refused_before..].iter().filter(|row| names_nobody(row));
    let nobody = good.map(|row| row.row.row).chain(refused.map(|row| row.set_aside.row.row)).min();

    match nobody {
        Some(row) => Err(ReadError::Suppression { file: context.file.to_owned(), row }),
        None => Ok(read),
    }
}

/// Neither number can be read, nor is enough left of the BSN to look for whose it may be.
pub(super) fn names_nobody(row: &Refused) -> bool {
    row.bsn.is_none() && row.person_ref.is_empty() && row.digits.is_none()
}
