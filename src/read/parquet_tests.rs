use polars::prelude::{CompatLevel, NamedFrom, Series};
use polars_arrow::datatypes::ArrowSchema;
use polars_arrow::record_batch::RecordBatchT;
use polars_parquet::write::{
    CompressionOptions, FileWriter, RowGroupIterator, StatisticsOptions, Version, WriteOptions,
    get_dtype_encoding,
};

use jiff::civil::Date;
use polars_arrow::array::{BinaryViewArray, BooleanArray, PrimitiveArray, Utf8ViewArray};

use super::values::midnight;
use super::*;
use crate::base::Explain;
use crate::base::progress::Progress;
use crate::field::reason::Reason;
use crate::field::row::{Exposure, List, Registrant, Suppression};

use super::super::batch::{Batch, Context};
use super::super::cell::Days;
use super::super::empty::Empty;
use super::super::parquet_rows;
use super::super::raw::Terms;
use super::super::records::Record;
use super::super::translate::Translation;

const VALID: &str = "999990019";

fn sound(column: &str) -> &'static str {
    match column {
        "record_id" => "R-1",
        "bsn" => VALID,
        "surname" => "Vóórbeeld",
        "birth_date" => "1970-05-17",
        "house_number" => "12",
        "postcode" => "1234 ab",
        "category" => "gp",
        "provider_code" => "01234567",
        "status" => "confirmed",
        "items" => "name;bsn",
        _ => "",
    }
}

/// Three text rows of every column, some columns replaced, written by polars in two row groups.
fn written(columns: &[&str], replaced: Vec<Series>) -> Vec<u8> {
    let mut series: Vec<Series> = columns
        .iter()
        .filter(|column| !replaced.iter().any(|other| other.name() == **column))
        .map(|column| {
            Series::new((*column).into(), [Some(sound(column)), Some(sound(column)), None])
        })
        .collect();
    series.extend(replaced);
    let arrays = series
        .iter()
        .map(|series| (series.name().as_str(), series.to_arrow(0, CompatLevel::newest())));
    written_raw(&arrays.collect::<Vec<_>>(), 2)
}

/// Arrays as they are, for types that polars' frames are built without, in groups of so many rows.
fn written_raw(arrays: &[(&str, Box<dyn Array>)], group: usize) -> Vec<u8> {
    let schema: ArrowSchema = arrays
        .iter()
        .map(|(name, array)| {
            ((*name).into(), Field::new((*name).into(), array.dtype().clone(), true))
        })
        .collect();
    let options = WriteOptions {
        statistics: StatisticsOptions::default(),
        version: Version::V1,
        compression: CompressionOptions::Uncompressed,
        data_page_size: None,
    };
    let encodings = arrays.iter().map(|(_, array)| get_dtype_encoding(array.dtype())).collect();
    let batches = (0..arrays[0].1.len()).step_by(group).map(|start| {
        let rows = group.min(arrays[0].1.len() - start);
        let arrays = arrays.iter().map(|(_, array)| array.sliced(start, rows)).collect();
        RecordBatchT::try_new(rows, std::sync::Arc::new(schema.clone()), arrays)
    });
    let heights: Vec<u64> = batches.clone().map(|batch| batch.unwrap().len() as u64).collect();

    let groups = RowGroupIterator::try_new(batches, &schema, options, encodings).unwrap();
    let mut writer = FileWriter::try_new(Vec::new(), schema.clone(), options).unwrap();
    for (group, height) in groups.zip(heights) {
        writer.write(height, group.unwrap()).unwrap();
    }
    writer.end(None).unwrap();
    writer.into_inner()
}

fn read<T: Record>(bytes: Vec<u8>, list: List) -> Result<Batch<T>, ReadError> {
    let file = Utf8Path::new("inbox/exposures.parquet");
    let terms = Terms { synthetic: true, days: Days::before(Date::constant(2025, 9, 1)) };
    let (translation, empty, progress) =
        (Translation::default(), Empty::default(), Progress::hidden());
    let context = Context {
        file,
        index: 0,
        list,
        terms,
        translation: &translation,
        empty: &empty,
        marker: None,
        wanted: None,
        progress: &progress,
    };
    let mut batch = Batch::with_capacity(0);
    let counted =
        parquet_rows::read(bytes, &InputFormat::default(), &context, |_| Ok(()), &mut batch)?;
    let unusable = batch.refused.iter().filter(|row| !row.used).count();
    assert_eq!(batch.good.len() + unusable + batch.pending.len(), counted.rows as usize);
    Ok(batch)
}

fn exposures(replaced: Vec<Series>) -> Result<Batch<Exposure>, ReadError> {
    read(written(schema::EXPOSURES, replaced), List::Exposures)
}

