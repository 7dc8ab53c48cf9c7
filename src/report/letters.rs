//! `letters.parquet`: one row per letter with what was decided and composed (docs/design.md, "Files
//! out"). Personal data: it stays on the machine and is purged by policy.
//!
//! Other people's readers open this file, so it holds plain Parquet types only: required strings,
//! unsigned numbers and lists of strings in the standard's three levels. It carries no Arrow schema
//! of its own: with polars' one (0.55: `string_view` and `large_list<string_view>`), pandas 3.1
//! with pyarrow 26 refuses the whole file, and readers in JavaScript do, too.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::sync::Arc;

use camino::Utf8Path;
use polars_arrow::array::{Array, DictionaryArray, ListArray, UInt32Array, Utf8ViewArray};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_arrow::offset::OffsetsBuffer;
use polars_arrow::record_batch::RecordBatchT;
use polars_buffer::Buffer;
use polars_parquet::write::{
    CompressionOptions, Encoding, FileWriter, RowGroupIterator, StatisticsOptions, Version,
    WriteOptions,
};

use super::ReportError;
use crate::base::FileError;
use crate::field::draft::Kix;
use crate::field::place::Planned;
use crate::field::subject::LetterSubject;
use crate::field::terms::{Audience, Item, Items};

/// Most letters of a row group: bounds memory while 715,000 letters are written.
const BATCH: usize = 10_000;

/// What every reader knows: pages of version 1, each compressed by itself, no statistics of
/// people's names.
const OPTIONS: WriteOptions = WriteOptions {
    statistics: StatisticsOptions {
        min_value: false,
        max_value: false,
        distinct_count: false,
        null_count: false,
        binary_statistics_truncate_length: None,
    },
    version: Version::V1,
    compression: CompressionOptions::Zstd(None),
    data_page_size: None,
};

/// Name lines that have a column of their own for readers that lose lists.
const NAME_LINES: [&str; 3] = ["name_line_1", "name_line_2", "name_line_3"];

/// The same of address lines.
const ADDRESS_LINES: [&str; 6] = [
    "address_line_1",
    "address_line_2",
    "address_line_3",
    "address_line_4",
    "address_line_5",
    "address_line_6",
];

/// Writes letters batch by batch.
pub struct LettersFile {
    writer: FileWriter<BufWriter<File>>,
    file: File,
}

impl LettersFile {
    /// Begins the file at `path`.
    ///
    /// # Errors
    /// [`ReportError`] when the file cannot be made.
    pub fn create(path: &Utf8Path) -> Result<Self, ReportError> {
        let failed = FileError::at("write", path);
        let file = File::create(path).map_err(failed)?;
        let output = BufWriter::new(file.try_clone().map_err(failed)?);

        let writer = FileWriter::try_new(output, schema(&columns(&[])), OPTIONS)
            .map_err(|_| ReportError::Parquet { step: "beginning the file" })?;
        Ok(Self { writer, file })
    }

    /// Adds letters.
    ///
    /// # Errors
    /// [`ReportError`] when they cannot be written.
    pub fn add(&mut self, letters: &[Planned]) -> Result<(), ReportError> {
        letters.chunks(BATCH).try_for_each(|batch| self.add_group(batch))
    }

    fn add_group(&mut self, letters: &[Planned]) -> Result<(), ReportError> {
        let failed = |_| ReportError::Parquet { step: "writing letters" };
        let columns = columns(letters);
        let schema = schema(&columns);
        let encodings: Buffer<Vec<Encoding>> =
            columns.iter().map(|(_, array)| vec![encoding(array.as_ref())]).collect();
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        let batch = RecordBatchT::try_new(letters.len(), Arc::new(schema.clone()), arrays)
            .map_err(failed)?;

        let groups =
            RowGroupIterator::try_new(std::iter::once(Ok(batch)), &schema, OPTIONS, encodings)
                .map_err(failed)?;

        for group in groups {
            self.writer.write(letters.len() as u64, group.map_err(failed)?).map_err(failed)?;
        }

        Ok(())
    }

    /// Ends the file and makes it durable.
    ///
    /// # Errors
    /// [`ReportError`] when the footer cannot be written.
    pub fn finish(mut self) -> Result<(), ReportError> {
        // `None` would add the Arrow schema.
        self.writer
            .end(Some(Vec::new()))
            .map_err(|_| ReportError::Parquet { step: "ending the file" })?;

        let output = self.writer.into_inner().into_inner();
        let written = output.map_err(std::io::IntoInnerError::into_error);
        let synced = written.and_then(|_| self.file.sync_all());
        Ok(synced.map_err(FileError::at("write", "letters.parquet".into()))?)
    }
}

