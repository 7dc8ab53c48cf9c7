use crate::base::Explain;
use crate::config::Print;
use crate::field::body::Frame;
use crate::field::draft::{Draft, Kix};
use crate::field::reason::Reason;
use crate::render::geometry::Sheet;
use crate::render::input::PersonalSlots;
use crate::render::laid::Face;
use crate::render::tests::{RUN_DATE, bodies, case, draft, press};
use crate::render::world::Workshop;
use crate::render::{Press, RenderError};

fn held(change: impl FnOnce(&mut Draft)) -> Option<Reason> {
    let mut draft = draft("first", "hospital-en");
    change(&mut draft);
    let proofed = press(&Print::default()).proof(vec![draft]).unwrap();
    assert_eq!(proofed.ready.len() + proofed.held.len(), 1);
    proofed.held.first().map(|held| held.1)
}

#[test]
fn an_ordinary_letter_passes() {
    assert_eq!(held(|_| ()), None);
    for name in [
        "ÀÉÎÕÜŸĂĄĆČĎĐĘĚĞĢĦİĶĹŁŃ",
        "ŇŐŒŔŘŚŞŠŢŤŪŮŰŲŴŶŹŻŽĲ",
        "àéîõüÿăąćčďđęěğģħıķĺłńň",
        "őœŕřśşšţťūůűųŵŷźżžĳß",
    ] {
        assert_eq!(held(|draft| draft.name_lines[0] = name.to_owned()), None, "{name}");
    }
}

#[test]
fn characters_that_cannot_be_printed_are_held() {
    let hidden = [
        '\u{200B}', '\u{202E}', '\u{FEFF}', '\u{00AD}', '\u{2066}', '\u{E000}', '\u{0007}',
        '\u{00A0}', '\u{2028}',
    ];
    for bad in ['日', '😀', 'ع', '\u{0301}', '\n', '\t'].into_iter().chain(hidden) {
        assert_eq!(held(|draft| draft.name_lines[0].push(bad)), Some(Reason::S101), "name {bad:?}");
        assert_eq!(
            held(|draft| draft.salutation.push(bad)),
            Some(Reason::S101),
            "salutation {bad:?}"
        );
        assert_eq!(
            held(|draft| draft.provider_display.insert(3, bad)),
            Some(Reason::S101),
            "provider {bad:?}"
        );
    }
    assert_eq!(held(|draft| draft.name_lines[0] = "Zoe\u{0308}".to_owned()), Some(Reason::S101));
}

#[test]
fn lines_that_do_not_fit_are_held() {
    let long = "Wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww".to_owned();
    assert_eq!(held(|draft| draft.name_lines[0] = long.clone()), Some(Reason::S102));
    assert_eq!(held(|draft| draft.address_lines[1] = long.clone()), Some(Reason::S102));
    assert_eq!(held(|draft| draft.salutation = format!("{long}{long}")), Some(Reason::S102));
    assert_eq!(held(|draft| draft.provider_display = format!("{long}{long}")), Some(Reason::S102));
    assert_eq!(
        held(|draft| draft.kix = Kix::Code("1234AB12345X123456".to_owned())),
        Some(Reason::S102)
    );
    assert_eq!(held(|draft| draft.name_lines = vec!["a".to_owned(); 5]), Some(Reason::S102));
    assert_eq!(held(|draft| draft.name_lines = vec!["a".to_owned(); 4]), None);
}

#[test]
fn empty_slots_are_held() {
    assert_eq!(held(|draft| draft.salutation.clear()), Some(Reason::S103));
    assert_eq!(held(|draft| draft.reference.clear()), Some(Reason::S103));
    assert_eq!(held(|draft| draft.provider_display.clear()), Some(Reason::S103));
    assert_eq!(held(|draft| draft.name_lines.clear()), Some(Reason::S103));
    assert_eq!(held(|draft| draft.address_lines[0] = " ".to_owned()), Some(Reason::S103));
    assert_eq!(held(|draft| draft.zone = crate::field::terms::Zone::World), Some(Reason::S103));
}

#[test]
fn a_letter_with_too_many_pages_is_held() {
    let mut bodies = bodies();
    let body = bodies.get_mut("screening-nl").unwrap();
    let block = body.blocks[6].clone();
    body.blocks.extend(vec![block; 12]);
    let press = Press::new(&bodies, &Print::default(), RUN_DATE).unwrap();
    assert!(press.sides("screening-nl").unwrap() > 2);
    let proofed = press.proof(vec![draft("first", "screening-nl")]).unwrap();
    assert_eq!(proofed.held[0].1, Reason::S104);
}

