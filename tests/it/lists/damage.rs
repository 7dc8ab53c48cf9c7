//! The law: making a cell of a row that protects unreadable never turns "no letter" into a letter.
//!
//! The damage is made here as spreadsheets and data frames make it when they save a list; nothing
//! of it is taken from the program. Many people stand in one inbox, each protected by one row with
//! one damaged cell.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{Line, Lists, line};

/// How somebody is protected.
#[derive(Clone, Copy, Debug)]
enum Protection {
    Died,
    Hidden,
    Gone,
    Objection,
}

/// Which row protects, and how it is theirs.
#[derive(Clone, Copy, Debug)]
enum Bond {
    /// A register row with their BSN.
    Number,
    /// A register row without BSN: name, birth date and address.
    Details,
    /// A participants row with their BSN, at another address.
    Moved,
    /// A participants row with their BSN; the lab has initials and none.
    Initials,
}

#[derive(Clone, Copy, Debug)]
struct Plan {
    protection: Protection,
    bond: Bond,
    /// Column of the row that is damaged, and how.
    column: usize,
    damage: usize,
}

/// What programs leave behind in any cell.
const ANYWHERE: [&str; 7] = ["#REF!", "#NAME?", "Err:502", "#VALUE!", "=A1+1", "\u{7}", "#WAARDE!"];
const NUMBERS: [&str; 3] = ["1.00E+09", "1,00E+09", "9,9E8"];
const DATES: [&str; 5] =
    ["1950-01-01 00:00:00", "01/02/1950", "18264", "1950-01-01T00:00:00.000", "1-2-50"];
const FLAGS: [&str; 5] = ["1.0", "WAAR", "X", "0.0", "-1"];
const WORDS: [&str; 3] = ["Vrouw", "1.0", "V;"];

/// The damaged cell; `None` where this kind cannot make the column unreadable.
fn damaged(column: &str, cell: &str, kind: usize) -> Option<String> {
    let of = |words: &[&str]| words.get(kind % words.len()).map(|word| (*word).to_owned());
    match column {
        "bsn" if kind < 8 && !cell.is_empty() => Some(spoilt(cell, kind)),
        "bsn" => of(&[&ANYWHERE[..6], &NUMBERS[..]].concat()),
        "person_ref" => of(&["#REF!", "P 1", "=P1", "Err 502", "\u{7}P"]),
        "title" | "name_use" | "partner_title" | "sex" | "house_indication" | "language"
        | "letter_format" => of(&WORDS),
        "birth_date" | "partner_ended" | "deceased_on" => of(&DATES),
        "protected_address" | "whereabouts_unknown" => of(&FLAGS),
        "postcode" => of(&["1100", "#N/B!", "1100AB.0", "O100AB"]),
        "first_names"
        | "initials"
        | "surname"
        | "partner_surname"
        | "surname_prefix"
        | "partner_surname_prefix" => {
            of(&["#NAME?", "=NAAM", "Tess4", "\u{7}", "naam@plek", "#VALUE!"])
        }
        _ => of(&["=A1+1", "\u{7}", "@SUM(1)", "\u{202e}weg", "+3"]),
    }
}

/// A BSN as it comes out of a spreadsheet or out of hurried hands.
fn spoilt(bsn: &str, kind: usize) -> String {
    match kind {
        0 => format!("{bsn}.0"),
        1 => format!("=\"{bsn}\""),
        2 => format!("{}-{}-{}", &bsn[..3], &bsn[3..6], &bsn[6..]),
        3 => bsn[..8].to_owned(),
        4 => bsn[1..].to_owned(),
        5 => format!("{}{}", &bsn[..8], (bsn.as_bytes()[8] - b'0' + 1) % 10),
        6 => format!("{bsn}0"),
        _ => format!("{}.{}E+08", &bsn[..1], &bsn[1..]),
    }
}

/// The n-th valid number of the test range.
fn bsn(n: usize) -> String {
    let valid = |number: &u32| {
        let digits: Vec<u32> =
            number.to_string().bytes().map(|byte| u32::from(byte - b'0')).collect();
        let sum: u32 =
            (0..8).map(|place| digits[place] * (9 - u32::try_from(place).unwrap())).sum();
        sum % 11 == digits[8] % 11 && (sum + 11 - digits[8]).is_multiple_of(11)
    };
    // Far apart, so that a slip in one is not another.
    let start = 912_000_000 + 1_237 * u32::try_from(n).unwrap();
    (start..start + 1_237).find(valid).unwrap().to_string()
}

/// A name of letters that is nobody else's.
fn surname(mut n: usize) -> String {
    const SYLLABLES: [&str; 12] =
        ["bak", "dor", "fen", "gul", "hem", "kir", "lom", "mus", "nap", "rid", "sot", "vel"];
    let mut name = String::from("Z");
    for _ in 0..3 {
        name.push_str(SYLLABLES[n % SYLLABLES.len()]);
        n /= SYLLABLES.len();
    }
    name
}

