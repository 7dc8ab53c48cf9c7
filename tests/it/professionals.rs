//! Letters to people who work in health care about their own data, through the whole program: one
//! letter each, nothing of a patient in it, and nothing of it in a patient's letter.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::paper::{self, Printed};
use crate::program::{Answer, Night, root};

const GP: &str = "01000001";
const CLOSED: &str = "01000005";
const TABLE: &str = "[professionals]\nsender = \"bvo\"\n";

/// What only a letter to a patient may hold, of the same human.
const OF_THE_PATIENT: [&str; 6] =
    ["Nieuwstraat", "3511AC", "A.M. Berk", "uw test", "burgerservicenummer", "medische test"];
/// What only a letter to the professional may hold.
const OF_THE_PROFESSIONAL: [&str; 5] =
    ["AGB", "Het Plein", "recept", "zorgverlener gestolen", "Persoonlijk en vertrouwelijk"];

/// A campaign with one practice, whose Anna Berk is also somebody's patient.
struct Practice {
    night: Night,
    config: PathBuf,
}

impl Practice {
    fn new(table: &str, professionals: &[&str]) -> Self {
        let night = Night::bare();
        let sample = root().join("sample-data/inbox/exposures-special.csv");
        let header = fs::read_to_string(sample).unwrap().lines().next().unwrap().to_owned();
        let patient = "F1,ds9,,Anna Maria,A.M.,,Berk,1971-03-11,V,Nieuwstraat,7,,,3511AC,Utrecht,,gp,,2022-02-02,confirmed,no,name;address;bsn;exam_type,";
        fs::write(night.inbox().join("exposures-1.csv"), format!("{header}\n{patient}\n")).unwrap();
        let list = format!(
            "provider_code,kind,display_name,confirmed_on,street,house_number,house_letter,house_addition,postcode,town,contact_email,closed_on,merged_into\n\
             {GP},gp,Huisartsenpraktijk Het Plein,2025-08-30,Plein,2,,,3511AB,Utrecht,,,\n\
             {CLOSED},gp,Praktijk De Poort,2025-08-29,Poortstraat,4,,,3511AB,Utrecht,,2024-12-31,\n"
        );
        fs::write(night.inbox().join("providers.csv"), list).unwrap();
        let config = night.configured("[vendor]", &[table, "\n[vendor]"].concat());
        let made = Self { night, config };
        made.lists(professionals);
        made
    }

    fn lists(&self, professionals: &[&str]) {
        let header = "professional_code,name,provider_code,dataset_id,status,items,left_on";
        let text = [&[header], professionals].concat().join("\n") + "\n";
        fs::write(self.night.inbox().join("professionals.csv"), text).unwrap();
    }

    fn ask(&self, date: &str, command: &[&str]) -> Answer {
        self.night.answer(&self.config, date, command)
    }

    fn run(&self, date: &str, code: i32) -> Value {
        let answer = self.ask(date, &["run", "--json"]);
        assert_eq!(answer.code, code, "{}{}", answer.stdout, answer.stderr);
        serde_json::from_str(&answer.stdout).unwrap()
    }
}

/// The letters of a night, those to professionals first.
fn letters(answer: &Value) -> (Vec<Printed>, Vec<Printed>) {
    let into = tempfile::tempdir().unwrap();
    let package = PathBuf::from(answer["package"].as_str().unwrap());
    let bags = paper::unpack(&package, into.path());
    let all = bags.iter().flat_map(|bag| paper::letters(bag).into_values());
    all.partition(|letter| letter.personal.iter().any(|line| line.contains("T.a.v.")))
}

fn whole(letter: &Printed) -> String {
    format!("{} {}", letter.text(), letter.personal.join(" "))
}