#[test]
fn rows_that_polars_wrote_are_read_like_those_of_a_csv_file() {
    let batch = exposures(Vec::new()).unwrap();
    assert_eq!((batch.good.len(), batch.refused.len()), (2, 1));
    let row = &batch.good[1];
    assert_eq!((row.row.row, row.record_id(), row.name().surname), (2, "R-1", "Vóórbeeld"));
    assert_eq!(
        (row.address().postcode, row.bsn.unwrap().number().to_string().as_str()),
        ("1234AB", VALID)
    );
    // The third row is all missing, also in the second row group.
    assert_eq!(
        (batch.refused[0].set_aside.row.row, batch.refused[0].set_aside.reason),
        (3, Reason::R114)
    );
}

#[test]
fn whole_numbers_are_read_like_their_digits_in_a_csv_file() {
    let bsn = Series::new("bsn".into(), [Some(999_990_019_i64), Some(13), None]);
    let code = Series::new("provider_code".into(), [Some(1_234_567_i32), None, None]);
    let number = Series::new("house_number".into(), [Some(7_u32), Some(8), None]);
    let batch = exposures(vec![bsn, code, number]).unwrap();
    // A code that may have lost a zero waits for the providers list, whatever the file.
    let (row, refused) = &batch.pending[0];
    assert_eq!((row.provider_code(), refused.set_aside.reason), ("01234567", Reason::R124));
    assert_eq!(row.address().house_number, "7");
    assert_eq!(row.bsn.unwrap().number().to_string(), VALID);
    assert_eq!(batch.refused[0].set_aside.reason, Reason::R101);
}

#[test]
fn a_type_that_may_have_changed_values_stops_the_run() {
    let float = Series::new("bsn".into(), [999_990_019.0_f64, 1.0, 2.0]);
    let error = exposures(vec![float]).err().unwrap();
    assert!(
        error
            .to_string()
            .contains("column `bsn` of `inbox/exposures.parquet` has the type float64"),
        "{error}"
    );
    assert_eq!(error.hint().unwrap(), "write the column as text or whole numbers");
    let whole = Series::new("postcode".into(), [1_i64, 2, 3]);
    assert!(matches!(
        exposures(vec![whole]),
        Err(ReadError::ColumnType { column: "postcode", .. })
    ));
    let flags = Series::new("sex".into(), [true, false, true]);
    assert!(matches!(exposures(vec![flags]), Err(ReadError::ColumnType { column: "sex", .. })));
    let list = Series::new(
        "items".into(),
        [
            Series::new("".into(), ["bsn"]),
            Series::new("".into(), ["bsn"]),
            Series::new("".into(), ["bsn"]),
        ],
    );
    assert!(matches!(exposures(vec![list]), Err(ReadError::ColumnType { column: "items", .. })));
}

#[test]
fn a_column_of_nothing_but_missing_values_may_have_any_type() {
    let nothing = Series::new("custody".into(), [None::<f64>, None, None]);
    assert_eq!(exposures(vec![nothing]).unwrap().good.len(), 2);
}

#[test]
fn flags_dates_small_numbers_and_bytes_are_read() {
    let mut arrays: Vec<(&str, Box<dyn Array>)> = Vec::new();
    for column in schema::REGISTRANTS {
        let array: Box<dyn Array> = match *column {
            "birth_date" => {
                Box::new(PrimitiveArray::<i32>::from([Some(136), None]).to(ArrowDataType::Date32))
            }
            "house_number" => Box::new(PrimitiveArray::<i16>::from([Some(12_i16), None])),
            "protected_address" => Box::new(BooleanArray::from([Some(true), None])),
            "surname" => {
                Box::new(BinaryViewArray::from_slice([Some("Vóórbeeld".as_bytes()), None]))
            }
            _ => Box::new(Utf8ViewArray::from_slice([Some(""), None])),
        };
        arrays.push((column, array));
    }
    let batch: Batch<Registrant> = read(written_raw(&arrays, 2), List::Register).unwrap();
    let row = &batch.good[0];
    assert_eq!(row.birth_date.unwrap().exact(), Some(Date::constant(1970, 5, 17)));
    assert!(row.protected_address && !batch.good[1].protected_address);
    assert_eq!((row.name().surname, row.address().house_number), ("Vóórbeeld", "12"));
}

#[test]
fn columns_are_found_by_name_and_others_are_not_decoded() {
    let mut columns = schema::EXPOSURES.to_vec();
    columns.reverse();
    let result = Series::new("test_result".into(), ["CANARY", "CANARY", "CANARY"]);
    let bytes = written(&columns, vec![result]);
    let file = "x".into();
    let footer = Footer::read(bytes.clone(), file).unwrap();
    let parquet = ParquetFile::of(footer, List::Exposures, &InputFormat::default(), file).unwrap();
    let decoded = parquet.decode(&parquet.metadata.row_groups[0], &(0..2)).unwrap();
    assert_eq!(decoded.len(), schema::EXPOSURES.len());
    let batch: Batch<Exposure> = read(bytes, List::Exposures).unwrap();
    assert!(!batch.good[0].cells.iter().any(|cell| cell.contains("CANARY")));
    let without: Vec<&str> = columns.iter().copied().filter(|column| *column != "status").collect();
    let error = read::<Exposure>(written(&without, Vec::new()), List::Exposures).err().unwrap();
    assert!(matches!(error, ReadError::MissingColumn { .. }));
}

