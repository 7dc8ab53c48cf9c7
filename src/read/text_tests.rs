use std::borrow::Cow;

use super::*;

fn name(raw: &str) -> Result<String, Reason> {
    clean(raw, Rule::NAMES).map(|clean| clean.text.into_owned())
}

fn street(raw: &str) -> Result<String, Reason> {
    clean(raw, Rule::STREET).map(|clean| clean.text.into_owned())
}

#[test]
fn a_plain_cell_is_not_copied() {
    for raw in ["Jansen", "van der Berg", "'t Hooft", "J.A.", "d`Ancona", "."] {
        assert!(
            matches!(clean(raw, Rule::NAMES).unwrap().text, Cow::Borrowed(text) if text == raw),
            "{raw}"
        );
    }
}

#[test]
fn blanks_of_any_kind_become_one_and_none_at_the_ends() {
    assert_eq!(name("  van\u{a0}der  \u{2003}Berg\u{3000} ").unwrap(), "van der Berg");
    assert_eq!(street("Lange  Straat").unwrap(), "Lange Straat");
    assert_eq!(name(" \u{a0} ").unwrap(), "");
    // Systems with fields of fixed width fill them up.
    assert_eq!(name(&format!("Jansen{}", " ".repeat(300))).unwrap(), "Jansen");
}

#[test]
fn both_ways_to_write_an_accent_give_the_same_text() {
    assert_eq!(name("Rene\u{301}e").unwrap(), "Renée");
    assert_eq!(name("Renée").unwrap(), "Renée");
}

#[test]
fn normalising_twice_changes_nothing() {
    for raw in ["Rene\u{301}e", " a  b ", "O’Brien", "Ḱœñ", "q\u{323}\u{307}"] {
        let once = name(raw).unwrap();
        assert_eq!(name(&once).unwrap(), once);
    }
}

#[test]
fn what_systems_write_for_nothing_is_missing() {
    for raw in [
        "", "NULL", "null", "N/A", "n/a", "-", "--", "Onbekend", "unknown", "N.v.t.", "nvt", " - ",
        "None", "NaN", "?", "\\N",
    ] {
        assert_eq!(name(raw).unwrap(), "", "{raw}");
        assert_eq!(street(raw).unwrap(), "", "{raw}");
    }
    for raw in ["Nan", "Noor", "Unk", "Onbekende", ".", "'t", "O", "Nul"] {
        assert_eq!(name(raw).unwrap(), raw);
    }
}

#[test]
fn every_control_character_is_held() {
    for code in (0..0x20).chain(0x7F..=0x9F) {
        let control = char::from_u32(code).unwrap();
        for raw in [format!("Jan{control}sen"), format!("{control}Jan"), format!("Jan{control}")] {
            assert_eq!(name(&raw), Err(Reason::R110), "U+{code:04X}");
            assert_eq!(street(&raw), Err(Reason::R110), "U+{code:04X}");
        }
    }
}

#[test]
fn every_format_character_and_every_other_invisible_one_is_held() {
    let listed = [
        '\u{34F}',
        '\u{3164}',
        '\u{115F}',
        '\u{FE0F}',
        '\u{E0101}',
        '\u{2028}',
        '\u{2029}',
        '\u{E000}',
        '\u{378}',
    ];
    let format =
        ('\u{A0}'..='\u{10FFFF}').filter(|c| get_general_category(*c) == GeneralCategory::Format);
    let mut count = 0;
    for character in format.chain(listed) {
        assert_eq!(
            name(&format!("Jan{character}sen")),
            Err(Reason::R111),
            "U+{:04X}",
            u32::from(character)
        );
        count += 1;
    }
    assert!(count > 150);
}

#[test]
fn doubly_encoded_text_is_held_and_not_repaired() {
    for raw in ["RenÃ©e", "Oâ€™Brien", "MÃ¼ller", "VoilÃ\u{a0}", "Caf\u{FFFD}"] {
        assert_eq!(name(raw), Err(Reason::R112), "{raw}");
    }
}

#[test]
fn caps_count_characters_before_and_after_normalisation() {
    assert!(clean(&"x".repeat(200), Rule::NAMES).is_ok());
    assert!(clean(&"é".repeat(200), Rule::NAMES).is_ok());
    assert_eq!(name(&"x".repeat(201)), Err(Reason::R109));
    assert_eq!(name(&"é".repeat(201)), Err(Reason::R109));
    assert_eq!(name(&"x".repeat(1_000_000)), Err(Reason::R109));
    // U+0344 becomes two characters in NFC.
    assert_eq!(name(&format!("{}\u{344}", "q".repeat(199))), Err(Reason::R109));
}

