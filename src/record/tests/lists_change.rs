//! Files that are new, grown, replaced, changed or gone; and records that are delivered more than
//! once.

use proptest::prelude::*;

use super::fixture::*;
use crate::base::Explain;
use crate::field::ids::RowRef;
use crate::field::row::{Exposure, Input, List, Rows};
use crate::field::terms::Published;
use crate::record::{Acceptance, ChangeKind, Intake, Ledger, ListTerms, RecordError, RowChange};

/// An inbox of exposures files: name, and records with what they say.
fn inbox(files: &[(&str, &[(&str, Published)])]) -> Rows {
    let mut rows = Rows::default();
    for (file, (name, records)) in (0_u16..).zip(files) {
        let content = format!("{records:?}");
        rows.inputs.push(Input {
            file: (*name).to_owned(),
            list: List::Exposures,
            sha256: crate::base::hash::of_bytes(content.as_bytes()),
            rows: u32::try_from(records.len()).unwrap(),
            unread_columns: Vec::new(),
            notes: Vec::new(),
        });
        for (row, (record, published)) in (1..).zip(*records) {
            let row = RowRef { file, row };
            rows.exposures.push(Exposure { row, published: *published, ..exposure(record, 1, 0) });
        }
    }
    rows
}

const NO: Published = Published::No;
const YES: Published = Published::Yes;

fn take(
    ledger: &Ledger,
    rows: &Rows,
    terms: ListTerms,
    accepted: Acceptance<'_>,
) -> Result<Intake, RecordError> {
    ledger.intake(rows, &|_| terms, accepted)
}

/// A night in which nobody is written to.
fn night(
    world: &World,
    rows: &Rows,
    terms: ListTerms,
    accepted: Acceptance<'_>,
) -> Result<Intake, RecordError> {
    let mut ledger = world.open();
    let intake = take(&ledger, rows, terms, accepted)?;
    let nobody = ledger.recognise(Vec::new())?;
    let notes = noted(&nobody, NIGHT);
    ledger.note(&notes.as_noted(&intake))?;
    Ok(intake)
}

fn kinds(intake: &Intake) -> Vec<(&str, ChangeKind)> {
    intake.changes.iter().map(|change| (change.file.as_str(), change.kind)).collect()
}

#[test]
fn rows_may_be_added_and_one_that_is_gone_or_different_needs_a_reason_for_its_file() {
    let world = World::new();
    let none = Acceptance::default();
    night(&world, &inbox(&[("exposures.csv", &[("A", NO), ("B", NO)])]), strict(), none).unwrap();
    let grown = inbox(&[("exposures.csv", &[("A", NO), ("C", NO), ("B", NO)])]);
    let intake = night(&world, &grown, strict(), none).unwrap();
    assert_eq!(kinds(&intake), [("exposures.csv", ChangeKind::Grown)]);
    assert_eq!(intake.changes[0].rows, Some(RowChange { more: 1, fewer: 0, changed: 0 }));
    assert!(take(&world.open(), &grown, strict(), none).unwrap().changes.is_empty());

    for (records, rows) in [
        (&[("A", NO), ("B", NO)][..], RowChange { more: 0, fewer: 1, changed: 0 }),
        (&[("A", YES), ("B", NO), ("C", NO)], RowChange { more: 0, fewer: 0, changed: 1 }),
        (
            &[("A", YES), ("B", NO), ("D", NO), ("E", NO)],
            RowChange { more: 2, fewer: 1, changed: 1 },
        ),
    ] {
        let changed = inbox(&[("exposures.csv", records)]);
        let refused = take(&world.open(), &changed, strict(), none).unwrap_err();
        assert!(matches!(refused, RecordError::InputsChanged { .. }), "{refused}");
        assert!(refused.hint().unwrap().contains("`--accept exposures.csv=REASON`"));
        let files = [("exposures.csv".to_owned(), "sent again by the lab".to_owned())];
        let accepted = Acceptance { files: &files, all: None };
        let intake = take(&world.open(), &changed, strict(), accepted).unwrap();
        assert_eq!(intake.changes[0].rows, Some(rows));
        assert_eq!(intake.changes[0].accepted.as_deref(), Some("sent again by the lab"));
    }
}

