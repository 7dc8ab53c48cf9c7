//! Where the program's memory is in doubt, or the disk is not fit, it refuses: a clear message,
//! what to do, exit code 3, and not one file is touched but those that tell of it.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use crate::leaks::opened;
use crate::mail::Server;
use crate::program::{Answer, Night, see_memory, stopped};
use crate::tools::run;

/// Two nights with letters, and the ledger as it was between them.
static TOLD: LazyLock<Night> = LazyLock::new(|| {
    let night = Night::new(8);
    night.run();
    fs::copy(night.data().join("ledger.sqlite"), night.path().join("inbox/.yesterday")).unwrap();
    let header = fs::read_to_string(night.inbox().join("exposures-special.csv")).unwrap();
    let row = "NEW-1,ds3,,Anna Maria,A.M.,,Aalbers,1970-01-11,V,Nieuwstraat,1,,,3511AB,Utrecht,,screening,,2022-02-02,confirmed,no,name;bsn,";
    fs::write(
        night.inbox().join("exposures-new.csv"),
        format!("{}\n{row}\n", header.lines().next().unwrap()),
    )
    .unwrap();
    assert_eq!(night.run()["report"]["letters"]["total"], 1);
    night
});

fn said(answer: &Answer, texts: &[&str]) {
    assert_eq!(answer.code, 3, "{}{}", answer.stdout, answer.stderr);
    for text in ["error: ", "\nhint: "].iter().chain(texts) {
        assert!(answer.stderr.contains(text), "`{text}` is not said: {}", answer.stderr);
    }
}

/// After `change`, a run is refused with all of `texts` and touches nothing; so are the other
/// commands that write.
fn refused(change: impl FnOnce(&Path), texts: &[&str]) {
    let night = TOLD.copy();
    change(&night.data());
    let before = see_memory(&night.data());
    let decisions = night.path().join("decisions.csv");
    fs::write(&decisions, "file,row,beside,decision\n").unwrap();
    for command in [
        &["run", "-v"][..],
        &["run", "--json"],
        &["close", "--yes"],
        &["review", "apply", decisions.to_str().unwrap(), "--by", "reviewer"],
    ] {
        said(&night.ask(command), texts);
        assert!(before == see_memory(&night.data()), "{command:?}: a file was touched");
    }
    tells(&night.data());
}

