//! `letters.parquet`: one row per letter with what was decided and composed (DESIGN.md section 5). Personal data: it stays
//! on the machine and is purged by policy.

use std::fs::File;
use std::io::BufWriter;

use camino::Utf8Path;
use polars::prelude::{
    BatchedWriter, Column, DataFrame, IntoColumn, ListBuilderTrait, ListStringChunkedBuilder, NamedFrom, ParquetWriter,
    PolarsResult, Series,
};

use super::ReportError;
use crate::letter::{Kix, Planned};

/// Most letters of a row group: bounds memory while 715,000 letters are written.
const BATCH: usize = 10_000;

/// Writes letters batch by batch.
pub struct LettersFile {
    writer: BatchedWriter<BufWriter<File>>,
    file: File,
}

impl LettersFile {
    /// Begins the file at `path`.
    ///
    /// # Errors
    /// [`ReportError`] when the file cannot be made.
    pub fn create(path: &Utf8Path) -> Result<Self, ReportError> {
        let failed = |source| ReportError::Write { file: "letters.parquet", source };
        let file = File::create(path).map_err(failed)?;
        let schema = frame(&[]).map_err(|_| ReportError::Parquet { step: "laying out the columns" })?;
        let writer = ParquetWriter::new(BufWriter::new(file.try_clone().map_err(failed)?))
            .batched(schema.schema())
            .map_err(|_| ReportError::Parquet { step: "beginning the file" })?;
        Ok(Self { writer, file })
    }

    /// Adds letters.
    ///
    /// # Errors
    /// [`ReportError`] when they cannot be written.
    pub fn add(&mut self, letters: &[Planned]) -> Result<(), ReportError> {
        let failed = |_| ReportError::Parquet { step: "writing letters" };
        letters
            .chunks(BATCH)
            .try_for_each(|batch| self.writer.write_batch(&frame(batch).map_err(failed)?).map_err(failed))
    }

    /// Ends the file and makes it durable.
    ///
    /// # Errors
    /// [`ReportError`] when the footer cannot be written.
    pub fn finish(self) -> Result<(), ReportError> {
        self.writer.finish().map_err(|_| ReportError::Parquet { step: "ending the file" })?;
        self.file.sync_all().map_err(|source| ReportError::Write { file: "letters.parquet", source })
    }
}

fn frame(letters: &[Planned]) -> PolarsResult<DataFrame> {
    let words = |name: &str, of: &dyn Fn(&Planned) -> String| {
        Series::new(name.into(), letters.iter().map(of).collect::<Vec<String>>()).into_column()
    };
    let numbers = |name: &str, of: &dyn Fn(&Planned) -> u32| {
        Series::new(name.into(), letters.iter().map(of).collect::<Vec<u32>>()).into_column()
    };
    let lists = |name: &str, of: &dyn Fn(&Planned) -> Vec<String>| list_column(name, letters.iter().map(of));
    DataFrame::new(
        letters.len(),
        vec![
            words("letter_id", &|letter| letter.draft.letter_id.clone()),
            words("person", &|letter| letter.draft.person.clone()),
            words("category", &|letter| main_category(letter).to_owned()),
            lists("categories", &|letter| letter.draft.findings.categories.iter().map(ToString::to_string).collect()),
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
        ],
    )
}

fn list_column(name: &str, values: impl Iterator<Item = Vec<String>>) -> Column {
    let mut builder = ListStringChunkedBuilder::new(name.into(), values.size_hint().0, 4 * values.size_hint().0);
    for list in values {
        builder.append_values_iter(list.iter().map(String::as_str));
    }
    builder.finish().into_column()
}

fn main_category(letter: &Planned) -> &'static str {
    letter.draft.findings.categories.first().map_or("", |category| category.word())
}

const fn source_word(letter: &Planned) -> &'static str {
    use crate::address::AddressSource::{Exposure, Institution, Participants, Register};
    match letter.draft.address_source {
        Participants => "participants",
        Register => "register",
        Exposure => "exposure",
        Institution => "institution",
    }
}

/// Which of the letter variants this is, in words; it is never given to the vendor.
fn variant(letter: &Planned) -> String {
    let draft = &letter.draft;
    let mut words = vec![
        main_category(letter),
        draft.language.word(),
        draft.kind.word(),
        draft.findings.status.word(),
        draft.format.word(),
    ];
    if draft.audience != crate::letter::Audience::Adult {
        words.push(draft.audience.word());
    }
    if let Some(custody) = draft.custody {
        words.push(custody.word());
    }
    words.join("-")
}
