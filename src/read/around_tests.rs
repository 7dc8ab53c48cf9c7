//! What is around the rows of CSV files, and files that are not what they should be.

use super::tests::{Inbox, cells, content, csv_text, exposures};
use super::*;
use crate::base::Explain;
use crate::field::row::Open;

/// The text of one exposure, as a program would write it that does something around the rows.
fn one(change: impl Fn(&str) -> String) -> Inbox {
    Inbox::with(change(&exposures(&[&[], &[("record_id", "R-2"), ("custody", "former")]])))
}

/// What a program does to the text of a file.
type Change = fn(&str) -> String;

#[test]
fn what_programs_put_around_the_rows_changes_no_row_and_is_named() {
    let plain = one(str::to_owned).read().unwrap();
    let expected = content(&plain);
    assert!(plain.inputs[0].notes.is_empty());
    let table: [(&str, Change); 11] = [
        ("end-of-file", |text| format!("{text}\u{1a}")),
        ("end-of-file", |text| format!("{}\u{1a}\r\n", text.trim_end())),
        ("end-of-file", |text| format!("{text}\0\0\0\0")),
        ("delimiters alone: 3", |text| format!("{text},,,,\r\n,,,,\r\n,\r\n")),
        ("delimiters alone: 1", |text| text.replacen('\n', "\n \t,\"\",,\n", 1)),
        ("delimiters alone: 1", |text| format!("{text}{}", ",".repeat(22))),
        ("one delimiter more", |text| {
            let (header, rows) = text.split_once('\n').unwrap();
            format!("{header}\n{}", rows.replace('\n', ",\n"))
        }),
        ("without a name: 1", |text| text.replace('\n', ",\n")),
        ("without a name: 1", |text| text.replacen('\n', ",\n", 1)),
        ("without a name: 3", |text| {
            text.replacen('\n', ",,,\n", 1)
                .replace("name;bsn,", "name;bsn,,,,")
                .replace(",,,former", "former,,,")
        }),
        ("`sep=` line", |text| format!("sep=,\r\n{text}")),
    ];
    for (note, change) in table {
        let inbox = one(change);
        let rows = inbox.read().unwrap_or_else(|error| panic!("{note}: {error}"));
        let notes = rows.inputs[0].notes.join("; ");
        assert!(notes.contains(note), "{note}: {notes}");
        assert_eq!(content(&rows), expected, "{note}");
        assert_eq!((rows.exposures.len(), rows.inputs[0].rows), (2, 2), "{note}");
        assert!(rows.inputs[0].unread_columns.is_empty(), "{note}");
    }
}

#[test]
fn the_delimiter_that_a_file_names_holds_for_it_if_it_is_one_that_is_read() {
    let named = |sign: &str| {
        one(|text| format!("sep={sign}\r\n{}", text.replace(";bsn", "").replace(',', sign)))
    };
    assert_eq!(named(";").read().unwrap().exposures.len(), 2);
    assert_eq!(named("\t").read().unwrap().exposures.len(), 2);
    assert!(named("|").error().hint().unwrap().contains("`sep=` line"));
}

#[test]
fn zero_bytes_behind_a_row_without_an_end_are_lost_data() {
    let cut = one(|text| format!("{}\0\0\0", text.trim_end()));
    assert!(matches!(cut.error(), ReadError::Truncated { .. }));
}

#[test]
fn a_file_in_utf_16_is_called_so_and_not_cut() {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let text = "record_id,bsn\r\nT-1,\r\n";
    let marked = [vec![0xFF, 0xFE], wide(text)].concat();
    let swapped = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [wide(text), marked, swapped] {
        let error = csv_file::CsvFile::open(
            &bytes,
            List::Exposures,
            &InputFormat::default(),
            "x.csv".into(),
        );
        assert!(matches!(error, Err(ReadError::OtherEncoding { encoding: "UTF-16", .. })));
    }
}

#[test]
fn a_row_that_lost_or_won_a_cell_is_still_refused_where_others_end_in_a_delimiter() {
    let longer = |text: &str| {
        let (header, rows) = text.split_once('\n').unwrap();
        format!("{header}\n{}", rows.replacen('\n', ",\n", 1))
    };
    let some = one(longer);
    assert_eq!(some.read().unwrap().refused[0].set_aside.reason, Reason::R113);
    let all_but_one = one(|text| longer(text).replacen('\n', ",\n", 1));
    assert_eq!(all_but_one.read().unwrap().refused[0].set_aside.reason, Reason::R113);
}

