//! Parquet files, through polars' own decoder. The only file of this stage that names polars.
//!
//! Columns are decoded as Arrow arrays and not as data frames: frames know dates and small integers only with features
//! that lengthen the build, and they trust the schema that the writer left in the file's metadata. Here the types come
//! from the Parquet schema alone, and each column has a short list of types that it may have (M18).

use std::borrow::Cow;
use std::io::Cursor;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use polars_arrow::array::{Array, BinaryViewArray, BooleanArray, PrimitiveArray, StaticArray as _, Utf8ViewArray};
use polars_arrow::datatypes::{ArrowDataType, Field};
use polars_buffer::Buffer;
use polars_parquet::arrow::read::schema::parquet_to_arrow_schema;
use polars_parquet::parquet::metadata::FileMetadata;
use polars_parquet::parquet::page::CompressedPage;
use polars_parquet::read::{
    BasicDecompressor, Filter, PageReader, RowGroupMetadata, column_iter_to_arrays, read_metadata,
};
use rayon::prelude::*;

use crate::config::InputFormat;
use crate::row::List;

use super::batch::{Batch, Context};
use super::error::ReadError;
use super::header::{self, Layout};
use super::records::Record;
use super::schema;

/// A file that declares more rows than this is damaged or hostile (M24): seven times the whole population.
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

/// A column of the contract, in contract order.
struct Wanted {
    column: &'static str,
    field: Field,
    kind: Kind,
}

/// What a column may be written as, beside text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    /// Digits. An integer may have lost leading zeros: it is read like the same digits in a CSV file ([`super::zeros`]).
    Digits,
    Date,
    Flag,
}

impl Kind {
    fn of(column: &str) -> Self {
        match column {
            "bsn" | "provider_code" | "record_id" | "dataset_id" | "person_ref" | "house_number" | "house_addition" => {
                Self::Digits
            }
            "birth_date" | "sample_date" | "partner_ended" | "deceased_on" | "confirmed_on" | "since" => Self::Date,
            "protected_address" | "whereabouts_unknown" => Self::Flag,
            _ => Self::Text,
        }
    }

    const fn accepted(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Digits => "text or whole numbers",
            Self::Date => "text (YYYY-MM-DD) or dates",
            Self::Flag => "text, booleans or whole numbers",
        }
    }

    fn accepts(self, found: &ArrowDataType) -> bool {
        use ArrowDataType as D;
        let integer =
            matches!(found, D::Int8 | D::Int16 | D::Int32 | D::Int64 | D::UInt8 | D::UInt16 | D::UInt32 | D::UInt64);
        match found {
            D::Utf8View | D::BinaryView => true,
            D::Date32 => self == Self::Date,
            D::Boolean => self == Self::Flag,
            _ => integer && matches!(self, Self::Digits | Self::Flag),
        }
    }
}

impl ParquetFile {
    /// Reads the footer and checks names, types and declared sizes.
    pub(super) fn open(bytes: Vec<u8>, list: List, format: &InputFormat, file: &Utf8Path) -> Result<Self, ReadError> {
        let damaged = |problem: &str| ReadError::Parquet { file: file.to_owned(), problem: problem.to_owned() };
        let bytes = Buffer::from(bytes);
        let metadata = guarded(|| read_metadata(&mut Cursor::new(bytes.clone())).map_err(|error| error.to_string()))
            .map_err(|problem| damaged(&problem))?;
        let groups: usize = metadata.row_groups.iter().map(RowGroupMetadata::num_rows).fold(0, usize::saturating_add);
        if groups != metadata.num_rows {
            return Err(damaged("its footer contradicts itself about the number of rows"));
        }
        if metadata.num_rows > MOST_ROWS {
            return Err(damaged("it declares more rows than any list can have"));
        }
        let rows = u32::try_from(metadata.num_rows).map_err(|_| ReadError::TooManyRows { file: file.to_owned() })?;
        let fields = guarded(|| Ok(parquet_to_arrow_schema(metadata.schema().fields()))).map_err(|p| damaged(&p))?;
        let names: Vec<String> = metadata.schema().fields().iter().map(|field| field.name().to_owned()).collect();
        let layout = header::layout(&names, list, header::expected(list, format)?, file)?;
        let mut wanted = Vec::new();
        for (column, header) in schema::columns(list).iter().zip(&layout.headers) {
            let field = fields.get(header).ok_or_else(|| damaged(&format!("column `{column}` holds nothing")))?;
            if !is_primitive(field.dtype()) {
                return Err(type_error(file, column, field.dtype()));
            }
            wanted.push(Wanted { column, field: field.clone(), kind: Kind::of(column) });
        }
        let opened = Self { file: file.to_owned(), bytes, metadata, layout, wanted, rows };
        opened.check_sizes()?;
        Ok(opened)
    }

    /// Headers that the contract does not name.
    pub(super) fn unread_columns(&self) -> &[String] {
        &self.layout.unread
    }

