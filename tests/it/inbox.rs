//! Lists before they count: `breachpost inbox`, `breachpost contract`, and words and dates of a
//! site's own.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::leaks::{self, CANARIES};
use crate::program::{Answer, Night, see};

const EXPOSURES: &str = "record_id,dataset_id,bsn,first_names,initials,surname_prefix,surname,birth_date,sex,street,house_number,house_letter,house_addition,postcode,town,country,category,provider_code,sample_date,status,published,items,custody\n";

/// A practice's register, as its program exports it: other headers, another delimiter, dates with
/// the day first.
const PRACTICE: &str = "Patientnummer;BSN-nummer;Voornamen;Voorletters;Tussenvoegsel;Achternaam;Geslacht;Geb. datum;Straatnaam;Huisnr;Toevoeging;Postcode;Woonplaats;Overlijdensdatum;Geheim;VOW;Zorgverzekeraar
P1;999990019;Anna Maria;A.M.;;Aalbers;V;11-01-1970;Nieuwstraat;1;;3511AB;Utrecht;;nee;nee;Polis
P2;912345603;Berend;B.;van;Bergen;M;28-02-1950;Nieuwstraat;3;bis;3511AB;Utrecht;;ja;nee;Polis
P3;912345615;Cornelia;C.;;Claassen;V;00-00-1948;Nieuwstraat;5;;3511AB;Utrecht;15-06-2024;nee;nee;Polis
";

/// A record of a woman of Nieuwstraat.
fn record(id: &str, bsn: &str, status: &str, born: &str) -> String {
    format!(
        "{id},ds1,{bsn},Anna Maria,A.M.,,Aalbers,{born},V,Nieuwstraat,1,,,3511AB,Utrecht,,screening,,,{status},no,name;address,\n"
    )
}

fn write(night: &Night, name: &str, text: &str) {
    fs::write(night.inbox().join(name), text).unwrap();
}

/// A look that must end with this code, and its JSON answer.
fn look(night: &Night, config: Option<&Path>, more: &[&str], code: i32) -> Value {
    let words: Vec<&str> = ["inbox", "--json"].into_iter().chain(more.iter().copied()).collect();
    let answer = config.map_or_else(|| night.ask(&words), |config| night.ask_with(config, &words));
    assert_eq!(answer.code, code, "{}{}", answer.stdout, answer.stderr);
    serde_json::from_str(&answer.stdout).unwrap()
}

/// The file of this name in an answer.
fn file<'a>(look: &'a Value, name: &str) -> &'a Value {
    let files = look["files"].as_array().unwrap();
    files.iter().find(|file| file["file"] == name).unwrap_or_else(|| panic!("no {name}: {look:#}"))
}

/// One column of a file.
fn cells<'a>(file: &'a Value, column: &str) -> &'a Value {
    file["cells"].as_array().unwrap().iter().find(|cells| cells["column"] == column).unwrap()
}

fn findings(look: &Value) -> String {
    let texts =
        look["findings"].as_array().unwrap().iter().map(|finding| finding.to_string() + "\n");
    texts.collect()
}

