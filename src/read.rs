//! Read: from the files of the inbox to typed rows.
//!
//! A bad row is data: it is set aside with a code. A bad file is an error that stops the run,
//! because a list of which nobody knows what is missing decides about letters to people. Every data
//! row of every file ends in exactly one of the lists of [`Rows`]. Columns that the contract
//! (docs/inputs.md) does not name are never read.

mod again;
mod batch;
pub mod boxed;
mod cell;
mod codepage;
mod csv_file;
mod damage;
mod delivered;
mod empty;
mod encoding;
mod error;
mod fillers;
mod guard;
mod header;
mod inbox;
mod kind;
pub mod look;
mod marks;
mod mojibake;
mod names;
mod parquet_file;
mod parquet_footer;
mod parquet_rows;
mod people;
mod place;
mod preamble;
mod raw;
mod records;
mod schema;
mod snapshot;
mod split;
mod spoilt;
mod stray;
mod suppressions;
mod tally;
mod text;
mod translate;
mod workbook;
mod zeros;

use std::time::SystemTime;

use camino::Utf8Path;
use jiff::civil::Date;

use crate::base::progress::Progress;
use crate::config::{InputFormat, Inputs};
use crate::field::keys::Marker;
use crate::field::reason::Reason;
use crate::field::row::{Damage, Input, List, Refused, Rows};

use batch::{Batch, Context};
use empty::Empty;
use inbox::Found;
use names::Form;
use records::Record;
use snapshot::Sidecar;
use translate::Translation;
use zeros::Pending;

pub use again::{CsvForm, NamedCells, StandingRow, mark_of_cells, row_at, standing};
pub use delivered::{DeliveredRow, delivered_rows};
pub use error::{FilePlace, ReadError};
pub use marks::{Changed, Changes, Delivered, Delivery, MARKS, Share, latest};
pub use spoilt::refuse as refuse_damage;
pub use tally::{ColumnTally, DamageKind, Tally};

/// What reading depends on beside the files themselves.
#[derive(Clone, Copy, Debug)]
pub struct ReadTerms {
    /// A rehearsal: BSNs of the test range are accepted, and no others.
    pub synthetic: bool,
    /// Birth dates after it are refused.
    pub run_date: Date,
}

/// Reads every list of the inbox.
///
/// The files are taken in the order of their lists and names, each once, as a snapshot; the same
/// files give the same rows in the same order, whatever the number of cores. A list other than the
/// exposures may be absent and is then empty. Progress counts bytes.
///
/// # Errors
/// [`ReadError`]: a file that is not what it should be. Its message names file, row and column and
/// never a value.
pub fn read(
    inbox: &Utf8Path,
    formats: &Inputs,
    terms: &ReadTerms,
    progress: &Progress,
) -> Result<Rows, ReadError> {
    read_marked(inbox, formats, terms, None, progress).map(|(rows, _)| rows)
}

/// The same, and what the files are to the next run: their rows marked, their cells counted.
///
/// # Errors
/// As [`read`].
pub fn read_marked(
    inbox: &Utf8Path,
    formats: &Inputs,
    terms: &ReadTerms,
    marker: Option<Marker>,
    progress: &Progress,
) -> Result<(Rows, Delivery), ReadError> {
    let found = inbox::open(inbox, formats)?;
    warn_about(&found);
    read_lists(inbox, found, formats, *terms, marker, progress)
}

/// Reads the providers lists alone.
///
/// # Errors
/// As [`read`].
pub fn providers(
    inbox: &Utf8Path,
    formats: &Inputs,
    terms: &ReadTerms,
    progress: &Progress,
) -> Result<Rows, ReadError> {
    let mut found = inbox::open(inbox, formats)?;
    found.lists.retain(|list| list.list == List::Providers);
    read_lists(inbox, found, formats, *terms, None, progress).map(|(rows, _)| rows)
}

fn read_lists(
    inbox: &Utf8Path,
    found: inbox::Inbox,
    formats: &Inputs,
    terms: ReadTerms,
    marker: Option<Marker>,
    progress: &Progress,
) -> Result<(Rows, Delivery), ReadError> {
    inbox::check_settled(inbox, &found, formats.settle(terms.synthetic), SystemTime::now())?;
    progress.bytes("reading", found.lists.iter().map(|list| list.bytes).sum());
    let synthetic = terms.synthetic;
    let terms = raw::Terms { synthetic, days: cell::Days::before(terms.run_date) };
    let mut rows = Rows { others: found.ignored, ..Rows::default() };
    let (mut delivery, mut pending) = (Delivery::default(), Pending::default());

    for (file, index) in found.lists.iter().zip(0..) {
        let path = inbox.join(&file.name);
        let format = formats.of(file.list);
        let (translation, empty) =
            (Translation::of(file.list, format), Empty::of(file.list, format)?);
        let context = Context {
            file: &path,
            index,
            list: file.list,
            terms,
            translation: &translation,
            empty: &empty,
            marker,
            wanted: None,
            progress,
        };
        let counted = read_list(file, format, &context, &mut rows, &mut pending)?;
        delivery.add(rows.inputs.last(), counted);
    }

    let repaired = zeros::settle(&mut rows, pending);
    if repaired > 0 {
        tracing::warn!(
            read.repaired_rows = repaired,
            "numbers without their leading zero, confirmed by other rows"
        );
    }

    people::refuse_the_other_kind(&rows, synthetic)?;
    fillers::check(&rows)?;
    let disputed = records::settle_providers(&mut rows.providers, &rows.refused);
    if disputed > 0 {
        tracing::warn!(
            read.provider_codes = disputed,
            "provider codes are used by different providers; none of those is named in letters"
        );
    }

    Ok((rows, delivery))
}