    /// Reads the rows.
    pub(super) fn read<T: Record>(&self, context: &Context<'_>, into: &mut Batch<T>) -> Result<(), ReadError> {
        into.good.reserve_exact(self.rows as usize);
        let mut first_row = 1_u32;
        for group in &self.metadata.row_groups {
            let mut start = 0;
            while start < group.num_rows() {
                let slice = start..group.num_rows().min(start + SLICE);
                start = slice.end;
                let columns = self.decode(group, &slice)?;
                let rows =
                    u32::try_from(slice.len()).map_err(|_| ReadError::TooManyRows { file: self.file.clone() })?;
                read_slice(&columns, first_row, rows, context, into);
                // Every row is worth its share of the file.
                let share = self.bytes.len() as u64 * u64::from(rows) / u64::from(self.rows.max(1));
                context.progress.advance(share);
                first_row = first_row.saturating_add(rows);
            }
        }
        Ok(())
    }

    /// M24: what the footer declares, before anything is decoded.
    fn check_sizes(&self) -> Result<(), ReadError> {
        for group in &self.metadata.row_groups {
            let mut bytes = 0_u64;
            for wanted in &self.wanted {
                for chunk in group.columns_under_root_iter(&wanted.field.name).into_iter().flatten() {
                    bytes = bytes.saturating_add(u64::try_from(chunk.uncompressed_size()).unwrap_or(u64::MAX));
                }
            }
            if bytes > MOST_GROUP_BYTES {
                return Err(self.damaged("it declares more data than any list can have"));
            }
        }
        Ok(())
    }

