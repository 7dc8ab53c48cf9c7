//! Parquet files, through polars' own decoder. Only this module names polars in this stage.
//!
//! Columns are decoded as Arrow arrays and not as data frames: frames know dates and small integers
//! only with features that lengthen the build, and they trust the schema that the writer left in
//! the file's metadata. Here the types come from the Parquet schema alone, and each column has a
//! short list of types that it may have.

mod values;

use std::borrow::Cow;
use std::io::Cursor;
use std::ops::Range;

use camino::{Utf8Path, Utf8PathBuf};
use polars_arrow::array::Array;
use polars_arrow::datatypes::{ArrowDataType, Field};
use polars_buffer::Buffer;
use polars_parquet::arrow::read::schema::parquet_to_arrow_schema;
use polars_parquet::parquet::metadata::FileMetadata;
use polars_parquet::parquet::page::CompressedPage;
use polars_parquet::parquet::read::deserialize_metadata;
use polars_parquet::read::{
    BasicDecompressor, Filter, PageReader, RowGroupMetadata, column_iter_to_arrays, read_metadata,
};
use rayon::prelude::*;

use crate::config::InputFormat;
use crate::field::row::List;

use super::batch::{Batch, Context};
use super::error::ReadError;
use super::guard::guarded as guarded_as;
use super::header::{self, Layout};
use super::kind::Kind;
use super::records::Record;
use super::{parquet_footer, schema};

use values::Decoded;

/// A file that declares more rows than this is damaged or hostile: seven times the whole
/// population.
const MOST_ROWS: usize = 120_000_000;

/// Most uncompressed bytes that the wanted columns of one row group may declare.
const MOST_GROUP_BYTES: u64 = 8 << 30;

/// Most bytes of one page. Writers make pages of about a megabyte.
const MOST_PAGE_BYTES: usize = 512 << 20;

/// Rows that are decoded at once.
const SLICE: usize = 1 << 19;

/// Rows that one core reads at once.
const PIECE: u32 = 1 << 13;

/// A Parquet file whose columns are all there and have permitted types.
pub(super) struct ParquetFile {
    file: Utf8PathBuf,
    bytes: Buffer<u8>,
    metadata: FileMetadata,
    layout: Layout,
    wanted: Vec<Wanted>,
    /// Data rows.
    pub(super) rows: u32,
}

/// A column of the contract that the file has, in contract order.
struct Wanted {
    column: &'static str,
    /// Its place in the contract.
    place: usize,
    field: Field,
    kind: Kind,
}

/// The types in which a kind of column is written, beside text.
const fn accepted(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Digits => "text or whole numbers",
        Kind::Date => "text (YYYY-MM-DD) or dates",
        Kind::Flag => "text, booleans or whole numbers",
    }
}

fn accepts(kind: Kind, found: &ArrowDataType) -> bool {
    use ArrowDataType as D;
    let integer = matches!(
        found,
        D::Int8 | D::Int16 | D::Int32 | D::Int64 | D::UInt8 | D::UInt16 | D::UInt32 | D::UInt64
    );

    match found {
        D::Utf8View | D::BinaryView => true,
        D::Date32 | D::Timestamp(..) => kind == Kind::Date,
        D::Boolean => kind == Kind::Flag,
        // Whole numbers under a different name; a fraction of nothing is exact.
        D::Decimal(_, 0) => matches!(kind, Kind::Digits),
        _ => integer && matches!(kind, Kind::Digits | Kind::Flag),
    }
}

impl ParquetFile {
    /// Reads the footer and checks names, types and declared sizes.
    pub(super) fn open(
        bytes: Vec<u8>,
        list: List,
        format: &InputFormat,
        file: &Utf8Path,
    ) -> Result<Self, ReadError> {
        let damaged = |problem: &str| ReadError::Parquet {
            file: file.to_owned(),
            problem: problem.to_owned(),
        };

        let bytes = Buffer::from(bytes);
        let metadata = footer(&bytes).map_err(|problem| damaged(&problem))?;
        let groups: usize = metadata
            .row_groups
            .iter()
            .map(RowGroupMetadata::num_rows)
            .fold(0, usize::saturating_add);

        if groups != metadata.num_rows {
            return Err(damaged("its footer contradicts itself about the number of rows"));
        }

        if metadata.num_rows > MOST_ROWS {
            return Err(damaged("it declares more rows than any list can have"));
        }

        let rows = u32::try_from(metadata.num_rows)
            .map_err(|_| ReadError::TooManyRows { file: file.to_owned() })?;
        let names: Vec<String> =
            metadata.schema().fields().iter().map(|field| field.name().to_owned()).collect();
        let layout = header::layout(&names, list, header::expected(list, format)?, file)?;
        let mut wanted = Vec::new();
        for (place, (column, header)) in
            schema::columns(list).iter().zip(&layout.headers).enumerate()
        {
            if layout.absent.contains(column) {
                continue;
            }
            // One by one: columns that are not read may be of any type, also of one that the
            // decoder does not know.
            let own =
                metadata.schema().fields().iter().filter(|field| field.name() == header.as_str());
            let own: Vec<_> = own.cloned().collect();
            let fields = guarded(|| Ok(parquet_to_arrow_schema(&own))).map_err(|p| damaged(&p))?;
            let field = fields
                .get(header)
                .ok_or_else(|| damaged(&format!("column `{column}` holds nothing")))?;
            if !is_primitive(field.dtype()) {
                return Err(type_error(file, column, field.dtype()));
            }
            wanted.push(Wanted { column, place, field: field.clone(), kind: Kind::of(column) });
        }

        let opened = Self { file: file.to_owned(), bytes, metadata, layout, wanted, rows };
        opened.check_sizes()?;
        Ok(opened)
    }

