//! What the vendor sends back is taken whole or not at all.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::{LATER, Mailed, TOO_LATE};
use crate::tools::run;

#[test]
fn pieces_go_from_hand_over_to_the_post_in_whatever_order_it_is_said() {
    let mailed = Mailed::new();
    let all = mailed.letters() as u64;
    assert_eq!(mailed.state(LATER, "handed_over"), all);
    assert_eq!(mailed.state(TOO_LATE, "unproven"), all);

    let parts: Vec<_> = mailed
        .fetched
        .parts
        .iter()
        .map(|(file, sha256)| json!({"file": file, "sha256": sha256}))
        .collect();
    let ack = json!({"job": mailed.job(), "received_at": "2025-09-15T07:00:00Z", "parts": parts});
    mailed.takes(&mailed.file("ack.json", &ack.to_string()));
    assert_eq!(mailed.state(LATER, "accepted"), all);

    for (file, state) in [
        (mailed.all("posted"), "posted"),
        (mailed.all("printed"), "posted"),
        (mailed.all("inserted"), "posted"),
    ] {
        mailed.takes(&file);
        assert_eq!(mailed.state(LATER, state), all);
    }
    assert_eq!(mailed.state(TOO_LATE, "posted"), all);
}

#[test]
fn the_same_file_again_changes_not_one_byte() {
    let mailed = Mailed::new();
    let file = mailed.all("printed");
    mailed.takes(&file);
    let before = mailed.night.memory();
    mailed.takes(&file);
    assert!(mailed.night.memory() == before);

    // The same rows in a file of their own are a new file, and say nothing new.
    let text = fs::read_to_string(&file).unwrap().replace('\n', "\r\n");
    let answer = mailed.take(&mailed.file("production-again.csv", &text));
    assert!(answer.code == 0 && answer.stdout.contains("0 of them new"), "{}", answer.stdout);
}

/// Allegheny 2020: every envelope had the content of the next one.
#[test]
fn letters_at_the_places_of_others_refuse_the_file_with_an_alarm() {
    let mailed = Mailed::new();
    let ids: Vec<&str> =
        mailed.fetched.pieces.iter().map(|piece| piece.letter_id.as_str()).collect();
    let turned = |by: usize| {
        let mut ids = ids.clone();
        ids.rotate_left(by);
        ids
    };
    let mut swapped = ids.clone();
    swapped.swap(2, 5);
    let mut shifted: Vec<&str> = ids[1..].to_vec();
    shifted.push(ids[ids.len() - 1]);

    let before = mailed.night.memory();
    for ids in [turned(1), turned(ids.len() - 1), turned(7), swapped, shifted] {
        let file = mailed.production("production.csv", |piece| {
            Some(format!("{},{},posted", piece.seq, ids[piece.seq as usize - 1]))
        });
        let answer = mailed.take(&file);
        assert_eq!(answer.code, 3, "{}", answer.stdout);
        assert!(answer.stderr.contains("ALARM") && answer.stderr.contains("breachpost stop"));
        assert!(answer.stdout.is_empty(), "{}", answer.stdout);
    }
    assert!(mailed.night.memory() == before, "nothing of such a file is taken");

    let answer = mailed.take(&mailed.production("production.csv", |piece| {
        Some(format!("{},{},posted", piece.seq + 1, piece.letter_id))
    }));
    assert!(answer.stderr.contains("a place 1 further up"), "{}", answer.stderr);
}