fn warn_about(inbox: &inbox::Inbox) {
    for name in &inbox.ignored {
        tracing::warn!(read.file = name, "file in the inbox is not a list and is not read");
    }

    for list in schema::LISTS {
        // Most campaigns have no list of professionals, and nobody is protected by it.
        let is_needed = list != List::Professionals;
        if is_needed && !inbox.lists.iter().any(|found| found.list == list) {
            tracing::warn!(
                read.list = schema::name(list),
                "no file of this list in the inbox; the list counts as empty"
            );
        }
    }
}

fn read_list(
    file: &Found,
    format: &InputFormat,
    context: &Context<'_>,
    rows: &mut Rows,
    pending: &mut Pending,
) -> Result<Counted, ReadError> {
    let (refused, damage) = (&mut rows.refused, &mut rows.damage);
    let (input, counted) = match file.list {
        List::Exposures => read_file(
            file,
            format,
            context,
            &mut rows.exposures,
            refused,
            damage,
            &mut pending.exposures,
        )?,
        List::Participants => read_file(
            file,
            format,
            context,
            &mut rows.participants,
            refused,
            damage,
            &mut pending.participants,
        )?,
        List::Register => read_file(
            file,
            format,
            context,
            &mut rows.register,
            refused,
            damage,
            &mut pending.register,
        )?,
        // Nothing beside the number says who is meant: these stay refused.
        List::Providers => {
            let mut waiting = Vec::new();
            let read = read_file(
                file,
                format,
                context,
                &mut rows.providers,
                refused,
                damage,
                &mut waiting,
            )?;
            refused.extend(waiting.into_iter().map(|(_, refusal)| refusal));
            read
        }
        List::Suppressions => suppressions::read(file, format, context, rows)?,
        List::Professionals => {
            let mut waiting = Vec::new();
            let read = read_file(
                file,
                format,
                context,
                &mut rows.professionals,
                refused,
                damage,
                &mut waiting,
            )?;
            refused.extend(waiting.into_iter().map(|(_, refusal)| refusal));
            read
        }
    };

    rows.inputs.push(input);
    Ok(counted)
}

/// What was counted of one file beside its rows.
struct Counted {
    tally: Tally,
    marks: Vec<u64>,
    /// Wanted rows and their cells.
    delivered: Vec<(u32, Vec<String>)>,
    /// Columns that the file does without.
    absent: Vec<&'static str>,
}

/// Reads one file behind the rows that are there already.
fn read_file<T: Record>(
    found: &Found,
    format: &InputFormat,
    context: &Context<'_>,
    good: &mut Vec<T>,
    refused: &mut Vec<Refused>,
    damage: &mut Vec<Damage>,
    pending: &mut Vec<(T, Refused)>,
) -> Result<(Input, Counted), ReadError> {
    let file = context.file;
    let bytes = snapshot::bytes(file)?;
    let sidecar = Sidecar::of(file)?;
    let mut batch = Batch { good: std::mem::take(good), ..Batch::with_capacity(0) };
    let before = batch.good.len();
    let contents = match found.form {
        Form::Csv => read_csv(&bytes, sidecar.as_ref(), format, context, &mut batch)?,
        Form::Parquet => read_parquet(bytes, sidecar.as_ref(), format, context, &mut batch)?,
        Form::Workbook => read_workbook(bytes, sidecar.as_ref(), format, context, &mut batch)?,
    };

    check_code_page(&batch.refused, contents.rows, file)?;
    let Contents { sha256, rows, unread_columns, absent, notes } = contents;
    tracing::info!(
        read.file = found.name,
        read.rows = rows,
        read.good_rows = batch.good.len() - before,
        read.refused_rows = batch.refused.len(),
        read.rows_without_zeros = batch.pending.len(),
        read.tidied_cells = batch.tidied,
        read.unread_columns = unread_columns.len(),
        read.notes = notes.join("; "),
        read.absent_columns = absent.join(" "),
        "list read"
    );

    // Those that wait for a zero count until it is found.
    if !batch.refused.is_empty() || !batch.pending.is_empty() {
        let waiting = batch.pending.iter().map(|(_, refusal)| refusal);
        let unusable = batch.refused.iter().chain(waiting);
        let damaged = unusable.filter(|row| row.set_aside.reason != Reason::R103).count();
        let unreadable = u32::try_from(damaged).unwrap_or(u32::MAX);
        damage.push(batch.damage.finish(&batch.tally, context, unreadable));
    }

    *good = batch.good;
    refused.append(&mut batch.refused);
    pending.append(&mut batch.pending);
    let counted =
        Counted { tally: batch.tally, marks: batch.marks, delivered: batch.delivered, absent };

    Ok((
        Input { file: found.name.clone(), list: found.list, sha256, rows, unread_columns, notes },
        counted,
    ))
}

