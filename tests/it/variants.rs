//! Every kind of letter that there can be, set, gated and read back.

use std::collections::BTreeMap;

use breachpost::compose::invented;
use breachpost::compose::texts::{self, CampaignTexts, Variant};
use breachpost::config::Print;
use breachpost::facts::Facts;
use breachpost::field::body::Body;
use breachpost::field::job_number::JobNumber;
use breachpost::field::place::{Place, Planned};
use breachpost::field::terms::{Format, Language};
use breachpost::render::Press;
use breachpost::render::readback::Proofreader;
use breachpost::tools::text_check;
use jiff::civil::date;

use crate::program::root;

const JOB: JobNumber = JobNumber::new(2_500_001).unwrap();

/// What was set.
#[derive(Debug, Default)]
struct Set {
    letters: usize,
    bodies: usize,
    sides: usize,
    layouts: usize,
    most_sides: BTreeMap<String, usize>,
    sheets: BTreeMap<String, usize>,
    stranded: BTreeMap<String, usize>,
}

fn facts() -> Facts {
    Facts::load(root().join("sample-data/facts.toml").to_str().unwrap().into()).unwrap()
}

/// Sets the variants and compares each finished letter with its text; stops at the first that does
/// not fit its paper.
fn set(variants: &[Variant], set: &mut Set) {
    let (facts, print) = (facts(), Print::default());
    let run_date = date(2025, 9, 15);
    let built_in = CampaignTexts::built_in();
    let texts: Vec<Body> =
        variants.iter().map(|variant| variant.body(&built_in, &facts, run_date, true)).collect();
    let bodies: BTreeMap<String, Body> =
        texts.iter().map(|body| (body.key(), body.clone())).collect();
    let press = Press::new(&bodies, &print, run_date).unwrap();
    let drafts = variants.iter().zip(&texts).enumerate();
    let drafts = drafts
        .map(|(number, (variant, body))| invented::draft(&variant.subject, number, body))
        .collect();
    let proofed = press.proof(drafts).unwrap();
    assert!(proofed.held.is_empty(), "{:?}", proofed.held);
    let mut page = 1;
    let planned = (1..).zip(proofed.ready).map(|(seq, proof)| {
        let (first_page, pages, sheets) = (page, proof.pages, proof.sheets);
        page += pages;
        Planned {
            draft: proof.draft,
            place: Place { part: 1, seq, print_file: String::new(), first_page, pages, sheets },
        }
    });
    let planned: Vec<Planned> = planned.collect();
    let letters: Vec<&Planned> = planned.iter().collect();
    let pdf = press.set(JOB, &letters).unwrap();
    Proofreader::new(JOB, &bodies, &print).compare(&pdf, &letters).unwrap();
    for (key, body) in &bodies {
        let sides = press.sides(key).unwrap();
        let most = set.most_sides.entry(format!("{} {}", body.format, body.language)).or_default();
        *most = sides.max(*most);
        set.sides += sides;
        *set.sheets.entry(body.format.to_string()).or_default() += sides.div_ceil(2);
        *set.stranded.entry(body.format.to_string()).or_default() += press.stranded(key).unwrap();
    }
    set.letters += letters.len();
    set.layouts += press.layouts();
    set.bodies += bodies.len();
}

fn all_fit(set: &Set) {
    for language in [Language::Nl, Language::En] {
        for (format, most) in [(Format::Standard, 2), (Format::Large, 6)] {
            let sides = set.most_sides[&format!("{format} {language}")];
            assert!(sides <= most, "{format} {language}: {sides} sides");
        }
    }
}

#[test]
fn a_part_of_all_variants_is_set_and_read_back() {
    let all: Vec<Variant> = texts::every(&facts()).collect();
    // An odd step, because Dutch and English take turns.
    let some: Vec<Variant> = all.into_iter().step_by(101).collect();
    let mut done = Set::default();
    set(&some, &mut done);
    assert!(done.letters > 400, "{done:?}");
    assert!(done.stranded.values().all(|stranded| *stranded == 0), "{done:?}");
    // 1.62 layouts a body: most need one, and a second where that is too long or strands something.
    assert!(done.layouts <= 2 * done.bodies, "{done:?}");
    all_fit(&done);
}

#[test]
#[ignore = "takes minutes: `make letters-test`"]
#[expect(clippy::print_stdout, reason = "figures of all letters, for whoever runs it")]
fn all_variants_are_set_and_read_back() {
    let all: Vec<Variant> = texts::every(&facts()).collect();
    let mut done = Set::default();
    for some in all.chunks(1_000) {
        set(some, &mut done);
    }
    println!("{done:#?}");
    assert_eq!(done.letters, all.len());
    assert!(done.stranded.values().all(|stranded| *stranded == 0), "{done:?}");
    all_fit(&done);
    let figures =
        text_check::review(&CampaignTexts::built_in(), &facts(), date(2025, 9, 15), 30).figures;
    assert_eq!(figures.values().map(|figures| figures.letters).sum::<usize>(), all.len());
    println!("{figures:#?}");
}