/// Somebody's lab record and the row that protects them, with its list; whole.
fn person(n: usize, plan: Plan) -> (Line, &'static str, Line) {
    let (name, number) = (surname(n), bsn(n));
    let birth = format!("{}-{:02}-{:02}", 1930 + n % 50, 1 + n / 50 % 12, 2 + n % 26);
    let postcode =
        format!("{}{}{}", 2000 + n, char::from(b'A' + u8::try_from(n % 10).unwrap()), 'B');
    let id = format!("T-{n}");
    let lab_bsn =
        if matches!(plan.bond, Bond::Details | Bond::Initials) { "" } else { number.as_str() };
    let first = if matches!(plan.bond, Bond::Initials) { "" } else { "Tessa" };
    let mut lab = line(&[
        ("record_id", &id),
        ("dataset_id", "ds1"),
        ("bsn", lab_bsn),
        ("first_names", first),
        ("initials", "T."),
        ("surname", &name),
        ("birth_date", &birth),
        ("sex", "V"),
        ("street", "Lindelaan"),
        ("house_number", "3"),
        ("postcode", &postcode),
        ("town", "Utrecht"),
        ("category", "gp"),
        ("sample_date", "2021-03-04"),
        ("status", "confirmed"),
        ("published", "no"),
        ("items", "name;address"),
    ]);
    let list =
        if matches!(plan.bond, Bond::Number | Bond::Details) { "register" } else { "participants" };
    let listed_bsn = if matches!(plan.bond, Bond::Details) { "" } else { number.as_str() };
    let place =
        if matches!(plan.bond, Bond::Moved) { ("Eikenweg", "9") } else { ("Lindelaan", "3") };
    let mut row = line(&[
        ("person_ref", &format!("P-{n}")),
        ("bsn", listed_bsn),
        ("first_names", "Tessa"),
        ("surname", &name),
        ("name_use", "E"),
        ("sex", "V"),
        ("birth_date", &birth),
        ("street", place.0),
        ("house_number", place.1),
        ("postcode", &postcode),
        ("town", "Utrecht"),
    ]);
    let mut says = |column: &str, value: &str| row.insert(column.to_owned(), value.to_owned());
    match plan.protection {
        Protection::Died => says("deceased_on", "2024-02-03"),
        Protection::Hidden => says("protected_address", "1"),
        Protection::Gone => says("whereabouts_unknown", "true"),
        // Somebody whom the suppressions name by the number of this row.
        Protection::Objection => None,
    };
    lab.insert("provider_code".to_owned(), String::new());
    (lab, list, row)
}

/// The records that became a letter or part of one, of people protected as planned; the last one is
/// protected by nothing.
fn written(plans: &[Plan], damage: bool) -> Vec<String> {
    let (mut lab, mut register, mut participants, mut suppressions) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (n, plan) in plans.iter().enumerate() {
        let (record, list, mut row) = person(n, *plan);
        if matches!(plan.protection, Protection::Objection) {
            suppressions.push(line(&[("person_ref", &row["person_ref"]), ("reason", "objection")]));
        }
        let columns = super::header("register");
        let column = &columns[plan.column % columns.len()];
        let cell = row.get(column).cloned().unwrap_or_default();
        if damage && let Some(spoilt) = damaged(column, &cell, plan.damage) {
            row.insert(column.clone(), spoilt);
        }
        lab.push(record);
        if list == "register" { register.push(row) } else { participants.push(row) }
    }
    let nobody = Plan { protection: Protection::Died, bond: Bond::Number, column: 0, damage: 0 };
    lab.push(person(1700, nobody).0);
    let limits = "[damage]\nrows = 100000\ncells = 100000\n\
                  [inputs.participants]\nmax_refused_percent = 100\n[inputs.register]\nmax_refused_percent = 100\n";
    let ended = Lists::new(limits)
        .with("exposures", &lab)
        .with("register", &register)
        .with("participants", &participants)
        .with("suppressions", &suppressions)
        .run();
    assert!(ended.answer.code <= 1, "{}", ended.answer.stderr);
    let told =
        ended.rows.iter().filter(|row| ["letter", "merged"].contains(&row["state"].as_str()));
    told.map(|row| row["record_id"].clone()).collect()
}

/// Each way to be protected, with each column of the row damaged in several ways.
fn every_plan() -> Vec<Plan> {
    let mut plans = Vec::new();
    for protection in
        [Protection::Died, Protection::Hidden, Protection::Gone, Protection::Objection]
    {
        for bond in [Bond::Number, Bond::Details, Bond::Moved, Bond::Initials] {
            for column in 0..super::header("register").len() {
                let damage = plans.len();
                plans.extend([0, 1].map(|more| Plan {
                    protection,
                    bond,
                    column,
                    damage: damage * 7 + more,
                }));
            }
        }
    }
    plans
}

#[test]
fn whole_rows_protect_and_a_row_with_any_cell_damaged_still_does() {
    let plans = every_plan();
    assert_eq!(written(&plans, false), ["T-1700"]);
    let freed = written(&plans, true);
    let whose = |id: &String| id[2..].parse::<usize>().ok().and_then(|n| plans.get(n).copied());
    assert_eq!(
        freed,
        ["T-1700"],
        "{:#?}",
        freed.iter().filter_map(whose).take(20).collect::<Vec<_>>()
    );
}

#[test]
fn damage_in_a_random_cell_of_a_random_row_frees_nobody() {
    let protection = prop::sample::select(vec![
        Protection::Died,
        Protection::Hidden,
        Protection::Gone,
        Protection::Objection,
    ]);
    let bond = prop::sample::select(vec![Bond::Number, Bond::Details, Bond::Moved, Bond::Initials]);
    let plan = (protection, bond, 0_usize..32, 0_usize..40)
        .prop_map(|(protection, bond, column, damage)| Plan { protection, bond, column, damage });
    let config =
        Config { cases: 2, max_shrink_iters: 20, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&prop::collection::vec(plan, 200), |plans| {
            prop_assert_eq!(written(&plans, true), ["T-1700"]);
            Ok(())
        })
        .unwrap();
}
