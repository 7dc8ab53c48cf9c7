//! What a human's word does to a decision, and what it never does.

use std::collections::BTreeMap;

use super::fixtures::{Retype as _, Scene, partial, register};
use super::{Circumstances, decide};
use crate::field::address::AddressSource;
use crate::field::ids::Pseudonym;
use crate::field::judgement::Judged;
use crate::field::notice::Notice;
use crate::field::reason::{Reason, Sifted};
use crate::field::row::Registrant;
use crate::field::terms::{Audience, Category};

fn decided<'s>(scene: &'s Scene, judged: Judged<'s>) -> Sifted<Notice<'s>> {
    let said = BTreeMap::from([(Pseudonym([7; 16]), judged)]);
    let circumstances = Circumstances::new(&scene.rows, &scene.senders).with_judged(said);
    decide(vec![scene.person()], &circumstances, &scene.policy, scene.run_date)
}

/// The code that stops everybody, or `None`.
fn code(scene: &Scene, judged: Judged<'_>) -> Option<Reason> {
    decided(scene, judged).set_aside.first().map(|item| item.reason)
}

fn scene() -> Scene {
    Scene::of(&[Some(Category::Screening)])
}

fn born(day: &str) -> Scene {
    let mut scene = Scene::of(&[Some(Category::Gp)]);
    scene.rows.exposures[0].birth_date = partial(day);
    scene.rows.participants[0].birth_date = partial(day);
    scene
}

fn homeless() -> Scene {
    let mut scene = scene();
    let row = scene.rows.participants.pop().unwrap();
    let cells = ["street", "house_number", "postcode", "town"];
    scene.rows.participants.push(cells.iter().fold(row, |row, cell| row.with(cell, "")));
    scene
}

#[test]
fn a_corrected_address_is_written_to_and_protection_comes_before_it() {
    let (mut scene, home): (Scene, Registrant) = (homeless(), register(9));
    assert_eq!(code(&scene, Judged::default()), Some(Reason::D204));
    let judged = Judged { address: Some(&home), ..Judged::default() };
    let notices = decided(&scene, judged).ready;
    assert_eq!(notices[0].address_source, AddressSource::Decision);

    scene.rows.participants[0].protected_address = true;
    assert_eq!(code(&scene, judged), Some(Reason::D203));
    scene.rows.participants[0].deceased_on = partial("2025-02-00");
    assert_eq!(code(&scene, judged), Some(Reason::D201));
}

#[test]
fn words_in_an_address_that_somebody_has_died_hold_until_a_human_says_otherwise() {
    let mut scene = scene();
    scene.rows.exposures[0] = scene.rows.exposures[0].clone().with("house_addition", "overleden");
    assert_eq!(code(&scene, Judged::default()), Some(Reason::D205));
    let lives = Judged { died: Some(false), ..Judged::default() };
    assert_eq!(code(&scene, lives), None);
}

#[test]
fn a_contradicted_death_is_settled_and_a_death_that_stands_is_not() {
    let mut scene = scene();
    scene.rows.participants[0].deceased_on = partial("2025-11-01");
    assert_eq!(code(&scene, Judged::default()), Some(Reason::D205));
    let lives = Judged { died: Some(false), ..Judged::default() };
    assert_eq!(code(&scene, lives), None);
    let died = Judged { died: Some(true), ..Judged::default() };
    assert_eq!(code(&scene, died), Some(Reason::D201));

    scene.rows.participants[0].deceased_on = partial("2025-02-00");
    assert_eq!(code(&scene, lives), Some(Reason::D201));
}

#[test]
fn a_letter_about_somebody_of_13_goes_where_a_human_says() {
    let scene = born("2012-05-05");
    assert_eq!(code(&scene, Judged::default()), Some(Reason::D207));
    for audience in [Audience::Parents, Audience::Youth] {
        let judged = Judged { minor: Some(audience), ..Judged::default() };
        assert_eq!(decided(&scene, judged).ready[0].audience, audience);
    }

    let adult = born("1980-05-05");
    let judged = Judged { minor: Some(Audience::Parents), ..Judged::default() };
    assert_eq!(decided(&adult, judged).ready[0].audience, Audience::Adult);
}

#[test]
fn an_objection_a_hold_and_a_move_write_to_nobody() {
    let scene = scene();
    let says = |judged| code(&scene, judged);
    assert_eq!(says(Judged { objects: true, ..Judged::default() }), Some(Reason::D202));
    assert_eq!(says(Judged { held: true, ..Judged::default() }), Some(Reason::D204));
    assert_eq!(says(Judged { moved: true, ..Judged::default() }), Some(Reason::D205));
}

#[test]
fn who_was_told_by_hand_is_told_until_the_rows_change_and_then_held() {
    let mut scene = scene();
    let lapsed = Judged { told_by_hand: Some(false), ..Judged::default() };
    assert_eq!(code(&scene, lapsed), Some(Reason::D203), "also when nothing is protected");
    scene.rows.participants[0].protected_address = true;
    assert_eq!(code(&scene, lapsed), Some(Reason::D203));
    let told = Judged { told_by_hand: Some(true), ..Judged::default() };
    assert_eq!(code(&scene, told), Some(Reason::D301));
    let released = Judged { released: true, ..Judged::default() };
    assert_eq!(code(&scene, released), None);
}