#[test]
fn one_human_gets_two_letters_and_neither_has_a_word_of_the_other() {
    let rows = [
        "01000009,A.M. Berk,01000001,ds1,confirmed,name;code,",
        "01000009,A.M. Berk,01000001,ds2,not_excluded,name;signature,",
        ",A.M. Berk,01000001,ds2,confirmed,practice,",
    ];
    let practice = Practice::new(TABLE, &rows);
    let night = practice.run("2025-09-15", 0);
    let (professional, patient) = letters(&night);
    assert_eq!((professional.len(), patient.len()), (1, 1));

    let own = whole(&professional[0]);
    for words in [
        "Dit is gestolen: uw naam uw AGB-code de naam van de praktijk",
        "misschien gestolen: uw handtekening",
    ] {
        let plain = own.replace("• ", "").replace("– ", "");
        assert!(plain.contains(words), "{words}: {own}");
    }
    for value in OF_THE_PATIENT.iter().filter(|value| **value != "A.M. Berk") {
        assert!(!own.contains(value), "{value}: {own}");
    }
    let other = whole(&patient[0]);
    assert!(OF_THE_PATIENT.iter().any(|value| other.contains(value)), "{other}");
    for value in OF_THE_PROFESSIONAL {
        assert!(own.contains(value), "{value}: {own}");
        assert!(!other.contains(value), "{value}: {other}");
    }

    // In the papers they are two subjects, and the row of the list is nobody's evidence.
    let report = &night["report"]["professionals"];
    assert_eq!(
        (&report["rows"], &report["professionals"], &report["letters"]),
        (&3.into(), &1.into(), &1.into())
    );
    assert_eq!(night["report"]["letters"]["by_category"]["professional"], 1);
    let papers = Path::new(night["papers"].as_str().unwrap());
    for file in ["rows.csv", "review.csv", "report.json"] {
        let text = fs::read_to_string(papers.join(file)).unwrap();
        assert!(!text.contains("Berk") && !text.contains("01000009"), "{file}");
    }
    let log = practice.ask("2025-09-15", &["ledger", "log"]);
    assert!(!log.stdout.contains("Berk") && !log.stdout.contains("01000009"));
}

#[test]
fn they_are_told_once_and_again_when_more_was_stolen() {
    let practice = Practice::new(TABLE, &["01000009,A.M. Berk,01000001,ds1,confirmed,name,"]);
    practice.run("2025-09-15", 0);
    let again = practice.run("2025-09-16", 0);
    assert_eq!(again["report"]["letters"]["total"], 0);
    assert_eq!(again["report"]["professionals"]["nothing"], 1);

    practice.lists(&["01000009,A.M. Berk,01000001,ds1,confirmed,name;signature,"]);
    let early = practice.run("2025-09-20", 0);
    assert_eq!(early["report"]["letters"]["total"], 0, "too soon after the first");
    let later = practice.run("2025-09-30", 0);
    let (professional, patient) = letters(&later);
    assert_eq!((professional.len(), patient.len()), (1, 0));
    let text = whole(&professional[0]);
    assert!(
        text.contains("Op 15 september 2025 schreven wij u") && text.contains("uw handtekening")
    );
    assert_eq!(practice.ask("2025-09-30", &["ledger", "check"]).code, 0);
}

#[test]
fn who_cannot_be_written_to_is_held_for_a_human() {
    let rows = [
        "01000009,A.M. Berk,01000099,ds1,confirmed,name,",
        "01000008,B. Eik,01000001,ds1,confirmed,name,2025-09-01",
        "01000007,C. Iep,01000005,ds1,confirmed,name,",
        "01000006,D. Els,01000001,ds1,confirmed,name,",
        "01000006,E. Els,01000001,ds1,confirmed,name,",
        "01000004,F. Wilg,01000001,ds1,confirmed,name,",
    ];
    let practice = Practice::new(TABLE, &rows);
    let night = practice.run("2025-09-15", 1);
    let report = &night["report"]["professionals"];
    assert_eq!(report["held"], serde_json::json!({"P121": 1, "P122": 1, "P123": 1, "P125": 1}));
    assert_eq!((&report["professionals"], &report["letters"]), (&5.into(), &1.into()));
    // They are named once, as whatever waits for a human is.
    assert_eq!(practice.run("2025-09-16", 0)["report"]["cases"]["open"], 4);
}

#[test]
fn they_wait_for_the_notice_to_their_practice() {
    let practice = Practice::new(
        &format!("[providers_first]\n\n{TABLE}"),
        &["01000009,A.M. Berk,01000001,ds1,confirmed,name,"],
    );
    let path = practice.night.inbox().join("exposures-1.csv");
    let rows = fs::read_to_string(&path).unwrap();
    fs::write(&path, rows.replace(",gp,,2022", &format!(",gp,{GP},2022"))).unwrap();
    let night = practice.run("2025-09-15", 0);
    assert_eq!(night["report"]["professionals"]["waiting"], serde_json::json!({"2025-09-24": 1}));
    assert_eq!(night["report"]["letters"]["total"], 1, "the notice alone");
    let capped = practice.run("2025-09-24", 0);
    assert_eq!(capped["report"]["professionals"]["letters"], 1);
}