    /// Decodes the wanted columns of some rows of a row group; no other column is touched.
    fn decode(&self, group: &RowGroupMetadata, rows: &Range<usize>) -> Result<Vec<Decoded>, ReadError> {
        self.wanted
            .par_iter()
            .map(|wanted| {
                let arrays = guarded(|| self.decode_column(group, wanted, rows))
                    .map_err(|problem| self.damaged(&format!("column `{}`: {problem}", wanted.column)))?;
                Decoded::new(&arrays, wanted).ok_or_else(|| type_error(&self.file, wanted.column, wanted.field.dtype()))
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
        let mut chunks = group.columns_under_root_iter(&wanted.field.name).ok_or("it is missing from a row group")?;
        let (Some(chunk), None) = (chunks.next(), chunks.next()) else {
            return Err("it is not one column".to_owned());
        };
        if usize::try_from(chunk.num_values()) != Ok(group.num_rows()) {
            return Err("it has not as many values as the file has rows".to_owned());
        }
        let bytes = chunk.byte_range();
        let place = usize::try_from(bytes.start).ok().zip(usize::try_from(bytes.end).ok());
        let (start, end) =
            place.filter(|(start, end)| start <= end && *end <= self.bytes.len()).ok_or("the file is cut")?;
        let bytes = self.bytes.clone().sliced(start..end);
        let pages = || PageReader::new(Cursor::new(bytes.clone()), chunk, Vec::new(), MOST_PAGE_BYTES);
        check_pages(pages, group.num_rows())?;
        let filter = Filter::new_ranged(rows.start, rows.end);
        let kind = &chunk.descriptor().descriptor.primitive_type;
        let pages = BasicDecompressor::new(pages(), Vec::new());
        let (arrays, _) = column_iter_to_arrays(vec![pages], vec![kind], wanted.field.clone(), Some(filter))
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

/// Runs the decoder. It has panicked on damaged files before (M23); what it says then is not passed on.
fn guarded<T>(decode: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    // Whatever the closure leaves half done is dropped with it: the caller gives up the whole file.
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| Err("the decoder failed".to_owned()))
}

/// What the page headers declare, before the decoder believes it: it reserves memory for as many values as a header
/// names, and a damaged header then ends the whole process (M23).
fn check_pages(pages: impl Fn() -> PageReader, rows: usize) -> Result<(), String> {
    const CONTRADICTION: &str = "its pages contradict the footer";
    let dictionary =
        BasicDecompressor::new(pages(), Vec::new()).read_dict_page().map_err(|_| "its dictionary is damaged")?;
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
    let accepted = Kind::of(column).accepted();
    ReadError::ColumnType { file: file.to_owned(), column, found: words(found), accepted }
}

/// The type's name without parameters: a struct's would spell out the names of its fields.
fn words(found: &ArrowDataType) -> String {
    let debug = format!("{found:?}");
    debug.split(['(', '{', ' ']).next().unwrap_or_default().to_ascii_lowercase()
}

fn read_slice<T: Record>(columns: &[Decoded], first: u32, rows: u32, context: &Context<'_>, into: &mut Batch<T>) {
    let pieces: Vec<Range<u32>> =
        (0..rows).step_by(PIECE as usize).map(|start| start..rows.min(start.saturating_add(PIECE))).collect();
    let read: Vec<Batch<T>> = pieces
        .into_par_iter()
        .map(|piece| {
            let mut batch = Batch::with_capacity(piece.len());
            let mut cells: Vec<Cow<'_, str>> = vec![Cow::Borrowed(""); columns.len()];
            for row in piece {
                for (cell, column) in cells.iter_mut().zip(columns) {
                    *cell = column.cell(row as usize);
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

/// The values of one column in a slice of rows.
struct Decoded {
    arrays: Vec<Values>,
}

enum Values {
    Text(Utf8ViewArray),
    Bytes(BinaryViewArray),
    Flags(BooleanArray),
    Days(PrimitiveArray<i32>),
    Whole(PrimitiveArray<i64>),
    WholeUnsigned(PrimitiveArray<u64>),
    /// Nothing but missing values, of whatever type.
    Missing(usize),
}

impl Decoded {
    /// `None` when the column has values of a type that it may not have, or bytes that are no UTF-8.
    fn new(arrays: &[Box<dyn Array>], wanted: &Wanted) -> Option<Self> {
        let accepted = wanted.kind.accepts(wanted.field.dtype());
        let arrays: Option<Vec<Values>> = arrays.iter().map(|array| Values::new(&**array, accepted)).collect();
        Some(Self { arrays: arrays? })
    }

    fn cell(&self, mut row: usize) -> Cow<'_, str> {
        for array in &self.arrays {
            if row < array.len() {
                return array.cell(row);
            }
            row -= array.len();
        }
        Cow::Borrowed("")
    }
}

impl Values {
    fn new(array: &dyn Array, accepted: bool) -> Option<Self> {
        use ArrowDataType as D;
        if array.null_count() == array.len() {
            return Some(Self::Missing(array.len()));
        }
        if !accepted {
            return None;
        }
        let any = array.as_any();
        Some(match array.dtype() {
            D::Utf8View => Self::Text(any.downcast_ref::<Utf8ViewArray>()?.clone()),
            D::BinaryView => {
                let bytes = any.downcast_ref::<BinaryViewArray>()?;
                if bytes.iter().flatten().any(|value| std::str::from_utf8(value).is_err()) {
                    return None;
                }
                Self::Bytes(bytes.clone())
            }
            D::Boolean => Self::Flags(any.downcast_ref::<BooleanArray>()?.clone()),
            D::Date32 => Self::Days(any.downcast_ref::<PrimitiveArray<i32>>()?.clone()),
            D::Int8 => Self::Whole(whole(any.downcast_ref::<PrimitiveArray<i8>>()?)),
            D::Int16 => Self::Whole(whole(any.downcast_ref::<PrimitiveArray<i16>>()?)),
            D::Int32 => Self::Whole(whole(any.downcast_ref::<PrimitiveArray<i32>>()?)),
            D::Int64 => Self::Whole(any.downcast_ref::<PrimitiveArray<i64>>()?.clone()),
            D::UInt8 => Self::Whole(whole(any.downcast_ref::<PrimitiveArray<u8>>()?)),
            D::UInt16 => Self::Whole(whole(any.downcast_ref::<PrimitiveArray<u16>>()?)),
            D::UInt32 => Self::Whole(whole(any.downcast_ref::<PrimitiveArray<u32>>()?)),
            D::UInt64 => Self::WholeUnsigned(any.downcast_ref::<PrimitiveArray<u64>>()?.clone()),
            _ => return None,
        })
    }

    fn len(&self) -> usize {
        match self {
            Self::Text(array) => array.len(),
            Self::Bytes(array) => array.len(),
            Self::Flags(array) => array.len(),
            Self::Days(array) => array.len(),
            Self::Whole(array) => array.len(),
            Self::WholeUnsigned(array) => array.len(),
            Self::Missing(length) => *length,
        }
    }

    /// The value as the same cell of a CSV file would have it.
    fn cell(&self, row: usize) -> Cow<'_, str> {
        let written = match self {
            Self::Text(array) => return Cow::Borrowed(array.get(row).unwrap_or("")),
            Self::Bytes(array) => {
                return Cow::Borrowed(array.get(row).and_then(|value| std::str::from_utf8(value).ok()).unwrap_or(""));
            }
            Self::Flags(array) => {
                return Cow::Borrowed(array.get(row).map_or("", |flag| if flag { "true" } else { "false" }));
            }
            Self::Days(array) => array.get(row).map(date),
            Self::Whole(array) => array.get(row).map(|number| number.to_string()),
            Self::WholeUnsigned(array) => array.get(row).map(|number| number.to_string()),
            Self::Missing(_) => None,
        };
        written.map_or(Cow::Borrowed(""), Cow::Owned)
    }
}

fn whole<N: polars_arrow::types::NativeType + Into<i64>>(array: &PrimitiveArray<N>) -> PrimitiveArray<i64> {
    array.iter().map(|value| value.map(|number| (*number).into())).collect()
}

/// Days since 1970 as `YYYY-MM-DD`; what is no date of our calendar is written so that no rule takes it for one.
fn date(days: i32) -> String {
    let day = Date::constant(1970, 1, 1).checked_add(jiff::Span::new().days(days.clamp(-4_000_000, 4_000_000)));
    day.map_or_else(|_| format!("day {days}"), |day| day.to_string())
}

#[cfg(test)]
#[path = "parquet_tests.rs"]
mod tests;
