//! Pages that are made up of galleys, held against whole letters laid out by Typst.

use std::collections::BTreeSet;

use crate::base::workers;
use crate::compose::texts::{self, CampaignTexts};
use crate::config::Print;
use crate::facts::Facts;
use crate::field::body::Body;
use crate::render::geometry::Sheet;
use crate::render::input::{Density, LetterInput, PersonalSlots};
use crate::render::laid::{LaidPage, Run};
use crate::render::makeup::Parts;
use crate::render::press::{Space, fit};
use crate::render::tests::{RUN_DATE, variants};
use crate::render::world::Workshop;

/// The pages of a body as Typst lays them out in one go.
fn whole(workshop: &Workshop, body: &Body, space: &Space) -> Vec<LaidPage> {
    let window = Print::default().window;
    let input = LetterInput::new(body, PersonalSlots::default(), &window, RUN_DATE).with(space);
    workshop.lay(&input).unwrap().pages().unwrap()
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-6
}

/// Nothing differs but for what adding up in another order makes.
fn assert_same(made_up: &[LaidPage], whole: &[LaidPage], what: &str) {
    let same_run = |one: &Run, other: &Run| {
        (one.face, &one.text, &one.glyphs) == (other.face, &other.text, &other.glyphs)
            && near(one.size, other.size)
            && near(one.x, other.x)
            && near(one.y, other.y)
    };

    assert_eq!(made_up.len(), whole.len(), "pages of {what}");
    for (number, (one, other)) in (1..).zip(made_up.iter().zip(whole)) {
        for (run, wanted) in one.runs.iter().zip(&other.runs) {
            assert!(same_run(run, wanted), "page {number} of {what}: {run:?}, not {wanted:?}");
        }
        assert_eq!(one.runs.len(), other.runs.len(), "page {number} of {what}");

        let slots = one.slots.iter().zip(&other.slots).all(|(slot, wanted)| {
            (slot.key, slot.face) == (wanted.key, wanted.face)
                && near(slot.size, wanted.size)
                && near(slot.x, wanted.x)
                && near(slot.y, wanted.y)
        });
        let rules = one.rules.iter().zip(&other.rules).all(|(rule, wanted)| {
            near(rule.x, wanted.x) && near(rule.y, wanted.y) && near(rule.width, wanted.width)
        });
        assert!(slots && one.slots.len() == other.slots.len(), "slots, page {number} of {what}");
        assert!(rules && one.rules.len() == other.rules.len(), "rules, page {number} of {what}");
    }
}

/// Every variant of the preview and one in `step` of all others.
fn some_bodies(step: usize) -> Vec<Body> {
    let facts =
        Facts::load(concat!(env!("CARGO_MANIFEST_DIR"), "/sample-data/facts.toml").into()).unwrap();
    let texts = CampaignTexts::built_in();
    let others = texts::every(&facts).step_by(step);
    let others = others.map(|variant| variant.body(&texts, &facts, RUN_DATE, true));
    let bodies: BTreeSet<Body> = variants().into_iter().chain(others).collect();
    bodies.into_iter().collect()
}

/// The same choice of space, break by break, and the same pages.
#[test]
fn letters_are_made_up_as_typst_lays_them_out() {
    let workshop = Workshop::new(RUN_DATE).unwrap();
    let (bodies, window) = (some_bodies(101), Print::default().window);
    assert!(bodies.len() > 500, "{}", bodies.len());
    let parts = Parts::of(&workshop, &bodies, &window).unwrap();

    workers::map(&bodies, |body| {
        let sheet = Sheet::of(&window);
        let made_up = fit(body, sheet, None, &|space| parts.pages(body, space)).unwrap();
        let wanted = fit(body, sheet, None, &|space| Ok(whole(&workshop, body, space))).unwrap();
        let spaces = || made_up.space.air.iter().zip(&wanted.space.air);
        assert_eq!(made_up.space.density, wanted.space.density, "{}", body.frame.heading);
        assert!(spaces().all(|(one, other)| near(*one, *other)), "{}", body.frame.heading);
        assert_same(&made_up.pages, &wanted.pages, &body.frame.heading);
    });
}

/// Breaks where no letter would have them: pages of any height, space above any block.
#[test]
fn pages_of_any_height_break_as_in_typst() {
    let workshop = Workshop::new(RUN_DATE).unwrap();
    let (bodies, window) = (some_bodies(997), Print::default().window);
    let parts = Parts::of(&workshop, &bodies, &window).unwrap();

    let numbered: Vec<(u64, &Body)> = (0..).zip(&bodies).collect();
    workers::map(&numbered, |(number, body)| {
        // Numbers that look like none, the same each time.
        let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut draw = |below: u32| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            f64::from(u32::try_from(state >> 40).unwrap() % (below * 10)) / 10.0
        };
        for density in Density::ALL {
            let air = body.blocks.iter().map(|_| (draw(60) - 45.0).max(0.0)).collect();
            let space = Space { density, trim: draw(200), air };
            let made_up = parts.pages(body, &space).unwrap();
            let what = format!("{space:?} {}", body.frame.heading);
            assert_same(&made_up, &whole(&workshop, body, &space), &what);
        }
    });
}
