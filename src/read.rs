//! Read: from the files of the inbox to typed rows.
//!
//! A bad row is data: it is set aside with a code. A bad file is an error that stops the run, because a list of which
//! nobody knows what is missing decides about letters to people. Every data row of every file ends in exactly one of
//! the lists of [`Rows`]. Columns that the contract (DESIGN.md section 4) does not name are never read.

mod batch;
mod cell;
mod csv_file;
mod damage;
mod encoding;
mod error;
mod header;
mod inbox;
mod mojibake;
mod parquet_file;
mod people;
mod raw;
mod records;
mod schema;
mod snapshot;
mod split;
mod text;

use camino::Utf8Path;
use jiff::civil::Date;

use crate::config::{InputFormat, Inputs};
use crate::progress::Progress;
use crate::reason::Reason;
use crate::row::{Damage, Input, List, Refused, Rows};

use batch::{Batch, Context};
use inbox::{Form, Found};
use records::Record;
use snapshot::Sidecar;

pub use damage::refuse as refuse_damage;
pub use error::{Place, ReadError};

/// What reading depends on beside the files themselves.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// A rehearsal: BSNs of the test range are accepted, and no others.
    pub synthetic: bool,
    /// Birth dates after it are refused.
    pub run_date: Date,
}

/// Reads every list of the inbox.
///
/// The files are taken in the order of their lists and names, each once, as a snapshot; the same files give the same
/// rows in the same order, whatever the number of cores. A list other than the exposures may be absent and is then
/// empty. Progress counts bytes.
///
/// # Errors
/// [`ReadError`]: a file that is not what it should be. Its message names file, row and column and never a value.
pub fn read(inbox: &Utf8Path, formats: &Inputs, terms: &Terms, progress: &Progress) -> Result<Rows, ReadError> {
    let found = inbox::open(inbox)?;
    warn_about(&found);
    progress.bytes("reading", found.lists.iter().map(|list| list.bytes).sum());
    let synthetic = terms.synthetic;
    let terms = raw::Terms { synthetic, days: cell::Days::before(terms.run_date) };
    let mut rows = Rows::default();
    for (file, index) in found.lists.iter().zip(0..) {
        let path = inbox.join(&file.name);
        let context = Context { file: &path, index, list: file.list, terms, progress };
        read_list(file, formats, &context, &mut rows)?;
    }
    people::refuse_the_other_kind(&rows, synthetic)?;
    let disputed = records::settle_providers(&mut rows.providers, &rows.refused);
    if disputed > 0 {
        tracing::warn!(
            read.provider_codes = disputed,
            "provider codes stand for different providers; none of them is named"
        );
    }
    Ok(rows)
}

fn warn_about(inbox: &inbox::Inbox) {
    for name in &inbox.ignored {
        tracing::warn!(read.file = name, "file in the inbox is no list and is not read");
    }
    for list in schema::LISTS {
        if !inbox.lists.iter().any(|found| found.list == list) {
            tracing::warn!(read.list = schema::name(list), "no file of this list in the inbox; it counts as empty");
        }
    }
}

fn read_list(file: &Found, formats: &Inputs, context: &Context<'_>, rows: &mut Rows) -> Result<(), ReadError> {
    let (refused, damage) = (&mut rows.refused, &mut rows.damage);
    let input = match file.list {
        List::Exposures => read_file(file, &formats.exposures, context, &mut rows.exposures, refused, damage)?,
        List::Participants => read_file(file, &formats.participants, context, &mut rows.participants, refused, damage)?,
        List::Register => read_file(file, &formats.register, context, &mut rows.register, refused, damage)?,
        List::Providers => read_file(file, &formats.providers, context, &mut rows.providers, refused, damage)?,
        List::Suppressions => {
            let (known, refused_before) = (rows.suppressions.len(), refused.len());
            let input = read_file(file, &formats.suppressions, context, &mut rows.suppressions, refused, damage)?;
            let good = rows.suppressions[known..].iter();
            let nobody = good
                .filter(|row| row.bsn.is_none() && row.person_ref.is_empty())
                .map(|row| row.row.row)
                .chain(
                    refused[refused_before..].iter().filter(|row| names_nobody(row)).map(|row| row.set_aside.row.row),
                )
                .min();
            if let Some(row) = nobody {
                return Err(ReadError::Suppression { file: context.file.to_owned(), row });
            }
            input
        }
    };
    rows.inputs.push(input);
    Ok(())
}

