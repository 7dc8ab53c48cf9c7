//! Whole nights: the first, the same again, and one with new people.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use crate::program::{Night, modes, root};
use crate::tools::run;

/// One night that several tests look at; none of them changes it.
struct First {
    night: Night,
    answer: Value,
    unpacked: PathBuf,
}

static FIRST: LazyLock<First> = LazyLock::new(|| {
    let night = Night::new(150);
    let answer = night.run();
    let unpacked = night.data().join("unpacked");
    fs::create_dir(&unpacked).unwrap();
    let part = fs::read_dir(answer["package"].as_str().unwrap()).unwrap();
    let part = part
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|end| end == "age"));
    let zip = unpacked.join("part.zip");
    run(Command::new("age")
        .args(["-d", "-i"])
        .arg(identity())
        .arg("-o")
        .arg(&zip)
        .arg(part.unwrap()));
    run(Command::new("unzip").arg("-q").arg(&zip).arg("-d").arg(&unpacked));
    First { night, answer, unpacked }
});

fn identity() -> PathBuf {
    root().join("sample-data/vendor/age-identity.txt")
}

/// The bag of the only part.
pub fn bag() -> PathBuf {
    let mut folders = fs::read_dir(&FIRST.unpacked).unwrap().map(|entry| entry.unwrap().path());
    folders.find(|path| path.is_dir()).unwrap()
}

pub fn manifest() -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(bag().join("data/manifest.csv")).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

#[test]
fn every_row_ends_in_one_state_and_the_sums_hold() {
    let report = &FIRST.answer["report"];
    let states = ["letter", "merged", "told", "waiting", "suppressed", "review", "rejected"];
    let rows = &report["rows"];
    assert_eq!(
        number(&rows["total"]),
        states.iter().map(|state| number(&rows[*state])).sum::<u64>()
    );

    let papers = Path::new(FIRST.answer["papers"].as_str().unwrap());
    let mut table = csv::Reader::from_path(papers.join("rows.csv")).unwrap();
    let mut counted: BTreeMap<String, u64> = BTreeMap::new();
    let mut letters = std::collections::BTreeSet::new();
    for line in table.deserialize::<BTreeMap<String, String>>() {
        let line = line.unwrap();
        if line["state"] == "letter" {
            assert!(letters.insert(line["letter_id"].clone()), "a letter is led twice");
        }
        assert_eq!(line["code"].is_empty(), matches!(line["state"].as_str(), "letter" | "merged"));
        *counted.entry(line["state"].clone()).or_default() += 1;
    }
    for state in states {
        assert_eq!(counted.get(state).copied().unwrap_or(0), number(&rows[state]), "{state}");
    }
    let mut input_rows = 0;
    for file in fs::read_dir(FIRST.night.inbox()).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.starts_with("exposures") && path.extension().is_some_and(|end| end == "csv") {
            input_rows += csv::Reader::from_path(&path).unwrap().into_byte_records().count() as u64;
        }
    }
    assert_eq!(number(&rows["total"]), input_rows);
    assert_eq!(number(&report["letters"]["total"]), letters.len() as u64);
    let named: std::collections::BTreeSet<_> =
        manifest().iter().map(|line| line["letter_id"].clone()).collect();
    assert_eq!(named, letters, "the manifest names other letters than rows.csv");
}

#[test]
fn manifest_lines_letters_and_pages_agree() {
    let letters = manifest();
    let mut pages: BTreeMap<&str, u64> = BTreeMap::new();
    for letter in &letters {
        let file = pages.entry(&letter["print_file"]).or_default();
        assert_eq!(letter["first_page"].parse::<u64>().unwrap(), *file + 1);
        *file += letter["page_count"].parse::<u64>().unwrap();
    }
    for (file, pages) in &pages {
        let found =
            run(Command::new("qpdf").arg("--show-npages").arg(bag().join("data").join(file)));
        assert_eq!(found.trim().parse::<u64>().unwrap(), *pages, "{file}");
    }
    let report = &FIRST.answer["report"]["letters"];
    assert_eq!(
        (number(&report["total"]), number(&report["pages"])),
        (letters.len() as u64, pages.values().sum())
    );
}

