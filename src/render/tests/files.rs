use crate::config::{OutputIntent, Print, SheetMark};
use crate::field::body::{Block, Body, Part};
use crate::field::draft::Draft;
use crate::field::place::Planned;
use crate::render::RenderError;
use crate::render::readback::{self, Proofreader, ReadbackError};
use crate::render::tests::{JOB, bodies, draft, drafts, planned, press};

fn check(pdf: &[u8], letters: &[Planned], print: &Print) -> Result<(), ReadbackError> {
    let letters: Vec<&Planned> = letters.iter().collect();
    Proofreader::new(JOB, &bodies(), print).compare(pdf, &letters)
}

fn set(letters: &[Planned], print: &Print) -> Vec<u8> {
    press(print).set(JOB, &letters.iter().collect::<Vec<_>>()).unwrap()
}

#[test]
fn what_was_set_is_what_was_decided() {
    for duplex in [true, false] {
        for sheet_mark in [SheetMark::Own, SheetMark::Reserve] {
            let print = Print { duplex, sheet_mark, ..Print::default() };
            let letters = planned(&press(&print), drafts());
            let pdf = set(&letters, &print);
            assert_eq!(check(&pdf, &letters, &print), Ok(()));
            let pages: u32 = letters.iter().map(|letter| letter.place.pages).sum();
            let read = readback::read(&pdf).unwrap();
            assert_eq!(read.len(), usize::try_from(pages).unwrap());
            assert!(read.iter().all(|page| page.is_plain), "a page that is read back slowly");
        }
    }
}

#[test]
fn every_letter_begins_on_a_fresh_sheet() {
    let letters = planned(&press(&Print::default()), drafts());
    assert!(letters.iter().all(|letter| letter.place.first_page % 2 == 1));
    assert!(letters.iter().all(|letter| letter.place.pages == letter.place.sheets * 2));
}

#[test]
fn two_runs_give_the_same_bytes() {
    let print = Print::default();
    let letters = planned(&press(&print), drafts());
    assert_eq!(set(&letters, &print), set(&letters, &print));
}

#[test]
fn a_vendor_who_asks_gets_trim_box_title_and_output_intent_and_nobody_else() {
    let usual = Print::default();
    let asked =
        Print { trim_box: true, title: true, output_intent: Some(OutputIntent::Fogra52), ..usual };
    let letters = planned(&press(&usual), drafts());
    let (without, with) = (set(&letters, &usual), set(&letters, &asked));
    let count = |pdf: &[u8], sign: &str| {
        pdf.windows(sign.len()).filter(|window| *window == sign.as_bytes()).count()
    };
    let pages: u32 = letters.iter().map(|letter| letter.place.pages).sum();
    for (sign, times) in
        [("/TrimBox", pages), ("2600001-p001-b001", 1), ("/GTS_PDFX", 1), ("FOGRA52", 1)]
    {
        assert_eq!(
            (count(&without, sign), count(&with, sign)),
            (0, usize::try_from(times).unwrap()),
            "{sign}"
        );
    }
    assert_eq!(check(&with, &letters, &asked), Ok(()));
}

#[test]
fn a_print_file_depends_on_its_own_letters_alone() {
    let print = Print::default();
    let letters = planned(&press(&print), vec![draft("first", "screening-nl")]);
    let body = &bodies()["screening-nl"];
    let lone =
        crate::render::Press::new([(&"screening-nl".to_owned(), body)], &print, super::RUN_DATE)
            .unwrap();
    assert_eq!(lone.set(JOB, &[&letters[0]]).unwrap(), set(&letters, &print));
}

#[test]
fn hostile_values_are_printed_literally() {
    let print = Print::default();
    let names = [
        "#read(\"/etc/passwd\")",
        "$x^2$",
        "<l> @r // * \\ *b* _i_",
        "= heading",
        "{{ 7*7 }}",
        "- - -- --- ...",
        "1. a",
    ];
    let hostile = |(index, name): (usize, &&str)| Draft {
        name_lines: vec![(*name).to_owned()],
        salutation: (*name).to_owned(),
        ..draft(&"c".repeat(index + 1), "screening-nl")
    };
    let letters = planned(&press(&print), names.iter().enumerate().map(hostile).collect());
    let pdf = set(&letters, &print);
    assert_eq!(check(&pdf, &letters, &print), Ok(()));
    let texts: Vec<String> = readback::read(&pdf)
        .unwrap()
        .into_iter()
        .flat_map(|page| page.own.texts)
        .map(|text| text.text)
        .collect();
    assert!(names.iter().all(|name| texts.iter().any(|text| text == name)));
}

#[test]
fn two_spaces_before_the_town_stay_two() {
    let print = Print::default();
    let pdf = set(&planned(&press(&print), drafts()), &print);
    let pages = readback::read(&pdf).unwrap();
    let town = pages[0].own.texts.iter().find(|text| text.text == "1234 AB  UTRECHT").unwrap();
    // Twelve letters and digits, three spaces of 0.26 em.
    assert!(town.right - town.left > 30.0, "town line is {} mm wide", town.right - town.left);
}

