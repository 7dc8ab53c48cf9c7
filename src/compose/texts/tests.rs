//! What the letters say under which conditions.

mod later;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;
use crate::field::body::{Block, Part};
use crate::field::findings::{Difference, Findings};
use crate::field::terms::{
    Audience, Category, Custody, Format, Item, Items, Language, Published, Status,
};

const RUN_DATE: Date = date(2025, 9, 15);

fn facts() -> Facts {
    Facts::parse("facts.toml".into(), include_str!("../../../sample-data/facts.toml")).unwrap()
}

fn items() -> impl Strategy<Value = Items> {
    subsequence(Item::ALL.to_vec(), 0..=11).prop_map(|items| items.into_iter().collect())
}

fn findings() -> impl Strategy<Value = Findings> {
    (
        subsequence(Category::ALL.to_vec(), 1..=4),
        select(Status::ALL.to_vec()),
        select(Published::ALL.to_vec()),
        items(),
        items(),
    )
        .prop_map(|(categories, status, published, involved, possible)| {
            let (involved, possible) = match status {
                Status::Confirmed => (involved, possible.minus(involved)),
                Status::NotExcluded => (Items::NONE, possible),
                Status::SharedOnly => (Items::NONE, Items::NONE),
            };
            Findings { categories, status, published, involved, possible }
        })
}

fn subject() -> impl Strategy<Value = TextFacts> {
    let news = (0..3_u8, findings());
    let reader = (
        select(Audience::ALL.to_vec()),
        select(Format::ALL.to_vec()),
        select(Language::ALL.to_vec()),
    );
    let place = (select(Custody::ALL.to_vec()), any::<bool>());
    (findings(), news, reader, place, any::<bool>(), (items(), items())).prop_map(
        |(
            findings,
            (kind, before),
            (audience, format, language),
            (custody, abroad),
            provider,
            (not_involved, stored),
        )| {
            let difference = Difference { earlier: date(2025, 8, 20), before };
            let news = match kind {
                0 => LetterNews::First,
                1 => LetterNews::Supplement(difference),
                _ => LetterNews::Correction(difference),
            };
            let sender = "bvo".to_owned();
            let custody = Some(custody);
            TextFacts {
                language,
                format,
                sender,
                findings,
                audience,
                custody,
                news,
                provider,
                not_involved,
                stored,
                abroad,
            }
            .settled()
        },
    )
}

/// The text of the blocks, without letterhead, signature and last lines.
fn said(body: &Body) -> String {
    let frame = Frame {
        closing: String::new(),
        signature: Vec::new(),
        last_lines: Vec::new(),
        ..body.frame.clone()
    };
    plain_text(&Body { frame, ..body.clone() })
}

fn block<'a>(body: &'a Body, id: &str) -> Option<&'a Block> {
    body.blocks.iter().find(|block| block.id == id)
}

fn bullets(block: &Block) -> Vec<&String> {
    let lists = block.parts.iter().filter_map(|part| match part {
        Part::Bullets(texts) => Some(texts),
        _ => None,
    });
    lists.flatten().collect()
}

/// The kinds of data that the list entry can stand for, one each.
fn item_of(words: &str) -> Item {
    let [naam, adres, datum, geslacht, bsn, telefoon, mail, verzekeraar] = [
        "naam",
        "adres en woonplaats",
        "geboortedatum",
        "geslacht",
        "burgerservicenummer (BSN)",
        "telefoonnummer",
        "e-mailadres",
        "zorgverzekeraar",
    ];
    match words {
        word if word == naam || word == "name" => Item::Name,
        word if word == adres || word == "address and town" => Item::Address,
        word if word == datum || word == "date of birth" => Item::BirthDate,
        word if word == geslacht || word == "sex" => Item::Sex,
        word if word == bsn || word == "citizen service number (BSN)" => Item::Bsn,
        word if word == telefoon || word == "phone number" => Item::Phone,
        word if word == mail || word == "email address" => Item::Email,
        word if word == verzekeraar || word == "health insurer" => Item::Insurer,
        "wat voor test het was"
        | "of het een uitstrijkje of een zelftest was"
        | "dat er een test is gedaan"
        | "what kind of test it was"
        | "whether it was a smear or a self-test"
        | "that a test was done" => Item::ExamType,
        "uitslag van de test"
        | "gegevens over een medische test"
        | "result of the test"
        | "information about a medical test" => Item::Result,
        "wie de test aanvroeg"
        | "naam van de dokter"
        | "who asked for the test"
        | "name of the doctor" => Item::Requester,
        other => panic!("not a kind of data: {other}"),
    }
}

