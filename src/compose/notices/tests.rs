//! Every letter to a provider that there can be, in both languages.

use std::collections::BTreeSet;

use camino::Utf8Path;
use jiff::civil::date;

use super::*;
use crate::config::{Print, Window};
use crate::decide::fixtures::provider;
use crate::field::keys::Keys;
use crate::field::terms::Item;
use crate::render::Press;

const SAMPLE: &str = include_str!("../../../sample-data/facts.toml");
const NIGHT: Date = date(2025, 9, 15);

/// Everything that letters are written from.
struct Desk {
    facts: Facts,
    campaign: CampaignTexts,
    texts: NoticeTexts,
    settings: ProvidersFirst,
    keys: Keys,
    window: Window,
}

impl Desk {
    fn new() -> Self {
        let facts = Facts::parse(Utf8Path::new("facts.toml"), SAMPLE).unwrap();
        let settings = ProvidersFirst {
            in_english: BTreeSet::from(["01000002".to_owned()]),
            ..ProvidersFirst::default()
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

    fn book(&self) -> NoticeBook<'_> {
        NoticeBook {
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
}

fn affected(patients: u64, status: Status, items: Items) -> Affected {
    let (involved, possible, stored) = match status {
        Status::Confirmed => (items, Items::NONE, Items::NONE),
        Status::NotExcluded => (Items::NONE, items, Items::NONE),
        Status::SharedOnly => (Items::NONE, Items::NONE, items),
    };
    Affected {
        patients,
        findings: Findings {
            categories: Vec::new(),
            status,
            published: Published::Yes,
            involved,
            possible,
        },
        stored,
        samples: Some([date(2022, 1, 3), date(2025, 7, 5)]),
        some_told: false,
    }
}

/// All texts: kinds, languages, how sure it is, first and later, a few and all kinds of data.
fn all_facts() -> Vec<NoticeFacts> {
    let few: Items = [Item::Name, Item::Bsn].into_iter().collect();
    let all: Items = Item::ALL.iter().copied().collect();
    let mut facts = Vec::new();
    for kind in ProviderKind::ALL {
        for language in Language::ALL {
            for status in Status::ALL {
                for (items, later) in
                    [(few, false), (all, false), (all, true), (Items::NONE, false)]
                {
                    let found = affected(7, *status, items);
                    facts.push(NoticeFacts {
                        kind: *kind,
                        language: *language,
                        stored: found.only_stored(),
                        findings: found.findings,
                        some_told: later,
                        earlier: later.then_some(date(2025, 8, 20)),
                        until: (!later).then_some(date(2025, 9, 24)),
                    });
                }
            }
        }
    }
    facts
}

/// The sentences of a letter's own blocks, without the letter that it encloses.
fn own_texts(body: &Body) -> Vec<String> {
    let own = body.blocks.iter().take_while(|block| block.id != ENCLOSED);
    let mut texts = vec![body.frame.heading.clone()];
    for block in own {
        texts.push(block.heading.clone());
        for part in &block.parts {
            match part {
                Part::Paragraph(text) => texts.push(text.clone()),
                Part::Bullets(entries) | Part::Steps(entries) => texts.extend(entries.clone()),
                Part::ProviderLine => {}
            }
        }
    }
    texts
}

#[test]
fn every_letter_has_its_parts_and_no_open_place() {
    let desk = Desk::new();
    let book = desk.book();
    for facts in all_facts() {
        let body = book.body(&facts);
        let json = serde_json::to_string(&body.blocks).unwrap();
        assert!(!json.contains("{}"), "{json}");
        let ids: Vec<&str> = body.blocks.iter().map(|block| block.id.as_str()).collect();
        for id in [
            "KEY", "COUNT", "DATA", "WHAT", "WHEN", "ASK", "DESK", "ROLES", "CONTACT", ENCLOSED,
            "END",
        ] {
            assert!(ids.contains(&id), "{id}: {ids:?}");
        }
        assert_eq!(ids.contains(&"NEWS"), facts.earlier.is_some());
        assert!(body.provider_slot && body.frame.last_lines.is_empty());
        for text in own_texts(&body) {
            assert!(!text.contains('{') && !text.contains("  ") && text == text.trim(), "{text}");
        }
    }
}

#[test]
fn sentences_are_short_and_each_kind_has_words_of_its_own() {
    let desk = Desk::new();
    let book = desk.book();
    let mut by_kind = BTreeMap::<(ProviderKind, Language), BTreeSet<String>>::new();
    for facts in all_facts() {
        let texts = own_texts(&book.body(&facts));
        let roles = &desk.facts.providers.as_ref().unwrap().roles;
        for text in texts.iter().filter(|text| *text != roles.get(facts.language)) {
            for sentence in text.split_inclusive(['.', '?', ':', ';']) {
                let words = sentence.split_whitespace().count();
                assert!(words <= 25, "{words}: {sentence}");
            }
        }
        by_kind.entry((facts.kind, facts.language)).or_default().extend(texts);
    }
    let gp = &by_kind[&(ProviderKind::Gp, Language::Nl)];
    for kind in [ProviderKind::Hospital, ProviderKind::Custodial, ProviderKind::Clinic] {
        assert_ne!(gp, &by_kind[&(kind, Language::Nl)]);
    }
    let custodial = &by_kind[&(ProviderKind::Custodial, Language::Nl)];
    assert!(custodial.iter().all(|text| !text.contains("patiënt")), "{custodial:#?}");
}

#[test]
fn every_letter_can_be_set_on_three_sheets_at_most_and_strands_nothing() {
    let desk = Desk::new();
    let book = desk.book();
    let few = all_facts();
    let few = few.iter().step_by(5);
    let bodies: BTreeMap<String, Body> =
        few.map(|facts| book.body(facts)).map(|body| (body.key(), body)).collect();
    let press = Press::new(&bodies, &Print::default(), NIGHT).unwrap();
    for (key, body) in &bodies {
        let sides = press.sides(key).unwrap();
        assert!(sides <= body.most_sides(), "{sides} sides: {}", body.frame.heading);
        assert_eq!(press.stranded(key), Some(0), "{}: {}", body.frame.heading, body.language);
    }
}

#[test]
fn a_notice_goes_to_the_practice_and_says_its_number() {
    let desk = Desk::new();
    let book = desk.book();
    let (dutch, english) = (
        provider(1, "01000001", ProviderKind::Gp),
        provider(2, "01000002", ProviderKind::Hospital),
    );
    let notice = |provider, patients| ProviderNotice {
        provider,
        affected: affected(patients, Status::Confirmed, [Item::Name].into_iter().collect()),
        kind: Kind::First,
        sequence: 1,
        earlier: None,
        until: Some(date(2025, 9, 24)),
    };
    let written = write(&[notice(&dutch, 1_430), notice(&english, 1)], &book);
    assert_eq!((written.drafts.len(), written.held.len(), written.bodies.len()), (2, 0, 2));

    let (code, draft) = &written.drafts[0];
    assert_eq!(code, "01000001");
    assert_eq!(draft.name_lines, ["Praktijk De Linde", "T.a.v. de praktijkhouder"]);
    assert_eq!(draft.address_lines, ["Postbus 40", "9999 ZZ  TESTDORP"]);
    assert_eq!(
        draft.provider_display,
        "1.430 patiënten, onderzoek tussen januari 2022 en juli 2025"
    );
    assert_eq!((draft.subject, draft.patients), (LetterSubject::Provider, 1_430));
    assert_eq!(draft.person, desk.keys.provider("01000001"));
    assert_ne!(draft.person, desk.keys.pseudonym("bsn", b"01000001"));

    let draft = &written.drafts[1].1;
    assert_eq!(draft.language, Language::En);
    assert_eq!(draft.provider_display, "1 patient");
    assert!(draft.rows.is_empty() && draft.record_ids.is_empty());
}

#[test]
fn a_name_that_is_too_long_or_missing_is_held() {
    let desk = Desk::new();
    let mut nameless = provider(1, "01000001", ProviderKind::Gp);
    nameless.display_name = " ".to_owned();
    let mut long = provider(2, "01000002", ProviderKind::Gp);
    long.display_name = "P".repeat(41);
    let notice = |provider| ProviderNotice {
        provider,
        affected: affected(2, Status::NotExcluded, Items::NONE),
        kind: Kind::First,
        sequence: 1,
        earlier: None,
        until: Some(date(2025, 9, 24)),
    };
    let written = write(&[notice(&nameless), notice(&long)], &desk.book());
    let held: Vec<NoticeHold> = written.held.iter().map(|(_, hold)| *hold).collect();
    assert_eq!(held, [NoticeHold::P106; 2]);
}

#[test]
fn months_and_numbers_are_written_as_the_language_does() {
    assert_eq!(month(date(2025, 7, 3), Language::Nl), "juli 2025");
    assert_eq!(grouped(1_234_567, Language::En), "1,234,567");
    assert_eq!(grouped(999, Language::Nl), "999");
}