#[test]
fn a_foreign_list_is_shown_with_the_settings_that_read_it_and_with_them_a_run_reads_it() {
    let night = Night::bare();
    write(
        &night,
        "exposures.csv",
        &(EXPOSURES.to_owned() + &record("A-1", "999990019", "confirmed", "1970-01-11")),
    );
    write(&night, "register-practice.csv", PRACTICE);
    assert_eq!(night.ask(&["check"]).code, 3);

    let looked = look(&night, None, &[], 1);
    let register = file(&looked, "register-practice.csv");
    assert!(
        register["problem"]["error"]
            .as_str()
            .unwrap()
            .contains("is not the header of the register list")
    );
    assert_eq!(register["columns"]["unknown"], serde_json::json!(["Zorgverzekeraar"]));
    assert_eq!(register["columns"]["missing"], serde_json::json!([]));
    assert_eq!(register["columns"]["guessed"].as_array().unwrap().len(), 16);
    let rows = &register["rows"];
    assert_eq!(
        (&rows["total"], &rows["usable"], &rows["refused"]),
        (&3.into(), &3.into(), &0.into())
    );
    assert_eq!(
        (&rows["protect"], &rows["join"], &rows["protect_nobody"]),
        (&2.into(), &1.into(), &2.into())
    );

    let proposal = register["proposal"].as_str().unwrap();
    assert!(proposal.contains("delimiter = \";\"\ndates = \"DD-MM-YYYY\""), "{proposal}");
    assert!(proposal.contains("birth_date = \"Geb. datum\""), "{proposal}");
    let config = night.configured("[policy]", &format!("{proposal}[policy]"));
    let looked = look(&night, Some(&config), &[], 0);
    assert_eq!(file(&looked, "register-practice.csv")["problem"], Value::Null);
    let answer = night.ask_with(&config, &["check", "--json"]);
    assert!(answer.code <= 1, "{}", answer.stderr);
    let report: Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(report["letters"]["total"], 1, "{report:#}");
}

#[test]
fn a_line_that_may_be_somebodys_data_is_not_shown() {
    let night = Night::bare();
    write(&night, "exposures.csv", &record("A-1", "999990019", "confirmed", "1970-01-11"));
    let looked = look(&night, None, &[], 1);
    assert_eq!(file(&looked, "exposures.csv")["columns"]["unnamed"], 23);
    assert!(!looked.to_string().contains("Aalbers") && !looked.to_string().contains("Nieuwstraat"));
}

#[test]
fn cells_are_counted_with_the_kind_of_damage_and_the_first_rows() {
    let night = Night::bare();
    let rows: String = (1..=6)
        .map(|row| {
            record(
                &format!("A-{row}"),
                "",
                if row > 2 { "bevestigd" } else { "confirmed" },
                "1970-01-11",
            )
        })
        .collect();
    write(&night, "exposures.csv", &(EXPOSURES.to_owned() + &rows.replacen("1970-01-11", "", 1)));
    let looked = look(&night, None, &[], 1);
    let exposures = file(&looked, "exposures.csv");
    let status = cells(exposures, "status");
    assert_eq!((&status["valid"], &status["damaged"]), (&2.into(), &4.into()));
    assert_eq!(status["kinds"][0]["code"], "R107");
    assert_eq!(status["kinds"][0]["rows"], serde_json::json!([3, 4, 5]));
    let born = cells(exposures, "birth_date");
    assert_eq!(
        (&born["empty"], &born["valid"], &born["damaged"]),
        (&1.into(), &5.into(), &0.into())
    );
    assert_eq!(exposures["rows"]["refused"], 4);
    let findings = findings(&looked);
    assert!(
        findings.contains("confirmed, not_excluded, shared_only")
            && findings.contains("words.status"),
        "{findings}"
    );
    assert!(!looked.to_string().contains("bevestigd"), "a value is shown");
}

