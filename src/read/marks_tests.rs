use proptest::prelude::*;

use super::*;

fn row(id: &str, surname: &str) -> Vec<Cow<'static, str>> {
    let mut cells = vec![Cow::Borrowed(""); schema::EXPOSURES.len()];
    cells[position(schema::EXPOSURES, "record_id")] = id.to_owned().into();
    cells[position(schema::EXPOSURES, "surname")] = surname.to_owned().into();
    cells
}

fn delivered(file: &str, rows: &[(&str, &str)]) -> Delivered {
    let mut buffer = Vec::new();
    let marks = rows
        .iter()
        .map(|(id, name)| of_row(Marker::passing(), List::Exposures, &row(id, name), &mut buffer));
    Delivered {
        file: file.to_owned(),
        list: List::Exposures,
        sha256: "0".repeat(64),
        rows: u32::try_from(rows.len()).unwrap(),
        columns: vec![Share { column: "surname".to_owned(), empty: 1, damaged: 2 }],
        marks: marks.collect(),
    }
}

#[test]
fn rows_are_the_same_wherever_they_stand_and_others_are_gone_new_or_changed() {
    let before = [
        delivered("a.csv", &[("1", "x"), ("2", "x"), ("3", "x")]),
        delivered("b.csv", &[("4", "x")]),
    ];
    let now = [
        delivered("c.csv", &[("4", "x"), ("5", "x")]),
        delivered("d.csv", &[("2", "y"), ("1", "x"), ("1", "x")]),
    ];
    let changes = compare(&[&before[0], &before[1]], &[&now[0], &now[1]]);
    assert_eq!((changes.rows_before, changes.rows_now, changes.same), (4, 5, 2));
    assert_eq!(changes.changed, Changed { count: 1, rows: vec!["d.csv:1".to_owned()] });
    assert_eq!(changes.gone, Changed { count: 1, rows: vec!["a.csv:3".to_owned()] });
    // A row that is there once more is new.
    assert_eq!(
        changes.added,
        Changed { count: 2, rows: vec!["c.csv:2".to_owned(), "d.csv:3".to_owned()] }
    );
}

#[test]
fn what_is_written_is_read_back_with_the_same_key_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = Utf8PathBuf::from_path_buf(folder.path().join(MARKS)).unwrap();
    let delivery = Delivery {
        files: vec![delivered("a.csv", &[("1", "x"), ("2", "y")]), delivered("b.csv", &[])],
    };
    let keys = crate::field::keys::Keys::derive(&[1; 32]);
    delivery.write(&path, keys.marker()).unwrap();
    assert_eq!(Delivery::read(&path, keys.marker()).unwrap(), delivery);
    assert!(Delivery::read(&path, crate::field::keys::Keys::derive(&[2; 32]).marker()).is_err());

    let whole = std::fs::read(&path).unwrap();
    for bytes in [&whole[..whole.len() - 1], &[&whole[..], b"x"].concat(), b"", b"{}\n"] {
        std::fs::write(&path, bytes).unwrap();
        assert!(Delivery::read(&path, keys.marker()).is_err(), "{} bytes", bytes.len());
    }
}

#[test]
fn the_newest_run_that_wrote_marks_is_the_last() {
    let folder = tempfile::tempdir().unwrap();
    let data = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    assert_eq!(latest(&data), None);
    for (run, marked) in [
        ("2025-09-15-2", true),
        ("2025-09-15-10", true),
        ("2025-09-16-1", false),
        ("strange", true),
    ] {
        std::fs::create_dir_all(data.join("runs").join(run)).unwrap();
        if marked {
            std::fs::write(data.join("runs").join(run).join(MARKS), "").unwrap();
        }
    }
    assert_eq!(latest(&data).unwrap().0, "2025-09-15-10");
}

#[test]
fn a_row_without_a_number_is_known_by_what_it_says() {
    let (one, other) = (delivered("a.csv", &[("", "x")]), delivered("b.csv", &[("", "y")]));
    let changes = compare(&[&one], &[&other]);
    assert_eq!((changes.changed.count, changes.added.count, changes.gone.count), (0, 1, 1));
}

proptest! {
    #[test]
    fn every_row_ends_in_exactly_one_count(
        before in prop::collection::vec(("[1-4]", "[x-z]"), 0..8),
        now in prop::collection::vec(("[1-4]", "[x-z]"), 0..8),
    ) {
        let rows = |rows: &[(String, String)]| {
            delivered("f.csv", &rows.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect::<Vec<_>>())
        };
        let (one, other) = (rows(&before), rows(&now));
        let changes = compare(&[&one], &[&other]);
        prop_assert_eq!(changes.same + changes.changed.count + changes.gone.count, before.len() as u64);
        prop_assert_eq!(changes.same + changes.changed.count + changes.added.count, now.len() as u64);
        let back = compare(&[&other], &[&one]);
        prop_assert_eq!((back.same, back.added.count), (changes.same, changes.gone.count));
    }
}
