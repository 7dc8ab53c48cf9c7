//! A letter that two people release to somebody whose address is protected; one of two candidates; a
//! table with every kind of case; and what of it is left after a purge.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{BY, Line, RECORDS, case, deliver, night, run_on, state, typing};
use crate::program::{Answer, Night};
use crate::tools::run;

/// Somebody whose address the participants list protects.
const HIDDEN: &str = "Q-9,912345627,Petra,P.,Verborgen,1966-04-04,Stille Laan,8,3511AB,2022-02-02";
const CHANNEL: [&str; 4] =
    ["--channel", "handed over by the municipality", "--reason", "asked for it"];

/// Two approvers beside the sample's configuration.
fn with_approvers(night: &Night) -> PathBuf {
    let mut tables = String::new();
    for (name, role) in [("Anna", "communications"), ("Bart", "privacy")] {
        let key = night.path().join(name);
        run(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key));
        let public = fs::read_to_string(key.with_extension("pub")).unwrap();
        writeln!(
            tables,
            "[[approval.approvers]]\nname = \"{name}\"\nrole = \"{role}\"\nkey = \"{}\"\n",
            public.trim()
        )
        .unwrap();
    }
    night.configured("[vendor]", &format!("{tables}[vendor]"))
}

fn signed(night: &Night, text: &str, name: &str) -> String {
    let file = night.path().join("text");
    fs::write(&file, text).unwrap();
    let signed = Command::new("ssh-keygen")
        .args(["-q", "-Y", "sign", "-n", "breachpost-approval", "-f"])
        .arg(night.path().join(name))
        .stdin(fs::File::open(&file).unwrap())
        .output()
        .unwrap();
    let signature = night.path().join(format!("{name}.sig"));
    fs::write(&signature, signed.stdout).unwrap();
    signature.to_str().unwrap().to_owned()
}

/// Adds somebody with these cells to the participants list that the sample brings.
fn protect(night: &Night) {
    let path = night.inbox().join("participants-special.csv");
    let text = fs::read_to_string(&path).unwrap();
    let names = text.lines().next().unwrap().split(',');
    let cell = |name: &str| match name {
        "person_ref" => "P-900009",
        "bsn" => "912345627",
        "first_names" => "Petra",
        "initials" => "P.",
        "surname" => "Verborgen",
        "birth_date" => "1966-04-04",
        "sex" => "V",
        "street" => "Stille Laan",
        "house_number" => "8",
        "postcode" => "3511AB",
        "town" => "Utrecht",
        "protected_address" => "yes",
        _ => "",
    };
    let row: Vec<&str> = names.map(cell).collect();
    fs::write(&path, text.trim_end().to_owned() + "\n" + &row.join(",") + "\n").unwrap();
}

fn words_of(pdf: &Path) -> String {
    run(Command::new("pdftotext").arg("-layout").arg(pdf).arg("-"))
}

