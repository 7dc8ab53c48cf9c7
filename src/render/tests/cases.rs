use std::collections::BTreeMap;

use crate::base::workers;
use crate::compose::texts::{self, CampaignTexts};
use crate::config::Print;
use crate::facts::Facts;
use crate::field::body::Body;
use crate::field::draft::Draft;
use crate::field::terms::{Format, Language};
use crate::render::RenderError;
use crate::render::breaks::Lines;
use crate::render::form::label_page;
use crate::render::geometry::Sheet;
use crate::render::input::{LetterInput, PersonalSlots, address_block};
use crate::render::laid::{RuledLine, Run, SlotKey};
use crate::render::makeup::Parts;
use crate::render::press::{Fitted, Press, fit};
use crate::render::tests::{RUN_DATE, case, draft, draft_with, format_of, language_of, variants};
use crate::render::world::Workshop;

#[test]
fn every_committed_case_is_a_valid_input_and_renders() {
    let folder = format!("{}/templates/cases/letter", env!("CARGO_MANIFEST_DIR"));
    let workshop = Workshop::new(RUN_DATE).unwrap();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let pages = workshop.lay(&case(name)).unwrap().pages().unwrap();
        assert!(!pages.is_empty() && pages.len() <= 6, "{name} has {} pages", pages.len());
        count += 1;
    }
    assert!(count >= 3);
}

#[test]
fn the_cases_cover_both_languages_and_sizes() {
    assert_eq!(
        (language_of("screening-nl"), language_of("hospital-en")),
        (Language::Nl, Language::En)
    );
    assert_eq!(
        (format_of("screening-nl"), format_of("screening-nl-large")),
        (Format::Standard, Format::Large)
    );
}

/// A body as the press sets it.
fn fitted(workshop: &Workshop, body: &Body, planned: Option<u32>) -> Fitted {
    let window = Print::default().window;
    let parts = Parts::of(workshop, [body], &window).unwrap();
    fit(body, Sheet::of(&window), planned, &|space| parts.pages(body, space)).unwrap()
}

/// A body on its own with its label, and a whole letter: the same lines at the same places, and
/// nothing else but the person.
fn compare_both_ways(workshop: &Workshop, body: &Body, draft: &Draft) {
    let window = Print::default().window;
    let Fitted { pages: mut bare, space, .. } = fitted(workshop, body, None);
    let input = LetterInput::new(body, PersonalSlots::of(draft, &window), &window, RUN_DATE);
    let full = workshop.lay(&input.with(&space)).unwrap().pages().unwrap();
    assert_eq!(full.len(), bare.len());
    let pages = full.len().to_string();
    for (number, (full, bare)) in (1..).zip(full.iter().zip(&mut bare)) {
        let label =
            body.frame.page_label.replace("{pages}", &pages).replace("{page}", &number.to_string());
        label_page(bare, &label, &workshop.metrics()).unwrap();
        let slots = full.slots.iter().zip(&bare.slots);
        assert!(slots.len() == bare.slots.len() && slots.len() == full.slots.len());
        for (full, bare) in slots {
            assert!(full.key == bare.key && near(full.x, bare.x) && near(full.y, bare.y));
        }
        let moved = bare.runs.iter().find(|run| !full.runs.iter().any(|other| same(run, other)));
        assert!(moved.is_none(), "the body moved at {:?}", moved.map(|run| &run.text));
        let moved = |rule: &RuledLine| {
            !full.rules.iter().any(|full| near(full.x, rule.x) && near(full.y, rule.y))
        };
        assert!(!bare.rules.iter().any(moved), "a rule moved");
        let personal = bare.slots.iter().filter(|slot| slot.key != SlotKey::Rehearsal).count();
        let lines = if number == 1 { address_block(draft).count() } else { 0 };
        assert_eq!(full.runs.len(), bare.runs.len() + personal + lines, "page {number}");
    }
}

#[test]
fn an_empty_slot_moves_nothing() {
    let workshop = Workshop::new(RUN_DATE).unwrap();
    for name in ["screening-nl", "screening-nl-large", "hospital-en"] {
        compare_both_ways(&workshop, &case(name).body, &draft("first", name));
    }
}

