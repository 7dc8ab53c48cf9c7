//! What the letters say under which conditions.

mod every_letter;
mod later;

use std::sync::LazyLock;

use jiff::civil::{Date, date};

use super::*;
use crate::field::body::{Block, Part};
use crate::field::findings::{Difference, Findings};
use crate::field::terms::{
    Audience, Category, Custody, Format, Item, Items, Language, Published, Status,
};
use crate::tools::text_check::plain_text;

const RUN_DATE: Date = date(2025, 9, 15);

fn facts() -> Facts {
    Facts::parse("facts.toml".into(), include_str!("../../../sample-data/facts.toml")).unwrap()
}

/// The built-in text for these facts. The files are read once for thousands of letters.
fn body_of(subject: &TextFacts, facts: &Facts, run_date: Date, synthetic: bool) -> Body {
    static BUILT_IN: LazyLock<CampaignTexts> = LazyLock::new(CampaignTexts::built_in);
    super::body_of(&BUILT_IN, subject, facts, run_date, synthetic)
}

/// The text of the blocks, without letterhead, signature and last lines.
fn said(body: &Body) -> String {
    let frame = Frame {
        closing: String::new(),
        signature: Vec::new(),
        last_lines: Vec::new(),
        ..(*body.frame).clone()
    };
    plain_text(&Body { frame: frame.into(), ..body.clone() })
}

fn block<'a>(body: &'a Body, id: &str) -> Option<&'a Block> {
    body.blocks.iter().map(|block| &**block).find(|block| block.id == id)
}

fn bullets(block: &Block) -> Vec<&String> {
    let lists = block.parts.iter().filter_map(|part| match part {
        Part::Bullets(texts) => Some(texts),
        _ => None,
    });
    lists.flatten().collect()
}

fn first(category: Category) -> TextFacts {
    TextFacts {
        language: Language::Nl,
        format: Format::Standard,
        sender: "bvo".to_owned(),
        findings: Findings {
            categories: vec![category],
            status: Status::Confirmed,
            published: Published::Unknown,
            involved: Item::ALL.iter().copied().collect(),
            possible: Items::NONE,
        },
        audience: Audience::Adult,
        custody: None,
        news: LetterNews::First,
        anew: None,
        provider: false,
        not_involved: Items::NONE,
        stored: Items::NONE,
        abroad: false,
    }
}

fn text_of(subject: &TextFacts) -> String {
    said(&body_of(subject, &facts(), RUN_DATE, false))
}

#[test]
fn a_child_under_sixteen_has_one_item_for_test_and_result() {
    for audience in [Audience::Youth, Audience::Parents] {
        let subject = TextFacts { audience, ..first(Category::Gp) };
        let text = text_of(&subject);
        assert!(text.contains("gegevens over een medische test"));
        assert!(!text.contains("uitslag van de test") && !text.contains("wat voor test"));
    }
    assert!(
        text_of(&TextFacts { audience: Audience::Parents, ..first(Category::Gp) })
            .contains("uw kind")
    );
    let youth = text_of(&TextFacts { audience: Audience::Youth, ..first(Category::Gp) });
    assert!(!youth.contains(" u ") && !youth.contains(" uw "), "{youth}");
}

/// What was only in the computers is listed as that, after what was stolen, and is never called
/// stolen.
#[test]
fn what_was_in_the_computers_has_a_list_of_its_own() {
    let mut subject = first(Category::Gp);
    subject.findings.involved = [Item::Name, Item::Bsn].into_iter().collect();
    subject.stored = [Item::Bsn, Item::Phone].into_iter().collect();
    let body = body_of(&subject, &facts(), RUN_DATE, false);
    let data = block(&body, "DATA").unwrap();
    let [Part::Bullets(stolen), Part::Paragraph(lead), Part::Bullets(stored)] =
        data.parts.as_slice()
    else {
        panic!("{data:?}")
    };
    assert_eq!((stolen.len(), stored.as_slice()), (2, ["telefoonnummer".to_owned()].as_slice()));
    assert!(lead.contains("in de computers") && lead.contains("niet zeker"));
    assert!(!text_of(&subject).contains("WhatsApp"), "no step follows from it");

    subject.findings =
        Findings { status: Status::SharedOnly, involved: Items::NONE, ..subject.findings };
    let body = body_of(&subject, &facts(), RUN_DATE, false);
    assert_eq!(
        bullets(block(&body, "DATA").unwrap()),
        ["burgerservicenummer (BSN)", "telefoonnummer"]
    );
    subject.stored = Items::NONE;
    assert!(text_of(&subject).contains("Zodra we het weten, schrijven we u weer."));
}

#[test]
fn only_the_programmes_own_people_hear_that_the_laboratory_worked_for_it() {
    assert!(text_of(&first(Category::Screening)).contains("Het laboratorium werkte voor ons."));
    assert!(text_of(&first(Category::Gp)).contains("Het laboratorium werkte ook voor ons."));
}

#[test]
fn people_in_custody_get_no_step_that_needs_a_telephone_or_the_internet_of_their_own() {
    let held = text_of(&TextFacts { custody: Some(Custody::Current), ..first(Category::Prisoner) });
    assert!(held.contains("Vraag een medewerker") && held.contains("medische dienst"));
    for step in ["Zoek zelf", "Klik", "zorgpas", "Bel het meldpunt"] {
        assert!(!held.contains(step), "{step}");
    }
    let free = text_of(&TextFacts { custody: Some(Custody::Former), ..first(Category::Prisoner) });
    assert!(free.contains("Zoek zelf") && !free.contains("medewerker"));
}