/// Reads copies of a file with one bit changed; returns how many copies were read as if nothing was
/// wrong.
fn with_every_nth_bit_changed(whole: &[u8], nth: usize) -> usize {
    let others = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panic.location().is_some_and(|place| place.file().contains("polars")) {
            others(panic);
        }
    }));
    let read_copy = |bit: usize| {
        let mut copy = whole.to_vec();
        copy[bit / 8] ^= 1 << (bit % 8);
        usize::from(read::<Exposure>(copy, List::Exposures).is_ok())
    };
    (0..whole.len() * 8).step_by(nth).map(read_copy).sum()
}

#[test]
fn a_damaged_file_is_an_error_and_never_a_panic() {
    let whole = written(schema::EXPOSURES, Vec::new());
    for length in (0..whole.len()).step_by(64) {
        let cut = read::<Exposure>(whole[..length].to_vec(), List::Exposures);
        assert!(matches!(cut, Err(ReadError::Parquet { .. })), "{length}");
    }
    // Some bits mean nothing, some make another value; without a sidecar nobody can see those.
    assert!(with_every_nth_bit_changed(&whole, 61) < whole.len() * 8 / 61);
}

#[test]
#[ignore = "thousands of files, a quarter of a minute"]
fn no_single_bit_of_a_file_ends_the_process() {
    let whole = written(schema::EXPOSURES, Vec::new());
    assert!(with_every_nth_bit_changed(&whole, 1) < whole.len() * 8);
}

#[test]
fn what_is_no_parquet_file_is_said_to_be_none() {
    for bytes in [b"".to_vec(), b"PAR1".to_vec(), b"record_id,bsn\n1,2\n".to_vec()] {
        let error = read::<Exposure>(bytes, List::Exposures).err().unwrap();
        assert!(
            error
                .to_string()
                .starts_with("`inbox/exposures.parquet` is not a readable Parquet file"),
            "{error}"
        );
    }
}

/// Written by DuckDB 2.0.1: beside the columns of the list one of type VARIANT, one of type
/// GEOMETRY and a list.
const TYPES_NOT_READ: &[u8] = include_bytes!("../../tests/data/types-not-read.parquet");

/// Written by pyarrow 26: `bsn` as DECIMAL(9, 0), `since` as TIMESTAMP, in the third row with a
/// time.
const EXACT_TYPES: &[u8] = include_bytes!("../../tests/data/exact-types.parquet");

#[test]
fn columns_that_are_not_read_may_be_of_a_type_that_the_decoder_does_not_know() {
    assert!(
        read_metadata(&mut Cursor::new(TYPES_NOT_READ)).is_err(),
        "the decoder has learned it: go without `footer`"
    );
    let batch: Batch<Suppression> = read(TYPES_NOT_READ.to_vec(), List::Suppressions).unwrap();
    assert_eq!((batch.good.len(), batch.refused.len()), (1, 0));
    assert_eq!(
        (batch.good[0].person_ref.as_str(), batch.good[0].since),
        ("P-1", Some(Date::constant(2025, 8, 2)))
    );
    let names = parquet_rows::column_names(TYPES_NOT_READ.to_vec(), "x".into()).unwrap();
    assert!(["answers", "place", "marks"].iter().all(|name| names.iter().any(|n| n == name)));
}

#[test]
fn whole_decimals_and_instants_of_midnight_are_exact_and_no_others_are() {
    let batch: Batch<Suppression> = read(EXACT_TYPES.to_vec(), List::Suppressions).unwrap();
    assert_eq!(batch.good[0].bsn.unwrap().number().to_string(), VALID);
    assert_eq!(batch.good[0].since, Some(Date::constant(2025, 8, 2)));
    assert_eq!((batch.good[1].bsn, batch.good[1].since), (None, None));
    assert!(
        batch.refused[0].set_aside.evidence.contains("since: R104"),
        "{}",
        batch.refused[0].set_aside.evidence
    );
}

#[test]
fn an_instant_is_a_day_only_at_midnight() {
    for (instant, day, text) in [
        (0, 86_400, "1970-01-01"),
        (-86_400, 86_400, "1969-12-31"),
        (-3_600, 86_400, "1969-12-31 with a time"),
        (1, 86_400, "1970-01-01 with a time"),
        (i64::MAX, 1, "instant 9223372036854775807"),
    ] {
        assert_eq!(midnight(instant, day), text);
    }
}