    /// Headers that the contract does not name.
    pub(super) fn unread_columns(&self) -> &[String] {
        &self.layout.unread
    }

    /// Columns of the contract that the file does without.
    pub(super) fn absent_columns(&self) -> &[&'static str] {
        &self.layout.absent
    }

    /// Reads the rows.
    pub(super) fn read<T: Record>(
        &self,
        context: &Context<'_>,
        into: &mut Batch<T>,
    ) -> Result<(), ReadError> {
        into.reserve(self.rows as usize, context);
        let mut first_row = 1_u32;
        for group in &self.metadata.row_groups {
            let mut start = 0;
            while start < group.num_rows() {
                let slice = start..group.num_rows().min(start + SLICE);
                start = slice.end;
                let columns = self.decode(group, &slice)?;
                let rows = u32::try_from(slice.len())
                    .map_err(|_| ReadError::TooManyRows { file: self.file.clone() })?;
                read_slice(&columns, first_row, rows, context, into);
                // Every row is worth its share of the file.
                let share = self.bytes.len() as u64 * u64::from(rows) / u64::from(self.rows.max(1));
                context.progress.advance(share);
                first_row = first_row.saturating_add(rows);
            }
        }

        Ok(())
    }

    /// What the footer declares, before anything is decoded.
    fn check_sizes(&self) -> Result<(), ReadError> {
        for group in &self.metadata.row_groups {
            let mut bytes = 0_u64;
            for wanted in &self.wanted {
                for chunk in group.columns_under_root_iter(&wanted.field.name).into_iter().flatten()
                {
                    bytes = bytes.saturating_add(
                        u64::try_from(chunk.uncompressed_size()).unwrap_or(u64::MAX),
                    );
                }
            }
            if bytes > MOST_GROUP_BYTES {
                return Err(self.damaged("it declares more data than any list can have"));
            }
        }

        Ok(())
    }

    /// Decodes the wanted columns of some rows of a row group; no other column is touched.
    fn decode(
        &self,
        group: &RowGroupMetadata,
        rows: &Range<usize>,
    ) -> Result<Vec<Decoded>, ReadError> {
        self.wanted
            .par_iter()
            .map(|wanted| {
                let arrays =
                    guarded(|| self.decode_column(group, wanted, rows)).map_err(|problem| {
                        self.damaged(&format!("column `{}`: {problem}", wanted.column))
                    })?;
                let accepted = accepts(wanted.kind, wanted.field.dtype());
                Decoded::new(&arrays, accepted, wanted.place)
                    .ok_or_else(|| type_error(&self.file, wanted.column, wanted.field.dtype()))
            })
            .collect()
    }

    /// Problems are told in words of our own: what a decoder says about a page may quote from it.
    fn decode_column(
        &self,
        group: &RowGroupMetadata,
        wanted: &Wanted,
        rows: &Range<usize>,
    ) -> Result<Vec<Box<dyn Array>>, String> {
        let mut chunks = group
            .columns_under_root_iter(&wanted.field.name)
            .ok_or("it is missing from a row group")?;
        let (Some(chunk), None) = (chunks.next(), chunks.next()) else {
            return Err("it is not one column".to_owned());
        };

        if usize::try_from(chunk.num_values()) != Ok(group.num_rows()) {
            return Err("it has not as many values as the file has rows".to_owned());
        }

        let bytes = chunk.byte_range();
        let place = usize::try_from(bytes.start).ok().zip(usize::try_from(bytes.end).ok());
        let (start, end) = place
            .filter(|(start, end)| start <= end && *end <= self.bytes.len())
            .ok_or("the file is cut")?;
        let bytes = self.bytes.clone().sliced(start..end);
        let pages =
            || PageReader::new(Cursor::new(bytes.clone()), chunk, Vec::new(), MOST_PAGE_BYTES);

        check_pages(pages, group.num_rows())?;
        let filter = Filter::new_ranged(rows.start, rows.end);
        let kind = &chunk.descriptor().descriptor.primitive_type;
        let pages = BasicDecompressor::new(pages(), Vec::new());
        let (arrays, _) =
            column_iter_to_arrays(vec![pages], vec![kind], wanted.field.clone(), Some(filter))
                .map_err(|_| "its pages cannot be decoded")?;

        if arrays.iter().map(|array| array.len()).sum::<usize>() != rows.len() {
            return Err("it has not as many values as the file has rows".to_owned());
        }

        Ok(arrays)
    }

