//! Laws that hold for everybody.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::fixtures::{
    Retype as _, Scene, date, exposure, partial, participant, provider, suppression,
};
use super::{Circumstances, decide};
use crate::config::{Hold, MultiCategory};
use crate::field::ids::{Pseudonym, RowRef};
use crate::field::person::{Cluster, Person};
use crate::field::reason::Reason;
use crate::field::row::{Exposure, ProviderKind, Registrant, SuppressionReason};
use crate::field::terms::{Category, Custody, Item, Items, Published, Status};

fn any_day() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "",
        "1980-05-05",
        "1980-00-00",
        "2009-10-20",
        "2013-11-01",
        "2009-00-00",
        "1996-03-02",
    ])
}

fn any_exposure() -> impl Strategy<Value = Exposure> {
    let category = prop::option::weighted(0.9, prop::sample::select(Category::ALL));
    let custody = prop::option::of(prop::sample::select(vec![Custody::Current, Custody::Former]));
    let sample = prop::sample::select(vec!["", "2023-05-05", "2025-01-01"]);
    let kinds = prop::collection::vec(prop::sample::select(Item::ALL), 0..6);
    let codes = prop::sample::select(vec!["", "01000001", "80000001"]);

    (
        (category, prop::sample::select(Status::ALL), prop::sample::select(Published::ALL)),
        (any_day(), sample, custody, kinds, codes, prop::bool::weighted(0.9)),
    )
        .prop_map(
            |((category, status, published), (born, sample, custody, kinds, code, addressed))| {
                let row = exposure(0).with("provider_code", code);
                let row = if addressed { row } else { row.with("street", "") };
                Exposure {
                    category,
                    status,
                    published,
                    birth_date: partial(born),
                    sample_date: sample.parse().ok(),
                    custody,
                    items: kinds.into_iter().collect::<Items>(),
                    ..row
                }
            },
        )
}

fn any_registrant() -> impl Strategy<Value = Registrant> {
    let rare = || prop::bool::weighted(0.05);
    (any_day(), rare(), rare(), rare(), rare()).prop_map(
        |(born, died, protected, gone, homeless)| {
            let row = participant(0);
            let row = if homeless { row.with("street", "") } else { row };
            Registrant {
                birth_date: partial(born),
                deceased_on: if died { partial("2024-06-00") } else { None },
                protected_address: protected,
                whereabouts_unknown: gone,
                ..row
            }
        },
    )
}

fn any_scene() -> impl Strategy<Value = Scene> {
    let senders = prop::collection::vec(
        prop::option::weighted(0.9, prop::sample::select(vec!["bvo", "lab"])),
        4,
    );

    let reasons = prop::option::weighted(
        0.1,
        prop::sample::select(vec![
            SuppressionReason::Deceased,
            SuppressionReason::Objection,
            SuppressionReason::Other,
        ]),
    );

    (
        prop::collection::vec(any_exposure(), 1..6),
        prop::collection::vec(any_registrant(), 0..3),
        prop::collection::vec(any_registrant(), 0..2),
        (senders, reasons, any::<bool>(), any::<bool>(), any::<bool>()),
    )
        .prop_map(
            |(exposures, participants, registered, (senders, reason, youth, lab, one_letter))| {
                let mut scene = Scene::of(&[]);
                scene.rows.exposures = exposures;
                scene.rows.participants = participants;
                scene.rows.register = registered;
                number(scene.rows.exposures.iter_mut().map(|row| &mut row.row), 0);
                number(scene.rows.participants.iter_mut().map(|row| &mut row.row), 1);
                number(scene.rows.register.iter_mut().map(|row| &mut row.row), 2);
                scene.rows.providers = vec![
                    provider(1, "01000001", ProviderKind::Gp),
                    provider(2, "80000001", ProviderKind::Custodial),
                ];
                let suppressed = reason.map(|reason| suppression(1, reason)).into_iter();
                scene.rows.suppressions = suppressed
                    .map(|row| crate::field::row::Suppression {
                        bsn: Some(super::fixtures::bsn()),
                        ..row
                    })
                    .collect();
                let named = Category::ALL.iter().zip(senders);
                scene.senders = named
                    .filter_map(|(category, sender)| Some((*category, sender?.to_owned())))
                    .collect();
                let hold = |write| if write { Hold::Write } else { Hold::Hold };
                (scene.policy.minors_12_15, scene.policy.address_from_lab) =
                    (hold(youth), hold(lab));
                scene.policy.multi_category = mode(one_letter);
                scene
            },
        )
}