/// Both refused runs left their outcome and nothing else, each in a folder that nobody else can
/// read; or, where the data folder is open to others, nothing at all.
fn tells(data: &Path) {
    let open = |name: &str| {
        let about = fs::symlink_metadata(data.join(name)).unwrap();
        about.is_symlink() || about.mode() & if name.is_empty() { 0o022 } else { 0o077 } != 0
    };
    let is_open = ["", "keys", "runs", "staging", "backups", "logs"].into_iter().any(open)
        || data.join("ledger.sqlite").exists() && open("ledger.sqlite");
    let told = if is_open { Vec::new() } else { stopped(data) };
    assert_eq!(told.len(), if is_open { 0 } else { 2 });
    for outcome in told {
        assert_eq!((&outcome["exit_code"], &outcome["outcome"]), (&3.into(), &"stopped".into()));
        let folder = data.join("runs").join(outcome["run_id"].as_str().unwrap());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
        assert_eq!(fs::metadata(folder.join("outcome.json")).unwrap().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_ledger_that_is_missing_foreign_or_damaged() {
    refused(
        |data| fs::remove_file(data.join("ledger.sqlite")).unwrap(),
        &["no ledger at", "breachpost ledger init"],
    );
    refused(
        |data| fs::write(data.join("ledger.sqlite"), "").unwrap(),
        &["is not a ledger of breachpost"],
    );
    refused(
        |data| fs::write(data.join("ledger.sqlite"), [7; 9000]).unwrap(),
        &["is not a ledger of breachpost"],
    );
    let cut = |data: &Path| {
        let whole = fs::read(data.join("ledger.sqlite")).unwrap();
        fs::write(data.join("ledger.sqlite"), &whole[..whole.len() - 5000]).unwrap();
    };
    refused(cut, &["ledger is damaged"]);
    let other = Night::bare();
    let swap = |data: &Path| {
        fs::copy(other.data().join("ledger.sqlite"), data.join("ledger.sqlite")).unwrap();
    };
    refused(swap, &["ledger is older than"]);
}

#[test]
fn a_ledger_that_is_older_than_its_proofs() {
    let restore = |data: &Path| {
        fs::copy(TOLD.inbox().join(".yesterday"), data.join("ledger.sqlite")).unwrap();
    };
    refused(restore, &["ledger is older than", "ledger.anchor", "told twice"]);
    let without_anchor = |data: &Path| {
        restore(data);
        fs::remove_file(data.join("ledger.anchor")).unwrap();
    };
    refused(without_anchor, &["ledger is older than", "outbox/rehearsal-2500002", "told twice"]);
    let without_outbox = |data: &Path| {
        restore(data);
        fs::remove_dir_all(data.join("outbox/rehearsal-2500002")).unwrap();
    };
    refused(without_outbox, &["ledger is older than", "ledger.anchor"]);
    let torn = |data: &Path| {
        fs::write(data.join("outbox/rehearsal-2500001/rehearsal-2500001.done"), "{\"job").unwrap();
    };
    refused(torn, &["cannot be read as a proof"]);
}

#[test]
fn a_history_that_was_changed() {
    let sql = |text: &str| {
        let text = text.to_owned();
        move |data: &Path| {
            let triggers = run(Command::new("sqlite3").arg(data.join("ledger.sqlite")).arg(
                "SELECT 'DROP TRIGGER ' || name || ';' FROM sqlite_schema WHERE type = 'trigger'",
            ));
            let rules = run(Command::new("sqlite3")
                .arg(data.join("ledger.sqlite"))
                .arg("SELECT sql || ';' FROM sqlite_schema WHERE type = 'trigger'"));
            run(Command::new("sqlite3")
                .arg(data.join("ledger.sqlite"))
                .arg(triggers + &text + &rules));
        }
    };
    refused(
        sql(
            "UPDATE audit SET body = replace(body, 'rehearsal', 'reheArsal') WHERE body LIKE '%\"sealed\"%';",
        ),
        &["history of the ledger"],
    );
    refused(
        sql("DELETE FROM audit WHERE body LIKE '%\"published\"%';"),
        &["history of the ledger"],
    );
    refused(
        sql("UPDATE letter SET sequence = 9 WHERE id = 1;"),
        &["tables of the ledger were changed"],
    );
    refused(
        sql("UPDATE job SET state = 'planned' WHERE job = 2500002;"),
        &["tables of the ledger were changed"],
    );
}

#[test]
fn a_schema_of_a_newer_program() {
    let newer = |data: &Path| {
        run(Command::new("sqlite3")
            .arg(data.join("ledger.sqlite"))
            .arg("PRAGMA user_version = 77"));
    };
    refused(newer, &["schema version 77", "use the newer program"]);
}

#[test]
fn a_key_that_is_missing_other_cut_or_open_to_others() {
    let key = |content: String, mode: u32| {
        move |data: &Path| {
            let path = data.join("keys/campaign.key");
            fs::remove_file(&path).unwrap();
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        }
    };
    let right = fs::read_to_string(TOLD.data().join("keys/campaign.key")).unwrap();
    refused(|data| fs::remove_file(data.join("keys/campaign.key")).unwrap(), &["no key at"]);
    refused(key("ab".repeat(32) + "\n", 0o400), &["is not the key of this ledger"]);
    refused(key(right[..40].to_owned(), 0o400), &["is cut off"]);
    refused(key(right.trim().to_owned(), 0o400), &["is cut off"]);
    refused(key(right.clone() + "\n", 0o400), &["has something after its 64 characters"]);
    refused(key(right.clone(), 0o440), &["can be read or changed by other users"]);
    refused(key(right, 0o604), &["can be read or changed by other users"]);
}

#[test]
fn a_data_folder_that_others_can_get_at() {
    let mode = |name: &'static str, mode: u32| {
        move |data: &Path| {
            fs::set_permissions(data.join(name), Permissions::from_mode(mode)).unwrap();
        }
    };
    for name in ["keys", "runs", "staging", "backups", "logs"] {
        refused(mode(name, 0o755), &["can be read or changed by other users", "chmod"]);
    }
    refused(
        mode("ledger.sqlite", 0o644),
        &["can be read or changed by other users", "ledger.sqlite"],
    );
    refused(mode("", 0o777), &["can be written to by other users"]);
    let link = |data: &Path| {
        fs::rename(data.join("runs"), data.join("elsewhere")).unwrap();
        symlink("elsewhere", data.join("runs")).unwrap();
    };
    refused(link, &["is a link"]);
}

#[test]
fn a_campaign_that_is_closed_or_being_purged() {
    let night = TOLD.copy();
    assert_eq!(night.ask(&["close", "--yes"]).code, 0);
    let before = see_memory(&night.data());
    for command in [&["run"][..], &["run", "--json"], &["close", "--yes"]] {
        said(&night.ask(command), &["campaign `sample-2025` is closed", "nothing more is sent"]);
        assert!(before == see_memory(&night.data()), "{command:?}");
    }
    assert_eq!(night.ask(&["ledger", "check"]).code, 0);
}

#[test]
fn a_second_run_while_the_first_lives_and_only_so_long() {
    let night = TOLD.copy();
    let before = see_memory(&night.data());
    // Without a fork the process that sleeps is the one that holds the lock.
    let mut holder =
        Command::new("flock").arg("-F").arg(night.data()).args(["sleep", "600"]).spawn().unwrap();
    let held = || {
        !Command::new("flock").arg("-n").arg(night.data()).arg("true").status().unwrap().success()
    };
    while !held() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    said(&night.ask(&["run"]), &["another run is using", "the lock disappears with the process"]);
    said(&night.ask(&["close", "--yes"]), &["another run is using"]);
    assert!(before == see_memory(&night.data()), "a file was touched");
    assert_eq!(night.ask(&["ledger", "check"]).code, 0, "who only reads needs no lock");
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert!(night.ask(&["run"]).code <= 1);
}

#[test]
fn a_second_beginning() {
    for gone in [&[][..], &["ledger.sqlite"], &["ledger.sqlite", "keys/campaign.key"]] {
        let night = TOLD.copy();
        for name in gone {
            fs::remove_file(night.data().join(name)).unwrap();
        }
        let before = see_memory(&night.data());
        said(&night.ask(&["ledger", "init"]), &["already exists"]);
        assert!(before == see_memory(&night.data()));
    }
}

#[test]
fn a_ledger_of_another_campaign_is_a_matter_of_configuration() {
    let night = TOLD.copy();
    let before = see_memory(&night.data());
    let config = night.path().join("other.toml");
    let sample = crate::program::root().join("sample-data");
    let text = fs::read_to_string(sample.join("breachpost.toml")).unwrap();
    let facts = format!("facts = {:?}", sample.join("facts.toml"));
    fs::write(
        &config,
        text.replace("sample-2025", "sample-2031").replace("facts = \"facts.toml\"", &facts),
    )
    .unwrap();
    for command in ["run", "close"] {
        let answer = night.ask_with(&config, &[command]);
        assert_eq!(answer.code, 2, "{}", answer.stderr);
        assert!(
            answer.stderr.contains("ledger belongs to campaign `sample-2025`"),
            "{}",
            answer.stderr
        );
    }
    assert!(before == see_memory(&night.data()));
}

#[test]
fn a_head_that_the_history_does_not_have() {
    let head = TOLD.ask(&["ledger", "check", "--json"]);
    let head: serde_json::Value = serde_json::from_str(&head.stdout).unwrap();
    let head = head["head"]["hash"].as_str().unwrap();
    assert_eq!(TOLD.ask(&["ledger", "check", "--anchor", head]).code, 0);
    let night = TOLD.copy();
    fs::copy(night.inbox().join(".yesterday"), night.data().join("ledger.sqlite")).unwrap();
    // Nothing in the folder proves it any more; who kept yesterday's mail can.
    fs::remove_file(night.data().join("ledger.anchor")).unwrap();
    fs::remove_dir_all(night.data().join("outbox/rehearsal-2500002")).unwrap();
    // Papers, logs and the changes that are kept a second time know better, each for itself. The
    // copies are from before the night that is forgotten.
    for proof in ["runs", "logs"] {
        said(&night.ask(&["ledger", "check"]), &["ledger is older than", "told twice"]);
        fs::remove_dir_all(night.data().join(proof)).unwrap();
    }
    said(&night.ask(&["ledger", "check"]), &["ledger is older than", "redo.sqlite", "told twice"]);
    fs::remove_file(night.data().join("backups/redo.sqlite")).unwrap();
    assert_eq!(night.ask(&["ledger", "check"]).code, 0);
    said(
        &night.ask(&["ledger", "check", "--anchor", head]),
        &["does not occur in this ledger's history"],
    );
}

#[test]
fn every_head_that_a_run_hands_out_is_in_the_history() {
    let (night, server) = (Night::new(5), Server::start("starttls"));
    let answer = night.ask_with(&server.config(), &["run", "--json"]);
    let answer: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    let package = Path::new(answer["package"].as_str().unwrap());
    let json = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
    let inside = opened(&night, package);
    let ticket = &inside.iter().find(|(path, _)| path.ends_with("job.json")).unwrap().1;
    let done = fs::read(package.join("rehearsal-2500001.done")).unwrap();
    let mut heads = [&json(ticket), &json(&done), &answer["report"]]
        .map(|place| place["ledger_head"].clone())
        .to_vec();
    let mails = server.received();
    let text = mails[0]["parts"]["text/plain"].as_str().unwrap();
    let is_head =
        |word: &&str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    heads.push(text.split_whitespace().find(is_head).unwrap().into());
    let mut check = vec!["ledger", "check"];
    for head in &heads {
        check.extend(["--anchor", head.as_str().unwrap()]);
    }
    let answer = night.ask(&check);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert_eq!(answer.stdout.matches("is in the history").count(), 4);
}

/// Runs a script as root of a namespace of its own, where it may mount.
fn in_namespace(night: &Night, before: &str, command: &[&str]) -> Answer {
    let words: Vec<String> = night.words(command).iter().map(|word| format!("'{word}'")).collect();
    let script =
        format!("set -e; cd '{}'; {before}; exec {}", night.path().display(), words.join(" "));
    let output = Command::new("unshare")
        .args(["-rm", "sh", "-c", &script])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    output.into()
}

#[test]
fn an_outbox_that_cannot_be_published_to() {
    let outbox = |make: fn(&Path)| {
        move |data: &Path| {
            fs::rename(data.join("outbox"), data.join("moved")).unwrap();
            make(&data.join("outbox"));
        }
    };
    let refused_by_run = |change: &dyn Fn(&Path), text: &str| {
        let night = TOLD.copy();
        change(&night.data());
        let before = see_memory(&night.data());
        said(&night.ask(&["run"]), &["outbox", text]);
        assert!(before == see_memory(&night.data()), "{text}: a file was touched");
    };
    refused_by_run(&outbox(|outbox| fs::write(outbox, "").unwrap()), "is not a folder");
    refused_by_run(&outbox(|outbox| symlink("moved", outbox).unwrap()), "is a link");
    let open = |data: &Path| {
        fs::set_permissions(data.join("outbox"), Permissions::from_mode(0o777)).unwrap();
    };
    refused_by_run(&open, "can be written to by other users");

    let night = TOLD.copy();
    let before = see_memory(&night.data());
    for (mount, text) in [
        ("mount -t tmpfs -o mode=700 none data/outbox", "are on different filesystems"),
        (
            "mount --bind data/outbox data/outbox; mount -o remount,bind,ro data/outbox",
            "is on a filesystem that is read-only",
        ),
    ] {
        said(&in_namespace(&night, mount, &["run"]), &["outbox", text]);
        assert!(before == see_memory(&night.data()), "{text}: a file was touched");
    }
}

/// The data folder on a disk of that many bytes; a run there must say this, and touch nothing if it
/// is refused.
fn on_a_disk_of(night: &Night, bytes: u64) -> Answer {
    let script = format!(
        "mkdir -p disk; mount -t tmpfs -o size={bytes},mode=700 none disk; cp -a data/. disk/; mount --move disk data;
         see() {{ find data -name '*-stopped-*' -prune -o -path data/logs/'*' -prune -o -type f -exec sha256sum {{}} + | sort; }};
         see > before"
    );
    let words: Vec<String> = night.words(&["run"]).iter().map(|word| format!("'{word}'")).collect();
    let script = format!(
        "set -e; cd '{}'; {script}; code=0; {} || code=$?; see > after; cmp -s before after && echo untouched; exit $code",
        night.path().display(),
        words.join(" ")
    );
    Command::new("unshare").args(["-rm", "sh", "-c", &script]).output().unwrap().into()
}

#[test]
fn a_disk_with_too_little_room_and_one_with_just_enough() {
    let night = Night::new(60);
    let refused = |bytes: u64| {
        let answer = on_a_disk_of(&night, bytes);
        said(&answer, &["bytes free", "are needed", "make room and run again"]);
        assert!(answer.stdout.contains("untouched"), "a file was touched");
        let words: Vec<&str> = answer.stderr.split_whitespace().collect();
        let number = |after: &str| -> u64 {
            let place = words.iter().position(|word| *word == after).unwrap();
            words[place + 1].parse().unwrap()
        };
        number("free,")
    };
    // Too little to begin with; enough for that, and too little for these letters.
    let to_begin = refused(1 << 20);
    let to_finish = refused(to_begin + (1 << 19));
    assert!(to_finish > to_begin + (1 << 19));
    let answer = on_a_disk_of(&night, to_finish + (1 << 19));
    assert!(answer.code <= 1, "the estimate was too low: {}", answer.stderr);
    assert!(!answer.stdout.contains("untouched"));
}
