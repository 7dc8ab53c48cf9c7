//! Every letter to a professional that there can be, in both languages, and the way back from its
//! pages.

use std::collections::BTreeSet;

use camino::Utf8Path;
use jiff::civil::date;

use super::*;
use crate::compose::texts::CampaignTexts;
use crate::config::{Print, Window};
use crate::decide::fixtures::provider;
use crate::facts::Facts;
use crate::field::job_number::JobNumber;
use crate::field::keys::Keys;
use crate::field::place::{Place, Planned};
use crate::field::professional::ProfessionalItem;
use crate::field::row::ProviderKind;
use crate::render::Press;
use crate::render::readback::{Proofreader, ReadbackError};

const SAMPLE: &str = include_str!("../../../sample-data/facts.toml");
const NIGHT: Date = date(2025, 9, 15);
const JOB: JobNumber = JobNumber::new(2_500_001).unwrap();

/// Everything that letters are written from.
struct Desk {
    facts: Facts,
    campaign: CampaignTexts,
    texts: NoticeTexts,
    settings: ProfessionalSettings,
    keys: Keys,
    window: Window,
}

impl Desk {
    fn new() -> Self {
        let facts = Facts::parse(Utf8Path::new("facts.toml"), SAMPLE).unwrap();
        let settings = ProfessionalSettings {
            sender: facts.senders.keys().next().unwrap().clone(),
            in_english: BTreeSet::from(["01000008".to_owned()]),
        };
        Self {
            facts,
            campaign: CampaignTexts::built_in(),
            texts: NoticeTexts::built_in(),
            settings,
            keys: Keys::derive(&[5; 32]),
            window: Window::default(),
        }
    }

    fn book(&self) -> ProfessionalBook<'_> {
        ProfessionalBook {
            letters: Letterbook {
                campaign: "sample",
                keys: &self.keys,
                facts: &self.facts,
                texts: &self.campaign,
                inputs: &[],
                run_date: NIGHT,
                synthetic: true,
                window: &self.window,
            },
            texts: &self.texts,
            settings: &self.settings,
            facts: self.facts.providers.as_ref().unwrap(),
        }
    }

    fn letter<'a>(
        &self,
        code: &'a str,
        name: &'a str,
        practice: &'a Provider,
    ) -> ProfessionalLetter<'a> {
        ProfessionalLetter {
            subject: self.keys.professional("code", &[code]),
            code,
            name,
            practice,
            findings: findings_of(&[ProfessionalItem::Name], &[], &[]),
            kind: Kind::First,
            sequence: 1,
            earlier: None,
        }
    }
}

fn findings_of(
    stolen: &[ProfessionalItem],
    perhaps: &[ProfessionalItem],
    stored: &[ProfessionalItem],
) -> ProfessionalFindings {
    let set = |items: &[ProfessionalItem]| items.iter().copied().collect();
    ProfessionalFindings { stolen: set(stolen), perhaps: set(perhaps), stored: set(stored) }
}

/// All texts: languages, how sure it is, first and later, some and all kinds of data.
fn all_facts() -> Vec<ProfessionalFacts> {
    use ProfessionalItem::{Code, Name, Phone};
    let all = ProfessionalItem::ALL;
    let kinds = [
        findings_of(all, &[], &[]),
        findings_of(&[], all, &[]),
        findings_of(&[], &[], all),
        findings_of(&[Name], &[Code], &[Phone]),
        ProfessionalFindings::default(),
    ];
    let mut facts = Vec::new();
    for language in Language::ALL {
        for findings in kinds {
            for earlier in [None, Some(date(2025, 8, 20))] {
                facts.push(ProfessionalFacts { language: *language, findings, earlier });
            }
        }
    }
    facts
}

fn texts_of(body: &Body) -> Vec<String> {
    let mut texts = vec![body.frame.heading.clone()];
    for block in &body.blocks {
        texts.push(block.heading.clone());
        for part in &block.parts {
            match part {
                Part::Paragraph(text) => texts.push(text.clone()),
                Part::Bullets(entries) | Part::Steps(entries) => texts.extend(entries.clone()),
                Part::ProviderLine => panic!("a letter to a professional names no provider"),
            }
        }
    }
    texts
}

#[test]
fn every_letter_has_its_parts_and_speaks_of_no_patient() {
    let desk = Desk::new();
    let book = desk.book();
    for facts in all_facts() {
        let body = book.body(&facts);
        let ids: Vec<&str> = body.blocks.iter().map(|block| block.id.as_str()).collect();
        let own = ["KEY", "DATA", "WHAT", "MISUSE", "DO", "CONTACT"];
        assert!(ids.ends_with(&own), "{ids:?}");
        assert_eq!(ids.contains(&"NEWS"), facts.earlier.is_some());
        assert!(!body.provider_slot && body.frame.last_lines.is_empty());
        for text in texts_of(&body) {
            assert!(!text.contains('{') && !text.contains("  ") && text == text.trim(), "{text}");
            let text = text.to_lowercase();
            for word in ["patiënt", "patient", "uitslag", "result", "bsn", "gedetineerd"] {
                assert!(!text.contains(word), "{word}: {text}");
            }
            for sentence in text.split_inclusive(['.', '?', ':', ';']) {
                assert!(sentence.split_whitespace().count() <= 25, "{sentence}");
            }
        }
    }
}