#[test]
fn a_look_says_what_changed_since_the_last_run_and_touches_nothing() {
    let night = Night::new(100);
    let before = see(&night.data());
    assert_eq!(
        look(&night, None, &[], 1)["compared_with"],
        "nothing: no run has written down what it read"
    );
    assert!(before == see(&night.data()), "a look has written something");
    let papers = night.run()["papers"].as_str().unwrap().to_owned();
    assert!(Path::new(&papers).join("inputs.marks").is_file());

    let before = see(night.path());
    let looked = look(&night, None, &[], 0);
    assert!(looked["files"].as_array().unwrap().iter().all(|file| file["state"] == "unchanged"));
    for list in looked["lists"].as_array().unwrap() {
        assert_eq!(
            (&list["rows_before"], &list["same"]),
            (&list["rows_now"], &list["rows_now"]),
            "{list:#}"
        );
    }
    assert!(before == see(night.path()), "a look has written something");

    // One participant gone, one with another town, one new, and all towns of the new file empty.
    let path = night.inbox().join("participants.csv");
    let text = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.remove(3);
    let mut cells: Vec<&str> = lines[5].split(',').collect();
    cells[20] = "Elders";
    let changed = cells.join(",");
    lines[5] = changed;
    let mut cells: Vec<&str> = lines[6].split(',').collect();
    (cells[0], cells[1]) = ("S99999999", "");
    lines.push(cells.join(","));
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    fs::remove_file(night.inbox().join("participants.csv.meta.toml")).unwrap();
    let looked = look(&night, None, &[], 1);
    let list = looked["lists"]
        .as_array()
        .unwrap()
        .iter()
        .find(|list| list["list"] == "participants")
        .unwrap();
    assert_eq!(list["gone"], serde_json::json!({"count": 1, "rows": ["participants.csv:3"]}));
    assert_eq!(list["changed"], serde_json::json!({"count": 1, "rows": ["participants.csv:5"]}));
    assert_eq!(list["added"]["count"], 1);
    assert_eq!(file(&looked, "participants.csv")["state"], "changed");

    // With a file of an earlier delivery, and without ledger, key or run.
    let earlier = night.path().join("participants-old.csv");
    fs::write(&earlier, text).unwrap();
    fs::remove_dir_all(night.data()).unwrap();
    let looked = look(&night, None, &["--previous", earlier.to_str().unwrap()], 1);
    let lists = looked["lists"].as_array().unwrap();
    assert_eq!(lists.len(), 1);
    assert_eq!(
        (&lists[0]["gone"]["count"], &lists[0]["changed"]["count"]),
        (&1.into(), &1.into()),
        "{}",
        lists[0]
    );
}

#[test]
fn a_half_delivery_and_a_column_that_jumps_are_seen() {
    let night = Night::new(300);
    night.run();
    let path = night.inbox().join("register.csv");
    let text = fs::read_to_string(&path).unwrap();
    let half: Vec<String> = text
        .lines()
        .take(text.lines().count() / 2)
        .map(|line| {
            let mut cells: Vec<&str> = line.split(',').collect();
            if cells[0] != "person_ref" && !line.contains('"') {
                cells[29] = "";
                cells[13] = "";
            }
            cells.join(",")
        })
        .collect();
    fs::write(&path, half.join("\n") + "\n").unwrap();
    fs::remove_file(night.inbox().join("register.csv.meta.toml")).unwrap();
    let findings = findings(&look(&night, None, &[], 1));
    assert!(
        findings.contains("birth_date: 100.0 %") && findings.contains("% of the cells are empty"),
        "{findings}"
    );
    assert!(
        findings.contains("rows are gone")
            && findings.contains("ask whether the delivery is complete"),
        "{findings}"
    );
}

#[test]
fn a_look_says_when_a_run_would_stop_although_each_file_can_be_read() {
    let rows = |from: u32, born: &str| -> String {
        (from..from + 30).map(|n| record(&format!("A-{n}"), "", "confirmed", born)).collect()
    };
    let night = Night::bare();
    write(&night, "exposures.csv", &(EXPOSURES.to_owned() + &rows(0, "1970-13-41")));
    let refused = findings(&look(&night, None, &[], 1));
    assert!(refused.contains("30 of 30 rows of the exposures list cannot be used"), "{refused}");
    assert!(refused.contains("\"stops\":true"), "{refused}");
    assert_eq!(night.ask(&["check"]).code, 3);

    write(&night, "exposures.csv", &(EXPOSURES.to_owned() + &rows(0, "1970-01-11")));
    let suppressions: Vec<String> =
        (0..30).map(|n| format!("9{n:02}E+08,P{n},objection")).collect();
    write(
        &night,
        "suppressions.csv",
        &format!("bsn,person_ref,reason\n{}\n", suppressions.join("\n")),
    );
    let damaged = findings(&look(&night, None, &[], 1));
    assert!(
        damaged.contains("scientific notation") && damaged.contains("\"stops\":true"),
        "{damaged}"
    );
    assert_eq!(night.ask(&["check"]).code, 3);
}

