//! A row that protects, protects even when it is damaged.

use super::{Ended, Line, Lists, line};

/// A hospital patient's lab record.
fn tessa() -> Line {
    line(&[
        ("record_id", "T-1"),
        ("dataset_id", "ds1"),
        ("bsn", "999960003"),
        ("first_names", "Tessa"),
        ("initials", "T."),
        ("surname", "Zandstra"),
        ("birth_date", "1950-01-01"),
        ("sex", "V"),
        ("street", "Lindelaan"),
        ("house_number", "3"),
        ("postcode", "1100AB"),
        ("town", "Utrecht"),
        ("category", "hospital"),
        ("sample_date", "2021-03-04"),
        ("status", "confirmed"),
        ("published", "no"),
        ("items", "name;address;birth_date;bsn"),
    ])
}

/// Her row in a list; it says nothing.
fn listed() -> Line {
    line(&[
        ("person_ref", "P-1"),
        ("bsn", "999960003"),
        ("first_names", "Tessa"),
        ("surname", "Zandstra"),
        ("name_use", "E"),
        ("sex", "V"),
        ("birth_date", "1950-01-01"),
        ("street", "Lindelaan"),
        ("house_number", "3"),
        ("postcode", "1100AB"),
        ("town", "Utrecht"),
    ])
}

fn but(mut line: Line, cells: &[(&str, &str)]) -> Line {
    line.extend(cells.iter().map(|(column, cell)| ((*column).to_owned(), (*cell).to_owned())));
    line
}

fn register(row: &[(&str, &str)]) -> Ended {
    Lists::new("").with("exposures", &[tessa()]).with("register", &[but(listed(), row)]).run()
}

fn suppressed(rows: &[(&str, &str)]) -> Lists {
    Lists::new("")
        .with("exposures", &[tessa()])
        .with("participants", &[listed()])
        .with("suppressions", &[line(rows)])
}

#[test]
fn a_register_row_protects_whatever_became_of_its_number() {
    for (damaged, says) in [
        ("999960004", "deceased_on"),
        ("99996000", "protected_address"),
        ("999960003.0", "whereabouts_unknown"),
        ("#REF!", "deceased_on"),
    ] {
        let value = if says == "deceased_on" { "2024-02-03" } else { "1" };
        let ended = register(&[("bsn", damaged), (says, value)]);
        assert_eq!(
            (ended.state("T-1").as_str(), ended.answer.code),
            ("review L210", 1),
            "{damaged}"
        );
        let first = &ended.review[0];
        assert_eq!(
            (first["list"].as_str(), first["row"].as_str()),
            ("register", "1"),
            "named first"
        );
        assert!(first["evidence"].contains("may be a person of this run"), "{first:?}");
    }
}

#[test]
fn a_damaged_row_of_somebody_else_holds_nobody_but_waits() {
    let other = [
        ("bsn", "9.99E+08"),
        ("first_names", "Tessa"),
        ("surname", "Duinker"),
        ("birth_date", "1961-06-07"),
        ("street", "Eikenweg"),
        ("postcode", "1234CD"),
        ("deceased_on", "2024-02-03"),
    ];
    let ended = register(&other);
    assert_eq!(
        (ended.state("T-1").as_str(), ended.answer.code),
        ("letter", 1),
        "a row of a list waits"
    );
    assert_eq!(ended.review.len(), 1);
    let whole = other.iter().copied().chain([("bsn", "999960027")]).collect::<Vec<_>>();
    let ended = register(&whole);
    assert_eq!((ended.state("T-1").as_str(), ended.answer.code), ("letter", 0));
}

#[test]
fn what_cannot_be_read_counts_as_the_worst_that_it_may_have_said() {
    for (column, cell, ends) in [
        ("deceased_on", "3-2-2024 00:00", "review D205"),
        ("protected_address", "X", "review D203"),
        ("whereabouts_unknown", "WAAR?", "review D204"),
    ] {
        let ended = register(&[(column, cell)]);
        assert_eq!((ended.state("T-1").as_str(), ended.answer.code), (ends, 1), "{column}");
    }
    let ended =
        suppressed(&[("bsn", "999960003"), ("reason", "objectoin"), ("source", "hotline")]).run();
    assert_eq!((ended.state("T-1").as_str(), ended.answer.code), ("suppressed D202", 1));
}