#[test]
fn a_reason_for_one_file_is_none_for_another_and_a_stranger_is_refused() {
    let world = World::new();
    night(
        &world,
        &inbox(&[("a.csv", &[("A", NO)]), ("b.csv", &[("B", NO)])]),
        strict(),
        Acceptance::default(),
    )
    .unwrap();
    let gone = inbox(&[("c.csv", &[("C", NO)])]);
    let accept = |names: &[&str]| -> Vec<(String, String)> {
        names.iter().map(|name| ((*name).to_owned(), "meant".to_owned())).collect()
    };
    let refusal = |files: &[(String, String)]| {
        take(&world.open(), &gone, strict(), Acceptance { files, all: None }).map(drop).unwrap_err()
    };
    let refused = refusal(&accept(&["a.csv"]));
    assert!(
        matches!(&refused, RecordError::InputsChanged { files, .. } if *files == ["b.csv"]),
        "{refused}"
    );
    assert!(matches!(refusal(&accept(&["a.csv", "x.csv"])), RecordError::AcceptedStranger { .. }));
    let files = accept(&["a.csv", "b.csv"]);
    let intake = night(&world, &gone, strict(), Acceptance { files: &files, all: None }).unwrap();
    let missing = ChangeKind::Missing;
    assert_eq!(
        kinds(&intake),
        [("a.csv", missing), ("b.csv", missing), ("c.csv", ChangeKind::New)]
    );
}

#[test]
fn a_list_that_may_be_replaced_may_not_shrink_too_much() {
    let world = World::new();
    let terms = ListTerms { replace: true, min_rows_percent: 80 };
    let records: Vec<(String, Published)> =
        (0..10).map(|number| (format!("R{number}"), NO)).collect();
    let records: Vec<(&str, Published)> =
        records.iter().map(|(name, said)| (name.as_str(), *said)).collect();
    let none = Acceptance::default();
    night(&world, &inbox(&[("list.csv", &records)]), terms, none).unwrap();
    let intake = take(&world.open(), &inbox(&[("list.csv", &records[2..])]), terms, none).unwrap();
    assert_eq!(kinds(&intake), [("list.csv", ChangeKind::Replaced)]);
    let short = inbox(&[("list.csv", &records[3..])]);
    let refused = take(&world.open(), &short, terms, none).unwrap_err();
    assert_eq!(refused.to_string(), "the exposures list has 7 rows, and had 10: fewer than 80 %");
    take(&world.open(), &short, terms, Acceptance { files: &[], all: Some("meant") }).unwrap();
    take(&world.open(), &short, ListTerms { min_rows_percent: 70, ..terms }, none).unwrap();
}

/// What becomes of the rows: the rows that count no more, and those of which nobody knows.
fn settled(world: &World, rows: &Rows) -> (Vec<(RowRef, RowRef)>, Vec<RowRef>) {
    let ledger = world.open();
    let intake =
        take(&ledger, rows, strict(), Acceptance { files: &[], all: Some("meant") }).unwrap();
    let (found, _) = ledger.deliveries(rows, &intake).unwrap();
    (found.superseded.into_iter().collect(), found.ambiguous.into_keys().collect())
}

fn at(file: u16, row: u32) -> RowRef {
    RowRef { file, row }
}

#[test]
fn what_a_later_run_read_first_counts_whatever_the_name() {
    let world = World::new();
    night(&world, &inbox(&[("m.csv", &[("A", NO), ("B", NO)])]), strict(), Acceptance::default())
        .unwrap();
    // Files are sorted by name: the newer one is before the older one here.
    let both = inbox(&[("a.csv", &[("A", YES)]), ("m.csv", &[("A", NO), ("B", NO)])]);
    assert_eq!(settled(&world, &both), (vec![(at(1, 1), at(0, 1))], vec![]));
    night(&world, &both, strict(), Acceptance::default()).unwrap();
    assert_eq!(settled(&world, &both), (vec![(at(1, 1), at(0, 1))], vec![]));
    // Under a different name the file is as old as it was.
    let renamed = inbox(&[("a.csv", &[("A", YES)]), ("z.csv", &[("A", NO), ("B", NO)])]);
    assert_eq!(settled(&world, &renamed), (vec![(at(1, 1), at(0, 1))], vec![]));
    night(&world, &renamed, strict(), Acceptance::default()).unwrap();
    assert_eq!(settled(&world, &renamed), (vec![(at(1, 1), at(0, 1))], vec![]));
    // A row that was added to the older file is newer than both.
    let edited =
        inbox(&[("a.csv", &[("A", YES)]), ("z.csv", &[("A", Published::Unknown), ("B", NO)])]);
    assert_eq!(settled(&world, &edited), (vec![(at(0, 1), at(1, 1))], vec![]));
}