/// The references of the page tree's kids, as they stand in the file.
fn kids(pdf: &[u8]) -> (usize, Vec<String>) {
    let text = String::from_utf8_lossy(pdf);
    let bytes: Vec<u8> = b"/Kids [".to_vec();
    let start = pdf.windows(bytes.len()).position(|window| window == bytes).unwrap() + bytes.len();
    let end = start + pdf[start..].iter().position(|&byte| byte == b']').unwrap();
    assert!(!text.is_empty());
    let list = String::from_utf8(pdf[start..end].to_vec()).unwrap();
    (
        start,
        list.split(" R").map(str::trim).filter(|kid| !kid.is_empty()).map(str::to_owned).collect(),
    )
}

/// The same file with its pages in another order, counts adjusted.
fn reordered(pdf: &[u8], change: impl FnOnce(&mut Vec<String>)) -> Vec<u8> {
    let (start, mut list) = kids(pdf);
    let end = start + pdf[start..].iter().position(|&byte| byte == b']').unwrap();
    change(&mut list);
    let text = list.iter().fold(String::new(), |text, kid| text + kid + " R ");
    let mut changed = pdf[..start].to_vec();
    // Same length where possible, so that the offsets of the file stay right; the reader repairs
    // the rest.
    changed.extend(format!("{text:<width$}", width = end - start).into_bytes());
    changed.extend(&pdf[end..]);
    changed
}

#[test]
fn a_missing_a_doubled_and_two_swapped_pages_are_caught() {
    let print = Print::default();
    let letters = planned(&press(&print), drafts());
    let pdf = set(&letters, &print);
    assert_eq!(check(&reordered(&pdf, |_| ()), &letters, &print), Ok(()));
    let found = |change: fn(&mut Vec<String>)| {
        check(&reordered(&pdf, change), &letters, &print).unwrap_err()
    };
    assert!(matches!(found(|kids| drop(kids.remove(2))), ReadbackError::Pages { .. }));
    assert!(matches!(found(|kids| kids[3] = kids[2].clone()), ReadbackError::Mismatch { .. }));
    assert!(matches!(found(|kids| kids[1] = kids[2].clone()), ReadbackError::Mismatch { .. }));
    for (one, other) in [(0, 1), (0, 2), (1, 3), (4, 6)] {
        let mut swap = pdf.clone();
        swap = reordered(&swap, |kids| kids.swap(one, other));
        assert!(
            matches!(check(&swap, &letters, &print), Err(ReadbackError::Mismatch { .. })),
            "{one} {other}"
        );
    }
}

#[test]
fn letters_of_the_same_body_cannot_change_places() {
    let print = Print::default();
    let mut other = draft("other", "screening-nl");
    other.reference = "PQRT-UVWX-Y467".to_owned();
    other.name_lines[0] = "De heer A. Anders".to_owned();
    let letters = planned(&press(&print), vec![draft("first", "screening-nl"), other]);
    let pdf = set(&letters, &print);
    for (one, other) in [(0, 2), (1, 3)] {
        let swap = reordered(&pdf, |kids| kids.swap(one, other));
        assert!(
            matches!(check(&swap, &letters, &print), Err(ReadbackError::Mismatch { .. })),
            "{one} {other}"
        );
    }
}

/// Sets changed letters and compares with the true ones.
fn seeded(change: impl FnOnce(&mut [Planned])) -> ReadbackError {
    let print = Print::default();
    let letters = planned(&press(&print), drafts());
    let mut changed = letters.clone();
    change(&mut changed);
    check(&set(&changed, &print), &letters, &print).unwrap_err()
}

fn what(error: &ReadbackError) -> &'static str {
    match error {
        ReadbackError::Mismatch { what, .. } => what,
        _ => "",
    }
}

#[test]
fn every_part_of_a_letter_is_compared() {
    let swapped = seeded(|letters| {
        let (one, other) = letters.split_at_mut(1);
        std::mem::swap(&mut one[0].draft.address_lines, &mut other[2].draft.address_lines);
        one[0].draft.address_lines[0] = "Anderestraat 1".to_owned();
    });
    assert_eq!(what(&swapped), "address lines");
    let names = seeded(|letters| letters[0].draft.name_lines = letters[3].draft.name_lines.clone());
    assert_eq!(what(&names), "name lines");
    assert_eq!(
        what(&seeded(|letters| letters[1].draft.country_line = "FRANCE".to_owned())),
        "country line"
    );
    assert_eq!(what(&seeded(|letters| letters[0].draft.salutation.push('a'))), "salutation");
    assert_eq!(
        what(&seeded(|letters| letters[0].draft.reference = "ACDE-FGHJ-KMNQ".to_owned())),
        "reference"
    );
    assert_eq!(what(&seeded(|letters| letters[1].draft.provider_display.push('a'))), "provider");
    let bars = seeded(|letters| {
        letters[0].draft.kix = crate::field::draft::Kix::Code("1234AB12XA3".to_owned());
    });
    assert_eq!(what(&bars), "bars");
    assert_eq!(what(&seeded(|letters| letters[0].place.seq = 9)), "sheet mark");
}

