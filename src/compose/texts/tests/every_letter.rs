//! What holds of every letter, whatever its facts are.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;
use crate::tools::text_check::{plain_text, residue};

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
                anew: None,
                provider,
                not_involved,
                stored,
                abroad,
            }
            .settled()
        },
    )
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
