//! Files that are cut, torn or empty, and what errors say of them.

use super::*;

#[test]
fn an_unbalanced_quote_stops_the_run_and_says_where() {
    let text = many(100).replacen("R-50,D1", "\"R-50,D1", 1);
    let error = Inbox::with(text).error();
    assert!(error.to_string().starts_with("unbalanced quote in `"), "{error}");
    assert!(error.to_string().ends_with("in the cell that begins in row 50"), "{error}");
    assert!(matches!(
        Inbox::with("\"record_id").error(),
        ReadError::Quote { place: FilePlace::Header, .. }
    ));
}

#[test]
fn every_quote_of_a_quoted_file_that_is_removed_is_noticed() {
    let mut writer =
        csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
    writer.write_record(schema::EXPOSURES).unwrap();
    for id in ["R-1", "R-2"] {
        writer
            .write_record(cells(schema::EXPOSURES, &[("record_id", id), ("country", "NL")]))
            .unwrap();
    }
    let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    let header = text.find('\n').unwrap();
    let clean = content(&Inbox::with(&text).read().unwrap());
    let quotes: Vec<usize> =
        text.match_indices('"').map(|(place, _)| place).filter(|place| *place > header).collect();
    for place in quotes {
        let mut damaged = text.clone();
        damaged.remove(place);
        match Inbox::with(&damaged).read() {
            Err(error) => {
                assert!(matches!(error, ReadError::Quote { .. } | ReadError::Truncated { .. }));
            }
            // The opening quote of a cell: what is left is a cell that ends in a quote, and no such
            // cell is accepted.
            Ok(rows) => {
                assert_ne!(content(&rows), clean);
                let without_category =
                    rows.exposures.iter().filter(|row| row.category.is_none()).count();
                assert_eq!(rows.refused.len() + without_category, 1, "{damaged}");
            }
        }
    }
}

#[test]
fn with_a_sidecar_a_cut_at_every_byte_is_noticed() {
    let text = exposures(&[&[("surname", "Ëxample")], &[("street", "A, \"B\"")]]);
    let whole = Inbox::with(&text).and_sidecar("exposures.csv", 2);
    assert_eq!(whole.read().unwrap().exposures.len(), 2);
    for length in 0..text.len() {
        std::fs::write(whole.path.join("exposures.csv"), &text.as_bytes()[..length]).unwrap();
        assert!(matches!(whole.error(), ReadError::SidecarHash { .. }), "{length}");
    }
}

#[test]
fn without_a_sidecar_a_cut_row_is_noticed_as_long_as_a_cell_is_missing() {
    let text = exposures(&[&[], &[]]);
    let last_row = text.trim_end().rfind('\n').unwrap() + 1;
    let last_cell = text.rfind(',').unwrap();
    for length in last_row + 1..=last_cell {
        assert!(
            matches!(Inbox::with(&text[..length]).error(), ReadError::Truncated { .. }),
            "{length}"
        );
    }
    assert_eq!(Inbox::with(&text[..last_row]).read().unwrap().exposures.len(), 1);
}

#[test]
fn a_sidecar_with_another_number_of_rows_or_without_sense_stops_the_run() {
    let inbox = Inbox::with(exposures(&[&[]])).and_sidecar("exposures.csv", 2);
    assert!(inbox.error().to_string().ends_with("has 1 rows, but its sidecar says 2"));
    let inbox = inbox.and("exposures.csv.meta.toml", "rows = \"many\"");
    assert!(matches!(inbox.error(), ReadError::Sidecar { .. }));
    let inbox = inbox.and("exposures.csv.meta.toml", "rows = 1");
    assert!(matches!(inbox.error(), ReadError::Sidecar { .. }));
}

#[test]
fn nothing_new_is_told_from_empty_by_accident() {
    assert_eq!(Inbox::with(exposures(&[])).read().unwrap().inputs[0].rows, 0);
    for nothing in ["", "\n\n", "\u{feff}"] {
        assert!(matches!(Inbox::with(nothing).error(), ReadError::Empty { .. }));
        let announced = Inbox::with(nothing).and_sidecar("exposures.csv", 0);
        assert_eq!(announced.read().unwrap().inputs[0].rows, 0);
        assert!(matches!(
            Inbox::with(nothing).and_sidecar("exposures.csv", 3).error(),
            ReadError::SidecarRows { .. }
        ));
    }
    assert!(matches!(Inbox::new().and("register.csv", "").error(), ReadError::NoExposures { .. }));
}