/// What is known of a file beside its rows.
struct Contents {
    sha256: String,
    rows: u32,
    unread_columns: Vec<String>,
    /// Columns that may be missing and are.
    absent: Vec<&'static str>,
    notes: Vec<String>,
}

fn read_csv<T: Record>(
    bytes: &[u8],
    sidecar: Option<&Sidecar>,
    format: &InputFormat,
    context: &Context<'_>,
    batch: &mut Batch<T>,
) -> Result<Contents, ReadError> {
    let file = context.file;
    let (sha256, opened) = rayon::join(
        || crate::base::hash::of_bytes(bytes),
        || csv_file::CsvFile::open(bytes, context.list, format, file),
    );

    // The hash speaks first: what is wrong with other bytes than the announced ones is of no
    // interest.
    check_hash(sidecar, &sha256, file)?;
    let Some(csv) = opened? else { return nothing(sidecar, sha256, file) };

    // Whoever counted the lines may have counted the blank ones.
    let all_rows = csv.rows.saturating_add(csv.blank_rows);
    check_rows(sidecar, csv.rows, file)
        .or_else(|error| check_rows(sidecar, all_rows, file).map_err(|_| error))?;
    csv.read(context, batch);
    batch.check_ragged(csv.rows, file)?;

    Ok(Contents {
        sha256,
        rows: csv.rows,
        unread_columns: csv.unread_columns().to_vec(),
        absent: csv.absent_columns().to_vec(),
        notes: csv.notes().to_vec(),
    })
}

fn read_parquet<T: Record>(
    bytes: Vec<u8>,
    sidecar: Option<&Sidecar>,
    format: &InputFormat,
    context: &Context<'_>,
    batch: &mut Batch<T>,
) -> Result<Contents, ReadError> {
    let file = context.file;
    let sha256 = crate::base::hash::of_bytes(&bytes);
    check_hash(sidecar, &sha256, file)?;
    let fits = |rows| check_rows(sidecar, rows, file);
    let read = parquet_rows::read(bytes, format, context, fits, batch)?;

    Ok(Contents {
        sha256,
        rows: read.rows,
        unread_columns: read.unread,
        absent: read.absent,
        notes: Vec::new(),
    })
}

fn read_workbook<T: Record>(
    bytes: Vec<u8>,
    sidecar: Option<&Sidecar>,
    format: &InputFormat,
    context: &Context<'_>,
    batch: &mut Batch<T>,
) -> Result<Contents, ReadError> {
    let file = context.file;
    let sha256 = crate::base::hash::of_bytes(&bytes);
    check_hash(sidecar, &sha256, file)?;

    if bytes.is_empty() {
        return nothing(sidecar, sha256, file);
    }

    let Some(read) = workbook::read(bytes, format, context, batch)? else {
        return nothing(sidecar, sha256, file);
    };
    check_rows(sidecar, read.rows, file)?;
    Ok(Contents {
        sha256,
        rows: read.rows,
        unread_columns: read.unread,
        absent: read.absent,
        notes: read.notes,
    })
}

/// M13: nothing new, if somebody says so; else empty by accident.
fn nothing(
    sidecar: Option<&Sidecar>,
    sha256: String,
    file: &Utf8Path,
) -> Result<Contents, ReadError> {
    let Some(sidecar) = sidecar else { return Err(ReadError::Empty { file: file.to_owned() }) };
    sidecar.check_rows(file, 0)?;
    Ok(Contents {
        sha256,
        rows: 0,
        unread_columns: Vec::new(),
        absent: Vec::new(),
        notes: Vec::new(),
    })
}

/// A few cells with letters of a different code page are bad cells; many are a file in a different
/// encoding: more than 0.5 % of its rows, and more than 20.
fn check_code_page(refused: &[Refused], rows: u32, file: &Utf8Path) -> Result<(), ReadError> {
    let mut foreign =
        refused.iter().map(|row| &row.set_aside).filter(|row| row.reason == Reason::R129);
    let Some(first) = foreign.next() else { return Ok(()) };
    let count = 1 + foreign.count() as u64;
    if count > 20 && count * 200 > u64::from(rows) {
        return Err(ReadError::CodePage {
            file: file.to_owned(),
            rows: count,
            first: first.row.row,
        });
    }

    Ok(())
}

fn check_hash(sidecar: Option<&Sidecar>, sha256: &str, file: &Utf8Path) -> Result<(), ReadError> {
    sidecar.map_or(Ok(()), |sidecar| sidecar.check_hash(file, sha256))
}

fn check_rows(sidecar: Option<&Sidecar>, rows: u32, file: &Utf8Path) -> Result<(), ReadError> {
    sidecar.map_or(Ok(()), |sidecar| sidecar.check_rows(file, u64::from(rows)))
}

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod around_tests;
#[cfg(test)]
mod tests;

#[cfg(test)]
mod workbook_tests;
