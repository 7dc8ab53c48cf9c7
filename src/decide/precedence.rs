//! The order of the table, shown pair by pair: where two rules hold, the one that stands higher
//! gives the code.

use super::fixtures::{Retype as _, Scene, partial, register, suppression, told};
use crate::field::reason::Reason::{self, *};
use crate::field::row::SuppressionReason;
use crate::field::terms::{Category, Custody, Items, Kind};

/// Makes a rule hold for a scene in which none holds.
type Trigger = fn(&mut Scene);

const TABLE: [(Reason, Trigger); 15] = [
    (D101, |scene| scene.rows.exposures.iter_mut().for_each(|row| row.category = None)),
    (D201, |scene| scene.rows.participants[0].deceased_on = partial("2025-02-00")),
    (D202, |scene| suppress(scene, SuppressionReason::Objection)),
    (D203, |scene| scene.rows.participants[0].protected_address = true),
    (D204, |scene| scene.rows.participants[0].whereabouts_unknown = true),
    // The register announces a death that has not happened.
    (D205, |scene| {
        let mut row = register(1);
        row.deceased_on = partial("2025-11-01");
        scene.rows.register.push(row);
    }),
    (D206, |scene| born(scene, "")),
    (D207, |scene| born(scene, "2011-05-05")),
    (D208, |scene| born(scene, "2000-05-05")),
    (D209, |scene| scene.rows.exposures.iter_mut().for_each(|row| row.custody = None)),
    (D210, |scene| {
        scene.rows.exposures.iter_mut().for_each(|row| row.custody = Some(Custody::Current));
    }),
    (D211, |scene| scene.rows.exposures.iter_mut().for_each(|row| row.items = Items::NONE)),
    (D212, |scene| scene.senders.clear()),
    (D301, |scene| remember(scene, "2025-09-30", "prisoner gp screening")),
    (D302, |scene| remember(scene, "2025-09-30", "prisoner gp")),
];

/// Rules that cannot both hold: two birth dates, two states of custody, two memories.
const EXCLUSIVE: [(Reason, Reason); 5] =
    [(D206, D207), (D206, D208), (D207, D208), (D209, D210), (D301, D302)];

fn suppress(scene: &mut Scene, reason: SuppressionReason) {
    let mut row = suppression(1, reason);
    row.bsn = scene.rows.participants[0].bsn;
    scene.rows.suppressions.push(row);
}

fn born(scene: &mut Scene, day: &str) {
    let day = partial(day);
    scene.rows.exposures.iter_mut().for_each(|row| row.birth_date = day);
    scene
        .rows
        .participants
        .iter_mut()
        .chain(&mut scene.rows.register)
        .for_each(|row| row.birth_date = day);
}

fn remember(scene: &mut Scene, day: &str, categories: &str) {
    let text = format!("{categories} / confirmed / unknown / name address birth_date bsn / ");
    scene.told.push(told(day, Kind::First, "bvo", &text));
}

/// A grown-up participant, former prisoner, with a GP record: nothing stops her.
fn scene() -> Scene {
    let mut scene =
        Scene::of(&[Some(Category::Gp), Some(Category::Prisoner), Some(Category::Screening)]);
    scene.rows.exposures.iter_mut().for_each(|row| row.custody = Some(Custody::Former));
    scene
}

#[test]
fn nothing_stops_the_scene_itself() {
    assert_eq!(scene().ends(), ["first"; 3]);
}

#[test]
fn each_rule_alone_gives_its_code() {
    for (code, trigger) in TABLE {
        let mut scene = scene();
        trigger(&mut scene);
        assert_eq!(scene.ends(), [code.code(); 3]);
    }
}

#[test]
fn of_two_rules_the_higher_one_gives_the_code() {
    let mut pairs = 0;
    for (index, (higher, one)) in TABLE.iter().enumerate() {
        for (lower, other) in &TABLE[index + 1..] {
            if EXCLUSIVE.contains(&(*higher, *lower)) {
                continue;
            }
            for order in [[one, other], [other, one]] {
                let mut scene = scene();
                for trigger in order {
                    trigger(&mut scene);
                }
                assert_eq!(scene.ends(), [higher.code(); 3], "{higher} before {lower}");
            }
            pairs += 1;
        }
    }

    assert_eq!(pairs, 15 * 14 / 2 - EXCLUSIVE.len());
}

#[test]
fn every_code_of_the_table_is_in_this_test() {
    // What the ledger remembers of people, records and mail is not decided here (`run/letters.rs`,
    // `run/settle.rs`), nor whose turn it is (`run/waves.rs`), nor what a plan that was approved has
    // no place for (`run/approval.rs`).
    let remembered = [
        Reason::D215,
        Reason::D216,
        Reason::D217,
        Reason::D218,
        Reason::D219,
        Reason::D220,
        Reason::D221,
        Reason::D303,
        Reason::D309,
    ];
    let decided = Reason::ALL
        .iter()
        .filter(|reason| reason.code().starts_with('D') && !remembered.contains(reason));
    assert_eq!(decided.copied().collect::<Vec<_>>(), TABLE.map(|(code, _)| code));
}

#[test]
fn one_unknown_category_stops_that_row_alone() {
    let mut scene = Scene::of(&[Some(Category::Gp), None, Some(Category::Screening)]);
    assert_eq!(scene.ends(), ["first", "D101", "first"]);
    scene.rows.participants[0].deceased_on = partial("2025-01-01");
    assert_eq!(scene.ends(), ["D201", "D101", "D201"]);
}

#[test]
fn one_category_without_a_sender_stops_its_rows_alone() {
    let mut scene = Scene::of(&[Some(Category::Gp), Some(Category::Hospital), Some(Category::Gp)]);
    scene.senders.remove(&Category::Gp);
    assert_eq!(scene.ends(), ["D212", "first", "D212"]);
    assert_eq!(scene.decide().ready[0].findings.categories, [Category::Hospital]);
}

#[test]
fn a_contradiction_says_what_it_is() {
    let mut scene = scene();
    born(&mut scene, "2009-00-00");
    assert_eq!(
        scene.decide().set_aside[0].evidence,
        "birth_date: partial, on both sides of an age limit"
    );

    scene.rows.exposures[0].birth_date = partial("1980-01-01");
    assert_eq!(
        scene.decide().set_aside[0].evidence,
        "birth_date: rows fall in different age classes"
    );

    scene.rows.exposures[0].birth_date = partial("2025-10-02");
    assert_eq!(scene.decide().set_aside[0].evidence, "birth_date: after the run date");
}

#[test]
fn places_of_one_rank_that_differ_are_a_contradiction() {
    let mut scene = scene();
    let mut second = scene.rows.participants[0].clone().with("house_number", "14");
    second.row.row = 2;
    scene.rows.participants.push(second);
    assert_eq!(scene.ends(), ["D205"; 3]);
    assert_eq!(scene.decide().set_aside[0].beside, [scene.rows.participants[1].row]);
}
