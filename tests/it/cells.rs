//! Cells that programs and people spoilt, through the whole program: nothing broken is printed, and
//! what only looks strange is.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{Answer, Night};

const EXPOSURES: &str = "record_id,dataset_id,bsn,first_names,initials,surname_prefix,surname,birth_date,sex,street,house_number,\
    house_letter,house_addition,postcode,town,country,category,provider_code,sample_date,status,published,items,custody";

/// What a sound record says beside its number.
const SOUND: [(&str, &str); 12] = [
    ("dataset_id", "cells"),
    ("surname", "Zandstra"),
    ("sex", "V"),
    ("street", "Lindelaan"),
    ("house_number", "3"),
    ("postcode", "1100AB"),
    ("town", "Utrecht"),
    ("category", "hospital"),
    ("sample_date", "2021-03-04"),
    ("status", "confirmed"),
    ("published", "no"),
    ("items", "name;address"),
];

/// First names of so many people that nobody is taken for another whose record cannot be read.
const FIRST_NAMES: [&str; 19] = [
    "Tessa", "Marit", "Joke", "Wendy", "Carla", "Ineke", "Saskia", "Hanneke", "Petra", "Yvonne",
    "Linda", "Ria", "Debby", "Froukje", "Nynke", "Ursula", "Berend", "Olga", "Xandra",
];

fn first_names(place: usize) -> &'static str {
    FIRST_NAMES[place % FIRST_NAMES.len()]
}

fn birthday(place: usize) -> String {
    format!("{}-{:02}-{}", 1930 + place, 1 + place % 12, 10 + place % 19)
}

/// A night of one record for each change to a sound one; no two people share a name, a birthday or
/// a place.
fn night(changes: &[&[(&str, &str)]]) -> Night {
    let night = Night::bare();
    let columns: Vec<&str> = EXPOSURES.split(',').collect();
    let mut writer = csv::Writer::from_path(night.inbox().join("exposures.csv")).unwrap();
    writer.write_record(&columns).unwrap();
    for (place, changed) in changes.iter().enumerate() {
        let (id, postcode) = (format!("C-{place}"), format!("{}AB", 1100 + place));
        let birthday = birthday(place);
        let own = [
            ("record_id", id.as_str()),
            ("postcode", postcode.as_str()),
            ("first_names", first_names(place)),
            ("birth_date", birthday.as_str()),
        ];
        let cell = |column: &&str| {
            let found = changed.iter().chain(&own).chain(&SOUND).find(|(name, _)| name == column);
            found.map_or("", |(_, value)| value)
        };
        writer.write_record(columns.iter().map(cell)).unwrap();
    }
    writer.flush().unwrap();
    night
}

/// Where every record ended.
fn ends(answer: &Value) -> BTreeMap<String, String> {
    let rows = Path::new(answer["papers"].as_str().unwrap()).join("rows.csv");
    let mut reader = csv::Reader::from_path(rows).unwrap();
    let lines = reader.deserialize::<BTreeMap<String, String>>().map(Result::unwrap);
    lines
        .map(|line| {
            (
                line["record_id"].clone(),
                format!("{} {}", line["state"], line["code"]).trim_end().to_owned(),
            )
        })
        .collect()
}

/// One night for a whole table of column, value and end.
fn check(table: &[(&str, &str, &str)]) {
    let changes: Vec<[(&str, &str); 1]> =
        table.iter().map(|(column, value, _)| [(*column, *value)]).collect();
    let changes: Vec<&[(&str, &str)]> = changes.iter().map(<[_; 1]>::as_slice).collect();
    let ends = ends(&night(&changes).run());
    for (place, (column, value, end)) in table.iter().enumerate() {
        assert_eq!(ends[&format!("C-{place}")], *end, "{column} {value}");
    }
}

#[test]
fn a_number_that_a_spreadsheet_damaged_is_held_and_never_read_as_another() {
    check(&[
        ("bsn", "99990056.0", "review R120"),
        ("bsn", "1.00E+09", "review R119"),
        ("bsn", "=\"999990019\"", "review R118"),
        ("bsn", "'999990019", "review R123"),
        ("house_number", "2-jan", "review R121"),
        ("house_number", "12-okt", "review R121"),
        ("house_number", "45659", "review C104"),
        ("house_addition", "2.0", "review R120"),
        ("house_addition", "#NAAM?", "review R122"),
        ("postcode", "#REF!", "review R122"),
        ("birth_date", "18264", "review R126"),
        ("birth_date", "1950-01-01 00:00", "review R127"),
        ("provider_code", "6,01E+06", "review R119"),
        ("provider_code", "6010001", "review R124"),
        ("house_number", "12E2", "letter"),
        ("house_addition", "III", "letter"),
        ("house_addition", "-2", "letter"),
    ]);
}