#[test]
fn a_damaged_row_before_a_last_delimiter_is_still_a_delivery_of_its_record() {
    let damaged = [&[][..], &[("record_id", "R-2"), ("birth_date", "1950-13-01")]];
    let rows = Inbox::with(exposures(&damaged).replace('\n', ",\n").replacen(",\n", "\n", 1))
        .read()
        .unwrap();
    assert_eq!((rows.exposures.len(), rows.refused.len()), (1, 1));
    let refused = &rows.refused[0];
    assert_eq!((refused.set_aside.reason, refused.record_id.as_str()), (Reason::R104, "R-2"));
    assert!(!refused.dataset_id.is_empty() && refused.open == Open::RAGGED);
}

#[test]
fn a_blank_line_means_the_same_in_every_list() {
    let list = |columns: &[&str]| csv_text(columns, &[cells(columns, &[])]);
    let blank = |text: String, columns: &[&str]| {
        let empty = ",".repeat(columns.len() - 1);
        format!("\n{empty}\n{text}{empty}\n\n \n{empty}\n")
    };
    let lists = [
        ("exposures.csv", schema::EXPOSURES),
        ("participants.csv", schema::REGISTRANTS),
        ("register.csv", schema::REGISTRANTS),
        ("providers.csv", schema::PROVIDERS),
        ("suppressions.csv", schema::SUPPRESSIONS),
    ];
    let inbox = lists.iter().fold(Inbox::new(), |inbox, (name, columns)| {
        inbox.and(name, blank(list(columns), columns))
    });
    let rows = inbox.read().unwrap();
    assert_eq!(rows.inputs.iter().map(|input| input.rows).collect::<Vec<_>>(), [1; 5]);
    assert!(
        rows.inputs.iter().all(|input| input.notes.join("").contains("delimiters alone: 3")),
        "{:?}",
        rows.inputs
    );
    assert!(rows.refused.is_empty());
    assert_eq!(rows.suppressions.len(), 1);
}

#[test]
fn lines_above_the_header_are_left_out_where_their_number_is_set_and_named_where_it_is_not() {
    let text = exposures(&[&[]]);
    let expected = content(&Inbox::with(&text).read().unwrap());
    let mut inbox =
        Inbox::with(format!("Lijst van 1 september 2025\n\"a \"\"title\"\", too\"\n\n{text}"));
    let error = inbox.error();
    assert!(
        error.hint().unwrap().contains("the header is in line 4: set skip_lines = 3"),
        "{:?}",
        error.hint()
    );
    inbox.formats.exposures.skip_lines = 3;
    let rows = inbox.read().unwrap();
    assert_eq!(content(&rows), expected);
    assert!(rows.inputs[0].notes[0].contains("left out: 3"));
    inbox.formats.exposures.skip_lines = 4;
    assert!(
        matches!(inbox.error(), ReadError::NoHeader { .. }),
        "the header itself is not skipped"
    );
}

#[test]
fn a_sidecar_may_count_rows_of_delimiters_or_not_but_nothing_else() {
    let text = format!("{},,,\n,,,\n", exposures(&[&[]]));
    for (rows, fits) in [(1, true), (3, true), (2, false), (0, false), (4, false)] {
        let read = Inbox::with(&text).and_sidecar("exposures.csv", rows).read();
        assert_eq!(read.is_ok(), fits, "{rows}");
    }
}

#[test]
fn bytes_of_another_kind_of_file_are_named() {
    for (bytes, kind) in [
        (b"PK\x03\x04....".as_slice(), "zip"),
        (b"\x1F\x8B\x08", "gzip"),
        (b"PAR1", "Parquet"),
        (b"\xD0\xCF\x11\xE0", "xls"),
    ] {
        let error = Inbox::with(bytes).error();
        assert!(error.to_string().contains(kind), "{error}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn a_file_in_another_code_page_is_held_cell_by_cell_or_as_a_whole() {
    let rows = |foreign: usize, all: usize| {
        let rows: Vec<_> = (0..all)
            .map(|row| {
                cells(
                    schema::EXPOSURES,
                    &[("first_names", if row < foreign { "JosŽ" } else { "José" })],
                )
            })
            .collect();
        Inbox::with(csv_text(schema::EXPOSURES, &rows)).read()
    };
    assert_eq!(rows(20, 30).unwrap().refused.len(), 20);
    assert_eq!(rows(21, 5_000).unwrap().refused.len(), 21);
    let error = rows(21, 4_000).unwrap_err();
    assert!(error.to_string().contains("21 rows of `"), "{error}");
    assert!(error.hint().unwrap().contains("MacRoman"));
}

#[test]
fn a_real_run_waits_for_a_list_to_be_at_rest() {
    let mut inbox = Inbox::with(exposures(&[&[]]));
    inbox.synthetic = false;
    let error = inbox.error();
    assert!(matches!(error, ReadError::Unsettled { seconds: 60, .. }), "{error}");
    assert!(error.hint().unwrap().contains("settle_seconds"));
    assert!(
        inbox.and_sidecar("exposures.csv", 1).read().is_ok(),
        "a sidecar says what it has to be"
    );
}
