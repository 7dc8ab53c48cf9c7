//! Whom a list protected, and who takes that back.

use super::*;

#[test]
fn remembered_protection_comes_before_a_letter_that_waits_for_its_day() {
    let night = night(&[record("R1", "Aalbers", MUCH)]);
    let others: Vec<String> = (0..9)
        .map(|n| listed(&format!("X{n}"), &format!("Ver{}", "ee".repeat(n + 2)), ",,"))
        .collect();
    write(&night, "register.csv", &[&others[..], &[listed("P1", "Aalbers", ",,")]].concat());
    assert_eq!(run_on(&night, "2025-09-15", &[])["report"]["letters"]["total"], 1);
    write(&night, "register.csv", &[&others[..], &[listed("P1", "Aalbers", ",yes,")]].concat());
    assert_eq!(fates(&run_on(&night, "2025-09-16", &[]), "R1"), [fate("review", "D203")]);
    // Nothing new is to be told: nothing is held.
    write(&night, "register.csv", &others);
    assert_eq!(fates(&run_on(&night, "2025-09-17", &[]), "R1"), [fate("told", "D301")]);
    write(
        &night,
        "exposures-2.csv",
        &[record("R1", "Aalbers", "confirmed,yes,name;address;phone;bsn")],
    );
    let held = run_on(&night, "2025-09-18", &[]);
    assert_eq!(fates(&held, "R1"), [fate("review", "D215"), fate("review", "D215")]);
    assert_eq!(run_on(&night, "2025-10-01", &[])["report"]["letters"]["total"], 0);
}

#[test]
fn whom_a_list_protected_yesterday_is_protected_until_a_row_says_otherwise() {
    for list in ["register", "participants"] {
        for (tonight, later, code) in [
            ("2025-01-01,,", None, "D215"),
            ("2025-01-01,,", Some(",,"), "D215"),
            ("2025-01-01,,", Some(",no,no"), "D215"),
            (",yes,", None, "D215"),
            (",yes,", Some(",,"), "D215"),
            (",yes,", Some(",no,"), ""),
            (",,yes", None, "D215"),
            (",,yes", Some(",no,"), "D215"),
            (",,yes", Some(",,no"), ""),
        ] {
            let (_night, answer) = protected(list, tonight, later);
            let letters = u64::from(code.is_empty());
            assert_eq!(answer["report"]["letters"]["total"], letters, "{list} {tonight} {later:?}");
            assert_eq!(fates(&answer, "R1")[0].1, code, "{list} {tonight} {later:?}");
        }
    }
}

#[test]
fn what_the_words_of_an_address_said_yesterday_is_remembered_too() {
    for (words, tonight, later, code) in [
        ("Geheim adres", "D203", None, "D215"),
        ("Geheim adres", "D203", Some(",,"), "D215"),
        ("Geheim adres", "D203", Some(",no,"), ""),
        ("Overleden", "D205", None, "D215"),
        ("Overleden", "D205", Some(",no,no"), "D215"),
        ("Dakloos", "D204", None, "D215"),
        ("Dakloos", "D204", Some(",,"), ""),
        ("", "D204", None, "D215"),
        ("", "D204", Some(",,"), ""),
    ] {
        let night = night(&[record("R1", "Aalbers", MUCH)]);
        let others: Vec<String> = (0..9)
            .map(|n| listed(&format!("X{n}"), &format!("Ver{}", "ee".repeat(n + 2)), ",,"))
            .collect();
        let said = listed("P1", "Aalbers", ",,").replace("Nieuwstraat", words);
        write(&night, "register.csv", &[&others[..], &[said]].concat());
        assert_eq!(fates(&run_on(&night, "2025-09-15", &[]), "R1")[0].1, tonight, "{words}");
        let row = later.map(|state| listed("P1", "Aalbers", state));
        write(&night, "register.csv", &others.into_iter().chain(row).collect::<Vec<_>>());
        assert_eq!(fates(&run_on(&night, "2025-09-16", &[]), "R1")[0].1, code, "{words} {later:?}");
    }
}

#[test]
fn a_row_that_could_not_be_read_protects_until_it_can() {
    let row = |state: &str| listed("P1", "Aalbers", state).replace("P1,,", "P1,999990019,");
    let others: Vec<String> = (0..9)
        .map(|n| listed(&format!("X{n}"), &format!("Ver{}", "e".repeat(n + 2)), ",,"))
        .collect();
    let night = night(&[record("R1", "Aalbers", MUCH).replace("ds9,,", "ds9,999990019,")]);
    write(&night, "register.csv", &[&others[..], &[row(",maybe,")]].concat());
    assert_eq!(run_on(&night, "2025-09-15", &[])["report"]["letters"]["total"], 0);
    let readable = night.copy();
    write(&night, "register.csv", &others);
    assert_eq!(fates(&run_on(&night, "2025-09-16", &[]), "R1"), [fate("review", "D215")]);
    write(&readable, "register.csv", &[&others[..], &[row(",,")]].concat());
    assert_eq!(fates(&run_on(&readable, "2025-09-16", &[]), "R1"), [fate("letter", "")]);
}

#[test]
fn a_human_can_release_somebody_and_the_list_can_protect_them_again() {
    let (night, held) = protected("register", ",yes,", None);
    let before = night.memory();
    let again = run_on(&night, "2025-09-17", &[]);
    assert_eq!(fates(&again, "R1"), [fate("review", "D215")]);
    assert_eq!(before, night.memory());
    let refused = decide(&night, &held, "D215", "same");
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    let released = decide(&night, &held, "D215", "released");
    assert_eq!(released.code, 0, "{}", released.stderr);
    let protected = night.copy();
    assert_eq!(run_on(&night, "2025-10-01", &[])["report"]["letters"]["total"], 1);

    let others = fs::read_to_string(protected.inbox().join("register.csv")).unwrap();
    let register = format!("{others}{}\n", listed("P1", "Aalbers", ",yes,"));
    fs::write(protected.inbox().join("register.csv"), register).unwrap();
    assert_eq!(fates(&run_on(&protected, "2025-10-01", &[]), "R1"), [fate("review", "D203")]);
    fs::write(protected.inbox().join("register.csv"), others).unwrap();
    assert_eq!(fates(&run_on(&protected, "2025-10-01", &[]), "R1"), [fate("review", "D215")]);
}

#[test]
fn a_suppression_that_is_gone_needs_a_reason_and_still_protects() {
    let bsn = "999990019";
    let night = night(&[record("R1", "Aalbers", MUCH).replace("ds9,,", &format!("ds9,{bsn},"))]);
    let others: Vec<String> =
        (0..9).map(|n| format!(",REF{n},objection,desk,2025-01-01")).collect();
    let row = format!("{bsn},,objection,desk,2025-09-01");
    write(&night, "suppressions.csv", &[&others[..], std::slice::from_ref(&row)].concat());
    assert_eq!(fates(&run_on(&night, "2025-09-15", &[]), "R1"), [fate("suppressed", "D202")]);
    write(&night, "suppressions.csv", &others);
    assert_eq!(night.ask_on("2025-09-16", &["run"]).code, 3);
    let accepted =
        run_on(&night, "2025-09-16", &["--accept", "suppressions.csv=cleaned up by the desk"]);
    assert_eq!(fates(&accepted, "R1"), [fate("review", "D215")]);
    // Rows may be added without a word.
    write(
        &night,
        "suppressions.csv",
        &[&others[..], &[row, ",REF99,other,desk,".to_owned()]].concat(),
    );
    assert_eq!(fates(&run_on(&night, "2025-09-17", &[]), "R1"), [fate("suppressed", "D202")]);
}
