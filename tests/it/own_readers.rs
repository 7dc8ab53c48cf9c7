//! Each kind of reader's own check-list, read from the finished pages: what works abroad, what is
//! right for somebody inside, who "you" is in a letter to parents.

use std::process::Command;

use crate::copies::{copies, stem};
use crate::tools::run;

/// The texts of the copies whose names have all of these parts, with their names; `nl` or `en` in
/// front.
fn letters(parts: &[&str]) -> Vec<(String, String)> {
    let chosen = copies().into_iter().filter(|path| {
        let name = stem(path);
        parts.iter().all(|part| name.contains(part))
    });
    let read = |path: std::path::PathBuf| {
        let text =
            run(Command::new("pdftotext").args(["-raw", "-enc", "UTF-8"]).arg(&path).arg("-"));
        let language = path.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
        (
            format!("{language}/{}", stem(&path)),
            text.split_whitespace().collect::<Vec<_>>().join(" "),
        )
    };
    let letters: Vec<_> = chosen.map(read).collect();
    assert!(letters.len() >= 2, "{parts:?}");
    letters
}

fn says_none(letters: &[(String, String)], words: &[&str]) {
    for (name, text) in letters {
        for word in words {
            assert!(!text.contains(word), "{name}: `{word}`\n{text}");
        }
    }
}

fn says_one(letters: &[(String, String)], [dutch, english]: [&str; 2]) {
    for (name, text) in letters {
        let word = if name.starts_with("nl/") { dutch } else { english };
        assert!(text.contains(word), "{name}: `{word}` is missing\n{text}");
    }
}

#[test]
fn a_letter_abroad_names_what_works_there() {
    let letters = letters(&["_abroad"]);
    says_none(&letters, &["0900", "0800", " 112", "088-"]);
    says_one(&letters, ["Nederlandse tijd", "Dutch time"]);
    says_one(&letters, ["het alarmnummer van uw land", "your local emergency number"]);
    for (name, text) in &letters {
        for (at, _) in text.match_indices("88 ") {
            assert!(
                text[..at].ends_with("+31 "),
                "{name}: {}",
                &text[at.saturating_sub(20)..at + 12]
            );
        }
        let line = text.split("Retouradres: ").nth(1).unwrap();
        assert!(line.starts_with("Postbus 1234, 3500 AB Utrecht, THE NETHERLANDS"), "{name}");
    }
}

#[test]
fn a_letter_at_home_names_no_country_and_no_international_number() {
    says_none(&letters(&["_home"]), &["+31", "NETHERLANDS"]);
}

#[test]
fn somebody_inside_reads_no_advice_that_needs_a_door_an_app_or_a_telephone() {
    let letters = letters(&["prisoner-current_"]);
    let door = ["aan de deur", "at your door"];
    let app = ["WhatsApp", "sms", "texts", "Klik", "click", "internet op"];
    let telephone = [
        "Bel ",
        "Bel:",
        "Hang op",
        "Hang up",
        "Call ",
        "valse telefoontjes",
        "fake calls",
        "zorgpas",
    ];
    says_none(&letters, &door);
    says_none(&letters, &app);
    says_none(&letters, &telephone);
    says_one(&letters, ["casemanager", "case manager"]);
    says_one(&letters, ["een medewerker", "staff"]);
}

#[test]
fn letters_to_parents_call_the_child_your_child() {
    let letters = letters(&["_parents_"]);
    let of_the_child = [
        "gegevens van u ",
        "gegevens van u.",
        "over u ",
        "uw gegevens",
        "uw test",
        "uw uitslag",
        "iets van u weten",
        "test van u ",
        "dit u is overkomen",
        "wij van u hebben",
        "about you ",
        "about you.",
        "your information",
        "your test",
        "your result",
        "happened to you.",
        "pretend to be you.",
    ];
    says_none(&letters, &of_the_child);
    says_one(&letters, ["uw kind", "your child"]);
}

#[test]
fn supplements_corrections_and_large_print_say_what_they_are() {
    says_one(
        &letters(&["_supplement-more_"]),
        ["Op 20 augustus 2025 schreven we", "We wrote to you on 20 August 2025"],
    );
    says_one(
        &letters(&["_correction-items_"]),
        ["In onze brief van 20 augustus 2025", "Our letter of 20 August 2025"],
    );
    let large = letters(&["_large_"]);
    says_one(&large, ["Deze brief heeft grote letters.", "This letter is in large print."]);
    says_none(&large, &["Liever grote letters", "Would you like this letter in large print"]);
}

#[test]
fn letters_about_the_screening_greet_nobody_as_a_man_and_do_not_say_too() {
    let letters: Vec<_> = letters(&["_adult_first_"])
        .into_iter()
        .filter(|(name, _)| name[3..].starts_with("screening_"))
        .collect();
    assert!(letters.len() > 4);
    says_none(&letters, &["Geachte heer", "werkte ook voor ons", "worked for us too"]);
}

#[test]
fn no_letter_denies_the_codes_that_stand_on_it_or_calls_a_paid_call_free() {
    let letters = letters(&["_first_"]);
    says_none(
        &letters,
        &[
            "geen link of scancode",
            "no link or code to scan",
            "helpt u gratis: 0900",
            "for free: 0900",
        ],
    );
    says_one(&letters, ["Scan de kleine codes niet", "Do not scan the small codes"]);
}

#[test]
fn a_letter_about_data_that_were_only_in_the_computers_lists_them() {
    let letters = letters(&["shared_only_", "_stored_"]);
    says_none(&letters, &["Vraag ons welke", "Please ask us what"]);
    says_one(&letters, ["burgerservicenummer (BSN)", "citizen service number (BSN)"]);
    says_one(
        &letters,
        ["stonden in de computers van het laboratorium", "was in the computers of the laboratory"],
    );
}