#[test]
fn what_was_not_agreed_refuses_the_file() {
    let mailed = Mailed::new();
    let piece = &mailed.fetched.pieces[0];
    let row = format!("{},{}", piece.seq, piece.letter_id);
    let before = mailed.night.memory();
    let files = [
        ("production.csv", format!("seq,letter_id,status,name\n{row},posted,x\n")),
        ("production.csv", format!("seq,letter_id,status\n{row},delivered\n")),
        ("production.csv", format!("seq,letter_id,status,posted_at\n{row},posted,yesterday\n")),
        ("production.csv", "seq,letter_id\n1,x\n".to_owned()),
        ("production.csv", "\u{0}\u{1}".to_owned()),
        ("returns.csv", format!("letter_id,reason\n{},moved\n", piece.letter_id)),
        ("ack.json", "{}".to_owned()),
        (
            "ack.json",
            json!({"job": mailed.job(), "parts": [{"file": "x", "sha256": "0".repeat(64)}]})
                .to_string(),
        ),
        (
            "stopped.json",
            json!({"job": mailed.job(), "parts": [{"part": 1, "answer": "stopped"}]}).to_string(),
        ),
        ("other.csv", String::new()),
        ("production.csv", format!("seq,letter_id,Zolmbraquit\n{row},posted\n")),
        ("production.csv", "seq,letter_id,status\n1,Zolmbraquit,posted\n".to_owned()),
        ("production.csv", format!("seq,letter_id,status,tray\n{row},posted,\"Zolm braquit\"\n")),
        ("returns.csv", "letter_id,reason,date\nZolmbraquit,moved,2025-09-25\n".to_owned()),
        ("ack.json", "{\"Zolmbraquit\": 999970008}".to_owned()),
        ("ack.json", "{\"job\": \"Zolmbraquit\", \"parts\": []}".to_owned()),
    ];
    for (end, text) in files {
        let answer = mailed.take(&mailed.file(end, &text));
        assert_eq!(answer.code, 3, "{end} {text:?}: {}", answer.stderr);
        for value in [piece.letter_id.as_str(), "braquit", "999970008"] {
            assert!(!answer.stderr.contains(value), "{}", answer.stderr);
        }
    }
    let missing = mailed.take(Path::new("/nowhere/2500001.production.csv"));
    assert_eq!(missing.code, 3);
    let strange = mailed.night.path().join("2599999.production.csv");
    fs::write(&strange, format!("seq,letter_id,status\n{row},posted\n")).unwrap();
    assert_eq!(mailed.take(&strange).code, 3);
    assert!(mailed.night.memory() == before);
}

#[test]
fn what_cannot_be_right_inside_a_good_file_is_an_alarm() {
    let mailed = Mailed::new();
    let doubled = mailed.production("production.csv", |piece| {
        let row = format!("{},{},posted", piece.seq, piece.letter_id);
        Some(if piece.seq <= 2 { format!("{row}\n{row}") } else { row })
    });
    let answer = mailed.take(&doubled);
    assert_eq!(answer.code, 1, "{}", answer.stderr);
    assert!(answer.stdout.contains("ALARM     2 doubled"), "{}", answer.stdout);
    let status = mailed.status(LATER);
    assert_eq!(status["alarms"], json!({"doubled": 2}));
    assert_eq!(mailed.state(LATER, "posted"), mailed.letters() as u64);

    let other = json!({"job": mailed.job(), "parts": [
        {"file": mailed.fetched.parts[0].0, "sha256": "0".repeat(64)},
    ]});
    let answer = mailed.take(&mailed.file("ack.json", &other.to_string()));
    assert_eq!(answer.code, 1, "{}", answer.stderr);
    assert!(answer.stdout.contains("other_bytes"), "{}", answer.stdout);
}

#[test]
fn returned_mail_is_counted_by_reason_and_strangers_are_only_counted() {
    let mailed = Mailed::new();
    mailed.takes(&mailed.all("posted"));
    let rows: Vec<String> = ["moved", "deceased", "verhuisd"]
        .iter()
        .zip(&mailed.fetched.pieces)
        .map(|(reason, piece)| format!("{},{reason},2025-09-25", piece.letter_id))
        .collect();
    let text = format!(
        "letter_id,reason,date\n{}\n{},moved,2025-09-25\n",
        rows.join("\n"),
        "a".repeat(26)
    );
    let answer = mailed.take(&mailed.file("returns.csv", &text));
    assert_eq!(answer.code, 1, "a reason that the table does not have: {}", answer.stderr);
    assert!(answer.stdout.contains("unknown   1 letter"), "{}", answer.stdout);
    let status = mailed.status(LATER);
    assert_eq!(status["returned"], json!({"moved": 1, "deceased": 1, "other": 1}));
    assert_eq!(mailed.state(LATER, "returned"), 3);
}