#[test]
fn of_files_that_one_run_read_first_the_later_date_in_the_name_counts_else_nobody_knows() {
    let world = World::new();
    let pair = |one, other| inbox(&[(one, &[("A", NO)]), (other, &[("A", YES)])]);
    let newer = vec![(at(0, 1), at(1, 1))];
    assert_eq!(settled(&world, &pair("e-2025-09-01.csv", "e-2025-09-02.csv")), (newer, vec![]));
    let older = vec![(at(1, 1), at(0, 1))];
    assert_eq!(settled(&world, &pair("a-20250903.csv", "e-2025-09-02.csv")), (older, vec![]));
    let nobody = (vec![], vec![at(0, 1), at(1, 1)]);
    assert_eq!(settled(&world, &pair("a.csv", "b.csv")), nobody);
    assert_eq!(settled(&world, &pair("a-2025-09-02.csv", "b-2025-09-02.csv")), nobody);
    assert_eq!(settled(&world, &pair("a-2025-09-02.csv", "b.csv")), nobody);
    // Once they have been read together, they stay what they were.
    night(&world, &pair("a.csv", "b.csv"), strict(), Acceptance::default()).unwrap();
    assert_eq!(settled(&world, &pair("a.csv", "b.csv")), nobody);
}

#[test]
fn one_file_that_says_two_things_is_in_doubt_and_a_repeated_row_is_not() {
    let world = World::new();
    assert_eq!(settled(&world, &inbox(&[("a.csv", &[("A", NO), ("A", YES)])])).1.len(), 2);
    assert_eq!(settled(&world, &inbox(&[("a.csv", &[("A", NO), ("A", NO)])])), (vec![], vec![]));
    assert_eq!(
        settled(&world, &inbox(&[("a.csv", &[("A", NO)]), ("b.csv", &[("A", NO)])])),
        (vec![], vec![])
    );
}

#[test]
fn a_copy_of_an_old_file_does_not_take_a_correction_back() {
    let world = World::new();
    let none = Acceptance::default();
    night(&world, &inbox(&[("a.csv", &[("A", NO)])]), strict(), none).unwrap();
    night(&world, &inbox(&[("a.csv", &[("A", NO)]), ("b.csv", &[("A", YES)])]), strict(), none)
        .unwrap();
    let copied =
        inbox(&[("a.csv", &[("A", NO)]), ("b.csv", &[("A", YES)]), ("copy.csv", &[("A", NO)])]);
    for _ in 0..2 {
        assert_eq!(settled(&world, &copied), (vec![], vec![at(0, 1), at(1, 1), at(2, 1)]));
        night(&world, &copied, strict(), none).unwrap();
    }
}

#[test]
fn a_name_that_is_spelt_in_two_ways_on_one_night_is_linkings_business() {
    let world = World::new();
    let mut rows = inbox(&[("a.csv", &[("A", NO)]), ("b.csv", &[("A", NO)])]);
    rows.exposures[1].birth_date = crate::field::partial_date::PartialDate::new(1970, 1, 1);
    assert_eq!(settled(&world, &rows), (vec![], vec![]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Of every record with two deliveries, one counts or none does; the same files give the same
    /// answer on every night.
    #[test]
    fn deliveries_are_settled_alike_on_every_night(
        first in prop::collection::vec((0_u8..4, any::<bool>()), 1..6),
        second in prop::collection::vec((0_u8..4, any::<bool>()), 1..6),
    ) {
        let named = |rows: &[(u8, bool)]| -> Vec<(String, Published)> {
            rows.iter().map(|(id, said)| (format!("R{id}"), if *said { YES } else { NO })).collect()
        };
        let (first, second) = (named(&first), named(&second));
        let borrow = |rows: &[(String, Published)]| -> Vec<(&'static str, Published)> {
            const NAMES: [&str; 4] = ["R0", "R1", "R2", "R3"];
            rows.iter().map(|(id, said)| (*NAMES.iter().find(|name| *name == id).unwrap(), *said)).collect()
        };
        let (first, second) = (borrow(&first), borrow(&second));
        let world = World::new();
        night(&world, &inbox(&[("b.csv", &first)]), strict(), Acceptance::default()).unwrap();
        let both = inbox(&[("a.csv", &second), ("b.csv", &first)]);
        let before = settled(&world, &both);
        night(&world, &both, strict(), Acceptance::default()).unwrap();
        prop_assert_eq!(&before, &settled(&world, &both));
        for (old, newest) in &before.0 {
            prop_assert!(!before.1.contains(old) && !before.1.contains(newest));
            prop_assert!(old.file >= newest.file, "an older file superseded a newer one");
        }
    }
}

#[test]
fn a_night_without_news_changes_no_byte() {
    let world = World::new();
    let rows = inbox(&[("a.csv", &[("A", NO)]), ("b.csv", &[("B", YES)])]);
    night(&world, &rows, strict(), Acceptance::default()).unwrap();
    let before = world.bytes();
    night(&world, &rows, strict(), Acceptance::default()).unwrap();
    assert!(before == world.bytes());
    assert_eq!(world.open().totals().unwrap().inputs, 2);
}