#[test]
fn a_wrong_folder_or_a_wrong_file_does_not_end_the_look() {
    let night = Night::bare();
    write(&night, "register.csv", "nothing\n1\n");
    write(&night, "participants.csv.part", "bsn\n");
    write(&night, "suppressions.csv", "bsn,reason\n,objection\n");
    let looked = look(&night, None, &[], 1);
    let findings = findings(&looked);
    for text in
        ["participants.csv.part", "is not the header of the register list", "suppresses somebody"]
    {
        assert!(findings.contains(text), "{text}: {findings}");
    }
    let old = night.path().join("old.csv");
    fs::write(&old, "x").unwrap();
    assert_eq!(night.ask(&["inbox", "--previous", old.to_str().unwrap()]).code, 3);
    fs::remove_dir_all(night.inbox()).unwrap();
    assert_eq!(night.ask(&["inbox"]).code, 3);
}

#[test]
fn no_value_of_a_cell_is_in_what_a_look_says() {
    let night = leaks::night();
    for words in [&["inbox"][..], &["inbox", "--json"], &["-vv", "inbox"]] {
        let Answer { code, stdout, stderr } = night.ask(words);
        assert_eq!(code, 1, "{stderr}");
        for canary in &CANARIES {
            assert!(
                !stdout.contains(canary.text) && !stderr.contains(canary.text),
                "{words:?}: {}",
                canary.text
            );
        }
    }
}

#[test]
fn words_and_dates_of_a_site_give_the_letters_that_the_contracts_give() {
    let rows = |night: &Night, config: &Path| {
        let answer = night.ask_with(config, &["run", "--json"]);
        assert!(answer.code <= 1, "{}", answer.stderr);
        let answer: Value = serde_json::from_str(&answer.stdout).unwrap();
        let rows =
            fs::read_to_string(Path::new(answer["papers"].as_str().unwrap()).join("rows.csv"))
                .unwrap();
        let states: Vec<String> = rows
            .lines()
            .map(|line| line.split(',').take(5).collect::<Vec<_>>().join(","))
            .collect();
        states
    };
    let ours = [
        record("A-1", "999990019", "confirmed", "1970-01-11"),
        record("A-2", "912345603", "not_excluded", "1960-00-00"),
        record("A-3", "912345615", "confirmed", "1950-02-31"),
    ];
    let night = Night::bare();
    write(&night, "exposures.csv", &(EXPOSURES.to_owned() + &ours.concat()));
    let expected = rows(&night, &night.configured("", ""));

    let theirs = [
        record("A-1", "999990019", "bevestigd", "11-01-1970"),
        record("A-2", "912345603", "niet uitgesloten", "00-00-1960"),
        record("A-3", "912345615", "bevestigd", "31-02-1950"),
    ];
    let night = Night::bare();
    write(
        &night,
        "exposures.csv",
        &(EXPOSURES.to_owned() + &theirs.concat().replace("name;address", "naw")),
    );
    let mapping = "[inputs.exposures]\ndates = \"DD-MM-YYYY\"\n[inputs.exposures.words.status]\nbevestigd = \"confirmed\"\n\
                   \"niet uitgesloten\" = \"not_excluded\"\n[inputs.exposures.words.items]\nnaw = \"name;address\"\n";
    assert_eq!(
        rows(&night, &night.configured("[policy]", &format!("{mapping}[policy]"))),
        expected
    );
    assert!(
        expected
            .iter()
            .any(|row| row.contains("A-3,review,R104") || row.contains("A-3,rejected,R104")),
        "{expected:?}"
    );
}

