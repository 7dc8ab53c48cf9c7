//! Lists as spreadsheet programs and senders deliver them: read as they are, or refused with what
//! to do.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::program::Night;

/// A CSV file as a workbook of texts, part by part.
fn workbook(csv: &Path) -> Vec<u8> {
    let mut sheet = String::from("<worksheet><sheetData>");
    for record in csv::ReaderBuilder::new().has_headers(false).from_path(csv).unwrap().records() {
        sheet += "<row>";
        for cell in &record.unwrap() {
            let text = cell.replace('&', "&amp;").replace('<', "&lt;");
            write!(sheet, r#"<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>"#)
                .unwrap();
        }
        sheet += "</row>";
    }
    sheet += "</sheetData></worksheet>";
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let link = |id: &str, kind: &str, target: &str| {
        format!(
            r#"<Relationships><Relationship Id="{id}" Type="{kind}" Target="{target}"/></Relationships>"#
        )
    };
    let parts = [
        ("[Content_Types].xml", "<Types/>".to_owned()),
        ("_rels/.rels", link("a", &format!("{kind}/officeDocument"), "xl/workbook.xml")),
        (
            "xl/workbook.xml",
            r#"<workbook><sheets><sheet name="A" sheetId="1" r:id="a"/></sheets></workbook>"#
                .to_owned(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            link("a", &format!("{kind}/worksheet"), "worksheets/sheet1.xml"),
        ),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn report(night: &Night) -> Value {
    let run = fs::read_dir(night.data().join("runs")).unwrap().next().unwrap().unwrap().path();
    serde_json::from_slice(&fs::read(run.join("report.json")).unwrap()).unwrap()
}

/// The records of each letter, and what every other record ended as; without the names of files.
/// Which record of a person leads the letter depends on the ledger's key.
fn ends(night: &Night) -> BTreeSet<String> {
    let run = fs::read_dir(night.data().join("runs")).unwrap().next().unwrap().unwrap().path();
    let mut rows = csv::Reader::from_path(run.join("rows.csv")).unwrap();
    let (mut letters, mut ends) = (BTreeMap::<String, BTreeSet<String>>::new(), BTreeSet::new());
    for row in rows.deserialize::<BTreeMap<String, String>>().map(Result::unwrap) {
        let record = row["record_id"].clone();
        if matches!(row["state"].as_str(), "letter" | "merged") {
            letters.entry(row["person"].clone()).or_default().insert(record);
        } else {
            ends.insert(format!("{record} {} {}", row["state"], row["code"]));
        }
    }
    ends.extend(letters.values().map(|records| format!("{records:?} letter")));
    ends
}

#[test]
fn lists_saved_as_workbooks_give_the_letters_of_the_csv_files() {
    let as_csv = Night::new(60);
    let as_books = Night::new(60);
    for entry in fs::read_dir(as_books.inbox()).unwrap() {
        let path = entry.unwrap().path();
        // Its sidecar is the CSV file's.
        if path.extension().is_some_and(|end| end == "csv") {
            fs::write(path.with_extension("xlsx"), workbook(&path)).unwrap();
        }
        fs::remove_file(path).unwrap();
    }
    as_csv.run();
    as_books.run();
    assert_eq!(ends(&as_books), ends(&as_csv));
    assert!(ends(&as_books).iter().any(|end| end.contains("letter")));
    let files = report(&as_books);
    assert!(files["inputs"].as_array().unwrap().iter().all(|file| {
        Path::new(file["file"].as_str().unwrap()).extension().is_some_and(|end| end == "xlsx")
    }));
}

#[test]
fn what_was_left_out_and_what_was_not_read_is_in_the_report() {
    let night = Night::new(5);
    let path = night.inbox().join("exposures-special.csv");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("sep=,\r\n{text},,,\r\n\u{1a}")).unwrap();
    for name in ["leesmij.txt", ".hidden", "~$register.xlsx", ".~lock.register.ods#"] {
        fs::write(night.inbox().join(name), "x").unwrap();
    }
    night.run();
    let report = report(&night);
    assert_eq!(report["other_files"], serde_json::json!(["leesmij.txt"]));
    let notes =
        report["inputs"].as_array().unwrap().iter().filter_map(|file| file["notes"].as_array());
    let notes: Vec<&str> = notes.flatten().filter_map(Value::as_str).collect();
    assert_eq!(notes.len(), 3, "{notes:?}");
}

#[test]
fn a_file_that_may_be_a_list_stops_the_run_with_the_name_it_should_have() {
    for name in [
        "suppression.csv",
        "Bezwaren 2025.xlsx",
        "2025-08_register.csv",
        "suppressions.csv.part",
        "register.zip",
    ] {
        let night = Night::new(5);
        fs::write(night.inbox().join(name), "x").unwrap();
        let answer = night.ask(&["run"]);
        assert_eq!(answer.code, 3, "{name}: {}", answer.stderr);
        assert!(
            answer.stderr.contains(name) && answer.stderr.contains("hint:"),
            "{}",
            answer.stderr
        );
    }
}

#[test]
fn a_list_that_has_just_changed_is_left_alone_where_a_time_of_rest_is_set() {
    let night = Night::new(5);
    let config = night.configured("[policy]", "[inputs]\nsettle_seconds = 3600\n\n[policy]");
    let answer = night.ask_with(&config, &["run"]);
    assert_eq!(answer.code, 3, "{}", answer.stderr);
    assert!(answer.stderr.contains("changed less than 3600 seconds ago"), "{}", answer.stderr);
    assert!(night.ask(&["run"]).code <= 1, "a rehearsal does not wait");
}

#[test]
fn lines_to_skip_are_checked_when_the_configuration_is_loaded() {
    let night = Night::new(5);
    let config = night.configured("[policy]", "[inputs.register]\nskip_lines = 1001\n\n[policy]");
    let answer = night.ask_with(&config, &["run"]);
    assert_eq!(answer.code, 2, "{}", answer.stderr);
    assert!(answer.stderr.contains("skip_lines"), "{}", answer.stderr);
}