#[test]
fn no_letter_goes_to_an_address_that_is_none_and_streets_with_such_words_get_theirs() {
    check(&[
        ("street", "GEHEIM", "review D203"),
        ("street", "gba: geheim adres", "review D203"),
        ("street", "V.O.W.", "review D204"),
        ("street", "Zonder vaste woon- of verblijfplaats", "review D204"),
        ("street", "Return to sender", "review D204"),
        ("town", "RNI", "review D204"),
        ("house_addition", "overleden 2020", "review D205"),
        ("street", "#N/B", "review R122"),
        ("street", "Caf?straat", "review R125"),
        ("street", "Kerkstraat&nbsp;", "review R125"),
        ("town", "Utr\\u00e9cht", "review R125"),
        ("street", "45123", "review C106"),
        ("street", "Geheimstraat", "letter"),
        ("street", "Onbekendeweg", "letter"),
        ("street", "Doodweg", "letter"),
        ("street", "Laan van de Onbekende Soldaat", "letter"),
        ("street", "Noord- en Zuidstraat", "letter"),
        ("street", "Laan & Weg", "letter"),
        ("town", "Doodstil", "letter"),
    ]);
}

#[test]
fn nobody_is_addressed_by_a_name_that_is_none_and_people_with_strange_names_are() {
    check(&[
        ("surname", "..", "review C101"),
        ("surname", "ZZTEST", "review C110"),
        ("surname", "Wijlen Jansen", "review C111"),
        ("surname", "Mevr. Jansen", "review C111"),
        ("surname", "Jansen en Bakker", "review C111"),
        ("surname", "Jansen, Jan", "review C112"),
        ("first_names", "Jan en Marie", "review C111"),
        ("surname", "Berg, van der", "letter"),
        ("surname", "Vries de", "letter"),
        ("surname", "'Jansen", "letter"),
        ("surname", "'t Hart", "letter"),
        ("surname", "van Wijlen", "letter"),
        ("surname", "de Heer", "letter"),
        ("initials", "dhr P", "letter"),
    ]);
}

#[test]
fn a_code_without_its_zero_is_read_where_the_providers_list_has_it() {
    let code = [("provider_code", "6010001")];
    let night = night(&[&code]);
    let providers = "provider_code,kind,display_name,confirmed_on,street,house_number,house_letter,house_addition,postcode,town,contact_email\n\
        06010001,hospital,Ziekenhuis Voorbeeld,2025-08-01,Merelstraat,2,,,3406MG,IJsselstein,c@zorg.example\n";
    fs::write(night.inbox().join("providers.csv"), providers).unwrap();
    assert_eq!(ends(&night.run())["C-0"], "letter");
}

/// A register of so many people who are said to have died on this day.
fn register(people: usize, died: usize, day: &str) -> String {
    let header = "person_ref,bsn,first_names,initials,surname_prefix,surname,title,name_use,partner_surname_prefix,partner_surname,\
        partner_title,partner_ended,sex,birth_date,street,house_number,house_letter,house_addition,house_indication,postcode,town,\
        municipality,location_description,foreign_line_1,foreign_line_2,foreign_line_3,country,language,letter_format,deceased_on,\
        protected_address,whereabouts_unknown";
    let row = |place: usize| {
        let (postcode, birthday, first_names) =
            (format!("{}AB", 1100 + place), birthday(place), first_names(place));
        let died = if place < died { day } else { "" };
        format!(
            "P-{place},,{first_names},,,Zandstra,,E,,,,,V,{birthday},Lindelaan,3,,,,{postcode},Utrecht,Utrecht,,,,,,,,{died},,\n"
        )
    };
    format!("{header}\n{}", (0..people).map(row).collect::<String>())
}

#[test]
fn a_filler_for_a_date_of_death_holds_one_by_one_and_in_many_rows_stops_the_run() {
    let night = night(&[&[], &[("surname", "Zandstra")]]);
    fs::write(night.inbox().join("register.csv"), register(30, 1, "1900-01-01")).unwrap();
    let ends = ends(&night.run());
    assert_eq!((ends["C-0"].as_str(), ends["C-1"].as_str()), ("review D205", "letter"));

    fs::write(night.inbox().join("register.csv"), register(30, 21, "1900-01-01")).unwrap();
    let accept = ["run", "--json", "--accept-inputs", "delivered again"];
    let stopped: Answer = night.ask(&accept);
    assert_eq!(stopped.code, 3, "{}", stopped.stderr);
    let setting = "[inputs.register.empty] deceased_on = [\"1900-01-01\"]";
    assert!(
        stopped.stderr.contains("in 21 of 30 rows") && stopped.stderr.contains(setting),
        "{}",
        stopped.stderr
    );

    let config = night.configured(
        "[policy]",
        "[inputs.register.empty]\ndeceased_on = [\"1900-01-01\"]\n[policy]",
    );
    let answer = night.ask_with(&config, &accept);
    assert!(answer.code <= 1, "{}", answer.stderr);
    let told = self::ends(&serde_json::from_str(&answer.stdout).unwrap());
    assert_eq!(told["C-0"], "letter");

    // A day on which somebody may have died is never called empty.
    let config = night.configured(
        "[policy]",
        "[inputs.register.empty]\ndeceased_on = [\"2024-02-03\"]\n[policy]",
    );
    let refused = night.ask_with(&config, &accept);
    assert!(refused.code == 2 || refused.code == 3, "{}", refused.stderr);
}