/// Words that tell a category, in both languages.
fn category_words(category: Category) -> &'static [&'static str] {
    match category {
        Category::Screening => {
            &["bevolkingsonderzoek", "cervical", "screening", "uitstrijkje", "smear"]
        }
        Category::Hospital => &["ziekenhuis", "hospital"],
        Category::Gp => &["huisarts", "GP"],
        Category::Prisoner => {
            &["detentie", "detention", "DJI", "Justiti", "Custodial", "casemanager", "case manager"]
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_list_names_the_persons_items_exactly(subject in subject()) {
        let body = body_of(&subject, &facts(), RUN_DATE, false);
        let data = block(&body, "DATA").unwrap();
        let listed = bullets(data);
        let items: Items = listed.iter().map(|words| item_of(words)).collect();
        let named = subject.items().union(subject.stored);
        prop_assert_eq!(items, named);
        prop_assert_eq!(listed.len(), named.iter().count());
        let lists = data.parts.iter().filter(|part| matches!(part, Part::Bullets(_))).count();
        let sets = [subject.findings.involved, subject.findings.possible, subject.stored];
        prop_assert_eq!(lists, sets.iter().filter(|set| !set.is_empty()).count());
        prop_assert!(lists > 0 || matches!(data.parts[..], [Part::Paragraph(_)]));
    }

    #[test]
    fn conditional_sentences_stand_exactly_where_their_condition_holds(subject in subject()) {
        // Those sentences name kinds of data to say that nobody has them.
        let subject = TextFacts { not_involved: Items::NONE, stored: Items::NONE, ..subject };
        let held = subject.in_custody();
        let body = body_of(&subject, &facts(), RUN_DATE, false);
        let main = body.blocks.iter().filter(|block| block.id != "SUPP").cloned().collect();
        let text = said(&Body { blocks: main, ..body.clone() });
        let has = |items: &[Item]| items.iter().any(|item| subject.items().has(*item));
        let says = |dutch: &str, english: &str| text.contains(match subject.language {
            Language::Nl => dutch,
            Language::En => english,
        });
        let health = has(&[Item::ExamType, Item::Result]);
        prop_assert_eq!(says("BSN", "BSN"), has(&[Item::Bsn]));
        let identity = if subject.abroad { "+31 88 900 10 00" } else { "088-900 10 00" };
        prop_assert_eq!(text.contains(identity), has(&[Item::Bsn]));
        prop_assert_eq!(says("Dreigt iemand", "Is someone threatening"), health);
        prop_assert_eq!(says("dreigen", "threaten to"), health);
        prop_assert_eq!(says("WhatsApp", "WhatsApp"), has(&[Item::Phone, Item::Email]) && !held);
        prop_assert_eq!(says("valse telefoontjes", "fake calls"), has(&[Item::Phone, Item::Email]) && !held);
        prop_assert_eq!(text.contains("112"), has(&[Item::Address]) && !subject.abroad);
        prop_assert_eq!(says("aan de deur", "at your door"), has(&[Item::Address]) && !held);
        prop_assert_eq!(says("zorgverzekeraar?", "health insurer?"), has(&[Item::Insurer]));
        prop_assert_eq!(says("strafbaar", "against the law"), subject.findings.published == Published::Yes);
        prop_assert_eq!(says("We weten niet of", "We do not know if"), subject.findings.published == Published::Unknown);
        for never in ["bank", "paspoort", "passport", "identiteitskaart", "identity card", "rijbewijs"] {
            prop_assert!(!text.contains(never));
        }
    }

    #[test]
    fn no_letter_tells_of_another_category(subject in subject()) {
        let body = body_of(&subject, &facts(), RUN_DATE, false);
        let text = said(&body);
        for category in Category::ALL.iter().filter(|category| !subject.findings.categories.contains(category)) {
            for word in category_words(*category) {
                prop_assert!(!text.contains(word), "{} in a letter about {:?}", word, subject.findings.categories);
            }
        }
        let silent_on_screening = subject.audience != Audience::Adult;
        for category in subject.findings.categories.iter().filter(|one| **one != Category::Screening || !silent_on_screening) {
            prop_assert!(category_words(*category).iter().any(|word| text.contains(word)));
        }
    }

    #[test]
    fn detention_stands_in_one_paragraph_only(subject in subject()) {
        let body = body_of(&subject, &facts(), RUN_DATE, false);
        let words = ["detentie", "detention", "DJI"];
        let told = said(&body);
        let paragraphs: Vec<&str> =
            told.lines().filter(|line| words.iter().any(|word| line.contains(word))).collect();
        let expected = usize::from(subject.findings.categories.contains(&Category::Prisoner));
        prop_assert_eq!(paragraphs.len(), expected);
        for secret in ["gevangenis", "prison", "inrichting ", "cel "] {
            prop_assert!(!told.to_lowercase().contains(secret));
        }
    }

    #[test]
    fn both_languages_have_the_same_blocks(subject in subject()) {
        let dutch = body_of(&TextFacts { language: Language::Nl, ..subject.clone() }, &facts(), RUN_DATE, false);
        let english = body_of(&TextFacts { language: Language::En, ..subject }, &facts(), RUN_DATE, false);
        let shape = |body: &Body| -> Vec<(String, bool, usize)> {
            body.blocks.iter().map(|block| (block.id.clone(), block.heading.is_empty(), block.parts.len())).collect()
        };
        prop_assert_eq!(shape(&dutch), shape(&english));
    }

    #[test]
    fn a_letter_holds_no_empty_place_and_no_leftover(subject in subject()) {
        let body = body_of(&subject, &facts(), RUN_DATE, true);
        for line in plain_text(&body).lines() {
            prop_assert_eq!(residue(line), None, "{}", line);
        }
        let frame = &body.frame;
        let places = [&frame.sender_name, &frame.return_line, &frame.date, &frame.heading, &frame.closing, &frame.rehearsal];
        for place in places.into_iter().chain(&frame.sender_lines).chain(&frame.signature).chain(&frame.last_lines) {
            prop_assert_eq!(residue(place), None);
        }
        let slots = body.blocks.iter().flat_map(|block| &block.parts).filter(|part| **part == Part::ProviderLine).count();
        prop_assert_eq!(slots, usize::from(body.provider_slot));
        prop_assert_eq!(body.provider_slot, subject.provider);
    }

    #[test]
    fn the_apology_stands_in_the_first_screen(subject in subject()) {
        let body = body_of(&subject, &facts(), RUN_DATE, false);
        let Part::Paragraph(opening) = &body.blocks[0].parts[0] else { panic!("the first part is a paragraph") };
        prop_assert!(opening.contains("spijt") || opening.contains("sorry"));
    }

    #[test]
    fn settling_twice_changes_nothing(subject in subject()) {
        prop_assert_eq!(subject.clone().settled(), subject);
    }
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