#[test]
fn the_first_danger_of_prisoners_is_threats() {
    let body = body_of(
        &TextFacts { custody: Some(Custody::Former), ..first(Category::Prisoner) },
        &facts(),
        RUN_DATE,
        false,
    );
    let Some(Part::Steps(steps)) = block(&body, "YOU").unwrap().parts.first() else {
        panic!("steps")
    };
    assert!(steps[0].starts_with("Dreigt iemand"));
}

#[test]
fn facts_choose_between_sentences() {
    let mut facts = facts();
    let shared = TextFacts {
        findings: Findings {
            status: Status::SharedOnly,
            involved: Items::NONE,
            ..first(Category::Gp).findings
        },
        ..first(Category::Gp)
    };
    let said_now =
        |facts: &Facts, subject: &TextFacts| said(&body_of(subject, facts, RUN_DATE, false));
    assert!(said_now(&facts, &shared).contains("We vonden geen teken"));
    facts.incident.shared_only_no_sign = false;
    assert!(!said_now(&facts, &shared).contains("geen teken"));
    let mut published = first(Category::Gp);
    published.findings.published = Published::Yes;
    assert!(said_now(&facts, &published).contains("niet meer"));
    facts.publication.removed = false;
    assert!(said_now(&facts, &published).contains("stonden ze daar nog"));
    assert!(!said_now(&facts, &published).contains("andere organisatie"));
    let other = facts.senders["bvo"].clone();
    facts.senders.insert("lab".to_owned(), other);
    facts.sender_of.insert(Category::Prisoner, "lab".to_owned());
    assert!(said_now(&facts, &published).contains("andere organisatie"));
}

#[test]
fn an_unknown_sender_leaves_the_frame_empty_for_the_gate_to_refuse() {
    let body = body_of(
        &TextFacts { sender: "nobody".to_owned(), ..first(Category::Gp) },
        &facts(),
        RUN_DATE,
        false,
    );
    assert!(body.frame.sender_name.is_empty() && body.frame.return_line.is_empty());
}

#[test]
fn the_rehearsal_line_stands_on_rehearsals_only() {
    let subject = first(Category::Gp);
    assert_eq!(
        body_of(&subject, &facts(), RUN_DATE, true).frame.rehearsal,
        "PROEFDRUK - geen echte brief"
    );
    assert_eq!(body_of(&subject, &facts(), RUN_DATE, false).frame.rehearsal, "");
}

#[test]
fn the_preview_shows_a_few_hundred_letters_with_names_of_their_own() {
    let facts = facts();
    let shown = variants(&facts);
    assert!((200..=450).contains(&shown.len()), "{}", shown.len());
    let mut names: Vec<(&str, Language)> =
        shown.iter().map(|variant| (variant.name.as_str(), variant.subject.language)).collect();
    let safe = |name: &str| {
        name.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_'))
    };
    assert!(names.iter().all(|(name, _)| safe(name)));
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), shown.len());
    for pair in shown.chunks(2) {
        assert_eq!(pair[0].name, pair[1].name);
        assert_eq!(
            (pair[0].subject.language, pair[1].subject.language),
            (Language::Nl, Language::En)
        );
    }
    for category in Category::ALL {
        for status in Status::ALL {
            for published in Published::ALL {
                assert!(
                    shown.iter().any(|variant| variant.subject.findings.categories == [*category]
                        && variant.subject.findings.status == *status
                        && variant.subject.findings.published == *published)
                );
            }
        }
    }
}

#[test]
fn what_is_known_not_to_be_in_the_data_is_named_and_never_what_is() {
    let mut subject = first(Category::Screening);
    subject.findings.involved = [Item::Name, Item::Phone].into_iter().collect();
    subject.not_involved = [Item::Phone, Item::Email, Item::Insurer].into_iter().collect();
    let body = body_of(&subject, &facts(), RUN_DATE, false);
    let data = block(&body, "DATA").unwrap();
    assert_eq!(bullets(data), ["naam", "telefoonnummer"]);
    let sentence =
        "Deze gegevens van u stonden er niet bij: e-mailadres, zorgverzekeraar.".to_owned();
    assert_eq!(data.parts.last(), Some(&Part::Paragraph(sentence)));
}

/// Blocks do not contradict each other: what was seen on the internet is not called safe, and no
/// letter promises a list that it does not have.
#[test]
fn the_opening_fits_the_blocks_that_follow() {
    for status in [Status::NotExcluded, Status::SharedOnly] {
        for published in Published::ALL {
            for language in Language::ALL {
                let mut subject = TextFacts { language: *language, ..first(Category::Gp) };
                let (involved, possible) = (Items::NONE, Items::NONE);
                subject.findings = Findings {
                    status,
                    published: *published,
                    involved,
                    possible,
                    ..subject.findings
                };
                let text = text_of(&subject);
                let says = |words: [&str; 2]| words.iter().any(|words| text.contains(words));
                assert!(
                    !says(["welke gegevens dat zijn", "tells you which information"]),
                    "{text}"
                );
                let safe = says(["geen teken", "no sign"])
                    || says(["niet zeker of criminelen", "not sure that criminals"]);
                assert_eq!(safe, *published != Published::Yes, "{text}");
            }
        }
    }
}
