//! One changed byte of anything that a statement names, and nothing leaves: each through the built
//! program, with a job that two people have approved.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::Campaign;
use crate::program::{Answer, DATE, collect, root};

/// A campaign with its own texts, approved by both.
fn approved() -> Campaign {
    let campaign = Campaign::new(5, "");
    let texts = campaign.night.path().join("texts");
    fs::create_dir(&texts).unwrap();
    for name in ["nl.toml", "en.toml", "limits.toml"] {
        fs::copy(root().join("locales").join(name), texts.join(name)).unwrap();
    }
    let text = fs::read_to_string(&campaign.config).unwrap();
    let table = format!("[texts]\nfolder = \"{}\"\n\n[approval]", texts.display());
    fs::write(&campaign.config, text.replacen("[approval]", &table, 1)).unwrap();

    campaign.waits(DATE);
    campaign.adopt();
    campaign.both(DATE);
    campaign
}

/// Whether a run with this program published nothing, and said why.
fn is_void(campaign: &Campaign, program: &Path, what: &str) -> Answer {
    let mut run = Command::new(program);
    run.args(["--date", DATE, "--config"]).arg(&campaign.config).arg("--inbox");
    run.arg(campaign.night.inbox()).arg("--data-dir").arg(campaign.night.data()).arg("run");
    let answer: Answer = run.output().unwrap().into();
    assert!((1..=3).contains(&answer.code), "{what}: {} {}", answer.code, answer.stdout);
    assert!(campaign.out().is_empty(), "{what}");
    answer
}

fn built() -> PathBuf {
    env!("CARGO_BIN_EXE_breachpost").into()
}

/// A different byte that is a sign as well.
const fn other(byte: u8) -> u8 {
    if byte == b'a' { b'b' } else { b'a' }
}

/// With the byte at each of so many places of a file changed, nothing leaves.
fn each_byte(campaign: &Campaign, path: &Path, places: usize) -> usize {
    let bytes = fs::read(path).unwrap();
    let mut tried = 0;
    for place in (0..places).map(|number| number * bytes.len().max(1) / places) {
        let mut changed = bytes.clone();
        changed[place] = other(changed[place]);
        fs::write(path, &changed).unwrap();
        is_void(campaign, &built(), &format!("byte {place} of {}", path.display()));
        tried += 1;
    }
    fs::write(path, bytes).unwrap();
    tried
}

#[test]
fn one_changed_byte_of_texts_facts_lists_plan_or_proofs_and_nothing_leaves() {
    let campaign = approved();
    let path = campaign.night.path();
    let mut tried = 0;
    for name in ["nl.toml", "en.toml", "limits.toml"] {
        tried += each_byte(&campaign, &path.join("texts").join(name), 12);
    }
    tried += each_byte(&campaign, &path.join("facts.toml"), 12);

    // Lists are compared with what earlier runs read; what the plan is set from, with the statement.
    let mut lists = Vec::new();
    collect(&campaign.night.inbox(), &mut lists);
    for (list, _) in lists.iter().filter(|(_, bytes)| bytes.len() > 1) {
        tried += each_byte(&campaign, list, 2);
    }

    let statement: Value = serde_json::from_str(&campaign.statement()).unwrap();
    let files = statement["plan"].as_array().unwrap();
    assert!(files.iter().any(|file| file["name"] == "approval/proofs.json"));
    assert!(files.iter().any(|file| file["name"] == "plan/p001.jsonl"));
    for file in files {
        let file = campaign.staging().join(file["name"].as_str().unwrap());
        tried += each_byte(&campaign, &file, 3);
    }
    assert!(tried > 100, "{tried}");

    campaign.publishes(DATE);
    assert_eq!(campaign.out().len(), 1, "it was the changes that held it back");
}

/// Places of one sign of each text and number of a statement, in its canonical bytes.
fn fields(statement: &str) -> Vec<usize> {
    let bytes = statement.as_bytes();
    let (mut places, mut quoted) = (Vec::new(), false);
    for (place, byte) in bytes.iter().enumerate() {
        quoted ^= *byte == b'"';
        let begins = *byte == b'"' && quoted && bytes[place + 1] != b'"';
        let is_number = !quoted && byte.is_ascii_digit() && !bytes[place - 1].is_ascii_digit();
        if begins {
            places.push(place + 1);
        } else if is_number || (!quoted && byte.is_ascii_lowercase()) {
            places.push(place);
        }
    }
    places
}

#[test]
fn one_changed_byte_of_any_field_of_the_statement_and_nothing_leaves() {
    let campaign = approved();
    let statement = campaign.statement();
    let places = fields(&statement);
    assert!(places.len() > 300, "{}", places.len());
    let name = fs::read_dir(campaign.night.data().join("approvals")).unwrap();
    let shelf = name.map(|entry| entry.unwrap().path()).find(|path| {
        path.extension().is_some_and(|end| end == "json")
            && fs::read_to_string(path).is_ok_and(|text| text == statement)
    });
    let (shelf, staged) = (shelf.unwrap(), campaign.staging().join("approval/statement.json"));

    // Every ninth here; that the hash is of every byte, and that signatures are of that hash, is
    // tested beside the code, for every byte of every field.
    for place in places.iter().step_by(9) {
        let mut changed = statement.clone().into_bytes();
        changed[*place] = if changed[*place] == b'1' { b'2' } else { b'1' };
        fs::write(&shelf, &changed).unwrap();
        fs::write(&staged, &changed).unwrap();
        let answer = is_void(&campaign, &built(), &format!("byte {place} of the statement"));
        assert_eq!(answer.code, 3, "{}", answer.stdout);
    }

    fs::write(&shelf, &statement).unwrap();
    fs::write(&staged, &statement).unwrap();
    campaign.publishes(DATE);
    assert_eq!(campaign.out().len(), 1);
}

/// The program with one byte of this text in it changed.
fn patched(campaign: &Campaign, text: &[u8], place: usize) -> PathBuf {
    let mut bytes = fs::read(built()).unwrap();
    let found: Vec<usize> = memchr::memmem::find_iter(&bytes, text).collect();
    assert!(!found.is_empty(), "{}", String::from_utf8_lossy(text));
    for at in found {
        bytes[at + place] = other(bytes[at + place]);
    }
    let path = campaign.night.path().join("patched");
    fs::write(&path, bytes).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn one_changed_byte_of_a_template_a_font_or_the_program_and_nothing_leaves() {
    let campaign = approved();
    let said = |program: &Path, what: &str| {
        let answer = is_void(&campaign, program, what);
        let line = format!("changed since the statement was made: {what}");
        assert!(answer.stdout.contains(&line), "{what}: {}{}", answer.stdout, answer.stderr);
    };

    // All three are in the program's file: templates and faces are changed where they are in it.
    let template = b"// One letter. The program gives it as JSON";
    said(&patched(&campaign, template, 5), "templates");
    // The sum of its first table, which nobody checks.
    said(&patched(&campaign, &notosans::REGULAR_TTF[..64], 16), "fonts");
    let path = campaign.night.path().join("patched");
    let mut bytes = fs::read(built()).unwrap();
    bytes.push(0);
    fs::write(&path, bytes).unwrap();
    said(&path, "program");

    campaign.publishes(DATE);
    assert_eq!(campaign.out().len(), 1);
}
