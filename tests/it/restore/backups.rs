//! Backups leave the machine: when they are made, who is told when they are not, what a purge says
//! of them.

use super::*;

#[test]
fn a_backup_is_made_after_each_run_that_changed_something_and_handed_over() {
    let mut campaign = THREE.copy();
    let list = |campaign: &Campaign| -> Value {
        serde_json::from_slice(&fs::read(campaign.data().join("backups.json")).unwrap()).unwrap()
    };
    let before = list(&campaign);
    let backups = before["backups"].as_array().unwrap();
    assert_eq!(backups.len(), 3);
    for (backup, path) in backups.iter().zip(campaign.backups()) {
        assert!(
            path.ends_with(backup["name"].as_str().unwrap())
                && path.contains("rehearsal-sample-2025-")
        );
        assert_eq!(backup["handed_over"], "2025-09-15");
        let sum = run(Command::new("sha256sum").arg(&path));
        assert!(sum.starts_with(backup["sha256"].as_str().unwrap()));
    }
    assert_eq!(campaign.run(), 0);
    assert_eq!(list(&campaign), before, "a night in which nothing changed needs no other backup");

    // Anybody's age and unzip open it.
    let zip = campaign.night.path().join("backup.zip");
    let opened = Command::new("age")
        .args(["-d", "-i", &identity(), "-o"])
        .arg(&zip)
        .arg(&campaign.backups()[2])
        .status();
    assert!(opened.unwrap().success());
    let out = campaign.night.path().join("opened");
    assert!(
        Command::new("unzip").arg("-q").arg(&zip).arg("-d").arg(&out).status().unwrap().success()
    );
    assert_eq!(sql(&out.join("ledger.sqlite"), "PRAGMA integrity_check").trim(), "ok");
    let key = fs::read(campaign.data().join("keys/campaign.key")).unwrap();
    assert_eq!(fs::read(out.join("keys/campaign.key")).unwrap(), key);
    // Sealed is sealed.
    for path in campaign.backups() {
        assert!(fs::read(path).unwrap().starts_with(b"age-encryption.org/v1\n"));
    }
}

#[test]
fn a_command_that_fails_is_told_and_is_asked_again() {
    let mut campaign = THREE.copy();
    campaign.config =
        configure(&campaign.night, "command = [\"sh\", \"-c\", \"echo no room >&2; exit 9\"]");
    campaign.add("DRIE");
    let answer = campaign.ask(&["run", "--json"]);
    assert_eq!(answer.code, 5, "{}", answer.stderr);
    assert!(
        answer.stderr.contains("is on this machine only") && answer.stderr.contains("no room"),
        "{}",
        answer.stderr
    );
    let id = serde_json::from_str::<Value>(&answer.stdout).unwrap()["run_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let outcome =
        fs::read_to_string(campaign.data().join("runs").join(id).join("outcome.json")).unwrap();
    assert!(
        outcome.contains("\"backup\": \"failed\"") && outcome.contains("\"exit_code\": 5"),
        "{outcome}"
    );
    assert!(campaign.ask(&["status"]).stdout.contains("; the backup failed"));

    let kept = campaign.data().join("backups");
    let count = |folder: &Path| {
        let names = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_str().unwrap().to_owned());
        names.filter(|name| name.ends_with(".backup.age")).count()
    };
    assert_eq!((count(&kept), count(&campaign.shelf())), (4, 3));
    let shelf = campaign.shelf();
    campaign.config =
        configure(&campaign.night, &format!("command = [\"cp\", \"-t\", \"{}\"]", shelf.display()));
    let answer = campaign.ask(&["ledger", "backup"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert_eq!(
        (count(&kept), count(&campaign.shelf())),
        (4, 4),
        "the same backup, handed over now"
    );

    let unset = campaign.night.configured("no such text", "");
    assert_eq!(campaign.night.ask_with(&unset, &["ledger", "backup"]).code, 2);
    let no_key = configure(&campaign.night, "");
    let text = fs::read_to_string(&no_key)
        .unwrap()
        .replace(&format!("recipient = \"{PUBLIC}\""), "recipient = \"age1\"");
    fs::write(&no_key, text).unwrap();
    let answer = campaign.night.ask_with(&no_key, &["check"]);
    assert_eq!(
        (answer.code, answer.stderr.contains("`backup.recipient`")),
        (2, true),
        "{}",
        answer.stderr
    );
}

#[test]
fn a_purge_lists_every_backup_that_may_be_elsewhere() {
    let campaign = THREE.copy();
    let sums: Vec<String> = campaign
        .backups()
        .iter()
        .map(|path| run(Command::new("sha256sum").arg(path))[..64].to_owned())
        .collect();
    assert_eq!(campaign.ask(&["close", "--yes"]).code, 0);
    let answer = campaign.ask(&["purge", "--approved-by", "privacy officer", "--yes"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(answer.stderr.contains("3 sealed backups"), "{}", answer.stderr);
    let certificate = fs::read(campaign.data().join("purge-certificate.json")).unwrap();
    let certificate: Value = serde_json::from_slice(&certificate).unwrap();
    let listed: Vec<&str> = certificate["sealed_backups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|backup| {
            assert_eq!(backup["made_on"], "2025-09-15");
            backup["sha256"].as_str().unwrap()
        })
        .collect();
    assert_eq!(listed, sums);
    assert_eq!(
        fs::read_dir(campaign.data().join("backups")).unwrap().count(),
        0,
        "what is here is gone"
    );

    assert_eq!(campaign.ask(&["ledger", "backup"]).code, 3);
    lose(&campaign.data());
    campaign.refused(&campaign.backups()[2], &[], 3, &["cannot be rebuilt"]);
}