#[test]
fn other_peoples_tools_are_content_with_the_package() {
    let package = FIRST.answer["package"].as_str().unwrap();
    let sums = fs::read_dir(package).unwrap().map(|entry| entry.unwrap().path());
    let sums =
        sums.into_iter().find(|path| path.to_str().unwrap().ends_with("SHA256SUMS")).unwrap();
    run(Command::new("sha256sum").arg("-c").arg(sums).current_dir(package));
    for list in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        run(Command::new("sha256sum").args(["-c", list]).current_dir(bag()));
    }
    for file in fs::read_dir(bag().join("data/print")).unwrap() {
        let file = file.unwrap().path();
        run(Command::new("qpdf").arg("--check").arg(&file));
        let fonts = run(Command::new("pdffonts").arg(&file));
        let fonts: Vec<&str> = fonts.lines().skip(2).collect();
        assert!(!fonts.is_empty());
        for font in fonts {
            // Columns from the right: object (two), uni, sub, emb.
            let columns: Vec<&str> = font.split_whitespace().rev().collect();
            assert_eq!(columns[3..5], ["yes", "yes"], "not embedded and subset: {font}");
        }
        let ink = run(Command::new("gs").args(["-q", "-o", "-", "-sDEVICE=inkcov"]).arg(&file));
        for page in ink.lines() {
            assert!(
                page.trim_start().starts_with("0.00000  0.00000  0.00000"),
                "ink other than black: {page}"
            );
        }
    }
    let verdict =
        FIRST.night.ask(&["verify", package, "--identity", identity().to_str().unwrap(), "--json"]);
    assert_eq!(verdict.code, 0, "{}", verdict.stdout);
}

#[test]
fn nothing_that_a_run_writes_can_be_read_by_others() {
    for (path, mode) in modes(&FIRST.night.data()) {
        if !path.starts_with(&FIRST.unpacked) {
            assert_eq!(mode & 0o077, 0, "{} is {mode:o}", path.display());
        }
    }
}

#[test]
fn names_and_manifest_tell_nothing_about_health_or_detention() {
    let words = [
        "screening",
        "hospital",
        "prison",
        "penitent",
        "baarmoeder",
        "detent",
        "huisarts",
        "ziekenhuis",
    ];
    let mut told = String::new();
    for (path, _) in modes(&bag()) {
        told.push_str(path.strip_prefix(bag()).unwrap().to_str().unwrap());
    }
    for file in ["data/manifest.csv", "data/job.json", "bag-info.txt"] {
        told.push_str(&fs::read_to_string(bag().join(file)).unwrap());
    }
    let told = told.to_lowercase();
    for word in words {
        assert!(!told.contains(word), "`{word}` is told to the vendor");
    }
}

#[test]
fn a_letter_can_be_explained_and_set_again() {
    let id = &manifest()[0]["letter_id"];
    let explained = FIRST.night.ask(&["explain", id]);
    assert_eq!(explained.code, 0, "{}", explained.stderr);
    for part in ["rows", "rules", "address", "texts", "(leads)"] {
        assert!(explained.stdout.contains(part), "{part} is not explained");
    }
    let copy = FIRST.night.data().join("unpacked/copy.pdf");
    let set = FIRST.night.ask(&["letter", id, "--out", copy.to_str().unwrap()]);
    assert_eq!(set.code, 0, "{}", set.stderr);
    let info = run(Command::new("pdfinfo").arg(&copy));
    assert!(info.contains("Tagged:          yes"), "{info}");

    fs::write(&copy, "kept").unwrap();
    let again = FIRST.night.ask(&["letter", id, "--out", copy.to_str().unwrap()]);
    assert_eq!(again.code, 3, "{}", again.stderr);
    assert!(again.stderr.contains("nothing is overwritten"), "{}", again.stderr);
    assert_eq!(fs::read(&copy).unwrap(), b"kept");

    let unknown = FIRST.night.ask(&["explain", "aaaaaaaaaaaaaaaaaaaaaaaaaa"]);
    assert_eq!(unknown.code, 3);
    assert!(unknown.stderr.contains("no letter has this id"), "{}", unknown.stderr);
}

#[test]
fn a_hostile_name_is_held_and_printed_nowhere() {
    let papers = Path::new(FIRST.answer["papers"].as_str().unwrap());
    let review = fs::read_to_string(papers.join("review.csv")).unwrap();
    assert!(review.contains("R117"), "no row is held for signs in a name");
    for (path, _) in modes(&FIRST.night.data()).into_iter().filter(|(path, _)| path.is_file()) {
        let bytes = fs::read(&path).unwrap();
        let found = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        assert!(!found(b"/etc/passwd") && !found(b"root:x:0"), "{}", path.display());
    }
}

