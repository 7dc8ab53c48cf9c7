//! What is refused, and then nothing is touched: no proof, no key, unknown letters, another past.

use super::*;

#[test]
fn what_cannot_be_proved_or_opened_is_refused_and_nothing_is_touched() {
    let backups = |campaign: &Campaign| campaign.backups();
    let campaign = THREE.copy();
    campaign.refused(&backups(&campaign)[2], &[], 3, &["is sound"]);

    lose(&campaign.data());
    let first = backups(&campaign)[0].clone();
    let other = campaign.night.path().join("other-key");
    run(Command::new("age-keygen").arg("-o").arg(&other));
    fs::set_permissions(&other, Permissions::from_mode(0o600)).unwrap();
    let before = see(&campaign.data());
    let wrong = campaign.ask(&["ledger", "restore", &first, "--identity", other.to_str().unwrap()]);
    campaign.refuse(&wrong, &before, 3, &["cannot open", "sealed to a different key"]);
    let none = campaign.ask(&["ledger", "restore", &first]);
    campaign.refuse(&none, &before, 2, &["--identity"]);
    campaign.refused(campaign.config.to_str().unwrap(), &[], 3, &["is not a backup"]);
    let before = see(&campaign.data());
    let answer = campaign.restore("/nowhere", &[]);
    assert!(
        answer.code == 3 && answer.stderr.contains("cannot read backup `/nowhere`"),
        "{}",
        answer.stderr
    );
    assert!(before == see(&campaign.data()));
    campaign.refused(&first, &["--anchor", &"ab".repeat(32)], 3, &["whoever kept", "told twice"]);

    // Cut, and changed by a byte.
    let bytes = fs::read(&first).unwrap();
    let broken = campaign.night.path().join("rehearsal-broken.backup.age");
    fs::write(&broken, &bytes[..bytes.len() - 2000]).unwrap();
    campaign.refused(broken.to_str().unwrap(), &[], 3, &["is not a backup"]);
    let mut changed = bytes.clone();
    changed[bytes.len() / 2] ^= 1;
    fs::write(&broken, changed).unwrap();
    campaign.refused(broken.to_str().unwrap(), &[], 3, &["is not a backup"]);
}

#[test]
fn a_backup_that_lacks_letters_which_are_out_is_refused_whoever_knows_of_them() {
    // Every witness alone is enough: nothing else in the data folder remembers the third night.
    let witnesses = ["ledger.anchor", "outbox", "runs", "logs", "backups.json"];
    for kept in witnesses {
        let campaign = THREE.copy();
        let data = campaign.data();
        lose(&data);
        let backups = campaign.backups();
        for path in fs::read_dir(data.join("backups")).unwrap().map(|entry| entry.unwrap().path()) {
            fs::remove_file(path).unwrap();
        }
        for other in witnesses.iter().filter(|other| **other != kept) {
            let path = data.join(other);
            if path.is_dir() {
                fs::remove_dir_all(&path).unwrap();
                fs::create_dir(&path).unwrap();
                fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
            } else {
                fs::remove_file(&path).unwrap();
            }
        }
        campaign.refused(&backups[1], &[], 3, &["cannot be rebuilt", "told twice", kept]);
        let answer = campaign.restore(&backups[2], &[]);
        assert_eq!(answer.code, 0, "{kept}: {}", answer.stderr);
    }

    // A published package that is gone proves nothing any more; the mail's head does, and the
    // papers know the job.
    let campaign = THREE.copy();
    let data = campaign.data();
    fs::remove_dir_all(data.join("outbox/rehearsal-2500004")).unwrap();
    fs::remove_file(data.join("backups/redo.sqlite")).unwrap();
    lose(&data);
    campaign.refused(
        &campaign.backups()[1],
        &["--anchor", &THREE.heads[2]],
        3,
        &["it lacks rehearsal-2500004\n"],
    );
}

#[test]
fn changes_of_another_history_are_never_repeated() {
    let campaign = THREE.copy();
    let redo = campaign.data().join("backups/redo.sqlite");
    sql(
        &redo,
        "UPDATE audit SET body = replace(body, 'rehearsal', 'reheArsal') WHERE body LIKE '%planned%'",
    );
    lose(&campaign.data());
    campaign.refused(&campaign.backups()[0], &[], 3, &["another history", "told twice"]);

    let campaign = THREE.copy();
    let redo = campaign.data().join("backups/redo.sqlite");
    sql(&redo, "DELETE FROM told_mark WHERE rowid = (SELECT max(rowid) FROM told_mark)");
    lose(&campaign.data());
    campaign.refused(&campaign.backups()[0], &[], 3, &["tables of the ledger were changed"]);

    let campaign = THREE.copy();
    fs::write(campaign.data().join("backups/redo.sqlite"), [1; 5000]).unwrap();
    lose(&campaign.data());
    campaign.refused(&campaign.backups()[0], &[], 3, &["cannot be rebuilt"]);
    let answer = campaign.restore(&campaign.backups()[2], &[]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
}