    fn damaged(&self, problem: &str) -> ReadError {
        ReadError::Parquet { file: self.file.clone(), problem: problem.to_owned() }
    }
}

/// The names of the columns, whatever they are; for a look at a file that cannot be read.
pub(super) fn column_names(bytes: Vec<u8>) -> Option<Vec<String>> {
    let metadata = footer(&Buffer::from(bytes)).ok()?;
    Some(metadata.schema().fields().iter().map(|field| field.name().to_owned()).collect())
}

fn guarded<T>(decode: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    guarded_as(decode, || "the decoder failed".to_owned())
}

/// The footer; where its schema names a type that the decoder does not know, without that name.
fn footer(bytes: &Buffer<u8>) -> Result<FileMetadata, String> {
    let read = guarded(|| {
        read_metadata(&mut Cursor::new(bytes.clone())).map_err(|error| error.to_string())
    });
    let Err(problem) = read else { return read };
    let Some(known) = parquet_footer::without_unknown_types(bytes) else { return Err(problem) };
    guarded(|| deserialize_metadata(Buffer::from(known)).map_err(|error| error.to_string()))
}

/// What the page headers declare, before the decoder believes it: it reserves memory for as many
/// values as a header names, and a damaged header then ends the whole process.
fn check_pages(pages: impl Fn() -> PageReader, rows: usize) -> Result<(), String> {
    const CONTRADICTION: &str = "its pages contradict the footer";
    let dictionary = BasicDecompressor::new(pages(), Vec::new())
        .read_dict_page()
        .map_err(|_| "its dictionary is damaged")?;

    if dictionary.is_some_and(|page| page.num_values > page.buffer.len()) {
        return Err(CONTRADICTION.to_owned());
    }

    let mut values = 0_usize;
    for page in pages() {
        if let CompressedPage::Data(page) = page.map_err(|_| "its pages are damaged")? {
            values = values.saturating_add(page.num_values());
            if values > rows || page.uncompressed_size() > MOST_PAGE_BYTES {
                return Err(CONTRADICTION.to_owned());
            }
        }
    }

    if values == rows { Ok(()) } else { Err(CONTRADICTION.to_owned()) }
}

fn is_primitive(found: &ArrowDataType) -> bool {
    use ArrowDataType as D;
    !matches!(
        found,
        D::List(_)
            | D::LargeList(_)
            | D::FixedSizeList(_, _)
            | D::Struct(_)
            | D::Map(_, _)
            | D::Union(_)
            | D::Extension(_)
    )
}

fn type_error(file: &Utf8Path, column: &'static str, found: &ArrowDataType) -> ReadError {
    let accepted = accepted(Kind::of(column));
    ReadError::ColumnType { file: file.to_owned(), column, found: words(found), accepted }
}

/// The type's name without parameters: a struct's would spell out the names of its fields.
fn words(found: &ArrowDataType) -> String {
    let debug = format!("{found:?}");
    debug.split(['(', '{', ' ']).next().unwrap_or_default().to_ascii_lowercase()
}

fn read_slice<T: Record>(
    columns: &[Decoded],
    first: u32,
    rows: u32,
    context: &Context<'_>,
    into: &mut Batch<T>,
) {
    let pieces: Vec<Range<u32>> = (0..rows)
        .step_by(PIECE as usize)
        .map(|start| start..rows.min(start.saturating_add(PIECE)))
        .collect();

    let read: Vec<Batch<T>> = pieces
        .into_par_iter()
        .map(|piece| {
            let mut batch = Batch::with_capacity(piece.len());
            let mut cells: Vec<Cow<'_, str>> = vec![Cow::Borrowed(""); T::COLUMNS.len()];
            for row in piece {
                for column in columns {
                    cells[column.place] = column.cell(row as usize);
                }
                batch.read(&cells, first.saturating_add(row), context);
            }
            batch
        })
        .collect();

    for batch in read {
        into.append(batch);
    }
}

#[cfg(test)]
#[path = "parquet_tests.rs"]
mod tests;
