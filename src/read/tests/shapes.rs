//! The same rows written otherwise: line ends, encodings, delimiters, headers.

use super::*;

#[test]
fn line_ends_byte_order_marks_column_order_and_quotes_change_nothing() {
    let text = exposures(&[
        &[("surname", "Ëxample")],
        &[("surname", "O'Voorbeeld"), ("bsn", "1")],
        &[("street", "A, B")],
    ]);
    let expected = content(&Inbox::with(&text).read().unwrap());
    assert_eq!(expected.len(), 3);
    let mut quoted =
        csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
    let mut reversed = csv::Writer::from_writer(Vec::new());
    for record in
        csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes()).records()
    {
        let record = record.unwrap();
        quoted.write_record(&record).unwrap();
        reversed.write_record(record.iter().rev()).unwrap();
    }
    let variants = [
        text.replace('\n', "\r\n").into_bytes(),
        text.replace('\n', "\r").into_bytes(),
        text.replacen('\n', "\r\n", 2).into_bytes(),
        text.trim_end().as_bytes().to_vec(),
        format!("\n{text}\n\n").into_bytes(),
        format!("\u{feff}{text}").into_bytes(),
        quoted.into_inner().unwrap(),
        reversed.into_inner().unwrap(),
        text.replace('Ë', "E\u{308}").into_bytes(),
    ];
    for variant in variants {
        assert_eq!(
            content(&Inbox::with(&variant).read().unwrap()),
            expected,
            "{}",
            String::from_utf8_lossy(&variant)
        );
    }
    let two_marks = Inbox::with(format!("\u{feff}\u{feff}{text}")).error();
    assert!(matches!(two_marks, ReadError::MissingColumn { .. }));
}

#[test]
fn windows_1252_gives_the_same_rows_as_utf_8_when_it_is_configured_and_an_error_when_not() {
    let text = exposures(&[&[("surname", "Müller"), ("town", "’s-Gravenmade")]]);
    let expected = content(&Inbox::with(&text).read().unwrap());
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(&text);
    let mut inbox = Inbox::with(&bytes);
    assert!(inbox.error().to_string().contains("is not valid UTF-8 at byte"));
    inbox.formats.exposures.encoding = TextEncoding::Windows1252;
    assert_eq!(content(&inbox.read().unwrap()), expected);
    // The other way round nobody is written to under a wrong name.
    let mut wrong = Inbox::with(&text);
    wrong.formats.exposures.encoding = TextEncoding::Windows1252;
    assert_eq!(wrong.read().unwrap().refused[0].set_aside.reason, Reason::R112);
}

#[test]
fn delimiters_are_configured_and_never_guessed() {
    let text = exposures(&[&[("items", "name")]]);
    for (delimiter, word) in [(';', "\";\""), ('\t', "\"\\t\"")] {
        let other = text.replace(',', &delimiter.to_string());
        let mut inbox = Inbox::with(&other);
        let error = inbox.error();
        assert!(error.to_string().contains("is not the header of the exposures list"));
        let hint = error.hint().unwrap();
        assert!(
            hint.contains(&format!("set delimiter = {word} under [inputs.exposures]")),
            "{hint}"
        );
        inbox.formats.exposures.delimiter = delimiter;
        assert_eq!(content(&inbox.read().unwrap()), content(&Inbox::with(&text).read().unwrap()));
    }
    assert!(Inbox::with(text.replace(',', "|")).error().hint().unwrap().contains("`|`"));
}

#[test]
fn a_header_that_holds_a_value_is_not_blamed_on_the_delimiter() {
    let text = exposures(&[&[]]);
    for strange in ["999990019", "x@\u{1b}[31m"] {
        let with = text.replacen("bsn", &format!("{strange},bsn"), 1);
        let hint = Inbox::with(with).error().hint().unwrap();
        assert!(hint.contains("not like a column's name"), "{hint}");
        assert!(
            !hint.contains("delimiter") && !hint.contains("skip_lines") && !hint.contains(strange),
            "{hint}"
        );
    }
}

#[test]
fn a_missing_or_doubled_column_stops_the_run() {
    let text = exposures(&[&[]]);
    let error = Inbox::with(text.replacen("birth_date", "geb_datum", 1)).error();
    assert!(error.to_string().starts_with("column `birth_date` is missing from the header of `"));
    assert_eq!(
        error.hint().unwrap(),
        "the file has `geb_datum`; map it under [inputs.exposures.columns]"
    );
    for header in ["BSN", "bsn ", "bsn\u{a0}"] {
        assert!(matches!(
            Inbox::with(text.replacen("bsn", header, 1)).error(),
            ReadError::MissingColumn { .. }
        ));
    }
    assert!(matches!(
        Inbox::with(text.replacen("dataset_id", "BSN", 1)).error(),
        ReadError::DuplicateColumn { .. }
    ));
    for column in schema::needed(List::Exposures) {
        let without: Vec<&str> =
            schema::EXPOSURES.iter().copied().filter(|other| *other != column).collect();
        let text = csv_text(&without, &[cells(&without, &[])]);
        let error = Inbox::with(text).error();
        assert!(error.to_string().starts_with(&format!("column `{column}` is missing")), "{error}");
    }
}

#[test]
fn a_header_is_mapped_by_the_configuration() {
    let mut inbox = Inbox::with(exposures(&[&[]]).replacen("birth_date", "geb_datum", 1));
    inbox.formats.exposures.columns.insert("birth_date".to_owned(), "geb_datum".to_owned());
    assert!(inbox.read().unwrap().exposures[0].birth_date.is_some());
}

#[test]
fn columns_that_the_contract_does_not_name_are_named_and_never_kept() {
    const CANARY: &str = "CANARY-7f3a-positive";
    let mut columns = schema::EXPOSURES.to_vec();
    columns.insert(5, "test_result");
    let mut row = cells(&columns, &[("surname", "Jansen2")]);
    row[5] = format!("{CANARY}, \"quoted\"\nand more");
    let mut good = row.clone();
    good[7] = "Jansen".to_owned();
    let rows = Inbox::with(csv_text(&columns, &[row, good])).read().unwrap();
    assert_eq!(rows.inputs[0].unread_columns, ["test_result"]);
    assert_eq!((rows.exposures.len(), rows.refused.len()), (1, 1));
    let kept: String = rows.exposures[0].cells.iter().collect();
    assert!(!format!("{kept}{rows:?}").contains("CANARY"));
}

#[test]
fn rows_keep_their_numbers_in_files_of_many_pieces() {
    let count = 30_000;
    let rows = Inbox::with(many(count)).read().unwrap();
    assert_eq!(rows.exposures.len(), count);
    for (index, row) in rows.exposures.iter().enumerate() {
        assert_eq!(row.row.row as usize, index + 1);
        assert_eq!(row.record_id(), format!("R-{}", index + 1));
    }
}