#[test]
fn the_same_inbox_again_writes_nobody_and_changes_no_byte() {
    let night = Night::new(25);
    let first = night.run();
    assert!(number(&first["report"]["letters"]["total"]) > 0);
    let before = night.memory();
    let second = night.run();
    assert_eq!(number(&second["report"]["letters"]["total"]), 0);
    assert!(second["package"].is_null());
    assert_eq!(before, night.memory());
    let told = |answer: &Value| number(&answer["report"]["rows"]["told"]);
    let written = |answer: &Value| {
        number(&answer["report"]["rows"]["letter"]) + number(&answer["report"]["rows"]["merged"])
    };
    assert_eq!(told(&second), written(&first));
}

#[test]
fn ten_new_people_get_exactly_ten_letters() {
    let night = Night::new(25);
    night.run();
    let header = fs::read_to_string(night.inbox().join("exposures-special.csv")).unwrap();
    let mut rows = format!("{}\n", header.lines().next().unwrap());
    for (number, surname) in
        ["Aalbers", "Boon", "Cats", "Dros", "Evers", "Faber", "Gorter", "Haas", "Idema", "Jager"]
            .iter()
            .enumerate()
    {
        writeln!(
            rows,
            "NEW-{number},ds3,,Anna Maria,A.M.,,{surname},1970-0{}-11,V,Nieuwstraat,{},,,3511AB,Utrecht,,screening,,2022-02-02,confirmed,no,name;bsn,",
            number % 9 + 1,
            number + 1
        )
        .unwrap();
    }
    fs::write(night.inbox().join("exposures-new.csv"), rows).unwrap();
    let third = night.run();
    assert_eq!(number(&third["report"]["letters"]["total"]), 10);
    assert_eq!(number(&third["report"]["rows"]["letter"]), 10);
}

#[test]
fn check_writes_nothing() {
    let night = Night::new(25);
    let before = night.memory();
    let checked = night.ask(&["check", "--json"]);
    assert_eq!(checked.code, 1, "{}", checked.stderr);
    let report: Value = serde_json::from_str(&checked.stdout).unwrap();
    assert!(number(&report["letters"]["total"]) > 0);
    assert_eq!(before, night.memory());
    assert!(fs::read_dir(night.data().join("runs")).unwrap().next().is_none());
}

/// A person of two rows, told about both; then `change` happens to the second row's line.
fn retold(change: impl Fn(&str) -> String) -> Value {
    let night = Night::new(5);
    let header = fs::read_to_string(night.inbox().join("exposures-special.csv")).unwrap();
    let row = |id: &str, items: &str| {
        format!(
            "{id},ds9,,Anna Maria,A.M.,,Aalbers,1970-01-11,V,Nieuwstraat,1,,,3511AB,Utrecht,,gp,,2022-02-02,confirmed,no,{items},"
        )
    };
    let first = format!("{}\n{}\n", header.lines().next().unwrap(), row("TWO-1", "name;address"));
    let second = row("TWO-2", "name;phone");
    let file = night.inbox().join("exposures-two.csv");
    fs::write(&file, format!("{first}{second}\n")).unwrap();
    night.run();
    fs::write(&file, format!("{first}{}\n", change(&second))).unwrap();
    let later =
        night.ask_on("2025-09-30", &["run", "--json", "--accept-inputs", "delivered again"]);
    assert!(later.code <= 1, "{}", later.stderr);
    serde_json::from_str(&later.stdout).unwrap()
}

#[test]
fn a_told_row_that_can_no_longer_be_read_is_not_corrected() {
    let answer = retold(|row| row.replace("Aalbers", "Aalb3rs"));
    assert_eq!(number(&answer["report"]["letters"]["total"]), 0);
    assert_eq!(
        number(&answer["report"]["reasons"]["L212"]["rows"]),
        1,
        "it may say why not to write"
    );
    let answer = retold(|_| String::new());
    assert_eq!(number(&answer["report"]["reasons"]["L209"]["rows"]), 1);
    assert_eq!(number(&answer["report"]["letters"]["total"]), 0);
}

#[test]
fn a_told_row_that_says_less_is_corrected() {
    let answer = retold(|row| row.replace("name;phone", "name"));
    assert_eq!(number(&answer["report"]["letters"]["by_kind"]["correction"]), 1);
}

#[test]
fn a_told_row_that_says_more_is_supplemented() {
    let answer = retold(|row| row.replace("name;phone", "name;phone;bsn"));
    assert_eq!(number(&answer["report"]["letters"]["by_kind"]["supplement"]), 1);
}

#[test]
fn a_run_may_not_lie_before_the_last_letters() {
    let night = Night::new(5);
    night.run();
    let earlier = night.ask_on("2025-09-14", &["run"]);
    assert_eq!(earlier.code, 3);
    assert!(earlier.stderr.contains("is before the last letters"), "{}", earlier.stderr);
}
