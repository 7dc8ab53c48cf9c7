//! The proofs: everything that occurs is in one of them, by an independent account, and they are
//! what is printed.

use std::fs;
use std::process::Command;

use super::Campaign;
use crate::program::{DATE, modes, root};
use crate::tools::{python, run};

#[test]
fn an_independent_program_finds_everything_that_occurs_in_some_proof() {
    let campaign = Campaign::new(300, "");
    campaign.waits(DATE);
    let check = |staging: &std::path::Path| {
        Command::new(python())
            .arg(root().join("tests/check_proofs.py"))
            .arg(staging)
            .arg(root().join("locales"))
            .output()
            .unwrap()
    };
    let sound = check(&campaign.staging());
    let said = String::from_utf8_lossy(&sound.stdout).into_owned();
    assert!(sound.status.success(), "{said}{}", String::from_utf8_lossy(&sound.stderr));

    // It finds what is missing: each proof is there for something.
    let list = campaign.staging().join("approval/proofs.json");
    let whole: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&list).unwrap()).unwrap();
    let letters = whole["letters"].as_array().unwrap().len();
    assert!((20..=120).contains(&letters), "{letters} proofs");
    let mut missed = 0;
    for place in (0..letters).step_by(7) {
        let mut fewer = whole.clone();
        fewer["letters"].as_array_mut().unwrap().remove(place);
        fs::write(&list, fewer.to_string()).unwrap();
        missed += u32::from(!check(&campaign.staging()).status.success());
    }
    assert!(missed >= 3, "{missed}");
}

#[test]
fn the_proofs_are_the_pages_that_are_printed_each_with_its_reason() {
    let campaign = Campaign::new(20, "");
    campaign.waits(DATE);
    let out = campaign.night.path().join("proofs");
    let answer = campaign.ask(&["proofs", "--out", out.to_str().unwrap()]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);

    let index = fs::read_to_string(out.join("index.html")).unwrap();
    assert!(index.contains("longest name") && index.contains("sentence nl"), "{index}");
    let first = fs::read(out.join("proof-001.pdf")).unwrap();
    assert_eq!(first, fs::read(campaign.staging().join("approval/proofs/proof-001.pdf")).unwrap());
    assert!(modes(&out).into_iter().all(|(_, mode)| mode.trailing_zeros() >= 6));

    // A name of the plan is in the proof of its letter, and in no name of a file.
    let list = fs::read_to_string(campaign.staging().join("approval/proofs.json")).unwrap();
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    let letters = campaign.letters();
    for proof in list["letters"].as_array().unwrap().iter().take(5) {
        let seq = usize::try_from(proof["seq"].as_u64().unwrap()).unwrap();
        let draft = &letters[seq - 1]["draft"];
        let file = out.join(format!("proof-{:03}.pdf", proof["number"].as_u64().unwrap()));
        let text = run(Command::new("pdftotext").arg("-layout").arg(file).arg("-"));
        let name = draft["name_lines"][0].as_str().unwrap();
        assert!(text.contains(name), "{text}");
    }

    assert_eq!(campaign.ask(&["plan", "abandon", "--by", "operations", "--reason", "no"]).code, 2);
    let nothing = Campaign::new(5, "").ask(&["proofs", "--out", out.to_str().unwrap()]);
    assert!(nothing.code == 2 && nothing.stderr.contains("no job waits"), "{}", nothing.stderr);
}