fn number<'r>(rows: impl Iterator<Item = &'r mut RowRef>, file: u16) {
    for (row, place) in (1..).zip(rows) {
        *place = RowRef { file, row };
    }
}

fn mode(one_letter: bool) -> MultiCategory {
    if one_letter { MultiCategory::OneLetter } else { MultiCategory::PerSender }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, max_global_rejects: 50_000, ..ProptestConfig::default() })]

    #[test]
    fn every_row_ends_exactly_once_with_its_person(scene in any_scene()) {
        let ends = scene.ends();
        prop_assert_eq!(ends.len(), scene.rows.exposures.len());
        let sifted = scene.decide();
        prop_assert!(sifted.set_aside.iter().all(|aside| aside.person == Some(Pseudonym([7; 16]))));
        for notice in &sifted.ready {
            prop_assert!(!notice.rows.is_empty() && notice.rows.len() == notice.record_ids.len());
            prop_assert!(!notice.findings.categories.is_empty());
            prop_assert!(notice.findings.categories.iter().all(|category| scene.senders.contains_key(category)));
        }
    }

    #[test]
    fn kind_and_sequence_are_unique_for_a_person(scene in any_scene(), later in any_scene()) {
        let mut scene = scene;
        scene.remember("2025-11-01");
        (scene.rows, scene.senders, scene.policy) = (later.rows, later.senders, later.policy);
        scene.remember("2025-12-01");
        let mut keys: Vec<_> = scene.told.iter().map(|letter| (letter.kind, letter.sequence)).collect();
        keys.sort_unstable();
        let letters = keys.len();
        keys.dedup();
        prop_assert_eq!(keys.len(), letters);
    }

    #[test]
    fn what_was_told_is_not_told_again(scene in any_scene(), day in 0..60_i64, swapped: bool, one_letter: bool) {
        let mut scene = scene;
        for category in Category::ALL {
            scene.senders.entry(*category).or_insert_with(|| "bvo".to_owned());
        }

        // A category that was held back for its sender's letter alone may join another letter
        // later, and is news there.
        prop_assume!(scene.decide().set_aside.iter().all(|aside| aside.reason == Reason::D101));
        scene.remember("2025-10-01");
        scene.run_date = scene.run_date.saturating_add(jiff::Span::new().days(day));

        if swapped {
            for sender in scene.senders.values_mut() {
                *sender = if sender == "bvo" { "lab" } else { "bvo" }.to_owned();
            }
        }

        scene.policy.multi_category = mode(one_letter);
        prop_assert_eq!(scene.decide().ready.len(), 0);
    }

    #[test]
    fn a_child_is_never_told_about_tests(scene in any_scene()) {
        for notice in scene.decide().ready {
            if notice.audience != crate::field::terms::Audience::Adult {
                let all = notice.findings.involved.union(notice.findings.possible);
                prop_assert!(!all.has(Item::ExamType) && !all.has(Item::Result));
            }
        }
    }
}

#[test]
fn the_order_of_people_does_not_matter() {
    let scenes: Vec<_> = [Category::Gp, Category::Screening, Category::Hospital]
        .iter()
        .zip(1_u32..)
        .map(|(category, row)| {
            let mut scene = Scene::of(&[Some(*category)]);
            scene.rows.exposures[0].row.row = row;
            scene
        })
        .collect();

    let none = crate::field::row::Rows::default();
    let senders: BTreeMap<_, _> =
        [(Category::Gp, "bvo".to_owned()), (Category::Screening, "bvo".to_owned())]
            .into_iter()
            .collect();

    let circumstances = Circumstances::new(&none, &senders);
    let people = |order: [u8; 3]| -> Vec<Person<'_>> {
        let person = |index: u8| Person {
            pseudonym: Pseudonym([index; 16]),
            rows: Cluster { register: Vec::new(), ..scenes[usize::from(index)].person().rows },
            told: Vec::new(),
        };
        order.into_iter().map(person).collect()
    };

    let decided = |order| {
        let sifted = decide(people(order), &circumstances, &scenes[0].policy, date("2025-10-01"));
        let notices: Vec<_> =
            sifted.ready.iter().map(|notice| (notice.person, notice.rows.clone())).collect();
        (notices, sifted.set_aside)
    };

    assert_eq!(decided([0, 1, 2]), decided([2, 0, 1]));
    assert_eq!(decided([0, 1, 2]).0.len(), 2);
}