#[test]
fn letters_of_a_state_are_named() {
    let mailed = Mailed::new();
    let file = mailed.production("production.csv", |piece| {
        (piece.seq != 4).then(|| format!("{},{},posted", piece.seq, piece.letter_id))
    });
    mailed.takes(&file);
    let answer = mailed.night.ask_on(TOO_LATE, &["status", "--state", "unproven", "--json"]);
    let status: Value = serde_json::from_str(&answer.stdout).unwrap();
    let listed = status["listed"].as_array().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["letter_id"], mailed.fetched.pieces[3].letter_id.as_str());
    let answer = mailed.night.ask_on(TOO_LATE, &["status", "--state", "delivered"]);
    assert_eq!(answer.code, 2, "there is no such state");
}

#[test]
fn a_watched_folder_is_read_and_the_answer_says_where_a_file_comes_from() {
    let mailed = Mailed::new();
    let folder = mailed.night.path().join("from-vendor");
    fs::create_dir(&folder).unwrap();
    let name = format!("{}.production.csv", mailed.job());
    fs::rename(mailed.all("posted"), folder.join(&name)).unwrap();
    fs::write(folder.join("readme.txt"), "not a receipt").unwrap();

    let with = |settings: &str| {
        mailed.night.configured("[vendor]", &format!("[receipts]\n{settings}\n\n[vendor]"))
    };
    let config = with(&format!("folder = \"{}\"", folder.display()));
    let ask = |config: &Path| mailed.night.answer(config, LATER, &["receipts"]);
    let answer = ask(&config);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(answer.stdout.contains("from the vendor's folder, not signed"), "{}", answer.stdout);

    let nobody = mailed.night.ask_on(LATER, &["receipts"]);
    assert!(nobody.code == 3 && nobody.stderr.contains("receipts.folder"), "{}", nobody.stderr);
}

#[test]
fn a_vendor_that_signs_signs_everything() {
    let mailed = Mailed::new();
    let folder = mailed.night.path().to_owned();
    let key = folder.join("vendor-key");
    let other = folder.join("other-key");
    for key in [&key, &other] {
        run(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(key));
    }
    let public = fs::read_to_string(key.with_extension("pub")).unwrap();
    let config = mailed
        .night
        .configured("[vendor]", &format!("[receipts]\nsigner = \"{}\"\n\n[vendor]", public.trim()));

    let file = mailed.all("posted");
    let sign = |key: &Path, namespace: &str| {
        let signature = format!("{}.sig", file.display());
        let _ = fs::remove_file(&signature);
        run(Command::new("ssh-keygen")
            .args(["-q", "-Y", "sign", "-n", namespace, "-f"])
            .arg(key)
            .arg(&file));
    };
    let ask = || mailed.night.answer(&config, LATER, &["receipts", file.to_str().unwrap()]);

    let unsigned = ask();
    assert!(unsigned.code == 3 && unsigned.stderr.contains("is not signed"), "{}", unsigned.stderr);
    for (key, namespace) in [(&other, "breachpost-receipt"), (&key, "file")] {
        sign(key, namespace);
        let answer = ask();
        assert!(answer.code == 3 && answer.stderr.contains("does not hold"), "{}", answer.stderr);
    }
    sign(&key, "breachpost-receipt");
    let answer = ask();
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(answer.stdout.contains("signed by the vendor"), "{}", answer.stdout);
}

#[test]
fn a_purge_takes_what_was_said_of_pieces_and_a_late_return_is_only_counted() {
    let mailed = Mailed::new();
    mailed.takes(&mailed.all("posted"));
    for command in [&["close", "--yes"][..], &["purge", "--approved-by", "the board", "--yes"]] {
        let answer = mailed.night.ask_on(TOO_LATE, command);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
    }
    let rows: u64 = run(Command::new("sqlite3")
        .arg(mailed.night.data().join("ledger.sqlite"))
        .arg("SELECT (SELECT count(*) FROM piece) + (SELECT count(*) FROM returned)"))
    .trim()
    .parse()
    .unwrap();
    assert_eq!(rows, 0);

    let late =
        format!("letter_id,reason,date\n{},moved,2026-01-05\n", mailed.fetched.pieces[0].letter_id);
    let answer = mailed.take(&mailed.file("returns.csv", &late));
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(answer.stdout.contains("unknown   1 letter"), "{}", answer.stdout);
    let check = mailed.night.ask(&["ledger", "check"]);
    assert_eq!(check.code, 0, "{}", check.stderr);
}
