//! The stage as a whole: notices in, drafts and texts out.

use super::*;
use crate::field::cells::Cells;
use crate::field::findings::Findings;
use crate::field::ids::Pseudonym;
use crate::field::names::Sex;
use crate::field::partial_date::PartialDate;
use crate::field::row::{Exposure, List, Provider, ProviderKind, Registrant};
use crate::field::terms::{
    Audience, Category, Custody, Format, Items, Kind, Language, Published, Status, Zone,
};

fn facts() -> Facts {
    toml::from_str(
        r#"
        version = "1"
        measures = []
        [incident]
        laboratory = "Lab"
        from = "2025-07-03"
        until = "2025-07-06"
        reported = "2025-07-08"
        custody_years = [2017, 2022]
        shared_only_no_sign = true
        [publication]
        removed = true
        checked_on = "2025-09-01"
        [phones]
        [senders]
        [sender_of]
        "#,
    )
    .unwrap()
}

fn registrant(cells: &[&str; 19]) -> Registrant {
    Registrant {
        row: RowRef { file: 1, row: 1 },
        cells: Cells::pack(*cells).unwrap(),
        bsn: None,
        title: None,
        name_use: None,
        partner_title: None,
        partner_ended: None::<PartialDate>,
        sex: Some(Sex::V),
        birth_date: None,
        house_indication: None,
        language: None,
        letter_format: None,
        deceased_on: None,
        deceased_unreadable: false,
        protected_address: false,
        whereabouts_unknown: false,
        denies: crate::field::row::Denials::default(),
    }
}

/// first_names initials prefix surname partner_prefix partner_surname street number letter addition
/// postcode town
fn ordinary() -> Registrant {
    registrant(&[
        "p1",
        "Johanna Alida",
        "",
        "de",
        "Vries",
        "",
        "",
        "Kade",
        "12",
        "A",
        "2",
        "2583XL",
        "Scheveningen",
        "",
        "",
        "",
        "",
        "",
        "",
    ])
}

fn exposure(cells: [&str; 14]) -> Exposure {
    Exposure {
        row: RowRef { file: 0, row: 1 },
        cells: Cells::pack(cells).unwrap(),
        bsn: None,
        birth_date: None,
        sex: Some(Sex::V),
        category: Some(Category::Screening),
        sample_date: None,
        status: Status::Confirmed,
        published: Published::Unknown,
        items: Items::NONE,
        custody: None,
        requester: None,
    }
}

fn provider(kind: ProviderKind) -> Provider {
    Provider {
        row: RowRef { file: 2, row: 1 },
        code: "01042119".into(),
        kind,
        display_name: "Huisartsenpraktijk De Linde".into(),
        confirmed_on: Some("2025-08-01".parse().unwrap()),
        cells: Cells::pack(["Postbus", "850", "", "", "2700AW", "Zoetermeer"]).unwrap(),
        contact_email: String::new(),
        closed_on: None,
        merged_into: String::new(),
    }
}