/// A column with its name.
type NamedColumn = (&'static str, Box<dyn Array>);

/// Kinds of data that the letter names as having been in the computers; those of a test are not
/// told of people under 16.
fn stored(letter: &Planned) -> Items {
    let stored = letter.draft.stored;
    match letter.draft.audience {
        Audience::Adult => stored,
        Audience::Youth | Audience::Parents => stored.without(Item::ExamType).without(Item::Result),
    }
}

/// The table, column by column; no column ever has a missing value.
fn columns(letters: &[Planned]) -> Vec<NamedColumn> {
    let words = |name, of: &dyn Fn(&Planned) -> String| words_column(name, letters.iter().map(of));
    let numbers = |name, of: &dyn Fn(&Planned) -> u32| numbers_column(name, letters.iter().map(of));
    let lists =
        |name, of: &dyn Fn(&Planned) -> Vec<String>| list_column(name, letters.iter().map(of));

    let mut columns = vec![
        words("letter_id", &|letter| letter.draft.letter_id.to_string()),
        words("person", &|letter| letter.draft.person.to_string()),
        words("subject", &|letter| letter.draft.subject.to_string()),
        words("category", &|letter| main_category(letter).to_owned()),
        lists("categories", &|letter| {
            letter.draft.findings.categories.iter().map(ToString::to_string).collect()
        }),
        words("kind", &|letter| letter.draft.kind.to_string()),
        words("status", &|letter| letter.draft.findings.status.to_string()),
        words("published", &|letter| letter.draft.findings.published.to_string()),
        words("language", &|letter| letter.draft.language.to_string()),
        words("format", &|letter| letter.draft.format.to_string()),
        words("variant", &variant),
        lists("items", &|letter| {
            let findings = &letter.draft.findings;
            findings.involved.union(findings.possible).iter().map(|item| item.to_string()).collect()
        }),
        lists("items_possible", &|letter| {
            letter.draft.findings.possible.iter().map(|item| item.to_string()).collect()
        }),
        lists("items_stored", &|letter| {
            stored(letter).iter().map(|item| item.to_string()).collect()
        }),
        words("provider_display", &|letter| letter.draft.provider_display.clone()),
        words("salutation", &|letter| letter.draft.salutation.clone()),
        lists("name_lines", &|letter| letter.draft.name_lines.clone()),
        lists("address_lines", &|letter| letter.draft.address_lines.clone()),
        words("address_source", &|letter| source_word(letter).to_owned()),
        words("country_line", &|letter| letter.draft.country_line.clone()),
        words("kix", &|letter| match &letter.draft.kix {
            Kix::Code(code) => code.clone(),
            Kix::Skipped(_) => String::new(),
        }),
        words("reference", &|letter| letter.draft.reference.clone()),
        words("print_file", &|letter| letter.place.print_file.clone()),
        numbers("first_page", &|letter| letter.place.first_page),
        numbers("pages", &|letter| letter.place.pages),
        numbers("sheets", &|letter| letter.place.sheets),
        lists("record_ids", &|letter| letter.draft.record_ids.clone()),
    ];

    columns.extend(NAME_LINES.iter().enumerate().map(|(place, name)| {
        words(name, &|letter| letter.draft.name_lines.get(place).cloned().unwrap_or_default())
    }));
    columns.extend(ADDRESS_LINES.iter().enumerate().map(|(place, name)| {
        words(name, &|letter| letter.draft.address_lines.get(place).cloned().unwrap_or_default())
    }));
    columns
}

fn schema(columns: &[NamedColumn]) -> ArrowSchema {
    columns
        .iter()
        .map(|(name, array)| {
            ((*name).into(), Field::new((*name).into(), array.dtype().clone(), false))
        })
        .collect()
}

fn encoding(array: &dyn Array) -> Encoding {
    if array.dtype().is_nested() { Encoding::RleDictionary } else { Encoding::Plain }
}

fn words_column(name: &'static str, values: impl Iterator<Item = String>) -> NamedColumn {
    (name, Utf8ViewArray::from_slice_values(values.collect::<Vec<_>>()).boxed())
}

fn numbers_column(name: &'static str, values: impl Iterator<Item = u32>) -> NamedColumn {
    (name, UInt32Array::from_vec(values.collect()).boxed())
}

/// Lists have a dictionary: fastparquet (2026.9) gives nothing but `None` for lists without one,
/// and polars' writer makes none for them by itself.
fn list_column(name: &'static str, values: impl Iterator<Item = Vec<String>>) -> NamedColumn {
    let mut places = BTreeMap::new();
    let (mut offsets, mut keys, mut words) = (vec![0_i64], Vec::new(), Vec::new());
    for list in values {
        for word in list {
            keys.push(*places.entry(word).or_insert_with_key(|word| {
                words.push(word.clone());
                u32::try_from(words.len() - 1).expect(FEW)
            }));
        }
        offsets.push(i64::try_from(keys.len()).expect(FEW));
    }

    let words = Utf8ViewArray::from_slice_values(words).boxed();
    let items = DictionaryArray::try_from_keys(UInt32Array::from_vec(keys), words, false)
        .expect("every key is a place");
    let element = Field::new("element".into(), items.dtype().clone(), false);
    let offsets = OffsetsBuffer::try_from(offsets).expect("they begin at 0 and only grow");

    (
        name,
        ListArray::new(ArrowDataType::LargeList(Box::new(element)), offsets, items.boxed(), None)
            .boxed(),
    )
}

/// Why a batch's lines can be counted in 32 bits.
const FEW: &str = "a batch of letters has fewer than 2^32 lines";

fn main_category(letter: &Planned) -> &'static str {
    letter.draft.findings.categories.first().map_or("", |category| category.word())
}

const fn source_word(letter: &Planned) -> &'static str {
    use crate::field::address::AddressSource::{
        Decision, Exposure, Institution, Participants, Register,
    };
    match letter.draft.address_source {
        Participants => "participants",
        Register => "register",
        Exposure => "exposure",
        Institution => "institution",
        Decision => "decision",
    }
}

/// Which of the letter variants this is, in words; it is never given to the vendor.
fn variant(letter: &Planned) -> String {
    let draft = &letter.draft;
    let mut words = vec![
        match draft.subject {
            LetterSubject::Person => main_category(letter),
            other => other.word(),
        },
        draft.language.word(),
        draft.kind.word(),
        draft.findings.status.word(),
        draft.format.word(),
    ];

    if draft.audience != crate::field::terms::Audience::Adult {
        words.push(draft.audience.word());
    }

    if let Some(custody) = draft.custody {
        words.push(custody.word());
    }

    words.join("-")
}