#[test]
fn every_word_of_the_body_is_compared() {
    let print = Print::default();
    let letters = planned(&press(&print), vec![draft("first", "screening-nl")]);
    let pdf = set(&letters, &print);
    let found = |change: fn(&mut Body)| {
        let mut bodies = bodies();
        change(bodies.get_mut("screening-nl").unwrap());
        what(&Proofreader::new(JOB, &bodies, &print).compare(&pdf, &[&letters[0]]).unwrap_err())
    };
    assert_eq!(found(|body| body.blocks[3].heading.push('s')), "text of the body");
    assert_eq!(found(|body| body.blocks.swap(4, 5)), "text of the body");
    assert_eq!(found(|body| drop(body.blocks.pop())), "text of the body");
    assert_eq!(found(|body| body.frame.return_line.push('s')), "return line");
    assert_eq!(found(|body| body.frame.date.push('s')), "letterhead");
    assert_eq!(found(|body| body.frame.page_label.push('s')), "foot of the page");
    assert_eq!(found(|body| body.frame.rehearsal.push('s')), "rehearsal line");
}

/// A body that was compared in one file is taken as known in the next only where that file says the
/// same with it.
#[test]
fn a_known_body_is_compared_again_where_anything_differs() {
    let print = Print::default();
    let letters = planned(&press(&print), drafts());
    let letters: Vec<&Planned> = letters.iter().collect();
    let bodies = bodies();
    let mut other = bodies.clone();
    other.get_mut("screening-nl").unwrap().blocks[4].heading.push('s');
    let [right, wrong] = [&bodies, &other].map(|bodies| {
        let press = crate::render::Press::new(bodies, &print, super::RUN_DATE).unwrap();
        press.set(JOB, &letters).unwrap()
    });
    let reader = Proofreader::new(JOB, &bodies, &print);
    assert_eq!(reader.compare(&right, &letters), Ok(()));
    assert_eq!(reader.compare(&right, &letters), Ok(()));
    assert_eq!(what(&reader.compare(&wrong, &letters).unwrap_err()), "text of the body");
    // The same streams, and faces that say something else about their codes.
    let faces = String::from_utf8(right.iter().map(|byte| byte & 0x7F).collect()).unwrap();
    let mut swapped = right.clone();
    for at in faces.match_indices("/F0 3 0 R").map(|found| found.0) {
        swapped[at + 4] = b'4';
    }
    for at in faces.match_indices("/F1 4 0 R").map(|found| found.0) {
        swapped[at + 4] = b'3';
    }
    assert_ne!(swapped, right);
    assert!(reader.compare(&swapped, &letters).is_err());
    assert_eq!(reader.compare(&right, &letters), Ok(()));
}

#[test]
fn a_plan_that_does_not_fit_the_letter_is_refused() {
    let print = Print::default();
    let press = press(&print);
    let mut letters = planned(&press, vec![draft("first", "screening-nl")]);
    letters[0].place.pages = 4;
    assert!(matches!(press.set(JOB, &[&letters[0]]), Err(RenderError::Plan { .. })));
    letters[0].draft.body = "unknown".to_owned();
    assert_eq!(press.set(JOB, &[&letters[0]]), Err(RenderError::Body));
}

#[test]
fn no_pdf_is_an_error_and_no_panic() {
    assert!(matches!(readback::read(b"no pdf"), Err(ReadbackError::Unreadable { .. })));
}

/// Sets the letter with another body than the planned one, under the planned name.
fn set_with(change: impl FnOnce(&mut Body)) -> ReadbackError {
    let print = Print::default();
    let letters = planned(&press(&print), vec![draft("first", "screening-nl")]);
    let mut bodies = bodies();
    change(bodies.get_mut("screening-nl").unwrap());
    let pdf = crate::render::Press::new(&bodies, &print, super::RUN_DATE)
        .unwrap()
        .set(JOB, &[&letters[0]])
        .unwrap();
    check(&pdf, &letters, &print).unwrap_err()
}

fn block<'a>(body: &'a mut Body, id: &str) -> &'a mut Block {
    body.blocks.iter_mut().find(|block| block.id == id).unwrap()
}

#[test]
fn the_body_of_another_category_is_noticed() {
    let other = set_with(|body| {
        let sentence = "Uw huisarts liet een test van u onderzoeken.".to_owned();
        block(body, "WHY").parts[0] = Part::Paragraph(sentence);
    });
    assert_eq!(what(&other), "text of the body");
}

#[test]
fn one_kind_of_data_more_less_or_other_is_noticed() {
    let changes: [fn(&mut Vec<String>); 4] = [
        |items| items[0] = "telefoonnummer van uw partner".to_owned(),
        |items| drop(items.pop()),
        |items| items.push("paspoort".to_owned()),
        |items| items.swap(0, 1),
    ];
    for change in changes {
        let found = set_with(|body| {
            let lists = block(body, "DATA").parts.iter_mut();
            let mut lists =
                lists.filter_map(
                    |part| if let Part::Bullets(items) = part { Some(items) } else { None },
                );
            change(lists.next().unwrap());
        });
        assert_eq!(what(&found), "text of the body");
    }
}