/// The press measures and writes by the faces' tables; this shows that Typst sets the same glyphs
/// at the same widths for every character that the gate lets through.
#[test]
fn the_gate_and_the_layout_agree_on_every_character() {
    let workshop = Workshop::new(RUN_DATE).unwrap();
    let metrics = workshop.metrics();
    let mut seen = 0;
    for (face, bold) in [(Face::Regular, false), (Face::Bold, true)] {
        let table = metrics.face(face);
        let passes = |character: &char| {
            let name = format!("a{character}b");
            !character.is_whitespace()
                && table.faithful(*character).is_some()
                && gate_passes(&metrics, face, &name)
        };
        let alphabet: Vec<char> = (0..=0xFFFF).filter_map(char::from_u32).filter(passes).collect();
        seen += alphabet.len();
        for line in alphabet.chunks(40) {
            let line: String = line.iter().flat_map(|&character| ['n', character]).collect();
            compare_line(&workshop, table, &line, bold);
        }
    }
    assert!(seen > 1200, "only {seen} characters pass");
}

fn gate_passes(metrics: &crate::render::metrics::FontMetrics, face: Face, text: &str) -> bool {
    crate::render::gate::covered(metrics.face(face), text).is_ok()
}

fn compare_line(
    workshop: &Workshop,
    table: &crate::render::metrics::FaceMetrics,
    line: &str,
    bold: bool,
) {
    let mut input = case("hospital-en");
    input.person = if bold {
        PersonalSlots { provider: line.to_owned(), ..PersonalSlots::default() }
    } else {
        PersonalSlots { lines: vec![line.to_owned()], ..PersonalSlots::default() }
    };
    let pages = workshop.lay(&input).unwrap().pages().unwrap();
    let size = if bold { 11.0 } else { Sheet::of(&Print::default().window).address_size };
    let runs = pages[0].runs.iter().filter(|run| (run.size - size).abs() < 1e-9);
    let found: Vec<_> = runs.flat_map(|run| &run.glyphs).collect();
    let wanted: Vec<u16> = line.chars().filter_map(|character| table.glyph(character)).collect();
    let at = found
        .windows(wanted.len())
        .position(|some| some.iter().zip(&wanted).all(|(glyph, id)| glyph.id == *id));
    let at = at.unwrap_or_else(|| panic!("Typst sets other glyphs for {line:?}"));
    for (glyph, id) in found[at..].iter().zip(&wanted) {
        let (found, wanted) = (glyph.advance, table.advance(*id));
        let same = (found - wanted).abs() < 1e-9 && glyph.offset == 0.0;
        assert!(same, "glyph {id} is {found} em wide and moved {}, not {wanted}", glyph.offset);
    }
}

#[test]
fn a_body_that_typst_cannot_set_is_an_error_without_its_text() {
    let mut bodies = bodies();
    bodies.get_mut("hospital-en").unwrap().frame.heading = "日本".to_owned();
    let error = Press::new(&bodies, &Print::default(), RUN_DATE).err().unwrap();
    assert_eq!(error, RenderError::Layout { code: "glyph" });
}

#[test]
fn a_body_without_the_places_it_promises_is_an_error() {
    let mut bodies = bodies();
    bodies.get_mut("screening-nl").unwrap().provider_slot = true;
    assert_eq!(
        Press::new(&bodies, &Print::default(), RUN_DATE).err(),
        Some(RenderError::Layout { code: "slots" })
    );
    let other =
        Draft { language: crate::field::terms::Language::Nl, ..draft("first", "hospital-en") };
    assert_eq!(press(&Print::default()).proof(vec![other]).err(), Some(RenderError::Body));
}

#[test]
fn a_sender_that_does_not_fit_is_an_error_with_a_hint() {
    let failing = |name: &str, change: fn(&mut Frame)| {
        let mut bodies = bodies();
        change(&mut bodies.get_mut(name).unwrap().frame);
        Press::new(&bodies, &Print::default(), RUN_DATE).err().unwrap()
    };
    let tall: fn(&mut Frame) = |frame| frame.sender_lines = vec!["line".to_owned(); 12];
    for name in ["hospital-en", "screening-nl-large"] {
        assert_eq!(failing(name, tall), RenderError::Layout { code: "letterhead-too-tall" });
    }
    let wide = failing("screening-nl", |frame| frame.return_line = "Retouradres ".repeat(9));
    assert_eq!(wide, RenderError::Layout { code: "return-line-too-wide" });
    assert!(wide.hint().is_some());
}
