use crate::letter::{Format, Language};
use crate::render::form::label_page;
use crate::render::laid::Run;
use crate::render::tests::{RUN_DATE, case, format_of, language_of};
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
    assert_eq!((language_of("screening-nl"), language_of("hospital-en")), (Language::Nl, Language::En));
    assert_eq!((format_of("screening-nl"), format_of("screening-nl-large")), (Format::Standard, Format::Large));
}

#[test]
fn an_empty_slot_moves_nothing() {
    let workshop = Workshop::new(RUN_DATE).unwrap();
    for name in ["screening-nl", "screening-nl-large", "hospital-en"] {
        let full = case(name);
        let mut bare = case(name);
        bare.person = crate::render::input::Person::default();
        let label = bare.body.frame.page_label.clone();
        let [full, mut bare] = [full, bare].map(|input| workshop.lay(&input).unwrap().pages().unwrap());
        assert_eq!(full.len(), bare.len());
        let pages = full.len().to_string();
        for (number, (full, bare)) in (1..).zip(full.iter().zip(&mut bare)) {
            let label = label.replace("{pages}", &pages).replace("{page}", &number.to_string());
            label_page(bare, &label, &workshop.metrics()).unwrap();
            assert_eq!(full.slots, bare.slots);
            assert!(bare.runs.iter().all(|run| full.runs.iter().any(|other| same(run, other))), "{name}: the body moved");
        }
    }
}

/// What the press sets itself may differ by as little as adding up widths in another order makes.
fn same(one: &Run, other: &Run) -> bool {
    let near = |one: f64, other: f64| (one - other).abs() < 1e-6;
    let glyphs = |run: &Run| run.glyphs.iter().map(|glyph| (glyph.id, glyph.text.clone())).collect::<Vec<_>>();
    (one.face, glyphs(one)) == (other.face, glyphs(other))
        && [(one.size, other.size), (one.x, other.x), (one.y, other.y)].iter().all(|&(one, other)| near(one, other))
}