#[test]
fn every_letter_fits_on_one_sheet_and_strands_nothing() {
    let desk = Desk::new();
    let book = desk.book();
    let bodies = all_facts().into_iter().map(|facts| book.body(&facts));
    let bodies: BTreeMap<String, Body> = bodies.map(|body| (body.key(), body)).collect();
    let press = Press::new(&bodies, &Print::default(), NIGHT).unwrap();
    for (key, body) in &bodies {
        assert!(press.sides(key).unwrap() <= 2, "{}: {}", body.frame.heading, body.language);
        assert_eq!(press.stranded(key), Some(0), "{}: {}", body.frame.heading, body.language);
    }
}

#[test]
fn a_letter_goes_to_the_practice_and_is_marked_personal() {
    let desk = Desk::new();
    let practice = provider(1, "01000001", ProviderKind::Gp);
    let draft = desk.book().draft(&desk.letter("01000009", "A.  Berk", &practice), "body").unwrap();
    assert_eq!(
        draft.name_lines,
        ["Praktijk De Linde", "T.a.v. A. Berk", "Persoonlijk en vertrouwelijk"]
    );
    assert_eq!(draft.address_lines, ["Postbus 40", "9999 ZZ  TESTDORP"]);
    assert_eq!(
        (draft.salutation.as_str(), draft.language),
        ("Geachte heer of mevrouw A. Berk", Language::Nl)
    );
    assert_eq!(draft.subject, LetterSubject::Professional);
    assert_eq!(
        ProfessionalFindings::of_bits(draft.patients),
        findings_of(&[ProfessionalItem::Name], &[], &[])
    );
    assert!(draft.rows.is_empty() && draft.record_ids.is_empty());
    assert!(draft.findings.involved.is_empty() && draft.findings.categories.is_empty());

    let english = desk.book().draft(&desk.letter("01000008", "B. Eik", &practice), "body").unwrap();
    assert_eq!((english.salutation.as_str(), english.language), ("Dear B. Eik", Language::En));
    let long = "B".repeat(40);
    assert!(desk.book().draft(&desk.letter("01000009", &long, &practice), "body").is_none());
}

/// Changes two letters.
type Swap = fn(&mut Draft, &mut Draft);

#[test]
fn a_value_of_somebody_else_on_a_page_is_caught() {
    let desk = Desk::new();
    let book = desk.book();
    let (linde, mut berg) =
        (provider(1, "01000001", ProviderKind::Gp), provider(2, "01000002", ProviderKind::Gp));
    berg.display_name = "Praktijk De Berg".to_owned();
    let all =
        [desk.letter("01000009", "A. Berk", &linde), desk.letter("01000007", "C. Iep", &berg)];
    let mut bodies = BTreeMap::new();
    let drafts = all.iter().map(|letter| {
        let body = book.body(&book.facts_of(letter));
        let key = body.key();
        bodies.insert(key.clone(), body);
        book.draft(letter, &key).unwrap()
    });
    let drafts: Vec<Draft> = drafts.collect();
    let print = Print::default();
    let press = Press::new(&bodies, &print, NIGHT).unwrap();
    let proofed = press.proof(drafts).unwrap();
    assert!(proofed.held.is_empty());
    let mut page = 1;
    let letters = proofed.ready.into_iter().zip(1..).map(|(proof, seq)| {
        let (pages, sheets) = (proof.pages, proof.sheets);
        page += pages;
        let print_file = "print/2500001-p001-b001.pdf".to_owned();
        let place = Place { part: 1, seq, print_file, first_page: page - pages, pages, sheets };
        Planned { draft: proof.draft, place }
    });
    let letters: Vec<Planned> = letters.collect();

    let read_back = |set: &[Planned]| {
        let pdf = press.set(JOB, &set.iter().collect::<Vec<_>>()).unwrap();
        let wanted: Vec<&Planned> = letters.iter().collect();
        Proofreader::new(JOB, &bodies, &print).compare(&pdf, &wanted)
    };
    assert!(read_back(&letters).is_ok());
    let swaps: [(Swap, &str); 3] = [
        (|one, other| std::mem::swap(&mut one.name_lines, &mut other.name_lines), "name lines"),
        (|one, other| std::mem::swap(&mut one.salutation, &mut other.salutation), "salutation"),
        (|one, other| std::mem::swap(&mut one.reference, &mut other.reference), "reference"),
    ];
    for (swap, place) in swaps {
        let mut changed = letters.clone();
        let (one, other) = changed.split_at_mut(1);
        swap(&mut one[0].draft, &mut other[0].draft);
        match read_back(&changed) {
            Err(ReadbackError::Mismatch { what, .. }) => assert_eq!(what, place),
            other => panic!("{place}: {other:?}"),
        }
    }
}
