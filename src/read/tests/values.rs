//! What a row says, and for which reasons it is refused.

use super::*;

#[test]
fn a_sound_row_arrives_with_every_value() {
    let inbox = Inbox::with(exposures(&[&[
        ("custody", "former"),
        ("sex", "F"),
        ("published", ""),
        ("category", "gp"),
    ]]));
    let rows = inbox.read().unwrap();
    let row = &rows.exposures[0];
    assert_eq!(row.row, crate::field::ids::RowRef { file: 0, row: 1 });
    assert_eq!((row.record_id(), row.dataset_id(), row.provider_code()), ("R-1", "D1", "01234567"));
    assert_eq!((row.name().surname_prefix, row.name().surname), ("van der", "Voorbeeld"));
    assert_eq!((row.address().postcode, row.address().house_addition), ("1234AB", "-2"));
    assert_eq!(row.bsn.unwrap().number().to_string(), VALID);
    assert_eq!(
        (row.sex, row.category, row.status),
        (Some(Sex::V), Some(Category::Gp), Status::Confirmed)
    );
    assert_eq!((row.published, row.custody), (Published::Unknown, Some(Custody::Former)));
    assert_eq!(row.sample_date, Some(date(2024, 1, 31)));
    let input = &rows.inputs[0];
    assert_eq!(
        (input.file.as_str(), input.list, input.rows),
        ("exposures.csv", List::Exposures, 1)
    );
    assert_eq!(input.sha256.len(), 64);
    assert!(rows.refused.is_empty());
}

#[test]
fn every_list_is_read() {
    let registrant = [
        ("name_use", "V"),
        ("partner_surname", "Partner"),
        ("partner_ended", "2010-00-00"),
        ("title", "JV"),
        ("house_indication", "to"),
        ("language", "en"),
        ("letter_format", "large"),
        ("protected_address", "ja"),
    ];
    let list = |columns: &[&str], replaced: &[(&str, &str)]| {
        csv_text(columns, &[cells(columns, replaced)])
    };
    let inbox = Inbox::with(exposures(&[&[]]))
        .and("participants-1.csv", list(schema::REGISTRANTS, &registrant))
        .and(
            "register.csv",
            list(
                schema::REGISTRANTS,
                &[("deceased_on", "2024-11-00"), ("country", "België"), ("postcode", "B-1000")],
            ),
        )
        .and("providers.csv", list(schema::PROVIDERS, &[]))
        .and("suppressions.csv", list(schema::SUPPRESSIONS, &[("bsn", "")]));
    let rows = inbox.read().unwrap();
    let participant = &rows.participants[0];
    assert!(participant.protected_address && participant.name().partner.unwrap().former);
    assert_eq!(participant.person_ref(), "P-1");
    assert_eq!(rows.register[0].address().postcode, "B-1000");
    assert_eq!(rows.register[0].deceased_on.unwrap().month(), 11);
    assert_eq!(rows.providers[0].confirmed_on, Some(date(2025, 8, 1)));
    assert_eq!(rows.providers[0].contact_email, "praktijk@example.org");
    assert_eq!(rows.suppressions[0].person_ref, "P-1");
    let files: Vec<u16> = vec![
        rows.exposures[0].row.file,
        participant.row.file,
        rows.register[0].row.file,
        rows.providers[0].row.file,
        rows.suppressions[0].row.file,
    ];
    assert_eq!(files, [0, 1, 2, 3, 4]);
    assert!(rows.refused.is_empty());
}