#[test]
fn a_mapping_to_nothing_of_the_contract_is_refused_when_it_is_loaded() {
    let night = Night::bare();
    let table = [
        (
            "[inputs.exposures.words.status]\nbevestigd = \"confirmd\"\n",
            "confirmed, not_excluded, shared_only",
        ),
        ("[inputs.exposures.words.town]\nA = \"B\"\n", "closed list"),
        ("[inputs.register.columns]\nbirthdate = \"geb\"\n", "did you mean `birth_date`?"),
        ("[inputs.register]\ndates = \"DD-MM-YY\"\n", "DD-MM-YYYY"),
    ];
    for (mapping, hint) in table {
        let config = night.configured("[policy]", &format!("{mapping}[policy]"));
        for command in ["check", "inbox"] {
            let answer = night.ask_with(&config, &[command]);
            assert_eq!(answer.code, 2, "{}", answer.stderr);
            assert!(answer.stderr.contains(hint), "{}", answer.stderr);
        }
    }
}

#[test]
fn an_unknown_word_is_explained_by_the_allowed_ones_and_never_shown() {
    let night = Night::bare();
    write(
        &night,
        "exposures.csv",
        &(EXPOSURES.to_owned() + &record("A-1", "999990019", "Qzvorblik", "1970-01-11")),
    );
    let answer = night.ask(&["run", "--json"]);
    let papers: Value = serde_json::from_str(&answer.stdout).unwrap();
    let papers = Path::new(papers["papers"].as_str().unwrap());
    let rows = fs::read_to_string(papers.join("rows.csv")).unwrap()
        + &fs::read_to_string(papers.join("review.csv")).unwrap();
    assert!(!rows.contains("Qzvorblik") && rows.contains("R107"), "{rows}");
}

#[test]
fn a_site_leaves_out_what_it_never_has_but_not_what_protects() {
    let night = Night::bare();
    let drop = |text: &str, places: &[usize]| -> String {
        let keep = |line: &str| {
            let cells = line.split(',').enumerate().filter(|(place, _)| !places.contains(place));
            cells.map(|(_, cell)| cell).collect::<Vec<_>>().join(",") + "\n"
        };
        text.lines().map(keep).collect()
    };
    let whole = EXPOSURES.to_owned() + &record("A-1", "999990019", "confirmed", "1970-01-11");
    // first_names, house_letter, country, published, custody
    write(&night, "exposures.csv", &drop(&whole, &[3, 11, 15, 20, 22]));
    let answer = night.ask(&["check", "--json"]);
    assert!(answer.code <= 1, "{}", answer.stderr);
    let looked = look(&night, None, &[], 0);
    let absent = serde_json::json!([
        "first_names",
        "house_letter",
        "country",
        "published",
        "custody",
        "professional_code",
        "professional_name",
        "professional_items"
    ]);
    assert_eq!(file(&looked, "exposures.csv")["columns"]["absent"], absent);
    for needed in [2, 7, 12, 19] {
        write(&night, "exposures.csv", &drop(&whole, &[needed]));
        assert_eq!(night.ask(&["check"]).code, 3, "column {needed}");
    }
}

#[test]
fn the_contract_is_told_list_by_list() {
    let night = Night::bare();
    let all = night.ask(&["contract"]);
    let one = night.ask(&["contract", "register"]);
    assert_eq!((all.code, one.code), (0, 0));
    assert!(one.stdout.contains("deceased_on") && !one.stdout.contains("record_id"));
    assert!(
        all.stdout.contains("record_id")
            && all.stdout.contains("words: confirmed not_excluded shared_only")
    );
    let json: Value =
        serde_json::from_str(&night.ask(&["contract", "suppressions", "--json"]).stdout).unwrap();
    assert_eq!(json["lists"][0]["columns"][0]["name"], "bsn");
    let unknown = night.ask(&["contract", "registers"]);
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.stderr.contains("exposures, participants, register, providers, suppressions"),
        "{}",
        unknown.stderr
    );
    // No configuration is needed.
    assert_eq!(night.ask_with(&night.path().join("nowhere.toml"), &["contract"]).code, 0);
}