fn notice(identity: Identity<'_>, category: Category, row: u32) -> Notice<'_> {
    Notice {
        person: Pseudonym([u8::try_from(row).unwrap(); 16]),
        kind: Kind::First,
        sequence: 1,
        sender: "bvo".into(),
        findings: Findings {
            categories: vec![category],
            status: Status::Confirmed,
            published: Published::Unknown,
            involved: Items::NONE,
            possible: Items::NONE,
        },
        medical_test: None,
        stored: Items::NONE,
        difference: None,
        reissue: None,
        audience: Audience::Adult,
        custody: None,
        language: Language::Nl,
        format: Format::Standard,
        identity,
        address_source: AddressSource::Register,
        address_of: identity,
        provider: None,
        rows: vec![RowRef { file: 0, row }, RowRef { file: 0, row: row + 100 }],
        record_ids: vec![format!("r{row}")],
        datasets: vec!["ds1"],
    }
}

fn composed(notices: Vec<Notice<'_>>) -> Composed {
    let (keys, facts, window) = (Keys::derive(&[3; 32]), facts(), Window::default());
    let inputs = [Input {
        file: "exposures.csv".into(),
        list: List::Exposures,
        sha256: String::new(),
        rows: 2,
        unread_columns: Vec::new(),
        notes: Vec::new(),
    }];
    let book = Letterbook {
        campaign: "test",
        keys: &keys,
        facts: &facts,
        texts: &texts::CampaignTexts::built_in(),
        inputs: &inputs,
        run_date: "2025-09-01".parse().unwrap(),
        synthetic: true,
        window: &window,
    };
    compose(notices, &book)
}

fn only(notice: Notice<'_>) -> Result<Draft, Reason> {
    let mut composed = composed(vec![notice]);
    match composed.drafts.ready.pop() {
        Some(draft) => Ok(draft),
        None => Err(composed.drafts.set_aside[0].reason),
    }
}

#[test]
fn an_ordinary_person_is_addressed_in_full() {
    let person = ordinary();
    let draft = only(notice(Identity::Listed(&person), Category::Screening, 1)).unwrap();
    assert_eq!(draft.salutation, "Geachte mevrouw De Vries");
    assert_eq!(draft.name_lines, ["J.A. de Vries"]);
    assert_eq!(draft.address_lines, ["Kade 12 A2", "2583 XL  SCHEVENINGEN"]);
    assert_eq!((draft.country_line.as_str(), draft.zone), ("", Zone::Domestic));
    assert_eq!(draft.kix, Kix::Code("2583XL12XA2".into()));
    assert_eq!(draft.rows, [("exposures.csv".to_owned(), 1), ("exposures.csv".to_owned(), 101)]);
    assert!(reference::valid(&draft.reference));
    assert_eq!(draft.letter_id.to_string().len(), 26);
    assert_eq!(draft.provider_display, "");
}

#[test]
fn languages_and_audiences_have_their_own_forms() {
    let person = ordinary();
    let adult = notice(Identity::Listed(&person), Category::Screening, 1);
    let english = only(Notice { language: Language::En, ..adult.clone() }).unwrap();
    assert_eq!(english.salutation, "Dear J.A. de Vries");
    let youth = only(Notice { audience: Audience::Youth, ..adult.clone() }).unwrap();
    assert_eq!(youth.salutation, "Geachte J.A. de Vries");
    let parents = only(Notice { audience: Audience::Parents, ..adult.clone() }).unwrap();
    assert_eq!(parents.salutation, "Geachte ouder(s) of verzorger(s)");
    assert_eq!(parents.name_lines, ["Aan de ouder(s) of verzorger(s) van", "J.A. de Vries"]);
    let parents =
        only(Notice { audience: Audience::Parents, language: Language::En, ..adult }).unwrap();
    assert_eq!(parents.salutation, "Dear parent(s) or carer(s)");
    assert_eq!(parents.name_lines[0], "To the parent(s) or carer(s) of");
}

#[test]
fn names_from_the_lab_are_neutral() {
    let cases = [
        ("J A", "", "Geachte J.A. de Boer"),
        ("", "ja", "Geachte j.a. de Boer"),
        ("Jan Piet", "X", "Geachte J.P. de Boer"),
    ];
    for (first_names, initials, salutation) in cases {
        let row = exposure([
            "r1",
            "d",
            first_names,
            initials,
            "de",
            "Boer",
            "Kade 3hs",
            "",
            "",
            "",
            "2583XL",
            "Delft",
            "",
            "",
        ]);
        let draft = only(notice(Identity::Lab(&row), Category::Screening, 1)).unwrap();
        assert_eq!(draft.salutation, salutation);
        assert_eq!(draft.address_lines[0], "Kade 3 hs");
    }
}

#[test]
fn in_custody_the_institutions_address_stands_without_its_name() {
    let (person, prison) = (ordinary(), provider(ProviderKind::Custodial));
    let held = Notice {
        custody: Some(Custody::Current),
        address_source: AddressSource::Institution,
        provider: Some(&prison),
        ..notice(Identity::Listed(&person), Category::Prisoner, 1)
    };
    let draft = only(held.clone()).unwrap();
    assert_eq!(draft.name_lines, ["J.A. de Vries"]);
    assert_eq!(draft.address_lines, ["Postbus 850", "2700 AW  ZOETERMEER"]);
    assert_eq!(draft.provider_display, "");
    let json = serde_json::to_string(&draft).unwrap();
    assert!(!json.contains("Linde"));

    let nameless = registrant(&[
        "p1", "", "", "de", "Vries", "", "", "Kade", "12", "", "", "2583XL", "Delft", "", "", "",
        "", "", "",
    ]);
    let bare = Notice { identity: Identity::Listed(&nameless), ..held.clone() };
    assert_eq!(only(bare).unwrap_err(), Reason::C107);
    assert_eq!(only(Notice { provider: None, ..held }).unwrap_err(), Reason::C106);
}

#[test]
fn a_provider_is_named_only_in_its_own_letters_and_only_once_it_agreed() {
    let (person, practice) = (ordinary(), provider(ProviderKind::Gp));
    let silent = Provider { confirmed_on: None, ..practice.clone() };
    let named = |category, provider| {
        let notice =
            Notice { provider: Some(provider), ..notice(Identity::Listed(&person), category, 1) };
        only(notice).unwrap().provider_display
    };
    assert_eq!(named(Category::Gp, &practice), "Huisartsenpraktijk De Linde");
    assert_eq!(named(Category::Hospital, &practice), "", "a practice is no hospital");
    assert_eq!(named(Category::Screening, &practice), "");
    assert_eq!(named(Category::Prisoner, &practice), "");
    assert_eq!(named(Category::Gp, &silent), "");
}

#[test]
fn who_cannot_be_addressed_is_set_aside_with_every_row() {
    let mut cells = [
        "p1", "Jo", "", "", ".", "", "", "Kade", "12", "", "", "2583XL", "Delft", "", "", "", "",
        "", "",
    ];
    let nameless = registrant(&cells);
    cells[4] = "Boer";
    cells[8] = "12 t/m 14";
    let range = registrant(&cells);
    let good = ordinary();
    let people = [&nameless, &range, &good];
    let notices = people
        .iter()
        .zip(1..)
        .map(|(person, row)| notice(Identity::Listed(person), Category::Screening, row))
        .collect();
    let composed = composed(notices);
    assert_eq!(composed.drafts.ready.len(), 1);
    let held: Vec<_> =
        composed.drafts.set_aside.iter().map(|held| (held.row.row, held.reason)).collect();
    assert_eq!(
        held,
        [(1, Reason::C101), (101, Reason::C101), (2, Reason::C104), (102, Reason::C104)]
    );
    for held in &composed.drafts.set_aside {
        assert_eq!(held.beside.len(), 1);
        assert!(held.person.is_some() && !held.evidence.contains("12"));
    }
}

#[test]
fn too_many_and_too_few_lines_are_held() {
    let mut cells = [
        "p1", "Jo", "", "", "Boer", "", "", "", "", "", "", "", "", "", "", "One", "Two", "Three",
        "FR",
    ];
    let mut titled = registrant(&cells);
    titled.title = "BS".parse().ok();
    let draft = only(notice(Identity::Listed(&titled), Category::Screening, 1)).unwrap();
    assert_eq!(draft.name_lines, ["De hoogwelgeboren vrouwe", "J. barones Boer"]);
    assert_eq!((draft.address_lines.len(), draft.country_line.as_str()), (3, "FRANCE"));
    assert_eq!(
        check_lines(&vec!["a".into(); 3], &vec!["b".into(); 3], "FRANCE"),
        Err((Reason::C103, "address"))
    );
    (cells[16], cells[17], cells[18]) = ("", "", "NL");
    assert_eq!(
        only(notice(Identity::Listed(&registrant(&cells)), Category::Screening, 1)).unwrap_err(),
        Reason::C106
    );
    let long = "Lang".repeat(13);
    cells[4] = &long;
    assert_eq!(
        only(notice(Identity::Listed(&registrant(&cells)), Category::Screening, 1)).unwrap_err(),
        Reason::C102
    );
}

#[test]
fn equal_texts_are_written_once_and_unused_ones_are_dropped() {
    let (good, nameless) = (
        ordinary(),
        registrant(&["p", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", ""]),
    );
    let mut notices: Vec<_> =
        (1..=20).map(|row| notice(Identity::Listed(&good), Category::Screening, row)).collect();
    notices.push(Notice {
        language: Language::En,
        ..notice(Identity::Listed(&good), Category::Screening, 21)
    });
    notices.push(Notice {
        format: Format::Large,
        ..notice(Identity::Listed(&nameless), Category::Screening, 22)
    });
    let composed = composed(notices);
    assert_eq!(composed.bodies.len(), 2);
    for (hash, body) in &composed.bodies {
        assert_eq!(hash, &crate::base::hash::of_bytes(&serde_json::to_vec(body).unwrap()));
    }
    assert!(composed.drafts.ready.iter().all(|draft| composed.bodies.contains_key(&draft.body)));
    let ids: std::collections::BTreeSet<_> =
        composed.drafts.ready.iter().map(|draft| &draft.letter_id).collect();
    assert_eq!(ids.len(), 21);
}

#[test]
fn a_kix_that_the_window_cannot_show_is_left_out() {
    let (wide, code) =
        (Kix::Code("2583XL12345XRECHTS".into()), Kix::Code("2583XL1234XRECHTS".into()));
    let left_out = Kix::Skipped("TOO_WIDE".into());
    assert_eq!(kix_for(wide, &Window::default()), left_out);
    assert_eq!(kix_for(code.clone(), &Window::default()), code);
    let narrow = Window { width: 70.0, ..Window::default() };
    assert_eq!(kix_for(code, &narrow), left_out);
}

#[test]
fn debug_shows_nothing_of_a_person() {
    let name = crate::field::names::PersonName {
        first_names: "Jo",
        surname: "Boer",
        ..Default::default()
    };
    let shown = format!("{:?} {:?}", name_line::name_lines(&name), house_number::parse("12 A"));
    assert!(!shown.contains("Boer") && !shown.contains("12"));
}