/// Neither number can be read, nor is enough left of the BSN to look for whose it may be.
fn names_nobody(row: &Refused) -> bool {
    row.bsn.is_none() && row.person_ref.is_empty() && row.digits.is_none()
}

/// Reads one file behind the rows that are there already.
fn read_file<T: Record>(
    found: &Found,
    format: &InputFormat,
    context: &Context<'_>,
    good: &mut Vec<T>,
    refused: &mut Vec<Refused>,
    damage: &mut Vec<Damage>,
) -> Result<Input, ReadError> {
    let file = context.file;
    let bytes = snapshot::bytes(file)?;
    let sidecar = Sidecar::of(file)?;
    let mut batch = Batch { good: std::mem::take(good), ..Batch::with_capacity(0) };
    let before = batch.good.len();
    let (sha256, rows, unread_columns) = match found.form {
        Form::Csv => read_csv(&bytes, sidecar.as_ref(), format, context, &mut batch)?,
        Form::Parquet => {
            let sha256 = crate::hash::of_bytes(&bytes);
            if let Some(sidecar) = &sidecar {
                sidecar.check_hash(file, &sha256)?;
            }
            let parquet = parquet_file::ParquetFile::open(bytes, context.list, format, file)?;
            check_rows(sidecar.as_ref(), parquet.rows, file)?;
            parquet.read(context, &mut batch)?;
            (sha256, parquet.rows, parquet.unread_columns().to_vec())
        }
    };
    tracing::info!(
        read.file = found.name,
        read.rows = rows,
        read.good_rows = batch.good.len() - before,
        read.refused_rows = batch.refused.len(),
        read.tidied_cells = batch.tidied,
        read.unread_columns = unread_columns.len(),
        "list read"
    );
    if !batch.refused.is_empty() {
        let damaged = batch.refused.iter().filter(|row| row.set_aside.reason != Reason::R103).count();
        let unreadable = u32::try_from(damaged).unwrap_or(u32::MAX);
        damage.push(batch.tally.finish(context.index, found.list, unreadable));
    }
    *good = batch.good;
    refused.append(&mut batch.refused);
    Ok(Input { file: found.name.clone(), list: found.list, sha256, rows, unread_columns })
}

fn read_csv<T: Record>(
    bytes: &[u8],
    sidecar: Option<&Sidecar>,
    format: &InputFormat,
    context: &Context<'_>,
    batch: &mut Batch<T>,
) -> Result<(String, u32, Vec<String>), ReadError> {
    let file = context.file;
    let (sha256, opened) =
        rayon::join(|| crate::hash::of_bytes(bytes), || csv_file::CsvFile::open(bytes, context.list, format, file));
    // The hash speaks first: what is wrong with other bytes than the announced ones is of no interest.
    if let Some(sidecar) = sidecar {
        sidecar.check_hash(file, &sha256)?;
    }
    let Some(csv) = opened? else {
        // M13: nothing new, if somebody says so; else empty by accident.
        return match sidecar {
            Some(sidecar) => sidecar.check_rows(file, 0).map(|()| (sha256, 0, Vec::new())),
            None => Err(ReadError::Empty { file: file.to_owned() }),
        };
    };
    check_rows(sidecar, csv.rows, file)?;
    csv.read(context, batch);
    batch.check_ragged(csv.rows, file)?;
    Ok((sha256, csv.rows, csv.unread_columns().to_vec()))
}

fn check_rows(sidecar: Option<&Sidecar>, rows: u32, file: &Utf8Path) -> Result<(), ReadError> {
    sidecar.map_or(Ok(()), |sidecar| sidecar.check_rows(file, u64::from(rows)))
}

#[cfg(test)]
mod tests;
