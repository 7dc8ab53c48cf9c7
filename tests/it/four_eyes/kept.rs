//! What is kept of approvals, and what happens when nobody is to be asked any more.

use std::fs;
use std::process::Command;

use super::Campaign;
use crate::program::{DATE, collect, root};
use crate::tools::run;

#[test]
fn statements_and_signatures_are_in_the_backups_and_come_back_with_the_ledger() {
    let campaign = Campaign::new(5, "");
    let identity = campaign.night.path().join("operator.txt");
    run(Command::new("age-keygen").arg("-o").arg(&identity));
    let public = run(Command::new("age-keygen").arg("-y").arg(&identity));
    let text = fs::read_to_string(&campaign.config).unwrap();
    let table = format!("\n[backup]\nrecipient = \"{}\"\n", public.trim());
    fs::write(&campaign.config, text + &table).unwrap();
    campaign.waits(DATE);
    campaign.adopt();
    campaign.both(DATE);
    campaign.publishes(DATE);
    let job = campaign.out().pop().unwrap();

    let data = campaign.night.data();
    let mut before = Vec::new();
    collect(&data.join("approvals"), &mut before);
    before.sort();
    assert_eq!(before.len(), 2, "a statement and a paper");
    let backups = fs::read_dir(data.join("backups")).unwrap();
    let mut backups: Vec<_> = backups.map(|entry| entry.unwrap().path()).collect();
    backups.retain(|path| path.to_str().unwrap().ends_with(".backup.age"));
    backups.sort();
    let newest = campaign.night.path().join("newest.backup.age");
    fs::copy(backups.last().unwrap(), &newest).unwrap();
    let report = fs::read_to_string(data.join("runs/2025-09-15-2/report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let head = report["ledger_head"].as_str().unwrap().to_owned();

    // What is in the archive is what was there.
    let opened = campaign.night.path().join("backup.zip");
    run(Command::new("age").arg("-d").arg("-i").arg(&identity).arg("-o").arg(&opened).arg(&newest));
    let listed = run(Command::new("unzip").arg("-Z1").arg(&opened));
    assert!(listed.contains(&format!("approvals/{job}.approval.json")), "{listed}");

    fs::remove_dir_all(&data).unwrap();
    let restore = ["ledger", "restore", newest.to_str().unwrap(), "--identity"];
    let more = [identity.to_str().unwrap(), "--anchor", &head];
    let answer = campaign.ask(&[&restore[..], &more].concat());
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let mut after = Vec::new();
    collect(&data.join("approvals"), &mut after);
    after.sort();
    assert!(after == before, "{after:?}");
    let paper = data.join(format!("approvals/{job}.approval.json"));
    let verify = campaign.ask(&["approval", "verify", paper.to_str().unwrap()]);
    assert!(verify.code == 0 && verify.stdout.contains("has all of it"), "{}", verify.stdout);
}

/// A further list with one person.
fn somebody(campaign: &Campaign, file: &str, surname: &str) {
    let special =
        fs::read_to_string(root().join("sample-data/inbox/exposures-special.csv")).unwrap();
    let header = special.lines().next().unwrap();
    let row = format!(
        "{surname},ds9,,Anna Maria,A.M.,,{surname},1960-01-01,V,Nieuwstraat,{},,,3511AB,Utrecht,,gp,,\
         2022-02-02,confirmed,no,name;address;phone,",
        surname.len()
    );
    fs::write(campaign.night.inbox().join(file), format!("{header}\n{row}\n")).unwrap();
}

#[test]
fn that_nobody_is_asked_any_more_is_approved_once() {
    let campaign = Campaign::new(5, "");
    campaign.waits(DATE);
    campaign.adopt();
    campaign.both(DATE);
    campaign.publishes(DATE);

    // Switched off: the next job waits all the same, and says what is approved with it.
    let text = fs::read_to_string(&campaign.config).unwrap();
    fs::write(&campaign.config, text.replace("required = true", "required = false")).unwrap();
    somebody(&campaign, "exposures-new.csv", "Verzonnenman");
    let waits = campaign.waits("2025-09-16");
    assert!(waits.stdout.contains("AFTER THIS JOB NOBODY IS ASKED ANY MORE"), "{}", waits.stdout);

    // Giving the plan up does not help.
    let abandon = ["plan", "abandon", "--by", "operations", "--reason", "once more"];
    assert_eq!(campaign.on("2025-09-16", &abandon).code, 0);
    campaign.waits("2025-09-16");
    assert_eq!(campaign.out().len(), 1);
    let words = campaign.ask(&["approval", "statement", "--words"]).stdout;
    assert!(words.contains("AFTER THIS JOB"), "{words}");
    campaign.adopt_all(&["settings"], &[]);
    campaign.both("2025-09-16");
    campaign.publishes("2025-09-16");
    assert_eq!(campaign.out().len(), 2);

    somebody(&campaign, "exposures-later.csv", "Bedachtzaam");
    // From then on nobody is asked.
    campaign.publishes("2025-09-17");
    assert_eq!(campaign.out().len(), 3);
}