#[test]
fn two_marks_on_a_letter_pass_and_three_do_not() {
    assert!(name("q\u{323}\u{307}").is_ok());
    assert_eq!(name("q\u{323}\u{307}\u{303}"), Err(Reason::R116));
    assert_eq!(name(&format!("a{}", "\u{323}".repeat(40))), Err(Reason::R116));
    assert_eq!(name("\u{301}Jan"), Err(Reason::R116));
    assert_eq!(street("a \u{301}b"), Err(Reason::R116));
}

#[test]
fn look_alikes_from_another_script_are_held() {
    // The second letter is Cyrillic, then Greek.
    assert_eq!(name("J\u{430}nsen"), Err(Reason::R116));
    assert_eq!(name("Jans\u{3BF}n"), Err(Reason::R116));
    assert_eq!(street("Dorpsstr\u{430}at"), Err(Reason::R116));
    assert!(name("Ёлкина").is_ok());
    assert!(name("Żółć-Ŀeñ").is_ok());
}

#[test]
fn names_hold_letters_blanks_and_their_own_punctuation() {
    for raw in
        ["d’Ancona", "Jan-Piet", "Smith, Jr.", "O'Neill", "Ælfrīc", "L. de Vrïes", "‘s-Gravenmade"]
    {
        assert_eq!(name(raw).unwrap(), raw);
    }
    for raw in [
        "#read(\"/etc/passwd\")",
        "$x$",
        "<b>",
        "Jansen2",
        "BEL 0900",
        "http://x",
        "www.jansen",
        "WWW",
        "a@b",
        "a_b",
        "a/b",
        "a\\b",
        "{{ 7*7 }}",
        "Jan; Piet",
        "Jan (Piet)",
        "Jan²",
        "Jan😀",
        "\"Jan\"",
        "Jan:Piet",
        "Ⅷ",
    ] {
        assert_eq!(name(raw), Err(Reason::R117), "{raw}");
    }
}

#[test]
fn streets_hold_digits_and_signs_but_no_web_address_and_no_half_quotes() {
    for raw in [
        "Plein 1944",
        "2e Dwarsstraat",
        "Straat #3",
        "Schip \"De Hoop\"",
        "A/B (links)",
        "Laan & Weg",
    ] {
        assert_eq!(street(raw).unwrap(), raw);
    }
    for raw in ["https://x.example", "www.example", "Straat www.x", "x@y", "Dorpsstraat 1\""] {
        assert_eq!(street(raw), Err(Reason::R117), "{raw}");
    }
}

#[test]
fn formulas_are_held_and_the_apostrophe_is_not_one() {
    for raw in ["=1+1", "+31", "-Jansen", "@SUM(A1)", "＝1", "＋1", "－1", "＠x", " =1"] {
        assert_eq!(name(raw), Err(Reason::R118), "{raw}");
        assert_eq!(street(raw), Err(Reason::R118), "{raw}");
    }
    assert_eq!(name("'t Hooft").unwrap(), "'t Hooft");
    assert_eq!(clean("-2", Rule::HOUSE).unwrap().text, "-2");
    assert_eq!(clean("- bis", Rule::HOUSE).unwrap().text, "- bis");
    assert_eq!(clean("- bis", Rule::STREET).unwrap_err(), Reason::R118);
    assert_eq!(clean("-2+3", Rule::HOUSE).unwrap_err(), Reason::R118);
}

#[test]
fn the_quick_look_never_accepts_what_the_full_look_refuses() {
    use proptest::prelude::*;
    proptest!(|(raw in "[a-dW wé'\"@:=+.1/\u{301}-]{0,12}")| {
        for rule in [Rule::NAMES, Rule::STREET, Rule::HOUSE, Rule::EMAIL] {
            if !raw.is_empty() && plain(&raw, rule) {
                let full = thorough(&raw, rule).map(|clean| clean.text.into_owned());
                let expected = if is_missing(&raw) { Ok(String::new()) } else { check_number(&raw, rule).map(|()| raw.clone()) };
                prop_assert_eq!(full, expected);
            }
        }
    });
}

#[test]
fn the_outcome_of_a_comparison_is_no_name() {
    for raw in ["WAAR", "ONWAAR", "TRUE", "FALSE"] {
        assert_eq!(name(raw), Err(Reason::R122), "{raw}");
    }
    for raw in ["Waar", "True", "van der Waar", "FALSEN"] {
        assert_eq!(name(raw).as_deref(), Ok(raw));
    }
}