#[test]
fn two_people_release_one_letter_by_hand_and_no_job_ever_has_it() {
    let night = night();
    let records = [&RECORDS[..], &[HIDDEN]].concat();
    deliver(&night, &records);
    protect(&night);
    let config = with_approvers(&night);
    assert_eq!(state(&run_on(&night, "2025-09-15"), "Q-9"), "review D203");
    let number = case(&night, 8);
    let refused = night.ask(&[&["review", "decide", &number, "told"][..], &BY].concat());
    assert_eq!(refused.code, 2, "a protected address is never decided by one person");

    let letter = [&["letter", &number, "--release"][..], &CHANNEL].concat();
    let text = night.ask_with(&config, &letter);
    assert!(text.stdout.contains("release a letter to a protected address"), "{}", text.stderr);
    assert!(!text.stdout.contains("Verborgen") && !text.stdout.contains("Stille"));
    let anna = signed(&night, &text.stdout, "Anna");
    let bart = signed(&night, &text.stdout, "Bart");
    let pdf = night.path().join("letter.pdf");
    let out = ["--out", pdf.to_str().unwrap()];
    let release = |signatures: &[&str]| -> Answer {
        let signatures = signatures.iter().flat_map(|file| ["--signed", file]);
        let words: Vec<&str> = letter.iter().copied().chain(out).chain(signatures).collect();
        night.ask_with(&config, &words)
    };
    let memory = night.memory();
    for too_few in [&[anna.as_str()][..], &[anna.as_str(), anna.as_str()]] {
        assert_ne!(release(too_few).code, 0);
    }
    assert!(memory == night.memory() && !pdf.exists(), "one person releases nothing");

    let released = release(&[&anna, &bart]);
    assert_eq!(released.code, 0, "{}", released.stderr);
    let words = words_of(&pdf);
    for part in ["P. Verborgen", "Stille Laan 8", "3511 AB", "UTRECHT"] {
        assert!(words.to_lowercase().contains(&part.to_lowercase()), "{part}: {words}");
    }

    let second = run_on(&night, "2025-09-16");
    assert_eq!(state(&second, "Q-9"), "told D301");
    let line: &Line = second.iter().find(|line| line["record_id"] == "Q-9").unwrap();
    let explained = night.ask(&["explain", "Q-9"]).stdout;
    assert!(explained.contains("told, by") && explained.contains("municipality"), "{explained}");
    assert!(line["letter_id"].is_empty(), "no job has it");
    assert_eq!(night.ask(&["ledger", "check"]).code, 0);

    // What is new is not told behind anybody's back.
    let moved = HIDDEN.replace("2022-02-02", "2023-03-03");
    deliver(&night, &[&RECORDS[..], &[moved.as_str()]].concat());
    assert_eq!(state(&run_on(&night, "2025-09-17"), "Q-9"), "review D203");
}

#[test]
fn a_letter_by_hand_waits_for_the_provider_like_any_other() {
    let night = night();
    deliver(&night, &[&RECORDS[..], &[HIDDEN]].concat());
    let path = night.inbox().join("exposures-queue.csv");
    let text = fs::read_to_string(&path).unwrap();
    let hidden = text.lines().find(|line| line.starts_with("Q-9,")).unwrap();
    let providers = fs::read_to_string(night.inbox().join("providers.csv")).unwrap();
    let mut cells = providers.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let hospital = cells.find(|cells| cells[1] == "hospital" && !cells[3].is_empty()).unwrap();
    let named = hidden.replace(",gp,,", &format!(",hospital,{},", hospital[0]));
    fs::write(&path, text.replace(hidden, &named)).unwrap();
    protect(&night);

    let config = with_approvers(&night);
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text + "\n[providers_first]\n").unwrap();
    let ran = night.answer(&config, "2025-09-15", &["run"]);
    assert!(ran.code <= 1, "{}", ran.stderr);
    let number = case(&night, 8);
    let letter = [&["letter", &number, "--release"][..], &CHANNEL].concat();
    let text = night.ask_with(&config, &letter).stdout;
    let (anna, bart) = (signed(&night, &text, "Anna"), signed(&night, &text, "Bart"));
    let early =
        night.ask_with(&config, &[&letter[..], &["--signed", &anna, "--signed", &bart]].concat());
    assert!(
        early.stderr.contains("care provider is told first"),
        "{}{}",
        early.stdout,
        early.stderr
    );
}

#[test]
fn of_two_candidates_with_two_numbers_the_one_that_is_named_is_the_person() {
    let night = night();
    let third = "Q-10,,Anna,A.,Aalbers,1970-01-11,Nieuwstraat,1,3511AB,2022-02-02";
    deliver(&night, &[&RECORDS[..], &[third]].concat());
    assert_eq!(state(&run_on(&night, "2025-09-15"), "Q-10"), "review L205");
    let number = case(&night, 8);
    let same = [&["review", "decide", &number, "same", "--yes"][..], &BY].concat();
    assert_ne!(night.ask(&same).code, 0, "both at once are never one person");
    let decided = night.ask(&[&same[..], &["--row", "exposures-queue.csv:3"]].concat());
    assert_eq!(decided.code, 0, "{}", decided.stderr);

    let lines = run_on(&night, "2025-09-16");
    let person = |id| &lines.iter().find(|line| line["record_id"] == id).unwrap()["person"];
    assert_eq!(person("Q-10"), person("Q-3"));
    assert_ne!(person("Q-10"), person("Q-4"));
    let explained = night.ask(&["explain", "Q-10"]).stdout;
    assert!(explained.contains("linking: same, by reviewer"), "{explained}");
}