#[test]
fn one_ragged_row_is_a_bad_row_and_many_are_a_bad_file() {
    let ragged = |count: usize, of: usize| {
        let mut text = many(of - count);
        text.push_str(&"R-0,too,short\n".repeat(count));
        Inbox::with(text).read()
    };
    assert_eq!(ragged(1, 10).unwrap().refused[0].set_aside.reason, Reason::R113);
    assert_eq!(ragged(2, 2000).unwrap().refused.len(), 2);
    let error = ragged(2, 1999).unwrap_err();
    assert!(
        matches!(error, ReadError::Ragged { ragged: 2, rows: 1999, first: 1998, .. }),
        "{error}"
    );
}

#[test]
fn a_ragged_row_of_a_list_still_tells_whose_it_is() {
    let mut short = cells(schema::REGISTRANTS, &[]);
    short.pop();
    let good = csv_text(schema::REGISTRANTS, &[cells(schema::REGISTRANTS, &[])]);
    let inbox =
        Inbox::with(exposures(&[&[]])).and("register.csv", format!("{good}{}\n", short.join(",")));
    let rows = inbox.read().unwrap();
    assert_eq!(rows.refused[0].bsn.unwrap().number().to_string(), VALID);
    assert!(rows.refused[0].set_aside.evidence.contains("31 cells, the header has 32"));
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    // Files of the kernel say that they have no bytes and then give some, as a file does that grows
    // meanwhile.
    let guard = tempfile::tempdir().unwrap();
    let path = Utf8PathBuf::from_path_buf(guard.path().join("grows")).unwrap();
    std::fs::write(&path, "x".repeat(100)).unwrap();
    assert!(snapshot::bytes(&path).is_ok());
    assert!(matches!(snapshot::bytes("/proc/self/status".into()), Err(ReadError::Changed { .. })));
}

#[test]
fn no_error_and_no_debug_text_shows_a_value() {
    let text = exposures(&[&[("surname", "Geheim2"), ("bsn", "12345678")]]);
    for damaged in [
        text.clone(),
        text.replacen("birth_date", "geboren", 1),
        text[text.find('\n').unwrap() + 1..].to_owned(),
        text.replace(',', ";"),
        format!("{text}Geheim2,x\nGeheim2,y\n"),
        format!("{text}\"Geheim2"),
        format!("{text}Geheim2"),
    ] {
        let shown = match Inbox::with(&damaged).read() {
            Ok(rows) => format!("{rows:?}"),
            Err(error) => format!("{error} {error:?} {:?}", error.hint()),
        };
        for secret in ["Geheim", "12345678", "Voorbeeld", "1970"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), parquet in any::<bool>()) {
        let mut content = if parquet { b"PAR1".to_vec() } else { exposures(&[]).into_bytes() };
        content.extend(bytes);
        let name = if parquet { "exposures.parquet" } else { "exposures.csv" };
        let _ = Inbox::new().and(name, content).read();
    }

    #[test]
    fn every_data_row_is_good_or_refused(
        rows in prop::collection::vec(prop::collection::vec("[a-zA-Z0-9é;.\"\n -]{0,9}", 26..=26), 0..20),
        sound in 0_usize..5,
    ) {
        let mut all: Vec<Vec<String>> = rows;
        all.extend((0..sound).map(|_| cells(schema::EXPOSURES, &[])));
        let read = Inbox::with(csv_text(schema::EXPOSURES, &all)).read().unwrap();
        prop_assert_eq!(read.inputs[0].rows as usize, all.len());
        prop_assert_eq!(read.exposures.len() + read.refused.len(), all.len());
        prop_assert!(read.exposures.len() >= sound);
        let mut numbers: Vec<u32> = read.exposures.iter().map(|row| row.row.row)
            .chain(read.refused.iter().map(|row| row.set_aside.row.row)).collect();
        numbers.sort_unstable();
        prop_assert!(numbers.iter().copied().eq(1..=read.inputs[0].rows));
    }

    #[test]
    fn no_cell_makes_a_row_vanish(column in 0_usize..26, cell in any::<String>()) {
        let column = schema::EXPOSURES[column];
        let read = Inbox::with(exposures(&[&[(column, cell.as_str())], &[]])).read().unwrap();
        prop_assert_eq!(read.exposures.len() + read.refused.len(), 2);
    }
}
