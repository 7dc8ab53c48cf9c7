//! Supplements and corrections: what is new, what was wrong.

use super::*;

#[test]
fn a_supplement_names_the_earlier_date_and_the_difference_then_the_full_list() {
    let mut now = first(Category::Screening);
    now.findings.involved = [Item::Name, Item::Bsn, Item::Result].into_iter().collect();
    let before = Findings {
        involved: [Item::Name].into_iter().collect(),
        possible: [Item::Bsn].into_iter().collect(),
        ..now.findings.clone()
    };
    now.news = LetterNews::Supplement(Difference { earlier: date(2025, 8, 20), before });
    let body = body_of(&now, &facts(), RUN_DATE, false);
    let supplement = block(&body, "SUPP").unwrap();
    assert!(format!("{:?}", supplement.parts[0]).contains("20 augustus 2025"));
    let new = "Criminelen hebben ook deze gegevens van u: burgerservicenummer (BSN), uitslag van de test.";
    assert_eq!(bullets(supplement), [new]);
    assert_eq!(
        bullets(block(&body, "DATA").unwrap()),
        ["naam", "burgerservicenummer (BSN)", "uitslag van de test"]
    );
    assert!(body.frame.heading.starts_with("Nieuwe informatie"));
}

#[test]
fn a_correction_says_what_was_wrong_and_sorry() {
    let mut now = first(Category::Gp);
    let told = now.findings.clone();
    now.findings = Findings {
        status: Status::NotExcluded,
        published: Published::No,
        involved: Items::NONE,
        possible: [Item::Name].into_iter().collect(),
        ..told.clone()
    };
    let before = Findings {
        categories: vec![Category::Hospital, Category::Gp],
        published: Published::Yes,
        ..told
    };
    now.news = LetterNews::Correction(Difference { earlier: date(2025, 8, 20), before });
    let text = text_of(&now);
    for part in [
        "Onze brief over uw gegevens klopte niet",
        "In onze brief van 20 augustus 2025",
        "Dat spijt ons",
        "Dat is toch niet zeker",
        "We noemden een bestand dat niet over u gaat",
        "We vonden uw gegevens niet op internet",
        "horen niet in de lijst",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains("ziekenhuis"));
}

#[test]
fn status_up_says_it_once_for_the_whole_list() {
    let mut now = first(Category::Screening);
    let before = Findings {
        status: Status::NotExcluded,
        involved: Items::NONE,
        possible: now.findings.involved,
        ..now.findings.clone()
    };
    now.news = LetterNews::Supplement(Difference { earlier: date(2025, 8, 20), before });
    let body = body_of(&now, &facts(), RUN_DATE, false);
    let supplement = block(&body, "SUPP").unwrap();
    assert_eq!(supplement.parts.len(), 2);
    assert_eq!(
        bullets(supplement),
        ["Criminelen hebben alles in de lijst hieronder gestolen. Dat weten we nu zeker."]
    );
}