#[test]
fn a_table_takes_every_kind_of_case_back_and_a_purge_leaves_nothing_of_it() {
    let night = night();
    deliver(&night, &[&RECORDS[..], &[HIDDEN]].concat());
    run_on(&night, "2025-09-15");
    let config =
        night.configured("second_opinion_percent = 0", "second_opinion_percent = 0\nvalues = true");
    let path = night.path().join("table.csv");
    let file = path.to_str().unwrap();
    assert_eq!(night.ask_with(&config, &["review", "export", file]).code, 0);

    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_path(&path).unwrap();
    let names = reader.headers().unwrap().clone();
    let place = |name: &str| {
        names.iter().position(|own| own.trim_start_matches('\u{feff}') == name).unwrap()
    };
    let mut said = std::collections::BTreeMap::<String, usize>::new();
    let mut writer =
        csv::WriterBuilder::new().delimiter(b';').from_path(night.path().join("said.csv")).unwrap();
    writer.write_record(&names).unwrap();
    for record in reader.records() {
        let mut cells: Vec<String> = record.unwrap().iter().map(str::to_owned).collect();
        let kind = cells[place("kind")].clone();
        let answer = match kind.as_str() {
            "minor" => "parents",
            "address" => "corrected",
            "linking" => "different",
            "protecting" | "name" | "provider" => "held",
            "death" => "alive",
            _ => "",
        };
        cells[place("decision")] = answer.to_owned();
        if answer == "corrected" {
            cells[place("correction")] =
                "street = Geheimpad; house_number = 3; postcode = 1234 AB; town = Almere"
                    .to_owned();
            cells[place("source")] = "the register".to_owned();
        }
        *said.entry(kind).or_default() += usize::from(!answer.is_empty());
        writer.write_record(&cells).unwrap();
    }
    writer.flush().unwrap();
    assert!(said["minor"] > 0 && said["address"] > 0 && said["linking"] > 0, "{said:?}");

    let table = night.path().join("said.csv");
    let apply = ["review", "apply", table.to_str().unwrap(), "--by", "reviewer"];
    let applied = night.ask_with(&config, &apply);
    assert_eq!(applied.code, 0, "{}", applied.stderr);
    assert_eq!(night.ask_with(&config, &apply).code, 3, "nothing is decided twice");
    let lines = run_on(&night, "2025-09-16");
    assert_eq!((state(&lines, "Q-1"), state(&lines, "Q-2")), ("letter".into(), "letter".into()));

    // The book of the desk, with reasons that somebody typed, goes with a purge.
    let book = night.data().join("review");
    fs::DirBuilder::new().mode(0o700).create(&book).unwrap();
    let line = "{\"number\":1,\"at\":\"2025-09-15T10:00:00Z\",\"by\":\"Anna\",\"case\":1,\"word\":\
                \"held\",\"reason\":\"Geheimpad\"}\n";
    fs::write(book.join("2025-09-15-1.jsonl"), line).unwrap();
    fs::set_permissions(book.join("2025-09-15-1.jsonl"), fs::Permissions::from_mode(0o600))
        .unwrap();
    let (code, _, said) = typing(&night, "2025-09-16", "", &["close", "--yes"]);
    assert_eq!(code, 0, "{said}");
    let purge = ["purge", "--approved-by", "privacy officer", "--yes"];
    let (code, _, said) = typing(&night, "2025-09-16", "", &purge);
    assert_eq!(code, 0, "{said}");
    let certificate = fs::read_to_string(night.data().join("purge-certificate.json")).unwrap();
    assert!(certificate.contains("2025-09-15-1.jsonl"), "{certificate}");
    for (path, bytes) in night.memory() {
        let found = bytes.windows(9).any(|part| part == b"Geheimpad");
        assert!(!found, "{}", path.display());
    }
}
