//! Campaigns that have written letters already, and then meet what belongs to the other mode:
//! refused, and ledger, keys, staging, outbox and earlier papers keep their bytes.

use super::*;

/// A campaign that has published once; its people have no BSN, which either mode takes.
fn published(real: bool) -> Campaign {
    let campaign = Campaign::new(real);
    campaign.deliver("exposures-1.csv", &["", ""]);
    campaign.done(&["ledger", "init"]);
    assert!(campaign.done(&["run"]).contains("2 letter + "));
    let has =
        |folder: &str| fs::read_dir(campaign.path("data").join(folder)).unwrap().next().is_some();
    assert!(
        ["keys", "outbox", "runs"].into_iter().all(has),
        "there is nothing that could be touched"
    );
    campaign
}

/// Copies of files and folders below the data folder of one campaign in the place of another's.
fn swap(from: &Campaign, to: &Campaign, names: &[&str]) {
    for name in names {
        let (theirs, ours) = (from.path("data").join(name), to.path("data").join(name));
        assert!(Command::new("rm").arg("-rf").arg(&ours).status().unwrap().success());
        assert!(Command::new("cp").arg("-a").arg(theirs).arg(ours).status().unwrap().success());
    }
}

#[test]
fn a_real_campaign_that_has_written_refuses_the_samples_key_placeholders_and_test_people() {
    let key = "age1sstkt9p7hw5dy6453n3w2wqgkzrtlqrv8l5x274l8t9a4z2kf4yqdmray3";
    let campaign = published(true);
    let keep = |name: &str| fs::read_to_string(campaign.path(name)).unwrap();
    let (config, facts) = (keep("breachpost.toml"), keep("facts.toml"));
    for (file, from, to, named) in [
        ("breachpost.toml", KEY, key, "vendor.recipients"),
        ("breachpost.toml", "Drukkerij Elders", "Drukkerij De Proef", "vendor.contact"),
        ("facts.toml", "088-111 22 33", "088-000 00 00", "phones.hotline.number"),
        ("facts.toml", "[\"Postbus 4321\"", "[\"Postbus 1234\"", "senders.bvo.address"),
        (
            "facts.toml",
            "[phones.police]\n",
            "[phones.police]\nplaceholder = true\n",
            "phones.police",
        ),
    ] {
        campaign.edit(file, from, to);
        campaign.refused(&WORK, 2, &[named, "hint: "]);
        fs::write(campaign.path("breachpost.toml"), &config).unwrap();
        fs::write(campaign.path("facts.toml"), &facts).unwrap();
    }
    let bsns = test_bsns(21);
    campaign.deliver("exposures-2.csv", &bsns.iter().map(String::as_str).collect::<Vec<_>>());
    campaign.refused(&WORK, 3, &["21 rows have a BSN of the test range", "hint: "]);
    fs::remove_file(campaign.path("inbox/exposures-2.csv")).unwrap();
    assert!(campaign.done(&["run"]).contains("2 told"), "with its own things it goes on");
}

#[test]
fn a_rehearsal_that_has_written_refuses_real_people_in_every_list() {
    let campaign = published(false);
    let person = sound(800_000_000, 1).remove(0);
    let header = |list: &str| {
        let text =
            fs::read_to_string(root().join(format!("sample-data/inbox/{list}.csv"))).unwrap();
        text.lines().next().unwrap().to_owned()
    };
    let listed = format!(
        "S1,{person},Naamna,N.,,Verzonnenus,,,,,,,V,1961-02-01,Bedachtlaan,1,,,,3511AB,Utrecht,Utrecht,,,,,,,,,,"
    );
    let suppressed = format!("{person},,objection,desk,2025-09-01");
    for (list, row) in
        [("participants", &listed), ("register", &listed), ("suppressions", &suppressed)]
    {
        let path = campaign.path("inbox").join(format!("{list}.csv"));
        fs::write(&path, format!("{}\n{row}\n", header(list))).unwrap();
        campaign.refused(&WORK, 3, &["outside the test range", &format!("`{list}.csv` row 1")]);
        fs::remove_file(path).unwrap();
    }
    campaign.deliver("exposures-2.csv", &[&person]);
    campaign.refused(&WORK, 3, &["outside the test range", "`exposures-2.csv` row 1"]);
    let said = campaign.ask(&["run"]).stderr;
    assert!(!said.contains(&person), "the number itself is said");
}

#[test]
fn either_mode_refuses_the_others_ledger_and_the_others_keys_folder() {
    let campaigns = [published(false), published(true)];
    for (ours, theirs) in [(0, 1), (1, 0)] {
        let keys = published(ours == 1);
        swap(&campaigns[theirs], &keys, &["keys"]);
        for command in WORK {
            let before = keys.seen_by(command);
            let answer = keys.ask(command);
            assert!(
                [2, 3].contains(&answer.code),
                "{command:?}: {}{}",
                answer.stdout,
                answer.stderr
            );
            assert!(answer.stderr.contains("hint: "), "{}", answer.stderr);
            assert!(before == keys.seen_by(command), "{command:?} touched something");
        }

        let ledger = published(ours == 1);
        swap(
            &campaigns[theirs],
            &ledger,
            &["ledger.sqlite", "ledger.anchor", "keys", "outbox", "runs", "logs", "backups"],
        );
        let word = ["is for rehearsals", "is for real letters"][theirs];
        ledger.refused(&WORK, 2, &[word, "hint: "]);
        ledger.refused(&[&["close", "--yes"], &["ledger", "check"]], 2, &[word]);
    }
}

#[test]
fn a_rehearsal_with_the_vendors_key_and_the_real_facts_publishes_marked_letters() {
    let campaign = Campaign::new(true);
    campaign.edit("breachpost.toml", "synthetic = false", "synthetic = true");
    let bsns = test_bsns(2);
    campaign.deliver("exposures-1.csv", &bsns.iter().map(String::as_str).collect::<Vec<_>>());
    campaign.done(&["ledger", "init"]);
    assert!(campaign.done(&["run"]).contains("2 letter + "));
    assert!(campaign.path("data/outbox/rehearsal-2500001/rehearsal-2500001.done").exists());
}