#[test]
fn a_list_without_the_table_is_refused() {
    let practice = Practice::new("", &["01000009,A.M. Berk,01000001,ds1,confirmed,name,"]);
    let refused = practice.ask("2025-09-15", &["run"]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(refused.stderr.contains("[professionals]"), "{}", refused.stderr);
}

#[test]
fn a_code_that_is_lost_or_turns_up_makes_nobody_new() {
    let practice = Practice::new(TABLE, &["01000009,A.M. Berk,01000001,ds1,confirmed,name,"]);
    practice.run("2025-09-15", 0);
    practice.lists(&[",A.M.  Berk,01000001,ds1,confirmed,name,"]);
    let lost = practice.run("2025-09-16", 0);
    assert_eq!(lost["report"]["professionals"]["nothing"], 1);

    let practice = Practice::new(TABLE, &[",A.M. Berk,01000001,ds1,confirmed,name,"]);
    practice.run("2025-09-15", 0);
    practice.lists(&["01000009,A.M. Berk,01000001,ds1,confirmed,name,"]);
    let found = practice.run("2025-09-16", 0);
    assert_eq!(found["report"]["professionals"]["nothing"], 1);

    practice.lists(&[",dr. A.M. Berk,01000001,ds1,confirmed,name,"]);
    let titled = practice.run("2025-09-16", 0);
    assert_eq!(titled["report"]["professionals"]["nothing"], 1, "a title makes nobody new");

    // Of two with one name nobody knows which of them had that letter: each gets one.
    practice.lists(&[
        "01000009,A.M. Berk,01000001,ds1,confirmed,name,",
        "01000008,A.M. Berk,01000001,ds1,confirmed,name,",
        ",A.M. Berk,01000001,ds1,confirmed,name,",
    ]);
    let two = practice.run("2025-09-17", 0);
    assert_eq!(two["report"]["professionals"]["letters"], 2);
    assert_eq!(practice.run("2025-09-18", 0)["report"]["letters"]["total"], 0);
    assert_eq!(practice.ask("2025-09-18", &["ledger", "check"]).code, 0);
}

#[test]
fn who_asked_for_a_test_is_told_from_the_lab_records() {
    let practice = Practice::new(TABLE, &["01000009,A.M. Berk,01000001,ds1,confirmed,name,"]);
    let path = practice.night.inbox().join("exposures-1.csv");
    let text = fs::read_to_string(&path).unwrap();
    let (header, row) = text.trim_end().split_once('\n').unwrap();
    let more = |cells: &str, number: u32| {
        let row = row.replacen("F1,", &format!("F{number},"), 1);
        let row =
            row.replace("Berk,1971", &format!("Berk{}sen,1971", "ab".repeat(number as usize)));
        format!("{},{cells}", row.replace(",gp,,2022", &format!(",gp,{GP},2022")))
    };
    let rows = [
        more("01000009,A.M. Berk,signature", 1),
        more("01000009,A.M. Berk,signature", 2),
        more("01000007,C. Iep,name;qzx", 3),
        more(",,", 4),
    ];
    let header = format!("{header},professional_code,professional_name,professional_items");
    fs::write(&path, format!("{header}\n{}\n", rows.join("\n"))).unwrap();

    let night = practice.run("2025-09-15", 1);
    let report = &night["report"]["professionals"];
    assert_eq!((&report["rows"], &report["letters"]), (&4.into(), &1.into()), "{report}");
    assert_eq!(report["held"], serde_json::json!({"P127": 1}), "one that cannot be read");
    let (professional, patients) = letters(&night);
    assert_eq!((professional.len(), patients.len()), (1, 4), "no patient is held for it");
    let own = whole(&professional[0]);
    assert!(own.contains("uw handtekening") && own.contains("uw naam"), "{own}");
    assert!(!own.contains("absen") && !own.contains("Nieuwstraat"), "{own}");
    for patient in &patients {
        let other = whole(patient);
        assert!(!other.contains("AGB") && !other.contains("A.M. Berk,") && !other.contains("Iep"));
    }
    assert_eq!(practice.run("2025-09-16", 0)["report"]["letters"]["total"], 0);

    let none = Practice::new("", &[]);
    fs::remove_file(none.night.inbox().join("professionals.csv")).unwrap();
    fs::copy(&path, none.night.inbox().join("exposures-1.csv")).unwrap();
    assert_eq!(none.ask("2025-09-15", &["run"]).code, 2, "nobody is left out in silence");
}
