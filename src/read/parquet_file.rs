//! Parquet files, through polars' own decoder. Only this module names polars in this stage.
//!
//! Columns are decoded as Arrow arrays and not as data frames: frames know dates and small integers
//! only with features that lengthen the build, and they trust the schema that the writer left in
//! the file's metadata. Here the types come from the Parquet schema alone, and each column has a
//! short list of types that it may have.
//!
//! The decoder runs in a box ([`boxed`]) and says the cells; rows are made of them outside.

mod values;

use std::io::{self, Cursor};
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

use super::boxed::{self, Said, Teller};
use super::error::ReadError;
use super::guard::guarded as guarded_as;
use super::header;
use super::kind::Kind;
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

/// Bytes of cells that are said at once; a row more than that.
const SAID: usize = 4 << 20;

/// A Parquet file whose columns are all there and have permitted types.
struct ParquetFile {
    file: Utf8PathBuf,
    bytes: Buffer<u8>,
    metadata: FileMetadata,
    wanted: Vec<Wanted>,
}

/// A column of the contract that the file has, in contract order.
struct Wanted {
    column: &'static str,
    field: Field,
    kind: Kind,
}

/// The types in which a kind of column is written, beside text.
pub(super) const fn accepted(kind: Kind) -> &'static str {
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

/// Most rows that a file of so many bytes may declare: whoever is in a list has a number of 30
/// bits.
pub(super) fn most_rows(bytes: usize) -> usize {
    MOST_ROWS.min(bytes.max(1 << 16))
}

/// The footer of a file: which columns there are, and how many rows.
struct Footer {
    bytes: Buffer<u8>,
    metadata: FileMetadata,
    names: Vec<String>,
    rows: u32,
}

impl Footer {
    fn read(bytes: Vec<u8>, file: &Utf8Path) -> Result<Self, ReadError> {
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

        if metadata.num_rows > most_rows(bytes.len()) {
            return Err(damaged("it declares more rows than any list can have"));
        }

        let rows = u32::try_from(metadata.num_rows)
            .map_err(|_| ReadError::TooManyRows { file: file.to_owned() })?;
        let names = metadata.schema().fields().iter().map(|field| field.name().to_owned());
        Ok(Self { names: names.collect(), bytes, metadata, rows })
    }
}

impl ParquetFile {
    /// Checks names, types and declared sizes.
    fn of(
        footer: Footer,
        list: List,
        format: &InputFormat,
        file: &Utf8Path,
    ) -> Result<Self, ReadError> {
        let damaged = |problem: &str| ReadError::Parquet {
            file: file.to_owned(),
            problem: problem.to_owned(),
        };

        let Footer { bytes, metadata, names, .. } = footer;
        let layout = header::layout(&names, list, header::expected(list, format)?, file)?;
        let mut wanted = Vec::new();
        for (column, header) in schema::columns(list).iter().zip(&layout.headers) {
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
            wanted.push(Wanted { column, field: field.clone(), kind: Kind::of(column) });
        }

        let opened = Self { file: file.to_owned(), bytes, metadata, wanted };
        opened.check_sizes()?;
        Ok(opened)
    }

    /// Says the cells of all rows.
    fn tell(&self, to: &mut Teller<'_>) -> Result<io::Result<()>, ReadError> {
        for group in &self.metadata.row_groups {
            let mut start = 0;
            while start < group.num_rows() {
                let slice = start..group.num_rows().min(start + SLICE);
                start = slice.end;
                let columns = self.decode(group, &slice)?;
                let rows = u32::try_from(slice.len())
                    .map_err(|_| ReadError::TooManyRows { file: self.file.clone() })?;
                for cells in put_slice(&columns, rows) {
                    if let Err(error) = to.cells(&cells) {
                        return Ok(Err(error));
                    }
                }
            }
        }

        Ok(Ok(()))
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
                Decoded::new(&arrays, accepted)
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

/// Says the rows of a file, in the box.
pub(super) fn tell(
    bytes: Vec<u8>,
    list: List,
    format: &InputFormat,
    to: &mut Teller<'_>,
) -> io::Result<()> {
    let file = Utf8Path::new("");
    let told = Footer::read(bytes, file).and_then(|footer| {
        if let Err(error) = to.say(&Said::Columns(footer.names.clone(), footer.rows)) {
            return Ok(Err(error));
        }
        ParquetFile::of(footer, list, format, file)?.tell(to)
    });

    match told {
        Ok(said) => said,
        Err(ReadError::Parquet { problem, .. }) => to.say(&Said::Problem(problem, String::new())),
        Err(ReadError::ColumnType { column, found, .. }) => {
            to.say(&Said::ColumnType(column.to_owned(), found))
        }
        Err(ReadError::TooManyRows { .. }) => to.say(&Said::TooManyRows),
        // What is wrong with the header, whoever listens finds in the names.
        Err(_) => Ok(()),
    }
}

/// Says the names of the columns, whatever they are, in the box.
pub(super) fn tell_names(bytes: Vec<u8>, to: &mut Teller<'_>) -> io::Result<()> {
    let Ok(metadata) = footer(&Buffer::from(bytes)) else { return Ok(()) };
    let names = metadata.schema().fields().iter().map(|field| field.name().to_owned());
    to.say(&Said::Columns(names.collect(), 0))
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

/// The cells of some rows, in pieces of moderate size: how many rows, then cell by cell.
fn put_slice(columns: &[Decoded], rows: u32) -> Vec<Vec<u8>> {
    let pieces: Vec<Range<u32>> = (0..rows)
        .step_by(PIECE as usize)
        .map(|start| start..rows.min(start.saturating_add(PIECE)))
        .collect();

    let put = |piece: Range<u32>| {
        let mut said = Vec::new();
        let (mut cells, mut count) = (vec![0; 4], 0_u32);
        for row in piece {
            for column in columns {
                boxed::put(&mut cells, &column.cell(row as usize));
            }
            count += 1;
            if cells.len() >= SAID {
                cells[..4].copy_from_slice(&count.to_le_bytes());
                said.push(std::mem::replace(&mut cells, vec![0; 4]));
                count = 0;
            }
        }
        if count > 0 {
            cells[..4].copy_from_slice(&count.to_le_bytes());
            said.push(cells);
        }
        said
    };

    pieces.into_par_iter().flat_map_iter(put).collect()
}

#[cfg(test)]
#[path = "parquet_tests.rs"]
mod tests;
