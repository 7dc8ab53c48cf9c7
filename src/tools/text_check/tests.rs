//! The texts pass every gate, and every gate fails on a seeded defect.

use super::*;
use crate::compose::texts::TextFiles;
use crate::facts::Facts;

fn facts() -> Facts {
    Facts::parse("facts.toml".into(), include_str!("../../../sample-data/facts.toml")).unwrap()
}

fn check(facts: &Facts) -> Vec<TextFinding> {
    review(&CampaignTexts::built_in(), facts, jiff::civil::date(2025, 9, 15), 30).findings
}

fn show(findings: &[TextFinding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn all_texts_pass_all_gates() {
    let findings = check(&facts());
    assert!(findings.is_empty(), "{}", show(&findings));
}

#[test]
fn figures_are_within_the_limits() {
    let texts = CampaignTexts::built_in();
    let figures = review(&texts, &facts(), jiff::civil::date(2025, 9, 15), 30).figures;
    for language in [Language::Nl, Language::En] {
        let (found, limits) = (&figures[&language], texts.limits());
        assert!(found.letters > 1_000);
        assert!(found.least_readability >= limits.of(language).readability);
        assert!(found.most_words <= limits.letter.words);
    }
}

/// The texts with `to` in place of the first `from` of the Dutch file.
fn defect(from: &str, to: &str) -> CampaignTexts {
    let mut files = TextFiles::built_in();
    assert!(files.nl.contains(from), "`{from}` is not in the file");
    files.nl = files.nl.replacen(from, to, 1);
    CampaignTexts::parse("texts".into(), files).unwrap()
}

/// Findings of all gates after `from` in the Dutch file has become `to`.
fn seeded(from: &str, to: &str) -> Vec<TextFinding> {
    of_texts(&defect(from, to), &facts()).findings
}

#[test]
fn seeded_defects_are_found_with_their_key() {
    let long = "Wij willen u met deze brief laten weten dat wij het heel erg vinden dat dit u en alle anderen is overkomen.";
    let defects = [
        (
            "We vinden het heel erg dat dit u is overkomen.",
            long,
            "sign.adult",
            "woorden in één zin",
        ),
        (
            "Het gaat om dit ziekenhuis:",
            "Het betreft derhalve dit ziekenhuis:",
            "why.hospital_named",
            "`derhalve`",
        ),
        ("Wat is er gebeurd?", "Wat is er  gebeurd?", "what.heading", "two spaces"),
        ("Wat is er gebeurd?", "Wat is er gebeurd? None", "what.heading", "`None`"),
        ("Wat is er gebeurd?", "Wat is er gebeurd? [plaats]", "what.heading", "bracket"),
        (
            "Ja, uw uitslag klopt.",
            "Mevrouw, uw uitslag klopt.",
            "care.screening.adult",
            "`mevrouw`",
        ),
        ("Klik nergens op. Bel", "Kijk op www.voorbeeld.nl. Bel", "you.message.adult", "`www`"),
        ("of een andere zorgverlener liet", "(nummer 4) liet", "why.gp.adult", "een getal"),
        (
            "uitslag van de test",
            "uitslag van de test die in een laboratorium is gedaan nadat iemand daar om vroeg",
            "items.result",
            "één soort gegevens",
        ),
        (
            "Laat het ons weten.",
            "Doe mee aan de volgende ronde.",
            "care.screening.adult",
            "`doe mee`",
        ),
    ];
    for (from, to, key, problem) in defects {
        let findings = of_sentences(&defect(from, to), &facts());
        let found = findings.iter().any(|finding| {
            finding.file == "texts/nl.toml"
                && finding.key == key
                && finding.problem.contains(problem)
        });
        assert!(found, "{to}\n{}", show(&findings));
    }
}

#[test]
fn a_fact_named_in_one_language_only_is_found() {
    let findings = seeded("Klik nergens op. Bel de Fraudehelpdesk: {fraud}.", "Klik nergens op.");
    assert!(
        findings
            .iter()
            .any(|finding| finding.key == "you.message.adult" && finding.problem.contains("slots"))
    );
    assert!(
        findings.iter().any(|finding| finding.problem.contains("numbers")),
        "{}",
        show(&findings)
    );
}

#[test]
fn an_unexplained_term_is_found() {
    let findings = seeded("burgerservicenummer (BSN)", "BSN");
    assert!(
        findings.iter().any(|finding| finding.problem.contains("`BSN` is niet uitgelegd")),
        "{}",
        show(&findings)
    );
}

#[test]
fn hard_words_long_letters_and_passives_are_found() {
    let hard = "Organisatorische verantwoordelijkheidstoedeling, veiligheidsmaatregelen, \
                informatiebeveiligingsverantwoordelijkheden, gegevensbeschermingsmaatregelen. "
        .repeat(6);
    let passive = "Er werd gestolen. ".repeat(10);
    let slow =
        "Dit is een zin die met opzet uit twintig korte woorden bestaat en die dus te lang is voor u. ".repeat(80);
    let findings =
        seeded("Wij hoorden dat op {reported}. Daarna", &format!("{hard}{passive}Op {{reported}}"));
    for problem in ["leesbaarheid", "lijdende"] {
        assert!(
            findings.iter().any(|finding| finding.problem.contains(problem)),
            "{problem}\n{}",
            show(&findings)
        );
    }
    let findings =
        seeded("Wij hoorden dat op {reported}. Daarna", &format!("{slow}Op {{reported}}"));
    for problem in ["gemiddeld", "woorden, hoogstens"] {
        assert!(
            findings.iter().any(|finding| finding.problem.contains(problem)),
            "{problem}\n{}",
            show(&findings)
        );
    }
}

#[test]
fn facts_that_are_too_old_are_found() {
    let texts = CampaignTexts::built_in();
    let findings = review(&texts, &facts(), jiff::civil::date(2025, 11, 15), 30).findings;
    for (key, advice) in [
        ("phones.fraud.checked_on", "call the number"),
        ("phones.emergency.checked_on", "do not call it"),
        ("publication.checked_on", "still on the internet"),
    ] {
        let fits = |finding: &TextFinding| finding.key == key && finding.advice.contains(advice);
        assert!(
            findings.iter().any(|finding| fits(finding) && finding.file == "facts.toml"),
            "{key}"
        );
    }
}

#[test]
fn facts_are_gated_too() {
    let mut facts = facts();
    facts.measures[0].nl = "Derhalve werkten 3 experts.".to_owned();
    let findings = check(&facts);
    assert!(
        findings
            .iter()
            .any(|finding| finding.file == "facts.toml" && finding.problem.contains("derhalve"))
    );
    assert!(
        findings
            .iter()
            .any(|finding| finding.file == "facts.toml" && finding.problem.contains("numbers"))
    );
    facts.measures[0].nl = "U hoort van ons.".to_owned();
    facts.measures[0].en = "We will tell you.".to_owned();
    for word in ["`u` staat in een maatregel", "`you` stands in a measure"] {
        assert!(check(&facts).iter().any(|finding| finding.problem == word), "{word}");
    }
    facts.measures = vec![facts.measures[1].clone(); 6];
    assert!(check(&facts).iter().any(|finding| finding.problem.contains("een lijst van 7 in WE")));
}

#[test]
fn residue_is_seen_in_extracted_text() {
    for (text, clean) in [
        ("Bel ons.", true),
        ("Bel {phone}.", false),
        ("Bel  ons.", false),
        ("Bel None.", false),
        ("", false),
    ] {
        assert_eq!(residue(text).is_none(), clean, "{text}");
    }
    assert!(residue("annulling nullen").is_none());
}