#[test]
fn every_kind_of_letter_is_the_same_both_ways() {
    let workshop = Workshop::new(RUN_DATE).unwrap();
    let variants = variants();
    assert!(variants.len() > 300);
    workers::map(&variants, |body| compare_both_ways(&workshop, body, &draft_with("body", body)));
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-6
}

/// What the press sets itself may differ by as little as adding up widths in another order makes.
fn same(one: &Run, other: &Run) -> bool {
    let ids = |run: &Run| {
        run.glyphs.iter().map(|glyph| (glyph.id, glyph.text.clone())).collect::<Vec<_>>()
    };
    (one.face, &one.text, ids(one)) == (other.face, &other.text, ids(other))
        && [(one.size, other.size), (one.x, other.x), (one.y, other.y)]
            .iter()
            .all(|&(one, other)| near(one, other))
}

/// Every variant of the preview, in both sizes of print: no line, entry or end of a letter is
/// stranded.
#[test]
fn no_page_break_of_a_variant_strands_anything() {
    let workshop = Workshop::new(RUN_DATE).unwrap();
    let window = Print::default().window;
    let facts =
        Facts::load(concat!(env!("CARGO_MANIFEST_DIR"), "/sample-data/facts.toml").into()).unwrap();
    let mut bodies = std::collections::BTreeSet::new();
    let texts = CampaignTexts::built_in();
    for mut variant in texts::variants(&facts) {
        for format in Format::ALL {
            variant.subject.format = *format;
            bodies.insert(variant.body(&texts, &facts, RUN_DATE, false));
        }
    }
    let bodies: Vec<Body> = bodies.into_iter().collect();
    let parts = Parts::of(&workshop, &bodies, &window).unwrap();
    let found = workers::map(&bodies, |body| {
        let sheet = Sheet::of(&window);
        let pages = fit(body, sheet, None, &|space| parts.pages(body, space))?.pages;
        let shown = Lines::of(&pages, body, sheet.heading_y).shown();
        Ok::<_, RenderError>((body.format, pages.len(), shown))
    });
    let mut sheets = BTreeMap::<Format, usize>::new();
    let mut stranded = Vec::new();
    for found in found {
        let (format, sides, breaks) = found.unwrap();
        *sheets.entry(format).or_default() += sides.div_ceil(2);
        stranded.extend(breaks.into_iter().map(|shown| format!("{format} {sides}: {shown}")));
    }
    assert!(stranded.is_empty(), "{sheets:?} of {} bodies\n{}", bodies.len(), stranded.join("\n"));
}

/// A run that is resumed, and another machine, know of the layout only how many sheets were
/// planned.
#[test]
fn a_letter_that_was_planned_is_laid_out_as_it_was() {
    let workshop = Workshop::new(RUN_DATE).unwrap();
    let facts =
        Facts::load(concat!(env!("CARGO_MANIFEST_DIR"), "/sample-data/facts.toml").into()).unwrap();
    let texts = CampaignTexts::built_in();
    let some =
        texts::every(&facts).step_by(101).filter(|variant| variant.subject.format == Format::Large);
    let bodies: Vec<Body> = some
        .map(|variant| variant.body(&texts, &facts, RUN_DATE, true))
        .chain(variants())
        .collect();
    let sides = workers::map(&bodies, |body| {
        let pages = fitted(&workshop, body, None).pages;
        let planned = u32::try_from(pages.len().div_ceil(2)).ok();
        assert_eq!(fitted(&workshop, body, planned).pages, pages);
        pages.len()
    });
    // Some take a third sheet.
    assert!(sides.iter().any(|sides| *sides > 4));

    // A plan for one side of the paper counts sides.
    let bodies: BTreeMap<String, Body> =
        bodies.into_iter().map(|body| (body.key(), body)).collect();
    let print = Print { duplex: false, ..Print::default() };
    let press = Press::new(&bodies, &print, RUN_DATE).unwrap();
    let planned = bodies.keys().map(|key| (key.clone(), press.paper(key).unwrap().1)).collect();
    let again = Press::as_planned(&bodies, &print, RUN_DATE, &planned).unwrap();
    assert!(bodies.keys().all(|key| press.sides(key) == again.sides(key)));
}