#[test]
fn a_row_with_a_cell_too_many_or_too_few_still_protects() {
    let columns = super::header("register");
    let row = but(listed(), &[("bsn", ""), ("deceased_on", "2024-02-03")]);
    let whole: Vec<&str> =
        columns.iter().map(|column| row.get(column).map_or("", String::as_str)).collect();
    let surname = columns.iter().position(|column| column == "surname").unwrap();
    let mut longer = whole.clone();
    longer.insert(surname, "de");
    let mut shorter = whole.clone();
    shorter.remove(surname + 1);
    for cells in [longer, shorter] {
        let text = format!("{}\n{}\n", columns.join(","), cells.join(","));
        let ended =
            Lists::new("").with("exposures", &[tessa()]).with_file("register.csv", &text).run();
        assert_eq!(
            (ended.state("T-1").as_str(), ended.answer.code),
            ("review L210", 1),
            "{}",
            cells.len()
        );
    }
}

#[test]
fn a_suppression_is_found_by_what_is_left_of_it() {
    for (rows, ends) in [
        ([("bsn", "99996000"), ("person_ref", "")], "review L210"),
        ([("bsn", "=\"999960003\""), ("person_ref", "")], "review L210"),
        ([("bsn", "1.00E+09"), ("person_ref", "P-1")], "suppressed D202"),
        ([("bsn", "999960003"), ("person_ref", "#REF!")], "suppressed D202"),
        ([("bsn", ""), ("person_ref", "p-1")], "review L210"),
    ] {
        let mut cells = rows.to_vec();
        cells.push(("reason", "objection"));
        let ended = suppressed(&cells).run();
        assert_eq!((ended.state("T-1").as_str(), ended.answer.code), (ends, 1), "{rows:?}");
    }
}

#[test]
fn a_damaged_suppression_that_fits_nobody_stops_the_run() {
    for cells in [
        [("bsn", "1.00E+09"), ("person_ref", "")],
        [("bsn", "912345604"), ("person_ref", "")],
        [("bsn", "912345603"), ("person_ref", "#REF!")],
    ] {
        let mut cells = cells.to_vec();
        cells.push(("reason", "objection"));
        let ended = suppressed(&cells).run();
        assert_eq!(ended.answer.code, 3, "{cells:?} {}", ended.answer.stderr);
        assert!(
            ended.answer.stderr.contains("row 1 of")
                && ended.answer.stderr.contains("correct the row")
        );
    }
}

#[test]
fn a_suppression_that_names_nobody_is_named_first() {
    let ended = suppressed(&[("person_ref", "Q-77"), ("reason", "objection")]).run();
    assert_eq!((ended.state("T-1").as_str(), ended.answer.code), ("letter", 1));
    let first = &ended.review[0];
    assert_eq!((first["list"].as_str(), first["code"].as_str()), ("suppressions", "L211"));
    assert!(ended.answer.stdout.contains("L211"), "the report names it");
    let empty = Lists::new("").with("exposures", &[tessa()]).with("suppressions", &[]).run();
    assert_eq!((empty.review[0]["code"].as_str(), empty.review[0]["row"].as_str()), ("L211", "0"));
    assert_eq!(empty.answer.code, 1);
}

#[test]
fn a_suppression_whose_participant_cannot_be_read_still_holds() {
    let participant = but(listed(), &[("bsn", ""), ("sex", "Vrouw")]);
    let ended = Lists::new("")
        .with("exposures", &[tessa()])
        .with("participants", &[participant])
        .with("suppressions", &[line(&[("person_ref", "P-1"), ("reason", "objection")])])
        .run();
    assert_eq!((ended.state("T-1").as_str(), ended.answer.code), ("review L210", 1));
}

#[test]
fn a_damaged_lab_record_does_not_free_its_person() {
    let child = [("birth_date", "2012-05-05")];
    let second = |cells: &[(&str, &str)]| but(but(tessa(), &[("record_id", "T-2")]), cells);
    for (damaged, ends) in [
        // The second record shows that she is twelve, or another person's number.
        (vec![("birth_date", "5-5-2012")], "review L212"),
        (vec![("bsn", "#REF!")], "review L212"),
        (vec![("category", "prisoner"), ("custody", "ja")], "review L212"),
        (vec![("sample_date", "#####")], "review L212"),
        // A slip in her own number: what the record says otherwise is known.
        (vec![("bsn", "999960004")], "letter"),
    ] {
        let ended = Lists::new("").with("exposures", &[tessa(), second(&damaged)]).run();
        assert_eq!(ended.state("T-1"), ends, "{damaged:?}");
    }
    let slip = second(&[child.as_slice(), &[("bsn", "999960004")]].concat());
    let ended = Lists::new("").with("exposures", &[tessa(), slip]).run();
    assert_eq!(ended.state("T-1"), "review L212", "with that number her birth dates would differ");
}