#[test]
fn every_reason_of_reading_is_given_for_what_it_says() {
    let long = "x".repeat(1_000_000);
    let table: [(&str, &str, Reason); 43] = [
        ("bsn", "999990018", Reason::R101),
        ("bsn", "123456782", Reason::R102),
        ("birth_date", "17-05-1970", Reason::R104),
        ("sample_date", "45123", Reason::R126),
        ("birth_date", "1970-05-17T00:00:00", Reason::R127),
        ("bsn", "1.00E+09", Reason::R119),
        ("bsn", "999990019.0", Reason::R120),
        ("house_addition", "2.0", Reason::R120),
        ("house_number", "2-jan", Reason::R121),
        ("postcode", "#REF!", Reason::R122),
        ("surname", "#NAAM?", Reason::R122),
        ("street", "#N/B", Reason::R122),
        ("provider_code", "'01234567", Reason::R123),
        ("street", "Caf?straat", Reason::R125),
        ("town", "Ren&eacute;stad", Reason::R125),
        ("surname", "Ren&eacute;e", Reason::R125),
        ("birth_date", "2025-09-02", Reason::R105),
        ("postcode", "1234SS", Reason::R106),
        ("status", "stolen", Reason::R107),
        ("status", "", Reason::R107),
        ("sex", "W", Reason::R107),
        ("items", "name;hiv", Reason::R107),
        ("published", "maybe", Reason::R107),
        ("custody", "yes", Reason::R107),
        ("provider_code", "123456", Reason::R108),
        ("provider_code", "1234567", Reason::R124),
        ("surname", long.as_str(), Reason::R109),
        (
            "record_id",
            "x1234567890123456789012345678901234567890123456789012345678901234",
            Reason::R109,
        ),
        ("surname", "Voor\nbeeld", Reason::R110),
        ("street", "Straat\u{85}", Reason::R110),
        ("surname", "Voor\u{202E}beeld", Reason::R111),
        ("surname", "RenÃ©e", Reason::R112),
        ("surname", "JosŽ", Reason::R129),
        ("record_id", VALID, Reason::R130),
        ("dataset_id", VALID, Reason::R130),
        ("record_id", "", Reason::R114),
        ("record_id", "onbekend", Reason::R114),
        ("surname", "Vo\u{43E}rbeeld", Reason::R116),
        ("initials", "\u{410}.", Reason::R116),
        ("surname", "#read(\"/etc/passwd\")", Reason::R117),
        ("first_names", "BEL 0900", Reason::R117),
        ("surname", "=cmd|' /C calc'!A0", Reason::R118),
        ("town", "@SUM(A1)", Reason::R118),
    ];
    let mut seen: Vec<Reason> = Vec::new();
    for (column, value, reason) in table {
        let rows = Inbox::with(exposures(&[&[(column, value)], &[]])).read().unwrap();
        assert_eq!((rows.exposures.len(), rows.refused.len()), (1, 1), "{column} {reason}");
        let refused = &rows.refused[0];
        assert_eq!(refused.set_aside.reason, reason, "{column}");
        assert!(
            refused.set_aside.evidence.starts_with(&format!("{column}: {reason}")),
            "{}",
            refused.set_aside.evidence
        );
        assert_eq!(refused.set_aside.row.row, 1);
        seen.push(reason);
    }
    let mut real = Inbox::with(exposures(&[&[]]));
    real.synthetic = false;
    real.formats.settle_seconds = Some(0);
    let rows = real.read().unwrap();
    assert_eq!(rows.refused[0].set_aside.reason, Reason::R103);
    let ragged = Inbox::with(format!("{}R-9,too,short\n", exposures(&[&[]]))).read().unwrap();
    assert_eq!(ragged.refused[0].set_aside.reason, Reason::R113);
    // R128 has tests of its own: only a workbook can have it.
    seen.extend([Reason::R103, Reason::R113, Reason::R128]);
    let missing: Vec<_> = Reason::ALL
        .iter()
        .filter(|reason| reason.code().starts_with('R') && !seen.contains(reason))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_refused_row_keeps_what_could_be_read_and_names_every_faulty_column() {
    let text = exposures(&[&[("items", "hiv"), ("surname", "Jansen2"), ("postcode", "12")]]);
    let rows = Inbox::with(text).read().unwrap();
    let refused = &rows.refused[0];
    assert_eq!(refused.record_id, "R-1");
    assert_eq!(refused.bsn.unwrap().number().to_string(), VALID);
    assert_eq!(refused.set_aside.reason, Reason::R117);
    let evidence = "surname: R117; postcode: R106; items: R107 (one of name, address, ";
    assert!(refused.set_aside.evidence.starts_with(evidence), "{}", refused.set_aside.evidence);
    assert!(!refused.set_aside.evidence.contains("hiv"));
}

#[test]
fn an_unknown_category_is_no_fault_of_the_row() {
    let rows =
        Inbox::with(exposures(&[&[("category", "dentist")], &[("category", "")]])).read().unwrap();
    assert_eq!(rows.exposures.iter().map(|row| row.category).collect::<Vec<_>>(), [None, None]);
}

#[test]
fn a_suppression_of_nobody_stops_the_run() {
    let with = |replaced: &[(&str, &str)]| {
        let list = csv_text(
            schema::SUPPRESSIONS,
            &[cells(schema::SUPPRESSIONS, &[]), cells(schema::SUPPRESSIONS, replaced)],
        );
        Inbox::with(exposures(&[&[]])).and("suppressions.csv", list).read()
    };
    for nobody in [
        [("bsn", ""), ("person_ref", "")],
        [("bsn", "123"), ("person_ref", "")],
        [("bsn", "123456782"), ("person_ref", "a b")],
    ] {
        let error = with(&nobody).unwrap_err();
        assert!(matches!(error, ReadError::Suppression { row: 2, .. }), "{error}");
    }
    let held = with(&[("bsn", "123")]).unwrap();
    assert_eq!((held.refused[0].person_ref.as_str(), held.refused[0].bsn), ("P-1", None));
    let held = with(&[("person_ref", ""), ("reason", "because")]).unwrap();
    assert!(held.refused[0].bsn.is_some());
}

#[test]
fn an_id_that_holds_the_rows_bsn_is_not_kept_and_the_row_protects_all_the_same() {
    let ids = [VALID, "R-999990019-1", "9999.90.019", "R_999-990-019"];
    for id in ids {
        let row = &Inbox::with(exposures(&[&[("record_id", id)]])).read().unwrap().refused[0];
        assert_eq!((row.set_aside.reason, row.record_id.as_str()), (Reason::R130, ""), "{id}");
        assert!(!format!("{row:?}").contains(id) && row.bsn.is_some(), "{row:?}");

        // A person's number with full stops is damage of a different kind.
        let reason = if id.contains('.') { Reason::R120 } else { Reason::R130 };
        let listed = |list: &str, columns: &[&str]| {
            let text = csv_text(columns, &[cells(columns, &[("person_ref", id)])]);
            Inbox::with(exposures(&[&[]])).and(list, text).read().unwrap()
        };
        let rows = listed("participants.csv", schema::REGISTRANTS);
        assert!(rows.participants.is_empty() && rows.refused[0].bsn.is_some());
        assert_eq!(
            (rows.refused[0].set_aside.reason, rows.refused[0].person_ref.as_str()),
            (reason, "")
        );
        let rows = listed("suppressions.csv", schema::SUPPRESSIONS);
        assert!(
            rows.refused[0].used && rows.suppressions[0].bsn.is_some(),
            "it suppresses by the BSN"
        );
        assert_eq!(
            (rows.refused[0].set_aside.reason, rows.suppressions[0].person_ref.as_str()),
            (reason, "")
        );
    }
    let others = ["999990020", "2025-09-15-0019", "R-99999001", "999990a019"];
    for id in others {
        assert!(
            Inbox::with(exposures(&[&[("record_id", id)]])).read().unwrap().refused.is_empty(),
            "{id}"
        );
    }
    // A number that lost its zero, or that is none.
    for (id, bsn) in
        [("R-12345678", "012345678"), ("R-012345678", "12345678"), ("999990018", "999990018")]
    {
        let replaced: &[(&str, &str)] = &[("record_id", id), ("bsn", bsn)];
        let row = &Inbox::with(exposures(&[replaced])).read().unwrap().refused[0];
        assert_eq!((row.set_aside.reason, row.record_id.as_str()), (Reason::R130, ""), "{id}");
    }
}

#[test]
fn providers_that_contradict_each_other_are_not_named() {
    let read = |rows: &[&[(&str, &str)]]| {
        let rows: Vec<_> = rows.iter().map(|replaced| cells(schema::PROVIDERS, replaced)).collect();
        let inbox =
            Inbox::with(exposures(&[&[]])).and("providers.csv", csv_text(schema::PROVIDERS, &rows));
        inbox.read().unwrap().providers
    };
    assert!(read(&[&[], &[]]).iter().all(|provider| provider.confirmed_on.is_some()));
    let renamed = read(&[&[], &[("display_name", "Praktijk Elders")]]);
    assert!(
        renamed.iter().all(|provider| provider.confirmed_on.is_none()
            && provider.address().town == "Voorbeeldstad")
    );
    let moved = read(&[&[], &[("town", "Elders")], &[("provider_code", "07654321")]]);
    assert!(
        moved[..2]
            .iter()
            .all(|provider| provider.confirmed_on.is_none() && provider.address().town.is_empty())
    );
    assert!(moved[2].confirmed_on.is_some());
}

#[test]
fn postcodes_are_dutch_where_the_address_is() {
    for (country, good) in
        [("", 0), ("NL", 0), ("nederland", 0), ("6030", 0), ("België", 1), ("DE", 1), ("5010", 1)]
    {
        let rows = Inbox::with(exposures(&[&[("country", country), ("postcode", "B-1000")]]))
            .read()
            .unwrap();
        assert_eq!(rows.exposures.len(), good, "{country}");
    }
}