#[test]
fn a_damaged_provider_does_not_open_a_prison_door() {
    let prisoner = but(
        tessa(),
        &[("category", "prisoner"), ("custody", "current"), ("provider_code", "41000001")],
    );
    let prison = |number: &'static str| {
        line(&[
            ("provider_code", "41000001"),
            ("kind", "custodial"),
            ("display_name", "PI Voorbeeld"),
            ("street", "Poortweg"),
            ("house_number", number),
            ("postcode", "3511AB"),
            ("town", "Utrecht"),
        ])
    };
    let run = |rows: &[Line]| {
        Lists::new("")
            .with("exposures", std::slice::from_ref(&prisoner))
            .with("providers", rows)
            .run()
    };
    assert_eq!(run(&[prison("1")]).state("T-1"), "letter");
    assert_eq!(run(&[prison("1"), prison("2")]).state("T-1"), "review D210");
    for damaged in
        [[("house_number", "=2")], [("provider_code", "4100001.0")], [("provider_code", "#REF!")]]
    {
        assert_eq!(
            run(&[prison("1"), but(prison("2"), &damaged)]).state("T-1"),
            "review D210",
            "{damaged:?}"
        );
    }
}

#[test]
fn too_much_damage_stops_the_run_and_says_of_which_kind() {
    let many = |damaged: usize, cell: &str| {
        let rows: Vec<Line> = (0..60)
            .map(|place| {
                let number = format!("P-{place}");
                let bsn = if place < damaged { cell } else { "" };
                but(
                    listed(),
                    &[("person_ref", number.as_str()), ("bsn", bsn), ("surname", "Anders")],
                )
            })
            .collect();
        Lists::new("").with("exposures", &[tessa()]).with("participants", &rows).run()
    };
    let stopped = many(60, "1.00E+09");
    assert_eq!(stopped.answer.code, 3, "{}", stopped.answer.stdout);
    for text in [
        "60 of 60 rows of the participants list",
        "`bsn`: 60 of 60",
        "scientific notation",
        "as text",
        "[damage]",
    ] {
        assert!(stopped.answer.stderr.contains(text), "`{text}`: {}", stopped.answer.stderr);
    }
    assert_eq!(many(20, "1.00E+09").answer.code, 1);
}

#[test]
fn a_namesake_who_died_holds_nobody_and_is_named() {
    let elsewhere = [
        ("bsn", "999960015"),
        ("street", "Eikenweg"),
        ("postcode", "9999ZZ"),
        ("deceased_on", "2024-02-03"),
    ];
    let ended = register(&elsewhere);
    assert_eq!(ended.state("T-1"), "letter");
    let explained = ended.ask(&["explain", ended.letter("T-1")]);
    assert!(
        explained.stdout.contains("register.csv:1 says died"),
        "{}{}",
        explained.stdout,
        explained.stderr
    );
}

#[test]
fn a_foreign_address_with_an_unknown_line_is_none() {
    let abroad = |lines: [&str; 3]| {
        let mut row = but(
            listed(),
            &[
                ("street", ""),
                ("house_number", ""),
                ("postcode", ""),
                ("town", ""),
                ("country", "5010"),
            ],
        );
        for (place, text) in lines.iter().enumerate() {
            row.insert(format!("foreign_line_{}", place + 1), (*text).to_owned());
        }
        let ended = Lists::new("").with("exposures", &[tessa()]).with("register", &[row]).run();
        ended.state("T-1")
    };
    for lines in [
        ["Unknown", "1000 Bruxelles", ""],
        ["Rue Haute 3", "onbekend", ""],
        ["Rue Haute 3", "1000 Bruxelles", "UNKNOWN"],
    ] {
        assert_eq!(abroad(lines), "review D204", "{lines:?}");
    }

    // A filler that says nothing of the address is no line.
    assert_eq!(abroad(["Rue Haute 3", "1000 Bruxelles", "n.v.t."]), "letter");
}

#[test]
fn a_number_with_letters_for_digits_protects_though_nothing_else_is_left() {
    let row = line(&[("person_ref", "P-1"), ("bsn", "99996OO03"), ("whereabouts_unknown", "1")]);
    let ended = Lists::new("").with("exposures", &[tessa()]).with("register", &[row]).run();
    assert_eq!(ended.state("T-1"), "review L210");
}
